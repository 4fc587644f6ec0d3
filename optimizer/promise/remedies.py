"""What the coordinator can do before calling about a promise that will break; each is tried before it is proposed.

An exception (overtime among them) is what the explanation of the plan found. A swap postpones a visit that may wait. A
contractor comes who has no shift that day; nobody of the staff is asked, who may be ill or on leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import Urgency
from optimizer.domain.technician import Employment, Shift
from optimizer.judge.facts import Facts, skill_gaps
from optimizer.judge.hard_rules import refusals_left
from optimizer.promise.board import Card, board_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.domain.house_limits import LimitException
    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.plan import UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.promise.board import Board, Key, Place

#: So many visits are looked at that might be postponed for one.
_TRIED = 40
#: So many of those that look possible are put before the judge.
_JUDGED = 4


class RemedyKind(StrEnum):
    """What the coordinator can do."""

    EXCEPTION = "exception"
    SWAP = "swap"
    CONTRACTOR = "contractor"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something that keeps a promise after all.

    Parameters
    ----------
    technician_id
        Who would come.
    postponed
        The visit that makes room.
    start_s
        When the service would start; `None` where that was not worked out.
    exception
        The row to write, still without a name and a reason.
    """

    kind: RemedyKind
    technician_id: str = ""
    postponed: str = ""
    start_s: int | None = None
    exception: LimitException | None = None


class _Swap(NamedTuple):
    """A planned visit that may wait, whose day it is on, and the place of another one when it is gone."""

    other: Visit
    key: Key
    place: Place


def find_remedies(board: Board, breaking: Sequence[UnassignedVisit]) -> dict[str, tuple[Remedy, ...]]:
    """Return what would keep the promise of each visit that a plan leaves out, by visit; each for itself.

    Parameters
    ----------
    board
        That of the plan.
    """
    found = {}
    for left in breaking:
        visit = board.problem.visit_by_id[left.visit_id]
        found[left.visit_id] = (*_exceptions(left), *_swaps(board, visit), *_contractors(board, visit))
    return found


def _exceptions(left: UnassignedVisit) -> Iterator[Remedy]:
    for reason in left.reasons:
        if reason.exception is not None:
            who = reason.exception.technician_id or reason.technician_id
            yield Remedy(RemedyKind.EXCEPTION, who, exception=reason.exception)
            return


# --- a visit that may wait makes room -------------------------------------------------------------------------------


def _swaps(board: Board, visit: Visit) -> Iterator[Remedy]:
    """Yield the best swap: of those who may wait, whoever may wait longest gives up the place."""
    if board.problem.crew_size_of(visit) > 1:
        return
    for swap in islice(_possible_swaps(board, visit), _JUDGED):
        without = (swap.key, swap.other.visit_id)
        if next(board.broken_with(Card(visit), [swap.place], without=without), None) is None:
            yield Remedy(RemedyKind.SWAP, swap.place.key[0], swap.other.visit_id, swap.place.start_s)
            return


def _possible_swaps(board: Board, visit: Visit) -> Iterator[_Swap]:
    """Yield where a visit fits into a day of its promise once another one is taken off it."""
    card = Card(visit)
    shifts = {day: board.able(visit, day) for day in _days_of(board, visit)}
    keys = {(shift.technician_id, day): shift for day, able in shifts.items() for shift in able}
    waiting = [(key, one.visit) for key, cards in board.cards.items() for one in cards if _may_wait(board, one.visit)]
    waiting.sort(key=lambda pair: (-_due(board.problem, pair[1]), pair[1].visit_id))
    for key, other in waiting[:_TRIED]:
        shares_part = not {need.part_id for need in visit.parts}.isdisjoint(need.part_id for need in other.parts)
        for own in keys if shares_part else ({key} & keys.keys()):
            place = board.place_on(keys[own], card, without=other.visit_id)
            if place is not None:
                yield _Swap(other, key, place)


def _days_of(board: Board, visit: Visit) -> list[int]:
    """Return the days of the horizon on which a visit would be in time."""
    clock, order = board.problem.clock, board.problem.order_of(visit)
    days = range(max(0, clock.day_of(board.problem.as_of_s)), board.behind)
    if order.promised:
        return [day for day in days if any(clock.day_of(window.open_s) == day for window in order.promised)]
    due = order.due_day
    return [day for day in days if due is None or board.problem.date_of(day) <= due]


def _may_wait(board: Board, other: Visit) -> bool:
    """Return whether a planned visit can be put off without breaking a word that was given."""
    problem, order = board.problem, board.problem.order_of(other)
    is_held = board.facts.is_mandatory(other.visit_id) or other.visit_id in (problem.begun.keys() | board.facts.linked)
    is_told = other.visit_id in board.facts.published
    is_due = order.due_day is None or order.due_day < problem.date_of(board.behind)
    is_agreed = bool(order.promised) or order.agreed_day is not None
    return not (is_held or is_told or is_due or is_agreed or order.urgency is Urgency.EMERGENCY)


def _due(problem: Problem, visit: Visit) -> int:
    due = problem.order_of(visit).due_day
    return 0 if due is None else due.toordinal()


# --- somebody without a shift ---------------------------------------------------------------------------------------


def _contractors(board: Board, visit: Visit) -> Iterator[Remedy]:
    """Yield the first contractor who has no shift on a day in time and could come then in the branch's hours."""
    problem = board.problem
    if problem.crew_size_of(visit) > 1:
        return
    people = [technician for technician in problem.technicians if technician.employment is Employment.CONTRACTOR]
    for day in _days_of(board, visit):
        hours = problem.clock.interval(day, problem.branch.business)
        for technician in people:
            who, on = technician.technician_id, problem.date_of(day)
            is_off = (who, day) not in board.facts.shifts
            if (
                not is_off
                or skill_gaps(problem, technician, visit, on)
                or refusals_left(board.facts, technician, visit)
            ):
                continue
            start_s = _start_if_on_duty(board, visit, Shift(who, day, hours.open_s, hours.close_s), hours)
            if start_s is not None:
                yield Remedy(RemedyKind.CONTRACTOR, who, start_s=start_s)
                return


def _start_if_on_duty(board: Board, visit: Visit, shift: Shift, hours: Interval) -> int | None:
    """Return when a visit would start on the day of somebody who is off, as far as the judge lets it."""
    profile = next((one.profile for one in board.problem.shifts if one.day == shift.day), shift.profile)
    extra = replace(shift, profile=profile, contracted_s=hours.close_s - hours.open_s)
    facts = Facts(replace(board.problem, shifts=(*board.problem.shifts, extra)), board.facts.matrix)
    on_duty = board_of(facts, board.plan, behind=board.behind)
    place = on_duty.place_on(extra, Card(visit))
    if place is None or next(on_duty.broken_with(Card(visit), [place]), None) is not None:
        return None
    return place.start_s
