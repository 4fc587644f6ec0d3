"""The judge's own reading of the times of an order (docs/rules.md, Times of an order), held against the problem's.

Engine and judge go by the windows, hours and lateness limits that `Problem` derives: were these wrong, both would be
wrong alike and agree. So each of them is worked out here once more, from the facts alone and without a line of theirs.
A problem that says otherwise has no clean plan.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.order import Confirmed, HalfDay, Urgency
from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import LockLevel
from optimizer.domain.rules import Rule, Violation
from optimizer.domain.units import FAR_FUTURE_S, HOUR_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from optimizer.domain.order import Customer, Interval, Order, PartNeed, Visit
    from optimizer.domain.problem import Lock, Problem

#: First and last moment, in seconds of the clock.
Span = tuple[int, int]

#: The problem judged last, what is wrong with it, and the words of each visit's windows: it is looked at once, not with
#: each of the plans made for it.
_judged_last: list[tuple[Problem, tuple[Violation, ...], dict[str, tuple[Span, ...]]]] = []


class Times(NamedTuple):
    """When a visit may start, where its whole service must lie, and how late it may be.

    Parameters
    ----------
    windows
        Windows of the start in order, the arrival lead taken off.
    hours
        The longest stretches in order; `None` when nothing binds the service.
    max_lateness_s
        How long after a window's close the service may still start.
    is_off_window
        A kept lock has taken the place of the windows.
    words
        The windows as they were said, before the lead; none where something else has taken their place.
    """

    windows: tuple[Span, ...]
    hours: tuple[Span, ...] | None
    max_lateness_s: int
    is_off_window: bool = False
    words: tuple[Span, ...] = ()


def wrong_times(problem: Problem) -> tuple[Violation, ...]:
    """Return what a problem derives otherwise than the rule book: windows, hours and lateness limits, in seconds."""
    return _looked_at(problem)[0]


def words_of(problem: Problem, visit: Visit) -> tuple[Span, ...]:
    """Return the windows in force as they were said, in the same order; none where a fact or a lock replaces them."""
    return _looked_at(problem)[1][visit.visit_id]


def _looked_at(problem: Problem) -> tuple[tuple[Violation, ...], dict[str, tuple[Span, ...]]]:
    for known, wrong, words in _judged_last:
        if known is problem:
            return wrong, words
    times = {visit.visit_id: times_of(problem, visit) for visit in problem.visits}
    wrong = tuple(one for visit in problem.visits for one in _wrong(problem, visit, times[visit.visit_id]))
    words = {visit_id: found.words for visit_id, found in times.items()}
    _judged_last[:] = [(problem, wrong, words)]
    return wrong, words


def _wrong(problem: Problem, visit: Visit, found: Times) -> Iterator[Violation]:
    visit_id = visit.visit_id
    windows, hours = _spans(problem.windows[visit_id]), problem.hours[visit_id]
    apart_s = {}
    if windows != found.windows:
        apart_s["windows"] = max(1, _apart_s(windows, found.windows))
    elif (visit_id in problem.off_window) is not found.is_off_window:
        apart_s["windows"] = 1
    said = None if hours is None else _spans(hours)
    if said != found.hours:
        always = ((0, problem.clock.moment_s(problem.days + 1)),)
        here, there = (always if hours is None else hours for hours in (said, found.hours))
        apart_s["hours"] = max(1, _apart_s(here, there))
    if problem.max_lateness_s(visit) != found.max_lateness_s:
        apart_s["lateness limit"] = abs(problem.max_lateness_s(visit) - found.max_lateness_s)
    for what, amount_s in apart_s.items():
        message = f"Visit {visit_id}: the {what} of the problem and of its facts lie {amount_s} s apart."
        yield Violation(Rule.WINDOW, amount_s, "s", message, "", visit_id)


def times_of(problem: Problem, visit: Visit) -> Times:
    """Return the times of a visit, from the facts of its order, its customer, the branch, the policy and the locks."""
    began_s = [lock.began_s for lock in problem.locks if lock.visit_id == visit.visit_id and lock.began_s is not None]
    order, policy = problem.order_by_id[visit.order_id], problem.policy
    customer = problem.customer_by_id[order.customer_id]
    live = _live(problem, order)
    if _says_no(problem, visit):
        limit_s = FAR_FUTURE_S if policy.max_lateness_s is None else policy.max_lateness_s
        return _times(problem, _otherwise(problem, visit), _hours(problem, visit, customer), limit_s)
    is_call = _is_call(problem, order, live)
    limit_s = FAR_FUTURE_S if is_call or policy.max_lateness_s is None else policy.max_lateness_s
    if began_s:
        return Times(((began_s[-1], began_s[-1]),), None, limit_s)  # It is a fact, and binds itself.
    hours = _hours(problem, visit, customer)
    is_over = is_call if not live else max(close_s for _, close_s in live) < 0
    if problem.as_of_s < 0 and is_over and _agreed(problem, visit) is None:
        return Times((), hours, limit_s)  # It is due before the plan.
    spans = [_call(problem, order)] if is_call else live or _opening(problem, customer)
    agreed = _agreed(problem, visit)
    if agreed is not None and not (order.promised and live):
        spans = _then(problem, order, agreed, live, _opening(problem, customer))
    return _with_kept_locks(problem, visit, _times(problem, spans, hours, limit_s))


def _times(problem: Problem, spans: Iterable[Span], hours: tuple[Span, ...] | None, limit_s: int) -> Times:
    """Return times with the spans of the days planned in order, the arrival lead taken off."""
    words = tuple(span for span in sorted(spans) if span[0] < _end_s(problem) and span[1] >= 0)
    lead_s = problem.policy.arrival_lead_s
    windows = tuple((open_s, max(open_s, close_s - lead_s)) for open_s, close_s in words)
    return Times(windows, hours, limit_s, words=words)


# --- what was agreed ------------------------------------------------------------------------------------------------


def _live(problem: Problem, order: Order) -> list[Span]:
    """Return the windows promised, else those asked for, but for those that are over."""
    over_s = min(problem.as_of_s, 0)
    return [span for span in _spans(order.promised or order.requested) if not span[1] < over_s]


def _says_no(problem: Problem, visit: Visit) -> bool:
    """Return whether the customer said no to the time, and no lock demands the visit all the same."""
    said = problem.order_by_id[visit.order_id].log.confirmed
    is_asked = problem.policy.unreached_way_s is not None
    return is_asked and said is Confirmed.NO and all(lock.visit_id != visit.visit_id for lock in problem.locks)


def _otherwise(problem: Problem, visit: Visit) -> list[Span]:
    """Return what is left to a customer who said no: wishes beside what was refused, else the other days."""
    order = problem.order_by_id[visit.order_id]
    mine = [said.told for said in problem.published if said.visit_id == visit.visit_id]
    refused = _spans(order.promised) or _spans(told for told in mine if told is not None)
    if not refused:
        return []
    over_s = min(problem.as_of_s, 0)
    wishes = [wish for wish in _spans(order.requested) if not wish[1] < over_s]
    free = [(a, b) for a, b in wishes if not any(a <= until_s and from_s <= b for from_s, until_s in refused)]
    if free:
        return free
    day_of = problem.clock.day_of
    taken = [(day_of(from_s), day_of(until_s)) for from_s, until_s in refused]
    opening = _opening(problem, problem.customer_by_id[order.customer_id])
    return [(a, b) for a, b in opening if not any(first <= day_of(a) <= last for first, last in taken)]


def _is_call(problem: Problem, order: Order, live: Sequence[Span]) -> bool:
    """Return whether an order is an emergency without an agreed time.

    One that is due after today has its time; seen from before the days planned, one that is due on them.
    """
    if order.urgency is not Urgency.EMERGENCY or live or order.carried_over or order.agreed_day is not None:
        return False
    if order.due_day is None:
        return True
    due = (order.due_day - problem.first_day).days
    return problem.clock.moment_s(due) <= problem.as_of_s if problem.as_of_s >= 0 else due < 0


def _call(problem: Problem, order: Order) -> Span:
    """Return the window of an emergency without an agreed time, counted from its technician's receipt."""
    since_s = order.log.acknowledged_s
    if since_s is None:
        since_s = problem.as_of_s if order.log.dispatched_s is None else order.log.dispatched_s
    until_s = since_s + problem.policy.promise.emergency_on_site_s
    return problem.as_of_s, max(until_s, problem.as_of_s)


def _agreed(problem: Problem, visit: Visit) -> int | None:
    """Return the day agreed for a visit, from the first one planned on; `None` when none is, or it is over.

    Where the site is ready or the last part comes after it, it is the next day on which the branch works.
    """
    agreed = problem.order_by_id[visit.order_id].agreed_day
    if agreed is None:
        return None
    coming = [_comes(problem, need) for need in visit.parts]
    then = [agreed, *(on for on in coming if on is not None)]
    if visit.ready_s is not None:
        then.append(problem.local_time(visit.ready_s).date())
    found = max(then)
    while found > agreed:
        found += timedelta(days=1)
        if problem.branch.calendar.is_working_day(found):
            break
    day = (found - problem.first_day).days
    return day if day >= 0 else None


def _comes(problem: Problem, need: PartNeed) -> date | None:
    """Return the day on which what a visit needs of a part is complete; `None` when it is now, or never."""
    part_id, days = need.part_id, sorted({a.usable_on for a in problem.arrivals if a.part_id == need.part_id})
    had = sum(max(0, part.on_hand) for part in problem.parts if part.part_id == part_id)
    had += max((own.quantity for t in problem.technicians for own in t.own_parts if own.part_id == part_id), default=0)
    for day in days if had < need.quantity else ():
        had += sum(a.quantity for a in problem.arrivals if (a.part_id, a.usable_on) == (part_id, day))
        if had >= need.quantity:
            return day
    return None


def _then(problem: Problem, order: Order, day: int, live: Iterable[Span], opening: Iterable[Span]) -> list[Span]:
    """Return the spans of an agreed day, asked for or open, as far as they lie in the half that was agreed."""
    on_day = [[span for span in spans if problem.clock.day_of(span[0]) == day] for spans in (live, opening)]
    spans, noon_s = on_day[0] or on_day[1], problem.clock.moment_s(day, 12 * HOUR_S)
    if order.agreed_half is HalfDay.MORNING:
        return [(a, min(b, noon_s)) for a, b in spans if a < noon_s]
    if order.agreed_half is HalfDay.AFTERNOON:
        return [(max(a, noon_s), b) for a, b in spans if b > noon_s]
    return spans


# --- when somebody is there -----------------------------------------------------------------------------------------


def _opening(problem: Problem, customer: Customer) -> list[Span]:
    """Return the opening hours of the days planned, else the branch's business hours.

    The night before them has those of its eve, the night after them those that open before the last shift ends.
    """
    found = []
    for day in (-1, *range(problem.days), problem.days):
        weekday = (problem.first_day.weekday() + day) % 7
        rows = [(weekday, problem.branch.business)] if customer.opening is None else customer.opening
        found += [_on(problem, day, row) for on, row in rows if on == weekday]
    over_s = _end_s(problem)
    return sorted(span for span in found if not (span[1] <= 0 or span[0] >= over_s))


def _end_s(problem: Problem) -> int:
    """Return when the last shift that begins on a planned day is over, not before the midnight after these days."""
    nights_s = (shift.end_s for shift in problem.shifts if shift.day in range(problem.days))
    return max([problem.clock.moment_s(problem.days), *nights_s])


def _hours(problem: Problem, visit: Visit, customer: Customer) -> tuple[Span, ...] | None:
    """Return the stretches between closed hours inside the opening hours, up to the evening after the horizon."""
    if visit.works_through or (customer.opening is None and not customer.closed):
        return None
    days = (-1, *range(problem.days), problem.days)
    closed = sorted(_on(problem, day, row) for day in days for row in customer.closed)
    found = []
    always = [(0, problem.clock.moment_s(problem.days + 1))]
    for open_s, close_s in always if customer.opening is None else _opening(problem, customer):
        for shut_s, again_s in closed:
            found.append((open_s, min(shut_s, close_s)))
            open_s = max(open_s, again_s)
        found.append((open_s, close_s))
    return _as_one(found)


def _on(problem: Problem, day: int, hours: Interval) -> Span:
    """Return hours of a day as moments."""
    return problem.clock.moment_s(day, hours.open_s), problem.clock.moment_s(day, hours.close_s)


# --- kept locks -----------------------------------------------------------------------------------------------------


def _with_kept_locks(problem: Problem, visit: Visit, times: Times) -> Times:
    """Return the times of a visit whose broken locks are kept: what leaves the lock no start gives way to it."""
    if problem.policy.broken_locks is not BrokenLocks.KEEP:
        return times
    from_s, until_s = _held(problem, [lock for lock in problem.locks if lock.visit_id == visit.visit_id])
    if from_s > until_s:
        return times
    late_s = times.max_lateness_s
    fits = [(a, b + late_s) for a, b in times.windows if a <= until_s and from_s <= b + late_s]
    windows = times.windows if fits else ((from_s, until_s),)
    starts = [(max(from_s, a), min(until_s, b)) for a, b in fits or windows]
    hours = times.hours
    if hours is not None and not any(
        max(a, open_s) <= min(b, close_s - visit.base_s) for a, b in starts for open_s, close_s in hours
    ):
        hours = None
    words = times.words if fits else ()
    return Times(windows, hours, times.max_lateness_s, is_off_window=not fits, words=words)


def _held(problem: Problem, locks: Iterable[Lock]) -> Span:
    """Return first and last start that locks on a start allow, else those on a day; of a person alone, none.

    A day lasts until midnight, or until the locked person's shift that goes on over midnight is over.
    """
    starts, days = [], []
    for lock in locks:
        if lock.level is LockLevel.START:
            starts.append((lock.start_s - lock.tolerance_s, lock.start_s + lock.tolerance_s))
        elif lock.level is not LockLevel.PERSON:
            mine = [s.end_s for s in problem.shifts if (s.technician_id, s.day) == (lock.technician_id, lock.day)]
            days.append((problem.clock.moment_s(lock.day), max([problem.clock.moment_s(lock.day + 1) - 1, *mine])))
    spans = starts or days or [(0, -1)]
    return max(first_s for first_s, _ in spans), min(last_s for _, last_s in spans)


# --- spans ----------------------------------------------------------------------------------------------------------


def _spans(intervals: Iterable[Interval]) -> tuple[Span, ...]:
    return tuple((interval.open_s, interval.close_s) for interval in intervals)


def _as_one(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the stretches that spans make together, where one begins as another ends, or before."""
    found: list[Span] = []
    for open_s, close_s in sorted(span for span in spans if span[0] < span[1]):
        begun_s, until_s = found.pop() if found and open_s <= found[-1][1] else (open_s, close_s)
        found.append((begun_s, max(until_s, close_s)))
    return tuple(found)


def _apart_s(here: Sequence[Span], there: Sequence[Span]) -> int:
    """Return how many seconds lie inside the one and not inside the other."""
    edges = sorted({edge for span in (*here, *there) for edge in span})
    return sum(b - a for a, b in pairwise(edges) if _covers(here, a, b) is not _covers(there, a, b))


def _covers(spans: Sequence[Span], from_s: int, until_s: int) -> bool:
    return any(open_s <= from_s and until_s <= close_s for open_s, close_s in spans)
