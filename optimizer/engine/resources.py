"""What visits take of shared resources, and the visits that they wait for, as rows of numbers.

`arrays.py` puts these rows beside the others. A visit of several people takes everything once, by its lead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.domain.order import GapFrom, Interval
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import start_key
from optimizer.domain.technician import Employment
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.engine.arrays import (
    B_COLUMNS,
    E_EARLIER,
    E_KINDS,
    E_LATER,
    O_OWN,
    OWN_DRAWS,
    ROW_COLUMNS,
    S_BLOCKED,
    S_NEEDS_STOP,
    S_PICKUP,
    S_REPLAYED,
    S_STOP,
    S_STOPS,
    STOP_DRAWS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Lock
    from optimizer.domain.stock import Arrival
    from optimizer.domain.technician import Shift, Technician
    from optimizer.engine.arrays import IntArray
    from optimizer.engine.assignment import Assignment

#: How many numbers an entry has.
ENTRY_WIDTH = 5


class Stop(NamedTuple):
    """A stop at the branch that a route may have, or a wait there before it leaves.

    Parameters
    ----------
    shift
        The index of the shift.
    pickup_s
        When its parts are picked up at the earliest.
    window
        When it may start.
    is_for_arrival
        It waits for parts that can be used from `pickup_s` on.
    is_wait
        It is no stop on the way.
    """

    shift: int
    pickup_s: int
    window: Interval
    is_for_arrival: bool = False
    is_wait: bool = False


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
    stops
        The stops at the branch, those of a shift one after another: on the way, then before it leaves; the sooner
        ones first.
    first, entry, row, stop, tool_units
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
        self._moments = self._arrival_moments(rows)
        self.stops = [stop for s, shift in enumerate(shifts) for stop in self._stops_of(s, shift)]
        self.stop = np.array(
            [(stop.pickup_s, stop.is_for_arrival, stop.is_wait) for stop in self.stops], np.int64
        ).reshape(-1, B_COLUMNS)
        self._replayed = self._who_is_replayed()
        self._stop_nodes: dict[tuple[str, int], list[int]] = {}
        for n, stop in enumerate(self.stops):
            key = (shifts[stop.shift].technician_id, shifts[stop.shift].day)
            self._stop_nodes.setdefault(key, []).append(len(roles) + n)
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

    def pickup_columns(self, shift: Shift) -> dict[int, int]:
        """Return the columns of a shift that say where and how its parts are picked up, by their numbers `S_*`."""
        stops = self._stop_nodes.get((shift.technician_id, shift.day), [])
        needs_stop, blocked = self.assignment.needs_stop(shift), self.assignment.is_blocked_by_loan(shift)
        return {
            S_PICKUP: self._pickup_s(shift),
            S_STOP: stops[0] if stops else -1,
            S_STOPS: len(stops),
            S_NEEDS_STOP: int(needs_stop),
            S_BLOCKED: int(blocked),
            S_REPLAYED: self._replayed.get(shift.technician_id, 0),
        }

    def capacity_of(self, technician: Technician) -> list[int]:
        """Return how much of each quantity a technician can carry."""
        limits = {load.quantity: load.amount for load in technician.capacity}
        return [limits.get(quantity, FAR_FUTURE_S) for quantity in self.quantities]

    def _who_is_replayed(self) -> dict[str, int]:
        """Return `S_REPLAYED` of the technicians whose draws depend on more than the visits: the days are replayed."""
        ask, shifts = self.assignment, self.shifts
        waiting = {shifts[stop.shift].technician_id for stop in self.stops if stop.is_for_arrival}
        own = {shifts[stop.shift].technician_id for stop in self.stops if not stop.is_for_arrival}
        own |= {s.technician_id for s in shifts if self.parts and (ask.needs_stop(s) or self._owns(s))}
        own |= waiting & {s.technician_id for s in shifts if ask.is_blocked_by_loan(s) or self._is_limited(s)}
        return dict.fromkeys(waiting, STOP_DRAWS) | dict.fromkeys(own, OWN_DRAWS)

    def _is_limited(self, shift: Shift) -> bool:
        """Return whether a technician can carry only so much of something."""
        technician = self.assignment.problem.technician_by_id[shift.technician_id]
        return any(limit < FAR_FUTURE_S for limit in self.capacity_of(technician))

    def _owns(self, shift: Shift) -> bool:
        """Return whether a technician has own parts that some visit needs."""
        own = self.assignment.problem.technician_by_id[shift.technician_id].own_parts
        return any(need.part_id in self.parts and need.quantity > 0 for need in own)

    def _pickup_s(self, shift: Shift) -> int:
        """Return when a shift's parts are picked up: as it leaves the branch, or as that closes the evening before.

        A route that has begun left no later than it takes to its first stop.
        """
        problem, assignment = self.assignment.problem, self.assignment
        technician = problem.technician_by_id[shift.technician_id]
        if not (technician.starts_at_branch or assignment.needs_stop(shift)):
            return self._on_day(shift.day - 1, problem.clock.moment_s(shift.day - 1, problem.branch.business.close_s))
        if not technician.starts_at_branch:
            return self._first_stop_s(shift)
        leaves_s, key = assignment.departure_s(shift), (shift.technician_id, shift.day)
        begun = [
            (lock.began_s, lock.visit_id)
            for lock in problem.locks
            if lock.began_s is not None and (lock.technician_id, lock.day) == key
        ]
        if begun and assignment.matrix is not None:
            began_s, first = min(begun)
            way_s = assignment.matrix.travel_s(shift.profile, start_key(technician), first)
            leaves_s = max(leaves_s, began_s - (way_s or 0))
        return self._on_day(shift.day, leaves_s)

    def _first_stop_s(self, shift: Shift) -> int:
        """Return before when nobody stops at the branch on the way."""
        opens_s = self.assignment.problem.clock.interval(shift.day, self.assignment.problem.branch.business).open_s
        return self._on_day(shift.day, max(opens_s, self.assignment.departure_s(shift)))

    def _on_day(self, day: int, moment_s: int) -> int:
        """Return a moment, or the end of its day that is nearer: what is picked up belongs to the day of the shift."""
        clock = self.assignment.problem.clock
        return min(max(moment_s, clock.moment_s(day)), clock.moment_s(day + 1) - 1)

    def _stops_of(self, s: int, shift: Shift) -> list[Stop]:
        """Return the stops at the branch that a shift may have: one at any time, and one for each arrival after it."""
        problem, found = self.assignment.problem, list[Stop]()
        technician = problem.technician_by_id[shift.technician_id]
        fetches = bool(self.parts) and not self.assignment.is_blocked_by_loan(shift)
        moments = self._moments.get(shift.day, []) if fetches else []
        business = problem.clock.interval(shift.day, problem.branch.business)
        first_s = self._first_stop_s(shift)
        may_stop = self._may_stop(shift)
        if may_stop:
            found.append(Stop(s, first_s, business))
        if may_stop or (technician.starts_at_branch and self.assignment.policy.reload):
            found += [
                Stop(s, moment_s, Interval(moment_s, business.close_s), is_for_arrival=True)
                for moment_s in moments
                if first_s < moment_s <= business.close_s
            ]
        if technician.starts_at_branch and not self.assignment.has_started(shift):
            found += [
                Stop(s, moment_s, Interval(moment_s, FAR_FUTURE_S), is_for_arrival=True, is_wait=True)
                for moment_s in moments
                if self._pickup_s(shift) < moment_s <= shift.return_limit_s
            ]
        return found

    def _may_stop(self, shift: Shift) -> bool:
        """Return whether a stop at the branch can be of use at any time: to fetch parts, or to load again."""
        technician = self.assignment.problem.technician_by_id[shift.technician_id]
        fetches = bool(self.parts) and not self.assignment.is_blocked_by_loan(shift)
        is_stop_needed = self.assignment.policy.pickup is Pickup.STOP or self._arrives_on(shift.day)
        if not technician.starts_at_branch and fetches and is_stop_needed:
            return True
        return self.assignment.policy.reload and self._is_limited(shift)

    def _arrives_on(self, day: int) -> bool:
        """Return whether a pick-up on a day has more to take than one on the evening before."""
        return any(
            a.part_id in self.parts and a.quantity > 0 and self._usable_from(a)[0] == day
            for a in self.assignment.problem.arrivals
        )

    def _usable_from(self, arrival: Arrival) -> tuple[int, int]:
        """Return the day and the moment from which a pick-up can use an arrival."""
        problem = self.assignment.problem
        if arrival.arrives_s is None:
            day = problem.day_index(arrival.usable_on)
            return day, problem.clock.moment_s(day)
        moment_s = arrival.arrives_s + self.assignment.policy.pick_s
        return problem.clock.day_of(moment_s), moment_s

    def _arrival_moments(self, rows: Sequence[tuple[int, int, int, int]]) -> dict[int, list[int]]:
        """Return, by day, the moments inside it from which there is more of some part that may run short."""
        clock, found = self.assignment.problem.clock, dict[int, set[int]]()
        timed = {self._usable_from(a) for a in self.assignment.problem.arrivals if a.arrives_s is not None}
        ends = {until_s + 1 for _, until_s, _, _ in rows}
        for day, moment_s in timed:
            if moment_s in ends and moment_s > clock.moment_s(day):
                found.setdefault(day, set()).add(moment_s)
        return {day: sorted(moments) for day, moments in found.items()}

    # --- stock ------------------------------------------------------------------------------------------------

    def _holds(self) -> dict[str, dict[str, int]]:
        """Return, per part, what is held for single visits."""
        held: dict[str, dict[str, int]] = {part: {} for part in self.parts}
        for r in self.assignment.problem.reservations:
            if r.part_id in held and r.visit_id in self.assignment.problem.visit_by_id:
                held[r.part_id][r.visit_id] = held[r.part_id].get(r.visit_id, 0) + r.quantity
        return held

    def _stock_rows(self) -> list[tuple[int, int, int, int]]:
        """Return the stock rule as rows (cap, until, part, beyond the holds): `stock` in docs/rules.md.

        For each part and pick-up day, and for each stretch of a day between two arrivals, one row limits all use up to
        its end by what is there less the reservations of others; a second one keeps what is held for single visits.
        The evening before counts where somebody picks up then. A row that all visits together cannot use up is left
        out.
        """
        problem, rows = self.assignment.problem, []
        at_home = not all(problem.technician_by_id[s.technician_id].starts_at_branch for s in self.shifts)
        for p, part_id in enumerate(self.parts):
            counted = sum(max(0, part.on_hand) for part in problem.parts if part.part_id == part_id)
            held = self._held[part_id]
            wanted = sum(need.quantity for v in self._leads for need in v.parts if need.part_id == part_id)
            arrivals = [(self._usable_from(a), a) for a in problem.arrivals if a.part_id == part_id]
            for day, until_s in self._row_ends(-1 if at_home else 0, [usable for usable, _ in arrivals]):
                on = problem.date_of(day)
                arrived = [a.quantity for usable, a in arrivals if usable <= (day, until_s)]
                outside = sum(
                    r.quantity
                    for r in problem.reservations
                    if r.part_id == part_id and r.visit_id not in problem.visit_by_id and r.day <= on
                )
                there = counted + self._taken_before_count(part_id, until_s) + sum(arrived) - outside
                if there < wanted:
                    rows.append((max(0, there), until_s, p, 0))
                if held and there - sum(held.values()) < wanted:
                    rows.append((max(0, there - sum(held.values())), until_s, p, 1))
        return rows

    def _row_ends(self, first: int, usable: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the last moments, each with its day, before an arrival inside a day can be used, and of each day."""
        clock, days = self.assignment.problem.clock, range(first, self.assignment.problem.days)
        ends = {(day, clock.moment_s(day + 1) - 1) for day in days}
        return sorted(ends | {(d, s - 1) for d, s in usable if d in days and s > clock.moment_s(d)})

    def _taken_before_count(self, part_id: str, until_s: int) -> int:
        """Return what of a part visits that have begun took from the branch by a moment and before its count.

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
        shift_of = {(shift.technician_id, shift.day): s for s, shift in enumerate(self.shifts)}
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
            day = locks[0].day
            known = shift_of.get((bringer, day))
            picked_s = problem.clock.moment_s(day) if known is None else self._pickup_s(self.shifts[known])
            taken += count - used if counted_s >= since_s and picked_s <= until_s else 0
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
        first = np.zeros((len(self._heads) + len(self.stops) + 1, E_KINDS), np.int64)
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
