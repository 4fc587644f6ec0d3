"""Technicians: what they can do, when they work, where they start, what they owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from optimizer.domain.order import Interval, Load, PartNeed, Place, ToolNeed


class Employment(StrEnum):
    """Staff of the branch, or a contractor paid by the day and the minute."""

    EMPLOYEE = "employee"
    CONTRACTOR = "contractor"


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """A skill that a technician holds.

    Parameters
    ----------
    level
        1 apprentice, 2 technician, 3 expert.
    valid_from, valid_until
        First and last date of the certificate; `None` is open-ended.
    factor_pct
        Service duration in percent of the visit's base.
    surcharge_s
        Seconds added to each service that needs this skill.
    """

    skill: str
    level: int
    valid_from: date | None = None
    valid_until: date | None = None
    factor_pct: int = 100
    surcharge_s: int = 0

    def is_valid_on(self, day: date) -> bool:
        """Return whether the certificate holds on that date."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Break:
    """A break of `length_s` that starts inside `window` (seconds of the clock)."""

    window: Interval
    length_s: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One technician on one day.

    Parameters
    ----------
    technician_id, day
        Whose shift, and the day index it starts on.
    start_s, end_s
        Seconds of the clock.
    overtime_limit_s
        How long after `end_s` the technician may still return.
    contracted_s
        Paid working time of the shift, break excluded; the base of fairness.
    max_leg_s, max_travel_s, max_visits
        Limits, legs from the start place and to the end place included; `None` is no limit.
    max_duty_s
        How long the day may last, from the latest departure that keeps the return and the break slot to the return;
        `None` is no limit.
    profile
        Which travel profile of the matrix this shift uses, e.g. `car`.
    """

    technician_id: str
    day: int
    start_s: int
    end_s: int
    overtime_limit_s: int = 0
    break_: Break | None = None
    contracted_s: int = 0
    max_leg_s: int | None = None
    max_travel_s: int | None = None
    max_visits: int | None = None
    max_duty_s: int | None = None
    profile: str = "car"

    @property
    def return_limit_s(self) -> int:
        """The latest allowed return, in seconds of the clock."""
        return self.end_s + self.overtime_limit_s

    @property
    def needs_break(self) -> bool:
        """Return whether the shift contains the whole break window, break length included."""
        return (
            self.break_ is not None
            and self.start_s <= self.break_.window.open_s
            and self.break_.window.close_s + self.break_.length_s <= self.end_s
        )


@dataclass(frozen=True, slots=True)
class WorkLedger:
    """What a technician worked in the days before the horizon: load and contract in seconds, and the days counted."""

    load_s: int = 0
    contracted_s: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Technician:
    """A field engineer.

    Parameters
    ----------
    start, end
        Where the day starts and ends. `None` is the branch; a place is the technician's home.
    areas
        District names that the technician serves; empty means all.
    own_parts
        Parts that the technician carries; they are used first, in driving order.
    own_tools
        Equipment of the technician's own; it does not count as out.
    capacity
        How much of each quantity one tour from the branch can carry; a quantity not named is without limit.
    """

    technician_id: str
    name: str
    employment: Employment = Employment.EMPLOYEE
    phone: str = ""
    skills: tuple[HeldSkill, ...] = ()
    start: Place | None = None
    end: Place | None = None
    areas: frozenset[str] = frozenset()
    ledger: WorkLedger = WorkLedger()
    own_parts: tuple[PartNeed, ...] = ()
    own_tools: tuple[ToolNeed, ...] = ()
    capacity: tuple[Load, ...] = ()

    @property
    def starts_at_branch(self) -> bool:
        """Return whether the day starts at the branch, where parts are picked up in the morning."""
        return self.start is None

    def held_skill(self, skill: str) -> HeldSkill | None:
        """Return the technician's record of a skill, valid or not."""
        return next((held for held in self.skills if held.skill == skill), None)
