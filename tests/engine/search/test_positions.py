"""The positions of a route that are tried are all those that are in time."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.search.passes import BWD_HARD
from optimizer.engine.search.positions import LONG, positions_in_time
from optimizer.engine.search.state import C_COUNT
from tests.engine.search.states import searched


@pytest.mark.parametrize("seed", range(40))
def test_the_positions_in_time_are_those_from_the_first_to_the_last_returned(seed: int) -> None:
    rng = np.random.default_rng(seed)
    positions = int(rng.integers(1, 6 * LONG))
    earliest = np.sort(rng.integers(0, 100, positions))
    backward = np.zeros((positions, BWD_HARD + 1), np.int64)
    backward[:, BWD_HARD] = np.sort(rng.integers(-1, 100, positions))
    for _ in range(30):
        done, latest = (int(moment) for moment in rng.integers(-2, 104, 2))
        first, last = positions_in_time(backward, earliest, 0, positions - 1, done, latest)
        in_time = [k for k in range(positions) if backward[k, BWD_HARD] >= done and earliest[k] <= latest]
        assert list(range(first, last + 1)) == in_time


@pytest.mark.parametrize("seed", range(60))
def test_both_passes_grow_along_every_route(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    for shift in range(len(arrays.shift)):
        positions = int(state.route[shift, C_COUNT]) + 1
        assert np.all(np.diff(state.earliest[shift, :positions]) >= 0)
        assert np.all(np.diff(state.backward[shift, :positions, BWD_HARD]) >= 0)
