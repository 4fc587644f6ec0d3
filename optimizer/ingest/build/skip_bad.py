"""Skipping bad orders: what has faults is set aside and stays in the register, the rest is planned.

Only orders can be set aside. A fault of any other sheet stops as before: a technician, a shift or a part that is wrong
would make the plan of every order wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.planning_context import FaultyOrder
from optimizer.ingest.build.several_days import day_ids, visit_ids_of
from optimizer.ingest.forms.columns import SHEETS
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from optimizer.faults.issues import Issue, IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, Sheet

_PLACE = {name: index for index, name in enumerate(SHEETS)}

#: Sheets whose rows are about one order, and the column that names it. Reservations stay: they are hard, and hold the
#: parts until the order is corrected (`stock` in docs/rules.md).
_FOLLOWING = {"locks": "visit_id", "exceptions": "visit_id", "published": "visit_id", "results": "order_id"}


def set_bad_orders_aside(sheets: BranchSheets, log: IssueLog) -> tuple[BranchSheets, tuple[FaultyOrder, ...]]:
    """Return the sheets without the orders that have faults, and those orders with what is wrong.

    Orders that must come after one of them go with it, as do the locks, exceptions, published visits and results that
    name it.
    Their errors become warnings in the log; errors elsewhere stay errors.
    """
    bad = _bad_rows(sheets.orders, log)
    if not bad:
        return sheets, ()
    bad = _with_followers(sheets.orders, bad, log)
    rows = {entry.number: entry for entry in sheets.orders.readable()}
    names = {name for number in bad for name in _names(rows[number])}
    kept = replace(sheets, orders=_without(sheets.orders, bad))
    dropped = {"orders": bad}
    for name, column in _FOLLOWING.items():
        sheet = getattr(sheets, name)
        numbers = {entry.number for entry in sheet.readable() if getattr(entry.row, column) in names}
        dropped[name] = numbers
        kept = replace(kept, **{name: _without(sheet, numbers)})
    log.set_aside(lambda issue: any(_is_of(issue, name, numbers) for name, numbers in dropped.items()))
    for number in sorted(bad):
        sheets.orders.note(log, "ORDER_SET_ASIDE", number, "order_id", rows[number].row.order_id or "")
    customers = {entry.row.customer_id: entry.row.name for entry in sheets.customers.readable()}
    own: dict[int, list[Issue]] = {number: [] for number in bad}
    for issue in log.issues:
        if issue.is_aside and issue.row is not None and _is_of(issue, "orders", bad):
            own[issue.row].append(issue)
    return kept, tuple(_faulty(rows[number], own[number], customers) for number in sorted(bad))


def _bad_rows(orders: Sheet[Any], log: IssueLog) -> set[int]:
    """Return the numbers of rows with errors, and of rows with the same id: nobody knows which one is meant."""
    rows = {entry.number: entry for entry in orders.readable()}
    errors = [issue for issue in log.issues if issue.is_error]
    bad = {issue.row for issue in errors if issue.row in rows and _is_of(issue, "orders", {issue.row})}
    named = {name: number for number in sorted(bad) for name in _names(rows[number])}
    for number in sorted(rows.keys() - bad):
        doubled = sorted(named.keys() & _names(rows[number]))
        if doubled:
            orders.note(log, "ID_TWICE", number, "order_id", doubled[0], other=named[doubled[0]])
            bad.add(number)
    return bad


def _is_of(issue: Issue, sheet: str, numbers: set[Any]) -> bool:
    return issue.order[0] == _PLACE[sheet] and issue.row in numbers


def _names(entry: Entry[Any]) -> set[str]:
    """Return by what other rows name an order: its own number, or one of its visits."""
    row = entry.row
    names = day_ids(row.order_id, row.days) if row.order_id else ()
    return {*names, *(visit_ids_of(row) if row.visit_id else ())}


def _with_followers(orders: Sheet[Any], bad: set[int], log: IssueLog) -> set[int]:
    """Return the rows together with those that come after one of them, each with its reason noted."""
    rows = {entry.number: entry for entry in orders.readable()}
    bad, fresh = set(bad), set(bad)
    while fresh:
        names = {name for number in fresh for name in _names(rows[number])}
        fresh = set()
        for number, entry in rows.items():
            before = sorted(names.intersection(earlier.visit_id for earlier in entry.row.after))
            if before and number not in bad:
                orders.note(log, "AFTER_FAULTY", number, "after", before[0])
                fresh.add(number)
        bad |= fresh
    return bad


def _without(sheet: Sheet[Any], numbers: set[int]) -> Sheet[Any]:
    return replace(
        sheet,
        entries=tuple(entry for entry in sheet.entries if entry.number not in numbers),
        partial=tuple(entry for entry in sheet.partial if entry.number not in numbers),
    )


def _faulty(entry: Entry[Any], own: list[Issue], customers: dict[str, str | None]) -> FaultyOrder:
    customer_id = entry.row.customer_id or ""
    return FaultyOrder(
        order_id=entry.row.order_id or "",
        customer=customers.get(customer_id) or customer_id,
        causes={lang: tuple(issue.finding(lang) for issue in own) for lang in LANGUAGES},
    )
