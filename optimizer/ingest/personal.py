"""What a branch says of a person, and how it is taken out, so that plans can still be judged and figures stay true.

It works on the JSON of a branch, as people send it and as `write.problem_to_json` writes it. The customer gets another
number and a name of the same kind; phone, address and whatever is said in free words go. What rules look at stays:
where the place is, when the customer is there, who is not wanted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.domain.person_names import is_person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from optimizer.domain.order import Place
    from optimizer.text.files import JsonObject

#: The columns by which somebody is known, or that say something in free words; no rule looks at them.
PERSONAL: dict[str, tuple[str, ...]] = {
    "customers": ("name", "phone"),
    "orders": (
        "customer_name", "customer_phone", "address", "contacts", "serial", "request", "bring", "prepare", "fault",
    ),
}  # fmt: skip
#: Free words in other sheets, which may speak of anybody; some have to say something.
REMARKS = {"exceptions": "why", "results": "note", "absences": "reason", "calendar": "note"}
#: What stands where something was erased.
ERASED = "[erased]"
#: Names that are read as that of a person, and of a firm.
_PERSON = {True: "匿名先生/女士", False: "Mr. / Ms. Anonymous"}
_FIRM = {True: "匿名客户", False: "Anonymous"}
#: The least characters by which a text is somebody's; names in Chinese have fewer.
_LEAST, _LEAST_NAME, _LEAST_REMARK = 5, 2, 8
#: Messages show the beginning of a long text.
_SHOWN = 40
_APART = re.compile(r"[\s()（）./,，:：-]+")
_PHONE = re.compile(r"\+?\d[\d\s()./-]{5,}\d")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer who is to be forgotten.

    Parameters
    ----------
    customer_id
        Whose data they are.
    pseudonym
        The number that the customer has from now on.
    """

    customer_id: str
    pseudonym: str

    def order_ids(self, document: JsonObject) -> set[str]:
        """Return the orders of a branch that name the customer by number."""
        return {str(row.get("order_id")) for row in _rows(document, "orders") if self.is_named(row)}

    def is_named(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row names the customer by number."""
        return row.get("customer_id") == self.customer_id

    def is_in(self, document: JsonObject) -> bool:
        """Return whether a branch names the customer by number."""
        return any(self.is_named(row) for sheet in PERSONAL for row in _rows(document, sheet))


def texts_of(document: JsonObject, person: Person, order_ids: Collection[str]) -> set[str]:
    """Return by which texts, spelt plainly, a branch tells who somebody is; those too short to tell are left out."""
    found = set()
    for sheet, columns in PERSONAL.items():
        for row in _rows(document, sheet):
            if _is_of(sheet, row, person, order_ids):
                for column in columns:
                    found |= set(_told(column, row.get(column)))
    return found


def _told(column: str, value: object) -> Iterator[str]:
    """Yield what a cell tells, spelt plainly."""
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str):
            continue
        pieces = [text]
        if column == "contacts":
            pieces += [*_PHONE.findall(text), *_PHONE.split(text)]
        for piece in map(plain, pieces):
            is_name = column in ("name", "customer_name", "contacts") and not piece.isascii()
            is_remark = column in ("request", "bring", "prepare", "fault")
            if len(piece) >= (_LEAST_NAME if is_name else _LEAST_REMARK if is_remark else _LEAST):
                yield piece[:_SHOWN]


def plain(text: str) -> str:
    """Return what spellings of a name, a phone or an address have in common.

    >>> plain("Ms Cole"), plain("１３８-0000 0001")
    ('mscole', '13800000001')
    """
    return _APART.sub("", unicodedata.normalize("NFKC", text).casefold())


def mentions(text: str, texts: Collection[str]) -> bool:
    """Return whether a text says any of some texts that `texts_of` returned."""
    said = plain(text)
    return any(one in said for one in texts)


def without_mentions(value: Any, texts: Collection[str]) -> Any:
    """Return a JSON value in which every text that mentions somebody is `ERASED`."""
    if isinstance(value, str):
        return ERASED if mentions(value, texts) else value
    if isinstance(value, list):
        return [without_mentions(one, texts) for one in value]
    if isinstance(value, dict):
        return {key: without_mentions(one, texts) for key, one in value.items()}
    return value


def without_person(
    document: JsonObject,
    person: Person,
    order_ids: Collection[str],
    texts: Collection[str],
    *,
    places: Mapping[str, Place] | None = None,
    names: Mapping[str, str] | None = None,
) -> JsonObject:
    """Return a branch in which nobody can tell who a customer was.

    Parameters
    ----------
    order_ids
        The customer's orders, also those that do not name the customer by number.
    texts
        What remarks may not mention: `texts_of` of every branch in which the customer is.
    places
        Where the orders are, for rows that only say an address.
    names
        What the customer was called, by the order, for rows whose contacts alone say it.
    """
    made = dict(document)
    for sheet in PERSONAL:
        if isinstance(document.get(sheet), list):
            made[sheet] = [
                _without(sheet, row, person, places or {}, names or {})
                if isinstance(row, dict) and _is_of(sheet, row, person, order_ids)
                else row
                for row in document[sheet]
            ]
    for sheet, column in REMARKS.items():
        if isinstance(document.get(sheet), list):
            made[sheet] = [_without_remark(row, column, texts) for row in document[sheet]]
    return made


def _without_remark(row: Any, column: str, texts: Collection[str]) -> Any:
    text = row.get(column) if isinstance(row, dict) else None
    return row | {column: ERASED} if isinstance(text, str) and mentions(text, texts) else row


def _without(
    sheet: str, row: JsonObject, person: Person, places: Mapping[str, Place], names: Mapping[str, str]
) -> JsonObject:
    kept = {key: value for key, value in row.items() if key not in PERSONAL[sheet]}
    kept["customer_id"] = person.pseudonym
    if sheet == "customers":
        return kept | ({"name": _stand_in(str(row["name"]))} if row.get("name") else {})
    order_id = str(row.get("order_id"))
    if any(row.get(column) for column in ("customer_name", "customer_phone")):
        kept["customer_name"] = _stand_in(str(row.get("customer_name") or names.get(order_id, "")))
    if row.get("lat") is None and order_id in places:
        place = places[order_id]
        kept |= {"lat": place.lat, "lon": place.lon, "approximate": place.approximate}
    return kept


def _stand_in(name: str) -> str:
    """Return a name that is read as one of the same kind: who is at home is called at other hours than a firm."""
    return (_PERSON if is_person(name) else _FIRM)[not name.isascii()]


def _is_of(sheet: str, row: Mapping[str, Any], person: Person, order_ids: Collection[str]) -> bool:
    return person.is_named(row) or (sheet == "orders" and str(row.get("order_id")) in order_ids)


def _rows(document: JsonObject, sheet: str) -> Iterator[Mapping[str, Any]]:
    rows = document.get(sheet)
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            yield row
