"""What a plan is measured by: the one sum, money, penalties, minutes and counts, with units and their good side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.explain.unassigned import reasons_in_any_plan
from optimizer.report.figures import kpis
from optimizer.text.regional import money_number

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.whatif.case import Case

#: The unit of amounts of money until the branch's currency is known.
MONEY = "money"
#: The unit of penalties, which are on no bill: a point weighs as much as one unit of the currency.
POINTS = "points"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a plan.

    Parameters
    ----------
    name
        In tables.
    key
        Among the key figures of a plan (`report/figures.py`).
    unit
        `money`, `points`, `min`, `visits`, `promises`, `people` or `share`.
    better
        -1 where less is better, 1 where more is, 0 where neither.
    """

    name: str
    key: str
    unit: str
    better: int


#: `cost` is what plans are made for: its verdict is that of the scenario.
MEASURES = (
    Measure("cost", "cost_cents", MONEY, -1),
    Measure("paid", "paid_cents", MONEY, -1),
    Measure("penalties", "penalty_cents", POINTS, -1),
    Measure("fixed_penalties", "fixed_cents", POINTS, -1),
    Measure("visits_planned", "visits_planned", "visits", 1),
    Measure("visits_unassigned", "visits_unassigned", "visits", -1),
    Measure("promises_kept", "promises_kept", "promises", 1),
    Measure("promises_kept_share", "promises_kept_share", "share", 1),
    Measure("late_visits", "late_visits", "visits", -1),
    Measure("late_minutes", "late_minutes", "min", -1),
    Measure("travel_minutes", "travel_minutes", "min", -1),
    Measure("overtime_minutes", "overtime_minutes", "min", -1),
    Measure("technicians_used", "technicians_used", "people", 0),
    Measure("load_deviation_minutes", "load_deviation_minutes", "min", -1),
)


def measured(case: Case, plan: Plan) -> dict[str, float]:
    """Return every measure of a plan: money in the branch's currency, time in minutes; not a number where it has none.

    What no plan of these days has, by proof, counts as fixed penalties.
    """
    problem = case.problem
    plan = replace(plan, unassigned=reasons_in_any_plan(problem, case.matrix, plan))
    figures = kpis(problem, case.matrix, plan)
    figures |= figures["fairness"]
    found = {}
    for measure in MEASURES:
        value = figures[measure.key]
        if measure.unit in (MONEY, POINTS):
            value = money_number(value, problem.branch.region)
        found[measure.name] = float("nan") if value is None else float(value)
    return found
