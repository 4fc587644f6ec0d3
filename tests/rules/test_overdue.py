"""A visit served after its due day costs half of what leaving it out until then costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.report.wording import Wording
from optimizer.text.catalogue import translator
from tests.worlds import MONDAY, World, job, person, world

FRIDAY = MONDAY - timedelta(3)
TUESDAY, WEDNESDAY = MONDAY + timedelta(1), MONDAY + timedelta(2)


def three_days(**facts: Any) -> World:
    """A may be served on Monday, Tuesday or Wednesday."""
    return world([job("A", place=10, days=(0, 1, 2), **facts)], [person("Ann", days=(0, 1, 2))], days=3)


@pytest.mark.parametrize(
    ("due", "monday", "tuesday", "wednesday"),
    [
        (None, 0, 0, 0),
        (WEDNESDAY, 0, 0, 0),
        (TUESDAY, 0, 0, 50_000),  # No working day left on Tuesday: 500 %, halved.
        (MONDAY, 0, 50_000, 80_000),  # On Tuesday past due: 800 %.
        (FRIDAY, 0, 80_000, 80_000),
    ],
)
def test_a_visit_served_after_its_due_day_costs_half(
    due: date | None, monday: int, tuesday: int, wednesday: int
) -> None:
    made = three_days(due_day=due)
    for day, cents in enumerate((monday, tuesday, wednesday)):
        costs = made.judge({("Ann", day): ["A"]}).costs
        assert (costs[Rule.OVERDUE], costs[Rule.UNASSIGNED]) == (cents, 0)


def test_left_out_it_is_not_overdue_beside() -> None:
    costs = three_days(due_day=MONDAY).judge({}).costs
    assert (costs[Rule.OVERDUE], costs[Rule.UNASSIGNED]) == (0, 160_000)


def test_what_it_costs_half_of_is_the_price_of_leaving_out() -> None:
    """By priority, carried over or not, or the order's own price."""
    tuesday = {("Ann", 1): ["A"]}
    for facts, cents in (({"priority": 3}, 125_000), ({"priority": 3, "carried_over": True}, 200_000)):
        assert three_days(due_day=MONDAY, **facts).judge(tuesday).costs[Rule.OVERDUE] == cents
    own = three_days(due_day=MONDAY).with_policy(unassigned_by_order_cents={"A": 701})
    assert own.judge(tuesday).costs[Rule.OVERDUE] == 350


def test_a_crew_served_after_the_due_day_costs_once() -> None:
    jobs = [job("A", place=10, days=(0, 1), due_day=MONDAY, crew_size=2)]
    made = world(jobs, [person("Ann", days=(0, 1)), person("Ben", days=(0, 1))], days=2)
    assert made.costs({("Ann", 1): ["A"], ("Ben", 1): ["A"]}) == {Rule.OVERDUE: 50_000, Rule.TRAVEL: 2_000}
    assert made.but(shifts=tuple(s for s in made.problem.shifts if s.day == 1)).solved().costs[Rule.OVERDUE] == 50_000


def test_a_wrong_statement_is_found_under_its_name() -> None:
    made = three_days(due_day=MONDAY)
    plan = made.plan({("Ann", 1): ["A"]})
    moved = {**plan.costs, Rule.UNASSIGNED: plan.costs[Rule.OVERDUE], Rule.OVERDUE: 0}
    assert made.broken(replace(plan, costs=moved)) == [(Rule.UNASSIGNED, 50_000), (Rule.OVERDUE, 50_000)]


def test_the_engine_serves_in_time_where_it_can_and_late_where_it_must() -> None:
    # On Monday there is room for one visit: A, whose day it is, goes before B, which costs less travel then.
    jobs = [job("A", place=20, days=(0, 1), due_day=MONDAY), job("B", place=10, days=(0, 1))]
    made = world(jobs, [person("Ann", days=(0, 1), max_visits=1)], days=2)
    plan = made.solved()
    assert [(route.day, route.visit_ids) for route in plan.routes] == [(0, ("A",)), (1, ("B",))]
    assert plan.costs[Rule.OVERDUE] == 0
    tuesday = made.but(shifts=tuple(shift for shift in made.problem.shifts if shift.day == 1))
    late = tuesday.with_shift("Ann", max_visits=2).solved()
    assert [(route.day, set(route.visit_ids)) for route in late.routes] == [(1, {"A", "B"})]
    assert late.costs[Rule.OVERDUE] == 50_000


def test_it_has_its_place_behind_leaving_out_and_its_words_in_both_languages() -> None:
    assert SOFT_RULES[:2] == (Rule.UNASSIGNED, Rule.OVERDUE)
    assert [Wording(lang).rule(Rule.OVERDUE) for lang in ("en", "zh")] == ["After the due day", "超过期限"]
    assert translator("zh")(Rule.OVERDUE.statement) == "超过期限才上门的，按拖到那时未排的费用的一半计费。"
