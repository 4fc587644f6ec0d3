"""Put visits back by regret: the one first whose second-best route costs most more than its best.

What every near route offers for every visit is kept in a table; after each insertion one route is asked again. The
memory of what unchanged routes offer (`insertion.py`) makes most of the table cheap. A visit that no route can take for
less than the move may still cost ends the move before any route is changed.

Potvin & Rousseau, "A parallel route building algorithm for the vehicle routing and scheduling problem with time
windows", EJOR 66(3), 1993; Ropke & Pisinger, Transportation Science 40(4), 2006, section 3.2.2.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import S_SPECIAL, V_PRICE
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.insertion import KNOWN, best_place, put_at, recall, recollection, routes_to_ask
from optimizer.engine.search.schedule import IMPOSSIBLE
from optimizer.engine.search.state import true_cents
from optimizer.engine.search.stops import STOP_PLACE
from optimizer.engine.search.store import draws_or_loads, has_room, has_room_at, is_sold_out

# Layers of `State.table`: shift, cents and place, by visit to insert and route asked.
Y_SHIFT, Y_CENTS, Y_PLACE = range(3)
#: `State.rows` of a visit that is inserted or stays out.
DONE = -1


@kernel
def put_back_by_regret(arrays, state, count, limit):
    """Insert the first `count` of `State.moved`; say whether the plan may still cost less than `limit`."""
    left, dearest = 0, 0
    for n in range(count):
        left += arrays.visit[state.moved[n], V_PRICE]
    for n in range(count):
        visit = state.moved[n]
        price, budget = arrays.visit[visit, V_PRICE], limit - (true_cents(arrays, state) - left)
        if budget <= dearest:
            return False
        least = ask_all(arrays, state, n, visit, min(price, budget))
        if least >= IMPOSSIBLE:
            # It stays out: its price counts.
            left -= price
            state.rows[n] = DONE
        else:
            dearest = max(dearest, least)
    while True:
        pick, column, dearest = choose(arrays, state, count)
        for n in range(count):
            if state.rows[n] == 0:
                left -= arrays.visit[state.moved[n], V_PRICE]
                state.rows[n] = DONE
        if true_cents(arrays, state) - left + dearest >= limit:
            return False
        if pick < 0:
            return True
        visit, shift_idx = state.moved[pick], state.table[Y_SHIFT, pick, column]
        if not is_still_free(arrays, state, shift_idx, state.table[Y_PLACE, pick, column], visit):
            state.table[Y_CENTS, pick, column] = IMPOSSIBLE
            continue
        put_at(arrays, state, shift_idx, state.table[Y_PLACE, pick, column], visit)
        state.rows[pick] = DONE
        left -= arrays.visit[visit, V_PRICE]
        ask_again(arrays, state, count, shift_idx, limit - (true_cents(arrays, state) - left))


@kernel
def ask_all(arrays, state, row, visit, bound):
    """Fill the row of a visit with what the routes near it offer below `bound`; return the least cents."""
    state.rows[row] = 0
    if is_sold_out(arrays, state, visit):
        return IMPOSSIBLE
    asked, least = min(routes_to_ask(arrays, state, visit), state.table.shape[2]), IMPOSSIBLE
    for column in range(asked):
        state.table[Y_SHIFT, row, column] = state.asked[column]
    for column in range(asked):
        least = min(least, ask(arrays, state, row, column, visit, bound))
    state.rows[row] = asked
    return least


@kernel
def ask(arrays, state, row, column, visit, bound):
    """Note what one route offers for a visit below `bound`; return its cents, `IMPOSSIBLE` for none."""
    shift_idx = state.table[Y_SHIFT, row, column]
    if recollection(arrays, state, shift_idx, visit, bound) == KNOWN:
        cents, place = recall(arrays, state, shift_idx, visit, bound, False)
    else:
        cents, place = best_place(arrays, state, shift_idx, visit, bound, False)
    if place < 0:
        cents = IMPOSSIBLE
    state.table[Y_CENTS, row, column], state.table[Y_PLACE, row, column] = cents, place
    return cents


@kernel
def is_still_free(arrays, state, shift_idx, place, visit):
    """Say whether parts, tools and room are still there for an offer: other visits have been put in since."""
    if not has_room(arrays, state, visit, shift_idx):
        return False
    if arrays.shift[shift_idx, S_SPECIAL] == 0 or not draws_or_loads(arrays, visit):
        return True
    return has_room_at(arrays, state, shift_idx, place % STOP_PLACE, visit, place // STOP_PLACE - 1)


@kernel
def ask_again(arrays, state, count, shift_idx, budget):
    """Ask a changed route again for every visit still to insert."""
    for n in range(count):
        for column in range(state.rows[n]):
            if state.table[Y_SHIFT, n, column] == shift_idx:
                visit = state.moved[n]
                ask(arrays, state, n, column, visit, min(arrays.visit[visit, V_PRICE], budget))


@kernel
def choose(arrays, state, count):
    """Return the visit of greatest regret, the column of its best route, and the dearest of all best offers.

    Rows without an offer are marked with 0 routes.
    """
    pick, pick_column, most, dearest = -1, -1, -1, 0
    for n in range(count):
        if state.rows[n] <= 0:
            continue
        first = second = arrays.visit[state.moved[n], V_PRICE]
        best = -1
        for column in range(state.rows[n]):
            cents = state.table[Y_CENTS, n, column]
            if cents < first:
                first, second, best = cents, first, column
            elif cents < second:
                second = cents
        if best < 0:
            state.rows[n] = 0
            continue
        dearest = max(dearest, first)
        if second - first > most:
            pick, pick_column, most = n, best, second - first
    return np.int64(pick), np.int64(pick_column), dearest
