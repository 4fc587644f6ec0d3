"""The exception that would let a visit be planned, where a house limit is all that stands against it.

It is tried before it is proposed: with it the visit has a position in the present plan, breaks nothing there, and costs
less than it costs to leave it out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.plan import DUTY, ReasonCode
from optimizer.explain.positions import best_single_position
from optimizer.judge.costs import absence_cents
from optimizer.judge.exceptions import excesses_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Reason
    from optimizer.explain.scene import Scene


def with_exception(scene: Scene, visit: Visit, reason: Reason, is_up: Callable[[], bool]) -> Reason:
    """Return a reason with the exception that would do, as small as it can be, if there is one inside the band.

    Parameters
    ----------
    is_up
        Asked between positions once one has been found: then that is what is proposed.
    """
    limit, facts = limit_of(reason), scene.facts
    if limit is None or facts.problem.crew_size_of(visit) > 1:
        return reason
    who = "" if limit is HouseLimit.AREA else reason.technician_id
    present = facts.exceptions.get((visit.visit_id, limit))
    band = facts.problem.policy.band_of(limit)
    already = 0 if present is None else present.amount
    if already + (reason.amount or 1) > band or (present is not None and not present.is_for(who)):
        return reason
    widest = scene.with_exception(LimitException(visit.visit_id, limit, band, "", "", who))
    position = best_single_position(widest, visit, is_up, who=who).position
    if position is None or (
        position.extra_cents >= absence_cents(facts, visit) and not facts.is_mandatory(visit.visit_id)
    ):
        return reason
    used = [excess for timed in position.timed.values() for excess in excesses_of(widest.facts, timed)]
    own = (visit.visit_id, limit)
    amounts = [excess.amount for excess in used if (excess.exception.visit_id, excess.exception.limit) == own]
    amount = limit.in_whole_units(max(amounts, default=0))
    return replace(reason, exception=LimitException(*own, amount, "", "", position.technician_id))


def limit_of(reason: Reason) -> HouseLimit | None:
    """Return the house limit that a reason is about; `None` when it is about another rule."""
    if reason.code is ReasonCode.AREA:
        return HouseLimit.AREA
    if reason.code is ReasonCode.MAX_TRAVEL and reason.subject != DUTY:
        return HouseLimit.TRAVEL
    if reason.code is ReasonCode.SHIFT_CAPACITY and reason.unit == "visits":
        return HouseLimit.VISITS
    if reason.code is ReasonCode.SHIFT_CAPACITY and reason.technician_id and reason.subject in ("", "stop"):
        return HouseLimit.OVERTIME
    return None
