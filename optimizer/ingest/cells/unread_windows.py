"""Why a window cannot be read: a day of no calendar, a time of no clock, one time instead of two, half of a clock.

Whoever typed it is told which piece of it is in doubt, and how it is written so that it is in none.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from optimizer.domain.units import DAY_S, HOUR_S
from optimizer.faults.issues import Phrase
from optimizer.ingest.cells.days_of_week import WEEKDAY_OF
from optimizer.ingest.cells.numerals import NUMERAL, small_number
from optimizer.ingest.cells.parts_of_day import EITHER_HALF, VAGUE_PARTS, spelt_stretch, without_courtesy
from optimizer.ingest.cells.spelt_amounts import half_width
from optimizer.ingest.cells.spelt_dates import MONTHS, two_readings
from optimizer.ingest.cells.spelt_times import UNCLEAR_HOURS, is_one_time, names_part, spelt_range
from optimizer.ingest.cells.values import fault
from optimizer.text.dates import WEEKDAYS
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from optimizer.ingest.cells.values import CellFault

_DAY = pattern_of(
    r"(?:(?P<year>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})"
    r"|(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2}))(?!\d)\s*[日号]?",
    re.ASCII,
)
_NAMED_DAY = pattern_of(
    rf"(?:{'|'.join(MONTHS)})[a-z]*\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+20\d\d)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[\s-]+(?:{'|'.join(MONTHS)})[a-z]*\.?(?:,?[\s-]+20\d\d)?",
    re.ASCII | re.IGNORECASE,
)
#: A date without its year is looked up in a year that has a 29th of February.
_LEAP_YEAR = 2024
_CLOCK = pattern_of(r"(?<![\d:+])(\d{1,2})\s*(?::\s*(\d{2})|[点點时時])(?:\s*(\d{1,2})(?=分))?", re.ASCII)
_HOUR = pattern_of(rf"(?<!\d)({NUMERAL})\s*[点點时時]")
#: An hour in figures behind a word that says on which side of it, as in `after 7`.
_BARE_HOUR = pattern_of(r"\b(?:after|before|from|by|until|till|to)\s+(\d{1,2})$", re.ASCII | re.IGNORECASE)
#: Two hours in figures, of which the second is in doubt.
_BARE_RANGE = pattern_of(r"\d{1,2}\s*(?:[-~–]|to)\s*(\d{1,2})", re.ASCII | re.IGNORECASE)
_AROUND = pattern_of(r"^(?:大约|大概|约|around|about|~)\s*|\s*(?:左右|前后|上下|or so)$|^[-~]+|[-~]+$", re.IGNORECASE)
#: A day that counts from the one on which it was said.
_RELATIVE = pattern_of(
    r"(?:本|这|上|下{1,2})个?(?:周|星期|礼拜)[一二三四五六日天末]?"
    r"|(?:this|next) (?:mon|tue|wed|thu|fri|sat|sun|week)[a-z]*"
    r"|大后天|[昨今当明后前](?:天|日|(?=[早晚]))|tomorrow|today|yesterday",
    re.IGNORECASE,
)
_WEEKDAY = pattern_of(r"[(（]?\s*(?:周|星期|礼拜)([一二三四五六日天])\s*[)）]?")
#: What makes of a day the first or the last of several.
_SIDE_OF_DAY = pattern_of(
    r"(?:以后|之后|后|起|开始|以前|之前|前|为止|止)|(?:after|before|from|by|until|since)", re.IGNORECASE
)
_PART = pattern_of("|".join(sorted(VAGUE_PARTS, key=len, reverse=True)), re.IGNORECASE)
_CLOSES = pattern_of(r"(?<![\d:])[1-9]:\d{2}$", re.ASCII)
_LAST_MINUTE = 59


def window_fault(text: str) -> CellFault:
    """Return what is wrong with a text that is no window.

    >>> [window_fault(text).code for text in ("11月31日 9:00-11:00", "25:00-26:00", "14点左右", "12月1日 7点后")]
    ['WINDOW_NO_SUCH_DAY', 'WINDOW_NO_SUCH_TIME', 'WINDOW_ONE_TIME', 'WINDOW_HALF']
    """
    text = without_courtesy(half_width(text).strip())
    readings = two_readings(text)
    if readings:
        return fault("DATE_TWO_WAYS", one=readings[0].isoformat(), other=readings[1].isoformat())
    for day in _DAY.finditer(text):
        if not _is_on_calendar(day):
            return fault("WINDOW_NO_SUCH_DAY", item=day[0].strip())
        beside = _WEEKDAY.match(text[day.end() :].strip())
        if beside and not day["year"] and _says_times(text[day.end() :].strip()[beside.end() :].strip(" ,，")):
            return fault("WINDOW_DAYS_DIFFER", item=beside[0])
        if day["year"] and beside:
            real = date(int(day["year"]), int(day["m"]), int(day["d"])).weekday()
            if real != WEEKDAY_OF[f"周{beside[1]}"]:
                return fault("WINDOW_WEEKDAY", item=Phrase(WEEKDAYS[real]))
    relative, times = _RELATIVE.search(text), without_dates(text)
    if times != text.strip(" ,，") and _SIDE_OF_DAY.fullmatch(times):
        return fault("WINDOW_SIDE_OF_DAY")
    for clock in _CLOCK.finditer(times):
        if not _is_shown(clock):
            return fault("WINDOW_NO_SUCH_TIME", item=clock[0].strip())
    return _fault_of_times(times) or (
        fault("WINDOW_RELATIVE", item=relative[0])
        if relative
        else fault("WINDOW_NO_DAY")
        if times == text and _says_times(times)
        else fault("WINDOW_FORMAT")
    )


def counts_from_today(text: str) -> bool:
    """Return whether a text names a day by how far it is away: `明天`, `下周三`, `tomorrow`."""
    return _RELATIVE.search(text) is not None


def without_dates(text: str) -> str:
    """Return what of a text is not a date or the name of a day.

    >>> without_dates("2026年12月1日（周二）上午"), without_dates("Dec 1, 2-4pm"), without_dates("下周三 9点后")
    ('上午', '2-4pm', '9点后')
    """
    for form in (_DAY, _NAMED_DAY, _RELATIVE, _WEEKDAY):
        text = form.sub("", text)
    return text.strip(" ,，")


def _fault_of_times(times: str) -> CellFault | None:
    """Return what is wrong with the times of a window, `None` when nothing is that can be told."""
    part = _PART.fullmatch(times)
    if part:
        return fault("WINDOW_PART", item=part[0])
    if is_one_time(_AROUND.sub("", times)):
        return fault("WINDOW_ONE_TIME")
    hours = [(hour[0], small_number(hour[1])) for hour in _HOUR.finditer(times)]
    bare = _BARE_HOUR.search(times)
    hours += [(bare[1], int(bare[1]))] if bare else []
    until = _BARE_RANGE.fullmatch(times)
    hours += [(until[1], int(until[1]))] if until else []
    if not names_part(times):
        for said, hour in hours:
            if hour in UNCLEAR_HOURS:
                return fault("WINDOW_UNCLEAR", item=said)
        if len(hours) == 1 and hours[0][1] in EITHER_HALF and (bare or spelt_stretch(times, opens_s=0, closes_s=0)):
            return fault("WINDOW_HALF", item=hours[0][0])
    ends = spelt_range(times)
    half = half_of_clock(times, *ends) if ends else ""
    return fault("WINDOW_UNCLEAR", item=half) if half else None


def _says_times(times: str) -> bool:
    return bool(spelt_range(times) or spelt_stretch(times, opens_s=0, closes_s=DAY_S))


def half_of_clock(times: str, opens_s: int, closes_s: int) -> str:
    """Return the end of a window that goes on over midnight, if the same figures in the afternoon would be after noon.

    >>> half_of_clock("12:00-2:00", 12 * 3600, 2 * 3600), half_of_clock("22:00-02:00", 22 * 3600, 2 * 3600)
    ('2:00', '')
    """
    match = _CLOSES.search(times.rstrip())
    return match[0] if match and closes_s < opens_s < closes_s + 12 * HOUR_S else ""


def _is_on_calendar(day: re.Match[str]) -> bool:
    year, month, number = day["year"] or _LEAP_YEAR, day["m"] or day["month"], day["d"] or day["day"]
    try:
        date(int(year), int(month), int(number))
    except ValueError:
        return False
    return True


def _is_shown(clock: re.Match[str]) -> bool:
    hour, minute = int(clock[1]), int(clock[2] or clock[3] or 0)
    return minute <= _LAST_MINUTE and (hour, minute) <= (24, 0)
