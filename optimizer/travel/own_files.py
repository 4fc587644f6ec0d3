"""Where a branch keeps a travel matrix of its own: a file in its folder, or a key of its JSON document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog

if TYPE_CHECKING:
    from pathlib import Path

CSV_NAME, METRES_NAME, NPZ_NAME = "matrix.csv", "matrix_metres.csv", "matrix.npz"
#: The key of a branch in JSON under which its matrix stands.
JSON_KEY = "matrix"
#: What such a matrix may state.
JSON_KEYS = ("keys", "profiles", "seconds", "metres")

#: How the key looks in a text; a document that is not searched for anything else is not decoded in vain.
_KEY = re.compile(rb'"matrix"\s*:|\\u00')


def matrix_file_in(folder: Path) -> Path | None:
    """Return the matrix file of a branch folder, or `None` when there is none.

    Raises
    ------
    InputError
        When the folder holds two matrices.
    """
    found = [folder / name for name in (CSV_NAME, NPZ_NAME) if (folder / name).is_file()]
    if len(found) > 1:
        log = IssueLog(form="csv", file=str(folder))
        log.add("MATRIX_TWO_FILES", file=NPZ_NAME, value=CSV_NAME)
        raise InputError(log.report())
    return found[0] if found else None


def may_hold_matrix(path: Path) -> bool:
    """Return whether a branch may bring a matrix: a folder with its file, or a JSON document that names the key."""
    if path.is_dir():
        return any((path / name).is_file() for name in (CSV_NAME, NPZ_NAME))
    return path.suffix.lower() == ".json" and path.is_file() and _KEY.search(path.read_bytes()) is not None
