"""Synchronized visits: after any moves the totals and bounds are those that the same routes give from scratch."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.arrays import (
    FORBIDDEN,
    NONE,
    R_SYNCED,
    ROW_CAP,
    S_BREAK_LENGTH,
    V_CREW,
    V_HEAD,
    V_LATEST,
    V_READY,
    V_SYNCED,
    ProblemArrays,
)
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import construct, load_routes, run_moves, true_cents
from optimizer.engine.search.islands import construction_order
from optimizer.engine.search.state import C_COUNT, SYNC_START, T_CENTS, T_INFEASIBLE, State, make_state
from tests.random_problems import random_whole_problem
from tests.time_limits import seeds


def searched(seed: int, moves: int = 150) -> tuple[ProblemArrays, State, ProblemArrays]:
    """Return an island's arrays and state after hot moves on a problem of the whole rule book, and the problem's."""
    arrays = build_arrays(*random_whole_problem(seed)).arrays
    own, state = arrays.own_copy(), make_state(arrays, seed)
    seqs, counts = np.full((len(arrays.shift), 1), -1, np.int64), np.zeros(len(arrays.shift), np.int64)
    order = construction_order(arrays)
    construct(own, state, seqs, counts, state.best_start.copy(), order, 0, len(order))
    state.temperature[:3] = (5000.0, 1.0, 1.0)
    if len(order) and len(arrays.shift):
        run_moves(own, state, moves)
    return own, state, arrays


def reloaded(state: State, arrays: ProblemArrays, *, with_starts: bool) -> tuple[ProblemArrays, State]:
    """Return arrays and a state that have just loaded the same routes."""
    own, fresh = arrays.own_copy(), make_state(arrays, 1)
    starts = state.sync[:, SYNC_START].copy() if with_starts else np.full(len(state.sync), -1, np.int64)
    load_routes(own, fresh, state.seq.copy(), state.route[:, C_COUNT].copy(), starts)
    return own, fresh


@pytest.mark.parametrize("seed", seeds(80, by_day=30))
def test_the_totals_of_synchronized_routes_equal_totals_made_from_scratch(seed: int) -> None:
    own, state, arrays = searched(seed)
    if state.total[T_CENTS] >= FORBIDDEN or state.total[T_INFEASIBLE]:
        return  # Nothing legal was found for a locked visit.
    again, fresh = reloaded(state, arrays, with_starts=True)
    assert not fresh.total[T_INFEASIBLE]
    assert true_cents(again, fresh) == true_cents(own, state)
    assert np.array_equal(fresh.used, state.used)
    assert np.array_equal(fresh.tool_used, state.tool_used)
    assert np.array_equal(fresh.carried, state.carried)
    assert (state.used <= arrays.row[:, ROW_CAP]).all()
    assert (state.tool_used <= arrays.tool_units).all()


@pytest.mark.parametrize("seed", seeds(80, by_day=30))
def test_starts_found_from_below_are_legal_ones(seed: int) -> None:
    _, state, arrays = searched(seed)
    if not arrays.rates[R_SYNCED] or state.total[T_CENTS] >= FORBIDDEN or state.total[T_INFEASIBLE]:
        return
    again, fresh = reloaded(state, arrays, with_starts=False)
    assert not fresh.total[T_INFEASIBLE]
    for visit in np.flatnonzero((fresh.shift_of >= 0) & (arrays.visit[:, V_CREW] > 1)):
        head = arrays.visit[visit, V_HEAD]
        assert fresh.sync[visit, SYNC_START] == fresh.sync[head, SYNC_START]
        assert again.visit[visit, V_READY] == fresh.sync[head, SYNC_START] <= again.visit[visit, V_LATEST]


def slack_and_break(arrays: ProblemArrays, state: State) -> bool:
    """Say whether some member of a crew may come later than the crew starts, on a day with a break."""
    crews = np.flatnonzero((arrays.visit[:, V_CREW] > 1) & (state.shift_of >= 0))
    loose = crews[arrays.visit[crews, V_LATEST] > arrays.visit[crews, V_READY]]
    return bool((arrays.shift[state.shift_of[loose], S_BREAK_LENGTH] > 0).any())


def test_slack_of_crews_moves_no_break_and_costs_nothing_before_somebody_uses_it() -> None:
    loose = 0
    for seed in range(80):
        own, state, arrays = searched(seed)
        if not arrays.rates[R_SYNCED] or state.total[T_CENTS] >= FORBIDDEN or state.total[T_INFEASIBLE]:
            continue
        strict, fresh = arrays.own_copy(), make_state(arrays, 1, parameters={"loose": 0})
        load_routes(strict, fresh, state.seq.copy(), state.route[:, C_COUNT].copy(), state.sync[:, SYNC_START].copy())
        assert not fresh.total[T_INFEASIBLE]
        assert true_cents(strict, fresh) == true_cents(own, state)
        assert np.array_equal(fresh.sync[:, SYNC_START], state.sync[:, SYNC_START])
        loose += slack_and_break(own, state)
    assert loose > 1


def test_a_search_leaves_the_arrays_of_the_problem_alone() -> None:
    seeds = (seed for seed in range(50) if build_arrays(*random_whole_problem(seed)).arrays.rates[R_SYNCED])
    seed = next(seeds)
    before = build_arrays(*random_whole_problem(seed)).arrays
    _, _, arrays = searched(seed)
    assert np.array_equal(arrays.visit, before.visit)
    assert np.array_equal(arrays.duration, before.duration)
    assert arrays.visit[:, V_SYNCED].any()


def test_a_visit_before_the_break_is_not_loaded_behind_it_and_too_late_for_its_follower() -> None:
    # Break slots tie by cost and return: without the follower's demand the earlier visit moved after the break.
    arrays = build_arrays(*random_whole_problem(5075)).arrays
    own, state = arrays.own_copy(), make_state(arrays, 1)
    seqs, counts = np.full((len(arrays.shift), 2), -1, np.int64), np.zeros(len(arrays.shift), np.int64)
    seqs[1], counts[1] = (0, 1), 2
    starts = np.full(len(state.sync), NONE, np.int64)
    starts[:2] = 33345, 46800
    load_routes(own, state, seqs, counts, starts)
    assert not state.total[T_INFEASIBLE]
    assert state.sync[:2, SYNC_START].tolist() == [33345, 46800]
