"""How kernels are compiled: the canary for the pinned numba, and the plain way where numba is another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numba
import pytest
from numba.core.codegen import JITCodeLibrary

from optimizer.engine.jit import compiler as our_compiler
from optimizer.engine.jit.compiler import unmet_expectations

if TYPE_CHECKING:
    from pathlib import Path

#: The sum of k ^ 3 below 9 is 3 + 2 + 1 + 0 + 7 + 6 + 5 + 4 + 11 = 39; below 2 it is 5: twice(9) is 39 + 5 + 1.
KERNELS = """
from optimizer.engine.jit.kernels import kernel

@kernel
def walk(many):
    total = 0
    for k in range(many):
        total += k ^ 3
    return total

@kernel
def twice(many):
    return walk(many) + walk(2) + 1

@kernel
def entry(many):
    return twice(many)
"""

LOOK = """
import json, kernels
from optimizer.engine.jit.compiler import DraftLibrary, EntryLibrary
result = kernels.entry(9)
kept = [vars(kernel).get("draft") for kernel in (kernels.walk, kernels.twice)]
drafts = [one for draft in kept if draft is not None for one in draft.overloads.values()]
stats = kernels.entry.entry.stats
print(json.dumps({
    "result": result,
    "made": sum(draft is not None for draft in kept),
    "drafts": [type(draft.library) is DraftLibrary for draft in drafts],
    "defined": [[f.name.count("walk") for f in draft.library.get_defined_functions()] for draft in drafts],
    "can_run": [draft.library.codegen._engine.is_symbol_defined(draft.fndesc.llvm_func_name) for draft in drafts],
    "linked": [
        [f.name for f in one.library.get_defined_functions() if "walk" in f.name or "twice" in f.name]
        for one in kernels.entry.entry.overloads.values()
        if isinstance(one.library, EntryLibrary)
    ],
    "loaded": sum(stats.cache_hits.values()),
    "compiled": sum(stats.cache_misses.values()),
}))
"""


@pytest.fixture
def look(tmp_path: Path) -> Any:
    (tmp_path / "kernels.py").write_text(KERNELS)

    def run(script: str) -> tuple[dict[str, Any], str]:
        environment = {**os.environ, "PAIGONG_CACHE": str(tmp_path / "cache"), "NUMBA_DISABLE_JIT": "0"}
        environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), *sys.path])
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return run


def test_the_pinned_numba_is_as_expected() -> None:
    assert unmet_expectations() == []


def test_kernels_are_drafts_that_an_entry_links_and_the_cache_keeps(look: Any) -> None:
    first, stderr = look(LOOK)
    assert first["result"] == 45
    assert first["drafts"] == [True, True], "one signature each, also where a constant is passed"
    walk, twice = first["defined"]
    assert sum(walk) == 1
    assert sum(twice) == 0, "a draft holds no code of what it calls"
    assert first["can_run"] == [False, False]
    assert first["linked"] == [[]], "an entry is optimised with what it calls: so little is put into its place"
    assert (first["compiled"], first["loaded"]) == (1, 0)
    assert stderr == ""
    again, _ = look(LOOK)
    assert again["result"] == 45
    assert (again["compiled"], again["loaded"]) == (0, 1)
    assert again["made"] == 0, "what is loaded is not translated again, nor prepared to be"


def test_what_is_compiled_is_found_where_nothing_can_be_written(look: Any) -> None:
    """The test may be run by root, whom no system refuses: numba is refused what it looks for."""
    look(LOOK)
    refused = (
        "import tempfile\n"
        "def refuse(*_, **__): raise PermissionError(13, 'Permission denied')\n"
        "tempfile.TemporaryFile = refuse\n"
    )
    again, stderr = look(refused + LOOK)
    assert (again["compiled"], again["loaded"]) == (0, 1), stderr


def test_a_function_of_others_is_compiled_their_way_whatever_its_name() -> None:
    def time_route(many):
        return many + 1

    compiled = numba.njit(time_route)
    assert compiled(1) == 2
    (overload,) = compiled.overloads.values()
    assert type(overload.library) is JITCodeLibrary


def test_another_numba_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(our_compiler.compiler.CompilerBase, "compile_extra")
    monkeypatch.setattr(JITCodeLibrary, "finalize", lambda self, lazily: None)
    monkeypatch.setattr(our_compiler, "EXPECTED_FLAGS", ("no_sleep",))
    assert unmet_expectations() == [
        "JITCodeLibrary.finalize takes ('self', 'lazily'), expected ('self',)",
        "CompilerBase.compile_extra takes None, expected ('self', 'func')",
        "there is no flag no_sleep",
    ]


@pytest.mark.parametrize(
    "change",
    [
        "old = codegen.JITCodeLibrary.finalize; codegen.JITCodeLibrary.finalize = lambda self, more=None: old(self)",
        "import sys; sys.modules['optimizer.engine.jit.compiler'] = None  # as when a name that it imports is gone",
    ],
    ids=["other parameters", "a missing name"],
)
def test_another_numba_compiles_the_plain_way(look: Any, change: str) -> None:
    found, stderr = look(
        "import json, numba.core.codegen as codegen\n"
        f"{change}\n"
        "import kernels\n"
        "from optimizer.engine.jit.kernels import compile_kernel\n"
        "compile_kernel(kernels.entry, 9)\n"
        "print(json.dumps({'result': kernels.entry(9), 'type': type(kernels.entry).__name__}))"
    )
    assert found == {"result": 45, "type": "CPUDispatcher"}
    assert "not as expected; kernels compile slowly" in stderr
