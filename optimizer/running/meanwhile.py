"""While the kernels are compiled, once for a version: a small branch's first plan, by a child that runs them as Python.

Putting a plan together takes few steps. As plain Python they take a second for two hundred visits, beside a
compilation of a minute and more. The plan is judged, told and kept, and delivered if whoever waits for it stops.
Otherwise the search begins as ever: its own first plan is the same one, made in a hundredth of a second.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.engine.jit.kernels import is_warm
from optimizer.errors import NoPlanError
from optimizer.running import child as solving
from optimizer.running.child import STOPPED_PLAN_S, CancelToken, Found, Watch, waiting
from optimizer.running.processes import Child
from optimizer.running.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.problem import Problem
    from optimizer.running.budget import Budget
    from optimizer.running.child import FindPlans, Progress
    from optimizer.running.entry import Parent
    from optimizer.travel.matrix import TravelMatrix

#: The largest branch for which it is done: 300 visits take half a second of the processor, and the child two to start.
MOST_VISITS = 300
#: The child stands back behind whoever compiles, and behind everybody else.
NICENESS = 5
#: What is said once the plan is there.
FIRST_PLAN_MADE = "A first plan is made, and Ctrl-C writes it. Compiling goes on, so that it can be improved."


def compile_beside_a_first_plan(
    find_plans: FindPlans,
    problem: Problem,
    matrix: TravelMatrix,
    budget: Budget,
    *,
    on_progress: Callable[[Progress], None] | None,
    cancel: CancelToken,
    on_message: Callable[[str], None] | None,
) -> Found | None:
    """Compile the kernels; return the first plan that was made and judged meanwhile, if there is one.

    Once the token is cancelled, compiling is given up for it; Ctrl-C gives up at once where none is being made.

    Raises
    ------
    NoPlanError
        When compiling was given up before there was a plan.
    """
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        first = None
        if budget.seconds is not None and len(problem.visits) <= MOST_VISITS:
            first = _FirstPlan(find_plans, problem, matrix, budget, on_progress, on_message, Path(folder))
        stopped_at_s: float | None = None

        def is_over() -> bool:
            nonlocal stopped_at_s
            if first is not None:
                first.look()
            if not cancel.is_cancelled:
                return False
            stopped_at_s = stopped_at_s or time.monotonic()
            has_plan = first is not None and first.has_plan
            is_coming = first is not None and first.is_at_work
            if has_plan or cancel.is_urgent or (cancel.stopped == "interrupted" and not is_coming):
                return True
            return time.monotonic() > stopped_at_s + STOPPED_PLAN_S

        try:
            warm_up(on_message, is_over, cancel.interrupt)
        finally:
            if first is not None:
                first.end()
    found = None if first is None else first.found(cancel.stopped)
    if found is None and cancel.is_cancelled and not is_warm():
        raise NoPlanError(cancel.stopped)
    return found


class _FirstPlan:
    """The child that makes it, and what has become of it; of no child's fate does anything else depend."""

    def __init__(
        self,
        find_plans: FindPlans,
        problem: Problem,
        matrix: TravelMatrix,
        budget: Budget,
        on_progress: Callable[[Progress], None] | None,
        on_message: Callable[[str], None] | None,
        folder: Path,
    ) -> None:
        self._on_message = on_message
        self._watch = Watch(problem, matrix, budget, time.monotonic(), on_progress)
        job = folder / "job.pickle"
        alone = replace(budget, islands=1, threads=1, use_master=False)
        job.write_bytes(pickle.dumps((find_plans, problem, matrix, alone)))
        env = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
        self._child: Child | None = Child(__name__, str(job), limits=budget.limits, env=env)

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan that the judge found clean."""
        return self._watch.kept is not None

    @property
    def is_at_work(self) -> bool:
        """Whether a plan may still come of it."""
        return self._child is not None

    def look(self) -> None:
        """Judge the plan if it has come, and tell of it; the child has nothing more to do then."""
        if self._child is None:
            return
        ended = self._watch.note_all(waiting(self._child, 0.0))
        if self._watch.newest is None and not ended:
            return
        self.end()
        self._watch.judge_newest()
        if self.has_plan and self._on_message is not None:
            self._on_message(FIRST_PLAN_MADE)

    def end(self) -> None:
        """End the child, whatever it is at."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def found(self, stopped: str) -> Found | None:
        """Return the judged plan; `None` without one, or when the judge has refused it."""
        if self._watch.kept is None:
            return None
        plan, judgement = self._watch.kept
        return Found(plan, judgement, self._watch.record(stopped))


def serve(parent: Parent, job: str) -> None:
    """Find plans as any solver's child does, and stand back behind others."""
    solving.serve(parent, job, str(NICENESS))
