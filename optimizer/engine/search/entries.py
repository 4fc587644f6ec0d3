"""What Python calls of the search and of the timing, all of it named here: the warm-up compiles these and no others.

Building, loading, settling and moving use nearly the same kernels. As entries of their own, each would have all of them
optimised and cached once more; so they are one entry, `step`, which is told what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.engine.arrays import COLUMNS
from optimizer.engine.jit.kernels import kernel
from optimizer.engine.own_parts import drawn_from_branch
from optimizer.engine.search import lns, timing
from optimizer.engine.search import state as states

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from optimizer.engine.arrays import IntArray, ProblemArrays
    from optimizer.engine.search.state import State

    #: A kernel, and arguments of the types with which Python calls it.
    Call: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]

#: What `step` is to do.
CONSTRUCT, LOAD, SETTLE, MOVE, PRICE, *_ = COLUMNS

#: Stand for arguments that a task does not need.
_TABLE, _ROW = np.zeros((1, 1), np.int64), np.zeros(1, np.int64)


@kernel
def step(arrays, state, task, seqs, counts, starts, order, first, last):
    """Do one task, a code as above, with the arguments of the kernel of that name; return the plan's true cost.

    `last` is the number of moves where moves are to be made.
    """
    if task == MOVE:
        lns.run_moves(arrays, state, last)
    elif task == CONSTRUCT:
        lns.construct(arrays, state, seqs, counts, starts, order, first, last)
    elif task == LOAD:
        lns.load_routes(arrays, state, seqs, counts, starts)
    elif task == SETTLE:
        lns.settle(arrays, state)
    return states.true_cents(arrays, state)


def run_moves(arrays: ProblemArrays, state: State, moves: int) -> None:
    """Make a number of moves."""
    step(arrays, state, MOVE, _TABLE, _ROW, _ROW, _ROW, 0, moves)


def construct(
    arrays: ProblemArrays,
    state: State,
    seqs: IntArray,
    counts: IntArray,
    starts: IntArray,
    order: IntArray,
    first: int,
    last: int,
) -> None:
    """Insert a stretch of all visits into the present routes, as `lns.construct` says."""
    step(arrays, state, CONSTRUCT, seqs, counts, starts, order, first, last)


def load_routes(arrays: ProblemArrays, state: State, seqs: IntArray, counts: IntArray, starts: IntArray) -> None:
    """Replace all routes by the given ones, as `lns.load_routes` says."""
    step(arrays, state, LOAD, seqs, counts, starts, _ROW, 0, 0)


def settle(arrays: ProblemArrays, state: State) -> None:
    """Close what was done to the routes outside a move, and keep them if they are the best."""
    step(arrays, state, SETTLE, _TABLE, _ROW, _ROW, _ROW, 0, 0)


def true_cents(arrays: ProblemArrays, state: State) -> int:
    """Return the plan's cost, as `state.true_cents` says."""
    return int(step(arrays, state, PRICE, _TABLE, _ROW, _ROW, _ROW, 0, 0))


# --- the warm-up ----------------------------------------------------------------------------------------------------


def timing_calls(arrays: ProblemArrays) -> list[Call]:
    """Return what `assemble`, the master and `make_state` call: the timing, cents and parts of one route."""
    route = (arrays, 0, _ROW, 1)
    times = np.zeros((2, 3), np.int64)
    return [
        (timing.time_route, (*route, times)),
        (timing.run_slot, (*route, 0, times)),
        (timing.latest_departure, (*route, 0, times, False)),
        (timing.latest_departures, (*route, 0, times, _TABLE)),
        (timing.late_cents, (arrays, 0)),
        (drawn_from_branch, (_ROW, 0, 0)),
        (states.spread_cents, (arrays, 0, 0)),
        (states.load_cents, (arrays, 0, 0)),
    ]


def construction_drafts(arrays: ProblemArrays, state: State) -> list[Call]:
    """Return the part of `step` that builds a first plan."""
    return [(lns.construct, (arrays, state, _TABLE, _ROW, _ROW, _ROW, 0, 0))]


def search_calls(arrays: ProblemArrays, state: State) -> list[Call]:
    """Return `step`, all of the search."""
    return [(step, (arrays, state, MOVE, _TABLE, _ROW, _ROW, _ROW, 0, 0))]
