"""An afternoon and a morning at the command line: draft, settle, open, and what is promised for an order."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from optimizer.cli import app
from optimizer.report.workbook_looks import Look
from tests.test_cli import HANGZHOU, RUN, run

if TYPE_CHECKING:
    from pathlib import Path


def test_draft_publish_settle_publish_open(tmp_path: Path) -> None:
    """The coordinator's afternoon: what is published is stayed near, and the changes are listed with their calls."""
    branch, out = tmp_path / "hangzhou", tmp_path / "out"
    shutil.copytree(HANGZHOU, branch)
    work = ["--iterations", "5000", "--lang", "en"]
    for stage in ("draft", "settle", "open"):
        text = run("plan", branch, "--stage", stage, "--out", out / stage, *work)
        changes = text.partition("Changes against the published plan")[2]
        assert bool(changes) is (stage != "draft")
        assert "Published for 2026-11-23" in run("publish", out / stage / "plan.json", "--lang", "en")
    kept = sorted(path.name for path in (branch / "published").iterdir())
    assert kept == [
        "2026-11-23_planned_2026-11-20T1600.json",
        "2026-11-23_planned_2026-11-20T1800.json",
        "2026-11-23_planned_2026-11-23T0800.json",
    ]
    assert re.search(r"^\S+ \S+ +D062 .*Added", changes, re.MULTILINE)
    assert_emergency_of_the_night(out / "open")


def assert_emergency_of_the_night(out: Path) -> None:
    """Two hours from 08:00, less the five minutes that people come before they serve; later is said, in red."""
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    [stop] = [stop for route in plan["routes"] for stop in route["stops"] if stop["visit"] == "D062"]
    late_s = (datetime.fromisoformat(stop["start"]) - datetime.fromisoformat("2026-11-23T09:55+08:00")).total_seconds()
    assert stop["lateness_s"] == max(0, late_s)
    page = load_workbook(out / "plan.xlsx")["Register"]
    [line] = [row for row in page.iter_rows(min_row=4) if row[0].value == "D062"]
    [said] = [str(cell.value) for cell in line if str(cell.value).startswith("Planned")]
    assert said.partition(": told windows bind")[0] == (
        f"Planned, emergency {round(late_s / 60)} min late" if late_s > 0 else "Planned"
    )
    assert (line[0].style == Look.RED_LINE.value) is (late_s > 0)


def test_a_stage_without_a_published_plan_says_so_and_plans_afresh(tmp_path: Path) -> None:
    result = RUN.invoke(
        app, ["plan", str(HANGZHOU), "--stage", "settle", "--out", str(tmp_path), "--iterations", "100", "--lang", "en"]
    )
    assert result.exit_code == 0, result.output
    assert "No plan is published for 2026-11-23" in result.output


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ("D030", "3 working days outside the service area"),
        ("D061", "An emergency without an agreed time"),
        ("D063", "no due day until one is agreed"),
        ("D034", "A day is agreed with the customer"),
    ],
)
def test_the_promise_of_one_order_is_explained(order: str, says: str) -> None:
    assert says in run("promise", HANGZHOU, "--order", order, "--lang", "en")


@pytest.mark.parametrize(("order", "near"), [("D66", "D066"), ("D03", "D003")])
def test_an_unknown_order_is_named_with_the_nearest(order: str, near: str) -> None:
    result = RUN.invoke(app, ["promise", str(HANGZHOU), "--order", order, "--lang", "en"])
    assert result.exit_code == 2
    assert f"Maybe '{near}' is meant." in result.output
