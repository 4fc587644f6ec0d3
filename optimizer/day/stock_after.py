"""Stock, loans and own parts after a day: what came, what was taken, what is back, and who still has what.

What is taken for a visit leaves the stock as it is picked up. When its result is known, it is used (done), back on the
shelf (not done, parts back) or on loan until it is returned: unused, or as the faulty part that it has replaced.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias

from optimizer.domain.order import PartNeed
from optimizer.ingest.build.as_of import loans_known_at, parts_known_at
from optimizer.ingest.forms.columns import LoanRow
from optimizer.ingest.forms.sheets import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from optimizer.day.as_planned import DayAsPlanned
    from optimizer.day.order_states import EndedOrder, EndOfDay
    from optimizer.ingest.forms.columns import ArrivalRow, PartRow, TechnicianRow
    from optimizer.ingest.forms.sheets import BranchSheets

#: The day as it was planned, by its date.
PlannedOn: TypeAlias = "Callable[[date], DayAsPlanned]"


def parts_after(
    sheets: BranchSheets, ended: Iterable[EndedOrder], end: EndOfDay, planned_on: PlannedOn
) -> tuple[Entry[PartRow], ...]:
    """Return the stock as the day leaves it. A count of the day itself holds all that was before it."""
    branch = sheets.branch.entries[0].row
    moves: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for entry in sheets.arrivals:
        if has_come(entry.row, end):
            is_whole_day = entry.row.usable_on.time() == time()
            into_day = timedelta(seconds=branch.business_open if is_whole_day else 0)
            moves[entry.row.part_id].append((entry.row.usable_on + into_day, entry.row.quantity))
    for taken in end.planned.taken.values():
        for need in taken.parts:
            moves[need.part_id].append((taken.at, -need.quantity))
    for order in ended:
        for day, visit_id, result in order.reports:
            taken_then = planned_on(day).taken.get(visit_id)
            if taken_then is not None and result.result != "done" and result.parts_back:
                for need in taken_then.parts:
                    moves[need.part_id].append((result.at or end.as_of, need.quantity))

    def after(entry: Entry[PartRow]) -> Entry[PartRow]:
        row, seconds = entry.row, end.clock.seconds
        counted_s = None if row.as_of is None or seconds(row.as_of) <= seconds(branch.as_of) else seconds(row.as_of)
        later = [count for at, count in moves[row.part_id] if counted_s is None or seconds(at) > counted_s]
        return Entry(entry.number, row.but(on_hand=row.on_hand + sum(later)))

    return tuple(after(entry) for entry in parts_known_at(sheets, end.clock, end.is_known))


def has_come(arrival: ArrivalRow, end: EndOfDay) -> bool:
    """Return whether an arrival is in the branch."""
    return end.is_known(arrival.usable_on)


def loans_after(
    sheets: BranchSheets, ended: Iterable[EndedOrder], end: EndOfDay, planned_on: PlannedOn
) -> tuple[Entry[LoanRow], ...]:
    """Return the loans that are open, with those of visits whose parts are not back: due on their evening."""
    loans: list[Entry[LoanRow]] = list(loans_known_at(sheets, end.is_known))
    known = {entry.row.loan_id for entry in sheets.loans}
    for order in ended:
        for day, visit_id, result in order.reports:
            taken = planned_on(day).taken.get(visit_id)
            if taken is None or result.parts_back:
                continue
            for need in taken.parts:
                loan_id = f"{loans_begin_with(order.order_id)}{need.part_id}-{day:%Y%m%d}"
                who = result.technician_id or taken.technician_id
                if loan_id not in known:
                    lent = LoanRow(
                        loan_id=loan_id, technician_id=who, part_id=need.part_id, quantity=need.quantity, due=day
                    )
                    loans.append(Entry(0, lent))
    return tuple(loans)


def loans_begin_with(order_id: str) -> str:
    """Return how the numbers of the loans begin that an order has made."""
    return f"{order_id}-"


def own_parts_after(row: TechnicianRow, ended: Iterable[EndedOrder], planned_on: PlannedOn) -> tuple[PartNeed, ...]:
    """Return what a technician carries, less what went into orders that are done."""
    used: Counter[str] = Counter()
    for order in ended:
        for day, visit_id, result in order.reports:
            taken = planned_on(day).taken.get(visit_id)
            if taken is not None and result.result == "done" and taken.technician_id == row.technician_id:
                used.update(taken.own)
    left = (PartNeed(need.part_id, need.quantity - used[need.part_id]) for need in row.own_parts)
    return tuple(need for need in left if need.quantity > 0)
