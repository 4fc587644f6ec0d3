"""Numbers that a spreadsheet has rounded: `1.39E+10` is no phone and `2.02E+19` no serial number; they are not printed.

The last digits are lost, so that nobody can call or compare them. `13900000001.0` is whole, and read without its zero.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.ingest.forms.sheets import note_usual

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, ReadCell, Sheet

#: Columns that hold one number, and those that hold texts with a number in each.
_NUMBERS: Mapping[str, str] = {"branch": "phone", "customers": "phone", "technicians": "phone", "orders": "serial"}
_TEXTS: Mapping[str, str] = {"orders": "contacts"}

_SCIENTIFIC = re.compile(r"(?<![\w.])\d(?:\.\d+)?E\+\d{1,3}(?!\w)", re.IGNORECASE | re.ASCII)
_POINT_ZERO = re.compile(r"(?<![\w.])(\d{5,15})\.0+(?![\w.])", re.ASCII)
#: A spreadsheet keeps 15 digits and makes zeros of the others.
_KEPT_DIGITS = re.compile(r"(?<!\d)\d{15}0+(?!\d)", re.ASCII)


def with_rounded_out(sheets: BranchSheets, log: IssueLog) -> BranchSheets:
    """Return the sheets without rounded numbers where people would use their digits; each is noted."""
    sheets = replace(
        sheets, **{name: _read(getattr(sheets, name), column, log, _number) for name, column in _NUMBERS.items()}
    )
    return replace(
        sheets, **{name: _read(getattr(sheets, name), column, log, _texts) for name, column in _TEXTS.items()}
    )


def _read(sheet: Sheet[Any], column: str, log: IssueLog, reader: Any) -> Sheet[Any]:
    changed: list[ReadCell] = []

    def read(entry: Entry[Any]) -> Entry[Any]:
        value = getattr(entry.row, column)
        meant = reader(value, _Place(sheet, entry.number, column, log, changed)) if value else value
        return entry if meant == value else replace(entry, row=entry.row.but(**{column: meant}))

    sheet = replace(sheet, entries=tuple(map(read, sheet.entries)), partial=tuple(map(read, sheet.partial)))
    note_usual(sheet.name, changed, log)
    return sheet


class _Place:
    """Where a number stands, and what the column was read as so far."""

    def __init__(self, sheet: Sheet[Any], number: int, column: str, log: IssueLog, changed: list[ReadCell]) -> None:
        self._sheet, self._number, self._column, self._log, self._changed = sheet, number, column, log, changed

    def read(self, typed: str, meant: str) -> None:
        """Take up what a number was read as."""
        self._changed.append((self._number, self._column, typed, meant))

    def note(self, code: str, value: str, **details: str) -> None:
        self._sheet.note(self._log, code, self._number, self._column, value, **details)


def _number(text: str, place: _Place) -> str:
    """Return a text without rounded numbers, and without the `.0` that a spreadsheet gives to whole ones."""
    for match in _SCIENTIFIC.finditer(text):
        place.note("NUMBER_ROUNDED", match[0])
    whole = _POINT_ZERO.sub(r"\1", _SCIENTIFIC.sub("", text)).strip()
    for match in _POINT_ZERO.finditer(text):
        place.read(match[0], match[1])
    for match in _KEPT_DIGITS.finditer(whole):
        place.note("NUMBER_ZEROS", match[0])
    return whole


def _texts(texts: tuple[str, ...], place: _Place) -> tuple[str, ...]:
    return tuple(filter(None, (_number(text, place) for text in texts)))
