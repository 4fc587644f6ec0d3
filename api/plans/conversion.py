"""Between what the engine makes and what is kept and sent: plans, changes, receipts. No decision is made here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.refusals.refusal import by_language
from optimizer.domain.order import Interval
from optimizer.domain.planning_context import Change, ChangeKind
from optimizer.ingest.plans.plan_file import plan_from_json, routes_to_json, violation_to_json
from optimizer.ingest.write import branch_clock, problem_to_json
from optimizer.moments.changes import as_told, changes_between
from optimizer.report.figures import kpis
from optimizer.text.catalogue import LANGUAGES, translator
from optimizer.text.durations import span_text
from optimizer.text.regional import said_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.editing.editor import Edited
    from optimizer.errors import LockConflictError
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.judge.verdict import Judgement
    from optimizer.moments.draft_settle_open import StageOutcome
    from optimizer.review.branch_now import Comparison
    from optimizer.review.differences import Difference
    from optimizer.text.catalogue import Translate

__all__ = [
    "assumptions",
    "change_to_json",
    "changes_from_json",
    "changes_with",
    "comparison_to_json",
    "difference_as_fault",
    "lock_faults",
    "lock_remedy",
    "outcome_to_json",
    "plan_from_json",
    "start_of",
    "violation_as_breach",
    "violation_as_fault",
    "violation_to_json",
    "with_receipts",
]

#: By how much a rule is missed that is not measured in seconds; other units only count what the rule names.
AMOUNTS = {"days": "{amount} day(s)", "levels": "{amount} level(s)", "stops": "{amount} stop(s)"}


def outcome_to_json(solved: StageOutcome) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a solve's plan with what goes with it, and the problem that was solved, each as JSON."""
    outcome = solved.outcome
    problem, plan = outcome.problem, outcome.plan
    figures = kpis(problem, outcome.matrix, plan)
    clock = branch_clock(problem)
    made = {
        "plan": routes_to_json(plan, problem, kpis=figures, accepted=outcome.judgement.accepted),
        "cost_cents": plan.cost_cents,
        "served": plan.served,
        "changes": [change_to_json(change, clock) for change in solved.changes],
        "released": list(solved.released),
        "assumptions": {lang: assumptions(outcome.judgement, outcome.problem, translator(lang)) for lang in LANGUAGES},
        "run": outcome.run.to_json() | {"marks": len(outcome.run.checkpoints)},
    }
    return made, problem_to_json(problem)


def assumptions(judgement: Judgement, problem: Problem, say: Translate) -> list[str]:
    """Return what a judgement takes for granted, in words."""
    region = problem.branch.region
    return [say(item.sentence, **said_values(item.values, region, say)) for item in judgement.assumptions]


def violation_as_fault(violation: Violation, lang: str) -> dict[str, Any]:
    """Return what a lock breaks as a fault of the data.

    The judge's sentence is English; in another language the rule is said, and by how much it is missed.
    """
    say = translator(lang)
    return {
        "code": f"LOCK_BREAKS_{str(violation.rule).upper()}",
        "severity": "error",
        **violation_to_json(violation),
        "cause": _cause(violation, lang),
        "action": say("Release it, or change what it breaks."),
    }


def violation_as_breach(violation: Violation, lang: str) -> dict[str, Any]:
    """Return what a plan breaks with the facts of now as a fault."""
    return {
        "code": f"PLAN_BREAKS_{str(violation.rule).upper()}",
        "severity": "error",
        **violation_to_json(violation),
        "cause": _cause(violation, lang),
        "action": translator(lang)("Plan again with the orders of now."),
    }


def difference_as_fault(difference: Difference, lang: str) -> dict[str, Any]:
    """Return a fact that is another now as a doubt about the plan."""
    action = translator(lang)("Plan again with the orders of now, or publish all the same.")
    return {
        "code": "PLAN_DIFFERS",
        "severity": "warning",
        **difference.to_json(lang),
        "cause": difference.text(lang),
        "action": action,
    }


def comparison_to_json(found: Comparison, lang: str) -> dict[str, Any]:
    """Return what differs from the facts of a plan and what it breaks with those of now, as a verdict lists it."""
    return {
        "differences": [one.to_json(lang) for one in found.differences],
        "violations": [violation_to_json(one) for one in found.violations],
    }


def _cause(violation: Violation, lang: str) -> str:
    """Return what is broken in words: the judge's sentence is English; else the rule, and by how much it is missed."""
    if lang == "en":
        return violation.message
    say = translator(lang)
    rule, about = say(violation.rule.statement), violation.visit_id or violation.technician_id
    if violation.unit == "s":
        amount = span_text(violation.amount, say)
    elif violation.unit in AMOUNTS:
        amount = say(AMOUNTS[violation.unit], amount=violation.amount)
    else:
        return say("{visit}: {rule}", visit=about, rule=rule)
    return say("{visit}: {rule} Missed by {amount}.", visit=about, rule=rule, amount=amount)


def lock_faults(error: LockConflictError, lang: str) -> list[dict[str, Any]]:
    """Return what clashes with locks as faults of the data: in the words of the clash where there are some."""
    if not error.clashes:
        return [violation_as_fault(broken, lang) for broken in error.violations]
    return [{**violation_as_fault(clash.violation, lang), "cause": clash.text[lang]} for clash in error.clashes]


def lock_remedy(*, helps_to_keep: bool = True) -> dict[str, str]:
    """Return the way out of locks that exclude one another, by language: keeping is offered where it gives a plan."""
    if not helps_to_keep:
        return by_language("Release one of the locks listed, or change what it breaks; they cannot be kept like that.")
    return by_language("Release one of the locks listed, or send broken_locks=keep to keep and list what they break.")


def start_of(document: Mapping[str, Any], problem: Problem) -> dict[str | tuple[str, int], tuple[str, ...]]:
    """Return the routes of a kept plan, to start a solve from."""
    from optimizer.running.first_routes import routes_of

    return routes_of(plan_from_json(dict(document), problem))


def changes_from_json(entries: Iterable[Mapping[str, Any]], problem: Problem) -> tuple[Change, ...]:
    """Return kept changes as the papers take them."""
    clock = branch_clock(problem)

    def window(entry: Mapping[str, str] | None) -> Interval | None:
        return None if entry is None else Interval(_seconds(entry["open"], clock), _seconds(entry["close"], clock))

    return tuple(
        Change(
            visit_id=entry["visit"],
            kind=ChangeKind(entry["kind"]),
            before_technician_id=entry["before"]["technician"],
            after_technician_id=entry["after"]["technician"],
            before=window(entry["before"]["window"]),
            after=window(entry["after"]["window"]),
            call_by_s=_seconds(entry["call_by"], clock),
            before_crew=tuple(entry["before"]["crew"]),
            after_crew=tuple(entry["after"]["crew"]),
        )
        for entry in entries
    )


def with_receipts(problem: Problem, published: Plan | None, receipts: Iterable[tuple[str, str]]) -> Problem:
    """Return the problem with technicians' receipts in the logs of the orders on their routes, where none is noted.

    Parameters
    ----------
    receipts
        Technician and moment (ISO 8601, UTC) of each; a receipt after the moment of planning is not known yet.
    """
    if published is None:
        return problem
    clock = branch_clock(problem)
    moments = {technician: _seconds(at, clock) for technician, at in receipts}
    known: dict[str, int] = {}
    for route in published.routes:
        moment_s = moments.get(route.technician_id)
        if moment_s is not None and moment_s <= problem.as_of_s:
            for visit_id in route.visit_ids:
                if visit_id in problem.visit_by_id:
                    known[problem.visit_by_id[visit_id].order_id] = moment_s
    orders = tuple(
        replace(order, log=replace(order.log, acknowledged_s=known[order.order_id]))
        if order.order_id in known and order.log.acknowledged_s is None
        else order
        for order in problem.orders
    )
    return replace(problem, orders=orders)


def changes_with(kept: list[dict[str, Any]], edited: Edited, *, is_near: bool) -> list[dict[str, Any]]:
    """Return what an edited plan does otherwise than the published one: anew for the visits that the edits concern.

    Parameters
    ----------
    kept
        What the plan did before.
    is_near
        Whether there is a published plan.
    """
    if not is_near:
        return kept
    concerned = {change.visit_id for change in edited.changes}
    clock = branch_clock(edited.problem)
    anew = changes_between(edited.problem, as_told(edited.problem), edited.plan)
    made = [change_to_json(change, clock) for change in anew if change.visit_id in concerned]
    return sorted([*(one for one in kept if one["visit"] not in concerned), *made], key=lambda one: str(one["visit"]))


def change_to_json(change: Change, clock: BranchClock) -> dict[str, Any]:
    """Return a visit that is treated otherwise, as JSON."""

    def window(interval: Interval | None) -> dict[str, str] | None:
        return None if interval is None else {"open": clock.iso(interval.open_s), "close": clock.iso(interval.close_s)}

    return {
        "visit": change.visit_id,
        "kind": str(change.kind),
        "before": {
            "technician": change.before_technician_id,
            "window": window(change.before),
            "crew": list(change.before_crew),
        },
        "after": {
            "technician": change.after_technician_id,
            "window": window(change.after),
            "crew": list(change.after_crew),
        },
        "call_by": clock.iso(change.call_by_s),
    }


def _seconds(text: str, clock: BranchClock) -> int:
    return clock.seconds(datetime.fromisoformat(text))
