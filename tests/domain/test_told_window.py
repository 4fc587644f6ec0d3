"""What a customer is told of a planned visit: a window on the grid, around the start, and nothing impossible."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.order import Interval, PlaceKind
from optimizer.domain.told_window import cut, half_day, on_grid, window_to_tell
from optimizer.domain.units import HOUR_S, MINUTE_S, at
from optimizer.domain.wall_clock import WallClock
from tests.worlds import clock, job, person, span, world

HALF_HOURS = 30 * MINUTE_S


@pytest.mark.parametrize(
    ("start", "home", "firm"),
    [
        ("09:00", "08:30-10:30", "09:00-10:00"),
        ("09:10", "08:30-10:30", "09:00-10:00"),
        ("09:11", "09:00-11:00", "09:00-10:00"),
        ("09:20", "09:00-11:00", "09:00-10:00"),
        # No window of an hour has 09:21 to 09:29 in its first twenty minutes: 09:00 is past by the least.
        ("09:21", "09:00-11:00", "09:00-10:00"),
        ("09:29", "09:00-11:00", "09:00-10:00"),
        ("09:30", "09:00-11:00", "09:30-10:30"),
    ],
)
def test_the_first_third_of_the_window_holds_the_start(start: str, home: str, firm: str) -> None:
    for hours, expected in ((2, home), (1, firm)):
        assert on_grid(clock(start), width_s=hours * HOUR_S, grid_s=HALF_HOURS) == span(expected)


@pytest.mark.parametrize("width_s", [0, 60, 1800, 3600, 7200, 5400])
@pytest.mark.parametrize("grid_s", [0, 60, 900, 1800, 3600, 7200])
def test_it_holds_every_start_and_lies_on_the_grid(width_s: int, grid_s: int) -> None:
    for start_s in range(0, at(24), 7 * MINUTE_S):
        window = on_grid(start_s, width_s=width_s, grid_s=grid_s)
        assert window.open_s <= start_s <= window.close_s == window.open_s + width_s
        step_s = min(width_s, grid_s)
        assert step_s == 0 or window.open_s % step_s == 0
        if step_s and 3 * step_s <= width_s:
            assert 3 * (start_s - window.open_s) <= width_s


def test_a_half_day_ends_or_begins_at_noon() -> None:
    shanghai = WallClock(date(2026, 11, 23), "Asia/Shanghai")
    assert half_day(shanghai, at(11, 59)) == Interval(0, at(12))
    assert half_day(shanghai, at(12)) == Interval(at(12), at(24))
    assert half_day(shanghai, at(9, day=1)) == Interval(at(0, day=1), at(12, day=1))


def test_what_would_cut_the_start_away_cuts_nothing() -> None:
    window, bounds = span("09:00-11:00"), [span("08:00-09:40"), span("09:30-12:00"), span("09:25-10:30")]
    assert cut(window, clock("09:45"), bounds) == span("09:30-10:30")
    assert cut(window, clock("09:20"), bounds) == span("09:00-09:40")


def test_a_window_is_cut_in_the_words_of_the_customer_and_not_with_the_lead() -> None:
    made = world([job("A", place=10, requested="08:00-08:45")], [person("Ann")]).with_policy(arrival_lead_s=300)
    (used,) = made.problem.windows["A"]
    told = window_to_tell(made.problem, made.problem.visit_by_id["A"], start_s=clock("08:40"), used=used)
    assert told == span("08:30-08:45")
    assert made.plan({"Ann": ["A"]}).routes[0].stops[0].window == span("08:10-08:45")


def test_a_place_known_only_approximately_is_told_a_half_day() -> None:
    made = world([job("A", place=10, requested="08:00-15:00"), job("B", place=20)], [person("Ann")])
    place = replace(made.problem.visits[0].place, approximate=True)
    rough = made.with_job("A", place=place, base_s=4 * HOUR_S).with_job("B", place=place)
    windows = [stop.window for stop in rough.plan({"Ann": ["A", "B"]}).routes[0].stops]
    assert windows == [span("08:10-12:00"), span("12:00-17:00")]
    (afternoon,) = rough.with_job("A", ready_s=clock("12:00")).plan({"Ann": ["A"]}).routes[0].stops
    assert afternoon.window == span("12:00-15:00")


def test_who_is_no_home_is_told_the_narrower_window() -> None:
    kinds = (None, PlaceKind.OFFICE, PlaceKind.HOSPITAL, PlaceKind.FACTORY, PlaceKind.HOME)
    worlds = [world([job("A", place=50, place_kind=kind)], [person("Ann")]) for kind in kinds]
    told = [made.plan({"Ann": ["A"]}).routes[0].stops[0].window for made in worlds]
    assert told == [span("08:50-09:30")] * 4 + [span("08:50-10:30")]


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("王女士", None, "08:50-10:30"),
        ("Ms. Cole", None, "08:50-10:30"),
        ("晨禾便利店", None, "08:50-09:30"),
        ("王女士", PlaceKind.OFFICE, "08:50-09:30"),
    ],
)
def test_who_has_the_name_of_a_person_is_at_home_unless_the_place_says_otherwise(
    name: str, kind: PlaceKind | None, told: str
) -> None:
    made = world([job("A", place=50, name=name, place_kind=kind)], [person("Ann")])
    assert made.plan({"Ann": ["A"]}).routes[0].stops[0].window == span(told)
    assert made.broken({"Ann": ["A"]}) == []


def test_the_grid_follows_the_clock_on_the_wall_behind_a_change_of_clocks() -> None:
    berlin = WallClock(date(2027, 3, 28), "Europe/Berlin")
    start_s = berlin.moment_s(0, at(9, 5))
    midnight_s = berlin.moment_s(0)
    window = on_grid(start_s - midnight_s, width_s=HOUR_S, grid_s=HALF_HOURS)
    assert [berlin.text(moment_s) for moment_s in (window.open_s, window.close_s)] == ["09:00", "10:00"]
