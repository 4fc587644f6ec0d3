"""Tables of text: a CSV file, or a sheet of a workbook, becomes the rows of a sheet by its header."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from optimizer.faults.issues import IssueLog, Source, nearest
from optimizer.ingest.cells.local_forms import made_plain
from optimizer.ingest.cells.locales import date_order_of, parse_locale
from optimizer.ingest.cells.tidy import Shape, is_change, tidy_cell
from optimizer.ingest.cells.values import CellFault
from optimizer.ingest.forms.columns import columns_of
from optimizer.ingest.forms.flat import can_be_made
from optimizer.ingest.forms.headers import columns_by_title, field_names, label, normal
from optimizer.ingest.forms.sheets import MAX_ROWS, RawSheet, file_of, location_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.domain.region import DateOrder
    from optimizer.ingest.forms.columns import Column

#: So many cells of a sheet are named that were read as something else; the rest is counted.
SHOWN_READ_AS = 20

Header = list["Column | None"]


def read_csv(name: str, text: str, log: IssueLog) -> RawSheet:
    """Return the rows of a CSV text, numbered as a spreadsheet shows them; the header is row 1.

    The file has the sheet's own name, unless `log.sources` says another.
    """
    log.sources.setdefault(name, Source(file_of(name, log)))
    return read_table(name, _csv_rows(name, text, log), log)


def _csv_rows(name: str, text: str, log: IssueLog) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        log.add("CSV_CELLS", error=str(error), **location_of(name, log, number + 1))


def read_table(name: str, table: Iterable[tuple[int, list[Any]]], log: IssueLog) -> RawSheet:
    """Return the rows of a table of texts by the columns of its header, which is its first row, tidied.

    `log.sources` says already which file the table came from.
    """
    rows: list[tuple[int, dict[str, Any]]] = []
    numbers = iter(table)
    head, cells = next(numbers, (1, []))
    if not any(cell.strip() for cell in cells):
        columns = ", ".join(c.sheet_name for c in columns_of(name)[:6])
        log.add("FILE_EMPTY", columns=columns, **location_of(name, log, None))
        return RawSheet(name)
    header = _read_header(name, head, cells, log)
    for number, cells in numbers:
        if number > MAX_ROWS:
            log.add("CSV_TOO_MANY_ROWS", limit=MAX_ROWS, **location_of(name, log, number))
            break
        _read_row(name, number, cells, header, rows, log)
    given = {column.field for column in header if column}
    missing = frozenset(column.field for column in columns_of(name) if column.required) - given
    for field_name in missing if given else ():
        if can_be_made(name, field_name, given):
            continue
        log.add("COLUMN_MISSING", **location_of(name, log, head, field_name))
    _tidy(name, rows, log)
    return RawSheet(name, rows if given else [], missing)


def _read_header(name: str, number: int, cells: list[str], log: IssueLog) -> Header:
    by_title = columns_by_title(name)
    separator = next((mark for mark in ";\t|" if len(cells) == 1 and cells[0].count(mark) > 1), None)
    if separator:
        log.add("CSV_SEPARATOR", value=separator, **location_of(name, log, number))
        cells = cells[0].split(separator)
    header: Header = [by_title.get(normal(cell)) if cell.strip() else None for cell in cells]
    _name_columns(name, cells, header, log)
    if not any(header):
        expected = ", ".join(log.sources[name].titles.get(c.field, c.sheet_name) for c in columns_of(name)[:6])
        log.add("HEADER_UNKNOWN", value=", ".join(cells), columns=expected, **location_of(name, log, number))
        return header
    for index, (cell, column) in enumerate(zip(cells, header, strict=True)):
        title = cell.strip()
        if column is not None and column in header[:index]:
            log.add("COLUMN_TWICE", **location_of(name, log, number, column.field))
        if column is None and title:
            unused = [c for c in columns_of(name) if c not in header]
            near = nearest(title, {c.sheet_name for c in unused}) or nearest(
                title, {known for c in unused for known in field_names(name, c.field)}
            )
            log.add("COLUMN_UNKNOWN", value=title, near=near, **location_of(name, log, number, title))
    return header


def _name_columns(name: str, cells: list[str], header: Header, log: IssueLog) -> None:
    """Note how the header calls each column; what it lacks is called as the rest of it would."""
    titles = {column.field: cell.strip() for cell, column in zip(cells, header, strict=True) if column}
    is_chinese = any(not title.isascii() for title in titles.values())
    if is_chinese:
        titles = {column.field: label(name, column.field, "zh") for column in columns_of(name)} | titles
    else:
        # A title in English differs from the column's own name in its case, or is a label of ours: show our name.
        own = {column.field: column.sheet_name for column in columns_of(name)}
        titles = {field: title for field, title in titles.items() if normal(title) != normal(own[field])}
    log.sources[name] = Source(log.sources[name].file, titles)


def _read_row(
    name: str,
    number: int,
    cells: list[str],
    header: Header,
    rows: list[tuple[int, dict[str, Any]]],
    log: IssueLog,
) -> None:
    if any(cell.strip() for cell in cells[len(header) :]):
        log.add("CSV_EXTRA_CELLS", **location_of(name, log, number))
    stripped = [cell.strip() for cell in cells[: len(header)]]
    if any(stripped):
        rows.append((number, {c.field: cell for c, cell in zip(header, stripped, strict=False) if c and cell}))


def _tidy(name: str, rows: list[tuple[int, dict[str, Any]]], log: IssueLog) -> None:
    """Replace each cell by what is meant, and say so; the rows are changed in place."""
    shapes = {column.field: shape_of(column) for column in columns_of(name)}
    if name == "branch":
        log.date_order = _date_order(rows)
    changed = 0
    for number, cells in rows:
        for field_name, text in list(cells.items()):
            shape = shapes[field_name]
            local = made_plain(text, shape, log.date_order)
            tidied = tidy_cell(local, shape)
            if tidied:
                cells[field_name] = tidied
            else:
                del cells[field_name]
            if is_change(local, tidied, shape):
                changed += 1
                if changed <= SHOWN_READ_AS:
                    log.add("READ_AS", value=text, meant=tidied, **location_of(name, log, number, field_name))
    if changed > SHOWN_READ_AS:
        log.add("READ_AS_MORE", value=changed - SHOWN_READ_AS, **location_of(name, log, None))


def _date_order(rows: list[tuple[int, dict[str, Any]]]) -> DateOrder | None:
    """Return the order of dates by the branch's locale; one that is not known is noted when its cell is read."""
    for _, cells in rows[:1]:
        try:
            return date_order_of(parse_locale(cells.get("locale", "").strip()))
        except CellFault:
            return None
    return None


def shape_of(column: Column) -> Shape:
    """Return what the cells of a column look like; a text that names another sheet's row is an id."""
    shape = column.kind.shape
    return Shape.ID if shape is Shape.TEXT and column.field.endswith("_id") else shape
