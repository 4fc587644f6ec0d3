"""Spaces of all widths, and marks that nobody sees: what input methods, web pages and word processors leave in cells.

A space of any width is a plain one, several beside each other are one. In an id, marks without a width are nothing; in
a name those that join letters stay, as some scripts need them.
"""

from __future__ import annotations

from optimizer.text.patterns import pattern_of

#: Every space of Unicode (category Zs) but the plain one, tabulators, and the line separators that no keyboard has.
_WIDE = "\t\v\f\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_WIDE_SPACES = pattern_of(rf" *[{_WIDE}][ {_WIDE}]*")
#: Marks without a width: hyphens and breaks that may be, directions of writing, the mark of a file's beginning.
_MARKS = "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_UNSEEN = pattern_of(f"[{_MARKS}]")
#: What joins letters, or says how a character is shown.
_JOIN = "\u200c\u200d\ufe00-\ufe0f"
_JOINERS = pattern_of(f"[{_JOIN}]")
_ENDS = pattern_of(rf"^[\s{_MARKS}{_JOIN}]+|[\s{_MARKS}{_JOIN}]+$")


def plain_spaces(text: str) -> str:
    r"""Return a text with plain spaces, none at its ends; its lines stay.

    >>> plain_spaces("\u3000王\u3000\u3000女士\u00a0"), plain_spaces("文三路\u200b 1\n号")
    ('王 女士', '文三路 1\n号')
    """
    if not text.isascii():
        text = _UNSEEN.sub("", text)
    return _WIDE_SPACES.sub(" ", text).strip()


def plain_id(text: str) -> str:
    r"""Return an id with plain spaces, without what nobody sees.

    >>> plain_id("SO\u3000001\ufe0f"), plain_id("T\t1")
    ('SO 001', 'T 1')
    """
    return plain_spaces(text if text.isascii() else _JOINERS.sub("", text))


def trimmed(text: str) -> str:
    r"""Return a text without spaces and marks that nobody sees at its ends; inside it stays as it is.

    >>> trimmed("\ufeffSO\u30001\u200b") == "SO\u30001"
    True
    """
    return _ENDS.sub("", text)
