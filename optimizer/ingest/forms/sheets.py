"""Sheets: the rows of a branch, from tables or JSON, checked cell by cell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from optimizer.faults.issues import IssueLog, Phrase, Reading, Readings, nearest
from optimizer.ingest.cells.frame import NO_FRAME
from optimizer.ingest.cells.guessed import cannot_be_judged, is_guess
from optimizer.ingest.cells.local_forms import made_plain
from optimizer.ingest.cells.tidy import is_change
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
from optimizer.ingest.forms.meant import Meaning, frame_of, says_nothing, shapes_of
from optimizer.ingest.forms.rows import EMPTY, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from optimizer.ingest.cells.frame import Frame
    from optimizer.ingest.cells.kinds import Kind
    from optimizer.ingest.cells.values import CellFault

MAX_ROWS = 100_000
#: So many cells of a sheet are named whose reading adds something; the rest is counted.
SHOWN_READ_AS = 2_000
#: So many cells of a column are examples of how it was read.
SHOWN_READINGS = 3
#: Columns of an order that tell who asked, and the column of a customer that each fills (`flat.py`).
OF_CUSTOMER: Mapping[str, str] = MappingProxyType({"customer_name": "name", "customer_phone": "phone"})
_ORDER = {name: index for index, name in enumerate(SHEETS)}

R = TypeVar("R", bound=Row)
#: A cell that is read otherwise than it stands: row, column, what stands there, what it was read as.
ReadCell = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Entry(Generic[R]):
    """One row that is right in itself, and the number by which a person finds it."""

    number: int
    row: R


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet before its cells are checked: row numbers, and cells by field name; empty cells are absent.

    Parameters
    ----------
    missing
        The required columns that the header lacks; they are noted once, not once a row.
    unread
        By row the columns whose cells cannot be read as they stand, which is noted already.
    is_unread
        Whether it is there and no row of it could be read, which is noted already.
    """

    name: str
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    is_given: bool = True
    unread: Mapping[int, Set[str]] = field(default_factory=dict)
    is_unread: bool = False


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
    is_unread
        Whether it is there and its ids could not be read, which is noted: what refers to them is not looked up.
    """

    name: str
    entries: tuple[Entry[R], ...] = ()
    partial: tuple[Entry[Any], ...] = ()
    ids: frozenset[str] = frozenset()
    is_given: bool = True
    is_unread: bool = False

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


def check_cells(raws: Iterable[RawSheet], log: IssueLog, *, days: int | None = None) -> BranchSheets:
    """Return the rows that are right in themselves; every wrong cell and doubled row is noted.

    Cells that were typed are read by what they mean (`meant.py`), and what is not plain in them is said.

    Parameters
    ----------
    days
        How many days are planned, if the branch does not decide it.
    """
    raws = list(raws)
    frame = NO_FRAME if log.form == "json" else frame_of({raw.name: raw.rows for raw in raws}, days)
    sheets: Mapping[str, Any] = {raw.name: _check_sheet(raw, frame, log) for raw in raws}
    absent: dict[str, Sheet[Any]] = {name: Sheet(name, is_given=False) for name in SHEETS}
    return BranchSheets(**{**absent, **sheets})


def _check_sheet(raw: RawSheet, frame: Frame, log: IssueLog) -> Sheet[Any]:
    entries: list[Entry[Any]] = []
    partial: list[Entry[Any]] = []
    seen: dict[tuple[object, ...], int] = {}
    first = columns_of(raw.name)[0].field
    ids: set[str] = set()
    changes: list[ReadCell] = []
    meaning = Meaning(raw.name, frame)
    for number, typed in raw.rows:
        cells = typed if log.form == "json" else meaning.of(typed)
        row, wrong = _check_row(raw, number, cells, typed, frame, log)
        (partial if wrong or raw.unread.get(number) else entries).append(Entry(number, row))
        _check_double(raw.name, number, cells, row, seen, log)
        if first in cells:
            ids.add(str(cells[first]))
        if log.form != "json":
            said = ((name, text, cells.get(name, "")) for name, text in typed.items() if name not in wrong)
            changes += [(number, name, text, meant) for name, text, meant in said if text != meant]
    _note_changes(raw.name, changes, frame, log)
    is_unread = raw.is_unread or first in raw.missing
    return Sheet(raw.name, tuple(entries), tuple(partial), frozenset(ids), raw.is_given, is_unread)


def _note_changes(sheet: str, changes: Iterable[ReadCell], frame: Frame, log: IssueLog) -> None:
    """Say what cells that are right were read as, if that is not what stands there.

    A date as the branch's locale writes it needs no word.
    """
    shapes = shapes_of(sheet)
    guessed: list[ReadCell] = []
    usual: list[ReadCell] = []
    for number, name, typed, meant in changes:
        local = made_plain(typed, shapes[name], frame.local)
        if (meant or not says_nothing(name, typed.strip())) and is_change(local, meant, shapes[name]):
            (guessed if meant and is_guess(local, shapes[name], meant) else usual).append((number, name, typed, meant))
    for number, name, typed, meant in guessed[:SHOWN_READ_AS]:
        log.add("READ_AS", value=typed, meant=meant or Phrase("nothing"), **location_of(sheet, log, number, name))
    if len(guessed) > SHOWN_READ_AS:
        log.add("READ_AS_MORE", value=len(guessed) - SHOWN_READ_AS, **location_of(sheet, log, None))
    note_usual(sheet, usual, log)


def note_usual(sheet: str, readings: Iterable[ReadCell], log: IssueLog) -> None:
    """Say once a column what cells were read as that are written in a way of their own and leave no doubt."""
    by_column: dict[str, list[Reading]] = defaultdict(list)
    for number, name, typed, meant in readings:
        by_column[name].append(Reading(typed, meant, number))
    for name, found in by_column.items():
        if len(found) == 1 or log.form == "json":
            for one in found:
                log.add(
                    "READ_USUAL",
                    value=one.typed,
                    meant=one.meant or Phrase("nothing"),
                    **location_of(sheet, log, one.row, name),
                )
            continue
        examples: dict[str, Reading] = {}
        for one in found:
            examples.setdefault(one.typed, replace(one, row=abs(one.row)))
        shown = Readings(list(examples.values())[:SHOWN_READINGS])
        location = {**location_of(sheet, log, found[0].row, name), "row": None}
        log.add("READ_USUAL_COLUMN", count=len(found), readings=shown, **location)


def _check_row(
    raw: RawSheet, number: int, cells: dict[str, Any], typed: dict[str, Any], frame: Frame, log: IssueLog
) -> tuple[Row, Set[str]]:
    """Return the row, of a wrong one what its right cells say, and the columns that are wrong.

    What only follows from a fault of the branch's own row is not told: the day to plan, and its locale.
    """
    wrong = _wrong_types(raw.name, number, cells, log) if log.form == "json" else set()
    right = {name: cell for name, cell in cells.items() if name not in wrong} if wrong else cells
    unread = raw.unread.get(number, ())
    row, faults = SHEETS[raw.name].read(right)
    for name, fault in faults.items():
        if (
            name not in wrong
            and name not in unread
            and not _follows(raw.name, name, typed.get(name), fault, frame, log)
        ):
            _note_cell(raw, number, name, typed.get(name), fault, log)
    return row, wrong | faults.keys()


def _follows(sheet: str, name: str, cell: object, fault: CellFault, frame: Frame, log: IssueLog) -> bool:
    """Return whether a cell cannot be read because a cell of the branch cannot, which is noted there."""
    if log.form == "json" or sheet == "branch" or not isinstance(cell, str):
        return False
    if fault.code == "DATE_TWO_WAYS" and frame.is_order_lost:
        return True
    return cannot_be_judged(cell, shapes_of(sheet)[name], frame)


def _wrong_types(sheet: str, number: int, cells: dict[str, Any], log: IssueLog) -> set[str]:
    wrong = set()
    kinds = _kinds_of(sheet)
    for name, cell in cells.items():
        if not kinds[name].is_json(cell):
            wrong.add(name)
            log.add("CELL_TYPE", value=cell, expected=kinds[name].expected, **location_of(sheet, log, number, name))
    return wrong


@cache
def _kinds_of(sheet: str) -> Mapping[str, Kind]:
    return {column.field: column.kind for column in columns_of(sheet)}


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
    if not names or any(name not in cells for name in names if row.columns()[name].is_required):
        return
    key = tuple(str(getattr(row, name) or cells.get(name, "")) for name in names)
    if key in seen:
        code = "SHIFT_TWICE" if sheet == "shifts" else "ID_TWICE"
        log.add(code, value=" ".join(filter(None, key)), other=seen[key], **location_of(sheet, log, number, names[0]))
    else:
        seen[key] = number
