"""What the temperatures are shares of, and how many annealings a run has."""

from __future__ import annotations

import time

import numpy as np
import pytest

from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.annealing import (
    ANNEALING_MOVES,
    CHECKPOINTS,
    COUNTS,
    POWER,
    AnnealingSchedule,
    typical_uphill_delta,
)
from optimizer.engine.search.islands import Islands, SearchBudget
from optimizer.engine.search.state import TEMP_FIRST, TEMP_LAST, TEMP_NOW
from tests.random_problems import random_problem


def test_a_typical_uphill_delta_is_the_mean_with_three_digits_so_that_no_last_bit_decides() -> None:
    assert typical_uphill_delta(np.array([10, 20, 70])) == 33.3
    assert typical_uphill_delta(np.array([123_457])) == 123_000.0


def test_without_losing_moves_the_typical_uphill_delta_is_one_cent() -> None:
    assert typical_uphill_delta(np.array([], np.int64)) == 1.0


@pytest.mark.parametrize("count", COUNTS)
def test_annealings_are_equally_long_and_begin_and_end_on_checkpoints(count: int) -> None:
    schedule = AnnealingSchedule(count)
    begins = [checkpoint for checkpoint in range(1, CHECKPOINTS + 1) if schedule.begins_at(checkpoint)]
    assert begins == list(range(1, CHECKPOINTS + 1, CHECKPOINTS // count))
    assert [schedule.end_of(checkpoint) for checkpoint in begins] == [
        checkpoint + CHECKPOINTS // count - 1 for checkpoint in begins
    ]
    assert schedule.is_last(CHECKPOINTS) == (count > 1)
    assert not schedule.is_last(1)


def test_a_small_day_with_many_moves_is_annealed_several_times_a_large_one_once() -> None:
    # 0.4 * 60 ** 3 are 86 400 moves.
    assert AnnealingSchedule.of(4.5 * 86_400, 60) == AnnealingSchedule(4)
    assert AnnealingSchedule.of(1_000_000, 60) == AnnealingSchedule(8)
    assert AnnealingSchedule.of(300_000, 200) == AnnealingSchedule(1)
    assert AnnealingSchedule.of(0, 0) == AnnealingSchedule(1)


def test_every_annealing_begins_hot_and_the_last_one_at_the_best_plan() -> None:
    arrays = build_arrays(*random_problem(11)).arrays
    moves = 40_000 + round(5 * ANNEALING_MOVES * len(arrays.visit) ** POWER)
    search = Islands(arrays, SearchBudget(moves, time.monotonic() + 3600, seed=5), lambda: False)
    search.construct(())
    state, temperatures = search._states[0], []
    for _ in search.run():
        temperatures.append(float(state.temperature[TEMP_NOW]))
    reheated = [
        checkpoint
        for checkpoint in range(2, CHECKPOINTS + 1)
        if temperatures[checkpoint] > 1.5 * temperatures[checkpoint - 1]
    ]
    begins = [checkpoint for checkpoint in range(2, CHECKPOINTS + 1) if search._schedule.begins_at(checkpoint)]
    assert search._schedule.count > 1
    assert reheated == begins
    assert temperatures[-1] == pytest.approx(state.temperature[TEMP_LAST], rel=0.05)
    assert state.temperature[TEMP_FIRST] > state.temperature[TEMP_LAST]
