"""Dates as people write them: `2026年11月30日`, `12月1日`, `26/11/20`, `Nov 30, 2026`, `明天`.

A date is read where it can be one day only. What is added to it, the year or the order of day and month, is what the
frame says, and the warning of each cell states the whole date. `11/12/2026` can be two days, so it is read only where
the branch says how people write there.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

from optimizer.ingest.cells.days_of_week import WEEKDAY_NAMES, WEEKDAY_OF
from optimizer.ingest.cells.numerals import NUMERAL, small_number
from optimizer.ingest.cells.spelt_times import PART, spelt_time, with_colons
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.ingest.cells.frame import Frame

#: How far a date with two figures for the year, or none, lies from the day to plan at most; and a day of the month.
NEAR_DAYS, NEAR_DAYS_OF_MONTH = 183, 10

#: How the names of the months begin.
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*\.?"
_WEEKDAY = pattern_of(
    rf"\s*[,，]?\s*[(（]?\s*(?:(?:周|星期|礼拜)([一二三四五六日天])|({'|'.join(WEEKDAY_NAMES)})[a-z]*\.?)\s*[)）]?\s*[,，]?\s*",
    re.IGNORECASE,
)
_DAYS_AHEAD = {
    **dict.fromkeys(("前天", "day before yesterday"), -2),
    **dict.fromkeys(("昨天", "昨日", "yesterday"), -1),
    **dict.fromkeys(("今天", "今日", "当天", "today"), 0),
    **dict.fromkeys(("明天", "明日", "tomorrow"), 1),
    **dict.fromkeys(("后天", "day after tomorrow"), 2),
    "大后天": 3,
    **{"昨": -1, "今": 0, "当": 0, "明": 1, "后": 2},
}
_RELATIVE = "|".join(
    name if len(name) > 1 else f"{name}(?=[早晚])" for name in sorted(_DAYS_AHEAD, key=len, reverse=True)
)


def taken_date(text: str, frame: Frame) -> tuple[date, str] | None:
    """Return the date that a text begins with and the rest, `None` when there is none or it can be several.

    >>> from optimizer.ingest.cells.frame import NO_FRAME
    >>> taken_date("2026年11月30日（周一） 9点", NO_FRAME)
    (datetime.date(2026, 11, 30), '9点')
    """
    weekday = _WEEKDAY.match(text)
    if weekday and weekday.end() < len(text):
        taken = _taken(text[weekday.end() :], frame)
        return taken if taken and _agrees(taken[0], weekday) else None
    return _taken(text, frame)


def _taken(text: str, frame: Frame) -> tuple[date, str] | None:
    for form, read in _FORMS:
        match = form.match(text)
        if match is None:
            continue
        day = read(match, frame)
        rest = text[match.end() :]
        weekday = _WEEKDAY.match(rest)
        if day is None or (weekday and not _agrees(day, weekday)):
            return None
        rest = rest[weekday.end() if weekday else 0 :]
        return day, re.sub(r"^(?:T(?=\d)|[\s,，]+)", "", rest)
    return None


def spelt_date(text: str, frame: Frame) -> date | None:
    """Return the date that a text says and nothing else; midnight is no more than the date."""
    taken = taken_date(text, frame)
    if taken is None:
        return None
    day, rest = taken
    return day if not rest or re.fullmatch(r"0?0:00(:00(\.0+)?)?|12:00(:00)? AM", rest, re.IGNORECASE) else None


def spelt_moment(text: str, frame: Frame) -> tuple[date, int | None] | None:
    """Return the date of a text and its seconds of the day, `None` for these when it is a date alone."""
    whole = re.fullmatch(r"(20\d{6})[ T]?(\d\d)(\d\d)(\d\d)?", text, re.ASCII)
    if whole:
        text = f"{whole[1]} {whole[2]}:{whole[3]}:{whole[4] or '00'}"
    taken = taken_date(text, frame)
    if taken is None:
        return _time_first(text, frame)
    day, rest = taken
    if not rest:
        return day, None
    time_s = spelt_time(rest)
    time_s = spelt_time(with_colons(rest)) if time_s is None else time_s
    return None if time_s is None else (day, time_s)


def _time_first(text: str, frame: Frame) -> tuple[date, int] | None:
    """Return the moment of a text with the time before the date: `14:00 2026-12-01`."""
    for at in (match.end() for match in re.finditer(r"[\s,，]+", text)):
        time_s = spelt_time(text[:at].strip(" ,，"))
        day = spelt_date(text[at:], frame) if time_s is not None else None
        if time_s is not None and day is not None:
            return day, time_s
    return None


def _agrees(day: date, weekday: re.Match[str]) -> bool:
    """Return whether a date is of the weekday beside it; if not, one of the two is wrong."""
    return day.weekday() == WEEKDAY_OF[f"周{weekday[1]}" if weekday[1] else weekday[2].lower()]


# --- the forms of a date ------------------------------------------------------------------------------------------


def two_readings(text: str) -> tuple[date, ...]:
    """Return the days that a date in figures with the year last can be, if they are two.

    >>> [day.isoformat() for day in two_readings("11/12/2026 09:00")]
    ['2026-12-11', '2026-11-12']
    """
    match = _YEAR_LAST.match(text)
    found = tuple(dict.fromkeys(_by_order(match))) if match else ()
    return found if len(found) == 2 else ()


def _by_order(match: re.Match[str]) -> Iterator[date]:
    one, other, year = int(match[1]), int(match[3]), int(match[4])
    for month, day in ((other, one), (one, other)):
        found = _date(year, month, day)
        if found:
            yield found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year_first(match: re.Match[str], frame: Frame) -> date | None:
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _short_year_said(match: re.Match[str], frame: Frame) -> date | None:
    return _date(2000 + int(match[1]), int(match[2]), int(match[3]))


def _month_said(match: re.Match[str], frame: Frame) -> date | None:
    return _nearest_year(small_number(match[1]), small_number(match[2]), frame)


def _month_named(match: re.Match[str], frame: Frame) -> date | None:
    month, day = MONTHS.index(match["month"].lower()) + 1, int(match["day"])
    if not match["year"]:
        return _nearest_year(month, day, frame)
    year = int(match["year"])
    return _date(year if year > 99 else 2000 + year, month, day)


def _year_last(match: re.Match[str], frame: Frame) -> date | None:
    """Return the day of `30/11/2026`: by the order of the branch, or the only one that it can be."""
    found = list(dict.fromkeys(_by_order(match)))
    if len(found) < 2 or frame.order not in ("dmy", "mdy"):
        return found[0] if len(found) == 1 else None
    return found[0] if frame.order == "dmy" else found[1]


def _two_figures(match: re.Match[str], frame: Frame) -> date | None:
    """Return the day of `26/11/20`: the one near the day to plan, if the branch's order says so or none other is."""
    if frame.first_day is None:
        return None
    figures = (int(match[1]), int(match[3]), int(match[4]))
    readings = {}
    for order in permutations("ymd"):
        written = dict(zip(order, figures, strict=True))
        day = _date(2000 + written["y"], written["m"], written["d"])
        if "".join(order) in ("ymd", "dmy", "mdy") and day is not None:
            readings["".join(order)] = day
    near = {day for day in readings.values() if abs((day - frame.first_day).days) <= NEAR_DAYS}
    said = readings.get(str(frame.order))
    if said is not None:
        return said if said in near else None
    return near.pop() if len(near) == 1 else None


def _no_year(match: re.Match[str], frame: Frame) -> date | None:
    """Return the day of `12/1`: month and day, unless people write it the other way round there."""
    one, other = int(match[1]), int(match[2])
    found = {"dmy": _nearest_year(other, one, frame), "mdy": _nearest_year(one, other, frame)}
    days = {day for day in found.values() if day is not None}
    if len(days) < 2 or not frame.order:
        return days.pop() if len(days) == 1 else None
    return found["dmy" if frame.order == "dmy" else "mdy"]


def _day_first(match: re.Match[str], frame: Frame) -> date | None:
    """Return the day of `23.11.`, as it is written where the day stands first."""
    return _nearest_year(int(match[2]), int(match[1]), frame) if frame.order == "dmy" else None


def _day_of_month(match: re.Match[str], frame: Frame) -> date | None:
    if frame.first_day is None:
        return None
    begin = frame.first_day - timedelta(days=NEAR_DAYS_OF_MONTH)
    near = (begin + timedelta(days=n) for n in range(2 * NEAR_DAYS_OF_MONTH + 1))
    return next((day for day in near if day.day == small_number(match[1])), None)


def _relative(match: re.Match[str], frame: Frame) -> date | None:
    """Return the day of `明天`, unless the plan is made so long before that nobody knows from when it was counted."""
    if frame.today is None or frame.first_day is None or (frame.first_day - frame.today).days not in (0, 1):
        return None
    return frame.today + timedelta(days=_DAYS_AHEAD[match[0].lower()])


def _nearest_year(month: int, day: int, frame: Frame) -> date | None:
    """Return the date of a month and day that is nearest to the day to plan."""
    near = frame.first_day
    if near is None:
        return None
    found = [date_ for date_ in (_date(near.year + n, month, day) for n in (-1, 0, 1)) if date_]
    nearest = min(found, key=lambda other: abs((other - near).days), default=None)
    return nearest if nearest and abs((nearest - near).days) <= NEAR_DAYS else None


_YEAR_LAST = pattern_of(r"(\d{1,2})([-/.])(\d{1,2})\2((?:19|20)\d\d)(?!\d)", re.ASCII)
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Frame], date | None]], ...] = (
    (pattern_of(r"((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?", re.ASCII), _year_first),
    (pattern_of(r"((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)", re.ASCII), _year_first),
    (_YEAR_LAST, _year_last),
    (pattern_of(r"(\d\d)年(\d{1,2})月(\d{1,2})(?!\d)[日号]?", re.ASCII), _short_year_said),
    (pattern_of(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)", re.ASCII), _two_figures),
    (pattern_of(rf"({NUMERAL})\s*月\s*({NUMERAL})(?:\s*[日号]|(?!\d|[点時时:]))"), _month_said),
    (
        pattern_of(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>20\d\d)\b)?", re.I | re.A),
        _month_named,
    ),
    (
        pattern_of(
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH}(?:,?[\s-]+(?P<year>20\d\d|\d\d)\b(?!:))?", re.I | re.A
        ),
        _month_named,
    ),
    (pattern_of(r"(\d{1,2})/(\d{1,2})(?![\d/:点])(?!\s*[点時时])", re.ASCII), _no_year),
    (pattern_of(r"(\d{1,2})\.(\d{1,2})\.(?!\d)", re.ASCII), _day_first),
    # `9-11` are hours: with a hyphen or a point only before a time.
    (pattern_of(rf"(\d{{1,2}})[-.](\d{{1,2}})(?=\s+(?:{PART}|\d{{1,2}}\s*[:点點时時]))", re.ASCII | re.I), _no_year),
    (pattern_of(rf"({NUMERAL})\s*[日号]"), _day_of_month),
    (pattern_of(_RELATIVE, re.IGNORECASE), _relative),
)
