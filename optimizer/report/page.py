"""The plan as one HTML page that needs nothing but a browser: no network, no other file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import UnassignedState
from optimizer.report.days import days_by_date, technician_days
from optimizer.report.figures import balances_s, kpis, loads_of
from optimizer.report.gantt import axis_of, draw_gantt
from optimizer.report.headline import key_figures
from optimizer.report.money import CostParts, cost_parts
from optimizer.report.palette import pen
from optimizer.report.paper_view import ListView, sheet_views
from optimizer.report.papers.making import make_papers
from optimizer.report.routemap import draw_map
from optimizer.report.templating import render
from optimizer.report.wording import Wording
from optimizer.text.files import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule
    from optimizer.domain.technician import Technician
    from optimizer.report.days import TechnicianDay
    from optimizer.report.figures import Load
    from optimizer.report.gantt import Gantt
    from optimizer.report.paper_view import SheetView
    from optimizer.report.papers.model import Paper, Papers
    from optimizer.report.routemap import RouteMap
    from optimizer.travel.matrix import TravelMatrix


#: A space at which no line ends.
NO_BREAK = "\u00a0"


def write_page(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    path: Path,
    lang: str,
    *,
    assumptions: Sequence[str] = (),
    accepted: Sequence[str] = (),
    papers: Papers | None = None,
    sheets: Sequence[SheetView] | None = None,
) -> None:
    """Write the plan as one self-contained page: figures, time chart, map, and the papers to print.

    Parameters
    ----------
    assumptions
        What the judge took for granted, as sentences; shown when there are any.
    accepted
        What kept locks break, as sentences; shown when there are any.
    papers
        The papers of the plan in the same language, if they are made already.
    sheets
        All route sheets of the papers, if somebody else draws them, too.
    """
    text = render_page(
        problem, matrix, plan, lang, assumptions=assumptions, accepted=accepted, papers=papers, sheets=sheets
    )
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def render_page(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    lang: str,
    *,
    assumptions: Sequence[str] = (),
    accepted: Sequence[str] = (),
    papers: Papers | None = None,
    sheets: Sequence[SheetView] | None = None,
) -> str:
    """Return the page as text; see `write_page`."""
    papers = papers or make_papers(problem, matrix, plan, None, lang)
    wording = Wording(lang, problem.branch.region)
    days = technician_days(problem, matrix, plan)
    people = _people(problem, days)
    figures = kpis(problem, matrix, plan)
    return render(
        "page.html.jinja",
        "page.js",
        wording,
        problem=problem,
        plan=plan,
        is_several=problem.days > 1,
        cards=[replace(one, value=with_whole_numbers(one.value)) for one in key_figures(figures, wording)],
        whole=with_whole_numbers,
        people=people,
        people_loads=[(person, person.load) for person in people],
        days=_day_views(problem, plan, days, people, figures, wording),
        unassigned=[_Left(left, problem, wording) for left in plan.unassigned],
        costs=_costs(cost_parts(problem, matrix, plan), wording),
        assumptions=assumptions,
        accepted=accepted,
        away=papers.away,
        chapters=_chapters(papers, sheets or sheet_views(papers), problem, people, wording),
    )


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of the plan: its chart, its map, its loads and its figures."""

    number: int
    title: str
    short_title: str
    gantt: Gantt
    map: RouteMap
    loads: tuple[tuple[_Person, Load], ...]
    figures: dict[str, Any]

    @property
    def is_empty(self) -> bool:
        """Return whether nobody has a visit on this day."""
        return not self.map.routes

    @property
    def has_branch_stop(self) -> bool:
        """Return whether somebody stops at the branch on the way."""
        return any(route.at_branch for route in self.map.routes)

    @property
    def has_crew(self) -> bool:
        """Return whether some visit is served by several people."""
        return any(bar.is_crew for row in self.gantt.rows for bar in row.bars)


def _day_views(
    problem: Problem,
    plan: Plan,
    days: Sequence[TechnicianDay],
    people: Sequence[_Person],
    figures: dict[str, Any],
    wording: Wording,
) -> list[DayView]:
    """Return every day of the horizon; their charts have one scale, and a technician one number in all of them."""
    visit_index = {visit.visit_id: index for index, visit in enumerate(problem.visits)}
    person_index = {person.technician.technician_id: person.index for person in people}
    by_date = days_by_date(days)
    return [
        DayView(
            number=day,
            title=wording.day(problem.date_of(day)),
            short_title=wording.short_day(problem.date_of(day)),
            gantt=draw_gantt(
                problem,
                own := by_date.get(day, []),
                visit_index,
                wording,
                axis=axis_of(problem, days, day),
                person_index=person_index,
            ),
            map=draw_map(problem, plan, own, visit_index, wording, person_index=person_index),
            loads=tuple((people[person_index[load.technician_id]], load) for load in loads_of(own)),
            figures=figures["days"][day],
        )
        for day in range(problem.days)
    ]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the page that is a paper: what the menu calls it, and its route sheets or its lists."""

    name: str
    title: str
    lists: tuple[ListView, ...] = ()
    sheets: tuple[tuple[int, SheetView], ...] = ()
    is_wide: bool = False

    @property
    def choice(self) -> tuple[str, str]:
        """What the print menu offers."""
        return self.name, self.title


def _chapters(
    papers: Papers, all_sheets: Sequence[SheetView], problem: Problem, people: Sequence[_Person], wording: Wording
) -> list[Chapter]:
    """Return the papers in the order in which a coordinator takes them up; no chapter for what is empty in most plans.

    Of several days, each has its own pick list and its own tool list.
    """
    index = {person.technician.technician_id: person.index for person in people}
    sheets = tuple((index[sheet.technician.technician_id], sheet) for sheet in all_sheets)

    def views(paper: Paper, *, is_wide: bool) -> list[ListView]:
        if problem.days == 1 or not paper.is_daily:
            return [ListView(paper, wording, wording.horizon(problem), is_wide=is_wide)]
        return [
            ListView(part, wording, wording.day(problem.date_of(day)), is_wide=is_wide, day=day)
            for day, part in paper.by_day()
        ]

    def chapter(*lists: Paper, is_wide: bool = False) -> Chapter:
        made = tuple(view for paper in lists for view in views(paper, is_wide=is_wide))
        return Chapter(lists[0].name, lists[0].title, made, is_wide=is_wide)

    return [
        chapter(papers.call_list, is_wide=True),
        *([chapter(papers.changes, is_wide=True)] if papers.changes.lines else []),
        *([Chapter("route_sheets", wording.translate("Route sheets"), sheets=sheets)] if sheets else []),
        chapter(papers.pick_list, papers.pick_totals),
        *([chapter(papers.tool_list)] if papers.tool_list.lines else []),
        chapter(papers.loan_card, is_wide=True),
        chapter(papers.register, is_wide=True),
    ]


class _Person:
    """A technician as the page shows him: his pen, his load over all the days, and his balance after them."""

    def __init__(self, index: int, technician: Technician, load: Load, balance_s: int | None, problem: Problem) -> None:
        self.index = index
        self.technician = technician
        self.load = load
        self.balance_s = balance_s
        self.pen = pen(index)
        self.is_staff = problem.is_staff(technician.technician_id)
        self.name = technician.name or technician.technician_id


def _people(problem: Problem, days: Sequence[TechnicianDay]) -> list[_Person]:
    """Return everybody with a shift on some day, employees before contractors, then by id."""
    loads = sorted(loads_of(days), key=lambda load: (not problem.is_staff(load.technician_id), load.technician_id))
    last = {who: balance_s for (who, _), balance_s in balances_s(problem, days).items()}
    return [
        _Person(index, problem.technician_by_id[load.technician_id], load, last.get(load.technician_id), problem)
        for index, load in enumerate(loads)
    ]


class _Left:
    """A visit that is not planned, as the page shows it."""

    def __init__(self, left: UnassignedVisit, problem: Problem, wording: Wording) -> None:
        self.visit = problem.visit_by_id[left.visit_id]
        self.order = problem.order_of(self.visit)
        self.customer = problem.customer_of(self.visit)
        self.windows = wording.windows(self.visit, problem)
        self.state = wording.state(left)
        self.is_red = left.state is not UnassignedState.WAITS
        self.reasons = wording.reasons(left, problem)


def with_whole_numbers(text: str) -> str:
    """Return a text whose numbers stay on one line with their units, a sum broken at its sign alone."""
    return re.sub(r"(?<=\d) (?=[^\d\s+])|(?<=h) (?=\d)", NO_BREAK, text)


@dataclass(frozen=True, slots=True)
class CostRow:
    """A rule and what it costs: its name, what it means, and the amount in words."""

    name: str
    statement: str
    amount: str


@dataclass(frozen=True, slots=True)
class CostGroup:
    """A part of the costs: what it is, its rules that cost anything, the dearest first, and their sum."""

    title: str
    rows: tuple[CostRow, ...]
    total: str


def _costs(parts: CostParts, wording: Wording) -> list[CostGroup]:
    """Return the costs in their parts: money as money, penalties as points."""
    t = wording.translate

    def group(title: str, cents: Mapping[Rule, int], write: Callable[[int], str]) -> CostGroup:
        dearest = sorted((rule for rule, amount in cents.items() if amount), key=lambda rule: -cents[rule])
        rows = (CostRow(wording.rule(rule), t(rule.statement), write(cents[rule])) for rule in dearest)
        return CostGroup(title, tuple(rows), write(sum(cents.values())))

    groups = [
        group(t("Will be paid"), parts.paid, wording.money),
        group(t("Penalty points: they guide the plan, nobody pays them"), parts.guiding, wording.points),
        group(t("Points that no plan of these days could avoid"), parts.fixed, wording.points),
    ]
    return [one for one in groups if one.rows] or groups[:1]
