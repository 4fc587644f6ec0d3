"""Money, distances, times and dates as a branch's country writes them: the one place that formats each.

The words come from the catalogue, so that each is right in both languages; which form is taken depends on the branch.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from optimizer.domain.currencies import decimals_of, sign_of
from optimizer.domain.region import DateOrder, DistanceUnit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import time

    from optimizer.domain.region import Region
    from optimizer.text.catalogue import Translate

_DISTANCES = {DistanceUnit.KM: "{km} km", DistanceUnit.MILES: "{miles} mi"}
_LIMITS = {DistanceUnit.KM: "{km} km", DistanceUnit.MILES: "{miles} miles"}
_NAMES = {DistanceUnit.KM: "km", DistanceUnit.MILES: "mi"}
#: What stands between the numbers of a day without its year.
_DIGITS = {
    DateOrder.YEAR_FIRST: "{month:02d}-{day:02d}",
    DateOrder.MONTH_FIRST: "{month}/{day}",
    DateOrder.DAY_FIRST: "{day:02d}/{month:02d}",
}
_DOTTED = "{day:02d}.{month:02d}."
#: Languages that write days of digits with dots.
_WITH_DOTS = frozenset({"cs", "da", "de", "fi", "hr", "nb", "no", "pl", "ro", "ru", "sk", "sl", "tr", "uk"})


# --- money --------------------------------------------------------------------------------------------------------


def money_text(minor: int, region: Region) -> str:
    """Return an amount, given in the currency's minor unit, with its sign: `$1,234.50`, `¥1,235`.

    >>> from optimizer.domain.region import Region
    >>> money_text(123_450, Region(currency="USD")), money_text(-1_235, Region(currency="JPY"))
    ('$1,234.50', '−¥1,235')
    """
    decimals = decimals_of(region.currency)
    text = f"{sign_of(region.currency)}{abs(minor) / 10**decimals:,.{decimals}f}"
    return f"−{text}" if minor < 0 else text


def money_number(minor: int, region: Region) -> float:
    """Return an amount, given in the minor unit, as the number that a spreadsheet holds."""
    return float(minor / 10 ** decimals_of(region.currency))


def points_text(minor: int, region: Region) -> str:
    """Return a price that is on no bill as whole points, one for a unit of money; below a half as one: `1,235`."""
    points = money_number(minor, region)
    return f"{max(1, round(points)) if points > 0 else round(points):,}"


def money_format(region: Region) -> str:
    """Return a spreadsheet's number format of amounts, with their sign: `"$"#,##0.00`."""
    decimals = decimals_of(region.currency)
    return f'"{sign_of(region.currency)}"#,##0' + ("." + "0" * decimals if decimals else "")


# --- distances ----------------------------------------------------------------------------------------------------


def distance_text(metres: float, region: Region, translate: Translate, *, decimals: int | None = None) -> str:
    """Return a distance in the branch's unit: one decimal below a hundred, none above, unless told how many."""
    amount = metres / region.distance_unit.metres
    places = (1 if amount < 100 else 0) if decimals is None else decimals
    shown = f"{amount:,.{places}f}"
    return translate(_DISTANCES[region.distance_unit], km=shown, miles=shown)


def limit_text(metres: float, region: Region, translate: Translate) -> str:
    """Return a distance that somebody has set, with no more decimals than it needs: `80 km`, `12.5 miles`."""
    shown = f"{round(metres / region.distance_unit.metres, 2):,g}"
    return translate(_LIMITS[region.distance_unit], km=shown, miles=shown)


def distance_number(km: float, region: Region) -> float:
    """Return kilometres in the branch's unit."""
    return km * DistanceUnit.KM.metres / region.distance_unit.metres


def distance_name(region: Region, translate: Translate) -> str:
    """Return what the branch's unit is called at the head of a column."""
    return translate(_NAMES[region.distance_unit])


# --- times --------------------------------------------------------------------------------------------------------


def clock_text(shown: datetime | time, region: Region, translate: Translate, *, has_seconds: bool = False) -> str:
    """Return the time of a day: `08:30`, or `8:30 AM` where the clock has twelve hours.

    Parameters
    ----------
    has_seconds
        Say seconds, too, where they are not zero.
    """
    seconds = f":{shown.second:02d}" if has_seconds and shown.second else ""
    if not region.is_twelve_hours:
        return f"{shown:%H:%M}{seconds}"
    said = _twelve(shown)
    said["minute"] += seconds
    return _whole(translate("{hour}:{minute} AM" if shown.hour < 12 else "{hour}:{minute} PM", **said))


def hour_text(shown: datetime | time, region: Region, translate: Translate) -> str:
    """Return the time of a whole hour where there is little room: `08:00`, `8 AM`."""
    if not region.is_twelve_hours:
        return f"{shown:%H:%M}"
    return _whole(translate("{hour} AM" if shown.hour < 12 else "{hour} PM", hour=_twelve(shown)["hour"]))


def hours_text(opens: datetime, closes: datetime, region: Region, translate: Translate) -> str:
    """Return two times of one day: `09:00–11:00`, `9:00–11:00 AM`, `11:00 AM–1:00 PM`."""
    first = clock_text(opens, region, translate)
    if region.is_twelve_hours and (opens.hour < 12) == (closes.hour < 12) and opens.date() == closes.date():
        half = "{begin}–{hour}:{minute} AM" if closes.hour < 12 else "{begin}–{hour}:{minute} PM"
        begin = "{hour}:{minute}".format(**_twelve(opens))
        return _whole(translate(half, begin=begin, **_twelve(closes)))
    return f"{first}–{clock_text(closes, region, translate)}"


def _twelve(shown: datetime | time) -> dict[str, str]:
    return {"hour": str(shown.hour % 12 or 12), "minute": f"{shown.minute:02d}"}


def _whole(text: str) -> str:
    """Return a time that is not broken into lines between its figures and its half of the day."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


# --- days ---------------------------------------------------------------------------------------------------------


def is_month_first(region: Region) -> bool:
    """Return whether a day in words is `November 24`, not `24 November`."""
    return region.date_order is DateOrder.MONTH_FIRST


def numeric_day(day: date, region: Region) -> str:
    """Return month and day in digits, as the branch orders them: `11-24`, `11/24`, `24/11`, `24.11.`."""
    form = _DOTTED if _is_dotted(region) else _DIGITS[region.date_order]
    return form.format(month=day.month, day=day.day)


def date_text(day: date, region: Region) -> str:
    """Return a date with its year in digits: `2026-11-24`, `11/24/2026`, `24.11.2026`."""
    if region.date_order is DateOrder.YEAR_FIRST:
        return day.isoformat()
    return f"{numeric_day(day, region)}{'' if _is_dotted(region) else '/'}{day.year}"


def stamp_text(moment: datetime, region: Region, translate: Translate) -> str:
    """Return month, day and time in digits: `11-24 15:20`, `11/24 3:20 PM`."""
    return f"{numeric_day(moment, region)} {clock_text(moment, region, translate)}"


def _is_dotted(region: Region) -> bool:
    return region.date_order is DateOrder.DAY_FIRST and region.locale.partition("-")[0] in _WITH_DOTS


def said_values(values: Mapping[str, object], region: Region, translate: Translate) -> dict[str, object]:
    """Return what stands in the places of a sentence, its days and moments as the branch writes them."""
    return {name: _said(value, region, translate) for name, value in values.items()}


def _said(value: object, region: Region, translate: Translate) -> object:
    if isinstance(value, datetime):
        return f"{date_text(value.date(), region)} {clock_text(value, region, translate)}"
    return date_text(value, region) if isinstance(value, date) else value


# --- in a spreadsheet ---------------------------------------------------------------------------------------------


def clock_format(region: Region) -> str:
    """Return a spreadsheet's number format of a time."""
    return "h:mm AM/PM" if region.is_twelve_hours else "hh:mm"


def date_format(region: Region) -> str:
    """Return a spreadsheet's number format of a date with its year."""
    if _is_dotted(region):
        return "dd.mm.yyyy"
    return {
        DateOrder.YEAR_FIRST: "yyyy-mm-dd",
        DateOrder.MONTH_FIRST: "m/d/yyyy",
        DateOrder.DAY_FIRST: "dd/mm/yyyy",
    }[region.date_order]


def stamp_format(region: Region) -> str:
    """Return a spreadsheet's number format of month, day and time."""
    day = {DateOrder.YEAR_FIRST: "mm-dd", DateOrder.MONTH_FIRST: "m/d", DateOrder.DAY_FIRST: "dd/mm"}[region.date_order]
    return f"{'dd.mm.' if _is_dotted(region) else day} {clock_format(region)}"
