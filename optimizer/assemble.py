"""Indices back to ids: routes as a plan, with the engine's own times and the engine's own books of the costs.

The judge recomputes all of it from the plan alone; what it finds different is a defect of ours.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from optimizer.arrays import (
    R_OVERTIME,
    R_TRAVEL,
    R_WORKING_TIME,
    S_DAY_CENTS,
    S_DEPART,
    S_END,
    S_END_NODE,
    S_MINUTE_CENTS,
    S_PROFILE,
    S_STAFF,
    S_START_NODE,
)
from optimizer.assignment import Assignment
from optimizer.domain.order import Interval
from optimizer.domain.plan import BreakTaken, Plan, Route, Stop, UnassignedState, UnassignedVisit
from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.domain.units import DAY_S, FAR_FUTURE_S, cents_per_minute
from optimizer.search.schedule import (
    IMPOSSIBLE,
    NO_LEG,
    NO_SLOT,
    late_cents,
    latest_departure,
    run_slot,
    stability_cents,
    time_route,
)
from optimizer.search.state import load_cents, spread_cents

if TYPE_CHECKING:
    from optimizer.arrays import IndexedProblem, IntArray, ShortArray
    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.routes import Solution

#: A departure is told at least this early where there is slack (rule book §2).
LEAVE_EARLY_S = 1800


def assemble_plan(problem: Problem, indexed: IndexedProblem, solution: Solution) -> Plan:
    """Return the plan of a solution: canonical times, what stays out, and the cost of every soft rule.

    Parameters
    ----------
    solution : Solution
        Visit indices in driving order per technician-day; every route must be feasible.
    """
    books = _Books(problem, indexed)
    for shift, visits in enumerate(solution):
        books.enter(shift, visits)
    routes = [_route(books.assignment, indexed, shift, visits) for shift, visits in enumerate(solution) if visits]
    served = {stop.visit_id for route in routes for stop in route.stops}
    absent = sorted((v for v in problem.visits if v.visit_id not in served), key=lambda visit: visit.visit_id)
    return Plan(
        routes=tuple(sorted(routes, key=lambda route: route.technician_id)),
        unassigned=tuple(_left_out(problem, visit) for visit in absent),
        costs=books.close(absent),
    )


class _Books:
    """Adds up the cost of each soft rule."""

    def __init__(self, problem: Problem, indexed: IndexedProblem) -> None:
        self.assignment = Assignment(problem)
        self.indexed = indexed
        self.shifts = {shift.technician_id: shift for shift in problem.shifts if shift.day == 0}
        self.cents = dict.fromkeys(SOFT_RULES, 0)
        self.staff_work = 0
        self.staff_squares = 0

    def enter(self, shift: int, visits: tuple[int, ...]) -> None:
        """Enter one technician-day, also an unused one."""
        arrays, cents = self.indexed.arrays, self.cents
        row, rates = arrays.shift[shift], arrays.rates
        road, service = _road_and_service(self.indexed, shift, visits)
        if row[S_STAFF]:
            self.staff_work += road + service
            self.staff_squares += (road + service) ** 2
            cents[Rule.FAIRNESS] += int(load_cents(arrays, shift, road + service))
        if not visits:
            return
        seq, slot, times = _timed(self.indexed, shift, visits)
        back = int(times[-1, 0])
        out_s = back - int(latest_departure(arrays, shift, seq, len(seq), slot, times))
        cents[Rule.TRAVEL] += cents_per_minute(int(rates[R_TRAVEL]), road)
        cents[Rule.OVERTIME] += cents_per_minute(int(rates[R_OVERTIME]), max(0, back - int(row[S_END])))
        cents[Rule.WORKING_TIME] += cents_per_minute(int(rates[R_WORKING_TIME]), out_s)
        cents[Rule.CONTRACTOR] += int(row[S_DAY_CENTS])
        cents[Rule.CONTRACTOR] += cents_per_minute(int(row[S_MINUTE_CENTS]), road + service)
        domain_shift = self.shifts[self.indexed.shift_owners[shift]]
        for k, v in enumerate(visits):
            visit = self.indexed.visits[v]
            start = int(times[k, 1])
            late = max(0, start - _used_window(self.assignment.problem, visit, start).close_s)
            cents[Rule.LATENESS] += int(late_cents(arrays, late))
            cents[Rule.CONTINUITY] += self.assignment.continuity_cents(domain_shift, visit)
            cents[Rule.OVERQUALIFIED] += self.assignment.overqualified_cents(domain_shift, visit)
            cents[Rule.STABILITY] += self.assignment.other_technician_cents(domain_shift, visit)
            cents[Rule.STABILITY] += int(stability_cents(arrays, shift, v, start))

    def close(self, absent: list[Visit]) -> dict[Rule, int]:
        """Enter what stays out and what couples the routes; return the books."""
        arrays = self.indexed.arrays
        self.cents[Rule.FAIRNESS] += int(spread_cents(arrays, self.staff_work, self.staff_squares))
        for visit in absent:
            self.cents[Rule.UNASSIGNED] += self.assignment.unassigned_cents(visit)
            self.cents[Rule.STABILITY] += self.assignment.dropped_cents(visit)
        return self.cents


def _route(desk: Assignment, indexed: IndexedProblem, shift: int, visits: tuple[int, ...]) -> Route:
    problem = desk.problem
    seq, slot, times = _timed(indexed, shift, visits)
    leave = _leave_by(indexed, shift, seq, slot, times)
    stops = []
    for k, v in enumerate(visits):
        visit = indexed.visits[v]
        arrive, start, end = (int(moment) for moment in times[k])
        window = _used_window(problem, visit, start)
        stops.append(
            Stop(
                visit_id=visit.visit_id,
                arrive_s=arrive,
                start_s=start,
                end_s=end,
                leave_by_s=leave[k],
                window=_told(desk, visit, window, start),
                lateness_s=max(0, start - window.close_s),
                parts=tuple(sorted(visit.parts, key=lambda need: need.part_id)),
                pinned=visit.visit_id in desk.locks,
            )
        )
    return Route(
        technician_id=indexed.shift_owners[shift],
        day=0,
        depart_s=int(indexed.arrays.shift[shift, S_DEPART]),
        return_s=int(times[-1, 0]),
        stops=tuple(stops),
        break_=None if slot == NO_SLOT else BreakTaken(slot=slot, start_s=int(times[-1, 1])),
    )


def _timed(indexed: IndexedProblem, shift: int, visits: tuple[int, ...]) -> tuple[ShortArray, int, IntArray]:
    """Return the visits as an array, the canonical break slot and the times that `run_slot` fills."""
    seq = np.array(visits, np.int32)
    times = np.zeros((len(visits) + 1, 3), np.int64)
    cents, slot = time_route(indexed.arrays, shift, seq, len(seq), times)
    assert cents < IMPOSSIBLE, f"the search kept a route that cannot be timed: {shift} {visits}"
    run_slot(indexed.arrays, shift, seq, len(seq), slot, NO_LEG, 0, times)
    return seq, int(slot), times


def _road_and_service(indexed: IndexedProblem, shift: int, visits: tuple[int, ...]) -> tuple[int, int]:
    if not visits:
        return 0, 0
    arrays = indexed.arrays
    row = arrays.shift[shift]
    nodes = [int(row[S_START_NODE]), *visits, int(row[S_END_NODE])]
    travel = arrays.travel[row[S_PROFILE]]
    road = sum(int(travel[a, b]) for a, b in itertools.pairwise(nodes))
    return road, sum(int(arrays.duration[shift, v]) for v in visits)


def _leave_by(indexed: IndexedProblem, shift: int, seq: ShortArray, slot: int, times: IntArray) -> list[int]:
    """Return for each stop when to leave the place before it: the latest that costs nothing, less half an hour.

    Found by bisection: what a later departure does to the rest of the route only grows.
    """
    arrays, count = indexed.arrays, len(seq)
    travel = arrays.travel[arrays.shift[shift, S_PROFILE]]
    trial = times.copy()
    base, _, base_told = run_slot(arrays, shift, seq, count, slot, NO_LEG, 0, trial)
    nodes = [int(arrays.shift[shift, S_START_NODE]), *(int(v) for v in seq)]
    leave = []
    for k in range(count):
        earliest = int(times[k, 0]) - int(travel[nodes[k], nodes[k + 1]])
        harmless, harmful = 0, DAY_S
        while harmful - harmless > 1:
            delay = (harmless + harmful) // 2
            cents, _, told = run_slot(arrays, shift, seq, count, slot, k, earliest + delay, trial)
            if cents <= base and told <= base_told:
                harmless = delay
            else:
                harmful = delay
        leave.append(earliest + harmless - min(LEAVE_EARLY_S, harmless))
    return leave


def _used_window(problem: Problem, visit: Visit, start_s: int) -> Interval:
    """Return the window in force that a start uses: the first that is open and, lateness allowed, not past."""
    late_s = problem.max_lateness_s(visit)
    windows = problem.windows[visit.visit_id]
    return next(w for w in windows if w.open_s <= start_s <= w.close_s + late_s)


def _told(desk: Assignment, visit: Visit, used: Interval, start_s: int) -> Interval:
    """Return what the customer is told: promised, else told already, else the start and the policy's width around."""
    for promised in desk.problem.order_of(visit).promised:
        if promised.open_s == used.open_s:
            return promised
    said = desk.published.get(visit.visit_id)
    if said is not None and said.told is not None and said.told.open_s <= start_s <= said.told.close_s:
        return said.told
    width = desk.policy.told_half_width_s
    return Interval(start_s - width, start_s + width)


def _left_out(problem: Problem, visit: Visit) -> UnassignedVisit:
    order = problem.order_of(visit)
    if problem.is_due_before_plan(visit):
        return UnassignedVisit(visit.visit_id, UnassignedState.DUE_BEFORE_PLAN, order.due_day, reasons=())
    due = order.due_day is not None and order.due_day <= problem.first_day
    last_promise = max((window.close_s for window in order.promised), default=FAR_FUTURE_S)
    state = UnassignedState.WILL_BREAK if due or last_promise < DAY_S else UnassignedState.WAITS
    return UnassignedVisit(visit_id=visit.visit_id, state=state, due=order.due_day, reasons=())
