"""Every rule over a horizon of several days: what belongs to a day counts on that day, the rest once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from optimizer.domain.order import Interval, PartNeed, SkillNeed
from optimizer.domain.plan import UnassignedState
from optimizer.domain.policy import Fairness
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Loan, Part, Reservation
from optimizer.domain.technician import HeldSkill, WorkLedger
from tests.worlds import MONDAY, SUNDAY_16, World, clock, day_s, job, person, span, world

TUESDAY, WEDNESDAY = MONDAY + timedelta(1), MONDAY + timedelta(2)
FRIDAY = MONDAY - timedelta(3)


@pytest.fixture
def two_days() -> World:
    """Monday and Tuesday: Ann has both, Ben Tuesday; A and B may be served on either day."""
    jobs = [job("A", place=10, days=(0, 1)), job("B", place=20, days=(0, 1))]
    return world(jobs, [person("Ann", days=(0, 1)), person("Ben", days=(1,))], days=2)


# --- routes ---------------------------------------------------------------------------------------------------------


def test_a_technician_has_one_route_a_day(two_days: World) -> None:
    plan = two_days.plan({("Ann", 1): ["B"], "Ann": ["A"]})
    assert [(route.technician_id, route.day) for route in plan.routes] == [("Ann", 0), ("Ann", 1)]
    assert two_days.broken(plan) == []
    monday, tuesday = plan.routes
    assert (monday.stops[0].start_s, monday.return_s) == (clock("08:10"), clock("08:50"))
    assert (tuesday.depart_s, tuesday.stops[0].start_s) == (day_s("08:00", 1), day_s("08:20", 1))
    assert plan.cost_cents == 1_000 + 2_000
    again = replace(plan, routes=(monday, replace(tuesday, day=0)))
    assert (Rule.SHIFT, 1) in two_days.broken(again)


def test_routes_are_sorted_by_day_and_then_by_technician(two_days: World) -> None:
    plan = two_days.plan({("Ben", 1): ["A"], ("Ann", 0): ["B"]})
    assert [(route.day, route.technician_id) for route in plan.routes] == [(0, "Ann"), (1, "Ben")]
    assert plan.routes_by_technician() == {"Ann": ["B"], "Ben": ["A"]}


def test_nobody_works_on_a_day_without_a_shift(two_days: World) -> None:
    assert two_days.broken({("Ben", 0): ["A"]}) == [(Rule.SHIFT, 1)]
    assert two_days.broken({("Ben", 2): ["A"]}) == [(Rule.SHIFT, 1)]


def test_served_on_two_days_is_served_twice(two_days: World) -> None:
    assert two_days.broken({("Ann", 0): ["A"], ("Ann", 1): ["A"]}) == [(Rule.ONCE, 1)]


def test_a_window_of_one_day_is_missed_on_the_next(two_days: World) -> None:
    monday = two_days.with_job("A", requested=(span("08:00-17:00"),))
    assert monday.broken({("Ann", 0): ["A"]}) == []
    # Tuesday 08:10 is 15 h 10 min after Monday 17:00.
    assert monday.broken({("Ann", 1): ["A"]}) == [(Rule.WINDOW, 54_600)]
    tuesday = two_days.with_job("A", requested=(span("08:00-17:00", 1),))
    assert tuesday.broken({("Ann", 1): ["A"]}) == []


def test_a_certificate_holds_on_the_day_of_the_route(two_days: World) -> None:
    made = two_days.with_technician("Ann", skills=(HeldSkill("gas", 1, valid_from=TUESDAY),))
    made = made.with_job("A", skills=(SkillNeed("gas"),))
    assert made.broken({("Ann", 1): ["A"]}) == []
    assert made.broken({("Ann", 0): ["A"]}) == [(Rule.SKILL, 1)]


# --- what becomes of what is left out -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "cents", "state"),
    [
        (None, 20_000, UnassignedState.WAITS),
        (date(2026, 11, 27), 20_000, UnassignedState.WAITS),
        (date(2026, 11, 25), 30_000, UnassignedState.WAITS),
        (TUESDAY, 100_000, UnassignedState.WILL_BREAK),
        (MONDAY, 160_000, UnassignedState.WILL_BREAK),
    ],
)
def test_working_days_left_count_from_the_last_day(
    two_days: World, due: date | None, cents: int, state: UnassignedState
) -> None:
    made = two_days.with_job("A", due_day=due)
    routes = {"Ann": ["B"]}
    assert made.judge(routes).costs[Rule.UNASSIGNED] == cents
    assert made.plan(routes).unassigned[0].state is state


@pytest.mark.parametrize(("close_day", "state"), [(1, UnassignedState.WILL_BREAK), (2, UnassignedState.WAITS)])
def test_a_promise_breaks_when_it_closes_within_the_horizon(
    two_days: World, close_day: int, state: UnassignedState
) -> None:
    made = two_days.with_job("A", promised=(span("08:00-09:00", close_day),))
    assert made.plan({"Ann": ["B"]}).unassigned[0].state is state


# --- fairness -------------------------------------------------------------------------------------------------------


def test_fairness_is_added_up_over_the_days(two_days: World) -> None:
    # Ann: 3 000 s on Monday, 4 200 s on Tuesday; 85 % of 4 000 s are 3 400 s: Monday is free, x = 800 on Tuesday.
    made = two_days.with_policy(fairness=Fairness.LOAD).with_shift("Ann", contracted_s=4_000)
    made = made.with_shift("Ben", contracted_s=4_000)
    apart = {("Ann", 0): ["A"], ("Ann", 1): ["B"]}
    assert made.judge(apart).costs[Rule.FAIRNESS] == 800 * 800 // 12_000
    # An excess of 1 000 s a day counts on each of her two days.
    heavy = made.with_technician("Ann", ledger=WorkLedger(2_000, 0, 2))
    assert heavy.judge(apart).costs[Rule.FAIRNESS] == 600 * 600 // 12_000 + 1_800 * 1_800 // 12_000
    # Both on Monday, 6 000 s, and nothing on Tuesday: what she has left then does not make up for it.
    assert made.judge({("Ann", 0): ["A", "B"]}).costs[Rule.FAIRNESS] == 2_600 * 2_600 // 12_000
    # Ben's one day: 50 minutes are below 3 400 s.
    assert made.judge({("Ann", 0): ["B"], ("Ben", 1): ["A"]}).costs[Rule.FAIRNESS] == 800 * 800 // 12_000


def test_an_unused_day_costs_when_the_past_was_heavy(two_days: World) -> None:
    # 85 % of 1 000 s are 850 s; an excess of 2 050 s leaves 1 200 s above on each of Ann's two days.
    made = two_days.with_policy(fairness=Fairness.LOAD).with_shift("Ann", contracted_s=1_000)
    heavy = made.with_technician("Ann", ledger=WorkLedger(2_050, 0, 1))
    assert heavy.judge({}).costs[Rule.FAIRNESS] == 2 * (1_200 * 1_200 // 12_000)


def test_the_engine_and_the_master_share_the_work_over_the_days(two_days: World) -> None:
    # Both visits fit on Monday and would save 20 minutes of travel, 1 000 cents; two short days are fairer.
    made = two_days.with_policy(fairness=Fairness.LOAD, load_divisor=1_000)
    made = made.but(shifts=tuple(shift for shift in made.problem.shifts if shift.technician_id == "Ann"))
    made = made.with_shift("Ann", contracted_s=4_000)
    plan = made.solved()
    assert [len(route.stops) for route in plan.routes] == [1, 1]
    assert plan.costs[Rule.FAIRNESS] == 800 * 800 // 1_000


def test_the_spread_is_over_all_days_of_each(two_days: World) -> None:
    # Loads of 120 and 0 minutes: 10 x (2 x 14 400 - 14 400) // 2 // 100 = 720.
    made = two_days.with_policy(fairness=Fairness.SPREAD)
    assert made.judge({("Ann", 0): ["A"], ("Ann", 1): ["B"]}).costs[Rule.FAIRNESS] == 720
    # 50 and 70 minutes: 10 x (2 x 7 400 - 14 400) // 2 // 100 = 20.
    assert made.judge({("Ann", 0): ["A"], ("Ben", 1): ["B"]}).costs[Rule.FAIRNESS] == 20


# --- stability ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routes", "cents"),
    [
        ({("Ann", 1): ["A"]}, 0),
        ({("Ben", 1): ["A"]}, 1_000),
        ({("Ann", 0): ["A"]}, 2_000),
        ({}, 2_000),
    ],
)
def test_another_day_counts_as_dropped(two_days: World, routes: dict[tuple[str, int], list[str]], cents: int) -> None:
    made = two_days.but(published=(PublishedVisit("A", "Ann", 1),))
    assert made.judge(routes).costs[Rule.STABILITY] == cents


def test_notice_counts_for_the_published_day(two_days: World) -> None:
    # On Sunday there is no notice for Monday any more, but for Tuesday until Monday 17:30.
    sunday = two_days.but(as_of_s=SUNDAY_16)
    for day, cents in ((0, 6_000), (1, 2_000)):
        assert sunday.but(published=(PublishedVisit("A", "Ann", day),)).judge({}).costs[Rule.STABILITY] == cents
    # Moved to the day before: what counts is the day it was told for.
    said = (PublishedVisit("A", "Ann", 1),)
    assert sunday.but(published=said).judge({("Ann", 0): ["A"]}).costs[Rule.STABILITY] == 2_000


def test_another_day_is_priced_as_such_whatever_the_other_prices(two_days: World) -> None:
    told = PublishedVisit("A", "Ann", 1, span("10:00-11:00", 1))
    made = two_days.but(published=(told,)).with_policy(other_time_cents=7_000, other_technician_cents=9_000)
    assert made.judge({("Ann", 0): ["A"]}).costs[Rule.STABILITY] == 2_000
    assert made.judge({("Ben", 1): ["A"]}).costs[Rule.STABILITY] == 9_000
    assert made.solved().served == 2


def test_a_told_window_of_a_later_day_binds_when_its_notice_is_over(two_days: World) -> None:
    told = PublishedVisit("A", "Ann", 1, span("10:00-11:00", 1))
    sunday = two_days.but(published=(told,), as_of_s=SUNDAY_16)
    assert sunday.broken({("Ann", 0): ["A"]}) == []
    monday_night = two_days.but(published=(told,), as_of_s=clock("18:00"))
    assert monday_night.plan({("Ann", 1): ["A"]}).routes[0].stops[0].start_s == day_s("10:00", 1)
    assert monday_night.broken({}) == [(Rule.LOCK, 1)]


# --- locks ----------------------------------------------------------------------------------------------------------


def test_a_day_lock_holds_person_and_day(two_days: World) -> None:
    made = two_days.but(locks=(Lock("A", LockLevel.DAY, "Ann", day=1),))
    assert made.broken({("Ann", 1): ["A"]}) == []
    assert made.broken({("Ann", 0): ["A"]}) == [(Rule.LOCK, 1)]
    assert made.broken({("Ben", 1): ["A"]}) == [(Rule.LOCK, 1)]


def test_a_person_lock_leaves_the_day_open(two_days: World) -> None:
    made = two_days.but(locks=(Lock("A", LockLevel.PERSON, "Ann"),))
    assert made.broken({("Ann", 1): ["A"]}) == made.broken({("Ann", 0): ["A"]}) == []


def test_a_start_lock_is_a_moment_of_the_clock(two_days: World) -> None:
    made = two_days.but(locks=(Lock("A", LockLevel.START, "Ann", day=1, start_s=day_s("09:00", 1)),))
    assert made.plan({("Ann", 1): ["A"]}).routes[0].stops[0].start_s == day_s("09:00", 1)
    assert made.broken({("Ann", 1): ["A"]}) == []


def test_a_started_route_is_that_of_its_day(two_days: World) -> None:
    made = two_days.but(locks=(Lock("B", LockLevel.PREFIX, "Ann", day=1, position=0),))
    assert made.broken({("Ann", 1): ["B", "A"]}) == []
    assert made.broken({("Ann", 1): ["A", "B"]}) == [(Rule.LOCK, 1)]
    assert made.broken({("Ann", 0): ["A", "B"]}) == [(Rule.LOCK, 1)]  # Not on its day.


# --- stock and loans ------------------------------------------------------------------------------------------------


@pytest.fixture
def one_compressor(two_days: World) -> World:
    """A and B need a compressor each; one is on hand."""
    need = (PartNeed("P", 1),)
    return two_days.with_job("A", parts=need).with_job("B", parts=need).but(parts=(Part("P", "compressor", 1),))


def test_stock_is_counted_to_the_end_of_the_horizon(one_compressor: World) -> None:
    apart = {("Ann", 0): ["A"], ("Ann", 1): ["B"]}
    assert one_compressor.broken(apart) == [(Rule.STOCK, 1)]
    for usable_on, expected in ((TUESDAY, []), (WEDNESDAY, [(Rule.STOCK, 1)])):
        assert one_compressor.but(arrivals=(Arrival("P", 1, usable_on),)).broken(apart) == expected
    # What arrives on Tuesday does not help Monday.
    arriving = one_compressor.but(arrivals=(Arrival("P", 1, TUESDAY),))
    assert arriving.broken({("Ann", 0): ["A", "B"]}) == [(Rule.STOCK, 1)]


def test_what_is_held_for_later_is_not_taken_now(one_compressor: World) -> None:
    for day, expected in ((TUESDAY, [(Rule.STOCK, 1)]), (WEDNESDAY, [])):
        held = one_compressor.but(reservations=(Reservation("R", "P", 1, day),))
        assert held.broken({("Ann", 0): ["A"]}) == expected


def test_a_home_starter_has_parts_on_the_evening_before_each_day() -> None:
    jobs = [job("A", place=10, days=(0, 1), parts={"P": 1})]
    made = world(jobs, [person("Ann", home=5, days=(0, 1))], days=2)
    for usable_on, expected in ((MONDAY, []), (TUESDAY, [(Rule.STOCK, 1)])):
        assert made.but(arrivals=(Arrival("P", 1, usable_on),)).broken({("Ann", 1): ["A"]}) == expected


def test_a_loan_blocks_until_the_day_of_its_booked_return(one_compressor: World) -> None:
    owed = Loan("L", "Ann", "F", 1, FRIDAY - timedelta(1), return_booked=TUESDAY)
    made = one_compressor.but(loans=(owed,))
    assert made.broken({("Ann", 0): ["A"]}) == [(Rule.LOAN, 1)]
    assert made.broken({("Ann", 1): ["A"]}) == []


# --- breaks ---------------------------------------------------------------------------------------------------------


def test_each_day_has_its_break() -> None:
    jobs = [job("A", place=10, days=(0, 1)), job("B", place=20, days=(0, 1))]
    made = world(jobs, [person("Ann", days=(0, 1), lunch="12:00-13:00")], days=2)
    plan = made.plan({("Ann", 0): ["A"], ("Ann", 1): ["B"]})
    assert [route.break_.start_s for route in plan.routes if route.break_] == [clock("12:00"), day_s("12:00", 1)]
    assert made.broken(plan) == []


def test_opening_hours_count_on_their_weekday(two_days: World) -> None:
    tuesdays = two_days.with_job("A", requested=(), opening=((1, Interval(clock("09:00"), clock("12:00"))),))
    assert tuesdays.plan({("Ann", 1): ["A"]}).routes[0].stops[0].start_s == day_s("09:00", 1)
    assert tuesdays.broken({("Ann", 1): ["A"]}) == []


# --- the engine -----------------------------------------------------------------------------------------------------


def test_the_engine_uses_every_day(two_days: World) -> None:
    # Ann's Monday lasts until 09:00: one visit; the other one goes to Tuesday.
    shifts = [replace(s, end_s=clock("09:00")) if s.day == 0 else s for s in two_days.problem.shifts]
    made = two_days.but(shifts=tuple(s for s in shifts if s.technician_id == "Ann"))
    made = made.with_job("A", requested=(span("08:00-17:00"),))
    plan = made.solved()
    assert [(route.day, route.visit_ids) for route in plan.routes] == [(0, ("A",)), (1, ("B",))]


def test_the_engine_waits_for_the_part(one_compressor: World) -> None:
    arriving = one_compressor.but(arrivals=(Arrival("P", 1, TUESDAY),))
    assert arriving.solved().served == 2


def test_the_engine_serves_before_the_due_day() -> None:
    # Together on Monday they cost less travel, but Monday is full; A is due on Monday.
    jobs = [job("A", place=10, days=(0, 1), due_day=MONDAY), job("B", place=20, days=(0, 1))]
    made = world(jobs, [person("Ann", days=(0, 1), max_visits=1)], days=2)
    plan = made.solved()
    assert [(route.day, route.visit_ids) for route in plan.routes] == [(0, ("A",)), (1, ("B",))]
