"""One plan in everything that is printed or written of it, so that checks can hold one against the other."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.plans.plan_file import plan_to_json
from optimizer.ingest.read import read_intake
from optimizer.moments.draft_settle_open import plan_stage
from optimizer.report.days import technician_days
from optimizer.report.figures import kpis
from optimizer.report.frames import table_rows
from optimizer.report.page import render_page
from optimizer.report.papers.making import make_papers
from optimizer.report.screen import print_plan
from optimizer.report.wording import Wording
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.plan import Plan, Route, Stop
    from optimizer.domain.problem import Problem
    from optimizer.report.days import TechnicianDay
    from optimizer.report.papers.model import Papers
    from optimizer.travel.matrix import TravelMatrix

BRANCH = Path(__file__).parents[2] / "data/hangzhou"
#: Everything fits into a line of such a terminal.
WIDE = 400


@dataclass(frozen=True)
class Printed:
    """A plan, and what each paper, file and screen says of it; in English, but for `chinese_page`.

    Parameters
    ----------
    name
        What a failed check calls it.
    """

    name: str
    problem: Problem
    matrix: TravelMatrix
    plan: Plan
    context: PlanningContext = field(default_factory=PlanningContext)

    @property
    def stops(self) -> Iterator[tuple[Route, Stop]]:
        """Every stop of the plan with its route."""
        return ((route, stop) for route in self.plan.routes for stop in route.stops)

    @cached_property
    def days(self) -> list[TechnicianDay]:
        """Each technician's day with its legs."""
        return technician_days(self.problem, self.matrix, self.plan)

    @cached_property
    def papers(self) -> Papers:
        """The papers, as workbook, page and technicians' files print them."""
        return make_papers(self.problem, self.matrix, self.plan, self.context, "en")

    @cached_property
    def figures(self) -> dict[str, Any]:
        """The key figures."""
        return kpis(self.problem, self.matrix, self.plan)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The plan file."""
        return plan_to_json(self.plan, self.problem, self.matrix, {}, kpis=self.figures)

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The tables of the workbook and of `Outcome.to_frames`."""
        return table_rows(self.problem, self.matrix, self.plan, Wording("en"))

    @cached_property
    def page(self) -> str:
        """The page as text, its entities resolved."""
        return html.unescape(render_page(self.problem, self.matrix, self.plan, "en", papers=self.papers))

    @cached_property
    def chinese_page(self) -> str:
        """The page in Chinese, its marks and scripts left out."""
        papers = make_papers(self.problem, self.matrix, self.plan, self.context, "zh")
        page = render_page(self.problem, self.matrix, self.plan, "zh", papers=papers)
        return html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]*>", "\n", page, flags=re.DOTALL))

    @cached_property
    def screen(self) -> list[str]:
        """The lines of the terminal."""
        console = Console(file=io.StringIO(), width=WIDE, record=True)
        print_plan(self.problem, self.matrix, self.plan, console, "en")
        return console.export_text().splitlines()


def titles_of(page: str) -> list[str]:
    """Return what the pointer shows on the chart and the map of a page."""
    return re.findall(r"<title>(.*?)</title>", page, re.DOTALL)


def demo_at(stage: Stage, before: Plan | None, *, iterations: int = 1_000) -> Printed:
    """Plan the demo branch at a stage, near the plan of the stage before."""
    intake = read_intake(BRANCH, ReadOptions(stage))
    problem = intake.checked()
    matrix = travel_for(problem, BRANCH)
    solved = plan_stage(problem, matrix, before, seconds=None, iterations=iterations, use_master=False)
    outcome = solved.outcome
    context = replace(intake.context, changes=solved.changes, is_published=before is not None)
    return Printed(f"demo at {stage}", outcome.problem, outcome.matrix, outcome.plan, context)


def demo_at_every_stage() -> list[Printed]:
    """Return the demo branch as drafted, settled and opened."""
    found: list[Printed] = []
    for stage in Stage:
        found.append(demo_at(stage, found[-1].plan if found else None))
    return found
