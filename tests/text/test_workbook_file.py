"""A workbook is saved as openpyxl saves it, to the byte."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.styles import Font

from optimizer.text.workbook_cells import merge, put, set_up_print
from optimizer.text.workbook_file import save_workbook

if TYPE_CHECKING:
    from pathlib import Path

#: Says when it was saved.
CORE = "docProps/core.xml"


def book() -> Workbook:
    """Return a workbook with a cell of every kind: looks and none, text as it may come, nothing at all."""
    made = Workbook()
    page = made.active
    values = ["plain", " spaced ", "<a & 'b' \"c\">", "=1+1", "上门\n派工", "", None, 0, 3.25, 1 / 3, True, False]
    for column, value in enumerate([*values, date(2026, 11, 23), datetime(2026, 11, 23, 9, 30)], start=1):
        for row in (1, 3):
            put(page.cell(row, column), value)
            page.cell(row, column).font = Font(bold=row == 3)
        put(page.cell(6, column), value)
    page.row_dimensions[3].height = 24.5
    page.row_dimensions[4].height = 6
    page.column_dimensions["B"].width = 30
    merge(page, 3, 1, 4)
    page.freeze_panes = "A2"
    page.auto_filter.ref = "A1:C3"
    set_up_print(page, orientation="landscape", head_rows="1:1")
    made.create_sheet("Empty")
    return made


def test_every_part_is_what_openpyxl_writes(tmp_path: Path) -> None:
    book().save(tmp_path / "theirs.xlsx")
    save_workbook(book(), tmp_path / "ours.xlsx")
    with ZipFile(tmp_path / "theirs.xlsx") as theirs, ZipFile(tmp_path / "ours.xlsx") as ours:
        assert ours.namelist() == theirs.namelist()
        assert CORE in theirs.namelist()
        for part in set(theirs.namelist()) - {CORE}:
            assert ours.read(part) == theirs.read(part), part
