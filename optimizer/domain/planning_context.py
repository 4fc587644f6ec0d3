"""The planning context: what is known beside the problem and the plan, at one of the three stages of a day.

At 16:00 tomorrow is drafted, at 18:00 it is settled with what the day has left, at 08:00 the day is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.domain.order import Customer, Interval, Order, Visit


class Stage(StrEnum):
    """The stage of the day at which is planned."""

    DRAFT = "draft"
    SETTLE = "settle"
    OPEN = "open"


class AsideState(StrEnum):
    """Why a known order is not planned: done today, still out on today's plan, or out without any word of it."""

    DONE = "done"
    UNDER_WAY = "under_way"
    NO_RESULT = "no_result"


@dataclass(frozen=True, slots=True)
class SetAside:
    """An order that is known but not planned, because today's plan has it or has done it.

    Parameters
    ----------
    technician_id
        Who has it today; empty when the files do not say.
    parts_back
        Whether its parts are back: only then is a done visit closed.
    """

    order: Order
    visit: Visit
    customer: Customer
    state: AsideState
    technician_id: str = ""
    parts_back: bool = False


@dataclass(frozen=True, slots=True)
class FaultyOrder:
    """An order whose row has faults; it stays in the register and the rest is planned.

    Parameters
    ----------
    causes
        What is wrong, one sentence a fault, by language (`en`, `zh`).
    """

    order_id: str
    customer: str
    causes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Absence:
    """A technician who is away on a day of the horizon, for a reason that is nobody else's business.

    Parameters
    ----------
    day
        Day index.
    from_s, until_s
        From when until when, in seconds of the clock; `None` where that is the beginning, or the end, of the shift.
    """

    technician_id: str
    day: int
    from_s: int | None = None
    until_s: int | None = None


class ChangeKind(StrEnum):
    """How a visit differs from the published plan."""

    ADDED = "added"
    DROPPED = "dropped"
    TECHNICIAN = "technician"
    TIME = "time"
    TECHNICIAN_AND_TIME = "technician_and_time"


@dataclass(frozen=True, slots=True)
class Change:
    """One visit that the new plan treats otherwise than the published one.

    Parameters
    ----------
    before_technician_id, after_technician_id
        Empty where the visit is in no route; the lead of a crew.
    before, after
        The windows told; `None` where the visit is in no route.
    call_by_s
        Until when those concerned are to be called, in seconds of the clock.
    before_crew, after_crew
        Everybody who serves a visit of several people; empty where one does.
    """

    visit_id: str
    kind: ChangeKind
    before_technician_id: str
    after_technician_id: str
    before: Interval | None
    after: Interval | None
    call_by_s: int
    before_crew: tuple[str, ...] = ()
    after_crew: tuple[str, ...] = ()

    @property
    def before_people(self) -> tuple[str, ...]:
        """Everybody who was to serve the visit, the lead first; empty where nobody was."""
        return _people(self.before_technician_id, self.before_crew)

    @property
    def after_people(self) -> tuple[str, ...]:
        """Everybody who serves the visit now, the lead first; empty where nobody does."""
        return _people(self.after_technician_id, self.after_crew)


def _people(lead: str, crew: tuple[str, ...]) -> tuple[str, ...]:
    return (lead, *(who for who in crew if who != lead)) if lead else ()


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """What is known beside the problem and the plan.

    Parameters
    ----------
    changes
        The differences from the published plan, by visit.
    is_published
        Whether there is a published plan for the day.
    told
        The visits whose customers know the window of that plan: of a draft, which tells nobody, those that were told
        before. `None`: all of them.
    reported
        When the last word of a visit's result came, in seconds of the clock, by visit.
    absences
        Who is away, as far as it is known, by day and technician.
    """

    stage: Stage = Stage.DRAFT
    aside: tuple[SetAside, ...] = ()
    faulty: tuple[FaultyOrder, ...] = ()
    changes: tuple[Change, ...] = ()
    is_published: bool = False
    told: frozenset[str] | None = None
    reported: Mapping[str, int] = field(default_factory=dict)
    absences: tuple[Absence, ...] = ()

    def is_told(self, visit_id: str) -> bool:
        """Return whether a customer knows the window of the published plan."""
        return self.told is None or visit_id in self.told
