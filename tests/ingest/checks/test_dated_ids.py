"""Ids that are dates: what a spreadsheet has made of 11-23 is named, and read as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.checks.dated_ids import is_date
from optimizer.ingest.read import read_intake
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


DATES = (
    *("11月23日", "1月2日", "2026年11月23日", "2026年11月", "2026-11-23", "2026/1/2", "2026-11-23 00:00:00"),
    *("23-Nov", "3-sep", "23-Nov-26", "Nov-23", "DEC-01"),
)
OTHERS = (
    *("11-23", "11.23", "SO-11月23日", "11月23日-1", "2026-11-23-01", "20261123"),
    *("2026-11/23", "Nov", "MAR-005", "23月"),
)


@pytest.mark.parametrize("text", DATES)
def test_a_date_is_a_date(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", OTHERS)
def test_an_id_that_looks_a_little_like_one_is_none(text: str) -> None:
    assert not is_date(text)


def test_an_order_that_is_a_date_is_warned_about_and_read(tmp_path: Path) -> None:
    found = read_intake(write_folder(tmp_path / "branch", with_cell(two_orders(), "orders", 3, "order_id", "11月23日")))
    assert "11月23日" in found.checked().order_by_id
    assert [issue.code for issue in found.report.issues] == ["ID_LIKE_DATE"]
    assert found.report.text("zh").splitlines()[0] == (
        "警告：orders.csv 第 3 行，“order_id”列：“11月23日”是日期，像是被表格软件改掉的编号（如 11-23）。"
        "请把该列设为文本格式，再重新输入编号。"
    )
