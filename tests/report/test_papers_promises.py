"""All papers of a plan hold together: what is told can be kept, and what one says no other contradicts.

The checks are in `paper_checks.py`. They are asked about the demo branch at every stage, about small branches of every
rule, and at night about two hundred that are solved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer import solve
from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.judge.verdict import time_routes
from tests.random_problems import random_problem_with_plan, random_whole_problem_with_plan
from tests.random_rule_book import random_rule_book
from tests.report.paper_checks import CHECKS, contradictions
from tests.report.printed import Printed, demo_at_every_stage
from tests.worlds import clock, span

if TYPE_CHECKING:
    from tests.report.paper_checks import Check
    from tests.worlds import World


@pytest.fixture(scope="module")
def demo() -> dict[Stage, Printed]:
    return dict(zip(Stage, demo_at_every_stage(), strict=True))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("stage", Stage)
def test_the_papers_of_the_demo_branch_hold_together(demo: dict[Stage, Printed], stage: Stage, check: Check) -> None:
    assert list(check(demo[stage])) == []


@pytest.mark.parametrize("seed", range(12))
def test_the_papers_of_a_small_branch_hold_together(seed: int) -> None:
    made = random_problem_with_plan(seed) if seed % 2 else random_whole_problem_with_plan(seed)
    problem, matrix, routes = made
    context = PlanningContext(tuple(Stage)[seed % 3])
    assert contradictions(Printed(f"seed {seed}", problem, matrix, time_routes(problem, matrix, routes), context)) == []


@pytest.mark.night
@pytest.mark.parametrize("seed", range(201))
def test_the_papers_of_a_solved_branch_hold_together(seed: int) -> None:
    problem, matrix, routes = random_rule_book(seed, most_visits=6)
    outcome = solve(problem, matrix, seconds=None, iterations=100, use_master=False, start=routes)
    context = PlanningContext(tuple(Stage)[seed % 3])
    assert contradictions(Printed(f"seed {seed}", outcome.problem, outcome.matrix, outcome.plan, context)) == []


@pytest.mark.parametrize(
    ("stated", "check"),
    [
        ({"window": span("08:20-09:00")}, "told_holds_the_start"),
        ({"window": span("07:40-08:40")}, "told_is_possible"),
        ({"leave_by_s": clock("09:00")}, "leaving_by_then_is_in_time"),
        ({"leave_by_s": clock("07:59")}, "leaving_by_then_is_in_time"),
    ],
)
def test_what_contradicts_is_found(one_van: World, stated: dict[str, Any], check: str) -> None:
    plan = one_van.plan({"Ann": ["A"]})
    (route,) = plan.routes
    wrong = replace(plan, routes=(replace(route, stops=(replace(route.stops[0], **stated),)),))
    found = contradictions(Printed("one van", one_van.problem, one_van.matrix, wrong))
    assert any(text.startswith(f"one van, {check}: A: ") for text in found), found
