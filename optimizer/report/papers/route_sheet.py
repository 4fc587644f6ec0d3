"""上门派工单, the route sheet: one technician's day with all that is needed on the way (RULES §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.order import PartNeed
from optimizer.report.papers.model import Entry, Field, RouteSheet
from optimizer.report.wording import COVERAGES, UNFINISHED, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.domain.order import Customer, Order, Visit
    from optimizer.domain.plan import Stop
    from optimizer.report.days import TechnicianDay
    from optimizer.report.papers.case import Case

#: Labels of an entry's fields, by stable name, in printing order.
FIELDS = {
    "order_id": "Order no.",
    "customer": "Customer",
    "contacts": "Contacts",
    "phone": "Phone",
    "address": "Address",
    "kind": "Kind",
    "product": "Product",
    "serial": "Serial no.",
    "coverage": "Warranty",
    "fault": "Fault",
    "request": "Customer's request",
    "last_try": "Last visit",
    "dispatched": "Dispatched",
    "promised": "Promised",
    "told": "Told",
    "leave_by": "Leave by",
    "start": "Start",
    "end": "End",
    "technician": "Technician",
    "lead": "Lead",
    "crew": "Crew",
    "parts": "Parts",
    "tools": "Tools",
    "bring": "Bring along",
    "prepare": "Customer prepares",
    "served_last": "Served last",
}
#: Labels of the heading's fields.
HEADING = {
    "technician": "Technician",
    "date": "Date",
    "branch": "Branch",
    "depart": "Depart",
    "break": "Break",
    "return": "Return",
}
#: What the technician fills in.
BLANKS = ("Arrived", "Started", "Ended", "Result", "Next visit", "Parts returned", "Signature")


def route_sheets(case: Case) -> tuple[RouteSheet, ...]:
    """Return a sheet for every technician with a visit, employees before contractors."""
    return tuple(_sheet(case, day) for day in case.days)


def _sheet(case: Case, day: TechnicianDay) -> RouteSheet:
    return RouteSheet(
        technician=day.technician,
        day=day.shift.day,
        heading=_fields(case, HEADING, _heading(case, day)),
        packing=tuple(_packing(case, day)),
        entries=tuple(_entry(case, day, position, stop) for position, stop in enumerate(day.stops, start=1)),
    )


def _heading(case: Case, day: TechnicianDay) -> dict[str, str]:
    wording, route, pause = case.wording, day.route, day.break_s
    return {
        "technician": case.person(day.technician.technician_id),
        "date": wording.day(case.problem.date_of(day.shift.day)),
        "branch": " ".join(filter(None, (case.problem.branch.name, printable(case.problem.branch.phone)))),
        "depart": wording.clock(route.depart_s) if route else "",
        "break": f"{wording.clock(pause[0])}–{wording.clock(pause[1])}" if pause else "",
        "return": wording.clock(route.return_s) if route else "",
    }


def _packing(case: Case, day: TechnicianDay) -> list[str]:
    """Return what the whole day needs: parts in total, of a tool the most that one visit needs, other things once."""
    visits = [case.problem.visit_by_id[stop.visit_id] for stop in day.stops]
    parts: dict[str, int] = {}
    tools: dict[str, int] = {}
    bring: dict[str, None] = {}
    for visit in visits:
        for need in visit.parts:
            parts[need.part_id] = parts.get(need.part_id, 0) + need.quantity
        for need in visit.tools:
            tools[need.part_id] = max(tools.get(need.part_id, 0), need.quantity)
        bring |= dict.fromkeys(printable(thing) for thing in case.problem.order_of(visit).briefing.bring)
    return [
        *(case.parts([PartNeed(part_id, quantity)]) for part_id, quantity in sorted(parts.items()) if quantity),
        *(case.tools([PartNeed(tool_id, quantity)]) for tool_id, quantity in sorted(tools.items())),
        *bring,
    ]


def _entry(case: Case, day: TechnicianDay, position: int, stop: Stop) -> Entry:
    visit = case.problem.visit_by_id[stop.visit_id]
    order, customer = case.problem.order_of(visit), case.problem.customer_of(visit)
    values = {
        **_ask_cells(case, visit, order, customer),
        **_time_cells(case, day, position, order),
        **_crew_cells(case, day.technician.technician_id, visit, customer),
        "parts": case.parts(visit.parts),
        "tools": case.tools(visit.tools),
        "bring": "; ".join(order.briefing.bring),
        "prepare": order.briefing.prepare,
    }
    return Entry(
        position=position,
        visit_id=visit.visit_id,
        fields=_fields(case, FIELDS, values),
        blanks=tuple(case.say(label) for label in BLANKS),
        is_red=order.carried_over or case.is_overdue(order) or case.is_emergency(order),
    )


def _ask_cells(case: Case, visit: Visit, order: Order, customer: Customer) -> dict[str, str]:
    """Return who asked for what, where, and how the last try ended."""
    said = order.briefing
    return {
        "order_id": order.order_id if order.order_id == visit.visit_id else f"{order.order_id} ({visit.visit_id})",
        "customer": customer.name,
        "contacts": "; ".join(said.contacts),
        "phone": customer.phone,
        "address": visit.place.address,
        "kind": case.wording.kind(order.kind),
        "product": order.product,
        "serial": said.serial,
        "coverage": case.say(COVERAGES[said.coverage]) if said.coverage else "",
        "fault": order.fault,
        "request": said.request,
        "last_try": _last_try(case, order),
    }


def _last_try(case: Case, order: Order) -> str:
    if order.unfinished is not None:
        return case.say("Not finished: {reason}", reason=case.say(UNFINISHED[order.unfinished]))
    return case.say("Not finished") if order.carried_over else ""


def _time_cells(case: Case, day: TechnicianDay, position: int, order: Order) -> dict[str, str]:
    stop = day.stops[position - 1]
    return {
        "dispatched": case.time_text(order.log.dispatched_s),
        "promised": case.windows(order.promised),
        "told": case.windows([stop.window]),
        "leave_by": case.wording.clock(day.leave_by_s(position - 1)),
        "start": case.wording.clock(stop.start_s),
        "end": case.wording.clock(stop.end_s),
    }


def _crew_cells(case: Case, technician_id: str, visit: Visit, customer: Customer) -> dict[str, str]:
    """Return who comes and who was there last; who works alone leads the visit and has no crew."""
    return {
        "technician": case.person(technician_id),
        "lead": case.person(technician_id) if visit.crew_size == 1 else "",
        "crew": "" if visit.crew_size == 1 else case.say("{count} people", count=visit.crew_size),
        "served_last": _served_last(case, technician_id, customer.served_by[:1]),
    }


def _served_last(case: Case, technician_id: str, last: Iterable[str]) -> str:
    for who in last:
        if who == technician_id:
            return case.say("yourself")
        phone = case.phone(who)
        if phone:
            return case.say("{technician}, call first: {phone}", technician=case.person(who), phone=phone)
        return case.say("{technician}, call first", technician=case.person(who))
    return ""


def _fields(case: Case, labels: Mapping[str, str], values: Mapping[str, str]) -> tuple[Field, ...]:
    """Return labelled values in the order of the labels; an empty value reads none."""
    none = case.say("none")
    return tuple(
        Field(name, case.say(caption), printable(values[name]).strip() or none) for name, caption in labels.items()
    )
