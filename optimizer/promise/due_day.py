"""The promise rule: from the place and the request of an order to its due day (docs/rules.md, Promises)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.domain.order import GapFrom
from optimizer.domain.problem import BRANCH_PLACE, Problem
from optimizer.domain.service_area import is_inside
from optimizer.domain.units import DAY_S, great_circle_m

if TYPE_CHECKING:
    from datetime import date

    from optimizer.domain.order import Interval, Order, Visit
    from optimizer.travel.matrix import TravelMatrix


class Zone(StrEnum):
    """Where a place lies: in the service area, outside it, beyond what is promised, or where no way leads."""

    IN_AREA = "in_area"
    OUTSIDE = "outside"
    BEYOND = "beyond"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What the due day follows from; the last three give none."""

    STATED = "stated"
    AGREED = "agreed"
    AGREED_LATER = "agreed_later"
    EMERGENCY = "emergency"
    READY = "ready"
    CONTINUES = "continues"
    AREA = "area"
    OUTSIDE = "outside"
    BEYOND = "beyond"
    NO_WAY = "no_way"
    NO_REQUEST = "no_request"


class WindowSource(StrEnum):
    """Whose word a window of the visit is."""

    PROMISED = "promised"
    REQUESTED = "requested"
    EMERGENCY = "emergency"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for a visit, and from what it follows.

    Parameters
    ----------
    distance_m
        From the branch to the visit; `None` when it is not known.
    is_estimate
        The distance is the great circle, because the matrix has no metres.
    due_day
        The last day that the promise allows; `None` until one is agreed.
    received, counted
        The request day, and the working days counted from it; empty when none was counted.
    ready, instead_of
        For `READY`: the day on which the work can begin, and the due day that it replaces; for `AGREED_LATER`: the
        agreed day that is too early.
    day_before
        For `CONTINUES`, a later day of an order of several days: when the day before it is due.
    windows, source
        The arrival windows as they were told or asked for, else the time limit of an emergency or the hours of the
        planned days.
    """

    zone: Zone
    distance_m: int | None
    is_estimate: bool
    due_day: date | None
    basis: Basis
    received: date | None = None
    counted: tuple[date, ...] = ()
    ready: date | None = None
    instead_of: date | None = None
    day_before: date | None = None
    windows: tuple[Interval, ...] = ()
    source: WindowSource = WindowSource.HOURS


def zone_of(problem: Problem, matrix: TravelMatrix, visit: Visit) -> tuple[Zone, int | None, bool]:
    """Return the zone of a visit, its metres from the branch, and whether these are only estimated.

    The distance is the matrix's, of its first profile. Without metres there it is the great circle; without a way
    it is not known, which only a place inside a stated service area does not mind.
    """
    branch = problem.branch
    distance_m, is_estimate = _distance(problem, matrix, visit)
    has_area = bool(branch.service_area) or branch.service_radius_m is not None
    if has_area and _is_in_area(problem, visit):
        zone = Zone.IN_AREA
    elif distance_m is None:
        zone = Zone.UNKNOWN
    elif distance_m > problem.policy.promise.outside_m:
        zone = Zone.BEYOND
    else:
        zone = Zone.OUTSIDE if has_area else Zone.IN_AREA
    return zone, distance_m, is_estimate


def promise_of(problem: Problem, matrix: TravelMatrix, visit: Visit) -> Promise:
    """Return what is promised for a visit.

    A due day in the data goes before an agreed day, and that before the promise rule. A day on which the work can
    begin (site ready, part arrived) takes the place of an earlier due day. A later day of an order is due a
    working day after the one before. A stated day that the rule would give as well is explained by the rule, so that
    `with_due_days` takes no explanation away.
    """
    order = problem.order_of(visit)
    zone, distance_m, is_estimate = zone_of(problem, matrix, visit)
    windows, source = _windows(problem, visit)
    blank = Promise(zone, distance_m, is_estimate, None, Basis.NO_REQUEST, windows=windows, source=source)
    ruled = _continued(problem, matrix, visit, _made_ready(problem, visit, _by_rule(problem, visit, blank)))
    if order.due_day is None or order.due_day == ruled.due_day:
        return ruled
    stated = replace(blank, due_day=order.due_day, basis=Basis.STATED)
    return _made_ready(problem, visit, stated) if _is_asked(order) else stated


def with_due_days(problem: Problem, matrix: TravelMatrix) -> Problem:
    """Return the problem with the due day of every order that has a request or an agreement.

    Orders without either keep what they have. An order of several visits is due when the last of them is. Doing it
    twice changes nothing more.
    """
    due: dict[str, date] = {}
    for visit in problem.visits:
        order = problem.order_of(visit)
        if not _is_asked(order):
            continue
        day = promise_of(problem, matrix, visit).due_day
        if day is not None:
            due[order.order_id] = max(day, due.get(order.order_id, day))
    changed = {order.order_id for order in problem.orders if due.get(order.order_id, order.due_day) != order.due_day}
    if not changed:
        return problem
    orders = (replace(o, due_day=due[o.order_id]) if o.order_id in changed else o for o in problem.orders)
    return replace(problem, orders=tuple(orders))


# --- the place ----------------------------------------------------------------------------------------------------


def _distance(problem: Problem, matrix: TravelMatrix, visit: Visit) -> tuple[int | None, bool]:
    """Return the metres from the branch and whether they are the great circle; `None` when no way leads there."""
    if visit.visit_id in matrix.row_of and BRANCH_PLACE in matrix.row_of:
        profile = matrix.profiles[0]
        metres = matrix.travel_m(profile, BRANCH_PLACE, visit.visit_id)
        if metres is not None:
            return metres, False
        if matrix.travel_s(profile, BRANCH_PLACE, visit.visit_id) is None:
            return None, False
    here, there = problem.branch.place, visit.place
    return round(great_circle_m(here.lat, here.lon, there.lat, there.lon)), True


def _is_in_area(problem: Problem, visit: Visit) -> bool:
    branch, place = problem.branch, visit.place
    if branch.service_area:
        return is_inside(place, branch.service_area)
    away_m = great_circle_m(branch.place.lat, branch.place.lon, place.lat, place.lon)
    return branch.service_radius_m is not None and round(away_m) <= branch.service_radius_m


# --- the day ------------------------------------------------------------------------------------------------------


def _by_rule(problem: Problem, visit: Visit, blank: Promise) -> Promise:
    """Return the promise from the agreement, else from the request and the zone.

    An emergency without an agreed time is due the day on which the technician has it, today if nobody has it yet.
    """
    profile, order, log = problem.policy.promise, problem.order_of(visit), problem.order_of(visit).log
    if order.agreed_day is not None:
        return _agreed(problem, visit, blank)
    if problem.is_emergency_call(visit):
        taken_s = next((s for s in (log.acknowledged_s, log.dispatched_s) if s is not None), problem.as_of_s)
        return replace(blank, due_day=problem.local_time(taken_s).date(), basis=Basis.EMERGENCY)
    if blank.zone is Zone.BEYOND:
        return replace(blank, basis=Basis.BEYOND)
    if blank.zone is Zone.UNKNOWN:
        return replace(blank, basis=Basis.NO_WAY)
    if order.received_s is None:
        return blank
    received = problem.local_time(order.received_s).date()
    is_inside_area = blank.zone is Zone.IN_AREA
    days = profile.area_days if is_inside_area else profile.outside_days
    counted = problem.branch.calendar.working_days_after(received, days)
    basis = Basis.AREA if is_inside_area else Basis.OUTSIDE
    return replace(blank, due_day=counted[-1], basis=basis, received=received, counted=counted)


def _agreed(problem: Problem, visit: Visit, blank: Promise) -> Promise:
    """Return the promise of an agreement; where the site or a part comes later, of the working day after that."""
    agreed, then = problem.order_of(visit).agreed_day, problem.agreed_on(visit)
    if then == agreed:
        return replace(blank, due_day=agreed, basis=Basis.AGREED)
    return replace(blank, due_day=then, basis=Basis.AGREED_LATER, instead_of=agreed)


def _is_asked(order: Order) -> bool:
    """Return whether the promise rule has something to begin with."""
    return order.received_s is not None or order.agreed_day is not None


def _made_ready(problem: Problem, visit: Visit, promise: Promise) -> Promise:
    """Return the promise with the ready day in the place of an earlier due day.

    Nobody comes on a day of rest, so that its next working day counts.
    """
    if visit.ready_s is None or promise.due_day is None:
        return promise
    ready = problem.local_time(visit.ready_s).date()
    calendar = problem.branch.calendar
    due = ready if calendar.is_working_day(ready) else calendar.next_working_day(ready)
    if ready <= promise.due_day:
        return promise
    return replace(promise, due_day=due, basis=Basis.READY, counted=(), ready=ready, instead_of=promise.due_day)


def _continued(problem: Problem, matrix: TravelMatrix, visit: Visit, promise: Promise) -> Promise:
    """Return the promise of a later day of an order with the working day after the one before, if that is later."""
    before = next(
        (
            problem.visit_by_id[earlier.visit_id]
            for earlier in visit.after
            if earlier.same_people and earlier.gap_from is GapFrom.START and earlier.min_gap_s >= DAY_S // 2
        ),
        None,
    )
    if before is None or promise.due_day is None:
        return promise
    day_before = promise_of(problem, matrix, before).due_day
    due = day_before and problem.branch.calendar.next_working_day(day_before)
    if due is None or due <= promise.due_day:
        return promise
    continues = replace(promise, due_day=due, basis=Basis.CONTINUES, day_before=day_before)
    return replace(continues, counted=(), received=None, ready=None, instead_of=None)


def _windows(problem: Problem, visit: Visit) -> tuple[tuple[Interval, ...], WindowSource]:
    order = problem.order_of(visit)
    if order.promised:
        return order.promised, WindowSource.PROMISED
    if order.requested:
        return order.requested, WindowSource.REQUESTED
    lead_s = problem.policy.arrival_lead_s
    hours = (replace(window, close_s=window.close_s + lead_s) for window in problem.windows[visit.visit_id])
    return tuple(hours), WindowSource.EMERGENCY if problem.is_emergency_call(visit) else WindowSource.HOURS
