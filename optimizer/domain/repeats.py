"""Repeat faults: what was repaired not long ago and is back needs a higher level than the last time, or two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit

if TYPE_CHECKING:
    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift

#: So many people serve a repeat fault for which nobody of a higher level is there.
SECOND_PERSON = 2


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeat fault.

    Parameters
    ----------
    days
        How many days ago it was repaired when it was reported again.
    technician_id
        Who repaired it then; empty when nobody knows.
    level
        At which level.
    crew_size
        How many people serve it: one, a level higher; or two.
    """

    days: int
    technician_id: str
    level: int
    crew_size: int

    @property
    def level_needed(self) -> int:
        """The least level of whoever serves it alone; 0 when two do."""
        return self.level + 1 if self.crew_size == 1 else 0


def repeat_of(problem: Problem, visit: Visit) -> Repeat | None:
    """Return how a visit is a repeat fault; `None` when it is none.

    It is one when the same fault was repaired at most `repeat_days` before it was reported again. Whoever serves it
    alone holds every skill that it needs a level higher than the last technician the lowest of them. Where nobody who
    is there and may serve it does, or two people are wanted anyway, two serve it.
    Once it has begun, who does is a fact.
    """
    order = problem.order_of(visit)
    last = order.last_repair
    if last is None or not problem.policy.repeat_days:
        return None
    reported_s = problem.as_of_s if order.received_s is None else order.received_s
    days = (problem.local_time(reported_s).date() - last.day).days
    if not 0 <= days <= problem.policy.repeat_days:
        return None
    level = _level_of(problem, visit) if last.level is None else last.level
    # No repeat fault is known to the problem yet: this is what the visit needs otherwise.
    size = problem.crew_size_of(visit)
    if visit.visit_id in problem.begun:
        size = max(size, len({lock.technician_id for lock in problem.locks if lock.visit_id == visit.visit_id}))
    elif size == 1 and not any(_is_higher(problem, shift, visit, level + 1) for shift in problem.shifts):
        size = SECOND_PERSON
    return Repeat(days, last.technician_id, level, size)


def _level_of(problem: Problem, visit: Visit) -> int:
    """Return the lowest level at which the last technician holds the skills of a visit, else the lowest needed."""
    last = problem.order_of(visit).last_repair
    technician = None if last is None else problem.technician_by_id.get(last.technician_id)
    held = [] if technician is None else [technician.held_skill(need.skill) for need in visit.skills]
    levels = [record.level for record in held if record is not None]
    return min(levels or [need.min_level for need in visit.skills], default=0)


def _is_higher(problem: Problem, shift: Shift, visit: Visit, level: int) -> bool:
    """Return whether a technician who is on duty may serve a visit alone, and holds its skills at a level."""
    technician, who = problem.technician_by_id[shift.technician_id], shift.technician_id
    is_off = not 0 <= shift.day < problem.days
    is_unwanted = who in visit.prohibited or who in problem.customer_of(visit).refused
    excepted = [one for one in problem.exceptions if (one.visit_id, one.limit) == (visit.visit_id, HouseLimit.AREA)]
    is_let = any(one.is_for(who) for one in excepted)
    is_elsewhere = bool(visit.area and technician.areas) and visit.area not in technician.areas and not is_let
    is_other = any(lock.visit_id == visit.visit_id and lock.technician_id != who for lock in problem.locks)
    is_no_one = bool(visit.required) and who not in visit.required
    if is_off or is_unwanted or is_elsewhere or is_other or is_no_one or not visit.skills:
        return False
    held = [(technician.held_skill(need.skill), need) for need in problem.skills_needed(visit)]
    on = problem.date_of(shift.day)
    return all(
        record is not None and record.level >= max(level, need.min_level) and record.is_valid_on(on)
        for record, need in held
    )
