"""When a customer may be phoned: homes until the evening, firms in their office hours, nobody in the hours for rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from optimizer.domain.order import CustomerKind, Interval
from optimizer.domain.units import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.order import Customer
    from optimizer.domain.problem import Problem

#: Nobody is phoned before breakfast, or after having settled down for the night; firms that are open then neither.
DAYTIME = Interval(at(8, 30), at(20, 30))
#: How firms are named, where nobody states what kind of place it is.
_FIRMS = re.compile(
    "公司|集团|[店馆站院所厂园局社校]$|中心|酒店|超市|餐厅|咖啡|物业|银行|诊所|托育|工作室"
    r"|\b(?:Ltd|Inc|LLC|GmbH|Co|Hotel|Clinic|Shop|Store|School|Restaurant|Cafe|Café|Bank|Hospital|Office)\b"
)
#: So many days are looked through for a moment to call: a firm may be closed over a long holiday.
_DAYS = 14


def is_firm(customer: Customer) -> bool:
    """Return whether a customer is a firm: by the kind of place, else by the name, else because it has hours."""
    if customer.kind is CustomerKind.HOME:
        return False
    if customer.place_kind is not None:
        return True
    return customer.opening is not None or _FIRMS.search(customer.name) is not None


def next_call_s(problem: Problem, customer: Customer, moment_s: int) -> int:
    """Return the first moment from a moment on at which a customer may be phoned; the moment itself if none comes."""
    day = problem.clock.day_of(moment_s)
    for on in range(day, day + _DAYS):
        for hours in _hours(problem, customer, on):
            if hours.close_s >= moment_s:
                return max(moment_s, hours.open_s)
    return moment_s


def last_call_s(problem: Problem, customer: Customer, moment_s: int) -> int:
    """Return the last moment up to a moment at which a customer may be phoned; the moment itself if none was."""
    day = problem.clock.day_of(moment_s)
    for on in range(day, day - _DAYS - 1, -1):
        for hours in reversed(list(_hours(problem, customer, on))):
            if hours.open_s <= moment_s:
                return min(moment_s, hours.close_s)
    return moment_s


def call_at_once_s(problem: Problem, customer: Customer, *, before_s: int | None = None) -> int:
    """Return by when somebody is phoned who is to hear at once: as soon as the hour allows.

    Parameters
    ----------
    before_s
        The promised moment, which the call does not wait for: where the hour allows it no sooner, it is made now.
    """
    next_s = next_call_s(problem, customer, problem.as_of_s)
    return problem.as_of_s if before_s is not None and next_s > before_s else next_s


def call_by_s(problem: Problem, customer: Customer, deadline_s: int, *, before_s: int | None = None) -> int:
    """Return by when somebody is phoned who is to hear by a deadline: at the last hour for it that is still to come.

    A deadline that is past stays in the past. Where no hour is left before it, it is the next one; see
    `call_at_once_s`.
    """
    last_s = last_call_s(problem, customer, deadline_s)
    if deadline_s < problem.as_of_s or last_s >= problem.as_of_s:
        return last_s
    return call_at_once_s(problem, customer, before_s=before_s)


def _hours(problem: Problem, customer: Customer, day: int) -> Iterator[Interval]:
    """Yield when a customer may be phoned on a day, in order."""
    for hours in _hours_of_day(problem, customer, day):
        open_s, close_s = max(hours.open_s, DAYTIME.open_s), min(hours.close_s, DAYTIME.close_s)
        for rest in problem.branch.region.no_calls:
            if open_s < min(close_s, rest.open_s):
                yield problem.clock.interval(day, Interval(open_s, min(close_s, rest.open_s)))
            open_s = max(open_s, rest.close_s)
        if open_s < close_s:
            yield problem.clock.interval(day, Interval(open_s, close_s))


def _hours_of_day(problem: Problem, customer: Customer, day: int) -> list[Interval]:
    """Return the hours of a day in which a customer is there, as seconds of the day, hours for rest included."""
    on = problem.date_of(day)
    if not is_firm(customer):
        return [DAYTIME]
    if customer.opening is None:
        return [problem.branch.business] if problem.branch.calendar.is_working_day(on) else []
    return sorted(hours for weekday, hours in customer.opening if weekday == on.weekday())
