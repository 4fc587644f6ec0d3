"""References: ids that name nothing, after they were read as meant (`build/names.py`), with the name that is near.

How grave it is, is the matter of what is lost: who must not come and is not known, may come; a wish merely goes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import PartNeed, Predecessor, ToolNeed
from optimizer.faults.spelling import bare, folded, is_part_of, is_slip, plain
from optimizer.ingest.build.several_days import day_ids, visit_ids_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets, Sheet

#: So many of the ids that have one name are said.
_SAID_IDS = 3
#: A shorter name of an area is in many an address by chance.
SHORTEST_AREA = 2
#: Sheets whose rows are named elsewhere, and the column of their id.
_NAMED = {
    "customers": "customer_id",
    "orders": "order_id",
    "technicians": "technician_id",
    "parts": "part_id",
    "tools": "tool_id",
    "loans": "loan_id",
}


def check_references(sheets: BranchSheets, log: IssueLog, *, is_ours: bool = False) -> None:
    """Note ids that refer to nothing. A doubt only, where the rule merely loses its object, or it is ours."""
    never = "REF_TECHNICIAN_GONE" if is_ours else "REF_TECHNICIAN_NEVER"
    technicians, parts = sheets.technicians, sheets.parts
    rows = [entry.row for entry in sheets.orders.readable()]
    visits = replace(sheets.orders, ids=frozenset(name for row in rows for name in visit_ids_of(row)))
    results = {name for row in rows if row.days > 1 and row.order_id for name in day_ids(row.order_id, row.days)}
    people = [entry.row for entry in technicians.readable()]
    own_parts = {need.part_id for person in people for need in person.own_parts}
    own_tools = {need.tool_id for person in people for need in person.own_tools}
    needed_parts = {need.part_id for row in rows for need in row.parts}
    needed_tools = {need.tool_id for row in rows for need in row.tools}
    _refer(sheets.orders, "customer_id", sheets.customers, "REF_CUSTOMER", log)
    _refer(sheets.orders, "required", technicians, "REF_TECHNICIAN", log)
    _refer(sheets.orders, "prohibited", technicians, never, log)
    _refer(sheets.orders, "repaired_by", technicians, "REF_TECHNICIAN_GONE", log)
    _refer(sheets.orders, "planned_technician", technicians, "REF_TECHNICIAN_GONE", log)
    _refer(sheets.orders, "after", visits, "REF_VISIT", log)
    _refer(sheets.orders, "tools", _with_ids(sheets.tools, own_tools), "REF_TOOL", log)
    _refer(sheets.orders, "parts", _with_ids(parts, own_parts), "REF_PART_NOT_STOCKED", log)
    _refer(sheets.customers, "refused", technicians, never, log)
    _refer(sheets.customers, "served_by", technicians, "REF_TECHNICIAN_GONE", log)
    _refer(sheets.technicians, "own_parts", _with_ids(parts, needed_parts), "REF_PART_OWN", log)
    _refer(sheets.technicians, "own_tools", _with_ids(sheets.tools, needed_tools), "REF_TOOL_OWN", log)
    _refer(sheets.skills, "technician_id", technicians, "REF_TECHNICIAN", log)
    _refer(sheets.shifts, "technician_id", technicians, "REF_TECHNICIAN", log)
    _refer(sheets.arrivals, "part_id", parts, "REF_PART", log)
    _refer(sheets.reservations, "part_id", parts, "REF_PART", log)
    _refer(sheets.reservations, "visit_id", visits, "REF_RESERVED", log)
    _refer(sheets.loans, "technician_id", technicians, "REF_TECHNICIAN", log)
    _refer(sheets.loans, "part_id", parts, "REF_PART", log)
    _refer(sheets.locks, "visit_id", visits, "REF_VISIT", log)
    _refer(sheets.locks, "technician_id", technicians, "REF_TECHNICIAN", log)
    _refer(sheets.exceptions, "visit_id", visits, "REF_VISIT", log)
    _refer(sheets.exceptions, "technician_id", technicians, "REF_TECHNICIAN", log)
    _refer(sheets.published, "visit_id", visits, "REF_VISIT_GONE", log)
    _refer(sheets.published, "technician_id", technicians, "REF_TECHNICIAN_GONE", log)
    _refer(sheets.results, "order_id", _with_ids(sheets.orders, results), "REF_VISIT", log)
    _refer(sheets.results, "technician_id", technicians, "REF_TECHNICIAN_GONE", log)
    _refer(sheets.returns, "loan_id", sheets.loans, "REF_LOAN", log)
    _refer(sheets.counts, "part_id", parts, "REF_PART", log)
    _refer(sheets.absences, "technician_id", technicians, "REF_TECHNICIAN", log)


def _with_ids(sheet: Sheet[Any], others: set[str]) -> Sheet[Any]:
    return replace(sheet, ids=sheet.ids | others)


def _refer(sheet: Sheet[Any], column: str, other: Sheet[Any], code: str, log: IssueLog) -> None:
    required = other.name in ("customers", "technicians", "orders")
    if other.is_unread or (required and not other.is_given):
        return  # the missing file, or what is wrong with it, is noted already
    for entry in sheet.readable():
        value = getattr(entry.row, column)
        if not value:
            continue  # empty, or a wrong cell that is noted already
        for name in (value,) if isinstance(value, str) else map(_name_of, value):
            if name not in other.ids:
                sheet.note(log, code, entry.number, column, name, near=_near(name, other, log))


def _name_of(item: Any) -> str:
    """Return the id that an item of a cell refers to: of a part, a tool, an order."""
    if isinstance(item, PartNeed):
        return item.part_id
    if isinstance(item, ToolNeed):
        return item.tool_id
    return item.visit_id if isinstance(item, Predecessor) else str(item)


def _near(name: str, other: Sheet[Any], log: IssueLog) -> str:
    """Return the id that is maybe meant: of the rows with that name, else the one nearest to it, by id or by name."""
    titles = {str(getattr(entry.row, _NAMED[other.name])): _title(entry.row) for entry in other.readable()}
    same = sorted(own for own, title in titles.items() if title and folded(title) == folded(name))
    if same:
        return " / ".join(same[:_SAID_IDS]) + (" / …" if len(same) > _SAID_IDS else "")
    near = log.suggest(name, other.ids)
    if near:
        return near
    by_title = {title: own for own, title in titles.items() if title}
    title = log.suggest(name, by_title)
    return f"{by_title[title]} {title}" if title else ""


def _title(row: Any) -> str:
    return str(getattr(row, "name", None) or "")


def check_alike(sheets: BranchSheets, log: IssueLog) -> None:
    """Note ids of one sheet that only a careful eye tells apart: by letter case, width, spaces or zeros."""
    for name, column in _NAMED.items():
        sheet: Sheet[Any] = getattr(sheets, name)
        seen: dict[str, tuple[str, int]] = {}
        for entry in sheet.readable():
            own = getattr(entry.row, column)
            if not own:
                continue
            other, number = seen.setdefault(plain(own), (own, entry.number))
            if other != own:
                sheet.note(log, "ID_ALIKE", entry.number, column, own, like=other, other=number)


def check_areas(sheets: BranchSheets, log: IssueLog) -> None:
    """Note areas of orders that nobody serves by name or that the address belies, and such of technicians near them."""
    people = [entry.row.areas for entry in sheets.technicians.readable()]
    known = {area for areas in people for area in areas}
    everybody_is_bound = all(people)
    wanted = {entry.row.area for entry in sheets.orders.readable()} - {""}
    for entry in sheets.orders.readable() if known else ():
        area = entry.row.area
        if area and area not in known:
            near = log.suggest(area, known)
            is_spelling = near and (is_slip(area, near) or _other_spelling(area, [near]))
            if is_spelling or everybody_is_bound:
                sheets.orders.note(log, "AREA_UNKNOWN", entry.number, "area", area, near=near)
    for entry in sheets.orders.readable():
        told = _area_of_address(entry.row, known | wanted)
        if told:
            sheets.orders.note(log, "AREA_ADDRESS", entry.number, "area", entry.row.area, told=told)
    for entry in sheets.technicians.readable():
        for area in entry.row.areas:
            near = "" if area in wanted else _other_spelling(area, wanted)
            if near:
                sheets.technicians.note(log, "AREA_NO_ORDER", entry.number, "areas", area, near=near)


def _area_of_address(row: Any, areas: Collection[str]) -> str:
    """Return the area that an address names where the order is said to lie in another; empty where nothing tells."""
    if not row.area or row.area in row.address:
        return ""
    told = sorted(area for area in areas if len(area) >= SHORTEST_AREA and area in row.address)
    return told[0] if len(told) == 1 and not is_part_of(told[0], row.area) else ""


def _other_spelling(name: str, others: Collection[str]) -> str:
    """Return the one of others that is the same word in other spelling, or holds it; nearness alone says too little."""
    alike = sorted(other for other in others if bare(other) == bare(name) or is_part_of(other, name))
    return alike[0] if alike else ""
