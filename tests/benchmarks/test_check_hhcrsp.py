"""The check that shares nothing with the optimizer: by hand on three patients, and against the other measure."""

from __future__ import annotations

import ast
import json
import random
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks import check_hhcrsp
from benchmarks.check_hhcrsp import check, main
from benchmarks.measure_hhcrsp import measure_hhcrsp
from benchmarks.readers import hhcrsp
from tests.benchmarks.worlds import THREE_PATIENTS

TEXT = THREE_PATIENTS.read_text(encoding="utf-8")
ROUTES = {"c1": ["p1", "p2/1", "p3/1"], "c2": ["p2/2", "p3/2"]}


def _check(routes: dict[str, Any], text: str = TEXT) -> check_hhcrsp.Report:
    return check(text, json.dumps({"routes": routes}))


def test_it_imports_the_standard_library_only() -> None:
    tree = ast.parse(Path(check_hhcrsp.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_plan_by_hand() -> None:
    # c1: p1 at 10 until 15, p2 at 30 until 35, p3 at 45, waits until 50. c2: p2 at 20, waits until 30, p3 at 60.
    report = _check(ROUTES)
    starts = {f"{name}/{k + 1}": start for (name, k), start in report.starts.items() if name}
    assert starts == {"p1/1": 10, "p2/1": 30, "p2/2": 30, "p3/1": 50, "p3/2": 60}
    # Travel 10 + 15 + 10 + 30 and 20 + 10 + 30; nobody is late.
    assert (report.distance, report.total_tardiness, report.faults) == (125, 0, [])
    assert report.objective == Decimal(125) / 3


def test_sum_and_largest_tardiness_both_count() -> None:
    # c3: p2 at 30 until 35, p1 at 50, 30 late. c1: p2 at 30 until 35, p3 at 50; c2: p3 at 60, open until 60.
    report = _check({"c1": ["p2/1", "p3/1"], "c2": ["p3/2"], "c3": ["p2/2", "p1"]})
    assert (report.distance, report.total_tardiness, report.largest_tardiness) == (165, 30, 30)
    assert report.objective == 75


def test_the_first_waits_when_the_second_would_come_too_long_after_it() -> None:
    # The second service of p2 lasts 40: c2 is at p3 at 80, so that c1 starts there at 60 and not at 50; 20 late.
    world = json.loads(TEXT)
    world["patients"][1]["required_caregivers"][1]["duration"] = 40.0
    report = _check(ROUTES, json.dumps(world))
    assert (report.starts["p3", 0], report.starts["p3", 1], report.total_tardiness) == (60, 80, 20)


def test_tardiness_is_exact_to_the_last_decimal() -> None:
    # In doubles 0.1 + 0.2 is more than 0.3, and p1 would be late.
    world = json.loads(TEXT)
    world["patients"] = world["patients"][:1]
    world["patients"][0]["time_window"] = [0.1, 0.3]
    world["distances"] = [[0, 0.3], [0.1, 0]]
    report = _check({"c1": ["p1"]}, json.dumps(world))
    assert (report.total_tardiness, report.distance) == (0, Decimal("0.4"))


def test_two_together_may_be_named_by_the_patient() -> None:
    for pair in (("c1", "c2"), ("c1", "c3"), ("c3", "c2")):
        assert ("p2", 0) in _check({who: ["p2"] for who in pair}).starts
    assert _check({"c1": ["p1", "p2", "p3/1"], "c2": ["p2", "p3/2"]}).objective == _check(ROUTES).objective


def test_two_who_can_do_either_are_told_apart_where_it_matters() -> None:
    world = json.loads(TEXT)
    world["caregivers"][0]["abilities"] = ["s1", "s2"]
    together = {"c1": ["p2"], "c3": ["p2"]}
    assert ("p2", 1) in _check(together, json.dumps(world)).starts
    world["patients"][1]["required_caregivers"][1]["duration"] = 9.0
    assert "c1: p2 does not name one service" in _check(together, json.dumps(world)).faults


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ({"c9": ["p1"]}, "c9 is no caregiver"),
        ({"c1": ["p7"]}, "c1: p7 does not name one service"),
        ({"c1": ["p2/3"]}, "c1: p2/3 does not name one service"),
        ({"c1": ["p1/1"]}, "c1: p1/1 does not name one service"),
        ({"c1": ["p3"], "c2": ["p3"]}, "c1: p3 does not name one service"),
        ({"c1": ["p2"]}, "c1: p2 does not name one service"),
        ({"c1": ["p1"], "c3": ["p1"]}, "service 1 of p1 is done 2 times"),
        ({"c1": ["p1"]}, "nobody does service 2 of p3"),
        ({"c1": ["p2/1", "p3/1"], "c2": ["p1", "p2/2", "p3/2"]}, "c2 cannot do s1 at p1"),
        ({"c3": ["p3/1", "p3/2"]}, "c3 does both services of p3"),
        (
            {"c1": ["p1", "p2/1", "p3/1"], "c2": ["p3/2", "p2/2"]},
            "wait for each other: p3/1, p3/2, p2/2, p2/1",
        ),
    ],
)
def test_faults_are_named(routes: dict[str, list[str]], fault: str) -> None:
    assert fault in _check(routes).faults


def test_both_measures_agree_on_random_plans() -> None:
    instance, random_order, agreed = hhcrsp.parse(TEXT, name="three"), random.Random(5), 0
    for _ in range(300):
        stops = ["p1", "p2/1", "p2/2", "p3/1", "p3/2"]
        random_order.shuffle(stops)
        routes: dict[str, list[str]] = {"c1": [], "c2": [], "c3": []}
        for stop in stops:
            routes[random_order.choice(["c1" if stop in ("p1", "p2/1", "p3/1") else "c2", "c3"])].append(stop)
        report, measured = _check(routes), measure_hhcrsp(instance, routes)
        assert (not report.faults) == measured.is_feasible
        if measured.is_feasible:
            assert float(report.objective) == pytest.approx(measured.value)
            agreed += 1
    assert agreed > 30


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"routes": ROUTES}), encoding="utf-8")
    assert main([str(THREE_PATIENTS), str(plan)]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["instance"], line["feasible"], line["objective"]) == ("three_patients", True, 41.6667)
    plan.write_text('{"routes": {"c1": ["p1"]}}', encoding="utf-8")
    assert main([str(THREE_PATIENTS), str(plan)]) == 1
    assert json.loads(capsys.readouterr().out)["faults"][0] == "nobody does service 1 of p2"
    assert main([str(THREE_PATIENTS), str(tmp_path / "absent.json")]) == 2
    plan.write_text("[]", encoding="utf-8")
    assert main([str(THREE_PATIENTS), str(plan)]) == 2
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
