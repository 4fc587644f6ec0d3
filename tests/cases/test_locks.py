"""Locks that cannot be kept: the refusal names the fewest that clash, with whom and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from optimizer import solve
from optimizer.console import Faults, translator_for
from optimizer.errors import InputError, LockConflictError
from optimizer.explain.lock_clashes import find_lock_clashes, helps_to_keep
from tests.cases.branches import DAY, lay_out, order, read, shift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Rows = Sequence[Mapping[str, str]]


def lock(visit_id: str, level: str = "person", who: str = "T1", **cells: str) -> dict[str, str]:
    return {"visit_id": visit_id, "level": level, "technician_id": who, **cells}


class Case(NamedTuple):
    """Locks that clash, what the refusal says, and whether it helps to keep broken locks."""

    name: str
    orders: Rows
    locks: Rows
    en: str
    zh: str
    helps: bool = False
    no_way: tuple[str, str] = ("", "")
    sheets: Mapping[str, Rows] = {}


AB = (order("A"), order("B"))
CASES = [
    Case(
        "two starts of one technician",
        AB,
        (lock("A", "start", start="09:00"), lock("B", "start", start="09:15")),
        "A, B: locked to T1, who comes to B at 09:40 (A ends at 09:30, 10 min on the way); its lock allows 09:15 "
        "at the latest: 25 min too late.",
        "A, B：锁定给T1，其 09:40 才能到 B（A 于 09:30 结束，路上 10 分钟），而锁定最晚 09:15 开始：晚 25 分钟。",
    ),
    Case(
        "a third lock that has nothing to do with it",
        (*AB, order("C")),
        (lock("A", "start", start="09:00"), lock("B", "start", start="09:15"), lock("C")),
        "A, B: locked to T1, who comes to B at 09:40 (A ends at 09:30, 10 min on the way); its lock allows 09:15 "
        "at the latest: 25 min too late.",
        "A, B：锁定给T1，其 09:40 才能到 B（A 于 09:30 结束，路上 10 分钟），而锁定最晚 09:15 开始：晚 25 分钟。",
    ),
    Case(
        "a started route that is too slow",
        (order("A", "08:00/08:20"), order("B", "08:00/08:30")),
        (lock("A", "prefix", position="0"), lock("B", "prefix", position="1")),
        "A, B: locked to T1, who comes to B at 08:50 (A ends at 08:40, 10 min on the way); its window closes at 08:30: "
        "20 min too late.",
        "A, B：锁定给T1，其 08:50 才能到 B（A 于 08:40 结束，路上 10 分钟），而时间窗 08:30 截止：晚 20 分钟。",
    ),
    Case(
        "more than a day holds",
        tuple(order(f"L{n}", service_min="120") for n in range(6)),
        tuple(lock(f"L{n}") for n in range(6)),
        "L0, L1, L2, L3, L4, L5: locked to T1, 12 h of service and at least 1 h 10 min on the road in a day of "
        "10 h: 3 h 10 min too much. At most 4 of these 6 fit: give L4, L5 to somebody else, or take their locks "
        "off.",
        "L0, L1, L2, L3, L4, L5：锁定给T1，服务共 12 小时，路上至少 1 小时 10 分钟，"
        "而当天只有 10 小时：多出 3 小时 10 分钟。"
        "这 6 单最多安排 4 单：请把 L4, L5 改派他人，或解除其锁定。",
    ),
    Case(
        "no way there",
        (order("A"),),
        (lock("A"),),
        "A: locked to T1, but there is no way from branch to A.",
        "A：锁定给T1，但从 branch 到 A 没有路。",
        no_way=("branch", "A"),
    ),
    Case(
        "absent until noon",
        (order("A", "", promised=f"{DAY} 09:00/10:00"), order("B")),
        (lock("A"),),
        "A: locked to T1, who comes to A at 12:10 (leaving at 12:00, 10 min on the way); its window closes at 10:00: "
        "2 h 10 min too late.",
        "A：锁定给T1，其 12:10 才能到 A（12:00 出发，路上 10 分钟），而时间窗 10:00 截止：晚 2 小时 10 分钟。",
        sheets={"absences": ({"technician_id": "T1", "date": DAY, "start": "08:00", "end": "12:00"},)},
    ),
    Case(
        "without the skill",
        (order("A", skills="x:2"),),
        (lock("A"),),
        "A: locked to T1, who lacks a skill for it: x:2, 1 level(s) missing.",
        "A：锁定给T1，但缺少所需技能：x:2，差 1 级。",
        helps=True,
        sheets={
            "skills": (
                {"technician_id": "T1", "skill": "x", "level": "1"},
                {"technician_id": "T2", "skill": "x", "level": "2"},
            )
        },
    ),
    Case(
        "longer than the day",
        (order("A", service_min="700"),),
        (lock("A"),),
        "A: locked to T1, 11 h 40 min of service and at least 20 min on the road in a day of 10 h: 2 h too much.",
        "A：锁定给T1，服务共 11 小时 40 分钟，路上至少 20 分钟，而当天只有 10 小时：多出 2 小时。",
    ),
    Case(
        "more visits than allowed",
        AB,
        (lock("A"), lock("B")),
        "A, B: locked to T1, who may have 1 visit(s) fewer that day.",
        "A, B：锁定给T1，但当天的单数超出上限 1 单。",
        sheets={"shifts": ({**shift("T1"), "max_visits": "1"}, {**shift("T2"), "max_visits": ""})},
    ),
    Case(
        "a part past due",
        (order("A", parts="P"),),
        (lock("A"),),
        "A: locked to T1, who has not returned part P (loan L, due 2026-11-19) and takes no new part.",
        "A：锁定给T1，其借用的备件 P（借用单 L，应于 2026-11-19 归还）未还，不能再借。",
        sheets={
            "parts": ({"part_id": "P", "name": "P", "on_hand": "5"},),
            "loans": ({"loan_id": "L", "technician_id": "T1", "part_id": "P", "quantity": "1", "due": "2026-11-19"},),
        },
    ),
    Case(
        "one part for two",
        (order("A", parts="P"), order("B", parts="P")),
        (lock("A"), lock("B", who="T2")),
        "A, B: locked, but of part P 1 are missing.",
        "A, B：已锁定，但备件 P 缺 1 件。",
        sheets={"parts": ({"part_id": "P", "name": "P", "on_hand": "1"},)},
    ),
    Case(
        "nobody on duty",
        (order("A"),),
        (lock("A"),),
        "A: locked to T1, who has no shift on the days that the lock allows: give it to somebody else.",
        "A：锁定给T1，但其在锁定允许的日子没有班次：请改派他人。",
        sheets={"shifts": (shift("T2"),)},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_clashes_is_named_with_its_amount(tmp_path: Path, case: Case) -> None:
    branch = lay_out(tmp_path / "in", case.orders, locks=case.locks, no_way=case.no_way, **case.sheets)
    _, problem, matrix = read(branch)
    (clash,) = find_lock_clashes(problem, matrix)
    assert clash.text == {"en": case.en, "zh": case.zh}
    assert helps_to_keep(problem, matrix) is case.helps


@pytest.mark.parametrize("case", [CASES[0], CASES[6]], ids=lambda case: case.name)
def test_a_refusal_offers_to_keep_broken_locks_only_where_it_helps(
    tmp_path: Path, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    _, problem, matrix = read(lay_out(tmp_path / "in", case.orders, locks=case.locks, **case.sheets))
    with pytest.raises(LockConflictError) as refused:
        solve(problem, matrix, iterations=100, use_master=False)
    with pytest.raises(BaseException, match="3"):
        Faults(translator_for("en"), as_json=False).__exit__(None, refused.value, None)
    said = capsys.readouterr().err
    assert case.en in said
    assert ("--broken-locks keep" in said) is case.helps


def test_a_locked_start_is_kept_within_its_tolerance(tmp_path: Path) -> None:
    locks = (lock("A", "start", start="08:05", tolerance_min="5"),)
    _, problem, matrix = read(lay_out(tmp_path / "in", (order("A"),), locks=locks))
    assert find_lock_clashes(problem, matrix) == ()
    (route,) = solve(problem, matrix, iterations=100, use_master=False).plan.routes
    assert route.stops[0].start_s == (8 * 60 + 10) * 60


AT_THE_DOOR = [
    (
        "absent all day",
        (lock("A"),),
        {"absences": ({"technician_id": "T1", "date": DAY},)},
        "locks.csv row 2, column 'technician_id': The order 'A' is locked to technician 'T1', who is absent on "
        "2026-11-23 from 08:00 to 18:00. Give the order to somebody else: write another technician into the lock, or "
        "take the lock out.",
    ),
    (
        "two starts of one visit",
        (lock("A", "start", start="10:00"), lock("A", "start", who="T1", start="11:00")),
        {},
        "locks.csv row 3, column 'start': The order 'A' is locked to start at 11:00, and in row 2 at another time. "
        "Keep the lock with the right start.",
    ),
    (
        "two days of one visit",
        (lock("A", "day", date=DAY), lock("A", "start", date="2026-11-24", start="10:00")),
        {},
        "locks.csv row 3, column 'date': The order 'A' is locked to 2026-11-24, and in row 2 to another day. Keep the "
        "lock with the right day.",
    ),
]


@pytest.mark.parametrize(("name", "locks", "sheets", "said"), AT_THE_DOOR, ids=lambda value: str(value)[:24])
def test_a_lock_that_contradicts_another_row_is_a_fault_of_its_row(
    tmp_path: Path, name: str, locks: Rows, sheets: Mapping[str, Rows], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        read(lay_out(tmp_path / name, (order("A"),), locks=locks, **sheets))
    assert said in refused.value.report.text("en").splitlines()
    assert len(refused.value.report.text("zh")) > 0
