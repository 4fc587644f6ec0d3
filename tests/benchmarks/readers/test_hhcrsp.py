"""Home health care: double services by number, what waits for which rule, and faults by patient."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.errors import FormatError
from benchmarks.measure_hhcrsp import measure_hhcrsp
from benchmarks.readers import hhcrsp
from benchmarks.readers.hhcrsp import Pair, Service
from optimizer.domain.rules import Rule
from optimizer.judge import judge, time_routes
from tests.benchmarks.worlds import THREE_PATIENTS

TEXT = THREE_PATIENTS.read_text(encoding="utf-8")


def _single() -> str:
    """Return the text with the first service of each patient only."""
    world = json.loads(TEXT)
    for patient in world["patients"]:
        patient["required_caregivers"] = patient["required_caregivers"][:1]
    return json.dumps(world)


def test_services_are_named_by_patient_and_number() -> None:
    instance = hhcrsp.parse(TEXT, name="three")
    assert list(instance.services) == ["p1", "p2/1", "p2/2", "p3/1", "p3/2"]
    assert instance.services["p3/2"] == Service("p3/2", "p3", "s2", row=3, open=50.0, close=60.0, duration=5.0)
    assert instance.pairs == (Pair("p2/1", "p2/2", 0.0, 0.0), Pair("p3/1", "p3/2", 10.0, 20.0))
    assert instance.caregivers["c3"] == {"s1", "s2"}


def test_pairs_wait_for_crews_and_precedence() -> None:
    assert hhcrsp.parse(TEXT, name="three").unbuilt == ("crew", "precedence")
    assert hhcrsp.parse(_single(), name="single").unbuilt == ()
    with pytest.raises(FormatError, match="needs what is not built yet: crew, precedence"):
        hhcrsp.problem_of(hhcrsp.parse(TEXT, name="three"))


def test_the_judge_prices_travel_and_tardiness_as_the_format_does() -> None:
    instance = hhcrsp.parse(_single(), name="single")
    problem = hhcrsp.problem_of(instance)
    matrix = hhcrsp.matrix_of(instance, problem)
    # c3: p3 at 50 until 55, p2 at 65 (25 late) until 70, p1 at 85 (65 late); travel 30 + 10 + 15 + 10 = 65.
    routes = {"c3": ("p3", "p2", "p1")}
    judgement = judge(problem, matrix, time_routes(problem, matrix, routes))
    assert judgement.is_clean
    assert judgement.costs[Rule.TRAVEL] == 65 * 60
    assert judgement.costs[Rule.LATENESS] == (25 + 65) * 60
    assert measure_hhcrsp(instance, routes).value == pytest.approx((65 + 90 + 65) / 3)


def _broken(change: dict[str, Any]) -> str:
    world = json.loads(TEXT)
    world["patients"][1] |= change
    return json.dumps(world)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT[:-5], "not JSON"),
        (_broken({"time_window": [9, 8]}), "patient p2: time_window closes at 8, before it opens at 9"),
        (_broken({"required_caregivers": []}), "patient p2: 0 required_caregivers where one or two"),
        (_broken({"synchronization": {"type": "loose"}}), "patient p2: synchronization of type 'loose'"),
        (_broken({"synchronization": {}}), "patient p2: no 'type'"),
        (_broken({"synchronization": {"type": "sequential", "distance": [5, 1]}}), "distance from 5 to 1 cannot be"),
        (TEXT.replace("[0, 10, 20, 30]", "[0, 10, 20]"), "distances must be a table of 4 x 4"),
        (TEXT.replace('[{"id": "d", "location": [0, 0]}]', "[]"), "0 central offices where one was expected"),
    ],
)
def test_a_broken_file_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        hhcrsp.parse(text, name="broken")
