"""Children: messages both ways, limits, the clock, and an end that always comes."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from optimizer.running.fork_server import ForkServer
from optimizer.running.processes import LAST_WORDS, Child

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.running.entry import Parent

HERE = __name__


def serve(parent: Parent, what: str = "echo") -> None:
    """Be the child of these tests."""
    if what == "noisy":
        print("no message", flush=True)
        os.write(1, b"nor this\n")
        sys.stderr.write("x" * 100_000 + " last\n")
    if what == "ready":
        parent.say_ready()
    if what == "fail":
        raise RuntimeError("as asked")
    while (message := parent.receive()) is not None:
        if message == b"sleep":
            time.sleep(600)
        if message == b"where":
            message = f"{os.getcwd()} {os.environ.get('WORD')} {os.getsid(0) == os.getpid()}"[::-1].encode()
        if message == b"fill":
            message = str(len(bytearray(2_000_000_000))).encode()
        parent.send(message[::-1])


def load() -> None:
    """Load what these children need: nothing but this module."""


@pytest.fixture(params=["by itself", "forked"])
def server(request: pytest.FixtureRequest) -> Iterator[ForkServer | None]:
    if request.param == "by itself":
        yield None
        return
    made = ForkServer(HERE)
    yield made
    made.end()


@pytest.fixture
def child(server: ForkServer | None) -> Iterator[Child]:
    made = Child(HERE, server=server)
    yield made
    made.end()


@pytest.mark.parametrize("size", [1, 3_000_000], ids=["small", "larger than a pipe holds"])
def test_a_message_comes_back(child: Child, size: int) -> None:
    message = b"ab" * size
    assert child.ask(message, 60) == message[::-1]


def test_a_child_that_is_asked_to_stop_ends_by_itself(child: Child) -> None:
    child.ask(b"1", 60)
    assert child.end(grace_s=None) == 0
    assert child.messages.get() is None
    assert not child.is_alive


def test_a_child_that_takes_too_long_is_killed(child: Child) -> None:
    assert child.ask(b"1", 60) == b"1"
    assert child.ask(b"sleep", 0.1) is None
    assert child.end(grace_s=None) == -signal.SIGKILL


def test_a_child_that_does_not_stop_is_killed_after_the_grace(child: Child) -> None:
    assert child.ask(b"1", 60) == b"1"
    child.send(b"sleep")
    assert child.end(grace_s=0.05) == -signal.SIGKILL


def test_what_is_sent_to_a_dead_child_is_lost_and_it_gives_no_answer(child: Child) -> None:
    child.process.kill()
    child.process.wait()
    assert child.ask(b"1" * 1_000_000, 60) is None


def test_what_is_printed_is_no_message_and_the_end_of_stderr_is_kept(server: ForkServer | None) -> None:
    child = Child(HERE, "noisy", server=server)
    assert child.ask(b"12", 60) == b"21"
    child.end(grace_s=None)
    assert child.messages.get() is None
    assert child.last_words.endswith("x last")
    assert len(child.last_words) <= LAST_WORDS


def test_who_waits_for_a_child_to_be_ready_is_woken_by_its_word_and_by_its_death(server: ForkServer | None) -> None:
    for what in ("ready", "no such thing to do"):
        module = HERE if what == "ready" else "optimizer.no_such_module"
        child = Child(module, what, server=server)
        assert child.is_ready.wait(60)
        assert child.messages.empty() == (what == "ready")
        child.end()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are the system's")
def test_a_child_has_no_more_memory_than_its_limit_and_no_other_has_it(server: ForkServer | None) -> None:
    child, other = Child(HERE, limits={"AS": 1_000_000_000}, server=server), Child(HERE, server=server)
    assert child.ask(b"fill", 60) is None
    child.end(grace_s=None)
    assert "MemoryError" in child.last_words
    assert other.ask(b"fill", 60) == b"0000000002"
    other.end()


def test_a_child_that_fails_says_so_in_its_last_words(server: ForkServer | None) -> None:
    child = Child(HERE, "fail", server=server)
    assert child.messages.get() is None
    assert child.end(grace_s=None) == 1
    assert child.last_words.endswith("RuntimeError: as asked")


def test_a_child_has_the_place_and_the_environment_of_its_parent_as_they_are_now_and_its_own_session(
    server: ForkServer | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WORD", "now")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.chdir(tmp_path)
    child = Child(HERE, server=server)
    assert child.ask(b"where", 60) == f"{tmp_path} now True".encode()
    child.end()
