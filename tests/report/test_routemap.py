"""The map without tiles: true to scale, and not shrunk by one place far away."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.order import Place
from optimizer.report.days import technician_days
from optimizer.report.routemap import WIDTH, RouteMap, draw_map
from optimizer.report.wording import Wording
from tests.report.paper_worlds import FETCH, PAIR, boiler_pair, fetch_on_the_way
from tests.worlds import World


def drawn(w: World, routes: dict[str, list[str]]) -> RouteMap:
    plan = w.plan(routes)
    index = {visit.visit_id: n for n, visit in enumerate(w.problem.visits)}
    return draw_map(w.problem, plan, technician_days(w.problem, w.matrix, plan), index, Wording("en"))


def moved(w: World, visit_id: str, lon: float) -> World:
    return w.with_job(visit_id, place=Place(31.2, lon))


def test_a_visit_not_planned_near_the_routes_is_on_the_map(two_vans: World) -> None:
    near = drawn(two_vans, {"Ann": ["A", "C"]})
    [left] = near.unassigned
    assert 0 < left.at[0] < near.branch[0]  # B lies on the other side of the branch
    assert "Off the map" not in left.title


def test_one_far_away_is_marked_at_the_edge_and_shrinks_nothing(two_vans: World) -> None:
    alone = two_vans.but(visits=tuple(v for v in two_vans.problem.visits if v.visit_id != "B"))
    alone = alone.but(orders=tuple(o for o in alone.problem.orders if o.order_id != "B"))
    far = drawn(moved(two_vans, "B", 119.0), {"Ann": ["A", "C"]})
    assert far.units_per_metre == drawn(alone, {"Ann": ["A", "C"]}).units_per_metre
    [left] = far.unassigned
    assert 0 <= left.at[0] < 20
    assert left.title.endswith("Off the map, 228 km away")


def test_a_map_without_routes_shows_all_that_is_left(two_vans: World) -> None:
    nobody = replace(two_vans.problem, shifts=())
    whole = drawn(World(nobody, two_vans.matrix), {})
    assert len(whole.unassigned) == 3
    assert all(0 <= mark.at[0] <= WIDTH for mark in whole.unassigned)


def test_a_route_over_the_branch_passes_it_and_its_numbers_stay_at_the_visits() -> None:
    """Home and A lie at 30, B at 10 minutes: the line is home, A, branch, B, home."""
    w = fetch_on_the_way()
    [route] = drawn(w, FETCH).routes
    points = route.line.split()
    assert len(points) == 5
    assert points[2] == "{},{}".format(*drawn(w, FETCH).branch)
    assert [stop.at for stop in route.stops] == [tuple(map(float, points[k].split(","))) for k in (1, 3)]
    assert route.at_branch.startswith("T1 Li\nStop at the branch")
    assert drawn(boiler_pair(), PAIR).routes[0].at_branch == ""
