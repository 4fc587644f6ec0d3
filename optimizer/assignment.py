"""Who may serve what, how long it takes and what it costs, before any clock: the engine's reading of the rule book."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.policy import Pickup
from optimizer.domain.units import DAY_S

if TYPE_CHECKING:
    from optimizer.domain.order import SkillNeed, Visit
    from optimizer.domain.problem import Lock, Problem, PublishedVisit
    from optimizer.domain.technician import HeldSkill, Shift, Technician


class Fit(NamedTuple):
    """How a technician's skills meet the needs of a visit: enough or not, slowest factor, surcharges, levels above."""

    is_enough: bool
    factor_pct: int
    surcharge_s: int
    levels_above: int


class Assignment:
    """Answers, for one problem, who may serve what and what that takes and costs.

    Many visits need the same skills, so that what follows from a technician and a set of needs is worked out once.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.policy = problem.policy
        self.locks: dict[str, list[Lock]] = {}
        for lock in problem.locks:
            self.locks.setdefault(lock.visit_id, []).append(lock)
        self.published: dict[str, PublishedVisit] = {
            p.visit_id: p for p in problem.published if p.day == 0 and p.visit_id in problem.visit_by_id
        }
        needs = {visit.visit_id: problem.skills_needed(visit) for visit in problem.visits}
        numbers = {skills: number for number, skills in enumerate(dict.fromkeys(needs.values()))}
        self._need_sets = tuple(numbers)
        self._need_set_of = {visit_id: numbers[skills] for visit_id, skills in needs.items()}
        self._fits: dict[tuple[str, int], Fit] = {}
        self.short_notice = problem.is_short_notice(0)
        close_s = problem.branch.business.close_s
        self.blocked_by_loan = {
            loan.technician_id
            for loan in problem.loans
            if problem.day_index(loan.due) * DAY_S + close_s <= problem.as_of_s
            and (loan.return_booked is None or problem.first_day < loan.return_booked)
        }

    # --- who may ----------------------------------------------------------------------------------------------

    def can_serve(self, shift: Shift, visit: Visit) -> bool:
        """Say whether the rules that need no clock let this technician serve this visit."""
        problem = self.problem
        technician = problem.technician_by_id[shift.technician_id]
        if visit.crew_size > 1 or visit.tools or visit.after or not problem.windows[visit.visit_id]:
            return False
        if not self._fit(technician, visit).is_enough:
            return False
        who = technician.technician_id
        refused = who in visit.prohibited or who in problem.customer_of(visit).refused
        unwanted = bool(visit.required) and who not in visit.required
        outside = bool(technician.areas) and bool(visit.area) and visit.area not in technician.areas
        if refused or unwanted or outside:
            return False
        home_without_parts = not technician.starts_at_branch and self.policy.pickup is Pickup.STOP
        if visit.parts and (who in self.blocked_by_loan or home_without_parts):
            return False
        return all(lock.technician_id == who for lock in self.locks.get(visit.visit_id, ()))

    def _fit(self, technician: Technician, visit: Visit) -> Fit:
        key = (technician.technician_id, self._need_set_of[visit.visit_id])
        fit = self._fits.get(key)
        if fit is None:
            needs = self._need_sets[key[1]]
            held = [(need, record) for need in needs if (record := technician.held_skill(need.skill)) is not None]
            fit = self._fits[key] = Fit(
                is_enough=len(held) == len(needs) and all(self._is_enough(need, record) for need, record in held),
                factor_pct=max((record.factor_pct for _, record in held), default=100),
                surcharge_s=sum(record.surcharge_s for _, record in held),
                levels_above=sum(record.level - need.min_level for need, record in held),
            )
        return fit

    def _is_enough(self, need: SkillNeed, held: HeldSkill) -> bool:
        return held.level >= need.min_level and held.is_valid_on(self.problem.first_day)

    # --- what it takes and costs ------------------------------------------------------------------------------

    def duration_s(self, shift: Shift, visit: Visit) -> int:
        """Return the service duration of this technician, in seconds (RULES §2)."""
        fit = self._fit(self.problem.technician_by_id[shift.technician_id], visit)
        surcharge_s = fit.surcharge_s + visit.critical_test_s
        if visit.intermittent:
            surcharge_s += self.policy.observation_s
        return (visit.base_s * fit.factor_pct + 50) // 100 + surcharge_s

    def continuity_cents(self, shift: Shift, visit: Visit) -> int:
        """Return the price of a technician who has not served this customer before, where others have."""
        served_by = self.problem.customer_of(visit).served_by
        return self.policy.continuity_cents if served_by and shift.technician_id not in served_by else 0

    def overqualified_cents(self, shift: Shift, visit: Visit) -> int:
        """Return the price of the levels held above the needed ones."""
        technician = self.problem.technician_by_id[shift.technician_id]
        return self.policy.overqualified_cents * self._fit(technician, visit).levels_above

    def other_technician_cents(self, shift: Shift, visit: Visit) -> int:
        """Return the price of sending someone else than the published plan told."""
        published = self.published.get(visit.visit_id)
        if published is None or published.technician_id == shift.technician_id:
            return 0
        return self.with_notice(self.policy.other_technician_cents)

    def extra_cents(self, shift: Shift, visit: Visit) -> int:
        """Return all that sending this technician costs, whatever the time."""
        return (
            self.continuity_cents(shift, visit)
            + self.overqualified_cents(shift, visit)
            + self.other_technician_cents(shift, visit)
        )

    def unassigned_cents(self, visit: Visit) -> int:
        """Return the price of leaving a visit out, by priority and by working days left."""
        order = self.problem.order_of(visit)
        priority = min(5, self.problem.priority_of(visit) + (1 if order.carried_over else 0))
        base, pct = self.policy.unassigned_cents[priority - 1], self.policy.unassigned_due_pct[0]
        if order.due_day is not None:
            left = self.problem.branch.calendar.working_days_left(after=self.problem.first_day, until=order.due_day)
            pct = self.policy.unassigned_due_pct[3 if left < 0 else 2 - min(2, left)]
        return base * pct // 100

    def dropped_cents(self, visit: Visit) -> int:
        """Return the price of dropping a visit that the published plan has on this day."""
        return self.with_notice(self.policy.dropped_cents) if visit.visit_id in self.published else 0

    def is_mandatory(self, visit: Visit) -> bool:
        """Say whether a lock, or a told window past its notice, demands this visit."""
        return visit.visit_id in self.locks or self.told_is_locked(visit)

    def told_is_locked(self, visit: Visit) -> bool:
        """Say whether the told window binds: its notice deadline is past and the customer has not agreed."""
        published = self.published.get(visit.visit_id)
        return self.short_notice and published is not None and published.told is not None and not published.agreed

    def with_notice(self, cents: int) -> int:
        """Return a stability price, raised when the plan is made after the notice deadline."""
        return cents * self.policy.short_notice_pct // 100 if self.short_notice else cents
