"""The command `prove`: what the constraint model says of a plan, in words with amounts, and a cheaper plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.engine.master.day.answers import Status
from optimizer.exact import ExactOutcome, plan_exactly
from optimizer.explain.unassigned import explain_unassigned
from optimizer.proof_output import nothing_proven, provable_plan
from optimizer.text.regional import money_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.console import Faults, Speaker
    from optimizer.domain.plan import Plan
    from optimizer.ingest.plans.plan_file import PlanFile


def proof_of(file: PlanFile, technicians: Collection[str], seconds: float, faults: Faults) -> tuple[Plan, ExactOutcome]:
    """Return a plan file's plan, as it is judged now, and what the model says of it; end the command where it breaks.

    Parameters
    ----------
    technicians
        Whose routes may change; empty is everybody's.
    """
    plan = provable_plan(file, faults)
    unknown = sorted(set(technicians) - file.problem.technician_by_id.keys())
    if unknown:
        faults.stop_at_unknown_technician(unknown[0], file.problem.technician_by_id)
    return plan, plan_exactly(file.problem, file.matrix, seconds=seconds, start=plan, free=list(technicians) or None)


def better_file(file: PlanFile, plan: Plan, outcome: ExactOutcome) -> PlanFile | None:
    """Return the plan file with the cheaper plan that was found, and the reasons of what it leaves out; else `None`."""
    if outcome.plan is None or outcome.plan.cost_cents >= plan.cost_cents:
        return None
    reasons = explain_unassigned(file.problem, file.matrix, outcome.plan)
    run = file.run | {"proven": {"status": str(outcome.status), "bound_cents": outcome.bound_cents}}
    return replace(file, plan=replace(outcome.plan, unassigned=reasons), run=run)


def sentences_of(file: PlanFile, plan: Plan, outcome: ExactOutcome, say: Speaker) -> list[str]:
    """Return in words what is proven of a plan, what is cheaper, and how much is open."""
    region = file.problem.branch.region

    def money(cents: int) -> str:
        return money_text(cents, region)

    best, bound = outcome.plan, outcome.bound_cents
    if outcome.status is Status.NOT_MODELLED:
        return [say("Not modelled: rule {rule}.", rule=gap.rule) for gap in outcome.gaps]
    found = []
    if best is not None and best.cost_cents < plan.cost_cents:
        less = money(plan.cost_cents - best.cost_cents)
        found = [say("A plan of {cost} was found, {less} less than this one.", cost=money(best.cost_cents), less=less)]
    if outcome.status is Status.OPTIMAL and bound is not None:
        return [*found, say("Proven: no plan costs less than {cost}.", cost=money(bound))]
    if bound is None:
        return [*found, nothing_proven(outcome.note, say)]
    least = min([plan.cost_cents, *([] if best is None else [best.cost_cents])])
    open_pct = f"{100 * (least - bound) / max(1, least):.1f}"
    text = say("Open: no plan costs less than {bound}; what is known is at most {pct} % above the best.",
               bound=money(bound), pct=open_pct)  # fmt: skip
    return [*found, text]
