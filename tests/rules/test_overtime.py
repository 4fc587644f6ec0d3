"""A return after the shift's end costs by the minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule
from tests.worlds import clock, job, person, world

if TYPE_CHECKING:
    from tests.worlds import World


def test_overtime_is_counted_by_the_clock_at_the_end_place(one_van: World) -> None:
    # Back at 09:40.
    for end, cents in (("09:40", 0), ("09:39", 150), ("09:10", 4_500)):
        made = one_van.with_shift("Ann", end_s=clock(end), overtime_limit_s=3600)
        assert made.costs({"Ann": ["A", "B"]}).get(Rule.OVERTIME, 0) == cents


def test_the_way_home_counts_although_the_last_service_ended_in_time() -> None:
    made = world([job("A", place=10)], [person("Ann", hours="08:00-08:40", overtime=60)])
    assert made.costs({"Ann": ["A"]})[Rule.OVERTIME] == 1_500


def test_waiting_for_a_window_makes_overtime_too(one_van: World) -> None:
    late = one_van.with_job("B", ready_s=clock("10:00")).with_shift("Ann", end_s=clock("10:20"), overtime_limit_s=1800)
    # B from 10:00 to 10:30, back at 10:50.
    assert late.costs({"Ann": ["A", "B"]})[Rule.OVERTIME] == 4_500
