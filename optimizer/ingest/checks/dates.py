"""Dates that can hardly be meant: a year off, or in contradiction to one another."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from optimizer.ingest.checks.across_sheets import MAX_DAYS_AWAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.sheets import BranchSheets

#: How many days before and after the day to plan a date may lie, by sheet and column: orders wait for parts for weeks,
#: and a year that was not changed in January is off by more.
_SPANS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "orders": {
        "received": (120, 60),
        "requested": (300, 200),
        "promised": (300, 200),
        "due_day": (90, 200),
        "ready": (300, 300),
        "agreed_day": (90, 300),
    },
    "shifts": {"date": (300, 300)},
    "parts": {"as_of": (200, 60)},
    "arrivals": {"usable_on": (300, 300)},
    "reservations": {"date": (200, 300)},
    "loans": {"due": (300, 300)},
    "published": {"date": (200, 200)},
    "results": {"at": (200, 60), "next_visit": (60, 300)},
    "returns": {"at": (200, 60)},
    "counts": {"at": (200, 60)},
    "absences": {"date": (300, 300)},
}


def check_date_spans(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note dates that are further from the day to plan than such dates are; years away is a fault, noted elsewhere."""
    for name, spans in _SPANS.items():
        sheet = getattr(sheets, name)
        for entry in sheet.readable():
            for column, (back, ahead) in spans.items():
                days = {(day - clock.first_day).days: day for day in _days(getattr(entry.row, column))}
                for away, day in days.items():
                    if -MAX_DAYS_AWAY <= away < -back:
                        sheet.note(log, "DATE_LONG_AGO", entry.number, column, day, days=-away)
                    elif ahead < away <= MAX_DAYS_AWAY:
                        sheet.note(log, "DATE_LONG_AHEAD", entry.number, column, day, days=away)


def _days(value: object) -> Iterator[date]:
    if isinstance(value, datetime):
        yield value.date()
    elif isinstance(value, date):
        yield value
    elif isinstance(value, tuple):
        for opens, _ in value:
            yield opens.date()


def check_order_dates(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note orders whose dates contradict one another, and requested windows that are over beside a promised one."""
    now_s = clock.seconds(sheets.branch.entries[0].row.as_of) if sheets.branch.entries else 0
    for entry in sheets.orders.readable():
        row = entry.row
        if row.due_day and row.received and row.due_day < row.received.date():
            details = {"received": row.received.date().isoformat()}
            sheets.orders.note(log, "DUE_BEFORE_RECEIVED", entry.number, "due_day", row.due_day, **details)
        opens = min((opens.date() for opens, _ in row.promised), default=None)
        if row.due_day and opens and opens > row.due_day:
            details = {"due": row.due_day.isoformat()}
            sheets.orders.note(log, "PROMISE_AFTER_DUE", entry.number, "promised", opens, **details)
        is_over = row.requested and all(clock.seconds(closes) < min(0, now_s) for _, closes in row.requested)
        if is_over and row.promised and not row.carried_over and row.done is None:
            sheets.orders.note(log, "REQUEST_PAST", entry.number, "requested")
