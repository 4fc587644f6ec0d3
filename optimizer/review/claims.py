"""The claims of a plan file beside its times and costs, each checked where what it takes to check it is known.

What kept locks break is the judge's to say, key figures are those of `report/figures.py`, and that nobody can serve a
visit is asked of `explain` again. A wrong claim is a violation like any other, under the rule that it concerns.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.plan import CauseKind, ReasonCode
from optimizer.domain.rules import Rule, Violation
from optimizer.explain.unassigned import explain_unassigned
from optimizer.ingest.plans.claims import NotJudged
from optimizer.ingest.plans.formats import PLAN_FORMAT
from optimizer.report.figures import kpis
from optimizer.report.promises import Promise, promises_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.domain.plan import Reason, UnassignedVisit
    from optimizer.ingest.plans.plan_file import PlanFile

#: A key figure concerns the rule whose name it begins with, else the first of these that it begins with.
_RULE_OF_FIGURE = (
    ("visits_planned", Rule.ONCE),
    ("promises", Rule.WINDOW),
    ("on_time", Rule.LATENESS),
    ("late", Rule.LATENESS),
    ("travel", Rule.TRAVEL),
    ("service", Rule.WORKING_TIME),
    ("overtime", Rule.OVERTIME),
    ("contractors", Rule.CONTRACTOR),
    ("load", Rule.FAIRNESS),
    ("fairness", Rule.FAIRNESS),
    ("technicians", Rule.SHIFT),
)

#: The figure that files have since a due day counts as a promise, too.
_NEW_PROMISES = "promises_will_break"


def wrong_accepted(file: PlanFile, accepted: Sequence[Violation]) -> Iterator[Violation | NotJudged]:
    """Compare what the file lists as accepted with what the judge does, entry by entry."""
    left = list(accepted)
    for number, said in enumerate(file.claims.accepted):
        found = next((one for one in left if _about(one) == _about(said)), None)
        if found is None:
            message = f"The plan lists as accepted what no kept lock or exception lets break so: {said.message}"
            yield replace(said, amount=max(1, abs(said.amount)), message=message)
            continue
        left.remove(found)
        if found.message != said.message:
            yield NotJudged("The judge says it in other words.", f"/accepted/{number}/message")
    for found in left:
        yield replace(found, message=f"The plan does not list what is accepted: {found.message}")


def _about(violation: Violation) -> tuple[object, ...]:
    about = (violation.rule, violation.amount, violation.unit, violation.technician_id, violation.visit_id)
    return (*about, violation.by, violation.why)


# --- figures --------------------------------------------------------------------------------------------------------


def wrong_figures(file: PlanFile, *, is_clean: bool) -> Iterator[Violation | NotJudged]:
    """Compare each key figure that the file states with the same figure of its plan; a wrong plan has none.

    Of an older format only what agrees is judged: a figure may have been reckoned otherwise then. Promises were only
    those of a window until those that will break were counted beside them.
    """
    said = file.claims.kpis
    if said and is_clean:
        figures = kpis(file.problem, file.matrix, file.plan)
        if _NEW_PROMISES not in said:
            figures |= _promised_windows(file)
        found = _differing(said, figures, "/kpis")
        if file.format == PLAN_FORMAT:
            yield from found
        elif any(isinstance(one, Violation) for one in found):
            yield NotJudged("Figures of an older format that differ may have been reckoned otherwise then.", "/kpis")
    elif said:
        yield NotJudged("The plan is wrong otherwise; its figures were not looked at.", "/kpis")


def _promised_windows(file: PlanFile) -> dict[str, Any]:
    """Return the figures of promises as they were while a due day was not counted as one."""
    problem = file.problem
    found = [
        promise
        for visit_id, promise in promises_of(problem, file.plan).items()
        if problem.promises_of(problem.visit_by_id[visit_id])
    ]
    kept = found.count(Promise.KEPT)
    share = round(kept / len(found), 4) if found else None
    return {"promises": len(found), "promises_kept": kept, "promises_kept_share": share}


def _differing(said: Any, found: Any, path: str) -> Iterator[Violation | NotJudged]:
    if isinstance(said, dict) and isinstance(found, dict):
        for key in said:
            if key in found:
                yield from _differing(said[key], found[key], f"{path}/{key}")
            else:
                yield NotJudged("The key figure is not known.", f"{path}/{key}")
    elif isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
        for number, (one, other) in enumerate(zip(said, found, strict=True)):
            yield from _differing(one, other, f"{path}/{number}")
    elif said != found or isinstance(said, bool):
        message = f"The plan states {_shown(said)} at {path}; it is {_shown(found)}."
        yield Violation(_rule_of_figure(path), _apart(said, found), "", message)


def _shown(value: object) -> str:
    return f"{len(value)} entries" if isinstance(value, dict | list) else str(value)


def _apart(said: object, found: object) -> int:
    """Return by how much two figures differ, at least 1: shares and counts have no unit in common."""
    if isinstance(said, int | float) and isinstance(found, int | float):
        return max(1, round(abs(said - found)))
    return 1


def _rule_of_figure(path: str) -> Rule:
    """Return the rule that a figure concerns; what is a sum over all of them counts as `unassigned`, the first."""
    for name in reversed([part for part in path.split("/") if not part.isdecimal()][2:]):
        if name in set(Rule):
            return Rule(name)
        rule = next((rule for begins, rule in _RULE_OF_FIGURE if name.startswith(begins)), None)
        if rule is not None:
            return rule
    return Rule.UNASSIGNED


def wrong_bound(file: PlanFile) -> Iterator[Violation | NotJudged]:
    """Refuse a bound above the plan's own cost; whether a lower one is proven, nobody can see here."""
    bound, cost = file.claims.bound, file.plan.cost_cents
    if bound is not None and bound > cost:
        message = f"The plan costs {cost} cents and states that no plan costs less than {bound}."
        yield Violation(Rule.UNASSIGNED, bound - cost, "cents", message)
    elif bound is not None:
        yield NotJudged("Whether no plan costs less is not looked at.", "/bound")


# --- reasons --------------------------------------------------------------------------------------------------------


def wrong_reasons(file: PlanFile, *, is_clean: bool, seconds: float | None) -> Iterator[Violation | NotJudged]:
    """Ask again for each reason that is stated as proven.

    Parameters
    ----------
    is_clean
        Nothing else is wrong with the plan: of another one no reason is asked.
    seconds
        How long may be asked; what is not answered by then is not judged.
    """
    paths = {entry.visit_id: f"/unassigned/{number}" for number, entry in enumerate(file.plan.unassigned)}
    stated = [
        entry for entry in file.plan.unassigned if any(reason.proven for reason in entry.reasons) or _proof(entry)
    ]
    found: Mapping[str, UnassignedVisit] = {}
    if stated and is_clean:
        until_s = None if seconds is None else time.monotonic() + seconds
        asked = replace(file.plan, unassigned=tuple(replace(entry, reasons=()) for entry in stated))
        found = {
            entry.visit_id: entry
            for entry in explain_unassigned(file.problem, file.matrix, asked, until_s=until_s, tries=0)
        }  # fmt: skip
    for entry in file.plan.unassigned:
        path = paths[entry.visit_id]
        if not entry.reasons:
            yield NotJudged("No reason is stated why visit {visit} is left out.", path, {"visit": entry.visit_id})
        for number, reason in enumerate(entry.reasons):
            yield from _wrong_reason(entry.visit_id, reason, found.get(entry.visit_id), f"{path}/reasons/{number}")
        yield from _wrong_cause(entry, found.get(entry.visit_id), f"{path}/cause")


def _proof(entry: UnassignedVisit) -> bool:
    """Return whether it is stated as proven that no plan has a visit."""
    cause = entry.cause
    return cause is not None and cause.proven and cause.kind in (CauseKind.ALONE, CauseKind.LOCKED)


def _wrong_cause(entry: UnassignedVisit, asked: UnassignedVisit | None, path: str) -> Iterator[Violation | NotJudged]:
    """Compare a proof that no plan has a visit with what is found now; what it would cost is not looked at."""
    if entry.cause is None:
        return
    if not _proof(entry):
        yield NotJudged("What keeps the visit out in the end is what was found, not proven.", path)
    elif asked is None or asked.cause is None or _had_no_time(asked):
        yield NotJudged("The proof was not asked for again.", path)
    elif asked.cause != entry.cause:
        message = f"Visit {entry.visit_id} is stated as {entry.cause.kind}, proven; it is {asked.cause.kind}."
        yield Violation(Rule.UNASSIGNED, 1, "", message, "", entry.visit_id)


def _had_no_time(asked: UnassignedVisit) -> bool:
    """Return whether the time was up before a visit was asked about."""
    return any(reason.code is ReasonCode.TIME_LIMIT and not reason.proven for reason in asked.reasons[:1])


def _wrong_reason(
    visit_id: str, said: Reason, asked: UnassignedVisit | None, path: str
) -> Iterator[Violation | NotJudged]:
    if not said.proven:
        yield NotJudged("The reason is what a search found, not proven.", path)
        return
    found = asked.reasons[0] if asked is not None and asked.reasons else None
    if asked is None or found is None or _had_no_time(asked):
        yield NotJudged("The proof was not asked for again.", path)
    elif not _proves(found, said):
        proven = f"{_named(found)}, {'proven' if found.proven else 'not proven'}"
        message = f"Visit {visit_id} is stated as left out by {_named(said)}, proven; it is {proven}."
        yield Violation(Rule.UNASSIGNED, max(1, abs(said.amount - found.amount)), "", message, "", visit_id)


def _named(reason: Reason) -> str:
    amount = f"{reason.amount} {reason.unit}".strip() if reason.amount else ""
    parts = (reason.code, reason.technician_id, amount, reason.subject, reason.visit_id)
    return f"{' '.join(part for part in parts if part)} on day {reason.day}"


def _proves(found: Reason, said: Reason) -> bool:
    """Return whether a reason found now is the one stated.

    A place that the search missed (TIME_LIMIT) may be found at another technician's, and be worth more.
    """
    if said.code is ReasonCode.TIME_LIMIT:
        return found.proven and found.code is said.code and found.amount >= said.amount
    return replace(found, exception=None) == replace(said, exception=None)
