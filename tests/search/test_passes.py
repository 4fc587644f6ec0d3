"""What the passes promise: a judged insertion costs exactly what timing the changed route in full says."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.arrays import CANNOT_SERVE, R_EXACT, build_arrays
from optimizer.search.insertion import inserted_exact_cents, inserted_time_cents
from optimizer.search.islands import construction_order
from optimizer.search.lns import construct, load_routes, run_moves
from optimizer.search.schedule import IMPOSSIBLE
from optimizer.search.state import C_CENTS, C_COUNT, T_ABSENT, T_CENTS, make_state, true_cents
from tests.random_problems import random_problem


def searched(seed: int):
    """Return arrays and a state after a hundred hot moves on a random problem; `None` when nothing can be served."""
    problem, matrix = random_problem(seed)
    arrays = build_arrays(problem, matrix).arrays
    visits, shifts = len(arrays.visit), len(arrays.shift)
    if not visits or not shifts:
        return None
    state = make_state(arrays, seed)
    seqs, counts = np.full((shifts, 1), -1, np.int64), np.zeros(shifts, np.int64)
    construct(arrays, state, seqs, counts, state.best_start, construction_order(arrays), 0, visits)
    state.heat[:] = (5000.0, 1.0, 1.0)
    run_moves(arrays, state, 100)
    return arrays, state


@pytest.mark.parametrize("seed", range(60))
def test_an_insertion_is_priced_as_the_full_timing_prices_it(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    if arrays.rates[R_EXACT] or state.total[T_CENTS] >= IMPOSSIBLE:
        return
    for visit in state.absent[: state.total[T_ABSENT]]:
        for shift in range(len(arrays.shift)):
            if arrays.duration[shift, visit] == CANNOT_SERVE or state.route[shift, C_COUNT] + 2 > state.seq.shape[1]:
                continue
            for place in range(int(state.route[shift, C_COUNT]) + 1):
                quick = inserted_time_cents(arrays, state, shift, place, visit)
                full = inserted_exact_cents(arrays, state, shift, place, visit)
                assert quick == full


@pytest.mark.parametrize("seed", range(60))
def test_the_books_after_many_moves_equal_books_made_from_scratch(seed: int) -> None:
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
