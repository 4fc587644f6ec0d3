"""The judge's stock: who draws which branch part by when, and whether it can be had."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.order import PartNeed
from optimizer.domain.policy import Pickup
from optimizer.domain.units import FAR_FUTURE_S

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, Route
    from optimizer.domain.problem import Problem
    from optimizer.domain.stock import Arrival
    from optimizer.domain.technician import Technician
    from optimizer.judge.facts import Tour
    from optimizer.judge.timing import TimedTour

#: What a route's visits draw from the branch, one tuple a visit.
DrawnParts = tuple[tuple[PartNeed, ...], ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """Branch parts that a planned visit takes, and the day index of the pick-up.

    Parameters
    ----------
    pickup_s
        The moment of the pick-up, where some arrival has one; else the end of that day.
    """

    visit_id: str
    part_id: str
    quantity: int
    pickup_day: int
    pickup_s: int = FAR_FUTURE_S


@dataclass(frozen=True, slots=True)
class Shortage:
    """A part of which more is planned for pick-up by a day than can be had; both counted where it is worst.

    `used` counts what draws on the stock in the broken row: all of it, or only what exceeds the visits' own holds.
    `until_s` is the last moment before more of it can be used on that day; the far future where none follows.
    """

    part_id: str
    day: int
    used: int
    missing: int
    until_s: int = FAR_FUTURE_S


# --- who takes what, and when ---------------------------------------------------------------------------------------


def pickup_day_of(problem: Problem, technician: Technician, day: int, *, is_after_branch: bool = False) -> int | None:
    """Return the day index on which a technician gets the parts of a visit; `None` when there is no way.

    Parameters
    ----------
    day
        The day index of the visit.
    is_after_branch
        Whether the visit comes after a stop at the branch on that day.
    """
    if technician.starts_at_branch or is_after_branch:
        return day
    return None if problem.policy.pickup is Pickup.STOP else day - 1


def picked_up_s(problem: Problem, technician: Technician, day: int, *, leaves_s: int, stop_s: int | None) -> int:
    """Return the moment of a pick-up: when the route leaves the branch or stops there, or as it closes the day before.

    Parameters
    ----------
    leaves_s
        When the route leaves.
    stop_s
        When the stop at the branch begins, for what is picked up there.
    """
    if all(arrival.arrives_s is None for arrival in problem.arrivals):
        return FAR_FUTURE_S
    if stop_s is not None:
        return stop_s
    if technician.starts_at_branch:
        return leaves_s
    return problem.clock.moment_s(day - 1, problem.branch.business.close_s)


def needs_of(visit: Visit) -> dict[str, int]:
    """Return how many of each part a visit uses."""
    needs: dict[str, int] = {}
    for need in visit.parts:
        needs[need.part_id] = needs.get(need.part_id, 0) + need.quantity
    return {part_id: count for part_id, count in sorted(needs.items()) if count > 0}


def drawn_parts(tours: Sequence[Tour]) -> list[DrawnParts]:
    """Return what each tour's visits draw from the branch: what the technician's own parts do not cover.

    Own parts are used first, in the order of a technician's visits over the days; the lead of a crew brings its parts.
    """
    own: dict[str, dict[str, int]] = {}
    drawn: list[DrawnParts] = [()] * len(tours)
    for number in sorted(range(len(tours)), key=lambda number: tours[number].shift.day):
        tour = tours[number]
        left = own.setdefault(tour.technician.technician_id, own_parts_of(tour.technician))
        drawn[number] = tuple(
            take_own(left, needs_of(service.visit)) if service.pays else ()
            for service in tour.places
            if service.visit is not None
        )
    return drawn


def own_parts_of(technician: Technician) -> dict[str, int]:
    """Return how many of each part a technician carries."""
    own: dict[str, int] = {}
    for part in technician.own_parts:
        own[part.part_id] = own.get(part.part_id, 0) + part.quantity
    return own


def take_own(left: dict[str, int], needs: dict[str, int]) -> tuple[PartNeed, ...]:
    """Take what a visit uses from a technician's own parts, which are changed; return what is missing."""
    missing = []
    for part_id, count in needs.items():
        taken = min(count, max(0, left.get(part_id, 0)))
        if taken:
            left[part_id] -= taken
        if count > taken:
            missing.append(PartNeed(part_id, count - taken))
    return tuple(missing)


def draws_of_day(problem: Problem, timed: TimedTour, drawn: DrawnParts) -> list[Draw]:
    """Return what a timed day draws from the branch; what nobody can hand over is not drawn.

    Of a day whose stop at the branch is not timed yet, the end of the day stands for it.
    """
    tour, draws = timed.tour, []
    who, on = tour.technician, tour.shift.day
    at_stop_s = timed.places[tour.branch_at].start_s if tour.branch_at is not None and timed.places else FAR_FUTURE_S
    for number, (visit, parts) in enumerate(zip(tour.visits, drawn, strict=True)):
        after = tour.is_after_branch(number)
        day = pickup_day_of(problem, who, on, is_after_branch=after)
        if day is not None and parts:
            at_s = picked_up_s(problem, who, on, leaves_s=tour.picks_s, stop_s=at_stop_s if after else None)
            draws += [Draw(visit.visit_id, part.part_id, part.quantity, day, at_s) for part in parts]
    return draws


def draws_of_route(problem: Problem, route: Route) -> list[Draw]:
    """Return what a plan's route states to pick up, and when; a technician who is unknown picks up nothing."""
    technician = problem.technician_by_id.get(route.technician_id)
    if technician is None:
        return []
    draws = []
    for number, stop in enumerate(route.stops):
        at = route.branch_stop if route.branch_stop is not None and number >= route.branch_stop.before else None
        day = pickup_day_of(problem, technician, route.day, is_after_branch=at is not None)
        parts = [part for part in stop.parts if part.quantity > 0]
        if day is not None and parts:
            stop_s = None if at is None else at.start_s
            at_s = picked_up_s(problem, technician, route.day, leaves_s=route.depart_s, stop_s=stop_s)
            draws += [Draw(stop.visit_id, part.part_id, part.quantity, day, at_s) for part in parts]
    return draws


def draws_of_plan(problem: Problem, plan: Plan) -> list[Draw]:
    """Return what a whole plan states to pick up."""
    return [draw for route in plan.routes for draw in draws_of_route(problem, route)]


def draws_of(problem: Problem, technician: Technician, visit: Visit, day: int = 0) -> list[Draw]:
    """Return what a visit draws from the branch when it is the technician's first of all that needs parts."""
    on = pickup_day_of(problem, technician, day)
    if on is None:
        return []
    missing = take_own(own_parts_of(technician), needs_of(visit))
    return [Draw(visit.visit_id, part.part_id, part.quantity, on) for part in missing]


# --- whether it can be had ------------------------------------------------------------------------------------------


def stock_shortages(problem: Problem, draws: Sequence[Draw]) -> list[Shortage]:
    """Return, for each part that is short, its worst row, parts in order."""
    found = []
    for part_id in sorted({draw.part_id for draw in draws}):
        drawn = [draw for draw in draws if draw.part_id == part_id]
        rows = [
            row
            for day in range(-1, problem.days)
            for until_s in row_ends(problem, part_id, day)
            for row in stock_rows(problem, part_id, day, drawn, until_s=until_s)
        ]
        worst = max(rows, key=lambda row: row.missing)
        if worst.missing > 0:
            found.append(worst)
    return found


def usable_from(problem: Problem, arrival: Arrival) -> tuple[int, int]:
    """Return the day index and the moment from which an arrival can be used; the far past for a whole day."""
    if arrival.arrives_s is None:
        return problem.day_index(arrival.usable_on), -FAR_FUTURE_S
    moment_s = arrival.arrives_s + problem.policy.pick_s
    return problem.clock.day_of(moment_s), moment_s


def arrival_moments(problem: Problem, part_ids: Collection[str], day: int) -> list[int]:
    """Return the moments of a day from which arrivals of some parts can be used that say when they come, in order."""
    timed = (a for a in problem.arrivals if a.arrives_s is not None and a.part_id in part_ids and a.quantity > 0)
    usable = {usable_from(problem, arrival) for arrival in timed}
    return sorted(moment_s for on, moment_s in usable if on == day)


def row_ends(problem: Problem, part_id: str, day: int) -> list[int]:
    """Return the last moments of a day before more of a part can be used, and the far future for its end."""
    return [*(moment_s - 1 for moment_s in arrival_moments(problem, {part_id}, day)), FAR_FUTURE_S]


def stock_rows(
    problem: Problem, part_id: str, day: int, drawn: Iterable[Draw], *, until_s: int = FAR_FUTURE_S
) -> list[Shortage]:
    """Return the two inequalities of a part and a pick-up day, or of the part of that day up to a moment.

    All that is used by then fits what is there without the work outside; and what is used beyond the visits' own
    holds fits what is there without the work outside and without every hold. What was taken before the part was
    counted is put back to the count first: it is among what is used.
    """
    use: dict[str, int] = defaultdict(int)
    taken = 0
    for draw in drawn:
        if (draw.pickup_day, draw.pickup_s) <= (day, until_s):
            use[draw.visit_id] += draw.quantity
            taken += draw.quantity if was_taken_before_count(problem, draw) else 0
    held = holds_of(problem, part_id)
    there = supply_of(problem, part_id, day, until_s) + taken - outside_of(problem, part_id, day)
    beyond = sum(max(0, count - held.get(visit_id, 0)) for visit_id, count in use.items())
    total = sum(use.values())
    return [
        Shortage(part_id, day, total, total - max(0, there), until_s),
        Shortage(part_id, day, beyond, beyond - max(0, there - sum(held.values())), until_s),
    ]


def was_taken_before_count(problem: Problem, draw: Draw) -> bool:
    """Return whether a visit has begun and its part was counted since the shift began in which it did.

    A count that does not say when it was made is of the moment of planning.
    """
    began = {
        (lock.technician_id, lock.day): lock.began_s
        for lock in problem.locks
        if lock.visit_id == draw.visit_id and lock.began_s is not None
    }
    if not began:
        return False
    shifts = [shift.start_s for shift in problem.shifts if (shift.technician_id, shift.day) in began]
    taken_s = min([*began.values(), *shifts])
    counts = [part.as_of_s for part in problem.parts if part.part_id == draw.part_id]
    return any((problem.as_of_s if counted_s is None else counted_s) >= taken_s for counted_s in counts)


def supply_of(problem: Problem, part_id: str, day: int, until_s: int = FAR_FUTURE_S) -> int:
    """Return what is on hand, plus what arrives in time for a pick-up on a day index by a moment."""
    on_hand = sum(max(0, part.on_hand) for part in problem.parts if part.part_id == part_id)
    arrivals = [arrival for arrival in problem.arrivals if arrival.part_id == part_id]
    return on_hand + sum(a.quantity for a in arrivals if usable_from(problem, a) <= (day, until_s))


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
