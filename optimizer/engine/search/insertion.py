"""Where to put a visit: the cheapest place over the routes near it, with a memory of what unchanged routes offered."""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import O_DAYS, S_OWNER, S_SPECIAL, S_STOP, V_LINKED
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.dials import D_BLINK, D_NEAR, D_UNUSED, D_WIDE
from optimizer.engine.search.gestures import put_in
from optimizer.engine.search.places import NO_PLACE, best_in_route
from optimizer.engine.search.schedule import IMPOSSIBLE
from optimizer.engine.search.state import (
    C_COUNT,
    C_VERSION,
    M_CENTS,
    M_KEY,
    M_PLACE,
    M_ROAD,
    T_EMPTY,
    T_STAMP,
    draw,
    more_load_cents,
)
from optimizer.engine.search.stops import STOP_PLACE, best_with_stop, has_stop_to_try
from optimizer.engine.search.store import draws_or_loads, has_room, is_sold_out

#: Up to so many technicians every route is tried; beyond, those that hold a near visit.
TRY_ALL = 12
#: A wide insertion tries so many times the usual number of routes.
WIDER = 10
#: More than there are visits and stops: a key of the memory is a route's version times this, plus the visit.
MOST_NODES = 1 << 21
# What is known of a visit in a route.
UNKNOWN, TOO_LOW, KNOWN = range(3)


@kernel
def best_insertion(arrays, state, visit, bound, blink):
    """Return the cheapest place of a visit below `bound`: shift (-1: none), place, extra cents.

    What an unchanged route offered the last time is remembered. Those routes are asked first: then the others need
    be looked at only for something cheaper.
    """
    if is_sold_out(arrays, state, visit):
        return -1, NO_PLACE, bound
    count = routes_to_ask(arrays, state, visit)
    best_shift, best = -1, NO_PLACE
    # First what is remembered, then what is not; last the routes that had no place below a bound that was lower.
    for turn in range(3):
        left = 0
        for n in range(count):
            shift_idx = state.asked[n]
            known = recollection(arrays, state, shift_idx, visit, bound)
            if known == KNOWN:
                cents, place = recall(arrays, state, shift_idx, visit, bound, blink)
            elif turn == 2 or (turn == 1 and known == UNKNOWN):
                cents, place = best_place(arrays, state, shift_idx, visit, bound, blink)
            else:
                state.asked[left] = shift_idx
                left += 1
                continue
            if place >= 0:
                best_shift, best, bound = shift_idx, place, cents
        count = left
    return best_shift, best, bound


@kernel
def routes_to_ask(arrays, state, visit):
    """List in `State.asked` the days that may take a visit: with near visits, and some unused; return how many."""
    shifts, count = arrays.shift.shape[0], 0
    if shifts <= TRY_ALL:
        for shift_idx in range(shifts):
            if arrays.terms[visit, shift_idx] != IMPOSSIBLE:
                state.asked[count] = shift_idx
                count += 1
        return count
    state.total[T_STAMP] += 1
    stamp = state.total[T_STAMP]
    most = min(state.dial[D_NEAR], shifts)
    if draw(state, 100) < state.dial[D_WIDE]:
        most = min(WIDER * most, shifts)
    for n in range(arrays.near.shape[1]):
        if count == most:
            break
        shift_idx = state.shift_of[arrays.near[visit, n]]
        if shift_idx < 0 or state.mark[shift_idx] == stamp:
            continue
        state.mark[shift_idx] = stamp
        if arrays.terms[visit, shift_idx] != IMPOSSIBLE:
            state.asked[count] = shift_idx
            count += 1
    empty, most = state.total[T_EMPTY], min(count + state.dial[D_UNUSED], shifts)
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
        if arrays.terms[visit, shift_idx] != IMPOSSIBLE:
            state.asked[count] = shift_idx
            count += 1
    return count


@kernel
def slot_of(arrays, state, shift_idx, visit):
    """Return where the memory keeps what a route offered a visit; pairs may share it."""
    return (visit * arrays.shift.shape[0] + shift_idx) & (state.memory.shape[0] - 1)


@kernel
def key_of(state, shift_idx, visit):
    """Return what tells a visit in a route as it is now from every other pair, and from the route as it was."""
    return state.route[shift_idx, C_VERSION] * MOST_NODES + visit


@kernel
def recollection(arrays, state, shift_idx, visit, bound):
    """Say what is known of a visit in a route as it is now.

    `KNOWN`: its place, or that it has none below the bound; `UNKNOWN`; `TOO_LOW`: no place below a lower bound.
    """
    slot = slot_of(arrays, state, shift_idx, visit)
    if state.memory[slot, M_KEY] != key_of(state, shift_idx, visit):
        return UNKNOWN
    return KNOWN if state.memory[slot, M_PLACE] >= 0 or bound <= state.memory[slot, M_CENTS] else TOO_LOW


@kernel
def recall(arrays, state, shift_idx, visit, bound, blink):
    """Return the remembered place of a visit in a route, and its cents, if below `bound`.

    Loads change with every route: of several places in a route the one is kept that was the cheapest at the time.
    """
    slot = slot_of(arrays, state, shift_idx, visit)
    place, own, road = state.memory[slot, M_PLACE], state.memory[slot, M_CENTS], state.memory[slot, M_ROAD]
    if place < 0:
        return bound, place
    cents = own + more_load_cents(arrays, state, shift_idx, road + arrays.duration[shift_idx, visit])
    if cents >= bound or not has_room(arrays, state, visit, shift_idx):
        return bound, np.int64(NO_PLACE)
    if blink and draw(state, 1_000) < state.dial[D_BLINK]:
        cents, place, _, _ = search_route(arrays, state, shift_idx, visit, bound, place)
    return cents, place


@kernel
def best_place(arrays, state, shift_idx, visit, bound, blink):
    """Return the least extra cents below `bound` of putting a visit into one route, and the place (`NO_PLACE`: none).

    What was found is remembered. With `blink` the best place is now and then overlooked (Christiaens & Vanden Berghe
    2020, section 4.2).
    """
    if not has_room(arrays, state, visit, shift_idx):
        return bound, np.int64(NO_PLACE)
    cents, place, own, road = search_route(arrays, state, shift_idx, visit, bound, np.int64(NO_PLACE))
    if depends_on_route_alone(arrays, shift_idx, visit):
        slot = slot_of(arrays, state, shift_idx, visit)
        state.memory[slot, M_KEY] = key_of(state, shift_idx, visit)
        state.memory[slot, M_PLACE], state.memory[slot, M_CENTS], state.memory[slot, M_ROAD] = place, own, road
    if blink and place >= 0 and draw(state, 1_000) < state.dial[D_BLINK]:
        cents, place, _, _ = search_route(arrays, state, shift_idx, visit, bound, place)
    return cents, place


@kernel
def depends_on_route_alone(arrays, shift_idx, visit):
    """Say whether a place of a visit in a route stays what it is as long as the route does, but for stock and load.

    It does not where others bind the visit's start, nor where parts are walked along that others or other days use.
    """
    if arrays.visit[visit, V_LINKED] == 1:
        return False
    if arrays.shift[shift_idx, S_SPECIAL] == 0 or not draws_or_loads(arrays, visit):
        return True
    return arrays.row.shape[0] == 0 and arrays.owner[arrays.shift[shift_idx, S_OWNER], O_DAYS] == 1


@kernel
def search_route(arrays, state, shift_idx, visit, bound, barred):
    """Find the cheapest place of a visit in a route, with a new stop at the branch where it cannot do without.

    Parameters and results are those of `best_in_route`.
    """
    cents, place, own, road = best_in_route(arrays, state, shift_idx, visit, bound, barred)
    if place < 0 and has_stop_to_try(arrays, state, shift_idx, visit):
        return best_with_stop(arrays, state, shift_idx, visit, bound, barred)
    return cents, place, own, road


@kernel
def insert_alone(arrays, state, visit, price, blink):
    """Insert a visit where it costs least, if that is less than leaving it out; say whether it was."""
    shift_idx, place, _ = best_insertion(arrays, state, visit, price, blink)
    if place < 0:
        return False
    put_at(arrays, state, shift_idx, place, visit)
    return True


@kernel
def put_at(arrays, state, shift_idx, place, visit):
    """Put a visit at a place of a route, with a new stop at the branch where the place says so."""
    position, stop_at = place % STOP_PLACE, place // STOP_PLACE - 1
    if stop_at >= 0:
        put_in(arrays, state, shift_idx, stop_at, arrays.shift[shift_idx, S_STOP])
        position += 1
    put_in(arrays, state, shift_idx, position, visit)
