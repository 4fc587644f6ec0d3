"""Every place for a visit in the present plan: what stops it there, or what it would cost.

A place is a technician's day, or for a crew the days of several, with the visit at some point of it and perhaps with a
stop at the branch. A day that waits for others, or others for it, is timed again together with them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import BRANCH_STOP, Plan, Reason, ReasonCode, Route
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import BRANCH_PLACE, end_key, start_key
from optimizer.domain.rules import Rule
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge_carried import loads_of, tools_of, tools_out, units_there
from optimizer.judge_costs import fairness_cents, price_route, work_of
from optimizer.judge_drafts import stated_draft, tours_of
from optimizer.judge_facts import Crew, choose_lead, gaps_in
from optimizer.judge_links import time_together
from optimizer.judge_rules import Case, JudgedDay, past_due_loan, prefix_of
from optimizer.judge_stock import drawn_parts, draws_of_tour, pickup_day_of, stock_shortages
from optimizer.judge_timing import TimedTour, time_canonically
from optimizer.judge_together import crew, precedence
from optimizer.obstacles import Obstacle, Roads, make_obstacle, obstacle_alone, road_obstacle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.technician import Shift
    from optimizer.judge_facts import Facts, Tour
    from optimizer.judge_stock import Draw

#: In how many technicians' days, those with the least detour, a place for a visit is looked for.
LOOKED_AT = 25
#: The same for a crew, on each day: all their days are tried in every combination.
LOOKED_AT_FOR_CREWS = 3

#: A technician's day: id and day index.
Key = tuple[str, int]


class Place(NamedTuple):
    """Where a visit fits: who serves it, or leads its crew, the day index, and what it adds to the plan's cost."""

    technician_id: str
    day: int
    extra_cents: int


@dataclass(frozen=True, slots=True)
class Scene:
    """The present plan, as the questions need it.

    Parameters
    ----------
    timed, cents, draws
        Each technician's timed day, its price, and what it draws from the branch.
    planned
        Visit id to the technicians and days that serve it.
    followers
        Visit id to the visits that come after it.
    work_s, fairness_cents
        Everybody's work, and what fairness makes of it.
    """

    facts: Facts
    roads: Roads
    timed: Mapping[Key, TimedTour]
    cents: Mapping[Key, int]
    draws: Mapping[Key, Sequence[Draw]]
    planned: Mapping[str, tuple[Key, ...]]
    followers: Mapping[str, Sequence[str]]
    work_s: Mapping[str, int]
    fairness_cents: int
    _alone: dict[object, Obstacle | None] = field(default_factory=dict)
    _shortages: dict[object, Obstacle | None] = field(default_factory=dict)

    def alone(self, shift: Shift, visit: Visit, *, leads: bool = True) -> Obstacle | None:
        """Return what keeps a technician from a visit in every plan; found once."""
        key = (shift.technician_id, shift.day, visit.visit_id, leads)
        if key not in self._alone:
            self._alone[key] = obstacle_alone(self.roads, shift, visit, leads=leads)
        return self._alone[key]

    def shortage(self, who: str, day: int, draws: Sequence[Draw]) -> Obstacle | None:
        """Return the part of which others leave a technician too few; found once."""
        key = (who, tuple(sorted((d.part_id, d.visit_id, d.quantity, d.pickup_day) for d in draws)))
        if key not in self._shortages:
            self._shortages[key] = _shortage(self, who, day, draws)
        return self._shortages[key]


def open_scene(facts: Facts, plan: Plan) -> Scene:
    """Time a plan again, canonically, as far as it can be timed."""
    drafts = {(route.technician_id, route.day): stated_draft(route) for route in plan.routes}
    found = tours_of(facts, list(drafts.values()))
    tours = [found[number] for number in sorted(found)]
    timed = {_key(one.tour): one for one in time_together(facts, tours, [None] * len(tours))}
    planned: dict[str, tuple[Key, ...]] = {}
    for one in timed.values():
        for visit in one.tour.visits:
            planned[visit.visit_id] = (*planned.get(visit.visit_id, ()), _key(one.tour))
    followers: dict[str, list[str]] = {}
    for visit in facts.problem.visits:
        for earlier in visit.after:
            followers.setdefault(earlier.visit_id, []).append(visit.visit_id)
    work_s: dict[str, int] = defaultdict(int)
    for one in timed.values():
        work_s[one.tour.technician.technician_id] += work_of(one)
    return Scene(
        facts=facts,
        roads=Roads(facts),
        timed=timed,
        cents={key: sum(price_route(facts, one).values()) for key, one in timed.items()},
        draws=_draws(facts, [one.tour for one in timed.values()]),
        planned=planned,
        followers=followers,
        work_s=dict(work_s),
        fairness_cents=fairness_cents(facts.problem, work_s),
    )


def _key(tour: Tour) -> Key:
    return tour.shift.technician_id, tour.shift.day


def _draws(facts: Facts, tours: Sequence[Tour]) -> dict[Key, list[Draw]]:
    parts = zip(tours, drawn_parts(tours), strict=True)
    return {_key(tour): draws_of_tour(facts.problem, tour, drawn) for tour, drawn in parts}


# --- one technician -------------------------------------------------------------------------------------------------


def single_places(scene: Scene, visit: Visit, shifts: Iterable[Shift]) -> Iterator[Place | Obstacle]:
    """Try a visit of one person at every place of the nearest days."""
    able = [shift for shift in shifts if scene.alone(shift, visit) is None]
    for shift in _nearest_days(scene, visit, able, LOOKED_AT):
        for sequence in _sequences(scene, shift, visit):
            yield _try(scene, visit, {_key_of(shift): sequence}, None)


def crew_places(scene: Scene, visit: Visit, shifts: Iterable[Shift]) -> Iterator[Place | Obstacle]:
    """Try a visit of several people with the nearest of each day, in every combination of places."""
    problem, size = scene.facts.problem, scene.facts.problem.crew_size_of(visit)
    able = [shift for shift in shifts if None in (scene.alone(shift, visit, leads=False), scene.alone(shift, visit))]
    for day in sorted({shift.day for shift in able}):
        today = [shift for shift in able if shift.day == day]
        near = _nearest_days(scene, visit, today, max(size, LOOKED_AT_FOR_CREWS))
        for people in combinations(near, size):
            members = tuple(sorted(shift.technician_id for shift in people))
            team = Crew(members, choose_lead(problem, visit, members, problem.date_of(day)))
            obstacle = _team_obstacle(scene, visit, team, day)
            if obstacle is not None:
                yield obstacle
                continue
            for sequences in product(*(list(_sequences(scene, shift, visit)) for shift in people)):
                routes = {_key_of(shift): sequence for shift, sequence in zip(people, sequences, strict=True)}
                yield _try(scene, visit, routes, team)


def _team_obstacle(scene: Scene, visit: Visit, team: Crew, day: int) -> Obstacle | None:
    """Name why these people are no crew: somebody who has to be in it is not, or nobody can lead."""
    problem, lead = scene.facts.problem, scene.facts.problem.technician_by_id[team.lead]
    wanted = {lock.technician_id for lock in scene.facts.locks.get(visit.visit_id, ())} - set(team.members)
    if wanted:
        who = min(wanted)
        return make_obstacle(Reason(ReasonCode.PINNED_CONFLICT, False, who, day, subject="person"))
    missing = visit.required - set(team.members)
    if missing and len(visit.required) < len(team.members):
        who = min(missing)
        return make_obstacle(Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, False, who, day, subject="crew"))
    on = problem.date_of(day)
    gaps = gaps_in(lead, problem.lead_skills_needed(visit), on)
    for who in team.members:
        if who != team.lead:
            gaps += gaps_in(problem.technician_by_id[who], problem.skills_needed(visit), on)
    for gap in gaps:
        return make_obstacle(
            Reason(ReasonCode.CREW_LEAD, False, team.lead, day, gap.levels, "levels", gap.need.skill),
            missing=sum(one.levels for one in gaps),
        )
    return None


def _key_of(shift: Shift) -> Key:
    return shift.technician_id, shift.day


def _nearest_days(scene: Scene, visit: Visit, shifts: Sequence[Shift], count: int) -> list[Shift]:
    """Return the days into which the visit fits with the least detour, so many of them, in their usual order."""
    if len(shifts) <= count:
        return list(shifts)
    detour_s = {_key_of(shift): _least_detour_s(scene, visit, shift) for shift in shifts}
    near = sorted(shifts, key=lambda shift: (detour_s[_key_of(shift)], _key_of(shift)))[:count]
    chosen = {_key_of(shift) for shift in near}
    return [shift for shift in shifts if _key_of(shift) in chosen]


def _least_detour_s(scene: Scene, visit: Visit, shift: Shift) -> int:
    """Return the least seconds of travel that the visit adds to a technician's day; missing ways count as far."""
    facts, day = scene.facts, scene.timed.get(_key_of(shift))
    technician = facts.problem.technician_by_id[shift.technician_id]
    places = () if day is None else day.tour.places
    on_the_way = [BRANCH_PLACE if place.visit is None else place.visit.visit_id for place in places]
    keys = [start_key(technician), *on_the_way, end_key(technician)]

    def travel_s(origin: str, destination: str) -> int:
        seconds = facts.travel_s(shift.profile, origin, destination)
        return FAR_FUTURE_S if seconds is None else seconds

    new = visit.visit_id
    return min(travel_s(a, new) + travel_s(new, b) - (travel_s(a, b) if places else 0) for a, b in pairwise(keys))


def _sequences(scene: Scene, shift: Shift, visit: Visit) -> Iterator[tuple[str, ...]]:
    """Yield a day's visits and stop at the branch with the visit at every place behind a started route's prefix.

    A new stop at the branch is tried wherever it may bring parts or let a technician load again.
    """
    day, problem = scene.timed.get(_key_of(shift)), scene.facts.problem
    places = () if day is None else day.tour.places
    present = [BRANCH_STOP if place.visit is None else place.visit.visit_id for place in places]
    held = len(prefix_of(problem, shift.technician_id, shift.day))
    for at in range(len(present) + 1):
        if sum(visit_id != BRANCH_STOP for visit_id in present[:at]) < min(held, len(present)):
            continue
        longer = (*present[:at], visit.visit_id, *present[at:])
        yield longer
        if BRANCH_STOP not in present and _may_need_a_stop(scene, shift, visit):
            for stop in range(len(longer)):
                yield (*longer[:stop], BRANCH_STOP, *longer[stop:])


def _may_need_a_stop(scene: Scene, shift: Shift, visit: Visit) -> bool:
    """Say whether a stop at the branch on the day may bring a visit's parts in time, or let a technician load again."""
    problem = scene.facts.problem
    technician, on = problem.technician_by_id[shift.technician_id], problem.date_of(shift.day)
    needed = {need.part_id for need in visit.parts if need.quantity > 0}
    arrives = any(arrival.part_id in needed and arrival.usable_on == on for arrival in problem.arrivals)
    fetches = bool(needed) and not technician.starts_at_branch and (problem.policy.pickup is Pickup.STOP or arrives)
    return fetches or (bool(technician.capacity) and bool(visit.loads))


# --- one place ------------------------------------------------------------------------------------------------------


def _try(scene: Scene, visit: Visit, sequences: Mapping[Key, tuple[str, ...]], team: Crew | None) -> Place | Obstacle:
    """Say what a visit costs at a place, or what stops it there."""
    tours = {key: _tour(scene, key, sequence, visit, team) for key, sequence in sequences.items()}
    for tour in tours.values():
        obstacle = _route_obstacle(tour) or _tool_obstacle(scene, tours, tour)
        if obstacle is None and visit.parts:
            obstacle = _part_obstacle(scene, tours, tour)
        if obstacle is not None:
            return obstacle
    timed = _time(scene, tours)
    for key in sorted(timed, key=lambda key: key not in tours):
        obstacle = _clock_obstacle(timed[key], visit)
        if obstacle is not None:
            return obstacle
    who, day = next(iter(tours)) if team is None else (team.lead, next(iter(tours))[1])
    obstacle = _link_obstacle(scene, visit, timed, (who, day))
    if obstacle is not None:
        return obstacle
    return Place(who, day, _extra_cents(scene, timed))


def _extra_cents(scene: Scene, changed: Mapping[Key, TimedTour]) -> int:
    """Return what the plan costs more with some days changed."""
    work_s, extra = dict(scene.work_s), 0
    for key, one in changed.items():
        before = scene.timed.get(key)
        work_s[key[0]] = work_s.get(key[0], 0) + work_of(one) - (0 if before is None else work_of(before))
        extra += sum(price_route(scene.facts, one).values()) - scene.cents.get(key, 0)
    return extra + fairness_cents(scene.facts.problem, work_s) - scene.fairness_cents


def _tour(scene: Scene, key: Key, sequence: Sequence[str], visit: Visit, team: Crew | None) -> Tour:
    present, facts = scene.timed.get(key), scene.facts
    services = () if present is None else present.tour.services
    crews = {one.visit.visit_id: one.crew for one in services if one.crew is not None and one.visit is not None}
    if team is not None:
        crews[visit.visit_id] = team
    visits = [facts.problem.visit_by_id[visit_id] for visit_id in sequence if visit_id != BRANCH_STOP]
    branch_at = sequence.index(BRANCH_STOP) if BRANCH_STOP in sequence else None
    return facts.tour(facts.shifts[key], visits, branch_at=branch_at, crews=crews)


def _time(scene: Scene, tours: Mapping[Key, Tour]) -> dict[Key, TimedTour]:
    """Time changed days, together with all that are linked with them."""
    linked = scene.facts.linked
    if all(linked.isdisjoint(visit.visit_id for visit in tour.visits) for tour in tours.values()):
        return {key: time_canonically(tour, scene.facts.problem.policy) for key, tour in tours.items()}
    found = dict(tours)
    waiting = list(tours)
    while waiting:
        for visit in found[waiting.pop()].visits:
            if visit.visit_id not in linked:
                continue
            near = [visit.visit_id, *(e.visit_id for e in visit.after), *scene.followers.get(visit.visit_id, ())]
            for key in {key for visit_id in near for key in scene.planned.get(visit_id, ())}:
                if key not in found:
                    found[key] = scene.timed[key].tour
                    waiting.append(key)
    plain = [_unlinked(tour) for tour in found.values()]
    return dict(zip(found, time_together(scene.facts, plain, [None] * len(plain)), strict=True))


def _unlinked(tour: Tour) -> Tour:
    """Return a tour without what it knows of others: they are asked again."""
    places = (
        replace(one, linked_from_s=-FAR_FUTURE_S, linked_until_s=FAR_FUTURE_S, is_awaited=False) for one in tour.places
    )
    return replace(tour, places=tuple(places), earlier={})


# --- what stops it --------------------------------------------------------------------------------------------------


def _route_obstacle(tour: Tour) -> Obstacle | None:
    """Name the road, or the load above what the technician can carry."""
    road = road_obstacle(tour)
    if road is not None:
        return replace(road, reason=replace(road.reason, proven=False))
    who, day = _key(tour)
    for one in loads_of(tour):
        if one.amount > one.limit:
            over = one.amount - one.limit
            return make_obstacle(Reason(ReasonCode.LOAD, False, who, day, over, "load", one.quantity))
    return None


def _tool_obstacle(scene: Scene, tours: Mapping[Key, Tour], tour: Tour) -> Obstacle | None:
    """Name a tool of which too few are left for a changed day, and another visit that has it."""
    needed = tools_of(tour)
    if not needed:
        return None
    (who, day), problem = _key(tour), scene.facts.problem
    others = {key: one.tour for key, one in scene.timed.items() if key[1] == day}
    out = tools_out({**others, **tours}.values())
    for tool_id in sorted(needed):
        missing = out[tool_id] - units_there(problem, tool_id)
        if missing > 0:
            takers = [
                visit.visit_id
                for key, one in others.items()
                for visit in one.visits
                if key not in tours and any(need.tool_id == tool_id for need in visit.tools)
            ]
            taker = min(takers, default="")
            return make_obstacle(Reason(ReasonCode.TOOL_IN_USE, False, who, day, missing, "tools", tool_id, taker))
    return None


def _part_obstacle(scene: Scene, tours: Mapping[Key, Tour], tour: Tour) -> Obstacle | None:
    """Name a part that cannot be handed over any more, or of which planned visits leave too few."""
    facts, (who, day) = scene.facts, _key(tour)
    own_days = {key: one.tour for key, one in scene.timed.items() if key[0] == who}
    everywhere = list({**own_days, **{key: one for key, one in tours.items() if key[0] == who}}.values())
    for one, drawn in zip(everywhere, drawn_parts(everywhere), strict=True):
        for number, parts in enumerate(drawn):
            after = one.is_after_branch(number)
            if parts and pickup_day_of(facts.problem, one.technician, one.shift.day, is_after_branch=after) is None:
                return make_obstacle(Reason(ReasonCode.UNREACHABLE, False, who, day, subject="stop"))
        owed = past_due_loan(facts.problem, who, facts.problem.date_of(one.shift.day))
        if owed is not None and any(drawn):
            reason = Reason(ReasonCode.PART_NOT_RETURNED, False, who, day, owed.quantity, "parts", owed.part_id)
            return make_obstacle(reason)
    draws = [draw for new in _draws(facts, everywhere).values() for draw in new]
    if not draws:
        return None
    return scene.shortage(who, day, draws)


def _shortage(scene: Scene, who: str, day: int, draws: Sequence[Draw]) -> Obstacle | None:
    """Return the part of which others leave a technician too few, if there is one, and a visit that has it."""
    needed = {draw.part_id for draw in draws}
    others = [draw for key, own in scene.draws.items() if key[0] != who for draw in own if draw.part_id in needed]
    for short in stock_shortages(scene.facts.problem, [*others, *draws]):
        takers = {draw.visit_id for own in scene.draws.values() for draw in own if draw.part_id == short.part_id}
        reason = Reason(
            ReasonCode.PART_OUT_OF_STOCK,
            False,
            who,
            short.day,
            short.missing,
            "parts",
            short.part_id,
            min(takers, default=""),
        )
        return make_obstacle(reason)
    return None


def _clock_obstacle(timed: TimedTour, visit: Visit) -> Obstacle | None:
    """Name where a day lacks most seconds."""
    if timed.breach_s == 0:
        return None
    who, day = _key(timed.tour)
    found = [(timed.past_limit_s, ReasonCode.SHIFT_CAPACITY, "", ""), (timed.past_break_s, ReasonCode.BREAK, "", "")]
    if timed.branch_stop is not None:
        found.append((timed.branch_stop.past_window_s, ReasonCode.SHIFT_CAPACITY, "branch", ""))
    for other, stop in zip(timed.tour.visits, timed.stops, strict=True):
        about = "" if other is visit else other.visit_id
        found.append((stop.past_window_s + stop.outside_hours_s, ReasonCode.TIME_WINDOW, "", about))
        found.append((stop.past_lock_s, ReasonCode.PINNED_CONFLICT, "", about))
        found.append((stop.past_gap_s, ReasonCode.PRECEDENCE, "", other.visit_id))
    amount, code, subject, about = max(found, key=lambda one: one[0])
    return make_obstacle(Reason(code, False, who, day, amount, "s", subject, about), missing=timed.breach_s)


def _link_obstacle(scene: Scene, visit: Visit, timed: Mapping[Key, TimedTour], place: Key) -> Obstacle | None:
    """Name a sequence that is broken, or people who cannot meet, now that the visit is there."""
    concerned = {other.visit_id for one in timed.values() for other in one.tour.visits}
    if scene.facts.linked.isdisjoint(concerned):
        return None
    here = tuple(key for key, one in timed.items() if any(other is visit for other in one.tour.visits))
    days = tuple(JudgedDay(Route(*key, 0, 0, ()), (), one) for key, one in timed.items())
    case = Case(scene.facts, Plan((), ()), days, {**scene.planned, visit.visit_id: here})
    who, day = place
    for violation in (*precedence(case), *crew(case)):
        if violation.visit_id in concerned:
            code = ReasonCode.PRECEDENCE if violation.rule is Rule.PRECEDENCE else ReasonCode.CREW_SIZE
            reason = Reason(code, False, who, day, violation.amount, violation.unit, visit_id=violation.visit_id)
            return make_obstacle(reason)
    return None
