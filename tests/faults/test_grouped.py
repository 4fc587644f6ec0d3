"""Equal issues in one line: which rows, how many more, and what differs stays apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.faults.grouped import SHOWN_ALIKE
from optimizer.faults.issues import IssueLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.faults.issues import IssueReport


def report_of(cells: Sequence[tuple[int, str]], *, code: str = "NUMBER_FORMAT", form: str = "csv") -> IssueReport:
    log = IssueLog(form=form, file="orders.csv")
    for row, value in cells:
        path = f"/orders/{row - 1}/lat" if form == "json" else ""
        log.add(code, row=row, column="lat", value=value, path=path, order=(4, 15), meant="0")
    return log.report()


WAY_OUT = "'x' is not a number. Write digits, with a point before decimals."


@pytest.mark.parametrize(
    ("rows", "english", "chinese"),
    [
        ([2], "orders.csv row 2, column 'lat': ", "orders.csv 第 2 行，“lat”列："),
        ([2, 5], "orders.csv rows 2, 5, column 'lat': ", "orders.csv 第 2、5 行，“lat”列："),
        ([2, 5, 8], "orders.csv rows 2, 5, 8, column 'lat': ", "orders.csv 第 2、5、8 行，“lat”列："),
        (
            [2, 5, 8, *range(10, 30)],
            "orders.csv rows 2, 5, 8 and 20 more, column 'lat': ",
            "orders.csv 第 2、5、8 行及另外 20 行，“lat”列：",
        ),
    ],
)
def test_equal_faults_are_one_line(rows: list[int], english: str, chinese: str) -> None:
    report = report_of([(row, "x") for row in rows])
    assert report.text() == english + WAY_OUT
    assert report.text("zh").startswith(chinese)
    assert len(report.to_json()) == len(rows)


def test_other_values_are_other_lines_and_beyond_a_few_they_are_named_by_row_alone() -> None:
    report = report_of([(row, f"x{row}") for row in range(2, 2 + SHOWN_ALIKE + 5)])
    lines = report.text().splitlines()
    assert len(lines) == SHOWN_ALIKE + 1
    assert (
        lines[0] == "orders.csv row 2, column 'lat': 'x2' is not a number. Write digits, with a point before decimals."
    )
    assert lines[-1] == "orders.csv rows 10, 11, 12 and 2 more, column 'lat': The same as above, with other values."
    assert report.text("zh").endswith("第 10、11、12 行及另外 2 行，“lat”列：情况同上，只是内容不同。")


def test_a_warning_stays_a_warning() -> None:
    assert (
        report_of([(2, "x"), (3, "x")], code="READ_AS").text().startswith("Warning: orders.csv rows 2, 3, column 'lat'")
    )


def test_rows_and_places_without_a_column() -> None:
    log = IssueLog(form="csv", file="orders.csv")
    for row in (2, 3, 4, 5):
        log.add("CSV_EXTRA_CELLS", row=row)
    log.add("CSV_EXTRA_CELLS", row=8)
    assert log.report().text().startswith("orders.csv rows 2-5, 8: The row has more cells")
    assert log.report().text("zh").startswith("orders.csv 第 2-5、8 行：")
    assert (
        report_of([(1, "x"), (2, "x")], form="json")
        .text()
        .startswith("orders.csv at /orders/0/lat, /orders/1/lat: 'x'")
    )
    more = report_of([(row, "x") for row in range(1, 6)], form="json").text()
    assert more.startswith("orders.csv at /orders/0/lat, /orders/1/lat, /orders/2/lat and 2 more: ")


def test_where_a_line_quotes_no_cell_it_names_every_row() -> None:
    report = report_of([(row, f"x{row}") for row in (2, 3, 4, 6, 9, 10)], code="CELL_EMPTY")
    assert (
        report.text() == "orders.csv rows 2-4, 6, 9, 10, column 'lat': The cell is empty. Fill it in; it is required."
    )
    many = report_of([(row, "") for row in range(2, 100, 2)], code="CELL_EMPTY").text()
    assert many.startswith("orders.csv rows 2, 4, 6, ")
    assert " 40 and 29 more, column 'lat'" in many


def test_each_reading_is_told_however_many_there_are() -> None:
    report = report_of([(row, f"12月{row}日") for row in range(2, 30)], code="READ_AS")
    lines = report.text().splitlines()
    assert len(lines) == 28
    assert "The same as above" not in report.text()
    assert lines[-1].startswith("Warning: orders.csv row 29, column 'lat': '12月29日' was read as 0.")


def test_beyond_the_limit_of_lines_the_issues_are_counted() -> None:
    log = IssueLog(form="csv", file="x")
    for column in ("a", "b", "c"):
        for row in (2, 3):
            log.add("NUMBER_FORMAT", row=row, column=column, value="x")
    assert log.report().text(limit=1).splitlines()[1] == "… and 4 more."
    assert log.report().text("zh", limit=1).splitlines()[1] == "……另有 4 条。"


def test_issues_about_whole_files_stay_apart() -> None:
    log = IssueLog(form="csv", file="x")
    log.add("FILE_UNKNOWN", value="a.csv")
    log.add("FILE_UNKNOWN", value="b.csv")
    assert len(log.report().text().splitlines()) == 2


def test_two_of_one_row_name_it_once() -> None:
    line = report_of([(2, "x"), (2, "x")]).text()
    assert line.startswith("orders.csv row 2, column 'lat': 'x'")
    assert line.count("row") == 1
