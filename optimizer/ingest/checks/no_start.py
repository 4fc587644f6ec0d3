"""Times that leave no start: by when the work is ready, by what comes before it, by the shifts, by hours too short.

What the customer's hours leave of a window is looked at in `starts.py`. A window is only named here when no technician,
however fast, could begin in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.order import GapFrom, Interval
from optimizer.domain.units import FAR_FUTURE_S, MINUTE_S
from optimizer.ingest.build.several_days import visit_ids_of
from optimizer.ingest.cells.dates_and_times import window_text
from optimizer.ingest.checks.service_spans import Paces, can_start_inside, starts_inside

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
    bounds = _Bounds(problem)
    for visit in problem.visits:
        entry = rows.get(visit.visit_id)
        if entry is None or visit.visit_id in locked:
            continue
        order = problem.order_of(visit)
        own = problem.live_windows(order)
        code, details = _hindrance(bounds, visit, has_own=bool(own))
        if code and not _is_timed_otherwise(problem, visit):
            minutes = f"{visit.base_s / MINUTE_S:g}"
            column = "service_s" if not own else "promised" if order.promised else "requested"
            value = _shown(problem, own) or minutes
            sheets.orders.note(log, code, entry.number, column, value, minutes=minutes, **details)


class _Bounds:
    """What bounds every start alike: the shifts, each stretch of time once, and how fast people are."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.paces = Paces.of(problem)
        self.shifts = sorted({Interval(shift.start_s, shift.return_limit_s) for shift in problem.shifts})


def _is_timed_otherwise(problem: Problem, visit: Visit) -> bool:
    """Return whether a visit's start does not hang on its windows: begun, refused, overdue, an emergency, a pause."""
    return (
        visit.visit_id in problem.begun
        or visit.visit_id in problem.declined
        or problem.is_emergency_call(visit)
        or problem.is_due_before_plan(visit)
        or problem.may_pause(visit)
    )


def _hindrance(bounds: _Bounds, visit: Visit, *, has_own: bool) -> tuple[str, dict[str, object]]:
    """Return what leaves no start in a visit's windows, as a code with its details; an empty code where one is left."""
    problem = bounds.problem
    late_s = problem.max_lateness_s(visit)
    starts = [Interval(w.open_s, w.close_s + late_s) for w in problem.windows[visit.visit_id]]
    hours = problem.hours[visit.visit_id]
    if not starts or (not has_own and not hours):
        return "", {}
    least_s = bounds.paces.least_s(visit)
    in_hours = starts if hours is None else starts_inside(starts, hours, least_s)
    if not in_hours and not has_own:
        return "SERVICE_OVER_HOURS", {"hours": _shown(problem, hours or ())}
    if not in_hours or not has_own:
        return "", {}
    ready_s = visit.ready_s
    if ready_s is not None and all(start.close_s < ready_s for start in in_hours):
        return "WINDOW_NOT_READY", {"ready": f"{problem.local_time(ready_s):%Y-%m-%d %H:%M}"}
    other = _unkept_predecessor(bounds, visit, in_hours)
    if other is not None:
        windows = _shown(problem, problem.windows[other.visit_id])
        return "WINDOW_NO_SEQUENCE", {"other": other.visit_id, "windows": windows}
    if not can_start_inside(in_hours, bounds.shifts, least_s):
        long = [shift for shift in bounds.shifts if shift.close_s - shift.open_s >= least_s]
        if any(_same_day(problem, shift, start) for shift in long for start in in_hours):
            return "WINDOW_OFF_SHIFT", {}
    return "", {}


def _unkept_predecessor(bounds: _Bounds, visit: Visit, starts: Iterable[Interval]) -> Visit | None:
    """Return a visit that comes before and whose windows leave no start, by the least or the greatest gap."""
    problem, paces = bounds.problem, bounds.paces
    for before in visit.after:
        earlier = problem.visit_by_id[before.visit_id]
        windows, late_s = problem.windows[earlier.visit_id], problem.max_lateness_s(earlier)
        if not windows or _is_timed_otherwise(problem, earlier):
            continue
        is_from_start = before.gap_from is GapFrom.START
        least_s, most_s = (0, 0) if is_from_start else (paces.least_s(earlier), paces.most_s(earlier))
        after_s = min(w.open_s for w in windows) + least_s + before.min_gap_s
        until_s = FAR_FUTURE_S
        if before.max_gap_s is not None:
            until_s = max(w.close_s for w in windows) + late_s + most_s + before.max_gap_s
        if not any(after_s <= start.close_s and start.open_s <= until_s for start in starts):
            return earlier
    return None


def _same_day(problem: Problem, stretch: Interval, window: Interval) -> bool:
    """Return whether a stretch touches a date on which a window lies."""
    day_of = problem.clock.day_of
    return day_of(stretch.open_s) <= day_of(window.close_s) and day_of(window.open_s) <= day_of(stretch.close_s)


def _shown(problem: Problem, stretches: Iterable[Interval]) -> str:
    """Return stretches as people write them: `2026-11-23 09:00/12:00`."""
    local = problem.local_time
    texts = [window_text(local(s.open_s), local(s.close_s)) for s in stretches]
    return "; ".join(texts if len(texts) <= _SHOWN else [*texts[:_SHOWN], "…"])
