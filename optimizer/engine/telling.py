"""What people are told of a solution: the customers a window, the technicians when to leave for each.

The engine's own reading of docs/rules.md (The clock of a route); the judge has another.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.told_window import window_to_tell
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.engine.arrays import (
    NONE,
    R_VISITS,
    S_DAY,
    S_FLOOR,
    S_PREFIX,
    S_PROFILE,
    V_FIRST_READY,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_TOLD_CLOSE,
    V_TOLD_DAY,
    V_TOLD_OPEN,
    V_TOLD_SHIFT,
)
from optimizer.engine.search.timing import latest_departures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.domain.order import Interval
    from optimizer.engine.assemble import Day
    from optimizer.engine.assignment import Assignment

#: A departure is told at least this early where there is slack.
LEAVE_EARLY_S = 1800


def first_arrivals(assignment: Assignment, days: Iterable[Day]) -> dict[str, int]:
    """Return from when on somebody can be at each visit by its route, a crew's with the last of its members.

    That is where the work before takes no time at all, for nobody knows how long it will; a stop at the branch is as
    planned.
    """
    found: dict[str, int] = {}
    for day in days:
        for visit_id, moment_s in _first_arrivals(assignment, day):
            found[visit_id] = max(moment_s, found.get(visit_id, moment_s))
    return found


def _first_arrivals(assignment: Assignment, day: Day) -> Iterable[tuple[str, int]]:
    problem, orders = assignment.problem, int(day.arrays.rates[R_VISITS])
    prefix = int(day.row[S_PREFIX])
    held = prefix + any(v >= orders for v in day.visits[:prefix]) if prefix else NONE
    moment_s = day.depart_s
    for k, (v, leg_s) in enumerate(zip(day.visits, day.legs_s, strict=False)):
        if k == 0 and day.waits:
            continue
        if k == held:
            moment_s = max(moment_s, int(day.row[S_FLOOR]))
        moment_s += leg_s
        if v >= orders:
            moment_s = int(day.times[k, 2])
            continue
        visit = day.indexed.visits[v]
        moment_s = max(moment_s, int(day.arrays.visit[v, V_FIRST_READY]))
        yield visit.visit_id, moment_s
        late_s = problem.max_lateness_s(visit)
        opens = (w.open_s for w in problem.windows[visit.visit_id] if w.close_s + late_s >= moment_s)
        moment_s = max(moment_s, next(opens, moment_s))


def told_windows(assignment: Assignment, day: Day, from_s: Mapping[str, int]) -> list[Interval | None]:
    """Return what the customer of each place of a day is told; `None` for the branch.

    That is the promise, else what was told already where the start lies inside it, else a window of the grid.

    Parameters
    ----------
    from_s
        From when on somebody can be at each visit.
    """
    return [
        _told_window(assignment, day, k, from_s) if v < len(day.indexed.visits) else None
        for k, v in enumerate(day.visits)
    ]


def _told_window(assignment: Assignment, day: Day, k: int, from_s: Mapping[str, int]) -> Interval:
    problem, visit, start_s = assignment.problem, day.indexed.visits[day.visits[k]], int(day.times[k, 1])
    used = day.used_window(problem, k)
    promises = () if visit.visit_id in problem.begun else problem.promises_of(visit)
    for promised in promises:
        if promised.open_s == used.open_s:
            return promised
    for said in assignment.published.get(visit.visit_id, ())[:1]:
        if said.told is not None and said.told.open_s <= start_s <= said.told.close_s:
            return said.told
    return window_to_tell(problem, visit, start_s=start_s, from_s=from_s[visit.visit_id], used=used)


def leave_by(day: Day, told: Sequence[Interval | None], *, keeps_told: bool) -> list[int]:
    """Return when to leave for each place: the latest moment that costs nothing, less half an hour.

    Parameters
    ----------
    keeps_told
        Whether a later start must lie in the window told, too.
    """
    count = len(day.seq)
    arrays = day.arrays._replace(visit=day.arrays.visit.copy())
    for k, window in enumerate(told):
        row = arrays.visit[day.visits[k]]
        if window is None:
            row[V_TOLD_DAY] = NONE
        elif keeps_told:
            _start_by(day, row, int(day.times[k, 1]), window)
    travel = arrays.travel[day.row[S_PROFILE]]
    latest = np.zeros((count + 1, 2), np.int64)
    latest_departures(arrays, day.shift, day.seq, count, day.slot, day.times, latest)
    leave = []
    for k, (here, there) in enumerate(itertools.pairwise(day.nodes[: count + 1])):
        earliest = int(day.times[k, 0]) - int(travel[here, there])
        slack = max(0, int(latest[k, 0]) - earliest)
        leave.append(earliest + slack - min(LEAVE_EARLY_S, slack))
    return leave


def _start_by(day: Day, row: np.ndarray, start_s: int, told: Interval) -> None:
    """Write into the row of a visit until when it may start: inside what was told before and what is told now."""
    cents = row[V_TOLD_CENTS] if row[V_TOLD_SHIFT] == day.shift else row[V_TOLD_CENTS_OTHER]
    is_bound = row[V_TOLD_DAY] == day.row[S_DAY] and row[V_TOLD_OPEN] <= start_s <= row[V_TOLD_CLOSE] and cents > 0
    close_s = max(told.close_s, start_s)
    row[V_TOLD_CLOSE] = min(close_s, row[V_TOLD_CLOSE]) if is_bound else close_s
    row[V_TOLD_OPEN], row[V_TOLD_DAY] = -FAR_FUTURE_S, day.row[S_DAY]
