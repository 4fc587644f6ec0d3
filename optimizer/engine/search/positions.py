"""The cheapest insertion position of a visit in one route.

A position is dropped for the first reason found, cheapest test first: no time by the backward pass, travel alone more
expensive than the best position known, and only then the exact timing of what changes.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    E_EARLIER,
    FORBIDDEN,
    FORBIDDEN_S,
    JUMPS,
    NONE,
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
    S_MORE_TRAVEL,
    S_MORE_VISITS,
    S_OFFSET,
    S_OWNER,
    S_PREFIX,
    S_PROFILE,
    S_REPLAYED,
    S_START_NODE,
    V_FIXED,
    V_HEAD,
    V_SYNCED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.delays import inserted_exact_cents, inserted_time_cents
from optimizer.engine.search.excess import has_exceptions, inserted_excess_cents
from optimizer.engine.search.passes import BWD_HARD, BWD_LAST, start_bounds
from optimizer.engine.search.shared_resources import draws_or_loads, has_room_at
from optimizer.engine.search.slack import is_exact
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
    X_POSITION,
    X_START,
    X_TRAVEL,
    load_cents,
    spread_cents,
)
from optimizer.engine.search.timing import late_cents, leaves_later, per_minute

#: A route with more positions than this is halved to find those that are in time.
LONG = 8
#: More cents than all the roundings of an insertion's cost together.
ROUNDINGS = 8


@kernel
def best_in_route(arrays, state, shift_idx, visit, bound, barred):
    """Find the cheapest position of a visit in one route.

    Parameters
    ----------
    bound : int
        Only a position that costs less counts, in cents of the whole plan.
    barred : int
        A position that does not count (`NONE`: all do).

    Returns
    -------
    bound, position, own, travel : int
        Cents of the position, or `bound` as it was; the position (`NONE` where there is none); cents without those of
        everybody's load, `FORBIDDEN` where no position is in time, `bound` where none is cheap enough; seconds of
        travel that it adds.
    """
    duration = arrays.duration[shift_idx, visit]
    count = state.route[shift_idx, C_COUNT]
    if duration == NONE or is_full(arrays, state, shift_idx):
        return bound, NONE, FORBIDDEN, 0
    opens, closes, latest = start_bounds(arrays, arrays.shift[shift_idx, S_DAY], visit)
    candidates = find_candidates(arrays, state, shift_idx, visit, opens, latest)
    if candidates == 0:
        return bound, NONE, FORBIDDEN, 0
    owner = arrays.shift[shift_idx, S_OWNER]
    travel_before, service = state.route[shift_idx, C_TRAVEL], state.route[shift_idx, C_SERVICE] + duration
    work, time_cents = travel_before + state.route[shift_idx, C_SERVICE], state.route[shift_idx, C_TIME]
    all_days = state.worker[owner, W_WORK]
    fixed = arrays.terms[visit, shift_idx] - time_cents - per_minute(arrays.rates[R_TRAVEL], travel_before)
    if count == 0:
        fixed += arrays.shift[shift_idx, S_DAY_CENTS]
    else:
        fixed -= per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], work)
    loads = -load_cents(arrays, shift_idx, work)
    all_work, squares = state.total[T_WORK], state.total[T_WORK_SQUARES]
    if arrays.owner[owner, O_STAFF] == 1:
        loads -= spread_cents(arrays, all_work, squares)
    # Timing an inserted visit never saves lateness or overtime where the triangle holds and windows do not jump.
    lost = 0 if arrays.rates[R_EXACT] == JUMPS else time_cents
    least_fixed, least_first, least_second = least_cents(arrays, state, shift_idx, fixed + loads + lost, service, work)
    backward, candidate = state.backward[shift_idx], state.candidate
    best, best_own, best_travel = NONE, bound, 0
    for n in range(candidates):
        travel = candidate[n, X_TRAVEL]
        if least_fixed + travel * (least_first + travel * least_second) >= bound:
            continue
        k, start, onward = candidate[n, X_POSITION], candidate[n, X_START], candidate[n, X_ONWARD]
        if k == barred:
            continue
        own = (
            fixed
            + per_minute(arrays.rates[R_TRAVEL], travel)
            + per_minute(arrays.shift[shift_idx, S_MINUTE_CENTS], travel + service)
        )
        now = all_days + travel + service - work
        cents = own + loads + load_cents(arrays, shift_idx, travel + service)
        if arrays.owner[owner, O_STAFF] == 1:
            cents += spread_cents(arrays, all_work + now - all_days, squares + now * now - all_days * all_days)
        if cents + lost >= bound:
            continue
        # What this start and the delay after it cost at least: a delay past `BWD_LAST` reaches some visit, or the end.
        delay = start + duration + onward - backward[k, BWD_LAST]
        least = late_cents(arrays, start - closes)
        if delay > 0:
            least += min(late_cents(arrays, delay), per_minute(arrays.rates[R_OVERTIME], delay))
        if cents + least >= bound:
            continue
        if is_exact(arrays, shift_idx):
            timing = inserted_exact_cents(arrays, state, shift_idx, k, visit)
        else:
            timing = inserted_time_cents(arrays, state, shift_idx, k, visit, bound - cents)
        if has_exceptions(arrays, shift_idx):
            timing += inserted_excess_cents(arrays, state, shift_idx, k, visit)
        if timing < FORBIDDEN and cents + timing < bound:
            if needs_replay(arrays, shift_idx, visit) and not has_room_at(
                arrays, state, shift_idx, k, visit, np.int64(NONE), np.int64(NONE)
            ):
                continue
            bound = cents + timing
            best, best_own, best_travel = k, own + timing, travel - travel_before
    return bound, best, best_own, best_travel


@kernel
def needs_replay(arrays, shift_idx, visit):
    """Return whether the parts and the room for a visit depend on its position: its technician's days are replayed."""
    return arrays.shift[shift_idx, S_REPLAYED] > 0 and draws_or_loads(arrays, visit)


@kernel
def is_full(arrays, state, shift_idx):
    """Return whether a route has as many visits as its technician may serve in a day, or as it can hold."""
    count = state.route[shift_idx, C_COUNT]
    visits = count - 1 if state.route[shift_idx, C_STOP] >= 0 else count
    most = arrays.shift[shift_idx, S_MAX_VISITS] + arrays.shift[shift_idx, S_MORE_VISITS]
    return visits >= most or count + 1 >= state.seq.shape[1]


@kernel
def find_candidates(arrays, state, shift_idx, visit, opens, latest):
    """List in `State.candidate` the positions of a route where a visit would be in time; return how many they are.

    One loop over all positions without a branch on what it reads: the processor then loads them side by side.
    """
    ways, seq = arrays.ways[arrays.shift[shift_idx, S_PROFILE], visit], state.seq[shift_idx]
    leg, earliest, backward, candidate = (
        state.leg[shift_idx],
        state.earliest[shift_idx],
        state.backward[shift_idx],
        state.candidate,
    )
    travel_before, count = state.route[shift_idx, C_TRAVEL], state.route[shift_idx, C_COUNT]
    # What exceptions may add is added here; whether they do is asked of the few that pass.
    more, duration = arrays.shift[shift_idx, S_MORE_TRAVEL], arrays.duration[shift_idx, visit]
    longest, end = arrays.shift[shift_idx, S_MAX_LEG] + more, arrays.shift[shift_idx, S_END_NODE]
    most = min(arrays.shift[shift_idx, S_MAX_TRAVEL] + more, FORBIDDEN_S - 1)
    # A day lasts at least as long as its travel, its services and its break.
    at_rest = state.route[shift_idx, C_SERVICE] + duration + arrays.shift[shift_idx, S_BREAK_LENGTH]
    most = min(most, arrays.shift[shift_idx, S_MAX_DUTY] - at_rest)
    first, last = open_positions(arrays, state, shift_idx, visit)
    first, last = positions_in_time(backward, earliest, first, last, opens + duration, latest)
    here = seq[first - 1] if first > 0 else arrays.shift[shift_idx, S_START_NODE]
    found = 0
    for k in range(first, last + 1):
        there = seq[k] if k < count else end
        to_visit, onward = np.int64(ways[here, 0]), np.int64(ways[there, 1])
        here = there
        travel, start = travel_before + to_visit + onward - leg[k], max(earliest[k] + to_visit, opens)
        (
            candidate[found, X_POSITION],
            candidate[found, X_TRAVEL],
            candidate[found, X_START],
            candidate[found, X_ONWARD],
        ) = k, travel, start, onward
        is_near = (max(to_visit, onward) <= longest) & (travel <= most)
        is_in_time = (start <= latest) & (start + duration + onward <= backward[k, BWD_HARD])
        found += is_near & is_in_time
    return found


@kernel
def positions_in_time(backward, earliest, first, last, done, latest):
    """Return the first and the last position of a stretch between which all lie that a visit could take in time.

    The rest of the route must bear that it is done no sooner than `done`, and it starts by `latest`. Both grow along
    the route, so a long one is halved while its middle is out of time; what then is left is looked at one by one.
    """
    while last - first > LONG:
        middle = (first + last) // 2
        if backward[middle, BWD_HARD] < done:
            first = middle + 1
        elif earliest[middle] > latest:
            last = middle - 1
        else:
            break
    while first <= last and backward[first, BWD_HARD] < done:
        first += 1
    while first <= last and earliest[last] > latest:
        last -= 1
    return first, last


@kernel
def least_cents(arrays, state, shift_idx, fixed, service, work):
    """Return what a route with an inserted visit costs at least: a polynomial of its travel, by three coefficients.

    It is the cost by the rule book without roundings, less `ROUNDINGS`, with a tangent for the square of the load, and
    without what the reserve costs.
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
        rate = 1.0 / arrays.rates[R_LOAD_DIVISOR]
        travel_before = state.route[shift_idx, C_TRAVEL]
        above = max(0, travel_before + service + arrays.shift[shift_idx, S_OFFSET])
        constant += rate * above * (above - 2 * travel_before)
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
def open_positions(arrays, state, shift_idx, visit):
    """Return the first and the last position of a route that a visit may take: none inside a started prefix.

    A visit of the prefix takes its own position again; a follower comes after its predecessors, and all after a wait.
    """
    count, prefix = state.route[shift_idx, C_COUNT], arrays.shift[shift_idx, S_PREFIX]
    after = 0
    if state.route[shift_idx, C_STOP] == 0 and leaves_later(arrays, state.seq[shift_idx, 0]):
        after = 1
    if arrays.visit[visit, V_SYNCED] == 1:
        after = max(after, after_predecessors(arrays, state, shift_idx, arrays.visit[visit, V_HEAD]))
    if prefix == 0:
        return after, count
    first, last = max(prefix, after), count
    if arrays.visit[visit, V_FIXED] > 0:
        first = last = arrays.visit[visit, V_FIXED] - 1
    if 0 <= state.route[shift_idx, C_STOP] <= first:
        first += 1
    return min(first, count), min(max(first, last), count)


@kernel
def after_predecessors(arrays, state, shift_idx, head):
    """Return the first position of a route after all of its visits that must come before a visit."""
    position = 0
    for n in range(arrays.first[head, E_EARLIER], arrays.first[head + 1, E_EARLIER]):
        for k in range(state.route[shift_idx, C_COUNT]):
            if arrays.visit[state.seq[shift_idx, k], V_HEAD] == arrays.entry[n, 0]:
                position = max(position, k + 1)
    return position
