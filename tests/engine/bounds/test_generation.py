"""The bound is never above the cheapest plan, whatever the rules, whatever the master says, whenever it ends."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import TYPE_CHECKING

import pytest

from optimizer.engine.bounds.generation import Generation
from optimizer.engine.bounds.master_lp import Duals, MasterLp
from optimizer.engine.indexing import build_arrays
from optimizer.engine.rest import with_shifts_in_force
from tests.naive import best_plan
from tests.random_problems import random_problem, random_whole_problem
from tests.random_rule_book import random_rule_book
from tests.time_limits import seeds

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


def generation(problem: Problem, matrix: TravelMatrix, **how: Callable[..., object]) -> Generation:
    """Return the column generation of a problem without a plan in hand."""
    problem = with_shifts_in_force(problem, matrix)
    indexed = build_arrays(problem, matrix)
    return Generation(problem, matrix, indexed, tuple(() for _ in indexed.shifts), **how)


def every_bound(problem: Problem, matrix: TravelMatrix, **how: Callable[..., object]) -> list[int]:
    """Return every bound on the way in cents, the last one too."""
    found: list[int] = []
    one = generation(problem, matrix, on_step=lambda step: found.append(step.bound_cents), **how)
    return [one.bound_cents, *found, one.run()]


@pytest.mark.parametrize("seed", seeds(300, by_day=20))
def test_no_plan_of_all_rules_costs_less_than_the_bound(seed: int) -> None:
    problem, matrix, _ = random_rule_book(seed, most_visits=3, most_technicians=2, most_shifts=3)
    best_cents = best_plan(problem, matrix)
    if best_cents is not None:
        assert max(every_bound(problem, matrix)) <= best_cents


@pytest.mark.parametrize("seed", seeds(150, by_day=10))
def test_no_plan_with_crews_tools_and_followers_costs_less_than_the_bound(seed: int) -> None:
    problem, matrix = random_whole_problem(seed, most_visits=4, most_technicians=2)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    assert max(every_bound(problem, matrix)) <= best_cents


@pytest.mark.parametrize("seed", seeds(150, by_day=15))
def test_no_plan_of_a_day_costs_less_than_the_bound(seed: int) -> None:
    problem, matrix = random_problem(seed, most_visits=6, most_technicians=2)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    assert max(every_bound(problem, matrix)) <= best_cents


def bad_master(seed: int) -> Callable[[MasterLp], tuple[float, Duals] | None]:
    """Return a master whose prices are drawn, of either sign, and which fails now and then."""
    rng = Random(f"bad master {seed}")

    def solve(master: MasterLp) -> tuple[float, Duals] | None:
        solved = master.solve()
        if solved is None or rng.random() < 0.1:
            return None
        value, duals = solved

        def drawn(prices: list[float]) -> list[float]:
            return [rng.uniform(-1.5, 1.5) * price + rng.uniform(-1e9, 1e9) for price in prices]

        days = [rng.uniform(-1e10, 1e9) for _ in duals.days]
        return value, Duals(drawn(duals.visits), drawn(duals.rows), rng.uniform(-1e5, 1e5), days)

    return solve


@pytest.mark.parametrize("seed", seeds(200, by_day=10))
def test_a_master_that_fails_or_speaks_nonsense_costs_strength_alone(seed: int) -> None:
    problem, matrix, _ = random_rule_book(seed, most_visits=3, most_technicians=2, most_shifts=3)
    best_cents = best_plan(problem, matrix)
    if best_cents is not None:
        rounds = count()
        bounds = every_bound(problem, matrix, solve_master=bad_master(seed), is_over=lambda: next(rounds) > 60)
        assert max(bounds) <= best_cents
