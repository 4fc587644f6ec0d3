"""What a visit put into a route costs in lateness and overtime: its own, and that of all who come after it."""

from __future__ import annotations

from optimizer.engine.arrays import (
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
from optimizer.engine.search.gestures import hold_crews, loosen_crews
from optimizer.engine.search.passes import (
    A_CENTS,
    A_DEPART,
    A_OPEN,
    A_OPEN_CENTS,
    A_PAIRS,
    B_FREE,
    B_HARD,
    B_OPEN_FREE,
    B_OPEN_HARD,
)
from optimizer.engine.search.schedule import IMPOSSIBLE, late_cents, per_minute, start_of_service, time_route
from optimizer.engine.search.state import C_COUNT, C_LINKS


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
    """Return the same by timing the whole changed route: for costs that are not monotone in the start.

    First with the crews of the route at their starts: only a visit that pushes one is timed with the crews' slack.
    """
    count = state.route[shift_idx, C_COUNT]
    for n in range(k):
        state.trial[n] = state.seq[shift_idx, n]
    state.trial[k] = visit
    for n in range(k, count):
        state.trial[n + 1] = state.seq[shift_idx, n]
    if state.route[shift_idx, C_LINKS] > 0 and hold_crews(arrays, state, shift_idx):
        cents, _ = time_route(arrays, shift_idx, state.trial, count + 1, state.times)
        loosen_crews(arrays, state, shift_idx)
        if cents < IMPOSSIBLE:
            return cents
    cents, _ = time_route(arrays, shift_idx, state.trial, count + 1, state.times)
    return cents
