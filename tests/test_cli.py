"""The command line as a coordinator meets it: files in, files out, faults in one report, Ctrl-C answered."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app

HANGZHOU = Path(__file__).parent.parent / "data" / "hangzhou"
RUN = CliRunner()


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo branch planned in work mode."""
    out = tmp_path_factory.mktemp("out")
    result = RUN.invoke(app, ["plan", str(HANGZHOU), "--out", str(out), "--iterations", "2000", "--lang", "en"])
    assert result.exit_code == 0, result.output
    return out


def test_it_writes_the_three_files_and_nothing_else(planned: Path) -> None:
    assert sorted(file.name for file in planned.iterdir()) == ["plan.html", "plan.json", "plan.xlsx"]


def test_the_written_plan_is_judged_clean(planned: Path) -> None:
    result = RUN.invoke(app, ["judge", str(planned / "plan.json"), "--lang", "en"])
    assert result.exit_code == 0
    assert "No rule is broken." in result.output


def test_a_broken_plan_is_refused_with_its_amount(planned: Path, tmp_path: Path) -> None:
    plan = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    route = plan["routes"][0]
    route["stops"].append(dict(plan["routes"][1]["stops"][0]))
    broken = tmp_path / "plan.json"
    broken.write_text(json.dumps(plan), encoding="utf-8")
    result = RUN.invoke(app, ["judge", str(broken), "--lang", "en"])
    assert result.exit_code == 1
    assert "once" in result.output


def test_the_same_data_in_another_row_order_gives_the_same_plan_byte_for_byte(planned: Path, tmp_path: Path) -> None:
    shuffled = tmp_path / "branch"
    shutil.copytree(HANGZHOU, shuffled)
    for name in ("orders", "customers", "technicians", "skills", "shifts", "parts"):
        file = shuffled / f"{name}.csv"
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["plan", str(shuffled), "--out", str(out), "--iterations", "2000", "--lang", "en", "--threads", "2"]
    assert RUN.invoke(app, arguments).exit_code == 0
    first, second = (json.loads((folder / "plan.json").read_text(encoding="utf-8")) for folder in (planned, out))
    del first["run"], second["run"]
    assert json.dumps(first, ensure_ascii=False) == json.dumps(second, ensure_ascii=False)


def test_faults_are_one_report_with_exit_code_2_and_nothing_is_written(tmp_path: Path) -> None:
    bad = tmp_path / "branch"
    shutil.copytree(HANGZHOU, bad)
    orders = bad / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace("D001,K001", "D001,K999"), encoding="utf-8")
    (bad / "shifts.csv").write_text("technician_id,date,start,end\nT01,2026-11-23,17:30,08:30\n", encoding="utf-8")
    out = tmp_path / "out"
    result = RUN.invoke(app, ["plan", str(bad), "--out", str(out), "--lang", "en"])
    assert result.exit_code == 2
    assert "K999" in result.output
    assert "shifts.csv" in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


def test_faults_come_as_json_too(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["plan", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"), "--json-faults"])
    assert result.exit_code == 2
    faults = json.loads(result.stderr)
    assert {"code", "file", "row", "column", "value", "cause", "action"} <= set(faults[0])


def test_export_writes_a_problem_that_plans_the_same(planned: Path, tmp_path: Path) -> None:
    wire = tmp_path / "problem.json"
    assert RUN.invoke(app, ["export", str(HANGZHOU), "--json", str(wire)]).exit_code == 0
    out = tmp_path / "out"
    arguments = ["plan", str(wire), "--out", str(out), "--iterations", "2000", "--lang", "en"]
    assert RUN.invoke(app, arguments).exit_code == 0
    first, second = (json.loads((folder / "plan.json").read_text(encoding="utf-8")) for folder in (planned, out))
    assert first["routes"] == second["routes"]


@pytest.mark.parametrize("budget", [["--seconds", "0"], ["--iterations", "1"], ["--iterations", "0"]])
def test_tiny_budgets_give_a_judged_plan(tmp_path: Path, budget: list[str]) -> None:
    result = RUN.invoke(app, ["plan", str(HANGZHOU), "--out", str(tmp_path), *budget, "--lang", "en"])
    # Seconds 0 finds nothing, and the demo branch has a locked visit that may not be left out.
    assert result.exit_code in (0, 3)
    assert "Traceback" not in result.output


def test_a_day_without_technicians_is_a_plan_with_every_order_unassigned(tmp_path: Path) -> None:
    empty = tmp_path / "branch"
    shutil.copytree(HANGZHOU, empty, ignore=shutil.ignore_patterns("shifts.csv", "locks.csv", "published.csv"))
    out = tmp_path / "out"
    result = RUN.invoke(app, ["plan", str(empty), "--out", str(out), "--iterations", "10", "--lang", "en"])
    assert result.exit_code == 0, result.output
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert plan["routes"] == []
    assert len(plan["unassigned"]) == 60
    assert all(entry["reasons"] for entry in plan["unassigned"])


def test_ctrl_c_writes_the_best_plan_so_far(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "optimizer.cli", "plan", str(HANGZHOU), "--out", str(tmp_path), "--seconds", "60"]
    process = subprocess.Popen(
        [*command, "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "stopped early" in output
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["run"]["stopped"] == "interrupted"
