"""The one place where the benchmarks call the optimizer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import JudgementError
from optimizer.judge import judge
from optimizer.runner import warm_up
from optimizer.solve import solve

if TYPE_CHECKING:
    from benchmarks.measure import Routes
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use: wall seconds, iterations or both, and threads; and the seed."""

    seconds: float | None
    iterations: int | None
    seed: int
    threads: int


@dataclass(frozen=True, slots=True)
class Solved:
    """What a run found.

    Parameters
    ----------
    routes
        Technician to visit ids in driving order.
    cost_cents
        The money sum, as the judge recomputed it.
    elapsed_s
        Wall seconds from the problem in memory and warm kernels to the judged plan.
    moves
        Moves of the search.
    stopped
        Why the search ended.
    """

    routes: Routes
    cost_cents: int
    elapsed_s: float
    moves: int
    stopped: str


def solve_problem(problem: Problem, matrix: TravelMatrix, budget: Budget) -> Solved:
    """Solve a problem within a budget and judge the plan once more, from outside.

    Raises
    ------
    JudgementError
        When the judge refuses the plan.
    """
    warm_up(None)
    begin = time.perf_counter()
    outcome = solve(
        problem,
        matrix=matrix,
        seconds=budget.seconds,
        iterations=budget.iterations,
        seed=budget.seed,
        threads=budget.threads,
    )
    elapsed_s = time.perf_counter() - begin
    judgement = judge(problem, matrix, outcome.plan)
    if not judgement.is_clean:
        raise JudgementError(judgement.violations)
    return Solved(
        routes=outcome.plan.routes_by_technician(),
        cost_cents=judgement.cost_cents,
        elapsed_s=elapsed_s,
        moves=outcome.run.moves,
        stopped=outcome.run.stopped,
    )
