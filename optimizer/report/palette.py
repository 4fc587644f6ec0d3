"""An own colour and an own line for every technician, told apart by colour-blind readers too.

The hues are those of Okabe & Ito (2008), "Color Universal Design"; yellow is darkened and black is softened, because
lines are drawn on white. After a round of hues each comes again darker, then paler. Two colours that somebody may take
for one another have different lines. Colour is never the only key: names and numbers carry it too.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

_HUES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8A7A00", "#3B4252", "#D55E00")
#: Of each round of hues: what the lightness is multiplied with, and how far the lines are shifted against the hues.
_ROUNDS = ((1.0, 0), (0.55, 1), (1.35, 5), (0.78, 7))
#: Dashes and gaps of a line that is about two units wide, from whole to dotted.
_DASHES = ("none", "9 4", "2 3", "11 3 2 3", "5 3", "15 5", "1 5", "14 3 3 3 3 3")


@dataclass(frozen=True, slots=True)
class Pen:
    """How one technician is drawn wherever he is drawn: a CSS colour and an SVG dash pattern."""

    colour: str
    dash: str

    @property
    def ink(self) -> str:
        """The colour of text on this colour: white or near-black, whichever WCAG finds easier to read."""
        channels = [int(self.colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return "#ffffff" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.06 else "#14181f"


#: How many pens there are before they repeat.
PENS = len(_HUES) * len(_ROUNDS)


def pen(index: int) -> Pen:
    """Return the pen of the technician with this index; `PENS` differ in colour, then they repeat."""
    turn, hue = divmod(index % PENS, len(_HUES))
    factor, shift = _ROUNDS[turn]
    return Pen(_lighter(_HUES[hue], factor), _DASHES[(hue + shift) % len(_DASHES)])


def _lighter(colour: str, factor: float) -> str:
    """Return a colour with its lightness multiplied, no paler than shows on white."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    channels = colorsys.hls_to_rgb(hue, min(0.78, lightness * factor), saturation)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in channels)
