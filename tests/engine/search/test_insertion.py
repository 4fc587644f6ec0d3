"""What the search remembers of a route is what it would find by looking again."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.arrays import S_SPECIAL, V_LINKED
from optimizer.engine.search.insertion import KNOWN, UNKNOWN, best_place, recall, recollection
from optimizer.engine.search.places import NO_PLACE, best_in_route
from optimizer.engine.search.schedule import IMPOSSIBLE
from optimizer.engine.search.state import M_CENTS, M_PLACE, T_ABSENT
from optimizer.engine.search.store import has_room
from tests.engine.search.states import searched

#: More than any place costs here.
MUCH = 10**9


@pytest.mark.parametrize("seed", range(60))
def test_a_remembered_place_costs_what_a_new_look_finds(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    for visit in state.absent[: state.total[T_ABSENT]]:
        for shift in range(len(arrays.shift)):
            is_walked = arrays.shift[shift, S_SPECIAL] == 1 or arrays.visit[visit, V_LINKED] == 1
            if is_walked or not has_room(arrays, state, visit, shift) or arrays.terms[visit, shift] >= IMPOSSIBLE:
                continue
            cents, place, _, _ = best_in_route(arrays, state, shift, visit, MUCH, NO_PLACE)
            assert best_place(arrays, state, shift, visit, MUCH, False) == (cents, place)
            assert recollection(arrays, state, shift, visit, MUCH) == KNOWN
            assert recall(arrays, state, shift, visit, MUCH, False) == (cents, place)
            assert recall(arrays, state, shift, visit, cents, False)[1] == NO_PLACE


@pytest.mark.parametrize("seed", range(60))
def test_what_moves_left_in_the_memory_is_true_of_the_routes_as_they_are(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    shifts = len(arrays.shift)
    for visit in np.flatnonzero(state.shift_of < 0):
        for shift in range(shifts):
            if recollection(arrays, state, shift, visit, 0) == UNKNOWN:
                continue
            slot = (visit * shifts + shift) & (len(state.memory) - 1)
            _, place, own, _ = best_in_route(arrays, state, shift, visit, MUCH, NO_PLACE)
            if state.memory[slot, M_PLACE] >= 0:
                # Everybody's load has changed since: another place of the route may have become the better one.
                assert place >= 0
            elif state.memory[slot, M_CENTS] >= IMPOSSIBLE:
                assert (place, own) == (NO_PLACE, IMPOSSIBLE)
