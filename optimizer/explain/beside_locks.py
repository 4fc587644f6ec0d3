"""Whether a visit that somebody could serve fits no plan that keeps what is locked, and which visits see to that.

A lock, or a told window past its notice, puts a visit into every plan: mostly on one technician's day, with its time,
its part and its tool. Where beside these no day is left that might take another visit, with all that has to come before
it, that is a proof: days are driven the shortest way, with a break at any moment, and nothing is asked of visits that
several people serve, nor of the gaps between visits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

from optimizer.domain.problem import LockLevel
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.explain.blocking import may_fit_somehow
from optimizer.explain.scene import key_of
from optimizer.judge.carried import tool_units, units_there
from optimizer.judge.facts import Crew
from optimizer.judge.hard_rules import prefix_of
from optimizer.judge.stock import Draw, needs_of, own_parts_of, stock_shortages, take_own

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.technician import Shift, Technician
    from optimizer.explain.scene import Key, Scene

#: So many visits of a day are tried in every order; of more nothing is proven.
MOST_IN_ANY_ORDER = 5


def has_room_for_earlier(scene: Scene, visit: Visit) -> bool:
    """Return whether some plan might have a visit together with all that has to come before it, nothing else planned.

    Without anything before it that is for others to say (`blocking_alone`).
    """
    return not visit.after or _Days(scene, visit).may_have_room(())


def locks_in_the_way(scene: Scene, visit: Visit) -> tuple[str, ...]:
    """Return the fewest visits locked or told beside which no plan has a visit, by id; empty where none is proven."""
    days = _Days(scene, visit)
    few = set(days.mandatory)
    if scene.facts.is_mandatory(visit.visit_id) or not few or days.may_have_room(few):
        return ()
    for visit_id in sorted(days.mandatory):
        if not days.may_have_room(few - {visit_id}):
            few.discard(visit_id)
    return tuple(sorted(few))


@dataclass
class _Days:
    """The days that might take a visit beside some of what every plan has.

    Parameters
    ----------
    mandatory
        The visits that every plan has.
    homes
        The technician's day that every plan has them on, of those that can be on one only.
    """

    scene: Scene
    visit: Visit
    mandatory: tuple[str, ...] = ()
    homes: dict[str, Key] = field(default_factory=dict)
    _found: dict[object, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        facts = self.scene.facts
        visits = facts.problem.visits
        self.mandatory = tuple(v.visit_id for v in visits if v is not self.visit and facts.is_mandatory(v.visit_id))
        for visit_id in self.mandatory:
            keys = self._possible_days(facts.problem.visit_by_id[visit_id])
            if len(keys) == 1:
                self.homes[visit_id] = keys[0]

    def _possible_days(self, visit: Visit) -> list[Key]:
        """Return the technicians' days that may have a visit which is locked or told."""
        facts, problem = self.scene.facts, self.scene.facts.problem
        locks, keys = facts.locks.get(visit.visit_id, ()), [key_of(shift) for shift in self.scene.shifts]
        for lock in locks:
            keys = [key for key in keys if key[0] == lock.technician_id]
            if lock.level in (LockLevel.DAY, LockLevel.PREFIX):
                keys = [key for key in keys if key[1] == lock.day]
            if lock.level is LockLevel.START:
                keys = [key for key in keys if key[1] == problem.day_of_lock(lock)]
        if locks:
            return keys
        return [key_of(shift) for shift in self.scene.shifts if self.scene.alone(shift, visit) is None]

    # --- for a visit and what comes before it -----------------------------------------------------------------------

    def may_have_room(self, locked: Collection[str]) -> bool:
        """Return whether some day might take the visit beside the locked ones; for a crew, days of enough people."""
        problem = self.scene.facts.problem
        size, held = problem.crew_size_of(self.visit), self._held(locked)
        if not self._has_parts(locked):
            return False
        if size == 1:
            return self._placed([*self._earlier(), self.visit], held)
        for day in sorted({shift.day for shift in self.scene.shifts}):
            here = [shift for shift in self.scene.shifts if shift.day == day]
            leads = [self._fits(shift, held.get(key_of(shift), ()), self.visit, held) for shift in here]
            joins = [self._fits(shift, held.get(key_of(shift), ()), self.visit, held, leads=False) for shift in here]
            if any(leads) and sum(map(max, leads, joins)) >= size:
                return True
        return False

    def _earlier(self) -> list[Visit]:
        """Return what has to come before the visit and one person serves, first first, but for what is locked."""
        problem = self.scene.facts.problem
        found: dict[str, Visit] = {}

        def add(visit: Visit) -> None:
            for earlier in visit.after:
                one = problem.visit_by_id[earlier.visit_id]
                add(one)
                if problem.crew_size_of(one) == 1 and one.visit_id not in self.mandatory:
                    found.setdefault(one.visit_id, one)

        add(self.visit)
        return list(found.values())

    def _placed(self, chain: Sequence[Visit], held: Mapping[Key, Sequence[Visit]]) -> bool:
        """Return whether visits that follow one another might each have a day, together with those held there."""
        if not chain:
            return True
        first, *then = chain
        for shift in self.scene.shifts:
            key = key_of(shift)
            here = held.get(key, ())
            if self._fits(shift, here, first, held) and self._placed(then, {**held, key: (*here, first)}):
                return True
        return False

    def _held(self, locked: Collection[str]) -> dict[Key, tuple[Visit, ...]]:
        """Return the visits that are locked to each technician's day, and what has begun, by id; no crews."""
        problem = self.scene.facts.problem
        held: dict[Key, tuple[Visit, ...]] = {}
        begun = {v for key in set(self.homes.values()) for v in prefix_of(problem, *key)}
        for visit_id in sorted(self.homes.keys() & {*locked, *begun}):
            visit, key = problem.visit_by_id[visit_id], self.homes[visit_id]
            if problem.crew_size_of(visit) == 1:
                held[key] = (*held.get(key, ()), visit)
        return held

    # --- one day ----------------------------------------------------------------------------------------------------

    def _fits(
        self,
        shift: Shift,
        beside: Sequence[Visit],
        visit: Visit,
        held: Mapping[Key, Sequence[Visit]],
        *,
        leads: bool = True,
    ) -> bool:
        """Return whether a day might take a visit beside others, in some order."""
        asked = (key_of(shift), tuple(one.visit_id for one in beside), visit.visit_id, leads)
        if self.scene.alone(shift, visit, leads=leads) is not None:
            return False
        if leads and not self._has_tools(visit, key_of(shift), held):
            return False
        if asked not in self._found:
            self._found[asked] = self._fits_the_clock(shift, beside, visit, leads=leads)
        return self._found[asked]

    def _fits_the_clock(self, shift: Shift, beside: Sequence[Visit], visit: Visit, *, leads: bool) -> bool:
        facts, problem = self.scene.facts, self.scene.facts.problem
        first = prefix_of(problem, *key_of(shift))
        free = [other for other in beside if other.visit_id not in first]
        if len(free) >= MOST_IN_ANY_ORDER:
            return True
        begun = [problem.visit_by_id[visit_id] for visit_id in first]
        is_crew = problem.crew_size_of(visit) > 1 and leads
        crews = {visit.visit_id: Crew((shift.technician_id,), shift.technician_id)} if is_crew else {}

        def fit(visits: Iterable[Visit]) -> bool:
            return any(
                may_fit_somehow(self.scene.roads, facts.tour(shift, [*begun, *order], crews=crews))
                for order in permutations(visits)
                if _is_in_order(order)
            )

        # Where what is locked breaks a rule by itself and is kept, its day says nothing of others.
        return fit([*free, visit]) or bool(beside and not fit(free))

    def _has_tools(self, visit: Visit, key: Key, held: Mapping[Key, Sequence[Visit]]) -> bool:
        """Return whether there might be enough of each tool on a day, with what others need for their visits."""
        problem, (who, day) = self.scene.facts.problem, key
        for tool_id, units in tool_units(visit).items():
            out = _out(problem.technician_by_id[who], tool_id, units)
            for (other, on), visits in held.items():
                if on == day and other != who:
                    most = max((tool_units(one).get(tool_id, 0) for one in visits), default=0)
                    out += _out(problem.technician_by_id[other], tool_id, most)
            if out > units_there(problem, tool_id):
                return False
        return True

    def _has_parts(self, locked: Collection[str]) -> bool:
        """Return whether the branch might have the parts of the visit beside those of the locked ones, for anybody."""
        problem, last = self.scene.facts.problem, self.scene.facts.problem.days - 1
        wanted = [one for one in (*self._earlier(), self.visit) if needs_of(one)]
        if not wanted:
            return True
        draws = []
        for visit_id in sorted(locked):
            other, home = problem.visit_by_id[visit_id], self.homes.get(visit_id)
            people = problem.technicians if home is None else [problem.technician_by_id[home[0]]]
            if problem.crew_size_of(other) == 1 and visit_id not in problem.begun:
                draws += _least_draws(people, other, last if home is None else home[1])
        for one in wanted:
            draws += _least_draws(problem.technicians, one, last)
        return not stock_shortages(problem, draws)


def _is_in_order(visits: Sequence[Visit]) -> bool:
    """Return whether none of the visits of a day comes before one that it follows."""
    place = {visit.visit_id: number for number, visit in enumerate(visits)}
    return all(place.get(one.visit_id, -1) < number for number, v in enumerate(visits) for one in v.after)


def _least_draws(people: Iterable[Technician], visit: Visit, day: int) -> list[Draw]:
    """Return what a visit draws from the branch at least, whoever serves it: all own parts are used for it."""
    ways = [take_own(own_parts_of(technician), needs_of(visit)) for technician in people]
    least = {need: min(sum(part.quantity for part in way if part.part_id == need) for way in ways)
             for need in needs_of(visit)}  # fmt: skip
    return [Draw(visit.visit_id, part_id, count, day, FAR_FUTURE_S) for part_id, count in least.items() if count]


def _out(technician: Technician, tool_id: str, units: int) -> int:
    """Return how many units of a tool a technician takes from the branch for so many."""
    return max(0, units - sum(tool.units for tool in technician.own_tools if tool.tool_id == tool_id))
