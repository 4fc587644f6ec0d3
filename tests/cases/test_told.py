"""What a branch's files say is told: nothing before somebody can be there, and one time to leave by on every paper."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from tests.cases.branches import DAY, lay_out, order

if TYPE_CHECKING:
    from pathlib import Path

ONE = ({"technician_id": "T1"},)
FAR = ({"": "branch", "branch": "0", "A": "2400"}, {"": "A", "branch": "2400", "A": "0"})


def run(*args: object) -> str:
    result = CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def far(tmp_path: Path) -> Path:
    """Return a branch of one customer, forty minutes away, whom nobody says to be a home."""
    return lay_out(tmp_path / "in", (order("A"),), technicians=ONE, matrix=FAR)


def test_nothing_is_told_before_somebody_can_be_there_and_every_paper_says_so(far: Path, tmp_path: Path) -> None:
    """Told until 09:30, cut to 08:40: left for by 08:50, less half an hour."""
    out = tmp_path / "out"
    screen = run("plan", far, "--iterations", 300, "--no-master", "--lang", "en", "--out", out)
    (stop,) = json.loads((out / "plan.json").read_text(encoding="utf-8"))["routes"][0]["stops"]
    assert stop["window"] == {"open": f"{DAY}T08:40:00+08:00", "close": f"{DAY}T09:30:00+08:00"}
    assert stop["leave_by"] == f"{DAY}T08:20:00+08:00"
    (line,) = [line for line in screen.splitlines() if "08:40–09:10" in line]
    assert "08:20" in line
    assert "08:40–09:30" in line
    page = (out / "plan.html").read_text(encoding="utf-8")
    (own,) = (out / "technicians").iterdir()
    for text in (page, own.read_text(encoding="utf-8")):
        assert "08:20" in text
        assert "08:40–09:30" in text
    book = openpyxl.load_workbook(out / "plan.xlsx")
    cells = [[cell.value for cell in row] for row in book["Routes"].iter_rows()]
    row = dict(zip(cells[0], cells[1], strict=True))
    assert [f"{row[name]:%H:%M}" for name in ("Leave by", "Told from", "Told until")] == ["08:20", "08:40", "09:30"]
    assert "No rule is broken" in run("judge", out / "plan.json", "--lang", "en")


def test_another_time_to_leave_by_is_refused(far: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("plan", far, "--iterations", 100, "--no-master", "--lang", "en", "--out", out)
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    document["routes"][0]["stops"][0]["leave_by"] = f"{DAY}T08:50:00+08:00"
    (out / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(app, ["judge", str(out / "plan.json"), "--lang", "en"])
    assert result.exit_code != 0
    assert "it is at 08:20" in result.output or "it is 08:20" in result.output


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("", "08:40-09:30"),
        ("told_half_width_min = 45\n", "08:40-10:00"),
        ("told_width_min = 180\n", "08:40-11:00"),
        ('told_width_min = "off"\n', "08:10-09:10"),
        ("told_grid_min = 15\n[told_width_min]\nhome = 60\n", "08:40-09:30"),
        ("[told_width_min]\nfirm = 30\n", "08:40-09:00"),
    ],
)
def test_a_branch_has_windows_of_its_own_width(far: Path, tmp_path: Path, policy: str, told: str) -> None:
    with (far / "policy.toml").open("a", encoding="utf-8") as stream:
        stream.write(policy)
    out = tmp_path / "out"
    run("plan", far, "--iterations", 100, "--no-master", "--lang", "en", "--out", out)
    (stop,) = json.loads((out / "plan.json").read_text(encoding="utf-8"))["routes"][0]["stops"]
    assert f"{stop['window']['open'][11:16]}-{stop['window']['close'][11:16]}" == told


def test_an_order_is_planned_on_the_day_agreed_and_waits_for_a_later_one(tmp_path: Path) -> None:
    orders = (
        order("A", "", agreed_day="2026-11-24", agreed_half="下午"),
        order("B", "", agreed_day="2026-11-25"),
        order("C", "", agreed_day=DAY),
    )
    days = [{"technician_id": "T1", "date": day, "start": "08:00", "end": "18:00"} for day in (DAY, "2026-11-24")]
    branch = lay_out(tmp_path / "in", orders, technicians=ONE, shifts=tuple(days))
    out = tmp_path / "out"
    run("plan", branch, "--days", 2, "--iterations", 300, "--no-master", "--lang", "en", "--out", out)
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    starts = {stop["visit"]: stop["start"][:16] for route in document["routes"] for stop in route["stops"]}
    assert starts == {"A": "2026-11-24T12:00", "C": "2026-11-23T08:30"}
    assert [(left["visit"], left["state"], left["due"]) for left in document["unassigned"]] == [
        ("B", "waits", "2026-11-25")
    ]
