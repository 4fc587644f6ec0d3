"""Code 128 bar codes, code set B, for the loan card: a scanner reads the part number, people read the text under it.

ISO/IEC 15417: a start character, the data, a check character modulo 103, a stop character.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Widths of bar, gap, bar, gap, bar, gap of the characters 0 to 105, in modules; the stop character has one bar more.
_TABLE = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
114311 411113 411311 113141 114131 311141 411131 211412 211214 211232
"""
_WIDTHS = _TABLE.split()
_START_B = 104
_STOP = "2331112"

#: Modules of white that a scanner needs on either side.
QUIET = 10
#: A longer text would need bars too thin for an office printer, or more room than the card has.
LONGEST = 14


@dataclass(frozen=True, slots=True)
class Barcode:
    """A bar code to draw: the text under it, the width in modules, and the bars as the path of an SVG one unit high."""

    text: str
    width: int
    path: str


def draw_barcode(text: str) -> Barcode | None:
    """Return the bar code of a text; `None` when it is empty, longer than `LONGEST` or not plain ASCII.

    >>> draw_barcode("P01").width
    88
    """
    if not 0 < len(text) <= LONGEST or not all(" " <= character <= "~" for character in text):
        return None
    bars, at = [], QUIET
    for index, width in enumerate(map(int, "".join([*(_WIDTHS[value] for value in encode(text)), _STOP]))):
        if index % 2 == 0:
            bars.append(f"M{at} 0h{width}v1h-{width}z")
        at += width
    return Barcode(text, at + QUIET, "".join(bars))


def encode(text: str) -> list[int]:
    """Return the characters to print for an ASCII text: start, data and check, without the stop."""
    data = [ord(character) - 32 for character in text]
    check = (_START_B + sum(place * value for place, value in enumerate(data, start=1))) % 103
    return [_START_B, *data, check]
