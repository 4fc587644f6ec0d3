"""Promised windows bind a visit when it is served, and do not make it mandatory."""

from __future__ import annotations

import pytest

from optimizer.domain.plan import UnassignedState
from optimizer.domain.rules import Rule
from tests.worlds import World, clock, job, person, span, world

BOTH, B_ALONE = {"Ann": ["A", "B"]}, {"Ann": ["B"]}


def promised(*windows: tuple[str, int]) -> World:
    """A, wanted all day, is promised these windows (hours and day); only Monday is planned. B is near it."""
    said = tuple(span(hours, day) for hours, day in windows)
    return world([job("A", place=10, promised=said), job("B", place=20)], [person("Ann")])


def state_of_a(made: World) -> UnassignedState:
    [left] = made.plan(B_ALONE).unassigned
    assert left.visit_id == "A"
    return left.state


def test_a_promise_goes_before_what_was_requested() -> None:
    assert promised(("10:00-11:00", 0)).starts(BOTH)["A"] == "10:00"
    assert promised(("08:00-08:05", 0)).broken(BOTH) == [(Rule.WINDOW, 300)]


def test_a_promise_of_the_day_may_be_broken_at_its_price() -> None:
    made = promised(("10:00-11:00", 0))
    assert made.costs(B_ALONE) == {Rule.UNASSIGNED: 20_000, Rule.PROMISE: 50_000, Rule.TRAVEL: 2_000}
    assert state_of_a(made) is UnassignedState.WILL_BREAK


@pytest.mark.parametrize("windows", [(("09:00-11:00", 1),), (("09:00-11:00", 1), ("09:00-11:00", 3))])
def test_a_visit_promised_for_later_days_waits(windows: tuple[tuple[str, int], ...]) -> None:
    made = promised(*windows)
    assert made.broken(BOTH) == [(Rule.WINDOW, 1)]
    assert made.broken(B_ALONE) == []
    assert state_of_a(made) is UnassignedState.WAITS


def test_with_one_window_in_the_horizon_and_one_behind_it_both_is_allowed() -> None:
    made = promised(("10:00-11:00", 0), ("09:00-11:00", 1))
    assert made.starts(BOTH)["A"] == "10:00"
    assert made.broken(BOTH) == []
    assert state_of_a(made) is UnassignedState.WAITS


def test_a_promise_that_is_over_binds_nobody() -> None:
    made = promised(("09:00-10:00", -4))
    assert made.starts(BOTH)["A"] == "08:30"  # The branch's business hours.
    assert made.broken(BOTH) == []


def test_the_engine_leaves_to_its_day_what_is_promised_for_later() -> None:
    made = promised(("09:00-11:00", 1))
    plan = made.solved()
    assert [route.visit_ids for route in plan.routes] == [("B",)]
    assert [left.state for left in plan.unassigned] == [UnassignedState.WAITS]


def test_the_engine_breaks_a_promise_rather_than_find_no_plan() -> None:
    made = promised(("08:00-08:05", 0))  # Ann is there at 08:10.
    plan = made.solved()
    assert [route.visit_ids for route in plan.routes] == [("B",)]
    assert plan.unassigned[0].state is UnassignedState.WILL_BREAK


def test_the_engine_serves_in_the_window_that_was_promised() -> None:
    plan = promised(("15:00-16:00", 0)).solved()
    starts = {stop.visit_id: stop.start_s for route in plan.routes for stop in route.stops}
    assert clock("15:00") <= starts["A"] <= clock("16:00")
