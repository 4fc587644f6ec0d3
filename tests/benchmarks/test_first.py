"""How soon there is a plan: each step and each way is timed; the figures themselves are for an idle machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.first import _steps, measure_first
from optimizer.ingest.write import problem_to_json
from optimizer.running.warming import tiny_problem, warm_up

HANGZHOU = Path(__file__).parents[2] / "data/hangzhou"


def test_every_step_to_the_first_judged_plan_is_timed() -> None:
    warm_up()
    steps = _steps(*tiny_problem(), runs=2)
    assert list(steps) == [
        "due days",
        "send",
        "receive",
        "arrays",
        "state",
        "construct",
        "assemble",
        "send and receive the plan",
        "judge",
    ]
    assert min(steps.values()) >= 0


@pytest.mark.night
def test_each_way_to_a_first_plan_is_timed() -> None:
    problem, matrix = tiny_problem()
    content = json.dumps(problem_to_json(problem)).encode()
    figures = measure_first(problem, matrix, content, branch=HANGZHOU, seconds=0.1, runs=1)
    for way in ("solve_s", "service_s", "command_over_s", "command_until_search_s", "command_cpu_s"):
        assert 0 < figures[way]["least"] <= figures[way]["median"]
