"""No leg, no day's travel and no number of visits exceeds the shift's limits; a missing pair is not driven."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.domain.rules import Rule
from optimizer.travel.matrix import TravelMatrix

if TYPE_CHECKING:
    from tests.worlds import World

ROUTES = {"Ann": ["A", "B"]}  # Legs of 10, 10 and 20 minutes.


@pytest.mark.parametrize(
    ("limit", "amount"),
    [
        ({"max_leg_s": 1200}, None),
        ({"max_leg_s": 1199}, 1),
        ({"max_travel_s": 2400}, None),
        ({"max_travel_s": 2000}, 400),
        ({"max_visits": 2}, None),
        ({"max_visits": 1}, 1),
    ],
)
def test_limits_hold_to_the_second_and_to_the_visit(one_van: World, limit: dict[str, int], amount: int | None) -> None:
    expected = [] if amount is None else [(Rule.TRAVEL_LIMIT, amount)]
    assert one_van.with_shift("Ann", **limit).broken(ROUTES) == expected


def test_the_leg_home_counts(one_van: World) -> None:
    (violation,) = one_van.with_shift("Ann", max_leg_s=900).judge(ROUTES).violations
    assert violation.message == "Leg 3 of Ann takes 20 min, 5 min above the limit."


def test_a_pair_without_a_way_is_not_driven(one_van: World) -> None:
    no_way = one_van.with_leg("A", "B", None)
    (violation,) = no_way.judge(ROUTES).violations
    assert violation.rule is Rule.TRAVEL_LIMIT
    assert violation.message == "Ann cannot travel from A to B."
    assert no_way.broken({"Ann": ["B", "A"]}) == []


def test_a_place_or_a_profile_that_the_matrix_lacks_is_no_way(one_van: World) -> None:
    nowhere = TravelMatrix(("branch",), ("car",), np.zeros((1, 1, 1), np.int32), np.zeros((1, 1, 1), np.int32))
    assert replace(one_van, matrix=nowhere).broken({"Ann": ["A"]}) == [(Rule.TRAVEL_LIMIT, 1)] * 2
    assert one_van.with_shift("Ann", profile="boat").broken({"Ann": ["A"]}) == [(Rule.TRAVEL_LIMIT, 1)] * 2
