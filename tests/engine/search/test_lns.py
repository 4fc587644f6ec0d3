"""The loop: chunks change nothing, undone moves leave no trace, a fixed prefix stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.problem import Lock, LockLevel
from optimizer.engine.arrays import FORBIDDEN
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.accept import threshold
from optimizer.engine.search.entries import construct, load_routes, run_moves
from optimizer.engine.search.islands import construction_order
from optimizer.engine.search.lns import decide, propose
from optimizer.engine.search.parameters import PARAM_REGRET
from optimizer.engine.search.state import C_COUNT, T_BEST, T_MOVES, T_UNASSIGNED_CENTS, T_UPHILL, make_state, true_cents
from optimizer.running.warming import tiny_problem
from tests.random_problems import random_problem


def started(arrays, seed: int = 1, fixed: tuple[tuple[int, ...], ...] = ()):
    visits, shifts = len(arrays.visit), len(arrays.shift)
    state = make_state(arrays, seed)
    seqs, counts = np.full((shifts, 4), -1, np.int64), np.zeros(shifts, np.int64)
    for shift, route in enumerate(fixed):
        seqs[shift, : len(route)], counts[shift] = route, len(route)
    construct(arrays, state, seqs, counts, state.best_start, construction_order(arrays), 0, visits)
    state.temperature[:3] = (4000.0, 0.999, 10.0)
    return state


@pytest.mark.parametrize("seed", range(5))
def test_many_small_chunks_give_what_one_large_chunk_gives(seed: int) -> None:
    problem, matrix = random_problem(seed)
    arrays = build_arrays(problem, matrix).arrays
    one, many = started(arrays), started(arrays)
    run_moves(arrays, one, 600)
    for chunk in (1, 99, 500):
        run_moves(arrays, many, chunk)
    assert one.total[T_MOVES] == many.total[T_MOVES] == 600
    assert one.total[T_BEST] == many.total[T_BEST]
    assert np.array_equal(one.seq, many.seq)
    assert np.array_equal(one.total, many.total)


@pytest.mark.night
def test_what_a_move_typically_loses_is_driving_not_visits_left_out() -> None:
    # Leaving one more visit out costs hundreds of minutes of driving: it would heat the search beyond use.
    problem, matrix = random_problem(16)
    arrays = build_arrays(problem, matrix).arrays
    state = started(arrays)
    # Regret leaves hardly any visit out.
    state.parameter[PARAM_REGRET] = 0
    left_out, driven = 0, 0
    for _ in range(300):
        unassigned, known = int(state.total[T_UNASSIGNED_CENTS]), int(state.total[T_UPHILL])
        limit = threshold(state, true_cents(arrays, state))
        before = propose(arrays, state, FORBIDDEN)
        loss = int(true_cents(arrays, state)) - before
        is_driving = int(state.total[T_UNASSIGNED_CENTS]) == unassigned
        decide(arrays, state, before, limit)
        if loss > 0 and is_driving:
            assert state.uphill_deltas[known] == loss
            driven += 1
        else:
            assert state.total[T_UPHILL] == known
            left_out += loss > 0
    assert driven > 20
    assert left_out > 0


def test_another_seed_takes_another_path() -> None:
    problem, matrix = random_problem(8)
    arrays = build_arrays(problem, matrix).arrays
    states = [started(arrays, seed) for seed in (1, 2)]
    for state in states:
        run_moves(arrays, state, 50)
    assert not np.array_equal(states[0].total, states[1].total)


def test_the_prefix_of_a_started_route_stays_in_front() -> None:
    problem, matrix = tiny_problem()
    locks = (Lock("V2", LockLevel.PREFIX, "T1", position=0), Lock("V0", LockLevel.PREFIX, "T1", position=1))
    locked = replace(problem, locks=locks)
    indexed = build_arrays(locked, matrix)
    prefixes = indexed.first_routes(locked, {})
    assert prefixes == ((), (2, 0))
    state = started(indexed.arrays, fixed=prefixes)
    run_moves(indexed.arrays, state, 500)
    assert state.seq[1, :2].tolist() == [2, 0]


def test_loading_routes_replaces_all_of_them() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    state = started(arrays)
    load_routes(arrays, state, np.array([[3], [1]], np.int64), np.array([1, 1]), state.best_start)
    assert state.route[:2, C_COUNT].tolist() == [1, 1]
    assert [int(state.seq[0, 0]), int(state.seq[1, 0])] == [3, 1]
