"""Where the header of a table stands, whatever stands above it, and what separates the cells of a text."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

#: So many rows that hold anything are looked at for the header; the one below may name parts of its titles.
HEAD_ROWS = 10
#: What may separate cells: a comma, also of a Chinese keyboard, or what spreadsheets of other languages write.
SEPARATORS = ",;\t|，"
#: Characters of a text that are looked at for what separates its cells.
_SNIFFED = 20_000
_SAID = re.compile(r'\ufeff?"?sep=(.)"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
#: What old systems write behind the last line.
_END_OF_FILE = "\x1a\0"

#: What nothing but a row that sums up begins with.
_SUM = re.compile(r"(?:本页|本日|当日|本月|全部)?(?:合计|总计|小计|共计|总数|汇总|合計|總計|小計)\s*[:：]?")

#: A row: its number as a person sees it, and its cells.
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Head:
    """The header of a table.

    Parameters
    ----------
    titles
        The title of each column by position; of two rows where one names parts of the other's titles.
    first, last
        Numbers of its first and last row.
    above
        What stands above it, cell by cell: the heading of a sheet, a date, who made it.
    """

    titles: list[str]
    first: int
    last: int
    above: list[str] = field(default_factory=list)


def find_head(lines: Sequence[Line], is_title: Callable[[str], bool]) -> Head:
    """Return the header of a table: of its first rows the one with the most known titles, else the first row.

    >>> find_head([(1, ["Orders of May"]), (3, ["id", "name"])], {"id", "name"}.__contains__).first
    3

    Parameters
    ----------
    lines
        The first rows that hold anything, at least one; `HEAD_ROWS` and the one below are looked at.
    is_title
        Whether a text is the title of a column.
    """
    found = [sum(map(is_title, cells)) for _, cells in lines[:HEAD_ROWS]]
    best = found.index(max(found))
    # One title among other words may be a word of the data.
    if best and found[best] < 2 and found[best] < sum(bool(cell.strip()) for cell in lines[best][1]):
        best = 0
    number, titles = lines[best]
    first = last = number
    if best and lines[best - 1][0] == number - 1:
        titles, is_part = _joined(titles, lines[best - 1][1], lambda title: not title.strip(), is_title)
        first -= is_part
    if found[best] and best + 1 < len(lines) and lines[best + 1][0] == number + 1:
        below = [cell for cell in lines[best + 1][1] if cell.strip()]
        if all(map(is_title, below)):
            titles, is_part = _joined(titles, lines[best + 1][1], lambda title: not is_title(title), is_title)
            last += is_part or len(below) > 1  # the same titles once more, in another language
    above = [cell.strip() for line, cells in lines[:best] if line < first for cell in cells if cell.strip()]
    return Head(titles, first, last, above)


def _joined(
    titles: list[str], others: list[str], is_open: Callable[[str], bool], is_title: Callable[[str], bool]
) -> tuple[list[str], bool]:
    """Return titles with those of the row beside them where they are open, and whether there were such."""
    width = max(len(titles), len(others))
    titles, others = ([*row, *[""] * (width - len(row))] for row in (titles, others))
    pairs = zip(titles, others, strict=True)
    joined = [b if is_title(b) and is_open(a) and b not in titles else a for a, b in pairs]
    return joined, joined != titles


def is_head_again(titles: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a row below a header is that header once more, as each printed page has it.

    >>> is_head_again(["id", "name"], ["id", " name"]), is_head_again(["id", "name"], ["id", ""])
    (True, False)
    """
    titled = {index: cell.strip() for index, cell in enumerate(cells) if cell.strip()}
    return len(titled) > 1 and all(
        index < len(titles) and text == titles[index].strip() for index, text in titled.items()
    )


def sums_up(text: str) -> bool:
    """Return whether a row that begins so is a sum, and nothing else: 合计, 本页小计."""
    return _SUM.fullmatch(text) is not None


def split_begun(lines: Iterable[Line]) -> tuple[list[Line], Iterator[Line]]:
    """Return the rows in which a header is looked for, and the rest; rows that hold nothing are left out."""
    filled = (line for line in lines if any(cell.strip() for cell in line[1]))
    return list(islice(filled, HEAD_ROWS + 1)), filled


def lines_of(text: str, is_title: Callable[[str], bool]) -> Iterator[Line]:
    """Return the rows of a text, numbered as a spreadsheet shows them: one that says what separates is not shown.

    Raises
    ------
    csv.Error
        Where the next row cannot be split into cells.
    """
    said = _SAID.match(text)
    separator = said[1] if said else _separator_of(text, is_title)
    text = text[said.end() if said else 0 :].rstrip(_END_OF_FILE)
    yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), start=1)


def _separator_of(text: str, is_title: Callable[[str], bool]) -> str:
    """Return what separates the cells of a text: with it the header has the most titles; a comma, if none has any."""
    begin = text[:_SNIFFED]
    return max(SEPARATORS, key=lambda mark: _titles_by(mark, begin, is_title) if mark in begin else 0)


def _titles_by(separator: str, begin: str, is_title: Callable[[str], bool]) -> int:
    reader = csv.reader(io.StringIO(begin, newline=""), delimiter=separator)
    most = 0
    try:
        for cells in islice((cells for cells in reader if cells), HEAD_ROWS + 1):
            most = max(most, sum(map(is_title, cells)))
    except csv.Error:
        pass  # what cannot be split is named when it is read
    return most
