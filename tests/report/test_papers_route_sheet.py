"""The route sheet: what the technician reads, and what reads none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import (
    Briefing,
    Coverage,
    Interval,
    LastRepair,
    PartNeed,
    PlaceKind,
    Predecessor,
    ServiceLog,
    ToolNeed,
    Unfinished,
    Urgency,
)
from optimizer.domain.stock import Part, Tool
from optimizer.domain.units import at
from tests.report.paper_worlds import FETCH, PAIR, TWO_DAYS, boiler_pair, fetch_on_the_way, papers_of, two_days
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


def test_time_at_the_door_is_told_apart_from_the_drive() -> None:
    w = one_van(place_kind=PlaceKind.HOME).with_policy(access_s={PlaceKind.HOME: 480})
    said = {lang: {f.name: (f.label, f.value) for f in entry_of(w, lang).fields}["way"] for lang in ("en", "zh")}
    assert said == {"en": ("On the way", "10 min + 8 min at the door"), "zh": ("路上用时", "10 分钟 + 进门 8 分钟")}
    assert "way" not in {field.name for field in entry_of(one_van()).fields}


def test_a_repeat_fault_names_whom_to_call_first() -> None:
    w = one_van(last_repair=LastRepair(date(2026, 11, 8), "T2", 2)).with_policy(repeat_days=30)
    for last, said in (
        (
            LastRepair(date(2026, 11, 8), "T2", 2),
            "repaired 12 day(s) before by T2 Li (T2) at level 2, call first: 139-2",
        ),
        (LastRepair(date(2026, 11, 8), "T9", 2), "repaired 12 day(s) before by T9 at level 2, call first"),
        (LastRepair(date(2026, 11, 8), "", 2), "repaired 12 day(s) before at level 2"),
        (LastRepair(date(2026, 11, 8), "T1", 2), "repaired 12 day(s) before by yourself at level 2"),
    ):
        fields = {field.name: field.value for field in entry_of(w.with_job("A", last_repair=last)).fields}
        assert fields["repeat"] == said
    assert "repeat" not in {field.name for field in entry_of(one_van()).fields}


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
        tools=(ToolNeed("G1"),),
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
        "leave": "08:00",
        "leave_by": "09:10",
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


def test_an_exception_stands_with_its_visit_with_name_and_reason() -> None:
    made = one_van().with_shift("T1", max_travel_s=38 * 60)
    made = made.but(exceptions=(LimitException("A", HouseLimit.TRAVEL, 120, "Chen", "old customer"),))
    (sheet,) = papers_of(made, {"T1": ["A", "B"]}).route_sheets
    fields = [{field.name: field.value for field in entry.fields} for entry in sheet.entries]
    assert fields[0]["exception"] == ("Chen lets T1 Li (T1) travel 2 min more than allowed, for visit A: old customer")
    assert "exception" not in fields[1]
    register = papers_of(made, {"T1": ["A", "B"]}).register
    assert [line.cells["class"] for line in register.lines] == ["Planned, by exception: Chen", "Planned"]


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
    w = one_van(briefing=BRIEFED, tools=(ToolNeed("G1"),)).with_job(
        "B", briefing=Briefing(bring=("USB stick", "permit")), tools=(ToolNeed("G1"),)
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


# --- crews, tools, loads, what comes after what ---------------------------------------------------------------------


def fields_of(w: World, routes: dict, who: str, visit_id: str, lang: str = "en") -> dict[str, str]:
    """Return what an entry of somebody's sheet says, by field."""
    [entry] = [
        entry
        for s in papers_of(w, routes, lang=lang).route_sheets_of(who)
        for entry in s.entries
        if entry.visit_id == visit_id
    ]
    return {field.name: field.value for field in entry.fields}


def test_each_member_reads_who_else_comes_and_who_leads() -> None:
    lead, member = (fields_of(boiler_pair(), PAIR, who, "K") for who in ("T1", "T2"))
    assert (lead["technician"], lead["lead"], lead["crew"]) == ("T1 Li (T1)", "T1 Li (T1)", "T2 Li (T2) 139-2")
    assert (member["technician"], member["lead"], member["crew"]) == ("T2 Li (T2)", "T1 Li (T1)", "T1 Li (T1) 139-1")
    assert (lead["start"], member["start"]) == ("08:10", "08:10")


def test_the_lead_brings_parts_and_tools_and_the_others_read_so() -> None:
    lead, member = (fields_of(boiler_pair(), PAIR, who, "K") for who in ("T1", "T2"))
    assert (lead["parts"], lead["tools"], lead["load"]) == ("pipe (P1) ×1", "hoist (G1) ×1", "80 kg")
    assert member["parts"] == "pipe (P1) ×1, brought by T1 Li (T1)"
    assert fields_of(boiler_pair(), PAIR, "T2", "K", "zh")["tools"] == "hoist (G1) ×1（由 T1 Li (T1) 携带）"
    packings = [sheet.packing for sheet in papers_of(boiler_pair(), PAIR).route_sheets]
    assert packings == [("pipe (P1) ×1", "hoist (G1) ×1", "To carry: 80 of 100 kg"), ()]


def test_who_served_last_and_comes_along_need_not_be_called() -> None:
    w = boiler_pair().with_job("K", served_by=("T2",))
    assert fields_of(w, PAIR, "T1", "K")["served_last"] == "T2 Li (T2), comes along"
    assert fields_of(w, PAIR, "T2", "K")["served_last"] == "yourself"


def test_a_visit_says_what_comes_first_and_who_waits() -> None:
    assert fields_of(boiler_pair(), PAIR, "T1", "A")["after"] == "K (until 09:10, T1 Li (T1); T2 Li (T2))"
    assert fields_of(boiler_pair(), PAIR, "T2", "K")["followed_by"] == "A (from 09:20, T1 Li (T1))"
    assert "after" not in fields_of(boiler_pair(), PAIR, "T2", "B")


def test_own_tools_and_parts_are_marked_in_what_to_take_along() -> None:
    w = boiler_pair().with_technician("T1", own_tools=(ToolNeed("G1"),), own_parts=(PartNeed("P1", 1),))
    [sheet] = papers_of(w, PAIR).route_sheets_of("T1")
    assert sheet.packing[:2] == ("pipe (P1) ×1 (your own)", "hoist (G1) ×1 (your own)")


# --- a stop at the branch -------------------------------------------------------------------------------------------


def test_a_stop_at_the_branch_says_when_and_what_is_picked_up() -> None:
    [sheet] = papers_of(fetch_on_the_way(), FETCH).route_sheets
    stop = sheet.pick_up
    assert stop is not None
    assert stop.before == 1
    assert [stop[name].value for name in ("customer", "leave_by", "start", "end")] == [
        "Branch",
        "08:40",
        "09:00",
        "09:10",
    ]
    assert stop.items == ("pump (P2) ×2", "To carry: 20 kg")
    assert sheet.packing == ("board (P1) ×2 (1 of your own)",)
    assert sheet.entries[1]["leave_by"].value == "09:20"


def test_without_a_stop_there_is_no_such_line() -> None:
    assert papers_of(one_van(), {"T1": ["A", "B"]}).route_sheets[0].pick_up is None


# --- several days ---------------------------------------------------------------------------------------------------


def test_each_day_has_its_sheet_with_its_date_and_the_clock_of_the_day() -> None:
    sheets = papers_of(two_days(), TWO_DAYS).route_sheets
    assert [(sheet.day, sheet.technician.technician_id) for sheet in sheets] == [(0, "T1"), (1, "T1"), (1, "T2")]
    tuesday = {field.name: field.value for field in sheets[1].heading}
    assert (tuesday["date"], tuesday["depart"], tuesday["return"]) == ("Tuesday, 24 November 2026", "08:00", "09:20")
    entry = sheets[1].entries[0]
    assert [entry[name].value for name in ("leave_by", "start", "end", "told")] == [
        "08:40",
        "08:30",
        "09:00",
        "08:30–09:30",
    ]


def test_what_is_planned_after_its_last_day_is_red() -> None:
    sheets = papers_of(two_days().with_job("B", due_day=date(2026, 11, 23)), TWO_DAYS).route_sheets
    assert [entry.is_red for sheet in sheets for entry in sheet.entries] == [False, True, False]


def test_what_comes_first_on_another_day_says_which() -> None:
    w = two_days().with_job("B", after=(Predecessor("A"),))
    assert fields_of(w, TWO_DAYS, "T1", "B")["after"] == "A (until 11-23 09:00, T1 Li (T1))"
