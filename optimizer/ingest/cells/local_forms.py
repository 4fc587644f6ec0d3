"""Dates and times as a locale writes them, made plain before anything else is read: `11/25/2026 8:00 AM`, `25.11.2026`.

Without a locale such a date is ambiguous and stays as it is, for the parsers to refuse.
"""

from __future__ import annotations

import re
from datetime import date

from optimizer.domain.region import DateOrder
from optimizer.ingest.cells.spelt_dates import MONTHS
from optimizer.ingest.cells.tidy import Shape
from optimizer.text.patterns import pattern_of

_SHAPES = frozenset(
    {Shape.DATE, Shape.TIME, Shape.MOMENT, Shape.DAY_OR_MOMENT, Shape.WINDOWS, Shape.HOURS, Shape.OPENING}
)
#: Of two figures, the year is of this century.
_CENTURY = 2000
_NAME = rf"({'|'.join(MONTHS)})[a-z]*\.?"
#: What may stand between a day and its time.
_GAP = r"(?:,?\s+(?=\d)|,(?=\d))?"
_DIGITS = pattern_of(rf"(?<![\d./-])(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}})(?![\d./]){_GAP}", re.ASCII)
_DAY_MONTH = pattern_of(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_NAME}[\s,-]+(\d{{4}}){_GAP}", re.ASCII | re.I)
_MONTH_DAY = pattern_of(rf"{_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_GAP}", re.ASCII | re.I)
_HALF = r"([ap])\.?\s?m\b\.?"
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?(?::(\d{2}))?"
_HALF_DAY = pattern_of(rf"(?<![\d:.]){_TIME}\s*{_HALF}", re.ASCII | re.I)
#: Two times with one half of the day behind the second.
_BOTH = pattern_of(rf"(?<![\d:.-]){_TIME}(\s*(?:[-–—~/]|to)\s*){_TIME}\s*{_HALF}", re.ASCII | re.I)

#: Half of a day by its first letter, and hours with a word behind them.
_LETTER = pattern_of(r"(?<=\d)\s?([ap])(?![\w.])", re.ASCII | re.I)
_UHR = pattern_of(r"(?<![\d:.])(\d{1,2})(?:[:.](\d{2}))?\s*Uhr\b", re.ASCII | re.I)

#: Between the two ends of a window.
_TO = pattern_of(r"(\d{1,2}:\d{2})\s*(?:[-–—~]|to)\s*(?=\d)", re.ASCII | re.I)


def made_plain(text: str, shape: Shape, order: DateOrder | None) -> str:
    """Return a cell with its dates as `2026-11-25` and its times as `08:00`, by the order of a locale.

    >>> made_plain("11/25/2026 8:00 AM", Shape.MOMENT, DateOrder.MONTH_FIRST)
    '2026-11-25 08:00'
    >>> made_plain("25.11.2026 9:00-11:00", Shape.WINDOWS, DateOrder.DAY_FIRST)
    '2026-11-25 9:00/11:00'
    """
    if order is None or shape not in _SHAPES:
        return text
    is_date = shape is Shape.DATE
    if order is DateOrder.MONTH_FIRST:
        text = _LETTER.sub(r" \1m", text)
    else:
        text = _UHR.sub(lambda match: f"{match[1]}:{match[2] or '00'}", text)
    text = _DIGITS.sub(lambda match: _by_order(match, order, is_date=is_date), text)
    text = _DAY_MONTH.sub(lambda match: _dated(match, match[3], _month(match[2]), match[1], is_date=is_date), text)
    text = _MONTH_DAY.sub(lambda match: _dated(match, match[3], _month(match[1]), match[2], is_date=is_date), text)
    text = _HALF_DAY.sub(_whole_day, _BOTH.sub(_both_halves, text)).strip()
    return _TO.sub(r"\1/", text) if shape is Shape.WINDOWS else text


def _by_order(match: re.Match[str], order: DateOrder, *, is_date: bool) -> str:
    first, second, year = match[1], match[3], match[4]
    month, day = (first, second) if order is DateOrder.MONTH_FIRST else (second, first)
    return _dated(match, year, int(month), day, is_date=is_date)


def _month(name: str) -> int:
    return MONTHS.index(name[:3].lower()) + 1


def _dated(match: re.Match[str], year: str, month: int, day: str, *, is_date: bool) -> str:
    """Return a day as `2026-11-25`, with a space before what follows; what no calendar has stays as it is."""
    number = int(year) + (_CENTURY if len(year) == 2 else 0)
    try:
        text = date(number, month, int(day)).isoformat()
    except ValueError:
        return match[0]
    return text if is_date or match.end() == len(match.string) else f"{text} "


def _whole_day(match: re.Match[str]) -> str:
    return _twenty_four(match[1], match[2], match[3], match[4]) or match[0]


def _both_halves(match: re.Match[str]) -> str:
    """Return both times of a stretch; its first has the half of the second, unless it would come after that."""
    half = match[8]
    ends = _twenty_four(match[5], match[6], match[7], half)
    other = {"a": "p", "p": "a"}[half.lower()]
    begins = _twenty_four(match[1], match[2], match[3], half)
    if begins and ends and begins > ends:
        begins = _twenty_four(match[1], match[2], match[3], other)
    return f"{begins}{match[4]}{ends}" if begins and ends else match[0]


def _twenty_four(hour: str, minute: str | None, second: str | None, half: str) -> str:
    """Return the time of a clock of twelve hours by one of twenty-four; empty when no such clock shows it."""
    if not 1 <= int(hour) <= 12:
        return ""
    shown = int(hour) % 12 + (12 if half.lower() == "p" else 0)
    return f"{shown:02d}:{minute or '00'}" + (f":{second}" if second else "")
