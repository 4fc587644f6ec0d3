"""The figures of a plan: all derived from it, under stable English keys, ready for JSON."""

from __future__ import annotations

from collections import Counter
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import UnassignedState
from optimizer.domain.rules import SOFT_RULES
from optimizer.report.days import TechnicianDay, technician_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.plan import Plan, Stop
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


def kpis(problem: Problem, matrix: TravelMatrix, plan: Plan) -> dict[str, Any]:
    """Return the key figures of a plan.

    Returns
    -------
    dict
        `visits_planned`, `visits_unassigned`, `unassigned_waits`, `unassigned_will_break`,
        `unassigned_due_before_plan` (counts);
        `promises` (promised arrival windows that fall due with this plan), `promises_kept`, `promises_kept_share`;
        `on_time_share` (planned visits that start by the close of their window in force), `late_visits`,
        `late_minutes`; `travel_minutes`, `travel_km`, `service_minutes`, `overtime_minutes`;
        `technicians_available`, `technicians_used`, `contractors_used`; `load_share_mean` over staff;
        `cost_cents` and `costs_cents` by soft rule; `fairness` (`load_range_minutes`, `load_deviation_minutes`,
        `load_gini` over the staff present: shown, never optimised); `technicians`, one record each.
        A share is between 0 and 1, or `None` when there is nothing to count.
    """
    days = technician_days(problem, matrix, plan)
    staff = [day for day in days if problem.is_staff(day.technician.technician_id)]
    stops = [stop for day in days for stop in day.stops]
    promises, kept = _promises(problem, plan)
    late = [stop.lateness_s for stop in stops if stop.lateness_s > 0]
    states = Counter(left.state for left in plan.unassigned)
    shares = [day.load_share for day in staff if day.load_share is not None]
    return {
        "visits_planned": len(stops),
        "visits_unassigned": len(plan.unassigned),
        "unassigned_waits": states[UnassignedState.WAITS],
        "unassigned_will_break": states[UnassignedState.WILL_BREAK],
        "unassigned_due_before_plan": states[UnassignedState.DUE_BEFORE_PLAN],
        "promises": promises,
        "promises_kept": kept,
        "promises_kept_share": _share(kept, promises),
        "on_time_share": _share(len(stops) - len(late), len(stops)),
        "late_visits": len(late),
        "late_minutes": _minutes(sum(late)),
        "travel_minutes": _minutes(sum(day.travel_s for day in days)),
        "travel_km": _km(sum(day.metres for day in days)),
        "service_minutes": _minutes(sum(day.service_s for day in days)),
        "overtime_minutes": _minutes(sum(day.overtime_s for day in days)),
        "technicians_available": len(days),
        "technicians_used": sum(day.route is not None for day in days),
        "contractors_used": sum(day.route is not None for day in days) - sum(day.route is not None for day in staff),
        "load_share_mean": round(fmean(shares), 4) if shares else None,
        "cost_cents": plan.cost_cents,
        "costs_cents": {rule.value: plan.costs.get(rule, 0) for rule in SOFT_RULES},
        "fairness": _fairness([day.load_s for day in staff]),
        "technicians": [_technician(day) for day in days],
    }


def keeps_promise(problem: Problem, stop: Stop) -> bool | None:
    """Say whether a stop starts inside a promised window as it was told; `None` when none was promised."""
    promised = problem.order_of(problem.visit_by_id[stop.visit_id]).promised
    if not promised:
        return None
    return any(window.open_s <= stop.start_s <= window.close_s for window in promised)


def _promises(problem: Problem, plan: Plan) -> tuple[int, int]:
    """Count the promises that fall due with this plan, and those kept.

    An unassigned visit counts when its promise will break; one that waits for a later promised window does not.
    """
    outcomes = [keeps_promise(problem, stop) for route in plan.routes for stop in route.stops]
    given = [kept for kept in outcomes if kept is not None]
    broken = sum(
        left.state is UnassignedState.WILL_BREAK and bool(problem.order_of(problem.visit_by_id[left.visit_id]).promised)
        for left in plan.unassigned
    )
    return len(given) + broken, sum(given)


def _technician(day: TechnicianDay) -> dict[str, Any]:
    return {
        "technician_id": day.technician.technician_id,
        "employment": day.technician.employment.value,
        "visits": len(day.stops),
        "travel_minutes": _minutes(day.travel_s),
        "travel_km": _km(day.metres),
        "service_minutes": _minutes(day.service_s),
        "overtime_minutes": _minutes(day.overtime_s),
        "late_minutes": _minutes(day.late_s),
        "contracted_minutes": _minutes(day.shift.contracted_s),
        "load_share": None if day.load_share is None else round(day.load_share, 4),
    }


def _fairness(loads_s: Sequence[int]) -> dict[str, float]:
    if not loads_s:
        return {"load_range_minutes": 0.0, "load_deviation_minutes": 0.0, "load_gini": 0.0}
    return {
        "load_range_minutes": _minutes(max(loads_s) - min(loads_s)),
        "load_deviation_minutes": _minutes(pstdev(loads_s)),
        "load_gini": round(gini(loads_s), 4),
    }


def gini(loads: Sequence[int]) -> float:
    """Return the Gini coefficient of non-negative loads: 0 when all are equal.

    >>> gini([0, 0, 0, 8])
    0.75
    """
    total = sum(loads)
    if total == 0:
        return 0.0
    n = len(loads)
    weighted = sum(rank * load for rank, load in enumerate(sorted(loads), start=1))
    return 2 * weighted / (n * total) - (n + 1) / n


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _minutes(seconds: float) -> float:
    return round(seconds / 60, 1)


def _km(metres: int) -> float:
    return round(metres / 1000, 1)
