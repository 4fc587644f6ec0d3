"""Times over midnight: a time without a date, in a shift that goes on over midnight, is of the night of the shift.

A night shift belongs to the date on which it begins; a row about it may be dated by that, or by the calendar. `07:00`
as the end of a shift from 19:00 is the next morning, and so is `00:30` for its break, for an absence from it, for a
lock and for what a customer was told of its visits. Each time that is read as one of the next date is reported
(`READ_AS`), so that nobody has to guess what was understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from optimizer.domain.problem import LockLevel
from optimizer.domain.units import DAY_S, HOUR_S
from optimizer.ingest.cells.dates_and_times import LONGEST_NIGHT_S, moment_text, time_text
from optimizer.ingest.forms.sheets import SHOWN_READ_AS, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import ShiftRow
    from optimizer.ingest.forms.sheets import BranchSheets, Sheet

#: Where an absence without a start begins, on its own date.
DAY_START = 0
#: A told window that would be wider than this over midnight is more likely one whose times are swapped.
WIDEST_TOLD_S = 6 * HOUR_S


def with_nights(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> BranchSheets:
    """Return the sheets with every time of a night shift that has no date on the date on which the clock shows it."""
    shifts = _Nights(sheets.shifts, clock, log)
    shifts.read(lambda entry: _over_midnight(entry.row, clock))
    shifts.read(lambda entry: _in_frame(entry.row, entry.row, ("break_open", "break_close"), clock))
    shift_of = {(e.row.technician_id, e.row.date): e.row for e in shifts.entries}

    def shift(row: Any, day: date | None) -> ShiftRow | None:
        return None if day is None else shift_of.get((row.technician_id, day))

    absences = _Nights(sheets.absences, clock, log)
    absences.change(lambda row: _of_its_night(row, ("start", "end"), shift_of, clock))
    absences.read(lambda entry: _in_frame(entry.row, shift(entry.row, entry.row.date), ("start", "end"), clock))
    told = _Nights(sheets.published, clock, log)
    told.change(lambda row: _of_its_night(row, ("told_open", "told_close"), shift_of, clock))
    told.read(lambda entry: _in_frame(entry.row, shift(entry.row, entry.row.date), ("told_open", "told_close"), clock))
    told.read(lambda entry: _told_over_midnight(entry.row, clock))
    locks = _Nights(sheets.locks, clock, log)
    locks.change(lambda row: _of_its_night(row, ("start",), shift_of, clock) if row.level == LockLevel.START else row)
    names = ("start", "began")
    locks.read(lambda entry: _in_frame(entry.row, shift(entry.row, entry.row.date or clock.first_day), names, clock))
    return replace(
        sheets, shifts=shifts.sheet(), absences=absences.sheet(), published=told.sheet(), locks=locks.sheet()
    )


@dataclass(slots=True)
class _Nights:
    """The rows of a sheet while their times are read, and how many have been."""

    of: Sheet[Any]
    clock: BranchClock
    log: IssueLog
    entries: list[Entry[Any]] = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.entries = list(self.of.entries)

    def change(self, meant: Callable[[Any], Any]) -> None:
        """Put the row that `meant` returns for a row in its place."""
        self.entries = [Entry(entry.number, meant(entry.row)) for entry in self.entries]

    def read(self, meant: Callable[[Entry[Any]], Mapping[str, int]]) -> None:
        """Put the times that `meant` returns for an entry, by column, into it; say so of the first few."""
        for number, entry in enumerate(self.entries):
            times = meant(entry)
            if not times:
                continue
            self.entries[number] = Entry(entry.number, entry.row.but(**times))
            for column, time_s in times.items():
                self.count += 1
                if self.count <= SHOWN_READ_AS:
                    day = entry.row.date or self.clock.first_day
                    text = moment_text(datetime(day.year, day.month, day.day) + timedelta(seconds=time_s))
                    self.of.note(self.log, "READ_AS", entry.number, column, time_text(time_s - DAY_S), meant=text)

    def sheet(self) -> Sheet[Any]:
        """Return the sheet with its times as read."""
        if self.count > SHOWN_READ_AS:
            self.of.note(self.log, "READ_AS_MORE", None, value=self.count - SHOWN_READ_AS)
        return replace(self.of, entries=tuple(self.entries))


def _over_midnight(row: ShiftRow, clock: BranchClock) -> Mapping[str, int]:
    """Return the end of a shift that ends, as written, before it begins, on the next date."""
    if isinstance(row.end, datetime):
        return {}
    start_s, end_s, next_s = (clock.on(row.date, time) for time in (row.start, row.end, row.end + DAY_S))
    is_night = end_s <= start_s and clock.shown_s(start_s, next_s) <= LONGEST_NIGHT_S
    return {"end": row.end + DAY_S} if is_night else {}


def _in_frame(row: Any, shift: ShiftRow | None, columns: tuple[str, ...], clock: BranchClock) -> Mapping[str, int]:
    """Return the times of a row that lie before its shift as written, and inside it on the next date."""
    if shift is None:
        return {}
    begins_s, ends_s = clock.on(shift.date, shift.start), clock.on(shift.date, shift.end)
    times = {column: getattr(row, column) for column in columns}
    return {
        column: time + DAY_S
        for column, time in times.items()
        if isinstance(time, int)
        and clock.on(shift.date, time) < begins_s
        and begins_s <= clock.on(shift.date, time + DAY_S) <= ends_s
    }


def _told_over_midnight(row: Any, clock: BranchClock) -> Mapping[str, int]:
    """Return the close of a told window that goes on over midnight, whatever the shift: `23:30` to `00:30`."""
    if row.told_open is None or not isinstance(row.told_close, int):
        return {}
    open_s, close_s, next_s = (clock.on(row.date, t) for t in (row.told_open, row.told_close, row.told_close + DAY_S))
    is_night = close_s < open_s and clock.shown_s(open_s, next_s) <= WIDEST_TOLD_S
    return {"told_close": row.told_close + DAY_S} if is_night else {}


def _of_its_night(
    row: Any, columns: tuple[str, ...], shift_of: Mapping[tuple[str, date], ShiftRow], clock: BranchClock
) -> Any:
    """Return a row that is dated by the calendar on the date of the night shift that it is about.

    It is about the night before its date, if the shift that began then has its first time, and that of its own date
    has not.
    """
    first = next((time for time in (getattr(row, column) for column in columns) if time is not None), None)
    if first is None or (row.date is None and not isinstance(first, datetime)):
        return row
    day = row.date or clock.date_at(clock.on(clock.first_day, first))
    first = DAY_START if getattr(row, columns[0]) is None else first
    own, eve = (shift_of.get((row.technician_id, on)) for on in (day, day - timedelta(days=1)))
    if eve is None or not _has(eve, clock.on(day, first), clock):
        return row
    if own is not None and any(_has(own, clock.on(day, time), clock) for time in _readings(first)):
        return row
    later = {column: time + DAY_S for column in columns if isinstance(time := getattr(row, column), int)}
    return row.but(date=eve.date, **later)


def _has(shift: ShiftRow, moment_s: int, clock: BranchClock) -> bool:
    return clock.on(shift.date, shift.start) <= moment_s < clock.on(shift.date, shift.end)


def _readings(time: int | datetime) -> tuple[int | datetime, ...]:
    """Return a time as written, and as one of the night after it."""
    return (time,) if isinstance(time, datetime) else (time, time + DAY_S)
