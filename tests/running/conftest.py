"""Machines of one core and of two, with tickets of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.running.processes import Child
from optimizer.running.tickets import Broker
from tests.running import queue
from tests.running.queue import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def one_core(tmp_path: Path, clock: Clock) -> Broker:
    return Broker(tmp_path, [0], clock=clock)


@pytest.fixture
def two_cores(tmp_path: Path, clock: Clock) -> Broker:
    return Broker(tmp_path, [0, 1], clock=clock)


@pytest.fixture
def of_this_machine(one_core: Broker, monkeypatch: pytest.MonkeyPatch) -> Broker:
    monkeypatch.setattr(Broker, "of_this_machine", lambda: one_core)
    return one_core


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Child]:
    """Another process that holds the only core."""
    child = Child(queue.__name__, str(tmp_path), "0")
    assert child.messages.get() == b"(0,)"
    yield child
    child.end()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let this test have a folder of its own, and as many cores as there are."""
    folder = tmp_path / "tickets"
    monkeypatch.setenv("PAIGONG_BROKER", str(folder))
    monkeypatch.delenv("PAIGONG_CORES")
    return folder
