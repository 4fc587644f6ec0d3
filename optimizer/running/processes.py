"""The one way to run a child process: start it, exchange messages with it, end it with grace.

A child is a module of ours with a function `serve(parent, *arguments)`; it begins in `optimizer.running.entry`. It may
die, hang or be killed at any point: its parent then finds the end of its messages.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from optimizer.running.entry import read_message, write_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.running.fork_server import ForkedProcess, ForkServer

#: What is kept of the end of a child's standard error, in bytes.
LAST_WORDS = 2_000


class Child:
    """A child process, and messages to and from it.

    Parameters
    ----------
    module
        Of ours, by its dotted name.
    arguments
        Of its `serve`, after the parent.
    limits
        What the process may use, by the names of `optimizer.running.process_limits.cap`.
    env
        Its environment; by default ours.
    keeps_stderr
        Whether the end of its standard error is kept as `last_words`; else it goes where ours goes.
    server
        What forks it; without one, or if that has ended, it is started by itself.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        limits: Mapping[str, int] | None = None,
        env: Mapping[str, str] | None = None,
        keeps_stderr: bool = True,
        server: ForkServer | None = None,
    ) -> None:
        self.process = _forked(server, module, arguments, limits or {}, env) or subprocess.Popen(
            [sys.executable, "-m", "optimizer.running.entry", module, json.dumps(limits or {}), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if keeps_stderr else None,
            env=env,
            # Its own session: Ctrl-C reaches the parent alone, which ends its children itself.
            start_new_session=True,
        )
        #: Set when the child has said that it is ready, or has ended.
        self.is_ready = threading.Event()
        #: What it has sent, in order; `None` is its end.
        self.messages: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._stderr = b""
        readers = [self._listen, self._drain] if keeps_stderr else [self._listen]
        self._threads = [threading.Thread(target=read, name=f"{module}-reader", daemon=True) for read in readers]
        for thread in self._threads:
            thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    @property
    def has_begun(self) -> bool:
        """Whether there was a process at all: a server may end before it forks."""
        return self.process.pid is not None

    @property
    def last_words(self) -> str:
        """The end of its standard error, complete when it has been ended."""
        return self._stderr.decode(errors="replace").strip()

    def send(self, message: bytes) -> None:
        """Send a message; one that has ended does not get it."""
        assert self.process.stdin is not None
        with suppress(OSError, ValueError):
            write_message(self.process.stdin, message)

    def ask(self, message: bytes, limit_s: float) -> bytes | None:
        """Send a message and return the answer; `None` when there is none in time, for which the child is killed."""
        timer = threading.Timer(limit_s, self.process.kill)
        timer.start()
        try:
            self.send(message)
            return self.messages.get()
        finally:
            timer.cancel()

    def ask_while(self, message: bytes, goes_on: Callable[[], bool], *, look_s: float) -> bytes | None:
        """Send a message and return the answer; `None` when there is none.

        Parameters
        ----------
        goes_on
            Asked every `look_s` seconds whether it may still take time; if not, the child is killed.
        """
        self.send(message)
        while True:
            try:
                return self.messages.get(timeout=look_s)
            except queue.Empty:
                if not goes_on():
                    self.process.kill()
                    return None

    def close_input(self) -> None:
        """Ask it to stop: it finds the end of its messages."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()

    def end(self, grace_s: float | None = 0.0) -> int:
        """Ask it to stop, kill it when the grace is over, `None` never; return its exit code."""
        self.close_input()
        try:
            code = self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for thread in self._threads:
            thread.join()
        return code

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream, suppress(OSError, MemoryError):
            while (message := read_message(stream)) is not None:
                if message:
                    self.messages.put(message)
                else:
                    self.is_ready.set()
        self.messages.put(None)
        # A process that died before it was ready must not be waited for.
        self.is_ready.set()

    def _drain(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            while piece := os.read(stream.fileno(), 65_536):
                self._stderr = (self._stderr + piece)[-LAST_WORDS:]


def _forked(
    server: ForkServer | None,
    module: str,
    arguments: Sequence[str],
    limits: Mapping[str, int],
    env: Mapping[str, str] | None,
) -> ForkedProcess | None:
    """Return a child of the server; `None` without one, or when it has ended."""
    if server is not None:
        with suppress(OSError):
            return server.fork(module, arguments, limits, os.environ if env is None else env)
    return None
