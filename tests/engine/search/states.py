"""States of the search that tests look into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import construct, run_moves
from optimizer.engine.search.islands import construction_order
from optimizer.engine.search.state import make_state
from tests.random_problems import random_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.problem import Problem
    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.route_pool import Solution
    from optimizer.engine.search.state import State
    from optimizer.travel.matrix import TravelMatrix

    Draw = Callable[[int], tuple[Problem, TravelMatrix]]


def searched(seed: int, draw: Draw = random_problem) -> tuple[ProblemArrays, State] | None:
    """Return arrays and a state after a hundred hot moves on a random problem; `None` when nothing can be served."""
    problem, matrix = draw(seed)
    arrays = build_arrays(problem, matrix).arrays
    visits, shifts = len(arrays.visit), len(arrays.shift)
    if not visits or not shifts:
        return None
    state = make_state(arrays, seed)
    seqs, counts = np.full((shifts, 1), -1, np.int64), np.zeros(shifts, np.int64)
    construct(arrays, state, seqs, counts, state.best_start, construction_order(arrays), 0, visits)
    state.temperature[:3] = (5000.0, 1.0, 1.0)
    run_moves(arrays, state, 100)
    return arrays, state


def started(arrays: ProblemArrays, seed: int, fixed: Solution = ()) -> tuple[ProblemArrays, State]:
    """Return an island's arrays and its state after construction around fixed prefixes, hot."""
    own, state = arrays.own_copy(), make_state(arrays, seed)
    shifts, order = len(arrays.shift), construction_order(arrays)
    counts = np.array([*map(len, fixed)] or [0] * shifts, np.int64)
    seqs = np.full((shifts, max([1, *counts])), -1, np.int64)
    for shift, route in enumerate(fixed):
        seqs[shift, : len(route)] = route
    construct(own, state, seqs, counts, state.best_start.copy(), order, 0, len(order))
    state.temperature[:3] = (5000.0, 1.0, 1.0)
    return own, state
