"""Tables with what people leave in them, and cells as they type them: each is read as meant, or told in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from optimizer.ingest.read import read_branch_report
from tests.cases.branches import DAY, lay_out, order, shift

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.faults.issues import IssueReport

HEAD = "工单号,客户编号,服务时长,纬度,经度,上门地址,期望上门时间"
ONE, TWO = (f"{name},C1,45,30.28,120.16,文三路 1 号,{DAY} 9:00-11:00" for name in ("O1", "O2"))
SHIFTS = "工程师编号,日期,上班,下班\nT1,2026-11-23,8:00,18:00"
#: A workbook, an old one, and a page, as systems save them under the name of a text.
BOOK, OLD, PAGE = (
    b"PK\x03\x04....",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xef\xbb\xbf<html><table><tr><td>1</td></tr>",
)


def with_orders(folder: Path, content: bytes) -> tuple[Problem | None, IssueReport]:
    branch = lay_out(folder / "in", [order("A")])
    (branch / "orders.csv").write_bytes(content)
    (branch / "matrix.csv").unlink()
    return read_branch_report(branch)


@pytest.mark.parametrize(
    ("text", "orders", "said"),
    [
        pytest.param(
            f"派工表\n打印人：王\n部门\n区域\n负责人\n日期\n{HEAD}\n{ONE}",
            ["O1"],
            [("HEADER_BELOW", 7)],
            id="head low down",
        ),
        pytest.param(f"{HEAD}\n{ONE}\n{HEAD}\n{TWO}", ["O1", "O2"], [("HEADER_AGAIN", 3)], id="head on each page"),
        pytest.param(
            f"{HEAD}\n{ONE}\norder_id,customer_id,service_min,lat,lon,address,requested\n{TWO}",
            ["O1", "O2"],
            [("HEADER_AGAIN", 3)],
            id="head once more, in English",
        ),
        pytest.param(f"{HEAD}\n{ONE}\n{TWO}\n,,90,,,,", ["O1", "O2"], [("ROW_TOTAL", 4)], id="a sum without a word"),
        pytest.param(f"{HEAD}\n{ONE}\n{TWO}\n,,91,,,,", None, [("CELL_EMPTY", 4)] * 2, id="a number that is no sum"),
        pytest.param(HEAD, [], [("SHEET_NO_ROWS", 1)], id="a head alone"),
        pytest.param(f"工單號,客戶編號,服務時長,緯度,經度,上門地址,期望上門時間\n{ONE}", ["O1"], [], id="in Taiwan"),
        pytest.param(f"{HEAD}\n{ONE}\n\n{SHIFTS}", ["O1"], [("TABLE_BELOW", 4)], id="another table below"),
        pytest.param(
            f"{HEAD}\n{ONE}\n\n排班\n{SHIFTS}", ["O1"], [("TABLE_BELOW", 5)], id="another table with a heading"
        ),
        pytest.param(f"{HEAD}\n{ONE}\n以上为明日派工，请确认", ["O1"], [("ROW_TOTAL", 3)], id="a sentence below"),
        pytest.param(f"{HEAD}\n{ONE}\n※加急单优先", ["O1"], [("ROW_TOTAL", 3)], id="a remark below"),
        pytest.param(f"{HEAD}\n{ONE}\n（以下空白）", ["O1"], [("ROW_TOTAL", 3)], id="nothing below"),
        pytest.param(HEAD + '\n"=""007"""' + ONE[2:], ["007"], [], id="an id as a formula"),
        pytest.param(
            '工单号,客户编号,服务时长,经纬度\nO1,C1,45,"120.16,30.28"',
            ["O1"],
            [("COLUMN_PAIR", 2)],
            id="one column of places",
        ),
        pytest.param(HEAD + "\n'007" + ONE[2:], ["007"], [], id="an id behind a mark"),
        pytest.param(f"{HEAD},服务时长\n{ONE},60", None, [("COLUMN_TWICE", 1)], id="a column twice"),
        pytest.param(f"{HEAD}\n{ONE}\nO2", None, [("CELL_EMPTY", 3)] * 2, id="an id alone is no remark"),
    ],
)
def test_a_table_with_what_people_leave_in_it(
    text: str, orders: list[str] | None, said: list[tuple[str, int]], tmp_path: Path
) -> None:
    problem, report = with_orders(tmp_path, text.encode())
    assert [
        (issue.code, issue.row) for issue in report.issues if issue.column != "纬度" and issue.column != "经度"
    ] == said
    assert orders == (None if problem is None else [one.order_id for one in problem.orders])


@pytest.mark.parametrize(
    ("content", "code"),
    [(BOOK, "FILE_WORKBOOK"), (OLD, "WORKBOOK_OLD"), (PAGE, "FILE_HTML"), (b"?,!\n1,2,3", "HEADER_UNKNOWN")],
)
def test_what_is_no_table_is_one_fault(content: bytes, code: str, tmp_path: Path) -> None:
    problem, report = with_orders(tmp_path, content)
    assert problem is None
    assert [issue.code for issue in report.issues] == [code]


@pytest.mark.parametrize(
    ("title", "cell", "minutes"),
    [
        ("服务时长（小时）", "1.5", 90),
        ("预计工时(h)", "2", 120),
        ("服务时长（秒）", "5400", 90),
        ("服务时长（小时）", "45分钟", 45),
    ],
)
def test_a_title_says_the_unit_of_its_column(title: str, cell: str, minutes: int, tmp_path: Path) -> None:
    head = HEAD.replace("服务时长", title)
    problem, report = with_orders(tmp_path, f"{head}\n{ONE.replace(',45,', f',{cell},')}".encode())
    assert problem is not None, report.text()
    assert problem.visits[0].base_s == minutes * 60


def of_order(name: str, text: str) -> dict[str, Any]:
    return {"orders": [order("A", **{name: text})]}


def of_shift(**cells: str) -> dict[str, Any]:
    return {"orders": [order("A")], "shifts": ({**shift("T1"), **cells}, shift("T2"))}


PEOPLE = (
    {"technician_id": "T1", "name": "王伟"},
    {"technician_id": "T2", "name": "王伟"},
    {"technician_id": "T3", "name": "李强"},
)


@pytest.mark.parametrize(
    ("sheets", "shown", "said"),
    [
        (of_order("due_day", "无"), "order.due_day is None", []),
        (of_order("received", "-"), "order.received_s is None", []),
        (of_order("requested", "9:00-11:00"), "hours(order.requested) == [(9, 11)]", ["READ_AS"]),
        (of_order("requested", "周三上午"), "hours(order.requested) == [(56.5, 60)]", ["READ_AS"]),
        (of_order("requested", "随时"), "order.requested == ()", ["READ_USUAL"]),
        (of_order("urgency", "加急！"), "order.urgency == 'urgent'", []),
        (of_order("priority", "1级"), "order.priority == 1", ["READ_AS"]),  # or the most urgent?
        (of_order("due_day", "下周二"), "order.due_day.isoformat() == '2026-11-24'", ["READ_AS"]),
        (of_order("received", "2026-11-20 9.15"), "problem.local_time(order.received_s).minute == 15", ["READ_AS"]),
        (of_order("service_min", "约60"), "visit.base_s == 3600", ["READ_USUAL"]),
        (of_order("crew_size", "2个师傅"), "visit.crew_size == 2", ["READ_USUAL"]),
        (of_order("coverage", "过保"), "order.briefing.coverage == 'paid'", []),
        (of_order("agreed_half", "全天"), "order.agreed_half is None", []),
        (
            of_order("loads", "20kg+2箱"),
            "{load.quantity: load.amount for load in visit.loads} == {'kg': 20, '箱': 2}",
            [],
        ),
        (of_order("required", "不限"), "visit.required == set()", ["READ_AS"]),
        (of_order("crew_size", "双人"), "visit.crew_size == 2", ["READ_USUAL"]),
        (of_order("carried_over", "两次"), "order.carried_over == 2", []),
        (of_order("confirmed", "待确认"), "order.log.confirmed is None", []),
        (of_order("lat", "30°16′48″N"), "visit.place.lat == 30.28", ["READ_USUAL"]),
        (of_shift(start="8", end="18"), "hours([shift]) == [(8, 18)]", ["READ_USUAL"] * 2),
        (of_shift(start="8.30", end="17.30"), "hours([shift]) == [(8.5, 17.5)]", ["READ_USUAL"] * 2),
        (of_shift(start="休", end=""), "shift.technician_id == 'T2'", ["NO_SHIFT", "SHIFT_OFF"]),
        (of_shift(max_visits="不限", overtime_limit_min="无"), "shift.max_visits is None", []),
        (
            {"orders": [order("A", prohibited="李强(T3)")], "technicians": PEOPLE},
            "visit.prohibited == {'T3'}",
            ["REF_NAME", "PERSON_TWICE"],
        ),
        (
            {"orders": [order("A", required="T3-李强")], "technicians": PEOPLE},
            "visit.required == {'T3'}",
            ["REF_NAME", "PERSON_TWICE"],
        ),
        (
            {"orders": [order("A", lat="0", lon="0", address="西湖区文三路 1 号")]},
            "visit.place.approximate",
            ["PLACE_USELESS", "PLACE_APPROXIMATE"],
        ),
        (
            {"orders": [order("A", lon="", address="文三路 1 号")]},
            "visit.place.approximate",
            ["PLACE_USELESS", "PLACE_BY_BRANCH"],
        ),
        (
            {
                "orders": [order("A")],
                "skills": ({"technician_id": "T1", "skill": "a", "level": "2", "factor_pct": "1.1"},),
            },
            "technician.skills[0].factor_pct == 110",
            ["READ_USUAL"],
        ),
    ],
)
def test_a_cell_as_people_type_it(sheets: dict[str, Any], shown: str, said: list[str], tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "in", **sheets)
    problem, report = read_branch_report(folder)
    assert problem is not None, report.text()

    def hours(stretches: Any) -> list[tuple[float, float]]:
        ends = [(getattr(one, "open_s", None), getattr(one, "close_s", None)) for one in stretches]
        ends = [(one.start_s, one.end_s) if end[0] is None else end for one, end in zip(stretches, ends, strict=True)]
        return [(begin / 3600, end / 3600) for begin, end in ends]

    names = {
        "problem": problem,
        "order": problem.orders[0],
        "visit": problem.visits[0],
        "shift": problem.shifts[0],
        "hours": hours,
    }
    assert eval(shown, names | {"technician": problem.technicians[0]}), shown  # a sentence of the table above
    assert [issue.code for issue in report.issues] == said


@pytest.mark.parametrize("text", ["20.5kg", "-5kg", "半箱", "20", "kg:1.5"])
def test_a_load_that_is_no_whole_number_of_anything_is_refused(text: str, tmp_path: Path) -> None:
    report = read_branch_report(lay_out(tmp_path / "in", **of_order("loads", text)))[1]
    assert [issue.code for issue in report.errors] in (["AMOUNT_FORMAT"], ["AMOUNT_NEGATIVE"])


@pytest.mark.parametrize("column", ["agreed_half", "coverage", "urgency"])
def test_the_opposite_is_no_near_miss(column: str, tmp_path: Path) -> None:
    text = {"agreed_half": "晚上", "coverage": "离保", "urgency": "不急了"}[column]
    report = read_branch_report(lay_out(tmp_path / "in", **of_order(column, text)))[1]
    [issue] = report.errors
    assert issue.code == "CHOICE"
    assert not issue.details["near"] or column == "urgency"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-11-31 09:00-11:00", "WINDOW_NO_SUCH_DAY"),
        ("11月31日 上午", "WINDOW_NO_SUCH_DAY"),
        ("25:00-26:00", "WINDOW_NO_SUCH_TIME"),
        ("2026-11-23 9:75-11:00", "WINDOW_NO_SUCH_TIME"),
        ("14点左右", "WINDOW_ONE_TIME"),
        ("上午9:00", "WINDOW_ONE_TIME"),
        ("2026-11-23 大约10:00", "WINDOW_ONE_TIME"),
        ("2点-4点", "WINDOW_UNCLEAR"),
        ("2026-11-23（周二）9:00-11:00", "WINDOW_WEEKDAY"),
        ("11/12/2026 9:00-11:00", "DATE_TWO_WAYS"),
        ("下班后", "WINDOW_PART"),
        ("11月23日 7点后", "WINDOW_HALF"),
        ("11月24日之前", "WINDOW_SIDE_OF_DAY"),
        ("12:00-2:00", "WINDOW_UNCLEAR"),
        ("等电话", "WINDOW_FORMAT"),
    ],
)
def test_a_window_that_cannot_be_read_says_why(text: str, code: str, tmp_path: Path) -> None:
    problem, report = read_branch_report(lay_out(tmp_path / "in", [order("A", "", requested=text)]))
    assert problem is None
    assert [issue.code for issue in report.errors] == [code]
    assert all(issue.text("zh") != issue.text("en") for issue in report.issues)


def test_of_several_days_a_window_without_its_date_is_of_none(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "in", [order("A", "", requested="9:00-11:00")])
    where = (folder / "branch.csv").read_text(encoding="utf-8").splitlines()
    (folder / "branch.csv").write_text(f"{where[0]},days\n{where[1]},2\n", encoding="utf-8")
    assert [issue.code for issue in read_branch_report(folder)[1].errors] == ["WINDOW_NO_DAY"]


def test_a_comma_before_three_figures_is_asked_about(tmp_path: Path) -> None:
    report = read_branch_report(lay_out(tmp_path / "in", [order("A", service_min="1,850")]))[1]
    assert report.text() == (
        "orders.csv row 2, column 'service_min': '1,850' can be 1850 or 1.850. "
        "Write no comma between thousands, and a point before decimals."
    )
