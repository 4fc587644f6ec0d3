"""A page of two sections over tiny instances: generated days with a peer, and home care."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import run
from benchmarks.page.plan import Folders, Page, read_page
from benchmarks.solver import Solved
from tests.benchmarks.worlds import SIX_ORDERS, SIX_ORDERS_ROUTES, THREE_PATIENTS

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """
title = "tiny"
generator = "days/make.py"
load = 0.5
elsewhere = "The speed is on another page."

[[section]]
name = "days"
title = "Tiny days"
days = { techs = 3, orders = 6, seeds = [7, 8] }

[[section.run]]
seconds = 2
seeds = [1, 2]

[[section.run]]
peer = "pyvrp"
seconds = 3

[[section.bar]]
says = "a tenth below"
figure = "ratio"
of = "paigong, 2 s"
to = "pyvrp, 3 s"
at_most = 0.9

[[section]]
name = "care"
title = "Home care"
instances = ["care/*.json"]

[[section.run]]
name = "few moves"
iterations = 500

[[section.bar]]
says = "half a percent"
figure = "mean gap"
of = "paigong few moves, 500 moves"
at_most = 0.5
"""

#: Days are the six orders, with the seed as their name; nothing but the options and the standard library.
GENERATOR = """
import json, sys
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
assert options["--load"] == "0.5", options
day = json.load(open({source!r}))
day["name"] = "t%s_n%s_s%s" % (options["--techs"], options["--orders"], options["--seed"])
json.dump(day, open(options["--out"], "w"))
"""

CARE_ROUTES = {"c1": ("p1", "p2/1", "p3/1"), "c2": ("p2/2", "p3/2")}


@dataclass
class Asked:
    """What was solved, in order, and how the next peer's run ends."""

    runs: list[str] = field(default_factory=list)
    peer_fails: bool = False


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Return a data folder with a generator and one instance, and an empty one for results."""
    data, out = tmp_path / "data", tmp_path / "out"
    for folder in (data / "days", data / "care", out):
        folder.mkdir(parents=True)
    (data / "days" / "make.py").write_text(GENERATOR.format(source=str(SIX_ORDERS)), encoding="utf-8")
    shutil.copy(THREE_PATIENTS, data / "care")
    (data / "care" / "bks.csv").write_text("instance,bks\nthree_patients.json,41.6667\n", encoding="utf-8")
    return Folders(data, out)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """Return the page that the file describes."""
    (tmp_path / "tiny.toml").write_text(PAGE, encoding="utf-8")
    return read_page(tmp_path / "tiny.toml")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Answer our solves and the peer's by hand; the peer's plan costs 160 000."""
    said = Asked()

    def solve(problem: Any, matrix: Any, budget: run.Budget) -> Solved:
        said.runs.append(f"ours {budget.seed}")
        routes = SIX_ORDERS_ROUTES if any(visit.visit_id == "6" for visit in problem.visits) else CARE_ROUTES
        return Solved(routes, 134_961, 1.0, 1500, "finished")

    def run_peer(instance: Any, peer: str, *, seconds: float, seed: int) -> dict[str, Any]:
        said.runs.append(f"{peer} {seed}")
        head = {"solver": peer, "solver_version": "7", "config": "default", "instance": instance.name}
        tail = run.budgeted(run.Budget(seconds, None, seed, threads=1)) | run.circumstances()
        if said.peer_fails:
            return head | {"status": "failed", "feasible": False, "faults": ["no plan found"]} | tail
        plan = {"status": "solved", "feasible": True, "faults": [], "objective": 160_000, "unassigned": 1}
        known = {"best_known": None, "counts_unserved": False, "gap_pct": None, "seconds": 3.0}
        return head | plan | known | tail

    monkeypatch.setattr(run, "solve_problem", solve)
    monkeypatch.setattr(run, "run_peer", run_peer)
    # Whether it is installed does not matter: it is not called.
    monkeypatch.setattr("benchmarks.page.work.absent_peers", lambda sections: {})
    monkeypatch.setattr("benchmarks.page.report.absent_peers", lambda sections: {})
    return said
