"""The part keeper's tool list: who has what out on which day."""

from __future__ import annotations

from optimizer.domain.order import ToolNeed
from optimizer.report.papers.making import make_papers
from tests.report.paper_worlds import PAIR, TWO_DAYS, boiler_pair, column, papers_of, two_days
from tests.worlds import MONDAY, World


def test_the_lead_has_the_tool_of_a_visit_of_two() -> None:
    [line] = papers_of(boiler_pair(), PAIR).tool_list.lines
    assert line.cells == {
        "tool_id": "G1",
        "tool": "hoist",
        "technician": "T1 Li (T1)",
        "order_id": "K",
        "units": 1,
        "out": 1,
        "there_are": 1,
        "taken_tick": None,
        "back_tick": None,
    }
    assert (line.technician_id, line.is_red) == ("T1", False)


def test_a_route_takes_the_most_that_one_of_its_visits_needs() -> None:
    w = boiler_pair().with_job("A", tools=(ToolNeed("G1", 3),))
    [line] = papers_of(w, PAIR).tool_list.lines
    assert (line.cells["units"], line.cells["order_id"]) == (3, "K; A")


def test_more_out_than_there_are_is_red() -> None:
    lines = papers_of(boiler_pair().with_job("B", tools=(ToolNeed("G1"),)), PAIR).tool_list.lines
    assert [(line.cells["out"], line.cells["there_are"], line.is_red) for line in lines] == [(2, 1, True)] * 2


def test_an_own_tool_is_not_out() -> None:
    w = boiler_pair().with_technician("T1", own_tools=(ToolNeed("G1"),))
    papers = papers_of(w, PAIR)
    assert papers.tool_list.lines == ()
    assert papers.tool_list not in papers.lists


def test_a_tool_is_out_again_on_the_next_day() -> None:
    w = two_days()
    for visit_id in "ABC":
        w = w.with_job(visit_id, tools=(ToolNeed("G1"),))
    paper = papers_of(w, TWO_DAYS).tool_list
    assert [(day, column(own, "technician")) for day, own in paper.by_day()] == [
        (0, ["T1 Li (T1)"]),
        (1, ["T1 Li (T1)", "T2 Li (T2)"]),
    ]
    assert column(paper, "out") == [1, 2, 2]
    assert column(paper, "date")[0] == MONDAY


def test_a_plan_without_tools_has_no_tool_list(one_van: World) -> None:
    papers = make_papers(one_van.problem, one_van.matrix, one_van.plan({"Ann": ["A", "B"]}), None, "en")
    assert papers.tool_list not in papers.lists
