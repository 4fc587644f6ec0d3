"""`paigong whatif`: what is known in words, the tables as files, faults in words, and what is stopped goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.cases.branches import lay_out, order
from tests.test_architecture import ROOT
from tests.test_cli import run
from tests.test_edit_command import refused

if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = """
seeds = 2
moves = 60
[[scenario]]
name = "one leaves"
remove = ["T2"]
[[scenario]]
name = "slow"
speed_pct = 50
[[scenario]]
name = "as it is"
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A branch of two technicians and three orders, ten minutes from everywhere, and three scenarios."""
    place = tmp_path_factory.mktemp("whatif")
    lay_out(place / "branch", [order("O1"), order("O2"), order("O3")])
    (place / "whatif.toml").write_text(SCENARIOS, encoding="utf-8")
    return place


def test_it_says_what_is_known_and_writes_the_tables_and_runs_nothing_twice(asked: Path) -> None:
    command = ["whatif", asked / "branch", "--scenarios", asked / "whatif.toml", "--out", asked / "out"]
    said = run(*command, "--lang", "en").splitlines()
    # 40 minutes of travel at 0.50 are 80 at half the speed.
    assert "slow: worse; ¥20.00 in all, between ¥20.00 and ¥20.00 (2 seeds)" in said
    assert "    Every way is driven at 50 % of the speed." in said
    assert "as it is: equal: no fact differs" in said
    assert said[-1] == f"Each plan is judged clean. Written to {asked / 'out'}"
    table = pd.read_csv(asked / "out/table.csv", index_col=["scenario", "measure"])
    assert table.loc[("slow", "cost"), "verdict"] == "worse"
    assert table.loc[("slow", "paid"), "unit"] == "CNY"
    assert set(pd.read_csv(asked / "out/changes.csv")["scenario"]) == {"one leaves", "slow"}
    assert (asked / "out/moved.csv").exists()
    made = {path: path.stat().st_mtime_ns for path in (asked / "out/runs").iterdir()}
    assert len(made) == 12
    again = run(*command, "--lang", "zh").splitlines()
    assert {path: path.stat().st_mtime_ns for path in (asked / "out/runs").iterdir()} == made
    assert "slow: 更差；合计 ¥20.00，介于 ¥20.00 与 ¥20.00 之间（2 个种子）" in again


@pytest.mark.parametrize(("lang", "fault"), [("en", "The branch has no technician T9."), ("zh", "网点没有工程师 T9。")])
def test_what_the_branch_does_not_have_is_said_in_words(asked: Path, tmp_path: Path, lang: str, fault: str) -> None:
    file = tmp_path / "odd.toml"
    file.write_text('[[scenario]]\nname = "odd"\nremove = ["T9"]\n', encoding="utf-8")
    command = ["whatif", asked / "branch", "--scenarios", file, "--out", tmp_path / "out"]
    said = refused(*command, "--lang", lang, code=2)
    assert fault in said
    assert "Traceback" not in said


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_keeps_what_is_done(asked: Path, tmp_path: Path) -> None:
    command = ["whatif", asked / "branch", "--scenarios", asked / "whatif.toml", "--out", tmp_path / "out"]
    command += ["--seeds", "50", "--moves", "2000", "--lang", "en"]
    process = subprocess.Popen(
        [sys.executable, "-m", "optimizer.cli", *map(str, command)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    with process.stderr as stream:
        # The first line of the bar: a tenth is done.
        line = next(line for line in stream if "solves" in line)
        process.send_signal(signal.SIGINT)
        said = line + stream.read()
    assert process.wait(60) == 130
    assert "Stopped; what is done is kept in" in said
    assert list((tmp_path / "out/runs").iterdir())
