"""Crews: who serves a visit together, who leads, and when they can meet.

A crew's start is tried at moments at which somebody could be there. For each, the technicians near are priced as the
lead and as a member, and the cheapest crew with everybody who must come is taken.
"""

from __future__ import annotations

from optimizer.engine.arrays import (
    FORBIDDEN,
    K_CONTINUITY,
    K_DAYS,
    K_LOCKED,
    K_PERSON,
    K_PUBLISHED,
    K_REQUIRED,
    K_TIME,
    K_TOLD_CLOSE,
    K_TOLD_DAY,
    K_TOLD_EXCEPTION,
    K_TOLD_OPEN,
    NONE,
    R_DAYS,
    S_DAY,
    S_OWNER,
    S_PROFILE,
    S_START_NODE,
    V_COUNTS,
    V_CREW,
    V_FIRST_READY,
    V_LAST_LATEST,
    V_LATEST,
    V_READY,
    WHO_LOCKED,
    WHO_PREFERRED,
    WHO_PUBLISHED,
    WHO_REQUIRED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.insertion import TRY_ALL, best_position, insert_at
from optimizer.engine.search.journal import set_bounds, set_duration, set_sync
from optimizer.engine.search.parameters import PARAM_MEET
from optimizer.engine.search.passes import FWD_DEPART, FWD_OPEN, FWD_PAIRS
from optimizer.engine.search.state import (
    C_COUNT,
    F_AT,
    F_CENTS,
    F_LEAD_AT,
    F_LEAD_CENTS,
    F_SHIFT,
    SYNC_CREW_CENTS,
    SYNC_LAST_START,
    SYNC_OWN_DURATION,
    SYNC_START,
    T_CENTS,
    T_STAMP,
    draw,
)
from optimizer.engine.search.timing import start_of_service

#: How many starts are tried for a crew on a day, and how many technicians, beyond those who must come.
STARTS = 6
CREW_OFFERS = 14
#: How many of those starts, after the first, are the one that the crew had before, and moments near it.
OLD_STARTS = 4
#: What a technician who must be in the crew is worth when it is put together.
MUST = 10**11


@kernel
def insert_crew(arrays, state, head, ready, latest, same, price, blink):
    """Put a crew together and insert it at the start and positions where that costs least; return whether it is in."""
    size = arrays.visit[head, V_CREW]
    best, best_start = price, NONE
    for day in range(arrays.rates[R_DAYS]):
        if arrays.visit[head, V_COUNTS + 2 * day] == 0:
            continue
        count = gather_offers(arrays, state, head, day, same)
        if count < size:
            continue
        longest, shortest = lengths_offered(arrays, state, head, count)
        for attempt in range(STARTS):
            moment = moment_to_try(arrays, state, head, count, ready, attempt)
            bind_unassigned(arrays, head, ready, latest)
            start, _ = start_of_service(arrays, day, head, longest, moment)
            if start < 0:
                # The slowest come too late for the hours; somebody else may not.
                start, _ = start_of_service(arrays, day, head, shortest, moment)
            if is_tried(state, attempt, start) or start < 0:
                continue
            bind_unassigned(arrays, head, start, start)
            ask_offers(arrays, state, head, count, best, blink)
            for wish in range(2):
                cents = put_together(arrays, state, head, start, count, wish)
                if cents < best:
                    cents = with_slowest(arrays, state, head, day, start, cents, blink)
                if cents < best:
                    best, best_start = cents, start
                    for n in range(size):
                        state.picked[n, 0], state.picked[n, 1] = state.tried[n, 0], state.tried[n, 1]
    bind_unassigned(arrays, head, arrays.visit[head, V_FIRST_READY], arrays.visit[head, V_LAST_LATEST])
    if best_start == NONE:
        return False
    slowest = 0
    for n in range(size):
        slowest = max(slowest, arrays.duration[state.picked[n, 0], head + n])
    for n in range(size):
        shift_idx = state.picked[n, 0]
        set_sync(state, head + n, SYNC_OWN_DURATION, arrays.duration[shift_idx, head + n])
        set_duration(arrays, state, shift_idx, head + n, slowest)
        set_bounds(arrays, state, head + n, best_start, best_start)
        set_sync(state, head + n, SYNC_START, best_start)
        insert_at(arrays, state, shift_idx, state.picked[n, 1], head + n)
    cents = crew_cents(arrays, head, best_start, state.picked)
    state.total[T_CENTS] += cents - state.sync[head, SYNC_CREW_CENTS]
    set_sync(state, head, SYNC_CREW_CENTS, cents)
    return True


@kernel
def lengths_offered(arrays, state, head, count):
    """Return how long a crew of the first `count` offers takes at most, and at least."""
    longest, shortest = 0, FORBIDDEN
    for n in range(count):
        for visit in range(head, head + 2):
            duration = arrays.duration[state.offer[n, F_SHIFT], visit]
            if duration != NONE:
                longest, shortest = max(longest, duration), min(shortest, duration)
    return longest, shortest


@kernel
def moment_to_try(arrays, state, head, count, ready, attempt):
    """Return a moment at which a crew of the first `count` offers might meet; the first attempt is the earliest.

    A crew that was taken out tries its old start next and then arrivals near it, else any arrivals.
    """
    if attempt == 0:
        return ready
    shift_idx = state.offer[draw(state, count), F_SHIFT]
    was = state.sync[head, SYNC_LAST_START] if state.parameter[PARAM_MEET] == 1 else NONE
    if was == NONE or attempt > OLD_STARTS:
        return max(ready, some_arrival(arrays, state, shift_idx, head))
    return max(ready, was if attempt == 1 else arrival_near(arrays, state, shift_idx, head, was))


@kernel
def is_tried(state, attempt, start):
    """Return whether an earlier attempt had the same start; note it for the attempts to come."""
    is_known = False
    for n in range(attempt):
        is_known = is_known or state.starts[n] == start
    state.starts[attempt] = start
    return is_known


@kernel
def bind_unassigned(arrays, head, ready, latest):
    """Set the bounds of an unassigned crew: of the lead and of the first other member, who stands for all of them."""
    for visit in range(head, head + 2):
        arrays.visit[visit, V_READY], arrays.visit[visit, V_LATEST] = ready, latest


@kernel
def gather_offers(arrays, state, head, day, same):
    """List the shifts of a day that may join a crew: those near, some unused, and all that must; return how many."""
    shifts, count = arrays.shift.shape[0], 0
    state.total[T_STAMP] += 1
    stamp = state.total[T_STAMP]
    take_all = shifts <= TRY_ALL or same >= 0 or arrays.crew[head, K_LOCKED] > 0 or arrays.crew[head, K_REQUIRED] > 0
    if take_all:
        for shift_idx in range(shifts):
            if may_join(arrays, state, head, day, same, shift_idx):
                state.offer[count, F_SHIFT] = shift_idx
                count += 1
        return count
    for n in range(arrays.near.shape[1]):
        shift_idx = state.shift_of[arrays.near[head, n]]
        if shift_idx < 0 or state.asked_at[shift_idx] == stamp:
            continue
        state.asked_at[shift_idx] = stamp
        if may_join(arrays, state, head, day, same, shift_idx):
            state.offer[count, F_SHIFT] = shift_idx
            count += 1
        if count == CREW_OFFERS - 4:
            break
    offset = draw(state, shifts)
    for n in range(shifts):
        shift_idx = (offset + n) % shifts
        if count == CREW_OFFERS:
            break
        if state.asked_at[shift_idx] == stamp:
            continue
        if may_join(arrays, state, head, day, same, shift_idx):
            state.offer[count, F_SHIFT] = shift_idx
            count += 1
    return count


@kernel
def may_join(arrays, state, head, day, same, shift_idx):
    """Return whether a shift can take a part in a crew on a day, with the people of another visit where it must."""
    if arrays.shift[shift_idx, S_DAY] != day:
        return False
    if arrays.duration[shift_idx, head] == NONE and arrays.duration[shift_idx, head + 1] == NONE:
        return False
    if same >= 0:
        owner = arrays.shift[shift_idx, S_OWNER]
        for member in range(same, same + arrays.visit[same, V_CREW]):
            if arrays.shift[state.shift_of[member], S_OWNER] == owner:
                return True
        return False
    return True


@kernel
def some_arrival(arrays, state, shift_idx, visit):
    """Return when a technician could be at a visit from some position of the route, before or after the break."""
    k = draw(state, state.route[shift_idx, C_COUNT] + 1)
    here = state.seq[shift_idx, k - 1] if k > 0 else arrays.shift[shift_idx, S_START_NODE]
    departure, pairs = state.forward[shift_idx, k, FWD_OPEN], state.forward[shift_idx, k, FWD_PAIRS]
    if pairs > 0 and (departure >= FORBIDDEN or draw(state, 2) == 0):
        departure = state.forward[shift_idx, k, FWD_DEPART + draw(state, pairs)]
    return departure + arrays.ways[arrays.shift[shift_idx, S_PROFILE], visit, here, 0]


@kernel
def arrival_near(arrays, state, shift_idx, visit, moment):
    """Return when a technician without a break could be at a visit, as near to a given moment as the route allows."""
    best = FORBIDDEN
    for k in range(state.route[shift_idx, C_COUNT] + 1):
        here = state.seq[shift_idx, k - 1] if k > 0 else arrays.shift[shift_idx, S_START_NODE]
        arrival = state.earliest[shift_idx, k] + arrays.ways[arrays.shift[shift_idx, S_PROFILE], visit, here, 0]
        if abs(arrival - moment) < abs(best - moment):
            best = arrival
    return best


@kernel
def ask_offers(arrays, state, head, count, bound, blink):
    """Price each listed shift as the lead and as another member of a crew whose start is set."""
    for n in range(count):
        shift_idx = state.offer[n, F_SHIFT]
        cents, position = best_position(arrays, state, shift_idx, head, bound, blink)
        state.offer[n, F_LEAD_CENTS], state.offer[n, F_LEAD_AT] = cents if position >= 0 else FORBIDDEN, position
        cents, position = best_position(arrays, state, shift_idx, head + 1, bound, blink)
        state.offer[n, F_CENTS], state.offer[n, F_AT] = cents if position >= 0 else FORBIDDEN, position


@kernel
def worth(arrays, head, shift_idx, wish):
    """Return how many cents it is worth to have a technician in a crew: who must come, and those known or published."""
    who = arrays.crew[head, K_DAYS + arrays.rates[R_DAYS] + arrays.shift[shift_idx, S_OWNER]]
    cents = 0
    if who & WHO_LOCKED:
        cents += MUST
    if who & WHO_REQUIRED:
        cents += MUST // 100
    if wish == 1 and who & WHO_PREFERRED:
        cents += arrays.crew[head, K_CONTINUITY]
    if wish == 1 and who & WHO_PUBLISHED:
        cents += arrays.crew[head, K_PERSON]
    return cents


@kernel
def put_together(arrays, state, head, start, count, wish):
    """Choose the lead and the others of a crew among the priced offers, into `tried`; return all cents."""
    size, best = arrays.visit[head, V_CREW], FORBIDDEN
    chosen_lead = NONE
    # Twice: to find the lead with whom the crew is cheapest, and to write that crew down.
    for pass_ in range(2):
        for lead in range(count):
            if state.offer[lead, F_LEAD_CENTS] >= FORBIDDEN or (pass_ == 1 and lead != chosen_lead):
                continue
            wished = state.offer[lead, F_LEAD_CENTS] - worth(arrays, head, state.offer[lead, F_SHIFT], wish)
            cents, last_key, last_n = state.offer[lead, F_LEAD_CENTS], -FORBIDDEN, NONE
            if pass_ == 1:
                state.tried[0, 0], state.tried[0, 1] = state.offer[lead, F_SHIFT], state.offer[lead, F_LEAD_AT]
            found = 1
            while found < size:
                # The next cheapest after the last one taken, ties by number.
                best_n, best_key = NONE, FORBIDDEN
                for n in range(count):
                    if n == lead or state.offer[n, F_CENTS] >= FORBIDDEN:
                        continue
                    key = state.offer[n, F_CENTS] - worth(arrays, head, state.offer[n, F_SHIFT], wish)
                    if key < last_key or (key == last_key and n <= last_n):
                        continue
                    if key < best_key:
                        best_n, best_key = n, key
                if best_n < 0:
                    break
                last_key, last_n = best_key, best_n
                wished += best_key
                cents += state.offer[best_n, F_CENTS]
                if pass_ == 1:
                    state.tried[found, 0], state.tried[found, 1] = (
                        state.offer[best_n, F_SHIFT],
                        state.offer[best_n, F_AT],
                    )
                found += 1
            if found < size:
                continue
            if pass_ == 1:
                return cents + crew_cents(arrays, head, start, state.tried)
            if wished < best:
                best, chosen_lead = wished, lead
        if chosen_lead < 0:
            return FORBIDDEN
    return FORBIDDEN


@kernel
def with_slowest(arrays, state, head, day, start, cents, blink):
    """Return the cents of the crew in `tried` when everybody takes as long as the slowest, positions found again."""
    size, slowest, quickest = arrays.visit[head, V_CREW], 0, FORBIDDEN
    for n in range(size):
        duration = arrays.duration[state.tried[n, 0], head + min(n, 1)]
        slowest, quickest = max(slowest, duration), min(quickest, duration)
    if slowest == quickest:
        return cents
    begin, _ = start_of_service(arrays, day, head, slowest, start)
    if begin != start:
        return FORBIDDEN
    total = crew_cents(arrays, head, start, state.tried)
    for n in range(size):
        shift_idx, visit = state.tried[n, 0], head + min(n, 1)
        own = arrays.duration[shift_idx, visit]
        arrays.duration[shift_idx, visit] = slowest
        part, position = best_position(arrays, state, shift_idx, visit, FORBIDDEN, blink)
        arrays.duration[shift_idx, visit] = own
        if position < 0:
            return FORBIDDEN
        state.tried[n, 1] = position
        total += part
    return total


@kernel
def crew_cents(arrays, head, start, members):
    """Return what counts once for a crew, `FORBIDDEN` when somebody who must be in it is not.

    Parameters
    ----------
    members : int64 (at least size, 2)
        Shifts of the members in the first column.
    """
    size, row = arrays.visit[head, V_CREW], arrays.crew[head]
    day, flags = arrays.shift[members[0, 0], S_DAY], K_DAYS + arrays.rates[R_DAYS]
    preferred, published, required, locked = 0, 0, 0, 0
    for n in range(size):
        who = row[flags + arrays.shift[members[n, 0], S_OWNER]]
        preferred += 1 if who & WHO_PREFERRED else 0
        published += 1 if who & WHO_PUBLISHED else 0
        required += 1 if who & WHO_REQUIRED else 0
        locked += 1 if who & WHO_LOCKED else 0
    if required < row[K_REQUIRED] or locked < row[K_LOCKED]:
        return FORBIDDEN
    cents = row[K_DAYS + day]
    if preferred == 0:
        cents += row[K_CONTINUITY]
    if day == row[K_TOLD_DAY]:
        deviation = row[K_PERSON] if published < row[K_PUBLISHED] else 0
        if not row[K_TOLD_OPEN] <= start <= row[K_TOLD_CLOSE]:
            deviation = max(deviation, row[K_TIME]) + row[K_TOLD_EXCEPTION]
        cents += deviation
    return cents
