"""The exception that would let an edit be, where a house limit is all that a plan breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.rules import Rule
from optimizer.explain.violations import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.rules import Violation
    from optimizer.editing.editor import Edited


def exception_for(violation: Violation, edited: Edited, visit_ids: Iterable[str]) -> LimitException | None:
    """Return the exception that would allow what is broken, without a name and a reason; `None` where none can.

    Parameters
    ----------
    visit_ids
        The visits that were edited, the last one first to be named where a limit is that of a whole day.
    """
    limit = _limit_of(violation, edited)
    if limit is None:
        return None
    theirs = {
        v for route in edited.plan.routes if route.technician_id == violation.technician_id for v in route.visit_ids
    }
    visit_id = violation.visit_id or next((one for one in reversed(list(visit_ids)) if one in theirs), "")
    if not visit_id:
        return None
    present = [one.amount for one in edited.problem.exceptions if (one.visit_id, one.limit) == (visit_id, limit)]
    amount = limit.in_whole_units(max(present, default=0) + violation.amount)
    if amount > edited.problem.policy.band_of(limit):
        return None
    who = "" if limit in (HouseLimit.AREA, HouseLimit.TOLD) else violation.technician_id
    return LimitException(visit_id, limit, amount, "", "", who)


def _limit_of(violation: Violation, edited: Edited) -> HouseLimit | None:
    """Return the house limit that is exceeded; `None` for a rule that nobody can allow to be broken."""
    problem = edited.problem
    if violation.rule is Rule.ALLOWED and kind_of(violation, problem) == "area":
        return HouseLimit.AREA
    if violation.rule is Rule.LOCK and violation.unit == "s":
        is_locked = any(lock.visit_id == violation.visit_id for lock in problem.locks)
        return None if is_locked else HouseLimit.TOLD
    if violation.rule is Rule.SHIFT and violation.unit == "s":
        return HouseLimit.OVERTIME if _is_late_return(violation, edited) else None
    if violation.rule is Rule.TRAVEL_LIMIT and violation.unit == "visits":
        return HouseLimit.VISITS
    if violation.rule is Rule.TRAVEL_LIMIT and violation.unit == "s":
        return None if _has_longest_day(violation, edited) and not violation.visit_id else HouseLimit.TRAVEL
    return None


def _is_late_return(violation: Violation, edited: Edited) -> bool:
    """Return whether a shift is broken by the return, and not by a stop at a branch that is closed."""
    returns = {(route.technician_id, route.day): route.return_s for route in edited.plan.routes}
    return any(
        shift.technician_id == violation.technician_id
        and returns.get((shift.technician_id, shift.day), 0) - shift.return_limit_s >= violation.amount
        for shift in edited.problem.shifts
    )


def _has_longest_day(violation: Violation, edited: Edited) -> bool:
    """Return whether a technician's days have a longest duty, which nobody can allow to be exceeded."""
    own = (shift for shift in edited.problem.shifts if shift.technician_id == violation.technician_id)
    return any(shift.max_duty_s is not None for shift in own)
