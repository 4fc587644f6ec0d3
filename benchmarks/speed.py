"""What a move costs as instances grow: each instance's arrays, first plan and moves, timed in several short rounds.

A round takes every instance once, so that whatever else the machine does is felt by all of them alike. Time is the
processor's, of one thread; shares are taken within a round. What is stated is the median of the rounds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.errors import FormatError
from benchmarks.instances import read_instance
from benchmarks.records import machine
from benchmarks.solver import engine_version
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import load_routes
from optimizer.engine.search.islands import Islands, SearchBudget
from optimizer.engine.search.route_edits import undo
from optimizer.engine.search.ruin import remove_visits
from optimizer.engine.search.state import T_UNASSIGNED, make_state
from optimizer.running.warming import tiny_problem, warm_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.engine.indexing import IndexedProblem
    from optimizer.travel.matrix import TravelMatrix

#: No instance is measured for longer in one round.
LONGEST_S = 3_600.0

#: So many removals give their mean number of visits.
REMOVALS = 500


@dataclass(frozen=True, slots=True)
class Timing:
    """One instance in one round.

    Parameters
    ----------
    arrays_s, first_plan_s
        Processor seconds from the problem to its arrays, and from them to a first plan.
    first_plan_cents
        What that plan costs.
    move_us
        Processor microseconds of one move, the reading of the pool included.
    removed
        Mean number of visits that a move takes out, at the plan that the moves ended with.
    """

    arrays_s: float
    first_plan_s: float
    first_plan_cents: int
    move_us: float
    removed: float


@dataclass(frozen=True, slots=True)
class Line:
    """One instance in all rounds; `shares` are its microseconds a move in those of the reference, round by round."""

    instance: str
    technicians: int
    visits: int
    timings: tuple[Timing, ...]
    shares: tuple[float, ...]

    @property
    def move_us(self) -> float:
        """Microseconds of a move."""
        return median(timing.move_us for timing in self.timings)

    @property
    def range_us(self) -> tuple[float, float]:
        """The least and the greatest of the rounds."""
        found = [timing.move_us for timing in self.timings]
        return min(found), max(found)


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured: a line an instance, the smallest first, and how."""

    lines: tuple[Line, ...]
    reference: str
    moves: int
    seed: int
    unsupported: tuple[str, ...] = ()


def measure_speed(
    paths: Sequence[Path],
    *,
    moves: int,
    rounds: int,
    seed: int,
    reference: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Speed:
    """Time the instances of these files, all of them in each of several rounds.

    Parameters
    ----------
    reference
        The instance whose moves the others are compared with; without it, the one with the fewest visits.
    say
        Called with a sentence after each instance of each round.

    Raises
    ------
    FormatError
        When a file cannot be read, no instance can be planned, or none has the reference's name.
    """
    instances = [read_instance(path) for path in paths]
    built = sorted(
        ((instance.name, *instance.build()) for instance in instances if not instance.unbuilt),
        key=lambda entry: (len(entry[1].visits), entry[0]),
    )
    names = [name for name, _, _ in built]
    reference = reference if reference is not None or not names else names[0]
    if reference not in names:
        raise FormatError(f"no instance {reference or 'that can be planned'}; there are {', '.join(names) or 'none'}")
    load_kernels()
    rows: list[list[Timing]] = [[] for _ in built]
    for number in range(1, rounds + 1):
        for (name, problem, matrix), timings in zip(built, rows, strict=True):
            timings.append(time_moves(problem, matrix, moves=moves, seed=seed))
            say(f"round {number} of {rounds}, {name}: {timings[-1].move_us:.1f} us a move")
    base = rows[names.index(reference)]
    lines = tuple(
        Line(
            instance=name,
            technicians=len(problem.technicians),
            visits=len(problem.visits),
            timings=tuple(timings),
            shares=tuple(one.move_us / other.move_us for one, other in zip(timings, base, strict=True)),
        )
        for (name, problem, _), timings in zip(built, rows, strict=True)
    )
    waiting = tuple(f"{one.name} ({', '.join(one.unbuilt)})" for one in instances if one.unbuilt)
    return Speed(lines, reference, moves, seed, waiting)


def load_kernels() -> None:
    """Compile the kernels where this version is not compiled yet, and load them into this process."""
    warm_up()
    time_moves(*tiny_problem(), moves=1_300, seed=0)


def time_moves(problem: Problem, matrix: TravelMatrix, *, moves: int, seed: int) -> Timing:
    """Build the arrays and a first plan, then make so many moves on one thread, without the master."""
    began = time.process_time()
    indexed = build_arrays(problem, matrix)
    built = time.process_time()
    budget = SearchBudget(moves, time.monotonic() + LONGEST_S, islands=1, threads=1, seed=seed)
    islands = Islands(indexed.arrays, budget, lambda: False)
    islands.construct(indexed.first_routes(problem, {}))
    constructed, first_cents = time.process_time(), islands.best_cents + indexed.left_out_cents
    for _ in islands.run():
        islands.drain()
    ended = time.process_time()
    return Timing(
        arrays_s=built - began,
        first_plan_s=constructed - built,
        first_plan_cents=first_cents,
        move_us=1e6 * (ended - constructed) / max(1, islands.moves),
        removed=_mean_removed(indexed, islands, seed),
    )


def _mean_removed(indexed: IndexedProblem, islands: Islands, seed: int) -> float:
    """Take visits out of the best plan many times, each time from the whole plan; nothing is inserted."""
    arrays, best = indexed.arrays.own_copy(), islands.best()
    if not len(arrays.visit) or not len(arrays.shift):
        return 0.0
    state, counts = make_state(arrays, seed, pool_size=1), np.array([len(route) for route in best], np.int64)
    stops = np.full((len(best), max(1, counts.max())), -1, np.int64)
    for shift, route in enumerate(best):
        stops[shift, : len(route)] = route
    load_routes(arrays, state, stops, counts, islands.best_starts())
    before, removed = int(state.total[T_UNASSIGNED]), 0
    for _ in range(REMOVALS):
        remove_visits(arrays, state)
        removed += int(state.total[T_UNASSIGNED]) - before
        undo(arrays, state)
    return removed / REMOVALS


# --- the table ------------------------------------------------------------------------------------------------------


def table_of(speed: Speed) -> str:
    """Return the measurement as Markdown: the table, what was not planned, and where it was made."""
    heads = ["instance", "technicians", "visits", "arrays, s", "first plan, s", "first plan, cents"]
    heads += ["us a move", "from, to", "taken out a move", f"times that of {speed.reference}"]
    rows = [heads, ["---", *["---:"] * (len(heads) - 1)], *(_cells(line) for line in speed.lines)]
    rounds = len(speed.lines[0].timings)
    said = [f"Medians of {rounds} rounds, {speed.moves} moves each, seed {speed.seed}, processor time of one thread."]
    if speed.unsupported:
        said.append(f"Not planned, for rules that are not built: {', '.join(speed.unsupported)}.")
    said += [f"paigong: {engine_version()}.", f"Machine: {machine()}."]
    return "\n".join(["| " + " | ".join(cells) + " |" for cells in rows] + ["", *said])


def _cells(line: Line) -> list[str]:
    least, most = line.range_us
    return [
        line.instance,
        str(line.technicians),
        str(line.visits),
        f"{median(timing.arrays_s for timing in line.timings):.3f}",
        f"{median(timing.first_plan_s for timing in line.timings):.3f}",
        f"{line.timings[0].first_plan_cents}",
        f"{line.move_us:.1f}",
        f"{least:.1f}, {most:.1f}",
        f"{line.timings[0].removed:.1f}",
        f"{median(line.shares):.2f}",
    ]
