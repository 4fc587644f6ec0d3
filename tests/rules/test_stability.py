"""Deviating from the published plan costs, three times as much without notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.rules import Rule
from tests.worlds import SUNDAY_16, span

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


def test_other_days_and_unknown_visits_are_not_compared(two_vans: World) -> None:
    said = (PublishedVisit("B", "Ann", 1), PublishedVisit("gone", "Ann", 0))
    assert two_vans.but(published=said).judge({}).costs[Rule.STABILITY] == 0
