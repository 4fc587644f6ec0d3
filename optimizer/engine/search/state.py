"""What one search holds in arrays: the routes that it is changing and their books, the best ones, the pool, scratch.

`gestures.py` changes routes, `store.py` keeps what they share, `links.py` what binds them in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import (
    E_LATER,
    NO_WAY_S,
    O_DAYS,
    O_OFFSET,
    O_STAFF,
    R_DAYS,
    R_LATE_WORST,
    R_LINKS,
    R_LOAD_DIVISOR,
    R_PARTS,
    R_QUANTITIES,
    R_SPREAD,
    R_STAFF,
    R_TRAVEL,
    R_VISITS,
    S_DAY_CENTS,
    S_DEPART,
    S_MAX_DUTY,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_OWNER,
    S_PICKUP_DAY,
    S_RETURN_LIMIT,
    S_SPECIAL,
    V_CREW,
    V_HEAD,
    V_PRICE,
)
from optimizer.engine.jit.kernels import ByAddress, kernel
from optimizer.engine.search.dials import dial_values
from optimizer.engine.search.passes import A_CENTS, FRONT
from optimizer.engine.search.schedule import IMPOSSIBLE, per_minute

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
    C_LINKS,
    C_STALE,
    C_EMPTY,
    C_VERSION,
    C_WORST,
) = range(13)
# Columns of `State.offer`: a shift, cents and place as the lead of a crew, cents and place as a member.
F_SHIFT, F_LEAD_CENTS, F_LEAD_AT, F_CENTS, F_AT = range(5)
# Columns of `State.spot`: a place, travel of the changed route, start of the visit there, way on from it.
X_PLACE, X_ROAD, X_START, X_ONWARD = range(4)
# Columns of `State.worker`.
W_WORK, W_BOOKED = range(2)
# Columns of `State.link`: the start of a linked visit, when its technician could begin, own duration in a crew,
# cents of the crew as a whole, its last start before it was taken out, and up to when the technician's own route bears
# a start at no cost.
L_START, L_FROM, L_OWN, L_CENTS, L_WAS, L_BEARS = range(6)
# Entries of `State.total`.
(
    T_CENTS,
    T_LOAD,
    T_WORK,
    T_WORK_SQUARES,
    T_ABSENT,
    T_ABSENT_CENTS,
    T_RANDOM,
    T_BEST,
    T_MOVES,
    T_TOUCHED,
    T_POOLED,
    T_STAMP,
    T_RISES,
    T_JOURNAL,
    T_WAITING,
    T_BROKEN,
    T_HALF,
    T_EMPTY,
    T_VERSION,
    T_PICKUP,
    T_WORST,
    T_ABSENT_BEFORE,
    T_PROBING,
) = range(23)
# Columns of `State.memory`: version of the route and visit in one number, place, cents and seconds of travel it adds.
M_KEY, M_PLACE, M_CENTS, M_ROAD = range(4)
#: The memory has two to the power of this many slots at most: 32 MiB; pairs beyond that share slots.
MOST_SLOTS_BITS = 20
#: Moves that measure how much losing moves lose: the temperatures follow from it.
PROBE_MOVES = 600
#: So many visits are put back by regret at most, and so many routes asked for each.
MOST_REGRETTED, MOST_ASKED = 64, 256
#: A day after all days.
NEVER = 1 << 40
#: `State.link` of a visit that is not in a route.
NO_START = -1


class State(ByAddress):
    """One search. Every array belongs to it alone; kernels write them in place.

    Parameters
    ----------
    seq : int64 (2 n_shifts, most + 1)
        Visits in driving order, a stop at the branch among them. Here and in all that is derived from a route, the
        rows from n_shifts on keep the routes as they were before the present move touched them.
    route : int64 (2 n_shifts, 13)
        Columns `C_*`: number of visits, all cents but the load's, seconds of travel and service, cents by assignment
        and by timing, whether this move touched it, where it stops at the branch (-1), number
        of linked visits, whether their starts are to be looked at again, 1 when it was empty at the last refresh,
        which refresh that was, and its longest lateness where that is priced.
    worker : int64 (n_technicians, 2)
        Columns `W_*`: seconds of work of all days, whether what is drawn is in `used`.
    ahead, behind : int64 (2 n_shifts, most + 2, ...)
        Columns `A_*` per place left, `B_*` per place reached.
    leg, earliest : int64 (2 n_shifts, most + 2)
        Travel to each place reached from the one before, 0 while the route is empty; earliest departure by place left.
    shift_of : int64 (n_visits,)
        Shift that serves each visit, -1 for an absent one.
    absent, absent_at : int64 (n_visits,)
        The absent visits (the first `total[T_ABSENT]`), crews by their lead, and where each stands in that list.
    used : int64 (n_rows,)
        Stock rows as used.
    tool_out, tool_used : int64 (n_shifts, n_tools), (n_days, n_tools)
        Units of each tool that a route takes out, and that are out on a day.
    carried : int64 (n_shifts, n_quantities)
        What each route carries in all.
    link : int64 (n_visits or 0, 6)
        Columns `L_*` of linked visits.
    journal : int64 (size, 5)
        What a move overwrote of the links: kind, two indices, two old values.
    waiting : int64 (n_visits,)
        Visits that must follow others out of their routes.
    total : int64 (23,)
        Entries `T_*`: cents of the routes, of loads and their spread, books of fairness and absence, random state,
        counters, the longest lateness of all where that is priced, whether moves only measure what they lose.
    rises : int64 (PROBE_MOVES,)
        By how much the first moves raised the cost that raised it and left out no other visits.
    heat : float64 (4,)
        Entries `H_*` of `accept.py`: temperature in cents, its factor per move, its floor, the first temperature.
    best, best_count, best_start : int64
        The best routes by true cost, and the starts of linked visits in them.
    mark, asked : int64 (n_shifts,), (n_shifts,)
        Scratch of an insertion: stamp of the last look at each route, and the routes to ask.
    memory : int64 (power of two, 4)
        What routes offered for visits, columns `M_*`, by visit and shift.
    dial : int64 (n_dials,)
        The figures that the search is tuned by, `dials.py`.
    touched : int64 (n_shifts,)
        The routes that the present move touched.
    moved : int64 (n_visits,)
        The visits to insert in the present move.
    key : int64 (n_visits,)
        Their sort keys.
    times : int64 (most + 3, 3)
        Scratch of the timing.
    spot : int64 (most + 3, 4)
        Scratch of an insertion, columns `X_*`: the places that are in time.
    trial : int64 (most + 3,)
        Scratch of an insertion that is timed in full.
    held : int64 (most + 3,)
        Scratch: the latest starts of a route's visits while its crews are held to their starts.
    walked : int64 (n_parts + n_quantities,)
        Scratch of a walk along a technician's days: own parts left, load carried.
    offer : int64 (n_shifts, 5)
        Scratch of a crew's insertion, columns `F_*`.
    picked, tried : int64 (largest crew, 2)
        Shift and place of each member of the best crew so far, the lead first, and of the crew at hand.
    starts : int64 (16,)
        Scratch of a crew's insertion: the starts tried so far.
    table, rows : int64 (3, visits, routes), (visits,)
        Scratch of insertion by regret: layers `Y_*`, and how many routes were asked for each visit.
    pool, pool_info : int64 (size, most + 1), (size, 4)
        Good routes found since the last reading: visits; shift, count, cents, work.
    pool_seen : int64 (slots,)
        Fingerprints of pooled routes.
    """

    seq: IntArray
    route: IntArray
    worker: IntArray
    ahead: IntArray
    behind: IntArray
    leg: IntArray
    earliest: IntArray
    shift_of: IntArray
    absent: IntArray
    absent_at: IntArray
    used: IntArray
    tool_out: IntArray
    tool_used: IntArray
    carried: IntArray
    link: IntArray
    journal: IntArray
    waiting: IntArray
    total: IntArray
    rises: IntArray
    heat: np.ndarray
    best: IntArray
    best_count: IntArray
    best_start: IntArray
    mark: IntArray
    asked: IntArray
    memory: IntArray
    dial: IntArray
    touched: IntArray
    moved: IntArray
    key: IntArray
    times: IntArray
    spot: IntArray
    trial: IntArray
    held: IntArray
    walked: IntArray
    offer: IntArray
    picked: IntArray
    tried: IntArray
    starts: IntArray
    table: IntArray
    rows: IntArray
    pool: IntArray
    pool_info: IntArray
    pool_seen: IntArray


def make_state(
    arrays: ProblemArrays, seed: int, pool_size: int = 4_096, dials: Mapping[str, int] | None = None
) -> State:
    """Allocate the state of one search: every route empty, every visit absent."""
    shifts, nodes = arrays.duration.shape
    orders = int(arrays.rates[R_VISITS])
    most = longest_route(arrays)
    tools, links = len(arrays.tool_units), nodes if arrays.rates[R_LINKS] else 0
    largest = int(arrays.visit[:, V_CREW].max(initial=1))
    later = arrays.first[1:, E_LATER] - arrays.first[:-1, E_LATER]
    families = int((arrays.visit[:, V_CREW] + later[arrays.visit[:, V_HEAD]]).sum())
    heads = np.flatnonzero(arrays.visit[:orders, V_HEAD] == np.arange(orders))
    absent, absent_at = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    absent[: len(heads)], absent_at[heads] = heads, np.arange(len(heads))
    state = State(
        seq=np.full((2 * shifts, most + 1), -1, np.int64),
        route=np.zeros((2 * shifts, 13), np.int64),
        worker=np.zeros((len(arrays.owner), 2), np.int64),
        ahead=np.zeros((2 * shifts, most + 2, A_CENTS + FRONT), np.int64),
        behind=np.zeros((2 * shifts, most + 2, 5), np.int64),
        leg=np.zeros((2 * shifts, most + 2), np.int64),
        earliest=np.zeros((2 * shifts, most + 2), np.int64),
        shift_of=np.full(nodes, -1, np.int64),
        absent=absent,
        absent_at=absent_at,
        used=np.zeros(len(arrays.row), np.int64),
        tool_out=np.zeros((shifts, tools), np.int64),
        tool_used=np.zeros((int(arrays.rates[R_DAYS]), tools), np.int64),
        carried=np.zeros((shifts, int(arrays.rates[R_QUANTITIES])), np.int64),
        link=np.full((links, 6), NO_START, np.int64),
        journal=np.zeros((64 * (links + 1), 5), np.int64),
        waiting=np.zeros(1 + (families if links else 0), np.int64),
        total=np.zeros(23, np.int64),
        rises=np.zeros(PROBE_MOVES, np.int64),
        heat=np.zeros(4, np.float64),
        best=np.full((shifts, most + 1), -1, np.int64),
        best_count=np.zeros(shifts, np.int64),
        best_start=np.full(links, NO_START, np.int64),
        mark=np.zeros(shifts, np.int64),
        asked=np.zeros(shifts, np.int64),
        memory=np.full((_memory_slots(shifts * nodes), 4), -1, np.int64),
        dial=dial_values(dials or {}),
        touched=np.zeros(shifts, np.int64),
        moved=np.zeros(max(1, nodes), np.int64),
        key=np.zeros(max(1, nodes), np.int64),
        times=np.zeros((most + 3, 3), np.int64),
        spot=np.zeros((most + 3, 4), np.int64),
        trial=np.full(most + 3, -1, np.int64),
        held=np.zeros(most + 3, np.int64),
        walked=np.zeros(int(arrays.rates[R_PARTS] + arrays.rates[R_QUANTITIES]), np.int64),
        offer=np.zeros((shifts, 5), np.int64),
        picked=np.zeros((largest, 2), np.int64),
        tried=np.zeros((largest, 2), np.int64),
        starts=np.zeros(16, np.int64),
        table=np.zeros((3, MOST_REGRETTED, min(shifts, MOST_ASKED)), np.int64),
        rows=np.zeros(MOST_REGRETTED, np.int64),
        pool=np.full((pool_size, most + 1), -1, np.int64),
        pool_info=np.zeros((pool_size, 4), np.int64),
        pool_seen=np.zeros(1 << 16, np.int64),
    )
    state.route[:, C_STOP], state.route[:, C_EMPTY] = -1, 1
    state.total[T_EMPTY] = shifts
    state.link[:, L_CENTS] = 0
    state.worker[:, W_BOOKED] = 1
    for owner in range(len(arrays.owner)):
        state.total[T_LOAD] += load_cents(arrays, owner, 0)
    state.total[T_ABSENT] = len(heads)
    state.total[T_ABSENT_CENTS] = arrays.visit[heads, V_PRICE].sum()
    own_ways = arrays.shift[:, S_SPECIAL] == 1
    state.total[T_PICKUP] = NEVER if own_ways.any() else arrays.shift[:, S_PICKUP_DAY].max(initial=0)
    state.total[T_RANDOM] = _scrambled(seed)
    state.total[T_BEST] = IMPOSSIBLE
    return state


def _memory_slots(pairs: int) -> int:
    """Return the number of slots for so many pairs of visit and shift: a power of two, bounded."""
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
    np.fill_diagonal(to_next[:, :orders], NO_WAY_S)
    spans = arrays.shift[:, S_RETURN_LIMIT] - arrays.shift[:, S_DEPART]
    span = int(np.minimum(spans, arrays.shift[:, S_MAX_DUTY]).max())
    shortest = np.sort((able + to_next.min(axis=1))[arrays.visit[:orders, V_CREW] == 1])
    crews = int((arrays.visit[:orders, V_CREW] > 1).sum())
    fits = int(np.searchsorted(np.cumsum(shortest), max(0, span), side="right")) + crews
    limit = int(arrays.shift[:, S_MAX_VISITS].max())
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
def place_of(state, visit):
    """Return where a planned visit stands in its route."""
    seq, position = state.seq[state.shift_of[visit]], 0
    while seq[position] != visit:
        position += 1
    return position


@kernel
def load_cents(arrays, owner, work):
    """Return what a technician's load costs by the rule book: its square above the share of the contracted time."""
    divisor = arrays.rates[R_LOAD_DIVISOR]
    if divisor == 0 or arrays.owner[owner, O_STAFF] == 0:
        return 0
    above = max(0, work + arrays.owner[owner, O_OFFSET])
    return above * above // (divisor * arrays.owner[owner, O_DAYS])


@kernel
def spread_cents(arrays, work, squares):
    """Return what uneven work costs on the benchmark days, from the sum of work and of its squares, in seconds."""
    staff = arrays.rates[R_STAFF]
    if arrays.rates[R_SPREAD] == 0 or staff == 0:
        return 0
    return arrays.rates[R_SPREAD] * (staff * squares - work * work) // 3600 // staff // 100


@kernel
def more_load_cents(arrays, state, shift_idx, work):
    """Return by how much everybody's load gets dearer when a route takes so many seconds of work more."""
    owner = arrays.shift[shift_idx, S_OWNER]
    if arrays.owner[owner, O_STAFF] == 0:
        return 0
    before = state.worker[owner, W_WORK]
    now, books, squares = before + work, state.total[T_WORK], state.total[T_WORK_SQUARES]
    cents = load_cents(arrays, owner, now) - load_cents(arrays, owner, before)
    if arrays.rates[R_SPREAD] > 0:
        cents += spread_cents(arrays, books + work, squares + now * now - before * before)
        cents -= spread_cents(arrays, books, squares)
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
    """Return the plan's cost: routes, load, spread, longest lateness, and absent visits at their true price."""
    total = state.total
    spread = spread_cents(arrays, total[T_WORK], total[T_WORK_SQUARES])
    worst = per_minute(arrays.rates[R_LATE_WORST], total[T_WORST])
    return total[T_CENTS] + total[T_LOAD] + spread + worst + total[T_ABSENT_CENTS]
