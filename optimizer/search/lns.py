"""The loop: ruin, recreate, accept. One chunk of moves per call, all state in arrays, so that chunks change nothing."""

from __future__ import annotations

from optimizer.arrays import V_ABLE, V_PRICE, V_SERVICE, V_WINDOWS
from optimizer.jit import inlined, kernel
from optimizer.search.accept import is_accepted
from optimizer.search.insertion import insert_where_cheapest
from optimizer.search.ruin import ruin
from optimizer.search.schedule import IMPOSSIBLE
from optimizer.search.state import (
    C_CENTS,
    C_COUNT,
    C_SERVICE,
    C_TRAVEL,
    PRICE_ONE,
    T_ABSENT,
    T_ABSENT_CENTS,
    T_ABSENT_PRICE,
    T_BEST,
    T_CENTS,
    T_MOVES,
    T_POOLED,
    T_RISE,
    T_RISES,
    T_TOUCHED,
    draw,
    forget_touched,
    guided_cents,
    guided_price,
    keep_best,
    load_routes,
    true_cents,
    undo,
)

#: How many absent visits a move tries again, beside those it took out.
RETRIED = 12
#: Guided prices: reviewed every so many moves, raised and lowered by these percentages, capped at this factor.
#: Caps of 2, 4 and 8 were 2 to 15 % worse on the benchmark days: the search then stays far from any good true cost.
REVIEW_MOVES = 500
RAISE_PCT = 10
LOWER_PCT = 10
DEAREST = 3 * PRICE_ONE // 2


@kernel
def run_moves(arrays, state, moves):
    """Make so many moves. Everything that matters between two calls is in `state`."""
    total = state.total
    for _ in range(moves):
        before = guided_cents(arrays, state)
        seed = ruin(arrays, state)
        count = gather(state)
        sort_moved(arrays, state, count)
        for n in range(count):
            visit = state.moved[n]
            insert_where_cheapest(arrays, state, visit, guided_price(arrays, state, visit), True)
        after = guided_cents(arrays, state)
        if before < after < before + arrays.visit[seed, V_PRICE]:
            total[T_RISE] += after - before
            total[T_RISES] += 1
        if total[T_CENTS] < IMPOSSIBLE and is_accepted(state, before, after):
            cents = true_cents(arrays, state)
            if cents < total[T_BEST]:
                keep_best(arrays, state)
                pool_all(state)
            elif cents < total[T_BEST] + total[T_BEST] // 100:
                for n in range(total[T_TOUCHED]):
                    pool_route(state, state.touched[n])
            forget_touched(state)
        else:
            undo(arrays, state)
        total[T_MOVES] += 1
        if total[T_MOVES] % REVIEW_MOVES == 0:
            review_prices(arrays, state)


@kernel
def gather(state):
    """List the visits to insert: all if few are absent, else those taken out and a dozen of the others."""
    absent = state.total[T_ABSENT]
    count = 0
    # The visits this move took out are the last on the list of absent ones; older ones come before them.
    older = absent - removed_now(state)
    for n in range(older, absent):
        state.moved[count] = state.absent[n]
        count += 1
    if older <= RETRIED:
        for n in range(older):
            state.moved[count] = state.absent[n]
            count += 1
        return count
    offset = draw(state, older)
    for n in range(RETRIED):
        state.moved[count] = state.absent[(offset + n) % older]
        count += 1
    return count


@inlined
def removed_now(state):
    """Return how many visits the present move took out of its touched routes."""
    count = 0
    for n in range(state.total[T_TOUCHED]):
        shift_idx = state.touched[n]
        count += state.kept_count[shift_idx] - state.route[shift_idx, C_COUNT]
    return count


@kernel
def sort_moved(arrays, state, count):
    """Order the visits to insert by one of six keys, drawn; ties go to the smaller index."""
    drawn = draw(state, 16)
    for n in range(count):
        visit = state.moved[n]
        if drawn < 4:
            key = draw(state, 1 << 20)
        elif drawn < 8:
            key = -guided_price(arrays, state, visit)
        elif drawn < 10:
            key = -arrays.visit[visit, V_SERVICE]
        elif drawn < 12:
            key = arrays.windows[visit, 0, 0]
        elif drawn < 14:
            key = arrays.windows[visit, arrays.visit[visit, V_WINDOWS] - 1, 1]
        else:
            key = arrays.visit[visit, V_ABLE]
        state.key[n] = key
    for n in range(1, count):
        visit, key = state.moved[n], state.key[n]
        m = n - 1
        while m >= 0 and (state.key[m] > key or (state.key[m] == key and state.moved[m] > visit)):
            state.moved[m + 1] = state.moved[m]
            state.key[m + 1] = state.key[m]
            m -= 1
        state.moved[m + 1] = visit
        state.key[m + 1] = key


@kernel
def review_prices(arrays, state):
    """Raise the guided price of absent visits, let that of served ones fall back (DESIGN §4, over-subscribed days)."""
    total = state.total
    total[T_ABSENT_PRICE] = 0
    for visit in range(arrays.visit.shape[0]):
        if state.shift_of[visit] < 0:
            state.factor[visit] = min(DEAREST, state.factor[visit] * (100 + RAISE_PCT) // 100)
            total[T_ABSENT_PRICE] += guided_price(arrays, state, visit)
        elif state.factor[visit] > PRICE_ONE:
            state.factor[visit] = max(PRICE_ONE, state.factor[visit] * (100 - LOWER_PCT) // 100)


@kernel
def pool_all(state):
    """Put every route of the present plan into the pool."""
    for shift_idx in range(state.seq.shape[0]):
        pool_route(state, shift_idx)


@kernel
def pool_route(state, shift_idx):
    """Put one route into the pool, unless it is full or has seen the route; routes' costs leave out their spread."""
    count = state.route[shift_idx, C_COUNT]
    size = state.total[T_POOLED]
    if count == 0 or size >= state.pool.shape[0]:
        return
    print_ = shift_idx + 1
    for k in range(count):
        print_ = (print_ * 1_000_003 + state.seq[shift_idx, k] + 1) & 0x7FFFFFFFFFFF
    slot = print_ % state.pool_seen.shape[0]
    if state.pool_seen[slot] == print_:
        return
    state.pool_seen[slot] = print_
    for k in range(count):
        state.pool[size, k] = state.seq[shift_idx, k]
    state.pool_info[size, 0] = shift_idx
    state.pool_info[size, 1] = count
    state.pool_info[size, 2] = state.route[shift_idx, C_CENTS]
    state.pool_info[size, 3] = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
    state.total[T_POOLED] += 1


@kernel
def settle(arrays, state):
    """Close what was done to the routes outside a move, and keep them if they are the best."""
    forget_touched(state)
    if state.total[T_CENTS] < IMPOSSIBLE and true_cents(arrays, state) < state.total[T_BEST]:
        keep_best(arrays, state)
        pool_all(state)


@kernel
def construct(arrays, state, seqs, counts, order, first, last):
    """Insert a stretch of all visits into the present routes; the first call loads the given routes.

    Parameters
    ----------
    seqs, counts : int32 (n_shifts, any), int64 (n_shifts,)
        Routes to start from, loaded when `first` is 0.
    order : int64 (n_visits,)
        Visits in the order of insertion.
    first, last : int
        Which part of that order to do, so that a large problem is built in several calls.
    """
    visits = arrays.visit.shape[0]
    if first == 0:
        load_routes(arrays, state, seqs, counts)
    for n in range(first, min(last, visits)):
        visit = order[n]
        if state.shift_of[visit] < 0:
            insert_where_cheapest(arrays, state, visit, arrays.visit[visit, V_PRICE], False)
    forget_touched(state)
    if last >= visits:
        settle(arrays, state)


@kernel
def forget_prices(arrays, state):
    """Let every guided price be the true one again."""
    for visit in range(arrays.visit.shape[0]):
        state.factor[visit] = PRICE_ONE
    state.total[T_ABSENT_PRICE] = state.total[T_ABSENT_CENTS]
