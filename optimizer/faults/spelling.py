"""Spellings: what two ways of writing one name have in common, and which known name a misspelt one is near."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.text.catalogue import Translate

#: More of a text is no name.
_LONGEST = 200
#: What two spellings of one word have in common at least, as a share of both.
_SLIP = 0.8
#: Chinese names this long that differ in one character are near one another.
_SHORT_NAME = (2, 3)

_MARKS = re.compile(r"[\W_]+")
_LOST_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def folded(name: str) -> str:
    """Return a name without what nobody means by it: letter case, script width, spaces, marks that nobody sees.

    >>> folded("Ｔ 01"), folded("t01")
    ('t01', 't01')
    """
    name = name[:_LONGEST]
    if name.isascii():
        return "".join(name.lower().split())
    half_width = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in half_width if not sign.isspace() and unicodedata.category(sign) != "Cf")


def plain(name: str) -> str:
    """Return a folded name without zeros before its numbers.

    >>> plain("SO-007"), plain("so-7"), plain("SO-70")
    ('so-7', 'so-7', 'so-70')
    """
    return _LOST_ZEROS.sub("", folded(name))


def bare(name: str) -> str:
    """Return a plain name without punctuation.

    >>> bare("T-01"), bare("t1"), bare("T10"), bare("00123")
    ('t1', 't1', 't10', '123')
    """
    return _MARKS.sub("", plain(name))


def is_part_of(one: str, other: str) -> bool:
    """Return whether one of two names holds the other, as in 西湖 and 西湖区; a single letter says nothing."""
    shorter, longer = sorted((folded(one), folded(other)), key=len)
    return len(shorter) >= 2 and shorter in longer


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is spelt most like `name`, or an empty text when none is near.

    >>> nearest("servcie_min", ["service_min", "skills"])
    'service_min'

    A name that differs in punctuation or in zeros at most goes before all others; of names as near as each other, one
    that begins alike goes first:

    >>> nearest("7", ["007", "77"]), nearest("D03", ["D063", "D030"])
    ('007', 'D030')

    Short Chinese names are near when they differ in one character, or one holds the other:

    >>> nearest("空調", ["空调", "冰箱"]), nearest("西湖区", ["西湖", "拱墅"])
    ('空调', '西湖')
    """
    by_lower = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    wanted, bared = name[:100].lower(), bare(name)
    same = [other for other in by_lower if bare(other) == bared] if bared else []
    if len(same) == 1:
        return by_lower[same[0]]
    close = get_close_matches(wanted, by_lower, n=len(by_lower) or 1, cutoff=0.6)
    match = sorted(close, key=lambda other: (-_ratio(other, wanted), not _begins(other, wanted), other))
    if match:
        return by_lower[match[0]]
    for are_alike in (_begins_long, _is_chinese_part, _differs_in_one):
        alike = [other for other in by_lower if are_alike(other, wanted)]
        if len(alike) == 1:
            return by_lower[alike[0]]
    return ""


def maybe_meant(name: str, known: Iterable[str], translate: Translate) -> str:
    """Return the sentence that proposes the known name nearest to a misspelt one; empty where none is near.

    >>> from optimizer.text.catalogue import translator
    >>> maybe_meant("secnds", ["seconds", "lang"], translator("en"))
    "Maybe 'seconds' is meant."
    """
    near = nearest(name, known)
    return translate("Maybe '{near}' is meant.", near=near) if near else ""


def is_slip(one: str, other: str) -> bool:
    """Return whether two names are one but for a slip of the finger: north and norht are, north and south are not."""
    return _ratio(folded(one), folded(other)) >= _SLIP


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _begins_long(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= 3 and _begins(one, other)


def _is_chinese_part(one: str, other: str) -> bool:
    return not one.isascii() and not other.isascii() and is_part_of(one, other)


def _differs_in_one(one: str, other: str) -> bool:
    one, other = folded(one), folded(other)
    if one.isascii() or other.isascii() or len(one) != len(other) or len(one) not in _SHORT_NAME:
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) == 1
