"""The parent of the sandboxed readers: gives each one task at a time, and replaces one that dies or takes too long."""

from __future__ import annotations

import json
import os
import queue
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from api.refusals.refusal import Refusal
from optimizer.running.processes import Child

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = structlog.get_logger(__name__)


class ReaderPool:
    """A few child processes for reading uploads and printing papers.

    Parameters
    ----------
    count
        How many; so many tasks are done side by side.
    memory_bytes
        What each may hold.
    folder
        Where each has a folder of its own for what it works on, deleted with it; by default the system's.
    patience_s
        How long a task waits for a free one.
    """

    def __init__(self, count: int, *, memory_bytes: int, folder: Path | None = None, patience_s: float = 10.0) -> None:
        self._limits = {"DATA": memory_bytes}
        self._folder = folder
        self._patience_s = patience_s
        self._free: queue.LifoQueue[_Reader | None] = queue.LifoQueue()
        self._all: set[_Reader] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        for _ in range(count):
            self._free.put(self._start())

    @property
    def are_ready(self) -> bool:
        """Return whether one has loaded what it needs."""
        with self._lock:
            return any(reader.child.is_ready.is_set() for reader in self._all)

    def do(self, task: Mapping[str, Any], *, limit_s: float, too_long: Refusal) -> dict[str, Any]:
        """Have a task done and return the answer.

        Raises
        ------
        Refusal
            `too_long` when it takes more than `limit_s` or the reader dies of it; what the reader refuses; the faults
            that it found; READERS_BUSY when none is free.
        """
        try:
            reader = self._free.get(timeout=self._patience_s)
        except queue.Empty:
            raise Refusal("READERS_BUSY", headers={"Retry-After": "5"}) from None
        answer = None
        try:
            if reader is None or not reader.child.is_alive:
                reader = self._start()
            answer = reader.ask({**task, "limit_s": limit_s}, limit_s)
        finally:
            if answer is None and reader is not None:
                _log.warning("reader_replaced", task=task["task"], code=self._drop(reader))
            self._free.put(None if answer is None else reader)
        if answer is None:
            raise too_long
        if "refused" in answer:
            raise Refusal(answer["refused"], **answer["values"])
        if "faults" in answer:
            raise Refusal("INPUT_FAULTS", faults=answer["faults"], total=answer["total"], count=answer["count"])
        if "errno" in answer:
            raise OSError(answer["errno"], f"a reader met it: {answer['text']}")
        if "defect" in answer:
            raise RuntimeError(f"a reader met a defect: {answer['defect']}")
        return answer

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            self._is_closed = True
            readers, self._all = list(self._all), set()
        for reader in readers:
            reader.end()

    def _start(self) -> _Reader:
        reader = _Reader(self._limits, self._folder)
        with self._lock:
            if self._is_closed:
                reader.end()
                raise Refusal("SHUTTING_DOWN", headers={"Retry-After": "5"})
            self._all.add(reader)
        return reader

    def _drop(self, reader: _Reader) -> int:
        with self._lock:
            self._all.discard(reader)
        return reader.end()


class _Reader:
    """One child process, and its folder."""

    def __init__(self, limits: Mapping[str, int], folder: Path | None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="reader-", dir=folder))
        env = os.environ | {"TMPDIR": str(self._folder)}
        self.child = Child("api.readers.child", limits=limits, env=env, keeps_stderr=False)

    def ask(self, task: dict[str, Any], limit_s: float) -> dict[str, Any] | None:
        """Return the answer to a task; `None` when there is none in time. Loading is not counted."""
        if not self.child.is_ready.wait(timeout=60):
            return None
        answer = self.child.ask(json.dumps(task).encode(), limit_s)
        found: dict[str, Any] | None = None if answer is None else json.loads(answer)
        return found

    def end(self) -> int:
        """End the process; return its exit code."""
        code = self.child.end()
        shutil.rmtree(self._folder, ignore_errors=True)
        return code
