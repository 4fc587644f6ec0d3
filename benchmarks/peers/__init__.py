"""Other solvers on the same instances, valued by the same measure: each models what it can say, in one file.

`model.py` puts an instance into plain words that all of them understand; `with_*.py` turn those into a solver's own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from shutil import which
from typing import TYPE_CHECKING

from benchmarks.errors import FormatError
from benchmarks.peers.model import model_of
from benchmarks.peers.repair import repair_day
from benchmarks.records import Row, budgeted, circumstances, package_version, valued
from benchmarks.solver import Budget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.instances import Instance


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer needs: the module that is looked for, the package that brings it, and programs."""

    module: str
    package: str
    programs: tuple[str, ...] = ()

    @property
    def missing(self) -> str | None:
        """What is not installed, as a sentence; `None` when all is there."""
        if find_spec(self.module) is None:
            return f"{self.package} is not installed; `pip install '.[bench]'` brings it"
        absent = [program for program in self.programs if which(program) is None]
        return f"{self.package} needs {' and '.join(absent)}, not found on this machine" if absent else None


PEERS: Mapping[str, Peer] = {
    "pyvrp": Peer("pyvrp", "pyvrp"),
    "vroom": Peer("vroom", "pyvroom"),
    "ortools": Peer("ortools", "ortools"),
    "vrp-cli": Peer("vrp_cli", "vrp-cli"),
    "timefold": Peer("timefold", "timefold", programs=("javac", "java")),
}


def run_peer(instance: Instance, peer: str, *, seconds: float, seed: int) -> Row:
    """Let a peer solve an instance on one core and return the row of its plan.

    The clock runs from the peer's model in memory to its last plan. A benchmark day's plan is repaired and completed
    afterwards, outside that time, since no peer has all the rules; `raw_objective` is its value before that.

    Raises
    ------
    FormatError
        When the peer is not installed, or no peer is modelled for the format.
    """
    if (missing := PEERS[peer].missing) is not None:
        raise FormatError(missing)
    solve = import_module(f"benchmarks.peers.with_{peer.replace('-', '_')}").solve
    model = model_of(instance)
    began = time.perf_counter()
    found, solve_s = solve(model, seconds, seed)
    setup_s = time.perf_counter() - began - solve_s
    head = {"solver": peer, "solver_version": package_version(PEERS[peer].package), "config": "default"}
    spent = {"seconds": round(solve_s, 3), "setup_seconds": round(setup_s, 3), "judged_clean": None}
    tail = budgeted(Budget(seconds, None, seed, threads=1)) | circumstances()
    if found is None:
        named = {"instance": instance.name, "format": instance.format, "feasible": False, "faults": ["no plan found"]}
        return head | {"status": "failed"} | named | spent | tail
    raw = instance.measure(found)
    routes = repair_day(instance.model, found) if instance.format == "days" else found
    spent["raw_objective"] = round(raw.value, 4) if raw.is_feasible else None
    return head | {"status": "solved"} | valued(instance, routes, instance.measure(routes)) | spent | tail
