"""Cells that hold more than one value: lists, windows, hours, needs with amounts, places.

In a sheet the parts are separated by `;`; JSON brings arrays and objects.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import PydanticCustomError

from optimizer.domain.order import Interval, PartNeed, Place, SkillNeed
from optimizer.ingest.cells import (
    MAX_INT,
    choice,
    fault,
    parse_id,
    parse_moment,
    parse_number,
    parse_text,
    parse_time,
    whole,
)
from optimizer.ingest.times import MOMENT

MAX_WINDOWS = 16
_LIST = re.compile("[;；]")

_DAY_NAMES = (
    ("mon", "monday", "周一", "星期一"),
    ("tue", "tuesday", "周二", "星期二"),
    ("wed", "wednesday", "周三", "星期三"),
    ("thu", "thursday", "周四", "星期四"),
    ("fri", "friday", "周五", "星期五"),
    ("sat", "saturday", "周六", "星期六"),
    ("sun", "sunday", "周日", "周天", "星期日", "星期天"),
)
_WEEKDAYS = {name: index for index, names in enumerate(_DAY_NAMES) for name in names}
_DAY_GROUPS = dict.fromkeys(("每天", "每日", "daily"), "Mon-Sun") | {"周末": "Sat-Sun"}
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: A window as read: moments of the branch's wall clock, or with their own offset.
Window = tuple[datetime, datetime]


def _items(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [item.strip() for item in _LIST.split(str(value)) if item.strip()]


def parse_ids(value: object) -> tuple[str, ...]:
    """Return a list of ids, each once, in the order given."""
    ids = tuple(parse_id(item) for item in _texts(value))
    _no_doubles(ids)
    return ids


def parse_texts(value: object) -> tuple[str, ...]:
    """Return a list of texts, in the order given: contacts, things to bring."""
    return tuple(parse_text(item) for item in _texts(value))


def _texts(value: object) -> list[str]:
    items = _items(value)
    if any(not isinstance(item, str) for item in items):
        raise fault("LIST_OF_TEXTS")
    return items


def _no_doubles(names: tuple[str, ...]) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if doubled is not None:
        raise fault("LIST_DOUBLE", name=doubled)


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
        text = str(item)
        begin = MOMENT.match(text)
        end = text[begin.end() :].strip() if begin else ""
        if begin is None or not end.startswith("/"):
            raise fault("WINDOW_FORMAT")
        opens, end = parse_moment(begin[0].strip()), end[1:].strip()
        if MOMENT.fullmatch(end):
            closes = parse_moment(end)
        else:
            midnight = opens.replace(hour=0, minute=0, second=0)
            closes = midnight + timedelta(seconds=parse_time(end))
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
    """Return opening hours by weekday: `Mon-Fri 09:00-17:00; Sat 09:00-12:00`, or {weekday, open, close} objects."""
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
        part = _DAY_GROUPS.get(part.strip(), part)
        first, _, last = (name.strip().lower() for name in re.sub("[至到~]", "-", part).partition("-"))
        last = last or first
        if first not in _WEEKDAYS or last not in _WEEKDAYS:
            raise fault("OPENING_FORMAT")
        begin, end = _WEEKDAYS[first], _WEEKDAYS[last]
        days += [n % 7 for n in range(begin, end + 1 if end >= begin else end + 8)]
    return days


def _amounts(value: object, names: tuple[str, str], *, high: int) -> list[tuple[str, int]]:
    pairs: list[tuple[str, int]] = []
    for item in _items(value):
        if isinstance(item, dict):
            if not set(item) <= set(names) or names[0] not in item or not isinstance(item[names[0]], str):
                raise fault("AMOUNT_FORMAT")
            name, amount = item[names[0]], item.get(names[1], 1)
            if type(amount) is not int:
                raise fault("AMOUNT_FORMAT")
        elif not isinstance(item, str):
            raise fault("AMOUNT_FORMAT")
        else:
            head, colon, tail = item.replace("：", ":").rpartition(":")
            name, amount = (head.strip(), tail.strip()) if colon else (item, 1)
        pairs.append((parse_id(name), _amount(name, amount, high=high)))
    _no_doubles(tuple(name for name, _ in pairs))
    return sorted(pairs)


def _amount(name: str, amount: object, *, high: int) -> int:
    try:
        return whole(1, high)(amount)
    except PydanticCustomError:
        raise fault("AMOUNT_NUMBER", item=f"{name}:{amount}", limit=high, example=f"{name}:1") from None


def parse_skill_needs(value: object) -> tuple[SkillNeed, ...]:
    """Return skills and their least levels: `aircon:2; electric`."""
    return tuple(SkillNeed(*pair) for pair in _amounts(value, ("skill", "min_level"), high=9))


def parse_part_needs(value: object) -> tuple[PartNeed, ...]:
    """Return parts and quantities: `P01:1; P07:2`."""
    return tuple(PartNeed(*pair) for pair in _amounts(value, ("part_id", "quantity"), high=MAX_INT))


def parse_tool_needs(value: object) -> tuple[PartNeed, ...]:
    """Return tools and units: `ladder:1`."""
    return tuple(PartNeed(*pair) for pair in _amounts(value, ("tool_id", "quantity"), high=MAX_INT))


def parse_end_place(value: object) -> str | Place:
    """Return where a day starts or ends: `branch`, `home`, or in JSON a place of its own."""
    if not isinstance(value, dict):
        return choice("branch", "home")(value)
    if not {"lat", "lon"} <= set(value) <= {"lat", "lon", "address"} or isinstance(value["lat"], str):
        raise fault("PLACE_FORMAT")
    return Place(parse_number(value["lat"]), parse_number(value["lon"]), parse_text(value.get("address", "")))
