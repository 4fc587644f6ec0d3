"""The judge's facts: what it looks up of a problem and a matrix, and a technician's day before timing.

Only the judge and what speaks with its facts (`explain`) import this module; the engine reads the problem on its own.
Everything is whole seconds of the one clock.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import INSTALLATION, Confirmed, Interval, Urgency
from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import BRANCH_PLACE, LockLevel, end_key, start_key
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.pauses import Pausing
from optimizer.judge.rest import Rest, rests_of
from optimizer.judge.stock import arrival_moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from optimizer.domain.order import Predecessor, SkillNeed, Visit
    from optimizer.domain.problem import Lock, Problem, PublishedVisit
    from optimizer.domain.technician import Break, HeldSkill, Shift, Technician
    from optimizer.travel.matrix import Figures, TravelMatrix

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Crew:
    """The people who serve a visit together: everybody, sorted, and who leads."""

    members: tuple[str, ...]
    lead: str


class Waits(NamedTuple):
    """Until when a route waits at the branch for parts: before it leaves, and at its stop on the way."""

    leaves_s: int = -FAR_FUTURE_S
    stops_s: int = -FAR_FUTURE_S


NO_WAITS = Waits()


@dataclass(frozen=True, slots=True)
class Service:
    """One place on a technician's way with its service: a visit, or a stop at the branch.

    Parameters
    ----------
    visit
        `None` is a stop at the branch.
    needs
        The skills that this technician needs here: the lead's, or a member's.
    windows
        Windows of the start in force, in order.
    hours
        Stretches inside which the whole service must lie; `None` when nothing binds it.
    max_lateness_s
        How long after a window's close the service may still start.
    ready_s
        Earliest start.
    floor_s
        Earliest start by what the branch still has to hand over.
    locked_from_s, locked_until_s
        Bounds of the start by locks and told windows.
    crew
        Who serves together; `None` for a visit of one person.
    pays
        What counts once per visit (lateness, parts, tools, ...) counts on this technician's route.
    linked_from_s, linked_until_s
        Bounds of the start by people and visits on other routes.
    is_awaited
        Others wait for this service, so that its start may not move.
    has_begun
        It began before the plan is made: its start is a fact.
    more_leg_s
        How much longer than the limit the legs to and from here may be, by an exception.
    pausing
        How it may pause; `None` when it may not.
    """

    visit: Visit | None
    duration_s: int
    windows: tuple[Interval, ...]
    hours: tuple[Interval, ...] | None
    max_lateness_s: int
    ready_s: int
    locked_from_s: int = -FAR_FUTURE_S
    locked_until_s: int = FAR_FUTURE_S
    needs: tuple[SkillNeed, ...] = ()
    crew: Crew | None = None
    pays: bool = True
    linked_from_s: int = -FAR_FUTURE_S
    linked_until_s: int = FAR_FUTURE_S
    is_awaited: bool = False
    has_begun: bool = False
    floor_s: int = -FAR_FUTURE_S
    more_leg_s: int = 0
    pausing: Pausing | None = None

    @property
    def not_before_s(self) -> int:
        """The moment before which the service cannot start in any window."""
        return max(self.ready_s, self.floor_s, self.locked_from_s, self.linked_from_s)

    def latest_s(self, window: Interval) -> int:
        """Return the latest start that a window allows."""
        return min(window.close_s + self.max_lateness_s, self.locked_until_s)

    def fit(self, moment_s: int, rest: Break | None = None) -> int | None:
        """Return the first moment from `moment_s` on at which the service lies inside the hours.

        That is inside one stretch of them, or with its pause; with a break to hold, only with the pause for it.
        """
        if self.hours is None:
            return moment_s if rest is None or self._holds(moment_s, rest) else None
        for stretch in self.hours:
            start_s = max(moment_s, stretch.open_s)
            if rest is not None:
                fits = start_s < stretch.close_s and self._holds(start_s, rest)
            else:
                is_whole = start_s + self.duration_s <= stretch.close_s
                fits = is_whole or (self.pausing is not None and self.pausing.over_closed(start_s) is not None)
            if fits:
                return start_s
        return None

    def _holds(self, start_s: int, rest: Break) -> bool:
        return self.pausing is not None and self.pausing.for_break(start_s, rest) is not None

    def fit_back(self, moment_s: int) -> int | None:
        """Return the last moment up to `moment_s` at which the whole service lies inside one stretch of hours."""
        if self.hours is None:
            return moment_s
        for stretch in reversed(self.hours):
            start_s = min(moment_s, stretch.close_s - self.duration_s)
            if start_s >= stretch.open_s:
                return start_s
        return None


@dataclass(frozen=True, slots=True)
class Tour:
    """One technician's day with its visits in order, before timing.

    Parameters
    ----------
    places
        The visits in driving order, and among them the stop at the branch.
    legs_s
        Travel of each leg, start and end place included: one more than places. A leg without a way counts 0.
    doors_s
        How much of each leg is time at the door, and no driving.
    branch_at
        The index of the stop at the branch among the places; `None` without one.
    missing
        The pairs of places that cannot be travelled.
    earlier
        Per place, the places before it on this route whose visits come first, and by which relation.
    floor_leg, floor_s
        Before which moment nobody leaves on that leg, unless it leads home: the one after the stops that have begun;
        the first one of a route that has not, where `depart_s` holds it already.
    wait_s
        Before which moment nobody leaves the branch, because a part that is needed can be used only from then on.
    began_s
        For a route that has begun: up to when it may have left.
    """

    technician: Technician
    shift: Shift
    depart_s: int
    places: tuple[Service, ...]
    legs_s: tuple[int, ...]
    branch_at: int | None = None
    missing: tuple[tuple[str, str], ...] = ()
    earlier: Mapping[int, tuple[tuple[int, Predecessor], ...]] = field(default_factory=dict)
    floor_leg: int = 0
    floor_s: int = -FAR_FUTURE_S
    doors_s: tuple[int, ...] = ()
    wait_s: int = -FAR_FUTURE_S
    began_s: int = -FAR_FUTURE_S

    @property
    def leaves_s(self) -> int:
        """The departure, after whatever is waited for at the branch."""
        return max(self.depart_s, self.wait_s)

    @property
    def picks_s(self) -> int:
        """The moment up to which parts may be picked up before the departure."""
        return max(self.leaves_s, self.began_s)

    @property
    def services(self) -> tuple[Service, ...]:
        """The visits in driving order, without the stop at the branch."""
        return without(self.places, self.branch_at)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The visits in driving order."""
        return tuple(service.visit for service in self.places if service.visit is not None)

    @property
    def needs_break(self) -> bool:
        """Return whether the day holds a break."""
        return self.shift.needs_break and bool(self.places)

    @property
    def slots(self) -> tuple[int, ...]:
        """Every break slot: 2k before leg k, 2k + 1 after it; behind those of n legs 2n + k in a pause at place k."""
        pausing = (place for place, service in enumerate(self.places) if service.pausing is not None)
        return (*range(self.first_inside), *(self.first_inside + place for place in pausing))

    @property
    def first_inside(self) -> int:
        """The first of the slots that lie inside a service, that of the first place."""
        return 2 * len(self.legs_s)

    def leg_excess_s(self, leg: int) -> int:
        """Return by how much a leg is longer than allowed, the exceptions of the places at its ends included."""
        if self.shift.max_leg_s is None:
            return 0
        beside = self.places[max(0, leg - 1) : leg + 1]
        most_s = self.shift.max_leg_s + max((place.more_leg_s for place in beside), default=0)
        return max(0, self.drives_s[leg] - most_s)

    @property
    def travel_s(self) -> int:
        """Travel of the whole day, the time at the doors included."""
        return sum(self.legs_s)

    @property
    def drives_s(self) -> tuple[int, ...]:
        """The driving of each leg: its travel without the time at the door."""
        return tuple(leg_s - door_s for leg_s, door_s in zip(self.legs_s, self.doors_s, strict=True))

    @property
    def drive_s(self) -> int:
        """The driving of the whole day."""
        return sum(self.drives_s)

    @property
    def service_s(self) -> int:
        """Service of the whole day, the stop at the branch not counted."""
        return sum(service.duration_s for service in self.places if service.visit is not None)

    def is_after_branch(self, stop: int) -> bool:
        """Return whether a visit, counted among the visits, comes after the stop at the branch."""
        return self.branch_at is not None and stop >= self.branch_at


def without(items: tuple[_Item, ...], index: int | None) -> tuple[_Item, ...]:
    """Return a tuple without one of its items."""
    return items if index is None else items[:index] + items[index + 1 :]


class Unreached(NamedTuple):
    """Why nobody is sent to who was not reached: `installation`, no `appointment`, or the `way`; and by how much."""

    subject: str
    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the judge looks up again and again, for one problem and one matrix.

    Parameters
    ----------
    rostered
        The shifts of the problem, by technician and day, longer at either end where a kept lock demands it.
    rests
        The rest about each of them.
    shifts
        The shifts in force: what the rest and the floor leave of those.
    published, published_people
        Per visit that is published for a day of the horizon or a later one: the first row about it, and the people of
        all rows. What was told for a day that is over cannot be kept any more, and counts nowhere; nor does what the
        customer said no to.
    started
        Per technician and day, how many visits its started route begins with.
    linked
        The visits that may be timed by what happens on another route: those of crews, and those in a sequence.
    exceptions
        The exceptions by visit and house limit, none above its band.
    """

    problem: Problem
    matrix: TravelMatrix
    rostered: dict[tuple[str, int], Shift] = field(init=False)
    rests: dict[tuple[str, int], Rest] = field(init=False)
    shifts: dict[tuple[str, int], Shift] = field(init=False)
    locks: dict[str, list[Lock]] = field(init=False)
    published: dict[str, PublishedVisit] = field(init=False)
    published_people: dict[str, frozenset[str]] = field(init=False)
    started: dict[tuple[str, int], int] = field(init=False)
    linked: frozenset[str] = field(init=False)
    exceptions: dict[tuple[str, HouseLimit], LimitException] = field(init=False)
    _unreached: dict[str, Unreached | None] = field(init=False)
    _floors: dict[tuple[str, int], int] = field(init=False)
    _parts_floors: dict[str, int] = field(init=False)
    _services: dict[tuple[str, str, Crew | None], Service] = field(init=False)
    _travel: dict[tuple[str, str, str], int | None] = field(init=False)
    _doors: dict[str, int] = field(init=False)
    _addresses: dict[str, tuple[float, float]] = field(init=False)
    _ways: dict[str, Figures] = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        locks: dict[str, list[Lock]] = {}
        for lock in problem.locks:
            locks.setdefault(lock.visit_id, []).append(lock)
        started: dict[tuple[str, int], int] = {}
        for lock in problem.locks:
            if lock.level is LockLevel.PREFIX:
                key = (lock.technician_id, lock.day)
                started[key] = started.get(key, 0) + 1
        published: dict[str, PublishedVisit] = {}
        people: dict[str, frozenset[str]] = {}
        for said in problem.published:
            if said.day >= 0 and said.visit_id not in problem.declined:
                published.setdefault(said.visit_id, said)
                people[said.visit_id] = people.get(said.visit_id, frozenset()) | {said.technician_id}
        waiting = {visit.visit_id for visit in problem.visits if visit.after or problem.crew_size_of(visit) > 1}
        followed = {earlier.visit_id for visit in problem.visits for earlier in visit.after}
        object.__setattr__(self, "locks", locks)
        object.__setattr__(self, "published", published)
        object.__setattr__(self, "published_people", people)
        object.__setattr__(self, "started", started)
        object.__setattr__(self, "linked", frozenset(waiting | followed))
        exceptions = {(one.visit_id, one.limit): self._in_band(one) for one in problem.exceptions}
        object.__setattr__(self, "exceptions", exceptions)
        object.__setattr__(self, "_unreached", {})
        object.__setattr__(self, "_floors", {})
        object.__setattr__(self, "_parts_floors", {})
        object.__setattr__(self, "_services", {})
        object.__setattr__(self, "_travel", {})
        doors = {visit.visit_id: self._door_of(visit) for visit in problem.visits} if problem.policy.access_s else {}
        doors = {visit_id: seconds for visit_id, seconds in doors.items() if seconds}
        places = problem.places() if doors else {}
        object.__setattr__(self, "_doors", doors)
        object.__setattr__(self, "_addresses", {key: (place.lat, place.lon) for key, place in places.items()})
        object.__setattr__(self, "_ways", {})
        back_s = self._back_from_begun_s()
        rostered = {(s.technician_id, s.day): self._with_kept_locks(s, back_s) for s in problem.shifts}
        object.__setattr__(self, "rostered", rostered)
        object.__setattr__(self, "rests", rests_of(problem, rostered, back_s, started))
        shifts = {key: self._from_floor(self._rested(shift)) for key, shift in rostered.items()}
        object.__setattr__(self, "shifts", shifts)

    def told_lock(self, visit_id: str) -> Interval | None:
        """Return the told window of a planned day that binds a visit because notice is too short to change it."""
        said = self.published.get(visit_id)
        if said is None or said.told is None or said.agreed or said.day >= self.problem.days:
            return None
        if visit_id in self.problem.begun or self.unreached(visit_id) is not None:
            return None
        return said.told if self.problem.is_short_notice(said.day) else None

    def _in_band(self, one: LimitException) -> LimitException:
        return replace(one, amount=min(one.amount, self.problem.policy.band_of(one.limit)))

    def exception(self, limit: HouseLimit, technician_id: str, visit_id: str) -> LimitException | None:
        """Return the exception that lets a technician exceed a house limit for a visit."""
        found = self.exceptions.get((visit_id, limit)) if self.exceptions else None
        return found if found is not None and found.is_for(technician_id) else None

    def largest_exception(
        self, limit: HouseLimit, technician_id: str, visit_ids: Iterable[str]
    ) -> LimitException | None:
        """Return the exception that lets a day with these visits exceed a limit by most, the first by visit."""
        found = [one for visit_id in visit_ids if (one := self.exception(limit, technician_id, visit_id)) is not None]
        return min(found, key=lambda one: (-one.amount, one.visit_id), default=None)

    def with_exception(self, one: LimitException) -> Facts:
        """Return the facts as they are with one exception more, in place of another of its visit and limit."""
        more = copy(self)
        exceptions = {**self.exceptions, (one.visit_id, one.limit): self._in_band(one)}
        object.__setattr__(more, "exceptions", exceptions)
        object.__setattr__(more, "_services", {})
        return more

    def with_exceptions(self, shift: Shift, visit_ids: Iterable[str]) -> Shift:
        """Return a shift with the limits of a day that has these visits: wider by the largest of their exceptions."""
        if not self.exceptions:
            return shift
        visit_ids, who = list(visit_ids), shift.technician_id

        def more(limit: HouseLimit) -> int:
            largest = self.largest_exception(limit, who, visit_ids)
            return 0 if largest is None else largest.amount

        return replace(
            shift,
            overtime_limit_s=shift.overtime_limit_s + self._more_overtime_s(shift, visit_ids),
            max_travel_s=None if shift.max_travel_s is None else shift.max_travel_s + more(HouseLimit.TRAVEL),
            max_visits=None if shift.max_visits is None else shift.max_visits + more(HouseLimit.VISITS),
        )

    def latest_return_s(self, key: tuple[str, int], visit_ids: Iterable[str]) -> int:
        """Return the latest return that the house allows a day with these visits, the rest after it aside."""
        largest = self.largest_exception(HouseLimit.OVERTIME, key[0], visit_ids)
        return self.rostered[key].return_limit_s + (0 if largest is None else largest.amount)

    def _more_overtime_s(self, shift: Shift, visit_ids: Iterable[str]) -> int:
        """Return how much later than a shift in force says its technician may be back by an exception, and rest."""
        key = (shift.technician_id, shift.day)
        latest_s = min(self.latest_return_s(key, visit_ids), self.rests[key].back_by_s)
        return max(0, latest_s - self.shifts[key].return_limit_s)

    def with_all_exceptions(self, shift: Shift) -> Shift:
        """Return a shift with the limits that no day of it exceeds, whatever visits it has."""
        house = self.shifts[shift.technician_id, shift.day]
        widest = self.with_exceptions(house, (visit_id for visit_id, _ in self.exceptions))
        return replace(
            shift,
            overtime_limit_s=widest.overtime_limit_s,
            max_travel_s=widest.max_travel_s,
            max_visits=widest.max_visits,
        )

    def longest_leg_s(self, shift: Shift) -> int | None:
        """Return how long a leg of a shift may be at most, whatever visits are at its ends; `None` is no limit."""
        if shift.max_leg_s is None:
            return None
        visit_ids = (visit_id for visit_id, _ in self.exceptions)
        largest = self.largest_exception(HouseLimit.TRAVEL, shift.technician_id, visit_ids)
        return shift.max_leg_s + (0 if largest is None else largest.amount)

    def _told_with_exception(self, technician_id: str, visit_id: str) -> Interval | None:
        """Return the told window that binds a visit, wider on both sides by its exception."""
        told = self.told_lock(visit_id)
        wider = self.exception(HouseLimit.TOLD, technician_id, visit_id)
        if told is None or wider is None:
            return told
        return Interval(told.open_s - wider.amount, told.close_s + wider.amount)

    def is_mandatory(self, visit_id: str) -> bool:
        """Return whether a lock or a told window forbids leaving a visit out."""
        return visit_id in self.locks or self.told_lock(visit_id) is not None

    def unreached(self, visit_id: str) -> Unreached | None:
        """Return why nobody is sent to a customer who was not reached; `None` when somebody may be."""
        if visit_id not in self._unreached:
            visit = self.problem.visit_by_id.get(visit_id)
            is_free = visit is None or visit_id in self.locks
            self._unreached[visit_id] = None if is_free or visit is None else self._bar_of(visit)
        return self._unreached[visit_id]

    def _bar_of(self, visit: Visit) -> Unreached | None:
        order, limit_s = self.problem.order_of(visit), self.problem.policy.unreached_way_s
        if limit_s is None or order.log.confirmed is not Confirmed.UNREACHABLE:
            return None
        if order.kind == INSTALLATION:
            return Unreached("installation", 1, "visits")
        was_told = any(said.visit_id == visit.visit_id and said.told is not None for said in self.problem.published)
        if not (order.promised or order.agreed_day is not None or was_told):
            return Unreached("appointment", 1, "visits")
        extra_s = self._extra_way_s(visit)
        return None if extra_s is None or extra_s <= limit_s else Unreached("way", extra_s - limit_s, "s")

    def _extra_way_s(self, visit: Visit) -> int | None:
        """Return by how much a visit lengthens a way at least: from a start or a visit, to another or an end."""
        matrix, people = self.matrix, self.problem.technician_by_id
        others = [key for key in self.problem.visit_by_id if key != visit.visit_id]
        found: list[int] = []
        for profile in matrix.profiles:
            drivers = {shift.technician_id for shift in self.problem.shifts if shift.profile == profile}
            if not drivers:
                continue
            begins = [matrix.row_of[key] for key in (*others, *{start_key(people[who]) for who in drivers})]
            ends = [matrix.row_of[key] for key in (*others, *{end_key(people[who]) for who in drivers})]
            seconds, here = matrix.seconds[matrix.profiles.index(profile)], matrix.row_of[visit.visit_id]
            there, back, past = seconds[begins, here][:, None], seconds[here, ends][None, :], seconds[begins][:, ends]
            extra = (there + back - past)[(there >= 0) & (back >= 0) & (past >= 0)]
            found += [int(extra.min())] if extra.size else []
        return min(found, default=None)

    def travel_s(self, profile: str, origin: str, destination: str) -> int | None:
        """Return the seconds of a leg, the time at the door included.

        `None` when there is no way, no such place or no such profile.
        """
        key = (profile, origin, destination)
        if key not in self._travel:
            rows, matrix = self.matrix.row_of, self.matrix
            known = profile in matrix.profiles and origin in rows and destination in rows
            drive_s = matrix.travel_s(*key) if known else None
            self._travel[key] = None if drive_s is None else drive_s + self.door_s(origin, destination)
        return self._travel[key]

    def door_s(self, origin: str, destination: str) -> int:
        """Return the time at the door of a place for whoever comes from another address; 0 at the branch and at homes.

        Places with the same coordinates have one address.
        """
        seconds = self._doors.get(destination, 0)
        return 0 if not seconds or self._addresses.get(origin) == self._addresses[destination] else seconds

    def _door_of(self, visit: Visit) -> int:
        orders, customers = self.problem.order_by_id, self.problem.customer_by_id
        kind = customers[orders[visit.order_id].customer_id].place_kind
        return 0 if kind is None else self.problem.policy.access_s.get(kind, 0)

    def ways_s(self, profile: str) -> Figures:
        """Return the seconds of all legs of a profile, as `travel_s` does: rows of the matrix, negative for no way."""
        if profile not in self._ways:
            ways_s = self.matrix.seconds[self.matrix.profiles.index(profile)]
            if self._doors:
                ways_s = ways_s.copy()
            rows = self.matrix.row_of
            for visit_id, seconds in self._doors.items():
                if visit_id in rows:
                    away = [row for key, row in rows.items() if self._addresses.get(key) != self._addresses[visit_id]]
                    drive_s = ways_s[away, rows[visit_id]]
                    ways_s[away, rows[visit_id]] = drive_s + seconds * (drive_s >= 0)
            self._ways[profile] = ways_s
        return self._ways[profile]

    def service(self, technician: Technician, visit: Visit, crew: Crew | None = None) -> Service:
        """Return a visit as a technician serves it, alone or in a crew."""
        key = (technician.technician_id, visit.visit_id, crew)
        if key not in self._services:
            self._services[key] = self._make_service(technician, visit, crew)
        return self._services[key]

    def tour(
        self,
        shift: Shift,
        visits: Sequence[Visit],
        *,
        branch_at: int | None = None,
        crews: Mapping[str, Crew] | None = None,
        waits: Waits = NO_WAITS,
    ) -> Tour:
        """Return a technician's day with these visits in this order.

        Parameters
        ----------
        shift
            One of `shifts`, or of `rostered`: then what the floor leaves of it.
        branch_at
            The index of the visit before which the technician stops at the branch.
        crews
            Who serves a visit of several people, by visit id.
        waits
            When the route is said to leave, and to stop at the branch: a later moment than the earliest counts where a
            part that is picked up there can be used from it on.
        """
        technician = self.problem.technician_by_id[shift.technician_id]
        waits = self._waits_for_parts(shift, visits, branch_at, waits)
        keys = [start_key(technician), *(visit.visit_id for visit in visits), end_key(technician)]
        crews = crews or {}
        places = [self.service(technician, visit, crews.get(visit.visit_id)) for visit in visits]
        if branch_at is not None:
            places.insert(branch_at, replace(self.branch_service(shift.day), ready_s=waits.stops_s))
            keys.insert(branch_at + 1, BRANCH_PLACE)
        legs = [(pair, self.travel_s(shift.profile, *pair)) for pair in pairwise(keys)]
        morning_s = self.problem.policy.morning_s if technician.starts_at_branch else 0
        floor_s, floor_leg = self.floor_s(shift), self.started.get((shift.technician_id, shift.day), 0)
        if floor_leg > 0 and branch_at is not None and branch_at < floor_leg:
            floor_leg += 1
        return Tour(
            technician=technician,
            shift=self.with_exceptions(self._from_floor(shift), (visit.visit_id for visit in visits)),
            depart_s=max(shift.start_s + morning_s, -FAR_FUTURE_S if floor_leg else floor_s),
            places=tuple(places),
            legs_s=tuple(seconds or 0 for _, seconds in legs),
            branch_at=branch_at,
            missing=tuple(pair for pair, seconds in legs if seconds is None),
            doors_s=tuple(0 if seconds is None else self.door_s(*pair) for pair, seconds in legs),
            floor_leg=floor_leg,
            floor_s=floor_s,
            wait_s=waits.leaves_s,
            began_s=self._first_began_s(shift) - (legs[0][1] or 0) if floor_leg else -FAR_FUTURE_S,
        )

    def _waits_for_parts(self, shift: Shift, visits: Sequence[Visit], branch_at: int | None, said: Waits) -> Waits:
        """Return of what a route is said to wait for at the branch what its parts are a reason for."""
        timed = any(arrival.arrives_s is not None for arrival in self.problem.arrivals)
        if not timed or said == NO_WAITS:
            return NO_WAITS
        at = len(visits) if branch_at is None else branch_at
        technician = self.problem.technician_by_id[shift.technician_id]
        may_wait = technician.starts_at_branch and (shift.technician_id, shift.day) not in self.started
        return Waits(
            said.leaves_s if may_wait and said.leaves_s in self._moments(shift, visits[:at]) else -FAR_FUTURE_S,
            said.stops_s if said.stops_s in self._moments(shift, visits[at:]) else -FAR_FUTURE_S,
        )

    def _moments(self, shift: Shift, visits: Sequence[Visit]) -> list[int]:
        parts = {need.part_id for visit in visits for need in visit.parts if need.quantity > 0}
        return arrival_moments(self.problem, parts, shift.day)

    def _first_began_s(self, shift: Shift) -> int:
        """Return when the first stop of a route began that has begun; the far past where nobody says."""
        found = [
            lock.began_s
            for lock in self.problem.locks
            if lock.began_s is not None and (lock.technician_id, lock.day) == (shift.technician_id, shift.day)
        ]
        return min(found, default=-FAR_FUTURE_S)

    def floor_s(self, shift: Shift) -> int:
        """Return the moment before which a technician leaves for nothing that has not begun.

        It is the moment of the plan plus the time it takes to get ready: at the branch, on the road or at home, or
        for an emergency that is this technician's already.
        """
        key = (shift.technician_id, shift.day)
        if key not in self._floors:
            policy = self.problem.policy
            is_at_branch = self.problem.technician_by_id[key[0]].starts_at_branch and key not in self.started
            lead_s = (policy.lead_to_leave_s or 0) if is_at_branch else policy.lead_on_road_s
            if self._has_emergency(key):
                lead_s = min(lead_s, policy.lead_emergency_s)
            self._floors[key] = -FAR_FUTURE_S if policy.lead_to_leave_s is None else self.problem.as_of_s + lead_s
        return self._floors[key]

    def _has_emergency(self, key: tuple[str, int]) -> bool:
        """Return whether a lock or the published plan gives a technician an emergency that has not begun."""
        problem = self.problem
        own = {lock.visit_id for lock in problem.locks if lock.technician_id == key[0]}
        own |= {said.visit_id for said in problem.published if (said.technician_id, said.day) == key}
        return any(self._is_emergency(visit_id) for visit_id in own - problem.begun.keys())

    def _from_floor(self, shift: Shift) -> Shift:
        """Return what is left of a shift that has not started: without a break that could begin before the floor."""
        rest = shift.break_
        has_started = (shift.technician_id, shift.day) in self.started
        if rest is None or has_started or self.floor_s(shift) <= rest.window.open_s:
            return shift
        return replace(shift, break_=None)

    def _is_emergency(self, visit_id: str) -> bool:
        visit = self.problem.visit_by_id.get(visit_id)
        return visit is not None and self.problem.order_of(visit).urgency is Urgency.EMERGENCY

    def parts_floor_s(self, visit: Visit) -> int:
        """Return the moment before which no visit starts whose parts the branch still has to hand over.

        Parts of a visit that the published plan has are ready, and so are those that some technician carries.
        """
        problem, visit_id = self.problem, visit.visit_id
        if not visit.parts or problem.policy.lead_to_leave_s is None or visit_id in self.published:
            return -FAR_FUTURE_S
        if visit_id not in self._parts_floors:
            carried = {part.part_id for technician in problem.technicians for part in technician.own_parts}
            ways = [self.travel_s(profile, BRANCH_PLACE, visit_id) for profile in self.matrix.profiles]
            nearest_s = min((way_s for way_s in ways if way_s is not None), default=0)
            floor_s = problem.as_of_s + problem.policy.lead_with_parts_s + nearest_s
            is_carried = all(need.part_id in carried for need in visit.parts)
            self._parts_floors[visit_id] = -FAR_FUTURE_S if is_carried else floor_s
        return self._parts_floors[visit_id]

    def _rested(self, shift: Shift) -> Shift:
        """Return what the rest leaves of a shift: it begins no sooner, and ends by the latest return."""
        rest = self.rests[shift.technician_id, shift.day]
        limit_s = min(shift.return_limit_s, rest.back_by_s)
        end_s = min(shift.end_s, limit_s)
        start_s = max(shift.start_s, rest.rested_s)
        return replace(shift, start_s=start_s, end_s=end_s, overtime_limit_s=limit_s - end_s)

    def rested_departure_s(self, tour: Tour) -> int:
        """Return before when a tour's technician has not rested; the far past where its shift begins after that."""
        rested_s = self.rests[tour.shift.technician_id, tour.shift.day].rested_s
        if rested_s <= self.rostered[tour.shift.technician_id, tour.shift.day].start_s:
            return -FAR_FUTURE_S
        return rested_s + (self.problem.policy.morning_s if tour.technician.starts_at_branch else 0)

    def _back_from_begun_s(self) -> dict[tuple[str, int], int]:
        """Return when each technician is home from the last of what has begun, by technician and day."""
        problem, found = self.problem, dict[tuple[str, int], int]()
        profiles = {(shift.technician_id, shift.day): shift.profile for shift in problem.shifts}
        for lock in problem.locks:
            key = (lock.technician_id, lock.day)
            if lock.began_s is None or key not in profiles:
                continue
            technician, visit = problem.technician_by_id[lock.technician_id], problem.visit_by_id[lock.visit_id]
            home_s = self.travel_s(profiles[key], lock.visit_id, end_key(technician))
            back_s = lock.began_s + duration_s(problem, technician, visit) + (home_s or 0)
            found[key] = max(back_s, found.get(key, back_s))
        return found

    def _with_kept_locks(self, shift: Shift, begun_back_s: Mapping[tuple[str, int], int]) -> Shift:
        """Return a shift in which, where broken locks are kept, its technician gets to each locked start and home.

        It begins sooner, so as to be there at the locked start, and lasts longer, only for a visit of one person that
        could not start at any locked moment otherwise. It lasts until the technician is home from what has begun,
        whatever the policy.
        """
        problem, key = self.problem, (shift.technician_id, shift.day)
        technician = problem.technician_by_id[shift.technician_id]
        morning_s = problem.policy.morning_s if technician.starts_at_branch else 0
        start_s = shift.start_s
        limit_s = max(shift.return_limit_s, begun_back_s.get(key, shift.return_limit_s))
        for lock in problem.locks if problem.policy.broken_locks is BrokenLocks.KEEP else ():
            is_here = lock.technician_id == shift.technician_id and problem.day_of_lock(lock) == shift.day
            visit = problem.visit_by_id[lock.visit_id]
            if lock.level is not LockLevel.START or not is_here or problem.crew_size_of(visit) > 1:
                continue
            way_s = self.travel_s(shift.profile, start_key(technician), visit.visit_id)
            home_s = self.travel_s(shift.profile, visit.visit_id, end_key(technician))
            if way_s is None or home_s is None:
                continue
            begins_s = lock.start_s - way_s - morning_s
            if begins_s + lock.tolerance_s < shift.start_s:
                start_s = min(start_s, begins_s)
            back_s = lock.start_s + duration_s(problem, technician, visit) + home_s
            if back_s - lock.tolerance_s > shift.return_limit_s:
                limit_s = max(limit_s, back_s + lock.tolerance_s)
        return replace(shift, start_s=start_s, overtime_limit_s=limit_s - shift.end_s)

    def branch_service(self, day: int) -> Service:
        """Return a stop at the branch: it starts within business hours and takes as long as the morning there."""
        return Service(
            visit=None,
            duration_s=self.problem.policy.morning_s,
            windows=(self.problem.clock.interval(day, self.problem.branch.business),),
            hours=None,
            max_lateness_s=0,
            ready_s=-FAR_FUTURE_S,
        )

    def _make_service(self, technician: Technician, visit: Visit, crew: Crew | None) -> Service:
        problem, visit_id = self.problem, visit.visit_id
        needs = role_needs(problem, visit, crew, technician.technician_id)
        alone_s = duration_s(problem, technician, visit, needs)
        starts = [lock for lock in self.locks.get(visit_id, []) if lock.level is LockLevel.START]
        told = self._told_with_exception(technician.technician_id, visit_id)
        longer = self.exception(HouseLimit.TRAVEL, technician.technician_id, visit_id)
        service = Service(
            visit=visit,
            duration_s=alone_s if crew is None else crew_duration_s(problem, visit, crew),
            windows=problem.windows[visit_id],
            hours=problem.hours[visit_id],
            max_lateness_s=problem.max_lateness_s(visit),
            ready_s=-FAR_FUTURE_S if visit.ready_s is None else visit.ready_s,
            locked_from_s=max(
                [lock.start_s - lock.tolerance_s for lock in starts] + [-FAR_FUTURE_S if told is None else told.open_s]
            ),
            locked_until_s=min(
                [lock.start_s + lock.tolerance_s for lock in starts] + [FAR_FUTURE_S if told is None else told.close_s]
            ),
            needs=needs,
            crew=crew,
            pays=crew is None or crew.lead == technician.technician_id,
            floor_s=self.parts_floor_s(visit),
            more_leg_s=0 if longer is None else longer.amount,
        )
        if crew is None and problem.may_pause(visit) and alone_s > problem.policy.pause_over_s:
            has_begun = visit_id in problem.begun
            hours = problem.hours_of(visit) if has_begun else service.hours
            pausing = Pausing(alone_s, problem.policy.pause_leave_s, hours, is_bound=not has_begun)
            service = service if visit_id in self.linked else replace(service, pausing=pausing)
        return _as_begun(service, problem.begun[visit_id]) if visit_id in problem.begun else service


def _as_begun(service: Service, began_s: int) -> Service:
    """Return a service whose start is a fact: nothing but that start binds it."""
    return replace(
        service,
        hours=None,
        max_lateness_s=0,
        ready_s=-FAR_FUTURE_S,
        floor_s=-FAR_FUTURE_S,
        locked_from_s=began_s,
        locked_until_s=began_s,
        has_begun=True,
    )


# --- who can do what, and how fast ----------------------------------------------------------------------------------


def role_needs(problem: Problem, visit: Visit, crew: Crew | None, technician_id: str) -> tuple[SkillNeed, ...]:
    """Return the skills that somebody needs for a visit: the lead's for the lead of a crew, else everybody's."""
    is_lead = crew is not None and crew.lead == technician_id
    return problem.lead_skills_needed(visit) if is_lead else problem.skills_needed(visit)


def duration_s(problem: Problem, technician: Technician, visit: Visit, needs: Iterable[SkillNeed] | None = None) -> int:
    """Return how long a technician takes for a visit: its base by the slowest needed skill, plus surcharges."""
    needs = problem.skills_needed(visit) if needs is None else needs
    held = [record for need in needs if (record := technician.held_skill(need.skill)) is not None]
    factor_pct = max((record.factor_pct for record in held), default=100)
    surcharge_s = sum(record.surcharge_s for record in held) + visit.critical_test_s
    if visit.intermittent:
        surcharge_s += problem.policy.observation_s
    return (visit.base_s * factor_pct + 50) // 100 + surcharge_s


def crew_duration_s(problem: Problem, visit: Visit, crew: Crew) -> int:
    """Return how long a crew takes for a visit: as long as its slowest member in his role."""
    return max(
        duration_s(problem, problem.technician_by_id[who], visit, role_needs(problem, visit, crew, who))
        for who in crew.members
    )


@dataclass(frozen=True, slots=True)
class SkillGap:
    """A needed skill that a technician does not hold as needed; `levels` is always positive."""

    need: SkillNeed
    held: HeldSkill | None
    levels: int
    is_expired: bool


def gaps_in(technician: Technician, needs: Iterable[SkillNeed], day: date) -> list[SkillGap]:
    """Return the needs that are not held at the level needed with a certificate valid on a date."""
    gaps = []
    for need in needs:
        held = technician.held_skill(need.skill)
        if held is None:
            gaps.append(SkillGap(need, None, max(1, need.min_level), is_expired=False))
        elif held.level < need.min_level:
            gaps.append(SkillGap(need, held, need.min_level - held.level, is_expired=False))
        elif not held.is_valid_on(day):
            gaps.append(SkillGap(need, held, max(1, need.min_level), is_expired=True))
    return gaps


def skill_gaps(problem: Problem, technician: Technician, visit: Visit, day: date) -> list[SkillGap]:
    """Return the skills missing on a date for serving a visit alone, or as a member of its crew."""
    return gaps_in(technician, problem.skills_needed(visit), day)


def choose_lead(problem: Problem, visit: Visit, members: Sequence[str], day: date) -> str:
    """Return who leads a crew when nobody says so: the first by id who is able to, the others able as members.

    When there is none, it is whoever leaves the fewest levels missing, so that the judge can name them.
    """
    people = [problem.technician_by_id[who] for who in sorted(members)]
    needs, lead_needs = problem.skills_needed(visit), problem.lead_skills_needed(visit)
    as_member = [sum(gap.levels for gap in gaps_in(person, needs, day)) for person in people]
    as_lead = [sum(gap.levels for gap in gaps_in(person, lead_needs, day)) for person in people]
    missing = [sum(as_member) - member + lead for member, lead in zip(as_member, as_lead, strict=True)]
    return people[missing.index(min(missing))].technician_id
