"""Leaving a visit out costs by priority and by the working days left until it is due."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Urgency
from optimizer.domain.policy import Floor
from optimizer.domain.problem import Branch
from optimizer.domain.rules import Rule
from optimizer.domain.working_time import WorkingCalendar
from optimizer.engine.arrays import V_PRICE
from optimizer.engine.indexing import build_arrays

if TYPE_CHECKING:
    from tests.worlds import World

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
SUNDAY = date(2026, 11, 22)


def price(made: World) -> int:
    """Return what it costs to leave A out and serve B."""
    return made.judge({"Ann": ["B"]}).costs[Rule.UNASSIGNED]


def test_a_served_visit_costs_nothing(one_van: World) -> None:
    assert one_van.judge({"Ann": ["A", "B"]}).costs[Rule.UNASSIGNED] == 0


@pytest.mark.parametrize(
    ("facts", "cents"),
    [
        ({}, 20_000),
        ({"priority": 2}, 30_000),
        ({"priority": 3}, 50_000),
        ({"priority": 4}, 80_000),
        ({"priority": 5}, 150_000),
        ({"priority": 3, "carried_over": True}, 80_000),
        ({"priority": 1, "carried_over": 2}, 50_000),
        ({"priority": 2, "carried_over": 2}, 80_000),
        ({"priority": 5, "carried_over": True}, 150_000),
        ({"priority": 1, "carried_over": 99}, 150_000),
        ({"due_day": WEDNESDAY}, 20_000),  # Tuesday and Wednesday are left.
        ({"due_day": TUESDAY}, 30_000),
        ({"due_day": MONDAY}, 100_000),
        ({"due_day": SUNDAY}, 160_000),
        ({"due_day": MONDAY, "priority": 4, "carried_over": True}, 750_000),
    ],
)
def test_the_price_of_leaving_out(one_van: World, facts: dict[str, Any], cents: int) -> None:
    assert price(one_van.with_job("A", **facts)) == cents


def test_the_policy_raises_the_priority_of_an_urgent_visit(one_van: World) -> None:
    strict = one_van.with_policy(priority_floor=Floor(urgency={"urgent": 3}, tier={"gold": 4}))
    assert price(strict.with_job("A", urgency=Urgency.URGENT)) == 50_000
    assert price(strict.with_job("A", urgency=Urgency.URGENT, tier="gold")) == 80_000
    assert price(strict.with_job("A", urgency=Urgency.URGENT, priority=5)) == 150_000


def test_an_order_may_have_a_price_of_its_own(one_van: World) -> None:
    own = one_van.with_policy(unassigned_by_order_cents={"A": 700})
    for facts in ({}, {"priority": 5}, {"due_day": SUNDAY, "carried_over": True}):
        made = own.with_job("A", **facts)
        assert price(made) == 700
        prices = build_arrays(made.problem, made.matrix).arrays.visit[:2, V_PRICE]
        assert prices.tolist() == [700, 20_000]  # the search weighs the same


def test_holidays_are_no_working_days(one_van: World) -> None:
    # Tuesday is a holiday: of Tuesday and Wednesday one working day is left.
    branch: Branch = one_van.problem.branch
    holiday = Branch("B", "Branch", branch.place, calendar=WorkingCalendar({TUESDAY: False}))
    assert price(one_van.with_job("A", due_day=WEDNESDAY).but(branch=holiday)) == 30_000
    assert price(one_van.with_job("A", due_day=TUESDAY).but(branch=holiday)) == 100_000
