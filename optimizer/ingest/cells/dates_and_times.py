"""Dates and times at the edge: how they are written, and the branch's clock.

Inside, a moment is whole seconds since local midnight of day 0 by the branch's wall clock: 09:00 is `at(9)` on every
date, also on one whose night has 23 or 25 hours, just as opening hours and shifts are meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.units import DAY_S, clock_text

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
MOMENT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2}(?::\d{2})?)?",
    re.ASCII,
)
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


def as_moment(match: re.Match[str]) -> datetime | None:
    """Return the moment that `MOMENT` matched; `None` when no calendar or clock has it."""
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    end_of_day = (hour, minute, second) == (24, 0, 0)
    try:
        offset = _offset(match[7])
        moment = datetime(year, month, day, 0 if end_of_day else hour, minute, second, tzinfo=offset)
        return moment + timedelta(days=1) if end_of_day else moment
    except (ValueError, OverflowError):
        return None


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(6, "0")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-offset if text[0] == "-" else offset)


def iso_duration_seconds(text: str) -> int | None:
    """Return the seconds of an ISO 8601 duration of days, hours, minutes and seconds; `None` when it is none.

    >>> iso_duration_seconds("PT1H30M")
    5400
    """
    match = _DURATION.fullmatch(text)
    if not match or len(text) > 40 or text.endswith(("P", "T")):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    total = days * DAY_S + hours * 3600 + minutes * 60 + seconds
    return -total if match[1] else total


def iso_duration(seconds: int) -> str:
    """Return an ISO 8601 duration: 5 400 is `PT1H30M`."""
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
    return "PT" + ("".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0S")


def excel_day(text: str) -> date | None:
    """Return the date that a spreadsheet's day number stands for (years 2009 to 2064); a fraction is the time."""
    if not re.fullmatch(r"[45]\d{4}(\.\d+)?", text, re.ASCII):
        return None
    return date(1899, 12, 30) + timedelta(days=int(text[:5]))


def time_text(seconds: int) -> str:
    """Return `HH:MM` or `HH:MM:SS` of the seconds of a day; the day's end is `24:00`."""
    return "24:00" if seconds == DAY_S else clock_text(seconds)


@dataclass(frozen=True, slots=True)
class BranchClock:
    """The branch's wall clock, counted in seconds from midnight of the horizon's first day.

    Parameters
    ----------
    days
        How many days are planned.
    """

    first_day: date
    zone: ZoneInfo
    days: int = 1

    def is_planned(self, day: date) -> bool:
        """Return whether a date lies in the horizon."""
        return 0 <= (day - self.first_day).days < self.days

    def is_beside(self, day: date) -> bool:
        """Return whether a date is the one before the horizon or the one after it."""
        return (day - self.first_day).days in (-1, self.days)

    def planned_days(self) -> tuple[date, ...]:
        """Return the dates of the horizon."""
        return tuple(self.first_day + timedelta(days=n) for n in range(self.days))

    def planned_text(self) -> str:
        """Return the horizon for a message: its date, or its first and last."""
        days = self.planned_days()
        return days[0].isoformat() if len(days) == 1 else f"{days[0].isoformat()} – {days[-1].isoformat()}"

    def seconds(self, moment: datetime) -> int:
        """Return the clock's seconds of a moment; one without an offset is local already."""
        wall = moment.replace(tzinfo=None)
        if moment.tzinfo is not None and wall.replace(tzinfo=self.zone).utcoffset() != moment.utcoffset():
            wall = moment.astimezone(self.zone).replace(tzinfo=None)
        return round((wall - self._midnight).total_seconds())

    def on(self, day: date, time: int | datetime) -> int:
        """Return the clock's seconds of a time of that day, or of a moment that names its own day."""
        return self.seconds(time) if isinstance(time, datetime) else (day - self.first_day).days * DAY_S + time

    def interval(self, opens: datetime, closes: datetime) -> Interval:
        """Return a window on the clock."""
        open_s = self.seconds(opens)
        return Interval(open_s, max(open_s, self.seconds(closes)))

    def local(self, seconds: int) -> datetime:
        """Return a moment as local date and time, without an offset."""
        return self._midnight + timedelta(seconds=seconds)

    def iso(self, seconds: int) -> str:
        """Return a moment as ISO 8601 with the branch's offset."""
        return (self._midnight + timedelta(seconds=seconds)).replace(tzinfo=self.zone).isoformat()

    def time_or_iso(self, day: date, seconds: int) -> str:
        """Return `HH:MM` when the moment lies on that day, else the full moment."""
        of_day = seconds - (day - self.first_day).days * DAY_S
        return time_text(of_day) if 0 <= of_day <= DAY_S else self.iso(seconds)

    @property
    def _midnight(self) -> datetime:
        return datetime(self.first_day.year, self.first_day.month, self.first_day.day)
