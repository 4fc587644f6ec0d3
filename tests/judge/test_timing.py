"""The judge's clock, worked by hand (docs/rules.md, The clock of a route)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import SkillNeed
from optimizer.domain.technician import HeldSkill
from optimizer.judge.facts import duration_s
from optimizer.judge.timing import latest_departure_s, time_with_slot
from tests.random_problems import random_problem_with_plan
from tests.worlds import World, clock, job, person, span, world

if TYPE_CHECKING:
    from optimizer.judge.timing import TimedTour

EARLY = "08:00-17:00"


def moments(timed: TimedTour) -> list[tuple[int, int, int]]:
    return [(stop.arrive_s, stop.start_s, stop.end_s) for stop in timed.stops]


def times(*texts: str) -> list[tuple[int, ...]]:
    return [tuple(clock(moment) for moment in text.split()) for text in texts]


# --- the plain day --------------------------------------------------------------------------------------------------


def test_a_day_runs_as_early_as_it_can(one_van: World) -> None:
    timed = one_van.timed("Ann", "A", "B")
    assert moments(timed) == times("08:10 08:10 08:40", "08:50 08:50 09:20")
    assert timed.return_s == clock("09:40")


def test_the_morning_is_spent_at_the_branch_only() -> None:
    made = world([job("A", place=10)], [person("Ann"), person("Ben", home=20)]).with_policy(morning_s=900)
    assert made.timed("Ann", "A").tour.depart_s == clock("08:15")
    assert made.timed("Ben", "A").tour.depart_s == clock("08:00")
    assert made.timed("Ben", "A").return_s == clock("08:50")


def test_travel_is_used_as_given_one_way_and_with_a_broken_triangle(one_van: World) -> None:
    # From the branch straight to B takes 60 minutes, over A 10 + 30 + 10.
    slow = one_van.with_leg("branch", "B", 60)
    assert slow.timed("Ann", "B").stops[0].start_s == clock("09:00")
    assert slow.timed("Ann", "A", "B").stops[1].start_s == clock("08:50")


# --- windows and hours ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrival_min", "max_lateness_s", "start", "window", "lateness_s"),
    [
        (30, 0, "09:00", 0, 0),  # Waits for the first window.
        (120, 0, "10:00", 0, 0),  # Its close is in time.
        (121, 0, "14:00", 1, 0),  # A minute later waits for the second.
        (121, 60, "10:01", 0, 60),  # Unless a minute of lateness is allowed: the first window that allows it is used,
        (180, 3600, "11:00", 0, 3600),  # even an hour late,
        (181, 3600, "14:00", 1, 0),  # and not a minute more.
        (500, None, "16:20", 0, 22_800),  # Without limit, the first window takes all.
    ],
)
def test_the_first_window_that_still_allows_a_start_is_used(
    arrival_min: int, max_lateness_s: int | None, start: str, window: int, lateness_s: int
) -> None:
    jobs = [job("A", place=arrival_min, requested="14:00-15:00 09:00-10:00")]
    made = world(jobs, [person("Ann", hours="08:00-23:59", overtime=600)]).with_policy(max_lateness_s=max_lateness_s)
    (stop,) = made.timed("Ann", "A").stops
    assert (stop.start_s, stop.window, stop.lateness_s) == (clock(start), window, lateness_s)


def test_hours_push_a_start_and_may_push_it_out_of_its_window(one_van: World) -> None:
    # A is reached at 08:10 and takes 30 minutes; the customer eats from 08:30 to 09:00.
    lunch = one_van.with_job("A", closed=(span("08:30-09:00"),))
    assert lunch.timed("Ann", "A").stops[0].start_s == clock("09:00")
    two = lunch.with_job("A", requested=(span("08:00-08:45"), span("10:00-11:00")))
    assert two.timed("Ann", "A").stops[0].start_s == clock("10:00")
    ends_in_time = one_van.with_job("A", closed=(span("08:40-09:00"),))
    assert ends_in_time.timed("Ann", "A").stops[0].start_s == clock("08:10")


def test_who_works_through_is_not_pushed(one_van: World) -> None:
    lunch = one_van.with_job("A", closed=(span("08:30-09:00"),), works_through=True)
    assert lunch.timed("Ann", "A").stops[0].start_s == clock("08:10")


def test_opening_hours_of_other_weekdays_do_not_open_monday(one_van: World) -> None:
    tuesday = one_van.with_job("A", opening=((1, span(EARLY)),))
    assert tuesday.timed("Ann", "A").stops[0].outside_hours_s == 1800


def test_ready_comes_before_windows_and_hours(one_van: World) -> None:
    later = one_van.with_job("A", ready_s=clock("09:05"), closed=(span("09:30-10:00"),))
    assert later.timed("Ann", "A").stops[0].start_s == clock("10:00")


# --- durations ------------------------------------------------------------------------------------------------------


def test_the_slowest_needed_skill_scales_and_surcharges_add(one_van: World) -> None:
    # 1000 s at 125 % are 1250 s; observation 1800, critical test 600, apprentice 1800: unscaled.
    skills = (
        HeldSkill("aircon", 3, factor_pct=80),
        HeldSkill("electric", 1, factor_pct=125, surcharge_s=1800),
        HeldSkill("gas", 1, factor_pct=300, surcharge_s=7200),  # Not needed.
    )
    needs = (SkillNeed("aircon"), SkillNeed("electric"))
    made = one_van.with_technician("Ann", skills=skills)
    made = made.with_job("A", base_s=1000, skills=needs, intermittent=True, critical_test_s=600)
    problem = made.problem
    assert duration_s(problem, problem.technicians[0], problem.visits[0]) == 1250 + 1800 + 600 + 1800


@pytest.mark.parametrize(("base_s", "factor_pct", "expected"), [(1001, 150, 1502), (1003, 85, 853), (999, 100, 999)])
def test_a_scaled_duration_is_rounded_half_up(one_van: World, base_s: int, factor_pct: int, expected: int) -> None:
    # 1001 x 1.5 = 1501.5; 1003 x 0.85 = 852.55.
    made = one_van.with_technician("Ann", skills=(HeldSkill("aircon", 1, factor_pct=factor_pct),))
    made = made.with_job("A", base_s=base_s, skills=(SkillNeed("aircon"),))
    assert duration_s(made.problem, made.problem.technicians[0], made.problem.visits[0]) == expected


def test_a_technician_who_is_fast_below_the_base_is_fast(one_van: World) -> None:
    made = one_van.with_technician("Ann", skills=(HeldSkill("aircon", 1, factor_pct=80),))
    made = made.with_job("A", base_s=1000, skills=(SkillNeed("aircon"),))
    assert duration_s(made.problem, made.problem.technicians[0], made.problem.visits[0]) == 800


# --- breaks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slot", "break_start", "b_arrives", "b_starts", "returns"),
    [
        (2, "12:00", "12:40", "13:00", "14:20"),  # At A, before driving on.
        (3, "12:10", "12:10", "13:00", "14:20"),  # At B, before its service.
        (4, "14:00", "12:10", "13:00", "14:50"),  # At B, after its service: too late.
        (5, "14:20", "12:10", "13:00", "14:50"),  # Back at the branch, before the day ends: too late.
    ],
)
def test_a_break_lies_before_or_after_a_leg(
    lunch_day: World, slot: int, break_start: str, b_arrives: str, b_starts: str, returns: str
) -> None:
    timed = lunch_day.timed("Ann", "A", "B", slot=slot)
    assert timed.break_start_s == clock(break_start)
    assert (timed.stops[1].arrive_s, timed.stops[1].start_s) == (clock(b_arrives), clock(b_starts))
    assert timed.return_s == clock(returns)
    assert (timed.breach_s > 0) is (slot >= 4)


def test_a_break_at_the_start_place_comes_before_the_first_leg() -> None:
    # An afternoon shift, customer at 13:00: 12:00 to 12:30 at the branch, then ten minutes of travel.
    made = world(
        [job("A", place=10, requested="12:40-13:00")], [person("Ann", hours="11:00-17:00", lunch="12:00-13:00")]
    )
    timed = made.timed("Ann", "A", slot=0)
    assert timed.tour.depart_s == clock("11:00")
    assert (timed.break_start_s, timed.stops[0].arrive_s) == (clock("12:00"), clock("12:40"))
    # Slot 1 is at the customer, 12:00 to 12:30, and serves ten minutes later; it ends as early, so slot 0 is canonical.
    assert made.timed("Ann", "A").slot == 0


def test_a_break_at_the_end_place_delays_the_return() -> None:
    made = world([job("A", place=10)], [person("Ann", lunch="12:00-13:00")])
    timed = made.timed("Ann", "A")
    # Slots 0 and 1 delay the service past 12:30, slot 2 (at A) the return to 12:40; at the end place it is 12:30.
    assert (timed.slot, timed.break_start_s, timed.return_s) == (3, clock("12:00"), clock("12:30"))


def test_the_canonical_slot_minds_lateness_before_the_return() -> None:
    # B closes at 12:20 and may be late. A break before it costs ten minutes of lateness; after it, a later return.
    jobs = [job("A", place=10, minutes=220), job("B", place=20, minutes=60, requested="12:00-12:20")]
    made = world(jobs, [person("Ann", lunch="12:00-13:30")]).with_policy(max_lateness_s=7200)
    timed = made.timed("Ann", "A", "B")
    assert timed.stops[1].start_s == clock("12:00")
    assert timed.slot == 4


def test_a_break_taken_late_in_its_window_is_no_breach(lunch_day: World) -> None:
    long = lunch_day.with_job("A", base_s=7200)
    timed = long.timed("Ann", "A", "B")
    assert (timed.break_start_s, timed.past_break_s) == (clock("13:00"), 0)


# --- the latest departure -------------------------------------------------------------------------------------------


def test_the_latest_departure_keeps_return_and_lateness(one_van: World) -> None:
    # A waits from 08:10 to 10:00: the day could begin at 09:50.
    late = one_van.with_job("A", requested=(span("10:00-11:00"),))
    assert latest_departure_s(late.timed("Ann", "A", "B")) == clock("09:50")
    assert latest_departure_s(one_van.timed("Ann", "A", "B")) == clock("08:00")


def test_the_break_may_move_within_its_window() -> None:
    # B at 13:30 decides the return. Break at A before the leg: it may start at 13:00 at the latest, A then ends at
    # 13:00, so the day may begin at 12:20; A's own window is open all day.
    jobs = [job("A", place=10), job("B", place=20, requested="13:40-15:00")]
    made = world(jobs, [person("Ann", lunch="12:00-13:00")])
    timed = made.timed("Ann", "A", "B", slot=2)
    assert timed.break_start_s == clock("12:00")
    assert latest_departure_s(timed) == clock("12:20")
    # With the break at B (slot 3): it starts by 13:00, so A ends by 12:50.
    assert latest_departure_s(made.timed("Ann", "A", "B", slot=3)) == clock("12:10")


def test_the_latest_departure_does_not_jump_over_a_harmful_one() -> None:
    # A: 08:00 to 08:05, an hour late allowed, or 10:00 to 10:30. Canonically A is 5 minutes late at 08:10. Leaving at
    # 08:01 would be later still; that leaving at 10:20 reaches the second window in time does not help.
    jobs = [job("A", place=10, requested="08:00-08:05 10:00-10:30"), job("B", place=20, requested="13:00-14:00")]
    made = world(jobs, [person("Ann")]).with_policy(max_lateness_s=3600)
    timed = made.timed("Ann", "A", "B")
    assert timed.stops[0].lateness_s == 300
    assert latest_departure_s(timed) == clock("08:00")


def test_windows_that_touch_are_one_stretch() -> None:
    # A: 08:00 to 09:00 and 09:00 to 10:00: left by 09:50, in either window.
    jobs = [job("A", place=10, requested="08:00-09:00 09:00-10:00"), job("B", place=20, requested="13:00-14:00")]
    made = world(jobs, [person("Ann")])
    assert latest_departure_s(made.timed("Ann", "A", "B")) == clock("09:50")
    assert leave_by(as_before_the_grid(made), "A", "B")[0] == clock("09:20")


# --- leave by -------------------------------------------------------------------------------------------------------


def as_before_the_grid(made: World) -> World:
    """Return a world whose plans leave as late as it costs nothing, whatever customers are told."""
    return made.with_policy(told_width_s={})


def leave_by(made: World, *visit_ids: str) -> list[int]:
    return [stop.leave_by_s for stop in made.plan({"Ann": visit_ids}).routes[0].stops]


def test_leave_by_is_half_an_hour_before_the_latest_harmless_departure(one_van: World) -> None:
    # B must be started by 12:00: leaving A by 11:50, so 11:20. A then ends by 11:50, starts by 11:20: 11:10, so 10:40.
    noon = as_before_the_grid(one_van).with_job("B", requested=(span("08:00-12:00"),))
    assert leave_by(noon, "A", "B") == [clock("10:40"), clock("11:20")]


def test_leave_by_gives_up_no_more_slack_than_there_is(one_van: World) -> None:
    # B is open until 09:00 and reached at 08:50: ten minutes of slack, all given up.
    tight = one_van.with_job("B", requested=(span("08:00-09:00"),))
    assert leave_by(tight, "A", "B") == [clock("08:00"), clock("08:40")]


def test_leave_by_raises_no_overtime(one_van: World) -> None:
    # Back at 09:40 with the shift ending at 11:00: 80 minutes of slack, overtime allowed or not.
    short = as_before_the_grid(one_van).with_shift("Ann", end_s=clock("11:00"), overtime_limit_s=3600)
    assert leave_by(short, "A", "B") == [clock("08:50"), clock("09:30")]
    # Already in overtime: nothing to give.
    over = one_van.with_shift("Ann", end_s=clock("09:00"), overtime_limit_s=7200)
    assert leave_by(over, "A", "B") == [clock("08:00"), clock("08:40")]


def test_leave_by_of_a_late_visit_is_its_departure(late_promise: World) -> None:
    assert leave_by(late_promise, "A") == [clock("08:00")]


def test_the_told_window_is_the_promised_one_without_lead(one_van: World) -> None:
    promised = one_van.with_job("A", promised=(span("08:00-09:00"), span("13:00-14:00"))).with_policy(
        arrival_lead_s=300
    )
    assert promised.plan({"Ann": ["A"]}).routes[0].stops[0].window == span("08:00-09:00")
    assert as_before_the_grid(one_van).plan({"Ann": ["A"]}).routes[0].stops[0].window == span("07:40-08:40")


# --- properties -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(100))
def test_every_departure_up_to_the_latest_is_harmless_and_the_next_second_is_not(seed: int) -> None:
    problem, matrix, routes = random_problem_with_plan(seed)
    made = World(problem, matrix)
    for who, visit_ids in routes.items():
        timed = made.timed(who, *visit_ids)
        first_s, latest_s = timed.tour.depart_s, latest_departure_s(timed)
        tried = {first_s, (first_s + latest_s) // 2, first_s + (latest_s - first_s) * 9 // 10, latest_s}
        assert all(is_harmless(timed, depart_s) for depart_s in tried)
        assert not is_harmless(timed, latest_s + 1)


def is_harmless(timed: TimedTour, depart_s: int) -> bool:
    """Ask the forward clock whether a departure keeps the return, the rules, and raises no lateness."""
    later = time_with_slot(replace(timed.tour, depart_s=depart_s), timed.slot)
    is_later = any(new.lateness_s > old.lateness_s for new, old in zip(later.stops, timed.stops, strict=True))
    return later.return_s <= timed.return_s and later.breach_s == 0 and not is_later
