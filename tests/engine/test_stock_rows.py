"""What routes draw from the stock rows, and the stops at the branch that given routes need for it."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.stock import Arrival, Part
from optimizer.domain.units import at
from optimizer.engine.arrays import B_LEAVES, B_PICKUP, R_VISITS, ROW_CAP, ROW_UNTIL, S_STOPS
from optimizer.engine.indexing import IndexedProblem, build_arrays
from optimizer.engine.stock_rows import own_parts_left, stock_use
from optimizer.running.warming import tiny_problem
from tests.worlds import MONDAY, clock, job, person, world


@pytest.fixture
def by_ten() -> IndexedProblem:
    """A and B need a pump each: one is on hand, one comes at ten. Ann starts at the branch, Ben at home."""
    jobs = [job("A", place=10, parts={"P": 1}), job("B", place=20, parts={"P": 1})]
    arrivals = (Arrival("P", 1, MONDAY, at(10)),)
    made = world(jobs, [person("Ann"), person("Ben", home=5)], parts=(Part("P", "pump", 1),), arrivals=arrivals)
    return build_arrays(made.problem, made.matrix)


def test_stock_use_counts_every_row_that_binds() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    assert stock_use(arrays, 0, (0, 1), own_parts_left(arrays, 0)) == {0: 2}
    assert np.array_equal(arrays.row[:, ROW_CAP], [3])


def test_an_arrival_splits_the_day_and_only_what_may_run_short_is_a_row(by_ten: IndexedProblem) -> None:
    arrays = by_ten.arrays
    assert arrays.row[:, [ROW_CAP, ROW_UNTIL]].tolist() == [[1, -1], [1, clock("10:00") - 1]]


def test_a_wait_and_a_stop_draw_after_the_arrival(by_ten: IndexedProblem) -> None:
    arrays = by_ten.arrays
    assert arrays.shift[:, S_STOPS].tolist() == [2, 2]
    assert arrays.stop[:, [B_PICKUP, B_LEAVES]].tolist() == [
        [clock("10:00"), 0],
        [clock("10:00"), 1],
        [clock("08:30"), 0],  # As it opens.
        [clock("10:00"), 0],
    ]
    wait = int(arrays.rates[R_VISITS]) + 1
    left = own_parts_left(arrays, 0)
    assert stock_use(arrays, 0, (0, 1), left) == {1: 2}
    assert stock_use(arrays, 0, (wait, 0, 1), left) == {}


def test_given_routes_wait_no_longer_than_they_must(by_ten: IndexedProblem) -> None:
    problem, first = by_ten.assignment.problem, int(by_ten.arrays.rates[R_VISITS])
    assert by_ten.first_routes(problem, {("Ann", 0): ["A"]}) == ((0,), ())
    assert by_ten.first_routes(problem, {("Ann", 0): ["A", "B"]}) == ((first + 1, 0, 1), ())
    assert by_ten.first_routes(problem, {("Ann", 0): ["A", "0", "B"]}) == ((0, first, 1), ())
    assert by_ten.first_routes(problem, {("Ann", 0): ["A"], ("Ben", 0): ["0", "B"]}) == ((0,), (first + 3, 1))
