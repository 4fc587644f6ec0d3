"""The engine's reading of rest: it is cut off each shift once, so that no move ever looks at another day.

A return by `_home_by_s` leaves the time to rest, and a later one never does, so that nothing is lost by the cut.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.domain.problem import LockLevel
from optimizer.engine.kept_locks import homecomings, with_kept_shifts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.travel.matrix import TravelMatrix


def with_shifts_in_force(problem: Problem, matrix: TravelMatrix) -> Problem:
    """Return the problem with what kept locks, what has begun and the rest make of its shifts."""
    begun_s = homecomings(problem, matrix)
    longer = with_kept_shifts(problem, matrix, begun_s)
    has_started = {(k.technician_id, k.day) for k in problem.locks if k.level is LockLevel.PREFIX}
    in_force = {(shift.technician_id, shift.day): shift for shift in longer.shifts}
    for earlier, later in _one_after_another((*longer.shifts, *problem.shifts_around)):
        first, then = (earlier.technician_id, earlier.day), (later.technician_id, later.day)
        begun_home_s = begun_s.get(first)
        if first in in_force:
            home_s = _home_by_s(problem, earlier, later.start_s)
            home_s = home_s if begun_home_s is None else max(home_s, begun_home_s)
            in_force[first] = _ending_by(in_force[first], home_s)
        known_s = earlier.end_s if earlier.day < 0 else begun_home_s
        if then in in_force and then not in has_started and known_s is not None:
            rested_s = known_s + _rest_s(problem, earlier, known_s)
            in_force[then] = replace(in_force[then], start_s=max(later.start_s, rested_s))
    if in_force == {(shift.technician_id, shift.day): shift for shift in longer.shifts}:
        return longer
    shifts = tuple(in_force[s.technician_id, s.day] for s in longer.shifts)
    return replace(longer, shifts=shifts, reach_s=problem.end_s)


def latest_homes(problem: Problem) -> dict[tuple[str, int], int]:
    """Return by when each technician has to be home to be rested for the next shift, where there is one."""
    return {
        (earlier.technician_id, earlier.day): _home_by_s(problem, earlier, later.start_s)
        for earlier, later in _one_after_another((*problem.shifts, *problem.shifts_around))
    }


def _one_after_another(shifts: Iterable[Shift]) -> Iterator[tuple[Shift, Shift]]:
    """Yield each shift of a technician with the next one."""
    roster = sorted(shifts, key=lambda shift: (shift.technician_id, shift.start_s, shift.day))
    return ((one, other) for one, other in pairwise(roster) if one.technician_id == other.technician_id)


def _night_s(problem: Problem, shift: Shift) -> int:
    """Return from when on a return from a shift is one from night work."""
    return problem.clock.moment_s(shift.day, problem.policy.night_from_s)


def _rest_s(problem: Problem, shift: Shift, home_s: int) -> int:
    """Return the rest that somebody needs who comes home from a shift at a moment."""
    if home_s <= _night_s(problem, shift):
        return problem.policy.rest_s
    return max(problem.policy.rest_s, problem.policy.rest_after_night_s)


def _home_by_s(problem: Problem, shift: Shift, next_s: int) -> int:
    """Return by when somebody has to be home from a shift so as to be rested for the next one."""
    home_s, night_s = next_s - problem.policy.rest_s, _night_s(problem, shift)
    if home_s > night_s:
        home_s = max(night_s, next_s - max(problem.policy.rest_s, problem.policy.rest_after_night_s))
    return home_s


def _ending_by(shift: Shift, home_s: int) -> Shift:
    """Return a shift from which nobody comes home later than at a moment."""
    if shift.return_limit_s <= home_s:
        return shift
    end_s = min(shift.end_s, home_s)
    return replace(shift, end_s=end_s, overtime_limit_s=home_s - end_s)
