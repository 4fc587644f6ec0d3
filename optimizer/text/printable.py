"""User data that may be shown: without what moves a cursor, or what no page or workbook may hold."""

from __future__ import annotations

import re

#: Control characters and lone surrogates: they move a terminal's cursor, and no workbook or page may hold them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    r"""Return user data without the characters that no page, workbook or terminal should be given.

    >>> printable("Ann\x1b[2J\nLee")
    'Ann[2J\nLee'
    """
    return _UNPRINTABLE.sub("", text)
