"""An insertion priced from the passes costs exactly what timing the changed route in full says."""

from __future__ import annotations

import pytest

from optimizer.engine.arrays import FORBIDDEN, NONE, R_EXACT
from optimizer.engine.search.delays import inserted_exact_cents, inserted_time_cents
from optimizer.engine.search.state import C_COUNT, T_CENTS, T_UNASSIGNED
from tests.engine.search.states import searched


@pytest.mark.parametrize("seed", range(60))
def test_an_insertion_is_priced_as_the_full_timing_prices_it(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    if arrays.rates[R_EXACT] or state.total[T_CENTS] >= FORBIDDEN:
        return
    for visit in state.unassigned[: state.total[T_UNASSIGNED]]:
        for shift in range(len(arrays.shift)):
            if arrays.duration[shift, visit] == NONE or state.route[shift, C_COUNT] + 2 > state.seq.shape[1]:
                continue
            for position in range(int(state.route[shift, C_COUNT]) + 1):
                quick = inserted_time_cents(arrays, state, shift, position, visit)
                full = inserted_exact_cents(arrays, state, shift, position, visit)
                assert quick == full
