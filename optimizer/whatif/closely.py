"""One visit of a plan looked at closely, in words: what would help it, why it is where it is, or what else would be."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.explain.scene import open_scene
from optimizer.explain.served import why_served
from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge.facts import Facts
from optimizer.promise.due_day import with_due_days
from optimizer.whatif.counterfactual import plan_instead
from optimizer.whatif.proposals import late_s, smallest_change
from optimizer.whatif.telling import told_instead, told_proposals, told_served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.explain.served import WhyServed
    from optimizer.travel.matrix import TravelMatrix


def explain_visit(
    problem: Problem, matrix: TravelMatrix, plan: Plan, visit_id: str, *, seconds: float | None = 20.0
) -> UnassignedVisit | WhyServed:
    """Return why a visit is left out, with what keeps it out in the end; or why it is where it is, and who else could.

    Parameters
    ----------
    problem, matrix, plan
        What was solved, and the plan.
    seconds
        How long may be looked for what keeps it out; `None` takes as long as it takes.

    Examples
    --------
    >>> explain_visit(outcome.problem, outcome.matrix, outcome.plan, "V017").cause  # doctest: +SKIP
    """
    left = [entry for entry in plan.unassigned if entry.visit_id == visit_id]
    if not left:
        return why_served(open_scene(Facts(problem, matrix), plan), problem.visit_by_id[visit_id])
    until_s = None if seconds is None else time.monotonic() + seconds
    asked = replace(plan, unassigned=tuple(replace(entry, reasons=(), cause=None) for entry in left))
    [found] = explain_unassigned(problem, matrix, asked, until_s=until_s, tries=None)
    return found


def told_closely(
    problem: Problem, matrix: TravelMatrix, plan: Plan, visit: Visit, lang: str, *, instead: str | None = None
) -> Iterator[str]:
    """Yield what is to be said of a visit, a line each.

    Parameters
    ----------
    instead
        The technician who would serve it; `None` asks why it is as it is.
    """
    problem = with_due_days(problem, matrix)
    visit = problem.visit_by_id[visit.visit_id]
    if instead is not None:
        found = plan_instead(problem, matrix, plan, visit.visit_id, instead)
        yield from told_instead(found, problem, lang)
    elif any(visit.visit_id in route.visit_ids for route in plan.routes):
        yield from told_served(why_served(open_scene(Facts(problem, matrix), plan), visit), problem, lang)
        if late_s(plan, visit) > 0:
            yield from told_proposals(smallest_change(problem, matrix, plan, visit.visit_id), problem, lang)
    else:
        yield from told_proposals(smallest_change(problem, matrix, plan, visit.visit_id), problem, lang)
