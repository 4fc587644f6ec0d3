"""Doubts about a branch's own matrix: ways that nobody drives so fast, as when minutes stand for seconds."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import UNITS, IssueLog, IssueReport
from optimizer.travel.geodesic import great_circle_matrix_m
from optimizer.travel.matrix_file import METRES_NAME, matrix_file_in

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
#: In a report the matrix comes behind the sheets.
_BEHIND_SHEETS = (1_000, 0)
#: So many ways are named; the rest is counted.
SHOWN_WAYS = 5
#: Of so many of the far ways the times are taken to be in another unit.
MOST_WAYS = 0.5


def travel_doubts(problem: Problem, matrix: TravelMatrix, folder: Path | str | None) -> IssueReport:
    """Return what cannot be meant in the branch's own matrix; nothing where travel is estimated.

    Parameters
    ----------
    matrix
        The travel of the problem, as read from the folder.
    """
    own = None if folder is None else matrix_file_in(Path(folder))
    places = problem.places()
    log = IssueLog(form="csv", file="" if own is None else own.name)
    if own is None or not places:
        return log.report()
    circle_m = great_circle_matrix_m(
        lat=np.array([place.lat for place in places.values()], dtype=np.float64),
        lon=np.array([place.lon for place in places.values()], dtype=np.float64),
    )
    unit = problem.branch.region.distance_unit
    _note_fast(matrix, circle_m, own, unit, log)
    _note_slow(matrix, circle_m, own, unit, log)
    metres = own if own.suffix.lower() == ".npz" else own.with_name(METRES_NAME)
    if metres.is_file():
        _note_short(matrix, circle_m, metres, unit, log)
    return log.report()


def _note_fast(
    matrix: TravelMatrix, circle_m: NDArray[np.float64], file: Path, unit: DistanceUnit, log: IssueLog
) -> None:
    is_far = circle_m >= NEAR_M
    for layer in range(len(matrix.profiles)):
        seconds = matrix.seconds[layer]
        fast = is_far & (seconds >= 0) & (circle_m > seconds * (FASTEST_KMH / 3.6))
        kmh_in_minutes = circle_m[fast] * 3.6 / np.maximum(seconds[fast] * 60, 1)
        is_sensible = bool(np.all((kmh_in_minutes >= SLOWEST_KMH) & (kmh_in_minutes <= FASTEST_KMH)))
        in_minutes = fast.sum() > MOST_WAYS * is_far.sum() and is_sensible
        _note_ways(
            "MATRIX_MINUTES" if in_minutes else "MATRIX_FAST", fast, seconds, circle_m, matrix.keys, file, unit, log
        )
        if fast.any():
            return  # the layers of one file are wrong in the same way


def _note_slow(
    matrix: TravelMatrix, circle_m: NDArray[np.float64], file: Path, unit: DistanceUnit, log: IssueLog
) -> None:
    """Note a matrix in which most of the far ways are slower than walking: metres or milliseconds, maybe."""
    for layer, profile in enumerate(matrix.profiles):
        seconds = matrix.seconds[layer]
        is_far = (circle_m >= NEAR_M) & (seconds > 0)
        slow = is_far & (circle_m * 3.6 < seconds * SLOWEST_KMH)
        if profile != "walk" and slow.sum() > MOST_WAYS * is_far.sum():
            _note_ways("MATRIX_SLOW", slow, seconds, circle_m, matrix.keys, file, unit, log)
            return


def _note_short(
    matrix: TravelMatrix, circle_m: NDArray[np.float64], file: Path, unit: DistanceUnit, log: IssueLog
) -> None:
    for layer in range(len(matrix.profiles)):
        metres = matrix.metres[layer]
        short = (circle_m >= NEAR_M) & (metres >= 0) & (metres < circle_m * SHORTEST)
        _note_ways("MATRIX_SHORT", short, metres, circle_m, matrix.keys, file, unit, log)
        if short.any():
            return


def _note_ways(
    code: str,
    ways: NDArray[np.bool_],
    figures: NDArray[np.int32],
    circle_m: NDArray[np.float64],
    keys: tuple[str, ...],
    file: Path,
    unit: DistanceUnit,
    log: IssueLog,
) -> None:
    """Note the first of some ways by row and column of the file, and how many more there are."""
    found = np.argwhere(ways)
    rows = _rows_of(file) if len(found) else {}
    for origin, destination in found[:SHOWN_WAYS]:
        log.add(
            code,
            file=file.name,
            row=rows.get(keys[origin]),
            order=_BEHIND_SHEETS,
            origin=keys[origin],
            column=keys[destination],
            value=int(figures[origin, destination]),
            distance=round(float(circle_m[origin, destination]) / unit.metres),
            unit=UNITS[unit],
        )
    if len(found) > SHOWN_WAYS:
        log.add("MATRIX_WAYS_MORE", file=file.name, order=_BEHIND_SHEETS, value=len(found) - SHOWN_WAYS)


def _rows_of(file: Path) -> dict[str, int]:
    """Return the row of each place in a CSV file, as a spreadsheet numbers them."""
    text = read_text(file, IssueLog(form="csv", file=file.name)) if file.suffix.lower() == ".csv" else None
    rows = csv.reader(io.StringIO(text or "", newline=""))
    return {cells[0].strip(): number for number, cells in enumerate(rows, start=1) if cells}
