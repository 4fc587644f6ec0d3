"""The workbook that a child writes is the one that is written here; what it dies of, or cannot write, is no secret."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import openpyxl
import pytest

from optimizer.report.papers.making import make_papers
from optimizer.report.workbook_child import WorkbookWriter
from optimizer.running.preloaded import solver_server
from optimizer.solver import solve

if TYPE_CHECKING:
    from pathlib import Path

    from tests.worlds import World


def sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path)}


def asked_of(world: World) -> tuple:
    outcome = solve(world.problem, world.matrix, iterations=10)
    what = (outcome.problem, outcome.matrix, outcome.plan)
    return what, make_papers(*what, None, "en")


def test_it_is_written_whether_the_child_lives_or_dies(one_van: World, tmp_path: Path) -> None:
    what, papers = asked_of(one_van)
    for name, server in (("forked", solver_server()), ("dead", None)):
        with closing(WorkbookWriter(server)) as writer:
            if name == "dead":
                writer._child.process.kill()
                writer._child.process.wait()
            writer.begin(*what, tmp_path / f"{name}.xlsx", "en", papers)
            writer.finish()
    assert sheets(tmp_path / "forked.xlsx") == sheets(tmp_path / "dead.xlsx")


def test_a_place_that_cannot_be_written_to_is_named(one_van: World, tmp_path: Path) -> None:
    what, papers = asked_of(one_van)
    with closing(WorkbookWriter(solver_server())) as writer:
        writer.begin(*what, tmp_path / "not there" / "plan.xlsx", "en", papers)
        with pytest.raises(OSError, match="not there"):
            writer.finish()
