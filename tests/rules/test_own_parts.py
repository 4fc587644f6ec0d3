"""A technician's own parts are used first, in the order of his visits; the branch hands out only what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.order import PartNeed
from optimizer.domain.policy import Pickup
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Loan, Part
from tests.worlds import World, job, person, world

ROUTES = {"Ann": ["A", "B"]}


@pytest.fixture
def van_stock() -> World:
    """A needs two pipes, B one; Ann carries two, the branch has one."""
    jobs = [job("A", place=10, parts={"P": 2}), job("B", place=20, parts={"P": 1})]
    return world(jobs, [person("Ann", own_parts=(PartNeed("P", 2),))], parts=(Part("P", "pipe", 1),))


def parts_of(made: World, routes: object = ROUTES) -> list[tuple[PartNeed, ...]]:
    return [stop.parts for route in made.plan(routes).routes for stop in route.stops]  # type: ignore[arg-type]


@pytest.mark.parametrize(("own", "short"), [(2, 0), (1, 1), (0, 2), (3, 0), (-1, 2)])
def test_the_branch_gives_what_is_missing(van_stock: World, own: int, short: int) -> None:
    made = van_stock.with_technician("Ann", own_parts=(PartNeed("P", own),))
    assert made.broken(ROUTES) == ([(Rule.STOCK, short)] if short else [])


def test_own_parts_go_to_the_first_visits(van_stock: World) -> None:
    assert parts_of(van_stock) == [(), (PartNeed("P", 1),)]
    assert parts_of(van_stock, {"Ann": ["B", "A"]}) == [(), (PartNeed("P", 1),)]
    one = van_stock.with_technician("Ann", own_parts=(PartNeed("P", 1),)).but(parts=(Part("P", "pipe", 9),))
    assert parts_of(one) == [(PartNeed("P", 1),), (PartNeed("P", 1),)]
    assert parts_of(one, {"Ann": ["B", "A"]}) == [(), (PartNeed("P", 2),)]


def test_parts_picked_up_are_sorted_and_never_none(van_stock: World) -> None:
    made = van_stock.with_job("A", parts=(PartNeed("Z", 1), PartNeed("P", 3), PartNeed("Q", 0), PartNeed("Z", 1)))
    assert parts_of(made, {"Ann": ["A"]}) == [(PartNeed("P", 1), PartNeed("Z", 2))]


def test_own_parts_last_over_the_days() -> None:
    jobs = [job(name, place=10, days=(0, 1), parts={"P": 1}) for name in ("A", "B")]
    made = world(jobs, [person("Ann", days=(0, 1), own_parts=(PartNeed("P", 1),))], days=2)
    assert parts_of(made, {("Ann", 1): ["A"], ("Ann", 0): ["B"]}) == [(), (PartNeed("P", 1),)]
    assert made.broken({("Ann", 1): ["A"], ("Ann", 0): ["B"]}) == [(Rule.STOCK, 1)]


def test_own_parts_need_no_pick_up_and_no_loan(van_stock: World) -> None:
    owing = van_stock.but(loans=(Loan("L", "Ann", "F", 1, date(2026, 11, 19)),))
    assert owing.broken({"Ann": ["A"]}) == []
    assert owing.broken(ROUTES) == [(Rule.LOAN, 1)]
    jobs = [job("A", place=10, parts={"P": 2})]
    home = world(jobs, [person("Ann", home=5, own_parts=(PartNeed("P", 2),))]).with_policy(pickup=Pickup.STOP)
    assert home.broken({"Ann": ["A"]}) == []


def test_a_wrong_pick_list_is_counted_in_parts(van_stock: World) -> None:
    plan = van_stock.plan(ROUTES)
    (route,) = plan.routes
    first, second = route.stops
    greedy = replace(route, stops=(replace(first, parts=(PartNeed("P", 2),)), second))
    assert van_stock.broken(replace(plan, routes=(greedy,))) == [(Rule.STOCK, 2)]


# --- the engine -----------------------------------------------------------------------------------------------------


def test_the_engine_uses_own_parts(van_stock: World) -> None:
    assert van_stock.solved().served == 2
    assert van_stock.but(parts=()).solved().routes_by_technician() in ({"Ann": ["A"]}, {"Ann": ["B"]})
