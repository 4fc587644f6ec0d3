"""A start after the window closes costs by the minute, steeply after a quarter of an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.policy import Policy
from optimizer.domain.rules import Rule
from optimizer.judge_timing import lateness_cents
from tests.worlds import clock

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


def test_the_lead_makes_a_start_late_that_the_promise_would_allow(late_promise: World) -> None:
    made = late_promise.with_job("A", requested=(Interval(clock("08:00"), clock("09:00")),))
    assert made.with_policy(arrival_lead_s=300).costs({"Ann": ["A"]})[Rule.LATENESS] == 300
