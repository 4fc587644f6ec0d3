"""Who is away on the days of a plan, as page, papers and terminal say it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from optimizer.domain.planning_context import Absence, PlanningContext
from optimizer.domain.region import Region
from optimizer.domain.units import at
from optimizer.report.absences import away_words, when_away
from optimizer.report.page import render_page
from optimizer.report.papers.making import make_papers
from optimizer.report.screen import print_plan
from optimizer.report.wording import Wording
from tests.worlds import World, job, person, world

ALL_DAY, LATE, EARLY = Absence("Cy", 0), Absence("Ann", 0, None, at(8, 40)), Absence("Ben", 0, at(16))


def three(days: int = 1) -> World:
    made = world([job("A", place=10)], [person("Ann"), person("Ben")], days=days)
    cy = replace(made.problem.technicians[0], technician_id="Cy", name="Cy Li")
    return made.but(technicians=(*made.problem.technicians, cy))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Away: Ann Li (Ann) until 08:40; Ben Li (Ben) from 16:00; Cy Li (Cy) all day."),
        ("zh", "不在岗：Ann Li (Ann) 到 08:40；Ben Li (Ben) 16:00 起；Cy Li (Cy) 全天。"),
    ],
)
def test_who_is_away_when_is_one_sentence(lang: str, text: str) -> None:
    assert away_words([LATE, EARLY, ALL_DAY], three().problem, Wording(lang)) == text
    assert away_words([], three().problem, Wording(lang)) == ""


def test_of_several_days_each_is_named() -> None:
    problem, tuesday = three(days=2).problem, Absence("Ann", 1, at(10, day=1), at(11, day=1))
    assert away_words([ALL_DAY, tuesday], problem, Wording("en")) == (
        "Away: Mon 23 Nov: Cy Li (Cy) all day; Tue 24 Nov: Ann Li (Ann) 10:00–11:00."
    )
    assert when_away(tuesday, problem, Wording("en")) == "10:00–11:00"
    by_twelve = when_away(tuesday, problem, Wording("en", Region(is_twelve_hours=True)))
    assert by_twelve == "10:00–11:00\N{NO-BREAK SPACE}AM"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_papers_and_terminal_say_the_same(lang: str) -> None:
    w = three()
    plan, absences = w.plan({"Ann": ["A"]}), (LATE, EARLY, ALL_DAY)
    papers = make_papers(w.problem, w.matrix, plan, PlanningContext(absences=absences), lang)
    said = away_words(absences, w.problem, Wording(lang))
    assert papers.register.note == said
    assert papers.changes.note.endswith(said)
    assert said in render_page(w.problem, w.matrix, plan, lang, papers=papers)
    console = Console(file=io.StringIO(), width=200, record=True)
    print_plan(w.problem, w.matrix, plan, console, lang, absences=absences)
    assert said in console.export_text()


def test_the_sheet_of_who_is_there_for_a_part_of_the_day_says_so() -> None:
    w = three()
    context = PlanningContext(absences=(LATE, EARLY))
    papers = make_papers(w.problem, w.matrix, w.plan({"Ann": ["A"]}), context, "en")
    [sheet] = papers.route_sheets
    assert [(field.label, field.value) for field in sheet.heading if field.name == "away"] == [("Away", "until 08:40")]
    none = make_papers(w.problem, w.matrix, w.plan({"Ann": ["A"]}), PlanningContext(absences=(EARLY,)), "en")
    assert [field.name for field in none.route_sheets[0].heading if field.name == "away"] == []
