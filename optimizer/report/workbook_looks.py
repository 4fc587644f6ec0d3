"""How the cells of a paper look in the workbook: a few named styles, which Excel offers to people as well."""

from __future__ import annotations

from copy import copy
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from optimizer.text.workbook_cells import GREY, NAVY, PALE, PALE_RED, RED

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.styles import NamedStyle

_WHITE, _BLACK, _SLATE = "FFFFFF", "000000", "44546A"

#: Points of type; a column is measured in characters of 11 points.
COLUMN_TYPE, TITLE_TYPE, LABEL_TYPE, VALUE_TYPE = 11, 13, 8, 9


class Look(StrEnum):
    """The styles by their names in the workbook."""

    TITLE = "Paper title"
    NOTE = "Paper note"
    HEADING = "Paper heading"
    LINE = "Paper line"
    RED_LINE = "Paper line red"
    BAR = "Paper bar"
    RED_BAR = "Paper bar red"
    SHEET_BAR = "Paper sheet bar"
    LABEL = "Paper label"
    VALUE = "Paper value"
    RED_VALUE = "Paper value red"


class Painter:
    """Gives the cells of a workbook their looks, each of which is worked out once.

    A style that is set on a cell is compared with all styles of the workbook so far. That took longer than everything
    else of a paper, so the numbers under which they are kept are copied from the first cell of each kind.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, Any] = {}

    def paint(self, cell: Cell, kind: Hashable, work_out: Callable[[Cell], None]) -> None:
        """Give a cell the look of its kind; `work_out` sets it on the first one, and replaces what the cell had."""
        numbers = self._numbers.get(kind)
        if numbers is None:
            work_out(cell)
            self._numbers[kind] = copy(cell._style)
        else:
            cell._style = copy(numbers)

    def look(self, cell: Cell, look: Look, number_format: str = "") -> None:
        """Give a cell one of the named styles, with a number format of its own if there is one."""

        def work_out(first: Cell) -> None:
            first.style = look.value
            if number_format:
                first.number_format = number_format

        self.paint(cell, (look, number_format), work_out)


def add_looks(workbook: Workbook) -> None:
    """Give a workbook the styles, so that a cell takes one by its name."""
    for style in (
        _style(Look.TITLE, NAVY, TITLE_TYPE, is_bold=True, is_framed=False),
        _style(Look.NOTE, RED, COLUMN_TYPE, is_bold=True, is_framed=False),
        _style(Look.HEADING, _WHITE, COLUMN_TYPE, fill=NAVY, is_bold=True),
        _style(Look.LINE, _BLACK, COLUMN_TYPE),
        _style(Look.RED_LINE, RED, COLUMN_TYPE, fill=PALE_RED),
        _style(Look.BAR, _WHITE, COLUMN_TYPE, fill=NAVY, is_bold=True, is_framed=False),
        _style(Look.RED_BAR, _WHITE, COLUMN_TYPE, fill=RED, is_bold=True, is_framed=False),
        _style(Look.SHEET_BAR, _WHITE, TITLE_TYPE, fill=NAVY, is_bold=True, is_framed=False),
        _style(Look.LABEL, _SLATE, LABEL_TYPE, fill=PALE),
        _style(Look.VALUE, _BLACK, VALUE_TYPE),
        _style(Look.RED_VALUE, RED, VALUE_TYPE),
    ):
        workbook.add_named_style(style)


def _style(
    look: Look, color: str, points: int, *, fill: str = "", is_bold: bool = False, is_framed: bool = True
) -> NamedStyle:
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    side = Side("thin", color=GREY)
    return NamedStyle(
        look.value,
        font=Font(name="Calibri", size=points, bold=is_bold, color=color),
        fill=PatternFill("solid", fgColor=fill) if fill else PatternFill(),
        border=Border(left=side, right=side, top=side, bottom=side) if is_framed else Border(),
        alignment=Alignment(vertical="top" if is_framed else "center", wrap_text=True),
        number_format="@",
    )
