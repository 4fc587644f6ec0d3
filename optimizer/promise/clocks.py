"""The clocks of an order: what starts each, when it ends, and whether it was met (docs/rules.md, Clocks)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.domain.order import Urgency
from optimizer.domain.units import DAY_S

if TYPE_CHECKING:
    from optimizer.domain.order import Interval, Order, Visit
    from optimizer.domain.problem import Problem

#: The kind of an order that is answered by advice alone.
CONSULTATION = "consultation"


class ClockName(StrEnum):
    """Every clock, in the order in which they begin."""

    FIRST_CONTACT = "first_contact"
    PASSED_ON = "passed_on"
    DISPATCH = "dispatch"
    ACKNOWLEDGE = "acknowledge"
    EMERGENCY_CONTACT = "emergency_contact"
    EMERGENCY_ON_SITE = "emergency_on_site"
    EMERGENCY_FROM_CALL = "emergency_from_call"
    RUNNING_LATE = "running_late"
    CALL_BACK = "call_back"
    CONSULTATION_CALL_BACK = "consultation_call_back"


class ClockState(StrEnum):
    """Where a clock stands at the moment of planning."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of an order, in seconds of the branch's clock.

    Parameters
    ----------
    amount_s
        How long it runs; it counts opening hours or wall time, as the rule book says of each.
    start_s, deadline_s
        `None` while what starts it has not happened.
    stopped_s
        When what it waits for happened; `None` when it has not.
    """

    name: ClockName
    amount_s: int
    start_s: int | None
    deadline_s: int | None
    stopped_s: int | None
    state: ClockState


def clocks_of(problem: Problem, visit: Visit, *, window: Interval | None = None) -> tuple[Clock, ...]:
    """Return the clocks that an order has, as they stand at the moment of planning.

    Every order has those of contact, passing on, acknowledgement, running late and one call-back; the profile says
    whether there is one for the dispatch, the urgency whether there are those of an emergency. A clock stops with what
    somebody has recorded, never because a plan looks at it.

    Parameters
    ----------
    window
        The window that the plan tells; a promised one goes before it.
    """
    order, log, profile = problem.order_of(visit), problem.order_of(visit).log, problem.policy.promise
    is_emergency = order.urgency is Urgency.EMERGENCY
    taken_s = log.dispatched_s if log.acknowledged_s is None else log.acknowledged_s
    clocks = [
        _opening_clock(problem, ClockName.FIRST_CONTACT, profile.first_contact_s, order.received_s, log.contacted_s),
        _opening_clock(problem, ClockName.PASSED_ON, profile.passed_on_s, order.received_s, log.passed_on_s),
    ]
    if profile.dispatch_s is not None:
        sent_s = log.acknowledged_s if log.dispatched_s is None else log.dispatched_s
        clocks.append(_opening_clock(problem, ClockName.DISPATCH, profile.dispatch_s, order.received_s, sent_s))
    clocks.append(
        _opening_clock(problem, ClockName.ACKNOWLEDGE, profile.acknowledge_s, log.dispatched_s, log.acknowledged_s)
    )
    if is_emergency:
        on_site_s = profile.emergency_on_site_s
        clocks += [
            _wall_clock(problem, ClockName.EMERGENCY_CONTACT, profile.emergency_contact_s, taken_s, log.contacted_s),
            _wall_clock(problem, ClockName.EMERGENCY_ON_SITE, on_site_s, taken_s, log.on_site_s),
            _wall_clock(problem, ClockName.EMERGENCY_FROM_CALL, on_site_s, order.received_s, log.on_site_s),
        ]
    clocks.append(_running_late(problem, order, window))
    return (*clocks, call_back_clock(problem, order))


def call_back_clock(problem: Problem, order: Order) -> Clock:
    """Return the clock of the call after the work is done, soon after a consultation."""
    log, profile = order.log, problem.policy.promise
    if order.kind == CONSULTATION:
        name, amount_s = ClockName.CONSULTATION_CALL_BACK, profile.consultation_call_back_s
        return _opening_clock(problem, name, amount_s, log.done_s, log.called_back_s)
    deadline_s = None if log.done_s is None else next_day_deadline_s(problem, log.done_s, profile.call_back_s)
    return _clock(problem, ClockName.CALL_BACK, profile.call_back_s, log.done_s, deadline_s, log.called_back_s)


def business_deadline_s(problem: Problem, start_s: int, amount_s: int) -> int:
    """Return the moment at which an amount of opening hours is over, counted on working days only.

    What begins outside the opening hours begins when the branch opens next; what is over at closing time ends then,
    not the next morning.

    Examples
    --------
    Two hours from Friday 16:30 are one hour on Friday (the branch closes at 17:30) and one on Monday, until 09:30.
    """
    business = problem.branch.business
    day, now_s, left_s = problem.clock.day_of(start_s), start_s, amount_s
    while True:
        office = problem.clock.interval(day, business)
        now_s = max(now_s, office.open_s)
        if problem.branch.calendar.is_working_day(problem.date_of(day)) and now_s < office.close_s:
            if now_s + left_s <= office.close_s:
                return now_s + left_s
            left_s -= office.close_s - now_s
        day += 1


def next_day_deadline_s(problem: Problem, start_s: int, amount_s: int) -> int:
    """Return the end of an amount of which every full 24 hours are a working day, within opening hours.

    Examples
    --------
    24 hours from Friday 16:00 end on Monday at 16:00; from Friday 20:00 when the branch closes on Monday.
    """
    calendar, business = problem.branch.calendar, problem.branch.business
    days, rest_s = divmod(amount_s, DAY_S)
    if days == 0:
        return business_deadline_s(problem, start_s, rest_s)
    day = problem.day_index(calendar.working_days_after(problem.local_time(start_s).date(), days)[-1])
    time_s = min(max(problem.clock.time_s(start_s), business.open_s), business.close_s)
    then_s = problem.clock.moment_s(day, time_s)
    return business_deadline_s(problem, then_s, rest_s) if rest_s else then_s


# --- one clock each -----------------------------------------------------------------------------------------------


def _opening_clock(
    problem: Problem, name: ClockName, amount_s: int, start_s: int | None, stopped_s: int | None
) -> Clock:
    deadline_s = None if start_s is None else business_deadline_s(problem, start_s, amount_s)
    return _clock(problem, name, amount_s, start_s, deadline_s, stopped_s)


def _wall_clock(problem: Problem, name: ClockName, amount_s: int, start_s: int | None, stopped_s: int | None) -> Clock:
    return _clock(problem, name, amount_s, start_s, None if start_s is None else start_s + amount_s, stopped_s)


def _running_late(problem: Problem, order: Order, window: Interval | None) -> Clock:
    """Return the clock of the call that a late technician makes: it begins and ends before the promised time.

    The promised time is the close of the promised window, else of the told one: the next that is not over, else the
    last. Being on site by then needs no call. The window of a visit that failed is over and done with.
    """
    profile, now_s = problem.policy.promise, problem.as_of_s
    amount_s = profile.running_late_to_s - profile.running_late_from_s
    windows = sorted(order.promised or ((window,) if window else ()), key=lambda w: w.close_s)
    ahead = [w for w in windows if w.close_s >= now_s]
    chosen = ahead[0] if ahead else windows[-1] if windows and order.unfinished is None else None
    if chosen is None:
        return _clock(problem, ClockName.RUNNING_LATE, amount_s, None, None, None)
    start_s, deadline_s = chosen.close_s - profile.running_late_to_s, chosen.close_s - profile.running_late_from_s
    on_site_s = order.log.on_site_s if order.unfinished is None else None
    name = ClockName.RUNNING_LATE
    return _clock(problem, name, amount_s, start_s, deadline_s, on_site_s, met_until_s=chosen.close_s)


def _clock(
    problem: Problem,
    name: ClockName,
    amount_s: int,
    start_s: int | None,
    deadline_s: int | None,
    stopped_s: int | None,
    *,
    met_until_s: int | None = None,
) -> Clock:
    """Return a clock with its state; `met_until_s` is when its stop is still in time, if not at the deadline."""
    if start_s is None or deadline_s is None:
        state = ClockState.NOT_STARTED
    elif stopped_s is not None:
        in_time = stopped_s <= (deadline_s if met_until_s is None else met_until_s)
        state = ClockState.MET if in_time else ClockState.BREACHED
    elif deadline_s < problem.as_of_s:
        state = ClockState.BREACHED
    else:
        state = ClockState.RUNNING if start_s <= problem.as_of_s else ClockState.NOT_STARTED
    return Clock(name, amount_s, start_s, deadline_s, stopped_s, state)
