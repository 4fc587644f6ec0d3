"""The judge's hard rules, one function a rule, each yielding what is broken and by how much.

A rule looks at a `JudgedPlan`: the plan, its days timed again by the judge's own clock, and the facts. `verdict.py`
lists the rules in order; loads and tools are in `carried.py`, crews and sequences in `crews.py`. What a rule finds
about one technician and one visit is a function of its own (`skill_gaps`, `refusals`, `stock_shortages`, ...), because
`explain` asks the same questions before anything is planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.problem import LockLevel
from optimizer.domain.rules import Rule, Violation
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.facts import gaps_in
from optimizer.judge.repeats import last_time
from optimizer.judge.stock import draws_of_day, pickup_day_of, stock_shortages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Lock, Problem
    from optimizer.domain.stock import Loan
    from optimizer.domain.technician import Technician
    from optimizer.judge.facts import Facts, SkillGap
    from optimizer.judge.judged import JudgedPlan
    from optimizer.judge.repeats import LastTime


def span_text(seconds: int) -> str:
    """Return a duration for a sentence: `25 min`, `90 s`."""
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def once(judged: JudgedPlan) -> Iterator[Violation]:
    """Find visits that are served twice, do not exist, or are also listed as unassigned; a crew is one service."""
    left_out = {entry.visit_id for entry in judged.plan.unassigned}
    for visit_id, services in sorted(judged.planned.items()):
        visit = judged.problem.visit_by_id.get(visit_id)
        if visit is None:
            yield Violation(Rule.ONCE, 1, "visits", f"Visit {visit_id} is not in the problem.", "", visit_id)
        once_each = 1
        if visit is not None and len(services) > 1 and judged.problem.crew_size_of(visit) > 1:
            once_each = len({technician_id for technician_id, _ in services})
        if len(services) > once_each:
            people = ", ".join(technician_id for technician_id, _ in services)
            message = f"Visit {visit_id} is served {len(services)} times, by {people}."
            yield Violation(Rule.ONCE, len(services) - once_each, "visits", message, services[1][0], visit_id)
        if visit_id in left_out:
            message = f"Visit {visit_id} is planned and also listed as unassigned."
            yield Violation(Rule.ONCE, 1, "visits", message, services[0][0], visit_id)


# --- who may serve what ---------------------------------------------------------------------------------------------


def skill(judged: JudgedPlan) -> Iterator[Violation]:
    """Find visits whose technician lacks a skill, its level, or a certificate valid that day; leads see `crew`.

    Whoever serves a repeat fault alone needs a level more than the last technician had.
    """
    for day in judged.days:
        on = judged.problem.date_of(day.route.day)
        for service, visit, _ in day.services:
            if not service.has_begun and (service.crew is None or not service.pays):
                repeat = last_time(judged.problem, visit) if service.crew is None else None
                needs = service.needs if repeat is None else repeat.raised(service.needs)
                for gap in gaps_in(day.technician, needs, on):
                    who = day.technician.technician_id
                    message = gap_text(gap, who, visit, on)
                    if repeat is not None and gap.held is not None and gap.held.level <= repeat.level:
                        message = repeat_text(gap, repeat, who, visit)
                    yield Violation(Rule.SKILL, gap.levels, "levels", message, who, visit.visit_id)


def gap_text(gap: SkillGap, who: str, visit: Visit, on: date) -> str:
    """Return a missing skill as a sentence."""
    need = f"{gap.need.skill} at level {gap.need.min_level}"
    if gap.held is None:
        return f"{who} does not have {gap.need.skill}; visit {visit.visit_id} needs {need}."
    if gap.is_expired:
        return f"The certificate of {who} for {gap.need.skill} is not valid on {on}."
    return f"{who} holds {gap.need.skill} at level {gap.held.level}; {visit.visit_id} needs {need}."


def repeat_text(gap: SkillGap, repeat: LastTime, who: str, visit: Visit) -> str:
    """Return a level that is too low for a repeat fault as a sentence."""
    held = "" if gap.held is None else f" at level {gap.held.level}"
    last = f"by {repeat.technician_id or 'somebody'} at level {repeat.level}"
    need = f"{gap.need.skill} at level {gap.need.min_level} or a second person"
    served = f"the same fault was repaired {repeat.days} days before {last}"
    return f"{who} holds {gap.need.skill}{held}; {served}: {visit.visit_id} needs {need}."


def refusals(problem: Problem, technician: Technician, visit: Visit) -> list[str]:
    """Return why a technician may not serve a visit: any of `required`, `prohibited`, `refused`, `area`.

    People required for a visit leave no room for others, unless its crew is larger than they are.
    """
    who = technician.technician_id
    found = {
        "required": who not in visit.required and has_no_room(problem, visit),
        "prohibited": who in visit.prohibited,
        "refused": who in problem.customer_of(visit).refused,
        "area": is_outside(technician, visit),
    }
    return [name for name, applies in found.items() if applies]


def is_outside(technician: Technician, visit: Visit) -> bool:
    """Return whether a visit lies outside the districts that a technician serves."""
    return bool(visit.area) and bool(technician.areas) and visit.area not in technician.areas


def refusals_left(facts: Facts, technician: Technician, visit: Visit) -> list[str]:
    """Return the same without the area, where an exception lets the technician serve another district."""
    allows = facts.exception(HouseLimit.AREA, technician.technician_id, visit.visit_id)
    found = refusals(facts.problem, technician, visit)
    return found if allows is None or not allows.amount else [name for name in found if name != "area"]


def has_no_room(problem: Problem, visit: Visit) -> bool:
    """Return whether a visit is for its required people alone: they are at least as many as serve it."""
    return len(visit.required) >= problem.crew_size_of(visit)


_REFUSAL_TEXT = {
    "required": "{who} is not among the technicians that visit {visit} requires.",
    "prohibited": "{who} must not serve visit {visit}.",
    "refused": "The customer of visit {visit} refuses {who}.",
    "area": "Visit {visit} lies outside the area of {who}.",
}


def allowed(judged: JudgedPlan) -> Iterator[Violation]:
    """Find visits whose technician is not among the required, is refused, or serves another area."""
    for day in judged.days:
        who = day.technician.technician_id
        for visit in (visit for service, visit, _ in day.services if not service.has_begun):
            for name in refusals_left(judged.facts, day.technician, visit):
                message = _REFUSAL_TEXT[name].format(who=who, visit=visit.visit_id)
                yield Violation(Rule.ALLOWED, 1, "", message, who, visit.visit_id)
    for visit in judged.problem.visits:
        if visit.required and visit.visit_id in judged.planned and not has_no_room(judged.problem, visit):
            for who in sorted(visit.required - judged.people(visit.visit_id)):
                message = f"Visit {visit.visit_id} requires {who}, who is not among its crew."
                yield Violation(Rule.ALLOWED, 1, "", message, who, visit.visit_id)


def travel_limit(judged: JudgedPlan) -> Iterator[Violation]:
    """Find pairs without a way, and legs, travel, length of the day and visits above the shift's limits."""
    for day in judged.days:
        tour, who = day.timed.tour, day.technician.technician_id
        shift = tour.shift
        for origin, destination in tour.missing:
            message = f"{who} cannot travel from {origin} to {destination}."
            visit_id = destination if destination in judged.problem.visit_by_id else origin
            yield Violation(Rule.TRAVEL_LIMIT, 1, "", message, who, visit_id)
        for leg, leg_s in enumerate(tour.drives_s):
            over_s = tour.leg_excess_s(leg)
            if over_s > 0:
                message = f"Leg {leg + 1} of {who} takes {span_text(leg_s)}, {span_text(over_s)} above the limit."
                place = tour.places[min(leg, len(tour.places) - 1)]
                visit_id = "" if place.visit is None else place.visit.visit_id
                yield Violation(Rule.TRAVEL_LIMIT, over_s, "s", message, who, visit_id)
        if shift.max_travel_s is not None and tour.drive_s > shift.max_travel_s:
            over_s = tour.drive_s - shift.max_travel_s
            message = f"{who} travels {span_text(tour.drive_s)}, {span_text(over_s)} above the day's limit."
            yield Violation(Rule.TRAVEL_LIMIT, over_s, "s", message, who)
        if day.timed.past_duty_s:
            lasts, too_long = span_text(day.timed.duty_s), span_text(day.timed.past_duty_s)
            message = f"The day of {who} lasts {lasts}, {too_long} more than allowed."
            yield Violation(Rule.TRAVEL_LIMIT, day.timed.past_duty_s, "s", message, who)
        count = len(tour.visits)
        if shift.max_visits is not None and count > shift.max_visits:
            over = count - shift.max_visits
            message = f"{who} has {count} visits; the limit is {shift.max_visits}."
            yield Violation(Rule.TRAVEL_LIMIT, over, "visits", message, who)


# --- when -----------------------------------------------------------------------------------------------------------


def window(judged: JudgedPlan) -> Iterator[Violation]:
    """Find services that start after what their window allows or lie outside the customer's hours."""
    for day in judged.days:
        who = day.technician.technician_id
        for visit, stop in zip(day.timed.tour.visits, day.timed.stops, strict=True):
            about = (who, visit.visit_id)
            starts = f"Visit {visit.visit_id} can start at {judged.time_text(stop.start_s)} at the earliest"
            if stop.window < 0:
                message = f"Visit {visit.visit_id} has no window on this day."
                yield Violation(Rule.WINDOW, 1, "visits", message, *about)
            if stop.past_window_s:
                message = f"{starts}, {span_text(stop.past_window_s)} after what its window allows."
                yield Violation(Rule.WINDOW, stop.past_window_s, "s", message, *about)
            if stop.outside_hours_s:
                message = f"{starts}; {span_text(stop.outside_hours_s)} of it lie outside the customer's hours."
                yield Violation(Rule.WINDOW, stop.outside_hours_s, "s", message, *about)


def confirmed(judged: JudgedPlan) -> Iterator[Violation]:
    """Find visits of customers who were not reached: without an appointment, far off, or installations."""
    texts = {
        "installation": "Nobody was reached for visit {visit}, which is an installation.",
        "appointment": "Nobody was reached for visit {visit}, and no appointment was made.",
        "way": "Nobody was reached for visit {visit}, and it is {span} too far off any way.",
    }
    for visit_id, served in judged.planned.items():
        bar = judged.facts.unreached(visit_id)
        if bar is not None and served:
            message = texts[bar.subject].format(visit=visit_id, span=span_text(bar.amount))
            yield Violation(Rule.CONFIRMED, bar.amount, bar.unit, message, served[0][0], visit_id)


def ready(judged: JudgedPlan) -> Iterator[Violation]:
    """Find services stated to start before their visit is ready."""
    for day in judged.days:
        for visit, stop in zip(day.timed.tour.visits, day.stops, strict=True):
            if visit.ready_s is None or visit.visit_id in judged.problem.begun:
                continue
            early_s = visit.ready_s - stop.start_s
            if early_s > 0:
                at = f"{judged.time_text(stop.start_s)}, {span_text(early_s)} before it is ready"
                message = f"Visit {visit.visit_id} starts at {at} ({judged.time_text(visit.ready_s)})."
                who = day.technician.technician_id
                yield Violation(Rule.READY, early_s, "s", message, who, visit.visit_id)


def floor(judged: JudgedPlan) -> Iterator[Violation]:
    """Find departures and starts stated before anybody could leave; what has begun before is a fact."""
    for day in judged.days:
        tour, who = day.timed.tour, day.technician.technician_id
        early_s = tour.floor_s - day.route.depart_s if tour.floor_leg == 0 else 0
        if early_s > 0:
            leaves = f"{who} leaves at {judged.time_text(day.route.depart_s)}"
            message = f"{leaves}, {span_text(early_s)} before anybody can."
            yield Violation(Rule.FLOOR, early_s, "s", message, who)
        started = judged.facts.started.get((who, day.route.day), 0)
        for number, (service, stop) in enumerate(zip(tour.services, day.stops, strict=True)):
            floor_s = service.floor_s if number < started else max(tour.floor_s, service.floor_s)
            early_s = floor_s - stop.start_s
            if early_s > 0:
                early = f"{judged.time_text(stop.start_s)}, {span_text(early_s)} before anything can"
                message = f"Visit {stop.visit_id} starts at {early}."
                yield Violation(Rule.FLOOR, early_s, "s", message, who, stop.visit_id)


def shift(judged: JudgedPlan) -> Iterator[Violation]:
    """Find routes without technician, shift or visit, second routes of a day, and returns past the limit."""
    seen: set[tuple[str, int]] = set()
    for route in judged.plan.routes:
        who, key = route.technician_id, (route.technician_id, route.day)
        if who not in judged.problem.technician_by_id:
            yield Violation(Rule.SHIFT, 1, "", f"Technician {who} is not in the problem.", who)
        elif key not in judged.facts.shifts:
            yield Violation(Rule.SHIFT, 1, "", f"{who} has no shift on day {route.day}.", who)
        if key in seen:
            yield Violation(Rule.SHIFT, 1, "", f"{who} has two routes on day {route.day}.", who)
        if not route.stops:
            yield Violation(Rule.SHIFT, 1, "", f"{who} has a route without a visit.", who)
        seen.add(key)
    for day in judged.days:
        who = day.technician.technician_id
        visit_ids = (visit.visit_id for visit in day.timed.tour.visits)
        late_s = day.timed.return_s - judged.facts.latest_return_s((who, day.route.day), visit_ids)
        if late_s > 0:
            back = f"{judged.time_text(day.timed.return_s)}, {span_text(late_s)} after the latest allowed return"
            yield Violation(Rule.SHIFT, late_s, "s", f"{who} is back at {back}.", who)
        stop, branch = day.timed.branch_stop, day.route.branch_stop
        if stop is not None and stop.past_window_s:
            closed = f"{judged.time_text(stop.start_s)}, {span_text(stop.past_window_s)} after it closes"
            yield Violation(Rule.SHIFT, stop.past_window_s, "s", f"{who} stops at the branch at {closed}.", who)
        if branch is not None and not 0 <= branch.before <= len(day.route.stops):
            message = f"{who} stops at the branch before stop {branch.before + 1}; there are {len(day.route.stops)}."
            yield Violation(Rule.SHIFT, 1, "", message, who)


def rest(judged: JudgedPlan) -> Iterator[Violation]:
    """Find returns too late to rest before the next shift, and departures stated before a rest is over."""
    for day in judged.days:
        who = day.technician.technician_id
        needed = judged.facts.rests[who, day.route.day]
        late_s = day.timed.return_s - needed.back_by_s
        if late_s > 0:
            back = f"{judged.time_text(day.timed.return_s)}, {span_text(late_s)} too late to rest"
            message = f"{who} is back at {back} before the next shift begins at {judged.time_text(needed.next_s)}."
            yield Violation(Rule.REST, late_s, "s", message, who)
        early_s = judged.facts.rested_departure_s(day.timed.tour) - day.route.depart_s
        if early_s > 0:
            leaves = judged.time_text(day.route.depart_s)
            message = f"{who} leaves at {leaves}, {span_text(early_s)} before the rest is over."
            yield Violation(Rule.REST, early_s, "s", message, who)


def break_(judged: JudgedPlan) -> Iterator[Violation]:
    """Find days that lack their break, or hold it in no slot, outside its window or without need."""
    for day in judged.days:
        tour, stated, who = day.timed.tour, day.route.break_, day.technician.technician_id
        length_s = tour.shift.break_.length_s if tour.shift.break_ else 0
        if tour.needs_break and stated is None:
            message = f"{who} has no break of {span_text(length_s)}."
            yield Violation(Rule.BREAK, max(1, length_s), "s", message, who)
        elif stated is not None and not tour.needs_break:
            yield Violation(Rule.BREAK, 1, "", f"{who} has a break that this shift does not hold.", who)
        elif stated is not None and stated.slot not in tour.slots:
            inside = "".join(f", {slot}" for slot in tour.slots[tour.first_inside :])
            slots = f"0 to {tour.first_inside - 1}{inside}"
            message = f"{who} has the break in slot {stated.slot}; the day has slots {slots}."
            yield Violation(Rule.BREAK, 1, "", message, who)
        for visit, stop in zip(tour.visits, day.timed.stops, strict=True):
            if stop.past_pause_s:
                done = f"its work is done {span_text(stop.past_pause_s)} before"
                message = f"The break of {who} cannot interrupt visit {visit.visit_id}: {done}."
                yield Violation(Rule.BREAK, stop.past_pause_s, "s", message, who, visit.visit_id)
        if day.timed.past_break_s:
            message = f"The break of {who} starts {span_text(day.timed.past_break_s)} after its window."
            yield Violation(Rule.BREAK, day.timed.past_break_s, "s", message, who)


# --- parts ----------------------------------------------------------------------------------------------------------


def stock(judged: JudgedPlan) -> Iterator[Violation]:
    """Find parts of which more is planned than is on hand, arrives in time and is not held for others."""
    draws = []
    for day in judged.days:
        tour, who = day.timed.tour, day.technician.technician_id
        draws += draws_of_day(judged.problem, day.timed, day.parts)
        for stop, (visit, parts) in enumerate(zip(tour.visits, day.parts, strict=True)):
            after = tour.is_after_branch(stop)
            if parts and pickup_day_of(judged.problem, day.technician, tour.shift.day, is_after_branch=after) is None:
                message = f"{who} starts at home and has not stopped at the branch for the parts of {visit.visit_id}."
                count = sum(part.quantity for part in parts)
                yield Violation(Rule.STOCK, count, "parts", message, who, visit.visit_id)
    for short in stock_shortages(judged.problem, draws):
        by = f"by day {short.day}"
        if short.until_s < FAR_FUTURE_S:
            by = f"before {judged.problem.clock.text(short.until_s + 1)} of day {short.day}"
        can_be_had = short.used - short.missing
        message = f"Part {short.part_id}: {short.used} are planned for pick-up {by}, {can_be_had} can be had."
        yield Violation(Rule.STOCK, short.missing, "parts", message, part_id=short.part_id)


def past_due_loan(problem: Problem, technician_id: str, day: date) -> Loan | None:
    """Return a loan that forbids a technician new parts on a date: past due, and not yet booked as returned."""
    for loan in problem.loans:
        blocks = loan.return_booked is None or day < loan.return_booked
        if loan.technician_id == technician_id and is_past_due(problem, loan) and blocks:
            return loan
    return None


def is_past_due(problem: Problem, loan: Loan) -> bool:
    """Return whether the evening by which a loan is due back has passed when the plan is made."""
    return problem.clock.moment_s(problem.day_index(loan.due), problem.branch.business.close_s) <= problem.as_of_s


def loan(judged: JudgedPlan) -> Iterator[Violation]:
    """Find branch parts that go to somebody who has not returned one that is past due."""
    for day in judged.days:
        who = day.technician.technician_id
        owed = past_due_loan(judged.problem, who, judged.problem.date_of(day.route.day))
        if owed is None:
            continue
        for visit, parts in zip(day.timed.tour.visits, day.parts, strict=True):
            if parts:
                since = f"{owed.part_id} since {owed.due}"
                message = f"{who} has not returned {since} and takes no part for visit {visit.visit_id}."
                count = sum(part.quantity for part in parts)
                yield Violation(Rule.LOAN, count, "parts", message, who, visit.visit_id, owed.part_id)


# --- what is locked -------------------------------------------------------------------------------------------------


def lock(judged: JudgedPlan) -> Iterator[Violation]:
    """Find locked visits that are missing or left their technician, day, time or place in a started route."""
    for visit in judged.problem.visits:
        visit_id = visit.visit_id
        if judged.facts.is_mandatory(visit_id) and visit_id not in judged.planned:
            yield Violation(Rule.LOCK, 1, "visits", f"Visit {visit_id} is locked and not planned.", "", visit_id)
    for held in judged.problem.locks:
        yield from _kept_person(held, judged.planned.get(held.visit_id, ()))
    for day in judged.days:
        who = day.technician.technician_id
        for visit, stop in zip(day.timed.tour.visits, day.timed.stops, strict=True):
            if stop.past_lock_s:
                at = f"{judged.time_text(stop.start_s)} at the earliest, {span_text(stop.past_lock_s)} after its lock"
                message = f"Visit {visit.visit_id} can start at {at}."
                yield Violation(Rule.LOCK, stop.past_lock_s, "s", message, who, visit.visit_id)
    yield from _kept_prefixes(judged)


def _kept_person(held: Lock, services: Sequence[tuple[str, int]]) -> Iterator[Violation]:
    """Compare who serves a visit with its lock: of a crew, the locked person is one."""
    if services and held.technician_id not in {technician_id for technician_id, _ in services}:
        technician_id = services[0][0]
        message = f"Visit {held.visit_id} is locked to {held.technician_id} and planned for {technician_id}."
        yield Violation(Rule.LOCK, 1, "", message, technician_id, held.visit_id)
    for technician_id, day in services[:1]:
        if held.level in (LockLevel.DAY, LockLevel.PREFIX) and day != held.day:
            message = f"Visit {held.visit_id} is locked to day {held.day} and planned on day {day}."
            yield Violation(Rule.LOCK, abs(day - held.day), "days", message, technician_id, held.visit_id)


def prefix_of(problem: Problem, technician_id: str, day: int = 0) -> tuple[str, ...]:
    """Return the visits with which a technician's started route of a day must begin."""
    locks = [
        lock
        for lock in problem.locks
        if lock.level is LockLevel.PREFIX and lock.technician_id == technician_id and lock.day == day
    ]
    return tuple(lock.visit_id for lock in sorted(locks, key=lambda lock: (lock.position, lock.visit_id)))


def _kept_prefixes(judged: JudgedPlan) -> Iterator[Violation]:
    for route in judged.plan.routes:
        for place, visit_id in enumerate(prefix_of(judged.problem, route.technician_id, route.day)):
            at = route.visit_ids.index(visit_id) if visit_id in route.visit_ids else place
            if at != place:
                who = route.technician_id
                message = f"Visit {visit_id} is locked as stop {place + 1} of {who} and is stop {at + 1}."
                yield Violation(Rule.LOCK, abs(at - place), "stops", message, who, visit_id)
