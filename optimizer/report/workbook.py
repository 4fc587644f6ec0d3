"""The plan as an Excel workbook that shows what was written and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.columns import COSTS, SHEETS
from optimizer.report.files import replacing
from optimizer.report.frames import Value, table_rows
from optimizer.report.wording import RULE_NAMES, Wording, printable

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.report.columns import Column, Sheet
    from optimizer.report.frames import Row
    from optimizer.travel.matrix import TravelMatrix

#: How a cell begins that a spreadsheet would take for a formula or a command.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_workbook(problem: Problem, matrix: TravelMatrix, plan: Plan, path: Path, lang: str) -> None:
    """Write the plan to an Excel workbook: routes, technicians, visits not planned, costs by rule.

    The file appears as a whole or not at all. Text stays text whatever it looks like.
    """
    from openpyxl import Workbook

    wording = Wording(lang)
    rows = table_rows(problem, matrix, plan, wording)
    rows["costs"] = [*_named_costs(rows["costs"], wording), _total(plan, wording)]
    book = Workbook()
    for index, sheet in enumerate(SHEETS):
        page = book.create_sheet(wording.translate(sheet.title), index)
        _fill(page, sheet, rows[sheet.name], wording)
    book.remove(book.worksheets[-1])  # the empty sheet that every new workbook has
    book.properties.creator = "Paigong"
    book.properties.title = wording.translate("Dispatch plan")
    with replacing(path) as draft:
        book.save(draft)


def _named_costs(costs: list[Row], wording: Wording) -> list[Row]:
    names = {rule.value: wording.translate(name) for rule, name in RULE_NAMES.items()}
    return [{**row, "rule": names[str(row["rule"])]} for row in costs]


def _total(plan: Plan, wording: Wording) -> Row:
    return {"rule": wording.translate("Total"), "cost_cents": plan.cost_cents, "statement": ""}


def _fill(page: Worksheet, sheet: Sheet, rows: list[Row], wording: Wording) -> None:
    """Write heading and rows, freeze the heading and offer filters."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for number, column in enumerate(sheet.columns, start=1):
        heading = page.cell(1, number)
        _put(heading, wording.translate(column.heading))
        heading.font = Font(bold=True, color="FFFFFF")
        heading.fill = PatternFill("solid", fgColor="1F3A5F")
        heading.alignment = Alignment(vertical="center")
        page.column_dimensions[get_column_letter(number)].width = column.width
        for line, row in enumerate(rows, start=2):
            cell = page.cell(line, number)
            _put(cell, _shown(column, row[column.name], wording))
            cell.number_format = column.number_format
            cell.alignment = Alignment(vertical="top", wrap_text=column.width >= 60)
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    page.sheet_view.showGridLines = False
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"
    if sheet is COSTS:
        for cell in page[page.max_row]:
            cell.font = Font(bold=True)


def _shown(column: Column, value: Value, wording: Wording) -> Value:
    """Return what a person should see in a cell: cents as money, yes and no as a mark."""
    if column.name == "cost_cents" and isinstance(value, int):
        return value / 100
    if isinstance(value, bool):
        return wording.translate("yes") if value else ""
    return value


def _put(cell: Cell, value: Value) -> None:
    """Set a cell; text is stored as text even where it looks like a formula, an error or a number."""
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = printable(value)
    if cell.value:
        cell.data_type = "s"
        if cell.value.startswith(_FORMULA_STARTS):
            cell.quotePrefix = True
