"""Who has the time of a visit that is left out: another visit that is served in its place and is worth as much or more.

Where two promises lie at one moment and one technician is free, the one left out misses no window by itself. What
stands against it is the other, and that is what people ask about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP, Reason, ReasonCode
from optimizer.explain.positions import extra_cents, present_way, tour_with
from optimizer.explain.scene import key_of
from optimizer.judge.costs import absence_cents
from optimizer.judge.hard_rules import prefix_of
from optimizer.judge.timing import time_canonically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.order import Visit
    from optimizer.domain.technician import Shift
    from optimizer.explain.scene import Scene


def taken_by_another(scene: Scene, visit: Visit, reason: Reason) -> Reason:
    """Return a reason of a missed window as what it comes from: the visit in whose place this one would fit.

    The reason stays as it is where no exchange of the two keeps every hard rule, or where one would save money.
    """
    facts = scene.facts
    is_of_clock = reason.code is ReasonCode.TIME_WINDOW and reason.subject == "" and not reason.proven
    shift = facts.shifts.get((reason.technician_id, reason.day))
    if not is_of_clock or shift is None or visit.visit_id in facts.linked or facts.problem.crew_size_of(visit) > 1:
        return reason
    way, found = present_way(scene, shift), []
    for number, other in _exchangeable(scene, shift, visit, reason):
        ids = (*way.ids[:number], visit.visit_id, *way.ids[number + 1 :])
        timed = time_canonically(tour_with(scene, key_of(shift), way._replace(ids=ids)), facts.problem.policy)
        changed = {key_of(shift): timed}
        if timed.breach_s == 0 and scene.newly_broken(changed) is None:
            cents = extra_cents(scene, changed) + absence_cents(facts, other) - absence_cents(facts, visit)
            found.append((cents, other.visit_id))
    if not found or min(found)[0] < 0:
        return reason
    cents, other_id = min(found)
    return Reason(ReasonCode.OUTRANKED, False, *key_of(shift), cents, "cents", visit_id=other_id)


def _exchangeable(scene: Scene, shift: Shift, visit: Visit, reason: Reason) -> Iterator[tuple[int, Visit]]:
    """Yield the visits of a day in whose place another may come, each with its number among the day's stops.

    That is the one that the reason names, else those that are served while the windows of the visit are open.
    """
    facts, timed = scene.facts, scene.timed.get(key_of(shift))
    if timed is None or timed.tour.visits == ():
        return
    problem = facts.problem
    fixed = {*facts.linked, *prefix_of(problem, shift.technician_id, shift.day)}
    busy = {
        other.visit_id
        for other, stop in zip(timed.tour.visits, timed.stops, strict=True)
        if any(
            stop.start_s <= w.close_s + visit.base_s and w.open_s <= stop.end_s for w in problem.windows[visit.visit_id]
        )
    }
    wanted = {reason.visit_id} if reason.visit_id else busy
    for number, visit_id in enumerate(present_way(scene, shift).ids):
        if visit_id != BRANCH_STOP and visit_id in wanted - fixed and not facts.is_mandatory(visit_id):
            yield number, problem.visit_by_id[visit_id]
