"""What is planned for the coming days, and where one visit more is free there: a plain insertion that moves nobody.

Days behind the horizon are on the board with the roster that is known for them. Where nobody has made one for a
working day yet, the staff are taken to work as on the last day of the horizon, and the board says so (`assumed_days`).

A place is free when the whole day is possible with it, nobody works overtime for it, and nobody else is later than
told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.problem import LockLevel
from optimizer.judge.drafts import stated_draft, tours_of
from optimizer.judge.facts import Crew, Facts, choose_lead, gaps_in, skill_gaps
from optimizer.judge.hard_rules import past_due_loan, refusals_left
from optimizer.judge.links import time_together
from optimizer.judge.present import judge_present
from optimizer.judge.timing import time_canonically, time_with_slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from optimizer.domain.order import Interval, Visit
    from optimizer.domain.plan import Plan, Stop
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.domain.technician import Shift, Technician
    from optimizer.judge.facts import Service, Tour
    from optimizer.judge.present import PresentPlan
    from optimizer.judge.timing import TimedTour
    from optimizer.travel.matrix import TravelMatrix

    #: A technician's day: id and day index.
    Key = tuple[str, int]

#: So many working days behind the horizon are on the board.
WORKING_DAYS = 5
#: So many days are timed for one board at most: a branch that has hundreds of calls to make is told the first of them.
MOST_TIMED = 60_000


class Card(NamedTuple):
    """A visit on the board.

    Parameters
    ----------
    window
        The window in which it is to start. What is new on the board has no other one; what the plan holds keeps its own
        as well. `None`: its own windows alone.
    is_planned
        The plan holds it.
    is_spare
        It keeps a place free for somebody who has another one too, and needs its parts and tools only once.
    """

    visit: Visit
    window: Interval | None = None
    is_planned: bool = False
    is_spare: bool = False


class Place(NamedTuple):
    """Where a visit fits: whose day, at which position, and when it would start."""

    key: Key
    position: int
    start_s: int


@dataclass(slots=True)
class Board:
    """The coming days, to which visits are added one after the other.

    Parameters
    ----------
    facts
        Those of the problem with the days behind the horizon.
    plan
        What is planned in the horizon.
    present
        The plan of the horizon as the judge looks at it.
    cards
        What is on each technician's day, in driving order.
    plain
        The days that stand for themselves: no stop at the branch, nothing that others wait for.
    behind
        The first day behind the horizon.
    assumed_days
        Working days for which no roster is known.
    """

    facts: Facts
    plan: Plan
    present: PresentPlan
    cards: dict[Key, tuple[Card, ...]]
    plain: frozenset[Key]
    behind: int
    assumed_days: tuple[int, ...] = ()
    timed: int = 0

    @property
    def problem(self) -> Problem:
        """The problem with the days behind the horizon."""
        return self.facts.problem

    def without(self, visit_id: str) -> Board:
        """Return the board of the same plan without one of its visits, and with nothing put on it since."""
        routes = [
            replace(route, stops=tuple(stop for stop in route.stops if stop.visit_id != visit_id))
            for route in self.plan.routes
        ]
        plan = replace(self.plan, routes=tuple(route for route in routes if route.stops))
        return board_of(self.facts, plan, behind=self.behind, assumed_days=self.assumed_days)

    def working_days(self) -> list[int]:
        """Return the days on which somebody works from the moment of planning on."""
        now = self.problem.clock.day_of(self.problem.as_of_s)
        return sorted({day for _, day in self.facts.shifts if day >= now})

    def able(self, visit: Visit, day: int) -> list[Shift]:
        """Return the shifts of those who may serve a visit on a day, who served there first, then the emptiest."""
        problem, on = self.problem, self.problem.date_of(day)
        locked = {k.technician_id for k in self.facts.locks.get(visit.visit_id, ()) if k.level is not LockLevel.PREFIX}
        known = problem.customer_of(visit).served_by
        found = []
        for key, shift in self.facts.shifts.items():
            technician = problem.technician_by_id[key[0]]
            is_barred = bool(locked) and key[0] not in locked
            if key[1] != day or is_barred or refusals_left(self.facts, technician, visit):
                continue
            if visit.parts and past_due_loan(problem, key[0], on) is not None:
                continue
            if not skill_gaps(problem, technician, visit, on) or self._may_lead(visit, technician, on):
                found.append(shift)
        return sorted(found, key=lambda s: (s.technician_id not in known, len(self.on(s)), s.technician_id))

    def _may_lead(self, visit: Visit, technician: Technician, on: date) -> bool:
        is_crew = self.problem.crew_size_of(visit) > 1
        return is_crew and not gaps_in(technician, self.problem.lead_skills_needed(visit), on)

    def on(self, shift: Shift) -> tuple[Card, ...]:
        """Return what is on a technician's day."""
        return self.cards.get((shift.technician_id, shift.day), ())

    def place_on(self, shift: Shift, card: Card, *, without: str = "") -> Place | None:
        """Return where a card fits on one technician's day with the earliest start; `None` when it does not.

        Parameters
        ----------
        without
            A visit that is taken off the day first.
        """
        key = (shift.technician_id, shift.day)
        on = tuple(one for one in self.on(shift) if one.visit.visit_id != without)
        if key not in self.plain or self.timed >= MOST_TIMED:
            return None
        best: Place | None = None
        for index in _positions(on, card, self.facts.started.get(key, 0)):
            start_s = self._start_s(shift, (*on[:index], card, *on[index:]), index)
            if start_s is not None and (best is None or start_s < best.start_s):
                best = Place(key, index, start_s)
        return best

    def put(self, card: Card, place: Place) -> None:
        """Add a card to the board."""
        on = self.cards.get(place.key, ())
        self.cards[place.key] = (*on[: place.position], card, *on[place.position :])

    def broken_with(
        self, card: Card, places: Sequence[Place], *, without: tuple[Key, str] | None = None
    ) -> Iterator[Violation]:
        """Yield what the judge finds newly broken with a card at these places and all else on the board.

        Parameters
        ----------
        without
            A visit that is taken off a day.
        """
        new = {place.key: place.position for place in places}
        gone = {} if without is None else {without[0]: without[1]}
        added = {key for key, cards in self.cards.items() if any(not (one.is_planned or one.is_spare) for one in cards)}
        members = tuple(sorted(key[0] for key in new))
        day = next(iter(new))[1]
        lead = choose_lead(self.problem, card.visit, members, self.problem.date_of(day))
        changed = {}
        for key in sorted({*new, *gone, *added}):
            on = [one for one in self.cards.get(key, ()) if one.visit.visit_id != gone.get(key)]
            if key in new:
                on.insert(new[key], card)
            own = card.visit.visit_id
            counted = [one for one in on if one is card or not (one.is_spare or one.visit.visit_id == own)]
            if counted:
                changed[key] = self._time(self.facts.shifts[key], tuple(counted), Crew(members, lead))
        return self.present.all_newly_broken(changed)

    def _start_s(self, shift: Shift, cards: tuple[Card, ...], index: int) -> int | None:
        """Return when the card at an index starts, if the day is possible so and nobody else is later than told."""
        tour = self._tour(shift, cards, None)
        limits = tour.shift
        is_too_far = tour.missing or any(tour.leg_excess_s(leg) for leg in range(len(tour.legs_s)))
        is_too_much = limits.max_travel_s is not None and tour.drive_s > limits.max_travel_s
        is_too_many = limits.max_visits is not None and len(cards) > limits.max_visits
        if is_too_far or is_too_much or is_too_many:
            return None
        # Without a break a day is never worse: most places are out at this first look.
        if not self._is_kept(time_with_slot(tour, None), shift, cards, index):
            return None
        self.timed += 1
        timed = time_canonically(tour, self.problem.policy)
        return timed.stops[index].start_s if self._is_kept(timed, shift, cards, index) else None

    @staticmethod
    def _is_kept(timed: TimedTour, shift: Shift, cards: tuple[Card, ...], index: int) -> bool:
        """Return whether a day is possible without overtime, and everybody is served when told."""
        if timed.breach_s or timed.return_s > shift.end_s or timed.stops[index].lateness_s:
            return False
        return all(
            card.window is None or card.window.open_s <= stop.start_s <= card.window.close_s
            for card, stop in zip(cards, timed.stops, strict=True)
        )

    def _time(self, shift: Shift, cards: tuple[Card, ...], crew: Crew) -> TimedTour:
        return time_canonically(self._tour(shift, cards, crew), self.problem.policy)

    def _tour(self, shift: Shift, cards: tuple[Card, ...], crew: Crew | None) -> Tour:
        """Return a technician's day with these cards; who serves together is not known before the others are found."""
        who = shift.technician_id
        visits = [card.visit for card in cards]
        crews = {v.visit_id: crew or Crew((who,), who) for v in visits if self.problem.crew_size_of(v) > 1}
        tour = self.facts.tour(shift, visits, crews=crews)
        places = tuple(
            service if card.is_planned else _as_carded(service, card)
            for card, service in zip(cards, tour.places, strict=True)
        )
        return replace(tour, places=places)


def _positions(on: Sequence[Card], card: Card, first: int) -> range:
    """Return the positions on a day, from the first that is free on, at which a card may start in its window at all.

    What is told for before that window is served before it, what is told for after it, after.
    """
    told = [(number, one.window) for number, one in enumerate(on) if one.window is not None]
    if card.window is None:
        return range(first, len(on) + 1)
    least = max((number + 1 for number, one in told if one.close_s < card.window.open_s), default=first)
    most = min((number for number, one in told if one.open_s > card.window.close_s), default=len(on))
    return range(max(first, least), most + 1)


def open_board(problem: Problem, matrix: TravelMatrix, plan: Plan) -> Board:
    """Return the board of a plan: what it plans, and free days behind the horizon."""
    later, assumed = _with_later_days(problem)
    facts = Facts(later, matrix)
    return board_of(facts, plan, behind=problem.days, assumed_days=assumed)


def board_of(facts: Facts, plan: Plan, *, behind: int, assumed_days: tuple[int, ...] = ()) -> Board:
    """Return the board of a plan with the shifts of some facts; see `Board`."""
    drafts = [stated_draft(route) for route in plan.routes]
    found = tours_of(facts, drafts)
    tours = [found[number] for number in sorted(found)]
    timed = {
        (one.tour.technician.technician_id, one.tour.shift.day): one
        for one in time_together(facts, tours, [None] * len(tours))
    }
    cards: dict[Key, tuple[Card, ...]] = {}
    plain = set(facts.shifts)
    known = facts.problem.visit_by_id
    for route in plan.routes:
        key = (route.technician_id, route.day)
        cards[key] = tuple(
            Card(known[s.visit_id], _told(s), is_planned=True) for s in route.stops if s.visit_id in known
        )
        if route.branch_stop is not None or not facts.linked.isdisjoint(route.visit_ids):
            plain.discard(key)
    return Board(facts, plan, judge_present(facts, timed), cards, frozenset(plain), behind, assumed_days)


def _as_carded(service: Service, card: Card) -> Service:
    """Return a visit as its card has it: in its window, and with what the card says that it needs."""
    return replace(service, visit=card.visit, windows=service.windows if card.window is None else (card.window,))


def _told(stop: Stop) -> Interval | None:
    """Return the window that a planned visit is to keep; `None` where it is late already."""
    return stop.window if stop.window.open_s <= stop.start_s <= stop.window.close_s else None


def _with_later_days(problem: Problem) -> tuple[Problem, tuple[int, ...]]:
    """Return the problem over the working days behind its horizon too, and for which of these no roster is known."""
    calendar, behind = problem.branch.calendar, problem.date_of(problem.days - 1)
    days = [problem.day_index(day) for day in calendar.working_days_after(behind, WORKING_DAYS)]
    rostered = [shift for shift in problem.shifts_around if shift.day >= problem.days]
    known = {shift.day for shift in rostered}
    usual = _usual_shifts(problem)
    assumed = tuple(day for day in days if day not in known and usual)
    shifts = [_on_day(problem, shift, day) for day in assumed for shift in usual]
    around = tuple(shift for shift in problem.shifts_around if shift.day < 0)
    later = replace(
        problem,
        days=days[-1] + 1,
        shifts=(*problem.shifts, *(s for s in rostered if s.day <= days[-1]), *shifts),
        shifts_around=around,
    )
    return later, assumed


def _usual_shifts(problem: Problem) -> list[Shift]:
    """Return the shifts of the staff on the last day of the horizon that has any."""
    last = max((shift.day for shift in problem.shifts), default=0)
    return [shift for shift in problem.shifts if shift.day == last and problem.is_staff(shift.technician_id)]


def _on_day(problem: Problem, shift: Shift, day: int) -> Shift:
    """Return a shift as it would be on another day, by the clock on the wall."""
    clock = problem.clock

    def moved(moment_s: int) -> int:
        return clock.moment_s(day + clock.day_of(moment_s) - shift.day, clock.time_s(moment_s))

    rest = shift.break_
    if rest is not None:
        window = replace(rest.window, open_s=moved(rest.window.open_s), close_s=moved(rest.window.close_s))
        rest = replace(rest, window=window)
    return replace(shift, day=day, start_s=moved(shift.start_s), end_s=moved(shift.end_s), break_=rest)
