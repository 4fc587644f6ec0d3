"""While the kernels are compiled: the first plan of a small branch, which costs nothing whatever becomes of either."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from optimizer.engine.jit.kernels import cache_folder
from optimizer.errors import NoPlanError
from optimizer.judge.verdict import judge_plan
from optimizer.running import meanwhile, processes
from optimizer.running.child import FIRST_PLAN, CancelToken
from optimizer.running.meanwhile import FIRST_PLAN_MADE
from optimizer.running.warming import tiny_problem
from optimizer.solver import solve
from tests.processes import children_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.running.child import Progress

REAL_PYTHON = sys.executable
#: Stands for Python where a module is run: a compiler that ends when a file is there, and everything else as it is.
PYTHON = """#!/bin/sh
case "$*" in
*running.warming*) while [ ! -e {go} ]; do sleep 0.02; done ;;
*running.meanwhile*) {meanwhile} ;;
*) {real} ;;
esac
"""


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Return the file for which the compiler waits; nothing is compiled before."""
    monkeypatch.setenv("PAIGONG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    cache_folder.cache_clear()
    let_python_be(monkeypatch, tmp_path)
    yield tmp_path / "go"
    cache_folder.cache_clear()


def let_python_be(monkeypatch: pytest.MonkeyPatch, folder: Path, meanwhile: str = "") -> None:
    """Let a script stand for Python; `meanwhile` is what it does for the child that makes the first plan."""
    python = folder / "python"
    real = f'exec {REAL_PYTHON} "$@"'
    python.write_text(PYTHON.format(go=folder / "go", real=real, meanwhile=meanwhile or real))
    python.chmod(0o755)
    monkeypatch.setattr(processes.sys, "executable", str(python))


def test_the_first_plan_is_judged_and_told_while_the_kernels_are_compiled(
    compiler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, matrix = tiny_problem()
    reported: list[Progress] = []
    told: list[str] = []

    def go_on(progress: Progress) -> None:
        assert bool(reported) == compiler.exists()
        reported.append(progress)
        compiler.touch()
        # What is begun from here on finds nothing compiled in this cache.
        monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")

    outcome = solve(problem, matrix, seconds=0.2, on_progress=go_on, on_message=told.append)
    assert FIRST_PLAN_MADE in told
    assert reported[0].served == 3
    assert reported[0].plan is not None
    assert judge_plan(problem, matrix, reported[0].plan).is_clean
    assert outcome.plan.cost_cents <= reported[0].cost_cents
    # The search has been begun after it, and has had the time that was asked for.
    assert outcome.run.stopped in ("finished", "overrun", FIRST_PLAN)


@pytest.mark.parametrize("stopped", ["interrupted", "cancelled"])
def test_whoever_stops_before_the_kernels_are_compiled_gets_the_first_plan(compiler: Path, stopped: str) -> None:
    problem, matrix = tiny_problem()
    token = CancelToken()
    stop = token.interrupt if stopped == "interrupted" else token.cancel
    outcome = solve(problem, matrix, seconds=60, on_progress=lambda _: stop(), cancel=token)
    assert (outcome.run.stopped, outcome.plan.served) == (stopped, 3)
    assert outcome.judgement.is_clean
    assert not compiler.exists()
    assert not [line for line in children_of(os.getpid()).values() if "warming" in line or "meanwhile" in line]


@pytest.mark.parametrize("kind", ["large", "by work", "died"])
def test_ctrl_c_ends_at_once_where_no_first_plan_is_made(
    compiler: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    problem, matrix = tiny_problem()
    token = CancelToken()
    token.interrupt()
    if kind == "large":
        monkeypatch.setattr(meanwhile, "MOST_VISITS", 3)
    if kind == "died":
        let_python_be(monkeypatch, compiler.parent, meanwhile="exit 3")
    limit = {"iterations": 10} if kind == "by work" else {"seconds": 60}
    with pytest.raises(NoPlanError) as error:
        solve(problem, matrix, cancel=token, **limit)
    assert error.value.is_interrupted
    assert not compiler.exists()


def test_a_search_never_waits_for_the_first_plan(compiler: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_python_be(monkeypatch, compiler.parent, meanwhile="exec sleep 1000")
    problem, matrix = tiny_problem()
    told: list[str] = []
    compiler.touch()

    # What is begun after the compiler finds nothing compiled in this cache.
    end_of_compiling = partial(monkeypatch.setenv, "NUMBA_DISABLE_JIT", "1")
    monkeypatch.setattr("optimizer.running.warming.mark_warm", end_of_compiling)
    outcome = solve(problem, matrix, seconds=0.2, on_message=told.append)
    assert FIRST_PLAN_MADE not in told
    assert outcome.plan.served == 3
    assert not [line for line in children_of(os.getpid()).values() if "sleep" in line]
