"""The loop: ruin, recreate, accept. One chunk of moves per call, all state in arrays, so that chunks change nothing."""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    FORBIDDEN,
    R_SYNCED,
    R_VISITS,
    V_ABLE,
    V_CLOSES,
    V_FIXED,
    V_HEAD,
    V_OPENS,
    V_PRICE,
    V_SERVICE,
    V_SYNCED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.accept import cool, threshold
from optimizer.engine.search.district import enter_district
from optimizer.engine.search.insertion import best_position, insert_at
from optimizer.engine.search.journal import forget_touched
from optimizer.engine.search.light import propose_light
from optimizer.engine.search.parameters import PARAM_FORCED, PARAM_LIGHT, PARAM_REGRET, PARAM_RETRIED
from optimizer.engine.search.regret import insert_by_regret, least_total_cents, pending_cents
from optimizer.engine.search.route_edits import assign, keep_best, refresh, reset_sync, unassign, undo
from optimizer.engine.search.ruin import remove_visits
from optimizer.engine.search.shared_resources import is_used_up, return_replayed
from optimizer.engine.search.state import (
    C_CENTS,
    C_COUNT,
    C_SERVICE,
    C_TRAVEL,
    MOST_REGRETTED,
    POOL_CENTS,
    POOL_COUNT,
    POOL_SHIFT,
    POOL_WORK,
    T_BEST,
    T_CENTS,
    T_INCOMPLETE,
    T_INFEASIBLE,
    T_MOVES,
    T_POOLED,
    T_PROBING,
    T_TOUCHED,
    T_UNASSIGNED,
    T_UNASSIGNED_CENTS,
    T_UNASSIGNED_CENTS_BEFORE,
    T_UPHILL,
    draw,
    true_cents,
)
from optimizer.engine.search.synchronization import insert_visit, resynchronize, synchronize_all

#: How many light moves precede a move that begins with them (`PARAM_LIGHT`).
LIGHT_BUNDLE = 20
#: Around so many visits of a day that a move opens others are tried for it.
FILLED_AROUND = 10
#: Percent of the moves around an assigned visit that try all visits together, earlier unassigned ones among them.
ALL_TRIED_PCT = 5
#: How often a first plan tries a crew of a started prefix, at other drawn moments each time: once a later visit of the
#: prefix is in, which never leaves again, it may be too late for it.
FIXED_TRIES = 20


@kernel
def run_moves(arrays, state, moves):
    """Make a number of moves. Everything that matters between two calls is in `state`."""
    for _ in range(moves):
        enter_district(arrays, state)
        if draw(state, 100) < state.parameter[PARAM_LIGHT]:
            for _ in range(LIGHT_BUNDLE):
                move_lightly(arrays, state)
        limit = threshold(state, true_cents(arrays, state))
        before = propose(arrays, state, FORBIDDEN if state.total[T_PROBING] == 1 else limit)
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
    if is_whole and state.total[T_CENTS] < FORBIDDEN and after < limit:
        keep(arrays, state, after)
    else:
        undo(arrays, state)


@kernel
def propose(arrays, state, limit):
    """Ruin and recreate; return the cents before it. Insertion ends as soon as the plan cannot cost less than `limit`.

    Around an unassigned visit, who stays out may change: visits that were unassigned before are then tried together
    with those taken out, else only once all of these are back and the plan may still be kept.
    """
    total = state.total
    before, older = true_cents(arrays, state), total[T_UNASSIGNED]
    total[T_UNASSIGNED_CENTS_BEFORE], total[T_INFEASIBLE] = total[T_UNASSIGNED_CENTS], 0
    seed = remove_visits(arrays, state)
    count = gather(arrays, state, seed, older)
    own = total[T_UNASSIGNED] - older
    is_around_unassigned = was_unassigned(arrays, state, seed, older)
    if is_around_unassigned and draw(state, 100) < state.parameter[PARAM_FORCED]:
        if insert_visit(arrays, state, seed, np.int64(FORBIDDEN), True):
            fill_opened_day(arrays, state, seed)
    if is_around_unassigned or has_synced(arrays, state, count) or draw(state, 100) < ALL_TRIED_PCT:
        may_pay = insert_in_order(arrays, state, count, limit)
    else:
        may_pay = insert_removed(arrays, state, own, limit)
        for n in range(own, count if may_pay else own):
            insert_visit(arrays, state, state.to_insert[n], arrays.visit[state.to_insert[n], V_PRICE], True)
    if arrays.rates[R_SYNCED] == 1:
        if may_pay:
            resynchronize(arrays, state)
        else:
            # The bounds are not propagated: what is dropped half-way is not a plan.
            total[T_INFEASIBLE] = 1
    return before


@kernel
def fill_opened_day(arrays, state, seed):
    """Insert unassigned visits into a day that begins with one, where each costs less than its price.

    No visit by itself may be worth the way to its district, and many together may. Those near the first are tried,
    then those near the ends of the route, as long as it grows.
    """
    shift_idx, anchor, idle = state.shift_of[seed], seed, 0
    if state.route[shift_idx, C_COUNT] > 1 or arrays.visit[seed, V_SYNCED] == 1:
        return
    for turn in range(FILLED_AROUND):
        before = state.route[shift_idx, C_COUNT]
        for n in range(arrays.near.shape[1]):
            insert_into_day(arrays, state, shift_idx, np.int64(arrays.near[anchor, n]))
        count = state.route[shift_idx, C_COUNT]
        idle = idle + 1 if count == before else 0
        anchor = state.seq[shift_idx, count - 1 if turn % 2 == 0 else 0]
        if idle == 2 or anchor >= arrays.rates[R_VISITS]:
            return


@kernel
def insert_into_day(arrays, state, shift_idx, visit):
    """Insert a visit into one day, if it is unassigned, nobody waits for it, and it costs less than its price."""
    if state.shift_of[visit] >= 0 or arrays.visit[visit, V_SYNCED] == 1 or is_used_up(arrays, state, visit):
        return
    if arrays.terms[visit, shift_idx] == FORBIDDEN:
        return
    _, position = best_position(arrays, state, shift_idx, visit, arrays.visit[visit, V_PRICE], True)
    if position >= 0:
        insert_at(arrays, state, shift_idx, position, visit)


@kernel
def has_synced(arrays, state, count):
    """Return whether a synchronized visit is among the first `count` visits to insert."""
    is_synced = False
    for n in range(count):
        is_synced = is_synced or arrays.visit[state.to_insert[n], V_SYNCED] == 1
    return is_synced


@kernel
def insert_removed(arrays, state, own, limit):
    """Insert the visits that the move took out, by regret or in a drawn order; return whether the plan may be kept."""
    if own <= MOST_REGRETTED and draw(state, 100) < state.parameter[PARAM_REGRET]:
        return insert_by_regret(arrays, state, own, limit)
    return insert_in_order(arrays, state, own, limit)


@kernel
def insert_in_order(arrays, state, count, limit):
    """Insert the first `count` of `State.to_insert` in a drawn order; return whether the plan is below `limit`."""
    sort_to_insert(arrays, state, count)
    if arrays.rates[R_SYNCED] == 1:
        predecessors_first(arrays, state, count)
    pending = pending_cents(arrays, state, count)
    for n in range(count):
        visit = state.to_insert[n]
        if state.shift_of[visit] >= 0:
            continue
        budget = limit - least_total_cents(arrays, state, pending)
        if budget <= 0 or state.total[T_INFEASIBLE] == 1:
            return False
        insert_visit(arrays, state, visit, min(worth_inserting(arrays, state, visit), budget), True)
        pending -= arrays.visit[visit, V_PRICE]
    return true_cents(arrays, state) < limit


@kernel
def decide(arrays, state, before, limit):
    """Keep the proposed routes or undo them, and close the move."""
    total, after = state.total, true_cents(arrays, state)
    is_driving = total[T_UNASSIGNED_CENTS] == total[T_UNASSIGNED_CENTS_BEFORE]
    if is_driving and before < after < FORBIDDEN and total[T_UPHILL] < state.uphill_deltas.shape[0]:
        state.uphill_deltas[total[T_UPHILL]] = after - before
        total[T_UPHILL] += 1
    if total[T_CENTS] < FORBIDDEN and total[T_INFEASIBLE] == 0 and after < limit:
        total[T_INCOMPLETE] = 0
        keep(arrays, state, after)
    else:
        undo(arrays, state)
    cool(state)
    total[T_MOVES] += 1


@kernel
def keep(arrays, state, after):
    """Go on from the proposed routes; pool them if they are good, and keep them as the best if they are."""
    total = state.total
    if after < total[T_BEST]:
        keep_best(arrays, state)
        pool_all(state)
    elif after < total[T_BEST] + total[T_BEST] // 100:
        for n in range(total[T_TOUCHED]):
            pool_route(state, state.touched[n])
    forget_touched(state)


@kernel
def was_unassigned(arrays, state, visit, older):
    """Return whether a visit, or the lead of a crew, is one of the first `older` on the list of unassigned ones."""
    return state.shift_of[visit] < 0 and arrays.visit[visit, V_HEAD] == visit and state.unassigned_at[visit] < older


@kernel
def gather(arrays, state, seed, older):
    """List the visits to insert: those taken out, and some of the `older` unassigned ones: near the seed, else any."""
    unassigned, count = state.total[T_UNASSIGNED], 0
    # The visits that this move took out are the last on the list of unassigned ones.
    for n in range(older, unassigned):
        state.to_insert[count] = state.unassigned[n]
        count += 1
    if older <= state.parameter[PARAM_RETRIED]:
        for n in range(older):
            state.to_insert[count] = state.unassigned[n]
            count += 1
        return count
    own, most = count, count + state.parameter[PARAM_RETRIED]
    for n in range(-1, arrays.near.shape[1]):
        visit = seed if n < 0 else arrays.near[seed, n]
        if count == most:
            return count
        if was_unassigned(arrays, state, visit, older):
            state.to_insert[count] = visit
            count += 1
    near, offset = count, draw(state, older)
    for n in range(older):
        if count == most:
            return count
        visit = state.unassigned[(offset + n) % older]
        is_listed = False
        for m in range(own, near):
            is_listed = is_listed or state.to_insert[m] == visit
        if not is_listed:
            state.to_insert[count] = visit
            count += 1
    return count


@kernel
def predecessors_first(arrays, state, count):
    """Move each visit to insert behind the predecessors in the list; apart from that the order stays."""
    for n in range(count):
        while True:
            visit, position = state.to_insert[n], n
            for e in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
                for m in range(n + 1, count):
                    if state.to_insert[m] == arrays.entry[e, 0]:
                        position = max(position, m)
            if position == n:
                break
            for m in range(n, position):
                state.to_insert[m] = state.to_insert[m + 1]
            state.to_insert[position] = visit


@kernel
def worth_inserting(arrays, state, visit):
    """Return the cents below which a visit is inserted: its price, with those of unassigned followers."""
    price = arrays.visit[visit, V_PRICE]
    if arrays.visit[visit, V_SYNCED] == 1:
        for n in range(arrays.first[visit, E_LATER], arrays.first[visit + 1, E_LATER]):
            if state.shift_of[arrays.entry[n, 0]] < 0:
                price += arrays.visit[arrays.entry[n, 0], V_PRICE]
    return price


@kernel
def sort_to_insert(arrays, state, count):
    """Order the visits to insert by one of six keys, drawn; ties go to the smaller index."""
    drawn = draw(state, 16)
    for n in range(count):
        visit = state.to_insert[n]
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
        state.sort_key[n] = key
    for n in range(1, count):
        visit, key = state.to_insert[n], state.sort_key[n]
        m = n - 1
        while m >= 0 and (state.sort_key[m] > key or (state.sort_key[m] == key and state.to_insert[m] > visit)):
            state.to_insert[m + 1] = state.to_insert[m]
            state.sort_key[m + 1] = state.sort_key[m]
            m -= 1
        state.to_insert[m + 1] = visit
        state.sort_key[m + 1] = key


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
    fingerprint = shift_idx + 1
    for k in range(count):
        fingerprint = (fingerprint * 1_000_003 + state.seq[shift_idx, k] + 1) & 0x7FFFFFFFFFFF
    slot = fingerprint % state.pool_seen.shape[0]
    if state.pool_seen[slot] == fingerprint:
        return
    state.pool_seen[slot] = fingerprint
    for k in range(count):
        state.pool[size, k] = state.seq[shift_idx, k]
    state.pool_info[size, POOL_SHIFT] = shift_idx
    state.pool_info[size, POOL_COUNT] = count
    state.pool_info[size, POOL_CENTS] = state.route[shift_idx, C_CENTS]
    state.pool_info[size, POOL_WORK] = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
    state.total[T_POOLED] += 1


@kernel
def settle(arrays, state):
    """Close what was done to the routes outside a move, and keep them if they are the best."""
    forget_touched(state)
    is_whole = state.total[T_CENTS] < FORBIDDEN and state.total[T_INFEASIBLE] == 0
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
        Starts of synchronized visits in them.
    order : int64 (n_orders,)
        Visits in the order of insertion, predecessors first.
    first, last : int
        Which part of that order to do, so that a large problem is built in several calls.
    """
    if first == 0:
        load_routes(arrays, state, seqs, counts, starts)
    for n in range(first, min(last, order.shape[0])):
        visit = order[n]
        for _ in range(FIXED_TRIES if arrays.visit[visit, V_FIXED] > 0 else 1):
            if state.shift_of[visit] < 0:
                state.total[T_INFEASIBLE] = 0
                insert_visit(arrays, state, visit, worth_inserting(arrays, state, visit), False)
                if arrays.rates[R_SYNCED] == 1:
                    # It may have pushed synchronized visits of its route.
                    resynchronize(arrays, state)
                if state.total[T_INFEASIBLE] == 1 and state.total[T_INCOMPLETE] == 0:
                    undo(arrays, state)
            forget_touched(state)
    if last >= order.shape[0]:
        if arrays.rates[R_SYNCED] == 1:
            state.total[T_INFEASIBLE] = 0
            resynchronize(arrays, state)
            state.total[T_INCOMPLETE] = state.total[T_INFEASIBLE]
        settle(arrays, state)


@kernel
def load_routes(arrays, state, seqs, counts, starts):
    """Replace all routes by the given ones (int64 (n_shifts, any), (n_shifts,)) and refresh everything."""
    for shift_idx in range(arrays.shift.shape[0]):
        return_replayed(arrays, state, shift_idx)
        for k in range(state.route[shift_idx, C_COUNT]):
            visit = state.seq[shift_idx, k]
            unassign(arrays, state, visit)
            if arrays.visit[visit, V_SYNCED] == 1:
                reset_sync(arrays, state, visit, shift_idx)
        state.route[shift_idx, C_COUNT] = 0
    for shift_idx in range(arrays.shift.shape[0]):
        for k in range(counts[shift_idx]):
            state.seq[shift_idx, k] = seqs[shift_idx, k]
            assign(arrays, state, seqs[shift_idx, k], shift_idx)
        state.route[shift_idx, C_COUNT] = counts[shift_idx]
    for shift_idx in range(arrays.shift.shape[0]):
        refresh(arrays, state, shift_idx)
    if arrays.rates[R_SYNCED] == 1:
        synchronize_all(arrays, state, starts)
    forget_touched(state)
