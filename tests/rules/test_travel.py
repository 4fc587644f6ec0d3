"""Travel costs by the minute, once per route."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule

if TYPE_CHECKING:
    from tests.worlds import World


def test_all_legs_count_once_a_route(one_van: World) -> None:
    assert one_van.costs({"Ann": ["A", "B"]}) == {Rule.TRAVEL: 2_000}
    assert one_van.judge({}).costs[Rule.TRAVEL] == 0


def test_a_route_is_rounded_once_and_half_up(one_van: World) -> None:
    # Three legs of 1 s at 50 cents a minute: 2.5 cents are 3, not three times 1.
    seconds = one_van.matrix.seconds.copy()
    seconds[:] = 1
    quick = replace(one_van, matrix=replace(one_van.matrix, seconds=seconds))
    assert quick.costs({"Ann": ["A", "B"]}) == {Rule.TRAVEL: 3}
