"""The engine end to end: judged clean, equal to the judge to the cent."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.rules import Rule
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.running.budget import Budget
from optimizer.running.warming import tiny_problem
from optimizer.solver import find_plans
from tests.random_problems import random_problem, random_whole_problem, random_whole_problem_with_plan
from tests.time_limits import seeds

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.running.child import Progress
    from optimizer.travel.matrix import TravelMatrix


def plan_of(
    problem: Problem,
    matrix: TravelMatrix,
    *,
    moves: int = 2_000,
    seed: int = 0,
    threads: int = 1,
    islands: int = 1,
    use_master: bool = True,
) -> Plan:
    """Return the engine's best plan in work mode, without the child process."""
    plans: list[Plan] = []
    budget = Budget(3600, moves, seed, threads, islands, use_master)

    def keep(plan: Plan | None, _: Progress) -> None:
        plans.extend([plan] if plan else [])

    find_plans(problem, matrix, budget, keep, lambda: False)
    return plans[-1]


def check_clean_and_priced(problem: Problem, matrix: TravelMatrix, plan: Plan) -> None:
    """Check that a plan is clean but for locked visits that so few moves did not get in, and priced to the cent."""
    judgement = judge_plan(problem, matrix, plan)
    assert all("is locked and not planned" in violation.message for violation in judgement.violations)
    assert dict(judgement.costs) == dict(plan.costs)


@pytest.mark.parametrize("seed", seeds(200, by_day=75))
def test_every_plan_of_a_random_problem_is_judged_clean_and_priced_to_the_cent(seed: int) -> None:
    problem, matrix = random_problem(seed)
    plan = plan_of(problem, matrix, moves=1_500, seed=seed)
    judgement = judge_plan(problem, matrix, plan)
    assert judgement.is_clean, judgement.violations
    assert dict(judgement.costs) == dict(plan.costs)


@pytest.mark.parametrize("seed", seeds(300, by_day=100))
def test_every_plan_of_the_whole_rule_book_is_judged_clean_and_priced_to_the_cent(seed: int) -> None:
    """So few moves do not always get every locked visit in; nothing else may be wrong with a plan."""
    problem, matrix = random_whole_problem(seed)
    if seed % 3 == 0:
        # Brute force takes each day by itself, so that only here the longest lateness of all has a price.
        problem = replace(problem, policy=replace(problem.policy, late_worst_cents=45))
    plan = plan_of(problem, matrix, moves=600, seed=seed)
    check_clean_and_priced(problem, matrix, plan)


def test_the_random_problems_have_what_only_several_days_price() -> None:
    """Each by a seed of those above: load over days with a past, serving after the due day, words about other days."""
    heavy, late, told = (random_whole_problem_with_plan(seed) for seed in (9, 11, 6))
    assert heavy[0].days > 1
    assert any(technician.ledger.days for technician in heavy[0].technicians)
    assert time_routes(*heavy).costs[Rule.FAIRNESS] > 0
    assert time_routes(*late).costs[Rule.OVERDUE] > 0
    served = {visit_id for visits in told[2].values() for visit_id in visits}
    assert any(said.visit_id in served for said in told[0].published if said.day >= told[0].days)
    assert any(said.day < 0 for said in random_whole_problem(0)[0].published)


def test_one_seed_gives_one_plan_whatever_the_threads() -> None:
    problem, matrix = random_problem(3)
    plans = [plan_of(problem, matrix, islands=3, threads=threads) for threads in (1, 2, 3)]
    assert plans[0] == plans[1] == plans[2]


def test_the_order_of_the_input_rows_changes_nothing() -> None:
    problem, matrix = random_problem(5)
    shuffled = random.Random(1)

    def mixed(rows: tuple) -> tuple:
        return tuple(shuffled.sample(rows, len(rows)))

    other = replace(
        problem,
        customers=mixed(problem.customers),
        orders=mixed(problem.orders),
        visits=mixed(problem.visits),
        technicians=mixed(problem.technicians),
        shifts=mixed(problem.shifts),
        parts=mixed(problem.parts),
    )
    assert plan_of(other, matrix) == plan_of(problem, matrix)


def test_scarce_parts_limit_what_is_served() -> None:
    # Four visits need one part each, three are on hand; everything else is easy.
    problem, matrix = tiny_problem()
    plan = plan_of(problem, matrix)
    assert plan.served == 3
    assert judge_plan(problem, matrix, plan).is_clean


def test_without_the_master_a_plan_is_judged_clean_too() -> None:
    problem, matrix = tiny_problem()
    assert judge_plan(problem, matrix, plan_of(problem, matrix, use_master=False)).is_clean


def test_no_move_at_all_still_gives_the_constructed_plan() -> None:
    problem, matrix = tiny_problem()
    plan = plan_of(problem, matrix, moves=0)
    assert plan.served == 3


def test_a_day_without_technicians_serves_nobody() -> None:
    problem, matrix = tiny_problem()
    plan = plan_of(replace(problem, shifts=()), matrix)
    assert plan.served == 0
    assert len(plan.unassigned) == 4
