"""Routing plans in their format's own numbers, by hand, and the faults that the formats know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.measure_vrp import measure_vrp
from benchmarks.readers import vrplib, vrptw
from tests.benchmarks.worlds import THREE_CUSTOMERS, TWO_PRIZES, TWO_VEHICLES

CUSTOMERS = vrptw.parse(THREE_CUSTOMERS.read_text(encoding="utf-8"), name="three_customers")
SITES = vrplib.parse(TWO_VEHICLES.read_text(encoding="utf-8"), name="two_vehicles")
PRIZES = vrplib.parse(TWO_PRIZES.read_text(encoding="utf-8"), name="two_prizes")


def test_distance_in_the_unit_of_the_file() -> None:
    # 1 at 5.0 until 15.0, 3 at 18.6, waits until 30: 5.0 + 3.6 + 6.0. And 2 alone: 1.4 + 1.4.
    measured = measure_vrp(CUSTOMERS, {"1": ("1", "3"), "2": ("2",)})
    assert (measured.value, measured.unserved, measured.faults) == (17.4, 0, ())
    assert measure_vrp(SITES, {"1": ("2",), "2": ("3",)}).value == 12.828


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ({"3": ("1",)}, "unknown technician 3"),
        ({"1": ("0",)}, "unknown visit 0"),
        ({"1": ("1", "1")}, "visit 1 is served 2 times"),
        ({"1": ("1",)}, "not served, and no prize lets them be left out: 2 (2, 3)"),
        ({"1": ("2", "1", "3")}, "vehicle 1 carries 12 with room for 10"),
        # 3 at 30 until 35, at 1 38.6, due 20.
        ({"1": ("3", "1"), "2": ("2",)}, "customer 1 is served 18.6 after the window"),
    ],
)
def test_faults_are_named(routes: dict[str, tuple[str, ...]], fault: str) -> None:
    assert fault in measure_vrp(CUSTOMERS, routes).faults


def test_a_late_return_is_named() -> None:
    # 3 at 30 until 35, back at 41.
    early = replace(CUSTOMERS, close=400)
    assert measure_vrp(early, {"1": ("1", "3"), "2": ("2",)}).faults == ("vehicle 1 is back 1 too late",)


def test_a_window_is_met_to_the_unit() -> None:
    # 1 is reached at 5.0.
    for close, is_feasible in ((50, True), (49, False)):
        first, *others = CUSTOMERS.clients
        tight = replace(CUSTOMERS, clients=(replace(first, close=close), *others))
        assert measure_vrp(tight, {"1": ("1", "3"), "2": ("2",)}).is_feasible is is_feasible


def test_site_dependent_faults_are_named() -> None:
    # 2 at 5 until 15, 3 at 18.606, waits until 20, until 25, back 26.414. The latest departure: 20 - 3.606 - 10 - 5.
    faults = measure_vrp(SITES, {"1": ("2", "3")}).faults
    assert faults == ("vehicle 1 carries 5 with room for 4", "vehicle 1 is out for 25.02, longer than 20")
    assert measure_vrp(SITES, {"2": ("2", "3")}).faults[0] == "vehicle 2 may not serve customer 2"
    # 2 alone lasts 5 + 10 + 5, which is just allowed.
    assert measure_vrp(SITES, {"1": ("2",), "2": ("3",)}).is_feasible


def test_prizes_are_paid_for_who_is_left_out() -> None:
    assert measure_vrp(PRIZES, {"1": ("2", "3")}).value == 14.6
    left_out = measure_vrp(PRIZES, {"1": ("3",)})
    assert (left_out.value, left_out.unserved, left_out.is_feasible) == (17.0, 1, True)
    assert measure_vrp(PRIZES, {}).value == 25.0
