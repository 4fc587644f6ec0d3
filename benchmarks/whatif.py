"""How far what-if answers can be trusted: scenarios of which it is known which way they go, and what they take.

A scenario that only relaxes the branch cannot be worse, one that only restricts it cannot be better. Whoever says
otherwise is wrong.
"""

from __future__ import annotations

import time
import warnings
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from optimizer.errors import InputWarning
from optimizer.whatif.branch import Branch
from optimizer.whatif.certainty import Verdict
from optimizer.whatif.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

#: Hard rules whose absence only helps.
HELPFUL = ("travel_limit", "loan", "stock", "tool", "lock")


def relaxed(branch: Branch) -> list[Scenario]:
    """Return scenarios in which every plan of a branch is valid and costs no more."""
    parts = [Scenario(f"{part.part_id} + 1").stock(part.part_id, +1) for part in branch.problem.parts]
    faster = [Scenario(f"speed {pct} %").travel(pct) for pct in (105, 125)]
    longer = [Scenario(f"overtime {minutes}").shifts(overtime_min=minutes) for minutes in (240,)]
    return [*(Scenario(f"without {rule}").drop(rule) for rule in HELPFUL), *faster, *longer, *parts]


def restricted(branch: Branch) -> list[Scenario]:
    """Return scenarios whose every plan is valid in the branch as it is, and costs no less in them."""
    parts = [Scenario(f"{part.part_id} - 1").stock(part.part_id, -1) for part in branch.problem.parts]
    slower = [Scenario(f"speed {pct} %").travel(pct) for pct in (95, 80)]
    return [*slower, Scenario("no overtime").shifts(overtime_min=0), *parts]


def measure_whatif(path: Path, *, pairs: int, seeds: int, moves: int, workers: int) -> dict[str, Any]:
    """Return how many scenarios were asked, how many are told wrong and how many at all, and what it took.

    `ideal_s` is what the searches took, shared by the workers; `wall_s` also starts, judges and measures.
    """
    branch = Branch.read(path)
    up, down = relaxed(branch), restricted(branch)
    both = [one for one in chain.from_iterable(zip_longest(up, down)) if one is not None][:pairs]
    names = {one.name for one in up}
    began_s = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        found = branch.compare(both, seeds=seeds, moves=moves, workers=workers)
    wall_s = time.monotonic() - began_s
    verdicts = found.verdicts
    wrong = [
        name for name, verdict in verdicts.items() if verdict is (Verdict.WORSE if name in names else Verdict.BETTER)
    ]
    told = [verdict for verdict in verdicts.values() if verdict.is_decided]
    return {
        "scenarios": len(verdicts),
        "solves": found.solves,
        "moves": moves,
        "workers": workers,
        "wall_s": round(wall_s, 1),
        "ideal_s": round(found.search_s / workers, 1),
        "wrong": len(wrong),
        "decided_pct": round(100 * len(told) / max(1, len(verdicts)), 1),
        "verdicts": {name: verdict.value for name, verdict in verdicts.items()},
    }
