"""The assert mode finds nothing wrong, makes the same moves, and does find what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import construct, run_moves
from optimizer.engine.search.islands import construction_order
from optimizer.engine.search.recheck import Recheck
from optimizer.engine.search.state import C_CENTS, T_BEST, T_CENTS, State, make_state
from tests.random_problems import random_day_under_way, random_pauses, random_problem, random_whole_problem

if TYPE_CHECKING:
    from optimizer.engine.arrays import ProblemArrays

#: The assert mode has kernels of its own, which compile for a minute.
pytestmark = pytest.mark.night


def started(arrays: ProblemArrays, seed: int) -> tuple[ProblemArrays, State]:
    own, state = arrays.own_copy(), make_state(arrays, seed)
    shifts, order = len(arrays.shift), construction_order(arrays)
    seqs, counts = np.full((shifts, 1), -1, np.int64), np.zeros(shifts, np.int64)
    construct(own, state, seqs, counts, state.best_start.copy(), order, 0, len(order))
    state.temperature[:3] = (5000.0, 1.0, 1.0)
    return own, state


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("draw", [random_problem, random_whole_problem, random_day_under_way, random_pauses])
def test_no_evaluated_plan_is_priced_otherwise_from_scratch(draw, seed: int) -> None:
    arrays = build_arrays(*draw(seed)).arrays
    if not len(arrays.visit) or not len(arrays.shift):
        return
    own, state = started(arrays, seed)
    assert Recheck(arrays).run(own, state, 200) == 0


def test_the_assert_mode_makes_the_same_moves() -> None:
    arrays = build_arrays(*random_problem(11)).arrays
    (own, plain), (other, checked) = started(arrays, 3), started(arrays, 3)
    run_moves(own, plain, 300)
    Recheck(arrays).run(other, checked, 300)
    assert plain.total[T_BEST] == checked.total[T_BEST]
    assert np.array_equal(plain.seq, checked.seq)


def test_a_wrong_price_is_found() -> None:
    arrays = build_arrays(*random_problem(11)).arrays
    own, state = started(arrays, 3)
    state.total[T_CENTS] += 1
    state.route[0, C_CENTS] += 0
    assert Recheck(arrays).run(own, state, 5) >= 10
