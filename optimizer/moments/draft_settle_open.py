"""The three stages of a day: draft at 16:00, settle at 18:00, open at 08:00.

`ingest` reads what is known at the moment. Here the plan stays near the published one: its routes are where the
search begins, its told windows are kept, and whatever differs in the end is listed with whom to call by when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.domain.planning_context import Stage
from optimizer.errors import LockConflictError, NoPlanError
from optimizer.moments.changes import changes_between, stay_near
from optimizer.moments.started import told_in_vain, with_started
from optimizer.running.first_routes import possible_routes, routes_of
from optimizer.running.tickets import Urgency
from optimizer.solver import Outcome, solve

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from optimizer.domain.plan import Plan
    from optimizer.domain.planning_context import Change
    from optimizer.domain.problem import Problem
    from optimizer.running.first_routes import Routes
    from optimizer.travel.matrix import TravelMatrix

#: How urgent the plan of a stage is: in the morning people wait for it in front of their vans.
URGENCY = {Stage.DRAFT: Urgency.SOLVE, Stage.SETTLE: Urgency.SOLVE, Stage.OPEN: Urgency.INTERACTIVE}
#: Share of the time for keeping every told window; the rest is for keeping all but those that cannot be kept.
FIRST_TRY_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """A solve that stays near a published plan.

    Parameters
    ----------
    changes
        What differs from the published plan, by visit; empty without one.
    released
        Visits whose told window could not be kept for all, and was given up: their customers are called first.
    """

    outcome: Outcome
    changes: tuple[Change, ...] = ()
    released: tuple[str, ...] = ()


def plan_stage(
    problem: Problem,
    matrix: TravelMatrix,
    published: Plan | None,
    *,
    seconds: float | None = 10.0,
    start: Routes | None = None,
    told: Collection[str] | None = None,
    reported: Mapping[str, int] | None = None,
    **options: Any,
) -> StageOutcome:
    """Plan a day near its published plan.

    What has begun is kept as begun. Every told window past its notice deadline is kept as long as a plan with all of
    them is found, but for those that were over before anybody came. Otherwise those visits may move that the published
    routes no longer hold (an absence, a part that is missing), and they alone.

    Parameters
    ----------
    published
        The plan to stay near; without one this is a plain solve.
    start
        Routes to start from instead of the published ones: those of a solve of the same that was interrupted.
    told
        Visits whose customers know a window, where the published plan told nobody: a draft (`told_windows`).
    reported
        When the last result of a visit was reported, by visit (`PlanningContext.reported`).
    seconds
        Time of the search; of both searches, where those windows are given up.
    options
        As for `solve`.

    Raises
    ------
    LockConflictError, NoPlanError
        As `solve` does, the first also when giving those windows up does not help.
    """
    if published is None:
        return StageOutcome(solve(problem, matrix, seconds=seconds, start=start, **options))
    problem = with_started(problem, matrix, published, reported or {})
    over = told_in_vain(problem, published)
    near = stay_near(problem, published, released=over, told=told)
    kept = possible_routes(near, matrix, routes_of(published))
    unplaced = _unplaced(near, kept)
    first_s = seconds if seconds is None or not unplaced else FIRST_TRY_SHARE * seconds
    try:
        outcome = solve(near, matrix, seconds=first_s, start=start or kept, **options)
        released = over
    except (LockConflictError, NoPlanError) as error:
        # A first try whose time was up says nothing of those windows, but there is none left for another with them.
        if not unplaced or (isinstance(error, NoPlanError) and error.stopped != "overrun"):
            raise
        near = stay_near(problem, published, released=(*over, *unplaced), told=told)
        left_s = None if seconds is None else (1 - FIRST_TRY_SHARE) * seconds
        outcome = solve(near, matrix, seconds=left_s, start=start or routes_of(published), **options)
        released = tuple(sorted({*over, *unplaced}))
    return StageOutcome(outcome, changes_between(outcome.problem, published, outcome.plan, told), released)


def _unplaced(near: Problem, kept: Routes) -> tuple[str, ...]:
    """Return the visits told for these days that the published routes, as far as they are kept, no longer hold."""
    held = {visit_id for visits in kept.values() for visit_id in visits}
    told = {entry.visit_id for entry in near.published if entry.told is not None and 0 <= entry.day < near.days}
    return tuple(sorted(told - held))
