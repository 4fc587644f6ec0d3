"""Orders of several days: one row of orders becomes an order and a visit a day, one on each following working day.

The days of an order `V` are `V`, `V/2`, `V/3`. Each comes after the one before, with the same people. Parts and loads
are taken along on the first day, where the windows lie too; the full test of a critical device ends the last day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import GapFrom, Predecessor, Urgency
from optimizer.domain.units import DAY_S, HOUR_S
from optimizer.ingest.forms.sheets import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from optimizer.domain.working_time import WorkingCalendar
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.columns import OrderRow
    from optimizer.ingest.forms.sheets import BranchSheets

#: Two starts of one working day are less apart than this; those of two days following one another are more.
HALF_DAY_S = 12 * HOUR_S


def day_ids(first_id: str, days: int) -> tuple[str, ...]:
    """Return the ids of the days of an order of several days.

    >>> day_ids("V", 3)
    ('V', 'V/2', 'V/3')
    """
    return (first_id,) if days == 1 else (first_id, *(f"{first_id}/{n}" for n in range(2, days + 1)))


def visit_ids_of(row: Any) -> tuple[str, ...]:
    """Return the visits of a row of orders: one, or one for each of its days."""
    return day_ids(row.visit_id or row.order_id or "", row.days)


def visits_left_of(row: Any) -> tuple[str, ...]:
    """Return the visits of a row that are still to be planned."""
    return visit_ids_of(row)[row.days_done :]


def days_since_planned(row: Any, calendar: WorkingCalendar, clock: BranchClock) -> int:
    """Return how many days of a job an earlier day's plan has had since, its own day among them."""
    if row.planned_on is None or row.planned_on >= clock.first_day:
        return 0
    return 1 + calendar.working_days_left(after=row.planned_on, until=clock.first_day - timedelta(days=1))


def with_each_day(sheets: BranchSheets, clock: BranchClock, calendar: WorkingCalendar) -> BranchSheets:
    """Return the sheets with an order for each day that is still to be done.

    Whoever comes after an order of several days comes after its last day, or after the start of its first.
    """
    several = (entry.row for entry in sheets.orders if entry.row.days > 1)
    long_orders = {visit_ids_of(row)[0]: visits_left_of(row) for row in several}
    if not long_orders:
        return sheets
    staffed = {(entry.row.date - clock.first_day).days for entry in sheets.shifts}
    days = tuple(day for day in range(clock.days) if day in staffed) or tuple(range(clock.days))
    entries: list[Entry[OrderRow]] = []
    for entry in sheets.orders:
        row = _after_long_orders(entry.row, long_orders)
        rows = _days_of(row, days, clock, calendar) if row.days > 1 else (row,)
        entries += (Entry(entry.number, made) for made in rows)
    return replace(sheets, orders=replace(sheets.orders, entries=tuple(entries)))


def _after_long_orders(row: OrderRow, long_orders: dict[str, tuple[str, ...]]) -> OrderRow:
    if not any(earlier.visit_id in long_orders for earlier in row.after):
        return row

    def meant(earlier: Predecessor) -> Predecessor:
        days = long_orders.get(earlier.visit_id, (earlier.visit_id,))
        return replace(earlier, visit_id=days[0 if earlier.gap_from is GapFrom.START else -1])

    return row.but(after=tuple(map(meant, row.after)))


def _days_of(row: OrderRow, days: tuple[int, ...], clock: BranchClock, calendar: WorkingCalendar) -> Iterable[OrderRow]:
    """Yield the order of each day that is left; `days` are those on which anybody works."""
    orders, visits = day_ids(row.order_id, row.days), visit_ids_of(row)
    possible = _possible_days(row, days, clock) if row.days_done == 0 else set(days)
    for n in range(row.days_done, row.days):
        made: dict[str, Any] = {"order_id": orders[n], "visit_id": None if row.visit_id is None else visits[n]}
        made |= {"days": 1, "days_done": 0, "critical_test_s": row.critical_test_s if n == row.days - 1 else 0}
        if n > 0:
            made |= _later_day(row, n, calendar)
        if n > row.days_done:
            following = {day: _next_working_day(day, clock, calendar) for day in possible}
            steps = [after - day for day, after in following.items()]
            gaps = (min(steps) * DAY_S - HALF_DAY_S, max(steps) * DAY_S + HALF_DAY_S)
            made["after"] = (Predecessor(visits[n - 1], GapFrom.START, *gaps, same_people=True),)
            possible = set(following.values())
            made["ready"] = datetime.combine(clock.first_day + timedelta(days=min(possible)), time())
            made |= {"unfinished": None, "carried_over": 0}
        yield row.but(**made)


def _later_day(row: OrderRow, n: int, calendar: WorkingCalendar) -> dict[str, Any]:
    """Return what differs on a later day: no window or part of the first day, and it is due that much later.

    An emergency is met on the first day.
    """

    def later(day: date | None) -> date | None:
        return None if day is None else calendar.working_days_after(day, n)[-1]

    return {
        "requested": (),
        "promised": (),
        "parts": (),
        "loads": (),
        "after": (),
        "intermittent": False,
        "due_day": later(row.due_day),
        "agreed_day": later(row.agreed_day),
        "agreed_half": None,
        "urgency": Urgency.URGENT.value if row.urgency == Urgency.EMERGENCY else row.urgency,
        "on_site": None,
        "done": None,
        "called_back": None,
    }


def _possible_days(row: OrderRow, days: tuple[int, ...], clock: BranchClock) -> set[int]:
    """Return the days of the horizon on which an order can begin, as far as its own windows say."""
    windows = [clock.interval(opens, closes) for opens, closes in row.promised or row.requested]
    ready = 0 if row.ready is None else clock.day_of(clock.seconds(row.ready))
    spans = [(clock.day_of(window.open_s), clock.day_of(window.close_s)) for window in windows]
    inside = {day for first, last in spans for day in days if first <= day <= last} or set(days)
    return {day for day in inside if day >= ready} or {days[-1]}


def _next_working_day(day: int, clock: BranchClock, calendar: WorkingCalendar) -> int:
    return (calendar.next_working_day(clock.first_day + timedelta(days=day)) - clock.first_day).days
