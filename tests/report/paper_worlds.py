"""Short ways to make the papers of a tiny world and to look into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.desk import Desk
from optimizer.report.papers import make_papers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.report.papers import Line, Paper, Papers
    from tests.worlds import World


def papers_of(w: World, routes: Mapping[str, Sequence[str]], desk: Desk | None = None, lang: str = "en") -> Papers:
    """Return the papers of routes, timed."""
    return make_papers(w.problem, w.matrix, w.plan(routes), desk or Desk(), lang)


def column(paper: Paper, name: str) -> list[object]:
    """Return one column of a list."""
    return [line.cells[name] for line in paper.lines]


def line_of(paper: Paper, order_id: str, **cells: object) -> Line:
    """Return the one line of an order, among those with these cells."""
    [line] = [
        line
        for line in paper.lines
        if line.cells["order_id"] == order_id and all(line.cells[name] == value for name, value in cells.items())
    ]
    return line
