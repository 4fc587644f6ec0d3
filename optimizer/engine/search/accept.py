"""When a move is kept: annealing on whole cents, with a temperature that is a function of the iteration alone."""

from __future__ import annotations

import numpy as np

from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.state import TEMP_FACTOR, TEMP_LAST, TEMP_NOW, draw

#: -ln(u) at 1024 evenly spaced u: the acceptance threshold is the temperature times one of them.
_MINUS_LOG = -np.log((np.arange(1024) + 0.5) / 1024)


@kernel
def threshold(state, before):
    """Return the cents below which a plan is kept (Metropolis, drawn before the move; equal cost is always kept)."""
    return before + max(np.int64(1), np.int64(state.temperature[TEMP_NOW] * _MINUS_LOG[draw(state, 1024)]))


@kernel
def cool(state):
    """Cool by one step."""
    temperature = state.temperature
    temperature[TEMP_NOW] = max(temperature[TEMP_LAST], temperature[TEMP_NOW] * temperature[TEMP_FACTOR])


def cooling_factor(now: float, target: float, moves: float) -> float:
    """Return the factor per move that cools from `now` to `target` in some number of moves."""
    return float((target / now) ** (1.0 / max(1.0, moves))) if now > target > 0 else 1.0
