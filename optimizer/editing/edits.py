"""What people do to a plan by hand: each edit is one gesture on a board, one row of what a dispatch system sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from optimizer.domain.problem import LockLevel

if TYPE_CHECKING:
    from optimizer.domain.house_limits import LimitException

#: The levels to which a visit is locked by hand; a prefix is a fact of a route that has started.
LOCK_LEVELS = (LockLevel.PERSON, LockLevel.DAY, LockLevel.START)


@dataclass(frozen=True, slots=True)
class Move:
    """A visit goes to a technician: out of whatever route it is in, or from those left out.

    Parameters
    ----------
    day
        Day index; `None` is the day that the visit is planned on, else the first one on which the technician works.
    position
        Its place among the visits of the route as it then is, from 0; `None` is where it breaks least and costs least.
    crew
        Who serves a visit of several people with the technician, who leads; empty leaves it to those who are there.
    """

    visit_id: str
    technician_id: str
    day: int | None = None
    position: int | None = None
    crew: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """A visit is locked where it then is: to its technician, to the day as well, or to its start; earlier locks go.

    Parameters
    ----------
    tolerance_s
        How far a locked start may move.
    """

    visit_id: str
    level: LockLevel = LockLevel.DAY
    tolerance_s: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """The locks of a visit go, but for that of a route that has started."""

    visit_id: str


@dataclass(frozen=True, slots=True)
class Forbid:
    """A technician may not serve a visit; where he does, it goes out of the plan."""

    visit_id: str
    technician_id: str


@dataclass(frozen=True, slots=True)
class Unassign:
    """A visit goes out of the plan; a later solve may plan it again."""

    visit_id: str


@dataclass(frozen=True, slots=True)
class Allow:
    """A named person lets a visit exceed a house limit; an earlier exception of the visit to that limit goes."""

    exception: LimitException

    @property
    def visit_id(self) -> str:
        """The visit concerned."""
        return self.exception.visit_id


Edit: TypeAlias = Move | Fix | Release | Forbid | Unassign | Allow
