"""One clock, one money, whole numbers: the units every other module speaks.

Times are whole seconds since local midnight of the horizon's first day (day 0), so that 16:00 on its eve is negative;
how days become moments is known to `wall_clock` alone. Money is whole cents, distance whole metres.
"""

from __future__ import annotations

import math

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400

#: Millimetres of an international mile.
MILE_MM = 1_609_344

#: Later than any moment of any horizon. Stands for "no limit" where a number is needed.
FAR_FUTURE_S = 10**9


def at(hour: int, minute: int = 0, *, day: int = 0) -> int:
    """Return the seconds of a time of day, e.g. `at(8, 30)` is 30 600; of a later day where no clock is changed."""
    return day * DAY_S + hour * HOUR_S + minute * MINUTE_S


def clock_text(time_s: int) -> str:
    """Return `HH:MM` of a time of day, with seconds only when they are not zero: `08:30`, `08:30:20`."""
    hours, rest = divmod(time_s % DAY_S, HOUR_S)
    minutes, seconds = divmod(rest, MINUTE_S)
    return f"{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def cents_per_minute(rate_cents: int, duration_s: int) -> int:
    """Price a duration at a rate per minute, rounded half up to the cent (docs/rules.md, Soft rules).

    >>> cents_per_minute(50, 90)
    75
    """
    return (rate_cents * duration_s + 30) // 60


def great_circle_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great-circle distance in metres on the mean Earth sphere (haversine)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_dphi = (phi_b - phi_a) / 2
    half_dlambda = math.radians(lon_b - lon_a) / 2
    chord = math.sin(half_dphi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_dlambda) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(chord))
