"""Travel estimated from coordinates alone: great circle, detour, speed, and a fixed time per leg."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import TravelError
from optimizer.travel.matrix import TravelMatrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.domain.order import Place

EARTH_RADIUS_M = 6_371_008.8

#: A second or a metre is not added for a fraction that is only the noise of floating point.
_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class SpeedProfile:
    """How somebody gets around.

    Parameters
    ----------
    name
        What a shift's `profile` says, e.g. `car`.
    kmh
        Mean speed on the way, in kilometres per hour.
    detour
        Metres on the road per metre of great circle, at least 1.
    fixed_s
        Seconds added to every leg: parking, and the walk to the door.

    Raises
    ------
    ValueError
        When the speed is not positive, the detour is below 1 or the fixed time is negative.
    """

    name: str
    kmh: float
    detour: float
    fixed_s: int

    def __post_init__(self) -> None:
        if not (0 < self.kmh < math.inf and 1 <= self.detour < math.inf and self.fixed_s >= 0):
            raise ValueError(
                f"profile {self.name!r}: speed {self.kmh} km/h must be positive, "
                f"detour {self.detour} at least 1, fixed time {self.fixed_s} s at least 0"
            )

    @property
    def statement(self) -> str:
        """The figures in words, for the provenance of a matrix."""
        return f"{self.kmh:g} km/h, detour {self.detour:g}, {self.fixed_s / 60:g} min per leg"


#: Chinese city traffic in working hours. A branch with better figures passes its own.
DEFAULT_SPEEDS = (
    SpeedProfile("car", kmh=32.0, detour=1.35, fixed_s=180),
    SpeedProfile("ebike", kmh=18.0, detour=1.25, fixed_s=60),
    SpeedProfile("walk", kmh=4.5, detour=1.2, fixed_s=0),
)


@dataclass(frozen=True, slots=True)
class GeodesicProvider:
    """Estimates of travel where no road network is at hand.

    Seconds = ceil(great circle x detour / speed) + the fixed time; metres = ceil(great circle x detour). Two
    keys with the same coordinates are one place: 0 seconds, 0 metres.

    Parameters
    ----------
    speeds
        The profiles that this provider knows.

    Examples
    --------
    >>> from optimizer.domain.order import Place
    >>> ends = {"branch": Place(30.0, 120.0), "V1": Place(30.0, 120.1)}
    >>> GeodesicProvider().matrix(ends, ["car"]).travel_s("car", "branch", "V1")  # 9.63 km, 13 km by road
    1643
    """

    speeds: tuple[SpeedProfile, ...] = DEFAULT_SPEEDS

    @property
    def known_profiles(self) -> tuple[str, ...]:
        """Names of the profiles that this provider knows."""
        return tuple(speed.name for speed in self.speeds)

    def matrix(self, places: Mapping[str, Place], profiles: Sequence[str]) -> TravelMatrix:
        """Return estimated travel between all places; see `TravelProvider`."""
        speeds = [self._speed(name) for name in profiles]
        circle_m = great_circle_matrix_m(
            lat=np.array([place.lat for place in places.values()], dtype=np.float64),
            lon=np.array([place.lon for place in places.values()], dtype=np.float64),
        )
        shape = (len(speeds), len(places), len(places))
        seconds, metres = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
        for layer, speed in enumerate(speeds):
            road_m = circle_m * speed.detour
            travel_s = np.ceil(road_m * (3.6 / speed.kmh) - _NOISE) + speed.fixed_s
            seconds[layer] = np.where(circle_m > 0, travel_s, 0)
            metres[layer] = np.ceil(road_m - _NOISE)
        return TravelMatrix(
            keys=tuple(places),
            profiles=tuple(profiles),
            seconds=seconds,
            metres=metres,
            provenance={"provider": "geodesic", "model": "great circle x detour / speed + fixed time per leg"}
            | {f"profile {speed.name}": speed.statement for speed in speeds},
        )

    def _speed(self, name: str) -> SpeedProfile:
        for speed in self.speeds:
            if speed.name == name:
                return speed
        raise TravelError(f"travel profile {name!r} is not one of {', '.join(self.known_profiles)}")


def great_circle_matrix_m(*, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the great-circle distances between points on the mean Earth sphere (haversine).

    Parameters
    ----------
    lat, lon
        Degrees, float64 of shape (n,).

    Returns
    -------
    float64 array of shape (n, n)
        Metres, symmetric; exactly 0 between points with the same coordinates.
    """
    phi, half_lambda = np.radians(lat), np.radians(lon) / 2
    sin_dphi = np.sin((phi[:, None] - phi[None, :]) / 2)
    sin_dlambda = np.sin(half_lambda[:, None] - half_lambda[None, :])
    chord = sin_dphi**2 + np.cos(phi)[:, None] * np.cos(phi)[None, :] * sin_dlambda**2
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return metres
