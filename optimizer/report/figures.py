"""The figures of a plan: all derived from it, under stable English keys, ready for JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import UnassignedState
from optimizer.domain.rules import SOFT_RULES
from optimizer.report.days import TechnicianDay, days_by_date, technician_days, visits_served
from optimizer.report.money import cost_parts
from optimizer.report.promises import count_promises

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.domain.plan import Plan, Route, Stop
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


def kpis(problem: Problem, matrix: TravelMatrix, plan: Plan) -> dict[str, Any]:
    """Return the key figures of a plan.

    Returns
    -------
    dict
        `visits_planned`, `visits_unassigned`, `unassigned_waits`, `unassigned_will_break`,
        `unassigned_due_before_plan`, `unassigned_rebook` (counts, a visit of a crew once);
        `promises` that fall due with this plan (`promises.py`), `promises_kept`, `promises_late` (planned too late),
        `promises_will_break` (left out), `promises_beyond` (not kept, as no plan could), `promises_kept_share`;
        `promises_windows` and `promises_windows_kept`: those of an arrival window, all others are due days;
        `on_time_share` (planned visits that start by the close of their window in force), `late_visits`,
        `late_minutes`; `overdue_visits` (planned after their due day); `travel_minutes`, `travel_km`, `door_minutes`
        (at doors, which is not in the travel), `service_minutes` (of each member of a crew), `overtime_minutes`;
        `technicians_available`, `technicians_used`, `contractors_used`; `load_share_mean` over staff; `cost_cents`
        and `costs_cents` by soft rule; `paid_cents`, `penalty_cents` and `fixed_cents`, which add up to
        it (`money.py`); `fairness` (`load_range_minutes`, `load_deviation_minutes`, `load_gini` over the staff present:
        shown, never optimised); `technicians`, one record each and day, with the `balance_minutes` after it (see
        `balances_s`); `days`, one record a day.
        A share is between 0 and 1, or `None` when there is nothing to count.
    """
    days = technician_days(problem, matrix, plan)
    balances = balances_s(problem, days)
    served = visits_served(plan)
    states = Counter(left.state for left in plan.unassigned)
    figures = _figures(problem, days, list(served.values()))
    promises, parts = count_promises(problem, plan), cost_parts(problem, matrix, plan)
    return {
        "visits_planned": figures["visits_planned"],
        "visits_unassigned": len(plan.unassigned),
        "unassigned_waits": states[UnassignedState.WAITS],
        "unassigned_will_break": states[UnassignedState.WILL_BREAK],
        "unassigned_due_before_plan": states[UnassignedState.DUE_BEFORE_PLAN],
        "unassigned_rebook": states[UnassignedState.REBOOK],
        "promises": promises.due,
        "promises_kept": promises.kept,
        "promises_late": promises.late,
        "promises_will_break": promises.will_break,
        "promises_beyond": promises.beyond,
        "promises_kept_share": _share(promises.kept, promises.due),
        "promises_windows": promises.windows,
        "promises_windows_kept": promises.windows_kept,
        **figures,
        "cost_cents": plan.cost_cents,
        "costs_cents": {rule.value: plan.costs.get(rule, 0) for rule in SOFT_RULES},
        "paid_cents": sum(parts.paid.values()),
        "penalty_cents": sum(parts.guiding.values()),
        "fixed_cents": sum(parts.fixed.values()),
        "fairness": _fairness([load.load_s for load in staff_loads(problem, days)]),
        "technicians": [_technician(problem, day, balances) for day in days],
        "days": figures_by_day(problem, matrix, plan),
    }


def figures_by_day(problem: Problem, matrix: TravelMatrix, plan: Plan) -> list[dict[str, Any]]:
    """Return the figures of each day of the horizon: its date, and those of `kpis` that a day has on its own."""
    by_date = days_by_date(technician_days(problem, matrix, plan))
    served = visits_served(plan).values()
    return [
        {
            "date": problem.date_of(day).isoformat(),
            **_figures(problem, by_date.get(day, []), [pair for pair in served if pair[0].day == day]),
        }
        for day in range(problem.days)
    ]


def _figures(problem: Problem, days: Sequence[TechnicianDay], served: Sequence[tuple[Route, Stop]]) -> dict[str, Any]:
    """Return the figures of some days, whose visits are given once each."""
    late = [stop.lateness_s for _, stop in served if stop.lateness_s > 0]
    used = {day.technician.technician_id for day in days if day.route is not None}
    shares = [load.share for load in staff_loads(problem, days) if load.share is not None]
    return {
        "visits_planned": len(served),
        "on_time_share": _share(len(served) - len(late), len(served)),
        "late_visits": len(late),
        "late_minutes": _minutes(sum(late)),
        "overdue_visits": sum(
            problem.is_past_due(problem.visit_by_id[stop.visit_id], route.day) for route, stop in served
        ),
        "travel_minutes": _minutes(sum(day.drive_s for day in days)),
        "door_minutes": _minutes(sum(day.door_s for day in days)),
        "travel_km": _km(sum(day.metres for day in days)),
        "service_minutes": _minutes(sum(day.service_s for day in days)),
        "overtime_minutes": _minutes(sum(day.overtime_s for day in days)),
        "technicians_available": len({day.technician.technician_id for day in days}),
        "technicians_used": len(used),
        "contractors_used": sum(not problem.is_staff(who) for who in used),
        "load_share_mean": round(fmean(shares), 4) if shares else None,
    }


@dataclass(frozen=True, slots=True)
class Load:
    """What one technician works over some days, and what is contracted, in seconds."""

    technician_id: str
    load_s: int
    drive_s: int
    door_s: int
    overtime_s: int
    contracted_s: int

    @property
    def share(self) -> float | None:
        """The load as a share of the contracted time; `None` when no time is contracted."""
        return self.load_s / self.contracted_s if self.contracted_s else None


def loads_of(days: Iterable[TechnicianDay]) -> list[Load]:
    """Return the load of each technician over some days, in the order of their first days."""
    own: dict[str, list[TechnicianDay]] = {}
    for day in days:
        own.setdefault(day.technician.technician_id, []).append(day)
    return [
        Load(
            who,
            sum(day.load_s for day in group),
            sum(day.drive_s for day in group),
            sum(day.door_s for day in group),
            sum(day.overtime_s for day in group),
            sum(day.shift.contracted_s for day in group),
        )
        for who, group in own.items()
    ]


def staff_loads(problem: Problem, days: Iterable[TechnicianDay]) -> list[Load]:
    """Return the load of each employee over some days."""
    return [load for load in loads_of(days) if problem.is_staff(load.technician_id)]


def balances_s(problem: Problem, days: Iterable[TechnicianDay]) -> dict[tuple[str, int], int]:
    """Return the balance of each employee after each day, by technician id and day, in seconds.

    It is the load of the ledger and of the horizon so far, less the share of the contracted time of both that is free
    (docs/rules.md, `fairness`). Above 0, somebody has had more than a fair share.
    """
    pct, so_far, found = problem.policy.load_target_pct, dict[str, int](), dict[tuple[str, int], int]()
    for day in days:
        who, ledger = day.technician.technician_id, day.technician.ledger
        if problem.is_staff(who):
            before_s = so_far.get(who, ledger.load_s - pct * ledger.contracted_s // 100)
            so_far[who] = before_s + day.load_s - pct * day.shift.contracted_s // 100
            found[who, day.shift.day] = so_far[who]
    return found


def _technician(problem: Problem, day: TechnicianDay, balances: Mapping[tuple[str, int], int]) -> dict[str, Any]:
    balance_s = balances.get((day.technician.technician_id, day.shift.day))
    return {
        "technician_id": day.technician.technician_id,
        "date": problem.date_of(day.shift.day).isoformat(),
        "employment": day.technician.employment.value,
        "visits": len(day.stops),
        "travel_minutes": _minutes(day.drive_s),
        "door_minutes": _minutes(day.door_s),
        "travel_km": _km(day.metres),
        "service_minutes": _minutes(day.service_s),
        "overtime_minutes": _minutes(day.overtime_s),
        "late_minutes": _minutes(day.late_s),
        "contracted_minutes": _minutes(day.shift.contracted_s),
        "load_share": None if day.load_share is None else round(day.load_share, 4),
        "balance_minutes": None if balance_s is None else _minutes(balance_s),
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
