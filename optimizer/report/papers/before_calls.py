"""What the coordinator has in hand before it calls: two windows to offer, and what would keep the promise after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.plan import BEFORE, OVER, ReasonCode, UnassignedState
from optimizer.domain.planning_context import ChangeKind
from optimizer.explain.sentences import proposal
from optimizer.judge.answers import has_skills
from optimizer.promise.board import open_board
from optimizer.promise.offers import Offers, find_offers
from optimizer.promise.remedies import Remedy, RemedyKind, find_remedies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import UnassignedVisit
    from optimizer.report.papers.case import Case


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is in hand, by visit."""

    offers: Offers
    remedies: Mapping[str, tuple[Remedy, ...]]


def prepare_calls(case: Case) -> Prepared:
    """Return what can be offered to all who have to be asked for a time, those with a promise first."""
    known = case.problem.visit_by_id
    asked = [left for left in case.left.values() if left.visit_id in known and _needs_time(case, left)]
    asked.sort(key=lambda left: (not is_breaking(case, left), _promised_s(case, known[left.visit_id]), left.visit_id))
    moved = sorted(change.visit_id for change in case.context.changes if is_moved(case, change.visit_id))
    ids = [left.visit_id for left in asked if can_be_served(case, known[left.visit_id])]
    breaking = [left for left in asked if left.visit_id in ids and is_breaking(case, left)]
    if not (ids or moved):
        return Prepared(Offers({}), {})
    board = open_board(case.problem, case.matrix, case.plan)
    return Prepared(find_offers(board, [*ids, *moved]), find_remedies(board, breaking))


def is_breaking(case: Case, left: UnassignedVisit) -> bool:
    """Return whether a word that was given is not kept: a promise, or a window that was told."""
    if left.state is UnassignedState.DUE_BEFORE_PLAN or left.visit_id in case.problem.declined:
        return False
    is_dropped = any(
        change.visit_id == left.visit_id and change.kind is ChangeKind.DROPPED for change in case.context.changes
    )
    is_promised = bool(case.problem.order_of(case.problem.visit_by_id[left.visit_id]).promised)
    is_over = is_promised and has_no_time_left(left)
    will_break = left.state is UnassignedState.WILL_BREAK
    lacks_day = case.lacks_day(case.problem.visit_by_id[left.visit_id])
    return is_over or (will_break and not lacks_day) or (is_dropped and case.context.is_told(left.visit_id))


def is_past(left: UnassignedVisit) -> bool:
    """Return whether a visit stays out because its windows were over when the plan was made."""
    return _time_passed(left, OVER)


def has_no_time_left(left: UnassignedVisit) -> bool:
    """Return whether the same is so, or its windows close before the days that are planned."""
    return _time_passed(left, OVER, BEFORE)


def _time_passed(left: UnassignedVisit, *subjects: str) -> bool:
    return any(reason.code is ReasonCode.TIME_PASSED and reason.subject in subjects for reason in left.reasons)


def is_moved(case: Case, visit_id: str) -> bool:
    """Return whether a planned visit has another time than its customer was told."""
    times = (ChangeKind.TIME, ChangeKind.TECHNICIAN_AND_TIME)
    return (
        case.context.is_told(visit_id)
        and visit_id in case.stop_of
        and any(change.visit_id == visit_id and change.kind in times for change in case.context.changes)
    )


def can_be_served(case: Case, visit: Visit) -> bool:
    """Return whether anybody of the branch has the skills for a visit at all, on whatever day."""
    return any(has_skills(case.problem, visit, day) for day in range(case.problem.days))


def _needs_time(case: Case, left: UnassignedVisit) -> bool:
    """Return whether the customer of a visit that stays out is asked for another time."""
    visit = case.problem.visit_by_id[left.visit_id]
    if left.state is UnassignedState.DUE_BEFORE_PLAN:
        return False
    is_asked = left.state is UnassignedState.REBOOK or has_no_time_left(left) or case.lacks_day(visit)
    is_unreached = any(reason.code is ReasonCode.NOT_REACHED for reason in left.reasons)
    return is_asked or is_unreached or is_breaking(case, left)


def _promised_s(case: Case, visit: Visit) -> int:
    """Return the first moment promised for a visit, the end of its due day where no window is."""
    order = case.problem.order_of(visit)
    if order.promised:
        return min(window.open_s for window in order.promised)
    day = case.problem.days if order.due_day is None else case.problem.day_index(order.due_day) + 1
    return case.problem.clock.moment_s(day)


def remedy_words(case: Case, remedy: Remedy) -> str:
    """Return what the coordinator can do, in one sentence."""
    time = "" if remedy.start_s is None else case.time_text(remedy.start_s)
    if remedy.kind is RemedyKind.EXCEPTION:
        assert remedy.exception is not None
        return proposal(remedy.exception, case.say)
    if remedy.kind is RemedyKind.CONTRACTOR:
        who = " ".join(filter(None, (case.person(remedy.technician_id), case.phone(remedy.technician_id))))
        return case.say("Contractor: ask {technician}, who could be there at {time}.", technician=who, time=time)
    visit = case.problem.visit_by_id[remedy.postponed]
    due = case.problem.order_of(visit).due_day
    return case.say(
        "Swap: put off order {order} ({customer}, nothing promised, due {due}); {technician} is then there at {time}.",
        order=visit.order_id,
        customer=case.problem.customer_of(visit).name,
        due=case.wording.short_day(due) if due else case.say("none"),
        technician=case.person(remedy.technician_id),
        time=time,
    )
