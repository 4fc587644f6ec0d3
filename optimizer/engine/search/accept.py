"""When a move is kept: annealing on whole cents, with a temperature that is a function of the iteration alone."""

from __future__ import annotations

import numpy as np

from optimizer.engine.jit.kernels import kernel
from optimizer.engine.search.state import draw

# Entries of `State.heat`: the temperature in cents, its factor per move, the last temperature and the first.
H_HEAT, H_FACTOR, H_FLOOR, H_HOT = range(4)

#: -ln(u) at 1024 evenly spaced u: the acceptance threshold is the temperature times one of them.
_MINUS_LOG = -np.log((np.arange(1024) + 0.5) / 1024)


@kernel
def threshold(state, before):
    """Return below which cents a plan is kept (Metropolis, drawn before the move; equal cost is always kept)."""
    return before + max(np.int64(1), np.int64(state.heat[H_HEAT] * _MINUS_LOG[draw(state, 1024)]))


@kernel
def cool(state):
    """Cool by one step."""
    state.heat[H_HEAT] = max(state.heat[H_FLOOR], state.heat[H_HEAT] * state.heat[H_FACTOR])


def cooling_factor(now: float, target: float, moves: float) -> float:
    """Return the factor per move that cools from `now` to `target` in so many moves."""
    return float((target / now) ** (1.0 / max(1.0, moves))) if now > target > 0 else 1.0
