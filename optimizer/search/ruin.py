"""Which visits a move takes out: strings of neighbouring routes, whole days, and rivals for a scarce part.

The string removal is that of Christiaens & Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing
Problems", Transportation Science 54(2), 2020, section 4.1.
"""

from __future__ import annotations

from optimizer.jit import kernel
from optimizer.search.state import C_COUNT, C_TOUCHED, T_ABSENT, draw, refresh, take_out

#: Mean number of visits a move takes out, and the longest string.
MEAN_REMOVED = 10
LONGEST_STRING = 10
#: Of 100 moves, so many empty a technician's whole day, and so many start from an absent visit.
WHOLE_DAY_PCT = 4
FROM_ABSENT_PCT = 40
#: A string keeps some visits in its middle in so many of 100 cases; the hole grows with the second figure.
SPLIT_PCT = 50
SPLIT_GROW_PCT = 1


@kernel
def ruin(arrays, state):
    """Take some 10 visits out of near routes. Return the visit around which the move happens."""
    visits, shifts = arrays.visit.shape[0], arrays.shift.shape[0]
    absent = state.total[T_ABSENT]
    seed = draw(state, visits)
    if absent > 0 and draw(state, 100) < FROM_ABSENT_PCT:
        seed = state.absent[draw(state, absent)]
        free_a_part(arrays, state, seed)
    if draw(state, 100) < WHOLE_DAY_PCT:
        remove_day(arrays, state, draw(state, shifts))
    served = max(1, visits - state.total[T_ABSENT])
    mean_length = max(1, served // max(1, shifts))
    longest = min(LONGEST_STRING, mean_length + mean_length // 2 + 1)
    most_strings = max(1, 4 * MEAN_REMOVED // (1 + longest))
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
        position = 0
        while state.seq[shift_idx, position] != visit:
            position += 1
        hole = 0
        if length > 1 and length < count and draw(state, 100) < SPLIT_PCT:
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
    """Take out one visit that uses a stock row which an absent visit needs and finds used up."""
    for entry in range(arrays.row_first[visit], arrays.row_first[visit + 1]):
        row = arrays.row_of[entry]
        if state.used[row] + arrays.row_use[entry] <= arrays.row_cap[row]:
            continue
        visits = arrays.visit.shape[0]
        offset = draw(state, visits)
        for n in range(visits):
            rival = (offset + n) % visits
            shift_idx = state.shift_of[rival]
            if shift_idx < 0 or state.route[shift_idx, C_TOUCHED] == 1:
                continue
            for other in range(arrays.row_first[rival], arrays.row_first[rival + 1]):
                if arrays.row_of[other] == row:
                    position = 0
                    while state.seq[shift_idx, position] != rival:
                        position += 1
                    take_out(arrays, state, shift_idx, position, 1)
                    refresh(arrays, state, shift_idx)
                    return
