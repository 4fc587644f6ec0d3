"""The papers as sheets of the workbook, laid out for print: the lists across, the route sheets upright."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.region import PaperSize
from optimizer.report.columns import spreadsheet_format
from optimizer.report.workbook_looks import COLUMN_TYPE, LABEL_TYPE, TITLE_TYPE, VALUE_TYPE, Look, Painter, add_looks
from optimizer.text.workbook_cells import merge, put, row_height, set_up_print, sheet_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from optimizer.domain.problem import Problem
    from optimizer.report.columns import Column
    from optimizer.report.papers.model import Entry, Field, Paper, Papers, PickUp, RouteSheet
    from optimizer.report.wording import Wording
    from optimizer.text.workbook_cells import Value

#: A route sheet is so many pairs of label and value wide. Printed at this scale, a page upright holds it even where
#: another font stands in for the workbook's own, whose digits are a fifth wider.
LABEL_WIDTH, VALUE_WIDTH, PAIRS, SCALE = 8.0, 12.5, 4, 80
#: How many pairs a field of an entry takes; one where nothing is said.
SPANS = {"address": 3, "request": 2, "last_try": 2, "parts": 3, "bring": 2, "served_last": 4}
#: What the title of a route sheet says is not said again below it.
_IN_TITLE = ("technician", "date")
#: The blanks of an entry: a time takes little room, a sentence more.
_BLANK_SPANS = (1, 1, 2, 2, 1, 1, 4)
#: Points of an upright page between its margins, and of a row to write in.
_UPRIGHT_POINTS = MappingProxyType({PaperSize.A4: 750.0, PaperSize.LETTER: 700.0})
_BLANK_POINTS, _LIST_POINTS = 24.0, 20.0


def page_points(paper: PaperSize) -> float:
    """Return the points of rows that an upright page holds at the scale of route sheets."""
    return _UPRIGHT_POINTS[paper] * 100 / SCALE


def add_papers(workbook: Workbook, problem: Problem, papers: Papers, wording: Wording) -> None:
    """Add a sheet per list and one per route sheet; of several days, its title says which day it is for."""
    add_looks(workbook)
    painter = Painter()
    subtitle = f"{problem.branch.name} · {wording.horizon(problem)}"
    for paper in papers.lists:
        page = workbook.create_sheet(sheet_title(paper.title, workbook.sheetnames))
        _fill_list(page, paper, subtitle, wording, painter)
    for sheet in papers.route_sheets:
        name = sheet.technician.name or sheet.technician.technician_id
        if problem.days > 1:
            name = f"{wording.digits(problem.date_of(sheet.day))} {name}"
        page = workbook.create_sheet(sheet_title(name, workbook.sheetnames))
        _fill_route_sheet(page, sheet, wording, painter)


# --- lists ----------------------------------------------------------------------------------------------------------


def _fill_list(page: Worksheet, paper: Paper, subtitle: str, wording: Wording, painter: Painter) -> None:
    """Write title, note, heading and lines; title and heading come again on every printed page."""
    from openpyxl.utils import get_column_letter

    last = get_column_letter(len(paper.columns))
    put(page["A1"], f"{paper.title} · {subtitle}")
    painter.look(page["A1"], Look.TITLE)
    put(page["A2"], paper.note)
    painter.look(page["A2"], Look.NOTE)
    for row in (1, 2):
        merge(page, row, 1, len(paper.columns))
    page.row_dimensions[2].height = row_height([(paper.note, sum(c.width for c in paper.columns))], 5.0)
    for number, column in enumerate(paper.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = column.width
        heading = page.cell(3, number)
        put(heading, wording.heading(column.heading))
        painter.look(heading, Look.HEADING)
    page.row_dimensions[3].height = row_height((str(cell.value), _width_of(page, cell)) for cell in page[3])
    for number, line in enumerate(paper.lines, start=4):
        for cell, column in zip(_cells(page, number, len(paper.columns)), paper.columns, strict=True):
            put(cell, _shown(line.cells[column.name], wording))
            painter.look(
                cell,
                Look.RED_LINE if line.is_red else Look.LINE,
                spreadsheet_format(column.number_format, wording.region),
            )
        page.row_dimensions[number].height = row_height(_texts(page, number, paper.columns), _LIST_POINTS)
    page.freeze_panes = "A4"
    page.auto_filter.ref = f"A3:{last}{page.max_row}"
    set_up_print(page, orientation="landscape", head_rows="1:3", paper=wording.region.paper)


def _cells(page: Worksheet, row: int, count: int) -> list[Cell]:
    return [page.cell(row, number) for number in range(1, count + 1)]


def _texts(page: Worksheet, row: int, columns: Sequence[Column]) -> Iterator[tuple[str, float]]:
    """Yield the texts that may wrap; moments and numbers are as wide as their column was made."""
    for number, column in enumerate(columns, start=1):
        value = page.cell(row, number).value
        if isinstance(value, str):
            yield value, column.width


def _width_of(page: Worksheet, cell: Cell) -> float:
    return float(page.column_dimensions[cell.column_letter].width)


def _shown(value: Value, wording: Wording) -> Value:
    if isinstance(value, bool):
        return wording.translate("yes") if value else wording.translate("no")
    return value


# --- route sheets ---------------------------------------------------------------------------------------------------


def _fill_route_sheet(page: Worksheet, sheet: RouteSheet, wording: Wording, painter: Painter) -> None:
    """Write a technician's day; a page never ends inside an entry that a page can hold."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.pagebreak import Break

    for pair in range(PAIRS):
        page.column_dimensions[get_column_letter(2 * pair + 1)].width = LABEL_WIDTH
        page.column_dimensions[get_column_letter(2 * pair + 2)].width = VALUE_WIDTH
    title = " · ".join((wording.translate("Route sheet"), *(_value(sheet.heading, name) for name in _IN_TITLE)))
    _bar(page, 1, title, Look.SHEET_BAR, painter)
    rest = [(field.label, field.value, 1) for field in sheet.heading if field.name not in _IN_TITLE]
    row = _pairs(page, 2, rest, painter)
    packing = wording.series(sheet.packing) or wording.translate("none")
    row = _pairs(page, row, [(wording.translate("Take along"), packing, PAIRS)], painter)
    used, head = _height(page, 1, row), _height(page, 1, 2)
    for number, entry in enumerate(sheet.entries):
        begin = row
        if sheet.pick_up is not None and sheet.pick_up.before == number:
            row = _write_pick_up(page, row, sheet.pick_up, wording, painter)
        row = _write_entry(page, row, entry, painter)
        height = _height(page, begin, row)
        if used + height > page_points(wording.region.paper) and begin > 2:
            page.row_breaks.append(Break(id=begin - 1))
            used = head
        used += height
    if sheet.pick_up is not None and sheet.pick_up.before == len(sheet.entries):
        _write_pick_up(page, row, sheet.pick_up, wording, painter)
    set_up_print(page, orientation="portrait", head_rows="1:1", scale=SCALE, paper=wording.region.paper)


def _write_pick_up(page: Worksheet, row: int, stop: PickUp, wording: Wording, painter: Painter) -> int:
    """Write the stop at the branch from a row on; return the first row after it."""
    title = f"{wording.translate('Stop at the branch')}   {stop['start'].value}–{stop['end'].value}"
    page.row_dimensions[row].height = 6
    _bar(page, row + 1, title, Look.BAR, painter)
    shown = [(f.label, f.value, SPANS.get(f.name, 1)) for f in stop.fields if f.name not in ("start", "end")]
    row = _pairs(page, row + 2, shown, painter)
    items = wording.series(stop.items) or wording.translate("none")
    return _pairs(page, row, [(wording.translate("Pick up"), items, PAIRS)], painter)


def _write_entry(page: Worksheet, row: int, entry: Entry, painter: Painter) -> int:
    """Write one visit from a row on; return the first row after it."""
    title = f"{entry.position}   {entry['start'].value}–{entry['end'].value}   {entry['customer'].value}"
    page.row_dimensions[row].height = 6
    _bar(page, row + 1, title, Look.RED_BAR if entry.is_red else Look.BAR, painter)
    shown = [(field.label, field.value, SPANS.get(field.name, 1)) for field in entry.fields]
    row = _pairs(page, row + 2, shown, painter, is_red=entry.is_red)
    spans = _BLANK_SPANS if len(entry.blanks) == len(_BLANK_SPANS) else (1,) * len(entry.blanks)
    blanks = [(label, "", span) for label, span in zip(entry.blanks, spans, strict=True)]
    return _pairs(page, row, blanks, painter, least=_BLANK_POINTS)


def _pairs(
    page: Worksheet,
    row: int,
    items: Sequence[tuple[str, str, int]],
    painter: Painter,
    *,
    least: float = 14.5,
    is_red: bool = False,
) -> int:
    """Write labels and values side by side, `PAIRS` to a row; return the first row after them."""
    for line in _rows_of(items):
        place, texts = 1, []
        for label, value, span in line:
            last = place + 2 * span - 1
            head = page.cell(row, place)
            put(head, label)
            painter.look(head, Look.LABEL)
            put(page.cell(row, place + 1), value)
            if last > place + 1:
                merge(page, row, place + 1, last)
            for column in range(place + 1, last + 1):
                painter.look(page.cell(row, column), Look.RED_VALUE if is_red else Look.VALUE)
            width = span * VALUE_WIDTH + (span - 1) * LABEL_WIDTH
            texts.append((label, LABEL_WIDTH * COLUMN_TYPE / LABEL_TYPE))
            texts.append((value, width * COLUMN_TYPE / VALUE_TYPE))
            place = last + 1
        page.row_dimensions[row].height = row_height(texts, least, type_points=VALUE_TYPE)
        row += 1
    return row


def _rows_of(items: Sequence[tuple[str, str, int]]) -> Iterator[list[tuple[str, str, int]]]:
    """Yield what stands in one row; the last of a row takes the room that is left."""
    line: list[tuple[str, str, int]] = []
    used = 0
    for item in items:
        if line and used + item[2] > PAIRS:
            yield _stretched(line, PAIRS - used)
            line, used = [], 0
        line.append(item)
        used += item[2]
    if line:
        yield _stretched(line, PAIRS - used)


def _stretched(line: list[tuple[str, str, int]], room: int) -> list[tuple[str, str, int]]:
    label, value, span = line[-1]
    return [*line[:-1], (label, value, span + room)]


def _bar(page: Worksheet, row: int, text: str, look: Look, painter: Painter) -> None:
    """Write a line of white on dark across the sheet."""
    cell = page.cell(row, 1)
    put(cell, text)
    merge(page, row, 1, 2 * PAIRS)
    painter.look(cell, look)
    points = TITLE_TYPE if look is Look.SHEET_BAR else COLUMN_TYPE
    width = PAIRS * (LABEL_WIDTH + VALUE_WIDTH) * COLUMN_TYPE / points
    page.row_dimensions[row].height = row_height([(text, width)], points * 1.6, points)


def _height(page: Worksheet, first: int, after: int) -> float:
    """Return the points that the rows from `first` up to but without `after` take."""
    return sum(float(page.row_dimensions[row].height or 15) for row in range(first, after))


def _value(fields: Sequence[Field], name: str) -> str:
    return next((field.value for field in fields if field.name == name), "")
