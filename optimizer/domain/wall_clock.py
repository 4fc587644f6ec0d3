"""The branch's wall clock against elapsed seconds: the one place that knows how days become moments.

A moment is whole seconds since the midnight with which the horizon begins, as a stopwatch counts them: a change of
clocks changes no length. People speak of days and of times of the day instead. This is where the one becomes the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from optimizer.domain.order import Interval
from optimizer.domain.units import DAY_S, clock_text


@dataclass(frozen=True, slots=True)
class WallClock:
    """What the clock on the wall of a branch shows.

    Parameters
    ----------
    first_day
        The date of day 0.
    timezone
        IANA name of the branch's time zone.

    Examples
    --------
    In Berlin the night before Sunday 28 March 2027 lasts an hour less:

    >>> berlin = WallClock(date(2027, 3, 27), "Europe/Berlin")
    >>> berlin.moment_s(1, 9 * 3600) - berlin.moment_s(0, 9 * 3600) == 23 * 3600
    True
    >>> berlin.text(berlin.moment_s(1, 9 * 3600))
    '09:00'
    """

    first_day: date
    timezone: str

    def date_of(self, day: int) -> date:
        """Return the date of a day index."""
        return self.first_day + timedelta(days=day)

    def moment_s(self, day: int, time_s: int = 0) -> int:
        """Return the moment at which the clock shows a time of a day.

        Parameters
        ----------
        day
            Day index; negative before the horizon.
        time_s
            Seconds of the day as the clock shows them; beyond 24:00 they are of the days after.

        Notes
        -----
        A time that a change of clocks leaves out is as much after the change as it is after the hour left out began;
        of a time that comes twice the first is meant.
        """
        begins = _begin_of(self.first_day, self.timezone)
        wall = begins.midnight + timedelta(days=day, seconds=time_s)
        return day * DAY_S + time_s + begins.offset_s - _offset_s(wall)

    def moment_of(self, moment: datetime) -> int:
        """Return the moment of a date and time: of a zone of its own, else as this clock shows it."""
        if moment.tzinfo is None:
            of_day = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
            return self.moment_s((moment.date() - self.first_day).days, of_day.seconds)
        return round((moment.astimezone(UTC) - _begin_of(self.first_day, self.timezone).in_utc).total_seconds())

    @property
    def ever_changes(self) -> bool:
        """Return whether the clocks change within a year of the horizon."""
        midnight = _begin_of(self.first_day, self.timezone).midnight
        return len({_offset_s(midnight + timedelta(days=30 * n)) for n in range(-12, 13)}) > 1

    def is_left_out(self, wall: datetime) -> bool:
        """Return whether no clock shows a local date and time: it lies in an hour that a change leaves out."""
        return self._turn_s(wall) > 0

    def comes_twice(self, wall: datetime) -> bool:
        """Return whether the clock shows a local date and time before a change and after it again."""
        return self._turn_s(wall) < 0

    def _turn_s(self, wall: datetime) -> int:
        """Return by how much the clocks are put forward at a local time; 0 where that time is once."""
        zoned = wall.replace(tzinfo=ZoneInfo(self.timezone))
        return _offset_s(zoned.replace(fold=1)) - _offset_s(zoned.replace(fold=0))

    def interval(self, day: int, hours: Interval) -> Interval:
        """Return hours of the day, as the clock shows them, as moments of one day."""
        open_s = self.moment_s(day, hours.open_s)
        return Interval(open_s, max(open_s, self.moment_s(day, hours.close_s)))

    def local(self, moment_s: int) -> datetime:
        """Return the date and time that the clock shows at a moment, without a zone."""
        return self.zoned(moment_s).replace(tzinfo=None)

    def zoned(self, moment_s: int) -> datetime:
        """Return a moment with the branch's offset at that moment."""
        begins = _begin_of(self.first_day, self.timezone)
        return (begins.in_utc + timedelta(seconds=moment_s)).astimezone(begins.midnight.tzinfo)

    def day_of(self, moment_s: int) -> int:
        """Return the day index that a moment falls on; the eve of the horizon is day -1."""
        return (self.local(moment_s).date() - self.first_day).days

    def time_s(self, moment_s: int) -> int:
        """Return the seconds of the day that the clock shows at a moment."""
        shown = self.local(moment_s)
        return (shown.hour * 60 + shown.minute) * 60 + shown.second

    def text(self, moment_s: int) -> str:
        """Return `HH:MM` as the clock shows it at a moment, with seconds only when they are not zero."""
        return clock_text(self.time_s(moment_s))


class _Begin(NamedTuple):
    """The midnight with which a horizon begins: by the branch's clock, in UTC, and how far the two are apart."""

    midnight: datetime
    in_utc: datetime
    offset_s: int


@lru_cache(maxsize=64)
def _begin_of(first_day: date, timezone: str) -> _Begin:
    """Return where a clock begins; it is asked for each of many moments."""
    midnight = datetime.combine(first_day, time(), ZoneInfo(timezone))
    return _Begin(midnight, midnight.astimezone(UTC), _offset_s(midnight))


def _offset_s(wall: datetime) -> int:
    offset = wall.utcoffset()
    assert offset is not None
    return round(offset.total_seconds())
