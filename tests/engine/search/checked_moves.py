"""Many moves under the assert mode: every plan that is evaluated is priced again from scratch.

    python -m tests.engine.search.checked_moves --moves 1000000

draws problems of all rules, of one day, under way and of many visits, and takes the demo branch; it prints a line a
kind and exits with 1 when a figure differed. The same number of moves always makes the same ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from optimizer.engine.indexing import build_arrays
from optimizer.engine.rest import with_shifts_in_force
from optimizer.engine.search.recheck import Recheck
from optimizer.engine.search.state import TEMP_NOW
from optimizer.ingest.read import read_branch
from optimizer.promise.due_day import with_due_days
from optimizer.travel.provider import travel_for
from tests.engine.search.states import started
from tests.random_problems import (
    large_problem,
    random_day_under_way,
    random_pauses,
    random_problem,
    random_whole_problem,
)
from tests.random_rule_book import random_rule_book

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix

DEMO = Path(__file__).parents[3] / "data/hangzhou"
#: Cents: hot enough to take most of what a move proposes, then as good as none.
HOT_AND_COLD = (20_000.0, 5_000.0, 300.0)


class Kind(NamedTuple):
    """A kind of problems: its share of the moves in percent, how many moves each problem gets, how to draw one."""

    name: str
    share_pct: int
    moves_each: int
    draw: Callable[[int], tuple[Problem, TravelMatrix]]


def demo_branch(_: int) -> tuple[Problem, TravelMatrix]:
    """Return the demo branch."""
    read = read_branch(DEMO)
    matrix = travel_for(read)
    return with_due_days(read, matrix), matrix


KINDS = (
    Kind("all rules", 45, 3_000, lambda seed: random_rule_book(seed)[:2]),
    Kind("whole rule book by day", 15, 3_000, lambda seed: random_whole_problem(1_000 + seed)),
    Kind("one day", 10, 3_000, lambda seed: random_problem(1_000 + seed)),
    Kind("pauses", 10, 3_000, random_pauses),
    Kind("under way", 10, 3_000, lambda seed: random_day_under_way(seed, is_whole=seed % 2 == 1)),
    Kind("forty visits", 15, 20_000, lambda seed: large_problem(visits=40, technicians=6, seed=seed)[:2]),
    Kind("demo branch", 5, 50_000, demo_branch),
)


def checked(kind: Kind, moves: int) -> tuple[int, int]:
    """Make moves on problems of a kind; return how many, and how many evaluated plans had wrong figures."""
    made = wrong = seed = 0
    while made < moves:
        problem, matrix = kind.draw(seed)
        indexed = build_arrays(with_shifts_in_force(problem, matrix), matrix)
        arrays = indexed.arrays
        seed += 1
        if not len(arrays.visit) or not len(arrays.shift):
            continue
        own, state = started(arrays, seed, indexed.first_routes(problem, {}))
        recheck, each = Recheck(arrays), min(kind.moves_each, moves - made)
        for number, cents in enumerate(HOT_AND_COLD):
            share = each // len(HOT_AND_COLD) + (number < each % len(HOT_AND_COLD))
            state.temperature[TEMP_NOW] = cents
            wrong += recheck.run(own, state, share)
        made += each
    return made, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the moves that are asked for, kind by kind."""
    parser = argparse.ArgumentParser(description="Make moves under the assert mode.")
    parser.add_argument("--moves", type=int, default=1_000_000)
    moves, in_all, wrong_in_all, began_s = parser.parse_args(arguments).moves, 0, 0, time.process_time()
    for kind in KINDS:
        made, wrong = checked(kind, moves * kind.share_pct // 100)
        in_all, wrong_in_all = in_all + made, wrong_in_all + wrong
        print(f"{kind.name}: {made} moves, {wrong} differences, {time.process_time() - began_s:.0f} s", flush=True)
    print(f"in all: {in_all} moves, {wrong_in_all} differences", flush=True)
    return int(wrong_in_all > 0)


if __name__ == "__main__":
    sys.exit(main())
