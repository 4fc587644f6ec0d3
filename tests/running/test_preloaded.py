"""The fork server of solves: one a process, as long as it fits; it has one thread, or it would not fork."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from optimizer.running import preloaded
from optimizer.running.preloaded import MODULES, give_up_forking, solver_server
from optimizer.running.process_limits import ONE_THREAD
from optimizer.running.processes import Child
from optimizer.running.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.running.entry import Parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has fork servers")

HERE = __name__


def serve(parent: Parent) -> None:
    """Say which modules were there before anything was asked for, and how many kernels had been loaded."""
    from optimizer.engine.search.entries import step

    there = all(module in sys.modules for module in MODULES)
    parent.send(f"{there} {len(step.entry_signatures)}".encode())


@pytest.fixture(autouse=True)
def _own_holder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    holder = preloaded._Holder()
    monkeypatch.setattr(preloaded, "_holder", holder)
    yield
    holder.end()


def test_a_child_finds_the_engine_and_its_kernels_loaded() -> None:
    warm_up()
    child = Child(HERE, server=solver_server())
    assert child.messages.get() == b"True 1"
    assert child.has_begun
    assert child.end(grace_s=None) == 0


def test_a_command_splits_its_server_off_and_loads_what_both_need_once() -> None:
    """In a process of its own: this one has threads of the test's."""
    code = """
import sys
from optimizer.running.preloaded import SHARED, solver_server, split_off_server
from optimizer.running.process_limits import start_no_threads
start_no_threads()
split_off_server()
server = solver_server()
print(type(server.process).__name__, all(module in sys.modules for module in SHARED), "numba" in sys.modules)
from optimizer.running.processes import Child
child = Child("tests.running.test_preloaded", server=server)
print(child.messages.get().decode(), child.end(grace_s=None))
"""
    warm_up()
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["SplitProcess True False", "True 1 0"]


def test_a_process_has_one_server_as_long_as_that_has_loaded_what_would_be_loaded_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = solver_server()
    assert first is not None
    assert solver_server() is first
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    plain = solver_server()
    assert plain is not None
    assert plain is not first
    plain.process.kill()
    plain.process.wait()
    assert solver_server() not in (None, plain)


def test_a_server_that_bears_no_children_is_not_tried_again() -> None:
    assert solver_server() is not None
    give_up_forking()
    assert solver_server() is None
