"""Slack of crews: how much later each member may come than the crew starts, so that others may be put in before it.

A route is timed with its crews held to their starts as long as nobody pushes one: its break then lies where it lies
when the plan is loaded anew. The slack serves whoever asks what may come before a crew.
"""

from __future__ import annotations

from optimizer.engine.arrays import (
    FAR_FUTURE_S,
    FORBIDDEN,
    NONE,
    R_EXACT,
    R_LATE_WORST,
    R_WORKING_TIME,
    S_END,
    S_MAX_DUTY,
    S_MORE_OVERTIME,
    S_RETURN_LIMIT,
    V_CREW,
    V_LATEST,
    V_READY,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.journal import set_bounds, set_sync, touch
from optimizer.engine.search.passes import fill_backward, fill_forward
from optimizer.engine.search.state import (
    C_COUNT,
    C_SYNCED,
    C_VERSION,
    SYNC_FREE_UNTIL,
    SYNC_START,
    T_INFEASIBLE,
    T_VERSION,
)
from optimizer.engine.search.timing import latest_times, time_route


@kernel
def time_held(arrays, state, shift_idx, seq, count, fills_forward):
    """Time a route with its crews held to their starts or, where that is impossible, with their slack.

    Parameters
    ----------
    seq, count : int64 array, int
        The route itself, or with a visit put in.
    fills_forward : bool
        Whether the forward pass of the route itself is filled as well.

    Returns
    -------
    cents, slot, is_held : int, int, bool
        As of `time_route` or `time_forward`; whether crews are still held: the caller loosens them (`loosen_crews`).
    """
    is_held = state.route[shift_idx, C_SYNCED] > 0 and hold_crews(arrays, state, shift_idx)
    while True:
        if fills_forward:
            cents, slot = time_forward(arrays, state, shift_idx)
        else:
            cents, slot = time_route(arrays, shift_idx, seq, count, state.times)
        if cents < FORBIDDEN or not is_held:
            return cents, slot, is_held
        # Somebody pushes a crew: it may start later, until `resynchronize` gives it its new start.
        loosen_crews(arrays, state, shift_idx)
        is_held = False


@kernel
def time_forward(arrays, state, shift_idx):
    """Fill the forward pass of a route; return its cents of timing, and the break slot where that is asked for.

    The cents are `FORBIDDEN` when the route cannot be timed, the slot is `NONE` where nothing depends on it.
    """
    seq, count, slot = state.seq[shift_idx], state.route[shift_idx, C_COUNT], NONE
    timing = fill_forward(arrays, shift_idx, seq, count, state.forward[shift_idx], state.earliest[shift_idx])
    if is_exact(arrays, shift_idx) or arrays.rates[R_LATE_WORST] > 0:
        exact, slot = time_route(arrays, shift_idx, seq, count, state.times)
        timing = exact if is_exact(arrays, shift_idx) else timing
    return timing, slot


@kernel
def is_exact(arrays, shift_idx):
    """Return whether every change of a route is timed in full: its costs are not monotone, or its end is not fixed."""
    return arrays.rates[R_EXACT] > 0 or arrays.shift[shift_idx, S_MORE_OVERTIME] > 0


@kernel
def hold_crews(arrays, state, shift_idx):
    """Bind the crews of a route to their very starts, until `loosen_crews`; return whether one of them has slack."""
    seq, has_slack = state.seq[shift_idx], False
    for k in range(state.route[shift_idx, C_COUNT]):
        visit = seq[k]
        state.held[k] = arrays.visit[visit, V_LATEST]
        ready = arrays.visit[visit, V_READY]
        if arrays.visit[visit, V_CREW] > 1 and ready < state.held[k] and state.sync[visit, SYNC_START] == ready:
            arrays.visit[visit, V_LATEST] = ready
            has_slack = True
    return has_slack


@kernel
def loosen_crews(arrays, state, shift_idx):
    """Give the crews of a route that were held to their starts their slack back."""
    for k in range(state.route[shift_idx, C_COUNT]):
        arrays.visit[state.seq[shift_idx, k], V_LATEST] = state.held[k]


@kernel
def refresh_backward(arrays, state, shift_idx):
    """Bring the backward pass of a route up to date, after the slack of its crews has changed and nothing else."""
    seq, count = state.seq[shift_idx], state.route[shift_idx, C_COUNT]
    fill_backward(arrays, shift_idx, seq, count, state.backward[shift_idx])
    state.total[T_VERSION] += 1
    state.route[shift_idx, C_VERSION] = state.total[T_VERSION]


@kernel
def note_free_starts(arrays, state, shift_idx, slot):
    """Note up to when each member of a crew could start so that the route costs no more; `times` are the route's.

    Its break stays where it is, and where working time is priced or limited the route ends when it does.
    """
    seq, count = state.seq[shift_idx], state.route[shift_idx, C_COUNT]
    end = state.times[count, 0]
    if arrays.rates[R_WORKING_TIME] == 0 and arrays.shift[shift_idx, S_MAX_DUTY] >= FAR_FUTURE_S:
        end = max(end, min(arrays.shift[shift_idx, S_END], arrays.shift[shift_idx, S_RETURN_LIMIT]))
    latest_times(arrays, shift_idx, seq, count, slot, state.times, end, state.latest)
    for k in range(count):
        if arrays.visit[seq[k], V_CREW] > 1:
            free_until = max(state.times[k, 1], state.latest[k, 1])
            if state.sync[seq[k], SYNC_FREE_UNTIL] != free_until:
                set_sync(state, seq[k], SYNC_FREE_UNTIL, free_until)


@kernel
def give_slack(arrays, state, head, start, latest):
    """Let each member of a crew come later than it starts, as far as that costs the others' routes nothing."""
    size = arrays.visit[head, V_CREW]
    if state.total[T_INFEASIBLE] == 1:
        return
    for member in range(head, head + size):
        own = latest
        for other in range(head, head + size):
            if other != member:
                own = min(own, state.sync[other, SYNC_FREE_UNTIL])
        own = max(own, start)
        if own != arrays.visit[member, V_LATEST]:
            touch(state, state.shift_of[member])
            set_bounds(arrays, state, member, start, own)
            refresh_backward(arrays, state, state.shift_of[member])
