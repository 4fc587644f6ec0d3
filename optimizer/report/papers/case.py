"""What every paper looks up: the plan by visit, people and parts by name, moments as people write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.domain.order import Urgency
from optimizer.explain.late_emergencies import Sooner, sooner_by_moving
from optimizer.judge.answers import allowed_by_name, past_due_loan
from optimizer.promise.due_day import Basis, promise_of
from optimizer.report.absences import away_words
from optimizer.report.days import TechnicianDay, technician_days, visits_served
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from optimizer.domain.order import Interval, Order, PartNeed, ToolNeed, Visit
    from optimizer.domain.plan import Plan, Route, Stop, UnassignedVisit
    from optimizer.domain.planning_context import PlanningContext
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.report.wording import Wording
    from optimizer.text.catalogue import Translate
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Case:
    """A problem, its plan and the planning context, as one language sees them.

    Parameters
    ----------
    days
        The technicians' days that hold a visit.
    route_of, stop_of
        Where a planned visit is; with the lead, where a crew serves it.
    left
        Visits not planned, by id.
    allowed
        What the plan exceeds by exceptions, by the visit that they are for.
    sooner
        For emergencies that are planned late: who could be there sooner if customers gave up their told windows.
    """

    problem: Problem
    matrix: TravelMatrix
    plan: Plan
    context: PlanningContext
    wording: Wording
    days: tuple[TechnicianDay, ...] = field(init=False, repr=False)
    route_of: Mapping[str, Route] = field(init=False, repr=False)
    stop_of: Mapping[str, Stop] = field(init=False, repr=False)
    left: Mapping[str, UnassignedVisit] = field(init=False, repr=False)
    allowed: Mapping[str, tuple[Violation, ...]] = field(init=False, repr=False)
    sooner: Mapping[str, Sooner] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        days = technician_days(self.problem, self.matrix, self.plan)
        object.__setattr__(self, "days", tuple(day for day in days if day.stops))
        served = visits_served(self.plan)
        object.__setattr__(self, "route_of", {visit_id: route for visit_id, (route, _) in served.items()})
        object.__setattr__(self, "stop_of", {visit_id: stop for visit_id, (_, stop) in served.items()})
        object.__setattr__(self, "left", {left.visit_id: left for left in self.plan.unassigned})
        allowed: dict[str, tuple[Violation, ...]] = {}
        for one in allowed_by_name(self.problem, self.matrix, self.plan):
            allowed[one.visit_id] = (*allowed.get(one.visit_id, ()), one)
        object.__setattr__(self, "allowed", allowed)
        object.__setattr__(self, "sooner", dict(self._found_sooner()))

    def _found_sooner(self) -> Iterator[tuple[str, Sooner]]:
        for visit in self.problem.visits:
            stop = self.stop_of.get(visit.visit_id)
            if stop is not None and stop.lateness_s and self.is_emergency(self.problem.order_of(visit)):
                found = sooner_by_moving(self.problem, self.matrix, self.plan, visit.visit_id)
                if found is not None:
                    yield visit.visit_id, found

    @property
    def say(self) -> Translate:
        """The translation function."""
        return self.wording.translate

    @property
    def away(self) -> str:
        """Who is away when, as a sentence; empty where nobody is."""
        return away_words(self.context.absences, self.problem, self.wording)

    # --- people and parts -------------------------------------------------------------------------------------

    def person(self, technician_id: str) -> str:
        """Return a technician as `陈立新 (T01)`; an id that the branch does not know stays an id."""
        return self.wording.person_with_id(technician_id, self.problem)

    def phone(self, technician_id: str) -> str:
        """Return a technician's phone; empty when none is known."""
        technician = self.problem.technician_by_id.get(technician_id)
        return without_controls(technician.phone) if technician else ""

    def technician_of(self, visit_id: str) -> str:
        """Return who serves a visit, the lead of a crew; empty when nobody does."""
        route = self.route_of.get(visit_id)
        return route.technician_id if route else ""

    def crew_of(self, visit_id: str) -> tuple[str, ...]:
        """Return everybody who serves a visit, the lead first; empty when nobody does."""
        who = self.technician_of(visit_id)
        return (who, *(other for other in self.stop_of[visit_id].crew if other != who)) if who else ()

    def people(self, technician_ids: Iterable[str]) -> str:
        """Return technicians as `陈立新 (T01)；王强 (T02)`."""
        return self.wording.series(map(self.person, technician_ids))

    def is_blocked(self, technician_id: str, day: int = 0) -> bool:
        """Return whether a loan past due forbids a technician new parts on a day."""
        return past_due_loan(self.problem, technician_id, self.problem.date_of(day)) is not None

    def part(self, part_id: str) -> str:
        """Return the name of a part; its number when it has none."""
        return without_controls(next((p.name for p in self.problem.parts if p.part_id == part_id), "") or part_id)

    def parts(self, needs: Iterable[PartNeed]) -> str:
        """Return parts with number and quantity: `空调主板 (P01) ×1；水泵 (P03) ×2`."""
        return self.wording.series(
            f"{self._named(self.part(need.part_id), need.part_id)} ×{need.quantity}" for need in needs if need.quantity
        )

    def tool(self, tool_id: str) -> str:
        """Return the name of a tool; its number when it has none."""
        return without_controls(next((t.name for t in self.problem.tools if t.tool_id == tool_id), "") or tool_id)

    def tools(self, needs: Iterable[ToolNeed]) -> str:
        """Return tools with number and quantity."""
        return self.wording.series(
            f"{self._named(self.tool(need.tool_id), need.tool_id)} ×{need.units}" for need in needs
        )

    @staticmethod
    def _named(name: str, number: str) -> str:
        return f"{name} ({without_controls(number)})" if name and name != number else without_controls(number)

    # --- moments ----------------------------------------------------------------------------------------------

    def moment(self, moment_s: int | None) -> datetime | None:
        """Return a moment as the branch's local date and time."""
        return None if moment_s is None else self.problem.local_time(moment_s)

    def date_at(self, moment_s: int) -> date:
        """Return the date that a moment falls on."""
        return self.problem.local_time(moment_s).date()

    def clock(self, moment_s: int, day: int) -> str:
        """Return `HH:MM` of a moment on the paper of a day; one of another day says which (`02:00 +1`)."""
        return self.wording.clock(moment_s, self.problem, day)

    def time_text(self, moment_s: int | None) -> str:
        """Return date and time of a moment, `11-20 15:20`; empty when there is none."""
        moment = self.moment(moment_s)
        return "" if moment is None else self.wording.stamp(moment)

    def day_window(self, window: Interval) -> str:
        """Return a window with its day: `Mon 23 Nov, 09:00–11:00`."""
        day = self.problem.clock.day_of(window.open_s)
        hours = self.wording.window(window, self.problem, day)
        return self.say("{day}, {hours}", day=self.wording.short_day(self.problem.date_of(day)), hours=hours)

    def windows(self, windows: Iterable[Interval], day: int | None = None, *, until_s: int = 0) -> str:
        """Return windows of the paper's day by the clock, those of other days with the day.

        Parameters
        ----------
        day
            The day that the paper is about. By default the one that is planned; with several of them, none.
        until_s
            When a night of that day is over; windows of the next day that open before are of that night.
        """
        if day is None and self.problem.days == 1:
            day = 0
        return self.wording.series(
            self.wording.window(window, self.problem, day)
            if day is not None and self._is_of(day, until_s, window.open_s)
            else self.day_window(window)
            for window in windows
        )

    def _is_of(self, day: int, until_s: int, moment_s: int) -> bool:
        """Return whether a moment falls on a day, or into its night."""
        on = self.problem.clock.day_of(moment_s)
        return on == day or (on == day + 1 and moment_s < until_s)

    def next_close_s(self) -> int:
        """Return the next close of business from the moment of planning on."""
        problem, branch = self.problem, self.problem.branch
        day = problem.clock.day_of(problem.as_of_s)
        while (
            not branch.calendar.is_working_day(problem.date_of(day))
            or problem.clock.moment_s(day, branch.business.close_s) < problem.as_of_s
        ):
            day += 1
        return problem.clock.moment_s(day, branch.business.close_s)

    # --- orders -----------------------------------------------------------------------------------------------

    def is_emergency(self, order: Order) -> bool:
        """Return whether an order is an emergency."""
        return order.urgency is Urgency.EMERGENCY

    def lacks_day(self, visit: Visit) -> bool:
        """Return whether no day is promised or agreed for a visit, so that one is to be agreed."""
        if self.problem.order_of(visit).promised:
            return False
        return promise_of(self.problem, self.matrix, visit).due_day is None

    def is_beyond(self, visit: Visit) -> bool:
        """Return whether a visit lies farther away than a day is promised for."""
        return promise_of(self.problem, self.matrix, visit).basis is Basis.BEYOND
