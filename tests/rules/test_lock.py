"""What is locked keeps its technician, its day, its time or its place in a started route."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from tests.worlds import SUNDAY_16, World, clock, span

ONE = [(Rule.LOCK, 1)]


def test_a_person_lock_holds_the_person(pinned_visit: World) -> None:
    assert pinned_visit.broken({"Ben": ["A"], "Ann": ["B"]}) == []
    assert pinned_visit.broken({"Ann": ["A", "B"]}) == ONE


def test_a_locked_visit_is_mandatory(pinned_visit: World) -> None:
    (violation,) = pinned_visit.judge({"Ann": ["B"]}).violations
    assert (violation.rule, violation.unit, violation.visit_id) == (Rule.LOCK, "visits", "A")
    assert pinned_visit.broken({"Ben": ["A"]}) == []


def test_a_day_lock_holds_the_day(pinned_visit: World) -> None:
    for day, expected in ((0, []), (2, [(Rule.LOCK, 2)])):
        locks = (Lock("A", LockLevel.DAY, "Ben", day=day),)
        assert pinned_visit.but(locks=locks).broken({"Ben": ["A"]}) == expected


@pytest.mark.parametrize(
    ("start", "tolerance_min", "expected_start", "late_s"),
    [
        ("08:10", 0, "08:10", 0),  # Reached at 08:10.
        ("10:00", 0, "10:00", 0),
        ("10:00", 15, "09:45", 0),
        ("08:00", 10, "08:10", 0),
        ("08:00", 9, "08:10", 60),
    ],
)
def test_a_start_lock_waits_and_binds(
    one_van: World, start: str, tolerance_min: int, expected_start: str, late_s: int
) -> None:
    lock = Lock("A", LockLevel.START, "Ann", start_s=clock(start), tolerance_s=60 * tolerance_min)
    locked = one_van.but(locks=(lock,))
    assert locked.plan({"Ann": ["A"]}).routes[0].stops[0].start_s == clock(expected_start)
    assert locked.plan({"Ann": ["A"]}).routes[0].stops[0].pinned
    assert locked.broken({"Ann": ["A"]}) == ([(Rule.LOCK, late_s)] if late_s else [])


def test_a_started_route_keeps_its_beginning(one_van: World) -> None:
    locks = (Lock("B", LockLevel.PREFIX, "Ann", position=0),)
    started = one_van.but(locks=locks)
    assert started.broken({"Ann": ["B", "A"]}) == []
    assert started.broken({"Ann": ["B"]}) == []
    assert started.broken({"Ann": ["A", "B"]}) == ONE


def test_told_windows_bind_after_the_notice_deadline(one_van: World) -> None:
    # Told 10:00 to 11:00; on Friday at 16:00 there is still notice, on Sunday there is none.
    told = PublishedVisit("A", "Ann", 0, span("10:00-11:00"))
    friday = one_van.but(published=(told,))
    sunday = friday.but(as_of_s=SUNDAY_16)
    assert friday.plan({"Ann": ["A"]}).routes[0].stops[0].start_s == clock("08:10")
    assert sunday.plan({"Ann": ["A"]}).routes[0].stops[0].start_s == clock("10:00")
    assert sunday.broken({"Ann": ["A"]}) == []
    assert friday.broken({"Ann": ["B"]}) == []
    assert sunday.broken({"Ann": ["B"]}) == ONE


def test_a_told_window_that_has_passed_is_missed_by_seconds(one_van: World) -> None:
    told = PublishedVisit("B", "Ann", 0, span("08:00-08:45"))
    sunday = one_van.but(published=(told,), as_of_s=SUNDAY_16)
    assert sunday.broken({"Ann": ["B", "A"]}) == []
    assert sunday.broken({"Ann": ["A", "B"]}) == [(Rule.LOCK, 300)]  # B at 08:50.


def test_what_the_customer_agreed_to_or_was_not_told_does_not_bind(one_van: World) -> None:
    for told in (PublishedVisit("A", "Ann", 0, span("10:00-11:00"), agreed=True), PublishedVisit("A", "Ann", 0)):
        sunday = one_van.but(published=(told,), as_of_s=SUNDAY_16)
        assert sunday.broken({"Ann": ["B"]}) == []
        assert sunday.plan({"Ann": ["A"]}).routes[0].stops[0].start_s == clock("08:10")


def test_the_notice_ends_with_the_close_of_business(one_van: World) -> None:
    told = PublishedVisit("A", "Ann", 0, Interval(0, 100))
    for moment, binds in (("17:30", False), ("17:31", True)):
        made = one_van.but(published=(told,), as_of_s=clock(moment) - 3 * 86_400)
        assert (made.broken({"Ann": ["B"]}) == ONE) is binds
