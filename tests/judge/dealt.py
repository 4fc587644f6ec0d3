"""Verdicts that are kept: random problems with visits dealt to anybody, and what the judge finds, in a file.

Nothing here is drawn by asking the judge, so that whatever it finds is its own word. When a rule is meant to change,
`python -m tests.judge.dealt` writes the verdicts anew; the difference shows what changed, and is read before it is
committed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import Confirmed, Interval, ServiceLog, Urgency
from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.policy import BrokenLocks, Floor
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.units import DAY_S
from optimizer.judge.verdict import judge_plan, time_routes
from tests.random_problems import (
    _with_pay,
    _with_the_whole_book,
    _without_locks,
    random_matrix,
    with_doors,
    with_repeats,
    with_rests,
)

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan, Route
    from optimizer.domain.policy import Policy
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.travel.matrix import TravelMatrix
    from tests.random_problems import DayRoutes

KEPT = Path(__file__).with_name("verdicts.json")
#: From this seed on there is time at doors, and there are repeat faults; the worlds of before stay as they are.
WITH_DOORS = 4_000
#: The seeds of the worlds that are kept. The three beside the ranges have routes that wait for one another over several
#: rounds, and a break slot that is given up meanwhile: they find mutants of `links.py` out that nothing else does.
SEEDS = (*range(160), 776, 2115, 3298, *range(WITH_DOORS, WITH_DOORS + 30))


def dealt(seed: int) -> tuple[Problem, TravelMatrix, DayRoutes]:
    """Return a problem in which every rule may matter, and routes that mind none of them."""
    rng = Random(seed)
    problem = _without_locks(rng, rng.randint(2, 9), rng.randint(2, 4))
    if rng.random() < 0.7:
        problem = _with_the_whole_book(rng, problem, 8)
    matrix = random_matrix(rng, problem)
    routes = _deal(rng, problem)
    problem = replace(problem, policy=_policy(rng, problem.policy), locks=_locks(rng, routes))
    problem = replace(problem, published=_published(rng, problem, routes), orders=_orders(rng, problem))
    problem = replace(problem, exceptions=_exceptions(Random(f"exceptions {seed}"), problem))
    problem = _with_pay(seed, _answered(Random(f"answers {seed}"), problem))
    if seed >= WITH_DOORS:
        problem = with_doors(seed, with_repeats(seed, problem))
    return _rested(Random(f"rests {seed}"), _under_way(Random(f"under way {seed}"), problem, routes)), matrix, routes


def _rested(rng: Random, problem: Problem) -> Problem:
    """Return a problem with rests that some routes break, one in four."""
    return with_rests(rng, problem) if rng.random() < 0.25 else problem


def _exceptions(rng: Random, problem: Problem) -> tuple[LimitException, ...]:
    """Return exceptions for most visits of a few problems, of any size inside the band, some of them for one person."""
    if rng.random() < 0.9:
        return ()
    people = [technician.technician_id for technician in problem.technicians]
    made = []
    for visit in problem.visits:
        limit = rng.choice(tuple(HouseLimit))
        amount = rng.randint(1, problem.policy.band_of(limit) // limit.unit) * limit.unit
        made.append(LimitException(visit.visit_id, limit, amount, "Chen", "as drawn", rng.choice(("", *people))))
    return tuple(made)


def _answered(rng: Random, problem: Problem) -> Problem:
    """Return a problem some of whose customers said no, or were not reached, one in five."""
    if rng.random() < 0.8:
        return problem
    answers = (Confirmed.NO, Confirmed.UNREACHABLE, Confirmed.UNREACHABLE, None)
    orders = [replace(o, log=replace(o.log, confirmed=rng.choice(answers))) for o in problem.orders]
    return replace(problem, orders=tuple(orders))


def _under_way(rng: Random, problem: Problem, routes: DayRoutes) -> Problem:
    """Return a problem whose first day is under way, one in four: with a floor, and routes that have begun."""
    if rng.random() < 0.75:
        return problem
    leads = {
        "lead_to_leave_s": rng.choice((None, 900, 900)),
        "lead_on_road_s": 600,
        "lead_with_parts_s": 1800,
        "lead_emergency_s": rng.choice((300, 1200)),
    }
    policy = replace(problem.policy, **leads)
    problem = replace(problem, as_of_s=rng.randrange(28_800, 50_400, 300), policy=policy)
    begun = []
    for (who, day), sequence in routes.items() if rng.random() < 0.7 else ():
        visits = [visit_id for visit_id in sequence if visit_id != BRANCH_STOP]
        if day == 0 and rng.random() < 0.6:
            began_s = problem.as_of_s - rng.randrange(300, 5400, 300)
            begun.append(Lock(visits[0], LockLevel.PREFIX, who, 0, position=0, began_s=began_s))
    taken = {lock.visit_id for lock in begun}
    return replace(problem, locks=(*(lock for lock in problem.locks if lock.visit_id not in taken), *begun))


def _deal(rng: Random, problem: Problem) -> DayRoutes:
    routes: DayRoutes = {}
    for visit in rng.sample(problem.visits, len(problem.visits)):
        day = rng.randrange(problem.days)
        present = [s for s in problem.shifts if s.day == day]
        size = problem.crew_size_of(visit) if rng.random() < 0.9 else 1
        for shift in rng.sample(present, min(size, len(present))) if rng.random() < 0.85 else ():
            routes.setdefault((shift.technician_id, day), []).append(visit.visit_id)
    for sequence in routes.values():
        if rng.random() < 0.25:
            sequence.insert(rng.randint(0, len(sequence)), BRANCH_STOP)
    return routes


def _policy(rng: Random, policy: Policy) -> Policy:
    return replace(
        policy,
        broken_locks=BrokenLocks.KEEP if rng.random() < 0.4 else BrokenLocks.REFUSE,
        late_worst_cents=rng.choice((0, 0, 90)),
        level_floor=Floor(urgency={"emergency": 2}) if rng.random() < 0.3 else Floor(),
        priority_floor=Floor(urgency={"emergency": 5}),
        unassigned_by_order_cents={"O-V2": 777} if rng.random() < 0.3 else {},
        max_lateness_s=None if rng.random() < 0.3 else policy.max_lateness_s,
    )


def _locks(rng: Random, routes: DayRoutes) -> tuple[Lock, ...]:
    locks = []
    for (who, day), sequence in routes.items():
        for place, visit_id in enumerate([visit_id for visit_id in sequence if visit_id != BRANCH_STOP]):
            level = rng.choice((*LockLevel, *[None] * 12))
            start_s = day * DAY_S + rng.randrange(28_800, 61_200, 300)
            if level is not None:
                locks.append(Lock(visit_id, level, who, day, start_s, rng.choice((0, 600, 7200)), place))
    return tuple(locks) if rng.random() < 0.6 else ()


def _published(rng: Random, problem: Problem, routes: DayRoutes) -> tuple[PublishedVisit, ...]:
    people = [technician.technician_id for technician in problem.technicians]
    said = []
    for (who, day), sequence in routes.items() if rng.random() < 0.5 else ():
        for visit_id in sequence:
            opens_s = day * DAY_S + rng.randrange(28_800, 50_400, 900)
            told = rng.choice((None, Interval(opens_s, opens_s + 10_800)))
            on = rng.choice((day, day, day, day + 1, -1))
            if visit_id != BRANCH_STOP and rng.random() < 0.7:
                said.append(PublishedVisit(visit_id, rng.choice((who, *people)), on, told, rng.random() < 0.3))
    return tuple(said)


def _orders(rng: Random, problem: Problem) -> Any:
    def changed(order: Any) -> Any:
        if order.urgency is Urgency.EMERGENCY and rng.random() < 0.5:
            return replace(order, log=ServiceLog(dispatched_s=problem.as_of_s - 1800))
        return order

    return tuple(map(changed, problem.orders))


# --- what is kept ---------------------------------------------------------------------------------------------------


def verdict_of(seed: int) -> dict[str, Any]:
    """Return what the judge finds in the world of a seed; of its times a digest."""
    problem, matrix, routes = dealt(seed)
    plan = time_routes(problem, matrix, routes)
    judgement = judge_plan(problem, matrix, plan)
    assert judgement.costs == plan.costs
    return {
        "broken": [_violation(one) for one in judgement.violations],
        "accepted": [_violation(one) for one in judgement.accepted],
        "costs": {str(rule): cents for rule, cents in judgement.costs.items() if cents},
        "assumptions": len(judgement.assumptions),
        "left_out": [f"{one.visit_id} {one.state} {one.due}" for one in plan.unassigned],
        "times": hashlib.sha256("\n".join(times_of(plan)).encode()).hexdigest()[:12],
    }


def times_of(plan: Plan) -> list[str]:
    """Return what a plan states of its routes, a line each."""
    return [_route(route) for route in plan.routes]


def _violation(one: Violation) -> str:
    return " ".join([str(one.rule), str(one.amount), one.unit, one.technician_id, one.visit_id, one.part_id])


def _route(route: Route) -> str:
    words: list[Any] = [route.technician_id, route.day, route.depart_s, route.return_s]
    if route.break_ is not None:
        words += ["break", route.break_.slot, route.break_.start_s]
    if route.branch_stop is not None:
        stop = route.branch_stop
        words += ["branch", stop.before, stop.arrive_s, stop.start_s, stop.end_s, stop.leave_by_s]
    for one in route.stops:
        words += [one.visit_id, one.arrive_s, one.start_s, one.end_s, one.leave_by_s, one.lateness_s]
        words += [one.window.open_s, one.window.close_s, one.pinned, *one.crew, one.lead]
        words += [f"{part.part_id}x{part.quantity}" for part in one.parts]
    return " ".join(map(str, words))


def main() -> None:
    """Write the verdicts of all worlds."""
    lines = [json.dumps(verdict_of(seed)) for seed in SEEDS]
    KEPT.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
