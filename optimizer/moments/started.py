"""What of the published plan has begun: it is kept as it was told, and the rest of the day goes on from there.

Nobody has reported every stop by the time a plan is made anew. A stop that was to begin before now is taken to have
begun, on its technician's route and in its place there, unless a result or a lock of the branch says otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.problem import Lock, LockLevel
from optimizer.judge.verdict import time_routes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.plan import Plan, Route, Stop
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix

    #: The stops that have begun, in driving order, by technician and day.
    Begun = dict[tuple[str, int], tuple[Stop, ...]]


def with_started(problem: Problem, matrix: TravelMatrix, published: Plan, reported: Mapping[str, int]) -> Problem:
    """Return the problem with the stops of the published plan that began before its moment fixed as begun.

    They begin when they were to, or as soon after that as today's facts allow (a longer service before them).

    Parameters
    ----------
    published
        A plan on the problem's clock.
    reported
        When the last word of a visit came, by visit: one that came after the start says what became of it.
    """
    if problem.policy.lead_to_leave_s is None:
        return problem
    routes = {(route.technician_id, route.day): route for route in published.routes}
    begun = _whole_crews(problem, {key: _begun(problem, route, reported) for key, route in routes.items()})
    if not begun:
        return problem
    fixed = replace(problem, locks=(*problem.locks, *_locks(begun)))
    timed = time_routes(fixed, matrix, {key: _sequence(routes[key], stops) for key, stops in begun.items()})
    real = {
        (route.technician_id, route.day): tuple(stop for stop in route.stops if stop.start_s < problem.as_of_s)
        for route in timed.routes
    }
    return replace(problem, locks=(*problem.locks, *_locks(_whole_crews(problem, real))))


def told_in_vain(problem: Problem, published: Plan) -> tuple[str, ...]:
    """Return the visits whose told window was over before now, although they have not begun: nobody can keep it."""
    if problem.policy.lead_to_leave_s is None:
        return ()
    told = [stop for route in published.routes for stop in route.stops if route.day >= 0]
    over = {stop.visit_id for stop in told if stop.window.close_s < problem.as_of_s}
    return tuple(sorted((over & problem.visit_by_id.keys()) - problem.begun.keys()))


def _begun(problem: Problem, route: Route, reported: Mapping[str, int]) -> tuple[Stop, ...]:
    """Return the stops of a published route that began before now, as far as nothing says otherwise."""
    key = (route.technician_id, route.day)
    works = any((shift.technician_id, shift.day) == key for shift in problem.shifts)
    is_told = any(k.level is LockLevel.PREFIX and (k.technician_id, k.day) == key for k in problem.locks)
    if not works or is_told:
        return ()
    return tuple(
        stop
        for stop in route.stops
        if stop.start_s < problem.as_of_s
        and stop.visit_id in problem.visit_by_id
        and reported.get(stop.visit_id, stop.start_s - 1) < stop.start_s
        and all(_agrees(lock, stop, route) for lock in problem.locks if lock.visit_id == stop.visit_id)
    )


def _agrees(lock: Lock, stop: Stop, route: Route) -> bool:
    """Return whether a lock of the branch allows a stop to have begun as it was published."""
    if lock.technician_id not in {route.technician_id, *stop.crew}:
        return False
    if lock.level is LockLevel.START:
        return abs(lock.start_s - stop.start_s) <= lock.tolerance_s
    return lock.level is LockLevel.PERSON or (lock.level is LockLevel.DAY and lock.day == route.day)


def _whole_crews(problem: Problem, begun: Begun) -> Begun:
    """Return the stops without those of visits of several people that not all of them have begun."""
    count: dict[str, int] = {}
    for stops in begun.values():
        for stop in stops:
            count[stop.visit_id] = count.get(stop.visit_id, 0) + 1
    kept = {
        key: tuple(s for s in stops if count[s.visit_id] == problem.crew_size_of(problem.visit_by_id[s.visit_id]))
        for key, stops in begun.items()
    }
    return {key: stops for key, stops in kept.items() if stops}


def _locks(begun: Begun) -> list[Lock]:
    return [
        Lock(stop.visit_id, LockLevel.PREFIX, who, day, position=place, began_s=stop.start_s)
        for (who, day), stops in sorted(begun.items())
        for place, stop in enumerate(stops)
    ]


def _sequence(route: Route, stops: Sequence[Stop]) -> list[str]:
    """Return the visits of some stops of a route, with the stop at the branch that came before one of them."""
    kept = {BRANCH_STOP, *(stop.visit_id for stop in stops)}
    sequence = [visit_id for visit_id in route.stop_ids if visit_id in kept]
    return sequence[:-1] if sequence[-1] == BRANCH_STOP else sequence
