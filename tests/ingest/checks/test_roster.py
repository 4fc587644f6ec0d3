"""The roster at the door: one person is in one place at a time, has one shift a day, and rests between two shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.units import at
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.intake import Intake


def shift(date: str, start: str, end: str, who: str = "T2") -> dict[str, str]:
    return {"technician_id": who, "date": date, "start": start, "end": end}


def read(folder: Path, *shifts: dict[str, str], days: int = 2) -> Intake:
    """Read the branch with these shifts instead of Ben's, from row 3 on."""
    sheets: Sheets = two_orders()
    sheets["shifts"] = [*(row for row in sheets["shifts"] if row["technician_id"] == "T1"), *shifts]
    sheets["orders"][1]["requested"] = "2026-11-23 13:00/15:00"
    return read_intake(write_folder(folder, sheets), ReadOptions(days=days))


def test_overlapping_shifts_are_refused_with_both_rows(tmp_path: Path) -> None:
    found = read(
        tmp_path, shift("2026-11-23", "19:00", "2026-11-24 07:00"), shift("2026-11-24", "06:00", "15:00")
    ).report
    assert found.has_errors
    assert found.text() == (
        "shifts.csv row 4, column 'start': The shift of 'T2' begins before the one in row 3 ends (07:00): nobody is in "
        "two places at once. Correct the start or the end of one of the two, or delete its row."
    )
    assert found.text("zh") == (
        "shifts.csv 第 4 行，“start”列：“T2”的这个班次在第 3 行的班次结束（07:00）之前就开始了：一个人不能同时在两处。"
        "请改正其中一个班次的开始或结束时间，或删除那一行。"
    )


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    found = read(
        tmp_path, shift("2026-11-24", "06:00", "15:00"), shift("2026-11-23", "19:00", "2026-11-24 07:00")
    ).report
    assert [(one.code, one.row) for one in found.issues] == [("SHIFTS_OVERLAP", 3)]


def test_last_nights_shift_that_reaches_into_todays_is_refused(tmp_path: Path) -> None:
    night = shift("2026-11-22", "19:00", "2026-11-23 07:00")
    found = read(tmp_path, night, shift("2026-11-23", "06:00", "15:00"), days=1).report
    assert [(one.code, one.row, one.is_error) for one in found.issues] == [("SHIFTS_OVERLAP", 4, True)]


def test_shifts_that_touch_do_not_overlap_but_leave_no_rest(tmp_path: Path) -> None:
    night, day = shift("2026-11-23", "19:00", "2026-11-24 06:00"), shift("2026-11-24", "06:00", "15:00")
    found = read(tmp_path, night, day).report
    assert found.text() == (
        "Warning: shifts.csv row 4, column 'start': Between this shift of 'T2' and the one in row 3, which ends at "
        "06:00, lie 0:00 h; the rest is 10:00 h. The earlier shift ends that much sooner, so that there is time to "
        "rest. Correct the roster if it should not."
    )


def test_two_people_may_work_at_one_time(tmp_path: Path) -> None:
    assert read(tmp_path, shift("2026-11-23", "08:30", "17:30")).report.text() == ""


@pytest.mark.parametrize(
    ("end", "start", "codes"),
    [
        ("22:00", "06:00", []),
        ("22:00", "05:59", ["REST_SHORT"]),
        ("22:01", "08:00", ["REST_SHORT"]),  # Later than 22:00: ten hours.
        ("22:01", "08:01", []),
    ],
)
def test_a_rest_that_is_too_short_is_said(tmp_path: Path, end: str, start: str, codes: list[str]) -> None:
    found = read(tmp_path, shift("2026-11-23", "14:00", end), shift("2026-11-24", start, "15:00")).report
    assert [one.code for one in found.issues] == codes


def test_a_rest_after_last_night_is_said_for_todays_shift(tmp_path: Path) -> None:
    read_in = read(
        tmp_path, shift("2026-11-22", "19:00", "2026-11-23 02:00"), shift("2026-11-23", "08:00", "17:00"), days=1
    )
    assert [(one.code, one.row) for one in read_in.report.issues] == [("REST_SHORT_BEFORE", 4)]
    (before,) = read_in.checked().shifts_around
    assert (before.technician_id, before.day, before.end_s) == ("T2", -1, at(2))


def test_the_eve_and_the_week_after_the_horizon_are_known(tmp_path: Path) -> None:
    days = ("2026-11-21", "2026-11-22", "2026-11-25", "2026-12-01", "2026-12-02")
    problem = read(tmp_path, *(shift(day, "19:00", "24:00") for day in days)).checked()
    assert [one.day for one in problem.shifts_around] == [-1, 2, 8]


def test_a_second_row_of_a_day_is_refused_with_how_a_split_day_is_written(tmp_path: Path) -> None:
    found = read(tmp_path, shift("2026-11-23", "08:00", "11:00"), shift("2026-11-23", "16:00", "20:00")).report
    assert found.text() == (
        "shifts.csv row 4, column 'technician_id': 'T2 2026-11-23' stands in row 3 already: a technician has one "
        "shift a day. Delete the row too many. A split day is one row from its first start to its last end, with the "
        "time between as the break: break_open and break_close when the first part ends, break_min as long as the "
        "time between."
    )


def test_the_split_day_as_it_is_to_be_written(tmp_path: Path) -> None:
    row = shift("2026-11-23", "08:00", "20:00") | {"break_open": "11:00", "break_close": "11:00", "break_min": "300"}
    read_in = read(tmp_path, row)
    assert read_in.report.text() == ""
    (split,) = [one for one in read_in.checked().shifts if one.technician_id == "T2"]
    assert split.needs_break
    assert split.contracted_s == 7 * 3600


def test_the_same_row_twice_is_one_too_many(tmp_path: Path) -> None:
    row = shift("2026-11-23", "08:00", "17:00")
    assert [one.code for one in read(tmp_path, row, row).report.issues] == ["SHIFT_TWICE"]


def test_one_person_under_two_numbers_is_asked_about(tmp_path: Path) -> None:
    sheets: Sheets = two_orders()
    sheets["technicians"][0] |= {"phone": "139 0000 0001"}
    sheets["technicians"][1] |= {"phone": "139-0000-0001"}
    found = read_intake(write_folder(tmp_path, sheets), ReadOptions()).report
    assert not found.has_errors
    assert found.text() == (
        "Warning: technicians.csv row 3, column 'phone': '139-0000-0001' stands in row 2, too: one person under two "
        "numbers would be sent to two places at once. If it is one person, keep one number; else ignore this."
    )


@pytest.mark.parametrize(
    ("name", "phones", "codes"),
    [
        ("Ann", ("", ""), ["PERSON_TWICE"]),
        (" ann ", ("", "13900000001"), ["PERSON_TWICE"]),
        ("Ann", ("13900000001", "13900000002"), []),  # Two people of one name.
        ("Ben", ("", ""), []),
    ],
)
def test_a_name_says_so_where_no_phone_differs(
    tmp_path: Path, name: str, phones: tuple[str, str], codes: list[str]
) -> None:
    sheets: Sheets = two_orders()
    sheets["technicians"][0] |= {"phone": phones[0]}
    sheets["technicians"][1] |= {"phone": phones[1], "name": name}
    assert [one.code for one in read_intake(write_folder(tmp_path, sheets), ReadOptions()).report.issues] == codes
