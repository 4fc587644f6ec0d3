"""The command line as a coordinator meets it: files in, files out, faults in one report, Ctrl-C answered."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.running.warming import warm_up
from tests.ingest.workbooks import write_workbook
from tests.ingest.worlds import two_orders, with_cell, write_folder
from tests.processes import solver_pids, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

HANGZHOU = Path(__file__).parent.parent / "data" / "hangzhou"
RUN = CliRunner()


def run(*arguments: object) -> str:
    result = RUN.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo branch planned in work mode."""
    out = tmp_path_factory.mktemp("out")
    result = RUN.invoke(app, ["plan", str(HANGZHOU), "--out", str(out), "--iterations", "2000", "--lang", "en"])
    assert result.exit_code == 0, result.output
    return out


def test_the_help_names_each_exit_code_and_what_a_default_depends_on() -> None:
    wide = {"COLUMNS": "400", "TERM": "dumb"}
    shown = RUN.invoke(app, ["--help", "--lang", "en"], env=wide).output
    assert all(f" {code} " in shown.partition("Exit codes:")[2] for code in (*range(5), 130, 143))
    shown = RUN.invoke(app, ["plan", "--help", "--lang", "en"], env=wide).output
    for default in ("(10)", "(what the branch says, or 1)", "(as many as threads; 1 with --iterations)", "(off)"):
        assert f"[default: {default}]" in shown


def test_it_writes_the_three_files_and_one_a_technician(planned: Path) -> None:
    assert sorted(file.name for file in planned.iterdir()) == ["plan.html", "plan.json", "plan.xlsx", "technicians"]
    routes = json.loads((planned / "plan.json").read_text(encoding="utf-8"))["routes"]
    files = sorted(file.name[:3] for file in (planned / "technicians").iterdir())
    assert files == sorted(route["technician"] for route in routes)


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


def test_a_broken_lock_is_refused_or_kept_and_listed_everywhere(tmp_path: Path) -> None:
    # O1 needs aircon at level 2 and is locked to Ann, who holds level 1.
    branch = write_folder(tmp_path / "branch", with_cell(two_orders(), "skills", 2, "level", "1"))
    out = tmp_path / "out"
    arguments = ["plan", str(branch), "--out", str(out), "--iterations", "50", "--lang", "en"]
    refused = RUN.invoke(app, arguments)
    assert refused.exit_code == 3
    assert "--broken-locks keep" in refused.output
    kept = RUN.invoke(app, [*arguments, "--broken-locks", "keep"])
    assert kept.exit_code == 0, kept.output
    said = "The lock of visit O1 is kept although Ann (T1) lacks a skill that it needs."
    judged = RUN.invoke(app, ["judge", str(out / "plan.json"), "--lang", "en"])
    assert judged.exit_code == 0
    for text in (kept.output, judged.output, (out / "plan.html").read_text(encoding="utf-8")):
        assert said in " ".join(text.split())
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    (accepted,) = document["accepted"]
    assert (accepted["rule"], accepted["amount"], accepted["visit"]) == ("skill", 1, "O1")
    assert document["problem"]["policy"]["broken_locks"] == "keep"


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


def test_a_branch_is_checked_without_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    branch = write_folder(tmp_path / "branch", two_orders())
    said = run("check", branch, "--lang", "en")
    assert "It can be planned: 2 visits, 2 technicians, Monday, 23 November 2026." in said
    bad = write_folder(tmp_path / "bad", with_cell(two_orders(), "orders", 0, "customer_id", "C9"))
    result = RUN.invoke(app, ["check", str(bad), "--lang", "en"])
    assert result.exit_code == 2
    assert "'C9' is not in customers" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "branch"]


def test_a_plan_file_is_explained_whatever_reasons_it_states(tmp_path: Path) -> None:
    # Nobody holds level 5, so that O2 stays out.
    branch = write_folder(tmp_path / "branch", with_cell(two_orders(), "orders", 1, "skills", "aircon:5"))
    out = tmp_path / "out"
    run("plan", branch, "--out", out, "--iterations", "50", "--lang", "en")
    said = run("explain", out / "plan.json", "--lang", "en")
    assert "Not planned (1)" in said
    assert "O1" not in said
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    [left] = document["unassigned"]
    assert left["reasons"]
    left["reasons"] = []
    (out / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    assert run("explain", out / "plan.json", "--lang", "en") == said
    assert run("explain", out / "plan.json", "--order", "O2", "--lang", "en") == said
    served = run("explain", out / "plan.json", "--order", "O1", "--lang", "en")
    assert re.fullmatch(r"Visit O1: .+, Monday, 23 November 2026, \d\d:\d\d–\d\d:\d\d\.\n", served)


def test_one_visit_of_a_plan_is_looked_at_closely(tmp_path: Path) -> None:
    # Nobody holds level 5, so that O2 stays out.
    branch = write_folder(tmp_path / "branch", with_cell(two_orders(), "orders", 1, "skills", "aircon:5"))
    run("plan", branch, "--out", tmp_path, "--iterations", "50", "--lang", "en")
    plan = tmp_path / "plan.json"
    said = run("explain", plan, "--why", "O2", "--lang", "en")
    assert "Proven: no plan of these days has it." in said
    assert "What would help, each planned and judged:" in said
    assert "would need the skill aircon at level 5" in said
    assert "is there at" in run("explain", plan, "--why", "O1", "--lang", "en")
    assert "planned anew" in run("explain", plan, "--why", "O1", "--instead", "T1", "--lang", "en")
    for arguments, complaint in (
        (["--instead", "T1"], "--instead needs a visit"),
        (["--why", "O1", "--instead", "nobody"], "The technician 'nobody' is not in technicians."),
    ):
        result = RUN.invoke(app, ["explain", str(plan), *arguments, "--lang", "en"])
        assert result.exit_code == 2
        assert complaint in result.output


def test_no_reason_is_given_for_a_plan_that_breaks_rules_or_an_order_that_is_not_there(
    planned: Path, tmp_path: Path
) -> None:
    plan = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    plan["routes"][0]["stops"].append(dict(plan["routes"][1]["stops"][0]))
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    result = RUN.invoke(app, ["explain", str(tmp_path / "plan.json"), "--lang", "en"])
    assert result.exit_code == 1
    assert "The plan breaks rules; what it leaves out is not explained:" in result.output
    result = RUN.invoke(app, ["explain", str(planned / "plan.json"), "--order", "nobody", "--lang", "en"])
    assert result.exit_code == 2
    assert "The order 'nobody' is not in orders." in result.output


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
    assert result.exit_code == 0, result.output
    run = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["run"]
    is_starved = budget[0] == "--seconds"
    assert run["stopped"] == ("first_plan" if is_starved else "finished")
    told = "Warning: This is the first plan: in --seconds 0 none is improved; try --seconds 60."
    assert (told in " ".join(result.output.split())) == is_starved
    assert min(run["reading_s"], run["starting_s"], run["search_s"]) >= 0
    assert f"Read in {run['reading_s']:.1f} s" in result.output


def test_a_day_without_technicians_is_a_plan_with_every_order_unassigned(tmp_path: Path) -> None:
    empty = tmp_path / "branch"
    shutil.copytree(HANGZHOU, empty, ignore=shutil.ignore_patterns("shifts.csv", "locks.csv", "published.csv"))
    out = tmp_path / "out"
    result = RUN.invoke(app, ["plan", str(empty), "--out", str(out), "--iterations", "10", "--lang", "en"])
    assert result.exit_code == 0, result.output
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert plan["routes"] == []
    assert len(plan["unassigned"]) == 62
    assert all(entry["reasons"] for entry in plan["unassigned"])


def test_ctrl_c_writes_the_best_plan_so_far(tmp_path: Path) -> None:
    warm_up()  # or the first child compiles
    command = [sys.executable, "-m", "optimizer.cli", "plan", str(HANGZHOU), "--out", str(tmp_path), "--seconds", "60"]
    process = subprocess.Popen(
        [*command, "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    while not solver_pids(process.pid):
        time.sleep(0.1)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert "stopped early" in output
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["run"]["stopped"] == "interrupted"


@pytest.mark.parametrize(
    ("given", "lang", "said"),
    [
        (["--seconds", "inf"], "en", "--seconds takes a number of seconds up to 604800; 'inf' is none."),
        (["--seconds", "604801"], "zh", "--seconds 应为不超过 604800 的秒数，“604801.0”不是。"),
        (["--patience", "inf"], "en", "--patience takes a number of seconds up to 604800; 'inf' is none."),
    ],
)
def test_a_time_without_end_is_no_time(tmp_path: Path, given: list[str], lang: str, said: str) -> None:
    result = RUN.invoke(app, ["plan", str(HANGZHOU), "--out", str(tmp_path / "out"), *given, "--lang", lang])
    assert (result.exit_code, result.stderr.strip()) == (2, said)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("blocked", ["plan.json/", "plan.xlsx/", "plan.html/", "technicians"])
def test_what_cannot_be_written_is_said_before_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocked: str
) -> None:
    from optimizer.moments import draft_settle_open

    monkeypatch.setattr(draft_settle_open, "plan_stage", None)
    in_the_way = tmp_path / blocked
    in_the_way.mkdir() if blocked.endswith("/") else in_the_way.touch()
    result = RUN.invoke(app, ["plan", str(HANGZHOU), "--out", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 2
    assert str(in_the_way) in result.stderr


def test_a_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(app, ["plan", str(HANGZHOU), "--out", "", "--iterations", "1"])
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("as_json", [True, False])
def test_faults_are_told_although_their_workbook_cannot_be_written(tmp_path: Path, as_json: bool) -> None:
    branch = write_folder(tmp_path / "branch", with_cell(two_orders(), "orders", 1, "customer_id", "K999"))
    book = tmp_path / "nowhere" / "faults.xlsx"
    arguments = ["plan", str(branch), "--out", str(tmp_path / "out"), "--fault-book", str(book), "--lang", "en"]
    result = RUN.invoke(app, [*arguments, *(["--json-faults"] if as_json else [])])
    assert result.exit_code == 2
    assert "K999" in result.stderr
    assert str(book) in result.stderr
    if as_json:
        assert [fault["code"] for fault in json.loads(result.stderr)][-1] == "FILE"


def test_what_is_no_fault_of_a_cell_comes_as_json_too(tmp_path: Path) -> None:
    branch = write_folder(tmp_path / "branch", with_cell(two_orders(), "skills", 2, "level", "1"))
    plan = ["plan", branch, "--out", tmp_path / "out", "--iterations", "50"]
    export = ["export", branch, "--json", tmp_path / "nowhere" / "branch.json"]
    promise = ["promise", branch, "--order", "O9"]
    cases = [(plan, 3, "LOCK_CONFLICT"), (export, 2, "FILE"), (promise, 2, "UNKNOWN_ORDER")]
    for command, exit_code, code in cases:
        result = RUN.invoke(app, [*map(str, command), "--json-faults", "--lang", "en"])
        assert result.exit_code == exit_code, result.stderr
        fault = json.loads(result.stderr)[0]
        assert (fault["code"], fault["severity"]) == (code, "error")
        assert {"code", "file", "row", "column", "value", "cause", "action"} <= set(fault)


def test_warnings_come_as_json_with_a_plan_too(tmp_path: Path) -> None:
    branch = write_folder(tmp_path / "branch", two_orders())
    command = ["plan", str(branch), "--out", str(tmp_path / "out"), "--iterations", "50", "--stage", "settle"]
    result = RUN.invoke(app, [*command, "--json-faults"])
    assert result.exit_code == 0, result.output
    warned = json.loads(result.stderr)
    assert "NOT_PUBLISHED" in [warning["code"] for warning in warned]
    assert {warning["severity"] for warning in warned} == {"warning"}


def test_a_service_that_nobody_knows_is_a_fault_also_where_nothing_is_looked_up() -> None:
    result = RUN.invoke(app, ["promise", str(HANGZHOU), "--order", "D001", "--geocode", "nominatin", "--lang", "en"])
    assert result.exit_code == 2
    assert "nominatim" in result.stderr


def test_a_plan_finds_its_branch_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    branch, elsewhere = write_folder(tmp_path / "branch", two_orders()), tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    run("plan", "branch", "--out", "out", "--iterations", "50", "--broken-locks", "keep")
    monkeypatch.chdir(elsewhere)
    run("publish", tmp_path / "out/plan.json")
    assert len(list((branch / "published").iterdir())) == 1
    shutil.move(branch, tmp_path / "moved")
    result = RUN.invoke(app, ["publish", str(tmp_path / "out/plan.json"), "--lang", "en"])
    assert result.exit_code == 2
    assert f"The branch '{branch}' does not exist: name it with --branch." in result.stderr


def test_a_plan_is_not_published_to_what_is_no_branch_or_another_one(planned: Path, tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# No branch")
    for wrong in (page, write_folder(tmp_path / "branch", two_orders())):
        result = RUN.invoke(app, ["publish", str(planned / "plan.json"), "--branch", str(wrong), "--lang", "en"])
        assert result.exit_code == 2, result.output
    assert not [path for path in tmp_path.rglob("*published*") if path.is_dir()]


def started(folder: Path) -> subprocess.Popen[str]:
    """Return a command that plans for a minute into a folder `out`, with its temporary files in `temporary`."""
    (folder / "temporary").mkdir()
    command = [sys.executable, "-m", "optimizer.cli", "plan", str(HANGZHOU), "--out", str(folder / "out")]
    return subprocess.Popen(
        [*command, "--seconds", "60", "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "TMPDIR": str(folder / "temporary")},
    )


def test_ctrl_c_as_soon_as_the_search_is_shown_gives_the_first_plan(tmp_path: Path) -> None:
    warm_up()
    process = started(tmp_path)
    assert process.stdout is not None
    while process.stdout.readline() not in ("searching\n", ""):
        pass
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert json.loads((tmp_path / "out/plan.json").read_text(encoding="utf-8"))["run"]["stopped"] == "interrupted"


def test_ctrl_c_while_files_are_written_is_no_reason_to_write_half_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from optimizer import cli

    write = cli.write_plan_and_papers

    def interrupted(*given: object, **named: object) -> None:
        signal.raise_signal(signal.SIGINT)
        write(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(cli, "write_plan_and_papers", interrupted)
    branch = write_folder(tmp_path / "branch", two_orders())
    run("plan", branch, "--out", tmp_path / "out", "--iterations", "50")
    assert (tmp_path / "out/plan.html").exists()
    assert (tmp_path / "out/technicians").is_dir()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_sigterm_leaves_neither_files_nor_processes(tmp_path: Path) -> None:
    warm_up()
    process = started(tmp_path)
    while not (solvers := solver_pids(process.pid)):
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 143, output
    assert not list((tmp_path / "temporary").glob("paigong-*"))
    # Their server sees them off, which the command does not wait for.
    wait_until(lambda: not any(Path(f"/proc/{pid}/comm").exists() for pid in solvers))
    assert not (tmp_path / "out/plan.json").exists()


def test_a_plan_that_breaks_rules_is_not_published(planned: Path, tmp_path: Path) -> None:
    plan = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    plan["routes"][0]["stops"].append(dict(plan["routes"][1]["stops"][0]))
    broken = tmp_path / "plan.json"
    broken.write_text(json.dumps(plan), encoding="utf-8")
    result = RUN.invoke(app, ["publish", str(broken), "--branch", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 1
    assert "is not published" in result.output
    assert not (tmp_path / "published").exists()


def test_a_plan_is_judged_and_published_with_the_branch_as_it_is_now(planned: Path, tmp_path: Path) -> None:
    branch, plan = tmp_path / "hangzhou", planned / "plan.json"
    shutil.copytree(HANGZHOU, branch)
    assert "The branch is as the plan knows it." in run("judge", plan, "--branch", branch, "--lang", "en")
    route = json.loads(plan.read_text(encoding="utf-8"))["routes"][0]
    who, visit = route["technician"], route["stops"][0]["visit"]

    def rewrite(sheet: str, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
        with (branch / f"{sheet}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        kept = [row for row in map(change, rows) if row is not None]
        with (branch / f"{sheet}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(kept)

    longer = {"service_min": "175"}
    rewrite("orders", lambda row: row | longer if row["order_id"] == visit else row)
    judged = RUN.invoke(app, ["judge", str(plan), "--branch", str(branch), "--lang", "en"])
    assert judged.exit_code == 1
    assert f"order {visit}: service" in judged.output
    assert "-> 175 min" in judged.output
    assert "With the branch as it is now, the plan breaks:" in judged.output
    # The plan itself is what it was.
    assert RUN.invoke(app, ["judge", str(plan), "--lang", "en"]).exit_code == 0

    rewrite("shifts", lambda row: None if row["technician_id"] == who else row)
    refused = RUN.invoke(app, ["publish", str(plan), "--branch", str(branch), "--lang", "en"])
    assert refused.exit_code == 1
    assert f"shift {who} 2026-11-23 is gone" in refused.output
    assert "is not published" in refused.output
    assert f"{who} has no shift on day 0." in refused.output
    assert not (branch / "published").exists()


def test_a_plan_that_names_no_branch_asks_for_one(planned: Path, tmp_path: Path) -> None:
    plan = json.loads((planned / "plan.json").read_text(encoding="utf-8"))
    del plan["run"]["branch"]
    moved = tmp_path / "plan.json"
    moved.write_text(json.dumps(plan), encoding="utf-8")
    result = RUN.invoke(app, ["publish", str(moved), "--lang", "en"])
    assert result.exit_code == 2
    assert "--branch" in result.output


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_is_written_once(tmp_path: Path, lang: str) -> None:
    file = tmp_path / "branch.xlsx"
    run("template", "--lang", lang, "--out", file)
    result = RUN.invoke(app, ["template", "--lang", lang, "--out", str(file)])
    assert result.exit_code == 2
    assert file.name in result.output


def test_bad_orders_are_skipped_on_request_and_stay_in_the_register(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    bad = tmp_path / "branch"
    shutil.copytree(HANGZHOU, bad)
    orders = bad / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace("D001,K001", "D001,K999"), encoding="utf-8")
    out = tmp_path / "out"
    run("plan", bad, "--out", out, "--skip-bad", "--iterations", "100", "--lang", "en")
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert "D001" not in json.dumps([plan["routes"], plan["unassigned"]])
    workbook = load_workbook(out / "plan.xlsx")
    rows = [[str(cell.value) for cell in row] for row in workbook["Register"].iter_rows()]
    [row] = [row for row in rows if "D001" in row]
    assert any("Input fault" in cell for cell in row)


def test_the_faults_are_marked_in_a_workbook(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    bad = tmp_path / "branch"
    shutil.copytree(HANGZHOU, bad)
    orders = bad / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace("D001,K001", "D001,K999"), encoding="utf-8")
    workbook = tmp_path / "faults.xlsx"
    result = RUN.invoke(app, ["plan", str(bad), "--out", str(tmp_path / "out"), "--fault-book", str(workbook)])
    assert result.exit_code == 2
    assert workbook.name in result.output
    assert len(load_workbook(workbook).sheetnames) > 1


def test_addresses_are_looked_up_by_a_service_of_ones_own(tmp_path: Path) -> None:
    from tests.ingest.build.test_geocode import HILL, serving

    branch = tmp_path / "branch"
    shutil.copytree(HANGZHOU, branch)
    orders = list(csv.DictReader((branch / "orders.csv").read_text(encoding="utf-8").splitlines()))
    orders[0] |= {"lat": "", "lon": "", "address": HILL}
    with (branch / "orders.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(orders[0]))
        writer.writeheader()
        writer.writerows(orders)
    about = RUN.invoke(app, ["promise", str(branch), "--order", "D001", "--lang", "en"]).stderr
    assert "the place is about the centre of" in " ".join(about.split())
    with serving() as server:
        service = f"nominatim@http://127.0.0.1:{server.port}"
        text = run("promise", branch, "--order", "D001", "--geocode", service, "--lang", "en")
    assert "D001" in text
    assert (branch / "geocode-cache.json").exists()


def test_every_form_of_a_branch_gives_the_same_plan_byte_for_byte(tmp_path: Path) -> None:
    """CSV, GB 18030 CSV, workbook and JSON; only `run` (time taken, name of the branch) may differ.

    The demo's policy.toml stays behind: a workbook has no place for one.
    """
    plain, gbk, book, wire = (tmp_path / name for name in ("utf-8", "gbk", "zh.xlsx", "hangzhou.json"))
    sheets = {}
    plain.mkdir()
    gbk.mkdir()
    for path in sorted(HANGZHOU.glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        (plain / path.name).write_text(text, encoding="utf-8")
        (gbk / path.name).write_bytes(text.encode("gb18030"))
        sheets[path.stem] = list(csv.DictReader(text.splitlines()))
    write_workbook(book, sheets, lang="zh")
    run("export", plain, "--json", wire)
    expected = None
    for form in (plain, gbk, book, wire):
        out = tmp_path / f"out-{form.name}"
        run("plan", form, "--out", out, "--iterations", "2000", "--lang", "en")
        plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
        del plan["run"]
        made = json.dumps(plan, ensure_ascii=False)
        expected = expected or made
        assert made == expected, form.name
