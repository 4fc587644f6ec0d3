"""Micro-benchmarks of the search, as ratios within one run: `make bench`."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import construct, run_moves
from optimizer.engine.search.insertion import best_insertion
from optimizer.engine.search.route_edits import refresh
from optimizer.engine.search.state import C_COUNT, make_state
from optimizer.engine.search.timing import time_route
from optimizer.ingest.read import read_branch
from optimizer.travel.provider import travel_for


@pytest.fixture(scope="module")
def world():
    problem = read_branch("data/hangzhou")
    arrays = build_arrays(problem, travel_for(problem)).arrays
    state = make_state(arrays, seed=1)
    visits, shifts = len(arrays.visit), len(arrays.shift)
    no_routes = np.full((shifts, 1), -1, np.int32), np.zeros(shifts, np.int64)
    construct(arrays, state, *no_routes, np.arange(visits), 0, visits)
    state.temperature[:3] = (3000.0, 1.0, 1.0)
    run_moves(arrays, state, 1000)
    return arrays, state


def test_a_thousand_moves(benchmark, world) -> None:
    benchmark(run_moves, *world, 1000)


def test_best_insertion(benchmark, world) -> None:
    arrays, state = world
    benchmark(best_insertion, arrays, state, 0, 10**9, False)


def test_refresh(benchmark, world) -> None:
    benchmark(refresh, *world, 0)


def test_time_route(benchmark, world) -> None:
    arrays, state = world
    benchmark(time_route, arrays, 0, state.seq[0], int(state.route[0, C_COUNT]), state.times)
