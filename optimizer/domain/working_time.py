"""Working days of a branch and its business hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days the branch works: Monday to Friday, unless its own table says otherwise.

    Parameters
    ----------
    overrides
        Date to "is a working day": holidays, make-up working days, the branch's own rest days.
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Say whether the branch works on that date."""
        return self.overrides.get(day, day.weekday() < 5)

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
