"""Light moves: what the filter drops could not be done, what passes is priced in full, and nothing fixed moves."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.arrays import FORBIDDEN, R_SYNCED, S_PREFIX, S_PROFILE
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import load_routes, true_cents
from optimizer.engine.search.light import exchange, is_in_time, is_plain, joints, merge, propose_light, split
from optimizer.engine.search.route_edits import undo
from optimizer.engine.search.state import C_COUNT, C_TRAVEL, T_CENTS, make_state
from optimizer.running.warming import tiny_problem
from tests.engine.search.states import searched

MUCH = 10**9


def routes_of(state) -> list[list[int]]:
    shifts = len(state.best_count)
    return [state.seq[shift, : state.route[shift, C_COUNT]].tolist() for shift in range(shifts)]


def loaded(*routes: tuple[int, ...]):
    """Return the tiny problem's arrays with a state that holds these routes: two technicians, visits 0 to 3."""
    arrays = build_arrays(*tiny_problem()).arrays
    state = make_state(arrays, 1)
    seqs, counts = np.full((2, 5), -1, np.int64), np.zeros(2, np.int64)
    for shift, route in enumerate(routes):
        seqs[shift, : len(route)], counts[shift] = route, len(route)
    load_routes(arrays, state, seqs, counts, state.best_start)
    return arrays, state


def drawn_exchanges(arrays, state, rng: np.random.Generator, times: int):
    """Yield pairs of routes with a string of each."""
    used = [shift for shift in range(len(arrays.shift)) if is_plain(arrays, state, shift)]
    for _ in range(times if len(used) > 1 else 0):
        one, other = (int(shift) for shift in rng.choice(used, 2, replace=False))
        parts = []
        for shift in (one, other):
            count = int(state.route[shift, C_COUNT])
            begin = int(rng.integers(count + 1))
            parts.append((shift, begin, int(rng.integers(count - begin + 1))))
        if parts[0][2] + parts[1][2] > 0 and state.route[:, C_COUNT].sum() < state.seq.shape[1] - 1:
            yield parts


@pytest.mark.parametrize("seed", range(60))
def test_the_filter_drops_no_exchange_that_is_in_time_and_knows_its_travel(seed: int) -> None:
    world = searched(seed)
    if world is None or world[0].rates[R_SYNCED] == 1:
        return
    arrays, state = world
    for (one, i, m), (other, j, n) in drawn_exchanges(arrays, state, np.random.default_rng(seed), 60):
        before, cents, road = routes_of(state), true_cents(arrays, state), state.route[:, C_TRAVEL].copy()
        if any(arrays.duration[other, v] < 0 for v in before[one][i : i + m]) or any(
            arrays.duration[one, v] < 0 for v in before[other][j : j + n]
        ):
            assert not (is_in_time(arrays, state, one, i, m, other, j, n)
                        and is_in_time(arrays, state, other, j, n, one, i, m))  # fmt: skip
            continue
        passes = is_in_time(arrays, state, one, i, m, other, j, n) and is_in_time(arrays, state, other, j, n, one, i, m)
        more = [joints(arrays, state, one, i, m, other, j, n), joints(arrays, state, other, j, n, one, i, m)]
        exchange(arrays, state, one, i, m, other, j, n)
        assert routes_of(state)[one] == before[one][:i] + before[other][j : j + n] + before[one][i + m :]
        assert routes_of(state)[other] == before[other][:j] + before[one][i : i + m] + before[other][j + n :]
        if state.total[T_CENTS] < FORBIDDEN:
            assert passes
            if arrays.shift[one, S_PROFILE] == arrays.shift[other, S_PROFILE]:
                assert sum(more) == (state.route[:, C_TRAVEL] - road)[[one, other]].sum()
        undo(arrays, state)
        assert routes_of(state) == before
        assert true_cents(arrays, state) == cents


def test_a_started_prefix_is_left_alone() -> None:
    arrays, state = loaded((0, 1), (2,))
    assert is_plain(arrays, state, 0)
    arrays.shift[0, S_PREFIX] = 1
    assert not is_plain(arrays, state, 0)


def test_a_tail_opens_an_unused_day() -> None:
    arrays, state = loaded((0, 1, 2), ())
    assert split(arrays, state, MUCH, np.int64(0), np.int64(1))
    assert routes_of(state) == [[0], [1, 2]]


def test_a_whole_route_goes_into_another_one() -> None:
    arrays, state = loaded((0, 1), (2,))
    assert merge(arrays, state, MUCH, np.int64(1), np.int64(3))
    one, other = routes_of(state)
    assert sorted(one) == [0, 1, 2]
    assert other == []


def test_a_limit_that_travel_alone_passes_changes_nothing() -> None:
    arrays, state = loaded((0, 1), (2,))
    before = true_cents(arrays, state)
    for _ in range(200):
        assert not propose_light(arrays, state, before - 100_000)
    assert routes_of(state) == [[0, 1], [2]]
    assert true_cents(arrays, state) == before
