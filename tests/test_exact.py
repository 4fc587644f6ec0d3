"""Small days proven in a process of their own, and what-ifs about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.problem import Lock, LockLevel
from optimizer.engine.master.day.answers import Answer, Status
from optimizer.exact import Answered, judged, plan_exactly
from optimizer.running.warming import tiny_problem
from tests.naive import best_plan

if TYPE_CHECKING:
    import pytest


def test_a_small_day_is_proven_in_a_process_of_its_own() -> None:
    problem, matrix = tiny_problem()
    outcome = plan_exactly(problem, matrix, seconds=60)
    assert outcome.status is Status.OPTIMAL
    assert outcome.plan is not None
    assert outcome.judgement is not None
    assert outcome.judgement.is_clean
    assert outcome.bound_cents == outcome.plan.cost_cents == best_plan(problem, matrix)


def test_a_process_that_takes_too_long_is_no_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended by us: what `paigong prove` says of it is that the time was too short, not the code it ended with."""
    problem, matrix = tiny_problem()
    monkeypatch.setattr("optimizer.exact.GRACE_S", 0.0)
    outcome = plan_exactly(problem, matrix, seconds=0.001)
    assert (outcome.status, outcome.plan, outcome.note) == (Status.UNKNOWN, None, "")


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


def test_a_plan_is_repaired_with_the_fewest_changes() -> None:
    """One technician falls ill: the cheapest plan deals the visits anew, the repaired one moves only what it must."""
    problem, matrix = tiny_problem()
    parts = tuple(replace(part, on_hand=4) for part in problem.parts)
    problem = replace(problem, parts=parts)
    start = plan_exactly(problem, matrix, seconds=60).plan
    assert start is not None
    sick = start.routes[0].technician_id
    left = replace(problem, shifts=tuple(shift for shift in problem.shifts if shift.technician_id != sick))
    mine = {visit_id for route in start.routes if route.technician_id == sick for visit_id in route.visit_ids}
    repaired = plan_exactly(left, matrix, seconds=60, start=start, fewest_changes=True)
    assert repaired.plan is not None
    assert repaired.judgement is not None
    assert repaired.judgement.is_clean
    assert repaired.changes <= len(mine)
    kept = {v for route in start.routes if route.technician_id != sick for v in route.visit_ids}
    assert kept <= {visit_id for route in repaired.plan.routes for visit_id in route.visit_ids}


def test_others_keep_their_routes_where_only_some_are_free() -> None:
    problem, matrix = tiny_problem()
    plan = plan_exactly(problem, matrix, seconds=60).plan
    assert plan is not None
    one = plan.routes[0].technician_id
    again = plan_exactly(problem, matrix, seconds=60, start=plan, free=[one])
    assert again.status is Status.OPTIMAL
    assert again.plan is not None
    others = [route for route in plan.routes if route.technician_id != one]
    assert [route for route in again.plan.routes if route.technician_id != one] == others
    assert again.plan.cost_cents <= plan.cost_cents


def test_two_locks_to_one_start_have_no_plan() -> None:
    problem, matrix = tiny_problem()
    who = problem.technicians[0].technician_id
    locks = tuple(Lock(v.visit_id, LockLevel.START, who, start_s=9 * 3600) for v in problem.visits[:2])
    assert plan_exactly(replace(problem, locks=locks), matrix, seconds=60).status is Status.INFEASIBLE
