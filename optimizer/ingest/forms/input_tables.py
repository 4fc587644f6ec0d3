"""The tables of an input as it stands, right or wrong, for showing its faults where they are."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from optimizer.faults.decoding import decode_json, read_bytes, read_text
from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.columns import SHEETS, columns_of
from optimizer.ingest.forms.folder import sheet_files, workbook_in
from optimizer.ingest.forms.head import Head, find_head, lines_of, split_begun
from optimizer.ingest.forms.headers import columns_by_title, is_title, normal, sheet_named
from optimizer.ingest.forms.mapped import NO_MAPPINGS, UNMAPPED
from optimizer.ingest.forms.mapped_files import files_meant
from optimizer.ingest.forms.sheets import MAX_ROWS
from optimizer.ingest.forms.workbook import SUFFIXES, open_workbook, plain_lines
from optimizer.ingest.forms.workbook_file import RefusedError, check_file
from optimizer.text.printable import spelt_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from optimizer.faults.issues import Issue
    from optimizer.ingest.forms.head import Line
    from optimizer.ingest.forms.mapped import SheetMapping

#: More columns than any sheet of ours has, fewer than a spreadsheet takes.
MAX_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class InputTable:
    """One sheet of an input.

    Parameters
    ----------
    sheet
        Which sheet it is.
    title
        What the person who wrote it calls it.
    file
        What messages call its file.
    rows
        The cells of each row that holds any, by the number of its line; of JSON, the header is line 1.
    head
        The header; of JSON, line 1.
    """

    sheet: str
    title: str
    file: str
    rows: dict[int, list[str]]
    head: Head
    is_json: bool = False

    def line_of(self, issue: Issue) -> int | None:
        """Return the line that an issue is about; of a whole column, the header's. `None`: it is not about a line."""
        if self.is_json:
            _, sheet, *rest = (*issue.path.split("/"), "")
            entry = "0" if sheet == "branch" else rest[0]
            return int(entry) + 2 if sheet == self.sheet and entry.isdecimal() else None
        if issue.file != self.file:
            return None
        return self.head.last if issue.row is None and issue.column else issue.row

    def columns_of(self, issue: Issue) -> list[int]:
        """Return the columns that an issue is about, from 1; none when it is about a row, or its column is missing."""
        if not issue.column:
            return []
        titles = self.head.titles
        exact = [n for n, title in enumerate(titles, start=1) if spelt_out(title.strip()) == issue.column]
        if exact:
            return exact
        meant = self._field(issue.column)
        return [n for n, title in enumerate(titles, start=1) if meant and self._field(title) == meant]

    def _field(self, title: str) -> str:
        column = columns_by_title(self.sheet).get(normal(title))
        return column.field if column else ""


def tables_of(path: Path, mappings: Mapping[str, SheetMapping] = NO_MAPPINGS) -> list[InputTable]:
    """Return the tables of a branch as far as they can be read: of a folder, a workbook, or a JSON document.

    Parameters
    ----------
    mappings
        What the branch says of its own files.
    """
    book = workbook_in(path) if path.is_dir() else None
    if book is not None:
        tables = _of_workbook(book, mappings)
    elif path.is_dir():
        tables = _of_folder(path, mappings)
    elif path.suffix.lower() in SUFFIXES:
        tables = _of_workbook(path, mappings)
    elif path.suffix.lower() == ".json":
        tables = _of_document(path)
    else:
        return []
    order = list(SHEETS)
    return sorted(tables, key=lambda table: (order.index(table.sheet), table.file))


def _of_folder(folder: Path, mappings: Mapping[str, SheetMapping]) -> Iterator[InputTable]:
    own = {sheet: files_meant(folder, mapping.file)[-1:] for sheet, mapping in mappings.items() if mapping.file}
    mapped = [(sheet, path) for sheet, paths in own.items() for path in paths]
    claimed = {path for _, path in mapped}
    for sheet, path in (*mapped, *(named for named in sheet_files(folder) if named[1] not in claimed)):
        if path.suffix.lower() in SUFFIXES:
            yield from _of_workbook(path, {sheet: replace(mappings[sheet], file="")})
        else:
            yield from _of_text(sheet, path, mappings.get(sheet, UNMAPPED))


def _of_text(sheet: str, path: Path, mapping: SheetMapping) -> Iterator[InputTable]:
    text = read_text(path, IssueLog(form="csv", file=path.name), is_sheet=True)
    known = mapping.title_test(is_title(sheet))
    if text is not None:
        yield _table(sheet, path.stem, path.name, list(_lines(text, known)), known)


def _lines(text: str, known: Callable[[str], bool]) -> Iterator[Line]:
    try:
        for number, cells in lines_of(text, known):
            if number > MAX_ROWS:
                return
            if any(cells):
                yield number, cells[:MAX_COLUMNS]
    except csv.Error:
        return  # the rest cannot be told apart


def _table(sheet: str, title: str, file: str, lines: list[Line], known: Callable[[str], bool]) -> InputTable:
    begun, _ = split_begun(lines)
    head = find_head(begun, known) if begun else Head([], 1, 1)
    return InputTable(sheet, title, file, dict(lines), head)


def _of_workbook(path: Path, mappings: Mapping[str, SheetMapping]) -> Iterator[InputTable]:
    content = read_bytes(path, IssueLog(form="xlsx", file=path.name))
    if content is None:
        return
    try:
        check_file(content)
        tabs = open_workbook(content, all_tabs=bool(mappings))["sheets"]
    except RefusedError:
        return
    for tab in tabs:
        mapped = next((sheet for sheet, one in mappings.items() if one.tab == tab["name"] and not one.file), None)
        sheet, rows = mapped or sheet_named(tab["name"]), tab.get("rows")
        if sheet and rows:
            lines = [(number, cells[:MAX_COLUMNS]) for number, cells in plain_lines(rows)]
            known = mappings.get(sheet, UNMAPPED).title_test(is_title(sheet))
            yield _table(sheet, tab["name"], f"{path.name} [{tab['name']}]", lines, known)


def _of_document(path: Path) -> Iterator[InputTable]:
    log = IssueLog(form="json", file=path.name)
    text = read_text(path, log)
    document = decode_json(text, log) if text is not None else None
    if not isinstance(document, dict):
        return
    for sheet in SHEETS:
        value = document.get(sheet)
        entries = [value] if sheet == "branch" else value
        if isinstance(entries, list) and entries:
            lines = _entry_lines(sheet, entries)
            yield InputTable(sheet, sheet, path.name, lines, Head(lines[1], 1, 1), is_json=True)


def _entry_lines(sheet: str, entries: list[Any]) -> dict[int, list[str]]:
    """Return the entries as lines below a header of the keys that any of them has, ours first."""
    keys = dict.fromkeys(key for entry in entries if isinstance(entry, dict) for key in entry)
    ours = [column.json_name for column in columns_of(sheet) if column.json_name in keys]
    header = [*ours, *(key for key in keys if key not in ours)][:MAX_COLUMNS]
    lines = {1: header}
    for line, entry in enumerate(entries[:MAX_ROWS], start=2):
        cells = [entry.get(key) for key in header] if isinstance(entry, dict) else [entry]
        lines[line] = ["" if cell is None else cell if isinstance(cell, str) else _json(cell) for cell in cells]
    return lines


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
