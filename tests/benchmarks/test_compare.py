"""Tables: means against the other side's least, the geometric mean, and every loss in sight."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.compare import compare, provenance, reference_of, table_of
from benchmarks.errors import FormatError
from benchmarks.scatter import scatter_svg


def _row(instance: str, objective: float, **more: Any) -> dict[str, Any]:
    return {
        "solver": "paigong", "solver_version": "1", "config": "default", "status": "solved", "feasible": True,
        "instance": instance, "objective": objective, "unassigned": 0, "counts_unserved": False, "best_known": None,
        "gap_pct": None, "seconds_allowed": 10.0, "iterations_allowed": None, "seed": 1, "machine": "m1",
        "seconds": 9.0,
    } | more  # fmt: skip


def _peer(instance: str, objective: float, **more: Any) -> dict[str, Any]:
    return _row(instance, objective, solver="pyvrp", solver_version="7") | more


def test_our_mean_stands_against_their_least() -> None:
    rows = [_row("A", 90), _row("A", 110, seed=2), _peer("A", 125), _peer("A", 200, seed=2)]
    [comparison] = compare(rows)
    [line] = comparison.lines
    assert (comparison.label, comparison.against) == ("paigong, 10 s", "pyvrp, 10 s")
    assert line.ratio == pytest.approx(0.8)
    assert line.ours.spread_pct == pytest.approx(20)
    assert not line.is_loss


def test_the_geometric_mean_and_the_losses() -> None:
    rows = [_row("A", 50), _peer("A", 100), _row("B", 200), _peer("B", 100), _row("C", 100), _peer("C", 100)]
    [comparison] = compare(rows)
    assert comparison.geometric_mean == pytest.approx(1.0)
    assert [line.ours.instance for line in comparison.losses] == ["B"]
    table = table_of(comparison, {})
    assert "| B | 1 | 200 | 0 |" in table
    assert "| 2.0000 | LOSS |" in table
    assert "Geometric mean of 3 ratios: 1.0000 (from 0.5000 to 2.0000)." in table
    assert "Losses: 1 of 3 that both planned (B)." in table


def test_several_peers_are_compared_one_by_one_and_together() -> None:
    rows = [_row("A", 100), _peer("A", 80, seconds_allowed=60.0), _row("A", 120, solver="vroom")]
    each = compare(rows)
    assert [comparison.against for comparison in each] == ["pyvrp, 60 s", "vroom, 10 s", "the best of all"]
    assert each[2].lines[0].other is not None
    assert each[2].lines[0].other.label == "pyvrp, 60 s"
    assert each[2].lines[0].ratio == pytest.approx(1.25)


def test_two_instances_of_one_name_are_not_mixed() -> None:
    rows = [_row("A", 10, digest="x"), _row("A", 90, digest="y"), _peer("A", 20, digest="x")]
    [comparison] = compare(rows)
    assert [line.ours.mean for line in comparison.lines] == [10, 90]
    assert [line.ratio for line in comparison.lines] == [0.5, None]
    assert "Losses: 0 of 1 that both planned (none)." in table_of(comparison, {})


def test_another_file_is_the_other_side() -> None:
    [comparison] = compare([_row("A", 99)], [_row("A", 100, solver_version="0")])
    assert comparison.against == "paigong, 10 s"
    assert comparison.lines[0].ratio == pytest.approx(0.99)


def test_fewer_left_out_goes_before_value_where_the_format_says_so() -> None:
    def out(number: int) -> dict[str, Any]:
        return {"unassigned": number, "counts_unserved": True}

    rows = [_row("A", 500, **out(0)), _peer("A", 100, **out(1)), _row("B", 100, **out(2)), _peer("B", 500, **out(1))]
    [comparison] = compare(rows)
    assert [line.verdict for line in comparison.lines] == ["fewer left out", "LOSS: 2 left out, not 1"]
    assert comparison.geometric_mean is None
    # Where leaving out is priced in the value, only the value counts.
    [comparison] = compare([_row("A", 100, unassigned=3), _peer("A", 200)])
    assert comparison.lines[0].ratio == pytest.approx(0.5)


def test_a_run_without_a_valid_plan_is_a_loss_and_theirs_does_not_count() -> None:
    refused = {"status": "failed", "feasible": False}
    rows = [_row("A", 1, **refused), _peer("A", 100), _row("B", 100), _peer("B", 1, feasible=False)]
    [comparison] = compare(rows)
    assert [line.verdict for line in comparison.lines] == ["LOSS: 1 runs without a valid plan", ""]
    assert comparison.lines[1].ratio is None
    assert "| A | 1 | no valid plan |" in table_of(comparison, {})


def test_gaps_need_no_other_side() -> None:
    rows = [_row("A", 101, best_known=100, gap_pct=1.0), _row("B", 103, best_known=100, gap_pct=3.0)]
    [comparison] = compare(rows)
    assert "Mean gap to best known: 2.00 % over 2 of 2 instances." in table_of(comparison, {})


def test_what_is_not_planned_is_said() -> None:
    waits = {"status": "unsupported", "waits_for": ["load"]}
    [comparison] = compare([_row("A", 1), _row("C101", 0, **waits)])
    assert [line.ours.instance for line in comparison.lines] == ["A"]
    assert "Not planned, for rules that are not built: 1: C101 (load)." in table_of(comparison, {})


def test_primal_integrals_share_one_reference() -> None:
    rows = [_row("A", 200, progress=[[1.0, 200]]), _row("A", 100, seed=2, progress=[[2.0, 100]], reference_cents=None)]
    references = reference_of(rows)
    assert references == {("A", ""): 100}
    # One second without and nine at a half; two without and none.
    table = table_of(compare(rows)[0], references)
    assert "| first plan | primal integral |" in table
    assert "| 1.50 s | 3.750 s |" in table  # first plans after 1 and 2 seconds
    assert reference_of([_row("A", 1, progress=[[1.0, 200]], reference_cents=90.0)]) == {("A", ""): 90.0}


def test_our_side_can_be_named() -> None:
    rows = [_row("A", 100), _peer("A", 80)]
    assert compare(rows, base="pyvrp, 10 s")[0].against == "paigong, 10 s"
    with pytest.raises(FormatError, match="no results of ours; there are paigong, 10 s, pyvrp, 10 s"):
        compare(rows, base="ours")


def test_where_figures_come_from() -> None:
    said = provenance([_row("A", 1), _peer("A", 1, machine="m2")])
    assert said.splitlines()[:2] == ["paigong: 1.", "pyvrp: 7."]
    assert "Several machines" in said


def test_the_picture_has_a_point_an_instance_and_red_losses() -> None:
    rows = [_row("A", 50), _peer("A", 100), _row("B<", 200), _peer("B<", 100)]
    picture = ElementTree.fromstring(scatter_svg(compare(rows)[0]))
    points = picture.findall("{http://www.w3.org/2000/svg}circle")
    assert [point.get("fill") for point in points] == ["navy", "red"]
    assert [point[0].text for point in points] == ["A: 50 to 100", "B<: 200 to 100"]
    # Ours is half of theirs: below the diagonal; y grows downwards.
    x, y = float(points[0].get("cx") or 0), float(points[0].get("cy") or 0)
    assert x - 56 > 480 - 56 - y
