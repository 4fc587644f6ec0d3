"""The brute force itself, on worlds whose best plan a reader can compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.problem import Lock, LockLevel
from optimizer.judge.verdict import judge_plan, time_routes
from tests.naive import best_plan
from tests.random_problems import random_problem_with_plan, random_whole_problem_with_plan

if TYPE_CHECKING:
    from tests.worlds import World


def test_the_best_plan_of_one_van_serves_both(one_van: World) -> None:
    assert best_plan(one_van.problem, one_van.matrix) == 2_000


def test_one_compressor_serves_one_visit(short_stock: World) -> None:
    # A alone costs 20 minutes of travel, and B stays out for 20 000.
    assert best_plan(short_stock.problem, short_stock.matrix) == 21_000


def test_a_lock_that_cannot_be_kept_leaves_no_clean_plan(one_van: World) -> None:
    locked = one_van.but(locks=(Lock("A", LockLevel.START, "Ann", start_s=0),))
    assert best_plan(locked.problem, locked.matrix) is None


@pytest.mark.parametrize("seed", range(40))
def test_no_known_plan_is_cheaper(seed: int) -> None:
    problem, matrix, routes = random_problem_with_plan(seed, most_visits=5, most_technicians=2)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    assert best_cents <= judge_plan(problem, matrix, time_routes(problem, matrix, routes)).cost_cents


#: Seeds whose brute force takes seconds: several crews of which every order has to be refused.
SLOW = {34}


@pytest.mark.parametrize("seed", sorted(set(range(40)) - SLOW))
def test_no_known_plan_of_the_whole_book_is_cheaper(seed: int) -> None:
    problem, matrix, routes = random_whole_problem_with_plan(seed)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    assert best_cents <= judge_plan(problem, matrix, time_routes(problem, matrix, routes)).cost_cents
