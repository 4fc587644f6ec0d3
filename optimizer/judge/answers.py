"""What the papers may ask the judge: who may serve what, who owes a part, what the stock gives.

Whoever prints a plan imports these names from here; the judge's other modules are its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.judge.facts import skill_gaps
from optimizer.judge.hard_rules import is_past_due, past_due_loan, refusals
from optimizer.judge.stock import Draw, holds_of, outside_of, pickup_day_of, stock_shortages
from optimizer.judge.verdict import judge_plan

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.travel.matrix import TravelMatrix

__all__ = [
    "Draw",
    "allowed_by_name",
    "holds_of",
    "is_past_due",
    "outside_of",
    "past_due_loan",
    "pickup_day_of",
    "refusals",
    "skill_gaps",
    "stock_shortages",
]


def allowed_by_name(problem: Problem, matrix: TravelMatrix, plan: Plan) -> tuple[Violation, ...]:
    """Return what a plan exceeds by exceptions, each with who allows it and why."""
    if not problem.exceptions:
        return ()
    return tuple(one for one in judge_plan(problem, matrix, plan).accepted if one.by)
