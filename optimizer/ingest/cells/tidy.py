"""Tidying: what spreadsheets and input methods do to a cell is undone before it is parsed, by the kind of its column.

`４５` becomes `45`, `2026年11月23日` a date, a spreadsheet's day number the day, its fraction of a day the time. Each
change is reported (`READ_AS`), so that nobody has to guess what was understood. What is not plainly meant stays as it
is, and the parsers name it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

from optimizer.domain.units import DAY_S, HOUR_S, MINUTE_S
from optimizer.ingest.cells.dates_and_times import LONGEST_NIGHT_S, MOMENT, NEXT_DAY, TIME_OF_DAY, as_moment
from optimizer.ingest.cells.lists import COMMAS, SEMICOLONS
from optimizer.ingest.cells.words import english_word


class Shape(StrEnum):
    """What the text of a cell looks like, as far as tidying can help."""

    TEXT = "text"
    ID = "id"
    IDS = "ids"
    WORD = "word"
    NUMBER = "number"
    DURATION = "duration"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    WINDOWS = "windows"
    HOURS = "hours"
    OPENING = "opening"
    AMOUNTS = "amounts"


_TO_HALF_WIDTH = str.maketrans("０１２３４５６７８９：．／－＋−\u3000\u00a0\u202f", "0123456789:./-+-   ")
#: What is cut off the ends of a cell without a word: spaces of all widths, and marks that nobody sees.
_EDGES = " \t\r\n\v\f\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\u200b\u200c\u200d\u2060\ufeff"

_POINT_ZERO = re.compile(r"(\d{1,15})\.0+", re.ASCII)
_AMOUNT = re.compile(r"([:：]\s*)([0-9０-９]+)(?:\.0+)?(?=\s*(?:[;；,，、\r\n]|$))")
_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]", re.ASCII)
_DOTTED_DAY = re.compile(r"(?<![\d.])(20\d\d)\.(\d{1,2})\.(\d{1,2})(?![\d.])", re.ASCII)
_SERIAL = re.compile(r"([45]\d{4})(?:\.(\d{1,17}))?", re.ASCII)
_FRACTION = re.compile(r"0\.(\d{2,17})", re.ASCII)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_FROM_TO = re.compile(rf"({_CLOCK})\s*(?:[-~～—–至到]+|to)\s*(?=\d)", re.ASCII | re.IGNORECASE)
#: From a time to one of the next day.
_TO_NEXT_DAY = re.compile(
    rf"({_CLOCK})\s*(?:[-~～—–至到/]+|to)\s*(?:{NEXT_DAY})\s*({_CLOCK})", re.ASCII | re.IGNORECASE
)
_DAY_AND_HOUR = re.compile(r"(?<=[一二三四五六日天末])(?=\d)")
_HOURS_MINUTES = re.compile(r"(\d|[01]\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)
_UNIT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(分钟|分|mins?|minutes?|小时|hours?|h)", re.ASCII | re.IGNORECASE)

_EPOCH = datetime(1899, 12, 30)


def tidy_cell(text: str, shape: Shape) -> str:
    """Return the text that a person means by a cell.

    >>> tidy_cell("４５", Shape.NUMBER), tidy_cell("46349.375", Shape.MOMENT), tidy_cell("10042.0", Shape.ID)
    ('45', '2026-11-23 09:00', '10042')
    """
    text = text.strip(_EDGES)
    if shape is Shape.TEXT:
        return text
    if shape is Shape.WORD:
        return english_word(text)
    if shape is Shape.ID:
        return _without_point_zero(text)
    if shape is Shape.IDS:
        items = COMMAS.split(text)
        tidied = [_without_point_zero(item.strip()) for item in items]
        return "; ".join(tidied) if any(a != b.strip() for a, b in zip(tidied, items, strict=True)) else text
    if shape is Shape.AMOUNTS:
        return _AMOUNT.sub(lambda match: match[1] + match[2].translate(_TO_HALF_WIDTH), text)
    text = text if text.isascii() else text.translate(_TO_HALF_WIDTH).strip()
    if shape is Shape.DURATION:
        return _minutes(text)
    if shape in (Shape.DATE, Shape.MOMENT):
        return _day(text, shape)
    if shape is Shape.TIME:
        return _time(text)
    if shape is Shape.WINDOWS:
        return ";".join(_window(item) for item in SEMICOLONS.split(text))
    if shape in (Shape.HOURS, Shape.OPENING):
        return _DAY_AND_HOUR.sub(" ", _FROM_TO.sub(r"\1-", _TO_NEXT_DAY.sub(_without_next_day, text)))
    return text


def is_change(before: str, after: str, shape: Shape) -> bool:
    """Return whether a person should hear of a change: spaces at the ends are none, nor is the Chinese of a word."""
    return shape is not Shape.WORD and before.strip(_EDGES).replace("；", ";") != after.replace("；", ";")


def _without_point_zero(text: str) -> str:
    match = _POINT_ZERO.fullmatch(text)
    return match[1] if match else text


def _minutes(text: str) -> str:
    """Return minutes: `45分钟`, `1.5小时` and `0:45` are durations as people write them."""
    match = _UNIT.fullmatch(text)
    if match:
        amount = float(match[1]) * (60 if match[2].lower()[0] in "小h" else 1)
        return f"{amount:.10g}"
    match = _HOURS_MINUTES.fullmatch(text)
    return str(int(match[1]) * 60 + int(match[2])) if match else text


def _day(text: str, shape: Shape) -> str:
    text = _DOTTED_DAY.sub(r"\1-\2-\3", _CHINESE_DAY.sub(r"\1-\2-\3 ", text)).strip()
    match = _SERIAL.fullmatch(text)
    if not match:
        return text
    fraction = match[2] or ""
    if shape is Shape.DATE and fraction.strip("0"):
        return text  # a date with a time of day: the parser asks
    moment = _EPOCH + timedelta(days=int(match[1]), seconds=seconds_of_fraction(fraction))
    return f"{moment:%Y-%m-%d}" if shape is Shape.DATE else moment_text(moment)


def _time(text: str) -> str:
    match = _FRACTION.fullmatch(text)
    return time_text(seconds_of_fraction(match[1])) if match else _day(text, Shape.MOMENT)


def _window(item: str) -> str:
    """Return a window with a slash between its ends; a dash after a time is one, unless there is a slash already."""
    item = _DOTTED_DAY.sub(r"\1-\2-\3", _CHINESE_DAY.sub(r"\1-\2-\3 ", item))
    item = _TO_NEXT_DAY.sub(_without_next_day, item)
    item = item if "/" in re.sub(r"\d{4}/\d{1,2}/\d{1,2}", "", item) else _FROM_TO.sub(r"\1/", item, count=1)
    return _over_midnight(item)


def _without_next_day(match: re.Match[str]) -> str:
    """Return `22:00-04:00` for `22:00 to next day 04:00`, but not where that would say something else."""
    opens, closes = (tuple(int(part) for part in clock.split(":")) for clock in match.groups())
    return f"{match[1]}-{match[2]}" if closes < opens else match[0]


def _over_midnight(item: str) -> str:
    """Return a window whose close is a time before that of its opening with the close on the next date."""
    begin = MOMENT.match(item.strip())
    opens = as_moment(begin) if begin else None
    if begin is None or begin[7] is not None or opens is None:
        return item
    close = TIME_OF_DAY.fullmatch(item.strip()[begin.end() :].strip().removeprefix("/").strip())
    if close is None:
        return item
    hour, minute, second = (int(part or 0) for part in close.groups())
    length = timedelta(hours=hour - opens.hour, minutes=minute - opens.minute, seconds=second - opens.second, days=1)
    if hour > 23 or minute > 59 or length.days or length.total_seconds() > LONGEST_NIGHT_S:
        return item
    return f"{begin[0].strip()}/{moment_text(opens + length)}"


# --- as a CSV file would hold it ----------------------------------------------------------------------------------


def seconds_of_fraction(digits: str) -> int:
    """Return the seconds of a fraction of a day, given its digits; a minute that they can mean is meant.

    >>> seconds_of_fraction("3958")  # 09:30 is 0.39583...
    34200
    """
    exact = float(f"0.{digits or '0'}") * DAY_S
    minute = round(exact / MINUTE_S) * MINUTE_S
    return minute if abs(exact - minute) <= DAY_S / 2 * 10.0 ** -len(digits) + 0.5 else round(exact)


def time_text(seconds: int) -> str:
    """Return `09:30` or `09:30:20`; the day's end is `24:00`, hours may go on beyond it."""
    text = f"{seconds // HOUR_S:02d}:{seconds % HOUR_S // MINUTE_S:02d}"
    return text if seconds % MINUTE_S == 0 else f"{text}:{seconds % MINUTE_S:02d}"


def moment_text(moment: datetime) -> str:
    """Return `2026-11-23 09:30`, with seconds where there are some."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"
