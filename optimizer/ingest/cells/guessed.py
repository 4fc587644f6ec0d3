"""What a reading adds to a date: the year or the day that a cell does not say, the time of a date alone.

Such a reading is named by its row; what is written in another way and says the same is named once a column.
"""

from __future__ import annotations

import re

from optimizer.ingest.cells.spelt_amounts import half_width
from optimizer.ingest.cells.tidy import Shape
from optimizer.text.patterns import pattern_of

_YEAR = pattern_of(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)20\d{6}(?!\d)|20\d{6}[ T]?\d{4}(?:\d\d)?", re.ASCII)
_SERIAL = pattern_of(r"[45]\d{4}(?:\.\d+)?", re.ASCII)
#: What of a moment is its time of day: of a spreadsheet's number what stands behind the point.
_TIME = pattern_of(
    r"\d\s*[:点點时時]|20\d{6}[ T]?\d{4}|[45]\d{4}\.\d|\d\s*[ap]\.?m|noon|正午", re.ASCII | re.IGNORECASE
)
#: A window that closes on a day of its own.
_OTHER_CLOSE = pattern_of(r"/\d{4}-", re.ASCII)
_STEP = pattern_of(r"(?:\d|[一二三四五])\s*级")
_DATED = (Shape.DATE, Shape.MOMENT, Shape.DAY_OR_MOMENT, Shape.WINDOWS)


def is_guess(typed: str, shape: Shape, meant: str = "") -> bool:
    """Return whether reading a cell adds what it does not say.

    >>> is_guess("12月1日 14:00-16:00", Shape.WINDOWS), is_guess("2026/12/1 上午", Shape.WINDOWS)
    (True, False)
    >>> is_guess("2026/11/30", Shape.MOMENT), is_guess("1小时", Shape.DURATION)
    (True, False)

    So does a window that was read as ending on the next day:

    >>> is_guess("2026-12-01 22:00/02:00", Shape.WINDOWS, "2026-12-01 22:00/2026-12-02 02:00")
    True
    """
    text = half_width(typed).strip()
    if shape is Shape.PRIORITY:
        return _STEP.fullmatch(text) is not None  # people also count from the most urgent
    if shape not in _DATED:
        return False
    if shape is Shape.WINDOWS and _OTHER_CLOSE.search(meant) and len(_YEAR.findall(text)) < 2:
        return True
    says_day = _YEAR.search(text) is not None or _SERIAL.fullmatch(text) is not None
    return not says_day or (shape is Shape.MOMENT and _TIME.search(text) is None)
