"""The fork server of solves: one a process, which has the engine and the compiled kernels loaded.

Starting it takes no time where it is started: it loads beside whatever is done next, the reading of files for example.
A command that is to plan splits it off before it does anything else.
A process that solves once has no more to load in all than without it; one that solves many times loads once.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

from optimizer.engine.jit.kernels import is_warm
from optimizer.running.fork_server import ForkServer

#: What a child loads: by name, as the child's end of a solve is above this module and its parent's end beside it.
MODULES = ("optimizer.running.child", "optimizer.solver", "optimizer.engine.assemble", "optimizer.engine.kept_locks")
#: What the process that reads, judges and prints needs of it as well.
SHARED = ("numpy", "optimizer.solver", "optimizer.domain.plan", "optimizer.domain.problem", "optimizer.travel.matrix")
#: Variables that decide on what is loaded: with others, another server is needed.
DECISIVE = ("NUMBA_", "PAIGONG_CACHE", "XDG_CACHE_HOME", "HOME", "PYTHON")


class _Holder:
    """The server of this process, and those that did not fit any more and still have children."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: ForkServer | None = None
        self._fits: tuple[Any, ...] = ()
        self._closed: list[ForkServer] = []
        self._is_given_up = False

    def server(self, *, is_split_off: bool = False) -> ForkServer | None:
        with self._lock:
            # What is loaded before the kernels are compiled would have to be loaded again.
            if sys.platform != "linux" or self._is_given_up or not is_warm():
                return None
            fits = _circumstances()
            if self._server is not None and not (self._server.is_alive and self._fits == fits):
                self._close()
            if self._server is None:
                if is_split_off:
                    for module in SHARED:
                        import_module(module)
                with suppress(OSError):
                    self._server, self._fits = ForkServer(__name__, is_split_off=is_split_off), fits
            return self._server

    def give_up(self) -> None:
        with self._lock:
            self._is_given_up = True
            self._close()

    def end(self) -> None:
        with self._lock:
            self._close()
            for server in self._closed:
                server.end()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._closed.append(self._server)
            self._server = None
        self._closed = [server for server in self._closed if server.is_alive]


_holder = _Holder()
atexit.register(_holder.end)


def solver_server() -> ForkServer | None:
    """Return the server that forks solver processes; `None` where they have to be started by themselves.

    Before the kernels are compiled there is none. It is started if none runs that has loaded what would be loaded now.
    """
    return _holder.server()


def split_off_server() -> None:
    """Start the server as a fork of this process, a command that has just begun: what both load is loaded once."""
    _holder.server(is_split_off=True)


def give_up_forking() -> None:
    """Start all further solver processes of this process by themselves: its server ended before it had forked any."""
    _holder.give_up()


def load() -> None:
    """Load what a solve needs, the compiled kernels among it."""
    from optimizer.running.warming import load_kernels

    for module in MODULES:
        import_module(module)
    load_kernels()


def _circumstances() -> tuple[Any, ...]:
    """Return what decides on what a server loads, and whose it is: a forked process must not share its parent's."""
    told = sorted((name, value) for name, value in os.environ.items() if name.startswith(DECISIVE))
    return (os.getpid(), *told)
