"""What a cell's text is read against: on which day the plan is made and for which, and what ids there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
        How people write dates in figures there: `ymd`, `mdy`, `dmy`, or nothing when that is not known.
    opens_s, closes_s
        When the branch opens and closes: morning and afternoon are the parts of it before and after noon.
    known
        Ids that there are, by the sheet that names them: a part that is called `M4x20` is no 20 of `M4`.
    """

    today: date | None = None
    first_day: date | None = None
    order: str = ""
    opens_s: int = at(8, 30)
    closes_s: int = at(17, 30)
    known: Mapping[str, Set[str]] = field(default_factory=dict)

    def ids(self, sheet: str) -> Set[str]:
        """Return the ids that a sheet names."""
        return self.known.get(sheet, frozenset())


#: Nothing is known; only what says all is read.
NO_FRAME = Frame()


def date_order(zone: str) -> str:
    """Return how people write dates in figures where a time zone is, or nothing when they differ there.

    >>> date_order("Asia/Shanghai"), date_order("Europe/Paris")
    ('ymd', '')
    """
    return "ymd" if zone in _YEAR_FIRST else ""
