"""What is proposed for a file of a branch's own: by names, near names and looks, each column once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.mapped import ANY, UNMAPPED, Fill, SheetMapping
from optimizer.ingest.mapping.looks import is_address, is_day, is_phone, is_time, is_wish
from optimizer.ingest.mapping.own_table import read_own_table
from optimizer.ingest.mapping.proposing import Proposal, Why, propose, skills_by_product

if TYPE_CHECKING:
    from pathlib import Path

SKILLS = ("空调", "冰箱")


def proposal(table: dict[str, list[str]], before: SheetMapping = UNMAPPED) -> Proposal:
    titles = list(table)
    rows = list(zip(*table.values(), strict=True))
    return propose("orders", titles, rows, before=before, file="*.csv", skills=SKILLS, people={"李伟": "T1"})


def fields(table: dict[str, list[str]]) -> dict[str, str]:
    return {one.title: one.field for one in proposal(table).placed}


def test_columns_without_a_telling_name_are_known_by_their_values() -> None:
    found = proposal(
        {
            "A": ["BX-001", "BX-002"],
            "B": ["王女士", "李先生"],
            "C": ["138-0000-0001", "0571-00000002"],
            "D": ["西湖区文三路 90 号", "余杭区良渚街道 5 幢"],
            "E": ["11月23日 上午", "2026-11-23 9:00-11:00"],
            "F": ["30.28", "30.29"],
            "G": ["120.15", "120.16"],
        }
    )
    assert [one.field for one in found.placed] == [
        "order_id",
        "customer_name",
        "customer_phone",
        "address",
        "requested",
        "lat",
        "lon",
    ]
    assert {one.why for one in found.placed} == {Why.LOOK}


@pytest.mark.parametrize(
    ("title", "values", "field"),
    [
        ("客户联系电话", ["13800000001"], "customer_phone"),
        ("客户的电话号码", ["13800000001"], "customer_phone"),
        ("产品型号/机型", ["KFR-35"], "product"),
        ("故障现象描述", ["不制冷"], "fault"),
        ("预约上门时间段", ["11月23日 上午"], "requested"),
        ("servcie_min", ["45"], "service_s"),
        ("Client phone no.", ["555 0100 000"], "customer_phone"),
    ],
)
def test_a_near_name_is_taken_with_a_please_check(title: str, values: list[str], field: str) -> None:
    [placed] = proposal({title: values}).placed
    assert (placed.field, placed.why) == (field, Why.NEAR)


def test_a_near_name_is_not_taken_against_the_values() -> None:
    assert fields({"联系电话备注": ["白天打", "晚上打"]}) != {"联系电话备注": "customer_phone"}


def test_a_field_has_one_column_and_the_other_is_not_used() -> None:
    found = proposal({"工单号": ["A1"], "单号": ["B1"]})
    assert [(one.field, one.why) for one in found.placed] == [("order_id", Why.NAMED), ("", Why.UNUSED)]


def test_a_date_and_its_time_are_one_wish_and_a_city_and_its_street_one_address() -> None:
    found = fields(
        {
            "预约日期": ["2026-11-23", "2026-11-24"],
            "预约时段": ["9:00-12:00", "下午"],
            "市": ["杭州市", "杭州市"],
            "区县": ["西湖区", "余杭区"],
            "详细地址": ["文三路 90 号 3 幢 502 室", "良渚街道好运街 152 号"],
        }
    )
    assert found == {
        "预约日期": "requested",
        "预约时段": "requested",
        "市": "address",
        "区县": "area",
        "详细地址": "address",
    }


def test_a_list_in_english_with_a_title_of_its_own_each(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    lines = [
        "Jobs of the week",
        "",
        "Ref;Client;Mobile;Full address;Appliance;Complaint;Preferred date;Preferred time;Engineer",
        "J-1;Ms Wang;138-0000-0001;90 Wensan Rd;aircon;does not cool;2026-11-23;afternoon;李伟",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    table = read_own_table(path, "orders", UNMAPPED, IssueLog(form="csv", file=path.name))
    assert table is not None
    found = propose("orders", table.titles, table.rows, before=UNMAPPED, file="*.csv", skills=SKILLS)
    assert [one.field for one in found.placed] == [
        "order_id",
        "customer_name",
        "customer_phone",
        "address",
        "product",
        "fault",
        "requested",
        "requested",
        "required",
    ]
    assert found.mapping.fills["skills"].values == {"aircon": "空调"}


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_file_that_holds_nothing_is_named(tmp_path: Path, text: str) -> None:
    path, log = tmp_path / "jobs.csv", IssueLog(form="csv", file="jobs.csv")
    path.write_text(text, encoding="utf-8")
    assert read_own_table(path, "orders", UNMAPPED, log) is None
    assert [issue.code for issue in log.issues] == ["FILE_EMPTY"]


def test_what_is_wrong_and_with_which_machine_is_told_by_the_words() -> None:
    assert fields({"怎么了": ["不制冷", "漏水"], "什么机器": ["KFR-35", "格力空调"]}) == {
        "怎么了": "fault",
        "什么机器": "product",
    }


def test_what_was_settled_before_stays() -> None:
    before = SheetMapping(columns={"电话": None, "内部号": "order_id"})
    found = proposal({"电话": ["13800000001"], "内部号": ["7"], "单号": ["8"]}, before)
    assert [(one.field, one.why) for one in found.placed] == [
        ("", Why.KEPT),
        ("order_id", Why.KEPT),
        ("", Why.UNUSED),
    ]


def test_words_that_a_column_does_not_know_are_told_or_left_to_a_person() -> None:
    found = proposal({"优先级": ["高", "VIP 单", "3", "2"], "服务类型": ["空调安装", "移机", "清洗", "维修"]})
    assert found.unread == {"priority": ("VIP 单",)}
    assert found.mapping.translated("kind", "空调安装") == "installation"
    assert found.mapping.translated("kind", "维修") == "维修"


def test_names_of_technicians_become_their_numbers() -> None:
    found = proposal({"指定工程师": ["李伟", "王强"]})
    assert found.mapping.translated("required", "李伟") == "T1"
    assert found.mapping.translated("required", "王强") == "王强"


def test_minutes_and_skills_that_no_column_has_are_guessed_and_said_to_be() -> None:
    found = proposal({"服务类型": ["安装", "维修"], "机型": ["KFR-35", "BCD-218"]})
    assert found.guessed == ("service_s", "skills")
    filled: dict[str, str] = {"kind": "安装", "product": "KFR-35GW"}
    found.mapping.fill(filled)
    assert (filled["service_s"], filled["skills"]) == ("120", "空调")


def test_minutes_that_a_column_has_are_not_guessed() -> None:
    assert proposal({"服务时长": ["45", "60"], "所需技能": ["空调", "冰箱"]}).guessed == ()


def test_what_nothing_fills_is_missing() -> None:
    assert "customer_id" in proposal({"机型": ["KFR-35"]}).missing
    assert proposal({"单号": ["1"], "客户姓名": ["王女士"]}).missing == ()


def test_a_skill_that_nobody_has_is_not_asked_for() -> None:
    assert skills_by_product(["XQG100 滚筒"], SKILLS) == {}


def test_the_longest_word_inside_a_text_decides() -> None:
    fill = Fill(("product",), {"热水器": "A", "燃气热水器": "B", ANY: "C"})
    assert [fill.value_for({"product": text}) for text in ("JSQ 燃气热水器", "电热水器", "油烟机", "")] == [
        "B",
        "A",
        "C",
        "C",
    ]
    assert Fill(("product",), {"空调": "A"}).value_for({"product": "冰箱"}) is None


def test_looks() -> None:
    assert [is_phone(text) for text in ("138-0000-0001", "0571-00000002/138", "文三路 90 号", "12")] == [
        True,
        True,
        False,
        False,
    ]
    assert is_wish("11月23日 上午")
    assert is_day("2026/11/23")
    assert is_time("9:00-12:00")
    assert not is_wish("2026/11/23")
    assert is_address("西湖区文三路 90 号")
    assert not is_address("不制冷")


def test_a_header_on_each_page_and_sums_are_no_data(tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    head, row = "单号,报修人,备注", "BX-1,王女士,"
    path.write_text("\n".join(["报修导出", head, row, head, row, "合计,2,", " 单号 ,报修人,备注"]), encoding="utf-8")
    table = read_own_table(path, "orders", UNMAPPED, IssueLog(form="csv", file=path.name))
    assert table is not None
    assert [cells[0] for cells in table.rows] == ["BX-1", "BX-1"]
