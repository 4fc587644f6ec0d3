"""The time at doors: what the way into a place takes beyond the drive, for whoever comes from another address.

It lies in the travel that the engine reads, so that no kernel asks for it; only the limits of travel, which are limits
of driving, take it off again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import D_ADDRESS, D_COLUMNS, D_SECONDS, IntArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


def make_door_rows(problem: Problem, keys: Sequence[str]) -> IntArray:
    """Return `ProblemArrays.door` of places by their keys; places with the same coordinates have one address."""
    places, numbers = problem.places(), dict[tuple[float, float], int]()
    rows = np.zeros((len(keys), D_COLUMNS), np.int64)
    for row, key in zip(rows, keys, strict=True):
        row[D_ADDRESS] = numbers.setdefault((places[key].lat, places[key].lon), len(numbers))
        if key in problem.visit_by_id:
            row[D_SECONDS] = problem.door_s(problem.visit_by_id[key])
    return rows


def with_doors(problem: Problem, matrix: TravelMatrix) -> TravelMatrix:
    """Return the travel with the time at the door in every way into a place from another address."""
    if not any(problem.policy.access_s.values()):
        return matrix
    places = problem.places()
    rows = [row for row, key in enumerate(matrix.keys) if key in places]
    door = make_door_rows(problem, [matrix.keys[row] for row in rows])
    is_apart = door[:, None, D_ADDRESS] != door[None, :, D_ADDRESS]
    at_door = np.zeros((len(matrix.keys), len(matrix.keys)), np.int32)
    at_door[np.ix_(rows, rows)] = is_apart * door[None, :, D_SECONDS]
    return replace(matrix, seconds=matrix.seconds + at_door * (matrix.seconds >= 0))
