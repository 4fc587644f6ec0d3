"""Parts, their stock at the branch by day, reservations, loans, and tools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Part:
    """A consumable spare part and what the last count found at the branch."""

    part_id: str
    name: str
    on_hand: int
    as_of_s: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Parts that come to the branch.

    Parameters
    ----------
    usable_on
        The date of the first pick-up that can use them.
    arrives_s
        The moment at which they come: a pick-up can use them once they are booked in (`Policy.pick_s`). `None`: every
        pick-up of that date can.
    """

    part_id: str
    quantity: int
    usable_on: date
    arrives_s: int | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Parts held back: for a visit of the problem (for it alone), or for work outside the problem from a date on."""

    reservation_id: str
    part_id: str
    quantity: int
    day: date
    visit_id: str = ""


@dataclass(frozen=True, slots=True)
class Loan:
    """A part that a technician took and has not returned.

    Parameters
    ----------
    due
        The evening (close of business) by which it is due back.
    return_booked
        The date on which the return is booked; `None` when none is.
    """

    loan_id: str
    technician_id: str
    part_id: str
    quantity: int
    due: date
    return_booked: date | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """Reusable equipment and how many units of it exist."""

    tool_id: str
    name: str
    units: int
