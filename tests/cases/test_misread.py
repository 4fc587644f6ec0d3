"""Wrong input that used to be taken without a word: each case with what is said of it, by row, and what is read."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from optimizer import InputWarning, read_branch
from optimizer.cli import app
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.travel.provider import check_travel
from tests.cases.branches import DAY, lay_out, order, shift

if TYPE_CHECKING:
    from pathlib import Path

RUN = CliRunner()
T1 = {"technician_id": "T1"}
PEOPLE = ({"technician_id": "T01", "name": "陈立新"}, {"technician_id": "T02", "name": "林晓东"})
#: Skills of the branch of silent misreads: one is spelt with a space, as a person types it.
SKILLS = (
    {"technician_id": "T1", "skill": "空 调", "level": "3"},
    {"technician_id": "T2", "skill": "空调", "level": "3"},
    {"technician_id": "T2", "skill": "冰箱", "level": "2"},
)

#: What a sheet holds, and what is said: codes with their rows, and the name that is said to be meant.
CASES: dict[str, tuple[dict[str, Any], set[tuple[str, int | None]], str]] = {
    "ids that differ in their zeros": (
        {"orders": [order("007"), order("7")]},
        {("ID_ALIKE", 3)},
        "",
    ),
    "a zero that was lost elsewhere": (
        {
            "orders": [order("00123"), order("00124")],
            "technicians": ({"technician_id": "007"},),
            "locks": ({"visit_id": "123", "level": "person", "technician_id": "7"},),
        },
        {("REF_VISIT", 2), ("REF_TECHNICIAN", 2)},
        "00123",
    ),
    "a service of no time, and one of half a minute": (
        {"orders": [order("A", service_min="0"), order("B", service_min="0.5")]},
        {("DURATION_ZERO", 2), ("SERVICE_SHORT", 3)},
        "",
    ),
    "a service of three days": ({"orders": [order("A", service_min="4500")]}, {("SERVICE_LONG", 2)}, ""),
    "a limit in the unit of its column": (
        {"orders": [order("A", service_min="99999999")]},
        {("NUMBER_TOO_LARGE", 2)},
        "",
    ),
    "a matrix in minutes": (
        {
            "orders": [order("A")],
            "matrix": ({"": "branch", "branch": "0", "A": "45"}, {"": "A", "branch": "45", "A": "0"}),
            "branch": (
                {"branch_id": "B1", "lat": "30.5", "lon": "120.5", "plan_date": DAY, "as_of": "2026-11-20 16:00"},
            ),
        },
        {("MATRIX_MINUTES", 2), ("MATRIX_MINUTES", 3)},
        "",
    ),
    "a place in another province": (
        {"orders": [order("A", lat="31.9", lon="121.4")]},
        {("PLACE_DISTANT", 2), ("MATRIX_MINUTES", 2), ("MATRIX_MINUTES", 3)},
        "",
    ),
    "a skill in another case": (
        {"orders": [order("A", skills="Aircon:1")], "skills": ({**T1, "skill": "aircon", "level": "3"},)},
        {("READ_AS", 2)},
        "",
    ),
    "a column that nobody knows": (
        {"orders": [order("A", "", promissed=f"{DAY} 15:00/16:00")]},
        {("COLUMN_UNKNOWN", 1)},
        "promised",
    ),
    "kg and KG": (
        {"orders": [order("A", loads="kg:400")], "technicians": ({**T1, "capacity": "KG:300"},)},
        {("READ_AS", 2), ("LOAD_LARGE", 2)},
        "",
    ),
    "kg and weight": (
        {"orders": [order("A", loads="kgg:400")], "technicians": ({**T1, "capacity": "kg:300"},)},
        {("LOAD_UNKNOWN", 2)},
        "kg",
    ),
    "an area with its suffix": (
        {
            "orders": [order("A", area="西湖区"), order("B"), order("C", area="西湖 ")],
            "technicians": ({**T1, "areas": "西湖"},),
        },
        {("AREA_UNKNOWN", 2)},
        "西湖",
    ),
    "an own tool in another case": (
        {
            "orders": [order("A", tools="ladder:1")],
            "tools": ({"tool_id": "ladder", "units": "0"},),
            "technicians": ({**T1, "own_tools": "Ladder:1"},),
        },
        {("READ_AS", 2)},
        "",
    ),
    "an own part in another case": (
        {
            "orders": [order("A", parts="P01:1")],
            "parts": ({"part_id": "P01", "on_hand": "0"},),
            "technicians": ({**T1, "own_parts": "p01:1"},),
        },
        {("READ_AS", 2)},
        "",
    ),
    "who must not come, misspelt": ({"orders": [order("A", prohibited="T-1")]}, {("REF_TECHNICIAN_NEVER", 2)}, "T1"),
    "who is preferred and has left": (
        {"orders": [order("A")], "customers": ({"customer_id": "C1", "served_by": "T1; T9"},)},
        {("REF_TECHNICIAN_GONE", 2)},
        "",
    ),
    "a tier that the policy does not know": (
        {"orders": [order("A")], "customers": ({"customer_id": "C1", "tier": "VIP"},)},
        {("TIER_UNKNOWN", 2)},
        "",
    ),
    "limits of 0": (
        {"orders": [order("A")], "shifts": ({**shift("T1"), "max_visits": "0"}, {**shift("T2"), "max_leg_min": "0"})},
        {("LIMIT_ZERO", 2), ("LIMIT_ZERO", 3)},
        "",
    ),
    "a window in closed hours": (
        {
            "orders": [order("A", "12:00/12:30")],
            "customers": ({"customer_id": "C1", "opening": "Mon-Fri 09:00-17:00", "closed_hours": "12:00-13:00"},),
        },
        {("WINDOW_NO_START", 2)},
        "",
    ),
    "a service beyond closing": (
        {
            "orders": [order("A", "16:00/17:00", service_min="90")],
            "customers": ({"customer_id": "C1", "opening": "Mon-Fri 09:00-17:00"},),
        },
        {("WINDOW_NO_START", 2)},
        "",
    ),
    "a window that is over": (
        {"orders": [order("A", "", requested="2026-11-20 09:00/11:00")]},
        {("WINDOW_PAST", 2)},
        "",
    ),
    "a Sunday": (
        {
            "orders": [order("A", "")],
            "day": "2026-11-22",
            "as_of": "2026-11-20 16:00",
            "shifts": ({**shift("T1"), "date": "2026-11-22"}, {**shift("T2"), "date": "2026-11-22"}),
        },
        {("PLAN_DAY_OFF", 2)},
        "",
    ),
    "forbidden in another case": (
        {"orders": [order("A", prohibited="t01")], "technicians": PEOPLE},
        {("READ_AS", 2)},
        "",
    ),
    "forbidden by a list": ({"orders": [order("A", prohibited="T01、T02")], "technicians": PEOPLE}, set(), ""),
    "forbidden by name": ({"orders": [order("A", prohibited="陈立新")], "technicians": PEOPLE}, {("REF_NAME", 2)}, ""),
    "refused by name": (
        {"orders": [order("A")], "technicians": PEOPLE, "customers": ({"customer_id": "C1", "refused": "林晓东"},)},
        {("REF_NAME", 2)},
        "",
    ),
    "refused by half a name": (
        {"orders": [order("A")], "technicians": PEOPLE, "customers": ({"customer_id": "C1", "refused": "晓东"},)},
        {("REF_TECHNICIAN_NEVER", 2)},
        "T02 林晓东",
    ),
    "two skills by a comma": ({"orders": [order("A", skills="空调、冰箱")], "skills": SKILLS}, {("READ_AS", 2)}, ""),
    "a skill with its level": (
        {"orders": [order("A", skills="空调2级")], "skills": SKILLS},
        {("READ_USUAL", 2), ("READ_AS", 2)},  # of the order, and of the skill with a space
        "",
    ),
    "a skill in other characters": (
        {"orders": [order("A", skills="空調:2")], "skills": SKILLS[1:]},
        {("REF_SKILL_NOT_HELD", 2)},
        "空调",
    ),
    "a due day of last year": (
        {"orders": [order("A", due_day="2025-11-24")]},
        {("DATE_LONG_AGO", 2)},
        "",
    ),
    "a request of last year": (
        {"orders": [order("A", received="2025-11-20 09:00")]},
        {("DATE_LONG_AGO", 2)},
        "",
    ),
    "a promise after the due day": (
        {"orders": [order("A", "", promised="2026-11-30 09:00/11:00", due_day=DAY)]},
        {("PROMISE_AFTER_DUE", 2)},
        "",
    ),
    "rounded phones": (
        {
            "orders": [order("A")],
            "technicians": ({**T1, "phone": "13900000001.0"}, {"technician_id": "T2", "phone": "1.39E+10"}),
        },
        {("READ_USUAL", 2), ("NUMBER_ROUNDED", 3)},
        "",
    ),
    "a rounded serial number": ({"orders": [order("A", serial="2.02E+19")]}, {("NUMBER_ROUNDED", 2)}, ""),
}


def branch_of(folder: Path, case: dict[str, Any]) -> Path:
    rows = {name: value for name, value in case.items() if name != "orders"}
    return lay_out(folder / "in", case["orders"], **rows)


@pytest.mark.parametrize("name", CASES)
def test_each_doubt_is_said_by_its_row(tmp_path: Path, name: str) -> None:
    case, said, near = CASES[name]
    branch = branch_of(tmp_path, case)
    intake = read_intake(branch)
    report = intake.report
    if intake.problem is not None:
        report = report.with_more(check_travel(intake.problem, branch))
    assert {(issue.code, issue.row) for issue in report.issues} == said
    assert not near or f"Maybe '{near}' is meant." in report.text()
    assert all(issue.text("zh") != issue.text("en") for issue in report.issues)


@pytest.mark.parametrize("name", ["forbidden in another case", "forbidden by a list", "forbidden by name"])
def test_who_is_forbidden_does_not_come(tmp_path: Path, name: str) -> None:
    problem = read_intake(branch_of(tmp_path, CASES[name][0])).checked()
    assert "T01" in problem.visit_by_id["A"].prohibited
    refused = read_intake(branch_of(tmp_path, CASES["refused by name"][0])).checked()
    assert refused.customers[0].refused == {"T02"}


def test_a_limit_is_said_in_the_unit_of_its_column(tmp_path: Path) -> None:
    report = read_intake(branch_of(tmp_path, CASES["a limit in the unit of its column"][0])).report
    assert report.text().endswith("99999999 is too large. It must be at most 16666666.")


# --- every command says it ----------------------------------------------------------------------------------------


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """Return a branch with a column that nobody knows and a matrix in minutes."""
    case = CASES["a matrix in minutes"][0]
    return branch_of(tmp_path, {**case, "orders": [order("A", promissed=f"{DAY} 15:00/16:00")]})


def test_export_says_what_plan_says(doubtful: Path, tmp_path: Path) -> None:
    out = tmp_path / "branch.json"
    ran = RUN.invoke(app, ["export", str(doubtful), "--json", str(out), "--lang", "en"])
    assert ran.exit_code == 0
    assert "Maybe 'promised' is meant." in " ".join(ran.stderr.split())
    assert ran.stderr.count("these are maybe minutes") == 2
    noted = RUN.invoke(app, ["export", str(doubtful), "--json", str(out), "--json-faults"])
    assert [issue["code"] for issue in json.loads(noted.stderr)] == [
        "COLUMN_UNKNOWN", "MATRIX_MINUTES", "MATRIX_MINUTES",
    ]  # fmt: skip


def test_promise_says_it(doubtful: Path) -> None:
    ran = RUN.invoke(app, ["promise", str(doubtful), "--order", "A", "--lang", "en"])
    assert ran.exit_code == 0
    assert "Maybe 'promised' is meant." in " ".join(ran.stderr.split())


def test_who_reads_a_branch_is_told(doubtful: Path) -> None:
    with pytest.warns(InputWarning) as told:
        problem = read_branch(doubtful)
    assert len(told) == 3
    assert "Maybe 'promised' is meant." in str(told[0].message)
    codes: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_branch(doubtful, on_warning=lambda issue: codes.append(issue.code)) == problem
    assert codes == ["COLUMN_UNKNOWN", "MATRIX_MINUTES", "MATRIX_MINUTES"]


def test_unknown_columns_and_keys_can_be_refused(doubtful: Path, tmp_path: Path) -> None:
    strict = ReadOptions(refuse_unknown=True)
    report = read_intake(doubtful, strict).report
    assert [(issue.code, issue.is_error) for issue in report.errors] == [("COLUMN_UNKNOWN", True)]
    document = json.loads(
        '{"format": "paigong.problem/1", "branch": {"branch_id": "B", "lat": 30, "lon": 120, "plan_date": "2026-11-23",'
        ' "as_of": "2026-11-20T16:00:00+08:00"}, "customers": [{"customer_id": "C1"}],'
        ' "technicians": [{"technician_id": "T1"}], "orders": [{"order_id": "A", "customer_id": "C1", "lat": 30,'
        ' "lon": 120, "service": "PT30M", "servcie": "PT40M"}], "lokcs": []}'
    )
    path = tmp_path / "branch.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read_intake(path, strict).report.errors
    assert [(issue.path, issue.details["near"]) for issue in found] == [("/lokcs", "locks"), ("/orders/0/servcie", "")]
    assert not read_intake(path).report.has_errors
