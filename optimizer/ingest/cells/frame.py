"""What a cell's text is read against: on which day the plan is made and for which, and what ids there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.domain.region import DateOrder
from optimizer.domain.units import at

if TYPE_CHECKING:
    from collections.abc import Mapping, Set
    from datetime import date

#: Countries, by their time zones, in which people write year, month, day.
_YEAR_FIRST = frozenset(
    {"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Macau"}
    | {"Asia/Tokyo", "Asia/Seoul", "Asia/Pyongyang", "Asia/Ulaanbaatar"}
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a text that does not say all is read against.

    Parameters
    ----------
    today
        The date on which the plan is made; `tomorrow` is the day after it.
    first_day
        The first day to plan; a date without a year is the one nearest to it.
    order
        How people write dates in figures there; `None` when that is not known.
    opens_s, closes_s
        When the branch opens and closes: morning and afternoon are the parts of it before and after noon.
    known
        Ids that there are, by the sheet that names them: a part that is called `M4x20` is no 20 of `M4`.
    days
        How many days are planned.
    is_order_lost
        The branch says how people write dates, in a word that is not known.
    """

    today: date | None = None
    first_day: date | None = None
    order: DateOrder | None = None
    opens_s: int = at(8, 30)
    closes_s: int = at(17, 30)
    known: Mapping[str, Set[str]] = field(default_factory=dict)
    days: int = 1
    is_order_lost: bool = False

    @property
    def local(self) -> DateOrder | None:
        """The order of dates that ends in the year (`local_forms.py`); `None` where people write the year first."""
        return None if self.order is DateOrder.YEAR_FIRST else self.order

    @property
    def only_day(self) -> date | None:
        """The day that a window without a date is of: the one that is planned; of several it is not known which."""
        return self.first_day if self.days == 1 else None

    def ids(self, sheet: str) -> Set[str]:
        """Return the ids that a sheet names."""
        return self.known.get(sheet, frozenset())


#: Nothing is known; only what says all is read.
NO_FRAME = Frame()


def is_year_first(zone: str) -> bool:
    """Return whether people write year, month, day where a time zone is.

    >>> is_year_first("Asia/Shanghai"), is_year_first("Europe/Paris")
    (True, False)
    """
    return zone in _YEAR_FIRST
