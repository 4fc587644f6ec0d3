"""The judge's clock over several routes: crews that meet, and visits that wait for one another (RULES §2, §3).

Most routes wait for nobody and are timed alone. The others are timed together: each as early as it can, and a service
that others wait for pushes theirs, until nothing moves. Starts only ever move later, so that this ends, with the least
starts that satisfy everything. What cannot be satisfied, because the orders of visits contradict one another in a
circle, is left out of the links; the rules `crew` and `precedence` then find it broken.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace
from itertools import pairwise, permutations
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import GapFrom, Predecessor
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge_timing import TimedTour, moment_s, time_canonically, time_with_slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.domain.policy import Policy
    from optimizer.judge_facts import Facts, Tour


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
        timed, gave_up_a_slot = _settle(linked, links, slots, policy)
        if gave_up_a_slot:
            # With the slots as they are now, so that no start is kept up by a slot that was given up meanwhile.
            timed, _ = _settle(linked, links, {number: one.slot for number, one in timed.items()}, policy)
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


def _settle(
    tours: Mapping[int, Tour],
    links: Iterable[Link],
    slots: Mapping[int, int | None] | Sequence[int | None],
    policy: Policy,
) -> tuple[dict[int, TimedTour], bool]:
    """Time tours again and again, the waiting places pushed by those they wait for, until nothing moves.

    Returns
    -------
    timed, gave_up_a_slot
        Whether a tour changed its break slot on the way.
    """
    from_s: dict[Spot, int] = {}
    until_s: dict[Link, int] = {}
    leaving: dict[int, list[Link]] = {number: [] for number in tours}
    arriving: dict[int, list[Link]] = {number: [] for number in tours}
    for link in links:
        if link.first.tour != link.then.tour:
            leaving[link.first.tour].append(link)
            arriving[link.then.tour].append(link)
    timed: dict[int, TimedTour] = {}
    gave_up_a_slot = False
    queue = deque(tours)
    queued = set(tours)
    while queue:
        number = queue.popleft()
        queued.remove(number)
        tour = _bounded(tours[number], arriving[number], from_s, until_s)
        before = timed.get(number)
        timed[number] = _time(tour, slots[number], policy)
        gave_up_a_slot |= before is not None and before.slot != timed[number].slot
        for link in leaving[number]:
            moment = moment_s(timed[number].places[link.first.place], link.earlier)
            is_moved = False
            if moment + link.earlier.min_gap_s > from_s.get(link.then, -FAR_FUTURE_S):
                from_s[link.then] = moment + link.earlier.min_gap_s
                is_moved = True
            if link.earlier.max_gap_s is not None and moment + link.earlier.max_gap_s > until_s.get(
                link, -FAR_FUTURE_S
            ):
                until_s[link] = moment + link.earlier.max_gap_s
                is_moved = True
            if is_moved and link.then.tour not in queued:
                queue.append(link.then.tour)
                queued.add(link.then.tour)
    return timed, gave_up_a_slot


def _bounded(tour: Tour, links: Iterable[Link], from_s: Mapping[Spot, int], until_s: Mapping[Link, int]) -> Tour:
    """Return a tour whose services start no sooner than those on other routes let them."""
    until: dict[Spot, int] = {}
    for link in links:
        until[link.then] = min(until.get(link.then, FAR_FUTURE_S), until_s.get(link, FAR_FUTURE_S))
    places = list(tour.places)
    for spot, last_s in until.items():
        first_s = from_s.get(spot, -FAR_FUTURE_S)
        if first_s > -FAR_FUTURE_S or last_s < FAR_FUTURE_S:
            places[spot.place] = replace(places[spot.place], linked_from_s=first_s, linked_until_s=last_s)
    return replace(tour, places=tuple(places))


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
