"""When a service starts, as pieces: which arrivals use which window and which hours.

In the order of the windows a visit takes the first one in which it can start in time, and in that the first stretch of
hours into which the whole service fits (docs/rules.md, The clock of a route). So the start is a function of the moment
from which the technician is there: each piece of it takes the arrivals after those of the pieces before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.engine.arrays import FAR_FUTURE_S, V_COUNTS, V_LATEST, V_MAX_LATE, V_READY

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from optimizer.engine.arrays import ProblemArrays


class Piece(NamedTuple):
    """The arrivals from `after_s` + 1 to `until_s`: they start at `open_s`, or at once; late is from `close_s` on.

    Of a service that may pause also how long it lasts, or when it ends; and of one that holds the day's break after how
    much work that begins, or when.
    """

    after_s: int
    until_s: int
    open_s: int
    close_s: int
    lasts_s: int | None = None
    ends_s: int | None = None
    works_s: int | None = None
    rests_s: int | None = None


class OwnPiece(NamedTuple):
    """A piece of a visit's start, the decision that makes it its own, and the case (day, length, pause) it is of."""

    piece: Piece
    is_it: cp_model.IntVar
    case: int


def pieces_of(arrays: ProblemArrays, day: int, node: int, duration_s: int) -> list[Piece]:
    """Return the pieces of a visit, or of a stop at the branch, on a day; empty where it cannot start at all."""
    row = arrays.visit[node]
    ready_s, latest_s, late_s = int(row[V_READY]), int(row[V_LATEST]), int(row[V_MAX_LATE])
    windows = arrays.windows[day, node, : row[V_COUNTS + 2 * day]].tolist()
    bound = int(row[V_COUNTS + 2 * day + 1])
    hours = arrays.hours[day, node, :bound].tolist() if bound >= 0 else [[-FAR_FUTURE_S, FAR_FUTURE_S]]
    found: list[Piece] = []
    taken_s = -FAR_FUTURE_S
    for open_s, close_s in windows:
        for from_s, to_s in hours:
            first_s = max(open_s, from_s, ready_s)
            last_s = min(close_s + late_s, latest_s, to_s - duration_s if bound >= 0 else latest_s)
            if first_s <= last_s and last_s > taken_s:
                found.append(Piece(taken_s, last_s, first_s, close_s))
                taken_s = last_s
    return found
