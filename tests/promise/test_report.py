"""What `paigong promise` prints of one order, line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.order import ServiceLog, Urgency
from optimizer.domain.promise import PromiseProfile
from optimizer.promise.report import ReportLine, promise_report
from tests.promise.test_clocks import window
from tests.promise_worlds import moment, north, promise_world


def report(lang: str = "en", **facts: Any) -> dict[str, ReportLine]:
    return {line.name: line for line in promise_report(*promise_world(**facts), lang)}


def test_an_order_from_its_zone_to_its_call_back() -> None:
    problem, matrix, visit = promise_world(received="11-20 15:00", promised=(window("11-23 09:00/11:00"),))
    assert [line.text_in("en") for line in promise_report(problem, matrix, visit)] == [
        "Order: V Wang",
        "Zone: In the service area, 10.0 km from the branch",
        "Due: Tuesday 24 November",
        "Because: Received Friday 20 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
        "Days left: 2 working day(s) after Friday 20 November",
        "Window: Monday 23 November 09:00–11:00 (promised)",
        "Today: May wait until Tuesday 24 November; Monday 23 November is planned.",
        "First contact: 2 h of opening hours after the request (Friday 20 November 15:00): call the customer by Friday "
        "20 November 17:00. Running.",
        "Passing on: 30 min of opening hours after the receipt (Friday 20 November 15:00): pass the order on by Friday "
        "20 November 15:30. Missed, and still open 30 min later.",
        "Acknowledgement: Begins when the order is dispatched.",
        "Call when running late: Who is late calls the customer from Monday 23 November 10:50 to 10:55 and agrees a "
        "new time. Not yet begun.",
        "Call-back: Begins when the work is done.",
    ]


def test_the_same_order_in_chinese() -> None:
    problem, matrix, visit = promise_world(received="11-20 15:00", promised=(window("11-23 09:00/11:00"),))
    assert [line.text_in("zh") for line in promise_report(problem, matrix, visit, "zh")][:7] == [
        "派工单：V Wang",
        "区域：服务区内，距网点 10.0 公里",
        "期限：11月24日周二",
        "依据：11月20日周五接单；服务区内，2 个工作日：23日周一、24日周二；最迟11月24日周二上门。",
        "剩余天数：11月20日周五之后还有 2 个工作日",
        "时间窗：11月23日周一 09:00–11:00（已承诺）",
        "目前：可等到11月24日周二；现在计划的是11月23日周一。",
    ]


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (
            {"received": "11-19 10:00"},
            "Monday 23 November is its last day: if it is not planned, the promise will break.",
        ),
        ({"received": "11-18 10:00"}, "Due Friday 20 November, before the day to plan: send somebody today."),
        (
            {"received": "11-20 15:50", "urgency": Urgency.EMERGENCY},
            "Its time is before the day to plan: send somebody today.",
        ),
        (
            {"received": "11-20 10:00", "promised": (window("11-20 16:30/17:30"),)},
            "Its time is before the day to plan: send somebody today.",
        ),
        ({"received": "11-17 10:00"}, "The promise is broken: it was due Thursday 19 November."),
        ({"received": "11-20 10:00", "km": 81.0}, "No due day yet: call the customer and agree a day."),
        (
            {"received": "11-20 10:00", "ready": "11-26 09:00"},
            "Waits until it is ready, Thursday 26 November 09:00; due Thursday 26 November.",
        ),
        ({"received": "11-19 10:00", "log": {"done": "11-20 15:00"}}, "Done."),
    ],
)
def test_what_is_to_be_done_today(facts: dict[str, Any], text: str) -> None:
    assert report(**facts)["state"].text == text


def test_a_done_order_is_open_until_its_parts_are_back() -> None:
    log = ServiceLog(done_s=moment("11-20 15:00"), parts_back=False)
    problem, matrix, visit = promise_world(received="11-19 10:00")
    done = replace(problem, orders=(replace(problem.orders[0], log=log),))
    lines = {line.name: line.text for line in promise_report(done, matrix, visit)}
    assert lines["state"] == "Done, but not closed: its parts are not back."


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"received": "11-20 10:00"}, "2 working day(s) after Friday 20 November"),
        ({"received": "11-18 10:00"}, "0 working day(s) after Friday 20 November"),
        ({"received": "11-16 10:00"}, "2 working day(s) too late on Friday 20 November"),
        ({}, "none"),
    ],
)
def test_the_days_left(facts: dict[str, Any], text: str) -> None:
    assert report(**facts)["days_left"].text == text


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"km": 79.96}, "Outside the service area, 79.960 km from the branch"),
        ({"km": None, "place": north(95.0)}, "Beyond what is promised, 95.0 km from the branch as the crow flies"),
        ({"km": None, "place": north(40.0), "is_reachable": False}, "Not known"),
    ],
)
def test_the_zone(facts: dict[str, Any], text: str) -> None:
    assert report(**facts)["zone"].text == text


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (
            {"urgency": Urgency.EMERGENCY, "as_of": "11-23 08:00"},
            "Monday 23 November 08:00–10:00 (on site as an emergency)",
        ),
        ({}, "Monday 23 November 08:30–17:30 (opening hours on the day to plan)"),
        ({"requested": (window("11-24 09:00/11:00"),)}, "Tuesday 24 November 09:00–11:00 (asked for by the customer)"),
    ],
)
def test_the_windows(facts: dict[str, Any], text: str) -> None:
    assert report(**facts)["windows"].text == text


def test_a_plan_does_not_stop_the_dispatch_clock() -> None:
    problem, matrix, visit = promise_world(received="11-20 15:30", profile=PromiseProfile(dispatch_s=3600))
    told = window("11-23 09:00/10:00")
    lines = {line.name: line for line in promise_report(problem, matrix, visit, window=told)}
    assert lines["dispatch"].clock_state == "running"
    assert lines["dispatch"].deadline_s == moment("11-20 16:30")


def test_what_moves_a_terminal_s_cursor_is_left_out() -> None:
    problem, matrix, visit = promise_world()
    rude = replace(problem, customers=(replace(problem.customers[0], name="Wang\x1b[2J"),))
    assert promise_report(rude, matrix, visit)[0].text == "V Wang[2J"


def test_over_several_days_planned() -> None:
    problem, matrix, visit = promise_world(received="11-23 09:00", as_of="11-23 10:00")
    three = replace(problem, days=3)
    assert [line.text for line in promise_report(three, matrix, visit) if line.name == "state"] == [
        "Wednesday 25 November is its last day: if it is not planned, the promise will break."
    ]
    two = replace(problem, days=2)
    assert [line.text for line in promise_report(two, matrix, visit) if line.name == "state"] == [
        "May wait until Wednesday 25 November; Monday 23 November to Tuesday 24 November are planned."
    ]
