"""A plan made anew with other facts, from the plan in hand: solved, then judged under these facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.errors import JudgementError, LockConflictError, NoPlanError
from optimizer.judge.verdict import judge_plan
from optimizer.running.first_routes import routes_of
from optimizer.running.tickets import Urgency
from optimizer.solver import solve

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule
    from optimizer.travel.matrix import TravelMatrix

#: What leaving out a visit costs that a plan shall have: more than all else together.
DEAR_CENTS = 100_000_000


@dataclass(frozen=True, slots=True)
class Search:
    """How long is searched for each plan that is made anew.

    Parameters
    ----------
    seconds
        Time of the search; `None` where the clock changes nothing.
    iterations
        Moves instead: the same plans every time.
    """

    seconds: float | None = 0.3
    iterations: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Variant:
    """A plan under other facts, beside the one in hand.

    Parameters
    ----------
    problem
        The facts that it keeps.
    plan
        The plan: clean, with its costs under these facts.
    before
        The plan in hand.
    """

    problem: Problem
    plan: Plan
    before: Plan

    @property
    def extra_cents(self) -> int:
        """What it costs more than the plan in hand; below 0 where it costs less."""
        return self.plan.cost_cents - self.before.cost_cents

    @property
    def cost_changes(self) -> dict[Rule, int]:
        """By how many cents each soft rule costs more, as far as it differs."""
        return self.plan.cost_changes(self.before)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The visits that the plan in hand has and this one has not, by id."""
        return tuple(sorted(_served(self.before) - _served(self.plan)))


def _served(plan: Plan) -> set[str]:
    return {visit_id for route in plan.routes for visit_id in route.visit_ids}


def plan_with(
    problem: Problem,
    matrix: TravelMatrix,
    before: Plan,
    visit_id: str,
    search: Search,
    *,
    start: Plan,
) -> Variant | None:
    """Plan again so that a visit is served, whatever it costs; `None` where no plan with it was found.

    Parameters
    ----------
    problem
        The facts to plan with, that `before` may not have known.
    start
        The plan to begin with.
    """
    order_id = problem.visit_by_id[visit_id].order_id
    prices = {**problem.policy.unassigned_by_order_cents, order_id: DEAR_CENTS}
    dear = replace(problem, policy=replace(problem.policy, unassigned_by_order_cents=prices))
    try:
        outcome = solve(
            dear,
            matrix,
            seconds=search.seconds,
            iterations=search.iterations,
            seed=search.seed,
            start=routes_of(start),
            urgency=Urgency.INTERACTIVE,
            is_explained=False,
        )
    except (JudgementError, LockConflictError, NoPlanError):
        return None
    made = judged_variant(problem, matrix, before, outcome.plan)
    return made if made is not None and visit_id in _served(made.plan) else None


def judged_variant(problem: Problem, matrix: TravelMatrix, before: Plan, plan: Plan) -> Variant | None:
    """Return a plan with its costs under some facts, beside the one in hand; `None` where it breaks any rule."""
    judged = priced_under(problem, matrix, plan)
    return None if judged is None else Variant(problem, judged, before)


def priced_under(problem: Problem, matrix: TravelMatrix, plan: Plan) -> Plan | None:
    """Return a plan with its costs under some facts; `None` where it breaks any rule of them."""
    judgement = judge_plan(problem, matrix, plan)
    if judgement.costs != plan.costs:
        # What it cost under other facts is no fault.
        plan = replace(plan, costs=judgement.costs)
        judgement = judge_plan(problem, matrix, plan)
    return plan if judgement.is_clean else None
