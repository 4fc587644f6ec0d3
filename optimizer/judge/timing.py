"""The judge's clock: times one technician's day, and nothing else (docs/rules.md, The clock of a route).

A `TimedTour` is a tour with one break slot and the earliest schedule for it. A schedule that breaks a hard timing rule
is still a schedule: it continues after the breach, and the breach is counted in seconds, so that the judge can name
the amount. It belongs to the judge alone; the engine has a clock of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import GapFrom
from optimizer.domain.units import FAR_FUTURE_S, cents_per_minute
from optimizer.judge.facts import without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.order import Predecessor
    from optimizer.domain.plan import Pause, Stop
    from optimizer.domain.policy import Policy
    from optimizer.domain.technician import Break, Shift
    from optimizer.judge.facts import Service, Tour


class TimedStop(NamedTuple):
    """One place in time; `window` is the index of the window used, -1 when there is none.

    Five are breaches in seconds: start after what the window allows, service outside the hours, start after what the
    lock allows, start after the greatest gap behind an earlier visit, work done before the break that was to interrupt
    it. `pause` is when the service rests, `break_start_s` the start of the day's break in it.
    """

    arrive_s: int
    start_s: int
    end_s: int
    window: int
    lateness_s: int
    past_window_s: int = 0
    outside_hours_s: int = 0
    past_lock_s: int = 0
    past_gap_s: int = 0
    past_pause_s: int = 0
    pause: Pause | None = None
    break_start_s: int | None = None

    @property
    def breach_s(self) -> int:
        """The breaches added up; having no window at all counts one."""
        late_s = self.past_window_s + self.past_lock_s + self.past_gap_s + self.past_pause_s
        return late_s + self.outside_hours_s + (self.window < 0)


@dataclass(frozen=True, slots=True)
class TimedTour:
    """A tour with one break slot and the earliest schedule for it; `places` are those of the tour, in time."""

    tour: Tour
    slot: int | None
    break_start_s: int | None
    places: tuple[TimedStop, ...]
    return_s: int

    @property
    def stops(self) -> tuple[TimedStop, ...]:
        """The visits in time, without the stop at the branch."""
        return without(self.places, self.tour.branch_at)

    @property
    def branch_stop(self) -> TimedStop | None:
        """The stop at the branch in time."""
        return None if self.tour.branch_at is None else self.places[self.tour.branch_at]

    @property
    def overtime_s(self) -> int:
        """How long after the shift's end the technician returns."""
        return max(0, self.return_s - self.tour.shift.end_s)

    @property
    def past_limit_s(self) -> int:
        """How long after the latest allowed return the technician returns."""
        return max(0, self.return_s - self.tour.shift.return_limit_s)

    @property
    def past_break_s(self) -> int:
        """How long after its window the break starts."""
        rest = self.tour.shift.break_
        if rest is None or self.break_start_s is None:
            return 0
        return max(0, self.break_start_s - rest.window.close_s)

    @property
    def clock_breach_s(self) -> int:
        """Every breach of windows, hours, locks, gaps, break and return in seconds, added up.

        A visit without any window counts one.
        """
        return sum(stop.breach_s for stop in self.places) + self.past_limit_s + self.past_break_s

    @property
    def duty_s(self) -> int:
        """How long the day lasts, from the latest departure that keeps return and break slot to the return."""
        return self.return_s - latest_departure_s(self)

    @property
    def past_duty_s(self) -> int:
        """How much longer the day lasts than it may; not counted on a day that breaks the clock already."""
        most_s = self.tour.shift.max_duty_s
        # From its first moment on: most days are short enough at first sight.
        if most_s is None or self.return_s - self.tour.depart_s <= most_s or self.clock_breach_s:
            return 0
        return max(0, self.duty_s - most_s)

    @property
    def breach_s(self) -> int:
        """Every breach of a hard timing rule in seconds, added up; a visit without any window counts one."""
        return self.clock_breach_s + self.past_duty_s

    def departures_s(self) -> list[int]:
        """Return the departure on each leg, after a break taken before it, and not before the floor."""
        leaves = [self.tour.depart_s, *(stop.end_s for stop in self.places)]
        if self.slot is not None and self.slot < self.tour.first_inside and self.slot % 2 == 0:
            leaves[self.slot // 2] = self._break_end_s()
        leaves[0] = max(leaves[0], self.tour.wait_s)
        leg = self.tour.floor_leg
        if 0 < leg < len(self.places):
            leaves[leg] = max(leaves[leg], self.tour.floor_s)
        return leaves

    def _break_end_s(self) -> int:
        rest = self.tour.shift.break_
        assert rest is not None
        assert self.break_start_s is not None
        return self.break_start_s + rest.length_s


def lateness_cents(policy: Policy, lateness_s: int) -> int:
    """Price one visit's lateness: both tiers, rounded once."""
    small_s = min(lateness_s, policy.late_small_s)
    large_s = lateness_s - small_s
    return (policy.late_small_cents * small_s + policy.late_large_cents * large_s + 30) // 60


def overtime_cents(policy: Policy, timed: TimedTour) -> int:
    """Price one day's overtime."""
    return cents_per_minute(policy.overtime_cents, timed.overtime_s)


# --- one service ----------------------------------------------------------------------------------------------------


def serve(service: Service, *, arrive_s: int, from_s: int, rest: Break | None = None) -> TimedStop:
    """Start a service at the earliest moment that its windows, its hours and its lock allow.

    Parameters
    ----------
    arrive_s
        Arrival, as it is shown.
    from_s
        When the service could begin: the arrival, or the end of a break taken after it.
    rest
        The break that interrupts the service.
    """
    earliest_s = max(from_s, service.not_before_s)
    for index, window in enumerate(service.windows):
        start_s = service.fit(max(earliest_s, window.open_s), rest)
        if start_s is not None and start_s <= service.latest_s(window):
            lateness_s = max(0, start_s - window.close_s)
            pause, break_start_s = _pause(service, start_s, rest)
            end_s = start_s + service.duration_s + (0 if pause is None else pause.length_s)
            return TimedStop(arrive_s, start_s, end_s, index, lateness_s, pause=pause, break_start_s=break_start_s)
    return _least_breach(service, arrive_s, earliest_s, rest)


def _pause(service: Service, start_s: int, rest: Break | None) -> tuple[Pause | None, int | None]:
    """Return the pause of a service that starts at a moment, and when the break that it is taken for begins."""
    if service.pausing is None:
        return None, None
    if rest is None:
        return service.pausing.over_closed(start_s), None
    return service.pausing.for_break(start_s, rest) or service.pausing.as_soon_as_can_be(start_s, rest)


def _least_breach(service: Service, arrive_s: int, earliest_s: int, rest: Break | None) -> TimedStop:
    """Start a service that no window allows where it breaks the rules by the fewest seconds."""
    stops = []
    for index, window in enumerate(service.windows):
        wanted_s = max(earliest_s, window.open_s)
        fitting_s = service.fit(wanted_s, rest)
        start_s = wanted_s if fitting_s is None else fitting_s
        pause, break_start_s = _pause(service, start_s, rest)
        lasts_s = service.duration_s + (0 if pause is None else pause.length_s)
        stops.append(
            TimedStop(
                arrive_s=arrive_s,
                start_s=start_s,
                end_s=start_s + lasts_s,
                window=index,
                lateness_s=max(0, start_s - window.close_s),
                past_window_s=max(0, start_s - window.close_s - service.max_lateness_s),
                outside_hours_s=0
                if fitting_s is not None
                else max(int(rest is None), _outside_hours_s(service, start_s, lasts_s)),
                past_lock_s=max(0, start_s - service.locked_until_s),
                past_pause_s=0 if fitting_s is not None else _past_pause_s(service, start_s, break_start_s),
                pause=pause,
                break_start_s=break_start_s,
            )
        )
    if stops:
        return min(stops, key=lambda stop: stop.breach_s)
    start_s = max(earliest_s, 0)
    past_lock_s = max(0, start_s - service.locked_until_s)
    pause, break_start_s = _pause(service, start_s, rest)
    end_s = start_s + service.duration_s + (0 if pause is None else pause.length_s)
    return TimedStop(arrive_s, start_s, end_s, -1, 0, past_lock_s=past_lock_s, pause=pause, break_start_s=break_start_s)


def _outside_hours_s(service: Service, start_s: int, lasts_s: int) -> int:
    """Return how many seconds of a service lie outside the stretch of hours that holds most of it."""
    if service.hours is None:
        return 0
    inside = [min(start_s + lasts_s, h.close_s) - max(start_s, h.open_s) for h in service.hours]
    return lasts_s - max([0, *inside])


def _past_pause_s(service: Service, start_s: int, break_start_s: int | None) -> int:
    """Return by how much the work of a service is done before the break that was to interrupt it."""
    return 0 if break_start_s is None else max(0, break_start_s + 1 - start_s - service.duration_s)


def moment_s(stop: TimedStop | Stop, earlier: Predecessor) -> int:
    """Return the moment of an earlier service from which the gap to a later one counts."""
    return stop.start_s if earlier.gap_from is GapFrom.START else stop.end_s


# --- one day --------------------------------------------------------------------------------------------------------


def time_canonically(tour: Tour, policy: Policy) -> TimedTour:
    """Time a tour with its canonical break slot.

    That is the slot with the least (lateness and overtime cents, return, slot) among those that break no hard timing
    rule; when all of them break one, the slot that breaks them by the fewest seconds.
    """
    free = time_with_slot(tour, None)
    if not tour.needs_break:
        return free
    best: tuple[tuple[int, int, int, int], TimedTour] | None = None
    is_too_late = False
    for slot in tour.slots:
        # A break that begins too late here begins too late before and after every drive that is still to come.
        if is_too_late and slot < tour.first_inside:
            continue
        timed = time_with_slot(tour, slot, free)
        key = (timed.breach_s, _timing_cents(timed, policy), timed.return_s, slot)
        if best is None or key < best[0]:
            best = (key, timed)
        # No break makes a day end earlier than without it, so nothing after this slot can be better.
        if best[0][:3] == (0, 0, free.return_s):
            break
        is_too_late = is_too_late or (best[0][0] == 0 and timed.past_break_s > 0)
    assert best is not None
    return best[1]


def _timing_cents(timed: TimedTour, policy: Policy) -> int:
    late = sum(lateness_cents(policy, stop.lateness_s) for stop in timed.stops if stop.lateness_s)
    return late + overtime_cents(policy, timed)


def time_with_slot(tour: Tour, slot: int | None, free: TimedTour | None = None) -> TimedTour:
    """Time a tour with a given break slot: the earliest schedule.

    Parameters
    ----------
    free
        The same tour timed without a break; both share what comes before the break, which is then not timed again.
    """
    first_inside = tour.first_inside
    first_leg = 0
    if free is not None and slot is not None:
        first_leg = slot // 2 if slot < first_inside else slot - first_inside
    places = [] if free is None else list(free.places[:first_leg])
    now_s = places[-1].end_s if places else tour.depart_s
    break_start_s: int | None = None
    for leg in range(first_leg, len(tour.legs_s)):
        if slot == 2 * leg:
            break_start_s, now_s = _rest(tour.shift, now_s)
        if leg == 0:
            now_s = max(now_s, tour.wait_s)
        if 0 < leg == tour.floor_leg < len(tour.places):
            now_s = max(now_s, tour.floor_s)
        now_s += tour.legs_s[leg]
        arrive_s = now_s
        if slot == 2 * leg + 1:
            break_start_s, now_s = _rest(tour.shift, now_s)
        if leg < len(tour.places):
            rest = tour.shift.break_ if slot == first_inside + leg else None
            stop = _serve_linked(tour, places, arrive_s=arrive_s, from_s=now_s, rest=rest)
            break_start_s = break_start_s if rest is None else stop.break_start_s
            places.append(stop)
            now_s = stop.end_s
    return TimedTour(tour, slot, break_start_s, tuple(places), now_s)


def _serve_linked(
    tour: Tour, before: Sequence[TimedStop], *, arrive_s: int, from_s: int, rest: Break | None
) -> TimedStop:
    """Serve the next place of a tour, after the visits on the same route that come before it."""
    service = tour.places[len(before)]
    until_s = service.linked_until_s
    for place, earlier in tour.earlier.get(len(before), ()):
        moment = moment_s(before[place], earlier)
        from_s = max(from_s, moment + earlier.min_gap_s)
        until_s = until_s if earlier.max_gap_s is None else min(until_s, moment + earlier.max_gap_s)
    stop = serve(service, arrive_s=arrive_s, from_s=from_s, rest=rest)
    return stop if stop.start_s <= until_s else stop._replace(past_gap_s=stop.start_s - until_s)


def _rest(shift: Shift, now_s: int) -> tuple[int, int]:
    """Return start and end of a break that begins as soon as its window opens."""
    assert shift.break_ is not None
    start_s = max(now_s, shift.break_.window.open_s)
    return start_s, start_s + shift.break_.length_s


# --- how late a departure may be ------------------------------------------------------------------------------------

#: Moments as disjoint stretches, first and last second included, in order.
Moments = list[tuple[int, int]]


def latest_departure_s(timed: TimedTour) -> int:
    """Return the latest departure of a day that keeps its return, break slot, hard rules and raises no lateness.

    The break may move inside its window. With several windows a later departure can be harmless although one before
    it is not; what is meant is the moment up to which every departure is harmless.
    """
    if timed.clock_breach_s:
        return timed.tour.depart_s
    anytime = [(-FAR_FUTURE_S, FAR_FUTURE_S)] * len(timed.places)
    moments, _ = _harmless(timed, latest_return_s=timed.return_s, may_start=anytime)
    return last_of_stretch(moments, timed.tour.depart_s)


def last_of_stretch(moments: Moments, moment_s: int) -> int:
    """Return the last moment reached from a moment without leaving `moments`; stretches that touch are one."""
    for first_s, last_s in sorted(moments):
        if first_s <= moment_s + 1:
            moment_s = max(moment_s, last_s)
    return moment_s


def harmless_departures(timed: TimedTour, may_start: Sequence[tuple[int, int]]) -> list[Moments]:
    """Return, per leg, the departures that raise no lateness and no overtime and break no hard timing rule.

    Where the day may last only so long, whoever leaves at the latest departure is back in time all the same.

    Parameters
    ----------
    may_start
        Per place, first and last start that raise no other cost (stability).
    """
    shift = timed.tour.shift
    latest_return_s = min(shift.return_limit_s, max(timed.return_s, shift.end_s))
    if shift.max_duty_s is not None:
        latest_return_s = min(latest_return_s, latest_departure_s(timed) + shift.max_duty_s)
    return _harmless(timed, latest_return_s=latest_return_s, may_start=may_start)[1]


def _harmless(
    timed: TimedTour, *, latest_return_s: int, may_start: Sequence[tuple[int, int]]
) -> tuple[Moments, list[Moments]]:
    """Walk a day backwards: the harmless departures of the day, and of each leg after a break before it."""
    tour = timed.tour
    moments: Moments = [(-FAR_FUTURE_S, latest_return_s)]
    by_leg: list[Moments] = []
    for leg in reversed(range(len(tour.legs_s))):
        if leg < len(timed.places):
            moments = _harmless_arrivals(tour.places[leg], timed.places[leg], moments, may_start[leg])
        if timed.slot == 2 * leg + 1:
            moments = _before_break(tour.shift, moments)
        moments = [(a - tour.legs_s[leg], b - tour.legs_s[leg]) for a, b in moments]
        by_leg.append(moments)
        if 0 < leg == tour.floor_leg < len(timed.places):
            moments = _before_floor(tour.floor_s, moments)
        if leg == 0 and tour.wait_s > tour.depart_s:
            moments = _before_floor(tour.wait_s, moments)
        if timed.slot == 2 * leg:
            moments = _before_break(tour.shift, moments)
    return moments, by_leg[::-1]


def _harmless_arrivals(service: Service, stop: TimedStop, ends: Moments, may_start: tuple[int, int]) -> Moments:
    """Return the arrivals from which a service ends at a harmless moment, and does no harm itself.

    What may pause keeps its start: a later one might need another pause.
    """
    if service.pausing is not None:
        return [(-FAR_FUTURE_S, stop.start_s)] if any(a <= stop.end_s <= b for a, b in ends) else []
    low_s, high_s = _may_start(service, stop, *may_start)
    starts = [(a - service.duration_s, b - service.duration_s) for a, b in ends]
    starts = [(max(a, low_s), min(b, high_s)) for a, b in starts if max(a, low_s) <= min(b, high_s)]
    return _arrivals_for(service, starts, most_late_s=stop.lateness_s)


def _before_floor(floor_s: int, after: Moments) -> Moments:
    """Return the moments from which somebody who leaves no sooner than the floor leaves at a moment of `after`."""
    later = [(max(a, floor_s + 1), b) for a, b in after if b > floor_s]
    return [(-FAR_FUTURE_S, floor_s), *later] if any(a <= floor_s <= b for a, b in after) else later


def _may_start(service: Service, stop: TimedStop, low_s: int, high_s: int) -> tuple[int, int]:
    """Return first and last start that do no harm elsewhere; where others wait, the start stays as it is."""
    if service.is_awaited or service.has_begun:
        return stop.start_s, stop.start_s
    return low_s, min(high_s, service.linked_until_s)


def _arrivals_for(service: Service, starts: Moments, *, most_late_s: int) -> Moments:
    """Return the arrivals from which a service starts within `starts` and at most `most_late_s` late.

    Each window is used by the arrivals after the last one that an earlier window takes, up to its own last one;
    inside that stretch a later arrival never means an earlier start.
    """
    found: Moments = []
    taken_s = -FAR_FUTURE_S
    for window in service.windows:
        low_s = max(window.open_s, service.not_before_s)
        last_s = _last_arrival_s(service, low_s=low_s, start_by_s=service.latest_s(window))
        if last_s <= taken_s:
            continue
        for first_start_s, last_start_s in starts:
            by_s = min(last_start_s, window.close_s + most_late_s)
            after_s = _last_arrival_s(service, low_s=low_s, start_by_s=first_start_s - 1)
            until_s = min(last_s, _last_arrival_s(service, low_s=low_s, start_by_s=by_s))
            from_s = max(taken_s, after_s) + 1
            if from_s <= until_s:
                found.append((from_s, until_s))
        taken_s = last_s
    return found


def _last_arrival_s(service: Service, *, low_s: int, start_by_s: int) -> int:
    """Return the last arrival whose service starts by a moment, not before `low_s`; the far past when none does."""
    start_s = service.fit_back(start_by_s)
    return -FAR_FUTURE_S if start_s is None or start_s < low_s else start_s


def _before_break(shift: Shift, after: Moments) -> Moments:
    """Return the moments from which a break, begun as soon as its window opens, ends at a moment of `after`."""
    assert shift.break_ is not None
    window, length_s = shift.break_.window, shift.break_.length_s
    found: Moments = []
    for first_s, last_s in after:
        begin_s, by_s = first_s - length_s, min(last_s - length_s, window.close_s)
        if max(begin_s, window.open_s) <= by_s:
            found.append((-FAR_FUTURE_S if begin_s <= window.open_s else begin_s, by_s))
    return found
