"""What the engine tells people, where it could differ from the judge: stops at the branch, waits, crews, floors."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.order import Load, PlaceKind
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.stock import Arrival, Part
from optimizer.domain.units import at
from tests.worlds import MONDAY, World, clock, job, person, span, world

HOME = {"place_kind": PlaceKind.HOME}


def told(made: World) -> dict[str, str]:
    """Return the windows and departures of a solved plan, which the judge has found right."""
    text = made.problem.clock.text
    return {
        stop.visit_id: f"{text(stop.window.open_s)}-{text(stop.window.close_s)} leave by {text(stop.leave_by_s)}"
        for route in made.solved(iterations=100).routes
        for stop in route.stops
    }


def test_a_second_load_is_as_planned_and_the_visits_before_take_no_time() -> None:
    kg = {"loads": (Load("kg", 60),)}
    jobs = [
        job("A", place=10, requested="08:00-09:00", **kg),
        job("B", place=20, requested="09:00-17:00", **kg, **HOME),
    ]
    made = world(jobs, [person("Ann", capacity=(Load("kg", 100),))]).with_policy(morning_s=600)
    # A from 08:20 to 08:50, at the branch from 09:00 to 09:10, B at 09:30.
    assert told(made) == {"A": "08:20-09:00 leave by 08:20", "B": "09:30-11:00 leave by 10:10"}


def test_who_waits_for_a_part_leaves_when_it_is_there() -> None:
    made = world(
        [job("A", place=10, parts={"P": 1})],
        [person("Ann")],
        parts=(Part("P", "pump", 0),),
        arrivals=(Arrival("P", 1, MONDAY, at(10)),),
    ).with_policy(pick_s=1800)
    assert told(made) == {"A": "10:40-11:30 leave by 10:50"}


def test_a_crew_is_told_one_window(two_vans: World) -> None:
    made = two_vans.with_job("B", crew_size=2).but(visits=two_vans.with_job("B", crew_size=2).problem.visits[1:2])
    (window,) = told(made).values()
    assert window.startswith("08:10-09:00")


def test_behind_what_has_begun_nobody_is_before_the_floor(one_van: World) -> None:
    made = one_van.with_policy(lead_to_leave_s=900, lead_on_road_s=600).with_job("B", **HOME)
    begun = made.but(as_of_s=at(10), locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=clock("08:10")),))
    assert told(begun)["B"] == "10:20-12:00 leave by 11:20"


def test_a_published_window_bounds_the_departure_as_it_did(one_van: World) -> None:
    said = one_van.but(published=(PublishedVisit("A", "Ann", 0, span("08:00-08:30")),))
    assert told(said.but(visits=said.problem.visits[:1])) == {"A": "08:00-08:30 leave by 08:00"}


def test_plans_of_before_the_grid_leave_as_late_as_it_costs_nothing(one_van: World) -> None:
    made = one_van.but(visits=one_van.problem.visits[:1]).with_policy(told_width_s={})
    assert told(made) == {"A": "07:40-08:40 leave by 15:40"}
    short = replace(made.problem.policy, told_half_width_s=600)
    assert told(made.but(policy=short)) == {"A": "08:00-08:20 leave by 15:40"}
