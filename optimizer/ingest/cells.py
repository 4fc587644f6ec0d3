"""Cell kinds: how one cell, typed by a person or sent as JSON, becomes a value.

Every kind is an `Annotated` type with one parser that takes the text of a CSV cell as well as the value that JSON
(or, later, Excel) knows by nature. A parser raises `PydanticCustomError` with a code of `faults.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from optimizer.domain.order import Difficulty, Interval, PartNeed, Place, SkillNeed, Urgency
from optimizer.domain.problem import LockLevel
from optimizer.domain.technician import Employment
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.ingest.issues import Phrase, nearest
from optimizer.ingest.times import MOMENT, TIME_OF_DAY, as_moment, excel_day, iso_duration_seconds

MAX_ID = 200
MAX_TEXT = 2_000
MAX_INT = 10**9
MAX_WINDOWS = 16

_WEEKDAYS = {
    name: index
    for index, names in enumerate(
        ("mon monday 周一 星期一", "tue tuesday 周二 星期二", "wed wednesday 周三 星期三", "thu thursday 周四 星期四")
        + ("fri friday 周五 星期五", "sat saturday 周六 星期六", "sun sunday 周日 周天 星期日 星期天")
    )
    for name in names.split()
}
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_YES = {"yes", "true", "1", "是"}
_NO = {"no", "false", "0", "否"}
_LIST = re.compile("[;；]")
_FULL_WIDTH = re.compile("[０-９：．－／]")
_TO_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a cell holds: the types that JSON may bring, and the expectation in words."""

    json_types: tuple[type, ...]
    expected: Phrase


#: A window as read: moments of the branch's wall clock, or with their own offset.
Window = tuple[datetime, datetime]


def fault(code: str, /, **values: object) -> PydanticCustomError:
    """Make the error that a parser raises; the code names an entry of `faults.FAULTS`."""
    return PydanticCustomError(code, code, dict(values))


# --- text ---------------------------------------------------------------------------------------------------------


def parse_text(value: object) -> str:
    """Return a text of at most 2 000 characters, without NUL. What looks like a formula stays text."""
    text = value if isinstance(value, str) else _plain_number(value)
    if "\0" in text:
        raise fault("TEXT_NUL")
    if len(text) > MAX_TEXT:
        raise fault("TEXT_TOO_LONG", limit=MAX_TEXT)
    return text


def parse_id(value: object) -> str:
    """Return an id: 1 to 200 printable characters that no spreadsheet has turned into a rounded number."""
    text = parse_text(value)
    if not text:
        raise fault("ID_EMPTY")
    if len(text) > MAX_ID:
        raise fault("ID_TOO_LONG", limit=MAX_ID)
    if text != text.strip():
        raise fault("ID_SPACES")
    if not text.isprintable():
        raise fault("ID_CONTROL")
    if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", text):
        raise fault("ID_ROUNDED")
    return text


def _plain_number(value: object) -> str:
    """Return the digits of a number that a spreadsheet made of an id: 10042.0 is `10042`."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _items(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [item.strip() for item in _LIST.split(str(value)) if item.strip()]


def parse_ids(value: object) -> tuple[str, ...]:
    """Return a list of ids, each once, in the order given."""
    ids = tuple(parse_id(item) for item in _texts(value))
    _no_doubles(ids)
    return ids


def _texts(value: object) -> list[str]:
    items = _items(value)
    if any(not isinstance(item, str) for item in items):
        raise fault("LIST_OF_TEXTS")
    return items


def _no_doubles(names: tuple[str, ...]) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if doubled is not None:
        raise fault("LIST_DOUBLE", name=doubled)


# --- numbers ------------------------------------------------------------------------------------------------------


def _number(value: object) -> float:
    if isinstance(value, str):
        if _FULL_WIDTH.search(value):
            raise fault("NUMBER_FULL_WIDTH", plain=value.translate(_TO_HALF_WIDTH))
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", value, re.ASCII):
            infinite = value.strip("+-").lower() in ("nan", "inf", "infinity")
            raise fault("NUMBER_NOT_FINITE" if infinite else "NUMBER_FORMAT")
        if len(value) > 40:
            raise fault("NUMBER_TOO_LARGE", limit=MAX_INT)
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fault("NUMBER_FORMAT")
    if abs(value) > MAX_INT and not (isinstance(value, float) and not math.isfinite(value)):
        raise fault("NUMBER_TOO_LARGE", limit=MAX_INT)
    if not math.isfinite(value):
        raise fault("NUMBER_NOT_FINITE")
    return float(value)


def parse_number(value: object) -> float:
    """Return a finite number."""
    return _number(value)


def parse_int(value: object) -> int:
    """Return a whole number between minus and plus one thousand million."""
    number = _number(value)
    if not number.is_integer():
        raise fault("NUMBER_NOT_WHOLE")
    return int(number)


def whole(low: int, high: int = MAX_INT) -> Callable[[object], int]:
    """Return the parser of whole numbers from `low` to `high`."""

    def parse(value: object) -> int:
        number = parse_int(value)
        if not low <= number <= high:
            raise fault("NUMBER_TOO_SMALL", low=low) if number < low else fault("NUMBER_TOO_LARGE", limit=high)
        return number

    return parse


def parse_yes_no(value: object) -> bool:
    """Return a yes or a no, in English or Chinese."""
    word = str(value).lower()
    if word not in _YES | _NO:
        raise fault("YES_NO_FORMAT")
    return word in _YES


def parse_duration(value: object) -> int:
    """Return seconds: minutes in a sheet (`45`, `7.5`), ISO 8601 in JSON (`PT45M`). Never negative."""
    if isinstance(value, str) and value.lstrip("-").startswith("P"):
        seconds = iso_duration_seconds(value)
        if seconds is None:
            raise fault("DURATION_FORMAT")
    else:
        exact = _number(value) * MINUTE_S
        seconds = round(exact)
        if abs(exact - seconds) > 1e-6:
            raise fault("DURATION_SECONDS")
    if seconds < 0:
        raise fault("DURATION_NEGATIVE")
    if seconds > MAX_INT:
        raise fault("NUMBER_TOO_LARGE", limit=MAX_INT)
    return seconds


# --- dates and times ----------------------------------------------------------------------------------------------


def parse_date(value: object) -> date:
    """Return a date written `2026-11-23` (or `2026/11/23`, as Chinese spreadsheets save it)."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = str(value)
    if not re.fullmatch(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", text, re.ASCII):
        raise _date_fault(text)
    year, month, day = (int(part) for part in re.split("[-/]", text))
    try:
        return date(year, month, day)
    except ValueError:
        raise fault("DATE_NO_SUCH_DAY") from None


def _date_fault(text: str) -> PydanticCustomError:
    if _FULL_WIDTH.search(text):
        return fault("NUMBER_FULL_WIDTH", plain=text.translate(_TO_HALF_WIDTH))
    if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}", text, re.ASCII):
        return fault("DATE_SWAPPED")
    serial = excel_day(text)
    return fault("DATE_FORMAT") if serial is None else fault("DATE_EXCEL_SERIAL", day=serial.isoformat())


def parse_time(value: object) -> int:
    """Return the seconds of the day of a time `08:30` or `08:30:20`; `24:00` is the day's end."""
    text = str(value)
    match = TIME_OF_DAY.fullmatch(text)
    if not match:
        if _FULL_WIDTH.search(text):
            raise fault("NUMBER_FULL_WIDTH", plain=text.translate(_TO_HALF_WIDTH))
        raise fault("TIME_EXCEL_FRACTION" if re.fullmatch(r"0\.\d{2,}", text) else "TIME_FORMAT")
    hour, minute, second = (int(part or 0) for part in match.groups())
    seconds = (hour * 60 + minute) * 60 + second
    if minute > 59 or second > 59 or seconds > DAY_S:
        raise fault("TIME_NO_SUCH_TIME")
    return seconds


def parse_moment(value: object) -> datetime:
    """Return a date and time; without an offset it is the branch's local time."""
    if isinstance(value, datetime):
        return value
    text = str(value)
    match = MOMENT.fullmatch(text)
    if not match:
        dated = _date_fault(text)
        raise fault("MOMENT_FORMAT") if dated.type == "DATE_FORMAT" else dated
    moment = as_moment(match)
    if moment is None:
        raise fault("MOMENT_NO_SUCH_TIME")
    return moment


def parse_day_or_moment(value: object) -> datetime:
    """Return a moment; a date alone is that day's midnight."""
    text = str(value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}([-/])\d{1,2}\1\d{1,2}", text, re.ASCII):
        day = parse_date(text)
        return datetime(day.year, day.month, day.day)
    return parse_moment(value)


def parse_time_or_moment(value: object) -> int | datetime:
    """Return seconds of the row's day for a time, or the moment for a full date and time."""
    if isinstance(value, datetime) or MOMENT.fullmatch(str(value)):
        return parse_moment(value)
    return parse_time(value)


def parse_windows(value: object) -> tuple[Window, ...]:
    """Return windows: `2026-11-23 09:00/11:00`, several by `;`, or an array of {open, close}."""
    items = _items(value)
    if len(items) > MAX_WINDOWS:
        raise fault("WINDOWS_TOO_MANY", limit=MAX_WINDOWS)
    return tuple(sorted((_window(item) for item in items), key=lambda w: (w[0].isoformat(), w[1].isoformat())))


def _window(item: object) -> Window:
    if isinstance(item, dict):
        ends = _pair(item, ("open", "close"), "WINDOW_FORMAT")
        opens, closes = (parse_moment(end) for end in ends)
    else:
        match = re.fullmatch(r"(\S+[ T]\s*\S+)\s*/\s*(\S+|\S+[ T]\s*\S+)", str(item))
        # A date written with slashes also holds "/", so the split is at the last one that leaves a time before it.
        if not match or not MOMENT.fullmatch(match[1]):
            raise fault("WINDOW_FORMAT")
        opens = parse_moment(match[1])
        day_part = re.split("[ T]", match[1])[0]
        full = MOMENT.fullmatch(match[2]) is not None
        closes = parse_moment(match[2] if full else f"{day_part} {match[2]}")
        if not full:
            closes = closes.replace(tzinfo=opens.tzinfo)
    if (opens.tzinfo is None) != (closes.tzinfo is None):
        raise fault("WINDOW_MIXED_OFFSET")
    if closes < opens:
        raise fault("WINDOW_REVERSED")
    return opens, closes


def _pair(item: dict[str, object], names: tuple[str, ...], code: str) -> list[object]:
    if set(item) != set(names) or any(not isinstance(part, str) for part in item.values()):
        raise fault(code)
    return [item[name] for name in names]


def parse_hours(value: object) -> tuple[Interval, ...]:
    """Return stretches of a day: `12:00-13:00`, several by `;`, or an array of {open, close}."""
    return tuple(sorted(_stretch(item) for item in _items(value)))


def _stretch(item: object) -> Interval:
    ends = _pair(item, ("open", "close"), "HOURS_FORMAT") if isinstance(item, dict) else str(item).split("-")
    if len(ends) != 2:
        raise fault("HOURS_FORMAT")
    opens, closes = (parse_time(end.strip() if isinstance(end, str) else end) for end in ends)
    if closes <= opens:
        raise fault("HOURS_REVERSED")
    return Interval(opens, closes)


def parse_opening(value: object) -> tuple[tuple[int, Interval], ...]:
    """Return opening hours by weekday: `Mon-Fri 09:00-17:00; Sat 09:00-12:00`, or an array of {weekday, open, close}."""
    opening: set[tuple[int, Interval]] = set()
    for item in _items(value):
        if isinstance(item, dict):
            day, opens, closes = _pair(item, ("weekday", "open", "close"), "OPENING_FORMAT")
            days, stretch = str(day), _stretch({"open": opens, "close": closes})
        else:
            days, _, hours = str(item).strip().rpartition(" ")
            if not days:
                raise fault("OPENING_FORMAT")
            stretch = _stretch(hours)
        opening.update((day_index, stretch) for day_index in _weekdays(days))
    return tuple(sorted(opening))


def _weekdays(text: str) -> list[int]:
    days: list[int] = []
    for part in re.split("[,，、]", text):
        first, _, last = (name.strip().lower() for name in part.replace("至", "-").partition("-"))
        last = last or first
        if first not in _WEEKDAYS or last not in _WEEKDAYS:
            raise fault("OPENING_FORMAT")
        begin, end = _WEEKDAYS[first], _WEEKDAYS[last]
        days += [n % 7 for n in range(begin, end + 1 if end >= begin else end + 8)]
    return days


# --- needs, choices, places ---------------------------------------------------------------------------------------


def _amounts(value: object, names: tuple[str, str], *, high: int) -> list[tuple[str, int]]:
    pairs: list[tuple[str, int]] = []
    for item in _items(value):
        if isinstance(item, dict):
            if not set(item) <= set(names) or names[0] not in item or not isinstance(item[names[0]], str):
                raise fault("AMOUNT_FORMAT")
            name, amount = item[names[0]], item.get(names[1], 1)
            if type(amount) is not int:
                raise fault("AMOUNT_FORMAT")
        else:
            head, colon, tail = str(item).replace("：", ":").rpartition(":")
            name, amount = (head.strip(), tail.strip()) if colon else (str(item), 1)
        pairs.append((parse_id(name), whole(1, high)(amount)))
    _no_doubles(tuple(name for name, _ in pairs))
    return sorted(pairs)


def parse_skill_needs(value: object) -> tuple[SkillNeed, ...]:
    """Return skills and their least levels: `aircon:2; electric`."""
    return tuple(SkillNeed(*pair) for pair in _amounts(value, ("skill", "min_level"), high=9))


def parse_part_needs(value: object) -> tuple[PartNeed, ...]:
    """Return parts and quantities: `P01:1; P07:2`."""
    return tuple(PartNeed(*pair) for pair in _amounts(value, ("part_id", "quantity"), high=MAX_INT))


def parse_tool_needs(value: object) -> tuple[PartNeed, ...]:
    """Return tools and units: `ladder:1`."""
    return tuple(PartNeed(*pair) for pair in _amounts(value, ("tool_id", "quantity"), high=MAX_INT))


def choice(*words: str) -> Callable[[object], str]:
    """Return the parser of one word out of several; the case does not matter."""

    def parse(value: object) -> str:
        word = str(value).lower()
        if word not in words:
            raise fault("CHOICE", choices=", ".join(words), near=nearest(word, words))
        return word

    return parse


def parse_end_place(value: object) -> str | Place:
    """Return where a day starts or ends: `branch`, `home`, or in JSON a place of its own."""
    if not isinstance(value, dict):
        return choice("branch", "home")(value)
    if not {"lat", "lon"} <= set(value) <= {"lat", "lon", "address"} or isinstance(value["lat"], str):
        raise fault("PLACE_FORMAT")
    return Place(_number(value["lat"]), _number(value["lon"]), parse_text(value.get("address", "")))


def parse_zone(value: object) -> str:
    """Return the name of a time zone that the machine knows."""
    text = parse_text(value)
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise fault("ZONE_UNKNOWN") from None
    return text


_TEXT = Kind((str,), Phrase("text"))
_WHOLE = Kind((int,), Phrase("a whole number"))
_DECIMAL = Kind((int, float), Phrase("a number"))
_DATE = Kind((str,), Phrase("a date as text, YYYY-MM-DD"))
_TIME = Kind((str,), Phrase("a time as text, HH:MM"))
_MOMENT = Kind((str,), Phrase("a moment as text, 2026-11-23T09:00:00+08:00"))
_LISTED = Kind((list,), Phrase("an array"))

Text = Annotated[str, PlainValidator(parse_text), _TEXT]
Id = Annotated[str, PlainValidator(parse_id), _TEXT]
Ids = Annotated[tuple[str, ...], PlainValidator(parse_ids), _LISTED]
Zone = Annotated[str, PlainValidator(parse_zone), _TEXT]
Number = Annotated[float, PlainValidator(parse_number), _DECIMAL]
Whole = Annotated[int, PlainValidator(parse_int), _WHOLE]
Count = Annotated[int, PlainValidator(whole(0)), _WHOLE]
Quantity = Annotated[int, PlainValidator(whole(1)), _WHOLE]
Priority = Annotated[int, PlainValidator(whole(1, 5)), _WHOLE]
SkillLevel = Annotated[int, PlainValidator(whole(1, 9)), _WHOLE]
Percent = Annotated[int, PlainValidator(whole(1, 10_000)), _WHOLE]
YesNo = Annotated[bool, PlainValidator(parse_yes_no), Kind((bool,), Phrase("true or false"))]
Duration = Annotated[int, PlainValidator(parse_duration), Kind((str,), Phrase("a duration as text, e.g. PT45M"))]
Day = Annotated[date, PlainValidator(parse_date), _DATE]
Time = Annotated[int, PlainValidator(parse_time), _TIME]
Moment = Annotated[datetime, PlainValidator(parse_moment), _MOMENT]
DayOrMoment = Annotated[datetime, PlainValidator(parse_day_or_moment), _MOMENT]
TimeOrMoment = Annotated[int | datetime, PlainValidator(parse_time_or_moment), _TIME]
Windows = Annotated[tuple[Window, ...], PlainValidator(parse_windows), _LISTED]
Hours = Annotated[tuple[Interval, ...], PlainValidator(parse_hours), _LISTED]
Opening = Annotated[tuple[tuple[int, Interval], ...], PlainValidator(parse_opening), _LISTED]
SkillNeeds = Annotated[tuple[SkillNeed, ...], PlainValidator(parse_skill_needs), _LISTED]
PartNeeds = Annotated[tuple[PartNeed, ...], PlainValidator(parse_part_needs), _LISTED]
ToolNeeds = Annotated[tuple[PartNeed, ...], PlainValidator(parse_tool_needs), _LISTED]
UrgencyWord = Annotated[str, PlainValidator(choice(*Urgency)), _TEXT]
DifficultyWord = Annotated[str, PlainValidator(choice(*Difficulty)), _TEXT]
EmploymentWord = Annotated[str, PlainValidator(choice(*Employment)), _TEXT]
LockWord = Annotated[str, PlainValidator(choice(*LockLevel)), _TEXT]
EndPlace = Annotated[str | Place, PlainValidator(parse_end_place), Kind((str, dict), Phrase("branch, home or a place"))]
