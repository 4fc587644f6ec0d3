"""Days that are named by their day of the week: `周三`, `本周三`, `下周三`, `Wednesday`.

`周三` is the next one from the first day to plan on. `本周三` and `下周三` are of the week in which it is said and of
the one after; where nobody knows when it was said, they are none.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from datetime import date

    from optimizer.ingest.cells.frame import Frame

#: A day of the week, and neither a stretch of them nor several; one that is said of a week counts from today's.
_ENGLISH_DAY = pattern_of(
    r"(?:this\s+)?(?:(mon|fri|sun)(?:day)?|(tue)s?(?:day)?|(wed)(?:nesday)?|(thu)(?:rs?(?:day)?)?|(sat)(?:urday)?)"
    r"\.?(?![\w-])[\s,]*",
    re.IGNORECASE,
)
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_OF_WEEK = pattern_of(
    r"(?P<week>本|这|下{1,2}个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?!\s*[-~至到、,和及一二三四五六日天])\s*"
)
DAYS_A_WEEK = 7


def weekday_said(item: str, frame: Frame) -> tuple[date, str] | None:
    """Return the day of the name that a text begins with, and the rest."""
    match, english = _DAY_OF_WEEK.match(item), _ENGLISH_DAY.match(item)
    if frame.first_day is None or not (match or english):
        return None
    if english:
        ahead = (_ENGLISH_DAYS.index(english[english.lastindex or 1].lower()) - frame.first_day.weekday()) % DAYS_A_WEEK
        return frame.first_day + timedelta(days=ahead), item[english.end() :]
    assert match is not None
    index, week = "一二三四五六日".index(match["day"].replace("天", "日")), match["week"]
    if week:
        if frame.today is None:
            return None
        monday = frame.today - timedelta(days=frame.today.weekday())
        return monday + timedelta(days=DAYS_A_WEEK * week.count("下") + index), item[match.end() :]
    ahead = (index - frame.first_day.weekday()) % DAYS_A_WEEK
    return frame.first_day + timedelta(days=ahead), item[match.end() :]


def day_in_week(text: str, frame: Frame) -> date | None:
    """Return the day of a text that says of which week it is, and nothing else: `下周三`."""
    match = _DAY_OF_WEEK.fullmatch(text)
    said = weekday_said(text, frame) if match and match["week"] else None
    return said[0] if said else None
