"""The cheapest place of a visit in one route.

A place is dropped on the first ground found, cheapest test first: no time by the backward pass, travel already dearer
than the best place known, and only then the exact timing of what changes.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    CANNOT_SERVE,
    E_EARLIER,
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
    S_BREAK_LENGTH,
    S_DAY,
    S_DAY_CENTS,
    S_END_NODE,
    S_MAX_DUTY,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_OWNER,
    S_PREFIX,
    S_PROFILE,
    S_SPECIAL,
    S_START_NODE,
    V_FIXED,
    V_HEAD,
    V_LINKED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.delays import inserted_exact_cents, inserted_time_cents
from optimizer.engine.search.passes import B_HARD, B_LAST, start_bounds
from optimizer.engine.search.schedule import IMPOSSIBLE, late_cents, per_minute
from optimizer.engine.search.state import (
    C_COUNT,
    C_SERVICE,
    C_STOP,
    C_TIME,
    C_TRAVEL,
    T_WORK,
    T_WORK_SQUARES,
    W_WORK,
    X_ONWARD,
    X_PLACE,
    X_ROAD,
    X_START,
    load_cents,
    spread_cents,
)
from optimizer.engine.search.store import NOWHERE, draws_or_loads, has_room_at

#: No place in a route.
NO_PLACE = -1
#: A route with more places than this is halved to find those that are in time.
LONG = 8
#: More cents than all the roundings of an insertion's cost together.
ROUNDINGS = 8


@kernel
def best_in_route(arrays, state, shift_idx, visit, bound, barred):
    """Find the cheapest place of a visit in one route.

    Parameters
    ----------
    bound : int
        Only a place that costs less counts, in cents of the whole plan.
    barred : int
        A place that does not count (-1: none).

    Returns
    -------
    bound, place, own, road : int
        Cents of the place, or `bound` as it was; the place (`NO_PLACE`: none); cents without those of everybody's
        load, `IMPOSSIBLE` where no place is in time, `bound` where none is cheap enough; seconds of travel it adds.
    """
    duration = arrays.duration[shift_idx, visit]
    count = state.route[shift_idx, C_COUNT]
    if duration == CANNOT_SERVE or is_full(arrays, state, shift_idx):
        return bound, NO_PLACE, IMPOSSIBLE, 0
    special = arrays.shift[shift_idx, S_SPECIAL] == 1 and draws_or_loads(arrays, visit)
    opens, closes, latest = start_bounds(arrays, arrays.shift[shift_idx, S_DAY], visit)
    spots = find_spots(arrays, state, shift_idx, visit, opens, latest)
    if spots == 0:
        return bound, NO_PLACE, IMPOSSIBLE, 0
    owner = arrays.shift[shift_idx, S_OWNER]
    on_road, service = state.route[shift_idx, C_TRAVEL], state.route[shift_idx, C_SERVICE] + duration
    work, time_cents = on_road + state.route[shift_idx, C_SERVICE], state.route[shift_idx, C_TIME]
    all_days = state.worker[owner, W_WORK]
    fixed = arrays.terms[visit, shift_idx] - time_cents - per_minute(arrays.rates[R_TRAVEL], on_road)
    if count == 0:
        fixed += arrays.shift[shift_idx, S_DAY_CENTS]
    else:
        fixed -= per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], work)
    loads = -load_cents(arrays, owner, all_days)
    books, squares = state.total[T_WORK], state.total[T_WORK_SQUARES]
    if arrays.owner[owner, O_STAFF] == 1:
        loads -= spread_cents(arrays, books, squares)
    # Timing an inserted visit never saves lateness or overtime where the triangle holds and windows do not jump.
    lost = 0 if arrays.rates[R_EXACT] == JUMPS else time_cents
    least_fixed, least_first, least_second = least_cents(arrays, state, shift_idx, fixed + loads + lost, service, work)
    behind, spot = state.behind[shift_idx], state.spot
    exact = arrays.rates[R_EXACT] > 0
    best, best_own, best_road = NO_PLACE, bound, 0
    for n in range(spots):
        road = spot[n, X_ROAD]
        if least_fixed + road * (least_first + road * least_second) >= bound:
            continue
        k, start, onward = spot[n, X_PLACE], spot[n, X_START], spot[n, X_ONWARD]
        if k == barred:
            continue
        own = (
            fixed
            + per_minute(arrays.rates[R_TRAVEL], road)
            + per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], road + service)
        )
        now = all_days + road + service - work
        cents = own + loads + load_cents(arrays, owner, now)
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
            best, best_own, best_road = k, own + timing, road - on_road
    return bound, best, best_own, best_road


@kernel
def is_full(arrays, state, shift_idx):
    """Say whether a route has as many visits as its technician may serve in a day, or as it can hold."""
    count = state.route[shift_idx, C_COUNT]
    visits = count - 1 if state.route[shift_idx, C_STOP] >= 0 else count
    return visits >= arrays.shift[shift_idx, S_MAX_VISITS] or count + 1 >= state.seq.shape[1]


@kernel
def find_spots(arrays, state, shift_idx, visit, opens, latest):
    """List in `State.spot` the places of a route where a visit would be in time; return how many they are.

    One loop over all places without a decision on what it reads: the processor then fetches them side by side.
    """
    ways, seq = arrays.ways[arrays.shift[shift_idx, S_PROFILE], visit], state.seq[shift_idx]
    leg, earliest, behind, spot = state.leg[shift_idx], state.earliest[shift_idx], state.behind[shift_idx], state.spot
    on_road, count = state.route[shift_idx, C_TRAVEL], state.route[shift_idx, C_COUNT]
    longest, duration = arrays.shift[shift_idx, S_MAX_LEG], arrays.duration[shift_idx, visit]
    most, end = min(arrays.shift[shift_idx, S_MAX_TRAVEL], NO_WAY_S - 1), arrays.shift[shift_idx, S_END_NODE]
    # A day lasts at least as long as its travel, its services and its break.
    at_rest = state.route[shift_idx, C_SERVICE] + duration + arrays.shift[shift_idx, S_BREAK_LENGTH]
    most = min(most, arrays.shift[shift_idx, S_MAX_DUTY] - at_rest)
    first, last = free_places(arrays, state, shift_idx, visit)
    first, last = places_in_time(behind, earliest, first, last, opens + duration, latest)
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
        found += is_near & is_in_time
    return found


@kernel
def places_in_time(behind, earliest, first, last, done, latest):
    """Return the first and last of some places of a route between which all lie that a visit could take in time.

    The rest of the route must bear that it is done no sooner than `done`, and it starts by `latest`. Both grow along
    the route, so a long one is halved while its middle is out of time; what then is left is looked at one by one.
    """
    while last - first > LONG:
        middle = (first + last) // 2
        if behind[middle, B_HARD] < done:
            first = middle + 1
        elif earliest[middle] > latest:
            last = middle - 1
        else:
            break
    while first <= last and behind[first, B_HARD] < done:
        first += 1
    while first <= last and earliest[last] > latest:
        last -= 1
    return first, last


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
