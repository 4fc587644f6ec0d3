"""The public calendar: holidays and make-up working days of a country or a part of it, below the branch's own table.

The days come from the `holidays` package. A branch in China has its country by its time zone; any other names it, with
its state or land where that matters: `US-OH`. What the branch's own calendar says of a date always counts before it.
"""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec, module_from_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.faults.issues import nearest
from optimizer.ingest.forms.columns import CalendarRow
from optimizer.ingest.forms.sheets import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.domain.working_time import WorkingCalendar
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import BranchRow
    from optimizer.ingest.forms.sheets import BranchSheets

#: How far from the day to plan the calendar is filled in.
REACH = timedelta(days=90)
#: How far ahead a year's make-up days matter to promises, deadlines and arrivals: no sooner is it worth a warning.
FORESIGHT = timedelta(days=30)
#: The weekend of a branch that keeps no country's days: Saturday and Sunday.
WEEKEND = frozenset({5, 6})

_CHINESE_ZONES = {
    *("Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC")
}
_NONE = {"none", "no", "-", "无", "不使用"}
#: Countries that announce each year which weekends are worked instead.
_ANNOUNCING = {"CN"}
#: What may stand between a country and its part.
_BETWEEN = re.compile(r"\s*[-/,，、_]\s*|\s+")
#: How many names a fault offers where none is meant for sure.
_OFFERED = 6


class UnknownHolidaysError(KeyError):
    """A country or a part of it is named whose public holidays nobody knows here: the fault's code and details."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code, self.details = code, details


@cache
def public_days(country: str, years: tuple[int, ...], weekend: frozenset[int] = WEEKEND) -> Mapping[date, bool]:
    """Return the days of these years that depart from the plain week, and whether each is a working day.

    Public holidays on weekdays are `False`, weekends that are worked instead are `True`.

    Parameters
    ----------
    country
        Its code, with that of a part of it behind a hyphen: `CN`, `US-OH`.

    Examples
    --------
    >>> public_days("CN", (2026,))[date(2026, 10, 10)]  # a Saturday, for a day of the National Day week
    True
    """
    table = _table_of(country, years)
    days = {day: False for day in table if day.weekday() not in weekend and day.year in years}
    for day in getattr(table, "weekend_workdays", ()):
        if day.year in years and day not in table:
            days[day] = True
    return MappingProxyType(dict(sorted(days.items())))


def _table_of(country: str, years: tuple[int, ...]) -> Any:
    import holidays

    code, _, part = country.partition("-")
    with _loading_it_alone():
        return holidays.country_holidays(code, subdiv=part or None, years=years)


@contextmanager
def _loading_it_alone() -> Iterator[None]:
    """Let the module of one country be loaded without its 250 neighbours, which took a tenth of a second.

    An empty package of countries stands in for theirs, which loads them all; whoever imports it later gets theirs.
    """
    spec = find_spec("holidays.countries")
    if spec is None or spec.name in sys.modules:
        yield
        return
    sys.modules[spec.name] = module_from_spec(spec)
    try:
        yield
    finally:
        sys.modules.pop(spec.name, None)


def is_published(country: str, year: int) -> bool:
    """Return whether a year's make-up working days are known, for a country that has such days."""
    return country not in _ANNOUNCING or any(public_days(country, (year,)).values())


def country_of(branch: BranchRow) -> str:
    """Return the country whose public days the branch keeps, with its part if one is named; empty for none.

    Raises
    ------
    UnknownHolidaysError
        When the branch names a country or a part that is not known.
    """
    word = (branch.holidays or "").strip()
    if not word:
        return _country_of_zone(branch.timezone)
    if word.lower() in _NONE:
        return ""
    countries = _countries()
    if word.lower() in countries:
        return countries[word.lower()]
    for between in _BETWEEN.finditer(word):
        country = countries.get(word[: between.start()].lower())
        if country is not None:
            return f"{country}-{_part_of(country, word[between.end() :])}"
    near = countries.get(nearest(word, countries), "")
    codes = () if near else get_close_matches(word.upper(), sorted(set(countries.values())), _OFFERED, 0.5)
    raise UnknownHolidaysError("HOLIDAYS_UNKNOWN", near=near, known=", ".join(codes) or "CN, US-OH")


def _part_of(country: str, word: str) -> str:
    """Return the code of a part of a country by its code or its name."""
    parts = _parts(country)
    if word.lower() in parts:
        return parts[word.lower()]
    codes = sorted(set(parts.values()))
    near = parts.get(nearest(word, parts), "")
    known = get_close_matches(word.upper(), codes, _OFFERED, 0.5) or codes[:_OFFERED]
    details = {"country": country, "near": f"{country}-{near}" if near else ""}
    if not codes:
        raise UnknownHolidaysError("HOLIDAYS_NO_PARTS", **details)
    raise UnknownHolidaysError("HOLIDAYS_PART_UNKNOWN", **details, known=", ".join(f"{country}-{c}" for c in known))


@cache
def _parts(country: str) -> Mapping[str, str]:
    """Return the code of every part of a country by its names: `oh`, `ohio`."""
    table = _table_of(country, ())
    aliases = {alias.lower(): code for alias, code in table.subdivisions_aliases.items()}
    return aliases | {code.lower(): code for code in table.subdivisions}


def weekend_of(branch: BranchRow) -> frozenset[int]:
    """Return the days of rest of every week, from 0 for Monday: the branch's own, else those of its country."""
    if branch.weekend is not None:
        return frozenset(branch.weekend)
    try:
        country = country_of(branch)
    except UnknownHolidaysError:
        return WEEKEND
    return _weekend_of_country(country, branch.plan_date) if country else WEEKEND


@cache
def _weekend_of_country(country: str, on: date) -> frozenset[int]:
    table = _table_of(country, (on.year,))
    week = (on + timedelta(days=n) for n in range(7))
    return frozenset(day.weekday() for day in week if table.is_weekend(day))


def _country_of_zone(timezone: str) -> str:
    return "CN" if timezone in _CHINESE_ZONES else ""


@cache
def _countries() -> Mapping[str, str]:
    """Return the two-letter code of every country by its names: `cn`, `chn`, `china`."""
    from holidays.registry import COUNTRIES

    codes = {"中国": "CN"}
    for module, (_, code, *aliases) in COUNTRIES.items():
        codes |= dict.fromkeys((module.replace("_", " "), code.lower(), *map(str.lower, aliases)), code)
    return codes


def check_calendar(sheets: BranchSheets, clock: BranchClock | None, log: IssueLog) -> None:
    """Note dates that the branch calls both, an unknown country, and a year that nobody has announced yet."""
    _note_contradictions(sheets, log)
    for entry in sheets.branch:
        try:
            country = country_of(entry.row)
        except UnknownHolidaysError as error:
            sheets.branch.note(log, error.code, entry.number, "holidays", str(entry.row.holidays), **error.details)
            continue
        own_years = {row.row.date.year for row in sheets.calendar.readable() if row.row.date}
        for year in _years_near(clock.first_day, ahead=FORESIGHT) if country and clock else ():
            if year not in own_years and not is_published(country, year):
                sheets.calendar.note(log, "CALENDAR_UNPUBLISHED", None, value=year)


def _note_contradictions(sheets: BranchSheets, log: IssueLog) -> None:
    first: dict[date, Entry[CalendarRow]] = {}
    for entry in sheets.calendar:
        day, earlier = entry.row.date, first.setdefault(entry.row.date, entry)
        if earlier is not entry:
            code = "ID_TWICE" if earlier.row.working == entry.row.working else "CALENDAR_CONTRADICTS"
            sheets.calendar.note(log, code, entry.number, "date", day, other=earlier.number)


def with_public_days(sheets: BranchSheets, clock: BranchClock) -> BranchSheets:
    """Return the sheets with the public days of the years around the day to plan in the calendar.

    A date on which the branch's own calendar says anything is left to it.
    """
    branch = sheets.branch.entries[0].row
    country = country_of(branch)
    if not country:
        return sheets
    own = {entry.row.date for entry in sheets.calendar}
    days = public_days(country, tuple(_years_near(clock.first_day, ahead=REACH)), weekend_of(branch))
    added = tuple(Entry(0, CalendarRow(date=day, working=working)) for day, working in days.items() if day not in own)
    return replace(sheets, calendar=replace(sheets.calendar, entries=(*sheets.calendar.entries, *added)))


def unpublished_years(sheets: BranchSheets, clock: BranchClock) -> frozenset[int]:
    """Return the years around the day to plan whose make-up days neither the country nor the branch has told yet."""
    country = country_of(sheets.branch.entries[0].row)
    if not country:
        return frozenset()
    own_years = {entry.row.date.year for entry in sheets.calendar}
    years = _years_near(clock.first_day, ahead=REACH)
    return frozenset(year for year in years if year not in own_years and not is_published(country, year))


def adds_public_days(timezone: str, calendar: WorkingCalendar, day: date) -> bool:
    """Return whether reading the branch again would add public days to its calendar; "none" is written then."""
    country = _country_of_zone(timezone)
    years = tuple(_years_near(day, ahead=REACH))
    return bool(country) and not public_days(country, years, calendar.weekend).keys() <= calendar.overrides.keys()


def _years_near(day: date, *, ahead: timedelta) -> Iterable[int]:
    return range((day - REACH).year, (day + ahead).year + 1)
