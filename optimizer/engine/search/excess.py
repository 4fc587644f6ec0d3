"""What a route exceeds of the limits of travel and visits, where the exceptions of its visits let it.

What it exceeds of the latest return is a matter of the clock, and with `timing.py`.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import (
    D_ADDRESS,
    D_SECONDS,
    FORBIDDEN,
    M_TRAVEL,
    M_VISITS,
    R_MORE_TRAVEL,
    R_MORE_VISITS,
    R_VISITS,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MORE_TRAVEL,
    S_MORE_VISITS,
    S_PROFILE,
    S_START_NODE,
)
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.state import write_inserted
from optimizer.engine.search.timing import largest_more, per_minute


@kernel
def has_exceptions(arrays, shift_idx):
    """Return whether a technician-day with travel or visits above its limits may keep them all the same.

    Some visit may have an exception, or time at doors is in the travel and no driving.
    """
    return arrays.shift[shift_idx, S_MORE_TRAVEL] + arrays.shift[shift_idx, S_MORE_VISITS] > 0


@kernel
def excess_cents(arrays, shift_idx, seq, count):
    """Price what a route exceeds of its limits of travel and visits; `FORBIDDEN` where no exception covers it.

    A leg is covered by the visits at its ends, the day's driving and visits by any visit of the day. Of the legs and
    the day's driving, what is most above its limit is priced.
    """
    if not has_exceptions(arrays, shift_idx):
        return FORBIDDEN
    profile, longest = arrays.shift[shift_idx, S_PROFILE], arrays.shift[shift_idx, S_MAX_LEG]
    here, more_here, travel, visits, above = arrays.shift[shift_idx, S_START_NODE], 0, 0, 0, 0
    for k in range(count + 1):
        node = seq[k] if k < count else arrays.shift[shift_idx, S_END_NODE]
        more = arrays.more[shift_idx, node, M_TRAVEL] if k < count else 0
        leg = drive(arrays, profile, here, node)
        if leg - longest > max(more_here, more):
            return FORBIDDEN
        above, travel = max(above, leg - longest), travel + leg
        visits += 1 if k < count and node < arrays.rates[R_VISITS] else 0
        here, more_here = node, more
    over_travel, over_visits = (
        travel - arrays.shift[shift_idx, S_MAX_TRAVEL],
        visits - arrays.shift[shift_idx, S_MAX_VISITS],
    )
    if over_travel > 0 and over_travel > largest_more(arrays, shift_idx, seq, count, M_TRAVEL):
        return FORBIDDEN
    if over_visits > 0 and over_visits > largest_more(arrays, shift_idx, seq, count, M_VISITS):
        return FORBIDDEN
    cents = per_minute(arrays.rates[R_MORE_TRAVEL], max(above, over_travel, 0))
    return cents + arrays.rates[R_MORE_VISITS] * max(over_visits, 0)


@kernel
def drive(arrays, profile, here, node):
    """Return the seconds of driving from node to node: the travel without the time at the door."""
    travel = np.int64(arrays.travel[profile, here, node])
    if arrays.door[here, D_ADDRESS] == arrays.door[node, D_ADDRESS]:
        return travel
    return travel - arrays.door[node, D_SECONDS]


@kernel
def inserted_excess_cents(arrays, state, shift_idx, k, visit):
    """Return the same of a route with a visit inserted at position k."""
    count = write_inserted(state, shift_idx, k, visit)
    return excess_cents(arrays, shift_idx, state.trial, count)
