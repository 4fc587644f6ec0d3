"""Local times that no clock shows, or that it shows twice: in the night in which the clocks change.

A moment with its own offset is never in doubt. What we wrote ourselves is not looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.sheets import BranchSheets, Sheet

#: Columns that may hold a time of the row's date instead of a moment.
_TIMES = {
    "shifts": ("start", "end", "break_open", "break_close"),
    "locks": ("start", "began"),
    "published": ("told_open", "told_close"),
    "absences": ("start", "end"),
}


def check_clock_changes(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note every time that a change of clocks leaves out or shows twice, and how it is read."""
    if not clock.wall.ever_changes:
        return
    for sheet in sheets.all():
        for entry in sheet:
            for column, wall in _local_times(sheet, entry.row, clock):
                _check(sheet, entry.number, column, wall, clock, log)


def _local_times(sheet: Sheet[Any], row: Any, clock: BranchClock) -> Iterator[tuple[str, datetime]]:
    """Yield the local dates and times of a row, by column."""
    for column, cell in vars(row).items():
        for value in _flat(cell):
            if isinstance(value, datetime) and value.tzinfo is None:
                yield column, value
    for column in _TIMES.get(sheet.name, ()):
        time = getattr(row, column)
        if isinstance(time, int):
            day = row.date or clock.first_day
            yield column, datetime(day.year, day.month, day.day) + timedelta(seconds=time)


def _flat(cell: object) -> Iterator[object]:
    """Yield what a cell holds: the ends of its windows, else its one value."""
    if isinstance(cell, tuple):
        for part in cell:
            yield from _flat(part)
    else:
        yield cell


def _check(sheet: Sheet[Any], number: int, column: str, wall: datetime, clock: BranchClock, log: IssueLog) -> None:
    day, text = wall.date().isoformat(), f"{wall:%H:%M}"
    if clock.wall.is_left_out(wall):
        meant = f"{clock.local(clock.seconds(wall)):%Y-%m-%d %H:%M}"
        sheet.note(log, "CLOCK_LEAVES_OUT", number, column, text, day=day, meant=meant)
    elif clock.wall.comes_twice(wall):
        second = wall.replace(tzinfo=clock.zone, fold=1).isoformat(timespec="minutes")
        sheet.note(log, "CLOCK_TWICE", number, column, text, day=day, second=second)
