"""The route pool keeps the cheapest order of a set of visits, whatever the order of arrival."""

from itertools import permutations

from optimizer.engine.route_pool import PooledRoute, RoutePool

CHEAP = PooledRoute(shift=0, visits=(2, 1), cost_cents=900, work_s=60)
DEAR = PooledRoute(shift=0, visits=(1, 2), cost_cents=1000, work_s=60)
TWIN = PooledRoute(shift=0, visits=(1, 2), cost_cents=900, work_s=60)
OTHER_DAY = PooledRoute(shift=1, visits=(1, 2), cost_cents=700, work_s=60)


def test_the_cheaper_order_of_a_set_is_kept_and_ties_go_to_the_smaller() -> None:
    for routes in permutations([CHEAP, DEAR, TWIN, OTHER_DAY]):
        pool = RoutePool()
        pool.add(routes)
        assert list(pool) == [TWIN, OTHER_DAY]


def test_a_full_pool_forgets_the_dearest_per_visit() -> None:
    pool = RoutePool(limit=4)
    pool.add(PooledRoute(shift=0, visits=(n,), cost_cents=100 * n, work_s=0) for n in range(1, 6))
    assert [route.cost_cents for route in pool] == [100, 200, 300]
