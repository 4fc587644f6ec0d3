"""Nights end to end: planned over midnight and over both changes of clocks, judged clean, priced to the cent."""

from __future__ import annotations

import pytest

from optimizer.judge.verdict import judge_plan
from tests.random_nights import NIGHTS, random_night_problem
from tests.test_solver import plan_of
from tests.time_limits import seeds


@pytest.mark.parametrize("seed", seeds(500, by_day=40))
def test_every_plan_of_a_random_night_is_judged_clean_and_priced_to_the_cent(seed: int) -> None:
    """A lock may have become impossible with the change of clocks; nothing else may be wrong with a plan."""
    problem, matrix = random_night_problem(seed)
    plan = plan_of(problem, matrix, moves=300, seed=seed)
    judgement = judge_plan(problem, matrix, plan)
    assert all("is locked and not planned" in violation.message for violation in judgement.violations)
    assert dict(judgement.costs) == dict(plan.costs)


def test_the_random_nights_have_what_they_are_for() -> None:
    """Visits served after midnight, nights in a row, and a night shift over each change of clocks."""
    drawn = [random_night_problem(seed)[0] for seed in range(4 * len(NIGHTS))]
    lengths = {
        (problem.branch.timezone, problem.clock.moment_s(1) + 86_400 - problem.clock.moment_s(2)) for problem in drawn
    }
    assert {seconds for _, seconds in lengths} == {3600, -3600, -1800, 0}
    assert any(problem.days > 1 for problem in drawn)
    assert sum(problem.end_s > problem.clock.moment_s(problem.days) for problem in drawn) > len(drawn) / 2
    assert any(window.open_s > problem.clock.moment_s(problem.days) for problem in drawn
               for windows in problem.windows.values() for window in windows)  # fmt: skip
