"""Home health care: double services by number, as crews and in sequence, and faults by patient."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.errors import FormatError
from benchmarks.measure_hhcrsp import measure_hhcrsp
from benchmarks.readers import hhcrsp
from benchmarks.readers.hhcrsp import Pair, Service
from optimizer.domain.order import GapFrom, Load, Predecessor, SkillNeed
from optimizer.domain.rules import Rule
from optimizer.judge.verdict import judge_plan, time_routes
from tests.benchmarks.worlds import THREE_PATIENTS

TEXT = THREE_PATIENTS.read_text(encoding="utf-8")


INSTANCE = hhcrsp.parse(TEXT, name="three")


def _single() -> str:
    """Return the text with the first service of each patient only."""
    world = json.loads(TEXT)
    for patient in world["patients"]:
        patient["required_caregivers"] = patient["required_caregivers"][:1]
    return json.dumps(world)


def test_services_are_named_by_patient_and_number() -> None:
    instance = INSTANCE
    assert list(instance.services) == ["p1", "p2/1", "p2/2", "p3/1", "p3/2"]
    assert instance.services["p3/2"] == Service("p3/2", "p3", "s2", row=3, open=50.0, close=60.0, duration=5.0)
    assert instance.pairs == (Pair("p2/1", "p2/2", 0.0, 0.0), Pair("p3/1", "p3/2", 10.0, 20.0))
    assert instance.caregivers["c3"] == {"s1", "s2"}


def test_two_services_together_are_a_crew_and_two_in_sequence_follow_one_another() -> None:
    problem = hhcrsp.problem_of(INSTANCE)
    assert [visit.visit_id for visit in problem.visits] == ["p1", "p2", "p3/1", "p3/2"]
    crew, second = problem.visit_by_id["p2"], problem.visit_by_id["p3/2"]
    assert (crew.crew_size, crew.lead_skills, crew.skills) == (2, (SkillNeed("s1"),), (SkillNeed("s2"),))
    assert second.after == (Predecessor("p3/1", GapFrom.START, min_gap_s=600, max_gap_s=1200),)
    # c3 could do both services of p3, and there is room for one.
    assert second.loads == problem.visit_by_id["p3/1"].loads == (Load("p3/1", 1),)
    assert {technician.capacity for technician in problem.technicians} == {(Load("p3/1", 1),)}
    assert not problem.policy.reload


def test_the_judge_finds_what_the_format_finds_of_double_services() -> None:
    problem = hhcrsp.problem_of(INSTANCE)
    matrix = hhcrsp.matrix_of(INSTANCE, problem)
    # As in test_measure_hhcrsp: travel 125, nobody late.
    routes = {"c1": ("p1", "p2", "p3/1"), "c2": ("p2", "p3/2")}
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, routes))
    assert judgement.is_clean
    assert judgement.cost_cents == 125 * 60
    assert measure_hhcrsp(INSTANCE, routes).value == pytest.approx(125 / 3)
    # One person for both services of p3.
    alone = {"c1": ("p1", "p2"), "c2": ("p2",), "c3": ("p3/1", "p3/2")}
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, alone))
    assert {violation.rule for violation in judgement.violations} == {Rule.LOAD}
    assert not measure_hhcrsp(INSTANCE, alone).is_feasible


def test_what_the_rule_book_does_not_have_is_named() -> None:
    assert INSTANCE.unbuilt == hhcrsp.parse(_single(), name="single").unbuilt == ()
    longer = {"required_caregivers": [{"service": "s1", "duration": 5.0}, {"service": "s2", "duration": 9.0}]}
    unequal = hhcrsp.parse(_broken(longer), name="unequal")
    assert unequal.unbuilt == ("crew of which one leaves sooner",)
    with pytest.raises(FormatError, match="needs what is not built yet: crew of which one leaves sooner"):
        hhcrsp.problem_of(unequal)
    either = {"synchronization": {"type": "sequential", "distance": [-5.0, 5.0]}}
    assert hhcrsp.parse(_broken(either), name="either").unbuilt == ("sequence in either order",)


def test_windows_beyond_a_day_are_planned_up_to_the_longest_horizon() -> None:
    late = hhcrsp.parse(_broken({"time_window": [1500, 1600]}), name="late")
    assert hhcrsp.problem_of(late).days == 2
    with pytest.raises(FormatError, match="has windows of 8 days, and at most 7"):
        hhcrsp.problem_of(hhcrsp.parse(_broken({"time_window": [1500, 10100]}), name="later"))


def test_the_judge_prices_travel_and_tardiness_as_the_format_does() -> None:
    instance = hhcrsp.parse(_single(), name="single")
    problem = hhcrsp.problem_of(instance)
    matrix = hhcrsp.matrix_of(instance, problem)
    # c3: p3 at 50 until 55, p2 at 65 (25 late) until 70, p1 at 85 (65 late); travel 30 + 10 + 15 + 10 = 65.
    routes = {"c3": ("p3", "p2", "p1")}
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, routes))
    assert judgement.is_clean
    assert judgement.costs[Rule.TRAVEL] == 65 * 60
    assert judgement.costs[Rule.LATENESS] == (25 + 65 + 65) * 60
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
