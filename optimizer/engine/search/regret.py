"""Insertion by regret: first the visit whose second-best route costs most more than its best.

What every near route offers for every visit is kept in a table; after each insertion one route is asked again. The
memory of what unchanged routes offer (`insertion.py`) makes most of the table cheap. A visit that no route can take for
less than the move may still cost ends the move before any route is changed.

Potvin & Rousseau, "A parallel route building algorithm for the vehicle routing and scheduling problem with time
windows", EJOR 66(3), 1993; Ropke & Pisinger, Transportation Science 40(4), 2006, section 3.2.2.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import FORBIDDEN, NONE, S_REPLAYED, V_PRICE
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.branch_stop import stop_of
from optimizer.engine.search.insertion import KNOWN, best_position, insert_at, memory_state, recall, routes_to_ask
from optimizer.engine.search.shared_resources import draws_or_loads, has_room, has_room_at, is_used_up
from optimizer.engine.search.state import Y_CENTS, Y_POSITION, Y_SHIFT, true_cents

#: `State.rows` of a visit that is inserted or stays out.
DONE = -1


@kernel
def pending_cents(arrays, state, count):
    """Return the prices of those of the first `count` visits to insert that are still unassigned."""
    cents = 0
    for n in range(count):
        if state.shift_of[state.to_insert[n]] < 0:
            cents += arrays.visit[state.to_insert[n], V_PRICE]
    return cents


@kernel
def least_total_cents(arrays, state, pending):
    """Return what the plan costs at least: the visits still to insert, whose prices are `pending`, may add nothing."""
    return true_cents(arrays, state) - pending


@kernel
def insert_by_regret(arrays, state, count, limit):
    """Insert the first `count` of `State.to_insert`; return whether the plan may still cost less than `limit`."""
    pending, highest = pending_cents(arrays, state, count), 0
    for n in range(count):
        visit = state.to_insert[n]
        price, budget = arrays.visit[visit, V_PRICE], limit - least_total_cents(arrays, state, pending)
        if budget <= highest:
            return False
        least = ask_all(arrays, state, n, visit, min(price, budget))
        if least >= FORBIDDEN:
            # It stays out: its price counts.
            pending -= price
            state.rows[n] = DONE
        else:
            highest = max(highest, least)
    while True:
        pick, column, highest = choose(arrays, state, count)
        for n in range(count):
            if state.rows[n] == 0:
                pending -= arrays.visit[state.to_insert[n], V_PRICE]
                state.rows[n] = DONE
        if least_total_cents(arrays, state, pending) + highest >= limit:
            return False
        if pick < 0:
            return True
        visit, shift_idx = state.to_insert[pick], state.table[Y_SHIFT, pick, column]
        if not is_still_free(arrays, state, shift_idx, state.table[Y_POSITION, pick, column], visit):
            state.table[Y_CENTS, pick, column] = FORBIDDEN
            continue
        insert_at(arrays, state, shift_idx, state.table[Y_POSITION, pick, column], visit)
        state.rows[pick] = DONE
        pending -= arrays.visit[visit, V_PRICE]
        ask_again(arrays, state, count, shift_idx, limit - least_total_cents(arrays, state, pending))


@kernel
def ask_all(arrays, state, row, visit, bound):
    """Fill the row of a visit with what the routes near it offer below `bound`; return the least cents."""
    state.rows[row] = 0
    if is_used_up(arrays, state, visit):
        return FORBIDDEN
    asked, least = min(routes_to_ask(arrays, state, visit), state.table.shape[2]), FORBIDDEN
    for column in range(asked):
        state.table[Y_SHIFT, row, column] = state.asked[column]
    for column in range(asked):
        least = min(least, ask(arrays, state, row, column, visit, bound))
    state.rows[row] = asked
    return least


@kernel
def ask(arrays, state, row, column, visit, bound):
    """Note what one route offers for a visit below `bound`; return its cents, `FORBIDDEN` without an offer."""
    shift_idx = state.table[Y_SHIFT, row, column]
    if memory_state(arrays, state, shift_idx, visit, bound) == KNOWN:
        cents, position = recall(arrays, state, shift_idx, visit, bound, False)
    else:
        cents, position = best_position(arrays, state, shift_idx, visit, bound, False)
    if position < 0:
        cents = FORBIDDEN
    state.table[Y_CENTS, row, column], state.table[Y_POSITION, row, column] = cents, position
    return cents


@kernel
def is_still_free(arrays, state, shift_idx, position, visit):
    """Return whether parts, tools and room are still there for an offer: other visits have been put in since."""
    if not has_room(arrays, state, visit, shift_idx):
        return False
    if arrays.shift[shift_idx, S_REPLAYED] == 0 or not draws_or_loads(arrays, visit):
        return True
    index, stop_at, stop = stop_of(arrays, shift_idx, position)
    return has_room_at(arrays, state, shift_idx, index, visit, stop_at, stop)


@kernel
def ask_again(arrays, state, count, shift_idx, budget):
    """Ask a changed route again for every visit still to insert."""
    for n in range(count):
        for column in range(state.rows[n]):
            if state.table[Y_SHIFT, n, column] == shift_idx:
                visit = state.to_insert[n]
                ask(arrays, state, n, column, visit, min(arrays.visit[visit, V_PRICE], budget))


@kernel
def choose(arrays, state, count):
    """Return the visit of greatest regret, the column of its best route, and the most expensive of all best offers.

    Rows without an offer are marked with 0 routes.
    """
    pick, pick_column, most, highest = NONE, NONE, -1, 0
    for n in range(count):
        if state.rows[n] <= 0:
            continue
        first = second = arrays.visit[state.to_insert[n], V_PRICE]
        best = NONE
        for column in range(state.rows[n]):
            cents = state.table[Y_CENTS, n, column]
            if cents < first:
                first, second, best = cents, first, column
            elif cents < second:
                second = cents
        if best < 0:
            state.rows[n] = 0
            continue
        highest = max(highest, first)
        if second - first > most:
            pick, pick_column, most = n, best, second - first
    return np.int64(pick), np.int64(pick_column), highest
