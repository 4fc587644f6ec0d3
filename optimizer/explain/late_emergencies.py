"""What would bring somebody sooner to an emergency that is planned late: told windows that customers might give up.

Past the notice deadline a told window binds (`lock`), so that no plan may move it, however long an emergency waits.
A person may: ask the customer. Here is worked out whom to ask, what that moves and costs, and how much sooner it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.units import MINUTE_S
from optimizer.judge.costs import moved_cents
from optimizer.judge.facts import Facts, skill_gaps
from optimizer.judge.hard_rules import refusals_left
from optimizer.judge.timing import time_canonically
from optimizer.judge.verdict import judge_plan, time_routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.order import Interval
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.judge.timing import TimedTour
    from optimizer.travel.matrix import TravelMatrix

#: What is less sooner is not worth a call.
LEAST_SOONER_S = 10 * MINUTE_S
#: So many ways are looked at with the whole plan, the best first.
_TRIED = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """A visit that would start outside its told window, and when."""

    visit_id: str
    told: Interval
    start_s: int


@dataclass(frozen=True, slots=True)
class Sooner:
    """A way to be at an emergency sooner.

    Parameters
    ----------
    technician_id
        Who would go.
    start_s, sooner_s
        When the service would start, and how much sooner that is.
    moved
        The visits whose customers have to agree, in driving order.
    cents
        What moving them costs, by `stability`.
    """

    visit_id: str
    technician_id: str
    start_s: int
    sooner_s: int
    moved: tuple[Moved, ...]
    cents: int


def sooner_by_moving(problem: Problem, matrix: TravelMatrix, plan: Plan, visit_id: str) -> Sooner | None:
    """Return the best way to serve a late visit of one person sooner by leaving told windows; `None` without one.

    The best has the fewest customers to ask; then it is the soonest. Nothing else is broken by it.
    """
    route = next(route for route in plan.routes if visit_id in route.visit_ids)
    now_s = next(stop.start_s for stop in route.stops if stop.visit_id == visit_id)
    free = Facts(_without_told_locks(problem), matrix)
    ways = [
        way
        for way in _ways(Facts(problem, matrix), free, plan, visit_id, route.day)
        if way[0].moved and now_s - way[0].start_s >= LEAST_SOONER_S
    ]
    ways.sort(key=lambda way: (len(way[0].moved), way[0].start_s, way[0].technician_id))
    for way, key, visit_ids in ways[:_TRIED]:
        if _is_clean(free, plan, visit_id, key, visit_ids):
            return replace(way, sooner_s=now_s - way.start_s)
    return None


def _without_told_locks(problem: Problem) -> Problem:
    """Return the problem as if every customer agreed to another time."""
    return replace(problem, published=tuple(replace(said, agreed=True) for said in problem.published))


def _ways(
    facts: Facts, free: Facts, plan: Plan, visit_id: str, day: int
) -> Iterator[tuple[Sooner, tuple[str, int], tuple[str, ...]]]:
    """Yield every place for a visit on a route of its day that breaks nothing on the route; with the route."""
    problem, visit = free.problem, free.problem.visit_by_id[visit_id]
    by_key = {(route.technician_id, route.day): route for route in plan.routes}
    for key, shift in sorted(free.shifts.items()):
        technician = problem.technician_by_id[key[0]]
        if shift.day != day or refusals_left(free, technician, visit):
            continue
        if skill_gaps(problem, technician, visit, problem.date_of(day)):
            continue
        route = by_key.get(key)
        ids = () if route is None else tuple(one for one in route.visit_ids if one != visit_id)
        has_branch_stop = route is not None and route.branch_stop is not None
        if has_branch_stop or not free.linked.isdisjoint((*ids, visit_id)):
            continue  # other places and routes would move with it
        for place in range(free.started.get(key, 0), len(ids) + 1):
            visit_ids = (*ids[:place], visit_id, *ids[place:])
            timed = _timed(free, shift, visit_ids)
            if not timed.breach_s:
                yield _sooner(facts, timed, visit_id, place), key, visit_ids


def _timed(free: Facts, shift: Shift, visit_ids: tuple[str, ...]) -> TimedTour:
    visits = [free.problem.visit_by_id[visit_id] for visit_id in visit_ids]
    return time_canonically(free.tour(shift, visits), free.problem.policy)


def _sooner(facts: Facts, timed: TimedTour, visit_id: str, place: int) -> Sooner:
    moved, cents, who = [], 0, timed.tour.technician.technician_id
    for visit, stop in zip(timed.tour.visits, timed.stops, strict=True):
        told = facts.told_lock(visit.visit_id)
        if told is not None and not told.open_s <= stop.start_s <= told.close_s:
            moved.append(Moved(visit.visit_id, told, stop.start_s))
            cents += moved_cents(facts, visit.visit_id, frozenset({who}), timed.tour.shift.day, stop.start_s)
    return Sooner(visit_id, who, timed.stops[place].start_s, 0, tuple(moved), cents)


def _is_clean(free: Facts, plan: Plan, visit_id: str, key: tuple[str, int], visit_ids: tuple[str, ...]) -> bool:
    """Return whether the whole plan breaks nothing with a route changed, and the visit taken out of its own."""
    routes = {
        (route.technician_id, route.day): tuple(one for one in route.stop_ids if one != visit_id)
        for route in plan.routes
    }
    changed = time_routes(free.problem, free.matrix, {**routes, key: visit_ids}, leads=plan.leads)
    return judge_plan(free.problem, free.matrix, changed).is_clean
