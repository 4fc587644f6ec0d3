"""What visits take of shared resources, and the visits that they wait for, as rows of numbers.

`arrays.py` puts these rows beside the others. A visit of several people takes everything once, by its lead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.order import GapFrom
from optimizer.domain.policy import Pickup
from optimizer.domain.technician import Employment
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.engine.arrays import E_EARLIER, E_KINDS, E_LATER, O_OWN, ROW_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Lock
    from optimizer.domain.technician import Shift, Technician
    from optimizer.engine.arrays import IntArray
    from optimizer.engine.assignment import Assignment

#: How many numbers an entry has.
ENTRY_WIDTH = 5


class Resources:
    """The rows of one problem.

    Parameters
    ----------
    assignment
        Who may serve what.
    roles
        The visit of each index and the role in its crew, 0 for the lead.
    shifts
        The shifts by index, sorted by technician and day.

    Attributes
    ----------
    parts, tools, quantities
        What visits need, sorted; the indices of the tables below.
    owner_of
        Technician id to the index of the technician.
    stop_shifts
        The shifts that may stop at the branch on the way.
    first, entry, row, tool_units
        As in `ProblemArrays`.
    """

    def __init__(self, assignment: Assignment, roles: Sequence[tuple[Visit, int]], shifts: Sequence[Shift]) -> None:
        self.assignment = assignment
        self.shifts = shifts
        self._heads = [visit if role == 0 else None for visit, role in roles]
        self._leads = leads = [visit for visit in self._heads if visit is not None]
        self.parts = sorted({need.part_id for visit in leads for need in visit.parts if need.quantity > 0})
        self.tools = sorted({need.tool_id for visit in leads for need in visit.tools if need.units > 0})
        self.quantities = sorted({load.quantity for visit in leads for load in visit.loads if load.amount > 0})
        self.owner_of = {who: n for n, who in enumerate(sorted({shift.technician_id for shift in shifts}))}
        self._held = self._holds()
        rows = self._stock_rows()
        self.row = np.array(rows, np.int64).reshape(-1, ROW_COLUMNS)
        self.stop_shifts = [s for s, shift in enumerate(shifts) if self._may_stop(shift)]
        self._special = {shifts[s].technician_id for s in self.stop_shifts} | {
            shift.technician_id
            for shift in shifts
            if self.parts and (assignment.needs_stop(shift) or self._owns(shift))
        }
        self._stop_node = {
            (shifts[s].technician_id, shifts[s].day): len(roles) + n for n, s in enumerate(self.stop_shifts)
        }
        self.first, self.entry = self._entries(rows)
        units: dict[str, int] = {}
        for tool in assignment.problem.tools:
            units[tool.tool_id] = units.get(tool.tool_id, 0) + tool.units
        self.tool_units = np.array([units.get(tool_id, 0) for tool_id in self.tools], np.int64)

    # --- technicians and shifts -------------------------------------------------------------------------------

    def owner_rows(self) -> IntArray:
        """Return the columns `O_*`: staff, days, first shift, own parts and tools."""
        table = []
        for who in self.owner_of:
            technician = self.assignment.problem.technician_by_id[who]
            mine = [s for s, shift in enumerate(self.shifts) if shift.technician_id == who]
            row = [int(technician.employment is Employment.EMPLOYEE), len(mine), mine[0]]
            row += [sum(n.quantity for n in technician.own_parts if n.part_id == part) for part in self.parts]
            row += [sum(n.units for n in technician.own_tools if n.tool_id == tool) for tool in self.tools]
            table.append(row)
        return np.array(table, np.int64).reshape(-1, O_OWN + len(self.parts) + len(self.tools))

    def pickup_columns(self, shift: Shift) -> list[int]:
        """Return the columns `S_PICKUP_DAY` to `S_SPECIAL` of a shift."""
        technician = self.assignment.problem.technician_by_id[shift.technician_id]
        stop = self._stop_node.get((shift.technician_id, shift.day), -1)
        needs_stop, blocked = self.assignment.needs_stop(shift), self.assignment.is_blocked_by_loan(shift)
        return [
            shift.day if technician.starts_at_branch or needs_stop else shift.day - 1,
            stop,
            int(needs_stop),
            int(blocked),
            int(shift.technician_id in self._special),
        ]

    def capacity_of(self, technician: Technician) -> list[int]:
        """Return how much of each quantity a technician can carry."""
        limits = {load.quantity: load.amount for load in technician.capacity}
        return [limits.get(quantity, FAR_FUTURE_S) for quantity in self.quantities]

    def _owns(self, shift: Shift) -> bool:
        """Return whether a technician has own parts that some visit needs."""
        own = self.assignment.problem.technician_by_id[shift.technician_id].own_parts
        return any(need.part_id in self.parts and need.quantity > 0 for need in own)

    def _may_stop(self, shift: Shift) -> bool:
        """Return whether a stop at the branch can be of use: to fetch parts, or to load again."""
        technician = self.assignment.problem.technician_by_id[shift.technician_id]
        fetches = bool(self.parts) and not self.assignment.is_blocked_by_loan(shift)
        is_stop_needed = self.assignment.policy.pickup is Pickup.STOP or self._arrives_on(shift.day)
        if not technician.starts_at_branch and fetches and is_stop_needed:
            return True
        return self.assignment.policy.reload and any(limit < FAR_FUTURE_S for limit in self.capacity_of(technician))

    def _arrives_on(self, day: int) -> bool:
        """Return whether a pick-up on a day has more to take than one on the evening before."""
        on = self.assignment.problem.date_of(day)
        return any(
            a.part_id in self.parts and a.quantity > 0 and a.usable_on == on for a in self.assignment.problem.arrivals
        )

    # --- stock ------------------------------------------------------------------------------------------------

    def _holds(self) -> dict[str, dict[str, int]]:
        """Return, per part, what is held for single visits."""
        held: dict[str, dict[str, int]] = {part: {} for part in self.parts}
        for r in self.assignment.problem.reservations:
            if r.part_id in held and r.visit_id in self.assignment.problem.visit_by_id:
                held[r.part_id][r.visit_id] = held[r.part_id].get(r.visit_id, 0) + r.quantity
        return held

    def _stock_rows(self) -> list[tuple[int, int, int, int]]:
        """Return the stock rule as rows (cap, day, part, beyond the holds): `stock` in docs/rules.md.

        For each part and pick-up day one row limits all use by what is there less the reservations of others; a
        second one keeps what is held for single visits. The evening before counts where somebody picks up then.
        A row that all visits together cannot use up is left out.
        """
        problem, rows = self.assignment.problem, []
        at_home = not all(problem.technician_by_id[s.technician_id].starts_at_branch for s in self.shifts)
        for p, part_id in enumerate(self.parts):
            counted = sum(max(0, part.on_hand) for part in problem.parts if part.part_id == part_id)
            held = self._held[part_id]
            wanted = sum(need.quantity for v in self._leads for need in v.parts if need.part_id == part_id)
            for day in range(-1 if at_home else 0, problem.days):
                on = problem.date_of(day)
                arrived = [a.quantity for a in problem.arrivals if a.part_id == part_id and a.usable_on <= on]
                outside = sum(
                    r.quantity
                    for r in problem.reservations
                    if r.part_id == part_id and r.visit_id not in problem.visit_by_id and r.day <= on
                )
                there = counted + self._taken_before_count(part_id, day) + sum(arrived) - outside
                if there < wanted:
                    rows.append((max(0, there), day, p, 0))
                if held and there - sum(held.values()) < wanted:
                    rows.append((max(0, there - sum(held.values())), day, p, 1))
        return rows

    def _taken_before_count(self, part_id: str, day: int) -> int:
        """Return what of a part visits that have begun took from the branch by a pick-up day and before its count.

        It is not in the count, and it is among what the rows limit.
        """
        problem = self.assignment.problem
        if not problem.begun:
            return 0
        starts = {(shift.technician_id, shift.day): shift.start_s for shift in problem.shifts}
        counted_s = min(
            (problem.as_of_s if p.as_of_s is None else p.as_of_s for p in problem.parts if p.part_id == part_id),
            default=-FAR_FUTURE_S,
        )
        own = {t.technician_id: self._own_quantity(t, part_id) for t in problem.technicians}
        begun = [lock for lock in problem.locks if lock.began_s is not None]
        crews: dict[str, list[Lock]] = {}
        for lock in sorted(begun, key=lambda lock: (lock.day, lock.position, lock.technician_id)):
            crews.setdefault(lock.visit_id, []).append(lock)
        taken = 0
        for visit_id, locks in crews.items():
            count = sum(need.quantity for need in problem.visit_by_id[visit_id].parts if need.part_id == part_id)
            bringer = max((lock.technician_id for lock in locks), key=lambda who: own[who])
            used = min(count, own[bringer])
            own[bringer] -= used
            keys = [(lock.technician_id, lock.day) for lock in locks]
            since_s = min([*(lock.began_s or 0 for lock in locks), *(starts[key] for key in keys if key in starts)])
            at_branch = problem.technician_by_id[bringer].starts_at_branch
            pickup_day = locks[0].day if at_branch or self.assignment.policy.pickup is Pickup.STOP else locks[0].day - 1
            taken += count - used if counted_s >= since_s and pickup_day <= day else 0
        return taken

    @staticmethod
    def _own_quantity(technician: Technician, part_id: str) -> int:
        return sum(need.quantity for need in technician.own_parts if need.part_id == part_id)

    # --- entries ----------------------------------------------------------------------------------------------

    def _entries(self, rows: list[tuple[int, int, int, int]]) -> tuple[IntArray, IntArray]:
        """Return `first` and `entry`: every visit's entries, one kind after another."""
        index = {visit.visit_id: v for v, visit in enumerate(self._heads) if visit is not None}
        earlier = {v: self._earlier(visit, index) if visit else [] for v, visit in enumerate(self._heads)}
        later: dict[int, list[tuple[int, int]]] = {v: [] for v in earlier}
        for v, entries in earlier.items():
            for n, entry in enumerate(entries):
                later[entry[0]].append((v, n))
        table: list[list[int]] = []
        first = np.zeros((len(self._heads) + len(self.stop_shifts) + 1, E_KINDS), np.int64)
        for kind in range(E_KINDS):
            begin_of_earlier = first[:, E_EARLIER]
            for v, visit in enumerate(self._heads):
                first[v, kind] = len(table)
                found: list[tuple[int, ...]] = []
                if visit is not None:
                    found = (
                        [self._stock_use, self._needs, self._loads, self._tools][kind](visit, rows)
                        if kind < E_EARLIER
                        else []
                    )
                if kind == E_EARLIER:
                    found = list(earlier[v])
                if kind == E_LATER:
                    found = [(w, int(begin_of_earlier[w]) + n) for w, n in later[v]]
                table += [[*entry, *([0] * (ENTRY_WIDTH - len(entry)))] for entry in found]
            first[len(self._heads) :, kind] = len(table)
        return first, np.array(table, np.int64).reshape(-1, ENTRY_WIDTH)

    def _needs(self, visit: Visit, _rows: object) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        for p, part_id in enumerate(self.parts):
            count = sum(need.quantity for need in visit.parts if need.part_id == part_id)
            if count > 0:
                found.append((p, count, self._held[part_id].get(visit.visit_id, 0)))
        return found

    def _stock_use(self, visit: Visit, rows: list[tuple[int, int, int, int]]) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        for part, count, held in self._needs(visit, rows):
            for n, (_, _, p, beyond) in enumerate(rows):
                use = max(0, count - held) if beyond else count
                if p == part and use > 0:
                    found.append((n, use))
        return found

    def _loads(self, visit: Visit, _rows: object) -> list[tuple[int, ...]]:
        amounts = [sum(x.amount for x in visit.loads if x.quantity == quantity) for quantity in self.quantities]
        return [(q, amount) for q, amount in enumerate(amounts) if amount > 0]

    def _tools(self, visit: Visit, _rows: object) -> list[tuple[int, ...]]:
        units = [sum(need.units for need in visit.tools if need.tool_id == tool_id) for tool_id in self.tools]
        return [(t, count) for t, count in enumerate(units) if count > 0]

    @staticmethod
    def _earlier(visit: Visit, index: dict[str, int]) -> list[tuple[int, ...]]:
        return [
            (
                index[p.visit_id],
                int(p.gap_from is GapFrom.START),
                p.min_gap_s,
                FAR_FUTURE_S if p.max_gap_s is None else p.max_gap_s,
                int(p.same_people),
            )
            for p in sorted(visit.after, key=lambda p: p.visit_id)
        ]
