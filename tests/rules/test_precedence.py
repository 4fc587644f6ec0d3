"""A visit that follows another is served only after it, within the stated gap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.order import GapFrom, Predecessor
from optimizer.domain.plan import BreakTaken
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.units import clock_text
from tests.worlds import World, clock, job, person, span, world

IN_ORDER = {"Ann": ["A", "B"]}  # A from 08:10 to 08:40; B reached at 08:50.
APART = {"Ann": ["A"], "Ben": ["B"]}  # Ben is at B at 08:20.
HOUR_S = 3600


def after_a(**facts: Any) -> World:
    """Return the world in which B follows A."""
    jobs = [job("A", place=10), job("B", place=20, after=(Predecessor("A", **facts),))]
    return world(jobs, [person("Ann"), person("Ben")])


def test_the_later_visit_waits_for_the_end_of_the_earlier_one() -> None:
    made = after_a()
    assert made.broken(IN_ORDER) == made.broken(APART) == []
    assert made.starts(IN_ORDER)["B"] == "08:50"
    assert made.starts(APART)["B"] == "08:40"


@pytest.mark.parametrize(
    ("gap_from", "gap_min", "in_order", "apart"),
    [
        (GapFrom.END, 10, "08:50", "08:50"),
        (GapFrom.END, 11, "08:51", "08:51"),
        (GapFrom.START, 10, "08:50", "08:20"),
        (GapFrom.START, 60, "09:10", "09:10"),
    ],
)
def test_a_gap_counts_from_the_start_or_the_end(gap_from: GapFrom, gap_min: int, in_order: str, apart: str) -> None:
    made = after_a(gap_from=gap_from, min_gap_s=60 * gap_min)
    assert (made.starts(IN_ORDER)["B"], made.starts(APART)["B"]) == (in_order, apart)
    assert made.broken(IN_ORDER) == made.broken(APART) == []


def test_waiting_may_make_it_late() -> None:
    made = after_a(min_gap_s=2 * HOUR_S).with_job("B", requested=(span("08:00-10:30"),))
    assert made.broken(APART) == [(Rule.WINDOW, 600)]
    assert made.with_policy(max_lateness_s=600).costs(APART)[Rule.LATENESS] == 600


@pytest.mark.parametrize(
    ("most_s", "expected"), [(600, []), (599, [(Rule.PRECEDENCE, 1)]), (0, [(Rule.PRECEDENCE, 600)])]
)
def test_the_greatest_gap_may_be_used_up_but_not_exceeded(most_s: int, expected: list[object]) -> None:
    made = after_a(max_gap_s=most_s)
    assert made.broken(IN_ORDER) == expected
    assert made.broken(APART) == []


@pytest.mark.parametrize(("gap_from", "first"), [(GapFrom.END, "11:20"), (GapFrom.START, "11:50")])
def test_the_earlier_visit_waits_for_one_that_follows_it_too_late(gap_from: GapFrom, first: str) -> None:
    # B opens at noon: A, of half an hour, ends or starts ten minutes before.
    made = after_a(gap_from=gap_from, max_gap_s=600).with_job("B", requested=(span("12:00-13:00"),))
    assert made.starts(APART) == {"A": first, "B": "12:00"}
    assert made.broken(APART) == []
    # On one route B is reached ten minutes after the end of A. From its start that is too long, and no wait helps.
    assert made.broken(IN_ORDER) == ([] if gap_from is GapFrom.END else [(Rule.PRECEDENCE, 13_200)])


def test_the_earlier_visit_does_not_wait_beyond_its_window() -> None:
    made = after_a(max_gap_s=600).with_job("B", requested=(span("12:00-13:00"),))
    made = made.with_job("A", requested=(span("08:00-11:19"),))
    assert made.starts(APART) == {"A": "08:10", "B": "12:00"}
    # B should start ten minutes after 08:40.
    assert made.broken(APART) == [(Rule.PRECEDENCE, 3 * HOUR_S + 600)]


def test_who_waits_for_a_follower_holds_back_who_comes_before() -> None:
    # C opens at noon; B starts at most ten minutes before it, and A at most ten minutes before B.
    jobs = [
        job("A", place=10),
        job("B", place=10, after=(Predecessor("A", GapFrom.START, max_gap_s=600),)),
        job("C", place=10, requested="12:00-13:00", after=(Predecessor("B", GapFrom.START, max_gap_s=600),)),
        job("D", place=20),
    ]
    made = world(jobs, [person("Ann"), person("Ben"), person("Cai")])
    starts = made.starts({"Cai": ["C"], "Ben": ["B"], "Ann": ["A", "D"]})
    assert starts == {"A": "11:40", "B": "11:50", "C": "12:00", "D": "12:20"}


def test_the_earlier_visit_must_be_served() -> None:
    made = after_a()
    (violation,) = made.judge({"Ann": ["B"]}).violations
    assert (violation.rule, violation.amount, violation.unit, violation.visit_id) == (Rule.PRECEDENCE, 1, "visits", "B")
    assert violation.message == "Visit B comes after visit A, which is not planned."
    assert made.broken({"Ann": ["A"]}) == []


def test_the_wrong_order_on_one_route_is_counted_in_seconds() -> None:
    # B from 08:20 to 08:50, then A from 09:00 to 09:30: B should not start before that, 70 minutes later.
    assert after_a().broken({"Ann": ["B", "A"]}) == [(Rule.PRECEDENCE, 4200)]


def test_a_start_stated_too_soon_is_found() -> None:
    made = after_a()
    plan = made.plan(APART)
    ann, ben = plan.routes
    lied = replace(ben, stops=(replace(ben.stops[0], start_s=clock("08:39")),))
    assert made.broken(replace(plan, routes=(ann, lied))) == [(Rule.PRECEDENCE, 60)]


@pytest.mark.parametrize(("off_s", "word"), [(-1, "soon"), (1, "late")])
def test_a_gap_that_the_stated_times_miss_by_a_second_is_named_first(off_s: int, word: str) -> None:
    # B is an hour after A, no more and no less. Ben's whole day is stated a second off.
    made = after_a(min_gap_s=HOUR_S, max_gap_s=HOUR_S)
    ann, ben = made.plan(APART).routes
    assert made.broken(replace(made.plan(APART), routes=(ann, ben))) == []
    stop = replace(ben.stops[0], start_s=ben.stops[0].start_s + off_s, end_s=ben.stops[0].end_s + off_s)
    moved = replace(ben, stops=(stop,), return_s=ben.return_s + off_s)
    first, *others = made.judge(replace(made.plan(APART), routes=(ann, moved))).violations
    assert (first.rule, first.amount, first.visit_id) == (Rule.PRECEDENCE, 1, "B")
    assert first.message == f"Visit B is stated 1 s too {word} after visit A."
    # What else is stated wrong: the return and the end, not the start once more.
    assert [(violation.rule, violation.amount) for violation in others] == [(Rule.SHIFT, 1), (Rule.WINDOW, 1)]


@pytest.mark.parametrize(("routes", "amount"), [(IN_ORDER, 0), (APART, 1)])
def test_the_same_people_serve_both(routes: dict[str, list[str]], amount: int) -> None:
    made = after_a(same_people=True)
    assert made.broken(routes) == ([(Rule.PRECEDENCE, amount)] if amount else [])


def test_the_same_people_may_be_a_crew() -> None:
    jobs = [
        job("A", place=10, crew_size=2),
        job("B", place=20, crew_size=2, after=(Predecessor("A", same_people=True),)),
    ]
    made = world(jobs, [person("Ann"), person("Ben"), person("Cai")])
    assert made.broken({"Ann": ["A", "B"], "Ben": ["A", "B"]}) == []
    assert made.broken({"Ann": ["A", "B"], "Ben": ["A"], "Cai": ["B"]}) == [(Rule.PRECEDENCE, 1)]
    assert made.broken({"Ann": ["A"], "Ben": ["A", "B"], "Cai": ["B"]}) == [(Rule.PRECEDENCE, 1)]


def test_a_chain_goes_over_three_people() -> None:
    jobs = [
        job("A", place=10),
        job("B", place=10, after=(Predecessor("A"),)),
        job("C", place=10, after=(Predecessor("B", min_gap_s=HOUR_S),)),
    ]
    made = world(jobs, [person("Ann"), person("Ben"), person("Cai")])
    assert made.starts({"Cai": ["C"], "Ben": ["B"], "Ann": ["A"]}) == {"A": "08:10", "B": "08:40", "C": "10:10"}


def test_a_circle_over_two_routes_ends() -> None:
    # Ann: B then C; Ben: D then A. B waits for A and D for C.
    jobs = [
        job("A", place=10),
        job("B", place=10, after=(Predecessor("A"),)),
        job("C", place=10),
        job("D", place=10, after=(Predecessor("C"),)),
    ]
    made = world(jobs, [person("Ann"), person("Ben")])
    # Both start at 08:10 and 08:40, an hour before the others end.
    assert made.broken({"Ann": ["B", "C"], "Ben": ["D", "A"]}) == [(Rule.PRECEDENCE, 3600)] * 2


def test_a_visit_may_follow_over_the_days() -> None:
    jobs = [
        job("A", place=10, days=(0, 1)),
        job("B", place=20, days=(0, 1), after=(Predecessor("A", min_gap_s=24 * HOUR_S, max_gap_s=26 * HOUR_S),)),
    ]
    made = world(jobs, [person("Ann", days=(0, 1)), person("Ben", days=(0, 1))], days=2)
    # A ends on Monday at 08:40.
    assert made.starts({("Ann", 0): ["A"], ("Ann", 1): ["B"]})["B"] == "08:40"
    assert made.broken({("Ann", 0): ["A"], ("Ben", 1): ["B"]}) == []
    # On the day before A, Ben would wait until Wednesday 08:40: 15:40 h after Tuesday's window, not back by far, and
    # still out when his own shift of Tuesday begins.
    broken = made.broken({("Ann", 1): ["A"], ("Ben", 0): ["B"]})
    assert broken[0] == (Rule.WINDOW, 15 * HOUR_S + 2400)
    assert {rule for rule, _ in broken} == {Rule.WINDOW, Rule.SHIFT, Rule.REST}


def test_a_break_that_misses_the_greatest_gap_is_not_the_canonical_one() -> None:
    # Lunch at A before the leg (slot 2) makes B start at 12:40, half an hour too late; at the end it costs nothing.
    jobs = [job("A", place=10, minutes=230), job("B", place=20, after=(Predecessor("A", max_gap_s=600),))]
    made = world(jobs, [person("Ann", lunch="11:30-13:00")])
    plan = made.plan(IN_ORDER)
    assert plan.routes[0].break_ == BreakTaken(4, clock("12:40"))
    assert made.broken(plan) == []


def test_what_others_follow_has_no_slack_and_the_follower_keeps_the_greatest_gap() -> None:
    made = after_a(max_gap_s=2 * HOUR_S).with_policy(told_width_s={})
    ann, ben = made.plan(APART).routes
    assert ann.stops[0].leave_by_s == clock("08:00")
    # B by 10:40: left for by 10:20, less half an hour.
    assert ben.stops[0].leave_by_s == clock("09:50")
    assert made.broken({"Ann": ["A"]}) == []
    alone = made.plan({"Ann": ["A"]}).routes[0]
    assert alone.stops[0].leave_by_s > clock("12:00")


def test_working_time_keeps_what_others_wait_for() -> None:
    # Ann could serve A at noon, but Ben's B waits for it.
    made = after_a().with_policy(working_time_cents=60)
    assert made.judge({"Ann": ["A"]}).costs[Rule.WORKING_TIME] == 50 * 60
    # Ben leaves for B at 08:20 and is back at 09:30.
    assert made.judge(APART).costs[Rule.WORKING_TIME] == (50 + 70) * 60


# --- the engine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lunch", [None, "11:30-13:00"])
def test_the_engine_lets_the_earlier_visit_wait(lunch: str | None) -> None:
    # Nobody may do both. Ben has his lunch after B, so that Ann need not wait longer than without it.
    jobs = [
        job("A", place=10, prohibited=frozenset({"Ben"})),
        job("B", place=20, requested="12:00-13:00", prohibited=frozenset({"Ann"}))
        .but(after=(Predecessor("A", max_gap_s=600),)),
    ]  # fmt: skip
    made = world(jobs, [person("Ann"), person("Ben", lunch=lunch)])
    plan = made.solved()
    assert made.broken(plan) == []
    assert {stop.visit_id: stop.start_s for route in plan.routes for stop in route.stops} == {
        "A": clock("11:20"),
        "B": clock("12:00"),
    }


def test_the_engine_keeps_the_order() -> None:
    # B first would be nearer to its window; it has to wait for A.
    plan = after_a(min_gap_s=HOUR_S).solved()
    assert plan.served == 2


def test_the_engine_leaves_out_both_when_the_first_cannot_be_served() -> None:
    assert after_a().with_job("A", prohibited=frozenset({"Ann", "Ben"})).solved().served == 0


def test_the_engine_keeps_the_people_together() -> None:
    plan = after_a(same_people=True).solved()
    assert plan.served == 2
    assert len(plan.routes) == 1


def test_the_engine_lets_what_is_locked_before_a_follower_on_the_same_route_wait() -> None:
    """A day with a break, both in the route that has started: B opens at 15:00, at most an hour after the end of A."""
    jobs = [
        job("A", place=10),
        job("B", place=20, requested="15:00-15:30", after=(Predecessor("A", max_gap_s=HOUR_S),)),
    ]
    started = tuple(Lock(name, LockLevel.PREFIX, "Ann", position=number) for number, name in enumerate("AB"))
    made = world(jobs, [person("Ann", lunch="12:00-13:00")], locks=started)
    (route,) = made.solved().routes
    assert [(stop.visit_id, clock_text(stop.start_s)) for stop in route.stops] == [("A", "13:30"), ("B", "15:00")]
