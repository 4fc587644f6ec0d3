"""An insertion priced from the passes costs exactly what timing the changed route in full says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.engine.arrays import FORBIDDEN, NONE, R_EXACT, R_SYNCED
from optimizer.engine.search.delays import inserted_exact_cents, inserted_time_cents
from optimizer.engine.search.state import C_COUNT, T_CENTS, T_UNASSIGNED
from tests.engine.search.states import searched
from tests.random_problems import random_pauses, random_problem

if TYPE_CHECKING:
    from tests.engine.search.states import Draw


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("draw", [random_problem, random_pauses])
def test_an_insertion_is_priced_as_the_full_timing_prices_it(draw: Draw, seed: int) -> None:
    world = searched(seed, draw)
    if world is None:
        return
    arrays, state = world
    if arrays.rates[R_EXACT] or arrays.rates[R_SYNCED] or state.total[T_CENTS] >= FORBIDDEN:
        return
    for visit in state.unassigned[: state.total[T_UNASSIGNED]]:
        for shift in range(len(arrays.shift)):
            if arrays.duration[shift, visit] == NONE or state.route[shift, C_COUNT] + 2 > state.seq.shape[1]:
                continue
            for position in range(int(state.route[shift, C_COUNT]) + 1):
                quick = inserted_time_cents(arrays, state, shift, position, visit, FORBIDDEN)
                full = inserted_exact_cents(arrays, state, shift, position, visit)
                assert quick == full
                for limit in (1, min(full + 1, FORBIDDEN)):
                    bounded = inserted_time_cents(arrays, state, shift, position, visit, limit)
                    assert min(bounded, limit) == min(full, limit)
