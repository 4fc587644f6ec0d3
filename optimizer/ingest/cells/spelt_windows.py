"""Windows and hours as people write them: `12月1日 14:00-16:00`, `2026/12/1 上午`, `周一至周五 9点-18点`, `24小时`.

Each becomes the text that the parsers take: `2026-12-01 14:00/16:00`, `12:00-13:00`, `Mon-Fri 09:00-18:00`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from optimizer.domain.units import DAY_S
from optimizer.ingest.cells.compound import weekday_indices
from optimizer.ingest.cells.dates_and_times import LONGEST_NIGHT_S, moment_text, time_text
from optimizer.ingest.cells.days_of_week import WEEKDAY_NAMES, weekday_said
from optimizer.ingest.cells.numerals import NUMERAL
from optimizer.ingest.cells.parts_of_day import spelt_stretch, with_ends_joined, without_courtesy
from optimizer.ingest.cells.spelt_dates import spelt_date, taken_date
from optimizer.ingest.cells.spelt_times import PART, RANGE_MARK, spelt_range, spelt_time, with_colons
from optimizer.ingest.cells.unread_windows import half_of_clock
from optimizer.ingest.cells.values import CellFault
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from optimizer.ingest.cells.frame import Frame

#: What separates windows of one cell: a comma only before the date of the next, or between times.
_WINDOWS = pattern_of(
    r"\s*(?:[;；、\n]|(?:(?<=:\d\d)|(?<!\d))或者?|\bor\b(?!\s+(?:later|earlier))"
    r"|[,，](?=\s*(?:\d{4}\s*[-/.年]|\d{1,2}月))|[和及](?=\s*\d{1,2}\s*[日号月])"
    r"|(?:(?<=:\d\d)|(?<=[点半]))(?:[,，](?=\s*\d{1,2}\s*[:点])|/(?=\d{1,2}(?::\d\d)?\s*[-~至到]\s*\d{1,2}[:点]))"
    rf"|(?:(?<=:\d\d)|(?<=[点半]))[,，](?=\s*(?:{PART})\s*(?:{NUMERAL})))\s*"
)
#: From one day to another, and a day of the same month.
_TO_DAY = pattern_of(r"\s*(?:[-~～–—―−]|至|到|\bto\b)\s*", re.IGNORECASE)
_OF_MONTH = pattern_of(r"(\d{1,2})\s*[日号]\s*", re.ASCII)
_EVERY_DAY = pattern_of(r"每天|每日|every ?day|daily", re.IGNORECASE)
#: Days of one wish at most.
MOST_DAYS_OF_WISH = 14
#: Two times in words that stand around them.
_BETWEEN = pattern_of(r"between\s+(.+?)\s+and\s+(.+)|(?:from|从|自|在)\s*(.+)", re.IGNORECASE)
#: How a window of a whole day ends.
_WHOLE_DAY = " 00:00/24:00"
_HOURS = pattern_of(r"\s*[;；、,，\n]\s*")
_MARK = pattern_of(RANGE_MARK, re.IGNORECASE)


def spelt_window_list(text: str, frame: Frame) -> str | None:
    """Return windows as the parser takes them, `None` when one of them cannot be read."""
    windows: list[str] = []
    day = frame.only_day
    items = [item for item in _WINDOWS.split(with_ends_joined(text)) if item]
    for item in items:
        days = _whole_days(item, frame)
        found = None if days else _window(without_courtesy(item), day, frame)
        if days:
            day = days[-1]
            windows += [f"{one.isoformat()}{_WHOLE_DAY}" for one in days]
        elif found:
            day, window = found
            windows.append(window)
        else:
            return None
    whole = sum(window.endswith(_WHOLE_DAY) for window in windows)
    if whole and whole < len(windows) and any(spelt_date(item, frame) for item in items):
        return None  # of `12月1日、2日上午` the first is no whole day
    return "; ".join(windows) or None


def _whole_days(item: str, frame: Frame) -> list[date]:
    """Return the days of `12月1日至3日`, every one of them; none where a text says no days only."""
    taken = taken_date(item, frame)
    mark = _TO_DAY.match(taken[1]) if taken else None
    if taken is None or mark is None:
        return []
    first, rest = taken[0], taken[1][mark.end() :]
    of_month = _OF_MONTH.match(rest)
    if of_month:
        last, rest = first + timedelta(days=int(of_month[1]) - first.day), rest[of_month.end() :]
        if last.month != first.month:
            return []
    else:
        until = taken_date(rest, frame)
        if until is None:
            return []
        last, rest = until
    days = (last - first).days + 1
    if without_courtesy(_EVERY_DAY.sub("", rest)).strip() or not 1 < days <= MOST_DAYS_OF_WISH:
        return []
    return [first + timedelta(days=n) for n in range(days)]


def _window(item: str, day: date | None, frame: Frame) -> tuple[date, str] | None:
    """Return the date and the window of a text; without a date it is of the day of the window before it."""
    taken = taken_date(item, frame) or weekday_said(item, frame)
    day, rest = taken or (day, item)
    if day is None:
        return None
    rest = without_courtesy(rest)
    stretch = (0, DAY_S) if not rest else spelt_stretch(rest, opens_s=frame.opens_s, closes_s=frame.closes_s)
    stretch = stretch or _times(rest, is_dated=taken is not None)
    if stretch is None:
        dated = _close_with_date(rest, frame)
        return None if dated is None else (day, f"{_moment(day, dated[0])}/{dated[1]}")
    opens_s, closes_s = stretch
    if closes_s < opens_s and closes_s + DAY_S - opens_s <= LONGEST_NIGHT_S:
        if half_of_clock(rest, opens_s, closes_s):
            return None
        closes_s += DAY_S
    closes = _moment(day, closes_s) if closes_s > DAY_S else time_text(closes_s)
    return day, f"{_moment(day, opens_s)}/{closes}"


def _times(text: str, *, is_dated: bool) -> tuple[int, int] | None:
    """Return the two times of a text; behind a date they may be bare hours."""
    between = _BETWEEN.fullmatch(text)
    if between:
        text = f"{between[1]}-{between[2]}" if between[1] else between[3]
    return spelt_range(with_colons(text) if is_dated else text, may_be_bare=is_dated)


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
