"""Who may serve what, how long it takes and what it costs, before any clock: the engine's reading of the rule book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.policy import Pickup
from optimizer.domain.units import DAY_S

if TYPE_CHECKING:
    from optimizer.domain.order import SkillNeed, Visit
    from optimizer.domain.problem import Lock, Problem, PublishedVisit
    from optimizer.domain.technician import HeldSkill, Shift, Technician


class Assignment:
    """Answers, for one problem, who may serve what and what that takes and costs."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.policy = problem.policy
        self.locks: dict[str, list[Lock]] = {}
        for lock in problem.locks:
            self.locks.setdefault(lock.visit_id, []).append(lock)
        self.published: dict[str, PublishedVisit] = {
            p.visit_id: p for p in problem.published if p.day == 0 and p.visit_id in problem.visit_by_id
        }
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
        if any(not self._holds(technician, need) for need in problem.skills_needed(visit)):
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

    def _holds(self, technician: Technician, need: SkillNeed) -> bool:
        held = technician.held_skill(need.skill)
        return held is not None and held.level >= need.min_level and held.is_valid_on(self.problem.first_day)

    def _needs(self, shift: Shift, visit: Visit) -> list[tuple[SkillNeed, HeldSkill]]:
        technician = self.problem.technician_by_id[shift.technician_id]
        pairs = [(need, technician.held_skill(need.skill)) for need in self.problem.skills_needed(visit)]
        return [(need, held) for need, held in pairs if held is not None]

    # --- what it takes and costs ------------------------------------------------------------------------------

    def duration_s(self, shift: Shift, visit: Visit) -> int:
        """Return the service duration of this technician, in seconds (RULES §2)."""
        held = [record for _, record in self._needs(shift, visit)]
        factor = max((record.factor_pct for record in held), default=100)
        surcharge = sum(record.surcharge_s for record in held) + visit.critical_test_s
        if visit.intermittent:
            surcharge += self.policy.observation_s
        return (visit.base_s * factor + 50) // 100 + surcharge

    def continuity_cents(self, shift: Shift, visit: Visit) -> int:
        """Return the price of a technician who has not served this customer before, where others have."""
        served_by = self.problem.customer_of(visit).served_by
        return self.policy.continuity_cents if served_by and shift.technician_id not in served_by else 0

    def overqualified_cents(self, shift: Shift, visit: Visit) -> int:
        """Return the price of the levels held above the needed ones."""
        return self.policy.overqualified_cents * sum(
            record.level - need.min_level for need, record in self._needs(shift, visit)
        )

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
