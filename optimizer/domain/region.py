"""What a branch's country is used to: its money, distances, dates, language, paper, and when nobody is phoned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from optimizer.domain.order import Interval
from optimizer.domain.units import at

#: In China people eat and rest over noon, and nobody phones them.
NOON_REST = Interval(at(12), at(14))


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


class PaperSize(StrEnum):
    """The sheets that a country's printers hold."""

    A4 = "A4"
    LETTER = "Letter"

    @property
    def width_mm(self) -> float:
        """How wide a sheet is, upright."""
        return 215.9 if self is PaperSize.LETTER else 210.0

    @property
    def height_mm(self) -> float:
        """How high a sheet is, upright."""
        return 279.4 if self is PaperSize.LETTER else 297.0


@dataclass(frozen=True, slots=True)
class Region:
    """How a branch writes what people read, and when it phones; no rule and no price depends on it.

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
    paper
        What is printed on.
    no_calls
        Hours of every day in which no customer is phoned, as seconds of the day, in order.
    """

    currency: str = "CNY"
    distance_unit: DistanceUnit = DistanceUnit.KM
    language: str = "zh"
    locale: str = ""
    date_order: DateOrder = DateOrder.YEAR_FIRST
    is_twelve_hours: bool = False
    paper: PaperSize = PaperSize.A4
    no_calls: tuple[Interval, ...] = (NOON_REST,)
