"""The forward and backward pass over one route: what makes an insertion cheap to judge.

Forward, per place left: the earliest departure with the break still to come, and the undominated (departure, cost)
pairs with the break taken. Backward, per place reached: the latest arrival up to which the rest of the route costs
nothing, and up to which it is possible at all.
"""

from __future__ import annotations

from optimizer.engine.arrays import (
    P_CLOSE,
    P_IS,
    P_LATEST,
    P_OPEN,
    R_OVERTIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY,
    S_DEPART,
    S_END,
    S_END_NODE,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_COUNTS,
    V_LATEST,
    V_MAX_LATE,
    V_READY,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.schedule import IMPOSSIBLE, late_cents, per_minute, start_of_service

#: How many (departure, cost) pairs with the break taken are kept per place; one or two is usual.
FRONT = 6

# Columns of `State.ahead`: departure and cost with the break to come, number of pairs with the break taken,
# then FRONT departures and FRONT costs.
A_OPEN, A_OPEN_CENTS, A_PAIRS, A_DEPART = range(4)
A_CENTS = A_DEPART + FRONT
# Columns of `State.behind`: latest arrival that costs nothing, and that is possible, with the break taken
# and with the break to come; and the latest arrival that could cost nothing if nobody ever waited: `B_FREE` may be
# too strict, this one is never.
B_FREE, B_HARD, B_OPEN_FREE, B_OPEN_HARD, B_LAST = range(5)


@kernel
def push_pair(ahead, place, moment, cents):
    """Add a (departure, cost) pair with the break taken, if no kept pair is as early and as cheap."""
    count = ahead[place, A_PAIRS]
    kept = 0
    for k in range(count):
        if ahead[place, A_DEPART + k] <= moment and ahead[place, A_CENTS + k] <= cents:
            return
    for k in range(count):
        if not (moment <= ahead[place, A_DEPART + k] and cents <= ahead[place, A_CENTS + k]):
            ahead[place, A_DEPART + kept] = ahead[place, A_DEPART + k]
            ahead[place, A_CENTS + kept] = ahead[place, A_CENTS + k]
            kept += 1
    if kept < FRONT:
        ahead[place, A_DEPART + kept] = moment
        ahead[place, A_CENTS + kept] = cents
        kept += 1
    ahead[place, A_PAIRS] = kept


@kernel
def look_ahead(arrays, shift_idx, seq, count, ahead, earliest):
    """Fill the forward pass of a route, with the earliest departure of all by place.

    Return its cents of lateness and overtime, `IMPOSSIBLE` when it has none.
    """
    profile = arrays.shift[shift_idx, S_PROFILE]
    day, depart = arrays.shift[shift_idx, S_DAY], arrays.shift[shift_idx, S_DEPART]
    opens, closes = arrays.shift[shift_idx, S_BREAK_OPEN], arrays.shift[shift_idx, S_BREAK_CLOSE]
    length = arrays.shift[shift_idx, S_BREAK_LENGTH]
    ahead[0, A_PAIRS] = 0
    open_departure, open_cents = IMPOSSIBLE, 0
    if length == 0:
        push_pair(ahead, 0, depart, 0)
    else:
        open_departure = depart
        if depart <= closes:
            push_pair(ahead, 0, max(depart, opens) + length, 0)
    ahead[0, A_OPEN], ahead[0, A_OPEN_CENTS] = open_departure, open_cents
    earliest[0] = first_departure(ahead, 0)
    here = arrays.shift[shift_idx, S_START_NODE]
    for k in range(count):
        visit = seq[k]
        leg = arrays.travel[profile, here, visit]
        duration = arrays.duration[shift_idx, visit]
        here = visit
        ahead[k + 1, A_PAIRS] = 0
        for p in range(ahead[k, A_PAIRS]):
            start, late = start_of_service(arrays, day, visit, duration, ahead[k, A_DEPART + p] + leg)
            if start >= 0:
                push_pair(ahead, k + 1, start + duration, ahead[k, A_CENTS + p] + late_cents(arrays, late))
        if open_departure < IMPOSSIBLE:
            arrival = open_departure + leg
            open_departure = IMPOSSIBLE
            if arrival <= closes:
                start, late = start_of_service(arrays, day, visit, duration, max(arrival, opens) + length)
                if start >= 0:
                    push_pair(ahead, k + 1, start + duration, open_cents + late_cents(arrays, late))
                start, late = start_of_service(arrays, day, visit, duration, arrival)
                if start >= 0 and start + duration <= closes:
                    open_departure = start + duration
                    open_cents += late_cents(arrays, late)
                    push_pair(ahead, k + 1, max(open_departure, opens) + length, open_cents)
        ahead[k + 1, A_OPEN], ahead[k + 1, A_OPEN_CENTS] = open_departure, open_cents
        earliest[k + 1] = first_departure(ahead, k + 1)
    if count == 0:
        return 0
    leg = arrays.travel[profile, here, arrays.shift[shift_idx, S_END_NODE]]
    best = IMPOSSIBLE
    for p in range(ahead[count, A_PAIRS]):
        best = min(best, end_cents(arrays, shift_idx, ahead[count, A_DEPART + p] + leg, ahead[count, A_CENTS + p]))
    if open_departure < IMPOSSIBLE and open_departure + leg <= closes:
        back = max(open_departure + leg, opens) + length
        best = min(best, end_cents(arrays, shift_idx, back, open_cents))
    return best


@kernel
def first_departure(ahead, place):
    """Return the earliest departure from a place, the break taken or still to come."""
    first = ahead[place, A_OPEN]
    for p in range(ahead[place, A_PAIRS]):
        first = min(first, ahead[place, A_DEPART + p])
    return first


@kernel
def end_cents(arrays, shift_idx, back, cents):
    """Return cents plus the overtime of a return, `IMPOSSIBLE` beyond the limit."""
    if back > arrays.shift[shift_idx, S_RETURN_LIMIT]:
        return IMPOSSIBLE
    return cents + per_minute(arrays.rates[R_OVERTIME], max(0, back - arrays.shift[shift_idx, S_END]))


@kernel
def free_start(arrays, day, visit, duration, bound):
    """Return the latest arrival up to `bound` from which a start costs nothing, -1 when there is none for sure.

    With several windows or hours only the first is trusted: the answer may be too strict, never too generous.
    """
    plain = arrays.plain[day, visit]
    if plain[P_IS] == 1:
        latest = min(min(plain[P_CLOSE], plain[P_LATEST]), bound)
        return latest if plain[P_OPEN] <= latest else -1
    earliest = max(arrays.visit[visit, V_READY], arrays.windows[day, visit, 0, 0])
    latest = min(min(arrays.windows[day, visit, 0, 1], arrays.visit[visit, V_LATEST]), bound)
    hours = arrays.visit[visit, V_COUNTS + 2 * day + 1]
    if hours >= 0:
        if hours != 1:
            return -1
        earliest = max(earliest, arrays.hours[day, visit, 0, 0])
        latest = min(latest, arrays.hours[day, visit, 0, 1] - duration)
    return latest if earliest <= latest else -1


@kernel
def hard_start(arrays, day, visit, bound):
    """Return the latest arrival up to `bound` from which a start may be possible, -1 when there is none."""
    opens, _, latest = start_bounds(arrays, day, visit)
    latest = min(latest, bound)
    return latest if opens <= latest else -1


@kernel
def start_bounds(arrays, day, visit):
    """Return before when no start lies, when the last window of the day closes, and after when no start lies."""
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
def look_behind(arrays, shift_idx, seq, count, behind):
    """Fill the backward pass of a route."""
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    behind[count, B_FREE], behind[count, B_HARD] = (
        arrays.shift[shift_idx, S_END],
        arrays.shift[shift_idx, S_RETURN_LIMIT],
    )
    behind[count, B_LAST] = behind[count, B_FREE]
    behind[count, B_OPEN_FREE] = latest_before_break(opens, closes, length, behind[count, B_FREE])
    behind[count, B_OPEN_HARD] = latest_before_break(opens, closes, length, behind[count, B_HARD])
    there = arrays.shift[shift_idx, S_END_NODE]
    for k in range(count - 1, -1, -1):
        visit = seq[k]
        leg = arrays.travel[profile, visit, there]
        duration = arrays.duration[shift_idx, visit]
        there = visit
        behind[k, B_FREE] = free_start(arrays, day, visit, duration, behind[k + 1, B_FREE] - leg - duration)
        behind[k, B_HARD] = hard_start(arrays, day, visit, behind[k + 1, B_HARD] - leg - duration)
        behind[k, B_LAST] = min(last_close(arrays, day, visit), behind[k + 1, B_LAST] - leg - duration)
        if length == 0:
            continue
        done = latest_before_break(opens, closes, length, behind[k + 1, B_FREE] - leg)
        done = max(done, behind[k + 1, B_OPEN_FREE] - leg)
        behind[k, B_OPEN_FREE] = max(
            latest_before_break(opens, closes, length, behind[k, B_FREE]),
            free_start(arrays, day, visit, duration, done - duration),
        )
        done = latest_before_break(opens, closes, length, behind[k + 1, B_HARD] - leg)
        done = max(done, behind[k + 1, B_OPEN_HARD] - leg)
        behind[k, B_OPEN_HARD] = max(
            latest_before_break(opens, closes, length, behind[k, B_HARD]),
            hard_start(arrays, day, visit, done - duration),
        )


@kernel
def latest_before_break(opens, closes, length, bound):
    """Return the latest moment at which a break can still begin and end by `bound`, -1 when it cannot."""
    if opens + length > bound:
        return -1
    return min(closes, bound - length)
