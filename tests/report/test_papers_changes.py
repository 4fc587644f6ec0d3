"""The changes paper: before, after, whom to call, by when."""

from __future__ import annotations

from datetime import datetime

from optimizer.domain.order import Interval
from optimizer.domain.planning_context import Change, ChangeKind, PlanningContext
from optimizer.domain.units import at
from tests.report.paper_worlds import column, papers_of
from tests.worlds import World, job, person, world

MOVED = Change(
    "A", ChangeKind.TECHNICIAN_AND_TIME, "T2", "T1", Interval(at(8), at(9)), Interval(at(10), at(11)), at(17, day=-3)
)
DROPPED = Change("B", ChangeKind.DROPPED, "T2", "", Interval(at(13), at(14)), None, at(16, 30, day=-3))


def two() -> World:
    return world([job("A", place=10), job("B", place=20)], [person("T1"), person("T2")])


def test_a_line_says_what_was_and_what_is() -> None:
    paper = papers_of(two(), {"T1": ["A"]}, PlanningContext(changes=(MOVED, DROPPED), is_published=True)).changes
    assert column(paper, "order_id") == ["B", "A"]
    assert paper.lines[1].cells == {
        "order_id": "A",
        "customer": "customer of A",
        "kind": "Other technician and time",
        "before_technician": "T2 Li (T2)",
        "before": "08:00–09:00",
        "after_technician": "T1 Li (T1)",
        "after": "10:00–11:00",
        "call": "customer of A; T2 Li (T2); T1 Li (T1)",
        "by": datetime(2026, 11, 20, 17),
    }
    dropped = paper.lines[0].cells
    assert (dropped["after_technician"], dropped["after"], dropped["call"]) == ("", "", "customer of B; T2 Li (T2)")


def test_a_call_whose_time_is_over_is_red() -> None:
    late = PlanningContext(changes=(MOVED,), is_published=True)
    w = two().but(as_of_s=at(18, day=-3))
    assert papers_of(w, {"T1": ["A"]}, late).changes.lines[0].is_red
    assert not papers_of(two(), {"T1": ["A"]}, late).changes.lines[0].is_red


def test_a_visit_that_is_no_longer_known_keeps_its_number() -> None:
    gone = Change("X", ChangeKind.DROPPED, "T9", "", Interval(at(8), at(9)), None, at(17, day=-3))
    [line] = papers_of(two(), {}, PlanningContext(changes=(gone,), is_published=True)).changes.lines
    assert (line.cells["order_id"], line.cells["customer"], line.cells["call"]) == ("X", "", "T9")


def test_an_empty_paper_says_why() -> None:
    assert papers_of(two(), {}).changes.note == "No plan is published for the day yet; nothing counts as a change."
    assert (
        papers_of(two(), {}, PlanningContext(is_published=True)).changes.note
        == "Nothing differs from the published plan."
    )
