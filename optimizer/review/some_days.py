"""A plan on some of its days, beside facts that are newer for these days alone and may begin on another one.

What the plan has on its other days is no question here: the visits that it serves there are taken out of both sides,
and what its technicians take along for them is gone from the facts of now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.problem import LockLevel
from optimizer.domain.stock import Reservation
from optimizer.ingest.plans.plan_file import plan_from_json, routes_to_json
from optimizer.judge.stock import draws_of_route, needs_of, own_parts_of, take_own

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from optimizer.domain.order import PartNeed
    from optimizer.domain.plan import Plan, Route
    from optimizer.domain.problem import Lock, Problem, PublishedVisit
    from optimizer.domain.technician import Technician


@dataclass(frozen=True, slots=True)
class OnDays:
    """A plan on some of its days, in its own days and clock, with the facts of then and of now.

    Parameters
    ----------
    plan
        The routes of these days; what it leaves out is not in it.
    before, now
        The problems of then and of now, without the visits that the plan serves on other days.
    earlier
        The routes of the days before.
    """

    plan: Plan
    before: Problem
    now: Problem
    earlier: tuple[Route, ...] = ()


def on_days(plan: Plan, before: Problem, now: Problem, dates: Collection[date]) -> OnDays:
    """Return a plan on some of its days, beside the facts of then and of now.

    Parameters
    ----------
    plan, before
        The plan in the days and the clock of its own problem.
    now
        A problem that plans these days too, perhaps among others.
    """
    here = {route for route in plan.routes if before.date_of(route.day) in dates}
    routes = tuple(route for route in plan.routes if route in here)
    elsewhere = {visit_id for route in plan.routes if route not in here for visit_id in route.visit_ids}
    elsewhere -= {visit_id for route in routes for visit_id in route.visit_ids}
    first = min(before.day_index(day) for day in dates)
    return OnDays(
        plan=plan if len(here) == len(plan.routes) else replace(plan, routes=routes, unassigned=()),
        before=_without(before, elsewhere, dates),
        now=_without(now, elsewhere, dates),
        earlier=tuple(route for route in plan.routes if route.day < first),
    )


def _without(problem: Problem, visit_ids: Collection[str], dates: Collection[date]) -> Problem:
    """Return a problem without some visits, and without the shifts, locks and told windows of other days than these."""
    visits = tuple(
        replace(visit, after=tuple(earlier for earlier in visit.after if earlier.visit_id not in visit_ids))
        for visit in problem.visits
        if visit.visit_id not in visit_ids
    )
    of_visits = {visit.order_id for visit in problem.visits if visit.visit_id in visit_ids}
    days = {problem.day_index(day) for day in dates}
    others = set(range(problem.days)) - days
    return replace(
        problem,
        visits=visits,
        orders=tuple(order for order in problem.orders if order.order_id not in of_visits),
        shifts=tuple(shift for shift in problem.shifts if shift.day in days),
        locks=tuple(
            _marked(problem, lock, min(days))
            for lock in problem.locks
            if lock.visit_id not in visit_ids and not _is_for(problem, lock, others)
        ),
        published=tuple(
            said for said in problem.published if said.visit_id not in visit_ids and said.day not in others
        ),
    )  # fmt: skip


def _marked(problem: Problem, lock: Lock, day: int) -> Lock:
    """Return a lock in which what its level does not use says the same whatever day is the first of the problem."""
    if lock.level is LockLevel.START:
        return lock
    day = day if lock.level is LockLevel.PERSON else lock.day
    return replace(lock, day=day, start_s=problem.clock.moment_s(day))


def _is_for(problem: Problem, lock: Lock, days: Collection[int]) -> bool:
    """Return whether a lock holds its visit on one of these days; one of a person alone is for every day."""
    if lock.level is LockLevel.PERSON:
        return False
    return (problem.clock.day_of(lock.start_s) if lock.level is LockLevel.START else lock.day) in days


# --- in the days and the clock of now ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """From the days and the clock of one problem into those of another of the same branch."""

    before: Problem
    now: Problem

    @property
    def is_the_same(self) -> bool:
        """Return whether nothing has to be moved."""
        return self.before.first_day == self.now.first_day

    def plan(self, plan: Plan) -> Plan:
        """Return a plan that states its times."""
        return plan if self.is_the_same else plan_from_json(routes_to_json(plan, self.before), self.now)

    def day(self, day: int) -> int:
        """Return a day index."""
        return self.now.day_index(self.before.date_of(day))

    def moment_s(self, moment_s: int) -> int:
        """Return a moment."""
        return self.now.clock.moment_of(self.before.clock.zoned(moment_s))

    def lock(self, lock: Lock) -> Lock:
        """Return a lock."""
        if self.is_the_same:
            return lock
        return replace(
            lock,
            day=self.day(lock.day),
            start_s=self.moment_s(lock.start_s),
            began_s=None if lock.began_s is None else self.moment_s(lock.began_s),
        )

    def published(self, said: PublishedVisit) -> PublishedVisit:
        """Return what was told of a visit."""
        told = said.told
        if told is not None:
            told = Interval(self.moment_s(told.open_s), self.moment_s(told.close_s))
        return replace(said, day=self.day(said.day), told=told)


# --- what the days before take along ----------------------------------------------------------------------------------


def after_days(now: Problem, before: Problem, earlier: Iterable[Route]) -> Problem:
    """Return the facts of now without the parts that a plan takes on the days before.

    Parameters
    ----------
    before
        The problem of the whole plan.
    earlier
        The plan's routes of those days.

    Notes
    -----
    What a route has taken that had left at the moment of now is counted already, at the branch and with its technician.
    """
    to_come = [route for route in earlier if before.local_time(route.depart_s) >= now.local_time(now.as_of_s)]
    served = {visit_id for route in to_come for visit_id in route.visit_ids}
    taken = (
        Reservation(f"{draw.visit_id} {draw.part_id}", draw.part_id, draw.quantity, before.date_of(draw.pickup_day))
        for route in to_come
        for draw in draws_of_route(before, route)
    )
    return replace(
        now,
        reservations=(*(held for held in now.reservations if held.visit_id not in served), *taken),
        technicians=tuple(_after(technician, before, to_come) for technician in now.technicians),
    )


def _after(technician: Technician, before: Problem, routes: Iterable[Route]) -> Technician:
    """Return a technician with what is left of the own parts after some routes."""
    left = own_parts_of(technician)
    for route in routes:
        for stop in route.stops if route.technician_id == technician.technician_id else ():
            visit = before.visit_by_id.get(stop.visit_id)
            if visit is not None and stop.lead in ("", technician.technician_id):
                take_own(left, _own(needs_of(visit), stop.parts))
    return replace(
        technician,
        own_parts=tuple(replace(part, quantity=left.pop(part.part_id, 0)) for part in technician.own_parts),
    )


def _own(needs: dict[str, int], drawn: Iterable[PartNeed]) -> dict[str, int]:
    """Return what of a visit's parts does not come from the branch."""
    own = dict(needs)
    for part in drawn:
        own[part.part_id] = max(0, own.get(part.part_id, 0) - part.quantity)
    return own
