"""A budget bounds the search, and what comes after it by a share; without a time the clock changes nothing."""

from __future__ import annotations

import time

import pytest

from optimizer.running.budget import (
    EXPLAIN_LEAST_S,
    EXPLAIN_SHARE,
    LONGEST_S,
    MASTER_FROM_MOVES,
    MASTER_FROM_S,
    ROOM_SHARE,
    Budget,
)


def budget_of(seconds: float | None, *, iterations: int | None = None, use_master: bool = False) -> Budget:
    return Budget.of(
        seconds=seconds, iterations=iterations, seed=0, threads=1, islands=None, use_master=use_master
    )  # fmt: skip


@pytest.mark.parametrize("seconds", [0.0, 2.0, 60.0])
def test_the_time_is_that_of_the_search_from_the_moment_it_begins(seconds: float) -> None:
    assert budget_of(seconds).search(1_000.0).deadline_s == 1_000.0 + seconds


def test_reasons_are_looked_for_after_the_search_for_a_share_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 1_000.0)
    assert budget_of(60).explain_until() == pytest.approx(1_000 + 60 * EXPLAIN_SHARE)
    assert budget_of(0).explain_until() == pytest.approx(1_000 + EXPLAIN_LEAST_S)
    assert budget_of(60).room_s() == pytest.approx(60 * ROOM_SHARE)


def test_without_a_limit_the_clock_changes_nothing() -> None:
    budget = budget_of(None, iterations=100)
    assert budget.explain_until() is None
    assert budget.room_s() is None
    assert budget.search(1_000.0).deadline_s == 1_000.0 + LONGEST_S


def test_the_master_is_left_out_of_short_solves() -> None:
    assert budget_of(MASTER_FROM_S, use_master=True).use_master
    assert not budget_of(MASTER_FROM_S - 1, use_master=True).use_master
    assert not budget_of(MASTER_FROM_S, use_master=False).use_master


def test_in_work_mode_the_moves_decide_on_the_master_not_the_clock() -> None:
    assert budget_of(1, iterations=MASTER_FROM_MOVES, use_master=True).use_master
    assert not budget_of(None, iterations=MASTER_FROM_MOVES - 1, use_master=True).use_master
