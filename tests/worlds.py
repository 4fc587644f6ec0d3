"""Tiny worlds for tests, built so that a reader can compute every answer in the head.

Places lie on a line, as minutes from the branch: `place=10` is ten minutes away, and two places are as far apart as
their difference. The plan is for Monday 23 November 2026, made on Friday at 16:00 unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.domain.order import Customer, Interval, Order, PartNeed, Place, SkillNeed, Visit
from optimizer.domain.plan import Plan
from optimizer.domain.policy import Fairness, Policy
from optimizer.domain.problem import Branch, Problem
from optimizer.domain.technician import Break, HeldSkill, Shift, Technician
from optimizer.domain.units import DAY_S, MINUTE_S, at, clock_text
from optimizer.judge.facts import Facts
from optimizer.judge.timing import time_canonically, time_with_slot
from optimizer.judge.verdict import Judgement, judge_plan, time_routes
from optimizer.travel.matrix import UNREACHABLE, TravelMatrix
from tests.random_problems import MONDAY, random_problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.rules import Rule
    from optimizer.judge.timing import TimedTour
    from optimizer.judge.verdict import Routes

__all__ = ["MONDAY", "PLAIN", "Job", "Person", "World", "job", "line", "person", "random_problem", "world"]

FRIDAY_16 = at(16, day=-3)
SUNDAY_16 = at(16, day=-1)

#: No lead and no fairness, so that a window is what it says and a day costs what its minutes cost.
PLAIN = Policy(arrival_lead_s=0, fairness=Fairness.OFF)


def clock(text: str) -> int:
    """Return the seconds of `HH:MM`."""
    hour, minute = text.split(":")
    return at(int(hour), int(minute))


def span(text: str, day: int = 0) -> Interval:
    """Return the interval of `HH:MM-HH:MM` on a day."""
    opens, closes = text.split("-")
    return Interval(day_s(opens, day), day_s(closes, day))


@dataclass(frozen=True)
class Job:
    """A visit with its order and its customer."""

    visit: Visit
    order: Order
    customer: Customer
    minutes_away: int

    def but(self, **changes: Any) -> Job:
        """Return the job with other facts of its visit, order or customer, each found by its name."""
        parts = {"visit": self.visit, "order": self.order, "customer": self.customer}
        for part, value in parts.items():
            own = {name: v for name, v in changes.items() if name in value.__dataclass_fields__}
            parts[part] = replace(value, **own)
            changes = {name: v for name, v in changes.items() if name not in own}
        assert not changes, f"no such fact: {changes}"
        return Job(parts["visit"], parts["order"], parts["customer"], self.minutes_away)  # type: ignore[arg-type]


def job(
    visit_id: str,
    *,
    place: int,
    minutes: int = 30,
    requested: str = "08:00-17:00",
    days: Sequence[int] = (0,),
    skills: Mapping[str, int] | None = None,
    parts: Mapping[str, int] | None = None,
    **facts: Any,
) -> Job:
    """Return a visit `place` minutes from the branch.

    `requested` holds windows like `09:00-10:00 14:00-15:00`, wanted on each of `days`.
    """
    windows = tuple(span(text, day) for day in days for text in requested.split())
    made = Job(
        Visit(
            visit_id,
            visit_id,
            Place(31.2, 121.4 + place / 1000),
            minutes * MINUTE_S,
            skills=tuple(SkillNeed(skill, level) for skill, level in (skills or {}).items()),
            parts=tuple(PartNeed(part, count) for part, count in (parts or {}).items()),
        ),
        Order(visit_id, f"C-{visit_id}", requested=windows),
        Customer(f"C-{visit_id}", f"customer of {visit_id}"),
        place,
    )
    return made.but(**facts)


@dataclass(frozen=True)
class Person:
    """A technician with a shift a day; `minutes_away` is where the home lies, `None` at the branch."""

    technician: Technician
    shifts: tuple[Shift, ...]
    minutes_away: int | None = None


def person(
    technician_id: str,
    *,
    hours: str = "08:00-17:00",
    days: Sequence[int] = (0,),
    overtime: int = 0,
    home: int | None = None,
    lunch: str = "",
    lunch_minutes: int = 30,
    skills: Mapping[str, int] | None = None,
    **facts: Any,
) -> Person:
    """Return a technician with the same hours on each of `days`; `lunch` is the window in which a break starts."""
    on_shift = {name: facts.pop(name) for name in list(facts) if name in Shift.__dataclass_fields__}
    shifts = []
    for number in days:
        day = span(hours, number)
        rest = Break(span(lunch, number), lunch_minutes * MINUTE_S) if lunch else None
        paid_s = day.close_s - day.open_s - (rest.length_s if rest else 0)
        shift = Shift(technician_id, number, day.open_s, day.close_s, overtime * MINUTE_S, rest, paid_s)
        shifts.append(replace(shift, **on_shift))
    stays = None if home is None else Place(31.2, 121.4 + home / 1000)
    held = tuple(HeldSkill(skill, level) for skill, level in (skills or {}).items())
    facts.setdefault("skills", held)
    technician = Technician(technician_id, f"{technician_id} Li", start=stays, end=stays, **facts)
    return Person(technician, tuple(shifts), home)


@dataclass(frozen=True)
class World:
    """A problem with its travel matrix, and short ways to plan and judge it."""

    problem: Problem
    matrix: TravelMatrix

    def but(self, **changes: Any) -> World:
        """Return the world with other facts of its problem."""
        return World(replace(self.problem, **changes), self.matrix)

    def with_policy(self, **changes: Any) -> World:
        """Return the world under another policy."""
        return self.but(policy=replace(self.problem.policy, **changes))

    def with_job(self, visit_id: str, **changes: Any) -> World:
        """Return the world with other facts of one visit, its order or its customer."""
        visit = self.problem.visit_by_id[visit_id]
        order, customer = self.problem.order_of(visit), self.problem.customer_of(visit)
        new = Job(visit, order, customer, 0).but(**changes)
        return self.but(
            visits=tuple(new.visit if v is visit else v for v in self.problem.visits),
            orders=tuple(new.order if o is order else o for o in self.problem.orders),
            customers=tuple(new.customer if c is customer else c for c in self.problem.customers),
        )

    def with_technician(self, technician_id: str, **changes: Any) -> World:
        """Return the world with other facts of one technician."""
        people = self.problem.technicians
        return self.but(
            technicians=tuple(replace(t, **changes) if t.technician_id == technician_id else t for t in people)
        )

    def with_shift(self, technician_id: str, **changes: Any) -> World:
        """Return the world with other facts of one shift."""
        shifts = self.problem.shifts
        return self.but(shifts=tuple(replace(s, **changes) if s.technician_id == technician_id else s for s in shifts))

    def with_leg(self, origin: str, destination: str, minutes: int | None) -> World:
        """Return the world with another travel time one way; `None` is no way at all."""
        seconds = self.matrix.seconds.copy()
        row, column = self.matrix.row_of[origin], self.matrix.row_of[destination]
        seconds[:, row, column] = UNREACHABLE if minutes is None else minutes * MINUTE_S
        return World(self.problem, replace(self.matrix, seconds=seconds))

    def plan(self, routes: Routes) -> Plan:
        """Time routes."""
        return time_routes(self.problem, self.matrix, routes)

    def judge(self, plan: Plan | Routes) -> Judgement:
        """Judge a plan, or routes after timing them."""
        made = plan if isinstance(plan, Plan) else self.plan(plan)
        return judge_plan(self.problem, self.matrix, made)

    def broken(self, plan: Plan | Routes) -> list[tuple[Rule, int]]:
        """Return rule and amount of every violation."""
        return [(violation.rule, violation.amount) for violation in self.judge(plan).violations]

    def costs(self, routes: Routes) -> dict[Rule, int]:
        """Return the soft rules that cost anything, after checking that nothing is broken."""
        judgement = self.judge(routes)
        assert judgement.is_clean, judgement.violations
        return {rule: cents for rule, cents in judgement.costs.items() if cents}

    def starts(self, routes: Routes) -> dict[str, str]:
        """Return the start of every visit as `HH:MM`, after checking that the people of a crew start together."""
        moments = {(stop.visit_id, stop.start_s) for route in self.plan(routes).routes for stop in route.stops}
        assert len(moments) == len({visit_id for visit_id, _ in moments}), moments
        return {visit_id: clock_text(start_s) for visit_id, start_s in sorted(moments)}

    def solved(self, *, iterations: int = 300) -> Plan:
        """Return the engine's plan, after checking that it is clean and states its costs right."""
        from optimizer import solve

        outcome = solve(self.problem, self.matrix, seconds=30.0, iterations=iterations)
        judgement = judge_plan(self.problem, self.matrix, outcome.plan)
        assert judgement.is_clean, judgement.violations
        return outcome.plan

    def timed(self, technician_id: str, *visit_ids: str, slot: int | None = None) -> TimedTour:
        """Time one day alone, canonically or with a break slot."""
        problem, facts = self.problem, Facts(self.problem, self.matrix)
        shift = next(shift for shift in facts.shifts.values() if shift.technician_id == technician_id)
        tour = facts.tour(shift, [problem.visit_by_id[visit_id] for visit_id in visit_ids])
        return time_canonically(tour, problem.policy) if slot is None else time_with_slot(tour, slot)


def world(jobs: Sequence[Job], people: Sequence[Person], *, policy: Policy = PLAIN, **facts: Any) -> World:
    """Return a world on a line."""
    facts.setdefault("as_of_s", FRIDAY_16)
    problem = Problem(
        branch=Branch("B", "Branch", Place(31.2, 121.4)),
        first_day=MONDAY,
        customers=tuple(j.customer for j in jobs),
        orders=tuple(j.order for j in jobs),
        visits=tuple(j.visit for j in jobs),
        technicians=tuple(p.technician for p in people),
        shifts=tuple(shift for p in people for shift in p.shifts),
        policy=policy,
        **facts,
    )
    places = {"branch": 0} | {j.visit.visit_id: j.minutes_away for j in jobs}
    for p in people:
        if p.minutes_away is not None:
            who = p.technician.technician_id
            places |= {f"start:{who}": p.minutes_away, f"end:{who}": p.minutes_away}
    return World(problem, line(places))


def line(places: Mapping[str, int]) -> TravelMatrix:
    """Return the travel matrix of places on a line, given as minutes from the branch."""
    position = np.array(list(places.values()), dtype=np.int32)
    minutes = np.abs(position[:, None] - position[None, :])
    seconds = (minutes * MINUTE_S).astype(np.int32)[None]
    return TravelMatrix(tuple(places), ("car",), seconds, seconds * 10)


def day_s(text: str, day: int) -> int:
    """Return the seconds of `HH:MM` on another day."""
    return clock(text) + day * DAY_S
