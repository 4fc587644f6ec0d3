"""Write a Problem in its wire form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from optimizer.domain.order import GapFrom
from optimizer.domain.region import Region
from optimizer.ingest.build.calendar import WEEKEND, adds_public_days
from optimizer.ingest.build.problem import in_normal_order
from optimizer.ingest.cells.dates_and_times import BranchClock, iso_duration, time_text
from optimizer.ingest.cells.days_of_week import WEEKDAY_NAMES
from optimizer.ingest.cells.locales import no_calls_of, paper_of
from optimizer.ingest.forms.columns import PROBLEM_FORMAT
from optimizer.ingest.settings.policy import policy_to_json
from optimizer.text.files import write_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from optimizer.domain.house_limits import LimitException
    from optimizer.domain.order import (
        Briefing,
        Customer,
        Interval,
        LastRepair,
        Load,
        Place,
        Predecessor,
        ServiceLog,
        Visit,
    )
    from optimizer.domain.problem import Lock, Problem, PublishedVisit
    from optimizer.domain.technician import Break, Shift, Technician
    from optimizer.text.files import JsonObject


def branch_clock(problem: Problem) -> BranchClock:
    """Return the clock that turns the problem's seconds into moments of its branch."""
    return BranchClock(problem.first_day, ZoneInfo(problem.branch.timezone), problem.days)


def problem_to_json(problem: Problem) -> JsonObject:
    """Return the wire form of a problem; `read.problem_from_json` gives the same problem back.

    Sheets are sorted by id. An order is written together with its one visit.

    Raises
    ------
    ValueError
        When an order has no visit or several: the wire form has one row for both.
    """
    if sorted(order.order_id for order in problem.orders) != sorted(visit.order_id for visit in problem.visits):
        raise ValueError("the wire form needs exactly one visit for each order")
    problem, clock = in_normal_order(problem), branch_clock(problem)
    return {
        "format": PROBLEM_FORMAT,
        "branch": _branch(problem, clock),
        "policy": policy_to_json(problem.policy),
        "calendar": [
            {"date": day.isoformat(), "working": working}
            for day, working in sorted(problem.branch.calendar.overrides.items())
        ],
        "service_area": [
            {"point": point, "lat": corner.lat, "lon": corner.lon}
            for point, corner in enumerate(problem.branch.service_area, start=1)
        ],
        "customers": [_customer(customer) for customer in problem.customers],
        "orders": [_order(problem, visit, clock) for visit in problem.visits],
        "technicians": [_technician(technician) for technician in problem.technicians],
        "skills": [_skill for technician in problem.technicians for _skill in _skills(technician)],
        "shifts": [
            _shift(shift, problem.date_of(shift.day), clock) for shift in (*problem.shifts, *problem.shifts_around)
        ],
        "parts": [
            _given(part_id=p.part_id, name=p.name, on_hand=p.on_hand, as_of=_iso(p.as_of_s, clock))
            for p in problem.parts
        ],
        "arrivals": [
            {
                "part_id": a.part_id,
                "quantity": a.quantity,
                "usable_on": a.usable_on.isoformat() if a.arrives_s is None else _iso(a.arrives_s, clock),
            }
            for a in problem.arrivals
        ],
        "reservations": [
            {
                "reservation_id": r.reservation_id,
                "part_id": r.part_id,
                "quantity": r.quantity,
                "date": r.day.isoformat(),
                "visit_id": r.visit_id,
            }
            for r in problem.reservations
        ],
        "loans": [
            _given(
                loan_id=loan.loan_id,
                technician_id=loan.technician_id,
                part_id=loan.part_id,
                quantity=loan.quantity,
                due=loan.due.isoformat(),
                return_booked=loan.return_booked.isoformat() if loan.return_booked else None,
            )
            for loan in problem.loans
        ],
        "tools": [{"tool_id": tool.tool_id, "name": tool.name, "units": tool.units} for tool in problem.tools],
        "locks": [_lock(lock, problem.date_of(lock.day), clock) for lock in problem.locks],
        "exceptions": [exception_to_json(one) for one in problem.exceptions],
        "published": [_published(entry, problem.date_of(entry.day), clock) for entry in problem.published],
    }


def write_problem(problem: Problem, path: str | Path, matrix: JsonObject | None = None) -> None:
    """Write a problem as one JSON file; whoever reads meanwhile sees the old file or the new one.

    Parameters
    ----------
    matrix
        The branch's own travel, as a document brings it; `None` where travel is estimated.
    """
    write_json(problem_to_json(problem) | ({} if matrix is None else {"matrix": matrix}), path)


# --- one entry each -----------------------------------------------------------------------------------------------


def _given(**entries: Any) -> JsonObject:
    """Return the entries that are stated: an absent key is what a cell left empty is."""
    return {name: value for name, value in entries.items() if value is not None}


def _iso(moment_s: int | None, clock: BranchClock) -> str | None:
    return None if moment_s is None else clock.iso(moment_s)


def _duration(seconds: int | None) -> str | None:
    return None if seconds is None else iso_duration(seconds)


def _hours(interval: Interval) -> JsonObject:
    return {"open": time_text(interval.open_s), "close": time_text(interval.close_s)}


def windows_to_json(windows: Iterable[Interval], clock: BranchClock) -> list[JsonObject]:
    """Return windows as moments with the branch's offset."""
    return [{"open": clock.iso(window.open_s), "close": clock.iso(window.close_s)} for window in windows]


def _branch(problem: Problem, clock: BranchClock) -> JsonObject:
    branch = problem.branch
    radius_m = branch.service_radius_m
    is_left_alone = adds_public_days(branch.timezone, branch.calendar, problem.first_day)
    weekend = branch.calendar.weekend
    return {
        "branch_id": branch.branch_id,
        "name": branch.name,
        "lat": branch.place.lat,
        "lon": branch.place.lon,
        "address": branch.place.address,
        "phone": branch.phone,
        "timezone": branch.timezone,
        "business_open": time_text(branch.business.open_s),
        "business_close": time_text(branch.business.close_s),
        "plan_date": problem.first_day.isoformat(),
        "days": problem.days,
        "as_of": clock.iso(problem.as_of_s),
        **_given(
            service_radius_km=None if radius_m is None else radius_m / 1000,
            holidays="none" if is_left_alone else None,
            weekend=None if weekend == WEEKEND else [WEEKDAY_NAMES[day] for day in sorted(weekend)],
        ),
        **_region(branch.region),
    }


def _region(region: Region) -> JsonObject:
    """Return what a branch is used to; nothing where it is as in China, as plans of before it could be said have it.

    Paper and hours without calls are said only where they are not those of the locale, for the same reason.
    """
    if region == Region():
        return {}
    return _given(
        currency=region.currency,
        distance_unit=str(region.distance_unit),
        language=region.language,
        locale=region.locale or None,
        paper=None if region.paper is paper_of(region.locale) else str(region.paper),
        no_calls=None if region.no_calls == no_calls_of(region.locale) else list(map(_hours, region.no_calls)),
    )


def _customer(customer: Customer) -> JsonObject:
    opening = customer.opening
    return _given(
        customer_id=customer.customer_id,
        name=customer.name,
        tier=customer.tier,
        place_kind=customer.place_kind,
        phone=customer.phone,
        opening=None if opening is None else [{"weekday": WEEKDAY_NAMES[day], **_hours(iv)} for day, iv in opening],
        closed_hours=[_hours(interval) for interval in customer.closed],
        refused=sorted(customer.refused),
        served_by=list(customer.served_by),
    )


def _order(problem: Problem, visit: Visit, clock: BranchClock) -> JsonObject:
    order = problem.order_of(visit)
    return _given(
        order_id=order.order_id,
        customer_id=order.customer_id,
        kind=order.kind,
        product=order.product,
        fault=order.fault,
        received=_iso(order.received_s, clock),
        requested=windows_to_json(order.requested, clock),
        promised=windows_to_json(order.promised, clock),
        due_day=order.due_day.isoformat() if order.due_day else None,
        priority=order.priority,
        urgency=str(order.urgency),
        difficulty=str(order.difficulty),
        carried_over=order.carried_over if order.carried_over > 1 else bool(order.carried_over),
        agreed_day=order.agreed_day.isoformat() if order.agreed_day else None,
        agreed_half=str(order.agreed_half) if order.agreed_half else None,
        unfinished=str(order.unfinished) if order.unfinished else None,
        **_last_repair(order.last_repair),
        **_briefing(order.briefing),
        **_log(order.log, clock),
        lat=visit.place.lat,
        lon=visit.place.lon,
        approximate=visit.place.approximate or None,
        address=visit.place.address,
        area=visit.area,
        service=iso_duration(visit.base_s),
        skills=[{"skill": need.skill, "min_level": need.min_level} for need in visit.skills],
        parts=[{"part_id": need.part_id, "quantity": need.quantity} for need in visit.parts],
        intermittent=visit.intermittent,
        critical_test=iso_duration(visit.critical_test_s),
        ready=_iso(visit.ready_s, clock),
        works_through=visit.works_through,
        required=sorted(visit.required),
        prohibited=sorted(visit.prohibited),
        crew_size=visit.crew_size,
        **_stated(
            lead_skills=[{"skill": need.skill, "min_level": need.min_level} for need in visit.lead_skills],
            tools=[{"tool_id": need.tool_id, "units": need.units} for need in visit.tools],
            loads=_loads(visit.loads),
            after=[_predecessor(earlier) for earlier in visit.after],
        ),
        visit_id=None if visit.visit_id == visit.order_id else visit.visit_id,
    )


def _last_repair(last: LastRepair | None) -> JsonObject:
    if last is None:
        return {}
    return {
        "repaired_on": last.day.isoformat(),
        "repaired_by": last.technician_id or None,
        "repaired_level": last.level,
    }


def _stated(**entries: Any) -> JsonObject:
    """Return the entries that say anything."""
    return {name: value for name, value in entries.items() if value}


def _loads(loads: Iterable[Load]) -> list[JsonObject]:
    return [{"quantity": load.quantity, "amount": load.amount} for load in loads]


def _predecessor(earlier: Predecessor) -> JsonObject:
    return _given(
        visit_id=earlier.visit_id,
        gap_from=None if earlier.gap_from is GapFrom.END else str(earlier.gap_from),
        min_gap=_duration(earlier.min_gap_s or None),
        max_gap=_duration(earlier.max_gap_s),
        same_people=earlier.same_people or None,
    )


def _briefing(briefing: Briefing) -> JsonObject:
    """Return what is stated of a briefing; most orders of a benchmark state nothing."""
    return _stated(
        contacts=list(briefing.contacts),
        serial=briefing.serial,
        coverage=briefing.coverage and str(briefing.coverage),
        request=briefing.request,
        bring=list(briefing.bring),
        prepare=briefing.prepare,
    )


def _log(log: ServiceLog, clock: BranchClock) -> JsonObject:
    return _given(
        passed_on=_iso(log.passed_on_s, clock),
        contacted=_iso(log.contacted_s, clock),
        dispatched=_iso(log.dispatched_s, clock),
        acknowledged=_iso(log.acknowledged_s, clock),
        on_site=_iso(log.on_site_s, clock),
        done=_iso(log.done_s, clock),
        called_back=_iso(log.called_back_s, clock),
        parts_back=log.parts_back,
        confirmed=str(log.confirmed) if log.confirmed else None,
    )


def _technician(technician: Technician) -> JsonObject:
    home = technician.start or technician.end

    def end_place(place: Place | None) -> str | JsonObject:
        if place is None:
            return "branch"
        return "home" if place == home else {"lat": place.lat, "lon": place.lon, "address": place.address}

    return _given(
        technician_id=technician.technician_id,
        name=technician.name,
        employment=str(technician.employment),
        phone=technician.phone,
        start=end_place(technician.start),
        end=end_place(technician.end),
        home_lat=home.lat if home else None,
        home_lon=home.lon if home else None,
        home_address=home.address if home else None,
        areas=sorted(technician.areas),
        ledger_load=iso_duration(technician.ledger.load_s),
        ledger_contracted=iso_duration(technician.ledger.contracted_s),
        ledger_days=technician.ledger.days,
        **_stated(
            own_parts=[{"part_id": need.part_id, "quantity": need.quantity} for need in technician.own_parts],
            own_tools=[{"tool_id": need.tool_id, "units": need.units} for need in technician.own_tools],
            capacity=_loads(technician.capacity),
        ),
    )


def _skills(technician: Technician) -> list[JsonObject]:
    return [
        _given(
            technician_id=technician.technician_id,
            skill=held.skill,
            level=held.level,
            valid_from=held.valid_from.isoformat() if held.valid_from else None,
            valid_until=held.valid_until.isoformat() if held.valid_until else None,
            factor_pct=held.factor_pct,
            surcharge=iso_duration(held.surcharge_s),
        )
        for held in technician.skills
    ]


def _shift(shift: Shift, day: date, clock: BranchClock) -> JsonObject:
    return _given(
        technician_id=shift.technician_id,
        date=day.isoformat(),
        start=clock.time_or_iso(day, shift.start_s),
        end=clock.time_or_iso(day, shift.end_s),
        overtime_limit=iso_duration(shift.overtime_limit_s),
        **_break(shift.break_, day, clock),
        contracted=iso_duration(shift.contracted_s),
        max_leg=_duration(shift.max_leg_s),
        max_travel=_duration(shift.max_travel_s),
        max_duty=_duration(shift.max_duty_s),
        max_visits=shift.max_visits,
        profile=shift.profile,
    )


def _break(pause: Break | None, day: date, clock: BranchClock) -> JsonObject:
    if pause is None:
        return {}
    return {
        "break_open": clock.time_or_iso(day, pause.window.open_s),
        "break_close": clock.time_or_iso(day, pause.window.close_s),
        "break": iso_duration(pause.length_s),
    }


def _lock(lock: Lock, day: date, clock: BranchClock) -> JsonObject:
    return _given(
        visit_id=lock.visit_id,
        level=str(lock.level),
        technician_id=lock.technician_id,
        date=day.isoformat(),
        start=clock.time_or_iso(day, lock.start_s),
        tolerance=iso_duration(lock.tolerance_s),
        position=lock.position,
        began=None if lock.began_s is None else clock.time_or_iso(day, lock.began_s),
    )


def exception_to_json(one: LimitException) -> JsonObject:
    """Return an exception as a row of its sheet; what is proposed has no name and no reason yet."""
    return _given(
        visit_id=one.visit_id,
        rule=str(one.limit),
        amount=one.amount // one.limit.unit,
        by=one.by,
        why=one.why,
        technician_id=one.technician_id or None,
    )


def _published(entry: PublishedVisit, day: date, clock: BranchClock) -> JsonObject:
    told = entry.told
    return _given(
        visit_id=entry.visit_id,
        technician_id=entry.technician_id,
        date=day.isoformat(),
        told_open=clock.time_or_iso(day, told.open_s) if told else None,
        told_close=clock.time_or_iso(day, told.close_s) if told else None,
        agreed=entry.agreed,
    )
