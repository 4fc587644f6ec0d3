"""The home of numba (`types` and `compiler` beside it): the decorator, arrays by address, the cache folder.

numba's own cache does not see that a callee in another file was edited. The cache folder is therefore named by a
hash over the source of every kernel file, the versions and the flags: an edited kernel is never served stale. Folders
of versions that nobody has used for a month are deleted when a new version has been compiled.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from optimizer.cache_root import find_cache_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    import numpy as np

_log = logging.getLogger(__name__)

#: The folder of the engine, and the files and folders in it whose source the kernels are compiled from.
ENGINE = Path(__file__).parents[1]
KERNEL_SOURCES = ("jit", "arrays.py", "own_parts.py", "search", "bounds/labels.py")

#: How many folders of kernels stay, beside those used in the last 30 days: several versions may run side by side.
KEPT_FOLDERS, KEPT_S = 3, 30 * 86_400.0
#: Where Linux describes the processors, and what it says that decides on the code made for one.
CPU_INFO = Path("/proc/cpuinfo")
TELLING = frozenset({
    "vendor_id", "cpu family", "model", "model name", "stepping", "flags",
    "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features",
})  # fmt: skip
_FOLDER_NAME = re.compile(r"kernels-[0-9a-f]{16}")
#: Touched by each process that takes the folder, so that its time is that of the folder's last use.
_IN_USE = ".writable"
#: Who may write to a folder beside its owner, as bits of its mode.
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

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
    # Imported here, as numpy is below, so that whoever only asks whether the kernels are warm loads neither.
    import numba

    _address_type()
    numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function
    made: Any = _kernel_type()(function, _FLAGS)
    return cast("_Kernel", made)


@cache
def _kernel_type() -> Callable[[Any, dict[str, Any]], Any]:
    """Return what makes a kernel of a function: our own compiler or, where this numba does not bear it, numba's."""
    try:
        from optimizer.engine.jit.compiler import Kernel, unmet_expectations

        unmet = unmet_expectations()
    except (ImportError, AttributeError, TypeError) as error:
        unmet = [str(error)]
    if not unmet:
        return Kernel
    _log.warning("numba %s is not as expected; kernels compile slowly: %s", version("numba"), "; ".join(unmet))
    import numba

    return lambda function, flags: numba.njit(**flags)(function)


def compile_kernel(compiled: Any, *args: Any, for_python: bool = True) -> None:
    """Compile a kernel for arguments of these types, or load it from the cache; it is not called.

    Parameters
    ----------
    compiled
        What `kernel` returned.
    for_python
        To be called from Python; otherwise only as far as other kernels need it.
    """
    # What numba's own decorator makes is both.
    target = getattr(compiled, "entry" if for_python else "draft", compiled)
    target.compile(tuple(target.typeof_pyval(arg) for arg in args))


class ByAddress:
    """Named arrays that kernels take as one address; a subclass names them in its annotations.

    A tuple of arrays would be copied into every call, some nine numbers an array: with fifty arrays that took more
    time than the work, to compile and to run. Kernels read the arrays' addresses and shapes from a block of numbers;
    Python reads the arrays themselves by the same names.

    Parameters
    ----------
    arrays
        One array for each name: contiguous, writable, and never replaced.
    """

    def __init__(self, **arrays: np.ndarray) -> None:
        import numpy as np

        assert list(arrays) == list(type(self).__annotations__), f"the arrays are {list(type(self).__annotations__)}"
        self._arrays = {name: np.require(array, requirements=("C", "A", "W")) for name, array in arrays.items()}
        self.__dict__.update(self._arrays)
        words = [_words_of(array) for array in self._arrays.values()]
        self._block = np.array([word for some in words for word in some], np.int64)
        self.address = int(self._block.ctypes.data)

    def _replace(self, **arrays: np.ndarray) -> Self:
        """Return the same with other arrays for some names."""
        return type(self)(**{**self._arrays, **arrays})

    @cached_property
    def _numba_type_(self) -> Any:
        return _address_type()(type(self).__name__, {n: (a.dtype.name, a.ndim) for n, a in self._arrays.items()})


def _words_of(array: np.ndarray) -> tuple[int, ...]:
    """Return an array as numba keeps it in memory: two owners, items, item size, address, shape, strides."""
    return (0, 0, array.size, array.itemsize, int(array.ctypes.data), *array.shape, *array.strides)


def _address_type() -> Any:
    # The type lives in a module of its own: the cache finds it by its name there.
    from optimizer.engine.jit.types import AddressType

    return AddressType


@cache
def cache_folder() -> Path:
    """Return the folder that holds this version's compiled kernels.

    A folder that is warm is used although nothing can be written to it. One that is not, and cannot be written to, is
    replaced by one in the folder of temporary files.
    """
    name = f"kernels-{source_hash(ENGINE)}"
    root = find_cache_root()
    for folder in () if root is None else (root / name,):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / _IN_USE).touch()
        except OSError:
            if not os.access(folder / _mark_name(), os.R_OK):
                continue
        return folder
    folder = _private_folder() / name
    folder.mkdir(exist_ok=True)
    (folder / _IN_USE).touch()
    return folder


def _private_folder() -> Path:
    """Return a folder for temporary files that nobody else can write to: what lies in it is run."""
    folder = Path(tempfile.gettempdir()) / f"paigong-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    about = folder.lstat()
    if stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & _OTHERS_WRITE:
        return folder
    own = Path(tempfile.mkdtemp(prefix="paigong-"))
    _log.warning("%s belongs to somebody else; kernels are compiled for this process alone, in %s", folder, own)
    # The processes that this one starts find the same folder, which ends with it.
    os.environ["PAIGONG_CACHE"] = str(own)
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def is_warm() -> bool:
    """Return whether this version's kernels have been compiled for this machine, or run as plain Python."""
    return runs_plain() or _warm_mark().exists()


def mark_warm() -> None:
    """Note that every kernel has been compiled, and delete the folders of versions that nobody uses any more."""
    _warm_mark().touch()
    _prune(cache_folder())


def _prune(current: Path) -> None:
    """Delete the folders beside this version's that are neither among the last used nor used in the last 30 days."""
    used = []
    for folder in current.parent.glob("kernels-*"):
        # What another process deletes just now is gone already.
        with suppress(OSError):
            if _FOLDER_NAME.fullmatch(folder.name) and folder != current:
                touched = folder / _IN_USE
                used.append(((touched if touched.exists() else folder).stat().st_mtime, folder))
    for used_s, folder in sorted(used, reverse=True)[KEPT_FOLDERS - 1 :]:
        if time.time() - used_s > KEPT_S:
            _log.info("deleting the unused kernels in %s", folder)
            shutil.rmtree(folder, ignore_errors=True)


def runs_plain() -> bool:
    """Return whether numba is told to leave the kernels as they are (`NUMBA_DISABLE_JIT`)."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def _warm_mark() -> Path:
    return cache_folder() / _mark_name()


def _mark_name() -> str:
    """Return the name of the file that notes it: numba tells source paths and processors apart."""
    made_for = repr((str(ENGINE.resolve()), *_processor()))
    return f"warm-{hashlib.sha256(made_for.encode()).hexdigest()[:8]}"


def _processor() -> tuple[str, ...]:
    """Return what tells one processor that kernels are compiled for from another; a home may serve several.

    The words of the system, where it has any: LLVM says the same, and takes a tenth of a second to load, at each solve.
    """
    name, features = os.environ.get("NUMBA_CPU_NAME", ""), os.environ.get("NUMBA_CPU_FEATURES")
    asked = (name, features or "")
    if name == "generic" or (name and features is not None):
        # An image is compiled on one machine and runs on others: nothing of this one goes into the code.
        return (*asked, os.uname().machine)
    lines: list[str] = []
    with suppress(OSError):
        lines = CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    told = sorted({line for line in lines if line.partition(":")[0].strip() in TELLING})
    if told:
        return (*asked, *told)
    from llvmlite import binding

    return (*asked, binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten())


def source_hash(package: Path) -> str:
    """Return a hash over everything that compiled kernels depend on, for the package in a folder."""
    digest = hashlib.sha256()
    versions = (sys.version, version("numba"), version("llvmlite"), version("numpy"), sorted(_FLAGS.items()))
    digest.update(repr(versions).encode())
    for name in KERNEL_SOURCES:
        source = package / name
        for file in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            digest.update(file.relative_to(package).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
