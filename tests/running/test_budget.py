"""What is kept back of a time limit follows from what judging takes; without a limit the clock changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.running.budget import (
    EXPLAIN_EACH_S,
    EXPLAIN_SHARE,
    LONGEST_S,
    MASTER_FROM_MOVES,
    MASTER_FROM_S,
    RESERVE_PER_VISIT_S,
    RESERVE_S,
    Budget,
)
from optimizer.running.warming import tiny_problem


def budget_of(
    seconds: float | None, *, iterations: int | None = None, began_s: float = 1_000.0, use_master: bool = False
) -> Budget:
    """Return a budget for the four visits of the tiny problem."""
    problem, _ = tiny_problem()
    return Budget.of(
        problem, began_s=began_s, seconds=seconds, iterations=iterations, seed=0, threads=1, islands=None,
        use_master=use_master,
    )  # fmt: skip


def test_before_anything_is_measured_the_reserve_grows_with_the_visits() -> None:
    assert budget_of(60).deadline_s == pytest.approx(1_060 - RESERVE_S - 4 * RESERVE_PER_VISIT_S)


def test_the_reserve_follows_from_what_judging_takes() -> None:
    budget = budget_of(60)
    quick, slow = (budget.deadline_after(judging_s=judging_s, left_out=0) for judging_s in (0.5, 1.5))
    # Judging once, and timing the plan once more for the reasons.
    assert quick == pytest.approx(1_060 - RESERVE_S - 1.0)
    assert slow == pytest.approx(quick - 2.0)


def test_explaining_has_its_own_share_and_never_more() -> None:
    budget = budget_of(60)
    free = budget.deadline_after(judging_s=0.0, left_out=0)
    assert budget.deadline_after(judging_s=0.0, left_out=10) == pytest.approx(free - 10 * EXPLAIN_EACH_S)
    assert budget.deadline_after(judging_s=0.0, left_out=10_000) == pytest.approx(free - 60 * EXPLAIN_SHARE)


def test_half_of_the_limit_stays_for_the_search() -> None:
    budget = budget_of(2)
    assert budget.deadline_after(judging_s=30.0, left_out=10_000) == pytest.approx(1_001)
    assert replace(budget, limit_s=0.0, until_s=1_000.0).deadline_after(judging_s=1.0, left_out=1) == 1_000


def test_without_a_limit_the_clock_changes_nothing() -> None:
    budget = budget_of(None, iterations=100)
    assert budget.explain_until() is None
    assert budget.deadline_after(judging_s=5.0, left_out=100) == budget.deadline_s
    assert budget.deadline_s > 1_000 + LONGEST_S - 1


def test_the_master_is_left_out_of_short_solves() -> None:
    assert budget_of(MASTER_FROM_S, use_master=True).use_master
    assert not budget_of(MASTER_FROM_S - 1, use_master=True).use_master
    assert not budget_of(MASTER_FROM_S, use_master=False).use_master


def test_in_work_mode_the_moves_decide_on_the_master_not_the_clock() -> None:
    assert budget_of(1, iterations=MASTER_FROM_MOVES, use_master=True).use_master
    assert not budget_of(None, iterations=MASTER_FROM_MOVES - 1, use_master=True).use_master
