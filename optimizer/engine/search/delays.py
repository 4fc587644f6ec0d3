"""What a visit put into a route costs in lateness and overtime: its own, and that of all visits after it."""

from __future__ import annotations

from optimizer.engine.arrays import (
    FORBIDDEN,
    R_OVERTIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_BREAK_OPEN,
    S_DAY,
    S_END,
    S_PROFILE,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.passes import (
    BWD_FREE,
    BWD_HARD,
    BWD_OPEN_FREE,
    BWD_OPEN_HARD,
    FWD_CENTS,
    FWD_DEPART,
    FWD_OPEN,
    FWD_OPEN_CENTS,
    FWD_PAIRS,
)
from optimizer.engine.search.route_edits import end_before, end_behind
from optimizer.engine.search.slack import loosen_crews, time_held
from optimizer.engine.search.state import C_COUNT, write_inserted
from optimizer.engine.search.timing import (
    late_cents,
    may_pause,
    per_minute,
    serve,
    service_with_break,
)


@kernel
def rest_taken(arrays, state, shift_idx, k, arrival, limit):
    """Return the cents from reaching position k (the break taken) to the end of a route; `limit` or more beyond it."""
    count, day, cents = state.route[shift_idx, C_COUNT], arrays.shift[shift_idx, S_DAY], 0
    while True:
        if arrival <= state.backward[shift_idx, k, BWD_FREE]:
            return cents
        if arrival > state.backward[shift_idx, k, BWD_HARD]:
            return FORBIDDEN
        if k == count:
            return cents + per_minute(arrays.rates[R_OVERTIME], max(0, arrival - arrays.shift[shift_idx, S_END]))
        visit = state.seq[shift_idx, k]
        start, late, done = serve(arrays, day, visit, arrays.duration[shift_idx, visit], arrival)
        if start < 0:
            return FORBIDDEN
        cents += late_cents(arrays, late)
        if cents >= limit:
            return cents
        k += 1
        arrival = done + state.leg[shift_idx, k]


@kernel
def rest_open(arrays, state, shift_idx, k, arrival, limit):
    """Return the same, the break still to come: the least cents; `limit` or more beyond it."""
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    count, day, best, cents = state.route[shift_idx, C_COUNT], arrays.shift[shift_idx, S_DAY], limit, 0
    # Whatever is still to come costs at least what has come.
    while arrival <= closes and cents < best:
        if arrival <= state.backward[shift_idx, k, BWD_OPEN_FREE]:
            return cents
        if arrival > state.backward[shift_idx, k, BWD_OPEN_HARD]:
            return best
        best = min(best, cents + rest_taken(arrays, state, shift_idx, k, max(arrival, opens) + length, best - cents))
        if k == count or best <= cents:
            return best
        visit = state.seq[shift_idx, k]
        duration = arrays.duration[shift_idx, visit]
        k += 1
        leg = state.leg[shift_idx, k]
        if may_pause(arrays, visit, duration):
            start, late, done, _ = service_with_break(arrays, shift_idx, visit, duration, arrival)
            with_late = cents + late_cents(arrays, late)
            if start >= 0 and with_late < best:
                after = rest_taken(arrays, state, shift_idx, k, done + leg, best - with_late)
                best = min(best, with_late + after)
        start, late, done = serve(arrays, day, visit, duration, arrival)
        if start < 0:
            return best
        cents += late_cents(arrays, late)
        if done <= closes and cents < best:
            onward = max(done, opens) + length + leg
            best = min(best, cents + rest_taken(arrays, state, shift_idx, k, onward, best - cents))
        arrival = done + leg
    return best


@kernel
def inserted_time_cents(arrays, state, shift_idx, k, visit, limit):
    """Return the lateness and overtime cents of a route with a visit inserted at position k; `limit` or more beyond it.

    `limit` ends the search for them early: whoever asks has no use for more.
    """
    day, best = arrays.shift[shift_idx, S_DAY], limit
    here = end_before(arrays, state, shift_idx, k)
    there = end_behind(arrays, state, shift_idx, k)
    ways = arrays.ways[arrays.shift[shift_idx, S_PROFILE], visit]
    to_visit, onward = ways[here, 0], ways[there, 1]
    duration = arrays.duration[shift_idx, visit]
    for p in range(state.forward[shift_idx, k, FWD_PAIRS]):
        cents = state.forward[shift_idx, k, FWD_CENTS + p]
        if cents >= best:
            continue
        start, late, done = serve(arrays, day, visit, duration, state.forward[shift_idx, k, FWD_DEPART + p] + to_visit)
        cents += late_cents(arrays, late)
        if start >= 0 and cents < best:
            best = min(best, cents + rest_taken(arrays, state, shift_idx, k, done + onward, best - cents))
    before = state.forward[shift_idx, k, FWD_OPEN_CENTS]
    if state.forward[shift_idx, k, FWD_OPEN] >= FORBIDDEN or best <= before:
        return best
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    arrival = state.forward[shift_idx, k, FWD_OPEN] + to_visit
    if arrival > closes:
        return best
    start, late, done = serve(arrays, day, visit, duration, max(arrival, opens) + length)
    cents = before + late_cents(arrays, late)
    if start >= 0 and cents < best:
        best = min(best, cents + rest_taken(arrays, state, shift_idx, k, done + onward, best - cents))
    if before < best and may_pause(arrays, visit, duration):
        start, late, done, _ = service_with_break(arrays, shift_idx, visit, duration, arrival)
        cents = before + late_cents(arrays, late)
        if start >= 0 and cents < best:
            best = min(best, cents + rest_taken(arrays, state, shift_idx, k, done + onward, best - cents))
    start, late, done = serve(arrays, day, visit, duration, arrival)
    cents = before + late_cents(arrays, late)
    if start < 0 or done > closes or cents >= best:
        return best
    at_next = max(done, opens) + length + onward
    best = min(best, cents + rest_taken(arrays, state, shift_idx, k, at_next, best - cents))
    if cents < best:
        best = min(best, cents + rest_open(arrays, state, shift_idx, k, done + onward, best - cents))
    return best


@kernel
def inserted_exact_cents(arrays, state, shift_idx, k, visit):
    """Return the same by timing the whole changed route: for costs that are not monotone in the start."""
    count = write_inserted(state, shift_idx, k, visit)
    cents, _, is_held = time_held(arrays, state, shift_idx, state.trial, count, False)
    if is_held:
        loosen_crews(arrays, state, shift_idx)
    return cents
