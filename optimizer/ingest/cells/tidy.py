"""Tidying: what people, spreadsheets and input methods do to a cell is undone by the kind of its column.

`４５` becomes `45`, `2026年11月23日` a date, `下午3点半` a time, a spreadsheet's day number the day, its fraction of a
day the time. Each change is reported (`READ_AS`), so that nobody has to guess what was understood. What is not plainly
meant stays as it is, and the parsers name it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.ingest.cells.compound import parse_hours, parse_opening, parse_windows
from optimizer.ingest.cells.dates_and_times import (
    MOMENT,
    NEXT_DAY,
    TIME_OF_DAY,
    TIME_OF_NEXT_DAY,
    moment_text,
    time_text,
)
from optimizer.ingest.cells.days_of_week import day_in_week
from optimizer.ingest.cells.frame import NO_FRAME
from optimizer.ingest.cells.lists import COMMAS
from optimizer.ingest.cells.parts_of_day import begin_of
from optimizer.ingest.cells.spaces import plain_id, plain_spaces, trimmed
from optimizer.ingest.cells.spelt_amounts import (
    half_width,
    spelt_decimal,
    spelt_level,
    spelt_minutes,
    spelt_names,
    spelt_number,
    spelt_percent,
    without_point_zero,
)
from optimizer.ingest.cells.spelt_dates import spelt_date, spelt_moment
from optimizer.ingest.cells.spelt_times import spelt_time
from optimizer.ingest.cells.spelt_windows import spelt_hours, spelt_opening, spelt_window_list
from optimizer.ingest.cells.values import CellFault
from optimizer.ingest.cells.words import NOTHING, english_word
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.ingest.cells.frame import Frame


class Shape(StrEnum):
    """What the text of a cell looks like, as far as tidying can help."""

    TEXT = "text"
    ID = "id"
    IDS = "ids"
    WORD = "word"
    NUMBER = "number"
    DECIMAL = "decimal"
    PERCENT = "percent"
    LEVEL = "level"
    PRIORITY = "priority"
    DURATION = "duration"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    DAY_OR_MOMENT = "day or moment"
    WINDOWS = "windows"
    HOURS = "hours"
    OPENING = "opening"
    AMOUNTS = "amounts"
    SKILLS = "skills"
    LOADS = "loads"


#: Shapes whose cells are names by which others find them: a space in them is a part of the name.
_NAMES = (Shape.ID, Shape.IDS, Shape.AMOUNTS, Shape.SKILLS, Shape.LOADS)
#: Shapes whose cells name several things; by which mark they are separated is nothing that anybody needs to hear of.
_LISTS = (Shape.IDS, Shape.AMOUNTS, Shape.SKILLS, Shape.LOADS, Shape.WINDOWS, Shape.HOURS, Shape.OPENING)

_SEPARATORS = pattern_of(r"\s*[;；、,，\n]\s*")

_AMOUNT = pattern_of(r"([:：]\s*)([0-9０-９]+)(?:\.0+)?(?=\s*(?:[;；,，、\r\n]|$))")
_DAY = pattern_of(r"\d{4}([-/])\d{1,2}\1\d{1,2}", re.ASCII)
_SERIAL = pattern_of(r"([45]\d{4})(?:\.(\d{1,17}))?", re.ASCII)
_FRACTION = pattern_of(r"0\.(\d{2,17})", re.ASCII)
_FOUR_FIGURES = pattern_of(r"([01]?\d|2[0-3])([0-5]\d)", re.ASCII)
#: An hour alone, as a shift begins or ends; earlier ones may be amounts. And a time with a point.
_HOUR = pattern_of(r"(0?[5-9]|1\d|2[0-3])()", re.ASCII)
_POINT = pattern_of(r"([01]?\d|2[0-3])\.([0-5]\d)", re.ASCII)
#: Whoever says so wants no window.
_ANY_TIME = NOTHING | frozenset(
    {"随时", "随便", "尽快", "尽早", "越快越好", "越早越好", "不限", "都可以", "都行", "均可", "无要求", "没要求"}
    | {"any time", "anytime", "asap", "as soon as possible"}
)
#: Windows in figures: a hyphen in the place of our slash needs no word.
_PLAIN_WINDOWS = pattern_of(r"\d{4}[\d\s:/.;；~～–—−年月日号至到-]*", re.ASCII)
_NEXT_DAY = pattern_of(rf"({NEXT_DAY})\s*(.+)", re.IGNORECASE)
_PLAIN_MOMENT = pattern_of(r"(.*\d:\d\d:\d\d)\.\d{1,9}", re.ASCII)

_EPOCH = datetime(1899, 12, 30)


def tidy_cell(text: str, shape: Shape, frame: Frame = NO_FRAME, *, sheet: str = "", date_alone_s: int = 0) -> str:
    """Return the text that a person means by a cell.

    >>> tidy_cell("４５", Shape.NUMBER), tidy_cell("46349.375", Shape.MOMENT), tidy_cell("10042.0", Shape.ID)
    ('45', '2026-11-23 09:00', '10042')

    Parameters
    ----------
    frame
        What it is read against.
    sheet
        Which sheet names what the cell may name with amounts: `parts`, `tools`.
    date_alone_s
        The time of day that is taken where a moment is wanted and a date alone stands.
    """
    text = plain_spaces(text) if shape is Shape.TEXT else plain_id(text)
    if not text:
        return text
    match shape:
        case Shape.TEXT:
            return text
        case Shape.WORD:
            return english_word(text)
        case Shape.ID:
            return without_point_zero(text)
        case Shape.IDS:
            return _ids(text)
        case Shape.LOADS:
            return _AMOUNT.sub(lambda match: match[1] + half_width(match[2]), text)
        case Shape.AMOUNTS | Shape.SKILLS:
            is_skill = shape is Shape.SKILLS
            return spelt_names(text, frame.ids("skills" if is_skill else sheet), is_skill=is_skill)
    text = half_width(text).strip()
    match shape:
        case Shape.MOMENT | Shape.DAY_OR_MOMENT:
            return _moment(text, shape, frame, date_alone_s)
        case Shape.TIME:
            return _time(text, frame)
        case Shape.DATE:
            return _date(text, frame)
        case Shape.WINDOWS:
            if text.lower() in _ANY_TIME:
                return ""
            return _unless_plain(text, parse_windows, lambda: spelt_window_list(text, frame))
        case Shape.HOURS:
            return _unless_plain(text, parse_hours, lambda: spelt_hours(text))
        case Shape.OPENING:
            return _unless_plain(text, parse_opening, lambda: spelt_opening(text))
    return _FIGURES[shape](text)


_FIGURES: dict[Shape, Callable[[str], str]] = {
    Shape.NUMBER: spelt_number,
    Shape.DECIMAL: spelt_decimal,
    Shape.PERCENT: spelt_percent,
    Shape.LEVEL: spelt_level,
    Shape.PRIORITY: lambda text: spelt_level(text, is_priority=True),
    Shape.DURATION: spelt_minutes,
}


def is_change(before: str, after: str, shape: Shape) -> bool:
    """Return whether a person should hear of a change.

    Spaces at the ends are none, nor is the Chinese of a word, nor which marks a list is separated by.
    """
    before = trimmed(before) if shape in _NAMES else plain_id(before)
    if shape in (Shape.TEXT, Shape.WORD) or before == after:
        return False
    if shape is Shape.WINDOWS and _PLAIN_WINDOWS.fullmatch(half_width(before)):
        return _numbers(half_width(before)) != _numbers(after)
    if shape in (Shape.AMOUNTS, Shape.SKILLS):
        before = before.replace("：", ":")
    return shape not in _LISTS or _SEPARATORS.sub(";", before) != _SEPARATORS.sub(";", after)


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


def _unless_plain(text: str, parse: Callable[[object], object], spelt: Callable[[], str | None]) -> str:
    """Return a text that its parser takes as it stands, else as spelt out, else as it stands."""
    try:
        parse(text)
    except CellFault:
        return spelt() or text
    return text


def _ids(text: str) -> str:
    items = COMMAS.split(text)
    tidied = [without_point_zero(item.strip()) for item in items]
    return "; ".join(tidied) if any(a != b.strip() for a, b in zip(tidied, items, strict=True)) else text


# --- dates and times ----------------------------------------------------------------------------------------------


def _date(text: str, frame: Frame) -> str:
    serial = _SERIAL.fullmatch(text)
    if serial:
        # One with a time of day stays: the parser asks.
        return text if (serial[2] or "").strip("0") else f"{_EPOCH + timedelta(days=int(serial[1])):%Y-%m-%d}"
    if _DAY.fullmatch(text):
        return text
    day = spelt_date(text, frame) or day_in_week(text, frame)
    return day.isoformat() if day else text


def _moment(text: str, shape: Shape, frame: Frame, date_alone_s: int) -> str:
    serial = _SERIAL.fullmatch(text)
    if serial:
        return moment_text(_EPOCH + timedelta(days=int(serial[1]), seconds=seconds_of_fraction(serial[2] or "")))
    if MOMENT.fullmatch(text) or (shape is Shape.DAY_OR_MOMENT and _DAY.fullmatch(text)):
        return text
    precise = _PLAIN_MOMENT.fullmatch(text)
    if precise and MOMENT.fullmatch(precise[1]):
        return precise[1]
    found = spelt_moment(begin_of(text) if shape is Shape.DAY_OR_MOMENT else text, frame)
    if found is None:
        return text
    day, time_s = found
    if time_s is None and shape is Shape.DAY_OR_MOMENT:
        return day.isoformat()
    time_s = date_alone_s if time_s is None else time_s
    return moment_text(datetime(day.year, day.month, day.day) + timedelta(seconds=time_s))


def _time(text: str, frame: Frame) -> str:
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        return time_text(seconds_of_fraction(fraction[1]))
    if TIME_OF_DAY.fullmatch(text) or MOMENT.fullmatch(text):
        return text
    figures = _FOUR_FIGURES.fullmatch(text) if len(text) > 2 else _HOUR.fullmatch(text)
    figures = figures or _POINT.fullmatch(text)
    if figures:
        return f"{figures[1]:0>2}:{figures[2] or '00'}"
    later = _NEXT_DAY.fullmatch(text)
    time_s = spelt_time(later[2] if later else text)
    if time_s is not None:
        plain = later is not None and TIME_OF_NEXT_DAY.fullmatch(text) and TIME_OF_DAY.fullmatch(later[2])
        return text if plain else f"{later[1]} {time_text(time_s)}" if later else time_text(time_s)
    tidied = _moment(text, Shape.DAY_OR_MOMENT, frame, 0)
    return tidied if MOMENT.fullmatch(tidied) else text


# --- as a CSV file would hold it ----------------------------------------------------------------------------------


def seconds_of_fraction(digits: str) -> int:
    """Return the seconds of a fraction of a day, given its digits; a minute that they can mean is meant.

    >>> seconds_of_fraction("3958")  # 09:30 is 0.39583...
    34200
    """
    exact = float(f"0.{digits or '0'}") * DAY_S
    minute = round(exact / MINUTE_S) * MINUTE_S
    return minute if abs(exact - minute) <= DAY_S / 2 * 10.0 ** -len(digits) + 0.5 else round(exact)
