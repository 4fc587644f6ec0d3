"""A visit put into a route together with a stop at the branch before it."""

from __future__ import annotations

from optimizer.engine.arrays import (
    CANNOT_SERVE,
    NO_WAY_S,
    R_TRAVEL,
    S_DAY,
    S_DAY_CENTS,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MINUTE_CENTS,
    S_PROFILE,
    S_SPECIAL,
    S_START_NODE,
    S_STOP,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.passes import start_bounds
from optimizer.engine.search.places import NO_PLACE, find_spots, free_places, is_full
from optimizer.engine.search.schedule import IMPOSSIBLE, per_minute, time_route
from optimizer.engine.search.state import (
    C_COUNT,
    C_SERVICE,
    C_STOP,
    C_TIME,
    C_TRAVEL,
    X_PLACE,
    more_load_cents,
)
from optimizer.engine.search.store import draws_or_loads, has_room_at

#: A place in a route is its position, plus this much for each position, from 1 on, that a new stop at the branch takes.
STOP_PLACE = 1_000


@kernel
def has_stop_to_try(arrays, state, shift_idx, visit):
    """Say whether a new stop at the branch could help a visit into a route."""
    if arrays.shift[shift_idx, S_SPECIAL] == 0 or arrays.shift[shift_idx, S_STOP] < 0:
        return False
    if arrays.duration[shift_idx, visit] == CANNOT_SERVE or is_full(arrays, state, shift_idx):
        return False
    return state.route[shift_idx, C_STOP] < 0 and draws_or_loads(arrays, visit)


@kernel
def best_with_stop(arrays, state, shift_idx, visit, bound, barred):
    """Find the cheapest place of a visit together with a new stop at the branch before it, as `best_in_route` does."""
    count = state.route[shift_idx, C_COUNT]
    if count + 2 >= state.seq.shape[1]:
        return bound, NO_PLACE, IMPOSSIBLE, 0
    profile = arrays.shift[shift_idx, S_PROFILE]
    work = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
    service = state.route[shift_idx, C_SERVICE] + arrays.duration[shift_idx, visit]
    before = per_minute(arrays.rates[R_TRAVEL], state.route[shift_idx, C_TRAVEL]) + state.route[shift_idx, C_TIME]
    if count > 0:
        before += per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], work)
    # A detour over the branch comes nowhere sooner: only places that are in time without it are asked.
    opens, _, latest = start_bounds(arrays, arrays.shift[shift_idx, S_DAY], visit)
    spots = find_spots(arrays, state, shift_idx, visit, opens, latest)
    first, _ = free_places(arrays, state, shift_idx, visit)
    best, best_own, best_road = NO_PLACE, bound if spots > 0 else IMPOSSIBLE, 0
    for n in range(spots):
        position = state.spot[n, X_PLACE]
        for stop_at in range(first, position + 1):
            place = position + STOP_PLACE * (stop_at + 1)
            if place == barred:
                continue
            write_trial(arrays, state, shift_idx, position, visit, stop_at)
            road, longest = trial_road(arrays, state, shift_idx, profile, count + 2)
            if longest > arrays.shift[shift_idx, S_MAX_LEG] or road > arrays.shift[shift_idx, S_MAX_TRAVEL]:
                continue
            if longest >= NO_WAY_S:
                continue
            own = arrays.extra[shift_idx, visit] - before + per_minute(arrays.rates[R_TRAVEL], road)
            own += per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], road + service)
            if count == 0:
                own += arrays.shift[shift_idx, S_DAY_CENTS]
            cents = own + more_load_cents(arrays, state, shift_idx, road + service - work)
            if cents >= bound or not has_room_at(arrays, state, shift_idx, position, visit, stop_at):
                continue
            timing, _ = time_route(arrays, shift_idx, state.trial, count + 2, state.times)
            if timing < IMPOSSIBLE and cents + timing < bound:
                bound, best = cents + timing, place
                best_own, best_road = own + timing, road - state.route[shift_idx, C_TRAVEL]
    return bound, best, best_own, best_road


@kernel
def write_trial(arrays, state, shift_idx, position, visit, stop_at):
    """Write a route with a stop at the branch and a visit in it to the scratch."""
    m = 0
    for k in range(state.route[shift_idx, C_COUNT] + 1):
        if k == stop_at:
            state.trial[m] = arrays.shift[shift_idx, S_STOP]
            m += 1
        if k == position:
            state.trial[m] = visit
            m += 1
        if k < state.route[shift_idx, C_COUNT]:
            state.trial[m] = state.seq[shift_idx, k]
            m += 1


@kernel
def trial_road(arrays, state, shift_idx, profile, count):
    """Return the travel of the scratch route and its longest leg."""
    road, longest, here = 0, 0, arrays.shift[shift_idx, S_START_NODE]
    for k in range(count + 1):
        node = state.trial[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        leg = arrays.travel[profile, here, node]
        road, longest, here = road + leg, max(longest, leg), node
    return road, longest
