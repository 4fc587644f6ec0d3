"""What keeps a visit out in the end: impossible in any plan, beside what is locked, outranked by others, or open.

The first two are proofs. The third is a plan that has the visit, made and judged, and costs more; who has to go for it
is named. What is left is open: the time was up, a better plan was found, or nothing that was tried proves anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import Cause, CauseKind, ReasonCode
from optimizer.explain.beside_locks import has_room_for_earlier, locks_in_the_way
from optimizer.explain.making_room import TRIES, make_room

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Reason
    from optimizer.explain.scene import Scene

#: Nothing is known.
OPEN = Cause(CauseKind.OPEN, False)


def proven_cause(scene: Scene, visit: Visit, reason: Reason, is_up: Callable[[], bool]) -> Cause:
    """Return what is proven to keep a visit out in the end, or that it has a place already; else that it is open.

    Parameters
    ----------
    reason
        The first reason that was found for it.
    is_up
        Asked once: without time only what the reason proves is known.
    """
    if reason.is_final:
        own_lock = reason.code is ReasonCode.PINNED_CONFLICT and visit.visit_id in scene.facts.locks
        return Cause(CauseKind.LOCKED, True, others=(visit.visit_id,)) if own_lock else Cause(CauseKind.ALONE, True)
    if reason.code is ReasonCode.TIME_LIMIT and reason.proven:
        return Cause(CauseKind.OPEN, True, reason.technician_id, reason.day, -reason.amount)
    if is_up():
        return OPEN
    if not has_room_for_earlier(scene, visit):
        return Cause(CauseKind.ALONE, True, others=tuple(one.visit_id for one in visit.after))
    locks = _locks_of_first(scene, visit)
    return Cause(CauseKind.LOCKED, True, others=locks) if locks else OPEN


def cause_by_room(
    scene: Scene, visit: Visit, reason: Reason, is_up: Callable[[], bool], *, tries: int | None = TRIES
) -> Cause:
    """Return what a plan with a visit shows of its cause: by whom it is outranked, or that such a plan is better.

    Parameters
    ----------
    is_up
        Asked between tries.
    tries
        How many ways to make room are tried; `None` tries all.
    """
    is_full = reason.code not in (ReasonCode.OUTRANKED, ReasonCode.PRECEDENCE, ReasonCode.TIME_LIMIT)
    room = make_room(scene, visit, is_up, tries=tries, is_full=is_full)
    if room is None:
        return OPEN
    kind = CauseKind.OUTRANKED if room.cents >= 0 else CauseKind.OPEN
    others, is_better = (*room.left_out, *room.moved), kind is CauseKind.OPEN
    return Cause(kind, is_better, room.technician_id, room.day, room.cents, others, len(room.left_out))


def _locks_of_first(scene: Scene, visit: Visit) -> tuple[str, ...]:
    """Return the locks that keep a visit out, or one that it comes after."""
    locks = locks_in_the_way(scene, visit)
    for earlier in visit.after:
        if not locks and earlier.visit_id not in scene.planned:
            locks = _locks_of_first(scene, scene.facts.problem.visit_by_id[earlier.visit_id])
    return locks
