"""A visit put into a route together with a stop at the branch before it, or with a wait there for its parts.

Of the stops that a route may have (`S_STOP` and those after it) it has one at most: on the way, as soon as it comes
there or not before some arrival can be used; or before it leaves. So what a visit draws depends on which stop lies
before it, and never on the clock.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    FORBIDDEN,
    FORBIDDEN_S,
    NONE,
    R_TRAVEL,
    S_DAY,
    S_DAY_CENTS,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MINUTE_CENTS,
    S_PREFIX,
    S_PROFILE,
    S_REPLAYED,
    S_START_NODE,
    S_STOP,
    S_STOPS,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.excess import excess_cents, has_exceptions
from optimizer.engine.search.passes import BWD_HARD, start_bounds
from optimizer.engine.search.positions import is_full, open_positions
from optimizer.engine.search.route_edits import end_before, end_behind
from optimizer.engine.search.shared_resources import draws_or_loads, has_room_at, helps_visit
from optimizer.engine.search.state import C_COUNT, C_SERVICE, C_STOP, C_TIME, C_TRAVEL, X_POSITION, more_load_cents
from optimizer.engine.search.timing import leaves_later, per_minute, time_route

#: A position with a new stop at the branch before it is coded as the index in the route, plus this times the index of
#: the stop counted from 1, plus this squared times which of the shift's stops it is.
STOP_STRIDE = 1_000


@kernel
def stop_of(arrays, shift_idx, position):
    """Return the index in the route, the index of a new stop at the branch (`NONE` without) and that stop."""
    rest = position // STOP_STRIDE
    return position % STOP_STRIDE, rest % STOP_STRIDE - 1, arrays.shift[shift_idx, S_STOP] + rest // STOP_STRIDE


@kernel
def has_stop_to_try(arrays, state, shift_idx, visit):
    """Return whether a new stop at the branch could help a visit into a route."""
    if arrays.shift[shift_idx, S_REPLAYED] == 0 or arrays.shift[shift_idx, S_STOP] < 0:
        return False
    if arrays.duration[shift_idx, visit] == NONE or is_full(arrays, state, shift_idx):
        return False
    return state.route[shift_idx, C_STOP] < 0 and draws_or_loads(arrays, visit)


@kernel
def best_with_stop(arrays, state, shift_idx, visit, bound, barred):
    """Find the cheapest position of a visit with a new stop at the branch before it, as `best_in_route` does."""
    count = state.route[shift_idx, C_COUNT]
    if count + 2 >= state.seq.shape[1]:
        return bound, NONE, FORBIDDEN, 0
    profile = arrays.shift[shift_idx, S_PROFILE]
    work = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
    service = state.route[shift_idx, C_SERVICE] + arrays.duration[shift_idx, visit]
    before = per_minute(arrays.rates[R_TRAVEL], state.route[shift_idx, C_TRAVEL]) + state.route[shift_idx, C_TIME]
    if count > 0:
        before += per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], work)
    candidates = find_positions_behind_stop(arrays, state, shift_idx, visit)
    first, _ = open_positions(arrays, state, shift_idx, visit)
    best, best_own, best_travel = NONE, bound if candidates > 0 else FORBIDDEN, 0
    stop, is_begun = arrays.shift[shift_idx, S_STOP], arrays.shift[shift_idx, S_PREFIX] > 0
    may_wait = leaves_later(arrays, stop + arrays.shift[shift_idx, S_STOPS] - 1)
    for number in range(arrays.shift[shift_idx, S_STOPS]):
        if candidates == 0 or not helps_visit(arrays, stop + number, visit):
            continue
        is_wait = leaves_later(arrays, stop + number)
        if is_wait and is_begun:
            continue
        # Who may wait before leaving does not leave for a stop at the same place.
        stop_from = max(first, 1) if may_wait else first
        for n in range(candidates):
            index = state.candidate[n, X_POSITION]
            for stop_at in range(0 if is_wait else stop_from, 1 if is_wait else index + 1):
                position = index + STOP_STRIDE * (stop_at + 1 + STOP_STRIDE * number)
                if position == barred:
                    continue
                write_trial(arrays, state, shift_idx, index, visit, stop_at, stop + number)
                travel, longest = trial_travel(arrays, state, shift_idx, profile, count + 2)
                is_long = longest > arrays.shift[shift_idx, S_MAX_LEG] or travel > arrays.shift[shift_idx, S_MAX_TRAVEL]
                may_exceed = has_exceptions(arrays, shift_idx)
                if longest >= FORBIDDEN_S or (is_long and not may_exceed):
                    continue
                own = arrays.extra[shift_idx, visit] - before + per_minute(arrays.rates[R_TRAVEL], travel)
                own += per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], travel + service)
                if count == 0:
                    own += arrays.shift[shift_idx, S_DAY_CENTS]
                cents = own + more_load_cents(arrays, state, shift_idx, travel + service - work)
                if cents >= bound or not has_room_at(arrays, state, shift_idx, index, visit, stop_at, stop + number):
                    continue
                if has_room_at(arrays, state, shift_idx, index, visit, np.int64(NONE), np.int64(NONE)):
                    # Nobody stops for nothing.
                    continue
                timing, _ = time_route(arrays, shift_idx, state.trial, count + 2, state.times)
                if may_exceed:
                    timing += excess_cents(arrays, shift_idx, state.trial, count + 2)
                if timing < FORBIDDEN and cents + timing < bound:
                    bound, best = cents + timing, position
                    best_own, best_travel = own + timing, travel - state.route[shift_idx, C_TRAVEL]
    return bound, best, best_own, best_travel


@kernel
def find_positions_behind_stop(arrays, state, shift_idx, visit):
    """List in `State.candidate` the positions where a visit may be in time with a stop somewhere before it.

    The way to it is the direct one or, where the stop comes just before it, that over the branch: the direct one may be
    longer, or too long for a leg. Return how many they are.
    """
    profile, stop = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_STOP]
    opens, _, latest = start_bounds(arrays, arrays.shift[shift_idx, S_DAY], visit)
    first, last = open_positions(arrays, state, shift_idx, visit)
    duration, found = arrays.duration[shift_idx, visit], 0
    for k in range(first, last + 1):
        here, there = end_before(arrays, state, shift_idx, k), end_behind(arrays, state, shift_idx, k)
        over = arrays.travel[profile, here, stop] + arrays.travel[profile, stop, visit]
        to_visit, onward = min(arrays.travel[profile, here, visit], over), arrays.travel[profile, visit, there]
        start = max(state.earliest[shift_idx, k] + to_visit, opens)
        if start <= latest and start + duration + onward <= state.backward[shift_idx, k, BWD_HARD]:
            state.candidate[found, X_POSITION] = k
            found += 1
    return found


@kernel
def write_trial(arrays, state, shift_idx, position, visit, stop_at, stop):
    """Write a route with a stop at the branch and a visit put in to the scratch."""
    m = 0
    for k in range(state.route[shift_idx, C_COUNT] + 1):
        if k == stop_at:
            state.trial[m] = stop
            m += 1
        if k == position:
            state.trial[m] = visit
            m += 1
        if k < state.route[shift_idx, C_COUNT]:
            state.trial[m] = state.seq[shift_idx, k]
            m += 1


@kernel
def trial_travel(arrays, state, shift_idx, profile, count):
    """Return the travel of the scratch route and its longest leg."""
    travel, longest, here = 0, 0, arrays.shift[shift_idx, S_START_NODE]
    for k in range(count + 1):
        node = state.trial[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        leg = arrays.travel[profile, here, node]
        travel, longest, here = travel + leg, max(longest, leg), node
    return travel, longest
