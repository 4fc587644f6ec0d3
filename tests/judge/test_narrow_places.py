"""The judge in narrow places: a second, a unit, one more person, another day. Each test has found a mutant out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import Confirmed, Interval, Load, PartNeed, Predecessor, ServiceLog, SkillNeed, ToolNeed
from optimizer.domain.plan import BranchStop, Pause, Route, Stop
from optimizer.domain.policy import BrokenLocks, Fairness, Pickup
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Part
from optimizer.domain.technician import Break, Employment, HeldSkill
from optimizer.domain.units import DAY_S, at
from optimizer.judge.costs import absence_cents, dropped_cents, free_starts, promise_cents
from optimizer.judge.exceptions import excesses_of
from optimizer.judge.facts import Facts, duration_s, skill_gaps
from optimizer.judge.pauses import Pausing
from optimizer.judge.repeats import LastTime
from optimizer.judge.stock import Draw, draws_of, draws_of_plan
from optimizer.judge.timing import lateness_cents, latest_departure_s, time_canonically, time_with_slot
from tests.worlds import MONDAY, PLAIN, SUNDAY_16, World, clock, job, person, span, world


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
    """Ann's certificate begins on Tuesday; she works on Monday, and on Wednesday, which is not planned."""
    gas = HeldSkill("gas", 1, valid_from=MONDAY + timedelta(1))
    people = [person("Ann", days=(0, 2)), person("Ben", days=(1,))]
    made = world([job("A", place=10, days=(0, 1), skills={"gas": 1})], people, days=2)
    made = keeping(made.with_technician("Ann", skills=(gas,)), Lock("A", LockLevel.PERSON, "Ann"))
    judgement = made.judge({"Ann": ["A"]})
    assert judgement.is_clean
    assert [(found.rule, found.amount) for found in judgement.accepted] == [(Rule.SKILL, 1)]


def test_who_can_on_one_of_the_days_is_not_excused_on_another() -> None:
    """Ann's certificate ends on Monday, and she works on Tuesday too."""
    gas = HeldSkill("gas", 1, valid_until=MONDAY)
    made = world([job("A", place=10, days=(0, 1), skills={"gas": 1})], [person("Ann", days=(0, 1))], days=2)
    made = made.with_technician("Ann", skills=(gas,))
    free = keeping(made, Lock("A", LockLevel.PERSON, "Ann"))
    assert free.broken({("Ann", 1): ["A"]}) == [(Rule.SKILL, 1)]
    for level, start_s in ((LockLevel.DAY, 0), (LockLevel.START, clock("09:00") + DAY_S)):
        bound = keeping(made, Lock("A", level, "Ann", day=1, start_s=start_s)).judge({("Ann", 1): ["A"]})
        assert bound.is_clean
        assert [(found.rule, found.amount) for found in bound.accepted] == [(Rule.SKILL, 1)]


def test_a_crew_that_a_kept_lock_holds_off_its_window_is_listed_once() -> None:
    made = world([job("A", place=10, crew_size=2, requested="09:00-10:00")], [person("Ann"), person("Ben")])
    made = keeping(made, Lock("A", LockLevel.START, "Ann", start_s=clock("10:30")))
    judgement = made.judge({"Ann": ["A"], "Ben": ["A"]})
    assert judgement.is_clean
    assert [(found.rule, found.amount) for found in judgement.accepted] == [(Rule.WINDOW, 1800)]


@pytest.mark.parametrize(("start_s", "outside_s"), [(clock("12:00"), 1800), (clock("10:30") + 1, 1)])
def test_what_lies_outside_the_hours_for_a_kept_lock_is_listed_by_the_second(
    one_van: World, start_s: int, outside_s: int
) -> None:
    made = one_van.with_job("A", opening=((0, span("08:00-11:00")),))
    judgement = keeping(made, Lock("A", LockLevel.START, "Ann", start_s=start_s)).judge({"Ann": ["A"]})
    assert judgement.is_clean
    assert [(found.rule, found.amount) for found in judgement.accepted] == [(Rule.WINDOW, outside_s)]


def test_the_last_of_two_kept_starts_is_why_the_day_is_long(one_van: World) -> None:
    made = one_van.with_job("A", requested=(span("08:00-20:00"),)).with_job("B", requested=(span("08:00-20:00"),))
    locks = [Lock(v, LockLevel.START, "Ann", start_s=clock(at)) for v, at in (("A", "17:00"), ("B", "18:00"))]
    judgement = keeping(made, *locks).judge({"Ann": ["A", "B"]})
    assert judgement.is_clean
    # B until 18:30, and twenty minutes home.
    assert [(f.rule, f.amount, f.visit_id) for f in judgement.accepted] == [(Rule.SHIFT, 6600, "B")]


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
    told = one_van.but(published=(PublishedVisit("A", "Ann", 0, span("08:00-09:00")),)).with_policy(told_width_s={})
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
    made = world(jobs, [person("Ann"), person("Ben")]).with_policy(told_width_s={})
    plan = made.plan({"Ann": ["A", "B"], "Ben": ["C"]})
    assert plan.routes[0].stops[1].start_s == clock("10:40")
    assert plan.routes[0].stops[1].leave_by_s == clock("10:00")


def test_a_late_window_takes_the_arrivals_that_a_shorter_one_inside_it_would_not() -> None:
    # 08:00 to 12:00 may start two hours late, and so takes every arrival until 14:00: after noon A is late.
    windows = "08:00-12:00 09:00-10:00 11:00-13:00"
    made = world([job("A", place=10, requested=windows)], [person("Ann")])
    made = made.with_policy(max_lateness_s=7200, told_width_s={})
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


# --- who is named ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ((), "Ann does not have gas; visit A needs gas at level 2."),
        ((HeldSkill("gas", 1),), "Ann holds gas at level 1; A needs gas at level 2."),
        (
            (HeldSkill("gas", 2, valid_until=MONDAY - timedelta(1)),),
            "The certificate of Ann for gas is not valid on 2026-11-23.",
        ),
    ],
)
def test_a_missing_skill_is_said_as_it_is_missing(one_van: World, held: tuple[HeldSkill, ...], message: str) -> None:
    made = one_van.with_job("A", skills=(SkillNeed("gas", 2),)).with_technician("Ann", skills=held)
    (violation,) = made.judge({"Ann": ["A"]}).violations
    assert violation.message == message
    ann, a = made.problem.technicians[0], made.problem.visit_by_id["A"]
    [gap] = skill_gaps(made.problem, ann, a, MONDAY)
    assert (gap.need, gap.levels) == (SkillNeed("gas", 2), violation.amount)
    assert gap.is_expired is ("certificate" in message)


def test_the_second_to_serve_a_visit_and_the_first_of_a_crew_are_named(two_vans: World) -> None:
    (twice,) = two_vans.judge({"Ann": ["B"], "Ben": ["B"]}).violations
    assert (twice.rule, twice.technician_id) == (Rule.ONCE, "Ben")
    crew = two_vans.with_job("B", crew_size=2)
    plan = crew.plan({"Ann": ["B"], "Ben": ["B"]})
    (both,) = crew.judge(
        replace(plan, unassigned=(*plan.unassigned, *crew.plan({"Ann": ["C"]}).unassigned[-1:]))
    ).violations
    assert (both.rule, both.visit_id, both.technician_id) == (Rule.ONCE, "B", "Ann")


def test_the_first_of_those_who_have_a_locked_visit_is_named() -> None:
    made = world([job("A", place=10, crew_size=2)], [person(who) for who in ("Ann", "Ben", "Cai")])
    made = made.but(locks=(Lock("A", LockLevel.PERSON, "Cai"),))
    (violation,) = made.judge({"Ann": ["A"], "Ben": ["A"]}).violations
    assert (violation.rule, violation.technician_id) == (Rule.LOCK, "Ann")


def test_days_and_places_off_a_lock_are_counted_in_both_directions() -> None:
    jobs = [job(name, place=10, days=(0, 1, 2)) for name in "ABC"]
    made = world(jobs, [person("Ann", days=(0, 1, 2))], days=3)
    for day, off in ((0, 1), (2, 1)):
        held = made.but(locks=(Lock("A", LockLevel.DAY, "Ann", day=1),))
        assert held.broken({("Ann", day): ["A"]}) == [(Rule.LOCK, off)]
    begun = made.but(locks=tuple(Lock(name, LockLevel.PREFIX, "Ann", position=n) for n, name in enumerate("ABC")))
    assert begun.broken({"Ann": ["C", "A", "B"]}) == [(Rule.LOCK, 1), (Rule.LOCK, 1), (Rule.LOCK, 2)]


# --- more of the same -----------------------------------------------------------------------------------------------


def test_of_two_limits_of_one_quantity_the_lower_one_binds() -> None:
    limits = (Load("kg", 5), Load("kg", 10))
    made = world([job("A", place=10, loads=(Load("kg", 6),))], [person("Ann", capacity=limits)])
    assert made.broken({"Ann": ["A"]}) == [(Rule.LOAD, 1)]
    turned = made.with_technician("Ann", capacity=limits[::-1])
    assert turned.broken({"Ann": ["A"]}) == [(Rule.LOAD, 1)]


def test_working_time_at_a_cent_a_minute(one_van: World) -> None:
    assert one_van.with_policy(working_time_cents=1).costs({"Ann": ["A", "B"]})[Rule.WORKING_TIME] == 100


def test_fairness_knows_the_shifts_of_the_horizon_alone_and_no_load_costs_nothing() -> None:
    fair = world([job("A", place=10)], [person("Ann", days=(0, 1), contracted_s=2400)])
    fair = fair.with_policy(fairness=Fairness.LOAD, load_divisor=1)
    # 20 minutes of travel and 30 of service, less 85 % of 2 400 s on the one day that is planned.
    assert fair.judge({"Ann": ["A"]}).costs[Rule.FAIRNESS] == (3000 - 2040) ** 2
    assert fair.judge({}).costs[Rule.FAIRNESS] == 0


def test_who_works_on_the_day_after_the_horizon_alone_has_no_share_in_its_spread() -> None:
    made = world([job("A", place=10)], [person("Ann"), person("Ben", days=(1,))])
    spread = made.with_policy(fairness=Fairness.SPREAD)
    assert spread.judge({"Ann": ["A"]}).costs[Rule.FAIRNESS] == 0


@pytest.mark.parametrize(("told", "leave"), [("08:10-09:00", "08:20"), ("07:30-08:10", "08:00")])
def test_a_start_on_the_edge_of_what_was_told_is_inside(one_van: World, told: str, leave: str) -> None:
    made = one_van.but(published=(PublishedVisit("A", "Ann", 0, span(told)),))
    assert made.plan({"Ann": ["A"]}).routes[0].stops[0].leave_by_s == clock(leave)


def test_a_crew_is_where_most_of_it_is() -> None:
    people = [person(who, days=(0, 1)) for who in ("Ann", "Ben", "Cai")]
    made = world([job("A", place=10, days=(0, 1), crew_size=2)], people, days=2)
    assert made.broken({("Ann", 0): ["A"], ("Ben", 1): ["A"], ("Cai", 1): ["A"]}) == [(Rule.CREW, 1)]


def test_a_gap_missed_by_a_second_is_missed() -> None:
    # B begins at 08:20 and A ends at 09:30: 70 minutes too soon, but for a second that much is allowed.
    jobs = [job("A", place=10), job("B", place=20, after=(Predecessor("A", min_gap_s=1 - 4200),))]
    assert world(jobs, [person("Ann")]).broken({"Ann": ["B", "A"]}) == [(Rule.PRECEDENCE, 1)]


@pytest.mark.parametrize(
    ("gap", "order", "message"),
    [
        # B begins at 08:20 and A ends at 09:30.
        (Predecessor("A", min_gap_s=1 - 4200), ["B", "A"], "Visit B starts 1 s too soon after visit A."),
        # A ends at 08:40 and B begins at 08:50, however late Ann leaves.
        (Predecessor("A", max_gap_s=599), ["A", "B"], "Visit B starts 1 s too late after visit A."),
    ],
)
def test_a_gap_missed_by_a_second_is_named_by_the_times_found(gap: Predecessor, order: list[str], message: str) -> None:
    made = world([job("A", place=10), job("B", place=20, after=(gap,))], [person("Ann")])
    assert [violation.message for violation in made.judge({"Ann": order}).violations] == [message]


def test_a_wrong_start_that_keeps_its_gap_is_a_wrong_start() -> None:
    made = world([job("A", place=10), job("B", place=20, after=(Predecessor("A"),))], [person("Ann")])
    plan = made.plan({"Ann": ["A", "B"]})
    first, second = plan.routes[0].stops
    later = replace(second, start_s=second.start_s + 60)
    wrong = replace(plan, routes=(replace(plan.routes[0], stops=(first, later)),))
    assert made.broken(wrong) == [(Rule.WINDOW, 60)]


def test_a_kept_start_lengthens_the_day_by_its_tolerance() -> None:
    # A may start until 18:30; after B it starts at 18:20, and Ann is back at 19:00, two hours after her shift.
    jobs = [
        job("A", place=10, requested="08:00-21:00"),
        job("B", place=20, requested="08:00-21:00", ready_s=clock("17:40")),
    ]
    made = world(jobs, [person("Ann")])
    judgement = keeping(made, Lock("A", LockLevel.START, "Ann", 0, clock("18:00"), 1800)).judge({"Ann": ["B", "A"]})
    assert judgement.is_clean, judgement.violations
    assert [(found.rule, found.amount) for found in judgement.accepted] == [(Rule.SHIFT, 7200)]


def test_a_duration_just_under_half_a_second_is_rounded_down(one_van: World) -> None:
    made = one_van.with_job("A", base_s=1001, skills=(SkillNeed("gas"),))
    made = made.with_technician("Ann", skills=(HeldSkill("gas", 1, factor_pct=149),))
    assert duration_s(made.problem, made.problem.technicians[0], made.problem.visit_by_id["A"]) == 1491


# --- what is said ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lateness_s": 5}, "The lateness at visit A is stated as 5 s; it is 0 s."),
        ({"start_s": clock("08:11")}, "The start at visit A is stated as 08:11; it is 08:10."),
        ({"window": span("07:40-08:39")}, "The customer of visit A is told 07:40 to 08:39; it is 08:10 to 09:00."),
    ],
)
def test_a_wrong_statement_is_said_beside_what_is_right(one_van: World, changes: Any, message: str) -> None:
    plan = one_van.plan({"Ann": ["A"]})
    wrong = replace(plan.routes[0], stops=(replace(plan.routes[0].stops[0], **changes),))
    (violation,) = one_van.judge(replace(plan, routes=(wrong,))).violations
    assert violation.message == message


def test_the_promised_window_of_the_day_is_told_whatever_was_promised_before(one_van: World) -> None:
    friday, midnight = Interval(clock("17:00") - 3 * DAY_S, clock("18:00") - 3 * DAY_S), Interval(-7200, 0)
    for before in (friday, midnight):
        made = one_van.with_job("A", promised=(before, span("09:00-11:00")))
        assert made.plan({"Ann": ["A"]}).routes[0].stops[0].window == span("09:00-11:00")


def test_leaving_in_the_first_second_of_a_stretch_does_no_harm(one_van: World) -> None:
    # Until 08:50 Ann reaches the first window, from a second later on the one that follows it.
    made = one_van.with_job("A", requested=(span("08:00-09:00"), span("09:00-10:00"))).with_policy(told_width_s={})
    plan = made.plan({"Ann": ["A"]})
    (stop,) = plan.routes[0].stops
    route = replace(plan.routes[0], stops=(replace(stop, leave_by_s=clock("08:50") + 1),))
    assert made.broken(replace(plan, routes=(route,))) == []


def test_having_no_window_at_all_counts_one(one_van: World) -> None:
    made = one_van.with_job("A", opening=((1, span("08:00-17:00")),), requested=(), works_through=True)
    assert made.timed("Ann", "A").stops[0].breach_s == 1


def test_a_gap_missed_by_a_second_is_mended_by_waiting_a_second() -> None:
    # A could end at 08:40, and B cannot begin before 08:50:01; ten minutes after A is the latest.
    late = (Interval(clock("08:50") + 1, clock("17:00")),)
    jobs = [job("A", place=10), job("B", place=20, after=(Predecessor("A", max_gap_s=600),)).but(requested=late)]
    made = world(jobs, [person("Ann"), person("Ben")])
    plan = made.plan({"Ann": ["A"], "Ben": ["B"]})
    assert plan.routes[0].stops[0].start_s == clock("08:10") + 1
    assert made.broken(plan) == []


def test_what_a_plan_states_to_pick_up_is_drawn_on_its_day() -> None:
    needs = {"parts": {"P": 1}}
    made = world(
        [job("A", place=10, **needs), job("B", place=20, **needs), job("C", place=30, **needs)],
        [person("Ann"), person("Ben", home=5)],
        parts=(Part("P", "pump", 9),),
    )
    plan = made.plan({"Ann": ["A"], "Ben": ["B", "0", "C"], "Eve": ["A"]})
    stops = tuple(replace(stop, parts=(*stop.parts, PartNeed("Q", 0))) for stop in plan.routes[0].stops)
    plan = replace(plan, routes=(replace(plan.routes[0], stops=stops), *plan.routes[1:]))
    # Ben starts at home: what he needs before he stops at the branch is handed over the evening before.
    assert draws_of_plan(made.problem, plan) == [Draw("A", "P", 1, 0), Draw("B", "P", 1, -1), Draw("C", "P", 1, 0)]
    fetching = made.with_policy(pickup=Pickup.STOP)
    assert draws_of_plan(fetching.problem, plan) == [Draw("A", "P", 1, 0), Draw("C", "P", 1, 0)]


# --- the clock ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate_cents", "cents"), [(29, 0), (30, 1)])
def test_half_a_cent_of_lateness_is_rounded_up_and_less_is_not(rate_cents: int, cents: int) -> None:
    assert lateness_cents(replace(PLAIN, late_small_cents=rate_cents), 1) == cents


def test_without_any_window_a_service_starts_when_somebody_is_there() -> None:
    made = world([job("A", place=0, requested="", opening=())], [person("Ann", hours="00:00-08:00")])
    assert made.timed("Ann", "A").stops[0].start_s == 0


def test_without_parts_a_visit_may_start_before_midnight_of_the_first_day() -> None:
    # Ann leaves at 23:00 on Sunday.
    made = world([job("A", place=10).but(requested=(Interval(-7200, 3600),), opening=())], [person("Ann")])
    (stop,) = made.with_shift("Ann", start_s=-3600).timed("Ann", "A").stops
    assert stop.start_s == -3000


def test_a_second_of_service_outside_the_hours_is_a_second(one_van: World) -> None:
    made = one_van.with_job("A", opening=((0, Interval(clock("08:00"), clock("08:40") - 1)),))
    assert made.broken({"Ann": ["A"]}) == [(Rule.WINDOW, 1)]


def test_a_second_past_a_lock_is_enough_to_rest_elsewhere() -> None:
    # As above, but A is locked until 12:39:59.
    jobs = [job("A", place=10), job("B", place=20, requested="15:00-16:00")]
    lock = Lock("A", LockLevel.START, "Ann", start_s=clock("12:20"), tolerance_s=1199)
    made = world(jobs, [person("Ann", lunch="12:00-13:00")], locks=(lock,))
    assert made.timed("Ann", "A", "B", slot=0).stops[0].past_lock_s == 1
    assert made.timed("Ann", "A", "B").slot == 1


def test_a_single_second_that_does_harm_ends_a_stretch(one_van: World) -> None:
    # Who reaches A at 09:00:01 starts a second late; a second later the second window is the one in time.
    windows = (span("08:00-09:00"), span("08:30-10:00"))
    made = one_van.with_job("A", requested=windows).with_policy(max_lateness_s=1, told_width_s={})
    assert made.plan({"Ann": ["A"]}).routes[0].stops[0].leave_by_s == clock("08:20")


def test_a_break_that_ends_in_time_for_an_awaited_start_may_be_waited_for() -> None:
    # A begins at 12:40, when Ann has rested from 12:00 to 12:30: whenever she leaves by 12:00, she rests at 12:00.
    made = world([job("A", place=10)], [person("Ann", hours="11:00-17:00", lunch="12:00-13:00")])
    tour = made.timed("Ann", "A", slot=0).tour
    awaited = replace(tour, places=(replace(tour.places[0], is_awaited=True),))
    assert latest_departure_s(time_with_slot(awaited, 0)) == clock("12:00")


def test_a_stop_at_the_branch_keeps_its_place_behind_an_unknown_visit(one_van: World) -> None:
    [route] = one_van.plan({"Ann": ["Z", "0", "A"]}).routes
    assert route.branch_stop is not None
    assert (route.branch_stop.before, route.visit_ids) == (1, ("Z", "A"))


# --- exceptions, promises, repeats, pauses, arrivals ----------------------------------------------------------------


def told_a(window: str, **facts: Any) -> World:
    """Return A, ten minutes away and told a window of Monday on Sunday at 16:00; leaving it costs nothing by itself."""
    told = (PublishedVisit("A", "Ann", 0, span(window)),)
    made = world([job("A", place=10, **facts)], [person("Ann")], published=told, as_of_s=SUNDAY_16)
    return made.with_policy(other_time_cents=0)


def excepted(made: World, limit: HouseLimit, amount: int) -> World:
    return made.but(exceptions=(LimitException("A", limit, amount, "Chen", "old customer"),))


def test_a_free_start_lies_inside_the_told_window_where_an_exception_would_be_used_else() -> None:
    told, when = span("08:00-08:30"), clock("08:10")
    bare, widened = told_a("08:00-08:30"), excepted(told_a("08:00-08:30"), HouseLimit.TOLD, 600)
    ann = frozenset({"Ann"})
    assert free_starts(Facts(bare.problem, bare.matrix), "A", ann, 0, when) is None
    inside = Facts(widened.problem, widened.matrix)
    for start_s in (told.open_s, when, told.close_s):
        assert free_starts(inside, "A", ann, 0, start_s) == (told.open_s, told.close_s)
    assert free_starts(inside, "A", ann, 0, told.open_s - 1) is None
    assert free_starts(inside, "A", ann, 0, told.close_s + 1) is None


def test_who_starts_outside_a_told_window_uses_of_an_exception_what_it_takes() -> None:
    (listed,) = excepted(told_a("08:00-08:05"), HouseLimit.TOLD, 900).judge({"Ann": ["A"]}).accepted
    assert listed.amount == 300
    assert listed.message == "Ann starts 5 min outside the told window, for visit A: Chen allows it."


def test_what_has_begun_uses_no_exception() -> None:
    began = Lock("A", LockLevel.PREFIX, "Ann", position=1, began_s=clock("08:10"))
    made = world([job("A", place=10, area="north")], [person("Ann", areas=frozenset({"south"}))])
    made = excepted(made, HouseLimit.AREA, 1).but(locks=(began,), as_of_s=clock("08:20"))
    judgement = made.judge({"Ann": ["A"]})
    assert (judgement.accepted, judgement.costs[Rule.EXCEPTION]) == ((), 0)


def test_a_stop_at_the_branch_uses_no_exception(one_van: World) -> None:
    made = excepted(one_van, HouseLimit.VISITS, 1)
    facts = Facts(made.problem, made.matrix)
    tour = facts.tour(made.problem.shifts[0], [made.problem.visit_by_id["A"]], branch_at=0)
    assert excesses_of(facts, time_canonically(tour, made.problem.policy)) == []


def test_facts_with_an_exception_more_know_it() -> None:
    made = told_a("08:00-08:30")
    one = LimitException("A", HouseLimit.TOLD, 600, "Chen", "old customer")
    ann, a = made.problem.technicians[0], made.problem.visits[0]
    facts = Facts(made.problem, made.matrix)
    before = facts.service(ann, a)
    more = facts.with_exception(one)
    assert more.exception(HouseLimit.TOLD, "Ann", "A") == one
    assert before != more.service(ann, a) == Facts(excepted(made, one.limit, 600).problem, made.matrix).service(ann, a)


def test_leaving_out_a_visit_costs_what_was_told_on_top() -> None:
    bare = world([job("A", place=10)], [person("Ann")], as_of_s=SUNDAY_16)
    more = told_a("08:00-08:30")
    costs = [absence_cents(Facts(made.problem, made.matrix), made.problem.visits[0]) for made in (bare, more)]
    assert costs[1] - costs[0] == dropped_cents(Facts(more.problem, more.matrix), "A") > 0


@pytest.mark.parametrize(("ends", "cents"), [(-1, 0), (0, 50_000)])
def test_a_promise_that_ends_as_the_day_begins_is_of_this_plan(ends: int, cents: int) -> None:
    made = world([job("A", place=10, promised=(Interval(-3600, ends),))], [person("Ann")])
    made = made.with_policy(broken_promise_cents=50_000)
    assert promise_cents(made.problem, made.problem.visits[0]) == cents


@pytest.mark.parametrize(("needed", "raised"), [(1, 3), (3, 3), (5, 5)])
def test_a_repeat_fault_needs_a_level_more_or_what_it_needs_by_itself(needed: int, raised: int) -> None:
    assert LastTime(12, "Ben", 2).raised([SkillNeed("gas", needed)]) == [SkillNeed("gas", raised)]


def test_a_pause_lasts_as_long_as_the_break_and_the_way_out_whatever_that_breaks() -> None:
    pausing = Pausing(work_s=5 * 3600, leave_s=600, hours=None, is_bound=False)
    rest = Break(span("11:30-13:00"), 1800)
    lunch = span("11:30-12:10")
    assert pausing.as_soon_as_can_be(clock("08:10"), rest) == (Pause(lunch.open_s, lunch.close_s), lunch.open_s)


def test_a_service_begins_where_its_break_comes_before_its_end() -> None:
    policy = replace(PLAIN, pause_kinds=frozenset({"inspection"}))
    closed = (span("12:00-13:30"), span("18:00-23:59"))
    a = job("A", place=10, minutes=300, kind="inspection", closed=closed)
    made = world([a], [person("Ann")], policy=policy)
    facts = Facts(made.problem, made.matrix)
    service = facts.service(made.problem.technicians[0], made.problem.visits[0])
    assert service.fit(clock("08:10")) == clock("08:10")
    assert service.fit(clock("08:10"), Break(span("16:00-17:00"), 1800)) == clock("13:30")
    # As the customer closes nothing begins, although the break would lie in what follows.
    assert service.fit(clock("12:00"), Break(span("12:30-13:00"), 1800)) is None


def test_the_way_to_what_began_next_door_takes_no_time() -> None:
    began = Lock("A", LockLevel.PREFIX, "Ann", position=1, began_s=clock("08:10"))
    made = world([job("A", place=0)], [person("Ann")], locks=(began,), as_of_s=clock("08:20"))
    facts = Facts(made.problem, made.matrix)
    assert facts.tour(made.problem.shifts[0], [made.problem.visits[0]]).began_s == clock("08:10")


def test_a_customer_next_door_is_no_way_at_all() -> None:
    asked = {"log": ServiceLog(confirmed=Confirmed.UNREACHABLE), "promised": (span("08:00-17:00"),)}
    made = world([job("A", place=0, **asked)], [person("Ann")]).with_policy(unreached_way_s=-1)
    unreached = Facts(made.problem, made.matrix).unreached("A")
    assert unreached is not None
    assert (unreached.subject, unreached.amount) == ("way", 1)


def test_one_arrival_with_a_moment_is_enough_to_wait_for() -> None:
    arrivals = (Arrival("P", 1, MONDAY, at(10)), Arrival("Q", 1, MONDAY))
    parts = (Part("P", "pump", 0), Part("Q", "seal", 0))
    made = world([job("A", place=10, parts={"P": 1})], [person("Ann")], parts=parts, arrivals=arrivals)
    plan = made.plan({"Ann": ["A"]})
    assert plan.routes[0].depart_s == clock("10:00")
    assert made.broken(plan) == []
