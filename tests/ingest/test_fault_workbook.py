"""The fault report as a workbook: every fault listed, every bad cell marked, whatever the input is."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from optimizer.ingest.fault_workbook import RED, YELLOW, write_fault_workbook
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.ingest.template import make_template
from optimizer.ingest.write import problem_to_json
from tests.ingest.workbooks import write_workbook
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell

    from optimizer.faults.issues import IssueReport

BAD_CELLS = tomllib.loads(Path(__file__).with_name("bad_cells.toml").read_text(encoding="utf-8"))["case"]


def workbook_of(path: Path, lang: str = "en", options: ReadOptions | None = None) -> tuple[Workbook, IssueReport]:
    report = read_intake(path, options).report
    out = path.parent / "faults.xlsx"
    write_fault_workbook(path, report, out, lang)
    return load_workbook(out), report


def colour(cell: Cell) -> str:
    return cell.fill.fgColor.rgb[2:] if cell.fill.fill_type else ""


def listed(workbook: Workbook) -> list[tuple[Any, ...]]:
    return [row for row in workbook.worksheets[0].iter_rows(min_row=2, values_only=True) if row[0]]


def test_a_bad_cell_is_red_and_says_why(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "service_min", "soon")
    sheets = with_cell(sheets, "customers", 2, "served_by", "T9")
    workbook, _ = workbook_of(write_folder(tmp_path / "branch", sheets))
    assert workbook.sheetnames[0] == "Faults"
    page = workbook["orders"]
    columns = {cell.value: cell.column for cell in page[1]}
    served_by = next(cell.column for cell in workbook["customers"][1] if cell.value == "served_by")
    bad, doubtful = page.cell(3, columns["service_min"]), workbook["customers"].cell(2, served_by)
    assert (bad.value, colour(bad)) == ("soon", RED[0])
    assert bad.comment.text == "'soon' is not a number of minutes. Write minutes, as in 45, or hours, as in 1.5h."
    assert (doubtful.value, colour(doubtful)) == ("T9", YELLOW[0])
    assert colour(page.cell(3, 1)) == colour(page.cell(2, columns["service_min"])) == ""
    assert workbook["customers"]["B2"].value == "王女士"  # the other sheets are there as they were
    assert listed(workbook) == [
        (1, "fault", "orders.csv", 3, "service_min", "soon", "'soon' is not a number of minutes.",
         "Write minutes, as in 45, or hours, as in 1.5h."),
        (2, "warning", "customers.csv", 2, "served_by", "T9", "The technician 'T9' is not in technicians.",
         "Correct the id if it is misspelt."),
    ]  # fmt: skip
    assert (
        workbook["Faults"]["C2"].hyperlink.location
        or workbook["Faults"]["C2"].hyperlink.target == f"#'orders'!{bad.coordinate}"
    )


def test_it_speaks_chinese(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "service_min", "soon")
    workbook, _ = workbook_of(write_folder(tmp_path / "branch", sheets), "zh")
    page = workbook.worksheets[0]
    assert page.title == "错误清单"
    assert [cell.value for cell in page[1]] == ["序号", "级别", "文件", "行", "列", "所填内容", "问题", "处理办法"]
    assert [cell.value for cell in page[2]][1:2] == ["错误"]
    assert "“soon”不是分钟数。请写分钟数" in next(c.comment.text for c in workbook["orders"][3] if c.comment)


@pytest.mark.parametrize("case", BAD_CELLS, ids=lambda case: f"{case['sheet']}-{case['column']}-{case['value'][:20]!r}")
def test_every_fault_of_a_cell_is_marked_in_its_line(case: dict[str, Any], tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), case["sheet"], case["row"], case["column"], case["value"])
    workbook, report = workbook_of(write_folder(tmp_path / "branch", sheets))
    assert len(listed(workbook)) == len(report.issues) > 0
    for issue in report.issues:
        if issue.row is not None:
            page = workbook[issue.file.removesuffix(".csv")]
            marked = [cell for cell in page[issue.row] if colour(cell)]
            assert {colour(cell) for cell in marked} <= {RED[0], YELLOW[0]}
            assert any(cell.comment and issue.cause()[:40] in cell.comment.text for cell in marked), issue.text()


def test_a_row_is_marked_as_a_whole(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "branch", two_orders())
    with (folder / "parts.csv").open("a", encoding="utf-8") as stream:
        stream.write("P2,fan,3,one cell too many\n")
    workbook, report = workbook_of(folder)
    assert [issue.code for issue in report.issues] == ["CSV_EXTRA_CELLS"]
    assert [colour(cell) for cell in workbook["parts"][3]] == [RED[0]] * 4


def test_a_missing_column_is_marked_at_the_header(tmp_path: Path) -> None:
    sheets = two_orders()
    for row in sheets["orders"]:
        del row["service_min"]
    workbook, _ = workbook_of(write_folder(tmp_path / "branch", sheets))
    assert colour(workbook["orders"]["A1"]) == RED[0]
    assert workbook["orders"]["A1"].comment.text.startswith("The column is missing.")


def test_a_workbook_keeps_its_sheets_and_words(tmp_path: Path) -> None:
    made = make_template("zh")
    for name, rows in (("网点", [("HZ", None, 30.27, 120.15)]), ("派工单", [("O1", "C1", "维修")])):
        for row in rows:
            made[name].append(row)
    made.save(tmp_path / "branch.xlsx")
    workbook, report = workbook_of(tmp_path / "branch.xlsx", "zh")
    assert report.has_errors
    assert {"网点", "派工单"} <= set(workbook.sheetnames)
    page = workbook["派工单"]
    service = next(cell.column for cell in page[1] if str(cell.value).startswith("服务时长"))
    assert colour(page.cell(2, service)) == RED[0]
    assert page["C2"].value == "维修"


def test_json_is_shown_as_tables(tmp_path: Path) -> None:
    document = problem_to_json(read_intake(write_folder(tmp_path / "csv", two_orders())).checked())
    document["orders"][1]["service"] = "soon"  # type: ignore[index, call-overload]
    document["branch"]["lat"] = 91  # type: ignore[index, call-overload]
    document["orderz"] = []
    path = tmp_path / "branch.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    workbook, report = workbook_of(path)
    assert {issue.code for issue in report.issues} >= {"CELL_TYPE", "PLACE_LATITUDE", "KEY_UNKNOWN"}
    orders, branch = workbook["orders"], workbook["branch"]
    service = next(cell.column for cell in orders[1] if cell.value == "service")
    assert (orders.cell(3, service).value, colour(orders.cell(3, service))) == ("soon", RED[0])
    lat = next(cell.column for cell in branch[1] if cell.value == "lat")
    assert colour(branch.cell(2, lat)) == RED[0]
    assert len(listed(workbook)) == len(report.issues)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("branch.json", b"{"),
        ("branch.json", b"\xff\xfe\x00"),
        ("branch.json", b"[1, 2]"),
        ("branch.json", b'{"format": "paigong.problem/1", "orders": [1, "x", null], "branch": 7, "parts": {}}'),
        ("branch.xlsx", b"no workbook"),
        ("branch.xlsx", b""),
        ("branch.txt", b"text"),
        ("nowhere.json", None),
    ],
)
def test_what_cannot_be_read_is_in_the_list_alone(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    workbook, report = workbook_of(path)
    assert len(listed(workbook)) == len(report.issues) > 0


@pytest.mark.parametrize(
    "content", [b"\xff\xfeo\x00", b"\x81\xff\xff\x00\xff", b'order_id,"lat\nO1,30', b"", b"a;b;c\n1;2;3", b"," * 20_000]
)
def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path, content: bytes) -> None:
    folder = write_folder(tmp_path / "branch", with_cell(two_orders(), "technicians", 2, "employment", "robot"))
    (folder / "orders.csv").write_bytes(content)
    workbook, report = workbook_of(folder)
    assert len(listed(workbook)) == len(report.issues) > 0
    assert RED[0] in {colour(cell) for cell in workbook["technicians"][2]}


def test_what_was_set_aside_is_red_still(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "service_min", "soon")
    workbook, _ = workbook_of(write_folder(tmp_path / "branch", sheets), options=ReadOptions(skip_bad=True))
    assert {row[1] for row in listed(workbook)} == {"fault, set aside", "warning"}
    assert RED[0] in {colour(cell) for cell in workbook["orders"][3]}


def test_text_stays_text(tmp_path: Path) -> None:
    formula, escape = "=1+1", "bell\x07"
    sheets = with_cell(with_cell(two_orders(), "orders", 2, "fault", formula), "orders", 3, "fault", escape)
    workbook, _ = workbook_of(write_folder(tmp_path / "branch", with_cell(sheets, "orders", 2, "lat", formula)))
    cells = [cell for row in workbook["orders"].iter_rows() for cell in row if cell.value in (formula, "bell")]
    assert [(cell.value, cell.data_type) for cell in cells] == [(formula, "s"), (formula, "s"), ("bell", "s")]


def test_a_very_large_sheet_is_shown_where_it_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.ingest.fault_workbook.MAX_CELLS", 100)
    monkeypatch.setattr("optimizer.ingest.fault_workbook.MAX_ISSUES", 3)
    sheets = two_orders()
    sheets["parts"] = [{"part_id": f"P{n}", "on_hand": "4" if n != 150 else "?"} for n in range(1, 200)]
    sheets["tools"] = [{"tool_id": f"tool{n}", "units": "many"} for n in range(9)]
    workbook, report = workbook_of(write_folder(tmp_path / "branch", sheets))
    page = workbook["parts"]
    assert (page["A1"].value, page["A151"].value, page["A2"].value) == ("part_id", "P150", None)
    assert len(listed(workbook)) == 3
    assert workbook["Faults"]["G5"].value == f"… and {len(report.issues) - 3} more."


def test_a_header_below_a_title_keeps_every_row_where_it_was(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "branch", with_cell(two_orders(), "orders", 3, "service_min", "soon"))
    text = (folder / "orders.csv").read_text(encoding="utf-8").replace(",", "\t")
    (folder / "orders.csv").write_text(f"Orders of the day\n\n{text}Total\t2\n", encoding="utf-8")
    workbook, report = workbook_of(folder)
    assert [(issue.code, issue.row) for issue in report.errors] == [("DURATION_MINUTES", 5)]
    page = workbook["orders"]
    assert (page["A1"].value, page["A3"].value, page["A5"].value) == ("Orders of the day", "order_id", "O2")
    service = next(cell.column for cell in page[3] if cell.value == "service_min")
    assert (page.cell(5, service).value, colour(page.cell(5, service))) == ("soon", RED[0])
    assert colour(page["A6"]) == YELLOW[0]  # the total
    aside = read_intake(folder, ReadOptions(skip_bad=True))
    assert aside.problem is not None
    assert [order.order_id for order in aside.context.faulty] == ["O2"]
    assert "orders.csv row 5" in aside.context.faulty[0].causes["en"][0]


def test_a_workbook_in_a_folder_is_marked_like_any_other(tmp_path: Path) -> None:
    folder = tmp_path / "branch"
    folder.mkdir()
    write_workbook(folder / "book.xlsx", with_cell(two_orders(), "orders", 3, "urgency", "soon"))
    workbook, _ = workbook_of(folder)
    assert RED[0] in {colour(cell) for cell in workbook["orders"][3]}
