"""Which technicians are phoned, what is said, and by when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.order import PartNeed
from optimizer.domain.plan import UnassignedState
from optimizer.domain.planning_context import AsideState, ChangeKind
from optimizer.domain.units import MINUTE_S, great_circle_m
from optimizer.judge.answers import is_past_due, who_may_serve
from optimizer.report.papers.calls import Call, call_technician
from optimizer.report.papers.clocks import acknowledge_deadline_s
from optimizer.report.papers.emergency_calls import latest_told_s
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from optimizer.domain.order import Place, Visit
    from optimizer.domain.planning_context import Change
    from optimizer.report.papers.case import Case

#: How many technicians are asked to go to an emergency.
_ASKED = 3
#: So long after its end a visit of which nothing was reported is asked about.
UNREPORTED_S = 15 * MINUTE_S


def make_technician_calls(case: Case) -> Iterator[Call]:
    """Yield every call to a technician; several to one person are still apart."""
    for visit_id, left in case.left.items():
        if left.state is UnassignedState.DUE_BEFORE_PLAN and visit_id in case.problem.visit_by_id:
            yield from _who_can_go(case, case.problem.visit_by_id[visit_id])
    for aside in case.context.aside:
        if aside.state is AsideState.NO_RESULT and aside.technician_id:
            text = case.say(
                "How did order {order} at {customer} end, and are the parts back?",
                order=aside.order.order_id,
                customer=aside.customer.name,
            )
            who, order_id, why = aside.technician_id, aside.order.order_id, case.say("No result reported")
            yield call_technician(case, who, order_id, why, text, _before_work_s(case, who))
    sent = frozenset(visit_id for visit_id in case.stop_of if _is_sent(case, visit_id))
    for visit_id in sorted(sent):
        yield from _emergency(case, case.problem.visit_by_id[visit_id])
    yield from _unreported(case)
    yield from _loans(case)
    yield from _unacknowledged(case, sent)
    # A draft that tells no customer has handed out no sheet either.
    if case.context.is_published and case.context.told is None:
        for change in case.context.changes:
            yield from _changed(case, change, is_told_apart=change.visit_id in sent)


def _unreported(case: Case) -> Iterator[Call]:
    """Yield calls about visits that are taken to have begun and ended, and of which nothing was heard since."""
    for visit_id in sorted(case.problem.begun.keys() & case.stop_of.keys()):
        stop, visit = case.stop_of[visit_id], case.problem.visit_by_id[visit_id]
        if stop.end_s + UNREPORTED_S > case.problem.as_of_s:
            continue
        order_id, customer = visit.order_id, case.problem.customer_of(visit).name
        text = case.say("Was order {order} at {customer} done as planned? Nothing is reported.", order=order_id,
                        customer=customer)  # fmt: skip
        who, why = case.technician_of(visit_id), case.say("No result reported")
        yield call_technician(case, who, order_id, why, text, case.problem.as_of_s)


def _who_can_go(case: Case, visit: Visit) -> Iterator[Call]:
    """Yield calls to the nearest technicians who may and can serve a visit that cannot wait for the plan."""
    problem, order = case.problem, case.problem.order_of(visit)
    able = [
        technician
        for technician in who_may_serve(problem, case.matrix, visit, 0)
        if not (visit.parts and case.is_blocked(technician.technician_id))
    ]
    nearest = sorted(able, key=lambda t: (_away_m(case, t.technician_id, visit.place), t.technician_id))
    promise = _promise_words(case, visit)
    text, sent = (
        case.say("Can you go today? Order {order}: {what}.", order=order.order_id, what=_what(case, visit, phone=phone))
        for phone in (True, False)
    )
    for technician in nearest[:_ASKED]:
        who, why = technician.technician_id, case.say("Send today")
        call = call_technician(case, who, order.order_id, why, _joined(case, text, promise), problem.as_of_s)
        # Only one of those asked goes, and gets the customer's phone: it is said, and not sent to all of them.
        message = without_controls(_joined(case, sent, promise))
        yield replace(call, message=message, is_first=True, is_emergency=True, is_red=True)


def _is_sent(case: Case, visit_id: str) -> bool:
    """Return whether a visit of the plan is an emergency whose technician has still to hear of it."""
    visit = case.problem.visit_by_id[visit_id]
    is_open = visit_id not in case.problem.begun and case.problem.order_of(visit).log.acknowledged_s is None
    return is_open and case.problem.is_emergency_call(visit)


def _emergency(case: Case, visit: Visit) -> Iterator[Call]:
    """Yield the calls that send somebody to an emergency of the plan, with all that he needs to know at once."""
    problem, stop = case.problem, case.stop_of[visit.visit_id]
    latest_s = latest_told_s(case, visit, stop)
    text = case.say(
        "Emergency {order} is yours: {what}; planned for {start}. Please confirm now and call the customer, who is "
        "told that somebody is there by {time} at the latest.",
        order=visit.order_id,
        what=_what(case, visit, phone=True),
        start=case.time_text(stop.start_s),
        time=case.time_text(latest_s),
    )
    for who in case.crew_of(visit.visit_id):
        call = call_technician(case, who, visit.order_id, case.say("Emergency"), text, problem.as_of_s)
        yield replace(call, is_first=True, is_emergency=True)


def _what(case: Case, visit: Visit, *, phone: bool) -> str:
    """Return whom a technician goes to: name, phone, address and fault, as far as they are known."""
    order, customer = case.problem.order_of(visit), case.problem.customer_of(visit)
    number = next(filter(None, (customer.phone, *order.briefing.contacts)), "") if phone else ""
    return case.say(", ").join(filter(None, (customer.name, number, case.wording.address(visit.place), order.fault)))


def _promise_words(case: Case, visit: Visit) -> str:
    """Return what the customer of a visit that cannot wait for the plan counts on; empty where that is nothing."""
    problem, order = case.problem, case.problem.order_of(visit)
    if problem.is_emergency_call(visit):
        time = case.time_text(latest_told_s(case, visit, None))
        return case.say("The customer is told that somebody is there by {time} at the latest.", time=time)
    windows = [window for window in order.promised or order.requested if window.close_s >= problem.as_of_s]
    if not windows:
        return ""
    sentence = "Promised: {windows}." if order.promised else "Asked for: {windows}."
    return case.say(sentence, windows=case.wording.series(map(case.day_window, windows)))


def _joined(case: Case, *sentences: str) -> str:
    return ("" if case.wording.lang == "zh" else " ").join(filter(None, sentences))


def _away_m(case: Case, technician_id: str, place: Place) -> float:
    """Return how far a technician is: from what is left of today's work, else from where the day starts."""
    today = [
        aside.visit.place
        for aside in case.context.aside
        if aside.technician_id == technician_id and aside.state is AsideState.UNDER_WAY
    ]
    home = case.problem.technician_by_id[technician_id].start or case.problem.branch.place
    return min(great_circle_m(at.lat, at.lon, place.lat, place.lon) for at in (today or [home]))


def _loans(case: Case) -> Iterator[Call]:
    """Yield a call to everybody who keeps parts past the evening on which they were due."""
    past_due = sorted((loan for loan in case.problem.loans if is_past_due(case.problem, loan)), key=lambda n: n.due)
    for who in sorted({loan.technician_id for loan in past_due}):
        parts = case.wording.series(
            case.say(
                "{parts}, due {day}",
                parts=case.parts([PartNeed(loan.part_id, loan.quantity)]),
                day=case.wording.short_day(loan.due),
            )
            for loan in past_due
            if loan.technician_id == who
        )
        if case.is_blocked(who):
            text = case.say("Bring back what is past due: {parts}. Until then you take no new part.", parts=parts)
        else:
            text = case.say("Bring back what is past due: {parts}.", parts=parts)
        yield call_technician(case, who, "", case.say("Loan past due"), text, _before_work_s(case, who))


def _before_work_s(case: Case, technician_id: str) -> int:
    """Return until when a technician answers for today: the close of business, else the next shift's start, or now."""
    close_s, as_of_s = case.next_close_s(), case.problem.as_of_s
    starts = [shift.start_s for shift in case.problem.shifts if shift.technician_id == technician_id]
    return min(close_s, max(as_of_s, min(starts, default=close_s)))


def _unacknowledged(case: Case, called: Collection[str]) -> Iterator[Call]:
    """Yield calls to technicians who have not confirmed what was dispatched to them, and are not called about it."""
    for visit_id, route in case.route_of.items():
        if visit_id in called:
            continue
        visit = case.problem.visit_by_id[visit_id]
        by_s = acknowledge_deadline_s(case, visit)
        if by_s is not None:
            text = case.say("Please confirm order {order}.", order=visit.order_id)
            why = case.say("Not acknowledged")
            yield call_technician(case, route.technician_id, visit.order_id, why, text, by_s)


def _changed(case: Case, change: Change, *, is_told_apart: bool) -> Iterator[Call]:
    """Yield what technicians with a sheet in hand are told: one loses the visit, another gets it, or its time moves.

    Parameters
    ----------
    is_told_apart
        Those who have the visit now hear of it in a call of its own.
    """
    visit = case.problem.visit_by_id.get(change.visit_id)
    order_id = visit.order_id if visit else change.visit_id
    customer = case.problem.customer_of(visit).name if visit else ""
    why, told = case.say("Change of the plan"), case.day_window(change.after) if change.after else ""
    before, after = change.before_people, change.after_people
    for who in before:
        if who not in after:
            text = case.say("Strike order {order} off your sheet ({customer}).", order=order_id, customer=customer)
            yield call_technician(case, who, order_id, why, text, change.call_by_s)
    for who in () if is_told_apart else after:
        if who not in before:
            text = case.say(
                "Order {order} is new on your sheet: {customer}, {window}.",
                order=order_id,
                customer=_what(case, visit, phone=True) if visit else "",
                window=told,
            )
            yield call_technician(case, who, order_id, why, text, change.call_by_s)
        elif change.kind in (ChangeKind.TIME, ChangeKind.TECHNICIAN_AND_TIME):
            text = case.say(
                "Order {order} moves: {customer}, now {window}.", order=order_id, customer=customer, window=told
            )
            yield call_technician(case, who, order_id, why, text, change.call_by_s)
