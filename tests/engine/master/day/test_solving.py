"""What the model of a day proves is what brute force finds: every optimum to the cent, every infeasible one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.engine.indexing import build_arrays
from optimizer.engine.master.day.answers import Answer, Question, Status
from optimizer.engine.master.day.solving import ask
from optimizer.engine.rest import with_shifts_in_force
from tests.naive import best_plan
from tests.random_problems import random_problem, random_whole_problem
from tests.random_rule_book import random_rule_book
from tests.time_limits import seeds

if TYPE_CHECKING:
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


def answer_to(problem: Problem, matrix: TravelMatrix) -> tuple[Answer, int | None]:
    """Return the model's answer about a whole problem, and its cents with what nobody can serve from the beginning."""
    indexed = build_arrays(with_shifts_in_force(problem, matrix), matrix)
    answer = ask(problem, indexed, Question(), effort=60.0, seconds=None)
    return answer, None if answer.cents is None else answer.cents + indexed.left_out_cents


def assert_proven(problem: Problem, matrix: TravelMatrix) -> None:
    """Assert that the answer is a proof, and that brute force comes to the same; or that it says what it lacks."""
    answer, cents = answer_to(problem, matrix)
    if answer.status is Status.NOT_MODELLED:
        assert answer.gaps
        pytest.skip(", ".join(f"{gap.rule}: {gap.sentence}" for gap in answer.gaps))
    best_cents = best_plan(problem, matrix)
    assert cents == best_cents
    assert answer.status is (Status.INFEASIBLE if best_cents is None else Status.OPTIMAL)


@pytest.mark.parametrize("seed", seeds(100, by_day=12))
def test_days_of_visits_of_one_person_are_proven(seed: int) -> None:
    assert_proven(*random_problem(seed, most_visits=6, most_technicians=2))


@pytest.mark.parametrize("seed", seeds(100, by_day=12))
def test_crews_tools_and_followers_are_proven(seed: int) -> None:
    assert_proven(*random_whole_problem(seed, most_visits=4, most_technicians=2))


@pytest.mark.parametrize("seed", seeds(200, by_day=12))
def test_problems_over_the_whole_rule_book_are_proven(seed: int) -> None:
    problem, matrix, _ = random_rule_book(seed, most_visits=4)
    assert_proven(problem, matrix)
