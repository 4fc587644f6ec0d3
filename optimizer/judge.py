"""The judge: says of any plan what it breaks, by how much, and what it costs to the cent.

This is RULES in code, and the specification: it imports the domain and the travel matrix and nothing of the engine,
so that what the engine believes of a plan and what the judge finds are two independent readings of one rule book.
Its parts are `judge_facts` (look-ups), `judge_timing` (RULES §2), `judge_rules` and `judge_stock` (§3), `judge_costs`
(§4) and `judge_stated` (what the plan states).

The judge never raises on a plan, however nonsensical: unknown ids, doubled visits, a route without a shift and a
missing place of the matrix are violations like any other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.plan import Plan, Route, Stop
from optimizer.domain.rules import Rule
from optimizer.domain.units import DAY_S, HOUR_S, clock_text
from optimizer.judge_costs import price_plan
from optimizer.judge_facts import Facts
from optimizer.judge_rules import (
    Case,
    JudgedDay,
    allowed,
    break_,
    crew,
    is_past_due,
    loan,
    lock,
    once,
    precedence,
    ready,
    shift,
    skill,
    stock,
    tool,
    travel_limit,
    window,
)
from optimizer.judge_stated import (
    break_of,
    stops_of,
    unassigned_of,
    wrong_costs,
    wrong_moments,
    wrong_unassigned,
)
from optimizer.judge_timing import time_canonically, time_with_slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.judge_timing import TimedTour
    from optimizer.travel.matrix import TravelMatrix

#: The hard rules in the order in which they are looked at. `load` has no entry: no visit can state a load yet.
HARD_CHECKS = (
    (Rule.ONCE, once),
    (Rule.SKILL, skill),
    (Rule.ALLOWED, allowed),
    (Rule.TRAVEL_LIMIT, travel_limit),
    (Rule.WINDOW, window),
    (Rule.READY, ready),
    (Rule.SHIFT, shift),
    (Rule.BREAK, break_),
    (Rule.STOCK, stock),
    (Rule.LOAN, loan),
    (Rule.TOOL, tool),
    (Rule.CREW, crew),
    (Rule.PRECEDENCE, precedence),
    (Rule.LOCK, lock),
)


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that the judgement takes for granted, to be shown beside the plan.

    Parameters
    ----------
    sentence
        English, with `{named}` places: a key of the catalogue.
    values
        What stands in those places.
    """

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge finds.

    Parameters
    ----------
    violations
        Every broken hard rule and every wrong statement of the plan, rules in order.
    costs
        Cents of every soft rule, recomputed.
    assumptions
        What was taken for granted.
    """

    violations: tuple[Violation, ...]
    costs: Mapping[Rule, int]
    assumptions: tuple[Assumption, ...] = ()

    @property
    def cost_cents(self) -> int:
        """The one money sum, recomputed."""
        return sum(self.costs.values())

    @property
    def is_clean(self) -> bool:
        """Say whether nothing is broken and everything stated is right."""
        return not self.violations


def judge(problem: Problem, matrix: TravelMatrix, plan: Plan) -> Judgement:
    """Judge a plan: time every route again, check every rule, recompute every cost.

    A stated break slot is accepted when it is legal; all times must then be the earliest ones for that slot.
    """
    case = _open_case(Facts(problem, matrix), plan)
    costs = price_plan(case.facts, [day.timed for day in case.days], case.planned)
    broken = [violation for _, check in HARD_CHECKS for violation in check(case)]
    wrong = [*wrong_moments(case), *wrong_unassigned(case), *wrong_costs(case, costs)]
    return Judgement(violations=tuple(broken + wrong), costs=costs, assumptions=tuple(_assumptions(problem, plan)))


def time_routes(problem: Problem, matrix: TravelMatrix, routes: Mapping[str, Sequence[str]]) -> Plan:
    """Time a plan that brought routes only: the canonical schedule, with stops, costs and the visits left out.

    A route that cannot be timed legally is timed past its limits, so that the judge can name the amounts; an unknown
    visit or a technician without a shift keeps its place, with empty times.

    Parameters
    ----------
    routes
        Technician id to visit ids in driving order, all on day 0.
    """
    facts = Facts(problem, matrix)
    timed = {who: _time(facts, who, visit_ids) for who, visit_ids in routes.items() if visit_ids}
    made = [_make_route(facts, who, routes[who], tour) for who, tour in sorted(timed.items())]
    planned = {visit_id for visit_ids in routes.values() for visit_id in visit_ids}
    left_out = sorted(visit.visit_id for visit in problem.visits if visit.visit_id not in planned)
    return Plan(
        routes=tuple(made),
        unassigned=tuple(unassigned_of(problem, problem.visit_by_id[visit_id]) for visit_id in left_out),
        costs=price_plan(facts, [tour for tour in timed.values() if tour is not None], planned),
    )


def _time(facts: Facts, technician_id: str, visit_ids: Sequence[str]) -> TimedTour | None:
    shift_ = facts.shifts.get((technician_id, 0))
    visits = [facts.problem.visit_by_id[v] for v in visit_ids if v in facts.problem.visit_by_id]
    if shift_ is None or not visits:
        return None
    return time_canonically(facts.tour(shift_, visits), facts.problem.policy)


def _make_route(facts: Facts, technician_id: str, visit_ids: Sequence[str], timed: TimedTour | None) -> Route:
    if timed is None:
        return Route(technician_id, 0, 0, 0, tuple(_empty_stop(visit_id) for visit_id in visit_ids))
    known = iter(stops_of(facts, timed))
    stops = tuple(
        next(known) if visit_id in facts.problem.visit_by_id else _empty_stop(visit_id) for visit_id in visit_ids
    )
    return Route(technician_id, 0, timed.tour.depart_s, timed.return_s, stops, break_of(timed))


def _empty_stop(visit_id: str) -> Stop:
    return Stop(visit_id, 0, 0, 0, 0, Interval(0, 0))


def _open_case(facts: Facts, plan: Plan) -> Case:
    """Time again whatever can be timed, and note who serves what."""
    days: list[JudgedDay] = []
    planned: dict[str, tuple[tuple[str, int], ...]] = {}
    for route in plan.routes:
        for visit_id in route.visit_ids:
            planned[visit_id] = (*planned.get(visit_id, ()), (route.technician_id, route.day))
        stops = tuple(stop for stop in route.stops if stop.visit_id in facts.problem.visit_by_id)
        shift_ = facts.shifts.get((route.technician_id, route.day))
        if shift_ is None or not stops:
            continue
        tour = facts.tour(shift_, [facts.problem.visit_by_id[stop.visit_id] for stop in stops])
        if tour.needs_break and route.break_ is not None and route.break_.slot in tour.slots:
            timed = time_with_slot(tour, route.break_.slot)
        else:
            timed = time_canonically(tour, facts.problem.policy)
        days.append(JudgedDay(route, stops, timed))
    return Case(facts, plan, tuple(days), planned)


# --- what is taken for granted --------------------------------------------------------------------------------------


def _assumptions(problem: Problem, plan: Plan) -> Iterator[Assumption]:
    planned_with_parts = {
        route.technician_id
        for route in plan.routes
        for visit_id in route.visit_ids
        if visit_id in problem.visit_by_id and problem.visit_by_id[visit_id].parts
    }
    for owed in problem.loans:
        if owed.technician_id in planned_with_parts and not is_past_due(problem, owed):
            yield Assumption(
                "Loan {loan}: technician {technician} returns {quantity} of part {part} by {due}, as agreed.",
                {
                    "loan": owed.loan_id,
                    "technician": owed.technician_id,
                    "quantity": owed.quantity,
                    "part": owed.part_id,
                    "due": owed.due.isoformat(),
                },
            )
    yield from _old_counts(problem, plan)


def _old_counts(problem: Problem, plan: Plan) -> Iterator[Assumption]:
    """Name each part in use that was last counted before noon of the working day before the plan."""
    eve = problem.branch.calendar.preceding_working_day(problem.first_day)
    noon_s = problem.day_index(eve) * DAY_S + 12 * HOUR_S
    used = Counter(
        need.part_id
        for route in plan.routes
        for visit_id in route.visit_ids
        if visit_id in problem.visit_by_id
        for need in problem.visit_by_id[visit_id].parts
    )
    for part in problem.parts:
        if part.part_id in used and part.as_of_s is not None and part.as_of_s < noon_s:
            counted = f"{problem.date_of(part.as_of_s // DAY_S)} {clock_text(part.as_of_s)}"
            yield Assumption(
                "Part {part}: the count of {counted} ({quantity} on hand) is older than the last afternoon.",
                {"part": part.part_id, "counted": counted, "quantity": part.on_hand},
            )
