"""Problem and travel matrix as arrays: from here on the engine speaks in indices.

Indices follow the ids in sorted order, so that a problem whose rows come in another order gives the same arrays,
the same search and the same plan. A visit of several people takes one index a person, one after another: the first
is the lead's and carries what counts once (price, windows, lateness, parts, tools, loads). Behind the visits come the
stops at the branch, one for each technician-day that may make one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.assignment import LEAD, MEMBER, Assignment
from optimizer.domain.order import Interval
from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.policy import Fairness
from optimizer.domain.problem import BRANCH_PLACE, LockLevel, end_key, start_key
from optimizer.domain.technician import Employment
from optimizer.domain.units import DAY_S, FAR_FUTURE_S
from optimizer.jit import ByAddress
from optimizer.resources import Resources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.assignment import Fit
    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.routes import Solution
    from optimizer.travel.matrix import TravelMatrix

IntArray = NDArray[np.int64]
ShortArray = NDArray[np.int32]

#: Travel over a pair without a way: longer than any shift, short enough to add up in 32 bits.
NO_WAY_S = 100_000_000
#: Price of leaving a locked visit out: more than all else together, small enough to add up in 64 bits.
MANDATORY_CENTS = 10**10
#: `ProblemArrays.duration` of a technician who cannot serve the visit.
CANNOT_SERVE = -1
#: The `R_EXACT` of a problem in which a later arrival may use a later window.
JUMPS = 2
#: The nearest visits are looked for in so many rows of the travel table at a time.
NEAREST_ROWS = 256
#: How many near visits each visit knows.
NEIGHBOURS = 100

# Columns of `ProblemArrays.visit`; from `V_COUNTS` on two a day: windows of the start, and hours (-1: unbound).
(
    V_READY,
    V_LATEST,
    V_FIRST_READY,
    V_LAST_LATEST,
    V_PRICE,
    V_TOLD_OPEN,
    V_TOLD_CLOSE,
    V_TOLD_DAY,
    V_TOLD_SHIFT,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_FIXED,
    V_MAX_LATE,
    V_OPENS,
    V_CLOSES,
    V_SERVICE,
    V_ABLE,
    V_HEAD,
    V_CREW,
    V_LINKED,
    V_COUNTS,
) = range(21)
# Columns of `ProblemArrays.plain`.
P_OPEN, P_CLOSE, P_LATEST, P_IS = range(4)
# Columns of `ProblemArrays.shift`; from `S_CAPACITY` on one a quantity.
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
    S_MAX_DUTY,
    S_MAX_VISITS,
    S_DAY_CENTS,
    S_MINUTE_CENTS,
    S_PREFIX,
    S_DAY,
    S_OWNER,
    S_PICKUP_DAY,
    S_STOP,
    S_NEEDS_STOP,
    S_BLOCKED,
    S_SPECIAL,
    S_CAPACITY,
) = range(24)
# Columns of `ProblemArrays.owner`; from `O_OWN` on the technician's own parts, then own tools.
O_STAFF, O_OFFSET, O_DAYS, O_FIRST, O_OWN = range(5)
# Columns of `ProblemArrays.first`, and what the columns of its entries are.
# stock: row, use; need: part, quantity, held; load: quantity, amount; tool: tool, units;
# earlier: visit, from its start (1) or end (0), least gap, greatest gap, same people; later: visit, entry of `earlier`.
E_STOCK, E_NEED, E_LOAD, E_TOOL, E_EARLIER, E_LATER = range(6)
# Columns of `ProblemArrays.row`: what is there, the day, the part, 1 when only use beyond the visits' holds counts.
ROW_CAP, ROW_DAY, ROW_PART, ROW_BEYOND = range(4)
# Columns of `ProblemArrays.crew`; from `K_DAYS` on cents a day, behind them one a technician (flags `WHO_*`).
(
    K_CONTINUITY,
    K_PERSON,
    K_TIME,
    K_TOLD_OPEN,
    K_TOLD_CLOSE,
    K_TOLD_DAY,
    K_PUBLISHED,
    K_REQUIRED,
    K_LOCKED,
    K_DAYS,
) = range(10)
WHO_PREFERRED, WHO_PUBLISHED, WHO_REQUIRED, WHO_LOCKED = 1, 2, 4, 8
# Entries of `ProblemArrays.rates`.
(
    R_LATE_SMALL,
    R_LATE_SMALL_S,
    R_LATE_LARGE,
    R_LATE_WORST,
    R_TRAVEL,
    R_OVERTIME,
    R_WORKING_TIME,
    R_LOAD_DIVISOR,
    R_SPREAD,
    R_STAFF,
    R_EXACT,
    R_VISITS,
    R_DAYS,
    R_LINKS,
    R_PARTS,
    R_QUANTITIES,
) = range(16)


class ProblemArrays(ByAddress):
    """What the kernels read. Times are seconds of the clock, money cents, all arrays writable.

    Only `visit[:, V_READY]`, `visit[:, V_LATEST]` and the `duration` of crews are ever written, in an island's own
    copy (`own_copy`): they say what linked visits demand of each other's routes at the moment.

    Parameters
    ----------
    travel : int32 (n_profiles, n_nodes, n_nodes)
        Seconds from node to node; first the visits and stops by index, then start and end places.
    ways : int32 (n_profiles, n_nodes, n_nodes, 2)
        The same both ways, [a, b] from b to a and from a to b: who tries many places for one visit reads along a row.
    duration : int64 (n_shifts, n_visits)
        Seconds of service, `CANNOT_SERVE` where the technician may not. Stops at the branch are visits here.
    extra : int64 (n_shifts, n_visits)
        Cents that follow from who serves on which day, those of a crew as a whole excepted.
    terms : int64 (n_visits, n_shifts)
        The same by visit, 10**15 where the technician may not: who looks for a place reads along a row.
    visit : int64 (n_visits, V_COUNTS + 2 n_days)
        Columns `V_*`: bounds of the start now and before any link, price of absence, told window with its day, the
        shift that was told and the price of leaving the window with that shift and with another, the place in the
        fixed prefix of a started route counted from 1 (-1: bound to one that has such a place, 0: none), most
        lateness, first open and last close, shortest service, number of able shifts, first index and number of its
        crew, 1 when linked to other visits.
    shift : int64 (n_shifts, S_CAPACITY + n_quantities)
        Columns `S_*`, sorted by technician and day.
    owner : int64 (n_technicians, O_OWN + n_parts + n_tools)
        Columns `O_*`: the technicians behind the shifts.
    windows, hours : int64 (n_days, n_visits, most, 2)
        Open and close of the windows of the start, and of the hours that hold the whole service, that a shift of the
        day can use.
    plain : int64 (n_days, n_visits, 4)
        Columns `P_*` of a visit with one window, no hours and no links, all that its timing needs: from when, up to
        when without lateness and up to when at all it starts, and 1; zeros for the others.
    first : int64 (n_visits + 1, 6)
        Where each visit's entries of a kind `E_*` begin in `entry`.
    entry : int64 (n_entries, 5)
        What visits draw, need, carry and follow.
    row : int64 (n_rows, 4)
        The stock rule as rows `sum of uses <= cap`, columns `ROW_*`.
    tool_units : int64 (n_tools,)
        How many units of each tool exist.
    crew : int64 (n_visits or 0, K_DAYS + n_days + n_technicians)
        What counts for a crew as a whole, at the lead's index; no rows when there is no crew.
    near : int32 (n_orders, at most `NEIGHBOURS`)
        The visits nearest in time and space, nearest first; stops have none.
    rates : int64 (16,)
        Entries `R_*`. `R_EXACT` is not 0 when a start's cost is not monotone or some day may last only so long: every
        move is then timed in full. It is 1, or `JUMPS` when a later arrival may even cost less because it skips a
        window that it would be late for.
    """

    travel: ShortArray
    ways: ShortArray
    duration: IntArray
    extra: IntArray
    terms: IntArray
    visit: IntArray
    shift: IntArray
    owner: IntArray
    windows: IntArray
    hours: IntArray
    plain: IntArray
    first: IntArray
    entry: IntArray
    row: IntArray
    tool_units: IntArray
    crew: IntArray
    near: ShortArray
    rates: IntArray

    def entries_of(self, visit: int, kind: int) -> IntArray:
        """Return the rows of `entry` of one kind (`E_*`) of a visit."""
        rows: IntArray = self.entry[self.first[visit, kind] : self.first[visit + 1, kind]]
        return rows

    def own_copy(self) -> ProblemArrays:
        """Return the arrays with a copy of what a search writes, where it writes at all."""
        if not self.rates[R_LINKS]:
            return self
        return self._replace(visit=self.visit.copy(), duration=self.duration.copy())


@dataclass(frozen=True, slots=True)
class IndexedProblem:
    """The arrays together with the ids behind their indices.

    Parameters
    ----------
    visits
        The visit of each visit index, once for each member of a crew; without the stops.
    shifts
        The shift of each shift index.
    desk
        Who may serve what, for whoever turns indices back into a plan.
    left_out
        Visits that no technician can serve as the rules stand; they are not in the arrays.
    left_out_cents
        What their absence costs, part of every plan's cost.
    """

    arrays: ProblemArrays
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    desk: Assignment
    left_out: tuple[str, ...]
    left_out_cents: int

    def first_routes(self, problem: Problem, start: Mapping[str | tuple[str, int], Sequence[str]]) -> Solution:
        """Return, per shift, the visits to begin with: the prefixes of started routes, then the given routes.

        Parameters
        ----------
        start
            (technician, day) to visit ids in driving order, of a plan that keeps every hard rule; may be empty.
        """
        index: dict[str, list[int]] = {}
        for v, visit in enumerate(self.visits):
            index.setdefault(visit.visit_id, []).append(v)
        prefix: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for lock in problem.locks:
            if lock.level is LockLevel.PREFIX and lock.visit_id in index:
                prefix.setdefault((lock.technician_id, lock.day), []).append((lock.position, lock.visit_id))
        fixed = {visit_id for pairs in prefix.values() for _, visit_id in pairs}
        wanted: list[list[str]] = []
        for shift in self.shifts:
            key = (shift.technician_id, shift.day)
            mine = [visit_id for _, visit_id in sorted(prefix.get(key, []))]
            for visit_id in start.get(key, ()):
                is_known = visit_id in index and visit_id not in mine
                if visit_id == BRANCH_STOP or (is_known and (visit_id not in fixed or len(index[visit_id]) > 1)):
                    mine.append(visit_id)
            wanted.append(mine)
        roles = self._roles(wanted, index)
        routes = []
        for s, mine in enumerate(wanted):
            stop = int(self.arrays.shift[s, S_STOP])
            nodes = [stop if visit_id == BRANCH_STOP else roles.get((visit_id, s), -1) for visit_id in mine]
            nodes = [node for node in nodes if node >= 0]
            if self.arrays.shift[s, S_NEEDS_STOP] and stop >= 0 and stop not in nodes:
                # A started route of somebody who fetches parts has its stop before the first visit that needs them.
                first = self.arrays.first[:, E_NEED]
                needing = [k for k, v in enumerate(nodes) if first[v] < first[v + 1]]
                if needing:
                    nodes.insert(needing[0], stop)
            routes.append(tuple(nodes))
        return tuple(routes)

    def _roles(self, wanted: list[list[str]], index: Mapping[str, list[int]]) -> dict[tuple[str, int], int]:
        """Return the index of each visit on each shift that has it: of a crew, the first who can lead does."""
        places: dict[str, list[int]] = {}
        for s, mine in enumerate(wanted):
            for visit_id in mine:
                if visit_id in index:
                    places.setdefault(visit_id, []).append(s)
        duration, roles = self.arrays.duration, {}
        for visit_id, shifts in places.items():
            head, *members = index[visit_id]
            if len(shifts) != len(members) + 1:
                continue
            for lead in shifts:
                others = [s for s in shifts if s != lead]
                if duration[lead, head] >= 0 and all(duration[s, members[0]] >= 0 for s in others):
                    roles.update({(visit_id, s): m for s, m in zip([lead, *others], [head, *members], strict=True)})
                    break
        return roles


def build_arrays(problem: Problem, matrix: TravelMatrix) -> IndexedProblem:
    """Translate a problem into arrays.

    Parameters
    ----------
    problem : Problem
        One day or several.
    matrix : TravelMatrix
        Seconds for every place of the problem and every profile of its shifts.
    """
    desk = Assignment(problem)
    shifts = sorted(
        (s for s in problem.shifts if 0 <= s.day < problem.days), key=lambda shift: (shift.technician_id, shift.day)
    )
    alike: dict[tuple[object, ...], list[list[bool]]] = {}
    able: dict[str, list[list[bool]]] = {}
    for visit in sorted(problem.visits, key=lambda v: v.visit_id):
        key = desk.likeness(visit)
        if key not in alike:
            alike[key] = _able(desk, shifts, visit)
        able[visit.visit_id] = alike[key] if problem.windows[visit.visit_id] else []
    planned = _without_predecessor(problem, [key for key, rows in able.items() if rows])
    visits = [problem.visit_by_id[key] for key in planned for _ in able[key]]
    roles = [(problem.visit_by_id[key], role) for key in planned for role in range(len(able[key]))]
    resources = Resources(desk, roles, shifts)
    stops = resources.stop_shifts
    count = len(roles)
    duration = np.full((len(shifts), count + len(stops)), CANNOT_SERVE, np.int64)
    extra = np.zeros((len(shifts), count + len(stops)), np.int64)
    for v, (visit, role) in enumerate(roles):
        fits = desk.fits(shifts, visit, LEAD if role == 0 else MEMBER)
        who = np.array(able[visit.visit_id][role], bool)
        duration[who, v] = _durations(desk, visit, fits)[who]
        extra[who, v] = _extras(desk, shifts, visit, fits)[who]
    for n, s in enumerate(stops):
        duration[s, count + n] = desk.policy.morning_s
    windows, hours, counts = _windows_by_day(problem, roles, shifts, stops)
    days = np.array([shift.day for shift in shifts], np.int64)
    duration[counts[days, :, 0] == 0] = CANNOT_SERVE
    travel, shift_rows = _travel_and_shifts(desk, matrix, visits, shifts, resources)
    visit_rows = _visit_rows(desk, roles, shifts, duration, windows, counts)
    rates = _rates(desk, problem, shifts)
    rates[R_VISITS], rates[R_DAYS] = count, problem.days
    rates[R_LINKS] = int(visit_rows[:, V_LINKED].any())
    if ((counts[:, :, 0].max(axis=0, initial=0) > 1) & (visit_rows[:, V_MAX_LATE] > 0)).any():
        rates[R_EXACT] = JUMPS
    rates[R_PARTS], rates[R_QUANTITIES] = len(resources.parts), len(resources.quantities)
    left_out = tuple(key for key in able if key not in planned)
    arrays = ProblemArrays(
        travel=travel,
        ways=np.stack((travel.transpose(0, 2, 1), travel), axis=-1),
        duration=duration,
        extra=extra,
        terms=np.where(duration == CANNOT_SERVE, 10**15, extra).T,
        visit=visit_rows,
        shift=shift_rows,
        owner=resources.owner_rows(),
        windows=windows,
        hours=hours,
        plain=_plain_rows(visit_rows, windows),
        first=resources.first,
        entry=resources.entry,
        row=resources.row,
        tool_units=resources.tool_units,
        crew=_crew_rows(desk, roles, shifts),
        near=_nearest(travel[0], visit_rows[:count]),
        rates=rates,
    )
    return IndexedProblem(
        arrays=arrays,
        visits=tuple(visits),
        shifts=tuple(shifts),
        desk=desk,
        left_out=left_out,
        left_out_cents=sum(_absence_cents(desk, problem.visit_by_id[key]) for key in left_out),
    )


def _able(desk: Assignment, shifts: list[Shift], visit: Visit) -> list[list[bool]]:
    """Return, per role of a visit, which shifts can take it; empty when it cannot be served at all."""
    size = desk.problem.crew_size_of(visit)
    if size == 1:
        row = [desk.can_serve(shift, visit, LEAD) for shift in shifts]
        return [row] if any(row) else []
    leads = [desk.can_serve(shift, visit, LEAD) for shift in shifts]
    members = [desk.can_serve(shift, visit, MEMBER) for shift in shifts]
    for day in {shift.day for shift in shifts}:
        people = [n for n, shift in enumerate(shifts) if shift.day == day]
        either = sum(leads[n] or members[n] for n in people)
        if any(leads[n] for n in people) and sum(members[n] for n in people) >= size - 1 and either >= size:
            return [leads, *([members] * (size - 1))]
    return []


def _durations(desk: Assignment, visit: Visit, fits: Sequence[Fit]) -> IntArray:
    """Return the service duration of a visit for each shift, in seconds (RULES §2)."""
    factor = np.array([fit.factor_pct for fit in fits], np.int64)
    surcharge = np.array([fit.surcharge_s for fit in fits], np.int64)
    seconds: IntArray = (visit.base_s * factor + 50) // 100 + surcharge + desk.surcharge_s(visit)
    return seconds


def _extras(desk: Assignment, shifts: Sequence[Shift], visit: Visit, fits: Sequence[Fit]) -> IntArray:
    """Return what sending each shift's technician costs, whatever the time; of a crew, without what counts once."""
    cents = desk.policy.overqualified_cents * np.array([fit.levels_above for fit in fits], np.int64)
    if desk.problem.crew_size_of(visit) > 1:
        return cents
    order, served_by = desk.problem.order_of(visit), desk.problem.customer_of(visit).served_by
    if served_by:
        cents += [desk.continuity_cents((shift.technician_id,), visit) for shift in shifts]
    if order.due_day is not None and desk.problem.days > 1:
        cents += [desk.late_day_cents(shift.day, visit) for shift in shifts]
    if visit.visit_id in desk.published:
        cents += [desk.deviation_cents((shift.technician_id,), shift.day, visit) for shift in shifts]
    return cents


def _without_predecessor(problem: Problem, planned: list[str]) -> list[str]:
    """Return the visits that remain when each one goes whose predecessor is gone."""
    left = set(planned)
    while True:
        gone = {key for key in left if any(p.visit_id not in left for p in problem.visit_by_id[key].after)}
        if not gone:
            return [key for key in planned if key in left]
        left -= gone


def _visit_rows(
    desk: Assignment,
    roles: list[tuple[Visit, int]],
    shifts: list[Shift],
    duration: IntArray,
    windows: IntArray,
    counts: IntArray,
) -> IntArray:
    """Return the table of visits, those of the stops behind the others."""
    shift_index = {(shift.technician_id, shift.day): s for s, shift in enumerate(shifts)}
    linked = {v.visit_id for v, _ in roles if v.after} | {p.visit_id for v, _ in roles for p in v.after}
    able_now = duration >= 0
    far = np.iinfo(np.int32).max
    shortest = np.where(able_now, duration, far).min(axis=0, initial=far)
    table = np.zeros((duration.shape[1], V_COUNTS + 2 * desk.problem.days), np.int64)
    table[:, [V_READY, V_FIRST_READY]], table[:, [V_LATEST, V_LAST_LATEST]] = -FAR_FUTURE_S, FAR_FUTURE_S
    table[:, V_HEAD] = np.arange(len(table))
    table[:, V_CREW] = 1
    for v, (visit, role) in enumerate(roles):
        head = v - role
        size = desk.problem.crew_size_of(visit)
        _fill_visit(table[v], desk, visit, role, shift_index)
        table[v, V_HEAD], table[v, V_CREW] = head, size
        table[v, V_LINKED] = int(size > 1 or visit.visit_id in linked)
    # What a fixed visit follows, and its whole crew, stay with it.
    for key in _fixed_families(
        desk.problem, {visit.visit_id for v, (visit, _) in enumerate(roles) if table[v, V_FIXED]}
    ):
        for v, (visit, _) in enumerate(roles):
            if visit.visit_id == key and not table[v, V_FIXED]:
                table[v, V_FIXED] = -1
    for v in range(len(table)):
        used = [windows[day, v, k] for day in range(desk.problem.days) for k in range(counts[day, v, 0])]
        table[v, V_OPENS] = min((int(w[0]) for w in used), default=0)
        table[v, V_CLOSES] = max((int(w[1]) for w in used), default=0)
    for v, (_, role) in enumerate(roles):
        if role:
            table[v, [V_OPENS, V_CLOSES]] = table[v - role, [V_OPENS, V_CLOSES]]
    table[:, V_SERVICE], table[:, V_ABLE] = shortest, able_now.sum(axis=0)
    table[:, V_COUNTS:] = counts.transpose(1, 0, 2).reshape(len(table), 2 * desk.problem.days)
    return table


def _fixed_families(problem: Problem, fixed: set[str]) -> set[str]:
    """Return the fixed visits with all that come before them."""
    found, new = set(fixed), set(fixed)
    while new:
        new = {p.visit_id for key in new for p in problem.visit_by_id[key].after} - found
        found |= new
    return found


def _fill_visit(
    row: IntArray, desk: Assignment, visit: Visit, role: int, shift_index: Mapping[tuple[str, int], int]
) -> None:
    """Fill the columns `V_READY` to `V_MAX_LATE` of a visit; other members than the lead only keep the bounds."""
    earliest, latest = visit.ready_s if visit.ready_s is not None else -FAR_FUTURE_S, FAR_FUTURE_S
    for lock in desk.locks.get(visit.visit_id, ()):
        if lock.level is LockLevel.START:
            earliest = max(earliest, lock.start_s - lock.tolerance_s)
            latest = min(latest, lock.start_s + lock.tolerance_s)
        if lock.level is LockLevel.PREFIX:
            row[V_FIXED] = 1 + lock.position
    told = desk.told_lock(visit)
    if told is not None:
        earliest, latest = max(earliest, told.open_s), min(latest, told.close_s)
    row[[V_READY, V_FIRST_READY]], row[[V_LATEST, V_LAST_LATEST]] = earliest, latest
    row[V_TOLD_OPEN], row[V_TOLD_CLOSE], row[V_TOLD_DAY], row[V_TOLD_SHIFT] = -FAR_FUTURE_S, FAR_FUTURE_S, -1, -1
    if role:
        return
    row[V_PRICE] = MANDATORY_CENTS if desk.is_mandatory(visit) else _absence_cents(desk, visit)
    row[V_MAX_LATE] = desk.problem.max_lateness_s(visit)
    published = desk.published.get(visit.visit_id)
    if published is not None and published[0].told is not None and desk.problem.crew_size_of(visit) == 1:
        said = published[0]
        assert said.told is not None
        other_time = desk.with_notice(desk.policy.other_time_cents, said.day)
        other_person = desk.with_notice(desk.policy.other_technician_cents, said.day)
        row[V_TOLD_OPEN], row[V_TOLD_CLOSE], row[V_TOLD_DAY] = said.told.open_s, said.told.close_s, said.day
        row[V_TOLD_SHIFT] = shift_index.get((said.technician_id, said.day), -1)
        # Another technician at another time costs the larger of the two, not both; `extra` has the person's share.
        row[V_TOLD_CENTS], row[V_TOLD_CENTS_OTHER] = other_time, max(0, other_time - other_person)


def _crew_rows(desk: Assignment, roles: list[tuple[Visit, int]], shifts: list[Shift]) -> IntArray:
    """Return what counts for each crew as a whole, at the lead's index."""
    owners = sorted({shift.technician_id for shift in shifts})
    days = desk.problem.days
    if not any(role for _, role in roles):
        return np.zeros((0, K_DAYS + days + len(owners)), np.int64)
    table = np.zeros((len(roles), K_DAYS + days + len(owners)), np.int64)
    for v, (visit, role) in enumerate(roles):
        size = desk.problem.crew_size_of(visit)
        if role or size == 1:
            continue
        published = desk.published.get(visit.visit_id, [])
        people = {said.technician_id for said in published}
        served_by = desk.problem.customer_of(visit).served_by
        locked = {lock.technician_id for lock in desk.locks.get(visit.visit_id, ())}
        row = table[v]
        row[K_CONTINUITY] = desk.policy.continuity_cents if served_by else 0
        row[K_REQUIRED], row[K_LOCKED] = min(size, len(visit.required)), len(locked)
        row[K_TOLD_OPEN], row[K_TOLD_CLOSE], row[K_TOLD_DAY] = -FAR_FUTURE_S, FAR_FUTURE_S, -1
        if published:
            said = published[0]
            row[K_TOLD_DAY], row[K_PUBLISHED] = said.day, len(people)
            row[K_PERSON] = desk.with_notice(desk.policy.other_technician_cents, said.day)
            if said.told is not None:
                row[K_TOLD_OPEN], row[K_TOLD_CLOSE] = said.told.open_s, said.told.close_s
                row[K_TIME] = desk.with_notice(desk.policy.other_time_cents, said.day)
        for day in range(days):
            row[K_DAYS + day] = desk.day_cents(day, visit)
        for o, owner in enumerate(owners):
            row[K_DAYS + days + o] = (
                WHO_PREFERRED * (owner in served_by)
                + WHO_PUBLISHED * (owner in people)
                + WHO_REQUIRED * (owner in visit.required)
                + WHO_LOCKED * (owner in locked)
            )
    return table


def _windows_by_day(
    problem: Problem, roles: list[tuple[Visit, int]], shifts: list[Shift], stops: list[int]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return windows and hours by day and visit, int64 (n_days, n_visits, most, 2), and their counts.

    A window stays on the days on which some shift can use it; leaving the others out changes no start, because the
    first window that is not past is used.
    """
    spans = []
    for day in range(problem.days):
        mine = [shift for shift in shifts if shift.day == day]
        first_s, last_s = min((s.start_s for s in mine), default=0), max((s.return_limit_s for s in mine), default=-1)
        spans.append((first_s, last_s))
    anytime = Interval(-FAR_FUTURE_S, FAR_FUTURE_S)
    windows: list[list[list[Interval]]] = []
    hours: list[list[list[Interval] | None]] = []
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
        business = problem.branch.business
        office = Interval(day * DAY_S + business.open_s, day * DAY_S + business.close_s)
        windows[day] += [[office]] * len(stops)
        hours[day] += [None] * len(stops)
    counts = np.array(
        [
            [(len(w), -1 if h is None else len(h)) for w, h in zip(windows[day], hours[day], strict=True)]
            for day in range(problem.days)
        ],
        np.int64,
    ).reshape(problem.days, len(roles) + len(stops), 2)
    return _ragged(windows), _ragged([[h or [] for h in row] for row in hours]), counts


def _ragged(lists: list[list[list[Interval]]]) -> IntArray:
    """Return intervals of different counts as one array, the missing ones 0."""
    most = max([len(pairs) for row in lists for pairs in row] + [1])
    table = np.zeros((len(lists), max((len(row) for row in lists), default=0), most, 2), np.int64)
    for day, row in enumerate(lists):
        for v, pairs in enumerate(row):
            for column, pair in enumerate(pairs):
                table[day, v, column] = pair.open_s, pair.close_s
    return table


def _shift_row(desk: Assignment, shift: Shift, nodes: dict[str, int], profile: int, resources: Resources) -> list[int]:
    """Return the columns `S_*` of a technician-day."""
    technician = desk.problem.technician_by_id[shift.technician_id]
    rest = shift.break_ if shift.needs_break else None
    contractor = technician.employment is Employment.CONTRACTOR
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
        FAR_FUTURE_S if shift.max_duty_s is None else shift.max_duty_s,
        FAR_FUTURE_S if shift.max_visits is None else shift.max_visits,
        desk.policy.contractor_day_cents if contractor else 0,
        desk.policy.contractor_minute_cents if contractor else 0,
        sum(
            lock.level is LockLevel.PREFIX and (lock.technician_id, lock.day) == (shift.technician_id, shift.day)
            for lock in desk.problem.locks
        ),
        shift.day,
        resources.owner_of[shift.technician_id],
        *resources.pickup_columns(shift),
        *resources.capacity_of(technician),
    ]


def _rates(desk: Assignment, problem: Problem, shifts: list[Shift]) -> IntArray:
    """Return the entries `R_*` up to `R_EXACT`."""
    policy = desk.policy
    told = any(said.told is not None for rows in desk.published.values() for said in rows) and policy.other_time_cents
    values = [0] * 16
    values[R_LATE_SMALL] = policy.late_small_cents
    values[R_LATE_SMALL_S] = policy.late_small_s
    values[R_LATE_LARGE] = policy.late_large_cents
    values[R_LATE_WORST] = policy.late_worst_cents
    values[R_TRAVEL] = policy.travel_cents
    values[R_OVERTIME] = policy.overtime_cents
    values[R_WORKING_TIME] = policy.working_time_cents
    values[R_LOAD_DIVISOR] = policy.load_divisor if policy.fairness is Fairness.LOAD else 0
    values[R_SPREAD] = policy.spread_weight if policy.fairness is Fairness.SPREAD else 0
    values[R_STAFF] = len({s.technician_id for s in shifts if problem.is_staff(s.technician_id)})
    is_limited = any(shift.max_duty_s is not None for shift in shifts)
    values[R_EXACT] = int(bool(told) or policy.working_time_cents > 0 or is_limited)
    return np.array(values, np.int64)


def _absence_cents(desk: Assignment, visit: Visit) -> int:
    return desk.unassigned_cents(visit) + desk.dropped_cents(visit)


def _travel_and_shifts(
    desk: Assignment, matrix: TravelMatrix, visits: list[Visit], shifts: list[Shift], resources: Resources
) -> tuple[ShortArray, IntArray]:
    """Return travel between the nodes in use, and the rows of the shifts that point into them."""
    people = [desk.problem.technician_by_id[shift.technician_id] for shift in shifts]
    ends = sorted({start_key(p) for p in people} | {end_key(p) for p in people})
    keys = [visit.visit_id for visit in visits] + [BRANCH_PLACE] * len(resources.stop_shifts) + ends
    nodes = {key: len(keys) - len(ends) + k for k, key in enumerate(ends)}
    rows = np.array([matrix.row_of[key] for key in keys], np.int64)
    profiles = sorted({shift.profile for shift in shifts}) or [matrix.profiles[0]]
    layers = [matrix.seconds[matrix.profiles.index(p)][np.ix_(rows, rows)] for p in profiles]
    travel = np.array(layers, np.int32)
    travel[travel < 0] = NO_WAY_S
    table = [_shift_row(desk, shift, nodes, profiles.index(shift.profile), resources) for shift in shifts]
    return travel, np.array(table, np.int64).reshape(-1, S_CAPACITY + len(resources.quantities))


def _plain_rows(visit_rows: IntArray, windows: IntArray) -> IntArray:
    """Return `ProblemArrays.plain`."""
    plain = np.zeros((*windows.shape[:2], 4), np.int64)
    plain[..., P_OPEN] = np.maximum(windows[:, :, 0, 0], visit_rows[:, V_READY])
    plain[..., P_CLOSE] = windows[:, :, 0, 1]
    plain[..., P_LATEST] = np.minimum(windows[:, :, 0, 1] + visit_rows[:, V_MAX_LATE], visit_rows[:, V_LATEST])
    some_windows, some_hours = visit_rows[:, V_COUNTS::2].T, visit_rows[:, V_COUNTS + 1 :: 2].T
    plain[..., P_IS] = (some_windows == 1) & (some_hours < 0) & (visit_rows[:, V_LINKED] == 0)
    return plain * plain[..., P_IS:]


def _nearest(travel: ShortArray, visit_rows: IntArray) -> ShortArray:
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
