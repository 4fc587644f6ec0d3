"""What every source of travel times answers: places in, one matrix out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.order import Place
    from optimizer.travel.matrix import TravelMatrix


class TravelProvider(Protocol):
    """A source of travel times: an estimate, a user's file, a road server."""

    def matrix(self, places: Mapping[str, Place], profiles: Sequence[str]) -> TravelMatrix:
        """Return the travel between all places.

        Parameters
        ----------
        places
            Places by their key (`Problem.places`); the matrix has exactly these keys, in this order.
        profiles
            Names of the travel profiles that the matrix shall hold, in this order.

        Raises
        ------
        TravelError
            When the provider knows no such profile, or cannot answer.
        """
        ...
