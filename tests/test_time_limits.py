"""A test that hangs fails where it hangs, and a slow file is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.time_limits import at_most, seeds

ROOT = Path(__file__).parents[1]

CONFTEST = """
from tests import time_limits
from tests.time_limits import (
    pytest_runtest_call, pytest_runtest_setup, pytest_runtest_teardown, pytest_terminal_summary
)

time_limits.LIMIT_S, time_limits.FILE_BUDGET_S = 0.5, 0.4
"""
HANGS = """
import pytest, threading

@pytest.fixture
def forever():
    threading.Event().wait()

def test_waits():
    try:
        threading.Event().wait()
    except Exception:
        raise AssertionError("a test must not be able to catch it") from None

def test_is_set_up(forever): ...
def test_is_quick(): ...
"""


def test_what_takes_too_long_fails_and_leaves_no_alarm_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(pytest.fail.Exception, match=r"more than 0\.05 s"), at_most(0.05):
        time.sleep(60)
    assert signal.getsignal(signal.SIGALRM) == before


def test_what_is_in_time_leaves_the_alarm_of_the_test_around_it() -> None:
    left_s, _ = signal.getitimer(signal.ITIMER_REAL)
    assert left_s > 0, "each test has its alarm"
    with at_most(30):
        pass
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= left_s


def test_a_hanging_test_and_a_hanging_setup_fail_and_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_hangs.py").write_text(HANGS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--durations=1", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "FAILED test_hangs.py::test_waits - Failed: more than 0.5 s" in done.stdout
    assert "ERROR test_hangs.py::test_is_set_up - Failed: more than 0.5 s" in done.stdout
    assert "1 failed, 1 passed, 1 error" in done.stdout
    section = done.stdout.partition("files over 0.4 s")[2]
    assert "s  test_hangs.py" in section


def test_slow_seeds_and_those_beyond_the_day_are_left_to_the_night() -> None:
    drawn = {
        param.values[0]: [mark.name for mark in param.marks] for param in seeds(5, by_day=3, slow={1}, without={0})
    }
    assert drawn == {1: ["night"], 2: [], 3: ["night"], 4: ["night"]}
