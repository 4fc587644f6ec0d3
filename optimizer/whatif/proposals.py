"""The smallest change: what to ask for so that a visit that is left out is served, and what the plan then costs.

Each thing that may be asked for is tried on the plan in hand first, by the judge's own rules, as wide as it may be; the
cheapest are narrowed to what is needed, planned again with just that, and judged. What is shown has passed both.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.plan import CauseKind, ReasonCode
from optimizer.explain.beside_locks import locks_in_the_way
from optimizer.explain.making_room import make_room, plan_of
from optimizer.explain.scene import open_scene
from optimizer.judge.facts import Facts
from optimizer.judge.verdict import time_routes
from optimizer.running.first_routes import routes_of
from optimizer.whatif.asks import Ask, AskKind, asks_for, narrowed, served_by
from optimizer.whatif.variant import Search, Variant, judged_variant, plan_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.explain.making_room import Room
    from optimizer.explain.scene import Scene
    from optimizer.travel.matrix import TravelMatrix

#: So many proposals are made at most.
MOST = 3
#: So many sets of visits are asked to make room, for each thing that may be asked for.
TRIES = 6
#: What helps first against a reason.
ABOUT: dict[ReasonCode, tuple[tuple[AskKind, HouseLimit | None], ...]] = {
    ReasonCode.PART_OUT_OF_STOCK: ((AskKind.PART, None),),
    ReasonCode.PART_ARRIVES_LATE: ((AskKind.PART, None),),
    ReasonCode.PART_NOT_RETURNED: ((AskKind.RETURN, None),),
    ReasonCode.TOOL_IN_USE: ((AskKind.TOOL, None),),
    ReasonCode.TIME_WINDOW: ((AskKind.WINDOW, None), (AskKind.EXCEPTION, HouseLimit.OVERTIME)),
    ReasonCode.SHIFT_CAPACITY: ((AskKind.EXCEPTION, HouseLimit.OVERTIME), (AskKind.EXCEPTION, HouseLimit.VISITS)),
    ReasonCode.MAX_TRAVEL: ((AskKind.EXCEPTION, HouseLimit.TRAVEL),),
    ReasonCode.AREA: ((AskKind.EXCEPTION, HouseLimit.AREA),),
    ReasonCode.TECHNICIAN_NOT_ALLOWED: ((AskKind.TECHNICIAN, None),),
    ReasonCode.SKILL: ((AskKind.SKILL, None),),
    ReasonCode.SKILL_LEVEL: ((AskKind.SKILL, None),),
    ReasonCode.CERTIFICATE_EXPIRED: ((AskKind.SKILL, None),),
    ReasonCode.PINNED_CONFLICT: ((AskKind.LOCK, None),),
    ReasonCode.DECLINED: ((AskKind.WINDOW, None),),
    ReasonCode.NOT_REACHED: ((AskKind.WINDOW, None),),
}
#: The share of the time in which what to ask for is looked for; in the rest it is planned again.
LOOKING_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something to ask for, and the plan with it.

    Parameters
    ----------
    ask
        What is asked for, no more than is needed.
    variant
        The plan with the visit, made with that and judged: `extra_cents` is what it costs more.
    technician_id, start_s
        Who comes, or leads the crew, and when the service starts.
    """

    visit_id: str
    ask: Ask
    variant: Variant
    technician_id: str
    start_s: int


def smallest_change(
    problem: Problem,
    matrix: TravelMatrix,
    plan: Plan,
    visit_id: str,
    *,
    seconds: float | None = 5.0,
    search: Search | None = None,
) -> tuple[Proposal, ...]:
    """Return up to three things to ask for, each of another kind, that let a plan serve a visit; the cheapest first.

    Parameters
    ----------
    problem, matrix, plan
        What was solved, and the plan, which leaves the visit out.
    seconds
        How long may be looked; `None` takes as long as it takes.
    search
        How each plan is made anew; by default three tenths of a second.

    Returns
    -------
    tuple of Proposal
        Empty where nothing that may be asked for helps, or nothing was found in time.

    Examples
    --------
    >>> outcome = solve(read_branch("data/hangzhou"))  # doctest: +SKIP
    >>> [left, *_] = outcome.unassigned  # doctest: +SKIP
    >>> smallest_change(outcome.problem, outcome.matrix, outcome.plan, left.visit_id)  # doctest: +SKIP
    """
    search = search or Search()
    began_s = time.monotonic()
    until_s = None if seconds is None else began_s + seconds

    def is_past(share: float) -> Callable[[], bool]:
        return lambda: until_s is not None and time.monotonic() >= began_s + share * (until_s - began_s)

    visit = problem.visit_by_id[visit_id]
    found = _narrow_asks(problem, matrix, plan, visit, is_past(LOOKING_SHARE))
    proposals: list[Proposal] = []
    for ask, start in found:
        if len(proposals) == MOST or is_past(1.0)():
            break
        variant = _cheapest(ask, matrix, plan, visit, start, search)
        # Planned again, it may do without: then nobody need be asked.
        if variant is not None and judged_variant(problem, matrix, plan, variant.plan) is None:
            route, stop = served_by(variant.plan, visit)
            proposals.append(Proposal(visit_id, ask, variant, route.technician_id, stop.start_s))
    return tuple(sorted(proposals, key=lambda one: (one.variant.extra_cents, one.ask.kind)))


def _narrow_asks(
    problem: Problem, matrix: TravelMatrix, plan: Plan, visit: Visit, is_up: Callable[[], bool]
) -> list[tuple[Ask, Plan]]:
    """Return what may be asked for and would do, no more than is needed, each with a plan; the cheapest first."""
    found: list[tuple[int, int, Ask, Plan]] = []
    scene = open_scene(Facts(problem, matrix), plan)
    # What is no cheaper than to make room as things are, nobody need be asked for.
    as_it_is = _room(scene, visit, is_up)
    asks = sorted(asks_for(problem, visit, _locks_in_its_way(scene, plan, visit)), key=_is_about(plan, visit))
    for number, ask in enumerate(asks):
        if is_up():
            break
        room = _room(open_scene(Facts(ask.problem, matrix), plan), visit, is_up)
        made = None if room is None else judged_variant(ask.problem, matrix, plan, plan_of(room.scene))
        least = None if made is None else narrowed(ask, problem, matrix, visit, made.plan)
        if made is None or least is None:
            continue
        again = judged_variant(least.problem, matrix, plan, _timed(least.problem, matrix, made.plan))
        if again is not None and (as_it_is is None or again.extra_cents < as_it_is.cents):
            found.append((again.extra_cents, number, least, again.plan))
    return [(ask, made) for _, _, ask, made in sorted(found, key=lambda one: one[:2])]


def _room(scene: Scene, visit: Visit, is_up: Callable[[], bool]) -> Room | None:
    """Return a plan with a visit: where it has a place already, nobody is asked to make room."""
    free = make_room(scene, visit, is_up, tries=1)
    return free if free is not None else make_room(scene, visit, is_up, tries=TRIES, is_full=True)


def _is_about(plan: Plan, visit: Visit) -> Callable[[Ask], bool]:
    """Return a sort key: what the reason of a visit is about comes first, so that little time is enough for it."""
    reasons = [r.code for left in plan.unassigned if left.visit_id == visit.visit_id for r in left.reasons]

    def is_other(ask: Ask) -> bool:
        limit = None if ask.exception is None else ask.exception.limit
        return not any((ask.kind, limit) in ABOUT.get(code, ()) for code in reasons)

    return is_other


def _locks_in_its_way(scene: Scene, plan: Plan, visit: Visit) -> tuple[str, ...]:
    """Return the visits whose locks keep a visit out: what was found then, else what is found now."""
    causes = [left.cause for left in plan.unassigned if left.visit_id == visit.visit_id and left.cause is not None]
    if not causes:
        return locks_in_the_way(scene, visit)
    return causes[0].others if causes[0].kind is CauseKind.LOCKED else ()


def _timed(problem: Problem, matrix: TravelMatrix, plan: Plan) -> Plan:
    """Return a plan's routes, timed with other facts."""
    return time_routes(problem, matrix, routes_of(plan), leads=plan.leads)


def _cheapest(ask: Ask, matrix: TravelMatrix, plan: Plan, visit: Visit, start: Plan, search: Search) -> Variant | None:
    """Return the plan with what is asked for: the one planned again, or the one at hand where that is no dearer."""
    made = [
        plan_with(ask.problem, matrix, plan, visit.visit_id, search, start=start),
        judged_variant(ask.problem, matrix, plan, start),
    ]
    return min((one for one in made if one is not None), key=lambda one: one.extra_cents, default=None)
