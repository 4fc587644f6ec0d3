"""The clocks of an order: when each begins and ends, by hand, overnight, over weekends and over closing time.

The branch is open from 08:30 to 17:30 on working days; 23 November 2026 is a Monday. The public holidays of 2026 are
those of `promise_worlds`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.order import Interval, Unfinished, Urgency
from optimizer.domain.promise import PromiseProfile
from optimizer.domain.units import HOUR_S, MINUTE_S
from optimizer.promise.clocks import (
    Clock,
    ClockName,
    ClockState,
    business_deadline_s,
    clocks_of,
    next_day_deadline_s,
)
from optimizer.promise.sentences import clock_sentence
from optimizer.text.catalogue import translator
from tests.promise_worlds import moment, promise_world

CENTRE = PromiseProfile(name="centre", dispatch_s=3600)
EMERGENCY = {"urgency": Urgency.EMERGENCY}


def window(text: str) -> Interval:
    """Return the window of `11-23 09:00/11:00`."""
    day, times = text.split(" ")
    opens, closes = times.split("/")
    return Interval(moment(f"{day} {opens}"), moment(f"{day} {closes}"))


def clock(name: str, *, told: str = "", **facts: Any) -> Clock:
    """Return one clock of the order."""
    problem, _, visit = promise_world(**facts)
    planned = window(told) if told else None
    found = clocks_of(problem, visit, window=planned)
    return next(clock for clock in found if clock.name == name)


# --- opening hours ----------------------------------------------------------------------------------------------------

#: What, from when, how long in minutes, until when.
OPENING_HOURS = [
    ("within a morning", "11-23 09:00", 120, "11-23 11:00"),
    ("exactly until closing time", "11-23 15:30", 120, "11-23 17:30"),
    ("over closing time into the morning", "11-23 16:30", 120, "11-24 09:30"),
    ("one minute over closing time", "11-23 15:31", 120, "11-24 08:31"),
    ("from closing time", "11-23 17:30", 30, "11-24 09:00"),
    ("from the night", "11-23 22:00", 30, "11-24 09:00"),
    ("from the early morning", "11-23 06:00", 30, "11-23 09:00"),
    ("from opening time", "11-23 08:30", 30, "11-23 09:00"),
    ("over a weekend", "11-20 16:30", 120, "11-23 09:30"),
    ("from a Saturday", "11-21 10:00", 120, "11-23 10:30"),
    ("from a Sunday night", "11-22 23:30", 15, "11-23 08:45"),
    ("more than a whole day", "11-23 16:30", 660, "11-25 09:30"),
    ("over the Spring Festival, make-up Saturday open", "02-13 17:00", 60, "02-14 09:00"),
    ("from the make-up Saturday over the festival", "02-14 17:00", 60, "02-24 09:00"),
    ("over National Day", "09-30 17:00", 120, "10-08 10:00"),
    ("on the make-up Sunday", "09-20 09:00", 120, "09-20 11:00"),
]


@pytest.mark.parametrize(
    ("start", "minutes", "deadline"), [c[1:] for c in OPENING_HOURS], ids=[c[0] for c in OPENING_HOURS]
)
def test_an_amount_of_opening_hours_ends(start: str, minutes: int, deadline: str) -> None:
    problem, _, _ = promise_world()
    assert business_deadline_s(problem, moment(start), minutes * MINUTE_S) == moment(deadline)


#: What, when the work was done, until when the customer is asked.
CALL_BACKS = [
    ("the next working day at the same time", "11-23 16:00", "11-24 16:00"),
    ("over a weekend", "11-20 16:00", "11-23 16:00"),
    ("done on a Saturday", "11-21 15:00", "11-23 15:00"),
    ("done after closing time: at closing time", "11-23 20:00", "11-24 17:30"),
    ("done before opening time: at opening time", "11-23 07:00", "11-24 08:30"),
    ("over National Day", "09-30 10:00", "10-08 10:00"),
    ("on a make-up Saturday", "10-09 10:00", "10-10 10:00"),
]


@pytest.mark.parametrize(("done", "deadline"), [c[1:] for c in CALL_BACKS], ids=[c[0] for c in CALL_BACKS])
def test_the_call_back_is_a_working_day_later(done: str, deadline: str) -> None:
    found = clock("call_back", log={"done": done})
    assert (found.start_s, found.deadline_s) == (moment(done), moment(deadline))


def test_a_day_and_a_half_are_a_working_day_and_twelve_opening_hours() -> None:
    problem, _, _ = promise_world()
    # Friday 16:00 -> Monday 16:00; 1.5 h until closing, 9 h on Tuesday, 1.5 h on Wednesday.
    assert next_day_deadline_s(problem, moment("11-20 16:00"), 36 * HOUR_S) == moment("11-25 10:00")
    assert next_day_deadline_s(problem, moment("11-20 16:30"), 2 * HOUR_S) == moment("11-23 09:30")


# --- each clock: its start event, its end and its state ---------------------------------------------------------------

#: Name, facts, start, deadline, stop, state. Planned on Friday 20 November at 16:00 unless said otherwise.
Row = tuple[str, dict[str, Any], str | None, str | None, str | None, str]
CLOCK_CASES: list[Row] = [
    ("first_contact", {}, None, None, None, "not_started"),
    ("first_contact", {"received": "11-20 15:00"}, "11-20 15:00", "11-20 17:00", None, "running"),
    ("first_contact", {"received": "11-20 16:00"}, "11-20 16:00", "11-23 09:00", None, "running"),
    ("first_contact", {"received": "11-20 14:00"}, "11-20 14:00", "11-20 16:00", None, "running"),
    ("first_contact", {"received": "11-20 13:59"}, "11-20 13:59", "11-20 15:59", None, "breached"),
    (
        "first_contact",
        {"received": "11-19 16:30", "log": {"contacted": "11-20 09:30"}},
        "11-19 16:30",
        "11-20 09:30",
        "11-20 09:30",
        "met",
    ),
    (
        "first_contact",
        {"received": "11-19 16:30", "log": {"contacted": "11-20 09:31"}},
        "11-19 16:30",
        "11-20 09:30",
        "11-20 09:31",
        "breached",
    ),
    (
        "first_contact",
        {"received": "11-21 22:00", "as_of": "11-23 08:00"},
        "11-21 22:00",
        "11-23 10:30",
        None,
        "running",
    ),
    ("passed_on", {"received": "11-20 15:45"}, "11-20 15:45", "11-20 16:15", None, "running"),
    (
        "passed_on",
        {"received": "11-20 10:00", "log": {"passed_on": "11-20 10:20"}},
        "11-20 10:00",
        "11-20 10:30",
        "11-20 10:20",
        "met",
    ),
    (
        "passed_on",
        {"received": "11-19 17:15", "log": {"passed_on": "11-20 08:50"}},
        "11-19 17:15",
        "11-20 08:45",
        "11-20 08:50",
        "breached",
    ),
    (
        "dispatch",
        {"received": "11-20 15:30", "profile": CENTRE},
        "11-20 15:30",
        "11-20 16:30",
        None,
        "running",
    ),
    (
        "dispatch",
        {"received": "11-20 15:30", "profile": CENTRE, "told": "11-23 09:00/10:00"},
        "11-20 15:30",
        "11-20 16:30",
        None,
        "running",
    ),
    (
        "dispatch",
        {
            "received": "11-20 14:00",
            "profile": CENTRE,
            "promised": (window("11-23 09:00/11:00"),),
            "log": {"dispatched": "11-20 15:10", "acknowledged": "11-20 15:30"},
        },
        "11-20 14:00",
        "11-20 15:00",
        "11-20 15:10",
        "breached",
    ),
    (
        "dispatch",
        {"received": "11-20 15:00", "profile": CENTRE, "log": {"acknowledged": "11-20 15:50"}},
        "11-20 15:00",
        "11-20 16:00",
        "11-20 15:50",
        "met",
    ),
    (
        "dispatch",
        {"received": "11-19 17:00", "profile": CENTRE, "log": {"dispatched": "11-20 08:40"}},
        "11-19 17:00",
        "11-20 09:00",
        "11-20 08:40",
        "met",
    ),
    ("acknowledge", {"received": "11-20 10:00"}, None, None, None, "not_started"),
    ("acknowledge", {"log": {"dispatched": "11-20 15:50"}}, "11-20 15:50", "11-20 16:05", None, "running"),
    (
        "acknowledge",
        {"log": {"dispatched": "11-20 17:25"}, "as_of": "11-23 08:00"},
        "11-20 17:25",
        "11-23 08:40",
        None,
        "running",
    ),
    (
        "acknowledge",
        {"log": {"dispatched": "11-20 10:00", "acknowledged": "11-20 10:15"}},
        "11-20 10:00",
        "11-20 10:15",
        "11-20 10:15",
        "met",
    ),
    ("emergency_contact", {**EMERGENCY, "received": "11-20 15:00"}, None, None, None, "not_started"),
    (
        "emergency_contact",
        {**EMERGENCY, "log": {"dispatched": "11-20 15:50"}},
        "11-20 15:50",
        "11-20 16:20",
        None,
        "running",
    ),
    (
        "emergency_contact",
        {**EMERGENCY, "log": {"dispatched": "11-20 15:00", "acknowledged": "11-20 15:20", "contacted": "11-20 15:55"}},
        "11-20 15:20",
        "11-20 15:50",
        "11-20 15:55",
        "breached",
    ),
    (
        "emergency_contact",
        {**EMERGENCY, "log": {"acknowledged": "11-20 15:20", "contacted": "11-20 15:05"}},
        "11-20 15:20",
        "11-20 15:50",
        "11-20 15:05",
        "met",
    ),
    (
        "emergency_on_site",
        {**EMERGENCY, "log": {"acknowledged": "11-21 23:10"}, "as_of": "11-23 08:00"},
        "11-21 23:10",
        "11-22 01:10",
        None,
        "breached",
    ),
    (
        "emergency_on_site",
        {**EMERGENCY, "log": {"acknowledged": "11-20 16:50", "on_site": "11-20 18:45"}, "as_of": "11-20 19:00"},
        "11-20 16:50",
        "11-20 18:50",
        "11-20 18:45",
        "met",
    ),
    (
        "emergency_from_call",
        {**EMERGENCY, "received": "11-20 15:50"},
        "11-20 15:50",
        "11-20 17:50",
        None,
        "running",
    ),
    (
        "emergency_from_call",
        {**EMERGENCY, "received": "11-20 13:00", "log": {"acknowledged": "11-20 15:00", "on_site": "11-20 15:30"}},
        "11-20 13:00",
        "11-20 15:00",
        "11-20 15:30",
        "breached",
    ),
    ("running_late", {}, None, None, None, "not_started"),
    (
        "running_late",
        {"promised": (window("11-23 09:00/11:00"),)},
        "11-23 10:50",
        "11-23 10:55",
        None,
        "not_started",
    ),
    (
        "running_late",
        {"promised": (window("11-23 09:00/11:00"),), "as_of": "11-23 10:52"},
        "11-23 10:50",
        "11-23 10:55",
        None,
        "running",
    ),
    (
        "running_late",
        {"promised": (window("11-23 09:00/11:00"),), "as_of": "11-23 10:56"},
        "11-23 10:50",
        "11-23 10:55",
        None,
        "breached",
    ),
    (
        "running_late",
        {"promised": (window("11-23 09:00/11:00"),), "as_of": "11-23 12:00", "log": {"on_site": "11-23 10:58"}},
        "11-23 10:50",
        "11-23 10:55",
        "11-23 10:58",
        "met",
    ),
    (
        "running_late",
        {"promised": (window("11-23 09:00/11:00"),), "as_of": "11-23 12:00", "log": {"on_site": "11-23 11:10"}},
        "11-23 10:50",
        "11-23 10:55",
        "11-23 11:10",
        "breached",
    ),
    ("running_late", {"told": "11-23 09:00/10:00"}, "11-23 09:50", "11-23 09:55", None, "not_started"),
    (
        "running_late",
        {"promised": (window("11-20 09:00/11:00"), window("11-23 13:00/15:00"))},
        "11-23 14:50",
        "11-23 14:55",
        None,
        "not_started",
    ),
    (
        "running_late",
        {
            "promised": (window("11-20 09:00/11:00"),),
            "unfinished": Unfinished.NOT_REPAIRED,
            "log": {"on_site": "11-20 10:30"},
        },
        None,
        None,
        None,
        "not_started",
    ),
    ("call_back", {}, None, None, None, "not_started"),
    ("call_back", {"log": {"done": "11-19 16:30"}}, "11-19 16:30", "11-20 16:30", None, "running"),
    (
        "call_back",
        {"log": {"done": "11-19 10:00", "called_back": "11-20 11:00"}},
        "11-19 10:00",
        "11-20 10:00",
        "11-20 11:00",
        "breached",
    ),
    (
        "consultation_call_back",
        {"kind": "consultation", "log": {"done": "11-20 15:00"}},
        "11-20 15:00",
        "11-20 17:00",
        None,
        "running",
    ),
    (
        "consultation_call_back",
        {"kind": "consultation", "log": {"done": "11-20 16:30", "called_back": "11-23 09:30"}, "as_of": "11-23 10:00"},
        "11-20 16:30",
        "11-23 09:30",
        "11-23 09:30",
        "met",
    ),
]


@pytest.mark.parametrize(("name", "facts", "start", "deadline", "stopped", "state"), CLOCK_CASES)
def test_a_clock(
    name: str, facts: dict[str, Any], start: str | None, deadline: str | None, stopped: str | None, state: str
) -> None:
    found = clock(name, **facts)
    moments = (start, deadline, stopped)
    assert (found.start_s, found.deadline_s, found.stopped_s) == tuple(
        None if m is None else moment(m) for m in moments
    )
    assert found.state == ClockState(state)


def test_every_clock_has_its_cases() -> None:
    assert {name for name, *_ in CLOCK_CASES} == set(ClockName)


# --- which clocks an order has ----------------------------------------------------------------------------------------

USUAL = ["first_contact", "passed_on", "acknowledge", "running_late", "call_back"]


@pytest.mark.parametrize(
    ("facts", "added", "missing"),
    [
        ({}, set(), set()),
        ({"profile": CENTRE}, {"dispatch"}, set()),
        ({"urgency": Urgency.EMERGENCY}, {"emergency_contact", "emergency_on_site", "emergency_from_call"}, set()),
        ({"urgency": Urgency.URGENT}, set(), set()),
        ({"kind": "consultation"}, {"consultation_call_back"}, {"call_back"}),
    ],
)
def test_the_clocks_of_an_order(facts: dict[str, Any], added: set[str], missing: set[str]) -> None:
    problem, _, visit = promise_world(**facts)
    names = [found.name for found in clocks_of(problem, visit)]
    assert set(names) == (set(USUAL) | added) - missing
    assert names == sorted(names, key=list(ClockName).index)


def test_amounts_come_from_the_profile() -> None:
    slow = replace(PromiseProfile(), first_contact_s=4 * HOUR_S)
    assert clock("first_contact", received="11-20 15:00", profile=slow).deadline_s == moment("11-23 10:00")


# --- sentences --------------------------------------------------------------------------------------------------------

SENTENCES = [
    (
        "first_contact",
        {"received": "11-20 16:00"},
        "First contact: 2 h of opening hours after the request (Friday 20 November 16:00): call the customer by "
        "Monday 23 November 09:00. Running.",
        "首次联系：报修（11月20日周五 16:00）后营业时间内 2 小时：须在11月23日周一 09:00前致电客户。计时中。",
    ),
    (
        "first_contact",
        {},
        "First contact: The moment of the request is not known.",
        "首次联系：报修时间未知。",
    ),
    (
        "passed_on",
        {"received": "11-20 10:00"},
        "Passing on: 30 min of opening hours after the receipt (Friday 20 November 10:00): pass the order on by Friday "
        "20 November 10:30. Missed, and still open 5 h 30 min later.",
        "转派：接单（11月20日周五 10:00）后营业时间内 30 分钟：须在11月20日周五 10:30前转派。"
        "已超时 5 小时 30 分钟，仍未完成。",
    ),
    (
        "dispatch",
        {"received": "11-20 15:00", "profile": CENTRE, "log": {"dispatched": "11-20 15:40"}},
        "Dispatch: 1 h of opening hours after the receipt (Friday 20 November 15:00): dispatch it to a technician by "
        "Friday 20 November 16:00. Met: Friday 20 November 15:40.",
        "派工：接单（11月20日周五 15:00）后营业时间内 1 小时：须在11月20日周五 16:00前派给工程师。"
        "已按时完成：11月20日周五 15:40。",
    ),
    (
        "acknowledge",
        {"log": {"dispatched": "11-20 10:00", "acknowledged": "11-20 10:40"}},
        "Acknowledgement: 15 min of opening hours after the dispatch (Friday 20 November 10:00): the technician "
        "confirms by Friday 20 November 10:15. Missed by 25 min: Friday 20 November 10:40.",
        "接单确认：派工（11月20日周五 10:00）后营业时间内 15 分钟：工程师须在11月20日周五 10:15前确认。"
        "超时 25 分钟：11月20日周五 10:40完成。",
    ),
    (
        "emergency_contact",
        {**EMERGENCY, "received": "11-20 15:00"},
        "Emergency contact: Begins when the technician has the order.",
        "紧急联系：工程师接单后开始计时。",
    ),
    (
        "emergency_on_site",
        {**EMERGENCY, "log": {"acknowledged": "11-21 23:10"}, "as_of": "11-22 00:30"},
        "Emergency on site: 2 h after the technician's receipt (Saturday 21 November 23:10), day and night: be on site "
        "by Sunday 22 November 01:10. Running.",
        "紧急到场：工程师接单（11月21日周六 23:10）后 2 小时，昼夜连续计时：须在11月22日周日 01:10前到场。计时中。",
    ),
    (
        "emergency_from_call",
        {**EMERGENCY, "received": "11-20 15:50"},
        "Emergency since the call: 2 h after the customer's call (Friday 20 November 15:50), day and night: be on site "
        "by Friday 20 November 17:50; the supervisor watches it. Running.",
        "紧急到场（从报修算）：客户报修（11月20日周五 15:50）后 2 小时，昼夜连续计时：须在11月20日周五 "
        "17:50前到场，由主管盯。"
        "计时中。",
    ),
    (
        "running_late",
        {"promised": (window("11-23 09:00/11:00"),)},
        "Call when running late: Who is late calls the customer from Monday 23 November 10:50 to 10:55 and "
        "agrees a new time. Not yet begun.",
        "迟到致电：如要迟到，须在11月23日周一 10:50至10:55之间致电客户，另约时间。尚未开始。",
    ),
    (
        "call_back",
        {"log": {"done": "11-20 15:00"}},
        "Call-back: 24 h after the work was done (Friday 20 November 15:00), days of rest left out: ask the customer "
        "by Monday 23 November 15:00. Running.",
        "回访：完工（11月20日周五 15:00）后 24 小时，休息日不计：须在11月23日周一 15:00前回访客户。计时中。",
    ),
    (
        "consultation_call_back",
        {"kind": "consultation", "log": {"done": "11-20 15:00"}},
        "Call-back after advice: 2 h of opening hours after the advice (Friday 20 November 15:00): call the customer "
        "back by Friday 20 November 17:00. Running.",
        "咨询回访：咨询（11月20日周五 15:00）后营业时间内 2 小时：须在11月20日周五 17:00前回电客户。计时中。",
    ),
]


@pytest.mark.parametrize(("name", "facts", "english", "chinese"), SENTENCES)
def test_the_sentence_of_a_clock(name: str, facts: dict[str, Any], english: str, chinese: str) -> None:
    found = clock(name, **facts)
    known = {key: value for key, value in facts.items() if key != "told"}
    problem, _, _ = promise_world(**known)
    assert clock_sentence(found, problem, translator("en")) == english
    assert clock_sentence(found, problem, translator("zh")) == chinese


def test_every_clock_has_its_sentence() -> None:
    assert {name for name, *_ in SENTENCES} == set(ClockName)
