"""Deviating from the published plan costs, three times as much without notice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.rules import Rule
from tests.worlds import MONDAY, SUNDAY_16, clock, span

if TYPE_CHECKING:
    from tests.worlds import World

HERE, ELSEWHERE = {"Ann": ["B"]}, {"Ben": ["B"]}  # B starts at 08:10.


def price(made: World, routes: dict[str, list[str]], **said: Any) -> int:
    """Return the price of stability when B was published for Ann, with these words."""
    facts = {"told": span("08:00-09:00"), **said}
    return made.but(published=(PublishedVisit("B", "Ann", 0, **facts),)).judge(routes).costs[Rule.STABILITY]


def test_keeping_the_plan_costs_nothing(two_vans: World) -> None:
    assert price(two_vans, HERE) == 0
    assert two_vans.judge(ELSEWHERE).costs[Rule.STABILITY] == 0


@pytest.mark.parametrize(
    ("routes", "told", "cents"),
    [
        (HERE, "08:10-08:10", 0),
        (HERE, "08:11-09:00", 500),
        (HERE, "07:00-08:09", 500),
        (ELSEWHERE, "08:00-09:00", 1_000),
        (ELSEWHERE, "09:00-10:00", 1_000),  # The dearer deviation alone.
        ({}, "09:00-10:00", 2_000),
    ],
)
def test_the_dearest_deviation_counts(two_vans: World, routes: dict[str, list[str]], told: str, cents: int) -> None:
    assert price(two_vans, routes, told=span(told)) == cents


def test_without_notice_it_costs_three_times_as_much(two_vans: World) -> None:
    sunday = two_vans.but(as_of_s=SUNDAY_16)
    assert price(sunday, ELSEWHERE) == 3_000
    assert price(sunday, {}) == 6_000


def test_a_visit_without_a_told_window_can_still_be_dropped_or_given_away(two_vans: World) -> None:
    assert price(two_vans, HERE, told=None) == 0
    assert price(two_vans, ELSEWHERE, told=None) == 1_000
    assert price(two_vans, {}, told=None) == 2_000


def test_an_agreed_change_is_still_a_change_of_the_published_plan(two_vans: World) -> None:
    assert price(two_vans, HERE, told=Interval(0, 1), agreed=True) == 500


def test_unknown_visits_are_not_compared(two_vans: World) -> None:
    assert two_vans.but(published=(PublishedVisit("gone", "Ann", 0),)).judge({}).costs[Rule.STABILITY] == 0


# --- told for a day that is not planned here ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "routes", "cents"),
    [
        (1, HERE, 2_000),  # Told for tomorrow, served today.
        (1, ELSEWHERE, 2_000),  # Another technician as well: another day alone counts.
        (1, {}, 0),  # What was told can still be kept.
        (9, HERE, 2_000),
        (-1, HERE, 0),  # Nobody can keep yesterday any more.
        (-1, {}, 0),
    ],
)
def test_only_what_was_told_for_a_later_day_can_still_be_broken(
    two_vans: World, day: int, routes: dict[str, list[str]], cents: int
) -> None:
    said = (PublishedVisit("B", "Ann", day, span("08:00-09:00", day)),)
    assert two_vans.but(published=said).judge(routes).costs[Rule.STABILITY] == cents


def test_the_notice_of_a_later_day_is_that_of_its_own_eve(two_vans: World) -> None:
    # Wednesday's deadline is Tuesday's close; Monday's, on Friday, is over.
    wednesday = two_vans.but(as_of_s=SUNDAY_16, published=(PublishedVisit("B", "Ann", 2),))
    assert wednesday.judge(HERE).costs[Rule.STABILITY] == 2_000
    # On Saturday, of which Monday is the next working day, nothing can be announced for either any more.
    saturday = {"first_day": MONDAY - timedelta(2), "as_of_s": clock("07:00")}
    monday = two_vans.but(published=(PublishedVisit("B", "Ann", 2),), **saturday)
    assert monday.judge(HERE).costs[Rule.STABILITY] == 6_000


def test_a_window_told_for_a_later_day_binds_no_start_and_makes_nothing_mandatory(two_vans: World) -> None:
    said = (PublishedVisit("B", "Ann", 1, span("10:00-11:00", 1)),)
    # Past the notice deadline of Tuesday; the floor, which lies after Monday's shifts, is off.
    late = two_vans.but(published=said, as_of_s=clock("18:00")).with_policy(lead_to_leave_s=None)
    assert late.broken({}) == late.broken(HERE) == []


@pytest.mark.parametrize("day", [-1, 1])
def test_the_engine_prices_what_was_told_for_other_days(two_vans: World, day: int) -> None:
    made = two_vans.but(published=(PublishedVisit("B", "Ann", day, span("08:00-09:00", day)),))
    plan = made.solved()
    assert plan.served == 3
    assert plan.costs[Rule.STABILITY] == (2_000 if day == 1 else 0)


def test_the_engine_leaves_to_its_day_what_is_cheaper_there(two_vans: World) -> None:
    """To serve B costs 25 000 beside its travel, to leave it out 20 000 and no change of what was told."""
    said = (PublishedVisit("B", "Ann", 1),)
    made = two_vans.but(published=said).with_policy(dropped_cents=25_000)
    assert {left.visit_id for left in made.solved().unassigned} == {"B"}
