"""Short ways to make the papers of a tiny world and to look into them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval, Load, PartNeed, Predecessor, SkillNeed, ToolNeed, Urgency
from optimizer.domain.planning_context import PlanningContext
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.stock import Part, Tool
from optimizer.domain.technician import Break, Shift
from optimizer.domain.units import DAY_S, at
from optimizer.report.papers.making import make_papers
from tests.worlds import job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.report.papers.model import Line, Paper, Papers
    from tests.worlds import World

#: How the worlds below are planned.
PAIR = {"T1": ["K", "A"], "T2": ["K", "B"]}
FETCH = {"T1": ["A", "0", "B"]}
LATE = {"T1": ["B", "C", "D", "E"]}
TWO_DAYS = {("T1", 0): ["A"], ("T1", 1): ["B"], ("T2", 1): ["C"]}


def boiler_pair() -> World:
    """T1 and T2 set up boiler K together, 08:10 to 09:10; T1 leads and brings hoist and pipe. A waits for K.

    Then T1 goes on to A, 09:20 to 09:50, and T2 to B, 09:30 to 10:00.
    """
    boiler = job("K", place=10, minutes=60, parts={"P1": 1}, phone="138-K").but(
        crew_size=2, lead_skills=(SkillNeed("boiler", 2),), tools=(ToolNeed("G1"),), loads=(Load("kg", 80),)
    )
    return world(
        [boiler, job("A", place=20).but(after=(Predecessor("K"),)), job("B", place=30)],
        [
            person("T1", skills={"boiler": 2}, phone="139-1", capacity=(Load("kg", 100),)),
            person("T2", phone="139-2"),
        ],
        parts=(Part("P1", "pipe", 5),),
        tools=(Tool("G1", "hoist", 1),),
    )


def late_emergency() -> World:
    """E, 100 minutes away, is an emergency of Monday 08:00, to be reached by 10:00.

    Told windows hold T1: B 08:10, C 08:50, D 09:30 to 10:00, and only then the 90 minutes to E.
    """
    jobs = [job(name, place=place, phone=f"138-{name}") for name, place in (("B", 10), ("C", 20), ("D", 10))]
    jobs.append(job("E", place=100, requested="", urgency=Urgency.EMERGENCY))
    told = {"B": "08:00-08:30", "C": "08:45-09:15", "D": "09:30-10:00"}
    published = tuple(PublishedVisit(visit_id, "T1", 0, span(window)) for visit_id, window in told.items())
    return world(jobs, [person("T1")], as_of_s=at(8), published=published)


def fetch_on_the_way() -> World:
    """T1 starts at home beside A, 08:00 to 08:30, is at the branch 09:00 to 09:10, and at B 09:20 to 09:50.

    Of the two boards for A one is his own; the pumps for B are picked up at the branch.
    """
    made = world(
        [job("A", place=30, parts={"P1": 2}), job("B", place=10, parts={"P2": 2})],
        [person("T1", home=30, own_parts=(PartNeed("P1", 1),))],
        parts=(Part("P1", "board", 5), Part("P2", "pump", 5)),
    )
    return made.with_job("B", loads=(Load("kg", 20),)).with_policy(morning_s=600)


def two_days() -> World:
    """T1 goes to A on Monday, 08:30 to 09:00, and to B on Tuesday; T2, from home, to C on Tuesday. Each needs P1."""
    jobs = [job(name, place=place, requested="", parts={"P1": 1}) for name, place in (("A", 10), ("B", 20), ("C", 10))]
    made = world(jobs, [person("T1"), person("T2", home=5)], parts=(Part("P1", "board", 5),))
    return on_days(made, 2)


def on_days(w: World, days: int) -> World:
    """Return the world over several days, with the shifts of the first on each of them."""
    shifts = [_later(shift, day) for day in range(days) for shift in w.problem.shifts]
    return w.but(days=days, shifts=tuple(shifts))


def _later(shift: Shift, day: int) -> Shift:
    rest, by_s = shift.break_, day * DAY_S
    if rest is not None:
        rest = Break(Interval(rest.window.open_s + by_s, rest.window.close_s + by_s), rest.length_s)
    return replace(shift, day=day, start_s=shift.start_s + by_s, end_s=shift.end_s + by_s, break_=rest)


def papers_of(
    w: World,
    routes: Mapping[str, Sequence[str]] | Mapping[tuple[str, int], Sequence[str]],
    context: PlanningContext | None = None,
    lang: str = "en",
) -> Papers:
    """Return the papers of routes, timed."""
    return make_papers(w.problem, w.matrix, w.plan(routes), context or PlanningContext(), lang)


def column(paper: Paper, name: str) -> list[object]:
    """Return one column of a list."""
    return [line.cells[name] for line in paper.lines]


def line_of(paper: Paper, order_id: str, **cells: object) -> Line:
    """Return the one line of an order, among those with these cells."""
    [line] = [
        line
        for line in paper.lines
        if line.cells["order_id"] == order_id and all(line.cells[name] == value for name, value in cells.items())
    ]
    return line
