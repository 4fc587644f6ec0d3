"""How wide texts are in print, estimated before any browser sees them, in ems: units of the type's height."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What a line never breaks inside: a word, a number, a date, a phone. Chinese breaks anywhere, four signs look well.
_UNBROKEN = re.compile(r"(?:[^\s\u2e80-\uffff]|\u00a0)+|[\u2e80-\uffff]{1,4}")
_LONGEST_WORD, _PADDING, _BOLD = 18.0, 1.3, 1.15
#: A text as long as a line is read best; of what it has beyond, a part counts: a long script gets the most room.
_LINE, _BEYOND = 34.0, 0.5


#: Of so many texts the width is kept: labels come again with every visit, and a sheet is measured in several sizes.
KEPT = 4_096
#: Widths of characters that are not full-width, in a wide face; a narrower face leaves more room.
DIGIT = 0.64
_NARROW = {**dict.fromkeys(" .,:;'|!()[]ijl-f/tr", 0.38), **dict.fromkeys("mwMW×@%&", 0.9)}


@lru_cache(KEPT)
def ems(text: str) -> float:
    """Return the width of a text; a full-width character is as wide as the type is high, others less.

    >>> ems("12"), ems("陈立新")
    (1.28, 3.0)
    """
    return sum(map(_em, text))


@cache
def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return _NARROW.get(character, 0.7 if character.isupper() else DIGIT)


def column_widths(heads: Sequence[str], columns: Sequence[Sequence[str]], room: float) -> tuple[float, ...]:
    """Return the widths of a table's columns in percent: first what words need, then what whole texts would like.

    Parameters
    ----------
    heads
        Of each column; set in bold.
    columns
        The texts of each column.
    room
        Width of the table in ems.
    """
    need = [
        _PADDING + max(_BOLD * _longest_word(head), *map(_longest_word, texts), 0)
        for head, texts in zip(heads, columns, strict=True)
    ]
    want = [
        max(least, _PADDING + _wanted([_wish(ems(text)) for text in texts]))
        for least, texts in zip(need, columns, strict=True)
    ]
    left, wish = room - sum(need), sum(want) - sum(need)
    share = 0.0 if left <= 0 or wish <= 0 else left / wish
    widths = [least + share * (most - least) for least, most in zip(need, want, strict=True)]
    return tuple(round(100 * width / sum(widths), 2) for width in widths)


def _wanted(widths: Sequence[float]) -> float:
    """Return the room that texts would like: between the longest and the mean, as most lines may have none at all."""
    return (max(widths) + sum(widths) / len(widths)) / 2 if widths else 0.0


def _wish(width: float) -> float:
    """Return how wide a text would like to be set that is so wide on one line."""
    return min(width, _LINE) + _BEYOND * max(0.0, width - _LINE)


def _longest_word(text: str) -> float:
    return min(_LONGEST_WORD, max(map(ems, _UNBROKEN.findall(text)), default=0))
