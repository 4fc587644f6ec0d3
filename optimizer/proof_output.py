"""What `prove` and `bound` have in common: a plan of which something can be proven, and that nothing was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.judge.verdict import judge_plan

if TYPE_CHECKING:
    from optimizer.console import Faults, Speaker
    from optimizer.domain.plan import Plan
    from optimizer.ingest.plans.plan_file import PlanFile


def provable_plan(file: PlanFile, faults: Faults) -> Plan:
    """Return a plan file's plan, as it is judged now; end the command where it breaks any rule."""
    judgement = judge_plan(file.problem, file.matrix, file.plan, rules=file.rules)
    head = faults.say("The plan breaks rules; nothing is proven of it:")
    faults.stop_at_broken("NOT_PROVEN", head, judgement.violations)
    return replace(file.plan, costs=judgement.costs)


def nothing_proven(note: str, say: Speaker) -> str:
    """Return the sentence that there is no bound, and why, as far as that is noted."""
    return say("Nothing is proven: {why}.", why=note or say("the time was too short, or the day is too large"))
