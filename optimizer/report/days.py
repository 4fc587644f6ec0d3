"""What each technician does on each day: legs, loads and lateness, derived once for every view of the plan."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.problem import BRANCH_PLACE, end_key, start_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.domain.order import Place
    from optimizer.domain.plan import BranchStop, Plan, Route, Stop
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Leg:
    """One way between two places (keys of the travel matrix), in seconds of the clock, and its metres.

    Parameters
    ----------
    door_s
        How much of it is time at the door.
    """

    origin: str
    destination: str
    leave_s: int
    arrive_s: int
    metres: int
    door_s: int = 0

    @property
    def travel_s(self) -> int:
        """How long the way takes, the time at the door included."""
        return self.arrive_s - self.leave_s

    @property
    def drive_s(self) -> int:
        """How long the drive takes."""
        return self.travel_s - self.door_s


@dataclass(frozen=True, slots=True)
class TechnicianDay:
    """One technician with a shift, and what the plan makes of it.

    Parameters
    ----------
    route
        `None` when the technician stays unused.
    legs
        The drives in order, the one to the end place last; a stop at the branch is a place on the way. Empty when
        unused.
    """

    technician: Technician
    shift: Shift
    route: Route | None
    legs: tuple[Leg, ...] = ()

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops in driving order; empty when unused."""
        return self.route.stops if self.route else ()

    @property
    def branch_stop(self) -> BranchStop | None:
        """The stop at the branch on the way; `None` without one."""
        return self.route.branch_stop if self.route else None

    @property
    def tours(self) -> tuple[tuple[Stop, ...], ...]:
        """The stops of each tour: all of them, or those before and those after the stop at the branch."""
        pause = self.branch_stop
        return (self.stops,) if pause is None else (self.stops[: pause.before], self.stops[pause.before :])

    def leads(self, stop: Stop) -> bool:
        """Return whether this technician brings parts and tools to a stop: alone there, or the lead of the crew."""
        return stop.lead in ("", self.technician.technician_id)

    def way_to(self, position: int) -> tuple[Leg, ...]:
        """Return the drives to a stop (counted from 0) from the one before it: two when the branch lies between."""
        pause = self.branch_stop
        if pause is None or position < pause.before:
            return self.legs[position : position + 1]
        return self.legs[position + (position > pause.before) : position + 2]

    def leaves_s(self, position: int) -> int:
        """Return when the technician is to leave for a stop (counted from 0): from the branch, after a stop there."""
        return self.way_to(position)[-1].leave_s

    @property
    def travel_s(self) -> int:
        """Seconds on the way, the time at doors included."""
        return sum(leg.travel_s for leg in self.legs)

    @property
    def door_s(self) -> int:
        """Seconds at doors."""
        return sum(leg.door_s for leg in self.legs)

    @property
    def drive_s(self) -> int:
        """Seconds on the road."""
        return self.travel_s - self.door_s

    @property
    def metres(self) -> int:
        """Metres on the road."""
        return sum(leg.metres for leg in self.legs)

    @property
    def service_s(self) -> int:
        """Seconds at work with customers, their pauses not counted."""
        return sum(stop.work_s for stop in self.stops)

    @property
    def load_s(self) -> int:
        """Travel, time at doors and service: the load that fairness looks at; time at the branch is none."""
        return self.travel_s + self.service_s

    @property
    def load_share(self) -> float | None:
        """The load as a share of the contracted time; `None` when no time is contracted."""
        return self.load_s / self.shift.contracted_s if self.shift.contracted_s else None

    @property
    def overtime_s(self) -> int:
        """How long after the shift's end the technician is back."""
        return max(0, self.route.return_s - self.shift.end_s) if self.route else 0

    @property
    def late_s(self) -> int:
        """Lateness summed over the stops."""
        return sum(stop.lateness_s for stop in self.stops)

    @property
    def break_s(self) -> tuple[int, int] | None:
        """Start and end of the break taken; `None` without one."""
        if self.route is None or self.route.break_ is None or self.shift.break_ is None:
            return None
        start_s = self.route.break_.start_s
        return start_s, start_s + self.shift.break_.length_s


def technician_days(problem: Problem, matrix: TravelMatrix, plan: Plan) -> list[TechnicianDay]:
    """Return a day for every shift of the problem, employees before contractors, then by id."""
    routes = {(route.technician_id, route.day): route for route in plan.routes}
    places = problem.places()
    days = []
    for shift in problem.shifts:
        technician = problem.technician_by_id[shift.technician_id]
        route = routes.get((shift.technician_id, shift.day))
        if route is not None and not route.stops:
            route = None
        legs = _legs(problem, matrix, places, shift, route) if route else ()
        days.append(TechnicianDay(technician, shift, route, legs))
    return sorted(
        days,
        key=lambda day: (
            day.shift.day,
            not problem.is_staff(day.technician.technician_id),
            day.technician.technician_id,
        ),
    )


def _legs(
    problem: Problem, matrix: TravelMatrix, places: Mapping[str, Place], shift: Shift, route: Route
) -> tuple[Leg, ...]:
    """Return the ways of a route: each leaves when the service or the break before it ends."""
    technician = problem.technician_by_id[shift.technician_id]
    on_the_way: list[tuple[str, int]] = [(stop.visit_id, stop.end_s) for stop in route.stops]
    if route.branch_stop is not None:
        on_the_way.insert(route.branch_stop.before, (BRANCH_PLACE, route.branch_stop.end_s))
    keys = [start_key(technician), *(key for key, _ in on_the_way), end_key(technician)]
    free_from = [route.depart_s, *(end_s for _, end_s in on_the_way)]
    legs = []
    for k, (origin, destination) in enumerate(itertools.pairwise(keys)):
        leave_s = free_from[k]
        if route.break_ and shift.break_ and route.break_.slot == 2 * k:
            leave_s = max(leave_s, route.break_.start_s + shift.break_.length_s)
        drive_s = matrix.travel_s(shift.profile, origin, destination) or 0
        metres = matrix.travel_m(shift.profile, origin, destination) or 0
        visit = problem.visit_by_id.get(destination)
        door_s = 0 if visit is None else problem.way_in_s(places[origin], visit)
        legs.append(Leg(origin, destination, leave_s, leave_s + drive_s + door_s, metres, door_s))
    return tuple(legs)


def visits_served(plan: Plan) -> dict[str, tuple[Route, Stop]]:
    """Return where each planned visit is, once: with its lead where a crew serves it."""
    found: dict[str, tuple[Route, Stop]] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.visit_id not in found or stop.lead == route.technician_id:
                found[stop.visit_id] = (route, stop)
    return found


def days_by_date(days: Iterable[TechnicianDay]) -> dict[int, list[TechnicianDay]]:
    """Return the technicians' days by day index, both in order."""
    return {day: list(group) for day, group in itertools.groupby(days, key=lambda own: own.shift.day)}
