"""What a reading adds to a date: the year or the day that a cell does not say, the times of a date or a morning.

Such a reading is named by its row; what is written in another way and says the same is named once a column.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from optimizer.ingest.cells.numerals import NUMERAL
from optimizer.ingest.cells.parts_of_day import AFTERNOON, MORNING
from optimizer.ingest.cells.spelt_amounts import half_width
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.cells.unread_windows import counts_from_today, without_dates
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from optimizer.ingest.cells.frame import Frame

_YEAR = pattern_of(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)20\d{6}(?!\d)|20\d{6}[ T]?\d{4}(?:\d\d)?", re.ASCII)
_SERIAL = pattern_of(r"[45]\d{4}(?:\.\d+)?", re.ASCII)
#: What of a moment is its time of day: of a spreadsheet's number what stands behind the point.
_TIME = pattern_of(
    r"\d\s*[:点點时時]|20\d{6}[ T]?\d{4}|[45]\d{4}\.\d|\d\s*[ap]\.?m|noon|正午", re.ASCII | re.IGNORECASE
)
#: A window that closes on a day of its own.
_OTHER_CLOSE = pattern_of(r"/\d{4}-", re.ASCII)
#: A part of the day: when it begins and ends is the branch's, unless times stand beside it.
_PART = pattern_of("|".join(sorted(map(re.escape, (*MORNING, *AFTERNOON)), key=len, reverse=True)), re.IGNORECASE)
_HOUR = pattern_of(NUMERAL)
_PIECES = pattern_of(r"[;；、,，或\n]|\bor\b", re.IGNORECASE)
_STEP = pattern_of(r"(?:\d|[一二三四五])\s*级")
_DATED = (Shape.DATE, Shape.MOMENT, Shape.DAY_OR_MOMENT, Shape.WINDOWS)


def is_guess(typed: str, shape: Shape, meant: str = "") -> bool:
    """Return whether reading a cell adds what it does not say.

    >>> is_guess("12月1日 14:00-16:00", Shape.WINDOWS), is_guess("2026/12/1 9点-11点", Shape.WINDOWS)
    (True, False)
    >>> is_guess("2026/11/30", Shape.MOMENT), is_guess("1小时", Shape.DURATION)
    (True, False)

    So does a morning, as the branch begins it, and a window that was read as ending on the next day:

    >>> is_guess("2026/12/1 上午", Shape.WINDOWS), is_guess("2026/12/1 上午9点-11点", Shape.WINDOWS)
    (True, False)

    >>> is_guess("2026-12-01 22:00/02:00", Shape.WINDOWS, "2026-12-01 22:00/2026-12-02 02:00")
    True
    """
    text = half_width(typed).strip()
    if shape is Shape.PRIORITY:
        return _STEP.fullmatch(text) is not None  # people also count from the most urgent
    if shape not in _DATED:
        return False
    if shape is Shape.WINDOWS:
        if _OTHER_CLOSE.search(meant) and len(_YEAR.findall(text)) < 2:
            return True
        if any(_PART.search(piece) and not _HOUR.search(piece) for piece in _PIECES.split(without_dates(text))):
            return True
    return not _says_day(text) or (shape is Shape.MOMENT and _TIME.search(text) is None)


def cannot_be_judged(typed: str, shape: Shape, frame: Frame) -> bool:
    """Return whether a cell counts from a day of the branch that is not known, as its own cell has a fault.

    >>> from optimizer.ingest.cells.frame import NO_FRAME
    >>> cannot_be_judged("12月1日下午", Shape.WINDOWS, NO_FRAME)
    True
    >>> cannot_be_judged("2026-12-01 晚上", Shape.WINDOWS, NO_FRAME)
    False
    """
    text = half_width(typed).strip()
    if shape not in _DATED or _says_day(text):
        return False
    return frame.first_day is None or (frame.today is None and counts_from_today(text))


def _says_day(text: str) -> bool:
    return _YEAR.search(text) is not None or _SERIAL.fullmatch(text) is not None
