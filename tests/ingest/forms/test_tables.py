"""Tables: headers as people write them, and a report of what was read as something else that nobody drowns in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.sheets import check_cells
from optimizer.ingest.forms.tables import read_csv
from optimizer.ingest.read import read_branch_report
from tests.ingest.workbooks import in_chinese
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def lines(text: str, sheet: str = "tools") -> list[str]:
    log = IssueLog(form="csv", file="folder")
    check_cells([read_csv(sheet, text, log)], log)
    return log.report().text().split("\n")


def test_a_header_in_chinese_is_quoted_in_chinese(tmp_path: Path) -> None:
    sheets = in_chinese(with_cell(two_orders(), "orders", 3, "service_min", "long"))
    sheets["派工单"][0].pop("纬度")
    sheets["派工单"][1].pop("纬度")
    text = read_branch_report(write_folder(tmp_path, sheets))[1].text("zh")
    assert "派工单.csv 第 3 行，“服务时长（分钟）”列：“long”不是分钟数。" in text
    assert "派工单.csv 第 2 行，“纬度”列：" in text  # the place is missing; the header has no such column


def test_a_missing_column_is_called_as_the_rest_of_the_header_would() -> None:
    assert lines("工具编号\nG1\n") == [
        "tools.csv row 1, column '数量': The column is missing. Add it to the header row; it is required."
    ]


def test_two_titles_of_one_column() -> None:
    assert lines("tool_id,工具编号,units\nG1,G1,1\n") == [
        "tools.csv row 1, column '工具编号': The column appears twice. Keep one of them."
    ]


def test_an_unknown_title_next_to_a_chinese_one() -> None:
    assert lines("工具编号,数量,工具名\nG1,1,梯\n") == [
        "Warning: tools.csv row 1, column '工具名': The column is not known and was not read. "
        "Maybe '工具名称' is meant. Known columns: see the template."
    ]


def test_a_header_without_one_known_title() -> None:
    assert lines("锟斤拷,名\nG1,1\n") == [
        "tools.csv row 1: No title of the header row is known: '锟斤拷, 名'. Write the header row first: "
        "tool_id, name, units. If characters look wrong, save the file as 'CSV UTF-8'."
    ]


def test_what_cells_of_a_column_were_read_as_is_said_once_with_examples() -> None:
    assert lines("tool_id,units\nG1,３个\nG2,3\nG3,两台\nG4,３个\nG5,５\nG6,６\n") == [
        "Note: tools.csv, column 'units': 5 cells were read as people mean them, for example '３个' as 3 (row 2); "
        "'两台' as 2 (row 4); '５' as 5 (row 6). Correct the cell if that is not meant."
    ]


def test_cells_whose_reading_adds_something_stay_by_row_and_are_counted_beyond_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("optimizer.ingest.forms.sheets.SHOWN_READ_AS", 2)
    rows = "part_id,name,on_hand,as_of\n" + "".join(f"P{n},x,1,2026-11-2{n}\n" for n in range(5))
    log = IssueLog(form="csv", file="parts.csv")
    check_cells([read_csv("parts", rows, log)], log)
    assert [(issue.code, issue.row, issue.value) for issue in log.report().issues] == [
        ("READ_AS_MORE", None, "3"),
        ("READ_AS", 2, "2026-11-20"),
        ("READ_AS", 3, "2026-11-21"),
    ]


def test_a_wrong_cell_is_quoted_as_typed_and_named_once() -> None:
    assert lines("tool_id,units\nG1,１x\n") == [
        "tools.csv row 2, column 'units': '１x' is not a number. Write digits, with a point before decimals."
    ]


def test_the_words_of_a_column_are_offered_in_the_language_of_the_header(tmp_path: Path) -> None:
    sheets = in_chinese(with_cell(two_orders(), "orders", 3, "urgency", "紧急的"))
    assert read_branch_report(write_folder(tmp_path, sheets))[1].text("zh") == (
        "派工单.csv 第 3 行，“紧急程度”列：“紧急的”不是这里可用的词。可能是“紧急”。请写其中之一：普通, 紧急, 特急。"
    )


def test_chinese_words_in_cells(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 2, "urgency", "特急")
    for column, word in (("kind", "维修"), ("coverage", "保外"), ("unfinished", "客户不在"), ("carried_over", "是")):
        sheets = with_cell(sheets, "orders", 2, column, word)
    sheets = with_cell(with_cell(sheets, "technicians", 2, "start", "网点"), "technicians", 3, "employment", "外协")
    problem, report = read_branch_report(write_folder(tmp_path, sheets))
    assert problem is not None
    assert report.text() == ""
    order = problem.order_by_id["O1"]
    assert (order.urgency, order.kind, order.briefing.coverage) == ("emergency", "repair", "paid")
    assert (order.unfinished, order.carried_over) == ("customer_absent", True)
    assert problem.technician_by_id["T2"].employment == "contractor"
