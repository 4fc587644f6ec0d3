"""What the model of a day proves is what brute force finds: every optimum to the cent, every infeasible one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.engine.master.day.answers import Status
from optimizer.exact import Asked, answer, judged
from optimizer.judge.verdict import time_routes
from tests.naive import best_plan
from tests.random_problems import random_pauses, random_problem, random_whole_problem
from tests.random_rule_book import random_rule_book, without_short_cuts
from tests.time_limits import seeds

if TYPE_CHECKING:
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


def assert_proven(problem: Problem, matrix: TravelMatrix) -> None:
    """Assert that the answer is a proof, and that brute force comes to the same.

    Brute force never stops at the branch for nothing, as where two legs over it are allowed and the direct one is too
    long, and takes breaks in their canonical slots alone. The rules allow both, and the judge confirms what the model
    makes of it.
    """
    answered = answer(problem, matrix, Asked(), effort=120.0)
    found = judged(problem, matrix, answered)
    best_cents = best_plan(problem, matrix)
    assert found.status is (Status.INFEASIBLE if best_cents is None else Status.OPTIMAL), found.note
    if best_cents is not None:
        assert found.plan is not None
        assert found.judgement is not None
        assert found.judgement.is_clean
        assert found.bound_cents == found.judgement.cost_cents
        canonical = time_routes(problem, matrix, dict(answered.routes), leads=answered.leads, waits=answered.waits)
        is_more = canonical != found.plan or any(route.branch_stop is not None for route in found.plan.routes)
        assert found.bound_cents == best_cents or (is_more and found.bound_cents < best_cents)


@pytest.mark.parametrize("seed", seeds(100, by_day=6))
def test_days_of_visits_of_one_person_are_proven(seed: int) -> None:
    assert_proven(*random_problem(seed, most_visits=6, most_technicians=2))


@pytest.mark.parametrize("seed", seeds(100, by_day=6))
def test_crews_tools_and_followers_are_proven(seed: int) -> None:
    problem, matrix = random_whole_problem(seed, most_visits=4, most_technicians=2)
    assert_proven(problem, without_short_cuts(matrix))


# In 46 and 67 a shift in force ends before its break begins, or before anybody can leave: it is unused, and no more.
@pytest.mark.parametrize("seed", [46, 67])
def test_a_shift_that_the_rest_leaves_nothing_of_is_unused(seed: int) -> None:
    problem, matrix, _ = random_rule_book(seed, most_visits=4)
    assert_proven(problem, matrix)


def test_a_window_that_closed_long_before_its_day_makes_no_day_impossible() -> None:
    """Found by the two hundred: an emergency 15 h late, in a shift of 5 h whose length has a price."""
    problem, matrix, _ = random_rule_book(193, most_visits=4)
    assert_proven(problem, matrix)


@pytest.mark.parametrize("seed", seeds(60, by_day=4))
def test_services_that_pause_are_proven(seed: int) -> None:
    problem, matrix = random_pauses(seed, most_visits=4)
    assert_proven(problem, without_short_cuts(matrix))


# Brute force takes minutes of some more of these (2014); the model, seconds of those that were looked at.
@pytest.mark.parametrize("seed", seeds(10, by_day=0))
def test_problems_of_up_to_eight_visits_are_proven(seed: int) -> None:
    problem, matrix, _ = random_rule_book(2000 + seed, most_visits=8, most_technicians=2, most_shifts=2)
    assert_proven(problem, matrix)


@pytest.mark.parametrize("seed", seeds(200, by_day=8))
def test_problems_over_the_whole_rule_book_are_proven(seed: int) -> None:
    problem, matrix, _ = random_rule_book(seed, most_visits=4)
    assert_proven(problem, matrix)
