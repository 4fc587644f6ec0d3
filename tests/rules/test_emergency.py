"""An emergency without an agreed time, at each of the three moments: judge, engine and reasons agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer import solve
from optimizer.domain.order import Interval, ServiceLog, Urgency
from optimizer.domain.plan import ReasonCode, UnassignedState
from optimizer.domain.rules import Rule
from optimizer.domain.units import at
from optimizer.promise.due_day import with_due_days
from tests.worlds import FRIDAY_16, MONDAY, World, job, person, span, world

FRIDAY_1550 = at(15, 50, day=-3)


@pytest.fixture
def call() -> World:
    """A is an emergency of Friday 15:50 without any window, ten minutes away."""
    jobs = [job("A", place=10, requested="", urgency=Urgency.EMERGENCY, received_s=FRIDAY_1550)]
    return world(jobs, [person("Ann")])


def test_received_just_now_it_is_due_before_the_plan(call: World) -> None:
    assert call.problem.windows["A"] == ()
    outcome = solve(call.problem, call.matrix, seconds=None, iterations=0)
    [left] = outcome.unassigned
    assert left.state is UnassignedState.DUE_BEFORE_PLAN
    assert (left.reasons[0].code, left.reasons[0].proven) == (ReasonCode.DUE_BEFORE_PLAN, True)
    assert outcome.judgement.is_clean


@pytest.mark.parametrize(
    "facts",
    [
        {"promised": (span("09:00-11:00"),)},
        {"requested": (span("09:00-11:00"),)},
        {"agreed_day": MONDAY},
        {"due_day": MONDAY},
        {"carried_over": True},
    ],
)
def test_with_a_day_of_its_own_it_is_planned_like_any_other(call: World, facts: dict[str, object]) -> None:
    dated = call.with_job("A", **facts)
    assert dated.problem.windows["A"] != ()
    assert dated.judge({"Ann": ["A"]}).is_clean


def test_a_window_of_today_that_is_still_open_is_due_before_the_plan(call: World) -> None:
    today = Interval(at(16, 30, day=-3), at(18, day=-3))
    assert call.with_job("A", urgency=Urgency.NORMAL, promised=(today,)).problem.is_due_before_plan(
        call.with_job("A", urgency=Urgency.NORMAL, promised=(today,)).problem.visit_by_id["A"]
    )


def test_a_window_that_is_over_binds_nobody_any_more(call: World) -> None:
    morning = Interval(at(9, day=-3), at(11, day=-3))
    missed = call.with_job("A", urgency=Urgency.NORMAL, promised=(morning,))
    assert missed.problem.windows["A"] == (span("08:30-17:30"),)


def test_in_the_morning_it_is_to_be_reached_within_two_hours(call: World) -> None:
    morning = call.but(as_of_s=at(8)).with_job("A", received_s=at(2, 10))
    assert morning.problem.windows["A"] == (span("08:00-10:00"),)


@pytest.mark.parametrize("as_of_s", [at(0), at(8), at(15)])
def test_one_that_is_due_after_today_is_planned_like_any_other(call: World, as_of_s: int) -> None:
    """Its part comes on Tuesday, say: nobody drives to it at once, and it is in nobody's red."""
    running = call.but(as_of_s=as_of_s, days=2)
    later = running.with_job("A", due_day=MONDAY + timedelta(1))
    assert later.problem.windows["A"] == (span("08:30-17:30"), span("08:30-17:30", 1))
    assert later.problem.max_lateness_s(later.problem.visit_by_id["A"]) == later.problem.policy.max_lateness_s
    assert later.judge({"Ann": ["A"]}).is_clean
    for due in (MONDAY, MONDAY - timedelta(1)):
        today = running.with_job("A", due_day=due).problem
        assert today.windows["A"] == (Interval(as_of_s, as_of_s + 2 * 3600),)
        assert today.is_emergency_call(today.visit_by_id["A"])


def test_one_that_waits_for_its_part_is_not_called_late_day_by_day(call: World) -> None:
    """The part comes on Tuesday at noon; on Monday morning it is due on Tuesday, and so it stays."""
    waiting = call.but(as_of_s=at(8), days=2).with_job("A", ready_s=at(12, day=1))
    problem = with_due_days(waiting.problem, waiting.matrix)
    assert problem.order_by_id["A"].due_day == MONDAY + timedelta(1)
    assert not problem.is_emergency_call(problem.visit_by_id["A"])
    assert with_due_days(problem, waiting.matrix) == problem


def test_the_two_hours_count_from_the_technicians_receipt(call: World) -> None:
    taken = call.but(as_of_s=at(8)).with_job("A", received_s=at(2, 10), log=ServiceLog(acknowledged_s=at(7, 30)))
    assert taken.problem.windows["A"] == (span("08:00-09:30"),)


def test_being_late_is_priced_and_never_a_cause_to_leave_it_out(call: World) -> None:
    """Three hours away: 11:00 is 60 minutes late, 15 at 60 cents and 45 at 400."""
    far = world(
        [job("A", place=180, requested="", urgency=Urgency.EMERGENCY, received_s=at(2, 10), priority=5)],
        [person("Ann")],
        as_of_s=at(8),
    )
    assert far.problem.policy.max_lateness_s == 0
    assert far.costs({"Ann": ["A"]})[Rule.LATENESS] == 15 * 60 + 45 * 400
    outcome = solve(far.problem, far.matrix, seconds=None, iterations=500)
    assert outcome.plan.routes_by_technician() == {"Ann": ["A"]}
    assert outcome.costs[Rule.LATENESS] == 15 * 60 + 45 * 400


def test_other_orders_stay_bound_by_the_policy(call: World) -> None:
    normal = replace(call.problem, as_of_s=FRIDAY_16)
    assert normal.max_lateness_s(normal.visit_by_id["A"]) > 0
    assert call.with_job("A", urgency=Urgency.NORMAL).problem.max_lateness_s(call.problem.visit_by_id["A"]) == 0
