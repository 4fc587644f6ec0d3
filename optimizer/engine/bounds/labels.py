"""The labelling kernel: the cheapest route of one technician-day at given prices of visits and parts, in integers.

A label is a way up to the end of a service: moment, work, whether the break is taken, cents so far, and what of the
way it remembers. The memory is that of ng-routes (Baldacci, Mingozzi & Roberti, Operations Research 59(5), 2011,
section 4): a visit is forgotten once the route is far from it, so that a route may come back, which no plan does.

Money is counted in `UNIT`s, 2^20 of them a cent: prices are rounded once, to whole units, and nothing after that.
"""

from __future__ import annotations

from optimizer.engine.arrays import (
    COLUMNS,
    NONE,
    R_OVERTIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY,
    S_END,
    V_COUNTS,
    V_LATEST,
    V_MAX_LATE,
    V_READY,
    V_TOLD_CLOSE,
    IntArray,
    ShortArray,
)
from optimizer.engine.jit.kernels import ByAddress, kernel
from optimizer.engine.search.timing import late_cents, may_pause, per_minute, serve, stability_cents

#: So many units are one cent.
UNIT = 1 << 20
#: Units of a route that cannot be: far above every real one, and two of them add up in 64 bits.
FAR = 10**18
#: What `extend_labels` returns where more labels are needed than there is room for.
FULL = -1
#: Labels wait in buckets of so many seconds of their moment.
BUCKET_S = 60

# Entries of `Pricing.fact`: the shift, how many visits it may serve, departure, latest return, seconds of a bucket of
# the completion table (0 without one), how many buckets, and visits remembered in the table and by labels; a tangent
# of the load, units a second of work and units at no work.
(
    A_SHIFT,
    A_VISITS,
    A_DEPART,
    A_LIMIT,
    A_WIDTH,
    A_BUCKETS,
    A_REMEMBERED,
    A_MEMORY,
    A_SLOPE,
    A_ANCHOR,
    A_FIXED,
    A_ENTRIES,
    *_,
) = COLUMNS
# Columns of `Labels.label`: place of the visit, end of service, seconds of work, whether the break is taken, units,
# bits of the memory, the label before, the next one at the same visit, the next one in the bucket, and whether it is
# dominated.
(
    L_PLACE,
    L_MOMENT,
    L_WORK,
    L_RESTED,
    L_UNITS,
    L_MEMORY,
    L_FROM,
    L_NEXT,
    L_QUEUED,
    L_DEAD,
    L_COLUMNS,
    *_,
) = COLUMNS


class Pricing(ByAddress):
    """One technician-day as the labels see it; visits are counted as its own, from 0.

    Parameters
    ----------
    fact : int64 (A_ENTRIES,)
        Entries `A_*`.
    node : int64 (n,)
        Visit index of each of its visits.
    travel : int32 (n + 1, n + 1)
        Seconds from visit to visit; row n leaves the start, column n comes home.
    leg : int64 (n + 1, n + 1)
        Units of the same legs.
    term : int64 (n,)
        Units that follow from serving each visit: what it costs, less its price and plus that of its parts.
    home : int64 (n,)
        Seconds home from each visit at least, over whatever other visits.
    load : int64 (most work + 1,)
        Units of a day's work in seconds: convex.
    near : int64 (n, A_MEMORY)
        Which visits are remembered at each visit, nearest first.
    place : int64 (n, n)
        [i, j]: where j stands among what is remembered at i; `NONE` where it is not.
    after : int32 (n, n, 2^A_REMEMBERED)
        [i, j, M]: what the table remembers at j after M at i; `NONE` where j is in M.
    order : int64 (n, n)
        The other visits by the way to them, nearest first; itself last.
    served, late : int64 (n, n_minutes)
        End of service (`NONE` where there is none) and units of lateness by the minute of the arrival, from the
        departure on: what the table needs of each visit's clock. Filled by `fill_clocks`.
    value : int64 (n, A_BUCKETS, 2, 2^A_REMEMBERED)
        The completion table: units of the cheapest way home from a visit, from the beginning of a bucket on, without
        the break behind it (0) and with it (1), at the tangent of the load. Filled by `fill_values`.
    """

    fact: IntArray
    node: IntArray
    travel: ShortArray
    leg: IntArray
    term: IntArray
    home: IntArray
    load: IntArray
    near: IntArray
    place: IntArray
    after: ShortArray
    order: IntArray
    served: IntArray
    late: IntArray
    value: IntArray


class Labels(ByAddress):
    """Room for labels.

    Parameters
    ----------
    label : int64 (most, L_COLUMNS)
        Columns `L_*`.
    bucket : int64 (n_buckets,)
        The last label queued in each bucket, `NONE` without one.
    last : int64 (n, 2)
        The last label at each visit, without the break behind it and with it.
    best, best_label : int64 (n,), (n,)
        Units of the cheapest route that ends with each visit, and its label.
    """

    label: IntArray
    bucket: IntArray
    last: IntArray
    best: IntArray
    best_label: IntArray


@kernel
def visit_at(arrays, shift_idx, visit, arrival):
    """Return when a service ends that is reached at a moment, and its cents of lateness and stability at least.

    Both never fall when the arrival is later: where they could, the cheapest later start counts. A service that may
    pause takes its own length alone, at any hour. The end is `NONE` where it cannot be served any more.
    """
    day, duration = arrays.shift[shift_idx, S_DAY], arrays.duration[shift_idx, visit]
    windows, slack = arrays.visit[visit, V_COUNTS + 2 * day], arrays.visit[visit, V_MAX_LATE]
    if may_pause(arrays, visit, duration):
        opens, closes = arrays.windows[day, visit, 0, 0], arrays.windows[day, visit, 0, 1]
        for k in range(windows):
            opens, closes = min(opens, arrays.windows[day, visit, k, 0]), max(closes, arrays.windows[day, visit, k, 1])
        start = max(max(arrival, opens), arrays.visit[visit, V_READY])
        if start > min(closes + slack, arrays.visit[visit, V_LATEST]):
            return NONE, 0
        return start + duration, 0
    start, late, end = serve(arrays, day, visit, duration, arrival)
    if start < 0:
        return NONE, 0
    cents = 0
    if windows == 1 or slack == 0:
        cents += late_cents(arrays, late)
    if start > arrays.visit[visit, V_TOLD_CLOSE]:
        cents += stability_cents(arrays, shift_idx, visit, start)
    return end, cents


@kernel
def after_break(arrays, shift_idx, moment, leg):
    """Return when a leg is driven that has the break before it or behind it, `NONE` where the break's window is over.

    Behind it is never later, where it still can be there.
    """
    opens, closes = arrays.shift[shift_idx, S_BREAK_OPEN], arrays.shift[shift_idx, S_BREAK_CLOSE]
    length = arrays.shift[shift_idx, S_BREAK_LENGTH]
    if moment + leg <= closes:
        return max(moment + leg, opens) + length
    if moment <= closes:
        return max(moment, opens) + length + leg
    return NONE


@kernel
def home_units(arrays, pricing, place, moment, rested):
    """Return the units of the way home from a visit and of the overtime then; `FAR` where it ends too late."""
    shift_idx, count = pricing.fact[A_SHIFT], pricing.fact[A_VISITS]
    leg = pricing.travel[place, count]
    back = moment + leg if rested == 1 else after_break(arrays, shift_idx, moment, leg)
    if back < 0 or back > pricing.fact[A_LIMIT]:
        return FAR
    overtime = per_minute(arrays.rates[R_OVERTIME], max(0, back - arrays.shift[shift_idx, S_END]))
    return pricing.leg[place, count] + UNIT * overtime


@kernel
def reach(arrays, pricing, here, there, moment, rested, option):
    """Return end of service, whether the break is taken then, and units, of going on from one visit to another.

    Parameters
    ----------
    arrays, pricing : ProblemArrays, Pricing
    here, there : int
        Places of the two visits; `here` may be the number of visits, for the start.
    moment, rested : int
        When the way begins, and whether the break is behind it (1) or not (0).
    option : int
        0 without the break on this leg, 1 with it, 2 inside a pause of the service.

    Returns
    -------
    end, rested, units : int, int, int
        `end` is `NONE` where that cannot be.
    """
    shift_idx = pricing.fact[A_SHIFT]
    visit, leg = pricing.node[there], pricing.travel[here, there]
    arrival = moment + leg
    if option == 1:
        arrival = after_break(arrays, shift_idx, moment, leg)
        if arrival < 0:
            return NONE, 0, 0
    if option == 2 and not may_pause(arrays, visit, arrays.duration[shift_idx, visit]):
        return NONE, 0, 0
    end, cents = visit_at(arrays, shift_idx, visit, arrival)
    if end < 0 or end + pricing.home[there] > pricing.fact[A_LIMIT]:
        return NONE, 0, 0
    if option > 0:
        rested = 1
    if rested == 0 and end > arrays.shift[shift_idx, S_BREAK_CLOSE]:
        return NONE, 0, 0
    return end, rested, pricing.leg[here, there] + UNIT * cents


@kernel
def fill_clocks(arrays, pricing):
    """Fill in how each visit's service ends and what it costs by the minute of the arrival; later is never better."""
    shift_idx = pricing.fact[A_SHIFT]
    for j in range(pricing.fact[A_VISITS]):
        for minute in range(pricing.served.shape[1]):
            arrival = pricing.fact[A_DEPART] + BUCKET_S * minute
            end, cents = visit_at(arrays, shift_idx, pricing.node[j], arrival)
            if end >= 0 and end + pricing.home[j] > pricing.fact[A_LIMIT]:
                end = NONE
            pricing.served[j, minute], pricing.late[j, minute] = end, UNIT * cents


@kernel
def fill_values(arrays, pricing):
    """Fill the completion table, from the last bucket to the first; every arc leads at least one bucket on.

    More memory never makes a way home cheaper: an arc that does not help where all is remembered helps nowhere.
    """
    shift_idx, count, depart = pricing.fact[A_SHIFT], pricing.fact[A_VISITS], pricing.fact[A_DEPART]
    width, slope, limit = pricing.fact[A_WIDTH], pricing.fact[A_SLOPE], pricing.fact[A_LIMIT]
    closes, length = arrays.shift[shift_idx, S_BREAK_CLOSE], arrays.shift[shift_idx, S_BREAK_LENGTH]
    memories = 1 << pricing.fact[A_REMEMBERED]
    for bucket in range(pricing.fact[A_BUCKETS] - 1, -1, -1):
        moment = depart + bucket * width
        for i in range(count):
            for rested in range(2):
                row = pricing.value[i, bucket, rested]
                if moment + pricing.home[i] > limit or (rested == 0 and (length == 0 or moment > closes)):
                    for m in range(memories):
                        row[m] = FAR
                    continue
                home = home_units(arrays, pricing, i, moment, rested)
                if home < FAR:
                    home += slope * pricing.travel[i, count]
                for m in range(memories):
                    row[m] = home
                for k in range(count - 1):
                    j = pricing.order[i, k]
                    leg, duration = pricing.travel[i, j], arrays.duration[shift_idx, pricing.node[j]]
                    arrival = moment + leg
                    if arrival + duration + pricing.home[j] > limit:
                        continue
                    base = pricing.leg[i, j] + pricing.term[j] + slope * (leg + duration)
                    pauses = may_pause(arrays, pricing.node[j], duration)
                    for option in range(1 if rested == 1 else 3):
                        then = 1 if option > 0 else rested
                        if option == 1:
                            arrival = after_break(arrays, shift_idx, moment, leg)
                        elif option == 2:
                            arrival = moment + leg
                        if arrival < 0 or (option == 2 and not pauses):
                            continue
                        minute = (arrival - depart) // BUCKET_S
                        if minute >= pricing.served.shape[1]:
                            continue
                        end = pricing.served[j, minute]
                        if end < 0 or (then == 0 and end > closes):
                            continue
                        units = base + pricing.late[j, minute]
                        onward = pricing.value[j, (end - depart) // width, then]
                        if units + onward[0] >= row[memories - 1]:
                            continue
                        for m in range(memories):
                            kept = pricing.after[i, j, m]
                            if kept >= 0:
                                row[m] = min(row[m], units + onward[kept])


@kernel
def completion(pricing, place, moment, rested, work, memory):
    """Return what a label adds at least from here to the end, its whole load among it; -`FAR` without a table."""
    width = pricing.fact[A_WIDTH]
    if width == 0:
        return -FAR
    mask = (1 << pricing.fact[A_REMEMBERED]) - 1
    value = pricing.value[place, (moment - pricing.fact[A_DEPART]) // width, rested, memory & mask]
    return value + pricing.fact[A_ANCHOR] + pricing.fact[A_SLOPE] * work


@kernel
def remembered(pricing, here, there, memory):
    """Return the memory at the next visit: what it knows of the memory here, and this visit."""
    if here == pricing.fact[A_VISITS]:
        return 0
    kept = 0
    for k in range(pricing.fact[A_MEMORY]):
        if (memory >> k) & 1 == 1:
            at = pricing.place[there, pricing.near[here, k]]
            if at >= 0:
                kept |= 1 << at
    at = pricing.place[there, here]
    if at >= 0:
        kept |= 1 << at
    return kept


@kernel
def is_no_dearer(pricing, units, work, other_units, other_work, least, most):
    """Return whether a label costs no more than another one, whatever work follows both.

    The load is convex, so that the difference of two loads goes one way as both grow: it is greatest at the least work
    that may follow where the first has less work, and at the most where it has more.
    """
    follows = least if work < other_work else most
    return units + pricing.load[work + follows] <= other_units + pricing.load[other_work + follows]


@kernel
def extend_labels(arrays, pricing, labels, threshold, is_exact):
    """Find the cheapest routes below a threshold, by the visit that they end with.

    Parameters
    ----------
    arrays, pricing : ProblemArrays, Pricing
        The completion table is filled, where there is one.
    labels : Labels
        Overwritten.
    threshold : int
        Units; only routes below it are looked for.
    is_exact : int
        1 for the cheapest ones; 0 leaves out the memory where labels are compared, which is quick and proves nothing.

    Returns
    -------
    int
        The number of labels, or `FULL`.
    """
    shift_idx, count = pricing.fact[A_SHIFT], pricing.fact[A_VISITS]
    depart, limit = pricing.fact[A_DEPART], pricing.fact[A_LIMIT]
    length = arrays.shift[shift_idx, S_BREAK_LENGTH]
    label, made = labels.label, 0
    for bucket in range(labels.bucket.shape[0]):
        labels.bucket[bucket] = NONE
    for j in range(count):
        labels.last[j, 0], labels.last[j, 1] = NONE, NONE
        labels.best[j], labels.best_label[j] = threshold, NONE
    for bucket in range(-1, labels.bucket.shape[0]):
        is_first = bucket < 0
        while is_first or labels.bucket[bucket] >= 0:
            here, moment, work, rested, units, memory, origin = count, depart, 0, 1 if length == 0 else 0, 0, 0, NONE
            if not is_first:
                origin = labels.bucket[bucket]
                labels.bucket[bucket] = label[origin, L_QUEUED]
                here, moment, work = label[origin, L_PLACE], label[origin, L_MOMENT], label[origin, L_WORK]
                rested, units, memory = label[origin, L_RESTED], label[origin, L_UNITS], label[origin, L_MEMORY]
                if label[origin, L_DEAD] == 1:
                    continue
            is_first = False
            for j in range(count):
                if j == here:
                    continue
                if here < count:
                    at = pricing.place[here, j]
                    if at >= 0 and (memory >> at) & 1 == 1:
                        continue
                new_work = work + pricing.travel[here, j] + arrays.duration[shift_idx, pricing.node[j]]
                new_memory = NONE
                for option in range(1 if rested == 1 else 3):
                    end, then, more = reach(arrays, pricing, here, j, moment, rested, option)
                    if end < 0:
                        continue
                    new_units = units + more + pricing.term[j]
                    if new_units + completion(pricing, j, end, then, new_work, 0) >= threshold:
                        continue
                    if new_memory < 0:
                        new_memory = remembered(pricing, here, j, memory)
                    if new_units + completion(pricing, j, end, then, new_work, new_memory) >= threshold:
                        continue
                    least, slack = pricing.home[j], limit - (length if then == 0 else 0)
                    is_dominated, at, before = False, labels.last[j, then], NONE
                    while at >= 0:
                        following, is_worse = label[at, L_NEXT], False
                        other_moment, other_memory = label[at, L_MOMENT], label[at, L_MEMORY]
                        if other_moment <= end and (is_exact == 0 or other_memory & ~new_memory == 0):
                            is_dominated = is_no_dearer(
                                pricing, label[at, L_UNITS], label[at, L_WORK], new_units, new_work,
                                least, max(least, slack - end),
                            )  # fmt: skip
                            if is_dominated:
                                break
                        if end <= other_moment and (is_exact == 0 or new_memory & ~other_memory == 0):
                            is_worse = is_no_dearer(
                                pricing, new_units, new_work, label[at, L_UNITS], label[at, L_WORK],
                                least, max(least, slack - other_moment),
                            )  # fmt: skip
                        if is_worse:
                            label[at, L_DEAD] = 1
                            if before < 0:
                                labels.last[j, then] = following
                            else:
                                label[before, L_NEXT] = following
                        else:
                            before = at
                        at = following
                    if is_dominated:
                        continue
                    if made >= label.shape[0]:
                        return FULL
                    label[made, L_PLACE], label[made, L_MOMENT], label[made, L_WORK] = j, end, new_work
                    label[made, L_RESTED], label[made, L_UNITS], label[made, L_MEMORY] = then, new_units, new_memory
                    label[made, L_FROM], label[made, L_DEAD], label[made, L_NEXT] = origin, 0, labels.last[j, then]
                    labels.last[j, then] = made
                    queue = (end - depart) // BUCKET_S
                    label[made, L_QUEUED] = labels.bucket[queue]
                    labels.bucket[queue] = made
                    whole = home_units(arrays, pricing, j, end, then)
                    if whole < FAR:
                        total = new_work + pricing.travel[j, count]
                        whole += new_units + pricing.load[total] + pricing.fact[A_FIXED]
                        if whole < labels.best[j]:
                            labels.best[j], labels.best_label[j] = whole, made
                    made += 1
    return made


@kernel
def route_units(arrays, pricing, seq, count):
    """Return the units of one order of visits with the break in its cheapest place, `FAR` where it cannot be.

    Parameters
    ----------
    seq : int64 array
        Places of the visits in driving order, the first `count` of them.
    """
    shift_idx = pricing.fact[A_SHIFT]
    best, visits = FAR, pricing.fact[A_VISITS]
    is_free = arrays.shift[shift_idx, S_BREAK_LENGTH] == 0
    # The break on leg k is choice 2k, in the service behind it 2k + 1.
    for choice in range(1 if is_free else 2 * count + 1):
        here, moment, units, work, rested = visits, pricing.fact[A_DEPART], 0, 0, 1 if is_free else 0
        for k in range(count):
            option = 0
            if not is_free and choice // 2 == k:
                option = 1 + choice % 2
            end, then, more = reach(arrays, pricing, here, seq[k], moment, rested, option)
            if end < 0:
                units = FAR
                break
            work += pricing.travel[here, seq[k]] + arrays.duration[shift_idx, pricing.node[seq[k]]]
            units += more + pricing.term[seq[k]]
            here, moment, rested = seq[k], end, then
        if units >= FAR:
            continue
        home = home_units(arrays, pricing, here, moment, rested)
        if home < FAR:
            total = work + pricing.travel[here, visits]
            best = min(best, units + home + pricing.load[total] + pricing.fact[A_FIXED])
    return best
