"""Folders: files by our names or the branch's own, in the encodings that spreadsheets save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.ingest.read import read_branch, read_branch_report
from tests.ingest.workbooks import in_chinese, write_workbook
from tests.ingest.worlds import two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_files_may_have_chinese_names_and_headers(tmp_path: Path) -> None:
    problem, report = read_branch_report(write_folder(tmp_path / "zh", in_chinese(two_orders())))
    assert report.text() == ""
    assert problem == read_branch(write_folder(tmp_path / "en", two_orders()))


def test_one_file_in_gb18030_is_read_and_said(tmp_path: Path) -> None:
    expected = read_branch(write_folder(tmp_path, two_orders()))
    path = tmp_path / "customers.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    problem, report = read_branch_report(tmp_path)
    assert problem == expected
    assert report.text("zh") == (
        "警告：customers.csv：文件不是 UTF-8，已按 GB18030 读取。如果文字是乱码，请另存为“CSV UTF-8”。"
    )


def test_one_sheet_in_two_files(tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    (tmp_path / "派工单.csv").write_bytes((tmp_path / "orders.csv").read_bytes())
    report = read_branch_report(tmp_path)[1]
    assert [issue.text() for issue in report.issues] == [
        "派工单.csv: 'orders.csv' is the same sheet. Keep one of the two."
    ]


def test_notes_matrices_and_files_of_the_system_are_left_alone(tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    for name in ("说明.csv", "matrix.csv", "~$orders.csv", ".hidden.csv", "README.md"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert read_branch_report(tmp_path)[1].text() == ""


def test_a_missing_file_is_called_as_the_others_are(tmp_path: Path) -> None:
    sheets = in_chinese(two_orders())
    sheets["派工清单"] = sheets.pop("派工单")
    texts = read_branch_report(write_folder(tmp_path, sheets))[1].text("zh").split("\n")
    assert "派工单.csv：缺少该文件。可能是“派工清单.csv”。请放入文件夹；该文件必需。" in texts


def test_an_upper_case_ending(tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    (tmp_path / "parts.csv").rename(tmp_path / "Parts.CSV")
    assert read_branch(tmp_path).parts[0].part_id == "P1"


def test_a_folder_may_hold_one_workbook_in_the_place_of_sheets(tmp_path: Path) -> None:
    expected = read_branch(write_folder(tmp_path / "csv", two_orders()))
    folder = tmp_path / "book"
    folder.mkdir()
    write_workbook(folder / "11月.xlsx", two_orders())
    (folder / "~$11月.xlsx").write_bytes(b"open elsewhere")
    assert read_branch_report(folder)[0] == expected
    write_workbook(folder / "12月.xlsx", two_orders())
    assert {issue.code for issue in read_branch_report(folder)[1].issues} == {"FILE_MISSING"}


def test_a_text_with_tabs_is_a_sheet_where_there_is_no_csv_of_it(tmp_path: Path) -> None:
    expected = read_branch(write_folder(tmp_path, two_orders()))
    text = (tmp_path / "parts.csv").read_text(encoding="utf-8").replace(",", "\t")
    (tmp_path / "备件.txt").write_text(text, encoding="utf-16")
    assert read_branch_report(tmp_path)[1].text() == ""  # a note beside the sheet
    (tmp_path / "parts.csv").unlink()
    problem, report = read_branch_report(tmp_path)
    assert problem == expected
    assert report.text() == ""
