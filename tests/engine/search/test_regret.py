"""Insertion by regret: who loses most by waiting goes first, and a hopeless move ends before it changes a route."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.arrays import FORBIDDEN, R_SYNCED, S_REPLAYED, V_PRICE
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import load_routes, true_cents
from optimizer.engine.search.insertion import best_position
from optimizer.engine.search.regret import DONE, ask_all, choose, insert_by_regret
from optimizer.engine.search.state import C_COUNT, T_UNASSIGNED, Y_CENTS, Y_POSITION, Y_SHIFT, make_state
from optimizer.running.warming import tiny_problem
from tests.engine.search.states import searched
from tests.random_problems import random_problem

MUCH = 10**9


def empty():
    """Return the tiny problem's arrays, and a state in which all four visits, to be inserted, are unassigned."""
    arrays = build_arrays(*tiny_problem()).arrays
    state = make_state(arrays, 1)
    load_routes(arrays, state, np.full((2, 1), -1, np.int64), np.zeros(2, np.int64), state.best_start)
    state.to_insert[:4] = range(4)
    return arrays, state


def offered(*rows: tuple[int, ...]):
    """Return arrays and a state whose table holds these cents; each visit's price is 120 000."""
    arrays = build_arrays(*tiny_problem()).arrays
    assert set(arrays.visit[:, V_PRICE]) == {120_000}
    state = make_state(arrays, 1)
    for n, cents in enumerate(rows):
        state.to_insert[n], state.rows[n] = n, len(cents)
        state.table[Y_CENTS, n, : len(cents)] = cents
    return arrays, state


def test_the_visit_whose_second_best_route_costs_most_more_goes_first() -> None:
    arrays, state = offered((300, 350), (900, 100))
    assert choose(arrays, state, 2) == (1, 1, 300)


def test_a_visit_that_one_route_alone_can_take_would_else_cost_its_price() -> None:
    # 120 000 - 500 is more than 118 000 - 100: no other route takes the first one.
    arrays, state = offered((500, FORBIDDEN), (100, 118_000))
    assert choose(arrays, state, 2) == (0, 0, 500)


def test_a_visit_without_an_offer_is_marked_and_one_that_is_in_is_passed_over() -> None:
    arrays, state = offered((FORBIDDEN, FORBIDDEN), (100, 200), (150, 250))
    state.rows[1] = DONE
    assert choose(arrays, state, 3) == (2, 0, 150)
    assert state.rows[0] == 0


def test_all_visits_are_back_where_there_is_room_for_all() -> None:
    # Parts for three of the four visits: one stays out.
    arrays, state = empty()
    assert insert_by_regret(arrays, state, 4, FORBIDDEN)
    assert state.total[T_UNASSIGNED] == 1
    assert state.route[:2, C_COUNT].sum() == 3


def test_a_limit_that_no_offer_meets_ends_the_move_before_a_route_changes() -> None:
    arrays, state = empty()
    before = true_cents(arrays, state)
    # Three visits cost their ways, the fourth its price.
    assert not insert_by_regret(arrays, state, 4, 100)
    assert true_cents(arrays, state) == before
    assert state.route[:2, C_COUNT].sum() == 0


@pytest.mark.parametrize("seed", range(40))
def test_the_table_holds_what_each_route_asked_would_offer(seed: int) -> None:
    world = searched(seed)
    if world is None or world[0].rates[R_SYNCED] == 1:
        return
    arrays, state = world
    for visit in state.unassigned[: state.total[T_UNASSIGNED]].copy():
        price = arrays.visit[visit, V_PRICE]
        least = ask_all(arrays, state, 0, visit, price)
        offers = []
        for column in range(state.rows[0]):
            shift, cents = state.table[Y_SHIFT, 0, column], state.table[Y_CENTS, 0, column]
            if arrays.shift[shift, S_REPLAYED] == 0:
                found, position = best_position(arrays, state, shift, visit, price, False)
                assert (cents, state.table[Y_POSITION, 0, column]) == (found if position >= 0 else FORBIDDEN, position)
            offers.append(cents)
        assert least == min([FORBIDDEN, *offers])


def test_no_more_rows_than_the_table_has_are_asked() -> None:
    arrays = build_arrays(*random_problem(3)).arrays
    state = make_state(arrays, 1)
    assert state.table.shape[1] == len(state.rows)
    assert np.all(state.rows == 0)
