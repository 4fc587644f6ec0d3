"""A promise that would break over two minutes of travel: the reason proposes the row, and written it is kept."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.rules import Rule
from optimizer.explain.unassigned import explain_unassigned
from optimizer.ingest.plans.plan_file import plan_to_json, read_plan_file
from optimizer.ingest.read import problem_from_json, read_intake
from optimizer.ingest.write import exception_to_json, problem_to_json
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.review.claims import wrong_accepted
from tests.cases.branches import lay_out, order, read, shift
from tests.rules.test_lock_kept import plan_of

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.plans.plan_file import PlanFile

#: T1 alone, who may travel 28 minutes: A and B take 30.
SHORT = {"technicians": ({"technician_id": "T1"},), "shifts": ({**shift("T1"), "max_travel_min": "28"},)}
TWO_MINUTES = {"visit_id": "B", "rule": "travel", "amount": "2", "by": "Chen", "why": "old customer"}


def write_row(folder: Path, row: dict[str, object], titles: dict[str, str] | None = None) -> None:
    """Write the sheet of exceptions with one row, under our own headings or under others."""
    titles = titles or {name: name for name in row}
    with (folder / "exceptions.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [titles[name] for name in row])
        writer.writeheader()
        writer.writerow({titles[name]: value for name, value in row.items()})


def test_the_proposed_row_written_into_the_branch_is_planned_and_accepted(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "branch", (order("A"), order("B")), **SHORT)
    _, problem, matrix = read(folder)
    plan = plan_of(problem, matrix, 100)
    (left,) = explain_unassigned(problem, matrix, plan)
    proposed = left.reasons[0].exception
    assert proposed is not None
    assert (proposed.limit, proposed.amount, proposed.technician_id) == (HouseLimit.TRAVEL, 120, "T1")
    write_row(folder, {**exception_to_json(proposed), "by": "Chen", "why": "old customer"})
    _, written, matrix = read(folder)
    planned = plan_of(written, matrix, 100)
    assert planned.unassigned == ()
    accepted = judge_plan(written, matrix, planned).accepted
    assert [(one.rule, one.amount, one.by, one.why) for one in accepted] == [
        (Rule.TRAVEL_LIMIT, 120, "Chen", "old customer")
    ]


@pytest.mark.parametrize(
    "titles",
    [
        {"visit_id": "visit", "rule": "rule", "amount": "amount", "by": "by", "why": "why"},
        {"visit_id": "工单号", "rule": "规则", "amount": "允许超出", "by": "批准人", "why": "理由"},
    ],
)
def test_the_sheet_is_read_under_other_headings(tmp_path: Path, titles: dict[str, str]) -> None:
    folder = lay_out(tmp_path / "branch", (order("A"), order("B")), **SHORT)
    write_row(folder, {**TWO_MINUTES, "rule": "行程" if "工单号" in titles.values() else "travel"}, titles)
    _, problem, _ = read(folder)
    (one,) = problem.exceptions
    assert (one.visit_id, one.limit, one.amount, one.by, one.why) == (
        "B",
        HouseLimit.TRAVEL,
        120,
        "Chen",
        "old customer",
    )
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))).exceptions == (one,)


#: What is wrong with a row: a cell, what stands in it, the code, and a piece of what people read.
WRONG = [
    ("visit_id", "C", "REF_VISIT", "The order 'C' is not in orders."),
    ("rule", "skill", "EXCEPTION_NEVER", "Nobody can allow an exception to 'skill'."),
    ("rule", "证书", "EXCEPTION_NEVER", "Nobody can allow an exception to '证书'."),
    ("rule", "loan", "EXCEPTION_NEVER", "Nobody can allow an exception to 'loan'."),
    ("rule", "speed", "CHOICE", "travel, overtime, area, visits, told"),
    ("amount", "16", "EXCEPTION_BAND", "The exception goes further (16) than the policy lets anybody go (15)."),
    ("amount", "", "EXCEPTION_AMOUNT", "Write by how many minutes or visits at most."),
    ("amount", "0", "NUMBER_TOO_SMALL", "0"),
    ("by", "", "CELL_EMPTY", "The cell is empty."),
    ("by", "  ", "CELL_EMPTY", "The cell is empty."),
    ("why", "", "CELL_EMPTY", "The cell is empty."),
    ("technician_id", "T9", "REF_TECHNICIAN", "The technician 'T9' is not in technicians."),
]


@pytest.mark.parametrize(("column", "value", "code", "said"), WRONG)
def test_a_wrong_row_is_named_with_its_cell(tmp_path: Path, column: str, value: str, code: str, said: str) -> None:
    folder = lay_out(tmp_path / "branch", (order("A"), order("B")), **SHORT)
    write_row(folder, {**TWO_MINUTES, column: value})
    (issue,) = [issue for issue in read_intake(folder).report.issues if issue.is_error]
    assert (issue.code, issue.file, issue.row, issue.column) == (code, "exceptions.csv", 2, column)
    assert said in issue.text("en")


def test_a_second_exception_to_one_limit_and_a_barred_one_are_faults(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "branch", (order("A"), order("B")), **SHORT, exceptions=(TWO_MINUTES, TWO_MINUTES))
    assert [issue.code for issue in read_intake(folder).report.issues if issue.is_error] == ["ID_TWICE"]
    write_row(folder, TWO_MINUTES)
    (folder / "policy.toml").write_text("exception_travel_min = 0\n", encoding="utf-8")
    assert [issue.code for issue in read_intake(folder).report.issues if issue.is_error] == ["EXCEPTION_BARRED"]


# --- in the plan file -----------------------------------------------------------------------------------------------


def plan_file(folder: Path, **accepted: object) -> PlanFile:
    """Write the plan of a branch with an exception, what it accepts said otherwise, and read it back."""
    lay_out(folder, (order("A"), order("B")), **SHORT, exceptions=(TWO_MINUTES,))
    _, problem, matrix = read(folder)
    plan = time_routes(problem, matrix, {"T1": ["A", "B"]})
    document = plan_to_json(plan, problem, matrix, {}, accepted=judge_plan(problem, matrix, plan).accepted)
    document["accepted"] = [{**one, **accepted} for one in document["accepted"]]
    path = folder / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_plan_file(path, time_routes=time_routes)


def test_a_plan_file_says_who_allowed_what(tmp_path: Path) -> None:
    file = plan_file(tmp_path / "branch")
    judgement = judge_plan(file.problem, file.matrix, file.plan)
    assert judgement.is_clean
    assert judgement.accepted == file.claims.accepted
    assert list(wrong_accepted(file, judgement.accepted)) == []


def test_a_plan_file_with_another_name_is_found_out(tmp_path: Path) -> None:
    file = plan_file(tmp_path / "branch", by="Li")
    judgement = judge_plan(file.problem, file.matrix, file.plan)
    assert [one.rule for one in wrong_accepted(file, judgement.accepted)] == [Rule.TRAVEL_LIMIT] * 2  # type: ignore[union-attr]
