"""Plan mutants: a single fault in a sound plan file is found under the name of its rule, with its exact amount.

Three tables: what a file states wrongly (`plan_faults.py`, tried on every world), what its routes do wrongly although
they state it rightly, and what is no plan at all.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from optimizer.domain.order import GapFrom, Load, PartNeed, Predecessor, SkillNeed, ToolNeed
from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import Lock, LockLevel, Problem, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Loan, Part, Reservation, Tool
from optimizer.domain.technician import Break, HeldSkill
from optimizer.errors import InputError
from optimizer.ingest.plans.plan_file import plan_from_json, plan_to_json, read_plan
from optimizer.ingest.read import read_branch
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.text.files import json_text
from optimizer.travel.provider import travel_for
from tests.judge.plan_faults import FAULTS, Found
from tests.random_problems import random_problem_with_plan, random_whole_problem_with_plan
from tests.worlds import MONDAY, SUNDAY_16, World, clock, job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.travel.matrix import TravelMatrix

BRANCH = Path(__file__).parents[2] / "data/hangzhou"
RUN: dict[str, Any] = {"seed": 1}


class File(NamedTuple):
    """A plan file as the disk holds it, beside the facts it was made from."""

    problem: Problem
    matrix: TravelMatrix
    text: str


def file_of(problem: Problem, matrix: TravelMatrix, routes: Any) -> File:
    plan = time_routes(problem, matrix, routes)
    judgement = judge_plan(problem, matrix, plan)
    assert judgement.is_clean, judgement.violations
    return File(problem, matrix, json_text(plan_to_json(plan, problem, matrix, RUN)))


# --- the worlds -----------------------------------------------------------------------------------------------------


def demo() -> File:
    """The demo branch, each visit with the first technician with whom nothing is broken, those with locks first."""
    problem = read_branch(BRANCH)
    matrix = travel_for(problem, BRANCH)
    routes: dict[str, list[str]] = {}
    held = [said.visit_id for said in (*problem.locks, *problem.published)]
    wanted = {said.visit_id: said.technician_id for said in (*problem.locks, *problem.published)}
    left = {visit.visit_id for visit in problem.visits} - set(held)
    for visit_id in [*held, *sorted(left)[::3]]:
        for shift in problem.shifts:
            who = shift.technician_id
            longer = {**routes, who: [*routes.get(who, ()), visit_id]}
            broken = judge_plan(problem, matrix, time_routes(problem, matrix, longer)).violations
            mine = [one for one in broken if one.rule is not Rule.LOCK or one.technician_id]
            if not mine and wanted.get(visit_id, who) == who:
                routes = longer
                break
    return file_of(problem, matrix, routes)


def two_days_of_everything() -> File:
    """Crews, tools, loads, own parts, a stop at the branch, sequences, locks, a published plan, over two days."""
    jobs = [
        job("boiler", place=10, crew_size=2, skills={"gas": 1}, lead_skills=(SkillNeed("gas", 2),), parts={"P": 1}),
        job("roof", place=20, days=(1,), tools=(ToolNeed("ladder"),), loads=(Load("kg", 30),)),
        job("pump", place=25, parts={"P": 1}, loads=(Load("kg", 50),)),
        job("test", place=25, days=(0, 1), after=(Predecessor("pump", min_gap_s=1800),)),
        job("meter", place=40, requested="10:00-10:30", ready_s=clock("10:10")),
        job("late", place=15, requested="08:00-08:05"),
        job("later", place=15, days=(0, 1), due_day=MONDAY + timedelta(2)),
        job("due", place=15, days=(0, 1), due_day=MONDAY),
    ]
    people = [
        person("Ann", days=(0, 1), skills={"gas": 3}, lunch="11:30-13:00", capacity=(Load("kg", 60),)),
        person("Ben", days=(0, 1), skills={"gas": 1}, home=5, own_parts=(PartNeed("Q", 1),)),
    ]
    made = world(
        jobs,
        people,
        days=2,
        parts=(Part("P", "pump", 5), Part("Q", "seal", 1)),
        tools=(Tool("ladder", "Ladder", 1),),
        locks=(Lock("meter", LockLevel.PERSON, "Ben"), Lock("roof", LockLevel.DAY, "Ann", 1)),
        published=(PublishedVisit("meter", "Ben", 0, span("10:00-11:00")), PublishedVisit("test", "Ann", 0, None)),
    ).with_policy(pickup=Pickup.STOP, morning_s=600, max_lateness_s=7200)
    routes = {
        ("Ann", 0): ["boiler", "late"],
        ("Ben", 0): ["boiler", "meter", BRANCH_STOP, "pump"],
        ("Ann", 1): ["roof", "test"],
    }
    return file_of(made.problem, made.matrix, routes)


def random_day(seed: int) -> File:
    return file_of(*random_problem_with_plan(seed, most_visits=8))


def random_week(seed: int) -> File:
    return file_of(*random_whole_problem_with_plan(seed, most_visits=5, most_shifts=5))


WORLDS: dict[str, Callable[[], File]] = {
    "demo": demo,
    "two days of everything": two_days_of_everything,
    **{f"random day {seed}": lambda seed=seed: random_day(seed) for seed in (1, 4, 7, 12, 21)},
    **{f"random days {seed}": lambda seed=seed: random_week(seed) for seed in (5, 6, 9, 14, 23)},
}


@cache
def file_in(name: str) -> File:
    return WORLDS[name]()


def broken_in(file: File, document: dict[str, Any]) -> Found:
    judgement = judge_plan(file.problem, file.matrix, plan_from_json(document, file.problem))
    return sorted((violation.rule, violation.amount) for violation in judgement.violations)


# --- what a file states ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORLDS)
def test_a_sound_plan_file_is_clean(name: str, tmp_path: Path) -> None:
    file = file_in(name)
    (tmp_path / "plan.json").write_text(file.text, encoding="utf-8")
    problem, matrix, plan = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert judge_plan(problem, matrix, plan).violations == ()


@pytest.mark.parametrize("kind", FAULTS)
def test_a_wrong_statement_is_found_under_its_rule_with_its_amount(kind: str) -> None:
    planted = 0
    for number, name in enumerate(WORLDS):
        file = file_in(name)
        for turn in range(2):
            document = json.loads(file.text)
            expected = FAULTS[kind](document, file.problem, Random(100 * number + turn))
            if expected is not None:
                assert broken_in(file, document) == sorted(expected), (name, turn)
                planted += 1
    assert planted, "no world has a place for it"


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "is_to_leave_for_the_branch_before_it_can"])
def test_it_is_found_in_the_file_on_disk(kind: str, tmp_path: Path) -> None:
    file = file_in("two days of everything")
    document = json.loads(file.text)
    expected = FAULTS[kind](document, file.problem, Random(5))
    assert expected is not None
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    problem, matrix, plan = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    found = judge_plan(problem, matrix, plan).violations
    assert sorted((violation.rule, violation.amount) for violation in found) == sorted(expected)


def test_there_are_forty_kinds_and_more() -> None:
    assert len(FAULTS) >= 40


# --- what the routes do ---------------------------------------------------------------------------------------------


def four_jobs() -> World:
    """A, B, C and D ten minutes apart, half an hour each, any time from 08:00 to 17:00 on two days; Ann and Ben."""
    jobs = [job(name, place=10 * n, days=(0, 1)) for n, name in enumerate("ABCD", 1)]
    return world(jobs, [person(who, days=(0, 1), skills={"gas": 1}) for who in ("Ann", "Ben")], days=2)


SOUND = {"Ann": ["A", "B"], "Ben": ["C"]}


def with_shift_of_ann(made: World, **changes: Any) -> World:
    shifts = (replace(s, **changes) if (s.technician_id, s.day) == ("Ann", 0) else s for s in made.problem.shifts)
    return made.but(shifts=tuple(shifts))


def after(*, of: str = "A", then: str = "C", **gap: Any) -> Callable[[World], World]:
    return lambda w: w.with_job(then, after=(Predecessor(of, **gap),))


def locked(level: LockLevel, visit_id: str, who: str, **facts: Any) -> Callable[[World], World]:
    return lambda w: w.but(locks=(Lock(visit_id, level, who, **facts),))


def same(made: World) -> World:
    return made


def with_parts(made: World, *needing: str, on_hand: int = 1, **facts: Any) -> World:
    for visit_id in needing:
        made = made.with_job(visit_id, parts=(PartNeed("P", 1),))
    return made.but(parts=(Part("P", "pump", on_hand),), **facts)


#: What is planted, into which world, by which routes, and what is found.
ROUTES: list[tuple[str, Callable[[World], World], Any, Found]] = [
    ("two serve one", same, {"Ann": ["A", "B"], "Ben": ["A", "C"]}, [(Rule.ONCE, 1)]),
    ("twice on a route", same, {"Ann": ["A", "B", "A"], "Ben": ["C"]}, [(Rule.ONCE, 1)]),
    ("three times over two days", same, {"Ann": ["A"], "Ben": ["A"], ("Ben", 1): ["A"]}, [(Rule.ONCE, 2)]),
    ("a level too low", lambda w: w.with_job("B", skills=(SkillNeed("gas", 3),)), SOUND, [(Rule.SKILL, 2)]),
    ("no such skill", lambda w: w.with_job("B", skills=(SkillNeed("aircon", 2),)), SOUND, [(Rule.SKILL, 2)]),
    (
        "a certificate that ended yesterday",
        lambda w: w.with_technician("Ann", skills=(HeldSkill("gas", 3, valid_until=MONDAY - timedelta(1)),)).with_job(
            "A", skills=(SkillNeed("gas", 3),)
        ),
        SOUND,
        [(Rule.SKILL, 3)],
    ),
    (
        "a certificate of tomorrow",
        lambda w: w.with_technician("Ann", skills=(HeldSkill("gas", 2, valid_from=MONDAY + timedelta(1)),)).with_job(
            "A", skills=(SkillNeed("gas"),)
        ),
        SOUND,
        [(Rule.SKILL, 1)],
    ),
    ("refused", lambda w: w.with_job("C", refused=frozenset({"Ben"})), SOUND, [(Rule.ALLOWED, 1)]),
    ("prohibited", lambda w: w.with_job("C", prohibited=frozenset({"Ben"})), SOUND, [(Rule.ALLOWED, 1)]),
    ("another is required", lambda w: w.with_job("C", required=frozenset({"Ann"})), SOUND, [(Rule.ALLOWED, 1)]),
    (
        "another district",
        lambda w: w.with_job("C", area="north").with_technician("Ben", areas=frozenset({"south"})),
        SOUND,
        [(Rule.ALLOWED, 1)],
    ),
    # Ben drives 30 minutes to C and 30 back.
    ("a leg too long", lambda w: w.with_shift("Ben", max_leg_s=1799), SOUND, [(Rule.TRAVEL_LIMIT, 1)] * 2),
    ("a day too far", lambda w: w.with_shift("Ben", max_travel_s=3000), SOUND, [(Rule.TRAVEL_LIMIT, 600)]),
    ("a visit too many", lambda w: w.with_shift("Ann", max_visits=1), SOUND, [(Rule.TRAVEL_LIMIT, 1)]),
    # 08:00 to 09:30.
    ("a day too long", lambda w: w.with_shift("Ben", max_duty_s=5000), SOUND, [(Rule.TRAVEL_LIMIT, 400)]),
    ("no way", lambda w: w.with_leg("A", "B", None), SOUND, [(Rule.TRAVEL_LIMIT, 1)]),
    # B from 08:50.
    ("a window missed", lambda w: w.with_job("B", requested=(span("08:00-08:40"),)), SOUND, [(Rule.WINDOW, 600)]),
    (
        "later than may be late",
        lambda w: w.with_job("B", requested=(span("08:00-08:40"),)).with_policy(max_lateness_s=599),
        SOUND,
        [(Rule.WINDOW, 1)],
    ),
    # B begins on Tuesday at 08:00, and Ann is home at 08:50: not on Monday, and not when her own Tuesday begins.
    (
        "the wrong day",
        lambda w: w.with_job("B", requested=(span("08:00-09:00", 1),)),
        SOUND,
        [(Rule.SHIFT, 57_000), (Rule.REST, 3_000)],
    ),
    (
        "past the closing",
        lambda w: w.with_job("B", opening=((0, span("08:00-09:15")),)),
        SOUND,
        [(Rule.WINDOW, 300)],
    ),
    (
        "over the meal",
        lambda w: w.with_job("B", closed=(span("09:00-17:00"),), opening=((0, span("08:00-17:00")),)),
        SOUND,
        [(Rule.WINDOW, 1200)],
    ),
    # Back at 09:40.
    ("back too late", lambda w: with_shift_of_ann(w, end_s=clock("09:30")), SOUND, [(Rule.SHIFT, 600)]),
    (
        "back past the overtime",
        lambda w: with_shift_of_ann(w, end_s=clock("09:00"), overtime_limit_s=2399),
        SOUND,
        [(Rule.SHIFT, 1)],
    ),
    ("no shift that day", same, {("Ann", 2): ["A"]}, [(Rule.SHIFT, 1)]),
    ("nobody of that name", same, {"Eve": ["A"]}, [(Rule.SHIFT, 1)]),
    (
        "no break in time",
        # A must start at 08:10 and now lasts until 08:50; the break is to start by 08:45.
        lambda w: with_shift_of_ann(w, break_=Break(span("08:15-08:45"), 900)).with_job(
            "A", base_s=2400, requested=(span("08:00-08:10"),)
        ),
        SOUND,
        [(Rule.BREAK, 300)],
    ),
    (
        "too heavy",
        lambda w: (
            w.with_job("A", loads=(Load("kg", 5),))
            .with_job("B", loads=(Load("kg", 6),))
            .with_technician("Ann", capacity=(Load("kg", 10),))
        ),
        SOUND,
        [(Rule.LOAD, 1)],
    ),
    ("the last part twice", lambda w: with_parts(w, "A", "B", "C"), SOUND, [(Rule.STOCK, 2)]),
    (
        "a part of tomorrow",
        lambda w: with_parts(w, "A", on_hand=0, arrivals=(Arrival("P", 1, MONDAY + timedelta(1)),)),
        SOUND,
        [(Rule.STOCK, 1)],
    ),
    (
        "a part that is held",
        lambda w: with_parts(w, "A", reservations=(Reservation("R", "P", 1, MONDAY + timedelta(9), "D"),)),
        SOUND,
        [(Rule.STOCK, 1)],
    ),
    (
        "parts that nobody hands over",
        lambda _: world(
            [job("C", place=30, parts={"P": 2})], [person("Ben", home=5)], parts=(Part("P", "pump", 9),)
        ).with_policy(pickup=Pickup.STOP),
        {"Ben": ["C"]},
        [(Rule.STOCK, 2)],
    ),
    (
        "a part for who owes one",
        lambda w: with_parts(w, "A", loans=(Loan("L", "Ann", "P", 1, date(2026, 11, 19)),)),
        SOUND,
        [(Rule.LOAN, 1)],
    ),
    (
        "one ladder for two",
        lambda w: (
            w.with_job("A", tools=(ToolNeed("ladder"),))
            .with_job("C", tools=(ToolNeed("ladder", 2),))
            .but(tools=(Tool("ladder", "Ladder", 1),))
        ),
        SOUND,
        [(Rule.TOOL, 2)],
    ),
    ("one of two", lambda w: w.with_job("C", crew_size=2), SOUND, [(Rule.CREW, 1)]),
    ("one of three", lambda w: w.with_job("C", crew_size=3), SOUND, [(Rule.CREW, 2)]),
    (
        "on two days",
        lambda w: w.with_job("C", crew_size=2),
        {"Ann": ["C"], ("Ben", 1): ["C"]},
        [(Rule.CREW, 1), (Rule.CREW, 1)],
    ),
    (
        "nobody able to lead",
        lambda w: w.with_job("C", crew_size=2, lead_skills=(SkillNeed("gas", 3),)),
        {"Ann": ["C"], "Ben": ["C"]},
        [(Rule.CREW, 2)],
    ),
    ("the first is not served", after(of="D"), SOUND, [(Rule.PRECEDENCE, 1)]),
    # B begins at 08:20, and A ends at 09:30.
    ("the wrong way round", after(of="A", then="B"), {"Ann": ["B", "A"]}, [(Rule.PRECEDENCE, 4200)]),
    # C takes half an hour, and the way to D ten minutes.
    (
        "too late after",
        after(of="C", then="D", gap_from=GapFrom.START, max_gap_s=1800),
        {"Ben": ["C", "D"]},
        [(Rule.PRECEDENCE, 600)],
    ),
    ("other people", after(same_people=True), SOUND, [(Rule.PRECEDENCE, 1)]),
    ("locked to another", locked(LockLevel.PERSON, "C", "Ann"), SOUND, [(Rule.LOCK, 1)]),
    ("locked to another day", locked(LockLevel.DAY, "C", "Ben", day=1), SOUND, [(Rule.LOCK, 1)]),
    (
        "locked to an earlier start",
        locked(LockLevel.START, "C", "Ben", start_s=clock("08:20"), tolerance_s=60),
        SOUND,
        [(Rule.LOCK, 540)],
    ),
    ("locked as the first", locked(LockLevel.PREFIX, "B", "Ann"), SOUND, [(Rule.LOCK, 1)]),
    ("locked and left out", locked(LockLevel.PERSON, "D", "Ann"), SOUND, [(Rule.LOCK, 1)]),
    (
        "told and left out",
        lambda w: w.but(as_of_s=SUNDAY_16, published=(PublishedVisit("D", "Ann", 0, span("09:00-10:00")),)),
        SOUND,
        [(Rule.LOCK, 1)],
    ),
    (
        "told an earlier time",
        lambda w: w.but(as_of_s=SUNDAY_16, published=(PublishedVisit("C", "Ben", 0, span("08:00-08:20")),)),
        SOUND,
        [(Rule.LOCK, 600)],
    ),
]


@pytest.mark.parametrize(("plant", "routes", "expected"), [row[1:] for row in ROUTES], ids=[row[0] for row in ROUTES])
def test_what_the_routes_do_wrongly_is_found_under_its_rule_with_its_amount(
    plant: Callable[[World], World], routes: Any, expected: Found, tmp_path: Path
) -> None:
    made = plant(four_jobs())
    plan = time_routes(made.problem, made.matrix, routes)
    (tmp_path / "plan.json").write_text(json_text(plan_to_json(plan, made.problem, made.matrix, RUN)), encoding="utf-8")
    problem, matrix, read = read_plan(tmp_path / "plan.json", time_routes=time_routes)
    found = judge_plan(problem, matrix, read).violations
    assert [(violation.rule, violation.amount) for violation in found] == expected


def test_without_a_fault_the_four_jobs_are_clean() -> None:
    assert four_jobs().broken(SOUND) == []


# --- what is no plan ------------------------------------------------------------------------------------------------


def without_a_number(document: dict[str, Any]) -> None:
    document["costs"]["travel"] = float("nan")


def with_half_a_cent(document: dict[str, Any]) -> None:
    document["costs"]["travel"] = 1.5


def with_a_price_in_words(document: dict[str, Any]) -> None:
    document["costs"]["travel"] = "12"


def with_a_price_of_truth(document: dict[str, Any]) -> None:
    document["costs"]["travel"] = True


def without_a_price(document: dict[str, Any]) -> None:
    document["costs"]["travel"] = None


def with_an_unknown_rule(document: dict[str, Any]) -> None:
    document["costs"]["goodwill"] = -100


def with_a_window_turned_round(document: dict[str, Any]) -> None:
    window = document["routes"][0]["stops"][0]["window"]
    window["open"], window["close"] = window["close"], window["open"]


def with_two_routes_of_one_day(document: dict[str, Any]) -> None:
    document["routes"].append(document["routes"][0])


def with_a_date_that_is_none(document: dict[str, Any]) -> None:
    document["routes"][0]["date"] = "2026-11-31"


def with_a_moment_that_is_none(document: dict[str, Any]) -> None:
    document["routes"][0]["stops"][0]["start"] = "2026-11-23T25:00:00+08:00"


def with_a_slot_in_words(document: dict[str, Any]) -> None:
    document["routes"][0]["break"] = {"slot": "1", "start": document["routes"][0]["depart"]}


def with_a_nameless_visit(document: dict[str, Any]) -> None:
    document["routes"][0]["stops"][0]["visit"] = None


def with_a_state_that_is_none(document: dict[str, Any]) -> None:
    document["unassigned"][0]["state"] = "done"


NO_PLAN: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (without_a_number, "JSON_NOT_FINITE"),
    (with_half_a_cent, "CELL_TYPE"),
    (with_a_price_in_words, "CELL_TYPE"),
    (with_a_price_of_truth, "CELL_TYPE"),
    (without_a_price, "CELL_TYPE"),
    (with_an_unknown_rule, "PLAN_VALUE"),
    (with_a_window_turned_round, "WINDOW_REVERSED"),
    (with_two_routes_of_one_day, "PLAN_ROUTE_TWICE"),
    (with_a_date_that_is_none, "DATE_NO_SUCH_DAY"),
    (with_a_moment_that_is_none, "MOMENT_NO_SUCH_TIME"),
    (with_a_slot_in_words, "CELL_TYPE"),
    (with_a_nameless_visit, "CELL_TYPE"),
    (with_a_state_that_is_none, "PLAN_VALUE"),
]


@pytest.mark.parametrize(("edit", "code"), NO_PLAN, ids=[edit.__name__ for edit, _ in NO_PLAN])
def test_what_is_no_plan_is_refused(edit: Callable[[dict[str, Any]], None], code: str, tmp_path: Path) -> None:
    document = json.loads(file_in("two days of everything").text)
    edit(document)
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_plan(tmp_path / "plan.json", time_routes=time_routes)
    assert [issue.code for issue in refused.value.report.issues] == [code]
