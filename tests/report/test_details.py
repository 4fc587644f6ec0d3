"""A plan for other systems: drives, waits, places and reasons, by hand."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.plan import Reason, ReasonCode
from optimizer.report.details import plan_details
from tests.worlds import job, person, world

WORLD = world(
    [job("A", place=10), job("B", place=30, requested="10:00-12:00"), job("C", place=20)],
    [person("Ann", lunch="09:30-09:45")],
)
PLAN = WORLD.plan({"Ann": ["A", "B"]})


def test_a_route_says_how_far_and_how_long() -> None:
    found = plan_details(WORLD.problem, WORLD.matrix, PLAN, "en")
    (route,) = found["routes"]
    minutes = [(stop["travel_s"] // 60, stop["waiting_s"] // 60, stop["service_s"] // 60) for stop in route["stops"]]
    # Ann is with A from 8:10 to 8:40 and at B from 9:00; the break from 9:30 to 10:00 is no waiting.
    assert minutes == [(10, 0, 30), (20, 30, 30)]
    assert (route["travel_s"], route["travel_m"]) == (60 * 60, 600 * 60)
    assert (route["return_travel_s"], route["waiting_s"], route["service_s"]) == (30 * 60, 30 * 60, 60 * 60)
    way = [(round(lon, 5), lat) for lon, lat in route["geometry"]["coordinates"]]
    assert route["geometry_along"] == "straight"
    assert way == [(121.4, 31.2), (121.41, 31.2), (121.43, 31.2), (121.4, 31.2)]
    assert [(stop["visit"], stop["order"], stop["customer"]) for stop in route["stops"]] == [
        ("A", "A", "C-A"), ("B", "B", "C-B"),
    ]  # fmt: skip


def test_a_visit_left_out_says_why() -> None:
    (left,) = PLAN.unassigned
    told = replace(PLAN, unassigned=(replace(left, reasons=(Reason(ReasonCode.DECLINED, True),)),))
    for lang, words in (("en", "The customer said no to this time"), ("zh", "客户")):
        (found,) = plan_details(WORLD.problem, WORLD.matrix, told, lang)["unassigned"]
        assert (found["visit"], found["lon"]) == ("C", 121.42)
        assert words in found["reasons"][0]
