"""Days and times as people say them on the phone, not as they stand on paper.

Paper has `11-23 14:00–16:00`; on the phone it is "tomorrow, Monday the 23rd, between 2 and 4 in the afternoon", and in
Chinese 明天周一、23号，下午两点到四点.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from optimizer.text.dates import MONTHS, WEEKDAYS

if TYPE_CHECKING:
    from datetime import date, datetime

_DIGITS = "零一二三四五六七八九"
_WEEKDAYS = "一二三四五六日"
#: The parts of a day from their first hour on.
_CHINESE_PARTS = ((0, "凌晨"), (5, "早上"), (8, "上午"), (12, "中午"), (13, "下午"), (19, "晚上"))
_ENGLISH_PARTS = (
    (0, "at night"),
    (5, "in the morning"),
    (12, "in the afternoon"),
    (18, "in the evening"),
    (22, "at night"),
)
_NEAR = {0: ("今天", "today"), 1: ("明天", "tomorrow"), 2: ("后天", "")}
_NOON, _SIX = 12, 18
_WEEK = 7


def say_day(day: date, today: date, lang: str, *, is_sure: bool = True, on: str = "on ") -> str:
    """Return a day as it is said: near ones by their name, others by weekday, all but today with the date.

    Parameters
    ----------
    is_sure
        It is said on that today; else no day is near.
    on
        What an English weekday stands behind.

    Examples
    --------
    >>> from datetime import date
    >>> friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    >>> say_day(monday, friday, "zh"), say_day(monday, friday, "en")
    ('下周一、23号', 'on Monday the 23rd')
    >>> say_day(monday, date(2026, 11, 22), "en")
    'tomorrow, Monday the 23rd'
    """
    chinese, english = _NEAR.get((day - today).days, ("", "")) if is_sure else ("", "")
    if is_sure and day == today:
        return chinese if lang == "zh" else english
    if lang == "zh":
        return chinese + _chinese_day(day, today, says_week=is_sure and not chinese)
    text = f"{WEEKDAYS[day.weekday()]} the {_ordinal(day.day)}"
    if (day.year, day.month) != (today.year, today.month):
        text += f" of {MONTHS[day.month - 1]}"
    return f"{english}, {text}" if english else f"{on}{text}"


def _chinese_day(day: date, today: date, *, says_week: bool) -> str:
    monday = today - timedelta(days=today.weekday())
    weeks = (day - monday).days // _WEEK
    week = "下" if weeks == 1 and says_week else ""
    number = f"{day.day}号" if (day.year, day.month) == (today.year, today.month) else f"{day.month}月{day.day}号"
    return f"{week}周{_WEEKDAYS[day.weekday()]}、{number}"


def say_time(moment: datetime, lang: str) -> str:
    """Return a time of the day as it is said.

    Examples
    --------
    >>> from datetime import datetime
    >>> say_time(datetime(2026, 11, 23, 9, 30), "zh"), say_time(datetime(2026, 11, 23, 17, 50), "en")
    ('上午九点半', '5:50 in the afternoon')
    """
    if lang == "zh":
        return _part(moment.hour, _CHINESE_PARTS) + _chinese_clock(moment)
    return f"{_english_clock(moment)} {_english_part(moment)}".strip()


def say_span(opens: datetime, closes: datetime, lang: str) -> str:
    """Return a window of one day, its part of the day said once where both ends have the same.

    Examples
    --------
    >>> from datetime import datetime
    >>> nine, eleven, one = (datetime(2026, 11, 23, hour) for hour in (9, 11, 13))
    >>> say_span(nine, eleven, "zh"), say_span(eleven, one, "zh")
    ('上午九点到十一点', '上午十一点到下午一点')
    >>> say_span(nine, eleven, "en"), say_span(eleven, one, "en")
    ('between 9 and 11 in the morning', 'between 11 in the morning and 1 in the afternoon')
    """
    is_next_day = closes.date() != opens.date()
    if lang == "zh":
        first, last = _part(opens.hour, _CHINESE_PARTS), _part(closes.hour, _CHINESE_PARTS)
        is_noon = (closes.hour, closes.minute, first) == (_NOON, 0, "上午")
        again = "第二天" + last if is_next_day else "" if first == last or is_noon else last
        return f"{first}{_chinese_clock(opens)}到{again}{_chinese_clock(closes)}"
    first, last = _english_part(opens), _english_part(closes)
    if (closes.hour, closes.minute, first) == (_SIX, 0, "in the afternoon"):
        last = first
    if first == last and not is_next_day:
        return f"between {_english_clock(opens)} and {_english_clock(closes)} {last}".strip()
    end = f"{say_time(closes, lang)} the next day" if is_next_day else say_time(closes, lang)
    return f"between {say_time(opens, lang)} and {end}"


def _part(hour: int, parts: tuple[tuple[int, str], ...]) -> str:
    return next(name for since, name in reversed(parts) if hour >= since)


def _english_part(moment: datetime) -> str:
    """Return the part of the day; noon says it itself."""
    return "" if (moment.hour, moment.minute) == (_NOON, 0) else _part(moment.hour, _ENGLISH_PARTS)


def _english_clock(moment: datetime) -> str:
    if (moment.hour, moment.minute) == (_NOON, 0):
        return "noon"
    hour = (moment.hour - 1) % 12 + 1
    return f"{hour}:{moment.minute:02d}" if moment.minute else f"{hour}"


def _chinese_clock(moment: datetime) -> str:
    hour = moment.hour if moment.hour <= _NOON else moment.hour - _NOON
    text = ("两" if hour == 2 else _chinese_number(hour)) + "点"
    if moment.minute == 30:
        return text + "半"
    if moment.minute == 0:
        return text
    zero = "零" if moment.minute < 10 else ""
    return f"{text}{zero}{_chinese_number(moment.minute)}"


def _chinese_number(number: int) -> str:
    """Return a number below 100 in words."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _ordinal(day: int) -> str:
    if 10 < day < 14:
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }"
