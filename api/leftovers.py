"""Folders of what processes work on, which is customers' data: who lives holds a lock in its own, others are cleared.

The lock is the system's: however a process ends, it is gone with it. So nobody has to guess by age or number whether
somebody still works there, and what a killed process has left is deleted by any other on the same data folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

#: Whether this system can lock files.
CAN_LOCK = find_spec("fcntl") is not None
#: The file in a folder that its process has locked.
LOCK = "lock"
#: A folder as young as this may belong to a process that is just being started.
YOUNG_S = 60.0
#: What nobody has touched for so long belongs to nobody, where files cannot be locked; and what earlier versions left.
ABANDONED_S = 86_400.0
#: Kinds of folders: of a server, of a reader, of a worker.
KINDS = ("server", "reader", "worker")
#: What earlier versions kept in the data folder itself.
_OF_BEFORE = ("upload-*.part", "print-*", "compare-*", "clerk-*")


@dataclass(slots=True)
class HeldFolder:
    """A folder of this process, or of a child of it."""

    path: Path
    _handle: int | None

    def release(self) -> None:
        """Delete it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def held_folder(kind: str, place: Path, name: str = "") -> HeldFolder:
    """Return a new folder that this process holds; a child that works there holds it, too, by `hold`.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    path = place.resolve() / f"{kind}-{name or secrets.token_hex(8)}"
    path.mkdir(mode=0o700, parents=True)
    return HeldFolder(path, hold(path))


def hold(path: Path) -> int | None:
    """Hold a folder as long as this process lives, along with others; return the handle, `None` where it cannot be."""
    if not CAN_LOCK:
        return None
    import fcntl

    handle = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(OSError):
        # Whoever looks whether it is held has it for a moment, which is waited for.
        fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def hold_temporary() -> None:
    """Hold the folder of this process's temporary files, which its parent has made for it, until its end."""
    folder = Path(tempfile.gettempdir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hold(folder)


def clear_leftovers(data: Path, now_s: float | None = None) -> list[Path]:
    """Delete what dead processes have left in a data folder; return what it was."""
    now_s = time.time() if now_s is None else now_s
    gone = [path for kind in KINDS for path in data.glob(f"{kind}-*") if path.is_dir() and _is_nobodys(path, now_s)]
    gone += [path for pattern in _OF_BEFORE for path in data.glob(pattern) if now_s - _newest_s(path) > ABANDONED_S]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return gone


def is_held(path: Path) -> bool:
    """Return whether a process that lives holds a folder; where files cannot be locked, whether it is there."""
    if not CAN_LOCK:
        return path.is_dir()
    import fcntl

    try:
        handle = os.open(path / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _is_nobodys(path: Path, now_s: float) -> bool:
    """Return whether no process holds a folder; one that is young may not have been locked yet."""
    age_s = now_s - _newest_s(path)
    return age_s > (YOUNG_S if CAN_LOCK else ABANDONED_S) and not (CAN_LOCK and is_held(path))


def _newest_s(path: Path) -> float:
    """Return when anything in a folder was last touched, in seconds since 1970; 0 for what has just gone."""
    newest = 0.0
    for entry in (path, *path.rglob("*")):
        with suppress(OSError):
            newest = max(newest, entry.stat().st_mtime)
    return newest
