"""The solves of a comparison: side by side, kept in a folder as they come, and none of them twice."""

from __future__ import annotations

import hashlib
import json
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.engine.jit.kernels import ENGINE, is_warm, source_hash
from optimizer.errors import InputError, LockConflictError, NoPlanError
from optimizer.ingest.plans.plan_file import plan_from_json, routes_to_json
from optimizer.running.child import CancelToken
from optimizer.running.first_routes import routes_of
from optimizer.running.tickets import Urgency
from optimizer.solver import solve
from optimizer.text.files import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor, Future
    from pathlib import Path

    from optimizer.domain.plan import Plan
    from optimizer.running.first_routes import Routes
    from optimizer.whatif.case import Case

#: The form of the kept files; another one is run again.
FORM = "paigong-run/1"
#: How often a solve whose process died is tried.
TRIES = 3


class Stopped(Exception):
    """The comparison was asked to end before it was complete."""


@dataclass(frozen=True, slots=True)
class Work:
    """How far a comparison is.

    Parameters
    ----------
    done, total
        Solves that are there, and those that there are at most.
    left_s
        How many seconds the rest takes if it goes on like this; `None` before any was run.
    """

    done: int
    total: int
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Task:
    """One solve of a case.

    Parameters
    ----------
    name
        Of the scenario; empty is the base.
    start
        The plan to begin with; `None` begins afresh.
    """

    name: str
    case: Case = field(repr=False)
    seed: int
    start: Plan | None = field(default=None, repr=False)

    @property
    def routes(self) -> Routes:
        """The routes to begin with."""
        return {} if self.start is None else routes_of(self.start)


class Made(NamedTuple):
    """The plan of a task, `None` where nothing keeps what is locked, and how many seconds the search took."""

    plan: Plan | None
    search_s: float


class Runs:
    """Makes the plans of tasks, or finds them where they were made before.

    Parameters
    ----------
    moves
        Of each solve.
    workers
        How many solves go on at a time; they change the speed only.
    folder
        Where plans are kept; without one they last as long as this.
    executor
        What runs the solves, in place of threads of ours that wait for processes of their own.
    on_work
        Told how far it is, after every solve.
    cancel
        Ends it: what is running is given up, what is done is kept.
    """

    def __init__(
        self,
        *,
        moves: int,
        workers: int,
        folder: Path | None,
        executor: Executor | None = None,
        on_work: Callable[[Work], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        self.moves, self.workers, self.executor = moves, workers, executor
        self.folder = None if folder is None else folder / "runs"
        self.cancel = cancel or CancelToken()
        #: How many solves there are at most, and how many have been run or found.
        self.total, self.done, self.fresh = 0, 0, 0
        #: Seconds of all searches that have been run.
        self.search_s = 0.0
        self._on_work = on_work or (lambda _: None)
        self._began_s = time.monotonic()
        self._digests: dict[str, str] = {}
        self._engine = source_hash(ENGINE)

    def plans(self, tasks: Iterable[Task]) -> dict[tuple[str, int], Plan | None]:
        """Return the plan of each task by name and seed; `None` where nothing keeps what is locked.

        Raises
        ------
        Stopped
            When it was cancelled before all of them were there.
        """
        found: dict[tuple[str, int], Plan | None] = {}
        missing = []
        for task in tasks:
            is_kept, plan = self._kept(task)
            if is_kept:
                found[task.name, task.seed] = plan
                self._count()
            else:
                missing.append(task)
        if missing:
            found |= self._run(missing)
        return found

    def count_out(self, count: int) -> None:
        """Note that so many solves are not needed any more."""
        self.total -= count

    def _run(self, tasks: list[Task]) -> dict[tuple[str, int], Plan | None]:
        found: dict[tuple[str, int], Plan | None] = {}
        with ExitStack() as ending:
            pool = self.executor or ending.enter_context(ThreadPoolExecutor(self.workers, "whatif"))
            cancel = None if self.executor else self.cancel
            waiting: dict[Future[Made], Task] = {}
            queue = list(reversed(tasks))
            try:
                while queue or waiting:
                    # While kernels are compiled nothing else is begun; else one more than there are workers.
                    width = self.workers + 1 if is_warm() else 1
                    while queue and len(waiting) < width and not self.cancel.is_cancelled:
                        task = queue.pop()
                        waiting[pool.submit(run_task, task, self.moves, cancel)] = task
                    if not waiting:
                        raise Stopped
                    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in sorted(done, key=lambda one: (waiting[one].name, waiting[one].seed)):
                        task = waiting.pop(future)
                        made = future.result()
                        found[task.name, task.seed] = made.plan
                        self._keep(task, made.plan)
                        self.fresh += 1
                        self.search_s += made.search_s
                        self._count()
            except Stopped:
                self._take_last(waiting)
                raise
            except BaseException:
                self.cancel.cancel()
                for future in waiting:
                    future.cancel()
                raise
        return found

    def _take_last(self, waiting: Mapping[Future[Made], Task]) -> None:
        """Keep what others finish all the same, once the end is asked for."""
        for future, task in waiting.items():
            if not future.cancel():
                with suppress(Stopped):
                    self._keep(task, future.result().plan)

    def _count(self) -> None:
        self.done += 1
        left_s = None
        if self.fresh:
            left_s = (time.monotonic() - self._began_s) / self.fresh * max(0, self.total - self.done)
        self._on_work(Work(self.done, max(self.total, self.done), left_s))

    # --- what is kept -------------------------------------------------------------------------------------------

    def _file(self, task: Task) -> Path | None:
        if self.folder is None:
            return None
        if task.name not in self._digests:
            self._digests[task.name] = task.case.digest()
        routes = () if task.start is None else task.start.routes
        start = [(route.technician_id, route.day, route.stop_ids) for route in routes]
        key = repr((FORM, self._engine, self._digests[task.name], task.seed, self.moves, start))
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    def _kept(self, task: Task) -> tuple[bool, Plan | None]:
        """Return whether a task's plan is there from before, and the plan; what cannot be read is made anew."""
        file = self._file(task)
        if file is None or not file.exists():
            return False, None
        try:
            document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            plan = document["plan"]
            return True, None if plan is None else plan_from_json(plan, task.case.problem)
        except (InputError, KeyError, TypeError, ValueError):
            return False, None

    def _keep(self, task: Task, plan: Plan | None) -> None:
        file = self._file(task)
        if file is None:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        stated = None if plan is None else routes_to_json(plan, task.case.problem)
        how = "afresh" if task.start is None else "from the base plan"
        write_json({"scenario": task.name, "seed": task.seed, "moves": self.moves, "start": how, "plan": stated}, file)


def run_task(task: Task, moves: int, cancel: CancelToken | None = None) -> Made:
    """Solve a task: the plan is the same every time.

    Raises
    ------
    Stopped
        When it was cancelled: a plan of less work would be another one.
    """
    for attempt in range(TRIES):
        if cancel is not None and cancel.is_cancelled:
            raise Stopped
        try:
            outcome = solve(
                task.case.problem,
                task.case.matrix,
                seconds=None,
                iterations=moves,
                seed=task.seed,
                start=task.routes,
                urgency=Urgency.SWEEP,
                cancel=cancel,
                is_explained=False,
            )
        except LockConflictError:
            return Made(None, 0.0)
        except NoPlanError as error:
            if error.is_stopped:
                raise Stopped from error
            if attempt == TRIES - 1:
                raise
            continue
        if outcome.run.stopped == "finished":
            return Made(outcome.plan, outcome.run.search_s)
        if cancel is not None and cancel.is_cancelled:
            raise Stopped
    raise NoPlanError(outcome.run.stopped, outcome.run.note)
