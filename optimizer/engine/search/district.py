"""Where the search is: many moves in a row happen in one district, so that its routes stay in the processor's cache.

A move around a visit drawn from all of them finds little of what it reads there, once a branch has some hundred visits:
at 60 x 500 a third of the moves was lost. A district is a visit and those near it. The next one is drawn long before
the plan of one could settle, so that an annealing still cools everywhere alike.
"""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import R_VISITS
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.parameters import PARAM_DISTRICT
from optimizer.engine.search.state import T_DISTRICT, T_MOVES, T_PROBING, draw

#: There are districts where the visits are at least so many times those of one.
DISTRICTS = 4


@kernel
def enter_district(arrays, state):
    """Go on to another district when enough moves were made in this one."""
    if has_districts(arrays, state) and state.total[T_MOVES] % state.parameter[PARAM_DISTRICT] == 0:
        state.total[T_DISTRICT] = draw(state, arrays.rates[R_VISITS])


@kernel
def visit_of_district(arrays, state):
    """Return a random visit of the district; of all, where there are none and while the temperatures are measured."""
    if state.total[T_PROBING] == 1 or not has_districts(arrays, state):
        return draw(state, arrays.rates[R_VISITS])
    n = draw(state, arrays.near.shape[1] + 1)
    return state.total[T_DISTRICT] if n == 0 else np.int64(arrays.near[state.total[T_DISTRICT], n - 1])


@kernel
def has_districts(arrays, state):
    """Return whether the visits are many enough for districts, and the run wants them."""
    return state.parameter[PARAM_DISTRICT] > 0 and arrays.rates[R_VISITS] >= DISTRICTS * (arrays.near.shape[1] + 1)
