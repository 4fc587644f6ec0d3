"""User data that may be shown: without what moves a cursor, or what no page or workbook may hold.

What may take several lines goes through `without_controls`, what stands in a line of a terminal through
`on_one_line`, and what shows a person a wrong character through `spelt_out`.
"""

from __future__ import annotations

import re

#: Control characters and lone surrogates: they move a terminal's cursor, and no workbook or page may hold them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    r"""Return user data without the characters that no page, workbook or terminal should be given.

    >>> without_controls("Ann\x1b[2J\nLee")
    'Ann[2J\nLee'
    """
    return _UNPRINTABLE.sub("", text)


def on_one_line(text: str) -> str:
    r"""Return user data without what breaks a line of a terminal or turns its direction.

    >>> on_one_line("Ann\u202e\nLee")
    'AnnLee'
    """
    return "".join(character for character in text if character.isprintable())


def spelt_out(value: object) -> str:
    r"""Return a value as text for one line of a terminal or page, control and direction characters as escapes.

    >>> spelt_out("Ann\u202e\nLee")
    'Ann\\u202e\\nLee'
    """
    text = value if isinstance(value, str) else str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
