"""Amounts as people write them: `1小时30分`, `1h30`, `2级`, `高`, `3个`, `31,264`, `P01×2`, `空调、冰箱`.

Each becomes the text that the parsers take. What may mean two things stays as it is, and the parsers name it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from optimizer.ingest.cells.numerals import NUMERAL, small_number
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from collections.abc import Set

#: Digits and marks of a Chinese keyboard, and the spaces of word processors.
_TO_HALF_WIDTH = str.maketrans(
    "０１２３４５６７８９：．／－＋−＊％，～（）\u3000\u00a0\u202f", "0123456789:./-+-*%,~()   "
)


def half_width(text: str) -> str:
    """Return a text with the digits, marks and spaces of a plain keyboard.

    >>> half_width("９：３０")
    '9:30'
    """
    return text if text.isascii() else text.translate(_TO_HALF_WIDTH)


# --- durations ----------------------------------------------------------------------------------------------------

_HOURS_MINUTES = pattern_of(r"(\d|[01]\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)
_AMOUNT = rf"\d{{1,9}}(?:[.,]\d{{1,9}})?|{NUMERAL}"
_DURATION = pattern_of(
    r"(?:约|大约|大概|about\s+|~\s*)?"
    rf"(?:(?P<half>半\s*个?\s*(?:小时|钟头)|half an hour)"
    rf"|(?:(?P<hours>{_AMOUNT})\s*(?P<and>个半|个)?\s*(?:小时|钟头|hours?|hrs?|h)(?P<tail>半)?)?"
    rf"(?:\s*(?:and\s+)?(?P<minutes>{_AMOUNT})\s*(?P<unit>分钟|分|minutes?|mins?|m|'|′|刻钟)?)?)"
    r"(?:左右)?",
    re.IGNORECASE,
)
#: A number of minutes that is a guess.
_ABOUT = pattern_of(r"^(?:约|大约|大概|about\s+|~\s*)?(\d{1,4})(?:左右)?$", re.ASCII)
_SECONDS = pattern_of(r"(\d{1,9})\s*(?:秒钟?|seconds?|secs?|s)", re.ASCII | re.IGNORECASE)
_QUARTER_MIN = 15


def spelt_minutes(text: str) -> str:
    """Return the minutes of a duration as people write it; what is none stays.

    >>> spelt_minutes("1小时30分"), spelt_minutes("一个半小时"), spelt_minutes("1h30"), spelt_minutes("60")
    ('90', '90', '90', '60')
    """
    clock = _HOURS_MINUTES.fullmatch(text)
    if clock:
        return str(int(clock[1]) * 60 + int(clock[2]))
    seconds = _SECONDS.fullmatch(text)
    if seconds:
        return f"{int(seconds[1]) / 60:.10g}"
    text = _ABOUT.sub(r"\1", text)
    match = _DURATION.fullmatch(text)
    if match is None or not (match["half"] or match["hours"] or match["unit"]):
        return text if match is None else _decimal_point(text)
    if match["half"]:
        return "30"
    minutes = _number(match["hours"]) * 60 + (30 if match["and"] == "个半" or match["tail"] else 0)
    more = _number(match["minutes"]) * (_QUARTER_MIN if match["unit"] == "刻钟" else 1)
    if match["hours"] and match["minutes"] and (more >= 60 or match["tail"]):
        return text
    return f"{minutes + more:.10g}"


def _number(text: str | None) -> float:
    if not text:
        return 0
    return float(text.replace(",", ".")) if text[0].isdecimal() else small_number(text)


# --- numbers ------------------------------------------------------------------------------------------------------

_POINT_ZERO = pattern_of(r"(\d{1,15})\.0+", re.ASCII)
_DECIMAL_COMMA = pattern_of(r"([+-]?\d{1,9}),(\d{1,2}|\d{4,})", re.ASCII)
_COUNTED = pattern_of(
    rf"({NUMERAL}|\d{{3,9}})\s*(?:个人|个?(?:师傅|工程师|技师)|个|件|只|台|套|块|根|把|人|名|位|次|天|日|单|条|pcs?|units?|days?|people|persons?)",
    re.IGNORECASE,
)
#: How many people, in a word.
_HOW_MANY = {"单人": "1", "一": "1", "双人": "2", "二": "2", "两": "2", "双": "2", "三": "3", "四": "4"}
_SIDE = "北纬|东经|南纬|西经|[NESW]"
_DEGREES = pattern_of(
    rf"({_SIDE})?\s*([+-]?\d+(?:[.,]\d+)?)\s*(?:(?:°|度)?\s*({_SIDE})|°|度|公里|千米|km)?", re.IGNORECASE
)
_MINUTES_OF_ARC = pattern_of(
    rf"({_SIDE})?\s*(\d{{1,3}})\s*[°度]\s*(\d{{1,2}}(?:\.\d+)?)\s*['′’分]\s*"
    rf"(?:(\d{{1,2}}(?:\.\d+)?)\s*(?:''|[\"″”秒])\s*)?({_SIDE})?",
    re.IGNORECASE,
)
#: Half of the earth whose degrees are negative.
_NEGATIVE = frozenset("swSW") | {"南纬", "西经"}
#: Degrees to seven decimals are centimetres.
_DECIMALS = 7
_SHARE = pattern_of(r"[0-3]\.\d{1,4}", re.ASCII)
_LEVEL_WORDS = {
    **dict.fromkeys(("低", "初", "初级", "学徒", "junior", "low", "apprentice"), 1),
    **dict.fromkeys(("中", "中级", "medium", "technician"), 2),
    **dict.fromkeys(("高", "高级", "专家", "senior", "high", "expert"), 3),
}
_PRIORITY_WORDS = {
    **dict.fromkeys(("低", "最低", "普通", "一般", "正常", "low", "lowest", "normal"), 1),
    **dict.fromkeys(("较低",), 2),
    **dict.fromkeys(("中", "中等", "medium"), 3),
    **dict.fromkeys(("较高", "急", "加急", "紧急", "urgent"), 4),
    **dict.fromkeys(("高", "最高", "特急", "high", "highest", "emergency"), 5),
}
_LEVEL = pattern_of(r"(?:level|lv\.?|l)?\s*(\d)\s*级?|([一二三四五六七八九])级", re.ASCII | re.IGNORECASE)


def without_point_zero(text: str) -> str:
    """Return `10042` for `10042.0`."""
    match = _POINT_ZERO.fullmatch(text)
    return match[1] if match else text


def _decimal_point(text: str) -> str:
    """Return a number with a point for its decimal comma; before three digits a comma may set thousands apart."""
    match = _DECIMAL_COMMA.fullmatch(text)
    return f"{match[1]}.{match[2]}" if match else text


def spelt_number(text: str) -> str:
    """Return the digits of a whole number as people write it: `3个`, `两人`.

    >>> spelt_number("3个"), spelt_number("两人"), spelt_number("1,850")
    ('3', '2', '1,850')
    """
    match = _COUNTED.fullmatch(text)
    if match:
        return str(int(match[1]) if match[1].isdecimal() else small_number(match[1]))
    return _HOW_MANY.get(text) or _decimal_point(text)


def spelt_decimal(text: str) -> str:
    r"""Return a number that is no count: a comma in it stands before decimals, whatever follows.

    >>> spelt_decimal("31,214"), spelt_decimal("120.5°E"), spelt_decimal("25公里")
    ('31.214', '120.5', '25')

    Degrees may have minutes and seconds, and a side of the earth:

    >>> spelt_decimal("30°16'48\"N"), spelt_decimal("82.998°W")
    ('30.28', '-82.998')
    """
    arc = _MINUTES_OF_ARC.fullmatch(text)
    if arc:
        degrees = int(arc[2]) + float(arc[3]) / 60 + float(arc[4] or 0) / 3600
        return f"{_sign(arc[1], arc[5])}{round(degrees, _DECIMALS)}"
    match = _DEGREES.fullmatch(text)
    return f"{_sign(match[1], match[3], match[2])}{match[2].replace(',', '.')}" if match else text


def _sign(*said: str | None) -> str:
    """Return a minus for a side of the earth whose degrees are negative, unless a sign is there."""
    is_negative = any(side in _NEGATIVE for side in said)
    return "-" if is_negative and not any(side and side.startswith("-") for side in said) else ""


def spelt_percent(text: str) -> str:
    """Return the number of a percentage; a share of 1 with decimals is none.

    >>> spelt_percent("110%"), spelt_percent("1.1"), spelt_percent("90")
    ('110', '110', '90')
    """
    share = _SHARE.fullmatch(text)
    return f"{float(text) * 100:.6g}" if share else text.removesuffix("%").rstrip()


def spelt_level(text: str, *, is_priority: bool = False) -> str:
    """Return the figure of a level or a priority: `2级`, `高`; three steps are the lowest, the middle and the highest.

    >>> spelt_level("2级"), spelt_level("高"), spelt_level("高", is_priority=True), spelt_level("P1", is_priority=True)
    ('2', '3', '5', 'P1')
    """
    text = text.rstrip("!！")
    words = _PRIORITY_WORDS if is_priority else _LEVEL_WORDS
    if text.lower() in words:
        return str(words[text.lower()])
    match = _LEVEL.fullmatch(text)
    if match is None:
        return _decimal_point(text)
    return match[1] or str(small_number(match[2]))


# --- names with amounts -------------------------------------------------------------------------------------------

#: A comma inside a number, as in `P1:1,000`, separates nothing.
_LISTED = pattern_of(r"\s*(?:[;；、，。\r\n]|,(?!\d{3}(?:\D|$)))\s*")
_BESIDE = pattern_of(r"\s*[/+＋&和及与]\s*|\s+")
_UNIT = "个|件|只|台|套|块|根|把|pcs?"
_WITH_AMOUNT = pattern_of(r"(.+?)\s*[:：]\s*([0-9０-９]+)(?:\.0+)?\s*(?:级)?")
_WITH_COUNTED = pattern_of(rf"(.+?)\s*[:：]\s*({NUMERAL})\s*(?:{_UNIT})")
_TIMES = pattern_of(rf"(.+?)\s*(?:[*＊×✕✖]\s*(\d{{1,6}})\s*(?:{_UNIT})?|[(（]\s*[*×xX]\s*(\d{{1,6}})\s*[)）])")
#: Forms that an id may have itself: read where the name before the amount is known.
_MAYBE_TIMES = (
    pattern_of(r"(.+?)\s*[xXｘＸ]\s*(\d{1,4})"),
    pattern_of(rf"(.+?)\s*[(（]\s*(\d{{1,4}})\s*(?:{_UNIT})?\s*[)）]"),
    pattern_of(rf"(.+?)\s*(\d{{1,4}}|{NUMERAL})\s*(?:{_UNIT})"),
)
_AMOUNT_FIRST = pattern_of(rf"(\d{{1,4}})\s*(?:[*×xX]|{_UNIT})\s*(.+)")
_SKILL_LEVEL = pattern_of(
    r"(.+?)[\s:：(（-]*(\d级|[一二三四五]级|初级|中级|高级|(?:level|lv\.?|L)\s*\d)\s*[)）]?", re.IGNORECASE
)


def spelt_names(text: str, known: Set[str], *, is_skill: bool = False) -> str:
    """Return names with amounts as the parser takes them; `known` are the names that there are.

    >>> spelt_names("P01×2、P07", {"P01"}), spelt_names("空调2级 冰箱", {"空调", "冰箱"}, is_skill=True)
    ('P01:2; P07', '空调:2; 冰箱')
    """
    if text in known:
        return text
    items = [item for item in _LISTED.split(text) if item]
    return "; ".join(_named(item, known, is_skill) for item in items)


def _named(item: str, known: Set[str], is_skill: bool) -> str:
    """Return one name with its amount, or several that stand beside each other."""
    name, amount = _apart(item, known, is_skill)
    if amount or name in known:
        return f"{name}:{amount}" if amount else name
    several = [_apart(part, known, is_skill) for part in _BESIDE.split(item) if part]
    if len(several) > 1 and all(part in known for part, _ in several):
        return "; ".join(f"{part}:{count}" if count else part for part, count in several)
    return item


def _apart(item: str, known: Set[str], is_skill: bool) -> tuple[str, str]:
    """Return the name and the amount of an item; without an amount that is plain, the item itself."""
    if item in known:
        return item, ""
    said = _WITH_AMOUNT.fullmatch(item)
    if said:
        return said[1], half_width(said[2])
    counted = None if is_skill else _WITH_COUNTED.fullmatch(item)
    if counted:
        return counted[1], str(small_number(counted[2]))
    level = _SKILL_LEVEL.fullmatch(item) if is_skill else None
    if level and level[1] in known:
        return level[1], spelt_level(level[2])
    times = None if is_skill else _TIMES.fullmatch(item)
    if times:
        return times[1], times[2] or times[3]
    for form in () if is_skill else _MAYBE_TIMES:
        maybe = form.fullmatch(item)
        if maybe and maybe[1] in known:
            return maybe[1], maybe[2] if maybe[2].isdecimal() else str(small_number(maybe[2]))
    first = None if is_skill else _AMOUNT_FIRST.fullmatch(item)
    return (first[2], first[1]) if first and first[2] in known else (item, "")
