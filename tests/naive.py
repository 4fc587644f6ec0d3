"""The slow and obvious twin of the engine: every assignment of every visit, in every order.

It uses the judge's functions only. Days are tried one by one and kept when nothing is wrong with them alone; then all
ways to combine days of disjoint visits are priced. Good to six visits and two technicians.
"""

from __future__ import annotations

from itertools import combinations, permutations
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import Plan, Route
from optimizer.judge import judge, time_routes
from optimizer.judge_costs import dropped_cents, fairness_cents, price_route, unassigned_cents, work_of
from optimizer.judge_facts import Facts
from optimizer.judge_rules import (
    Case,
    JudgedDay,
    allowed,
    crew,
    loan,
    precedence,
    prefix_of,
    skill,
    stock,
    tool,
    travel_limit,
)
from optimizer.judge_stated import break_of, stops_of
from optimizer.judge_timing import time_canonically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.travel.matrix import TravelMatrix

#: What can be wrong with who serves what, whatever the order.
BY_SET = (skill, allowed, stock, loan, tool, crew, precedence)


class Day(NamedTuple):
    """A way to spend a technician's day: its price without fairness, its work, and the visits in order."""

    cents: int
    work_s: int
    visit_ids: tuple[str, ...]


def best_plan(problem: Problem, matrix: TravelMatrix) -> int | None:
    """Return the cents of the cheapest clean plan timed canonically; `None` when there is no clean plan."""
    found = best_routes(problem, matrix)
    return None if found is None else found[0]


def best_routes(problem: Problem, matrix: TravelMatrix) -> tuple[int, dict[str, tuple[str, ...]]] | None:
    """Return also the routes; the judge has confirmed both."""
    facts = Facts(problem, matrix)
    shifts = [shift for shift in problem.shifts if shift.day == 0]
    days = [_days(facts, shift) for shift in shifts]
    best: tuple[int, dict[str, tuple[str, ...]]] | None = None
    for chosen in _combinations(facts, days, (), frozenset()):
        cents = _price(facts, shifts, chosen)
        if best is None or cents < best[0]:
            routes = {s.technician_id: d.visit_ids for s, d in zip(shifts, chosen, strict=True) if d.visit_ids}
            if _fits_stock(facts, shifts, chosen):
                best = (cents, routes)
    if best is not None:
        judgement = judge(problem, matrix, time_routes(problem, matrix, best[1]))
        assert judgement.is_clean, judgement.violations
        assert judgement.cost_cents == best[0]
    return best


def can_be_served(problem: Problem, matrix: TravelMatrix, visit_id: str) -> bool:
    """Say whether some technician has some legal day with a visit."""
    facts = Facts(problem, matrix)
    return any(visit_id in visit_ids for shift in problem.shifts for visit_ids in _days(facts, shift))


def _days(facts: Facts, shift: Shift) -> dict[frozenset[str], list[Day]]:
    """Return, for each set of visits, its orders that break nothing; of two with equal work the cheaper."""
    ways: dict[frozenset[str], list[Day]] = {}
    prefix = prefix_of(facts.problem, shift.technician_id)
    own = [visit for visit in facts.problem.visits if _may_serve(facts, shift, visit)]
    for count in range(len(own) + 1):
        for chosen in combinations(own, count):
            by_work: dict[int, Day] = {}
            for visits in permutations(chosen):
                day = _day(facts, shift, visits, prefix)
                if day is not None and (day.work_s not in by_work or day < by_work[day.work_s]):
                    by_work[day.work_s] = day
            if by_work:
                ways[frozenset(visit.visit_id for visit in chosen)] = list(by_work.values())
    return ways


def _may_serve(facts: Facts, shift: Shift, visit: Visit) -> bool:
    locked_to = {lock.technician_id for lock in facts.locks.get(visit.visit_id, ())}
    if locked_to - {shift.technician_id}:
        return False
    timed = time_canonically(facts.tour(shift, [visit]), facts.problem.policy)
    route = Route(shift.technician_id, 0, 0, 0, stops_of(facts, timed), break_of(timed))
    case = Case(facts, Plan((route,), ()), (JudgedDay(route, route.stops, timed),), {})
    return not any(violation for check in BY_SET for violation in check(case))


def _day(facts: Facts, shift: Shift, visits: tuple[Visit, ...], prefix: tuple[str, ...]) -> Day | None:
    visit_ids = tuple(visit.visit_id for visit in visits)
    if not visits:
        return None if prefix else Day(0, 0, ())
    tour = facts.tour(shift, visits)
    if visit_ids[: len(prefix)] != prefix or tour.missing:
        return None
    timed = time_canonically(tour, facts.problem.policy)
    route = Route(shift.technician_id, 0, 0, 0, ())
    case = Case(facts, Plan((route,), ()), (JudgedDay(route, (), timed),), {})
    if timed.breach_s or any(travel_limit(case)):
        return None
    return Day(sum(price_route(facts, timed).values()), work_of(timed), visit_ids)


def _combinations(
    facts: Facts, days: list[dict[frozenset[str], list[Day]]], chosen: tuple[Day, ...], used: frozenset[str]
) -> Iterator[tuple[Day, ...]]:
    """Yield every choice of one day a technician without a visit twice and without a locked visit left out."""
    if len(chosen) == len(days):
        if all(v.visit_id in used for v in facts.problem.visits if facts.is_mandatory(v.visit_id)):
            yield chosen
        return
    for visit_ids, ways in days[len(chosen)].items():
        if not visit_ids & used:
            for day in ways:
                yield from _combinations(facts, days, (*chosen, day), used | visit_ids)


def _price(facts: Facts, shifts: list[Shift], chosen: tuple[Day, ...]) -> int:
    problem = facts.problem
    used = {visit_id for day in chosen for visit_id in day.visit_ids}
    left_out = [visit for visit in problem.visits if visit.visit_id not in used]
    work_s = {shift.technician_id: day.work_s for shift, day in zip(shifts, chosen, strict=True)}
    return (
        sum(day.cents for day in chosen)
        + sum(unassigned_cents(problem, visit) + dropped_cents(facts, visit.visit_id) for visit in left_out)
        + fairness_cents(problem, work_s)
    )


def _fits_stock(facts: Facts, shifts: list[Shift], chosen: tuple[Day, ...]) -> bool:
    days = []
    for shift, day in zip(shifts, chosen, strict=True):
        if day.visit_ids:
            visits = [facts.problem.visit_by_id[visit_id] for visit_id in day.visit_ids]
            timed = time_canonically(facts.tour(shift, visits), facts.problem.policy)
            days.append(JudgedDay(Route(shift.technician_id, 0, 0, 0, ()), (), timed))
    return not any(stock(Case(facts, Plan((), ()), tuple(days), {})))
