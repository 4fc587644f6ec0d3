"""The judge's stock: who draws which branch part by when, and whether it can be had (RULES §3, `stock`)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.policy import Pickup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Technician

#: Days on which parts of a one-day plan are handed out: the evening before, and the morning.
PICKUP_DAYS = (-1, 0)


@dataclass(frozen=True, slots=True)
class Draw:
    """Branch parts that a planned visit takes, and the day index of the pick-up."""

    visit_id: str
    part_id: str
    quantity: int
    pickup_day: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """A part of which more is planned for pick-up by a day than can be had; both counted where it is worst.

    `used` counts what draws on the stock in the broken row: all of it, or only what exceeds the visits' own holds.
    """

    part_id: str
    day: int
    used: int
    missing: int


def pickup_day_of(technician: Technician) -> int:
    """Return the day index on which a technician gets the parts of day 0."""
    return 0 if technician.starts_at_branch else -1


def draws_of(problem: Problem, technician: Technician, visit: Visit) -> list[Draw]:
    """Return what a visit draws from the branch when this technician serves it.

    A home starter who would have to stop at the branch draws nothing: he cannot serve a visit with parts at all.
    """
    if not technician.starts_at_branch and problem.policy.pickup is Pickup.STOP:
        return []
    day = pickup_day_of(technician)
    return [Draw(visit.visit_id, n.part_id, n.quantity, day) for n in visit.parts if n.quantity > 0]


def stock_shortages(problem: Problem, draws: Sequence[Draw]) -> list[Shortage]:
    """Return, for each part that is short, its worst row, parts in order."""
    found = []
    for part_id in sorted({draw.part_id for draw in draws}):
        drawn = [draw for draw in draws if draw.part_id == part_id]
        rows = [row for day in PICKUP_DAYS for row in stock_rows(problem, part_id, day, drawn)]
        worst = max(rows, key=lambda row: row.missing)
        if worst.missing > 0:
            found.append(worst)
    return found


def stock_rows(problem: Problem, part_id: str, day: int, drawn: Iterable[Draw]) -> list[Shortage]:
    """Return the two inequalities of a part and a pick-up day.

    All that is used by then fits what is there without the work outside; and what is used beyond the visits' own
    holds fits what is there without the work outside and without every hold.
    """
    use: dict[str, int] = defaultdict(int)
    for draw in drawn:
        if draw.pickup_day <= day:
            use[draw.visit_id] += draw.quantity
    held = holds_of(problem, part_id)
    there = supply_of(problem, part_id, day) - outside_of(problem, part_id, day)
    beyond = sum(max(0, count - held.get(visit_id, 0)) for visit_id, count in use.items())
    total = sum(use.values())
    return [
        Shortage(part_id, day, total, total - max(0, there)),
        Shortage(part_id, day, beyond, beyond - max(0, there - sum(held.values()))),
    ]


def supply_of(problem: Problem, part_id: str, day: int) -> int:
    """Return what is on hand, plus what arrives in time for a pick-up on a day index."""
    on = problem.date_of(day)
    on_hand = sum(max(0, part.on_hand) for part in problem.parts if part.part_id == part_id)
    return on_hand + sum(a.quantity for a in problem.arrivals if a.part_id == part_id and a.usable_on <= on)


def outside_of(problem: Problem, part_id: str, day: int) -> int:
    """Return what is reserved by a day index for work outside the problem."""
    on = problem.date_of(day)
    return sum(
        r.quantity
        for r in problem.reservations
        if r.part_id == part_id and r.day <= on and r.visit_id not in problem.visit_by_id
    )


def holds_of(problem: Problem, part_id: str) -> dict[str, int]:
    """Return what is held for visits of the problem, by visit id, whatever the date."""
    held: dict[str, int] = defaultdict(int)
    for r in problem.reservations:
        if r.part_id == part_id and r.visit_id in problem.visit_by_id:
            held[r.visit_id] += r.quantity
    return dict(held)
