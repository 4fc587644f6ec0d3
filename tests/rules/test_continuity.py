"""A visit with preferred technicians costs extra when none of them serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule

if TYPE_CHECKING:
    from tests.worlds import World


def test_a_stranger_costs_1500_cents_a_visit(two_vans: World) -> None:
    known = two_vans.with_job("B", served_by=("Ann", "Cai")).with_job("C", served_by=("Cai",))
    assert known.judge({"Ann": ["B"]}).costs[Rule.CONTINUITY] == 0
    assert known.judge({"Ben": ["B"]}).costs[Rule.CONTINUITY] == 1_500
    assert known.judge({"Ben": ["B", "C"]}).costs[Rule.CONTINUITY] == 3_000


def test_a_new_customer_prefers_nobody_and_a_visit_left_out_disappoints_nobody(two_vans: World) -> None:
    assert two_vans.judge({"Ben": ["B"]}).costs[Rule.CONTINUITY] == 0
    assert two_vans.with_job("B", served_by=("Ann",)).judge({}).costs[Rule.CONTINUITY] == 0
