"""Timefold, community edition: construction and late acceptance in Java, with its default phases.

It says everything here. Its Java libraries come with the last Python package of the project; that package's own way of
modelling in Python is many times slower, so the model is `TimefoldPeer.java`, compiled before each run.
"""

from __future__ import annotations

import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.peers.model import Job, PeerModel, Worker

SOURCE = Path(__file__).with_name("TimefoldPeer.java")


def solve(model: PeerModel, seconds: float, seed: int) -> tuple[dict[str, list[str]] | None, float]:
    """Return routes and the seconds that the search took, without compiling and reading.

    Raises
    ------
    FormatError
        When Java ends with a fault; its last words are in the message.
    """
    with tempfile.TemporaryDirectory(prefix="timefold-") as name:
        folder = Path(name)
        problem, routes = folder / "problem.txt", folder / "routes.txt"
        problem.write_text("\n".join(" ".join(map(str, line)) for line in _lines(model)) + "\n", encoding="ascii")
        classes = ":".join([name, *_libraries()])
        _run(["javac", "-nowarn", "-proc:none", "-cp", classes, "-d", name, str(SOURCE)])
        one_core = ["-XX:ActiveProcessorCount=1", "-XX:+UseSerialGC"]
        limits = [str(seconds), str(seed)]
        _run(["java", *one_core, "-cp", classes, SOURCE.stem, str(problem), *limits, str(routes)])
        took, *lines = routes.read_text(encoding="ascii").splitlines()
    stops = ([model.jobs[int(k)].visit_id for k in line.split()] for line in lines)
    return {worker.worker_id: jobs for worker, jobs in zip(model.workers, stops, strict=True)}, float(took)


def _libraries() -> Iterator[str]:
    """Return the solver's libraries without its logging, which would write a line for every step."""
    found = find_spec("timefold")
    assert found is not None
    assert found.submodule_search_locations is not None
    for folder in found.submodule_search_locations:
        jars = (Path(folder) / "solver" / "jars").glob("*.jar")
        yield from sorted(str(jar) for jar in jars if not jar.name.startswith("logback"))


def _run(command: list[str]) -> None:
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if ended.returncode:
        # The logging that is left out says so first.
        said = [line for line in ended.stderr.splitlines() if line and not line.startswith("SLF4J")]
        raise FormatError(f"timefold: {command[0]} ended with code {ended.returncode}: {'; '.join(said[:2])}")


def _lines(model: PeerModel) -> Iterator[Iterable[int]]:
    """Return the numbers that `TimefoldPeer.java` reads, in its order; -1 stands for `None`."""
    yield len(model.travel), len(model.jobs), len(model.workers)
    rest = model.break_
    yield (-1, 0, 0) if rest is None else (rest.length, rest.earliest, rest.latest)
    yield (model.spread_price,)
    parts = list(model.stock)
    yield [len(parts), *model.stock.values()]
    for job in model.jobs:
        yield _job(job)
        uses = model.uses.get(job.visit_id, {})
        yield [len(uses), *(parts.index(part) for part in uses), *uses.values()]
    for worker in model.workers:
        yield _worker(worker)
        able = [(k, job.visit_id) for k, job in enumerate(model.jobs) if worker.can_serve(job.visit_id)]
        yield (len(able),)
        for k, i in able:
            yield k, worker.extra.get(i, 0), worker.charge.get(i, 0) + worker.miss.get(i, 0)
    yield from model.travel.tolist()


def _job(job: Job) -> Iterable[int]:
    yield from (job.row, job.service, job.open, job.close, job.demand, job.late_limit, job.late_price)
    yield from (_or_none(job.later_price), _or_none(job.prize))


def _worker(worker: Worker) -> Iterable[int]:
    yield from (worker.start, worker.finish, worker.open, worker.regular_end, worker.close)
    yield from (_or_none(worker.capacity), _or_none(worker.max_duration))
    yield from (worker.fixed, worker.travel_price, worker.duration_price, worker.overtime_price)
    yield int(worker.shares_load)


def _or_none(number: int | None) -> int:
    return -1 if number is None else number
