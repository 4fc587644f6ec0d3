"""Working days of a branch and its business hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days the branch works: all but its weekend, unless its own table says otherwise.

    Parameters
    ----------
    overrides
        Date to "is a working day": holidays, make-up working days, the branch's own rest days.
    unpublished_years
        Years whose make-up days are not announced yet, so that a day counted in them may still change. It is a doubt
        to be told, not a fact to plan with, and no part of equality.
    weekend
        The days of rest of every week, from 0 for Monday to 6 for Sunday; never all seven.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)
    unpublished_years: frozenset[int] = field(default=frozenset(), compare=False)
    weekend: frozenset[int] = frozenset({5, 6})

    def is_working_day(self, day: date) -> bool:
        """Return whether the branch works on that date."""
        return self.overrides.get(day, day.weekday() not in self.weekend)

    def working_days_left(self, *, after: date, until: date) -> int:
        """Count the working days later than `after`, up to and including `until`; -1 when `until` lies before `after`.

        >>> friday, tuesday = date(2026, 11, 20), date(2026, 11, 24)
        >>> WorkingCalendar().working_days_left(after=friday, until=tuesday)
        2
        """
        if until < after:
            return -1
        span = (until - after).days
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, span + 1))

    def preceding_working_day(self, day: date) -> date:
        """Return the last working day before `day`."""
        previous = day - timedelta(days=1)
        while not self.is_working_day(previous):
            previous -= timedelta(days=1)
        return previous

    def next_working_day(self, day: date) -> date:
        """Return the first working day after `day`."""
        return self.working_days_after(day, 1)[0]

    def working_days_after(self, day: date, count: int) -> tuple[date, ...]:
        """Return the first `count` working days after `day`, which is not counted itself.

        >>> saturday = date(2026, 11, 21)
        >>> [day.day for day in WorkingCalendar().working_days_after(saturday, 2)]
        [23, 24]
        """
        days: list[date] = []
        while len(days) < count:
            day += timedelta(days=1)
            if self.is_working_day(day):
                days.append(day)
        return tuple(days)

    def closures(self, *, after: date, until: date) -> tuple[tuple[date, date], ...]:
        """Return the stretches of rest between two days, both ends excluded, that are more than a plain weekend.

        Each is its first and last day of rest, weekends that join it included.
        """
        found: list[tuple[date, date]] = []
        rest: list[date] = []
        for n in range(1, (until - after).days + 1):
            day = after + timedelta(days=n)
            if day < until and not self.is_working_day(day):
                rest.append(day)
                continue
            if any(day in self.overrides for day in rest):
                found.append((rest[0], rest[-1]))
            rest = []
        return tuple(found)
