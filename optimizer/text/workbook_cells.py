"""Cells, sheets, print set-up of a workbook: text stays text, a row is as high as its text, a page as the paper."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.region import PaperSize
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet


#: What a cell may hold.
Value = str | int | float | bool | date | datetime | None

#: How a cell begins that a spreadsheet would take for a formula or a command.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: What Excel allows in no sheet title, its longest title, and the one word that it keeps for itself.
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\n\r\t]")
_TITLE_LENGTH = 31
#: The longest text that Excel takes.
_LONGEST_TEXT = 32_767
_RESERVED = "history"

NAVY, RED, PALE_RED, PALE, GREY = "1F3A5F", "B00020", "FDE9EB", "EEF2F7", "8A94A3"
#: How a workbook calls the sizes of paper.
_CODES = MappingProxyType({PaperSize.A4: 9, PaperSize.LETTER: 1})
_MARGIN_IN = 0.4
_LEADING = 1.3
#: How many default characters a column's width loses to padding.
_PADDING = 1.5
#: Of so many texts the lines are kept: labels come again with every visit.
LABELS = 1_024


def put(cell: Cell, value: Value) -> None:
    """Set a cell; text is stored as text even where it looks like a formula, an error or a number."""
    if not isinstance(value, str):
        cell.value = value
        return
    text = without_controls(value)[:_LONGEST_TEXT]
    # As `cell.value = text` does, which first looks whether it is text, and what kind of: a tenth of a workbook's time.
    cell._value, cell.data_type = text, "s"
    if text.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True


def merge(page: Worksheet, row: int, first: int, last: int) -> None:
    """Make one cell of those of a row from the first column to the last; their looks stay as they are.

    `Worksheet.merge_cells` copies frames from cell to cell and looks through all that is merged already, which took a
    fifth of the time of a workbook.
    """
    from openpyxl.worksheet.cell_range import CellRange

    page.merged_cells.ranges.add(CellRange(min_row=row, max_row=row, min_col=first, max_col=last))


def sheet_title(name: str, taken: Iterable[str]) -> str:
    """Return a title that Excel accepts and that no other sheet has, whatever the case of its letters.

    >>> sheet_title("Li/Wang [A]", [])
    'Li_Wang _A_'
    >>> sheet_title("Li", ["Routes", "li"])
    'Li (2)'
    """
    used = {title.casefold() for title in taken}
    base = _FORBIDDEN.sub("_", without_controls(name)).strip().strip("'")[:_TITLE_LENGTH].rstrip("' ") or "_"
    if base.casefold() == _RESERVED:
        base += "_"
    title, number = base, 1
    while title.casefold() in used:
        number += 1
        ending = f" ({number})"
        title = base[: _TITLE_LENGTH - len(ending)] + ending
    return title


def row_height(texts: Iterable[tuple[str, float]], least: float = 16.0, type_points: float = 11) -> float:
    """Return the height in points that the texts of a row need, each with the width of its cell in characters."""
    lines = max((lines_of(text, width) for text, width in texts), default=1)
    return max(least, lines * type_points * _LEADING + 2)


@lru_cache(LABELS)
def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a cell so many characters wide; a Chinese character is two wide.

    >>> lines_of("上门派工单", 12), lines_of("上门派工单", 8)
    (1, 2)
    """
    room = max(1.0, width - _PADDING)
    return sum(max(1, -int(-_width(line) // room)) for line in text.split("\n"))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def set_up_print(
    page: Worksheet, *, orientation: str, head_rows: str, scale: int | None = None, paper: PaperSize = PaperSize.A4
) -> None:
    """Print what is used and nothing else, the head on every page, page numbers below.

    Parameters
    ----------
    scale
        Percent; by default the sheet is shrunk to one page in width. Excel then ignores page breaks, so that a sheet
        with breaks is printed to scale and laid out narrow enough.
    """
    page.page_setup.paperSize = _CODES[paper]
    page.page_setup.orientation = orientation
    page.sheet_properties.pageSetUpPr.fitToPage = scale is None
    if scale is None:
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    else:
        page.page_setup.scale = scale
    page.print_options.horizontalCentered = True
    page.print_title_rows = head_rows
    page.print_area = page.dimensions
    margins = page.page_margins
    margins.left = margins.right = _MARGIN_IN
    margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.6, 0.25, 0.3
    page.oddFooter.center.text = "&A · &P / &N"
    page.sheet_view.showGridLines = False
