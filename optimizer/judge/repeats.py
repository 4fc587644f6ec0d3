"""The judge's own reading of repeat faults (docs/rules.md, `skill`), from the facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.order import SkillNeed, Visit
    from optimizer.domain.problem import Problem


class LastTime(NamedTuple):
    """How many days ago the same fault was repaired, by whom (empty: nobody knows), and at which level."""

    days: int
    technician_id: str
    level: int

    def raised(self, needs: Iterable[SkillNeed]) -> list[SkillNeed]:
        """Return what somebody needs who serves the visit alone: a level more than the last time."""
        return [replace(need, min_level=max(need.min_level, self.level + 1)) for need in needs]


def last_time(problem: Problem, visit: Visit) -> LastTime | None:
    """Return when a visit's fault was repaired last, where that is so short ago that it is a repeat fault."""
    order = problem.order_by_id[visit.order_id]
    last = order.last_repair
    if last is None:
        return None
    told_s = order.received_s if order.received_s is not None else problem.as_of_s
    told = problem.clock.local(told_s).date()
    if not last.day <= told <= last.day + timedelta(problem.policy.repeat_days) or problem.policy.repeat_days == 0:
        return None
    level = last.level
    if level is None:
        skills = {need.skill for need in visit.skills}
        people = [person for person in problem.technicians if person.technician_id == last.technician_id]
        held = [record.level for person in people for record in person.skills if record.skill in skills]
        level = min(held) if held else min((need.min_level for need in visit.skills), default=0)
    return LastTime((told - last.day).days, last.technician_id, level)
