"""Checks of the roster: one person is in one place at a time, and rests between two shifts.

A branch's own data passes through these checks. A problem that we wrote ourselves does not: the judge looks at it.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from optimizer.domain.policy import Policy
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import ShiftRow
    from optimizer.ingest.forms.sheets import BranchSheets, Entry


class _Stretch(NamedTuple):
    """A shift on the clock, with its row."""

    start_s: int
    end_s: int
    number: int
    date: date


def check_roster(sheets: BranchSheets, clock: BranchClock, policy: Policy, log: IssueLog) -> None:
    """Note shifts of one technician that overlap, or leave less than a rest between them."""
    for who, mine in _rosters(sheets.shifts.entries, clock):
        for before, shift in pairwise(mine):
            if before.date == shift.date:
                continue  # noted already: one shift a day
            until = clock.time_or_iso(shift.date, before.end_s)
            if shift.start_s < before.end_s:
                details = {"other": before.number, "until": until}
                sheets.shifts.note(log, "SHIFTS_OVERLAP", shift.number, "start", who, **details)
                continue
            rest_s, gap_s = _rest_s(policy, before, clock), shift.start_s - before.end_s
            if gap_s < rest_s and (clock.is_planned(before.date) or clock.is_planned(shift.date)):
                code = "REST_SHORT" if clock.is_planned(before.date) else "REST_SHORT_BEFORE"
                details = {"other": before.number, "until": until, "rest": _hours(rest_s), "gap": _hours(gap_s)}
                sheets.shifts.note(log, code, shift.number, "start", who, **details)


def _rosters(entries: tuple[Entry[ShiftRow], ...], clock: BranchClock) -> Iterator[tuple[str, list[_Stretch]]]:
    """Yield each technician's shifts in the order of their starts."""
    found: dict[str, list[_Stretch]] = defaultdict(list)
    for entry in entries:
        row = entry.row
        start_s, end_s = clock.on(row.date, row.start), clock.on(row.date, row.end)
        if start_s < end_s:
            found[row.technician_id].append(_Stretch(start_s, end_s, entry.number, row.date))
    for who in sorted(found):
        yield who, sorted(found[who])


def _rest_s(policy: Policy, before: _Stretch, clock: BranchClock) -> int:
    """Return the rest after a shift that is worked to its end."""
    is_night = before.end_s > clock.on(before.date, policy.night_from_s)
    return max(policy.rest_s, policy.rest_after_night_s) if is_night else policy.rest_s


def _hours(span_s: int) -> str:
    """Return a span as hours and minutes: `9:30`."""
    hours, minutes = divmod(span_s // MINUTE_S, 60)
    return f"{hours}:{minutes:02d}"


def check_people(sheets: BranchSheets, log: IssueLog) -> None:
    """Note technicians who may be one person under two numbers: by the phone, or by the name where no phone differs."""
    by_phone: dict[str, tuple[str, int]] = {}
    by_name: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for entry in sheets.technicians:
        row, number = entry.row, entry.number
        phone = "".join(sign for sign in row.phone if sign.isdigit())
        name = " ".join((row.name or "").split()).casefold()
        same = by_phone.get(phone) if phone else None
        if same is not None and same[0] != row.technician_id:
            sheets.technicians.note(log, "PERSON_TWICE", number, "phone", row.phone, other=same[1])
        elif name:
            for other_id, other_phone, other in by_name[name]:
                if other_id != row.technician_id and (not phone or not other_phone):
                    sheets.technicians.note(log, "PERSON_TWICE", number, "name", row.name, other=other)
                    break
        if phone:
            by_phone.setdefault(phone, (row.technician_id, number))
        by_name[name].append((row.technician_id, phone, number))
