"""How far a plan is from the best one at most: a short search, and a bound for the rest of the time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.solver import Budget, solve_problem
from optimizer.bound import bound_cost
from optimizer.judge.verdict import time_routes

if TYPE_CHECKING:
    from benchmarks.instances import Instance

#: The share of the time that the search of the plan has.
SEARCH = 0.2


def measure_bound(instance: Instance, *, seconds: float, threads: int, seed: int = 1) -> dict[str, Any]:
    """Return what a plan costs, what no plan costs less than, and their gap, in one row.

    Parameters
    ----------
    seconds
        Wall seconds of both, without loading: a fifth is the search's, the rest the bound's.
    threads
        Those of the search; the bound has one.
    """
    problem, matrix = instance.build()
    solved = solve_problem(problem, matrix, Budget(seconds * SEARCH, None, seed, threads))
    plan = time_routes(problem, matrix, solved.routes)
    began_s = time.perf_counter()
    bounded = bound_cost(problem, matrix, plan, seconds=seconds * (1 - SEARCH))
    took_s = time.perf_counter() - began_s
    return {
        "instance": instance.name,
        "cost": bounded.cost_cents,
        "lower_bound": bounded.lower_bound_cents,
        "scope": str(bounded.scope),
        "gap": None if bounded.gap is None else round(bounded.gap, 5),
        "seconds": round(solved.elapsed_s + bounded.seconds, 2),
        "loading_s": round(took_s - bounded.seconds, 2),
        "relaxed": [str(rule) for rule in bounded.relaxed],
        "note": bounded.note,
    }
