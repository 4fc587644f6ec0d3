"""Read one Excel workbook as a branch: a child process opens it, its cells become the texts that a CSV would hold.

From there on there is one path for both: headers, tidying, parsers.
"""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from optimizer.faults.decoding import MAX_BYTES, read_bytes
from optimizer.faults.issues import Source, nearest
from optimizer.ingest.cells.dates_and_times import moment_text, span_text
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.columns import REQUIRED_SHEETS, SHEETS
from optimizer.ingest.forms.flat import is_without_customers
from optimizer.ingest.forms.head import find_head, split_begun
from optimizer.ingest.forms.headers import is_note, is_title, sheet_label, sheet_named
from optimizer.ingest.forms.mapped import NO_MAPPINGS, UNMAPPED
from optimizer.ingest.forms.sheets import RawSheet, file_of, location_of
from optimizer.ingest.forms.tables import columns_of_titles, empty_table, read_table
from optimizer.ingest.forms.workbook_child import ALL_TABS, corners
from optimizer.ingest.forms.workbook_file import RefusedError, check_file
from optimizer.running.processes import Child

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.head import Head, Line
    from optimizer.ingest.forms.mapped import SheetMapping
    from optimizer.ingest.forms.tables import Marks

#: What a path of a workbook ends in; an old one is named as such.
SUFFIXES = (".xlsx", ".xlsm", ".xls")
#: How long a workbook may take to read, whatever is in it.
TIMEOUT_S = 60
#: Bytes of memory and seconds of work of its reader; where the system has no limits, the clock has to do.
MAX_MEMORY = 1_500_000_000
MAX_CPU_S = 30
#: How a process ends that is killed: by us when its time is up, by its limit of work, by whoever ends all of a service.
KILLED = (-signal.SIGTERM, -int(getattr(signal, "SIGKILL", signal.SIGTERM)))
#: Cells of a sheet that may be named as covered by merged ones; more are no table of a branch.
MAX_MARKS = 100_000
#: More digits than a spreadsheet keeps.
_EXACT = 10**15
#: What a spreadsheet makes a date of, and is none.
_NAMES = (Shape.ID, Shape.IDS, Shape.AMOUNTS, Shape.SKILLS, Shape.LOADS)
#: Of what a percentage is the figure before its sign.
_FIGURES = (Shape.NUMBER, Shape.PERCENT, Shape.LEVEL, Shape.PRIORITY, Shape.DECIMAL)
#: Day 1 of spreadsheets, by either count: a time of 24 hours without its date.
_DAY_ONE = (date(1899, 12, 31), date(1900, 1, 1))


def read_workbook(
    path: Path, log: IssueLog, mappings: Mapping[str, SheetMapping] = NO_MAPPINGS
) -> list[RawSheet] | None:
    """Return the sheets of a workbook, or `None` after noting why it cannot be read at all."""
    content = read_bytes(path, log, limit=MAX_BYTES)
    if content is None:
        return None
    try:
        check_file(content)
        workbook = open_workbook(content, all_tabs=any(one.tab for one in mappings.values()))
    except RefusedError as refused:
        log.add(refused.code, limit=refused.limit)
        return None
    if workbook["has_macros"]:
        log.add("WORKBOOK_MACROS")
    tabs, unknown = _sheets_of_ours(workbook["sheets"], mappings, log)
    raws = [_read_sheet(name, tabs[name], log, mappings.get(name, UNMAPPED)) for name in SHEETS if name in tabs]
    _note_missing(tabs, unknown, raws, log)
    return raws


def read_mapped_workbook(name: str, path: Path, log: IssueLog, mapping: SheetMapping) -> RawSheet:
    """Return a sheet of a folder that is a workbook of its own: the tab that the branch names, else the first."""
    unread = RawSheet(name, is_given=False, is_unread=True)
    content = read_bytes(path, log, limit=MAX_BYTES)
    if content is None:
        return unread
    try:
        check_file(content)
        tabs = [tab for tab in open_workbook(content, all_tabs=True)["sheets"] if not is_note(tab["name"])]
    except RefusedError as refused:
        log.add(refused.code, file=path.name, limit=refused.limit)
        return unread
    named = [tab for tab in tabs if tab["name"] == mapping.tab] if mapping.tab else tabs
    tab = next((tab for tab in named if tab.get("rows") or "last_cell" in tab), None)
    if tab is None:
        log.add("MAPPING_NO_TAB", file=path.name, value=mapping.tab)
        return unread
    log.sources[name] = Source(f"{path.name} [{tab['name']}]")
    return _read_sheet(name, tab, log, mapping)


def open_workbook(content: bytes, *, all_tabs: bool = False) -> dict[str, Any]:
    """Return what the child process says of a workbook: the cells of our sheets, or of every tab.

    Raises
    ------
    RefusedError
        When it gave up, or needed more work or memory than it may.
    TimeoutError, ChildProcessError
        When the machine was too busy for it, or when it was killed, and the next one, too: nothing is known of the
        workbook.
    """
    message = ALL_TABS + content if all_tabs else content
    workbook = _asked(message)
    if workbook is None:
        workbook = _asked(message)
    if workbook is None:
        raise ChildProcessError("the process that reads workbooks was killed twice")
    if "fault" in workbook:
        raise RefusedError(workbook["fault"])
    return workbook


def _asked(message: bytes) -> dict[str, Any] | None:
    """Return what a child says of a workbook; `None` when somebody else killed it."""
    child = Child("optimizer.ingest.forms.workbook_child", limits={"AS": MAX_MEMORY, "CPU": MAX_CPU_S})
    began_s = time.monotonic()
    try:
        answer = child.ask(message, TIMEOUT_S)
    finally:
        passed_s = time.monotonic() - began_s
        code = child.end()
    if answer is not None:
        workbook: dict[str, Any] = json.loads(answer)
        return workbook
    if code not in KILLED:  # an abort: out of memory
        raise RefusedError("WORKBOOK_TOO_MUCH")
    if passed_s < MAX_CPU_S:
        return None
    # Its limit of work kills, too; the clock alone says nothing of the workbook, but that the machine is busy.
    if passed_s >= TIMEOUT_S and os.name == "posix":
        raise TimeoutError("the process that reads workbooks got no time")
    raise RefusedError("WORKBOOK_TOO_MUCH")


def _sheets_of_ours(
    tabs: list[dict[str, Any]], mappings: Mapping[str, SheetMapping], log: IssueLog
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the tabs by the sheet that they are, and the names of those that are none; note what is there twice."""
    found: dict[str, dict[str, Any]] = {}
    unknown: list[str] = []
    mapped = {mapping.tab: sheet for sheet, mapping in mappings.items() if mapping.tab and not mapping.file}
    for tab in tabs:
        name = mapped.get(tab["name"]) or sheet_named(tab["name"])
        if name is None:
            if not is_note(tab["name"]):
                unknown.append(tab["name"])
        elif name in found:
            location = {**location_of(name, log, None), "file": file_of(name, log, tab["name"])}
            log.add("SHEET_TWICE", value=found[name]["name"], **location)
        else:
            found[name] = tab
            log.sources[name] = Source(file_of(name, log, tab["name"]))
    absent = [n for sheet in SHEETS if sheet not in found for n in (sheet, sheet_label(sheet, "zh"))]
    for title in unknown:
        log.add("SHEET_UNKNOWN", value=title, near=nearest(title, absent))
    return found, unknown


def _note_missing(found: dict[str, dict[str, Any]], unknown: list[str], raws: list[RawSheet], log: IssueLog) -> None:
    is_chinese = not all(tab["name"].isascii() for tab in found.values()) or not found
    for name in REQUIRED_SHEETS:
        if name not in found and not (name == "customers" and is_without_customers(raws)):
            wanted = sheet_label(name, "zh") if is_chinese else name
            location = {**location_of(name, log, None), "file": file_of(name, log, wanted)}
            log.add("SHEET_MISSING", near=nearest(wanted, unknown) or nearest(name, unknown), **location)


def _read_sheet(name: str, tab: dict[str, Any], log: IssueLog, mapping: SheetMapping) -> RawSheet:
    location = location_of(name, log, None)
    if "last_cell" in tab:
        log.add("SHEET_LAST_CELL", value=tab["last_cell"], **location)
        return RawSheet(name, is_given=False, is_unread=True)
    if tab["is_hidden"]:
        log.add("SHEET_HIDDEN", **location)
    if tab["hidden_rows"]:
        log.add("ROWS_HIDDEN", value=_stretches(tab["hidden_rows"]), **location)
    if tab["hidden_columns"]:
        log.add("COLUMNS_HIDDEN", value=", ".join(tab["hidden_columns"]), **location)
    begun, _ = split_begun(plain_lines(tab["rows"]))
    if not begun:
        return empty_table(name, log)
    head = find_head(begun, mapping.title_test(is_title(name)))
    lines = _shaped(name, head, tab["rows"], log, mapping)
    return read_table(name, head, lines, log, marks=_marks(tab), mapping=mapping)


def _stretches(numbers: list[int]) -> str:
    """Return numbers in rising order with neighbours drawn together: `3, 5-9`."""
    stretches: list[list[int]] = []
    for number in numbers:
        if stretches and number == stretches[-1][1] + 1:
            stretches[-1][1] = number
        else:
            stretches.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in stretches)


def _marks(tab: dict[str, Any]) -> Marks:
    """Return the cells that cannot be read as they stand: covered by a merged one, never computed, or an error.

    A formula counts by its last value, which is said, too.
    """
    marks: dict[tuple[int, int], tuple[str, str]] = {}
    for code, key in (
        ("CELLS_COMPUTED", "computed"),
        ("CELLS_UNCOMPUTED", "uncomputed"),
        ("CELLS_ERROR", "errors"),
    ):
        for reference in tab[key]:
            row, column, *_ = corners(reference) or (0, 0)
            marks[row, column - 1] = (code, reference)
    widths = {number: len(cells) for number, cells in tab["rows"]}
    last, widest = max(widths, default=0), max(widths.values(), default=0)
    for reference in tab["merged"]:
        top, left, bottom, right = corners(reference) or (1, 1, 0, 0)
        for number in range(top, min(bottom, last) + 1):
            columns = range(left - 1, min(right, widest)) if number in widths and len(marks) < MAX_MARKS else ()
            marks |= {(number, column): ("CELLS_MERGED", reference) for column in columns}
        marks.pop((top, left - 1), None)  # which holds the value
    return marks


# --- cells --------------------------------------------------------------------------------------------------------


def plain_lines(rows: list[Any]) -> Iterator[Line]:
    """Return the rows of a sheet as texts, whatever their columns are."""
    return ((number, [cell_text(cell, Shape.TEXT) for cell in cells]) for number, cells in rows)


def _shaped(name: str, head: Head, rows: list[Any], log: IssueLog, mapping: SheetMapping) -> Iterator[Line]:
    """Return the rows below a header as texts, each cell by the kind of its column."""
    columns = columns_of_titles(name, head.titles, mapping)
    shapes = [column.shape if column else Shape.TEXT for column in columns]
    for number, cells in rows:
        if number <= head.last:
            continue
        for column, shape, cell in zip(columns, shapes, cells, strict=False):
            if column and shape in _NAMES and cell[:1] in (["d"], ["m"], ["t"], ["s"]):
                log.add("ID_DATE", value=cell_text(cell, shape), **location_of(name, log, number, column.field))
        beyond = [Shape.TEXT] * max(0, len(cells) - len(shapes))
        yield number, [cell_text(cell, shape) for cell, shape in zip(cells, (*shapes, *beyond), strict=False)]


def cell_text(cell: Any, shape: Shape) -> str:
    """Return the text that a CSV would hold for a cell of a workbook, given as the child process writes it.

    >>> cell_text(["n", 10042.0], Shape.ID), cell_text(["d", "2026-11-23"], Shape.MOMENT)
    ('10042', '2026-11-23')
    >>> cell_text(["n", 7.0, "0007"], Shape.ID), cell_text(["n", 7.0, "0007"], Shape.NUMBER)
    ('0007', '7')
    >>> cell_text(["s", 86400], Shape.TIME), cell_text(["b", True], Shape.WORD)
    ('24:00', 'yes')
    """
    if isinstance(cell, str):
        return cell
    kind, value, *shown = cell
    if kind == "n":
        return _shown_text(value, shown[0], shape) if shown else _number_text(value)
    if kind == "b":
        return ("yes" if value else "no") if shape is Shape.WORD else str(value).upper()
    if kind in ("t", "s"):
        return span_text(value) if value >= 0 else str(value)
    moment = datetime.fromisoformat(value)
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    if shape is Shape.TIME and is_midnight and moment.date() in _DAY_ONE:
        return "24:00"
    if is_midnight and (kind == "d" or shape is Shape.DATE):
        return moment.date().isoformat()
    return moment_text(moment)


def _shown_text(value: float, shown: str, shape: Shape) -> str:
    """Return a number as the sheet shows it where people read it as a text, or with its unit; else the number."""
    is_pct = shown.endswith("%")
    if shape in _FIGURES and is_pct:
        return _number_text(round(value * 100, 9))
    has_unit = any(sign.isalpha() for sign in shown)
    is_text = shape in (Shape.TEXT, *_NAMES) or (shape is Shape.DURATION and has_unit)
    return shown if is_text and not is_pct else _number_text(value)


def _number_text(value: float) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.15g}"
    return str(int(value)) if float(value).is_integer() else repr(value)
