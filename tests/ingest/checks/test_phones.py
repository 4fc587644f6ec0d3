"""Phone numbers that nobody can call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_intake
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

CHINA = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("phone", "timezone", "codes"),
    [
        ("138-0000-0001", CHINA, []),
        ("138 0000 0001", CHINA, []),
        ("１３８-0000-0001", CHINA, []),
        ("+86 138 0000 0001", CHINA, []),
        ("8613800000001", CHINA, []),
        ("0571-0000 0001", CHINA, []),
        ("0571-00000001转802", CHINA, []),
        ("010-00000001", CHINA, []),
        ("400-000-0001", CHINA, []),
        ("95588", CHINA, []),
        ("86000001", CHINA, []),
        ("13800000001/13800000002", CHINA, []),
        ("", CHINA, []),
        ("1380000001", CHINA, ["PHONE_MOBILE"]),
        ("138000000011", CHINA, ["PHONE_MOBILE"]),
        ("12000000001", CHINA, ["PHONE_MOBILE"]),
        ("13800000001、1380000", CHINA, ["PHONE_MOBILE"]),
        ("57100000002", CHINA, ["PHONE_ZERO"]),
        ("5120000001", CHINA, ["PHONE_ZERO"]),
        ("139", CHINA, ["PHONE_DIGITS"]),
        ("13800000001138123", CHINA, ["PHONE_DIGITS"]),
        ("见备注", CHINA, ["PHONE_NONE"]),
        ("614-555-0101", "America/New_York", []),
        ("+1 614 555 0101", CHINA, []),
        ("614", "America/New_York", ["PHONE_DIGITS"]),
        ("(614) 555-0101 x12", "America/New_York", []),
        ("1-614-555-0101", "America/New_York", []),
        ("555-0101", "America/New_York", []),
        ("61455501", "America/New_York", ["PHONE_NORTH_AMERICA"]),
        ("061-455-50101", "America/New_York", ["PHONE_NORTH_AMERICA"]),
        ("13800000001", "America/New_York", ["PHONE_NORTH_AMERICA"]),
        ("+86 138 0000 0001", "America/New_York", []),
        ("+1 061 455 5010", "America/New_York", ["PHONE_NORTH_AMERICA"]),
        ("00000000000", CHINA, ["PHONE_NONE"]),
    ],
)
def test_phones(tmp_path: Path, phone: str, timezone: str, codes: list[str]) -> None:
    sheets = with_cell(two_orders(), "customers", 3, "phone", phone)
    sheets["branch"][0] |= {"timezone": timezone, "holidays": "" if timezone == CHINA else "US-OH"}
    found = read_intake(write_folder(tmp_path / "branch", sheets)).report
    assert [(issue.code, issue.row) for issue in found.issues] == [(code, 3) for code in codes]


def test_in_words(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "customers", 3, "phone", "57100000002")
    found = read_intake(write_folder(tmp_path / "branch", sheets)).report
    assert found.text() == (
        "Warning: customers.csv row 3, column 'phone': '57100000002' has maybe lost its first zero. Write 057100000002 "
        "if that is meant; format the column as text."
    )
    assert found.text("zh").endswith("开头可能丢了一个 0。如是 057100000002，请这样写，并把该列设为文本格式。")


def test_contacts_of_an_order(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 3, "contacts", "李经理 138-0000-00011; 3 号楼物业 0571-0000 0002")
    found = read_intake(write_folder(tmp_path / "branch", sheets)).report
    assert [(issue.code, issue.value) for issue in found.issues] == [("PHONE_MOBILE", "138-0000-00011")]
