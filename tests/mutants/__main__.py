"""Meet the mutants of the judge: `python -m tests.mutants`.

It ends with 0 when each of them is killed by a test, or stands in `equivalent.toml` with its reason.
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutants.making import Mutant, mutants_of
from tests.mutants.running import Fate, meet

if TYPE_CHECKING:
    from collections.abc import Sequence

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
#: So many of a hundred mutants may be equivalent to what they are made of.
MOST_EQUIVALENT_PCT = 8


def known_equivalents() -> dict[str, str]:
    """Return the mutants that change nothing, each with the reason."""
    entries = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]
    return {entry["mutant"]: entry["why"] for entry in entries}


def main(arguments: Sequence[str] | None = None) -> int:
    """Meet a share of the mutants; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="such a share of all mutants, always the same ones")
    parser.add_argument("--only", default="", help="mutants whose name has this in it")
    parser.add_argument("--jobs", type=int, default=1, help="so many children side by side")
    parser.add_argument("--equivalent", action="store_true", help="meet those called equivalent, too")
    parser.add_argument("--list", action="store_true", help="name the mutants, and do nothing")
    asked = parser.parse_args(arguments)
    every = list(mutants_of())
    chosen = [one for one in every if one.is_among(asked.share) and asked.only in one.name]
    if asked.list:
        print(*(one.name for one in chosen), sep="\n")
        return 0
    known = known_equivalents()
    gone = sorted(known.keys() - {one.name for one in every})
    tried = [one for one in chosen if asked.equivalent or one.name not in known]
    began = time.process_time()
    fates = meet(tried, jobs=asked.jobs, say=functools.partial(print, flush=True))
    print(f"{len(fates)} mutants in {time.process_time() - began:.0f} s and what their children took")
    return report(chosen, fates, known, gone)


def report(chosen: Sequence[Mutant], fates: Sequence[Fate], known: dict[str, str], gone: Sequence[str]) -> int:
    """Print what became of the mutants, module by module; return 0 when nothing is left to explain."""
    survivors = [fate for fate in fates if not fate.killer]
    unexplained = [fate for fate in survivors if fate.mutant.name not in known]
    wrong = [fate for fate in fates if fate.killer and fate.mutant.name in known]
    equivalent = [one for one in chosen if one.name in known]
    made, alike = Counter(one.module for one in chosen), Counter(one.module for one in equivalent)
    killed = Counter(fate.mutant.module for fate in fates if fate.killer)
    for module, count in sorted(made.items()):
        print(f"{module:<12}{count:>5} mutants{killed[module]:>5} killed{alike[module]:>4} equivalent")
    pct = 100 * len(equivalent) / max(1, len(chosen))
    print(f"{'all':<12}{len(chosen):>5} mutants{killed.total():>5} killed{len(equivalent):>4} equivalent ({pct:.1f} %)")
    for fate in unexplained:
        print(f"survives {fate.tests} tests: {fate.mutant.name}")
    for fate in wrong:
        print(f"called equivalent, and killed by {fate.killer}: {fate.mutant.name}")
    for name in gone:
        print(f"called equivalent, and no such mutant: {name}")
    is_well = not unexplained and not wrong and not gone
    return 0 if is_well and (len(chosen) < 100 or pct <= MOST_EQUIVALENT_PCT) else 1


if __name__ == "__main__":
    sys.exit(main())
