"""Small numbers as people write them: `12`, `十二`, `两`."""

from __future__ import annotations

import re

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
#: A number from 0 to 99, in digits or in Chinese.
NUMERAL = r"\d{1,2}|[零〇][一二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两兩三四五六七八九]"
_TENS = re.compile("([二三四五六七八九]?)十([一二三四五六七八九]?)")


def small_number(text: str) -> int:
    """Return the number that a text of the form `NUMERAL` says.

    >>> small_number("09"), small_number("两"), small_number("二十三"), small_number("零五")
    (9, 2, 23, 5)
    """
    if text.isdecimal():
        return int(text)
    tens = _TENS.fullmatch(text)
    if tens is None:
        return _DIGITS[text[-1]]  # 零五 is 5
    return _DIGITS.get(tens[1], 1) * 10 + _DIGITS.get(tens[2], 0)
