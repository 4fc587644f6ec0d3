"""The branch in Ohio: dollars, miles, a night shift and Thanksgiving, and papers in which nothing is Chinese."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from rich.console import Console
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.domain.order import Interval
from optimizer.domain.region import DistanceUnit
from optimizer.domain.units import at
from optimizer.ingest.intake import Intake, ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.moments.draft_settle_open import plan_stage
from optimizer.promise.report import promise_report
from optimizer.report.figures import kpis
from optimizer.report.page import render_page
from optimizer.report.papers.making import make_papers
from optimizer.report.screen import print_plan
from optimizer.report.technician_files import write_technician_files
from optimizer.report.workbook import write_workbook
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from optimizer.moments.draft_settle_open import StageOutcome

BRANCH = Path(__file__).parents[1] / "data/ohio"
#: Chinese letters and punctuation, the sign of the yuan, kilometres, and how a plain branch writes a day and a time.
FOREIGN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|¥|\bkm\b|kilomet|\b2026-\d\d-\d\d\b|\b1[3-9]:\d\d\b")


@cache
def intake() -> Intake:
    return read_intake(BRANCH, ReadOptions())


@cache
def outcome() -> StageOutcome:
    """Plan in work mode, so that every run of the tests sees the same plan."""
    problem = intake().checked()
    return plan_stage(problem, travel_for(problem, BRANCH), None, seconds=None, iterations=2_000)


def test_it_is_read_without_a_doubt() -> None:
    assert intake().report.text() == ""
    problem = intake().checked()
    assert (len(problem.technicians), len(problem.orders)) == (10, 28)
    assert (problem.branch.region.currency, problem.branch.region.distance_unit) == ("USD", DistanceUnit.MILES)


def test_every_phone_is_invented() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(BRANCH.glob("*.csv")))
    phones = re.findall(r"\b\d{3}-\d{3}-\d{4}\b", text)
    assert len(phones) > 40
    assert [phone for phone in phones if not re.fullmatch(r"(614|740)-555-01\d\d", phone)] == []


def test_thanksgiving_is_no_working_day() -> None:
    """What came in on Tuesday is due on Friday: two working days in the service area."""
    problem = outcome().outcome.problem
    assert not problem.branch.calendar.is_working_day(date(2026, 11, 26))
    assert problem.order_by_id["W101"].due_day == date(2026, 11, 27)


def test_the_night_reaches_into_the_holiday() -> None:
    problem = intake().checked()
    night = next(shift for shift in problem.shifts if shift.technician_id == "T09")
    assert (night.start_s, night.end_s) == (at(19), at(7, day=1))
    assert problem.order_by_id["W112"].promised == (Interval(at(1, day=1), at(3, day=1)),)
    plan = outcome().outcome.plan
    assert {"W107", "W112"} <= {stop.visit_id for r in plan.routes if r.technician_id == "T09" for stop in r.stops}


def test_most_is_planned_and_the_cabin_far_away_waits_for_a_day() -> None:
    made = outcome().outcome
    left = {one.visit_id for one in made.plan.unassigned}
    assert len(left) <= 6
    lines = {
        line.name: line.text for line in promise_report(made.problem, made.matrix, made.problem.visit_by_id["W123"])
    }
    assert lines["zone"].startswith("Beyond what is promised")
    assert "more than 45 miles" in lines["because"]


def text_of(path: Path) -> str:
    """Return all text of a workbook: its cells, titles, comments and formats."""
    with zipfile.ZipFile(path) as parts:
        return "\n".join(
            re.sub(r"<[^>]*>", " ", parts.read(name).decode()) for name in parts.namelist() if name.endswith(".xml")
        )


def visible(page: str) -> str:
    """Return what a page shows and says, without its style and script."""
    page = re.sub(r"<(style|script).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join([re.sub(r"<[^>]*>", " ", page), *re.findall(r'(?:title|aria-label|alt)="([^"]*)"', page)])


def test_no_paper_holds_anything_foreign(tmp_path: Path) -> None:
    made = outcome()
    problem, matrix, plan = made.outcome.problem, made.outcome.matrix, made.outcome.plan
    papers = make_papers(problem, matrix, plan, intake().context, "en")
    write_workbook(problem, matrix, plan, tmp_path / "plan.xlsx", "en", papers=papers)
    write_technician_files(problem, papers, tmp_path / "technicians", "en")
    with (tmp_path / "screen.txt").open("w", encoding="utf-8") as stream:
        print_plan(problem, matrix, plan, Console(file=stream, width=160), "en")
    page = render_page(problem, matrix, plan, "en", papers=papers)
    assert re.findall(r"@page[^{]*\{ size: (\w+)", page) == ["Letter", "Letter"]
    texts = {
        "page": visible(page),
        "screen": (tmp_path / "screen.txt").read_text(encoding="utf-8"),
        "workbook": text_of(tmp_path / "plan.xlsx"),
        **{path.name: visible(path.read_text(encoding="utf-8")) for path in (tmp_path / "technicians").iterdir()},
    }
    book = load_workbook(tmp_path / "plan.xlsx")
    assert {sheet.page_setup.paperSize for sheet in book} == {int(book.worksheets[0].PAPERSIZE_LETTER)}
    found = {name: FOREIGN.findall(text) for name, text in texts.items()}
    assert {name: marks for name, marks in found.items() if marks} == {}
    for name in ("page", "screen"):
        assert re.search(r"\$[\d,]+\.\d\d", texts[name])
        assert re.search(r"\d+\.\d mi\b", texts[name])
        assert re.search(r"\d:\d\d\s[AP]M", texts[name])
    assert "Distance (mi)" in texts["workbook"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_miles_and_dollars_are_right(lang: str) -> None:
    made = outcome().outcome
    page = visible(render_page(made.problem, made.matrix, made.plan, lang))
    mile = {"en": "mi", "zh": "英里"}[lang]
    figures = kpis(made.problem, made.matrix, made.plan)
    assert f"{figures['travel_km'] / 1.609344:,.0f} {mile}" in page
    assert f"${figures['paid_cents'] / 100:,.2f}" in page


def test_the_command_speaks_the_branchs_language(tmp_path: Path) -> None:
    arguments = ["plan", str(BRANCH), "--out", str(tmp_path / "out"), "--iterations", "50"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert FOREIGN.findall(result.output) == []
