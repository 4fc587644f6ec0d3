"""One list of orders in the files that people save: the same branch whatever the program, or one fault."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_branch_report
from tests.cases.branches import lay_out, order, read
from tests.ingest.workbooks import make_workbook, tab_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from optimizer.domain.problem import Problem

ORDERS = (order("A"), order("B", "14:00/16:00", fault='not cooling, "again"\nring twice'))
TITLES = list(ORDERS[1])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    return read(lay_out(tmp_path_factory.mktemp("plain") / "in", ORDERS))[1]


def text(separator: str = ",", end: str = "\n") -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, TITLES, restval="", delimiter=separator, lineterminator=end)
    writer.writeheader()
    writer.writerows(ORDERS)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        pytest.param(text("\t").encode("utf-16"), [], id="UTF-16 with tabs, as a spreadsheet's Unicode text"),
        pytest.param(text(";").encode("utf-8-sig"), [], id="semicolons"),
        pytest.param(("sep=|\n" + text("|")).encode(), [], id="a line that says what separates"),
        pytest.param(text(end="\r").encode(), [], id="line ends of an old machine"),
        pytest.param(("\n,,\n" + text()).encode(), [], id="blank rows above"),
        pytest.param(
            ("城西网点 派工单\n打印：11月20日\n" + text()).encode("gb18030"),
            ["FILE_GB18030", "HEADER_BELOW"],
            id="titles",
        ),
        pytest.param((text() + ",,,\n,,,\n合计,2,60\n制表：王\n").encode(), ["ROW_TOTAL", "ROW_TOTAL"], id="a total"),
        pytest.param(text().replace("order_id", "\u00a0Order No.\u3000").encode(), [], id="spaces of a word processor"),
    ],
)
def test_a_text_is_the_same_branch(content: bytes, codes: list[str], plain: Problem, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "in", ORDERS)
    (folder / "orders.csv").write_bytes(content)
    problem, report = read_branch_report(folder)
    assert problem == plain
    assert [issue.code for issue in report.issues] == codes


def title_above(tab: Worksheet) -> None:
    tab.insert_rows(1, amount=2)
    tab["A1"] = "城西网点 派工单"
    tab.merge_cells("A1:G1")


def total_below(tab: Worksheet) -> None:
    tab["A7"], tab["C7"] = "合计", "=SUM(C2:C3)"


def remarks_beside(tab: Worksheet) -> None:
    tab["K1"], tab["K2"], tab["K3"] = "Remark", "#N/A", "=1+1"
    tab.merge_cells("L2:L3")


def merged(tab: Worksheet) -> None:
    tab["B3"] = None
    tab.merge_cells("B2:B3")


def without_value(tab: Worksheet) -> None:
    tab["C2"], tab["D3"] = "#N/A", "#REF!"


def never_computed(tab: Worksheet) -> None:
    for row in (2, 3):
        tab[f"C{row}"] = "=15*2"


@pytest.mark.parametrize(
    ("change", "codes"),
    [(title_above, ["HEADER_BELOW"]), (total_below, ["ROW_TOTAL"]), (remarks_beside, ["COLUMN_UNKNOWN"])],
)
def test_a_workbook_is_the_same_branch(
    change: Callable[[Worksheet], None], codes: list[str], plain: Problem, tmp_path: Path
) -> None:
    problem, report = read_branch_report(saved(tmp_path, change))
    assert problem is not None
    assert problem.orders == plain.orders
    assert [issue.code for issue in report.issues] == codes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (merged, "The cells B2:B3 are merged. Unmerge them and fill in each of them."),
        (
            without_value,
            "2 cells show an error instead of a value (C2, D3). Correct the formulas, or write the values.",
        ),
        (
            never_computed,
            "2 cells hold formulas that were never computed (C2, C3). "
            "Open the workbook in a spreadsheet program and save it.",
        ),
    ],
)
def test_what_a_workbook_does_not_tell_is_one_fault(
    change: Callable[[Worksheet], None], said: str, tmp_path: Path
) -> None:
    problem, report = read_branch_report(saved(tmp_path, change))
    assert problem is None
    assert report.text() == f"book.xlsx [orders]: {said}"


def saved(folder: Path, change: Callable[[Worksheet], None]) -> Path:
    """Write the branch as a workbook whose orders are changed as a person would."""
    lay_out(folder / "in", ORDERS)
    names = ("branch", "customers", "orders", "technicians", "shifts")
    texts = {name: (folder / "in" / f"{name}.csv").read_text(encoding="utf-8") for name in names}
    book = make_workbook({name: list(csv.DictReader(io.StringIO(content))) for name, content in texts.items()})
    change(tab_of(book, "orders"))
    book.save(folder / "book.xlsx")
    return folder / "book.xlsx"
