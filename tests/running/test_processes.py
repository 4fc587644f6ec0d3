"""Children: messages both ways, limits, the clock, and an end that always comes."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from optimizer.running.processes import LAST_WORDS, Child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.running.entry import Parent

HERE = __name__


def serve(parent: Parent, what: str = "echo") -> None:
    """Be the child of these tests."""
    if what == "noisy":
        print("no message")
        os.write(1, b"nor this\n")
        sys.stderr.write("x" * 100_000 + " last\n")
    if what == "ready":
        parent.say_ready()
    while (message := parent.receive()) is not None:
        if message == b"sleep":
            time.sleep(600)
        if message == b"fill":
            message = str(len(bytearray(2_000_000_000))).encode()
        parent.send(message[::-1])


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child(HERE)
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


def test_what_is_printed_is_no_message_and_the_end_of_stderr_is_kept() -> None:
    child = Child(HERE, "noisy")
    assert child.ask(b"12", 60) == b"21"
    child.end(grace_s=None)
    assert child.messages.get() is None
    assert child.last_words.endswith("x last")
    assert len(child.last_words) <= LAST_WORDS


def test_who_waits_for_a_child_to_be_ready_is_woken_by_its_word_and_by_its_death() -> None:
    for what in ("ready", "no such thing to do"):
        child = Child(HERE, what) if what == "ready" else Child("optimizer.no_such_module")
        assert child.is_ready.wait(60)
        assert child.messages.empty() == (what == "ready")
        child.end()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are the system's")
def test_a_child_has_no_more_memory_than_its_limit() -> None:
    child = Child(HERE, limits={"AS": 1_000_000_000})
    assert child.ask(b"fill", 60) is None
    child.end(grace_s=None)
    assert "MemoryError" in child.last_words
