"""Checked rows to a Problem, in one normal order, so that the order of rows never matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import (
    Briefing,
    Confirmed,
    Coverage,
    Customer,
    Difficulty,
    HalfDay,
    Interval,
    LastRepair,
    Order,
    Place,
    PlaceKind,
    ServiceLog,
    Unfinished,
    Urgency,
    Visit,
)
from optimizer.domain.planning_context import SetAside
from optimizer.domain.problem import Branch, Lock, LockLevel, Problem, PublishedVisit
from optimizer.domain.region import DistanceUnit
from optimizer.domain.stock import Arrival, Loan, Part, Reservation, Tool
from optimizer.domain.technician import Break, Employment, HeldSkill, Shift, Technician, WorkLedger
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.domain.working_time import WorkingCalendar
from optimizer.ingest.build.calendar import weekend_of
from optimizer.ingest.build.region import region_of
from optimizer.ingest.build.several_days import with_each_day
from optimizer.ingest.cells.compound import predecessor_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from optimizer.domain.policy import Policy
    from optimizer.ingest.build.as_of import AsideRow
    from optimizer.ingest.cells.compound import Window
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import (
        ArrivalRow,
        BranchRow,
        CustomerRow,
        ExceptionRow,
        LockRow,
        OrderRow,
        PublishedRow,
        ShiftRow,
        SkillRow,
        TechnicianRow,
    )
    from optimizer.ingest.forms.sheets import BranchSheets, Sheet


_Item = TypeVar("_Item")
_Fact = TypeVar("_Fact", Customer, Order, Visit, Technician)


def build_problem(
    sheets: BranchSheets, policy: Policy, clock: BranchClock, unpublished: frozenset[int] = frozenset()
) -> Problem:
    """Return the Problem of sheets without faults; shifts of days far from those to plan stay out.

    `unpublished` are the years whose make-up days nobody knows yet.
    """
    branch = sheets.branch.entries[0].row
    skills = _held_skills(sheets.skills, clock.planned_days())
    calendar = WorkingCalendar({e.row.date: e.row.working for e in sheets.calendar}, unpublished, weekend_of(branch))
    sheets = with_each_day(sheets, clock, calendar)
    facts: dict[str, Any] = dict(
        branch=_branch(sheets, calendar),
        first_day=clock.first_day,
        days=clock.days,
        as_of_s=clock.seconds(branch.as_of),
        customers=tuple(_customer(entry.row) for entry in sheets.customers),
        orders=tuple(_order(entry.row, clock) for entry in sheets.orders),
        visits=tuple(_visit(entry.row, clock) for entry in sheets.orders),
        technicians=tuple(_technician(entry.row, skills) for entry in sheets.technicians),
        shifts=tuple(_shift(e.row, clock) for e in sheets.shifts if clock.is_planned(e.row.date)),
        shifts_around=tuple(_shift(e.row, clock) for e in sheets.shifts if clock.is_beside(e.row.date)),
        policy=policy,
        parts=tuple(
            Part(
                row.part_id,
                _named(row.name, row.part_id),
                row.on_hand,
                clock.seconds(row.as_of) if row.as_of else None,
            )
            for row in (entry.row for entry in sheets.parts)
        ),
        arrivals=tuple(_arrival(entry.row, clock) for entry in sheets.arrivals),
        reservations=tuple(
            Reservation(row.reservation_id, row.part_id, row.quantity, row.date, row.visit_id)
            for row in (entry.row for entry in sheets.reservations)
        ),
        loans=tuple(
            Loan(row.loan_id, row.technician_id, row.part_id, row.quantity, row.due, row.return_booked)
            for row in (entry.row for entry in sheets.loans)
        ),
        tools=tuple(Tool(e.row.tool_id, _named(e.row.name, e.row.tool_id), e.row.units) for e in sheets.tools),
        locks=tuple(_lock(entry.row, clock) for entry in sheets.locks),
        published=tuple(_published(entry.row, clock) for entry in sheets.published),
        exceptions=tuple(_exception(entry.row) for entry in sheets.exceptions),
    )
    return Problem(**facts | _in_order(facts))


def _arrival(row: ArrivalRow, clock: BranchClock) -> Arrival:
    """Return an arrival; midnight is no moment, but the whole day."""
    moment_s = clock.seconds(row.usable_on)
    is_day = clock.wall.time_s(moment_s) == 0
    return Arrival(row.part_id, row.quantity, clock.wall.local(moment_s).date(), None if is_day else moment_s)


def _arrival_order(arrival: Arrival) -> tuple[str, date, int, int]:
    at_s = -FAR_FUTURE_S if arrival.arrives_s is None else arrival.arrives_s
    return arrival.part_id, arrival.usable_on, at_s, arrival.quantity


def build_aside(rows: Iterable[AsideRow], sheets: BranchSheets, clock: BranchClock) -> tuple[SetAside, ...]:
    """Return the known orders that the plan does not plan, by order."""
    customers = {entry.row.customer_id: _customer(entry.row) for entry in sheets.customers}
    made = [
        SetAside(
            order=_order(aside.row, clock),
            visit=replace(_visit(aside.row, clock), after=()),
            customer=customers[aside.row.customer_id],
            state=aside.state,
            technician_id=aside.technician_id,
            parts_back=aside.parts_back,
        )
        for aside in rows
    ]
    return tuple(sorted(made, key=lambda aside: aside.order.order_id))


def in_normal_order(problem: Problem) -> Problem:
    """Return the same problem with everything sorted that has no order of its own.

    Only who served a customer before keeps its order (the latest first).
    """
    return replace(problem, **_in_order({name: getattr(problem, name) for name in _SORTED}))


def _in_order(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lists of a problem that have no order of their own, each sorted."""
    return {name: tuple(sorted(map(inside, facts[name]), key=key)) for name, (inside, key) in _SORTED.items()}


def _as_it_is(item: Any) -> Any:
    return item


def _sorted_customer(customer: Customer) -> Customer:
    opening = None if customer.opening is None else tuple(sorted(customer.opening))
    return _but(customer, opening=opening, closed=tuple(sorted(customer.closed)))


def _sorted_order(order: Order) -> Order:
    return _but(order, requested=tuple(sorted(order.requested)), promised=tuple(sorted(order.promised)))


def _sorted_visit(visit: Visit) -> Visit:
    return _but(
        visit,
        skills=_sorted(visit.skills, lambda n: (n.skill, n.min_level)),
        parts=_sorted(visit.parts, lambda n: (n.part_id, n.quantity)),
        lead_skills=_sorted(visit.lead_skills, lambda n: (n.skill, n.min_level)),
        tools=_sorted(visit.tools, lambda n: (n.tool_id, n.units)),
        loads=_sorted(visit.loads, lambda n: (n.quantity, n.amount)),
        after=_sorted(visit.after, predecessor_key),
    )


def _sorted(items: tuple[_Item, ...], key: Callable[[_Item], Any]) -> tuple[_Item, ...]:
    return tuple(sorted(items, key=key)) if len(items) > 1 else items


def _but(fact: _Fact, **values: Any) -> _Fact:
    """Return a fact with other values, itself where they are what it has: nearly all are in order."""
    is_same = all(getattr(fact, name) is value or getattr(fact, name) == value for name, value in values.items())
    return fact if is_same else replace(fact, **values)


def _sorted_technician(technician: Technician) -> Technician:
    by_time = sorted(technician.skills, key=lambda h: (h.skill, h.valid_from or date.min))
    return replace(
        technician,
        skills=tuple(by_time),
        own_parts=tuple(sorted(technician.own_parts, key=lambda n: (n.part_id, n.quantity))),
        own_tools=tuple(sorted(technician.own_tools, key=lambda n: (n.tool_id, n.units))),
        capacity=tuple(sorted(technician.capacity, key=lambda n: (n.quantity, n.amount))),
    )


#: The lists of a problem that have no order of their own: how each item is sorted inside, and by what the items are.
_SORTED: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "customers": (_sorted_customer, lambda c: c.customer_id),
    "orders": (_sorted_order, lambda o: o.order_id),
    "visits": (_sorted_visit, lambda v: v.visit_id),
    "technicians": (_sorted_technician, lambda t: t.technician_id),
    "shifts": (_as_it_is, lambda s: (s.day, s.technician_id)),
    "shifts_around": (_as_it_is, lambda s: (s.day, s.technician_id)),
    "parts": (_as_it_is, lambda p: p.part_id),
    "arrivals": (_as_it_is, _arrival_order),
    "reservations": (_as_it_is, lambda r: r.reservation_id),
    "loans": (_as_it_is, lambda loan: loan.loan_id),
    "tools": (_as_it_is, lambda t: t.tool_id),
    "locks": (_as_it_is, lambda k: (k.visit_id, k.level, k.technician_id, k.position)),
    "published": (_as_it_is, lambda p: (p.visit_id, p.day, p.technician_id)),
    "exceptions": (_as_it_is, lambda one: (one.visit_id, one.limit)),
}


# --- one row each -------------------------------------------------------------------------------------------------


def _named(name: str | None, own_id: str) -> str:
    return own_id if name is None else name


def _branch(sheets: BranchSheets, calendar: WorkingCalendar) -> Branch:
    row: BranchRow = sheets.branch.entries[0].row
    corners = sorted((entry.row for entry in sheets.service_area), key=lambda corner: corner.point)
    radius_m = None
    if row.service_radius_km is not None:
        radius_m = round(row.service_radius_km * DistanceUnit.KM.metres)
    elif row.service_radius_mi is not None:
        radius_m = round(row.service_radius_mi * DistanceUnit.MILES.metres)
    return Branch(
        branch_id=row.branch_id,
        name=_named(row.name, row.branch_id),
        place=Place(row.lat, row.lon, row.address),
        business=Interval(row.business_open, row.business_close),
        timezone=row.timezone,
        phone=row.phone,
        calendar=calendar,
        service_area=tuple(Place(corner.lat, corner.lon) for corner in corners),
        service_radius_m=radius_m,
        region=region_of(row),
    )


def _customer(row: CustomerRow) -> Customer:
    return Customer(
        customer_id=row.customer_id,
        name=_named(row.name, row.customer_id),
        tier=row.tier,
        phone=row.phone,
        opening=row.opening,
        closed=row.closed_hours,
        refused=frozenset(row.refused),
        place_kind=None if row.place_kind is None else PlaceKind(row.place_kind),
        served_by=row.served_by,
    )


def _moment(moment: datetime | None, clock: BranchClock) -> int | None:
    return None if moment is None else clock.seconds(moment)


def _intervals(windows: Iterable[Window], clock: BranchClock) -> tuple[Interval, ...]:
    return tuple(clock.interval(opens, closes) for opens, closes in windows)


def _order(row: OrderRow, clock: BranchClock) -> Order:
    return Order(
        order_id=row.order_id,
        customer_id=row.customer_id,
        kind=row.kind,
        fault=row.fault,
        product=row.product,
        received_s=_moment(row.received, clock),
        requested=_intervals(row.requested, clock),
        promised=_intervals(row.promised, clock),
        due_day=row.due_day,
        priority=row.priority,
        urgency=Urgency(row.urgency),
        difficulty=Difficulty(row.difficulty),
        carried_over=row.carried_over,
        agreed_day=row.agreed_day,
        agreed_half=None if row.agreed_half is None else HalfDay(row.agreed_half),
        unfinished=None if row.unfinished is None else Unfinished(row.unfinished),
        last_repair=_last_repair(row),
        briefing=Briefing(
            contacts=row.contacts,
            serial=row.serial,
            coverage=None if row.coverage is None else Coverage(row.coverage),
            request=row.request,
            bring=row.bring,
            prepare=row.prepare,
        ),
        log=ServiceLog(
            passed_on_s=_moment(row.passed_on, clock),
            contacted_s=_moment(row.contacted, clock),
            dispatched_s=_moment(row.dispatched, clock),
            acknowledged_s=_moment(row.acknowledged, clock),
            on_site_s=_moment(row.on_site, clock),
            done_s=_moment(row.done, clock),
            called_back_s=_moment(row.called_back, clock),
            parts_back=row.parts_back,
            confirmed=None if row.confirmed is None else Confirmed(row.confirmed),
        ),
    )


def _last_repair(row: OrderRow) -> LastRepair | None:
    if row.repaired_on is None:
        return None
    return LastRepair(row.repaired_on, row.repaired_by or "", row.repaired_level)


def _visit(row: OrderRow, clock: BranchClock) -> Visit:
    assert row.lat is not None
    assert row.lon is not None
    return Visit(
        visit_id=row.visit_id or row.order_id,
        order_id=row.order_id,
        place=Place(row.lat, row.lon, row.address, approximate=row.approximate),
        base_s=row.service_s,
        skills=row.skills,
        parts=row.parts,
        intermittent=row.intermittent,
        critical_test_s=row.critical_test_s,
        ready_s=_moment(row.ready, clock),
        works_through=row.works_through,
        area=row.area,
        required=frozenset(row.required),
        prohibited=frozenset(row.prohibited),
        crew_size=row.crew_size,
        lead_skills=row.lead_skills,
        tools=row.tools,
        after=row.after,
        loads=row.loads,
    )


def _held_skills(sheet: Sheet[SkillRow], days: tuple[date, ...]) -> dict[str, list[HeldSkill]]:
    """Return one record per technician and skill: the one valid on most of the days, else the one that ended last.

    Certificates that follow one another without a gap, and say the same, count as one over several days.
    """
    best: dict[tuple[str, str], HeldSkill] = {}
    for row in sorted((entry.row for entry in sheet), key=lambda row: row.valid_from or date.min):
        held = HeldSkill(row.skill, row.level, row.valid_from, row.valid_until, row.factor_pct, row.surcharge_s)
        key = (row.technician_id, row.skill)
        if key in best and len(days) > 1 and _is_renewed(best[key], held):
            held = replace(held, valid_from=best[key].valid_from)
        if key not in best or _currency(held, days) > _currency(best[key], days):
            best[key] = held
    skills: dict[str, list[HeldSkill]] = {}
    for (technician, _), held in best.items():
        skills.setdefault(technician, []).append(held)
    return skills


def _is_renewed(held: HeldSkill, later: HeldSkill) -> bool:
    same = replace(held, valid_from=later.valid_from, valid_until=later.valid_until) == later
    ends, begins = held.valid_until, later.valid_from
    return same and ends is not None and begins is not None and begins == ends + timedelta(days=1)


def _currency(held: HeldSkill, days: tuple[date, ...]) -> tuple[int, bool, date]:
    """Rank a certificate: by the days on which it is valid, then past before future, then the latest."""
    until = held.valid_until or date.max
    return sum(map(held.is_valid_on, days)), until < days[0], until


def _technician(row: TechnicianRow, skills: dict[str, list[HeldSkill]]) -> Technician:
    home = None
    if row.home_lat is not None and row.home_lon is not None:
        home = Place(row.home_lat, row.home_lon, row.home_address)

    def place(word: str | Place) -> Place | None:
        return word if isinstance(word, Place) else (home if word == "home" else None)

    return Technician(
        technician_id=row.technician_id,
        name=_named(row.name, row.technician_id),
        employment=Employment(row.employment),
        phone=row.phone,
        skills=tuple(skills.get(row.technician_id, ())),
        start=place(row.start),
        end=place(row.start if row.end is None else row.end),
        areas=frozenset(row.areas),
        ledger=WorkLedger(row.ledger_load_s, row.ledger_contracted_s, row.ledger_days),
        own_parts=row.own_parts,
        own_tools=row.own_tools,
        capacity=row.capacity,
    )


def _shift(row: ShiftRow, clock: BranchClock) -> Shift:
    start_s, end_s = clock.on(row.date, row.start), clock.on(row.date, row.end)
    pause = None
    if row.break_open is not None and row.break_close is not None and row.break_s:
        pause = Break(Interval(clock.on(row.date, row.break_open), clock.on(row.date, row.break_close)), row.break_s)
    contracted_s = end_s - start_s - (row.break_s or 0) if row.contracted_s is None else row.contracted_s
    return Shift(
        technician_id=row.technician_id,
        day=(row.date - clock.first_day).days,
        start_s=start_s,
        end_s=end_s,
        overtime_limit_s=row.overtime_limit_s,
        break_=pause,
        contracted_s=contracted_s,
        max_leg_s=row.max_leg_s,
        max_travel_s=row.max_travel_s,
        max_visits=row.max_visits,
        max_duty_s=row.max_duty_s,
        profile=row.profile,
    )


def lock_day(row: LockRow, clock: BranchClock) -> date:
    """Return the date that a lock is for: its own, that of its start, or the first day to plan."""
    if row.date is None and isinstance(row.start, datetime):
        return clock.date_at(clock.seconds(row.start))
    return row.date or clock.first_day


def _lock(row: LockRow, clock: BranchClock) -> Lock:
    day = lock_day(row, clock)
    return Lock(
        visit_id=row.visit_id,
        level=LockLevel(row.level),
        technician_id=row.technician_id,
        day=(day - clock.first_day).days,
        start_s=0 if row.start is None else clock.on(day, row.start),
        tolerance_s=row.tolerance_s,
        position=row.position or 0,
        began_s=None if row.began is None or row.level != LockLevel.PREFIX else clock.on(day, row.began),
    )


def _exception(row: ExceptionRow) -> LimitException:
    limit = HouseLimit(row.rule)
    return LimitException(
        visit_id=row.visit_id,
        limit=limit,
        amount=(row.amount or 1) * limit.unit,
        by=row.by,
        why=row.why,
        technician_id=row.technician_id or "",
    )


def _published(row: PublishedRow, clock: BranchClock) -> PublishedVisit:
    told = None
    if row.told_open is not None and row.told_close is not None:
        told = Interval(clock.on(row.date, row.told_open), clock.on(row.date, row.told_close))
    day = (row.date - clock.first_day).days
    return PublishedVisit(row.visit_id, row.technician_id, day, told, row.agreed)
