"""A branch with one technician who starts at the branch, one who starts at home, and two visits."""

from __future__ import annotations

from datetime import date

from optimizer.domain.order import Customer, Order, Place, Visit
from optimizer.domain.problem import Branch, Problem
from optimizer.domain.technician import Shift, Technician
from optimizer.domain.units import at

HOME = Place(30.2, 120.2)


def two_visits(*, profile: str = "car") -> Problem:
    """Return the world; its places are `branch`, `start:Ben`, `end:Ben`, `V1` and `V2`."""
    return Problem(
        branch=Branch("B", "Branch", Place(30.0, 120.0)),
        first_day=date(2026, 11, 23),
        as_of_s=at(16, 0, day=-1),
        customers=(Customer("C", "Customer"),),
        orders=(Order("V1", "C"), Order("V2", "C")),
        visits=(
            Visit("V1", "V1", Place(30.1, 120.0), base_s=1800),
            Visit("V2", "V2", Place(30.0, 120.1), base_s=1800),
        ),
        technicians=(Technician("Ann", "Ann"), Technician("Ben", "Ben", start=HOME, end=HOME)),
        shifts=(
            Shift("Ann", 0, at(8), at(17), profile="car"),
            Shift("Ben", 0, at(8), at(17), profile=profile),
        ),
    )
