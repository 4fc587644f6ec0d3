"""The child process that opens a workbook: its bytes are one message, its sheets as JSON the answer.

Whatever a workbook does to its reader (endless work, endless memory, an abort) it does to this process, which has
little of either. Only the standard library and the reader are loaded, so that it starts in well under 0.1 s.

A cell is text as it stands, or a pair of kind and value: `n` a number, `b` a yes or no, `d` a date, `m` a moment,
`t` the seconds of a day, `s` the seconds of a span of time. A number that the sheet shows otherwise (`0007`) has what
is shown as its third.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from optimizer.ingest.forms.number_formats import BUILT_IN, shown
from optimizer.ingest.forms.workbook_file import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.running.entry import Parent

#: A sheet that goes further holds stray cells, or somebody else's data.
MAX_ROW, MAX_COLUMN, MAX_AREA = 100_001, 500, 10_000_000
#: Stands before a workbook of which every tab is asked for.
ALL_TABS = b"all tabs\n"
#: Merged ranges that are looked at.
MAX_MERGED = 2_000
#: Characters of one cell that are passed on (a text has at most 2 000), and of all cells.
MAX_CELL, MAX_CHARACTERS = 4_000, 60_000_000
#: Cells of a sheet with a formula or an error that are passed on.
MAX_MARKED = 20_000

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})", re.ASCII)

Cell = str | tuple[str, Any] | tuple[str, Any, str]


# --- the structure of a sheet -------------------------------------------------------------------------------------


class SheetScan:
    """What a sheet's XML says beside its values: how far it goes, what is hidden, merged, computed or an error.

    Parameters
    ----------
    formats
        The number formats that show more than a number, by the style of a cell; `styled` holds the cells that have one.
    """

    def __init__(self, xml: bytes, formats: Mapping[int, str] = MappingProxyType({})) -> None:
        self.last_row = self.last_column = 0
        self.merged: list[str] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.computed: list[str] = []
        self.uncomputed: list[str] = []
        self.errors: list[str] = []
        self.styled: dict[tuple[int, int], int] = {}
        self._formats = formats
        self._style = 0
        self._row = self._column = 0
        self._type = ""
        self._has_formula = self._has_value = self._is_value = False
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.buffer_text = True
        self._parser = parser
        parser.Parse(xml, True)

    @property
    def is_too_large(self) -> bool:
        """Return whether the cells reach further than the data of a branch do."""
        area = self.last_row * self.last_column
        return self.last_row > MAX_ROW or self.last_column > MAX_COLUMN or area > MAX_AREA

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = column_number(reference[1]) if reference else self._column + 1
            self._type = attributes.get("t", "")
            style = attributes.get("s", "0")
            self._style = int(style) if style.isdecimal() else 0
            self._has_formula = self._has_value = False
        elif name == "v":
            self._is_value = True
            self._parser.CharacterDataHandler = self._text
        elif name in ("is", "f"):
            self._has_formula = self._has_formula or name == "f"
            self._has_value = self._has_value or name == "is"
        elif name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(self._row)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.hidden_columns.append((int(attributes.get("min", 1)), int(attributes.get("max", 1))))
        elif name == "mergeCell" and len(self.merged) < MAX_MERGED:
            self.merged.append(attributes.get("ref", ""))

    def _text(self, _text: str) -> None:
        self._has_value = True

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self._parser.CharacterDataHandler = None
        elif name == "c":
            if self._has_value or self._has_formula:
                self.last_row = max(self.last_row, self._row)
                self.last_column = max(self.last_column, self._column)
            if self._has_formula:
                # An empty text is a value, too: a formula gave it.
                (self.computed if self._has_value or self._type == "str" else self.uncomputed).append(self._here())
            if self._style in self._formats and self._has_value and self._type in ("", "n"):
                self.styled[self._row, self._column] = self._style
            if self._type == "e":
                self.errors.append(self._here())

    def _here(self) -> str:
        return f"{column_letters(self._column)}{self._row}"


def column_number(letters: str) -> int:
    """Return the number of a column, from 1: `AA` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column's number, from 1: 27 is `AA`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- the archive --------------------------------------------------------------------------------------------------


class Archive:
    """The parts of a workbook by name."""

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._names = {name.replace("\\", "/").lstrip("/").lower(): name for name in self._zip.namelist()}

    def part(self, name: str) -> bytes:
        """Return the bytes of a part; names differ in nothing but case from what is asked for."""
        return self._zip.read(self._names[name.lstrip("/").lower()])

    @property
    def has_macros(self) -> bool:
        """Return whether there is a project of macros."""
        return any(name.endswith("vbaproject.bin") for name in self._names)

    def sheet_parts(self) -> dict[str, str]:
        """Return the part of each sheet by the sheet's name."""
        workbook = next(
            (target for kind, target in self._links("") if kind.endswith("/officeDocument")), "xl/workbook.xml"
        )
        if workbook.lower() not in self._names or workbook.lower().endswith(".bin"):
            raise RefusedError("WORKBOOK_KIND")
        links = {link["Id"]: link["Target"] for link in _elements(self.part(_links_of(workbook)), "Relationship")}
        folder = posixpath.dirname(workbook)
        parts = {}
        for sheet in _elements(self.part(workbook), "sheet"):
            link = next(value for key, value in sheet.items() if key.rpartition(":")[2] == "id")
            parts[sheet["name"]] = posixpath.normpath(posixpath.join("/" + folder, links[link])).lstrip("/")
        return parts

    def number_formats(self) -> dict[int, str]:
        """Return the number formats that may show more than a number, by the index of their style."""
        name = next((name for name in self._names if name.endswith("/styles.xml")), None)
        return {} if name is None else _formats(self.part(name))

    def _links(self, part: str) -> Iterator[tuple[str, str]]:
        with suppress(KeyError):
            for link in _elements(self.part(_links_of(part)), "Relationship"):
                yield link.get("Type", ""), link.get("Target", "").lstrip("/")


def _links_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _elements(xml: bytes, wanted: str) -> list[dict[str, str]]:
    """Return the attributes of every element of a name."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(xml, True)
    return found


def _formats(xml: bytes) -> dict[int, str]:
    """Return the format codes of a workbook's styles by their index, without the general one."""
    codes, found = dict(BUILT_IN), list[int]()
    inside = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = tag.rpartition(":")[2]
        if name in ("cellXfs", "cellStyleXfs"):
            inside = name
        elif name == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "xf" and inside == "cellXfs":
            number = attributes.get("numFmtId", "0")
            found.append(int(number) if number.isdecimal() else 0)

    def end(tag: str) -> None:
        nonlocal inside
        inside = "" if tag.rpartition(":")[2] == inside else inside

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(xml, True)
    speaking = {number for number, code in codes.items() if any(shown(value, code) for value in (0, 1, 1.5))}
    return {style: codes[number] for style, number in enumerate(found) if number in speaking}


def _refuse_doctype(*_: object) -> None:
    """Stop before an entity is declared, which could stand for any amount of text."""
    raise RefusedError("WORKBOOK_DOCTYPE")


# --- the sheets ---------------------------------------------------------------------------------------------------


def read(content: bytes, *, all_tabs: bool = False) -> dict[str, Any]:
    """Return the workbook as plain JSON values: its sheets of ours with their cells, of the others the names.

    Parameters
    ----------
    all_tabs
        Give the cells of every tab, whatever it is called.
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    from optimizer.ingest.forms.headers import sheet_named

    archive = Archive(content)
    parts = archive.sheet_parts()
    formats = archive.number_formats()
    sheets: list[dict[str, Any]] = []
    budget = MAX_CHARACTERS
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        for index, about in enumerate(workbook.sheets_metadata):
            sheet: dict[str, Any] = {"name": about.name, "is_hidden": about.visible != SheetVisibleEnum.Visible}
            sheets.append(sheet)
            is_ours = all_tabs or sheet_named(about.name) is not None
            if about.typ != SheetTypeEnum.WorkSheet or not is_ours:
                continue
            scan = SheetScan(archive.part(parts[about.name]), formats)
            if scan.is_too_large:
                sheet["last_cell"] = f"{column_letters(scan.last_column)}{scan.last_row}"
                continue
            rows = _rows(workbook.get_sheet_by_index(index).to_python(skip_empty_area=False))
            _show(rows, scan.styled, formats)
            budget -= sum(len(cell) for _, cells in rows for cell in cells if isinstance(cell, str))
            if budget < 0:
                raise RefusedError("WORKBOOK_TOO_MUCH")
            sheet["rows"] = rows
            sheet["merged"] = [ref for ref in scan.merged if _touches(ref, rows)]
            width = max((len(cells) for _, cells in rows), default=0)
            given = {number for number, _ in rows}
            sheet["hidden_rows"] = [row for row in scan.hidden_rows if row in given]
            sheet["hidden_columns"] = [
                column_letters(n) for first, last in scan.hidden_columns for n in range(first, min(last, width) + 1)
            ]
            for name in ("computed", "uncomputed", "errors"):
                sheet[name] = getattr(scan, name)[:MAX_MARKED]
    return {"has_macros": archive.has_macros, "sheets": sheets}


def _show(
    rows: list[tuple[int, list[Cell]]], styled: Mapping[tuple[int, int], int], formats: Mapping[int, str]
) -> None:
    """Put what a sheet shows beside the numbers that it shows otherwise; the rows are changed in place."""
    for number, cells in rows if styled else ():
        for column, cell in enumerate(cells, start=1):
            style = styled.get((number, column))
            if style is not None and not isinstance(cell, str) and cell[0] == "n":
                text = shown(cell[1], formats[style])
                if text:
                    cells[column - 1] = ("n", cell[1], text)


def _rows(values: list[list[Any]]) -> list[tuple[int, list[Cell]]]:
    """Return the rows that hold something, numbered as a person sees them, without the empty cells at their ends."""
    rows = []
    for number, row in enumerate(values, start=1):
        cells = [_cell(value) for value in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            rows.append((number, cells))
    return rows


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value[:MAX_CELL]
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, int | float):
        return "n", value
    if isinstance(value, datetime):
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return "m", rounded.isoformat(" ")
    if isinstance(value, date):
        return "d", value.isoformat()
    if isinstance(value, time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return "t", seconds + (value.microsecond >= 500_000)
    if isinstance(value, timedelta):
        return "s", round(value.total_seconds())
    return str(value)[:MAX_CELL]


def corners(reference: str) -> tuple[int, int, int, int] | None:
    """Return first row, first column, last row and last column of a range of cells, from 1.

    >>> corners("B3:C4"), corners("B3"), corners("all")
    ((3, 2, 4, 3), (3, 2, 3, 2), None)
    """
    ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or not first or not last:
        return None
    return int(first[2]), column_number(first[1]), int(last[2]), column_number(last[1])


def _touches(reference: str, rows: list[tuple[int, list[Cell]]]) -> bool:
    """Return whether a range of cells holds a value."""
    found = corners(reference)
    if found is None:
        return False
    top, left, bottom, right = found
    return any(any(cell != "" for cell in cells[left - 1 : right]) for n, cells in rows if top <= n <= bottom)


# --- the process --------------------------------------------------------------------------------------------------


def serve(parent: Parent) -> None:
    """Answer a workbook with its sheets, or with the code of a fault."""
    content = parent.receive()
    if content is None:
        return
    try:
        answer = read(content.removeprefix(ALL_TABS), all_tabs=content.startswith(ALL_TABS))
    except RefusedError as refused:
        answer = {"fault": refused.code}
    except MemoryError:
        answer = {"fault": "WORKBOOK_TOO_MUCH"}
    except BaseException:
        # A panic of the reader is no Exception; whatever it is, the workbook is broken, and nothing else is at stake.
        answer = {"fault": "WORKBOOK_BROKEN"}
    parent.send(json.dumps(answer).encode("ascii"))
