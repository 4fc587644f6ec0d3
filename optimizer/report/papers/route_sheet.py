"""上门派工单, the route sheet: one technician's day with all that is needed on the way (docs/rules.md, Papers)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.order import PartNeed, ToolNeed
from optimizer.explain.sentences import accepted_sentence
from optimizer.report.absences import when_away
from optimizer.report.papers.model import Entry, Field, PickUp, RouteSheet
from optimizer.report.papers.pick_list import is_waited_for
from optimizer.report.papers.tool_list import own_tools, tools_needed
from optimizer.report.wording import COVERAGES, UNFINISHED, added
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    "leave": "Leave",
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
#: Labels of fields that an entry has only where there is something to say.
EXTRA_FIELDS = {
    "repeat": "Repeat fault",
    "way": "On the way",
    "after": "Comes after",
    "followed_by": "Waits for this visit",
    "load": "To carry",
    "pause": "Pause",
    "exception": "Exception",
}
#: Labels of a stop at the branch.
PICK_UP = {
    "customer": "Branch",
    "phone": "Phone",
    "address": "Address",
    "leave": "Leave",
    "leave_by": "Leave by",
    "start": "Start",
    "end": "End",
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
        heading=(*_fields(case, HEADING, _heading(case, day)), *_away(case, day)),
        packing=tuple(_packing(case, day)),
        entries=tuple(_entry(case, day, position, stop) for position, stop in enumerate(day.stops, start=1)),
        pick_up=_pick_up(case, day),
    )


def _heading(case: Case, day: TechnicianDay) -> dict[str, str]:
    wording, route, pause, today = case.wording, day.route, day.break_s, day.shift.day
    return {
        "technician": case.person(day.technician.technician_id),
        "date": wording.day(case.problem.date_of(today)),
        "branch": " ".join(filter(None, (case.problem.branch.name, without_controls(case.problem.branch.phone)))),
        "depart": case.clock(route.depart_s, today) if route else "",
        "break": f"{case.clock(pause[0], today)}–{case.clock(pause[1], today)}" if pause else "",
        "return": case.clock(route.return_s, today) if route else "",
    }


def _away(case: Case, day: TechnicianDay) -> Iterator[Field]:
    """Yield when a technician is away for a part of the day; nothing of who is there all the time."""
    key = (day.technician.technician_id, day.shift.day)
    mine = [one for one in case.context.absences if (one.technician_id, one.day) == key]
    if mine:
        when = case.wording.series(when_away(one, case.problem, case.wording) for one in mine)
        yield Field("away", case.say("Away"), when)


# --- what to take along, and what to fetch on the way ---------------------------------------------------------------


def _packing(case: Case, day: TechnicianDay) -> list[str]:
    """Return what to take along: parts in total, of a tool the most that one visit needs, other things once.

    Who works under another's lead brings neither parts nor tools. What a stop at the branch is for is fetched there.
    """
    fetched = {stop.visit_id for tour in day.tours[1:] for stop in tour}
    bring: dict[str, None] = {}
    needs: list[PartNeed] = []
    own: list[PartNeed] = []
    for stop in day.stops:
        visit = case.problem.visit_by_id[stop.visit_id]
        bring |= dict.fromkeys(without_controls(thing) for thing in case.problem.order_of(visit).briefing.bring)
        if day.leads(stop):
            from_own = _from_own(day, visit, stop)
            own += from_own
            needs += from_own if stop.visit_id in fetched else visit.parts
    return [
        *(_part_item(case, day, need, _count(own, need.part_id)) for need in added(needs)),
        *(
            _with_own(case, case.tools([ToolNeed(tool_id, units)]), units, own_tools(day, tool_id))
            for tool_id, units in tools_needed(case, day).items()
            if units
        ),
        *_load_item(case, day, day.tours[0]),
        *bring,
    ]


def _pick_up(case: Case, day: TechnicianDay) -> PickUp | None:
    """Return the stop at the branch: when, and what is picked up for the visits after it."""
    pause, branch, today = day.branch_stop, case.problem.branch, day.shift.day
    if pause is None:
        return None
    fetched = [stop for tour in day.tours[1:] for stop in tour]
    values = {
        "customer": branch.name,
        "phone": branch.phone,
        "address": branch.place.address,
        "leave": case.clock(day.legs[pause.before].leave_s, today),
        "leave_by": case.clock(pause.leave_by_s, today),
        "start": case.clock(pause.start_s, today),
        "end": case.clock(pause.end_s, today),
    }
    items = [case.parts([need]) for need in added(need for stop in fetched if day.leads(stop) for need in stop.parts)]
    return PickUp(pause.before, _fields(case, PICK_UP, values), (*items, *_load_item(case, day, fetched)))


def _from_own(day: TechnicianDay, visit: Visit, stop: Stop) -> list[PartNeed]:
    """Return the parts of a visit that come from the technician's own: all that is not drawn from the branch."""
    if not day.technician.own_parts:
        return []
    return [replace(need, quantity=need.quantity - _count(stop.parts, need.part_id)) for need in added(visit.parts)]


def _count(needs: Iterable[PartNeed], part_id: str) -> int:
    return sum(need.quantity for need in needs if need.part_id == part_id)


def _part_item(case: Case, day: TechnicianDay, need: PartNeed, own: int) -> str:
    """Return parts to take along, with the moment until which the technician waits for them at the branch."""
    item = _with_own(case, case.parts([need]), need.quantity, own)
    if day.route is None or own >= need.quantity or not is_waited_for(case.problem, need.part_id, day):
        return item
    return case.say("{thing}, booked in by {time}", thing=item, time=case.clock(day.route.depart_s, day.shift.day))


def _with_own(case: Case, text: str, needed: int, own: int) -> str:
    """Return something to take along with how many of it are the technician's own."""
    if own <= 0:
        return text
    if own >= needed:
        return case.say("{thing} (your own)", thing=text)
    return case.say("{thing} ({count} of your own)", thing=text, count=own)


def _load_item(case: Case, day: TechnicianDay, tour: Iterable[Stop]) -> list[str]:
    """Return what a tour carries, with the limit where there is one: `To carry: 40 of 60 kg`; else nothing."""
    carried: dict[str, int] = {}
    for stop in tour:
        for load in case.problem.visit_by_id[stop.visit_id].loads if day.leads(stop) else ():
            carried[load.quantity] = carried.get(load.quantity, 0) + load.amount
    most = {limit.quantity: limit.amount for limit in day.technician.capacity}
    texts = [
        case.say("{amount} of {limit} {quantity}", amount=amount, limit=most[quantity], quantity=quantity)
        if quantity in most
        else f"{amount} {quantity}"
        for quantity, amount in sorted(carried.items())
        if amount
    ]
    return [without_controls(case.say("To carry: {loads}", loads=case.wording.series(texts)))] if texts else []


# --- one visit ------------------------------------------------------------------------------------------------------


def _entry(case: Case, day: TechnicianDay, position: int, stop: Stop) -> Entry:
    visit = case.problem.visit_by_id[stop.visit_id]
    order, customer = case.problem.order_of(visit), case.problem.customer_of(visit)
    values = {
        **_ask_cells(case, visit, order, customer),
        **_time_cells(case, day, position, order),
        **_crew_cells(case, day, stop, customer),
        "parts": _brought(case, day, stop, case.parts(visit.parts)),
        "tools": _brought(case, day, stop, case.tools(visit.tools)),
        "bring": case.wording.series(order.briefing.bring),
        "prepare": order.briefing.prepare,
    }
    way = day.way_to(position - 1)
    door_s = sum(leg.door_s for leg in way)
    extra = {
        "repeat": _repeat(case, day, stop, visit),
        "way": case.wording.way(sum(leg.drive_s for leg in way), door_s) if door_s else "",
        "after": case.wording.series(_earlier(case, earlier.visit_id, day.shift.day) for earlier in visit.after),
        "followed_by": case.wording.series(_later(case, later, day.shift.day) for later in _followers(case, visit)),
        "load": _brought(case, day, stop, case.wording.loads(visit.loads)),
        "pause": _pause(case, day, stop),
        "exception": case.wording.series(_allowed(case, day, visit)),
    }
    told = {name: caption for name, caption in EXTRA_FIELDS.items() if extra[name]}
    return Entry(
        position=position,
        visit_id=visit.visit_id,
        fields=(*_fields(case, FIELDS, values), *_fields(case, told, extra)),
        blanks=tuple(case.say(label) for label in BLANKS),
        is_red=order.carried_over > 0 or case.problem.is_past_due(visit, day.shift.day) or case.is_emergency(order),
    )


def _repeat(case: Case, day: TechnicianDay, stop: Stop, visit: Visit) -> str:
    """Return who repaired the same fault not long ago; empty when it is no repeat fault.

    Who is not among those who go now is called first.
    """
    repeat = case.problem.repeats.get(visit.visit_id)
    if repeat is None:
        return ""
    last, is_known = repeat.technician_id, repeat.technician_id in case.problem.technician_by_id
    who = case.person(last) if is_known else last
    values = {"days": repeat.days, "level": repeat.level, "technician": who}
    if not who:
        return case.say("repaired {days} day(s) before at level {level}", **values)
    if last in stop.crew:
        values["technician"] = case.say("yourself") if last == day.technician.technician_id else who
        return case.say("repaired {days} day(s) before by {technician} at level {level}", **values)
    said = case.say("repaired {days} day(s) before by {technician} at level {level}, call first", **values)
    phone = case.phone(last) if is_known else ""
    return f"{said}: {phone}" if phone else said


def _pause(case: Case, day: TechnicianDay, stop: Stop) -> str:
    """Return from when to when the service rests; empty when it goes on."""
    if stop.pause is None:
        return ""
    return "–".join(case.clock(moment_s, day.shift.day) for moment_s in (stop.pause.start_s, stop.pause.end_s))


def _brought(case: Case, day: TechnicianDay, stop: Stop, things: str) -> str:
    """Return what a visit needs; who works under another's lead reads who brings it."""
    if not things or day.leads(stop):
        return things
    return case.say("{things}, brought by {lead}", things=things, lead=case.person(stop.lead))


def _allowed(case: Case, day: TechnicianDay, visit: Visit) -> list[str]:
    """Return what this technician exceeds by exceptions for a visit, with who allows it and why."""
    mine = (one for one in case.allowed.get(visit.visit_id, ()) if one.technician_id == day.technician.technician_id)
    return [accepted_sentence(one, case.problem, case.say) for one in mine]


def _followers(case: Case, visit: Visit) -> list[str]:
    """Return the planned visits that come after this one."""
    return [
        other.visit_id
        for other in case.problem.visits
        if other.visit_id in case.stop_of and any(earlier.visit_id == visit.visit_id for earlier in other.after)
    ]


def _earlier(case: Case, visit_id: str, day: int) -> str:
    """Return a visit that comes first, until when, and who is there: `A (until 09:30, Ann Li (T1))`."""
    stop = case.stop_of.get(visit_id)
    if stop is None:
        return visit_id
    time, people = _moment(case, stop.end_s, day), case.people(case.crew_of(visit_id))
    return case.say("{visit} (until {time}, {people})", visit=visit_id, time=time, people=people)


def _later(case: Case, visit_id: str, day: int) -> str:
    """Return a visit that waits for another, from when, and who goes there: `B (from 11:00, Ben Li (T2))`."""
    time, people = _moment(case, case.stop_of[visit_id].start_s, day), case.people(case.crew_of(visit_id))
    return case.say("{visit} (from {time}, {people})", visit=visit_id, time=time, people=people)


def _moment(case: Case, moment_s: int, day: int) -> str:
    """Return a moment of the sheet's day by the clock, one of another day with the date."""
    is_same_day = case.problem.clock.day_of(moment_s) == day
    return case.clock(moment_s, day) if is_same_day else case.time_text(moment_s)


def _ask_cells(case: Case, visit: Visit, order: Order, customer: Customer) -> dict[str, str]:
    """Return who asked for what, where, and how the last try ended."""
    said = order.briefing
    return {
        "order_id": order.order_id if order.order_id == visit.visit_id else f"{order.order_id} ({visit.visit_id})",
        "customer": customer.name,
        "contacts": case.wording.series(said.contacts),
        "phone": customer.phone,
        "address": case.wording.address(visit.place),
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
    stop, today, until_s = day.stops[position - 1], day.shift.day, day.shift.return_limit_s
    promised = case.problem.promises_of(case.problem.visit_by_id[stop.visit_id])
    return {
        "dispatched": case.time_text(order.log.dispatched_s),
        "promised": case.windows(promised, today, until_s=until_s),
        "told": case.windows([stop.window], today, until_s=until_s),
        "leave": case.clock(day.leaves_s(position - 1), today),
        "leave_by": case.clock(stop.leave_by_s, today),
        "start": case.clock(stop.start_s, today),
        "end": case.clock(stop.end_s, today),
    }


def _crew_cells(case: Case, day: TechnicianDay, stop: Stop, customer: Customer) -> dict[str, str]:
    """Return who comes and who was there last; who works alone leads the visit and has no crew."""
    who = day.technician.technician_id
    others = [other for other in stop.crew if other != who]
    return {
        "technician": case.person(who),
        "lead": case.person(stop.lead or who),
        "crew": case.wording.series(
            " ".join(filter(None, (case.person(other), case.phone(other)))) for other in others
        ),
        "served_last": _served_last(case, who, others, customer.served_by[:1]),
    }


def _served_last(case: Case, technician_id: str, others: Iterable[str], last: Iterable[str]) -> str:
    for who in last:
        if who == technician_id:
            return case.say("yourself")
        if who in others:
            return case.say("{technician}, comes along", technician=case.person(who))
        phone = case.phone(who)
        if phone:
            return case.say("{technician}, call first: {phone}", technician=case.person(who), phone=phone)
        return case.say("{technician}, call first", technician=case.person(who))
    return ""


def _fields(case: Case, labels: Mapping[str, str], values: Mapping[str, str]) -> tuple[Field, ...]:
    """Return labelled values in the order of the labels; an empty value reads none."""
    none = case.say("none")
    return tuple(
        Field(name, case.say(caption), without_controls(values[name]).strip() or none)
        for name, caption in labels.items()
    )
