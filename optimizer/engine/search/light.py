"""Light moves: exchange the tails of two routes, or short strings between them, judged from what is known of both.

A move is dropped in constant time where a backward pass says that a tail comes too late, or travel alone is dearer than
what would be kept: what only fairness or another technician's prices would gain is left to ruin and recreate. What
passes changes the routes and prices them in full. On long routes that is what a ruin of a few visits cannot do: half of
a day changes hands at once.

Tails: Potvin & Rousseau, "An exchange heuristic for routeing problems with time windows", JORS 46, 1995 (2-opt*).
Strings: Taillard, Badeau, Gendreau, Guertin & Potvin, "A tabu search heuristic for the vehicle routing problem with
soft time windows", Transportation Science 31(2), 1997 (cross-exchange).
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    CANNOT_SERVE,
    R_QUANTITIES,
    R_TRAVEL,
    R_VISITS,
    S_CAPACITY,
    S_DAY,
    S_DAY_CENTS,
    S_END_NODE,
    S_PREFIX,
    S_PROFILE,
    S_SPECIAL,
    S_START_NODE,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.gestures import kept_row, make_absent, make_present, refresh, touch
from optimizer.engine.search.passes import B_HARD
from optimizer.engine.search.schedule import per_minute, start_of_service
from optimizer.engine.search.state import (
    C_COUNT,
    C_LINKS,
    C_STOP,
    C_TIME,
    T_EMPTY,
    T_HALF,
    draw,
    place_of,
    true_cents,
)
from optimizer.engine.search.store import has_stock

#: A visit's partner is one of so many nearest.
PARTNERS = 40
#: Longest string that changes its route; the other route gives as many or fewer, none included.
STRING = 3
#: Of 100 light moves, so many open an unused day for a tail, and so many put a whole route into another one.
SPLIT_PCT, MERGE_PCT = 8, 4
#: More cents than the roundings of two routes together.
ROUNDINGS = 50


@kernel
def propose_light(arrays, state, limit):
    """Change two routes by a light move that may cost less than `limit`; say whether they were changed."""
    if state.total[T_HALF] == 1 or arrays.rates[R_VISITS] == 0:
        return False
    first = draw(state, arrays.rates[R_VISITS])
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
    i, j = place_of(state, first), place_of(state, second)
    if draw(state, 2) == 0:
        # Tails: the one route goes on as the other did from the partner on.
        from_one, from_other = i + 1, j
        many_one, many_other = state.route[one, C_COUNT] - from_one, state.route[other, C_COUNT] - from_other
    else:
        many_one, many_other = 1 + draw(state, STRING), draw(state, STRING + 1)
        from_one, from_other = i, j + 1
        if draw(state, 2) == 0:
            from_one, from_other = i - many_one + 1, j - many_other
        many_one = min(many_one, state.route[one, C_COUNT] - from_one)
        many_other = min(many_other, state.route[other, C_COUNT] - from_other)
    if from_one < 0 or from_other < 0 or many_one + many_other == 0:
        return False
    return try_exchange(arrays, state, limit, one, from_one, many_one, other, from_other, many_other)


@kernel
def split(arrays, state, limit, one, first):
    """Let an unused day go on with a route from a visit on."""
    shifts, place = arrays.shift.shape[0], place_of(state, first)
    if state.total[T_EMPTY] == 0 or place == 0:
        return False
    offset, count = draw(state, shifts), state.route[one, C_COUNT]
    for n in range(shifts):
        other = (offset + n) % shifts
        if state.route[other, C_COUNT] == 0:
            if not is_plain(arrays, state, other):
                return False
            return try_exchange(arrays, state, limit, one, place, count - place, other, np.int64(0), np.int64(0))
    return False


@kernel
def merge(arrays, state, limit, one, partners):
    """Leave a day unused: its whole route goes behind a visit of another one that is near its first."""
    second = np.int64(arrays.near[state.seq[one, 0], draw(state, partners)])
    other = state.shift_of[second]
    if other < 0 or other == one or not is_plain(arrays, state, other):
        return False
    place = place_of(state, second) + 1
    return try_exchange(arrays, state, limit, one, np.int64(0), state.route[one, C_COUNT], other, place, np.int64(0))


@kernel
def try_exchange(arrays, state, limit, one, from_one, many_one, other, from_other, many_other):
    """Exchange two strings if the plan may then cost less than `limit`; say whether they were and the plan holds."""
    more = limit - true_cents(arrays, state)
    if not may_pay(arrays, state, more, one, from_one, many_one, other, from_other, many_other):
        return False
    exchange(arrays, state, one, from_one, many_one, other, from_other, many_other)
    return holds(arrays, state, one) and holds(arrays, state, other)


@kernel
def is_plain(arrays, state, shift_idx):
    """Say whether a route's visits may leave it freely: no prefix, no links, no parts or stops of its own."""
    route = state.route[shift_idx]
    return (
        arrays.shift[shift_idx, S_PREFIX] == 0
        and arrays.shift[shift_idx, S_SPECIAL] == 0
        and route[C_LINKS] == 0
        and route[C_STOP] < 0
    )


@kernel
def may_pay(arrays, state, cents, one, from_one, many_one, other, from_other, many_other):
    """Say whether an exchange may be in time and cost less than so many cents more, by travel alone.

    Strings begin at places `from_one` and `from_other` and hold `many_one` and `many_other` visits, as in `exchange`.
    """
    more, most = many_other - many_one, state.seq.shape[1]
    if max(state.route[one, C_COUNT] + more, state.route[other, C_COUNT] - more) >= most:
        return False
    # Where both travel alike, only the legs at the ends of the strings change: nearly all proposals end here.
    road = joints(arrays, state, one, from_one, many_one, other, from_other, many_other)
    road += joints(arrays, state, other, from_other, many_other, one, from_one, many_one)
    # Lateness, overtime and a day's price may go.
    cents += state.route[one, C_TIME] + state.route[other, C_TIME]
    if many_one == state.route[one, C_COUNT] and many_other == 0:
        cents += arrays.shift[one, S_DAY_CENTS]
    if state.route[other, C_COUNT] == 0:
        cents -= arrays.shift[other, S_DAY_CENTS]
    if per_minute(arrays.rates[R_TRAVEL], road) >= cents + ROUNDINGS:
        return False
    return is_in_time(arrays, state, one, from_one, many_one, other, from_other, many_other) and is_in_time(
        arrays, state, other, from_other, many_other, one, from_one, many_one
    )


@kernel
def end_before(arrays, state, shift_idx, place):
    """Return the node that a route leaves for a place: a visit, or its start."""
    return state.seq[shift_idx, place - 1] if place > 0 else arrays.shift[shift_idx, S_START_NODE]


@kernel
def end_behind(arrays, state, shift_idx, place):
    """Return the node at a place of a route: a visit, or its end."""
    is_visit = place < state.route[shift_idx, C_COUNT]
    return state.seq[shift_idx, place] if is_visit else arrays.shift[shift_idx, S_END_NODE]


@kernel
def joints(arrays, state, shift_idx, place, many, giver, start, given):
    """Return by how much the legs get longer that join a string of another route to this one, in place of its own."""
    profile = arrays.shift[shift_idx, S_PROFILE]
    here, there = end_before(arrays, state, shift_idx, place), end_behind(arrays, state, shift_idx, place + many)
    road = -state.leg[shift_idx, place]
    if many > 0:
        road -= state.leg[shift_idx, place + many]
    if given > 0:
        road += arrays.travel[profile, here, state.seq[giver, start]]
        return road + arrays.travel[profile, state.seq[giver, start + given - 1], there]
    is_emptied = many == state.route[shift_idx, C_COUNT]
    return road if is_emptied else road + arrays.travel[profile, here, there]


@kernel
def is_in_time(arrays, state, shift_idx, place, many, giver, start, given):
    """Say whether a route may take a string of another one in place of its own, as far as its bounds tell."""
    profile, day = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_DAY]
    here, moment = end_before(arrays, state, shift_idx, place), state.earliest[shift_idx, place]
    for n in range(given):
        visit = state.seq[giver, start + n]
        duration = arrays.duration[shift_idx, visit]
        if duration == CANNOT_SERVE:
            return False
        begun, _ = start_of_service(arrays, day, visit, duration, moment + arrays.travel[profile, here, visit])
        if begun < 0:
            return False
        moment, here = begun + duration, visit
    there = end_behind(arrays, state, shift_idx, place + many)
    return moment + arrays.travel[profile, here, there] <= state.behind[shift_idx, place + many, B_HARD]


@kernel
def exchange(arrays, state, one, from_one, many_one, other, from_other, many_other):
    """Let two routes exchange strings: `many_one` visits from a place of the one, `many_other` of the other."""
    touch(state, one)
    touch(state, other)
    for k in range(from_one, from_one + many_one):
        make_absent(arrays, state, state.seq[one, k])
    for k in range(from_other, from_other + many_other):
        make_absent(arrays, state, state.seq[other, k])
    replace(arrays, state, one, from_one, many_one, other, from_other, many_other)
    replace(arrays, state, other, from_other, many_other, one, from_one, many_one)
    refresh(arrays, state, one)
    refresh(arrays, state, other)


@kernel
def replace(arrays, state, shift_idx, place, many, giver, start, given):
    """Write a string of the giver, as it was before the move, in place of a string of a route."""
    own, theirs, n = kept_row(state, shift_idx), kept_row(state, giver), place
    for k in range(start, start + given):
        state.seq[shift_idx, n] = state.seq[theirs, k]
        make_present(arrays, state, state.seq[theirs, k], shift_idx)
        n += 1
    for k in range(place + many, state.route[own, C_COUNT]):
        state.seq[shift_idx, n] = state.seq[own, k]
        n += 1
    state.route[shift_idx, C_COUNT] = n


@kernel
def holds(arrays, state, shift_idx):
    """Say whether what a changed route shares with others is there: parts, tools, room in the van."""
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
