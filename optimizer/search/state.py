"""The routes that a search is changing, their books, and the four gestures of a move: touch, take out, put in, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.arrays import (
    NO_WAY_S,
    R_EXACT,
    R_LOAD_DIVISOR,
    R_SPREAD,
    R_STAFF,
    R_TRAVEL,
    S_AT_HOME,
    S_DAY_CENTS,
    S_DEPART,
    S_END_NODE,
    S_LOAD_OFFSET,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_STAFF,
    S_START_NODE,
    V_FIXED,
    V_PRICE,
)
from optimizer.jit import inlined, kernel
from optimizer.search.passes import A_CENTS, B_LEG, FRONT, look_ahead, look_behind
from optimizer.search.schedule import IMPOSSIBLE, per_minute, time_route

if TYPE_CHECKING:
    from optimizer.arrays import IntArray, ProblemArrays, ShortArray

# Columns of `State.route`.
C_COUNT, C_CENTS, C_TRAVEL, C_SERVICE, C_EXTRA, C_TIME, C_TOUCHED, C_MARK = range(8)
# Entries of `State.total`.
(
    T_CENTS,
    T_WORK,
    T_WORK_SQUARES,
    T_ABSENT,
    T_ABSENT_CENTS,
    T_ABSENT_PRICE,
    T_RANDOM,
    T_BEST,
    T_MOVES,
    T_TOUCHED,
    T_POOLED,
    T_STAMP,
    T_RISE,
    T_RISES,
) = range(14)
#: Guided prices are `price * factor // PRICE_ONE`.
PRICE_ONE = 1024


class State(NamedTuple):
    """One search's routes and books. All arrays are changed in place.

    Parameters
    ----------
    seq : int32 (n_shifts, most + 1)
        Visits of each route in driving order; `route[:, C_COUNT]` of them count.
    route : int64 (n_shifts, 8)
        Columns `C_*`: count, cents of the whole route, seconds of travel and service, cents by assignment and by
        timing, whether this move touched it, mark of the last look.
    ahead, behind : int64 (n_shifts, most + 2, ...)
        Columns `A_*` per place left, `B_*` per place reached.
    shift_of : int64 (n_visits,)
        Shift that serves each visit, -1 for an absent one.
    absent, absent_at : int64 (n_visits,)
        The absent visits (the first `total[T_ABSENT]`), and where each stands in that list.
    factor : int64 (n_visits,)
        Guided price factor of each visit, `PRICE_ONE` for the true price.
    used : int64 (n_rows,)
        Stock rows as used.
    total : int64 (14,)
        Entries `T_*`: cents of the routes and their spread, books of fairness and absence, random state, counters.
    heat : float64 (3,)
        Temperature in cents, its factor per move, its floor.
    best, best_count : int32, int64
        The best routes by true cost.
    kept, kept_count, touched : int32, int64, int64
        Routes as they were before the present move, and which ones the move touched.
    moved : int64 (n_visits,)
        The visits to insert in the present move.
    key : int64 (n_visits,)
        Their sort keys.
    times : int64 (most + 2, 3)
        Scratch of the timing.
    trial : int32 (most + 2,)
        Scratch of an insertion that is timed in full.
    pool, pool_info : int32 (size, most + 1), int64 (size, 4)
        Good routes found since the last reading: visits; shift, count, cents, work.
    pool_seen : int64 (slots,)
        Fingerprints of pooled routes.
    """

    seq: ShortArray
    route: IntArray
    ahead: IntArray
    behind: IntArray
    shift_of: IntArray
    absent: IntArray
    absent_at: IntArray
    factor: IntArray
    used: IntArray
    total: IntArray
    heat: np.ndarray
    best: ShortArray
    best_count: IntArray
    kept: ShortArray
    kept_count: IntArray
    touched: IntArray
    moved: IntArray
    key: IntArray
    times: IntArray
    trial: ShortArray
    pool: ShortArray
    pool_info: IntArray
    pool_seen: IntArray


def make_state(arrays: ProblemArrays, seed: int, pool_size: int = 4_096) -> State:
    """Allocate the state of one search: every route empty, every visit absent."""
    shifts, visits = arrays.duration.shape
    most = longest_route(arrays)
    state = State(
        seq=np.full((shifts, most + 1), -1, np.int32),
        route=np.zeros((shifts, 8), np.int64),
        ahead=np.zeros((shifts, most + 2, A_CENTS + FRONT), np.int64),
        behind=np.zeros((shifts, most + 2, 6), np.int64),
        shift_of=np.full(visits, -1, np.int64),
        absent=np.arange(visits, dtype=np.int64),
        absent_at=np.arange(visits, dtype=np.int64),
        factor=np.full(visits, PRICE_ONE, np.int64),
        used=np.zeros(len(arrays.row_cap), np.int64),
        total=np.zeros(14, np.int64),
        heat=np.zeros(3, np.float64),
        best=np.full((shifts, most + 1), -1, np.int32),
        best_count=np.zeros(shifts, np.int64),
        kept=np.full((shifts, most + 1), -1, np.int32),
        kept_count=np.zeros(shifts, np.int64),
        touched=np.zeros(shifts, np.int64),
        moved=np.zeros(max(1, visits), np.int64),
        key=np.zeros(max(1, visits), np.int64),
        times=np.zeros((most + 2, 3), np.int64),
        trial=np.full(most + 2, -1, np.int32),
        pool=np.full((pool_size, most + 1), -1, np.int32),
        pool_info=np.zeros((pool_size, 4), np.int64),
        pool_seen=np.zeros(1 << 16, np.int64),
    )
    prices = arrays.visit[:, V_PRICE].sum() if visits else 0
    state.total[T_ABSENT] = visits
    state.total[T_ABSENT_CENTS] = state.total[T_ABSENT_PRICE] = prices
    state.total[T_RANDOM] = _scrambled(seed)
    state.total[T_BEST] = IMPOSSIBLE
    return state


def longest_route(arrays: ProblemArrays) -> int:
    """Return a number of visits that no route can exceed: the shortest services back to back in the longest shift."""
    shifts, visits = arrays.duration.shape
    if not shifts or not visits:
        return 1
    able = np.where(arrays.duration >= 0, arrays.duration, np.iinfo(np.int32).max).min(axis=0).astype(np.int64)
    to_next = arrays.travel[:, :visits, :].min(axis=0).astype(np.int64)
    np.fill_diagonal(to_next[:, :visits], NO_WAY_S)
    span = int((arrays.shift[:, S_RETURN_LIMIT] - arrays.shift[:, S_DEPART]).max())
    shortest = np.sort(able + to_next.min(axis=1))
    fits = int(np.searchsorted(np.cumsum(shortest), max(0, span), side="right"))
    limit = int(arrays.shift[:, S_MAX_VISITS].max())
    return int(max(1, min(visits, fits + 1, limit)))


def _scrambled(seed: int) -> int:
    """Turn any seed into a non-zero 32-bit random state, near seeds into far ones."""
    state = (seed * 0x9E3779B1 + 0x7F4A7C15) & 0xFFFFFFFF
    state ^= state >> 15
    return int(state * 0x85EBCA6B & 0xFFFFFFFF) or 1


@inlined
def draw(state, limit):
    """Return a random integer from 0 to limit - 1, by a masked 32-bit xorshift (Marsaglia 2003)."""
    x = state.total[T_RANDOM]
    x ^= (x << 13) & 0xFFFFFFFF
    x ^= x >> 17
    x ^= (x << 5) & 0xFFFFFFFF
    state.total[T_RANDOM] = x
    return (x * limit) >> 32


# --- costs that are not timing ----------------------------------------------------------------------------------


@inlined
def load_cents(arrays, shift_idx, work):
    """Return what a technician's load costs by the rule book: its square above the share of the contracted time."""
    divisor = arrays.rates[R_LOAD_DIVISOR]
    if divisor == 0 or arrays.shift[shift_idx, S_STAFF] == 0:
        return 0
    above = max(0, work + arrays.shift[shift_idx, S_LOAD_OFFSET])
    return above * above // divisor


@inlined
def spread_cents(arrays, work, squares):
    """Return what uneven work costs on the benchmark days, from the sum of work and of its squares, in seconds."""
    staff = arrays.rates[R_STAFF]
    if arrays.rates[R_SPREAD] == 0 or staff == 0:
        return 0
    return arrays.rates[R_SPREAD] * (staff * squares - work * work) // 3600 // staff // 100


@inlined
def route_cents(arrays, shift_idx, count, travel, service, extra, timing):
    """Return everything that a route costs by itself."""
    cents = per_minute(arrays.rates[R_TRAVEL], travel) + extra + timing
    if count > 0:
        cents += arrays.shift[shift_idx, S_DAY_CENTS] + per_minute(
            arrays.shift[shift_idx, S_MINUTE_CENTS], travel + service
        )
    return cents + load_cents(arrays, shift_idx, travel + service)


@kernel
def refresh(arrays, state, shift_idx):
    """Bring all that is derived from a route's visits up to date, and the totals with it."""
    profile = arrays.shift[shift_idx, S_PROFILE]
    seq = state.seq[shift_idx]
    count = state.route[shift_idx, C_COUNT]
    on_road, in_service, extra, longest = 0, 0, 0, 0
    here = arrays.shift[shift_idx, S_START_NODE]
    for k in range(count + 1):
        if k == count and count == 0:
            break
        node = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        leg = arrays.travel[profile, here, node]
        state.behind[shift_idx, k, B_LEG] = leg
        on_road += leg
        longest = max(longest, leg)
        here = node
        if k < count:
            in_service += arrays.duration[shift_idx, node]
            extra += arrays.extra[shift_idx, node]
    timing = look_ahead(arrays, shift_idx, seq, count, state.ahead[shift_idx])
    look_behind(arrays, shift_idx, seq, count, state.behind[shift_idx])
    if arrays.rates[R_EXACT] == 1:
        timing, _ = time_route(arrays, shift_idx, seq, count, state.times)
    broken = (
        timing >= IMPOSSIBLE or longest > arrays.shift[shift_idx, S_MAX_LEG] or longest >= NO_WAY_S
        or on_road > arrays.shift[shift_idx, S_MAX_TRAVEL] or count > arrays.shift[shift_idx, S_MAX_VISITS]
    )  # fmt: skip
    if broken:
        timing = IMPOSSIBLE
    total = state.total
    if arrays.shift[shift_idx, S_STAFF] == 1:
        before = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
        work = on_road + in_service
        total[T_WORK] += work - before
        total[T_WORK_SQUARES] += work * work - before * before
    cents = route_cents(arrays, shift_idx, count, on_road, in_service, extra, timing)
    total[T_CENTS] += cents - state.route[shift_idx, C_CENTS]
    state.route[shift_idx, C_CENTS] = cents
    (
        state.route[shift_idx, C_TRAVEL],
        state.route[shift_idx, C_SERVICE],
        state.route[shift_idx, C_EXTRA],
        state.route[shift_idx, C_TIME],
    ) = on_road, in_service, extra, timing


@inlined
def true_cents(arrays, state):
    """Return the plan's cost: routes, spread, and absent visits at their true price."""
    total = state.total
    return total[T_CENTS] + spread_cents(arrays, total[T_WORK], total[T_WORK_SQUARES]) + total[T_ABSENT_CENTS]


@inlined
def guided_cents(arrays, state):
    """Return the cost that the search accepts on: absent visits at their guided price."""
    total = state.total
    return total[T_CENTS] + spread_cents(arrays, total[T_WORK], total[T_WORK_SQUARES]) + total[T_ABSENT_PRICE]


# --- taking visits out and putting them in ----------------------------------------------------------------------


@inlined
def guided_price(arrays, state, visit):
    """Return the present search price of leaving a visit out."""
    return arrays.visit[visit, V_PRICE] * state.factor[visit] // PRICE_ONE


@inlined
def make_absent(arrays, state, visit):
    """Put a visit that left its route on the list of absent ones, and free its stock."""
    total = state.total
    shift_idx = state.shift_of[visit]
    for entry in range(arrays.row_first[visit], arrays.row_first[visit + 1]):
        row = arrays.row_of[entry]
        if arrays.row_home[row] == 0 or arrays.shift[shift_idx, S_AT_HOME] == 1:
            state.used[row] -= arrays.row_use[entry]
    state.shift_of[visit] = -1
    state.absent[total[T_ABSENT]] = visit
    state.absent_at[visit] = total[T_ABSENT]
    total[T_ABSENT] += 1
    total[T_ABSENT_CENTS] += arrays.visit[visit, V_PRICE]
    total[T_ABSENT_PRICE] += guided_price(arrays, state, visit)


@inlined
def make_present(arrays, state, visit, shift_idx):
    """Take a visit that joined a route off the list of absent ones, and use its stock."""
    total = state.total
    for entry in range(arrays.row_first[visit], arrays.row_first[visit + 1]):
        row = arrays.row_of[entry]
        if arrays.row_home[row] == 0 or arrays.shift[shift_idx, S_AT_HOME] == 1:
            state.used[row] += arrays.row_use[entry]
    state.shift_of[visit] = shift_idx
    total[T_ABSENT] -= 1
    last = state.absent[total[T_ABSENT]]
    state.absent[state.absent_at[visit]] = last
    state.absent_at[last] = state.absent_at[visit]
    total[T_ABSENT_CENTS] -= arrays.visit[visit, V_PRICE]
    total[T_ABSENT_PRICE] -= guided_price(arrays, state, visit)


@inlined
def has_stock(arrays, state, visit, shift_idx):
    """Say whether the parts of a visit are there for this technician."""
    for entry in range(arrays.row_first[visit], arrays.row_first[visit + 1]):
        row = arrays.row_of[entry]
        if arrays.row_home[row] == 0 or arrays.shift[shift_idx, S_AT_HOME] == 1:
            if state.used[row] + arrays.row_use[entry] > arrays.row_cap[row]:
                return False
    return True


@inlined
def touch(state, shift_idx):
    """Keep a route as it is before the present move changes it for the first time."""
    if state.route[shift_idx, C_TOUCHED] == 1:
        return
    state.route[shift_idx, C_TOUCHED] = 1
    count = state.route[shift_idx, C_COUNT]
    state.kept_count[shift_idx] = count
    for k in range(count):
        state.kept[shift_idx, k] = state.seq[shift_idx, k]
    state.touched[state.total[T_TOUCHED]] = shift_idx
    state.total[T_TOUCHED] += 1


@kernel
def put_in(arrays, state, shift_idx, position, visit):
    """Insert an absent visit into a route at a position."""
    touch(state, shift_idx)
    seq = state.seq[shift_idx]
    for k in range(state.route[shift_idx, C_COUNT], position, -1):
        seq[k] = seq[k - 1]
    seq[position] = visit
    state.route[shift_idx, C_COUNT] += 1
    make_present(arrays, state, visit, shift_idx)
    refresh(arrays, state, shift_idx)


@inlined
def take_out(arrays, state, shift_idx, first, length):
    """Take a string of visits out of a route, the fixed prefix excepted; the caller refreshes the route."""
    touch(state, shift_idx)
    seq = state.seq[shift_idx]
    count, kept = state.route[shift_idx, C_COUNT], 0
    for k in range(count):
        visit = seq[k]
        if first <= k < first + length and arrays.visit[visit, V_FIXED] == 0:
            make_absent(arrays, state, visit)
        else:
            seq[kept] = visit
            kept += 1
    state.route[shift_idx, C_COUNT] = kept


@kernel
def undo(arrays, state):
    """Restore every touched route as it was before the present move."""
    total = state.total
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        for k in range(state.route[shift_idx, C_COUNT]):
            make_absent(arrays, state, state.seq[shift_idx, k])
        state.route[shift_idx, C_COUNT] = 0
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        count = state.kept_count[shift_idx]
        for k in range(count):
            state.seq[shift_idx, k] = state.kept[shift_idx, k]
            make_present(arrays, state, state.kept[shift_idx, k], shift_idx)
        state.route[shift_idx, C_COUNT] = count
        refresh(arrays, state, shift_idx)
    forget_touched(state)


@kernel
def forget_touched(state):
    """Close the present move: its routes count as untouched."""
    for n in range(state.total[T_TOUCHED]):
        state.route[state.touched[n], C_TOUCHED] = 0
    state.total[T_TOUCHED] = 0


@kernel
def load_routes(arrays, state, seqs, counts):
    """Replace all routes by the given ones (int32 (n_shifts, any), int64 (n_shifts,)) and refresh everything."""
    for shift_idx in range(arrays.shift.shape[0]):
        for k in range(state.route[shift_idx, C_COUNT]):
            make_absent(arrays, state, state.seq[shift_idx, k])
        state.route[shift_idx, C_COUNT] = 0
    for shift_idx in range(arrays.shift.shape[0]):
        for k in range(counts[shift_idx]):
            state.seq[shift_idx, k] = seqs[shift_idx, k]
            make_present(arrays, state, seqs[shift_idx, k], shift_idx)
        state.route[shift_idx, C_COUNT] = counts[shift_idx]
        refresh(arrays, state, shift_idx)
    forget_touched(state)


@kernel
def keep_best(arrays, state):
    """Remember the present routes as the best."""
    for shift_idx in range(arrays.shift.shape[0]):
        count = state.route[shift_idx, C_COUNT]
        state.best_count[shift_idx] = count
        for k in range(count):
            state.best[shift_idx, k] = state.seq[shift_idx, k]
    state.total[T_BEST] = true_cents(arrays, state)
