"""Who is near whom: the legs of everybody's day beside one another, so that a visit's detours are found in one go."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.domain.problem import BRANCH_PLACE, end_key, start_key
from optimizer.domain.units import FAR_FUTURE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.domain.technician import Shift
    from optimizer.judge.facts import Facts, Tour

#: Seconds over a missing way.
_NO_WAY_S = np.int64(FAR_FUTURE_S)


@dataclass(frozen=True, slots=True)
class Legs:
    """The legs of everybody's day, one after another, by travel profile.

    Parameters
    ----------
    layers
        One entry a profile: the profile's travel, the numbers of its shifts among all, and of each of their legs the
        rows of the two places (-1 for a place that the matrix does not have), its seconds (0 of an empty day) and
        where each shift's first leg is.
    count
        Number of all shifts.
    """

    facts: Facts
    layers: tuple[_Layer, ...]
    count: int

    def detours_s(self, visit_id: str) -> NDArray[np.int64]:
        """Return, per shift, the least seconds of travel that a visit adds to it; missing ways count as far."""
        found = np.full(self.count, 2 * _NO_WAY_S, np.int64)
        row = self.facts.matrix.row_of.get(visit_id)
        for layer in self.layers:
            way_s = layer.to(row) + layer.back(row) - layer.direct_s
            found[layer.shifts] = np.minimum.reduceat(way_s, layer.first)
        return found


class _Layer(NamedTuple):
    """The legs of the days of one travel profile; see `Legs`. No travel: the matrix does not know the profile."""

    travel_s: NDArray[np.int32] | None
    shifts: NDArray[np.int64]
    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    direct_s: NDArray[np.int64]
    first: NDArray[np.int64]

    def to(self, row: int | None) -> NDArray[np.int64]:
        """Return the seconds from each leg's start to a place."""
        if self.travel_s is None or row is None:
            return np.full(len(self.origin), _NO_WAY_S)
        return _seconds(self.travel_s[self.origin, row], self.origin)

    def back(self, row: int | None) -> NDArray[np.int64]:
        """Return the seconds from a place to each leg's end."""
        if self.travel_s is None or row is None:
            return np.full(len(self.origin), _NO_WAY_S)
        return _seconds(self.travel_s[row, self.destination], self.destination)


def _seconds(found_s: NDArray[np.int32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return travel with missing ways, and ways to places that the matrix does not have, as far."""
    return np.where((found_s < 0) | (rows < 0), _NO_WAY_S, found_s.astype(np.int64))


def place_keys(tour: Tour) -> list[str]:
    """Return the places of a tour in the matrix, start and end included."""
    on_the_way = [BRANCH_PLACE if place.visit is None else place.visit.visit_id for place in tour.places]
    return [start_key(tour.technician), *on_the_way, end_key(tour.technician)]


def legs_of(facts: Facts, shifts: Sequence[Shift], tours: Sequence[Tour | None]) -> Legs:
    """Return the legs of everybody's day; an empty day is one leg from its start to its end.

    Parameters
    ----------
    tours
        One a shift; `None` for an empty day.
    """
    layers = []
    for profile in sorted({shift.profile for shift in shifts}):
        numbers = [number for number, shift in enumerate(shifts) if shift.profile == profile]
        pairs: list[tuple[str, str]] = []
        direct_s: list[int] = []
        first = []
        for number in numbers:
            shift, tour = shifts[number], tours[number]
            technician = facts.problem.technician_by_id[shift.technician_id]
            keys = [start_key(technician), end_key(technician)] if tour is None else place_keys(tour)
            first.append(len(pairs))
            for pair in pairwise(keys):
                seconds = 0 if tour is None else facts.travel_s(profile, *pair)
                direct_s.append(FAR_FUTURE_S if seconds is None else seconds)
                pairs.append(pair)
        rows, known = facts.matrix.row_of, facts.matrix.profiles
        layers.append(
            _Layer(
                travel_s=facts.ways_s(profile) if profile in known else None,
                shifts=np.array(numbers, np.int64),
                origin=np.array([rows.get(origin, -1) for origin, _ in pairs], np.int64),
                destination=np.array([rows.get(destination, -1) for _, destination in pairs], np.int64),
                direct_s=np.array(direct_s, np.int64),
                first=np.array(first, np.int64),
            )
        )
    return Legs(facts, tuple(layers), len(shifts))
