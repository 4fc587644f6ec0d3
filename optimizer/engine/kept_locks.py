"""The engine's reading of kept locks: which days grow longer, at either end, so that a start outside can be served.

What has begun is served whatever its lock breaks, and makes its day as long as it takes.

Who may serve in spite of a skill or a refusal is said in `assignment.py`; windows that give way to a lock, by the
problem itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import LockLevel, end_key, start_key
from optimizer.engine.assignment import LEAD, MEMBER, Assignment
from optimizer.engine.doors import with_doors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.problem import Lock, Problem
    from optimizer.domain.technician import Shift
    from optimizer.travel.matrix import TravelMatrix


def with_kept_shifts(problem: Problem, matrix: TravelMatrix, home_s: Mapping[tuple[str, int], int]) -> Problem:
    """Return the problem with every shift long enough for its locked starts, where broken locks are kept.

    A shift outside which every moment of a visit's locked start lies begins so that the technician, who serves alone,
    can be there at that start, or lasts until he can be home from the latest moment; any shift lasts until its
    technician can be home from what has begun.

    Parameters
    ----------
    home_s
        That moment, where something has: `homecomings`.
    """
    is_kept = problem.policy.broken_locks is BrokenLocks.KEEP
    starts = [lock for lock in problem.locks if lock.level is LockLevel.START and is_kept]
    if not starts and not problem.begun:
        return problem
    assignment, matrix = Assignment(problem), with_doors(problem, matrix)

    def limit_s(shift: Shift) -> int:
        return max(shift.return_limit_s, home_s.get((shift.technician_id, shift.day), shift.return_limit_s))

    return replace(
        problem, shifts=tuple(_longer(assignment, matrix, shift, limit_s(shift), starts) for shift in problem.shifts)
    )


def homecomings(problem: Problem, matrix: TravelMatrix) -> dict[tuple[str, int], int]:
    """Return when each technician can be home from what has begun, by technician and day."""
    if not problem.begun:
        return {}
    assignment, found = Assignment(problem), dict[tuple[str, int], int]()
    shifts = {(shift.technician_id, shift.day): shift for shift in problem.shifts}
    for lock in problem.locks:
        shift = shifts.get((lock.technician_id, lock.day))
        if lock.began_s is not None and shift is not None:
            home_s = lock.began_s + _way_home_s(assignment, matrix, shift, lock)
            found[lock.technician_id, lock.day] = max(home_s, found.get((lock.technician_id, lock.day), home_s))
    return found


def _longer(assignment: Assignment, matrix: TravelMatrix, shift: Shift, limit_s: int, starts: list[Lock]) -> Shift:
    technician, start_s = assignment.problem.technician_by_id[shift.technician_id], shift.start_s
    first_s = start_s + (assignment.policy.morning_s if technician.starts_at_branch else 0)
    for lock in starts:
        visit = assignment.problem.visit_by_id[lock.visit_id]
        is_here = (lock.technician_id, assignment.problem.day_of_lock(lock)) == (shift.technician_id, shift.day)
        if not is_here or assignment.problem.crew_size_of(visit) > 1:
            continue
        way_s = _way_s(matrix, shift.profile, start_key(technician), visit.visit_id)
        home_s = _way_s(matrix, shift.profile, visit.visit_id, end_key(technician))
        if way_s is None or home_s is None:
            continue
        if first_s + way_s > lock.start_s + lock.tolerance_s:
            start_s = min(start_s, shift.start_s - (first_s + way_s - lock.start_s))
        last_s = lock.start_s + lock.tolerance_s + assignment.duration_s(shift, visit, LEAD) + home_s
        if last_s - 2 * lock.tolerance_s > shift.return_limit_s:
            limit_s = max(limit_s, last_s)
    return replace(shift, start_s=start_s, overtime_limit_s=limit_s - shift.end_s)


def _way_home_s(assignment: Assignment, matrix: TravelMatrix, shift: Shift, lock: Lock) -> int:
    """Return how long a technician takes for a visit and the way home."""
    home = end_key(assignment.problem.technician_by_id[shift.technician_id])
    home_s = _way_s(matrix, shift.profile, lock.visit_id, home)
    return assignment.duration_s(shift, assignment.problem.visit_by_id[lock.visit_id], MEMBER) + (home_s or 0)


def _way_s(matrix: TravelMatrix, profile: str, origin: str, destination: str) -> int | None:
    """Return the seconds of a way; `None` where there is none, or the matrix knows nothing of it."""
    is_known = profile in matrix.profiles and {origin, destination} <= matrix.row_of.keys()
    return matrix.travel_s(profile, origin, destination) if is_known else None
