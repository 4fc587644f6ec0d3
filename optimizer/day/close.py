"""A day is closed: its results become part of its orders, and what is left is tomorrow's branch.

What each row becomes on the next day:

- *orders*: done ones stay one more day, to be asked about and until their parts are back, then they are archived;
  unfinished ones are carried over, once more than before; those that the plan has and nobody has reported on are under
  way; all others are as they were. An order that comes after an archived one has what was left of the gap as `ready`.
- *results, returns, counts*: what has come by the moment of closing is part of orders, loans and stock, and goes; what
  comes later stays.
- *parts, arrivals, loans, own parts*: see `stock_after.py`.
- *technicians*: the work of the day is in the ledger, and customers know who served them.
- *reservations, exceptions, locks, published*: go with their order; locks and told windows of the day go with the day.
- *shifts*: as the roster says; those of the day are repeated where nobody has one on the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from optimizer.day.as_planned import day_as_planned
from optimizer.day.order_states import EndedOrder, EndOfDay, OrderState, ended_orders
from optimizer.day.stock_after import has_come, loans_after, loans_begin_with, own_parts_after, parts_after
from optimizer.domain.planning_context import AsideState, Stage
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import MINUTE_S, at
from optimizer.errors import InputError
from optimizer.ingest.build.as_of import OPEN_S, AsideRow, without_done
from optimizer.ingest.build.several_days import visit_ids_of
from optimizer.ingest.cells.dates_and_times import BranchClock
from optimizer.ingest.forms.mapped import FILE as MAPPING
from optimizer.ingest.forms.sheets import Entry
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.faults.issues import IssueLog, IssueReport
    from optimizer.ingest.forms.columns import ShiftRow, TechnicianRow
    from optimizer.ingest.forms.rows import Row
    from optimizer.ingest.forms.sheets import BranchSheets, Sheet

#: When tomorrow is drafted, and so the earliest moment at which a day is closed; in seconds of the day.
DRAFT_S = at(16)
#: So many days before are in a ledger; of a longer one a mean day goes as another comes.
LEDGER_DAYS = 20


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day that is closed.

    Parameters
    ----------
    day, next_day
        The day that is closed, and the next one to plan.
    as_of
        The moment up to which reports are part of it, and at which the next day is planned; local time.
    rows
        The next day's rows, by sheet.
    orders
        What became of each order.
    report
        What is doubtful.
    """

    day: date
    next_day: date
    as_of: datetime
    rows: Mapping[str, tuple[Row, ...]]
    orders: tuple[EndedOrder, ...]
    report: IssueReport


def close_day(
    branch: Path, *, as_of: datetime | None = None, next_day: date | None = None, datum: str | None = None
) -> ClosedDay:
    """Close the (first) day that a branch plans, and return the next day's rows.

    Parameters
    ----------
    as_of
        Up to which moment reports count, local time of the branch; by default 16:00, or the last report of the day.
    next_day
        The next day to plan; by default the next working day, or an earlier one on which somebody has a shift.
    datum
        Datum of coordinates where the branch names none.

    Raises
    ------
    InputError
        When the branch has faults, or its results do.
    """
    problem, sheets, log = read_rows(branch, ReadOptions(Stage.OPEN, datum=datum))
    day, number = problem.first_day, sheets.branch.entries[0].number
    following = next_day or _next_day(sheets, problem)
    moment = as_of or _moment(sheets, day, following)
    if following <= day:
        sheets.branch.note(log, "CLOSE_NEXT_DAY", number, "plan_date", following, day=day.isoformat())
    if moment.date() < day:
        sheets.branch.note(log, "CLOSE_AS_OF", number, "as_of", f"{moment:%Y-%m-%d %H:%M}", day=day.isoformat())
    if log.has_errors:
        raise InputError(log.report())

    @cache
    def planned_on(date_: date) -> Any:
        return day_as_planned(branch, date_, moment)

    clock = BranchClock(following, ZoneInfo(problem.branch.timezone), problem.days)
    end = EndOfDay(day, moment, clock, problem.branch.calendar, planned_on(day))
    ended = tuple(ended_orders(sheets, end, log))
    _note_doubts(branch, sheets, ended, end, log)
    if log.has_errors:
        raise InputError(log.report())
    loans = loans_after(sheets, ended, end, planned_on)
    ended = tuple(_with_parts_back(order, sheets, loans) for order in ended)
    made = _next_sheets(sheets, problem, ended, end, log)
    made |= {
        "loans": loans,
        "parts": parts_after(sheets, ended, end, planned_on),
        "technicians": _technicians(sheets, problem, ended, end, planned_on),
    }
    rows = {name: tuple(entry.row for entry in entries) for name, entries in made.items()}
    return ClosedDay(day, following, moment, rows, ended, log.report())


# --- which day, which moment ------------------------------------------------------------------------------------------


def _next_day(sheets: BranchSheets, problem: Problem) -> date:
    """Return the next working day, or an earlier one on which somebody has a shift."""
    rostered = [entry.row.date for entry in sheets.shifts if entry.row.date > problem.first_day]
    return min([problem.branch.calendar.next_working_day(problem.first_day), *rostered])


def _moment(sheets: BranchSheets, day: date, following: date) -> datetime:
    """Return when the day is closed: at 16:00, or as the last of its reports came."""
    opens = datetime.combine(following, time()) + timedelta(seconds=OPEN_S)
    stated = [
        *(entry.row.at for entry in sheets.results),
        *(entry.row.at for entry in sheets.returns),
        *(entry.row.at for entry in sheets.counts),
    ]
    local = (moment.replace(tzinfo=None) for moment in stated if moment is not None)
    usual = datetime.combine(day, time()) + timedelta(seconds=DRAFT_S)
    return max([usual, *(moment for moment in local if moment < opens)])


# --- what is doubtful -------------------------------------------------------------------------------------------------


def _note_doubts(branch: Path, sheets: BranchSheets, ended: Iterable[EndedOrder], end: EndOfDay, log: IssueLog) -> None:
    if not end.planned.is_published:
        sheets.branch.note(log, "DAY_NOT_PUBLISHED", sheets.branch.entries[0].number, "plan_date", end.day)
    if (branch / MAPPING).exists():
        log.add("MAPPING_ARCHIVED", file=MAPPING)
    count = sum(order.state is OrderState.UNDER_WAY for order in ended)
    if count:
        sheets.results.note(log, "RESULTS_TO_COME", None, value=count)


# --- the next day's rows ----------------------------------------------------------------------------------------------


def _with_parts_back(order: EndedOrder, sheets: BranchSheets, loans: Sequence[Entry[Any]]) -> EndedOrder:
    """Return an order that is done as closed, once all that was lent for it has come back."""
    begin = loans_begin_with(order.order_id)
    was_lent = any(entry.row.loan_id.startswith(begin) for entry in sheets.loans)
    is_lent = any(entry.row.loan_id.startswith(begin) for entry in loans)
    if order.state is not OrderState.DONE or order.row is None or order.reports or not was_lent or is_lent:
        return order
    return replace(order, state=OrderState.ARCHIVED, row=order.row.but(parts_back=True))


def _next_sheets(
    sheets: BranchSheets, problem: Problem, ended: Sequence[EndedOrder], end: EndOfDay, log: IssueLog
) -> dict[str, Sequence[Entry[Any]]]:
    """Return the next day's rows of the sheets that have nothing to do with parts and people's work."""
    orders = _orders(sheets, ended, end)
    there = {name for entry in orders for name in visit_ids_of(entry.row)}
    done = {name for order in ended if order.state is OrderState.DONE and order.row for name in visit_ids_of(order.row)}
    used = {id(report.result) for order in ended for report in order.reports}
    branch = sheets.branch.entries[0]

    def to_plan(sheet: Sheet[Any]) -> list[Entry[Any]]:
        return [entry for entry in sheet if entry.row.visit_id in there - done]

    made: dict[str, Sequence[Entry[Any]]] = {sheet.name: sheet.entries for sheet in sheets.all()}
    return made | {
        "branch": (Entry(branch.number, branch.row.but(plan_date=end.clock.first_day, as_of=end.as_of)),),
        "customers": _customers(sheets, ended),
        "orders": orders,
        "shifts": _shifts(sheets, problem, end, log),
        "arrivals": [entry for entry in sheets.arrivals if not has_come(entry.row, end)],
        "reservations": [e for e in sheets.reservations if not e.row.visit_id or e.row.visit_id in there - done],
        "locks": [entry for entry in to_plan(sheets.locks) if _binds_after(entry.row, end.day)],
        "exceptions": to_plan(sheets.exceptions),
        "published": [entry for entry in to_plan(sheets.published) if entry.row.date > end.day],
        "results": [entry for entry in sheets.results if id(entry.row) not in used],
        "returns": [entry for entry in sheets.returns if not end.is_known(entry.row.at)],
        "counts": [entry for entry in sheets.counts if not end.is_known(entry.row.at)],
        "absences": [entry for entry in sheets.absences if entry.row.date >= end.day],
    }


def _orders(sheets: BranchSheets, ended: Iterable[EndedOrder], end: EndOfDay) -> tuple[Entry[Any], ...]:
    """Return the orders of the next day; those that come after an archived one, without it."""
    archived = tuple(
        AsideRow(order.row, AsideState.DONE, order.technician_id, parts_back=True)
        for order in ended
        if order.state is OrderState.ARCHIVED and order.row is not None
    )
    left = tuple(
        Entry(order.number, order.row)
        for order in ended
        if order.row is not None and order.state is not OrderState.ARCHIVED
    )
    following = without_done(left, archived, sheets.technicians.ids, end.as_of, end.clock)
    return tuple(Entry(entry.number, _ready_as_typed(entry.row, end)) for entry in following)


def _ready_as_typed(row: Any, end: EndOfDay) -> Any:
    """Return an order whose `ready` is what the branch's clock shows, as people type it."""
    if row.ready is None or row.ready.tzinfo is None:
        return row
    return row.but(ready=end.clock.local(end.clock.seconds(row.ready)))


def _binds_after(lock: Any, day: date) -> bool:
    """Return whether a lock binds after a day: one without a date is of that day, but for those to a person."""
    return lock.level == LockLevel.PERSON or (lock.date is not None and lock.date > day)


def _customers(sheets: BranchSheets, ended: Iterable[EndedOrder]) -> list[Entry[Any]]:
    """Return the customers, with those first who have served them now."""
    served: dict[str, list[str]] = {}
    for order in ended:
        if order.state is OrderState.DONE and order.reports and order.row is not None:
            if order.technician_id in sheets.technicians.ids:
                served.setdefault(order.row.customer_id, []).append(order.technician_id)
    return [
        Entry(entry.number, entry.row.but(served_by=tuple(dict.fromkeys((*now, *entry.row.served_by)))))
        if (now := served.get(entry.row.customer_id))
        else entry
        for entry in sheets.customers
    ]


def _shifts(sheets: BranchSheets, problem: Problem, end: EndOfDay, log: IssueLog) -> list[Entry[ShiftRow]]:
    """Return the roster from the day on; a working day to plan on which nobody has a shift has those of the day."""
    left = [entry for entry in sheets.shifts if entry.row.date >= end.day]
    todays = [entry for entry in left if entry.row.date == end.day]
    rostered = {entry.row.date for entry in left}
    for following in end.clock.planned_days():
        is_first = following == end.clock.first_day
        if following in rostered or not (is_first or problem.branch.calendar.is_working_day(following)):
            continue
        left += [Entry(0, _moved(entry.row, following)) for entry in todays]
        if todays:
            sheets.shifts.note(log, "ROSTER_REPEATED", None, "date", following, day=end.day.isoformat())
    return left


def _moved(row: ShiftRow, day: date) -> ShiftRow:
    """Return a shift on another day."""
    by = timedelta(days=(day - row.date).days)
    moments = {name: value + by for name, value in vars(row).items() if isinstance(value, datetime)}
    return row.but(date=day, **moments)


def _technicians(
    sheets: BranchSheets,
    problem: Problem,
    ended: Sequence[EndedOrder],
    end: EndOfDay,
    planned_on: Callable[[date], Any],
) -> list[Entry[TechnicianRow]]:
    """Return the technicians with the day in their ledgers, and without the own parts that they have used."""
    contracted = {shift.technician_id: shift.contracted_s for shift in problem.shifts if shift.day == 0}

    def after(row: TechnicianRow) -> TechnicianRow:
        row = row.but(own_parts=own_parts_after(row, ended, planned_on)) if row.own_parts else row
        is_counted = end.planned.is_published and problem.is_staff(row.technician_id)
        if not is_counted or row.technician_id not in contracted:
            return row
        load_s = end.planned.loads_s.get(row.technician_id, 0)
        return _with_day(row, load_s=load_s, contracted_s=contracted[row.technician_id])

    return [Entry(entry.number, after(entry.row)) for entry in sheets.technicians]


def _with_day(row: TechnicianRow, *, load_s: int, contracted_s: int) -> TechnicianRow:
    """Return a technician with one more day in the ledger, in whole minutes."""
    load, contracted, days = row.ledger_load_s, row.ledger_contracted_s, row.ledger_days
    if days >= LEDGER_DAYS:
        load, contracted, days = (
            load * (LEDGER_DAYS - 1) // days,
            contracted * (LEDGER_DAYS - 1) // days,
            LEDGER_DAYS - 1,
        )
    load, contracted = load + load_s, contracted + contracted_s
    return row.but(
        ledger_load_s=load - load % MINUTE_S,
        ledger_contracted_s=contracted - contracted % MINUTE_S,
        ledger_days=days + 1,
    )
