"""The forward and backward pass over one route: what makes an insertion cheap to judge.

Position k of a route lies before its k-th visit, the last one before its end. Forward, where a position is left: the
earliest departure with the break still to come, and the undominated (departure, cost) pairs with the break taken.
Backward, where a position is reached: the latest arrival up to which the rest of the route costs nothing, and up to
which it is possible at all; there, the latest return is that of whoever has the largest exception.
"""

from __future__ import annotations

from optimizer.engine.arrays import (
    COLUMNS,
    FORBIDDEN,
    NONE,
    P_CLOSE,
    P_IS,
    P_LATEST,
    P_OPEN,
    R_OVERTIME,
    R_PAUSE_LEAVE,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY,
    S_DEPART,
    S_END,
    S_END_NODE,
    S_FLOOR,
    S_MORE_OVERTIME,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_COUNTS,
    V_LATEST,
    V_MAX_LATE,
    V_READY,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.timing import (
    floor_leg,
    late_cents,
    may_pause,
    per_minute,
    return_limit,
    serve,
    service_with_break,
)

#: How many (departure, cost) pairs with the break taken are kept per position; one or two is usual.
MOST_PAIRS = 6

# Columns of `State.forward`: departure and cost with the break to come, number of pairs with the break taken, then the
# departures and the costs of `MOST_PAIRS`.
FWD_OPEN, FWD_OPEN_CENTS, FWD_PAIRS, FWD_DEPART, *_ = COLUMNS
FWD_CENTS = FWD_DEPART + MOST_PAIRS
FWD_COLUMNS = FWD_CENTS + MOST_PAIRS
# Columns of `State.backward`: latest arrival that costs nothing, and that is possible, with the break taken and with
# the break to come; and the latest arrival that could cost nothing if nobody ever waited: `BWD_FREE` may be too strict,
# `BWD_LAST` never is.
BWD_FREE, BWD_HARD, BWD_OPEN_FREE, BWD_OPEN_HARD, BWD_LAST, BWD_COLUMNS, *_ = COLUMNS


@kernel
def push_pair(forward, position, moment, cents):
    """Add a (departure, cost) pair with the break taken, if no kept pair is as early and as cheap."""
    count = forward[position, FWD_PAIRS]
    kept = 0
    for k in range(count):
        if forward[position, FWD_DEPART + k] <= moment and forward[position, FWD_CENTS + k] <= cents:
            return
    for k in range(count):
        if not (moment <= forward[position, FWD_DEPART + k] and cents <= forward[position, FWD_CENTS + k]):
            forward[position, FWD_DEPART + kept] = forward[position, FWD_DEPART + k]
            forward[position, FWD_CENTS + kept] = forward[position, FWD_CENTS + k]
            kept += 1
    if kept < MOST_PAIRS:
        forward[position, FWD_DEPART + kept] = moment
        forward[position, FWD_CENTS + kept] = cents
        kept += 1
    forward[position, FWD_PAIRS] = kept


@kernel
def fill_forward(arrays, shift_idx, seq, count, forward, earliest):
    """Fill the forward pass of a route, with the earliest departure of all by position.

    Return its cents of lateness and overtime, `FORBIDDEN` when it has none.
    """
    profile = arrays.shift[shift_idx, S_PROFILE]
    day, depart = arrays.shift[shift_idx, S_DAY], arrays.shift[shift_idx, S_DEPART]
    opens, closes = arrays.shift[shift_idx, S_BREAK_OPEN], arrays.shift[shift_idx, S_BREAK_CLOSE]
    length = arrays.shift[shift_idx, S_BREAK_LENGTH]
    forward[0, FWD_PAIRS] = 0
    open_departure, open_cents = FORBIDDEN, 0
    if length == 0:
        push_pair(forward, 0, depart, 0)
    else:
        open_departure = depart
        if depart <= closes:
            push_pair(forward, 0, max(depart, opens) + length, 0)
    forward[0, FWD_OPEN], forward[0, FWD_OPEN_CENTS] = open_departure, open_cents
    earliest[0] = first_departure(forward, 0)
    here = arrays.shift[shift_idx, S_START_NODE]
    held = floor_leg(arrays, shift_idx, seq, count)
    for k in range(count):
        visit = seq[k]
        leg = arrays.travel[profile, here, visit]
        duration = arrays.duration[shift_idx, visit]
        here = visit
        forward[k + 1, FWD_PAIRS] = 0
        for p in range(forward[k, FWD_PAIRS]):
            start, late, done = serve(arrays, day, visit, duration, forward[k, FWD_DEPART + p] + leg)
            if start >= 0:
                push_pair(forward, k + 1, done, forward[k, FWD_CENTS + p] + late_cents(arrays, late))
        if open_departure < FORBIDDEN:
            arrival = open_departure + leg
            open_departure = FORBIDDEN
            if arrival <= closes:
                start, late, done = serve(arrays, day, visit, duration, max(arrival, opens) + length)
                if start >= 0:
                    push_pair(forward, k + 1, done, open_cents + late_cents(arrays, late))
                if may_pause(arrays, visit, duration):
                    start, late, done, _ = service_with_break(arrays, shift_idx, visit, duration, arrival)
                    if start >= 0:
                        push_pair(forward, k + 1, done, open_cents + late_cents(arrays, late))
                start, late, done = serve(arrays, day, visit, duration, arrival)
                if start >= 0 and done <= closes:
                    open_departure = done
                    open_cents += late_cents(arrays, late)
                    push_pair(forward, k + 1, max(open_departure, opens) + length, open_cents)
        if k + 1 == held and held < count:
            open_departure = hold_departures(arrays, shift_idx, forward, held, open_departure)
        forward[k + 1, FWD_OPEN], forward[k + 1, FWD_OPEN_CENTS] = open_departure, open_cents
        earliest[k + 1] = first_departure(forward, k + 1)
    if count == 0:
        return 0
    leg = arrays.travel[profile, here, arrays.shift[shift_idx, S_END_NODE]]
    best, limit = FORBIDDEN, return_limit(arrays, shift_idx, seq, count)
    for p in range(forward[count, FWD_PAIRS]):
        back = forward[count, FWD_DEPART + p] + leg
        best = min(best, end_cents(arrays, shift_idx, back, forward[count, FWD_CENTS + p], limit))
    if open_departure < FORBIDDEN and open_departure + leg <= closes:
        back = max(open_departure + leg, opens) + length
        best = min(best, end_cents(arrays, shift_idx, back, open_cents, limit))
    if held == count:
        # Home may be left for at once; whatever is put in before it may not.
        forward[held, FWD_OPEN] = hold_departures(arrays, shift_idx, forward, held, open_departure)
        earliest[held] = first_departure(forward, held)
    return best


@kernel
def hold_departures(arrays, shift_idx, forward, position, open_departure):
    """Let nobody leave a position before the floor, the break taken meanwhile or not; return the departure without it.

    Parameters
    ----------
    arrays : ProblemArrays
    shift_idx, position : int
        Technician-day and position.
    forward : int64 array (positions, FWD_COLUMNS)
        Its departures with the break taken are moved in place.
    open_departure : int
        The departure with the break still to come.
    """
    floor, closes = arrays.shift[shift_idx, S_FLOOR], arrays.shift[shift_idx, S_BREAK_CLOSE]
    for p in range(forward[position, FWD_PAIRS]):
        forward[position, FWD_DEPART + p] = max(forward[position, FWD_DEPART + p], floor)
    later = max(open_departure, floor)
    return later if arrays.shift[shift_idx, S_BREAK_LENGTH] == 0 or later <= closes else FORBIDDEN


@kernel
def first_departure(forward, position):
    """Return the earliest departure from a position, the break taken or still to come."""
    first = forward[position, FWD_OPEN]
    for p in range(forward[position, FWD_PAIRS]):
        first = min(first, forward[position, FWD_DEPART + p])
    return first


@kernel
def end_cents(arrays, shift_idx, back, cents, limit):
    """Return cents plus the overtime of a return, `FORBIDDEN` beyond the limit."""
    if back > limit:
        return FORBIDDEN
    return cents + per_minute(arrays.rates[R_OVERTIME], max(0, back - arrays.shift[shift_idx, S_END]))


@kernel
def free_start(arrays, day, visit, duration, bound):
    """Return the latest arrival up to `bound` from which a start costs nothing, `NONE` when none is certain.

    With several windows or hours only the first is trusted: the answer may be too strict, never too generous.
    """
    plain = arrays.plain[day, visit]
    if plain[P_IS] == 1:
        latest = min(min(plain[P_CLOSE], plain[P_LATEST]), bound)
        return latest if plain[P_OPEN] <= latest else NONE
    earliest = max(arrays.visit[visit, V_READY], arrays.windows[day, visit, 0, 0])
    latest = min(min(arrays.windows[day, visit, 0, 1], arrays.visit[visit, V_LATEST]), bound)
    hours = arrays.visit[visit, V_COUNTS + 2 * day + 1]
    if hours < NONE:
        return NONE
    if hours >= 0:
        if hours != 1:
            return NONE
        earliest = max(earliest, arrays.hours[day, visit, 0, 0])
        latest = min(latest, arrays.hours[day, visit, 0, 1] - duration)
    return latest if earliest <= latest else NONE


@kernel
def hard_start(arrays, day, visit, bound):
    """Return the latest arrival up to `bound` from which a start may be possible, `NONE` when there is none."""
    opens, _, latest = start_bounds(arrays, day, visit)
    latest = min(latest, bound)
    return latest if opens <= latest else NONE


@kernel
def start_bounds(arrays, day, visit):
    """Return the first moment of any start, when the day's last window closes, and the last moment of any start."""
    plain = arrays.plain[day, visit]
    if plain[P_IS] == 1:
        return plain[P_OPEN], plain[P_CLOSE], plain[P_LATEST]
    opens, closes = max(arrays.visit[visit, V_READY], arrays.windows[day, visit, 0, 0]), last_close(arrays, day, visit)
    return opens, closes, min(closes + arrays.visit[visit, V_MAX_LATE], arrays.visit[visit, V_LATEST])


@kernel
def last_close(arrays, day, visit):
    """Return when the last window of a day closes."""
    if arrays.plain[day, visit, P_IS] == 1:
        return arrays.plain[day, visit, P_CLOSE]
    return arrays.windows[day, visit, max(0, arrays.visit[visit, V_COUNTS + 2 * day] - 1), 1]


@kernel
def fill_backward(arrays, shift_idx, seq, count, backward):
    """Fill the backward pass of a route."""
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    backward[count, BWD_FREE], backward[count, BWD_HARD] = (
        arrays.shift[shift_idx, S_END],
        arrays.shift[shift_idx, S_RETURN_LIMIT] + arrays.shift[shift_idx, S_MORE_OVERTIME],
    )
    backward[count, BWD_LAST] = backward[count, BWD_FREE]
    backward[count, BWD_OPEN_FREE] = latest_before_break(opens, closes, length, backward[count, BWD_FREE])
    backward[count, BWD_OPEN_HARD] = latest_before_break(opens, closes, length, backward[count, BWD_HARD])
    there = arrays.shift[shift_idx, S_END_NODE]
    for k in range(count - 1, -1, -1):
        visit = seq[k]
        leg = arrays.travel[profile, visit, there]
        duration = arrays.duration[shift_idx, visit]
        there = visit
        backward[k, BWD_FREE] = free_start(arrays, day, visit, duration, backward[k + 1, BWD_FREE] - leg - duration)
        backward[k, BWD_HARD] = hard_start(arrays, day, visit, backward[k + 1, BWD_HARD] - leg - duration)
        backward[k, BWD_LAST] = min(last_close(arrays, day, visit), backward[k + 1, BWD_LAST] - leg - duration)
        if length == 0:
            continue
        done = latest_before_break(opens, closes, length, backward[k + 1, BWD_FREE] - leg)
        done = max(done, backward[k + 1, BWD_OPEN_FREE] - leg)
        backward[k, BWD_OPEN_FREE] = max(
            latest_before_break(opens, closes, length, backward[k, BWD_FREE]),
            free_start(arrays, day, visit, duration, done - duration),
        )
        done = latest_before_break(opens, closes, length, backward[k + 1, BWD_HARD] - leg)
        done = max(done, backward[k + 1, BWD_OPEN_HARD] - leg)
        backward[k, BWD_OPEN_HARD] = max(
            latest_before_break(opens, closes, length, backward[k, BWD_HARD]),
            hard_start(arrays, day, visit, done - duration),
        )
        if may_pause(arrays, visit, duration):
            # With the break inside it starts soon enough for that, and takes as much longer at least.
            leave = arrays.rates[R_PAUSE_LEAVE]
            done = backward[k + 1, BWD_HARD] - leg - length - leave
            latest = hard_start(arrays, day, visit, min(done - duration, closes - leave))
            backward[k, BWD_OPEN_HARD] = max(backward[k, BWD_OPEN_HARD], latest)


@kernel
def latest_before_break(opens, closes, length, bound):
    """Return the latest moment at which a break can still begin and end by `bound`, `NONE` when it cannot."""
    if opens + length > bound:
        return NONE
    return min(closes, bound - length)
