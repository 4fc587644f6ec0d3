"""The one place where the benchmarks call the optimizer."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.measure import Routes
from optimizer.domain.problem import Problem
from optimizer.judge import judge
from optimizer.solve import solve
from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use: wall seconds, or iterations where given, and threads; and the seed."""

    seconds: float
    seed: int
    threads: int
    iterations: int | None = None


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
        Wall seconds from the problem in memory to the judged plan.
    """

    routes: Routes
    cost_cents: int
    elapsed_s: float


def solve_problem(problem: Problem, matrix: TravelMatrix, budget: Budget) -> Solved:
    """Solve a problem within a budget and judge the plan once more, from outside.

    Raises
    ------
    JudgementError
        When the judge refuses the plan.
    """
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
    return Solved(outcome.plan.routes_by_technician(), judgement.cost_cents, elapsed_s)
