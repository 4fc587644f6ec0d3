"""The gestures of a move: take out, put in, refresh what follows from it, undo.

A visit that others are linked to never leaves alone: the rest of its crew and all that wait for it go with it.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    NO_WAY_S,
    O_STAFF,
    R_EXACT,
    R_LATE_WORST,
    R_LINKS,
    R_QUANTITIES,
    R_VISITS,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_OWNER,
    S_PROFILE,
    S_START_NODE,
    S_STOP,
    V_CREW,
    V_FIRST_READY,
    V_FIXED,
    V_HEAD,
    V_LAST_LATEST,
    V_LATEST,
    V_LINKED,
    V_PRICE,
    V_READY,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.passes import look_ahead, look_behind
from optimizer.engine.search.schedule import IMPOSSIBLE, NO_SLOT, longest_lateness, time_route
from optimizer.engine.search.state import (
    C_CENTS,
    C_COUNT,
    C_EMPTY,
    C_EXTRA,
    C_LINKS,
    C_SERVICE,
    C_STALE,
    C_STOP,
    C_TIME,
    C_TOUCHED,
    C_TRAVEL,
    C_VERSION,
    C_WORST,
    L_BEARS,
    L_CENTS,
    L_FROM,
    L_OWN,
    L_START,
    L_WAS,
    NO_START,
    T_ABSENT,
    T_ABSENT_CENTS,
    T_BEST,
    T_CENTS,
    T_EMPTY,
    T_JOURNAL,
    T_LOAD,
    T_TOUCHED,
    T_VERSION,
    T_WAITING,
    T_WORK,
    T_WORK_SQUARES,
    T_WORST,
    W_WORK,
    load_cents,
    route_cents,
    true_cents,
)
from optimizer.engine.search.store import book, draw_stock, is_stop_idle, recount, unbook

# What a line of the journal keeps: bounds of a start, a duration, a column of `State.link`.
J_BOUNDS, J_DURATION, J_LINK = range(3)


@kernel
def refresh(arrays, state, shift_idx):
    """Bring all that is derived from a route's visits up to date, and the totals with it."""
    profile = arrays.shift[shift_idx, S_PROFILE]
    seq = state.seq[shift_idx]
    count = state.route[shift_idx, C_COUNT]
    orders = arrays.rates[R_VISITS]
    on_road, in_service, extra, longest, visits, stop, links = 0, 0, 0, 0, 0, -1, 0
    here = arrays.shift[shift_idx, S_START_NODE]
    for k in range(count + 1):
        if count == 0:
            state.leg[shift_idx, 0] = 0
            break
        node = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        leg = arrays.travel[profile, here, node]
        state.leg[shift_idx, k] = leg
        on_road += leg
        longest = max(longest, leg)
        here = node
        if k < count:
            if node >= orders:
                stop = k
                continue
            visits += 1
            links += arrays.visit[node, V_LINKED]
            in_service += arrays.duration[shift_idx, node]
            extra += arrays.extra[shift_idx, node]
    has_worst = arrays.rates[R_LATE_WORST] > 0
    is_held = links > 0 and hold_crews(arrays, state, shift_idx)
    timing, slot = time_forward(arrays, state, shift_idx)
    if is_held and timing >= IMPOSSIBLE:
        # Somebody pushes a crew: it is timed as late as it may start, until `relink` gives it its new start.
        loosen_crews(arrays, state, shift_idx)
        is_held = False
        timing, slot = time_forward(arrays, state, shift_idx)
    broken = (
        timing >= IMPOSSIBLE or longest > arrays.shift[shift_idx, S_MAX_LEG] or longest >= NO_WAY_S
        or on_road > arrays.shift[shift_idx, S_MAX_TRAVEL] or visits > arrays.shift[shift_idx, S_MAX_VISITS]
    )  # fmt: skip
    if broken:
        timing = IMPOSSIBLE
    cents = route_cents(arrays, shift_idx, count, on_road, in_service, extra, timing)
    worst = 0
    if has_worst and not broken:
        worst = longest_lateness(arrays, shift_idx, seq, count, slot, state.times)
    if is_held:
        loosen_crews(arrays, state, shift_idx)
    look_behind(arrays, shift_idx, seq, count, state.behind[shift_idx])
    route = state.route[shift_idx]
    set_books(arrays, state, shift_idx, cents, on_road, in_service, worst)
    state.total[T_VERSION] += 1
    route[C_EXTRA], route[C_TIME], route[C_STOP], route[C_LINKS] = extra, timing, stop, links
    route[C_VERSION] = state.total[T_VERSION]


@kernel
def time_forward(arrays, state, shift_idx):
    """Fill the forward pass of a route; return its cents of timing, and the break slot where that is asked for.

    The cents are `IMPOSSIBLE` when the route cannot be timed, the slot is `NO_SLOT` where nothing depends on it.
    """
    seq, count, slot = state.seq[shift_idx], state.route[shift_idx, C_COUNT], NO_SLOT
    timing = look_ahead(arrays, shift_idx, seq, count, state.ahead[shift_idx], state.earliest[shift_idx])
    if arrays.rates[R_EXACT] > 0 or arrays.rates[R_LATE_WORST] > 0:
        exact, slot = time_route(arrays, shift_idx, seq, count, state.times)
        timing = exact if arrays.rates[R_EXACT] > 0 else timing
    return timing, slot


@kernel
def hold_crews(arrays, state, shift_idx):
    """Bind the crews of a route to their very starts, whatever slack they have; say whether one had any.

    So every route is timed as long as nobody pushes: its break lies where it lies when the plan is loaded anew. The
    slack serves whoever asks what may come before a crew, and `loosen_crews` gives it back.
    """
    seq, has_slack = state.seq[shift_idx], False
    for k in range(state.route[shift_idx, C_COUNT]):
        visit = seq[k]
        state.held[k] = arrays.visit[visit, V_LATEST]
        ready = arrays.visit[visit, V_READY]
        if arrays.visit[visit, V_CREW] > 1 and ready < state.held[k] and state.link[visit, L_START] == ready:
            arrays.visit[visit, V_LATEST] = ready
            has_slack = True
    return has_slack


@kernel
def loosen_crews(arrays, state, shift_idx):
    """Give the crews of a route that were held to their starts their slack back."""
    for k in range(state.route[shift_idx, C_COUNT]):
        arrays.visit[state.seq[shift_idx, k], V_LATEST] = state.held[k]


@kernel
def refresh_behind(arrays, state, shift_idx):
    """Bring up to date what a route may bear, after the slack of its crews has changed and nothing else."""
    seq, count = state.seq[shift_idx], state.route[shift_idx, C_COUNT]
    look_behind(arrays, shift_idx, seq, count, state.behind[shift_idx])
    state.total[T_VERSION] += 1
    state.route[shift_idx, C_VERSION] = state.total[T_VERSION]


@kernel
def set_books(arrays, state, shift_idx, cents, on_road, in_service, worst):
    """Let a route cost so many cents, with so many seconds of travel and service, and bring the totals up to date.

    `worst` is its longest lateness, where that is priced.
    """
    total, route, owner = state.total, state.route[shift_idx], arrays.shift[shift_idx, S_OWNER]
    if arrays.owner[owner, O_STAFF] == 1:
        before = state.worker[owner, W_WORK]
        work = before + on_road + in_service - route[C_TRAVEL] - route[C_SERVICE]
        state.worker[owner, W_WORK] = work
        total[T_WORK] += work - before
        total[T_WORK_SQUARES] += work * work - before * before
        total[T_LOAD] += load_cents(arrays, owner, work) - load_cents(arrays, owner, before)
    total[T_CENTS] += cents - route[C_CENTS]
    is_empty = np.int64(route[C_COUNT] == 0)
    total[T_EMPTY] += is_empty - route[C_EMPTY]
    route[C_CENTS], route[C_TRAVEL], route[C_SERVICE], route[C_EMPTY] = cents, on_road, in_service, is_empty
    set_worst(state, shift_idx, worst)
    if arrays.tool_units.shape[0] > 0 or arrays.rates[R_QUANTITIES] > 0:
        recount(arrays, state, shift_idx)
    book(arrays, state, shift_idx)


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


# --- the links of a visit, and how a move remembers what it overwrote -------------------------------------------------


@kernel
def note(state, kind, a, b, old, older):
    """Write a line of the journal."""
    line = state.total[T_JOURNAL]
    if line < state.journal.shape[0]:
        state.journal[line, 0], state.journal[line, 1], state.journal[line, 2] = kind, a, b
        state.journal[line, 3], state.journal[line, 4] = old, older
        state.total[T_JOURNAL] = line + 1


@kernel
def set_bounds(arrays, state, visit, ready, latest):
    """Let a visit start from `ready` to `latest`; say whether that is new."""
    if arrays.visit[visit, V_READY] == ready and arrays.visit[visit, V_LATEST] == latest:
        return False
    note(state, J_BOUNDS, visit, 0, arrays.visit[visit, V_READY], arrays.visit[visit, V_LATEST])
    arrays.visit[visit, V_READY], arrays.visit[visit, V_LATEST] = ready, latest
    return True


@kernel
def set_duration(arrays, state, shift_idx, visit, duration):
    """Let a service of a crew last as long as its slowest member needs."""
    note(state, J_DURATION, shift_idx, visit, arrays.duration[shift_idx, visit], 0)
    arrays.duration[shift_idx, visit] = duration


@kernel
def set_link(state, visit, column, value):
    """Change a column of `State.link`."""
    note(state, J_LINK, visit, column, state.link[visit, column], 0)
    state.link[visit, column] = value


@kernel
def unlink(arrays, state, visit, shift_idx):
    """Forget what bound a linked visit that has left its route, and list those that must leave with it."""
    release(arrays, state, visit, shift_idx)
    push_family(arrays, state, visit)
    # Whoever waited for it need not any more.
    for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
        earlier = state.shift_of[arrays.entry[n, 0]]
        if earlier >= 0:
            state.route[earlier, C_STALE] = 1


@kernel
def release(arrays, state, visit, shift_idx):
    """Forget what bound a linked visit that has left its route."""
    set_bounds(arrays, state, visit, arrays.visit[visit, V_FIRST_READY], arrays.visit[visit, V_LAST_LATEST])
    state.link[visit, L_WAS] = state.link[visit, L_START]
    set_link(state, visit, L_START, NO_START)
    set_link(state, visit, L_FROM, NO_START)
    set_link(state, visit, L_BEARS, NO_START)
    if arrays.visit[visit, V_CREW] > 1:
        set_duration(arrays, state, shift_idx, visit, state.link[visit, L_OWN])
        if state.link[visit, L_CENTS] > 0:
            state.total[T_CENTS] -= state.link[visit, L_CENTS]
            set_link(state, visit, L_CENTS, 0)


@kernel
def push_family(arrays, state, visit):
    """List the visits that cannot stay without this one: the rest of its crew, and who comes after it."""
    head, waiting = arrays.visit[visit, V_HEAD], state.total[T_WAITING]
    for other in range(head, head + arrays.visit[visit, V_CREW]):
        if state.shift_of[other] >= 0:
            state.waiting[waiting] = other
            waiting += 1
    for n in range(arrays.first[head, E_LATER], arrays.first[head + 1, E_LATER]):
        if state.shift_of[arrays.entry[n, 0]] >= 0:
            state.waiting[waiting] = arrays.entry[n, 0]
            waiting += 1
    state.total[T_WAITING] = waiting


@kernel
def take_family(arrays, state):
    """Take out every visit that cannot stay, wherever it is, and refresh its route."""
    while state.total[T_WAITING] > 0:
        state.total[T_WAITING] -= 1
        visit = state.waiting[state.total[T_WAITING]]
        shift_idx = state.shift_of[visit]
        if shift_idx < 0:
            continue
        touch(state, shift_idx)
        unbook(arrays, state, shift_idx)
        seq, count, kept = state.seq[shift_idx], state.route[shift_idx, C_COUNT], 0
        for k in range(count):
            if seq[k] != visit:
                seq[kept] = seq[k]
                kept += 1
        state.route[shift_idx, C_COUNT] = kept
        make_absent(arrays, state, visit)
        unlink(arrays, state, visit, shift_idx)
        if arrays.shift[shift_idx, S_STOP] >= 0:
            drop_idle_stop(arrays, state, shift_idx)
        refresh(arrays, state, shift_idx)


# --- taking visits out and putting them in ------------------------------------------------------------------------


@kernel
def make_absent(arrays, state, visit):
    """Put a visit that left its route on the list of absent ones, and free its stock."""
    total = state.total
    draw_stock(arrays, state, visit, state.shift_of[visit], -1)
    state.shift_of[visit] = -1
    if arrays.visit[visit, V_HEAD] != visit or visit >= arrays.rates[R_VISITS]:
        return
    state.absent[total[T_ABSENT]] = visit
    state.absent_at[visit] = total[T_ABSENT]
    total[T_ABSENT] += 1
    total[T_ABSENT_CENTS] += arrays.visit[visit, V_PRICE]


@kernel
def make_present(arrays, state, visit, shift_idx):
    """Take a visit that joined a route off the list of absent ones, and use its stock."""
    total = state.total
    draw_stock(arrays, state, visit, shift_idx, 1)
    state.shift_of[visit] = shift_idx
    if arrays.visit[visit, V_HEAD] != visit or visit >= arrays.rates[R_VISITS]:
        return
    total[T_ABSENT] -= 1
    last = state.absent[total[T_ABSENT]]
    state.absent[state.absent_at[visit]] = last
    state.absent_at[last] = state.absent_at[visit]
    total[T_ABSENT_CENTS] -= arrays.visit[visit, V_PRICE]


@kernel
def touch(state, shift_idx):
    """Keep a route as it is before the present move changes it for the first time."""
    if state.route[shift_idx, C_TOUCHED] == 1:
        return
    copy_route(state, shift_idx, kept_row(state, shift_idx))
    state.route[shift_idx, C_TOUCHED] = 1
    state.touched[state.total[T_TOUCHED]] = shift_idx
    state.total[T_TOUCHED] += 1


@kernel
def kept_row(state, shift_idx):
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
        for column in range(state.ahead.shape[2]):
            state.ahead[target, k, column] = state.ahead[source, k, column]
        for column in range(state.behind.shape[2]):
            state.behind[target, k, column] = state.behind[source, k, column]


@kernel
def put_in(arrays, state, shift_idx, position, visit):
    """Insert an absent visit into a route at a position."""
    touch(state, shift_idx)
    unbook(arrays, state, shift_idx)
    seq = state.seq[shift_idx]
    for k in range(state.route[shift_idx, C_COUNT], position, -1):
        seq[k] = seq[k - 1]
    seq[position] = visit
    state.route[shift_idx, C_COUNT] += 1
    make_present(arrays, state, visit, shift_idx)
    refresh(arrays, state, shift_idx)


@kernel
def take_out(arrays, state, shift_idx, first, length):
    """Take a string of visits out of a route, fixed ones and a needed stop excepted; the caller refreshes the route."""
    touch(state, shift_idx)
    unbook(arrays, state, shift_idx)
    seq = state.seq[shift_idx]
    count, kept = state.route[shift_idx, C_COUNT], 0
    for k in range(count):
        visit = seq[k]
        goes = first <= k < first + length and arrays.visit[visit, V_FIXED] == 0
        if goes and visit < arrays.rates[R_VISITS]:
            make_absent(arrays, state, visit)
            if arrays.visit[visit, V_LINKED] == 1:
                unlink(arrays, state, visit, shift_idx)
        else:
            seq[kept] = visit
            kept += 1
    state.route[shift_idx, C_COUNT] = kept
    if state.total[T_WAITING] > 0:
        # Whoever leaves another route asks what this one draws.
        book(arrays, state, shift_idx)
        take_family(arrays, state)
    if arrays.shift[shift_idx, S_STOP] >= 0:
        unbook(arrays, state, shift_idx)
        drop_idle_stop(arrays, state, shift_idx)


@kernel
def drop_idle_stop(arrays, state, shift_idx):
    """Take the stop at the branch out of a route that can do without it. The technician is unbooked."""
    seq, count, stop = state.seq[shift_idx], state.route[shift_idx, C_COUNT], -1
    for k in range(count):
        if seq[k] == arrays.shift[shift_idx, S_STOP]:
            stop = k
    state.route[shift_idx, C_STOP] = stop
    if stop >= 0 and is_stop_idle(arrays, state, shift_idx):
        make_absent(arrays, state, seq[stop])
        for k in range(stop, count - 1):
            seq[k] = seq[k + 1]
        state.route[shift_idx, C_COUNT] = count - 1


@kernel
def undo(arrays, state):
    """Restore every touched route as it was before the present move."""
    total = state.total
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        unbook(arrays, state, shift_idx)
        for k in range(state.route[shift_idx, C_COUNT]):
            make_absent(arrays, state, state.seq[shift_idx, k])
        state.route[shift_idx, C_COUNT] = 0
    undo_links(arrays, state)
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        kept = kept_row(state, shift_idx)
        count = state.route[kept, C_COUNT]
        for k in range(count):
            state.seq[shift_idx, k] = state.seq[kept, k]
            make_present(arrays, state, state.seq[kept, k], shift_idx)
        state.route[shift_idx, C_COUNT] = count
    for n in range(total[T_TOUCHED]):
        shift_idx = state.touched[n]
        kept = kept_row(state, shift_idx)
        cents, on_road = state.route[kept, C_CENTS], state.route[kept, C_TRAVEL]
        worst = state.route[kept, C_WORST]
        set_books(arrays, state, shift_idx, cents, on_road, state.route[kept, C_SERVICE], worst)
        copy_route(state, kept, shift_idx)
    forget_touched(state)


@kernel
def undo_links(arrays, state):
    """Write back what the journal kept, the last line first."""
    for line in range(state.total[T_JOURNAL] - 1, -1, -1):
        kind, a, b, old = state.journal[line, 0], state.journal[line, 1], state.journal[line, 2], state.journal[line, 3]
        if kind == J_BOUNDS:
            arrays.visit[a, V_READY], arrays.visit[a, V_LATEST] = old, state.journal[line, 4]
        elif kind == J_DURATION:
            arrays.duration[a, b] = old
        else:
            if b == L_CENTS:
                state.total[T_CENTS] += old - state.link[a, L_CENTS]
            state.link[a, b] = old
    state.total[T_JOURNAL] = 0


@kernel
def forget_touched(state):
    """Close the present move: its routes count as untouched."""
    for n in range(state.total[T_TOUCHED]):
        state.route[state.touched[n], C_TOUCHED] = 0
    state.total[T_TOUCHED] = 0
    state.total[T_JOURNAL] = 0


@kernel
def keep_best(arrays, state):
    """Remember the present routes as the best."""
    for shift_idx in range(arrays.shift.shape[0]):
        count = state.route[shift_idx, C_COUNT]
        state.best_count[shift_idx] = count
        for k in range(count):
            state.best[shift_idx, k] = state.seq[shift_idx, k]
    if arrays.rates[R_LINKS] == 1:
        for visit in range(state.best_start.shape[0]):
            state.best_start[visit] = state.link[visit, L_START]
    state.total[T_BEST] = true_cents(arrays, state)
