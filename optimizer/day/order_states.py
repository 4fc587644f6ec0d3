"""What each order is on the next day: done, carried over, under way, open or archived; each is one of these, once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.ingest.build.as_of import job_so_far, left_over, results_by_order
from optimizer.ingest.build.several_days import day_ids, visit_ids_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from optimizer.day.as_planned import DayAsPlanned
    from optimizer.domain.working_time import WorkingCalendar
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import OrderRow, ResultRow
    from optimizer.ingest.forms.sheets import BranchSheets, Entry


class OrderState(StrEnum):
    """What an order is as a day is closed.

    OPEN: it is still to be planned. UNDER_WAY: the day's plan has it, and nobody has said how it ended. CARRIED_OVER:
    somebody was there and did not finish it. DONE: it stays one more day, to be asked about and until its parts are
    back. ARCHIVED: it was done earlier and is closed. CANCELLED: the plan had it, and orders has it no more.
    """

    OPEN = "open"
    UNDER_WAY = "under_way"
    CARRIED_OVER = "carried_over"
    DONE = "done"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


class Report(NamedTuple):
    """A result that is now part of its order, and the visit that it ends: its date and its id."""

    day: date
    visit_id: str
    result: ResultRow


@dataclass(frozen=True, slots=True)
class EndedOrder:
    """An order as a day is closed.

    Parameters
    ----------
    number
        Of its row in the sheet of the day; 0 where it has none any more.
    row
        As it is on the next day.
    reports
        The results that are now part of it, in the order in which they came.
    """

    order_id: str
    number: int
    state: OrderState
    row: OrderRow | None
    technician_id: str = ""
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """The day that is closed, and the moment up to which its reports count.

    Parameters
    ----------
    clock
        That of the next day.
    """

    day: date
    as_of: datetime
    clock: BranchClock
    calendar: WorkingCalendar
    planned: DayAsPlanned

    def is_known(self, moment: datetime | None) -> bool:
        """Return whether a moment has come."""
        return moment is None or self.clock.seconds(moment) <= self.clock.seconds(self.as_of)


def ended_orders(sheets: BranchSheets, end: EndOfDay, log: IssueLog) -> Iterator[EndedOrder]:
    """Yield what each order is on the next day; results that are missing or contradict one another are noted."""
    results = results_by_order(sheets, end.clock, end.is_known)
    for entry in sheets.orders:
        row = entry.row
        if not end.is_known(row.received):
            yield EndedOrder(row.order_id, entry.number, OrderState.OPEN, row)
        elif row.days > 1:
            named = [one for name in day_ids(row.order_id, row.days) for one in results.get(name, [])]
            yield _job(sheets, entry, named, end, log)
        else:
            _note_contradictions(sheets, entry, results.get(row.order_id, []), log)
            yield _order(sheets, entry, results.get(row.order_id, []), end, log)
    known = {name for entry in sheets.orders for name in visit_ids_of(entry.row)}
    for visit_id in sorted(end.planned.technicians.keys() - known):
        yield EndedOrder(visit_id, 0, OrderState.CANCELLED, None, end.planned.technicians[visit_id])


def _order(
    sheets: BranchSheets, entry: Entry[OrderRow], results: list[Entry[ResultRow]], end: EndOfDay, log: IssueLog
) -> EndedOrder:
    row, reports = entry.row, list[Report]()
    visit_id = row.visit_id or row.order_id
    who = end.planned.technicians.get(visit_id, "")
    earlier = [one for one in results if _is_of_earlier(one.row, row, end)]
    if not earlier and row.planned_on is not None and row.planned_on < end.day and not results and row.done is None:
        planned = row.planned_on.isoformat()
        sheets.orders.note(log, "RESULT_MISSING", entry.number, "planned_on", row.order_id, day=planned)
    for one in earlier:
        reports.append(Report(row.planned_on or end.day, visit_id, one.row))
        row = _reported(row, one.row, end)
    todays = results[len(earlier) :]
    is_out = bool(who) and row.done is None
    if is_out:
        row = row.but(planned_on=end.day, planned_technician=who)
    elif end.planned.is_published and todays and row.planned_on is None and row.carried_over == 0:
        sheets.results.note(log, "RESULT_NOT_PLANNED", results[-1].number, "order_id", row.order_id)
    for one in todays:
        reports.append(Report(row.planned_on or end.day, visit_id, one.row))
        row = _reported(row, one.row, end)
    return _ended(entry, row, tuple(reports), is_out=is_out and not todays, end=end)


def _ended(
    entry: Entry[OrderRow], row: OrderRow, reports: tuple[Report, ...], *, is_out: bool, end: EndOfDay
) -> EndedOrder:
    who = row.planned_technician or ""
    if reports and reports[-1].result.technician_id:
        who = reports[-1].result.technician_id
    if row.done is not None and end.is_known(row.done):
        was_before = entry.row.done is not None and row.done.date() < end.day
        is_closed = not row.parts or bool(row.parts_back)
        state = OrderState.ARCHIVED if was_before and is_closed else OrderState.DONE
        return EndedOrder(row.order_id, entry.number, state, row, who, reports)
    carried = any(report.result.result != "done" for report in reports)
    state = OrderState.UNDER_WAY if is_out else OrderState.CARRIED_OVER if carried else OrderState.OPEN
    return EndedOrder(row.order_id, entry.number, state, row, who, reports)


def _job(
    sheets: BranchSheets, entry: Entry[OrderRow], results: list[Entry[ResultRow]], end: EndOfDay, log: IssueLog
) -> EndedOrder:
    """Return what an order of several days is: its days that were planned count as done unless somebody says no."""
    row, reports = entry.row, list[Report]()
    earlier = [one for one in results if _is_of_earlier(one.row, row, end)]
    todays = results[len(earlier) :]
    names = dict(zip(day_ids(row.order_id, row.days), visit_ids_of(row), strict=True))
    row, result = job_so_far(row, _by_name(earlier), end.calendar, replace(end.clock, first_day=end.day))
    reports += [Report(entry.row.planned_on or end.day, names[one.row.order_id], one.row) for one in earlier]
    if result is not None:
        row = _reported(row, result.row, end)
    elif row.planned_on is not None and row.planned_on < end.day and not todays and row.done is None:
        planned = row.planned_on.isoformat()
        sheets.orders.note(log, "RESULT_MISSING", entry.number, "planned_on", row.order_id, day=planned)
    who = [end.planned.technicians[name] for name in names.values() if name in end.planned.technicians]
    is_out = False
    if who and row.done is None:
        row = row.but(planned_on=end.day, planned_technician=who[0])
    if (who or todays) and row.done is None:
        reports += [Report(end.day, names[one.row.order_id], one.row) for one in todays]
        row, result = job_so_far(row, _by_name(todays), end.calendar, end.clock)
        is_out = row.planned_on is not None and result is None
        row = row if result is None else _reported(row, result.row, end)
    return _ended(entry, row, tuple(reports), is_out=is_out, end=end)


def _by_name(results: list[Entry[ResultRow]]) -> dict[str, list[Entry[ResultRow]]]:
    found: dict[str, list[Entry[ResultRow]]] = defaultdict(list)
    for one in results:
        found[one.row.order_id].append(one)
    return found


def _is_of_earlier(result: ResultRow, row: OrderRow, end: EndOfDay) -> bool:
    """Return whether a result ends a visit of an earlier day than the one that is closed."""
    if result.at is None:
        return row.planned_on is not None and row.planned_on < end.day
    return result.at.date() < end.day


def _reported(row: OrderRow, result: ResultRow, end: EndOfDay) -> OrderRow:
    """Return an order with a result as part of it."""
    if result.result != "done":
        who = result.technician_id or row.planned_technician
        return left_over(row, result, end.clock, end.is_known).but(planned_technician=who)
    cells: dict[str, Any] = {
        "done": row.done or result.at or end.as_of,
        "planned_on": row.planned_on or end.day,
        "planned_technician": result.technician_id or row.planned_technician,
        "parts_back": result.parts_back or row.parts_back,
        "unfinished": None,
    }
    return row.but(**cells)


def _note_contradictions(
    sheets: BranchSheets, order: Entry[OrderRow], results: list[Entry[ResultRow]], log: IssueLog
) -> None:
    """Note results that cannot be true beside the order, or beside the results before them."""
    done, received = order.row.done, order.row.received
    for entry in results:
        row = entry.row
        if done is not None and (row.result != "done" or done is not order.row.done):
            moment = f"{done:%Y-%m-%d %H:%M}"
            sheets.results.note(log, "RESULT_AFTER_DONE", entry.number, "result", row.order_id, done=moment)
        if row.result == "done":
            done = done or row.at
            if row.next_visit is not None:
                sheets.results.note(log, "RESULT_DONE_NEXT", entry.number, "next_visit", row.next_visit)
        elif row.next_visit is not None and row.at is not None and row.next_visit <= row.at.date():
            day = row.at.date().isoformat()
            sheets.results.note(log, "RESULT_NEXT_PAST", entry.number, "next_visit", row.next_visit, day=day)
        if row.at is not None and received is not None and row.at.replace(tzinfo=None) < received.replace(tzinfo=None):
            came = f"{received:%Y-%m-%d %H:%M}"
            sheets.results.note(log, "RESULT_BEFORE", entry.number, "at", f"{row.at:%Y-%m-%d %H:%M}", received=came)
