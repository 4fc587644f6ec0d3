"""Why a visit is not planned: the first reason for each, found by the judge's own rules.

Three questions, in this order. Can nobody serve the visit in any plan? Can nobody fit it into the present plan? Would
that cost more than leaving it out? Otherwise the search ran out of time. The first is a proof; the others speak of the
present plan, in which moving other visits might help. `explain_places.py` tries the places in the present plan,
`obstacles.py` says what stops one technician, and `sentences.py` puts a reason into words.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.plan import Reason, ReasonCode
from optimizer.explain_places import Scene, crew_places, open_scene, single_places
from optimizer.judge_costs import dropped_cents, unassigned_cents
from optimizer.judge_facts import Facts
from optimizer.obstacles import Obstacle, make_obstacle
from optimizer.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.travel.matrix import TravelMatrix

__all__ = ["explain_unassigned", "sentence"]


def explain_unassigned(problem: Problem, matrix: TravelMatrix, plan: Plan) -> tuple[UnassignedVisit, ...]:
    """Return the plan's unassigned visits, each with the first reason why it is not planned."""
    scene = open_scene(Facts(problem, matrix), plan)
    return tuple(
        replace(entry, reasons=(_first_reason(scene, problem.visit_by_id[entry.visit_id]),))
        if entry.visit_id in problem.visit_by_id
        else entry
        for entry in plan.unassigned
    )


def _first_reason(scene: Scene, visit: Visit) -> Reason:
    problem = scene.facts.problem
    if problem.is_due_before_plan(visit):
        return Reason(ReasonCode.DUE_BEFORE_PLAN, True)
    shifts = [shift for shift in problem.shifts if 0 <= shift.day < problem.days]
    if not shifts:
        subject = "shift" if problem.days == 1 else "shifts"
        return Reason(ReasonCode.SHIFT_CAPACITY, True, amount=visit.base_s, unit="s", subject=subject)
    impossible = (
        _impossible_alone(scene, visit, shifts)
        if problem.crew_size_of(visit) == 1
        else _impossible_crew(scene, visit, shifts)
    )
    if impossible is not None:
        return impossible
    for earlier in visit.after:
        if earlier.visit_id not in scene.planned:
            first = _first_reason(scene, problem.visit_by_id[earlier.visit_id])
            is_sure = first.proven and first.code is not ReasonCode.TIME_LIMIT
            return Reason(ReasonCode.PRECEDENCE, is_sure, unit="visits", amount=1, visit_id=earlier.visit_id)
    return _reason_in_plan(scene, visit, shifts)


# --- in any plan ----------------------------------------------------------------------------------------------------


def _impossible_alone(scene: Scene, visit: Visit, shifts: Sequence[Shift]) -> Reason | None:
    stopped = [scene.alone(shift, visit) for shift in shifts]
    nearest = [obstacle for obstacle in stopped if obstacle is not None]
    if len(nearest) < len(shifts):
        return None
    return min(nearest, key=lambda obstacle: obstacle.nearness).reason


def _impossible_crew(scene: Scene, visit: Visit, shifts: Sequence[Shift]) -> Reason | None:
    """Return why no day has enough people, one of them a lead, for a visit of several; `None` when one may have."""
    size = scene.facts.problem.crew_size_of(visit)
    best: tuple[tuple[int, int], Reason] | None = None
    for day in sorted({shift.day for shift in shifts}):
        present = [shift for shift in shifts if shift.day == day]
        as_member = [scene.alone(shift, visit, leads=False) for shift in present]
        as_lead = [scene.alone(shift, visit) for shift in present]
        able = sum(member is None or lead is None for member, lead in zip(as_member, as_lead, strict=True))
        if able >= size and None in as_lead:
            return None
        obstacles = [obstacle for obstacle in (*as_lead, *as_member) if obstacle is not None]
        reason = Reason(ReasonCode.CREW_SIZE, True, day=day, amount=size - able, unit="technicians")
        if able >= size:
            reason = _missing_lead([obstacle for obstacle in as_lead if obstacle is not None])
        elif able == 0 and obstacles and len(present) >= size:
            reason = min(obstacles, key=lambda obstacle: obstacle.nearness).reason
        key = (-min(able, size), day)
        if best is None or key < best[0]:
            best = (key, reason)
    return None if best is None else best[1]


def _missing_lead(obstacles: Sequence[Obstacle]) -> Reason:
    """Name what keeps the nearest technician from leading; a skill missing for it has a sentence of its own."""
    reason = min(obstacles, key=lambda obstacle: obstacle.nearness).reason
    if reason.code in (ReasonCode.SKILL, ReasonCode.SKILL_LEVEL, ReasonCode.CERTIFICATE_EXPIRED):
        return replace(reason, code=ReasonCode.CREW_LEAD)
    return reason


# --- in the present plan --------------------------------------------------------------------------------------------


def _reason_in_plan(scene: Scene, visit: Visit, shifts: Sequence[Shift]) -> Reason:
    """Return why a visit that might fit some plan is not in this one."""
    facts = scene.facts
    is_crew = facts.problem.crew_size_of(visit) > 1
    stopped: list[Obstacle] = []
    best: tuple[int, str, int] | None = None
    for place in crew_places(scene, visit, shifts) if is_crew else single_places(scene, visit, shifts):
        if isinstance(place, Obstacle):
            stopped.append(place)
        elif best is None or (place.extra_cents, place.technician_id) < best[:2]:
            best = (place.extra_cents, place.technician_id, place.day)
    if best is None:
        if not stopped:
            days = {shift.day for shift in shifts}
            stopped = [make_obstacle(Reason(ReasonCode.CREW_SIZE, False, day=min(days), unit="technicians", amount=1))]
        return min(stopped, key=lambda obstacle: obstacle.nearness).reason
    extra, who, day = best
    gain = unassigned_cents(facts.problem, visit) + dropped_cents(facts, visit.visit_id) - extra
    if gain > 0 or facts.is_mandatory(visit.visit_id):
        return Reason(ReasonCode.TIME_LIMIT, True, who, day, max(0, gain), "cents")
    return Reason(ReasonCode.OUTRANKED, False, who, day, -gain, "cents")
