"""A job that begins from another plan: with its facts, so that what people decided stays, or from its routes alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.plans.conversion import plan_from_json
from api.plans.documents import unpack
from optimizer.domain.plan import Plan
from optimizer.domain.problem import LockLevel
from optimizer.editing.rest_of_plan import with_held
from optimizer.ingest.plans.formats import as_of_then
from optimizer.ingest.read import problem_from_json
from optimizer.moments.changes import changes_between
from optimizer.running.first_routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import RowMapping

    from optimizer.domain.problem import Problem
    from optimizer.errors import LockConflictError
    from optimizer.moments.draft_settle_open import StageOutcome
    from optimizer.running.first_routes import Routes


def rest_of(start: RowMapping, options: Mapping[str, Any], late: Collection[str] = ()) -> tuple[Problem, Routes]:
    """Return the facts of the plan that a job begins from, with what is to stay locked, and its routes.

    Parameters
    ----------
    start
        The packed plan and problem.
    options
        Of the job: `held`, the visits that were moved by hand, and `freeze_before`, a local moment.
    late
        Visits before that moment whose start cannot be kept; technician and day are.
    """
    problem = problem_from_json(as_of_then(unpack(start["problem"])))
    plan = plan_from_json(unpack(start["plan"])["plan"], problem)
    held = options.get("held", ())
    return with_held(problem, plan, held, before_s=_before_s(problem, options), late=late), routes_of(plan)


def near(
    start: RowMapping, problem: Problem, options: Mapping[str, Any], late: Collection[str] = ()
) -> tuple[Problem, Routes]:
    """Return new facts with what a plan of before has that is too near to change locked, and that plan's routes.

    What the facts do not have any more, visits and technicians, is left out of them.
    """
    plan = plan_from_json(unpack(start["plan"])["plan"], problem)
    routes = tuple(
        replace(route, stops=tuple(stop for stop in route.stops if stop.visit_id in problem.visit_by_id))
        for route in plan.routes
        if route.technician_id in problem.technician_by_id and 0 <= route.day < problem.days
    )
    known = Plan(routes, ())
    return with_held(problem, known, before_s=_before_s(problem, options), late=late), routes_of(known)


def no_longer_kept(error: LockConflictError, facts: Problem, problem: Problem, options: Mapping[str, Any]) -> set[str]:
    """Return the visits that cannot keep the start that `freeze_before` froze: it is no lock of anybody.

    Parameters
    ----------
    facts
        What was solved, with what is to stay locked.
    problem
        The facts as they were sent.
    """
    if options.get("freeze_before") is None:
        return set()
    frozen = {lock.visit_id for lock in facts.locks if lock.level is LockLevel.START}
    frozen -= {lock.visit_id for lock in problem.locks}
    return frozen & {one.visit_id for one in error.violations}


def _before_s(problem: Problem, options: Mapping[str, Any]) -> int | None:
    moment = options.get("freeze_before")
    return None if moment is None else problem.clock.moment_of(datetime.fromisoformat(moment))


def with_changes(solved: StageOutcome, published: Plan | None) -> StageOutcome:
    """Return an outcome with what it does otherwise than the published plan, whose windows are among its facts."""
    if published is None:
        return solved
    outcome = solved.outcome
    return replace(solved, changes=changes_between(outcome.problem, published, outcome.plan))
