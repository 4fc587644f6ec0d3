"""One way of running a solve: a child process that posts each better plan, a parent that judges and keeps it.

An abort, an out-of-memory or an overrun of the child costs nothing: the last judged plan is returned, and the run
record says what happened. Messages are pickles; both ends are ours.
"""

from __future__ import annotations

import contextlib
import logging
import math
import pickle
import platform
import queue
import signal
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.domain.rules import Rule, Violation
from optimizer.errors import JudgementError, LockConflictError, NoPlanError
from optimizer.running.broker import NICENESS, taking_turns
from optimizer.running.preloaded import give_up_forking, solver_server
from optimizer.running.process_limits import stand_back
from optimizer.running.processes import Child

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.judge.verdict import Judgement
    from optimizer.running.budget import Budget
    from optimizer.running.entry import Parent
    from optimizer.travel.matrix import TravelMatrix

    #: Takes how a search stands, with the plan where it is a better one.
    Post: TypeAlias = Callable[[Plan | None, "Progress"], None]
    #: Searches (problem, matrix, budget), posts how it stands, asks whether to stop.
    FindPlans: TypeAlias = Callable[[Problem, TravelMatrix, Budget, Post, Callable[[], bool]], None]

#: How long the parent waits at least for the child's last plan after asking it to stop, and when its time is up.
LAST_WORD_S = 1.0
#: How long it waits for a first plan that the judge accepts, whatever the clock says: a busy machine is slow.
FIRST_PLAN_S = 300.0
#: How long a solve that is stopped before its first plan waits for it: who stops wants the best plan so far, not none.
STOPPED_PLAN_S = 30.0
#: Why a solve ended whose plan is the constructed one, as the time was up.
FIRST_PLAN = "first_plan"
#: What is known of a solve that was asked to end before it could begin.
WAITING = "it was stopped while it waited for a free core"
#: How often the parent looks at the clock and the cancel token.
POLL_S = 0.05
#: How long the child may take to end by itself, once there is nothing more to wait for.
GRACE_S = 0.05
#: What an earlier, longer judging still counts at the next one.
AGEING = 0.8


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a search stands at a checkpoint: moves so far, temperature, cost of its best plan in cents.

    Parameters
    ----------
    search_s
        Seconds since the search began.
    elapsed_s
        Seconds since its process was asked for; it had its cores by then.
    plan
        The judged plan itself, where the parent reports one; reasons for what is left out are not in it yet.
    """

    checkpoint: int
    moves: int
    temperature: float
    cost_cents: int
    served: int = 0
    search_s: float = 0.0
    elapsed_s: float = 0.0
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How a plan came about.

    Parameters
    ----------
    elapsed_s, starting_s, search_s
        How long it took from the asking for a process to the last judged plan; until the search began, `None` when it
        never did; the search itself.
    waited_s
        How long it waited for its cores before that.
    stopped
        Why the search ended: `finished`, `overrun`, `stagnant`, `cancelled`, `interrupted`, `child_died`, or
        `first_plan`, where the time was up before the search could improve the plan that was put together first.
    checkpoints
        (checkpoint, moves, temperature), from which a run can be replayed.
    """

    seed: int
    moves: int
    elapsed_s: float
    starting_s: float | None
    search_s: float
    stopped: str
    note: str
    islands: int
    threads: int
    checkpoints: tuple[tuple[int, int, float], ...]
    versions: dict[str, str]
    waited_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values; in files the checkpoints are called `marks`."""
        record = asdict(self)
        record["marks"] = record.pop("checkpoints")
        return record


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan of a child that the judge found clean, what the judge says of it, and how it came about."""

    plan: Plan
    judgement: Judgement
    run: RunRecord


class CancelToken:
    """Lets another thread, or Ctrl-C, end a solve: `cancel()` once, and the best plan so far comes back."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._interrupts = 0

    def cancel(self) -> None:
        """Ask the solve to end."""
        self._event.set()

    def interrupt(self) -> None:
        """Ask the solve to end, as Ctrl-C asks; asked for the second time, it does not even wait for a first plan."""
        self._interrupts += 1
        self.cancel()

    @property
    def is_cancelled(self) -> bool:
        """Return whether the solve has been asked to end."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until the solve is asked to end, so long at most; return whether it is."""
        return self._event.wait(seconds)

    @property
    def is_urgent(self) -> bool:
        """Return whether it has been interrupted more than once."""
        return self._interrupts > 1

    @property
    def stopped(self) -> str:
        """Why the solve ends, as in a run record; empty when nobody has asked."""
        if not self.is_cancelled:
            return ""
        return "interrupted" if self._interrupts else "cancelled"


# --- the parent ---------------------------------------------------------------------------------------------------


def run_in_child(
    find_plans: FindPlans,
    problem: Problem,
    matrix: TravelMatrix,
    budget: Budget,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: CancelToken | None = None,
    on_message: Callable[[str], None] | None = None,
    known: Found | None = None,
) -> Found:
    """Run `find_plans` in a child process when it is its turn; return the best plan that the judge finds clean.

    Parameters
    ----------
    find_plans
        A function of a module, with the signature `FindPlans`; the child finds it by its name.
    on_message
        Called with a sentence every few seconds while it waits for its turn. What is asked to end then ends at once.
    known
        A plan that is there already, judged and told of: only cheaper ones are kept and told.

    Raises
    ------
    LockConflictError, JudgementError
        When no plan came back clean: because of the user's locks, or of a defect of ours.
    NoPlanError
        When no plan came back at all.
    """
    cancel = cancel or CancelToken()
    with taking_turns(budget.need(matrix), cancel, on_message) as turn:
        watch = Watch(problem, matrix, budget, time.monotonic(), on_progress)
        if known is not None:
            watch.kept = (known.plan, known.judgement)
        watch.waited_s = turn.waited_s
        if turn.is_mine:
            stopped = _run((find_plans, problem, matrix, budget), watch, cancel)
        else:
            stopped, watch.note = cancel.stopped, WAITING
    if stopped in ("finished", "overrun") and watch.has_first_plan_only():
        stopped = FIRST_PLAN
    plan, judgement = watch.result(stopped)
    return Found(plan, judgement, watch.record(stopped))


def _run(job: tuple[FindPlans, Problem, TravelMatrix, Budget], watch: Watch, cancel: CancelToken) -> str:
    """Run a child with a job and follow it to its end; return why it ended."""
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        path = Path(folder) / "job.pickle"
        with path.open("wb") as stream:
            pickle.dump(job, stream)
        return _run_file(str(path), watch, cancel)


def _run_file(job: str, watch: Watch, cancel: CancelToken) -> str:
    niceness = str(NICENESS[watch.budget.urgency])
    for server in (solver_server(), None):
        child = Child("optimizer.running.child", job, niceness, limits=watch.budget.limits, server=server)
        try:
            stopped = _follow(child, watch, cancel)
        finally:
            code = child.end(GRACE_S)
        if stopped != "child_died" or child.has_begun:
            break
        _log.warning("the server of solver processes ended; they are started by themselves from now on")
        give_up_forking()
    if stopped == "child_died":
        watch.note = f"the solver process ended with code {code}"
        if child.last_words:
            watch.note += f" ({child.last_words.splitlines()[-1]})"
    return stopped


class Watch:
    """What the parent knows of a running child; `deadline_s` is when its search ends, unknown before it has begun."""

    def __init__(
        self,
        problem: Problem,
        matrix: TravelMatrix,
        budget: Budget,
        began: float,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.problem = problem
        self.matrix = matrix
        self.budget = budget
        self.began = began
        self.on_progress = on_progress
        self.kept: tuple[Plan, Judgement] | None = None
        self.newest: tuple[Plan, Progress] | None = None
        self.refused: tuple[Violation, ...] = ()
        self.checkpoints: list[tuple[int, int, float]] = []
        self.moves = 0
        self.search_s = 0.0
        self.starting_s: float | None = None
        self.waited_s = 0.0
        self.note = ""
        self.better_at = began
        self.heard_at = began
        self.judging_s = 0.0
        self.deadline_s = math.inf

    def note_all(self, messages: list[Any]) -> str:
        """Note the checkpoints and the newest plan among the messages; return how the child ended, if it did."""
        for message in messages:
            if isinstance(message, tuple):
                plan, progress = message
                if not self.checkpoints:
                    self._note_begin(progress)
                self.checkpoints.append((progress.checkpoint, progress.moves, round(progress.temperature, 3)))
                self.moves, self.search_s = progress.moves, progress.search_s
                self.newest = self.newest if plan is None else (plan, progress)
        if "done" in messages:
            return "finished"
        return "child_died" if None in messages else ""

    def _note_begin(self, progress: Progress) -> None:
        """Note when the search began, at its first word; patience is counted from there."""
        self.heard_at = self.better_at = time.monotonic()
        search_began = self.heard_at - progress.search_s
        self.starting_s = round(search_began - self.began, 3)
        self.deadline_s = search_began + self.budget.longest_s

    def has_time_to_judge(self) -> bool:
        """Return whether a plan can be judged before the last one, which must not wait, comes; the first always can."""
        return self.kept is None or time.monotonic() + self.judging_s <= self.deadline_s

    @property
    def last_word_s(self) -> float:
        """How long the child may take for its last plan: making one takes about as long as judging it."""
        return max(LAST_WORD_S, self.judging_s)

    def waits_until(self) -> float:
        """Return until when the child is waited for: a sound first plan is worth more than the clock."""
        if not self.checkpoints:
            return self.began + self.budget.longest_s + FIRST_PLAN_S
        return max(self.deadline_s, self.heard_at) + (FIRST_PLAN_S if self.kept is None else self.last_word_s)

    @property
    def has_begun(self) -> bool:
        """Whether the search has begun, or a plan was known before."""
        return bool(self.checkpoints) or self.kept is not None

    def has_first_plan_only(self) -> bool:
        """Return whether the time was up before the search reached its first checkpoint."""
        is_late = time.monotonic() >= self.deadline_s
        return self.kept is not None and is_late and all(checkpoint == 0 for checkpoint, _, _ in self.checkpoints)

    def judge_newest(self) -> None:
        """Judge the newest plan and keep it when it is clean and cheaper than the one kept; note how long it takes."""
        # The solver's process imports this module too, and judges nothing.
        from optimizer.judge.verdict import judge_plan

        if self.newest is None:
            return
        began = time.monotonic()
        plan, progress = self.newest
        judgement = judge_plan(self.problem, self.matrix, plan)
        self.newest = None
        # The machine may have been busy for once: an old measure counts less and less.
        self.judging_s = max(time.monotonic() - began, AGEING * self.judging_s)
        if not judgement.is_clean:
            self.refused = judgement.violations
        elif self.kept is None or plan.cost_cents < self.kept[0].cost_cents:
            self.kept, self.better_at = (plan, judgement), time.monotonic()
            if self.on_progress is not None:
                elapsed = time.monotonic() - self.began
                self.on_progress(
                    replace(progress, cost_cents=plan.cost_cents, served=plan.served, elapsed_s=elapsed, plan=plan)
                )

    def is_stagnant(self, patience_s: float | None) -> bool:
        """Return whether a plan is there and the search has found no better one for a while."""
        is_searching = self.kept is not None and bool(self.checkpoints)
        return patience_s is not None and is_searching and time.monotonic() - self.better_at > patience_s

    def result(self, stopped: str) -> tuple[Plan, Judgement]:
        """Return the plan kept, as it was judged; without one, the routes begun with, if the judge accepts them."""
        from optimizer.judge.verdict import judge_plan, time_routes

        if self.kept is not None:
            if self.refused:
                self.note += f" The judge refused another plan of the engine: {self.refused[0].message}"
            return self.kept
        if self.refused:
            if any(violation.rule is not Rule.LOCK for violation in self.refused):
                raise JudgementError(self.refused)
            if stopped == "finished":
                raise LockConflictError(self.refused)
            # What was cut off says nothing of the locks: another second might have kept them.
            self.note = self.note or f"without {self.refused[0].visit_id}, which is locked, so far"
        if self.budget.start:
            plan = time_routes(self.problem, self.matrix, self.budget.start)
            judgement = judge_plan(self.problem, self.matrix, plan)
            if judgement.is_clean:
                self.note = self.note or "the time was up before a first plan was found"
                return plan, judgement
        raise NoPlanError(stopped, self.note)

    def record(self, stopped: str) -> RunRecord:
        """Return how the plan came about."""
        return RunRecord(
            seed=self.budget.seed,
            moves=self.moves,
            elapsed_s=round(time.monotonic() - self.began, 3),
            starting_s=self.starting_s,
            search_s=round(self.search_s, 3),
            stopped=stopped,
            note=self.note,
            islands=self.budget.islands,
            threads=self.budget.threads,
            checkpoints=tuple(self.checkpoints),
            versions=_versions(),
            waited_s=round(self.waited_s, 3),
        )


def _follow(child: Child, watch: Watch, cancel: CancelToken) -> str:
    """Take the child's messages until it is done, dead, stopped or too late, and judge; return which."""
    stopped, ended, last_word = "", "", math.inf
    while not ended and (wait_s := min(last_word, watch.waits_until()) - time.monotonic()) > 0:
        try:
            ended = watch.note_all(waiting(child, min(POLL_S, wait_s)))
            if not ended and not stopped and watch.has_time_to_judge():
                watch.judge_newest()
        except KeyboardInterrupt:
            cancel.interrupt()
        if cancel.is_urgent:
            stopped = cancel.stopped
            break
        if not stopped:
            stopped = cancel.stopped or ("stagnant" if watch.is_stagnant(watch.budget.patience_s) else "")
        if stopped and last_word == math.inf:
            child.close_input()
            last_word = time.monotonic() + (watch.last_word_s if watch.has_begun else STOPPED_PLAN_S)
    watch.judge_newest()
    return stopped or ended or "overrun"


def waiting(child: Child, wait_s: float) -> list[Any]:
    """Return the messages that are there, after waiting a moment for the first; `None` is the child's end."""
    found = []
    with contextlib.suppress(queue.Empty):
        found.append(child.messages.get(timeout=wait_s))
        while True:
            found.append(child.messages.get_nowait())
    return [None if message is None else pickle.loads(message) for message in found]


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    names = ("paigong", "numba", "numpy", "ortools")
    return {"python": platform.python_version(), "machine": platform.machine(), **{n: version(n) for n in names}}


# --- the child ----------------------------------------------------------------------------------------------------


def serve(parent: Parent, job: str, niceness: str) -> None:
    """Solve the job of a file; stop when the parent asks for it."""
    # A service that ends signals all its processes at once; this one ends when its parent says so, who keeps its plan.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    stand_back(int(niceness))
    with Path(job).open("rb") as stream:
        find_plans, problem, matrix, budget = pickle.load(stream)
    is_to_stop = threading.Event()

    def listen() -> None:
        # Nothing is sent: the end of messages says that the parent asks to stop, or is gone.
        parent.receive()
        is_to_stop.set()

    def post(plan: Plan | None, progress: Progress) -> None:
        parent.send(pickle.dumps((plan, progress)))

    threading.Thread(target=listen, daemon=True).start()
    find_plans(problem, matrix, budget, post, is_to_stop.is_set)
    parent.send(pickle.dumps("done"))
