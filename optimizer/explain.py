"""Why a visit is not planned: the first reason for each, found by the judge's own rules.

Four questions, in this order. Can nobody serve the visit even with an otherwise empty day? Can nobody fit it into the
present plan? Would it cost more than leaving it out? Otherwise the search ran out of time. The first is a proof; the
others speak of the present plan, in which moving other visits might help. `sentences.py` puts a reason into words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.plan import Reason, ReasonCode
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge_costs import dropped_cents, fairness_cents, price_route, unassigned_cents, work_of
from optimizer.judge_facts import Facts
from optimizer.judge_rules import needs_depot_stop, past_due_loan, prefix_of, refusals, skill_gaps, unbuilt_needs
from optimizer.judge_stock import Draw, draws_of, holds_of, pickup_day_of, stock_rows, stock_shortages
from optimizer.judge_timing import TimedTour, time_canonically
from optimizer.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.judge_facts import Tour
    from optimizer.travel.matrix import TravelMatrix

__all__ = ["explain_unassigned", "sentence"]

#: How near a technician comes who is stopped by a reason: who is stopped by a later one comes nearer.
STAGES = (
    ReasonCode.PINNED_CONFLICT,
    ReasonCode.TECHNICIAN_NOT_ALLOWED,
    ReasonCode.SKILL,
    ReasonCode.SKILL_LEVEL,
    ReasonCode.CERTIFICATE_EXPIRED,
    ReasonCode.AREA,
    ReasonCode.RULE_NOT_BUILT,
    ReasonCode.PART_NOT_RETURNED,
    ReasonCode.PART_OUT_OF_STOCK,
    ReasonCode.PART_ARRIVES_LATE,
    ReasonCode.UNREACHABLE,
    ReasonCode.MAX_TRAVEL,
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stops one technician; `stage` says how far that one came, `missing` how much is missing in all."""

    reason: Reason
    stage: int
    missing: int

    @property
    def nearness(self) -> tuple[int, int, str]:
        """Sort key: the nearest first, ties by id."""
        return (-self.stage, self.missing, self.reason.technician_id)


@dataclass(frozen=True, slots=True)
class Scene:
    """The present plan, as the questions need it: the timed day and its visits of each technician, what is drawn."""

    facts: Facts
    days: Mapping[str, TimedTour]
    cents: Mapping[str, int]
    draws: tuple[Draw, ...]

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
        days=days,
        cents={who: sum(price_route(facts, timed).values()) for who, timed in days.items()},
        draws=tuple(
            draw
            for timed in days.values()
            for visit in timed.tour.visits
            for draw in draws_of(problem, timed.tour.technician, visit)
        ),
    )


def _first_reason(scene: Scene, visit: Visit) -> Reason:
    facts, problem = scene.facts, scene.facts.problem
    unbuilt = unbuilt_needs(visit)
    if unbuilt:
        return Reason(ReasonCode.RULE_NOT_BUILT, True, subject=str(unbuilt[0]))
    shifts = [shift for shift in problem.shifts if shift.day == 0]
    if not shifts:
        return Reason(ReasonCode.SHIFT_CAPACITY, True, amount=visit.base_s, unit="s", subject="shift")
    alone = {shift.technician_id: _obstacle_alone(facts, shift, visit) for shift in shifts}
    stopped = [obstacle for obstacle in alone.values() if obstacle is not None]
    if len(stopped) == len(shifts):
        return min(stopped, key=lambda obstacle: obstacle.nearness).reason
    return _reason_in_plan(scene, visit, [shift for shift in shifts if alone[shift.technician_id] is None])


# --- alone: with an otherwise empty day -----------------------------------------------------------------------------


def _obstacle_alone(facts: Facts, shift: Shift, visit: Visit) -> Obstacle | None:
    """Return the first rule that stops a technician with an empty day; `None` when none does."""
    technician = facts.problem.technician_by_id[shift.technician_id]
    return (
        _lock_obstacle(facts, technician, visit)
        or _person_obstacle(facts.problem, technician, visit)
        or _part_obstacle(facts.problem, technician, visit)
        or _road_obstacle(facts.tour(shift, [visit]))
        or _clock_obstacle(facts, shift, visit)
    )


def _obstacle(reason: Reason, *, missing: int | None = None) -> Obstacle:
    stage = STAGES.index(reason.code) if reason.code in STAGES else len(STAGES)
    if reason.code is ReasonCode.PINNED_CONFLICT and reason.unit == "s":
        stage = len(STAGES)  # A start is missed, not a person: that is a matter of the clock.
    if reason.unit == "visits":
        stage = STAGES.index(ReasonCode.MAX_TRAVEL)
    return Obstacle(reason, stage, reason.amount if missing is None else missing)


def _lock_obstacle(facts: Facts, technician: Technician, visit: Visit) -> Obstacle | None:
    """Somebody else is locked; he then comes nearer himself, unless he has no shift."""
    for lock in facts.locks.get(visit.visit_id, ()):
        if lock.technician_id != technician.technician_id:
            return _obstacle(Reason(ReasonCode.PINNED_CONFLICT, True, lock.technician_id, subject="person"))
    return None


def _person_obstacle(problem: Problem, technician: Technician, visit: Visit) -> Obstacle | None:
    who, refused = technician.technician_id, refusals(problem, technician, visit)
    barred = [name for name in refused if name != "area"]
    if barred:
        return _obstacle(Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, True, who, subject=barred[0]))
    gaps = skill_gaps(problem, technician, visit, problem.first_day)
    missing = sum(gap.levels for gap in gaps)
    for gap in sorted(gaps, key=lambda gap: (gap.held is not None, gap.is_expired)):
        skill, code, amount, unit = gap.need.skill, ReasonCode.SKILL_LEVEL, gap.levels, "levels"
        if gap.held is None:
            code = ReasonCode.SKILL
        elif gap.is_expired:
            code, unit = ReasonCode.CERTIFICATE_EXPIRED, "days"
            until, since = gap.held.valid_until, gap.held.valid_from
            if until is not None and until < problem.first_day:
                amount = (problem.first_day - until).days
            elif since is not None:
                amount = (since - problem.first_day).days
        return _obstacle(Reason(code, True, who, 0, amount, unit, skill), missing=missing)
    if "area" in refused:
        return _obstacle(Reason(ReasonCode.AREA, True, who, subject=visit.area))
    return None


def _part_obstacle(problem: Problem, technician: Technician, visit: Visit) -> Obstacle | None:
    who = technician.technician_id
    if not any(need.quantity for need in visit.parts):
        return None
    if needs_depot_stop(problem, technician):
        return _obstacle(Reason(ReasonCode.RULE_NOT_BUILT, True, who, subject="depot stop"))
    owed = past_due_loan(problem, who, problem.first_day)
    if owed is not None:
        amount, part_id = owed.quantity, owed.part_id
        return _obstacle(Reason(ReasonCode.PART_NOT_RETURNED, True, who, 0, amount, "parts", part_id))
    for short in stock_shortages(problem, draws_of(problem, technician, visit)):
        reason = Reason(
            ReasonCode.PART_OUT_OF_STOCK,
            True,
            who,
            short.day,
            short.missing,
            "parts",
            short.part_id,
            _holder(problem, short.part_id, visit.visit_id),
        )
        arrives = _first_day_with_part(problem, technician, visit, short.part_id)
        if arrives is not None:
            reason = replace(reason, code=ReasonCode.PART_ARRIVES_LATE, day=arrives, visit_id="")
        return _obstacle(reason)
    return None


def _holder(problem: Problem, part_id: str, visit_id: str) -> str:
    """Return another visit that a part is held for; empty when there is none."""
    return min((v for v in holds_of(problem, part_id) if v != visit_id), default="")


def _first_day_with_part(problem: Problem, technician: Technician, visit: Visit, part_id: str) -> int | None:
    """Return the first later pick-up day on which an arrival makes a part suffice for a visit alone."""
    usable = {problem.day_index(arrival.usable_on) for arrival in problem.arrivals if arrival.part_id == part_id}
    drawn = [draw for draw in draws_of(problem, technician, visit) if draw.part_id == part_id]
    for day in sorted(day for day in usable if day > pickup_day_of(technician)):
        if all(row.missing <= 0 for row in stock_rows(problem, part_id, day, drawn)):
            return day
    return None


def _road_obstacle(tour: Tour) -> Obstacle | None:
    """Name a leg without a way, or the travel or the visits above the shift's limits."""
    who, shift = tour.technician.technician_id, tour.shift
    if tour.missing:
        origin, destination = tour.missing[0]
        return _obstacle(Reason(ReasonCode.UNREACHABLE, True, who, subject=f"{origin} → {destination}"))
    over_s = max(
        0 if shift.max_leg_s is None else max(tour.legs_s) - shift.max_leg_s,
        0 if shift.max_travel_s is None else tour.travel_s - shift.max_travel_s,
    )
    if over_s > 0:
        return _obstacle(Reason(ReasonCode.MAX_TRAVEL, True, who, 0, over_s, "s"))
    if shift.max_visits is not None and len(tour.visits) > shift.max_visits:
        over = len(tour.visits) - shift.max_visits
        return _obstacle(Reason(ReasonCode.SHIFT_CAPACITY, True, who, 0, over, "visits"))
    return None


def _clock_obstacle(facts: Facts, shift: Shift, visit: Visit) -> Obstacle | None:
    """Name the timing rule without which the visit would fit: its lock, ready time, break, windows; else the shift."""
    tour, policy, who = facts.tour(shift, [visit]), facts.problem.policy, shift.technician_id
    timed = time_canonically(tour, policy)
    if timed.breach_s == 0:
        return None
    if timed.stops[0].window < 0:
        return _obstacle(Reason(ReasonCode.TIME_WINDOW, True, who, subject="day"))
    service = tour.services[0]
    unlocked = replace(service, locked_from_s=-FAR_FUTURE_S, locked_until_s=FAR_FUTURE_S)
    anytime = replace(service, max_lateness_s=FAR_FUTURE_S, hours=None)
    without = {
        ReasonCode.PINNED_CONFLICT: replace(tour, services=(unlocked,)),
        ReasonCode.NOT_READY: replace(tour, services=(replace(service, ready_s=-FAR_FUTURE_S),)),
        ReasonCode.BREAK: replace(tour, shift=replace(shift, break_=None)),
        ReasonCode.TIME_WINDOW: replace(tour, services=(anytime,)),
    }
    fits = (code for code, other in without.items() if time_canonically(other, policy).breach_s == 0)
    code = next(fits, ReasonCode.SHIFT_CAPACITY)
    return _obstacle(Reason(code, True, who, 0, timed.breach_s, "s"))


# --- in the present plan --------------------------------------------------------------------------------------------


def _reason_in_plan(scene: Scene, visit: Visit, shifts: Iterable[Shift]) -> Reason:
    """Return why a visit that would fit an empty day is not in this plan."""
    facts = scene.facts
    stopped: list[Obstacle] = []
    best: tuple[int, str] | None = None
    work_s = scene.work_s
    fairness_now = fairness_cents(facts.problem, work_s)
    for shift in shifts:
        who = shift.technician_id
        taken = _taken_part(scene, facts.problem.technician_by_id[who], visit)
        if taken is not None:
            stopped.append(taken)
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


def _taken_part(scene: Scene, technician: Technician, visit: Visit) -> Obstacle | None:
    """Name a part that planned visits leave too few of, and one of those visits."""
    problem = scene.facts.problem
    own = draws_of(problem, technician, visit)
    wanted = {draw.part_id for draw in own}
    for short in stock_shortages(problem, [*scene.draws, *own]):
        if short.part_id in wanted:
            takers = sorted(draw.visit_id for draw in scene.draws if draw.part_id == short.part_id)
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
            return _obstacle(reason)
    return None


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
    road = _road_obstacle(timed.tour)
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
    return _obstacle(reason, missing=timed.breach_s)
