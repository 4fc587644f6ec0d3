"""What a plan states, compared with what the judge finds: every moment, window, part list and cost.

A wrong statement is a violation too, under the rule that it concerns, with the difference as its amount. What a plan
that brought routes only would state is made here, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval
from optimizer.domain.plan import BranchStop, BreakTaken, Route, Stop, UnassignedState, UnassignedVisit
from optimizer.domain.rules import Rule, Violation
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.costs import free_starts, people_of
from optimizer.judge.crews import misses_its_gap
from optimizer.judge.facts import without
from optimizer.judge.timing import harmless_departures, last_of_stretch
from optimizer.judge.told import first_arrivals, told_windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.domain.order import PartNeed, Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.wall_clock import WallClock
    from optimizer.judge.facts import Facts, Service
    from optimizer.judge.judged import JudgedDay, JudgedPlan
    from optimizer.judge.stock import DrawnParts
    from optimizer.judge.timing import Moments, TimedStop, TimedTour

#: `leave_by` gives up at most this much of the slack.
LEAD_S = 1800


# --- what belongs to a timed day ------------------------------------------------------------------------------------


def route_of(facts: Facts, timed: TimedTour, parts: DrawnParts, from_s: Mapping[str, int]) -> Route:
    """Return a timed day as the plan states it.

    Parameters
    ----------
    parts
        What each visit draws from the branch.
    from_s
        The earliest moment at which somebody can be at each visit.
    """
    told = told_windows(facts, timed, from_s)
    return _route_of(facts, timed, parts, told, leave_by_s(facts, timed, told))


def untold_route_of(facts: Facts, timed: TimedTour, parts: DrawnParts) -> Route:
    """Return the same before anybody is told anything: each window is the start alone, and nothing is left later."""
    told = [
        None if service.visit is None else Interval(stop.start_s, stop.start_s)
        for service, stop in zip(timed.tour.places, timed.places, strict=True)
    ]
    return _route_of(facts, timed, parts, told, timed.departures_s())


def _route_of(
    facts: Facts, timed: TimedTour, parts: DrawnParts, told: Sequence[Interval | None], leave_by: Sequence[int]
) -> Route:
    tour = timed.tour
    stops = stops_of(facts, timed, parts, told, leave_by)
    who, day, branch_stop = tour.technician.technician_id, tour.shift.day, branch_stop_of(timed, leave_by)
    return Route(who, day, tour.leaves_s, timed.return_s, stops, break_of(timed), branch_stop)


def stops_of(
    facts: Facts, timed: TimedTour, parts: DrawnParts, told: Sequence[Interval | None], leave_by: Sequence[int]
) -> tuple[Stop, ...]:
    """Return the stops of a timed day as the plan states them.

    Parameters
    ----------
    parts
        What each visit draws from the branch.
    told, leave_by
        Per place, what its customer is told, and when to leave the place before it.
    """
    tour = timed.tour
    leaves = without(tuple(leave_by), tour.branch_at)
    windows = [window for window in told if window is not None]
    return tuple(
        Stop(
            visit_id=visit.visit_id,
            arrive_s=stop.arrive_s,
            start_s=stop.start_s,
            end_s=stop.end_s,
            leave_by_s=leaves[number],
            window=windows[number],
            lateness_s=stop.lateness_s,
            parts=parts[number],
            pinned=visit.visit_id in facts.locks,
            crew=() if service.crew is None else service.crew.members,
            lead="" if service.crew is None else service.crew.lead,
            pause=stop.pause,
        )
        for number, (visit, service, stop) in enumerate(zip(tour.visits, tour.services, timed.stops, strict=True))
    )


def branch_stop_of(timed: TimedTour, leave_by: Sequence[int]) -> BranchStop | None:
    """Return the stop at the branch of a timed day as the plan states it."""
    before, stop = timed.tour.branch_at, timed.branch_stop
    if before is None or stop is None:
        return None
    return BranchStop(before, stop.arrive_s, stop.start_s, stop.end_s, leave_by[before])


def break_of(timed: TimedTour) -> BreakTaken | None:
    """Return the break of a timed day as the plan states it."""
    if timed.slot is None or timed.break_start_s is None:
        return None
    return BreakTaken(timed.slot, timed.break_start_s)


def leave_by_s(facts: Facts, timed: TimedTour, told: Sequence[Interval | None]) -> list[int]:
    """Return, per place, when to leave the place before it.

    It is the end of the stretch of harmless departures that begins with the canonical one, less half an hour where
    there is that much slack; a day that breaks a rule has no slack.

    Parameters
    ----------
    told
        Per place, the window told.
    """
    departures = timed.departures_s()[: len(timed.places)]
    latest = [
        last_of_stretch(moments, leave)
        for leave, moments in zip(departures, harmless_legs(facts, timed, told), strict=False)
    ]
    return [last - min(LEAD_S, last - leave) for last, leave in zip(latest, departures, strict=True)]


def harmless_legs(facts: Facts, timed: TimedTour, told: Sequence[Interval | None]) -> list[Moments]:
    """Return, per leg, the departures that do no harm: by what they cost, and by what customers are told."""
    if timed.breach_s:
        return [[] for _ in timed.tour.legs_s]
    places = zip(timed.tour.places, timed.places, told, strict=True)
    return harmless_departures(timed, [_free_starts(facts, timed, *place) for place in places])


def _free_starts(
    facts: Facts, timed: TimedTour, service: Service, stop: TimedStop, told: Interval | None
) -> tuple[int, int]:
    """Return first and last start that cost no more stability, and are not after what is told."""
    free = None
    if service.visit is not None and facts.published:
        people, day = people_of(timed, service), timed.tour.shift.day
        free = free_starts(facts, service.visit.visit_id, people, day, stop.start_s)
    first_s, last_s = free or (-FAR_FUTURE_S, FAR_FUTURE_S)
    if told is None or not facts.problem.policy.told_width_s:
        return first_s, last_s
    return first_s, min(last_s, max(told.close_s, stop.start_s))


def unassigned_of(problem: Problem, visit: Visit) -> UnassignedVisit:
    """Return the entry of a visit that stays out, without reasons: it waits, or its promise will break."""
    order = problem.order_of(visit)
    is_due = order.due_day is not None and order.due_day <= problem.last_day
    is_promised = bool(order.promised) and max(w.close_s for w in order.promised) < problem.end_s
    state = UnassignedState.WILL_BREAK if is_due or is_promised else UnassignedState.WAITS
    if problem.is_due_before_plan(visit):
        state = UnassignedState.DUE_BEFORE_PLAN
    if visit.visit_id in problem.declined:
        state = UnassignedState.REBOOK
    return UnassignedVisit(visit.visit_id, state, order.due_day, ())


# --- comparisons ----------------------------------------------------------------------------------------------------


def wrong_moments(judged: JudgedPlan) -> Iterator[Violation]:
    """Compare every stated moment of every route with the judge's own."""
    first_s = first_arrivals(day.timed for day in judged.days)
    for day in judged.days:
        yield from _wrong_route_moments(judged.facts, day)
        yield from _wrong_stops(judged, day, told_windows(judged.facts, day.timed, first_s))


def _wrong_route_moments(facts: Facts, day: JudgedDay) -> Iterator[Violation]:
    who, timed, route, clock = day.technician.technician_id, day.timed, day.route, facts.problem.clock
    stated = [
        (Rule.SHIFT, "departure", route.depart_s, timed.tour.leaves_s),
        (Rule.SHIFT, "return", route.return_s, timed.return_s),
    ]
    is_in_the_past = timed.tour.floor_leg == 0 and route.depart_s < timed.tour.floor_s
    if is_in_the_past or route.depart_s < facts.rested_departure_s(timed.tour):
        del stated[0]  # The rule `floor` or `rest` has named it.
    if route.break_ is not None and route.break_.slot == timed.slot and timed.break_start_s is not None:
        stated.append((Rule.BREAK, "break", route.break_.start_s, timed.break_start_s))
    for rule, what, said_s, found_s in stated:
        if said_s != found_s:
            message = f"The {what} of {who} is stated at {clock.text(said_s)}; it is at {clock.text(found_s)}."
            yield Violation(rule, abs(said_s - found_s), "s", message, who)


def _wrong_stops(judged: JudgedPlan, day: JudgedDay, told: Sequence[Interval | None]) -> Iterator[Violation]:
    facts, clock = judged.facts, judged.problem.clock
    who, branch_at = day.technician.technician_id, day.timed.tour.branch_at
    leave_by = leave_by_s(facts, day.timed, told)
    leaves = _Leaves.of(facts, day.timed, told, leave_by)
    found_stops = stops_of(facts, day.timed, day.parts, told, leave_by)
    yield from _wrong_branch_stop(facts, day, leaves, leave_by)
    leaves = leaves.without(branch_at)
    for number, (said, found) in enumerate(zip(day.stops, found_stops, strict=True)):
        about = f"visit {said.visit_id}"
        service = day.timed.tour.services[number]
        from_s = max(service.ready_s, service.floor_s)
        if number >= facts.started.get((who, day.route.day), 0):
            from_s = max(from_s, day.timed.tour.floor_s)
        moments = [
            (Rule.TRAVEL, "arrival", said.arrive_s, found.arrive_s),
            (Rule.WINDOW, "start", said.start_s, found.start_s),
            (Rule.WINDOW, "end", said.end_s, found.end_s),
            (Rule.LATENESS, "lateness", said.lateness_s, found.lateness_s),
        ]
        is_linked = said.visit_id in facts.linked and said.start_s != found.start_s
        if said.start_s < from_s or (is_linked and misses_its_gap(judged, said.visit_id)):
            del moments[1]  # The rule `ready`, `floor` or `precedence` has named it.
        for rule, what, said_s, found_s in moments:
            if said_s != found_s:
                texts = [f"{s} s" if what == "lateness" else clock.text(s) for s in (said_s, found_s)]
                message = f"The {what} at {about} is stated as {texts[0]}; it is {texts[1]}."
                yield Violation(rule, abs(said_s - found_s), "s", message, who, said.visit_id)
        if said.window != found.window:
            gap_s = abs(said.window.open_s - found.window.open_s) + abs(said.window.close_s - found.window.close_s)
            message = (
                f"The customer of {about} is told {_window(said.window, clock)}; it is {_window(found.window, clock)}."
            )
            yield Violation(Rule.WINDOW, gap_s, "s", message, who, said.visit_id)
        yield from _wrong_pause(clock, who, said, found)
        yield from leaves.wrong(number, said.leave_by_s, about, who, said.visit_id)
        yield from _wrong_parts(who, said, found)
        if said.pinned != found.pinned:
            message = f"The plan states that {about} is {'' if said.pinned else 'not '}pinned; it is the other way."
            yield Violation(Rule.LOCK, 1, "", message, who, said.visit_id)
        if (said.crew, said.lead) != (found.crew, found.lead):
            crews = [f"{', '.join(stop.crew) or 'nobody'} led by {stop.lead or 'nobody'}" for stop in (said, found)]
            message = f"The crew of {about} is stated as {crews[0]}; it is {crews[1]}."
            yield Violation(Rule.CREW, 1, "", message, who, said.visit_id)


@dataclass(frozen=True, slots=True)
class _Leaves:
    """When the place before each place can be left, and when it is to be: the one figure, or any that is harmless.

    Parameters
    ----------
    harmless
        Of plans of before windows were told on a grid, the departures that do no harm; else `None`.
    """

    clock: WallClock
    earliest_s: tuple[int, ...]
    leave_by_s: tuple[int, ...]
    harmless: tuple[Moments, ...] | None

    @classmethod
    def of(cls, facts: Facts, timed: TimedTour, told: Sequence[Interval | None], leave_by: Sequence[int]) -> _Leaves:
        problem, harmless = facts.problem, None
        if not problem.policy.told_width_s:
            harmless = tuple(harmless_legs(facts, timed, told)[:-1])
        return cls(problem.clock, tuple(timed.departures_s()[:-1]), tuple(leave_by), harmless)

    def without(self, branch_at: int | None) -> _Leaves:
        """Return the same of the visits alone."""
        harmless = None if self.harmless is None else without(self.harmless, branch_at)
        return _Leaves(self.clock, without(self.earliest_s, branch_at), without(self.leave_by_s, branch_at), harmless)

    def wrong(self, number: int, said_s: int, about: str, who: str, visit_id: str) -> Iterator[Violation]:
        leave_s, found_s = self.earliest_s[number], self.leave_by_s[number]
        if said_s < leave_s:
            message = f"Nobody can leave for {about} before {self.clock.text(leave_s)}."
            yield Violation(Rule.TRAVEL, leave_s - said_s, "s", message, who, visit_id)
        elif self.harmless is None and said_s != found_s:
            times = f"{self.clock.text(said_s)}; it is {self.clock.text(found_s)}"
            message = f"When to leave for {about} at the latest is stated as {times}."
            yield Violation(Rule.LATENESS, abs(said_s - found_s), "s", message, who, visit_id)
        elif self.harmless is not None and said_s > leave_s:
            if not any(a <= said_s <= b for a, b in self.harmless[number]):
                times = f"{self.clock.text(said_s)} instead of {self.clock.text(leave_s)}"
                message = f"Leaving for {about} at {times} does harm."
                yield Violation(Rule.LATENESS, said_s - leave_s, "s", message, who, visit_id)


def _wrong_branch_stop(facts: Facts, day: JudgedDay, leaves: _Leaves, leave_by: Sequence[int]) -> Iterator[Violation]:
    said, found, who = day.route.branch_stop, branch_stop_of(day.timed, leave_by), day.technician.technician_id
    if said is None or found is None:
        return
    moments = [
        (Rule.TRAVEL, "arrival", said.arrive_s, found.arrive_s),
        (Rule.SHIFT, "start", said.start_s, found.start_s),
        (Rule.SHIFT, "end", said.end_s, found.end_s),
    ]
    for rule, what, said_s, found_s in moments:
        if said_s != found_s:
            times = f"{facts.problem.clock.text(said_s)}; it is {facts.problem.clock.text(found_s)}"
            message = f"The {what} of the stop of {who} at the branch is stated as {times}."
            yield Violation(rule, abs(said_s - found_s), "s", message, who)
    yield from leaves.wrong(found.before, said.leave_by_s, "the branch", who, "")


def _wrong_pause(clock: WallClock, who: str, said: Stop, found: Stop) -> Iterator[Violation]:
    """Compare when a service is stated to rest, and whether it may, with the judge's own pause."""
    if said.pause == found.pause:
        return
    ends = [(0, 0) if stop.pause is None else (stop.pause.start_s, stop.pause.end_s) for stop in (said, found)]
    texts = ["none" if end_s == 0 else f"{clock.text(start_s)} to {clock.text(end_s)}" for start_s, end_s in ends]
    both = said.pause is not None and found.pause is not None
    off_s = abs(ends[0][0] - ends[1][0]) + abs(ends[0][1] - ends[1][1]) if both else 0
    # One that is stated and not allowed, or allowed and not stated, is wrong by its length.
    off_s = off_s or max(1, *(end_s - start_s for start_s, end_s in ends))
    message = f"The pause of visit {said.visit_id} is stated as {texts[0]}; it is {texts[1]}."
    yield Violation(Rule.WINDOW, off_s, "s", message, who, said.visit_id)


def _wrong_parts(who: str, said: Stop, found: Stop) -> Iterator[Violation]:
    stated, needed = _count(said.parts), _count(found.parts)
    for part_id in sorted(stated.keys() | needed.keys()):
        gap = abs(stated.get(part_id, 0) - needed.get(part_id, 0))
        if gap:
            counts = f"{stated.get(part_id, 0)} of part {part_id}; it is {needed.get(part_id, 0)}"
            message = f"For visit {said.visit_id} the plan states {counts}."
            yield Violation(Rule.STOCK, gap, "parts", message, who, said.visit_id, part_id)


def _count(parts: Iterable[PartNeed]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for need in parts:
        counts[need.part_id] = counts.get(need.part_id, 0) + need.quantity
    return {part_id: count for part_id, count in counts.items() if count}


def wrong_unassigned(judged: JudgedPlan) -> Iterator[Violation]:
    """Compare the list of unassigned visits with those that no route serves."""
    stated: dict[str, int] = {}
    for entry in judged.plan.unassigned:
        visit_id = entry.visit_id
        stated[visit_id] = stated.get(visit_id, 0) + 1
        visit = judged.problem.visit_by_id.get(visit_id)
        if visit is None:
            message = f"Unassigned visit {visit_id} is not in the problem."
            yield Violation(Rule.UNASSIGNED, 1, "visits", message, "", visit_id)
            continue
        found = unassigned_of(judged.problem, visit)
        if (entry.state, entry.due) != (found.state, found.due):
            states = f"{entry.state}, due {entry.due}; it is {found.state}, due {found.due}"
            yield Violation(Rule.UNASSIGNED, 1, "", f"Visit {visit_id} is stated as {states}.", "", visit_id)
    for visit in judged.problem.visits:
        visit_id, count = visit.visit_id, stated.get(visit.visit_id, 0)
        if count == 0 and visit_id not in judged.planned:
            message = f"Visit {visit_id} is neither planned nor listed as unassigned."
            yield Violation(Rule.UNASSIGNED, 1, "visits", message, "", visit_id)
        elif count > 1:
            message = f"Visit {visit_id} is listed as unassigned {count} times."
            yield Violation(Rule.UNASSIGNED, count - 1, "visits", message, "", visit_id)


def wrong_costs(judged: JudgedPlan, costs: Mapping[Rule, int]) -> Iterator[Violation]:
    """Compare the stated cents with the recomputed ones; a rule that has no price costs nothing."""
    for rule in Rule:
        said = judged.plan.costs.get(rule)
        if rule not in costs:
            if said is not None:
                message = f"The plan states {said} cents for {rule}, which has no price."
                yield Violation(rule, max(1, abs(said)), "cents", message)
        elif said is None:
            if costs[rule]:
                message = f"The plan does not state the cost of {rule}; it is {costs[rule]} cents."
                yield Violation(rule, costs[rule], "cents", message)
        elif said != costs[rule]:
            message = f"The plan states {said} cents for {rule}; it is {costs[rule]} cents."
            yield Violation(rule, abs(said - costs[rule]), "cents", message)


def _window(window: Interval, clock: WallClock) -> str:
    return f"{clock.text(window.open_s)} to {clock.text(window.close_s)}"
