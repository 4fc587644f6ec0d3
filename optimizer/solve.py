"""The story on one screen: arrays -> (search <-> pool -> master) -> plan -> judge -> outcome.

`solve` is what users call. It runs `find_plans` in a child process (`runner.py`), keeps the best plan that the
judge finds clean, and explains what stays out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.explain import explain_unassigned
from optimizer.first_routes import possible_routes
from optimizer.judge import Judgement, judge
from optimizer.promise import with_due_days
from optimizer.runner import Budget, Progress, RunRecord, run_in_child, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule
    from optimizer.first_routes import Routes
    from optimizer.runner import CancelToken
    from optimizer.travel.matrix import TravelMatrix

#: Marks of the search at which the master recombines the pool.
MASTER_MARKS = (28, 34, 38)
#: CP-SAT's deterministic work limit at each of them, and the share of the time left that it may take.
MASTER_EFFORT, MASTER_SHARE = 0.1, 0.05


def find_plans(
    problem: Problem,
    matrix: TravelMatrix,
    budget: Budget,
    post: Callable[[Plan | None, Progress], None],
    is_stopped: Callable[[], bool],
) -> None:
    """Search, and post at every mark how it stands, with the plan where it is a better one.

    Runs in the child process; the engine is imported only there.
    """
    from optimizer.arrays import build_arrays
    from optimizer.assemble import assemble_plan
    from optimizer.master.model import choose_routes
    from optimizer.routes import RoutePool
    from optimizer.search.islands import Islands

    indexed = build_arrays(problem, matrix)
    islands = Islands(indexed.arrays, budget.search(), is_stopped)
    pool = RoutePool()
    told = None

    def tell(mark: int) -> None:
        nonlocal told
        cents = islands.best_cents + indexed.left_out_cents
        progress = Progress(mark=mark, moves=islands.moves, heat=islands.heat, cost_cents=cents)
        is_better, told = told != islands.best_cents, islands.best_cents
        plan = assemble_plan(problem, indexed, islands.best(), islands.best_starts()) if is_better else None
        post(plan, progress)

    islands.construct(indexed.first_routes(problem, budget.start))
    tell(0)
    for mark in islands.run():
        pool.add(islands.drain())
        if budget.use_master and mark in MASTER_MARKS:
            better = choose_routes(
                indexed.arrays,
                list(pool),
                islands.best(),
                effort=MASTER_EFFORT,
                seconds=MASTER_SHARE * (budget.deadline_s - time.monotonic()),
                seed=budget.seed,
            )
            if better is not None:
                islands.adopt(better)
        tell(mark)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a solve gives: the judged plan, and how it came about.

    Parameters
    ----------
    problem, matrix
        What was solved.
    plan
        The best plan that the judge found clean, with a reason for each visit left out.
    judgement
        The judge's own costs and assumptions.
    run
        Seed, moves, elapsed seconds, why the search stopped, versions.
    """

    problem: Problem
    matrix: TravelMatrix
    plan: Plan
    judgement: Judgement
    run: RunRecord

    @property
    def unassigned(self) -> tuple[UnassignedVisit, ...]:
        """The visits left out, with their reasons."""
        return self.plan.unassigned

    @property
    def costs(self) -> Mapping[Rule, int]:
        """Cents by soft rule."""
        return self.plan.costs

    def to_frames(self, lang: str = "en") -> dict[str, pd.DataFrame]:
        """Return routes, technicians, unassigned visits and costs as pandas tables."""
        from optimizer.report import tables

        return tables(self.problem, self.matrix, self.plan, lang)


def solve(
    problem: Problem,
    matrix: TravelMatrix | None = None,
    *,
    seconds: float | None = 10.0,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    islands: int | None = None,
    use_master: bool = True,
    patience: float | None = None,
    dials: Mapping[str, int] | None = None,
    start: Routes | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
    on_message: Callable[[str], None] | None = None,
    started_s: float | None = None,
) -> Outcome:
    """Plan the days of a problem.

    Parameters
    ----------
    problem
        What to plan.
    matrix
        Travel times; by default great-circle travel for the profiles in use.
    seconds
        End-to-end limit, judging included; with `iterations` it may be `None`.
    iterations
        Moves of each island. The same input, seed, islands and iterations give the same plan.
    threads, islands
        Threads only change the speed. By default there are as many islands as threads, and one in work mode.
    use_master
        Let CP-SAT recombine the routes found.
    patience
        Seconds without a better plan after which the solve ends early; by default it takes all its time.
    dials
        Figures of the search to be set otherwise, by name (`optimizer/search/dials.py`); for measuring what they bring.
    start
        Routes to start from (visit ids in driving order by technician and day; a technician id alone means day 0);
        what the rules no longer allow is taken out first.
    on_progress
        Called with each progress report.
    cancel
        A token whose `cancel()` ends the solve with the best plan so far.
    on_message
        Called with a sentence when something takes long for a reason (kernels being compiled once).
    started_s
        Moment (`time.monotonic`) from which `seconds` counts; now by default.

    Raises
    ------
    LockConflictError
        When locked visits cannot be kept together with the hard rules.
    JudgementError
        When the engine made no plan that the judge accepts: a defect of ours.

    Examples
    --------
    >>> from optimizer import read_branch, solve
    >>> outcome = solve(read_branch("data/hangzhou"), seconds=10)  # doctest: +SKIP
    >>> outcome.plan.served  # doctest: +SKIP
    56
    """
    from optimizer.travel.provider import travel_for

    began = time.monotonic() if started_s is None else started_s
    began += warm_up(find_plans, on_message)
    matrix = travel_for(problem) if matrix is None else matrix
    problem = with_due_days(problem, matrix)
    budget = Budget.of(
        problem, began_s=began, seconds=seconds, iterations=iterations, seed=seed, threads=threads, islands=islands,
        use_master=use_master, start=possible_routes(problem, matrix, start or {}), patience=patience,
        dials=dials,
    )  # fmt: skip
    plan, run = run_in_child(find_plans, problem, matrix, budget, on_progress, cancel)
    plan = replace(plan, unassigned=explain_unassigned(problem, matrix, plan))
    return Outcome(problem=problem, matrix=matrix, plan=plan, judgement=judge(problem, matrix, plan), run=run)
