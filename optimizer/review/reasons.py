"""Why visits of a plan file stay out: asked for anew, whatever the file states."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge.verdict import judge_plan
from optimizer.promise.due_day import with_due_days

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.domain.plan import Plan
    from optimizer.domain.rules import Violation
    from optimizer.ingest.plans.plan_file import PlanFile

#: How long reasons are looked for.
REASONS_S = 20.0
#: How many ways to make room for each of several visits are tried; of one that is asked for, all.
TRIES = 12


def reasons_now(
    file: PlanFile, visit_ids: Collection[str], *, seconds: float | None = REASONS_S
) -> tuple[Plan, tuple[Violation, ...]]:
    """Return the plan with its left-out visits among some, each with its reason; and what the plan breaks.

    Of a plan that breaks a rule no reason is asked: what is possible beside it, it does not say.

    Parameters
    ----------
    seconds
        How long may be looked; a visit whose turn does not come by then has that as its reason.
    """
    plan = file.plan
    left = tuple(replace(entry, reasons=()) for entry in plan.unassigned if entry.visit_id in visit_ids)
    asked = replace(plan, unassigned=left)
    violations = judge_plan(file.problem, file.matrix, plan, rules=file.rules).violations
    if violations or not left:
        return asked, violations
    until_s = None if seconds is None else time.monotonic() + seconds
    problem = with_due_days(file.problem, file.matrix)
    tries = None if len(left) == 1 else TRIES
    return replace(asked, unassigned=explain_unassigned(problem, file.matrix, asked, until_s=until_s, tries=tries)), ()
