"""Why a visit is not planned: the first reason for each, found by the judge's own rules.

Three questions, in this order. Can nobody serve the visit in any plan? Can nobody fit it into the present plan? Would
that cost more than leaving it out? Otherwise the search ran out of time. The first is a proof; the others speak of the
present plan, in which moving other visits might help. `scene.py` holds the present plan, `positions.py` tries every
insertion position in it, `instead.py` asks who has the time of one, `blocking.py` says what stops one technician,
`judge/present.py` asks every hard rule of the judge, and `sentences.py` puts a reason into words.

A reason that is a house limit names the exception that would do (`exceptions.py`).

Under a time limit the visits that are the most expensive to leave out come first. The first question is asked for all
of them before the second one; a visit for which there is no time left says so, and names who could serve it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.plan import AWAY, BEFORE, OVER, Reason, ReasonCode
from optimizer.explain.causes import OPEN, cause_by_room, proven_cause
from optimizer.explain.exceptions import with_exception
from optimizer.explain.instead import taken_by_another
from optimizer.explain.making_room import TRIES
from optimizer.explain.positions import best_position
from optimizer.explain.scene import Scene, open_scene
from optimizer.explain.sentences import sentence
from optimizer.judge.costs import absence_cents
from optimizer.judge.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Cause, Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.explain.blocking import BlockingReason
    from optimizer.travel.matrix import TravelMatrix

__all__ = ["explain_unassigned", "reasons_in_any_plan", "sentence"]

#: A visit may take so many times the even share of the time left: the most expensive, which come first, have more.
GENEROSITY = 2


def explain_unassigned(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    *,
    until_s: float | None = None,
    room_s: float | None = None,
    tries: int | None = TRIES,
) -> tuple[UnassignedVisit, ...]:
    """Return the plan's unassigned visits, each with the first reason why it is not planned.

    A repeat fault for one person has a second one: what it needs, or else two people.

    Parameters
    ----------
    until_s
        Moment (`time.monotonic`) at which explaining ends; without one the clock changes nothing.
    room_s
        Seconds after which no more ways to make room are tried; what is proven is not bound by it.
    tries
        How many ways to make room for a visit are tried; `None` tries all.
    """
    scene, patience = open_scene(Facts(problem, matrix), plan), Patience(until_s)
    visits = [problem.visit_by_id[e.visit_id] for e in plan.unassigned if e.visit_id in problem.visit_by_id]
    visits.sort(key=lambda visit: (-absence_cents(scene.facts, visit), visit.visit_id))
    found = {visit.visit_id: _reason_in_any_plan(scene, visit, patience) for visit in visits}
    open_ = [visit for visit in visits if found[visit.visit_id] is None]
    for number, visit in enumerate(open_):
        found[visit.visit_id] = _reason_in_plan(scene, visit, patience.share(len(open_) - number))
    for visit in visits:
        reason = found[visit.visit_id]
        if reason is not None and not patience.is_up():
            found[visit.visit_id] = with_exception(scene, visit, reason, patience.is_up)
    causes: dict[str, Cause] = {}
    for visit in visits:
        reason = found[visit.visit_id]
        if reason is not None:
            causes[visit.visit_id] = proven_cause(scene, visit, reason, patience.is_up)
    left_s = None if room_s is None else time.monotonic() + room_s
    patience = Patience(min((s for s in (until_s, left_s) if s is not None), default=None))
    unknown = [visit for visit in visits if causes.get(visit.visit_id) == OPEN]
    for number, visit in enumerate(unknown):
        share, reason = patience.share(len(unknown) - number), found[visit.visit_id]
        if reason is not None and not share.is_up():
            causes[visit.visit_id] = cause_by_room(scene, visit, reason, share.is_up, tries=tries)
    reasons = {
        visit_id: (reason, *_needs_of_repeat(problem, visit_id, reason.day))
        for visit_id, reason in found.items()
        if reason is not None
    }
    return tuple(
        replace(entry, reasons=reasons.get(entry.visit_id, entry.reasons), cause=causes.get(entry.visit_id))
        for entry in plan.unassigned
    )


def reasons_in_any_plan(problem: Problem, matrix: TravelMatrix, plan: Plan) -> tuple[UnassignedVisit, ...]:
    """Return the plan's unassigned visits, each with the reason why no plan of these days has it, where there is one.

    Of the three questions it asks the first alone: it is quick, and the clock changes nothing.
    """
    scene, patience = open_scene(Facts(problem, matrix), plan), Patience(None)
    found = []
    for entry in plan.unassigned:
        reason = _reason_in_any_plan(scene, problem.visit_by_id[entry.visit_id], patience)
        found.append(replace(entry, reasons=() if reason is None else (reason,)))
    return tuple(found)


def _needs_of_repeat(problem: Problem, visit_id: str, day: int) -> Iterator[Reason]:
    """Yield that a repeat fault needs a level more than the last time; what needs two people says so otherwise."""
    repeat = problem.repeats.get(visit_id)
    if repeat is not None and repeat.level_needed:
        last = repeat.technician_id if repeat.technician_id in problem.technician_by_id else ""
        yield Reason(ReasonCode.SKILL_LEVEL, False, last, day, repeat.level_needed, "levels", visit_id=visit_id)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long may be looked for a reason: up to a moment of `time.monotonic`, or as long as it takes."""

    until_s: float | None

    def is_up(self) -> bool:
        """Return whether the time is up."""
        return self.until_s is not None and time.monotonic() >= self.until_s

    def share(self, visits: int) -> Patience:
        """Return what one of so many visits may take of the time left."""
        if self.until_s is None:
            return self
        now_s = time.monotonic()
        return Patience(now_s + min(1.0, GENEROSITY / visits) * (self.until_s - now_s))


# --- in any plan ----------------------------------------------------------------------------------------------------


def _reason_in_any_plan(scene: Scene, visit: Visit, patience: Patience) -> Reason | None:
    """Return why no plan has a visit, or none that leaves out what it comes after; `None` when one may have it."""
    problem = scene.facts.problem
    if problem.is_due_before_plan(visit):
        return Reason(ReasonCode.DUE_BEFORE_PLAN, True)
    if visit.visit_id in problem.declined and not problem.windows[visit.visit_id]:
        return Reason(ReasonCode.DECLINED, True)
    bar = scene.facts.unreached(visit.visit_id)
    if bar is not None:
        return Reason(ReasonCode.NOT_REACHED, True, amount=bar.amount, unit=bar.unit, subject=bar.subject)
    if problem.is_over(visit):
        return Reason(ReasonCode.TIME_PASSED, True, subject=OVER)
    if problem.is_before(visit):
        return Reason(ReasonCode.TIME_PASSED, True, subject=BEFORE)
    if patience.is_up():
        return None
    if not scene.shifts:
        subject = "shift" if problem.days == 1 else "shifts"
        return Reason(ReasonCode.SHIFT_CAPACITY, True, amount=visit.base_s, unit="s", subject=subject)
    if visit.required and visit.required.isdisjoint(shift.technician_id for shift in scene.shifts):
        who = min(visit.required)
        return Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, True, who, subject=AWAY, visit_id=visit.visit_id)
    is_crew = problem.crew_size_of(visit) > 1
    impossible = _impossible_crew(scene, visit, patience) if is_crew else _impossible_alone(scene, visit, patience)
    if impossible is not None:
        return impossible
    for earlier in visit.after:
        if earlier.visit_id not in scene.planned:
            first = _reason_in_any_plan(scene, problem.visit_by_id[earlier.visit_id], patience)
            is_sure = first is not None and first.proven
            return Reason(ReasonCode.PRECEDENCE, is_sure, unit="visits", amount=1, visit_id=earlier.visit_id)
    return None


def _impossible_alone(scene: Scene, visit: Visit, patience: Patience) -> Reason | None:
    """Return what stops whoever comes nearest; `None` when somebody may serve the visit, or the time is up first."""
    barred = scene.barred(visit)
    stopped: list[BlockingReason] = []
    for shift in scene.near_first(visit):
        if (shift.technician_id, shift.day) not in barred:
            blocking = scene.alone(shift, visit)
            if blocking is None or patience.is_up():
                return None
            stopped.append(blocking)
    # Whom a lock, a refusal or a skill stops comes less near than anybody else.
    return min(stopped or barred.values(), key=lambda blocking: blocking.nearness).reason


def _impossible_crew(scene: Scene, visit: Visit, patience: Patience) -> Reason | None:
    """Return why no day has enough people, one of them a lead, for a visit of several.

    `None` when one may have, or the time is up first.
    """
    size = scene.facts.problem.crew_size_of(visit)
    best: tuple[tuple[int, int], Reason] | None = None
    for day in sorted({shift.day for shift in scene.shifts}):
        if patience.is_up():
            return None
        present = [shift for shift in scene.shifts if shift.day == day]
        as_member = [scene.alone(shift, visit, leads=False) for shift in present]
        as_lead = [scene.alone(shift, visit) for shift in present]
        able = sum(member is None or lead is None for member, lead in zip(as_member, as_lead, strict=True))
        if able >= size and None in as_lead:
            return None
        blocked = [blocking for blocking in (*as_lead, *as_member) if blocking is not None]
        own_id = visit.visit_id if visit.visit_id in scene.facts.problem.repeats else ""
        reason = Reason(ReasonCode.CREW_SIZE, True, "", day, size - able, "technicians", visit_id=own_id)
        if able >= size:
            reason = _missing_lead([blocking for blocking in as_lead if blocking is not None])
        elif able == 0 and blocked and len(present) >= size:
            reason = min(blocked, key=lambda blocking: blocking.nearness).reason
        key = (-min(able, size), day)
        if best is None or key < best[0]:
            best = (key, reason)
    return None if best is None else best[1]


def _missing_lead(blocked: Sequence[BlockingReason]) -> Reason:
    """Name what keeps the nearest technician from leading; a skill missing for it has a sentence of its own."""
    reason = min(blocked, key=lambda blocking: blocking.nearness).reason
    if reason.code in (ReasonCode.SKILL, ReasonCode.SKILL_LEVEL, ReasonCode.CERTIFICATE_EXPIRED):
        return replace(reason, code=ReasonCode.CREW_LEAD)
    return reason


# --- in the present plan --------------------------------------------------------------------------------------------


def _reason_in_plan(scene: Scene, visit: Visit, patience: Patience) -> Reason:
    """Return why a visit that might fit some plan is not in this one."""
    facts = scene.facts
    if patience.is_up():
        return _no_time_to_look(scene, visit)
    best = best_position(scene, visit, patience.is_up)
    if best.position is None:
        if best.blocking is not None:
            return best.blocking.reason if patience.is_up() else taken_by_another(scene, visit, best.blocking.reason)
        day = min(shift.day for shift in scene.shifts)
        return Reason(ReasonCode.CREW_SIZE, False, day=day, unit="technicians", amount=1)
    who, day, extra, _ = best.position
    gain = absence_cents(facts, visit) - extra
    if gain > 0 or facts.is_mandatory(visit.visit_id):
        return Reason(ReasonCode.TIME_LIMIT, True, who, day, max(0, gain), "cents")
    return Reason(ReasonCode.OUTRANKED, False, who, day, -gain, "cents")


def _no_time_to_look(scene: Scene, visit: Visit) -> Reason:
    """Return the reason of a visit whose positions were not tried, and the nearest who is known to be able to come."""
    nearest = scene.known_able(visit)
    if nearest is None:
        return Reason(ReasonCode.TIME_LIMIT, False, subject="unknown")
    return Reason(ReasonCode.TIME_LIMIT, False, nearest.technician_id, nearest.day, subject="untried")
