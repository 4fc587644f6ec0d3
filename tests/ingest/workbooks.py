"""Workbooks for tests: a branch's sheets as a spreadsheet program would save them, and workbooks that are broken."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import openpyxl

from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.cells.words import word_label
from optimizer.ingest.forms.columns import columns_of
from optimizer.ingest.forms.headers import label, sheet_label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from tests.ingest.worlds import Sheets


def columns_in(sheets: Sheets, name: str) -> list[str]:
    """Return the column names of a sheet, in the order of their first use."""
    return list(dict.fromkeys(column for row in sheets[name] for column in row))


def in_chinese(sheets: Sheets) -> dict[str, list[dict[str, str]]]:
    """Return the sheets with Chinese names, headers and words."""
    chinese: dict[str, list[dict[str, str]]] = {}
    for name, rows in sheets.items():
        columns = {column.sheet_name: column for column in columns_of(name)}
        chinese[sheet_label(name, "zh")] = [
            {
                label(name, columns[title].field, "zh"): (
                    word_label(cell, "zh") if columns[title].shape is Shape.WORD else cell
                )
                for title, cell in row.items()
            }
            for row in rows
        ]
    return chinese


def native(text: str, shape: Shape) -> Any:
    """Return what a spreadsheet program makes of a text that a person types into a cell: dates, times, numbers."""
    if not text:
        return None
    if shape is Shape.DATE:
        return date.fromisoformat(text)
    if shape in (Shape.MOMENT, Shape.DAY_OR_MOMENT):
        return datetime.fromisoformat(text)
    if shape is Shape.TIME and text != "24:00":
        return time.fromisoformat(text) if len(text) <= 8 else datetime.fromisoformat(text)
    if shape in (Shape.NUMBER, Shape.DECIMAL, Shape.LEVEL, Shape.PRIORITY, Shape.PERCENT, Shape.DURATION) or (
        shape is Shape.ID and text.isdecimal()
    ):
        return float(text)
    return text


def make_workbook(sheets: Sheets, *, lang: str = "en") -> openpyxl.Workbook:
    """Return a workbook of the sheets, its cells dates, times and numbers by nature."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        columns = {column.sheet_name: column for column in columns_of(name)}
        given = [columns[title] for title in columns_in(sheets, name)]
        is_zh = lang == "zh"
        tab = workbook.create_sheet(sheet_label(name, "zh") if is_zh else name)
        tab.append([label(name, column.field, "zh") if is_zh else column.sheet_name for column in given])
        for row in rows:
            words = {c.sheet_name: c.shape is Shape.WORD and is_zh for c in given}
            cells = [(word_label(row.get(n, ""), "zh") if words[n] else row.get(n, "")) for n in words]
            tab.append([native(cell, column.shape) for cell, column in zip(cells, given, strict=True)])
    return workbook


def write_workbook(path: Path, sheets: Sheets, *, lang: str = "en") -> Path:
    """Write the sheets as a workbook."""
    make_workbook(sheets, lang=lang).save(path)
    return path


def tab_of(workbook: openpyxl.Workbook, name: str) -> Worksheet:
    tab = workbook[name]
    assert isinstance(tab, openpyxl.worksheet.worksheet.Worksheet)
    return tab


# --- archives -----------------------------------------------------------------------------------------------------


def repacked(content: bytes, parts: Mapping[str, bytes], *, mode: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a workbook with some of its parts replaced or added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", mode) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


def with_lying_sizes(content: bytes, size: int) -> bytes:
    """Return an archive whose directory and headers say that every entry inflates to `size` bytes."""
    lying = bytearray(content)
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        begin = lying.find(mark)
        while begin >= 0:
            lying[begin + at : begin + at + 4] = struct.pack("<L", size)
            begin = lying.find(mark, begin + 4)
    return bytes(lying)
