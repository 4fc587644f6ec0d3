"""What blocks one visit with one technician in any plan: the first rule, and how much is missing.

Who may not serve the visit, lacks a skill or cannot have a part never can. Roads and the clock are subtler: travel is
used as given, so a detour over other visits may be a shorter way, and a break may fit at a place on that way. A reason
of that kind is a proof only when even the shortest way over any visits, with a break at any moment of it, does not help
(`may_fit_somehow`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.domain.plan import BUSINESS, DUTY, PAUSE, Reason, ReasonCode
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import BRANCH_PLACE, LockLevel, end_key, start_key
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.carried import loads_of, tool_units, units_there
from optimizer.judge.facts import NO_WAITS, Crew, Waits, gaps_in
from optimizer.judge.hard_rules import past_due_loan, refusals_left
from optimizer.judge.pauses import Pausing
from optimizer.judge.stock import (
    Draw,
    arrival_moments,
    holds_of,
    needs_of,
    own_parts_of,
    picked_up_s,
    stock_rows,
    stock_shortages,
    take_own,
    usable_from,
)
from optimizer.judge.timing import time_canonically, time_with_slot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from optimizer.domain.order import PartNeed, SkillNeed, Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift, Technician
    from optimizer.judge.facts import Facts, Service, Tour
    from optimizer.judge.stock import Shortage
    from optimizer.judge.timing import TimedTour


#: How near a technician comes who is stopped by a reason: who is stopped by a later one comes nearer.
FARTHEST_FIRST = (
    ReasonCode.PINNED_CONFLICT,
    ReasonCode.TECHNICIAN_NOT_ALLOWED,
    ReasonCode.SKILL,
    ReasonCode.SKILL_LEVEL,
    ReasonCode.CERTIFICATE_EXPIRED,
    ReasonCode.AREA,
    ReasonCode.LOAD,
    ReasonCode.TOOL_IN_USE,
    ReasonCode.PART_NOT_RETURNED,
    ReasonCode.PART_OUT_OF_STOCK,
    ReasonCode.PART_ARRIVES_LATE,
    ReasonCode.UNREACHABLE,
    ReasonCode.MAX_TRAVEL,
)
#: Whom the clock stops, or only a rule of the judge that has no reason of its own here, comes nearer than all of these.
CLOCK, BY_RULE = len(FARTHEST_FIRST), len(FARTHEST_FIRST) + 1


@dataclass(frozen=True, slots=True)
class BlockingReason:
    """What stops one technician; `rank` says how far he came, `missing` how much is missing in all."""

    reason: Reason
    rank: int
    missing: int

    @property
    def nearness(self) -> tuple[int, int, str, int]:
        """Sort key: the nearest first, ties by id and day."""
        return (-self.rank, self.missing, self.reason.technician_id, self.reason.day)


def blocking_of_person(facts: Facts, shift: Shift, visit: Visit, *, leads: bool = True) -> BlockingReason | None:
    """Return the lock, refusal or skill that keeps a technician from a visit, whatever the day looks like.

    Parameters
    ----------
    leads
        Whether the technician serves alone or leads the crew; else as a member.
    """
    problem, technician = facts.problem, facts.problem.technician_by_id[shift.technician_id]
    is_lead = _role(facts, shift, visit, leads=leads) is not None
    needs = problem.lead_skills_needed(visit) if is_lead else problem.skills_needed(visit)
    return _lock_blocking(facts, shift, visit) or _person_blocking(facts, technician, visit, needs, shift.day)


def blocking_alone(roads: Roads, shift: Shift, visit: Visit, *, leads: bool = True) -> BlockingReason | None:
    """Return the first rule that keeps a technician from a visit in every plan; `None` when none is sure to.

    It asks what `blocking_of_person` does not: what is carried, roads and the clock.

    Parameters
    ----------
    leads
        Whether the technician serves alone or leads the crew, and so brings parts and tools; else as a member.
    """
    facts, problem = roads.facts, roads.facts.problem
    technician, crew = problem.technician_by_id[shift.technician_id], _role(roads.facts, shift, visit, leads=leads)
    if leads:
        carried = (
            (_load_blocking(facts.tour(shift, [visit])) if visit.loads else None)
            or _tool_blocking(problem, technician, visit, shift.day)
            or _part_blocking(roads, technician, visit, shift.day)
        )
        if carried is not None:
            return carried
    found = None
    crews = {} if crew is None else {visit.visit_id: crew}
    for way in _ways_to_parts(roads, shift, visit) if leads else (WayToParts(),):
        tour = facts.tour(shift, [visit], branch_at=way.branch_at, crews=crews, waits=way.waits)
        found = road_blocking(tour) or _clock_blocking(facts, tour)
        if found is None or may_fit_somehow(roads, tour):
            return None
    return found


def _role(facts: Facts, shift: Shift, visit: Visit, *, leads: bool) -> Crew | None:
    """Return a crew that stands for a technician's role: its lead, with nobody slower in it."""
    is_crew = facts.problem.crew_size_of(visit) > 1
    return Crew((shift.technician_id,), shift.technician_id) if is_crew and leads else None


def make_blocking(reason: Reason, *, missing: int | None = None) -> BlockingReason:
    """Rank a reason by how near it lets a technician come."""
    rank = FARTHEST_FIRST.index(reason.code) if reason.code in FARTHEST_FIRST else CLOCK
    if reason.code is ReasonCode.PINNED_CONFLICT and reason.unit == "s":
        rank = CLOCK  # A start is missed, not a person: that is a matter of the clock.
    if (reason.code, reason.subject) == (ReasonCode.MAX_TRAVEL, DUTY):
        rank = CLOCK  # How long a day lasts is a matter of the clock, too.
    if (reason.code, reason.unit) == (ReasonCode.PART_ARRIVES_LATE, "s"):
        rank = CLOCK  # The part comes that day: too late is a matter of the clock, too.
    if reason.unit == "visits":
        rank = FARTHEST_FIRST.index(ReasonCode.MAX_TRAVEL)
    if reason.code is ReasonCode.RULE:
        rank = BY_RULE
    return BlockingReason(reason, rank, reason.amount if missing is None else missing)


def _lock_blocking(facts: Facts, shift: Shift, visit: Visit) -> BlockingReason | None:
    """Somebody else, or another day, is locked; he then comes nearer himself, unless he has no shift."""
    is_crew = facts.problem.crew_size_of(visit) > 1
    for lock in facts.locks.get(visit.visit_id, ()):
        is_other_day = lock.level in (LockLevel.DAY, LockLevel.PREFIX) and lock.day != shift.day
        if is_other_day or (lock.technician_id != shift.technician_id and not is_crew):
            day = lock.day if is_other_day else shift.day
            return make_blocking(Reason(ReasonCode.PINNED_CONFLICT, True, lock.technician_id, day, subject="person"))
    return None


def _person_blocking(
    facts: Facts, technician: Technician, visit: Visit, needs: Sequence[SkillNeed], day: int
) -> BlockingReason | None:
    who, refused, on = technician.technician_id, refusals_left(facts, technician, visit), facts.problem.date_of(day)
    barred = [name for name in refused if name != "area"]
    if barred:
        return make_blocking(Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, True, who, day, subject=barred[0]))
    gaps = gaps_in(technician, needs, on)
    missing = sum(gap.levels for gap in gaps)
    for gap in sorted(gaps, key=lambda gap: (gap.held is not None, gap.is_expired)):
        skill, code, amount, unit = gap.need.skill, ReasonCode.SKILL_LEVEL, gap.levels, "levels"
        if gap.held is None:
            code = ReasonCode.SKILL
        elif gap.is_expired:
            code, unit = ReasonCode.CERTIFICATE_EXPIRED, "days"
            until, since = gap.held.valid_until, gap.held.valid_from
            amount = _days_off(since, until, on)
        return make_blocking(Reason(code, True, who, day, amount, unit, skill), missing=missing)
    if "area" in refused:
        return make_blocking(Reason(ReasonCode.AREA, True, who, day, subject=visit.area))
    return None


def _days_off(since: date | None, until: date | None, on: date) -> int:
    """Return how many days a certificate is away from holding on a date."""
    if until is not None and until < on:
        return (on - until).days
    return 0 if since is None else (since - on).days


def _load_blocking(tour: Tour) -> BlockingReason | None:
    who, day = tour.technician.technician_id, tour.shift.day
    for one in loads_of(tour):
        if one.amount > one.limit:
            over = one.amount - one.limit
            return make_blocking(Reason(ReasonCode.LOAD, True, who, day, over, "load", one.quantity))
    return None


def _tool_blocking(problem: Problem, technician: Technician, visit: Visit, day: int) -> BlockingReason | None:
    for tool_id, units in sorted(tool_units(visit).items()):
        own = sum(tool.units for tool in technician.own_tools if tool.tool_id == tool_id)
        missing = units - own - units_there(problem, tool_id)
        if missing > 0:
            who = technician.technician_id
            return make_blocking(Reason(ReasonCode.TOOL_IN_USE, True, who, day, missing, "tools", tool_id))
    return None


def _missing_parts(technician: Technician, visit: Visit) -> tuple[PartNeed, ...]:
    """Return what the branch has to give for a visit at least: all of the technician's own parts are used for it."""
    return take_own(own_parts_of(technician), needs_of(visit))


class WayToParts(NamedTuple):
    """How the parts of a lone visit reach a technician: as the route leaves, or by a stop at the branch before it."""

    branch_at: int | None = None
    waits: Waits = NO_WAITS


def _ways_to_parts(roads: Roads, shift: Shift, visit: Visit) -> list[WayToParts]:
    """Return the ways by which a visit's parts reach a technician, waiting at the branch only as long as it takes."""
    facts, problem = roads.facts, roads.facts.problem
    technician = problem.technician_by_id[shift.technician_id]
    missing = _missing_parts(technician, visit)
    if not missing:
        return [WayToParts()]
    tour, opens_s = facts.tour(shift, [visit]), facts.branch_service(shift.day).windows[0].open_s
    moments = arrival_moments(problem, {part.part_id for part in missing}, shift.day)

    def can_be_had(day: int, picked_s: int) -> bool:
        return not roads.shortages(_draws(visit, missing, day, picked_s))

    on_the_way = [
        WayToParts(0, Waits(stops_s=moment_s) if moment_s > opens_s else NO_WAITS)
        for moment_s in (opens_s, *moments)
        if moment_s >= opens_s and can_be_had(shift.day, moment_s)
    ]
    if technician.starts_at_branch:
        if can_be_had(shift.day, tour.picks_s if moments else FAR_FUTURE_S):
            return [WayToParts()]
        waits = [WayToParts(None, Waits(moment_s)) for moment_s in moments if can_be_had(shift.day, moment_s)]
        return on_the_way[:1] if tour.floor_leg else waits[:1]
    eve_s = picked_up_s(problem, technician, shift.day, leaves_s=tour.leaves_s, stop_s=None)
    from_eve = problem.policy.pickup is not Pickup.STOP and can_be_had(shift.day - 1, eve_s)
    return [WayToParts()] * from_eve + on_the_way[:1]


def _draws(visit: Visit, parts: Sequence[PartNeed], pickup_day: int, picked_s: int = FAR_FUTURE_S) -> tuple[Draw, ...]:
    return tuple(Draw(visit.visit_id, part.part_id, part.quantity, pickup_day, picked_s) for part in parts)


def waits_of(tour: Tour) -> Waits:
    """Return until when a tour waits at the branch for parts."""
    return Waits(tour.wait_s, -FAR_FUTURE_S if tour.branch_at is None else tour.places[tour.branch_at].ready_s)


def late_part(facts: Facts, timed: TimedTour, *, proven: bool) -> Reason | None:
    """Return that a part arrives too late for a day that waits for one at the branch and would be in time otherwise."""
    tour = timed.tour
    moment_s = max(waits_of(tour))
    if moment_s <= -FAR_FUTURE_S:
        return None
    places = (one if one.visit is not None else replace(one, ready_s=-FAR_FUTURE_S) for one in tour.places)
    at_once = replace(tour, wait_s=-FAR_FUTURE_S, places=tuple(places))
    if time_canonically(at_once, facts.problem.policy).breach_s:
        return None
    needed = {need.part_id for visit in tour.visits for need in visit.parts}
    part_id = min(p for p in needed if moment_s in arrival_moments(facts.problem, {p}, tour.shift.day))
    most_s = max(timed.past_limit_s, timed.past_break_s, timed.past_duty_s, *(stop.breach_s for stop in timed.places))
    who, day = tour.technician.technician_id, tour.shift.day
    return Reason(ReasonCode.PART_ARRIVES_LATE, proven, who, day, most_s, "s", part_id, moment_s=moment_s)


def _part_blocking(roads: Roads, technician: Technician, visit: Visit, day: int) -> BlockingReason | None:
    problem = roads.facts.problem
    who, missing = technician.technician_id, _missing_parts(technician, visit)
    if not missing:
        return None
    owed = past_due_loan(problem, who, problem.date_of(day))
    if owed is not None:
        amount, part_id = owed.quantity, owed.part_id
        return make_blocking(Reason(ReasonCode.PART_NOT_RETURNED, True, who, day, amount, "parts", part_id))
    # A stop at the branch on the day finds whatever the evening before has, and more.
    for short in roads.shortages(_draws(visit, missing, day)):
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
        arrives = _first_day_with_part(problem, visit, missing, short.part_id, day)
        if arrives is not None:
            reason = replace(reason, code=ReasonCode.PART_ARRIVES_LATE, day=arrives, visit_id="")
        return make_blocking(reason)
    return None


def _holder(problem: Problem, part_id: str, visit_id: str) -> str:
    """Return another visit that a part is held for; empty when there is none."""
    return min((v for v in holds_of(problem, part_id) if v != visit_id), default="")


def _first_day_with_part(
    problem: Problem, visit: Visit, missing: Sequence[PartNeed], part_id: str, day: int
) -> int | None:
    """Return the first later pick-up day on which an arrival makes a part suffice for a visit alone."""
    usable = {usable_from(problem, arrival)[0] for arrival in problem.arrivals if arrival.part_id == part_id}
    needed = [part for part in missing if part.part_id == part_id]
    for later in sorted(other for other in usable if other > day):
        if all(row.missing <= 0 for row in stock_rows(problem, part_id, later, _draws(visit, needed, later))):
            return later
    return None


def road_blocking(tour: Tour) -> BlockingReason | None:
    """Name a leg without a way, or the travel or the visits above the shift's limits."""
    who, shift = tour.technician.technician_id, tour.shift
    if tour.missing:
        origin, destination = tour.missing[0]
        return make_blocking(Reason(ReasonCode.UNREACHABLE, True, who, shift.day, subject=f"{origin} → {destination}"))
    over_s = max(
        max(tour.leg_excess_s(leg) for leg in range(len(tour.legs_s))),
        0 if shift.max_travel_s is None else tour.drive_s - shift.max_travel_s,
    )
    if over_s > 0:
        return make_blocking(Reason(ReasonCode.MAX_TRAVEL, True, who, shift.day, over_s, "s"))
    if shift.max_visits is not None and len(tour.visits) > shift.max_visits:
        over = len(tour.visits) - shift.max_visits
        return make_blocking(Reason(ReasonCode.SHIFT_CAPACITY, True, who, shift.day, over, "visits"))
    return None


def _clock_blocking(facts: Facts, tour: Tour) -> BlockingReason | None:
    """Name the timing rule without which the visit would fit: its lock, ready time, break, windows; else the shift."""
    shift, policy = tour.shift, facts.problem.policy
    timed, who = time_canonically(tour, policy), shift.technician_id
    if timed.breach_s == 0:
        return None
    late = late_part(facts, timed, proven=True)
    if late is not None:
        return make_blocking(late, missing=timed.breach_s)
    if timed.past_duty_s:
        reason = Reason(ReasonCode.MAX_TRAVEL, True, who, shift.day, timed.past_duty_s, "s", DUTY)
        return make_blocking(reason)
    if timed.stops[0].window < 0:
        return make_blocking(Reason(ReasonCode.TIME_WINDOW, True, who, shift.day, subject="day"))
    service = tour.services[0]
    unlocked = replace(service, locked_from_s=-FAR_FUTURE_S, locked_until_s=FAR_FUTURE_S)
    anytime = replace(service, max_lateness_s=FAR_FUTURE_S, hours=None)
    without = {
        ReasonCode.TIME_PASSED: _from_the_beginning(facts, tour),
        ReasonCode.REST: _unrested(facts, tour),
        ReasonCode.PINNED_CONFLICT: _with_visit(tour, unlocked),
        ReasonCode.NOT_READY: _with_visit(tour, replace(service, ready_s=-FAR_FUTURE_S)),
        ReasonCode.BREAK: replace(tour, shift=replace(shift, break_=None)),
        ReasonCode.TIME_WINDOW: _with_visit(tour, anytime),
    }
    fits = (code for code, other in without.items() if time_canonically(other, policy).breach_s == 0)
    code = next(fits, ReasonCode.SHIFT_CAPACITY)
    is_stop = tour.branch_at is not None and code in (ReasonCode.SHIFT_CAPACITY, ReasonCode.TIME_WINDOW)
    subject = window_subject(facts.problem, tour.visits[0]) if code is ReasonCode.TIME_WINDOW else ""
    if code in (ReasonCode.BREAK, ReasonCode.TIME_WINDOW) and _fits_with_pause(facts, tour):
        subject = PAUSE
    # Who would begin so much sooner breaks nothing any more: what is too late twice is not twice as late.
    most_s = max(timed.past_limit_s, timed.past_break_s, *(stop.breach_s for stop in timed.places))
    reason = Reason(code, True, who, shift.day, most_s, "s", "stop" if is_stop else subject)
    return make_blocking(reason, missing=timed.breach_s)


def _fits_with_pause(facts: Facts, tour: Tour) -> bool:
    """Return whether a tour of one long service would fit if the branch let its kind pause."""
    service, policy = tour.services[0], facts.problem.policy
    is_alone = service.crew is None and tour.visits[0].visit_id not in facts.linked
    if service.pausing is not None or not is_alone or service.duration_s <= policy.pause_over_s:
        return False
    pausing = Pausing(service.duration_s, policy.pause_leave_s, service.hours, is_bound=True)
    return time_canonically(_with_visit(tour, replace(service, pausing=pausing)), policy).breach_s == 0


def window_subject(problem: Problem, visit: Visit) -> str:
    """Return what a missed window is: `BUSINESS` hours where the customer has neither window nor hours, else empty."""
    order, customer = problem.order_of(visit), problem.customer_of(visit)
    has_own = order.promised or order.requested or customer.opening is not None or problem.is_emergency_call(visit)
    return "" if has_own else BUSINESS


def _from_the_beginning(facts: Facts, tour: Tour) -> Tour:
    """Return a tour as it could have been driven if the plan had been made before the shift began."""
    morning_s = facts.problem.policy.morning_s if tour.technician.starts_at_branch else 0
    places = tuple(replace(place, floor_s=-FAR_FUTURE_S) for place in tour.places)
    return replace(tour, depart_s=tour.shift.start_s + morning_s, floor_s=-FAR_FUTURE_S, places=places)


def _unrested(facts: Facts, tour: Tour) -> Tour:
    """Return a tour of one visit as it could be driven if nobody had to rest."""
    rostered, service = facts.rostered[tour.shift.technician_id, tour.shift.day], tour.services[0]
    crews = {} if service.crew is None else {tour.visits[0].visit_id: service.crew}
    return facts.tour(rostered, tour.visits, branch_at=tour.branch_at, crews=crews, waits=waits_of(tour))


def _with_visit(tour: Tour, service: Service) -> Tour:
    """Return a tour of one visit with that visit served otherwise."""
    return replace(tour, places=(*tour.places[:-1], service))


# --- the shortest way over any visits -------------------------------------------------------------------------------

#: Longer than any way; stands for "no way".
_NO_WAY_S = 10**9


@dataclass(frozen=True, slots=True)
class Roads:
    """Shortest ways between the ends of a day, the visits and the branch, over others at no time; found once.

    What the stock allows for some draws is kept beside them: the same is asked for everybody who starts at the branch.
    """

    facts: Facts
    _found: dict[tuple[str, str, int | None, bool, bool], dict[str, int]] = field(default_factory=dict)
    _legs: dict[tuple[str, int | None, bool, bool], _Open] = field(default_factory=dict)
    _shortages: dict[tuple[Draw, ...], list[Shortage]] = field(default_factory=dict)

    def shortages(self, draws: tuple[Draw, ...]) -> list[Shortage]:
        """Return each part that is short when these draws are all, found once."""
        if draws not in self._shortages:
            self._shortages[draws] = stock_shortages(self.facts.problem, draws)
        return self._shortages[draws]

    def shortest_s(
        self, shift: Shift, place: str, key: str, *, is_homeward: bool = False, is_driven: bool = False
    ) -> int | None:
        """Return the seconds from a place to a visit or the branch, or back from there, on legs the shift allows.

        `is_driven` counts the driving alone, without the time at the doors.
        """
        search = (shift.profile, place, self.facts.longest_leg_s(shift), is_homeward, is_driven)
        if search not in self._found:
            self._found[search] = self._search(*search)
        return self._found[search].get(key)

    def _search(
        self, profile: str, place: str, max_leg_s: int | None, is_homeward: bool, is_driven: bool
    ) -> dict[str, int]:
        """Run Dijkstra's algorithm on the dense matrix, from the place over the visits and the branch."""
        matrix = self.facts.matrix
        if profile not in matrix.profiles or place not in matrix.row_of:
            return {}
        asked = (profile, max_leg_s, is_homeward, is_driven)
        if asked not in self._legs:
            self._legs[asked] = self._open_legs(*asked)
        legs, row = self._legs[asked], matrix.row_of[place]
        drives_s, ways_s = self._seconds(profile, is_driven)
        ends = (legs.rows, row) if is_homeward else (row, legs.rows)
        way_s = _open_s(drives_s[ends], ways_s[ends], max_leg_s)
        is_open = np.ones(len(legs.rows), dtype=bool)
        for _ in legs.rows:
            nearest = int(np.argmin(np.where(is_open, way_s, 2 * _NO_WAY_S)))
            if way_s[nearest] >= _NO_WAY_S:
                break
            is_open[nearest] = False
            way_s = np.minimum(way_s, way_s[nearest] + legs.between_s[nearest])
        ways = zip(legs.keys, way_s.tolist(), strict=True)
        return {key: seconds for key, seconds in ways if seconds < _NO_WAY_S}

    def _seconds(self, profile: str, is_driven: bool) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the driving of all legs, and what counts of them."""
        drives_s = self.facts.matrix.seconds[self.facts.matrix.profiles.index(profile)]
        return drives_s, drives_s if is_driven else self.facts.ways_s(profile)

    def _open_legs(self, profile: str, max_leg_s: int | None, is_homeward: bool, is_driven: bool) -> _Open:
        matrix = self.facts.matrix
        keys = [BRANCH_PLACE, *(visit.visit_id for visit in self.facts.problem.visits)]
        keys = [key for key in keys if key in matrix.row_of]
        rows = np.array([matrix.row_of[key] for key in keys], np.int64)
        drives_s, ways_s = self._seconds(profile, is_driven)
        if len(rows) < len(drives_s) or not (np.diff(rows) == 1).all():
            drives_s, ways_s = drives_s[np.ix_(rows, rows)], ways_s[np.ix_(rows, rows)]
        between_s = _open_s(drives_s, ways_s, max_leg_s)
        return _Open(keys, rows, np.ascontiguousarray(between_s.T) if is_homeward else between_s)


class _Open(NamedTuple):
    """The branch and the visits, their rows in the matrix, and the legs between them that a shift allows, in seconds.

    Homeward, the legs are turned round.
    """

    keys: list[str]
    rows: NDArray[np.int64]
    between_s: NDArray[np.int32]


def _open_s(drives_s: NDArray[np.int32], ways_s: NDArray[np.int32], max_leg_s: int | None) -> NDArray[np.int32]:
    """Return ways with those that are missing or too long a drive as `_NO_WAY_S`; two add up within 32 bits."""
    if max_leg_s is None and drives_s.min(initial=0) >= 0:
        return ways_s
    longest_s = _NO_WAY_S if max_leg_s is None else max_leg_s
    return np.where((drives_s < 0) | (drives_s > longest_s), np.int32(_NO_WAY_S), ways_s)


def may_fit_somehow(roads: Roads, tour: Tour) -> bool:
    """Return whether visits might fit some fuller day in this order: driven the shortest way, with a break anywhere.

    A break at a moment of a leg never ends the leg earlier than a break right after it does, so that it is enough to
    let that one begin as late as the leg would begin by the close of the window.
    """
    tour = replace(tour, shift=roads.facts.with_all_exceptions(tour.shift))
    shift = tour.shift
    on_the_way = [BRANCH_PLACE if place.visit is None else place.visit.visit_id for place in tour.places]
    there, home = list(pairwise([start_key(tour.technician), *on_the_way])), (end_key(tour.technician), on_the_way[-1])

    def shortest(is_driven: bool) -> tuple[int, ...]:
        out = [roads.shortest_s(shift, *pair, is_driven=is_driven) for pair in there]
        back = roads.shortest_s(shift, *home, is_homeward=True, is_driven=is_driven)
        return tuple(way_s for way_s in (*out, back) if way_s is not None)

    legs_s = shortest(is_driven=False)
    if len(legs_s) < len(tour.legs_s) or (shift.max_visits is not None and len(tour.visits) > shift.max_visits):
        return False
    quick = replace(tour, legs_s=legs_s, missing=())
    if shift.max_travel_s is not None and sum(shortest(is_driven=True)) > shift.max_travel_s:
        return False
    if shift.max_duty_s is not None:
        rest_s = shift.break_.length_s if shift.break_ is not None and tour.needs_break else 0
        if quick.travel_s + sum(place.duration_s for place in quick.places) + rest_s > shift.max_duty_s:
            return False
        # More than that is not sure: where there are several windows, a fuller day may begin so much later.
        shift = replace(shift, max_duty_s=None)
        quick = replace(quick, shift=shift)
    if shift.break_ is None or not tour.needs_break:
        return time_with_slot(quick, None).breach_s == 0
    for leg, leg_s in enumerate(quick.legs_s):
        window = replace(shift.break_.window, close_s=shift.break_.window.close_s + leg_s)
        free = replace(quick, shift=replace(shift, break_=replace(shift.break_, window=window)))
        if time_with_slot(free, 2 * leg + 1).breach_s == 0:
            return True
    return any(time_with_slot(quick, slot).breach_s == 0 for slot in quick.slots[quick.first_inside :])
