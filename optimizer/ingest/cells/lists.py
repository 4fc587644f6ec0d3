"""Lists in one cell: what surely separates their items, and what only may, as it can be part of a name as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

#: What separates the items of a list, whatever they are.
SEMICOLONS = re.compile(r"[;；\r\n]+")
#: What separates ids, names and words; a name that is known by itself may hold a comma.
COMMAS = re.compile(r"[;；,，、。\r\n]+")
#: What separates them where every piece is known: `T1/T2`, `T1 and T2`, `T1和T2`; then a mere space.
_JOINTS = (re.compile(r"\s*[/|&+和与及]\s*|\s+and\s+", re.IGNORECASE), re.compile(r"\s+"))


def split_list(text: str, separator: re.Pattern[str] = SEMICOLONS) -> list[str]:
    """Return the items of a text, without the empty ones.

    >>> split_list("T1、T2;T3 ,", COMMAS)
    ['T1', 'T2', 'T3']
    """
    return [item.strip() for item in separator.split(text) if item.strip()]


def split_known(text: str, is_known: Callable[[str], bool]) -> list[str]:
    """Return the items of a text, split no further than to what is known.

    >>> split_known("T1 and T2、T3 T4, Li Wei", {"T1", "T2", "T3", "T4", "Li Wei"}.__contains__)
    ['T1', 'T2', 'T3', 'T4', 'Li Wei']
    """
    if is_known(text):
        return [text]
    items = split_list(text, COMMAS)
    if len(items) != 1:
        return [piece for item in items for piece in split_known(item, is_known)]
    for joint in _JOINTS:
        pieces = split_list(text, joint)
        if len(pieces) > 1 and all(map(is_known, pieces)):
            return pieces
    return items
