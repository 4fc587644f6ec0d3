"""The first moment of the command: before anything is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_ctrl_c_while_the_command_line_is_loaded_ends_it_without_a_traceback(tmp_path: Path) -> None:
    # What the command line loads first is interrupted, as by somebody quick.
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    code = "from api.start import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr, done.stdout) == (130, "", "")


def test_the_command_begins_there_and_loads_nothing_before() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"paigong": "api.start:main"}
    code = "import sys; before = set(sys.modules); import api.start; print(*set(sys.modules) - before)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    foreign = {name for name in answer.stdout.split() if name.partition(".")[0] not in sys.stdlib_module_names}
    assert foreign == {"api", "api.start"}


@pytest.mark.parametrize(("command", "is_loading"), [("plan", "True True 1"), ("judge", "False False 1")])
def test_what_solves_is_loaded_from_the_first_moment_of_a_plan(tmp_path: Path, command: str, is_loading: str) -> None:
    # What the command line loads first tells what has been begun before it, how often garbage is looked for, and how
    # many threads libraries may start.
    asks = """import gc, os, sys
print('optimizer.running.fork_server' in sys.modules, gc.get_threshold()[0] > 700, os.environ['OPENBLAS_NUM_THREADS'])
raise KeyboardInterrupt
"""
    (tmp_path / "typer.py").write_text(asks)
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    env |= {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    code = "from api.start import main; main()"
    done = subprocess.run([sys.executable, "-c", code, command], env=env, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr, done.stdout.strip()) == (130, "", is_loading)


@pytest.mark.parametrize("main", ["api.start", "optimizer.cli"])
def test_at_its_end_a_command_looks_for_no_garbage(tmp_path: Path, main: str) -> None:
    """What refers to itself is freed only by who looks for it."""
    code = f"""
import gc, sys
class Found:
    def __init__(self): self.itself = self
    def __del__(self): print("found")
Found()
gc.collect()
last = Found()
sys.argv = ["paigong", "template", "--lang", "en", "--out", {str(tmp_path / "branch.xlsx")!r}]
from {main} import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    assert done.stdout.count("found") == 1


def test_letters_that_the_output_lacks_are_shown_by_their_numbers(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    code = "from api.start import main; main()"
    command = [sys.executable, "-c", code, "template", "--lang", "zh", "--out", str(tmp_path / "branch.xlsx")]
    done = subprocess.run(command, env=env, capture_output=True, check=False, text=True)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr  # A slow machine says there that it is still at work.
    assert "\\u" in done.stdout
