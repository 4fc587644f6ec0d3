"""When to leave for a visit, as people are told: so that the planned start is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.plan import BreakTaken
from optimizer.domain.units import at
from optimizer.report.days import technician_days
from tests.worlds import World, job, person, world

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan


def leaves(w: World, plan: Plan) -> list[int]:
    [day] = technician_days(w.problem, w.matrix, plan)
    return [day.leave_by_s(position) for position in range(len(day.stops))]


def test_who_waits_at_the_door_may_leave_later_but_not_too_late() -> None:
    """A opens at 10:00 and is an hour away: leaving at 08:00 is the plan, leaving by 09:00 keeps the start."""
    w = world([job("A", place=60, requested="10:00-12:00")], [person("Ann")])
    plan = w.plan({"Ann": ["A"]})
    [stop] = plan.routes[0].stops
    assert stop.start_s == at(10)
    assert stop.leave_by_s > at(9)  # a start until 12:00 would cost nothing
    assert leaves(w, plan) == [at(9)]


def test_a_tight_leg_leaves_when_the_plan_does(one_van: World) -> None:
    assert leaves(one_van, one_van.plan({"Ann": ["A", "B"]})) == [at(8), at(8, 40)]


def test_a_break_at_the_customers_before_the_service_leaves_no_choice(lunch_day: World) -> None:
    """Ann is done at A at 12:00; with the break at B's (slot 3) she drives at once, though B opens at 13:00."""
    plan = lunch_day.plan({"Ann": ["A", "B"]})
    [route] = plan.routes
    at_the_customers = replace(plan, routes=(replace(route, break_=BreakTaken(3, at(12, 10))),))
    assert leaves(lunch_day, at_the_customers) == [at(10, 50), at(12)]
    before_driving = replace(plan, routes=(replace(route, break_=BreakTaken(2, at(12))),))
    assert leaves(lunch_day, before_driving) == [at(10, 50), at(12, 50)]
