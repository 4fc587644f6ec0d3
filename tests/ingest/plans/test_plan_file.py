"""The plan file: it can be judged alone, equal runs give equal bytes, and every fault of it is named by its path."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.domain.order import Interval, Place
from optimizer.domain.plan import (
    BranchStop,
    BreakTaken,
    Cause,
    CauseKind,
    Plan,
    Reason,
    ReasonCode,
    Route,
    Stop,
    UnassignedState,
    UnassignedVisit,
)
from optimizer.domain.rules import Rule
from optimizer.domain.units import DAY_S, at
from optimizer.errors import InputError
from optimizer.ingest.build.problem import in_normal_order
from optimizer.ingest.plans.matrix_json import matrix_sha256
from optimizer.ingest.plans.plan_file import plan_to_json, read_plan, read_plan_file, write_plan
from optimizer.ingest.read import read_branch
from optimizer.ingest.write import problem_to_json
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.text.catalogue import translator
from optimizer.text.files import json_text, write_json
from optimizer.travel.matrix import UNREACHABLE, TravelMatrix
from tests.ingest.worlds import two_orders, write_folder
from tests.random_problems import random_problem_with_plan

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.problem import Problem

RUN = {"seed": 1, "elapsed_s": 9.7, "versions": {"paigong": "0.1.0"}}
KPIS = {"travel_km": 12.5}


def ten_minutes_apart(problem: Problem) -> TravelMatrix:
    """Return ten minutes and 5 km between any two places, and no way from O2 back to the branch."""
    keys = tuple(problem.places())
    seconds = np.full((1, len(keys), len(keys)), 600, dtype=np.int32)
    seconds[0, keys.index("O2"), keys.index("branch")] = UNREACHABLE
    np.einsum("pii->pi", seconds)[:] = 0
    metres = np.where(seconds > 0, 5_000, seconds).astype(np.int32)
    return TravelMatrix(keys, ("car",), seconds, metres, {"provider": "test", "speed": "30 km/h"})


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    return read_branch(write_folder(tmp_path / "branch", two_orders()))


@pytest.fixture
def plan(problem: Problem) -> Plan:
    """Ann serves O1 from the lock's 09:15 on, with her lunch; O2 is left out."""
    timed = time_routes(problem, ten_minutes_apart(problem), {"T1": ["O1"]})
    reasons = (
        Reason(ReasonCode.SHIFT_CAPACITY, proven=True, technician_id="T2", amount=900, unit="s"),
        Reason(ReasonCode.OUTRANKED, proven=False, subject="travel", visit_id="O1"),
    )
    return Plan(timed.routes, (UnassignedVisit("O2", UnassignedState.WAITS, None, reasons),), timed.costs)


@pytest.fixture
def document(problem: Problem, plan: Plan) -> dict[str, Any]:
    text = json_text(plan_to_json(plan, problem, ten_minutes_apart(problem), RUN, kpis=KPIS))
    made: dict[str, Any] = json.loads(text)
    return made


# --- there and back -----------------------------------------------------------------------------------------------


def test_a_plan_can_be_judged_alone(problem: Problem, plan: Plan, tmp_path: Path) -> None:
    matrix = ten_minutes_apart(problem)
    write_plan(plan, problem, matrix, RUN, tmp_path / "plan.json", kpis=KPIS)
    again, matrix_again, plan_again = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert (again, plan_again) == (problem, plan)
    assert (matrix_again.keys, matrix_again.profiles) == (matrix.keys, matrix.profiles)
    assert np.array_equal(matrix_again.seconds, matrix.seconds)
    assert np.array_equal(matrix_again.metres, matrix.metres)
    assert matrix_again.provenance == matrix.provenance
    assert matrix_again.travel_s("car", "O2", "branch") is None
    assert judge_plan(again, matrix_again, plan_again) == judge_plan(problem, matrix, plan)


CAUSES = [
    Cause(CauseKind.ALONE, True),
    Cause(CauseKind.LOCKED, True, others=("O1",)),
    Cause(CauseKind.OUTRANKED, False, "T1", 0, 12_345, ("O1",), 1),
    Cause(CauseKind.OPEN, True, "T1", 0, -5),
]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.kind.value)
def test_what_keeps_a_visit_out_there_and_back(cause: Cause, problem: Problem, plan: Plan, tmp_path: Path) -> None:
    [left] = plan.unassigned
    said = replace(plan, unassigned=(replace(left, cause=cause),))
    write_plan(said, problem, ten_minutes_apart(problem), RUN, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json", time_routes=time_routes)[2] == said
    [entry] = plan_to_json(said, problem, ten_minutes_apart(problem), RUN)["unassigned"]
    assert entry["cause"]["kind"] == cause.kind
    assert entry["cause"]["cents"] == cause.cents


@pytest.mark.parametrize("seed", range(25))
def test_random_plans_there_and_back(seed: int, tmp_path: Path) -> None:
    problem, matrix, routes = random_problem_with_plan(seed)
    plan = time_routes(problem, matrix, routes)
    write_plan(plan, problem, matrix, RUN, tmp_path / "plan.json")
    again, matrix_again, plan_again = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert again == in_normal_order(problem)
    assert plan_again == plan
    assert judge_plan(again, matrix_again, plan_again).is_clean


def test_what_a_route_looks_like(document: dict[str, Any]) -> None:
    route = document["routes"][0]
    # O1 is locked to 09:30 +- 15 minutes: Ann arrives at 08:55 and waits for 09:15.
    assert {**route, "stops": len(route["stops"])} == {
        "technician": "T1",
        "date": "2026-11-23",
        "depart": "2026-11-23T08:45:00+08:00",
        "return": route["return"],
        "break": {"slot": 3, "start": "2026-11-23T11:30:00+08:00"},
        "stops": 1,
    }
    stop = route["stops"][0]
    assert {key: stop[key] for key in ("visit", "arrive", "start", "end", "window", "lateness_s", "parts")} == {
        "visit": "O1",
        "arrive": "2026-11-23T08:55:00+08:00",
        "start": "2026-11-23T09:15:00+08:00",
        "end": "2026-11-23T10:00:00+08:00",
        "window": {"open": "2026-11-23T09:00:00+08:00", "close": "2026-11-23T11:00:00+08:00"},
        "lateness_s": 0,
        "parts": [{"part_id": "P1", "quantity": 1}],
    }
    assert (stop["crew"], stop["lead"], stop["pinned"]) == (["T1"], "T1", True)


def test_the_rest_of_the_file(document: dict[str, Any], plan: Plan) -> None:
    assert list(document) == [
        "format", "routes", "unassigned", "accepted", "costs", "kpis", "bound", "problem", "facts_sha256", "matrix",
        "run",
    ]  # fmt: skip
    assert document["unassigned"][0]["reasons"][0] == {
        "code": "SHIFT_CAPACITY",
        "proven": True,
        "technician": "T2",
        "day": "2026-11-23",
        "amount": 900,
        "unit": "s",
        "subject": "",
        "visit": "",
    }
    assert document["costs"] == {str(rule): cents for rule, cents in plan.costs.items()}
    assert (document["kpis"], document["bound"], document["run"]) == (KPIS, None, RUN)
    assert document["matrix"]["seconds"][0][document["matrix"]["keys"].index("O2")].count(None) == 1


def test_only_run_differs_between_equal_runs(problem: Problem, plan: Plan) -> None:
    matrix = ten_minutes_apart(problem)
    turned = Plan(plan.routes, plan.unassigned, dict(reversed(list(plan.costs.items()))))
    first = plan_to_json(plan, problem, matrix, RUN, kpis=KPIS)
    second = plan_to_json(turned, problem, matrix, {"seed": 2}, kpis=KPIS)
    assert first.pop("run") != second.pop("run")
    assert json_text(first) == json_text(second)


def test_the_digest_sees_every_figure_and_name(problem: Problem) -> None:
    matrix = ten_minutes_apart(problem)
    digests = {matrix_sha256(matrix)}
    for field in ("seconds", "metres"):
        values = {"seconds": matrix.seconds.copy(), "metres": matrix.metres.copy()}
        values[field][0, 0, 1] += 1
        digests.add(matrix_sha256(replace(matrix, seconds=values["seconds"], metres=values["metres"])))
    digests.add(matrix_sha256(replace(matrix, keys=("x", *matrix.keys[1:]))))
    assert len(digests) == 4


# --- plans of routes only -----------------------------------------------------------------------------------------


def test_the_neutral_form_is_timed_canonically(problem: Problem, tmp_path: Path) -> None:
    write_json({"routes": {"T1": ["O1"], "T2": []}}, tmp_path / "plan.json")
    again, matrix, plan = read_plan(tmp_path / "plan.json", tmp_path / "branch", time_routes=time_routes)
    assert again == problem
    assert plan == time_routes(problem, matrix, {"T1": ["O1"]})
    assert [visit.visit_id for visit in plan.unassigned] == ["O2"]


def test_stops_without_times_are_timed_with_the_plans_own_matrix(
    document: dict[str, Any], problem: Problem, tmp_path: Path
) -> None:
    document["routes"] = [{"technician": "T1", "stops": [{"visit": "O1"}]}]
    write_json(document, tmp_path / "plan.json")
    _, matrix, plan = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert plan == time_routes(problem, matrix, {"T1": ["O1"]})


def test_a_plan_of_routes_only_needs_its_branch(tmp_path: Path) -> None:
    write_json({"routes": {"T1": ["O1"]}}, tmp_path / "plan.json")
    with pytest.raises(InputError, match="The plan does not hold its problem"):
        read_plan(tmp_path / "plan.json", time_routes=time_routes)


def test_unknown_names_are_for_the_judge(document: dict[str, Any], tmp_path: Path) -> None:
    document["routes"] = {"T1": ["O1", "O9"], "T9": ["O2"]}
    write_json(document, tmp_path / "plan.json")
    problem, matrix, plan = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    broken = {violation.rule for violation in judge_plan(problem, matrix, plan).violations}
    assert {Rule.ONCE, Rule.SHIFT} <= broken


# --- crews, stops at the branch, several days -----------------------------------------------------------------------


@pytest.fixture
def linked(problem: Problem) -> tuple[Problem, Plan]:
    """Return a plan of two days: Ann and Ben serve O1 together on Monday, Ben O2 on Tuesday after a stop."""
    shifts = tuple(replace(s, day=d, start_s=s.start_s + d * DAY_S, end_s=s.end_s + d * DAY_S, break_=None)
                   for s in problem.shifts for d in (0, 1))  # fmt: skip
    over_two = replace(problem, days=2, shifts=shifts, shifts_around=())
    window = Interval(at(9), at(11))
    crew = Stop("O1", at(8, 55), at(9, 15), at(10), at(8, 45), window, crew=("T1", "T2"), lead="T2")
    alone = Stop("O2", at(10, day=1), at(10, day=1), at(11, day=1), at(9, day=1), Interval(at(9, day=1), at(11, day=1)))
    stop = BranchStop(0, at(9, day=1), at(9, 5, day=1), at(9, 20, day=1), at(8, 45, day=1))
    routes = (
        Route("T1", 0, at(8, 45), at(11), (crew,)),
        Route("T2", 0, at(8, 45), at(11), (crew,)),
        Route("T2", 1, at(8, 45, day=1), at(12, day=1), (alone,), BreakTaken(2, at(11, day=1)), stop),
    )
    reason = Reason(ReasonCode.CREW_LEAD, proven=True, day=1, subject="aircon", visit_id="O1")
    return over_two, Plan(routes, (UnassignedVisit("O9", UnassignedState.WAITS, None, (reason,)),), {Rule.TRAVEL: 5})


def test_a_crew_a_stop_and_two_days_there_and_back(linked: tuple[Problem, Plan], tmp_path: Path) -> None:
    problem, plan = linked
    write_plan(plan, problem, ten_minutes_apart(problem), RUN, tmp_path / "plan.json")
    again, _, plan_again = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert (again, plan_again) == (in_normal_order(problem), plan)


def test_how_a_crew_and_a_stop_are_written(linked: tuple[Problem, Plan]) -> None:
    problem, plan = linked
    routes = plan_to_json(plan, problem, ten_minutes_apart(problem), RUN)["routes"]
    assert [(route["technician"], route["date"]) for route in routes] == [
        ("T1", "2026-11-23"), ("T2", "2026-11-23"), ("T2", "2026-11-24")
    ]  # fmt: skip
    assert {(tuple(route["stops"][0]["crew"]), route["stops"][0]["lead"]) for route in routes[:2]} == {
        (("T1", "T2"), "T2")
    }
    assert (routes[2]["stops"][0]["crew"], routes[2]["stops"][0]["lead"]) == (["T2"], "T2")
    assert routes[2]["branch_stop"] == {
        "before": 0,
        "arrive": "2026-11-24T09:00:00+08:00",
        "start": "2026-11-24T09:05:00+08:00",
        "end": "2026-11-24T09:20:00+08:00",
        "leave_by": "2026-11-24T08:45:00+08:00",
    }
    assert "branch_stop" not in routes[0]


def test_a_stop_at_the_branch_may_stand_among_the_visits(linked: tuple[Problem, Plan], tmp_path: Path) -> None:
    problem, plan = linked
    document = json.loads(json_text(plan_to_json(plan, problem, ten_minutes_apart(problem), RUN)))
    stop = document["routes"][2].pop("branch_stop")
    document["routes"][2]["stops"].insert(0, {**stop, "visit": "0"})
    write_json(document, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json", time_routes=time_routes)[2] == plan


def test_the_neutral_form_with_a_stop_at_the_branch(problem: Problem, tmp_path: Path) -> None:
    write_json({"routes": {"T1": ["0", "O1"]}}, tmp_path / "plan.json")
    _, matrix, plan = read_plan(tmp_path / "plan.json", tmp_path / "branch", time_routes=time_routes)
    assert plan == time_routes(problem, matrix, {"T1": ["0", "O1"]})
    assert plan.routes_by_technician() == {"T1": ["0", "O1"]}


def test_routes_without_times_are_of_their_dates_when_several_days_are_planned(
    linked: tuple[Problem, Plan], tmp_path: Path
) -> None:
    problem, plan = linked
    document = json.loads(json_text(plan_to_json(plan, problem, ten_minutes_apart(problem), RUN)))
    document["routes"] = [
        {"technician": "T1", "stops": [{"visit": "O1"}]},
        {"technician": "T1", "date": "2026-11-24", "stops": [{"visit": "O2"}], "branch_stop": {"before": 0}},
    ]
    write_json(document, tmp_path / "plan.json")
    _, matrix, timed = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert timed == time_routes(problem, matrix, {("T1", 0): ["O1"], ("T1", 1): ["0", "O2"]})
    document["routes"][0]["date"] = "2026-11-24"
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError, match="'T1' has two routes on one day"):
        read_plan(tmp_path / "plan.json", time_routes=time_routes)


# --- faults -------------------------------------------------------------------------------------------------------

BAD_VALUES: list[tuple[str, object, str]] = [
    ("routes", 5, "plan.json at /routes: Expected an object with the routes of a plan."),
    ("routes", {"T1": "O1"}, "plan.json at /routes/T1: Expected an array of texts."),
    ("routes/0", [], "plan.json at /routes/0: Expected an object."),
    ("routes/0/technician", 5, "plan.json at /routes/0/technician: '5' has the wrong type. Expected text."),
    ("routes/0/technician", None, "plan.json at /routes/0/technician: 'null' has the wrong type. Expected text."),
    ("routes/0/depart", "08:45", "plan.json at /routes/0/depart: '08:45' is not a date and time."),
    ("routes/0/date", "Monday", "plan.json at /routes/0/date: 'Monday' is not a date."),
    ("routes/0/break", "noon", "plan.json at /routes/0/break: Expected an object."),
    ("routes/0/break/slot", "3", "plan.json at /routes/0/break/slot: '3' has the wrong type. Expected a whole number."),
    ("routes/0/stops", {}, "plan.json at /routes/0/stops: Expected an array."),
    ("routes/0/stops/0", "O1", "plan.json at /routes/0/stops/0: Expected an object."),
    ("routes/0/stops/0/visit", "", "plan.json at /routes/0/stops/0/visit: The id is empty."),
    ("routes/0/stops/0/start", 5, "plan.json at /routes/0/stops/0/start: '5' has the wrong type. Expected text."),
    ("routes/0/stops/0/window", {}, "plan.json at /routes/0/stops/0/window/close: The key 'close' is missing."),
    ("routes/0/stops/0/lateness_s", 1.5, "plan.json at /routes/0/stops/0/lateness_s: '1.5' has the wrong type."),
    ("routes/0/stops/0/parts", ["P1:x"], "plan.json at /routes/0/stops/0/parts: In 'P1:x' the amount is not"),
    ("routes/0/stops/0/crew", "T1", "plan.json at /routes/0/stops/0/crew: 'T1' has the wrong type. Expected an array"),
    ("routes/0/stops/0/crew", ["T1", 5], "plan.json at /routes/0/stops/0/crew: The list holds something other than"),
    ("routes/0/stops/0/lead", 5, "plan.json at /routes/0/stops/0/lead: '5' has the wrong type. Expected text."),
    ("routes/0/stops/0/pinned", "no", "plan.json at /routes/0/stops/0/pinned: 'no' has the wrong type."),
    ("unassigned/0/state", "lost", "plan.json at /unassigned/0/state: 'lost' is not a value known here."),
    (
        "unassigned/0/reasons/0/code",
        "BAD",
        "plan.json at /unassigned/0/reasons/0/code: 'BAD' is not a value known here.",
    ),
    ("costs", {"travel": 5, "luck": 1}, "plan.json at /costs/luck: 'luck' is not the name of a rule."),
    ("costs/travel", 5.5, "plan.json at /costs/travel: '5.5' has the wrong type. Expected a whole number."),
    ("problem/orders/0/service", "45", "plan.json at /problem/orders/0/service: '45' has the wrong type."),
    ("problem/format", "x", "plan.json at /problem/format: The format is 'x'."),
    ("matrix/keys", ["branch", "branch"], "plan.json at /matrix/keys: Expected an array of texts, each once."),
    ("matrix/seconds", [], "plan.json at /matrix/seconds: The matrix is not 1 x 5 x 5 of whole numbers."),
    ("matrix/seconds/0/1", [0, 1, 2, 3], "plan.json at /matrix/seconds: The matrix is not 1 x 5 x 5 of whole numbers."),
    ("matrix/metres/0/1/0", 5.5, "plan.json at /matrix/metres: The matrix is not 1 x 5 x 5 of whole numbers."),
    ("matrix/metres/0/1/0", -7, "plan.json at /matrix/metres: The matrix is not 1 x 5 x 5 of whole numbers."),
    ("matrix/seconds/0/1/0", 601, "plan.json at /matrix/sha256: The matrix is not the one that the plan was made with"),
    ("matrix", 5, "plan.json at /matrix/keys: Expected an array of texts, each once."),
    ("format", "paigong.plan/3", "plan.json at /format: The format is 'paigong.plan/3'."),
    ("facts_sha256", "2:00", "plan.json at /facts_sha256: '2:00' is not a digest of a version known here."),
    ("facts_sha256", "1:00", "plan.json at /facts_sha256: The problem is not the one that the plan was made for"),
    ("problem/orders/0/service", "PT46M", "plan.json at /facts_sha256: The problem is not the one that the plan"),
    ("problem/orders/0/colour", "red", "plan.json at /facts_sha256: The problem is not the one that the plan"),
    ("bound", "5", "plan.json at /bound: '5' has the wrong type. Expected a whole number."),
    ("kpis", [], "plan.json at /kpis: Expected an object."),
    ("accepted", {}, "plan.json at /accepted: Expected an array."),
    ("accepted", [{"rule": "luck", "amount": 1, "unit": ""}], "plan.json at /accepted/0/rule: 'luck' is not a value"),
    ("accepted", [{"rule": "skill", "unit": ""}], "plan.json at /accepted/0/amount: The key 'amount' is missing."),
    ("matrix/miles", [], "plan.json at /matrix/miles: A plan file has no key 'miles'."),
    ("bonus", 5, "plan.json at /bonus: A plan file has no key 'bonus'. Take it out, or correct its name."),
    ("routes/0/driver", "T2", "plan.json at /routes/0/driver: A plan file has no key 'driver'."),
    ("routes/0/break/long", 5, "plan.json at /routes/0/break/long: A plan file has no key 'long'."),
    ("routes/0/stops/0/leave", 5, "plan.json at /routes/0/stops/0/leave: A plan file has no key 'leave'. Take"),
    ("routes/0/stops/0/window/from", 5, "plan.json at /routes/0/stops/0/window/from: A plan file has no key 'from'."),
    ("routes/0/branch_stop", "noon", "plan.json at /routes/0/branch_stop: Expected an object."),
    ("unassigned/0/cost", 5, "plan.json at /unassigned/0/cost: A plan file has no key 'cost'."),
    ("unassigned/0/reasons/0/sure", True, "plan.json at /unassigned/0/reasons/0/sure: A plan file has no key 'sure'."),
]
#: Every time of a plan with a break and a stop at the branch.
TIMES = [
    *(f"routes/0/{name}" for name in ("depart", "return")),
    *(f"routes/0/stops/0/{name}" for name in ("arrive", "start", "end", "leave_by", "window", "lateness_s")),
    *(f"routes/0/branch_stop/{name}" for name in ("arrive", "start", "end", "leave_by")),
]


@pytest.mark.parametrize("pointer", TIMES)
def test_a_time_that_is_missing_beside_others_is_a_fault(
    pointer: str, document: dict[str, Any], tmp_path: Path
) -> None:
    moments = dict.fromkeys(("arrive", "start", "end", "leave_by"), "2026-11-23T09:00:00+08:00")
    document["routes"][0]["branch_stop"] = {"before": 0, **moments}
    *parents, last = pointer.split("/")
    target: Any = document
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target[name]
    del target[last]
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert [issue.text() for issue in caught.value.report.errors] == [
        f"plan.json at /{pointer}: The time '{last}' is missing, while others are stated. "
        "State every time of every route, or none: then the plan is timed anew."
    ]


@pytest.mark.parametrize("left", ["break", "leave_by", "window", "lateness_s"])
def test_one_time_left_of_all_is_a_fault_too(left: str, document: dict[str, Any], tmp_path: Path) -> None:
    route = document["routes"][0]
    on_route, on_stop = {key: route[key] for key in route.keys() & {left}}, route["stops"][0]
    stop = {"visit": "O1"} | {key: on_stop[key] for key in on_stop.keys() & {left}}
    document["routes"] = [{"technician": "T1", **on_route, "stops": [stop]}]
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError, match="The time 'depart' is missing"):
        read_plan(tmp_path / "plan.json", time_routes=time_routes)


@pytest.mark.parametrize("pointer", ["format", "facts_sha256", "matrix/sha256"])
def test_what_a_plan_with_times_cannot_do_without(pointer: str, document: dict[str, Any], tmp_path: Path) -> None:
    *parents, last = pointer.split("/")
    del (document[parents[0]] if parents else document)[last]
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError, match=f"The key '{last}' is missing"):
        read_plan(tmp_path / "plan.json", time_routes=time_routes)


def test_what_a_plan_without_times_says_beside_its_routes_is_listed(document: dict[str, Any], tmp_path: Path) -> None:
    document["routes"] = [{"technician": "T1", "stops": [{"visit": "O1", "lead": "T1", "parts": []}]}]
    document["bound"] = 5
    write_json(document, tmp_path / "plan.json")
    file = read_plan_file(tmp_path / "plan.json", time_routes=time_routes)
    assert not file.is_timed
    listed = {one.path: one.why(translator("en")) for one in file.not_judged}
    assert listed["/routes"] == "A plan without times says who visits whom, no more; not looked at: lead, parts."
    assert {"/unassigned", "/costs", "/kpis", "/bound", "/run", "/matrix/provenance"} < listed.keys()
    document = {"routes": {"T1": ["O1"]}, "problem": document["problem"], "colour": "red"}
    write_json(document, tmp_path / "plan.json")
    file = read_plan_file(tmp_path / "plan.json", time_routes=time_routes)
    assert [one.path for one in file.not_judged] == ["/colour", "/problem/branch/as_of", "/facts_sha256", "/matrix"]


@pytest.mark.parametrize(("pointer", "value", "line"), BAD_VALUES, ids=[f"{p}={v!r}"[:50] for p, v, _ in BAD_VALUES])
def test_a_wrong_value_is_named_by_its_path(
    pointer: str, value: object, line: str, document: dict[str, Any], tmp_path: Path
) -> None:
    *parents, last = pointer.split("/")
    target: Any = document
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target[name]
    target[int(last) if isinstance(target, list) else last] = value
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert caught.value.report.errors[0].text().startswith(line)
    assert caught.value.report.text("zh") != caught.value.report.text("en")


def test_two_routes_of_one_day(document: dict[str, Any], tmp_path: Path) -> None:
    document["routes"].append(copy.deepcopy(document["routes"][0]))
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError, match="'T1' has two routes on one day"):
        read_plan(tmp_path / "plan.json", time_routes=time_routes)
    document["routes"] = [{"technician": "T1", "date": day, "stops": []} for day in ("2026-11-23", "2026-11-24")]
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError, match="'T1' has two routes on one day"):  # without times, both are of the first day
        read_plan(tmp_path / "plan.json", time_routes=time_routes)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "JSON_SYNTAX"),
        (b"[]", "PLAN_SHAPE"),
        (b"{}", "PLAN_SHAPE"),
        (b'{"routes": {"T1": ["O1"], "T1": []}}', "JSON_DUPLICATE_KEY"),
        (b"\xff\xfe{", "FILE_UTF16"),
    ],
)
def test_a_file_that_is_no_plan(content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert [issue.code for issue in caught.value.report.issues] == [code]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_plan(tmp_path / "plan.json", time_routes=time_routes)


def test_a_benchmarks_plane_needs_no_map(problem: Problem, tmp_path: Path) -> None:
    plane = replace(problem, visits=tuple(replace(v, place=Place(500.0, 0.0)) for v in problem.visits))
    matrix = ten_minutes_apart(plane)
    write_plan(time_routes(plane, matrix, {}), plane, matrix, RUN, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json", time_routes=time_routes)[0] == plane


@pytest.mark.parametrize(
    ("stop", "line"),
    [
        (
            {"before": 2},
            "plan.json at /routes/0/branch_stop/before: '2' is not the number of a stop of the route, from 0.",
        ),
        (
            {"before": "0"},
            "plan.json at /routes/0/branch_stop/before: '0' has the wrong type. Expected a whole number.",
        ),
        ({"leave_by": 5}, "plan.json at /routes/0/branch_stop/leave_by: '5' has the wrong type. Expected text."),
    ],
)
def test_a_wrong_stop_at_the_branch(
    stop: dict[str, object], line: str, document: dict[str, Any], tmp_path: Path
) -> None:
    moments = dict.fromkeys(("arrive", "start", "end", "leave_by"), "2026-11-23T09:00:00+08:00")
    document["routes"][0]["branch_stop"] = {"before": 0, **moments, **stop}
    write_json(document, tmp_path / "plan.json")
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert caught.value.report.errors[0].text().startswith(line)
    assert caught.value.report.text("zh") != caught.value.report.text("en")


def test_routes_alone_are_timed_by_the_travel_that_their_problem_brings(problem: Problem, tmp_path: Path) -> None:
    matrix = ten_minutes_apart(problem)
    own = {"keys": list(matrix.keys), "seconds": np.where(matrix.seconds[0] < 0, 600, matrix.seconds[0]).tolist()}
    document = {"routes": {"T1": ["O1"]}, "problem": problem_to_json(problem) | {"matrix": own}}
    write_json(document, tmp_path / "routes.json")
    _, read, _ = read_plan(tmp_path / "routes.json", time_routes=time_routes)
    assert (read.travel_s("car", "branch", "O1"), read.provenance["file"]) == (600, "routes.json")
    own["seconds"][0][1] = -1
    write_json(document, tmp_path / "routes.json")
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "routes.json", time_routes=time_routes)
    assert [issue.path for issue in caught.value.report.errors] == ["/problem/matrix/seconds/0/1"]
