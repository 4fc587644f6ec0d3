"""Timing of one route, to the second: windows, hours, break slots, lateness, overtime (rule book §2).

`time_route` is the canonical timing. It runs through every break slot and is used wherever a cost must be exact.
Break slots are numbered as in the rule book: 2k before leg k, 2k + 1 after it.
"""

from __future__ import annotations

from optimizer.arrays import (
    R_LATE_LARGE,
    R_LATE_SMALL,
    R_LATE_SMALL_S,
    R_MAX_LATE,
    R_OVERTIME,
    R_WORKING_TIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DEPART,
    S_END,
    S_END_NODE,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_HOURS,
    V_LATEST,
    V_READY,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_TOLD_CLOSE,
    V_TOLD_OPEN,
    V_TOLD_SHIFT,
    V_WINDOWS,
)
from optimizer.jit import inlined, kernel

#: A cost or a moment that stands for "not possible"; far above every real one, far below the end of 64 bits.
IMPOSSIBLE = 10**15
#: The slot of a route without a break.
NO_SLOT = -1
#: No leg is held back.
NO_LEG = -1


@inlined
def per_minute(rate, seconds):
    """Return whole cents for seconds at a rate per minute, rounded half up."""
    return (rate * seconds + 30) // 60


@inlined
def late_cents(arrays, late):
    """Return the cents of one visit's lateness in seconds, both tiers summed."""
    if late <= 0:
        return 0
    small = min(late, arrays.rates[R_LATE_SMALL_S])
    return (arrays.rates[R_LATE_SMALL] * small + arrays.rates[R_LATE_LARGE] * (late - small) + 30) // 60


@inlined
def start_of_service(arrays, visit_idx, duration, arrival):
    """Return when a service starts and how late that is; start -1 when it cannot start at all.

    Parameters
    ----------
    arrays : ProblemArrays
    visit_idx, duration, arrival : int
        Visit index, seconds of service, moment from which the technician is there.

    Returns
    -------
    start, late : int, int
        Moments and seconds. `late` counts from the close of the window that is used.
    """
    moment = max(arrival, arrays.visit[visit_idx, V_READY])
    slack = arrays.rates[R_MAX_LATE]
    for k in range(arrays.visit[visit_idx, V_WINDOWS]):
        close = arrays.windows[visit_idx, k, 1]
        if moment > close + slack:
            continue
        start = max(moment, arrays.windows[visit_idx, k, 0])
        if arrays.visit[visit_idx, V_HOURS] >= 0:
            fitted = -1
            for h in range(arrays.visit[visit_idx, V_HOURS]):
                from_open = max(start, arrays.hours[visit_idx, h, 0])
                if from_open + duration <= arrays.hours[visit_idx, h, 1]:
                    fitted = from_open
                    break
            if fitted < 0:
                return -1, 0
            start = fitted
            if start > close + slack:
                continue
        if start > arrays.visit[visit_idx, V_LATEST]:
            return -1, 0
        return start, max(0, start - close)
    return -1, 0


@inlined
def stability_cents(arrays, shift_idx, visit_idx, start):
    """Return the cents of a start outside the window that the published plan told."""
    if arrays.visit[visit_idx, V_TOLD_OPEN] <= start <= arrays.visit[visit_idx, V_TOLD_CLOSE]:
        return 0
    return (
        arrays.visit[visit_idx, V_TOLD_CENTS]
        if arrays.visit[visit_idx, V_TOLD_SHIFT] == shift_idx
        else arrays.visit[visit_idx, V_TOLD_CENTS_OTHER]
    )


@inlined
def run_slot(arrays, shift_idx, seq, count, slot, held_leg, held_until, times):
    """Time a route with its break in one given slot.

    Parameters
    ----------
    arrays : ProblemArrays
    shift_idx, count, slot : int
        Technician-day, number of visits, break slot or `NO_SLOT`.
    seq : int32 array
        Visit indices in driving order; the first `count` count.
    held_leg, held_until : int
        A leg (-1: none) that leaves no earlier than that moment; everything else leaves as early as it can.
    times : int64 array (at least count + 1, 3)
        Filled in place with arrival, start and end of each visit; row `count` has the return, the break's start and
        the latest departure that keeps return and slot without more lateness.

    Returns
    -------
    cents, back, told : int, int, int
        Lateness and overtime, the return, and the stability cents of the starts; cents is `IMPOSSIBLE` when the
        slot breaks a hard rule.
    """
    profile = arrays.shift[shift_idx, S_PROFILE]
    depart = arrays.shift[shift_idx, S_DEPART]
    moment, here = depart, arrays.shift[shift_idx, S_START_NODE]
    cents, told, pause_start = 0, 0, -1
    waited, push = 0, IMPOSSIBLE
    for k in range(count + 1):
        node = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        for side in range(2):
            if side == 1:
                if k == held_leg:
                    moment = max(moment, held_until)
                moment += arrays.travel[profile, here, node]
                here = node
                if k < count:
                    times[k, 0] = moment
            if slot == 2 * k + side:
                pause_start = max(moment, arrays.shift[shift_idx, S_BREAK_OPEN])
                if pause_start > arrays.shift[shift_idx, S_BREAK_CLOSE]:
                    return IMPOSSIBLE, 0, 0
                waited += pause_start - moment
                push = min(push, waited + arrays.shift[shift_idx, S_BREAK_CLOSE] - pause_start)
                moment = pause_start + arrays.shift[shift_idx, S_BREAK_LENGTH]
        if k == count:
            break
        duration = arrays.duration[shift_idx, node]
        start, late = start_of_service(arrays, node, duration, moment)
        if start < 0:
            return IMPOSSIBLE, 0, 0
        waited += start - moment
        push = min(push, waited + latest_same_start(arrays, node, duration, start, late) - start)
        cents += late_cents(arrays, late)
        told += stability_cents(arrays, shift_idx, node, start)
        times[k, 1] = start
        moment = start + duration
        times[k, 2] = moment
    if moment > arrays.shift[shift_idx, S_RETURN_LIMIT]:
        return IMPOSSIBLE, 0, 0
    cents += per_minute(arrays.rates[R_OVERTIME], max(0, moment - arrays.shift[shift_idx, S_END]))
    times[count, 0] = moment
    times[count, 1] = pause_start
    times[count, 2] = depart + max(0, min(push, waited))
    return cents, moment, told


@inlined
def latest_same_start(arrays, visit_idx, duration, start, late):
    """Return how far a start may be pushed within its window and hours without more lateness or a broken rule."""
    latest = start
    if late == 0:
        for k in range(arrays.visit[visit_idx, V_WINDOWS]):
            if arrays.windows[visit_idx, k, 0] <= start <= arrays.windows[visit_idx, k, 1]:
                latest = max(latest, arrays.windows[visit_idx, k, 1])
                break
    if arrays.visit[visit_idx, V_HOURS] >= 0:
        for h in range(arrays.visit[visit_idx, V_HOURS]):
            if arrays.hours[visit_idx, h, 0] <= start and start + duration <= arrays.hours[visit_idx, h, 1]:
                latest = min(latest, arrays.hours[visit_idx, h, 1] - duration)
                break
    return min(latest, arrays.visit[visit_idx, V_LATEST])


@kernel
def time_route(arrays, shift_idx, seq, count, times):
    """Time a route canonically: the slot of least lateness and overtime, then earliest return, then least index.

    Parameters
    ----------
    arrays : ProblemArrays
    shift_idx, count : int
        Technician-day and number of visits.
    seq : int32 array
        Visit indices in driving order.
    times : int64 array (at least count + 1, 3)
        Scratch, overwritten.

    Returns
    -------
    cents, slot : int, int
        Lateness, overtime, stability of starts and working time in cents (`IMPOSSIBLE` when no slot is legal), and
        the break slot or `NO_SLOT`.
    """
    if count == 0:
        return 0, NO_SLOT
    first, last = 0, 2 * count + 1
    if arrays.shift[shift_idx, S_BREAK_LENGTH] == 0:
        first = last = NO_SLOT
    best, best_back, best_slot, best_extra = IMPOSSIBLE, IMPOSSIBLE, NO_SLOT, 0
    rate = arrays.rates[R_WORKING_TIME]
    for slot in range(first, last + 1):
        cents, back, told = run_slot(arrays, shift_idx, seq, count, slot, NO_LEG, 0, times)
        if cents < best or (cents == best and back < best_back):
            best, best_back, best_slot = cents, back, slot
            best_extra = told + per_minute(rate, back - times[count, 2])
    if best >= IMPOSSIBLE:
        return IMPOSSIBLE, NO_SLOT
    return best + best_extra, best_slot
