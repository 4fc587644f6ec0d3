"""Where to put a visit: the cheapest position over the routes near it.

A position is dropped on the first ground found, cheapest test first: assignment and travel already dearer than the
best place known, no time by the backward pass, and only then the exact timing of what changes.
"""

from __future__ import annotations

import numpy as np

from optimizer.arrays import (
    CANNOT_SERVE,
    E_EARLIER,
    E_LOAD,
    E_NEED,
    JUMPS,
    NO_WAY_S,
    O_DAYS,
    O_OFFSET,
    O_STAFF,
    R_EXACT,
    R_LOAD_DIVISOR,
    R_OVERTIME,
    R_SPREAD,
    R_STAFF,
    R_TRAVEL,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY,
    S_DAY_CENTS,
    S_END,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_OWNER,
    S_PREFIX,
    S_PROFILE,
    S_SPECIAL,
    S_START_NODE,
    S_STOP,
    V_FIXED,
    V_HEAD,
    V_LINKED,
)
from optimizer.jit import kernel
from optimizer.search.gestures import put_in
from optimizer.search.passes import (
    A_CENTS,
    A_DEPART,
    A_OPEN,
    A_OPEN_CENTS,
    A_PAIRS,
    B_FREE,
    B_HARD,
    B_LAST,
    B_OPEN_FREE,
    B_OPEN_HARD,
    start_bounds,
)
from optimizer.search.schedule import IMPOSSIBLE, late_cents, per_minute, start_of_service, time_route
from optimizer.search.state import (
    C_COUNT,
    C_MARK,
    C_SERVICE,
    C_STOP,
    C_TIME,
    C_TRAVEL,
    T_EMPTY,
    T_STAMP,
    T_WORK,
    T_WORK_SQUARES,
    W_WORK,
    X_ONWARD,
    X_PLACE,
    X_ROAD,
    X_START,
    draw,
    load_cents,
    spread_cents,
)
from optimizer.search.store import NOWHERE, has_room, has_room_at

#: Up to so many technicians every route is tried; beyond, those that hold a near visit.
TRY_ALL = 12
#: How many routes with near visits, and how many unused technicians, are tried for one visit.
NEAR_ROUTES = 10
UNUSED_ROUTES = 3
#: One position in so many is skipped ("blink", Christiaens & Vanden Berghe 2020, section 4.2).
BLINK = 100
#: More cents than all the roundings of an insertion's cost together.
ROUNDINGS = 8
#: A place in a route is its position, plus this much for each position, from 1 on, that a new stop at the branch takes.
STOP_PLACE = 1_000


@kernel
def rest_taken(arrays, shift_idx, seq, count, k, arrival, behind, leg):
    """Return the cents from reaching place k (the break taken) to the end of the route."""
    day, cents = arrays.shift[shift_idx, S_DAY], 0
    while True:
        if arrival <= behind[k, B_FREE]:
            return cents
        if arrival > behind[k, B_HARD]:
            return IMPOSSIBLE
        if k == count:
            return cents + per_minute(arrays.rates[R_OVERTIME], max(0, arrival - arrays.shift[shift_idx, S_END]))
        visit = seq[k]
        duration = arrays.duration[shift_idx, visit]
        start, late = start_of_service(arrays, day, visit, duration, arrival)
        if start < 0:
            return IMPOSSIBLE
        cents += late_cents(arrays, late)
        k += 1
        arrival = start + duration + leg[k]


@kernel
def rest_open(arrays, shift_idx, seq, count, k, arrival, behind, leg):
    """Return the least cents from reaching place k (the break still to come) to the end of the route."""
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    day, best, cents = arrays.shift[shift_idx, S_DAY], IMPOSSIBLE, 0
    while arrival <= closes:
        if arrival <= behind[k, B_OPEN_FREE]:
            return min(best, cents)
        if arrival > behind[k, B_OPEN_HARD]:
            return best
        after = rest_taken(arrays, shift_idx, seq, count, k, max(arrival, opens) + length, behind, leg)
        best = min(best, cents + after)
        if k == count:
            return best
        visit = seq[k]
        duration = arrays.duration[shift_idx, visit]
        start, late = start_of_service(arrays, day, visit, duration, arrival)
        if start < 0:
            return best
        cents += late_cents(arrays, late)
        done = start + duration
        k += 1
        if done <= closes:
            onward = max(done, opens) + length + leg[k]
            best = min(best, cents + rest_taken(arrays, shift_idx, seq, count, k, onward, behind, leg))
        arrival = done + leg[k]
    return best


@kernel
def inserted_time_cents(arrays, state, shift_idx, k, visit):
    """Return the lateness and overtime cents of a route with a visit inserted at position k."""
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    seq, behind, leg = state.seq[shift_idx], state.behind[shift_idx], state.leg[shift_idx]
    count = state.route[shift_idx, C_COUNT]
    here = seq[k - 1] if k > 0 else arrays.shift[shift_idx, S_START_NODE]
    there = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
    to_visit, onward = arrays.ways[profile, visit, here, 0], arrays.ways[profile, visit, there, 1]
    duration = arrays.duration[shift_idx, visit]
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    best = IMPOSSIBLE
    for p in range(state.ahead[shift_idx, k, A_PAIRS]):
        start, late = start_of_service(arrays, day, visit, duration, state.ahead[shift_idx, k, A_DEPART + p] + to_visit)
        if start < 0:
            continue
        cents = state.ahead[shift_idx, k, A_CENTS + p] + late_cents(arrays, late)
        if cents < best:
            rest = rest_taken(arrays, shift_idx, seq, count, k, start + duration + onward, behind, leg)
            best = min(best, cents + rest)
    if state.ahead[shift_idx, k, A_OPEN] >= IMPOSSIBLE or best == 0:
        return best
    arrival = state.ahead[shift_idx, k, A_OPEN] + to_visit
    if arrival > closes:
        return best
    start, late = start_of_service(arrays, day, visit, duration, max(arrival, opens) + length)
    if start >= 0:
        cents = state.ahead[shift_idx, k, A_OPEN_CENTS] + late_cents(arrays, late)
        if cents < best:
            rest = rest_taken(arrays, shift_idx, seq, count, k, start + duration + onward, behind, leg)
            best = min(best, cents + rest)
    start, late = start_of_service(arrays, day, visit, duration, arrival)
    done = start + duration
    if start < 0 or done > closes:
        return best
    cents = state.ahead[shift_idx, k, A_OPEN_CENTS] + late_cents(arrays, late)
    if cents < best:
        rest = rest_taken(arrays, shift_idx, seq, count, k, max(done, opens) + length + onward, behind, leg)
        best = min(best, cents + rest)
    if cents < best:
        best = min(best, cents + rest_open(arrays, shift_idx, seq, count, k, done + onward, behind, leg))
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


@kernel
def best_in_route(arrays, state, shift_idx, visit, bound, blink):
    """Return the least extra cents below `bound` of putting a visit into one route, and the place (-1: none)."""
    duration = arrays.duration[shift_idx, visit]
    count = state.route[shift_idx, C_COUNT]
    visits = count - 1 if state.route[shift_idx, C_STOP] >= 0 else count
    full = visits >= arrays.shift[shift_idx, S_MAX_VISITS] or count + 1 >= state.seq.shape[1]
    if duration == CANNOT_SERVE or full or not has_room(arrays, state, visit, shift_idx):
        return bound, -1
    special = arrays.shift[shift_idx, S_SPECIAL] == 1 and draws_or_loads(arrays, visit)
    opens, closes, latest = start_bounds(arrays, arrays.shift[shift_idx, S_DAY], visit)
    spots = find_spots(arrays, state, shift_idx, visit, opens, latest, blink)
    if spots == 0 and not special:
        return bound, -1
    owner = arrays.shift[shift_idx, S_OWNER]
    on_road, service = state.route[shift_idx, C_TRAVEL], state.route[shift_idx, C_SERVICE] + duration
    work, time_cents = on_road + state.route[shift_idx, C_SERVICE], state.route[shift_idx, C_TIME]
    all_days = state.worker[owner, W_WORK]
    fixed = arrays.terms[visit, shift_idx] - time_cents - per_minute(arrays.rates[R_TRAVEL], on_road)
    fixed -= load_cents(arrays, owner, all_days)
    if count == 0:
        fixed += arrays.shift[shift_idx, S_DAY_CENTS]
    else:
        fixed -= per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], work)
    books, squares = state.total[T_WORK], state.total[T_WORK_SQUARES]
    if arrays.owner[owner, O_STAFF] == 1:
        fixed -= spread_cents(arrays, books, squares)
    # Timing an inserted visit never saves lateness or overtime where the triangle holds and windows do not jump.
    lost = 0 if arrays.rates[R_EXACT] == JUMPS else time_cents
    least_fixed, least_first, least_second = least_cents(arrays, state, shift_idx, fixed + lost, service, work)
    behind, spot = state.behind[shift_idx], state.spot
    exact = arrays.rates[R_EXACT] > 0
    best = -1
    for n in range(spots):
        road = spot[n, X_ROAD]
        if least_fixed + road * (least_first + road * least_second) >= bound:
            continue
        k, start, onward = spot[n, X_PLACE], spot[n, X_START], spot[n, X_ONWARD]
        cents = (
            fixed
            + per_minute(arrays.rates[R_TRAVEL], road)
            + per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], road + service)
        )
        now = all_days + road + service - work
        cents += load_cents(arrays, owner, now)
        if arrays.owner[owner, O_STAFF] == 1:
            cents += spread_cents(arrays, books + now - all_days, squares + now * now - all_days * all_days)
        if cents + lost >= bound:
            continue
        # What this start and the delay after it cost at least: a delay beyond `B_LAST` reaches some visit, or the end.
        delay = start + duration + onward - behind[k, B_LAST]
        least = late_cents(arrays, start - closes)
        if delay > 0:
            least += min(late_cents(arrays, delay), per_minute(arrays.rates[R_OVERTIME], delay))
        if cents + least >= bound:
            continue
        if exact:
            timing = inserted_exact_cents(arrays, state, shift_idx, k, visit)
        else:
            timing = inserted_time_cents(arrays, state, shift_idx, k, visit)
        if timing < IMPOSSIBLE and cents + timing < bound:
            if special and not has_room_at(arrays, state, shift_idx, k, visit, np.int64(NOWHERE)):
                continue
            bound = cents + timing
            best = k
    if special and arrays.shift[shift_idx, S_STOP] >= 0 and state.route[shift_idx, C_STOP] < 0:
        bound, place = best_with_stop(arrays, state, shift_idx, visit, bound)
        if place >= 0:
            best = place
    return bound, best


@kernel
def find_spots(arrays, state, shift_idx, visit, opens, latest, blink):
    """List in `State.spot` the places of a route where a visit would be in time; return how many they are.

    One loop over all places without a decision on what it reads: the processor then fetches them side by side.
    """
    ways, seq = arrays.ways[arrays.shift[shift_idx, S_PROFILE], visit], state.seq[shift_idx]
    leg, earliest, behind, spot = state.leg[shift_idx], state.earliest[shift_idx], state.behind[shift_idx], state.spot
    on_road, count = state.route[shift_idx, C_TRAVEL], state.route[shift_idx, C_COUNT]
    longest, duration = arrays.shift[shift_idx, S_MAX_LEG], arrays.duration[shift_idx, visit]
    most, end = min(arrays.shift[shift_idx, S_MAX_TRAVEL], NO_WAY_S - 1), arrays.shift[shift_idx, S_END_NODE]
    first, last = free_places(arrays, state, shift_idx, visit)
    here = seq[first - 1] if first > 0 else arrays.shift[shift_idx, S_START_NODE]
    found = 0
    for k in range(first, last + 1):
        there = seq[k] if k < count else end
        to_visit, onward = np.int64(ways[here, 0]), np.int64(ways[there, 1])
        here = there
        road, start = on_road + to_visit + onward - leg[k], max(earliest[k] + to_visit, opens)
        spot[found, X_PLACE], spot[found, X_ROAD], spot[found, X_START], spot[found, X_ONWARD] = k, road, start, onward
        is_near = (max(to_visit, onward) <= longest) & (road <= most)
        is_in_time = (start <= latest) & (start + duration + onward <= behind[k, B_HARD])
        if not (blink and draw(state, BLINK) == 0):
            found += is_near & is_in_time
    return found


@kernel
def least_cents(arrays, state, shift_idx, fixed, service, work):
    """Return what a route with an inserted visit costs at least: a polynomial of its travel, by three coefficients.

    It is the cost by the rule book without its roundings, less `ROUNDINGS`; the load's square by its tangent.
    """
    owner = arrays.shift[shift_idx, S_OWNER]
    minute = arrays.shift[shift_idx, S_MINUTE_CENTS]
    constant = fixed - ROUNDINGS + minute * service / 60.0
    slope, bend = (arrays.rates[R_TRAVEL] + minute) / 60.0, 0.0
    if arrays.owner[owner, O_STAFF] == 0:
        return constant, slope, bend
    before = state.worker[owner, W_WORK]
    after = before + service - work
    if arrays.rates[R_LOAD_DIVISOR] > 0:
        rate = 1.0 / (arrays.rates[R_LOAD_DIVISOR] * arrays.owner[owner, O_DAYS])
        on_road = state.route[shift_idx, C_TRAVEL]
        above = max(0, after + on_road + arrays.owner[owner, O_OFFSET])
        constant += rate * above * (above - 2 * on_road)
        slope += rate * 2 * above
    staff = arrays.rates[R_STAFF]
    if arrays.rates[R_SPREAD] > 0 and staff > 0:
        rate = arrays.rates[R_SPREAD] / (360_000.0 * staff)
        others = state.total[T_WORK] - before
        rest = staff * (state.total[T_WORK_SQUARES] - before * before)
        constant += rate * (rest + staff * after * after - (others + after) * (others + after))
        slope += rate * (2 * (staff * after - others - after))
        bend = rate * (staff - 1)
    return constant, slope, bend


@kernel
def free_places(arrays, state, shift_idx, visit):
    """Return the first and the last position of a route that a visit may take: none inside a started prefix.

    A visit of the prefix itself takes its own place again; one that comes after another stands behind it.
    """
    count, prefix = state.route[shift_idx, C_COUNT], arrays.shift[shift_idx, S_PREFIX]
    behind = 0
    if arrays.visit[visit, V_LINKED] == 1:
        behind = behind_predecessors(arrays, state, shift_idx, arrays.visit[visit, V_HEAD])
    if prefix == 0:
        return behind, count
    first, last = max(prefix, behind), count
    if arrays.visit[visit, V_FIXED] > 0:
        first = last = arrays.visit[visit, V_FIXED] - 1
    if 0 <= state.route[shift_idx, C_STOP] <= first:
        first += 1
    return min(first, count), min(max(first, last), count)


@kernel
def behind_predecessors(arrays, state, shift_idx, head):
    """Return the first position of a route behind all visits of it that must come before a visit."""
    position = 0
    for n in range(arrays.first[head, E_EARLIER], arrays.first[head + 1, E_EARLIER]):
        for k in range(state.route[shift_idx, C_COUNT]):
            if arrays.visit[state.seq[shift_idx, k], V_HEAD] == arrays.entry[n, 0]:
                position = max(position, k + 1)
    return position


@kernel
def draws_or_loads(arrays, visit):
    """Say whether a visit needs parts or room in the van."""
    needs = arrays.first[visit + 1, E_NEED] - arrays.first[visit, E_NEED]
    return needs + arrays.first[visit + 1, E_LOAD] - arrays.first[visit, E_LOAD] > 0


@kernel
def best_with_stop(arrays, state, shift_idx, visit, bound):
    """Return the least extra cents below `bound` of a visit together with a new stop at the branch before it."""
    count = state.route[shift_idx, C_COUNT]
    if count + 2 >= state.seq.shape[1]:
        return bound, -1
    profile, owner = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_OWNER]
    work = state.route[shift_idx, C_TRAVEL] + state.route[shift_idx, C_SERVICE]
    service = state.route[shift_idx, C_SERVICE] + arrays.duration[shift_idx, visit]
    all_days, books, squares = state.worker[owner, W_WORK], state.total[T_WORK], state.total[T_WORK_SQUARES]
    before = (
        per_minute(arrays.rates[R_TRAVEL], state.route[shift_idx, C_TRAVEL])
        + state.route[shift_idx, C_TIME]
        + load_cents(arrays, owner, all_days)
        + spread_cents(arrays, books, squares)
    )
    if count > 0:
        before += per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], work)
    first, last = free_places(arrays, state, shift_idx, visit)
    best = -1
    for position in range(first, last + 1):
        for stop_at in range(first, position + 1):
            write_trial(arrays, state, shift_idx, position, visit, stop_at)
            road, longest = trial_road(arrays, state, shift_idx, profile, count + 2)
            if longest > arrays.shift[shift_idx, S_MAX_LEG] or road > arrays.shift[shift_idx, S_MAX_TRAVEL]:
                continue
            if longest >= NO_WAY_S:
                continue
            now = all_days + road + service - work
            cents = arrays.extra[shift_idx, visit] - before + per_minute(arrays.rates[R_TRAVEL], road)
            cents += per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], road + service)
            cents += load_cents(arrays, owner, now)
            if count == 0:
                cents += arrays.shift[shift_idx, S_DAY_CENTS]
            if arrays.owner[owner, O_STAFF] == 1:
                cents += spread_cents(arrays, books + now - all_days, squares + now * now - all_days * all_days)
            else:
                cents += spread_cents(arrays, books, squares)
            if cents >= bound or not has_room_at(arrays, state, shift_idx, position, visit, stop_at):
                continue
            timing, _ = time_route(arrays, shift_idx, state.trial, count + 2, state.times)
            if timing < IMPOSSIBLE and cents + timing < bound:
                bound, best = cents + timing, position + STOP_PLACE * (stop_at + 1)
    return bound, best


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


@kernel
def best_place(arrays, state, shift_idx, visit, bound, blink):
    """Return the least extra cents below `bound` of putting a visit into one route, and the place (-1: none)."""
    return best_in_route(arrays, state, shift_idx, visit, bound, blink)


@kernel
def best_insertion(arrays, state, visit, bound, blink):
    """Return the cheapest place of a visit below `bound`: shift (-1: none), place, extra cents."""
    shifts = arrays.shift.shape[0]
    best_shift, best = -1, -1
    if shifts <= TRY_ALL:
        for shift_idx in range(shifts):
            bound, place = best_in_route(arrays, state, shift_idx, visit, bound, blink)
            if place >= 0:
                best_shift, best = shift_idx, place
        return best_shift, best, bound
    state.total[T_STAMP] += 1
    stamp = state.total[T_STAMP]
    tried = 0
    for n in range(arrays.near.shape[1]):
        shift_idx = state.shift_of[arrays.near[visit, n]]
        if shift_idx < 0 or state.route[shift_idx, C_MARK] == stamp:
            continue
        state.route[shift_idx, C_MARK] = stamp
        if arrays.terms[visit, shift_idx] == IMPOSSIBLE:
            continue
        bound, place = best_in_route(arrays, state, shift_idx, visit, bound, blink)
        if place >= 0:
            best_shift, best = shift_idx, place
        tried += 1
        if tried == NEAR_ROUTES:
            break
    unused, empty = 0, state.total[T_EMPTY]
    offset = draw(state, shifts)
    for n in range(shifts):
        if empty == 0 or unused == UNUSED_ROUTES:
            break
        shift_idx = offset + n if offset + n < shifts else offset + n - shifts
        if state.route[shift_idx, C_COUNT] > 0:
            continue
        empty -= 1
        if arrays.terms[visit, shift_idx] == IMPOSSIBLE:
            continue
        bound, place = best_in_route(arrays, state, shift_idx, visit, bound, blink)
        if place >= 0:
            best_shift, best = shift_idx, place
        unused += 1
    return best_shift, best, bound


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
