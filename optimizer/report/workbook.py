"""The plan and its papers as an Excel workbook that shows what was written and runs nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from optimizer.report.columns import COSTS, DAYS, KEY_FIGURES, SHEETS, spreadsheet_format
from optimizer.report.figures import kpis
from optimizer.report.frames import table_rows
from optimizer.report.headline import key_figures
from optimizer.report.wording import RULE_NAMES, Wording
from optimizer.report.workbook_looks import Painter
from optimizer.report.workbook_papers import add_papers
from optimizer.text.files import replacing
from optimizer.text.regional import distance_number, money_number
from optimizer.text.workbook_cells import NAVY, Value, put, set_up_print, sheet_title

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.report.columns import Column, Sheet
    from optimizer.report.frames import Row
    from optimizer.report.papers.model import Papers
    from optimizer.travel.matrix import TravelMatrix


def write_workbook(
    problem: Problem, matrix: TravelMatrix, plan: Plan, path: Path, lang: str, *, papers: Papers | None = None
) -> None:
    """Write the plan to an Excel workbook: its tables, the coordinator's lists, and a sheet per technician to print.

    The file appears as a whole or not at all. Text stays text whatever it looks like. It is the coordinator's: a
    technician's own file is not cut out of it.

    Parameters
    ----------
    papers
        The papers of the plan in the same language, if they are made already.
    """
    from openpyxl import Workbook

    from optimizer.text.workbook_file import save_workbook

    if papers is None:
        from optimizer.report.papers.making import make_papers

        papers = make_papers(problem, matrix, plan, None, lang)
    wording = Wording(lang, problem.branch.region)
    rows = table_rows(problem, matrix, plan, wording)
    rows["costs"] = [*_named_costs(rows["costs"], wording), _total(rows["costs"], wording)]
    rows["key_figures"] = [
        {"figure": one.label, "value": one.value, "note": one.note}
        for one in key_figures(kpis(problem, matrix, plan), wording)
    ]
    workbook = Workbook()
    sheets = [sheet for sheet in (*SHEETS, KEY_FIGURES) if sheet is not DAYS or problem.days > 1]
    for index, sheet in enumerate(sheets):
        page = workbook.create_sheet(sheet_title(wording.translate(sheet.title), workbook.sheetnames), index)
        _fill(page, sheet, rows[sheet.name], wording)
    workbook.remove(workbook.worksheets[-1])  # the empty sheet that every new workbook has
    add_papers(workbook, problem, papers, wording)
    workbook.properties.creator = "Paigong"
    workbook.properties.title = wording.translate("Dispatch plan")
    with replacing(path) as draft:
        save_workbook(workbook, draft)


def load_openpyxl() -> None:
    """Load what writes workbooks ahead of the first one."""
    import optimizer.text.workbook_file  # noqa: F401


def _named_costs(costs: list[Row], wording: Wording) -> list[Row]:
    names = {rule.value: wording.translate(name) for rule, name in RULE_NAMES.items()}
    return [{**row, "rule": names[str(row["rule"])]} for row in costs]


def _total(costs: list[Row], wording: Wording) -> Row:
    """Return the sums of the amounts."""
    amounts = [column.name for column in COSTS.columns if column.name.endswith("_cents")]
    sums = {name: sum(int(str(row[name])) for row in costs) for name in amounts}
    return {"rule": wording.translate("Total"), **sums, "statement": ""}


def _fill(page: Worksheet, sheet: Sheet, rows: list[Row], wording: Wording) -> None:
    """Write heading and rows, freeze the heading and offer filters."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    def work_out_heading(cell: Cell) -> None:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=NAVY)
        cell.alignment = Alignment(vertical="center")

    def work_out_line(column: Column, cell: Cell) -> None:
        cell.number_format = spreadsheet_format(column.number_format, wording.region)
        cell.alignment = Alignment(vertical="top", wrap_text=column.width >= 60)

    painter = Painter()
    for number, column in enumerate(sheet.filled(rows), start=1):
        heading = page.cell(1, number)
        put(heading, wording.heading(column.heading))
        painter.paint(heading, "heading", work_out_heading)
        page.column_dimensions[get_column_letter(number)].width = column.width
        for line, row in enumerate(rows, start=2):
            cell = page.cell(line, number)
            put(cell, _shown(column, row[column.name], wording))
            painter.paint(cell, (column.name, cell.quotePrefix), partial(work_out_line, column))
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    set_up_print(page, orientation="landscape", head_rows="1:1", paper=wording.region.paper)
    if sheet is COSTS:
        for cell in page[page.max_row]:
            cell.font = Font(bold=True)


def _shown(column: Column, value: Value, wording: Wording) -> Value:
    """Return what a person should see in a cell: money and distances in units of the branch, yes and no as a mark."""
    if column.name.endswith("_cents") and isinstance(value, int):
        return money_number(value, wording.region)
    if column.name == "distance_km" and isinstance(value, int | float):
        return distance_number(value, wording.region)
    if isinstance(value, bool):
        return wording.translate("yes") if value else ""
    return value
