"""Why a planned visit is where it is: what fixes its hour, and what it would cost with everybody else who could come.

The visit is taken out of the plan and put back wherever it fits, the rest as it is: so each price is that of one
decision, by the judge's own rules, and not that of a day planned anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.explain.making_room import without
from optimizer.explain.positions import best_single_position
from optimizer.judge.costs import price_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.order import Visit
    from optimizer.domain.rules import Rule
    from optimizer.explain.scene import Scene


class Fixed(StrEnum):
    """What a service waits for: the arrival, its window, its ready time, the plan, its lock, others, or its hours."""

    ARRIVAL = "arrival"
    WINDOW = "window"
    READY = "ready"
    FLOOR = "floor"
    LOCK = "lock"
    OTHERS = "others"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody else who could serve a visit, the rest of the plan as it is.

    Parameters
    ----------
    cost_changes
        By how many cents each soft rule would cost more, as far as it differs.
    """

    technician_id: str
    day: int
    start_s: int
    extra_cents: int
    cost_changes: Mapping[Rule, int]


@dataclass(frozen=True, slots=True)
class WhyServed:
    """Why a visit is where it is.

    Parameters
    ----------
    fixed_by
        What its start comes from.
    others
        Who else could serve it, the cheapest first.
    """

    visit_id: str
    technician_id: str
    day: int
    start_s: int
    fixed_by: Fixed
    others: tuple[Alternative, ...]


def why_served(scene: Scene, visit: Visit) -> WhyServed:
    """Return why a planned visit of one person is where it is; of a crew, what fixes its hour."""
    key = scene.planned[visit.visit_id][0]
    timed = scene.timed[key]
    number = [one.visit_id for one in timed.tour.visits].index(visit.visit_id)
    service, stop = timed.tour.services[number], timed.stops[number]
    candidates = (
        (stop.arrive_s, Fixed.ARRIVAL),
        (service.windows[stop.window].open_s if stop.window >= 0 else stop.arrive_s, Fixed.WINDOW),
        (service.ready_s, Fixed.READY),
        (service.floor_s, Fixed.FLOOR),
        (service.locked_from_s, Fixed.LOCK),
        (service.linked_from_s, Fixed.OTHERS),
    )
    fixed = next((name for moment_s, name in candidates if moment_s == stop.start_s), Fixed.HOURS)
    is_alone = scene.facts.problem.crew_size_of(visit) == 1
    others = _others(scene, visit, key[0]) if is_alone else ()
    return WhyServed(visit.visit_id, key[0], key[1], stop.start_s, fixed, others)


def _others(scene: Scene, visit: Visit, who: str) -> tuple[Alternative, ...]:
    """Return who else could serve a visit, the cheapest first."""
    bare, now = without(scene, {visit.visit_id}), price_plan(scene.facts, scene.timed.values(), scene.planned)
    found = []
    for other in sorted({shift.technician_id for shift in scene.shifts} - {who}):
        position = best_single_position(bare, visit, lambda: False, who=other).position
        if position is None:
            continue
        made = bare.with_days(position.timed)
        then = price_plan(made.facts, made.timed.values(), made.planned)
        changes = {rule: cents - now[rule] for rule, cents in then.items() if cents != now[rule]}
        timed = position.timed[other, position.day]
        stops = zip(timed.tour.visits, timed.stops, strict=True)
        start_s = next(stop.start_s for one, stop in stops if one.visit_id == visit.visit_id)
        found.append(Alternative(other, position.day, start_s, sum(changes.values()), changes))
    return tuple(sorted(found, key=lambda one: (one.extra_cents, one.technician_id)))
