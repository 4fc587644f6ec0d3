"""Why a visit is not planned: the first reason for each, found by the judge's own rules.

Three questions, in this order. Can nobody serve the visit in any plan? Can nobody fit it into the present plan? Would
that cost more than leaving it out? Otherwise the search ran out of time. The first is a proof; the others speak of the
present plan, in which moving other visits might help. `sentences.py` puts a reason into words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.domain.plan import Reason, ReasonCode
from optimizer.domain.problem import end_key, start_key
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge_costs import dropped_cents, fairness_cents, price_route, unassigned_cents, work_of
from optimizer.judge_facts import Facts
from optimizer.judge_rules import prefix_of
from optimizer.judge_stock import Draw, Shortage, draws_of, stock_shortages
from optimizer.judge_timing import TimedTour, time_canonically
from optimizer.obstacles import Obstacle, Roads, make_obstacle, obstacle_alone, road_obstacle
from optimizer.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.travel.matrix import TravelMatrix

__all__ = ["explain_unassigned", "sentence"]

#: In how many technicians' days, those with the least detour, a place for a visit is looked for.
LOOKED_AT = 25


@dataclass(frozen=True, slots=True)
class Scene:
    """The present plan, as the questions need it: each technician's timed day and its cents, what is drawn by part."""

    facts: Facts
    roads: Roads
    days: Mapping[str, TimedTour]
    cents: Mapping[str, int]
    draws: Mapping[str, Sequence[Draw]]

    @property
    def work_s(self) -> dict[str, int]:
        """Work of the day by technician."""
        return {who: work_of(timed) for who, timed in self.days.items()}


def explain_unassigned(problem: Problem, matrix: TravelMatrix, plan: Plan) -> tuple[UnassignedVisit, ...]:
    """Return the plan's unassigned visits, each with the first reason why it is not planned."""
    scene = _scene(Facts(problem, matrix), plan)
    return tuple(
        replace(entry, reasons=(_first_reason(scene, problem.visit_by_id[entry.visit_id]),))
        if entry.visit_id in problem.visit_by_id
        else entry
        for entry in plan.unassigned
    )


def _scene(facts: Facts, plan: Plan) -> Scene:
    problem, days = facts.problem, {}
    for route in plan.routes:
        shift = facts.shifts.get((route.technician_id, route.day))
        visits = [problem.visit_by_id[v] for v in route.visit_ids if v in problem.visit_by_id]
        if shift is not None and visits:
            days[route.technician_id] = time_canonically(facts.tour(shift, visits), problem.policy)
    return Scene(
        facts=facts,
        roads=Roads(facts),
        days=days,
        cents={who: sum(price_route(facts, timed).values()) for who, timed in days.items()},
        draws=_by_part(
            draw
            for timed in days.values()
            for visit in timed.tour.visits
            for draw in draws_of(problem, timed.tour.technician, visit)
        ),
    )


def _by_part(draws: Iterable[Draw]) -> dict[str, list[Draw]]:
    by_part: dict[str, list[Draw]] = {}
    for draw in draws:
        by_part.setdefault(draw.part_id, []).append(draw)
    return by_part


def _first_reason(scene: Scene, visit: Visit) -> Reason:
    _facts, problem = scene.facts, scene.facts.problem
    if problem.is_due_before_plan(visit):
        return Reason(ReasonCode.DUE_BEFORE_PLAN, True)
    shifts = [shift for shift in problem.shifts if shift.day == 0]
    if not shifts:
        return Reason(ReasonCode.SHIFT_CAPACITY, True, amount=visit.base_s, unit="s", subject="shift")
    alone = {shift.technician_id: obstacle_alone(scene.roads, shift, visit) for shift in shifts}
    stopped = [obstacle for obstacle in alone.values() if obstacle is not None]
    if len(stopped) == len(shifts):
        return min(stopped, key=lambda obstacle: obstacle.nearness).reason
    return _reason_in_plan(scene, visit, [shift for shift in shifts if alone[shift.technician_id] is None])


# --- in the present plan --------------------------------------------------------------------------------------------


def _reason_in_plan(scene: Scene, visit: Visit, shifts: Iterable[Shift]) -> Reason:
    """Return why a visit that might fit some plan is not in this one."""
    facts = scene.facts
    stopped: list[Obstacle] = []
    best: tuple[int, str] | None = None
    work_s = scene.work_s
    fairness_now = fairness_cents(facts.problem, work_s)
    short: dict[bool, Shortage | None] = {}
    for shift in _nearest_days(scene, visit, shifts):
        who = shift.technician_id
        technician = facts.problem.technician_by_id[who]
        if technician.starts_at_branch not in short:  # parts for the others are handed over the evening before
            short[technician.starts_at_branch] = _shortage(scene, technician, visit)
        missing = short[technician.starts_at_branch]
        if missing is not None:
            stopped.append(_taken_part(scene, technician, missing))
            continue
        for timed in _insertions(scene, shift, visit):
            obstacle = _insertion_obstacle(timed, visit)
            if obstacle is not None:
                stopped.append(obstacle)
                continue
            fairness = fairness_cents(facts.problem, {**work_s, who: work_of(timed)}) - fairness_now
            extra = sum(price_route(facts, timed).values()) - scene.cents.get(who, 0) + fairness
            if best is None or (extra, who) < best:
                best = (extra, who)
    if best is None:
        return min(stopped, key=lambda obstacle: obstacle.nearness).reason
    extra, who = best
    gain = unassigned_cents(facts.problem, visit) + dropped_cents(facts, visit.visit_id) - extra
    if gain > 0 or facts.is_mandatory(visit.visit_id):
        return Reason(ReasonCode.TIME_LIMIT, True, who, 0, max(0, gain), "cents")
    return Reason(ReasonCode.OUTRANKED, False, who, 0, -gain, "cents")


def _nearest_days(scene: Scene, visit: Visit, shifts: Iterable[Shift]) -> list[Shift]:
    """Return the days into which the visit fits with the least detour, `LOOKED_AT` of them, in their usual order."""
    able = list(shifts)
    if len(able) <= LOOKED_AT:
        return able
    detour_s = {shift.technician_id: _least_detour_s(scene, visit, shift) for shift in able}
    near = sorted(able, key=lambda shift: (detour_s[shift.technician_id], shift.technician_id))[:LOOKED_AT]
    chosen = {shift.technician_id for shift in near}
    return [shift for shift in able if shift.technician_id in chosen]


def _least_detour_s(scene: Scene, visit: Visit, shift: Shift) -> int:
    """Return the least seconds of travel that the visit adds to a technician's day; missing ways count as far."""
    facts = scene.facts
    technician, day = facts.problem.technician_by_id[shift.technician_id], scene.days.get(shift.technician_id)
    visits = () if day is None else day.tour.visits
    keys = [start_key(technician), *(other.visit_id for other in visits), end_key(technician)]

    def travel_s(origin: str, destination: str) -> int:
        seconds = facts.travel_s(shift.profile, origin, destination)
        return FAR_FUTURE_S if seconds is None else seconds

    new = visit.visit_id
    return min(travel_s(a, new) + travel_s(new, b) - (travel_s(a, b) if visits else 0) for a, b in pairwise(keys))


def _shortage(scene: Scene, technician: Technician, visit: Visit) -> Shortage | None:
    """Return the part of which planned visits leave too few for this visit, if there is one."""
    own = draws_of(scene.facts.problem, technician, visit)
    others = [draw for part_id in sorted({draw.part_id for draw in own}) for draw in scene.draws.get(part_id, ())]
    return next(iter(stock_shortages(scene.facts.problem, [*others, *own])), None)


def _taken_part(scene: Scene, technician: Technician, short: Shortage) -> Obstacle:
    """Name a part that planned visits leave too few of, and one of those visits."""
    takers = sorted(draw.visit_id for draw in scene.draws.get(short.part_id, ()))
    reason = Reason(
        ReasonCode.PART_OUT_OF_STOCK,
        False,
        technician.technician_id,
        short.day,
        short.missing,
        "parts",
        short.part_id,
        takers[0] if takers else "",
    )
    return make_obstacle(reason)


def _insertions(scene: Scene, shift: Shift, visit: Visit) -> Iterable[TimedTour]:
    """Yield a technician's day with the visit at every place behind a started route's prefix."""
    day = scene.days.get(shift.technician_id)
    visits = [] if day is None else list(day.tour.visits)
    first = min(len(visits), len(prefix_of(scene.facts.problem, shift.technician_id)))
    for place in range(first, len(visits) + 1):
        tour = scene.facts.tour(shift, [*visits[:place], visit, *visits[place:]])
        yield time_canonically(tour, scene.facts.problem.policy)


def _insertion_obstacle(timed: TimedTour, visit: Visit) -> Obstacle | None:
    """Name what stops a day with the visit in it: the road, else where most seconds are missing."""
    road = road_obstacle(timed.tour)
    if road is not None:
        return replace(road, reason=replace(road.reason, proven=False))
    if timed.breach_s == 0:
        return None
    who = timed.tour.technician.technician_id
    found = [(timed.past_limit_s, ReasonCode.SHIFT_CAPACITY, ""), (timed.past_break_s, ReasonCode.BREAK, "")]
    for other, stop in zip(timed.tour.visits, timed.stops, strict=True):
        about = "" if other is visit else other.visit_id
        found.append((stop.past_window_s + stop.outside_hours_s, ReasonCode.TIME_WINDOW, about))
        found.append((stop.past_lock_s, ReasonCode.PINNED_CONFLICT, about))
    amount, code, about = max(found, key=lambda one: one[0])
    reason = Reason(code, False, who, 0, amount, "s", visit_id=about)
    return make_obstacle(reason, missing=timed.breach_s)
