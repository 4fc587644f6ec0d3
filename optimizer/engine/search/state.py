"""What one search holds in arrays: the routes that it is changing and their totals, the best ones, the pool, scratch.

`route_edits.py` changes routes, `shared_resources.py` keeps what they share, `synchronization.py` what binds them in
time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import (
    COLUMNS,
    E_LATER,
    FORBIDDEN,
    FORBIDDEN_S,
    NONE,
    O_STAFF,
    R_DAYS,
    R_LATE_WORST,
    R_LOAD_DIVISOR,
    R_PARTS,
    R_QUANTITIES,
    R_RESERVE,
    R_SPREAD,
    R_STAFF,
    R_SYNCED,
    R_TRAVEL,
    R_VISITS,
    S_DAY_CENTS,
    S_DEPART,
    S_FREE,
    S_MAX_DUTY,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_MORE_OVERTIME,
    S_MORE_VISITS,
    S_OFFSET,
    S_OWNER,
    S_PICKUP,
    S_REPLAYED,
    S_RETURN_LIMIT,
    V_CLOSES,
    V_CREW,
    V_HEAD,
    V_OPENS,
    V_PRICE,
)
from optimizer.engine.jit.kernels import ByAddress, kernel
from optimizer.engine.search.parameters import parameter_values
from optimizer.engine.search.passes import BWD_COLUMNS, FWD_COLUMNS
from optimizer.engine.search.timing import per_minute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.engine.arrays import IntArray, ProblemArrays

# Columns of `State.route`.
(
    C_COUNT,
    C_CENTS,
    C_TRAVEL,
    C_SERVICE,
    C_EXTRA,
    C_TIME,
    C_TOUCHED,
    C_STOP,
    C_SYNCED,
    C_STALE,
    C_EMPTY,
    C_VERSION,
    C_WORST,
    C_COLUMNS,
    *_,
) = COLUMNS
# Columns of `State.offer`: a shift, cents and position as the lead of a crew, cents and position as a member.
F_SHIFT, F_LEAD_CENTS, F_LEAD_AT, F_CENTS, F_AT, F_COLUMNS, *_ = COLUMNS
# Columns of `State.candidate`: a position, travel of the changed route, start of the visit there, travel on from it.
X_POSITION, X_TRAVEL, X_START, X_ONWARD, X_COLUMNS, *_ = COLUMNS
# Columns of `State.worker`.
W_WORK, W_DRAWN, W_COLUMNS, *_ = COLUMNS
# Columns of `State.sync`.
(
    SYNC_START,
    SYNC_READY,
    SYNC_OWN_DURATION,
    SYNC_CREW_CENTS,
    SYNC_LAST_START,
    SYNC_FREE_UNTIL,
    SYNC_COLUMNS,
    *_,
) = COLUMNS
# Entries of `State.total`.
(
    T_CENTS,
    T_LOAD,
    T_WORK,
    T_WORK_SQUARES,
    T_UNASSIGNED,
    T_UNASSIGNED_CENTS,
    T_RANDOM,
    T_BEST,
    T_MOVES,
    T_TOUCHED,
    T_POOLED,
    T_STAMP,
    T_UPHILL,
    T_JOURNAL,
    T_LEAVING,
    T_INFEASIBLE,
    T_INCOMPLETE,
    T_EMPTY,
    T_VERSION,
    T_PICKUP,
    T_WORST,
    T_UNASSIGNED_CENTS_BEFORE,
    T_PROBING,
    T_DISTRICT,
    T_ENTRIES,
    *_,
) = COLUMNS
# Entries of `State.temperature`: in cents, now, last and first, and the factor per move.
TEMP_NOW, TEMP_FACTOR, TEMP_LAST, TEMP_FIRST, TEMP_ENTRIES, *_ = COLUMNS
# Columns of `State.memory`: version of the route and visit in one number, position, cents and travel that it adds.
M_KEY, M_POSITION, M_CENTS, M_TRAVEL, M_COLUMNS, *_ = COLUMNS
# Layers of `State.table`: shift, cents and position, by visit to insert and route asked.
Y_SHIFT, Y_CENTS, Y_POSITION, Y_LAYERS, *_ = COLUMNS
# Columns of `State.reach`: value of the cheapest chain up to a visit, when it departs there, the visit before, at which
# look that was found, at which look the visit was offered, and what it then brings.
H_VALUE, H_DEPART, H_FROM, H_REACHED, H_OFFERED, H_WORTH, H_COLUMNS, *_ = COLUMNS
# Columns of `State.pool_info`.
POOL_SHIFT, POOL_COUNT, POOL_CENTS, POOL_WORK, POOL_COLUMNS, *_ = COLUMNS
# Columns of `State.journal`: what kind of change, of what (one or two indices), and one or two old values.
J_KIND, J_INDEX, J_COLUMN, J_OLD, J_OLD_LATEST, J_COLUMNS, *_ = COLUMNS
#: The memory has two to the power of this many slots at most: 32 MiB; pairs beyond that share slots.
MOST_SLOTS_BITS = 20
#: Moves that measure by how much moves go uphill: the temperatures follow from it.
PROBE_MOVES = 600
#: How many visits are inserted by regret at most, and how many routes are asked for each.
MOST_REGRETTED, MOST_ASKED = 64, 256


class State(ByAddress):
    """One search. Every array belongs to it alone; kernels write them in place.

    Parameters
    ----------
    seq : int64 (2 n_shifts, most + 1)
        Visits in driving order, a stop at the branch among them. Here and in all that is derived from a route, the
        rows from n_shifts on keep the routes as they were before the present move touched them.
    route : int64 (2 n_shifts, C_COLUMNS)
        Columns `C_*`: number of visits, all cents but the load's, seconds of travel and service, cents by assignment
        and by timing, whether this move touched it, where it stops at the branch (`NONE`), number of synchronized
        visits, whether their bounds must be propagated again, 1 when it was empty at the last refresh, which refresh
        that was, and its longest lateness where that is priced.
    worker : int64 (n_technicians, W_COLUMNS)
        Columns `W_*`: seconds of work of all days, whether what the technician draws is in `used`.
    forward, backward : int64 (2 n_shifts, most + 2, ...)
        The passes over a route, `passes.py`: columns `FWD_*` by position left, `BWD_*` by position reached.
    leg, earliest : int64 (2 n_shifts, most + 2)
        Travel to each position from the one before, 0 while the route is empty; earliest departure by position left.
    shift_of : int64 (n_visits,)
        Shift that serves each visit, `NONE` for an unassigned one.
    unassigned, unassigned_at : int64 (n_visits,)
        The unassigned visits (the first `total[T_UNASSIGNED]`), crews by their lead, and where each is in that list.
    used : int64 (n_rows,)
        Stock rows as used.
    tool_out, tool_used : int64 (n_shifts, n_tools), (n_days, n_tools)
        Units of each tool that a route takes out, and that are out on a day.
    carried : int64 (n_shifts, n_quantities)
        What each route carries in all.
    sync : int64 (n_visits or 0, SYNC_COLUMNS)
        Columns `SYNC_*` of synchronized visits: start, when the technician could begin, own duration in a crew, cents
        of the crew as a whole, last start before it was taken out, and up to which start the technician's own route
        costs no more.
    journal : int64 (size, J_COLUMNS)
        What a move overwrote of the synchronization, columns `J_*`.
    leaving : int64 (n_visits,)
        Visits that must follow others out of their routes.
    total : int64 (T_ENTRIES,)
        Entries `T_*`: cents of the routes and of loads, sums for fairness, unassigned visits and their price, random
        state, counters, whether the plan at hand is infeasible, or was given with visits whose predecessors are
        missing, the latest pick-up of all where parts are drawn one by one, the longest lateness of all where that is
        priced, whether moves only measure by how much they go uphill, the visit around which the
        present district lies.
    uphill_deltas : int64 (PROBE_MOVES,)
        By how much the first moves that left the same visits unassigned raised the cost, where they did.
    temperature : float64 (TEMP_ENTRIES,)
        Entries `TEMP_*`.
    best, best_count, best_start : int64
        The best routes by true cost, and the starts of synchronized visits in them.
    asked_at, asked : int64 (n_shifts,), (n_shifts,)
        Scratch of an insertion: stamp of the last look at each route, and the routes to ask.
    memory : int64 (power of two, M_COLUMNS)
        What routes offered for visits, columns `M_*`, by visit and shift.
    parameter : int64 (n_parameters,)
        The search parameters, `parameters.py`.
    touched : int64 (n_shifts,)
        The routes that the present move touched.
    to_insert, sort_key : int64 (n_visits,)
        The visits to insert in the present move, and their sort keys.
    times : int64 (most + 3, 3)
        Scratch of the timing.
    latest : int64 (most + 3, 2)
        Scratch of the timing: latest departures and starts.
    candidate : int64 (most + 3, X_COLUMNS)
        Scratch of an insertion, columns `X_*`: the positions that are in time.
    trial : int64 (most + 3,)
        Scratch of an insertion that is timed in full.
    held : int64 (most + 3,)
        Scratch: the latest starts of a route's visits while its crews are held to their starts.
    on_hand : int64 (n_parts + n_quantities,)
        Scratch of a replay of a technician's days: own parts left, load carried.
    offer : int64 (n_shifts, F_COLUMNS)
        Scratch of a crew's insertion, columns `F_*`.
    picked, tried : int64 (largest crew, 2)
        Shift and position of each member of the best crew so far, the lead first, and of the crew at hand.
    starts : int64 (16,)
        Scratch of a crew's insertion: the starts tried so far.
    table, rows : int64 (Y_LAYERS, visits, routes), (visits,)
        Scratch of insertion by regret: layers `Y_*`, and how many routes were asked for each visit.
    in_time : int64 (n_orders,)
        The visits in the order of the middle of their windows.
    reach : int64 (n_visits, H_COLUMNS)
        Scratch of a stretch that is planned anew, columns `H_*`.
    pool, pool_info : int64 (size, most + 1), (size, POOL_COLUMNS)
        Good routes found since the last reading: their visits, and columns `POOL_*`.
    pool_seen : int64 (slots,)
        Fingerprints of pooled routes.
    """

    seq: IntArray
    route: IntArray
    worker: IntArray
    forward: IntArray
    backward: IntArray
    leg: IntArray
    earliest: IntArray
    shift_of: IntArray
    unassigned: IntArray
    unassigned_at: IntArray
    used: IntArray
    tool_out: IntArray
    tool_used: IntArray
    carried: IntArray
    sync: IntArray
    journal: IntArray
    leaving: IntArray
    total: IntArray
    uphill_deltas: IntArray
    temperature: np.ndarray
    best: IntArray
    best_count: IntArray
    best_start: IntArray
    asked_at: IntArray
    asked: IntArray
    memory: IntArray
    parameter: IntArray
    touched: IntArray
    to_insert: IntArray
    sort_key: IntArray
    times: IntArray
    latest: IntArray
    candidate: IntArray
    trial: IntArray
    held: IntArray
    on_hand: IntArray
    offer: IntArray
    picked: IntArray
    tried: IntArray
    starts: IntArray
    table: IntArray
    rows: IntArray
    in_time: IntArray
    reach: IntArray
    pool: IntArray
    pool_info: IntArray
    pool_seen: IntArray


def make_state(
    arrays: ProblemArrays, seed: int, pool_size: int = 4_096, parameters: Mapping[str, int] | None = None
) -> State:
    """Allocate the state of one search: every route empty, every visit unassigned."""
    shifts, nodes = arrays.duration.shape
    orders = int(arrays.rates[R_VISITS])
    most = longest_route(arrays)
    tools, synced = len(arrays.tool_units), nodes if arrays.rates[R_SYNCED] else 0
    largest = int(arrays.visit[:, V_CREW].max(initial=1))
    later = arrays.first[1:, E_LATER] - arrays.first[:-1, E_LATER]
    dependents = int((arrays.visit[:, V_CREW] + later[arrays.visit[:, V_HEAD]]).sum())
    heads = np.flatnonzero(arrays.visit[:orders, V_HEAD] == np.arange(orders))
    unassigned, unassigned_at = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    unassigned[: len(heads)], unassigned_at[heads] = heads, np.arange(len(heads))
    windows = arrays.visit[:orders, [V_OPENS, V_CLOSES]]
    state = State(
        seq=np.full((2 * shifts, most + 1), -1, np.int64),
        route=np.zeros((2 * shifts, C_COLUMNS), np.int64),
        worker=np.zeros((len(arrays.owner), W_COLUMNS), np.int64),
        forward=np.zeros((2 * shifts, most + 2, FWD_COLUMNS), np.int64),
        backward=np.zeros((2 * shifts, most + 2, BWD_COLUMNS), np.int64),
        leg=np.zeros((2 * shifts, most + 2), np.int64),
        earliest=np.zeros((2 * shifts, most + 2), np.int64),
        shift_of=np.full(nodes, -1, np.int64),
        unassigned=unassigned,
        unassigned_at=unassigned_at,
        used=np.zeros(len(arrays.row), np.int64),
        tool_out=np.zeros((shifts, tools), np.int64),
        tool_used=np.zeros((int(arrays.rates[R_DAYS]), tools), np.int64),
        carried=np.zeros((shifts, int(arrays.rates[R_QUANTITIES])), np.int64),
        sync=np.full((synced, SYNC_COLUMNS), NONE, np.int64),
        journal=np.zeros((64 * (synced + 1), J_COLUMNS), np.int64),
        leaving=np.zeros(1 + (dependents if synced else 0), np.int64),
        total=np.zeros(T_ENTRIES, np.int64),
        uphill_deltas=np.zeros(PROBE_MOVES, np.int64),
        temperature=np.zeros(TEMP_ENTRIES, np.float64),
        best=np.full((shifts, most + 1), -1, np.int64),
        best_count=np.zeros(shifts, np.int64),
        best_start=np.full(synced, NONE, np.int64),
        asked_at=np.zeros(shifts, np.int64),
        asked=np.zeros(shifts, np.int64),
        memory=np.full((_memory_slots(shifts * nodes), M_COLUMNS), -1, np.int64),
        parameter=parameter_values(parameters or {}),
        touched=np.zeros(shifts, np.int64),
        to_insert=np.zeros(max(1, nodes), np.int64),
        sort_key=np.zeros(max(1, nodes), np.int64),
        times=np.zeros((most + 3, 3), np.int64),
        latest=np.zeros((most + 3, 2), np.int64),
        candidate=np.zeros((most + 3, X_COLUMNS), np.int64),
        trial=np.full(most + 3, -1, np.int64),
        held=np.zeros(most + 3, np.int64),
        on_hand=np.zeros(int(arrays.rates[R_PARTS] + arrays.rates[R_QUANTITIES]), np.int64),
        offer=np.zeros((shifts, F_COLUMNS), np.int64),
        picked=np.zeros((largest, 2), np.int64),
        tried=np.zeros((largest, 2), np.int64),
        starts=np.zeros(16, np.int64),
        table=np.zeros((Y_LAYERS, MOST_REGRETTED, min(shifts, MOST_ASKED)), np.int64),
        rows=np.zeros(MOST_REGRETTED, np.int64),
        in_time=np.argsort(windows[:, 0] + windows[:, 1], kind="stable").astype(np.int64),
        reach=np.zeros((nodes, H_COLUMNS), np.int64),
        pool=np.full((pool_size, most + 1), -1, np.int64),
        pool_info=np.zeros((pool_size, POOL_COLUMNS), np.int64),
        pool_seen=np.zeros(1 << 16, np.int64),
    )
    state.route[:, C_STOP], state.route[:, C_EMPTY] = NONE, 1
    state.total[T_EMPTY] = shifts
    state.sync[:, SYNC_CREW_CENTS] = 0
    state.worker[:, W_DRAWN] = 1
    for shift_idx in range(shifts):
        state.total[T_LOAD] += load_cents(arrays, shift_idx, 0)
    state.total[T_UNASSIGNED] = len(heads)
    state.total[T_UNASSIGNED_CENTS] = arrays.visit[heads, V_PRICE].sum()
    own_ways = arrays.shift[:, S_REPLAYED] > 0
    state.total[T_PICKUP] = FORBIDDEN if own_ways.any() else arrays.shift[:, S_PICKUP].max(initial=0)
    state.total[T_RANDOM] = _scrambled(seed)
    state.total[T_BEST] = FORBIDDEN
    return state


def _memory_slots(pairs: int) -> int:
    """Return the number of memory slots for some pairs of visit and shift: a power of two, bounded."""
    return 1 << min(MOST_SLOTS_BITS, max(1, pairs - 1).bit_length())


def longest_route(arrays: ProblemArrays) -> int:
    """Return a number of visits that no route can exceed: the shortest services back to back in the longest shift."""
    shifts, nodes = arrays.duration.shape
    orders = int(arrays.rates[R_VISITS])
    if not shifts or not orders:
        return 1
    able = arrays.duration[:, :orders]
    able = np.where(able >= 0, able, np.iinfo(np.int32).max).min(axis=0).astype(np.int64)
    to_next = arrays.travel[:, :orders, :].min(axis=0).astype(np.int64)
    np.fill_diagonal(to_next[:, :orders], FORBIDDEN_S)
    spans = arrays.shift[:, S_RETURN_LIMIT] + arrays.shift[:, S_MORE_OVERTIME] - arrays.shift[:, S_DEPART]
    span = int(np.minimum(spans, arrays.shift[:, S_MAX_DUTY]).max())
    shortest = np.sort((able + to_next.min(axis=1))[arrays.visit[:orders, V_CREW] == 1])
    crews = int((arrays.visit[:orders, V_CREW] > 1).sum())
    fits = int(np.searchsorted(np.cumsum(shortest), max(0, span), side="right")) + crews
    limit = int((arrays.shift[:, S_MAX_VISITS] + arrays.shift[:, S_MORE_VISITS]).max())
    stops = int(nodes > orders)
    return int(max(1, min(orders, fits + 1, limit))) + stops


def _scrambled(seed: int) -> int:
    """Turn any seed into a non-zero 32-bit random state, near seeds into far ones."""
    state = (seed * 0x9E3779B1 + 0x7F4A7C15) & 0xFFFFFFFF
    state ^= state >> 15
    return int(state * 0x85EBCA6B & 0xFFFFFFFF) or 1


@kernel
def draw(state, limit):
    """Return a random integer from 0 to limit - 1, by a masked 32-bit xorshift (Marsaglia 2003)."""
    x = state.total[T_RANDOM]
    x ^= (x << 13) & 0xFFFFFFFF
    x ^= x >> 17
    x ^= (x << 5) & 0xFFFFFFFF
    state.total[T_RANDOM] = x
    return (x * limit) >> 32


# --- costs that are not timing ----------------------------------------------------------------------------------


@kernel
def position_of(state, visit):
    """Return the position of an assigned visit in its route."""
    seq, position = state.seq[state.shift_of[visit]], 0
    while seq[position] != visit:
        position += 1
    return position


@kernel
def write_inserted(state, shift_idx, k, visit):
    """Write a route with a visit inserted at position k to `State.trial`; return how many stops it has."""
    count = state.route[shift_idx, C_COUNT]
    for n in range(k):
        state.trial[n] = state.seq[shift_idx, n]
    state.trial[k] = visit
    for n in range(k, count):
        state.trial[n + 1] = state.seq[shift_idx, n]
    return count + 1


@kernel
def load_cents(arrays, shift_idx, work):
    """Return what a day's load costs: its square above the share of the contracted time, and its use of the reserve."""
    divisor, rate = arrays.rates[R_LOAD_DIVISOR], arrays.rates[R_RESERVE]
    if divisor + rate == 0 or arrays.owner[arrays.shift[shift_idx, S_OWNER], O_STAFF] == 0:
        return 0
    cents = 0
    if divisor > 0:
        above = max(0, work + arrays.shift[shift_idx, S_OFFSET])
        cents = above * above // divisor
    if rate > 0:
        cents += per_minute(rate, max(0, work - arrays.shift[shift_idx, S_FREE]))
    return cents


@kernel
def spread_cents(arrays, work, squares):
    """Return what uneven work costs on the benchmark days, from the sum of work and of its squares, in seconds."""
    staff = arrays.rates[R_STAFF]
    if arrays.rates[R_SPREAD] == 0 or staff == 0:
        return 0
    return arrays.rates[R_SPREAD] * (staff * squares - work * work) // 3600 // staff // 100


@kernel
def more_load_cents(arrays, state, shift_idx, work):
    """Return what loads and their spread cost more when a route takes some seconds of work more."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.owner[owner, O_STAFF] == 0:
        return 0
    today = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
    cents = load_cents(arrays, shift_idx, today + work) - load_cents(arrays, shift_idx, today)
    if arrays.rates[R_SPREAD] > 0:
        before, all_work, squares = state.worker[owner, W_WORK], state.total[T_WORK], state.total[T_WORK_SQUARES]
        now = before + work
        cents += spread_cents(arrays, all_work + work, squares + now * now - before * before)
        cents -= spread_cents(arrays, all_work, squares)
    return cents


@kernel
def route_cents(arrays, shift_idx, count, travel, service, extra, timing):
    """Return everything that a route costs by itself."""
    cents = per_minute(arrays.rates[R_TRAVEL], travel) + extra + timing
    if count > 0:
        cents += arrays.shift[shift_idx, S_DAY_CENTS] + per_minute(
            arrays.shift[shift_idx, S_MINUTE_CENTS], travel + service
        )
    return cents


@kernel
def true_cents(arrays, state):
    """Return the plan's cost: routes, load, spread, longest lateness, and unassigned visits at their true price."""
    total = state.total
    spread = spread_cents(arrays, total[T_WORK], total[T_WORK_SQUARES])
    worst = per_minute(arrays.rates[R_LATE_WORST], total[T_WORST])
    return total[T_CENTS] + total[T_LOAD] + spread + worst + total[T_UNASSIGNED_CENTS]
