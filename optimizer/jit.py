"""The only import of numba: the decorator, the cache folder, the warm-up.

numba's own cache does not see that a callee in another file was edited. The cache folder is therefore named by a
hash over the source of every kernel file, the versions and the flags: an edited kernel is never served stale.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

#: Files and folders whose source the kernels are compiled from.
KERNEL_SOURCES = ("jit.py", "arrays.py", "search")

#: `_nrt` off: kernels allocate nothing, so numba need not count references to the arrays in their tuples. Counting
#: took nine tenths of the time of a move (measured at 8 x 60).
_FLAGS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "_nrt": False,
}

_Kernel = TypeVar("_Kernel", bound="Callable[..., Any]")


def kernel(function: _Kernel) -> _Kernel:
    """Compile a function with the project's flags: cached, without the GIL, exact floats."""
    return _compiled(function, **_FLAGS)


def inlined(function: _Kernel) -> _Kernel:
    """Compile a function into its callers: a call would copy and count the references of every array in its tuples."""
    return _compiled(function, forceinline=True, **_FLAGS)


def _compiled(function: _Kernel, **flags: Any) -> _Kernel:
    # Imported here, so that whoever only asks whether the kernels are warm does not load numba.
    import numba

    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
    compiled: _Kernel = numba.njit(**flags)(function)
    return compiled


@cache
def cache_folder() -> Path:
    """Return the folder that holds this version's compiled kernels."""
    folder = _cache_root() / f"kernels-{source_hash(Path(__file__).parent)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"paigong-{os.getuid()}" / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_warm() -> bool:
    """Say whether this version's kernels have been compiled on this machine."""
    return (cache_folder() / "warm").exists()


def mark_warm() -> None:
    """Note that every kernel has been compiled."""
    (cache_folder() / "warm").touch()


def _cache_root() -> Path:
    named = os.environ.get("PAIGONG_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paigong"


def source_hash(package: Path) -> str:
    """Return a hash over everything that compiled kernels depend on, for the package in a folder."""
    digest = hashlib.sha256()
    versions = (sys.version, version("numba"), version("numpy"), sorted(_FLAGS.items()))
    digest.update(repr(versions).encode())
    for name in KERNEL_SOURCES:
        source = package / name
        for file in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            digest.update(file.relative_to(package).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
