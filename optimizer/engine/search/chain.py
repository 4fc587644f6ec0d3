"""A stretch of a day planned anew: the best chain of visits between two places of a route, of unassigned ones as well.

Where many visits stay out, none of them may pay for the way to it alone, and a better day differs from the present one
in many places at once. Where windows are narrow against the day, visits follow one another in one order only: the best
chain is then a shortest path from visit to visit, in the order of the windows, found in one pass over all of them. Each
visit keeps the cheapest way to it alone and looks back at the visits near it; what is found is priced in full, like any
move. Visits of other routes are offered at what these save without them, so that a day can be opened with both.

Feillet, Dejax & Gendreau, "Traveling salesman problems with profits", Transportation Science 39(2), 2005.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    FORBIDDEN,
    NONE,
    R_TRAVEL,
    R_VISITS,
    S_DAY,
    S_DAY_CENTS,
    S_MINUTE_CENTS,
    S_PROFILE,
    V_CLOSES,
    V_MAX_LATE,
    V_OPENS,
    V_PRICE,
    V_SYNCED,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.journal import backup_row, touch
from optimizer.engine.search.passes import BWD_HARD
from optimizer.engine.search.route_edits import assign, end_before, end_behind, is_plain, refresh, take_out, unassign
from optimizer.engine.search.shared_resources import is_used_up, return_replayed
from optimizer.engine.search.state import (
    C_COUNT,
    H_DEPART,
    H_FROM,
    H_OFFERED,
    H_REACHED,
    H_VALUE,
    H_WORTH,
    T_STAMP,
    draw,
    position_of,
    true_cents,
)
from optimizer.engine.search.timing import late_cents, start_of_service

#: Percent of the proposals that plan the whole day anew, and that may take visits from other routes.
WHOLE_PCT, FROM_OTHERS_PCT = 25, 50
#: Percent of the visits that every other proposal overlooks, so that the same stretch may be planned in several ways.
OVERLOOKED_PCT = 10
#: Values count in sixtieths of a cent: prices are cents a minute, ways seconds.
PARTS = 60


@kernel
def propose_chain(arrays, state, limit, shift_idx):
    """Plan a drawn stretch of a day anew, if that may cost less than `limit`; return whether the route was changed."""
    if not is_plain(arrays, state, shift_idx):
        return False
    first, last = np.int64(0), state.route[shift_idx, C_COUNT]
    if draw(state, 100) >= WHOLE_PCT:
        first = draw(state, last + 1)
        last = first + draw(state, last - first + 1)
    return plan_anew(arrays, state, limit, shift_idx, first, last)


@kernel
def plan_anew(arrays, state, limit, shift_idx, first, last):
    """Put the best chain in place of a stretch, if it may cost less than `limit`; return whether the route was changed.

    The stretch holds the visits from position `first` on and before `last`.
    """
    state.total[T_STAMP] += 1
    before = offer_own(arrays, state, shift_idx, first, last)
    if draw(state, 100) < FROM_OTHERS_PCT:
        offer_others(arrays, state, shift_idx)
    value, visit = best_chain(arrays, state, shift_idx, first, last)
    if visit < 0 or value - before >= PARTS * (limit - true_cents(arrays, state)):
        return False
    chain, length = state.to_insert, 0
    while visit >= 0:
        chain[length] = visit
        length += 1
        visit = state.reach[visit, H_FROM]
    is_new = length != last - first
    for n in range(length if not is_new else 0):
        is_new = is_new or state.seq[shift_idx, last - 1 - n] != chain[n]
    if not is_new or state.route[shift_idx, C_COUNT] + length - (last - first) + 1 >= state.seq.shape[1]:
        return False
    put_chain(arrays, state, shift_idx, first, last, length)
    return True


@kernel
def worth(arrays, shift_idx, visit):
    """Return what a visit brings in a route, its way excepted: its price less what serving it there costs."""
    minutes = arrays.shift[shift_idx, S_MINUTE_CENTS] * arrays.duration[shift_idx, visit]
    return PARTS * (arrays.visit[visit, V_PRICE] - arrays.extra[shift_idx, visit]) - minutes


@kernel
def way_rate(arrays, shift_idx):
    """Return what a second of travel costs in a route, in `PARTS` of a cent."""
    return arrays.rates[R_TRAVEL] + arrays.shift[shift_idx, S_MINUTE_CENTS]


@kernel
def offer(state, visit, value):
    """Offer a visit to the present look."""
    state.reach[visit, H_OFFERED], state.reach[visit, H_WORTH] = (state.total[T_STAMP], value)


@kernel
def offer_own(arrays, state, shift_idx, first, last):
    """Offer the visits of a stretch for what they bring; return the value of the stretch as it is, without lateness."""
    value = 0
    for k in range(first, last + 1):
        value += way_rate(arrays, shift_idx) * state.leg[shift_idx, k]
        if k < last:
            visit = state.seq[shift_idx, k]
            offer(state, visit, worth(arrays, shift_idx, visit))
            value -= worth(arrays, shift_idx, visit)
    return value


@kernel
def offer_others(arrays, state, shift_idx):
    """Offer visits of other routes for what these save without them: never two neighbours, whose savings do not add."""
    for other in range(state.best_count.shape[0]):
        if other == shift_idx or not is_plain(arrays, state, other):
            continue
        profile, is_beside_offered = arrays.shift[other, S_PROFILE], False
        for k in range(state.route[other, C_COUNT]):
            visit = state.seq[other, k]
            if is_beside_offered or arrays.duration[shift_idx, visit] == NONE or draw(state, 2) == 0:
                is_beside_offered = False
                continue
            is_beside_offered = True
            here, there = (end_before(arrays, state, other, k), end_behind(arrays, state, other, k + 1))
            shorter = state.leg[other, k] + state.leg[other, k + 1] - arrays.travel[profile, here, there]
            lost = worth(arrays, other, visit) - way_rate(arrays, other) * shorter
            offer(state, visit, worth(arrays, shift_idx, visit) - lost)


@kernel
def best_chain(arrays, state, shift_idx, first, last):
    """Return the least value of a chain from the place before a stretch to the one behind it, and its last visit.

    `State.reach` then holds the way back. Without a chain the visit is `NONE`.
    """
    profile, rate, look = (arrays.shift[shift_idx, S_PROFILE], way_rate(arrays, shift_idx), state.total[T_STAMP])
    there, latest = (end_behind(arrays, state, shift_idx, last), state.backward[shift_idx, last, BWD_HARD])
    least, end = FORBIDDEN, NONE
    opening = PARTS * arrays.shift[shift_idx, S_DAY_CENTS] if state.route[shift_idx, C_COUNT] == 0 else 0
    overlooked, earliest = (OVERLOOKED_PCT * draw(state, 2), state.earliest[shift_idx, first])
    for n in range(arrays.rates[R_VISITS]):
        visit = state.in_time[n]
        row = arrays.visit[visit]
        if row[V_CLOSES] + row[V_MAX_LATE] < earliest or row[V_OPENS] > latest or row[V_SYNCED] == 1:
            continue
        is_offered = state.reach[visit, H_OFFERED] == look
        if not is_offered and (state.shift_of[visit] >= 0 or is_used_up(arrays, state, visit)):
            continue
        if arrays.duration[shift_idx, visit] == NONE or arrays.terms[visit, shift_idx] == FORBIDDEN:
            continue
        if draw(state, 100) < overlooked:
            continue
        value = cheapest_way(arrays, state, shift_idx, first, visit)
        if value >= FORBIDDEN:
            continue
        value -= state.reach[visit, H_WORTH] if is_offered else worth(arrays, shift_idx, visit)
        state.reach[visit, H_VALUE], state.reach[visit, H_REACHED] = value, look
        onward = np.int64(arrays.ways[profile, visit][there, 1])
        value += opening + rate * onward
        if state.reach[visit, H_DEPART] + onward <= latest and value < least:
            least, end = value, visit
    return least, np.int64(end)


@kernel
def cheapest_way(arrays, state, shift_idx, first, visit):
    """Find the cheapest way to a visit: from the place before the stretch, or from a near visit reached before.

    Return its value without what the visit brings, `FORBIDDEN` where none is in time; `State.reach` gets the rest.
    """
    day, duration = arrays.shift[shift_idx, S_DAY], arrays.duration[shift_idx, visit]
    ways, rate = (arrays.ways[arrays.shift[shift_idx, S_PROFILE], visit], way_rate(arrays, shift_idx))
    look, known = state.total[T_STAMP], state.reach
    travel = np.int64(ways[end_before(arrays, state, shift_idx, first), 0])
    start, late = start_of_service(arrays, day, visit, duration, state.earliest[shift_idx, first] + travel)
    least, source, depart = FORBIDDEN, NONE, start + duration
    if start >= 0:
        least = rate * travel + PARTS * late_cents(arrays, late)
    for n in range(arrays.near.shape[1]):
        before = arrays.near[visit, n]
        if known[before, H_REACHED] != look:
            continue
        travel = np.int64(ways[before, 0])
        value = known[before, H_VALUE] + rate * travel
        if value >= least:
            continue
        start, late = start_of_service(arrays, day, visit, duration, known[before, H_DEPART] + travel)
        value += PARTS * late_cents(arrays, late)
        if start >= 0 and value < least:
            least, source, depart = value, before, start + duration
    known[visit, H_FROM], known[visit, H_DEPART] = source, depart
    return least


@kernel
def put_chain(arrays, state, shift_idx, first, last, length):
    """Write a chain, the first `length` of `State.to_insert` from its end on, over a stretch of a route."""
    for n in range(length):
        visit = state.to_insert[n]
        other = state.shift_of[visit]
        if other >= 0 and other != shift_idx:
            take_out(arrays, state, other, position_of(state, visit), 1)
            refresh(arrays, state, other)
    touch(state, shift_idx)
    return_replayed(arrays, state, shift_idx)
    seq, own = state.seq[shift_idx], backup_row(state, shift_idx)
    count = state.route[own, C_COUNT]
    for k in range(first, last):
        unassign(arrays, state, seq[k])
    for n in range(length):
        seq[first + n] = state.to_insert[length - 1 - n]
        assign(arrays, state, seq[first + n], shift_idx)
    for k in range(last, count):
        seq[first + length + k - last] = state.seq[own, k]
    state.route[shift_idx, C_COUNT] = count + length - (last - first)
    refresh(arrays, state, shift_idx)
