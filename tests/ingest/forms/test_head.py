"""The header of a table: found below titles, whatever separates the cells, and the rows below keep their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.head import Head, find_head, lines_of
from optimizer.ingest.forms.headers import is_title
from optimizer.ingest.forms.sheets import check_cells
from optimizer.ingest.forms.tables import read_csv

if TYPE_CHECKING:
    from optimizer.ingest.forms.sheets import RawSheet

IS_TITLE = is_title("parts")


def read(text: str, sheet: str = "parts") -> tuple[RawSheet, list[str]]:
    log = IssueLog(form="csv", file="folder")
    raw = read_csv(sheet, text, log)
    check_cells([raw], log)
    return raw, log.report().text().splitlines()


P01 = {"part_id": "P01", "on_hand": "4"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("备件编号,库存\nP01,4\n", 2),
        ("\n\n备件编号,库存\nP01,4\n", 4),
        (",\n备件编号,库存\n,\nP01,4\n", 4),
        ("11月备件盘点,\n备件编号,库存\nP01,4\n", 3),
        ("城西网点,\n制表：王,2026-11-30\n,\n备件编号 *,库存数量\nP01,4\n", 5),
        ("a,b\nc,d\ne,f\ng,h\npart_id,on_hand\nP01,4\n", 6),
        ("sep=,\n备件编号,库存\nP01,4\n", 2),  # a spreadsheet does not show the first line
        ("sep=;\n备件编号;库存\nP01;4\n", 2),
        ("备件编号;库存\nP01;4\n", 2),
        ("备件编号\t库存\nP01\t4\n", 2),
        ("备件编号|库存\nP01|4\n", 2),
        ("备件编号，库存\nP01，4\n", 2),
        ("备件盘点（2026,11）;;\n备件编号;库存\nP01;4\n", 3),
        ("备件编号,库存\rP01,4\r", 2),
        ("备件编号,库存\r\nP01,4\r\n\x1a", 2),
        ("备件编号,库存\npart_id,on_hand\nP01,4\n", 3),  # titles in two languages
    ],
)
def test_the_header_is_found_and_the_row_below_keeps_its_number(text: str, number: int) -> None:
    raw, _ = read(text)
    assert raw.rows == [(number, P01)]


def test_what_stands_above_is_named_once() -> None:
    assert read("11月备件盘点,\n备件编号,库存\nP01,many\n")[1] == [
        "parts.csv row 3, column '库存': 'many' is not a number. Write digits, with a point before decimals.",
        "Note: parts.csv row 2: The header was found here; what stands above it was not read: 11月备件盘点. "
        "Nothing is to be done, if that is a heading only.",
    ]


def test_a_table_whose_header_is_further_down_has_one_fault() -> None:
    text = "".join(f"note {n},x\n" for n in range(12)) + "备件编号,库存\n" + "P01,4\n" * 70
    [line] = read(text)[1]
    assert line.startswith("parts.csv row 1: No title of the header row is known")


@pytest.mark.parametrize(
    ("rows", "titles", "first", "last"),
    [
        # Merged titles: a group and its parts below it, or a title beside a group.
        ([["part_id", "stock", ""], ["", "on_hand", "as_of"], ["P01", "4", ""]], ["part_id", "on_hand", "as_of"], 1, 2),
        ([["part_id", "counted"], ["", "on_hand"], ["P01", "4"]], ["part_id", "on_hand"], 1, 2),
        # A word of the data is no header; nor is a heading that happens to be a title.
        ([["number", "amount"], ["P01", "4"], ["name", "x"]], ["number", "amount"], 1, 1),
        ([["part"], ["part_id", "on_hand"]], ["part_id", "on_hand"], 2, 2),
        ([["名称", ""], ["编号", "库存"], ["P01", "4"]], ["名称", ""], 1, 1),
    ],
)
def test_titles_in_two_rows(rows: list[list[str]], titles: list[str], first: int, last: int) -> None:
    head = find_head(list(enumerate(rows, start=1)), IS_TITLE)
    assert (head.titles, head.first, head.last) == (titles, first, last)


def test_a_heading_is_not_taken_for_the_title_of_an_unknown_column() -> None:
    assert find_head([(1, ["名称"]), (2, ["料", "part_id", "on_hand"])], IS_TITLE) == Head(
        ["料", "part_id", "on_hand"], 2, 2, ["名称"]
    )


def test_cells_in_quotation_marks_may_hold_any_separator() -> None:
    assert list(lines_of('part_id;name;on_hand\n"P;1";"a\nb";4\n', IS_TITLE)) == [
        (1, ["part_id", "name", "on_hand"]),
        (2, ["P;1", "a\nb", "4"]),
    ]


# --- rows that are no data ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    ["合计", "总计：", "小计 ", "共 3 件", "Total", "Grand total 4", "制表：王", "备注：月底盘点", "Note: see above"],
)
def test_a_total_or_a_remark_below_is_not_read_and_said(first: str) -> None:
    raw, [line] = read(f"备件编号,备件名称,库存\nP01,,4\n,,\n{first},,\n")
    assert raw.rows == [(2, P01)]
    assert line.startswith(f"Warning: parts.csv row 4: The row begins with '{first.strip()}' and was not read")


def test_a_row_that_has_all_that_it_must_is_data_if_it_may_be_called_so() -> None:
    raw, lines = read("备件编号,库存\nTotal,4\n")
    assert raw.rows == [(2, {"part_id": "Total", "on_hand": "4"})]
    assert lines == []
    assert read("备件编号,库存\nP01,4\n合计,4\n")[0].rows == [(2, P01)]  # no part is called so


def test_an_error_of_a_spreadsheet_is_named_once_with_its_cells() -> None:
    rows = "".join(f"P{n},#N/A\n" for n in range(9)) + "P9,########\n"
    assert read("备件编号,库存\n" + rows)[1] == [
        "parts.csv: 10 cells show an error instead of a value (B2, B3, B4, B5, B6, B7, B8, B9, …). "
        "Correct the formulas, or write the values."
    ]


def test_a_column_without_a_title_is_named_when_it_holds_something() -> None:
    raw, lines = read("备件编号,,库存,\nP01,,4,\nP02,spare,5,\n")
    assert len(raw.rows) == 2
    assert lines == [
        "Warning: parts.csv row 3: Column B holds something but has no title, and was not read. "
        "Write its title into the header, or empty the column."
    ]
