"""Areas of orders and of technicians that do not find each other, and ids that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_intake
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


def in_areas(first: str, second: str, area: str, address: str = "") -> Sheets:
    """Return the branch with the areas of its two technicians, and that of its second order."""
    sheets = two_orders()
    for person, areas in zip(sheets["technicians"], (first, second), strict=True):
        person["areas"] = areas
    sheets["orders"][1] |= {"area": area, "address": address}
    return sheets


@pytest.mark.parametrize(
    ("first", "second", "area", "codes"),
    [
        ("西湖区", "西湖区", "西湖区", []),
        ("西湖", "西湖", "西湖区", ["AREA_UNKNOWN", "AREA_NO_ORDER", "AREA_NO_ORDER"]),
        ("西湖", "", "西湖区", ["AREA_UNKNOWN", "AREA_NO_ORDER"]),  # Ben serves everywhere, Ann does not
        ("余杭区", "", "滨江区", []),
        ("余杭区", "拱墅区", "滨江区", ["AREA_UNKNOWN"]),  # nobody goes there
        ("north", "", "south", []),
        ("north", "", "norht", ["AREA_UNKNOWN"]),
        ("North", "", "north", ["READ_AS"]),
        ("余杭区", "", "", []),
        ("", "", "西湖区", []),
    ],
)
def test_areas_that_do_not_find_each_other(
    tmp_path: Path, first: str, second: str, area: str, codes: list[str]
) -> None:
    report = read_intake(write_folder(tmp_path / "b", in_areas(first, second, area))).report
    assert [issue.code for issue in report.issues] == codes


@pytest.mark.parametrize(
    ("area", "address", "is_doubtful"),
    [
        ("西湖区", "杭州市滨江区江南大道 1 号", True),
        ("滨江区", "杭州市滨江区江南大道 1 号", False),
        ("滨江", "杭州市滨江区江南大道 1 号", False),
        ("西湖区", "江南大道 1 号", False),
        ("西湖区", "杭州市滨江区西湖区交界 1 号", False),  # both: nothing tells
        ("", "杭州市滨江区江南大道 1 号", False),
    ],
)
def test_an_area_that_the_address_belies(tmp_path: Path, area: str, address: str, is_doubtful: bool) -> None:
    sheets = in_areas("西湖区;滨江区", "", area, address)
    report = read_intake(write_folder(tmp_path / "b", sheets)).report
    found = [(issue.row, issue.details["told"]) for issue in report.issues if issue.code == "AREA_ADDRESS"]
    assert found == ([(3, "滨江区")] if is_doubtful else [])


@pytest.mark.parametrize(
    ("own", "is_alike"),
    [("p1", True), ("Ｐ1", True), ("P 1", True), ("P01", True), ("P-1", False), ("P10", False), ("P2", False)],
)
def test_ids_that_are_alike(tmp_path: Path, own: str, is_alike: bool) -> None:
    sheets = with_cell(two_orders(), "parts", 3, "part_id", own)
    report = read_intake(write_folder(tmp_path / "b", sheets)).report
    assert [(issue.code, issue.row) for issue in report.issues] == ([("ID_ALIKE", 3)] if is_alike else [])


def test_part_names_that_two_have_are_ids_nowhere(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "parts", 3, "part_id", "P2")  # the row is copied, its name too
    report = read_intake(write_folder(tmp_path / "b", with_cell(sheets, "orders", 3, "parts", "电容"))).report
    assert [issue.code for issue in report.issues] == ["REF_PART_NOT_STOCKED"]
    assert "Maybe 'P1 / P2' is meant." in report.text()
