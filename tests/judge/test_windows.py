"""The judge's own reading of an order's times: worked by hand, the same as the problem's, and loud when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import (
    Confirmed,
    Customer,
    HalfDay,
    Interval,
    Order,
    PartNeed,
    Place,
    ServiceLog,
    Urgency,
    Visit,
)
from optimizer.domain.policy import BrokenLocks, Policy
from optimizer.domain.problem import Branch, Lock, LockLevel, Problem
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Part
from optimizer.domain.technician import Technician
from optimizer.domain.units import DAY_S, FAR_FUTURE_S, at
from optimizer.judge import windows
from optimizer.judge.windows import times_of, wrong_times
from tests.random_problems import random_problem, random_whole_problem
from tests.worlds import FRIDAY_16, MONDAY, World, clock, job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3600
MORNING, NOON, NIGHT = span("09:00-11:00"), span("12:00-13:00"), span("18:00-20:00")


def hours_of(text: str, day: int = 0) -> tuple[tuple[int, int], ...]:
    return tuple((one.open_s, one.close_s) for one in (span(part, day) for part in text.split()))


@pytest.fixture
def order_a() -> World:
    """A has no window of its own; the branch is open from 08:30 to 17:30."""
    return world([job("A", place=10, requested="")], [person("Ann")])


def found(made: World) -> windows.Times:
    return times_of(made.problem, made.problem.visit_by_id["A"])


CALL: dict[str, Any] = {"urgency": Urgency.EMERGENCY}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "08:30-17:30"),
        ({"requested": (MORNING,)}, "09:00-11:00"),
        ({"requested": (MORNING,), "promised": (NIGHT,)}, "18:00-20:00"),
        ({"promised": (NIGHT, MORNING)}, "09:00-11:00 18:00-20:00"),
        ({"opening": ((0, MORNING), (1, NIGHT))}, "09:00-11:00"),
        ({"opening": ((1, MORNING),)}, ""),
        # Over on Friday morning, it binds nobody; closing as the plan is made, it is for today.
        ({"promised": (Interval(at(9, day=-3), at(11, day=-3)),)}, "08:30-17:30"),
        ({"promised": (Interval(at(9, day=-3), FRIDAY_16),)}, ""),
        ({"promised": (span("09:00-10:00", 1),)}, ""),
        ({"promised": (span("00:00-01:00", 1),)}, ""),
        ({"promised": (Interval(at(22, day=-1), 0),)}, "00:00-00:00"),
        (CALL, ""),
        ({**CALL, "due_day": MONDAY}, "08:30-17:30"),
        ({**CALL, "due_day": MONDAY - timedelta(1)}, ""),
        ({**CALL, "carried_over": True}, "08:30-17:30"),
        ({**CALL, "agreed_day": MONDAY}, "08:30-17:30"),
        ({**CALL, "requested": (MORNING,)}, "09:00-11:00"),
    ],
)
def test_the_windows_in_force_on_friday_afternoon(order_a: World, facts: dict[str, Any], expected: str) -> None:
    made = found(order_a.with_job("A", **facts)).windows
    assert [(max(0, a), b) for a, b in made] == list(hours_of(expected))


@pytest.mark.parametrize(
    ("log", "until"),
    [
        ({}, "10:00"),
        ({"dispatched_s": clock("07:10")}, "09:10"),
        ({"dispatched_s": clock("07:10"), "acknowledged_s": clock("07:30")}, "09:30"),
        ({"acknowledged_s": clock("05:00")}, "08:00"),
    ],
)
def test_an_emergency_of_the_morning_has_two_hours_from_its_receipt(
    order_a: World, log: dict[str, int], until: str
) -> None:
    called = order_a.but(as_of_s=at(8)).with_job("A", **CALL, due_day=MONDAY, log=ServiceLog(**log))
    assert found(called).windows == hours_of(f"08:00-{until}")
    assert found(called).max_lateness_s == FAR_FUTURE_S


def test_a_window_that_closes_at_midnight_is_not_over_before_the_day(order_a: World) -> None:
    night = Interval(at(22, day=-1), 0)
    assert found(order_a.but(as_of_s=at(8)).with_job("A", promised=(night,))).windows == ((night.open_s, 0),)


@pytest.mark.parametrize(("lead_s", "close"), [(300, "10:55"), (2 * HOUR, "09:00"), (3 * HOUR, "09:00")])
def test_the_lead_is_taken_off_the_close_and_no_further(order_a: World, lead_s: int, close: str) -> None:
    led = order_a.with_job("A", promised=(MORNING,)).with_policy(arrival_lead_s=lead_s)
    assert found(led).windows == hours_of(f"09:00-{close}")


@pytest.mark.parametrize(("most_s", "limit_s"), [(0, 0), (7200, 7200), (None, FAR_FUTURE_S)])
def test_the_policy_says_how_late_a_start_may_be(order_a: World, most_s: int | None, limit_s: int) -> None:
    assert found(order_a.with_policy(max_lateness_s=most_s)).max_lateness_s == limit_s


def test_an_emergency_of_the_very_first_moment_is_a_call(order_a: World) -> None:
    called = order_a.but(as_of_s=0).with_job("A", **CALL, due_day=MONDAY)
    assert found(called).max_lateness_s == FAR_FUTURE_S


WEDNESDAY = hours_of("08:30-17:30", 2)
TUESDAY_PARTS = Arrival("P1", 1, MONDAY + timedelta(1))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (None, hours_of("08:30-17:30")),
        (clock("15:00"), hours_of("08:30-17:30")),
        (at(10, day=1), WEDNESDAY),
    ],
)
def test_an_agreed_day_is_the_working_day_after_the_site_is_ready(
    order_a: World, moment: int | None, expected: Any
) -> None:
    assert found(order_a.but(days=3).with_job("A", agreed_day=MONDAY, ready_s=moment)).windows == expected


@pytest.mark.parametrize(
    ("on_hand", "own", "needed", "arrivals", "expected"),
    [
        # A part in the way of nobody: the agreed day stands.
        (1, {}, 1, (TUESDAY_PARTS,), hours_of("08:30-17:30")),
        (0, {"P1": 1}, 1, (TUESDAY_PARTS,), hours_of("08:30-17:30")),
        (0, {}, 1, (), hours_of("08:30-17:30")),
        (0, {}, 1, (Arrival("P1", 1, MONDAY),), hours_of("08:30-17:30")),
        # What comes on Tuesday, or is complete only then, moves the day to Wednesday.
        (0, {}, 1, (TUESDAY_PARTS,), WEDNESDAY),
        (0, {"P2": 1}, 1, (TUESDAY_PARTS,), WEDNESDAY),
        (-1, {}, 1, (TUESDAY_PARTS,), WEDNESDAY),
        (0, {"P1": 1}, 2, (TUESDAY_PARTS,), WEDNESDAY),
        (1, {}, 2, (Arrival("P2", 5, MONDAY), TUESDAY_PARTS), WEDNESDAY),
        (0, {}, 2, (Arrival("P1", 1, MONDAY), TUESDAY_PARTS, Arrival("P1", 9, MONDAY + timedelta(2))), WEDNESDAY),
    ],
)
def test_an_agreed_day_is_the_working_day_after_the_last_part_comes(
    on_hand: int, own: dict[str, int], needed: int, arrivals: tuple[Arrival, ...], expected: Any
) -> None:
    held = tuple(PartNeed(part_id, quantity) for part_id, quantity in own.items())
    made = world(
        [job("A", place=10, requested="", parts={"P1": needed}, agreed_day=MONDAY)],
        [person("Ann", own_parts=held), person("Ben", own_parts=(PartNeed("P1", 0),))],
        days=3,
        parts=(Part("P1", "fan", on_hand), Part("P2", "belt", 9)),
        arrivals=arrivals,
    )
    assert found(made).windows == expected


@pytest.mark.parametrize(
    ("half", "wish", "expected"),
    [
        (HalfDay.MORNING, None, "08:30-12:00"),
        (HalfDay.AFTERNOON, None, "12:00-17:30"),
        (HalfDay.MORNING, "09:00-11:00", "09:00-11:00"),
        (HalfDay.AFTERNOON, "13:00-15:00", "13:00-15:00"),
        # A wish that touches noon lies in one half.
        (HalfDay.MORNING, "12:00-13:00", ""),
        (HalfDay.AFTERNOON, "11:00-12:00", ""),
    ],
)
def test_of_an_agreed_half_day_the_hours_count(order_a: World, half: HalfDay, wish: str | None, expected: str) -> None:
    requested = () if wish is None else (span(wish),)
    agreed = order_a.with_job("A", agreed_day=MONDAY, agreed_half=half, requested=requested)
    assert found(agreed).windows == hours_of(expected)


#: Who said no to this is asked for another time.
REFUSED: dict[str, Any] = {"log": ServiceLog(confirmed=Confirmed.NO), "promised": (MORNING,)}


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (NIGHT, (((NIGHT.open_s, NIGHT.close_s)),)),
        # It touches what was refused: Monday is out, and nothing else is planned.
        (Interval(MORNING.close_s, MORNING.close_s + HOUR), ()),
        (Interval(MORNING.open_s - HOUR, MORNING.open_s), ()),
        # It closes at the moment of planning: it is for now.
        (Interval(FRIDAY_16 - HOUR, FRIDAY_16), ()),
    ],
)
def test_who_said_no_is_left_the_other_wishes(order_a: World, wish: Interval, expected: Any) -> None:
    assert found(order_a.with_job("A", requested=(wish,), **REFUSED)).windows == expected


def test_who_said_no_to_two_days_is_left_the_third(order_a: World) -> None:
    refused = {**REFUSED, "promised": (MORNING, span("09:00-11:00", 1))}
    assert found(order_a.but(days=3).with_job("A", **refused)).windows == hours_of("08:30-17:30", 2)


def test_hours_that_reach_a_second_into_the_days_planned_count(order_a: World) -> None:
    """Those of Sunday night; ending at midnight they are over."""
    late = [((6, Interval(at(22), at(24) + past_s)),) for past_s in (0, 1)]
    assert [found(order_a.with_job("A", opening=hours)).windows for hours in late] == [(), ((at(22, day=-1), 1),)]


def test_a_wish_that_closes_as_the_day_begins_is_left_to_who_said_no(order_a: World) -> None:
    said = order_a.but(as_of_s=at(8), days=2).with_job("A", requested=(Interval(-HOUR, 0),), **REFUSED)
    assert found(said).windows == ((-HOUR, 0),)


ALL_DAY = ((0, span("08:00-18:00")), (1, span("08:00-12:00")))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, None),
        ({"closed": (NOON,)}, ((0, at(12)), (at(13), at(36)), (at(37), at(48)))),
        ({"opening": ALL_DAY}, hours_of("08:00-18:00")),
        ({"opening": ALL_DAY, "works_through": True}, None),
        ({"opening": ALL_DAY, "closed": (NOON,)}, hours_of("08:00-12:00 13:00-18:00")),
        ({"opening": ALL_DAY, "closed": (span("07:00-09:00"), NIGHT)}, hours_of("09:00-18:00")),
        ({"opening": ALL_DAY, "closed": (span("08:00-18:00"),)}, ()),
        ({"opening": ((0, MORNING), (0, span("09:00-10:00")))}, hours_of("09:00-11:00")),
        ({"opening": ((0, MORNING), (0, span("11:00-12:00")))}, hours_of("09:00-12:00")),
        ({"opening": ((0, MORNING), (0, span("10:00-12:00")))}, hours_of("09:00-12:00")),
        ({"opening": ((0, MORNING), (0, span("11:01-12:00")))}, hours_of("09:00-11:00 11:01-12:00")),
        ({"opening": ((0, MORNING), (0, span("11:00-14:00"))), "closed": (NOON,)}, hours_of("09:00-12:00 13:00-14:00")),
        ({"opening": ((2, MORNING),)}, ()),
        # What is closed from Sunday evening on, over midnight, is closed on Monday.
        ({"closed": (span("22:00-26:00"),)}, ((at(2), at(22)), (at(26), at(46)))),
    ],
)
def test_the_hours_that_hold_a_whole_service(order_a: World, facts: dict[str, Any], expected: Any) -> None:
    assert found(order_a.with_job("A", **facts)).hours == expected


def test_the_hours_of_two_days(order_a: World) -> None:
    two = order_a.but(days=2).with_job("A", opening=ALL_DAY)
    assert found(two).hours == hours_of("08:00-18:00") + hours_of("08:00-12:00", 1)
    assert found(two).windows == hours_of("08:00-18:00") + hours_of("08:00-12:00", 1)


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        # A is promised 09:00 to 11:00, where its customer is there from 09:00 to 11:10; half an hour of work.
        ((LockLevel.PERSON,), ("09:00-11:00", "09:00-11:10", False)),
        ((LockLevel.DAY, 0), ("09:00-11:00", "09:00-11:10", False)),
        ((LockLevel.START, clock("10:40"), 0), ("09:00-11:00", "09:00-11:10", False)),
        ((LockLevel.START, clock("10:41"), 0), ("09:00-11:00", None, False)),
        ((LockLevel.START, clock("11:01"), 60), ("09:00-11:00", None, False)),
        ((LockLevel.START, clock("11:02"), 60), ("11:01-11:03", None, True)),
        ((LockLevel.START, clock("08:00"), 1800), ("07:30-08:30", None, True)),
    ],
)
def test_a_kept_lock_takes_the_place_of_what_leaves_it_no_start(order_a: World, lock: Any, expected: Any) -> None:
    level, *rest = lock
    fields = ("day",) if level is LockLevel.DAY else ("start_s", "tolerance_s")
    held = Lock("A", level, "Ann", **dict(zip(fields, rest, strict=False)))
    hours = ((0, Interval(at(9), clock("11:10"))),)
    kept = order_a.but(locks=(held,)).with_job("A", promised=(MORNING,), opening=hours)
    kept = kept.with_policy(broken_locks=BrokenLocks.KEEP)
    windows_, hours_, is_off = expected
    assert found(kept)[:4] == (hours_of(windows_), None if hours_ is None else hours_of(hours_), 0, is_off)
    assert wrong_times(kept.problem) == ()


def test_two_kept_locks_leave_what_both_allow(order_a: World) -> None:
    both = [Lock("A", LockLevel.START, "Ann", 0, clock(at_), 60 * late) for at_, late in (("09:00", 60), ("10:00", 30))]
    kept = order_a.but(locks=tuple(both)).with_job("A", promised=(NIGHT,)).with_policy(broken_locks=BrokenLocks.KEEP)
    assert found(kept).windows == hours_of("09:30-10:00")


# --- against the problem's ------------------------------------------------------------------------------------------


def some_intervals(rng: Random, days: range, count: int) -> tuple[Interval, ...]:
    opens = [rng.choice(days) * DAY_S + rng.randrange(0, DAY_S, 900) for _ in range(count)]
    return tuple(Interval(open_s, open_s + rng.choice((0, 600, 3600, 14_400, DAY_S))) for open_s in opens)


def some_hours(rng: Random) -> Interval:
    open_s = rng.randrange(0, DAY_S - 7200, 900)
    return Interval(open_s, open_s + rng.choice((900, 7200, DAY_S - open_s)))


def any_times(seed: int) -> Problem:
    """Return a problem of odd times: past, live, late, of several days, called, closed, locked."""
    rng = Random(seed)
    days, names = rng.randint(1, 4), [f"V{n}" for n in range(8)]
    as_of_s = rng.choice((FRIDAY_16, at(16, day=-1), 0, at(7), at(9, 30)))
    opening = [
        tuple((rng.randrange(7), some_hours(rng)) for _ in range(9)) if rng.random() < 0.6 else None for _ in names
    ]
    customers = tuple(
        Customer(name, name, opening=hours, closed=tuple(some_hours(rng) for _ in range(rng.choice((0, 0, 1, 2)))))
        for name, hours in zip(names, opening, strict=True)
    )
    logs = [rng.choice((None, as_of_s - 9000, as_of_s - 600)) for _ in range(2 * len(names))]
    orders = tuple(
        Order(
            name,
            name,
            requested=some_intervals(rng, range(-4, days + 1), rng.choice((0, 0, 1, 3))),
            promised=some_intervals(rng, range(-4, days + 1), rng.choice((0, 0, 1, 3))),
            due_day=rng.choice((None, MONDAY - timedelta(1), MONDAY, date(2026, 11, 30))),
            urgency=rng.choice(tuple(Urgency)),
            carried_over=rng.random() < 0.2,
            agreed_day=rng.choice((None, None, MONDAY)),
            log=ServiceLog(dispatched_s=logs[2 * n], acknowledged_s=logs[2 * n + 1]),
        )
        for n, name in enumerate(names)
    )
    locks = tuple(
        Lock(name, rng.choice(tuple(LockLevel)), "T", rng.randrange(days), rng.randrange(0, days * DAY_S, 900), 600)
        for name in rng.choices(names, k=6)
    )
    return Problem(
        branch=Branch("B", "Branch", Place(31.2, 121.4)),
        first_day=MONDAY + timedelta(rng.randrange(7)),
        as_of_s=as_of_s,
        customers=customers,
        orders=orders,
        visits=tuple(Visit(n, n, Place(31.2, 121.4), 1800, works_through=rng.random() < 0.2) for n in names),
        technicians=(Technician("T", "T"),),
        shifts=(),
        locks=locks,
        days=days,
        policy=Policy(
            arrival_lead_s=rng.choice((0, 300, 7200)),
            max_lateness_s=rng.choice((None, 0, 7200)),
            broken_locks=rng.choice(tuple(BrokenLocks)),
        ),
    )


@pytest.mark.parametrize("seed", range(200))
def test_both_readings_of_odd_times_agree(seed: int) -> None:
    assert wrong_times(any_times(seed)) == ()


@pytest.mark.parametrize("draw", [random_problem, random_whole_problem])
@pytest.mark.parametrize("seed", range(8))
def test_both_readings_agree(seed: int, draw: Callable[[int], tuple[Problem, Any]]) -> None:
    problem, _ = draw(seed)
    assert wrong_times(problem) == ()
    assert wrong_times(replace(problem, policy=replace(problem.policy, broken_locks=BrokenLocks.KEEP))) == ()


# --- a problem that is wrong ----------------------------------------------------------------------------------------


def test_a_window_that_the_problem_derives_wrongly_breaks_every_plan(
    one_van: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Problem.windows_of
    too_long = [Interval(clock("08:00"), clock("17:05"))]
    monkeypatch.setattr(Problem, "windows_of", lambda p, v: tuple(too_long) if v.visit_id == "A" else right(p, v))
    wrong = one_van.but(days=1)
    assert wrong.broken({"Ann": ["A", "B"]}) == [(Rule.WINDOW, 300)]
    assert wrong.broken({}) == [(Rule.WINDOW, 300)]
    assert [violation.visit_id for violation in wrong.judge({}).violations] == ["A"]


@pytest.mark.parametrize(
    ("hours", "amount_s"),
    [
        (None, 2 * DAY_S - 10 * HOUR),
        ((span("08:00-18:00"), span("19:00-19:30")), 1800),
        ((span("08:00-12:00"), span("12:00-18:00")), 1),
        ((), 10 * HOUR),
    ],
)
def test_hours_that_the_problem_derives_wrongly_are_found(
    one_van: World, monkeypatch: pytest.MonkeyPatch, hours: Any, amount_s: int
) -> None:
    right = Problem.hours_of
    monkeypatch.setattr(Problem, "hours_of", lambda p, v: hours if v.visit_id == "B" else right(p, v))
    wrong = one_van.with_job("B", opening=ALL_DAY)
    assert [(v.rule, v.amount, v.visit_id) for v in wrong_times(wrong.problem)] == [(Rule.WINDOW, amount_s, "B")]


@pytest.mark.parametrize(("said_s", "apart_s"), [(7200, 6000), (0, 1200)])
def test_a_wrong_limit_of_lateness_is_found(
    one_van: World, monkeypatch: pytest.MonkeyPatch, said_s: int, apart_s: int
) -> None:
    monkeypatch.setattr(Problem, "max_lateness_s", lambda p, v: said_s if v.visit_id == "A" else 1200)
    assert one_van.with_policy(max_lateness_s=1200).broken({}) == [(Rule.WINDOW, apart_s)]


def test_a_lock_that_takes_a_window_away_is_known_to(pinned_visit: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Problem, "_locked_span", lambda _p, _v: None)
    early = Lock("A", LockLevel.START, "Ben", start_s=clock("06:00"))
    kept = pinned_visit.but(locks=(early,)).with_policy(broken_locks=BrokenLocks.KEEP)
    # The whole day from 08:00 to 17:00 instead of one moment.
    assert [(v.rule, v.amount) for v in wrong_times(kept.problem)] == [(Rule.WINDOW, 9 * HOUR)]


def test_a_window_cut_in_two_and_a_lock_that_takes_nothing_count_one(
    one_van: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves = (span("08:00-12:00"), span("12:00-17:00"))
    with monkeypatch.context() as patched:
        patched.setattr(Problem, "windows_of", lambda _p, _v: halves)
        cut = one_van.but(days=1)
    assert [(v.rule, v.amount) for v in wrong_times(cut.problem)] == [(Rule.WINDOW, 1)] * 2
    off = one_van.but(days=1)
    object.__setattr__(off.problem, "off_window", frozenset({"B"}))
    assert [(v.rule, v.amount, v.visit_id) for v in wrong_times(off.problem)] == [(Rule.WINDOW, 1, "B")]


def test_a_problem_is_looked_at_once(one_van: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    right = windows.times_of
    monkeypatch.setattr(windows, "times_of", lambda p, v: looked.append(v.visit_id) or right(p, v))
    fresh = one_van.but(days=1)
    for routes in ({}, {"Ann": ["A"]}, {"Ann": ["B", "A"]}):
        fresh.judge(routes)
    assert looked == ["A", "B"]
    one_van.but(days=1).judge({})
    assert looked == ["A", "B", "A", "B"]
