"""Draining: before a restart, the processes of a data folder take no more jobs and do those in hand to their end.

A file in the data folder says so, from `paigong drain` until the next start. Submissions are taken as ever: they are on
disk, and others solve them, or the next start does.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from api.leftovers import is_held

if TYPE_CHECKING:
    from pathlib import Path

#: The file; what is in it does not matter.
FILE = "draining"
#: How often it is looked whether anybody still works.
LOOK_S = 0.25


def is_draining(data: Path) -> bool:
    """Return whether the processes of a data folder take no more jobs."""
    return (data / FILE).exists()


def begin_draining(data: Path) -> None:
    """Have them take no more jobs."""
    (data / FILE).touch(mode=0o600)


def end_draining(data: Path) -> None:
    """Have them take jobs again; a process that starts does so."""
    (data / FILE).unlink(missing_ok=True)


def working(data: Path) -> int:
    """Return how many workers of a data folder still live."""
    return sum(is_held(path) for path in data.glob("worker-*"))


def wait_until_drained(data: Path, most_s: float) -> bool:
    """Wait until no worker lives, so long at most; return whether that is so."""
    until_s = time.monotonic() + most_s
    while working(data):
        if time.monotonic() >= until_s or not is_draining(data):
            return False
        time.sleep(LOOK_S)
    return True
