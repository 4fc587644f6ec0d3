"""Cells: how one cell, typed by a person or sent as JSON, becomes a value.

A parser takes the text of a cell, of a CSV file or a workbook, as well as the value that JSON knows by nature, and
raises `CellFault` with a code of `faults/table.py`.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.faults.issues import nearest
from optimizer.ingest.cells.dates_and_times import (
    MOMENT,
    TIME_OF_DAY,
    TIME_OF_NEXT_DAY,
    as_moment,
    excel_day,
    iso_duration,
    iso_duration_seconds,
)
from optimizer.ingest.cells.spelt_amounts import spelt_number
from optimizer.ingest.cells.spelt_dates import two_readings
from optimizer.ingest.cells.words import CHINESE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

HOURS_A_DAY = 24
MAX_ID = 200
MAX_TEXT = 2_000
MAX_INT = 10**9
_SHORT_WORD = 2
#: Moments of other years are slips of the finger, and would leave the range of the clock.
FIRST_YEAR, LAST_YEAR = 1970, 2100

_YES = {"yes", "y", "true", "1", "有", "是", "是的", "对", "√", "✓", "✔"}
_NO = {"no", "n", "false", "0", "无", "没有", "否", "不", "不是", "×", "✗", "✘"}
#: A comma before three figures: of thousands here, of decimals there.
_THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}", re.ASCII)
_FULL_WIDTH = re.compile("[０-９：．－／]")
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_TO_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)}


class CellFault(ValueError):
    """What is wrong with a value.

    Parameters
    ----------
    code
        Names an entry of `faults.FAULTS`.
    details
        What its sentence names.
    """

    def __init__(self, code: str, details: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def fault(code: str, /, **details: object) -> CellFault:
    """Make the error that a parser raises."""
    return CellFault(code, details)


# --- text ---------------------------------------------------------------------------------------------------------


def parse_text(value: object) -> str:
    """Return a text of at most 2 000 characters, without NUL. What looks like a formula stays text."""
    text = value if isinstance(value, str) else _plain_number(value)
    if "\0" in text:
        raise fault("TEXT_NUL")
    if len(text) > MAX_TEXT:
        raise fault("TEXT_TOO_LONG", limit=MAX_TEXT)
    return text


def parse_id(value: object) -> str:
    """Return an id: 1 to 200 printable characters that no spreadsheet has turned into a rounded number."""
    text = parse_text(value)
    if not text:
        raise fault("ID_EMPTY")
    if len(text) > MAX_ID:
        raise fault("ID_TOO_LONG", limit=MAX_ID)
    if text != text.strip():
        raise fault("ID_SPACES")
    if not text.isprintable():
        raise fault("ID_CONTROL")
    if _ROUNDED.fullmatch(text):
        raise fault("ID_ROUNDED")
    return text


def _plain_number(value: object) -> str:
    """Return the digits of a number that a spreadsheet made of an id: 10042.0 is `10042`."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# --- numbers ------------------------------------------------------------------------------------------------------


def _number(value: object) -> float:
    if isinstance(value, str):
        if _FULL_WIDTH.search(value):
            raise fault("NUMBER_FULL_WIDTH", plain=value.translate(_TO_HALF_WIDTH))
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", value, re.ASCII):
            if _THOUSANDS.fullmatch(value):
                raise fault("NUMBER_TWO_WAYS", one=value.replace(",", ""), other=value.replace(",", "."))
            infinite = value.strip("+-").lower() in ("nan", "inf", "infinity")
            raise fault("NUMBER_NOT_FINITE" if infinite else "NUMBER_FORMAT")
        if len(value) > 40:
            raise fault("NUMBER_TOO_LARGE", limit=MAX_INT)
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fault("NUMBER_FORMAT")
    if abs(value) > MAX_INT and not (isinstance(value, float) and not math.isfinite(value)):
        raise fault("NUMBER_TOO_LARGE", limit=MAX_INT)
    if not math.isfinite(value):
        raise fault("NUMBER_NOT_FINITE")
    return float(value)


def parse_number(value: object) -> float:
    """Return a finite number."""
    return _number(value)


def parse_int(value: object) -> int:
    """Return a whole number between minus and plus one thousand million."""
    number = _number(value)
    if not number.is_integer():
        raise fault("NUMBER_NOT_WHOLE")
    return int(number)


def whole(low: int, high: int = MAX_INT) -> Callable[[object], int]:
    """Return the parser of whole numbers from `low` to `high`."""

    def parse(value: object) -> int:
        number = parse_int(value)
        if not low <= number <= high:
            raise fault("NUMBER_TOO_SMALL", low=low) if number < low else fault("NUMBER_TOO_LARGE", limit=high)
        return number

    return parse


def parse_yes_no(value: object) -> bool:
    """Return a yes or a no, in English or Chinese."""
    word = str(value).lower()
    if word not in _YES | _NO:
        raise fault("YES_NO_FORMAT")
    return word in _YES


def parse_times(value: object) -> int:
    """Return how often: yes is once, no is never, else a whole number up to 99.

    >>> [parse_times(word) for word in ("no", "是", 3)]
    [0, 1, 3]
    """
    if isinstance(value, bool) or str(value).lower() in _YES | _NO:
        return int(parse_yes_no(value))
    try:
        return whole(0, 99)(spelt_number(value) if isinstance(value, str) else value)
    except CellFault as error:
        if error.code == "NUMBER_FORMAT":
            raise fault("TIMES_FORMAT") from None
        raise


def _minutes(value: object) -> float:
    """Return a number of minutes; the largest is what seconds can hold."""
    try:
        return _number(value)
    except CellFault as error:
        if error.code == "NUMBER_TOO_LARGE":
            raise fault("NUMBER_TOO_LARGE", limit=MAX_INT // MINUTE_S) from None
        raise


def parse_duration(value: object) -> int:
    """Return seconds: minutes in a sheet (`45`, `7.5`), ISO 8601 in JSON (`PT45M`). Never negative."""
    if isinstance(value, str) and value.lstrip("-").startswith("P"):
        seconds = iso_duration_seconds(value)
        if seconds is None:
            raise fault("DURATION_FORMAT")
    else:
        try:
            exact = _minutes(value) * MINUTE_S
        except CellFault as error:
            if error.code == "NUMBER_FORMAT" and isinstance(value, str):
                raise fault("DURATION_MINUTES") from None
            raise
        seconds = round(exact)
        if abs(exact - seconds) > 1e-6:
            raise fault("DURATION_SECONDS")
    if seconds < 0:
        raise fault("DURATION_NEGATIVE")
    if seconds > MAX_INT:
        is_iso = isinstance(value, str) and value.startswith("P")
        raise fault("NUMBER_TOO_LARGE", limit=iso_duration(MAX_INT) if is_iso else MAX_INT // MINUTE_S)
    return seconds


# --- dates and times ----------------------------------------------------------------------------------------------


def parse_date(value: object) -> date:
    """Return a date written `2026-11-23` (or `2026/11/23`, as Chinese spreadsheets save it)."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = str(value)
    if not re.fullmatch(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", text, re.ASCII):
        raise _date_fault(text)
    year, month, day = (int(part) for part in re.split("[-/]", text))
    try:
        return date(year, month, day)
    except ValueError:
        raise fault("DATE_NO_SUCH_DAY") from None


def _date_fault(text: str) -> CellFault:
    if _FULL_WIDTH.search(text):
        return fault("NUMBER_FULL_WIDTH", plain=text.translate(_TO_HALF_WIDTH))
    readings = two_readings(text)
    if readings:
        return fault("DATE_TWO_WAYS", one=readings[0].isoformat(), other=readings[1].isoformat())
    if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}", text, re.ASCII):
        return fault("DATE_SWAPPED")
    serial = excel_day(text)
    return fault("DATE_FORMAT") if serial is None else fault("DATE_EXCEL_SERIAL", day=serial.isoformat())


def parse_time(value: object) -> int:
    """Return the seconds of the day of a time `08:30` or `08:30:20`; `24:00` is the day's end."""
    text = str(value)
    match = TIME_OF_DAY.fullmatch(text)
    if not match:
        if _FULL_WIDTH.search(text):
            raise fault("NUMBER_FULL_WIDTH", plain=text.translate(_TO_HALF_WIDTH))
        raise fault("TIME_EXCEL_FRACTION" if re.fullmatch(r"0\.\d{2,}", text) else "TIME_FORMAT")
    hour, minute, second = (int(part or 0) for part in match.groups())
    seconds = (hour * 60 + minute) * 60 + second
    if minute > 59 or second > 59 or seconds > DAY_S:
        raise fault("TIME_NO_SUCH_TIME")
    return seconds


def parse_moment(value: object) -> datetime:
    """Return a date and time; without an offset it is the branch's local time."""
    moment = value if isinstance(value, datetime) else _moment_of(str(value))
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise fault("MOMENT_YEAR", low=FIRST_YEAR, limit=LAST_YEAR)
    return moment


def _moment_of(text: str) -> datetime:
    match = MOMENT.fullmatch(text)
    if not match:
        dated = _date_fault(text)
        raise fault("MOMENT_FORMAT") if dated.code == "DATE_FORMAT" else dated
    moment = as_moment(match)
    if moment is None:
        raise fault("MOMENT_NO_SUCH_TIME")
    return moment


def parse_day_or_moment(value: object) -> datetime:
    """Return a moment; a date alone is that day's midnight."""
    text = str(value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}([-/])\d{1,2}\1\d{1,2}", text, re.ASCII):
        day = parse_date(text)
        return parse_moment(datetime(day.year, day.month, day.day))
    return parse_moment(value)


def parse_time_or_moment(value: object) -> int | datetime:
    """Return seconds of the row's day for a time, or the moment for a full date and time.

    A time said to be of the next day, `next day 02:00` or `02:00 +1`, counts on from 24:00.
    """
    if isinstance(value, datetime) or MOMENT.fullmatch(str(value)):
        return parse_moment(value)
    night = TIME_OF_NEXT_DAY.fullmatch(str(value))
    if night:
        return DAY_S + parse_time(night[1] or night[2])
    match = TIME_OF_DAY.fullmatch(str(value))
    hour, minute, second = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if (HOURS_A_DAY, 0, 0) < (hour, minute, second) < (2 * HOURS_A_DAY, 0, 0):
        raise fault("TIME_BEYOND_MIDNIGHT", meant=f"{hour - HOURS_A_DAY:02d}:{minute:02d}")
    return parse_time(value)


# --- words --------------------------------------------------------------------------------------------------------


def choice(*words: str) -> Callable[[object], str]:
    """Return the parser of one word out of several; the case does not matter."""
    spellings = [*words, *(name for word in words for name in CHINESE.get(word, ()))]

    def parse(value: object) -> str:
        word = str(value).lower().replace(" ", "_").replace("-", "_")
        if word not in words:
            # Of two characters one makes another word of it: 早上 and 晚上, 在保 and 过保.
            is_short = not word.isascii() and len(word) <= _SHORT_WORD
            near = "" if is_short else nearest(word, spellings)
            raise fault("CHOICE", choices=", ".join(words), near=near)
        return word

    return parse


def parse_zone(value: object) -> str:
    """Return the name of a time zone that the machine knows."""
    text = parse_text(value)
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise fault("ZONE_UNKNOWN") from None
    return text
