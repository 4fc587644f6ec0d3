"""Texts on a terminal, wrapped as people would: never inside a time, a number with its unit, or a word.

`rich` takes a Chinese sentence for one long word and breaks it wherever the line is full. Here a line may end after
every Chinese character, but not before a closing sign, and a full-width character is two columns wide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells
from rich.measure import Measurement
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

#: A number, a time or several: `1,234.50`, `09:00–11:00`, `11-23`; and what stands behind one as its unit.
_NUMBER = r"[+−-]?\d[\d.,:/%×–−+-]*"
_UNIT = r"(?:h|min|s|km|mi|小时|分钟|分|秒|公里|英里)(?![A-Za-z])"
#: What no line ends inside: what a no-break space joins; a number with its unit, an hour with its minutes, a moment
#: with its day; a Latin word; one full-width character. Closing signs go with what is before, opening ones with what
#: is behind.
_PIECE = re.compile(
    r"[（《“「\[(]*(?:[^\s\u2e80-\uffef]+(?:\u00a0[^\s\u2e80-\uffef]+)+|"
    rf"[\d-]+ \d\d:\d\d|{_NUMBER}(?![A-Za-z0-9])(?: ?{_UNIT}(?: ?{_NUMBER} ?{_UNIT})?| [+−]\d(?!\d))?"
    r"|[^\s\u2e80-\uffef]+|\S)[，。、；：！？）》”」\])·;,.!?]*"
)


class Prose:
    """A text that fills the room it is given, as a line of its own or in a cell of a table.

    Parameters
    ----------
    text
        Shown as it is, never read as markup; its line breaks stay.
    style
        Of the whole text, in the words of `rich`.
    """

    def __init__(self, text: str, style: str = "") -> None:
        self.text, self.style = text, style

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widths that the longest piece needs, and the longest line would like."""
        least = max((cell_len(piece) for _, piece in pieces(self.text)), default=0)
        most = max(map(cell_len, self.text.split("\n")))
        return Measurement(least, max(least, most)).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        for line in wrapped(self.text, options.max_width):
            yield Text(line, style=self.style, no_wrap=True, overflow="ignore")


class Parts:
    """Short texts in a row, each with its style, that are broken between and, where one is too long, inside them."""

    def __init__(self, parts: Sequence[tuple[str, str]]) -> None:
        self.parts = parts

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Return the widths that the longest piece needs, and all texts in one line would like."""
        least = max((cell_len(piece) for text, _ in self.parts for _, piece in pieces(text)), default=0)
        most = sum(cell_len(text) + 2 for text, _ in self.parts) - 2
        return Measurement(least, max(least, most)).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, with two spaces between texts."""
        line = Text(no_wrap=True, overflow="ignore")
        for text, style in self.parts:
            first, *more = wrapped(text, options.max_width)
            if line and line.cell_len + 2 + cell_len(first) > options.max_width:
                yield line
                line = Text(no_wrap=True, overflow="ignore")
            line.append("  " if line else "").append(first, style)
            for rest in more:
                yield line
                line = Text(rest, style=style, no_wrap=True, overflow="ignore")
        yield line


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text that are at most so many columns wide; only what is wider than a line is cut.

    >>> wrapped("约好今天 15:00–17:00，2 小时 05 分", 14)
    ['约好今天', '15:00–17:00，', '2 小时 05 分']
    """
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for gap, piece in pieces(paragraph):
            if line and cell_len(line + gap + piece) <= width:
                line += gap + piece
                continue
            *full, line = ([line] if line else []) + (chop_cells(piece, width) or [piece])
            lines += full
        lines.append(line)
    return lines


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield what no line ends inside, with the space before it: a space, or nothing."""
    end = 0
    for found in _PIECE.finditer(text):
        yield " " if found.start() > end else "", found.group()
        end = found.end()
