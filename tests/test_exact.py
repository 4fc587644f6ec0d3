"""Small days proven in a process of their own, and what-ifs about them."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.problem import Lock, LockLevel
from optimizer.engine.master.day.answers import Answer, Status
from optimizer.exact import Answered, judged, plan_exactly
from optimizer.running.warming import tiny_problem
from tests.naive import best_plan


def test_a_small_day_is_proven_in_a_process_of_its_own() -> None:
    problem, matrix = tiny_problem()
    outcome = plan_exactly(problem, matrix, seconds=60)
    assert outcome.status is Status.OPTIMAL
    assert outcome.plan is not None
    assert outcome.judgement is not None
    assert outcome.judgement.is_clean
    assert outcome.bound_cents == outcome.plan.cost_cents == best_plan(problem, matrix)


def test_what_must_be_and_must_not_be_served_is_kept_and_costs() -> None:
    problem, matrix = tiny_problem()
    free = plan_exactly(problem, matrix, seconds=60)
    first = problem.visits[0].visit_id
    without = plan_exactly(problem, matrix, seconds=60, must_not_serve=[first])
    assert free.plan is not None
    assert without.plan is not None
    assert first in {visit.visit_id for visit in without.plan.unassigned}
    assert without.plan.cost_cents >= free.plan.cost_cents
    every = [visit.visit_id for visit in problem.visits]
    # Parts for three of the four.
    assert plan_exactly(problem, matrix, seconds=60, must_serve=every).status is Status.INFEASIBLE


def test_a_plan_that_the_judge_refuses_or_finds_cheaper_is_no_proof() -> None:
    problem, matrix = tiny_problem()
    who, ids = problem.technicians[0].technician_id, tuple(visit.visit_id for visit in problem.visits)
    everything = Answered(Answer(Status.OPTIMAL, cents=1, bound_cents=1), routes={(who, 0): ids * 2})
    assert judged(problem, matrix, everything).status is Status.UNKNOWN
    assert judged(problem, matrix, everything).bound_cents is None
    nothing = Answered(Answer(Status.OPTIMAL, cents=10**9, bound_cents=10**9))
    assert judged(problem, matrix, nothing).status is Status.FEASIBLE
    assert judged(problem, matrix, nothing).bound_cents is None


def test_two_locks_to_one_start_have_no_plan() -> None:
    problem, matrix = tiny_problem()
    who = problem.technicians[0].technician_id
    locks = tuple(Lock(v.visit_id, LockLevel.START, who, start_s=9 * 3600) for v in problem.visits[:2])
    assert plan_exactly(replace(problem, locks=locks), matrix, seconds=60).status is Status.INFEASIBLE
