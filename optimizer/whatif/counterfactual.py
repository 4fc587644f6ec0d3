"""Why not somebody else: the plan made anew with one decision forced, and what differs by rule, visit and person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.problem import Lock, LockLevel
from optimizer.explain.making_room import plan_of, without
from optimizer.explain.positions import best_position
from optimizer.explain.scene import open_scene
from optimizer.judge.facts import Facts
from optimizer.moments.changes import changes_between
from optimizer.whatif.variant import Search, judged_variant, plan_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.plan import Plan, Reason, Route
    from optimizer.domain.planning_context import Change
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule
    from optimizer.travel.matrix import TravelMatrix
    from optimizer.whatif.variant import Variant


@dataclass(frozen=True, slots=True)
class DayChange:
    """How much more one technician's days hold; below 0 where it is less.

    Parameters
    ----------
    visits
        Visits.
    out_s
        Seconds between leaving and being back.
    """

    technician_id: str
    visits: int
    out_s: int


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A plan with one decision forced, beside the one in hand.

    Parameters
    ----------
    technician_id
        Who shall serve the visit, alone or in its crew.
    variant
        The plan made anew, under the facts as they are; `None` where there is none.
    reason
        What stands against it, where there is no plan; `None` where nothing that has words was found.
    """

    visit_id: str
    technician_id: str
    variant: Variant | None
    reason: Reason | None = None

    @property
    def cost_changes(self) -> Mapping[Rule, int]:
        """By how many cents each soft rule costs more, as far as it differs."""
        return {} if self.variant is None else self.variant.cost_changes

    @property
    def changes(self) -> tuple[Change, ...]:
        """The visits that are served otherwise than in the plan in hand."""
        if self.variant is None:
            return ()
        return changes_between(self.variant.problem, self.variant.before, self.variant.plan)

    @property
    def people(self) -> tuple[DayChange, ...]:
        """The technicians whose days hold more or less, by id."""
        if self.variant is None:
            return ()
        before, after = _days(self.variant.before), _days(self.variant.plan)
        found = []
        for who in sorted(before.keys() | after.keys()):
            then, now = before.get(who, (0, 0)), after.get(who, (0, 0))
            if then != now:
                found.append(DayChange(who, now[0] - then[0], now[1] - then[1]))
        return tuple(found)


def _days(plan: Plan) -> dict[str, tuple[int, int]]:
    """Return everybody's visits and seconds out, by technician."""
    found: dict[str, tuple[int, int]] = {}
    for route in plan.routes:
        visits, out_s = found.get(route.technician_id, (0, 0))
        found[route.technician_id] = (visits + len(route.stops), out_s + route.return_s - route.depart_s)
    return found


def plan_instead(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    visit_id: str,
    technician_id: str,
    *,
    search: Search | None = None,
) -> Counterfactual:
    """Plan again so that a technician serves a visit, whatever else it costs; what else is locked stays so.

    Parameters
    ----------
    search
        How the plan is made anew; by default in a second.

    Examples
    --------
    >>> found = plan_instead(outcome.problem, outcome.matrix, outcome.plan, "V017", "T005")  # doctest: +SKIP
    >>> found.variant.extra_cents, found.cost_changes  # doctest: +SKIP
    """
    search = search or Search(1.0)
    mine = Lock(visit_id, LockLevel.PERSON, technician_id)
    held = tuple(lock for lock in problem.locks if lock.visit_id != visit_id or lock.level is LockLevel.PREFIX)
    forced = replace(problem, locks=(*held, mine))
    scene, visit = open_scene(Facts(forced, matrix), plan), problem.visit_by_id[visit_id]
    bare = without(scene, {visit_id} & scene.planned.keys())
    best = best_position(bare, visit, lambda: False)
    start = plan if best.position is None else plan_of(bare.with_days(best.position.timed))
    found = plan_with(forced, matrix, plan, visit_id, search, start=start)
    unlocked = replace(problem, locks=held)
    made = None if found is None else judged_variant(unlocked, matrix, plan, _unpinned(found.plan, visit_id, unlocked))
    if made is not None:
        return Counterfactual(visit_id, technician_id, made)
    barred = [scene.alone(shift, visit) for shift in scene.shifts if shift.technician_id == technician_id]
    reasons = [blocking.reason for blocking in barred if blocking is not None] if None not in barred else []
    if not reasons and best.blocking is not None:
        reasons = [best.blocking.reason]
    return Counterfactual(visit_id, technician_id, None, reasons[0] if reasons else None)


def _unpinned(plan: Plan, visit_id: str, problem: Problem) -> Plan:
    """Return a plan in which a visit is pinned only if it is so by some facts."""
    if any(lock.visit_id == visit_id for lock in problem.locks):
        return plan

    def free(route: Route) -> Route:
        return replace(
            route,
            stops=tuple(replace(stop, pinned=False) if stop.visit_id == visit_id else stop for stop in route.stops),
        )

    return replace(plan, routes=tuple(free(route) for route in plan.routes))
