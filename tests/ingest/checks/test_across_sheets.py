"""Checks across rows: tools and loads that nobody has, windows without a shift, crews of a published plan."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueReport


@pytest.fixture
def report(tmp_path: Path):
    """Return a function that reads sheets and returns what is noted."""

    def read(sheets: Sheets, options: ReadOptions | None = None) -> IssueReport:
        return read_intake(write_folder(tmp_path / "branch", sheets), options).report

    return read


# --- tools and loads ----------------------------------------------------------------------------------------------


def with_ladders(needed: str, units: str, own: str = "") -> Sheets:
    sheets = two_orders()
    sheets["orders"][1]["tools"] = needed
    sheets["technicians"][0]["own_tools"] = own
    sheets["tools"] = [{"tool_id": "ladder", "units": units}]
    return sheets


def test_a_tool_that_is_not_there_keeps_the_order_out(report) -> None:
    found = report(with_ladders("ladder", "0"))
    assert found.text() == (
        "Warning: orders.csv row 3, column 'tools': The order needs 1 of the tool 'ladder', but there are 0, so it "
        "cannot be planned. Correct the number, or the units in tools."
    )
    assert found.text("zh") == (
        "警告：orders.csv 第 3 行，“tools”列：该派工单需要 1 件工具“ladder”，但只有 0 件，无法安排。"
        "请改正数量，或改正 tools 里的数量。"
    )


@pytest.mark.parametrize(
    ("needed", "units", "own", "is_short"),
    [
        ("ladder:2", "2", "", False),
        ("ladder:3", "2", "", True),
        ("ladder:3", "2", "ladder", False),
        ("ladder", "0", "ladder", False),
        ("lift", "1", "lift", False),  # nobody else has one
    ],
)
def test_own_tools_count(report, needed: str, units: str, own: str, is_short: bool) -> None:
    codes = [issue.code for issue in report(with_ladders(needed, units, own)).issues]
    assert codes == (["TOOL_SHORT"] if is_short else [])


def test_a_part_that_a_technician_carries_is_known(report) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "parts", "P9:1")
    assert [issue.code for issue in report(sheets).issues] == ["REF_PART_NOT_STOCKED"]
    sheets["technicians"][0]["own_parts"] = "P9:2"
    assert report(sheets).text() == ""


def test_a_load_that_nobody_can_carry(report) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "loads", "kg:301 crates:99")
    assert report(sheets).text() == ""  # no limit is stated
    sheets["technicians"][0]["capacity"] = "kg:300 crates:12"
    assert report(sheets).text() == ""  # Ben has none
    sheets["technicians"][1]["capacity"] = "kg:250"
    found = report(sheets)
    assert found.text() == (
        "Warning: orders.csv row 3, column 'loads': The order's load of 301 kg is more than any technician can carry "
        "(300), so it cannot be planned. Correct the load, or a technician's capacity."
    )
    assert found.text("zh") == (
        "警告：orders.csv 第 3 行，“loads”列：该派工单的装载量 kg 为 301，超过任何一位上门工程师的上限（300），"
        "无法安排。请改正装载量，或工程师的装载上限。"
    )


# --- days ---------------------------------------------------------------------------------------------------------


def test_a_window_on_a_day_when_nobody_works(report) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "days", "3")
    sheets["orders"][1]["requested"] = "2026-11-25 09:00/10:00; 2026-11-26 09:00/10:00"
    found = report(sheets)
    assert found.text() == (
        "Warning: orders.csv row 3, column 'requested': A window lies on 2026-11-25, when nobody has a shift. "
        "Add a shift on that day, or agree another window."
    )
    assert found.text("zh") == (
        "警告：orders.csv 第 3 行，“requested”列：有时间窗在 2026-11-25，但当天没有人有班次。"
        "请添加当天的班次，或另约时间窗。"
    )
    night = {"technician_id": "T1", "date": "2026-11-24", "start": "20:00", "end": "2026-11-25 10:00"}
    assert report({**sheets, "shifts": [*sheets["shifts"], night]}).text() == ""


def test_windows_of_days_that_are_not_planned_say_nothing(report) -> None:
    assert report(with_cell(two_orders(), "orders", 3, "requested", "2026-11-25 09:00/10:00")).text() == ""


def test_a_technician_without_a_shift_on_any_day(report) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "days", "2")
    assert report(sheets).text() == ""
    sheets["technicians"].append({"technician_id": "T3"})
    assert "The technician has no shift on 2026-11-23 – 2026-11-24." in report(sheets).text()


def test_a_lock_beyond_the_days_to_plan(report) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "days", "2")
    sheets["locks"] = [{"visit_id": "O2", "level": "day", "technician_id": "T2", "date": "2026-11-25"}]
    assert "The lock is for 2026-11-25, but 2026-11-23 – 2026-11-24 is planned." in report(sheets).text()
    sheets["locks"] = [{"visit_id": "O2", "level": "start", "technician_id": "T2", "start": "2026-11-25 09:00"}]
    assert "row 2, column 'start': The lock is for 2026-11-25" in report(sheets).text()


def test_positions_of_a_prefix_are_counted_on_each_day(report) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "days", "2")
    lock = {"level": "prefix", "technician_id": "T2", "position": "0"}
    sheets["orders"][0] |= {"skills": "", "promised": ""}
    sheets["locks"] = [
        {**lock, "visit_id": "O1", "date": "2026-11-23"},
        {**lock, "visit_id": "O2", "date": "2026-11-24"},
    ]
    assert report(sheets).text() == ""


def test_days_asked_for_beside_the_branch(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "branch", two_orders())
    problem = read_intake(folder, ReadOptions(days=2)).checked()
    assert (problem.days, [(shift.technician_id, shift.day) for shift in problem.shifts]) == (
        2, [("T1", 0), ("T2", 0), ("T2", 1)]
    )  # fmt: skip
    report = read_intake(folder, ReadOptions(days=8)).report
    assert report.text() == "branch.csv row 2, column 'days': 8 days cannot be planned in one go. Plan 1 to 7 days."
    assert report.text("zh") == "branch.csv 第 2 行，“days”列：不能一次排 8 天。请排 1 到 7 天。"


# --- published plans ----------------------------------------------------------------------------------------------


def test_a_published_crew_has_a_row_each(report) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "crew_size", "2")
    row = {"visit_id": "O2", "technician_id": "T1", "date": "2026-11-23"}
    sheets["published"] = [row, {**row, "technician_id": "T2"}]
    assert report(sheets).text() == ""
    sheets["orders"][1]["crew_size"] = "1"
    found = report(sheets)
    assert [(issue.code, issue.file, issue.row, issue.column) for issue in found.issues] == [
        ("ID_TWICE", "published.csv", 3, "visit_id")
    ]


# --- much of it ---------------------------------------------------------------------------------------------------


def test_ten_thousand_orders_in_crews_and_chains(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "days", "3")
    one = {**sheets["orders"][1], "loads": "kg:3 crates:1", "requested": ""}
    sheets["orders"] += [
        {
            **one,
            "order_id": f"N{n}",
            "crew_size": "2" if n % 3 == 0 else "",
            "after": f"N{n - 1} +1h..2d" if n % 5 else "",
        }
        for n in range(10_000)
    ]
    folder = write_folder(tmp_path / "branch", sheets)
    started = time.process_time()
    problem = read_intake(folder).checked()
    elapsed_s = time.process_time() - started
    assert len(problem.visits) == 10_002
    assert elapsed_s < 30, f"{elapsed_s:.1f} s"  # three seconds alone on one core; room for a busy machine


# --- repeat faults --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "en", "zh"),
    [
        ({"repaired_on": "2026-11-09", "repaired_by": "T1", "repaired_level": "2"}, "", ""),
        (
            {"repaired_by": "T1"},
            "orders.csv row 3, column 'repaired_on': A last repair is stated (T1), but not when it was. Write the date "
            "into repaired_on, or delete repaired_by and repaired_level.",
            "orders.csv 第 3 行，“repaired_on”列：写了上次修复（T1），但没有日期。"
            "请在 repaired_on 写上日期，或删去 repaired_by 和 repaired_level。",
        ),
        (
            {"received": "2026-11-20 10:00", "repaired_on": "2026-11-21"},
            "orders.csv row 3, column 'repaired_on': The last repair (2026-11-21) comes after the fault was reported "
            "again. Write when the same fault was repaired before that, or leave it empty.",
            "orders.csv 第 3 行，“repaired_on”列：上次修复（2026-11-21）晚于故障再次报修的时间。"
            "请写此前同一故障的修复日期，或留空。",
        ),
    ],
)
def test_a_last_repair_has_a_date_before_the_report(report, cells: dict[str, str], en: str, zh: str) -> None:
    sheets = two_orders()
    sheets["orders"][1] |= cells
    found = report(sheets)
    assert (found.text(), found.text("zh")) == (en, zh)


def test_who_repaired_it_and_has_left_is_a_doubt_only(report) -> None:
    sheets = two_orders()
    sheets["orders"][1] |= {"repaired_on": "2026-11-09", "repaired_by": "T9"}
    assert [issue.code for issue in report(sheets).issues] == ["REF_TECHNICIAN_GONE"]


def test_two_people_may_be_published_and_locked_where_a_fault_is_back(report) -> None:
    sheets = two_orders()
    order = sheets["orders"][1]
    two = [{"visit_id": order["order_id"], "technician_id": who, "date": "2026-11-23"} for who in ("T1", "T2")]
    sheets |= {"published": two, "locks": [{**row, "level": "day"} for row in two]}
    assert {issue.code for issue in report(sheets).issues} == {"ID_TWICE", "LOCK_TWO_PEOPLE"}
    order["repaired_on"] = "2026-11-09"
    assert not {"ID_TWICE", "LOCK_TWO_PEOPLE"} & {issue.code for issue in report(sheets).issues}
