"""A stop at the branch on the way: its time, the parts it brings, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.order import PartNeed
from optimizer.domain.plan import BranchStop, BreakTaken
from optimizer.domain.policy import Fairness, Pickup
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Part
from tests.worlds import MONDAY, World, clock, job, person, world

#: Ann lives twenty minutes out and starts at 08:00; the branch opens at 08:30.
FIRST = {"Ann": ["0", "A"]}  # At the branch at 08:20; from 08:30 to 08:45; A from 08:55 to 09:25, home at 09:35.
BEFORE = {"Ann": ["A", "0"]}


@pytest.fixture
def home_start() -> World:
    """A, ten minutes from the branch on Ann's side, needs a pump; she would fetch it on the way."""
    made = world([job("A", place=10, parts={"P": 1})], [person("Ann", home=20)], parts=(Part("P", "pump", 1),))
    return made.with_policy(pickup=Pickup.STOP, morning_s=900)


def change(made: World, routes: dict[str, list[str]], **facts: Any) -> list[tuple[Rule, int]]:
    """Return what is broken when the plan states something else of the stop at the branch."""
    plan = made.plan(routes)
    (route,) = plan.routes
    assert route.branch_stop is not None
    lied = replace(route, branch_stop=replace(route.branch_stop, **facts))
    return made.broken(replace(plan, routes=(lied,)))


# --- time -----------------------------------------------------------------------------------------------------------


def test_a_stop_waits_for_the_branch_and_takes_the_morning(home_start: World) -> None:
    plan = home_start.plan(FIRST)
    (route,) = plan.routes
    assert route.branch_stop is not None
    assert (route.branch_stop.arrive_s, route.branch_stop.start_s) == (clock("08:20"), clock("08:30"))
    assert (route.branch_stop.before, route.branch_stop.end_s) == (0, clock("08:45"))
    assert (route.stops[0].start_s, route.return_s) == (clock("08:55"), clock("09:35"))
    assert home_start.broken(plan) == []


def test_the_stop_may_start_when_the_branch_closes_but_not_later(home_start: World) -> None:
    for opens, over_s in (("17:10", 0), ("17:11", 60), ("17:40", 1800)):
        made = home_start.with_shift("Ann", start_s=clock(opens), end_s=clock("20:00"))
        made = made.with_job("A", requested=(), opening=None, works_through=True)
        made = made.with_policy(max_lateness_s=36_000)
        assert made.broken(FIRST) == ([(Rule.SHIFT, over_s)] if over_s else [])


def test_legs_to_and_from_the_branch_are_travel(home_start: World) -> None:
    # Twenty minutes, ten and ten.
    assert home_start.costs(FIRST) == {Rule.TRAVEL: 2_000}
    assert home_start.with_shift("Ann", max_travel_s=2399).broken(FIRST) == [(Rule.TRAVEL_LIMIT, 1)]
    assert home_start.with_shift("Ann", max_leg_s=1199).broken(FIRST) == [(Rule.TRAVEL_LIMIT, 1)]
    assert home_start.with_leg("start:Ann", "branch", None).broken(FIRST) == [(Rule.TRAVEL_LIMIT, 1)]
    assert home_start.with_shift("Ann", max_visits=1).broken(FIRST) == []


def test_time_at_the_branch_is_no_work(home_start: World) -> None:
    # 40 minutes of travel and 30 of service: 4 200 s.
    made = home_start.with_policy(fairness=Fairness.LOAD).with_shift("Ann", contracted_s=0)
    assert made.judge(FIRST).costs[Rule.FAIRNESS] == 4_200 * 4_200 // 12_000


def test_a_break_may_lie_at_the_branch() -> None:
    # A from 11:10 to 11:40, back at the branch at 11:50; B from 13:00. Legs: to A, to the branch, to B, back.
    jobs = [job("A", place=10, requested="11:10-12:00"), job("B", place=20, requested="13:00-14:00")]
    made = world(jobs, [person("Ann", lunch="12:00-12:30")])
    plan = made.plan({"Ann": ["A", "0", "B"]})
    assert plan.routes[0].break_ == BreakTaken(2, clock("12:00"))
    for slot, start in ((3, "12:00"), (4, "12:00"), (5, "12:10")):
        stated = replace(plan.routes[0], break_=BreakTaken(slot, clock(start)))
        wrong = {v.rule for v in made.judge(replace(plan, routes=(stated,))).violations}
        assert Rule.BREAK not in wrong
    assert made.broken(plan) == []


def test_what_is_stated_of_the_stop_is_checked(home_start: World) -> None:
    assert change(home_start, FIRST, arrive_s=clock("08:19")) == [(Rule.TRAVEL, 60)]
    assert change(home_start, FIRST, start_s=clock("08:29")) == [(Rule.SHIFT, 60)]
    assert change(home_start, FIRST, end_s=clock("08:50")) == [(Rule.SHIFT, 300)]
    assert change(home_start, FIRST, leave_by_s=clock("07:59")) == [(Rule.TRAVEL, 60)]
    # By 08:15: home is twenty minutes away, and A behind it is told until 09:30.
    assert change(home_start, FIRST, leave_by_s=clock("17:00")) == [(Rule.LATENESS, 525 * 60)]
    assert (Rule.SHIFT, 1) in change(home_start, FIRST, before=7)


def test_one_stop_a_day(home_start: World) -> None:
    assert home_start.broken({"Ann": ["0", "A", "0"]}) == [(Rule.ONCE, 1)]  # The second "0" is an unknown visit.


def test_a_stop_after_the_last_visit_is_harmless(home_start: World) -> None:
    # Home by 17:00, so away from the branch by 16:40, there by 16:25, away from A by 16:15, less half an hour.
    plan = home_start.but(parts=()).with_job("A", parts=()).plan(BEFORE)
    assert plan.routes[0].branch_stop == BranchStop(1, clock("08:50"), clock("08:50"), clock("09:05"), clock("15:45"))


# --- parts ----------------------------------------------------------------------------------------------------------


def test_a_home_starter_has_parts_for_what_comes_after_the_stop(home_start: World) -> None:
    assert home_start.broken(FIRST) == []
    assert home_start.plan(FIRST).routes[0].stops[0].parts == (PartNeed("P", 1),)
    assert home_start.broken(BEFORE) == [(Rule.STOCK, 1)]
    (violation,) = home_start.judge({"Ann": ["A"]}).violations
    assert (violation.rule, violation.amount, violation.unit) == (Rule.STOCK, 1, "parts")
    assert violation.message == "Ann starts at home and has not stopped at the branch for the parts of A."


@pytest.mark.parametrize(("routes", "expected"), [(FIRST, []), ({"Ann": ["A"]}, [(Rule.STOCK, 1)])])
def test_a_stop_finds_what_arrives_in_the_morning(
    home_start: World, routes: dict[str, list[str]], expected: list[object]
) -> None:
    arriving = home_start.but(parts=(), arrivals=(Arrival("P", 1, MONDAY),)).with_policy(pickup=Pickup.EVENING)
    assert arriving.broken(routes) == expected


def test_before_the_stop_the_evening_counts(home_start: World) -> None:
    evening = home_start.with_policy(pickup=Pickup.EVENING)
    assert evening.broken(BEFORE) == []
    arriving = evening.but(parts=(), arrivals=(Arrival("P", 1, MONDAY),))
    assert arriving.broken(BEFORE) == [(Rule.STOCK, 1)]


def test_who_starts_at_the_branch_may_stop_there_too() -> None:
    made = world([job("A", place=10), job("B", place=20, parts={"P": 1})], [person("Ann")], parts=(Part("P", "", 1),))
    assert made.broken({"Ann": ["A", "0", "B"]}) == []
    assert made.with_policy(pickup=Pickup.STOP).broken({"Ann": ["A", "B"]}) == []


# --- the engine -----------------------------------------------------------------------------------------------------


def test_the_engine_stops_at_the_branch_for_parts(home_start: World) -> None:
    assert home_start.solved().routes_by_technician() == FIRST


def test_the_engine_makes_no_stop_without_need(home_start: World) -> None:
    assert home_start.with_policy(pickup=Pickup.EVENING).solved().routes_by_technician() == {"Ann": ["A"]}
