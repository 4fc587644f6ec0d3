"""The judge's reading of exceptions: what a day exceeds of a house limit by one, which is accepted, listed and priced.

An exception widens a limit for its visit, and for the day that serves it, by its amount and no more. What lies beyond
is a violation as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.rules import Rule, Violation
from optimizer.domain.units import cents_per_minute
from optimizer.judge.hard_rules import is_outside, span_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.domain.house_limits import LimitException
    from optimizer.domain.policy import Policy
    from optimizer.judge.facts import Facts
    from optimizer.judge.judged import JudgedPlan
    from optimizer.judge.timing import TimedTour


class Excess(NamedTuple):
    """How far a technician exceeds a house limit, in its own unit, and the exception that allows it."""

    exception: LimitException
    amount: int
    technician_id: str


def excesses_of(facts: Facts, timed: TimedTour) -> list[Excess]:
    """Return what a day exceeds inside its exceptions: the limits of the day, then those of each visit."""
    if not facts.exceptions:
        return []
    return [*_of_day(facts, timed), *_of_visits(facts, timed)]


def _of_day(facts: Facts, timed: TimedTour) -> Iterator[Excess]:
    tour = timed.tour
    who, visit_ids = tour.technician.technician_id, [visit.visit_id for visit in tour.visits]
    key = (who, tour.shift.day)
    house = facts.shifts[key]
    travel = [] if house.max_travel_s is None else [(tour.drive_s - house.max_travel_s, visit_ids)]
    if house.max_leg_s is not None:
        for leg, leg_s in enumerate(tour.drives_s):
            beside = [place.visit.visit_id for place in tour.places[max(0, leg - 1) : leg + 1] if place.visit]
            travel.append((leg_s - house.max_leg_s, beside))
    yield from _largest(facts, HouseLimit.TRAVEL, who, travel)
    yield from _largest(
        facts, HouseLimit.OVERTIME, who, [(timed.return_s - facts.rostered[key].return_limit_s, visit_ids)]
    )
    if house.max_visits is not None:
        yield from _largest(facts, HouseLimit.VISITS, who, [(len(visit_ids) - house.max_visits, visit_ids)])


def _largest(facts: Facts, limit: HouseLimit, who: str, above: Iterable[tuple[int, list[str]]]) -> Iterator[Excess]:
    """Yield the largest of what lies above a limit, each as far as the largest exception of its visits goes."""
    found = []
    for amount, visit_ids in above:
        allows = facts.largest_exception(limit, who, visit_ids)
        if allows is not None and min(amount, allows.amount) > 0:
            found.append(Excess(allows, min(amount, allows.amount), who))
    if found:
        yield max(found, key=lambda excess: excess.amount)


def _of_visits(facts: Facts, timed: TimedTour) -> Iterator[Excess]:
    who = timed.tour.technician.technician_id
    for service, stop in zip(timed.tour.services, timed.stops, strict=True):
        if service.visit is None or service.has_begun:
            continue
        area = facts.exception(HouseLimit.AREA, who, service.visit.visit_id)
        if area is not None and area.amount and is_outside(timed.tour.technician, service.visit):
            yield Excess(area, 1, who)
        told = facts.told_lock(service.visit.visit_id)
        wider = facts.exception(HouseLimit.TOLD, who, service.visit.visit_id)
        if told is not None and wider is not None and service.pays:
            off_s = max(told.open_s - stop.start_s, stop.start_s - told.close_s)
            if min(off_s, wider.amount) > 0:
                yield Excess(wider, min(off_s, wider.amount), who)


def exception_cents(policy: Policy, excess: Excess) -> int:
    """Price what is exceeded: by the minute, by the visit, or once."""
    return {
        HouseLimit.TRAVEL: cents_per_minute(policy.exception_travel_cents, excess.amount),
        HouseLimit.OVERTIME: cents_per_minute(policy.exception_overtime_cents, excess.amount),
        HouseLimit.AREA: policy.exception_area_cents,
        HouseLimit.VISITS: policy.exception_visit_cents * excess.amount,
        HouseLimit.TOLD: policy.exception_told_cents,
    }[excess.exception.limit]


#: The rule that a house limit belongs to, and what is exceeded of it.
_RULES: dict[HouseLimit, tuple[Rule, str, str]] = {
    HouseLimit.TRAVEL: (Rule.TRAVEL_LIMIT, "s", "travels {amount} more than the limit"),
    HouseLimit.OVERTIME: (Rule.SHIFT, "s", "is back {amount} after the latest allowed return"),
    HouseLimit.AREA: (Rule.ALLOWED, "", "serves another area"),
    HouseLimit.VISITS: (Rule.TRAVEL_LIMIT, "visits", "has {amount} visits more than the limit"),
    HouseLimit.TOLD: (Rule.LOCK, "s", "starts {amount} outside the told window"),
}


def allowed_by_exceptions(judged: JudgedPlan) -> list[Violation]:
    """List what the days of a plan exceed inside their exceptions, with who allows it and why."""
    return [_listed(excess) for day in judged.days for excess in excesses_of(judged.facts, day.timed)]


def _listed(excess: Excess) -> Violation:
    one, (rule, unit, what) = excess.exception, _RULES[excess.exception.limit]
    amount = span_text(excess.amount) if unit == "s" else str(excess.amount)
    message = f"{excess.technician_id} {what.format(amount=amount)}, for visit {one.visit_id}: {one.by} allows it."
    return Violation(rule, excess.amount, unit, message, excess.technician_id, one.visit_id, by=one.by, why=one.why)
