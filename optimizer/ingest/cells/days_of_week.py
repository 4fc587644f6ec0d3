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

#: What the parsers take, Monday first.
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_NAMES = (
    ("mon", "monday", "周一", "星期一"),
    ("tue", "tues", "tuesday", "周二", "星期二"),
    ("wed", "weds", "wednesday", "周三", "星期三"),
    ("thu", "thur", "thurs", "thursday", "周四", "星期四"),
    ("fri", "friday", "周五", "星期五"),
    ("sat", "saturday", "周六", "星期六"),
    ("sun", "sunday", "周日", "周天", "星期日", "星期天"),
)
#: The day of the week that a name means in lower case, 0 is Monday.
WEEKDAY_OF = {name: index for index, names in enumerate(_DAY_NAMES) for name in names}
#: A day of the week, and neither a stretch of them nor several; one that is said of a week counts from today's.
_ENGLISH_DAY = pattern_of(
    r"(?:this\s+)?(?:(mon|fri|sun)(?:day)?|(tue)s?(?:day)?|(wed)(?:nesday)?|(thu)(?:rs?(?:day)?)?|(sat)(?:urday)?)"
    r"\.?(?![\w-])[\s,]*",
    re.IGNORECASE,
)
_DAY_OF_WEEK = pattern_of(
    r"(?P<week>本|这|下{1,2}个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?!\s*[-~至到、,和及一二三四五六日天])\s*"
)
DAYS_A_WEEK = 7


def weekday_said(item: str, frame: Frame) -> tuple[date, str] | None:
    """Return the day of the name that a text begins with, and the rest."""
    chinese, english = _DAY_OF_WEEK.match(item), _ENGLISH_DAY.match(item)
    match = chinese or english
    if frame.first_day is None or match is None:
        return None
    index = WEEKDAY_OF[f"周{chinese['day']}" if chinese else match[match.lastindex or 1].lower()]
    week = chinese["week"] if chinese else None
    if week is None:
        ahead = (index - frame.first_day.weekday()) % DAYS_A_WEEK
        return frame.first_day + timedelta(days=ahead), item[match.end() :]
    if frame.today is None:
        return None
    monday = frame.today - timedelta(days=frame.today.weekday())
    return monday + timedelta(days=DAYS_A_WEEK * week.count("下") + index), item[match.end() :]


def day_in_week(text: str, frame: Frame) -> date | None:
    """Return the day of a text that says of which week it is, and nothing else: `下周三`."""
    match = _DAY_OF_WEEK.fullmatch(text)
    said = weekday_said(text, frame) if match and match["week"] else None
    return said[0] if said else None
