"""Home health care plans by hand: starts that follow from the sequences, and the faults that the format knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.measure_hhcrsp import by_service, earliest_starts, measure_hhcrsp
from benchmarks.readers import hhcrsp
from tests.benchmarks.worlds import THREE_PATIENTS

INSTANCE = hhcrsp.parse(THREE_PATIENTS.read_text(encoding="utf-8"), name="three_patients")
ROUTES = {"c1": ("p1", "p2/1", "p3/1"), "c2": ("p2/2", "p3/2")}


def test_a_plan_by_hand() -> None:
    # c1: p1 at 10 until 15, p2 at 30 until 35, p3 at 45, waits until 50. c2: p2 at 20, waits until 30, p3 at 60.
    assert earliest_starts(INSTANCE, ROUTES) == {"p1": 10, "p2/1": 30, "p2/2": 30, "p3/1": 50, "p3/2": 60}
    # Travel 10 + 15 + 10 + 30 and 20 + 10 + 30; nobody is late.
    assert measure_hhcrsp(INSTANCE, ROUTES).value == pytest.approx(125 / 3)


def test_the_first_service_waits_when_the_second_would_come_too_long_after_it() -> None:
    long = replace(INSTANCE.services["p2/2"], duration=40.0)
    instance = replace(INSTANCE, services=INSTANCE.services | {"p2/2": long})
    # c2: p2 until 70, p3 at 80, so that the first service there starts at 60 and not at 50; 20 late once.
    starts = earliest_starts(instance, ROUTES)
    assert starts is not None
    assert (starts["p3/1"], starts["p3/2"]) == (60, 80)
    assert measure_hhcrsp(instance, ROUTES).value == pytest.approx((125 + 20 + 20) / 3)


def test_the_sum_and_the_largest_tardiness_both_count() -> None:
    # c3: p2 at 30 until 35, p1 at 50 until 55 (30 late); c1 waits nowhere: p2 at 30, p3 at 50. Travel 20 + 15 + 10
    # and 20 + 10 + 30 and, for c2, 30 + 30.
    routes = {"c1": ("p2/1", "p3/1"), "c2": ("p3/2",), "c3": ("p2/2", "p1")}
    assert measure_hhcrsp(INSTANCE, routes).value == pytest.approx((165 + 30 + 30) / 3)


def test_two_services_together_may_be_named_by_the_patient() -> None:
    # Whoever can does the first one; c3 can do both.
    for pair in (("c1", "c2"), ("c1", "c3"), ("c3", "c2")):
        named = by_service(INSTANCE, {who: ("p2",) for who in pair})
        assert named == {pair[0]: ["p2/1"], pair[1]: ["p2/2"]}
    assert measure_hhcrsp(INSTANCE, {"c1": ("p1", "p2", "p3/1"), "c2": ("p2", "p3/2")}) == measure_hhcrsp(
        INSTANCE, ROUTES
    )


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ({"c9": ("p1",)}, "unknown technician c9"),
        ({"c1": ("p2",)}, "unknown visit p2"),
        ({"c1": ("p2",), "c2": ("p2",), "c3": ("p2",)}, "unknown visit p2"),
        ({"c1": ("p2/1",), "c2": ("p2",)}, "unknown visit p2"),
        ({"c1": ("p3",), "c2": ("p3",)}, "unknown visit p3"),
        ({"c1": ("p1",), "c3": ("p1",)}, "visit p1 is served 2 times"),
        ({"c1": ("p1",)}, "not served, and all must be: 4 (p2/1, p2/2, p3/1, p3/2)"),
        (ROUTES | {"c1": ("p2/1", "p3/1"), "c2": ("p1", "p2/2", "p3/2")}, "c2 cannot do s1 for p1"),
        (
            {"c1": ("p1", "p2/1"), "c2": ("p2/2",), "c3": ("p3/1", "p3/2")},
            "c3 serves both p3/1 and p3/2, which takes two people",
        ),
        (
            {"c1": ("p1", "p2/1", "p3/1"), "c2": ("p3/2", "p2/2")},
            "the routes wait for each other: no starts keep all distances of the double services",
        ),
    ],
)
def test_faults_are_named(routes: dict[str, tuple[str, ...]], fault: str) -> None:
    assert fault in measure_hhcrsp(INSTANCE, routes).faults
