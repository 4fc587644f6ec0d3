"""Ids that a spreadsheet has made dates of: the order 11-23 comes out of it as `11月23日`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets

#: Where ids are written down, by sheet; other sheets only refer to them.
_COLUMNS: Mapping[str, str] = {
    "customers": "customer_id",
    "orders": "order_id",
    "technicians": "technician_id",
    "parts": "part_id",
    "tools": "tool_id",
}

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)"
_DATE = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月(?:\d{1,2}日)?"
    r"|(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}(?: 0?0:00(?::00)?)?"
    rf"|\d{{1,2}}-{_MONTH}(?:-(?:\d\d|\d{{4}}))?|{_MONTH}-\d\d",
    re.IGNORECASE | re.ASCII,
)


def is_date(text: str) -> bool:
    """Return whether the whole of a text is a date as spreadsheets write them.

    >>> is_date("11月23日"), is_date("23-Nov"), is_date("2026/11/23"), is_date("SO-11-23"), is_date("11-23")
    (True, True, True, False, False)
    """
    return _DATE.fullmatch(text) is not None


def check_dated_ids(sheets: BranchSheets, log: IssueLog) -> None:
    """Note ids that are dates."""
    for name, column in _COLUMNS.items():
        sheet = getattr(sheets, name)
        for entry in sheet.readable():
            value = getattr(entry.row, column)
            if value and is_date(value):
                sheet.note(log, "ID_LIKE_DATE", entry.number, column, value)
