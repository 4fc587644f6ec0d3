"""Problem and travel matrix as arrays: from here on the engine speaks in indices.

Indices follow the ids in sorted order, so that a problem whose rows come in another order gives the same arrays,
the same search and the same plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.assignment import Assignment
from optimizer.domain.policy import Fairness
from optimizer.domain.problem import LockLevel, end_key, start_key
from optimizer.domain.technician import Employment
from optimizer.domain.units import FAR_FUTURE_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.travel.matrix import TravelMatrix

IntArray = NDArray[np.int64]
ShortArray = NDArray[np.int32]

#: Travel over a pair without a way: longer than any shift, short enough to add up in 32 bits.
NO_WAY_S = 100_000_000
#: Price of leaving a locked visit out: more than all else together, small enough to add up in 64 bits.
MANDATORY_CENTS = 10**10
#: `ProblemArrays.duration` of a technician who cannot serve the visit.
CANNOT_SERVE = -1
#: How many near visits each visit knows.
NEIGHBOURS = 100

# Columns of `ProblemArrays.visit`.
(
    V_READY,
    V_LATEST,
    V_WINDOWS,
    V_HOURS,
    V_PRICE,
    V_TOLD_OPEN,
    V_TOLD_CLOSE,
    V_TOLD_SHIFT,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_FIXED,
    V_MAX_LATE,
    V_SERVICE,
    V_ABLE,
) = range(14)
# Columns of `ProblemArrays.shift`.
(
    S_START_NODE,
    S_END_NODE,
    S_PROFILE,
    S_DEPART,
    S_END,
    S_RETURN_LIMIT,
    S_BREAK_OPEN,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_DAY_CENTS,
    S_MINUTE_CENTS,
    S_STAFF,
    S_LOAD_OFFSET,
    S_AT_HOME,
    S_PREFIX,
) = range(18)
# Entries of `ProblemArrays.rates`.
(
    R_LATE_SMALL,
    R_LATE_SMALL_S,
    R_LATE_LARGE,
    R_TRAVEL,
    R_OVERTIME,
    R_WORKING_TIME,
    R_LOAD_DIVISOR,
    R_SPREAD,
    R_STAFF,
    R_EXACT,
) = range(10)


class ProblemArrays(NamedTuple):
    """What the kernels read. Times are seconds of the clock, money cents, all arrays writable and never written.

    Parameters
    ----------
    travel : int32 (n_profiles, n_nodes, n_nodes)
        Seconds from node to node; nodes 0 to n_visits - 1 are the visits, the others start and end places.
    travel_to : int32 (n_profiles, n_nodes, n_nodes)
        The same, first the node that is reached: who tries many ways to one visit reads along a row.
    duration : int32 (n_shifts, n_visits)
        Seconds of service, `CANNOT_SERVE` where the technician may not.
    extra : int32 (n_shifts, n_visits)
        Cents that follow from who serves: continuity, overqualification, another technician than published.
    visit : int64 (n_visits, 14)
        Columns `V_*`: hard bounds of the start, number of windows and of hours (-1: unbound), price of absence,
        told window, the shift that was told, the price of leaving the told window with that shift and with another,
        1 when the visit belongs to the fixed prefix of a started route, most lateness, shortest service, number of
        able technicians.
    shift : int64 (n_shifts, 18)
        Columns `S_*`.
    windows, hours : int64 (n_visits, most, 2)
        Open and close of the windows of the start, and of the hours that hold the whole service.
    row_of, row_use, row_first : int64
        The stock rows that a visit draws on and how much, compressed: entries `row_first[v]` to `row_first[v + 1]`.
    row_cap, row_home : int64 (n_rows,)
        What is left to plan with; 1 when only home starters count (they pick up the evening before).
    near : int32 (n_visits, at most `NEIGHBOURS`)
        The visits nearest in time and space, nearest first.
    rates : int64 (11,)
        Entries `R_*`. `R_EXACT` is 1 when a start's cost is not monotone, so that every move is timed in full.
    """

    travel: ShortArray
    travel_to: ShortArray
    duration: ShortArray
    extra: ShortArray
    visit: IntArray
    shift: IntArray
    windows: IntArray
    hours: IntArray
    row_of: IntArray
    row_use: IntArray
    row_first: IntArray
    row_cap: IntArray
    row_home: IntArray
    near: ShortArray
    rates: IntArray


@dataclass(frozen=True, slots=True)
class IndexedProblem:
    """The arrays together with the ids behind their indices.

    Parameters
    ----------
    visits, shift_owners
        The visit of each visit index; technician id of each shift index.
    left_out
        Visits that no technician can serve as the rules stand; they are not in the arrays.
    left_out_cents
        What their absence costs, part of every plan's cost.
    """

    arrays: ProblemArrays
    visits: tuple[Visit, ...]
    shift_owners: tuple[str, ...]
    left_out: tuple[str, ...]
    left_out_cents: int

    def first_routes(self, problem: Problem, start: Mapping[str, Sequence[str]]) -> tuple[tuple[int, ...], ...]:
        """Return, per shift, the visits to begin with: the prefixes of started routes, then the given routes.

        Parameters
        ----------
        start
            Technician id to visit ids in driving order, of a plan that keeps every hard rule; may be empty.
        """
        index = {visit.visit_id: v for v, visit in enumerate(self.visits)}
        prefixes: list[list[tuple[int, int]]] = [[] for _ in self.shift_owners]
        for lock in problem.locks:
            if lock.level is LockLevel.PREFIX and lock.visit_id in index and lock.technician_id in self.shift_owners:
                shift = self.shift_owners.index(lock.technician_id)
                prefixes[shift].append((lock.position, index[lock.visit_id]))
        fixed = {v for prefix in prefixes for _, v in prefix}
        return tuple(
            (*(v for _, v in sorted(prefix)), *(v for v in _known(index, start.get(owner, ())) if v not in fixed))
            for prefix, owner in zip(prefixes, self.shift_owners, strict=True)
        )


def _known(index: Mapping[str, int], visit_ids: Sequence[str]) -> list[int]:
    return [index[visit_id] for visit_id in visit_ids if visit_id in index]


def build_arrays(problem: Problem, matrix: TravelMatrix) -> IndexedProblem:
    """Translate a problem into arrays.

    Parameters
    ----------
    problem : Problem
        One day; visits that need a rule which is not built are left out.
    matrix : TravelMatrix
        Seconds for every place of the problem and every profile of its shifts.
    """
    shifts = sorted((s for s in problem.shifts if s.day == 0), key=lambda shift: shift.technician_id)
    desk = Assignment(problem)
    able: dict[str, list[bool]] = {}
    for visit in sorted(problem.visits, key=lambda v: v.visit_id):
        able[visit.visit_id] = [desk.can_serve(shift, visit) for shift in shifts]
    visits = [problem.visit_by_id[key] for key, who in able.items() if any(who)]
    left_out = tuple(key for key, who in able.items() if not any(who))
    duration = np.full((len(shifts), len(visits)), CANNOT_SERVE, np.int32)
    extra = np.zeros((len(shifts), len(visits)), np.int32)
    for v, visit in enumerate(visits):
        for s, shift in enumerate(shifts):
            if able[visit.visit_id][s]:
                duration[s, v] = desk.duration_s(shift, visit)
                extra[s, v] = desk.extra_cents(shift, visit)
    windows = _ragged([[(w.open_s, w.close_s) for w in problem.windows[v.visit_id]] for v in visits])
    hours = _ragged([[(h.open_s, h.close_s) for h in problem.hours[v.visit_id] or ()] for v in visits])
    owner_index = {shift.technician_id: s for s, shift in enumerate(shifts)}
    travel, shift_rows = _travel_and_shifts(desk, matrix, visits, shifts)
    rows = _stock_rows(desk, visits, shifts)
    visit_rows = np.array([_visit_row(desk, v, owner_index) for v in visits], np.int64).reshape(-1, V_SERVICE)
    able_now = duration >= 0
    shortest = np.where(able_now, duration, np.iinfo(np.int32).max).min(axis=0, initial=np.iinfo(np.int32).max)
    visit_rows = np.column_stack([visit_rows, shortest, able_now.sum(axis=0)]).astype(np.int64)
    arrays = ProblemArrays(
        travel=travel,
        travel_to=np.ascontiguousarray(travel.transpose(0, 2, 1)),
        duration=duration,
        extra=extra,
        visit=visit_rows,
        shift=shift_rows,
        windows=windows,
        hours=hours,
        near=_nearest(travel[0], windows, visit_rows),
        rates=_rates(desk, shifts),
        **rows,
    )
    return IndexedProblem(
        arrays=arrays,
        visits=tuple(visits),
        shift_owners=tuple(shift.technician_id for shift in shifts),
        left_out=left_out,
        left_out_cents=sum(_absence_cents(desk, problem.visit_by_id[key]) for key in left_out),
    )


def _visit_row(desk: Assignment, visit: Visit, owner_index: dict[str, int]) -> list[int]:
    """Return the columns `V_READY` to `V_MAX_LATE` of a visit."""
    earliest, latest = visit.ready_s if visit.ready_s is not None else -FAR_FUTURE_S, FAR_FUTURE_S
    fixed = 0
    for lock in desk.locks.get(visit.visit_id, ()):
        if lock.level is LockLevel.START:
            earliest = max(earliest, lock.start_s - lock.tolerance_s)
            latest = min(latest, lock.start_s + lock.tolerance_s)
        fixed |= lock.level is LockLevel.PREFIX
    published = desk.published.get(visit.visit_id)
    told = [-FAR_FUTURE_S, FAR_FUTURE_S, -1, 0, 0]
    if published is not None and published.told is not None:
        if desk.told_is_locked(visit):
            earliest, latest = max(earliest, published.told.open_s), min(latest, published.told.close_s)
        other_time = desk.with_notice(desk.policy.other_time_cents)
        other_person = desk.with_notice(desk.policy.other_technician_cents)
        # Another technician at another time costs the larger of the two, not both; `extra` has the person's share.
        told = [
            published.told.open_s,
            published.told.close_s,
            owner_index.get(published.technician_id, -1),
            other_time,
            max(0, other_time - other_person),
        ]
    hours = desk.problem.hours[visit.visit_id]
    price = MANDATORY_CENTS if desk.is_mandatory(visit) else _absence_cents(desk, visit)
    windows = len(desk.problem.windows[visit.visit_id])
    bound = -1 if hours is None else len(hours)
    return [earliest, latest, windows, bound, price, *told, fixed, desk.problem.max_lateness_s(visit)]


def _shift_row(desk: Assignment, shift: Shift, nodes: dict[str, int], profile: int) -> list[int]:
    """Return the columns `S_*` of a technician-day."""
    technician = desk.problem.technician_by_id[shift.technician_id]
    rest = shift.break_ if shift.needs_break else None
    contractor = technician.employment is Employment.CONTRACTOR
    ledger, pct = technician.ledger, desk.policy.load_target_pct
    excess = (ledger.load_s - pct * ledger.contracted_s // 100) // ledger.days if ledger.days else 0
    return [
        nodes[start_key(technician)],
        nodes[end_key(technician)],
        profile,
        shift.start_s + (desk.policy.morning_s if technician.starts_at_branch else 0),
        shift.end_s,
        shift.return_limit_s,
        rest.window.open_s if rest else 0,
        rest.window.close_s if rest else 0,
        rest.length_s if rest else 0,
        FAR_FUTURE_S if shift.max_leg_s is None else shift.max_leg_s,
        FAR_FUTURE_S if shift.max_travel_s is None else shift.max_travel_s,
        FAR_FUTURE_S if shift.max_visits is None else shift.max_visits,
        desk.policy.contractor_day_cents if contractor else 0,
        desk.policy.contractor_minute_cents if contractor else 0,
        0 if contractor else 1,
        excess - pct * shift.contracted_s // 100,
        0 if technician.starts_at_branch else 1,
        sum(
            lock.level is LockLevel.PREFIX and lock.technician_id == shift.technician_id for lock in desk.problem.locks
        ),
    ]


def _rates(desk: Assignment, shifts: list[Shift]) -> IntArray:
    """Return the entries `R_*`."""
    policy = desk.policy
    staff = sum(desk.problem.is_staff(shift.technician_id) for shift in shifts)
    told = any(p.told is not None for p in desk.published.values()) and policy.other_time_cents > 0
    values = [0] * 10
    values[R_LATE_SMALL] = policy.late_small_cents
    values[R_LATE_SMALL_S] = policy.late_small_s
    values[R_LATE_LARGE] = policy.late_large_cents
    values[R_TRAVEL] = policy.travel_cents
    values[R_OVERTIME] = policy.overtime_cents
    values[R_WORKING_TIME] = policy.working_time_cents
    values[R_LOAD_DIVISOR] = policy.load_divisor if policy.fairness is Fairness.LOAD else 0
    values[R_SPREAD] = policy.spread_weight if policy.fairness is Fairness.SPREAD else 0
    values[R_STAFF] = staff
    values[R_EXACT] = int(told or policy.working_time_cents > 0)
    return np.array(values, np.int64)


def _absence_cents(desk: Assignment, visit: Visit) -> int:
    return desk.unassigned_cents(visit) + desk.dropped_cents(visit)


def _ragged(lists: list[list[tuple[int, int]]]) -> IntArray:
    """Return pairs of different counts as one array, the missing ones 0."""
    most = max([len(pairs) for pairs in lists] + [1])
    table = np.zeros((len(lists), most, 2), np.int64)
    for row, pairs in enumerate(lists):
        for column, pair in enumerate(pairs):
            table[row, column] = pair
    return table


def _travel_and_shifts(
    desk: Assignment, matrix: TravelMatrix, visits: list[Visit], shifts: list[Shift]
) -> tuple[ShortArray, IntArray]:
    """Return travel between the nodes in use, and the rows of the shifts that point into them."""
    people = [desk.problem.technician_by_id[shift.technician_id] for shift in shifts]
    ends = sorted({start_key(p) for p in people} | {end_key(p) for p in people})
    keys = [visit.visit_id for visit in visits] + ends
    nodes = {key: len(visits) + k for k, key in enumerate(ends)}
    rows = np.array([matrix.row_of[key] for key in keys], np.int64)
    profiles = sorted({shift.profile for shift in shifts}) or [matrix.profiles[0]]
    layers = [matrix.seconds[matrix.profiles.index(p)][np.ix_(rows, rows)] for p in profiles]
    travel = np.array(layers, np.int32)
    travel[travel < 0] = NO_WAY_S
    table = [_shift_row(desk, shift, nodes, profiles.index(shift.profile)) for shift in shifts]
    return travel, np.array(table, np.int64).reshape(-1, 18)


def _stock_rows(desk: Assignment, visits: list[Visit], shifts: list[Shift]) -> dict[str, IntArray]:
    """Return the stock rule as rows `sum of uses <= cap` (RULES §3, stock).

    For each part and pick-up day (the evening before for home starters, the morning for all) one row limits all use
    by what is there less the reservations of others; a second one keeps what is held for single visits.
    """
    problem = desk.problem
    uses: list[list[tuple[int, int]]] = [[] for _ in visits]
    caps: list[int] = []
    home: list[int] = []
    someone_at_home = any(not problem.technician_by_id[shift.technician_id].starts_at_branch for shift in shifts)
    for part_id in sorted({need.part_id for visit in visits for need in visit.parts}):
        held: dict[str, int] = {}
        for r in problem.reservations:
            if r.part_id == part_id and r.visit_id in problem.visit_by_id:
                held[r.visit_id] = held.get(r.visit_id, 0) + r.quantity
        counted = sum(max(0, part.on_hand) for part in problem.parts if part.part_id == part_id)
        for day in (-1, 0) if someone_at_home else (0,):
            date = problem.date_of(day)
            supply = counted + sum(a.quantity for a in problem.arrivals if a.part_id == part_id and a.usable_on <= date)
            outside = sum(
                r.quantity
                for r in problem.reservations
                if r.part_id == part_id and r.visit_id not in problem.visit_by_id and r.day <= date
            )
            for exempt in ({}, held) if held else ({},):
                for v, visit in enumerate(visits):
                    need = sum(n.quantity for n in visit.parts if n.part_id == part_id)
                    use = max(0, need - exempt.get(visit.visit_id, 0))
                    if use > 0:
                        uses[v].append((len(caps), use))
                caps.append(max(0, supply - outside - sum(exempt.values())))
                home.append(1 if day < 0 else 0)
    flat = [pair for pairs in uses for pair in pairs]
    return {
        "row_of": np.array([row for row, _ in flat], np.int64),
        "row_use": np.array([use for _, use in flat], np.int64),
        "row_first": np.array([0, *np.cumsum([len(pairs) for pairs in uses])], np.int64),
        "row_cap": np.array(caps, np.int64),
        "row_home": np.array(home, np.int64),
    }


def _nearest(travel: ShortArray, windows: IntArray, visit_rows: IntArray) -> ShortArray:
    """Return each visit's nearest visits by travel plus a fifth of the wait that their windows force."""
    count = len(visit_rows)
    if count < 2:
        return np.zeros((count, 0), np.int32)
    between = np.minimum(travel[:count, :count], travel[:count, :count].T).astype(np.int64)
    opens = windows[:, 0, 0]
    closes = windows[np.arange(count), np.maximum(visit_rows[:, V_WINDOWS] - 1, 0), 1]
    gap = np.maximum(opens[None, :] - closes[:, None], opens[:, None] - closes[None, :])
    distance = between + np.maximum(gap, 0) // 5
    np.fill_diagonal(distance, np.iinfo(np.int64).max)
    order = np.argsort(distance, axis=1, kind="stable")[:, : min(NEIGHBOURS, count - 1)]
    return np.ascontiguousarray(order.astype(np.int32))
