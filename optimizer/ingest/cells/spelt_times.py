"""Times of a day as people write them: `上午9:00`, `8点半`, `下午两点`, `9:20 AM`, `2-4pm`.

A time is read where it can be one time only. `2点` can be at night or in the afternoon, so it is not read; `2:00` is by
the clock of 24 hours.
"""

from __future__ import annotations

import re

from optimizer.domain.units import DAY_S, HOUR_S, MINUTE_S
from optimizer.ingest.cells.dates_and_times import NEXT_DAY
from optimizer.ingest.cells.numerals import NUMERAL, small_number
from optimizer.text.patterns import pattern_of

#: What stands between the two ends of a range.
RANGE_MARK = r"(?:\s*(?:[-~～–—―−→/]+|至|到)\s*|\s+(?:to|until|till|bis)\s+)"
#: Parts of the day, and the hours by the clock of 12 that people say with them.
_PARTS = {
    "night": ("凌晨", "半夜"),
    "morning": ("早上", "早晨", "清晨", "上午", "早", "朝"),
    "am": ("a.m.", "am"),
    "noon": ("中午", "正午"),
    "afternoon": ("下午", "午后", "p.m.", "pm"),
    "evening": ("傍晚", "晚上", "晚间", "夜间", "夜里", "晚"),
}
_PART_OF = {name: part for part, names in _PARTS.items() for name in names}
PART = "|".join(re.escape(name) for name in sorted(_PART_OF, key=len, reverse=True))
_NAMES_PART = pattern_of(PART, re.IGNORECASE)
#: Hours that are said for night and afternoon alike.
UNCLEAR_HOURS = range(1, 7)
_TIME = pattern_of(
    rf"(?P<before>{PART})?\s*(?P<hour>{NUMERAL})"
    r"(?:\s*:\s*(?P<clock>\d{2})(?::(?P<seconds>\d{2})(?:\.\d{1,9})?)?"
    rf"|\s*(?P<oclock>[点點时時])\s*(?:(?P<exact>钟|鐘|整|正)|(?P<quarter>半|[一三13]刻)"
    rf"|(?P<minute>{NUMERAL})\s*分?(?:\s*(?P<more>\d{{1,2}})\s*秒)?)?)?"
    rf"\s*(?P<after>{PART})?",
    re.IGNORECASE,
)
_QUARTERS = {"半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45}
_NOONS = {"noon": 12 * HOUR_S, "12 noon": 12 * HOUR_S, "正午": 12 * HOUR_S}
_RANGE = pattern_of(RANGE_MARK, re.IGNORECASE)
_NINE_TO_FIVE = pattern_of(rf"((?:早|朝)(?:上)?(?:{NUMERAL})[点點]?)(?=晚)")
#: Times behind a date that are written without a colon.
_FOUR_FIGURES = pattern_of(r"(?<![\d:.])([01]\d|2[0-3])([0-5]\d)(?![\d:.])", re.ASCII)
_HOURS_SIGN = pattern_of(r"(?<![\d:.])(\d{1,2})h(\d{2})?(?!\w)", re.ASCII | re.IGNORECASE)
_POINT = pattern_of(r"(?<![\d:.])(\d{1,2})\.(\d{2})(?![\d:.])", re.ASCII)
_NEXT = pattern_of(rf"(?:{NEXT_DAY})\s*", re.IGNORECASE)


def spelt_time(text: str) -> int | None:
    """Return the seconds of the day that a text says, `None` when it says none, or may say several.

    >>> spelt_time("下午3点半") == 15 * 3600 + 1800, spelt_time("9:20 PM") == 21 * 3600 + 1200, spelt_time("2点")
    (True, True, None)
    """
    if text.lower() in _NOONS:
        return _NOONS[text.lower()]
    match = _TIME.fullmatch(text)
    return _seconds(match, _part(match)) if match else None


def is_one_time(text: str) -> bool:
    """Return whether a text says one time of a day, clear or not.

    >>> is_one_time("2点"), is_one_time("上午9:00"), is_one_time("9:00-11:00"), is_one_time("9")
    (True, True, False, False)
    """
    match = _TIME.fullmatch(text)
    return match is not None and bool(match["clock"] or match["oclock"] or _part(match))


def with_colons(text: str) -> str:
    """Return times as the clock shows them, of `0900-1100`, `09.00-11.00` and `9h-11h30`."""
    text = _FOUR_FIGURES.sub(r"\1:\2", _HOURS_SIGN.sub(lambda match: f"{match[1]}:{match[2] or '00'}", text))
    return _POINT.sub(r"\1:\2", text)


def names_part(text: str) -> bool:
    """Return whether a text names a part of the day anywhere."""
    return _NAMES_PART.search(text) is not None


def spelt_range(text: str, *, may_be_bare: bool = False) -> tuple[int, int] | None:
    """Return from when until when, in seconds of the day; what ends on the next day ends beyond 24:00, or earlier.

    >>> spelt_range("下午2点-4点") == (14 * 3600, 16 * 3600), spelt_range("2点-4点")
    (True, None)

    Parameters
    ----------
    may_be_bare
        Read `9-17` as hours, too.
    """
    ends = _RANGE.split(_NINE_TO_FIVE.sub(r"\1-", text))
    if len(ends) != 2 or not all(ends):
        return None
    later = _NEXT.match(ends[1])
    first, last = _TIME.fullmatch(ends[0]), _TIME.fullmatch(ends[1][later.end() if later else 0 :])
    if first is None or last is None:
        return spelt_ends(*ends)
    opens, closes = _ends(first, last, may_be_bare)
    if opens is None or closes is None:
        return None
    return opens, closes + DAY_S if later else closes


def spelt_ends(first: str, last: str) -> tuple[int, int] | None:
    """Return two times that each say all themselves."""
    opens, closes = spelt_time(first), spelt_time(last)
    return None if opens is None or closes is None else (opens, closes)


def _ends(first: re.Match[str], last: re.Match[str], may_be_bare: bool) -> tuple[int | None, int | None]:
    """Return both ends of a range; each is read with its own part of the day, or as the other end allows."""
    is_hour = bool(last["oclock"] or may_be_bare)  # the first of `9-11点` is an hour, too
    parts = _part(first), _part(last)
    if parts == ("", ""):
        return _seconds(first, "", is_hour), _seconds(last, "", may_be_bare)
    if parts[0] and parts[1]:
        return _seconds(first, parts[0]), _seconds(last, parts[1])
    if parts[0]:
        opens = _seconds(first, parts[0])
        found = {_seconds(last, part, is_hour) for part in (parts[0], "")}
        after = {time for time in found if time is not None and opens is not None and time > opens}
        if not after and opens is not None:  # from the morning or noon on until an hour that only the afternoon has
            until = _seconds(last, "afternoon", is_hour)
            after = {until} if until is not None and until > opens else after
        return opens, after.pop() if len(after) == 1 else None
    closes = _seconds(last, parts[1])
    found = {_seconds(first, part, is_hour) for part in (parts[1], "")}
    before = {time for time in found if time is not None and closes is not None and time < closes}
    before = before or {time for time in (_seconds(first, "am"),) if parts[1] == "afternoon" and time is not None}
    return before.pop() if len(before) == 1 else None, closes


def _part(match: re.Match[str]) -> str:
    """Return the part of the day that a time names; one that names two names none that there is."""
    names = [name.lower() for name in (match["before"], match["after"]) if name]
    return "" if not names else _PART_OF[names[0]] if len(names) == 1 else "unknown"


def _seconds(match: re.Match[str], part: str, is_hour: bool = False) -> int | None:
    """Return the seconds of the day of a time with its part of the day, `None` when it is none or not clear."""
    said = small_number(match["hour"])
    is_clock = match["clock"] is not None
    if not (is_clock or match["oclock"] or part or is_hour):
        return None  # a bare number
    minute = _QUARTERS.get(match["quarter"] or "", 0) or int(match["clock"] or 0)
    minute = small_number(match["minute"]) if match["minute"] else minute
    second = int(match["seconds"] or match["more"] or 0)
    hour = _hour(said, part) if part else None if not is_clock and said in UNCLEAR_HOURS else said
    if hour is None or minute > 59 or second > 59:
        return None
    seconds = hour * HOUR_S + minute * MINUTE_S + second
    return seconds if seconds <= DAY_S else None


def _hour(said: int, part: str) -> int | None:
    """Return the hour by the clock of 24 hours of one that is said with a part of the day."""
    match part:
        case "night":
            return said if said <= 6 else None
        case "morning":
            return said if 1 <= said <= 11 else None
        case "am":
            return said % 12 if said <= 12 else None
        case "noon":
            return {11: 11, 12: 12, 1: 13, 13: 13}.get(said)
        case "afternoon":
            return said + 12 if 1 <= said <= 11 else said if 12 <= said <= 23 else None
        case "evening":
            return said + 12 if 5 <= said <= 11 else said if 17 <= said <= 23 else None
    return None
