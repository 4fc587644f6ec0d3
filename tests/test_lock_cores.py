"""The fewest locked visits that no plan can have together: proven, minimal, with the minutes that are missing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from optimizer import solve
from optimizer.errors import LockConflictError
from optimizer.explain.lock_clashes import find_lock_clashes
from optimizer.lock_cores import Trial, core_of, find_lock_core
from tests.cases.branches import lay_out, order, read
from tests.cases.test_locks import AB, CASES, Case, lock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_trying_orders_names_is_proven_and_minimal(tmp_path: Path, case: Case) -> None:
    branch = lay_out(tmp_path / "in", case.orders, locks=case.locks, no_way=case.no_way, **case.sheets)
    _, problem, matrix = read(branch)
    core = core_of(problem, matrix, deadline_s=time.monotonic() + 600)
    (clash,) = find_lock_clashes(problem, matrix)
    assert core is not None
    assert core.helps_to_keep is case.helps
    trial = Trial(problem, matrix, time.monotonic() + 600)
    assert trial.is_possible(core.visits) is False
    for visit_id in core.visits:
        assert trial.is_possible([one for one in core.visits if one != visit_id]) is True
    # Six services of two hours are too many for a day of ten; so are five, and what is said names all.
    assert core.visits == clash.visits or case.name == "more than a day holds"
    if clash.violation.unit == "s" and core.visits == clash.visits:
        assert core.missing_s == clash.violation.amount


#: Locks that exclude one another by more than one route, and what the refusal says.
COUPLED = [
    Case(
        "a member of a crew is needed elsewhere",
        (order("A", crew_size="2"), order("B"), order("C")),
        (lock("A", "start", start="09:00"), lock("B", "start", who="T2", start="09:15"), lock("C")),
        "A (T1 09:00), B (T2 09:15): every plan has to keep them, and none can keep all; without the lock of "
        "any one there is a plan. With starts and returns 25 min later it would be possible.",
        "A (T1 09:00), B (T2 09:15)：都必须保留，但没有任何方案能全部保留；解除其中任意一单的锁定即可安排。"
        "若允许开始和返回推迟 25 分钟，则可以安排。",
    ),
    Case(
        "a visit that comes after another is locked before it",
        (order("A"), order("B", after="A")),
        (lock("A", "start", start="10:00"), lock("B", "start", who="T2", start="09:00")),
        "A (T1 10:00), B (T2 09:00): every plan has to keep them, and none can keep all; without the lock of "
        "any one there is a plan. With starts and returns 1 h 30 min later it would be possible.",
        "A (T1 10:00), B (T2 09:00)：都必须保留，但没有任何方案能全部保留；解除其中任意一单的锁定即可安排。"
        "若允许开始和返回推迟 1 小时 30 分钟，则可以安排。",
    ),
]


@pytest.mark.parametrize("case", COUPLED, ids=lambda case: case.name)
def test_a_refusal_names_what_excludes_one_another_over_several_routes(tmp_path: Path, case: Case) -> None:
    _, problem, matrix = read(lay_out(tmp_path / "in", case.orders, locks=case.locks))
    with pytest.raises(LockConflictError) as refused:
        solve(problem, matrix, iterations=100, use_master=False)
    (clash,) = refused.value.clashes
    assert clash.text == {"en": case.en, "zh": case.zh}
    assert not refused.value.helps_to_keep


def test_locks_that_can_be_kept_have_no_core(tmp_path: Path) -> None:
    _, problem, matrix = read(lay_out(tmp_path / "in", AB, locks=(lock("A"), lock("B"))))
    assert find_lock_core(problem, matrix, seconds=60) is None


def test_a_core_that_is_not_proven_in_time_is_none(tmp_path: Path) -> None:
    locks = (lock("A", "start", start="09:00"), lock("B", "start", start="09:15"))
    _, problem, matrix = read(lay_out(tmp_path / "in", AB, locks=locks))
    assert core_of(problem, matrix, deadline_s=time.monotonic() - 1) is None
