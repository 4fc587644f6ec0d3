"""One flat sheet of orders: who asked stands in the order's own row, and the customers are made from it.

The same phone and the same address are the same customer. The ids are made from both, so that a customer has the same
one tomorrow. A customer made so carries the order's row number with a minus, by which messages find the row.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.ingest.cells.place_names import plain
from optimizer.ingest.cells.values import MAX_TEXT
from optimizer.ingest.forms.sheets import OF_CUSTOMER, RawSheet, location_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from optimizer.faults.issues import IssueLog

#: What is made of a row that tells who asked, where its header has no such column.
MADE = frozenset({"customer_id", "order_id"})
#: Hexadecimal digits of a made id: of a million rows, two hardly ever have the same ten.
_DIGITS = 10

_PHONE = re.compile(r"\d[\d\s()./-]{5,}\d")
#: What a spreadsheet puts behind a whole number.
_POINT_ZERO = re.compile(r"(?<=\d)\.0+(?!\d)")
#: The country's code before a number of its own.
_COUNTRY = re.compile(r"^(?:\+|00)\s*86[\s-]*|^86(?=1\d{10}$)")
#: Country, province and city before the rest of an address: some days they are written, on others not.
_REGION = re.compile(r"^(?:中国)?(?:\w{2,3}省|\w{2,8}自治区)?(?:\w{1,6}?市)?(?=\w*[区县镇乡街路道村])")


def is_flat(fields: Collection[str]) -> bool:
    """Return whether columns of an order tell who asked."""
    return any(field in fields for field in OF_CUSTOMER)


def can_be_made(sheet: str, field: str, given: Collection[str]) -> bool:
    """Return whether a column that a header lacks is made from the columns that it has."""
    return sheet == "orders" and field in MADE and is_flat(given)


def is_without_customers(raws: Collection[RawSheet]) -> bool:
    """Return whether the orders tell who asked, so that no sheet of customers is needed."""
    return any(raw.name == "orders" and any(is_flat(cells) for _, cells in raw.rows) for raw in raws)


def with_customers(raws: list[RawSheet], log: IssueLog) -> list[RawSheet]:
    """Return the sheets with a customer for each order that tells who asked and names no customer that is there."""
    orders = next((raw for raw in raws if raw.name == "orders" and raw.is_given), None)
    if orders is None or not is_without_customers([orders]):
        return raws
    sheet = next((raw for raw in raws if raw.name == "customers"), RawSheet("customers"))
    known = _Customers(sheet)
    rows = [(number, {**cells, **known.of(number, cells, log)}) for number, cells in orders.rows]
    if "order_id" in orders.missing:
        rows = list(_numbered(rows))
        log.add("ORDER_ID_MADE", **location_of("orders", log, None, "order_id"))
    made = replace(sheet, rows=[*sheet.rows, *known.made.values()], is_given=True)
    flat = replace(orders, rows=rows, missing=orders.missing - MADE)
    return [*(raw for raw in raws if raw.name not in ("orders", "customers")), made, flat]


class _Customers:
    """The customers of the sheet, and those made from orders."""

    def __init__(self, sheet: RawSheet) -> None:
        #: A number that a sheet of customers does not know is misspelt, whoever stands beside it.
        self.are_listed = bool(sheet.rows)
        self.ids = {str(cells["customer_id"]) for _, cells in sheet.rows if "customer_id" in cells}
        self.by_phone: dict[str, set[str]] = {}
        for _, cells in sheet.rows:
            phone = plain_phone(_text(cells, "phone"))
            if phone and "customer_id" in cells:
                self.by_phone.setdefault(phone, set()).add(str(cells["customer_id"]))
        self.made: dict[str, tuple[int, dict[str, Any]]] = {}

    def of(self, number: int, cells: Mapping[str, Any], log: IssueLog) -> dict[str, str]:
        """Return the customer of a row as a cell, made if there is none yet; nothing when nobody can tell who it is."""
        stated = _text(cells, "customer_id")
        if stated and (self.are_listed or not is_flat(cells)):
            return {}
        customer_id = stated or self._by_phone(cells) or customer_id_of(cells)
        if customer_id and customer_id not in self.ids:
            self._make(customer_id, number, cells, log)
        return {"customer_id": customer_id} if customer_id else {}

    def _by_phone(self, cells: Mapping[str, Any]) -> str:
        """Return the one customer of the sheet who has this phone."""
        found = self.by_phone.get(plain_phone(_text(cells, "customer_phone")), set())
        return next(iter(found)) if len(found) == 1 else ""

    def _make(self, customer_id: str, number: int, cells: Mapping[str, Any], log: IssueLog) -> None:
        own = {name: _text(cells, field) for field, name in OF_CUSTOMER.items()}
        own["name"] = own["name"] or _first_contact(cells) or own["phone"]
        if customer_id not in self.made:
            filled = {name: text for name, text in own.items() if text and len(text) <= MAX_TEXT and "\0" not in text}
            self.made[customer_id] = (-number, {"customer_id": customer_id, **filled})
            return
        earlier, first = self.made[customer_id]
        if own["name"] and plain(own["name"]) != plain(str(first.get("name", ""))):
            where = location_of("orders", log, number, "customer_name")
            log.add("CUSTOMER_TWO_NAMES", value=own["name"], first=first.get("name", ""), other=-earlier, **where)


def customer_id_of(cells: Mapping[str, Any]) -> str:
    """Return the id of whoever asked, made from phone and address; an empty text when a row says too little.

    >>> a = {"customer_phone": "138-0000-0001", "address": "浙江省杭州市西湖区文三路 90 号"}
    >>> b = {"customer_phone": "+86 13800000001", "address": "西湖区文三路90号", "customer_name": "王女士"}
    >>> customer_id_of(a) == customer_id_of(b)
    True
    """
    phone, address = plain_phone(_text(cells, "customer_phone")), plain_address(_text(cells, "address"))
    if not address and "lat" in cells and "lon" in cells:
        address = f"{cells['lat']} {cells['lon']}"
    who = phone or plain(_text(cells, "customer_name") or _first_contact(cells))
    return f"C-{_digest(who, address)}" if who else ""


def _numbered(rows: list[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows with a number of their own, from who asked for what; who asks twice for the same has two."""
    seen: dict[str, int] = {}
    for number, cells in rows:
        what = [plain(_text(cells, field)) for field in ("product", "serial", "fault", "kind")]
        made = f"O-{_digest(str(cells.get('customer_id', number)), plain_address(_text(cells, 'address')), *what)}"
        seen[made] = seen.get(made, 0) + 1
        yield number, {**cells, "order_id": made if seen[made] == 1 else f"{made}-{seen[made]}"}


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS].upper()


def _text(cells: Mapping[str, Any], field: str) -> str:
    value = cells.get(field)
    return value.strip() if isinstance(value, str) else ""


def _first_contact(cells: Mapping[str, Any]) -> str:
    """Return the first of the contacts without the phone."""
    first = re.split("[;；]", _text(cells, "contacts"))[0]
    return _PHONE.sub("", first).strip(" ,，:：")


def plain_phone(text: str) -> str:
    """Return the digits of the first number in a text; what has no number is an empty text.

    >>> plain_phone("+86 138-0000-0001 / 0571-00000002"), plain_phone("１３８０００００００１")
    ('13800000001', '13800000001')
    >>> plain_phone("13800000001.0")
    '13800000001'
    """
    half = _POINT_ZERO.sub("", _COUNTRY.sub("", unicodedata.normalize("NFKC", text).strip()))
    found = _PHONE.search(re.split(r"[/;,、，；]", half)[0])
    return re.sub(r"\D", "", found[0]) if found else ""


def plain_address(text: str) -> str:
    """Return what two spellings of an address have in common; province and city before the rest do not count.

    >>> plain_address("中国浙江省杭州市 西湖区文三路９０号"), plain_address("西湖区文三路90号")
    ('西湖区文三路90号', '西湖区文三路90号')
    """
    return _REGION.sub("", plain(text), count=1)
