"""A peer's plan is mended by the rules that the peer could not say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks.measure import measure_day
from benchmarks.peers.repair import repair_day
from benchmarks.readers import days
from tests.benchmarks.worlds import SIX_ORDERS, SIX_ORDERS_ROUTES

if TYPE_CHECKING:
    from benchmarks.measure import Routes

DAY = days.parse(SIX_ORDERS.read_text(encoding="utf-8"), name="six_orders")


@pytest.mark.parametrize(
    "routes",
    [
        {},
        SIX_ORDERS_ROUTES,
        {"Cai": ("1",)},  # lacks hvac
        {"Ann": ("1", "4"), "Ben": ("3", "1")},  # twice, and two of P02
        {"Cai": ("6", "5", "3")},  # back too late
        {"Ann": ("2", "1", "4")},  # very late
    ],
)
def test_every_plan_becomes_feasible_and_no_dearer(routes: Routes) -> None:
    before, after = measure_day(DAY, routes), measure_day(DAY, repair_day(DAY, routes))
    assert after.is_feasible
    if before.is_feasible:
        assert after.value <= before.value


def test_the_cheaper_user_of_a_scarce_part_goes() -> None:
    # One P02: order 4 (80 000 when left out) stays, order 3 (50 000) goes.
    repaired = repair_day(DAY, {"Ann": ("4",), "Ben": ("3",)})
    served = {visit_id for stops in repaired.values() for visit_id in stops}
    assert "4" in served
    assert "3" not in served


def test_a_service_that_costs_more_than_leaving_it_out_moves() -> None:
    # Ann serves 2 from 600 until 645, 1 at 655, 55 late: 15 x 60 + 40 x 1000 is more than its 20 000. Before 2, which
    # opens at 600, it is in time at 500.
    dear = replace(DAY, costs={**DAY.costs, "late_big": 1000})
    stops = repair_day(dear, {"Ann": ("2", "1")})["Ann"]
    assert stops.index("1") < stops.index("2")
