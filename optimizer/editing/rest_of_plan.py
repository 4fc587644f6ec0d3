"""What of a plan is held when the rest is planned anew: what people have moved, and what is too near to change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.problem import Lock, LockLevel

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem


def with_held(
    problem: Problem,
    plan: Plan,
    moved: Collection[str] = (),
    *,
    before_s: int | None = None,
    late: Collection[str] = (),
) -> Problem:
    """Return a problem in which part of a plan is locked where the plan has it; what is locked already stays so.

    Parameters
    ----------
    moved
        Visits that keep their people and their day.
    before_s
        A moment of the clock: visits that start before it keep their start, too.
    late
        Of these the ones that cannot: the day has gone on otherwise, and nobody would be there in time.
    """
    locked = {lock.visit_id for lock in problem.locks}
    held = []
    for route in plan.routes:
        for stop in route.stops:
            is_near = before_s is not None and stop.start_s < before_s
            if stop.visit_id in locked or not (is_near or stop.visit_id in moved):
                continue
            is_kept = is_near and stop.visit_id not in late
            level = LockLevel.START if is_kept else LockLevel.DAY
            start_s = stop.start_s if is_kept else 0
            held.append(Lock(stop.visit_id, level, route.technician_id, day=route.day, start_s=start_s))
    return replace(problem, locks=(*problem.locks, *held))
