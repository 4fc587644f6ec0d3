"""The user's own matrix as it stands in a file, every fault noted by row and column.

CSV: a square table of seconds, the header row holding the place keys after one free cell, each row beginning
with its place key. An empty cell means that there is no way. NumPy: an `.npz` file with `keys`, `seconds` of
shape (n, n) or (profiles, n, n), and, where wanted, `profiles` and `metres`; -1 means that there is no way.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import IssueLog, Phrase, nearest
from optimizer.text.machine_errors import reader_words, system_words
from optimizer.travel.matrix import UNREACHABLE

if TYPE_CHECKING:
    from pathlib import Path

Floats = NDArray[np.float64]

#: The largest file that is read, in bytes, inflated where it is packed.
MAX_FILE_BYTES = 400_000_000
#: A week on the road in seconds; two and a half times round the Earth in metres.
MAX_SECONDS, MAX_METRES = 604_800, 100_000_000
#: How many wrong cells of one table are named; the others are counted.
MAX_NAMED_CELLS = 1_000

#: So many rows are looked through for the header.
MAX_TITLE_ROWS = 5

_PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MatrixTable:
    """A square table of travel.

    Parameters
    ----------
    keys
        Place keys in row order.
    values
        float64 of shape (layers, n, n), row = from, column = to; NaN where there is no way.
    profiles
        Names of the layers; empty when the one layer serves every profile.
    """

    keys: tuple[str, ...]
    values: Floats
    profiles: tuple[str, ...] = ()


class CellFaults:
    """Notes wrong cells up to a limit, then counts them, so that a wholly wrong table stays readable."""

    def __init__(self, log: IssueLog, file: str) -> None:
        self._log, self._file, self._count = log, file, 0

    def add(self, code: str, *, value: object, limit: int, plain: str = "", **where: Any) -> None:
        """Note a wrong cell, or count it; `where` is its row and column, or its path in JSON."""
        self._count += 1
        if self._count <= MAX_NAMED_CELLS:
            self._log.add(code, file=self._file, value=value, limit=limit, plain=plain, **where)

    def close(self) -> None:
        """Say how many were only counted."""
        if self._count > MAX_NAMED_CELLS:
            self._log.add("MATRIX_MORE", file=self._file, value=self._count - MAX_NAMED_CELLS)


# --- CSV --------------------------------------------------------------------------------------------------


def read_csv_table(path: Path, log: IssueLog, *, limit: int) -> MatrixTable | None:
    """Return the table of a CSV file, every fault noted, or `None` when there is no table.

    Parameters
    ----------
    limit
        The largest number that a cell may hold.
    """
    text = read_text(path, log, limit=MAX_FILE_BYTES)
    rows = None if text is None else _split(text, path.name, log)
    if not rows:
        return None
    first = _header_row(rows)
    keys = _header_keys(rows[first], path.name, log)
    if keys is None or not _begin_with_keys(rows[first + 1 :], keys, path.name, log):
        return None
    values = np.full((1, len(keys), len(keys)), np.nan)
    faults, row_of_key = CellFaults(log, path.name), {key: k for k, key in enumerate(keys)}
    line_of: dict[str, int] = {}
    for number, cells in enumerate(rows[first + 1 :], start=first + 2):
        if not any(cell.strip() for cell in cells):
            continue
        key = cells[0].strip()
        if key in line_of:
            log.add("MATRIX_KEY_TWICE", file=path.name, row=number, value=key)
        elif key not in row_of_key:
            near = nearest(key, row_of_key)
            log.add("MATRIX_ROW_UNKNOWN", file=path.name, row=number, value=key, near=near)
        elif _has_size(cells[1:], len(keys), file=path.name, row=number, log=log):
            values[0, row_of_key[key]] = _read_row(cells[1:], keys, row_of_key[key], number, faults, limit)
        line_of.setdefault(key, number)
    faults.close()
    for key in dict.fromkeys(keys):
        if key and key not in line_of:
            log.add("MATRIX_ROW_MISSING", file=path.name, value=key)
    return MatrixTable(keys, values)


def _split(text: str, file: str, log: IssueLog) -> list[list[str]] | None:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        log.add("CSV_CELLS", file=file, error=Phrase(reader_words(error)))
        return None
    if not rows:
        log.add("FILE_EMPTY", file=file, columns="from, branch, ...")
    return rows


def _header_row(rows: list[list[str]]) -> int:
    """Return the number of the header row, from 0: titles above it have one cell at most."""
    wide = (n for n, cells in enumerate(rows[:MAX_TITLE_ROWS]) if sum(bool(cell.strip()) for cell in cells) > 1)
    return next(wide, 0)


def _begin_with_keys(rows: list[list[str]], keys: tuple[str, ...], file: str, log: IssueLog) -> bool:
    """Return whether any row begins with a place of the header; else one fault stands for all that follow from it."""
    begins = [cells[0].strip() for cells in rows if any(cell.strip() for cell in cells)]
    if not begins or {key.casefold() for key in begins} & {key.casefold() for key in keys if key}:
        return True
    log.add("MATRIX_NO_KEYS", file=file, value=begins[0])
    return False


def _header_keys(header: list[str], file: str, log: IssueLog) -> tuple[str, ...] | None:
    """Return the place keys, or `None` after noting that there are none."""
    separator = next((mark for mark in ";\t|" if len(header) == 1 and mark in header[0]), None)
    if separator is not None:
        log.add("CSV_SEPARATOR", file=file, row=1, value=separator)
        return None
    keys = [cell.strip() for cell in header[1:]]
    while keys and not keys[-1]:
        keys.pop()
    if not keys:
        log.add("FILE_EMPTY", file=file, columns="from, branch, ...")
        return None
    for position, key in enumerate(keys, start=2):
        if not key:
            log.add("ID_EMPTY", file=file, row=1, column=str(position))
    for key, times in Counter(keys).items():
        if key and times > 1:
            log.add("MATRIX_KEY_TWICE", file=file, row=1, value=key)
    return tuple(keys)


def _has_size(cells: list[str], size: int, *, file: str, row: int, log: IssueLog) -> bool:
    if len(cells) >= size and not any(cell.strip() for cell in cells[size:]):
        return True
    log.add("MATRIX_CELLS", file=file, row=row, value=len(cells), expected=size)
    return False


def _read_row(
    cells: list[str], keys: tuple[str, ...], own: int, number: int, faults: CellFaults, limit: int
) -> list[float]:
    """Return one row of numbers, NaN for no way and for what was noted as wrong."""
    row = []
    for column, key in enumerate(keys):
        cell = cells[column].strip()
        value, code = _cell_value(cell, limit)
        if code:
            faults.add(code, row=number, column=key, value=cell, limit=limit, plain=_half_width(cell))
        elif column == own and value > 0:
            faults.add("MATRIX_DIAGONAL", row=number, column=key, value=cell, limit=0)
        row.append(value)
    row[own] = 0.0
    return row


def _cell_value(cell: str, limit: int) -> tuple[float, str]:
    """Return a cell's number and no code, or NaN and the code of its fault; an empty cell is a plain NaN."""
    if _PLAIN_NUMBER.fullmatch(cell):
        value = float(cell)
        return (value, "") if value <= limit else (np.nan, "MATRIX_LARGE")
    if not cell:
        return np.nan, ""
    if _NUMBER.fullmatch(cell):
        value = float(cell)
        code = "MATRIX_NEGATIVE" if value < 0 else "MATRIX_LARGE" if value > limit else ""
        return (np.nan if code else value), code
    if _NUMBER.fullmatch(_half_width(cell)):
        return np.nan, "NUMBER_FULL_WIDTH"
    infinite = cell.strip("+-").lower() in ("nan", "inf", "infinity")
    return np.nan, "MATRIX_NOT_FINITE" if infinite else "MATRIX_NUMBER"


def _half_width(cell: str) -> str:
    return cell.translate({0xFF01 + n: 0x21 + n for n in range(94)})


# --- NumPy ------------------------------------------------------------------------------------------------


def read_npz_tables(path: Path, log: IssueLog) -> tuple[MatrixTable, MatrixTable | None] | None:
    """Return the seconds and, if given, the metres of a file, or `None` after noting what is wrong."""
    arrays = _load(path, log)
    if arrays is None:
        return None
    for name in ("keys", "seconds"):
        if name not in arrays:
            log.add("MATRIX_ARRAY_MISSING", file=path.name, value=name)
    if not arrays.keys() >= {"keys", "seconds"}:
        return None
    keys = tuple(str(key) for key in arrays["keys"].ravel())
    profiles = tuple(str(name) for name in arrays["profiles"].ravel()) if "profiles" in arrays else ()
    for kind, names in (("keys", keys), ("profiles", profiles)):
        for name in [name for name, times in Counter(names).items() if times > 1]:
            log.add("MATRIX_KEY_TWICE", file=path.name, column=kind, value=name)
    seconds = _layers("seconds", arrays["seconds"], MAX_SECONDS, keys, profiles, log, path.name)
    metres = None
    if "metres" in arrays:
        metres = _layers("metres", arrays["metres"], MAX_METRES, keys, profiles, log, path.name)
    if seconds is None:
        return None
    in_metres = None if metres is None else MatrixTable(keys, metres, profiles)
    return MatrixTable(keys, seconds, profiles), in_metres


def _load(path: Path, log: IssueLog) -> dict[str, NDArray[np.generic]] | None:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > MAX_FILE_BYTES:
            log.add("FILE_TOO_LARGE", file=path.name, size=size, limit=MAX_FILE_BYTES)
            return None
        with np.load(path, allow_pickle=False) as loaded:
            return {name: loaded[name] for name in loaded.files}
    except OSError as error:
        log.add("FILE_UNREADABLE", file=path.name, error=Phrase(system_words(error)))
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        log.add("MATRIX_NPZ", file=path.name, error=str(error))
    return None


def _layers(
    name: str,
    given: NDArray[np.generic],
    limit: int,
    keys: tuple[str, ...],
    profiles: tuple[str, ...],
    log: IssueLog,
    file: str,
) -> Floats | None:
    """Return one array as (layers, n, n) float64 with NaN for no way, every wrong number noted."""
    if given.dtype.kind not in "iuf":
        log.add("MATRIX_ARRAY_TYPE", file=file, column=name, value=str(given.dtype))
        return None
    shape = (max(1, len(profiles)), len(keys), len(keys))
    layers = given[None] if given.ndim == 2 else given
    if layers.shape != shape:
        log.add("MATRIX_SHAPE", file=file, column=name, value=str(given.shape), expected=str(shape))
        return None
    values = layers.astype(np.float64)
    faults = CellFaults(log, file)
    diagonal = np.eye(len(keys), dtype=bool)[None]
    for code, wrong in (
        ("MATRIX_NOT_FINITE", ~np.isfinite(values)),
        ("MATRIX_NEGATIVE", (values < 0) & np.isfinite(values) & ((values != UNREACHABLE) | diagonal)),
        ("MATRIX_LARGE", np.isfinite(values) & (values > limit)),
        ("MATRIX_DIAGONAL", (values > 0) & (values <= limit) & diagonal),
    ):
        for layer, origin, destination in np.argwhere(wrong):
            where = (*profiles[layer : layer + 1], keys[origin], keys[destination])
            faults.add(
                code,
                column=f"{name}[{', '.join(where)}]",
                value=str(values[layer, origin, destination]),
                limit=limit,
            )
    faults.close()
    values[values < 0] = np.nan
    return values
