"""The user's own matrix in a JSON document: the key `matrix` of a branch, with the meaning of a matrix file.

    {"keys": ["branch", "O1", "O2"], "seconds": [[0, 600, null], [610, 0, 300], [900, 310, 0]]}

`keys` are the places of `Problem.places`, and a row and a column each; null means that there is no way. `metres` has
the same form. With `profiles`, both hold such a table for each of them; without, the one table serves every profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import InputError
from optimizer.faults.decoding import decode_json, read_text
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.travel.matrix import UNREACHABLE
from optimizer.travel.matrix_file import ESTIMATED_METRES, cut_out, own_matrix
from optimizer.travel.matrix_table import MAX_METRES, MAX_SECONDS, CellFaults, Floats, MatrixTable
from optimizer.travel.own_files import JSON_KEY, may_hold_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from optimizer.domain.order import Place
    from optimizer.travel.matrix import Figures, TravelMatrix

#: So many places at most: numbers as text are large, and slow to read.
MOST_PLACES = 2_000


@dataclass(frozen=True, slots=True)
class MatrixDocumentProvider:
    """Travel as a JSON document gives it, used as `MatrixFileProvider` uses a file.

    Parameters
    ----------
    document
        What stands under `path`.
    file
        The name of the whole document.
    path
        JSON pointer to the matrix.
    """

    document: object
    file: str
    path: str = f"/{JSON_KEY}"

    def matrix(self, places: Mapping[str, Place], profiles: Sequence[str]) -> TravelMatrix:
        """Return the document's travel between the places; see `TravelProvider`.

        Raises
        ------
        InputError
            Every fault at once: its cells, and the places and profiles that it lacks.
        """
        log = IssueLog(form="json", file=self.file)
        part = log.under(self.path)
        tables = read_json_tables(self.document, part)
        in_seconds, in_metres = (None, None) if tables is None else tables
        seconds = None if in_seconds is None else cut_out(in_seconds, places, profiles, part, path="/keys")
        if log.has_errors or seconds is None:
            raise InputError(log.report())
        # They have the places and profiles of the seconds.
        metres = None if in_metres is None else cut_out(in_metres, places, profiles, part, path="/keys")
        return own_matrix(places, profiles, seconds, metres, file=self.file, metres_file=self.file)


def matrix_in_document(path: Path) -> MatrixDocumentProvider | None:
    """Return the matrix of a branch in JSON; `None` where it has none, or is no document."""
    if not may_hold_matrix(path):
        return None
    log = IssueLog(form="json", file=path.name)
    text = read_text(path, log)
    document = None if text is None else decode_json(text, log)
    found = document.get(JSON_KEY) if isinstance(document, dict) else None
    return None if found is None else MatrixDocumentProvider(found, path.name)


def read_json_tables(document: object, log: IssueLog) -> tuple[MatrixTable, MatrixTable | None] | None:
    """Return the seconds and, if given, the metres of a matrix in JSON, or `None` after noting what is wrong.

    Keys that it should not have are found where the branch is read.

    Parameters
    ----------
    log
        Paths begin at the matrix.
    """
    if not isinstance(document, dict):
        log.add("JSON_SHAPE", expected=Phrase("an object"), path="/")
        return None
    for key in ("keys", "seconds"):
        if document.get(key) is None:
            log.add("KEY_MISSING", value=key, path=f"/{key}")
    keys = _names(document.get("keys"), log, path="/keys")
    profiles = _names(document.get("profiles"), log, path="/profiles")
    if log.has_errors:
        return None
    if len(keys) > MOST_PLACES:
        log.add("MATRIX_PLACES", value=len(keys), limit=MOST_PLACES, path="/keys")
        return None
    seconds = _layers(document["seconds"], keys, profiles, MAX_SECONDS, log, at="/seconds")
    given = document.get("metres")
    metres = None if given is None else _layers(given, keys, profiles, MAX_METRES, log, at="/metres")
    if log.has_errors or seconds is None:
        return None
    in_metres = None if metres is None else MatrixTable(keys, metres, profiles)
    return MatrixTable(keys, seconds, profiles), in_metres


def _names(value: object, log: IssueLog, *, path: str) -> tuple[str, ...]:
    """Return an array of texts, each of which stands in it once; nothing where none is given."""
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(name, str) and name for name in value):
        log.add("JSON_SHAPE", expected=Phrase("an array of texts"), path=path)
        return ()
    first: dict[str, int] = {}
    for number, name in enumerate(value):
        if first.setdefault(name, number) != number:
            log.add("MATRIX_KEY_TWICE", value=name, path=f"{path}/{number}")
    return tuple(value)


def _layers(
    given: object, keys: tuple[str, ...], profiles: tuple[str, ...], limit: int, log: IssueLog, *, at: str
) -> Floats | None:
    """Return tables as float64 of shape (layers, n, n) with NaN for no way, every fault noted."""
    tables, paths = ([given], [at]) if not profiles else (given, [f"{at}/{layer}" for layer in range(len(profiles))])
    if not isinstance(tables, list) or len(tables) != len(paths):
        count = len(tables) if isinstance(tables, list) else 0
        log.add("MATRIX_TABLES", value=count, expected=len(profiles), path=at)
        return None
    values = np.full((len(paths), len(keys), len(keys)), np.nan)
    faults = CellFaults(log, "")
    for layer, (table, path) in enumerate(zip(tables, paths, strict=True)):
        for number, row in enumerate(table if _has_length(table, len(keys), path, log) else ()):
            if _has_length(row, len(keys), f"{path}/{number}", log):
                values[layer, number] = _numbers(row, f"{path}/{number}", limit, faults)
    for code, wrong in (
        ("MATRIX_NEGATIVE", values < 0),
        ("MATRIX_LARGE", values > limit),
        ("MATRIX_DIAGONAL", (values > 0) & (values <= limit) & np.eye(len(keys), dtype=bool)[None]),
    ):
        for layer, origin, destination in np.argwhere(wrong):
            where = f"{paths[layer]}/{origin}/{destination}"
            faults.add(code, value=f"{values[layer, origin, destination]:g}", limit=limit, path=where)
    faults.close()
    values[:, range(len(keys)), range(len(keys))] = 0.0
    return values


def _has_length(row: object, size: int, path: str, log: IssueLog) -> bool:
    """Return whether something is an array of so many entries, which is noted otherwise."""
    if not isinstance(row, list):
        log.add("JSON_SHAPE", expected=Phrase("an array"), path=path)
        return False
    if len(row) != size:
        log.add("MATRIX_SIZE", value=len(row), expected=size, path=path)
        return False
    return True


def _numbers(row: list[Any], path: str, limit: int, faults: CellFaults) -> list[float]:
    """Return the numbers of a row, NaN for null and for what is noted as no number."""
    numbers = []
    for column, cell in enumerate(row):
        is_number = type(cell) is int or type(cell) is float
        if not is_number and cell is not None:
            faults.add("MATRIX_NUMBER", value=cell, limit=limit, path=f"{path}/{column}")
        numbers.append(cell if is_number else np.nan)
    return numbers


# --- writing ------------------------------------------------------------------------------------------------------


def as_document(matrix: TravelMatrix) -> dict[str, Any] | None:
    """Return a branch's own matrix as its document brings it; `None` for one that is only estimated.

    So are metres left out that are estimated. Layers that are all the same are one table, which serves every profile.
    """
    if matrix.provenance.get("provider") != "file":
        return None
    is_one = all((layer[0] == layer).all() for layer in (matrix.seconds, matrix.metres))
    has_metres = matrix.provenance.get("metres") != ESTIMATED_METRES
    document: dict[str, Any] = {"keys": list(matrix.keys)}
    if not is_one:
        document["profiles"] = list(matrix.profiles)
    for name, figures in (("seconds", matrix.seconds), ("metres", matrix.metres)):
        if name == "seconds" or has_metres:
            tables = [_nulled(layer) for layer in figures]
            document[name] = tables[0] if is_one else tables
    return document


def _nulled(figures: Figures) -> list[list[int | None]]:
    return [[None if cell == UNREACHABLE else cell for cell in row] for row in figures.tolist()]
