"""The one sum of a plan in three parts: what will be paid, what guides the plan, and what no plan could change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.judge.answers import costs_of_absence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix

#: What somebody is paid for. Everything else is a price that makes one plan better than another, and is on no bill.
PAID = frozenset({Rule.TRAVEL, Rule.OVERTIME, Rule.WORKING_TIME, Rule.CONTRACTOR})


@dataclass(frozen=True, slots=True)
class CostParts:
    """The cents of each soft rule in the part that they belong to; a rule may be in two of them.

    Parameters
    ----------
    paid
        Travel, overtime and contractors.
    guiding
        Penalties of what this plan does or leaves out, where another plan might do otherwise.
    fixed
        Penalties of visits of which it is proven that no plan of these days has them.
    """

    paid: Mapping[Rule, int]
    guiding: Mapping[Rule, int]
    fixed: Mapping[Rule, int]


def cost_parts(problem: Problem, matrix: TravelMatrix, plan: Plan) -> CostParts:
    """Return a plan's costs in their three parts, which add up to them.

    A plan of older rules was never charged what they did not know: of a rule, no more is fixed than it costs.
    """
    costs = {rule: plan.costs.get(rule, 0) for rule in SOFT_RULES}
    nobody = [left.visit_id for left in plan.unassigned if left.is_final and left.visit_id in problem.visit_by_id]
    absent = costs_of_absence(problem, matrix, nobody)
    fixed = {rule: min(cents, costs[rule]) for rule, cents in absent.items()}
    return CostParts(
        paid={rule: cents for rule, cents in costs.items() if rule in PAID},
        guiding={rule: cents - fixed.get(rule, 0) for rule, cents in costs.items() if rule not in PAID},
        fixed=fixed,
    )
