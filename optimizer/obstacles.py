"""What stops one technician from serving one visit in any plan: the first rule, and how much is missing.

Who may not serve the visit, lacks a skill or cannot have a part never can. Roads and the clock are subtler: travel is
used as given, so a detour over other visits may be a shorter way, and a break may fit at a place on that way. An
obstacle of that kind is a proof only when even the shortest way over any visits, with a break at any moment of it,
does not help (`may_fit_somehow`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.plan import Reason, ReasonCode
from optimizer.domain.problem import end_key, start_key
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge_rules import past_due_loan, refusals, skill_gaps
from optimizer.judge_stock import draws_of, holds_of, pickup_day_of, stock_rows, stock_shortages
from optimizer.judge_timing import time_canonically, time_with_slot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.judge_facts import Facts, Tour


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


def obstacle_alone(roads: Roads, shift: Shift, visit: Visit) -> Obstacle | None:
    """Return the first rule that keeps a technician from a visit in every plan; `None` when none is sure to."""
    facts = roads.facts
    technician = facts.problem.technician_by_id[shift.technician_id]
    sure = (
        _lock_obstacle(facts, technician, visit)
        or _person_obstacle(facts.problem, technician, visit)
        or _part_obstacle(facts.problem, technician, visit)
    )
    if sure is not None:
        return sure
    tour = facts.tour(shift, [visit])
    found = road_obstacle(tour) or _clock_obstacle(facts, shift, visit)
    return None if found is None or may_fit_somehow(roads, tour) else found


def make_obstacle(reason: Reason, *, missing: int | None = None) -> Obstacle:
    """Rank a reason by how near it lets a technician come."""
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
            return make_obstacle(Reason(ReasonCode.PINNED_CONFLICT, True, lock.technician_id, subject="person"))
    return None


def _person_obstacle(problem: Problem, technician: Technician, visit: Visit) -> Obstacle | None:
    who, refused = technician.technician_id, refusals(problem, technician, visit)
    barred = [name for name in refused if name != "area"]
    if barred:
        return make_obstacle(Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, True, who, subject=barred[0]))
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
        return make_obstacle(Reason(code, True, who, 0, amount, unit, skill), missing=missing)
    if "area" in refused:
        return make_obstacle(Reason(ReasonCode.AREA, True, who, subject=visit.area))
    return None


def _part_obstacle(problem: Problem, technician: Technician, visit: Visit) -> Obstacle | None:
    who = technician.technician_id
    if not any(need.quantity for need in visit.parts):
        return None
    owed = past_due_loan(problem, who, problem.first_day)
    if owed is not None:
        amount, part_id = owed.quantity, owed.part_id
        return make_obstacle(Reason(ReasonCode.PART_NOT_RETURNED, True, who, 0, amount, "parts", part_id))
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
        return make_obstacle(reason)
    return None


def _holder(problem: Problem, part_id: str, visit_id: str) -> str:
    """Return another visit that a part is held for; empty when there is none."""
    return min((v for v in holds_of(problem, part_id) if v != visit_id), default="")


def _first_day_with_part(problem: Problem, technician: Technician, visit: Visit, part_id: str) -> int | None:
    """Return the first later pick-up day on which an arrival makes a part suffice for a visit alone."""
    usable = {problem.day_index(arrival.usable_on) for arrival in problem.arrivals if arrival.part_id == part_id}
    drawn = [draw for draw in draws_of(problem, technician, visit) if draw.part_id == part_id]
    for day in sorted(day for day in usable if day > (pickup_day_of(problem, technician, 0) or 0)):
        if all(row.missing <= 0 for row in stock_rows(problem, part_id, day, drawn)):
            return day
    return None


def road_obstacle(tour: Tour) -> Obstacle | None:
    """Name a leg without a way, or the travel or the visits above the shift's limits."""
    who, shift = tour.technician.technician_id, tour.shift
    if tour.missing:
        origin, destination = tour.missing[0]
        return make_obstacle(Reason(ReasonCode.UNREACHABLE, True, who, subject=f"{origin} → {destination}"))
    over_s = max(
        0 if shift.max_leg_s is None else max(tour.legs_s) - shift.max_leg_s,
        0 if shift.max_travel_s is None else tour.travel_s - shift.max_travel_s,
    )
    if over_s > 0:
        return make_obstacle(Reason(ReasonCode.MAX_TRAVEL, True, who, 0, over_s, "s"))
    if shift.max_visits is not None and len(tour.visits) > shift.max_visits:
        over = len(tour.visits) - shift.max_visits
        return make_obstacle(Reason(ReasonCode.SHIFT_CAPACITY, True, who, 0, over, "visits"))
    return None


def _clock_obstacle(facts: Facts, shift: Shift, visit: Visit) -> Obstacle | None:
    """Name the timing rule without which the visit would fit: its lock, ready time, break, windows; else the shift."""
    tour, policy, who = facts.tour(shift, [visit]), facts.problem.policy, shift.technician_id
    timed = time_canonically(tour, policy)
    if timed.breach_s == 0:
        return None
    if timed.stops[0].window < 0:
        return make_obstacle(Reason(ReasonCode.TIME_WINDOW, True, who, subject="day"))
    service = tour.places[0]
    unlocked = replace(service, locked_from_s=-FAR_FUTURE_S, locked_until_s=FAR_FUTURE_S)
    anytime = replace(service, max_lateness_s=FAR_FUTURE_S, hours=None)
    without = {
        ReasonCode.PINNED_CONFLICT: replace(tour, places=(unlocked,)),
        ReasonCode.NOT_READY: replace(tour, places=(replace(service, ready_s=-FAR_FUTURE_S),)),
        ReasonCode.BREAK: replace(tour, shift=replace(shift, break_=None)),
        ReasonCode.TIME_WINDOW: replace(tour, places=(anytime,)),
    }
    fits = (code for code, other in without.items() if time_canonically(other, policy).breach_s == 0)
    code = next(fits, ReasonCode.SHIFT_CAPACITY)
    return make_obstacle(Reason(code, True, who, 0, timed.breach_s, "s"))


# --- the shortest way over any visits -------------------------------------------------------------------------------

#: Longer than any way; stands for "no way".
_NO_WAY_S = 10**9


@dataclass(frozen=True, slots=True)
class Roads:
    """Shortest ways between the ends of a day and the visits, other visits in between at no time; found once."""

    facts: Facts
    _found: dict[tuple[str, str, int | None, bool], dict[str, int]] = field(default_factory=dict)

    def shortest_s(self, shift: Shift, place: str, visit_id: str, *, is_homeward: bool = False) -> int | None:
        """Return the seconds from a place to a visit, or from the visit to the place, on legs that the shift allows."""
        key = (shift.profile, place, shift.max_leg_s, is_homeward)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return self._found[key].get(visit_id)

    def _search(self, profile: str, place: str, max_leg_s: int | None, is_homeward: bool) -> dict[str, int]:
        """Run Dijkstra's algorithm on the dense matrix, from the place over the visits."""
        matrix = self.facts.matrix
        visits = [visit.visit_id for visit in self.facts.problem.visits if visit.visit_id in matrix.row_of]
        if profile not in matrix.profiles or place not in matrix.row_of or not visits:
            return {}
        legs: NDArray[np.int64] = matrix.seconds[matrix.profiles.index(profile)].astype(np.int64)
        legs = legs.T if is_homeward else legs
        longest_s = _NO_WAY_S if max_leg_s is None else max_leg_s
        legs = np.where((legs < 0) | (legs > longest_s), _NO_WAY_S, legs)
        rows = np.array([matrix.row_of[visit_id] for visit_id in visits])
        way_s, between = legs[matrix.row_of[place], rows], legs[np.ix_(rows, rows)]
        is_open = np.ones(len(rows), dtype=bool)
        for _ in rows:
            nearest = int(np.argmin(np.where(is_open, way_s, 2 * _NO_WAY_S)))
            is_open[nearest] = False
            way_s = np.minimum(way_s, way_s[nearest] + between[nearest])
        ways = zip(visits, way_s.tolist(), strict=True)
        return {visit_id: seconds for visit_id, seconds in ways if seconds < _NO_WAY_S}


def may_fit_somehow(roads: Roads, tour: Tour) -> bool:
    """Say whether a lone visit might fit some fuller day: driven the shortest way, with a break at any moment of it.

    A break at a moment of a leg never ends the leg earlier than a break right after it does, so that it is enough to
    let that one begin as late as the leg would begin by the close of the window.
    """
    shift, visit = tour.shift, tour.visits[0]
    ways = (
        roads.shortest_s(shift, start_key(tour.technician), visit.visit_id),
        roads.shortest_s(shift, end_key(tour.technician), visit.visit_id, is_homeward=True),
    )
    out_s, back_s = ways
    if out_s is None or back_s is None or shift.max_visits == 0:
        return False
    quick = replace(tour, legs_s=(out_s, back_s), missing=())
    if shift.max_travel_s is not None and quick.travel_s > shift.max_travel_s:
        return False
    if shift.break_ is None or not tour.needs_break:
        return time_with_slot(quick, None).breach_s == 0
    for leg, leg_s in enumerate(quick.legs_s):
        window = replace(shift.break_.window, close_s=shift.break_.window.close_s + leg_s)
        free = replace(quick, shift=replace(shift, break_=replace(shift.break_, window=window)))
        if time_with_slot(free, 2 * leg + 1).breach_s == 0:
            return True
    return False
