"""A service starts within a window (plus the lateness allowed) and lies inside the customer's hours."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.rules import Rule
from tests.worlds import World, span


def test_a_start_at_the_close_is_in_time(one_van: World) -> None:
    # A is reached at 08:10.
    for window, expected in (("08:00-08:10", []), ("08:00-08:09", [(Rule.WINDOW, 60)])):
        assert one_van.with_job("A", requested=(span(window),)).broken({"Ann": ["A"]}) == expected


def test_lateness_beyond_what_is_allowed_breaks_the_window(late_promise: World) -> None:
    # The window closes at 08:30, A is reached at 09:00: 30 minutes late.
    route = {"Ann": ["A"]}
    assert late_promise.broken(route) == []
    assert late_promise.with_policy(max_lateness_s=1800).broken(route) == []
    assert late_promise.with_policy(max_lateness_s=1500).broken(route) == [(Rule.WINDOW, 300)]
    assert late_promise.with_policy(max_lateness_s=None).broken(route) == []


def test_the_lead_is_taken_off_the_close(one_van: World) -> None:
    tight = one_van.with_job("A", promised=(span("08:00-08:12"),))
    assert tight.broken({"Ann": ["A"]}) == []
    assert tight.with_policy(arrival_lead_s=300).broken({"Ann": ["A"]}) == [(Rule.WINDOW, 180)]


def test_a_visit_without_a_window_this_day_cannot_be_planned(one_van: World) -> None:
    tomorrow = one_van.with_job("A", requested=(Interval(100_000, 110_000),))
    (violation,) = tomorrow.judge({"Ann": ["A"]}).violations
    assert violation.message == "Visit A has no window on this day."


@pytest.mark.parametrize(("close", "missing_s"), [("08:40", None), ("08:30", 600)])
def test_the_whole_service_lies_inside_opening_hours(one_van: World, close: str, missing_s: int | None) -> None:
    # From 08:10 to 08:40.
    hours = one_van.with_job("A", opening=((0, span(f"08:00-{close}")),))
    expected = [] if missing_s is None else [(Rule.WINDOW, missing_s)]
    assert hours.broken({"Ann": ["A"]}) == expected
    assert hours.with_job("A", works_through=True).broken({"Ann": ["A"]}) == []


@pytest.mark.parametrize(("second", "expected"), [("08:20-18:00", []), ("08:15-18:00", []), ("08:21-18:00", ["08:21"])])
def test_a_service_may_lie_across_hours_that_meet(one_van: World, second: str, expected: list[str]) -> None:
    """From 08:10 to 08:40; a gap of a minute makes it wait."""
    hours = one_van.with_job("A", opening=((0, span("08:00-08:20")), (0, span(second))))
    assert hours.broken({"Ann": ["A"]}) == []
    assert hours.starts({"Ann": ["A"]}) == {"A": expected[0] if expected else "08:10"}
    assert {visit_id for route in hours.solved().routes for visit_id in route.visit_ids} == {"A", "B"}


def test_hours_that_meet_at_midnight_are_one_stretch(one_van: World) -> None:
    always = one_van.but(days=2).with_job(
        "A", requested=(), opening=tuple((day, span("00:00-24:00")) for day in (0, 1))
    )
    assert always.problem.hours["A"] == (Interval(0, 2 * 86_400),)
    assert always.broken({"Ann": ["A"]}) == []
