"""How much a day breaks at least with one visit more: a cheap look before a position is timed in full.

The day is walked once, with its break still to come and with its break behind it, at the earliest moments that any
break slot gives. What is found missing then is missing in every slot, so that the full timing, which tries them all, is
kept for the positions that may matter. Days that are timed together with others are not walked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.problem import BRANCH_PLACE, end_key, start_key
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.judge.timing import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.technician import Shift
    from optimizer.judge.facts import Facts, Service, Tour
    from optimizer.judge.timing import TimedStop


class Moment(NamedTuple):
    """Where a walk stands before a leg.

    Parameters
    ----------
    before_s, after_s
        The earliest departure with the break still to come, and with the break behind.
    missing_before_s, missing_after_s
        The seconds broken so far at least, in the one case and in the other.
    """

    before_s: int
    after_s: int
    missing_before_s: int
    missing_after_s: int


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One technician's day as it is, ready to take one visit more.

    Parameters
    ----------
    tour
        The day as it is; without a place on an empty day.
    ids
        The visits and the stop at the branch in driving order.
    moments
        Where the walk over the day stands before each leg.
    is_open
        Whether the day may be walked: it is timed alone, and its legs exist.
    """

    facts: Facts
    tour: Tour
    ids: tuple[str, ...]
    moments: tuple[Moment, ...]
    is_open: bool

    @property
    def shift(self) -> Shift:
        """Whose day it is, and from when to when."""
        return self.tour.shift

    def least_breach_s(self, sequence: Sequence[str], visit: Visit, *, most_s: int) -> int:
        """Return the seconds that the day breaks at least in another sequence; 0 says nothing.

        Parameters
        ----------
        sequence
            The day with one visit more, and perhaps with a stop at the branch.
        most_s
            What is more than this need not be known any better.
        """
        first = _shared(self.ids, sequence)
        keys, profile = self._keys(sequence), self.shift.profile
        now = self.moments[first]
        for number in range(first, len(sequence)):
            leg_s = self.facts.travel_s(profile, keys[number], keys[number + 1])
            if leg_s is None:
                return 0
            now, is_sure = _serve(_drive(self.shift, now, leg_s), self._service(sequence[number], visit))
            missing_s = min(now.missing_before_s, now.missing_after_s)
            if missing_s > most_s or not is_sure:
                return missing_s
        leg_s = self.facts.travel_s(profile, *keys[-2:])
        if leg_s is None:
            return 0
        home = _drive(self.shift, now, leg_s)
        house = self.facts.shifts[self.shift.technician_id, self.shift.day]
        limit_s = self.facts.with_exceptions(house, sequence).return_limit_s
        return home.missing_after_s + max(0, home.after_s - limit_s)

    def _keys(self, sequence: Sequence[str]) -> list[str]:
        """Return the places of a sequence in the matrix, start and end included."""
        on_the_way = [BRANCH_PLACE if place_id == BRANCH_STOP else place_id for place_id in sequence]
        return [start_key(self.tour.technician), *on_the_way, end_key(self.tour.technician)]

    def _service(self, place_id: str, visit: Visit) -> Service:
        if place_id == visit.visit_id:
            return self.facts.service(self.tour.technician, visit)
        if place_id == BRANCH_STOP and BRANCH_STOP not in self.ids:
            return self.facts.branch_service(self.shift.day)
        return self.tour.places[self.ids.index(place_id)]


def open_day(facts: Facts, shift: Shift, tour: Tour | None) -> OpenDay:
    """Return a technician's day, ready to take one visit more; no tour is an empty day."""
    tour = facts.tour(shift, []) if tour is None else tour
    shift = tour.shift
    ids = tuple(BRANCH_STOP if one.visit is None else one.visit.visit_id for one in tour.places)
    is_open = not tour.missing and facts.linked.isdisjoint(ids)
    moments = [Moment(tour.depart_s, FAR_FUTURE_S, 0, FAR_FUTURE_S)]
    for service, leg_s in zip(tour.places, tour.legs_s, strict=False):
        now, is_sure = _serve(_drive(shift, moments[-1], leg_s), service)
        moments.append(now)
        is_open = is_open and is_sure
    return OpenDay(facts, tour, ids, tuple(moments), is_open)


def _drive(shift: Shift, now: Moment, leg_s: int) -> Moment:
    """Drive a leg, the break before it, after it, or neither."""
    before_s = now.before_s + leg_s
    rest = shift.break_ if shift.needs_break else None
    if rest is None:
        return Moment(before_s, before_s, now.missing_before_s, now.missing_before_s)
    first_s, second_s = max(now.before_s, rest.window.open_s), max(before_s, rest.window.open_s)
    after_s = min(now.after_s + leg_s, first_s + rest.length_s + leg_s, second_s + rest.length_s)
    # A break before the leg begins no later than one after it.
    missing_s = now.missing_before_s + max(0, first_s - rest.window.close_s)
    return Moment(before_s, after_s, now.missing_before_s, min(now.missing_after_s, missing_s))


def _serve(now: Moment, service: Service) -> tuple[Moment, bool]:
    """Serve a place, with the break to come and with the break behind.

    Returns
    -------
    moment, is_sure
        What begins too late is said to break more, and to end later, the later it begins. With several windows and
        hours beside them that need not be so: then it breaks one second at least, and the walk is not sure to go on.
        Nor is it where the service may pause, for the break or without it.
    """
    before = serve(service, arrive_s=now.before_s, from_s=now.before_s)
    after = serve(service, arrive_s=now.after_s, from_s=now.after_s)
    is_plain = service.hours is None or len(service.windows) <= 1
    if is_plain:
        missing_s, after_s = (_least(before), _least(after)), after.end_s
    else:
        missing_s = (min(1, before.breach_s), min(1, after.breach_s))
        # Whoever comes too late begins no sooner than somebody who came in time.
        after_s = before.end_s if after.breach_s else after.end_s
    then = Moment(before.end_s, after_s, now.missing_before_s + missing_s[0], now.missing_after_s + missing_s[1])
    return then, service.pausing is None and (is_plain or not before.breach_s)


def _least(stop: TimedStop) -> int:
    """Return the seconds that a stop breaks and that grow with a later arrival; outside the hours counts one."""
    return stop.past_window_s + stop.past_lock_s + (stop.outside_hours_s > 0) + (stop.window < 0)


def _shared(ids: Sequence[str], others: Sequence[str]) -> int:
    """Return how many places two sequences share at the front."""
    return next((n for n, (one, other) in enumerate(zip(ids, others, strict=False)) if one != other), len(ids))
