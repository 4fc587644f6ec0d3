"""The command `bound`: how far a plan is from the best one at most, in words with amounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.bound import Bounded, Scope, bound_cost
from optimizer.judge.verdict import judge_plan
from optimizer.text.regional import money_text

if TYPE_CHECKING:
    from optimizer.console import Faults, Speaker
    from optimizer.ingest.plans.plan_file import PlanFile


def bound_of(file: PlanFile, seconds: float, faults: Faults) -> Bounded:
    """Return the bound beside a plan file's plan, as it is judged now; end the command where that breaks rules."""
    judgement = judge_plan(file.problem, file.matrix, file.plan, rules=file.rules)
    head = faults.say("The plan breaks rules; nothing is proven of it:")
    faults.stop_at_broken("NOT_PROVEN", head, judgement.violations)
    plan = replace(file.plan, costs=judgement.costs)
    return bound_cost(file.problem, file.matrix, plan, seconds=seconds)


def bound_sentences(file: PlanFile, bounded: Bounded, say: Speaker) -> list[str]:
    """Return in words how good a plan is at least, and what the bound leaves out."""
    region = file.problem.branch.region
    if bounded.lower_bound_cents is None or bounded.gap is None:
        return [
            say("Nothing is proven: {why}.", why=bounded.note or say("the time was too short, or the day is too large"))
        ]
    bound = money_text(bounded.lower_bound_cents, region)
    if bounded.scope is Scope.OPTIMAL:
        return [say("Proven: no plan costs less than {cost}.", cost=bound)]
    told = [
        say("No plan costs less than {bound}; this one costs {cost}, at most {pct} % of it too much.",
            bound=bound, cost=money_text(bounded.cost_cents, region), pct=f"{100 * bounded.gap:.1f}"),
    ]  # fmt: skip
    if bounded.relaxed:
        rules = ", ".join(bounded.relaxed)
        told.append(say("The bound does not hold all of these rules, so that it may be too low: {rules}.", rules=rules))
    return told
