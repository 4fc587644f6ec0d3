"""What the search remembers of a route is what it would find by looking again."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.arrays import FORBIDDEN, NONE, S_REPLAYED, V_SYNCED
from optimizer.engine.search.insertion import KNOWN, UNKNOWN, best_position, memory_state, recall
from optimizer.engine.search.positions import best_in_route
from optimizer.engine.search.shared_resources import draws_or_loads, has_room
from optimizer.engine.search.state import M_CENTS, M_POSITION, T_UNASSIGNED
from tests.engine.search.states import searched
from tests.time_limits import seeds

#: More than any position costs here.
MUCH = 10**9


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_a_remembered_position_costs_what_a_new_look_finds(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    for visit in state.unassigned[: state.total[T_UNASSIGNED]]:
        for shift in range(len(arrays.shift)):
            is_walked = arrays.shift[shift, S_REPLAYED] > 0 and draws_or_loads(arrays, visit)
            is_walked = is_walked or arrays.visit[visit, V_SYNCED] == 1
            if is_walked or not has_room(arrays, state, visit, shift) or arrays.terms[visit, shift] >= FORBIDDEN:
                continue
            cents, position, _, _ = best_in_route(arrays, state, shift, visit, MUCH, NONE)
            assert best_position(arrays, state, shift, visit, MUCH, False) == (cents, position)
            assert memory_state(arrays, state, shift, visit, MUCH) == KNOWN
            assert recall(arrays, state, shift, visit, MUCH, False) == (cents, position)
            assert recall(arrays, state, shift, visit, cents, False)[1] == NONE


@pytest.mark.parametrize("seed", range(60))
def test_what_moves_left_in_the_memory_is_true_of_the_routes_as_they_are(seed: int) -> None:
    world = searched(seed)
    if world is None:
        return
    arrays, state = world
    shifts = len(arrays.shift)
    for visit in np.flatnonzero(state.shift_of < 0):
        for shift in range(shifts):
            if memory_state(arrays, state, shift, visit, 0) == UNKNOWN:
                continue
            slot = (visit * shifts + shift) & (len(state.memory) - 1)
            # Whatever it costs: exceptions, doors and parts may bar a position that the passes think is in time.
            _, position, own, _ = best_in_route(arrays, state, shift, visit, FORBIDDEN, NONE)
            if state.memory[slot, M_POSITION] >= 0:
                # Everybody's load has changed since: another position of the route may have become the better one.
                assert position >= 0
            elif state.memory[slot, M_CENTS] >= FORBIDDEN:
                assert (position, own) == (NONE, FORBIDDEN)
