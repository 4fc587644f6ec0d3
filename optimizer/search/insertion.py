"""Where to put a visit: the cheapest position over the routes near it.

A position is dropped on the first ground found, cheapest test first: assignment and travel already dearer than the
best place known, no time by the backward pass, and only then the exact timing of what changes.
"""

from __future__ import annotations

from optimizer.arrays import (
    CANNOT_SERVE,
    NO_WAY_S,
    R_EXACT,
    R_OVERTIME,
    R_TRAVEL,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY_CENTS,
    S_END,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_PREFIX,
    S_PROFILE,
    S_STAFF,
    S_START_NODE,
    V_LATEST,
    V_MAX_LATE,
    V_READY,
    V_WINDOWS,
)
from optimizer.jit import inlined, kernel
from optimizer.search.passes import (
    A_CENTS,
    A_DEPART,
    A_OPEN,
    A_OPEN_CENTS,
    A_PAIRS,
    B_FREE,
    B_HARD,
    B_LAST,
    B_LEG,
    B_OPEN_FREE,
    B_OPEN_HARD,
)
from optimizer.search.schedule import IMPOSSIBLE, late_cents, per_minute, start_of_service, time_route
from optimizer.search.state import (
    C_COUNT,
    C_MARK,
    C_SERVICE,
    C_TIME,
    C_TRAVEL,
    T_STAMP,
    T_WORK,
    T_WORK_SQUARES,
    draw,
    has_stock,
    load_cents,
    put_in,
    spread_cents,
)

#: Up to so many technicians every route is tried; beyond, those that hold a near visit.
TRY_ALL = 12
#: How many routes with near visits, and how many unused technicians, are tried for one visit.
NEAR_ROUTES = 10
UNUSED_ROUTES = 3
#: One position in so many is skipped ("blink", Christiaens & Vanden Berghe 2020, section 4.2).
BLINK = 100


@inlined
def rest_taken(arrays, shift_idx, seq, count, k, arrival, behind):
    """Return the cents from reaching place k (the break taken) to the end of the route."""
    cents = 0
    while True:
        if arrival <= behind[k, B_FREE]:
            return cents
        if arrival > behind[k, B_HARD]:
            return IMPOSSIBLE
        if k == count:
            return cents + per_minute(arrays.rates[R_OVERTIME], max(0, arrival - arrays.shift[shift_idx, S_END]))
        visit = seq[k]
        duration = arrays.duration[shift_idx, visit]
        start, late = start_of_service(arrays, visit, duration, arrival)
        if start < 0:
            return IMPOSSIBLE
        cents += late_cents(arrays, late)
        k += 1
        arrival = start + duration + behind[k, B_LEG]


@inlined
def rest_open(arrays, shift_idx, seq, count, k, arrival, behind):
    """Return the least cents from reaching place k (the break still to come) to the end of the route."""
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    best, cents = IMPOSSIBLE, 0
    while arrival <= closes:
        if arrival <= behind[k, B_OPEN_FREE]:
            return min(best, cents)
        if arrival > behind[k, B_OPEN_HARD]:
            return best
        after = rest_taken(arrays, shift_idx, seq, count, k, max(arrival, opens) + length, behind)
        best = min(best, cents + after)
        if k == count:
            return best
        visit = seq[k]
        duration = arrays.duration[shift_idx, visit]
        start, late = start_of_service(arrays, visit, duration, arrival)
        if start < 0:
            return best
        cents += late_cents(arrays, late)
        done = start + duration
        k += 1
        if done <= closes:
            onward = max(done, opens) + length + behind[k, B_LEG]
            best = min(best, cents + rest_taken(arrays, shift_idx, seq, count, k, onward, behind))
        arrival = done + behind[k, B_LEG]
    return best


@inlined
def inserted_time_cents(arrays, state, shift_idx, k, visit):
    """Return the lateness and overtime cents of a route with a visit inserted at position k."""
    profile = arrays.shift[shift_idx, S_PROFILE]
    seq, behind = state.seq[shift_idx], state.behind[shift_idx]
    count = state.route[shift_idx, C_COUNT]
    here = seq[k - 1] if k > 0 else arrays.shift[shift_idx, S_START_NODE]
    there = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
    to_visit, onward = arrays.travel_to[profile, visit, here], arrays.travel[profile, visit, there]
    duration = arrays.duration[shift_idx, visit]
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    best = IMPOSSIBLE
    for p in range(state.ahead[shift_idx, k, A_PAIRS]):
        start, late = start_of_service(arrays, visit, duration, state.ahead[shift_idx, k, A_DEPART + p] + to_visit)
        if start < 0:
            continue
        cents = state.ahead[shift_idx, k, A_CENTS + p] + late_cents(arrays, late)
        if cents < best:
            rest = rest_taken(arrays, shift_idx, seq, count, k, start + duration + onward, behind)
            best = min(best, cents + rest)
    if state.ahead[shift_idx, k, A_OPEN] >= IMPOSSIBLE or best == 0:
        return best
    arrival = state.ahead[shift_idx, k, A_OPEN] + to_visit
    if arrival > closes:
        return best
    start, late = start_of_service(arrays, visit, duration, max(arrival, opens) + length)
    if start >= 0:
        cents = state.ahead[shift_idx, k, A_OPEN_CENTS] + late_cents(arrays, late)
        if cents < best:
            rest = rest_taken(arrays, shift_idx, seq, count, k, start + duration + onward, behind)
            best = min(best, cents + rest)
    start, late = start_of_service(arrays, visit, duration, arrival)
    done = start + duration
    if start < 0 or done > closes:
        return best
    cents = state.ahead[shift_idx, k, A_OPEN_CENTS] + late_cents(arrays, late)
    if cents < best:
        rest = rest_taken(arrays, shift_idx, seq, count, k, max(done, opens) + length + onward, behind)
        best = min(best, cents + rest)
    if cents < best:
        best = min(best, cents + rest_open(arrays, shift_idx, seq, count, k, done + onward, behind))
    return best


@kernel
def inserted_exact_cents(arrays, state, shift_idx, k, visit):
    """Return the same by timing the whole changed route: for costs that are not monotone in the start."""
    count = state.route[shift_idx, C_COUNT]
    for n in range(k):
        state.trial[n] = state.seq[shift_idx, n]
    state.trial[k] = visit
    for n in range(k, count):
        state.trial[n + 1] = state.seq[shift_idx, n]
    cents, _ = time_route(arrays, shift_idx, state.trial, count + 1, state.times)
    return cents


@inlined
def best_in_route(arrays, state, shift_idx, visit, bound, blink):
    """Return the least extra cents below `bound` of putting a visit into one route, and the position (-1: none)."""
    duration = arrays.duration[shift_idx, visit]
    count = state.route[shift_idx, C_COUNT]
    full = count >= arrays.shift[shift_idx, S_MAX_VISITS] or count + 1 >= state.seq.shape[1]
    if duration == CANNOT_SERVE or full or not has_stock(arrays, state, visit, shift_idx):
        return bound, -1
    profile = arrays.shift[shift_idx, S_PROFILE]
    seq = state.seq[shift_idx]
    on_road, service = state.route[shift_idx, C_TRAVEL], state.route[shift_idx, C_SERVICE] + duration
    work = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
    fixed = (
        arrays.extra[shift_idx, visit] - state.route[shift_idx, C_TIME] - per_minute(arrays.rates[R_TRAVEL], on_road)
    )
    fixed -= load_cents(arrays, shift_idx, work)
    if count == 0:
        fixed += arrays.shift[shift_idx, S_DAY_CENTS]
    else:
        fixed -= per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], work)
    books, squares = state.total[T_WORK], state.total[T_WORK_SQUARES]
    spread = spread_cents(arrays, books, squares)
    opens = max(arrays.visit[visit, V_READY], arrays.windows[visit, 0, 0])
    last_close = arrays.windows[visit, arrays.visit[visit, V_WINDOWS] - 1, 1]
    latest = min(arrays.visit[visit, V_LATEST], last_close + arrays.visit[visit, V_MAX_LATE])
    exact = arrays.rates[R_EXACT] == 1
    position = -1
    here = (
        arrays.shift[shift_idx, S_START_NODE]
        if arrays.shift[shift_idx, S_PREFIX] == 0
        else seq[min(count, arrays.shift[shift_idx, S_PREFIX]) - 1]
    )
    for k in range(min(count, arrays.shift[shift_idx, S_PREFIX]), count + 1):
        if k > 0:
            here = seq[k - 1]
        if blink and draw(state, BLINK) == 0:
            continue
        there = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        to_visit, onward = arrays.travel_to[profile, visit, here], arrays.travel[profile, visit, there]
        road = on_road + to_visit + onward
        if count > 0:
            road -= state.behind[shift_idx, k, B_LEG]
        if (
            max(to_visit, onward) > arrays.shift[shift_idx, S_MAX_LEG]
            or road > arrays.shift[shift_idx, S_MAX_TRAVEL]
            or road >= NO_WAY_S
        ):
            continue
        cents = (
            fixed
            + per_minute(arrays.rates[R_TRAVEL], road)
            + per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], road + service)
        )
        cents += load_cents(arrays, shift_idx, road + service)
        if arrays.shift[shift_idx, S_STAFF] == 1:
            now = road + service
            cents += spread_cents(arrays, books + now - work, squares + now * now - work * work) - spread
        # Timing an inserted visit never saves lateness or overtime where the triangle holds.
        if cents + state.route[shift_idx, C_TIME] >= bound:
            continue
        earliest = state.ahead[shift_idx, k, A_OPEN]
        for p in range(state.ahead[shift_idx, k, A_PAIRS]):
            earliest = min(earliest, state.ahead[shift_idx, k, A_DEPART + p])
        start = max(earliest + to_visit, opens)
        if start > latest or start + duration + onward > state.behind[shift_idx, k, B_HARD]:
            continue
        # What this start and the delay after it cost at least: a delay beyond `B_LAST` reaches some visit, or the end.
        delay = start + duration + onward - state.behind[shift_idx, k, B_LAST]
        least = late_cents(arrays, start - last_close)
        if delay > 0:
            least += min(late_cents(arrays, delay), per_minute(arrays.rates[R_OVERTIME], delay))
        if cents + least >= bound:
            continue
        if exact:
            timing = inserted_exact_cents(arrays, state, shift_idx, k, visit)
        else:
            timing = inserted_time_cents(arrays, state, shift_idx, k, visit)
        if timing < IMPOSSIBLE and cents + timing < bound:
            bound = cents + timing
            position = k
    return bound, position


@kernel
def best_insertion(arrays, state, visit, bound, blink):
    """Return the cheapest place of a visit below `bound`: shift (-1: none), position, extra cents."""
    shifts = arrays.shift.shape[0]
    best_shift, best_position = -1, -1
    if shifts <= TRY_ALL:
        for shift_idx in range(shifts):
            bound, position = best_in_route(arrays, state, shift_idx, visit, bound, blink)
            if position >= 0:
                best_shift, best_position = shift_idx, position
        return best_shift, best_position, bound
    state.total[T_STAMP] += 1
    stamp = state.total[T_STAMP]
    tried = 0
    for n in range(arrays.near.shape[1]):
        shift_idx = state.shift_of[arrays.near[visit, n]]
        if shift_idx < 0 or state.route[shift_idx, C_MARK] == stamp:
            continue
        state.route[shift_idx, C_MARK] = stamp
        if arrays.duration[shift_idx, visit] == CANNOT_SERVE:
            continue
        bound, position = best_in_route(arrays, state, shift_idx, visit, bound, blink)
        if position >= 0:
            best_shift, best_position = shift_idx, position
        tried += 1
        if tried == NEAR_ROUTES:
            break
    unused = 0
    offset = draw(state, shifts)
    for n in range(shifts):
        shift_idx = (offset + n) % shifts
        if state.route[shift_idx, C_COUNT] > 0 or arrays.duration[shift_idx, visit] == CANNOT_SERVE:
            continue
        bound, position = best_in_route(arrays, state, shift_idx, visit, bound, blink)
        if position >= 0:
            best_shift, best_position = shift_idx, position
        unused += 1
        if unused == UNUSED_ROUTES:
            break
    return best_shift, best_position, bound


@kernel
def insert_where_cheapest(arrays, state, visit, price, blink):
    """Insert a visit where it costs least, if that is less than leaving it out; say whether it was."""
    shift_idx, position, _ = best_insertion(arrays, state, visit, price, blink)
    if position < 0:
        return False
    put_in(arrays, state, shift_idx, position, visit)
    return True
