"""When customers are open on the days of a horizon: many have the same hours, which are worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from optimizer.domain.order import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.wall_clock import WallClock

#: Opening hours of a week: weekday and hours of the day.
Opening: TypeAlias = tuple[tuple[int, Interval], ...]

#: So many different hours are kept; a branch has hardly more.
MOST_KEPT = 2_048


@lru_cache(maxsize=MOST_KEPT)
def open_days(
    clock: WallClock, days: int, end_s: int, opening: Opening | None, business: Interval
) -> tuple[Interval, ...]:
    """Return the opening hours on each day of a horizon, else the branch's business hours.

    Hours of the eve that go on over midnight count, and those that open before the horizon ends.

    Parameters
    ----------
    end_s
        When the horizon ends, which may be in the night after its last day.
    """
    hours = []
    for day in range(-1, days + 1):
        weekday = clock.date_of(day).weekday()
        daily = [business] if opening is None else [stretch for on, stretch in opening if on == weekday]
        hours += [clock.interval(day, stretch) for stretch in daily]
    return tuple(sorted(stretch for stretch in hours if stretch.close_s > 0 and stretch.open_s < end_s))


@lru_cache(maxsize=MOST_KEPT)
def service_hours(
    clock: WallClock, days: int, end_s: int, opening: Opening | None, closed: tuple[Interval, ...], business: Interval
) -> tuple[Interval, ...]:
    """Return the stretches of a horizon inside which a whole service must lie: open, and not closed.

    Without opening hours these are all hours but the closed ones.
    """
    if opening is None:
        stretches = [Interval(clock.moment_s(day), clock.moment_s(day + 2)) for day in range(days)]
    else:
        stretches = list(open_days(clock, days, end_s, opening, business))
    for day in range(-1, days + 1):
        for hours in closed:
            stretches = _cut(stretches, clock.interval(day, hours))
    return _joined(stretches)


def _joined(stretches: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return stretches in order, those that touch as one: hours until 24:00 and from 00:00 are those of one night."""
    joined: list[Interval] = []
    for stretch in sorted(stretches):
        if joined and stretch.open_s <= joined[-1].close_s:
            stretch = Interval(joined[-1].open_s, max(joined.pop().close_s, stretch.close_s))
        joined.append(stretch)
    return tuple(joined)


def _cut(stretches: list[Interval], closed: Interval) -> list[Interval]:
    """Take `closed` out of every stretch; a service may end when the closed hours begin and start when they end."""
    left = [Interval(s.open_s, min(s.close_s, closed.open_s)) for s in stretches if s.open_s < closed.open_s]
    right = [Interval(max(s.open_s, closed.close_s), s.close_s) for s in stretches if s.close_s > closed.close_s]
    return left + right
