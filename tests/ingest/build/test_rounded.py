"""Rounded numbers: what a spreadsheet has made of phones and serial numbers is named, and not printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_intake
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("cell", "meant", "codes"),
    [
        ("1.39E+10", "", ["NUMBER_ROUNDED"]),
        ("1.39e+010", "", ["NUMBER_ROUNDED"]),
        ("13900000001.0", "13900000001", ["READ_USUAL"]),
        ("13900000001", "13900000001", []),
        ("139-0000-0001", "139-0000-0001", []),
    ],
)
def test_phones(tmp_path: Path, cell: str, meant: str, codes: list[str]) -> None:
    found = read_intake(write_folder(tmp_path / "branch", with_cell(two_orders(), "technicians", 2, "phone", cell)))
    assert found.checked().technician_by_id["T1"].phone == meant
    assert [issue.code for issue in found.report.issues] == codes


@pytest.mark.parametrize(
    ("cell", "meant", "codes"),
    [
        ("2.02E+19", "", ["NUMBER_ROUNDED"]),
        ("20210001.0", "20210001", ["READ_USUAL"]),
        ("20210012345678900000", "20210012345678900000", ["NUMBER_ZEROS"]),
        ("HZ2301-70140", "HZ2301-70140", []),
        ("1E5", "1E5", []),  # a serial number may well be written like this
        ("KFR-35E+2", "KFR-35E+2", []),
        ("v1.0", "v1.0", []),
    ],
)
def test_serial_numbers(tmp_path: Path, cell: str, meant: str, codes: list[str]) -> None:
    found = read_intake(write_folder(tmp_path / "branch", with_cell(two_orders(), "orders", 3, "serial", cell)))
    assert found.checked().order_by_id["O2"].briefing.serial == meant
    assert [issue.code for issue in found.report.issues] == codes


def test_a_number_in_a_contact(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "contacts", "李经理 1.38E+10; 物业 13800000002.0; 1.37E+10")
    found = read_intake(write_folder(tmp_path / "branch", sheets))
    assert found.checked().order_by_id["O2"].briefing.contacts == ("李经理", "物业 13800000002")
    assert found.report.text("zh").splitlines()[0] == (
        "警告：orders.csv 第 3 行，“contacts”列：“1.37E+10”是被表格软件取整的数字，不会印在单据上。"
        "请把该列设为文本格式，重新输入。"
    )
