"""The command `bound`: how far a plan is from the best one at most, in words with amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.bound import Bounded, Scope, bound_cost
from optimizer.proof_output import nothing_proven, provable_plan
from optimizer.text.regional import money_text

if TYPE_CHECKING:
    from optimizer.console import Faults, Speaker
    from optimizer.ingest.plans.plan_file import PlanFile


def bound_of(file: PlanFile, seconds: float, faults: Faults) -> Bounded:
    """Return the bound beside a plan file's plan, as it is judged now; end the command where that breaks rules."""
    return bound_cost(file.problem, file.matrix, provable_plan(file, faults), seconds=seconds)


def bound_sentences(file: PlanFile, bounded: Bounded, say: Speaker) -> list[str]:
    """Return in words how good a plan is at least, and what the bound leaves out."""
    region = file.problem.branch.region
    if bounded.lower_bound_cents is None or bounded.gap is None:
        return [nothing_proven(bounded.note, say)]
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
