"""Assert mode: the same moves, and every plan that is evaluated on the way is priced again from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import FORBIDDEN
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.accept import threshold
from optimizer.engine.search.light import propose_light
from optimizer.engine.search.lns import LIGHT_BUNDLE, decide, load_routes, propose, settle_lightly
from optimizer.engine.search.parameters import PARAM_LIGHT
from optimizer.engine.search.state import (
    C_COUNT,
    SYNC_START,
    T_CENTS,
    T_INCOMPLETE,
    T_INFEASIBLE,
    T_UNASSIGNED,
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
        self._starts = np.zeros(len(self._fresh.sync), np.int64)

    def run(self, arrays: ProblemArrays, state: State, moves: int) -> int:
        """Make a number of moves; return how many evaluated plans, before and after the decision, had wrong figures."""
        return int(run_checked_moves(arrays, state, self._arrays, self._fresh, self._counts, self._starts, moves))


@kernel
def run_checked_moves(arrays, state, other, fresh, counts, starts, moves):
    """Make moves as `run_moves` does; count the plans whose totals differ from those of the same routes loaded anew."""
    wrong = 0
    for _ in range(moves):
        if draw(state, 100) < state.parameter[PARAM_LIGHT]:
            for _ in range(LIGHT_BUNDLE):
                state.total[T_INFEASIBLE] = state.total[T_INCOMPLETE]
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
    """Return 1 when cents, unassigned visits, stock or tools differ from those of the routes loaded anew, else 0."""
    if state.total[T_CENTS] >= FORBIDDEN or state.total[T_INFEASIBLE] == 1:
        return 0
    for shift_idx in range(counts.shape[0]):
        counts[shift_idx] = state.route[shift_idx, C_COUNT]
    for visit in range(starts.shape[0]):
        starts[visit] = state.sync[visit, SYNC_START]
    load_routes(other, fresh, state.seq, counts, starts)
    if fresh.total[T_INFEASIBLE] == 1 or true_cents(other, fresh) != true_cents(arrays, state):
        return 1
    if fresh.total[T_UNASSIGNED] != state.total[T_UNASSIGNED]:
        return 1
    for row in range(state.used.shape[0]):
        if fresh.used[row] != state.used[row]:
            return 1
    for shift_idx in range(state.tool_out.shape[0]):
        for tool in range(state.tool_out.shape[1]):
            if fresh.tool_out[shift_idx, tool] != state.tool_out[shift_idx, tool]:
                return 1
    return 0
