"""The smallest change: what to ask for so that a visit is served, or comes on time, and what the plan then costs.

Each thing that may be asked for is tried on the plan in hand first, by the judge's own rules, as wide as it may be; the
cheapest are narrowed to what is needed, planned again with just that, and judged. What is shown has passed both. A
visit that comes late is taken out of the plan first, and has to come on time in a plan that costs less.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.plan import CauseKind, ReasonCode
from optimizer.explain.beside_locks import locks_in_the_way
from optimizer.explain.making_room import make_room, plan_of, without
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

    For a visit that is served late they let it come on time, in a plan that costs less.

    Parameters
    ----------
    problem, matrix, plan
        What was solved, and the plan, which leaves the visit out or serves it late.
    seconds
        How long may be looked; `None` takes as long as it takes.
    search
        How each plan is made anew; by default three tenths of a second.

    Returns
    -------
    tuple of Proposal
        Empty where nothing that may be asked for helps, nothing was found in time, or the visit comes on time as it is;
        and for a late visit that others wait for.

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
    is_late = late_s(plan, visit) > 0
    is_on_time = not is_late and any(visit_id in route.visit_ids for route in plan.routes)
    if is_on_time or (is_late and _is_awaited(problem, visit)):
        return ()
    found = _narrow_asks(problem, matrix, plan, visit, is_past(LOOKING_SHARE))
    proposals: list[Proposal] = []
    for ask, start in found:
        if len(proposals) == MOST or is_past(1.0)():
            break
        variant = _cheapest(ask, matrix, plan, visit, start, search)
        if variant is None or (is_late and (late_s(variant.plan, visit) > 0 or variant.extra_cents >= 0)):
            continue
        # Planned again, it may do without: then nobody need be asked.
        as_it_is = judged_variant(problem, matrix, plan, variant.plan)
        if as_it_is is None or (is_late and as_it_is.extra_cents > variant.extra_cents):
            route, stop = served_by(variant.plan, visit)
            proposals.append(Proposal(visit_id, ask, variant, route.technician_id, stop.start_s))
    return tuple(sorted(proposals, key=lambda one: (one.variant.extra_cents, one.ask.kind)))


def _narrow_asks(
    problem: Problem, matrix: TravelMatrix, plan: Plan, visit: Visit, is_up: Callable[[], bool]
) -> list[tuple[Ask, Plan]]:
    """Return what may be asked for and would do, no more than is needed, each with a plan; the cheapest first."""
    found: list[tuple[int, int, Ask, Plan]] = []
    scene, bare = open_scene(Facts(problem, matrix), plan), plan
    is_late = late_s(plan, visit) > 0
    locks = _locks_beside(problem, plan, visit) if is_late else _locks_in_its_way(scene, plan, visit)
    if is_late:
        scene = without(scene, {visit.visit_id})
        bare = plan_of(scene)
    # What is no cheaper than to make room as things are, nobody need be asked for.
    limit_cents = _cents_as_it_is(matrix, plan, visit, _room(scene, visit, is_up))
    asks = sorted(asks_for(problem, visit, locks), key=_is_about(plan, visit))
    for number, ask in enumerate(asks):
        if is_up():
            break
        room = _room(open_scene(Facts(ask.problem, matrix), bare), visit, is_up)
        made = None if room is None else judged_variant(ask.problem, matrix, plan, plan_of(room.scene))
        least = None if made is None else narrowed(ask, problem, matrix, visit, made.plan)
        if made is None or least is None:
            continue
        again = judged_variant(least.problem, matrix, plan, _timed(least.problem, matrix, made.plan))
        if again is None or (is_late and late_s(again.plan, visit) > 0):
            continue
        if limit_cents is None or again.extra_cents < limit_cents:
            found.append((again.extra_cents, number, least, again.plan))
    return [(ask, made) for _, _, ask, made in sorted(found, key=lambda one: one[:2])]


def late_s(plan: Plan, visit: Visit) -> int:
    """Return by how many seconds a plan serves a visit late; 0 where it leaves it out."""
    stops = (stop for route in plan.routes for stop in route.stops)
    return max((stop.lateness_s for stop in stops if stop.visit_id == visit.visit_id), default=0)


def _is_awaited(problem: Problem, visit: Visit) -> bool:
    """Return whether others come after a visit: it cannot be taken out of a plan by itself."""
    return any(earlier.visit_id == visit.visit_id for other in problem.visits for earlier in other.after)


def _cents_as_it_is(matrix: TravelMatrix, plan: Plan, visit: Visit, room: Room | None) -> int | None:
    """Return what making room costs more with nobody asked; for a late visit, at most what the plan in hand costs."""
    if late_s(plan, visit) == 0:
        return None if room is None else room.cents
    problem = None if room is None else room.scene.facts.problem
    made = None if room is None or problem is None else judged_variant(problem, matrix, plan, plan_of(room.scene))
    return 0 if made is None else min(0, made.extra_cents)


def _locks_beside(problem: Problem, plan: Plan, visit: Visit) -> tuple[str, ...]:
    """Return the locked visits of the routes that serve a visit, itself among them."""
    beside = {one for route in plan.routes if visit.visit_id in route.visit_ids for one in route.visit_ids}
    return tuple(sorted(beside & {lock.visit_id for lock in problem.locks}))


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
