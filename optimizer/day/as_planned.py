"""A day by its published plans: who had which order, which parts were taken, who worked how long."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.ingest.plans.plan_file import read_plan
from optimizer.ingest.plans.published import published_for
from optimizer.judge.answers import pickup_day_of
from optimizer.judge.verdict import time_routes
from optimizer.report.days import technician_days
from optimizer.report.figures import staff_loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from optimizer.domain.order import PartNeed
    from optimizer.domain.plan import Plan, Route
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Taken:
    """The parts of one visit: what came from the branch and when (local time), and what was the technician's own."""

    technician_id: str
    at: datetime
    parts: tuple[PartNeed, ...]
    own: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DayAsPlanned:
    """One day by its published plans.

    Parameters
    ----------
    is_published
        Whether there is a plan for it at all.
    technicians
        Who has each visit by the last plan; the lead of a crew.
    taken
        The parts of each visit, by the last plan that has it.
    loads_s
        Travel and service of each employee by the last plan, in seconds.
    """

    is_published: bool = False
    technicians: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, Taken] = field(default_factory=dict)
    loads_s: Mapping[str, int] = field(default_factory=dict)


def day_as_planned(branch: Path, day: date, as_of: datetime) -> DayAsPlanned:
    """Return a day by the plans that were published for it by a moment, local time of the branch.

    Raises
    ------
    InputError
        When one of their files has faults.
    """
    technicians: dict[str, str] = {}
    taken: dict[str, Taken] = {}
    loads_s: dict[str, int] = {}
    files = published_for(branch, day, as_of)
    for number, file in enumerate(files):
        problem, matrix, plan = read_plan(file, time_routes=time_routes)
        routes = [route for route in plan.routes if route.day == problem.day_index(day)]
        taken = dict(_taken(problem, routes)) | taken
        if number == 0:
            leads = plan.leads
            technicians = {
                stop.visit_id: leads.get(stop.visit_id, route.technician_id) for route in routes for stop in route.stops
            }
            loads_s = _loads_s(problem, matrix, plan, problem.day_index(day))
    return DayAsPlanned(bool(files), technicians, taken, loads_s)


def _taken(problem: Problem, routes: Iterable[Route]) -> Iterator[tuple[str, Taken]]:
    for route in routes:
        technician = problem.technician_by_id.get(route.technician_id)
        for number, stop in enumerate(route.stops):
            visit = problem.visit_by_id.get(stop.visit_id)
            if technician is None or visit is None or stop.lead not in ("", route.technician_id):
                continue
            at = route.branch_stop if route.branch_stop is not None and number >= route.branch_stop.before else None
            day = pickup_day_of(problem, technician, route.day, is_after_branch=at is not None)
            evening_s = problem.clock.moment_s(route.day - 1, problem.branch.business.close_s)
            picked_s = at.start_s if at is not None else route.depart_s if day == route.day else evening_s
            own = _count(visit.parts) - _count(stop.parts)
            yield stop.visit_id, Taken(route.technician_id, problem.local_time(picked_s), stop.parts, own)


def _count(parts: Iterable[PartNeed]) -> Counter[str]:
    count: Counter[str] = Counter()
    for need in parts:
        count[need.part_id] += need.quantity
    return count


def _loads_s(problem: Problem, matrix: TravelMatrix, plan: Plan, day: int) -> dict[str, int]:
    days = (one for one in technician_days(problem, matrix, plan) if one.shift.day == day)
    return {load.technician_id: load.load_s for load in staff_loads(problem, days)}
