"""The command line: one JSON line, a plan in the neutral form, an exit code that says what happened."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.__main__ import LEFT, UNREADABLE, WAITS, main
from benchmarks.instances import read_instance
from benchmarks.records import neutral_plan
from tests.benchmarks.worlds import (
    EARLY_LEAVER,
    FOUR_ERRANDS,
    SIX_ORDERS,
    THREE_CUSTOMERS,
    THREE_PATIENTS,
    THREE_REQUESTS,
    TWO_PRIZES,
)

if TYPE_CHECKING:
    from pathlib import Path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(arguments) == 0
    (line,) = capsys.readouterr().out.splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def test_a_day_is_solved_judged_and_valued(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    record = _run(capsys, "solve", str(SIX_ORDERS), "--iterations", "2000", "--seed", "3", "--plan", str(plan))
    routes = json.loads(plan.read_text(encoding="utf-8"))["routes"]
    as_text = {who: [str(visit) for visit in stops] for who, stops in routes.items()}
    assert read_instance(SIX_ORDERS).measure(as_text).value == record["objective"] == record["judge_cents"]
    assert record["objective"] <= 134_961  # the plan by hand of readers/test_days.py
    assert record["served"] + record["unassigned"] == 6
    assert (record["instance"], record["seed"], record["feasible"]) == ("six_orders", 3, True)
    assert all(isinstance(visit, int) for stops in routes.values() for visit in stops)


def test_a_pillac_instance_is_solved_to_its_optimum(capsys: pytest.CaptureFixture[str]) -> None:
    record = _run(capsys, "solve", str(THREE_REQUESTS), "--iterations", "2000")
    # 3 alone takes 20.1333 x 2 + 45 = 85.2666 minutes, 4 alone 151.3334, both in one day 245.8.
    # 5 alone takes 65. Beside 4 it adds 20.3333 + 45 + 10 - 30.6667 = 44.6666, beside 3 it adds
    # 25 + 45 + 10 - 20.1333 = 59.8667. So 3 on one day, 4 and 5 on the other: 85.2666 + 196.
    assert record["unassigned"] == 0
    assert record["objective"] == pytest.approx(281.2666, abs=1e-3)
    assert record["gap_pct"] is None


def test_a_routing_instance_is_solved_to_its_optimum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = THREE_CUSTOMERS.read_text(encoding="utf-8").replace("2          10", "2          12")
    (tmp_path / "roomy.txt").write_text(text, encoding="utf-8")
    (tmp_path / "bks.csv").write_text(
        "instance,bks,convention\nroomy,14.7,distance_only_double\nroomy,14.6,dimacs_trunc1\n", encoding="utf-8"
    )
    # 1 is due at 20, so before 3, which opens at 30: 1 3 2 takes 15.0, 1 2 3 19.6, 2 1 3 14.6, two routes 17.4.
    record = _run(capsys, "solve", str(tmp_path / "roomy.txt"), "--iterations", "2000")
    assert (record["objective"], record["judge_cents"], record["unassigned"]) == (14.6, 146, 0)
    assert (record["format"], record["best_known"], record["gap_pct"]) == ("vrptw", 14.6, 0.0)


def test_a_vehicle_that_is_full_leaves_a_customer_to_another(capsys: pytest.CaptureFixture[str]) -> None:
    # Two of the three fit. 2 alone: 2.8 + 14.6 (1 3); 3 alone: 12.0 + 10.0 (2 1); 1 alone: 10.0 + 12.4 (2 3).
    record = _run(capsys, "solve", str(THREE_CUSTOMERS), "--iterations", "2000")
    assert (record["objective"], record["judge_cents"], record["unassigned"]) == (17.4, 174, 0)


def test_a_customer_whose_prize_is_less_than_the_way_stays_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Both are 14.6, without 2 it is 12.0 and the prize of 2, without 3 10.0 and 20, nobody 20 and the prize of 2.
    record = _run(capsys, "solve", str(TWO_PRIZES), "--iterations", "2000")
    assert (record["objective"], record["judge_cents"], record["unassigned"]) == (14.6, 146, 0)
    text = TWO_PRIZES.read_text(encoding="utf-8").replace("\n2 5\n", "\n2 2\n")
    (tmp_path / "less.vrp").write_text(text, encoding="utf-8")
    (tmp_path / "bks.csv").write_text("instance,bks\nless,14.0\n", encoding="utf-8")
    record = _run(capsys, "solve", str(tmp_path / "less.vrp"), "--iterations", "2000")
    assert (record["objective"], record["judge_cents"], record["unassigned"]) == (14.0, 140, 1)
    assert (record["feasible"], record["gap_pct"]) == (True, 0.0)


def test_a_stop_at_the_depot_is_planned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    # Worked out in readers/test_pillac.py.
    record = _run(capsys, "solve", str(FOUR_ERRANDS), "--iterations", "2000", "--plan", str(plan))
    assert json.loads(plan.read_text(encoding="utf-8")) == {"routes": {"1": [2, 3, 0, 4, 5]}}
    assert (record["objective"], record["served"], record["unassigned"], record["feasible"]) == (52.0, 4, 0, True)


def test_double_services_are_planned(capsys: pytest.CaptureFixture[str]) -> None:
    # Two people go to p2 and p3, 20 + 10 + 30 each, one of them over p1, 10 + 15 instead of 20. Nobody is late.
    record = _run(capsys, "solve", str(THREE_PATIENTS), "--iterations", "2000")
    assert record["objective"] == pytest.approx(125 / 3, abs=1e-4)
    assert (record["served"], record["unassigned"], record["feasible"]) == (4, 0, True)


def test_an_instance_that_needs_more_says_what_it_waits_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    assert main(["solve", str(EARLY_LEAVER), "--plan", str(plan)]) == WAITS
    record = json.loads(capsys.readouterr().out)
    assert record == {"instance": "early_leaver", "format": "hhcrsp", "waits_for": ["crew of which one leaves sooner"]}
    assert not plan.exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.txt").write_text("hello", encoding="utf-8")
    assert main(["solve", str(tmp_path / "x.txt")]) == UNREADABLE
    assert "not in a known format" in capsys.readouterr().err
    assert main(["solve", str(tmp_path / "absent.txt")]) == UNREADABLE
    assert "absent.txt" in capsys.readouterr().err


def test_ids_that_are_no_numbers_stay_text() -> None:
    assert neutral_plan({"T2": ("7", "A1"), "T1": ()}) == {"routes": {"T1": [], "T2": [7, "A1"]}}


def test_a_campaign_and_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, picture = tmp_path / "results.jsonl", tmp_path / "scatter.svg"
    command = ["run", str(SIX_ORDERS), "--iterations", "2000", "--seeds", "1,2", "--out", str(out)]
    assert main(command) == 0
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert main(command) == 0
    assert "nothing left to run" in capsys.readouterr().err
    assert main(["compare", str(out), "--against", str(out), "--svg", str(picture)]) == 0
    table = capsys.readouterr().out
    assert "### paigong, 2000 moves against paigong, 2000 moves" in table
    assert "| six_orders | 2 |" in table
    assert picture.read_text(encoding="utf-8").count("<circle") == 1


def test_a_campaign_says_by_its_code_what_was_not_planned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "results.jsonl")
    assert main(["run", str(EARLY_LEAVER), "--out", out]) == WAITS
    (tmp_path / "x.txt").write_text("hello", encoding="utf-8")
    assert main(["run", str(tmp_path / "x.txt"), str(EARLY_LEAVER), "--out", out]) == UNREADABLE
    assert main(["run", str(tmp_path / "absent.txt"), "--out", out]) == UNREADABLE
    assert main(["compare", str(tmp_path / "absent.jsonl")]) == UNREADABLE
    with pytest.raises(SystemExit):
        main(["run", str(THREE_CUSTOMERS), "--seeds", "one", "--out", out])
    assert "expected whole numbers like 1,2,3" in capsys.readouterr().err


def test_a_page_in_pieces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        'title = "tiny"\n[[section]]\nname = "a"\ntitle = "A"\ninstances = ["*.txt"]\n[[section.run]]\niterations = 500'
    )
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    shutil.copy(THREE_CUSTOMERS, tmp_path)
    out = tmp_path / "out"
    command = ["page", str(tmp_path / "p.toml"), "--data", str(tmp_path), "--out", str(out)]
    assert main([*command, "--minutes", "0.001"]) == LEFT
    assert "stopped before three_customers" in capsys.readouterr().err
    assert main([*command, "--worker", "1/1"]) == 0
    assert main([*command, "--report"]) == 0
    assert "| three_customers | 17.4 | 17.4 |" in (out / "p.md").read_text(encoding="utf-8")
    assert main([*command, "--only", "b"]) == UNREADABLE
    assert "no section b; there are a" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*command, "--worker", "3/2"])
    assert "expected the first or second of two as 1/2 or 2/2" in capsys.readouterr().err
