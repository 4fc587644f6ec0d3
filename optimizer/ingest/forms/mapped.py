"""What a branch says of its own files: which column is which, what words mean, what fills a cell that is not there."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.ingest.cells.words import english_word
from optimizer.ingest.forms.headers import normal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The name of the file, and of the form that it has.
FILE, FORMAT = "mapping.toml", "paigong.mapping/1"
#: Stands for every value that is not named.
ANY = "*"

_NOT_A_WORD = re.compile(r"[\W_]+")


def plain_value(text: str) -> str:
    """Return what two spellings of a value have in common: width, case, spaces and marks; a known word is its English.

    >>> plain_value("ＫＦＲ-72 柜机"), plain_value("安装")
    ('kfr72柜机', 'installation')
    """
    word = english_word(text)
    return _NOT_A_WORD.sub("", unicodedata.normalize("NFKC", word)).casefold() or word


@dataclass(frozen=True, slots=True)
class Fill:
    """What an empty cell holds, by what other cells of its row say.

    Parameters
    ----------
    by
        The fields that are looked at, one after another.
    values
        The value for each text, by its plain form: the same text, else the longest that the cell contains, else `*`.
    """

    by: tuple[str, ...]
    values: Mapping[str, str]

    def value_for(self, cells: Mapping[str, Any]) -> str | None:
        """Return the value for a row, `None` when nothing is said of it."""
        texts = [plain_value(cell) for name in self.by if isinstance(cell := cells.get(name), str) and cell]
        for text in texts:
            inside = [known for known in self.values if known != ANY and known in text]
            if inside:
                return self.values[text if text in self.values else max(inside, key=len)]
        return self.values.get(ANY)


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """How one sheet is read from a branch's own file.

    Parameters
    ----------
    file
        The file's name, `*` for what differs from day to day; empty is the sheet's usual one.
    tab
        The tab of a workbook; empty is the first that has rows.
    columns
        The field that a title means, by the title's normal form; `None` for a column that is not used.
    values
        What a cell's text stands for, by field and plain text.
    fills
        What fills empty cells, by field.
    """

    file: str = ""
    tab: str = ""
    columns: Mapping[str, str | None] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fills: Mapping[str, Fill] = field(default_factory=dict)

    def knows(self, title: str) -> bool:
        """Return whether something is said of a column, be it that it is not used."""
        return normal(title) in self.columns

    def title_test(self, is_title: Callable[[str], bool]) -> Callable[[str], bool]:
        """Return what tells whether a text is the title of a column: ours, or one that is mapped."""
        return lambda text: self.knows(text) or is_title(text) if self.columns else is_title(text)

    def field_of(self, title: str) -> str | None:
        """Return the field that a title means, `None` when it is not used or nothing is said of it."""
        return self.columns.get(normal(title))

    def translated(self, name: str, text: str) -> str:
        """Return what a cell's text stands for."""
        known = self.values.get(name)
        return known.get(plain_value(text), text) if known else text

    def fill(self, cells: dict[str, Any]) -> list[str]:
        """Fill the empty cells of a row in place, and return which were."""
        filled = []
        for name, rule in self.fills.items():
            value = None if name in cells else rule.value_for(cells)
            if value:
                cells[name] = value
                filled.append(name)
        return filled


#: Nothing is said: the columns are called as everybody's are.
UNMAPPED = SheetMapping()
#: The branch says nothing of its files.
NO_MAPPINGS: Mapping[str, SheetMapping] = MappingProxyType({})
