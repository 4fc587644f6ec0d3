"""Checks across rows and sheets: references, times that contradict each other, locks, doubtful stock.

Each function looks at one topic and notes what it finds. Cells are right in themselves when they come here.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.problem import BRANCH_PLACE, LockLevel
from optimizer.domain.repeats import SECOND_PERSON
from optimizer.domain.units import MINUTE_S
from optimizer.domain.working_time import WorkingCalendar
from optimizer.ingest.build.problem import lock_day
from optimizer.ingest.build.several_days import days_since_planned, visit_ids_of
from optimizer.ingest.checks.references import check_alike, check_areas, check_references
from optimizer.ingest.checks.trial_problem import check_crews_and_locks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.domain.policy import Policy
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import ShiftRow
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, Sheet

MAX_DAYS_AWAY = 3_653
#: Nobody plans so many days before: one of the two dates has another year or month than meant.
MAX_DAYS_AHEAD = 60

#: Columns whose dates must lie near the day to plan; certificates may be older or open far into the future.
_DATED = {
    "branch": ("as_of",),
    "calendar": ("date",),
    "orders": ("received", "requested", "promised", "due_day", "ready"),
    "shifts": ("date", "start", "end", "break_open", "break_close"),
    "parts": ("as_of",),
    "arrivals": ("usable_on",),
    "reservations": ("date",),
    "loans": ("due", "return_booked"),
    "locks": ("date", "start"),
    "published": ("date", "told_open", "told_close"),
    "results": ("at", "next_visit"),
    "returns": ("at",),
    "counts": ("at",),
    "absences": ("date", "start", "end", "reported"),
}


def check_sheets(
    sheets: BranchSheets, clock: BranchClock | None, policy: Policy | None, log: IssueLog, *, is_ours: bool = False
) -> None:
    """Note every fault and doubt that shows only across rows.

    `clock` is absent when the branch's row is faulty, `policy` when it or its file is. What we wrote ourselves
    (`is_ours`) was read before, and may be of a version that let more pass.
    """
    check_ids(sheets, log)
    check_references(sheets, log, is_ours=is_ours)
    check_alike(sheets, log)
    check_areas(sheets, log)
    check_predecessors(sheets, log)
    check_stock(sheets, log)
    check_skills(sheets, log)
    check_tools_and_loads(sheets, log)
    check_homes(sheets, log)
    check_missing_places(sheets, log)
    check_locks(sheets, clock, policy, log)
    check_exceptions(sheets, policy, log)
    check_repairs(sheets, log)
    if clock is not None:
        check_branch(sheets, clock, log)
        check_dates(sheets, clock, log)
        check_shifts(sheets, clock, log)
        check_absences(sheets, clock, log)
        check_told(sheets, clock, log)
        check_jobs(sheets, clock, log)
        check_windows(sheets, clock, log)
    if policy is not None:
        check_order_prices(sheets, policy, log)
    if clock is not None and policy is not None:
        check_published_crews(sheets, policy, log)
        check_crews_and_locks(sheets, clock, policy, log)


def check_missing_places(sheets: BranchSheets, log: IssueLog) -> None:
    """Note orders without coordinates, when all has been tried to find them."""
    for entry in sheets.orders.entries:
        missing = [column for column in ("lat", "lon") if getattr(entry.row, column) is None]
        for column in missing[:1]:
            sheets.orders.note(log, "PLACE_MISSING", entry.number, column, entry.row.address)


def check_branch(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note a branch that closes before it opens, or plans a day that is months away."""
    for entry in sheets.branch:
        branch = entry.row
        ahead = (clock.first_day - branch.as_of.date()).days
        if MAX_DAYS_AHEAD < ahead <= MAX_DAYS_AWAY:
            sheets.branch.note(log, "PLANNED_EARLY", entry.number, "as_of", branch.as_of.date(), days=ahead)
        if branch.business_close <= branch.business_open:
            sheets.branch.note(log, "BUSINESS_REVERSED", entry.number, "business_close")


def check_dates(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note dates that are years away from the day to plan."""
    for sheet in sheets.all():
        for entry in sheet.readable():
            for column in _DATED.get(sheet.name, ()):
                for value in _dates(getattr(entry.row, column)):
                    if abs((value - clock.first_day).days) > MAX_DAYS_AWAY:
                        sheet.note(log, "DATE_FAR", entry.number, column, value)


def _dates(value: object) -> Iterator[date]:
    if isinstance(value, datetime):
        yield value.date()
    elif isinstance(value, date):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _dates(item)


def check_ids(sheets: BranchSheets, log: IssueLog) -> None:
    """Note visits that are called like a place of the travel matrix, or like one another."""
    seen: dict[str, int] = {}
    of_days: set[str] = set()
    for entry in sheets.orders.readable():
        name, column = _visit_id(entry), "visit_id" if entry.row.visit_id else "order_id"
        if name == BRANCH_PLACE or name.startswith(("start:", "end:")):
            sheets.orders.note(log, "ID_RESERVED", entry.number, column, name)
        if name == BRANCH_STOP:
            sheets.orders.note(log, "ID_BRANCH_STOP", entry.number, column, name)
        if name in seen and (column == "visit_id" or name in of_days):
            sheets.orders.note(log, "ID_TWICE", entry.number, column, name, other=seen[name])
        seen.setdefault(name, entry.number)
        for later in visit_ids_of(entry.row)[1:]:
            if later in seen:
                sheets.orders.note(log, "ID_TWICE", entry.number, "days", later, other=seen[later])
            seen.setdefault(later, entry.number)
            of_days.add(later)


def _visit_id(entry: Entry[Any]) -> str:
    return entry.row.visit_id or entry.row.order_id or ""


def check_predecessors(sheets: BranchSheets, log: IssueLog) -> None:
    """Note orders that come after themselves, once per circle; an order of several days is one here."""
    rows = {_visit_id(entry): entry for entry in sheets.orders}
    order_of = {name: _visit_id(entry) for entry in sheets.orders for name in visit_ids_of(entry.row)}
    earlier = {
        name: tuple(order_of.get(before.visit_id, before.visit_id) for before in entry.row.after)
        for name, entry in rows.items()
    }
    done: set[str] = set()
    for first in sorted(rows):
        trail: dict[str, None] = {}
        stack = [(first, iter(earlier[first]))] if first not in done else []
        while stack:
            name, followers = stack[-1]
            trail[name] = None
            follower = next((f for f in followers if f in rows and f not in done), None)
            if follower is None:
                done.add(name)
                trail.pop(name)
                stack.pop()
            elif follower in trail:
                names = list(trail)
                circle = [*names[names.index(follower) :], follower]
                text = " → ".join(reversed(circle))
                sheets.orders.note(log, "AFTER_ITSELF", rows[follower].number, "after", follower, circle=text)
            else:
                stack.append((follower, iter(earlier[follower])))


def check_stock(sheets: BranchSheets, log: IssueLog) -> None:
    """Note counted stock below zero."""
    for entry in sheets.parts.readable():
        if (entry.row.on_hand or 0) < 0:
            part = entry.row.part_id
            sheets.parts.note(log, "STOCK_NEGATIVE", entry.number, "on_hand", entry.row.on_hand, part=part)


def check_skills(sheets: BranchSheets, log: IssueLog) -> None:
    """Note skills that nobody holds, contradicting certificates, and crews larger than the staff."""
    held = {entry.row.skill for entry in sheets.skills.readable()}
    are_known = not sheets.skills.is_unread and None not in held  # else it is noted which cell is wrong
    staff = len(sheets.technicians.ids)
    for entry in sheets.orders.readable():
        for need in entry.row.skills if are_known else ():
            if need.skill not in held:
                near = log.suggest(need.skill, held)
                sheets.orders.note(log, "REF_SKILL_NOT_HELD", entry.number, "skills", need.skill, near=near)
        if entry.row.crew_size > max(staff, 1) and not sheets.technicians.is_unread:
            sheets.orders.note(log, "CREW_LARGE", entry.number, "crew_size", entry.row.crew_size)
    records: dict[tuple[str, str], list[Entry[Any]]] = defaultdict(list)
    for skill in sheets.skills:
        since, until = _validity(skill.row)
        earlier = records[(skill.row.technician_id, skill.row.skill)]
        for other in earlier:
            if _validity(other.row)[0] <= until and since <= _validity(other.row)[1]:
                name, number = skill.row.skill, other.number
                sheets.skills.note(log, "CERTIFICATE_TWICE", skill.number, "skill", name, other=number)
                break
        earlier.append(skill)


def _validity(row: Any) -> tuple[date, date]:
    return row.valid_from or date.min, row.valid_until or date.max


def check_tools_and_loads(sheets: BranchSheets, log: IssueLog) -> None:
    """Note orders that need more of a tool than there is, or loads that nobody can carry, or nobody has a limit of."""
    people = [entry.row for entry in sheets.technicians.readable()]
    units: dict[str, float] = defaultdict(int)
    for tool in sheets.tools.readable():
        units[tool.row.tool_id] += inf if tool.row.units is None else tool.row.units  # a wrong cell is noted
    owned: dict[str, int] = defaultdict(int)
    for person in people:
        for own in person.own_tools:
            owned[own.tool_id] = max(owned[own.tool_id], own.units)
    limits = [{load.quantity: load.amount for load in person.capacity} for person in people]
    most: dict[str, float] = {}
    named = sorted({quantity for limit in limits for quantity in limit})
    for entry in sheets.orders.readable():
        for need in entry.row.tools:
            there = units.get(need.tool_id, 0) + owned.get(need.tool_id, 0)
            if (need.tool_id in sheets.tools.ids or need.tool_id in owned) and need.units > there:
                details = {"tool": need.tool_id, "units": there}
                sheets.orders.note(log, "TOOL_SHORT", entry.number, "tools", need.units, **details)
        for load in entry.row.loads:
            if named and load.quantity not in named:
                details = {"known": ", ".join(named), "near": log.suggest(load.quantity, named)}
                sheets.orders.note(log, "LOAD_UNKNOWN", entry.number, "loads", load.quantity, **details)
            if load.quantity not in most:
                most[load.quantity] = max((limit.get(load.quantity, inf) for limit in limits), default=inf)
            if load.amount > most[load.quantity]:
                details = {"quantity": load.quantity, "most": int(most[load.quantity])}
                sheets.orders.note(log, "LOAD_LARGE", entry.number, "loads", load.amount, **details)


def check_order_prices(sheets: BranchSheets, policy: Policy, log: IssueLog) -> None:
    """Note orders that the policy has a price for and that are not there."""
    known = {name for entry in sheets.orders.readable() for name in (entry.row.order_id, entry.row.visit_id) if name}
    for order_id in policy.unassigned_by_order_cents:
        if order_id not in known:
            near = log.suggest(order_id, known)
            log.add("PRICE_NO_ORDER", file="policy.toml" if log.form != "json" else "", value=order_id, near=near)


def check_repairs(sheets: BranchSheets, log: IssueLog) -> None:
    """Note last repairs without their date, and such as come after the report of the fault that is back."""
    for entry in sheets.orders.readable():
        row = entry.row
        stated = next((name for name in ("repaired_by", "repaired_level") if getattr(row, name) is not None), "")
        if stated and row.repaired_on is None:
            sheets.orders.note(log, "REPAIR_UNDATED", entry.number, "repaired_on", getattr(row, stated))
        elif row.repaired_on and row.received and row.repaired_on > row.received.date():
            sheets.orders.note(log, "REPAIR_LATER", entry.number, "repaired_on", row.repaired_on)


def check_homes(sheets: BranchSheets, log: IssueLog) -> None:
    """Note days that start or end at a home without coordinates."""
    for entry in sheets.technicians:
        person = entry.row
        given = (person.home_lat is not None, person.home_lon is not None)
        missing = "home_lon" if given[0] else "home_lat"
        if any(given) and not all(given):
            sheets.technicians.note(log, "HOME_PARTLY", entry.number, missing)
        elif not any(given) and "home" in (person.start, person.end):
            sheets.technicians.note(log, "HOME_MISSING", entry.number, missing)


def check_shifts(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note shifts and breaks that cannot be, and technicians without a shift on the day to plan."""
    for entry in sheets.shifts:
        shift = entry.row
        start_s, end_s = clock.on(shift.date, shift.start), clock.on(shift.date, shift.end)
        if end_s <= start_s:
            sheets.shifts.note(log, "SHIFT_REVERSED", entry.number, "end", clock.time_or_iso(shift.date, end_s))
        _check_break(sheets.shifts, entry, end_s - start_s, clock, log)
    rows = [entry.row for entry in sheets.shifts.readable()]
    working = {row.technician_id for row in rows if row.date is None or clock.is_planned(row.date)}
    for person in sheets.technicians.readable():
        name = person.row.technician_id
        if name and name not in working and not sheets.shifts.is_unread:
            day = clock.planned_text()
            sheets.technicians.note(log, "NO_SHIFT", person.number, "technician_id", name, day=day)


def _check_break(
    sheet: Sheet[ShiftRow], entry: Entry[ShiftRow], length_s: int, clock: BranchClock, log: IssueLog
) -> None:
    shift = entry.row
    if shift.break_open is None and shift.break_close is None and not shift.break_s:
        return
    if shift.break_open is None or shift.break_close is None or shift.break_s is None:
        cells = ("break_open", "break_close", "break_s")
        sheet.note(log, "BREAK_PARTLY", entry.number, next(c for c in cells if getattr(shift, c) is None))
        return
    open_s, close_s = clock.on(shift.date, shift.break_open), clock.on(shift.date, shift.break_close)
    start_s, end_s = clock.on(shift.date, shift.start), clock.on(shift.date, shift.end)
    minutes = f"{shift.break_s / MINUTE_S:g}"
    if close_s < open_s:
        sheet.note(log, "BREAK_REVERSED", entry.number, "break_close")
    elif shift.break_s == 0:
        sheet.note(log, "BREAK_ZERO", entry.number, "break_s")
    elif 0 < length_s <= shift.break_s:
        sheet.note(log, "BREAK_LENGTH", entry.number, "break_s", minutes)
    elif length_s > 0 and not (start_s <= open_s and close_s + shift.break_s <= end_s):
        sheet.note(log, "BREAK_OUTSIDE", entry.number, "break_s", minutes)


def check_absences(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note absences in a shift that end before they begin."""
    shifts = {(entry.row.technician_id, entry.row.date) for entry in sheets.shifts}
    for entry in sheets.absences:
        row = entry.row
        if row.start is None or row.end is None or (row.technician_id, row.date) not in shifts:
            continue
        end_s = clock.on(row.date, row.end)
        if end_s <= clock.on(row.date, row.start):
            sheets.absences.note(log, "ABSENCE_REVERSED", entry.number, "end", clock.time_or_iso(row.date, end_s))


def check_told(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note told windows that are half or reversed."""
    for entry in sheets.published:
        row = entry.row
        if (row.told_open is None) != (row.told_close is None):
            missing = "told_open" if row.told_open is None else "told_close"
            sheets.published.note(log, "TOLD_PARTLY", entry.number, missing)
        elif row.told_open is not None and row.told_close is not None:
            close_s = clock.on(row.date, row.told_close)
            if close_s < clock.on(row.date, row.told_open):
                value = clock.time_or_iso(row.date, close_s)
                sheets.published.note(log, "TOLD_REVERSED", entry.number, "told_close", value)


def _crew_sizes(sheets: BranchSheets, policy: Policy | None) -> dict[str, int]:
    """Return how many people serve each visit at most: two may go where a fault is back."""
    pairs = policy.pair_kinds if policy else frozenset()
    sizes: dict[str, int] = {}
    for entry in sheets.orders.readable():
        is_pair = entry.row.kind in pairs or entry.row.repaired_on is not None
        size = max(entry.row.crew_size, SECOND_PERSON if is_pair else 1)
        sizes |= dict.fromkeys(visit_ids_of(entry.row), size)
    return sizes


def check_locks(sheets: BranchSheets, clock: BranchClock | None, policy: Policy | None, log: IssueLog) -> None:
    """Note locks that lack what they hold, name another day or too many people, or leave gaps in a prefix."""
    sizes = _crew_sizes(sheets, policy)
    people: dict[str, set[str]] = defaultdict(set)
    held: dict[str, list[Entry[Any]]] = defaultdict(list)
    prefixes: dict[tuple[str, date | None], list[Entry[Any]]] = defaultdict(list)
    for entry in sheets.locks:
        lock = entry.row
        people[lock.visit_id].add(lock.technician_id)
        if len(people[lock.visit_id]) > sizes.get(lock.visit_id, 1):
            sheets.locks.note(log, "LOCK_TWO_PEOPLE", entry.number, "technician_id", lock.visit_id)
        if lock.level == LockLevel.START and lock.start is None:
            sheets.locks.note(log, "LOCK_START", entry.number, "start")
        if lock.level == LockLevel.PREFIX:
            prefixes[lock.technician_id, lock_day(lock, clock) if clock else None].append(entry)
            if lock.position is None:
                sheets.locks.note(log, "LOCK_POSITION", entry.number, "position")
        if clock is not None and lock.level != LockLevel.PERSON:
            _check_against(sheets.locks, held[lock.visit_id], entry, clock, log)
            held[lock.visit_id].append(entry)
        elsewhere = clock is not None and not clock.is_planned(lock_day(lock, clock))
        if clock is not None and elsewhere and lock.level != LockLevel.PERSON:
            day, column = clock.planned_text(), "date" if lock.date else "start"
            sheets.locks.note(log, "LOCK_OTHER_DAY", entry.number, column, lock_day(lock, clock), day=day)
    for (technician, _), entries in sorted(prefixes.items(), key=lambda item: (item[0][0], item[0][1] or date.min)):
        positions = sorted(entry.row.position for entry in entries if entry.row.position is not None)
        if positions != list(range(len(positions))):
            number = min(entry.number for entry in entries)
            text = ", ".join(_first_few(positions))
            sheets.locks.note(log, "LOCK_POSITIONS", number, "position", technician=technician, positions=text)


def check_exceptions(sheets: BranchSheets, policy: Policy | None, log: IssueLog) -> None:
    """Note exceptions without an amount, and those that go further than the policy lets anybody go."""
    for entry in sheets.exceptions:
        limit, amount = HouseLimit(entry.row.rule), entry.row.amount
        if amount is None and limit is not HouseLimit.AREA:
            sheets.exceptions.note(log, "EXCEPTION_AMOUNT", entry.number, "amount")
        if policy is None:
            continue
        most = policy.band_of(limit) // limit.unit
        if most == 0:
            sheets.exceptions.note(log, "EXCEPTION_BARRED", entry.number, "rule", entry.row.rule)
        elif (amount or 1) > most:
            sheets.exceptions.note(log, "EXCEPTION_BAND", entry.number, "amount", amount, most=most)


def _check_against(
    sheet: Sheet[Any], others: list[Entry[Any]], entry: Entry[Any], clock: BranchClock, log: IssueLog
) -> None:
    """Note a lock that no moment keeps together with an earlier one of the same visit."""
    lock, day = entry.row, lock_day(entry.row, clock)
    for other in others:
        details = {"visit": lock.visit_id, "other": other.number}
        if lock_day(other.row, clock) != day:
            sheet.note(log, "LOCK_TWO_DAYS", entry.number, "date" if lock.date else "start", day, **details)
            return
        if lock.start is None or other.row.start is None or {lock.level, other.row.level} != {LockLevel.START}:
            continue
        apart_s = abs(clock.on(day, lock.start) - clock.on(day, other.row.start))
        if apart_s > lock.tolerance_s + other.row.tolerance_s:
            value = clock.time_or_iso(day, clock.on(day, lock.start))
            sheet.note(log, "LOCK_TWO_STARTS", entry.number, "start", value, **details)
            return


def check_published_crews(sheets: BranchSheets, policy: Policy, log: IssueLog) -> None:
    """Note visits that are published for more people of a day than serve them."""
    sizes = _crew_sizes(sheets, policy)
    seen: dict[tuple[str, date], list[int]] = defaultdict(list)
    for entry in sheets.published:
        row = entry.row
        numbers = seen[row.visit_id, row.date]
        if len(numbers) >= sizes.get(row.visit_id, 1):
            value = f"{row.visit_id} {row.date}"
            sheets.published.note(log, "ID_TWICE", entry.number, "visit_id", value, other=numbers[0])
        numbers.append(entry.number)


def check_jobs(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note orders of several days that are done already, or longer than what is planned.

    What an earlier day's plan has goes on where that ends.
    """
    calendar = WorkingCalendar({entry.row.date: entry.row.working for entry in sheets.calendar})
    for entry in sheets.orders.readable():
        begun = days_since_planned(entry.row, calendar, clock)
        left = entry.row.days - max(entry.row.days_done, min(entry.row.days - 1, entry.row.days_done + begun))
        if entry.row.done is not None:
            continue
        if left <= 0:
            sheets.orders.note(log, "JOB_DONE", entry.number, "days_done", entry.row.days_done, days=entry.row.days)
        elif left > clock.days and entry.row.days > 1:
            sheets.orders.note(log, "JOB_LONG", entry.number, "days", left, planned=clock.days)


def check_windows(sheets: BranchSheets, clock: BranchClock, log: IssueLog) -> None:
    """Note windows on a day to plan on which nobody has a shift, one for each order."""
    if not sheets.shifts.is_given:
        return
    rows = [entry.row for entry in sheets.shifts.readable()]
    if any(None in (row.date, row.start, row.end) for row in rows):
        return  # noted already
    staffed: set[date] = set()
    for row in rows:
        last_s = clock.on(row.date, row.end) + row.overtime_limit_s
        staffed |= {row.date, clock.date_at(last_s)}
    empty = [day for day in clock.planned_days() if day not in staffed]
    for entry in sheets.orders.readable() if empty else ():
        column = "promised" if entry.row.promised else "requested"
        for opens, closes in getattr(entry.row, column):
            window = clock.interval(opens, closes)
            begin, end = max(clock.day_of(window.open_s), 0), min(clock.day_of(window.close_s), clock.days)
            days = {clock.first_day + timedelta(days=n) for n in range(begin, end + 1)}
            found = next((day for day in empty if day in days and not days & staffed), None)
            if found is not None:
                sheets.orders.note(log, "WINDOW_NO_SHIFT", entry.number, column, day=found.isoformat())
                break


def _first_few(numbers: Iterable[int], count: int = 12) -> list[str]:
    texts = [str(number) for number in numbers]
    return texts if len(texts) <= count else [*texts[:count], "…"]
