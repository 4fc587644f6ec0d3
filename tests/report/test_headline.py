"""The key figures in words: page, terminal, workbook and plan file say the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from rich.console import Console

from optimizer.domain.planning_context import PlanningContext
from optimizer.explain.unassigned import explain_unassigned
from optimizer.ingest.plans.plan_file import plan_to_json
from optimizer.judge.verdict import time_routes
from optimizer.report.figures import kpis
from optimizer.report.frames import table_rows
from optimizer.report.headline import KeyFigure, key_figures
from optimizer.report.page import render_page
from optimizer.report.papers.making import make_papers
from optimizer.report.promises import Promise, promises_of
from optimizer.report.screen import print_plan
from optimizer.report.wording import Wording
from optimizer.report.workbook import write_workbook
from tests.random_problems import random_whole_problem_with_plan
from tests.report.test_promises import promised
from tests.worlds import MONDAY, job, person, world

if TYPE_CHECKING:
    from datetime import date


def figures_of(lang: str) -> list[KeyFigure]:
    w = promised()
    return key_figures(kpis(w.problem, w.matrix, w.plan({"T1": ["A", "C"]})), Wording(lang))


def test_what_will_break_is_among_the_promises_that_are_not_kept() -> None:
    by_name = {figure.name: figure for figure in figures_of("en")}
    assert by_name["not_planned"].note == "3 promises will break"
    assert by_name["promises_kept"].value == "40%"
    assert (
        by_name["promises_kept"].note
        == "1 of 2 windows · 1 of 3 due days · 3 will break · 1 of them no plan could keep"
    )


@pytest.mark.parametrize(
    ("due_day", "note"), [(MONDAY, "no window was promised · 1 of 1 due days"), (None, "no window was promised")]
)
def test_where_no_window_was_promised_no_share_is_said_to_be_kept(due_day: date | None, note: str) -> None:
    w = world([job("C", place=10, due_day=due_day)], [person("T1")])
    figures = kpis(w.problem, w.matrix, w.plan({"T1": ["C"]}))
    [said] = [figure for figure in key_figures(figures, Wording("en")) if figure.name == "promises_kept"]
    assert (said.value, said.note, said.alarm) == ("–", note, False)


def test_one_is_not_many() -> None:
    figures = kpis(promised().problem, promised().matrix, promised().plan({"T1": ["A", "C"]}))
    said = key_figures(figures | {"promises_will_break": 1, "contractors_used": 1, "late_visits": 1}, Wording("en"))
    notes = " · ".join(figure.note for figure in said)
    found = re.findall(r"1 (?:promise will break|contractors?|visits?)", notes)
    assert found == ["1 promise will break", "1 visit", "1 contractor"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_paper_shows_the_same_figures(tmp_path, lang: str) -> None:
    w = promised()
    plan, shown = w.plan({"T1": ["A", "C"]}), figures_of(lang)
    console = Console(width=200, force_terminal=False)
    with console.capture() as captured:
        print_plan(w.problem, w.matrix, plan, console, lang)
    terminal = [re.split(r"\s{2,}", line.strip()) for line in captured.get().splitlines()]
    write_workbook(w.problem, w.matrix, plan, tmp_path / "plan.xlsx", lang)
    title = {"zh": "关键指标", "en": "Key figures"}[lang]
    rows = list(load_workbook(tmp_path / "plan.xlsx")[title].iter_rows(min_row=2, values_only=True))
    page = render_page(w.problem, w.matrix, plan, lang).replace("\u00a0", " ")
    for figure in shown:
        said = [text for text in (figure.label, figure.value, figure.note) if text]
        assert said in terminal
        assert (figure.label, figure.value, figure.note or None) in rows
        assert figure.value in page
        assert figure.note in page


def test_the_plan_file_has_the_figures_that_are_shown() -> None:
    w = promised()
    plan = w.plan({"T1": ["A", "C"]})
    document = plan_to_json(plan, w.problem, w.matrix, {}, kpis=kpis(w.problem, w.matrix, plan))
    kept = json.loads(json.dumps(document))["kpis"]
    assert key_figures(kept, Wording("en")) == figures_of("en")


def agree_on_a_random_branch(seed: int) -> None:
    """Check that a plan's figures, tables, register and unassigned visits count the same."""
    problem, matrix, routes = random_whole_problem_with_plan(seed)
    plan = time_routes(problem, matrix, routes)
    plan = replace(plan, unassigned=explain_unassigned(problem, matrix, plan))
    figures, found = kpis(problem, matrix, plan), promises_of(problem, plan)
    assert figures["paid_cents"] + figures["penalty_cents"] + figures["fixed_cents"] == plan.cost_cents
    assert min(figures["paid_cents"], figures["penalty_cents"], figures["fixed_cents"]) >= 0
    assert figures["promises"] == len(found)
    assert figures["promises_kept"] + figures["promises_late"] + figures["promises_will_break"] == len(found)
    assert figures["promises_windows_kept"] <= figures["promises_windows"] <= figures["promises"]
    assert figures["promises_windows"] == sum(bool(problem.promises_of(problem.visit_by_id[one])) for one in found)
    assert figures["promises_beyond"] <= figures["promises"] - figures["promises_kept"]
    assert figures["promises_will_break"] == figures["unassigned_will_break"]
    rows = table_rows(problem, matrix, plan, Wording("en"))
    assert sum(row["state"] == "Promise will break" for row in rows["unassigned"]) == figures["promises_will_break"]
    for part in ("paid", "penalty", "fixed"):
        assert sum(row[f"{part}_cents"] for row in rows["costs"]) == figures[f"{part}_cents"]
    register = make_papers(problem, matrix, plan, PlanningContext(), "en").register
    broken = {line.cells["order_id"] for line in register.lines if line.cells["class"] == "Promise will break"}
    assert broken <= {problem.visit_by_id[who].order_id for who, one in found.items() if one is Promise.WILL_BREAK}
    page = render_page(problem, matrix, plan, "en").replace("\u00a0", " ")
    assert all(one.value in page and one.note in page for one in key_figures(figures, Wording("en")))


@pytest.mark.parametrize("seed", range(3))
def test_papers_of_random_branches_agree(seed: int) -> None:
    agree_on_a_random_branch(seed)


@pytest.mark.night
def test_papers_of_many_random_branches_agree() -> None:
    for seed in range(3, 200):
        agree_on_a_random_branch(seed)
