"""A workbook of ours into its file: as openpyxl saves it, byte for byte, but the rows of its sheets in one go.

openpyxl makes a tree of each cell and writes that; for thousands of cells it took half the time of a workbook.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.compat import safe_string
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import Element

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

#: What stands for the rows of a sheet until they are written.
_NO_ROWS = "<sheetData />"


def save_workbook(workbook: Workbook, path: Path) -> None:
    """Write a workbook of values and looks; charts, pictures, formulas and comments have no place in it."""
    with ZipFile(path, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        _WorkbookWriter(workbook, archive).save()


class _WorkbookWriter(ExcelWriter):  # type: ignore[misc]
    """Writes sheets as above, all else as openpyxl does."""

    def write_worksheet(self, page: Worksheet) -> None:
        """Write a sheet into the archive."""
        page._drawing = SpreadsheetDrawing()
        rest = BytesIO()
        writer = _SheetWriter(page, rest)
        writer.write()
        page._rels = writer._rels
        before, _, after = rest.getvalue().decode().partition(_NO_ROWS)
        styles: dict[bytes, str] = {}
        rows = "".join(_row_xml(page, number, row, styles) for number, row in writer.rows())
        self._archive.writestr(page.path[1:], f"{before}<sheetData>{rows}</sheetData>{after}")
        self.manifest.append(page)


class _SheetWriter(WorksheetWriter):  # type: ignore[misc]
    """Writes a sheet without its rows."""

    def write_rows(self) -> None:
        """Leave a place for the rows."""
        self.xf.send(Element("sheetData"))


def _row_xml(page: Worksheet, number: int, cells: Iterable[Cell], styles: dict[bytes, str]) -> str:
    """Return a row; `styles` are those written so far, by the numbers under which openpyxl keeps their parts."""
    attributes = {"r": number, **dict(page.row_dimensions.get(number, {}))}
    head = "".join(f' {name}="{value}"' for name, value in attributes.items())
    shown = (cell for cell in cells if cell.value is not None or cell.has_style)
    return f"<row{head}>{''.join(_cell_xml(cell, styles) for cell in shown)}</row>"


def _cell_xml(cell: Cell, styles: dict[bytes, str]) -> str:
    numbers = b"" if cell._style is None else cell._style.tobytes()
    style = styles.get(numbers)
    if style is None:
        style = styles[numbers] = f' s="{cell.style_id}"' if cell.has_style else ""
    value, kind = cell.value, cell.data_type
    if kind == "d":
        value, kind = to_excel(value, cell.parent.parent.epoch), "n"
    head = f'<c r="{cell.coordinate}"{style} t="{"inlineStr" if kind == "s" else kind}"'
    if value is None or value == "":
        return f"{head} />"
    if kind != "s":
        return f"{head}><v>{safe_string(value)}</v></c>"
    space = "" if value == value.strip() else ' xml:space="preserve"'
    return f"{head}><is><t{space}>{escape(value)}</t></is></c>"
