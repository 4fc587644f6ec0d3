"""Where a visit is put into a route: at the place that is asked for, else where it breaks least and costs least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.policy import Pickup
from optimizer.judge.costs import price_route
from optimizer.judge.drafts import draft_of, tours_of
from optimizer.judge.hard_rules import prefix_of
from optimizer.judge.timing import time_canonically

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.editing.routes_in_hand import Key
    from optimizer.judge.facts import Facts


def at_position(stop_ids: Sequence[str], visit_id: str, position: int) -> tuple[str, ...]:
    """Return a route with a visit at a place among its visits, behind a stop at the branch that is there."""
    visits = [number for number, stop_id in enumerate(stop_ids) if stop_id != BRANCH_STOP]
    at = visits[position] if position < len(visits) else len(stop_ids)
    return (*stop_ids[:at], visit_id, *stop_ids[at:])


def at_best(facts: Facts, key: Key, stop_ids: Sequence[str], visit_id: str) -> tuple[str, ...]:
    """Return a technician's route with a visit where it breaks the rules of the day least, then costs least.

    The first such place is taken. A stop at the branch is put in where only that brings the parts.
    """
    present = list(stop_ids)
    held = len(prefix_of(facts.problem, *key))
    found = min(
        (
            (_price(facts, key, longer), number, longer)
            for number, longer in enumerate(_ways(facts, key, present, visit_id, held))
        ),
        key=lambda one: one[:2],
    )
    return found[2]


def _ways(facts: Facts, key: Key, present: list[str], visit_id: str, held: int) -> Iterator[tuple[str, ...]]:
    """Yield a route with a visit at every place behind what has begun."""
    fetches = BRANCH_STOP not in present and _fetches(facts, key[0], visit_id)
    for at in range(min(held, len(present)), len(present) + 1):
        longer = (*present[:at], visit_id, *present[at:])
        yield longer
        if fetches:
            for stop in range(at + 1):
                yield (*longer[:stop], BRANCH_STOP, *longer[stop:])


def _fetches(facts: Facts, technician_id: str, visit_id: str) -> bool:
    """Return whether a technician who starts at home has to stop at the branch for the parts of a visit."""
    problem = facts.problem
    is_at_branch = problem.technician_by_id[technician_id].starts_at_branch
    has_parts = any(need.quantity > 0 for need in problem.visit_by_id[visit_id].parts)
    return has_parts and not is_at_branch and problem.policy.pickup is Pickup.STOP


def _price(facts: Facts, key: Key, stop_ids: Sequence[str]) -> tuple[int, int]:
    """Return by how much a day breaks the rules of the clock, of the road and of the parts, and what it costs."""
    tour = tours_of(facts, [draft_of(facts.problem, key, stop_ids)])[0]
    timed = time_canonically(tour, facts.problem.policy)
    road_s = sum(tour.leg_excess_s(leg) for leg in range(len(tour.legs_s)))
    road_s += max(0, tour.drive_s - (tour.drive_s if tour.shift.max_travel_s is None else tour.shift.max_travel_s))
    unfetched = sum(
        _fetches(facts, key[0], visit.visit_id) and not tour.is_after_branch(stop)
        for stop, visit in enumerate(tour.visits)
    )
    return timed.breach_s + road_s + len(tour.missing) + unfetched, sum(price_route(facts, timed).values())
