"""The judge in narrow places: a second, a unit, one more person, another day. Each test has found a mutant out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from optimizer.domain.order import Interval, PartNeed, Predecessor, ToolNeed
from optimizer.domain.plan import BranchStop, Route, Stop
from optimizer.domain.policy import BrokenLocks, Fairness, Pickup
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.technician import Employment, HeldSkill
from optimizer.domain.units import DAY_S
from optimizer.judge.stock import Draw, draws_of
from tests.worlds import MONDAY, World, clock, job, person, span, world


def keeping(made: World, *locks: Lock) -> World:
    return made.but(locks=locks).with_policy(broken_locks=BrokenLocks.KEEP)


# --- rules ----------------------------------------------------------------------------------------------------------


def test_a_start_stated_a_second_before_it_is_ready_is_found(one_van: World) -> None:
    early = one_van.plan({"Ann": ["A"]})
    late = one_van.with_job("A", ready_s=clock("08:10") + 1)
    assert (Rule.READY, 1) in late.broken(early)


def test_a_start_stated_as_ready_although_it_is_later_is_a_wrong_start(one_van: World) -> None:
    ready = one_van.with_job("A", ready_s=clock("08:05"))
    plan = ready.plan({"Ann": ["A"]})
    (stop,) = plan.routes[0].stops
    wrong = replace(plan.routes[0], stops=(replace(stop, start_s=clock("08:05")),))
    assert ready.broken(replace(plan, routes=(wrong,))) == [(Rule.WINDOW, 300)]


def test_parts_are_counted_up_in_the_sentence(short_stock: World) -> None:
    plan = short_stock.plan({"Ann": ["A"]})
    (stop,) = plan.routes[0].stops
    twice = replace(plan.routes[0], stops=(replace(stop, parts=(PartNeed("P", 1), PartNeed("P", 2))),))
    (violation,) = short_stock.judge(replace(plan, routes=(twice,))).violations
    assert violation.message == "For visit A the plan states 3 of part P; it is 1."


def test_a_break_of_no_length_is_missing_all_the_same() -> None:
    made = world([job("A", place=10)], [person("Ann", lunch="12:00-13:00", lunch_minutes=0)])
    plan = made.plan({"Ann": ["A"]})
    without = replace(plan, routes=(replace(plan.routes[0], break_=None),))
    assert made.broken(without) == [(Rule.BREAK, 1)]


def test_none_of_a_tool_is_none() -> None:
    made = world([job("A", place=10, tools=(ToolNeed("ladder", 0),))], [person("Ann")])
    assert made.broken({"Ann": ["A"]}) == []


def test_a_crew_on_another_day_than_its_lock_is_so_many_days_off_once() -> None:
    made = world(
        [job("A", place=10, days=(0, 1), crew_size=2)], [person(w, days=(0, 1)) for w in ("Ann", "Ben")], days=2
    )
    made = made.but(locks=(Lock("A", LockLevel.DAY, "Ann", day=1),))
    assert made.broken({("Ann", 0): ["A"], ("Ben", 0): ["A"]}) == [(Rule.LOCK, 1)]


# --- kept locks -----------------------------------------------------------------------------------------------------


def test_a_kept_start_makes_only_that_day_of_that_technician_longer() -> None:
    """Ann would be back from B at 09:10, and her shift ends at 09:00."""
    jobs = [job("A", place=10, days=(0, 1), requested="08:00-21:00"), job("B", place=20)]
    made = world(jobs, [person("Ann", hours="08:00-09:00", days=(0, 1)), person("Ben")], days=2)
    bens = keeping(made, Lock("A", LockLevel.START, "Ben", start_s=clock("20:00")))
    assert bens.broken({"Ann": ["B"], "Ben": ["A"]}) == [(Rule.SHIFT, 600)]
    tomorrow = keeping(made, Lock("A", LockLevel.START, "Ann", day=1, start_s=clock("20:00") + DAY_S))
    assert tomorrow.broken({("Ann", 0): ["B"], ("Ann", 1): ["A"]}) == [(Rule.SHIFT, 600)]


def test_the_kept_start_of_a_crew_makes_no_day_longer() -> None:
    made = world([job("A", place=10, crew_size=2, requested="08:00-18:00")], [person("Ann"), person("Ben")])
    made = keeping(made, Lock("A", LockLevel.START, "Ann", start_s=clock("17:00")))
    assert made.broken({"Ann": ["A"], "Ben": ["A"]}) == [(Rule.SHIFT, 2400), (Rule.SHIFT, 2400)]


def test_who_cannot_on_any_day_of_the_shifts_ahead_is_excused() -> None:
    """Ann's certificate begins on Tuesday; she works on Monday, and on Saturday, which is not planned."""
    gas = HeldSkill("gas", 1, valid_from=MONDAY + timedelta(1))
    people = [person("Ann", days=(0, 5)), person("Ben", days=(1,))]
    made = world([job("A", place=10, days=(0, 1), skills={"gas": 1})], people, days=2)
    made = keeping(made.with_technician("Ann", skills=(gas,)), Lock("A", LockLevel.PERSON, "Ann"))
    judgement = made.judge({"Ann": ["A"]})
    assert judgement.is_clean
    assert [(found.rule, found.amount) for found in judgement.accepted] == [(Rule.SKILL, 1)]


def test_a_return_a_second_late_for_a_kept_start_is_listed(one_van: World) -> None:
    # Half an hour of work and ten minutes home: 17:00:01.
    late = one_van.with_job("A", requested=(span("08:00-18:00"),))
    judgement = keeping(late, Lock("A", LockLevel.START, "Ann", start_s=clock("16:20") + 1)).judge({"Ann": ["A"]})
    assert judgement.is_clean
    assert [(found.rule, found.amount) for found in judgement.accepted] == [(Rule.SHIFT, 1)]


# --- prices and departures ------------------------------------------------------------------------------------------


def test_the_spread_of_nobodys_load_is_nothing(one_van: World) -> None:
    hired = one_van.with_technician("Ann", employment=Employment.CONTRACTOR).with_policy(fairness=Fairness.SPREAD)
    assert hired.judge({"Ann": ["A"]}).costs[Rule.FAIRNESS] == 0


def test_leaving_so_late_that_a_told_window_is_missed_costs(one_van: World) -> None:
    # A was told 08:00 to 09:00: left for by 08:50 at the latest, so by 08:20, with half an hour to spare.
    told = one_van.but(published=(PublishedVisit("A", "Ann", 0, span("08:00-09:00")),))
    plan = told.plan({"Ann": ["A"]})
    (stop,) = plan.routes[0].stops
    assert stop.leave_by_s == clock("08:20")
    for leave, expected in (("08:50", []), ("08:51", [(Rule.LATENESS, 51 * 60)])):
        later = replace(plan.routes[0], stops=(replace(stop, leave_by_s=clock(leave)),))
        assert told.broken(replace(plan, routes=(later,))) == expected


def test_who_waits_for_a_gap_on_the_same_route_may_leave_later() -> None:
    """B begins two hours after A, at 10:40, and C waits for it: so long as Ann is there by then, she may leave late."""
    later = (Predecessor("A", min_gap_s=7200),)
    jobs = [job("A", place=10), job("B", place=20, after=later), job("C", place=30, after=(Predecessor("B"),))]
    plan = world(jobs, [person("Ann"), person("Ben")]).plan({"Ann": ["A", "B"], "Ben": ["C"]})
    assert plan.routes[0].stops[1].start_s == clock("10:40")
    assert plan.routes[0].stops[1].leave_by_s == clock("10:00")


def test_a_late_window_takes_the_arrivals_that_a_shorter_one_inside_it_would_not() -> None:
    # 08:00 to 12:00 may start two hours late, and so takes every arrival until 14:00: after noon A is late.
    windows = "08:00-12:00 09:00-10:00 11:00-13:00"
    made = world([job("A", place=10, requested=windows)], [person("Ann")]).with_policy(max_lateness_s=7200)
    assert made.plan({"Ann": ["A"]}).routes[0].stops[0].leave_by_s == clock("11:20")


# --- breaks ---------------------------------------------------------------------------------------------------------


def test_a_second_of_lateness_is_enough_to_rest_elsewhere() -> None:
    # Resting before the drive, Ann is at A at 12:40, a second late; at A she rests and starts at 12:30. B at 15:00
    # makes both days end at the same time.
    jobs = [job("A", place=10), job("B", place=20, requested="15:00-16:00")]
    made = world(jobs, [person("Ann", lunch="12:00-13:00")]).with_policy(max_lateness_s=3600)
    made = made.with_job("A", requested=(Interval(clock("12:00"), clock("12:40") - 1),))
    assert made.timed("Ann", "A", "B", slot=0).stops[0].lateness_s == 1
    assert made.timed("Ann", "A", "B").slot == 1


def test_of_breaks_that_all_break_something_the_least_is_taken() -> None:
    # Ann leaves at 12:03 and rests by 12:05; A must start by 12:23. Before the drive A starts at 12:53, 30 minutes too
    # late; at A the break begins 18 minutes too late, and A as well; after A it begins at 12:28, 23 minutes too late.
    jobs = [job("A", place=20, minutes=5, requested="12:00-12:23")]
    made = world(jobs, [person("Ann", hours="12:00-17:00", lunch="12:00-12:05")]).with_policy(morning_s=180)
    assert [made.timed("Ann", "A", slot=slot).breach_s for slot in range(4)] == [1800, 2880, 1380, 2580]
    assert made.broken({"Ann": ["A"]}) == [(Rule.BREAK, 1380)]


# --- parts ----------------------------------------------------------------------------------------------------------


def test_who_cannot_pick_up_draws_nothing(short_stock: World) -> None:
    problem = short_stock.problem
    ann, a = problem.technicians[0], problem.visit_by_id["A"]
    assert draws_of(problem, ann, a) == [Draw("A", "P", 1, 0)]
    at_home = replace(ann, start=a.place)
    assert draws_of(problem, at_home, a) == [Draw("A", "P", 1, -1)]
    assert draws_of(short_stock.with_policy(pickup=Pickup.STOP).problem, at_home, a) == []


# --- what cannot be timed -------------------------------------------------------------------------------------------


def test_what_cannot_be_timed_keeps_its_place_with_empty_times(one_van: World) -> None:
    empty = Stop("Z", 0, 0, 0, 0, Interval(0, 0))
    [known, of_nobody] = one_van.plan({"Ann": ["A", "Z"], "Eve": ["0", "Z"]}).routes
    assert known.stops[1] == empty
    assert of_nobody == Route("Eve", 0, 0, 0, (empty,), branch_stop=BranchStop(0, 0, 0, 0, 0))
