"""A machine with no time: each way to a plan, beside many busy processes, has to give a judged one all the same.

The plan has to serve at least what construction serves, which is what the first judged plan of an idle machine serves.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.service import serving
from optimizer.domain.planning_context import Stage
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.plans.plan_file import read_plan_file
from optimizer.ingest.plans.published import published_plan
from optimizer.ingest.read import read_intake
from optimizer.ingest.write import problem_to_json
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.moments.draft_settle_open import plan_stage
from optimizer.running.warming import warm_up
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from benchmarks.service import Served
    from optimizer.domain.problem import Problem
    from optimizer.running.child import Progress

    #: How one way ended: its wall seconds, the visits of its plan, why its search stopped, or why there is no plan.
    _Ended: TypeAlias = tuple[float, int | None, str]

#: A process that does nothing but use its share of a core, as long as whoever started it is there.
BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(10_000))"
#: Moves of the plan that settle and open stay near.
PUBLISHED_MOVES = 2_000
#: Why a way has no plan that was ended.
TOO_LATE = "its wall time was up"
#: How often it is looked whether a job has ended: whoever looks more often takes the service's time.
LOOK_S = 0.5
#: A library call, told apart from its command.
SOLVE = """
import json, sys
from optimizer import judge_plan, read_branch, solve
outcome = solve(read_branch(sys.argv[1]), seconds=float(sys.argv[2]))
assert judge_plan(outcome.problem, outcome.matrix, outcome.plan).is_clean
print(json.dumps([outcome.plan.served, outcome.run.stopped]))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One way to a plan, once.

    Parameters
    ----------
    took_s
        Wall seconds of the way alone: from the command, the call or the request to its end.
    within_s
        The stopping rule: a way that takes more wall seconds is ended.
    served
        Visits of the judged plan; `None` without one, and `stopped` then says why.
    least
        What construction serves.
    """

    way: str
    took_s: float
    within_s: float
    served: int | None
    least: int
    stopped: str

    @property
    def is_good(self) -> bool:
        """Whether there was a plan in time that serves at least what construction does."""
        return self.served is not None and self.served >= self.least and self.took_s <= self.within_s


def starve(branch: Path, *, seconds: float, runs: int, busy: int, within_s: float) -> Iterator[Run]:
    """Plan a branch in every way, so many times each, beside busy processes; yield each run.

    Parameters
    ----------
    branch
        A folder; it is copied, as a plan is published in it.
    seconds
        Time of each search.
    within_s
        Wall time that each way has.
    """
    warm_up()
    with tempfile.TemporaryDirectory(prefix="paigong-starve-") as place, serving(workers=1) as served:
        home = Path(place) / "branch"
        shutil.copytree(branch, home, ignore=shutil.ignore_patterns("published"))
        subprocess.run(_planning(home, Path(place) / "first", "--iterations", str(PUBLISHED_MOVES)), check=True,
                       capture_output=True)  # fmt: skip
        subprocess.run([*_PAIGONG, "publish", str(Path(place) / "first/plan.json"), "--branch", str(home)], check=True,
                       capture_output=True)  # fmt: skip
        least = {stage: constructed(home, stage) for stage in Stage}
        content = json.dumps(problem_to_json(_problem(home, Stage.DRAFT)), ensure_ascii=False).encode()
        ways: dict[str, tuple[int, Callable[[], _Ended]]] = {
            f"plan --stage {stage}": (least[stage], partial(_by_command, home, stage, seconds, within_s))
            for stage in Stage
        }
        ways["solve()"] = (least[Stage.DRAFT], partial(_by_library, home, seconds, within_s))
        ways["POST /v1/plans"] = (least[Stage.DRAFT], partial(_by_service, served, content, seconds, within_s))
        with busy_machine(busy):
            for _ in range(runs):
                for way, (fewest, do) in ways.items():
                    took_s, count, stopped = do()
                    yield Run(way, took_s, within_s, count, fewest, stopped)


def _problem(branch: Path, stage: Stage) -> Problem:
    return read_intake(branch, ReadOptions(stage, None)).checked()


def constructed(branch: Path, stage: Stage) -> int:
    """Return how many visits the plan serves that is put together first."""
    problem = _problem(branch, stage)
    published = None
    if stage is not Stage.DRAFT:
        moment = problem.local_time(problem.as_of_s)
        published = published_plan(branch, problem.first_day, moment, time_routes=time_routes)
    first: list[Progress] = []
    plan_stage(problem, travel_for(problem, branch), published, seconds=0.0, on_progress=first.append)
    return first[0].served


@contextmanager
def busy_machine(count: int) -> Iterator[None]:
    """Keep so many processes busy."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


#: The command `paigong`, of this interpreter.
_PAIGONG = (sys.executable, "-c", "from api.start import main; main()")


def _planning(branch: Path, out: Path, *options: str) -> list[str]:
    return [*_PAIGONG, "plan", str(branch), "--out", str(out), "--lang", "en", *options]


def _timed(asked: Sequence[str], within_s: float) -> tuple[float, subprocess.CompletedProcess[str] | None]:
    """Run a command; return the seconds that it took, and how it ended, `None` when the time was up."""
    began_s = time.perf_counter()
    done = None
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=within_s)
    return time.perf_counter() - began_s, done


def _by_command(branch: Path, stage: Stage, seconds: float, within_s: float) -> _Ended:
    """Plan by the command line, and judge what it has written."""
    with tempfile.TemporaryDirectory(prefix="paigong-starve-") as out:
        asked = _planning(branch, Path(out), "--stage", str(stage), "--seconds", f"{seconds:g}")
        took_s, done = _timed(asked, within_s)
        if done is None:
            return took_s, None, TOO_LATE
        if done.returncode:
            return took_s, None, f"exit code {done.returncode}: {done.stderr.strip()[-200:]}"
        file = read_plan_file(Path(out) / "plan.json", branch, time_routes=time_routes)
    if not judge_plan(file.problem, file.matrix, file.plan).is_clean:
        return took_s, None, "the judge refuses it"
    return took_s, file.plan.served, file.run["stopped"]


def _by_library(branch: Path, seconds: float, within_s: float) -> _Ended:
    took_s, done = _timed([sys.executable, "-c", SOLVE, str(branch), f"{seconds:g}"], within_s)
    if done is None:
        return took_s, None, TOO_LATE
    if done.returncode:
        return took_s, None, done.stderr.strip()[-200:]
    count, stopped = json.loads(done.stdout)
    return took_s, count, stopped


def _by_service(served: Served, content: bytes, seconds: float, within_s: float) -> _Ended:
    """Hand the branch in; the service judges every plan before it keeps it."""
    began_s = time.perf_counter()
    job, _ = served.ask(f"/v1/plans?seconds={seconds:g}", content)
    try:
        ended = served.ended(job["id"], within_s=within_s, pause_s=LOOK_S)
    except TimeoutError:
        served.stop(job["id"])
        return time.perf_counter() - began_s, None, TOO_LATE
    took_s = time.perf_counter() - began_s
    if ended["status"] != "solved":
        return took_s, None, f"{ended['status']}: {ended['failure']}"
    return took_s, ended["progress"]["served"], ended["run"]["stopped"]
