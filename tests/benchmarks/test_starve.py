"""Starved of its time, each way to a plan still gives one; the figures themselves are for `python -m benchmarks`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.starve import Run, _timed, starve
from tests.time_limits import LIMIT_S

HANGZHOU = Path(__file__).parents[2] / "data/hangzhou"


@pytest.mark.parametrize(
    ("served", "took_s", "is_good"),
    [(54, 60.0, True), (55, 1.0, True), (53, 1.0, False), (54, 60.1, False), (None, 1.0, False)],
)
def test_a_run_is_good_that_serves_what_construction_serves_in_time(
    served: int | None, took_s: float, is_good: bool
) -> None:
    assert Run("plan", took_s, 60.0, served, 54, "first_plan").is_good == is_good


def test_a_way_whose_wall_time_is_up_is_ended() -> None:
    took_s, done = _timed([sys.executable, "-c", "import time; time.sleep(600)"], within_s=0.2)
    assert done is None
    assert took_s >= 0.2


@pytest.mark.night
def test_each_way_to_a_plan_gives_one_beside_busy_processes() -> None:
    runs = list(starve(HANGZHOU, seconds=0.5, runs=1, busy=8, within_s=LIMIT_S))
    assert len(runs) == 5
    assert [run for run in runs if not run.is_good] == []
