"""Timing of one route, to the second: windows, hours, break slots, lateness, overtime.

`time_route` is the canonical timing. It runs through every break slot and is used wherever a cost must be exact.
Break slots are numbered as in docs/rules.md, The clock of a route: 2k before leg k, 2k + 1 after it; behind those of n
legs come 2n + k, inside a pause of the k-th visit.
"""

from __future__ import annotations

from optimizer.engine.arrays import (
    B_LEAVES,
    FORBIDDEN,
    M_OVERTIME,
    NONE,
    P_CLOSE,
    P_IS,
    P_LATEST,
    P_OPEN,
    R_LATE_LARGE,
    R_LATE_SMALL,
    R_LATE_SMALL_S,
    R_MORE_OVERTIME,
    R_OVERTIME,
    R_PAUSE_LEAVE,
    R_PAUSE_OVER,
    R_PAUSES,
    R_VISITS,
    R_WORKING_TIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY,
    S_DEPART,
    S_END,
    S_END_NODE,
    S_FLOOR,
    S_MAX_DUTY,
    S_MORE_OVERTIME,
    S_PREFIX,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_AWAITED,
    V_COUNTS,
    V_CREW,
    V_HEAD,
    V_LATEST,
    V_MAX_LATE,
    V_PAUSES,
    V_READY,
    V_SYNCED,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_TOLD_CLOSE,
    V_TOLD_DAY,
    V_TOLD_OPEN,
    V_TOLD_SHIFT,
)
from optimizer.engine.jit.kernels import kernel


@kernel
def per_minute(rate, seconds):
    """Return whole cents for seconds at a rate per minute, rounded half up."""
    return (rate * seconds + 30) // 60


@kernel
def leaves_later(arrays, node):
    """Return whether a node of a route is a wait at the branch before the route leaves."""
    first = arrays.rates[R_VISITS]
    return node >= first and arrays.stop[node - first, B_LEAVES] == 1


@kernel
def late_cents(arrays, late):
    """Return the cents of one visit's lateness in seconds, both tiers summed."""
    if late <= 0:
        return 0
    small = min(late, arrays.rates[R_LATE_SMALL_S])
    return (arrays.rates[R_LATE_SMALL] * small + arrays.rates[R_LATE_LARGE] * (late - small) + 30) // 60


@kernel
def start_of_service(arrays, day, visit_idx, duration, arrival):
    """Return when a service starts and how late that is; start `NONE` when it cannot start at all.

    Parameters
    ----------
    arrays : ProblemArrays
    day, visit_idx, duration, arrival : int
        Day and visit index, seconds of service, moment from which the technician is there.

    Returns
    -------
    start, late : int, int
        Moments and seconds. `late` counts from the close of the window that is used.
    """
    start, late, _ = serve(arrays, day, visit_idx, duration, arrival)
    return start, late


@kernel
def serve(arrays, day, visit_idx, duration, arrival):
    """Return when a service starts, how late that is, and when it ends without the day's break in it.

    Parameters and start are those of `start_of_service`. Small enough to be inlined: most visits are plain.
    """
    plain = arrays.plain[day, visit_idx]
    if plain[P_IS] == 0:
        return serve_among_windows(arrays, day, visit_idx, duration, arrival)
    start = max(arrival, plain[P_OPEN])
    if start > plain[P_LATEST]:
        return NONE, 0, 0
    return start, max(0, start - plain[P_CLOSE]), start + duration


@kernel
def serve_among_windows(arrays, day, visit_idx, duration, arrival):
    """Return the same for a visit with several windows, with hours, or one that is synchronized."""
    moment = max(arrival, arrays.visit[visit_idx, V_READY])
    slack = arrays.visit[visit_idx, V_MAX_LATE]
    hours = arrays.visit[visit_idx, V_COUNTS + 2 * day + 1]
    pauses = may_pause(arrays, visit_idx, duration)
    for k in range(arrays.visit[visit_idx, V_COUNTS + 2 * day]):
        close = arrays.windows[day, visit_idx, k, 1]
        if moment > close + slack:
            continue
        start = max(moment, arrays.windows[day, visit_idx, k, 0])
        if hours >= 0:
            fitted = NONE
            for h in range(hours):
                from_open = max(start, arrays.hours[day, visit_idx, h, 0])
                if from_open + duration <= arrays.hours[day, visit_idx, h, 1] or (
                    pauses and pause_after(arrays, day, visit_idx, duration, from_open, h, hours) > 0
                ):
                    fitted = from_open
                    break
            if fitted < 0:
                return NONE, 0, 0
            start = fitted
            if start > close + slack:
                continue
        if start > arrays.visit[visit_idx, V_LATEST]:
            return NONE, 0, 0
        return start, max(0, start - close), end_of_service(arrays, day, visit_idx, duration, start)
    return NONE, 0, 0


@kernel
def may_pause(arrays, visit_idx, duration):
    """Return whether a service of such a length may pause."""
    return duration > arrays.rates[R_PAUSE_OVER] and arrays.visit[visit_idx, V_PAUSES] == 1


@kernel
def end_of_service(arrays, day, visit_idx, duration, start):
    """Return when a service ends that starts at a moment, without the day's break in it: later by a pause."""
    if duration <= arrays.rates[R_PAUSE_OVER] or arrays.visit[visit_idx, V_PAUSES] == 0:
        return start + duration
    here, hours = stretch_at(arrays, day, visit_idx, start)
    return start + duration + pause_after(arrays, day, visit_idx, duration, start, here, hours)


@kernel
def stretch_at(arrays, day, visit_idx, start):
    """Return the stretch of a customer's hours in which a service starts (`NONE`: in none), and how many there are."""
    hours = arrays.visit[visit_idx, V_COUNTS + 2 * day + 1]
    if hours < 0:
        hours = -1 - hours
    for h in range(hours):
        if arrays.hours[day, visit_idx, h, 0] <= start < arrays.hours[day, visit_idx, h, 1]:
            return h, hours
    return NONE, hours


@kernel
def pause_after(arrays, day, visit_idx, duration, start, here, hours):
    """Return how long a service pauses from the end of a stretch of hours, the `here`-th of so many, to the next.

    0 where it ends before, has not worked long enough by then, or could not end in the next stretch either.
    """
    if here < 0 or here + 1 >= hours or start + duration <= arrays.hours[day, visit_idx, here, 1]:
        return 0
    close, leave = arrays.hours[day, visit_idx, here, 1], arrays.rates[R_PAUSE_LEAVE]
    back, worked = arrays.hours[day, visit_idx, here + 1, 0] + leave, close - start
    if worked < max(1, leave) or back + duration - worked > arrays.hours[day, visit_idx, here + 1, 1]:
        return 0
    return back - close


@kernel
def service_with_break(arrays, shift_idx, visit_idx, duration, arrival):
    """Return when a service starts that pauses for the day's break.

    Returns
    -------
    start, late, end, pause_start : int, int, int, int
        Start (`NONE` when it cannot), lateness, end, and start of the break.
    """
    if not may_pause(arrays, visit_idx, duration):
        return NONE, 0, 0, 0
    day = arrays.shift[shift_idx, S_DAY]
    if arrays.plain[day, visit_idx, P_IS] == 1:
        return plain_with_break(arrays, shift_idx, day, visit_idx, duration, arrival)
    moment = max(arrival, arrays.visit[visit_idx, V_READY])
    slack = arrays.visit[visit_idx, V_MAX_LATE]
    for k in range(arrays.visit[visit_idx, V_COUNTS + 2 * day]):
        close = arrays.windows[day, visit_idx, k, 1]
        opened = max(moment, arrays.windows[day, visit_idx, k, 0])
        start, end, pause_start = fitted_with_break(arrays, shift_idx, day, visit_idx, duration, opened)
        if 0 <= start <= min(close + slack, arrays.visit[visit_idx, V_LATEST]):
            return start, max(0, start - close), end, pause_start
    return NONE, 0, 0, 0


@kernel
def plain_with_break(arrays, shift_idx, day, visit_idx, duration, arrival):
    """Return the same for a visit with one window and no hours: the break lies where there was work enough before."""
    plain, leave = arrays.plain[day, visit_idx], arrays.rates[R_PAUSE_LEAVE]
    start = max(arrival, plain[P_OPEN])
    pause_start = max(arrays.shift[shift_idx, S_BREAK_OPEN], start + max(1, leave))
    is_late = start > plain[P_LATEST] or pause_start > arrays.shift[shift_idx, S_BREAK_CLOSE]
    if is_late or pause_start >= start + duration:
        return NONE, 0, 0, 0
    end = start + duration + arrays.shift[shift_idx, S_BREAK_LENGTH] + leave
    return start, max(0, start - plain[P_CLOSE]), end, pause_start


@kernel
def fitted_with_break(arrays, shift_idx, day, visit_idx, duration, moment):
    """Return start, end and break of a service from a moment on that pauses for the break; start `NONE` without one.

    The break begins once its window is open and there was work enough. Where the service would then not end before the
    customer closes, the pause begins there, or as the break's window closes, and lasts until he has opened again.
    """
    opens, closes = arrays.shift[shift_idx, S_BREAK_OPEN], arrays.shift[shift_idx, S_BREAK_CLOSE]
    length, leave = arrays.shift[shift_idx, S_BREAK_LENGTH], arrays.rates[R_PAUSE_LEAVE]
    least, bound = max(1, leave), arrays.visit[visit_idx, V_COUNTS + 2 * day + 1]
    for h in range(max(1, bound)):
        start, here, hours = moment, h, bound
        if bound < 0:
            here, hours = stretch_at(arrays, day, visit_idx, start)
        elif bound > 0:
            start = max(moment, arrays.hours[day, visit_idx, h, 0])
        if bound == 0 or (bound > 0 and start >= arrays.hours[day, visit_idx, h, 1]):
            continue
        pause_start, end = max(opens, start + least), start + duration + length + leave
        holds = pause_start <= closes and pause_start < start + duration
        if here < 0 or end <= arrays.hours[day, visit_idx, here, 1]:
            if holds:
                return start, end, pause_start
            continue
        stop = min(arrays.hours[day, visit_idx, here, 1], closes)
        lies, worked = max(stop, opens), stop - start
        if here + 1 < hours and least <= worked < duration and lies <= arrays.hours[day, visit_idx, here + 1, 0]:
            late_end = max(arrays.hours[day, visit_idx, here + 1, 0], lies + length) + leave + duration - worked
            if late_end <= arrays.hours[day, visit_idx, here + 1, 1]:
                return start, late_end, lies
        if holds and bound < 0:
            return start, end, pause_start
    return NONE, 0, 0


@kernel
def slots_of(arrays, count):
    """Return how many break slots a route of some visits has."""
    return 2 * count + 2 + count * arrays.rates[R_PAUSES]


@kernel
def stability_cents(arrays, shift_idx, visit_idx, start):
    """Return the cents of a start outside the window that the published plan told, on the day that it told."""
    if arrays.visit[visit_idx, V_TOLD_OPEN] <= start <= arrays.visit[visit_idx, V_TOLD_CLOSE]:
        return 0
    if arrays.visit[visit_idx, V_TOLD_DAY] != arrays.shift[shift_idx, S_DAY]:
        return 0
    return (
        arrays.visit[visit_idx, V_TOLD_CENTS]
        if arrays.visit[visit_idx, V_TOLD_SHIFT] == shift_idx
        else arrays.visit[visit_idx, V_TOLD_CENTS_OTHER]
    )


@kernel
def floor_leg(arrays, shift_idx, seq, count):
    """Return the leg after the prefix of a started route, a stop at the branch inside it counted; `NONE` without one.

    Nobody leaves on that leg before the floor, unless it leads home.
    """
    prefix = arrays.shift[shift_idx, S_PREFIX]
    if prefix == 0:
        return NONE
    for k in range(min(prefix, count)):
        if seq[k] >= arrays.rates[R_VISITS]:
            return prefix + 1
    return prefix


@kernel
def largest_more(arrays, shift_idx, seq, count, column):
    """Return the most that an exception for some visit of a route adds to a limit of its day, a column `M_*`."""
    most = 0
    for k in range(count):
        most = max(most, arrays.more[shift_idx, seq[k], column])
    return most


@kernel
def return_limit(arrays, shift_idx, seq, count):
    """Return the latest return of a route, with what the exceptions for its visits add."""
    limit = arrays.shift[shift_idx, S_RETURN_LIMIT]
    if arrays.shift[shift_idx, S_MORE_OVERTIME] == 0:
        return limit
    return limit + largest_more(arrays, shift_idx, seq, count, M_OVERTIME)


@kernel
def run_slot(arrays, shift_idx, seq, count, slot, times):
    """Time a route with its break in one given slot; everybody leaves as early as can be.

    Parameters
    ----------
    arrays : ProblemArrays
    shift_idx, count, slot : int
        Technician-day, number of visits, break slot or `NONE`.
    seq : int64 array
        Visit indices in driving order, the first `count` of them.
    times : int64 array (at least count + 1, 3)
        Filled in place with arrival, start and end of each visit; row `count` has the return and the break's start.

    Returns
    -------
    cents, back, stability : int, int, int
        Lateness and overtime, the return, and the stability cents of the starts; cents is `FORBIDDEN` when the
        slot breaks a hard rule.
    """
    profile = arrays.shift[shift_idx, S_PROFILE]
    moment, here = arrays.shift[shift_idx, S_DEPART], arrays.shift[shift_idx, S_START_NODE]
    day = arrays.shift[shift_idx, S_DAY]
    cents, stability, pause_start = 0, 0, NONE
    held = floor_leg(arrays, shift_idx, seq, count)
    for k in range(count + 1):
        node = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        for side in range(2):
            if side == 1:
                if k == held and k < count:
                    moment = max(moment, arrays.shift[shift_idx, S_FLOOR])
                moment += arrays.travel[profile, here, node]
                here = node
                if k < count:
                    times[k, 0] = moment
            if slot == 2 * k + side:
                pause_start = max(moment, arrays.shift[shift_idx, S_BREAK_OPEN])
                if pause_start > arrays.shift[shift_idx, S_BREAK_CLOSE]:
                    return FORBIDDEN, 0, 0
                moment = pause_start + arrays.shift[shift_idx, S_BREAK_LENGTH]
        if k == count:
            break
        duration = arrays.duration[shift_idx, node]
        if slot == 2 * count + 2 + k:
            start, late, moment, pause_start = service_with_break(arrays, shift_idx, node, duration, moment)
        else:
            start, late, moment = serve(arrays, day, node, duration, moment)
        if start < 0:
            return FORBIDDEN, 0, 0
        cents += late_cents(arrays, late)
        stability += stability_cents(arrays, shift_idx, node, start)
        times[k, 1], times[k, 2] = start, moment
    if moment > arrays.shift[shift_idx, S_RETURN_LIMIT] and moment > return_limit(arrays, shift_idx, seq, count):
        return FORBIDDEN, 0, 0
    cents += per_minute(arrays.rates[R_OVERTIME], max(0, moment - arrays.shift[shift_idx, S_END]))
    times[count, 0] = moment
    times[count, 1] = pause_start
    return cents, moment, stability


@kernel
def latest_arrival(arrays, day, visit_idx, duration, start, latest_start):
    """Return up to when an arrival is as good as one that starts at `start`: no more lateness, by `latest_start`.

    Every arrival before that moment is as good too. Later windows and hours are reached from the earlier ones only
    where no harmful arrival lies between them.
    """
    _, late = start_of_service(arrays, day, visit_idx, duration, start)
    slack = arrays.visit[visit_idx, V_MAX_LATE]
    good, begun = start, start
    while True:
        top = min(latest_start, arrays.visit[visit_idx, V_LATEST])
        for k in range(arrays.visit[visit_idx, V_COUNTS + 2 * day]):
            close = arrays.windows[day, visit_idx, k, 1]
            if arrays.windows[day, visit_idx, k, 0] <= begun <= close + slack:
                top = min(top, close + late)
                break
        for h in range(arrays.visit[visit_idx, V_COUNTS + 2 * day + 1]):
            if arrays.hours[day, visit_idx, h, 0] <= begun and begun + duration <= arrays.hours[day, visit_idx, h, 1]:
                top = min(top, arrays.hours[day, visit_idx, h, 1] - duration)
                break
        good = max(good, top)
        begun, later = start_of_service(arrays, day, visit_idx, duration, good + 1)
        if begun < 0 or begun > latest_start or later > late:
            return good
        good = begun


@kernel
def is_awaited(arrays, visit_idx):
    """Return whether others wait for a visit: the rest of its crew, or followers that are assigned."""
    if arrays.visit[visit_idx, V_SYNCED] == 0:
        return False
    return arrays.visit[visit_idx, V_CREW] > 1 or arrays.visit[visit_idx, V_AWAITED] > 0


@kernel
def latest_departure(arrays, shift_idx, seq, count, slot, times, holds):
    """Return up to when a route may leave and still return at the same moment, in the same slot, no later anywhere.

    Parameters
    ----------
    arrays : ProblemArrays
    shift_idx, count, slot : int
        Technician-day, number of visits, break slot or `NONE`.
    seq : int64 array
        Visit indices in driving order.
    times : int64 array (at least count + 1, 3)
        As `run_slot` filled it for this slot. Not modified.
    holds : bool
        Whether a visit that others wait for keeps its start; otherwise it may start up to its present bound.
    """
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    closes, length = arrays.shift[shift_idx, S_BREAK_CLOSE], arrays.shift[shift_idx, S_BREAK_LENGTH]
    moment, there = times[count, 0], arrays.shift[shift_idx, S_END_NODE]
    for k in range(count, -1, -1):
        if k < count:
            duration = arrays.duration[shift_idx, there]
            keeps = may_pause(arrays, there, duration) or (holds and is_awaited(arrays, there))
            latest_start = times[k, 1] if keeps else moment - duration
            moment = latest_arrival(arrays, day, there, duration, times[k, 1], latest_start)
        if slot == 2 * k + 1:
            moment = min(closes, moment - length)
        here = seq[k - 1] if k > 0 else arrays.shift[shift_idx, S_START_NODE]
        moment -= arrays.travel[profile, here, there]
        if slot == 2 * k:
            moment = min(closes, moment - length)
        there = here
    return max(moment, arrays.shift[shift_idx, S_DEPART])


@kernel
def latest_departures(arrays, shift_idx, seq, count, slot, times, latest):
    """Fill in up to when each leg may be left without harm: no more lateness, overtime or other told cost anywhere.

    Whoever leaves at the latest departure is also back before the day lasts too long. The parameters are those of
    `latest_times`.
    """
    end = max(times[count, 0], min(arrays.shift[shift_idx, S_RETURN_LIMIT], arrays.shift[shift_idx, S_END]))
    departure = latest_departure(arrays, shift_idx, seq, count, slot, times, False)
    end = min(end, departure + arrays.shift[shift_idx, S_MAX_DUTY])
    latest_times(arrays, shift_idx, seq, count, slot, times, end, latest)


@kernel
def latest_times(arrays, shift_idx, seq, count, slot, times, end, latest):
    """Fill in up to when a route may leave each position, and start each visit, to be back by `end` at no more cost.

    Parameters
    ----------
    arrays, shift_idx, seq, count, slot, times
        As for `latest_departure`; the break stays in its slot.
    end : int
        Latest return.
    latest : int64 array (at least count + 1, 2)
        Filled in place: departure of each leg, after a break that is taken before it; start of each visit, as far as
        the rest of the route bears it.
    """
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    closes, length = arrays.shift[shift_idx, S_BREAK_CLOSE], arrays.shift[shift_idx, S_BREAK_LENGTH]
    moment, there = end, arrays.shift[shift_idx, S_END_NODE]
    for k in range(count, -1, -1):
        if k < count:
            duration, start = arrays.duration[shift_idx, there], times[k, 1]
            last = start if may_pause(arrays, there, duration) else moment - duration
            latest[k, 1] = last
            if stability_cents(arrays, shift_idx, there, start) == 0 and arrays.visit[there, V_TOLD_DAY] == day:
                last = min(last, max(start, arrays.visit[there, V_TOLD_CLOSE]))
            moment = latest_arrival(arrays, day, there, duration, start, last)
        if slot == 2 * k + 1:
            moment = min(closes, moment - length)
        here = seq[k - 1] if k > 0 else arrays.shift[shift_idx, S_START_NODE]
        moment -= arrays.travel[profile, here, there]
        latest[k, 0] = moment
        if slot == 2 * k:
            moment = min(closes, moment - length)
        there = here


@kernel
def time_route(arrays, shift_idx, seq, count, times):
    """Time a route canonically: the slot of least lateness and overtime, then earliest return, then least index.

    A slot in which the day lasts too long does not count; starts that others wait for are held for that.

    Parameters
    ----------
    arrays : ProblemArrays
    shift_idx, count : int
        Technician-day and number of visits.
    seq : int64 array
        Visit indices in driving order.
    times : int64 array (at least count + 1, 3)
        Scratch, overwritten.

    Returns
    -------
    cents, slot : int, int
        Lateness, overtime, stability of starts, working time and what an exception adds to the latest return, in cents
        (`FORBIDDEN` when no slot is legal), and the break slot or `NONE`.
    """
    if count == 0:
        return 0, NONE
    first, last = 0, slots_of(arrays, count) - 1
    if arrays.shift[shift_idx, S_BREAK_LENGTH] == 0:
        first = last = NONE
    # An illegal slot returns at moment 0: it is no better than none.
    best, best_back, best_slot, best_extra = FORBIDDEN, 0, NONE, 0
    rate, most = arrays.rates[R_WORKING_TIME], arrays.shift[shift_idx, S_MAX_DUTY]
    depart, waits = arrays.shift[shift_idx, S_DEPART], leaves_later(arrays, seq[0])
    for slot in range(first, last + 1):
        if waits and 1 <= slot <= 2:
            # Who waits to leave rests at once, or after the first drive.
            continue
        inside = slot - 2 * count - 2
        if inside >= 0 and not may_pause(arrays, seq[inside], arrays.duration[shift_idx, seq[inside]]):
            continue
        cents, back, stability = run_slot(arrays, shift_idx, seq, count, slot, times)
        if cents > best or (cents == best and back >= best_back):
            continue
        if back - depart > most and back - latest_departure(arrays, shift_idx, seq, count, slot, times, True) > most:
            continue
        best, best_back, best_slot, best_extra = cents, back, slot, stability
        if rate > 0:
            best_extra += per_minute(rate, back - latest_departure(arrays, shift_idx, seq, count, slot, times, False))
    if best >= FORBIDDEN:
        return FORBIDDEN, NONE
    if best_back > arrays.shift[shift_idx, S_RETURN_LIMIT]:
        best_extra += per_minute(arrays.rates[R_MORE_OVERTIME], best_back - arrays.shift[shift_idx, S_RETURN_LIMIT])
    return best + best_extra, best_slot


@kernel
def longest_lateness(arrays, shift_idx, seq, count, slot, times):
    """Return the longest lateness of a route in seconds; a crew's counts with its lead.

    Parameters
    ----------
    arrays : ProblemArrays
    shift_idx, count, slot : int
        Technician-day, number of visits, break slot or `NONE`.
    seq : int64 array
        Visit indices in driving order; the route can be timed with that slot.
    times : int64 array (at least count + 1, 3)
        Scratch, overwritten.
    """
    run_slot(arrays, shift_idx, seq, count, slot, times)
    day, longest = arrays.shift[shift_idx, S_DAY], 0
    for k in range(count):
        visit = seq[k]
        if visit < arrays.rates[R_VISITS] and arrays.visit[visit, V_HEAD] == visit:
            _, late = start_of_service(arrays, day, visit, arrays.duration[shift_idx, visit], times[k, 1])
            longest = max(longest, late)
    return longest
