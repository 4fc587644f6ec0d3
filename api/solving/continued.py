"""A job that begins from another plan: with its facts, so that what people decided stays, or from its routes alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.plans.conversion import plan_from_json
from api.plans.documents import unpack
from optimizer.editing.rest_of_plan import with_held
from optimizer.ingest.plans.formats import as_of_then
from optimizer.ingest.read import problem_from_json
from optimizer.moments.changes import changes_between
from optimizer.running.first_routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import RowMapping

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.moments.draft_settle_open import StageOutcome
    from optimizer.running.first_routes import Routes


def rest_of(start: RowMapping, options: Mapping[str, Any]) -> tuple[Problem, Routes]:
    """Return the facts of the plan that a job begins from, with what is to stay locked, and its routes.

    Parameters
    ----------
    start
        The packed plan and problem.
    options
        Of the job: `held`, the visits that were moved by hand, and `freeze_before`, a local moment.
    """
    problem = problem_from_json(as_of_then(unpack(start["problem"])))
    plan = plan_from_json(unpack(start["plan"])["plan"], problem)
    moment = options.get("freeze_before")
    before_s = None if moment is None else problem.clock.moment_of(datetime.fromisoformat(moment))
    return with_held(problem, plan, options.get("held", ()), before_s=before_s), routes_of(plan)


def with_changes(solved: StageOutcome, published: Plan | None) -> StageOutcome:
    """Return an outcome with what it does otherwise than the published plan, whose windows are among its facts."""
    if published is None:
        return solved
    outcome = solved.outcome
    return replace(solved, changes=changes_between(outcome.problem, published, outcome.plan))
