"""The parent of the sandboxed readers: gives each one task at a time, and replaces one that dies or takes too long."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from api.refusals.refusal import Refusal

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
        self._memory = str(memory_bytes)
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
            return any(reader.is_ready.is_set() for reader in self._all)

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
            if reader is None or not reader.is_alive:
                reader = self._start()
            answer = reader.ask(json.dumps({**task, "limit_s": limit_s}), limit_s)
        finally:
            if answer is None and reader is not None:
                self._drop(reader)
                _log.warning("reader_replaced", task=task["task"], code=reader.process.returncode)
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
        reader = _Reader(self._memory, self._folder)
        with self._lock:
            if self._is_closed:
                reader.end()
                raise Refusal("SHUTTING_DOWN", headers={"Retry-After": "5"})
            self._all.add(reader)
        return reader

    def _drop(self, reader: _Reader) -> None:
        reader.end()
        with self._lock:
            self._all.discard(reader)


class _Reader:
    """One child process."""

    def __init__(self, memory: str, folder: Path | None) -> None:
        self._place = Path(tempfile.mkdtemp(prefix="reader-", dir=folder))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api.readers.child", memory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"TMPDIR": str(self._place)},
            # Ctrl-C is for the parent, which ends its readers itself.
            start_new_session=True,
        )
        self.is_ready = threading.Event()
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name="reader-listener", daemon=True)
        self._listener.start()

    @property
    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self.process.poll() is None

    def ask(self, task: str, limit_s: float) -> dict[str, Any] | None:
        """Return the answer to a task; `None` when there is none in time. Loading is not counted."""
        if not self.is_ready.wait(timeout=60):
            return None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(task + "\n")
            self.process.stdin.flush()
            return self._answers.get(timeout=limit_s)
        except (OSError, ValueError, queue.Empty):
            return None

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        self._listener.join()
        shutil.rmtree(self._place, ignore_errors=True)

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                if not self.is_ready.is_set():
                    self.is_ready.set()
                    continue
                self._answers.put(json.loads(line))
        # A process that died before it was ready must not be waited for.
        self._answers.put(None)
        self.is_ready.set()
