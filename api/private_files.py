"""The service's files are for its user alone: the data folder 700, the database and its copies 600."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: What a process takes away from the rights of the files that it makes: all of others'.
UMASK = 0o077
#: The database of a data folder; SQLite keeps its journal beside it.
DATABASE = "paigong.db"
_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")


def make_private(data: Path) -> None:
    """Make a data folder, or close one that is there to others; from here on this process makes private files.

    A folder that is for all, such as `/tmp`, or another user's stays as it is; the files of ours in it do not.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    os.umask(UMASK)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = data.stat()
    is_ours = not hasattr(os, "getuid") or about.st_uid == os.getuid()
    if is_ours and not about.st_mode & stat.S_ISVTX and (data / DATABASE).exists():
        data.chmod(0o700)
    for name in _FILES:
        with suppress(OSError):
            (data / name).chmod(0o600)
