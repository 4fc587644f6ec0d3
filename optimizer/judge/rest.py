"""The judge's reading of rest: by when a technician is back from a shift, and from when on he is rested for it.

The rest before a shift counts from the return: what was worked is judged, not what was on the roster. The shift after
it counts as it stands on the roster, with a visit or without: whoever is on duty may be sent out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.units import FAR_FUTURE_S

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift

    #: A technician's day: id and day index.
    Key = tuple[str, int]


class Rest(NamedTuple):
    """Between which moments a technician may be out on a shift, so as to rest before it and after it.

    Parameters
    ----------
    rested_s
        The end of the rest after the work before this shift.
    back_by_s
        The latest return after which there is time to rest.
    next_s
        When the next shift begins.
    """

    rested_s: int = -FAR_FUTURE_S
    back_by_s: int = FAR_FUTURE_S
    next_s: int = FAR_FUTURE_S


def rests_of(
    problem: Problem, rostered: Mapping[Key, Shift], back_s: Mapping[Key, int], started: Collection[Key]
) -> dict[Key, Rest]:
    """Return the rest about each shift of the horizon.

    Parameters
    ----------
    rostered
        The shifts of the horizon, longer where a kept lock demands it.
    back_s
        When technicians are home at the earliest from what has begun. That is a fact: whatever it leaves too little
        rest for begins later, unless it has `started` as well.
    """
    roster: dict[str, list[Shift]] = {}
    for shift in (*rostered.values(), *problem.shifts_around):
        roster.setdefault(shift.technician_id, []).append(shift)
    found: dict[Key, Rest] = {}
    for mine in roster.values():
        mine.sort(key=lambda shift: (shift.start_s, shift.day))
        for before, shift, after in zip([None, *mine], mine, [*mine[1:], None], strict=False):
            key = (shift.technician_id, shift.day)
            if key not in rostered:
                continue
            rest = Rest()
            if before is not None and key not in started:
                rest = rest._replace(rested_s=_rested_after_s(problem, before, back_s))
            if after is not None:
                by_s = latest_return_s(problem, shift, after.start_s)
                rest = rest._replace(back_by_s=max(by_s, back_s.get(key, by_s)), next_s=after.start_s)
            found[key] = rest
    return found


def _rested_after_s(problem: Problem, before: Shift, back_s: Mapping[Key, int]) -> int:
    """Return when the rest after an earlier shift ends, where its return is a fact; the far past where it is not."""
    is_over = before.day < 0
    return_s = before.end_s if is_over else back_s.get((before.technician_id, before.day))
    return -FAR_FUTURE_S if return_s is None else return_s + rest_after_s(problem, before, return_s)


def rest_after_s(problem: Problem, shift: Shift, return_s: int) -> int:
    """Return how long a technician rests who is back from a shift at a moment."""
    policy = problem.policy
    is_night = return_s > problem.clock.moment_s(shift.day, policy.night_from_s)
    return max(policy.rest_s, policy.rest_after_night_s) if is_night else policy.rest_s


def latest_return_s(problem: Problem, shift: Shift, next_s: int) -> int:
    """Return the last moment from which a technician is rested when the next shift begins.

    Up to it every return will do: whoever is back sooner never has to rest that much longer.
    """
    policy = problem.policy
    night_s = problem.clock.moment_s(shift.day, policy.night_from_s)
    after_night_s = next_s - max(policy.rest_s, policy.rest_after_night_s)
    return after_night_s if after_night_s > night_s else min(night_s, next_s - policy.rest_s)
