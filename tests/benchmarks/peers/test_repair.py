"""A peer's plan is mended by the rules that the peer could not say."""

from __future__ import annotations

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


def test_a_service_that_costs_more_than_leaving_it_out_is_left_out() -> None:
    # Order 1 after 4: Ann serves 4 at 500 until 530 and is in time for 1; after 2 (opens 600) at 655 she is 55 late:
    # 15 x 60 + 40 x 400 = 16 900, and with 3 orders the way costs the rest. Left to the repair: 1 goes first.
    repaired = repair_day(DAY, {"Ann": ("2", "1")})
    assert repaired["Ann"].index("1") < repaired["Ann"].index("2")
