"""A contractor costs by the used day and by the minute of travel and service, on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule
from optimizer.domain.technician import Employment

if TYPE_CHECKING:
    from tests.worlds import World


def test_a_contractor_is_paid_for_the_day_and_for_travel_and_service(one_van: World) -> None:
    # 40 minutes of travel and 60 of service: 6 000 + 100 x 60.
    hired = one_van.with_technician("Ann", employment=Employment.CONTRACTOR)
    assert hired.costs({"Ann": ["A", "B"]}) == {Rule.CONTRACTOR: 12_000, Rule.TRAVEL: 2_000}


def test_an_unused_contractor_costs_nothing(one_van: World) -> None:
    hired = one_van.with_technician("Ann", employment=Employment.CONTRACTOR)
    assert hired.judge({}).costs[Rule.CONTRACTOR] == 0
    assert hired.judge({"Ann": []}).costs[Rule.CONTRACTOR] == 0


def test_waiting_is_not_paid(one_van: World) -> None:
    hired = one_van.with_technician("Ann", employment=Employment.CONTRACTOR).with_job("B", ready_s=12 * 3600)
    assert hired.costs({"Ann": ["A", "B"]})[Rule.CONTRACTOR] == 12_000
