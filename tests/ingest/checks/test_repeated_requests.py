"""One request under two numbers: named by the later row with what is alike; what somebody means twice is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_branch_report
from tests.cases.branches import lay_out, order

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = (
    {"customer_id": "C1", "name": "王女士", "phone": "138-0000-0001"},
    {"customer_id": "C2", "name": "王 女士", "phone": "+86 13800000001"},
    {"customer_id": "C3", "name": "李先生", "phone": "13900000003"},
)
AIRCON = {"product": "KFR-35GW", "fault": "不制冷"}
HOUSE = "浙江省杭州市西湖区文三路 90 号"


def said(folder: Path, *orders: dict[str, str]) -> list[tuple[int | None, str, str]]:
    problem, report = read_branch_report(lay_out(folder / "in", orders, customers=CUSTOMERS))
    assert problem is not None, report.text()
    assert len(problem.orders) == len(orders), "both are planned"
    alike = [issue for issue in report.issues if issue.code == "ORDER_ALIKE"]
    return [(issue.row, str(issue.details["who"]), str(issue.details["what"])) for issue in alike]


@pytest.mark.parametrize(
    ("other", "who", "what"),
    [
        ({**AIRCON}, "customer", "product and fault"),
        ({"product": "ＫＦＲ 35gw", "fault": "不制冷！"}, "customer", "product and fault"),
        ({"fault": "不制冷"}, "customer", "reported fault"),
        ({"product": "KFR-35GW"}, "customer", "product"),
        ({**AIRCON, "customer_id": "C2"}, "phone number", "product and fault"),
        ({**AIRCON, "customer_id": "C3", "address": "西湖区文三路９０号"}, "address", "product and fault"),
    ],
)
def test_what_is_alike_is_said_of_the_later_row(other: dict[str, str], who: str, what: str, tmp_path: Path) -> None:
    assert said(tmp_path, order("A", **AIRCON, address=HOUSE), order("B", **other)) == [(3, who, what)]


def test_a_serial_number_is_enough(tmp_path: Path) -> None:
    orders = order("A", serial="HZ-1", fault="不制冷"), order("B", serial="hz1", customer_id="C2")
    assert said(tmp_path, *orders) == [(3, "phone number", "serial number")]


@pytest.mark.parametrize(
    "other",
    [
        {"product": "KFR-35GW", "fault": "漏水"},
        {**AIRCON, "serial": "2"},
        {**AIRCON, "kind": "保养"},
        {**AIRCON, "customer_id": "C3"},
        {**AIRCON, "after": "A"},
        {**AIRCON, "requested": "2026-11-24 09:00/11:00"},
        {**AIRCON, "requested": "", "agreed_day": "2026-11-30"},
        {},
    ],
)
def test_what_may_well_be_two_is_not_doubted(other: dict[str, str], tmp_path: Path) -> None:
    first = order("A", **AIRCON, serial="1", kind="维修", address=HOUSE)
    assert said(tmp_path, first, order("B", **other)) == []


def test_three_name_the_first(tmp_path: Path) -> None:
    orders = [order(name, **AIRCON) for name in "ABD"]
    report = read_branch_report(lay_out(tmp_path / "in", orders, customers=CUSTOMERS))[1]
    assert report.text().splitlines() == [
        f"Warning: orders.csv row {row}, column 'order_id': The order '{name}' has the same customer and the same"
        " product and fault as 'A' in row 2: maybe one request that came in twice. If it is one, delete one of the two"
        " rows, so that nobody goes there twice; else ignore this."
        for row, name in ((3, "B"), (4, "D"))
    ]
    assert "派工单“B”与第 2 行的“A”客户相同、产品和故障相同" in report.text("zh")
