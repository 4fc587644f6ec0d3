"""The workbook and the tables: complete, and harmless to open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from rich.console import Console

from optimizer.report import kpis, print_plan, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(1)"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_has_every_stop_and_every_visit_left_out(outcome, tmp_path: Path, lang: str) -> None:
    write_workbook(outcome.problem, outcome.matrix, outcome.plan, tmp_path / "plan.xlsx", lang)
    book = load_workbook(tmp_path / "plan.xlsx")
    routes, _, unassigned, _ = book.worksheets
    assert routes.max_row == 1 + outcome.plan.served
    assert unassigned.max_row == 1 + len(outcome.unassigned)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_in_a_name_comes_out_as_text(outcome, tmp_path: Path, name: str) -> None:
    problem = replace(outcome.problem, customers=tuple(replace(c, name=name) for c in outcome.problem.customers))
    write_workbook(problem, outcome.matrix, outcome.plan, tmp_path / "plan.xlsx", "en")
    cells = [cell for sheet in load_workbook(tmp_path / "plan.xlsx") for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(name in str(cell.value) for cell in cells)


def test_the_tables_hold_the_plan(outcome) -> None:
    frames = outcome.to_frames()
    assert len(frames["routes"]) == outcome.plan.served
    assert len(frames["unassigned"]) == len(outcome.unassigned)


def test_the_figures_are_those_of_the_plan(outcome) -> None:
    figures = kpis(outcome.problem, outcome.matrix, outcome.plan)
    assert figures["visits_planned"] == outcome.plan.served
    assert figures["visits_unassigned"] == len(outcome.unassigned)
    assert figures["cost_cents"] == sum(outcome.costs.values())


def test_the_screen_does_not_take_names_for_markup(outcome) -> None:
    problem = replace(outcome.problem, customers=tuple(replace(c, name="[bold]x[/") for c in outcome.problem.customers))
    console = Console(width=160, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        print_plan(problem, outcome.matrix, outcome.plan, console, "en")
    assert "[bold]x[/" in captured.get()
