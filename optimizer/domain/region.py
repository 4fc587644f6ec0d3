"""How a branch's country writes: its money, its distances, its dates and times, and the language of its papers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DistanceUnit(StrEnum):
    """The unit in which people of a branch say how far it is."""

    KM = "km"
    MILES = "mi"

    @property
    def metres(self) -> float:
        """The length of one in metres."""
        return 1_609.344 if self is DistanceUnit.MILES else 1_000


class DateOrder(StrEnum):
    """What stands first, second and third in a date of digits alone."""

    YEAR_FIRST = "ymd"
    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


@dataclass(frozen=True, slots=True)
class Region:
    """How a branch writes what people read; no rule and no price depends on it.

    Parameters
    ----------
    currency
        ISO 4217 code. Every price of a policy is in its minor unit, for which the code says "cents" throughout.
    distance_unit
        Of distances on papers; inside they are metres.
    language
        Of papers where nothing else asks for one: `zh` or `en`.
    locale
        How dates and times are written and read, as `en-US`; empty for the plain forms, `2026-11-23` and `08:30`.
    date_order
        Of the locale; the plain forms begin with the year.
    is_twelve_hours
        Whether the locale's clock shows `8:30 AM`.
    """

    currency: str = "CNY"
    distance_unit: DistanceUnit = DistanceUnit.KM
    language: str = "zh"
    locale: str = ""
    date_order: DateOrder = DateOrder.YEAR_FIRST
    is_twelve_hours: bool = False
