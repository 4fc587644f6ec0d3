"""Synchronization of routes: crews that meet, and visits that follow others.

What a synchronized visit demands of other routes is written into the bounds of their starts: all members of a crew
start at one moment, a follower starts no earlier than its predecessor allows, and a predecessor no later than its
follower can bear. Given these bounds every route is timed alone, so that routes without such visits pay nothing. After
a change `resynchronize` brings the bounds of the touched routes back to the earliest that hold, from route to route. A
predecessor whose follower would come too late waits itself, unless another slot of the follower's break helps.

The starts themselves prove that routes do not wait for one another in a circle: along every route, and from every
predecessor to its followers, they only grow.
"""

from __future__ import annotations

from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    FAR_FUTURE_S,
    FORBIDDEN,
    K_TOLD_CLOSE,
    K_TOLD_DAY,
    K_TOLD_OPEN,
    NONE,
    R_WORKING_TIME,
    S_BREAK_LENGTH,
    S_DAY,
    S_MAX_DUTY,
    S_OWNER,
    V_CREW,
    V_FIRST_READY,
    V_HEAD,
    V_LAST_LATEST,
    V_LATEST,
    V_READY,
    V_SYNCED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.crews import crew_cents, insert_crew
from optimizer.engine.search.insertion import best_position, insert_alone, insert_at
from optimizer.engine.search.journal import set_bounds, set_duration, set_sync, touch
from optimizer.engine.search.parameters import PARAM_LOOSE
from optimizer.engine.search.passes import BWD_FREE, BWD_HARD, BWD_OPEN_HARD, free_start
from optimizer.engine.search.route_edits import refresh
from optimizer.engine.search.slack import give_slack, loosen_crews, note_free_starts, time_held
from optimizer.engine.search.state import (
    C_COUNT,
    C_STALE,
    C_SYNCED,
    SYNC_CREW_CENTS,
    SYNC_OWN_DURATION,
    SYNC_READY,
    SYNC_START,
    T_CENTS,
    T_INCOMPLETE,
    T_INFEASIBLE,
    T_TOUCHED,
    draw,
    position_of,
)
from optimizer.engine.search.timing import run_slot, slots_of, start_of_service, time_route

#: How often bounds are propagated from route to route before the move is given up.
ROUNDS = 24
#: How often a visit and its follower on one route push each other until neither comes too soon or too late.
WAITS = 6


@kernel
def insert_visit(arrays, state, visit, price, blink):
    """Insert an unassigned visit where it costs least, if that is less than `price`; return whether it is in."""
    if arrays.visit[visit, V_SYNCED] == 0:
        return insert_alone(arrays, state, visit, price, blink)
    is_free, ready, latest, same = bounds_of_predecessors(arrays, state, visit)
    if not is_free or (same >= 0 and arrays.visit[same, V_CREW] != arrays.visit[visit, V_CREW]):
        return False
    if arrays.first[visit, E_EARLIER] < arrays.first[visit + 1, E_EARLIER] and draw(state, 2) == 0:
        latest = latest_with_wait(arrays, state, visit)
    if ready > latest:
        return False
    if arrays.visit[visit, V_CREW] > 1:
        is_in = insert_crew(arrays, state, visit, ready, latest, same, price, blink)
    else:
        set_bounds(arrays, state, visit, ready, latest)
        is_in = insert_follower(arrays, state, visit, same, price, blink)
        if not is_in:
            set_bounds(arrays, state, visit, arrays.visit[visit, V_FIRST_READY], arrays.visit[visit, V_LAST_LATEST])
    if is_in:
        for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
            earlier = state.shift_of[arrays.entry[n, 0]]
            if arrays.shift[earlier, S_MAX_DUTY] < FAR_FUTURE_S:
                # Whoever waits for a visit may bind the departure before it.
                state.route[earlier, C_STALE] = 1
        resynchronize(arrays, state)
    return is_in


# --- what predecessors and followers demand ---------------------------------------------------------------------------


@kernel
def bounds_of_predecessors(arrays, state, visit):
    """Return what the predecessors of a visit and its assigned followers demand.

    Returns
    -------
    is_free, ready, latest, same : bool, int, int, int
        Whether all predecessors are assigned; bounds of the start; a predecessor whose people must serve (or `NONE`).
    """
    ready, latest, same = arrays.visit[visit, V_FIRST_READY], arrays.visit[visit, V_LAST_LATEST], NONE
    for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
        earlier = arrays.entry[n, 0]
        if state.shift_of[earlier] < 0 or state.sync[earlier, SYNC_START] == NONE:
            return False, ready, latest, same
        start, lasts = state.sync[earlier, SYNC_START], gap_offset(arrays, state, n)
        ready = max(ready, start + lasts + arrays.entry[n, 2])
        # Where it waits for this visit, it starts at its own bound.
        latest = min(latest, max(start, arrays.visit[earlier, V_READY]) + lasts + arrays.entry[n, 3])
        if arrays.entry[n, 4] == 1:
            same = earlier
    return True, max(ready, ready_for_followers(arrays, state, visit, ready)), latest, same


@kernel
def gap_offset(arrays, state, entry):
    """Return the seconds from the start of an assigned predecessor to the moment from which the gap counts."""
    earlier = arrays.entry[entry, 0]
    return 0 if arrays.entry[entry, 1] == 1 else arrays.duration[state.shift_of[earlier], earlier]


@kernel
def ready_for_followers(arrays, state, visit, ready):
    """Return from when an assigned visit may start so that no assigned follower comes too late after it.

    A follower that starts as soon as this visit lets it counts with the start that it would have by itself: the two
    must not hold each other up.

    Parameters
    ----------
    ready : int
        From when the visits before it let it start.
    """
    if state.shift_of[visit] < 0 or state.sync[visit, SYNC_START] == NONE:
        return ready
    for n in range(arrays.first[visit, E_LATER], arrays.first[visit + 1, E_LATER]):
        later, entry = arrays.entry[n, 0], arrays.entry[n, 1]
        start = state.sync[later, SYNC_START]
        if start == NONE or arrays.entry[entry, 3] >= FAR_FUTURE_S:
            continue
        if has_break(arrays, state, later):
            if is_behind(arrays, state, later, visit):
                wait = least_wait(arrays, state, n, visit, ready)
                ready = max(ready, wait) if wait < FORBIDDEN else ready
                continue
            start = least_start(arrays, state, later, visit)
            if start >= FORBIDDEN:
                continue
        lasts = gap_offset(arrays, state, entry)
        if start <= state.sync[visit, SYNC_START] + lasts + arrays.entry[entry, 2]:
            begin = arrays.visit[later, V_FIRST_READY]
            for member in range(later, later + arrays.visit[later, V_CREW]):
                begin = max(begin, state.sync[member, SYNC_READY])
            start = legal_start(arrays, state, later, begin, arrays.visit[later, V_LAST_LATEST])
        ready = max(ready, start - arrays.entry[entry, 3] - lasts)
    return ready


@kernel
def has_break(arrays, state, visit):
    """Return whether somebody who serves an assigned visit has a break on that day."""
    for member in range(visit, visit + arrays.visit[visit, V_CREW]):
        if arrays.shift[state.shift_of[member], S_BREAK_LENGTH] > 0:
            return True
    return False


@kernel
def least_start(arrays, state, visit, earlier):
    """Return when an assigned visit starts at the earliest over all slots of the day's break.

    `FORBIDDEN` for a crew, and on the route of a predecessor that is one: there a break would move both.
    """
    shift_idx, best = state.shift_of[visit], FORBIDDEN
    if arrays.visit[visit, V_CREW] > 1 or shift_idx == state.shift_of[earlier]:
        return best
    seq, count, position = state.seq[shift_idx], state.route[shift_idx, C_COUNT], position_of(state, visit)
    latest = arrays.visit[visit, V_LATEST]
    arrays.visit[visit, V_LATEST] = arrays.visit[visit, V_LAST_LATEST]
    for slot in range(slots_of(arrays, count)):
        cents, _, _ = run_slot(arrays, shift_idx, seq, count, slot, state.times)
        if cents < FORBIDDEN:
            best = min(best, state.times[position, 1])
    arrays.visit[visit, V_LATEST] = latest
    return best


@kernel
def is_behind(arrays, state, later, visit):
    """Return whether two visits of one person each are on one route, where a wait or a break may move both."""
    is_alone = arrays.visit[visit, V_CREW] == 1 and arrays.visit[later, V_CREW] == 1
    return is_alone and state.shift_of[visit] == state.shift_of[later]


@kernel
def least_wait(arrays, state, n, visit, ready):
    """Return from when a visit starts, at least `ready`, so that its follower on the same route is not too late.

    That is its start in the slot of the break that costs least; of equals, in one without a wait, then with the
    earliest return. Where the day would then be timed in a slot that asks for a shorter wait, it is the earliest start
    of all slots. `FORBIDDEN` where there is none.

    Parameters
    ----------
    n : int
        The row of `ProblemArrays.entry` that names the follower.
    """
    shift_idx, later, entry = state.shift_of[visit], arrays.entry[n, 0], arrays.entry[n, 1]
    seq, count = state.seq[shift_idx], state.route[shift_idx, C_COUNT]
    from_, until = arrays.visit[visit, V_READY], arrays.visit[visit, V_LATEST]
    later_from, later_until = arrays.visit[later, V_READY], arrays.visit[later, V_LATEST]
    arrays.visit[visit, V_LATEST] = arrays.visit[visit, V_LAST_LATEST]
    earliest, chosen, least, least_back, is_waiting = FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, True
    for slot in range(slots_of(arrays, count)):
        arrays.visit[later, V_LATEST] = arrays.visit[later, V_LAST_LATEST]
        cents, start, back, waits = start_in_slot(arrays, state, n, visit, ready, slot)
        earliest = min(earliest, start)
        is_as_good = cents == least and waits == is_waiting and back < least_back
        if cents < least or (cents == least and is_waiting and not waits) or is_as_good:
            chosen, least, least_back, is_waiting = start, cents, back, waits
    if earliest < chosen < FORBIDDEN:
        arrays.visit[visit, V_READY] = chosen
        arrays.visit[later, V_READY] = ready_behind_others(arrays, state, later, visit)
        arrays.visit[later, V_LATEST] = chosen + gap_offset(arrays, state, entry) + arrays.entry[entry, 3]
        cents, slot = time_route(arrays, shift_idx, seq, count, state.times)
        arrays.visit[later, V_LATEST] = arrays.visit[later, V_LAST_LATEST]
        if cents < FORBIDDEN:
            _, start, _, _ = start_in_slot(arrays, state, n, visit, ready, slot)
        if cents >= FORBIDDEN or start != chosen:
            chosen = earliest
    arrays.visit[visit, V_READY], arrays.visit[visit, V_LATEST] = from_, until
    arrays.visit[later, V_READY], arrays.visit[later, V_LATEST] = later_from, later_until
    return chosen


@kernel
def start_in_slot(arrays, state, n, visit, ready, slot):
    """Return what a route costs with its break in a slot, when a visit of it then starts, the return, whether it waits.

    The cents are those of lateness and overtime; cents, start and return are `FORBIDDEN` where the follower is too late
    whatever the wait. The bounds of the two are left as they come out.
    """
    later, entry, shift_idx = arrays.entry[n, 0], arrays.entry[n, 1], state.shift_of[visit]
    seq, count, waits = state.seq[shift_idx], state.route[shift_idx, C_COUNT], False
    here, there, lasts = position_of(state, visit), position_of(state, later), gap_offset(arrays, state, entry)
    arrays.visit[visit, V_READY] = ready
    arrays.visit[later, V_READY] = ready_behind_others(arrays, state, later, visit)
    for _ in range(WAITS):
        cents, back, _ = run_slot(arrays, shift_idx, seq, count, slot, state.times)
        if cents >= FORBIDDEN:
            break
        start, moment = state.times[here, 1], state.times[here, 1] + lasts
        if state.times[there, 1] < moment + arrays.entry[entry, 2]:
            arrays.visit[later, V_READY] = moment + arrays.entry[entry, 2]
        elif state.times[there, 1] > moment + arrays.entry[entry, 3]:
            arrays.visit[visit, V_READY] = state.times[there, 1] - arrays.entry[entry, 3] - lasts
            waits = True
        else:
            return cents, start, back, waits
    return FORBIDDEN, FORBIDDEN, FORBIDDEN, True


@kernel
def ready_behind_others(arrays, state, later, visit):
    """Return from when an assigned visit may start by its predecessors other than `visit`."""
    ready = arrays.visit[later, V_FIRST_READY]
    for n in range(arrays.first[later, E_EARLIER], arrays.first[later + 1, E_EARLIER]):
        earlier = arrays.entry[n, 0]
        if earlier != visit and state.shift_of[earlier] >= 0 and state.sync[earlier, SYNC_START] != NONE:
            ready = max(ready, state.sync[earlier, SYNC_START] + gap_offset(arrays, state, n) + arrays.entry[n, 2])
    return ready


@kernel
def latest_with_wait(arrays, state, visit):
    """Return up to when a visit may start if its predecessors wait for it as long as their routes can bear."""
    latest = arrays.visit[visit, V_LAST_LATEST]
    for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
        earlier = arrays.entry[n, 0]
        shift_idx, start = state.shift_of[earlier], state.sync[earlier, SYNC_START]
        if arrays.visit[earlier, V_CREW] == 1:
            backward = state.backward[shift_idx, position_of(state, earlier)]
            start = max(start, max(backward[BWD_HARD], backward[BWD_OPEN_HARD]))
        latest = min(latest, start + gap_offset(arrays, state, n) + arrays.entry[n, 3])
    return latest


@kernel
def latest_for_followers(arrays, state, visit, ready):
    """Return up to when a visit may start so that no assigned follower has to start later than it does.

    Where the time between departure and return is priced, it starts exactly when it does: a later departure that
    moved it would count for less.
    """
    latest = arrays.visit[visit, V_LAST_LATEST]
    for n in range(arrays.first[visit, E_LATER], arrays.first[visit + 1, E_LATER]):
        later, entry = arrays.entry[n, 0], arrays.entry[n, 1]
        if state.shift_of[later] < 0 or state.sync[later, SYNC_START] == NONE:
            continue
        start = state.sync[later, SYNC_START]
        if state.parameter[PARAM_LOOSE] == 1 and arrays.rates[R_WORKING_TIME] == 0 and arrays.visit[later, V_CREW] == 1:
            route = state.shift_of[later]
            if arrays.shift[route, S_BREAK_LENGTH] == 0:
                # It may start later itself where that costs nothing.
                start = max(start, state.backward[route, position_of(state, later), BWD_FREE])
        bound = start - arrays.entry[entry, 2] - gap_offset(arrays, state, entry)
        if is_behind(arrays, state, later, visit):
            # On one route the wait of this visit may push the other one.
            bound = max(bound, ready)
        latest = min(latest, bound)
        if arrays.rates[R_WORKING_TIME] > 0:
            latest = min(latest, max(state.sync[visit, SYNC_START], ready))
    return latest


@kernel
def note_starts(arrays, state, shift_idx):
    """Note when the synchronized visits of a route start, and when each could begin; return whether it can be timed."""
    seq, count = state.seq[shift_idx], state.route[shift_idx, C_COUNT]
    cents, slot, is_held = time_held(arrays, state, shift_idx, seq, count, False)
    if cents < FORBIDDEN:
        run_slot(arrays, shift_idx, seq, count, slot, state.times)
    if is_held:
        loosen_crews(arrays, state, shift_idx)
    if cents >= FORBIDDEN:
        return False
    for k in range(count):
        visit = seq[k]
        if arrays.visit[visit, V_SYNCED] == 0:
            continue
        begin = state.times[k, 0]
        if slot == 2 * k + 1:
            begin = state.times[count, 1] + arrays.shift[shift_idx, S_BREAK_LENGTH]
        if state.sync[visit, SYNC_READY] != begin:
            set_sync(state, visit, SYNC_READY, begin)
        if arrays.visit[visit, V_CREW] == 1 and state.sync[visit, SYNC_START] != state.times[k, 1]:
            set_sync(state, visit, SYNC_START, state.times[k, 1])
    if state.parameter[PARAM_LOOSE] == 1:
        note_free_starts(arrays, state, shift_idx, slot)
    return True


@kernel
def resynchronize(arrays, state):
    """Bring the bounds of synchronized visits to the earliest that hold, beginning with the touched routes.

    When that does not come to an end, or no time is left for somebody, the plan counts as infeasible. As long as the
    given routes have a visit whose predecessor is missing, all routes are looked at.
    """
    for n in range(state.total[T_TOUCHED]):
        shift_idx = state.touched[n]
        state.route[shift_idx, C_STALE] = min(1, state.route[shift_idx, C_SYNCED])
    if state.total[T_INCOMPLETE] == 1:
        mark_all_stale(arrays, state)
    propagate_bounds(arrays, state)


@kernel
def mark_all_stale(arrays, state):
    """Let `propagate_bounds` look at every route with synchronized visits."""
    for shift_idx in range(arrays.shift.shape[0]):
        state.route[shift_idx, C_STALE] = min(1, state.route[shift_idx, C_SYNCED])


@kernel
def propagate_bounds(arrays, state):
    """Do what `resynchronize` says for the routes that are stale."""
    if state.total[T_CENTS] >= FORBIDDEN:
        state.total[T_INFEASIBLE] = 1
    for _ in range(ROUNDS):
        if state.total[T_INFEASIBLE] == 1:
            break
        is_settled = True
        for shift_idx in range(arrays.shift.shape[0]):
            if state.route[shift_idx, C_STALE] == 0:
                continue
            state.route[shift_idx, C_STALE] = 0
            is_settled = False
            if arrays.shift[shift_idx, S_MAX_DUTY] < FAR_FUTURE_S:
                # Who waits for its visits, and so how late it may leave, may have changed.
                touch(state, shift_idx)
                refresh(arrays, state, shift_idx)
            if state.total[T_CENTS] >= FORBIDDEN or not note_starts(arrays, state, shift_idx):
                state.total[T_INFEASIBLE] = 1
                break
            for k in range(state.route[shift_idx, C_COUNT]):
                visit = state.seq[shift_idx, k]
                if arrays.visit[visit, V_SYNCED] == 1:
                    update_bounds_around(arrays, state, arrays.visit[visit, V_HEAD])
        if is_settled:
            return
    state.total[T_INFEASIBLE] = 1
    for shift_idx in range(arrays.shift.shape[0]):
        state.route[shift_idx, C_STALE] = 0


@kernel
def update_bounds_around(arrays, state, head):
    """Bring the bounds of a visit, of its predecessors and of its followers up to date."""
    for n in range(arrays.first[head, E_EARLIER], arrays.first[head + 1, E_EARLIER]):
        update_bounds(arrays, state, arrays.entry[n, 0])
    update_bounds(arrays, state, head)
    for n in range(arrays.first[head, E_LATER], arrays.first[head + 1, E_LATER]):
        update_bounds(arrays, state, arrays.entry[n, 0])


@kernel
def update_bounds(arrays, state, head):
    """Bring the bounds of one assigned visit or crew up to date, and refresh the routes that depend on them."""
    shift_idx = state.shift_of[head]
    if shift_idx < 0 or state.total[T_INFEASIBLE] == 1:
        return
    is_free, ready, latest, _ = bounds_of_predecessors(arrays, state, head)
    size = arrays.visit[head, V_CREW]
    is_new = state.sync[head, SYNC_START] == NONE
    if is_free and size == 1 and (is_new or not has_break(arrays, state, head)):
        latest = latest_with_wait(arrays, state, head)
    if not is_free or ready > latest:
        state.total[T_INFEASIBLE] = 1
        return
    if size == 1:
        latest = min(latest, latest_for_followers(arrays, state, head, ready))
        keeps = ready == arrays.visit[head, V_READY] and state.sync[head, SYNC_START] <= latest and not is_new
        if set_bounds(arrays, state, head, ready, latest):
            if keeps and state.parameter[PARAM_LOOSE] == 1 and arrays.shift[shift_idx, S_BREAK_LENGTH] == 0:
                # It starts when it did: only its slack has changed.
                touch(state, shift_idx)
                refresh(arrays, state, shift_idx)
            else:
                refresh_synced(arrays, state, shift_idx)
        return
    begin = ready
    for member in range(head, head + size):
        if state.sync[member, SYNC_READY] == NONE:
            return
        begin = max(begin, state.sync[member, SYNC_READY])
    start = legal_start(arrays, state, head, begin, latest)
    if start < 0:
        state.total[T_INFEASIBLE] = 1
        return
    if start != state.sync[head, SYNC_START]:
        # Its slack is found when its routes have been looked at again.
        set_crew_start(arrays, state, head, start)
        for member in range(head, head + size):
            refresh_synced(arrays, state, state.shift_of[member])
    elif state.parameter[PARAM_LOOSE] == 1:
        give_slack(arrays, state, head, start, latest_at_no_cost(arrays, state, head, start, latest))


@kernel
def latest_at_no_cost(arrays, state, head, start, latest):
    """Return up to when an assigned crew could start at no cost: by its windows, what was told and its followers."""
    shift_idx, row = state.shift_of[head], arrays.crew[head]
    day = arrays.shift[shift_idx, S_DAY]
    latest = min(latest, latest_for_followers(arrays, state, head, start))
    if row[K_TOLD_DAY] == day and row[K_TOLD_OPEN] <= start <= row[K_TOLD_CLOSE]:
        latest = min(latest, row[K_TOLD_CLOSE])
    last = arrays.visit[head, V_LATEST]
    arrays.visit[head, V_LATEST] = latest
    free = free_start(arrays, day, head, arrays.duration[shift_idx, head], latest)
    arrays.visit[head, V_LATEST] = last
    return free


@kernel
def legal_start(arrays, state, head, begin, latest):
    """Return when an assigned crew that could begin at a moment starts, `NONE` when it cannot."""
    shift_idx = state.shift_of[head]
    ready, last = arrays.visit[head, V_READY], arrays.visit[head, V_LATEST]
    arrays.visit[head, V_READY], arrays.visit[head, V_LATEST] = begin, latest
    duration = arrays.duration[shift_idx, head]
    start, _ = start_of_service(arrays, arrays.shift[shift_idx, S_DAY], head, duration, begin)
    arrays.visit[head, V_READY], arrays.visit[head, V_LATEST] = ready, last
    return start


@kernel
def set_crew_start(arrays, state, head, start):
    """Let an assigned crew start at a moment."""
    size = arrays.visit[head, V_CREW]
    for n in range(size):
        set_bounds(arrays, state, head + n, start, start)
        set_sync(state, head + n, SYNC_START, start)
        state.tried[n, 0] = state.shift_of[head + n]
    cents = crew_cents(arrays, head, start, state.tried)
    state.total[T_CENTS] += cents - state.sync[head, SYNC_CREW_CENTS]
    set_sync(state, head, SYNC_CREW_CENTS, cents)


@kernel
def refresh_synced(arrays, state, shift_idx):
    """Refresh a route whose bounds have changed, and have its bounds propagated again."""
    touch(state, shift_idx)
    refresh(arrays, state, shift_idx)
    state.route[shift_idx, C_STALE] = 1
    if state.total[T_CENTS] >= FORBIDDEN:
        state.total[T_INFEASIBLE] = 1


@kernel
def synchronize_all(arrays, state, starts):
    """Bind all synchronized visits of routes that have just been loaded.

    Parameters
    ----------
    starts : int64 (n_visits,)
        Their starts, where they are known; otherwise (`NONE`) the earliest that hold are found from below.
    """
    state.total[T_INFEASIBLE] = 0
    for head in range(state.sync.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_SYNCED] == 0 or arrays.visit[head, V_HEAD] != head:
            continue
        size, slowest = arrays.visit[head, V_CREW], 0
        for member in range(head, head + size):
            if state.shift_of[member] < 0:
                state.total[T_INFEASIBLE] = state.total[T_INCOMPLETE] = 1
                return
            set_sync(state, member, SYNC_OWN_DURATION, arrays.duration[state.shift_of[member], member])
            slowest = max(slowest, state.sync[member, SYNC_OWN_DURATION])
        for member in range(head, head + size):
            if size > 1:
                set_duration(arrays, state, state.shift_of[member], member, slowest)
    open_bounds(arrays, state, starts)
    if not holds_starts(arrays, state, starts):
        for _ in range(2 * state.sync.shape[0] + ROUNDS):
            if not raise_starts(arrays, state, starts):
                break
        for shift_idx in range(arrays.shift.shape[0]):
            if state.route[shift_idx, C_SYNCED] > 0:
                refresh_synced(arrays, state, shift_idx)
        propagate_bounds(arrays, state)
    state.total[T_INCOMPLETE] = state.total[T_INFEASIBLE]


@kernel
def open_bounds(arrays, state, starts):
    """Let the synchronized visits of loaded routes start at any moment, except for crews whose start is known."""
    state.total[T_INFEASIBLE] = 0
    for head in range(state.sync.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_SYNCED] == 0 or arrays.visit[head, V_HEAD] != head:
            continue
        size = arrays.visit[head, V_CREW]
        for member in range(head, head + size):
            set_sync(state, member, SYNC_READY, NONE)
            set_sync(state, member, SYNC_START, starts[head])
            bound = starts[head] if size > 1 else NONE
            ready = arrays.visit[member, V_FIRST_READY] if bound == NONE else bound
            latest = arrays.visit[member, V_LAST_LATEST] if bound == NONE else bound
            set_bounds(arrays, state, member, ready, latest)
        if size > 1 and starts[head] != NONE:
            set_crew_start(arrays, state, head, starts[head])


@kernel
def holds_starts(arrays, state, starts):
    """Bind the synchronized visits of loaded routes by their known starts; return whether these starts hold.

    What a visit demands of the one before it can depend on the slot of a break that lies between them: the bounds that
    follow from the starts give the slot back. Where a start is unknown or does not hold, all bounds are left open.
    """
    for head in range(state.sync.shape[0]):
        if state.shift_of[head] >= 0 and arrays.visit[head, V_SYNCED] == 1 and starts[head] == NONE:
            return False
    for head in range(state.sync.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_SYNCED] == 0 or arrays.visit[head, V_CREW] > 1:
            continue
        is_free, ready, latest, _ = bounds_of_predecessors(arrays, state, head)
        latest = min(latest, latest_for_followers(arrays, state, head, ready))
        if not is_free or ready > starts[head] or starts[head] > latest:
            continue
        set_bounds(arrays, state, head, ready, latest)
    for shift_idx in range(arrays.shift.shape[0]):
        if state.route[shift_idx, C_SYNCED] > 0:
            refresh_synced(arrays, state, shift_idx)
    propagate_bounds(arrays, state)
    if state.total[T_INFEASIBLE] == 0:
        return True
    open_bounds(arrays, state, starts)
    return False


@kernel
def raise_starts(arrays, state, starts):
    """Propagate every unknown start once, from the earliest upwards; return whether one has grown."""
    is_higher = False
    for shift_idx in range(arrays.shift.shape[0]):
        if state.route[shift_idx, C_SYNCED] > 0 and not note_starts(arrays, state, shift_idx):
            state.total[T_INFEASIBLE] = 1
            return False
    for head in range(state.sync.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_SYNCED] == 0 or arrays.visit[head, V_HEAD] != head:
            continue
        size = arrays.visit[head, V_CREW]
        if size > 1 and starts[head] != NONE:
            continue
        is_free, ready, _, _ = bounds_of_predecessors(arrays, state, head)
        if not is_free:
            # Its predecessor has no start yet: the next round knows.
            is_higher = True
            continue
        # Its predecessors may still wait for it; `propagate_bounds` tells whether it comes too late.
        latest = arrays.visit[head, V_LAST_LATEST]
        if size == 1:
            is_higher = set_bounds(arrays, state, head, ready, latest) or is_higher
            continue
        for member in range(head, head + size):
            ready = max(ready, state.sync[member, SYNC_READY])
        start = legal_start(arrays, state, head, ready, latest)
        if start < 0:
            state.total[T_INFEASIBLE] = 1
            return False
        if start != state.sync[head, SYNC_START]:
            is_higher = True
            set_crew_start(arrays, state, head, start)
            for member in range(head, head + size):
                set_bounds(arrays, state, member, start, arrays.visit[member, V_LAST_LATEST])
    if not is_higher:
        for head in range(state.sync.shape[0]):
            if state.shift_of[head] >= 0 and arrays.visit[head, V_CREW] > 1 and state.sync[head, SYNC_START] >= 0:
                start = state.sync[head, SYNC_START]
                set_bounds(arrays, state, head, start, start)
    return is_higher


# --- a visit that follows others --------------------------------------------------------------------------------------


@kernel
def insert_follower(arrays, state, visit, same, price, blink):
    """Insert a visit of one person whose bounds are set; `same` is a visit whose technician it needs (`NONE`: any)."""
    if same < 0:
        return insert_alone(arrays, state, visit, price, blink)
    owner = arrays.shift[state.shift_of[same], S_OWNER]
    best_shift, best = NONE, NONE
    for shift_idx in range(arrays.shift.shape[0]):
        if arrays.shift[shift_idx, S_OWNER] == owner:
            cents, position = best_position(arrays, state, shift_idx, visit, price, blink)
            if position >= 0:
                best_shift, best, price = shift_idx, position, cents
    if best_shift < 0:
        return False
    insert_at(arrays, state, best_shift, best, visit)
    return True
