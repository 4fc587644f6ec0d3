"""The edits of a move: take visits out, put them in, refresh what follows from it, undo.

A visit that others depend on never leaves alone: the rest of its crew and its followers go with it.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    FORBIDDEN,
    FORBIDDEN_S,
    NONE,
    O_STAFF,
    OWN_DRAWS,
    R_LATE_WORST,
    R_QUANTITIES,
    R_SYNCED,
    R_VISITS,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_OWNER,
    S_PREFIX,
    S_PROFILE,
    S_REPLAYED,
    S_START_NODE,
    S_STOP,
    V_AWAITED,
    V_CREW,
    V_FIRST_READY,
    V_FIXED,
    V_HEAD,
    V_LAST_LATEST,
    V_PRICE,
    V_SYNCED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.excess import excess_cents
from optimizer.engine.search.journal import (
    backup_row,
    copy_route,
    forget_touched,
    restore_journal,
    set_bounds,
    set_duration,
    set_sync,
    touch,
)
from optimizer.engine.search.passes import fill_backward
from optimizer.engine.search.shared_resources import (
    can_have_all,
    draw_replayed,
    draw_stock,
    is_stop_idle,
    recount,
    return_replayed,
)
from optimizer.engine.search.slack import loosen_crews, time_held
from optimizer.engine.search.state import (
    C_CENTS,
    C_COUNT,
    C_EMPTY,
    C_EXTRA,
    C_SERVICE,
    C_STALE,
    C_STOP,
    C_SYNCED,
    C_TIME,
    C_TRAVEL,
    C_VERSION,
    C_WORST,
    SYNC_CREW_CENTS,
    SYNC_FREE_UNTIL,
    SYNC_LAST_START,
    SYNC_OWN_DURATION,
    SYNC_READY,
    SYNC_START,
    T_BEST,
    T_CENTS,
    T_EMPTY,
    T_LEAVING,
    T_LOAD,
    T_TOUCHED,
    T_UNASSIGNED,
    T_UNASSIGNED_CENTS,
    T_VERSION,
    T_WORK,
    T_WORK_SQUARES,
    T_WORST,
    W_WORK,
    load_cents,
    route_cents,
    true_cents,
)
from optimizer.engine.search.timing import leaves_later, longest_lateness


@kernel
def refresh(arrays, state, shift_idx):
    """Bring all that is derived from a route's visits up to date, and the totals with it."""
    profile = arrays.shift[shift_idx, S_PROFILE]
    seq, route = state.seq[shift_idx], state.route[shift_idx]
    count = route[C_COUNT]
    orders = arrays.rates[R_VISITS]
    travel, in_service, extra, longest, visits, stop, synced = 0, 0, 0, 0, 0, NONE, 0
    here = arrays.shift[shift_idx, S_START_NODE]
    for k in range(count + 1):
        if count == 0:
            state.leg[shift_idx, 0] = 0
            break
        node = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        leg = arrays.travel[profile, here, node]
        state.leg[shift_idx, k] = leg
        travel += leg
        longest = max(longest, leg)
        here = node
        if k < count:
            if node >= orders:
                stop = k
                continue
            visits += 1
            synced += arrays.visit[node, V_SYNCED]
            in_service += arrays.duration[shift_idx, node]
            extra += arrays.extra[shift_idx, node]
    route[C_SYNCED] = synced
    timing, slot, is_held = time_held(arrays, state, shift_idx, seq, count, True)
    if (
        longest > arrays.shift[shift_idx, S_MAX_LEG] or travel > arrays.shift[shift_idx, S_MAX_TRAVEL]
        or visits > arrays.shift[shift_idx, S_MAX_VISITS]
    ):  # fmt: skip
        timing += excess_cents(arrays, shift_idx, seq, count)
    is_infeasible = timing >= FORBIDDEN or longest >= FORBIDDEN_S
    if is_infeasible:
        timing = FORBIDDEN
    cents = route_cents(arrays, shift_idx, count, travel, in_service, extra, timing)
    worst = 0
    if arrays.rates[R_LATE_WORST] > 0 and not is_infeasible:
        worst = longest_lateness(arrays, shift_idx, seq, count, slot, state.times)
    if is_held:
        loosen_crews(arrays, state, shift_idx)
    fill_backward(arrays, shift_idx, seq, count, state.backward[shift_idx])
    set_route_totals(arrays, state, shift_idx, cents, travel, in_service, worst)
    state.total[T_VERSION] += 1
    route[C_EXTRA], route[C_TIME], route[C_STOP] = extra, timing, stop
    route[C_VERSION] = state.total[T_VERSION]


@kernel
def set_route_totals(arrays, state, shift_idx, cents, travel, in_service, worst):
    """Set what a route costs, and its seconds of travel and service, and bring the totals up to date.

    `worst` is its longest lateness, where that is priced.
    """
    total, route, owner = state.total, state.route[shift_idx], arrays.shift[shift_idx, S_OWNER]
    if arrays.owner[owner, O_STAFF] == 1:
        before = state.worker[owner, W_WORK]
        today, now = route[C_TRAVEL] + route[C_SERVICE], travel + in_service
        work = before + now - today
        state.worker[owner, W_WORK] = work
        total[T_WORK] += work - before
        total[T_WORK_SQUARES] += work * work - before * before
        total[T_LOAD] += load_cents(arrays, shift_idx, now) - load_cents(arrays, shift_idx, today)
    total[T_CENTS] += cents - route[C_CENTS]
    is_empty = np.int64(route[C_COUNT] == 0)
    total[T_EMPTY] += is_empty - route[C_EMPTY]
    route[C_CENTS], route[C_TRAVEL], route[C_SERVICE], route[C_EMPTY] = cents, travel, in_service, is_empty
    set_worst(state, shift_idx, worst)
    if arrays.tool_units.shape[0] > 0 or arrays.rates[R_QUANTITIES] > 0:
        recount(arrays, state, shift_idx)
    draw_replayed(arrays, state, shift_idx)


@kernel
def set_worst(state, shift_idx, worst):
    """Note the longest lateness of a route, and of all routes."""
    total, before = state.total, state.route[shift_idx, C_WORST]
    state.route[shift_idx, C_WORST] = worst
    if worst >= total[T_WORST]:
        total[T_WORST] = worst
    elif before == total[T_WORST]:
        total[T_WORST] = 0
        for other in range(state.best_count.shape[0]):
            total[T_WORST] = max(total[T_WORST], state.route[other, C_WORST])


# --- visits that depend on one another --------------------------------------------------------------------------------


@kernel
def desynchronize(arrays, state, visit, shift_idx):
    """Forget what bound a synchronized visit that has left its route, and list those that must leave with it."""
    reset_sync(arrays, state, visit, shift_idx)
    list_dependents(arrays, state, visit)
    # A predecessor that waited for it need not any more.
    for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
        earlier = state.shift_of[arrays.entry[n, 0]]
        if earlier >= 0:
            state.route[earlier, C_STALE] = 1


@kernel
def reset_sync(arrays, state, visit, shift_idx):
    """Forget what bound a synchronized visit that has left its route."""
    set_bounds(arrays, state, visit, arrays.visit[visit, V_FIRST_READY], arrays.visit[visit, V_LAST_LATEST])
    state.sync[visit, SYNC_LAST_START] = state.sync[visit, SYNC_START]
    set_sync(state, visit, SYNC_START, NONE)
    set_sync(state, visit, SYNC_READY, NONE)
    set_sync(state, visit, SYNC_FREE_UNTIL, NONE)
    if arrays.visit[visit, V_CREW] > 1:
        set_duration(arrays, state, shift_idx, visit, state.sync[visit, SYNC_OWN_DURATION])
        if state.sync[visit, SYNC_CREW_CENTS] > 0:
            state.total[T_CENTS] -= state.sync[visit, SYNC_CREW_CENTS]
            set_sync(state, visit, SYNC_CREW_CENTS, 0)


@kernel
def list_dependents(arrays, state, visit):
    """List the visits that cannot stay without this one: the rest of its crew, and its followers."""
    head, leaving = arrays.visit[visit, V_HEAD], state.total[T_LEAVING]
    for other in range(head, head + arrays.visit[visit, V_CREW]):
        if state.shift_of[other] >= 0:
            state.leaving[leaving] = other
            leaving += 1
    for n in range(arrays.first[head, E_LATER], arrays.first[head + 1, E_LATER]):
        if state.shift_of[arrays.entry[n, 0]] >= 0:
            state.leaving[leaving] = arrays.entry[n, 0]
            leaving += 1
    state.total[T_LEAVING] = leaving


@kernel
def take_out_dependents(arrays, state):
    """Take out every visit that cannot stay, wherever it is, and refresh its route."""
    while state.total[T_LEAVING] > 0:
        state.total[T_LEAVING] -= 1
        visit = state.leaving[state.total[T_LEAVING]]
        shift_idx = state.shift_of[visit]
        if shift_idx < 0:
            continue
        touch(state, shift_idx)
        return_replayed(arrays, state, shift_idx)
        seq, count, kept = state.seq[shift_idx], state.route[shift_idx, C_COUNT], 0
        for k in range(count):
            if seq[k] != visit:
                seq[kept] = seq[k]
                kept += 1
        state.route[shift_idx, C_COUNT] = kept
        unassign(arrays, state, visit)
        desynchronize(arrays, state, visit, shift_idx)
        if arrays.shift[shift_idx, S_STOP] >= 0:
            drop_idle_stop(arrays, state, shift_idx)
        refresh(arrays, state, shift_idx)


# --- taking visits out and putting them in ------------------------------------------------------------------------


@kernel
def unassign(arrays, state, visit):
    """Put a visit that left its route on the list of unassigned ones, and free its stock."""
    total = state.total
    draw_stock(arrays, state, visit, state.shift_of[visit], -1)
    state.shift_of[visit] = NONE
    if arrays.visit[visit, V_HEAD] != visit or visit >= arrays.rates[R_VISITS]:
        return
    state.unassigned[total[T_UNASSIGNED]] = visit
    state.unassigned_at[visit] = total[T_UNASSIGNED]
    total[T_UNASSIGNED] += 1
    total[T_UNASSIGNED_CENTS] += arrays.visit[visit, V_PRICE]
    if arrays.visit[visit, V_SYNCED] == 1:
        count_follower(arrays, visit, -1)


@kernel
def assign(arrays, state, visit, shift_idx):
    """Take a visit that joined a route off the list of unassigned ones, and use its stock."""
    total = state.total
    draw_stock(arrays, state, visit, shift_idx, 1)
    state.shift_of[visit] = shift_idx
    if arrays.visit[visit, V_HEAD] != visit or visit >= arrays.rates[R_VISITS]:
        return
    total[T_UNASSIGNED] -= 1
    last = state.unassigned[total[T_UNASSIGNED]]
    state.unassigned[state.unassigned_at[visit]] = last
    state.unassigned_at[last] = state.unassigned_at[visit]
    total[T_UNASSIGNED_CENTS] -= arrays.visit[visit, V_PRICE]
    if arrays.visit[visit, V_SYNCED] == 1:
        count_follower(arrays, visit, 1)


@kernel
def count_follower(arrays, visit, more):
    """Count one assigned follower more or less for each visit that a visit comes after."""
    for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
        arrays.visit[arrays.entry[n, 0], V_AWAITED] += more


@kernel
def put_in(arrays, state, shift_idx, position, visit):
    """Insert an unassigned visit into a route at a position."""
    touch(state, shift_idx)
    return_replayed(arrays, state, shift_idx)
    seq = state.seq[shift_idx]
    for k in range(state.route[shift_idx, C_COUNT], position, -1):
        seq[k] = seq[k - 1]
    seq[position] = visit
    state.route[shift_idx, C_COUNT] += 1
    assign(arrays, state, visit, shift_idx)
    refresh(arrays, state, shift_idx)


@kernel
def take_out(arrays, state, shift_idx, first, length):
    """Take a string of visits out of a route, fixed ones and a needed stop excepted; the caller refreshes the route."""
    touch(state, shift_idx)
    return_replayed(arrays, state, shift_idx)
    seq = state.seq[shift_idx]
    count, kept = state.route[shift_idx, C_COUNT], 0
    for k in range(count):
        visit = seq[k]
        goes = first <= k < first + length and arrays.visit[visit, V_FIXED] == 0
        if goes and visit < arrays.rates[R_VISITS]:
            unassign(arrays, state, visit)
            if arrays.visit[visit, V_SYNCED] == 1:
                desynchronize(arrays, state, visit, shift_idx)
        else:
            seq[kept] = visit
            kept += 1
    state.route[shift_idx, C_COUNT] = kept
    if state.total[T_LEAVING] > 0:
        # The routes that dependents leave look at what this one draws.
        draw_replayed(arrays, state, shift_idx)
        take_out_dependents(arrays, state)
    if arrays.shift[shift_idx, S_STOP] >= 0:
        return_replayed(arrays, state, shift_idx)
        drop_idle_stop(arrays, state, shift_idx)


@kernel
def drop_idle_stop(arrays, state, shift_idx):
    """Take the stop at the branch out of a route that can do without it; the technician's draws are given back."""
    seq, count, stop = state.seq[shift_idx], state.route[shift_idx, C_COUNT], NONE
    for k in range(count):
        if seq[k] >= arrays.rates[R_VISITS]:
            stop = k
    state.route[shift_idx, C_STOP] = stop
    if stop < 0:
        return
    if not is_stop_idle(arrays, state, shift_idx):
        wait_less(arrays, state, shift_idx)
        return
    unassign(arrays, state, seq[stop])
    for k in range(stop, count - 1):
        seq[k] = seq[k + 1]
    state.route[shift_idx, C_COUNT] = count - 1


@kernel
def wait_less(arrays, state, shift_idx):
    """Let a route wait at the branch for an earlier arrival where that does; its technician's draws are given back."""
    seq, stop = state.seq[shift_idx], state.route[shift_idx, C_STOP]
    node, is_wait = seq[stop], leaves_later(arrays, seq[stop])
    for sooner in range(arrays.shift[shift_idx, S_STOP], node):
        if leaves_later(arrays, sooner) != is_wait:
            continue
        seq[stop] = sooner
        if can_have_all(arrays, state, arrays.shift[shift_idx, S_OWNER]):
            seq[stop] = node
            unassign(arrays, state, node)
            seq[stop] = sooner
            assign(arrays, state, sooner, shift_idx)
            return
        seq[stop] = node


@kernel
def undo(arrays, state):
    """Restore every touched route as it was before the present move."""
    total = state.total
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        return_replayed(arrays, state, shift_idx)
        for k in range(state.route[shift_idx, C_COUNT]):
            unassign(arrays, state, state.seq[shift_idx, k])
        state.route[shift_idx, C_COUNT] = 0
    restore_journal(arrays, state)
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        kept = backup_row(state, shift_idx)
        count = state.route[kept, C_COUNT]
        for k in range(count):
            state.seq[shift_idx, k] = state.seq[kept, k]
            assign(arrays, state, state.seq[kept, k], shift_idx)
        state.route[shift_idx, C_COUNT] = count
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        kept = backup_row(state, shift_idx)
        cents, travel = state.route[kept, C_CENTS], state.route[kept, C_TRAVEL]
        worst = state.route[kept, C_WORST]
        set_route_totals(arrays, state, shift_idx, cents, travel, state.route[kept, C_SERVICE], worst)
        copy_route(state, kept, shift_idx)
    forget_touched(state)


@kernel
def keep_best(arrays, state):
    """Remember the present routes as the best."""
    for shift_idx in range(arrays.shift.shape[0]):
        count = state.route[shift_idx, C_COUNT]
        state.best_count[shift_idx] = count
        for k in range(count):
            state.best[shift_idx, k] = state.seq[shift_idx, k]
    if arrays.rates[R_SYNCED] == 1:
        for visit in range(state.best_start.shape[0]):
            state.best_start[visit] = state.sync[visit, SYNC_START]
    state.total[T_BEST] = true_cents(arrays, state)


@kernel
def is_plain(arrays, state, shift_idx):
    """Return whether a route's visits may leave it freely: no prefix, no synchronized visits, no own parts, no stop."""
    route = state.route[shift_idx]
    return (
        arrays.shift[shift_idx, S_PREFIX] == 0
        and arrays.shift[shift_idx, S_REPLAYED] != OWN_DRAWS
        and route[C_SYNCED] == 0
        and route[C_STOP] < 0
    )


@kernel
def end_before(arrays, state, shift_idx, position):
    """Return the node that a route leaves for a position: a visit, or its start."""
    return state.seq[shift_idx, position - 1] if position > 0 else arrays.shift[shift_idx, S_START_NODE]


@kernel
def end_behind(arrays, state, shift_idx, position):
    """Return the node at a position of a route: a visit, or its end."""
    is_visit = position < state.route[shift_idx, C_COUNT]
    return state.seq[shift_idx, position] if is_visit else arrays.shift[shift_idx, S_END_NODE]
