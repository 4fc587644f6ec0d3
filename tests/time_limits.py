"""No test waits for ever, long ones run at night, and a run says which files took the time.

`conftest.py` takes the hooks from here.
"""

from __future__ import annotations

import signal
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator
    from types import FrameType

    from _pytest.mark import ParameterSet
    from _pytest.terminal import TerminalReporter

#: A setup, a test or a teardown may take so long, also where it compiles the kernels on the busiest machine. What does
#: not come back to Python by then is ended with its process by `faulthandler_timeout` in `pyproject.toml`, later.
LIMIT_S = 900.0
#: A file may take so long on an idle machine; what is beyond is split, or marked `night`.
FILE_BUDGET_S = 60.0


def seeds(
    count: int, *, by_day: int | None = None, slow: Collection[int] = (), without: Collection[int] = ()
) -> list[ParameterSet]:
    """Return the seeds of a test, from 0; those from `by_day` on, and the slow ones, are left to the night."""
    night = {seed for seed in range(count) if seed in slow or (by_day is not None and seed >= by_day)}
    marks = {seed: [pytest.mark.night] if seed in night else [] for seed in range(count)}
    return [pytest.param(seed, marks=marks[seed]) for seed in range(count) if seed not in without]


@contextmanager
def at_most(limit_s: float) -> Iterator[None]:
    """Fail where the test stands when so many seconds have gone by."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"more than {limit_s:g} s")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    left_s, _ = signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        # Whoever had set an alarm before has it again.
        signal.setitimer(signal.ITIMER_REAL, left_s)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    with at_most(LIMIT_S):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    with at_most(LIMIT_S):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    with at_most(LIMIT_S):
        return (yield)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Name the files over their budget, when durations are asked for."""
    if not terminalreporter.config.getoption("durations"):
        return
    took: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                took[report.nodeid.partition("::")[0]] += report.duration
    over = [(file, seconds) for file, seconds in took.most_common() if seconds > FILE_BUDGET_S]
    if over:
        terminalreporter.section(f"files over {FILE_BUDGET_S:g} s")
    for file, seconds in over:
        terminalreporter.write_line(f"{seconds:6.1f} s  {file}")
