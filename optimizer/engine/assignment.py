"""Who may serve what, how long it takes and what it costs, before any clock: the engine's reading of the rule book."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.order import INSTALLATION, Confirmed, Urgency
from optimizer.domain.policy import BrokenLocks, ContractorPay, Pickup
from optimizer.domain.problem import BRANCH_PLACE, LockLevel
from optimizer.domain.units import FAR_FUTURE_S, HOUR_S, MILE_MM, cents_per_minute

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from optimizer.domain.order import Interval, SkillNeed, Visit
    from optimizer.domain.problem import Lock, Problem, PublishedVisit
    from optimizer.domain.technician import Break, Shift, Technician
    from optimizer.travel.matrix import TravelMatrix


#: Whose role in a crew a question is about; who serves alone leads, by the skills of a member.
LEAD, MEMBER = "lead", "member"


class Fit(NamedTuple):
    """How a technician's skills meet the needs of a visit: enough or not, slowest factor, surcharges, levels above."""

    is_enough: bool
    factor_pct: int
    surcharge_s: int
    levels_above: int


class Assignment:
    """Answers, for one problem, who may serve what on which day and what that takes and costs.

    Many visits need the same skills, so that what follows from a technician, a day and a set of needs is worked out
    once. `matrix` has the distances that contractors may be paid by; who asks for no price needs none.
    """

    def __init__(self, problem: Problem, matrix: TravelMatrix | None = None) -> None:
        self.problem, self.matrix = problem, matrix
        self.policy = problem.policy
        self.locks: dict[str, list[Lock]] = {}
        for lock in problem.locks:
            self.locks.setdefault(lock.visit_id, []).append(lock)
        self.exceptions = {(one.visit_id, one.limit): one for one in problem.exceptions}
        # What was told for days that are over, or the customer said no to, binds and costs nothing any more.
        self.published: dict[str, list[PublishedVisit]] = {}
        for said in problem.published:
            is_refused = said.visit_id in problem.declined
            if said.day >= 0 and said.visit_id in problem.visit_by_id and not is_refused:
                self.published.setdefault(said.visit_id, []).append(said)
        told_days = {said.day for rows in self.published.values() for said in rows}
        self.short_notice = {day: problem.is_short_notice(day) for day in told_days}
        numbers: dict[tuple[SkillNeed, ...], int] = {}
        self._need_set_of: dict[tuple[str, str], int] = {}
        for visit in problem.visits:
            alone = problem.crew_size_of(visit) == 1
            for role in (LEAD, MEMBER):
                led = role == LEAD and not alone
                needs = problem.lead_skills_needed(visit) if led else problem.skills_needed(visit)
                self._need_set_of[visit.visit_id, role] = numbers.setdefault(needs, len(numbers))
        self._need_sets = tuple(numbers)
        self._fits: dict[tuple[str, int, int], Fit] = {}
        self._fits_of: dict[int, tuple[Fit, ...]] = {}
        self.started = {(k.technician_id, k.day) for k in problem.locks if k.level is LockLevel.PREFIX}
        self._given: set[tuple[str, int]] = self._with_own_emergency()
        #: How much time at doors a day can hold at most.
        self.doors_s = sum(map(problem.door_s, problem.visits)) if problem.policy.access_s else 0
        self._carried = {need.part_id for person in problem.technicians for need in person.own_parts}
        close_s = problem.branch.business.close_s
        self._blocking = [
            loan
            for loan in problem.loans
            if problem.clock.moment_s(problem.day_index(loan.due), close_s) <= problem.as_of_s
        ]

    # --- who may ----------------------------------------------------------------------------------------------

    def can_serve(self, shift: Shift, visit: Visit, role: str) -> bool:
        """Return whether the rules that need no clock and no other visit let a technician serve a visit on a day."""
        problem = self.problem
        technician = problem.technician_by_id[shift.technician_id]
        if visit.visit_id in problem.begun:
            crew = problem.crew_size_of(visit)
            return all(self._keeps(lock, shift, crew) for lock in self.locks[visit.visit_id])
        kept = self._kept_locks(technician, visit)
        if not self._fit(shift, visit, role).is_enough and not self._is_unskilled_for_all(kept, visit, role):
            return False
        who = technician.technician_id
        crew = problem.crew_size_of(visit)
        refused = who in visit.prohibited or who in problem.customer_of(visit).refused
        unwanted = bool(visit.required) and who not in visit.required and len(visit.required) >= crew
        outside = self.is_outside(shift, visit) and not self.excess(HouseLimit.AREA, shift, visit)
        if (refused or unwanted or outside) and not kept:
            return False
        if role == LEAD and not self._may_have_parts(shift, technician, visit):
            return False
        if role == LEAD and any(
            load.amount > limit.amount
            for load in visit.loads
            for limit in technician.capacity
            if limit.quantity == load.quantity
        ):
            return False
        return all(self._keeps(lock, shift, crew) for lock in self.locks.get(visit.visit_id, ()))

    def is_outside(self, shift: Shift, visit: Visit) -> bool:
        """Return whether a visit lies outside the districts that a technician serves."""
        areas = self.problem.technician_by_id[shift.technician_id].areas
        return bool(areas) and bool(visit.area) and visit.area not in areas

    def excess(self, limit: HouseLimit, shift: Shift, visit: Visit) -> int:
        """Return by how much an exception lets a technician exceed a house limit for a visit, at most its band."""
        found = self.exceptions.get((visit.visit_id, limit)) if self.exceptions else None
        if found is None or not found.is_for(shift.technician_id):
            return 0
        return min(found.amount, self.policy.band_of(limit))

    def _kept_locks(self, technician: Technician, visit: Visit) -> list[Lock]:
        """Return the locks that put a technician on a visit whatever they break, where broken locks are kept."""
        if self.policy.broken_locks is not BrokenLocks.KEEP:
            return []
        return [lock for lock in self.locks.get(visit.visit_id, ()) if lock.technician_id == technician.technician_id]

    def _is_unskilled_for_all(self, kept: Sequence[Lock], visit: Visit, role: str) -> bool:
        """Return whether some kept lock leaves its technician no day with the skills to serve alone, or as a member."""
        if role == LEAD and self.problem.crew_size_of(visit) > 1:
            return False
        for lock in kept:
            mine = [s for s in self.problem.shifts if s.technician_id == lock.technician_id]
            if lock.level is not LockLevel.PERSON:
                locked_day = self.problem.day_of_lock(lock)
                mine = [shift for shift in mine if shift.day == locked_day]
            planned = (shift for shift in mine if 0 <= shift.day < self.problem.days)
            if not any(self._fit(shift, visit, role).is_enough for shift in planned):
                return True
        return False

    def is_unreached(self, visit: Visit) -> bool:
        """Return whether the customer was not reached, so that somebody goes only if the visit lies near other ways."""
        said = self.problem.order_of(visit).log.confirmed
        is_asked = self.policy.unreached_way_s is not None and visit.visit_id not in self.locks
        return is_asked and said is Confirmed.UNREACHABLE

    def has_appointment(self, visit: Visit) -> bool:
        """Return whether a customer who was not reached expects somebody, and no installation."""
        order = self.problem.order_of(visit)
        told = {said.visit_id for said in self.problem.published if said.told is not None}
        is_expected = bool(order.promised) or order.agreed_day is not None or visit.visit_id in told
        return is_expected and order.kind != INSTALLATION

    def eligibility_signature(self, visit: Visit) -> tuple[object, ...]:
        """Return all that `can_serve` looks at in a visit: two visits with equal signatures suit the same people."""
        technicians_differ = bool(self._blocking) or any(t.capacity for t in self.problem.technicians)
        return (
            self._need_set_of[visit.visit_id, LEAD],
            self._need_set_of[visit.visit_id, MEMBER],
            self.problem.crew_size_of(visit),
            visit.prohibited | self.problem.customer_of(visit).refused,
            visit.required,
            visit.area,
            self.exceptions.get((visit.visit_id, HouseLimit.AREA)),
            (visit.parts, visit.loads) if technicians_differ else (),
            tuple(self.locks.get(visit.visit_id, ())),
        )

    def _keeps(self, lock: Lock, shift: Shift, crew: int) -> bool:
        """Return whether a lock lets a technician serve; of a crew, others may come beside the locked person."""
        if lock.level in (LockLevel.DAY, LockLevel.PREFIX) and lock.day != shift.day:
            return False
        return crew > 1 or lock.technician_id == shift.technician_id

    def _may_have_parts(self, shift: Shift, technician: Technician, visit: Visit) -> bool:
        """Return whether a technician can have the parts of a visit at all: from the branch, or own ones."""
        if not visit.parts or not self.is_blocked_by_loan(shift):
            return True
        own = {need.part_id: 0 for need in visit.parts}
        for need in technician.own_parts:
            if need.part_id in own:
                own[need.part_id] += need.quantity
        return all(own[need.part_id] >= need.quantity for need in visit.parts)

    def is_blocked_by_loan(self, shift: Shift) -> bool:
        """Return whether a part past due keeps this technician from new branch parts on this day."""
        on = self.problem.date_of(shift.day)
        return any(
            loan.technician_id == shift.technician_id and (loan.return_booked is None or on < loan.return_booked)
            for loan in self._blocking
        )

    def needs_stop(self, shift: Shift) -> bool:
        """Return whether branch parts reach this technician only by a stop at the branch."""
        at_home = not self.problem.technician_by_id[shift.technician_id].starts_at_branch
        return at_home and self.policy.pickup is Pickup.STOP

    def _fit(self, shift: Shift, visit: Visit, role: str) -> Fit:
        key = (shift.technician_id, shift.day, self._need_set_of[visit.visit_id, role])
        fit = self._fits.get(key)
        if fit is None:
            technician, on = self.problem.technician_by_id[shift.technician_id], self.problem.date_of(shift.day)
            needs = self._need_sets[key[2]]
            held = [(need, record) for need in needs if (record := technician.held_skill(need.skill)) is not None]
            enough = all(record.level >= need.min_level and record.is_valid_on(on) for need, record in held)
            fit = self._fits[key] = Fit(
                is_enough=len(held) == len(needs) and enough,
                factor_pct=max((record.factor_pct for _, record in held), default=100),
                surcharge_s=sum(record.surcharge_s for _, record in held),
                levels_above=sum(max(0, record.level - need.min_level) for need, record in held),
            )
        return fit

    # --- from when on -----------------------------------------------------------------------------------------

    def floor_s(self, shift: Shift) -> int:
        """Return before when nobody leaves who has yet to get ready: at the branch, elsewhere, or for an emergency."""
        if self.policy.lead_to_leave_s is None:
            return -FAR_FUTURE_S
        lead_s = self.policy.lead_on_road_s
        is_at_branch = self.problem.technician_by_id[shift.technician_id].starts_at_branch
        if is_at_branch and not self.has_started(shift):
            lead_s = self.policy.lead_to_leave_s
        if (shift.technician_id, shift.day) in self._given:
            lead_s = min(lead_s, self.policy.lead_emergency_s)
        return self.problem.as_of_s + lead_s

    def _with_own_emergency(self) -> set[tuple[str, int]]:
        """Return the technicians and days whose technician has an emergency by a lock, or by what is published."""
        problem = self.problem

        def waits(visit_id: str) -> bool:
            visit = problem.visit_by_id.get(visit_id)
            if visit is None or visit_id in problem.begun:
                return False
            return problem.order_of(visit).urgency is Urgency.EMERGENCY

        people = {lock.technician_id for lock in problem.locks if waits(lock.visit_id)}
        told = {(said.technician_id, said.day) for said in problem.published if waits(said.visit_id)}
        return told | {(shift.technician_id, shift.day) for shift in problem.shifts if shift.technician_id in people}

    def departure_s(self, shift: Shift) -> int:
        """Return the earliest departure of a day: after the morning at the branch, and not before the floor."""
        is_at_branch = self.problem.technician_by_id[shift.technician_id].starts_at_branch
        ready_s = shift.start_s + (self.policy.morning_s if is_at_branch else 0)
        return ready_s if self.has_started(shift) else max(ready_s, self.floor_s(shift))

    def break_of(self, shift: Shift) -> Break | None:
        """Return the break that a day needs; none that could begin before the floor of a day that has not started."""
        rest = shift.break_ if shift.needs_break else None
        if rest is not None and not self.has_started(shift) and rest.window.open_s < self.floor_s(shift):
            return None
        return rest

    def has_started(self, shift: Shift) -> bool:
        """Return whether a route has begun: stops of it are kept as they were."""
        return (shift.technician_id, shift.day) in self.started

    def parts_floor_s(self, visit: Visit, from_branch_s: int) -> int:
        """Return before when a visit cannot start as its parts are still at the branch, so many seconds away."""
        waits = any(need.part_id not in self._carried for need in visit.parts)
        if self.policy.lead_to_leave_s is None or not waits or visit.visit_id in self.published:
            return -FAR_FUTURE_S
        return self.problem.as_of_s + self.policy.lead_with_parts_s + from_branch_s

    # --- what it takes and costs ------------------------------------------------------------------------------

    def fits(self, shifts: Sequence[Shift], visit: Visit, role: str) -> tuple[Fit, ...]:
        """Return how each of the shifts' technicians meets the needs of a visit; asked with the same shifts always."""
        needs = self._need_set_of[visit.visit_id, role]
        if needs not in self._fits_of:
            self._fits_of[needs] = tuple(self._fit(shift, visit, role) for shift in shifts)
        return self._fits_of[needs]

    def duration_s(self, shift: Shift, visit: Visit, role: str) -> int:
        """Return how long a technician takes for a visit (docs/rules.md, The clock of a route)."""
        fit = self._fit(shift, visit, role)
        return (visit.base_s * fit.factor_pct + 50) // 100 + fit.surcharge_s + self.surcharge_s(visit)

    def surcharge_s(self, visit: Visit) -> int:
        """Return what a service takes beyond its base, whoever serves."""
        return visit.critical_test_s + (self.policy.observation_s if visit.intermittent else 0)

    def continuity_cents(self, people: Collection[str], visit: Visit) -> int:
        """Return the price of people of whom none has served this customer before, where others have."""
        served_by = self.problem.preferred_for(visit)
        return self.policy.continuity_cents if served_by and not set(served_by) & set(people) else 0

    def overqualified_cents(self, shift: Shift, visit: Visit, role: str) -> int:
        """Return the price of the levels held above the needed ones."""
        return self.policy.overqualified_cents * self._fit(shift, visit, role).levels_above

    def area_cents(self, shift: Shift, visit: Visit) -> int:
        """Return the price of a technician whom an exception lets serve outside his districts."""
        is_excess = self.is_outside(shift, visit) and self.excess(HouseLimit.AREA, shift, visit) > 0
        return self.policy.exception_area_cents if is_excess and visit.visit_id not in self.problem.begun else 0

    def told_exception_s(self, visit: Visit) -> int:
        """Return how far outside the told window that binds it an exception lets a visit start."""
        one = self.exceptions.get((visit.visit_id, HouseLimit.TOLD))
        if one is None or self.told_lock(visit) is None:
            return 0
        return min(one.amount, self.policy.band_of(HouseLimit.TOLD))

    @property
    def pays_by_order(self) -> bool:
        """Whether contractors are paid by the order."""
        return self.policy.contractor_pay is ContractorPay.ORDER

    def contractor_order_cents(self, shift: Shift, visit: Visit) -> int:
        """Return what a contractor paid by the order gets for one; nothing for staff, or where time is paid."""
        if self.matrix is None or not self.pays_by_order or self.problem.is_staff(shift.technician_id):
            return 0
        metres = self.matrix.travel_m(shift.profile, BRANCH_PLACE, visit.visit_id)
        beyond_m = 0 if metres is None else max(0, metres - self.policy.contractor_radius_m)
        kind = self.problem.order_of(visit).kind
        own = self.policy.contractor_kind_cents.get(kind, self.policy.contractor_order_cents)
        by_km = (beyond_m * self.policy.contractor_km_cents + 500) // 1000
        by_mile = (1000 * beyond_m * self.policy.contractor_mile_cents + MILE_MM // 2) // MILE_MM
        return own + by_km + by_mile

    def deviation_cents(self, people: Collection[str], day: int, visit: Visit) -> int:
        """Return the price of another day, else of other people, than the published plan told."""
        published = self.published.get(visit.visit_id)
        if not published:
            return 0
        if day != published[0].day:
            return self.with_notice(self.policy.dropped_cents, published[0].day)
        missing = {said.technician_id for said in published} - set(people)
        return self.with_notice(self.policy.other_technician_cents, day) if missing else 0

    def day_cents(self, day: int, visit: Visit) -> int:
        """Return what serving on a day costs whoever serves: after the due day, and on another day than told."""
        published = self.published.get(visit.visit_id)
        to_insert = published is not None and published[0].day != day
        return self.overdue_cents(day, visit) + (self.deviation_cents((), day, visit) if to_insert else 0)

    def overdue_cents(self, day: int, visit: Visit) -> int:
        """Return the price of a day after the due day: half that of leaving the visit out the day before."""
        order = self.problem.order_of(visit)
        if day == 0 or order.due_day is None or self.problem.date_of(day) <= order.due_day:
            return 0
        return self._absence_cents(visit, self.problem.date_of(day - 1)) // 2

    def unassigned_cents(self, visit: Visit) -> int:
        """Return the price of leaving a visit out: the order's own, else by priority and working days left after."""
        return self._absence_cents(visit, self.problem.last_day)

    def promise_cents(self, visit: Visit) -> int:
        """Return the price of breaking a promise: its last window ends in the horizon; twice without notice."""
        last_s = max((window.close_s for window in self.problem.order_of(visit).promised), default=FAR_FUTURE_S)
        if last_s < 0 or last_s >= self.problem.end_s or visit.visit_id in self.problem.declined:
            return 0
        times = 2 if self.problem.is_short_notice(self.problem.clock.day_of(last_s)) else 1
        return times * self.policy.broken_promise_cents

    def waiting_cents(self, visit: Visit) -> int:
        """Return the price of letting a visit wait on: so much for each working day since its request."""
        received_s = self.problem.order_of(visit).received_s
        tier = self.problem.customer_of(visit).tier
        daily = self.policy.waiting_tier_cents.get(tier, self.policy.waiting_cents)
        if received_s is None or not daily:
            return 0
        requested = self.problem.local_time(received_s).date()
        passed = self.problem.branch.calendar.working_days_left(after=requested, until=self.problem.last_day)
        return daily * passed if passed > 0 else 0

    def _absence_cents(self, visit: Visit, day: date) -> int:
        order = self.problem.order_of(visit)
        own = self.policy.unassigned_by_order_cents.get(order.order_id)
        if own is not None:
            return own
        priority = min(5, self.problem.priority_of(visit) + order.carried_over)
        base, pct = self.policy.unassigned_cents[priority - 1], self.policy.unassigned_due_pct[0]
        if order.due_day is not None:
            left = self.problem.branch.calendar.working_days_left(after=day, until=order.due_day)
            pct = self.policy.unassigned_due_pct[3 if left < 0 else 2 - min(2, left)]
        return base * pct // 100

    def load_offset_s(self, shift: Shift) -> int:
        """Return what a day's load is before any work: the mean excess of the ledger's days, less what is free."""
        ledger = self.problem.technician_by_id[shift.technician_id].ledger
        pct = self.policy.load_target_pct
        excess_s = (ledger.load_s - pct * ledger.contracted_s // 100) // ledger.days if ledger.days else 0
        return excess_s - pct * shift.contracted_s // 100

    def unreserved_s(self, shift: Shift) -> int:
        """Return how much work a day takes before its reserve; past the day's noon, or of a contractor, any."""
        is_released = self.problem.as_of_s >= self.problem.clock.moment_s(shift.day, 12 * HOUR_S)
        if is_released or not self.policy.reserve_pct or not self.problem.is_staff(shift.technician_id):
            return FAR_FUTURE_S
        return shift.contracted_s - shift.contracted_s * self.policy.reserve_pct // 100

    def reserve_cents(self, shift: Shift, work_s: int) -> int:
        """Return the price of a day's work in its reserve."""
        over_s = max(0, work_s - self.unreserved_s(shift))
        return cents_per_minute(self.policy.reserve_cents, over_s) if self.policy.reserve_pct else 0

    def dropped_cents(self, visit: Visit) -> int:
        """Return the price of dropping a visit that the published plan has in the horizon."""
        for said in self.published.get(visit.visit_id, ())[:1]:
            if said.day < self.problem.days:
                return self.with_notice(self.policy.dropped_cents, said.day)
        return 0

    def is_mandatory(self, visit: Visit) -> bool:
        """Return whether a lock, or a told window past its notice, demands this visit."""
        return visit.visit_id in self.locks or self.told_lock(visit) is not None

    def told_lock(self, visit: Visit) -> Interval | None:
        """Return the told window of a planned day that binds: notice is too short and the customer has not agreed."""
        for said in self.published.get(visit.visit_id, ())[:1]:
            is_bound = said.day < self.problem.days and not said.agreed and visit.visit_id not in self.problem.begun
            if said.told is not None and is_bound and self.short_notice[said.day]:
                return said.told
        return None

    def with_notice(self, cents: int, day: int) -> int:
        """Return a stability price, raised when the plan is made after the notice deadline of that day."""
        return cents * self.policy.short_notice_pct // 100 if self.short_notice[day] else cents
