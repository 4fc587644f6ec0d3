"""Doubts about a branch's own matrix: ways that nobody drives so fast, as when minutes stand for seconds."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import UNITS, IssueLog, IssueReport
from optimizer.travel.geodesic import great_circle_matrix_m
from optimizer.travel.matrix_file import ESTIMATED_METRES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.domain.problem import Problem
    from optimizer.domain.region import DistanceUnit
    from optimizer.travel.matrix import TravelMatrix

#: Nobody gets from place to place faster, as the crow flies and in kilometres per hour.
FASTEST_KMH = 200.0
#: Nor slower, unless on foot.
SLOWEST_KMH = 4.0
#: Nearer places prove nothing: coordinates are off by some houses.
NEAR_M = 2_000.0
#: A way is no shorter than the straight line, but for what coordinates are off.
SHORTEST = 0.8
#: In a report the matrix comes behind the sheets, and what is counted behind what is named.
_BEHIND_SHEETS, _BEHIND_WAYS = (1_000, 0), (1_001, 0)
#: So many ways are named; the rest is counted.
SHOWN_WAYS = 5
#: Of so many of the far ways the times are taken to be in another unit.
MOST_WAYS = 0.5


def travel_doubts(problem: Problem, matrix: TravelMatrix, folder: Path | str | None) -> IssueReport:
    """Return what cannot be meant in the branch's own matrix; nothing where travel is estimated.

    Parameters
    ----------
    matrix
        The travel of the problem, as read from the folder, or from the JSON document.
    """
    places = problem.places()
    if folder is None or matrix.provenance.get("provider") != "file" or not places:
        return IssueReport()
    own = Path(folder) / matrix.provenance["file"]
    log = IssueLog(form="csv", file=own.name)
    circle_m = great_circle_matrix_m(
        lat=np.array([place.lat for place in places.values()], dtype=np.float64),
        lon=np.array([place.lon for place in places.values()], dtype=np.float64),
    )
    ways = _Ways(matrix, circle_m, own, problem.branch.region.distance_unit, log)
    _note_fast(ways)
    _note_slow(ways)
    if matrix.provenance["metres"] != ESTIMATED_METRES:
        _note_short(replace(ways, file=own.with_name(matrix.provenance["metres"])))
    return log.report()


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways of a matrix, with their straight lines in metres, the file that it was read from, and where to note."""

    matrix: TravelMatrix
    circle_m: NDArray[np.float64]
    file: Path
    unit: DistanceUnit
    log: IssueLog

    def note(self, code: str, doubtful: NDArray[np.bool_], figures: NDArray[np.int32]) -> None:
        """Note the first of some ways by row (in JSON there is none) and column, and how many more there are."""
        found, keys = np.argwhere(doubtful), self.matrix.keys
        rows = _rows_of(self.file) if len(found) else {}
        for origin, destination in found[:SHOWN_WAYS]:
            self.log.add(
                code,
                file=self.file.name,
                row=rows.get(keys[origin]),
                order=_BEHIND_SHEETS,
                origin=keys[origin],
                column=keys[destination],
                value=int(figures[origin, destination]),
                distance=round(float(self.circle_m[origin, destination]) / self.unit.metres),
                unit=UNITS[self.unit],
            )
        if len(found) > SHOWN_WAYS:
            self.log.add("MATRIX_WAYS_MORE", file=self.file.name, order=_BEHIND_WAYS, value=len(found) - SHOWN_WAYS)


def _note_fast(ways: _Ways) -> None:
    is_far = ways.circle_m >= NEAR_M
    for seconds in ways.matrix.seconds:
        fast = is_far & (seconds >= 0) & (ways.circle_m > seconds * (FASTEST_KMH / 3.6))
        kmh_in_minutes = ways.circle_m[fast] * 3.6 / np.maximum(seconds[fast] * 60, 1)
        is_sensible = bool(np.all((kmh_in_minutes >= SLOWEST_KMH) & (kmh_in_minutes <= FASTEST_KMH)))
        in_minutes = fast.sum() > MOST_WAYS * is_far.sum() and is_sensible
        ways.note("MATRIX_MINUTES" if in_minutes else "MATRIX_FAST", fast, seconds)
        if fast.any():
            return  # the layers of one file are wrong in the same way


def _note_slow(ways: _Ways) -> None:
    """Note a matrix in which most of the far ways are slower than walking: metres or milliseconds, maybe."""
    for profile, seconds in zip(ways.matrix.profiles, ways.matrix.seconds, strict=True):
        is_far = (ways.circle_m >= NEAR_M) & (seconds > 0)
        slow = is_far & (ways.circle_m * 3.6 < seconds * SLOWEST_KMH)
        if profile != "walk" and slow.sum() > MOST_WAYS * is_far.sum():
            ways.note("MATRIX_SLOW", slow, seconds)
            return


def _note_short(ways: _Ways) -> None:
    for metres in ways.matrix.metres:
        short = (ways.circle_m >= NEAR_M) & (metres >= 0) & (metres < ways.circle_m * SHORTEST)
        ways.note("MATRIX_SHORT", short, metres)
        if short.any():
            return


def _rows_of(file: Path) -> dict[str, int]:
    """Return the row of each place in a CSV file, as a spreadsheet numbers them."""
    text = read_text(file, IssueLog(form="csv", file=file.name)) if file.suffix.lower() == ".csv" else None
    rows = csv.reader(io.StringIO(text or "", newline=""))
    return {cells[0].strip(): number for number, cells in enumerate(rows, start=1) if cells}
