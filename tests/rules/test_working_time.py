"""The time between the latest useful departure and the return costs by the minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule
from tests.worlds import clock, span

if TYPE_CHECKING:
    from tests.worlds import World


def test_it_is_off_by_default(one_van: World) -> None:
    assert Rule.WORKING_TIME not in one_van.costs({"Ann": ["A", "B"]})


def test_waiting_at_the_first_visit_is_not_working_time(one_van: World) -> None:
    # A at 10:00 may be left for at 09:50; back at 11:30: 100 minutes at 35 cents.
    made = one_van.with_policy(working_time_cents=35).with_job("A", ready_s=clock("10:00"))
    assert made.costs({"Ann": ["A", "B"]})[Rule.WORKING_TIME] == 3_500


def test_waiting_between_visits_is_working_time(one_van: World) -> None:
    # B at 12:00 makes the return 12:50. A by 11:50 can be left at, so started by 11:20, left for by 11:10.
    made = one_van.with_policy(working_time_cents=35).with_job("B", ready_s=clock("12:00"))
    assert made.costs({"Ann": ["A", "B"]})[Rule.WORKING_TIME] == 100 * 35
    # When A closes at 09:00, the departure is 08:50 at the latest: four hours.
    early = made.with_job("A", requested=(span("08:00-09:00"),))
    assert early.costs({"Ann": ["A", "B"]})[Rule.WORKING_TIME] == 240 * 35
