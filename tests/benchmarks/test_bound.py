"""`python -m benchmarks bound`: one JSON line with a cost and what no plan costs less than."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.__main__ import WAITS, main
from tests.benchmarks.worlds import SIX_ORDERS, THREE_REQUESTS

if TYPE_CHECKING:
    import pytest


def test_a_day_gets_a_cost_and_a_bound_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bound", str(SIX_ORDERS), "--seconds", "10", "--threads", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert {"cost", "lower_bound", "scope", "gap", "seconds"} <= record.keys()
    # The plan by hand of readers/test_days.py costs 134 961.
    assert 0.9 * record["cost"] < record["lower_bound"] <= record["cost"] <= 134_961
    assert record["gap"] == round(1 - record["lower_bound"] / record["cost"], 5)
    assert (record["scope"] == "optimal") == (record["gap"] == 0)
    assert record["relaxed"] == []


def test_limits_that_are_not_held_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bound", str(THREE_REQUESTS), "--seconds", "5"]) in (0, WAITS)
    record = json.loads(capsys.readouterr().out)
    assert "working_time" in record["relaxed"]
    assert record["lower_bound"] <= record["cost"]
