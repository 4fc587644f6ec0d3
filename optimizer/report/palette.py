"""Route colours that colour-blind readers can tell apart, with a dash pattern per round of colours.

Okabe & Ito (2008), "Color Universal Design"; yellow is darkened and black is softened,
because lines are drawn on white. Colour is never the only key: names, numbers and dashes carry it too.
"""

from __future__ import annotations

from dataclasses import dataclass

_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8A7A00", "#3B4252", "#D55E00")
_DASHES = ("none", "8 4", "2 3", "10 3 2 3", "5 2", "14 5", "1 4", "14 3 3 3 3 3")


@dataclass(frozen=True, slots=True)
class Pen:
    """How one technician's route is drawn: a CSS colour and an SVG dash pattern."""

    colour: str
    dash: str

    @property
    def ink(self) -> str:
        """The colour of text on this colour: white or near-black, whichever WCAG finds easier to read."""
        channels = [int(self.colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return "#ffffff" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.06 else "#14181f"


def pen(index: int) -> Pen:
    """Return the pen of the technician with this index; 64 differ, then they repeat."""
    block, colour = divmod(index, len(_COLOURS))
    return Pen(_COLOURS[colour], _DASHES[block % len(_DASHES)])
