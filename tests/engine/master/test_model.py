"""The master recombines routes that the search found apart, and respects what couples them."""

import signal

import pytest

from optimizer.engine.arrays import V_PRICE
from optimizer.engine.indexing import build_arrays
from optimizer.engine.master.model import _priced, choose_routes
from optimizer.engine.route_pool import PooledRoute
from optimizer.running.warming import tiny_problem


def route(shift: int, *visits: int, cents: int) -> PooledRoute:
    return PooledRoute(shift=shift, visits=visits, cost_cents=cents, work_s=3600 * len(visits))


def test_it_combines_the_cheap_halves_of_two_plans() -> None:
    # Visits 0-3, two technicians, parts for three; the cheapest three are 0, 1, 2. Leaving one out costs 20 000, and
    # 100 000 for what was promised, past the notice deadline.
    arrays = build_arrays(*tiny_problem()).arrays
    assert set(arrays.visit[:, V_PRICE]) == {120_000}
    pool = [route(0, 0, 1, cents=500), route(1, 2, cents=400), route(0, 0, cents=900), route(1, 1, 2, cents=2000)]
    found = choose_routes(arrays, pool, ((0,), (1, 2)), effort=1.0, seconds=10)
    assert found == ((0, 1), (2,))


def test_the_pool_may_know_the_incumbent_in_another_order() -> None:
    # Found while measuring: two orders of equal cost, the pool kept the other one, and the master never ran at all.
    arrays = build_arrays(*tiny_problem()).arrays
    pool = [route(0, 0, 1, cents=500), route(1, 2, cents=400), route(0, 0, cents=450), route(1, 1, 2, cents=420)]
    found = choose_routes(arrays, pool, ((1, 0), (2,)), effort=1.0, seconds=10)
    assert found == ((0,), (1, 2))


def test_it_never_uses_more_parts_than_there_are() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    pool = [route(0, 0, 1, cents=500), route(1, 2, 3, cents=500), route(1, 2, cents=400)]
    found = choose_routes(arrays, pool, ((0, 1), ()), effort=1.0, seconds=10)
    assert found == ((0, 1), (2,))


def test_it_says_nothing_when_the_incumbent_is_best() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    pool = [route(0, 0, 1, cents=500), route(1, 2, cents=400)]
    assert choose_routes(arrays, pool, ((0, 1), (2,)), effort=1.0, seconds=10) is None


def test_a_choice_that_a_limit_cut_short_is_compared_with_the_incumbent() -> None:
    # CP-SAT is told to stop at its first solution, which leaves everybody out: 480 000 instead of 900 + 120 000 cents.
    arrays = build_arrays(*tiny_problem()).arrays
    pool = [route(0, 0, 1, cents=500), route(1, 2, cents=400)]
    none, own = _priced(arrays, pool, [500, 400], []), _priced(arrays, pool, [500, 400], [0, 1])
    assert (none, own) == (480_000, 120_900)
    assert choose_routes(arrays, pool, ((0, 1), (2,)), effort=1e-9, seconds=None) is None


def test_a_locked_visit_is_not_left_out() -> None:
    # Serving 3 is far more expensive than serving 2, but 3 is locked.
    arrays = build_arrays(*tiny_problem()).arrays
    locked = arrays._replace(visit=arrays.visit.copy())
    locked.visit[3, V_PRICE] = 10**10
    pool = [route(0, 0, 1, cents=500), route(1, 2, cents=400), route(1, 3, cents=9000)]
    assert choose_routes(locked, pool, ((0, 1), (2,)), effort=1.0, seconds=10) == ((0, 1), (3,))


def test_it_leaves_ctrl_c_to_the_caller() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    choose_routes(arrays, [route(0, 0, 1, cents=500), route(1, 2, cents=400)], ((0, 1), (2,)), effort=1.0, seconds=10)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
