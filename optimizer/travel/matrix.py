"""The travel matrix: data and look-up only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Figures of a profile: a row for each place to leave, a column for each to come to.
Figures: TypeAlias = NDArray[np.int32]
#: The value of a pair that cannot be travelled.
UNREACHABLE = -1


@dataclass(frozen=True, slots=True)
class TravelMatrix:
    """Travel between places, per travel profile, used as given and never closed.

    Parameters
    ----------
    keys
        Place keys in row order (`Problem.places`).
    profiles
        Names of the travel profiles, e.g. `("car", "ebike")`.
    seconds, metres
        int32 arrays of shape (n_profiles, n_places, n_places): row = from, column = to, `UNREACHABLE` where there is
        no way. The diagonal is 0.
    provenance
        Where the figures come from, as plain words and figures (`provider`, `detour`, `speed`, `file`, ...).

    Raises
    ------
    ValueError
        When the shapes do not fit the keys and profiles.
    """

    keys: tuple[str, ...]
    profiles: tuple[str, ...]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    provenance: Mapping[str, str] = field(default_factory=dict)
    row_of: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shape = (len(self.profiles), len(self.keys), len(self.keys))
        for name in ("seconds", "metres"):
            given = getattr(self, name).shape
            if given != shape:
                raise ValueError(f"{name} has shape {given}, expected {shape}")
        object.__setattr__(self, "row_of", {key: row for row, key in enumerate(self.keys)})

    def travel_s(self, profile: str, origin: str, destination: str) -> int | None:
        """Return the seconds from one place to another; `None` when there is no way."""
        seconds = int(self.seconds[self.profiles.index(profile), self.row_of[origin], self.row_of[destination]])
        return None if seconds == UNREACHABLE else seconds

    def travel_m(self, profile: str, origin: str, destination: str) -> int | None:
        """Return the metres from one place to another; `None` when there is no way."""
        metres = int(self.metres[self.profiles.index(profile), self.row_of[origin], self.row_of[destination]])
        return None if metres == UNREACHABLE else metres
