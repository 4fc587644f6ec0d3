"""A crew visit has exactly its number of people, at one time, with a qualified lead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Interval, PartNeed, SkillNeed
from optimizer.domain.plan import BreakTaken
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Part
from optimizer.domain.technician import Employment, HeldSkill
from tests.worlds import World, clock, job, person, span, world

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan

BOTH = {"Ann": ["A", "boiler"], "Ben": ["boiler"]}


@pytest.fixture
def boiler() -> World:
    """The boiler needs two people; Ann comes to it from A at 08:50, Ben straight from the branch at 08:20."""
    jobs = [job("A", place=10), job("boiler", place=20, crew_size=2)]
    return world(jobs, [person("Ann"), person("Ben"), person("Cai")])


def stop_of(plan: Plan, technician_id: str, visit_id: str) -> Any:
    return next(
        stop
        for route in plan.routes
        for stop in route.stops
        if (route.technician_id, stop.visit_id) == (technician_id, visit_id)
    )


# --- meeting --------------------------------------------------------------------------------------------------------


def test_a_crew_starts_together_when_the_last_one_arrives(boiler: World) -> None:
    plan = boiler.plan(BOTH)
    assert boiler.broken(plan) == []
    assert boiler.starts(BOTH) == {"A": "08:10", "boiler": "08:50"}
    assert stop_of(plan, "Ben", "boiler").arrive_s == clock("08:20")
    assert [route.return_s for route in plan.routes] == [clock("09:40")] * 2
    assert plan.served == 2


def test_the_common_start_minds_the_window_for_all(boiler: World) -> None:
    lunch = boiler.with_job("boiler", closed=(span("08:40-09:30"),))
    assert lunch.starts(BOTH)["boiler"] == "09:30"
    early = boiler.with_job("boiler", requested=(span("08:00-08:50"),))
    assert early.broken(BOTH) == []
    # Each member is too late: Ann ten minutes, and Ben, who waits for her.
    late = boiler.with_job("boiler", requested=(span("08:00-08:40"),))
    assert late.broken(BOTH) == [(Rule.WINDOW, 600)] * 2


def test_the_crew_takes_as_long_as_its_slowest_member(boiler: World) -> None:
    slow = (HeldSkill("gas", 1, factor_pct=150),)
    made = boiler.with_job("boiler", skills=(SkillNeed("gas"),)).with_technician("Ben", skills=slow)
    made = made.with_technician("Ann", skills=(HeldSkill("gas", 1),))
    plan = made.plan(BOTH)
    assert [stop_of(plan, who, "boiler").end_s for who in ("Ann", "Ben")] == [clock("09:35")] * 2


def test_whoever_waits_pushes_what_comes_after() -> None:
    # Ann is at the pump at 08:50; Ben, who waits there, is at C at 09:30, where Cai waits since 08:30.
    jobs = [job("A", place=10), job("pump", place=20, crew_size=2), job("C", place=30, crew_size=2)]
    made = world(jobs, [person("Ann"), person("Ben"), person("Cai")])
    routes = {"Ann": ["A", "pump"], "Ben": ["pump", "C"], "Cai": ["C"]}
    assert made.starts(routes) == {"A": "08:10", "pump": "08:50", "C": "09:30"}
    assert made.broken(routes) == []


def test_orders_that_contradict_each_other_cannot_meet() -> None:
    # Ann: A at 08:10, B at 08:50. Ben: B at 08:20, A at 09:00.
    jobs = [job("A", place=10, crew_size=2), job("B", place=20, crew_size=2)]
    made = world(jobs, [person("Ann"), person("Ben")])
    assert made.broken({"Ann": ["A", "B"], "Ben": ["A", "B"]}) == []
    assert made.broken({"Ann": ["A", "B"], "Ben": ["B", "A"]}) == [(Rule.CREW, 3000), (Rule.CREW, 1800)]


def test_a_circle_over_three_people_ends_too() -> None:
    jobs = [job(name, place=place, crew_size=2) for name, place in (("A", 10), ("B", 20), ("C", 30))]
    made = world(jobs, [person("Ann"), person("Ben"), person("Cai")])
    broken = made.broken({"Ann": ["A", "B"], "Ben": ["B", "C"], "Cai": ["C", "A"]})
    assert {rule for rule, _ in broken} == {Rule.CREW}


def test_a_break_is_taken_while_waiting_for_the_others() -> None:
    # Ben waits at the boiler from 08:20 until Ann comes at 12:10; his lunch, from 11:30 to 12:00, costs nobody time.
    jobs = [job("A", place=10, minutes=230), job("boiler", place=20, crew_size=2)]
    made = world(jobs, [person("Ann", lunch="11:30-13:00"), person("Ben", lunch="11:30-13:00")])
    plan = made.plan(BOTH)
    assert made.broken(plan) == []
    # Ann: slot 2, before the leg from A, would end at 12:30; slot 4, after the boiler, ends as late, at 13:30.
    assert [route.break_ for route in plan.routes] == [BreakTaken(2, clock("12:00")), BreakTaken(0, clock("11:30"))]
    assert made.starts(BOTH)["boiler"] == "12:40"


def test_a_stated_break_slot_is_kept() -> None:
    jobs = [job("A", place=10, minutes=230), job("boiler", place=20, crew_size=2)]
    made = world(jobs, [person("Ann", lunch="11:30-13:00"), person("Ben")])
    plan = made.plan(BOTH)
    ann, ben = plan.routes
    later = replace(ann, break_=BreakTaken(4, clock("12:40")))
    moved = replace(plan, routes=(later, ben))
    # With lunch after the boiler, everybody starts there half an hour sooner, at 12:10; what is stated is off by that.
    found = {violation.amount for violation in made.judge(moved).violations if violation.rule is Rule.WINDOW}
    assert 1800 in found


def test_where_others_wait_there_is_no_slack(boiler: World) -> None:
    plan = boiler.plan(BOTH)
    # Ann leaves A at once; Ben may arrive until 08:50, so leave until 08:30: half an hour of slack, all given up.
    assert stop_of(plan, "Ann", "boiler").leave_by_s == clock("08:40")
    assert stop_of(plan, "Ben", "boiler").leave_by_s == clock("08:00")
    before_the_grid = boiler.with_policy(told_width_s={})
    lied = before_the_grid.plan(BOTH)
    ann, ben = lied.routes
    for leave, expected in (("08:30", []), ("08:31", [(Rule.LATENESS, 1860)])):
        stop = replace(ben.stops[0], leave_by_s=clock(leave))
        assert before_the_grid.broken(replace(lied, routes=(ann, replace(ben, stops=(stop,))))) == expected


# --- how many -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routes", "amount"),
    [
        ({"Ann": ["boiler"], "Ben": ["boiler"]}, 0),
        ({"Ann": ["boiler"]}, 1),
        ({"Ann": ["boiler"], "Ben": ["boiler"], "Cai": ["boiler"]}, 1),
    ],
)
def test_exactly_so_many_people_serve_it(boiler: World, routes: dict[str, list[str]], amount: int) -> None:
    assert boiler.broken(routes) == ([(Rule.CREW, amount)] if amount else [])


def test_nobody_counts_twice(boiler: World) -> None:
    broken = boiler.broken({"Ann": ["boiler", "boiler"]})
    assert {(Rule.ONCE, 1), (Rule.CREW, 1)} <= set(broken)


def test_all_come_on_one_day() -> None:
    jobs = [job("boiler", place=20, crew_size=2, days=(0, 1))]
    made = world(jobs, [person("Ann", days=(0, 1)), person("Ben", days=(0, 1))], days=2)
    assert made.broken({("Ann", 1): ["boiler"], ("Ben", 1): ["boiler"]}) == []
    # One is missing on the first day, and one is there on another.
    assert made.broken({("Ann", 0): ["boiler"], ("Ben", 1): ["boiler"]}) == [(Rule.CREW, 1), (Rule.CREW, 1)]


def test_the_safety_list_asks_for_two() -> None:
    made = world([job("A", place=10, kind="height")], [person("Ann"), person("Ben")])
    assert made.broken({"Ann": ["A"]}) == []
    safe = made.with_policy(pair_kinds=frozenset({"height"}))
    assert safe.broken({"Ann": ["A"]}) == [(Rule.CREW, 1)]
    assert safe.broken({"Ann": ["A"], "Ben": ["A"]}) == []


# --- who leads ------------------------------------------------------------------------------------------------------


@pytest.fixture
def lift(boiler: World) -> World:
    """The boiler's lead needs gas at level 2; Ben has it, Ann has level 1."""
    made = boiler.with_job("boiler", lead_skills=(SkillNeed("gas", 2),))
    made = made.with_technician("Ann", skills=(HeldSkill("gas", 1),))
    return made.with_technician("Ben", skills=(HeldSkill("gas", 2),))


def test_the_first_by_id_who_is_able_leads(boiler: World, lift: World) -> None:
    assert stop_of(boiler.plan(BOTH), "Ben", "boiler").lead == "Ann"
    for who in ("Ann", "Ben"):
        stop = stop_of(lift.plan(BOTH), who, "boiler")
        assert (stop.crew, stop.lead) == (("Ann", "Ben"), "Ben")
    assert lift.broken(BOTH) == []


def test_a_lead_leaves_the_others_able_as_members(lift: World) -> None:
    # Both could lead, but Ann lacks what every member needs; as the lead she does not need it.
    made = lift.with_technician("Ann", skills=(HeldSkill("gas", 2),))
    made = made.with_technician("Ben", skills=(HeldSkill("gas", 2), HeldSkill("water", 1)))
    made = made.with_job("boiler", skills=(SkillNeed("water"),))
    assert stop_of(made.plan(BOTH), "Ben", "boiler").lead == "Ann"
    assert made.broken(BOTH) == []


def test_without_an_able_lead_the_missing_levels_are_counted(lift: World) -> None:
    weak = lift.with_technician("Ben", skills=())
    (violation,) = weak.judge(BOTH).violations
    assert (violation.rule, violation.amount, violation.unit) == (Rule.CREW, 1, "levels")
    assert violation.message == (
        "Nobody able leads the crew of boiler. Ann holds gas at level 1; boiler needs gas at level 2."
    )


def test_a_member_without_the_members_skill_breaks_the_rule_of_skills(lift: World) -> None:
    made = lift.with_job("boiler", skills=(SkillNeed("water", 3),))
    assert made.broken(BOTH) == [(Rule.SKILL, 3)]


def test_a_stated_lead_is_taken_at_its_word(lift: World) -> None:
    plan = lift.plan(BOTH)
    routes = tuple(
        replace(r, stops=tuple(replace(s, lead="Ann") if s.crew else s for s in r.stops)) for r in plan.routes
    )
    assert lift.broken(replace(plan, routes=routes)) == [(Rule.CREW, 1)]


def test_a_wrong_crew_or_lead_is_found(boiler: World) -> None:
    plan = boiler.plan(BOTH)
    ann, ben = plan.routes
    for lie in ({"crew": ("Ann", "Cai")}, {"lead": "Cai"}, {"crew": ()}):
        stop = replace(ben.stops[0], **lie)
        assert boiler.broken(replace(plan, routes=(ann, replace(ben, stops=(stop,))))) == [(Rule.CREW, 1)]
    alone = replace(ann, stops=(replace(ann.stops[0], crew=("Ann",), lead="Ann"), ann.stops[1]))
    assert boiler.broken(replace(plan, routes=(alone, ben))) == [(Rule.CREW, 1)]


# --- who is allowed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("required", "expected"),
    [
        ({"Ann"}, []),  # Fewer than the crew: she is one of them.
        ({"Cai"}, [(Rule.ALLOWED, 1)]),
        ({"Ann", "Ben"}, []),
        ({"Ann", "Ben", "Cai"}, []),
        ({"Ann", "Cai"}, [(Rule.ALLOWED, 1)]),  # As many as the crew: Ben is one too many.
    ],
)
def test_required_people_are_all_of_the_crew_or_all_in_it(
    boiler: World, required: set[str], expected: list[object]
) -> None:
    assert boiler.with_job("boiler", required=frozenset(required)).broken(BOTH) == expected


def test_every_member_may_be_refused(boiler: World) -> None:
    assert boiler.with_job("boiler", refused=frozenset({"Ben"})).broken(BOTH) == [(Rule.ALLOWED, 1)]
    assert boiler.with_job("boiler", prohibited=frozenset({"Ann", "Ben"})).broken(BOTH) == [(Rule.ALLOWED, 1)] * 2


def test_a_locked_person_is_one_of_the_crew(boiler: World) -> None:
    assert boiler.but(locks=(Lock("boiler", LockLevel.PERSON, "Ben"),)).broken(BOTH) == []
    assert boiler.but(locks=(Lock("boiler", LockLevel.PERSON, "Cai"),)).broken(BOTH) == [(Rule.LOCK, 1)]


# --- what it costs --------------------------------------------------------------------------------------------------


def test_left_out_it_costs_once(boiler: World) -> None:
    assert boiler.costs({}) == {Rule.UNASSIGNED: 40_000}
    # Ann 40 minutes, Ben 40 minutes.
    assert boiler.costs(BOTH) == {Rule.TRAVEL: 4_000}


def test_lateness_counts_once(boiler: World) -> None:
    late = boiler.with_job("boiler", requested=(span("08:00-08:40"),)).with_policy(max_lateness_s=7200)
    assert late.costs(BOTH)[Rule.LATENESS] == 600
    assert stop_of(late.plan(BOTH), "Ben", "boiler").lateness_s == 600


@pytest.mark.parametrize(("served_by", "cents"), [((), 0), (("Ben",), 0), (("Ann",), 0), (("Cai",), 1_500)])
def test_any_member_who_served_before_is_continuity(boiler: World, served_by: tuple[str, ...], cents: int) -> None:
    made = boiler.with_job("boiler", served_by=served_by)
    assert made.judge(BOTH).costs[Rule.CONTINUITY] == cents


def test_overqualified_and_hired_people_count_each(lift: World) -> None:
    # The lead needs gas 2, a member nothing; then a member needs gas 1, which Ann holds exactly at level 1.
    assert lift.judge(BOTH).costs[Rule.OVERQUALIFIED] == 0
    strong = lift.with_job("boiler", skills=(SkillNeed("gas", 1),)).with_technician(
        "Ann", skills=(HeldSkill("gas", 3),)
    )
    # Now Ann leads (3 for 2), and Ben (2 for 1) follows.
    assert strong.judge(BOTH).costs[Rule.OVERQUALIFIED] == 400
    hired = lift.with_technician("Ben", employment=Employment.CONTRACTOR)
    assert hired.judge(BOTH).costs[Rule.CONTRACTOR] == 6_000 + 60 * 70


def test_the_lead_brings_the_parts(lift: World) -> None:
    made = lift.with_job("boiler", parts=(PartNeed("P", 2),)).but(parts=(Part("P", "pipe", 2),))
    plan = made.plan(BOTH)
    assert made.broken(plan) == []
    assert stop_of(plan, "Ben", "boiler").parts == (PartNeed("P", 2),)
    assert stop_of(plan, "Ann", "boiler").parts == ()
    own = made.but(parts=()).with_technician("Ben", own_parts=(PartNeed("P", 2),))
    assert own.broken(BOTH) == []
    assert made.but(parts=()).with_technician("Ann", own_parts=(PartNeed("P", 2),)).broken(BOTH) == [(Rule.STOCK, 2)]


@pytest.mark.parametrize(
    ("people", "told", "cents"),
    [
        (("Ann", "Ben"), None, 0),
        (("Ann", "Cai"), None, 1_000),
        (("Ben",), None, 0),
        (("Ann", "Ben"), span("08:00-08:30"), 500),
    ],
)
def test_the_published_crew_counts_once(
    boiler: World, people: tuple[str, ...], told: Interval | None, cents: int
) -> None:
    said = tuple(PublishedVisit("boiler", who, 0, told) for who in people)
    made = boiler.but(published=said)
    assert made.judge(BOTH).costs[Rule.STABILITY] == cents
    assert made.judge({}).costs[Rule.STABILITY] == 2_000


# --- the engine -----------------------------------------------------------------------------------------------------


def test_the_engine_forms_the_crew(lift: World) -> None:
    plan = lift.solved()
    assert plan.served == 2
    assert stop_of(plan, "Ben", "boiler").lead == "Ben"


def test_the_engine_leaves_out_what_nobody_can_lead(lift: World) -> None:
    assert lift.with_technician("Ben", skills=()).solved().served == 1
