"""The public calendar: against another package, against the demo branch, and below the branch's own table."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from optimizer.domain.working_time import WorkingCalendar
from optimizer.faults.issues import IssueLog
from optimizer.ingest.build.calendar import (
    check_calendar,
    country_of,
    is_published,
    public_days,
    unpublished_years,
    weekend_of,
    with_public_days,
)
from optimizer.ingest.cells.dates_and_times import BranchClock
from optimizer.ingest.forms.sheets import BranchSheets, RawSheet, check_cells
from optimizer.ingest.read import problem_from_json, read_branch, read_branch_report
from optimizer.ingest.write import problem_to_json
from tests.ingest.worlds import two_orders, with_cell, write_folder
from tests.worlds import job, person, world

ROOT = Path(__file__).parents[3]
Rows = list[tuple[str, str]]


def branch(
    day: date = date(2026, 11, 23), calendar: Rows | None = None, **cells: str
) -> tuple[BranchSheets, BranchClock]:
    """Return a branch with a calendar of its own: dates and yes or no, from row 2 on."""
    row = {"branch_id": "B", "lat": "30", "lon": "120", "plan_date": str(day), "as_of": f"{day} 08:00", **cells}
    dates = [(number, {"date": d, "working": w}) for number, (d, w) in enumerate(calendar or [], start=2)]
    log = IssueLog(form="csv", file="branch")
    sheets = check_cells([RawSheet("branch", [(2, row)]), RawSheet("calendar", list(dates))], log)
    assert log.report().text() == ""
    return sheets, BranchClock(day, ZoneInfo("Asia/Shanghai"))


def messages(sheets: BranchSheets, clock: BranchClock, lang: str = "en") -> str:
    log = IssueLog(form="csv", file="branch")
    check_calendar(sheets, clock, log)
    return log.report().text(lang)


def working_days(sheets: BranchSheets, clock: BranchClock) -> WorkingCalendar:
    merged = with_public_days(sheets, clock)
    return WorkingCalendar({entry.row.date: entry.row.working for entry in merged.calendar})


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_china_agrees_with_the_package_chinesecalendar(year: int) -> None:
    calendar = WorkingCalendar(public_days("CN", (year,)))
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [day for day in days if calendar.is_working_day(day) != chinese_calendar.is_workday(day)] == []
    assert is_published("CN", year)


def test_the_demo_branchs_calendar_agrees() -> None:
    with (ROOT / "data/hangzhou/calendar.csv").open(encoding="utf-8") as stream:
        rows = {date.fromisoformat(row["date"]): row["working"] == "yes" for row in csv.DictReader(stream)}
    assert {day: working for day, working in rows.items() if day.year == 2026} == public_days("CN", (2026,))


def test_the_national_day_of_2026() -> None:
    """Thursday 1 October to Wednesday 7 October; Sunday 20 September and Saturday 10 October are worked."""
    calendar = WorkingCalendar(public_days("CN", (2026,)))
    week = [date(2026, 9, 30) + timedelta(days=n) for n in range(9)]
    assert [calendar.is_working_day(day) for day in week] == [True, *[False] * 7, True]
    assert calendar.is_working_day(date(2026, 9, 20))
    assert calendar.is_working_day(date(2026, 10, 10))


@pytest.mark.parametrize(
    ("cells", "country"),
    [
        ({}, "CN"),
        ({"timezone": "Asia/Urumqi"}, "CN"),
        ({"timezone": "Asia/Hong_Kong"}, ""),
        ({"timezone": "Europe/Berlin"}, ""),
        ({"timezone": "Europe/Berlin", "holidays": "de"}, "DE"),
        ({"holidays": "Germany"}, "DE"),
        ({"holidays": "中国"}, "CN"),
        ({"holidays": "us-oh"}, "US-OH"),
        ({"holidays": "United States, Ohio"}, "US-OH"),
        ({"holidays": "DE-BY"}, "DE-BY"),
        ({"holidays": "de Bayern"}, "DE-BY"),
        ({"holidays": "none"}, ""),
        ({"holidays": "无"}, ""),
    ],
)
def test_the_country_is_named_or_known_by_the_time_zone(cells: dict[str, str], country: str) -> None:
    sheets, _ = branch(**cells)
    assert country_of(sheets.branch.entries[0].row) == country


def test_an_unknown_country_is_a_fault() -> None:
    sheets, clock = branch(holidays="Chinna")
    assert messages(sheets, clock) == (
        "branch.csv row 2, column 'holidays': 'Chinna' is not a country whose public holidays are known."
        " Maybe 'CN' is meant. Write its two letters, such as CN, US-OH, or none."
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "US-OX",
            "'US-OX' names no part of US whose public holidays are known."
            " Write country and part, such as US-TX, US-OR, US-OK, US-OH, US-MO, US-CO, or the country alone.",
        ),
        (
            "US-Ohoi",
            "'US-Ohoi' names no part of US whose public holidays are known. Maybe 'US-OH' is meant.",
        ),
        ("SG-East", "'SG-East' names a part of SG, of which no parts are known. Write the country alone: SG."),
    ],
)
def test_an_unknown_part_is_a_fault_that_names_the_near_ones(word: str, message: str) -> None:
    assert message in messages(*branch(holidays=word))


def test_a_part_of_a_country_keeps_days_of_its_own() -> None:
    bavaria, germany = (public_days(place, (2026,)) for place in ("DE-BY", "DE"))
    assert set(bavaria) - set(germany) == {date(2026, 1, 6), date(2026, 6, 4)}
    assert date(2026, 11, 26) in public_days("US-OH", (2026,))  # Thanksgiving


def test_a_holiday_on_a_day_of_the_weekend_is_none() -> None:
    """Friday 25 December 2026 is free anyway where Friday and Saturday are the weekend."""
    christmas = date(2026, 12, 25)
    assert christmas in public_days("US", (2026,))
    assert christmas not in public_days("US", (2026,), frozenset({4, 5}))


@pytest.mark.parametrize(
    ("cells", "weekend"),
    [
        ({}, {5, 6}),
        ({"holidays": "US-OH"}, {5, 6}),
        ({"holidays": "SA"}, {4, 5}),
        ({"holidays": "SA", "weekend": "Sat-Sun"}, {5, 6}),
        ({"weekend": "Sun"}, {6}),
        ({"holidays": "nowhere"}, {5, 6}),
    ],
)
def test_the_weekend_is_the_branchs_own_or_its_countrys(cells: dict[str, str], weekend: set[int]) -> None:
    assert weekend_of(branch(**cells)[0].branch.entries[0].row) == weekend


def test_the_branchs_own_table_counts_before_the_public_days() -> None:
    sheets, clock = branch(date(2026, 9, 29), [("2026-10-01", "yes"), ("2026-10-10", "no"), ("2026-10-17", "yes")])
    calendar = working_days(sheets, clock)
    assert calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert calendar.is_working_day(date(2026, 10, 17))
    assert not calendar.is_working_day(date(2026, 10, 2))  # the public ones stay
    # Wednesday 30 September, Thursday 1 October, Thursday 8 October: two days after Tuesday and then one.
    assert calendar.working_days_left(after=date(2026, 9, 29), until=date(2026, 10, 8)) == 3


def test_none_leaves_monday_to_friday_and_the_branchs_table() -> None:
    sheets, clock = branch(date(2026, 9, 29), [("2026-10-02", "no")], holidays="none")
    assert working_days(sheets, clock).overrides == {date(2026, 10, 2): False}


def test_the_years_within_ninety_days_are_filled_in() -> None:
    for day, years in (
        (date(2026, 6, 15), {2026}),
        (date(2026, 3, 1), {2025, 2026}),
        (date(2026, 10, 15), {2026, 2027}),
    ):
        assert {day.year for day in working_days(*branch(day)).overrides} == years


def test_a_year_without_published_make_up_days_is_a_warning_when_it_comes_near() -> None:
    assert not is_published("CN", 2035)
    far = branch(date(2034, 12, 1), [("2034-10-14", "yes")])  # thirty days ahead it matters to no promise
    assert messages(*far) == ""
    sheets, clock = branch(date(2034, 12, 4), [("2034-10-14", "yes")])
    assert messages(sheets, clock) == (
        "Warning: calendar.csv: The make-up working days of 2035 are not known yet; only the days fixed by law are"
        " counted as holidays. Write the public holidays and make-up working days of 2035 into the calendar once"
        " they are announced."
    )
    assert "2035" in messages(sheets, clock, "zh")


def test_the_branchs_own_rows_of_that_year_are_taken_for_the_announcement() -> None:
    sheets, clock = branch(date(2035, 1, 15), [("2035-02-08", "no"), ("2034-10-14", "yes")])
    assert messages(sheets, clock) == ""


def test_no_country_needs_no_announcement() -> None:
    assert messages(*branch(date(2035, 1, 15), holidays="none")) == ""
    assert messages(*branch(date(2035, 1, 15), holidays="DE")) == ""


def test_contradicting_rows_are_a_fault_that_names_both() -> None:
    sheets, clock = branch(calendar=[("2026-11-28", "yes"), ("2026-11-29", "no"), ("2026-11-28", "no")])
    assert messages(sheets, clock) == (
        "calendar.csv row 4, column 'date': 2026-11-28 is both a working day and none: here and in row 2."
        " Keep one of the two rows."
    )
    assert messages(sheets, clock, "zh") == (
        "calendar.csv 第 4 行，“date”列：2026-11-28 既填为工作日又填为休息日：本行与第 2 行矛盾。请只保留其中一行。"
    )


def test_the_same_row_twice_is_one_too_many() -> None:
    sheets, clock = branch(calendar=[("2026-11-28", "yes"), ("2026-11-28", "yes")])
    assert "row 3, column 'date': '2026-11-28' stands in row 2 already." in messages(sheets, clock)


def test_importing_us_does_not_import_the_holidays() -> None:
    code = "import sys, optimizer, optimizer.ingest.read; assert 'holidays' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_country_is_loaded_alone_and_the_others_for_whoever_asks() -> None:
    code = """import sys
from optimizer.ingest.build.calendar import public_days
days = public_days("GU", (2026,))  # Guam keeps those of the United States, and more
loaded = {name for name in sys.modules if name.startswith("holidays.countries")}
assert loaded == {"holidays.countries.guam", "holidays.countries.united_states"}, loaded
from holidays.countries import Germany, Guam
assert Germany(years=2026)
assert set(days) <= set(Guam(years=2026))
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    ("day", "calendar", "cells", "expected"),
    [
        (date(2026, 6, 1), [], {}, set()),
        (date(2026, 11, 23), [], {}, {2027}),
        (date(2026, 11, 23), [("2027-02-05", "no")], {}, set()),
        (date(2026, 11, 23), [], {"holidays": "none"}, set()),
        (date(2026, 11, 23), [], {"holidays": "DE"}, set()),
    ],
)
def test_the_years_of_which_a_promise_is_in_doubt(
    day: date, calendar: Rows, cells: dict[str, str], expected: set[int]
) -> None:
    assert unpublished_years(*branch(day, calendar, **cells)) == expected


# --- as a branch is read --------------------------------------------------------------------------------------------


def test_a_branch_in_china_keeps_the_public_days(tmp_path: Path) -> None:
    calendar = read_branch(write_folder(tmp_path, two_orders())).branch.calendar
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert calendar.is_working_day(date(2026, 10, 10))


def test_contradicting_rows_stop(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["calendar"] = [{"date": "2026-11-28", "working": answer} for answer in ("yes", "no")]
    problem, report = read_branch_report(write_folder(tmp_path, sheets))
    assert (problem, [issue.code for issue in report.errors]) == (None, ["CALENDAR_CONTRADICTS"])


@pytest.mark.parametrize("word", ["", "none", "DE", "US-OH", "SA"])
def test_written_as_json_and_read_again_the_calendar_is_the_same(tmp_path: Path, word: str) -> None:
    problem = read_branch(write_folder(tmp_path / "csv", with_cell(two_orders(), "branch", 2, "holidays", word)))
    path = tmp_path / "branch.json"
    path.write_text(json.dumps(problem_to_json(problem)), encoding="utf-8")
    assert read_branch(path) == problem
    assert problem_from_json(problem_to_json(problem)) == problem


def test_a_problem_of_ours_gets_no_days_added() -> None:
    bare = world([job("A", place=10)], [person("Ann")]).problem
    assert problem_from_json(problem_to_json(bare)).branch.calendar == bare.branch.calendar == WorkingCalendar()
