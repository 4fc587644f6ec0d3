"""Where to put a visit: the cheapest position in the routes near it, with a memory of what unchanged routes offered."""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import COLUMNS, FORBIDDEN, NONE, O_DAYS, S_OWNER, S_REPLAYED, V_SYNCED
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.branch_stop import best_with_stop, has_stop_to_try, stop_of
from optimizer.engine.search.parameters import PARAM_BLINK, PARAM_NEAR, PARAM_UNUSED, PARAM_WIDE
from optimizer.engine.search.positions import best_in_route
from optimizer.engine.search.route_edits import put_in
from optimizer.engine.search.shared_resources import draws_or_loads, has_room, is_used_up
from optimizer.engine.search.state import (
    C_COUNT,
    C_VERSION,
    M_CENTS,
    M_KEY,
    M_POSITION,
    M_TRAVEL,
    T_EMPTY,
    T_STAMP,
    draw,
    more_load_cents,
)

#: With up to this many shifts every route is tried; with more, those that have a near visit.
TRY_ALL = 12
#: A wide insertion tries the usual number of routes times this.
WIDER = 10
#: More than there are visits and stops: a key of the memory is a route's version times this, plus the visit.
MOST_NODES = 1 << 21
# What is known of a visit in a route.
UNKNOWN, TOO_LOW, KNOWN, *_ = COLUMNS


@kernel
def best_insertion(arrays, state, visit, bound, blink):
    """Return the cheapest position of a visit below `bound`: shift (`NONE` without one), position, extra cents.

    What an unchanged route offered last time is remembered. Those routes are asked first: the others are then searched
    only for something cheaper.
    """
    if is_used_up(arrays, state, visit):
        return NONE, NONE, bound
    count = routes_to_ask(arrays, state, visit)
    best_shift, best = NONE, NONE
    # First what is remembered, then what is not; last the routes that had none below a lower bound.
    for turn in range(3):
        left = 0
        for n in range(count):
            shift_idx = state.asked[n]
            known = memory_state(arrays, state, shift_idx, visit, bound)
            if known == KNOWN:
                cents, position = recall(arrays, state, shift_idx, visit, bound, blink)
            elif turn == 2 or (turn == 1 and known == UNKNOWN):
                cents, position = best_position(arrays, state, shift_idx, visit, bound, blink)
            else:
                state.asked[left] = shift_idx
                left += 1
                continue
            if position >= 0:
                best_shift, best, bound = shift_idx, position, cents
        count = left
    return best_shift, best, bound


@kernel
def routes_to_ask(arrays, state, visit):
    """List in `State.asked` the shifts that may take a visit: with near visits, and some unused; return how many."""
    shifts, count = arrays.shift.shape[0], 0
    if shifts <= TRY_ALL:
        for shift_idx in range(shifts):
            if arrays.terms[visit, shift_idx] != FORBIDDEN:
                state.asked[count] = shift_idx
                count += 1
        return count
    state.total[T_STAMP] += 1
    stamp = state.total[T_STAMP]
    most = min(state.parameter[PARAM_NEAR], shifts)
    if draw(state, 100) < state.parameter[PARAM_WIDE]:
        most = min(WIDER * most, shifts)
    for n in range(arrays.near.shape[1]):
        if count == most:
            break
        shift_idx = state.shift_of[arrays.near[visit, n]]
        if shift_idx < 0 or state.asked_at[shift_idx] == stamp:
            continue
        state.asked_at[shift_idx] = stamp
        if arrays.terms[visit, shift_idx] != FORBIDDEN:
            state.asked[count] = shift_idx
            count += 1
    empty, most = state.total[T_EMPTY], min(count + state.parameter[PARAM_UNUSED], shifts)
    if empty == 0:
        return count
    offset = draw(state, shifts)
    for n in range(shifts):
        if empty == 0 or count == most:
            break
        shift_idx = offset + n if offset + n < shifts else offset + n - shifts
        if state.route[shift_idx, C_COUNT] > 0:
            continue
        empty -= 1
        if arrays.terms[visit, shift_idx] != FORBIDDEN:
            state.asked[count] = shift_idx
            count += 1
    return count


@kernel
def memory_slot(arrays, state, shift_idx, visit):
    """Return the slot of the memory for what a route offered a visit; pairs may share it."""
    return (visit * arrays.shift.shape[0] + shift_idx) & (state.memory.shape[0] - 1)


@kernel
def memory_key(state, shift_idx, visit):
    """Return what identifies a visit and a route as it is now."""
    return state.route[shift_idx, C_VERSION] * MOST_NODES + visit


@kernel
def memory_state(arrays, state, shift_idx, visit, bound):
    """Return what is known of a visit in a route as it is now.

    `KNOWN`: its position, or that it has none below the bound; `UNKNOWN`; `TOO_LOW`: that it has none below a lower
    bound.
    """
    slot = memory_slot(arrays, state, shift_idx, visit)
    if state.memory[slot, M_KEY] != memory_key(state, shift_idx, visit):
        return UNKNOWN
    return KNOWN if state.memory[slot, M_POSITION] >= 0 or bound <= state.memory[slot, M_CENTS] else TOO_LOW


@kernel
def recall(arrays, state, shift_idx, visit, bound, blink):
    """Return the cents and the remembered position of a visit in a route, if below `bound`.

    Loads change with every route: of several positions the one is kept that was the cheapest at the time.
    """
    slot = memory_slot(arrays, state, shift_idx, visit)
    position, own, travel = state.memory[slot, M_POSITION], state.memory[slot, M_CENTS], state.memory[slot, M_TRAVEL]
    if position < 0:
        return bound, position
    cents = own + more_load_cents(arrays, state, shift_idx, travel + arrays.duration[shift_idx, visit])
    if cents >= bound or not has_room(arrays, state, visit, shift_idx):
        return bound, np.int64(NONE)
    if blink and draw(state, 1_000) < state.parameter[PARAM_BLINK]:
        cents, position, _, _ = search_route(arrays, state, shift_idx, visit, bound, position)
    return cents, position


@kernel
def best_position(arrays, state, shift_idx, visit, bound, blink):
    """Return the least extra cents below `bound` of putting a visit into one route, and the position (or `NONE`).

    What was found is remembered. With `blink` the best position is now and then overlooked (Christiaens & Vanden Berghe
    2020, section 4.2).
    """
    if not has_room(arrays, state, visit, shift_idx):
        return bound, np.int64(NONE)
    cents, position, own, travel = search_route(arrays, state, shift_idx, visit, bound, np.int64(NONE))
    if depends_on_route_alone(arrays, shift_idx, visit):
        slot = memory_slot(arrays, state, shift_idx, visit)
        state.memory[slot, M_KEY] = memory_key(state, shift_idx, visit)
        state.memory[slot, M_POSITION], state.memory[slot, M_CENTS] = position, own
        state.memory[slot, M_TRAVEL] = travel
    if blink and position >= 0 and draw(state, 1_000) < state.parameter[PARAM_BLINK]:
        cents, position, _, _ = search_route(arrays, state, shift_idx, visit, bound, position)
    return cents, position


@kernel
def depends_on_route_alone(arrays, shift_idx, visit):
    """Return whether the best position of a visit depends on its route alone, but for stock and loads.

    It does not where other routes bind the visit's start, nor where a replay draws parts that others or other days use.
    """
    if arrays.visit[visit, V_SYNCED] == 1:
        return False
    if arrays.shift[shift_idx, S_REPLAYED] == 0 or not draws_or_loads(arrays, visit):
        return True
    return arrays.row.shape[0] == 0 and arrays.owner[arrays.shift[shift_idx, S_OWNER], O_DAYS] == 1


@kernel
def search_route(arrays, state, shift_idx, visit, bound, barred):
    """Find the cheapest position of a visit in a route, with a new stop at the branch where there is none otherwise.

    Parameters and results are those of `best_in_route`.
    """
    cents, position, own, travel = best_in_route(arrays, state, shift_idx, visit, bound, barred)
    if position < 0 and has_stop_to_try(arrays, state, shift_idx, visit):
        return best_with_stop(arrays, state, shift_idx, visit, bound, barred)
    return cents, position, own, travel


@kernel
def insert_alone(arrays, state, visit, price, blink):
    """Insert a visit where it costs least, if that is less than `price`; return whether it is in."""
    shift_idx, position, _ = best_insertion(arrays, state, visit, price, blink)
    if position < 0:
        return False
    insert_at(arrays, state, shift_idx, position, visit)
    return True


@kernel
def insert_at(arrays, state, shift_idx, position, visit):
    """Put a visit at a position of a route, with a new stop at the branch where the position says so."""
    index, stop_at, stop = stop_of(arrays, shift_idx, position)
    if stop_at >= 0:
        put_in(arrays, state, shift_idx, stop_at, stop)
        index += 1
    put_in(arrays, state, shift_idx, index, visit)
