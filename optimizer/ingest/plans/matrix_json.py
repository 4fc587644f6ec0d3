"""The travel matrix inside a plan file: figures, origin and digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

from optimizer.faults.issues import IssueLog, Phrase
from optimizer.travel.matrix import UNREACHABLE, TravelMatrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.text.files import JsonObject


#: What the matrix of a plan file may state.
MATRIX_KEYS = frozenset({"provenance", "sha256", "keys", "profiles", "seconds", "metres"})


def matrix_to_json(matrix: TravelMatrix) -> JsonObject:
    """Return a travel matrix with its origin and its digest; a pair without a way is null."""
    return {
        "provenance": dict(sorted(matrix.provenance.items())),
        "sha256": matrix_sha256(matrix),
        "keys": list(matrix.keys),
        "profiles": list(matrix.profiles),
        "seconds": _nulled(matrix.seconds),
        "metres": _nulled(matrix.metres),
    }


def matrix_sha256(matrix: TravelMatrix) -> str:
    """Return the digest of a matrix's keys, profiles and figures, the same on every machine."""
    digest = hashlib.sha256(json.dumps([matrix.keys, matrix.profiles]).encode())
    for values in (matrix.seconds, matrix.metres):
        digest.update(np.ascontiguousarray(values, dtype="<i4").tobytes())
    return digest.hexdigest()


def _nulled(values: NDArray[np.int32]) -> list[list[list[int | None]]]:
    if not (values == UNREACHABLE).any():
        every: list[list[list[int | None]]] = values.tolist()
        return every
    return [[[None if v == UNREACHABLE else v for v in row] for row in profile] for profile in values.tolist()]


def matrix_from_json(entries: object, log: IssueLog) -> TravelMatrix | None:
    """Return the travel matrix of its wire form, or `None` after noting its faults."""
    names: dict[str, tuple[str, ...]] = {}
    for key in ("keys", "profiles"):
        value = entries.get(key) if isinstance(entries, dict) else None
        if (
            not isinstance(value, list)
            or not all(isinstance(name, str) for name in value)
            or len({*value}) < len(value)
        ):
            log.add("PLAN_SHAPE", expected=Phrase("an array of texts, each once"), path=f"/{key}")
            return None
        names[key] = tuple(value)
    assert isinstance(entries, dict)
    shape = (len(names["profiles"]), len(names["keys"]), len(names["keys"]))
    seconds = _array(entries.get("seconds"), shape, log, path="/seconds")
    metres = _array(entries.get("metres"), shape, log, path="/metres")
    provenance = entries.get("provenance", {})
    if not isinstance(provenance, dict) or not all(isinstance(value, str) for value in provenance.values()):
        log.add("PLAN_SHAPE", expected=Phrase("an object of texts"), path="/provenance")
        return None
    if seconds is None or metres is None:
        return None
    matrix = TravelMatrix(names["keys"], names["profiles"], seconds, metres, provenance)
    if entries.get("sha256") not in (None, matrix_sha256(matrix)):
        log.add("PLAN_MATRIX_CHANGED", path="/sha256")
        return None
    return matrix


def _array(value: object, shape: tuple[int, int, int], log: IssueLog, *, path: str) -> NDArray[np.int32] | None:
    """Return nested arrays of whole numbers and nulls as one array."""
    rows: list[list[int]] = []
    right = isinstance(value, list) and len(value) == shape[0]
    for profile in value if isinstance(value, list) and right else ():
        right = right and isinstance(profile, list) and len(profile) == shape[1]
        for row in profile if right else ():
            cells = [UNREACHABLE if cell is None else cell for cell in row] if isinstance(row, list) else []
            right = right and len(cells) == shape[2] and all(type(c) is int and c >= UNREACHABLE for c in cells)
            rows.append(cells)
    if not right:
        log.add("PLAN_MATRIX_SHAPE", expected=" x ".join(map(str, shape)), path=path)
        return None
    return np.array(rows, dtype=np.int32).reshape(shape)
