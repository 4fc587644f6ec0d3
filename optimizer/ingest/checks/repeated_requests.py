"""One request under two numbers: who asked and what for are alike, so that two people would drive to one fault.

A customer who calls twice, or whose request comes by two ways, has two orders. Which of them is one too many nobody but
the branch knows: both are planned, and the later row is named with what it has in common with the earlier one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.faults.issues import Phrase
from optimizer.ingest.cells.place_names import plain
from optimizer.ingest.forms.flat import plain_address, plain_phone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.columns import CustomerRow, OrderRow
    from optimizer.ingest.forms.sheets import BranchSheets, Entry

#: Characters of an address that tells a house: a shorter one is a district or a road.
_SHORTEST_ADDRESS = 6
#: Digits of a phone that is one's own; a hotline has fewer.
_SHORTEST_PHONE = 7
#: What two orders of one request can have in common; each is translated.
WHO = {"customer": Phrase("customer"), "phone": Phrase("phone number"), "address": Phrase("address")}
WHAT = {
    "serial": Phrase("serial number"),
    "both": Phrase("product and fault"),
    "fault": Phrase("reported fault"),
    "product": Phrase("product"),
}


def check_repeated_requests(sheets: BranchSheets, log: IssueLog) -> None:
    """Note each order that asks for the same as an earlier row, by or for the same."""
    customers = {entry.row.customer_id: entry.row for entry in sheets.customers.readable() if entry.row.customer_id}
    by_who: dict[tuple[str, str], list[Entry[OrderRow]]] = defaultdict(list)
    for entry in sorted(sheets.orders.readable(), key=lambda entry: entry.number):
        row = entry.row
        if not row.order_id or row.done is not None or not (row.product or row.fault or row.serial):
            continue
        asked = list(_who(row, customers.get(row.customer_id)))
        found = next(
            ((who, other, what) for who in asked for other in by_who[who] if (what := _alike(other.row, row))), None
        )
        if found:
            who, other, what = found
            details = {"other": other.number, "first": other.row.order_id, "who": WHO[who[0]], "what": WHAT[what]}
            sheets.orders.note(log, "ORDER_ALIKE", entry.number, "order_id", row.order_id, **details)
        for who in asked:
            by_who[who].append(entry)


def _who(row: OrderRow, customer: CustomerRow | None) -> Iterator[tuple[str, str]]:
    """Yield what tells who asked, the surest first."""
    if row.customer_id:
        yield "customer", row.customer_id
    phone = plain_phone(row.customer_phone) or plain_phone((customer.phone if customer else "") or "")
    if len(phone) >= _SHORTEST_PHONE:
        yield "phone", phone
    address = plain_address(row.address)
    if len(address) >= _SHORTEST_ADDRESS:
        yield "address", address


def _alike(one: OrderRow, other: OrderRow) -> str:
    """Return what two orders ask for alike, empty when they differ: another machine, another work, another day."""
    serials, products, faults, kinds = (
        (plain(getattr(one, name) or ""), plain(getattr(other, name) or ""))
        for name in ("serial", "product", "fault", "kind")
    )
    if one.order_id == other.order_id or any(map(_differ, (serials, products, faults, kinds))):
        return ""
    if _are_joined(one, other) or _differ_in_days(one, other):
        return ""
    same_product, same_fault = (bool(pair[0]) and pair[0] == pair[1] for pair in (products, faults))
    if serials[0] and serials[0] == serials[1]:
        return "serial"
    return "both" if same_product and same_fault else "fault" if same_fault else "product" if same_product else ""


def _differ(pair: tuple[str, str]) -> bool:
    return bool(pair[0]) and bool(pair[1]) and pair[0] != pair[1]


def _are_joined(one: OrderRow, other: OrderRow) -> bool:
    """Return whether one order comes after the other, so that somebody has made two of them."""
    return any(earlier.visit_id == b.order_id for a, b in ((one, other), (other, one)) for earlier in a.after)


def _differ_in_days(one: OrderRow, other: OrderRow) -> bool:
    """Return whether the two have days, asked for, promised or agreed, and none in common: an inspection each month."""
    days = _days(one), _days(other)
    return bool(days[0]) and bool(days[1]) and days[0].isdisjoint(days[1])


def _days(row: OrderRow) -> set[date]:
    windows = {moment.date() for window in (*row.requested, *row.promised) for moment in window}
    return windows | ({row.agreed_day} if row.agreed_day else set())
