"""Of plans that cost the same the one that people would rather have: emergencies first, then everybody early.

The search minds cents alone. What it found is put in order afterwards: a visit moves forward on its route where travel
and cost stay the same, to the second and to the cent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.order import Urgency
from optimizer.engine.arrays import (
    FORBIDDEN,
    R_VISITS,
    S_END_NODE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_PREFIX,
    S_PROFILE,
    S_REPLAYED,
    S_START_NODE,
    V_SYNCED,
)
from optimizer.engine.assemble import Day, assemble_plan
from optimizer.engine.search.islands import bound_arrays
from optimizer.engine.search.timing import time_route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.engine.arrays import IntArray, ProblemArrays
    from optimizer.engine.indexing import IndexedProblem
    from optimizer.engine.route_pool import Solution

#: The visits of a route, in driving order.
Sequence = tuple[int, ...]


def assemble_settled(problem: Problem, indexed: IndexedProblem, solution: Solution, starts: IntArray) -> Plan:
    """Return the plan of a solution, or one of the same cost by every rule that serves people in a better order."""
    plan = assemble_plan(problem, indexed, solution, starts)
    settled = settle(problem, indexed, solution, starts)
    if settled == solution:
        return plan
    other = assemble_plan(problem, indexed, settled, starts)
    return other if other.costs == plan.costs else plan


def settle(problem: Problem, indexed: IndexedProblem, solution: Solution, starts: IntArray) -> Solution:
    """Return a solution with the visits of each route in the order in which people would rather have them."""
    arrays = bound_arrays(indexed.arrays, solution, starts)
    urgent = {v for v, visit in enumerate(indexed.visits) if problem.order_of(visit).urgency is Urgency.EMERGENCY}
    bound = {v for v, visit in enumerate(indexed.visits) if indexed.assignment.is_unreached(visit)}
    bound |= set(np.flatnonzero(arrays.visit[:, V_SYNCED]).tolist())
    return tuple(
        _settled(indexed, arrays, shift, visits, urgent)
        if _is_free(arrays, shift, visits) and not bound.intersection(visits)
        else visits
        for shift, visits in enumerate(solution)
    )


def _is_free(arrays: ProblemArrays, shift: int, visits: Sequence) -> bool:
    """Return whether nothing but the clock depends on the order of a route: it has not begun, nor stops for parts."""
    row = arrays.shift[shift]
    has_stop = any(v >= arrays.rates[R_VISITS] for v in visits)
    return len(visits) > 1 and not (has_stop or row[S_PREFIX] or row[S_REPLAYED] or len(arrays.more))


def _settled(
    indexed: IndexedProblem, arrays: ProblemArrays, shift: int, visits: Sequence, urgent: set[int]
) -> Sequence:
    """Return the visits of a route, moved forward one by one as long as somebody gains and nothing costs more."""
    day = Day(indexed, arrays, shift, visits)
    while True:
        others = [_timed(indexed, arrays, shift, moved) for moved in _moves(arrays, shift, day.visits)]
        equal = [other for other in others if other is not None and _costs(other) == _costs(day)]
        best = min(equal, key=lambda other: (_need(other, urgent), other.visits), default=day)
        if _need(best, urgent) >= _need(day, urgent):
            return day.visits
        day = best


def _moves(arrays: ProblemArrays, shift: int, visits: Sequence) -> Iterator[Sequence]:
    """Yield the route with one of its visits further ahead, where that makes it no longer and no shorter."""
    row = arrays.shift[shift]
    travel = arrays.travel[row[S_PROFILE]]
    places = np.array([row[S_START_NODE], *visits, row[S_END_NODE]])
    legs = travel[places[:, None], places].tolist()
    for end in range(2, len(visits) + 1):
        closed = legs[end - 1][end + 1] - legs[end - 1][end] - legs[end][end + 1]
        for begin in range(1, end):
            if closed + legs[begin - 1][end] + legs[end][begin] == legs[begin - 1][begin]:
                yield (*visits[: begin - 1], visits[end - 1], *visits[begin - 1 : end - 1], *visits[end:])


def _timed(indexed: IndexedProblem, arrays: ProblemArrays, shift: int, visits: Sequence) -> Day | None:
    """Return a route with its times, `None` when some rule does not allow it."""
    cents, _ = time_route(
        arrays, shift, np.array(visits, np.int64), len(visits), np.zeros((len(visits) + 1, 3), np.int64)
    )
    if cents >= FORBIDDEN:
        return None
    day = Day(indexed, arrays, shift, visits)
    drives_s = day.drives_s
    is_within = max(drives_s) <= day.row[S_MAX_LEG] and sum(drives_s) <= day.row[S_MAX_TRAVEL]
    return day if is_within else None


def _costs(day: Day) -> tuple[int, int]:
    cents, _ = time_route(day.arrays, day.shift, day.seq, len(day.seq), np.zeros((len(day.seq) + 1, 3), np.int64))
    return int(cents), day.road_s


def _need(day: Day, urgent: set[int]) -> tuple[int, int]:
    """Return by when emergencies, then all visits of a day begin, added up: the less, the better."""
    starts = [int(start) for start in day.times[: len(day.visits), 1]]
    return sum(start for v, start in zip(day.visits, starts, strict=True) if v in urgent), sum(starts)
