"""Dates that can hardly be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_intake
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("sheet", "column", "cell", "codes"),
    [
        ("orders", "due_day", "2025-11-24", ["DATE_LONG_AGO"]),
        ("orders", "due_day", "2026-11-02", []),  # overdue
        ("orders", "due_day", "2027-11-24", ["DATE_LONG_AHEAD"]),
        ("orders", "received", "2025-11-20 09:00", ["DATE_LONG_AGO"]),
        ("orders", "received", "2026-09-20 09:00", []),  # it waits for a part
        ("orders", "promised", "2027-11-23 09:00/11:00", ["DATE_LONG_AHEAD"]),
        ("orders", "agreed_day", "2027-11-30", ["DATE_LONG_AHEAD"]),
        ("orders", "ready", "2025-11-23", ["DATE_LONG_AGO"]),
        ("parts", "as_of", "2025-11-20 15:30", ["DATE_LONG_AGO"]),
        ("shifts", "date", "2025-11-23", ["DATE_LONG_AGO"]),
    ],
)
def test_a_year_that_was_not_changed(tmp_path: Path, sheet: str, column: str, cell: str, codes: list[str]) -> None:
    row = 2 if sheet == "parts" else 3
    sheets = with_cell(two_orders(), sheet, row, column, cell)
    sheets["shifts"].append({"technician_id": "T2", "date": "2026-11-23", "start": "08:00", "end": "09:00"})
    if sheet != "shifts":
        del sheets["shifts"][-1]
    report = read_intake(write_folder(tmp_path / "branch", sheets)).report
    assert [(issue.code, issue.row) for issue in report.issues] == [(code, row) for code in codes]


def test_in_words(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "due_day", "2025-11-24")
    report = read_intake(write_folder(tmp_path / "branch", sheets)).report
    assert report.text() == (
        "Warning: orders.csv row 3, column 'due_day': '2025-11-24' is 364 days before the day to plan. "
        "Correct the year or the month if it is misspelt."
    )
    assert report.text("zh").endswith("“2025-11-24”比排程日期早 364 天。年份或月份如写错，请改正。")


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"received": "2026-11-20 10:00", "due_day": "2026-11-19"}, ["DUE_BEFORE_RECEIVED"]),
        ({"received": "2026-11-19 10:00", "due_day": "2026-11-19"}, []),
        ({"promised": "2026-11-24 09:00/11:00", "due_day": "2026-11-23"}, ["PROMISE_AFTER_DUE"]),
        ({"promised": "2026-11-23 09:00/11:00; 2026-11-24 09:00/11:00", "due_day": "2026-11-23"}, []),
        ({"promised": "2026-11-23 09:00/11:00", "requested": "2026-11-20 09:00/11:00"}, ["REQUEST_PAST"]),
        ({"promised": "2026-11-23 09:00/11:00", "requested": "2026-11-20 17:00/18:00"}, []),
        ({"requested": "2026-11-20 09:00/11:00"}, ["WINDOW_PAST"]),
        (
            {"promised": "2026-11-23 09:00/11:00", "requested": "2026-11-20 09:00/11:00", "carried_over": "yes"},
            [],  # that is why it is carried over
        ),
    ],
)
def test_dates_that_contradict_each_other(tmp_path: Path, cells: dict[str, str], codes: list[str]) -> None:
    sheets = two_orders()
    sheets["orders"][1] = {**sheets["orders"][1], "requested": "", **cells}
    report = read_intake(write_folder(tmp_path / "branch", sheets)).report
    assert [issue.code for issue in report.issues] == codes
