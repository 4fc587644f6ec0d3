"""Bars: each figure by hand, and that nothing is met before all of it is measured."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.compare import Entry
from benchmarks.page.bars import Entries, Verdict, judge_bar
from benchmarks.page.plan import Bar

OURS, PEER = "paigong, 10 s", "pyvrp, 10 s"


def _row(instance: str, objective: float, **more: Any) -> dict[str, Any]:
    return {
        "solver": "paigong", "solver_version": "1", "config": "default", "status": "solved", "feasible": True,
        "instance": instance, "objective": objective, "unassigned": 0, "counts_unserved": False, "best_known": 100.0,
        "gap_pct": objective - 100.0, "seconds_allowed": 10.0, "iterations_allowed": None, "seed": 1,
    } | more  # fmt: skip


def _entries(*rows: dict[str, Any]) -> Entries:
    grouped: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        label = OURS if row["solver"] == "paigong" else PEER
        grouped.setdefault(label, {}).setdefault(row["instance"], []).append(row)
    return {
        label: {name: Entry(label, name, tuple(found)) for name, found in named.items()}
        for label, named in grouped.items()
    }


def _judged(bar: dict[str, Any], *rows: dict[str, Any], names: str = "AB", seeds: int = 1) -> Verdict:
    limit = {} if {"at_least", "below"} & set(bar) else {"at_most": 2.0}
    expected = {OURS: dict.fromkeys(names, seeds), PEER: dict.fromkeys(names, 1)}
    return judge_bar(Bar("it is good", of=OURS, **(limit | bar)), _entries(*rows), expected)


def _peer(instance: str, objective: float, **more: Any) -> dict[str, Any]:
    return _row(instance, objective, solver="pyvrp") | more


def test_a_mean_gap_is_met_at_its_limit() -> None:
    verdict = _judged({"figure": "mean gap"}, _row("A", 101), _row("B", 103))
    assert (verdict.value, verdict.is_met, verdict.measured) == (2.0, True, "2.00 %, at most 2 %")
    assert _judged({"figure": "mean gap"}, _row("A", 101), _row("B", 103.1)).word == "missed"


def test_of_the_largest_gap_each_run_counts() -> None:
    rows = [_row("A", 100), _row("A", 103, seed=2), _row("B", 100), _row("B", 100, seed=2)]
    verdict = _judged({"figure": "largest gap"}, *rows, seeds=2)
    assert (verdict.value, verdict.is_met) == (3.0, False)
    assert _judged({"figure": "mean gap"}, *rows, seeds=2).value == pytest.approx(0.75)


def test_a_share_of_gaps() -> None:
    bar = {"figure": "share of gaps", "gap": 1.0, "at_least": 60.0}
    verdict = _judged(bar, _row("A", 101), _row("B", 101.5))
    assert (verdict.value, verdict.is_met, verdict.measured) == (50.0, False, "50.00 %, at least 60 %")


def test_a_ratio_is_the_geometric_mean_against_the_others() -> None:
    bar = {"figure": "ratio", "to": PEER, "at_most": 1.0}
    verdict = _judged(bar, _row("A", 50), _peer("A", 100), _row("B", 200), _peer("B", 100))
    assert (verdict.value, verdict.is_met) == (pytest.approx(1.0), True)
    # The peer has no plan for B: the other instance alone has a ratio, and B is named.
    verdict = _judged(bar, _row("A", 50), _peer("A", 100), _row("B", 200), _peer("B", 1, feasible=False))
    assert (verdict.value, verdict.measured) == (pytest.approx(0.5), "0.5000, at most 1; without a figure: B")


def test_the_largest_spread_over_seeds() -> None:
    rows = [_row("A", 99), _row("A", 101, seed=2), _row("B", 98), _row("B", 102, seed=2)]
    verdict = _judged({"figure": "spread"}, *rows, seeds=2)
    assert (verdict.value, verdict.is_met) == (4.0, False)


def test_below_the_mean_gap_of_others() -> None:
    bar = {"figure": "mean gap", "below": PEER}
    rows = [_row("A", 101), _row("B", 103), _peer("A", 102), _peer("B", 104)]
    verdict = _judged(bar, *rows)
    assert (verdict.value, verdict.limit, verdict.is_met) == (2.0, 3.0, True)
    assert verdict.measured == "2.00 %, below 3.00 %"
    assert _judged(bar, *rows[:2], _peer("A", 101), _peer("B", 103)).word == "missed"


def test_some_instances_only() -> None:
    verdict = _judged({"figure": "mean gap", "only": ("B*",)}, _row("A", 101), _row("B", 103))
    assert (verdict.value, verdict.is_met) == (3.0, False)
    verdict = _judged({"figure": "mean gap", "only": ("C*",)}, _row("A", 101), _row("B", 103))
    assert (verdict.word, verdict.measured) == ("open", "not measured, at most 2 %; no such instance")


@pytest.mark.parametrize("bar", [{"figure": "mean gap"}, {"figure": "mean gap", "below": PEER}])
def test_what_is_not_measured_in_full_is_open(bar: dict[str, Any]) -> None:
    rows = [_row("A", 100), _row("A", 100, seed=2), _row("B", 100), _peer("A", 101), _peer("B", 101)]
    verdict = _judged(bar, *rows, seeds=2)
    assert (verdict.word, verdict.remarks) == ("open", ("1 of 2 instances not measured in full",))
    assert _judged(bar, names="AB").measured.startswith("not measured")


def test_a_run_without_a_valid_plan_misses_the_bar() -> None:
    verdict = _judged({"figure": "mean gap"}, _row("A", 100), _row("B", 100, feasible=False))
    assert (verdict.value, verdict.word) == (0.0, "missed")
    assert "runs without a valid plan: B" in verdict.remarks


def test_more_left_out_than_in_the_best_known_misses_the_bar() -> None:
    counted = {"counts_unserved": True, "best_known_unassigned": 1, "gap_pct": None}
    rows = [_row("A", 100), _row("B", 90, unassigned=2, **counted)]
    assert _judged({"figure": "mean gap"}, *rows).word == "missed"
    # Fewer are no gap, and nothing against the bar.
    rows = [_row("A", 100), _row("B", 200, unassigned=0, **counted)]
    verdict = _judged({"figure": "mean gap"}, *rows)
    assert (verdict.word, verdict.remarks) == ("met", ("without a figure: B",))
