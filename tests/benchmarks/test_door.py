"""The door under strain, in small."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.door import _fair_ends, measure_fairness, measure_half_open

HANGZHOU = Path(__file__).parents[2] / "data/hangzhou"


def test_fair_ends_are_those_of_turns() -> None:
    took_s = {"a1": 2.0, "a2": 2.0, "a3": 2.0, "b1": 2.0}
    assert _fair_ends(took_s, {"a": ["a1", "a2", "a3"], "b": ["b1"]}) == {"a1": 2.0, "b1": 4.0, "a2": 6.0, "a3": 8.0}


@pytest.mark.night
def test_half_open_connections_beyond_the_limit_keep_nobody_out() -> None:
    found = measure_half_open(count=1_200, seconds=5.0)
    assert found["failures"] == 0
    assert found["shed"] >= 100
    assert found["metrics_lines_added_by_invented_methods"] < 60


@pytest.mark.night
def test_keys_of_unequal_greed_wait_by_turns() -> None:
    found = measure_fairness(HANGZHOU, plans={"greedy": 6, "modest": 1}, seconds=1.0)
    assert all(ratio <= 2 for ratio in found["waiting_of_fair"].values()), found
