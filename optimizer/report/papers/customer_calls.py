"""Which customers are called, what they are told, and by when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.order import Confirmed, Unfinished
from optimizer.domain.plan import OVER, ReasonCode, UnassignedState
from optimizer.domain.planning_context import AsideState, ChangeKind
from optimizer.report.papers.calls import Call, call_customer, customer_group
from optimizer.report.papers.clocks import call_back_deadline_s, contact_deadline_s
from optimizer.text.regional import limit_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.order import Order, Visit
    from optimizer.domain.plan import Stop, UnassignedVisit
    from optimizer.domain.planning_context import Change
    from optimizer.explain.late_emergencies import Sooner
    from optimizer.report.papers.case import Case


def make_customer_calls(case: Case) -> Iterator[Call]:
    """Yield every call to a customer; several about one order are still apart."""
    changes = {change.visit_id: change for change in case.context.changes}
    for visit in (visit for visit in case.problem.visits if visit.visit_id not in case.problem.begun):
        stop, left = case.stop_of.get(visit.visit_id), case.left.get(visit.visit_id)
        change = changes.get(visit.visit_id)
        if stop is not None:
            calls = [*_planned(case, visit, stop, change)]
        else:
            calls = [*_not_planned(case, visit, left, change)] if left else []
        calls += _first_contact(case, visit, is_called=bool(calls))
        is_first = case.is_emergency(case.problem.order_of(visit)) or any(call.is_first for call in calls)
        caller_id, group = _caller_of(case, visit), customer_group(case.problem.order_of(_first_day_of(case, visit)))
        yield from (replace(call, group=group, caller_id=caller_id, is_first=is_first) for call in calls)
    for sooner in case.sooner.values():
        yield from _room_for(case, sooner)
    yield from _call_backs(case)


def _first_day_of(case: Case, visit: Visit) -> Visit:
    """Return the first visit of a job of several days, so that its customer is called once about all of them."""
    customer = case.problem.customer_of(visit)
    for earlier in visit.after:
        before = case.problem.visit_by_id[earlier.visit_id]
        if earlier.same_people and case.problem.customer_of(before) == customer:
            return _first_day_of(case, before)
    return visit


def _caller_of(case: Case, visit: Visit) -> str:
    """Return the technician who goes there, if at the branch and free to leave; else nobody, so the coordinator.

    Of a crew it is the lead, so that a customer is called once.
    """
    who = case.technician_of(visit.visit_id)
    is_at_branch = bool(who) and case.problem.technician_by_id[who].starts_at_branch
    is_free = is_at_branch and not case.is_blocked(who, case.route_of[visit.visit_id].day)
    return who if is_free else ""


# --- visits of the plan ---------------------------------------------------------------------------------------------


def _planned(case: Case, visit: Visit, stop: Stop, change: Change | None) -> Iterator[Call]:
    """Yield what a customer is told of a planned visit: a change, or the window to who has not agreed to it."""
    order, customer = case.problem.order_of(visit), case.problem.customer_of(visit)
    said, by_s = order.log.confirmed, _told_by_s(case, stop)
    if visit.visit_id in case.problem.declined:
        change = None  # The customer knows that the time told before is off.
    if change is None and (said is Confirmed.YES or (said is None and _is_old_news(case, stop))):
        return
    if order.unfinished is Unfinished.CUSTOMER_ABSENT:
        text = case.say("We missed you at the last visit.")
        yield call_customer(order, customer, case.say("Was absent"), text, by_s)
    if order.unfinished is Unfinished.SITE_NOT_READY:
        yield call_customer(order, customer, case.say("Confirm the site"), case.say("Is the site ready now?"), by_s)
    if change is not None:
        why, text, by_s = case.say("Change of the plan"), _change_words(case, change), change.call_by_s
    else:
        why, text = _window_words(case, stop, said)
    yield call_customer(order, customer, why, text, by_s)
    if order.briefing.prepare:
        text = case.say("Please prepare: {things}.", things=order.briefing.prepare.rstrip(".。"))
        yield call_customer(order, customer, "", text, by_s)


def _room_for(case: Case, sooner: Sooner) -> Iterator[Call]:
    """Yield the calls that ask customers to give up their told windows for an emergency that is planned late."""
    problem, wording = case.problem, case.wording
    why = case.say(
        "Makes room for emergency {order}: {technician} is there at {time}, {sooner} sooner; moving costs {price}. "
        "If the customer agrees, put agreed = yes into published and plan again.",
        order=problem.visit_by_id[sooner.visit_id].order_id,
        technician=case.person(sooner.technician_id),
        time=wording.time(problem.local_time(sooner.start_s)),
        sooner=wording.duration(sooner.sooner_s),
        price=wording.money(sooner.cents),
    )
    for moved in sooner.moved:
        order = problem.order_of(problem.visit_by_id[moved.visit_id])
        text = case.say(
            "Somebody else has an emergency. May we come at about {time} instead of {window}?",
            time=wording.time(problem.local_time(moved.start_s)),
            window=case.day_window(moved.told),
        )
        call = call_customer(order, problem.customer_by_id[order.customer_id], why, text, problem.as_of_s)
        yield replace(call, is_first=True, is_red=True)


def _window_words(case: Case, stop: Stop, said: Confirmed | None) -> tuple[str, str]:
    window = case.day_window(stop.window)
    if said is Confirmed.UNREACHABLE:
        text = case.say(
            "We could not reach you and come all the same, on {window}. Will somebody be in?", window=window
        )
        return case.say("Not reached, visited all the same"), text
    if said is Confirmed.NO:
        text = case.say("Our time did not suit you. We can come on {window}. Does that suit you?", window=window)
        return case.say("Agree another time"), text
    return case.say("Tell the window"), _coming(case, len(stop.crew), window)


def _coming(case: Case, count: int, window: str) -> str:
    if count > 1:
        return case.say("{count} of our technicians come on {window}. Does that suit you?", count=count, window=window)
    return case.say("Our technician comes on {window}. Does that suit you?", window=window)


def _is_old_news(case: Case, stop: Stop) -> bool:
    """Return whether the window was told in time: past the notice deadline the published one binds (`lock`)."""
    if not case.problem.is_short_notice(case.route_of[stop.visit_id].day):
        return False
    return any(said.visit_id == stop.visit_id and said.told == stop.window for said in case.problem.published)


def _told_by_s(case: Case, stop: Stop) -> int:
    """Return until when a window is told: within notice, and where that is past, before the technician leaves."""
    deadline_s = case.problem.notice_deadline_s(case.route_of[stop.visit_id].day)
    return deadline_s if deadline_s >= case.problem.as_of_s else stop.leave_by_s


# --- visits that stay out -------------------------------------------------------------------------------------------


def _not_planned(case: Case, visit: Visit, left: UnassignedVisit, change: Change | None) -> Iterator[Call]:
    """Yield what a customer is told whose visit is not planned."""
    order, customer, close_s = case.problem.order_of(visit), case.problem.customer_of(visit), case.next_close_s()
    if left.state is UnassignedState.REBOOK:
        text = case.say("Our time did not suit you. Which other time does?")
        yield call_customer(order, customer, case.say("Agree another time"), text, close_s)
        return
    if change is not None:
        yield call_customer(
            order, customer, case.say("Change of the plan"), _change_words(case, change), change.call_by_s
        )
    if any((reason.code, reason.subject) == (ReasonCode.TIME_PASSED, OVER) for reason in left.reasons):
        text = case.say("The time of our visit is over, and nobody could come. Which other time suits you?")
        call = call_customer(order, customer, case.say("Time is over"), text, case.problem.as_of_s)
        yield replace(call, is_first=True, is_red=True)
    elif left.state is UnassignedState.DUE_BEFORE_PLAN:
        text = case.say("We are sending somebody today and will call back at once with the name and the time.")
        call = call_customer(order, customer, case.say("Send today"), text, case.problem.as_of_s)
        yield replace(call, is_first=True, is_red=True)
    elif any(reason.code is ReasonCode.NOT_REACHED for reason in left.reasons):
        text = case.say("We could not reach you yet, and come when we have agreed a time. Which one suits you?")
        call = call_customer(order, customer, case.say("Not reached: agree a time"), text, close_s)
        yield replace(call, is_red=left.state is UnassignedState.WILL_BREAK)
    elif case.lacks_day(visit):
        yield call_customer(order, customer, case.say("Agree a day"), _which_day(case, visit), close_s)
    elif left.state is UnassignedState.WILL_BREAK:
        text = _sorry(case, order, left) if change is None else ""  # the change asks for another time already
        yield replace(call_customer(order, customer, case.say("Promise will break"), text, close_s), is_red=True)
    elif order.unfinished is Unfinished.CUSTOMER_ABSENT:
        text = case.say("We missed you at the last visit. When will somebody be in?")
        yield call_customer(order, customer, case.say("Was absent"), text, close_s)
    if order.unfinished is Unfinished.SITE_NOT_READY or _waits_for_site(visit, left):
        yield call_customer(order, customer, case.say("Confirm the site"), _ask_for_site(case, visit), close_s)


def _which_day(case: Case, visit: Visit) -> str:
    if case.is_beyond(visit):
        far = limit_text(case.problem.policy.promise.outside_m, case.problem.branch.region, case.say)
        return case.say(
            "You are more than {distance} away from us. Which day suits you? We then promise that day.", distance=far
        )
    return case.say("No day is agreed yet for our visit. Which day suits you? We then promise that day.")


def _sorry(case: Case, order: Order, left: UnassignedVisit) -> str:
    """Return the apology with what was promised: the window, else the last day."""
    if order.promised:
        promise = "; ".join(case.day_window(window) for window in order.promised)
    else:
        promise = case.wording.short_day(left.due) if left.due else case.say("the day agreed")
    return case.say("We are sorry that we cannot keep our promise ({promise}). Which day suits you?", promise=promise)


def _waits_for_site(visit: Visit, left: UnassignedVisit) -> bool:
    """Return whether nothing but the agreed moment keeps a visit out; one that needs a part waits for the part."""
    return not visit.parts and any(reason.code is ReasonCode.NOT_READY for reason in left.reasons)


def _ask_for_site(case: Case, visit: Visit) -> str:
    if visit.ready_s is None:
        return case.say("Is the site ready now? If not, from when can we start?")
    moment = case.time_text(visit.ready_s)
    return case.say("Will the site be ready on {moment}, as agreed?", moment=moment)


# --- changes, clocks ------------------------------------------------------------------------------------------------


def _change_words(case: Case, change: Change) -> str:
    before = case.day_window(change.before) if change.before else ""
    after = case.day_window(change.after) if change.after else ""
    who = case.people(change.after_people)
    if change.kind is ChangeKind.DROPPED:
        return case.say(
            "We are sorry that we cannot come on {before} as told. Which other time suits you?", before=before
        )
    if change.kind is ChangeKind.ADDED:
        return _coming(case, len(change.after_people), after)
    if change.kind is ChangeKind.TECHNICIAN:
        return case.say("The time stays ({after}); {technician} comes instead.", after=after, technician=who)
    return case.say(
        "We have to move our visit: {technician} comes on {after} instead of {before}. Does that suit you?",
        after=after,
        before=before,
        technician=who,
    )


def _first_contact(case: Case, visit: Visit, *, is_called: bool) -> Iterator[Call]:
    """Yield the first call to a customer; who is called anyway is told nothing beside."""
    if _was_contacted(case, visit):
        return
    order, customer = case.problem.order_of(visit), case.problem.customer_of(visit)
    text = "" if is_called else case.say("We have your order and will call you with the time of our visit.")
    yield call_customer(order, customer, case.say("First contact"), text, contact_deadline_s(case, visit))


def _was_contacted(case: Case, visit: Visit) -> bool:
    """Return whether a customer has heard of us: a promise, a told window or a first try does not go without."""
    order = case.problem.order_of(visit)
    was_told = any(said.visit_id == visit.visit_id and said.told is not None for said in case.problem.published)
    is_known = order.log.contacted_s is not None or order.log.confirmed is not None
    return is_known or was_told or bool(order.promised) or order.carried_over > 0


def _call_backs(case: Case) -> Iterator[Call]:
    """Yield the calls that ask whether all is well after a visit."""
    for aside in case.context.aside:
        if aside.state is AsideState.DONE and aside.order.log.called_back_s is None:
            text = case.say("Does everything work after our visit? Are you satisfied with it?")
            by_s = call_back_deadline_s(case, aside)
            yield call_customer(aside.order, aside.customer, case.say("Call back"), text, by_s)
