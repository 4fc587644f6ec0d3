"""What is said about an emergency: that it has arrived, who comes, when he phones and by when he is there.

Two clocks run. The customer's begins with his call, and is what the coordinator answers for; the technician's begins
when he has the order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.units import MINUTE_S
from optimizer.promise.calling_hours import is_firm
from optimizer.promise.clocks import ClockName, clocks_of
from optimizer.report.papers.phone_words import BLANK, Said

if TYPE_CHECKING:
    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Stop
    from optimizer.report.papers.case import Case
    from optimizer.report.papers.phone_words import PhoneWords

#: What is told is on half hours, unless a clock ends before.
_GRID_S = 30 * MINUTE_S
#: Sooner than this after the plan is made nobody is anywhere.
_LEAST_AHEAD_S = 30 * MINUTE_S
#: A half hour that ends sooner than this after the planned start leaves nothing for a red light.
_LEAST_BEHIND_S = 15 * MINUTE_S


class EmergencyClocks(NamedTuple):
    """By when somebody is on site: since the customer's call, and since the technician's receipt; `None` unknown."""

    from_call_s: int | None
    from_receipt_s: int | None


def clocks_of_emergency(case: Case, visit: Visit) -> EmergencyClocks:
    """Return both clocks of an emergency."""
    ends = {clock.name: clock.deadline_s for clock in clocks_of(case.problem, visit)}
    return EmergencyClocks(ends.get(ClockName.EMERGENCY_FROM_CALL), ends.get(ClockName.EMERGENCY_ON_SITE))


def why_emergency(case: Case, visit: Visit) -> str:
    """Return the cause of the call with both clocks, the supervisor's first."""
    clocks = clocks_of_emergency(case, visit)
    why = [case.say("Emergency")]
    if clocks.from_call_s is not None:
        time = case.time_text(clocks.from_call_s)
        if clocks.from_call_s < case.problem.as_of_s:
            why.append(case.say("since the call it is over, {time} (supervisor)", time=time))
        else:
            why.append(case.say("since the call until {time} (supervisor)", time=time))
    if clocks.from_receipt_s is None:
        why.append(case.say("the technician's clock begins with the receipt"))
    else:
        why.append(case.say("since the receipt until {time} (technician)", time=case.time_text(clocks.from_receipt_s)))
    return case.say(", ").join(why)


def latest_told_s(case: Case, visit: Visit, stop: Stop | None) -> int:
    """Return by when a customer is told that somebody is there: the end of the clock from the call if it is kept.

    Else it is a half hour that leaves some time behind the planned start. It is never so near that nobody can be there.
    """
    problem = case.problem
    least_s = problem.as_of_s + _LEAST_AHEAD_S if stop is None else stop.start_s
    from_call_s = clocks_of_emergency(case, visit).from_call_s
    if from_call_s is not None and from_call_s >= least_s:
        return from_call_s
    if stop is None:
        return problem.as_of_s + problem.policy.promise.emergency_on_site_s
    return -(-(least_s + _LEAST_BEHIND_S) // _GRID_S) * _GRID_S


def emergency_words(words: PhoneWords, visit: Visit, stop: Stop | None) -> Said:
    """Return what the customer of an emergency hears; somebody is on the way only who has received the order."""
    case, log = words.case, words.case.problem.order_of(visit).log
    who = case.technician_of(visit.visit_id)
    latest_s = latest_told_s(case, visit, stop)
    name = words.master_by_surname(who) if who else case.say("{blank}, the technician,", blank=BLANK)
    values = {"who": name, "time": words.time_today(latest_s)}
    if log.acknowledged_s is not None and who:
        text = case.say(
            "About your emergency: {who} has the order and is on the way. He will be with you by {time} at the latest.",
            **values,
        )
    else:
        text = case.say(
            "We have your emergency. {who} is being sent; he will call you {rings}, and be with you by {time} at "
            "the latest.",
            rings=_rings(words, stop, latest_s),
            **values,
        )
    sent = (
        ""
        if who
        else case.say(
            "We have your emergency and are sending a technician, who will call you {rings} and be with you by {time}.",
            rings=_rings(words, stop, latest_s),
            time=words.figures(latest_s),
        )
    )
    question = "Will somebody who knows the appliance be there?" if is_firm(words.customer) else "Is somebody at home?"
    return Said(text, case.say(question), sent)


def _rings(words: PhoneWords, stop: Stop | None, latest_s: int) -> str:
    """Return when the technician rings first: within the half hour, but not before his shift begins."""
    case, problem = words.case, words.case.problem
    contact_s = problem.policy.promise.emergency_contact_s
    begins_s = problem.as_of_s if stop is None else _on_duty_s(case, stop)
    if begins_s <= problem.as_of_s:
        minutes = contact_s // MINUTE_S
        return case.say("within half an hour") if minutes == 30 else case.say("within {count} minutes", count=minutes)
    if begins_s + contact_s >= latest_s:
        return case.say("before setting off")
    return case.say("by {time}", time=words.time_today(begins_s + contact_s))


def _on_duty_s(case: Case, stop: Stop) -> int:
    """Return when the shift begins of whoever serves a stop."""
    route = case.route_of[stop.visit_id]
    key = (route.technician_id, route.day)
    return next(
        (shift.start_s for shift in case.problem.shifts if (shift.technician_id, shift.day) == key), route.depart_s
    )
