"""What is derived from the routes after many moves equals what is derived from scratch."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.search.entries import load_routes
from optimizer.engine.search.state import C_CENTS, C_COUNT, make_state, true_cents
from tests.engine.search.states import searched


@pytest.mark.parametrize("seed", range(60))
def test_the_totals_after_many_moves_equal_totals_made_from_scratch(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    fresh = make_state(arrays, seed)
    shifts = len(arrays.shift)
    counts = state.route[:shifts, C_COUNT].copy()
    load_routes(arrays, fresh, state.seq.copy(), counts, fresh.best_start)
    assert np.array_equal(fresh.route[:shifts, C_CENTS], state.route[:shifts, C_CENTS])
    assert np.array_equal(fresh.used, state.used)
    assert true_cents(arrays, fresh) == true_cents(arrays, state)
