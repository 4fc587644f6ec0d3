"""The window that a customer is told for a planned visit that nothing is promised for (docs/rules.md, Told windows).

It is put on a grid first, then cut to what can be; what would cut the planned start away cuts nothing. The engine makes
its plans with it, and whoever offers a customer a time asks it; the judge has a reading of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.units import FAR_FUTURE_S, MINUTE_S, at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.wall_clock import WallClock

#: A window is chosen so that its first of so many parts holds the start: technicians are late more often than early.
PARTS = 3
#: Nobody tells a customer seven minutes past: a window that begins with an arrival begins on so many, if it can.
STEP_S = 5 * MINUTE_S


def window_to_tell(
    problem: Problem,
    visit: Visit,
    *,
    start_s: int,
    from_s: int = -FAR_FUTURE_S,
    used: Interval | None = None,
) -> Interval:
    """Return what a customer is told for a planned start, where nothing is promised and nothing was told before.

    Parameters
    ----------
    start_s
        The planned start.
    from_s
        The earliest moment at which somebody can be there by this route.
    used
        The window in force in which it starts; `None` where none binds it.

    Notes
    -----
    Where a place is known only roughly, so is when somebody gets there: a half-day is told.
    """
    clock, policy = problem.clock, problem.policy
    if not policy.told_width_s:
        return Interval(start_s - policy.told_half_width_s, start_s + policy.told_half_width_s)
    if visit.place.approximate:
        window = half_day(clock, start_s)
    else:
        midnight_s = clock.moment_s(clock.day_of(start_s))
        width_s = policy.told_width_s[problem.customer_of(visit).kind]
        window = on_grid(start_s - midnight_s, width_s=width_s, grid_s=policy.told_grid_s)
        window = Interval(window.open_s + midnight_s, window.close_s + midnight_s)
    first_s = first_told_s(from_s, start_s=start_s, grid_s=policy.told_grid_s)
    bounds = [Interval(first_s, FAR_FUTURE_S), *(problem.hours[visit.visit_id] or ())]
    said = _as_said(problem, visit, used)
    return cut(window, start_s, bounds if said is None else [*bounds, said])


def on_grid(start_s: int, *, width_s: int, grid_s: int) -> Interval:
    """Return the window of a grid that holds a start in its first third; of several such windows the earliest.

    Where no first third holds it, it is the window whose first third lies nearest. A grid coarser than the windows are
    wide is as fine as they are wide; one of 0 is none.

    Parameters
    ----------
    start_s
        Seconds after the midnight with which the grid begins.

    Examples
    --------
    A start at 08:50, for two hours and for one, on half hours:

    >>> from optimizer.domain.units import at, clock_text
    >>> wide, narrow = (on_grid(at(8, 50), width_s=hours * 3600, grid_s=1800) for hours in (2, 1))
    >>> [clock_text(moment_s) for window in (wide, narrow) for moment_s in (window.open_s, window.close_s)]
    ['08:30', '10:30', '08:30', '09:30']
    """
    step_s = min(grid_s, width_s)
    if step_s == 0:
        return Interval(start_s, start_s + width_s)
    first = -((width_s - PARTS * start_s) // (PARTS * step_s))
    open_s = step_s * min(first, start_s // step_s)
    return Interval(open_s, open_s + width_s)


def first_told_s(from_s: int, *, start_s: int, grid_s: int) -> int:
    """Return from when on a customer is told to wait for somebody who can be there at a moment, and comes at a start.

    It is the next five minutes, on a finer grid its next line; where the start comes before these, the next minute; and
    where it comes before that as well, the moment itself. So nobody is told to wait before anybody can come, and the
    start is never cut away.

    Examples
    --------
    Somebody can be there at 09:06:14, and comes then, two minutes later, or half an hour later:

    >>> from optimizer.domain.units import MINUTE_S, at, clock_text
    >>> moment_s = at(9, 6) + 14
    >>> starts = [moment_s + later * MINUTE_S for later in (0, 2, 30)]
    >>> [clock_text(first_told_s(moment_s, start_s=start_s, grid_s=1800)) for start_s in starts]
    ['09:06:14', '09:07', '09:10']
    """
    for step_s in (min(STEP_S, grid_s), min(MINUTE_S, grid_s)):
        behind_s = from_s if step_s == 0 else -(-from_s // step_s) * step_s
        if behind_s <= start_s:
            return behind_s
    return from_s


def half_day(clock: WallClock, start_s: int) -> Interval:
    """Return the morning or the afternoon in which a start lies."""
    day = clock.day_of(start_s)
    noon_s = clock.moment_s(day, at(12))
    if start_s < noon_s:
        return Interval(clock.moment_s(day), noon_s)
    return Interval(noon_s, clock.moment_s(day + 1))


def cut(window: Interval, start_s: int, bounds: Iterable[Interval]) -> Interval:
    """Return what of a window lies within each of the bounds that hold the start."""
    held = [window, *(bound for bound in bounds if bound.open_s <= start_s <= bound.close_s)]
    return Interval(max(bound.open_s for bound in held), min(bound.close_s for bound in held))


def _as_said(problem: Problem, visit: Visit, used: Interval | None) -> Interval | None:
    """Return the window in force in the words in which it was said: without the lead."""
    visit_id = visit.visit_id
    if used is None or visit_id in problem.off_window | problem.begun.keys():
        return None
    return problem.windows_as_said(visit)[problem.windows[visit_id].index(used)]
