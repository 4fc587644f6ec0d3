"""The fault report as a workbook: a list of every fault, and each sheet of the input with its bad cells marked."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.faults.issues import IssueLog
from optimizer.faults.table import FAULTS
from optimizer.ingest.forms.input_tables import tables_of
from optimizer.ingest.forms.mapped import FILE
from optimizer.ingest.mapping.reading import read_mapping
from optimizer.text.catalogue import translator
from optimizer.text.files import replacing
from optimizer.text.workbook_cells import NAVY, put, set_up_print, sheet_title

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from optimizer.faults.issues import Issue, IssueReport
    from optimizer.ingest.forms.input_tables import InputTable
    from optimizer.text.catalogue import Translate

#: Fill and letters of a cell with a fault, and of one with a doubt.
RED, YELLOW = ("FFC7CE", "9C0006"), ("FFEB9C", "7F6000")

#: What a workbook takes without keeping its reader waiting: issues listed, and cells shown of one sheet.
MAX_ISSUES = 5_000
MAX_CELLS = 200_000
_MAX_NOTE = 2_000

_COLUMNS = (
    ("No.", 6),
    ("Severity", 10),
    ("File", 24),
    ("Row", 7),
    ("Column", 18),
    ("What stands there", 24),
    ("What is wrong", 60),
    ("Way out", 60),
)

#: Cells of a table by line and column (0: the whole row), and what is said of each.
Marks = dict[tuple[int, int], list["Issue"]]


def write_fault_workbook(path: Path, report: IssueReport, out: Path, lang: str) -> None:
    """Write a report as a workbook; it appears as a whole or not at all.

    Parameters
    ----------
    path
        The input that was read: folder, workbook or JSON file. What of it cannot be read is in the list only.
    out
        Where to write.
    """
    from openpyxl import Workbook

    t = translator(lang)
    issues = (*report.errors, *report.warnings)[:MAX_ISSUES]
    workbook = Workbook()
    workbook.properties.creator = "Paigong"
    workbook.properties.title = t("Fault report")
    workbook.active.title = t("Faults")
    links: dict[int, str] = {}
    folder = path if path.is_dir() else path.parent
    for table in tables_of(path, read_mapping(folder, IssueLog(form="toml", file=FILE))):
        marks = _marks(table, issues)
        title = sheet_title(table.title, workbook.sheetnames)
        _show(workbook, title, table, marks, lang)
        for (line, column), marked in marks.items():
            links |= {id(issue): f"#'{title.replace(chr(39), chr(39) * 2)}'!{_cell(line, column)}" for issue in marked}
    _list(workbook.active, issues, len(report.issues) - len(issues), links, lang, t)
    with replacing(out) as draft:
        workbook.save(draft)


def _cell(line: int, column: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(max(column, 1))}{line}"


def _marks(table: InputTable, issues: tuple[Issue, ...]) -> Marks:
    marks: Marks = defaultdict(list)
    for issue in issues:
        line = table.line_of(issue)
        if line is not None:
            for column in table.columns_of(issue) or [0]:
                marks[(line, column)].append(issue)
    return marks


def _was_error(issue: Issue) -> bool:
    """Return whether it is a fault, also one whose row was set aside."""
    return FAULTS[issue.code].is_error


def _severity(issue: Issue, t: Translate) -> str:
    if issue.is_aside:
        return t("fault, set aside")
    if issue.is_error:
        return t("fault")
    return t("note") if FAULTS[issue.code].is_note else t("warning")


# --- the list -------------------------------------------------------------------------------------------------------


def _list(
    page: Worksheet, issues: tuple[Issue, ...], beyond: int, links: dict[int, str], lang: str, t: Translate
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for number, (title, width) in enumerate(_COLUMNS, start=1):
        heading = page.cell(1, number)
        put(heading, t(title))
        heading.font = Font(bold=True, color="FFFFFF")
        heading.fill = PatternFill("solid", fgColor=NAVY)
        page.column_dimensions[heading.column_letter].width = width
    for line, issue in enumerate(issues, start=2):
        where = issue.column or issue.path
        texts = (issue.file, issue.row, where, issue.value_text(t), issue.cause(lang), issue.action(lang))
        for number, value in enumerate((line - 1, _severity(issue, t), *texts), start=1):
            cell = page.cell(line, number)
            put(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=number >= 5)
        colours = RED if _was_error(issue) else YELLOW
        page.cell(line, 2).fill = PatternFill("solid", fgColor=colours[0])
        page.cell(line, 2).font = Font(bold=True, color=colours[1])
        if id(issue) in links:
            page.cell(line, 3).hyperlink = links[id(issue)]
            page.cell(line, 3).font = Font(underline="single", color="0563C1")
    if beyond:
        put(page.cell(len(issues) + 2, 7), t("… and {count} more.", count=beyond))
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    set_up_print(page, orientation="landscape", head_rows="1:1")


# --- the sheets -----------------------------------------------------------------------------------------------------


def _show(workbook: Workbook, title: str, table: InputTable, marks: Marks, lang: str) -> None:
    """Write a sheet of the input, every row on its own line; of a very large one only the header and marked rows."""
    from openpyxl.styles import Font

    page = workbook.create_sheet(title)
    lines = table.rows
    if sum(map(len, lines.values())) > MAX_CELLS:
        kept = {*range(table.head.last + 1), *(line for line, _ in marks)}
        lines = {line: cells for line, cells in lines.items() if line in kept}
    for line, cells in lines.items():
        for number, text in enumerate(cells, start=1):
            if text:
                put(page.cell(line, number), text)
                page.cell(line, number).number_format = "@"
    for number, text in enumerate(table.head.titles, start=1):
        page.cell(table.head.last, number).font = Font(bold=True)
        page.column_dimensions[page.cell(table.head.last, number).column_letter].width = min(40, max(12, 2 * len(text)))
    # Rows first, so that a bad cell in a doubtful row keeps its own colour; faults after doubts, for the same reason.
    for (line, column), issues in sorted(marks.items(), key=lambda mark: (mark[0][1] > 0, _is_bad(mark[1]))):
        _mark(page, line, column, issues, max(len(table.rows.get(line, [])), 1), lang)
    page.freeze_panes = page.cell(table.head.last + 1, 1)


def _is_bad(issues: list[Issue]) -> bool:
    return any(map(_was_error, issues))


def _mark(page: Worksheet, line: int, column: int, issues: list[Issue], width: int, lang: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    fill, letters = RED if _is_bad(issues) else YELLOW
    for number in [column] if column else range(1, width + 1):
        page.cell(line, number).fill = PatternFill("solid", fgColor=fill)
        page.cell(line, number).font = Font(color=letters, bold=page.cell(line, number).font.b)
    cell = page.cell(line, max(column, 1))
    said = [cell.comment.text] if cell.comment else []
    said += [f"{issue.cause(lang)}{' ' if lang == 'en' else ''}{issue.action(lang)}" for issue in issues]
    cell.comment = Comment("\n".join(dict.fromkeys(said))[:_MAX_NOTE], "Paigong", height=120, width=320)
