"""The board: where one visit more fits on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.units import HOUR_S, at
from optimizer.promise import board as boards
from optimizer.promise.board import Board, Card, Place, open_board
from tests.worlds import job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


def places(board: Board, visit_id: str) -> Iterator[Place | None]:
    """Yield where a visit fits in windows of an hour and of two, from every half hour on, and in its own alone."""
    shift = board.facts.shifts["T1", 0]
    visit = board.problem.visit_by_id[visit_id]
    yield board.place_on(shift, Card(visit))
    for open_s in range(at(7), at(18), HOUR_S // 2):
        for width_s in (HOUR_S, 2 * HOUR_S):
            yield board.place_on(shift, Card(visit, Interval(open_s, open_s + width_s)))


def test_no_place_is_lost_where_a_window_rules_positions_out(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"A": span("08:00-10:00"), "B": span("10:00-12:00"), "C": span("13:00-15:00"), "D": span("15:00-16:00")}
    jobs = [job(name, place=10, minutes=40, promised=(window,)) for name, window in told.items()]
    w = world([*jobs, job("E", place=10, minutes=20)], [person("T1")])
    board = open_board(w.problem, w.matrix, w.plan({"T1": ["A", "B", "C", "D"]}))
    found = list(places(board, "E"))
    tried = board.timed
    monkeypatch.setattr(boards, "_positions", lambda on, card, first: range(first, len(on) + 1))
    assert list(places(board, "E")) == found
    assert board.timed == 2 * tried, "what is ruled out would not have been timed"
    assert {place.position for place in found if place is not None} == {0, 1, 2, 3, 4}
