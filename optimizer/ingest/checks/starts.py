"""Days and windows in which hardly anything can begin: nobody works, the customer is closed, the lead eats the window.

What is meant is asked of the built `Problem`: windows in force and hours are the rule book's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.units import MINUTE_S
from optimizer.ingest.checks.service_spans import Paces, can_start_inside

if TYPE_CHECKING:
    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets


def check_starts(problem: Problem, sheets: BranchSheets, log: IssueLog) -> None:
    """Note orders that a window of their own leaves no start, or a single moment."""
    entries = {entry.row.visit_id or entry.row.order_id: entry for entry in sheets.orders}
    paces = Paces.of(problem)
    for visit in problem.visits:
        order, entry = problem.order_of(visit), entries.get(visit.visit_id)
        windows = order.promised or order.requested
        if entry is None or not windows or not problem.windows[visit.visit_id]:
            continue
        column = "promised" if order.promised else "requested"
        lengths_s = [w.close_s - w.open_s for w in windows if w.close_s >= 0 and w.open_s < problem.end_s]
        lead_s = problem.policy.arrival_lead_s
        short_s = next((length_s for length_s in lengths_s if 0 < length_s <= lead_s), 0)
        if not _has_start(problem, visit, paces):
            minutes = -(-visit.base_s // MINUTE_S)
            sheets.orders.note(log, "WINDOW_NO_START", entry.number, column, minutes=minutes)
        elif short_s:
            details = {"minutes": short_s // MINUTE_S, "lead": lead_s // MINUTE_S}
            sheets.orders.note(log, "LEAD_LONG", entry.number, column, **details)


def _has_start(problem: Problem, visit: Visit, paces: Paces) -> bool:
    """Return whether a service can begin in one of its windows while the customer is open, and end before closing."""
    hours = problem.hours[visit.visit_id]
    if hours is None:
        return True
    policy, kind = problem.policy, problem.order_of(visit).kind
    may_pause = kind in policy.pause_kinds and visit.base_s > policy.pause_over_s
    service_s = 1 if may_pause else paces.least_s(visit)
    return can_start_inside(problem.windows[visit.visit_id], hours, service_s)


def check_plan_days(problem: Problem, sheets: BranchSheets, log: IssueLog) -> None:
    """Note days to plan on which the branch does not work, of several those on which somebody has a shift."""
    branch, works = sheets.branch.entries[0], {shift.day for shift in problem.shifts}
    for day in range(problem.days):
        date = problem.date_of(day)
        if not problem.branch.calendar.is_working_day(date) and (day in works or problem.days == 1):
            sheets.branch.note(log, "PLAN_DAY_OFF", branch.number, "plan_date", date)
