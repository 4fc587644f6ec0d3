"""The judge: planted violations are found with their amounts, nonsense is judged, right plans are clean."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Confirmed, Interval, Load, Predecessor, ServiceLog, ToolNeed
from optimizer.domain.plan import BRANCH_STOP, BranchStop, BreakTaken, Plan, Route, Stop, UnassignedState
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.domain.stock import Loan, Part
from optimizer.domain.technician import HeldSkill, Shift
from optimizer.judge.facts import Facts
from optimizer.judge.verdict import HARD_RULES, judge_plan, time_routes, timed_as_stated
from tests.random_problems import (
    large_problem,
    random_problem_with_plan,
    random_whole_problem,
    random_whole_problem_with_plan,
)
from tests.time_limits import seeds
from tests.worlds import FRIDAY_16, World, clock, day_s, job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Callable

ROUTES = {"Ann": ["A"], "Ben": ["B", "C"]}


@pytest.fixture
def branch_day() -> World:
    """Everything at once and clean: Ann serves A, Ben serves B and has his lunch and then C; D waits.

    Ann: A from 08:10 to 08:40, back at 08:50. Ben: B from 08:20 to 08:50, at C at 09:10 and from 09:30 (ready) to
    10:00, back at 10:40 and then lunch from 12:00 to 12:30.
    """
    jobs = [
        job("A", place=10, skills={"aircon": 2}, parts={"P": 1}),
        job("B", place=20, minutes=30, requested="08:00-09:00"),
        job("C", place=40, ready_s=clock("09:30")),
        job("D", place=50, parts={"P": 1}),
    ]
    people = [
        person("Ann", skills={"aircon": 2}),
        person("Ben", skills={"aircon": 1}, lunch="12:00-13:00", max_leg_s=2400),
    ]
    return world(
        jobs,
        people,
        parts=(Part("P", "compressor", 1),),
        locks=(Lock("B", LockLevel.PERSON, "Ben"),),
        loans=(Loan("L", "Ben", "P", 1, date(2026, 11, 19)),),
    )


def change_stop(plan: Plan, visit_id: str, **changes: Any) -> Plan:
    """Return the plan with other statements about one stop."""
    routes = [
        replace(r, stops=tuple(replace(s, **changes) if s.visit_id == visit_id else s for s in r.stops))
        for r in plan.routes
    ]
    return replace(plan, routes=tuple(routes))


def change_route(plan: Plan, technician_id: str, **changes: Any) -> Plan:
    """Return the plan with other statements about one route."""
    routes = [replace(r, **changes) if r.technician_id == technician_id else r for r in plan.routes]
    return replace(plan, routes=tuple(routes))


def test_the_branch_day_is_clean(branch_day: World) -> None:
    plan = branch_day.plan(ROUTES)
    assert branch_day.broken(ROUTES) == []
    assert [(s.start_s, s.end_s) for s in plan.routes[1].stops] == [
        (clock("08:20"), clock("08:50")),
        (clock("09:30"), clock("10:00")),
    ]
    assert plan.routes[1].break_ == BreakTaken(5, clock("12:00"))
    assert plan.routes[1].return_s == clock("12:30")
    assert [entry.visit_id for entry in plan.unassigned] == ["D"]


#: Rule, amount, and how to plant it: in other routes, in another world, in what the plan states.
PLANTED_IN_ROUTES: list[tuple[Rule, int, dict[str, list[str]]]] = [
    (Rule.ONCE, 1, {"Ann": ["A"], "Ben": ["B", "B", "C"]}),
    (Rule.STOCK, 1, {"Ann": ["A", "D"], "Ben": ["B", "C"]}),
    (Rule.WINDOW, 4800, {"Ann": ["A"], "Ben": ["C", "B"]}),  # C until 10:00; B reached at 10:20, open until 09:00.
    (Rule.LOCK, 1, {"Ann": ["A", "B"], "Ben": ["C"]}),
    (Rule.LOCK, 1, {"Ann": ["A"], "Ben": ["C"]}),
]

PLANTED_IN_WORLD: list[tuple[Rule, int, Callable[[World], World]]] = [
    (Rule.SKILL, 1, lambda w: w.with_technician("Ann", skills=(HeldSkill("aircon", 1),))),
    (Rule.ALLOWED, 1, lambda w: w.with_job("B", refused=frozenset({"Ben"}))),
    (Rule.TRAVEL_LIMIT, 600, lambda w: w.with_shift("Ben", max_leg_s=1800)),
    (Rule.TRAVEL_LIMIT, 1, lambda w: w.with_leg("B", "C", None)),
    (Rule.CONFIRMED, 1, lambda w: w.with_job("C", log=ServiceLog(confirmed=Confirmed.UNREACHABLE))),
    (Rule.SHIFT, 1800, lambda w: w.with_shift("Ann", end_s=clock("08:20"))),
    # Ann is back at 08:50, and works again from midnight on, after a rest of 15 h 40 min.
    (Rule.REST, 1800, lambda w: w.with_policy(rest_s=56_400).but(shifts_around=(Shift("Ann", 1, 86_400, 90_000),))),
    # C must start at 09:30 and now lasts until 13:10, ten minutes after the break's window.
    (Rule.BREAK, 600, lambda w: w.with_job("C", base_s=13_200, requested=(span("09:00-09:30"),))),
    (Rule.LOAN, 1, lambda w: w.but(loans=(Loan("L", "Ann", "P", 1, date(2026, 11, 19)),))),
    (
        Rule.LOAD,
        1,
        lambda w: w.with_job("C", loads=(Load("kg", 5),)).with_technician("Ben", capacity=(Load("kg", 4),)),
    ),
    (Rule.TOOL, 1, lambda w: w.with_job("C", tools=(ToolNeed("ladder"),))),
    (Rule.CREW, 1, lambda w: w.with_job("C", crew_size=2)),
    (Rule.PRECEDENCE, 1, lambda w: w.with_job("C", after=(Predecessor("D"),))),
]

PLANTED_IN_STATEMENTS: list[tuple[Rule, int, Callable[[Plan], Plan]]] = [
    (Rule.READY, 60, lambda p: change_stop(p, "C", start_s=clock("09:29"))),
    (Rule.TRAVEL, 120, lambda p: change_stop(p, "C", arrive_s=clock("09:08"))),
    (Rule.WINDOW, 60, lambda p: change_stop(p, "B", start_s=clock("08:21"))),
    (Rule.WINDOW, 30, lambda p: change_stop(p, "B", end_s=clock("08:50") + 30)),
    (Rule.WINDOW, 7, lambda p: change_stop(p, "A", window=Interval(clock("08:10"), clock("09:00") + 7))),
    (Rule.LATENESS, 5, lambda p: change_stop(p, "A", lateness_s=5)),
    (
        Rule.LATENESS,
        1801,
        lambda p: change_stop(p, "B", leave_by_s=clock("08:40") + 1),
    ),  # B by 09:00, less half an hour.
    (Rule.TRAVEL, 60, lambda p: change_stop(p, "B", leave_by_s=clock("07:59"))),
    (Rule.STOCK, 1, lambda p: change_stop(p, "A", parts=())),
    (Rule.LOCK, 1, lambda p: change_stop(p, "B", pinned=False)),
    (Rule.FLOOR, 60, lambda p: change_route(p, "Ann", depart_s=FRIDAY_16 - 60)),
    (Rule.SHIFT, 60, lambda p: change_route(p, "Ann", depart_s=clock("08:01"))),
    (Rule.SHIFT, 90, lambda p: change_route(p, "Ann", return_s=clock("08:50") - 90)),
    (Rule.BREAK, 1800, lambda p: change_route(p, "Ben", break_=None)),
    (Rule.BREAK, 60, lambda p: change_route(p, "Ben", break_=BreakTaken(5, clock("12:01")))),
    (Rule.UNASSIGNED, 1, lambda p: replace(p, unassigned=())),
    (Rule.UNASSIGNED, 1, lambda p: replace(p, unassigned=p.unassigned * 2)),
    (
        Rule.UNASSIGNED,
        1,
        lambda p: replace(p, unassigned=(replace(p.unassigned[0], state=UnassignedState.WILL_BREAK),)),
    ),
    (Rule.TRAVEL, 3, lambda p: replace(p, costs={**p.costs, Rule.TRAVEL: p.costs[Rule.TRAVEL] - 3})),
    (Rule.UNASSIGNED, 20_000, lambda p: replace(p, costs={**p.costs, Rule.UNASSIGNED: 0})),
    (Rule.UNASSIGNED, 20_000, lambda p: replace(p, costs={r: c for r, c in p.costs.items() if r != "unassigned"})),
    (Rule.WINDOW, 1_500_000, lambda p: replace(p, costs={**p.costs, Rule.WINDOW: -1_500_000})),
    (Rule.LOCK, 1, lambda p: replace(p, costs={**p.costs, Rule.LOCK: 0})),
]


@pytest.mark.parametrize(("rule", "amount", "routes"), PLANTED_IN_ROUTES)
def test_a_violation_planted_in_the_routes_is_found_alone(
    branch_day: World, rule: Rule, amount: int, routes: dict[str, list[str]]
) -> None:
    assert branch_day.broken(routes) == [(rule, amount)]


@pytest.mark.parametrize(("rule", "amount", "plant"), PLANTED_IN_WORLD)
def test_a_violation_planted_in_the_world_is_found_with_its_amount(
    branch_day: World, rule: Rule, amount: int, plant: Callable[[World], World]
) -> None:
    assert plant(branch_day).broken(ROUTES) == [(rule, amount)]


@pytest.mark.parametrize(("rule", "amount", "plant"), PLANTED_IN_STATEMENTS)
def test_a_wrong_statement_is_found_alone(
    branch_day: World, rule: Rule, amount: int, plant: Callable[[Plan], Plan]
) -> None:
    assert branch_day.broken(plant(branch_day.plan(ROUTES))) == [(rule, amount)]


def test_every_hard_rule_that_a_problem_can_state_is_looked_at() -> None:
    rules = [one.rule for one in HARD_RULES]
    assert rules == [rule for rule in Rule if rule.is_hard]
    planted = {p[0] for p in (*PLANTED_IN_ROUTES, *PLANTED_IN_WORLD, *PLANTED_IN_STATEMENTS)}
    assert set(rules) <= planted


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_a_daily_rule_finds_the_same_in_every_day_alone(seed: int) -> None:
    """`explain` shows daily rules only the days that change, so that an entry that is daily by mistake would hide."""
    problem, matrix = random_whole_problem(seed)
    problem = replace(problem, tools=(), parts=(), arrivals=())
    rng, keys = Random(seed), [(shift.technician_id, shift.day) for shift in problem.shifts]
    dealt: dict[tuple[str, int], list[str]] = {key: [] for key in keys}
    for visit in problem.visits:
        for key in rng.choices(keys, k=rng.choice((1, 2))):
            dealt[key].append(visit.visit_id)
    judged = timed_as_stated(Facts(problem, matrix), time_routes(problem, matrix, dealt))
    for one in [one for one in HARD_RULES if one.is_daily]:
        alone = [found for day in judged.days for found in one.find(replace(judged, days=(day,)))]
        assert alone == list(one.find(judged)), one.rule


def test_every_soft_rule_is_priced_even_at_nothing(one_van: World) -> None:
    judgement = one_van.judge({})
    assert set(judgement.costs) == set(SOFT_RULES)
    assert judgement.cost_cents == 2 * 20_000


def test_all_faults_are_reported_in_one_go(branch_day: World) -> None:
    wrong = branch_day.with_job("B", refused=frozenset({"Ben"})).with_shift("Ann", end_s=clock("08:20"))
    assert wrong.broken(ROUTES) == [(Rule.ALLOWED, 1), (Rule.SHIFT, 1800)]


def test_nonsense_is_judged_and_never_raises(branch_day: World) -> None:
    def route(who: str, *visits: str, day: int = 0) -> Route:
        stops = tuple(Stop(v, 0, 0, 0, 0, Interval(0, 0)) for v in visits)
        return Route(who, day, 5, 4, stops, BreakTaken(99, 7))

    nonsense = Plan(
        (route("Ann", "A", "A", "?"), route("?", "B"), route("Ben", "C", day=9), route("Ann"), route("Ben", "?")),
        (),
        {Rule.ONCE: 4},
    )
    broken = {rule for rule, _ in branch_day.broken(nonsense)}
    assert {Rule.ONCE, Rule.SHIFT, Rule.UNASSIGNED, Rule.BREAK, Rule.TRAVEL} <= broken
    assert branch_day.judge({"?": ["?", "A"], "Ann": ["?", "A", "A"], "Ben": ["?"]}).violations != ()


def test_nonsense_of_crews_sequences_and_stops_never_raises(branch_day: World) -> None:
    linked = branch_day.with_job("A", crew_size=3).with_job("B", crew_size=2, after=(Predecessor("C", max_gap_s=0),))
    linked = linked.with_job("C", crew_size=2, after=(Predecessor("A", same_people=True),))
    routes: list[Any] = [
        {"Ann": ["A", "A", "B", "C"], "Ben": ["C", "B", "A"], "?": ["A", "B"]},
        {"Ann": ["0", "0", "B", "0"], ("Ann", 0): ["B"], ("Ben", 3): ["B", "C"], ("Ben", -1): ["0"]},
        {("Ann", 0): ["?", "0", "?", "C", "B"], ("Ben", 0): ["0", "?"]},
    ]
    for tried in routes:
        assert linked.judge(tried).violations != ()
    plan = linked.plan({"Ann": ["C", "B"], "Ben": ["C", "B"]})
    for lie in ({"before": -4}, {"before": 99}):
        stop = replace(BranchStop(0, 1, 2, 3, 4), **lie)
        assert linked.judge(change_route(plan, "Ann", branch_stop=stop)).violations != ()
    assert linked.judge(change_stop(plan, "B", crew=("?",), lead="?")).violations != ()


def test_a_stock_count_older_than_the_last_afternoon_is_an_assumption(short_stock: World) -> None:
    for counted, is_old in ((day_s("11:59", -3), True), (day_s("12:00", -3), False)):
        made = short_stock.but(parts=(Part("P", "compressor", 1, as_of_s=counted),))
        assert bool(made.judge({"Ann": ["A"]}).assumptions) is is_old
        assert made.judge({}).assumptions == ()
    old = short_stock.but(parts=(Part("P", "compressor", 1, as_of_s=day_s("09:00", -3)),))
    (assumption,) = old.judge({"Ann": ["A"]}).assumptions
    assert str(assumption) == ("Part P: the count of 2026-11-20 09:00 (1 on hand) is older than the last afternoon.")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, UnassignedState.WAITS),
        ({"due_day": date(2026, 11, 23)}, UnassignedState.WILL_BREAK),
        ({"due_day": date(2026, 11, 24)}, UnassignedState.WAITS),
        ({"promised": (span("09:00-10:00"),)}, UnassignedState.WILL_BREAK),
        ({"promised": (span("09:00-10:00"), Interval(day_s("09:00", 1), day_s("10:00", 1)))}, UnassignedState.WAITS),
    ],
)
def test_what_becomes_of_a_visit_left_out(one_van: World, facts: dict[str, Any], state: UnassignedState) -> None:
    left_out = one_van.with_job("A", **facts).plan({"Ann": ["B"]}).unassigned
    assert [(entry.visit_id, entry.state) for entry in left_out] == [("A", state)]


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_timing_routes_of_a_random_problem_is_judged_clean(seed: int) -> None:
    problem, matrix, routes = random_problem_with_plan(seed)
    assert judge_plan(problem, matrix, time_routes(problem, matrix, routes)).is_clean


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_timing_routes_of_the_whole_book_is_judged_clean(seed: int) -> None:
    problem, matrix, routes = random_whole_problem_with_plan(seed, most_visits=6, most_shifts=6)
    assert judge_plan(problem, matrix, time_routes(problem, matrix, routes)).is_clean


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_any_routes_of_the_whole_book_can_be_timed_and_judged(seed: int) -> None:
    problem, matrix = random_whole_problem(seed, most_visits=6, most_shifts=6)
    rng = Random(seed)
    routes: dict[tuple[str, int], list[str]] = {}
    for visit in rng.sample(problem.visits, len(problem.visits)):
        for shift in rng.sample(problem.shifts, min(len(problem.shifts), problem.crew_size_of(visit))):
            day = routes.setdefault((shift.technician_id, shift.day), [BRANCH_STOP] if rng.random() < 0.3 else [])
            day.insert(rng.randint(0, len(day)), visit.visit_id)
    plan = time_routes(problem, matrix, routes)
    judgement = judge_plan(problem, matrix, plan)
    stated = {Rule.UNASSIGNED, Rule.TRAVEL, Rule.LATENESS, Rule.READY}
    assert not stated & {violation.rule for violation in judgement.violations}
    assert all(violation.amount > 0 and violation.message for violation in judgement.violations)
    assert judgement.costs == plan.costs


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_any_route_can_be_timed_and_judged(seed: int) -> None:
    problem, matrix, _ = random_problem_with_plan(seed)
    rng = Random(seed)
    visits = [visit.visit_id for visit in rng.sample(problem.visits, len(problem.visits))]
    routes = {t.technician_id: visits[n :: len(problem.technicians)] for n, t in enumerate(problem.technicians)}
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, routes))
    stated = {Rule.UNASSIGNED, Rule.TRAVEL, Rule.LATENESS, Rule.READY}
    assert not stated & {violation.rule for violation in judgement.violations}
    assert all(violation.amount > 0 and violation.message for violation in judgement.violations)


def test_a_large_plan_is_clean_and_judged_fast() -> None:
    problem, matrix, routes = large_problem(visits=200, technicians=25)
    plan = time_routes(problem, matrix, routes)
    began = time.process_time()
    judgement = judge_plan(problem, matrix, plan)
    took_s = time.process_time() - began
    assert judgement.is_clean, judgement.violations
    assert plan.served > 80
    assert took_s < 0.1


def test_a_break_is_timed_in_the_slot_that_is_asked_for() -> None:
    # The break of half an hour begins once its window opens at 12:00: before the way home from A, or after it.
    made = world([job("A", place=10)], [person("Ann", hours="08:00-17:00", lunch="12:00-13:00")])
    routes = {("Ann", 0): ("A",)}
    slots = {}
    for slot in range(4):
        plan = time_routes(made.problem, made.matrix, routes, slots={("Ann", 0): slot})
        [route] = plan.routes
        assert route.break_ is not None
        slots[route.break_.slot] = route.return_s
        assert judge_plan(made.problem, made.matrix, plan).is_clean
    assert slots == {0: clock("13:20"), 1: clock("13:10"), 2: clock("12:40"), 3: clock("12:30")}
    asked_for_others = time_routes(made.problem, made.matrix, routes, slots={("Ben", 0): 0})
    assert asked_for_others == time_routes(made.problem, made.matrix, routes)
