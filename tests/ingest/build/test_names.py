"""Ids as people write them: what is read as which id, what is said of it, and what stays a fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Load, PartNeed, SkillNeed
from optimizer.ingest.build.names import unit
from optimizer.ingest.read import read_intake
from optimizer.ingest.write import problem_to_json
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.intake import Intake

READ_AS, USUAL, NAME = "READ_AS", "READ_USUAL", "REF_NAME"


@pytest.fixture
def read(tmp_path: Path):
    """Return a function that reads sheets as a folder."""

    def read(sheets: Sheets) -> Intake:
        return read_intake(write_folder(tmp_path / "branch", sheets))

    return read


def codes(intake: Intake) -> list[str]:
    return [issue.code for issue in intake.report.issues]


def three_people() -> Sheets:
    sheets = two_orders()
    sheets["technicians"] += [{"technician_id": "T3", "name": "李 伟"}, {"technician_id": "T10", "name": "何和平"}]
    shift = {"date": "2026-11-23", "start": "08:30", "end": "17:30"}
    sheets["shifts"] += [{"technician_id": who, **shift} for who in ("T3", "T10")]
    return sheets


@pytest.mark.parametrize(
    ("cell", "meant", "said"),
    [
        ("T1", {"T1"}, []),
        ("T1;T2", {"T1", "T2"}, []),
        ("T1；T2", {"T1", "T2"}, []),
        ("T1,T2", {"T1", "T2"}, []),
        ("T1，T2 ，T3", {"T1", "T2", "T3"}, []),
        ("T1、T2", {"T1", "T2"}, []),
        ("T1\nT2", {"T1", "T2"}, []),
        ("T1/T2", {"T1", "T2"}, [READ_AS]),
        ("T1 T2", {"T1", "T2"}, [READ_AS]),
        ("T1 and T2", {"T1", "T2"}, [READ_AS]),
        ("T1和T2", {"T1", "T2"}, [READ_AS]),
        ("T1与T2、T3", {"T1", "T2", "T3"}, [READ_AS]),
        ("t1", {"T1"}, [READ_AS]),
        ("Ｔ1", {"T1"}, [READ_AS]),
        ("T 1", {"T1"}, [READ_AS]),
        ("t1，T10", {"T1", "T10"}, [READ_AS]),
        ("Ann", {"T1"}, [NAME]),
        ("ann、Ben", {"T1", "T2"}, [NAME, NAME]),
        ("李 伟", {"T3"}, [NAME]),  # a space in a name separates nothing
        ("李伟", {"T3"}, [NAME]),
        ("何和平", {"T10"}, [NAME]),  # nor does the word in it
        ("T1, Ann", {"T1"}, [NAME]),
    ],
)
@pytest.mark.parametrize("column", ["prohibited", "required"])
def test_technicians_in_a_list(read, column: str, cell: str, meant: set[str], said: list[str]) -> None:
    found = read(with_cell(three_people(), "orders", 3, column, cell))
    assert getattr(found.checked().visit_by_id["O2"], column) == meant
    assert codes(found) == said


@pytest.mark.parametrize(
    ("cell", "near"),
    [
        ("T01", "T1"),
        ("T-1", "T1"),
        ("T1x", "T1"),
        ("李玮", "T3 李 伟"),
        ("T1;T99", ""),
        ("何和平和李伟", ""),
    ],
)
@pytest.mark.parametrize(("sheet", "row", "column"), [("orders", 3, "prohibited"), ("customers", 3, "refused")])
def test_who_must_not_come_and_is_not_known_is_a_fault(
    read, sheet: str, row: int, column: str, cell: str, near: str
) -> None:
    found = read(with_cell(three_people(), sheet, row, column, cell))
    issue = next(issue for issue in found.report.errors)
    assert (issue.code, issue.row, issue.column) == ("REF_TECHNICIAN_NEVER", row, column)
    if near:
        assert f"Maybe '{near}' is meant." in issue.text()


def test_a_fault_of_a_never_list_in_words(read) -> None:
    found = read(with_cell(two_orders(), "orders", 3, "prohibited", "T01"))
    assert found.report.text() == (
        "orders.csv row 3, column 'prohibited': The technician 'T01' is not in technicians: nobody knows whom not to "
        "send. Maybe 'T1' is meant. Correct the id; take it out if that technician has left."
    )
    assert found.report.text("zh") == (
        "orders.csv 第 3 行，“prohibited”列：technicians 里没有“T01”，不知道不能派谁。可能是“T1”。"
        "请改正编号；此人已离开的，请删去。"
    )


def test_a_name_that_two_people_have_is_not_guessed(read) -> None:
    sheets = three_people()
    sheets["technicians"][0]["name"] = "李伟"
    found = read(with_cell(sheets, "orders", 3, "prohibited", "李伟"))
    assert codes(found) == ["REF_TECHNICIAN_NEVER"]
    assert "Maybe 'T1 / T3' is meant." in found.report.text()
    wish = read(with_cell(sheets, "customers", 2, "served_by", "T2; 李伟"))
    assert codes(wish) == ["REF_TECHNICIAN_GONE"]
    assert not wish.report.has_errors


def test_two_ids_in_two_cases_are_named_and_each_is_itself(read) -> None:
    sheets = three_people()
    sheets["technicians"] += [{"technician_id": "t1", "name": "Eve"}]
    sheets["shifts"] += [{"technician_id": "t1", "date": "2026-11-23", "start": "08:30", "end": "17:30"}]
    found = read(with_cell(sheets, "orders", 3, "required", "t1"))
    assert codes(found) == ["ID_ALIKE"]
    assert found.checked().visit_by_id["O2"].required == {"t1"}


@pytest.mark.parametrize(
    ("sheet", "row", "column", "cell", "code"),
    [
        ("orders", 3, "customer_id", "c2", READ_AS),
        ("orders", 3, "customer_id", "李先生", NAME),
        ("orders", 3, "after", "o1 +2h", READ_AS),
        ("orders", 3, "parts", "p1:2", READ_AS),
        ("orders", 3, "parts", "电容:2", NAME),
        ("orders", 3, "skills", "Aircon:2", READ_AS),
        ("orders", 3, "skills", "aircon 2级", USUAL),
        ("skills", 3, "technician_id", "Ann", NAME),
        ("shifts", 2, "technician_id", "t1", READ_AS),
        ("reservations", 2, "part_id", "Ｐ1", READ_AS),
        ("reservations", 2, "visit_id", "o1", READ_AS),
        ("loans", 2, "technician_id", "Ben", NAME),
        ("loans", 2, "part_id", "电容", NAME),
        ("locks", 2, "visit_id", "o1", READ_AS),
        ("locks", 2, "technician_id", "ann", NAME),
        ("published", 2, "technician_id", "Ann", NAME),
        ("published", 2, "visit_id", "o1", READ_AS),
        ("customers", 2, "served_by", "Ben、Ann", NAME),
    ],
)
def test_every_column_that_names_something(read, sheet: str, row: int, column: str, cell: str, code: str) -> None:
    found = read(with_cell(two_orders(), sheet, row, column, cell))
    named = [issue for issue in found.report.issues if issue.code in (READ_AS, USUAL, NAME)]
    assert [issue.code for issue in found.report.errors] == []
    assert {(issue.code, issue.row, issue.column) for issue in named} == {(code, row, column)}


def test_the_same_day_twice_under_id_and_name(read) -> None:
    sheets = two_orders()
    sheets["shifts"].append({"technician_id": "Ann", "date": "2026-11-23", "start": "09:00", "end": "12:00"})
    assert codes(read(sheets)) == [NAME, "SHIFT_TWICE"]


def test_a_part_twice_under_two_spellings(read) -> None:
    found = read(with_cell(two_orders(), "orders", 3, "parts", "P1:1; p1:2"))
    assert codes(found) == ["LIST_DOUBLE", READ_AS]
    assert read(with_cell(two_orders(), "orders", 3, "required", "T1; t1")).checked().visit_by_id["O2"].required == {
        "T1"
    }


# --- words that technicians declare -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "needs", "said"),
    [
        ("空调、冰箱", [("冰箱", 1), ("空调", 1)], []),
        ("空调:2，冰箱", [("冰箱", 1), ("空调", 2)], []),
        ("空 调", [("空调", 1)], [READ_AS]),
        ("空调2级", [("空调", 2)], [USUAL]),
        ("空调三级", [("空调", 3)], [USUAL]),
        ("空调（高级）", [("空调", 3)], [USUAL]),
        ("冰箱 level 2", [("冰箱", 2)], [USUAL]),
    ],
)
def test_skills(read, cell: str, needs: list[tuple[str, int]], said: list[str]) -> None:
    sheets = two_orders()
    sheets["skills"] += [{"technician_id": "T2", "skill": skill, "level": "3"} for skill in ("空调", "冰箱")]
    found = read(with_cell(sheets, "orders", 3, "skills", cell))
    assert found.checked().visit_by_id["O2"].skills == tuple(SkillNeed(*need) for need in needs)
    assert codes(found) == said


def test_a_skill_in_other_characters_is_named(read) -> None:
    sheets = two_orders()
    sheets["skills"] += [{"technician_id": "T2", "skill": "空调", "level": "3"}]
    found = read(with_cell(sheets, "orders", 3, "skills", "空調:2"))
    assert codes(found) == ["REF_SKILL_NOT_HELD"]
    assert "Maybe '空调' is meant." in found.report.text()


def test_the_spelling_that_most_use_is_the_word(read) -> None:
    sheets = two_orders()
    sheets["skills"] += [
        {"technician_id": "T1", "skill": "空 调", "level": "3"},
        {"technician_id": "T2", "skill": "空调", "level": "2"},
    ]
    sheets["technicians"].append({"technician_id": "T3", "name": "Cid"})
    sheets["shifts"].append({"technician_id": "T3", "date": "2026-11-23", "start": "08:30", "end": "17:30"})
    sheets["skills"].append({"technician_id": "T3", "skill": "空调", "level": "1"})
    found = read(with_cell(sheets, "orders", 3, "skills", "空调"))
    held = {p.technician_id: sorted(s.skill for s in p.skills) for p in found.checked().technicians}
    assert held == {"T1": ["aircon", "electric", "空调"], "T2": ["空调"], "T3": ["空调"]}
    assert codes(found) == [READ_AS]


def test_two_skills_in_one_row(read) -> None:
    sheets = two_orders()
    sheets["skills"].append({"technician_id": "T2", "skill": "空调、冰箱", "level": "2"})
    found = read(with_cell(sheets, "orders", 3, "skills", "冰箱"))
    assert [skill.skill for skill in found.checked().technician_by_id["T2"].skills] == ["冰箱", "空调"]
    assert codes(found) == [READ_AS]


@pytest.mark.parametrize(
    ("areas", "meant"),
    [
        ("西湖区、拱墅区", ("西湖区", "拱墅区")),
        ("西湖区,拱墅区", ("西湖区", "拱墅区")),
        ("西湖区/拱墅区", ("西湖区", "拱墅区")),
        ("Ａ区、西湖区", ("Ａ区", "西湖区")),
    ],
)
def test_areas(read, areas: str, meant: tuple[str, ...]) -> None:
    sheets = with_cell(two_orders(), "technicians", 2, "areas", areas)
    sheets["orders"][0]["area"] = meant[1]
    sheets["orders"][1]["area"] = meant[0].replace("Ａ", "A")
    found = read(sheets).checked()
    assert found.technician_by_id["T1"].areas == frozenset(meant)
    assert found.visit_by_id["O2"].area == meant[0]


@pytest.mark.parametrize(
    ("loads", "capacity", "carried", "said"),
    [
        ("kg:20", "kg:300", "kg", []),
        ("kg:20", "KG:300", "KG", [READ_AS]),
        ("公斤:20", "kg:300", "kg", []),  # one unit in two words
        ("千克:20", "公斤:300", "公斤", []),
        ("箱:2", "crates:12", "crates", []),
        ("吨:2", "kg:300", "吨", ["LOAD_UNKNOWN"]),
    ],
)
def test_quantities_of_loads(read, loads: str, capacity: str, carried: str, said: list[str]) -> None:
    sheets = with_cell(with_cell(two_orders(), "orders", 3, "loads", loads), "technicians", 2, "capacity", capacity)
    found = read(sheets)
    assert [load.quantity for load in found.checked().visit_by_id["O2"].loads] == [carried]
    assert codes(found) == said


def test_units_are_not_converted() -> None:
    assert unit("kgs") == unit("公斤") == "kg"
    assert unit("吨") != unit("kg")


@pytest.mark.parametrize(("own", "code"), [("p1:1", READ_AS), ("电容:1", NAME), ("P-1:1", "REF_PART_OWN")])
def test_own_parts(read, own: str, code: str) -> None:
    found = read(with_cell(two_orders(), "technicians", 3, "own_parts", own))
    meant = "P-1" if code == "REF_PART_OWN" else "P1"
    assert found.checked().technician_by_id["T2"].own_parts == (PartNeed(meant, 1),)
    assert codes(found) == [code]
    assert code != "REF_PART_OWN" or "Maybe 'P1' is meant." in found.report.text()


# --- JSON ---------------------------------------------------------------------------------------------------------


def test_lists_of_json_are_read_in_the_same_way(tmp_path: Path) -> None:
    sheets = two_orders()
    problem = read_intake(write_folder(tmp_path / "branch", sheets)).checked()
    document: dict[str, Any] = problem_to_json(problem)
    document["orders"][1]["prohibited"] = ["t1"]
    document["orders"][1]["loads"] = [{"quantity": "kg", "amount": 2}]
    path = tmp_path / "branch.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read_intake(path)
    assert found.checked().visit_by_id["O2"].prohibited == {"T1"}
    assert found.checked().visit_by_id["O2"].loads == (Load("kg", 2),)
    assert [issue.path for issue in found.report.issues if issue.code == READ_AS] == ["/orders/1/prohibited"]


@pytest.mark.parametrize(
    "cell", ["P1:1 P2:2", "P1:1,P2:2", "P1:1、P2:2", "P1:1；P2:2", "P1:1\nP2:2", "P1 P2:2", "P1，P2:2"]
)
def test_parts_with_amounts(read, cell: str) -> None:
    sheets = two_orders()
    sheets["parts"].append({"part_id": "P2", "name": "主板 A 型", "on_hand": "4"})
    needs = read(with_cell(sheets, "orders", 3, "parts", cell)).checked().visit_by_id["O2"].parts
    assert {need.part_id for need in needs} == {"P1", "P2"}


def test_a_thousand_is_no_part(read) -> None:
    assert codes(read(with_cell(two_orders(), "orders", 3, "parts", "P1:1,000"))) == ["AMOUNT_NUMBER"]
    sheets = two_orders()
    sheets["parts"].append({"part_id": "主板 35 型", "name": "", "on_hand": "4"})
    assert codes(read(with_cell(sheets, "orders", 3, "parts", "主板 35 型:1"))) == []


@pytest.mark.parametrize("word", ["无", "没有", "none", "-", "/"])
@pytest.mark.parametrize("column", ["required", "prohibited", "parts", "tools", "skills", "after"])
def test_words_for_nothing(read, column: str, word: str) -> None:
    found = read(with_cell(two_orders(), "orders", 3, column, word))
    assert not getattr(found.checked().visit_by_id["O2"], column)
    assert codes(found) == [READ_AS]
    assert found.report.text().endswith(f"'{word}' was read as nothing. Correct the cell if that is not meant.")


@pytest.mark.parametrize("word", ["全部", "不限", "All", "西湖区、全部"])
def test_words_for_everywhere(read, word: str) -> None:
    sheets = with_cell(two_orders(), "technicians", 2, "areas", word)
    found = read(with_cell(sheets, "orders", 3, "area", "西湖区"))
    assert found.checked().technician_by_id["T1"].areas == frozenset()
    assert codes(found) == [READ_AS]
    assert "按 不限 读取" in found.report.text("zh")


@pytest.mark.parametrize("cell", ["400kg", "400 kg", "400公斤", "kg=400", "公斤 400", "kg:400"])
def test_a_unit_beside_its_amount(read, cell: str) -> None:
    sheets = with_cell(two_orders(), "technicians", 2, "capacity", "300kg 12箱")
    found = read(with_cell(sheets, "orders", 3, "loads", cell))
    assert found.checked().visit_by_id["O2"].loads == (Load("kg", 400),)
    assert found.checked().technician_by_id["T1"].capacity == (Load("kg", 300), Load("箱", 12))


def test_what_stands_behind_the_last_of_several_is_about_it_alone(read) -> None:
    sheets = two_orders()
    sheets["parts"].append({"part_id": "P2", "name": "主板", "on_hand": "4"})
    sheets["orders"].append({**sheets["orders"][1], "order_id": "O3", "requested": "", "parts": "P1 and P2:2"})
    sheets["orders"][1]["requested"] = ""
    sheets["orders"][2]["after"] = "O1, O2 +2h"
    visit = read(sheets).checked().visit_by_id["O3"]
    assert visit.parts == (PartNeed("P1", 1), PartNeed("P2", 2))
    assert [(earlier.visit_id, earlier.min_gap_s) for earlier in visit.after] == [("O1", 0), ("O2", 7200)]
