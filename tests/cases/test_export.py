"""A coordinator's own export becomes a plan in two commands, and tomorrow's in one: what was settled is remembered."""

from __future__ import annotations

import csv
import json
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.ingest.fault_workbook import write_fault_workbook
from optimizer.ingest.read import read_intake

if TYPE_CHECKING:
    from optimizer.ingest.intake import Intake

#: A branch with people, skills and shifts, and an export as it comes: title rows, semicolons, Chinese times, names
#: where we have numbers, a row of totals, and no coordinates for four of nine orders.
EXPORT = Path(__file__).with_name("export")
FILE = "报修导出20261120.csv"
TOMORROW = "报修导出20261121.csv"


def said(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the branch after the first command, and what that said."""
    branch = tmp_path_factory.mktemp("export") / "branch"
    shutil.copytree(EXPORT, branch)
    return branch, said("map", branch / FILE, "--lang", "zh")


@pytest.fixture(scope="module")
def read(mapped: tuple[Path, str]) -> Intake:
    return read_intake(mapped[0])


def test_the_first_command_says_what_it_takes_for_what_and_what_it_does_not_use(mapped: tuple[Path, str]) -> None:
    lines = mapped[1].splitlines()
    assert "报修人 → 客户姓名（名称相同）" in lines
    assert "登记时间 → 受理时间（按名称相近，请核对）" in lines
    assert "不用的列：内部备注" in lines
    assert "所需技能：表中没有，已按工单内容写入估计值，请核对。" in lines


def test_of_a_folder_it_names_the_files() -> None:
    result = CliRunner().invoke(app, ["map", str(EXPORT), "--lang", "en"])
    assert result.exit_code == 2
    assert "paigong map looks at one file" in result.output
    assert FILE in result.output
    assert "mapping.toml" not in result.output


@pytest.mark.parametrize("name", ["technicians.csv", "上门工程师.csv"])
def test_a_file_that_is_named_like_a_sheet_is_that_sheet(tmp_path: Path, name: str) -> None:
    """A list of people was taken for orders, and their names for those of customers."""
    (tmp_path / name).write_text("师傅名单;;\n工号;姓名;电话\n1;张建国;13900000001\n", encoding="utf-8")
    assert said("map", tmp_path / name, "--lang", "zh").splitlines()[:3] == [
        "工号 → 工程师编号（名称相同）",
        "姓名 → 姓名（名称相同）",
        "电话 → 电话（名称相同）",
    ]


def test_what_it_writes_is_in_the_branch_s_language_and_can_be_edited(mapped: tuple[Path, str]) -> None:
    text = (mapped[0] / "mapping.toml").read_text(encoding="utf-8")
    orders = tomllib.loads(text)["派工单"]
    assert orders["file"] == "报修导出*.csv"
    assert orders["columns"]["电话"] == "联系电话"
    assert orders["columns"]["内部备注"] == ""
    assert orders["values"]["服务类型"]["空调安装"] == "安装"
    assert orders["values"]["指定工程师"] == {"林晓东": "T02", "周海波": "T03"}
    assert orders["fill"]["服务时长（分钟）"]["安装"] == "120"
    assert orders["fill"]["所需技能"]["bcd"] == "冰箱"
    assert text.startswith("# 由 paigong map 写成")


def test_the_export_is_read_without_a_fault(read: Intake) -> None:
    problem = read.checked()
    assert not read.report.errors
    assert len(problem.orders) == 9
    assert len(problem.customers) == 8, "one customer asked twice"
    by_id = {visit.order_id: visit for visit in problem.visits}
    approximate = {order_id for order_id, visit in by_id.items() if visit.place.approximate}
    assert approximate == {"BX1120-03", "BX1120-06", "BX1120-08", "BX1120-09"}
    assert by_id["BX1120-04"].required == {"T02"}
    assert [need.skill for need in by_id["BX1120-02"].skills] == ["冰箱"]
    assert by_id["BX1120-06"].base_s == 120 * 60
    [wish] = problem.order_by_id["BX1120-02"].requested
    assert [f"{problem.local_time(at):%m-%d %H:%M}" for at in (wish.open_s, wish.close_s)] == [
        "11-23 09:00",
        "11-23 11:00",
    ]
    assert problem.order_by_id["BX1120-02"].urgency == "urgent"


def test_each_doubt_is_named_by_its_row(read: Intake) -> None:
    rows = {issue.row for issue in read.report.warnings if issue.code == "PLACE_APPROXIMATE"}
    assert rows == {7, 10, 12, 13}
    assert {"MAPPING_FILLED", "HEADER_BELOW", "ROW_TOTAL"} <= {issue.code for issue in read.report.warnings}


def test_the_second_command_makes_a_plan(mapped: tuple[Path, str], tmp_path: Path) -> None:
    said("plan", mapped[0], "--out", tmp_path, "--iterations", 500)
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert plan["unassigned"] == []


def test_tomorrow_s_export_needs_no_mapping(mapped: tuple[Path, str], tmp_path: Path) -> None:
    branch = tmp_path / "branch"
    shutil.copytree(mapped[0], branch)
    text = (branch / FILE).read_text(encoding="utf-8").replace("BX1120", "BX1121")
    (branch / TOMORROW).write_text(text, encoding="utf-8")
    intake = read_intake(branch)
    assert {order.order_id[:6] for order in intake.checked().orders} == {"BX1121"}
    assert "MAPPING_LAST_FILE" in {issue.code for issue in intake.report.warnings}
    before = {customer.customer_id for customer in read_intake(mapped[0]).checked().customers}
    assert {customer.customer_id for customer in intake.checked().customers} == before


def test_what_a_person_has_changed_stays_when_the_file_is_looked_at_again(
    mapped: tuple[Path, str], tmp_path: Path
) -> None:
    branch = tmp_path / "branch"
    shutil.copytree(mapped[0], branch)
    path = branch / "mapping.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"内部备注" = ""', '"内部备注" = "客户要求"').replace('"安装" = "120"', '"安装" = "150"')
    path.write_text(text, encoding="utf-8")
    assert "内部备注 → 客户要求（同上次）" in said("map", branch / FILE, "--lang", "zh")
    problem = read_intake(branch).checked()
    assert problem.order_by_id["BX1120-02"].briefing.request == "老客户"
    assert {visit.base_s for visit in problem.visits if visit.order_id == "BX1120-06"} == {150 * 60}


def test_an_export_may_be_a_workbook(mapped: tuple[Path, str], tmp_path: Path, read: Intake) -> None:
    branch = tmp_path / "branch"
    shutil.copytree(EXPORT, branch)
    with (branch / FILE).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    (branch / FILE).unlink()
    workbook = openpyxl.Workbook()
    workbook.active.title = "Sheet1"
    for row in rows:
        workbook.active.append([cell or None for cell in row])
    workbook.create_sheet("汇总").append(["单量", 9])
    workbook.save(branch / "报修20261120.xlsx")
    said("map", branch / "报修20261120.xlsx", "--lang", "en")
    mapping = tomllib.loads((branch / "mapping.toml").read_text(encoding="utf-8"))["orders"]
    assert (mapping["file"], mapping["tab"], mapping["columns"]["报修人"]) == ("报修*.xlsx", "Sheet1", "Customer name")
    assert read_intake(branch).checked() == read.checked()


def test_faults_of_an_export_are_marked_where_they_stand(mapped: tuple[Path, str], tmp_path: Path) -> None:
    branch = tmp_path / "branch"
    shutil.copytree(mapped[0], branch)
    text = (branch / FILE).read_text(encoding="utf-8")
    (branch / FILE).write_text(text.replace("2026/11/19 10:05", "前天早上"), encoding="utf-8")
    report = read_intake(branch).report
    assert [(issue.row, issue.column) for issue in report.errors] == [(6, "登记时间")]
    write_fault_workbook(branch, report, tmp_path / "faults.xlsx", "zh")
    page = openpyxl.load_workbook(tmp_path / "faults.xlsx")["报修导出20261120"]
    assert "前天早上" in page["H6"].comment.text
