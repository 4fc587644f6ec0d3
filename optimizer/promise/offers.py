"""Two concrete windows for a customer whose visit has to find another time, found before anybody calls.

A window is offered only where somebody is free: the visit is put on the board of the coming days with that window as
its promise, and the judge finds nothing broken. What is offered to one customer is kept free from the next offers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import Interval
from optimizer.domain.rules import Rule
from optimizer.domain.units import HOUR_S, at
from optimizer.promise.board import Card

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.promise.board import Board

#: How long an offered window is where the policy says nothing of told ones.
WIDTH_S = 2 * HOUR_S
#: Windows are offered from full hours on: half past is for what is planned exactly.
STEP_S = HOUR_S
#: A window of today opens no sooner than this: the customer is called first, then somebody is sent.
AHEAD_S = HOUR_S
#: How many windows a customer is offered.
OFFERED = 2
#: After so many refusals by the judge a day is given up: what it misses (a part, a tool) is the same at every hour.
MOST_REFUSED = 2
#: Within so many working days another branch or a supplier sends a part that is missing.
PARTS_WITHIN = 2
#: Nobody is offered the time at which people eat, theirs or ours.
_LUNCH = Interval(at(12), at(13))
_NOON_S = at(12)


class Offer(NamedTuple):
    """A window that a customer may have, and who would come."""

    window: Interval
    technician_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """The windows in hand, by visit; none for whom none is free.

    Parameters
    ----------
    by_visit
        Up to two a visit, the sooner first.
    assumed_days
        Days that an offer lies on and for which no roster is known: the staff were taken to work as on the last day
        of the horizon.
    without_parts
        Visits whose parts are not there and not on the way: their windows count on the coordinator to get them.
    """

    by_visit: Mapping[str, tuple[Offer, ...]]
    assumed_days: tuple[int, ...] = ()
    without_parts: frozenset[str] = frozenset()

    def of(self, visit_id: str) -> tuple[Offer, ...]:
        """Return what can be offered to the customer of a visit."""
        return self.by_visit.get(visit_id, ())


def find_offers(board: Board, visit_ids: Sequence[str]) -> Offers:
    """Return two windows for each of some visits, the most pressing first.

    Parameters
    ----------
    board
        That of the plan, which stays as it is.
    visit_ids
        In the order in which they choose: what the first is offered is taken for the others. One that is planned is
        offered other times than the plan's.
    """
    if not visit_ids:
        return Offers({})
    problem, plan = board.problem, board.plan
    planned = {stop.visit_id: stop.window for route in reversed(plan.routes) for stop in reversed(route.stops)}
    shared = replace(board, cards=dict(board.cards))
    others = [left.visit_id for left in plan.unassigned if left.visit_id not in visit_ids]
    _put_known_work(shared, [problem.visit_by_id[one] for one in others if one in problem.visit_by_id])
    found: dict[str, tuple[Offer, ...]] = {}
    without_parts = set()
    for visit_id in visit_ids:
        visit = problem.visit_by_id[visit_id]
        if visit_id in planned:
            found[visit_id] = _two_windows(board.without(visit_id), visit, 0, planned[visit_id])
            continue
        found[visit_id] = _two_windows(shared, visit, 0)
        if not found[visit_id] and visit.parts:
            found[visit_id] = _two_windows(shared, replace(visit, parts=()), _parts_day(problem))
            without_parts.update([visit_id] if found[visit_id] else [])
    days = {problem.clock.day_of(offer.window.open_s) for offers in found.values() for offer in offers}
    assumed = tuple(day for day in board.assumed_days if day in days)
    return Offers(found, assumed, frozenset(without_parts))


def _parts_day(problem: Problem) -> int:
    """Return the day by which a part can be had that nobody has ordered yet."""
    today = problem.local_time(problem.as_of_s).date()
    return problem.day_index(problem.branch.calendar.working_days_after(today, PARTS_WITHIN)[-1])


# --- what is on these days already ----------------------------------------------------------------------------------


def _put_known_work(board: Board, waiting: Sequence[Visit]) -> None:
    """Put on the board what later days have to do anyhow: what is told or promised there, then what waits for them."""
    problem = board.problem
    later = [day for day in board.working_days() if day >= board.behind]
    for card in sorted(_known_cards(board, waiting, later), key=_urgency):
        days = later if card.window is None else [problem.clock.day_of(card.window.open_s)]
        _put_first(board, card, days)


def _urgency(card: Card) -> tuple[bool, int, str]:
    return card.window is None, 0 if card.window is None else card.window.close_s, card.visit.visit_id


def _known_cards(board: Board, waiting: Iterable[Visit], days: Sequence[int]) -> Iterator[Card]:
    """Yield the visits that wait for one of these days, with the window told, promised or agreed there."""
    problem = board.problem
    told = {said.visit_id: said.told for said in problem.published if said.told is not None and said.day in days}
    for visit in waiting:
        if problem.crew_size_of(visit) > 1:
            continue  # whoever is on it with whom is not settled before the day
        order = problem.order_of(visit)
        promised = [w for w in problem.promises_of(visit) if problem.clock.day_of(w.open_s) in days]
        agreed = None if order.agreed_day is None else problem.day_index(order.agreed_day)
        if promised or visit.visit_id in told:
            yield Card(visit, told.get(visit.visit_id) or promised[0])
        elif agreed is not None and agreed in days:
            yield Card(visit, problem.clock.interval(agreed, problem.branch.business))
        elif order.due_day is not None and problem.day_index(order.due_day) in days:
            yield Card(visit)


def _put_first(board: Board, card: Card, days: Sequence[int]) -> None:
    """Put a card on the first day on which it fits; one that fits nowhere stays beside the board."""
    for day in days:
        for shift in board.able(card.visit, day):
            place = board.place_on(shift, card)
            if place is not None:
                board.put(card, place)
                return


# --- two windows ----------------------------------------------------------------------------------------------------


def _two_windows(board: Board, visit: Visit, since: int, planned: Interval | None = None) -> tuple[Offer, ...]:
    """Return the first free window, and the first of another half of a day; both are then taken for others.

    Parameters
    ----------
    since
        The first day looked at.
    planned
        The window that the customer has by the plan, and is offered anyhow.
    """
    found: list[Offer] = []
    refused: Counter[int] = Counter()
    for window in _candidates(board, visit, since):
        day = board.problem.clock.day_of(window.open_s)
        is_near = any(_is_same_half(board.problem, window, offer.window) for offer in found)
        is_planned = planned is not None and _overlap(window, planned)
        if is_near or is_planned or refused[day] >= MOST_REFUSED:
            continue
        offer = _free(board, visit, window, refused, is_spare=bool(found))
        if offer is not None:
            found.append(offer)
        if len(found) == OFFERED:
            break
    return tuple(sorted(found))


def _candidates(board: Board, visit: Visit, since: int) -> Iterator[Interval]:
    """Yield the windows that may be offered, the soonest first; those that the customer asked for go before."""
    problem = board.problem
    windows = [w for day in board.working_days() if day >= since for w in _windows_of_day(problem, visit, day)]
    wished = problem.order_of(visit).requested

    def is_wished(window: Interval) -> bool:
        return any(wish.open_s <= window.open_s and window.close_s <= wish.close_s for wish in wished)

    yield from sorted(windows, key=lambda window: not is_wished(window))


def _windows_of_day(problem: Problem, visit: Visit, day: int) -> list[Interval]:
    """Return the windows of a day from full hours on, in the customer's hours or the branch's, but for those gone."""
    customer, clock = problem.customer_of(visit), problem.clock
    width_s = problem.policy.told_width_s.get(customer.kind, WIDTH_S)
    weekday = problem.date_of(day).weekday()
    opening = (
        [problem.branch.business] if customer.opening is None else [o for wd, o in customer.opening if wd == weekday]
    )
    earliest_s = max(problem.as_of_s + AHEAD_S, visit.ready_s or 0)
    gone = _gone(problem, visit)
    found = []
    for hours in opening:
        first_s = -(-hours.open_s // STEP_S) * STEP_S
        for open_s in range(first_s, hours.close_s - width_s + 1, STEP_S):
            of_day = Interval(open_s, open_s + width_s)
            window = clock.interval(day, of_day)
            is_closed = any(_overlap(of_day, closed) for closed in (*customer.closed, _LUNCH))
            if window.open_s >= earliest_s and not is_closed and not any(_overlap(window, one) for one in gone):
                found.append(window)
    return found


def _gone(problem: Problem, visit: Visit) -> tuple[Interval, ...]:
    """Return the times that are off: those that were told or promised, and are not kept or were refused."""
    told = (said.told for said in problem.published if said.visit_id == visit.visit_id and said.told is not None)
    return (*problem.order_of(visit).promised, *told)


def _overlap(one: Interval, other: Interval) -> bool:
    return one.open_s < other.close_s and other.open_s < one.close_s


def _is_same_half(problem: Problem, one: Interval, other: Interval) -> bool:
    """Return whether two windows open in the same half of one day, where one is as good as the other."""
    clock = problem.clock
    halves = [(clock.day_of(w.open_s), clock.time_s(w.open_s) < _NOON_S) for w in (one, other)]
    return halves[0] == halves[1]


def _free(board: Board, visit: Visit, window: Interval, refused: Counter[int], *, is_spare: bool) -> Offer | None:
    """Return an offer of a window if somebody is free then, and take the place on the board.

    Parameters
    ----------
    refused
        How often the judge refused what looked free, by day; counted on.
    is_spare
        It is the second window of this customer.
    """
    day = board.problem.clock.day_of(window.open_s)
    size = board.problem.crew_size_of(visit)
    able = board.able(visit, day)
    for card in _cards(board.problem, visit, window, size):
        free = (place for shift in able if (place := board.place_on(shift, card)) is not None)
        while len(places := list(islice(free, size))) == size and refused[day] < MOST_REFUSED:
            if all(_is_settled_by_the_call(visit, one) for one in board.broken_with(card, places)):
                for taken in places:
                    board.put(card._replace(is_spare=is_spare or size > 1), taken)
                return Offer(window, tuple(place.key[0] for place in places))
            refused[day] += 1
    return None


def _cards(problem: Problem, visit: Visit, window: Interval, size: int) -> Iterator[Card]:
    """Yield a visit with its window; several people meet at its beginning or half an hour later."""
    if size == 1:
        yield Card(visit, Interval(window.open_s, max(window.open_s, window.close_s - problem.policy.arrival_lead_s)))
        return
    for start_s in range(window.open_s, window.close_s, HOUR_S // 2):
        yield Card(visit, Interval(start_s, start_s))


def _is_settled_by_the_call(visit: Visit, broken: Violation) -> bool:
    """Return whether a rule is kept once the customer has taken the window: who was not reached has been, then."""
    return broken.visit_id == visit.visit_id and broken.rule in (Rule.CONFIRMED, Rule.LOCK)
