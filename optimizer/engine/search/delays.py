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
    S_END_NODE,
    S_PROFILE,
    S_START_NODE,
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
from optimizer.engine.search.slack import loosen_crews, time_held
from optimizer.engine.search.state import C_COUNT, write_inserted
from optimizer.engine.search.timing import (
    end_of_service,
    late_cents,
    may_pause,
    per_minute,
    service_with_break,
    start_of_service,
)


@kernel
def rest_taken(arrays, shift_idx, seq, count, k, arrival, backward, leg):
    """Return the cents from reaching position k (the break taken) to the end of the route."""
    day, cents = arrays.shift[shift_idx, S_DAY], 0
    while True:
        if arrival <= backward[k, BWD_FREE]:
            return cents
        if arrival > backward[k, BWD_HARD]:
            return FORBIDDEN
        if k == count:
            return cents + per_minute(arrays.rates[R_OVERTIME], max(0, arrival - arrays.shift[shift_idx, S_END]))
        visit = seq[k]
        duration = arrays.duration[shift_idx, visit]
        start, late = start_of_service(arrays, day, visit, duration, arrival)
        if start < 0:
            return FORBIDDEN
        cents += late_cents(arrays, late)
        k += 1
        arrival = end_of_service(arrays, day, visit, duration, start) + leg[k]


@kernel
def rest_open(arrays, shift_idx, seq, count, k, arrival, backward, leg):
    """Return the least cents from reaching position k (the break still to come) to the end of the route."""
    opens, closes, length = (
        arrays.shift[shift_idx, S_BREAK_OPEN],
        arrays.shift[shift_idx, S_BREAK_CLOSE],
        arrays.shift[shift_idx, S_BREAK_LENGTH],
    )
    day, best, cents = arrays.shift[shift_idx, S_DAY], FORBIDDEN, 0
    while arrival <= closes:
        if arrival <= backward[k, BWD_OPEN_FREE]:
            return min(best, cents)
        if arrival > backward[k, BWD_OPEN_HARD]:
            return best
        after = rest_taken(arrays, shift_idx, seq, count, k, max(arrival, opens) + length, backward, leg)
        best = min(best, cents + after)
        if k == count:
            return best
        visit = seq[k]
        duration = arrays.duration[shift_idx, visit]
        if may_pause(arrays, visit, duration):
            start, late, done, _ = service_with_break(arrays, shift_idx, visit, duration, arrival)
            if start >= 0:
                after = rest_taken(arrays, shift_idx, seq, count, k + 1, done + leg[k + 1], backward, leg)
                best = min(best, cents + late_cents(arrays, late) + after)
        start, late = start_of_service(arrays, day, visit, duration, arrival)
        if start < 0:
            return best
        cents += late_cents(arrays, late)
        done = end_of_service(arrays, day, visit, duration, start)
        k += 1
        if done <= closes:
            onward = max(done, opens) + length + leg[k]
            best = min(best, cents + rest_taken(arrays, shift_idx, seq, count, k, onward, backward, leg))
        arrival = done + leg[k]
    return best


@kernel
def inserted_time_cents(arrays, state, shift_idx, k, visit):
    """Return the lateness and overtime cents of a route with a visit inserted at position k."""
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    seq, backward, leg = state.seq[shift_idx], state.backward[shift_idx], state.leg[shift_idx]
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
    best = FORBIDDEN
    for p in range(state.forward[shift_idx, k, FWD_PAIRS]):
        start, late = start_of_service(
            arrays, day, visit, duration, state.forward[shift_idx, k, FWD_DEPART + p] + to_visit
        )
        if start < 0:
            continue
        cents = state.forward[shift_idx, k, FWD_CENTS + p] + late_cents(arrays, late)
        if cents < best:
            done = end_of_service(arrays, day, visit, duration, start)
            rest = rest_taken(arrays, shift_idx, seq, count, k, done + onward, backward, leg)
            best = min(best, cents + rest)
    if state.forward[shift_idx, k, FWD_OPEN] >= FORBIDDEN or best == 0:
        return best
    arrival = state.forward[shift_idx, k, FWD_OPEN] + to_visit
    if arrival > closes:
        return best
    start, late = start_of_service(arrays, day, visit, duration, max(arrival, opens) + length)
    if start >= 0:
        cents = state.forward[shift_idx, k, FWD_OPEN_CENTS] + late_cents(arrays, late)
        if cents < best:
            done = end_of_service(arrays, day, visit, duration, start)
            rest = rest_taken(arrays, shift_idx, seq, count, k, done + onward, backward, leg)
            best = min(best, cents + rest)
    if may_pause(arrays, visit, duration):
        start, late, done, _ = service_with_break(arrays, shift_idx, visit, duration, arrival)
        cents = state.forward[shift_idx, k, FWD_OPEN_CENTS] + late_cents(arrays, late)
        if start >= 0 and cents < best:
            rest = rest_taken(arrays, shift_idx, seq, count, k, done + onward, backward, leg)
            best = min(best, cents + rest)
    start, late = start_of_service(arrays, day, visit, duration, arrival)
    done = end_of_service(arrays, day, visit, duration, start)
    if start < 0 or done > closes:
        return best
    cents = state.forward[shift_idx, k, FWD_OPEN_CENTS] + late_cents(arrays, late)
    if cents < best:
        rest = rest_taken(arrays, shift_idx, seq, count, k, max(done, opens) + length + onward, backward, leg)
        best = min(best, cents + rest)
    if cents < best:
        best = min(best, cents + rest_open(arrays, shift_idx, seq, count, k, done + onward, backward, leg))
    return best


@kernel
def inserted_exact_cents(arrays, state, shift_idx, k, visit):
    """Return the same by timing the whole changed route: for costs that are not monotone in the start."""
    count = write_inserted(state, shift_idx, k, visit)
    cents, _, is_held = time_held(arrays, state, shift_idx, state.trial, count, False)
    if is_held:
        loosen_crews(arrays, state, shift_idx)
    return cents
