"""The calls of the demo branch, and that the checks of every call list find what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.judge.verdict import time_routes
from tests.random_problems import random_problem_with_plan
from tests.report.call_checks import CALL_CHECKS, calls_of
from tests.report.printed import Printed

if TYPE_CHECKING:
    from optimizer.solver import Outcome


def printed_with_visits_left_out(seed: int, stage: Stage) -> Printed:
    """Return a random branch whose plan leaves out the last visit of every route."""
    problem, matrix, routes = random_problem_with_plan(seed)
    plan = time_routes(problem, matrix, {who: visits[:-1] for who, visits in routes.items()})
    return Printed(f"seed {seed}", problem, matrix, plan, PlanningContext(stage))


def found(printed: Printed) -> list[str]:
    return [text for check in CALL_CHECKS for text in check(printed)]


@pytest.mark.parametrize("seed", range(15))
def test_the_calls_of_a_random_branch(seed: int) -> None:
    assert found(printed_with_visits_left_out(seed, list(Stage)[seed % 3])) == []


@pytest.mark.night
@pytest.mark.parametrize("seed", range(15, 215))
def test_the_calls_of_many_random_branches(seed: int) -> None:
    assert [text for stage in Stage for text in found(printed_with_visits_left_out(seed, stage))] == []


def demo(outcome: Outcome, stage: Stage) -> Printed:
    return Printed("demo", outcome.problem, outcome.matrix, outcome.plan, PlanningContext(stage))


def test_whoever_is_offered_a_time_at_the_demo_branch_is_offered_two(outcome: Outcome) -> None:
    _, prepared, _ = calls_of(demo(outcome, Stage.DRAFT))
    assert prepared.offers.by_visit
    assert {len(offers) for offers in prepared.offers.by_visit.values()} <= {0, 2}


def test_nobody_who_is_called_at_the_draft_is_told_a_window_in_the_evening(outcome: Outcome) -> None:
    called = {stage: {call.group: call.why for call in calls_of(demo(outcome, stage))[2]} for stage in Stage}
    both = called[Stage.DRAFT].keys() & called[Stage.SETTLE].keys()
    assert not any("Tell the window" in called[Stage.SETTLE][group] for group in both)
