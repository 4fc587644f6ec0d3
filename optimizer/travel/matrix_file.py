"""The user's own travel matrix: `matrix.csv` (with `matrix_metres.csv`, if given) or `matrix.npz`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog, nearest
from optimizer.travel.geodesic import GeodesicProvider
from optimizer.travel.matrix import UNREACHABLE, TravelMatrix
from optimizer.travel.matrix_table import (
    MAX_METRES,
    MAX_SECONDS,
    MatrixTable,
    read_csv_table,
    read_npz_tables,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.domain.order import Place

CSV_NAME, METRES_NAME, NPZ_NAME = "matrix.csv", "matrix_metres.csv", "matrix.npz"

#: How many pairs without a way the provenance names; it always counts them all.
NAMED_PAIRS = 20
#: No second or metre is added for a fraction that is only the noise of floating point.
_NOISE = 1e-6


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


@dataclass(frozen=True, slots=True)
class MatrixFileProvider:
    """Travel as the user's file gives it: asymmetric where it is, never closed, never completed.

    A CSV serves every profile. Places that the file has and the problem does not are left out. A technician's
    start and end at one home may share one key, and so may the days of a job (`V`, `V/2`). Metres, where the file gives
    none, are estimated from the coordinates and marked as such; seconds never are.

    Parameters
    ----------
    path
        A `.csv` or `.npz` file, see `matrix_table`; metres of a CSV come from `matrix_metres.csv` beside it.
    """

    path: Path

    def matrix(self, places: Mapping[str, Place], profiles: Sequence[str]) -> TravelMatrix:
        """Return the file's travel between the places; see `TravelProvider`.

        Raises
        ------
        InputError
            Every fault of the file at once: its cells, and the places and profiles that it lacks.
        """
        log = IssueLog(form="csv", file=self.path.name)
        in_seconds, in_metres, metres_name = self._read(log)
        seconds = None if in_seconds is None else _cut(in_seconds, places, profiles, self.path.name, log)
        metres = None if in_metres is None else _cut(in_metres, places, profiles, metres_name, log)
        if log.has_errors or seconds is None:
            raise InputError(log.report())
        estimated = metres is None
        if metres is None:
            estimate = GeodesicProvider().matrix(places, ["car"]).metres
            metres = np.where(seconds == UNREACHABLE, np.int32(UNREACHABLE), estimate)
        return TravelMatrix(
            keys=tuple(places),
            profiles=tuple(profiles),
            seconds=seconds,
            metres=metres,
            provenance={
                "provider": "file",
                "file": self.path.name,
                "rounding": "up to whole seconds",
                "metres": "estimated: great circle x 1.35, for display" if estimated else metres_name,
                "no way": _no_way(seconds, places, profiles),
            },
        )

    def _read(self, log: IssueLog) -> tuple[MatrixTable | None, MatrixTable | None, str]:
        """Return seconds, metres, and the name of the file with the metres."""
        if self.path.suffix.lower() == ".npz":
            tables = read_npz_tables(self.path, log)
            return (None, None, self.path.name) if tables is None else (*tables, self.path.name)
        beside = self.path.with_name(METRES_NAME)
        seconds = read_csv_table(self.path, log, limit=MAX_SECONDS)
        metres = read_csv_table(beside, log, limit=MAX_METRES) if beside.is_file() else None
        return seconds, metres, beside.name


def _cut(
    table: MatrixTable, places: Mapping[str, Place], profiles: Sequence[str], file: str, log: IssueLog
) -> NDArray[np.int32] | None:
    """Return the layers of `profiles` and rows of `places` in whole numbers, or note what the table lacks."""
    row_of = {key: row for row, key in enumerate(table.keys)}
    rows = {key: row_of.get(key, row_of.get(_same_place(key, places))) for key in places}
    missing = [key for key, row in rows.items() if row is None]
    for key in missing:
        near = nearest(key, row_of.keys() - places.keys())
        log.add("MATRIX_KEY_MISSING", file=file, value=key, near=near)
    unknown = [name for name in profiles if table.profiles and name not in table.profiles]
    for name in unknown:
        log.add("MATRIX_PROFILE_MISSING", file=file, value=name, known=", ".join(table.profiles))
    if missing or unknown:
        return None
    layers = [table.profiles.index(name) if table.profiles else 0 for name in profiles]
    wanted = [row for row in rows.values() if row is not None]
    values = np.ceil(table.values[np.ix_(layers, wanted, wanted)] - _NOISE)
    return np.where(np.isnan(values), UNREACHABLE, np.maximum(values, 0)).astype(np.int32)


def _same_place(key: str, places: Mapping[str, Place]) -> str:
    """Return the key that a place may share: its technician's other end of the day, or the first day of its job."""
    kind, _, technician_id = key.partition(":")
    other = {"start": "end", "end": "start"}.get(kind, "") + ":" + technician_id
    if technician_id and places.get(other) == places[key]:
        return other
    order_id, _, day = key.rpartition("/")
    is_later_day = day.isdecimal() and int(day) > 1 and places.get(order_id, places[key]) == places[key]
    return order_id if is_later_day else ""


def _no_way(seconds: NDArray[np.int32], places: Mapping[str, Place], profiles: Sequence[str]) -> str:
    """Return how many pairs cannot be travelled, and name the first of them."""
    keys = tuple(places)
    pairs = [f"{keys[a]} -> {keys[b]} ({profiles[p]})" for p, a, b in np.argwhere(seconds == UNREACHABLE)]
    if not pairs:
        return "none"
    more = f" and {len(pairs) - NAMED_PAIRS} more" if len(pairs) > NAMED_PAIRS else ""
    return f"{len(pairs)} pairs: {', '.join(pairs[:NAMED_PAIRS])}{more}"
