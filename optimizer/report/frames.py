"""The plan as tables: rows of plain values, and data frames for analysts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.domain.rules import SOFT_RULES
from optimizer.report.columns import SHEETS
from optimizer.report.days import TechnicianDay, technician_days
from optimizer.report.figures import balances_s, figures_by_day
from optimizer.report.money import cost_parts
from optimizer.report.wording import Wording
from optimizer.text.workbook_cells import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix

Row = dict[str, Value]


def tables(problem: Problem, matrix: TravelMatrix, plan: Plan, lang: str = "en") -> dict[str, pd.DataFrame]:
    """Return the plan as data frames.

    Returns
    -------
    dict
        `routes` (one row a stop, in driving order; each member of a crew has one), `technicians` (one row a shift,
        unused ones too), `unassigned` (one row a visit, with the reasons as sentences in `lang`), `costs` (one row a
        soft rule, in cents) and `days` (one row a day of the horizon).
        Column names are English and stable (`optimizer.report.columns`). Moments are local times of the branch,
        without a zone; durations are minutes, distances kilometres.
    """
    import pandas as pd

    rows = table_rows(problem, matrix, plan, Wording(lang, problem.branch.region))
    return {
        sheet.name: pd.DataFrame(rows[sheet.name], columns=[column.name for column in sheet.all_columns])
        for sheet in SHEETS
    }


def table_rows(problem: Problem, matrix: TravelMatrix, plan: Plan, wording: Wording) -> dict[str, list[Row]]:
    """Return the rows of every table by its name; what people read is written in the wording's language."""
    days = technician_days(problem, matrix, plan)
    balances = balances_s(problem, days)
    return {
        "routes": [row for day in days for row in _stop_rows(problem, day, wording)],
        "technicians": [_technician_row(problem, day, balances, wording) for day in days],
        "unassigned": [_unassigned_row(problem, left, wording) for left in plan.unassigned],
        "costs": _cost_rows(problem, matrix, plan, wording),
        "days": [_day_row(figures) for figures in figures_by_day(problem, matrix, plan)],
    }


def _cost_rows(problem: Problem, matrix: TravelMatrix, plan: Plan, wording: Wording) -> list[Row]:
    parts = cost_parts(problem, matrix, plan)
    return [
        {
            "rule": rule.value,
            "cost_cents": plan.costs.get(rule, 0),
            "paid_cents": parts.paid.get(rule, 0),
            "penalty_cents": parts.guiding.get(rule, 0),
            "fixed_cents": parts.fixed.get(rule, 0),
            "statement": wording.translate(rule.statement),
        }
        for rule in SOFT_RULES
    ]


def _stop_rows(problem: Problem, day: TechnicianDay, wording: Wording) -> list[Row]:
    rows: list[Row] = []
    for position, stop in enumerate(day.stops, start=1):
        visit, way = problem.visit_by_id[stop.visit_id], day.way_to(position - 1)
        row: Row = {
            "technician_id": day.technician.technician_id,
            "technician": day.technician.name,
            "date": problem.date_of(day.shift.day),
            "position": position,
            **_visit_cells(problem, visit, wording),
            "leave": problem.local_time(day.leaves_s(position - 1)),
            "leave_by": problem.local_time(stop.leave_by_s),
            "arrive": problem.local_time(stop.arrive_s),
            "start": problem.local_time(stop.start_s),
            "end": problem.local_time(stop.end_s),
            "told_open": problem.local_time(stop.window.open_s),
            "told_close": problem.local_time(stop.window.close_s),
            "promised": bool(problem.promises_of(visit)),
            "late_minutes": _minutes(stop.lateness_s),
            "travel_minutes": _minutes(sum(leg.drive_s for leg in way)),
            "door_minutes": _minutes(sum(leg.door_s for leg in way)),
            "distance_km": sum(leg.metres for leg in way) / 1000,
            "pause_start": problem.local_time(stop.pause.start_s) if stop.pause else None,
            "pause_end": problem.local_time(stop.pause.end_s) if stop.pause else None,
            "service_minutes": _minutes(stop.work_s),
            "parts": wording.parts(stop.parts, problem),
            "tools": wording.tools(visit.tools, problem) if day.leads(stop) else "",
            "loads": wording.loads(visit.loads) if day.leads(stop) else "",
            "crew": wording.series(wording.person(who, problem) for who in stop.crew),
            "lead": wording.person(stop.lead, problem) if stop.lead else "",
            "after": "; ".join(earlier.visit_id for earlier in visit.after),
            "via_branch": len(way) > 1,
            "pinned": stop.pinned,
        }
        rows.append(row)
    return rows


def _technician_row(
    problem: Problem, day: TechnicianDay, balances: Mapping[tuple[str, int], int], wording: Wording
) -> Row:
    route, pause = day.route, day.break_s
    balance_s = balances.get((day.technician.technician_id, day.shift.day))
    return {
        "technician_id": day.technician.technician_id,
        "technician": day.technician.name,
        "employment": wording.employment(day.technician.employment),
        "date": problem.date_of(day.shift.day),
        "visits": len(day.stops),
        "shift_start": problem.local_time(day.shift.start_s),
        "shift_end": problem.local_time(day.shift.end_s),
        "depart": problem.local_time(route.depart_s) if route else None,
        "break_start": problem.local_time(pause[0]) if pause else None,
        "branch_start": problem.local_time(day.branch_stop.start_s) if day.branch_stop else None,
        "branch_end": problem.local_time(day.branch_stop.end_s) if day.branch_stop else None,
        "return": problem.local_time(route.return_s) if route else None,
        "travel_minutes": _minutes(day.drive_s),
        "door_minutes": _minutes(day.door_s),
        "distance_km": day.metres / 1000,
        "service_minutes": _minutes(day.service_s),
        "overtime_minutes": _minutes(day.overtime_s),
        "late_minutes": _minutes(day.late_s),
        "contracted_minutes": _minutes(day.shift.contracted_s),
        "load_share": day.load_share,
        "balance_minutes": None if balance_s is None else _minutes(balance_s),
    }


def _day_row(figures: dict[str, Any]) -> Row:
    return {
        "date": date.fromisoformat(figures["date"]),
        "visits": figures["visits_planned"],
        "technicians": figures["technicians_used"],
        "available": figures["technicians_available"],
        "travel_minutes": figures["travel_minutes"],
        "door_minutes": figures["door_minutes"],
        "distance_km": figures["travel_km"],
        "service_minutes": figures["service_minutes"],
        "overtime_minutes": figures["overtime_minutes"],
        "late_visits": figures["late_visits"],
        "late_minutes": figures["late_minutes"],
        "load_share": figures["load_share_mean"],
    }


def _unassigned_row(problem: Problem, left: UnassignedVisit, wording: Wording) -> Row:
    visit = problem.visit_by_id[left.visit_id]
    return {
        **_visit_cells(problem, visit, wording),
        "priority": problem.priority_of(visit),
        "windows": wording.windows(visit, problem),
        "service_minutes": _minutes(visit.base_s),
        "due": left.due,
        "state": wording.state(left),
        "reason_codes": "; ".join(reason.code.value for reason in left.reasons),
        "reasons": " ".join(wording.reasons(left, problem)),
    }


def _visit_cells(problem: Problem, visit: Visit, wording: Wording) -> Row:
    order, customer = problem.order_of(visit), problem.customer_of(visit)
    return {
        "visit_id": visit.visit_id,
        "order_id": visit.order_id,
        "customer_id": customer.customer_id,
        "customer": customer.name,
        "phone": customer.phone,
        "kind": wording.kind(order.kind),
        "address": visit.place.address,
        "approximate": visit.place.approximate,
        "area": visit.area,
    }


def _minutes(seconds: int) -> float:
    return seconds / 60
