"""The published routes as a start: whatever today's rules refuse is taken out, and no more than that."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.stock import Part
from optimizer.domain.units import at
from optimizer.running.first_routes import possible_routes
from tests.worlds import World, job, person, world


def start(w: World, routes: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return possible_routes(w.problem, w.matrix, routes)


def test_possible_routes_stay_as_they_are(two_vans: World) -> None:
    routes = {"Ann": ["A", "C"], "Ben": ["B"]}
    assert start(two_vans, routes) == {("Ann", 0): ("A", "C"), ("Ben", 0): ("B",)}


def test_who_left_and_what_is_done_is_not_asked_for(two_vans: World) -> None:
    assert start(two_vans, {"Ann": ["A", "gone"], "Eve": ["B"]}) == {("Ann", 0): ("A",)}


def test_a_later_shift_costs_only_the_visits_that_no_longer_fit() -> None:
    """Ann comes at 09:00: A (08:00 to 08:30) is lost, B (until 10:00) is in time without it."""
    jobs = [job("A", place=10, requested="08:00-08:30"), job("B", place=20, requested="08:00-10:00")]
    w = world(jobs, [person("Ann", hours="09:00-17:00")])
    assert start(w, {"Ann": ["A", "B"]}) == {("Ann", 0): ("B",)}


def test_an_earlier_end_costs_the_last_visits() -> None:
    """Back by 09:30 is possible with A alone (08:50), not with B too (09:40)."""
    w = world([job("A", place=10), job("B", place=20)], [person("Ann", hours="08:00-09:30")])
    assert start(w, {"Ann": ["A", "B"]}) == {("Ann", 0): ("A",)}


def test_of_two_who_want_the_last_part_the_less_urgent_gives_way(short_stock: World) -> None:
    urgent = short_stock.with_job("A", priority=4)
    assert start(urgent, {"Ann": ["A"], "Ben": ["B"]}) == {("Ann", 0): ("A",)}
    none = urgent.but(parts=(Part("P", "compressor", 0),))
    assert start(none, {"Ann": ["A"], "Ben": ["B"]}) == {}


def test_a_locked_visit_that_no_route_has_takes_nothing_else_out(pinned_visit: World) -> None:
    assert start(pinned_visit, {"Ann": ["B"]}) == {("Ann", 0): ("B",)}


def test_a_visit_locked_to_somebody_else_is_taken_out(pinned_visit: World) -> None:
    assert start(pinned_visit, {"Ann": ["A", "B"]}) == {("Ann", 0): ("B",)}


def test_the_prefix_of_a_started_route_stays_in_front(one_van: World) -> None:
    from optimizer.engine.indexing import build_arrays

    problem = replace(one_van.problem, locks=(Lock("B", LockLevel.PREFIX, "Ann"),), as_of_s=at(8))
    indexed = build_arrays(problem, one_van.matrix)
    assert indexed.first_routes(problem, {("Ann", 0): ("A", "B")}) == ((1, 0),)
    assert indexed.first_routes(problem, {}) == ((1,),)
