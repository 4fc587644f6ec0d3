"""Random problems by night: the same visits eleven hours later, in nights in which the clocks may change.

Shifts go on over midnight, one after another where there are several days; opening and closed hours, which follow the
clock on the wall, go on over midnight as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.units import DAY_S, HOUR_S
from optimizer.domain.wall_clock import WallClock
from tests.random_problems import random_problem, random_whole_problem

if TYPE_CHECKING:
    from optimizer.domain.order import Customer
    from optimizer.domain.problem import Lock, Problem
    from optimizer.domain.stock import Arrival
    from optimizer.domain.technician import Shift
    from optimizer.travel.matrix import TravelMatrix

#: What is done from 08:00 on by day begins at 19:00.
LATER_S = 11 * HOUR_S
#: First days and zones: forward and back an hour, back half an hour, forward at midnight, no change at all.
NIGHTS = (
    (date(2027, 3, 27), "Europe/Berlin"),
    (date(2027, 10, 30), "Europe/Berlin"),
    (date(2027, 4, 3), "Australia/Lord_Howe"),
    (date(2027, 4, 29), "Africa/Cairo"),
    (date(2026, 11, 23), "Asia/Shanghai"),
)


def random_night_problem(seed: int) -> tuple[Problem, TravelMatrix]:
    """Return the problem of a seed by night; of two seeds one has the whole rule book and perhaps several days.

    Its locks are those of a plan by day: where the clocks change, no plan may keep them all.
    """
    problem, matrix = (random_whole_problem if seed % 2 else random_problem)(seed)
    first_day, zone = NIGHTS[seed // 2 % len(NIGHTS)]
    return by_night(problem, first_day, zone), matrix


def by_night(problem: Problem, first_day: date, zone: str) -> Problem:
    """Return a problem with everything later, from another day on and in another time zone."""
    days = (first_day - problem.first_day).days
    return replace(
        problem,
        first_day=first_day,
        branch=replace(problem.branch, timezone=zone, business=_later(problem.branch.business)),
        orders=tuple(
            replace(order, requested=tuple(map(_later, order.requested)), promised=tuple(map(_later, order.promised)))
            for order in problem.orders
        ),
        visits=tuple(
            replace(visit, ready_s=None if visit.ready_s is None else visit.ready_s + LATER_S)
            for visit in problem.visits
        ),
        customers=tuple(_customer(customer, days) for customer in problem.customers),
        arrivals=tuple(_arrival(arrival, WallClock(first_day, zone)) for arrival in problem.arrivals),
        shifts=tuple(map(_shift, problem.shifts)),
        locks=tuple(map(_lock, problem.locks)),
        published=tuple(
            replace(said, told=None if said.told is None else _later(said.told)) for said in problem.published
        ),
    )


def _later(interval: Interval) -> Interval:
    return Interval(interval.open_s + LATER_S, interval.close_s + LATER_S)


def _arrival(arrival: Arrival, clock: WallClock) -> Arrival:
    """Return an arrival that comes later where it says when, on the date that the clock then shows."""
    if arrival.arrives_s is None:
        return arrival
    arrives_s = arrival.arrives_s + LATER_S
    return replace(arrival, arrives_s=arrives_s, usable_on=clock.local(arrives_s).date())


def _customer(customer: Customer, days: int) -> Customer:
    """Return a customer whose hours are later; those that would open after midnight are of the next weekday."""
    closed = (_later(hours) for hours in customer.closed)
    opening = customer.opening
    if opening is not None:
        late = ((weekday + days, _later(hours)) for weekday, hours in opening)
        opening = tuple(((day + (h.open_s >= DAY_S)) % 7, _from_midnight(h)) for day, h in late)
    return replace(customer, opening=opening, closed=tuple(map(_from_midnight, closed)))


def _from_midnight(hours: Interval) -> Interval:
    off_s = DAY_S if hours.open_s >= DAY_S else 0
    return Interval(hours.open_s - off_s, hours.close_s - off_s)


def _shift(shift: Shift) -> Shift:
    rest = shift.break_ and replace(shift.break_, window=_later(shift.break_.window))
    return replace(shift, start_s=shift.start_s + LATER_S, end_s=shift.end_s + LATER_S, break_=rest)


def _lock(lock: Lock) -> Lock:
    began_s = None if lock.began_s is None else lock.began_s + LATER_S
    return replace(lock, start_s=lock.start_s + LATER_S, began_s=began_s)
