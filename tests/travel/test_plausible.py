"""Doubts about a matrix: ways that nobody drives so fast, minutes for seconds, kilometres for metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.travel.plausible import SHOWN_WAYS, travel_doubts
from optimizer.travel.provider import check_travel, travel_for
from tests.cases.branches import lay_out, order, read

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueReport

#: About 42 km from the branch; A lies next to it.
FAR = {"lat": "30.5", "lon": "120.5"}


def doubts(folder: Path, far: str, near: str = "600", *, metres: str = "") -> IssueReport:
    """Return the doubts about a matrix by the figure of the way to B and back, and between the others."""
    branch = lay_out(folder / "b", [order("A"), order("B", **FAR)])

    def table(far: str, near: str) -> str:
        return f",branch,A,B\nbranch,0,{near},{far}\nA,{near},0,{far}\nB,{far},{far},0\n"

    (branch / "matrix.csv").write_text(table(far, near), encoding="utf-8")
    if metres:
        (branch / "matrix_metres.csv").write_text(table(metres, "1500"), encoding="utf-8")
    _, problem, matrix = read(branch)
    found = travel_doubts(problem, matrix, branch)
    assert check_travel(problem, branch) == found
    return found


@pytest.mark.parametrize(
    ("far", "code"),
    [
        ("2700", None),
        ("800", None),  # 190 km/h as the crow flies
        ("700", "MATRIX_FAST"),
        ("0", "MATRIX_FAST"),
        ("1", "MATRIX_FAST"),
        ("45", "MATRIX_MINUTES"),
        ("30000", None),  # 5 km/h
        ("42000", "MATRIX_SLOW"),
        ("", None),  # no way
    ],
)
def test_ways_that_are_too_fast(tmp_path: Path, far: str, code: str | None) -> None:
    found = doubts(tmp_path, far)
    assert {issue.code for issue in found.issues} == ({code} if code else set())
    assert {(issue.row, issue.column) for issue in found.issues} == (
        {(2, "B"), (3, "B"), (4, "branch"), (4, "A")} if code else set()
    )


def test_in_words(tmp_path: Path) -> None:
    found = doubts(tmp_path, "45")
    assert found.text().splitlines()[0] == (
        "Warning: matrix.csv row 2, column 'B': From 'branch' to there it is 42 km, and the matrix says 45 s: these "
        "are maybe minutes. Write seconds."
    )
    assert found.text("zh").splitlines()[0] == (
        "警告：matrix.csv 第 2 行，“B”列：从“branch”到这里 42 公里，矩阵里写 45 秒：可能写成了分钟。请写秒。"
    )


def test_near_places_prove_nothing(tmp_path: Path) -> None:
    assert doubts(tmp_path, "2700", "1").issues == ()


def test_kilometres_for_metres(tmp_path: Path) -> None:
    found = doubts(tmp_path, "2700", metres="50")
    assert {(issue.code, issue.file) for issue in found.issues} == {("MATRIX_SHORT", "matrix_metres.csv")}
    assert doubts(tmp_path, "2700", metres="50000").issues == ()


def test_the_first_ways_are_named_and_the_rest_is_counted(tmp_path: Path) -> None:
    branch = lay_out(tmp_path / "b", [order("A"), *(order(f"B{n}", **FAR) for n in range(9))])
    text = (branch / "matrix.csv").read_text(encoding="utf-8").replace("600", "30")
    (branch / "matrix.csv").write_text(text, encoding="utf-8")
    _, problem, matrix = read(branch)
    found = travel_doubts(problem, matrix, branch).issues
    assert len(found) == SHOWN_WAYS + 1
    assert sorted((issue.code, issue.value) for issue in found)[-1] == ("MATRIX_WAYS_MORE", "31")


def test_an_estimate_is_not_looked_at(tmp_path: Path) -> None:
    branch = lay_out(tmp_path / "b", [order("A"), order("B", **FAR)])
    (branch / "matrix.csv").unlink()
    _, problem, _ = read(branch)
    assert travel_doubts(problem, travel_for(problem, branch), branch).issues == ()
