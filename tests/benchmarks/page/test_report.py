"""The page: tables, bars, losses and what is not run, in words that can be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.page.report import page_of, with_least_seen
from benchmarks.page.work import rows_of, work

if TYPE_CHECKING:
    import pytest

    from benchmarks.page.plan import Folders, Page
    from tests.benchmarks.page.conftest import Asked


def test_a_page_of_nothing_says_what_is_not_run(page: Page, folders: Folders, asked: Asked) -> None:
    said = page_of(page, folders, name="tiny.toml")
    assert said.startswith("# tiny\n\nNothing is measured yet.\n\nBars: 0 met, 0 missed, 2 open.\n")
    assert "- Not run yet: paigong, 2 s, 4 runs: every instance; pyvrp, 3 s, 2 runs: every instance." in said
    assert "## Measured elsewhere\n\nThe speed is on another page." in said
    assert str(folders.data) not in said


def test_a_page_in_full(page: Page, folders: Folders, asked: Asked) -> None:
    list(work(page, folders))
    said = page_of(page, folders, name="tiny.toml")
    assert said.splitlines()[0].endswith(": tiny")
    assert "Bars: 2 met, 0 missed, 0 open." in said
    assert "    python -m benchmarks page tiny.toml --data DATA --out OUT --only days\n" in said
    # 134 961 / 160 000; ours is the mean of two seeds.
    assert "- a tenth below: 0.8435, at most 0.9: **met**." in said
    assert "| instance | least seen | paigong, 2 s | spread | moves | pyvrp, 3 s | ratio |" in said
    assert "| t3_n6_s7 | 134961 | 134961 (1 out) | 0.00 % | 1 500 | 160000 (1 out) | 0.8435 |" in said
    assert "Losses: 0 of 2 that both planned (none)." in said
    # Home care, by hand in test_measure_hhcrsp.py: 125 / 3.
    assert "| three_patients | 41.6667 | 41.6667 | 0.00 % | 1 500 |" in said
    assert "1 plans, the same value and feasibility." in said
    assert "Not run yet" not in said
    assert "Machine: " in said
    assert "Load of the machine" in said


def test_losses_stand_by_name(page: Page, folders: Folders, asked: Asked) -> None:
    list(work(page, folders))
    path = folders.rows_of(1, 1)
    path.write_text(path.read_text(encoding="utf-8").replace('"objective": 160000', '"objective": 100000'), "utf-8")
    said = page_of(page, folders, name="tiny.toml")
    assert "- a tenth below: 1.3496, at most 0.9: **missed**." in said
    assert "Losses: 2 of 2 that both planned (t3_n6_s7, t3_n6_s8)." in said


def test_a_piece_names_what_is_left(page: Page, folders: Folders, asked: Asked) -> None:
    list(work(page, folders, only=["days"], worker=1, workers=2))
    said = page_of(page, folders, name="tiny.toml")
    assert "- a tenth below: 0.8435, at most 0.9; 1 of 2 instances not measured in full: **open**." in said
    assert "- Not run yet: paigong, 2 s, 2 runs: t3_n6_s8; pyvrp, 3 s, 1 runs: t3_n6_s8." in said


def test_an_absent_peer_is_said_to_be_absent(
    page: Page, folders: Folders, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.page.report.absent_peers", lambda sections: {"pyvrp": "pyvrp is not installed"})
    assert "pyvrp, 3 s, 2 runs: every instance (pyvrp is not installed)." in page_of(page, folders, name="tiny.toml")


def test_a_peer_without_a_plan_is_named(page: Page, folders: Folders, asked: Asked) -> None:
    asked.peer_fails = True
    list(work(page, folders))
    said = page_of(page, folders, name="tiny.toml")
    assert "- Without a valid plan: t3_n6_s7 (pyvrp, 3 s, seed 1: no plan found); t3_n6_s8 (pyvrp, " in said
    assert "| t3_n6_s7 | 134961 | 134961 (1 out) | 0.00 % | 1 500 | no valid plan |  |" in said


def test_a_plan_that_the_other_check_values_otherwise_is_named(page: Page, folders: Folders, asked: Asked) -> None:
    [row] = work(page, folders, only=["care"])
    plan = folders.plans / row["plan"]
    plan.write_text(json.dumps({"routes": {"c1": ["p1"]}}), encoding="utf-8")
    said = page_of(page, folders, name="tiny.toml")
    assert "0 plans, the same value and feasibility. DIFFERING: three_patients: ['nobody does" in said
    plan.unlink()
    assert "Without their plan: three_patients." in page_of(page, folders, name="tiny.toml")


def test_where_nothing_is_published_the_least_of_all_rows_is_the_best_known(
    page: Page, folders: Folders, asked: Asked
) -> None:
    list(work(page, folders))
    rows = with_least_seen(rows_of(folders))
    gaps = {(row["instance"], row["solver"]): round(row["gap_pct"], 4) for row in rows}
    assert gaps["t3_n6_s7", "paigong"] == 0
    assert gaps["t3_n6_s7", "pyvrp"] == round(100 * (160_000 / 134_961 - 1), 4)
    assert [row["best_known"] for row in rows if row["instance"] == "three_patients"] == [41.6667]
