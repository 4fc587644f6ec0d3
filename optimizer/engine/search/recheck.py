"""Assert mode: the same moves, and every plan that is evaluated on the way is priced again from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.accept import threshold
from optimizer.engine.search.dials import D_LIGHT
from optimizer.engine.search.light import propose_light
from optimizer.engine.search.lns import LIGHT_BUNDLE, decide, load_routes, propose, settle_lightly
from optimizer.engine.search.schedule import IMPOSSIBLE
from optimizer.engine.search.state import (
    C_COUNT,
    L_START,
    T_ABSENT,
    T_BROKEN,
    T_CENTS,
    T_HALF,
    draw,
    make_state,
    true_cents,
)

if TYPE_CHECKING:
    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.search.state import State


class Recheck:
    """Makes an island's moves under the assert mode.

    Parameters
    ----------
    arrays
        The problem's arrays, as no search has written in them.
    """

    def __init__(self, arrays: ProblemArrays) -> None:
        self._arrays, self._fresh = arrays.own_copy(), make_state(arrays, 1, pool_size=1)
        self._counts = np.zeros(len(arrays.shift), np.int64)
        self._starts = np.zeros(len(self._fresh.link), np.int64)

    def run(self, arrays: ProblemArrays, state: State, moves: int) -> int:
        """Make so many moves; return in how many evaluated plans, before and after the decision, a figure differed."""
        return int(run_checked_moves(arrays, state, self._arrays, self._fresh, self._counts, self._starts, moves))


@kernel
def run_checked_moves(arrays, state, other, fresh, counts, starts, moves):
    """Make moves as `run_moves` does; count the plans whose books differ from those of the same routes loaded anew."""
    wrong = 0
    for _ in range(moves):
        if draw(state, 100) < state.dial[D_LIGHT]:
            for _ in range(LIGHT_BUNDLE):
                state.total[T_BROKEN] = state.total[T_HALF]
                limit = threshold(state, true_cents(arrays, state))
                is_whole = propose_light(arrays, state, limit)
                if is_whole:
                    wrong += differs(arrays, state, other, fresh, counts, starts)
                settle_lightly(arrays, state, is_whole, limit)
                wrong += differs(arrays, state, other, fresh, counts, starts)
        limit = threshold(state, true_cents(arrays, state))
        before = propose(arrays, state, limit)
        wrong += differs(arrays, state, other, fresh, counts, starts)
        decide(arrays, state, before, limit)
        wrong += differs(arrays, state, other, fresh, counts, starts)
    return wrong


@kernel
def differs(arrays, state, other, fresh, counts, starts):
    """Return 1 when cents, absent visits, stock or tools differ from those of the same routes loaded anew, else 0."""
    if state.total[T_CENTS] >= IMPOSSIBLE or state.total[T_BROKEN] == 1:
        return 0
    for shift_idx in range(counts.shape[0]):
        counts[shift_idx] = state.route[shift_idx, C_COUNT]
    for visit in range(starts.shape[0]):
        starts[visit] = state.link[visit, L_START]
    load_routes(other, fresh, state.seq, counts, starts)
    if fresh.total[T_BROKEN] == 1 or true_cents(other, fresh) != true_cents(arrays, state):
        return 1
    if fresh.total[T_ABSENT] != state.total[T_ABSENT]:
        return 1
    for row in range(state.used.shape[0]):
        if fresh.used[row] != state.used[row]:
            return 1
    for shift_idx in range(state.tool_out.shape[0]):
        for tool in range(state.tool_out.shape[1]):
            if fresh.tool_out[shift_idx, tool] != state.tool_out[shift_idx, tool]:
                return 1
    return 0
