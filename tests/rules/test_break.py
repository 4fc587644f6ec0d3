"""A day that spans the break window has its break, never inside travel, inside service only as a pause."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.plan import BreakTaken
from optimizer.domain.rules import Rule
from tests.worlds import World, clock, job, person, world

ROUTES = {"Ann": ["A", "B"]}


def test_a_break_is_chosen_where_it_does_no_harm(lunch_day: World) -> None:
    # A ends at 12:00. Slot 2 is before the leg to B: 12:00 to 12:30, B reached at 12:40, in time for 13:00. Slots 0
    # and 1 would start A at 12:30 or later, after its window.
    (route,) = lunch_day.plan(ROUTES).routes
    assert route.break_ == BreakTaken(2, clock("12:00"))
    assert lunch_day.broken(ROUTES) == []


def test_every_legal_slot_is_accepted_with_its_own_times(lunch_day: World) -> None:
    # Slot 3, after the leg: B is reached at 12:10, the break ends at 12:40, and B starts at 13:00 as before. The
    # break starts by 13:00, so that leaving at 12:50 is the latest, and half an hour before it is advised.
    plan = lunch_day.plan(ROUTES)
    a, b = plan.routes[0].stops
    # And A is left for ten minutes sooner: the break lies behind a drive more.
    a = replace(a, leave_by_s=a.leave_by_s - 600)
    b = replace(b, arrive_s=clock("12:10"), leave_by_s=clock("12:20"))
    at_b = replace(plan.routes[0], stops=(a, b), break_=BreakTaken(3, clock("12:10")))
    assert lunch_day.broken(replace(plan, routes=(at_b,))) == []


def test_a_missing_break_is_missing_with_its_length(lunch_day: World) -> None:
    plan = lunch_day.plan(ROUTES)
    hungry = replace(plan, routes=(replace(plan.routes[0], break_=None),))
    assert lunch_day.broken(hungry) == [(Rule.BREAK, 1800)]


def test_a_slot_after_the_window_is_too_late_by_the_second(lunch_day: World) -> None:
    # Slot 4, before the leg home: B ends at 14:00, an hour after the window of the break's start.
    plan = lunch_day.plan(ROUTES)
    late = replace(plan, routes=(replace(plan.routes[0], break_=BreakTaken(4, clock("14:00"))),))
    assert (Rule.BREAK, 3600) in lunch_day.broken(late)


def test_the_break_may_start_as_its_window_closes(lunch_day: World) -> None:
    # A lasts until 13:00 exactly.
    long = lunch_day.with_job("A", base_s=7200)
    assert long.plan(ROUTES).routes[0].break_ == BreakTaken(2, clock("13:00"))
    assert long.broken(ROUTES) == []
    longer = lunch_day.with_job("A", base_s=7260)
    assert longer.broken(ROUTES) == [(Rule.BREAK, 60)]


def test_a_wrong_slot_number_and_a_wrong_start_are_named(lunch_day: World) -> None:
    plan = lunch_day.plan(ROUTES)
    (route,) = plan.routes
    nowhere = replace(plan, routes=(replace(route, break_=BreakTaken(6, clock("12:00"))),))
    assert lunch_day.broken(nowhere) == [(Rule.BREAK, 1)]
    early = replace(plan, routes=(replace(route, break_=BreakTaken(2, clock("11:59"))),))
    assert lunch_day.broken(early) == [(Rule.BREAK, 60)]


def test_a_shift_that_does_not_span_the_window_holds_no_break(lunch_day: World) -> None:
    # The break may end at 13:30; a shift until 13:29 does not contain that.
    short = world([job("A", place=10)], [person("Ann", hours="08:00-13:29", lunch="12:00-13:00")])
    assert short.plan({"Ann": ["A"]}).routes[0].break_ is None
    assert short.broken({"Ann": ["A"]}) == []
    plan = short.plan({"Ann": ["A"]})
    idle = replace(plan, routes=(replace(plan.routes[0], break_=BreakTaken(3, clock("12:00"))),))
    assert short.broken(idle) == [(Rule.BREAK, 1)]
