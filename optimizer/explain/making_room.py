"""What taking a visit in after all would cost: a plan with it, made from the one in hand by the judge's own rules.

Visits that hold its time, its part, its tool or its people make room, one or two or a whole day of them; it is put in
where that costs least, and those that made room are put back wherever they are worth it. What comes out keeps every
hard rule, so that what it costs is an upper bound; how much less would do, only planning again can say.
"""

from __future__ import annotations

from itertools import combinations, islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import BRANCH_STOP
from optimizer.explain.positions import best_position, present_way, tour_with
from optimizer.explain.scene import key_of
from optimizer.judge.costs import absence_cents
from optimizer.judge.hard_rules import prefix_of
from optimizer.judge.links import time_together
from optimizer.judge.verdict import time_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan
    from optimizer.domain.technician import Shift
    from optimizer.explain.scene import Key, Scene
    from optimizer.judge.facts import Tour

#: In how many technicians' days, those with the least detour, others are asked to make room.
ASKED_DAYS = 8
#: So many sets of visits are tried where nobody waits for the answer in particular.
TRIES = 3
#: On a day with up to so many visits that may go, every two of them are asked; on a longer one, two that follow.
FEW = 5


class Room(NamedTuple):
    """A plan with a visit that was left out.

    Parameters
    ----------
    technician_id, day
        Who serves it, or leads its crew, and when.
    cents
        What the plan costs more than the one in hand.
    left_out, moved
        The visits that it leaves out, and those that others serve, or at another place.
    scene
        The plan itself.
    """

    technician_id: str
    day: int
    cents: int
    left_out: tuple[str, ...]
    moved: tuple[str, ...]
    scene: Scene

    @property
    def order(self) -> tuple[int, int, str, int]:
        """Sort key: the cheapest first, then the one that changes least, ties by technician and day."""
        return self.cents, len(self.left_out) + len(self.moved), self.technician_id, self.day


def make_room(
    scene: Scene,
    visit: Visit,
    is_up: Callable[[], bool],
    *,
    tries: int | None = TRIES,
    is_full: bool = False,
) -> Room | None:
    """Return the cheapest plan that was found with a visit; `None` when there is none, or the time is up first.

    Parameters
    ----------
    is_up
        Asked between tries.
    tries
        How many sets of visits are asked to make room; `None` asks all.
    is_full
        Whether it is known that the visit has no place where nobody goes.
    """
    best: Room | None = None
    tried: set[frozenset[str]] = set()
    for gone, who in _who_might_go(scene, visit):
        if is_full and not gone:
            continue
        if is_up() or (tries is not None and len(tried) >= tries):
            break
        everybody = _with_followers(scene, gone)
        if everybody is None or everybody in tried:
            continue
        tried.add(everybody)
        found = _taken_in(scene, visit, everybody, who, is_up)
        if found is not None and (best is None or found.order < best.order):
            best = found
    return best


# --- who makes room -------------------------------------------------------------------------------------------------


def _who_might_go(scene: Scene, visit: Visit) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield sets of visits that might make room, and for whom; empty: for anybody.

    First what is worth least, alone; then whole days; then two together, and all that is in the way at once.
    """
    facts = scene.facts
    yield (), ""
    days = {key_of(shift): _may_go(scene, key_of(shift)) for shift in _asked_days(scene, visit)}
    holders = sorted(_holders(scene, visit))
    alone = {visit_id: who for (who, _), day in reversed(days.items()) for visit_id in day}
    alone |= dict.fromkeys(holders, "")

    def worth(visit_id: str) -> tuple[int, str]:
        return absence_cents(facts, facts.problem.visit_by_id[visit_id]), visit_id

    # Where a part or a tool is short, no time helps.
    yield from (((visit_id,), "") for visit_id in sorted(holders, key=worth))
    yield from (((visit_id,), alone[visit_id]) for visit_id in sorted(alone.keys() - set(holders), key=worth))
    yield from (((*day, *holders), "") for day in days.values())
    yield from ((pair, "") for day in days.values() for pair in _pairs(day))
    yield from (((holder, visit_id), "") for holder in holders for day in days.values() for visit_id in day)
    yield (*holders, *(visit_id for day in days.values() for visit_id in day)), ""


def _pairs(day: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the visits of a day in twos: each two of a short day, else those that follow one another."""
    return combinations(day, 2) if len(day) <= FEW else pairwise(day)


def _asked_days(scene: Scene, visit: Visit) -> list[Shift]:
    """Return the days of those who could serve a visit, or be of its crew, the nearest first."""
    is_crew = scene.facts.problem.crew_size_of(visit) > 1

    def is_able(shift: Shift) -> bool:
        return scene.alone(shift, visit) is None or (is_crew and scene.alone(shift, visit, leads=False) is None)

    return list(islice((shift for shift in scene.near_first(visit) if is_able(shift)), ASKED_DAYS))


def _may_go(scene: Scene, key: Key) -> list[str]:
    """Return the visits of a day that nothing holds there, in driving order."""
    timed, facts = scene.timed.get(key), scene.facts
    fixed = set(prefix_of(facts.problem, *key))
    visits = () if timed is None else timed.tour.visits
    return [v.visit_id for v in visits if v.visit_id not in fixed and not facts.is_mandatory(v.visit_id)]


def _holders(scene: Scene, visit: Visit) -> set[str]:
    """Return the planned visits that have a part or a tool which a visit needs."""
    parts = {need.part_id for need in visit.parts if need.quantity > 0}
    tools = {need.tool_id for need in visit.tools}
    if not parts and not tools:
        return set()
    return {
        other.visit_id
        for other in scene.facts.problem.visits
        if other.visit_id in scene.planned
        and not scene.facts.is_mandatory(other.visit_id)
        and (parts & {need.part_id for need in other.parts} or tools & {need.tool_id for need in other.tools})
    }


def _with_followers(scene: Scene, gone: Iterable[str]) -> frozenset[str] | None:
    """Return visits with all that come after them; `None` where one of these has to stay."""
    found, waiting = set(gone), list(gone)
    while waiting:
        for later in scene.followers.get(waiting.pop(), ()):
            if later in scene.planned and later not in found:
                found.add(later)
                waiting.append(later)
    return None if any(scene.facts.is_mandatory(visit_id) for visit_id in found) else frozenset(found)


# --- a plan with it -------------------------------------------------------------------------------------------------


def _taken_in(scene: Scene, visit: Visit, gone: frozenset[str], who: str, is_up: Callable[[], bool]) -> Room | None:
    """Return the plan without some visits, with one that was left out, and with those again that are worth it.

    Parameters
    ----------
    who
        Who serves it, where one person does; empty: anybody.
    """
    facts, problem = scene.facts, scene.facts.problem
    made, place = without(scene, gone), None
    for one in _with_earlier(scene, visit):
        place = best_position(made, one, is_up, who=who if one is visit else "").position
        if place is None:
            return None
        made = made.with_days(place.timed)
    assert place is not None
    for one in sorted((problem.visit_by_id[v] for v in gone), key=lambda v: (-absence_cents(facts, v), v.visit_id)):
        again = None if _waits_for_absent(made, one) else best_position(made, one, is_up).position
        if again is not None and again.extra_cents < absence_cents(facts, one):
            made = made.with_days(again.timed)
    left_out = tuple(sorted(gone - made.planned.keys()))
    moved = tuple(sorted(gone & made.planned.keys()))
    return Room(place.technician_id, place.day, made.cost_cents - scene.cost_cents, left_out, moved, made)


def _with_earlier(scene: Scene, visit: Visit) -> list[Visit]:
    """Return a visit behind all that come before it and are not planned."""
    found: list[Visit] = []
    for earlier in visit.after:
        if earlier.visit_id not in scene.planned:
            found += _with_earlier(scene, scene.facts.problem.visit_by_id[earlier.visit_id])
    return [*dict.fromkeys(found), visit]


def _waits_for_absent(scene: Scene, visit: Visit) -> bool:
    return any(earlier.visit_id not in scene.planned for earlier in visit.after)


def without(scene: Scene, gone: Collection[str]) -> Scene:
    """Return the present plan without some visits, its days timed again."""
    if not gone:
        return scene
    tours = {key: timed.tour for key, timed in scene.timed.items()}
    changed = {key: _shorter(scene, key, gone) for key in {key for visit_id in gone for key in scene.planned[visit_id]}}
    linked = scene.facts.linked
    if any(not linked.isdisjoint(visit.visit_id for visit in tours[key].visits) for key in changed):
        changed = {**{key: _shorter(scene, key, ()) for key in tours}, **changed}
    timed = time_together(scene.facts, list(changed.values()), [None] * len(changed))
    return scene.with_days(dict(zip(changed, timed, strict=True)))


def plan_of(scene: Scene) -> Plan:
    """Return a scene as a plan with its times."""
    ways = {key: present_way(scene, timed.tour.shift) for key, timed in scene.timed.items()}
    services = [service for timed in scene.timed.values() for service in timed.tour.services]
    return time_routes(
        scene.facts.problem,
        scene.facts.matrix,
        {key: way.ids for key, way in ways.items()},
        leads={service.visit.visit_id: service.crew.lead for service in services if service.visit and service.crew},
        waits={key: way.waits for key, way in ways.items()},
    )


def _shorter(scene: Scene, key: Key, gone: Collection[str]) -> Tour:
    """Return a technician's day without some visits, and without a stop at the branch behind the last one."""
    way = present_way(scene, scene.facts.shifts[key])
    left = [one for one in way.ids if one not in gone]
    while left and left[-1] == BRANCH_STOP:
        left.pop()
    return tour_with(scene, key, way._replace(ids=tuple(left)))
