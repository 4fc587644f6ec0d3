"""What a new plan changes against the published one: the problem stays near it, the differences are listed.

A published plan is what customers and technicians were told. `stay_near` makes its routes prices and, past the notice
deadline, locks of the problem; `changes_between` lists every visit that is treated otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import Plan, Route, Stop
from optimizer.domain.planning_context import Change, ChangeKind
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.units import HOUR_S

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.domain.problem import Problem

#: A call about a visit that is too near for notice is made this long before the told window opens, or at once.
CALL_AHEAD_S = HOUR_S


def stay_near(
    problem: Problem, published: Plan, *, released: Collection[str] = (), told: Collection[str] | None = None
) -> Problem:
    """Return the problem with a published plan to stay near.

    It takes the place of published rows for its visits; that a customer agreed to a change stays.

    Parameters
    ----------
    published
        A plan on the same clock; of its days, those that are over tell nothing any more.
    released
        Visits whose told window may be left: the customer is called and agrees to another.
    told
        Visits whose customers know a window; `None` where all of them know that of the plan. Of the others the plan
        says who comes and on which day, and no time that anybody waits for.
    """
    agreed = {*released, *(entry.visit_id for entry in problem.published if entry.agreed)}
    said = {entry.visit_id: entry.told for entry in problem.published if entry.told is not None}
    near = [
        PublishedVisit(
            stop.visit_id,
            route.technician_id,
            route.day,
            stop.window if told is None else said.get(stop.visit_id) if stop.visit_id in told else None,
            stop.visit_id in agreed,
        )
        for route in published.routes
        for stop in route.stops
        if stop.visit_id in problem.visit_by_id and route.day >= 0
    ]
    known = {entry.visit_id for entry in near}
    rows = [entry for entry in problem.published if entry.visit_id not in known]
    return replace(
        problem, published=tuple(sorted([*near, *rows], key=lambda entry: (entry.visit_id, entry.technician_id)))
    )


def gone_since(problem: Problem, published: Plan) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return what the published plan has and the branch has no more.

    Returns
    -------
    two dicts
        Visits of technicians who left, and visits of orders that are no longer to be planned, each by technician id.
    """
    left: dict[str, list[str]] = {}
    called_off: dict[str, list[str]] = {}
    for route in published.routes:
        for visit_id in route.visit_ids:
            if visit_id not in problem.visit_by_id:
                called_off.setdefault(route.technician_id, []).append(visit_id)
            elif route.technician_id not in problem.technician_by_id:
                left.setdefault(route.technician_id, []).append(visit_id)
    return left, called_off


def as_told(problem: Problem) -> Plan:
    """Return what a problem says of the published plan as a plan: who, which day and the window told, no more.

    Who leads a crew is not said; the first by id stands for it.
    """
    routes: dict[tuple[int, str], list[Stop]] = {}
    crews: dict[str, list[str]] = {}
    for said in problem.published:
        crews.setdefault(said.visit_id, []).append(said.technician_id)
    for said in problem.published:
        if said.told is not None:
            crew = tuple(sorted(crews[said.visit_id])) if len(crews[said.visit_id]) > 1 else ()
            start_s, lead = said.told.open_s, crew[0] if crew else ""
            stop = Stop(said.visit_id, start_s, start_s, start_s, start_s, said.told, crew=crew, lead=lead)
            routes.setdefault((said.day, said.technician_id), []).append(stop)
    return Plan(tuple(Route(who, day, 0, 0, tuple(stops)) for (day, who), stops in sorted(routes.items())), ())


def changes_between(
    problem: Problem, published: Plan, plan: Plan, told: Collection[str] | None = None
) -> tuple[Change, ...]:
    """Return what the plan does otherwise than the published one, by visit.

    A start that moves inside the told window is no change: the customer waits for the same window. Visits that are
    no longer to be planned (done, called off) are none either, nor what was published for days that are not planned
    here, nor another time where the customer was told none (`told`, as for `stay_near`). What was told is never the
    window of a draft that told nobody: a customer who knows another one hears of that.
    """
    before, after = _served(published), _served(plan)
    # A customer who knows a window although the plan told nobody knows the one of the branch's rows.
    rows = () if told is None else problem.published
    known = {said.visit_id: said.told for said in rows if said.told is not None}
    found = []
    for visit_id in sorted(problem.visit_by_id):
        old, new = before.get(visit_id), after.get(visit_id)
        if old is not None and (old.day < 0 or (new is None and old.day >= problem.days)):
            old = None
        if old is not None and visit_id in known:
            old = old._replace(stop=replace(old.stop, window=known[visit_id]))
        kind = _kind(old, new, is_told=told is None or visit_id in told)
        if kind is None:
            continue
        found.append(
            Change(
                visit_id=visit_id,
                kind=kind,
                before_technician_id=old.technician_id if old else "",
                after_technician_id=new.technician_id if new else "",
                before=old.stop.window if old else None,
                after=new.stop.window if new else None,
                call_by_s=_call_by_s(problem, [side for side in (old, new) if side]),
                before_crew=old.stop.crew if old else (),
                after_crew=new.stop.crew if new else (),
            )
        )
    return tuple(found)


class _Served(NamedTuple):
    """Where a visit is in a plan: with its lead, where a crew serves it."""

    technician_id: str
    day: int
    stop: Stop

    @property
    def people(self) -> set[str]:
        return {self.technician_id, *self.stop.crew}


def _served(plan: Plan) -> dict[str, _Served]:
    found: dict[str, _Served] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.visit_id not in found or stop.lead == route.technician_id:
                found[stop.visit_id] = _Served(route.technician_id, route.day, stop)
    return found


def _kind(old: _Served | None, new: _Served | None, *, is_told: bool) -> ChangeKind | None:
    if old is None or new is None:
        return None if old is new else ChangeKind.ADDED if old is None else ChangeKind.DROPPED
    is_other_person = old.people != new.people
    is_other_time = old.day != new.day or (is_told and old.stop.window != new.stop.window)
    if is_other_person and is_other_time:
        return ChangeKind.TECHNICIAN_AND_TIME
    if is_other_person or is_other_time:
        return ChangeKind.TECHNICIAN if is_other_person else ChangeKind.TIME
    return None


def _call_by_s(problem: Problem, sides: list[_Served]) -> int:
    """Return until when to call: the first notice deadline concerned, past it an hour before the first window opens."""
    deadline_s = problem.notice_deadline_s(min(side.day for side in sides))
    if problem.as_of_s <= deadline_s:
        return deadline_s
    return max(problem.as_of_s, min(side.stop.window.open_s for side in sides) - CALL_AHEAD_S)
