"""Routes to start from: those of the published plan, as far as today's rules still allow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.judge import judge, time_routes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.travel.matrix import TravelMatrix


def possible_routes(
    problem: Problem, matrix: TravelMatrix, routes: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return the routes without the visits with which the judge finds a hard rule broken.

    Visits that are no longer planned and technicians without a shift go first; then, round by round, whatever the
    judge names. A locked visit that no route has is no reason to take another one out.

    Parameters
    ----------
    routes
        Technician id to visit ids in driving order, of the first day.
    """
    working = {shift.technician_id for shift in problem.shifts if shift.day == 0}
    left = {
        who: [visit for visit in dict.fromkeys(visits) if visit in problem.visit_by_id]
        for who, visits in sorted(routes.items())
        if who in working
    }
    while any(left.values()):
        judgement = judge(problem, matrix, time_routes(problem, matrix, left))
        gone = {_culprit(problem, violation, left) for violation in judgement.violations}
        # One a day and round: what comes after it may be in time once it is gone.
        first = {who: next((visit for visit in visits if visit in gone), "") for who, visits in left.items()}
        if not any(first.values()):
            return {who: tuple(visits) for who, visits in left.items() if visits}
        left = {who: [visit for visit in visits if visit != first[who]] for who, visits in left.items()}
    return {}


def _culprit(problem: Problem, violation: Violation, routes: Mapping[str, Sequence[str]]) -> str:
    """Return the visit to take out for a violation: the one it names, the least user of a part, the last of the day."""
    if violation.visit_id:
        return violation.visit_id
    if violation.part_id:
        planned = [problem.visit_by_id[visit_id] for visits in routes.values() for visit_id in visits]
        users = [visit for visit in planned if any(need.part_id == violation.part_id for need in visit.parts)]
        least = min(users, key=lambda visit: (problem.priority_of(visit), visit.visit_id), default=None)
        return "" if least is None else least.visit_id
    visits = routes.get(violation.technician_id, ())
    return visits[-1] if visits else ""
