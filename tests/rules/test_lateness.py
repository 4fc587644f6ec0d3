"""A start after the window closes costs by the minute, steeply after a quarter of an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.policy import Policy
from optimizer.domain.rules import Rule
from optimizer.judge.timing import lateness_cents
from tests.worlds import clock, job, person, span, world

if TYPE_CHECKING:
    from tests.worlds import World


@pytest.mark.parametrize(
    ("late_s", "cents"),
    [
        (0, 0),
        (1, 1),
        (60, 60),
        (900, 900),
        (901, 907),  # 900 + 400 / 60 = 906.67
        (960, 1300),
        (1800, 900 + 15 * 400),
        (904, 927),  # 900 + 1600 / 60 = 926.67
    ],
)
def test_two_tiers_are_added_and_rounded_once(late_s: int, cents: int) -> None:
    assert lateness_cents(Policy(), late_s) == cents


def test_both_tiers_share_one_rounding() -> None:
    # (1 x 1 + 1 x 29 + 30) // 60 = 1, although each alone rounds to 0.
    policy = Policy(late_small_s=1, late_small_cents=1, late_large_cents=29)
    assert lateness_cents(policy, 2) == 1


def test_every_visit_pays_for_itself(late_promise: World) -> None:
    # The window closes at 08:30, A is reached at 09:00.
    assert late_promise.costs({"Ann": ["A"]})[Rule.LATENESS] == 6_900
    in_time = late_promise.with_job("A", requested=(Interval(clock("08:00"), clock("09:00")),))
    assert Rule.LATENESS not in in_time.costs({"Ann": ["A"]})


def test_the_longest_lateness_is_priced_once_where_the_policy_says_so() -> None:
    # A, B and C are 10, 40 and 70 minutes after the start of the day, each served for half an hour.
    jobs = [job(name, place=10, requested="08:00-08:10") for name in "ABC"]
    made = world(jobs, [person("Ann")]).with_policy(late_small_cents=0, late_large_cents=0, max_lateness_s=None)
    made = made.with_policy(late_worst_cents=5)
    # B starts at 08:40 and C at 09:10.
    assert made.costs({"Ann": ["A", "B", "C"]})[Rule.LATENESS] == 60 * 5
    assert made.solved().costs[Rule.LATENESS] == 60 * 5
    assert Rule.LATENESS not in made.costs({"Ann": ["A"]})


def test_the_engine_shares_lateness_where_the_longest_is_dear() -> None:
    # With A at the end nobody is later than 40 minutes, in any other order somebody is 80.
    jobs = [job("A", place=10, minutes=60), job("B", place=10, minutes=20), job("C", place=10, minutes=20)]
    jobs = [one.but(requested=(span("08:00-08:10"),)) for one in jobs]
    made = world(jobs, [person("Ann")]).with_policy(late_small_cents=0, late_large_cents=0, max_lateness_s=None)
    (route,) = made.with_policy(late_worst_cents=100).solved().routes
    assert route.stops[-1].visit_id == "A"


def test_the_lead_makes_a_start_late_that_the_promise_would_allow(late_promise: World) -> None:
    made = late_promise.with_job("A", requested=(Interval(clock("08:00"), clock("09:00")),))
    assert made.with_policy(arrival_lead_s=300).costs({"Ann": ["A"]})[Rule.LATENESS] == 300
