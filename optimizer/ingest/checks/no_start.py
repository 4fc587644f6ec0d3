"""Times that leave no start: by when the work is ready, by what comes before it, by the shifts, by hours too short.

What the customer's hours leave of a window is looked at in `starts.py`. A window is only named here when no technician,
however fast, could begin in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.order import GapFrom, Interval
from optimizer.domain.units import FAR_FUTURE_S, MINUTE_S
from optimizer.ingest.build.several_days import visit_ids_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets

#: How many stretches a message shows.
_SHOWN = 4


def check_times_left(problem: Problem, sheets: BranchSheets, log: IssueLog) -> None:
    """Note orders that nobody can start in the windows, hours and shifts of the days planned."""
    rows = {visit_id: entry for entry in sheets.orders for visit_id in visit_ids_of(entry.row)}
    locked = {lock.visit_id for lock in problem.locks}
    shifts = [Interval(shift.start_s, shift.return_limit_s) for shift in problem.shifts]
    for visit in problem.visits:
        entry = rows.get(visit.visit_id)
        if entry is None or visit.visit_id in locked or _is_timed_otherwise(problem, visit):
            continue
        order = problem.order_of(visit)
        own = [w for w in order.promised or order.requested if w.close_s >= min(0, problem.as_of_s)]
        code, details = _hindrance(problem, visit, shifts, has_own=bool(own))
        if code:
            minutes = f"{visit.base_s / MINUTE_S:g}"
            column = "service_s" if not own else "promised" if order.promised else "requested"
            value = _shown(problem, own) or minutes
            sheets.orders.note(log, code, entry.number, column, value, minutes=minutes, **details)


def _is_timed_otherwise(problem: Problem, visit: Visit) -> bool:
    """Return whether a visit's start does not hang on its windows: begun, refused, overdue, an emergency, a pause."""
    return (
        visit.visit_id in problem.begun
        or visit.visit_id in problem.declined
        or problem.is_emergency_call(visit)
        or problem.is_due_before_plan(visit)
        or problem.may_pause(visit)
    )


def _hindrance(
    problem: Problem, visit: Visit, shifts: list[Interval], *, has_own: bool
) -> tuple[str, dict[str, object]]:
    """Return what leaves no start in a visit's windows, as a code with its details; an empty code where one is left."""
    late_s = problem.max_lateness_s(visit)
    starts = [Interval(w.open_s, w.close_s + late_s) for w in problem.windows[visit.visit_id]]
    hours = problem.hours[visit.visit_id]
    if not starts or (not has_own and not hours):
        return "", {}
    least_s = _lasts_s(problem, visit)[0]
    in_hours = starts if hours is None else _inside(starts, hours, least_s)
    if not in_hours and not has_own:
        return "SERVICE_OVER_HOURS", {"hours": _shown(problem, hours or ())}
    if not in_hours or not has_own:
        return "", {}
    ready_s = visit.ready_s
    if ready_s is not None and all(start.close_s < ready_s for start in in_hours):
        return "WINDOW_NOT_READY", {"ready": f"{problem.local_time(ready_s):%Y-%m-%d %H:%M}"}
    other = _unkept_predecessor(problem, visit, in_hours)
    if other is not None:
        windows = _shown(problem, problem.windows[other.visit_id])
        return "WINDOW_NO_SEQUENCE", {"other": other.visit_id, "windows": windows}
    long = [s for s in shifts if s.close_s - s.open_s >= least_s]
    of_the_days = [s for s in long if any(_same_day(problem, s, start) for start in in_hours)]
    if of_the_days and not _inside(in_hours, of_the_days, least_s):
        return "WINDOW_OFF_SHIFT", {}
    return "", {}


def _unkept_predecessor(problem: Problem, visit: Visit, starts: Iterable[Interval]) -> Visit | None:
    """Return a visit that comes before and whose windows leave no start, by the least or the greatest gap."""
    for before in visit.after:
        earlier = problem.visit_by_id[before.visit_id]
        windows, late_s = problem.windows[earlier.visit_id], problem.max_lateness_s(earlier)
        if not windows or _is_timed_otherwise(problem, earlier):
            continue
        least_s, most_s = (0, 0) if before.gap_from is GapFrom.START else _lasts_s(problem, earlier)
        after_s = min(w.open_s for w in windows) + least_s + before.min_gap_s
        until_s = FAR_FUTURE_S
        if before.max_gap_s is not None:
            until_s = max(w.close_s for w in windows) + late_s + most_s + before.max_gap_s
        if not any(after_s <= start.close_s and start.open_s <= until_s for start in starts):
            return earlier
    return None


def _lasts_s(problem: Problem, visit: Visit) -> tuple[int, int]:
    """Return how long a service takes at least and at most, whoever serves it."""
    skills = [skill for person in problem.technicians for skill in person.skills]
    percents = (100, *(skill.factor_pct for skill in skills))
    more_s = visit.critical_test_s + problem.policy.observation_s + sum(skill.surcharge_s for skill in skills)
    return visit.base_s * min(percents) // 100, -(-visit.base_s * max(percents) // 100) + more_s


def _inside(starts: Iterable[Interval], stretches: Iterable[Interval], least_s: int) -> list[Interval]:
    """Return when a service of `least_s` seconds can start so that it lies within one of the stretches."""
    both = [
        (max(start.open_s, stretch.open_s), min(start.close_s, stretch.close_s - least_s))
        for stretch in stretches
        for start in starts
    ]
    return [Interval(open_s, close_s) for open_s, close_s in both if open_s <= close_s]


def _same_day(problem: Problem, stretch: Interval, window: Interval) -> bool:
    """Return whether a stretch touches a date on which a window lies."""
    day_of = problem.clock.day_of
    return day_of(stretch.open_s) <= day_of(window.close_s) and day_of(window.open_s) <= day_of(stretch.close_s)


def _shown(problem: Problem, stretches: Iterable[Interval]) -> str:
    """Return stretches as people write them: `2026-11-23 09:00/12:00`."""
    local = problem.local_time
    texts = [f"{local(s.open_s):%Y-%m-%d %H:%M}/{local(s.close_s):%H:%M}" for s in stretches]
    return "; ".join(texts if len(texts) <= _SHOWN else [*texts[:_SHOWN], "…"])
