"""What the temperatures are shares of, and how many annealings a run has."""

from __future__ import annotations

import time

import numpy as np
import pytest

from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.accept import H_FLOOR, H_HEAT, H_HOT
from optimizer.engine.search.annealing import ANNEALING_MOVES, COUNTS, MARKS, POWER, Schedule, typical_loss
from optimizer.engine.search.islands import Islands, SearchBudget
from tests.random_problems import random_problem


def test_a_typical_loss_is_the_mean_with_three_digits_so_that_no_last_bit_decides() -> None:
    assert typical_loss(np.array([10, 20, 70])) == 33.3
    assert typical_loss(np.array([123_457])) == 123_000.0


def test_without_losing_moves_the_typical_loss_is_one_cent() -> None:
    assert typical_loss(np.array([], np.int64)) == 1.0


@pytest.mark.parametrize("count", COUNTS)
def test_annealings_are_equally_long_and_begin_and_end_on_marks(count: int) -> None:
    schedule = Schedule(count)
    begins = [mark for mark in range(1, MARKS + 1) if schedule.begins_at(mark)]
    assert begins == list(range(1, MARKS + 1, MARKS // count))
    assert [schedule.end_of(mark) for mark in begins] == [mark + MARKS // count - 1 for mark in begins]
    assert schedule.is_last(MARKS) == (count > 1)
    assert not schedule.is_last(1)


def test_a_small_day_with_many_moves_is_annealed_several_times_a_large_one_once() -> None:
    # 0.4 * 60 ** 3 are 86 400 moves.
    assert Schedule.of(4.5 * 86_400, 60) == Schedule(4)
    assert Schedule.of(1_000_000, 60) == Schedule(8)
    assert Schedule.of(300_000, 200) == Schedule(1)
    assert Schedule.of(0, 0) == Schedule(1)


def test_every_annealing_begins_hot_and_the_last_one_at_the_best_plan() -> None:
    arrays = build_arrays(*random_problem(11)).arrays
    moves = 40_000 + round(5 * ANNEALING_MOVES * len(arrays.visit) ** POWER)
    search = Islands(arrays, SearchBudget(moves, time.monotonic() + 3600, seed=5), lambda: False)
    search.construct(())
    state, heats = search._states[0], []
    for _ in search.run():
        heats.append(float(state.heat[H_HEAT]))
    rises = [mark for mark in range(2, MARKS + 1) if heats[mark] > 1.5 * heats[mark - 1]]
    begins = [mark for mark in range(2, MARKS + 1) if search._schedule.begins_at(mark)]
    assert search._schedule.count > 1
    assert rises == begins
    assert heats[-1] == pytest.approx(state.heat[H_FLOOR], rel=0.05)
    assert state.heat[H_HOT] > state.heat[H_FLOOR]
