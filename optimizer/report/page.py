"""The plan as one HTML page that needs nothing but a browser: no network, no other file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import UnassignedState
from optimizer.domain.rules import SOFT_RULES
from optimizer.report.days import TechnicianDay, technician_days
from optimizer.report.figures import kpis
from optimizer.report.files import replacing
from optimizer.report.gantt import draw_gantt
from optimizer.report.palette import pen
from optimizer.report.paper_view import ListView, SheetView
from optimizer.report.papers import make_papers
from optimizer.report.routemap import draw_map
from optimizer.report.templating import render
from optimizer.report.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.report.papers.model import Paper, Papers
    from optimizer.travel.matrix import TravelMatrix


def write_page(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    path: Path,
    lang: str,
    *,
    assumptions: Sequence[str] = (),
    papers: Papers | None = None,
) -> None:
    """Write the plan as one self-contained page: figures, time chart, map, and the papers to print.

    Parameters
    ----------
    assumptions
        What the judge took for granted, as sentences; shown when there are any.
    papers
        The papers of the plan in the same language, if they are made already.
    """
    text = render_page(problem, matrix, plan, lang, assumptions=assumptions, papers=papers)
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def render_page(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    lang: str,
    *,
    assumptions: Sequence[str] = (),
    papers: Papers | None = None,
) -> str:
    """Return the page as text; see `write_page`."""
    wording = Wording(lang)
    days = technician_days(problem, matrix, plan)
    visit_index = {visit.visit_id: index for index, visit in enumerate(problem.visits)}
    return render(
        "page.html.jinja",
        "page.js",
        wording,
        problem=problem,
        plan=plan,
        cards=_cards(kpis(problem, matrix, plan), wording),
        people=[_Person(index, day, problem) for index, day in enumerate(days)],
        gantt=draw_gantt(problem, days, visit_index, wording),
        map=draw_map(problem, plan, days, visit_index, wording),
        unassigned=[_Left(visit_index[left.visit_id], left, problem, wording) for left in plan.unassigned],
        costs=_costs(plan, wording),
        assumptions=assumptions,
        chapters=_chapters(papers or make_papers(problem, matrix, plan, None, lang), days, wording),
    )


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


def _chapters(papers: Papers, days: Sequence[TechnicianDay], wording: Wording) -> list[Chapter]:
    """Return the papers in the order in which a coordinator takes them up; no chapter for changes without any."""
    index = {(day.technician.technician_id, day.shift.day): number for number, day in enumerate(days)}
    sheets = tuple(
        (index[sheet.technician.technician_id, sheet.day], SheetView(sheet)) for sheet in papers.route_sheets
    )

    def chapter(*lists: Paper, is_wide: bool = False) -> Chapter:
        views = tuple(ListView(paper, wording, is_wide=is_wide) for paper in lists)
        return Chapter(lists[0].name, lists[0].title, views, is_wide=is_wide)

    return [
        chapter(papers.call_list, is_wide=True),
        *([chapter(papers.changes, is_wide=True)] if papers.changes.lines else []),
        *([Chapter("route_sheets", wording.translate("Route sheets"), sheets=sheets)] if sheets else []),
        chapter(papers.pick_list, papers.pick_totals),
        chapter(papers.loan_card, is_wide=True),
        chapter(papers.register, is_wide=True),
    ]


@dataclass(frozen=True, slots=True)
class Card:
    """A key figure: what it is, its value, what to read beside it, and whether it needs attention."""

    label: str
    value: str
    note: str = ""
    alarm: bool = False
    anchor: str = ""


def _cards(figures: dict[str, Any], wording: Wording) -> list[Card]:
    """Return the key figures in the order in which a coordinator asks for them."""
    t = wording.translate
    broken = figures["unassigned_will_break"]
    return [
        Card(
            t("Planned visits"),
            f"{figures['visits_planned']}",
            t("of {count}", count=figures["visits_planned"] + figures["visits_unassigned"]),
        ),
        Card(
            t("Not planned"),
            f"{figures['visits_unassigned']}",
            t("{count} promises will break", count=broken) if broken else "",
            alarm=figures["visits_unassigned"] > 0,
            anchor="unassigned" if figures["visits_unassigned"] else "",
        ),
        Card(
            t("Promises kept"),
            wording.share(figures["promises_kept_share"]),
            t("{kept} of {count}", kept=figures["promises_kept"], count=figures["promises"]),
            alarm=figures["promises_kept"] < figures["promises"],
        ),
        Card(
            t("Lateness"),
            wording.duration(figures["late_minutes"] * 60),
            t("{count} visits", count=figures["late_visits"]) if figures["late_visits"] else "",
            alarm=figures["late_visits"] > 0,
        ),
        Card(
            t("Travel"),
            wording.duration(figures["travel_minutes"] * 60),
            wording.kilometres(round(figures["travel_km"] * 1000)),
        ),
        Card(
            t("Overtime"),
            wording.duration(figures["overtime_minutes"] * 60),
            alarm=figures["overtime_minutes"] > 0,
        ),
        Card(
            t("Technicians"),
            f"{figures['technicians_used']}",
            " · ".join(
                [t("of {count}", count=figures["technicians_available"])]
                + [t("{count} contractors", count=figures["contractors_used"])] * bool(figures["contractors_used"])
            ),
        ),
        Card(
            t("Mean load"),
            wording.share(figures["load_share_mean"]),
            t("deviation {duration}", duration=wording.duration(figures["fairness"]["load_deviation_minutes"] * 60)),
        ),
        Card(t("Cost"), wording.money(figures["cost_cents"]), anchor="costs"),
    ]


class _Person:
    """A technician's day as the page shows it: the day's facts, with the pen of its route."""

    def __init__(self, index: int, day: TechnicianDay, problem: Problem) -> None:
        self.index = index
        self.day = day
        self.technician = day.technician
        self.pen = pen(index)
        self.is_staff = problem.is_staff(day.technician.technician_id)
        self.name = day.technician.name or day.technician.technician_id


class _Left:
    """A visit that is not planned, as the page shows it."""

    def __init__(self, index: int, left: UnassignedVisit, problem: Problem, wording: Wording) -> None:
        self.index = index
        self.visit = problem.visit_by_id[left.visit_id]
        self.order = problem.order_of(self.visit)
        self.customer = problem.customer_of(self.visit)
        self.priority = problem.priority_of(self.visit)
        self.windows = wording.windows(self.visit, problem)
        self.state = wording.state(left)
        self.is_red = left.state is not UnassignedState.WAITS
        self.reasons = list(zip(left.reasons, wording.reasons(left, problem), strict=True))


def _costs(plan: Plan, wording: Wording) -> list[dict[str, Any]]:
    """Return the costs by rule, the dearest first, with their share of the sum."""
    total = plan.cost_cents
    rows = [
        {
            "rule": rule,
            "name": wording.rule(rule),
            "statement": wording.translate(rule.statement),
            "cents": plan.costs.get(rule, 0),
            "percent": round(100 * plan.costs.get(rule, 0) / total, 1) if total else 0.0,
        }
        for rule in SOFT_RULES
    ]
    return sorted(rows, key=lambda row: -row["cents"])
