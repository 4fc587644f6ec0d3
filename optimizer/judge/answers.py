"""What the papers may ask the judge: who may serve what, who owes a part, what the stock gives.

Whoever prints a plan imports these names from here; the judge's other modules are its own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.judge.costs import absence_costs
from optimizer.judge.facts import Facts, gaps_in, skill_gaps
from optimizer.judge.hard_rules import is_past_due, past_due_loan, refusals_left
from optimizer.judge.stock import (
    Draw,
    arrival_moments,
    holds_of,
    outside_of,
    picked_up_s,
    pickup_day_of,
    stock_shortages,
    usable_from,
)
from optimizer.judge.verdict import judge_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule, Violation
    from optimizer.domain.technician import Technician
    from optimizer.travel.matrix import TravelMatrix

__all__ = [
    "Draw",
    "allowed_by_name",
    "arrival_moments",
    "costs_of_absence",
    "has_skills",
    "holds_of",
    "is_past_due",
    "outside_of",
    "past_due_loan",
    "picked_up_s",
    "pickup_day_of",
    "stock_shortages",
    "usable_from",
    "who_may_serve",
]


def allowed_by_name(problem: Problem, matrix: TravelMatrix, plan: Plan) -> tuple[Violation, ...]:
    """Return what a plan exceeds by exceptions, each with who allows it and why."""
    if not problem.exceptions:
        return ()
    return tuple(one for one in judge_plan(problem, matrix, plan).accepted if one.by)


def costs_of_absence(problem: Problem, matrix: TravelMatrix, visit_ids: Sequence[str]) -> dict[Rule, int]:
    """Return what leaving visits out costs by rule, in cents; a rule that costs nothing is not in it."""
    found: Counter[Rule] = Counter()
    if visit_ids:
        facts = Facts(problem, matrix)
        for visit_id in visit_ids:
            found.update(absence_costs(facts, problem.visit_by_id[visit_id]))
    return {rule: cents for rule, cents in found.items() if cents}


def who_may_serve(problem: Problem, matrix: TravelMatrix, visit: Visit, day: int) -> tuple[Technician, ...]:
    """Return who may serve a visit, by an exception to the area, too, and has the skills for it on a day."""
    facts, on = Facts(problem, matrix), problem.date_of(day)
    return tuple(
        technician
        for technician in problem.technicians
        if not refusals_left(facts, technician, visit) and not skill_gaps(problem, technician, visit, on)
    )


def has_skills(problem: Problem, visit: Visit, day: int) -> bool:
    """Return whether enough people of the branch have the skills for a visit on a day, one of them to lead a crew."""
    on, size = problem.date_of(day), problem.crew_size_of(visit)
    able = {t.technician_id for t in problem.technicians if not skill_gaps(problem, t, visit, on)}
    if size == 1:
        return bool(able)
    leads = [t.technician_id for t in problem.technicians if not gaps_in(t, problem.lead_skills_needed(visit), on)]
    return any(len(able - {lead}) >= size - 1 for lead in leads)
