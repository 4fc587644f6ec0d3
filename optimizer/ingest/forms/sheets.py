"""Sheets: the rows of a branch, from tables or JSON, checked cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from optimizer.faults.issues import IssueLog, Phrase, nearest
from optimizer.ingest.cells.words import word_label
from optimizer.ingest.forms.columns import (
    KEYS,
    SHEETS,
    AbsenceRow,
    AreaRow,
    ArrivalRow,
    BranchRow,
    CalendarRow,
    CountRow,
    CustomerRow,
    ExceptionRow,
    LoanRow,
    LockRow,
    OrderRow,
    PartRow,
    PublishedRow,
    ReservationRow,
    ResultRow,
    ReturnRow,
    ShiftRow,
    SkillRow,
    TechnicianRow,
    ToolRow,
    columns_of,
)
from optimizer.ingest.forms.rows import EMPTY, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.ingest.cells.values import CellFault

MAX_ROWS = 100_000
#: Columns of an order that tell who asked, and the column of a customer that each fills (`flat.py`).
OF_CUSTOMER: Mapping[str, str] = MappingProxyType({"customer_name": "name", "customer_phone": "phone"})
_ORDER = {name: index for index, name in enumerate(SHEETS)}

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Entry(Generic[R]):
    """One row that is right in itself, and the number by which a person finds it."""

    number: int
    row: R


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet before its cells are checked: row numbers, and cells by field name; empty cells are absent.

    `missing` holds the required columns that the header lacks; they are noted once, not once a row.
    """

    name: str
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    is_given: bool = True


@dataclass(frozen=True, slots=True)
class Sheet(Generic[R]):
    """The rows of a sheet.

    Parameters
    ----------
    entries
        The rows that are right in themselves.
    partial
        The rows with wrong cells: a required cell that is wrong is `None` here, any other its default. The checks
        look at them too, so that one report holds every fault.
    ids
        The first cell of every row, also of faulty ones, so that one fault does not make others look unknown.
    is_given
        Whether the sheet is there at all.
    """

    name: str
    entries: tuple[Entry[R], ...] = ()
    partial: tuple[Entry[Any], ...] = ()
    ids: frozenset[str] = frozenset()
    is_given: bool = True

    def __iter__(self) -> Iterator[Entry[R]]:
        return iter(self.entries)

    def readable(self) -> tuple[Entry[Any], ...]:
        """Return every row, also those with wrong cells (see `partial`)."""
        return (*self.entries, *self.partial)

    def note(
        self, log: IssueLog, code: str, number: int | None, column: str = "", value: object = "", **details: Any
    ) -> None:
        """Note an issue of one cell (of a row without `column`, of the sheet without `number`)."""
        log.add(code, value=value, **location_of(self.name, log, number, column), **details)


@dataclass(frozen=True, slots=True)
class BranchSheets:
    """All sheets of a branch."""

    branch: Sheet[BranchRow]
    calendar: Sheet[CalendarRow]
    service_area: Sheet[AreaRow]
    customers: Sheet[CustomerRow]
    orders: Sheet[OrderRow]
    technicians: Sheet[TechnicianRow]
    skills: Sheet[SkillRow]
    shifts: Sheet[ShiftRow]
    parts: Sheet[PartRow]
    arrivals: Sheet[ArrivalRow]
    reservations: Sheet[ReservationRow]
    loans: Sheet[LoanRow]
    tools: Sheet[ToolRow]
    locks: Sheet[LockRow]
    exceptions: Sheet[ExceptionRow]
    published: Sheet[PublishedRow]
    results: Sheet[ResultRow]
    returns: Sheet[ReturnRow]
    counts: Sheet[CountRow]
    absences: Sheet[AbsenceRow]

    def all(self) -> tuple[Sheet[Any], ...]:
        """Return every sheet, in the order of a report."""
        return tuple(getattr(self, name) for name in SHEETS)


def location_of(sheet: str, log: IssueLog, number: int | None, column: str = "") -> dict[str, Any]:
    """Return where an issue stands, in the words of the input's form and of whoever wrote its header.

    A customer made from an order stands in the row of that order.
    """
    if number is not None and number < 0:
        fields = {name: field for field, name in OF_CUSTOMER.items()}
        return location_of("orders", log, -number, fields.get(column, column))
    names = [known.field for known in columns_of(sheet)]
    source = log.sources.get(sheet)
    known = columns_of(sheet)[names.index(column)].name(log.form) if column in names else column
    location: dict[str, Any] = {
        "row": number,
        "column": source.titles.get(column, known) if source else known,
        "order": (_ORDER[sheet], names.index(column) if column in names else -1),
    }
    if log.form == "json":
        at = "" if sheet == "branch" or number is None else f"/{number - 1}"
        return {**location, "path": f"/{sheet}{at}" + (f"/{known}" if known else "")}
    return {**location, "file": source.file if source else file_of(sheet, log)}


def file_of(sheet: str, log: IssueLog, name: str = "") -> str:
    """Return what a sheet's file is called: its own, or the workbook's with the name of the sheet."""
    return f"{log.file} [{name or sheet}]" if log.form == "xlsx" else f"{name or sheet}.csv"


# --- JSON ---------------------------------------------------------------------------------------------------------


def read_json_sheet(name: str, value: object, log: IssueLog) -> RawSheet:
    """Return the rows of one sheet of the wire form: an array of objects (the branch is one object)."""
    entries = [value] if name == "branch" else value
    if not isinstance(entries, list):
        log.add("JSON_SHAPE", expected=Phrase("an array of objects"), **location_of(name, log, None))
        return RawSheet(name)
    if len(entries) > MAX_ROWS:
        log.add("CSV_TOO_MANY_ROWS", limit=MAX_ROWS, **location_of(name, log, None))
        entries = entries[:MAX_ROWS]
    by_name = {column.json_name: column for column in columns_of(name)}
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            log.add("JSON_SHAPE", expected=Phrase("an object"), **location_of(name, log, number))
            continue
        cells: dict[str, Any] = {}
        for key, cell in entry.items():
            column = by_name.get(key)
            if column is None:
                near = nearest(key, by_name)
                near = "" if near in entry else near
                log.add("KEY_UNKNOWN", value=key, near=near, **location_of(name, log, number, key))
            elif cell is not None:
                cells[column.field] = cell
        rows.append((number, cells))
    return RawSheet(name, rows)


# --- cells --------------------------------------------------------------------------------------------------------


def check_cells(raws: Iterable[RawSheet], log: IssueLog) -> BranchSheets:
    """Return the rows that are right in themselves; every wrong cell and doubled row is noted."""
    sheets: Mapping[str, Any] = {raw.name: _check_sheet(raw, log) for raw in raws}
    absent: dict[str, Sheet[Any]] = {name: Sheet(name, is_given=False) for name in SHEETS}
    return BranchSheets(**{**absent, **sheets})


def _check_sheet(raw: RawSheet, log: IssueLog) -> Sheet[Any]:
    entries: list[Entry[Any]] = []
    partial: list[Entry[Any]] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, cells in raw.rows:
        row, is_right = _check_row(raw, number, cells, log)
        (entries if is_right else partial).append(Entry(number, row))
        _check_double(raw.name, number, cells, row, seen, log)
    first = columns_of(raw.name)[0].field
    ids = frozenset(str(cells[first]) for _, cells in raw.rows if first in cells)
    return Sheet(raw.name, tuple(entries), tuple(partial), ids, raw.is_given)


def _check_row(raw: RawSheet, number: int, cells: dict[str, Any], log: IssueLog) -> tuple[Row, bool]:
    """Return the row and whether it is right; of a wrong one, what its right cells say."""
    wrong = _wrong_types(raw.name, number, cells, log) if log.form == "json" else set()
    right = {name: cell for name, cell in cells.items() if name not in wrong} if wrong else cells
    row, faults = SHEETS[raw.name].read(right)
    for name, fault in faults.items():
        if name not in wrong:
            _note_cell(raw, number, name, cells.get(name), fault, log)
    return row, not (wrong or faults)


def _wrong_types(sheet: str, number: int, cells: dict[str, Any], log: IssueLog) -> set[str]:
    wrong = set()
    kinds = {column.field: column.kind for column in columns_of(sheet)}
    for name, cell in cells.items():
        if not kinds[name].is_json(cell):
            wrong.add(name)
            log.add("CELL_TYPE", value=cell, expected=kinds[name].expected, **location_of(sheet, log, number, name))
    return wrong


def _note_cell(raw: RawSheet, number: int, name: str, cell: object, fault: CellFault, log: IssueLog) -> None:
    location = location_of(raw.name, log, number, name)
    if fault is EMPTY:
        if name not in raw.missing:
            code = "KEY_MISSING" if log.form == "json" else "CELL_EMPTY"
            log.add(code, value=location["column"] if log.form == "json" else "", **location)
    else:
        details = dict(fault.details)
        if fault.code == "CHOICE" and raw.name in log.sources:
            lang = log.sources[raw.name].lang
            details["choices"] = ", ".join(word_label(word, lang) for word in details["choices"].split(", "))
        log.add(fault.code, value=cell, **location, **details)


def _check_double(
    sheet: str,
    number: int,
    cells: dict[str, Any],
    row: Row,
    seen: dict[tuple[object, ...], int],
    log: IssueLog,
) -> None:
    names = KEYS.get(sheet, ())
    if not names or any(name not in cells for name in names):
        return
    key = tuple(str(getattr(row, name) or cells[name]) for name in names)
    if key in seen:
        code = "SHIFT_TWICE" if sheet == "shifts" else "ID_TWICE"
        log.add(code, value=" ".join(key), other=seen[key], **location_of(sheet, log, number, names[0]))
    else:
        seen[key] = number
