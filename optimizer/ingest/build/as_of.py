"""The sheets as they were known at one moment: what came later is not seen, what the day has left is applied.

A branch's folder holds the whole story. The draft at 16:00, the settling at 18:00 and the opening at 08:00 read the
same files; each row that reports something says when, and a stage sees what was reported by its own moment.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import GapFrom
from optimizer.domain.planning_context import Absence, AsideState, Stage
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import at
from optimizer.domain.working_time import WorkingCalendar
from optimizer.ingest.build.calendar import weekend_of
from optimizer.ingest.build.problem import lock_day
from optimizer.ingest.build.several_days import day_ids, days_since_planned, visit_ids_of, visits_left_of
from optimizer.ingest.forms.sheets import Entry, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import AbsenceRow, LockRow, OrderRow, PartRow, ResultRow, ShiftRow
    from optimizer.ingest.forms.sheets import BranchSheets

#: When the day is settled and when it is opened (docs/rules.md, Three moments of a day), in seconds of the day.
SETTLE_S, OPEN_S = at(18), at(8)

#: Moments of an order that a stage before them does not see.
_LOGGED = ("passed_on", "contacted", "dispatched", "acknowledged", "on_site", "done", "called_back")


@dataclass(frozen=True, slots=True)
class AsideRow:
    """An order that today's plan has or has done."""

    row: OrderRow
    state: AsideState
    technician_id: str
    parts_back: bool


def moment_of(stage: Stage, as_of: datetime, clock: BranchClock) -> datetime:
    """Return the moment of a stage: the branch's own for the draft, 18:00 that day, 08:00 on the day to plan.

    A branch that is already later on that day keeps its own moment.
    """
    if stage is Stage.DRAFT:
        return as_of
    day, seconds = (as_of.date(), SETTLE_S) if stage is Stage.SETTLE else (clock.first_day, OPEN_S)
    usual = datetime.combine(day, time(seconds // 3600), tzinfo=as_of.tzinfo)
    return max(as_of, usual) if as_of.date() == day else usual


def sheets_known_at(
    sheets: BranchSheets, stage: Stage, as_of: datetime, clock: BranchClock, log: IssueLog
) -> tuple[BranchSheets, tuple[AsideRow, ...]]:
    """Return the sheets as known at a moment, and the orders that are not to be planned because today has them."""
    now_s = clock.seconds(as_of)

    def is_known(moment: datetime | None) -> bool:
        return moment is None or clock.seconds(moment) <= now_s

    results = results_by_order(sheets, clock, is_known)
    to_come = [entry for entry in sheets.orders if not is_known(entry.row.received)]
    for entry in to_come:
        moment = f"{as_of:%Y-%m-%d %H:%M}"
        sheets.orders.note(log, "ORDER_TO_COME", entry.number, "received", entry.row.received, moment=moment)
    orders, aside = _orders(sheets, results, stage, clock, is_known)
    orders = tuple(without_done(orders, aside, sheets.technicians.ids, as_of, clock))
    shifts = _shifts(sheets, clock, is_known, log)
    _check_absent_locks(sheets, orders, shifts, clock, is_known, log)
    parts = parts_known_at(sheets, clock, is_known)
    loans = loans_known_at(sheets, is_known)
    _note_past_windows(sheets, orders, min(0, now_s), clock, log)
    branch = tuple(Entry(e.number, e.row.but(as_of=as_of)) for e in sheets.branch)
    known = replace(
        sheets,
        branch=replace(sheets.branch, entries=branch),
        orders=replace(sheets.orders, entries=orders),
        shifts=replace(sheets.shifts, entries=shifts),
        parts=replace(sheets.parts, entries=parts),
        loans=replace(sheets.loans, entries=loans),
    )
    known = _without_hidden(known, sheets)
    return replace(known, locks=_closed_up(known.locks, clock)), aside


# --- orders -------------------------------------------------------------------------------------------------------


def results_by_order(
    sheets: BranchSheets, clock: BranchClock, is_known: Callable[[datetime | None], bool]
) -> dict[str, list[Entry[ResultRow]]]:
    """Return the results that are known, by the order or the day of one that they name, in the order of reporting.

    An order that was visited again has one for each visit; what says no moment was known before all others.
    """
    found: dict[str, list[Entry[ResultRow]]] = defaultdict(list)
    for entry in sheets.results:
        if is_known(entry.row.at):
            found[entry.row.order_id].append(entry)
    for reported in found.values():
        reported.sort(key=lambda entry: (entry.row.at is not None, clock.seconds(entry.row.at) if entry.row.at else 0))
    return found


def _orders(
    sheets: BranchSheets,
    results: dict[str, list[Entry[ResultRow]]],
    stage: Stage,
    clock: BranchClock,
    is_known: Callable[[datetime | None], bool],
) -> tuple[tuple[Entry[OrderRow], ...], tuple[AsideRow, ...]]:
    """Sort the known orders into those to plan and those that today's plan has."""
    weekend = weekend_of(sheets.branch.entries[0].row)
    calendar = WorkingCalendar({entry.row.date: entry.row.working for entry in sheets.calendar}, weekend=weekend)
    plan: list[Entry[OrderRow]] = []
    aside: list[AsideRow] = []
    for entry in sheets.orders:
        if not is_known(entry.row.received):
            continue
        later = {name: None for name in _LOGGED if not is_known(getattr(entry.row, name))}
        row = entry.row.but(**later) if later else entry.row
        is_todays = row.planned_on is not None and row.planned_on < clock.first_day
        reported = results.get(row.order_id, [])
        result = reported[-1] if reported else None
        if row.days > 1:
            row, result = job_so_far(row, results, calendar, clock)
            is_todays = is_todays and row.planned_on is not None
        else:
            for earlier in reported[:-1]:
                row = left_over(row, earlier.row, clock, is_known)
        if (result is not None and result.row.result == "done") or (result is None and row.done is not None):
            parts_back = result.row.parts_back if result else bool(row.parts_back)
            done = row.but(done=row.done or (result.row.at if result else None))
            aside.append(AsideRow(done, AsideState.DONE, _who(row, result), parts_back))
        elif result is not None:
            plan.append(Entry(entry.number, left_over(row, result.row, clock, is_known)))
        elif is_todays:
            state = AsideState.UNDER_WAY if stage is Stage.DRAFT else AsideState.NO_RESULT
            aside.append(AsideRow(row, state, _who(row, None), parts_back=False))
        else:
            plan.append(Entry(entry.number, row))
    return tuple(plan), tuple(aside)


def job_so_far(
    row: OrderRow, results: dict[str, list[Entry[ResultRow]]], calendar: WorkingCalendar, clock: BranchClock
) -> tuple[OrderRow, Entry[ResultRow] | None]:
    """Return an order of several days with those done or under way, and the result that is left to be looked at.

    That is the one of a day that failed, else of the last day. Whoever began the order goes on with it.
    """
    days = enumerate(day_ids(row.order_id, row.days), start=1)
    said = {n: results[name][-1] for n, name in days if results.get(name)}
    done = max((n for n, entry in said.items() if entry.row.result == "done"), default=0)
    failed = min((n for n, entry in said.items() if entry.row.result != "done" and n > done), default=row.days + 1)
    since = days_since_planned(row, calendar, clock)
    days_done = min(row.days, max(row.days_done, done, min(row.days_done + since, failed - 1)))
    result = said.get(failed) or said.get(row.days)
    if days_done == row.days_done or days_done == row.days:
        return row, result
    who = next((said[n].row.technician_id for n in sorted(said) if said[n].row.technician_id), row.planned_technician)
    required = row.required or ((who,) if who else ())
    return row.but(days_done=days_done, planned_on=None, required=required), result


def reports_known_at(sheets: BranchSheets, as_of: datetime, clock: BranchClock) -> dict[str, int]:
    """Return when the last result known at a moment was reported, in seconds of the clock, by visit."""
    visits = {entry.row.order_id: visit_ids_of(entry.row) for entry in sheets.orders}
    known: dict[str, int] = {}
    for entry in sheets.results:
        at_s = clock.seconds(entry.row.at or as_of)
        for visit_id in visits.get(entry.row.order_id, (entry.row.order_id,)) if at_s <= clock.seconds(as_of) else ():
            known[visit_id] = max(at_s, known.get(visit_id, at_s))
    return known


def absences_known_at(sheets: BranchSheets, as_of: datetime, clock: BranchClock) -> tuple[Absence, ...]:
    """Return who is known at a moment to be away from then on, on the days that are planned."""
    now_s = clock.seconds(as_of)
    shifts = {(entry.row.technician_id, entry.row.date): entry.row for entry in sheets.shifts}
    found = []
    for entry in sheets.absences:
        row, day = entry.row, (entry.row.date - clock.first_day).days
        if not clock.is_planned(row.date) or (row.reported is not None and clock.seconds(row.reported) > now_s):
            continue
        shift = shifts.get((row.technician_id, row.date))
        if shift is None:
            found.append(Absence(row.technician_id, day))
            continue
        start_s, end_s = clock.on(shift.date, shift.start), clock.on(shift.date, shift.end)
        from_s, until_s = _absent_span(row, start_s, end_s, clock)
        if max(from_s, now_s, start_s) < min(until_s, end_s):
            begins_s, ends_s = from_s if from_s > start_s else None, until_s if until_s < end_s else None
            found.append(Absence(row.technician_id, day, begins_s, ends_s))
    return tuple(sorted(found, key=lambda one: (one.day, one.technician_id, one.from_s or 0)))


def day_over_s(sheets: BranchSheets, clock: BranchClock) -> int:
    """Return when the days to plan are over: with the last shift, overtime included, else at midnight."""
    rows = [entry.row for entry in sheets.shifts if clock.is_planned(entry.row.date)]
    return max(
        (clock.on(row.date, row.end) + row.overtime_limit_s for row in rows), default=clock.wall.moment_s(clock.days)
    )


def without_done(
    orders: tuple[Entry[OrderRow], ...],
    aside: tuple[AsideRow, ...],
    staff: frozenset[str],
    as_of: datetime,
    clock: BranchClock,
) -> Iterator[Entry[OrderRow]]:
    """Yield the orders without what comes before them and is not to be planned: it is done, or under way.

    Its gap counts from when that was done, else from now; the same people are those who did it.
    """
    known = {name for entry in orders for name in visit_ids_of(entry.row)}
    done = {name: left for left in aside for name in visit_ids_of(left.row)}
    for entry in orders:
        row = entry.row
        gone = [earlier for earlier in row.after if earlier.visit_id not in known]
        if not gone:
            yield entry
            continue
        update: dict[str, Any] = {"after": tuple(earlier for earlier in row.after if earlier.visit_id in known)}
        ready_s = None if row.ready is None else clock.seconds(row.ready)
        for earlier in gone:
            left = done.get(earlier.visit_id)
            if left is None:
                continue  # received later: nobody knows of it yet
            moment = left.row.on_site if earlier.gap_from is GapFrom.START else left.row.done
            after_s = clock.seconds(moment or as_of) + earlier.min_gap_s
            if earlier.min_gap_s and (ready_s is None or ready_s < after_s):
                ready_s = after_s
                update["ready"] = clock.wall.zoned(after_s)
            if earlier.same_people and left.technician_id in staff and not row.required:
                update["required"] = (left.technician_id,)
        yield Entry(entry.number, row.but(**update))


def _who(row: OrderRow, result: Entry[ResultRow] | None) -> str:
    return (result.row.technician_id if result else None) or row.planned_technician or ""


def left_over(
    row: OrderRow, result: ResultRow, clock: BranchClock, is_known: Callable[[datetime | None], bool]
) -> OrderRow:
    """Return an unfinished order as it is to be planned again.

    Its spent windows are gone, what was said and handed out for the last visit counts no more, the new day is agreed.
    """
    update: dict[str, Any] = {
        "carried_over": row.carried_over + 1,
        "unfinished": result.result,
        "planned_on": None,
        "on_site": row.on_site or result.at,
        "confirmed": None,
        "dispatched": None,
        "acknowledged": None,
        "promised": tuple(window for window in row.promised if not is_known(window[1])),
        "requested": tuple(window for window in row.requested if not is_known(window[1])),
    }
    day = result.next_visit
    if day is not None:
        ready = datetime.combine(day, time(), tzinfo=row.ready.tzinfo if row.ready else None)
        is_later = row.ready is None or clock.seconds(ready) > clock.seconds(row.ready)
        update |= {"agreed_day": day, "agreed_half": None, "due_day": day, "ready": ready if is_later else row.ready}
    return row.but(**update)


def _without_hidden(known: BranchSheets, whole: BranchSheets) -> BranchSheets:
    """Return the sheets without the locks, exceptions and published rows of orders that are not to be planned now."""
    left = {name for entry in known.orders for name in visits_left_of(entry.row)}
    hidden = {name for entry in whole.orders for name in visit_ids_of(entry.row)} - left

    def kept(sheet: Sheet[Any]) -> Sheet[Any]:
        return replace(sheet, entries=tuple(entry for entry in sheet if entry.row.visit_id not in hidden))

    names = ("locks", "exceptions", "published")
    return replace(known, **{name: kept(getattr(known, name)) for name in names})


def _closed_up(locks: Sheet[LockRow], clock: BranchClock) -> Sheet[LockRow]:
    """Return the locks with the places of started routes counted anew: some of their visits may be gone."""
    routes: dict[tuple[str, date], list[Entry[LockRow]]] = defaultdict(list)
    for entry in locks:
        if entry.row.level == LockLevel.PREFIX:
            routes[entry.row.technician_id, lock_day(entry.row, clock)].append(entry)
    in_order = (sorted(route, key=lambda entry: entry.row.position or 0) for route in routes.values())
    place_of = {entry.number: place for route in in_order for place, entry in enumerate(route)}
    return replace(
        locks,
        entries=tuple(
            Entry(entry.number, entry.row.but(position=place_of[entry.number])) if entry.number in place_of else entry
            for entry in locks
        ),
    )


# --- people and parts ---------------------------------------------------------------------------------------------


def _shifts(
    sheets: BranchSheets, clock: BranchClock, is_known: Callable[[datetime | None], bool], log: IssueLog
) -> tuple[Entry[ShiftRow], ...]:
    """Return the shifts less the absences reported by now; of a shift cut in two the longer part stays."""
    shifts = list(sheets.shifts.entries)
    for absence in sheets.absences:
        row = absence.row
        if not is_known(row.reported):
            continue
        left: list[Entry[ShiftRow]] = []
        for entry in shifts:
            shift = entry.row
            if (shift.technician_id, shift.date) != (row.technician_id, row.date):
                left.append(entry)
                continue
            start_s, end_s = clock.on(shift.date, shift.start), clock.on(shift.date, shift.end)
            from_s, until_s = _absent_span(row, start_s, end_s, clock)
            if until_s <= start_s or from_s >= end_s:
                left.append(entry)  # not in this shift
                continue
            before_s, after_s = max(0, min(from_s, end_s) - start_s), max(0, end_s - max(until_s, start_s))
            if before_s and after_s:
                sheets.absences.note(log, "ABSENCE_MIDDLE", absence.number, "start")
            if before_s or after_s:
                is_evening, absent = before_s >= after_s, (clock.wall.zoned(from_s), clock.wall.zoned(until_s))
                left.append(Entry(entry.number, _cut(shift, absent, clock, is_evening=is_evening)))
        shifts = left
    return tuple(shifts)


def _note_past_windows(
    sheets: BranchSheets, orders: tuple[Entry[OrderRow], ...], past_s: int, clock: BranchClock, log: IssueLog
) -> None:
    """Note orders whose windows were all over before the days to plan and now; those carried over have had theirs."""
    for entry in orders:
        column = "promised" if entry.row.promised else "requested"
        windows = getattr(entry.row, column)
        if windows and not entry.row.carried_over and all(clock.seconds(closes) < past_s for _, closes in windows):
            sheets.orders.note(log, "WINDOW_PAST", entry.number, column)


def _absent_span(row: AbsenceRow, start_s: int, end_s: int, clock: BranchClock) -> tuple[int, int]:
    """Return from when until when an absence lies in a shift.

    Who reports in the middle of the shift not to come any more was there until then: what began before has begun.
    """
    from_s = start_s if row.start is None else clock.on(row.date, row.start)
    until_s = end_s if row.end is None else clock.on(row.date, row.end)
    if row.reported is not None and until_s >= end_s and start_s < clock.seconds(row.reported) < end_s:
        from_s = max(from_s, clock.seconds(row.reported))
    return from_s, until_s


def _check_absent_locks(
    sheets: BranchSheets,
    orders: tuple[Entry[OrderRow], ...],
    shifts: tuple[Entry[ShiftRow], ...],
    clock: BranchClock,
    is_known: Callable[[datetime | None], bool],
    log: IssueLog,
) -> None:
    """Note locks to somebody who is absent: in all shifts that the lock allows, or while a window is open."""
    to_plan = {name: entry.row for entry in orders for name in visits_left_of(entry.row)}
    left = {(entry.row.technician_id, entry.row.date) for entry in shifts}
    whole = {(e.row.technician_id, e.row.date): e.row for e in sheets.shifts if clock.is_planned(e.row.date)}
    for entry in sheets.locks:
        lock = entry.row
        days = {day for who, day in whole if who == lock.technician_id}
        days &= days if lock.level == LockLevel.PERSON else {lock_day(lock, clock)}
        absent = [e.row for e in sheets.absences if e.row.technician_id == lock.technician_id and e.row.date in days
                  and is_known(e.row.reported)]  # fmt: skip
        if lock.visit_id not in to_plan or not absent:
            continue
        row, shift = absent[0], whole[lock.technician_id, absent[0].date]
        span = _absent_span(row, clock.on(row.date, shift.start), clock.on(row.date, shift.end), clock)
        start, end = (clock.time_or_iso(row.date, moment_s) for moment_s in span)
        is_gone = not any((lock.technician_id, day) in left for day in days)
        if not is_gone and not _is_open_only_in(span, to_plan[lock.visit_id], clock):
            continue
        details = {"visit": lock.visit_id, "day": row.date.isoformat(), "start": start, "end": end}
        code = "LOCK_ABSENT" if is_gone else "LOCK_ABSENT_PARTLY"
        sheets.locks.note(log, code, entry.number, "technician_id", lock.technician_id, **details)


def _is_open_only_in(span: tuple[int, int], order: OrderRow, clock: BranchClock) -> bool:
    """Return whether an order has windows, and each of them lies in a span."""
    windows = [clock.interval(opens, closes) for opens, closes in order.promised or order.requested]
    return bool(windows) and all(span[0] <= window.open_s and window.close_s <= span[1] for window in windows)


def _cut(shift: ShiftRow, absent: tuple[datetime, datetime], clock: BranchClock, *, is_evening: bool) -> ShiftRow:
    """Return the part of a shift before an absence (no overtime then), or after it."""
    update: dict[str, Any] = {"end": absent[0], "overtime_limit_s": 0} if is_evening else {"start": absent[1]}
    cut = shift.but(**update)
    if cut.contracted_s is not None:
        length_s = clock.on(cut.date, cut.end) - clock.on(cut.date, cut.start)
        cut = cut.but(contracted_s=min(cut.contracted_s, length_s))
    return cut


def parts_known_at(
    sheets: BranchSheets, clock: BranchClock, is_known: Callable[[datetime | None], bool]
) -> tuple[Entry[PartRow], ...]:
    """Return the stock as last counted, with the unused parts that came back after the count."""
    loaned = {entry.row.loan_id: entry.row for entry in sheets.loans}
    parts: list[Entry[PartRow]] = []
    for entry in sheets.parts:
        row = entry.row
        for count in sorted((c.row for c in sheets.counts), key=lambda c: clock.seconds(c.at)):
            is_newer = row.as_of is None or clock.seconds(count.at) >= clock.seconds(row.as_of)
            if count.part_id == row.part_id and is_known(count.at) and is_newer:
                row = row.but(on_hand=count.counted, as_of=count.at)
        for back in (r.row for r in sheets.returns):
            loan = loaned.get(back.loan_id)
            if loan is None or loan.part_id != row.part_id or back.condition != "unused" or not is_known(back.at):
                continue
            if back.at is None or row.as_of is None or clock.seconds(back.at) > clock.seconds(row.as_of):
                row = row.but(on_hand=row.on_hand + (back.quantity or loan.quantity))
        parts.append(Entry(entry.number, row))
    return tuple(parts)


def loans_known_at(sheets: BranchSheets, is_known: Callable[[datetime | None], bool]) -> tuple[Entry[Any], ...]:
    """Return the loans that are still open."""
    loans = []
    for entry in sheets.loans:
        back = [r.row.quantity or entry.row.quantity for r in sheets.returns if r.row.loan_id == entry.row.loan_id
                and is_known(r.row.at)]  # fmt: skip
        left = entry.row.quantity - sum(back)
        if left > 0:
            loans.append(Entry(entry.number, entry.row.but(quantity=left)))
    return tuple(loans)
