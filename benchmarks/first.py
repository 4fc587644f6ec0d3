"""How soon there is a first judged plan: by a process that is warm, step by step, through the service, by the command.

Wall time counts on an idle machine alone. Processor time can be told on a busy one as well: it is stated beside.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import TYPE_CHECKING, Any

from benchmarks.service import serving
from optimizer import CancelToken, solve
from optimizer.engine.assemble import assemble_plan
from optimizer.engine.indexing import build_arrays
from optimizer.engine.rest import with_shifts_in_force
from optimizer.engine.search.islands import Islands, SearchBudget
from optimizer.judge.verdict import judge_plan
from optimizer.promise.due_day import with_due_days
from optimizer.running.warming import load_kernels, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.service import Served
    from optimizer.domain.problem import Problem
    from optimizer.running.child import Progress
    from optimizer.travel.matrix import TravelMatrix

#: Time of a search of which only the first plan counts.
SEARCH_S = 1.0
#: Longer than any first plan takes that is made step by step.
NEVER_S = 3_600.0


def measure_first(
    problem: Problem, matrix: TravelMatrix, content: bytes, *, branch: Path, seconds: float, runs: int
) -> dict[str, Any]:
    """Return every figure: least and median of so many runs each.

    Parameters
    ----------
    problem, matrix
        What is planned in this process.
    content
        The same as a request to the service.
    branch, seconds
        What the command plans, and the time of its search.
    """
    warm_up()
    commands = [_by_command(branch, seconds) for _ in range(runs)]
    return {
        "solve_s": _of([_by_library(problem, matrix) for _ in range(runs + 1)][1:]),
        "service_s": _of(_by_service(content, runs)),
        "steps_cpu_ms": _steps(problem, matrix, runs),
        "asked_s": seconds,
        "command_over_s": _of([wall_s - seconds for wall_s, _, _ in commands]),
        "command_until_search_s": _of([until_s for _, until_s, _ in commands]),
        "command_cpu_s": _of([cpu_s for _, _, cpu_s in commands]),
        "cores": os.cpu_count(),
    }


def _by_library(problem: Problem, matrix: TravelMatrix) -> float:
    """Return the seconds from the call to the first judged plan; the first call of a process starts its server."""
    token, found_s = CancelToken(), []
    began_s = time.perf_counter()

    def stop(_: Progress) -> None:
        found_s.append(time.perf_counter() - began_s)
        token.cancel()

    solve(problem, matrix, seconds=SEARCH_S, on_progress=stop, cancel=token)
    return found_s[0]


def _by_service(content: bytes, runs: int) -> list[float]:
    """Return the seconds from the request to the event with the first judged plan; the first job warms the server."""
    with serving(workers=1) as served:
        return [_until_event(served, content) for _ in range(runs + 1)][1:]


def _until_event(served: Served, content: bytes) -> float:
    began_s = time.perf_counter()
    job, _ = served.ask(f"/v1/plans?seconds={SEARCH_S:g}", content)
    headers = {"Authorization": f"Bearer {served.key}"}
    events = urllib.request.Request(served.url + job["links"]["events"], headers=headers)
    with urllib.request.urlopen(events) as stream:
        next(line for line in stream if b"cost_cents" in line)
    found_s = time.perf_counter() - began_s
    served.ended(job["id"])
    return found_s


def _by_command(branch: Path, seconds: float) -> tuple[float, float, float]:
    """Return the wall seconds of a whole command, those until its search began, and its processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(prefix="paigong-") as out:
        command = [sys.executable, "-c", "from api.start import main; main()", "plan", str(branch), "--out", out]
        began_s = time.perf_counter()
        subprocess.run([*command, "--seconds", f"{seconds:g}"], check=True, capture_output=True)
        wall_s = time.perf_counter() - began_s
        with open(f"{out}/plan.json", encoding="utf-8") as stream:
            run = json.load(stream)["run"]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall_s, run["reading_s"] + run["starting_s"], cpu_s


def _steps(problem: Problem, matrix: TravelMatrix, runs: int) -> dict[str, float]:
    """Return the least processor milliseconds of each step between the call and the first judged plan."""
    load_kernels()
    taken: dict[str, list[float]] = {}
    for _ in range(runs):
        for step, took_s in _one_by_one(problem, matrix):
            taken.setdefault(step, []).append(1000 * took_s)
    return {step: round(min(took), 1) for step, took in taken.items()}


def _one_by_one(problem: Problem, matrix: TravelMatrix) -> list[tuple[str, float]]:
    steps: list[tuple[str, float]] = []

    def timed(step: str, do: Callable[[], Any]) -> Any:
        began_s = time.process_time()
        made = do()
        steps.append((step, time.process_time() - began_s))
        return made

    due = timed("due days", lambda: with_due_days(problem, matrix))
    sent = timed("send", lambda: pickle.dumps((due, matrix)))
    due, received = timed("receive", lambda: pickle.loads(sent))
    indexed = timed("arrays", lambda: build_arrays(with_shifts_in_force(due, received), received))
    budget = SearchBudget(None, time.monotonic() + NEVER_S, islands=1, threads=1, seed=0)
    islands = timed("state", lambda: Islands(indexed.arrays, budget, lambda: False))
    timed("construct", lambda: islands.construct(indexed.first_routes(due, {})))
    plan = timed("assemble", lambda: assemble_plan(due, indexed, islands.best(), islands.best_starts()))
    plan = timed("send and receive the plan", lambda: pickle.loads(pickle.dumps(plan)))
    timed("judge", lambda: judge_plan(due, matrix, plan))
    return steps


def _of(found: list[float]) -> dict[str, float]:
    return {"least": round(min(found), 3), "median": round(statistics.median(found), 3)}
