"""A plan against the branch as it is now: what differs is named if the plan has to do with it, and what it breaks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.rules import Rule
from optimizer.errors import InputError
from optimizer.ingest.plans.plan_file import read_plan_file, write_plan
from optimizer.ingest.read import read_branch
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.promise.due_day import with_due_days
from optimizer.review.branch_now import Comparison, compare_with_branch
from optimizer.travel.provider import travel_for
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


def sheets_of_two() -> Sheets:
    """Ann serves O1 and Ben O2; Ben owes nothing."""
    sheets = two_orders()
    del sheets["loans"]
    sheets["orders"][1]["received"] = "2026-11-20 10:00"
    return sheets


@pytest.fixture
def plan_json(tmp_path: Path) -> Path:
    folder = write_folder(tmp_path / "then", sheets_of_two())
    problem = read_branch(folder)
    matrix = travel_for(problem, folder)
    problem = with_due_days(problem, matrix)
    plan = time_routes(problem, matrix, {"T1": ["O1"], "T2": ["O2"]})
    assert judge_plan(problem, matrix, plan).is_clean
    write_plan(plan, problem, matrix, {}, tmp_path / "plan.json")
    return tmp_path / "plan.json"


def compared(plan_json: Path, sheets: Sheets, **more: datetime) -> Comparison:
    folder = write_folder(plan_json.parent / "now", sheets)
    return compare_with_branch(read_plan_file(plan_json, time_routes=time_routes), folder, **more)


def without(sheets: Sheets, technician: str) -> Sheets:
    names = ("technicians", "skills", "shifts")
    return sheets | {name: [row for row in sheets[name] if row["technician_id"] != technician] for name in names}


def test_a_branch_that_has_not_changed_says_nothing(plan_json: Path) -> None:
    assert compared(plan_json, sheets_of_two()) == Comparison()


def test_a_technician_who_left_is_named_and_the_plan_is_broken(plan_json: Path) -> None:
    found = compared(plan_json, without(sheets_of_two(), "T2"))
    texts = [one.text("en") for one in found.differences]
    assert texts[0] == "technician T2 left"
    assert "shift T2 2026-11-23 is gone" in texts
    assert found.differences[0].text("zh") == "上门工程师 T2 已离开"
    assert [(one.rule, one.technician_id) for one in found.violations] == [(Rule.SHIFT, "T2")]


def test_a_longer_service_is_named_with_both_lengths(plan_json: Path) -> None:
    found = compared(plan_json, with_cell(sheets_of_two(), "orders", 3, "service_min", "60"))
    assert [one.text("en") for one in found.differences] == ["order O2: service 30 -> 60 min"]
    assert found.differences[0].text("zh") == "派工单 O2：服务时长 30 -> 60 分钟"
    # The end at the customer and the return are half an hour later.
    assert {(one.rule, one.amount) for one in found.violations} == {(Rule.WINDOW, 1800), (Rule.SHIFT, 1800)}


def test_what_the_plan_has_nothing_to_do_with_is_not_named(plan_json: Path) -> None:
    sheets = sheets_of_two()
    sheets["technicians"].append({"technician_id": "T3", "name": "Cai", "start": "branch"})
    sheets["parts"].append({"part_id": "P9", "name": "阀", "on_hand": "1"})
    sheets["customers"].append({"customer_id": "C9", "name": "赵先生"})
    found = compared(plan_json, sheets)
    assert (found.differences, found.violations) == ((), ())


def test_what_concerns_the_plan_and_breaks_nothing_is_named_alone(plan_json: Path) -> None:
    sheets = with_cell(sheets_of_two(), "customers", 3, "phone", "123")
    sheets = with_cell(sheets, "parts", 2, "on_hand", "3")
    sheets["orders"].append({**sheets["orders"][1], "order_id": "O3"})
    found = compared(plan_json, sheets)
    assert [one.text("en") for one in found.differences] == [
        "customer C2: phone none -> 123",
        "order O3 is new, the plan does not have it",
        "part P1: on hand 4 -> 3",
    ]
    assert found.violations == ()


def test_an_order_called_off_and_a_moved_one(plan_json: Path) -> None:
    sheets = with_cell(sheets_of_two(), "orders", 2, "lat", "30.60")
    del sheets["orders"][2 - 1]
    found = compared(plan_json, sheets)
    texts = [one.text("en") for one in found.differences]
    assert texts[0].startswith("order O1: lat 30.28 -> 30.6")
    assert texts[1] == "order O2 is gone"
    assert any(text.startswith("the way branch -> O1: ") and text.endswith(" min") for text in texts)
    assert {Rule.ONCE, Rule.TRAVEL} <= {one.rule for one in found.violations}


def test_a_price_of_the_policy_is_named_and_costs_are_no_claims_about_now(plan_json: Path) -> None:
    folder = write_folder(plan_json.parent / "now", sheets_of_two())
    (folder / "policy.toml").write_text("travel_cents_per_min = 70\n", encoding="utf-8")
    found = compare_with_branch(read_plan_file(plan_json, time_routes=time_routes), folder)
    assert [one.text("en") for one in found.differences] == ["policy: travel_cents_per_min 50 -> 70"]
    assert found.violations == ()


def test_a_lock_that_was_lifted_says_nothing_and_one_that_holds_otherwise_does(plan_json: Path) -> None:
    lifted = sheets_of_two()
    del lifted["locks"]
    assert compared(plan_json, lifted) == Comparison()
    found = compared(plan_json, with_cell(sheets_of_two(), "locks", 2, "start", "10:00"))
    assert [one.text("en") for one in found.differences] == ["lock O1 start T1: start 09:30 -> 10:00"]
    # Not before 09:45 now, half an hour after the start that the plan states.
    assert (Rule.WINDOW, 1800) in {(one.rule, one.amount) for one in found.violations}


def test_what_was_reported_later_is_seen_from_its_moment_on(plan_json: Path) -> None:
    sheets = sheets_of_two()
    sheets["absences"] = [{"technician_id": "T2", "date": "2026-11-23", "reported": "2026-11-20 17:00"}]
    assert compared(plan_json, sheets) == Comparison()
    found = compared(plan_json, sheets, as_of=datetime(2026, 11, 20, 17))
    assert [one.text("en") for one in found.differences] == ["shift T2 2026-11-23 is gone"]
    assert [one.rule for one in found.violations] == [Rule.SHIFT]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("branch_id", "NB", "now: The plan is for the branch HZ, this is NB."),
        ("plan_date", "2026-11-24", "now: The plan is for 2026-11-23, the branch plans 2026-11-24."),
    ],
)
def test_another_branch_or_day_is_a_fault(plan_json: Path, column: str, value: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        compared(plan_json, with_cell(sheets_of_two(), "branch", 2, column, value))
