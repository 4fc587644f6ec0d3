"""What a move overwrites, kept so that it can be undone: whole routes, and line by line what binds visits in time."""

from __future__ import annotations

from optimizer.engine.arrays import COLUMNS, V_LATEST, V_READY
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.state import (
    C_COUNT,
    C_TOUCHED,
    J_COLUMN,
    J_INDEX,
    J_KIND,
    J_OLD,
    J_OLD_LATEST,
    SYNC_CREW_CENTS,
    T_CENTS,
    T_JOURNAL,
    T_TOUCHED,
)

# Kinds of changes: bounds of a start, a duration, a column of `State.sync`.
BOUNDS, DURATION, SYNC, *_ = COLUMNS


@kernel
def touch(state, shift_idx):
    """Keep a route as it is before the present move changes it for the first time."""
    if state.route[shift_idx, C_TOUCHED] == 1:
        return
    copy_route(state, shift_idx, backup_row(state, shift_idx))
    state.route[shift_idx, C_TOUCHED] = 1
    state.touched[state.total[T_TOUCHED]] = shift_idx
    state.total[T_TOUCHED] += 1


@kernel
def backup_row(state, shift_idx):
    """Return the row that keeps a route as it was before the present move."""
    return state.best_count.shape[0] + shift_idx


@kernel
def copy_route(state, source, target):
    """Copy a route and all that is derived from it from one row to another."""
    for column in range(state.route.shape[1]):
        state.route[target, column] = state.route[source, column]
    for k in range(state.route[source, C_COUNT] + 1):
        state.seq[target, k] = state.seq[source, k]
        state.leg[target, k] = state.leg[source, k]
        state.earliest[target, k] = state.earliest[source, k]
        for column in range(state.forward.shape[2]):
            state.forward[target, k, column] = state.forward[source, k, column]
        for column in range(state.backward.shape[2]):
            state.backward[target, k, column] = state.backward[source, k, column]


@kernel
def log_change(state, kind, index, column, old, old_latest):
    """Write a line of the journal."""
    line = state.total[T_JOURNAL]
    if line < state.journal.shape[0]:
        change = state.journal[line]
        change[J_KIND], change[J_INDEX], change[J_COLUMN] = kind, index, column
        change[J_OLD], change[J_OLD_LATEST] = old, old_latest
        state.total[T_JOURNAL] = line + 1


@kernel
def set_bounds(arrays, state, visit, ready, latest):
    """Let a visit start from `ready` to `latest`; return whether that is new."""
    if arrays.visit[visit, V_READY] == ready and arrays.visit[visit, V_LATEST] == latest:
        return False
    log_change(state, BOUNDS, visit, 0, arrays.visit[visit, V_READY], arrays.visit[visit, V_LATEST])
    arrays.visit[visit, V_READY], arrays.visit[visit, V_LATEST] = ready, latest
    return True


@kernel
def set_duration(arrays, state, shift_idx, visit, duration):
    """Let a service of a crew last as long as its slowest member needs."""
    log_change(state, DURATION, shift_idx, visit, arrays.duration[shift_idx, visit], 0)
    arrays.duration[shift_idx, visit] = duration


@kernel
def set_sync(state, visit, column, value):
    """Change a column of `State.sync`."""
    log_change(state, SYNC, visit, column, state.sync[visit, column], 0)
    state.sync[visit, column] = value


@kernel
def restore_journal(arrays, state):
    """Write back what the lines of the journal keep, the last one first."""
    for line in range(state.total[T_JOURNAL] - 1, -1, -1):
        change = state.journal[line]
        kind, index, column, old = change[J_KIND], change[J_INDEX], change[J_COLUMN], change[J_OLD]
        if kind == BOUNDS:
            arrays.visit[index, V_READY], arrays.visit[index, V_LATEST] = old, change[J_OLD_LATEST]
        elif kind == DURATION:
            arrays.duration[index, column] = old
        else:
            if column == SYNC_CREW_CENTS:
                state.total[T_CENTS] += old - state.sync[index, SYNC_CREW_CENTS]
            state.sync[index, column] = old
    state.total[T_JOURNAL] = 0


@kernel
def forget_touched(state):
    """Close the present move: its routes count as untouched."""
    for n in range(state.total[T_TOUCHED]):
        state.route[state.touched[n], C_TOUCHED] = 0
    state.total[T_TOUCHED] = 0
    state.total[T_JOURNAL] = 0
