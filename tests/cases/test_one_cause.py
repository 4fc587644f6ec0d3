"""One slip is one fault: what only follows from a missing column, or from a cell that cannot be read, is not told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_branch_report
from tests.cases.branches import DAY, FRIDAY, order, shift
from tests.ingest.worlds import write_folder

if TYPE_CHECKING:
    from pathlib import Path

WHERE = {"branch_id": "B1", "name": "B", "lat": "30.27", "lon": "120.15", "plan_date": DAY, "as_of": FRIDAY}
#: A branch whose every sheet is referred to by others.
SHEETS: dict[str, tuple[dict[str, str], ...]] = {
    "branch": (WHERE,),
    "customers": ({"customer_id": "C1", "name": "王女士", "refused": "T2", "served_by": "T1"},),
    "technicians": (
        {"technician_id": "T1", "name": "李强", "own_tools": "L:1", "own_parts": "P2:1", "capacity": "kg:100"},
        {"technician_id": "T2", "name": "王伟", "own_tools": "", "own_parts": "", "capacity": "kg:80"},
    ),
    "skills": (
        {"technician_id": "T1", "skill": "空调", "level": "3"},
        {"technician_id": "T2", "skill": "空调", "level": "2"},
    ),
    "shifts": (shift("T1"), shift("T2")),
    "parts": ({"part_id": "P1", "name": "a", "on_hand": "4"}, {"part_id": "P2", "name": "b", "on_hand": "1"}),
    "tools": ({"tool_id": "L", "name": "梯子", "units": "1"},),
    "arrivals": ({"part_id": "P1", "quantity": "1", "usable_on": DAY},),
    "reservations": ({"reservation_id": "R1", "part_id": "P1", "quantity": "1", "date": DAY, "visit_id": "A"},),
    "loans": ({"loan_id": "L1", "technician_id": "T2", "part_id": "P1", "quantity": "1", "due": DAY},),
    "locks": ({"visit_id": "A", "level": "person", "technician_id": "T1"},),
    "absences": ({"technician_id": "T2", "date": DAY, "start": "16:00", "end": "17:00"},),
}
ORDERS = [
    order("A", skills="空调:2", parts="P1:1", tools="L:1", loads="kg:20", required="李强"),
    order("B", "", after="A", requested="11月23日下午", due_day="11/24", received="11月20日 9:00"),
    order("C", "", requested="明天9点-11点", crew_size="2"),
]  # fmt: skip
REQUIRED = [
    ("branch", "branch_id"), ("branch", "lat"), ("branch", "lon"), ("branch", "plan_date"), ("branch", "as_of"),
    ("customers", "customer_id"), ("technicians", "technician_id"), ("skills", "technician_id"), ("skills", "skill"),
    ("skills", "level"), ("shifts", "technician_id"), ("shifts", "date"), ("shifts", "start"), ("shifts", "end"),
    ("parts", "part_id"), ("parts", "on_hand"), ("tools", "tool_id"), ("tools", "units"), ("arrivals", "part_id"),
    ("reservations", "part_id"), ("loans", "loan_id"), ("loans", "technician_id"), ("locks", "visit_id"),
    ("locks", "technician_id"), ("absences", "technician_id"), ("absences", "date"), ("orders", "order_id"),
    ("orders", "customer_id"), ("orders", "service_min"),
]  # fmt: skip


def sheets_without(sheet: str, column: str) -> dict[str, tuple[dict[str, str], ...]]:
    rows = {**SHEETS, "orders": tuple(ORDERS)}
    return {**rows, sheet: tuple({name: text for name, text in row.items() if name != column} for row in rows[sheet])}


def said(folder: Path, sheets: dict[str, tuple[dict[str, str], ...]]) -> set[tuple[str, str, str]]:
    """Return what is said of a branch: code, file and column."""
    branch = write_folder(folder / "in", {name: [*rows] for name, rows in sheets.items()})
    return {(issue.code, issue.file, issue.column) for issue in read_branch_report(branch)[1].issues}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """Return what is said of the whole branch: how two dates were read, and nothing that stops it."""
    return said(tmp_path_factory.mktemp("usual"), {**SHEETS, "orders": tuple(ORDERS)})


@pytest.mark.parametrize(("sheet", "column"), REQUIRED)
def test_a_missing_column_is_one_fault(
    sheet: str, column: str, usual: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    found = said(tmp_path, sheets_without(sheet, column))
    assert found - usual == {("COLUMN_MISSING", f"{sheet}.csv", column)}


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"plan_date": "2026-11-31"}, "DATE_NO_SUCH_DAY"),
        ({"plan_date": "下周"}, "DATE_FORMAT"),
        ({"as_of": "刚才"}, "MOMENT_FORMAT"),
        ({"timezone": "Mars"}, "ZONE_UNKNOWN"),
    ],
)
def test_a_day_of_the_branch_that_cannot_be_read_is_one_fault(
    cells: dict[str, str], fault: str, usual: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    found = said(tmp_path, {**SHEETS, "branch": ({**WHERE, **cells},), "orders": tuple(ORDERS)})
    assert {code for code, _, _ in found - usual} == {fault}


def test_a_locale_that_is_not_known_leaves_its_dates_for_later(tmp_path: Path) -> None:
    where = {**WHERE, "locale": "en-UX", "timezone": "America/New_York"}
    found = said(tmp_path, {**SHEETS, "branch": (where,), "orders": (order("A", "", due_day="12/11/2026"),)})
    assert {code for code, _, column in found if column != "visit_id"} == {"LOCALE_UNKNOWN"}


def test_what_says_its_whole_day_is_judged_all_the_same(tmp_path: Path) -> None:
    branch = ({**WHERE, "plan_date": ""},)
    found = said(tmp_path, {**SHEETS, "branch": branch, "orders": (order("A", "", due_day="2026-13-45"), *ORDERS[1:])})
    assert ("DATE_NO_SUCH_DAY", "orders.csv", "due_day") in found


def test_a_text_that_cannot_be_split_lacks_no_column(tmp_path: Path) -> None:
    branch = write_folder(tmp_path / "in", {"branch": [WHERE], "customers": [{"customer_id": "C1"}]})
    (branch / "corrections.csv").write_text('address,lat\n"x\n', encoding="utf-8")
    found = {issue.code for issue in read_branch_report(branch)[1].issues if issue.file == "corrections.csv"}
    assert found == {"CSV_CELLS"}
