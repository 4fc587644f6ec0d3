"""The formats of plan files, the one written now and those before it that are read, and the rules of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.domain.rules import Rule
from optimizer.ingest.settings.policy import OFF, UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The format of the plan files that are written.
PLAN_FORMAT = "paigong.plan/2"
#: The format before it: without a digest of the facts, and keys that nobody knew were passed over.
FIRST_FORMAT = "paigong.plan/1"
FORMATS = (PLAN_FORMAT, FIRST_FORMAT)

#: The rules of a format that has fewer than there are now, by their names; a plan of it keeps these and no others.
_RULES: Mapping[str, str] = {
    FIRST_FORMAT: (
        "once skill allowed travel_limit window ready shift break load stock loan tool crew precedence lock "
        "unassigned lateness travel overtime working_time contractor continuity fairness overqualified stability"
    ),
}


def rules_of(plan_format: str) -> frozenset[Rule]:
    """Return the rules that a plan of a format is judged by."""
    return frozenset(map(Rule, _RULES[plan_format].split())) if plan_format in _RULES else frozenset(Rule)


#: Keys of a policy that change when something may be done, with what was meant before there was the key.
_MEANT: Mapping[str, str] = {"lead_to_leave": OFF, "unreached_way": UNLIMITED, "told_width": OFF}


def as_of_then(problem: Any) -> Any:
    """Return a plan's problem as it was meant: a policy that states no floor, or grid, is of before there was one."""
    policy = problem.get("policy") if isinstance(problem, dict) else None
    if not isinstance(policy, dict) or _MEANT.keys() <= policy.keys():
        return problem
    return {**problem, "policy": {**_MEANT, **policy}}
