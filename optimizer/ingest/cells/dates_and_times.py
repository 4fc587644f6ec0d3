"""Dates and times at the edge: how they are written, and the branch's clock.

Inside, a moment is elapsed seconds since the midnight of day 0 (`domain/wall_clock.py`). 09:00 is when the branch's
clock shows 09:00, on every date; a night in which the clocks change lasts as long as it lasts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.units import DAY_S, HOUR_S, MINUTE_S, clock_text
from optimizer.domain.wall_clock import WallClock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: Two times, the second before the first, are read as over midnight up to this length; beyond it as swapped.
LONGEST_NIGHT_S = 14 * HOUR_S

#: How people say that a time is of the day after the row's.
NEXT_DAY = "次日|翌日|第二天|next day"
TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
TIME_OF_NEXT_DAY = re.compile(rf"(?:{NEXT_DAY})\s*(\S+)|(\S+)\s*\(?\+1\)?", re.IGNORECASE)
MOMENT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2}(?::\d{2})?)?",
    re.ASCII,
)
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


def as_moment(match: re.Match[str]) -> datetime | None:
    """Return the moment that `MOMENT` matched; `None` when no calendar or clock has it."""
    year, month, day, hour, minute = map(int, match.group(1, 2, 3, 4, 5))
    second = int(match[6] or 0)
    end_of_day = (hour, minute, second) == (24, 0, 0)
    try:
        offset = _offset(match[7])
        moment = datetime(year, month, day, 0 if end_of_day else hour, minute, second, tzinfo=offset)
        return moment + timedelta(days=1) if end_of_day else moment
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
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


def span_text(seconds: int) -> str:
    """Return `09:30` or `09:30:20`; hours go on beyond 24:00."""
    text = f"{seconds // HOUR_S:02d}:{seconds % HOUR_S // MINUTE_S:02d}"
    return text if seconds % MINUTE_S == 0 else f"{text}:{seconds % MINUTE_S:02d}"


def moment_text(moment: datetime) -> str:
    """Return `2026-11-23 09:30`, with seconds where there are some."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"


#: A plan asks its clock thousands of times.
_wall_clock = lru_cache(maxsize=64)(WallClock)


@lru_cache(maxsize=8_192)
def _iso(first_day: date, timezone: str, seconds: int) -> str:
    """Return a moment as ISO 8601: windows and shifts are those of many, and a plan is written more than once."""
    return _wall_clock(first_day, timezone).zoned(seconds).isoformat()


def window_text(opens: datetime, closes: datetime) -> str:
    """Return a window as it is typed; one that closes with its day ends at 24:00.

    >>> window_text(datetime(2026, 11, 23, 19), datetime(2026, 11, 24))
    '2026-11-23 19:00/24:00'
    """
    is_day_over = f"{closes:%H:%M}" == "00:00" and closes.date() > opens.date()
    return f"{opens:%Y-%m-%d %H:%M}/{'24:00' if is_day_over else f'{closes:%H:%M}'}"


@dataclass(frozen=True, slots=True)
class BranchClock:
    """The branch's wall clock over the days to plan, as the reader needs it.

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
        """Return whether a date is the one before the horizon, or of the week after it."""
        number = (day - self.first_day).days
        return number == -1 or self.days <= number < self.days + 7

    def planned_days(self) -> tuple[date, ...]:
        """Return the dates of the horizon."""
        return tuple(self.first_day + timedelta(days=n) for n in range(self.days))

    def planned_text(self) -> str:
        """Return the horizon for a message: its date, or its first and last."""
        days = self.planned_days()
        return days[0].isoformat() if len(days) == 1 else f"{days[0].isoformat()} – {days[-1].isoformat()}"

    @property
    def wall(self) -> WallClock:
        """The clock on the branch's wall."""
        return _wall_clock(self.first_day, self.zone.key)

    def seconds(self, moment: datetime) -> int:
        """Return the clock's seconds of a moment; one without an offset is local already."""
        return self.wall.moment_of(moment)

    def on(self, day: date, time: int | datetime) -> int:
        """Return the clock's seconds of a time of that day, or of a moment that names its own day."""
        if isinstance(time, datetime):
            return self.seconds(time)
        return self.wall.moment_s((day - self.first_day).days, time)

    def day_of(self, seconds: int) -> int:
        """Return the day index that a moment falls on."""
        return self.wall.day_of(seconds)

    def date_at(self, seconds: int) -> date:
        """Return the date that a moment falls on."""
        return self.local(seconds).date()

    def interval(self, opens: datetime, closes: datetime) -> Interval:
        """Return a window on the clock."""
        open_s = self.seconds(opens)
        return Interval(open_s, max(open_s, self.seconds(closes)))

    def local(self, seconds: int) -> datetime:
        """Return a moment as local date and time, without an offset."""
        return self.wall.local(seconds)

    def shown_s(self, start: int, end: int) -> int:
        """Return how far apart two moments are by what the clock shows, a change of clocks between them or not."""
        return round((self.local(end) - self.local(start)).total_seconds())

    def iso(self, seconds: int) -> str:
        """Return a moment as ISO 8601 with the branch's offset."""
        return _iso(self.first_day, self.zone.key, seconds)

    def time_or_iso(self, day: date, seconds: int) -> str:
        """Return `HH:MM` when that time of the day means the moment, else the full moment."""
        shown = self.local(seconds)
        time_s = round((shown - datetime(day.year, day.month, day.day)).total_seconds())
        is_time = 0 <= time_s <= DAY_S and self.on(day, time_s) == seconds
        return time_text(time_s) if is_time else self.iso(seconds)
