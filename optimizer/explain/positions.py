"""Every insertion position of a visit in the present plan: what blocks it there, or what it would cost.

A position is a technician's day, or for a crew the days of several, with the visit at some point of it and perhaps
with a stop at the branch. Rules that have a sentence of their own are looked at here: what is carried, then roads, then
the clock. What passes them is put before the judge, and is a position only when no hard rule of the judge's list is
newly broken.

A day that waits for others, or others for it, is timed again together with them. For a visit of one
person the days are looked at nearest first, and of each day only the positions are timed that could still matter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations, islice, product
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import BRANCH_STOP, DUTY, Plan, Reason, ReasonCode, Route
from optimizer.domain.policy import Pickup
from optimizer.domain.rules import Rule
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.explain.blocking import (
    CLOCK,
    BlockingReason,
    late_part,
    make_blocking,
    road_blocking,
    waits_of,
    window_subject,
)
from optimizer.explain.scene import draws_of_days, key_of
from optimizer.judge.carried import loads_of, tools_out, units_there
from optimizer.judge.costs import load_cents, price_route, work_of
from optimizer.judge.crews import crew, precedence
from optimizer.judge.facts import NO_WAITS, Crew, Waits, choose_lead, gaps_in
from optimizer.judge.hard_rules import past_due_loan, prefix_of
from optimizer.judge.judged import JudgedDay, JudgedPlan
from optimizer.judge.links import time_together
from optimizer.judge.stock import (
    Draw,
    arrival_moments,
    drawn_parts,
    needs_of,
    own_parts_of,
    pickup_day_of,
    usable_from,
)
from optimizer.judge.timing import TimedTour, time_canonically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.technician import Shift
    from optimizer.explain.scene import Key, Scene, Shorter
    from optimizer.judge.facts import Tour

#: In how many technicians' days, those with the least detour, a position for a visit is looked for.
LOOKED_AT = 25
#: The same for a crew, on each day: all their days are tried in every combination.
LOOKED_AT_FOR_CREWS = 3


class Way(NamedTuple):
    """A day's visits and stop at the branch in order, and until when it waits there for parts."""

    ids: tuple[str, ...]
    waits: Waits = NO_WAITS


class Position(NamedTuple):
    """Where a visit fits: who serves it, or leads its crew, the day index, what it adds to the plan's cost, and how."""

    technician_id: str
    day: int
    extra_cents: int
    timed: Mapping[Key, TimedTour]

    @property
    def order(self) -> tuple[int, str, int]:
        """Sort key: the cheapest first, ties by technician and day."""
        return self.extra_cents, self.technician_id, self.day


@dataclass(slots=True)
class Best:
    """The best of what has been found: the cheapest position, else the reason that lets somebody come nearest."""

    position: Position | None = None
    blocking: BlockingReason | None = None

    def add(self, found: Position | BlockingReason) -> None:
        """Keep what has been found if it is better."""
        if isinstance(found, BlockingReason):
            if self.blocking is None or found.nearness < self.blocking.nearness:
                self.blocking = found
        elif self.is_improved_by(found):
            self.position = found

    def is_improved_by(self, position: Position) -> bool:
        """Return whether a position is cheaper than the best so far, ties by technician and day."""
        return self.position is None or position.order < self.position.order

    @property
    def most_breach_s(self) -> int:
        """By how many seconds a position may break the clock and still matter."""
        if self.position is not None:
            return 0
        if self.blocking is None or self.blocking.rank < CLOCK:
            return FAR_FUTURE_S
        return self.blocking.missing if self.blocking.rank == CLOCK else 0

    def __bool__(self) -> bool:
        return self.position is not None or self.blocking is not None


def best_position(scene: Scene, visit: Visit, is_up: Callable[[], bool], *, who: str = "") -> Best:
    """Return the best that the nearest days have for a visit of one person, or of a crew.

    Parameters
    ----------
    is_up
        Asked between positions once something has been found: then that is what is returned.
    who
        The technician whose days are looked at, where one person serves it; empty: everybody's.
    """
    if scene.facts.problem.crew_size_of(visit) > 1:
        return best_crew_position(scene, visit, is_up)
    return best_single_position(scene, visit, is_up, who=who)


# --- one technician -------------------------------------------------------------------------------------------------


def best_single_position(scene: Scene, visit: Visit, is_up: Callable[[], bool], *, who: str = "") -> Best:
    """Return the best that the nearest days have for a visit of one person.

    Parameters
    ----------
    is_up
        Asked between positions once something has been found: then that is what is returned.
    who
        The technician whose days are looked at; empty: everybody's.
    """
    best = Best()
    for shift in _nearest_able_days(scene, visit, who):
        if best and is_up():
            break
        carried = _lasting_blocking(scene, shift, visit)
        if carried is not None:
            best.add(carried)
            continue
        day = scene.open_day(shift)
        may_walk = day.is_open and visit.visit_id not in scene.facts.linked
        positions = [
            (day.least_breach_s(way.ids, visit, most_s=best.most_breach_s) if may_walk else 0, number, way)
            for number, way in enumerate(_ways(scene, shift, visit))
        ]
        for breach_s, _, way in sorted(positions):
            if breach_s > best.most_breach_s or (best and is_up()):
                break
            best.add(_try(scene, visit, {key_of(shift): way}, None, best))
    return best


def _nearest_able_days(scene: Scene, visit: Visit, who: str) -> Iterator[Shift]:
    """Yield the days of those whom nothing keeps from a visit for sure, the nearest first."""
    barred, count = scene.barred(visit), 0
    for shift in scene.near_first(visit):
        is_asked = who in ("", shift.technician_id)
        if is_asked and key_of(shift) not in barred and scene.alone(shift, visit) is None:
            yield shift
            count += 1
            if count == LOOKED_AT:
                return


def best_crew_position(scene: Scene, visit: Visit, is_up: Callable[[], bool]) -> Best:
    """Return the best that the nearest of each day have for a visit of several people, in every combination.

    Parameters
    ----------
    is_up
        Asked between positions once something has been found: then that is what is returned.
    """
    best = Best()
    for found in _crew_positions(scene, visit, best):
        best.add(found)
        if is_up():
            break
    return best


def _crew_positions(scene: Scene, visit: Visit, best: Best) -> Iterator[Position | BlockingReason]:
    problem, size = scene.facts.problem, scene.facts.problem.crew_size_of(visit)
    near_first = scene.near_first(visit)
    for day in sorted({shift.day for shift in near_first}):
        near = _nearest_able_people(scene, visit, [shift for shift in near_first if shift.day == day])
        for people in combinations(near, size):
            members = tuple(sorted(shift.technician_id for shift in people))
            team = Crew(members, choose_lead(problem, visit, members, problem.date_of(day)))
            blocking = _team_blocking(scene, visit, team, day)
            if blocking is not None:
                yield blocking
                continue
            for ways in product(*(list(_ways(scene, shift, visit)) for shift in people)):
                routes = {key_of(shift): way for shift, way in zip(people, ways, strict=True)}
                yield _try(scene, visit, routes, team, best)


def _nearest_able_people(scene: Scene, visit: Visit, near_first: Sequence[Shift]) -> list[Shift]:
    """Return the nearest who may lead or be a member, by technician."""
    size = scene.facts.problem.crew_size_of(visit)
    able = (s for s in near_first if None in (scene.alone(s, visit, leads=False), scene.alone(s, visit)))
    return sorted(islice(able, max(size, LOOKED_AT_FOR_CREWS)), key=key_of)


def _team_blocking(scene: Scene, visit: Visit, team: Crew, day: int) -> BlockingReason | None:
    """Name why these people are no crew: somebody who has to be in it is not, or nobody can lead."""
    problem, lead = scene.facts.problem, scene.facts.problem.technician_by_id[team.lead]
    wanted = {lock.technician_id for lock in scene.facts.locks.get(visit.visit_id, ())} - set(team.members)
    if wanted:
        who = min(wanted)
        return make_blocking(Reason(ReasonCode.PINNED_CONFLICT, False, who, day, subject="person"))
    missing = visit.required - set(team.members)
    if missing and len(visit.required) < len(team.members):
        who = min(missing)
        return make_blocking(Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, False, who, day, subject="crew"))
    on = problem.date_of(day)
    gaps = gaps_in(lead, problem.lead_skills_needed(visit), on)
    for who in team.members:
        if who != team.lead:
            gaps += gaps_in(problem.technician_by_id[who], problem.skills_needed(visit), on)
    for gap in gaps:
        return make_blocking(
            Reason(ReasonCode.CREW_LEAD, False, team.lead, day, gap.levels, "levels", gap.need.skill),
            missing=sum(one.levels for one in gaps),
        )
    return None


def _ways(scene: Scene, shift: Shift, visit: Visit) -> Iterator[Way]:
    """Yield a day with the visit at every position behind a started route's prefix.

    A new stop at the branch is tried wherever it may bring parts or let a technician load again; and a longer wait
    there, for each arrival of a part of the visit.
    """
    problem = scene.facts.problem
    waits = _present_waits(scene, shift)
    parts = {need.part_id for need in visit.parts if need.quantity > 0}
    moments = arrival_moments(problem, parts, shift.day)
    is_at_branch = problem.technician_by_id[shift.technician_id].starts_at_branch
    is_begun = bool(prefix_of(problem, shift.technician_id, shift.day))
    for ids in _sequences(scene, shift, visit):
        yield Way(ids, waits)
        later = [m for m in moments if is_at_branch and not is_begun and m > waits.leaves_s]
        yield from (Way(ids, waits._replace(leaves_s=moment_s)) for moment_s in later)
        if BRANCH_STOP in ids:
            later = [m for m in moments if m > waits.stops_s]
            yield from (Way(ids, waits._replace(stops_s=moment_s)) for moment_s in later)


def _sequences(scene: Scene, shift: Shift, visit: Visit) -> Iterator[tuple[str, ...]]:
    """Yield a day's visits and stop at the branch with the visit at every position behind a started route's prefix.

    A new stop at the branch is tried wherever it may bring parts or let a technician load again.
    """
    present, problem = _present_ids(scene, shift), scene.facts.problem
    may_need_a_stop = BRANCH_STOP not in present and _may_need_a_stop(scene, shift, visit)
    held = len(prefix_of(problem, shift.technician_id, shift.day))
    for at in range(len(present) + 1):
        if sum(visit_id != BRANCH_STOP for visit_id in present[:at]) < min(held, len(present)):
            continue
        longer = (*present[:at], visit.visit_id, *present[at:])
        yield longer
        if may_need_a_stop:
            for stop in range(len(longer)):
                yield (*longer[:stop], BRANCH_STOP, *longer[stop:])


def present_way(scene: Scene, shift: Shift) -> Way:
    """Return a day as it is: its visits and stop at the branch, and until when it waits there."""
    return Way(_present_ids(scene, shift), _present_waits(scene, shift))


def _present_tour(scene: Scene, shift: Shift) -> Tour | None:
    timed = scene.timed.get(key_of(shift))
    return None if timed is None else timed.tour


def _present_waits(scene: Scene, shift: Shift) -> Waits:
    tour = _present_tour(scene, shift)
    return NO_WAITS if tour is None else waits_of(tour)


def _present_ids(scene: Scene, shift: Shift) -> tuple[str, ...]:
    tour = _present_tour(scene, shift)
    places = () if tour is None else tour.places
    return tuple(BRANCH_STOP if place.visit is None else place.visit.visit_id for place in places)


def _may_need_a_stop(scene: Scene, shift: Shift, visit: Visit) -> bool:
    """Return whether a stop at the branch on the day may bring parts in time, or let a technician load again."""
    problem = scene.facts.problem
    technician = problem.technician_by_id[shift.technician_id]
    needed = {need.part_id for need in visit.parts if need.quantity > 0}
    usable = [usable_from(problem, a) for a in problem.arrivals if a.part_id in needed]
    arrives = any(day == shift.day for day, _ in usable)
    fetches = bool(needed) and not technician.starts_at_branch and (problem.policy.pickup is Pickup.STOP or arrives)
    if technician.starts_at_branch and problem.policy.reload:
        fetches = bool(arrival_moments(problem, needed, shift.day))
    return fetches or (bool(technician.capacity) and bool(visit.loads))


# --- one position ---------------------------------------------------------------------------------------------------


def _try(
    scene: Scene, visit: Visit, ways: Mapping[Key, Way], team: Crew | None, best: Best
) -> Position | BlockingReason:
    """Return what a visit costs at a position, or what blocks it there; the judge sees the best only."""
    crews = {} if team is None else {visit.visit_id: team}
    tours = {key: tour_with(scene, key, way, crews) for key, way in ways.items()}
    for tour in tours.values():
        # A part that is not there is the cause also where the way is too long: whoever has it comes nearer.
        blocking = _carried_blocking(scene, tours, tour, visit) or _road_blocking(tour)
        if blocking is not None:
            return blocking
    timed = _time(scene, tours)
    for key, tour in tours.items():
        if visit.parts and tour.branch_at is not None:
            # What a stop on the way finds there depends on when it is.
            blocking = _part_blocking(scene, timed, timed[key])
            if blocking is not None:
                return blocking
    for key in sorted(timed, key=lambda key: key not in tours):
        blocking = _clock_blocking(scene, timed[key], visit)
        if blocking is not None:
            return blocking
    who, day = next(iter(tours)) if team is None else (team.lead, next(iter(tours))[1])
    blocking = _link_blocking(scene, visit, timed, (who, day))
    if blocking is not None:
        return blocking
    position = Position(who, day, extra_cents(scene, timed), timed)
    return (_rule_blocking(scene, visit, timed, position) if best.is_improved_by(position) else None) or position


def extra_cents(scene: Scene, changed: Mapping[Key, TimedTour]) -> int:
    """Return what the plan costs more with some days changed."""
    work_s, extra = dict(scene.work_s), 0
    for key, one in changed.items():
        work_s[key] = work_of(one)
        extra += sum(price_route(scene.facts, one).values()) - scene.cents.get(key, 0)
    return extra + load_cents(scene.facts.problem, work_s) - scene.load_cents


def tour_with(scene: Scene, key: Key, way: Way, added: Mapping[str, Crew] | None = None) -> Tour:
    """Return a technician's day as a tour of these visits, with the crew of one that is added, by its id."""
    present, facts = scene.timed.get(key), scene.facts
    services = () if present is None else present.tour.services
    crews = {one.visit.visit_id: one.crew for one in services if one.crew is not None and one.visit is not None}
    crews |= added or {}
    visits = [facts.problem.visit_by_id[visit_id] for visit_id in way.ids if visit_id != BRANCH_STOP]
    branch_at = way.ids.index(BRANCH_STOP) if BRANCH_STOP in way.ids else None
    return facts.tour(facts.shifts[key], visits, branch_at=branch_at, crews=crews, waits=way.waits)


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


# --- what blocks it -------------------------------------------------------------------------------------------------


def _road_blocking(tour: Tour) -> BlockingReason | None:
    road = road_blocking(tour)
    return None if road is None else replace(road, reason=replace(road.reason, proven=False))


def _lasting_blocking(scene: Scene, shift: Shift, visit: Visit) -> BlockingReason | None:
    """Name a load, tool or part that stops a visit of one person wherever it comes in a day; `None` when there is none.

    Where the technician stops at the branch, or has some of the parts but not enough, it may depend on the position.
    """
    if not (visit.loads or visit.tools or visit.parts):
        return None
    present, key = _present_ids(scene, shift), key_of(shift)
    if BRANCH_STOP in present or _may_need_a_stop(scene, shift, visit):
        return None
    problem, technician = scene.facts.problem, scene.facts.problem.technician_by_id[shift.technician_id]
    if arrival_moments(problem, {need.part_id for need in visit.parts}, shift.day):
        return None
    own, needs = own_parts_of(technician), Counter(needs_of(visit))
    if technician.starts_at_branch and not (own or problem.loans or visit.loads or visit.tools):
        # The usual case: what is short for this one is short for everybody.
        found = scene.shorter_with([Draw(visit.visit_id, part, count, shift.day) for part, count in needs.items()])
        return None if found is None else _short_part(shift.technician_id, found)
    for day in scene.days_of.get(shift.technician_id, ()):
        for service in scene.timed[day].tour.services:
            needs.update(needs_of(service.visit) if service.visit is not None and service.pays else {})
    if any(0 < own.get(part_id, 0) < count for part_id, count in needs.items()):
        return None
    tours = {key: tour_with(scene, key, Way((*present, visit.visit_id), _present_waits(scene, shift)))}
    return _carried_blocking(scene, tours, tours[key], visit)


def _carried_blocking(scene: Scene, tours: Mapping[Key, Tour], tour: Tour, visit: Visit) -> BlockingReason | None:
    """Name what is too much to carry, or the tool or part of which too few are left, on a changed day."""
    found = _load_blocking(tour) or _tool_blocking(scene, tours, tour)
    if found is not None or not visit.parts:
        return found
    return _part_blocking(scene, {key: _untimed(one) for key, one in tours.items()}, _untimed(tour))


def _untimed(tour: Tour) -> TimedTour:
    return TimedTour(tour, None, None, (), 0)


def _load_blocking(tour: Tour) -> BlockingReason | None:
    who, day = key_of(tour.shift)
    for one in loads_of(tour):
        if one.amount > one.limit:
            over = one.amount - one.limit
            return make_blocking(Reason(ReasonCode.LOAD, False, who, day, over, "load", one.quantity))
    return None


def _tool_blocking(scene: Scene, tours: Mapping[Key, Tour], tour: Tour) -> BlockingReason | None:
    """Name a tool of which too few are left for a changed day, and another visit that has it."""
    needed = tools_out([tour])
    if not needed:
        return None
    (who, day), problem = key_of(tour.shift), scene.facts.problem
    changed = tools_out(tours.values())
    for tool_id in sorted(needed):
        others = [key for key, out in scene.tools.items() if key[1] == day and key not in tours and tool_id in out]
        out = changed[tool_id] + sum(scene.tools[key][tool_id] for key in others)
        missing = out - units_there(problem, tool_id)
        if missing > 0:
            takers = [
                visit.visit_id
                for key in others
                for visit in scene.timed[key].tour.visits
                if any(need.tool_id == tool_id for need in visit.tools)
            ]
            taker = min(takers, default="")
            return make_blocking(Reason(ReasonCode.TOOL_IN_USE, False, who, day, missing, "tools", tool_id, taker))
    return None


def _part_blocking(scene: Scene, days: Mapping[Key, TimedTour], timed: TimedTour) -> BlockingReason | None:
    """Name a part that cannot be handed over any more, or of which planned visits leave too few.

    Days that are not timed yet find at their stop at the branch whatever comes that day.
    """
    facts, (who, day) = scene.facts, key_of(timed.tour.shift)
    own_days = {key: scene.timed[key] for key in scene.days_of.get(who, ())}
    everywhere = list({**own_days, **{key: one for key, one in days.items() if key[0] == who}}.values())
    tours = [one.tour for one in everywhere]
    for one, drawn in zip(tours, drawn_parts(tours), strict=True):
        for number, parts in enumerate(drawn):
            after = one.is_after_branch(number)
            if parts and pickup_day_of(facts.problem, one.technician, one.shift.day, is_after_branch=after) is None:
                return make_blocking(Reason(ReasonCode.UNREACHABLE, False, who, day, subject="stop"))
        owed = past_due_loan(facts.problem, who, facts.problem.date_of(one.shift.day))
        if owed is not None and any(drawn):
            reason = Reason(ReasonCode.PART_NOT_RETURNED, False, who, day, owed.quantity, "parts", owed.part_id)
            return make_blocking(reason)
    draws = [draw for new in draws_of_days(facts, everywhere).values() for draw in new]
    found = scene.shorter(who, draws)
    return None if found is None else _short_part(who, found)


def _short_part(who: str, found: Shorter) -> BlockingReason:
    short = found.shortage
    reason = Reason(
        ReasonCode.PART_OUT_OF_STOCK, False, who, short.day, short.missing, "parts", short.part_id, found.taker
    )
    if short.until_s < FAR_FUTURE_S:
        reason = replace(reason, code=ReasonCode.PART_ARRIVES_LATE, visit_id="", moment_s=short.until_s + 1)
    return make_blocking(reason)


def _clock_blocking(scene: Scene, timed: TimedTour, visit: Visit) -> BlockingReason | None:
    """Name where a day lacks most seconds."""
    if timed.breach_s == 0:
        return None
    who, day = key_of(timed.tour.shift)
    latest_s = scene.facts.latest_return_s((who, day), (other.visit_id for other in timed.tour.visits))
    is_for_rest = scene.facts.rests[who, day].back_by_s < latest_s
    found = [
        (timed.past_limit_s, ReasonCode.REST if is_for_rest else ReasonCode.SHIFT_CAPACITY, "", ""),
        (timed.past_break_s, ReasonCode.BREAK, "", ""),
        (timed.past_duty_s, ReasonCode.MAX_TRAVEL, DUTY, ""),
    ]
    if timed.branch_stop is not None:
        found.append((timed.branch_stop.past_window_s, ReasonCode.SHIFT_CAPACITY, "branch", ""))
    for other, stop in zip(timed.tour.visits, timed.stops, strict=True):
        about = "" if other is visit else other.visit_id
        subject = window_subject(scene.facts.problem, other) if other is visit and not stop.outside_hours_s else ""
        found.append((stop.past_window_s + stop.outside_hours_s, ReasonCode.TIME_WINDOW, subject, about))
        found.append((stop.past_lock_s, ReasonCode.PINNED_CONFLICT, "", about))
        found.append((stop.past_gap_s, ReasonCode.PRECEDENCE, "", other.visit_id))
    amount, code, subject, about = max(found, key=lambda one: one[0])
    late = late_part(scene.facts, timed, proven=False) if amount else None
    if late is not None:
        return make_blocking(late, missing=timed.breach_s)
    if amount == 0:
        return None  # Nothing that has a sentence here: the judge is asked.
    return make_blocking(Reason(code, False, who, day, amount, "s", subject, about), missing=timed.breach_s)


def _link_blocking(scene: Scene, visit: Visit, timed: Mapping[Key, TimedTour], lead: Key) -> BlockingReason | None:
    """Name a sequence that is broken, or people who cannot meet, now that the visit is there."""
    concerned = {other.visit_id for one in timed.values() for other in one.tour.visits}
    if scene.facts.linked.isdisjoint(concerned):
        return None
    here = tuple(key for key, one in timed.items() if any(other is visit for other in one.tour.visits))
    days = tuple(JudgedDay(Route(*key, 0, 0, ()), (), one) for key, one in timed.items())
    judged = JudgedPlan(scene.facts, Plan((), ()), days, {**scene.planned, visit.visit_id: here})
    who, day = lead
    for violation in (*precedence(judged), *crew(judged)):
        if violation.visit_id in concerned:
            code = ReasonCode.PRECEDENCE if violation.rule is Rule.PRECEDENCE else ReasonCode.CREW_SIZE
            reason = Reason(code, False, who, day, violation.amount, violation.unit, visit_id=violation.visit_id)
            return make_blocking(reason)
    return None


def _rule_blocking(
    scene: Scene, visit: Visit, timed: Mapping[Key, TimedTour], position: Position
) -> BlockingReason | None:
    """Name the first rule of the judge's list that is newly broken, whatever it is."""
    broken = scene.newly_broken(timed)
    if broken is None:
        return None
    who, other = broken.technician_id or position.technician_id, broken.visit_id
    about = "" if other == visit.visit_id else other
    amount, unit, rule = broken.amount, broken.unit, broken.rule.value
    return make_blocking(Reason(ReasonCode.RULE, False, who, position.day, amount, unit, rule, about))
