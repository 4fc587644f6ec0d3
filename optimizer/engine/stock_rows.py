"""What a route draws from the stock rows, and which stops at the branch the routes to begin with have.

Routes given by their visits say where they stop at the branch, and not until when they wait there for parts. They draw
in the order in which they could leave, so that early leavers get what is there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import (
    B_ARRIVAL,
    B_LEAVES,
    B_PICKUP,
    E_NEED,
    O_OWN,
    R_PARTS,
    R_VISITS,
    ROW_BEYOND,
    ROW_CAP,
    ROW_PART,
    ROW_UNTIL,
    S_DAY,
    S_DEPART,
    S_OWNER,
    S_PICKUP,
    S_PREFIX,
    S_STOP,
    S_STOPS,
)
from optimizer.engine.own_parts import drawn_from_branch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.engine.arrays import IntArray, ProblemArrays
    from optimizer.engine.route_pool import Solution


def own_parts_left(arrays: ProblemArrays, shift: int) -> IntArray:
    """Return what the technician of a shift has of each part, as a copy."""
    left: IntArray = arrays.owner[arrays.shift[shift, S_OWNER], O_OWN : O_OWN + arrays.rates[R_PARTS]].copy()
    return left


def stock_use(arrays: ProblemArrays, shift: int, visits: Sequence[int], left: IntArray) -> dict[int, int]:
    """Return what a route draws from each stock row: what its technician's own parts, used first, do not cover.

    Parameters
    ----------
    shift
        Index of the technician-day.
    visits
        Its visits in driving order, a stop at the branch among them.
    left : int64 (n_parts,)
        Own parts left. Modified in place.
    """
    use: dict[int, int] = {}
    pickup = arrays.shift[shift, S_PICKUP]
    for visit in visits:
        if visit >= arrays.rates[R_VISITS]:
            pickup = arrays.stop[visit - arrays.rates[R_VISITS], B_PICKUP]
            continue
        for part, count, held, *_ in arrays.entries_of(visit, E_NEED):
            drawn = int(drawn_from_branch(left, part, count))
            for row in np.flatnonzero(
                (arrays.row[:, ROW_PART] == part) & (arrays.row[:, ROW_UNTIL] >= pickup)
            ).tolist():
                amount = max(0, drawn - int(held)) if arrays.row[row, ROW_BEYOND] else drawn
                if amount:
                    use[row] = use.get(row, 0) + amount
    return use


def with_stops(arrays: ProblemArrays, routes: Solution) -> Solution:
    """Return routes with the first stops at the branch for which their parts can be had; else as they are."""
    if not arrays.stop[:, B_ARRIVAL].any():
        return routes
    found, used = list(routes), Counter[int]()
    own = {owner: own_parts_left(arrays, s) for s, owner in enumerate(arrays.shift[:, S_OWNER].tolist())}
    order = sorted(range(len(routes)), key=lambda s: (*arrays.shift[s, [S_DAY, S_DEPART]].tolist(), s))
    for s in order:
        left = own[int(arrays.shift[s, S_OWNER])]
        choices = list(_choices(arrays, s, routes[s]))
        uses = [stock_use(arrays, s, choice, left.copy()) for choice in choices]
        fits = (n for n, use in enumerate(uses) if all(used[r] + q <= arrays.row[r, ROW_CAP] for r, q in use.items()))
        chosen = next(fits, 0)
        found[s] = choices[chosen]
        used.update(stock_use(arrays, s, choices[chosen], left))
    return tuple(found)


def _choices(arrays: ProblemArrays, shift: int, visits: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield a route as it is, then with each stop that may take the place of its own, or stand before it leaves."""
    yield visits
    first, orders = int(arrays.shift[shift, S_STOP]), int(arrays.rates[R_VISITS])
    own = next((v for v in visits if v >= orders), None)
    for stop in range(first, first + int(arrays.shift[shift, S_STOPS])):
        is_wait = bool(arrays.stop[stop - orders, B_LEAVES])
        if own is not None and not is_wait:
            yield tuple(stop if v == own else v for v in visits)
        if own is None and is_wait and visits and not arrays.shift[shift, S_PREFIX]:
            yield (stop, *visits)
