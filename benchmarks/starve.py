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
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Callable, Iterator

    from benchmarks.service import Served
    from optimizer.running.child import Progress

#: A process that does nothing but use its share of a core, as long as whoever started it is there.
BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(10_000))"
#: Moves of the plan that settle and open stay near.
PUBLISHED_MOVES = 2_000
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
    served
        Visits of the judged plan; `None` without one, and `stopped` then says why.
    least
        What construction serves.
    """

    way: str
    took_s: float
    served: int | None
    least: int
    stopped: str

    def is_good(self, within_s: float) -> bool:
        """Return whether there was a plan in time that serves at least what construction does."""
        return self.served is not None and self.served >= self.least and self.took_s <= within_s


def starve(branch: Path, *, seconds: float, runs: int, busy: int) -> Iterator[Run]:
    """Plan a branch in every way, so many times each, beside busy processes; yield each run.

    Parameters
    ----------
    branch
        A folder; it is copied, as a plan is published in it.
    seconds
        Time of each search.
    """
    warm_up()
    with tempfile.TemporaryDirectory(prefix="paigong-starve-") as place, serving(workers=1) as served:
        home = Path(place) / "branch"
        shutil.copytree(branch, home, ignore=shutil.ignore_patterns("published"))
        _command("plan", home, Path(place) / "first", "--iterations", str(PUBLISHED_MOVES))
        subprocess.run([*_PAIGONG, "publish", str(Path(place) / "first/plan.json"), "--branch", str(home)], check=True,
                       capture_output=True)  # fmt: skip
        least = {stage: constructed(home, stage) for stage in Stage}
        ways: dict[str, tuple[int, Callable[[], tuple[int | None, str]]]] = {
            f"plan --stage {stage}": (least[stage], partial(_by_command, home, stage, seconds)) for stage in Stage
        }
        ways["solve()"] = (least[Stage.DRAFT], partial(_by_library, home, seconds))
        ways["POST /v1/plans"] = (least[Stage.DRAFT], partial(_by_service, served, home, seconds))
        with busy_machine(busy):
            for _ in range(runs):
                for way, (least, do) in ways.items():
                    began_s = time.perf_counter()
                    count, stopped = do()
                    yield Run(way, time.perf_counter() - began_s, count, least, stopped)


def constructed(branch: Path, stage: Stage) -> int:
    """Return how many visits the plan serves that is put together first."""
    intake = read_intake(branch, ReadOptions(stage, None))
    problem = intake.checked()
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


_PAIGONG = (sys.executable, "-m", "optimizer.cli")


def _command(command: str, branch: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    asked = [*_PAIGONG, command, str(branch), "--out", str(out), "--lang", "en", *options]
    return subprocess.run(asked, capture_output=True, text=True, check=False)


def _by_command(branch: Path, stage: Stage, seconds: float) -> tuple[int | None, str]:
    """Plan by the command line, and judge what it has written."""
    with tempfile.TemporaryDirectory(prefix="paigong-starve-") as out:
        done = _command("plan", branch, Path(out), "--stage", str(stage), "--seconds", f"{seconds:g}")
        if done.returncode:
            return None, f"exit code {done.returncode}: {done.stderr.strip()[-200:]}"
        file = read_plan_file(Path(out) / "plan.json", branch, time_routes=time_routes)
    if not judge_plan(file.problem, file.matrix, file.plan).is_clean:
        return None, "the judge refuses it"
    return file.plan.served, file.run["stopped"]


def _by_library(branch: Path, seconds: float) -> tuple[int | None, str]:
    asked = [sys.executable, "-c", SOLVE, str(branch), f"{seconds:g}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        return None, done.stderr.strip()[-200:]
    served, stopped = json.loads(done.stdout)
    return served, stopped


def _by_service(served: Served, branch: Path, seconds: float) -> tuple[int | None, str]:
    """Hand the branch in; the service judges every plan before it keeps it."""
    intake = read_intake(branch, ReadOptions(Stage.DRAFT, None))
    content = json.dumps(problem_to_json(intake.checked()), ensure_ascii=False).encode()
    job, _ = served.ask(f"/v1/plans?seconds={seconds:g}", content)
    ended: dict[str, Any] = served.ended(job["id"])
    if ended["status"] != "solved":
        return None, f"{ended['status']}: {ended['failure']}"
    return ended["progress"]["served"], ended["run"]["stopped"]
