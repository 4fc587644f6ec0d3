"""Whoever worked the day before came home when the plan published for it says, else at the end of the shift."""

from __future__ import annotations

from optimizer.domain.plan import Route
from optimizer.domain.technician import Shift
from optimizer.moments.known_returns import with_known_returns
from tests.worlds import World, clock, day_s, job, person, world

NIGHT = Shift("Ann", -1, day_s("19:00", -1), clock("05:00"), overtime_limit_s=3600)


def today() -> World:
    return world([job("A", place=10)], [person("Ann", hours="06:00-15:00")], shifts_around=(NIGHT,))


def route(who: str, day: int, return_s: int) -> Route:
    return Route(who, day, day_s("19:00", day), return_s, ())


def test_a_route_says_when_its_technician_is_home() -> None:
    (before,) = with_known_returns(today().problem, [route("Ann", -1, clock("02:00"))]).shifts_around
    assert (before.start_s, before.end_s, before.overtime_limit_s) == (NIGHT.start_s, clock("02:00"), 0)


def test_without_a_route_the_shift_says_it() -> None:
    assert with_known_returns(today().problem, []).shifts_around == (NIGHT,)
    others = [route("Ann", 0, clock("14:00")), route("Nobody", -1, clock("02:00"))]
    assert with_known_returns(today().problem, others).shifts_around == (NIGHT,)


def test_a_route_without_a_shift_is_work_all_the_same() -> None:
    problem = today().but(shifts_around=()).problem
    (before,) = with_known_returns(problem, [route("Ann", -1, clock("02:00"))]).shifts_around
    assert (before.technician_id, before.day, before.end_s) == ("Ann", -1, clock("02:00"))
