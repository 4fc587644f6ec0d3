"""Promises and clocks in words: why a day is the due day, what a clock waits for and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.promise.clocks import ClockName, ClockState
from optimizer.promise.due_day import Basis, Zone
from optimizer.text.dates import MONTHS, WEEKDAYS
from optimizer.text.durations import span_text
from optimizer.text.regional import clock_text, distance_text, is_month_first, limit_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from optimizer.domain.order import Interval
    from optimizer.domain.problem import Problem
    from optimizer.promise.clocks import Clock
    from optimizer.promise.due_day import Promise
    from optimizer.text.catalogue import Translate

ZONES = {
    Zone.IN_AREA: "In the service area",
    Zone.OUTSIDE: "Outside the service area",
    Zone.BEYOND: "Beyond what is promised",
    Zone.UNKNOWN: "Not known",
}
CLOCKS = {
    ClockName.FIRST_CONTACT: "First contact",
    ClockName.PASSED_ON: "Passing on",
    ClockName.DISPATCH: "Dispatch",
    ClockName.ACKNOWLEDGE: "Acknowledgement",
    ClockName.EMERGENCY_FROM_CALL: "Emergency since the call",
    ClockName.EMERGENCY_CONTACT: "Emergency contact",
    ClockName.EMERGENCY_ON_SITE: "Emergency on site",
    ClockName.RUNNING_LATE: "Call when running late",
    ClockName.CALL_BACK: "Call-back",
    ClockName.CONSULTATION_CALL_BACK: "Call-back after advice",
}
#: When a clock ends, once it has begun.
SPANS = {
    ClockName.FIRST_CONTACT: "{amount} of opening hours after the request ({start}): call the customer by {deadline}.",
    ClockName.PASSED_ON: "{amount} of opening hours after the receipt ({start}): pass the order on by {deadline}.",
    ClockName.DISPATCH: (
        "{amount} of opening hours after the receipt ({start}): dispatch it to a technician by {deadline}."
    ),
    ClockName.ACKNOWLEDGE: (
        "{amount} of opening hours after the dispatch ({start}): the technician confirms by {deadline}."
    ),
    ClockName.EMERGENCY_FROM_CALL: (
        "{amount} after the customer's call ({start}), day and night: be on site by {deadline}; the supervisor "
        "watches it."
    ),
    ClockName.EMERGENCY_CONTACT: (
        "{amount} after the technician's receipt ({start}), day and night: call the customer by {deadline}."
    ),
    ClockName.EMERGENCY_ON_SITE: (
        "{amount} after the technician's receipt ({start}), day and night: be on site by {deadline}."
    ),
    ClockName.RUNNING_LATE: "Who is late calls the customer from {start} to {deadline} and agrees a new time.",
    ClockName.CALL_BACK: (
        "{amount} after the work was done ({start}), days of rest left out: ask the customer by {deadline}."
    ),
    ClockName.CONSULTATION_CALL_BACK: (
        "{amount} of opening hours after the advice ({start}): call the customer back by {deadline}."
    ),
}
#: What a clock that has not begun waits for.
WAITS = {
    ClockName.FIRST_CONTACT: "The moment of the request is not known.",
    ClockName.PASSED_ON: "The moment of the receipt is not known.",
    ClockName.DISPATCH: "The moment of the receipt is not known.",
    ClockName.ACKNOWLEDGE: "Begins when the order is dispatched.",
    ClockName.EMERGENCY_FROM_CALL: "The moment of the request is not known.",
    ClockName.EMERGENCY_CONTACT: "Begins when the technician has the order.",
    ClockName.EMERGENCY_ON_SITE: "Begins when the technician has the order.",
    ClockName.RUNNING_LATE: "No time is promised yet.",
    ClockName.CALL_BACK: "Begins when the work is done.",
    ClockName.CONSULTATION_CALL_BACK: "Begins when the advice was given.",
}


# --- the promise --------------------------------------------------------------------------------------------------


def promise_sentence(promise: Promise, problem: Problem, translate: Translate) -> str:
    """Return why a visit is due on its day, or why on none, with the days counted and the days of rest between.

    Examples
    --------
    Received Saturday 21 November; 2 working days in the service area: Monday 23, Tuesday 24: due Tuesday 24 November.
    """
    parts = [_reason(promise, problem, translate), *_remarks(promise, problem, translate)]
    return _joined(parts, translate)


def away_text(promise: Promise, problem: Problem, translate: Translate) -> str:
    """Return how far it is from the branch, with thousandths where they show which side of the limit it is."""
    if promise.distance_m is None:
        return translate("not known")
    metres, limit_m, region = promise.distance_m, problem.policy.promise.outside_m, problem.branch.region
    unit_m = region.distance_unit.metres
    is_hidden = metres != limit_m and f"{metres / unit_m:.1f}" == f"{limit_m / unit_m:.1f}"
    return distance_text(metres, region, translate, decimals=3 if is_hidden else 1)


def _reason(promise: Promise, problem: Problem, translate: Translate) -> str:
    due = "" if promise.due_day is None else day_text(promise.due_day, problem, translate)
    away = away_text(promise, problem, translate)
    limit = limit_text(problem.policy.promise.outside_m, problem.branch.region, translate)
    if promise.basis is Basis.STATED:
        return translate("The order states its day: due {due}.", due=due)
    if promise.basis is Basis.AGREED:
        return translate("A day is agreed with the customer: due {due}.", due=due)
    if promise.basis is Basis.AGREED_LATER:
        assert promise.instead_of is not None
        agreed = day_text(promise.instead_of, problem, translate)
        return translate(
            "{agreed} was agreed, but the site or a part comes later: due {due}, the working day after.",
            agreed=agreed,
            due=due,
        )
    if promise.basis is Basis.EMERGENCY:
        amount = span_text(problem.policy.promise.emergency_on_site_s, translate)
        return translate(
            "An emergency without an agreed time: on site within {amount} of the technician's receipt; due {due}.",
            amount=amount,
            due=due,
        )
    if promise.basis is Basis.BEYOND:
        return translate(
            "{away} from the branch, more than {limit}: no due day until one is agreed; call the customer.",
            away=away,
            limit=limit,
        )
    if promise.basis is Basis.NO_WAY:
        return translate(
            "No way leads from the branch to this place: no due day until one is agreed; check the address."
        )
    if promise.basis is Basis.NO_REQUEST:
        return translate("It is not known when the order was received: no due day follows from the promise.")
    if promise.basis is Basis.READY:
        return _ready_reason(promise, problem, translate, due=due)
    if promise.basis is Basis.CONTINUES:
        assert promise.day_before is not None
        day_before = day_text(promise.day_before, problem, translate)
        return translate("A job of several days, the day before due {before}: due {due}.", before=day_before, due=due)
    values = {
        "received": "" if promise.received is None else day_text(promise.received, problem, translate),
        "days": working_days(len(promise.counted), translate),
        "counted": _day_list(promise.counted, problem, translate),
        "due": due,
        "away": away,
        "limit": limit,
    }
    if promise.basis is Basis.OUTSIDE:
        return translate(
            "Received {received}; {days} outside the service area, {away} from the branch (up to {limit}): "
            "{counted}: due {due}.",
            **values,
        )
    if problem.branch.service_area or problem.branch.service_radius_m is not None:
        return translate("Received {received}; {days} in the service area: {counted}: due {due}.", **values)
    return translate(
        "Received {received}; {days}, {away} from the branch (no service area is stated, so up to {limit} count as "
        "inside): {counted}: due {due}.",
        **values,
    )


def _ready_reason(promise: Promise, problem: Problem, translate: Translate, *, due: str) -> str:
    assert promise.ready is not None
    assert promise.instead_of is not None
    values = {
        "ready": day_text(promise.ready, problem, translate),
        "instead_of": day_text(promise.instead_of, problem, translate),
        "due": due,
    }
    if promise.ready == promise.due_day:
        return translate("Not ready before {ready}: due {due} instead of {instead_of}.", **values)
    return translate(
        "Not ready before {ready}, a day of rest: due on the next working day, {due}, instead of {instead_of}.",
        **values,
    )


def _remarks(promise: Promise, problem: Problem, translate: Translate) -> list[str]:
    """Return what makes the count unusual: days of rest, make-up days, figures that may still change."""
    remarks = []
    calendar = problem.branch.calendar
    if promise.counted and promise.received is not None:
        rests = calendar.closures(after=promise.received, until=promise.counted[-1])
        if rests:
            named = [_span(first, last, problem, translate) for first, last in rests]
            remarks.append(translate("Closed: {days}.", days=listed(named, translate)))
        made_up = [day_text(day, problem, translate) for day in promise.counted if day.weekday() in calendar.weekend]
        if made_up:
            remarks.append(translate("Working day by the calendar: {days}.", days=listed(made_up, translate)))
    counted = {day.year for day in (promise.due_day, promise.ready, *promise.counted) if day is not None}
    if promise.basis in (Basis.AREA, Basis.OUTSIDE, Basis.READY):
        for year in sorted(counted & calendar.unpublished_years):
            remarks.append(translate("The make-up days of {year} are not published yet; ask again.", year=year))
    decides = promise.basis in (Basis.OUTSIDE, Basis.BEYOND, Basis.AREA)
    if promise.is_estimate and decides and (promise.zone is not Zone.IN_AREA or _is_without_area(problem)):
        remarks.append(translate("The matrix has no metres: the distance is as the crow flies."))
    return remarks


def _is_without_area(problem: Problem) -> bool:
    return not problem.branch.service_area and problem.branch.service_radius_m is None


def working_days(count: int, translate: Translate) -> str:
    """Return how many working days there are."""
    return translate("1 working day") if count == 1 else translate("{count} working days", count=count)


# --- clocks -------------------------------------------------------------------------------------------------------


def clock_sentence(clock: Clock, problem: Problem, translate: Translate) -> str:
    """Return the name of a clock and what it waits for, until when, and how it stands at the moment of planning."""
    sentence = clock_reason(clock, problem, translate)
    return translate("{clock}: {sentence}", clock=translate(CLOCKS[clock.name]), sentence=sentence)


def clock_reason(clock: Clock, problem: Problem, translate: Translate) -> str:
    """Return the same without the clock's name."""
    if clock.start_s is None or clock.deadline_s is None:
        return translate(WAITS[clock.name])
    days = {problem.clock.day_of(clock.start_s), problem.clock.day_of(clock.deadline_s)}
    is_short = clock.name is ClockName.RUNNING_LATE and len(days) == 1
    deadline = moment_text(clock.deadline_s, problem, translate)
    span = translate(
        SPANS[clock.name],
        amount=span_text(clock.amount_s, translate),
        start=moment_text(clock.start_s, problem, translate),
        deadline=time_text(clock.deadline_s, problem, translate) if is_short else deadline,
    )
    return _joined([span, _standing(clock, problem, translate)], translate)


def _standing(clock: Clock, problem: Problem, translate: Translate) -> str:
    assert clock.deadline_s is not None
    if clock.state is ClockState.NOT_STARTED:
        return translate("Not yet begun.")
    if clock.stopped_s is None and clock.state is ClockState.RUNNING:
        return translate("Running.")
    if clock.stopped_s is None:
        late = span_text(problem.as_of_s - clock.deadline_s, translate)
        return translate("Missed, and still open {late} later.", late=late)
    stopped = moment_text(clock.stopped_s, problem, translate)
    if clock.state is ClockState.MET:
        return translate("Met: {moment}.", moment=stopped)
    late = span_text(clock.stopped_s - clock.deadline_s, translate)
    return translate("Missed by {late}: {moment}.", late=late, moment=stopped)


# --- days and moments ---------------------------------------------------------------------------------------------


def day_text(day: date, problem: Problem, translate: Translate) -> str:
    """Return `Tuesday 24 November`, `Tuesday, November 24`, with the year when it is not that of the day to plan."""
    values = {
        "weekday": translate(WEEKDAYS[day.weekday()]),
        "day": day.day,
        "month": translate(MONTHS[day.month - 1]),
        "year": day.year,
    }
    month_first = is_month_first(problem.branch.region)
    if day.year == problem.first_day.year:
        return translate("{weekday}, {month} {day}" if month_first else "{weekday} {day} {month}", **values)
    return translate("{weekday}, {month} {day}, {year}" if month_first else "{weekday} {day} {month} {year}", **values)


def moment_text(moment_s: int, problem: Problem, translate: Translate) -> str:
    """Return `Tuesday 24 November 09:30`."""
    day = day_text(problem.local_time(moment_s).date(), problem, translate)
    return translate("{day} {time}", day=day, time=time_text(moment_s, problem, translate))


def time_text(moment_s: int, problem: Problem, translate: Translate) -> str:
    """Return the time that the clock shows at a moment, with seconds only when they are not zero."""
    return clock_text(problem.local_time(moment_s), problem.branch.region, translate, has_seconds=True)


def window_text(window: Interval, problem: Problem, translate: Translate) -> str:
    """Return `Tuesday 24 November 09:30–10:30`, both days where they differ."""
    if problem.clock.day_of(window.open_s) == problem.clock.day_of(window.close_s):
        return f"{moment_text(window.open_s, problem, translate)}–{time_text(window.close_s, problem, translate)}"
    return f"{moment_text(window.open_s, problem, translate)} – {moment_text(window.close_s, problem, translate)}"


def _day_list(days: Sequence[date], problem: Problem, translate: Translate) -> str:
    """Return days one after the other, their month only where they do not all share one with the last."""
    if len({(day.year, day.month) for day in days}) > 1:
        return listed([day_text(day, problem, translate) for day in days], translate)
    short = [translate("{weekday} {day}", weekday=translate(WEEKDAYS[d.weekday()]), day=d.day) for d in days]
    return listed(short, translate)


def _span(first: date, last: date, problem: Problem, translate: Translate) -> str:
    start, end = day_text(first, problem, translate), day_text(last, problem, translate)
    return start if first == last else translate("{start} to {end}", start=start, end=end)


def listed(texts: Sequence[str], translate: Translate) -> str:
    """Return texts in a row."""
    text = texts[0]
    for following in texts[1:]:
        text = translate("{first}, {second}", first=text, second=following)
    return text


def _joined(sentences: Sequence[str], translate: Translate) -> str:
    text = sentences[0]
    for following in sentences[1:]:
        text = translate("{first} {second}", first=text, second=following)
    return text
