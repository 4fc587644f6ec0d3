"""What a thumb opens on a phone: a number to call, a place on a map. Nothing is loaded before it is tapped."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.domain.order import Place

#: What people write as a phone number: digits with spaces, hyphens, brackets and points between them, an extension.
#: It does not begin inside a word: in `Ann (T04) 614-555-0104` the number is the second.
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])"
    r"[+＋]?[(（]?\d(?:[ \-–.()（）]{0,2}\d){5,}(?:\s*(?:转|分机|ext\.?|x)\s*(?P<extension>\d{1,6}))?",
    re.IGNORECASE,
)
#: Digits of a number that can be called.
_FEWEST, _MOST = 7, 15


def phone_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text in pieces, each with the link that calls it; empty for what is no number.

    >>> list(phone_pieces("李经理 138-0000-9001"))
    [('李经理 ', ''), ('138-0000-9001', 'tel:13800009001')]
    """
    end = 0
    for found in _NUMBER.finditer(text):
        link = _call(found)
        if link:
            yield text[end : found.start()], ""
            yield found.group(), link
            end = found.end()
    if text[end:] or end == 0:
        yield text[end:], ""


def _call(found: re.Match[str]) -> str:
    """Return the link that calls a number; empty where it has too few or too many digits."""
    extension = found.group("extension") or ""
    number = found.group()[: found.start("extension") - found.start()] if extension else found.group()
    number = unicodedata.normalize("NFKC", number)
    digits = "".join(filter(str.isdecimal, number))
    if not _FEWEST <= len(digits) <= _MOST:
        return ""
    plus = "+" if number.startswith("+") else ""
    return f"tel:{plus}{digits}" + (f";ext={extension}" if extension else "")


def place_link(pattern: str, place: Place, name: str) -> str:
    """Return the link that shows a place, by the policy's `map_link`; a name in it is quoted."""
    values = {"{lat}": f"{place.lat:.6f}", "{lon}": f"{place.lon:.6f}", "{name}": quote(name, safe="")}
    for key, value in values.items():
        pattern = pattern.replace(key, value)
    return pattern
