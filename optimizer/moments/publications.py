"""What was published around the days to plan: whom the day before kept out late, and the plan that customers know."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.planning_context import Stage
from optimizer.ingest.plans.published import published_plan, routes_before, told_windows
from optimizer.judge.verdict import time_routes
from optimizer.moments.known_returns import with_known_returns

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem


class Beside(NamedTuple):
    """A problem with what was published before its moment.

    Parameters
    ----------
    problem
        With the returns of the day before.
    published
        The plan to stay near; `None` for a draft, which begins afresh, and where none is published for the day.
    told
        The visits whose customers know its windows; `None` where all of them do (`told_windows`).
    """

    problem: Problem
    published: Plan | None
    told: frozenset[str] | None


def beside_published(problem: Problem, branch: Path, stage: Stage) -> Beside:
    """Return a problem of a branch as a stage finds it, with what is published there by its moment.

    Raises
    ------
    InputError
        When a published file has faults.
    """
    as_of = problem.local_time(problem.as_of_s)
    problem = with_known_returns(problem, routes_before(branch, problem.clock, as_of, time_routes=time_routes))
    if stage is Stage.DRAFT:
        return Beside(problem, None, None)
    published = published_plan(branch, problem.first_day, as_of, time_routes=time_routes)
    return Beside(problem, published, told_windows(branch, problem))
