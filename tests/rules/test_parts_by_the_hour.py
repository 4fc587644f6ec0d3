"""A part that arrives at a moment is for routes that leave the branch, or stop there, once it is booked in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.domain.order import PartNeed
from optimizer.domain.plan import BreakTaken, Plan, ReasonCode
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Part, Reservation
from optimizer.domain.units import at
from optimizer.explain.sentences import sentence
from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge.facts import Waits
from optimizer.judge.verdict import time_routes
from optimizer.text.catalogue import translator
from tests.worlds import MONDAY, World, clock, job, person, world

BOTH = {"Ann": ["A"], "Ben": ["B"]}
ONE_SHORT = [(Rule.STOCK, 1)]
#: At ten, and booked in half an hour later.
AT_TEN = Arrival("P", 1, MONDAY, at(10))


@pytest.fixture
def by_ten() -> World:
    """A and B need a pump each; one is on hand, and one comes at ten. Ann and Ben may leave the branch at eight."""
    jobs = [job("A", place=10, parts={"P": 1}), job("B", place=20, parts={"P": 1})]
    made = world(jobs, [person("Ann"), person("Ben")], parts=(Part("P", "pump", 1),), arrivals=(AT_TEN,))
    return made.with_policy(pick_s=1800)


def leaving(made: World, routes: dict[str, list[str]], **clocks: str) -> Plan:
    """Return the plan of routes with stated departures."""
    waits = {(who, 0): Waits(clock(text)) for who, text in clocks.items()}
    return time_routes(made.problem, made.matrix, routes, waits=waits)


# --- the judge ------------------------------------------------------------------------------------------------------


def test_the_early_leaver_has_what_is_there_and_the_other_waits(by_ten: World) -> None:
    plan = by_ten.plan(BOTH)
    assert [route.depart_s for route in plan.routes] == [clock("08:00"), clock("10:30")]
    assert by_ten.starts(BOTH) == {"A": "08:10", "B": "10:50"}
    assert by_ten.broken(plan) == []


@pytest.mark.parametrize(("leaves", "expected"), [("10:29", ONE_SHORT), ("10:30", [])])
def test_who_leaves_a_minute_sooner_has_nothing(by_ten: World, leaves: str, expected: list[object]) -> None:
    late = by_ten.with_shift("Ben", start_s=clock(leaves))
    assert late.broken(leaving(late, BOTH)) == expected


def test_either_may_be_the_one_who_waits(by_ten: World) -> None:
    plan = leaving(by_ten, BOTH, Ann="10:30")
    assert [route.depart_s for route in plan.routes] == [clock("10:30"), clock("08:00")]
    assert by_ten.broken(plan) == []


def test_a_later_departure_that_no_part_is_a_reason_for_is_wrong(by_ten: World) -> None:
    plan = by_ten.plan({"Ann": ["A"]})
    later = replace(plan, routes=(replace(plan.routes[0], depart_s=clock("10:15")),))
    assert by_ten.broken(later) == [(Rule.SHIFT, 135 * 60)]
    without = by_ten.with_job("A", parts=())
    assert without.broken(leaving(without, {"Ann": ["A"]}, Ann="10:30")) == []
    assert leaving(without, {"Ann": ["A"]}, Ann="10:30").routes[0].depart_s == clock("08:00")


def test_a_wait_that_is_stated_moves_the_whole_route(by_ten: World) -> None:
    plan = by_ten.plan(BOTH)
    early = tuple(replace(r, depart_s=clock("08:00")) if r.technician_id == "Ben" else r for r in plan.routes)
    assert by_ten.broken(replace(plan, routes=early))[0] == (Rule.STOCK, 1)


def test_what_a_stop_at_the_branch_picks_up_counts_when_it_begins(by_ten: World) -> None:
    plan = by_ten.plan({"Ann": ["A", "0", "B"]})
    (route,) = plan.routes
    assert route.branch_stop is not None
    assert (route.depart_s, route.branch_stop.arrive_s, route.branch_stop.start_s) == (
        clock("08:00"),
        clock("08:50"),
        clock("10:30"),
    )
    assert by_ten.broken(plan) == []
    hasty = time_routes(by_ten.problem, by_ten.matrix, {"Ann": ["A", "0", "B"]}, waits={})
    assert by_ten.broken(hasty) == ONE_SHORT


def test_the_sums_hold_at_every_moment_and_not_only_at_the_end_of_the_day(by_ten: World) -> None:
    # Two come, one at ten and one at twelve: before twelve there are two for three.
    three = by_ten.but(arrivals=(AT_TEN, Arrival("P", 1, MONDAY, at(12)))).with_job("B", parts=(PartNeed("P", 2),))
    assert [route.depart_s for route in three.plan(BOTH).routes] == [clock("08:00"), clock("12:30")]
    plan = leaving(three, BOTH, Ben="10:30")
    (violation,) = three.judge(plan).violations
    assert (violation.rule, violation.amount) == (Rule.STOCK, 1)
    assert violation.message == "Part P: 3 are planned for pick-up before 12:30 of day 0, 2 can be had."


def test_a_reservation_keeps_what_arrives_too(by_ten: World) -> None:
    held = by_ten.but(reservations=(Reservation("R", "P", 1, MONDAY),))
    assert held.broken(BOTH) == ONE_SHORT
    assert held.plan({"Ann": ["A"]}).routes[0].depart_s == clock("10:30")
    named = by_ten.but(reservations=(Reservation("R", "P", 1, MONDAY, "B"),))
    assert [route.depart_s for route in named.plan(BOTH).routes] == [clock("10:30"), clock("08:00")]
    assert named.broken(named.plan(BOTH)) == []
    assert named.plan({"Ann": ["A"]}).routes[0].depart_s == clock("10:30")
    assert named.plan({"Ann": ["B"]}).routes[0].depart_s == clock("08:00")


def test_booking_in_takes_as_long_as_the_policy_says(by_ten: World) -> None:
    assert by_ten.with_policy(pick_s=0).plan(BOTH).routes[1].depart_s == clock("10:00")


def test_a_date_alone_still_means_the_whole_day(by_ten: World) -> None:
    assert by_ten.but(arrivals=(Arrival("P", 1, MONDAY),)).starts(BOTH) == {"A": "08:10", "B": "08:20"}


def test_on_a_later_day_it_is_there_from_the_morning(by_ten: World) -> None:
    days = by_ten.but(arrivals=(Arrival("P", 1, MONDAY - timedelta(1), at(16, day=-1)),))
    assert days.starts(BOTH) == {"A": "08:10", "B": "08:20"}
    late = by_ten.but(arrivals=(Arrival("P", 1, MONDAY - timedelta(1), at(23, 45, day=-1)),))
    assert late.starts(BOTH) == {"A": "08:10", "B": "08:20"}  # Usable from Monday 00:15 on.


def test_a_break_may_be_taken_while_waiting(by_ten: World) -> None:
    lunch = by_ten.but(arrivals=(Arrival("P", 1, MONDAY, at(12)),))
    made = world([], [person("Ben", lunch="11:30-12:00")])
    rest = made.problem.shifts[0].break_
    plan = lunch.with_shift("Ben", break_=rest).plan(BOTH)
    ben = plan.routes[1]
    assert (ben.break_, ben.depart_s) == (BreakTaken(0, clock("11:30")), clock("12:30"))
    assert lunch.with_shift("Ben", break_=rest).broken(plan) == []


def test_the_wait_is_no_part_of_a_day_that_may_last_only_so_long(by_ten: World) -> None:
    # Ben is away from 10:30 to 11:40.
    assert by_ten.with_shift("Ben", max_duty_s=70 * 60).broken(BOTH) == []
    assert by_ten.with_shift("Ben", max_duty_s=69 * 60).broken(BOTH) == [(Rule.TRAVEL_LIMIT, 60)]


# --- homes, nights and what has begun -------------------------------------------------------------------------------


def test_the_evening_before_hands_over_what_is_booked_in_as_the_branch_closes() -> None:
    made = world([job("A", place=10, parts={"P": 1})], [person("Ann", home=5)]).with_policy(pick_s=1800)
    for text, expected in (("17:00", []), ("17:01", ONE_SHORT)):
        hour, minute = map(int, text.split(":"))
        arrival = Arrival("P", 1, MONDAY - timedelta(1), at(hour, minute, day=-1))
        assert made.problem.branch.business.close_s == clock("17:30")
        assert made.but(arrivals=(arrival,)).broken({"Ann": ["A"]}) == expected


def test_a_home_starter_does_not_wait_at_home(by_ten: World) -> None:
    home = world([job("A", place=10, parts={"P": 1})], [person("Ann", home=20)], arrivals=(AT_TEN,))
    home = home.with_policy(pick_s=1800)
    assert home.broken({"Ann": ["A"]}) == ONE_SHORT
    plan = home.plan({"Ann": ["0", "A"]})
    assert plan.routes[0].branch_stop is not None
    assert plan.routes[0].branch_stop.start_s == clock("10:30")
    assert home.broken(plan) == []
    fetching = home.with_policy(pickup=Pickup.STOP)
    assert fetching.broken({"Ann": ["0", "A"]}) == []


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    night = job("A", place=10, requested="26:00-27:00", parts={"P": 1})
    made = world([night], [person("Ann", hours="19:00-31:00")], days=2).with_policy(pick_s=1800)
    for arrives_s, expected in ((at(18, 30), []), (at(23, 40), ONE_SHORT), (at(0, 30, day=1), ONE_SHORT)):
        arrival = Arrival("P", 1, MONDAY + timedelta(arrives_s // 86_400), arrives_s)
        assert made.but(arrivals=(arrival,)).broken({"Ann": ["A"]}) == expected


def test_a_route_that_has_left_waits_for_nothing_and_stops_at_the_branch(by_ten: World) -> None:
    begun = by_ten.but(as_of_s=at(9), locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=at(8, 10)),))
    begun = begun.but(parts=(Part("P", "pump", 1, at(15, day=-3)),))
    assert begun.broken({"Ann": ["A", "B"]}) == ONE_SHORT
    assert begun.broken({"Ann": ["A", "0", "B"]}) == []
    assert begun.solved().routes_by_technician() in ({"Ann": ["A", "0", "B"]}, BOTH)


def test_what_was_taken_after_a_wait_is_no_fault_now_that_the_route_has_left() -> None:
    # Nothing was on hand by Friday's count. Ann left at 10:30 with what came at ten.
    made = world([job("A", place=10, parts={"P": 1})], [person("Ann")], arrivals=(AT_TEN,)).with_policy(pick_s=1800)
    begun = made.but(as_of_s=at(11), locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=at(10, 40)),))
    counted = begun.but(parts=(Part("P", "pump", 0, at(15, day=-3)),))
    assert counted.broken({"Ann": ["A"]}) == []
    assert counted.solved().routes_by_technician() == {"Ann": ["A"]}


# --- the engine and the reason --------------------------------------------------------------------------------------


def test_the_engine_waits_where_that_serves_both(by_ten: World) -> None:
    # One of them with both, after a wait, drives least.
    plan = by_ten.solved()
    assert [route.depart_s for route in plan.routes] == [clock("10:30")]
    assert (plan.served, plan.routes[0].branch_stop, plan.cost_cents) == (2, None, 2_000)


def test_the_engine_gives_the_early_one_to_whoever_must_be_early() -> None:
    jobs = [
        job("A", place=10, requested="12:00-17:00", parts={"P": 1}),
        job("B", place=-20, requested="08:00-09:00", parts={"P": 1}),
    ]
    made = world(jobs, [person("Ann"), person("Ben")], parts=(Part("P", "pump", 1),), arrivals=(AT_TEN,))
    plan = made.with_policy(pick_s=1800, reload=False).with_shift("Ann", max_leg_s=900).solved()
    departures = {route.technician_id: route.depart_s for route in plan.routes}
    assert plan.routes_by_technician() == {"Ann": ["A"], "Ben": ["B"]}
    assert departures == {"Ann": clock("10:30"), "Ben": clock("08:00")}


def test_the_engine_stops_on_the_way_where_nobody_else_is_there(by_ten: World) -> None:
    # A must be started by nine; B needs what comes at ten; Ann is alone.
    jobs = [job("A", place=10, requested="08:00-09:00", parts={"P": 1}), job("B", place=20, parts={"P": 1})]
    alone = world(jobs, [person("Ann")], parts=(Part("P", "pump", 1),), arrivals=(AT_TEN,)).with_policy(pick_s=1800)
    assert alone.solved().routes_by_technician() == {"Ann": ["A", "0", "B"]}
    never = alone.with_policy(reload=False)
    assert never.solved().routes_by_technician() == {"Ann": ["A"]}


def test_the_reason_says_when_the_part_comes_and_how_late_that_is() -> None:
    jobs = [job("A", place=10, requested="08:00-10:00", parts={"P": 1})]
    made = world(jobs, [person("Ann")], parts=(Part("P", "pump", 0),), arrivals=(AT_TEN,)).with_policy(pick_s=1800)
    (entry,) = explain_unassigned(made.problem, made.matrix, made.plan({}))
    (reason,) = entry.reasons
    assert (reason.code, reason.proven, reason.amount, reason.moment_s) == (
        ReasonCode.PART_ARRIVES_LATE,
        True,
        40 * 60,
        clock("10:30"),
    )
    assert sentence(reason, made.problem, translator("en")) == (
        "Part pump (P) arrives at 10:00 and is booked in by 10:30: Ann Li (Ann) comes closest but, leaving at 10:30 or "
        "stopping at the branch then, would be 40 min too late."
    )
    assert "10:30 才出发" in sentence(reason, made.problem, translator("zh"))


def test_who_has_left_would_have_to_stop_at_the_branch() -> None:
    jobs = [job("A", place=10), job("B", place=20, requested="08:00-11:00", parts={"P": 1})]
    made = world(jobs, [person("Ann")], parts=(Part("P", "pump", 0),), arrivals=(AT_TEN,)).with_policy(pick_s=1800)
    begun = made.but(as_of_s=at(9), locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=at(8, 10)),))
    for reload in (True, False):
        there = begun.with_policy(reload=reload)
        (entry,) = explain_unassigned(there.problem, there.matrix, there.plan({"Ann": ["A"]}))
        expected = ReasonCode.TIME_LIMIT if reload else ReasonCode.PART_ARRIVES_LATE
        assert entry.reasons[0].code is expected
    said = sentence(entry.reasons[0], begun.problem, translator("en"))
    assert said.endswith("Ann Li (Ann) leaves before that, and would have to stop at the branch for it.")
