"""Scenarios of which it is known which way they go: they are what they are said to be, and the line counts them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks import whatif
from benchmarks.whatif import measure_whatif, relaxed, restricted
from optimizer.whatif.branch import Branch
from optimizer.whatif.certainty import Verdict
from optimizer.whatif.comparison import Compared, Comparison
from tests.cases.branches import lay_out, order

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("branch") / "branch", [order("O1"), order("O2"), order("O3")])


def test_no_scenario_is_in_both_lists(branch: Path) -> None:
    up, down = ({one.name for one in some} for some in (relaxed(Branch.read(branch)), restricted(Branch.read(branch))))
    assert up
    assert down
    assert not up & down


def test_a_scenario_that_is_told_the_wrong_way_counts(branch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"speed 105 %": Verdict.WORSE, "speed 95 %": Verdict.WORSE, "no overtime": Verdict.BETTER}
    monkeypatch.setattr(Compared, "verdict", lambda self, _="cost": said.get(self.name, Verdict.CANNOT_TELL))
    found = Comparison(Branch.read(branch).case, (), 10, 0, 0, 3.0, True)
    asked: list[str] = []

    def compare(_: Branch, scenarios: list[object], **__: object) -> Comparison:
        asked.extend(one.name for one in scenarios)  # type: ignore[attr-defined]
        case = found.base
        return replace(found, scenarios=tuple(Compared(name, case, (), False, False, 0.01) for name in asked))

    monkeypatch.setattr(whatif.Branch, "compare", compare)
    figures = measure_whatif(branch, pairs=25, seeds=1, moves=10, workers=2)
    assert figures["scenarios"] == len(asked)
    assert (figures["wrong"], figures["ideal_s"]) == (2, 1.5)
    assert figures["decided_pct"] == round(300 / len(asked), 1)
