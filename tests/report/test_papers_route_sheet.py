"""The route sheet: what the technician reads, and what reads none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.order import Briefing, Coverage, Interval, PartNeed, ServiceLog, Unfinished, Urgency
from optimizer.domain.stock import Part, Tool
from optimizer.domain.units import at
from tests.report.paper_worlds import papers_of
from tests.worlds import World, job, person, world

BRIEFED = Briefing(
    contacts=("Mr Wu 138-1", "Ms Xu 138-2"),
    serial="SN-7",
    coverage=Coverage.WARRANTY,
    request="ring twice",
    bring=("shoe covers", "USB stick"),
    prepare="empty the machine",
)


def one_van(**facts: object) -> World:
    """Return one technician, who goes to A and B; A needs a board."""
    return world(
        [job("A", place=10, requested="09:00-10:00", parts={"P1": 1}, **facts), job("B", place=20, parts={"P1": 2})],
        [person("T1", phone="139-1", lunch="12:00-13:00"), person("T2", phone="139-2")],
        parts=(Part("P1", "board", 5),),
        tools=(Tool("G1", "ladder", 1),),
    )


def entry_of(w: World, lang: str = "en"):
    return papers_of(w, {"T1": ["A", "B"]}, lang=lang).route_sheets[0].entries[0]


def test_a_full_entry_says_everything() -> None:
    w = one_van(
        briefing=BRIEFED,
        kind="repair",
        product="KFR-35",
        fault="no cooling",
        phone="138-0",
        served_by=("T2",),
        promised=(Interval(at(9), at(10)),),
        log=ServiceLog(dispatched_s=at(16, 5, day=-3)),
        tools=(PartNeed("G1", 1),),
    )
    entry = entry_of(w)
    said = {field.name: field.value for field in entry.fields}
    assert said == {
        "order_id": "A",
        "customer": "customer of A",
        "contacts": "Mr Wu 138-1; Ms Xu 138-2",
        "phone": "138-0",
        "address": "none",
        "kind": "Repair",
        "product": "KFR-35",
        "serial": "SN-7",
        "coverage": "In warranty",
        "fault": "no cooling",
        "request": "ring twice",
        "last_try": "none",
        "dispatched": "11-20 16:05",
        "promised": "09:00–10:00",
        "told": "09:00–10:00",
        "leave_by": "08:50",
        "start": "09:00",
        "end": "09:30",
        "technician": "T1 Li (T1)",
        "lead": "T1 Li (T1)",
        "crew": "none",
        "parts": "board (P1) ×1",
        "tools": "ladder (G1) ×1",
        "bring": "shoe covers; USB stick",
        "prepare": "empty the machine",
        "served_last": "T2 Li (T2), call first: 139-2",
    }
    assert not entry.is_red


@pytest.mark.parametrize(
    ("served_by", "text"),
    [
        ((), "none"),
        (("T1",), "yourself"),
        (("T1", "T2"), "yourself"),
        (("T2", "T1"), "T2 Li (T2), call first: 139-2"),
        (("T9",), "T9, call first"),
    ],
)
def test_who_served_last_is_to_be_called_first(served_by: tuple[str, ...], text: str) -> None:
    assert entry_of(one_van(served_by=served_by))["served_last"].value == text


def test_empty_fields_read_none_in_chinese_too() -> None:
    entry = entry_of(one_van(), "zh")
    assert entry["serial"].value == "无"
    assert entry["serial"].label == "序列号"
    assert entry["crew"].value == "无"


def test_a_promise_of_another_day_says_which() -> None:
    w = one_van(promised=(Interval(at(9), at(10)), Interval(at(14, day=1), at(15, day=1))))
    assert entry_of(w)["promised"].value == "09:00–10:00; Tue 24 Nov, 14:00–15:00"


@pytest.mark.parametrize(
    "facts",
    [{"carried_over": True}, {"due_day": date(2026, 11, 20)}, {"urgency": Urgency.EMERGENCY}],
)
def test_what_is_left_over_overdue_or_an_emergency_is_red(facts: dict[str, object]) -> None:
    assert entry_of(one_van(**facts)).is_red
    assert not entry_of(one_van(due_day=date(2026, 11, 23))).is_red


def test_the_class_of_the_last_try_is_there() -> None:
    absent = one_van(carried_over=True, unfinished=Unfinished.CUSTOMER_ABSENT)
    assert entry_of(absent)["last_try"].value == "Not finished: customer absent"
    assert entry_of(absent, "zh")["last_try"].value == "未完成：客户不在"
    assert entry_of(one_van(carried_over=True))["last_try"].value == "Not finished"


def test_the_packing_line_adds_parts_and_names_things_once() -> None:
    w = one_van(briefing=BRIEFED, tools=(PartNeed("G1", 1),)).with_job(
        "B", briefing=Briefing(bring=("USB stick", "permit")), tools=(PartNeed("G1", 1),)
    )
    [sheet] = papers_of(w, {"T1": ["A", "B"]}).route_sheets
    assert sheet.packing == ("board (P1) ×3", "ladder (G1) ×1", "shoe covers", "USB stick", "permit")


def test_the_heading_says_who_when_and_the_break() -> None:
    [sheet] = papers_of(one_van(), {"T1": ["A", "B"]}).route_sheets
    assert {field.name: field.value for field in sheet.heading} == {
        "technician": "T1 Li (T1)",
        "date": "Monday, 23 November 2026",
        "branch": "Branch",
        "depart": "08:00",
        "break": "12:00–12:30",
        "return": "12:30",
    }


def test_control_characters_do_not_reach_paper() -> None:
    w = one_van()
    w = w.but(customers=tuple(replace(c, name="Ann\x1b[2J") for c in w.problem.customers))
    assert entry_of(w)["customer"].value == "Ann[2J"
