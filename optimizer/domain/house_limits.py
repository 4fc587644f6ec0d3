"""House limits and the exceptions to them: what a branch asks of itself, and may let go of for one visit, by name.

Every other hard rule is a *never* rule: nobody can allow what a skill, a refusal, a safety list or a rest forbids.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from optimizer.domain.units import MINUTE_S


class HouseLimit(StrEnum):
    """A limit that an exception may exceed.

    `TRAVEL`: the longest leg and the travel of a day. `OVERTIME`: the latest return. `AREA`: the districts of a
    technician. `VISITS`: the visits of a day. `TOLD`: a told window that notice is too short to change.
    """

    TRAVEL = "travel"
    OVERTIME = "overtime"
    AREA = "area"
    VISITS = "visits"
    TOLD = "told"

    @property
    def unit(self) -> int:
        """How much of the limit's own unit one whole number of a sheet stands for: a minute in seconds, else one."""
        return 1 if self in (HouseLimit.AREA, HouseLimit.VISITS) else MINUTE_S

    def in_whole_units(self, amount: int) -> int:
        """Return an amount, rounded up to what a sheet can say.

        Examples
        --------
        >>> HouseLimit.TRAVEL.in_whole_units(61), HouseLimit.VISITS.in_whole_units(2)
        (120, 2)
        """
        return -(-amount // self.unit) * self.unit


@dataclass(frozen=True, slots=True)
class LimitException:
    """A house limit that may be exceeded for one visit.

    Parameters
    ----------
    amount
        By how much at most: seconds, or visits; 1 for a district.
    by, why
        Who allows it, and for what reason; both are shown wherever it is used.
    technician_id
        Whose limit it is; empty: of whoever serves the visit. A told window is the visit's own, whoever serves it.
    """

    visit_id: str
    limit: HouseLimit
    amount: int
    by: str
    why: str
    technician_id: str = ""

    def is_for(self, technician_id: str) -> bool:
        """Return whether it is that technician's limit, too."""
        return self.limit is HouseLimit.TOLD or self.technician_id in ("", technician_id)
