"""One line of JSON a run: what is recorded, how a file of such lines grows, and which line belongs to which run."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.errors import FormatError
from benchmarks.measure import DEPOT
from benchmarks.primal import primal_integral_s

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.instances import Instance
    from benchmarks.measure import Measured, Routes
    from benchmarks.solver import Budget, Solved

#: One line of a results file.
Row = dict[str, Any]

PACKAGES = ("paigong", "numba", "numpy", "ortools")

#: A run with one of these is finished; a failed one is tried again when the campaign is resumed.
FINISHED = ("solved", "unsupported")

#: What tells one run from another.
_KEY = (
    "solver", "instance", "digest", "config", "seed",
    "seconds_allowed", "iterations_allowed", "threads", "islands", "use_master", "dials",
)  # fmt: skip


def report(instance: Instance, budget: Budget, solved: Solved, measured: Measured) -> Row:
    """Return what one run of ours is recorded as: the instance, the budget, the value, and where it ran."""
    until_s = budget.seconds if budget.seconds is not None else solved.elapsed_s
    reference = reference_cents(instance)
    own = solved.progress[-1][1] if solved.progress else solved.cost_cents
    integral_s = primal_integral_s(solved.progress, own if reference is None else reference, until_s)
    return (
        valued(instance, solved.routes, measured)
        | {
            "judged_clean": True,
            "judge_cents": solved.cost_cents,
            "seconds": round(solved.elapsed_s, 3),
            "moves": solved.moves,
            "stopped": solved.stopped,
            "first_plan_s": solved.progress[0][0] if solved.progress else None,
            "progress": [list(point) for point in solved.progress],
            "reference_cents": reference,
            "primal_integral_s": round(integral_s, 4),
            "primal_reference": "own last plan" if reference is None else "best known",
        }
        | budgeted(budget)
        | circumstances()
    )


def valued(instance: Instance, routes: Routes, measured: Measured) -> Row:
    """Return the part of a row that the format's own measure gives, the same for us and for a peer."""
    best, gap_pct = instance.best_known, instance.gap_pct(measured)
    return {
        "instance": instance.name,
        "format": instance.format,
        "objective": round(measured.value, 4),
        "unassigned": measured.unserved,
        "served": len({stop for stops in routes.values() for stop in stops} - {DEPOT}),
        "counts_unserved": instance.counts_unserved,
        "best_known": None if best is None else best.value,
        "best_known_unassigned": None if best is None or not instance.counts_unserved else best.unserved,
        "gap_pct": None if gap_pct is None else round(gap_pct, 4),
        "feasible": measured.is_feasible,
        "faults": list(measured.faults[:20]),
        "objective_is": instance.objective,
        "rounding": instance.rounding,
        "lost_to_rounding": list(instance.lost_to_rounding),
    }


def budgeted(budget: Budget) -> Row:
    """Return the part of a row that says what a run was allowed."""
    allowed = asdict(budget)
    renamed = {"seconds_allowed": allowed.pop("seconds"), "iterations_allowed": allowed.pop("iterations")}
    changed = " ".join(f"{name}={value}" for name, value in sorted(allowed.pop("parameters").items()))
    # The name that rows have had from the first one on.
    return renamed | allowed | {"dials": changed}


def circumstances() -> Row:
    """Return the part of a row that says when, where and with which versions a run took place."""
    return {
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load": load_average(),
        "versions": {"python": platform.python_version()} | {name: package_version(name) for name in PACKAGES},
    }


def machine() -> str:
    """Return the processor and the number of cores."""
    return f"{platform.machine()}, {os.cpu_count()} cores{_model()}"


def load_average() -> list[float] | None:
    """Return the machine's load over the last 1, 5 and 15 minutes; `None` where the system does not tell."""
    try:
        return [round(load, 2) for load in os.getloadavg()]
    except (AttributeError, OSError):
        return None


def package_version(package: str) -> str:
    """Return an installed package's version, or that it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def reference_cents(instance: Instance) -> float | None:
    """Return the best-known value in our cents; `None` when there is none, or cents do not follow the objective."""
    best = instance.best_known
    if best is None or instance.cents_per_unit is None or best.unserved:
        return None
    return best.value * instance.cents_per_unit


def neutral_plan(routes: Routes) -> dict[str, dict[str, list[int | str]]]:
    """Return the plan as other tools read it; ids that are numbers in the format are numbers here."""
    return {
        "routes": {
            technician: [int(visit_id) if visit_id.isdecimal() else visit_id for visit_id in stops]
            for technician, stops in sorted(routes.items())
        }
    }


def write_plan(path: Path, routes: Routes) -> None:
    """Write the plan as other tools read it."""
    path.write_text(json.dumps(neutral_plan(routes)) + "\n", encoding="utf-8")


# --- the file -------------------------------------------------------------------------------------------------------


def line_of(row: Row) -> str:
    """Return a row as one line of JSON, without its end."""
    return json.dumps(row, ensure_ascii=False)


def read_rows(path: Path) -> list[Row]:
    """Return a results file's rows, the last of each run; a last line that was cut off is not counted.

    Raises
    ------
    FormatError
        When another line is not a row.
    """
    rows: dict[tuple[Any, ...], Row] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            row = json.loads(line)
            rows[key_of(row)] = row
        except (ValueError, TypeError, AttributeError) as fault:
            raise FormatError(f"{path.name} line {number}: not a row of results: {fault}") from fault
    return list(rows.values())


def append_row(path: Path, row: Row) -> None:
    """Add a row: whole and on the disk, or, after a crash, as a cut-off end that the next row takes the place of."""
    with path.open("ab+") as stream:
        size = stream.seek(0, os.SEEK_END)
        if size:
            stream.seek(0)
            whole = stream.read().rfind(b"\n") + 1
            if whole != size:
                stream.truncate(whole)
        stream.write((line_of(row) + "\n").encode())
        stream.flush()
        os.fsync(stream.fileno())


def key_of(row: Row) -> tuple[Any, ...]:
    """Return what tells a run from every other."""
    return tuple(row.get(name) for name in _KEY)


def mixed_versions(rows: Iterable[Row], solver: str, solver_version: str) -> str | None:
    """Return another version of the same solver among the rows, if there is one: figures of two are never mixed."""
    for row in rows:
        if row.get("solver") == solver and row.get("solver_version") != solver_version:
            return str(row.get("solver_version"))
    return None


def _model() -> str:
    """Return the processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    names = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return f", {names.pop()}" if len(names) == 1 else ""
