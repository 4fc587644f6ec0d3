"""A lock that breaks a hard rule by itself is refused, or kept: what it breaks is then accepted, not counted again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer import LockConflictError, solve
from optimizer.domain.order import Interval, PlaceKind, SkillNeed
from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.technician import HeldSkill, Shift
from optimizer.engine.rest import with_shifts_in_force
from optimizer.explain.sentences import accepted_sentence
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.running.budget import Budget
from optimizer.solver import find_plans
from optimizer.text.catalogue import translator
from tests.random_problems import random_problem_with_plan, random_whole_problem_with_plan
from tests.test_solver import check_clean_and_priced
from tests.worlds import MONDAY, World, clock, job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.domain.plan import Plan, Stop
    from optimizer.domain.problem import Problem
    from optimizer.judge.verdict import Routes
    from optimizer.running.child import Progress
    from optimizer.travel.matrix import TravelMatrix


def keeping(made: World) -> World:
    """Return a world under a policy that keeps broken locks."""
    return made.with_policy(broken_locks=BrokenLocks.KEEP)


def accepted(made: World, routes: Routes) -> list[tuple[Rule, int]]:
    """Return what is accepted of routes, after checking that nothing else is broken."""
    judgement = made.judge(routes)
    assert judgement.is_clean, judgement.violations
    return [(found.rule, found.amount) for found in judgement.accepted]


def start_at(visit_id: str, technician_id: str, at: str, *, tolerance_min: int = 0, day: int = 0) -> tuple[Lock, ...]:
    start_s = clock(at) + day * 86_400
    return (Lock(visit_id, LockLevel.START, technician_id, start_s=start_s, tolerance_s=60 * tolerance_min),)


def service_of(plan: Plan, visit_id: str) -> tuple[str, int, Stop]:
    """Return who serves a visit, on which day, and the stop."""
    return next((r.technician_id, r.day, s) for r in plan.routes for s in r.stops if s.visit_id == visit_id)


def plan_of(problem: Problem, matrix: TravelMatrix, moves: int = 300) -> Plan:
    """Return the engine's best plan in work mode, without the child process."""
    plans: list[Plan] = []
    budget = Budget(3600, moves, 0, 1, 1, False)

    def keep(plan: Plan | None, _: Progress) -> None:
        plans.extend([plan] if plan else [])

    find_plans(problem, matrix, budget, keep, lambda: False)
    return plans[-1]


def planned(made: World) -> Plan:
    """Return the engine's plan, after checking that it is clean and states its costs right."""
    plan = plan_of(made.problem, made.matrix)
    judgement = made.judge(plan)
    assert judgement.is_clean, judgement.violations
    return plan


# --- who ------------------------------------------------------------------------------------------------------------

#: What keeps Ben from A, the rule, and by how much.
BARS: list[tuple[Callable[[World], World], Rule, int]] = [
    (lambda w: w.with_job("A", skills=(SkillNeed("gas", 2),)), Rule.SKILL, 2),
    (
        lambda w: w.with_job("A", skills=(SkillNeed("gas", 3),)).with_technician("Ben", skills=(HeldSkill("gas", 2),)),
        Rule.SKILL,
        1,
    ),
    (lambda w: w.with_job("A", prohibited=frozenset({"Ben"})), Rule.ALLOWED, 1),
    (lambda w: w.with_job("A", refused=frozenset({"Ben"})), Rule.ALLOWED, 1),
    (lambda w: w.with_job("A", required=frozenset({"Ann"})), Rule.ALLOWED, 1),
    (
        lambda w: w.with_job("A", area="north").with_technician("Ben", areas=frozenset({"south"})),
        Rule.ALLOWED,
        1,
    ),
]


@pytest.mark.parametrize(("change", "rule", "amount"), BARS)
@pytest.mark.parametrize("level", [LockLevel.PERSON, LockLevel.DAY, LockLevel.PREFIX])
def test_who_is_locked_serves_in_spite_of_skills_and_refusals(
    pinned_visit: World, level: LockLevel, change: Callable[[World], World], rule: Rule, amount: int
) -> None:
    made = change(pinned_visit).but(locks=(Lock("A", level, "Ben"),))
    assert made.broken({"Ben": ["A"]}) == [(rule, amount)]
    assert accepted(keeping(made), {"Ben": ["A"]}) == [(rule, amount)]
    assert service_of(planned(keeping(made)), "A")[0] == "Ben"


@pytest.mark.parametrize(("change", "rule", "amount"), BARS)
def test_a_broken_lock_is_refused_by_default(
    pinned_visit: World, change: Callable[[World], World], rule: Rule, amount: int
) -> None:
    made = change(pinned_visit)
    with pytest.raises(LockConflictError, match="A"):
        solve(made.problem, made.matrix, seconds=30, iterations=50)
    outcome = solve(made.problem, made.matrix, seconds=30, iterations=50, broken_locks="keep")
    assert [(found.rule, found.amount) for found in outcome.judgement.accepted] == [(rule, amount)]
    assert outcome.judgement == judge_plan(outcome.problem, made.matrix, outcome.plan)


def test_only_the_lock_excuses_and_only_whom_it_names(pinned_visit: World) -> None:
    # Ben is locked to A, not to B; Ann is locked to nothing.
    made = keeping(pinned_visit.with_job("A", skills=(SkillNeed("gas"),)).with_job("B", skills=(SkillNeed("gas"),)))
    assert made.broken({"Ben": ["A", "B"]}) == [(Rule.SKILL, 1)]
    assert made.broken({"Ann": ["A"]}) == [(Rule.SKILL, 1), (Rule.LOCK, 1)]
    assert [found.visit_id for found in made.judge({"Ben": ["A", "B"]}).accepted] == ["A"]


def test_what_is_accepted_costs_nothing_more(pinned_visit: World) -> None:
    routes = {"Ben": ["A"], "Ann": ["B"]}
    made = keeping(pinned_visit.with_job("A", skills=(SkillNeed("gas"),)))
    able = pinned_visit.with_job("A", skills=(SkillNeed("gas"),)).with_technician("Ben", skills=(HeldSkill("gas", 1),))
    assert made.costs(routes) == able.costs(routes)


def test_a_lock_without_a_day_takes_a_day_on_which_the_certificate_holds() -> None:
    # Ben may do gas on Tuesday only.
    ben = person("Ben", days=(0, 1), skills=None)
    jobs = [job("A", place=10, days=(0, 1), skills={"gas": 1})]
    made = world(jobs, [ben], days=2, locks=(Lock("A", LockLevel.PERSON, "Ben"),))
    made = keeping(made.with_technician("Ben", skills=(HeldSkill("gas", 1, valid_from=MONDAY + timedelta(1)),)))
    assert made.broken({("Ben", 0): ["A"]}) == [(Rule.SKILL, 1)]
    assert accepted(made, {("Ben", 1): ["A"]}) == []
    assert [route.day for route in planned(made).routes] == [1]
    monday = made.but(locks=(Lock("A", LockLevel.DAY, "Ben", day=0),))
    assert accepted(monday, {("Ben", 0): ["A"]}) == [(Rule.SKILL, 1)]
    assert [route.day for route in planned(monday).routes] == [0]


def test_a_locked_member_of_a_crew_is_excused_and_its_lead_is_not() -> None:
    jobs = [job("A", place=10, crew_size=2, skills={"gas": 1})]
    made = world(jobs, [person("Ann", skills={"gas": 1}), person("Ben")], locks=(Lock("A", LockLevel.PERSON, "Ben"),))
    both: Routes = {"Ann": ["A"], "Ben": ["A"]}
    assert made.broken(both) == [(Rule.SKILL, 1)]
    assert accepted(keeping(made), both) == [(Rule.SKILL, 1)]
    assert planned(keeping(made)).routes[0].stops[0].lead == "Ann"
    nobody = keeping(made.with_technician("Ann", skills=()))
    assert (Rule.CREW, 1) in nobody.broken(both)


# --- when -----------------------------------------------------------------------------------------------------------


def test_a_locked_start_outside_the_promise_is_kept(one_van: World) -> None:
    made = one_van.with_job("A", promised=(span("14:00-16:00"),)).but(locks=start_at("A", "Ann", "10:00"))
    assert made.broken({"Ann": ["A"]}) == [(Rule.LOCK, 14_400)]
    kept = keeping(made)
    assert accepted(kept, {"Ann": ["A"]}) == [(Rule.WINDOW, 14_400)]
    _, _, stop = service_of(planned(kept), "A")
    assert (stop.start_s, stop.lateness_s) == (clock("10:00"), 0)
    # The customer is told the start, not the promise.
    assert stop.window == span("10:00-11:00")


@pytest.mark.parametrize(
    ("start", "tolerance_min", "expected"),
    [
        ("14:00", 0, []),
        ("13:55", 5, []),
        ("13:55", 4, [(Rule.WINDOW, 540)]),  # As early as it can: at 13:51.
        ("16:00", 0, []),
        ("16:05", 4, [(Rule.WINDOW, 60)]),
    ],
)
def test_beside_the_window_the_lock_takes_its_place(
    one_van: World, start: str, tolerance_min: int, expected: list[tuple[Rule, int]]
) -> None:
    made = one_van.with_job("A", promised=(span("14:00-16:00"),))
    made = keeping(made.but(locks=start_at("A", "Ann", start, tolerance_min=tolerance_min)))
    assert accepted(made, {"Ann": ["A"]}) == expected
    assert [(f.rule, f.amount) for f in made.judge(planned(made)).accepted] == expected


def test_a_locked_start_outside_the_opening_hours_is_kept(one_van: World) -> None:
    # Open from 13:00; half an hour from 12:45 lies outside for 15 minutes, and before the window that follows from it.
    made = one_van.with_job("A", requested=(), opening=((0, span("13:00-17:00")),))
    made = keeping(made.but(locks=start_at("A", "Ann", "12:45")))
    assert accepted(made, {"Ann": ["A"]}) == [(Rule.WINDOW, 900), (Rule.WINDOW, 900)]
    closed = keeping(one_van.with_job("A", closed=(span("12:00-13:00"),)).but(locks=start_at("A", "Ann", "11:45")))
    assert accepted(closed, {"Ann": ["A"]}) == [(Rule.WINDOW, 900)]
    assert service_of(planned(closed), "A")[2].start_s == clock("11:45")


def test_a_locked_day_without_a_window_is_kept() -> None:
    made = world([job("A", place=10, days=(1,))], [person("Ann", days=(0, 1))], days=2)
    made = made.but(locks=(Lock("A", LockLevel.DAY, "Ann", day=0),))
    assert not made.judge({("Ann", 0): ["A"]}).is_clean
    kept = keeping(made)
    judgement = kept.judge({("Ann", 0): ["A"]})
    assert judgement.is_clean
    assert [(f.rule, f.amount, f.unit) for f in judgement.accepted] == [(Rule.WINDOW, 1, "visits")]
    assert [(route.day, route.visit_ids) for route in planned(kept).routes] == [(0, ("A",))]


# --- the end of the day ---------------------------------------------------------------------------------------------


def test_a_locked_start_after_the_shift_makes_the_day_longer(one_van: World) -> None:
    # A from 17:00 until 17:30, ten minutes home; the shift ends at 17:00 and knows no overtime.
    made = one_van.with_job("A", requested=(span("08:00-18:00"),)).but(locks=start_at("A", "Ann", "17:00"))
    assert made.broken({"Ann": ["A"]}) == [(Rule.SHIFT, 2400)]
    kept = keeping(made)
    assert accepted(kept, {"Ann": ["A"]}) == [(Rule.SHIFT, 2400)]
    assert kept.costs({"Ann": ["A"]}) == made.with_shift("Ann", overtime_limit_s=2400).costs({"Ann": ["A"]})
    assert planned(kept).routes[0].return_s == clock("17:40")
    # B after A takes longer than the lock demands: until 18:10, and twenty minutes home.
    later = kept.with_job("B", requested=(span("08:00-18:00"),))
    assert later.broken({"Ann": ["A", "B"]}) == [(Rule.SHIFT, 3000)]


def test_a_tolerance_that_reaches_back_into_the_shift_makes_no_day_longer(one_van: World) -> None:
    locks = start_at("A", "Ann", "17:00", tolerance_min=40)
    made = keeping(one_van.with_job("A", requested=(span("08:00-18:00"),)).but(locks=locks))
    assert accepted(made, {"Ann": ["A"]}) == []
    assert made.plan({"Ann": ["A"]}).routes[0].return_s == clock("17:00")
    assert made.with_job("B", ready_s=clock("16:00")).broken({"Ann": ["B", "A"]}) == [(Rule.SHIFT, 1200)]


# --- the beginning of the day ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "tolerance_min", "early_s", "starts"),
    [
        ("07:00", 0, 4200, "07:00"),
        ("08:09", 0, 60, "08:09"),
        ("08:10", 0, 0, "08:10"),
        # At the end of its tolerance Ann can be there: the shift begins as on the roster.
        ("08:00", 10, 0, "08:10"),
        ("08:00", 9, 600, "08:00"),
    ],
)
def test_a_locked_start_before_the_shift_makes_the_day_begin_sooner(
    one_van: World, start: str, tolerance_min: int, early_s: int, starts: str
) -> None:
    """A is ten minutes away, and the shift begins at 08:00."""
    made = one_van.with_job("A", requested=(span("06:00-18:00"),))
    made = made.but(locks=start_at("A", "Ann", start, tolerance_min=tolerance_min))
    kept = keeping(made)
    expected = [(Rule.SHIFT, early_s)] if early_s else []
    assert accepted(kept, {"Ann": ["A", "B"]}) == expected
    assert bool(made.broken({"Ann": ["A", "B"]})) is bool(early_s)
    plan = planned(kept)
    assert plan.routes[0].depart_s == clock("08:00") - early_s
    assert plan.routes[0].stops[0].start_s == clock(starts)
    # B after A is no reason to begin sooner.
    assert [(one.rule, one.amount, one.visit_id) for one in kept.judge(plan).accepted] == [
        (Rule.SHIFT, early_s, "A") for _ in expected
    ]


@pytest.mark.parametrize(("home", "early_s", "departs"), [(None, 5580, "07:12"), (2, 2760, "07:14")])
def test_who_begins_sooner_has_the_morning_at_the_branch_and_the_time_at_the_door(
    home: int | None, early_s: int, departs: str
) -> None:
    """45 minutes at the branch, if she is there, ten on the way, or eight from her home, and eight at A's door."""
    visits = [job("A", place=10, requested="06:00-18:00", place_kind=PlaceKind.HOME)]
    made = world(visits, [person("Ann", home=home)], locks=start_at("A", "Ann", "07:30"))
    kept = keeping(made.with_policy(morning_s=2700, access_s={"home": 480}))
    assert accepted(kept, {"Ann": ["A"]}) == [(Rule.SHIFT, early_s)]
    assert planned(kept).routes[0].depart_s == clock(departs)


def test_the_earliest_of_several_locked_starts_counts(one_van: World) -> None:
    early = one_van.with_job("A", requested=(span("06:00-18:00"),)).with_job("B", requested=(span("06:00-18:00"),))
    for first, then in (("A", "B"), ("B", "A")):
        locks = (*start_at(first, "Ann", "06:30"), *start_at(then, "Ann", "07:30"))
        made = keeping(early.but(locks=locks))
        way_s = 600 if first == "A" else 1200
        assert accepted(made, {"Ann": [first, then]}) == [(Rule.SHIFT, 5400 + way_s)]
        assert [found.visit_id for found in made.judge({"Ann": [first, then]}).accepted] == [first]
        assert planned(made).routes[0].visit_ids == (first, then)


def test_nobody_begins_before_the_moment_of_planning_or_without_a_rest(one_van: World) -> None:
    early = one_van.with_job("A", requested=(span("06:00-18:00"),)).but(locks=start_at("A", "Ann", "07:00"))
    in_time, too_late = (
        keeping(early).with_policy(lead_to_leave_s=lead_s).but(as_of_s=clock("06:30")) for lead_s in (1200, 1201)
    )
    assert accepted(in_time, {"Ann": ["A"]}) == [(Rule.SHIFT, 4200)]
    assert (Rule.LOCK, 1) in too_late.broken({"Ann": ["A"]})
    # Until 23:00 the evening before; eight hours later are ten minutes too late for 07:00.
    night = Shift("Ann", -1, clock("15:00") - 86_400, clock("23:00") - 86_400)
    tired = keeping(early).with_policy(rest_s=28_800).but(shifts_around=(night,))
    assert (Rule.LOCK, 600) in tired.broken({"Ann": ["A"]})


def test_a_second_too_early_is_too_early(one_van: World) -> None:
    lock = Lock("A", LockLevel.START, "Ann", start_s=clock("08:10") - 1)
    made = keeping(one_van.with_job("A", requested=(span("06:00-18:00"),)).but(locks=(lock,)))
    assert accepted(made, {"Ann": ["A"]}) == [(Rule.SHIFT, 1)]


@pytest.mark.parametrize("leg", [("branch", "A"), ("A", "branch")])
@pytest.mark.parametrize("start", ["07:00", "17:00"])
def test_where_there_is_no_way_no_shift_is_longer(one_van: World, leg: tuple[str, str], start: str) -> None:
    made = one_van.with_job("A", requested=(span("06:00-18:00"),)).but(locks=start_at("A", "Ann", start))
    kept = keeping(made.with_leg(*leg, None))
    assert [shift.start_s for shift in with_shifts_in_force(kept.problem, kept.matrix).shifts] == [clock("08:00")]
    judgement = kept.judge({"Ann": ["A"]})
    assert Rule.TRAVEL_LIMIT in {found.rule for found in judgement.violations}
    assert judgement.accepted == ()


def test_who_began_sooner_is_said_apart_from_who_is_back_later(one_van: World) -> None:
    made = keeping(one_van.with_job("A", requested=(span("06:00-19:00"),)))
    early = made.but(locks=start_at("A", "Ann", "07:00"))
    late = made.but(locks=start_at("A", "Ann", "17:00"))
    said = [
        accepted_sentence(found, one.problem, translator("en"))
        for one in (early, late)
        for found in one.judge({"Ann": ["A"]}).accepted
    ]
    assert said == [
        "The lock of visit A is kept although Ann Li (Ann) has to begin 1 h 10 min before the shift.",
        "The lock of visit A is kept although Ann Li (Ann) is back 40 min after the latest allowed return.",
    ]


# --- what no keeping helps ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        # Before the visit is ready.
        lambda w: w.with_job("A", ready_s=clock("12:00")).but(locks=start_at("A", "Ann", "10:00")),
        # Two visits at one moment.
        lambda w: w.but(locks=(*start_at("A", "Ann", "10:00"), *start_at("B", "Ann", "10:00"))),
        # Nobody has a shift.
        lambda w: w.but(locks=start_at("A", "Ann", "10:00"), shifts=()),
    ],
)
def test_a_lock_that_cannot_be_kept_is_still_refused(one_van: World, change: Callable[[World], World]) -> None:
    made = keeping(change(one_van))
    with pytest.raises(LockConflictError):
        solve(made.problem, made.matrix, seconds=30, iterations=50)


# --- random problems ------------------------------------------------------------------------------------------------


def with_late_shifts(seed: int, problem: Problem) -> Problem:
    """Return a problem in which the shift of some locked start of one person begins up to an hour after that."""
    rng, shifts = Random(seed), {(shift.technician_id, shift.day): shift for shift in problem.shifts}
    for lock in problem.locks:
        key = (lock.technician_id, problem.day_of_lock(lock))
        is_alone = problem.crew_size_of(problem.visit_by_id[lock.visit_id]) == 1
        if lock.level is LockLevel.START and is_alone and key in shifts and rng.random() < 0.7:
            begins_s = max(shifts[key].start_s, lock.start_s + rng.randint(0, 3600))
            shifts[key] = replace(shifts[key], start_s=min(begins_s, shifts[key].end_s - 1800))
    return replace(problem, shifts=tuple(shifts.values()))


def with_broken_locks(seed: int, problem: Problem) -> Problem:
    """Return a problem whose locks break a rule each, for visits of one person: a skill, a refusal or the window.

    A repeat fault that nobody of a higher level could serve any more would be for two, whom no lock names: it stays.
    """
    rng, visits, orders = Random(seed), dict(problem.visit_by_id), dict(problem.order_by_id)
    for lock in problem.locks:
        visit = visits[lock.visit_id]
        order = orders[visit.order_id]
        if problem.crew_size_of(visit) > 1:
            continue
        what: dict[str, Any] = {"skills": (*visit.skills, SkillNeed("nobody's", 2))}
        if rng.random() < 0.4:
            what = {"prohibited": visit.prohibited | {lock.technician_id}}
        elif lock.level is LockLevel.START and rng.random() < 0.7:
            far = lock.start_s + rng.choice((-1, 1)) * rng.randint(7_200, 20_000)
            orders[visit.order_id] = replace(order, promised=(Interval(far, far + 1800),), requested=())
            continue
        changed = replace(visit, **what)
        others = tuple(changed if one.visit_id == lock.visit_id else one for one in problem.visits)
        if replace(problem, visits=others).crew_size_of(changed) == 1:
            visits[lock.visit_id] = changed
    policy = replace(problem.policy, broken_locks=BrokenLocks.KEEP)
    return replace(problem, visits=tuple(visits.values()), orders=tuple(orders.values()), policy=policy)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("draw", [random_problem_with_plan, random_whole_problem_with_plan])
def test_engine_and_judge_keep_the_same_locks(seed: int, draw: Any) -> None:
    """The plan from which the locks were read stays possible; so few moves do not always get every locked visit in."""
    problem, matrix, routes = draw(seed)
    broken = with_broken_locks(seed, problem)
    given = judge_plan(broken, matrix, time_routes(broken, matrix, routes))
    assert given.is_clean, given.violations
    late = with_late_shifts(seed, broken)
    before_the_shift = judge_plan(late, matrix, time_routes(late, matrix, routes))
    if before_the_shift.is_clean:
        broken, given = late, before_the_shift
    plan = plan_of(broken, matrix, 400)
    check_clean_and_priced(broken, matrix, plan)
    changed = {lock.visit_id for lock in broken.locks if problem.crew_size_of(problem.visit_by_id[lock.visit_id]) == 1}
    # What somebody allows by an exception is listed beside it, and no lock's doing.
    assert {found.visit_id for found in given.accepted if not found.by} <= changed
