"""Who waits at the branch for a part, where a plan brings routes without times.

Routes draw in the order in which they could leave, so that early leavers get what is there; one that finds too little
waits until what arrives can be used, before it leaves or at its stop at the branch.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.drafts import tours_of
from optimizer.judge.facts import Waits
from optimizer.judge.stock import arrival_moments, drawn_parts, draws_of_day, stock_shortages
from optimizer.judge.timing import time_canonically

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.judge.drafts import Draft
    from optimizer.judge.facts import Facts, Tour
    from optimizer.judge.stock import Draw, DrawnParts


def with_waits(facts: Facts, drafts: Sequence[Draft]) -> list[Draft]:
    """Return routes with the moments until which they wait at the branch for their parts, the earliest that do.

    A route for which no wait helps does not wait.
    """
    found = list(drafts)
    if all(arrival.arrives_s is None for arrival in facts.problem.arrivals):
        return found
    tours = tours_of(facts, drafts)
    parts = dict(zip(tours, drawn_parts(list(tours.values())), strict=True))
    drawn: list[Draw] = []
    for number in sorted(tours, key=lambda n: (tours[n].shift.day, tours[n].depart_s, drafts[n].technician_id)):
        if not any(parts[number]):
            continue
        choices = [replace(drafts[number], waits=waits) for waits in _choices(facts, tours[number])]
        draws = [_draws(facts, choice, parts[number]) for choice in choices]
        fine = (n for n, mine in enumerate(draws) if not stock_shortages(facts.problem, [*drawn, *mine]))
        chosen = next(fine, 0)
        found[number] = choices[chosen]
        drawn += draws[chosen]
    return found


def _choices(facts: Facts, tour: Tour) -> list[Waits]:
    """Return until when a route may wait, not at all first, then the shortest waits before it leaves."""
    needed = {need.part_id for visit in tour.visits for need in visit.parts}
    moments = [-FAR_FUTURE_S, *arrival_moments(facts.problem, needed, tour.shift.day)]
    at_stop = moments if tour.branch_at is not None else moments[:1]
    return [Waits(leaves_s, stops_s) for leaves_s, stops_s in product(moments, at_stop)]


def _draws(facts: Facts, draft: Draft, parts: DrawnParts) -> list[Draw]:
    (tour,) = tours_of(facts, [draft]).values()
    return draws_of_day(facts.problem, time_canonically(tour, facts.problem.policy), parts)
