"""The present plan, as questions about visits that are not in it need it: timed, priced, and who is near whom.

What is asked of many visits is found once: who may not serve visits of a kind, and what the stock allows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.domain.house_limits import HouseLimit
from optimizer.explain.blocking import BlockingReason, Roads, blocking_alone, blocking_of_person
from optimizer.explain.bounds import OpenDay, open_day
from optimizer.explain.detours import legs_of
from optimizer.judge.carried import tools_out
from optimizer.judge.costs import load_cents, price_plan, price_route, work_of
from optimizer.judge.drafts import stated_draft, tours_of
from optimizer.judge.links import time_together
from optimizer.judge.present import PresentPlan, judge_present, stated_days
from optimizer.judge.stock import drawn_parts, draws_of_day, stock_shortages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.house_limits import LimitException
    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan
    from optimizer.domain.rules import Violation
    from optimizer.domain.technician import Shift
    from optimizer.explain.detours import Legs
    from optimizer.judge.facts import Facts
    from optimizer.judge.stock import Draw, Shortage
    from optimizer.judge.timing import TimedTour

#: A technician's day: id and day index.
Key = tuple[str, int]


class Shorter(NamedTuple):
    """A part of which others leave too few, and a visit that has it."""

    shortage: Shortage
    taker: str


@dataclass(frozen=True, slots=True)
class Scene:
    """The present plan, as the questions need it.

    Parameters
    ----------
    shifts
        The shifts of the horizon, by technician and day.
    timed, cents, draws
        Each technician's timed day, its price, and what it draws from the branch.
    tools
        How many units of each tool each technician's day takes from the branch.
    days_of
        Technician to the days that have a route.
    planned
        Visit id to the technicians and days that serve it.
    followers
        Visit id to the visits that come after it.
    work_s, load_cents
        Everybody's work of each day, and what that costs.
    legs
        The legs of everybody's day.
    """

    facts: Facts
    roads: Roads
    shifts: tuple[Shift, ...]
    timed: Mapping[Key, TimedTour]
    cents: Mapping[Key, int]
    draws: Mapping[Key, Sequence[Draw]]
    tools: Mapping[Key, Mapping[str, int]]
    days_of: Mapping[str, Sequence[Key]]
    planned: Mapping[str, tuple[Key, ...]]
    followers: Mapping[str, Sequence[str]]
    work_s: Mapping[Key, int]
    load_cents: int
    legs: Legs
    _alone: dict[object, BlockingReason | None] = field(default_factory=dict)
    _able: dict[str, Shift] = field(default_factory=dict)
    _barred: dict[object, dict[Key, BlockingReason]] = field(default_factory=dict)
    _shorter: dict[object, Shorter | None] = field(default_factory=dict)
    _draws_of_part: dict[str, list[tuple[str, Draw]]] = field(default_factory=dict)
    _open_days: dict[Key, OpenDay] = field(default_factory=dict)
    _present: list[PresentPlan] = field(default_factory=list)
    _cost: list[int] = field(default_factory=list)

    def near_first(self, visit: Visit) -> list[Shift]:
        """Return the shifts, those with the least detour to a visit first, ties by technician and day."""
        order = np.argsort(self.legs.detours_s(visit.visit_id), kind="stable")
        return [self.shifts[number] for number in order.tolist()]

    def barred(self, visit: Visit, *, leads: bool = True) -> Mapping[Key, BlockingReason]:
        """Return who may not serve a visit, whatever the day looks like: a lock, a refusal or a skill is against it."""
        problem = self.facts.problem
        is_crew = problem.crew_size_of(visit) > 1
        kind = (
            problem.lead_skills_needed(visit) if is_crew and leads else problem.skills_needed(visit),
            problem.crew_size_of(visit),
            visit.required,
            visit.prohibited,
            problem.customer_of(visit).refused,
            visit.area,
            visit.visit_id if self._is_special(visit.visit_id) else "",
        )
        if kind not in self._barred:
            found = {key_of(one): blocking_of_person(self.facts, one, visit, leads=leads) for one in self.shifts}
            self._barred[kind] = {key: blocking for key, blocking in found.items() if blocking is not None}
        return self._barred[kind]

    def _is_special(self, visit_id: str) -> bool:
        """Return whether who may serve a visit is said by more than its kind: by a lock or an exception."""
        return visit_id in self.facts.locks or (visit_id, HouseLimit.AREA) in self.facts.exceptions

    def with_exception(self, one: LimitException) -> Scene:
        """Return the same plan where one exception more is made, for a visit that is not in it."""
        facts = self.facts.with_exception(one)
        return replace(
            self,
            facts=facts,
            roads=Roads(facts),
            _alone={},
            _able={},
            _barred={},
            _open_days={},
            _cost=[],
            _present=[replace(present, facts=facts) for present in self._present],
        )

    @property
    def cost_cents(self) -> int:
        """What the plan costs, all that it leaves out included; reckoned once."""
        if not self._cost:
            self._cost.append(sum(price_plan(self.facts, self.timed.values(), self.planned).values()))
        return self._cost[0]

    def with_days(self, changed: Mapping[Key, TimedTour]) -> Scene:
        """Return the plan with some days changed; one without a visit is none. Who is near whom is not asked again."""
        timed = {key: one for key, one in {**self.timed, **changed}.items() if one.tour.visits}
        people = {who for who, _ in changed}
        theirs = [one for key, one in timed.items() if key[0] in people]

        def kept(known: Mapping[Key, Any], new: Mapping[Key, Any]) -> dict[Key, Any]:
            return {key: new[key] if key in new else known[key] for key in timed}

        work_s = kept(self.work_s, {key: work_of(timed[key]) for key in changed if key in timed})
        cents = {key: sum(price_route(self.facts, timed[key]).values()) for key in changed if key in timed}
        return replace(
            self,
            timed=timed,
            cents=kept(self.cents, cents),
            draws=kept(self.draws, draws_of_days(self.facts, theirs)),
            tools=kept(self.tools, {key: tools_out([timed[key].tour]) for key in changed if key in timed}),
            work_s=work_s,
            load_cents=load_cents(self.facts.problem, work_s),
            _shorter={},
            _draws_of_part={},
            _open_days={},
            _cost=[],
            _present=[self._present_with(changed, timed)] if self._present else [],
            **_who_serves_what(timed),
        )

    def _present_with(self, changed: Mapping[Key, TimedTour], timed: Mapping[Key, TimedTour]) -> PresentPlan:
        """Return the judge's look at the plan with some days changed; what is broken in it is what was broken."""
        people = {who for who, _ in changed}
        new = stated_days(self.facts, {key: one for key, one in timed.items() if key[0] in people})
        [present] = self._present
        return replace(present, days={key: new[key] if key in new else present.days[key] for key in timed})

    def open_day(self, shift: Shift) -> OpenDay:
        """Return a technician's day, ready to take one visit more; opened once."""
        key = key_of(shift)
        if key not in self._open_days:
            timed = self.timed.get(key)
            self._open_days[key] = open_day(self.facts, shift, None if timed is None else timed.tour)
        return self._open_days[key]

    def alone(self, shift: Shift, visit: Visit, *, leads: bool = True) -> BlockingReason | None:
        """Return what keeps a technician from a visit in every plan; found once."""
        key = (shift.technician_id, shift.day, visit.visit_id, leads)
        if key not in self._alone:
            barred = self.barred(visit, leads=leads).get(key_of(shift))
            self._alone[key] = barred or blocking_alone(self.roads, shift, visit, leads=leads)
            if leads and self._alone[key] is None:
                self._able.setdefault(visit.visit_id, shift)
        return self._alone[key]

    def newly_broken(self, changed: Mapping[Key, TimedTour]) -> Violation | None:
        """Return the first hard rule of the judge that is broken with some days changed and is not broken now."""
        if not self._present:
            self._present.append(judge_present(self.facts, self.timed))
        return self._present[0].newly_broken(changed)

    def known_able(self, visit: Visit) -> Shift | None:
        """Return the first of whom `alone` has found that nothing keeps him from a visit in every plan."""
        return self._able.get(visit.visit_id)

    def shorter(self, who: str, draws: Sequence[Draw]) -> Shorter | None:
        """Return the part of which others leave a technician too few; found once.

        Parameters
        ----------
        draws
            All that the technician would draw.
        """
        now = Counter(draw for key in self.days_of.get(who, ()) for draw in self.draws[key])
        then = Counter(draws)
        if not now - then:
            return self.shorter_with(list((then - now).elements()))
        key = (who, tuple(sorted(draws, key=_draw_order)))
        if key not in self._shorter:
            self._shorter[key] = self._find_shorter(draws, besides=who)
        return self._shorter[key]

    def shorter_with(self, more: Sequence[Draw]) -> Shorter | None:
        """Return the part of which too few are left when more is drawn, by whomever; found once."""
        key = tuple(sorted(more, key=_draw_order))
        if key not in self._shorter:
            self._shorter[key] = self._find_shorter(more)
        return self._shorter[key]

    def _find_shorter(self, draws: Sequence[Draw], *, besides: str | None = None) -> Shorter | None:
        """Return the first part that is short with these draws and those of all, or of all `besides` one technician."""
        if not self._draws_of_part:
            for key, own in self.draws.items():
                for draw in own:
                    self._draws_of_part.setdefault(draw.part_id, []).append((key[0], draw))
        for part_id in sorted({draw.part_id for draw in draws}):
            others = self._draws_of_part.get(part_id, [])
            drawn = [draw for who, draw in others if who != besides]
            for short in stock_shortages(self.facts.problem, [*drawn, *(d for d in draws if d.part_id == part_id)]):
                return Shorter(short, min((draw.visit_id for _, draw in others), default=""))
        return None


def open_scene(facts: Facts, plan: Plan) -> Scene:
    """Time a plan again, canonically, as far as it can be timed."""
    drafts = {(route.technician_id, route.day): stated_draft(route) for route in plan.routes}
    found = tours_of(facts, list(drafts.values()))
    tours = [found[number] for number in sorted(found)]
    timed = {key_of(one.tour.shift): one for one in time_together(facts, tours, [None] * len(tours))}
    followers: dict[str, list[str]] = {}
    for visit in facts.problem.visits:
        for earlier in visit.after:
            followers.setdefault(earlier.visit_id, []).append(visit.visit_id)
    work_s = {key: work_of(one) for key, one in timed.items()}
    shifts = tuple(sorted((s for s in facts.shifts.values() if 0 <= s.day < facts.problem.days), key=key_of))
    return Scene(
        facts=facts,
        roads=Roads(facts),
        shifts=shifts,
        timed=timed,
        cents={key: sum(price_route(facts, one).values()) for key, one in timed.items()},
        draws=draws_of_days(facts, list(timed.values())),
        tools={key: tools_out([one.tour]) for key, one in timed.items()},
        followers=followers,
        work_s=work_s,
        load_cents=load_cents(facts.problem, work_s),
        legs=legs_of(facts, shifts, [timed[key].tour if (key := key_of(shift)) in timed else None for shift in shifts]),
        **_who_serves_what(timed),
    )


def _who_serves_what(timed: Mapping[Key, TimedTour]) -> dict[str, Any]:
    """Return everybody's days with a route, and who serves each visit, as a scene has them."""
    planned: dict[str, tuple[Key, ...]] = {}
    days_of: dict[str, list[Key]] = {}
    for key, one in timed.items():
        days_of.setdefault(key[0], []).append(key)
        for visit in one.tour.visits:
            planned[visit.visit_id] = (*planned.get(visit.visit_id, ()), key)
    return {"planned": planned, "days_of": days_of}


def key_of(shift: Shift) -> Key:
    """Return a shift's technician and day."""
    return shift.technician_id, shift.day


def draws_of_days(facts: Facts, days: Sequence[TimedTour]) -> dict[Key, list[Draw]]:
    """Return what each of a set of timed days draws from the branch."""
    parts = zip(days, drawn_parts([one.tour for one in days]), strict=True)
    return {key_of(one.tour.shift): draws_of_day(facts.problem, one, drawn) for one, drawn in parts}


def _draw_order(draw: Draw) -> tuple[str, str, int, int, int]:
    return draw.part_id, draw.visit_id, draw.quantity, draw.pickup_day, draw.pickup_s
