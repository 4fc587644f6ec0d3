"""The warm-up: every entry that a solve needs, group by group; and a compiler that dies harms nobody."""

from __future__ import annotations

import ast
import importlib
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.engine.indexing import build_arrays
from optimizer.engine.jit.compiler import Kernel
from optimizer.engine.jit.kernels import cache_folder, is_warm
from optimizer.engine.search.entries import search_calls, timing_calls
from optimizer.engine.search.state import make_state
from optimizer.running import processes, warming
from optimizer.running.warming import GROUPS, compile_kernels, tiny_problem, warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(warming.__file__).parents[1]

#: Solves in one process, and says which kernels Python called and how many of them had to be compiled.
SOLVES = """
import gc, json, sys
from optimizer.running.budget import Budget
from optimizer.engine.jit.compiler import Kernel
from optimizer.solver import find_plans
from optimizer.running.warming import tiny_problem
from tests.random_problems import random_whole_problem

linked = random_whole_problem(6)
assert any(visit.crew_size > 1 for visit in linked[0].visits)
for problem, matrix in (tiny_problem(), linked):
    budget = Budget(3600, moves=400, seed=0, threads=1, islands=2, use_master=True)
    find_plans(problem, matrix, budget, lambda plan, progress: None, lambda: False)
kernels = [one for one in gc.get_objects() if isinstance(one, Kernel) and one.entry_signatures]
print(json.dumps({one.py_func.__name__: sum(one.entry.stats.cache_misses.values()) for one in kernels}))
"""


def test_a_solve_calls_what_the_warm_up_compiles_and_nothing_else() -> None:
    warm_up()
    root = PACKAGE.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", SOLVES], env=environment, cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    compiled = json.loads(done.stdout)
    arrays = build_arrays(*tiny_problem()).arrays
    calls = [*timing_calls(arrays), *search_calls(arrays, make_state(arrays, 0))]
    assert compiled.keys() == {called.__name__ for called, _ in calls}
    assert set(compiled.values()) == {0}, "name each kernel that Python calls in optimizer/engine/search/entries.py"


def python_calls(tree: ast.AST) -> Iterator[str]:
    """Yield the names that are called outside kernels."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and any(ast.unparse(one) == "kernel" for one in node.decorator_list):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        yield from python_calls(node)


def test_every_kernel_that_the_source_calls_from_python_is_compiled_by_the_warm_up() -> None:
    arrays = build_arrays(*tiny_problem()).arrays
    calls = [*timing_calls(arrays), *search_calls(arrays, make_state(arrays, 0))]
    called = set()
    for path in PACKAGE.rglob("*.py"):
        # The assert mode is of the tests alone.
        if path.name != "recheck.py" and "optimizer.engine.search" in (text := path.read_text(encoding="utf-8")):
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            known = vars(importlib.import_module(name))
            called |= {one for one in python_calls(ast.parse(text)) if isinstance(known.get(one), Kernel)}
    assert called == {one.__name__ for one, _ in calls}


def test_the_groups_are_announced_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(
        "optimizer.engine.jit.kernels.compile_kernel", lambda called, *args, for_python=True: done.append("kernel")
    )
    compile_kernels(done.append)
    assert [name for name in done if name != "kernel"] == list(GROUPS)
    assert done[-1] == "kernel"
    assert all(before != after for before, after in itertools.pairwise(done) if before != "kernel")


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("PAIGONG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    cache_folder.cache_clear()
    yield tmp_path
    cache_folder.cache_clear()


def compile_by(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a shell script stand for the Python of the child; `say` sends a message of less than 64 letters."""
    python = folder / "python"
    say = """say() { printf "\\\\000\\\\000\\\\000\\\\$(printf %03o ${#1})%s" "$1"; }"""
    python.write_text(f"#!/bin/sh\n{say}\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(processes.sys, "executable", str(python))


def test_each_group_is_told_before_it_is_compiled_and_once_a_version(
    cold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_by("say timing; say construction; say search", cold, monkeypatch)
    told: list[str] = []
    assert warm_up(told.append) > 0
    assert told == list(GROUPS.values())
    assert is_warm()
    assert warm_up(told.append) == 0
    assert len(told) == 3


def test_a_compiler_that_dies_is_logged_and_tried_again(
    cold: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    compile_by("say timing; echo 'LLVM ERROR: out of memory' >&2; exit 3", cold, monkeypatch)
    told: list[str] = []
    warm_up(told.append)
    assert told == [GROUPS["timing"]]
    assert not is_warm()
    assert "ended with code 3 (LLVM ERROR: out of memory)" in caplog.text
