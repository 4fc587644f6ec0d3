"""Which visits a move takes out: strings of neighbouring routes, whole days, and rivals for a scarce part.

The string removal is that of Christiaens & Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing
Problems", Transportation Science 54(2), 2020, section 4.1.
"""

from __future__ import annotations

from optimizer.engine.arrays import E_STOCK, R_VISITS, ROW_CAP
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.district import visit_of_district
from optimizer.engine.search.parameters import (
    PARAM_DAY,
    PARAM_FROM_UNASSIGNED,
    PARAM_REMOVED,
    PARAM_SMALL,
    PARAM_SMALL_REMOVED,
    PARAM_SMALL_STRING,
    PARAM_SPLIT,
    PARAM_STRING,
)
from optimizer.engine.search.route_edits import refresh, take_out
from optimizer.engine.search.state import C_COUNT, C_TOUCHED, T_EMPTY, T_UNASSIGNED, draw, position_of

#: Percent of the cases in which a string keeps one more visit in its middle.
SPLIT_GROW_PCT = 1


@kernel
def remove_visits(arrays, state):
    """Take a few visits out of near routes. Return the visit around which the move happens.

    Most moves are small: short strings, so that more routes exchange visits. On full days that found plans 2 to 8 %
    cheaper in the same time; where few routes are long (Solomon's second classes), long strings are needed, too.
    """
    visits, shifts = arrays.rates[R_VISITS], arrays.shift.shape[0]
    unassigned = state.total[T_UNASSIGNED]
    seed = visit_of_district(arrays, state)
    if unassigned > 0 and draw(state, 100) < state.parameter[PARAM_FROM_UNASSIGNED]:
        seed = state.unassigned[draw(state, unassigned)]
        free_a_part(arrays, state, seed)
    if draw(state, 100) < state.parameter[PARAM_DAY]:
        remove_day(arrays, state, draw(state, shifts))
    removed, longest = state.parameter[PARAM_REMOVED], state.parameter[PARAM_STRING]
    if draw(state, 100) < state.parameter[PARAM_SMALL]:
        removed, longest = state.parameter[PARAM_SMALL_REMOVED], state.parameter[PARAM_SMALL_STRING]
    served = max(1, visits - state.total[T_UNASSIGNED])
    mean_length = max(1, served // max(1, shifts - state.total[T_EMPTY]))
    longest = min(longest, mean_length + mean_length // 2 + 1)
    most_strings = max(1, 4 * removed // (1 + longest))
    strings = 1 + draw(state, most_strings)
    remove_strings(arrays, state, seed, strings, longest)
    return seed


@kernel
def remove_strings(arrays, state, seed, strings, longest):
    """Take one string each out of the `strings` routes nearest to the seed."""
    done = 0
    for n in range(-1, arrays.near.shape[1]):
        visit = seed if n < 0 else arrays.near[seed, n]
        shift_idx = state.shift_of[visit]
        if shift_idx < 0 or state.route[shift_idx, C_TOUCHED] == 1:
            continue
        count = state.route[shift_idx, C_COUNT]
        length = 1 + draw(state, min(longest, count))
        position = position_of(state, visit)
        hole = 0
        if length > 1 and length < count and draw(state, 100) < state.parameter[PARAM_SPLIT]:
            hole = 1
            while length + hole < count and draw(state, 100) < SPLIT_GROW_PCT:
                hole += 1
        span = length + hole
        lowest = max(0, position - span + 1)
        highest = min(position, count - span)
        first = lowest + draw(state, highest - lowest + 1)
        if hole > 0:
            cut = 1 + draw(state, length - 1)
            take_out(arrays, state, shift_idx, first + cut + hole, length - cut)
            take_out(arrays, state, shift_idx, first, cut)
        else:
            take_out(arrays, state, shift_idx, first, length)
        refresh(arrays, state, shift_idx)
        done += 1
        if done == strings:
            return


@kernel
def remove_day(arrays, state, shift_idx):
    """Empty one technician's day."""
    count = state.route[shift_idx, C_COUNT]
    if count == 0 or state.route[shift_idx, C_TOUCHED] == 1:
        return
    take_out(arrays, state, shift_idx, 0, count)
    refresh(arrays, state, shift_idx)


@kernel
def free_a_part(arrays, state, visit):
    """Take out one visit that uses a stock row which an unassigned visit needs and finds used up."""
    for n in range(arrays.first[visit, E_STOCK], arrays.first[visit + 1, E_STOCK]):
        row = arrays.entry[n, 0]
        if state.used[row] + arrays.entry[n, 1] <= arrays.row[row, ROW_CAP]:
            continue
        visits = arrays.rates[R_VISITS]
        offset = draw(state, visits)
        for m in range(visits):
            rival = (offset + m) % visits
            shift_idx = state.shift_of[rival]
            if shift_idx < 0 or state.route[shift_idx, C_TOUCHED] == 1:
                continue
            for other in range(arrays.first[rival, E_STOCK], arrays.first[rival + 1, E_STOCK]):
                if arrays.entry[other, 0] == row:
                    take_out(arrays, state, shift_idx, position_of(state, rival), 1)
                    refresh(arrays, state, shift_idx)
                    return
