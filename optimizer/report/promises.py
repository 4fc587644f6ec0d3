"""Which promises fall due with a plan, and what becomes of each: counted here once, shown by everything.

A promise is an arrival window given to the customer, or else the last day that the promise rule allows. It falls due
with a plan that serves the visit, and with one that leaves it out and so breaks it. What waits inside its promise, is
sent before the plan, or has a customer who said no to the time, is not counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.domain.plan import UnassignedState
from optimizer.report.days import visits_served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, Stop
    from optimizer.domain.problem import Problem


class Promise(StrEnum):
    """What becomes of a promise: kept, kept too late by a planned visit, or broken because nobody comes."""

    KEPT = "kept"
    LATE = "late"
    WILL_BREAK = "will_break"


@dataclass(frozen=True, slots=True)
class PromiseCount:
    """How many promises fall due with a plan, by what becomes of them.

    Parameters
    ----------
    beyond
        Those not kept that no plan of these days could keep: broken before, or of a visit that nobody can serve.
    windows, windows_kept
        Those of an arrival window that was given; all others are due days.
    """

    kept: int
    late: int
    will_break: int
    beyond: int
    windows: int
    windows_kept: int

    @property
    def due(self) -> int:
        """All of them."""
        return self.kept + self.late + self.will_break


def count_promises(problem: Problem, plan: Plan) -> PromiseCount:
    """Count the promises that fall due with a plan."""
    found = promises_of(problem, plan)
    counts = Counter(found.values())
    final = {left.visit_id for left in plan.unassigned if left.is_final}
    beyond = [
        visit_id
        for visit_id, promise in found.items()
        if promise is not Promise.KEPT
        and (visit_id in final or _was_broken_before(problem, problem.visit_by_id[visit_id]))
    ]
    windows = Counter(
        promise for visit_id, promise in found.items() if problem.promises_of(problem.visit_by_id[visit_id])
    )
    return PromiseCount(
        kept=counts[Promise.KEPT],
        late=counts[Promise.LATE],
        will_break=counts[Promise.WILL_BREAK],
        beyond=len(beyond),
        windows=windows.total(),
        windows_kept=windows[Promise.KEPT],
    )


def promises_of(problem: Problem, plan: Plan) -> Mapping[str, Promise]:
    """Return what becomes of each promise that falls due with a plan, by visit id."""
    found: dict[str, Promise] = {}
    for visit_id, (route, stop) in visits_served(plan).items():
        kept = _keeps(problem, problem.visit_by_id[visit_id], stop, route.day)
        if kept is not None:
            found[visit_id] = Promise.KEPT if kept else Promise.LATE
    for left in plan.unassigned:
        if left.state is UnassignedState.WILL_BREAK:
            found[left.visit_id] = Promise.WILL_BREAK
    return found


def _keeps(problem: Problem, visit: Visit, stop: Stop, day: int) -> bool | None:
    """Return whether a planned visit keeps its promise; `None` when nothing was promised."""
    promised = problem.promises_of(visit)
    if promised:
        return any(window.open_s <= stop.start_s <= window.close_s for window in promised)
    if problem.order_of(visit).due_day is None:
        return None
    return not problem.is_past_due(visit, day)


def _was_broken_before(problem: Problem, visit: Visit) -> bool:
    """Return whether a promise was over before anything of this plan could begin."""
    promised = problem.promises_of(visit)
    if promised:
        return max(window.close_s for window in promised) < max(0, problem.as_of_s)
    return problem.is_past_due(visit, 0)
