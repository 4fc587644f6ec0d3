"""The rows of the arrays: what the engine knows of each visit, crew and technician-day, and which visits are near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.order import Interval
from optimizer.domain.policy import ContractorPay, Fairness
from optimizer.domain.problem import BRANCH_PLACE, LockLevel, end_key, start_key
from optimizer.domain.technician import Employment
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.engine.arrays import (
    FORBIDDEN_S,
    K_CONTINUITY,
    K_DAYS,
    K_LOCKED,
    K_PERSON,
    K_PUBLISHED,
    K_REQUIRED,
    K_TIME,
    K_TOLD_CLOSE,
    K_TOLD_DAY,
    K_TOLD_EXCEPTION,
    K_TOLD_OPEN,
    M_COLUMNS,
    M_OVERTIME,
    M_TRAVEL,
    M_VISITS,
    MANDATORY_CENTS,
    NONE,
    P_CLOSE,
    P_COLUMNS,
    P_IS,
    P_LATEST,
    P_OPEN,
    R_ENTRIES,
    R_EXACT,
    R_LATE_LARGE,
    R_LATE_SMALL,
    R_LATE_SMALL_S,
    R_LATE_WORST,
    R_LOAD_DIVISOR,
    R_MORE_OVERTIME,
    R_MORE_TRAVEL,
    R_MORE_VISITS,
    R_OVERTIME,
    R_PAUSE_LEAVE,
    R_PAUSE_OVER,
    R_RESERVE,
    R_SPREAD,
    R_STAFF,
    R_TRAVEL,
    R_WORKING_TIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_CAPACITY,
    S_DAY,
    S_DAY_CENTS,
    S_DEPART,
    S_END,
    S_END_NODE,
    S_FLOOR,
    S_FREE,
    S_MAX_DUTY,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_MORE_OVERTIME,
    S_MORE_TRAVEL,
    S_MORE_VISITS,
    S_OFFSET,
    S_OWNER,
    S_PREFIX,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_ABLE,
    V_CLOSES,
    V_COUNTS,
    V_CREW,
    V_FIRST_READY,
    V_FIXED,
    V_HEAD,
    V_LAST_LATEST,
    V_LATEST,
    V_MAX_LATE,
    V_OPENS,
    V_PAUSES,
    V_PRICE,
    V_READY,
    V_SERVICE,
    V_SYNCED,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_TOLD_CLOSE,
    V_TOLD_DAY,
    V_TOLD_OPEN,
    V_TOLD_SHIFT,
    WHO_LOCKED,
    WHO_PREFERRED,
    WHO_PUBLISHED,
    WHO_REQUIRED,
    IntArray,
    ShortArray,
)
from optimizer.engine.assignment import LEAD, MEMBER, Assignment
from optimizer.engine.doors import make_door_rows
from optimizer.engine.rest import latest_homes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.engine.assignment import Fit
    from optimizer.engine.resources import Resources, Stop
    from optimizer.travel.matrix import TravelMatrix

#: The nearest visits are looked for in this many rows of the travel table at a time.
NEAREST_ROWS = 256
#: How many near visits each visit knows.
NEIGHBOURS = 100


def who_is_able(assignment: Assignment, shifts: list[Shift], visit: Visit) -> list[list[bool]]:
    """Return, per role of a visit, which shifts can take it; empty when it cannot be served at all."""
    size = assignment.problem.crew_size_of(visit)
    if size == 1:
        row = [assignment.can_serve(shift, visit, LEAD) for shift in shifts]
        return [row] if any(row) else []
    leads = [assignment.can_serve(shift, visit, LEAD) for shift in shifts]
    members = [assignment.can_serve(shift, visit, MEMBER) for shift in shifts]
    for day in {shift.day for shift in shifts}:
        people = [n for n, shift in enumerate(shifts) if shift.day == day]
        either = sum(leads[n] or members[n] for n in people)
        if any(leads[n] for n in people) and sum(members[n] for n in people) >= size - 1 and either >= size:
            return [leads, *([members] * (size - 1))]
    return []


def may_be_visited(assignment: Assignment, matrix: TravelMatrix, visit: Visit) -> bool:
    """Return whether somebody may be sent: to who was not reached only by appointment and near other ways."""
    if not assignment.is_unreached(visit):
        return True
    limit_s = assignment.policy.unreached_way_s
    if limit_s is None or not assignment.has_appointment(visit):
        return False
    people = assignment.problem.technician_by_id
    visits = [key for key in assignment.problem.visit_by_id if key != visit.visit_id]
    shortest = []
    for profile in {shift.profile for shift in assignment.problem.shifts}:
        legs = matrix.seconds[matrix.profiles.index(profile)].astype(np.int64)
        legs[legs < 0] = FAR_FUTURE_S
        mine = {s.technician_id for s in assignment.problem.shifts if s.profile == profile}
        starts = [matrix.row_of[key] for key in visits + [start_key(people[who]) for who in mine]]
        ends = [matrix.row_of[key] for key in visits + [end_key(people[who]) for who in mine]]
        v = matrix.row_of[visit.visit_id]
        through = legs[starts, v][:, None] + legs[v, ends][None, :]
        past = legs[np.ix_(starts, ends)]
        real = (through < FAR_FUTURE_S) & (past < FAR_FUTURE_S)
        shortest += [int((through - past)[real].min())] if real.any() else []
    return not shortest or min(shortest) <= limit_s


def durations_of(assignment: Assignment, visit: Visit, fits: Sequence[Fit]) -> IntArray:
    """Return the service duration of a visit for each shift, in seconds (docs/rules.md, The clock of a route)."""
    factor = np.array([fit.factor_pct for fit in fits], np.int64)
    surcharge = np.array([fit.surcharge_s for fit in fits], np.int64)
    seconds: IntArray = (visit.base_s * factor + 50) // 100 + surcharge + assignment.surcharge_s(visit)
    return seconds


def extras_of(assignment: Assignment, shifts: Sequence[Shift], visit: Visit, fits: Sequence[Fit]) -> IntArray:
    """Return what sending each shift's technician costs, whatever the time; of a crew, without what counts once."""
    cents = assignment.policy.overqualified_cents * np.array([fit.levels_above for fit in fits], np.int64)
    if (visit.visit_id, HouseLimit.AREA) in assignment.exceptions:
        cents += [assignment.area_cents(shift, visit) for shift in shifts]
    if assignment.pays_by_order:
        cents += [assignment.contractor_order_cents(shift, visit) for shift in shifts]
    if assignment.problem.crew_size_of(visit) > 1:
        return cents
    order = assignment.problem.order_of(visit)
    if assignment.problem.preferred_for(visit):
        cents += [assignment.continuity_cents((shift.technician_id,), visit) for shift in shifts]
    if order.due_day is not None and assignment.problem.days > 1:
        cents += [assignment.overdue_cents(shift.day, visit) for shift in shifts]
    if visit.visit_id in assignment.published:
        cents += [assignment.deviation_cents((shift.technician_id,), shift.day, visit) for shift in shifts]
    return cents


def without_predecessor(problem: Problem, planned: list[str]) -> list[str]:
    """Return the visits that remain when each one goes whose predecessor is gone."""
    left = set(planned)
    while True:
        gone = {key for key in left if any(p.visit_id not in left for p in problem.visit_by_id[key].after)}
        if not gone:
            return [key for key in planned if key in left]
        left -= gone


def make_visit_rows(
    assignment: Assignment,
    roles: list[tuple[Visit, int]],
    shifts: list[Shift],
    duration: IntArray,
    windows: IntArray,
    counts: IntArray,
    from_branch_s: Mapping[str, int],
) -> IntArray:
    """Return the table of visits, the stops after the others; `from_branch_s` are the ways to those with parts."""
    shift_index = {(shift.technician_id, shift.day): s for s, shift in enumerate(shifts)}
    synced = {v.visit_id for v, _ in roles if v.after} | {p.visit_id for v, _ in roles for p in v.after}
    followed = {earlier.visit_id for visit in assignment.problem.visits for earlier in visit.after}
    able_now = duration >= 0
    far = np.iinfo(np.int32).max
    shortest = np.where(able_now, duration, far).min(axis=0, initial=far)
    table = np.zeros((duration.shape[1], V_COUNTS + 2 * assignment.problem.days), np.int64)
    table[:, [V_READY, V_FIRST_READY]], table[:, [V_LATEST, V_LAST_LATEST]] = -FAR_FUTURE_S, FAR_FUTURE_S
    table[:, V_HEAD] = np.arange(len(table))
    table[:, V_CREW] = 1
    for v, (visit, role) in enumerate(roles):
        head = v - role
        size = assignment.problem.crew_size_of(visit)
        _fill_visit(table[v], assignment, visit, role, shift_index, from_branch_s.get(visit.visit_id, 0))
        table[v, V_HEAD], table[v, V_CREW] = head, size
        table[v, V_SYNCED] = int(size > 1 or visit.visit_id in synced)
        is_long = duration[:, v].max(initial=0) > assignment.policy.pause_over_s
        is_linked = bool(visit.after) or visit.visit_id in followed
        table[v, V_PAUSES] = int(is_long and assignment.problem.may_pause(visit) and not is_linked)
    # What a fixed visit follows, and its whole crew, stay with it.
    for key in _fixed_families(
        assignment.problem, {visit.visit_id for v, (visit, _) in enumerate(roles) if table[v, V_FIXED]}
    ):
        for v, (visit, _) in enumerate(roles):
            if visit.visit_id == key and not table[v, V_FIXED]:
                table[v, V_FIXED] = -1
    for v in range(len(table)):
        used = [windows[day, v, k] for day in range(assignment.problem.days) for k in range(counts[day, v, 0])]
        table[v, V_OPENS] = min((int(w[0]) for w in used), default=0)
        table[v, V_CLOSES] = max((int(w[1]) for w in used), default=0)
    for v, (_, role) in enumerate(roles):
        if role:
            table[v, [V_OPENS, V_CLOSES]] = table[v - role, [V_OPENS, V_CLOSES]]
    table[:, V_SERVICE], table[:, V_ABLE] = shortest, able_now.sum(axis=0)
    table[:, V_COUNTS:] = counts.transpose(1, 0, 2).reshape(len(table), 2 * assignment.problem.days)
    return table


def _fixed_families(problem: Problem, fixed: set[str]) -> set[str]:
    """Return the fixed visits with all that come before them."""
    found, new = set(fixed), set(fixed)
    while new:
        new = {p.visit_id for key in new for p in problem.visit_by_id[key].after} - found
        found |= new
    return found


def _fill_visit(
    row: IntArray,
    assignment: Assignment,
    visit: Visit,
    role: int,
    shift_index: Mapping[tuple[str, int], int],
    from_branch_s: int,
) -> None:
    """Fill the columns `V_READY` to `V_MAX_LATE` of a visit; other members than the lead only keep the bounds."""
    earliest, latest = visit.ready_s if visit.ready_s is not None else -FAR_FUTURE_S, FAR_FUTURE_S
    earliest = max(earliest, assignment.parts_floor_s(visit, from_branch_s))
    for lock in assignment.locks.get(visit.visit_id, ()):
        if lock.level is LockLevel.START:
            earliest = max(earliest, lock.start_s - lock.tolerance_s)
            latest = min(latest, lock.start_s + lock.tolerance_s)
        if lock.level is LockLevel.PREFIX:
            row[V_FIXED] = 1 + lock.position
    began_s = assignment.problem.begun.get(visit.visit_id)
    if began_s is not None:
        earliest = latest = began_s
    told = assignment.told_lock(visit)
    if told is not None:
        more_s = assignment.told_exception_s(visit)
        earliest, latest = max(earliest, told.open_s - more_s), min(latest, told.close_s + more_s)
    row[[V_READY, V_FIRST_READY]], row[[V_LATEST, V_LAST_LATEST]] = earliest, latest
    row[V_TOLD_OPEN], row[V_TOLD_CLOSE], row[V_TOLD_DAY], row[V_TOLD_SHIFT] = -FAR_FUTURE_S, FAR_FUTURE_S, -1, -1
    if role:
        return
    row[V_PRICE] = MANDATORY_CENTS if assignment.is_mandatory(visit) else leave_out_cents(assignment, visit)
    row[V_MAX_LATE] = 0 if began_s is not None else assignment.problem.max_lateness_s(visit)
    published = assignment.published.get(visit.visit_id)
    if published is not None and published[0].told is not None and assignment.problem.crew_size_of(visit) == 1:
        said = published[0]
        assert said.told is not None
        other_time = assignment.with_notice(assignment.policy.other_time_cents, said.day)
        other_person = assignment.with_notice(assignment.policy.other_technician_cents, said.day)
        row[V_TOLD_OPEN], row[V_TOLD_CLOSE], row[V_TOLD_DAY] = said.told.open_s, said.told.close_s, said.day
        row[V_TOLD_SHIFT] = shift_index.get((said.technician_id, said.day), -1)
        # Another technician at another time costs the larger of the two, not both; `extra` has the person's share.
        excepted = assignment.policy.exception_told_cents if assignment.told_exception_s(visit) else 0
        row[V_TOLD_CENTS] = other_time + excepted
        row[V_TOLD_CENTS_OTHER] = max(0, other_time - other_person) + excepted


def make_crew_rows(assignment: Assignment, roles: list[tuple[Visit, int]], shifts: list[Shift]) -> IntArray:
    """Return what counts for each crew as a whole, at the lead's index."""
    owners = sorted({shift.technician_id for shift in shifts})
    days = assignment.problem.days
    if not any(role for _, role in roles):
        return np.zeros((0, K_DAYS + days + len(owners)), np.int64)
    table = np.zeros((len(roles), K_DAYS + days + len(owners)), np.int64)
    for v, (visit, role) in enumerate(roles):
        size = assignment.problem.crew_size_of(visit)
        if role or size == 1:
            continue
        published = assignment.published.get(visit.visit_id, [])
        people = {said.technician_id for said in published}
        served_by = assignment.problem.preferred_for(visit)
        locked = {lock.technician_id for lock in assignment.locks.get(visit.visit_id, ())}
        row = table[v]
        row[K_CONTINUITY] = assignment.policy.continuity_cents if served_by else 0
        row[K_REQUIRED], row[K_LOCKED] = min(size, len(visit.required)), len(locked)
        row[K_TOLD_OPEN], row[K_TOLD_CLOSE], row[K_TOLD_DAY] = -FAR_FUTURE_S, FAR_FUTURE_S, -1
        if published:
            said = published[0]
            row[K_TOLD_DAY], row[K_PUBLISHED] = said.day, len(people)
            row[K_PERSON] = assignment.with_notice(assignment.policy.other_technician_cents, said.day)
            if said.told is not None:
                row[K_TOLD_OPEN], row[K_TOLD_CLOSE] = said.told.open_s, said.told.close_s
                row[K_TIME] = assignment.with_notice(assignment.policy.other_time_cents, said.day)
                is_excepted = assignment.told_exception_s(visit) > 0
                row[K_TOLD_EXCEPTION] = assignment.policy.exception_told_cents if is_excepted else 0
        for day in range(days):
            row[K_DAYS + day] = assignment.day_cents(day, visit)
        for o, owner in enumerate(owners):
            row[K_DAYS + days + o] = (
                WHO_PREFERRED * (owner in served_by)
                + WHO_PUBLISHED * (owner in people)
                + WHO_REQUIRED * (owner in visit.required)
                + WHO_LOCKED * (owner in locked)
            )
    return table


def windows_by_day(
    problem: Problem, roles: list[tuple[Visit, int]], shifts: list[Shift], stops: list[Stop]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return windows and hours by day and visit, int64 (n_days, n_visits, most, 2), and their counts.

    A window stays on the days on which some shift can use it; leaving the others out changes no start, because the
    first window that is not past is used.
    """
    spans = []
    for day in range(problem.days):
        mine = [shift for shift in shifts if shift.day == day]
        first_s, last_s = min((s.start_s for s in mine), default=0), max((s.return_limit_s for s in mine), default=-1)
        last_s += max((one.amount for one in problem.exceptions if one.limit is HouseLimit.OVERTIME), default=0)
        spans.append((first_s, last_s))
    anytime = Interval(-FAR_FUTURE_S, FAR_FUTURE_S)
    windows: list[list[list[Interval]]] = []
    hours: list[list[list[Interval] | None]] = []
    # What has begun is not bound by the hours; it pauses when one of them ends.
    pauses: list[dict[int, list[Interval]]] = [{} for _ in spans]
    for day, (first_s, last_s) in enumerate(spans):
        windows.append([])
        hours.append([])
        for visit, role in roles:
            late_s = problem.max_lateness_s(visit)
            wanted = [anytime] if role else list(problem.windows[visit.visit_id])
            windows[day].append([w for w in wanted if w.close_s + late_s >= first_s and w.open_s <= last_s])
            bound = None if role else problem.hours[visit.visit_id]
            kept = None if bound is None else [h for h in bound if h.close_s >= first_s and h.open_s <= last_s]
            hours[day].append(kept)
            if bound is None and visit.visit_id in problem.begun and problem.may_pause(visit):
                pauses[day][len(hours[day]) - 1] = list(problem.hours_of(visit) or ())
        business = problem.clock.interval(day, problem.branch.business)
        windows[day] += [[stop.window if stop.is_for_arrival else business] for stop in stops]
        hours[day] += [None] * len(stops)
    counts = np.array(
        [
            [
                (len(w), -1 - len(pauses[day].get(v, ())) if h is None else len(h))
                for v, (w, h) in enumerate(zip(windows[day], hours[day], strict=True))
            ]
            for day in range(problem.days)
        ],
        np.int64,
    ).reshape(problem.days, len(roles) + len(stops), 2)
    held = [[h or pauses[day].get(v, []) for v, h in enumerate(row)] for day, row in enumerate(hours)]
    return _ragged(windows), _ragged(held), counts


def _ragged(lists: list[list[list[Interval]]]) -> IntArray:
    """Return intervals of different counts as one array, the missing ones 0."""
    most = max([len(pairs) for row in lists for pairs in row] + [1])
    table = np.zeros((len(lists), max((len(row) for row in lists), default=0), most, 2), np.int64)
    for day, row in enumerate(lists):
        for v, pairs in enumerate(row):
            for column, pair in enumerate(pairs):
                table[day, v, column] = pair.open_s, pair.close_s
    return table


def _shift_row(
    assignment: Assignment,
    shift: Shift,
    nodes: dict[str, int],
    profile: int,
    resources: Resources,
    homes: Mapping[tuple[str, int], int],
) -> list[int]:
    """Return the columns `S_*` of a technician-day."""
    technician = assignment.problem.technician_by_id[shift.technician_id]
    rest = assignment.break_of(shift)
    by_time = technician.employment is Employment.CONTRACTOR and assignment.policy.contractor_pay is ContractorPay.TIME
    columns = {
        S_DAY: shift.day,
        S_PROFILE: profile,
        S_OWNER: resources.owner_of[shift.technician_id],
        S_START_NODE: nodes[start_key(technician)],
        S_END_NODE: nodes[end_key(technician)],
        S_PREFIX: sum(
            lock.level is LockLevel.PREFIX and (lock.technician_id, lock.day) == (shift.technician_id, shift.day)
            for lock in assignment.problem.locks
        ),
        S_MAX_VISITS: FAR_FUTURE_S if shift.max_visits is None else shift.max_visits,
        S_MAX_LEG: FAR_FUTURE_S if shift.max_leg_s is None else shift.max_leg_s,
        S_MAX_TRAVEL: FAR_FUTURE_S if shift.max_travel_s is None else shift.max_travel_s,
        S_MAX_DUTY: FAR_FUTURE_S if shift.max_duty_s is None else shift.max_duty_s,
        S_BREAK_LENGTH: rest.length_s if rest else 0,
        S_BREAK_OPEN: rest.window.open_s if rest else 0,
        S_BREAK_CLOSE: rest.window.close_s if rest else 0,
        S_DAY_CENTS: assignment.policy.contractor_day_cents if by_time else 0,
        S_MINUTE_CENTS: assignment.policy.contractor_minute_cents if by_time else 0,
        S_OFFSET: assignment.load_offset_s(shift),
        S_END: shift.end_s,
        S_DEPART: assignment.departure_s(shift),
        S_RETURN_LIMIT: shift.return_limit_s,
        S_FREE: assignment.unreserved_s(shift),
        S_FLOOR: assignment.floor_s(shift),
        **resources.pickup_columns(shift),
        **most_exceeded(assignment, shift, homes),
    }
    return [*(columns[column] for column in range(S_CAPACITY)), *resources.capacity_of(technician)]


#: The house limits of a day with their columns `M_*` and `S_MORE_*`.
_LIMITS = (
    (HouseLimit.TRAVEL, M_TRAVEL, S_MORE_TRAVEL),
    (HouseLimit.OVERTIME, M_OVERTIME, S_MORE_OVERTIME),
    (HouseLimit.VISITS, M_VISITS, S_MORE_VISITS),
)


def most_exceeded(assignment: Assignment, shift: Shift, homes: Mapping[tuple[str, int], int]) -> dict[int, int]:
    """Return the columns `S_MORE_*` by their numbers: the most that exceptions, or doors, add to a day's limits.

    Parameters
    ----------
    homes
        By when each technician has to be home to be rested: `latest_homes`.
    """
    visits = [assignment.problem.visit_by_id[visit_id] for visit_id, _ in assignment.exceptions]
    more = {
        column: max((_excess(assignment, homes, limit, shift, v) for v in visits), default=0)
        for limit, _, column in _LIMITS
    }
    more[S_MORE_TRAVEL] += doors_s(assignment, shift)
    return more


def doors_s(assignment: Assignment, shift: Shift) -> int:
    """Return how much of a day's travel may be time at doors and no driving, where driving is limited."""
    return 0 if shift.max_leg_s is None and shift.max_travel_s is None else assignment.doors_s


def _excess(
    assignment: Assignment, homes: Mapping[tuple[str, int], int], limit: HouseLimit, shift: Shift, visit: Visit
) -> int:
    """Return what an exception adds to a limit of a technician-day; nobody is home too late to rest by one."""
    most = assignment.excess(limit, shift, visit)
    if limit is HouseLimit.OVERTIME:
        home_s = homes.get((shift.technician_id, shift.day), FAR_FUTURE_S)
        most = max(0, min(most, home_s - shift.return_limit_s))
    return most


def make_more_rows(assignment: Assignment, roles: list[tuple[Visit, int]], shifts: list[Shift], nodes: int) -> IntArray:
    """Return `ProblemArrays.more`, for so many visits and stops at the branch."""
    limits = [limit for limit, _, _ in _LIMITS]
    has_doors = any(doors_s(assignment, shift) for shift in shifts)
    if not has_doors and not any(limit in limits for _, limit in assignment.exceptions):
        return np.zeros((0, 0, M_COLUMNS), np.int64)
    table, homes = np.zeros((len(shifts), nodes, M_COLUMNS), np.int64), latest_homes(assignment.problem)
    for v, (visit, _) in enumerate(roles):
        for limit, column, _ in _LIMITS:
            if (visit.visit_id, limit) in assignment.exceptions:
                table[:, v, column] = [_excess(assignment, homes, limit, shift, visit) for shift in shifts]
    return table


def make_rates(assignment: Assignment, problem: Problem, shifts: list[Shift]) -> IntArray:
    """Return the entries `R_*` up to `R_EXACT`."""
    policy = assignment.policy
    is_told_priced = policy.other_time_cents or any(limit is HouseLimit.TOLD for _, limit in assignment.exceptions)
    told = is_told_priced and any(
        said.told is not None and said.day < problem.days for rows in assignment.published.values() for said in rows
    )
    values = [0] * R_ENTRIES
    values[R_LATE_SMALL] = policy.late_small_cents
    values[R_LATE_SMALL_S] = policy.late_small_s
    values[R_LATE_LARGE] = policy.late_large_cents
    values[R_LATE_WORST] = policy.late_worst_cents
    values[R_TRAVEL] = policy.travel_cents
    values[R_OVERTIME] = policy.overtime_cents
    values[R_WORKING_TIME] = policy.working_time_cents
    values[R_LOAD_DIVISOR] = policy.load_divisor if policy.fairness is Fairness.LOAD else 0
    values[R_SPREAD] = policy.spread_weight if policy.fairness is Fairness.SPREAD else 0
    values[R_RESERVE] = policy.reserve_cents if policy.reserve_pct else 0
    values[R_STAFF] = len({s.technician_id for s in shifts if problem.is_staff(s.technician_id)})
    values[R_MORE_TRAVEL] = policy.exception_travel_cents
    values[R_MORE_OVERTIME] = policy.exception_overtime_cents
    values[R_MORE_VISITS] = policy.exception_visit_cents
    is_limited = any(shift.max_duty_s is not None for shift in shifts)
    values[R_PAUSE_LEAVE], values[R_PAUSE_OVER] = policy.pause_leave_s, FAR_FUTURE_S
    values[R_EXACT] = int(bool(told) or policy.working_time_cents > 0 or is_limited)
    return np.array(values, np.int64)


def leave_out_cents(assignment: Assignment, visit: Visit) -> int:
    """Return what it costs to leave a visit out: by its price, its promise, its wait and the published plan."""
    by_itself = assignment.unassigned_cents(visit) + assignment.promise_cents(visit) + assignment.waiting_cents(visit)
    return by_itself + assignment.dropped_cents(visit)


def travel_and_shifts(
    assignment: Assignment, matrix: TravelMatrix, visits: list[Visit], shifts: list[Shift], resources: Resources
) -> tuple[ShortArray, IntArray, IntArray]:
    """Return travel between the nodes in use, their doors, and the rows of the shifts that point into them."""
    people = [assignment.problem.technician_by_id[shift.technician_id] for shift in shifts]
    ends = sorted({start_key(p) for p in people} | {end_key(p) for p in people})
    keys = [visit.visit_id for visit in visits] + [BRANCH_PLACE] * len(resources.stops) + ends
    nodes = {key: len(keys) - len(ends) + k for k, key in enumerate(ends)}
    rows = np.array([matrix.row_of[key] for key in keys], np.int64)
    profiles = sorted({shift.profile for shift in shifts}) or [matrix.profiles[0]]
    layers = [matrix.seconds[matrix.profiles.index(p)][np.ix_(rows, rows)] for p in profiles]
    travel = np.array(layers, np.int32)
    travel[travel < 0] = FORBIDDEN_S
    # Who waits before leaving is there already.
    waits = [len(visits) + n for n, stop in enumerate(resources.stops) if stop.is_wait]
    if waits:
        travel[:, nodes[BRANCH_PLACE], waits] = 0
    homes = latest_homes(assignment.problem)
    table = [_shift_row(assignment, shift, nodes, profiles.index(shift.profile), resources, homes) for shift in shifts]
    shift_rows = np.array(table, np.int64).reshape(-1, S_CAPACITY + len(resources.quantities))
    return travel, make_door_rows(assignment.problem, keys), shift_rows


def make_plain_rows(visit_rows: IntArray, windows: IntArray) -> IntArray:
    """Return `ProblemArrays.plain`."""
    plain = np.zeros((*windows.shape[:2], P_COLUMNS), np.int64)
    plain[..., P_OPEN] = np.maximum(windows[:, :, 0, 0], visit_rows[:, V_READY])
    plain[..., P_CLOSE] = windows[:, :, 0, 1]
    plain[..., P_LATEST] = np.minimum(windows[:, :, 0, 1] + visit_rows[:, V_MAX_LATE], visit_rows[:, V_LATEST])
    some_windows, some_hours = visit_rows[:, V_COUNTS::2].T, visit_rows[:, V_COUNTS + 1 :: 2].T
    plain[..., P_IS] = (some_windows == 1) & (some_hours == NONE) & (visit_rows[:, V_SYNCED] == 0)
    return plain * plain[..., P_IS:]


def ways_from_branch(visits: list[Visit], matrix: TravelMatrix) -> dict[str, int]:
    """Return how far each visit with parts is from the branch at least, in seconds; 0 where no way leads."""
    branch = matrix.row_of[BRANCH_PLACE]
    legs = {visit.visit_id: matrix.seconds[:, branch, matrix.row_of[visit.visit_id]] for visit in visits if visit.parts}
    return {key: int(leg[leg >= 0].min(initial=FAR_FUTURE_S)) if (leg >= 0).any() else 0 for key, leg in legs.items()}


def nearest_visits(travel: ShortArray, visit_rows: IntArray) -> ShortArray:
    """Return each visit's nearest visits: by the travel between them, a fifth of the least wait and the least delay.

    The better of both orders counts (Vidal, Crainic, Gendreau & Prins, Computers & OR 40(1), 2013, section 4.4).
    """
    count = len(visit_rows)
    most = min(NEIGHBOURS, max(0, count - 1))
    near = np.zeros((count, most), np.int32)
    # In blocks of rows: what is looked at fits the processor's cache also where the whole table does not.
    for first in range(0, count if most else 0, NEAREST_ROWS):
        rows = slice(first, min(first + NEAREST_ROWS, count))
        there, back = travel[rows, :count].astype(np.int64), travel[:count, rows].T.astype(np.int64)
        one, all_ = visit_rows[rows, None], visit_rows[None, :]
        distance = np.minimum(_apart(one, all_, there), _apart(all_, one, back))
        distance[np.arange(len(distance)), np.arange(rows.start, rows.stop)] = np.iinfo(np.int32).max
        # Equally far ones by index: the key is unique, and only the nearest need be sorted.
        key = distance * count + np.arange(count)
        nearest = np.argpartition(key, most - 1, axis=1)[:, :most]
        order = np.argsort(np.take_along_axis(key, nearest, axis=1), axis=1)
        near[rows] = np.take_along_axis(nearest, order, axis=1)
    return near


def _apart(earlier: IntArray, later: IntArray, leg: IntArray) -> IntArray:
    """Return how far a visit is from the one served before it, in seconds of travel; rows of visits, broadcast."""
    to_later = earlier[..., V_SERVICE] + leg
    wait = np.maximum(later[..., V_OPENS] - earlier[..., V_CLOSES] - to_later, 0)
    delay = np.maximum(earlier[..., V_OPENS] + to_later - later[..., V_CLOSES], 0)
    apart: IntArray = leg + wait // 5 + delay
    return apart
