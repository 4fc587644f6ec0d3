"""The assert mode finds nothing wrong, makes the same moves, and does find what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.indexing import build_arrays
from optimizer.engine.rest import with_shifts_in_force
from optimizer.engine.search.entries import run_moves
from optimizer.engine.search.recheck import Recheck
from optimizer.engine.search.state import C_CENTS, T_BEST, T_CENTS
from tests.engine.search.checked_moves import KINDS, Kind, checked
from tests.engine.search.states import started
from tests.random_problems import random_day_under_way, random_pauses, random_problem, random_whole_problem
from tests.random_rule_book import random_rule_book

#: The assert mode has kernels of its own, which compile for a minute.
pytestmark = pytest.mark.night


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize(
    "draw", [random_problem, random_whole_problem, random_day_under_way, random_rule_book, random_pauses]
)
def test_no_evaluated_plan_is_priced_otherwise_from_scratch(draw, seed: int) -> None:
    """`python -m tests.engine.search.checked_moves` makes as many moves as are asked for."""
    problem, matrix, *_ = draw(seed)
    arrays = build_arrays(with_shifts_in_force(problem, matrix), matrix).arrays
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


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_command_makes_moves_of_every_kind(kind: Kind) -> None:
    assert checked(kind, 60) == (60, 0)
