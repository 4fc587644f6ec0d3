"""One way of running a solve: a child process that posts each better plan, a parent that judges and keeps it.

An abort, an out-of-memory or an overrun of the child costs nothing: the last judged plan is returned, and the run
record says what happened. Messages are pickles over the child's standard output; both ends are ours.
"""

from __future__ import annotations

import contextlib
import pickle
import platform
import queue
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from optimizer.domain.rules import Rule, Violation
from optimizer.errors import JudgementError, LockConflictError, TimeLimitError
from optimizer.jit import is_warm, mark_warm
from optimizer.judge import judge, time_routes
from optimizer.warm import tiny_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.search.islands import SearchBudget
    from optimizer.travel.matrix import TravelMatrix

    #: Searches (problem, matrix, budget), posts each (plan or None, progress), asks whether to stop.
    FindPlans: TypeAlias = Callable[
        [Problem, TravelMatrix, "Budget", Callable[[Plan | None, "Progress"], None], Callable[[], bool]], None
    ]

#: Kept back from the time limit for the last judging and explaining: a base, and so much per visit.
RESERVE_S, RESERVE_PER_VISIT_S = 0.25, 0.002
#: How long the parent waits for the child's last plan after asking it to stop, and beyond the deadline.
LAST_WORD_S = 0.25
#: Work mode without a time limit ends after this long all the same.
LONGEST_S = 3_600.0
#: How often the parent looks at the clock and the cancel token.
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a solve may take, from which seed, and the routes that it starts from (by technician and day).

    `patience_s` ends it early when so long no better plan has come; `None` waits for the deadline. `dials` sets figures
    of the search otherwise (`search/dials.py`).
    """

    deadline_s: float
    moves: int | None
    seed: int
    threads: int
    islands: int
    use_master: bool
    start: Mapping[str | tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    patience_s: float | None = None
    dials: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        problem: Problem,
        *,
        began_s: float,
        seconds: float | None,
        iterations: int | None,
        seed: int,
        threads: int,
        islands: int | None,
        use_master: bool,
        start: Mapping[str | tuple[str, int], tuple[str, ...]] | None = None,
        patience: float | None = None,
        dials: Mapping[str, int] | None = None,
    ) -> Budget:
        """Return the budget of a solve that began at a moment of `time.monotonic`."""
        if seconds is None and iterations is None:
            raise ValueError("a solve needs a limit: seconds or iterations")
        for name, value in (("seconds", seconds), ("iterations", iterations), ("patience", patience)):
            if value is not None and not 0 <= value < float("inf"):
                raise ValueError(f"{name} is {value}, expected a number from 0 on")
        if threads < 1 or (islands is not None and islands < 1):
            raise ValueError("threads and islands are at least 1")
        limit = LONGEST_S if seconds is None else float(seconds)
        reserve = RESERVE_S + RESERVE_PER_VISIT_S * len(problem.visits)
        return cls(
            deadline_s=began_s + limit - min(reserve, limit / 2),
            moves=iterations,
            seed=seed,
            threads=min(threads, 64),
            islands=islands or (1 if iterations is not None else min(threads, 64)),
            use_master=use_master,
            start=start or {},
            patience_s=patience,
            dials=dials or {},
        )

    def search(self) -> SearchBudget:
        """Return the part of the budget that the search sees."""
        from optimizer.search.islands import SearchBudget

        return SearchBudget(self.moves, self.deadline_s, self.islands, self.threads, self.seed, self.dials)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a search stands at a mark: moves so far, temperature, cost of its best plan in cents."""

    mark: int
    moves: int
    heat: float
    cost_cents: int
    served: int = 0
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How a plan came about. `marks` holds (mark, moves, temperature), from which a run can be replayed."""

    seed: int
    moves: int
    elapsed_s: float
    stopped: str
    note: str
    islands: int
    threads: int
    marks: tuple[tuple[int, int, float], ...]
    versions: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return asdict(self)


class CancelToken:
    """Lets another thread end a solve: `cancel()` once, and the best plan so far comes back."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the solve to end."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Say whether `cancel` has been called."""
        return self._event.is_set()


# --- the parent ---------------------------------------------------------------------------------------------------


def run_in_child(
    find_plans: FindPlans,
    problem: Problem,
    matrix: TravelMatrix,
    budget: Budget,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Plan, RunRecord]:
    """Run `find_plans` in a child process; return the best plan that the judge finds clean, and the record.

    Parameters
    ----------
    find_plans
        A function of a module, with the signature `FindPlans`; the child finds it by its name.

    Raises
    ------
    LockConflictError, JudgementError
        When no plan came back clean: because of the user's locks, or of a defect of ours.
    """
    began = time.monotonic()
    watch = _Watch(problem, matrix, began, on_progress)
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        job = Path(folder) / "job.pickle"
        job.write_bytes(pickle.dumps((find_plans, problem, matrix, budget)))
        with (Path(folder) / "stderr").open("w+b") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-m", "optimizer.runner", str(job)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                # Its own session: Ctrl-C reaches the parent alone, which asks the child for its last word.
                start_new_session=True,
            )
            try:
                stopped = _follow(child, watch, budget, cancel)
            finally:
                _end(child)
            stderr.seek(0)
            last_words = stderr.read()[-2000:].decode(errors="replace").strip()
    if stopped == "child_died":
        watch.note = f"the solver process ended with code {child.returncode}; this is its last judged plan"
        if last_words:
            watch.note += f" ({last_words.splitlines()[-1]})"
    plan = watch.result()
    return plan, watch.record(budget, stopped)


class _Watch:
    """What the parent knows of a running child."""

    def __init__(
        self, problem: Problem, matrix: TravelMatrix, began: float, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self.problem = problem
        self.matrix = matrix
        self.began = began
        self.on_progress = on_progress
        self.plan: Plan | None = None
        self.refused: tuple[Violation, ...] = ()
        self.marks: list[tuple[int, int, float]] = []
        self.moves = 0
        self.note = ""
        self.better_at = began

    def take_all(self, messages: list[Any]) -> str:
        """Judge the newest plan among the messages; return how the child ended, if it did."""
        posts = [message for message in messages if isinstance(message, tuple)]
        for _, progress in posts:
            self.marks.append((progress.mark, progress.moves, round(progress.heat, 3)))
            self.moves = progress.moves
        plans = [post for post in posts if post[0] is not None]
        if plans:
            self.take(*plans[-1])
        if "done" in messages:
            return "finished"
        return "child_died" if None in messages else ""

    def take(self, plan: Plan, progress: Progress) -> None:
        """Judge a plan and keep it when it is clean and cheaper than the one kept."""
        judgement = judge(self.problem, self.matrix, plan)
        if not judgement.is_clean:
            self.refused = judgement.violations
        elif self.plan is None or plan.cost_cents < self.plan.cost_cents:
            self.plan, self.better_at = plan, time.monotonic()
            if self.on_progress is not None:
                elapsed = time.monotonic() - self.began
                self.on_progress(
                    Progress(progress.mark, progress.moves, progress.heat, plan.cost_cents, plan.served, elapsed)
                )

    def is_stagnant(self, patience_s: float | None) -> bool:
        """Say whether a plan is there and no better one has come for so long."""
        return patience_s is not None and self.plan is not None and time.monotonic() - self.better_at > patience_s

    def result(self) -> Plan:
        """Return the plan kept; without one, a plan that serves nobody, if the locks allow that."""
        if self.plan is not None:
            if self.refused:
                self.note += f" The judge refused another plan of the engine: {self.refused[0].message}"
            return self.plan
        if self.refused:
            locks_only = all(violation.rule is Rule.LOCK for violation in self.refused)
            raise (LockConflictError if locks_only else JudgementError)(self.refused)
        empty = time_routes(self.problem, self.matrix, {})
        judgement = judge(self.problem, self.matrix, empty)
        if not judgement.is_clean:
            raise TimeLimitError(
                "The time was up before a first plan was found, and locked visits may not be left out."
            )
        self.note = self.note or "the time was up before a first plan was found"
        return empty

    def record(self, budget: Budget, stopped: str) -> RunRecord:
        """Return how the plan came about."""
        return RunRecord(
            seed=budget.seed,
            moves=self.moves,
            elapsed_s=round(time.monotonic() - self.began, 3),
            stopped=stopped,
            note=self.note,
            islands=budget.islands,
            threads=budget.threads,
            marks=tuple(self.marks),
            versions=_versions(),
        )


def _follow(child: subprocess.Popen[bytes], watch: _Watch, budget: Budget, cancel: CancelToken | None) -> str:
    """Take the child's messages until it is done, dead, stopped or too late; return which."""
    messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
    assert child.stdout is not None
    assert child.stdin is not None
    threading.Thread(target=_read, args=(child.stdout, messages), daemon=True).start()
    stopped, until = "", budget.deadline_s + LAST_WORD_S
    while True:
        try:
            end = watch.take_all(_waiting(messages, max(0.0, min(POLL_S, until - time.monotonic()))))
            if end:
                return stopped or end
            if not stopped and cancel is not None and cancel.is_cancelled:
                stopped = "cancelled"
            elif not stopped and watch.is_stagnant(budget.patience_s):
                stopped = "stagnant"
        except KeyboardInterrupt:
            stopped = "interrupted"
        if stopped and not child.stdin.closed:
            child.stdin.close()
            until = min(until, time.monotonic() + LAST_WORD_S)
        if time.monotonic() >= until:
            return stopped or "overrun"


def _waiting(messages: queue.SimpleQueue[Any], wait_s: float) -> list[Any]:
    """Return the messages that are there, after waiting a moment for the first."""
    found = []
    with contextlib.suppress(queue.Empty):
        found.append(messages.get(timeout=wait_s))
        while True:
            found.append(messages.get_nowait())
    return found


def _read(stream: IO[bytes], messages: queue.SimpleQueue[Any]) -> None:
    """Pass the child's messages on; `None` is its end, also when it died in the middle of one."""
    broken = (EOFError, pickle.UnpicklingError, OSError, ValueError, AttributeError)
    with stream, contextlib.suppress(*broken):
        while True:
            messages.put(pickle.load(stream))
    messages.put(None)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None and not child.stdin.closed:
        with contextlib.suppress(OSError):
            child.stdin.close()
    try:
        child.wait(timeout=0.05)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    names = ("paigong", "numba", "numpy", "ortools")
    return {"python": platform.python_version(), "machine": platform.machine(), **{n: version(n) for n in names}}


# --- the warm-up --------------------------------------------------------------------------------------------------


def warm_up(find_plans: FindPlans, on_message: Callable[[str], None] | None = None) -> float:
    """Compile the kernels if this version has not been compiled on this machine; return the seconds that took."""
    if is_warm():
        return 0.0
    began = time.monotonic()
    if on_message is not None:
        on_message("Compiling the solver's kernels, once for this version; this takes up to a minute.")
    budget = Budget(began + LONGEST_S, moves=1_300, seed=0, threads=1, islands=1, use_master=False)
    run_in_child(find_plans, *tiny_problem(), budget)
    mark_warm()
    return time.monotonic() - began


# --- the child ----------------------------------------------------------------------------------------------------


def _child(job: Path) -> None:
    """Solve the job of a file; stop when the parent closes our standard input."""
    stopped = threading.Event()
    threading.Thread(target=_wait_for_parent, args=(stopped,), daemon=True).start()
    out = sys.stdout.buffer
    find_plans, problem, matrix, budget = pickle.loads(job.read_bytes())

    def post(message: Any) -> None:
        out.write(pickle.dumps(message))
        out.flush()

    find_plans(problem, matrix, budget, lambda plan, progress: post((plan, progress)), stopped.is_set)
    post("done")


def _wait_for_parent(stopped: threading.Event) -> None:
    """Set the flag when our standard input ends: the parent has closed it, or is gone."""
    sys.stdin.buffer.read()
    stopped.set()


if __name__ == "__main__":
    # The parent unpickles the classes of `optimizer.runner`, not of `__main__`.
    from optimizer import runner

    with contextlib.suppress(BrokenPipeError):
        runner._child(Path(sys.argv[1]))
