"""Tiers and kinds: the words that rules look for, in whatever case, and those that no rule knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_intake
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("tier", "meant", "codes"),
    [
        ("key", "key", []),
        ("KEY", "key", ["READ_USUAL"]),
        ("Ｋey", "key", ["READ_USUAL"]),
        ("重点", "key", []),
        ("", "", []),
        ("normal", "normal", []),
        ("普通", "normal", []),
        ("VIP", "VIP", ["TIER_UNKNOWN"]),
        ("keyy", "keyy", ["TIER_UNKNOWN"]),
    ],
)
def test_tiers(tmp_path: Path, tier: str, meant: str, codes: list[str]) -> None:
    found = read_intake(write_folder(tmp_path / "branch", with_cell(two_orders(), "customers", 3, "tier", tier)))
    assert next(c for c in found.checked().customers if c.customer_id == "C2").tier == meant
    assert [issue.code for issue in found.report.issues] == codes


def test_an_unknown_tier_is_named_once_with_what_the_policy_knows(tmp_path: Path) -> None:
    sheets = two_orders()
    for customer in sheets["customers"]:
        customer["tier"] = "keyy"
    report = read_intake(write_folder(tmp_path / "branch", sheets)).report
    assert report.text() == (
        "Warning: customers.csv row 2, column 'tier': The policy says nothing of the tier 'keyy', so it changes "
        "nothing; the policy knows: key. Maybe 'key' is meant. Correct the word, or add the tier to the policy."
    )
    assert report.text("zh") == (
        "警告：customers.csv 第 2 行，“tier”列：规则里没有客户等级“keyy”，写了也不起作用；规则里有：key。"
        "可能是“key”。请改正写法，或在规则里加上该等级。"
    )


@pytest.mark.parametrize(
    ("kind", "meant", "codes"),
    [
        ("Repair", "repair", ["READ_USUAL"]),
        ("维修", "repair", []),
        ("INSTALLATION", "installation", ["READ_USUAL"]),
        ("instalation", "instalation", ["KIND_NEAR"]),
        ("清洗", "清洗", []),  # a word of the branch's own
        ("delivery", "delivery", []),
    ],
)
def test_kinds_of_service(tmp_path: Path, kind: str, meant: str, codes: list[str]) -> None:
    found = read_intake(write_folder(tmp_path / "branch", with_cell(two_orders(), "orders", 3, "kind", kind)))
    assert found.checked().order_by_id["O2"].kind == meant
    assert [issue.code for issue in found.report.issues] == codes
