"""Promises: a window or a due day, counted once, and alike by the figures and by everything that lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.order import Confirmed, Interval
from optimizer.domain.planning_context import PlanningContext
from optimizer.domain.units import at
from optimizer.explain.unassigned import explain_unassigned
from optimizer.report.figures import kpis
from optimizer.report.papers.making import make_papers
from optimizer.report.promises import Promise, count_promises, promises_of
from tests.worlds import MONDAY, World, job, person, world

MORNING = (Interval(at(8), at(9)),)
#: The Friday before, and the Monday that is planned.
FRIDAY = date(2026, 11, 20)


def promised() -> World:
    """A and B were promised for 08:00 to 09:00, C and D for a day; E wants what T1 cannot do."""
    jobs = [
        job("A", place=10, promised=MORNING),
        job("B", place=100, promised=MORNING),
        job("C", place=10, due_day=MONDAY),
        job("D", place=10, due_day=FRIDAY),
        job("E", place=10, due_day=MONDAY, skills={"gas": 1}),
        job("F", place=10),
    ]
    return world(jobs, [person("T1")])


def test_a_window_and_a_due_day_are_promises_and_what_nobody_promised_is_none() -> None:
    w = promised()
    assert promises_of(w.problem, w.plan({"T1": ["A", "C", "F"]})) == {
        "A": Promise.KEPT,
        "B": Promise.WILL_BREAK,
        "C": Promise.KEPT,
        "D": Promise.WILL_BREAK,
        "E": Promise.WILL_BREAK,
    }


def test_what_is_planned_too_late_is_not_kept() -> None:
    """B starts at 09:40; D was due on Friday."""
    w = promised().with_policy(max_lateness_s=3600)
    found = promises_of(w.problem, w.plan({"T1": ["B", "D"]}))
    assert (found["B"], found["D"]) == (Promise.LATE, Promise.LATE)


def test_what_no_plan_could_keep_was_broken_before_or_is_proven_to_have_nobody() -> None:
    w = promised()
    plan = w.plan({"T1": ["A", "C"]})
    plan = replace(plan, unassigned=explain_unassigned(w.problem, w.matrix, plan))
    count = count_promises(w.problem, plan)
    assert (count.kept, count.late, count.will_break, count.due) == (2, 0, 3, 5)
    assert count.beyond == 3  # B lies too far, D was due on Friday, E needs a skill


def test_who_said_no_to_the_time_has_no_promise() -> None:
    w = promised()
    log = replace(w.problem.order_of(w.problem.visit_by_id["A"]).log, confirmed=Confirmed.NO)
    w = w.with_job("A", log=log)
    assert "A" not in promises_of(w.problem, w.plan({"T1": ["C"]}))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_register_and_figures_count_the_same_promises_that_will_break(lang: str) -> None:
    w = promised()
    plan = w.plan({"T1": ["A", "C"]})
    figures = kpis(w.problem, w.matrix, plan)
    papers = make_papers(w.problem, w.matrix, plan, PlanningContext(), lang)
    words = {"zh": "承诺将失约", "en": "Promise will break"}[lang]
    classes = [line.cells["class"] for line in papers.register.lines]
    assert classes.count(words) == figures["promises_will_break"] == figures["unassigned_will_break"] == 3
