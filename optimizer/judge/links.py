"""The judge's clock over several routes: crews that meet, and visits that wait for one another.

Most routes wait for nobody and are timed alone. The others are timed together: each as early as it can, and a service
that others wait for pushes theirs, until nothing moves. A service that would be followed too late waits itself, as long
as its window allows. Starts only ever move later, so that this ends, with the least starts that satisfy everything.
What cannot be satisfied, because the orders of visits contradict one another in a circle or no wait helps, is left out;
the rules `crew` and `precedence` then find it broken.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace
from itertools import pairwise, permutations
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import GapFrom, Predecessor
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.timing import TimedTour, moment_s, time_canonically, time_with_slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.domain.policy import Policy
    from optimizer.judge.facts import Facts, Tour

    #: Per tour, the stated break slot or `None`.
    Slots = Mapping[int, int | None] | Sequence[int | None]


class Spot(NamedTuple):
    """A place on one of the tours that are timed together, both counted from 0."""

    tour: int
    place: int


class Link(NamedTuple):
    """One service waits for another: it starts only after a gap behind it."""

    first: Spot
    then: Spot
    earlier: Predecessor


#: People who meet wait for one another's start.
_MEETING = Predecessor("", GapFrom.START)
#: So often a service is asked to wait for one that follows it too late; the two then move away from each other.
_MOST_WAITS = 40


def time_together(facts: Facts, tours: Sequence[Tour], slots: Sequence[int | None]) -> list[TimedTour]:
    """Time tours: those that wait for nobody alone, the others with one another.

    Parameters
    ----------
    slots
        Per tour, the stated break slot; `None` asks for the canonical one, given the starts of the others.
    """
    policy = facts.problem.policy
    links = _find_links(facts, tours)
    by_tour: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        for number in {link.first.tour, link.then.tour}:
            by_tour[number].append(link)
    linked = {number: _marked(tours[number], number, by_tour[number]) for number in sorted(by_tour)}
    timed: dict[int, TimedTour] = {}
    if linked:
        clock = _Clock(linked, links, policy)
        timed, gave_up_a_slot = clock.settle(slots)
        if gave_up_a_slot:
            # With the slots as they are now, so that no start is kept up by a slot that was given up meanwhile.
            timed, _ = clock.settle({number: one.slot for number, one in timed.items()})
    return [
        _with_bounds_inside(timed[number]) if number in timed else _time(tour, slots[number], policy)
        for number, tour in enumerate(tours)
    ]


def _time(tour: Tour, slot: int | None, policy: Policy) -> TimedTour:
    if slot is None or not tour.needs_break:
        return time_canonically(tour, policy)
    return time_with_slot(tour, slot)


# --- who waits for whom ---------------------------------------------------------------------------------------------


def _find_links(facts: Facts, tours: Sequence[Tour]) -> list[Link]:
    """Return what waits for what, meetings in both directions, without what lies on a circle."""
    spots: dict[str, list[Spot]] = defaultdict(list)
    if facts.linked:
        for number, tour in enumerate(tours):
            for place, service in enumerate(tour.places):
                if service.visit is not None and service.visit.visit_id in facts.linked:
                    spots[service.visit.visit_id].append(Spot(number, place))
    meetings = [meeting for visit_id in sorted(spots) for meeting in _meetings(tours, spots[visit_id])]
    sequences = [
        Link(first, then, earlier)
        for visit_id in sorted(spots)
        for earlier in facts.problem.visit_by_id[visit_id].after
        for first in spots.get(earlier.visit_id, ())
        for then in spots[visit_id]
        if first.tour != then.tour or first.place < then.place
    ]
    stuck = _circles([spot for same in spots.values() for spot in same], meetings, sequences)
    links = [link for link in sequences if not {link.first, link.then} <= stuck]
    for meeting in meetings:
        if not stuck.issuperset(meeting):
            links += [Link(first, then, _MEETING) for first, then in permutations(meeting, 2)]
    return links


def _meetings(tours: Sequence[Tour], spots: Iterable[Spot]) -> list[list[Spot]]:
    """Return the places, one a tour, at which the people of one visit meet on each day."""
    by_day: dict[int, dict[int, Spot]] = defaultdict(dict)
    for spot in spots:
        if tours[spot.tour].places[spot.place].crew is not None:
            by_day[tours[spot.tour].shift.day].setdefault(spot.tour, spot)
    return [list(same_day.values()) for same_day in by_day.values() if len(same_day) > 1]


def _circles(spots: Iterable[Spot], meetings: Iterable[Sequence[Spot]], links: Iterable[Link]) -> set[Spot]:
    """Return the places that wait, over others, for themselves (or lie between two such circles).

    Places that meet are one; whatever waits for nothing that is left, or is waited for by nothing that is left, goes.
    """
    one = {spot: spot for spot in spots}
    one.update({spot: meeting[0] for meeting in meetings for spot in meeting})
    edges = {(one[link.first], one[link.then]) for link in links}
    by_tour: dict[int, list[Spot]] = defaultdict(list)
    for spot in sorted(one):
        by_tour[spot.tour].append(one[spot])
    edges |= {pair for on_tour in by_tour.values() for pair in pairwise(on_tour)}
    left = set(one.values())
    for ends in (edges, {(then, first) for first, then in edges}):
        left = _peel(left, ends)
    return {spot for spot in one if one[spot] in left}


def _peel(left: set[Spot], edges: Iterable[tuple[Spot, Spot]]) -> set[Spot]:
    """Return what remains after taking away, again and again, whatever no edge from the remaining leads to."""
    waits: dict[Spot, int] = dict.fromkeys(left, 0)
    frees: dict[Spot, list[Spot]] = defaultdict(list)
    for first, then in edges:
        if first in left and then in left:
            waits[then] += 1
            frees[first].append(then)
    free = [spot for spot, count in waits.items() if count == 0]
    for spot in free:
        for then in frees[spot]:
            waits[then] -= 1
            if waits[then] == 0:
                free.append(then)
    return left.difference(free)


def _marked(tour: Tour, number: int, links: Iterable[Link]) -> Tour:
    """Return a tour that knows which of its services others wait for, and which wait for one on the same route."""
    awaited = {link.first.place for link in links if link.first.tour == number}
    earlier: dict[int, tuple[tuple[int, Predecessor], ...]] = {}
    for link in links:
        if link.first.tour == link.then.tour == number:
            place = link.then.place
            earlier[place] = (*earlier.get(place, ()), (link.first.place, link.earlier))
    places = (replace(one, is_awaited=True) if place in awaited else one for place, one in enumerate(tour.places))
    return replace(tour, places=tuple(places), earlier=earlier)


# --- the least starts -----------------------------------------------------------------------------------------------


class _Clock:
    """Times tours again and again, the waiting places pushed by those they wait for, until nothing moves."""

    def __init__(self, tours: Mapping[int, Tour], links: Sequence[Link], policy: Policy) -> None:
        self.tours, self.policy = tours, policy
        self.leaving: dict[int, list[Link]] = {number: [] for number in tours}
        self.arriving: dict[int, list[Link]] = {number: [] for number in tours}
        self.closing: dict[int, list[Link]] = {number: [] for number in tours}
        self.bound: dict[int, set[Spot]] = {number: set() for number in tours}
        for link in links:
            if link.first.tour != link.then.tour:
                self.leaving[link.first.tour].append(link)
                self.arriving[link.then.tour].append(link)
                self.bound[link.then.tour].add(link.then)
            if link.earlier.max_gap_s is not None:
                self.closing[link.then.tour].append(link)
                self.bound[link.first.tour].add(link.first)
        self.helpless: set[Link] = set()

    def settle(self, slots: Slots) -> tuple[dict[int, TimedTour], bool]:
        """Return the tours in time, and whether one changed its break slot on the way.

        Once it shows that no wait of an earlier service helps, all begins anew without asking for it.
        """
        while True:
            before = len(self.helpless)
            timed, gave_up_a_slot = self._settle_once(slots)
            if len(self.helpless) == before:
                return timed, gave_up_a_slot

    def _settle_once(self, slots: Slots) -> tuple[dict[int, TimedTour], bool]:
        self.from_s: dict[Spot, int] = {}
        self.until_s: dict[Link, int] = {}
        self.waits: dict[Link, int] = {}
        self.timed: dict[int, TimedTour] = {}
        gave_up_a_slot = False
        queue = deque(self.tours)
        queued = set(self.tours)
        while queue:
            number = queue.popleft()
            queued.remove(number)
            before = self.timed.get(number)
            self.timed[number] = _time(self._bounded(number), slots[number], self.policy)
            gave_up_a_slot |= before is not None and before.slot != self.timed[number].slot
            for moved in [*self._push_followers(number), *self._hold_back(number, slots)]:
                if moved not in queued:
                    queue.append(moved)
                    queued.add(moved)
        return self.timed, gave_up_a_slot

    def _push_followers(self, number: int) -> Iterator[int]:
        """Let who waits for a tour's services start after them; yield the tours that this moves."""
        for link in self.leaving[number]:
            moment = moment_s(self.timed[number].places[link.first.place], link.earlier)
            is_moved = False
            if moment + link.earlier.min_gap_s > self.from_s.get(link.then, -FAR_FUTURE_S):
                self.from_s[link.then] = moment + link.earlier.min_gap_s
                is_moved = True
            until_s = None if link.earlier.max_gap_s is None else moment + link.earlier.max_gap_s
            if until_s is not None and until_s > self.until_s.get(link, -FAR_FUTURE_S):
                self.until_s[link] = until_s
                is_moved = True
            if is_moved:
                yield link.then.tour

    def _hold_back(self, number: int, slots: Slots) -> Iterator[int]:
        """Let services wait that a tour's services follow too late; yield the tours that this moves."""
        for link in self.closing[number]:
            then = self.timed[number].places[link.then.place]
            if then.past_gap_s == 0 or link in self.helpless or link.first.tour not in self.timed:
                continue
            assert link.earlier.max_gap_s is not None
            first = self.timed[link.first.tour].places[link.first.place]
            start_s = first.start_s + then.start_s - moment_s(first, link.earlier) - link.earlier.max_gap_s
            if start_s <= max(first.start_s, self.from_s.get(link.first, -FAR_FUTURE_S)):
                continue
            self.waits[link] = self.waits.get(link, 0) + 1
            if self.waits[link] > _MOST_WAITS or not self._may_wait(link.first, start_s, slots[link.first.tour]):
                self.helpless.add(link)
                continue
            self.from_s[link.first] = start_s
            yield link.first.tour

    def _may_wait(self, spot: Spot, start_s: int, slot: int | None) -> bool:
        """Return whether a service may start only then without a breach on its route that there is not now.

        Gaps do not count: who comes too late after others may make them wait in turn.
        """
        tour = self._bounded(spot.tour)
        places = list(tour.places)
        places[spot.place] = replace(places[spot.place], linked_from_s=start_s)
        waiting = _time(replace(tour, places=tuple(places)), slot, self.policy)
        return _breach_but_gaps_s(waiting) <= _breach_but_gaps_s(self.timed[spot.tour])

    def _bounded(self, number: int) -> Tour:
        """Return a tour whose services start no sooner than those on other routes, or after them, let them."""
        tour = self.tours[number]
        until: dict[Spot, int] = {}
        for link in self.arriving[number]:
            until[link.then] = min(until.get(link.then, FAR_FUTURE_S), self.until_s.get(link, FAR_FUTURE_S))
        places = list(tour.places)
        for spot in self.bound[number]:
            first_s, last_s = self.from_s.get(spot, -FAR_FUTURE_S), until.get(spot, FAR_FUTURE_S)
            if first_s > -FAR_FUTURE_S or last_s < FAR_FUTURE_S:
                places[spot.place] = replace(places[spot.place], linked_from_s=first_s, linked_until_s=last_s)
        return replace(tour, places=tuple(places))


def _breach_but_gaps_s(timed: TimedTour) -> int:
    return timed.breach_s - sum(stop.past_gap_s for stop in timed.places)


def _with_bounds_inside(timed: TimedTour) -> TimedTour:
    """Return a timed tour whose services know also the bounds that come from the same route."""
    places = list(timed.tour.places)
    for place, earlier_ones in timed.tour.earlier.items():
        for before, earlier in earlier_ones:
            moment, service = moment_s(timed.places[before], earlier), places[place]
            last_s = FAR_FUTURE_S if earlier.max_gap_s is None else moment + earlier.max_gap_s
            places[place] = replace(
                service,
                linked_from_s=max(service.linked_from_s, moment + earlier.min_gap_s),
                linked_until_s=min(service.linked_until_s, last_s),
            )
    return replace(timed, tour=replace(timed.tour, places=tuple(places)))
