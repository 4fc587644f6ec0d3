"""What each technician does on each day: legs, the time at the door, loads, a stop at the branch, crews."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.order import PlaceKind
from optimizer.domain.plan import BreakTaken
from optimizer.domain.technician import Break
from optimizer.domain.units import at
from optimizer.report.days import technician_days, visits_served
from optimizer.report.figures import kpis
from optimizer.report.wording import Wording
from tests.report.paper_worlds import FETCH, PAIR, boiler_pair, fetch_on_the_way
from tests.worlds import span

if TYPE_CHECKING:
    from tests.worlds import World


def test_the_time_at_the_door_is_apart_from_the_drive(one_van: World) -> None:
    w = one_van.with_job("B", place_kind=PlaceKind.OFFICE).with_policy(access_s={"office": 300})
    [day] = technician_days(w.problem, w.matrix, w.plan({"Ann": ["A", "B"]}))
    assert [(leg.drive_s // 60, leg.door_s // 60) for leg in day.legs] == [(10, 0), (10, 5), (20, 0)]
    assert (day.drive_s, day.door_s, day.travel_s) == (2400, 300, 2700)
    assert Wording("en").way(day.legs[1].drive_s, day.legs[1].door_s) == "10 min + 5 min at the door"
    figures = kpis(w.problem, w.matrix, w.plan({"Ann": ["A", "B"]}))
    assert (figures["travel_minutes"], figures["door_minutes"]) == (40, 5)
    assert figures["technicians"][0]["load_share"] == round((2700 + 3600) / (9 * 3600), 4)


# --- a stop at the branch, crews ------------------------------------------------------------------------------------


def test_the_way_over_the_branch_has_two_legs() -> None:
    """Home is beside A, half an hour from the branch; B is ten minutes beyond it, home then twenty."""
    w = fetch_on_the_way()
    [day] = technician_days(w.problem, w.matrix, w.plan(FETCH))
    assert [(leg.origin, leg.destination, leg.travel_s // 60) for leg in day.legs] == [
        ("start:T1", "A", 0),
        ("A", "branch", 30),
        ("branch", "B", 10),
        ("B", "end:T1", 20),
    ]
    assert [len(day.way_to(position)) for position in (0, 1)] == [1, 2]
    assert [[stop.visit_id for stop in tour] for tour in day.tours] == [["A"], ["B"]]
    assert day.load_s == 2 * 30 * 60 + 60 * 60  # the ten minutes at the branch are no load


def test_break_slots_count_the_leg_to_the_branch() -> None:
    """Slot 4 lies before the third leg, the one from the branch to B."""
    w = fetch_on_the_way().with_shift("T1", break_=Break(span("09:00-10:00"), 1800))
    plan = w.plan(FETCH)
    [route] = plan.routes
    [day] = technician_days(
        w.problem, w.matrix, replace(plan, routes=(replace(route, break_=BreakTaken(4, at(9, 10))),))
    )
    assert day.legs[2].leave_s == at(9, 40)
    [day] = technician_days(w.problem, w.matrix, replace(plan, routes=(replace(route, break_=BreakTaken(3, at(9))),)))
    assert day.legs[1].leave_s == at(8, 30)


def test_a_visit_of_two_is_found_once_with_its_lead() -> None:
    w = boiler_pair()
    plan = w.plan(PAIR)
    turned = replace(plan, routes=plan.routes[::-1])
    assert {visit_id: route.technician_id for visit_id, (route, _) in visits_served(turned).items()} == {
        "K": "T1",
        "A": "T1",
        "B": "T2",
    }
    days = technician_days(w.problem, w.matrix, plan)
    assert [[day.leads(stop) for stop in day.stops] for day in days] == [[True, True], [False, True]]
