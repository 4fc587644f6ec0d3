"""Windows and hours as people write them: `12月1日 14:00-16:00`, `2026/12/1 上午`, `周一至周五 9点-18点`, `24小时`.

Each becomes the text that the parsers take: `2026-12-01 14:00/16:00`, `12:00-13:00`, `Mon-Fri 09:00-18:00`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from optimizer.domain.units import DAY_S
from optimizer.ingest.cells.compound import WEEKDAY_NAMES, weekday_indices
from optimizer.ingest.cells.dates_and_times import LONGEST_NIGHT_S, moment_text, time_text
from optimizer.ingest.cells.spelt_dates import spelt_date, taken_date
from optimizer.ingest.cells.spelt_times import RANGE_MARK, spelt_range, spelt_stretch, spelt_time
from optimizer.ingest.cells.values import CellFault
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from optimizer.ingest.cells.frame import Frame

#: What separates windows of one cell: a comma only before the date of the next, or between times.
_WINDOWS = pattern_of(
    r"\s*(?:[;；、\n]|(?:(?<=:\d\d)|(?<!\d))或者?|\bor\b|[,，](?=\s*(?:\d{4}\s*[-/.年]|\d{1,2}月))"
    r"|(?:(?<=:\d\d)|(?<=[点半]))[,，](?=\s*\d{1,2}\s*[:点]))\s*"
)
#: Times behind a date that are written without a colon.
_FOUR_FIGURES = pattern_of(r"(?<![\d:.])([01]\d|2[0-3])([0-5]\d)(?![\d:.])", re.ASCII)
_HOURS_SIGN = pattern_of(r"(?<![\d:.])(\d{1,2})h(\d{2})?(?!\w)", re.ASCII | re.IGNORECASE)
_POINT = pattern_of(r"(?<![\d:.])(\d{1,2})\.(\d{2})(?![\d:.])", re.ASCII)
#: A day of the week, and neither a stretch of them nor several.
_DAY_OF_WEEK = pattern_of(r"(?:本|这)?(?:周|星期|礼拜)([一二三四五六日天])(?!\s*[-~至到、,和及一二三四五六日天])\s*")
DAYS_A_WEEK = 7
#: How a window of a whole day ends.
_WHOLE_DAY = " 00:00/24:00"
_HOURS = pattern_of(r"\s*[;；、,，\n]\s*")
_MARK = pattern_of(RANGE_MARK, re.IGNORECASE)


def spelt_window_list(text: str, frame: Frame) -> str | None:
    """Return windows as the parser takes them, `None` when one of them cannot be read."""
    windows: list[str] = []
    day = frame.only_day
    items = [item for item in _WINDOWS.split(text) if item]
    for item in items:
        found = _window(item, day, frame)
        if found is None:
            return None
        day, window = found
        windows.append(window)
    whole = sum(window.endswith(_WHOLE_DAY) for window in windows)
    if whole and whole < len(windows) and any(spelt_date(item, frame) for item in items):
        return None  # of `12月1日、2日上午` the first is no whole day
    return "; ".join(windows) or None


def _window(item: str, day: date | None, frame: Frame) -> tuple[date, str] | None:
    """Return the date and the window of a text; without a date it is of the day of the window before it."""
    taken = taken_date(item, frame) or _weekday(item, frame)
    day, rest = taken or (day, item)
    if day is None:
        return None
    stretch = (0, DAY_S) if not rest else spelt_stretch(rest, opens_s=frame.opens_s, closes_s=frame.closes_s)
    stretch = stretch or spelt_range(_with_colons(rest) if taken else rest, may_be_bare=taken is not None)
    if stretch is None:
        dated = _close_with_date(rest, frame)
        return None if dated is None else (day, f"{_moment(day, dated[0])}/{dated[1]}")
    opens_s, closes_s = stretch
    if closes_s < opens_s and closes_s + DAY_S - opens_s <= LONGEST_NIGHT_S:
        closes_s += DAY_S
    closes = _moment(day, closes_s) if closes_s > DAY_S else time_text(closes_s)
    return day, f"{_moment(day, opens_s)}/{closes}"


def _weekday(item: str, frame: Frame) -> tuple[date, str] | None:
    """Return the next day of the name that a text begins with, from the first day to plan on, and the rest."""
    match = _DAY_OF_WEEK.match(item)
    if match is None or frame.first_day is None:
        return None
    ahead = ("一二三四五六日".index(match[1].replace("天", "日")) - frame.first_day.weekday()) % DAYS_A_WEEK
    return frame.first_day + timedelta(days=ahead), item[match.end() :]


def _with_colons(text: str) -> str:
    """Return times as the clock shows them, of `0900-1100`, `09.00-11.00` and `9h-11h30`."""
    text = _FOUR_FIGURES.sub(r"\1:\2", _HOURS_SIGN.sub(lambda match: f"{match[1]}:{match[2] or '00'}", text))
    return _POINT.sub(r"\1:\2", text)


def _close_with_date(rest: str, frame: Frame) -> tuple[int, str] | None:
    """Return when a window opens and the moment at which it closes, of `9:00 - 12月2日 12:00`."""
    for mark in _MARK.finditer(rest):
        opens_s, taken = spelt_time(rest[: mark.start()]), taken_date(rest[mark.end() :], frame)
        closes_s = spelt_time(taken[1]) if taken else None
        if opens_s is not None and taken and closes_s is not None:
            return opens_s, _moment(taken[0], closes_s)
    return None


def _moment(day: date, seconds: int) -> str:
    return moment_text(datetime(day.year, day.month, day.day) + timedelta(seconds=seconds))


def spelt_hours(text: str) -> str | None:
    """Return stretches of a day as the parser takes them, `None` when one of them cannot be read."""
    stretches = [_stretch(item) for item in _HOURS.split(text) if item]
    return "; ".join(stretch for stretch in stretches if stretch) if stretches and all(stretches) else None


def _stretch(item: str) -> str | None:
    found = spelt_range(item, may_be_bare=True) or spelt_stretch(item, opens_s=0, closes_s=0)
    if found is None:
        return None
    opens_s, closes_s = found
    if closes_s > DAY_S:  # what goes on over midnight ends, as written, before it begins
        closes_s -= DAY_S
        if closes_s >= opens_s:
            return None
    return f"{time_text(opens_s)}-{time_text(closes_s)}"


# --- opening hours ------------------------------------------------------------------------------------------------

_DAY = (
    r"(?:周|星期|礼拜)[一二三四五六日天末]+|mon(?:day)?s?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?|m(?=\s*[-–—]\s*f\b)|(?<=[-–—])f\b|(?<=[-–—] )f\b|工作日|双休日|周末|每天|每日"
    r"|daily|every ?day|weekdays?|weekends?|[一二三四五六日](?=\s*(?:[、,，]|\d|$))"
)
_DAYS = pattern_of(rf"(?:{_DAY})(?:\s*(?:[-~～–—−至到、,，和及&]|to|and|through|thru)\s*(?:{_DAY}))*", re.IGNORECASE)
_ALWAYS = pattern_of(r"24\s*/\s*7|7\s*[*x×/]\s*24\s*(?:小时|h)?|全年无休|always(?: open)?", re.IGNORECASE)
_CLOSED = pattern_of(r"休息?|不营业|关门|closed", re.IGNORECASE)
_PIECES = pattern_of(
    r"\s*[;；\n]\s*|(?<=[\d点半分mM])\s*[,，、]\s*(?=\d{1,2}\s*[:点])"
    rf"|(?<=[\d点半分])\s*[,，、和及]?\s*(?=(?:{_DAY}))",
    re.IGNORECASE,
)


def spelt_opening(text: str) -> str | None:
    """Return opening hours as the parser takes them, `None` when they cannot be read; without days it is every day.

    >>> spelt_opening("周一至周五9点-12点，14点-18点；周日休息")
    'Mon-Fri 09:00-12:00; Mon-Fri 14:00-18:00'
    """
    if _ALWAYS.fullmatch(text):
        return "Mon-Sun 00:00-24:00"
    days, closed, opening = list(range(7)), set[int](), list[tuple[list[int], str]]()
    for piece in filter(None, _PIECES.split(text)):
        taken = _piece(piece)
        if taken is None:
            return None
        named, hours = taken
        days = named or days
        if named and _CLOSED.fullmatch(hours):
            closed |= set(named)
            continue
        stretch = _stretch(hours)
        if stretch is None:
            return None
        opening.append((days, stretch))
    written = [(_named_days([day for day in open_days if day not in closed]), hours) for open_days, hours in opening]
    return "; ".join(f"{names} {hours}" for names, hours in written if names) or None


def _piece(text: str) -> tuple[list[int], str] | None:
    """Return the days of a piece of opening hours, none if it has none, and its hours; the days may stand behind."""
    named = _DAYS.match(text)
    hours = text[named.end() if named else 0 :].strip(" ,，:：()（）")
    if not named:
        hours, _, behind = (part.strip() for part in text.partition("(" if "(" in text else "（"))
        named = _DAYS.fullmatch(behind.strip(")） "))
        if named is None:
            return None if behind else ([], hours)
    try:
        return sorted(set(weekday_indices(named[0]))), hours
    except CellFault:
        return None


def _named_days(days: list[int]) -> str:
    """Return days of the week in the words of the parser: `Mon-Fri`, `Sat,Sun`."""
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAY_NAMES[days[0]]}-{WEEKDAY_NAMES[days[-1]]}"
    return ",".join(WEEKDAY_NAMES[day] for day in days)
