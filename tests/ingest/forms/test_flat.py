"""One flat sheet of orders: who asked stands in the row, customers are made from it, and stay the same tomorrow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from optimizer.ingest.forms.flat import customer_id_of, plain_address, plain_phone
from optimizer.ingest.read import problem_from_json, read_document, read_intake
from optimizer.ingest.write import problem_to_json
from tests.ingest.workbooks import columns_in
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.intake import Intake

#: Three orders of two customers, as a coordinator types them.
FLAT = [
    {
        "单号": "A1",
        "客户姓名": "王女士",
        "联系电话": "138-0000-0001",
        "地址": "杭州市西湖区文三路 90 号",
        "机型": "KFR-35",
        "报修内容": "不制冷",
        "预约时间": "2026-11-23 09:00-11:00",
    },
    {"单号": "A2", "客户姓名": "王女士", "联系电话": "１３８ ００００ ０００１", "地址": "西湖区文三路90号"},
    {"单号": "A3", "客户姓名": "李先生", "联系电话": "0571-00000002", "地址": "杭州市西湖区文三路 90 号"},
]


def flat(**cells: str) -> Sheets:
    """Return the branch of two orders with the flat sheet in the place of orders and customers."""
    sheets = two_orders()
    del sheets["customers"]
    rows = [{**row, "纬度": "30.28", "经度": f"120.1{n}", "服务时长": "30", **cells} for n, row in enumerate(FLAT)]
    sheets["orders"] = rows
    return {name: rows for name, rows in sheets.items() if name not in ("locks", "published", "reservations")}


def read(folder: Path, sheets: Sheets) -> Intake:
    return read_intake(write_folder(folder, sheets))


def as_typed(path: Path, sheets: Sheets) -> Path:
    """Write the sheets as a workbook of texts, as they stand."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        tab, titles = workbook.create_sheet(name), columns_in(sheets, name)
        tab.append(titles)
        for row in rows:
            tab.append([row.get(title) or None for title in titles])
    workbook.save(path)
    return path


def test_customers_are_made_from_the_orders(tmp_path: Path) -> None:
    problem = read(tmp_path, flat()).checked()
    who = {order.order_id: problem.customer_by_id[order.customer_id] for order in problem.orders}
    assert who["A1"] == who["A2"], "the same phone and address, however they are spelt"
    assert who["A3"] != who["A1"]
    assert (who["A1"].name, who["A1"].phone) == ("王女士", "138-0000-0001")
    order = problem.order_by_id["A1"]
    assert (order.product, order.fault, len(order.requested)) == ("KFR-35", "不制冷", 1)
    assert problem_from_json(problem_to_json(problem)) == problem


def test_a_customer_has_the_same_number_tomorrow_in_another_order_of_rows(tmp_path: Path) -> None:
    today, tomorrow = flat(), flat()
    tomorrow["orders"].reverse()
    first, second = read(tmp_path / "1", today).checked(), read(tmp_path / "2", tomorrow).checked()
    assert {o.order_id: o.customer_id for o in first.orders} == {o.order_id: o.customer_id for o in second.orders}


def test_a_workbook_and_a_json_document_may_be_flat_too(tmp_path: Path) -> None:
    problem = read_intake(as_typed(tmp_path / "branch.xlsx", flat())).checked()
    assert problem == read(tmp_path, flat()).checked()
    document = problem_to_json(problem)
    names = {c["customer_id"]: c for c in document.pop("customers")}
    for order in document["orders"]:
        customer = names[order.pop("customer_id")]
        order |= {"customer_name": customer["name"], "customer_phone": customer["phone"]}
    again, report = read_document(json.dumps(document).encode())
    assert again == problem, report.text()


def test_titles_in_english(tmp_path: Path) -> None:
    sheets = flat()
    sheets["orders"] = [
        {
            "Order no.": "A1",
            "Customer name": "Ms Wang",
            "Mobile": "138-0000-0001",
            "Address": "90 Wensan Rd",
            "Fault": "does not cool",
            "lat": "30.28",
            "lon": "120.1",
            "service_min": "30",
        }
    ]
    problem = read(tmp_path, sheets).checked()
    assert [(c.name, c.phone) for c in problem.customers] == [("Ms Wang", "138-0000-0001")]


def test_a_customer_of_the_sheet_is_known_by_the_phone(tmp_path: Path) -> None:
    sheets = flat()
    sheets["customers"] = [{"customer_id": "C9", "name": "王女士", "phone": "13800000001", "tier": "key"}]
    problem = read(tmp_path, sheets).checked()
    assert {o.order_id: o.customer_id for o in problem.orders if o.order_id != "A3"} == {"A1": "C9", "A2": "C9"}


def test_a_number_that_the_sheet_of_customers_does_not_have_stays_a_fault(tmp_path: Path) -> None:
    sheets = flat(客户编号="C8")
    sheets["customers"] = [{"customer_id": "C9", "name": "王女士", "phone": "13800000001"}]
    assert {issue.code for issue in read(tmp_path, sheets).report.errors} == {"REF_CUSTOMER"}


def test_one_phone_and_address_with_two_names_is_doubted_in_its_row(tmp_path: Path) -> None:
    sheets = flat()
    sheets["orders"][1]["客户姓名"] = "张先生"
    [doubt] = [issue for issue in read(tmp_path, sheets).report.warnings if issue.code == "CUSTOMER_TWO_NAMES"]
    assert doubt.text("zh").startswith("orders.csv 第 3 行，“客户姓名”列：第 2 行的电话和地址相同，姓名为“王女士”")


def test_a_row_that_does_not_tell_who_asked_is_named(tmp_path: Path) -> None:
    sheets = flat()
    sheets["orders"][2] |= {"客户姓名": "", "联系电话": ""}
    [fault] = read(tmp_path, sheets).report.errors
    assert (fault.code, fault.row, fault.column) == ("CELL_EMPTY", 4, "客户编号")


def test_a_wrong_cell_of_a_customer_is_found_in_the_order_s_row(tmp_path: Path) -> None:
    sheets = flat()
    sheets["orders"][2]["客户姓名"] = "李" * 2_001
    [fault] = read(tmp_path, sheets).report.errors
    assert (fault.code, fault.file, fault.row, fault.column) == ("TEXT_TOO_LONG", "orders.csv", 4, "客户姓名")


def test_orders_without_numbers_have_some_of_their_own_that_stay(tmp_path: Path) -> None:
    sheets = flat()
    for row in sheets["orders"]:
        del row["单号"]
    sheets["orders"].append(dict(sheets["orders"][2]))
    intake = read(tmp_path / "1", sheets)
    numbers = [order.order_id for order in intake.checked().orders]
    assert len(set(numbers)) == 4
    assert "ORDER_ID_MADE" in {issue.code for issue in intake.report.warnings}
    sheets["orders"].insert(0, sheets["orders"].pop())
    assert [order.order_id for order in read(tmp_path / "2", sheets).checked().orders] == numbers


def test_without_a_sheet_of_customers_and_without_names_the_sheet_is_missing(tmp_path: Path) -> None:
    sheets = two_orders()
    del sheets["customers"]
    assert "FILE_MISSING" in {issue.code for issue in read(tmp_path, sheets).report.errors}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("138-0000-0001", "+86 138 0000 0001"),
        ("138-0000-0001", "8613800000001"),
        ("13800000001/0571-00000009", "１３８０００００００１"),
        ("电话 13800000001", "13800000001"),
    ],
)
def test_two_spellings_of_a_phone(one: str, other: str) -> None:
    assert plain_phone(one) == plain_phone(other) == "13800000001"


@pytest.mark.parametrize("text", ["", "无", "没有", "12"])
def test_what_is_no_phone(text: str) -> None:
    assert plain_phone(text) == ""


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("浙江省杭州市西湖区文三路90号", "西湖区文三路90号"),
        ("上海市浦东新区世纪大道1号", "浦东新区世纪大道1号"),
        ("广西壮族自治区南宁市青秀区民族大道1号", "青秀区民族大道1号"),
        ("文三路９０号，２幢", "文三路90号2幢"),
    ],
)
def test_two_spellings_of_an_address(text: str, same: str) -> None:
    assert plain_address(text) == plain_address(same)


def test_whoever_has_neither_phone_nor_name_has_no_number() -> None:
    assert customer_id_of({"address": "文三路 90 号"}) == ""
    assert customer_id_of({"contacts": "李经理 138-0000-0001"}) != ""
