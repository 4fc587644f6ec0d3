"""Crews that nobody can make up or lead, and locks that break a rule by themselves, told before a plan is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_branch_report
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import Issue, IssueReport


@pytest.fixture
def report(tmp_path: Path):
    """Return a function that reads sheets and returns what is noted."""

    def read(sheets: Sheets, policy: str = "") -> IssueReport:
        folder = write_folder(tmp_path / "branch", sheets)
        if policy:
            (folder / "policy.toml").write_text(policy, encoding="utf-8")
        return read_branch_report(folder)[1]

    return read


def places(found: IssueReport) -> list[tuple[str, str, int | None, str]]:
    def place(issue: Issue) -> tuple[str, str, int | None, str]:
        return (issue.code, issue.file, issue.row, issue.column)

    return [place(issue) for issue in found.issues]


def two_people(**cells: str) -> Sheets:
    """Return the branch with O2, which needs no skill, as a visit of two."""
    sheets = two_orders()
    sheets["orders"][1] |= {"crew_size": "2", **cells}
    return sheets


# --- crews --------------------------------------------------------------------------------------------------------


def test_a_crew_that_can_be_made_up_is_no_finding(report) -> None:
    assert report(two_people()).text() == ""
    assert report(two_people(lead_skills="aircon:2")).text() == ""


def test_the_able_staff_is_too_small(report) -> None:
    found = report(two_people(skills="aircon"))  # Ann alone holds it
    assert found.text() == (
        "Warning: orders.csv row 3, column 'crew_size': The order needs 2 people, but on no day to plan are more than "
        "1 at work, able and allowed. Correct crew_size or the skills, or add a shift; until then the order is not "
        "planned."
    )
    assert found.text("zh") == (
        "警告：orders.csv 第 3 行，“crew_size”列：该派工单需要 2 人，但排程的任何一天，"
        "上班、有技能且可派的都不超过 1 人。请改正 crew_size 或技能，或添加班次；在此之前该派工单不会被安排。"
    )


@pytest.mark.parametrize(
    "cells", [{"prohibited": "T2"}, {"area": "north", "customer_id": "C1"}, {"required": "T1; T3"}]
)
def test_whoever_may_not_serve_is_not_counted(report, cells: dict[str, str]) -> None:
    sheets = two_people(**cells)
    sheets["technicians"][1]["areas"] = "south"
    sheets["technicians"].append({"technician_id": "T3"})
    codes = {code for code, *_ in places(report(sheets))}
    assert codes == {"CREW_FEW", "NO_SHIFT"}  # of T3


def test_people_who_work_on_different_days_are_no_crew(report) -> None:
    sheets = with_cell(two_people(), "branch", 2, "days", "2")
    sheets["shifts"][1]["date"] = "2026-11-25"
    assert ("CREW_FEW", "orders.csv", 3, "crew_size") in places(report(sheets))
    sheets["shifts"].append({**sheets["shifts"][0], "date": "2026-11-24"})
    assert report(sheets).text() == ""


def test_nobody_can_lead(report) -> None:
    found = report(two_people(lead_skills="aircon:3"))  # Ann holds level 2
    assert found.text() == (
        "Warning: orders.csv row 3, column 'lead_skills': Nobody at work on the days to plan can lead the crew: the "
        "lead needs aircon:3. Correct lead_skills, or add the skill or a shift; until then the order is not planned."
    )
    assert found.text("zh") == (
        "警告：orders.csv 第 3 行，“lead_skills”列：排程的日子里没有上班的人能带队：负责人需要 aircon:3。"
        "请改正 lead_skills，或添加技能或班次；在此之前该派工单不会被安排。"
    )
    assert "Maybe 'aircon' is meant." in report(two_people(lead_skills="airco")).text()


def test_an_expired_certificate_leads_nobody(report) -> None:
    sheets = with_cell(two_people(lead_skills="aircon:2"), "skills", 2, "valid_until", "2026-11-22")
    del sheets["locks"]
    assert places(report(sheets)) == [("CREW_NO_LEAD", "orders.csv", 3, "lead_skills")]


def test_there_is_a_lead_but_nobody_to_follow(report) -> None:
    # Ann can lead, but there is no member beside her: a member needs the electric skill that only she holds.
    found = report(two_people(skills="electric", lead_skills="aircon:2"))
    assert places(found) == [("CREW_FEW", "orders.csv", 3, "crew_size")]


def test_the_safety_list_asks_for_two(report) -> None:
    sheets = two_people(crew_size="1", kind="高空作业", skills="aircon")
    assert report(sheets).text() == ""
    found = report(sheets, 'name = "tomorrow"\npair_kinds = ["高空作业"]\n')
    assert places(found) == [("CREW_FEW", "orders.csv", 3, "kind")]


def test_faults_of_the_staff_come_first(report) -> None:
    sheets = with_cell(two_people(skills="aircon"), "skills", 2, "level", "0")
    assert places(report(sheets)) == [("NUMBER_TOO_SMALL", "skills.csv", 2, "level")]


# --- locks --------------------------------------------------------------------------------------------------------


def test_a_lock_that_can_be_kept_is_no_finding(report) -> None:
    assert report(two_orders()).text() == ""
    assert report(with_cell(two_orders(), "locks", 2, "start", "08:50")).text() == ""  # 09:05 with its tolerance


LOCKS = [
    ("LOCK_SKILL", "technician_id", {"technician_id": "T2"}, {}),
    ("LOCK_PROHIBITED", "technician_id", {}, {"prohibited": "T1"}),
    ("LOCK_NOT_ALLOWED", "technician_id", {}, {"required": "T2"}),
    ("LOCK_OUTSIDE_WINDOW", "start", {"start": "12:00"}, {}),
    ("LOCK_OUTSIDE_SHIFT", "start", {"start": "05:00"}, {}),
]


@pytest.mark.parametrize(("code", "column", "lock", "order"), LOCKS, ids=[case[0] for case in LOCKS])
def test_a_lock_that_breaks_a_rule_alone(
    report, code: str, column: str, lock: dict[str, str], order: dict[str, str]
) -> None:
    sheets = two_orders()
    sheets["locks"][0] |= lock
    sheets["orders"][0] |= order
    found = report(sheets)
    assert places(found) == [(code, "locks.csv", 2, column)]
    assert "O1" in found.text("en")
    assert "派工单“O1”锁定" in found.text("zh")


def test_a_lock_on_a_customers_refusal(report) -> None:
    assert places(report(with_cell(two_orders(), "customers", 2, "refused", "T1"))) == [
        ("LOCK_PROHIBITED", "locks.csv", 2, "technician_id")
    ]


def test_a_lock_to_somebody_who_has_no_shift(report) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "days", "2")
    sheets["locks"] = [{"visit_id": "O2", "level": "day", "technician_id": "T1", "date": "2026-11-24"}]
    found = report(sheets)
    assert found.text() == (
        "Warning: locks.csv row 2, column 'technician_id': The order 'O2' is locked to technician 'T1', who has no "
        "shift on 2026-11-24. Add the shift, or lock the order to somebody else."
    )
    assert found.text("zh") == (
        "警告：locks.csv 第 2 行，“technician_id”列：派工单“O2”锁定给了工程师“T1”，但此人 2026-11-24 没有班次。"
        "请添加班次，或锁定给其他人。"
    )
    sheets["locks"][0]["technician_id"] = "T2"
    assert report(sheets).text() == ""


def test_each_of_a_crew_can_be_locked(report) -> None:
    sheets = two_people()
    lock = {"visit_id": "O2", "level": "person", "technician_id": "T1"}
    sheets["locks"] = [lock, {**lock, "technician_id": "T2"}]
    assert report(sheets).text() == ""
    sheets["orders"][1]["crew_size"] = "1"
    assert places(report(sheets)) == [("LOCK_TWO_PEOPLE", "locks.csv", 3, "technician_id")]


def test_the_lock_of_an_order_that_today_has_is_not_looked_at(report) -> None:
    sheets = with_cell(two_orders(), "locks", 2, "start", "12:00")
    sheets["orders"][0]["planned_on"] = "2026-11-20"
    assert report(sheets).text() == ""
