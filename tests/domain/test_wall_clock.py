"""The one place where days become moments: elapsed seconds, whatever the clocks on the wall do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.units import DAY_S, HOUR_S, at
from optimizer.domain.wall_clock import WallClock

SHANGHAI = WallClock(date(2026, 11, 23), "Asia/Shanghai")
#: Forward in the night before Sunday 28 March 2027, at 02:00.
SPRING = WallClock(date(2027, 3, 27), "Europe/Berlin")
#: Back in the night before Sunday 31 October 2027, at 03:00.
AUTUMN = WallClock(date(2027, 10, 30), "Europe/Berlin")


@pytest.mark.parametrize("day", [-3, 0, 6])
def test_where_no_clock_changes_a_day_has_24_hours(day: int) -> None:
    assert SHANGHAI.moment_s(day, at(8, 30)) == at(8, 30, day=day)
    assert SHANGHAI.day_of(at(8, 30, day=day)) == day
    assert SHANGHAI.text(at(8, 30, day=day)) == "08:30"


@pytest.mark.parametrize(("clock", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_the_day_of_the_change_is_an_hour_shorter_or_longer(clock: WallClock, hours: int) -> None:
    assert clock.moment_s(1) == DAY_S
    assert clock.moment_s(2) == DAY_S + hours * HOUR_S
    assert [clock.text(clock.moment_s(day, at(9))) for day in range(-1, 3)] == ["09:00"] * 4
    assert clock.moment_s(0, at(33)) == clock.moment_s(1, at(9)), "33:00 is 09:00 of the next day"


def test_a_night_with_a_change_has_its_real_length() -> None:
    night = SPRING.moment_s(0, at(22)), SPRING.moment_s(1, at(6))
    assert night[1] - night[0] == 7 * HOUR_S
    night = AUTUMN.moment_s(0, at(22)), AUTUMN.moment_s(1, at(6))
    assert night[1] - night[0] == 9 * HOUR_S


def test_a_time_that_is_left_out_is_as_long_after_midnight_as_it_says() -> None:
    assert SPRING.text(SPRING.moment_s(1, at(2, 15))) == "03:15"
    assert SPRING.interval(1, Interval(at(1, 30), at(2, 30))) == SPRING.interval(1, Interval(at(1, 30), at(3, 30)))
    assert SPRING.interval(1, Interval(at(2, 45), at(3, 15))) == Interval(*[SPRING.moment_s(1, at(3, 45))] * 2)


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    first_s = AUTUMN.moment_s(1, at(2, 30))
    assert [AUTUMN.zoned(first_s + s).isoformat() for s in (0, HOUR_S)] == [
        "2027-10-31T02:30:00+02:00",
        "2027-10-31T02:30:00+01:00",
    ]
    assert AUTUMN.text(first_s) == AUTUMN.text(first_s + HOUR_S) == "02:30"


def test_a_zone_that_changes_at_midnight_begins_its_day_with_the_change() -> None:
    cairo = WallClock(date(2027, 4, 29), "Africa/Cairo")
    assert cairo.text(cairo.moment_s(1)) == "01:00"
    assert cairo.day_of(cairo.moment_s(1)) == 1
    assert cairo.day_of(cairo.moment_s(1) - 1) == 0


@pytest.mark.parametrize("clock", [SHANGHAI, SPRING, AUTUMN])
def test_moments_and_what_the_clock_shows_are_two_ways_of_one_thing(clock: WallClock) -> None:
    for moment_s in range(-DAY_S, 3 * DAY_S, 1800):
        shown = clock.zoned(moment_s)
        assert clock.moment_of(shown) == clock.moment_of(shown.astimezone(UTC)) == moment_s
        assert clock.moment_of(shown.astimezone(timezone(timedelta(hours=-5)))) == moment_s
        assert clock.local(moment_s) == shown.replace(tzinfo=None)
        if clock.moment_of(clock.local(moment_s)) != moment_s:
            assert clock is AUTUMN
            assert shown.fold == 1
    assert clock.moment_of(datetime(2027, 10, 30, 9)) == clock.moment_s(
        (date(2027, 10, 30) - clock.first_day).days, at(9)
    )
