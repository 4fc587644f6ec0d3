"""What `paigong promise` prints of one order, line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.order import ServiceLog, Urgency
from optimizer.domain.planning_context import AsideState, SetAside
from optimizer.domain.promise import PromiseProfile
from optimizer.domain.technician import Technician
from optimizer.promise.report import Published, ReportLine, promise_report
from tests.promise.test_clocks import window
from tests.promise_worlds import moment, north, promise_world


def report(lang: str = "en", **facts: Any) -> dict[str, ReportLine]:
    return {line.name: line for line in promise_report(*promise_world(**facts), lang)}


def test_an_order_from_its_zone_to_its_call_back() -> None:
    problem, matrix, visit = promise_world(received="11-20 15:00", promised=(window("11-23 09:00/11:00"),))
    assert [line.text_in("en") for line in promise_report(problem, matrix, visit)] == [
        "Order: V Wang",
        "As known on: Friday 20 November 16:00",
        "Zone: In the service area, 10.0 km from the branch",
        "Due: Tuesday 24 November",
        "Because: Received Friday 20 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
        "Days left: 2 working days, today not counted",
        "Window: Monday 23 November 09:00–11:00 (promised)",
        "In the plan: no; no plan is published for Monday 23 November yet",
        "To do: Not planned: it may wait until Tuesday 24 November.",
        "First contact: Not recorded; the customer has been told a time since.",
        "Passing on: 30 min of opening hours after the receipt (Friday 20 November 15:00): pass the order on by Friday "
        "20 November 15:30. Missed, and still open 30 min later.",
        "Acknowledgement: Begins when the order is dispatched.",
        "Call when running late: Who is late calls the customer from Monday 23 November 10:50 to 10:55 and agrees a "
        "new time. Not yet begun.",
        "Call-back: Begins when the work is done.",
    ]


def test_the_same_order_in_chinese() -> None:
    problem, matrix, visit = promise_world(received="11-20 15:00", promised=(window("11-23 09:00/11:00"),))
    assert [line.text_in("zh") for line in promise_report(problem, matrix, visit, "zh")][:9] == [
        "派工单：V Wang",
        "截至：11月20日周五 16:00",
        "区域：服务区内，距网点 10.0 公里",
        "期限：11月24日周二",
        "依据：11月20日周五接单；服务区内，2 个工作日：23日周一、24日周二；最迟11月24日周二上门。",
        "剩余天数：2 个工作日，今天不算",
        "时间窗：11月23日周一 09:00–11:00（已承诺）",
        "排程：没有；11月23日周一的计划还没有发布",
        "要做的：没有排程，可以等到11月24日周二。",
    ]


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (
            {"received": "11-19 10:00"},
            "Monday 23 November is its last day: if it is not planned then, the promise will break.",
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
            "It waits until it is ready, Thursday 26 November 09:00; due Thursday 26 November.",
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
        ({"received": "11-20 10:00"}, "2 working days, today not counted"),
        ({"received": "11-19 10:00"}, "1 working day, today not counted"),
        ({"received": "11-18 10:00"}, "none: it is due today"),
        ({"received": "11-17 10:00"}, "1 working day too late"),
        ({"received": "11-16 10:00"}, "2 working days too late"),
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
    published = Published(moment("11-20 16:00"), ("T1",), moment("11-23 09:10"), window("11-23 09:00/10:00"))
    lines = {line.name: line for line in promise_report(problem, matrix, visit, published=published)}
    assert lines["dispatch"].clock_state == "running"
    assert lines["dispatch"].deadline_s == moment("11-20 16:30")


def test_what_moves_a_terminal_s_cursor_is_left_out() -> None:
    problem, matrix, visit = promise_world()
    rude = replace(problem, customers=(replace(problem.customers[0], name="Wang\x1b[2J"),))
    assert promise_report(rude, matrix, visit)[0].text == "V Wang[2J"


def test_over_several_days_planned() -> None:
    problem, matrix, visit = promise_world(received="11-23 09:00", as_of="11-23 10:00")
    three = replace(problem, days=3)
    assert {line.name: line.text for line in promise_report(three, matrix, visit)}["state"] == (
        "Wednesday 25 November is its last day: if it is not planned then, the promise will break."
    )
    two = {line.name: line.text for line in promise_report(replace(problem, days=2), matrix, visit)}
    assert two["state"] == "Not planned: it may wait until Wednesday 25 November."
    assert two["planned"] == "no; no plan is published for Monday 23 November to Tuesday 24 November yet"


# --- what the published plan makes of it ----------------------------------------------------------------------------

SETTLED = moment("11-20 18:00")
NINE = moment("11-23 09:10")


@pytest.mark.parametrize(
    ("published", "facts", "planned", "state"),
    [
        (
            Published(SETTLED),
            {"received": "11-20 10:00"},
            "no; the plan of Friday 20 November 18:00 leaves it out (paigong explain says why)",
            "Not planned: it may wait until Tuesday 24 November.",
        ),
        (
            Published(SETTLED),
            {"received": "11-19 10:00"},
            "no; the plan of Friday 20 November 18:00 leaves it out (paigong explain says why)",
            "Monday 23 November is its last day, and it is not planned: the promise will break.",
        ),
        (
            Published(SETTLED, ("T1", "T9"), NINE, window("11-23 09:00/11:00")),
            {"received": "11-20 10:00"},
            "Monday 23 November 09:00–11:00, Ann Li (T1), T9, by the plan of Friday 20 November 18:00",
            "Nothing: it is planned in time.",
        ),
        (
            Published(SETTLED, ("T1",), NINE),
            {"received": "11-20 10:00"},
            "Monday 23 November, no time told yet, Ann Li (T1), by the plan of Friday 20 November 18:00",
            "Nothing: it is planned in time.",
        ),
        (
            Published(SETTLED, ("T1",), NINE),
            {"received": "11-18 10:00"},
            "Monday 23 November, no time told yet, Ann Li (T1), by the plan of Friday 20 November 18:00",
            "It is planned after its due day, Friday 20 November: the promise will break.",
        ),
        (
            Published(SETTLED, ("T1",), NINE),
            {"received": "11-20 10:00", "promised": (window("11-23 14:00/16:00"),)},
            "Monday 23 November, no time told yet, Ann Li (T1), by the plan of Friday 20 November 18:00",
            "It is planned at another time than promised: call the customer.",
        ),
        (
            Published(SETTLED, ("T1",), NINE),
            {"received": "11-20 10:00", "km": 81.0},
            "Monday 23 November, no time told yet, Ann Li (T1), by the plan of Friday 20 November 18:00",
            "Nothing: it is planned in time.",
        ),
    ],
)
def test_who_comes_when_is_what_the_plan_says(
    published: Published, facts: dict[str, Any], planned: str, state: str
) -> None:
    problem, matrix, visit = promise_world(**facts)
    problem = replace(problem, technicians=(Technician("T1", "Ann Li"),))
    lines = {line.name: line.text for line in promise_report(problem, matrix, visit, published=published)}
    assert (lines["planned"], lines["state"]) == (planned, state)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (AsideState.UNDER_WAY, "Wait for its result."),
        (AsideState.NO_RESULT, "No result is reported: ask how it ended."),
    ],
)
def test_what_today_has_is_not_said_to_be_left_out(state: AsideState, text: str) -> None:
    problem, matrix, visit = promise_world(received="11-19 10:00")
    aside = SetAside(problem.orders[0], visit, problem.customers[0], state)
    lines = {line.name: line.text for line in promise_report(problem, matrix, visit, aside=aside)}
    assert (lines["planned"], lines["state"]) == ("before these days, nobody is named", text)


def test_clocks_that_nobody_stopped_say_what_is_known_since() -> None:
    """Who has a promise has been called, and what is planned has been passed on, whatever nobody wrote down."""
    published = Published(SETTLED, ("T1",), NINE, window("11-23 09:00/11:00"))
    facts: dict[str, Any] = {"received": "11-20 09:00", "promised": (window("11-23 09:00/11:00"),)}
    problem, matrix, visit = promise_world(**facts)
    lines = {line.name: line.text for line in promise_report(problem, matrix, visit, published=published)}
    assert lines["first_contact"] == "Not recorded; the customer has been told a time since."
    assert lines["passed_on"] == "Not recorded; the order has been passed on since."
    open_ = {line.name: line.text for line in promise_report(*promise_world(received="11-20 09:00"))}
    assert open_["first_contact"].endswith("Missed, and still open 5 h later.")
    assert open_["passed_on"].endswith("still open 6 h 30 min later.")
