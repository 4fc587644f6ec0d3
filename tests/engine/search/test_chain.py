"""A stretch planned anew: what pays only together is found, nothing else is touched, and undone it leaves no trace."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from optimizer.engine.arrays import FORBIDDEN, R_SYNCED, R_TRAVEL, S_PREFIX, V_PRICE
from optimizer.engine.search.chain import offer_others, plan_anew, propose_chain
from optimizer.engine.search.entries import true_cents
from optimizer.engine.search.route_edits import is_plain, undo
from optimizer.engine.search.state import H_OFFERED, T_STAMP
from tests.engine.search.states import searched
from tests.engine.search.test_light import loaded, routes_of

MUCH = 10**9
#: The ways of the tiny world take ten minutes each.
WAY_S = 600


def far_pair(*routes: tuple[int, ...]):
    """Return the tiny world with visits 2 and 3 side by side: both together pay for the way there and back, one not."""
    arrays, state = loaded(*routes)
    for one, other in ((2, 3), (3, 2)):
        arrays.travel[0, one, other] = arrays.ways[0, one, other] = 0
    way_cents = arrays.rates[R_TRAVEL] * WAY_S // 60
    arrays.visit[2:4, V_PRICE] = way_cents + way_cents // 2
    return arrays, state


def test_two_visits_that_pay_only_together_open_a_day() -> None:
    arrays, state = far_pair((0, 1), ())
    assert plan_anew(arrays, state, true_cents(arrays, state), np.int64(1), np.int64(0), np.int64(0))
    assert routes_of(state) in ([[0, 1], [2, 3]], [[0, 1], [3, 2]])


def test_a_visit_that_pays_less_than_its_way_stays_out() -> None:
    arrays, state = far_pair((0, 1, 2), ())
    assert not plan_anew(arrays, state, true_cents(arrays, state), np.int64(1), np.int64(0), np.int64(0))
    assert routes_of(state) == [[0, 1, 2], []]


def test_a_whole_day_goes_over_to_what_is_worth_more() -> None:
    arrays, state = far_pair((0, 1), ())
    arrays.visit[:2, V_PRICE] = 1
    assert plan_anew(arrays, state, true_cents(arrays, state), np.int64(0), np.int64(0), np.int64(2))
    assert sorted(routes_of(state)[0]) == [2, 3]


def test_a_started_day_is_left_alone() -> None:
    arrays, state = far_pair((0, 1), ())
    arrays.shift[:, S_PREFIX] = 1
    for shift in (0, 1):
        assert not propose_chain(arrays, state, MUCH, np.int64(shift))
    assert routes_of(state) == [[0, 1], []]


def test_of_two_neighbours_at_most_one_is_offered() -> None:
    # What a route saves without one of them depends on whether the other stays.
    arrays, state = loaded((0, 1, 2, 3), ())
    seen = set()
    for _ in range(200):
        state.total[T_STAMP] += 1
        offer_others(arrays, state, np.int64(1))
        offered = tuple(np.flatnonzero(state.reach[:4, H_OFFERED] == state.total[T_STAMP]).tolist())
        assert all(b - a > 1 for a, b in pairwise(offered))
        seen.update(offered)
    assert seen == {0, 1, 2, 3}


@pytest.mark.parametrize("seed", range(60))
def test_only_offered_visits_move_and_undone_nothing_has(seed: int) -> None:
    world = searched(seed)
    if world is None or world[0].rates[R_SYNCED] == 1:
        return
    arrays, state = world
    for shift in range(len(arrays.shift)):
        before, cents = routes_of(state), true_cents(arrays, state)
        plain = [is_plain(arrays, state, other) for other in range(len(arrays.shift))]
        if propose_chain(arrays, state, FORBIDDEN, np.int64(shift)):
            after = routes_of(state)
            assert after != before
            served = [visit for route in after for visit in route]
            assert len(served) == len(set(served))
            assert all(plain[n] or after[n] == before[n] for n in range(len(before)))
            assert all(set(after[n]) <= set(before[n]) for n in range(len(before)) if n != shift)
        undo(arrays, state)
        assert routes_of(state) == before
        assert true_cents(arrays, state) == cents
