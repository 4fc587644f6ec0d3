"""A technician works on a day with a shift and is back within the overtime limit."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.rules import Rule
from tests.worlds import World, clock

ROUTES = {"Ann": ["A", "B"]}  # Back at 09:40.


def test_the_return_may_lie_on_the_limit_but_not_behind_it(one_van: World) -> None:
    assert one_van.with_shift("Ann", end_s=clock("09:40")).broken(ROUTES) == []
    assert one_van.with_shift("Ann", end_s=clock("09:30")).broken(ROUTES) == [(Rule.SHIFT, 600)]
    assert one_van.with_shift("Ann", end_s=clock("09:30"), overtime_limit_s=600).broken(ROUTES) == []
    assert one_van.with_shift("Ann", end_s=clock("09:30"), overtime_limit_s=599).broken(ROUTES) == [(Rule.SHIFT, 1)]


def test_nobody_works_without_a_shift(one_van: World) -> None:
    assert one_van.but(shifts=()).broken(ROUTES) == [(Rule.SHIFT, 1)]


def test_an_unknown_technician_has_none(one_van: World) -> None:
    (violation,) = one_van.judge({"Nobody": ["A", "B"]}).violations
    assert violation.message == "Technician Nobody is not in the problem."


def test_one_technician_day_is_one_route(one_van: World) -> None:
    first, second = (one_van.plan({"Ann": [v]}) for v in "AB")
    both = replace(first, routes=first.routes + second.routes, unassigned=())
    assert (Rule.SHIFT, 1) in one_van.broken(both)


def test_a_route_without_a_visit_is_no_route(one_van: World) -> None:
    plan = one_van.plan({"Ann": []})
    assert plan.routes == ()
    full = one_van.plan(ROUTES)
    empty = replace(plan, routes=(replace(full.routes[0], stops=()),))
    assert one_van.broken(empty) == [(Rule.SHIFT, 1)]


def test_wrong_departure_and_return_are_counted_in_seconds(one_van: World) -> None:
    plan = one_van.plan(ROUTES)
    (route,) = plan.routes
    lied = replace(plan, routes=(replace(route, depart_s=route.depart_s + 60, return_s=route.return_s - 5),))
    assert one_van.broken(lied) == [(Rule.SHIFT, 60), (Rule.SHIFT, 5)]
