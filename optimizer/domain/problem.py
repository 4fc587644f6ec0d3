"""The problem: a branch, its people, its orders, its parts, and one horizon to plan.

A `Problem` is immutable. A what-if, a test variant and a re-plan are the same operation: `dataclasses.replace`.
What follows from the facts by definition (windows in force, resolved priority) is derived here once, so that the
engine and the judge speak of the same windows; every price and every formula is theirs, twice and apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from optimizer.domain.house_limits import LimitException
from optimizer.domain.opening_hours import open_days, service_hours
from optimizer.domain.order import (
    Confirmed,
    Customer,
    HalfDay,
    Interval,
    Order,
    PartNeed,
    Place,
    SkillNeed,
    Urgency,
    Visit,
)
from optimizer.domain.policy import BrokenLocks, Policy
from optimizer.domain.region import Region
from optimizer.domain.repeats import Repeat, repeat_of
from optimizer.domain.stock import Arrival, Loan, Part, Reservation, Tool
from optimizer.domain.technician import Employment, Shift, Technician
from optimizer.domain.units import FAR_FUTURE_S, at
from optimizer.domain.wall_clock import WallClock
from optimizer.domain.working_time import WorkingCalendar

#: The longest horizon that is planned in one go.
MOST_DAYS = 7
#: The key of the branch among the places of a travel matrix.
BRANCH_PLACE = "branch"


@dataclass(frozen=True, slots=True)
class Branch:
    """The station that technicians start from and that holds the part stock.

    Parameters
    ----------
    business
        Business hours of a day, as seconds of the day; notice of a change ends with them.
    service_area
        Corners of the service area, in order; empty when the branch states none.
    service_radius_m
        The service area as a circle around the branch, as the crow flies; a polygon goes before it.
    region
        How the branch writes money, distances, dates and times.
    """

    branch_id: str
    name: str
    place: Place
    business: Interval = Interval(at(8, 30), at(17, 30))
    timezone: str = "Asia/Shanghai"
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    phone: str = ""
    service_area: tuple[Place, ...] = ()
    service_radius_m: int | None = None
    region: Region = field(default_factory=Region)


class LockLevel(StrEnum):
    """What a lock holds: the person, the person on that day, the person and the start, or a started route's prefix."""

    PERSON = "person"
    DAY = "day"
    START = "start"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Lock:
    """A decision that the plan must keep; the visit becomes mandatory.

    Parameters
    ----------
    day
        Day index, for `DAY`.
    start_s, tolerance_s
        For `START`: the service starts within `start_s` plus or minus `tolerance_s`.
    position
        For `PREFIX`: the place of the visit in the technician's started route, from 0.
    began_s
        For `PREFIX`: when the service began, if it has; that is a fact, whatever its windows say.
    """

    visit_id: str
    level: LockLevel
    technician_id: str
    day: int = 0
    start_s: int = 0
    tolerance_s: int = 0
    position: int = 0
    began_s: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedVisit:
    """What the published plan says of a visit: who, which day (index), and the window the customer was told.

    `agreed` means the customer has agreed to a change: the told window no longer binds.
    """

    visit_id: str
    technician_id: str
    day: int
    told: Interval | None = None
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that is known when a plan is made.

    Parameters
    ----------
    first_day, days
        The horizon, up to `MOST_DAYS` days.
    as_of_s
        The moment of planning, in seconds of the clock; negative on the eve.
    reach_s
        How far the horizon reaches at least, for a problem whose shifts have been cut since.
    shifts_around
        The shifts of the day before the horizon and of the week after it. Nobody is planned on them; they bound
        the rest, and say who is there when customers are offered another time. One of the day before ends when
        its technician comes home, as far as that is known.
    clock
        Derived: the wall clock of the branch, which turns days into moments and back.
    end_s
        Derived: when the horizon ends: at the midnight after its last day, or with the last shift that goes on over it.
    windows
        Derived: windows of the service start in force per visit, in order (promised, else requested, else opening
        or business hours), the arrival lead taken off; empty when none lies in the horizon. Windows that were over
        before the horizon and before `as_of_s` bind nobody any more. An emergency without an agreed time is to be
        reached within the promise profile's limit from its technician's receipt, else from now. A locked start or
        day outside all of them takes their place where the policy keeps broken locks.
    hours
        Derived: the stretches inside which a whole service must lie, per visit; `None` when no hours bind it, or
        a kept lock leaves no room for it in them.
    off_window
        Derived: the visits whose window in force is that of a kept lock.
    declined
        Derived: the visits whose customer said no to the time, and which no lock demands all the same.
    begun
        Derived: when each visit that has begun did so; that moment is its only window, and no hours bind it.
    repeats
        Derived: the visits that are repeat faults.

    Raises
    ------
    ValueError
        When an id is doubled or refers to nothing, or visits wait for one another in a circle. `ingest` reports the
        same faults by file, row and column first.
    """

    branch: Branch
    first_day: date
    as_of_s: int
    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]
    visits: tuple[Visit, ...]
    technicians: tuple[Technician, ...]
    shifts: tuple[Shift, ...]
    policy: Policy = field(default_factory=Policy)
    parts: tuple[Part, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    loans: tuple[Loan, ...] = ()
    tools: tuple[Tool, ...] = ()
    locks: tuple[Lock, ...] = ()
    published: tuple[PublishedVisit, ...] = ()
    exceptions: tuple[LimitException, ...] = ()
    shifts_around: tuple[Shift, ...] = ()
    days: int = 1
    reach_s: int = 0
    clock: WallClock = field(init=False, repr=False, compare=False)
    end_s: int = field(init=False, repr=False, compare=False)
    customer_by_id: Mapping[str, Customer] = field(init=False, repr=False, compare=False)
    order_by_id: Mapping[str, Order] = field(init=False, repr=False, compare=False)
    visit_by_id: Mapping[str, Visit] = field(init=False, repr=False, compare=False)
    technician_by_id: Mapping[str, Technician] = field(init=False, repr=False, compare=False)
    windows: Mapping[str, tuple[Interval, ...]] = field(init=False, repr=False, compare=False)
    hours: Mapping[str, tuple[Interval, ...] | None] = field(init=False, repr=False, compare=False)
    off_window: frozenset[str] = field(init=False, repr=False, compare=False)
    declined: frozenset[str] = field(init=False, repr=False, compare=False)
    begun: Mapping[str, int] = field(init=False, repr=False, compare=False)
    repeats: Mapping[str, Repeat] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        def put(name: str, value: Mapping[str, object]) -> None:
            object.__setattr__(self, name, dict(value))

        object.__setattr__(self, "clock", WallClock(self.first_day, self.branch.timezone))
        ends_s = [shift.end_s for shift in self.shifts if 0 <= shift.day < self.days]
        object.__setattr__(self, "end_s", max(self.clock.moment_s(self.days), self.reach_s, *ends_s))
        put("customer_by_id", _index("customer", {c.customer_id: c for c in self.customers}, len(self.customers)))
        put("order_by_id", _index("order", {o.order_id: o for o in self.orders}, len(self.orders)))
        put("visit_by_id", _index("visit", {v.visit_id: v for v in self.visits}, len(self.visits)))
        people = {t.technician_id: t for t in self.technicians}
        put("technician_by_id", _index("technician", people, len(self.technicians)))
        self._check_references()
        self._check_circles()
        object.__setattr__(self, "declined", frozenset(self._declined()))
        windows = {v.visit_id: self.windows_of(v) for v in self.visits}
        hours = {v.visit_id: self.hours_of(v) for v in self.visits}
        held = {lock.visit_id for lock in self.locks} if self.policy.broken_locks is BrokenLocks.KEEP else set()
        off_window = set()
        for visit_id in held:
            kept = self._with_kept_lock(self.visit_by_id[visit_id], windows[visit_id], hours[visit_id])
            if kept[0] != windows[visit_id]:
                off_window.add(visit_id)
            windows[visit_id], hours[visit_id] = kept
        begun = {lock.visit_id: lock.began_s for lock in self.locks if lock.began_s is not None}
        windows |= {visit_id: (Interval(began_s, began_s),) for visit_id, began_s in begun.items()}
        hours |= dict.fromkeys(begun)
        put("begun", begun)
        put("repeats", {})
        repeats = {v.visit_id: repeat_of(self, v) for v in self.visits}
        put("repeats", {visit_id: repeat for visit_id, repeat in repeats.items() if repeat is not None})
        put("windows", windows)
        put("hours", hours)
        object.__setattr__(self, "off_window", frozenset(off_window - begun.keys()))

    # --- look-ups ---------------------------------------------------------------------------------------------

    @property
    def last_day(self) -> date:
        """The last date of the horizon."""
        return self.date_of(self.days - 1)

    def date_of(self, day: int) -> date:
        """Return the date of a day index."""
        return self.clock.date_of(day)

    def local_time(self, moment_s: int) -> datetime:
        """Return a moment of the clock as the branch's local date and time, without a zone."""
        return self.clock.local(moment_s)

    def day_of_lock(self, lock: Lock) -> int:
        """Return the day that a lock is for; a start after midnight is of the day whose shift goes on until then."""
        if lock.level is not LockLevel.START:
            return lock.day
        day = self.clock.day_of(lock.start_s)
        own, eve = (self._shift_of(lock.technician_id, on) for on in (day, day - 1))
        is_own = own is not None and own.start_s <= lock.start_s
        is_night = eve is not None and eve.end_s > self.clock.moment_s(day)
        if is_own or eve is None or not is_night:
            return day
        return day - 1 if lock.start_s <= eve.end_s or lock.day == day - 1 else day

    def _shift_of(self, technician_id: str, day: int) -> Shift | None:
        return next((s for s in self.shifts if (s.technician_id, s.day) == (technician_id, day)), None)

    def day_index(self, day: date) -> int:
        """Return the day index of a date; negative before the horizon."""
        return (day - self.first_day).days

    def order_of(self, visit: Visit) -> Order:
        """Return the order that a visit belongs to."""
        return self.order_by_id[visit.order_id]

    def customer_of(self, visit: Visit) -> Customer:
        """Return the customer whom a visit serves."""
        return self.customer_by_id[self.order_of(visit).customer_id]

    def promises_of(self, visit: Visit) -> tuple[Interval, ...]:
        """Return the windows promised for a visit; none once its customer has said no to them."""
        return () if visit.visit_id in self.declined else self.order_of(visit).promised

    def is_past_due(self, visit: Visit, day: int) -> bool:
        """Return whether the due day of a visit's order lies before a day index."""
        due = self.order_of(visit).due_day
        return due is not None and due < self.date_of(day)

    def is_staff(self, technician_id: str) -> bool:
        """Return whether a technician is an employee of the branch."""
        return self.technician_by_id[technician_id].employment is Employment.EMPLOYEE

    def places(self) -> dict[str, Place]:
        """Return every place by its key in the travel matrix.

        The branch is `branch`, a visit its id, a home `start:ID` or `end:ID` of its technician.
        """
        places = {BRANCH_PLACE: self.branch.place}
        for technician in self.technicians:
            if technician.start is not None:
                places[start_key(technician)] = technician.start
            if technician.end is not None:
                places[end_key(technician)] = technician.end
        places.update({visit.visit_id: visit.place for visit in self.visits})
        return places

    # --- what follows from the facts --------------------------------------------------------------------------

    def priority_of(self, visit: Visit) -> int:
        """Return the order's priority, raised to the policy's floor for its urgency, difficulty and tier."""
        return max(self.order_of(visit).priority, self._floor(visit, "priority_floor"))

    def skills_needed(self, visit: Visit) -> tuple[SkillNeed, ...]:
        """Return the skills that a visit needs, their levels raised to the policy's floor, and of a repeat fault."""
        floor = self._floor(visit, "level_floor")
        if visit.visit_id in self.repeats:
            floor = max(floor, self.repeats[visit.visit_id].level_needed)
        return tuple(SkillNeed(need.skill, max(need.min_level, floor)) for need in visit.skills)

    def crew_size_of(self, visit: Visit) -> int:
        """Return how many technicians serve a visit together: what it states, two on the safety list.

        Of a repeat fault for which nobody of a higher level is there, two as well.
        """
        if visit.visit_id in self.repeats:
            return self.repeats[visit.visit_id].crew_size
        return max(visit.crew_size, 2 if self.order_of(visit).kind in self.policy.pair_kinds else 1)

    def preferred_for(self, visit: Visit) -> tuple[str, ...]:
        """Return who served the customer before, and is preferred for it; nobody for a repeat fault."""
        return () if visit.visit_id in self.repeats else self.customer_of(visit).served_by

    def may_pause(self, visit: Visit) -> bool:
        """Return whether a long service of a visit may pause by its kind; a crew never does."""
        return self.order_of(visit).kind in self.policy.pause_kinds and self.crew_size_of(visit) == 1

    def lead_skills_needed(self, visit: Visit) -> tuple[SkillNeed, ...]:
        """Return the skills that the lead of a crew needs, their levels raised to the policy's floor."""
        floor = self._floor(visit, "level_floor")
        needs = visit.lead_skills or visit.skills
        return tuple(SkillNeed(need.skill, max(need.min_level, floor)) for need in needs)

    def door_s(self, visit: Visit) -> int:
        """Return how long it takes from the street to a visit's door: what the policy says of such a place."""
        kind = self.customer_of(visit).place_kind
        return 0 if kind is None else self.policy.access_s.get(kind, 0)

    def way_in_s(self, origin: Place, visit: Visit) -> int:
        """Return the time at a visit's door for whoever comes from a place; none at the same address."""
        is_there = (origin.lat, origin.lon) == (visit.place.lat, visit.place.lon)
        return 0 if is_there else self.door_s(visit)

    def notice_deadline_s(self, day: int) -> int:
        """Return the moment until which a change of that day counts as announced in time.

        It is the close of business on the branch's working day before it, in seconds of the clock.
        """
        eve = self.branch.calendar.preceding_working_day(self.date_of(day))
        return self.clock.moment_s(self.day_index(eve), self.branch.business.close_s)

    def is_short_notice(self, day: int) -> bool:
        """Return whether the plan is being made after the notice deadline of that day."""
        return self.as_of_s > self.notice_deadline_s(day)

    def is_emergency_call(self, visit: Visit) -> bool:
        """Return whether a visit is an emergency without an agreed time: somebody goes as soon as possible."""
        order = self.order_of(visit)
        has_time = order.carried_over or order.agreed_day is not None
        if order.urgency is not Urgency.EMERGENCY or has_time or visit.visit_id in self.declined:
            return False
        if self.live_windows(order):
            return False
        last_day = -1 if self.as_of_s < 0 else self.clock.day_of(self.as_of_s)
        return order.due_day is None or order.due_day <= self.date_of(last_day)

    def is_due_before_plan(self, visit: Visit) -> bool:
        """Return whether a visit's time lies before the days planned here, so that somebody is to be sent today."""
        agreed = self.agreed_on(visit)
        is_agreed = agreed is not None and agreed >= self.first_day
        if self.as_of_s >= 0 or is_agreed or visit.visit_id in self.declined:
            return False
        live = self.live_windows(self.order_of(visit))
        return all(window.close_s < 0 for window in live) if live else self.is_emergency_call(visit)

    def is_over(self, visit: Visit) -> bool:
        """Return whether every window of a visit was over before anybody could still leave for it."""
        if self.policy.lead_to_leave_s is None or visit.visit_id in self.begun:
            return False
        return self._is_closed_before(visit, self.as_of_s)

    def is_before(self, visit: Visit) -> bool:
        """Return whether every window of a visit closes before the first shift that is planned begins."""
        first_s = min((shift.start_s for shift in self.shifts), default=-FAR_FUTURE_S)
        is_of_days_before = all(window.close_s <= 0 for window in self.windows[visit.visit_id])
        return is_of_days_before and self._is_closed_before(visit, first_s)

    def _is_closed_before(self, visit: Visit, moment_s: int) -> bool:
        """Return whether a visit has windows, and a start in each of them, however late, is over before a moment."""
        late_s, windows = self.max_lateness_s(visit), self.windows[visit.visit_id]
        return bool(windows) and all(window.close_s + late_s < moment_s for window in windows)

    def max_lateness_s(self, visit: Visit) -> int:
        """Return how late a service may start after its window: an emergency's delay is priced, never a bar."""
        limit_s = self.policy.max_lateness_s
        return FAR_FUTURE_S if limit_s is None or self.is_emergency_call(visit) else limit_s

    def live_windows(self, order: Order) -> tuple[Interval, ...]:
        """Return the promised, else the requested windows, without those that were over before the horizon and now."""
        past_s = min(0, self.as_of_s)
        return tuple(window for window in sorted(order.promised or order.requested) if window.close_s >= past_s)

    def agreed_on(self, visit: Visit) -> date | None:
        """Return the day agreed for a visit; where its site or its parts come later, the working day after they do."""
        agreed = self.order_of(visit).agreed_day
        if agreed is None:
            return None
        ready = agreed if visit.ready_s is None else self.local_time(visit.ready_s).date()
        here = max([ready, *(self._can_be_had_on(need, agreed) for need in visit.parts)])
        return agreed if here <= agreed else self.branch.calendar.next_working_day(here)

    def _can_be_had_on(self, need: PartNeed, day: date) -> date:
        """Return the first day, from one on, by which as much of a part can have come as a visit needs; else that day.

        It looks at what is on hand, carried or to arrive, whoever else needs it.
        """
        carried = [own.quantity for one in self.technicians for own in one.own_parts if own.part_id == need.part_id]
        count = sum(max(0, part.on_hand) for part in self.parts if part.part_id == need.part_id)
        left = need.quantity - max(carried, default=0) - count
        arriving = (arrival for arrival in self.arrivals if arrival.part_id == need.part_id)
        for arrival in sorted(arriving, key=lambda arrival: arrival.usable_on):
            if left <= 0:
                break
            left -= arrival.quantity
            if left <= 0:
                return max(day, arrival.usable_on)
        return day

    def _on_agreed_day(self, visit: Visit, windows: tuple[Interval, ...]) -> tuple[Interval, ...]:
        """Return the windows of a visit on the day agreed for it: those asked for that day, else its hours.

        A promise goes before an agreement, and a day that is over binds nobody any more.
        """
        agreed, order = self.agreed_on(visit), self.order_of(visit)
        day = -1 if agreed is None else self.day_index(agreed)
        if day < 0 or (order.promised and windows and windows[0] in order.promised):
            return windows
        asked = tuple(window for window in windows if self.clock.day_of(window.open_s) == day)
        then = asked or tuple(w for w in self._open_days(visit) if self.clock.day_of(w.open_s) == day)
        if order.agreed_half is None:
            return then
        is_morning, noon_s = order.agreed_half is HalfDay.MORNING, self.clock.moment_s(day, at(12))
        half = Interval(-FAR_FUTURE_S, noon_s) if is_morning else Interval(noon_s, FAR_FUTURE_S)
        within = (w for w in then if w.open_s < half.close_s and half.open_s < w.close_s)
        return tuple(Interval(max(w.open_s, half.open_s), min(w.close_s, half.close_s)) for w in within)

    def _floor(self, visit: Visit, name: str) -> int:
        order = self.order_of(visit)
        floor = self.policy.level_floor if name == "level_floor" else self.policy.priority_floor
        return floor.least(urgency=order.urgency, difficulty=order.difficulty, tier=self.customer_of(visit).tier)

    def windows_of(self, visit: Visit) -> tuple[Interval, ...]:
        """Return the windows that a visit has by itself, kept locks aside; see `windows`."""
        lead_s = self.policy.arrival_lead_s
        return tuple(Interval(w.open_s, max(w.open_s, w.close_s - lead_s)) for w in self.windows_as_said(visit))

    def windows_as_said(self, visit: Visit) -> tuple[Interval, ...]:
        """Return the same windows as people said them: before the arrival lead is taken off."""
        order = self.order_of(visit)
        if self.is_due_before_plan(visit):
            return ()
        windows = self._on_agreed_day(visit, self.live_windows(order) or self._open_days(visit))
        if visit.visit_id in self.declined:
            windows = self._after_refusal(visit)
        if self.is_emergency_call(visit):
            log = order.log
            received_s = next((s for s in (log.acknowledged_s, log.dispatched_s) if s is not None), self.as_of_s)
            windows = (Interval(self.as_of_s, max(self.as_of_s, received_s + self.policy.promise.emergency_on_site_s)),)
        return tuple(w for w in sorted(windows) if w.open_s < self.end_s and w.close_s >= 0)

    def _declined(self) -> set[str]:
        if self.policy.unreached_way_s is None:
            return set()
        said_no = {v.visit_id for v in self.visits if self.order_of(v).log.confirmed is Confirmed.NO}
        return said_no - {lock.visit_id for lock in self.locks}

    def _after_refusal(self, visit: Visit) -> tuple[Interval, ...]:
        """Return when a visit may be whose customer said no to its time.

        At another time that was asked for; else in the hours of other days; not at all when nobody knows the time.
        """
        order = self.order_of(visit)
        told = [said.told for said in self.published if said.visit_id == visit.visit_id and said.told is not None]
        refused = list(order.promised or told)
        if not refused:
            return ()
        past_s = min(0, self.as_of_s)
        asked = [window for window in order.requested if window.close_s >= past_s]
        others = [w for w in asked if all(w.close_s < no.open_s or no.close_s < w.open_s for no in refused)]
        days = {day for no in refused for day in range(self.clock.day_of(no.open_s), self.clock.day_of(no.close_s) + 1)}
        return tuple(others) or tuple(w for w in self._open_days(visit) if self.clock.day_of(w.open_s) not in days)

    def _with_kept_lock(
        self, visit: Visit, windows: tuple[Interval, ...], hours: tuple[Interval, ...] | None
    ) -> tuple[tuple[Interval, ...], tuple[Interval, ...] | None]:
        """Return the windows and hours of a locked visit that is kept: without those that leave its lock no start.

        Whether the hours leave one is told by the visit's base duration, whoever is locked.
        """
        span = self._locked_span(visit.visit_id)
        if span is None or self.is_due_before_plan(visit):
            return windows, hours
        late_s = self.max_lateness_s(visit)
        usable = [w for w in windows if w.open_s <= span.close_s and span.open_s <= w.close_s + late_s]
        if not usable:
            windows, usable, late_s = (span,), [span], 0
        if hours is not None and not any(
            max(span.open_s, w.open_s, h.open_s) <= min(span.close_s, w.close_s + late_s, h.close_s - visit.base_s)
            for w in usable
            for h in hours
        ):
            hours = None
        return windows, hours

    def _locked_span(self, visit_id: str) -> Interval | None:
        """Return when a visit's locks let it start: about the locked start, else on the locked day."""
        locks = [lock for lock in self.locks if lock.visit_id == visit_id]
        starts = [lock for lock in locks if lock.level is LockLevel.START]
        days = [lock for lock in locks if lock.level in (LockLevel.DAY, LockLevel.PREFIX)]
        spans = [(lock.start_s - lock.tolerance_s, lock.start_s + lock.tolerance_s) for lock in starts]
        spans = spans or [(self.clock.moment_s(lock.day), self._last_start_s(lock)) for lock in days]
        open_s, close_s = max((a for a, _ in spans), default=0), min((b for _, b in spans), default=-1)
        return Interval(open_s, close_s) if open_s <= close_s else None

    def _last_start_s(self, lock: Lock) -> int:
        """Return the last start on a locked day: before midnight, or in the night of the technician's shift."""
        midnight_s, shift = self.clock.moment_s(lock.day + 1), self._shift_of(lock.technician_id, lock.day)
        return max(midnight_s - 1, shift.end_s if shift is not None else 0)

    def _open_days(self, visit: Visit) -> tuple[Interval, ...]:
        """Return the hours on each day of the horizon in which a visit's customer is open, else the branch."""
        opening = self.customer_of(visit).opening
        return open_days(self.clock, self.days, self.end_s, opening, self.branch.business)

    def hours_of(self, visit: Visit) -> tuple[Interval, ...] | None:
        """Return the hours that a visit has by itself, kept locks aside; see `hours`."""
        customer = self.customer_of(visit)
        opening, closed = customer.opening, customer.closed
        if visit.works_through or (opening is None and not closed):
            return None
        return service_hours(self.clock, self.days, self.end_s, opening, closed, self.branch.business)

    def _check_references(self) -> None:
        for order in self.orders:
            _known("order", order.order_id, "customer", order.customer_id, self.customer_by_id)
        for visit in self.visits:
            _known("visit", visit.visit_id, "order", visit.order_id, self.order_by_id)
            for earlier in visit.after:
                _known("visit", visit.visit_id, "visit", earlier.visit_id, self.visit_by_id)
        for shift in (*self.shifts, *self.shifts_around):
            _known("shift", shift.technician_id, "technician", shift.technician_id, self.technician_by_id)
        days = {(shift.technician_id, shift.day) for shift in self.shifts}
        if len(days) < len(self.shifts):
            raise ValueError("a technician has two shifts on one day")
        for lock in self.locks:
            _known("lock", lock.visit_id, "visit", lock.visit_id, self.visit_by_id)
            _known("lock", lock.visit_id, "technician", lock.technician_id, self.technician_by_id)
        for one in self.exceptions:
            _known("exception", one.visit_id, "visit", one.visit_id, self.visit_by_id)
            if one.technician_id:
                _known("exception", one.visit_id, "technician", one.technician_id, self.technician_by_id)
        if len({(one.visit_id, one.limit) for one in self.exceptions}) < len(self.exceptions):
            raise ValueError("a visit has two exceptions to one limit")

    def _check_circles(self) -> None:
        order = TopologicalSorter({visit.visit_id: [e.visit_id for e in visit.after] for visit in self.visits})
        try:
            order.prepare()
        except CycleError as fault:
            raise ValueError(f"visits wait for one another in a circle: {', '.join(fault.args[1])}") from fault


def start_key(technician: Technician) -> str:
    """Return the key of the place where a technician's day starts."""
    return BRANCH_PLACE if technician.start is None else f"start:{technician.technician_id}"


def end_key(technician: Technician) -> str:
    """Return the key of the place where a technician's day ends."""
    return BRANCH_PLACE if technician.end is None else f"end:{technician.technician_id}"


def _index(kind: str, by_id: Mapping[str, object], count: int) -> Mapping[str, object]:
    if len(by_id) < count:
        raise ValueError(f"two {kind}s have the same id")
    return by_id


def _known(kind: str, item_id: str, other: str, other_id: str, by_id: Mapping[str, object]) -> None:
    if other_id not in by_id:
        raise ValueError(f"{kind} {item_id!r} refers to the unknown {other} {other_id!r}")
