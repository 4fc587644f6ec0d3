"""Islands: whatever the threads, one plan; and a stop is obeyed at once."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from optimizer.domain.problem import Lock, LockLevel
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.annealing import CHECKPOINTS
from optimizer.engine.search.islands import INSISTING_MOVES, Islands, SearchBudget, price_of_choice
from optimizer.engine.search.state import C_COUNT, PROBE_MOVES, T_CENTS
from optimizer.running.warming import tiny_problem
from tests.random_problems import random_problem
from tests.worlds import job, person, world


def run(arrays, *, moves: int | None, threads: int = 1, islands: int = 2, until: float = 3600.0, stop=lambda: False):
    search = Islands(arrays, SearchBudget(moves, time.monotonic() + until, islands, threads, 5), stop)
    search.construct(())
    return search, list(search.run())


def test_threads_change_nothing() -> None:
    arrays = build_arrays(*random_problem(11)).arrays
    (one, checkpoints), (three, _) = run(arrays, moves=3000), run(arrays, moves=3000, threads=3)
    assert checkpoints == list(range(CHECKPOINTS + 1))
    assert one.best() == three.best()
    assert one.moves == three.moves == 2 * 3000


def test_every_route_it_hands_to_the_pool_is_priced() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    search, _ = run(arrays, moves=500)
    routes = search.drain()
    assert routes
    assert all(route.visits and route.cost_cents > 0 and route.work_s > 0 for route in routes)
    assert search.drain() == []


def test_a_stop_ends_the_search_with_the_constructed_plan() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    search, checkpoints = run(arrays, moves=None, stop=lambda: True)
    assert checkpoints == []
    assert sum(len(route) for route in search.best()) in (0, 3)


def locked_at_nine(*visit_ids: str):
    """Return the tiny problem with visits locked to T0 at nine sharp."""
    problem, matrix = tiny_problem()
    locks = tuple(Lock(v, LockLevel.START, "T0", start_s=9 * 3600, tolerance_s=0) for v in visit_ids)
    return build_arrays(replace(problem, locks=locks), matrix).arrays


@pytest.mark.parametrize(
    ("visits", "moves"),
    [(("V0",), 2 * PROBE_MOVES), (("V0", "V1"), INSISTING_MOVES)],
    ids=["locks that are kept", "locks of one person in two places"],
)
def test_without_time_it_goes_on_while_a_locked_visit_is_left_out(visits: tuple[str, ...], moves: int) -> None:
    search, checkpoints = run(locked_at_nine(*visits), moves=None, islands=1, until=0.0)
    assert checkpoints == [0]
    assert search.moves == moves


def test_in_work_mode_it_makes_its_moves_and_no_more() -> None:
    search, _ = run(locked_at_nine("V0", "V1"), moves=500, islands=1)
    assert search.moves == 500


def test_a_plan_of_the_master_is_adopted_when_it_is_better() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    search, other = (Islands(arrays, SearchBudget(0, time.monotonic() + 60, seed=5), lambda: False) for _ in range(2))
    other.construct(())
    search.adopt(((), ()))
    empty_cents = search.best_cents
    assert search.adopt(other.best())
    assert search.best() == other.best()
    assert search.best_cents == other.best_cents < empty_cents


def test_a_more_expensive_plan_of_the_master_leaves_the_plan_in_hand_alone() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    search, _ = run(arrays, moves=0)
    best, cents = search.best(), search.best_cents
    state = search._states[0]
    in_hand = state.seq[:2].tolist(), state.route[:2, C_COUNT].tolist(), int(state.total[T_CENTS])
    assert not search.adopt(((), ()))
    assert (search.best(), search.best_cents) == (best, cents)
    assert (state.seq[:2].tolist(), state.route[:2, C_COUNT].tolist(), int(state.total[T_CENTS])) == in_hand


def test_visits_that_pay_for_the_way_only_together_are_served() -> None:
    # Two hours of travel are 6 000 cents; each of the twelve is worth 600, so it takes eleven to pay for the way.
    far = world([job(f"V{n:02}", place=60, minutes=10) for n in range(12)], [person("Ann")])
    made = far.with_policy(unassigned_cents=(600,) * 5)
    arrays = build_arrays(made.problem, made.matrix).arrays
    search, _ = run(arrays, moves=0, islands=1)
    assert (search.best(), search.best_cents) == (((),), 7200)
    search, _ = run(arrays, moves=500, islands=1)
    assert (len(search.best()[0]), search.best_cents) == (12, 6000)


def test_temperatures_know_when_staying_out_is_a_choice() -> None:
    people = [person("Ann"), person("Ben")]
    short, long = ([job(f"V{n}", place=60, minutes=minutes) for n in range(5)] for minutes in (10, 240))
    worth_it, full = world(short, people), world(long, people)
    cheap = worth_it.with_policy(unassigned_cents=(600,) * 5)
    for case, price in ((cheap, 600.0), (worth_it, 0.0), (full, 0.0)):
        search, _ = run(build_arrays(case.problem, case.matrix).arrays, moves=0, islands=1)
        assert price_of_choice(search.arrays, search._states[0]) == price
