"""What the judge's hard rules look at: a plan beside the judge's own timing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, Route, Stop
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Technician
    from optimizer.judge.facts import Facts, Service
    from optimizer.judge.stock import DrawnParts
    from optimizer.judge.timing import TimedStop, TimedTour


@dataclass(frozen=True, slots=True)
class JudgedDay:
    """A stated route that can be timed, and the judge's own timing of it.

    Parameters
    ----------
    stops
        Those of known visits.
    parts
        What each of them draws from the branch.
    """

    route: Route
    stops: tuple[Stop, ...]
    timed: TimedTour
    parts: DrawnParts = ()

    @property
    def technician(self) -> Technician:
        """Whose day it is."""
        return self.timed.tour.technician

    @property
    def services(self) -> Iterator[tuple[Service, Visit, TimedStop]]:
        """The visits as they are served, and in time."""
        for service, stop in zip(self.timed.tour.services, self.timed.stops, strict=True):
            if service.visit is not None:
                yield service, service.visit, stop


@dataclass(frozen=True, slots=True)
class JudgedPlan:
    """A plan as every hard rule looks at it.

    Parameters
    ----------
    days
        The routes that have a known technician, a shift and a known visit.
    planned
        Visit id to the technicians and days that serve it, unknown ids and people included.
    """

    facts: Facts
    plan: Plan
    days: tuple[JudgedDay, ...]
    planned: Mapping[str, tuple[tuple[str, int], ...]]

    @property
    def problem(self) -> Problem:
        """The problem that the plan answers."""
        return self.facts.problem

    def time_text(self, moment_s: int) -> str:
        """Return a moment as the branch's clock shows it: `09:30`."""
        return self.problem.clock.text(moment_s)

    def people(self, visit_id: str) -> frozenset[str]:
        """Return everybody who serves a visit, unknown people included."""
        return frozenset(technician_id for technician_id, _ in self.planned.get(visit_id, ()))
