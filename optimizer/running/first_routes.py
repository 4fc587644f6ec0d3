"""Routes to start from: those of the published plan, as far as today's rules still allow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.rules import Rule
from optimizer.judge.verdict import judge_plan, time_routes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.travel.matrix import TravelMatrix

    #: Visit ids in driving order by technician and day index; a technician id alone means day 0.
    Routes: TypeAlias = Mapping[str | tuple[str, int], Sequence[str]]


def routes_of(plan: Plan) -> dict[str | tuple[str, int], tuple[str, ...]]:
    """Return the routes of a plan, its stops at the branch among the visits."""
    return {(route.technician_id, route.day): route.stop_ids for route in plan.routes}


def possible_routes(
    problem: Problem, matrix: TravelMatrix, routes: Routes
) -> dict[str | tuple[str, int], tuple[str, ...]]:
    """Return the routes without the visits with which the judge finds a hard rule broken.

    Visits that are no longer planned and technicians without a shift go first; then, round by round, whatever the
    judge names. A locked visit that no route has is no reason to take another one out.

    Parameters
    ----------
    routes
        Visit ids in driving order by technician and day; a technician id alone means day 0.
    """
    working = {(shift.technician_id, shift.day) for shift in problem.shifts}
    keyed = {(key, 0) if isinstance(key, str) else key: visits for key, visits in routes.items()}
    left: dict[tuple[str, int], list[str]] = {
        key: [visit for visit in dict.fromkeys(visits) if visit in problem.visit_by_id or visit == BRANCH_STOP]
        for key, visits in sorted(keyed.items())
        if key in working
    }
    while any(left.values()):
        judgement = judge_plan(problem, matrix, time_routes(problem, matrix, left))
        gone = {_culprit(problem, violation, left) for violation in judgement.violations}
        # One a day and round: what comes after it may be in time once it is gone.
        first = {key: next((visit for visit in visits if visit in gone), "") for key, visits in left.items()}
        if not any(first.values()):
            return {key: tuple(visits) for key, visits in left.items() if visits}
        crews = {v for v in first.values() if v and problem.crew_size_of(problem.visit_by_id[v]) > 1}
        left = {key: [v for v in visits if v != first[key] and v not in crews] for key, visits in left.items()}
    return {}


def _culprit(problem: Problem, violation: Violation, routes: Mapping[tuple[str, int], Sequence[str]]) -> str:
    """Return the visit to take out for a violation: the one it names, the least user of a part, the last of the day."""
    if violation.visit_id:
        return violation.visit_id
    planned = [
        problem.visit_by_id[visit_id] for visits in routes.values() for visit_id in visits if visit_id != BRANCH_STOP
    ]
    if violation.part_id:
        planned = [visit for visit in planned if any(need.part_id == violation.part_id for need in visit.parts)]
    elif violation.rule is Rule.TOOL:
        planned = [visit for visit in planned if visit.tools]
    else:
        mine = [visits for (who, _), visits in routes.items() if who == violation.technician_id]
        return next((v for visits in mine for v in reversed(visits) if v != BRANCH_STOP), "")
    least = min(planned, key=lambda visit: (problem.priority_of(visit), visit.visit_id), default=None)
    return "" if least is None else least.visit_id
