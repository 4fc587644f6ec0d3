"""Parts of a day that are said without two times: `上午`, `全天`, `14:00以后`, `9点后11点前`, `before noon`.

Who says one time says the other by the day: what is after it goes on to the end of the day, what is before it begins
with the day. An hour by the clock of twelve has to be clear: `7点后` is not, where the branch opens at half past eight.
"""

from __future__ import annotations

import re

from optimizer.domain.units import DAY_S, HOUR_S
from optimizer.ingest.cells.numerals import NUMERAL, small_number
from optimizer.ingest.cells.spelt_times import spelt_range, spelt_time
from optimizer.text.patterns import pattern_of

#: Hours that people say for the morning and the evening alike; those before are of the night or the afternoon.
EITHER_HALF = range(7, 12)
MORNING = ("上午", "早上", "早晨", "早间", "早", "morning", "in the morning", "am", "a.m.", "vormittag", "vormittags")
AFTERNOON = ("下午", "午后", "afternoon", "in the afternoon", "pm", "p.m.", "nachmittag", "nachmittags")
#: What people say of a part of the day that begins and ends for everybody at another time.
VAGUE_PARTS = (
    *("凌晨", "半夜", "清晨", "一早", "中午", "正午", "午间", "午休", "饭后", "白天", "下班后"),
    *("傍晚", "晚上", "晚间", "夜间", "夜里", "晚", "evening", "tonight", "night"),
    *("noon", "midday", "lunchtime", "after work", "after lunch"),
)

_ALL_DAY = pattern_of(
    r"全天(?:候)?|全日|整天|一整天|一天|上下午|任何时间|任意时间|24\s*(?:小时|h|hours?)(?:营业)?"
    r"|(?:all|the whole|whole)[ -]day|any ?time|随时",
    re.IGNORECASE,
)
_AFTER, _BEFORE = "(?:以后|之后|过后|后)", "(?:以前|之前|前)"
_FROM = pattern_of(
    r"(?:after|from|since|ab|(?:not|no) (?:before|earlier than)|(?:at the )?earliest|starting(?: at| from)?)\s+(.+?)"
    rf"(?:\s+on(?:wards?)?|\s+or later)?|(?:从|自|最早|不早于)\s*(.+?)(?:{_AFTER}|起|开始)?"
    rf"|(?:从|自)?(.+?)\s*(?:{_AFTER}|起|开始|onwards?|or later)",
    re.IGNORECASE,
)
_UNTIL = pattern_of(
    r"(?:before|by|until|till|bis|vor|(?:not|no) (?:after|later than)|(?:at the )?latest)\s+(.+?)(?:\s+at the latest)?"
    rf"|(?:最晚|最迟|不晚于|不迟于)\s*(.+?){_BEFORE}?"
    rf"|(?:到|至)?(.+?)\s*(?:{_BEFORE}|为止|or earlier)",
    re.IGNORECASE,
)
_BOTH = pattern_of(
    rf"(.+?)\s*(?:{_AFTER}|起)[\s,，、;；]*(?:且|并|到|至)?(.+?)\s*{_BEFORE}"
    r"|after\s+(.+?)[\s,;]+(?:(?:and|but)\s+)?before\s+(.+)",
    re.IGNORECASE,
)
#: Two open ends with a mark between them that would make them two windows; beside `或` they are.
_TWO_ENDS = pattern_of(rf"(?<=[点點时時半分刻\d])({_AFTER}|起)[\s,，、;；]+(?=[^,，、;；或]*{_BEFORE}(?:[,，、;；]|$))")
_HOUR = pattern_of(rf"({NUMERAL})\s*[点點时時]")
_ON = pattern_of(rf"(?:after|from|since)\s+(.+)|(?:从|自)?(.+?)\s*(?:{_AFTER}|起|开始|onwards?)", re.IGNORECASE)

#: What stands beside a wish out of courtesy, and says nothing of the time.
_BEFOREHAND = pattern_of(
    r"^(?:(?:客户|用户|顾客)(?:要求|希望|说|约)|已约好?|改约|要求|最好|希望|期望|请|尽量|预约|麻烦)(?:安排|约)?(?:在|于|是|到)?[:：]?\s*"
)
_BEHIND = pattern_of(
    r"\s*(?:之间|期间)?\s*(?:都|均|也|就|请)?"
    r"(?:可以|可|行|有空|有人|有时间|在家|方便|上门|来|到达|到|ok|okay|please|is fine)[。.!！]?$"
    r"|(?<=[点點时時半分刻\d])(?:之间|期间)[。.!！]?$",
    re.IGNORECASE,
)


def without_courtesy(text: str) -> str:
    """Return a wish without what only makes it polite.

    >>> without_courtesy("最好下午"), without_courtesy("14点后都可以"), without_courtesy("上午不在家")
    ('下午', '14点后', '上午不')
    """
    return _BEHIND.sub("", _BEFOREHAND.sub("", text))


def with_ends_joined(text: str) -> str:
    """Return a text in which a time after which and one before which are one window.

    >>> with_ends_joined("9点以后，11点以前"), with_ends_joined("11点前、14点后")
    ('9点以后11点以前', '11点前、14点后')
    """
    return _TWO_ENDS.sub(r"\1", text)


def begin_of(text: str) -> str:
    """Return the day or the moment from which on something is so, without the word that says it.

    >>> begin_of("12月1日 14点以后"), begin_of("from Dec 1"), begin_of("12月1日")
    ('12月1日 14点', 'Dec 1', '12月1日')
    """
    match = _ON.fullmatch(text)
    return (match[1] or match[2]) if match else text


def spelt_stretch(text: str, *, opens_s: int, closes_s: int) -> tuple[int, int] | None:
    """Return the part of a day that a text says without two times, in seconds of the day.

    >>> spelt_stretch("下午", opens_s=30600, closes_s=63000) == (13 * 3600, 63000)
    True
    >>> spelt_stretch("9点后", opens_s=30600, closes_s=63000) == (9 * 3600, 86400)
    True
    >>> spelt_stretch("7点后", opens_s=30600, closes_s=63000)  # in the morning, or in the evening?

    Parameters
    ----------
    opens_s, closes_s
        Hours of the branch, in seconds of the day: its morning and afternoon. Both 0 where no hours are known.
    """
    if _ALL_DAY.fullmatch(text):
        return 0, DAY_S
    noon_s, afternoon_s = 12 * HOUR_S, 13 * HOUR_S
    if text.lower() in MORNING:
        return (opens_s, noon_s) if opens_s < noon_s else None
    if text.lower() in AFTERNOON:
        return (afternoon_s, closes_s) if afternoon_s < closes_s else None
    both = _BOTH.fullmatch(text)
    if both:
        first, last = both.group(1, 2) if both[1] else both.group(3, 4)
        return spelt_range(f"{first}-{last}")
    for form, is_from in ((_FROM, True), (_UNTIL, False)):
        match = form.fullmatch(text)
        said = next(filter(None, match.groups()), "") if match else ""
        time_s = 12 * HOUR_S if said == "中午" else spelt_time(said)
        if time_s is not None:
            is_open = is_clear(said, time_s, opens_s=opens_s, closes_s=closes_s)
            return None if not is_open else (time_s, DAY_S) if is_from else (0, time_s)
    return None


def is_clear(said: str, time_s: int, *, opens_s: int, closes_s: int) -> bool:
    """Return whether an hour without its half of the day is that of the morning: the evening's is outside the hours."""
    hour = _HOUR.match(said)
    if hour is None or small_number(hour[1]) not in EITHER_HALF or not closes_s:
        return True
    return opens_s <= time_s < closes_s <= time_s + 12 * HOUR_S
