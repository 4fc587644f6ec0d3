"""Cells that hold more than one value: lists, windows, hours, needs with amounts, places.

In a sheet the parts are separated by `;`, those of needs also by commas; ids are told apart when it is known which
there are (`build/names.py`). JSON brings arrays and objects.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from optimizer.domain.order import GapFrom, Interval, Load, PartNeed, Place, Predecessor, SkillNeed, ToolNeed
from optimizer.domain.units import DAY_S
from optimizer.ingest.cells.dates_and_times import LONGEST_NIGHT_S, MOMENT
from optimizer.ingest.cells.days_of_week import WEEKDAY_OF
from optimizer.ingest.cells.lists import COMMAS, split_list
from optimizer.ingest.cells.unread_windows import window_fault
from optimizer.ingest.cells.values import (
    MAX_INT,
    CellFault,
    choice,
    fault,
    parse_duration,
    parse_id,
    parse_moment,
    parse_number,
    parse_text,
    parse_time,
    parse_time_or_moment,
    whole,
)
from optimizer.text.patterns import pattern_of

MAX_WINDOWS = 16
_BETWEEN_AMOUNTS = pattern_of(r"(?<=\d)[\s,，]+(?=[^\s;；:：]+[:：])")
#: An amount with its unit, as people write it: 400kg, 400 公斤; kg 400, kg=400.
_UNIT_BEHIND = pattern_of(r"(?<![\w:：.])(\d+)\s*([^\W\d_]+)(?=\s*(?:[;；,，、\s]|$))")
_UNIT_BEFORE = pattern_of(r"(?<![\w:：.])([^\W\d_]+)\s*(?:[=＝]\s*|\s)(\d+)(?=\s*(?:[;；,，、\s]|$))")
#: Two amounts with their units joined by a plus; and what is left of an amount that is no whole number of anything.
_PLUS = pattern_of(r"(?<=[^\W\d_])\s*[+＋]\s*(?=\d)")
_NO_QUANTITY = pattern_of(r"[-+－＋.\d半]")
#: A list of names with amounts: a comma inside a number, as in `P1:1,000`, separates nothing.
_NEEDS = pattern_of(
    r"[;；，、\r\n]+|,(?!\d{3}\s*(?:[;；,，、\r\n]|$))"
    r"|(?:(?<=[:：]\d)|(?<=[:：]\d\d))\s+(?=[^\s;；:：,，、]+\s*[:：]\s*\d)"
)

_DAY_GROUPS = {
    **dict.fromkeys(("每天", "每日", "daily", "everyday", "every day"), "Mon-Sun"),
    **dict.fromkeys(("周末", "双休日", "weekend", "weekends"), "Sat-Sun"),
    **dict.fromkeys(("工作日", "weekday", "weekdays", "m-f", "m–f"), "Mon-Fri"),
}
_NAMED_DAYS = pattern_of(r"\s*(?:[,，、&和及]|\band\b)\s*")
_TO_DAY = pattern_of(r"\s*(?:[~～–—−至到-]|\b(?:to|through|thru)\b)\s*")
_SEVERAL_DAYS = pattern_of("(?:周|星期|礼拜)?([一二三四五六日天]+)")

#: A window as read: moments of the branch's wall clock, or with their own offset.
Window = tuple[datetime, datetime]


def _items(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return split_list(str(value))


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
            raise window_fault(text)
        opens, end = parse_moment(begin[0].strip()), end[1:].strip()
        until = parse_time_or_moment(end)
        midnight = opens.replace(hour=0, minute=0, second=0)
        closes = until if isinstance(until, datetime) else midnight + timedelta(seconds=until)
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
    """Return stretches of a day: `12:00-13:00`, several by `;`, or an array of {open, close}.

    Those that end before they begin go on over midnight: `22:00-04:00`.
    """
    return tuple(sorted(_stretch(item) for item in _items(value)))


def _stretch(item: object) -> Interval:
    ends = _pair(item, ("open", "close"), "HOURS_FORMAT") if isinstance(item, dict) else str(item).split("-")
    if len(ends) != 2:
        raise fault("HOURS_FORMAT")
    opens, closes = (parse_time(end.strip() if isinstance(end, str) else end) for end in ends)
    if closes < opens and closes + DAY_S - opens <= LONGEST_NIGHT_S:
        closes += DAY_S
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
        opening.update((day_index, stretch) for day_index in weekday_indices(days))
    return tuple(sorted(opening))


def weekday_indices(text: str, code: str = "OPENING_FORMAT") -> list[int]:
    """Return the days of the week that a text names, 0 is Monday: `Mon-Fri`, `周六日`, `周一、三、五`, `工作日`.

    Raises
    ------
    CellFault
        `code`, when one of them is none.
    """
    days: list[int] = []
    for part in _NAMED_DAYS.split(text.strip()):
        part = _DAY_GROUPS.get(part.lower(), part)
        first, _, last = (name.strip() for name in _TO_DAY.sub("-", part).partition("-"))
        begin, *more = _days_named(first, code)
        if not last:
            days += [begin, *more]
            continue
        end, *others = _days_named(last, code)
        if more or others:
            raise fault(code)
        days += [n % 7 for n in range(begin, end + 1 if end >= begin else end + 8)]
    return days


def _days_named(name: str, code: str) -> list[int]:
    """Return the days of a name; behind one `周` may stand several: `周六日`."""
    if name.lower() in WEEKDAY_OF:
        return [WEEKDAY_OF[name.lower()]]
    match = _SEVERAL_DAYS.fullmatch(name)
    if match is None:
        raise fault(code)
    return [WEEKDAY_OF[f"周{day}"] for day in match[1]]


def _amounts(value: object, names: tuple[str, str], *, low: int = 1, high: int) -> list[tuple[str, int]]:
    pairs: list[tuple[str, int]] = []
    for item in value if isinstance(value, list) else split_list(str(value), _NEEDS):
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
        pairs.append((parse_id(name), _amount(name, amount, low=low, high=high)))
    _no_doubles(tuple(name for name, _ in pairs))
    return sorted(pairs)


def _amount(name: str, amount: object, *, low: int, high: int) -> int:
    try:
        return whole(low, high)(amount)
    except CellFault:
        code = "AMOUNT_NUMBER" if low else "AMOUNT_NEGATIVE"
        raise fault(code, item=f"{name}:{amount}", limit=high, example=f"{name}:1") from None


def parse_skill_needs(value: object) -> tuple[SkillNeed, ...]:
    """Return skills and their least levels: `aircon:2; electric`."""
    return tuple(SkillNeed(*pair) for pair in _amounts(value, ("skill", "min_level"), high=9))


def parse_part_needs(value: object) -> tuple[PartNeed, ...]:
    """Return parts and quantities: `P01:1; P07:2`."""
    return tuple(PartNeed(*pair) for pair in _amounts(value, ("part_id", "quantity"), high=MAX_INT))


def parse_tool_needs(value: object) -> tuple[ToolNeed, ...]:
    """Return tools and units: `ladder:1`."""
    if isinstance(value, list):  # plans of earlier versions say quantity
        value = [_renamed(item, "quantity", "units") if isinstance(item, dict) else item for item in value]
    return tuple(ToolNeed(*pair) for pair in _amounts(value, ("tool_id", "units"), high=MAX_INT))


def _renamed(item: dict[str, object], old: str, new: str) -> dict[str, object]:
    return {new if name == old and new not in item else name: part for name, part in item.items()}


def parse_loads(value: object) -> tuple[Load, ...]:
    """Return quantities and amounts: `kg:20 crates:2`, separated by spaces or `;`; `20kg` is read, too."""
    if isinstance(value, str):
        value = _PLUS.sub(";", value)
        value = _UNIT_BEHIND.sub(r"\2:\1", _UNIT_BEFORE.sub(r"\1:\2", value))
        value = _BETWEEN_AMOUNTS.sub(";", value)
        pairs = _amounts(value, ("quantity", "amount"), low=0, high=MAX_INT)
        if any(_NO_QUANTITY.match(quantity) for quantity, _ in pairs):
            raise fault("AMOUNT_FORMAT")
        return tuple(Load(*pair) for pair in pairs)
    return tuple(Load(*pair) for pair in _amounts(value, ("quantity", "amount"), low=0, high=MAX_INT))


# --- what comes before --------------------------------------------------------------------------------------------

_SAME = pattern_of(r"\s(?:same|同人|同一人|同一人员|原班人员)$", re.IGNORECASE)
_GAP = pattern_of(r"(?P<id>.+?)\s+(?P<origin>start|end|开始|结束)?\s*(?P<gap>(?:[+＋]|\.\.|…|~|～).*)?", re.IGNORECASE)
_UNTIL = pattern_of(r"\.{2,}|…+|[~～]")
_GAP_PART = pattern_of(r"(\d{1,9}(?:\.\d{1,4})?)\s*([A-Za-z]+|[天日小时分钟]+)?\s*", re.ASCII)
_MINUTES_OF = {
    **dict.fromkeys(("", "m", "min", "mins", "minute", "minutes", "分", "分钟"), 1),
    **dict.fromkeys(("h", "hour", "hours", "时", "小时"), 60),
    **dict.fromkeys(("d", "day", "days", "天", "日"), 1440),
}
_PREDECESSOR_KEYS = {"visit_id", "gap_from", "min_gap", "max_gap", "same_people"}


def parse_predecessors(value: object) -> tuple[Predecessor, ...]:
    """Return what comes before: `A; B +2h; C start+30min..4h same`, or an array of ids and objects.

    A gap counts from the earlier service's end, or from its start: at least the time after `+`, at most the one after
    `..`. With `same` the same people serve both.
    """
    items = value if isinstance(value, list) else split_list(str(value), COMMAS)
    made = [_predecessor(item) for item in items]
    if len({(earlier.visit_id, earlier.gap_from) for earlier in made}) < len(made):
        _no_doubles(tuple(earlier.visit_id for earlier in made))
    return tuple(sorted(made, key=predecessor_key))


def predecessor_key(earlier: Predecessor) -> tuple[object, ...]:
    """Return what predecessors are sorted by."""
    most_s = -1 if earlier.max_gap_s is None else earlier.max_gap_s
    return (earlier.visit_id, earlier.gap_from, earlier.min_gap_s, most_s, earlier.same_people)


def _predecessor(item: object) -> Predecessor:
    if not isinstance(item, str | dict):
        raise fault("LIST_OF_TEXTS")
    made = _predecessor_text(item) if isinstance(item, str) else _predecessor_object(item)
    if made.max_gap_s is not None and made.max_gap_s < made.min_gap_s:
        raise fault("GAP_REVERSED", item=item if isinstance(item, str) else made.visit_id)
    return made


def _predecessor_object(item: dict[str, Any]) -> Predecessor:
    texts = [part for name, part in item.items() if name != "same_people"]
    is_same, most = item.get("same_people", False), item.get("max_gap")
    is_right = "visit_id" in item and item.keys() <= _PREDECESSOR_KEYS and type(is_same) is bool
    if not is_right or any(not isinstance(part, str) for part in texts):
        raise fault("AFTER_FORMAT", item=item.get("visit_id", ""))
    return Predecessor(
        parse_id(item["visit_id"]),
        GapFrom(choice(*GapFrom)(item.get("gap_from", GapFrom.END))),
        parse_duration(item.get("min_gap", "PT0S")),
        None if most is None else parse_duration(most),
        is_same,
    )


def _predecessor_text(item: str) -> Predecessor:
    same = _SAME.search(item)
    text = item[: same.start()].rstrip() if same else item
    match = _GAP.fullmatch(text)
    if match is None or not (match["origin"] or match["gap"]):
        return Predecessor(parse_id(text), same_people=same is not None)
    least, *most = _UNTIL.split(match["gap"] or "", maxsplit=1)
    is_from_start = (match["origin"] or "").lower() in ("start", "开始")
    return Predecessor(
        parse_id(match["id"]),
        GapFrom.START if is_from_start else GapFrom.END,
        _gap_s(least[1:].strip(), item) if least else 0,
        _gap_s(most[0].strip(), item) if most else None,
        same is not None,
    )


def _gap_s(text: str, item: str) -> int:
    """Return the seconds of a gap: `2h`, `1h30min`, `90` (minutes), `2天`, or an ISO 8601 duration."""
    if text.startswith("P"):
        return parse_duration(text)
    parts = _GAP_PART.findall(text)
    if not parts or _GAP_PART.sub("", text) or any(unit.lower() not in _MINUTES_OF for _, unit in parts):
        raise fault("AFTER_FORMAT", item=item)
    return parse_duration(sum(float(amount) * _MINUTES_OF[unit.lower()] for amount, unit in parts))


#: What else people call the branch when they say where a day begins; `公司` and `单位` are read as an office.
_AT_THE_BRANCH = {"office", "company", "depot", "shop", "站点", "服务站", "门店", "店里", "公司网点"}


def parse_end_place(value: object) -> str | Place:
    """Return where a day starts or ends: `branch`, `home`, or in JSON a place of its own."""
    if not isinstance(value, dict):
        word = str(value).strip().lower()
        return choice("branch", "home")("branch" if word in _AT_THE_BRANCH else value)
    if not {"lat", "lon"} <= set(value) <= {"lat", "lon", "address"} or isinstance(value["lat"], str):
        raise fault("PLACE_FORMAT")
    return Place(parse_number(value["lat"]), parse_number(value["lon"]), parse_text(value.get("address", "")))
