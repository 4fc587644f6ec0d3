"""The command line of the benchmarks: `python -m benchmarks solve INSTANCE`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.errors import FormatError
from benchmarks.instances import Instance, read_instance
from benchmarks.solver import Budget, Solved, solve_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Measured, Routes

#: Exit codes beside 0: the plan breaks a rule of its format, the file cannot be read, a rule is waited for.
INFEASIBLE, UNREADABLE, WAITS = 1, 2, 3

_PACKAGES = ("paigong", "numba", "numpy", "ortools")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        instance = read_instance(options.instance)
        if instance.unbuilt:
            waits = {
                "instance": instance.name,
                "format": instance.format,
                "waits_for": list(instance.unbuilt),
            }
            print(_line(waits))
            return WAITS
        return _solve(instance, options)
    except (FormatError, OSError) as fault:
        print(fault, file=sys.stderr)
        return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Paigong on instances.")
    commands = parser.add_subparsers(dest="command", required=True)
    solve = commands.add_parser("solve", help="solve and judge one instance, print one JSON line")
    solve.add_argument("instance", type=Path, help="the instance file; its format is found by its content")
    solve.add_argument("--seconds", type=float, help="wall seconds (default 10, none with --iterations)")
    solve.add_argument("--iterations", type=int, help="moves of each island: a run that can be repeated")
    solve.add_argument("--seed", type=int, default=1, help="default 1")
    solve.add_argument("--threads", type=int, default=1, help="default 1")
    solve.add_argument("--plan", type=Path, help="write the routes to this JSON file")
    return parser


def _solve(instance: Instance, options: argparse.Namespace) -> int:
    seconds = 10.0 if options.seconds is None and options.iterations is None else options.seconds
    budget = Budget(seconds, options.iterations, options.seed, options.threads)
    problem, matrix = instance.build()
    solved = solve_problem(problem, matrix, budget)
    measured = instance.measure(solved.routes)
    if options.plan is not None:
        options.plan.write_text(json.dumps(neutral_plan(solved.routes)) + "\n", encoding="utf-8")
    print(_line(report(instance, budget, solved, measured)))
    return 0 if measured.is_feasible else INFEASIBLE


def report(instance: Instance, budget: Budget, solved: Solved, measured: Measured) -> dict[str, Any]:
    """Return what one run is recorded as: the instance, the budget, the value, and where it ran."""
    best, gap_pct = instance.best_known, instance.gap_pct(measured)
    return {
        "instance": instance.name,
        "format": instance.format,
        "objective": round(measured.value, 4),
        "unassigned": measured.unserved,
        "served": sum(len(stops) for stops in solved.routes.values()),
        "best_known": None if best is None else best.value,
        "best_known_unassigned": None if best is None else best.unserved,
        "gap_pct": None if gap_pct is None else round(gap_pct, 4),
        "feasible": measured.is_feasible,
        "faults": list(measured.faults[:20]),
        "judge_cents": solved.cost_cents,
        "seconds": round(solved.elapsed_s, 3),
        "seconds_allowed": budget.seconds,
        "iterations_allowed": budget.iterations,
        "moves": solved.moves,
        "stopped": solved.stopped,
        "seed": budget.seed,
        "threads": budget.threads,
        "objective_is": instance.objective,
        "rounding": instance.rounding,
        "lost_to_rounding": list(instance.lost_to_rounding),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
    }


def neutral_plan(routes: Routes) -> dict[str, dict[str, list[int | str]]]:
    """Return the plan as other tools read it; ids that are numbers in the format are numbers here."""
    return {
        "routes": {
            technician: [int(visit_id) if visit_id.isdecimal() else visit_id for visit_id in stops]
            for technician, stops in sorted(routes.items())
        }
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
