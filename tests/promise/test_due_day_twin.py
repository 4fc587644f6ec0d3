"""Due days against a naive twin: docs/rules.md, Promises, walked day by day from the facts that a case was drawn with.

The twin sees neither `Problem` nor its calendar: it knows the facts of the draw, and each day of the year by hand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest

from optimizer.domain.order import GapFrom, Interval, Place, Predecessor, Urgency
from optimizer.domain.promise import PromiseProfile
from optimizer.promise.due_day import promise_of, with_due_days
from tests.promise_worlds import ELL, FIRST_DAY, HOME, PUBLIC_DAYS, SQUARE, moment, north, promise_world

DAY = timedelta(days=1)
#: What the branch itself says of some days, against the public calendar.
OWN_DAYS = {"11-24": False, "11-28": True, "10-06": True, "12-02": False}


class Facts(NamedTuple):
    """One order as the dispatcher knows it; moments are texts like `2026-11-23 10:00`, days are dates."""

    received: str | None
    agreed: date | None
    due: date | None
    ready: str | None
    emergency: bool
    carried_over: bool
    window: str | None
    dispatched: str | None
    acknowledged: str | None
    as_of: str
    area: str
    place: Place
    crow_km: float
    km: float | None
    reachable: bool
    own_days: dict[str, bool]
    area_days: int
    outside_days: int


def draw(rng: Random) -> Facts:
    def some_moment(first: str, span_days: int) -> str:
        day = datetime.fromisoformat(first) + timedelta(days=rng.randrange(span_days), minutes=rng.randrange(1440))
        return day.strftime("%Y-%m-%d %H:%M")

    any_day = rng.random() < 0.5
    requested = some_moment("2026-01-01", 330) if any_day else some_moment("2026-11-16", 8)
    near = date.fromisoformat(requested[:10])
    area = rng.choice(("none", "radius", "square", "ell"))
    crow_km = rng.choice((0.5, 8.0, 24.9, 25.1, 60.0, 79.0, 81.0))
    # A grid that touches no border, on all sides of the branch.
    spot = Place(HOME.lat + rng.choice((-0.15, -0.05, 0.05, 0.15)), HOME.lon + rng.choice((-0.15, -0.05, 0.05, 0.15)))
    return Facts(
        received=requested if rng.random() < 0.85 else None,
        agreed=near + rng.randrange(12) * DAY if rng.random() < 0.2 else None,
        due=near + rng.randrange(12) * DAY if rng.random() < 0.2 else None,
        ready=some_moment(near.isoformat(), 14) if rng.random() < 0.4 else None,
        emergency=rng.random() < 0.3,
        carried_over=rng.random() < 0.1,
        window=some_moment("2026-11-18", 8) if rng.random() < 0.2 else None,
        dispatched=some_moment("2026-11-18", 3) if rng.random() < 0.4 else None,
        acknowledged=some_moment("2026-11-18", 3) if rng.random() < 0.3 else None,
        as_of=rng.choice(("2026-11-20 16:00", "2026-11-22 18:00", "2026-11-23 08:00")),
        area=area,
        place=spot if area in ("square", "ell") else north(crow_km),
        crow_km=crow_km,
        km=None if area in ("none", "radius") and rng.random() < 0.2 else rng.choice((3.0, 79.999, 80.0, 80.001, 95.0)),
        reachable=rng.random() < 0.8,
        own_days={day: works for day, works in OWN_DAYS.items() if rng.random() < 0.5},
        area_days=rng.choice((1, 2, 2, 2, 4)),
        outside_days=rng.choice((1, 3, 3, 3, 7)),
    )


def world_of(facts: Facts) -> Any:
    opens_s = None if facts.window is None else moment(facts.window)
    log = {"dispatched": facts.dispatched, "acknowledged": facts.acknowledged}
    return promise_world(
        received=facts.received,
        agreed=None if facts.agreed is None else facts.agreed.isoformat(),
        due=None if facts.due is None else facts.due.isoformat(),
        ready=facts.ready,
        urgency=Urgency.EMERGENCY if facts.emergency else Urgency.NORMAL,
        carried_over=facts.carried_over,
        promised=() if opens_s is None else (Interval(opens_s, opens_s + 7200),),
        log={name: text for name, text in log.items() if text is not None},
        as_of=facts.as_of,
        radius_km=25.0 if facts.area == "radius" else None,
        area={"square": SQUARE, "ell": ELL}.get(facts.area, ()),
        place=facts.place,
        km=facts.km,
        is_reachable=facts.reachable,
        days=facts.own_days,
        profile=PromiseProfile(area_days=facts.area_days, outside_days=facts.outside_days),
    )


# --- the twin -------------------------------------------------------------------------------------------------------


def works_on(facts: Facts, day: date) -> bool:
    own = facts.own_days.get(day.strftime("%m-%d")) if day.year == FIRST_DAY.year else None
    public = PUBLIC_DAYS.get(day, day.strftime("%a") not in ("Sat", "Sun"))
    return public if own is None else own


def some_working_days_later(facts: Facts, day: date, count: int) -> date:
    while count > 0:
        day += DAY
        if works_on(facts, day):
            count -= 1
    return day


def lies_inside(facts: Facts) -> bool:
    north_of, east_of = facts.place.lat > HOME.lat, facts.place.lon > HOME.lon
    in_square = abs(facts.place.lat - HOME.lat) < 0.1 and abs(facts.place.lon - HOME.lon) < 0.1
    return {
        "none": False,
        "radius": facts.crow_km <= 25,
        "square": in_square,
        "ell": in_square and not (north_of and east_of),
    }[facts.area]


def working_days_promised(facts: Facts) -> int | None:
    """Return how many working days the place is promised; `None` when a day is to be agreed first."""
    if lies_inside(facts):
        return facts.area_days
    away_km = facts.km if facts.km is not None else facts.crow_km if facts.reachable else None
    if away_km is None or away_km > 80:
        return None
    return facts.area_days if facts.area == "none" else facts.outside_days


def is_call(facts: Facts) -> bool:
    """Say whether it is an emergency without an agreed time: no live window or day, not of yesterday, not due later."""
    as_of = datetime.fromisoformat(facts.as_of)
    of_today = as_of.date() == FIRST_DAY
    is_live = False
    if facts.window is not None:
        closes = datetime.fromisoformat(facts.window) + timedelta(hours=2)
        is_live = closes >= min(as_of, datetime.combine(FIRST_DAY, datetime.min.time()))
    is_due_on_a_planned_day = facts.due is not None and facts.due >= FIRST_DAY and not of_today
    has_a_time = is_live or facts.agreed is not None or facts.carried_over or is_due_on_a_planned_day
    return facts.emergency and not has_a_time


def first_due(facts: Facts) -> date | None:
    """Return the due day before the work's readiness is looked at."""
    if facts.due is not None:
        return facts.due
    if facts.agreed is not None:
        return facts.agreed
    if is_call(facts):
        return date.fromisoformat((facts.acknowledged or facts.dispatched or facts.as_of)[:10])
    count = working_days_promised(facts)
    if facts.received is None or count is None:
        return None
    return some_working_days_later(facts, date.fromisoformat(facts.received[:10]), count)


def twin(facts: Facts) -> date | None:
    due = first_due(facts)
    is_asked = facts.received is not None or facts.agreed is not None
    if due is None or facts.ready is None or (facts.due is not None and not is_asked):
        return due
    ready = date.fromisoformat(facts.ready[:10])
    if ready <= due:
        return due
    if facts.agreed is not None and facts.due is None:
        return some_working_days_later(facts, ready, 1)
    return ready if works_on(facts, ready) else some_working_days_later(facts, ready, 1)


# --- against the promise rule ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", range(10))
def test_the_due_day_is_the_one_that_a_walk_over_the_calendar_finds(batch: int) -> None:
    found = set()
    for seed in range(batch * 200, batch * 200 + 200):
        facts = draw(Random(seed))
        problem, matrix, visit = world_of(facts)
        promise = promise_of(problem, matrix, visit)
        assert promise.due_day == twin(facts), (seed, facts, promise)
        found.add(promise.basis)
    assert len(found) >= 8, found


@pytest.mark.parametrize("batch", range(5))
def test_due_days_are_filled_in_where_somebody_asked(batch: int) -> None:
    for seed in range(batch * 200, batch * 200 + 200):
        facts = draw(Random(seed))
        problem, matrix, _ = world_of(facts)
        is_asked = facts.received is not None or facts.agreed is not None
        expected = twin(facts) if is_asked else facts.due
        assert with_due_days(problem, matrix).orders[0].due_day == expected, (seed, facts)


@pytest.mark.parametrize("batch", range(3))
def test_each_day_of_a_job_is_due_a_working_day_after_the_one_before(batch: int) -> None:
    for seed in range(batch * 200, batch * 200 + 200):
        facts = draw(Random(seed))._replace(emergency=False)
        problem, matrix, first = world_of(facts)
        names = ("V", "V/2", "V/3")
        visits = tuple(
            replace(
                first,
                visit_id=name,
                order_id=name,
                after=(Predecessor(names[n - 1], GapFrom.START, 43_200, 129_600, same_people=True),) if n else (),
            )
            for n, name in enumerate(names)
        )
        orders = tuple(replace(problem.orders[0], order_id=name) for name in names)
        job = replace(problem, orders=orders, visits=visits)
        # The matrix knows V alone; its other days lie at the same place.
        wide = replace(
            matrix,
            keys=("branch", *names),
            seconds=matrix.seconds[:, [0, 1, 1, 1]][:, :, [0, 1, 1, 1]],
            metres=matrix.metres[:, [0, 1, 1, 1]][:, :, [0, 1, 1, 1]],
        )
        due = twin(facts)
        for visit in visits:
            assert promise_of(job, wide, visit).due_day == due, (seed, visit.visit_id, facts)
            if due is not None and facts.due is None:
                due = some_working_days_later(facts, due, 1)
