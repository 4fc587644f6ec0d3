"""Visits that are bound to others in time: crews that meet, and visits that come after others.

What a linked visit demands of the routes of others is written into the bounds of their starts: all members of a crew
start at one moment, a follower starts no earlier than its predecessor allows, and a predecessor no later than its
follower can bear. Given those bounds every route is timed alone, so that routes without links pay nothing. After a
change `relink` brings the bounds of the touched routes back to the earliest that hold, from route to route. A
predecessor that is followed too late waits itself, but only as long as no other slot of the follower's break brings the
follower in time.

The starts themselves are the certificate that routes do not wait for one another in a circle: along every route and
every link they only grow.
"""

from __future__ import annotations

from optimizer.domain.units import FAR_FUTURE_S
from optimizer.engine.arrays import (
    E_EARLIER,
    E_LATER,
    K_TOLD_CLOSE,
    K_TOLD_DAY,
    K_TOLD_OPEN,
    R_WORKING_TIME,
    S_BREAK_CLOSE,
    S_BREAK_LENGTH,
    S_DAY,
    S_END,
    S_END_NODE,
    S_MAX_DUTY,
    S_OWNER,
    S_PROFILE,
    S_RETURN_LIMIT,
    S_START_NODE,
    V_CREW,
    V_FIRST_READY,
    V_HEAD,
    V_LAST_LATEST,
    V_LATEST,
    V_LINKED,
    V_READY,
    V_TOLD_CLOSE,
    V_TOLD_DAY,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.crews import crew_cents, insert_crew
from optimizer.engine.search.dials import D_LOOSE
from optimizer.engine.search.gestures import (
    hold_crews,
    loosen_crews,
    refresh,
    refresh_behind,
    set_bounds,
    set_duration,
    set_link,
    touch,
)
from optimizer.engine.search.insertion import best_place, insert_alone, put_at
from optimizer.engine.search.passes import B_FREE, B_HARD, B_OPEN_HARD, free_start
from optimizer.engine.search.schedule import (
    IMPOSSIBLE,
    NO_LEG,
    latest_arrival,
    run_slot,
    stability_cents,
    start_of_service,
    time_route,
)
from optimizer.engine.search.state import (
    C_COUNT,
    C_LINKS,
    C_STALE,
    L_BEARS,
    L_CENTS,
    L_FROM,
    L_OWN,
    L_START,
    NO_START,
    T_BROKEN,
    T_CENTS,
    T_HALF,
    T_TOUCHED,
    draw,
    place_of,
)

#: How often bounds are handed on from route to route before the move is given up.
ROUNDS = 24


@kernel
def insert_visit(arrays, state, visit, price, blink):
    """Insert an absent visit where it costs least, if that is less than leaving it out; say whether it was."""
    if arrays.visit[visit, V_LINKED] == 0:
        return insert_alone(arrays, state, visit, price, blink)
    is_free, ready, latest, same = demanded(arrays, state, visit)
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
        relink(arrays, state)
    return is_in


# --- what the links demand --------------------------------------------------------------------------------------------


@kernel
def demanded(arrays, state, visit):
    """Return what the predecessors of a visit demand, and the planned visits after it.

    Returns
    -------
    is_free, ready, latest, same : bool, int, int, int
        Whether all predecessors are planned; bounds of the start; a predecessor whose people must serve (-1: none).
    """
    ready, latest, same = arrays.visit[visit, V_FIRST_READY], arrays.visit[visit, V_LAST_LATEST], -1
    for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
        earlier = arrays.entry[n, 0]
        if state.shift_of[earlier] < 0 or state.link[earlier, L_START] == NO_START:
            return False, ready, latest, same
        start, lasts = state.link[earlier, L_START], lasts_until_gap(arrays, state, n)
        ready = max(ready, start + lasts + arrays.entry[n, 2])
        # Where it waits for this visit, it will start no sooner than it may.
        latest = min(latest, max(start, arrays.visit[earlier, V_READY]) + lasts + arrays.entry[n, 3])
        if arrays.entry[n, 4] == 1:
            same = earlier
    return True, max(ready, ready_for_followers(arrays, state, visit)), latest, same


@kernel
def lasts_until_gap(arrays, state, entry):
    """Return the seconds from the start of a planned predecessor to where the gap of a link begins."""
    earlier = arrays.entry[entry, 0]
    return 0 if arrays.entry[entry, 1] == 1 else arrays.duration[state.shift_of[earlier], earlier]


@kernel
def ready_for_followers(arrays, state, visit):
    """Return from when a planned visit may start so that no planned follower comes too late after it.

    A follower that starts as soon as this visit lets it counts with the start that it would have by itself: the two
    must not hold each other up.
    """
    ready = arrays.visit[visit, V_FIRST_READY]
    if state.shift_of[visit] < 0 or state.link[visit, L_START] == NO_START:
        return ready
    for n in range(arrays.first[visit, E_LATER], arrays.first[visit + 1, E_LATER]):
        later, entry = arrays.entry[n, 0], arrays.entry[n, 1]
        start = state.link[later, L_START]
        if start == NO_START or arrays.entry[entry, 3] >= FAR_FUTURE_S:
            continue
        if has_break(arrays, state, later):
            start = least_start(arrays, state, later, visit)
            if start >= IMPOSSIBLE:
                continue
        lasts = lasts_until_gap(arrays, state, entry)
        if start <= state.link[visit, L_START] + lasts + arrays.entry[entry, 2]:
            begin = arrays.visit[later, V_FIRST_READY]
            for member in range(later, later + arrays.visit[later, V_CREW]):
                begin = max(begin, state.link[member, L_FROM])
            start = legal_start(arrays, state, later, begin, arrays.visit[later, V_LAST_LATEST])
        ready = max(ready, start - arrays.entry[entry, 3] - lasts)
    return ready


@kernel
def has_break(arrays, state, visit):
    """Say whether somebody who serves a planned visit has a break on that day."""
    for member in range(visit, visit + arrays.visit[visit, V_CREW]):
        if arrays.shift[state.shift_of[member], S_BREAK_LENGTH] > 0:
            return True
    return False


@kernel
def least_start(arrays, state, visit, earlier):
    """Return when a planned visit starts at the earliest over all slots of the day's break.

    `IMPOSSIBLE` for a crew, and on the route of the predecessor: there a break would move both.
    """
    shift_idx, best = state.shift_of[visit], IMPOSSIBLE
    if arrays.visit[visit, V_CREW] > 1 or shift_idx == state.shift_of[earlier]:
        return best
    seq, count, position = state.seq[shift_idx], state.route[shift_idx, C_COUNT], place_of(state, visit)
    latest = arrays.visit[visit, V_LATEST]
    arrays.visit[visit, V_LATEST] = arrays.visit[visit, V_LAST_LATEST]
    for slot in range(2 * count + 2):
        cents, _, _ = run_slot(arrays, shift_idx, seq, count, slot, NO_LEG, 0, state.times)
        if cents < IMPOSSIBLE:
            best = min(best, state.times[position, 1])
    arrays.visit[visit, V_LATEST] = latest
    return best


@kernel
def latest_with_wait(arrays, state, visit):
    """Return up to when a visit may start if its predecessors wait for it, as long as their routes can bear."""
    latest = arrays.visit[visit, V_LAST_LATEST]
    for n in range(arrays.first[visit, E_EARLIER], arrays.first[visit + 1, E_EARLIER]):
        earlier = arrays.entry[n, 0]
        shift_idx, start = state.shift_of[earlier], state.link[earlier, L_START]
        if arrays.visit[earlier, V_CREW] == 1:
            behind = state.behind[shift_idx, place_of(state, earlier)]
            start = max(start, max(behind[B_HARD], behind[B_OPEN_HARD]))
        latest = min(latest, start + lasts_until_gap(arrays, state, n) + arrays.entry[n, 3])
    return latest


@kernel
def latest_for_followers(arrays, state, visit, ready):
    """Return up to when a visit may start so that no planned follower has to start later than it does.

    Where the time between departure and return is priced, it starts exactly when it does: a later departure that
    moved it would count for less.
    """
    latest = arrays.visit[visit, V_LAST_LATEST]
    for n in range(arrays.first[visit, E_LATER], arrays.first[visit + 1, E_LATER]):
        later, entry = arrays.entry[n, 0], arrays.entry[n, 1]
        if state.shift_of[later] < 0 or state.link[later, L_START] == NO_START:
            continue
        start = state.link[later, L_START]
        if state.dial[D_LOOSE] == 1 and arrays.rates[R_WORKING_TIME] == 0 and arrays.visit[later, V_CREW] == 1:
            route = state.shift_of[later]
            if arrays.shift[route, S_BREAK_LENGTH] == 0:
                # It may start later itself where that costs nothing.
                start = max(start, state.behind[route, place_of(state, later), B_FREE])
        latest = min(latest, start - arrays.entry[entry, 2] - lasts_until_gap(arrays, state, entry))
        if arrays.rates[R_WORKING_TIME] > 0:
            latest = min(latest, max(state.link[visit, L_START], ready))
    return latest


@kernel
def look_at_links(arrays, state, shift_idx):
    """Note when the linked visits of a route start, and when each member of a crew could; say whether it has times."""
    seq, count = state.seq[shift_idx], state.route[shift_idx, C_COUNT]
    is_held = hold_crews(arrays, state, shift_idx)
    cents, slot = time_route(arrays, shift_idx, seq, count, state.times)
    if is_held and cents >= IMPOSSIBLE:
        loosen_crews(arrays, state, shift_idx)
        is_held = False
        cents, slot = time_route(arrays, shift_idx, seq, count, state.times)
    if cents < IMPOSSIBLE:
        run_slot(arrays, shift_idx, seq, count, slot, NO_LEG, 0, state.times)
    if is_held:
        loosen_crews(arrays, state, shift_idx)
    if cents >= IMPOSSIBLE:
        return False
    for k in range(count):
        visit = seq[k]
        if arrays.visit[visit, V_LINKED] == 0:
            continue
        begin = state.times[k, 0]
        if slot == 2 * k + 1:
            begin = state.times[count, 1] + arrays.shift[shift_idx, S_BREAK_LENGTH]
        if state.link[visit, L_FROM] != begin:
            set_link(state, visit, L_FROM, begin)
        if arrays.visit[visit, V_CREW] == 1 and state.link[visit, L_START] != state.times[k, 1]:
            set_link(state, visit, L_START, state.times[k, 1])
    if state.dial[D_LOOSE] == 1:
        note_what_it_bears(arrays, state, shift_idx, slot)
    return True


@kernel
def note_what_it_bears(arrays, state, shift_idx, slot):
    """Note up to when each member of a crew could start so that the route costs no more; `times` are the route's.

    Its break stays where it is, and where working time is priced or limited the route ends when it does.
    """
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    closes, length = arrays.shift[shift_idx, S_BREAK_CLOSE], arrays.shift[shift_idx, S_BREAK_LENGTH]
    seq, count, times = state.seq[shift_idx], state.route[shift_idx, C_COUNT], state.times
    moment = times[count, 0]
    if arrays.rates[R_WORKING_TIME] == 0 and arrays.shift[shift_idx, S_MAX_DUTY] >= FAR_FUTURE_S:
        moment = max(moment, min(arrays.shift[shift_idx, S_END], arrays.shift[shift_idx, S_RETURN_LIMIT]))
    there = arrays.shift[shift_idx, S_END_NODE]
    for k in range(count, -1, -1):
        if k < count:
            duration, start = arrays.duration[shift_idx, there], times[k, 1]
            latest = moment - duration
            if arrays.visit[there, V_CREW] > 1:
                bears = max(start, latest)
                if state.link[there, L_BEARS] != bears:
                    set_link(state, there, L_BEARS, bears)
            if stability_cents(arrays, shift_idx, there, start) == 0 and arrays.visit[there, V_TOLD_DAY] == day:
                latest = min(latest, max(start, arrays.visit[there, V_TOLD_CLOSE]))
            moment = latest_arrival(arrays, day, there, duration, start, latest)
        if slot == 2 * k + 1:
            moment = min(closes, moment - length)
        here = seq[k - 1] if k > 0 else arrays.shift[shift_idx, S_START_NODE]
        moment -= arrays.travel[profile, here, there]
        if slot == 2 * k:
            moment = min(closes, moment - length)
        there = here


@kernel
def relink(arrays, state):
    """Bring the bounds of linked visits to the earliest that hold, beginning with the touched routes.

    When that does not come to an end, or no time is left for somebody, the plan counts as broken. As long as the
    given routes hold a visit whose predecessor is missing, all routes are looked at.
    """
    for n in range(state.total[T_TOUCHED]):
        shift_idx = state.touched[n]
        state.route[shift_idx, C_STALE] = min(1, state.route[shift_idx, C_LINKS])
    if state.total[T_HALF] == 1:
        mark_all_stale(arrays, state)
    settle_links(arrays, state)


@kernel
def mark_all_stale(arrays, state):
    """Let `settle_links` look at every route with linked visits."""
    for shift_idx in range(arrays.shift.shape[0]):
        state.route[shift_idx, C_STALE] = min(1, state.route[shift_idx, C_LINKS])


@kernel
def settle_links(arrays, state):
    """Do what `relink` says for the routes that are marked stale."""
    if state.total[T_CENTS] >= IMPOSSIBLE:
        state.total[T_BROKEN] = 1
    for _ in range(ROUNDS):
        if state.total[T_BROKEN] == 1:
            break
        is_settled = True
        for shift_idx in range(arrays.shift.shape[0]):
            if state.route[shift_idx, C_STALE] == 0:
                continue
            state.route[shift_idx, C_STALE] = 0
            is_settled = False
            if not look_at_links(arrays, state, shift_idx):
                state.total[T_BROKEN] = 1
                break
            for k in range(state.route[shift_idx, C_COUNT]):
                visit = state.seq[shift_idx, k]
                if arrays.visit[visit, V_LINKED] == 1:
                    rebind_around(arrays, state, arrays.visit[visit, V_HEAD])
        if is_settled:
            return
    state.total[T_BROKEN] = 1
    for shift_idx in range(arrays.shift.shape[0]):
        state.route[shift_idx, C_STALE] = 0


@kernel
def rebind_around(arrays, state, head):
    """Bring the bounds of a visit, of those before it and of those after it up to date."""
    for n in range(arrays.first[head, E_EARLIER], arrays.first[head + 1, E_EARLIER]):
        rebind(arrays, state, arrays.entry[n, 0])
    rebind(arrays, state, head)
    for n in range(arrays.first[head, E_LATER], arrays.first[head + 1, E_LATER]):
        rebind(arrays, state, arrays.entry[n, 0])


@kernel
def rebind(arrays, state, head):
    """Bring the bounds of one planned visit or crew up to date, and refresh the routes that feel it."""
    shift_idx = state.shift_of[head]
    if shift_idx < 0 or state.total[T_BROKEN] == 1:
        return
    is_free, ready, latest, _ = demanded(arrays, state, head)
    size = arrays.visit[head, V_CREW]
    is_new = state.link[head, L_START] == NO_START
    if is_free and size == 1 and (is_new or not has_break(arrays, state, head)):
        latest = latest_with_wait(arrays, state, head)
    if not is_free or ready > latest:
        state.total[T_BROKEN] = 1
        return
    if size == 1:
        latest = min(latest, latest_for_followers(arrays, state, head, ready))
        keeps = ready == arrays.visit[head, V_READY] and state.link[head, L_START] <= latest and not is_new
        if set_bounds(arrays, state, head, ready, latest):
            if keeps and state.dial[D_LOOSE] == 1 and arrays.shift[shift_idx, S_BREAK_LENGTH] == 0:
                # It starts when it did: only what it could bear has changed.
                touch(state, shift_idx)
                refresh(arrays, state, shift_idx)
            else:
                refresh_linked(arrays, state, shift_idx)
        return
    begin = ready
    for member in range(head, head + size):
        if state.link[member, L_FROM] == NO_START:
            return
        begin = max(begin, state.link[member, L_FROM])
    start = legal_start(arrays, state, head, begin, latest)
    if start < 0:
        state.total[T_BROKEN] = 1
        return
    if start != state.link[head, L_START]:
        # What it may bear is asked when its routes have been looked at again.
        meet(arrays, state, head, start)
        for member in range(head, head + size):
            refresh_linked(arrays, state, state.shift_of[member])
    elif state.dial[D_LOOSE] == 1:
        give_slack(arrays, state, head, start, latest_at_no_cost(arrays, state, head, start, latest))


@kernel
def latest_at_no_cost(arrays, state, head, start, latest):
    """Return up to when a planned crew could start, by its own windows, what was told and those who come after it."""
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
def give_slack(arrays, state, head, start, latest):
    """Let each member of a crew come later than it starts, as long as the others' routes bear that at no cost."""
    size = arrays.visit[head, V_CREW]
    if state.total[T_BROKEN] == 1:
        return
    for member in range(head, head + size):
        own = latest
        for other in range(head, head + size):
            if other != member:
                own = min(own, state.link[other, L_BEARS])
        own = max(own, start)
        if own != arrays.visit[member, V_LATEST]:
            touch(state, state.shift_of[member])
            set_bounds(arrays, state, member, start, own)
            refresh_behind(arrays, state, state.shift_of[member])


@kernel
def legal_start(arrays, state, head, begin, latest):
    """Return when a planned crew that could begin at a moment starts, -1 when it cannot."""
    shift_idx = state.shift_of[head]
    ready, last = arrays.visit[head, V_READY], arrays.visit[head, V_LATEST]
    arrays.visit[head, V_READY], arrays.visit[head, V_LATEST] = begin, latest
    duration = arrays.duration[shift_idx, head]
    start, _ = start_of_service(arrays, arrays.shift[shift_idx, S_DAY], head, duration, begin)
    arrays.visit[head, V_READY], arrays.visit[head, V_LATEST] = ready, last
    return start


@kernel
def meet(arrays, state, head, start):
    """Let a planned crew start at a moment."""
    size = arrays.visit[head, V_CREW]
    for n in range(size):
        set_bounds(arrays, state, head + n, start, start)
        set_link(state, head + n, L_START, start)
        state.tried[n, 0] = state.shift_of[head + n]
    cents = crew_cents(arrays, head, start, state.tried)
    state.total[T_CENTS] += cents - state.link[head, L_CENTS]
    set_link(state, head, L_CENTS, cents)


@kernel
def refresh_linked(arrays, state, shift_idx):
    """Refresh a route whose bounds have changed, and look at its links again."""
    touch(state, shift_idx)
    refresh(arrays, state, shift_idx)
    state.route[shift_idx, C_STALE] = 1
    if state.total[T_CENTS] >= IMPOSSIBLE:
        state.total[T_BROKEN] = 1


@kernel
def relink_all(arrays, state, starts):
    """Bind all linked visits of routes that have just been loaded.

    Parameters
    ----------
    starts : int64 (n_visits,)
        Their starts, where they are known; otherwise (`NO_START`) the earliest that hold are found from below.
    """
    state.total[T_BROKEN] = 0
    for head in range(state.link.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_LINKED] == 0 or arrays.visit[head, V_HEAD] != head:
            continue
        size, slowest = arrays.visit[head, V_CREW], 0
        for member in range(head, head + size):
            if state.shift_of[member] < 0:
                state.total[T_BROKEN] = state.total[T_HALF] = 1
                return
            set_link(state, member, L_OWN, arrays.duration[state.shift_of[member], member])
            slowest = max(slowest, state.link[member, L_OWN])
        for member in range(head, head + size):
            if size > 1:
                set_duration(arrays, state, state.shift_of[member], member, slowest)
    open_bounds(arrays, state, starts)
    if not holds_starts(arrays, state, starts):
        for _ in range(2 * state.link.shape[0] + ROUNDS):
            if not raise_starts(arrays, state, starts):
                break
        for shift_idx in range(arrays.shift.shape[0]):
            if state.route[shift_idx, C_LINKS] > 0:
                refresh_linked(arrays, state, shift_idx)
        settle_links(arrays, state)
    state.total[T_HALF] = state.total[T_BROKEN]


@kernel
def open_bounds(arrays, state, starts):
    """Let the linked visits of loaded routes start at any moment, but for crews whose start is known."""
    state.total[T_BROKEN] = 0
    for head in range(state.link.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_LINKED] == 0 or arrays.visit[head, V_HEAD] != head:
            continue
        size = arrays.visit[head, V_CREW]
        for member in range(head, head + size):
            set_link(state, member, L_FROM, NO_START)
            set_link(state, member, L_START, starts[head])
            bound = starts[head] if size > 1 else NO_START
            ready = arrays.visit[member, V_FIRST_READY] if bound == NO_START else bound
            latest = arrays.visit[member, V_LAST_LATEST] if bound == NO_START else bound
            set_bounds(arrays, state, member, ready, latest)
        if size > 1 and starts[head] != NO_START:
            meet(arrays, state, head, starts[head])


@kernel
def holds_starts(arrays, state, starts):
    """Bind the linked visits of loaded routes by their known starts; say whether these starts hold.

    What a visit demands of the one before it can depend on the slot of a break that lies between them: the bounds that
    follow from the starts give the slot back. Where a start is unknown or does not hold, all bounds are left open.
    """
    for head in range(state.link.shape[0]):
        if state.shift_of[head] >= 0 and arrays.visit[head, V_LINKED] == 1 and starts[head] == NO_START:
            return False
    for head in range(state.link.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_LINKED] == 0 or arrays.visit[head, V_CREW] > 1:
            continue
        is_free, ready, latest, _ = demanded(arrays, state, head)
        latest = min(latest, latest_for_followers(arrays, state, head, ready))
        if not is_free or ready > starts[head] or starts[head] > latest:
            continue
        set_bounds(arrays, state, head, ready, latest)
    for shift_idx in range(arrays.shift.shape[0]):
        if state.route[shift_idx, C_LINKS] > 0:
            refresh_linked(arrays, state, shift_idx)
    settle_links(arrays, state)
    if state.total[T_BROKEN] == 0:
        return True
    open_bounds(arrays, state, starts)
    return False


@kernel
def raise_starts(arrays, state, starts):
    """Hand every unknown start on once, from the earliest upwards; say whether something rose."""
    is_higher = False
    for shift_idx in range(arrays.shift.shape[0]):
        if state.route[shift_idx, C_LINKS] > 0 and not look_at_links(arrays, state, shift_idx):
            state.total[T_BROKEN] = 1
            return False
    for head in range(state.link.shape[0]):
        if state.shift_of[head] < 0 or arrays.visit[head, V_LINKED] == 0 or arrays.visit[head, V_HEAD] != head:
            continue
        size = arrays.visit[head, V_CREW]
        if size > 1 and starts[head] != NO_START:
            continue
        is_free, ready, _, _ = demanded(arrays, state, head)
        if not is_free:
            # Its predecessor has no start yet: the next round knows.
            is_higher = True
            continue
        # Whoever comes before may still wait for it; `settle_links` tells whether it comes too late.
        latest = arrays.visit[head, V_LAST_LATEST]
        if size == 1:
            is_higher = set_bounds(arrays, state, head, ready, latest) or is_higher
            continue
        for member in range(head, head + size):
            ready = max(ready, state.link[member, L_FROM])
        start = legal_start(arrays, state, head, ready, latest)
        if start < 0:
            state.total[T_BROKEN] = 1
            return False
        if start != state.link[head, L_START]:
            is_higher = True
            meet(arrays, state, head, start)
            for member in range(head, head + size):
                set_bounds(arrays, state, member, start, arrays.visit[member, V_LAST_LATEST])
    if not is_higher:
        for head in range(state.link.shape[0]):
            if state.shift_of[head] >= 0 and arrays.visit[head, V_CREW] > 1 and state.link[head, L_START] >= 0:
                start = state.link[head, L_START]
                set_bounds(arrays, state, head, start, start)
    return is_higher


# --- a visit after others ---------------------------------------------------------------------------------------------


@kernel
def insert_follower(arrays, state, visit, same, price, blink):
    """Insert a visit of one person whose bounds are set; `same` is the visit whose technician it needs (-1: any)."""
    if same < 0:
        return insert_alone(arrays, state, visit, price, blink)
    owner = arrays.shift[state.shift_of[same], S_OWNER]
    best_shift, best_position = -1, -1
    for shift_idx in range(arrays.shift.shape[0]):
        if arrays.shift[shift_idx, S_OWNER] == owner:
            cents, position = best_place(arrays, state, shift_idx, visit, price, blink)
            if position >= 0:
                best_shift, best_position, price = shift_idx, position, cents
    if best_shift < 0:
        return False
    put_at(arrays, state, best_shift, best_position, visit)
    return True
