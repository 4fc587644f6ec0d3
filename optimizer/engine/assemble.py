"""Indices back to ids: routes as a plan, with the engine's own times and the engine's own sum of the costs.

The judge recomputes all of it from the plan alone; what it finds different is a defect of ours.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.order import PartNeed
from optimizer.domain.plan import BranchStop, BreakTaken, Pause, Plan, Route, Stop, UnassignedState, UnassignedVisit
from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.domain.units import FAR_FUTURE_S, cents_per_minute
from optimizer.engine.arrays import (
    B_LEAVES,
    B_PICKUP,
    D_ADDRESS,
    D_SECONDS,
    E_EARLIER,
    E_LATER,
    E_NEED,
    FORBIDDEN,
    NONE,
    O_OWN,
    O_STAFF,
    R_MORE_OVERTIME,
    R_MORE_TRAVEL,
    R_MORE_VISITS,
    R_OVERTIME,
    R_PAUSE_LEAVE,
    R_TRAVEL,
    R_VISITS,
    R_WORKING_TIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_DAY_CENTS,
    S_DEPART,
    S_END,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_OWNER,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_HEAD,
    V_LATEST,
    V_READY,
)
from optimizer.engine.assignment import LEAD, MEMBER
from optimizer.engine.own_parts import drawn_from_branch
from optimizer.engine.search.islands import bound_arrays
from optimizer.engine.search.state import load_cents, spread_cents
from optimizer.engine.search.timing import late_cents, latest_departure, run_slot, time_route
from optimizer.engine.telling import first_arrivals, leave_by, told_windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.problem import Problem
    from optimizer.engine.arrays import IntArray, ProblemArrays
    from optimizer.engine.assignment import Assignment
    from optimizer.engine.indexing import IndexedProblem
    from optimizer.engine.route_pool import Solution


def assemble_plan(problem: Problem, indexed: IndexedProblem, solution: Solution, starts: IntArray) -> Plan:
    """Return the plan of a solution: canonical times, what stays out, and the cost of every soft rule.

    Parameters
    ----------
    solution : Solution
        Visit indices in driving order per technician-day; every route must be feasible.
    starts : int64 (n_visits or 0,)
        Starts of the synchronized visits in it.
    """
    assignment = indexed.assignment
    arrays = bound_arrays(indexed.arrays, solution, starts)
    days = [Day(indexed, arrays, shift, visits) for shift, visits in enumerate(solution)]
    served_s = {v: (int(day.times[k, 1]), int(day.times[k, 2])) for day in days for k, v in enumerate(day.visits)}
    for day in days:
        day.hold_starts(served_s)
    crews = _crews(indexed, solution)
    drawn = _drawn_parts(indexed, solution)
    tally = _CostTally(assignment, indexed, crews)
    for day in days:
        tally.enter(day)
    from_s = first_arrivals(assignment, days)
    routes = [_route(assignment, day, crews, drawn, from_s) for day in days if day.visits]
    served = {stop.visit_id for route in routes for stop in route.stops}
    unassigned = sorted((v for v in problem.visits if v.visit_id not in served), key=lambda visit: visit.visit_id)
    return Plan(
        routes=tuple(sorted(routes, key=lambda route: (route.day, route.technician_id))),
        unassigned=tuple(_left_out(problem, visit) for visit in unassigned),
        costs=tally.close(unassigned),
    )


class Day:
    """One technician-day of a solution, timed by the kernels.

    Parameters
    ----------
    arrays
        The arrays with the bounds that synchronized visits of the solution put on one another.
    shift
        Index of the technician-day.
    visits
        Its visits, a stop at the branch among them.
    """

    def __init__(self, indexed: IndexedProblem, arrays: ProblemArrays, shift: int, visits: tuple[int, ...]) -> None:
        self.indexed, self.arrays, self.shift, self.visits = indexed, arrays, shift, visits
        self.seq = np.array(visits, np.int64)
        self.slot = NONE
        self.times = np.zeros((len(visits) + 1, 3), np.int64)
        if visits:
            cents, slot = time_route(arrays, shift, self.seq, len(visits), self.times)
            assert cents < FORBIDDEN, f"the search kept a route that cannot be timed: {shift} {visits}"
            self.slot = int(slot)
            run_slot(arrays, shift, self.seq, len(visits), slot, self.times)

    @property
    def row(self) -> IntArray:
        """The shift's columns `S_*`."""
        row: IntArray = self.arrays.shift[self.shift]
        return row

    @property
    def legs_s(self) -> list[int]:
        """Seconds of each leg."""
        if not self.visits:
            return []
        travel = self.arrays.travel[self.row[S_PROFILE]]
        return [int(travel[a, b]) for a, b in itertools.pairwise(self.nodes)]

    @property
    def nodes(self) -> list[int]:
        """The places of a route, start and end included."""
        return [int(self.row[S_START_NODE]), *self.visits, int(self.row[S_END_NODE])]

    @property
    def drives_s(self) -> list[int]:
        """Seconds of driving of each leg: without the time at the door."""
        door = self.arrays.door
        pairs = zip(self.legs_s, itertools.pairwise(self.nodes), strict=False)
        return [s - int(door[b, D_SECONDS] * (door[a, D_ADDRESS] != door[b, D_ADDRESS])) for s, (a, b) in pairs]

    @property
    def road_s(self) -> int:
        """Seconds of travel."""
        return sum(self.legs_s)

    @property
    def waits(self) -> bool:
        """Whether the day begins with a wait at the branch for parts."""
        stop = self.visits[0] - int(self.arrays.rates[R_VISITS]) if self.visits else -1
        return stop >= 0 and bool(self.arrays.stop[stop, B_LEAVES])

    @property
    def depart_s(self) -> int:
        """The departure, after that wait."""
        depart_s = int(self.row[S_DEPART])
        if not self.waits:
            return depart_s
        return max(depart_s, int(self.arrays.stop[self.visits[0] - int(self.arrays.rates[R_VISITS]), B_PICKUP]))

    @property
    def stated_slot(self) -> int:
        """The break's slot among the legs and places that a plan has: the wait is none."""
        if not self.waits or self.slot <= 0:
            return self.slot
        return self.slot - (3 if self.slot >= self.first_inside else 2)

    @property
    def first_inside(self) -> int:
        """The break slot inside the first place."""
        return 2 * len(self.visits) + 2

    def used_window(self, problem: Problem, k: int) -> Interval:
        """Return the window in force that a visit uses: the first that is open and, lateness allowed, not past.

        A service that holds the break may have begun too early for that in one before, and then begins with its own.
        """
        v, start = self.visits[k], int(self.times[k, 1])
        visit = self.indexed.visits[v]
        late_s = 0 if visit.visit_id in problem.begun else problem.max_lateness_s(visit)
        windows = [w for w in problem.windows[visit.visit_id] if w.open_s <= start <= w.close_s + late_s]
        could_start = max(int(self.times[k, 0]), int(self.arrays.visit[v, V_READY]))
        is_by_hours = any(hours.open_s == start for hours in problem.hours[visit.visit_id] or ())
        if self.slot == self.first_inside + k and could_start < start and not is_by_hours:
            windows = [window for window in windows if window.open_s == start]
        return windows[0]

    @property
    def excess_cents(self) -> int:
        """What exceptions for this day's visits let it exceed of its limits of travel, visits and return, in cents."""
        row, rates = self.row, self.arrays.rates
        drives_s = self.drives_s
        far_s = max(max(drives_s) - int(row[S_MAX_LEG]), sum(drives_s) - int(row[S_MAX_TRAVEL]), 0)
        late_s = max(0, int(self.times[-1, 0]) - int(row[S_RETURN_LIMIT]))
        many = max(0, sum(v < int(rates[R_VISITS]) for v in self.visits) - int(row[S_MAX_VISITS]))
        cents = cents_per_minute(int(rates[R_MORE_TRAVEL]), far_s)
        cents += cents_per_minute(int(rates[R_MORE_OVERTIME]), late_s)
        return cents + int(rates[R_MORE_VISITS]) * many

    @property
    def service_s(self) -> int:
        """Seconds of service, a stop at the branch not counted."""
        orders = self.arrays.rates[R_VISITS]
        return sum(int(self.arrays.duration[self.shift, v]) for v in self.visits if v < orders)

    def hold_starts(self, served_s: Mapping[int, tuple[int, int]]) -> None:
        """Let no later departure move a visit that others wait for, nor take one too far from its predecessor.

        Parameters
        ----------
        served_s
            Start and end of each assigned visit.
        """
        arrays = self.arrays
        for v in self.visits:
            if any(int(later) in served_s for later in arrays.entries_of(v, E_LATER)[:, 0]):
                arrays.visit[v, V_LATEST] = served_s[v][0]
            for earlier, from_start, _, most_s, _ in arrays.entries_of(v, E_EARLIER).tolist():
                if earlier in served_s:
                    start_s, end_s = served_s[earlier]
                    latest_s = (start_s if from_start else end_s) + most_s
                    arrays.visit[v, V_LATEST] = min(int(arrays.visit[v, V_LATEST]), latest_s)

    def pause_of(self, k: int, hours: Iterable[Interval]) -> Pause | None:
        """Return when the service of the k-th visit rests; `None` when it goes on.

        Parameters
        ----------
        hours
            When the customer is open.
        """
        start_s, end_s = int(self.times[k, 1]), int(self.times[k, 2])
        length_s = end_s - start_s - int(self.arrays.duration[self.shift, self.visits[k]])
        if length_s == 0:
            return None
        begin_s = next((h.close_s for h in hours if h.open_s <= start_s < h.close_s), FAR_FUTURE_S)
        if self.slot == self.first_inside + k:
            is_break_alone = length_s == self.row[S_BREAK_LENGTH] + self.arrays.rates[R_PAUSE_LEAVE]
            begin_s = int(self.times[-1, 1]) if is_break_alone else min(begin_s, int(self.row[S_BREAK_CLOSE]))
        return Pause(begin_s, begin_s + length_s)


class _CostTally:
    """Adds up the cost of each soft rule."""

    def __init__(self, assignment: Assignment, indexed: IndexedProblem, crews: Mapping[int, list[int]]) -> None:
        self.assignment, self.indexed, self.crews = assignment, indexed, crews
        self.cents = dict.fromkeys(SOFT_RULES, 0)
        self.work_s = [0] * len(indexed.arrays.owner)
        self.worst_late_s = 0

    def enter(self, day: Day) -> None:
        """Enter one technician-day, also an unused one."""
        arrays, row, rates = day.arrays, day.row, day.arrays.rates
        cents, road = self.cents, day.road_s
        work = road + day.service_s
        self.work_s[row[S_OWNER]] += work
        reserve = self.assignment.reserve_cents(self.indexed.shifts[day.shift], work)
        cents[Rule.RESERVE] += reserve
        cents[Rule.FAIRNESS] += int(load_cents(arrays, day.shift, work)) - reserve
        if not day.visits:
            return
        back = int(day.times[-1, 0])
        leave = latest_departure(arrays, day.shift, day.seq, len(day.seq), day.slot, day.times, False)
        cents[Rule.TRAVEL] += cents_per_minute(int(rates[R_TRAVEL]), road)
        cents[Rule.OVERTIME] += cents_per_minute(int(rates[R_OVERTIME]), max(0, back - int(row[S_END])))
        cents[Rule.WORKING_TIME] += cents_per_minute(int(rates[R_WORKING_TIME]), back - int(leave))
        cents[Rule.CONTRACTOR] += int(row[S_DAY_CENTS]) + cents_per_minute(int(row[S_MINUTE_CENTS]), work)
        cents[Rule.EXCEPTION] += day.excess_cents
        for k, v in enumerate(day.visits):
            if v < rates[R_VISITS]:
                self._enter_visit(day, k)

    def _enter_visit(self, day: Day, k: int) -> None:
        assignment, cents, arrays = self.assignment, self.cents, day.arrays
        v, start = day.visits[k], int(day.times[k, 1])
        visit, shift = self.indexed.visits[v], self.indexed.shifts[day.shift]
        head = int(arrays.visit[v, V_HEAD])
        cents[Rule.EXCEPTION] += assignment.area_cents(shift, visit)
        cents[Rule.CONTRACTOR] += assignment.contractor_order_cents(shift, visit)
        cents[Rule.OVERQUALIFIED] += assignment.overqualified_cents(shift, visit, LEAD if v == head else MEMBER)
        if v != head:
            return
        people = [self.indexed.shifts[s].technician_id for s in self.crews[head]]
        late = max(0, start - day.used_window(assignment.problem, k).close_s)
        cents[Rule.LATENESS] += int(late_cents(arrays, late))
        self.worst_late_s = max(self.worst_late_s, late)
        cents[Rule.CONTINUITY] += assignment.continuity_cents(people, visit)
        cents[Rule.OVERDUE] += assignment.overdue_cents(shift.day, visit)
        deviation = assignment.deviation_cents(people, shift.day, visit)
        published = assignment.published.get(visit.visit_id)
        if published and published[0].day == shift.day and published[0].told is not None:
            told = published[0].told
            if not told.open_s <= start <= told.close_s:
                deviation = max(deviation, assignment.with_notice(assignment.policy.other_time_cents, shift.day))
                if assignment.told_exception_s(visit):
                    cents[Rule.EXCEPTION] += assignment.policy.exception_told_cents
        cents[Rule.STABILITY] += deviation

    def close(self, unassigned: list[Visit]) -> dict[Rule, int]:
        """Enter what stays out and what couples the routes; return the sums."""
        arrays = self.indexed.arrays
        staff = [work for owner, work in enumerate(self.work_s) if arrays.owner[owner, O_STAFF]]
        squares = sum(work * work for work in staff)
        self.cents[Rule.LATENESS] += cents_per_minute(self.assignment.policy.late_worst_cents, self.worst_late_s)
        self.cents[Rule.FAIRNESS] += int(spread_cents(arrays, sum(staff), squares))
        for visit in unassigned:
            self.cents[Rule.UNASSIGNED] += self.assignment.unassigned_cents(visit)
            self.cents[Rule.PROMISE] += self.assignment.promise_cents(visit)
            self.cents[Rule.WAITING] += self.assignment.waiting_cents(visit)
            self.cents[Rule.STABILITY] += self.assignment.dropped_cents(visit)
        return self.cents


def _crews(indexed: IndexedProblem, solution: Solution) -> dict[int, list[int]]:
    """Return the shifts that serve each visit, by the index of its lead, the lead's shift first."""
    crews: dict[int, list[int]] = {}
    positions = sorted((v, shift) for shift, visits in enumerate(solution) for v in visits if v < len(indexed.visits))
    for v, shift in positions:
        crews.setdefault(int(indexed.arrays.visit[v, V_HEAD]), []).append(shift)
    return crews


def _drawn_parts(indexed: IndexedProblem, solution: Solution) -> dict[int, tuple[PartNeed, ...]]:
    """Return what each visit draws from the branch: what the technician's own parts, used first, do not cover."""
    arrays = indexed.arrays
    drawn: dict[int, tuple[PartNeed, ...]] = {}
    own = arrays.owner[:, O_OWN : O_OWN + len(indexed.parts)].copy()
    for shift, visits in enumerate(solution):
        left = own[arrays.shift[shift, S_OWNER]]
        for v in visits:
            if v < len(indexed.visits) and arrays.visit[v, V_HEAD] == v:
                needs = [(p, int(drawn_from_branch(left, p, count))) for p, count, *_ in arrays.entries_of(v, E_NEED)]
                drawn[v] = tuple(PartNeed(indexed.parts[p], count) for p, count in needs if count)
    return drawn


def _route(
    assignment: Assignment,
    day: Day,
    crews: Mapping[int, list[int]],
    drawn: Mapping[int, tuple[PartNeed, ...]],
    from_s: Mapping[str, int],
) -> Route:
    problem, indexed, shift = assignment.problem, day.indexed, day.indexed.shifts[day.shift]
    told = told_windows(assignment, day, from_s)
    leave = leave_by(day, told, keeps_told=bool(assignment.policy.told_width_s))
    stops: list[Stop] = []
    branch_stop = None
    for k, v in enumerate(day.visits):
        arrive, start, end = (int(moment) for moment in day.times[k])
        if k == 0 and day.waits:
            continue
        if v >= len(indexed.visits):
            branch_stop = BranchStop(len(stops), arrive, start, end, leave[k])
            continue
        visit, head, said = indexed.visits[v], int(day.arrays.visit[v, V_HEAD]), told[k]
        assert said is not None
        window = day.used_window(problem, k)
        members = [indexed.shifts[s].technician_id for s in crews[head]]
        hours = problem.hours_of(visit) if visit.visit_id in problem.begun else problem.hours[visit.visit_id]
        stops.append(
            Stop(
                visit_id=visit.visit_id,
                arrive_s=arrive,
                start_s=start,
                end_s=end,
                leave_by_s=leave[k],
                window=said,
                lateness_s=max(0, start - window.close_s),
                parts=drawn.get(v, ()),
                pinned=visit.visit_id in assignment.locks,
                crew=tuple(sorted(members)) if len(members) > 1 else (),
                lead=members[0] if len(members) > 1 else "",
                pause=day.pause_of(k, hours or ()),
            )
        )
    return Route(
        technician_id=shift.technician_id,
        day=shift.day,
        depart_s=day.depart_s,
        return_s=int(day.times[-1, 0]),
        stops=tuple(stops),
        break_=None if day.slot == NONE else BreakTaken(slot=day.stated_slot, start_s=int(day.times[-1, 1])),
        branch_stop=branch_stop,
    )


def _left_out(problem: Problem, visit: Visit) -> UnassignedVisit:
    order = problem.order_of(visit)
    if problem.is_due_before_plan(visit):
        return UnassignedVisit(visit.visit_id, UnassignedState.DUE_BEFORE_PLAN, order.due_day, reasons=())
    if visit.visit_id in problem.declined:
        return UnassignedVisit(visit.visit_id, UnassignedState.REBOOK, order.due_day, reasons=())
    due = order.due_day is not None and order.due_day <= problem.last_day
    last_promise = max((window.close_s for window in order.promised), default=FAR_FUTURE_S)
    breaks = due or last_promise < problem.end_s
    state = UnassignedState.WILL_BREAK if breaks else UnassignedState.WAITS
    return UnassignedVisit(visit_id=visit.visit_id, state=state, due=order.due_day, reasons=())
