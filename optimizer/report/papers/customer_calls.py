"""Which customers are called: one call a customer, about all that there is to say.

A *matter* is one thing to tell about one visit. The matters of a customer become one call: the most pressing decides by
when, and who goes there calls where the same person goes to all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.order import Confirmed, Unfinished
from optimizer.domain.plan import ReasonCode, UnassignedState
from optimizer.domain.planning_context import AsideState, ChangeKind, Stage
from optimizer.domain.units import HOUR_S, MINUTE_S, at
from optimizer.promise.calling_hours import call_at_once_s, call_by_s, next_call_s
from optimizer.promise.offers import AHEAD_S
from optimizer.report.papers.before_calls import (
    can_be_served,
    has_no_time_left,
    is_breaking,
    is_moved,
    is_past,
    remedy_words,
)
from optimizer.report.papers.calls import Call
from optimizer.report.papers.clocks import call_back_deadline_s, contact_deadline_s
from optimizer.report.papers.emergency_calls import emergency_words, why_emergency
from optimizer.report.papers.phone_words import PhoneWords, Said
from optimizer.text.printable import without_controls
from optimizer.text.regional import limit_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from optimizer.domain.order import Customer, Interval, Order, Visit
    from optimizer.domain.plan import Stop, UnassignedVisit
    from optimizer.domain.planning_context import Change
    from optimizer.explain.late_emergencies import Sooner
    from optimizer.promise.offers import Offer
    from optimizer.report.papers.before_calls import Prepared
    from optimizer.report.papers.case import Case

    Speak = Callable[[PhoneWords], Said]

#: Within so long somebody has found out when we can come, or who else does the work.
ANSWER_S = 2 * HOUR_S
#: Windows are told in the evening; who is at home then is reached before this time of the day.
_EVENING_S = at(20, 30)
#: Digits of a number without what stands before it in some places only, +86 or a zero.
_OWN_DIGITS = 10
#: Who is asked to move is told about when, on half hours.
_GRID_S = 30 * MINUTE_S


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to tell a customer about one order.

    Parameters
    ----------
    speak
        Makes the sentences, once it is known who calls and when; `None` where nothing is said beside other matters.
    by_s
        Deadline in seconds of the clock; `None` when no clock runs.
    technician_id
        Who goes there; empty when nobody does.
    is_first
        On top of the list: a word that is not kept, an emergency.
    is_emergency
        On top of those.
    """

    order: Order
    customer: Customer
    why: str
    speak: Speak | None
    by_s: int | None
    technician_id: str = ""
    is_first: bool = False
    is_emergency: bool = False
    is_red: bool = False
    remedies: tuple[str, ...] = ()


def make_customer_calls(case: Case, prepared: Prepared) -> list[Call]:
    """Return the calls to customers, one a customer."""
    groups: dict[tuple[str, ...], list[Matter]] = {}
    for matter in _matters(case, prepared):
        groups.setdefault(_who_is_rung(matter), []).append(matter)
    return [_one_call(case, matters) for matters in groups.values()]


def _who_is_rung(matter: Matter) -> tuple[str, ...]:
    """Return what makes two customers one: the same name at the same phone, however spaced, else the same number."""
    customer = matter.customer
    digits = "".join(sign for sign in customer.phone if sign.isdecimal())
    name = "".join(customer.name.casefold().split())
    return (name, digits[-_OWN_DIGITS:]) if digits else (customer.customer_id,)


def _one_call(case: Case, matters: list[Matter]) -> Call:
    """Return one call about all matters of a customer: the pressing ones first."""
    matters.sort(key=lambda one: (not one.is_emergency, not one.is_first))
    first = matters[0]
    by_s = min((one.by_s for one in matters if one.by_s is not None), default=None)
    callers = {_caller_of(case, one) for one in matters if one.speak is not None}
    caller_id = callers.pop() if len(callers) == 1 else ""
    now_s = case.problem.as_of_s
    is_today = by_s is None or case.date_at(max(now_s, by_s)) == case.date_at(now_s)
    words = PhoneWords(case, first.customer, caller_id, is_today)
    said = [one.speak(words) for one in matters if one.speak is not None]
    statements, questions = (
        [*dict.fromkeys(texts)] for texts in ([s.statement for s in said], [s.question for s in said])
    )
    sent = [*dict.fromkeys(one.text or words.joined([one.statement, one.question]) for one in said)]
    phones = [first.customer.phone, *(case.wording.series(one.order.briefing.contacts) for one in matters)]
    return Call(
        group=" ".join(("customer", *_who_is_rung(first))),
        whom=without_controls(first.customer.name),
        phone=without_controls(next(filter(None, phones), "")),
        order_id=case.wording.listed(dict.fromkeys(one.order.order_id for one in matters)),
        why=case.wording.series(dict.fromkeys(one.why for one in matters if one.why)),
        say=without_controls(words.joined([words.greeting(), *statements, *questions])),
        message=without_controls(words.joined([words.heading(), *sent, *_how_to_answer(case)])),
        first=case.wording.series(dict.fromkeys(text for one in matters for text in one.remedies)),
        caller_id=caller_id,
        by_s=by_s,
        is_first=first.is_first,
        is_emergency=any(one.is_emergency for one in matters),
        is_red=any(one.is_red for one in matters),
    )


def _how_to_answer(case: Case) -> list[str]:
    phone = without_controls(case.problem.branch.phone).strip()
    return [case.say("Please answer here or call {phone}.", phone=phone)] if phone else []


def _caller_of(case: Case, matter: Matter) -> str:
    """Return the technician who goes there, if at the branch and free to leave; else nobody, so the coordinator.

    Of a crew it is the lead. A word that is not kept is the coordinator's to take back.
    """
    who = matter.technician_id
    is_at_branch = bool(who) and case.problem.technician_by_id[who].starts_at_branch
    return who if is_at_branch and not matter.is_first and not case.is_blocked(who) else ""


# --- which matters there are ----------------------------------------------------------------------------------------


def _matters(case: Case, prepared: Prepared) -> Iterator[Matter]:
    changes = {change.visit_id: change for change in case.context.changes}
    is_recorded = is_contact_recorded(case)
    for visit in (visit for visit in case.problem.visits if visit.visit_id not in case.problem.begun):
        stop, left = case.stop_of.get(visit.visit_id), case.left.get(visit.visit_id)
        if stop is not None:
            found = [*_planned(case, prepared, visit, stop, changes.get(visit.visit_id))]
        else:
            found = [*_not_planned(case, prepared, visit, left, changes.get(visit.visit_id))] if left else []
        yield from found
        yield from _confirm_address(case, visit)
        if is_recorded and (found or tells_windows(case)):
            yield from _first_contact(case, visit, is_called=bool(found))
    for sooner in case.sooner.values():
        yield from _room_for(case, sooner)
    yield from _call_backs(case)


def tells_windows(case: Case, day: int = 0) -> bool:
    """Return whether exact windows are told now: at settle and later, and by a plan that is made too late for it."""
    return case.context.stage is not Stage.DRAFT or case.problem.is_short_notice(day)


def is_contact_recorded(case: Case) -> bool:
    """Return whether anybody here writes down that customers were called; else no row says that one was not."""
    orders = [*case.problem.orders, *(aside.order for aside in case.context.aside)]
    return any(order.log.contacted_s is not None for order in orders)


def _about(case: Case, visit: Visit, why: str, speak: Speak | None, by_s: int | None, **more: object) -> Matter:
    order, customer = case.problem.order_of(visit), case.problem.customer_of(visit)
    is_emergency, who = case.is_emergency(order), case.technician_of(visit.visit_id)
    matter = Matter(order, customer, why, speak, by_s, who, is_first=is_emergency, is_emergency=is_emergency)
    return replace(matter, **more)  # type: ignore[arg-type]


# --- visits of the plan ---------------------------------------------------------------------------------------------


def _planned(case: Case, prepared: Prepared, visit: Visit, stop: Stop, change: Change | None) -> Iterator[Matter]:
    """Yield what the customer of a planned visit is told."""
    order, said = case.problem.order_of(visit), case.problem.order_of(visit).log.confirmed
    if case.problem.is_emergency_call(visit):
        yield _emergency(case, visit, stop)
        return
    if order.promised and stop.lateness_s and visit.visit_id not in case.problem.declined:
        yield _late(case, visit, stop)
        return
    if visit.visit_id in case.problem.declined or not case.context.is_told(visit.visit_id):
        change = None  # The customer knows that the time told before is off, or has been told none.
    if change is not None and change.kind is not ChangeKind.ADDED:
        yield _changed(case, prepared, visit, stop, change)
        yield from _to_prepare(case, visit, stop)
        return
    if said is Confirmed.YES or (change is None and said is None and _is_old_news(case, stop)):
        return
    by_s = _told_by_s(case, visit, stop)
    if order.unfinished is Unfinished.SITE_NOT_READY:
        yield _about(case, visit, case.say("Confirm the site"), _ask_for_site(case, visit), by_s)
    if not tells_windows(case, case.route_of[visit.visit_id].day) and said is not Confirmed.NO:
        return
    yield _about(case, visit, *_window_words(case, visit, stop), by_s)
    yield from _to_prepare(case, visit, stop)


def _emergency(case: Case, visit: Visit, stop: Stop | None) -> Matter:
    """Return the call about an emergency: at once, whatever the hour."""
    who = case.technician_of(visit.visit_id)
    why = why_emergency(case, visit)
    if not who:
        why = case.wording.series((case.say("Send today"), why))
    matter = _about(case, visit, why, lambda words: emergency_words(words, visit, stop), case.problem.as_of_s)
    return replace(matter, is_first=True, is_emergency=True, is_red=not who)


def _late(case: Case, visit: Visit, stop: Stop) -> Matter:
    """Return the call about a promise that is kept too late."""
    promised = case.problem.order_of(visit).promised
    by_s = _at_once_s(case, visit, promised)
    why = case.say("Later than promised")
    return _about(case, visit, why, lambda w: w.late(visit, stop, promised), by_s, is_first=True, is_red=True)


def _changed(case: Case, prepared: Prepared, visit: Visit, stop: Stop, change: Change) -> Matter:
    """Return the call about a visit that was told otherwise."""
    why = case.say("Change of the plan")
    if not is_moved(case, visit.visit_id) or change.before is None:
        by_s = call_by_s(case.problem, case.problem.customer_of(visit), change.call_by_s, before_s=stop.window.open_s)
        return _about(case, visit, why, lambda words: words.other_person(visit, stop), by_s)
    before, offers = change.before, prepared.offers.of(visit.visit_id)
    matter = _about(case, visit, why, lambda w: w.moved(visit, stop, before, offers), _at_once_s(case, visit, [before]))
    return replace(matter, is_first=True, is_red=True)


def _window_words(case: Case, visit: Visit, stop: Stop) -> tuple[str, Speak]:
    """Return why a window is told, and how it is said."""
    order = case.problem.order_of(visit)

    def speak(words: PhoneWords) -> Said:
        said, before = words.coming(visit, stop), ""
        if order.log.confirmed is Confirmed.UNREACHABLE:
            before = case.say("We could not reach you before.")
        elif order.log.confirmed is Confirmed.NO:
            before = case.say("The time that we had in mind did not suit you, so we have another one.")
            said = said._replace(question=case.say("Does that suit you?"))
        elif order.unfinished is Unfinished.CUSTOMER_ABSENT:
            before = case.say("We did not meet you at the last visit.")
        return said._replace(statement=words.joined([before, said.statement]))

    if order.log.confirmed is Confirmed.UNREACHABLE:
        return case.say("Not reached, visited all the same"), speak
    if order.log.confirmed is Confirmed.NO:
        return case.say("Agree another time"), speak
    why = case.say("Tell the window")
    was_absent = order.unfinished is Unfinished.CUSTOMER_ABSENT
    return (case.wording.series((case.say("Was absent"), why)) if was_absent else why), speak


def _to_prepare(case: Case, visit: Visit, stop: Stop) -> Iterator[Matter]:
    """Yield what the customer prepares, said with the window."""
    things = case.problem.order_of(visit).briefing.prepare.rstrip(".。")
    if things:
        text = case.say("Please prepare: {things}.", things=things)
        yield _about(case, visit, "", _says(Said(text)), _told_by_s(case, visit, stop))


def _is_old_news(case: Case, stop: Stop) -> bool:
    """Return whether the window was told in time: past the notice deadline the published one binds (`lock`)."""
    if not case.context.is_told(stop.visit_id) or not case.problem.is_short_notice(case.route_of[stop.visit_id].day):
        return False
    return any(said.visit_id == stop.visit_id and said.told == stop.window for said in case.problem.published)


def _told_by_s(case: Case, visit: Visit, stop: Stop) -> int:
    """Return until when a window is told: within notice, else this evening, else an hour before it opens."""
    problem, customer = case.problem, case.problem.customer_of(visit)
    deadline_s = problem.notice_deadline_s(case.route_of[stop.visit_id].day)
    if deadline_s < problem.as_of_s:
        evening_s = problem.clock.moment_s(problem.clock.day_of(problem.as_of_s), _EVENING_S)
        leave_s = min(stop.leave_by_s, stop.window.open_s - AHEAD_S)
        deadline_s = min(evening_s, leave_s) if evening_s >= problem.as_of_s else leave_s
    return call_by_s(problem, customer, max(deadline_s, problem.as_of_s), before_s=stop.window.open_s)


def _at_once_s(case: Case, visit: Visit, promised: Iterable[Interval]) -> int:
    """Return by when a customer hears of a word that is not kept: at once, and never after what was promised."""
    ahead = [window.open_s for window in promised if window.open_s >= case.problem.as_of_s]
    return call_at_once_s(case.problem, case.problem.customer_of(visit), before_s=min(ahead, default=None))


def _answer_by_s(case: Case, visit: Visit) -> int:
    """Return by when a customer is called back who can be offered nothing yet: soon, and before the promised time."""
    problem, customer = case.problem, case.problem.customer_of(visit)
    soon_s = -(-(problem.as_of_s + ANSWER_S) // _GRID_S) * _GRID_S
    ahead = [window.open_s for window in problem.order_of(visit).promised if window.open_s > problem.as_of_s]
    return min([next_call_s(problem, customer, soon_s), *ahead])


def _room_for(case: Case, sooner: Sooner) -> Iterator[Matter]:
    """Yield the calls that ask customers to give up their told windows for an emergency that is planned late."""
    problem, wording = case.problem, case.wording
    why = case.say(
        "Makes room for emergency {order}: {technician} is there at {time}, {sooner} sooner; moving costs {points} "
        "points. If the customer agrees, put agreed = yes into published and plan again.",
        order=problem.visit_by_id[sooner.visit_id].order_id,
        technician=case.person(sooner.technician_id),
        time=wording.time(problem.local_time(sooner.start_s)),
        sooner=wording.duration(sooner.sooner_s),
        points=wording.points(sooner.cents),
    )
    for moved in sooner.moved:
        visit = problem.visit_by_id[moved.visit_id]

        def speak(
            words: PhoneWords, visit: Visit = visit, told: Interval = moved.told, at_s: int = moved.start_s
        ) -> Said:
            text = case.say(
                "About {work}, for which we had said {told}: an emergency has come in.",
                work=words.work(visit),
                told=words.when(told),
            )
            return Said(
                text, case.say("May we come at about {time} instead?", time=words.time(at_s // _GRID_S * _GRID_S))
            )

        yield _about(case, visit, why, speak, problem.as_of_s, technician_id="", is_first=True, is_red=True)


# --- visits that stay out -------------------------------------------------------------------------------------------


def _not_planned(
    case: Case, prepared: Prepared, visit: Visit, left: UnassignedVisit, change: Change | None
) -> Iterator[Matter]:
    """Yield what the customer of a visit is told that is not planned."""
    order, offers = case.problem.order_of(visit), prepared.offers.of(visit.visit_id)
    by_s = _asked_by_s(case, visit, offers)
    if left.state is UnassignedState.DUE_BEFORE_PLAN:
        yield _send_today(case, visit)
    elif is_breaking(case, left):
        yield _breaking(case, prepared, visit, left, change)
    elif not can_be_served(case, visit):
        answer_by_s = _answer_by_s(case, visit)
        yield _about(case, visit, case.say("Nobody has the skill"), lambda w: w.not_here("", answer_by_s), by_s)
    elif has_no_time_left(left):
        text = case.say("We could not come at the time that you had asked for.")
        by_s = _at_once_s(case, visit, ())
        why = case.say("Time is over") if is_past(left) else case.say("Asked for before the plan")
        yield _about(case, visit, why, _asks(case, text, offers), by_s, is_first=True, is_red=True)
    elif left.state is UnassignedState.REBOOK:
        text = case.say("The time that we had in mind did not suit you.")
        yield _about(case, visit, case.say("Agree another time"), _asks(case, text, offers), by_s)
    elif any(reason.code is ReasonCode.NOT_REACHED for reason in left.reasons):
        text = case.say("We could not reach you before, and come when we have agreed a time.")
        yield _about(case, visit, case.say("Not reached: agree a time"), _asks(case, text, offers), by_s)
    elif case.lacks_day(visit):
        yield _about(case, visit, case.say("Agree a day"), _asks(case, _no_day(case, visit), offers), by_s)
    elif order.unfinished is Unfinished.CUSTOMER_ABSENT:
        text, question = case.say("We did not meet you at the last visit."), case.say("When will somebody be in?")
        yield _about(case, visit, case.say("Was absent"), _says(Said(text, question)), by_s)
    if order.unfinished is Unfinished.SITE_NOT_READY or _waits_for_site(visit, left):
        yield _about(case, visit, case.say("Confirm the site"), _ask_for_site(case, visit), by_s)


def _asked_by_s(case: Case, visit: Visit, offers: tuple[Offer, ...]) -> int:
    """Return by when a time is asked for: by the next close of business, with windows in hand before they are gone."""
    problem, customer, deadline_s = case.problem, case.problem.customer_of(visit), case.next_close_s()
    if not offers:
        return call_by_s(problem, customer, deadline_s)
    first_s = min(offer.window.open_s for offer in offers)
    evening_s = problem.clock.moment_s(problem.clock.day_of(problem.as_of_s), _EVENING_S)
    deadline_s = min(deadline_s, max(evening_s, problem.as_of_s), max(problem.as_of_s, first_s - AHEAD_S))
    return call_by_s(problem, customer, deadline_s, before_s=first_s)


def _asks(case: Case, text: str, offers: tuple[Offer, ...]) -> Speak:
    """Return how a time is asked for that nothing was promised for: with what is in hand, else openly."""
    if not offers:
        return _says(Said(text, case.say("Which day suits you?")))
    return lambda words: words.offered(text, offers, case.problem.as_of_s)


def _no_day(case: Case, visit: Visit) -> str:
    if case.is_beyond(visit):
        far = limit_text(case.problem.policy.promise.outside_m, case.problem.branch.region, case.say)
        return case.say("You are more than {distance} away from us, so we agree the day with you.", distance=far)
    return case.say("No day is agreed yet for our visit.")


def _send_today(case: Case, visit: Visit) -> Matter:
    """Return the call about a visit whose time is before the plan: somebody is sent at once."""
    if case.problem.is_emergency_call(visit):
        return _emergency(case, visit, None)
    promised = case.problem.order_of(visit).promised

    def speak(words: PhoneWords) -> Said:
        text = case.say(
            "About {work}: we are arranging for somebody today, and I will call you back at once with the name.",
            work=words.work(visit),
        )
        return Said(text, words.is_anybody_there())

    by_s = _at_once_s(case, visit, promised)
    return _about(case, visit, case.say("Send today"), speak, by_s, is_first=True, is_emergency=True, is_red=True)


def _breaking(case: Case, prepared: Prepared, visit: Visit, left: UnassignedVisit, change: Change | None) -> Matter:
    """Return the call about a word that is not kept: with what the coordinator tries first, and two windows in hand."""
    order = case.problem.order_of(visit)
    before = None if change is None or not case.context.is_told(visit.visit_id) else change.before
    told = order.promised or (() if before is None else (before,))
    is_here, offers, over = can_be_served(case, visit), prepared.offers.of(visit.visit_id), is_past(left)
    by_s = _at_once_s(case, visit, told)
    answer_by_s = _answer_by_s(case, visit)

    def speak(words: PhoneWords) -> Said:
        statement = words.broken(visit, left, told, is_past=over)
        return words.offered(statement, offers, answer_by_s) if is_here else words.not_here(statement, answer_by_s)

    remedies = tuple(remedy_words(case, remedy) for remedy in prepared.remedies.get(visit.visit_id, ()))
    if visit.visit_id in prepared.offers.without_parts:
        parts = case.parts(visit.parts)
        remedies += (case.say("The windows count on parts that are not on the way: get {parts} first.", parts=parts),)
    if not is_here:
        remedies = (case.say("Nobody of the branch has the skill: ask another branch, or a contractor."),)
    why = case.say("Time is over") if over else case.say("Promise will break")
    if before is not None:
        why = case.wording.series((case.say("Change of the plan"), why))
    return _about(case, visit, why, speak, by_s, is_first=True, is_red=True, remedies=remedies)


def _waits_for_site(visit: Visit, left: UnassignedVisit) -> bool:
    """Return whether nothing but the agreed moment keeps a visit out; one that needs a part waits for the part."""
    return not visit.parts and any(reason.code is ReasonCode.NOT_READY for reason in left.reasons)


def _ask_for_site(case: Case, visit: Visit) -> Speak:
    def speak(words: PhoneWords) -> Said:
        about = case.say("It is about {work}.", work=words.work(visit))
        if visit.ready_s is None:
            return Said(about, case.say("Is the site ready now? If not, from when can we start?"))
        return Said(about, case.say("Will the site be ready by {moment}, as agreed?", moment=words.time(visit.ready_s)))

    return speak


def _confirm_address(case: Case, visit: Visit) -> Iterator[Matter]:
    """Yield the question for the address of a place that is known only roughly."""
    if not visit.place.approximate or case.problem.order_of(visit).log.confirmed is Confirmed.YES:
        return

    def speak(words: PhoneWords) -> Said:
        work, address = words.work(visit), without_controls(visit.place.address)
        text = case.say("About {work}: the address that we have is {address}.", work=work,
                        address=address)  # fmt: skip
        return Said(text, case.say("Is it complete, and what is easy to find near it?"))

    by_s = call_by_s(case.problem, case.problem.customer_of(visit), case.next_close_s())
    yield _about(case, visit, case.say("Confirm the address"), speak, by_s)


# --- clocks ---------------------------------------------------------------------------------------------------------


def _first_contact(case: Case, visit: Visit, *, is_called: bool) -> Iterator[Matter]:
    """Yield the first call to a customer; who is called anyway is told nothing beside."""
    if was_contacted(case, visit) or case.problem.is_emergency_call(visit):
        return
    deadline_s = contact_deadline_s(case, visit)
    by_s = None if deadline_s is None else call_by_s(case.problem, case.problem.customer_of(visit), deadline_s)

    def speak(words: PhoneWords) -> Said:
        text = case.say(
            "About {work}: we have your order, and will call you again with the time.", work=words.work(visit)
        )
        return Said(text, case.say("Do we reach you at this number?"))

    yield _about(case, visit, case.say("First contact"), None if is_called else speak, by_s)


def was_contacted(case: Case, visit: Visit) -> bool:
    """Return whether a customer has heard of us: a promise, a told window or a first try does not go without."""
    order = case.problem.order_of(visit)
    was_told = any(said.visit_id == visit.visit_id and said.told is not None for said in case.problem.published)
    is_known = order.log.contacted_s is not None or order.log.confirmed is not None
    return is_known or was_told or bool(order.promised) or order.carried_over > 0


def _call_backs(case: Case) -> Iterator[Matter]:
    """Yield the calls that ask whether all is well after a visit."""
    for aside in case.context.aside:
        if aside.state is AsideState.DONE and aside.order.log.called_back_s is None:
            deadline_s = call_back_deadline_s(case, aside)
            by_s = None if deadline_s is None else call_by_s(case.problem, aside.customer, deadline_s)
            said = Said(
                case.say("Our technician has been with you."),
                case.say("Does everything work now, and are you satisfied?"),
            )
            yield Matter(aside.order, aside.customer, case.say("Call back"), _says(said), by_s)


def _says(said: Said) -> Speak:
    """Return what is said whoever calls."""
    return lambda _: said
