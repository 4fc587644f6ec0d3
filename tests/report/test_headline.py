"""The key figures in words: page, terminal, workbook and plan file say the same."""

from __future__ import annotations

import json
import re

import pytest
from openpyxl import load_workbook
from rich.console import Console

from optimizer.ingest.plans.plan_file import plan_to_json
from optimizer.report.figures import kpis
from optimizer.report.headline import KeyFigure, key_figures
from optimizer.report.page import render_page
from optimizer.report.screen import print_plan
from optimizer.report.wording import Wording
from optimizer.report.workbook import write_workbook
from tests.report.test_promises import promised


def figures_of(lang: str) -> list[KeyFigure]:
    w = promised()
    return key_figures(kpis(w.problem, w.matrix, w.plan({"T1": ["A", "C"]})), Wording(lang))


def test_what_will_break_is_among_the_promises_that_are_not_kept() -> None:
    by_name = {figure.name: figure for figure in figures_of("en")}
    assert by_name["not_planned"].note == "3 promises will break"
    assert by_name["promises_kept"].value == "40%"
    assert by_name["promises_kept"].note == "2 of 5 · 3 will break · 1 of them no plan could keep"


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
