"""The story on one screen: arrays -> (search <-> pool -> master) -> plan -> judge -> outcome.

`solve` is what users call. It runs `find_plans` in a child process (`running/child.py`), keeps the best plan that the
judge finds clean, and explains what stays out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from types import EllipsisType
from typing import TYPE_CHECKING

from optimizer.domain.policy import BrokenLocks
from optimizer.engine.jit.kernels import is_warm
from optimizer.errors import JudgementError, LockConflictError, NoPlanError
from optimizer.running.budget import Budget
from optimizer.running.child import CancelToken, Progress, RunRecord, run_in_child
from optimizer.running.preloaded import solver_server
from optimizer.running.tickets import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from optimizer.domain.plan import Plan, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule
    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.route_pool import PooledRoute
    from optimizer.engine.search.islands import Islands
    from optimizer.judge.verdict import Judgement
    from optimizer.running.child import Post
    from optimizer.running.first_routes import Routes
    from optimizer.travel.matrix import TravelMatrix

#: Time of the search of a solve that names none.
DEFAULT_S = 10.0
#: Checkpoints of the search at which the master recombines the pool.
MASTER_CHECKPOINTS = (28, 34, 38)
#: CP-SAT's deterministic work limit at each of them, and the share of the time left that it may take.
MASTER_EFFORT, MASTER_SHARE = 0.1, 0.05
#: Share of the search's time that making plans of its routes may take; the last plan is always made.
ASSEMBLING_SHARE = 0.1


def find_plans(
    problem: Problem,
    matrix: TravelMatrix,
    budget: Budget,
    post: Post,
    is_stopped: Callable[[], bool],
) -> None:
    """Search, and post at every checkpoint how it stands, with the plan if it is a better one and making it is cheap.

    Runs in the child process; the engine is imported only there. The time begins when the problem stands as arrays.
    """
    from optimizer.engine.indexing import build_arrays
    from optimizer.engine.rest import with_shifts_in_force
    from optimizer.engine.route_pool import RoutePool
    from optimizer.engine.search.annealing import CHECKPOINTS
    from optimizer.engine.search.islands import Islands
    from optimizer.engine.ties import assemble_settled

    indexed = build_arrays(with_shifts_in_force(problem, matrix), matrix)
    search_began_s = time.monotonic()
    islands = Islands(indexed.arrays, budget.search(search_began_s), is_stopped)
    pool = RoutePool()
    posted_cents, assembling_s, posted_at_s = None, 0.0, 0.0

    def post_progress(checkpoint: int, *, at_any_price: bool = False) -> None:
        nonlocal posted_cents, assembling_s, posted_at_s
        began_s = time.monotonic()
        cents = islands.best_cents + indexed.left_out_cents
        progress = Progress(
            checkpoint=checkpoint,
            moves=islands.moves,
            temperature=islands.temperature,
            cost_cents=cents,
            search_s=began_s - search_began_s,
        )
        plan = None
        is_worth_it = at_any_price or ASSEMBLING_SHARE * (began_s - posted_at_s) >= assembling_s
        if posted_cents != islands.best_cents and is_worth_it:
            posted_cents = islands.best_cents
            plan = assemble_settled(problem, indexed, islands.best(), islands.best_starts())
        post(plan, progress)
        if plan is not None:
            posted_at_s = time.monotonic()
            assembling_s = posted_at_s - began_s

    islands.construct(indexed.first_routes(problem, budget.start))
    checkpoint = 0
    post_progress(checkpoint, at_any_price=True)
    for checkpoint in islands.run():
        pool.add(islands.drain())
        if budget.use_master and checkpoint in MASTER_CHECKPOINTS:
            _recombine(islands, indexed.arrays, list(pool), budget)
        post_progress(checkpoint, at_any_price=checkpoint in (0, CHECKPOINTS))
    if posted_cents != islands.best_cents:
        post_progress(checkpoint, at_any_price=True)


def _recombine(islands: Islands, arrays: ProblemArrays, pool: Sequence[PooledRoute], budget: Budget) -> None:
    """Let the master choose anew among the routes found, and the search go on from its choice if that is better."""
    # CP-SAT takes half a second to load: only a solve that is long enough for the master waits for it.
    from optimizer.engine.master.model import choose_routes

    left_s = max(0.0, islands.budget.deadline_s - time.monotonic())
    seconds = None if budget.seconds is None else MASTER_SHARE * left_s
    better = choose_routes(arrays, pool, islands.best(), effort=MASTER_EFFORT, seconds=seconds, seed=budget.seed)
    if better is not None:
        islands.adopt(better)


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
        The judge's own costs, its assumptions, and what kept locks break.
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
        """Return the pandas tables `routes`, `technicians`, `unassigned`, `costs` and `days`; texts are in `lang`."""
        from optimizer.report.frames import tables

        return tables(self.problem, self.matrix, self.plan, lang)


def solve(
    problem: Problem,
    matrix: TravelMatrix | None = None,
    *,
    seconds: float | EllipsisType | None = ...,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    islands: int | None = None,
    use_master: bool = True,
    patience: float | None = None,
    parameters: Mapping[str, int] | None = None,
    broken_locks: BrokenLocks | str | None = None,
    start: Routes | None = None,
    memory_bytes: int | None = None,
    urgency: Urgency | str = Urgency.SOLVE,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
    on_message: Callable[[str], None] | None = None,
    is_explained: bool = True,
) -> Outcome:
    """Plan the days of a problem.

    Parameters
    ----------
    problem
        What to plan.
    matrix
        Travel times; by default great-circle travel for the profiles in use.
    seconds
        Time of the search; by default ten, and none where `iterations` are given. Starting it, judging its last plan
        and explaining what that leaves out come on top. A first plan is made and judged however short the time is.
    iterations
        Moves of each island. The same input, seed, islands and iterations give the same plan, unless the time that is
        given beside them is up first.
    threads, islands
        Threads only change the speed. By default there are as many islands as threads, and one in work mode.
    use_master
        Let CP-SAT recombine the routes found, in a solve that is long enough for it (`Budget`).
    patience
        Seconds without a better plan after which the solve ends early; by default it takes all its time.
    parameters
        Search parameters to be set otherwise, by name (`engine/search/parameters.py`); for measuring what they bring.
    broken_locks
        Whether a lock that breaks a hard rule by itself is refused (`refuse`), or kept and listed as accepted
        (`keep`); by default what the policy says.
    start
        Routes to start from (visit ids in driving order by technician and day; a technician id alone means day 0);
        what the rules no longer allow is taken out first.
    memory_bytes
        What the solver process may hold at most; one that needs more dies, and its last judged plan is returned.
    urgency
        Who begins first where all cores are taken by other solves of this user: `interactive`, where somebody waits
        for the plan, before `solve` before `sweep`, one of many, which also stands back while it runs. The time of the
        search begins after the waiting, which has an end; `PAIGONG_CORES=0` switches it off.
    on_progress
        Called with each better plan that the judge found clean.
    cancel
        A token whose `cancel()` ends the solve with the best plan so far.
    on_message
        Called with a sentence when something takes long for a reason (kernels being compiled once, cores being taken).
    is_explained
        Whether reasons are looked for, for what the plan leaves out; without them nobody waits for any.

    Raises
    ------
    LockConflictError
        When locked visits cannot be kept together with the hard rules.
    JudgementError
        When the engine made no plan that the judge accepts: a defect of ours.
    NoPlanError
        When the solver was stopped, or died, before its first plan.

    Examples
    --------
    >>> from optimizer import read_branch, solve
    >>> outcome = solve(read_branch("data/hangzhou"), seconds=10)  # doctest: +SKIP
    >>> outcome.plan.served  # doctest: +SKIP
    52
    """
    # The solver's process loads this module for `find_plans`, and does not wait for what is done here.
    from optimizer.promise.due_day import with_due_days
    from optimizer.running.first_routes import possible_routes
    from optimizer.running.meanwhile import compile_beside_a_first_plan
    from optimizer.travel.provider import travel_for

    if isinstance(seconds, EllipsisType):
        seconds = DEFAULT_S if iterations is None else None
    cancel = cancel or CancelToken()
    solver_server()  # It loads the engine while this process prepares the problem.
    matrix = travel_for(problem) if matrix is None else matrix
    if broken_locks is not None:
        problem = replace(problem, policy=replace(problem.policy, broken_locks=BrokenLocks(broken_locks)))
    problem = with_due_days(problem, matrix)
    budget = Budget.of(
        seconds=seconds, iterations=iterations, seed=seed, threads=threads, islands=islands, use_master=use_master,
        start=possible_routes(problem, matrix, start or {}), patience=patience, parameters=parameters,
        memory_bytes=memory_bytes, urgency=urgency,
    )  # fmt: skip
    try:
        found = None
        if not is_warm():
            found = compile_beside_a_first_plan(
                find_plans, problem, matrix, budget, on_progress=on_progress, cancel=cancel, on_message=on_message
            )
        if found is None or not cancel.is_cancelled:
            found = run_in_child(find_plans, problem, matrix, budget, on_progress, cancel, on_message, known=found)
    except (LockConflictError, NoPlanError, JudgementError) as error:
        if isinstance(error, NoPlanError) and error.is_stopped:
            raise
        conflict = _conflict_of(problem, matrix)
        if conflict is None:
            raise
        raise conflict from error
    if not is_explained:
        return Outcome(problem=problem, matrix=matrix, plan=found.plan, judgement=found.judgement, run=found.run)
    from optimizer.explain.unassigned import explain_unassigned

    reasons = explain_unassigned(problem, matrix, found.plan, until_s=budget.explain_until(), room_s=budget.room_s())
    # The judge does not look at reasons: what it says of the plan holds with them.
    plan = replace(found.plan, unassigned=reasons)
    return Outcome(problem=problem, matrix=matrix, plan=plan, judgement=found.judgement, run=found.run)


def _conflict_of(problem: Problem, matrix: TravelMatrix) -> LockConflictError | None:
    """Return which locks exclude one another, named by trying them, else proven by the model; `None` without any."""
    from optimizer.explain.lock_clashes import find_lock_clashes, helps_to_keep, proven_clash

    clashes = find_lock_clashes(problem, matrix)
    if clashes:
        helps = helps_to_keep(problem, matrix)
        return LockConflictError([clash.violation for clash in clashes], clashes, helps_to_keep=helps)
    from optimizer.lock_cores import find_lock_core

    core = find_lock_core(problem, matrix)
    if core is None:
        return None
    clash = proven_clash(problem, core.visits, core.missing_s)
    return LockConflictError([clash.violation], [clash], helps_to_keep=core.helps_to_keep)
