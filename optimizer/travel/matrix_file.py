"""The user's own travel matrix: `matrix.csv` (with `matrix_metres.csv`, if given) or `matrix.npz`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from optimizer.travel.own_files import METRES_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from optimizer.domain.order import Place
    from optimizer.travel.matrix import Figures

#: How many pairs without a way the provenance names; it always counts them all.
NAMED_PAIRS = 20
#: No second or metre is added for a fraction that is only the noise of floating point.
_NOISE = 1e-6
#: What the provenance says of metres that nobody has given.
ESTIMATED_METRES = "estimated: great circle x 1.35, for display"


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
        name = self.path.name
        seconds = None if in_seconds is None else cut_out(in_seconds, places, profiles, log, file=name)
        metres = None if in_metres is None else cut_out(in_metres, places, profiles, log, file=metres_name)
        if log.has_errors or seconds is None:
            raise InputError(log.report())
        return own_matrix(places, profiles, seconds, metres, file=name, metres_file=metres_name)

    def _read(self, log: IssueLog) -> tuple[MatrixTable | None, MatrixTable | None, str]:
        """Return seconds, metres, and the name of the file with the metres."""
        if self.path.suffix.lower() == ".npz":
            tables = read_npz_tables(self.path, log)
            return (None, None, self.path.name) if tables is None else (*tables, self.path.name)
        beside = self.path.with_name(METRES_NAME)
        seconds = read_csv_table(self.path, log, limit=MAX_SECONDS)
        metres = read_csv_table(beside, log, limit=MAX_METRES) if beside.is_file() else None
        return seconds, metres, beside.name


def own_matrix(
    places: Mapping[str, Place],
    profiles: Sequence[str],
    seconds: Figures,
    metres: Figures | None,
    *,
    file: str,
    metres_file: str,
) -> TravelMatrix:
    """Return the user's figures as a matrix that says where they come from; metres that are not given are estimated.

    Parameters
    ----------
    seconds, metres
        int32 of shape (profiles, places, places), as `cut_out` returns them.
    file, metres_file
        What they were read from.
    """
    is_estimate = metres is None
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
            "file": file,
            "rounding": "up to whole seconds",
            "metres": ESTIMATED_METRES if is_estimate else metres_file,
            "no way": _no_way(seconds, places, profiles),
        },
    )


def cut_out(
    table: MatrixTable, places: Mapping[str, Place], profiles: Sequence[str], log: IssueLog, **where: Any
) -> Figures | None:
    """Return the layers of `profiles` and rows of `places` in whole numbers, or note what the table lacks.

    Parameters
    ----------
    where
        The file of the table, or its path in a document.
    """
    row_of = {key: row for row, key in enumerate(table.keys)}
    rows = {key: row_of.get(key, row_of.get(_same_place(key, places))) for key in places}
    missing = [key for key, row in rows.items() if row is None]
    for key in missing:
        near = nearest(key, row_of.keys() - places.keys())
        log.add("MATRIX_KEY_MISSING", value=key, near=near, **where)
    unknown = [name for name in profiles if table.profiles and name not in table.profiles]
    for name in unknown:
        log.add("MATRIX_PROFILE_MISSING", value=name, known=", ".join(table.profiles), **where)
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


def _no_way(seconds: Figures, places: Mapping[str, Place], profiles: Sequence[str]) -> str:
    """Return how many pairs cannot be travelled, and name the first of them."""
    keys = tuple(places)
    pairs = [f"{keys[a]} -> {keys[b]} ({profiles[p]})" for p, a, b in np.argwhere(seconds == UNREACHABLE)]
    if not pairs:
        return "none"
    more = f" and {len(pairs) - NAMED_PAIRS} more" if len(pairs) > NAMED_PAIRS else ""
    return f"{len(pairs)} pairs: {', '.join(pairs[:NAMED_PAIRS])}{more}"
