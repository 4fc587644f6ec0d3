"""A long service of some kinds may pause: for the break, over the customer's closed hours, or for both at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.order import GapFrom, Predecessor
from optimizer.domain.plan import BreakTaken, Pause, ReasonCode
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from tests.worlds import PLAIN, World, clock, job, person, span, world

ROUTES = {"Ann": ["A"]}
PAUSES = replace(PLAIN, pause_kinds=frozenset({"inspection"}))


def pause(text: str) -> Pause:
    times = span(text)
    return Pause(times.open_s, times.close_s)


def day(minutes: int = 300, *, lunch: str = "11:30-13:00", hours: str = "08:00-17:00", **facts: object) -> World:
    """A is ten minutes away and wants to be visited from 08:00 on; Ann's lunch lasts half an hour."""
    a = job("A", place=10, minutes=minutes, kind="inspection", **facts)
    return world([a], [person("Ann", hours=hours, lunch=lunch)], policy=PAUSES)


def noon(**facts: object) -> World:
    """The customer closes from 12:00 to 13:30, and for the night at 18:00."""
    return day(lunch="", closed=(span("12:00-13:30"), span("18:00-23:59")), **facts)  # type: ignore[arg-type]


def test_a_long_service_is_interrupted_by_the_break() -> None:
    # 08:10 to 13:10 without a break, which then would begin after 13:00. Slots 0 to 3 are the legs', 4 is inside A.
    (route,) = day().plan(ROUTES).routes
    assert route.break_ == BreakTaken(4, clock("11:30"))
    assert (route.stops[0].pause, route.stops[0].end_s) == (pause("11:30-12:10"), clock("13:50"))
    assert route.stops[0].work_s == 300 * 60
    assert day().broken(ROUTES) == []


def test_other_kinds_and_shorter_services_do_not_pause() -> None:
    # The break before the service would begin it at 12:00 and end it at 17:00; Ann would be home at 17:10.
    assert day().with_policy(pause_kinds=frozenset()).broken(ROUTES) == [(Rule.BREAK, 600)]
    assert day().with_policy(pause_over_s=300 * 60).broken(ROUTES) == [(Rule.BREAK, 600)]
    assert day().with_policy(pause_over_s=300 * 60 - 1).broken(ROUTES) == []


def test_work_enough_lies_before_the_pause() -> None:
    # A begins at 12:50. After ten minutes of work the window of the break closes at 13:00; a minute later it has.
    late = day(190, lunch="12:55-13:00", requested="12:50-12:50")
    assert late.plan(ROUTES).routes[0].break_ == BreakTaken(4, clock("13:00"))
    assert late.broken(ROUTES) == []
    later = day(190, lunch="12:55-13:00", requested="12:51-12:51")
    assert later.broken(ROUTES) == [(Rule.BREAK, 60)]


def test_a_break_does_not_interrupt_what_is_done_before() -> None:
    # 08:10 to 10:50: forty minutes before the window of the break opens.
    short = day(160)
    assert short.plan(ROUTES).routes[0].break_ == BreakTaken(3, clock("11:30"))
    plan = short.plan(ROUTES)
    inside = replace(plan, routes=(replace(plan.routes[0], break_=BreakTaken(4, clock("11:30"))),))
    assert (Rule.BREAK, 40 * 60 + 1) in short.broken(inside)


def test_a_service_pauses_while_the_customer_is_closed() -> None:
    # 12:00 to 13:30, and ten minutes to set up again: 300 + 100 minutes from 08:10.
    (route,) = noon().plan(ROUTES).routes
    assert (route.stops[0].pause, route.stops[0].end_s) == (pause("12:00-13:40"), clock("14:50"))
    assert noon().broken(ROUTES) == []
    assert Rule.WINDOW in dict(noon().with_policy(pause_kinds=frozenset()).broken(ROUTES))


def test_nobody_begins_for_less_than_the_packing_before_closing() -> None:
    # From 11:51 on it begins when the customer opens again: so it ends at 16:30, no later than with a pause.
    assert noon(minutes=180, requested="11:50-15:00").starts(ROUTES) == {"A": "11:50"}
    assert noon(minutes=180, requested="11:51-15:00").starts(ROUTES) == {"A": "13:30"}


def test_what_a_pause_does_not_bring_into_the_hours_stays_outside() -> None:
    # 14:50 is too late for a customer who closes for good at 14:49.
    opening = ((0, span("08:00-12:00")), (0, span("13:30-14:49")))
    assert Rule.WINDOW in dict(day(lunch="", opening=opening).broken(ROUTES))
    opening = ((0, span("08:00-12:00")), (0, span("13:30-14:50")))
    assert day(lunch="", opening=opening).broken(ROUTES) == []


def test_one_pause_holds_the_break_and_the_closed_hours() -> None:
    # Lunch may begin until 13:00: it lies in the closed hours, and the day is no longer than without it.
    both = day(closed=(span("12:00-13:30"),))
    (route,) = both.plan(ROUTES).routes
    assert (route.break_, route.stops[0].pause) == (BreakTaken(4, clock("12:00")), pause("12:00-13:40"))
    assert both.broken(ROUTES) == []
    # Lunch begins by 11:45: the pause begins with it and lasts until the customer opens.
    (route,) = day(lunch="11:30-11:45", closed=(span("12:00-13:30"),)).plan(ROUTES).routes
    assert (route.break_, route.stops[0].pause) == (BreakTaken(4, clock("11:45")), pause("11:45-13:40"))
    # Lunch of 13:15 ends after the customer has opened.
    (route,) = day(lunch="13:15-13:30", closed=(span("12:00-13:30"),)).plan(ROUTES).routes
    assert (route.break_, route.stops[0].pause) == (BreakTaken(4, clock("13:15")), pause("12:00-13:55"))


def test_a_pause_that_is_not_allowed_is_refused_with_its_length() -> None:
    plan = day(160).plan(ROUTES)
    (route,) = plan.routes
    (a,) = route.stops
    idle = replace(a, pause=pause("09:00-09:40"))
    assert (Rule.WINDOW, 2400) in day(160).broken(replace(plan, routes=(replace(route, stops=(idle,)),)))
    plan = day().plan(ROUTES)
    (route,) = plan.routes
    silent = replace(route.stops[0], pause=None)
    assert (Rule.WINDOW, 2400) in day().broken(replace(plan, routes=(replace(route, stops=(silent,)),)))
    early = replace(route.stops[0], pause=pause("11:29-12:10"))
    assert (Rule.WINDOW, 60) in day().broken(replace(plan, routes=(replace(route, stops=(early,)),)))


def test_a_slot_inside_another_kind_is_none() -> None:
    plain = day(160).with_policy(pause_kinds=frozenset())
    plan = plain.plan(ROUTES)
    inside = replace(plan, routes=(replace(plan.routes[0], break_=BreakTaken(4, clock("11:30"))),))
    judged = plain.judge(inside)
    assert [v.message for v in judged.violations if v.rule is Rule.BREAK] == [
        "Ann has the break in slot 4; the day has slots 0 to 3."
    ]


def test_who_waits_for_others_does_not_pause() -> None:
    pair = day().with_job("A", crew_size=2)
    assert pair.timed("Ann", "A").places[0].pause is None
    follower = job("B", place=20, after=(Predecessor("A", GapFrom.END),))
    a = job("A", place=10, minutes=300, kind="inspection")
    two = world([a, follower], [person("Ann", lunch="11:30-13:00")], policy=PAUSES)
    assert (Rule.BREAK, 600) in two.broken({"Ann": ["A"]})


def test_what_may_pause_keeps_its_start_and_so_its_leave_by() -> None:
    # A may begin at any time until 17:00 and Ann could come later; but then it might pause elsewhere.
    (route,) = day().plan(ROUTES).routes
    assert route.stops[0].leave_by_s == clock("08:00")
    waits = day(requested="09:00-10:00").plan(ROUTES).routes[0]
    assert waits.stops[0].leave_by_s == clock("08:20")


def test_what_has_begun_still_pauses() -> None:
    # It is 10:00 and A began at 08:30: it ends at 15:10 and not at 13:30.
    begun = noon().but(as_of_s=clock("10:00"), locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=clock("08:30")),))
    (route,) = begun.plan(ROUTES).routes
    assert (route.stops[0].pause, route.stops[0].end_s) == (pause("12:00-13:40"), clock("15:10"))
    assert begun.broken(ROUTES) == []


@pytest.mark.parametrize(
    "made",
    [
        day(),
        noon(),
        day(closed=(span("12:00-13:30"),)),
        day(lunch="11:30-11:45", closed=(span("12:00-13:30"),)),
        day(lunch="13:15-13:30", closed=(span("12:00-13:30"),)),
        noon().but(as_of_s=clock("10:00"), locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=clock("08:30")),)),
    ],
)
def test_the_engine_pauses_as_the_judge_does(made: World) -> None:
    assert made.solved().routes[0].stops == made.plan(ROUTES).routes[0].stops


WAYS_OUT = [
    (day(), ReasonCode.BREAK),
    (noon(), ReasonCode.TIME_WINDOW),
]


@pytest.mark.parametrize(("made", "code"), WAYS_OUT)
def test_the_reason_names_the_pause_as_the_way_out(made: World, code: ReasonCode) -> None:
    (entry,) = made.with_policy(pause_kinds=frozenset()).solved().unassigned
    assert (entry.reasons[0].code, entry.reasons[0].subject, entry.reasons[0].proven) == (code, "pause", True)
