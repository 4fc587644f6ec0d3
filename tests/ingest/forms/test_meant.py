"""Cells against their branch: the day to plan, the way of the country, and the ids that there are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.region import DateOrder
from optimizer.ingest.forms.meant import Meaning, frame_of, meant_cells
from optimizer.ingest.read import read_branch_report
from tests.cases.branches import lay_out, order, read

if TYPE_CHECKING:
    from pathlib import Path

TUESDAY = {"branch_id": "B1", "lat": "30.27", "lon": "120.15", "plan_date": "2026/12/1", "as_of": "2026/11/30 下午4:00"}


def meant(column: str, text: str, *, received: str = "", sheet: str = "orders", **branch: str) -> str:
    frame = frame_of({"branch": [(2, {**TUESDAY, **branch})], "parts": [(2, {"part_id": "P01"})]})
    others = {"received": received} if received else {}
    return meant_cells(sheet, {column: text, **others}, frame)[column]


def test_the_frame_is_the_branchs_own_row() -> None:
    row = {**TUESDAY, "business_open": "9点", "business_close": "下午6点"}
    frame = frame_of({"branch": [(2, row)], "skills": [(2, {"technician_id": "T1", "skill": " 空调 "})]})
    assert (frame.today, frame.first_day, frame.order) == (date(2026, 11, 30), date(2026, 12, 1), DateOrder.YEAR_FIRST)
    assert (frame.opens_s, frame.closes_s) == (9 * 3600, 18 * 3600)
    assert frame.ids("skills") == {"空调"}
    assert frame_of({}).first_day is None


@pytest.mark.parametrize(
    ("text", "branch", "plain"),
    [
        ("11/12/2026 09:00", {}, "11/12/2026 09:00"),  # in China nobody knows which: left for the parser to refuse
        ("11/12/2026 09:00", {"locale": "en-US"}, "2026-11-12 09:00"),
        ("11/12/2026 09:00", {"locale": "en-GB"}, "2026-12-11 09:00"),
        ("11/12/2026 09:00", {"timezone": "America/New_York"}, "11/12/2026 09:00"),
        ("26/11/20 9:20", {}, "2026-11-20 09:20"),
        ("11.12.2026 09:00", {"locale": "de-DE"}, "2026-12-11 09:00"),
    ],
)
def test_dates_in_figures_by_the_way_of_the_branch(text: str, branch: dict[str, str], plain: str) -> None:
    assert meant("received", text, **branch) == plain


@pytest.mark.parametrize(
    ("received", "plain"),
    [
        ("2026-11-30 10:05", "2026-12-01 08:30/12:00"),
        ("2026年11月30日 10点", "2026-12-01 08:30/12:00"),
        ("", "2026-12-01 08:30/12:00"),
        ("2026-11-28 10:05", "明天上午"),  # the day after that was another
    ],
)
def test_tomorrow_counts_from_the_day_on_which_it_was_said(received: str, plain: str) -> None:
    assert meant("requested", "明天上午", received=received) == plain


def test_a_wish_said_before_is_read_anew_where_it_was_said_on_another_day() -> None:
    meaning = Meaning("orders", frame_of({"branch": [(2, TUESDAY)]}))
    days = ["2026-11-30 10:05", "2026-11-28 10:05", "2026-11-30 11:00", "2026-11-28 11:00"]
    read = [meaning.of({"received": day, "requested": "明天上午"})["requested"] for day in days]
    assert read == ["2026-12-01 08:30/12:00", "明天上午"] * 2


def test_a_plan_of_a_day_of_which_nothing_else_is_said_is_made_at_the_drafts_time() -> None:
    row = {**TUESDAY, "as_of": "2026-11-30"}
    assert meant_cells("branch", row, frame_of({"branch": [(2, row)]}))["as_of"] == "2026-11-30 16:00"


def test_own_parts_are_the_parts_of_the_sheet_of_parts() -> None:
    assert meant("own_parts", "P01x2", sheet="technicians") == "P01:2"
    assert meant("own_parts", "P02x2", sheet="technicians") == "P02x2"


def test_a_doubt_is_said_by_row_and_a_fault_quotes_the_cell_as_typed(tmp_path: Path) -> None:
    rows = (order("A", "", requested="11月23日 14：00至16：00"), order("B", "", requested="１１/１２/2026 上午"))
    problem, report = read_branch_report(lay_out(tmp_path / "in", rows))
    assert problem is None
    assert report.text().splitlines() == [
        "orders.csv row 3, column 'requested': '１１/１２/2026 上午' can be 2026-12-11 or 2026-11-12. "
        "Write the one that is meant, as YYYY-MM-DD, or fill in the branch's locale, such as en-US.",
        "Warning: orders.csv row 2, column 'requested': '11月23日 14：00至16：00' was read as 2026-11-23 14:00/16:00. "
        "Correct the cell if that is not meant.",
    ]


def test_a_sheet_that_cannot_be_read_is_one_fault_and_no_more_follow_from_it(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "in", tuple(order(f"O{n}") for n in range(70)))
    (folder / "customers.csv").write_text("锟斤拷,锟斤\nC1,王\n", encoding="utf-8")
    report = read_branch_report(folder)[1]
    assert [issue.code for issue in report.errors] == ["HEADER_UNKNOWN"]


def test_a_column_of_ids_that_is_missing_is_one_fault(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "in", tuple(order(f"O{n}") for n in range(70)))
    (folder / "customers.csv").write_text("name\n王\n", encoding="utf-8")
    assert [issue.code for issue in read_branch_report(folder)[1].errors] == ["COLUMN_MISSING"]


def test_cells_without_a_value_are_one_fault_and_the_row_is_not_called_empty_as_well(tmp_path: Path) -> None:
    rows = (order("A"), {**order("B"), "lat": "#REF!", "service_min": "#N/A"})
    report = read_branch_report(lay_out(tmp_path / "in", rows))[1]
    assert [(issue.code, issue.value) for issue in report.errors] == [("CELLS_ERROR", "C3, D3")]


def test_semicolons_titles_and_decimal_commas_give_the_same_branch(tmp_path: Path) -> None:
    plain = read(lay_out(tmp_path / "plain", (order("A"), order("B"))))[1]
    folder = lay_out(tmp_path / "other", (order("A"), order("B")))
    text = (folder / "orders.csv").read_text(encoding="utf-8").replace(",", ";").replace("30.28", "30,28")
    (folder / "orders.csv").write_text("派工单汇总;;;;;\n" + text.replace("120.16", "120,16"), encoding="utf-16")
    problem, report = read_branch_report(folder)
    assert problem == plain
    assert {issue.code for issue in report.issues} == {"HEADER_BELOW", "READ_USUAL_COLUMN"}
