"""The formats' own numbers, by hand, and the faults that the formats know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.measure import TOLERANCE_MIN, duration_min, measure_day, measure_pillac
from benchmarks.readers import days, pillac
from tests.benchmarks.worlds import FOUR_ERRANDS, SIX_ORDERS, SIX_ORDERS_ROUTES, THREE_REQUESTS, THREE_REQUESTS_ROUTES

DAY = days.parse(SIX_ORDERS.read_text(encoding="utf-8"), name="six_orders")
ERRANDS = pillac.parse(FOUR_ERRANDS.read_text(encoding="utf-8"), name="four_errands")
INSTANCE = pillac.parse(THREE_REQUESTS.read_text(encoding="utf-8"), name="three_requests")


def test_a_day_by_hand() -> None:
    # The sum is worked out in readers/test_days.py.
    measured = measure_day(DAY, SIX_ORDERS_ROUTES)
    assert (measured.value, measured.unserved, measured.is_feasible) == (134_961, 1, True)


def test_a_day_on_which_nobody_drives_costs_its_orders() -> None:
    assert measure_day(DAY, {"Ann": ()}).value == 20_000 + 30_000 + 50_000 + 80_000 + 30_000 + 150_000


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ({"Zoe": ("1",)}, "unknown technician Zoe"),
        ({"Ann": ("99",)}, "unknown visit 99"),
        ({"Ann": ("1", "1")}, "visit 1 is served 2 times"),
        ({"Cai": ("1",)}, "Cai lacks hvac level 2 for visit 1"),
        ({"Ann": ("4",), "Ben": ("3",)}, "part P02: 2 used of 1"),
        ({"Cai": ("6", "5")}, "Cai finds no place for the break or is back too late"),
    ],
)
def test_faults_of_a_day_are_named(routes: dict[str, tuple[str, ...]], fault: str) -> None:
    assert fault in measure_day(DAY, routes).faults


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ({"9": ("3",)}, "unknown technician 9"),
        ({"1": ("2",)}, "unknown visit 2"),
        ({"1": ("3",), "2": ("3",)}, "visit 3 is served 2 times"),
        ({"2": ("3",)}, "technician 2 lacks skills [1] for visit 3"),
        # 4 at 585 until 675, at 3 690.5, window until 480.
        ({"1": ("4", "3")}, "visit 3 starts 210.5000 min after its window"),
    ],
)
def test_faults_of_a_pillac_plan_are_named(routes: dict[str, tuple[str, ...]], fault: str) -> None:
    assert fault in measure_pillac(INSTANCE, routes).faults


@pytest.mark.parametrize(
    ("route", "faults"),
    [
        (("2", "3", "0", "4", "5"), ()),
        (("2", "4", "0", "5"), ("technician 1 lacks tools [1] for visit 4",)),
        (("2", "5", "0", "4"), ("technician 1 lacks 2 of part 0 for visit 5",)),
        (("5", "0"), ("technician 1 lacks 1 of part 0 for visit 5",)),
        (("2", "0", "4", "0", "5"), ("technician 1 stops at the depot 2 times",)),
    ],
)
def test_tools_and_parts_are_those_from_home_up_to_the_depot(route: tuple[str, ...], faults: tuple[str, ...]) -> None:
    assert measure_pillac(ERRANDS, {"1": route}).faults == faults


def test_a_stop_at_the_depot_keeps_its_hours_and_is_no_request() -> None:
    # 2 at 2 until 7, at the depot at 19.
    early = replace(ERRANDS, depot=replace(ERRANDS.depot, close_min=18.0))
    measured = measure_pillac(early, {"1": ("2", "0")})
    assert measured.faults == ("the stop at the depot starts 1.0000 min after its window",)
    assert (measured.unserved, measured.value) == (3, 2 + 5 + 12 + 10)
    # Two people may each stop there.
    two = replace(ERRANDS, homes=(*ERRANDS.homes, ERRANDS.homes[0]))
    assert measure_pillac(two, {"1": ("0", "4")}).unserved == 3


def test_waiting_before_the_first_visit_is_free_and_later_waiting_counts() -> None:
    home, visits = INSTANCE.homes[0], {str(r.node_id): r for r in INSTANCE.requests}
    # 4 alone: 30.6667 there, 90 service, 30.6667 back; it opens at 585, long after the shift.
    assert duration_min(INSTANCE, home, [visits["4"]]) == pytest.approx(151.3334)
    assert duration_min(INSTANCE, home, []) == 0.0
    # 3 as late as 480, so that the wait before 4 (585) is 585 - 15.5 - 525 = 44.5 long.
    waited = 20.1333 + 45 + 15.5 + 44.5 + 90 + 30.6667
    assert duration_min(INSTANCE, home, [visits["3"], visits["4"]]) == pytest.approx(waited)


@pytest.mark.parametrize(("excess_min", "is_feasible"), [(TOLERANCE_MIN / 2, True), (TOLERANCE_MIN * 2, False)])
def test_a_window_may_be_passed_by_what_printing_rounds_and_no_more(excess_min: float, is_feasible: bool) -> None:
    # 3 ends at 510 at the earliest, 15.5 minutes before 4, whose window closes that much too early.
    first, second, third = INSTANCE.requests
    early = replace(second, open_min=0.0, close_min=525.5 - excess_min)
    tight = replace(INSTANCE, requests=(first, early, third))
    assert measure_pillac(tight, {"1": ("3", "4")}).is_feasible is is_feasible


def test_a_start_in_the_tolerance_does_not_lengthen_the_route() -> None:
    home, (first, second, _) = INSTANCE.homes[0], INSTANCE.requests
    early = replace(second, open_min=0.0, close_min=525.5 - TOLERANCE_MIN / 2)
    waited = 20.1333 + 45 + 15.5 + 90 + 30.6667
    assert duration_min(INSTANCE, home, [first, early]) == pytest.approx(waited)


def test_a_late_return_is_named() -> None:
    short = replace(INSTANCE, homes=tuple(replace(home, close_min=700.0) for home in INSTANCE.homes))
    assert measure_pillac(short, THREE_REQUESTS_ROUTES).faults == ("technician 1 is back 5.6667 min too late",)
