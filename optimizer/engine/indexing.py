"""Problem and travel matrix to arrays: from here on the engine speaks in indices.

Indices follow the ids in sorted order, so that a problem whose rows come in another order gives the same arrays,
the same search and the same plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.problem import LockLevel
from optimizer.engine.array_rows import (
    durations_of,
    extras_of,
    leave_out_cents,
    make_crew_rows,
    make_more_rows,
    make_plain_rows,
    make_rates,
    make_visit_rows,
    may_be_visited,
    nearest_visits,
    travel_and_shifts,
    ways_from_branch,
    who_is_able,
    windows_by_day,
    without_predecessor,
)
from optimizer.engine.arrays import (
    B_LEAVES,
    E_NEED,
    FORBIDDEN,
    JUMPS,
    NONE,
    R_DAYS,
    R_EXACT,
    R_PARTS,
    R_PAUSE_OVER,
    R_PAUSES,
    R_QUANTITIES,
    R_SYNCED,
    R_VISITS,
    S_NEEDS_STOP,
    S_STOP,
    S_STOPS,
    V_MAX_LATE,
    V_PAUSES,
    V_SYNCED,
    ProblemArrays,
)
from optimizer.engine.assignment import LEAD, MEMBER, Assignment
from optimizer.engine.doors import with_doors
from optimizer.engine.resources import Resources
from optimizer.engine.stock_rows import with_stops

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Shift
    from optimizer.engine.route_pool import Solution
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class IndexedProblem:
    """The arrays together with the ids behind their indices.

    Parameters
    ----------
    visits
        The visit of each visit index, once for each member of a crew; without the stops.
    shifts
        The shift of each shift index.
    assignment
        Who may serve what, for whoever turns indices back into a plan.
    parts
        The id of each part index.
    left_out
        Visits that no technician can serve as the rules stand; they are not in the arrays.
    left_out_cents
        What leaving them out costs, part of every plan's cost.
    """

    arrays: ProblemArrays
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    assignment: Assignment
    parts: tuple[str, ...]
    left_out: tuple[str, ...]
    left_out_cents: int

    def index_by_visit(self) -> dict[str, list[int]]:
        """Return the indices of each visit by its id: the head first, then the other members of a crew."""
        found: dict[str, list[int]] = {}
        for v, visit in enumerate(self.visits):
            found.setdefault(visit.visit_id, []).append(v)
        return found

    def first_routes(self, problem: Problem, start: Mapping[str | tuple[str, int], Sequence[str]]) -> Solution:
        """Return, per shift, the visits to begin with: the prefixes of started routes, then the given routes.

        Parameters
        ----------
        start
            (technician, day) to visit ids in driving order, of a plan that keeps every hard rule; may be empty.
        """
        index = self.index_by_visit()
        prefix: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for lock in problem.locks:
            if lock.level is LockLevel.PREFIX and lock.visit_id in index:
                prefix.setdefault((lock.technician_id, lock.day), []).append((lock.position, lock.visit_id))
        fixed = {visit_id for pairs in prefix.values() for _, visit_id in pairs}
        wanted: list[list[str]] = []
        for shift in self.shifts:
            key = (shift.technician_id, shift.day)
            mine = [visit_id for _, visit_id in sorted(prefix.get(key, []))]
            given = list(start.get(key, ()))
            if BRANCH_STOP in given and any(visit_id in mine for visit_id in given[given.index(BRANCH_STOP) :]):
                # The route had stopped at the branch before it came to its last visit that is fixed.
                mine.insert(sum(visit_id in mine for visit_id in given[: given.index(BRANCH_STOP)]), BRANCH_STOP)
                given.remove(BRANCH_STOP)
            for visit_id in given:
                is_known = visit_id in index and visit_id not in mine
                if visit_id == BRANCH_STOP or (is_known and (visit_id not in fixed or len(index[visit_id]) > 1)):
                    mine.append(visit_id)
            wanted.append(mine)
        roles = self._roles(wanted, index)
        routes = []
        for s, mine in enumerate(wanted):
            stop = self._stop_on_the_way(s)
            nodes = [stop if visit_id == BRANCH_STOP else roles.get((visit_id, s), -1) for visit_id in mine]
            nodes = [node for node in nodes if node >= 0]
            if self.arrays.shift[s, S_NEEDS_STOP] and stop >= 0 and stop not in nodes:
                # A started route of somebody who fetches parts has its stop before the first visit that needs them.
                first = self.arrays.first[:, E_NEED]
                needing = [k for k, v in enumerate(nodes) if first[v] < first[v + 1]]
                if needing:
                    nodes.insert(needing[0], stop)
            routes.append(tuple(nodes))
        return with_stops(self.arrays, tuple(routes))

    def _stop_on_the_way(self, shift: int) -> int:
        """Return the first stop at the branch that a shift may have on the way, `NONE` without any."""
        first, orders = int(self.arrays.shift[shift, S_STOP]), len(self.visits)
        stops = range(first, first + int(self.arrays.shift[shift, S_STOPS]))
        return next((stop for stop in stops if not self.arrays.stop[stop - orders, B_LEAVES]), NONE)

    def _roles(self, wanted: list[list[str]], index: Mapping[str, list[int]]) -> dict[tuple[str, int], int]:
        """Return the index of each visit on each shift that has it: of a crew, the first who can lead does."""
        shifts_with: dict[str, list[int]] = {}
        for s, mine in enumerate(wanted):
            for visit_id in mine:
                if visit_id in index:
                    shifts_with.setdefault(visit_id, []).append(s)
        duration, roles = self.arrays.duration, {}
        for visit_id, shifts in shifts_with.items():
            head, *members = index[visit_id]
            if len(shifts) != len(members) + 1:
                continue
            for lead in shifts:
                others = [s for s in shifts if s != lead]
                if duration[lead, head] >= 0 and all(duration[s, members[0]] >= 0 for s in others):
                    roles.update({(visit_id, s): m for s, m in zip([lead, *others], [head, *members], strict=True)})
                    break
        return roles


def build_arrays(problem: Problem, matrix: TravelMatrix) -> IndexedProblem:
    """Translate a problem into arrays.

    Parameters
    ----------
    problem : Problem
        One day or several.
    matrix : TravelMatrix
        Seconds for every place of the problem and every profile of its shifts.
    """
    assignment = Assignment(problem, matrix)
    shifts = sorted(
        (s for s in problem.shifts if 0 <= s.day < problem.days), key=lambda shift: (shift.technician_id, shift.day)
    )
    alike: dict[tuple[object, ...], list[list[bool]]] = {}
    able: dict[str, list[list[bool]]] = {}
    for visit in sorted(problem.visits, key=lambda v: v.visit_id):
        key = assignment.eligibility_signature(visit)
        if key not in alike:
            alike[key] = who_is_able(assignment, shifts, visit)
        is_planned = bool(problem.windows[visit.visit_id]) and may_be_visited(assignment, matrix, visit)
        able[visit.visit_id] = alike[key] if is_planned else []
    planned = without_predecessor(problem, [key for key, rows in able.items() if rows])
    visits = [problem.visit_by_id[key] for key in planned for _ in able[key]]
    roles = [(problem.visit_by_id[key], role) for key in planned for role in range(len(able[key]))]
    resources = Resources(assignment, roles, shifts)
    stops = resources.stops
    count = len(roles)
    duration = np.full((len(shifts), count + len(stops)), NONE, np.int64)
    extra = np.zeros((len(shifts), count + len(stops)), np.int64)
    for v, (visit, role) in enumerate(roles):
        fits = assignment.fits(shifts, visit, LEAD if role == 0 else MEMBER)
        who = np.array(able[visit.visit_id][role], bool)
        duration[who, v] = durations_of(assignment, visit, fits)[who]
        extra[who, v] = extras_of(assignment, shifts, visit, fits)[who]
    for n, stop in enumerate(stops):
        duration[stop.shift, count + n] = 0 if stop.is_wait else assignment.policy.morning_s
    windows, hours, counts = windows_by_day(problem, roles, shifts, stops)
    days = np.array([shift.day for shift in shifts], np.int64)
    duration[counts[days, :, 0] == 0] = NONE
    ways = with_doors(problem, matrix)
    travel, door, shift_rows = travel_and_shifts(assignment, ways, visits, shifts, resources)
    from_branch_s = ways_from_branch(visits, ways)
    visit_rows = make_visit_rows(assignment, roles, shifts, duration, windows, counts, from_branch_s)
    rates = make_rates(assignment, problem, shifts)
    rates[R_VISITS], rates[R_DAYS] = count, problem.days
    rates[R_SYNCED] = int(visit_rows[:, V_SYNCED].any())
    if visit_rows[:, V_PAUSES].any():
        rates[R_PAUSES], rates[R_PAUSE_OVER] = 1, assignment.policy.pause_over_s
    if ((counts[:, :, 0].max(axis=0, initial=0) > 1) & (visit_rows[:, V_MAX_LATE] > 0)).any():
        rates[R_EXACT] = JUMPS
    rates[R_PARTS], rates[R_QUANTITIES] = len(resources.parts), len(resources.quantities)
    left_out = tuple(key for key in able if key not in planned)
    arrays = ProblemArrays(
        travel=travel,
        ways=np.stack((travel.transpose(0, 2, 1), travel), axis=-1),
        duration=duration,
        extra=extra,
        terms=np.where(duration == NONE, FORBIDDEN, extra).T,
        visit=visit_rows,
        shift=shift_rows,
        owner=resources.owner_rows(),
        windows=windows,
        hours=hours,
        plain=make_plain_rows(visit_rows, windows),
        first=resources.first,
        entry=resources.entry,
        row=resources.row,
        stop=resources.stop,
        tool_units=resources.tool_units,
        crew=make_crew_rows(assignment, roles, shifts),
        more=make_more_rows(assignment, roles, shifts, count + len(stops)),
        door=door,
        near=nearest_visits(travel[0], visit_rows[:count]),
        rates=rates,
    )
    return IndexedProblem(
        arrays=arrays,
        visits=tuple(visits),
        shifts=tuple(shifts),
        assignment=assignment,
        parts=tuple(resources.parts),
        left_out=left_out,
        left_out_cents=sum(leave_out_cents(assignment, problem.visit_by_id[key]) for key in left_out),
    )
