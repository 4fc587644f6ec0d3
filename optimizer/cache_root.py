"""Where what is made once for a user lies, for the processes to come: compiled kernels and templates."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def find_cache_root() -> Path | None:
    """Return the folder that is named for it, `None` without one: a user may have no home."""
    named, shared = os.environ.get("PAIGONG_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    with suppress(RuntimeError):
        return Path(shared or Path.home() / ".cache") / "paigong"
    return None
