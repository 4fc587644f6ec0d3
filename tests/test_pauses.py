"""Pauses end to end: random plans with them are judged clean, priced to the cent, and as good as by brute force."""

from __future__ import annotations

import pytest

from tests.naive import best_plan
from tests.random_problems import random_pauses
from tests.test_solver import check_clean_and_priced, plan_of
from tests.time_limits import seeds


@pytest.mark.parametrize("seed", seeds(500, by_day=40))
def test_every_plan_with_pauses_is_judged_clean_and_priced_to_the_cent(seed: int) -> None:
    problem, matrix = random_pauses(seed)
    plan = plan_of(problem, matrix, moves=300, seed=seed)
    check_clean_and_priced(problem, matrix, plan)


@pytest.mark.parametrize("seed", seeds(200, by_day=15))
def test_small_problems_with_pauses_are_solved_as_well_as_brute_force_solves_them(seed: int) -> None:
    """Brute force takes canonical break slots only, so that a plan of linked days may even be better."""
    problem, matrix = random_pauses(seed, most_visits=4)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    cents = plan_of(problem, matrix, moves=4_000, seed=seed).cost_cents
    is_linked = any(visit.after or problem.crew_size_of(visit) > 1 for visit in problem.visits)
    assert cents <= best_cents if is_linked else cents == best_cents


def test_the_random_pauses_have_what_they_are_for() -> None:
    """Breaks inside a service, pauses over closed hours, and both in one."""
    inside = closed = both = 0
    for seed in range(60):
        problem, matrix = random_pauses(seed)
        for route in plan_of(problem, matrix, moves=50, seed=seed).routes:
            pauses = [stop.pause for stop in route.stops if stop.pause is not None]
            legs = len(route.stops) + 1 + (route.branch_stop is not None)
            is_inside = route.break_ is not None and route.break_.slot >= 2 * legs
            inside += is_inside
            closed += len(pauses) - is_inside
            both += sum(p.length_s > 2700 + problem.policy.pause_leave_s for p in pauses if is_inside)
    assert min(inside, closed, both) > 0
