"""Skipping bad orders: they leave with all that names them, their faults stay in words; other faults stop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.ingest.write import problem_to_json
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.intake import Intake

SKIP = ReadOptions(skip_bad=True)


def read(folder: Path, sheets: Sheets, options: ReadOptions = SKIP) -> Intake:
    return read_intake(write_folder(folder, sheets), options)


def planned(intake: Intake) -> list[str]:
    return [order.order_id for order in intake.checked().orders]


def test_without_the_option_a_bad_order_stops(tmp_path: Path) -> None:
    intake = read(tmp_path, with_cell(two_orders(), "orders", 2, "service_min", "soon"), ReadOptions())
    assert intake.problem is None
    assert intake.context.faulty == ()


def test_a_branch_without_faults_sets_nothing_aside(tmp_path: Path) -> None:
    intake = read(tmp_path, two_orders())
    assert (planned(intake), intake.context.faulty, intake.report.text()) == (["O1", "O2"], (), "")


def test_a_bad_order_leaves_with_its_lock_and_its_published_visit(tmp_path: Path) -> None:
    intake = read(tmp_path, with_cell(two_orders(), "orders", 2, "service_min", "soon"))
    problem = intake.checked()
    assert planned(intake) == ["O2"]
    assert (problem.locks, problem.published) == ((), ())
    assert [r.visit_id for r in problem.reservations] == ["O1"]  # the part stays held until the order is corrected
    [faulty] = intake.context.faulty
    assert (faulty.order_id, faulty.customer) == ("O1", "王女士")
    assert faulty.causes["en"] == ("orders.csv row 2, column 'service_min': 'soon' is not a number of minutes.",)
    assert faulty.causes["zh"] == ("orders.csv 第 2 行，“service_min”列：“soon”不是分钟数。",)
    assert not intake.report.has_errors
    assert intake.report.text() == (
        "Warning: orders.csv row 2, column 'order_id': The order 'O1' has faults and is not planned."
        " Correct its row; until then it stays in the register.\n"
        "Warning: orders.csv row 2, column 'service_min': 'soon' is not a number of minutes."
        " Write minutes, as in 45, or hours, as in 1.5h."
    )


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("customer_id", "C9", "REF_CUSTOMER"),
        ("lat", "", "PLACE_MISSING"),
        ("lat", "0.5", "PLACE_FAR"),
        ("required", "T9", "REF_TECHNICIAN"),
        ("ready", "2046-11-23", "DATE_FAR"),
        ("after", "O1", "AFTER_ITSELF"),
        ("datum", "Mars", "DATUM_UNKNOWN"),
        ("service_min", "0", "DURATION_ZERO"),
    ],
)
def test_every_kind_of_fault_of_an_order_sets_it_aside(tmp_path: Path, column: str, value: str, code: str) -> None:
    intake = read(tmp_path, with_cell(two_orders(), "orders", 2, column, value))
    assert planned(intake) == ["O2"]
    assert code in {issue.code for issue in intake.report.warnings}
    [faulty] = intake.context.faulty
    assert len(faulty.causes["en"]) == len(faulty.causes["zh"]) == 1


def test_an_order_without_a_number_is_listed_by_its_customer(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "order_id", "")
    [faulty] = read(tmp_path, sheets).context.faulty
    assert (faulty.order_id, faulty.customer) == ("", "李先生")


def test_the_order_that_comes_after_a_bad_one_waits_with_it(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "after", "O1")
    sheets["orders"].append({**two_orders()["orders"][1], "order_id": "O3", "after": "O2"})
    sheets["orders"].append({**two_orders()["orders"][1], "order_id": "O4"})
    intake = read(tmp_path, with_cell(sheets, "orders", 2, "service_min", ""))
    assert planned(intake) == ["O4"]
    assert [faulty.order_id for faulty in intake.context.faulty] == ["O1", "O2", "O3"]
    assert intake.context.faulty[2].causes["en"] == (
        "orders.csv row 4, column 'after': The order comes after 'O2', which has faults and is not planned.",
    )


def test_of_two_rows_with_one_number_neither_is_planned(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["orders"].append({**sheets["orders"][1], "order_id": "O1"})
    intake = read(tmp_path, sheets)
    assert planned(intake) == ["O2"]
    assert [(faulty.order_id, faulty.causes["en"]) for faulty in intake.context.faulty] == [
        ("O1", ("orders.csv row 2, column 'order_id': 'O1' stands in row 4 already.",)),
        ("O1", ("orders.csv row 4, column 'order_id': 'O1' stands in row 2 already.",)),
    ]


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value"),
    [
        ("customers", 2, "opening", "mostly"),
        ("technicians", 3, "home_lat", "north"),
        ("shifts", 2, "end", "25:00"),
        ("parts", 2, "on_hand", "many"),
        ("branch", 2, "plan_date", ""),
    ],
)
def test_a_fault_of_another_sheet_still_stops(tmp_path: Path, sheet: str, row: int, column: str, value: str) -> None:
    sheets = with_cell(two_orders(), "orders", 2, "service_min", "soon")
    intake = read(tmp_path, with_cell(sheets, sheet, row, column, value))
    assert intake.problem is None
    assert [issue.file for issue in intake.report.errors] == [f"{sheet}.csv"]


def test_a_bad_lock_of_a_bad_order_goes_with_it_and_one_of_a_good_order_stops(tmp_path: Path) -> None:
    bad_lock = with_cell(two_orders(), "locks", 2, "start", "")
    assert planned(read(tmp_path, with_cell(bad_lock, "orders", 2, "service_min", "soon"))) == ["O2"]
    assert read(tmp_path, with_cell(bad_lock, "orders", 3, "service_min", "soon")).problem is None


def test_a_missing_column_stops(tmp_path: Path) -> None:
    sheets = two_orders()
    for row in sheets["orders"]:
        del row["service_min"]
    assert read(tmp_path, sheets).problem is None


def test_every_order_may_be_bad(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 2, "service_min", "soon")
    intake = read(tmp_path, with_cell(sheets, "orders", 3, "lat", "x"))
    assert (planned(intake), len(intake.context.faulty)) == ([], 2)


def test_json_is_skipped_alike(tmp_path: Path) -> None:
    document = problem_to_json(read(tmp_path / "csv", two_orders()).checked())
    document["orders"][0]["service"] = "soon"  # type: ignore[index, call-overload]
    path = tmp_path / "branch.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    intake = read_intake(path, SKIP)
    assert planned(intake) == ["O2"]
    assert [faulty.order_id for faulty in intake.context.faulty] == ["O1"]


def test_a_bad_job_of_several_days_leaves_with_what_names_any_of_its_days(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "service_min", "soon")
    sheets["branch"][0]["days"] = "2"
    sheets["orders"][1]["days"] = "2"
    sheets["orders"].append({**sheets["orders"][0], "order_id": "O3", "parts": "", "after": "O2/2 +1h"})
    sheets["published"].append({"visit_id": "O2/2", "technician_id": "T2", "date": "2026-11-24"})
    intake = read(tmp_path, sheets)
    assert planned(intake) == ["O1"]
    assert [entry.visit_id for entry in intake.checked().published] == ["O1"]
    assert "comes after 'O2/2', which has faults" in intake.report.text()
