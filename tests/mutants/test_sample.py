"""A small, fixed share of the mutants of the judge: none survives; `make mutants` meets them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.__main__ import known_equivalents
from tests.mutants.making import mutants_of

ROOT = Path(__file__).parents[2]


def test_each_equivalent_mutant_exists_and_has_its_reason() -> None:
    known = known_equivalents()
    assert known.keys() <= {mutant.name for mutant in mutants_of()}
    assert all(len(why) > 20 for why in known.values())


@pytest.mark.night
def test_a_share_of_the_mutants_is_killed() -> None:
    run = [sys.executable, "-m", "tests.mutants", "--share", "0.03"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
