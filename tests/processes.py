"""Who runs whom, as Linux tells it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.running.fork_server import CHILD_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

#: How long a test waits for what takes no time on an idle machine.
PATIENCE_S = 120.0


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that other processes bring about."""
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s, "waited in vain"
        time.sleep(0.02)


def children_of(pid: int) -> dict[int, str]:
    """Return the command lines of the processes that a process has started and that still run."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):
            continue
    return found


def solver_pids(pid: int) -> list[int]:
    """Return the solver processes of a process: what its fork server has forked, and what was started by itself."""
    found = []
    for child, line in children_of(pid).items():
        if "optimizer.running.fork_server" in line:
            found += filter(is_forked, children_of(child))
        elif "optimizer.running.child" in line:
            found.append(child)
    return found


def is_forked(pid: int) -> bool:
    """Return whether a process is a child of a fork server: its command line is the server's, its name is not."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == CHILD_NAME
    except OSError:
        return False
