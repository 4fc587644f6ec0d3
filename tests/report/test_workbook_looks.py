"""The looks of cells: copied from the first of their kind, and still each cell's own."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.styles import Font

from optimizer.report.workbook_looks import Look, Painter, add_looks
from optimizer.text.workbook_cells import PALE_RED, RED, merge


def test_a_later_cell_looks_as_the_first_of_its_kind() -> None:
    book, painter = Workbook(), Painter()
    add_looks(book)
    page = book.active
    for place, number_format in (("A1", "@"), ("A2", "@"), ("A3", "0.00")):
        painter.look(page[place], Look.RED_LINE, number_format)
    first, second, other = page["A1"], page["A2"], page["A3"]
    assert (second.style, second.number_format) == (Look.RED_LINE.value, "@")
    assert second.style_id == first.style_id
    assert (second.font.color.rgb[-6:], second.fill.fgColor.rgb[-6:]) == (RED, PALE_RED)
    assert (other.style, other.number_format) == (Look.RED_LINE.value, "0.00")


def test_what_is_done_to_one_cell_afterwards_changes_no_other() -> None:
    book, painter = Workbook(), Painter()
    add_looks(book)
    page = book.active
    for place in ("A1", "A2", "A3"):
        painter.look(page[place], Look.LINE)
    page["A1"].font = page["A3"].font = Font(bold=True, italic=True)
    painter.look(page["A4"], Look.LINE)
    assert [page[place].font.italic for place in ("A1", "A2", "A3", "A4")] == [True, False, True, False]


def test_merged_cells_keep_their_own_looks() -> None:
    book, painter = Workbook(), Painter()
    add_looks(book)
    page = book.active
    for column in range(2, 5):
        painter.look(page.cell(3, column), Look.VALUE)
    merge(page, 3, 2, 4)
    assert [str(merged) for merged in page.merged_cells.ranges] == ["B3:D3"]
    assert {page.cell(3, column).border.left.style for column in range(2, 5)} == {"thin"}
