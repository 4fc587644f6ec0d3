"""What a new plan changes against the published one: the problem stays near it, the differences are listed.

A published plan is what customers and technicians were told. `stay_near` makes its routes prices and, past the notice
deadline, locks of the problem; `changes_between` lists every visit that is treated otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.desk import Change, ChangeKind
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.units import HOUR_S

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.domain.order import Interval
    from optimizer.domain.plan import Plan, Stop
    from optimizer.domain.problem import Problem

#: A call about a visit that is too near for notice is made this long before the told window opens, or at once.
CALL_AHEAD_S = HOUR_S


def stay_near(problem: Problem, published: Plan, *, released: Collection[str] = ()) -> Problem:
    """Return the problem with a published plan to stay near.

    It takes the place of published rows for its visits; that a customer agreed to a change stays.

    Parameters
    ----------
    published
        A plan for the same days.
    released
        Visits whose told window may be left: the customer is called and agrees to another.
    """
    agreed = {*released, *(entry.visit_id for entry in problem.published if entry.agreed)}
    told = [
        PublishedVisit(stop.visit_id, route.technician_id, route.day, stop.window, stop.visit_id in agreed)
        for route in published.routes
        for stop in route.stops
        if stop.visit_id in problem.visit_by_id
    ]
    known = {entry.visit_id for entry in told}
    rows = [entry for entry in problem.published if entry.visit_id not in known]
    return replace(problem, published=tuple(sorted([*told, *rows], key=lambda entry: entry.visit_id)))


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


def changes_between(problem: Problem, published: Plan, plan: Plan) -> tuple[Change, ...]:
    """Return what the plan does otherwise than the published one, by visit.

    A start that moves inside the told window is no change: the customer waits for the same window. Visits that are
    no longer to be planned (done, called off) are none either.
    """
    before, after = _stops(published), _stops(plan)
    found = []
    for visit_id in sorted(problem.visit_by_id):
        old, new = before.get(visit_id), after.get(visit_id)
        kind = _kind(old, new)
        if kind is None:
            continue
        first = old or new
        assert first is not None
        found.append(
            Change(
                visit_id=visit_id,
                kind=kind,
                before_technician_id=old[0] if old else "",
                after_technician_id=new[0] if new else "",
                before=old[1].window if old else None,
                after=new[1].window if new else None,
                call_by_s=_call_by_s(problem, [side[1].window for side in (old, new) if side]),
            )
        )
    return tuple(found)


_Served = tuple[str, "Stop"]


def _stops(plan: Plan) -> dict[str, _Served]:
    return {stop.visit_id: (route.technician_id, stop) for route in plan.routes for stop in route.stops}


def _kind(old: _Served | None, new: _Served | None) -> ChangeKind | None:
    if old is None or new is None:
        return None if old is new else ChangeKind.ADDED if old is None else ChangeKind.DROPPED
    is_other_person, is_other_time = old[0] != new[0], old[1].window != new[1].window
    if is_other_person and is_other_time:
        return ChangeKind.TECHNICIAN_AND_TIME
    if is_other_person or is_other_time:
        return ChangeKind.TECHNICIAN if is_other_person else ChangeKind.TIME
    return None


def _call_by_s(problem: Problem, windows: list[Interval]) -> int:
    """Return until when to call: the notice deadline, and past it an hour before the first window concerned opens."""
    deadline_s = problem.notice_deadline_s(0)
    if problem.as_of_s <= deadline_s:
        return deadline_s
    return max(problem.as_of_s, min(window.open_s for window in windows) - CALL_AHEAD_S)
