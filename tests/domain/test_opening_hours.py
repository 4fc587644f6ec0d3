"""Opening hours over a horizon: which days they fall on, nights, and closed hours in between."""

from __future__ import annotations

from datetime import date

from optimizer.domain.opening_hours import open_days, service_hours
from optimizer.domain.order import Interval
from optimizer.domain.units import DAY_S, at
from optimizer.domain.wall_clock import WallClock

#: A Monday.
CLOCK = WallClock(date(2026, 11, 23), "Asia/Shanghai")
BUSINESS = Interval(at(8, 30), at(17, 30))


def test_only_the_days_of_the_horizon_on_which_a_customer_is_open() -> None:
    opening = ((0, Interval(at(9), at(12))), (0, Interval(at(13), at(17))), (2, Interval(at(9), at(12))))
    assert open_days(CLOCK, 1, DAY_S, opening, BUSINESS) == (Interval(at(9), at(12)), Interval(at(13), at(17)))
    assert open_days(CLOCK, 3, 3 * DAY_S, opening, BUSINESS)[2:] == (Interval(2 * DAY_S + at(9), 2 * DAY_S + at(12)),)


def test_who_states_no_hours_has_those_of_the_branch() -> None:
    assert open_days(CLOCK, 1, DAY_S, None, BUSINESS) == (BUSINESS,)


def test_hours_of_the_night_are_of_the_days_that_they_touch() -> None:
    nights = ((6, Interval(at(20), at(26))), (1, Interval(at(0), at(6))))
    of_the_eve = Interval(at(20) - DAY_S, at(2))
    assert open_days(CLOCK, 1, DAY_S, nights, BUSINESS) == (of_the_eve,)
    assert open_days(CLOCK, 1, DAY_S + at(2), nights, BUSINESS) == (of_the_eve, Interval(DAY_S, DAY_S + at(6)))


def test_closed_hours_are_cut_out_and_stretches_that_touch_are_one() -> None:
    opening = ((0, Interval(at(8), at(12))), (0, Interval(at(12), at(18))))
    lunch = (Interval(at(11, 30), at(13)),)
    assert service_hours(CLOCK, 1, DAY_S, opening, (), BUSINESS) == (Interval(at(8), at(18)),)
    assert service_hours(CLOCK, 1, DAY_S, opening, lunch, BUSINESS) == (
        Interval(at(8), at(11, 30)),
        Interval(at(13), at(18)),
    )


def test_without_opening_hours_only_the_closed_ones_are_out() -> None:
    found = service_hours(CLOCK, 1, DAY_S, None, (Interval(at(12), at(13)),), BUSINESS)
    assert found == (Interval(0, at(12)), Interval(at(13), DAY_S + at(12)), Interval(DAY_S + at(13), 2 * DAY_S))
