"""The fork server: it ends with its parent, its children end with it, and nothing of one is left for the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from optimizer.running.fork_server import ForkServer
from optimizer.running.processes import Child
from tests.processes import PATIENCE_S, children_of, is_forked, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.running.entry import Parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has fork servers")

HERE = __name__

_seen: list[str] = []


def load() -> None:
    """Load what these children need: nothing but this module, or, where a test asks for it, not even that."""
    if os.environ.get("FORK_SERVER") == "fails":
        raise RuntimeError("as asked")
    if os.environ.get("FORK_SERVER") == "has threads":
        threading.Thread(target=time.sleep, args=(PATIENCE_S,), daemon=True).start()


def serve(parent: Parent, word: str) -> None:
    """Be a child that remembers what it has seen, and says who its parent is."""
    _seen.append(word)
    while parent.receive() is not None:
        parent.send(f"{_seen} {os.getppid()}".encode())


@pytest.fixture
def server() -> Iterator[ForkServer]:
    made = ForkServer(HERE)
    yield made
    made.end()


def test_nothing_of_one_child_is_left_for_the_next(server: ForkServer) -> None:
    for word in ("first", "second"):
        child = Child(HERE, word, server=server)
        assert child.ask(b"?", PATIENCE_S) == f"['{word}'] {server.process.pid}".encode()
        assert child.end(grace_s=None) == 0


def test_children_side_by_side_end_each_by_itself(server: ForkServer) -> None:
    children = [Child(HERE, str(n), server=server) for n in range(3)]
    assert all(child.ask(b"?", PATIENCE_S) for child in children)
    children[1].process.kill()
    assert children[1].end() == -signal.SIGKILL
    assert [children[n].end(grace_s=None) for n in (0, 2)] == [0, 0]
    wait_until(lambda: not children_of(server.process.pid))


def test_a_child_that_is_killed_from_outside_tells_by_what(server: ForkServer) -> None:
    child = Child(HERE, "x", server=server)
    assert child.ask(b"?", PATIENCE_S)
    assert child.process.pid is not None
    os.kill(child.process.pid, signal.SIGTERM)
    assert child.messages.get() is None
    assert child.end(grace_s=None) == -signal.SIGTERM


def test_a_child_whose_server_is_killed_is_killed_when_its_parent_parts_from_it(server: ForkServer) -> None:
    child = Child(HERE, "x", server=server)
    assert child.ask(b"?", PATIENCE_S)
    pid = child.process.pid
    assert pid is not None
    server.process.kill()
    server.process.wait()
    child.end(grace_s=None)
    wait_until(lambda: not is_forked(pid))


@pytest.mark.parametrize("trouble", ["fails", "has threads"])
def test_of_a_server_that_cannot_fork_no_child_begins(monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    monkeypatch.setenv("FORK_SERVER", trouble)
    server = ForkServer(HERE)
    child = Child(HERE, "x", server=server)
    assert child.messages.get() is None
    assert not child.has_begun
    child.end()
    server.process.wait()
    # The next one is not even asked for: it is started by itself.
    late = Child(HERE, "x", server=server)
    assert late.ask(b"?", PATIENCE_S) == f"['x'] {os.getpid()}".encode()
    late.end()
    server.end()


def test_a_child_that_is_ended_before_it_has_begun_never_begins(server: ForkServer) -> None:
    os.kill(server.process.pid, signal.SIGSTOP)
    child = Child(HERE, "x", server=server)
    threading.Timer(0.2, os.kill, [server.process.pid, signal.SIGCONT]).start()
    assert child.end() == -signal.SIGKILL
    wait_until(lambda: not children_of(server.process.pid))


#: A parent with a server and a child that runs; it says their numbers, and what kind of process the server is.
PARENT = """
import sys, time
from optimizer.running.fork_server import ForkServer
from optimizer.running.processes import Child
server = ForkServer("tests.running.test_fork_server", is_split_off=sys.argv[1] == "split off")
child = Child("tests.running.test_fork_server", "x", server=server)
child.ask(b"?", 120)
while child.process.pid is None:  # its server says it just after it has begun
    time.sleep(0.01)
print(server.process.pid, child.process.pid, type(server.process).__name__, flush=True)
time.sleep(600)
"""


@pytest.fixture(params=[("started", "Popen"), ("split off", "SplitProcess")], ids=lambda way: way[0])
def parent(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Yield a parent whose server was made in one of two ways, and the ids of its server and of its child."""
    way, kind = request.param
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    made = subprocess.Popen([sys.executable, "-c", PARENT, way], stdout=subprocess.PIPE, text=True, env=environment)
    assert made.stdout is not None
    *pids, told = made.stdout.readline().split()
    assert (len(pids), told) == (2, kind)
    yield made, [int(pid) for pid in pids]
    made.kill()
    made.wait()
    made.stdout.close()


def test_a_parent_that_is_killed_leaves_neither_its_server_nor_a_child(
    parent: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, pids = parent
    process.kill()
    process.wait()
    wait_until(lambda: not any(_runs(pid) for pid in pids))


def test_ctrl_c_reaches_the_parent_alone(parent: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, (server, child) = parent
    assert len({os.getsid(pid) for pid in (process.pid, server, child)}) == 3


def test_a_server_holds_no_output_of_its_parent(parent: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, (server, _) = parent
    assert process.stdout is not None
    pipe = os.readlink(f"/proc/{process.pid}/fd/1")
    assert pipe not in [os.readlink(f"/proc/{server}/fd/{handle}") for handle in ("0", "1", "2")]


def test_a_process_with_threads_is_not_split() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    server = ForkServer(HERE, is_split_off=True)
    end.set()
    thread.join()
    assert isinstance(server.process, subprocess.Popen)
    server.end()


def test_a_split_process_is_looked_at_and_killed() -> None:
    code = """
import time
from optimizer.running.fork_server import SplitProcess
process = SplitProcess(lambda: time.sleep(600))
print(process.poll())
process.kill()
print(process.wait(), process.poll())
process.kill()
print(SplitProcess(lambda: None).wait(), SplitProcess(lambda: 1 / 0).wait())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["None", "-9 -9", "0 1"]
    assert done.stderr == ""


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
