"""The loop: ruin, recreate, accept. One chunk of moves per call, all state in arrays, so that chunks change nothing."""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    R_LINKS,
    V_ABLE,
    V_CLOSES,
    V_HEAD,
    V_LINKED,
    V_OPENS,
    V_PRICE,
    V_SERVICE,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.accept import cool, threshold
from optimizer.engine.search.dials import D_FORCED, D_LIGHT, D_REGRET, D_RETRIED
from optimizer.engine.search.gestures import (
    forget_touched,
    keep_best,
    make_absent,
    make_present,
    refresh,
    release,
    undo,
)
from optimizer.engine.search.light import propose_light
from optimizer.engine.search.links import insert_visit, relink, relink_all
from optimizer.engine.search.regret import put_back_by_regret
from optimizer.engine.search.ruin import remove_visits
from optimizer.engine.search.schedule import IMPOSSIBLE
from optimizer.engine.search.state import (
    C_CENTS,
    C_COUNT,
    C_SERVICE,
    C_TRAVEL,
    MOST_REGRETTED,
    T_ABSENT,
    T_ABSENT_BEFORE,
    T_ABSENT_CENTS,
    T_BEST,
    T_BROKEN,
    T_CENTS,
    T_HALF,
    T_MOVES,
    T_POOLED,
    T_PROBING,
    T_RISES,
    T_TOUCHED,
    draw,
    true_cents,
)
from optimizer.engine.search.store import unbook

#: A share of the moves, `D_LIGHT`, begins with so many light ones.
LIGHT_BUNDLE = 20
#: Of 100 moves around a planned visit, so many try all visits whatever the limit, older absent ones among them.
ALL_TRIED_PCT = 5


@kernel
def run_moves(arrays, state, moves):
    """Make so many moves. Everything that matters between two calls is in `state`."""
    for _ in range(moves):
        if draw(state, 100) < state.dial[D_LIGHT]:
            for _ in range(LIGHT_BUNDLE):
                move_lightly(arrays, state)
        limit = threshold(state, true_cents(arrays, state))
        before = propose(arrays, state, IMPOSSIBLE if state.total[T_PROBING] == 1 else limit)
        decide(arrays, state, before, limit)


@kernel
def move_lightly(arrays, state):
    """Make one light move: it counts neither as a move nor towards the cooling."""
    limit = threshold(state, true_cents(arrays, state))
    settle_lightly(arrays, state, propose_light(arrays, state, limit), limit)


@kernel
def settle_lightly(arrays, state, is_whole, limit):
    """Keep or undo a light move."""
    after = true_cents(arrays, state)
    if is_whole and state.total[T_CENTS] < IMPOSSIBLE and after < limit:
        keep(arrays, state, after)
    else:
        undo(arrays, state)


@kernel
def propose(arrays, state, limit):
    """Ruin and recreate; return the cents before it. Insertion ends as soon as the plan cannot cost less than `limit`.

    Around an absent visit, who stays out may change: older absent visits are then tried with those taken out, else only
    once all of these are back and the plan may still be kept.
    """
    total = state.total
    before, older = true_cents(arrays, state), total[T_ABSENT]
    total[T_ABSENT_BEFORE], total[T_BROKEN] = total[T_ABSENT_CENTS], 0
    seed = remove_visits(arrays, state)
    count = gather(arrays, state, seed, older)
    own = total[T_ABSENT] - older
    is_around_absent = is_older_absent(arrays, state, seed, older)
    if is_around_absent and draw(state, 100) < state.dial[D_FORCED]:
        insert_visit(arrays, state, seed, np.int64(IMPOSSIBLE), True)
    if is_around_absent or has_linked(arrays, state, count) or draw(state, 100) < ALL_TRIED_PCT:
        may_pay = put_back_in_order(arrays, state, count, limit)
    else:
        may_pay = put_back_own(arrays, state, own, limit)
        for n in range(own, count if may_pay else own):
            insert_visit(arrays, state, state.moved[n], arrays.visit[state.moved[n], V_PRICE], True)
    if arrays.rates[R_LINKS] == 1:
        if may_pay:
            relink(arrays, state)
        else:
            # The links are not settled: what is dropped half-way is no plan.
            total[T_BROKEN] = 1
    return before


@kernel
def has_linked(arrays, state, count):
    """Say whether a linked visit is among the first `count` visits to insert."""
    is_linked = False
    for n in range(count):
        is_linked = is_linked or arrays.visit[state.moved[n], V_LINKED] == 1
    return is_linked


@kernel
def put_back_own(arrays, state, own, limit):
    """Insert the visits that the move took out, by regret or in a drawn order; say whether the plan may be kept."""
    if own <= MOST_REGRETTED and draw(state, 100) < state.dial[D_REGRET]:
        return put_back_by_regret(arrays, state, own, limit)
    return put_back_in_order(arrays, state, own, limit)


@kernel
def put_back_in_order(arrays, state, count, limit):
    """Insert the first `count` visits to insert in a drawn order; say whether the plan may cost less than `limit`."""
    sort_moved(arrays, state, count)
    if arrays.rates[R_LINKS] == 1:
        predecessors_first(arrays, state, count)
    left = 0
    for n in range(count):
        if state.shift_of[state.moved[n]] < 0:
            left += arrays.visit[state.moved[n], V_PRICE]
    for n in range(count):
        visit = state.moved[n]
        if state.shift_of[visit] >= 0:
            continue
        # The visits still to come would cost nothing at best.
        budget = limit - (true_cents(arrays, state) - left)
        if budget <= 0 or state.total[T_BROKEN] == 1:
            return False
        insert_visit(arrays, state, visit, min(worth_inserting(arrays, state, visit), budget), True)
        left -= arrays.visit[visit, V_PRICE]
    return true_cents(arrays, state) < limit


@kernel
def decide(arrays, state, before, limit):
    """Keep the proposed routes or undo them, and close the move."""
    total, after = state.total, true_cents(arrays, state)
    is_driving = total[T_ABSENT_CENTS] == total[T_ABSENT_BEFORE]
    if is_driving and before < after < IMPOSSIBLE and total[T_RISES] < state.rises.shape[0]:
        state.rises[total[T_RISES]] = after - before
        total[T_RISES] += 1
    if total[T_CENTS] < IMPOSSIBLE and total[T_BROKEN] == 0 and after < limit:
        total[T_HALF] = 0
        keep(arrays, state, after)
    else:
        undo(arrays, state)
    cool(state)
    total[T_MOVES] += 1


@kernel
def keep(arrays, state, after):
    """Go on from the proposed routes; pool them where they are good, and note them where they are the best."""
    total = state.total
    if after < total[T_BEST]:
        keep_best(arrays, state)
        pool_all(state)
    elif after < total[T_BEST] + total[T_BEST] // 100:
        for n in range(total[T_TOUCHED]):
            pool_route(state, state.touched[n])
    forget_touched(state)


@kernel
def is_older_absent(arrays, state, visit, older):
    """Say whether a visit, or the lead of a crew, is one of the first `older` on the list of absent ones."""
    return state.shift_of[visit] < 0 and arrays.visit[visit, V_HEAD] == visit and state.absent_at[visit] < older


@kernel
def gather(arrays, state, seed, older):
    """List the visits to insert: those taken out, and of the `older` absent ones a few: near the seed, else any."""
    absent, count = state.total[T_ABSENT], 0
    # The visits this move took out are the last on the list of absent ones; older ones come before them.
    for n in range(older, absent):
        state.moved[count] = state.absent[n]
        count += 1
    if older <= state.dial[D_RETRIED]:
        for n in range(older):
            state.moved[count] = state.absent[n]
            count += 1
        return count
    own, most = count, count + state.dial[D_RETRIED]
    for n in range(-1, arrays.near.shape[1]):
        visit = seed if n < 0 else arrays.near[seed, n]
        if count == most:
            return count
        if is_older_absent(arrays, state, visit, older):
            state.moved[count] = visit
            count += 1
    near, offset = count, draw(state, older)
    for n in range(older):
        if count == most:
            return count
        visit = state.absent[(offset + n) % older]
        is_listed = False
        for m in range(own, near):
            is_listed = is_listed or state.moved[m] == visit
        if not is_listed:
            state.moved[count] = visit
            count += 1
    return count


@kernel
def predecessors_first(arrays, state, count):
    """Let no visit to insert stand before one that it has to follow; apart from that the order stays."""
    for n in range(count):
        while True:
            visit, place = state.moved[n], n
            for e in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
                for m in range(n + 1, count):
                    if state.moved[m] == arrays.entry[e, 0]:
                        place = max(place, m)
            if place == n:
                break
            for m in range(n, place):
                state.moved[m] = state.moved[m + 1]
            state.moved[place] = visit


@kernel
def worth_inserting(arrays, state, visit):
    """Return below which cents a visit is inserted: its price, with those of absent visits that wait for it."""
    price = arrays.visit[visit, V_PRICE]
    if arrays.visit[visit, V_LINKED] == 1:
        for n in range(arrays.first[visit, E_LATER], arrays.first[visit + 1, E_LATER]):
            if state.shift_of[arrays.entry[n, 0]] < 0:
                price += arrays.visit[arrays.entry[n, 0], V_PRICE]
    return price


@kernel
def sort_moved(arrays, state, count):
    """Order the visits to insert by one of six keys, drawn; ties go to the smaller index."""
    drawn = draw(state, 16)
    for n in range(count):
        visit = state.moved[n]
        if drawn < 4:
            key = draw(state, 1 << 20)
        elif drawn < 8:
            key = -arrays.visit[visit, V_PRICE]
        elif drawn < 10:
            key = -arrays.visit[visit, V_SERVICE]
        elif drawn < 12:
            key = arrays.visit[visit, V_OPENS]
        elif drawn < 14:
            key = arrays.visit[visit, V_CLOSES]
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
def pool_all(state):
    """Put every route of the present plan into the pool."""
    for shift_idx in range(state.best_count.shape[0]):
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
    is_whole = state.total[T_CENTS] < IMPOSSIBLE and state.total[T_BROKEN] == 0
    if is_whole and true_cents(arrays, state) < state.total[T_BEST]:
        keep_best(arrays, state)
        pool_all(state)


@kernel
def construct(arrays, state, seqs, counts, starts, order, first, last):
    """Insert a stretch of all visits into the present routes; the first call loads the given routes.

    Parameters
    ----------
    seqs, counts : int64 (n_shifts, any), (n_shifts,)
        Routes to start from, loaded when `first` is 0.
    starts : int64 (n_visits or 0,)
        Starts of linked visits in them.
    order : int64 (n_orders,)
        Visits in the order of insertion, predecessors first.
    first, last : int
        Which part of that order to do, so that a large problem is built in several calls.
    """
    if first == 0:
        load_routes(arrays, state, seqs, counts, starts)
    for n in range(first, min(last, order.shape[0])):
        visit = order[n]
        if state.shift_of[visit] < 0:
            state.total[T_BROKEN] = 0
            insert_visit(arrays, state, visit, worth_inserting(arrays, state, visit), False)
            if arrays.rates[R_LINKS] == 1:
                # It may have pushed linked visits of its route.
                relink(arrays, state)
            if state.total[T_BROKEN] == 1 and state.total[T_HALF] == 0:
                undo(arrays, state)
        forget_touched(state)
    if last >= order.shape[0]:
        if arrays.rates[R_LINKS] == 1:
            state.total[T_BROKEN] = 0
            relink(arrays, state)
            state.total[T_HALF] = state.total[T_BROKEN]
        settle(arrays, state)


@kernel
def load_routes(arrays, state, seqs, counts, starts):
    """Replace all routes by the given ones (int64 (n_shifts, any), (n_shifts,)) and refresh everything."""
    for shift_idx in range(arrays.shift.shape[0]):
        unbook(arrays, state, shift_idx)
        for k in range(state.route[shift_idx, C_COUNT]):
            visit = state.seq[shift_idx, k]
            make_absent(arrays, state, visit)
            if arrays.visit[visit, V_LINKED] == 1:
                release(arrays, state, visit, shift_idx)
        state.route[shift_idx, C_COUNT] = 0
    for shift_idx in range(arrays.shift.shape[0]):
        for k in range(counts[shift_idx]):
            state.seq[shift_idx, k] = seqs[shift_idx, k]
            make_present(arrays, state, seqs[shift_idx, k], shift_idx)
        state.route[shift_idx, C_COUNT] = counts[shift_idx]
    for shift_idx in range(arrays.shift.shape[0]):
        refresh(arrays, state, shift_idx)
    if arrays.rates[R_LINKS] == 1:
        relink_all(arrays, state, starts)
    forget_touched(state)
