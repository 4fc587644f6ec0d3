"""The runs behind a page: resumable, shared by workers, ours and the peers' on one instance right after each other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.errors import FormatError
from benchmarks.peers import PEERS
from benchmarks.records import FINISHED, Row, key_of, mixed_versions, read_rows
from benchmarks.run import SOLVER, Campaign, digest_of, run_campaign, run_peer_campaign
from benchmarks.solver import engine_version

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from benchmarks.page.plan import Folders, Page, Runs, Section

#: About what a move of ours takes; only shares of workers and the time that is left depend on it.
MOVE_S = 2e-5

#: About what reading, starting a process and compiled code from the cache take in each run; used as above.
START_S = 5.0


@dataclass(frozen=True, slots=True)
class Unit:
    """What is run without a pause: all runs of one section on one instance with one seed."""

    section: str
    path: Path
    seed: int
    runs: tuple[Runs, ...]

    @property
    def seconds(self) -> float:
        """About how long it takes; modelling and repairing for peers on the largest days come on top."""
        return sum(START_S + (run.config.seconds or (run.config.iterations or 0) * MOVE_S) for run in self.runs)


def units_of(section: Section, paths: Sequence[Path]) -> Iterator[Unit]:
    """Return a section's units, instance by instance."""
    seeds = sorted({seed for runs in section.runs for seed in runs.seeds})
    for path in paths:
        for seed in seeds:
            yield Unit(section.name, path, seed, tuple(runs for runs in section.runs if seed in runs.seeds))


def make_days(section: Section, page: Page, folders: Folders) -> None:
    """Let the generator write the section's days that are not there yet.

    Raises
    ------
    FormatError
        When the generator is absent or fails; its last words are in the message.
    """
    if section.days is None:
        return
    script = folders.data / page.generator
    for path, seed in zip(folders.paths_of(section, page.load), section.days.seeds, strict=True):
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, whoever else is at it.
        part = path.with_suffix(f".{os.getpid()}.part")
        size = ["--techs", str(section.days.techs), "--orders", str(section.days.orders), "--seed", str(seed)]
        command = [sys.executable, str(script), *size, "--load", f"{page.load:g}", "--out", str(part)]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if ended.returncode or not part.exists():
            said = ended.stderr.strip().splitlines() or ["no reason given"]
            raise FormatError(f"{page.generator} did not make {path.name}: {said[-1]}")
        part.replace(path)


def rows_of(folders: Folders) -> list[Row]:
    """Return the rows of all workers, one of each run: a finished one where there is one, else the latest.

    Raises
    ------
    FormatError
        When they hold two states of one solver.
    """
    rows: dict[object, Row] = {}
    versions: dict[str, str] = {}
    for path in folders.all_rows():
        for row in read_rows(path):
            before = rows.get(key_of(row))
            if before is None or (is_done(row), row["ended"]) > (is_done(before), before["ended"]):
                rows[key_of(row)] = row
            version = versions.setdefault(row["solver"], row["solver_version"])
            if version != row["solver_version"]:
                raise FormatError(
                    f"the rows of {folders.out.name} hold {row['solver']} {version} and {row['solver_version']}: "
                    "figures of two states are never mixed; write to a new folder"
                )
    return list(rows.values())


def is_done(row: Row) -> bool:
    """Say whether a run need not be tried again; that a peer finds no plan is what it has to say."""
    return row["status"] in FINISHED or (row["status"] == "failed" and row["solver"] in PEERS)


def absent_peers(sections: Sequence[Section]) -> dict[str, str]:
    """Return the peers of some sections that are not installed, with what is missing."""
    names = {runs.solver for section in sections for runs in section.runs if not runs.is_ours}
    return {name: missing for name in PEERS if name in names and (missing := PEERS[name].missing) is not None}


def left_of(units: Sequence[Unit], rows: Sequence[Row], absent: Collection[str] = ()) -> list[Unit]:
    """Return what is left to run: of each unit the runs that are not done and whose solver is there."""
    done = {key_of(row) for row in rows if is_done(row)}
    left = []
    for unit in units:
        instance = {"instance": unit.path.stem, "digest": digest_of(unit.path)}
        heads = [(runs, key_of(instance | runs.head(unit.seed))) for runs in unit.runs if runs.solver not in absent]
        if missing := tuple(runs for runs, key in heads if key not in done):
            left.append(replace(unit, runs=missing))
    return left


def shares(units: Sequence[Unit], workers: int) -> dict[Path, int]:
    """Return which worker, from 1, has which instance: always the same, and about as much time for each.

    An instance in several sections stays with one worker, so that no run is made twice.
    """
    seconds: dict[Path, float] = {}
    for unit in units:
        seconds[unit.path] = seconds.get(unit.path, 0.0) + unit.seconds
    taken = [0.0] * workers
    who: dict[Path, int] = {}
    for path, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        least = taken.index(min(taken))
        taken[least] += spent
        who[path] = least + 1
    return who


def share_of(
    page: Page, folders: Folders, *, only: Collection[str] | None, worker: int, workers: int
) -> tuple[Unit, ...]:
    """Return one worker's units of some sections: in the order of the page, but all of one instance together.

    So a peer that is in a later section with the same instance still runs soon after ours.
    """
    units = [unit for section in page.sections for unit in units_of(section, folders.paths_of(section, page.load))]
    who = shares(units, workers)
    names = {section.name for section in page.some(only)}
    mine = [unit for unit in units if unit.section in names and who[unit.path] == worker]
    place = {path: number for number, path in enumerate(dict.fromkeys(unit.path for unit in mine))}
    return tuple(sorted(mine, key=lambda unit: place[unit.path]))


def work(
    page: Page,
    folders: Folders,
    *,
    only: Collection[str] | None = None,
    worker: int = 1,
    workers: int = 1,
    minutes: float | None = None,
    say: Callable[[str], None] = lambda sentence: None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Row]:
    """Run what a page needs and has no row yet, append each row, and give it back; go on there next time.

    Parameters
    ----------
    only
        Names of sections; all without.
    worker, workers
        Which share of the instances is run, from 1.
    minutes
        No unit is begun that would not end within them, as far as can be told.

    Raises
    ------
    FormatError
        When the rows that are there hold another state of the optimizer, or an instance cannot be had.
    """
    begun = clock()
    other = mixed_versions(rows_of(folders), SOLVER, engine_version())
    if other is not None:
        raise FormatError(f"{folders.out.name} has rows of {SOLVER} {other}, another state: write to a new folder")
    sections = page.some(only)
    for section in sections:
        if empty := folders.empty_patterns(section):
            raise FormatError(f"section {section.name}: {', '.join(empty)} names no file in the data folder")
        make_days(section, page, folders)
    folders.plans.mkdir(parents=True, exist_ok=True)
    absent = absent_peers(sections)
    for missing in absent.values():
        say(f"not run: {missing}")
    for unit in share_of(page, folders, only=only, worker=worker, workers=workers):
        for rest in left_of([unit], rows_of(folders), absent):
            if minutes is not None and clock() - begun + rest.seconds > 60 * minutes:
                say(f"stopped before {rest.path.stem} of {rest.section}, which takes about {rest.seconds:.0f} s")
                return
            yield from _run(rest, folders.rows_of(worker, workers), folders)


def _run(unit: Unit, out: Path, folders: Folders) -> Iterator[Row]:
    for runs in unit.runs:
        campaign = Campaign((unit.path,), (runs.config,), (unit.seed,))
        if runs.is_ours:
            yield from run_campaign(campaign, out, plans=folders.plans)
            continue
        try:
            yield from run_peer_campaign(campaign, runs.solver, float(runs.config.seconds or 0), out)
        except FormatError as fault:
            # The others can still be measured; nothing is recorded, so that it is tried again next time.
            head = {"instance": unit.path.stem, "seed": unit.seed, "solver": runs.solver, "config": "default"}
            yield head | {"status": "unread", "faults": [str(fault)]}
