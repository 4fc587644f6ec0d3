"""Light moves: exchange the tails of two routes, or short strings between them, judged by what is known of both.

A move is dropped in constant time where a backward pass says that a tail comes too late, or travel alone is more
expensive than what would be kept: gains that only fairness or another technician's prices could bring are left to ruin
and recreate. What passes changes the routes, which are then priced in full. On long routes these moves do what the
ruin of a few visits cannot: half of a day changes hands at once.

Tails: Potvin & Rousseau, "An exchange heuristic for routeing problems with time windows", JORS 46, 1995 (2-opt*).
Strings: Taillard, Badeau, Gendreau, Guertin & Potvin, "A tabu search heuristic for the vehicle routing problem with
soft time windows", Transportation Science 31(2), 1997 (cross-exchange).
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    NONE,
    R_QUANTITIES,
    R_TRAVEL,
    R_VISITS,
    S_CAPACITY,
    S_DAY,
    S_DAY_CENTS,
    S_PROFILE,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.chain import propose_chain
from optimizer.engine.search.district import visit_of_district
from optimizer.engine.search.journal import backup_row, touch
from optimizer.engine.search.parameters import PARAM_CHAIN
from optimizer.engine.search.passes import BWD_HARD
from optimizer.engine.search.route_edits import assign, end_before, end_behind, is_plain, refresh, unassign
from optimizer.engine.search.shared_resources import has_stock, return_replayed
from optimizer.engine.search.state import (
    C_COUNT,
    C_TIME,
    T_EMPTY,
    T_INCOMPLETE,
    T_UNASSIGNED,
    draw,
    position_of,
    true_cents,
)
from optimizer.engine.search.timing import per_minute, start_of_service

#: A visit's partner is one of this many nearest.
PARTNERS = 40
#: Longest string that changes its route; the other route gives as many or fewer, none included.
STRING = 3
#: Percent of the light moves that open an unused day for a tail, and that put a whole route into another one.
SPLIT_PCT, MERGE_PCT = 8, 4
#: More cents than the roundings of two routes together.
ROUNDINGS = 50


@kernel
def propose_light(arrays, state, limit):
    """Change two routes by a light move that may cost less than `limit`; return whether they were changed."""
    if state.total[T_INCOMPLETE] == 1 or arrays.rates[R_VISITS] == 0:
        return False
    if state.total[T_UNASSIGNED] > 0 and draw(state, 1_000) < state.parameter[PARAM_CHAIN]:
        shift_idx = draw(state, arrays.shift.shape[0])
        return propose_chain(arrays, state, limit, shift_idx) and holds(arrays, state, shift_idx)
    first = visit_of_district(arrays, state)
    one = state.shift_of[first]
    if one < 0 or not is_plain(arrays, state, one):
        return False
    kind = draw(state, 100)
    if kind < SPLIT_PCT:
        return split(arrays, state, limit, one, first)
    partners = min(PARTNERS, arrays.near.shape[1])
    if partners == 0:
        return False
    if kind < SPLIT_PCT + MERGE_PCT:
        return merge(arrays, state, limit, one, partners)
    second = np.int64(arrays.near[first, draw(state, partners)])
    other = state.shift_of[second]
    if other < 0 or other == one or not is_plain(arrays, state, other):
        return False
    i, j = position_of(state, first), position_of(state, second)
    if draw(state, 2) == 0:
        # Tails: the one route goes on as the other did from the partner on.
        from_one, from_other = i + 1, j
        length_one, length_other = state.route[one, C_COUNT] - from_one, state.route[other, C_COUNT] - from_other
    else:
        length_one, length_other = 1 + draw(state, STRING), draw(state, STRING + 1)
        from_one, from_other = i, j + 1
        if draw(state, 2) == 0:
            from_one, from_other = i - length_one + 1, j - length_other
        length_one = min(length_one, state.route[one, C_COUNT] - from_one)
        length_other = min(length_other, state.route[other, C_COUNT] - from_other)
    if from_one < 0 or from_other < 0 or length_one + length_other == 0:
        return False
    return try_exchange(arrays, state, limit, one, from_one, length_one, other, from_other, length_other)


@kernel
def split(arrays, state, limit, one, first):
    """Move the tail of a route, from a visit on, to an unused day."""
    shifts, position = arrays.shift.shape[0], position_of(state, first)
    if state.total[T_EMPTY] == 0 or position == 0:
        return False
    offset, count = draw(state, shifts), state.route[one, C_COUNT]
    for n in range(shifts):
        other = (offset + n) % shifts
        if state.route[other, C_COUNT] == 0:
            if not is_plain(arrays, state, other):
                return False
            return try_exchange(arrays, state, limit, one, position, count - position, other, np.int64(0), np.int64(0))
    return False


@kernel
def merge(arrays, state, limit, one, partners):
    """Leave a day unused: its whole route goes after a visit of another route that is near its first one."""
    second = np.int64(arrays.near[state.seq[one, 0], draw(state, partners)])
    other = state.shift_of[second]
    if other < 0 or other == one or not is_plain(arrays, state, other):
        return False
    position = position_of(state, second) + 1
    return try_exchange(arrays, state, limit, one, np.int64(0), state.route[one, C_COUNT], other, position, np.int64(0))


@kernel
def try_exchange(arrays, state, limit, one, from_one, length_one, other, from_other, length_other):
    """Exchange two strings if the plan may then cost less than `limit`; return whether they were and the plan holds."""
    more = limit - true_cents(arrays, state)
    if not may_pay(arrays, state, more, one, from_one, length_one, other, from_other, length_other):
        return False
    exchange(arrays, state, one, from_one, length_one, other, from_other, length_other)
    return holds(arrays, state, one) and holds(arrays, state, other)


@kernel
def may_pay(arrays, state, cents, one, from_one, length_one, other, from_other, length_other):
    """Return whether an exchange may be in time and cost less than `cents` more, by travel alone.

    Strings begin at positions `from_one` and `from_other` and have `length_one` and `length_other` visits.
    """
    more, most = length_other - length_one, state.seq.shape[1]
    if max(state.route[one, C_COUNT] + more, state.route[other, C_COUNT] - more) >= most:
        return False
    # Where both travel alike, only the legs at the ends of the strings change: nearly all proposals end here.
    travel = joints(arrays, state, one, from_one, length_one, other, from_other, length_other)
    travel += joints(arrays, state, other, from_other, length_other, one, from_one, length_one)
    # Lateness, overtime and a day's price may go.
    cents += state.route[one, C_TIME] + state.route[other, C_TIME]
    if length_one == state.route[one, C_COUNT] and length_other == 0:
        cents += arrays.shift[one, S_DAY_CENTS]
    if state.route[other, C_COUNT] == 0:
        cents -= arrays.shift[other, S_DAY_CENTS]
    if per_minute(arrays.rates[R_TRAVEL], travel) >= cents + ROUNDINGS:
        return False
    return is_in_time(arrays, state, one, from_one, length_one, other, from_other, length_other) and is_in_time(
        arrays, state, other, from_other, length_other, one, from_one, length_one
    )


@kernel
def joints(arrays, state, shift_idx, position, many, giver, start, given):
    """Return how much longer the legs get that join a string of another route to this one instead of its own."""
    profile = arrays.shift[shift_idx, S_PROFILE]
    here, there = end_before(arrays, state, shift_idx, position), end_behind(arrays, state, shift_idx, position + many)
    travel = -state.leg[shift_idx, position]
    if many > 0:
        travel -= state.leg[shift_idx, position + many]
    if given > 0:
        travel += arrays.travel[profile, here, state.seq[giver, start]]
        return travel + arrays.travel[profile, state.seq[giver, start + given - 1], there]
    is_emptied = many == state.route[shift_idx, C_COUNT]
    return travel if is_emptied else travel + arrays.travel[profile, here, there]


@kernel
def is_in_time(arrays, state, shift_idx, position, many, giver, start, given):
    """Return whether a route may be in time with a string of another one instead of its own, by its bounds."""
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    here, moment = end_before(arrays, state, shift_idx, position), state.earliest[shift_idx, position]
    for n in range(given):
        visit = state.seq[giver, start + n]
        duration = arrays.duration[shift_idx, visit]
        if duration == NONE:
            return False
        begun, _ = start_of_service(arrays, day, visit, duration, moment + arrays.travel[profile, here, visit])
        if begun < 0:
            return False
        moment, here = begun + duration, visit
    there = end_behind(arrays, state, shift_idx, position + many)
    return moment + arrays.travel[profile, here, there] <= state.backward[shift_idx, position + many, BWD_HARD]


@kernel
def exchange(arrays, state, one, from_one, length_one, other, from_other, length_other):
    """Let two routes exchange strings: `length_one` visits from a position of the one, `length_other` of the other."""
    touch(state, one)
    touch(state, other)
    return_replayed(arrays, state, one)
    return_replayed(arrays, state, other)
    for k in range(from_one, from_one + length_one):
        unassign(arrays, state, state.seq[one, k])
    for k in range(from_other, from_other + length_other):
        unassign(arrays, state, state.seq[other, k])
    replace(arrays, state, one, from_one, length_one, other, from_other, length_other)
    replace(arrays, state, other, from_other, length_other, one, from_one, length_one)
    refresh(arrays, state, one)
    refresh(arrays, state, other)


@kernel
def replace(arrays, state, shift_idx, position, many, giver, start, given):
    """Write a string of the giver, as it was before the move, over a string of a route."""
    own, theirs, n = backup_row(state, shift_idx), backup_row(state, giver), position
    for k in range(start, start + given):
        state.seq[shift_idx, n] = state.seq[theirs, k]
        assign(arrays, state, state.seq[theirs, k], shift_idx)
        n += 1
    for k in range(position + many, state.route[own, C_COUNT]):
        state.seq[shift_idx, n] = state.seq[own, k]
        n += 1
    state.route[shift_idx, C_COUNT] = n


@kernel
def holds(arrays, state, shift_idx):
    """Return whether a changed route has what it needs of parts, tools and room in the van."""
    if not has_stock(arrays, state):
        return False
    day = arrays.shift[shift_idx, S_DAY]
    for tool in range(arrays.tool_units.shape[0]):
        if state.tool_used[day, tool] > arrays.tool_units[tool]:
            return False
    for quantity in range(arrays.rates[R_QUANTITIES]):
        if state.carried[shift_idx, quantity] > arrays.shift[shift_idx, S_CAPACITY + quantity]:
            return False
    return True
