"""The one place where the benchmarks solve; `speed.py` calls the engine's parts by themselves."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import optimizer
from optimizer.errors import JudgementError
from optimizer.judge.verdict import judge_plan
from optimizer.running.tickets import Urgency
from optimizer.running.warming import warm_up
from optimizer.solver import solve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.measure import Routes
    from optimizer.domain.problem import Problem
    from optimizer.running.child import Progress
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use: wall seconds, iterations or both, threads, islands; its seed and search parameters."""

    seconds: float | None
    iterations: int | None
    seed: int
    threads: int
    islands: int | None = None
    use_master: bool = True
    parameters: Mapping[str, int] = field(default_factory=dict)


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
        Wall seconds from the problem in memory and warm kernels to the judged plan, without waiting for a free core.
    moves
        Moves of the search.
    stopped
        Why the search ended.
    progress
        When a better plan was judged clean, in wall seconds from the same moment, and its cents; the last is this plan.
    """

    routes: Routes
    cost_cents: int
    elapsed_s: float
    moves: int
    stopped: str
    progress: tuple[tuple[float, int], ...] = ()


def solve_problem(problem: Problem, matrix: TravelMatrix, budget: Budget) -> Solved:
    """Solve a problem within a budget and judge the plan once more, from outside.

    Raises
    ------
    JudgementError
        When the judge refuses the plan.
    """
    warm_up()
    begin = time.perf_counter()
    told: list[tuple[float, int]] = []

    def note(report: Progress) -> None:
        told.append((time.perf_counter() - begin, report.cost_cents))

    outcome = solve(
        problem,
        matrix=matrix,
        seconds=budget.seconds,
        iterations=budget.iterations,
        seed=budget.seed,
        threads=budget.threads,
        islands=budget.islands,
        use_master=budget.use_master,
        parameters=budget.parameters,
        urgency=Urgency.SWEEP,
        on_progress=note,
    )
    elapsed_s = time.perf_counter() - begin - outcome.run.waited_s
    progress = [(round(moment - outcome.run.waited_s, 3), cents) for moment, cents in told]
    judgement = judge_plan(problem, matrix, outcome.plan)
    if not judgement.is_clean:
        raise JudgementError(judgement.violations)
    if not progress or progress[-1][1] != judgement.cost_cents:
        progress.append((round(elapsed_s, 3), judgement.cost_cents))
    return Solved(
        routes=outcome.plan.routes_by_technician(),
        cost_cents=judgement.cost_cents,
        elapsed_s=elapsed_s,
        moves=outcome.run.moves,
        stopped=outcome.run.stopped,
        progress=tuple(progress),
    )


def engine_version() -> str:
    """Return the package's version with a digest of its sources, so that two states of one version are told apart."""
    folder = Path(optimizer.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version('paigong')}+{digest.hexdigest()[:10]}"
