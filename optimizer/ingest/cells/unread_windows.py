"""Why a window cannot be read: a day of no calendar, a time of no clock, one time instead of two, half of a clock."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from optimizer.domain.units import DAY_S
from optimizer.faults.issues import Phrase
from optimizer.ingest.cells.numerals import NUMERAL, small_number
from optimizer.ingest.cells.spelt_amounts import half_width
from optimizer.ingest.cells.spelt_dates import two_readings
from optimizer.ingest.cells.spelt_times import UNCLEAR_HOURS, is_one_time, names_part, spelt_range, spelt_stretch
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
#: A date without its year is looked up in a year that has a 29th of February.
_LEAP_YEAR = 2024
_CLOCK = pattern_of(r"(?<![\d:+])(\d{1,2})\s*(?::\s*(\d{2})|[点點时時])(?:\s*(\d{1,2})(?=分))?", re.ASCII)
_HOUR = pattern_of(rf"(?<!\d)({NUMERAL})\s*[点點时時]")
_AROUND = pattern_of(r"^(?:大约|大概|约|around|about|~)\s*|\s*(?:左右|前后|上下|or so)$", re.IGNORECASE)
_WEEKDAY = pattern_of(r"[(（]?\s*(?:周|星期|礼拜)([一二三四五六日天])\s*[)）]?|今天|明天|后天")
_LAST_MINUTE = 59


def window_fault(text: str) -> CellFault:
    """Return what is wrong with a text that is no window.

    >>> [window_fault(text).code for text in ("2026-11-31 9:00-11:00", "11月3日 25:00-26:00", "14点左右")]
    ['WINDOW_NO_SUCH_DAY', 'WINDOW_NO_SUCH_TIME', 'WINDOW_ONE_TIME']
    """
    text = half_width(text).strip()
    readings = two_readings(text)
    if readings:
        return fault("DATE_TWO_WAYS", one=readings[0].isoformat(), other=readings[1].isoformat())
    for day in _DAY.finditer(text):
        if not _is_on_calendar(day):
            return fault("WINDOW_NO_SUCH_DAY", item=day[0].strip())
        beside = _WEEKDAY.match(text[day.end() :].strip())
        if day["year"] and beside and beside[1]:
            real = date(int(day["year"]), int(day["m"]), int(day["d"])).weekday()
            if real != "一二三四五六日".index(beside[1].replace("天", "日")):
                return fault("WINDOW_WEEKDAY", item=Phrase(WEEKDAYS[real]))
    times = _WEEKDAY.sub("", _DAY.sub("", text)).strip(" ,，")
    for clock in _CLOCK.finditer(times):
        if not _is_shown(clock):
            return fault("WINDOW_NO_SUCH_TIME", item=clock[0].strip())
    around = _AROUND.sub("", times)
    if is_one_time(around):
        return fault("WINDOW_ONE_TIME")
    hours = [hour for hour in _HOUR.finditer(times) if small_number(hour[1]) in UNCLEAR_HOURS]
    if hours and not names_part(times):
        return fault("WINDOW_UNCLEAR", item=hours[0][0])
    if times == text and (spelt_range(times) or spelt_stretch(times, opens_s=0, closes_s=DAY_S)):
        return fault("WINDOW_NO_DAY")
    return fault("WINDOW_FORMAT")


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
