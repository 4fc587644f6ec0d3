"""Nights end to end: planned over midnight and over both changes of clocks, judged clean, priced to the cent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.plan import UnassignedState
from optimizer.domain.units import at
from optimizer.judge.verdict import judge_plan
from tests.random_nights import NIGHTS, random_night_problem
from tests.test_solver import check_clean_and_priced, plan_of
from tests.time_limits import seeds
from tests.worlds import PLAIN, job, person, span, world


@pytest.mark.parametrize("seed", seeds(500, by_day=40))
def test_every_plan_of_a_random_night_is_judged_clean_and_priced_to_the_cent(seed: int) -> None:
    """A lock may have become impossible with the change of clocks; nothing else may be wrong with a plan."""
    problem, matrix = random_night_problem(seed)
    plan = plan_of(problem, matrix, moves=300, seed=seed)
    check_clean_and_priced(problem, matrix, plan)


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


def test_a_rest_that_cuts_the_last_night_leaves_the_horizon_as_it_is() -> None:
    """Ann would have to be home by 03:00 for her shift on Tuesday; what is promised for 05:00 breaks all the same."""
    rested = replace(PLAIN, rest_s=28_800, rest_after_night_s=36_000)
    night = world(
        [job("A", place=10, promised=(span("29:00-30:00"),)), job("B", place=10, requested="20:00-21:00")],
        [person("Ann", hours="19:00-31:00")],
        policy=rested,
    )
    tuesday = replace(night.problem.shifts[0], day=1, start_s=at(13, day=1), end_s=at(20, day=1))
    problem = replace(night.problem, shifts_around=(tuesday,))
    plan = plan_of(problem, night.matrix, moves=50)
    assert judge_plan(problem, night.matrix, plan).is_clean
    assert [(left.visit_id, left.state) for left in plan.unassigned] == [("A", UnassignedState.WILL_BREAK)]
