"""Districts: moves stay near one visit for a while where there are many, and go everywhere where there are few."""

from __future__ import annotations

import numpy as np

from optimizer.engine.arrays import R_VISITS
from optimizer.engine.search.district import enter_district, visit_of_district
from optimizer.engine.search.state import T_DISTRICT, T_MOVES, T_PROBING
from tests.engine.search.test_light import loaded

ALL = {0, 1, 2, 3}


def of_one_visit():
    """Return the tiny world as if it were large: four visits, each of them a district of its own."""
    arrays, state = loaded((0, 1), (2, 3))
    return arrays._replace(near=np.zeros((4, 0), np.int32)), state


def drawn(arrays, state) -> set[int]:
    return {int(visit_of_district(arrays, state)) for _ in range(100)}


def test_moves_stay_in_a_district() -> None:
    arrays, state = of_one_visit()
    state.total[T_DISTRICT] = 2
    for state.total[T_MOVES] in (1, 250, 499):
        enter_district(arrays, state)
    assert drawn(arrays, state) == {2}


def test_after_its_moves_another_district_is_drawn() -> None:
    arrays, state = of_one_visit()
    entered = set()
    for period in range(100):
        state.total[T_MOVES] = 500 * period
        enter_district(arrays, state)
        entered |= drawn(arrays, state)
    assert entered == ALL


def test_a_district_has_the_visits_near_its_own() -> None:
    arrays, state = of_one_visit()
    near, rates = np.zeros((12, 2), np.int32), arrays.rates.copy()
    near[7], rates[R_VISITS], state.total[T_DISTRICT] = (9, 5), 12, 7
    assert drawn(arrays._replace(near=near, rates=rates), state) == {5, 7, 9}


def test_temperatures_are_measured_everywhere() -> None:
    arrays, state = of_one_visit()
    state.total[T_PROBING] = 1
    assert drawn(arrays, state) == ALL


def test_few_visits_are_one_district() -> None:
    arrays, state = loaded((0, 1), (2, 3))
    assert drawn(arrays, state) == ALL
