"""Situations of the field with their right outcome: who is served when, what stays out by how much, what is doubted.

T1 and T2 work from 08:00 to 18:00 unless a case says otherwise; every place is ten minutes from every other. Each
expected figure is worked out by hand, most in the case's own comment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from optimizer.explain.unassigned import explain_unassigned
from optimizer.ingest.read import read_intake
from optimizer.judge.verdict import judge_plan
from tests.cases.branches import DAY, lay_out, order, read, shift
from tests.test_solver import plan_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cases.branches import Rows

SATURDAY, NATIONAL_DAY, LEAP_DAY = "2026-11-28", "2026-10-01", "2028-02-29"
ONE = {"technicians": ({"technician_id": "T1"},)}


class Case(NamedTuple):
    """Orders and other sheets; whom each visit gets when, why each left out stays out, and the codes of the doubts."""

    orders: Rows
    served: str
    sheets: dict[str, Rows] = ONE
    left: str = ""
    noted: str = ""
    day: str = DAY
    as_of: str = "2026-11-20 16:00"


def one(**cells: str) -> dict[str, Rows]:
    """Return T1 alone, with these cells in the row of the shift."""
    return {**ONE, "shifts": ({**shift("T1"), **cells},)}


def pause(open_: str, close: str, minutes: str) -> dict[str, str]:
    return {"break_open": open_, "break_close": close, "break_min": minutes}


def opens(hours: str, closed: str = "") -> dict[str, Rows]:
    return {**ONE, "customers": ({"customer_id": "C1", "opening": hours, "closed_hours": closed},)}


def skills(*rows: tuple[str, str]) -> Rows:
    return tuple({"technician_id": who, "skill": skill, "level": "1"} for who, skill in rows)


def absent(who: str, start: str, end: str = "") -> dict[str, str]:
    return {"technician_id": who, "date": DAY, "start": start, "end": end}


def on(day: str, *orders: dict[str, str]) -> Rows:
    return tuple({**row, "requested": ""} for row in orders)


A, B = order("A"), order("B")
AT_NINE = order("A", "09:00/09:00", service_min="60"), order("B", "09:00/09:00", service_min="60")

CASES = {
    # 620 minutes of service and 20 on the road, in a day of 600.
    "longer than the shift": Case(
        (order("A", service_min="620"),), "", left="A SHIFT_CAPACITY 40"
    ),
    "fits to the second": Case((order("A", service_min="580"),), "A T1 08:10"),
    "a minute too long": Case((order("A", service_min="581"),), "", left="A SHIFT_CAPACITY 1"),
    "a minute of overtime": Case((order("A", service_min="581"),), "A T1 08:10", one(overtime_limit_min="1")),
    # Done at 14:50, while the break begins by 13:00.
    "the break does not fit": Case(
        (order("A", service_min="400"),), "", one(**pause("12:00", "13:00", "60"), end="17:00"), left="A BREAK 110"
    ),
    "days, but one is planned": Case(
        (order("A", "", service_min="400", days="2"),), "A T1 08:30", left="A/2 NOT_READY 770", noted="JOB_LONG"
    ),
    "a break before the shift": Case((A,), "A T1 08:10", one(**pause("05:00", "06:00", "30")), noted="BREAK_OUTSIDE"),
    "a break partly after it": Case(
        (order("A", "12:00/17:00", service_min="60"),), "A T1 12:00",
        one(**pause("12:00", "13:00", "45"), end="12:30", overtime_limit_min="120"), noted="BREAK_OUTSIDE",
    ),
    # Done at 13:00, or the break before it, until 10:30 at the earliest.
    "a visit over the break": Case(
        (order("A", "09:00/09:00", service_min="240"),), "", one(**pause("10:00", "11:00", "30")), left="A BREAK 90"
    ),
    "a break of no minutes": Case((A,), "A T1 08:10", one(**pause("12:00", "13:00", "0")), noted="BREAK_ZERO"),
    "a break at noon sharp": Case(
        (order("A", "12:30/12:30"), order("B", "11:20/11:20")), "A T1 12:30, B T1 11:20",
        one(**pause("12:00", "12:00", "20")),
    ),
    "a break after the last visit": Case(
        (order("A", "10:00/10:00", service_min="120"), order("B", "12:10/12:10", service_min="60")),
        "A T1 10:00, B T1 12:10", one(**pause("12:00", "13:30", "30"), end="14:00"),
    ),
    "no limit, as people write it": Case(
        (A,), "A T1 08:10", one(max_travel_min="99999", max_leg_min="99999", max_visits="9999", max_duty_min="99999")
    ),
    "a promise of a minute": Case((order("A", "", promised=f"{DAY} 08:12/08:13;{DAY} 15:00/15:03"),), "A T1 08:12"),
    "windows of other days": Case(
        (order("A", "", requested=f"2026-11-22 09:00/10:00;{DAY} 09:00/10:00;2026-11-25 09:00/10:00"),), "A T1 09:00"
    ),
    "a window in closed hours": Case(
        (order("A", "12:00/12:30"),), "", opens("Mon-Fri 09:00-17:00", "12:00-13:00"), "A TIME_WINDOW 30",
        "WINDOW_NO_START",
    ),
    "a service over closing": Case(
        (order("A", "16:00/17:00", service_min="90"),), "", opens("Mon-Fri 09:00-17:00"), "A TIME_WINDOW 30",
        "WINDOW_NO_START",
    ),
    "a window when the customer is closed": Case(
        (order("A", "10:00/11:00"),), "", opens("Tue-Fri 09:00-17:00"), "A TIME_WINDOW 30", "WINDOW_NO_START"
    ),
    "a service longer than the hours": Case(
        (order("A", "", service_min="300"),), "", opens("Mon-Fri 09:00-12:00"), "A TIME_WINDOW 120",
        "SERVICE_OVER_HOURS",
    ),
    "a window before it is ready": Case(
        (order("A", "09:00/10:00", ready=f"{DAY} 10:30"),), "", left="A NOT_READY 30", noted="WINDOW_NOT_READY"
    ),
    "a window before all shifts": Case(
        (order("A", "06:00/07:00"),), "", left="A TIME_WINDOW 70", noted="WINDOW_OFF_SHIFT"
    ),
    "the last minute of the hours": Case(
        (order("A", "16:00/17:00", service_min="60"),), "A T1 16:00", opens("Mon-Fri 09:00-17:00")
    ),
    "a window that is over": Case(
        (order("A", "", requested="2026-11-20 09:00/11:00"),), "A T1 08:30", noted="WINDOW_PAST"
    ),
    "a gap that no windows keep": Case(
        (order("A", "08:00/09:00"), order("B", "14:00/15:00", after="A ..30")), "A T1 08:10", {}, "B PRECEDENCE B",
        "WINDOW_NO_SEQUENCE",
    ),
    "before what it comes after": Case(
        (order("A", "15:00/16:00"), order("B", "08:00/09:00", after="A")), "A T1 15:00", left="B TIME_WINDOW 400",
        noted="WINDOW_NO_SEQUENCE",
    ),
    "after an order without a technician": Case(
        (order("A", skills="x:1"), order("B", after="A")), "", left="A SKILL 1, B PRECEDENCE A",
        noted="REF_SKILL_NOT_HELD",
    ),
    "three after one another": Case(
        (order("A", skills="elec"), order("B", skills="plumb", after="A"), order("C", skills="elec", after="B +1h")),
        "A T1 08:10, B T2 08:40, C T1 10:10", {"skills": skills(("T1", "elec"), ("T2", "plumb"))},
    ),
    "a certificate that ends today": Case(
        (order("A", skills="gas"),), "A T2 08:10",
        {"skills": ({"technician_id": "T1", "skill": "gas", "level": "1", "valid_until": "2026-11-22"},
                    {"technician_id": "T2", "skill": "gas", "level": "1", "valid_until": DAY})},
    ),
    "an absence in the middle": Case(
        (order("A", "11:00/13:00"), order("B", "08:30/17:00")), "B T1 14:10",
        {**ONE, "absences": (absent("T1", "10:00", "14:00"),)}, "A TIME_WINDOW 70",
        "ABSENCE_MIDDLE WINDOW_OFF_SHIFT",
    ),
    "two absences": Case(
        (order("B", "08:30/17:00"),), "B T1 10:10",
        {**ONE, "absences": (absent("T1", "08:00", "10:00"), absent("T1", "16:00"))},
    ),
    "a crew of more than there are": Case((order("A", crew_size="3"),), "", {}, "A CREW_SIZE 1", "CREW_LARGE"),
    # T1 must begin the break at 11:00 to 11:30, T2 at 12:30 to 13:00, each for an hour.
    "a crew whose breaks clash": Case(
        (order("A", "10:00/12:30", service_min="120", crew_size="2"),), "",
        {"shifts": ({**shift("T1"), **pause("11:00", "11:30", "60")},
                    {**shift("T2"), **pause("12:30", "13:00", "60")})}, "A BREAK 60",
    ),
    "a crew with one of them required": Case((order("A", crew_size="2", required="T1"),), "A T1 08:10, A T2 08:10", {}),
    "one customer, two people": Case(AT_NINE, "A T1 09:00, B T2 09:00", {}),
    "a limit of nothing": Case(
        (A,), "", {"shifts": ({**shift("T1"), "max_visits": "0"}, {**shift("T2"), "max_leg_min": "0"})},
        "A SHIFT_CAPACITY 1", "LIMIT_ZERO",
    ),
    "paid for nothing": Case((A,), "A T1 08:10", one(contracted_min="0")),
    "stock below zero": Case(
        (order("A", parts="P1:1"),), "A T1 08:10",
        {**ONE, "parts": ({"part_id": "P1", "on_hand": "-2"},),
         "arrivals": ({"part_id": "P1", "quantity": "2", "usable_on": DAY},)}, noted="STOCK_NEGATIVE",
    ),
    # 15 minutes at the branch, then 3 x 110 and 4 x 10: the fourth would make it 490.
    "the longest day": Case(
        tuple(order(f"A{n}", service_min="110") for n in range(4)), "A0 T1 12:10, A1 T1 10:10, A2 T1 08:10",
        one(max_duty_min="485", end="17:00"), "A3 MAX_TRAVEL 5",
    ),
    "two at one moment": Case(AT_NINE, "A T1 09:00", left="B OUTRANKED A"),
    "two at one moment, one more urgent": Case(
        ({**AT_NINE[0], "priority": "1"}, {**AT_NINE[1], "priority": "5"}), "B T1 09:00", left="A OUTRANKED B"
    ),
    "on a Saturday": Case(
        on(SATURDAY, A), "A T1 08:30", {**ONE, "shifts": ({**shift("T1"), "date": SATURDAY},)}, noted="PLAN_DAY_OFF",
        day=SATURDAY,
    ),
    "on National Day": Case(
        on(NATIONAL_DAY, A), "A T1 08:30", {**ONE, "shifts": ({**shift("T1"), "date": NATIONAL_DAY},)},
        noted="PLAN_DAY_OFF", day=NATIONAL_DAY, as_of="2026-09-30 16:00",
    ),
    "on a leap day": Case(
        on(LEAP_DAY, A), "A T1 08:30", {**ONE, "shifts": ({**shift("T1"), "date": LEAP_DAY},)},
        day=LEAP_DAY, as_of="2028-02-28 16:00", noted="CALENDAR_UNPUBLISHED",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_situation_has_its_right_outcome(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    intake, problem, matrix = read(lay_out(tmp_path, case.orders, day=case.day, as_of=case.as_of, **case.sheets))
    plan = plan_of(problem, matrix, moves=200, use_master=False)
    assert judge_plan(problem, matrix, plan).is_clean
    starts = [
        (stop.visit_id, route.technician_id, f"{problem.local_time(stop.start_s):%H:%M}")
        for route in plan.routes
        for stop in route.stops
    ]
    assert ", ".join(" ".join(start) for start in sorted(starts)) == case.served
    plan = replace(plan, unassigned=explain_unassigned(problem, matrix, plan))
    left = {one.visit_id: one.reasons[0] for one in plan.unassigned}
    text = ", ".join(
        f"{visit_id} {reason.code} {reason.visit_id or reason.amount // (60 if reason.unit == 's' else 1)}"
        for visit_id, reason in sorted(left.items())
    )
    assert text == case.left
    assert " ".join(sorted({issue.code for issue in intake.report.issues})) == case.noted


@pytest.mark.parametrize(
    ("sheets", "day", "text"),
    [
        ({"absences": (absent("T1", "14:00", "10:00"),)}, DAY, "The absence ends at 10:00, not after its start."),
        ({}, "2027-11-23", "The plan would be made on 2026-11-20, 368 days before the day planned."),
    ],
)
def test_times_that_contradict_each_other_are_named(
    tmp_path: Path, sheets: dict[str, Rows], day: str, text: str
) -> None:
    report = read_intake(lay_out(tmp_path, (A,), day=day, **{**ONE, **sheets})).report
    assert text in report.text("en")


def test_a_price_for_an_order_that_is_not_there_is_named_and_a_wrong_one_by_its_order(tmp_path: Path) -> None:
    branch = lay_out(tmp_path, (order("SO-1"),), **ONE)
    policy = branch / "policy.toml"
    policy.write_text("unassigned_by_order_cents = { SO-2 = 5 }\n", encoding="utf-8")
    assert "the order 'SO-2', which is not in orders. Maybe 'SO-1' is meant." in read_intake(branch).report.text("en")
    policy.write_text("unassigned_by_order_cents = { SO-1 = 9000000000 }\n", encoding="utf-8")
    assert "column 'unassigned_by_order_cents.SO-1': 9000000000 is too large" in read_intake(branch).report.text("en")
