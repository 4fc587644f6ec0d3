"""What a route carries stays within the technician's limits."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Load
from optimizer.domain.policy import Pickup
from optimizer.domain.rules import Rule
from tests.worlds import World, job, person, world

ROUTES = {"Ann": ["A", "B"]}


@pytest.fixture
def boilers() -> World:
    """A needs 40 kg and B 60 kg; Ann carries 100."""
    jobs = [job("A", place=10, loads=(Load("kg", 40),)), job("B", place=20, loads=(Load("kg", 60),))]
    return world(jobs, [person("Ann", capacity=(Load("kg", 100),))])


@pytest.mark.parametrize(("limit", "over"), [(100, 0), (99, 1), (0, 100)])
def test_a_tour_carries_all_it_brings(boilers: World, limit: int, over: int) -> None:
    made = boilers.with_technician("Ann", capacity=(Load("kg", limit),))
    assert made.broken(ROUTES) == ([(Rule.LOAD, over)] if over else [])


def test_the_excess_is_named_in_its_quantity(boilers: World) -> None:
    (violation,) = boilers.with_job("B", loads=(Load("kg", 70),)).judge(ROUTES).violations
    assert (violation.amount, violation.unit, violation.technician_id) == (10, "kg", "Ann")
    assert violation.message == "Ann would carry 110 kg; the limit is 100."


def test_quantities_are_counted_apart_and_a_missing_limit_is_none(boilers: World) -> None:
    crates = boilers.with_job("B", loads=(Load("kg", 60), Load("crates", 9)))
    assert crates.broken(ROUTES) == []
    limited = crates.with_technician("Ann", capacity=(Load("kg", 99), Load("crates", 7)))
    assert limited.broken(ROUTES) == [(Rule.LOAD, 2), (Rule.LOAD, 1)]
    assert crates.with_technician("Ann", capacity=()).broken(ROUTES) == []


def test_rows_of_one_quantity_add_up(boilers: World) -> None:
    assert boilers.with_job("B", loads=(Load("kg", 60), Load("kg", 1))).broken(ROUTES) == [(Rule.LOAD, 1)]


def test_a_stop_at_the_branch_starts_a_new_tour(boilers: World) -> None:
    small = boilers.with_technician("Ann", capacity=(Load("kg", 60),))
    assert small.broken(ROUTES) == [(Rule.LOAD, 40)]
    assert small.broken({"Ann": ["A", "0", "B"]}) == []
    assert small.broken({"Ann": ["0", "A", "B"]}) == [(Rule.LOAD, 40)]
    smaller = boilers.with_technician("Ann", capacity=(Load("kg", 39),))
    assert smaller.broken({"Ann": ["A", "0", "B"]}) == [(Rule.LOAD, 1), (Rule.LOAD, 21)]


def test_every_day_starts_a_new_tour() -> None:
    jobs = [job(name, place=10, days=(0, 1), loads=(Load("kg", 60),)) for name in ("A", "B")]
    made = world(jobs, [person("Ann", days=(0, 1), capacity=(Load("kg", 60),))], days=2)
    assert made.broken({("Ann", 0): ["A"], ("Ann", 1): ["B"]}) == []
    assert made.broken({("Ann", 1): ["A", "B"]}) == [(Rule.LOAD, 60)]


def test_the_lead_of_a_crew_carries() -> None:
    jobs = [job("A", place=10, crew_size=2, loads=(Load("kg", 60),))]
    routes = {"Ann": ["A"], "Ben": ["A"]}
    weak_ben = world(jobs, [person("Ann"), person("Ben", capacity=(Load("kg", 10),))])
    assert weak_ben.broken(routes) == []
    weak_ann = world(jobs, [person("Ann", capacity=(Load("kg", 10),)), person("Ben")])
    assert weak_ann.broken(routes) == [(Rule.LOAD, 50)]


# --- the engine -----------------------------------------------------------------------------------------------------


def test_the_engine_loads_again_at_the_branch(boilers: World) -> None:
    # 20 minutes to A and back, 40 to B and back: 3 000 cents, against 20 000 for a visit left out.
    plan = boilers.with_technician("Ann", capacity=(Load("kg", 60),)).solved()
    assert plan.served == 2
    assert plan.routes[0].branch_stop is not None


def test_the_engine_leaves_out_what_is_too_heavy(boilers: World) -> None:
    plan = boilers.with_technician("Ann", capacity=(Load("kg", 50),)).solved()
    assert plan.routes_by_technician() == {"Ann": ["A"]}


def test_who_fetches_parts_by_a_stop_may_load_again_by_one() -> None:
    """No part is needed here; Ann starts at home, carries 100 kg, and each of the two weighs 60."""
    jobs = [job(name, place=place, loads=(Load("kg", 60),)) for name, place in (("A", 10), ("B", 20))]
    made = world(jobs, [person("Ann", home=5, capacity=(Load("kg", 100),))]).with_policy(pickup=Pickup.STOP)
    (route,) = made.solved().routes
    assert len(route.stops) == 2
    assert route.branch_stop is not None
