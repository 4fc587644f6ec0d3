"""Every unassigned visit has a correct first reason, and a sentence that people can read."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Interval, LastRepair, Load, PartNeed, Predecessor, SkillNeed, ToolNeed
from optimizer.domain.plan import AWAY, BRANCH_STOP, Reason, ReasonCode
from optimizer.domain.policy import Pickup
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.stock import Arrival, Part, Reservation, Tool
from optimizer.domain.technician import HeldSkill, Shift
from optimizer.domain.units import DAY_S
from optimizer.explain.positions import Way
from optimizer.explain.sentences import SENTENCES, sentence
from optimizer.explain.unassigned import explain_unassigned, reasons_in_any_plan
from optimizer.judge.drafts import stated_draft
from optimizer.judge.facts import NO_WAITS
from optimizer.judge.stock import arrival_moments, usable_from
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.text.catalogue import translator
from tests.naive import can_be_served
from tests.random_problems import (
    DayRoutes,
    Routes,
    large_problem,
    random_problem_with_plan,
    random_whole_problem_with_plan,
)
from tests.time_limits import seeds
from tests.worlds import MONDAY, World, clock, job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.judge.facts import Waits
    from optimizer.travel.matrix import TravelMatrix


def reason_of(made: World, visit_id: str, routes: Routes | None = None) -> Reason:
    """Return the one reason why a visit is not in a plan with these routes, without the exception that would do."""
    entries = explain_unassigned(made.problem, made.matrix, made.plan(routes or {}))
    (reason,) = next(entry.reasons for entry in entries if entry.visit_id == visit_id)
    return replace(reason, exception=None)


def english(made: World, visit_id: str, routes: Routes | None = None) -> str:
    return sentence(reason_of(made, visit_id, routes), made.problem, translator("en"))


def chinese(made: World, visit_id: str, routes: Routes | None = None) -> str:
    return sentence(reason_of(made, visit_id, routes), made.problem, translator("zh"))


# --- impossible alone -----------------------------------------------------------------------------------------------

YESTERDAY, TOMORROW = MONDAY - timedelta(1), MONDAY + timedelta(1)

#: What makes A impossible for Ann with an empty day, the reason, and the sentence.
ALONE: list[tuple[Callable[[World], World], Reason, str]] = [
    (
        lambda w: w.with_job("A", skills=(SkillNeed("gas", 2),)),
        Reason(ReasonCode.SKILL, True, "Ann", 0, 2, "levels", "gas"),
        "Ann Li (Ann) comes closest but does not have the skill gas (level 2 needed).",
    ),
    (
        lambda w: w.with_job("A", skills=(SkillNeed("gas", 3),)).with_technician("Ann", skills=(HeldSkill("gas", 1),)),
        Reason(ReasonCode.SKILL_LEVEL, True, "Ann", 0, 2, "levels", "gas"),
        "Ann Li (Ann) comes closest but is 2 level(s) too low in gas.",
    ),
    (
        lambda w: w.with_job("A", skills=(SkillNeed("gas"),)).with_technician(
            "Ann", skills=(HeldSkill("gas", 1, valid_until=date(2026, 11, 20)),)
        ),
        Reason(ReasonCode.CERTIFICATE_EXPIRED, True, "Ann", 0, 3, "days", "gas"),
        "Ann Li (Ann) comes closest but the certificate for gas is not valid on 2026-11-23 (3 day(s) off).",
    ),
    (
        lambda w: w.with_job("A", area="north").with_technician("Ann", areas=frozenset({"south"})),
        Reason(ReasonCode.AREA, True, "Ann", subject="north"),
        "Ann Li (Ann) comes closest but does not serve the area north.",
    ),
    (
        # Nobody whom A requires has a shift: that nobody else may come is no reason that helps anybody.
        lambda w: w.with_job("A", required=frozenset({"Cy", "Ben"})),
        Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, True, "Ben", subject=AWAY, visit_id="A"),
        "Only Ben or Cy may come: no shift on 2026-11-23 (on leave, or not on the roster).",
    ),
    (
        lambda w: w.with_job("A", prohibited=frozenset({"Ann"})),
        Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, True, "Ann", subject="prohibited"),
        "Ann Li (Ann) comes closest but must not serve this visit.",
    ),
    (
        lambda w: w.with_job("A", refused=frozenset({"Ann"})),
        Reason(ReasonCode.TECHNICIAN_NOT_ALLOWED, True, "Ann", subject="refused"),
        "Ann Li (Ann) comes closest but the customer refuses this person.",
    ),
    (
        lambda w: w.with_job("A", parts=(PartNeed("P", 3),)),
        Reason(ReasonCode.PART_OUT_OF_STOCK, True, "Ann", 0, 2, "parts", "P"),
        "Part compressor (P) is out of stock: 2 missing.",
    ),
    (
        lambda w: w.with_job("A", parts=(PartNeed("P", 1),)).but(reservations=(Reservation("R", "P", 1, MONDAY, "B"),)),
        Reason(ReasonCode.PART_OUT_OF_STOCK, True, "Ann", 0, 1, "parts", "P", "B"),
        "Part compressor (P) is out of stock: 1 missing, visit B has it.",
    ),
    (
        lambda w: w.with_job("A", parts=(PartNeed("P", 2),)).but(arrivals=(Arrival("P", 1, TOMORROW),)),
        Reason(ReasonCode.PART_ARRIVES_LATE, True, "Ann", 1, 1, "parts", "P"),
        "Part compressor (P) arrives too late: 1 missing, usable from 2026-11-24.",
    ),
    (
        lambda w: w.with_job("A", ready_s=clock("17:30")).with_shift("Ann", overtime_limit_s=36_000),
        Reason(ReasonCode.NOT_READY, True, "Ann", 0, 1800, "s"),
        "The visit is ready too late that day: 30 min too late for Ann Li (Ann).",
    ),
    (
        # Ready by 16:20 it would end in time for the way home; its window, till 17:00, is missed by half an hour.
        lambda w: w.with_job("A", ready_s=clock("17:30")).with_shift("Ann", end_s=clock("17:00"), overtime_limit_s=0),
        Reason(ReasonCode.NOT_READY, True, "Ann", 0, 4200, "s"),
        "The visit is ready too late that day: 1 h 10 min too late for Ann Li (Ann).",
    ),
    (
        lambda w: w.with_job("A", requested=(span("08:00-08:05"),)),
        Reason(ReasonCode.TIME_WINDOW, True, "Ann", 0, 300, "s"),
        "Ann Li (Ann) comes closest but misses the customer's window or hours by 5 min.",
    ),
    (
        lambda w: w.with_job("A", opening=((0, span("08:00-08:20")),)),
        Reason(ReasonCode.TIME_WINDOW, True, "Ann", 0, 1200, "s"),
        "Ann Li (Ann) comes closest but misses the customer's window or hours by 20 min.",
    ),
    (
        lambda w: w.with_job("A", requested=(Interval(100_000, 100_001),)),
        Reason(ReasonCode.TIME_WINDOW, True, "Ann", subject="day"),
        "The customer has no window on 2026-11-23.",
    ),
    (
        lambda w: w.with_shift("Ann", end_s=clock("08:40")),
        Reason(ReasonCode.SHIFT_CAPACITY, True, "Ann", 0, 600, "s"),
        "Ann Li (Ann) comes closest but would be back 10 min after the latest allowed return.",
    ),
    (
        lambda w: w.but(shifts=()),
        Reason(ReasonCode.SHIFT_CAPACITY, True, amount=1800, unit="s", subject="shift"),
        "Nobody has a shift on 2026-11-23.",
    ),
    (
        lambda w: w.with_shift("Ann", max_leg_s=500),
        Reason(ReasonCode.MAX_TRAVEL, True, "Ann", 0, 100, "s"),
        "Ann Li (Ann) comes closest but would travel 2 min more than allowed.",
    ),
    (
        lambda w: w.with_leg("A", "branch", None).with_leg("A", "B", None),
        Reason(ReasonCode.UNREACHABLE, True, "Ann", subject="A → branch"),
        "Ann Li (Ann) comes closest but has no way to travel: A → branch.",
    ),
    (
        lambda w: w.but(locks=(Lock("A", LockLevel.START, "Ann", start_s=clock("08:00")),)),
        Reason(ReasonCode.PINNED_CONFLICT, True, "Ann", 0, 600, "s"),
        "Ann Li (Ann) comes closest but misses the locked start by 10 min.",
    ),
    (
        lambda w: w.with_job("A", crew_size=3),
        Reason(ReasonCode.CREW_SIZE, True, "", 0, 2, "technicians"),
        "On 2026-11-23 it needs 2 more people than can come.",
    ),
    (
        lambda w: w.with_job("A", tools=(ToolNeed("L", 3),)).but(tools=(Tool("L", "ladder", 1),)),
        Reason(ReasonCode.TOOL_IN_USE, True, "Ann", 0, 2, "tools", "L"),
        "There are too few of the tool ladder (L): 2 missing.",
    ),
    (
        lambda w: w.with_job("A", loads=(Load("kg", 50),)).with_technician("Ann", capacity=(Load("kg", 40),)),
        Reason(ReasonCode.LOAD, True, "Ann", 0, 10, "load", "kg"),
        "Ann Li (Ann) comes closest but would carry 10 kg too much.",
    ),
    (
        lambda w: w.with_job("A", after=(Predecessor("B"),)).with_job("B", prohibited=frozenset({"Ann"})),
        Reason(ReasonCode.PRECEDENCE, True, "", 0, 1, "visits", visit_id="B"),
        "It comes after visit B, which is not planned.",
    ),
]


@pytest.mark.parametrize(("change", "reason", "text"), ALONE)
def test_what_is_impossible_alone_is_proven(
    one_van: World, change: Callable[[World], World], reason: Reason, text: str
) -> None:
    made = change(one_van.but(parts=(Part("P", "compressor", 1),)))
    assert reason_of(made, "A") == reason
    assert english(made, "A") == text


def test_what_any_plan_could_have_gets_no_reason_where_only_the_proven_ones_are_asked_for(one_van: World) -> None:
    made = one_van.with_job("A", area="north").with_technician("Ann", areas=frozenset({"south"}))
    for which, codes in ((made, (ReasonCode.AREA,)), (one_van, ())):
        [entry] = [
            one for one in reasons_in_any_plan(which.problem, which.matrix, which.plan({})) if one.visit_id == "A"
        ]
        assert tuple(reason.code for reason in entry.reasons) == codes
        assert entry.is_final == bool(codes)


def test_a_break_that_does_not_fit_is_named() -> None:
    # A takes from 11:00 to 13:10 and must start at 11:00 sharp; a break starts until 13:00 and not before 12:00.
    jobs = [job("A", place=10, minutes=130, requested="11:00-11:00")]
    made = world(jobs, [person("Ann", lunch="12:00-13:00")])
    assert reason_of(made, "A") == Reason(ReasonCode.BREAK, True, "Ann", 0, 600, "s")
    assert english(made, "A") == "Ann Li (Ann) comes closest but the break would not fit, by 10 min."


def test_an_overdue_loan_is_named(loan_past_due: World) -> None:
    alone = loan_past_due.but(shifts=loan_past_due.problem.shifts[:1])
    assert reason_of(alone, "A") == Reason(ReasonCode.PART_NOT_RETURNED, True, "Ann", 0, 1, "parts", "F")
    expected = "Ann Li (Ann) comes closest but has not returned 1 of part fan (F) and may take no new part."
    assert english(alone, "A") == expected
    assert chinese(alone, "A") == "最接近的是Ann Li (Ann)，但借用的备件 fan (F) 还有 1 件逾期未还，不能再借。"


def test_a_home_starter_whose_way_over_the_branch_takes_too_long() -> None:
    # From home, five minutes out, over the branch: 08:05, open at 08:30, A at 08:40 until 09:10, back at 09:15.
    made = world([job("A", place=10, parts={"P": 1})], [person("Ann", home=5)], parts=(Part("P", "fan", 1),))
    stopping = made.with_policy(pickup=Pickup.STOP)
    assert reason_of(stopping, "A").code is ReasonCode.TIME_LIMIT
    short = stopping.with_shift("Ann", end_s=clock("09:00"))
    assert reason_of(short, "A") == Reason(ReasonCode.SHIFT_CAPACITY, True, "Ann", 0, 900, "s", "stop")
    assert english(short, "A") == (
        "Ann Li (Ann) comes closest but, with the way over the branch for the parts, would be back 15 min after the "
        "latest allowed return."
    )
    early = stopping.with_job("A", requested=(span("08:00-08:30"),))
    assert reason_of(early, "A") == Reason(ReasonCode.TIME_WINDOW, True, "Ann", 0, 600, "s", "stop")


def test_a_crew_that_nobody_can_lead() -> None:
    jobs = [job("A", place=10, crew_size=2, lead_skills=(SkillNeed("gas", 3),))]
    made = world(jobs, [person("Ann", skills={"gas": 1}), person("Ben", skills={"gas": 2})])
    assert reason_of(made, "A") == Reason(ReasonCode.CREW_LEAD, True, "Ben", 0, 1, "levels", "gas")
    assert english(made, "A") == (
        "Nobody can lead its crew on 2026-11-23: Ben Li (Ben) comes closest, 1 level(s) of gas missing."
    )


def test_a_crew_of_which_one_is_kept_away() -> None:
    jobs = [job("A", place=10, crew_size=2, prohibited=frozenset({"Ben"}))]
    made = world(jobs, [person("Ann"), person("Ben")])
    assert reason_of(made, "A") == Reason(ReasonCode.CREW_SIZE, True, "", 0, 1, "technicians")
    # The day that comes nearest is named.
    two = replace(made.problem, days=2, shifts=(*made.problem.shifts, Shift("Ben", 1, 115_200, 147_600)))
    assert reason_of(World(two, made.matrix), "A").day == 0


def test_over_several_days_the_nearest_one_is_named() -> None:
    # On Monday Ann lacks the skill; on Tuesday she has it, and is back ten minutes late.
    jobs = [job("A", place=10, skills={"gas": 1}, days=(0, 1))]
    ann = person("Ann", hours="08:00-08:40", days=(0, 1), skills=None)
    made = world(jobs, [ann], days=2)
    made = made.with_technician("Ann", skills=(HeldSkill("gas", 1, valid_from=TOMORROW),))
    assert reason_of(made, "A") == Reason(ReasonCode.SHIFT_CAPACITY, True, "Ann", 1, 600, "s")


def test_over_several_days_any_day_will_do() -> None:
    made = world([job("A", place=10, days=(0, 1))], [person("Ann", days=(0, 1))], days=2).with_shift(
        "Ann", max_visits=1
    )
    assert reason_of(made, "A") == Reason(ReasonCode.TIME_LIMIT, True, "Ann", 0, 19_000, "cents")
    locked = made.but(locks=(Lock("A", LockLevel.DAY, "Ann", day=1),))
    assert reason_of(locked, "A").day == 1
    assert reason_of(made.but(shifts=()), "A").subject == "shifts"


def test_a_lock_to_somebody_without_a_shift(pinned_visit: World) -> None:
    alone = pinned_visit.but(shifts=pinned_visit.problem.shifts[:1])
    assert reason_of(alone, "A") == Reason(ReasonCode.PINNED_CONFLICT, True, "Ben", subject="person")
    assert english(alone, "A") == "The visit is locked to Ben Li (Ben), who cannot serve it on 2026-11-23."


def test_the_technician_who_comes_closest_is_named(two_vans: World) -> None:
    # Ben is short of a level; Ann has the skill and would be back ten minutes late.
    made = two_vans.with_shift("Ann", end_s=clock("08:40"))
    assert reason_of(made, "A") == Reason(ReasonCode.SHIFT_CAPACITY, True, "Ann", 0, 600, "s")
    # With neither skilled enough, the one with fewer levels missing.
    both = two_vans.with_job("A", skills=(SkillNeed("aircon", 4),))
    assert reason_of(both, "A") == Reason(ReasonCode.SKILL_LEVEL, True, "Ann", 0, 1, "levels", "aircon")


@pytest.mark.parametrize(
    ("agreed", "text"),
    [
        ({"ready_s": clock("08:00") + 2 * DAY_S}, "Agreed is: not before 2026-11-25 08:00."),
        ({"agreed_day": MONDAY + timedelta(4)}, "Agreed with the customer is 2026-11-27."),
        ({"requested": (Interval(2 * DAY_S, 3 * DAY_S),)}, "The customer asked for 2026-11-25."),
    ],
)
def test_another_day_that_is_agreed_is_named(one_van: World, agreed: dict[str, Any], text: str) -> None:
    made = one_van.with_job("A", **{"requested": ()} | agreed)
    visit = made.problem.visit_by_id["A"]
    assert sentence(reason_of(made, "A"), made.problem, translator("en"), visit=visit) == text


# --- possible alone, but not in this plan ---------------------------------------------------------------------------


def test_a_part_that_another_visit_takes(short_stock: World) -> None:
    routes = {"Ann": ["A"]}
    assert reason_of(short_stock, "B", routes) == Reason(
        ReasonCode.PART_OUT_OF_STOCK, False, "Ann", 0, 1, "parts", "P", "A"
    )
    assert english(short_stock, "B", routes) == "Part compressor (P) is out of stock: 1 missing, visit A has it."
    assert chinese(short_stock, "B", routes) == "备件 compressor (P) 库存不足：缺 1 件，已被派工单 A 占用。"


def test_a_part_that_another_visit_takes_is_the_cause_also_where_one_visit_a_day_is_allowed(short_stock: World) -> None:
    found = reason_of(short_stock.with_shift("Ann", max_visits=1), "B", {"Ann": ["A"]})
    assert (found.code, found.subject, found.visit_id) == (ReasonCode.PART_OUT_OF_STOCK, "P", "A")


def test_a_full_day(one_van: World) -> None:
    # A alone until 08:50; with B it is 09:40.
    short = one_van.with_shift("Ann", end_s=clock("09:10"))
    reason = reason_of(short, "B", {"Ann": ["A"]})
    assert reason == Reason(ReasonCode.SHIFT_CAPACITY, False, "Ann", 0, 1800, "s")


def test_another_visit_that_would_start_too_late(one_van: World) -> None:
    # B is at 08:20 and must start by then; A must start by 08:10, and before B it takes half an hour.
    made = one_van.with_job("B", requested=(span("08:20-08:20"),)).with_job("A", requested=(span("08:10-08:10"),))
    assert reason_of(made, "A", {"Ann": ["B"]}) == Reason(
        ReasonCode.TIME_WINDOW, False, "Ann", 0, 1800, "s", visit_id="B"
    )
    expected = "Ann Li (Ann) comes closest but would then miss the window or hours of visit B by 30 min."
    assert english(made, "A", {"Ann": ["B"]}) == expected


def test_one_visit_too_many(one_van: World) -> None:
    made = one_van.with_shift("Ann", max_visits=1)
    assert reason_of(made, "B", {"Ann": ["A"]}) == Reason(ReasonCode.SHIFT_CAPACITY, False, "Ann", 0, 1, "visits")
    assert english(made, "B", {"Ann": ["A"]}) == "Ann Li (Ann) comes closest but would have 1 visit(s) too many."


def test_a_tool_that_another_visit_takes() -> None:
    ladder = (ToolNeed("L"),)
    jobs = [job("A", place=10, tools=ladder), job("B", place=20, tools=ladder)]
    made = world(jobs, [person("Ann", max_visits=1), person("Ben")], tools=(Tool("L", "ladder", 1),))
    routes = {"Ann": ["A"]}
    # Ann may not take a second visit, which is farther from a place than Ben, who has no ladder.
    assert reason_of(made, "B", routes).code is ReasonCode.SHIFT_CAPACITY
    ben = made.with_technician("Ann", areas=frozenset({"north"})).with_job("B", area="south")
    assert reason_of(ben, "B", routes) == Reason(ReasonCode.TOOL_IN_USE, False, "Ben", 0, 1, "tools", "L", "A")
    assert english(ben, "B", routes) == "The tool ladder (L) is in use on 2026-11-23: 1 missing, visit A has it."


def test_a_load_above_what_is_carried_already() -> None:
    # A second tour from the branch would not fit into the day.
    jobs = [job("A", place=10, loads=(Load("kg", 40),)), job("B", place=10, loads=(Load("kg", 40),))]
    made = world(jobs, [person("Ann", hours="08:00-09:20", capacity=(Load("kg", 60),))])
    routes = {"Ann": ["A"]}
    assert reason_of(made, "B", routes) == Reason(ReasonCode.SHIFT_CAPACITY, False, "Ann", 0, 1200, "s")
    assert reason_of(made.with_shift("Ann", end_s=clock("09:40")), "B", routes).code is ReasonCode.TIME_LIMIT


def test_a_sequence_that_the_plan_leaves_no_room_for() -> None:
    # B has to start within ten minutes of A's end; Ann, the only one, has C then.
    jobs = [
        job("A", place=10, requested="08:10-08:10"),
        job("B", place=10, after=(Predecessor("A", max_gap_s=600),)),
        job("C", place=10, requested="08:40-08:40"),
    ]
    made = world(jobs, [person("Ann")])
    assert reason_of(made, "B", {"Ann": ["A", "C"]}).code in (ReasonCode.PRECEDENCE, ReasonCode.TIME_WINDOW)
    assert english(made, "B", {"Ann": ["A"]}).startswith("The search ended")


def test_a_crew_that_fits_is_priced_with_all_its_people() -> None:
    made = world([job("A", place=10, crew_size=2)], [person("Ann"), person("Ben")])
    # Twenty minutes of travel for each: 2 000 cents.
    assert reason_of(made, "A") == Reason(ReasonCode.TIME_LIMIT, True, "Ann", 0, 18_000, "cents")


# --- possible in this plan ------------------------------------------------------------------------------------------


def test_dearer_than_leaving_out(one_van: World) -> None:
    # Leaving B out costs 200 cents here, serving it 20 more minutes of travel: 1 000.
    cheap = one_van.with_policy(unassigned_cents=(200, 300, 400, 500, 600))
    assert reason_of(cheap, "B", {"Ann": ["A"]}) == Reason(ReasonCode.OUTRANKED, False, "Ann", 0, 800, "cents")
    assert english(cheap, "B", {"Ann": ["A"]}) == (
        "Other work is worth more: serving it with Ann Li (Ann) makes the plan 8 points worse than leaving it out."
    )


def test_cheaper_than_leaving_out(one_van: World) -> None:
    reason = reason_of(one_van, "B", {"Ann": ["A"]})
    assert reason == Reason(ReasonCode.TIME_LIMIT, True, "Ann", 0, 19_000, "cents")
    assert english(one_van, "B", {"Ann": ["A"]}) == (
        "The search ended before placing it: Ann Li (Ann) could take it, and the plan would be 190 points better; plan "
        "again with more time."
    )


# --- with little time -----------------------------------------------------------------------------------------------


def explained_by(made: World, monkeypatch: pytest.MonkeyPatch, *, looks: int) -> dict[str, Reason]:
    """Return the reasons of an empty plan when the time is up after so many looks at the clock."""
    ticks = iter(range(10_000))
    monkeypatch.setattr("optimizer.explain.unassigned.time.monotonic", lambda: next(ticks))
    entries = explain_unassigned(made.problem, made.matrix, made.plan({}), until_s=looks)
    return {entry.visit_id: entry.reasons[0] for entry in entries}


def three_visits() -> World:
    """Nobody may serve C; B, urgent, and A could be served by Ann."""
    jobs = [job("A", place=10), job("B", place=20, priority=5), job("C", place=30, skills={"gas": 1})]
    return world(jobs, [person("Ann")])


def test_without_a_limit_of_time_the_clock_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("optimizer.explain.unassigned.time.monotonic")
    made = three_visits()
    entries = explain_unassigned(made.problem, made.matrix, made.plan({}))
    assert [entry.reasons[0].code for entry in entries] == [ReasonCode.TIME_LIMIT, ReasonCode.TIME_LIMIT, "SKILL"]


def test_enough_time_gives_the_same_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    made = three_visits()
    timed = explained_by(made, monkeypatch, looks=9_000)
    assert timed == {v: reason_of(made, v) for v in ("A", "B", "C")}


def test_the_dearest_visit_is_looked_at_while_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    made = three_visits()
    found = {looks: explained_by(made, monkeypatch, looks=looks) for looks in range(12)}
    full = {v: reason_of(made, v) for v in ("A", "B", "C")}
    # What nobody can do is found before places are tried, and B's place is found before A's.
    seen = [tuple(v for v in "CBA" if reasons[v] == full[v]) for reasons in found.values()]
    assert [order for n, order in enumerate(seen) if order not in seen[:n]] == [(), ("C",), ("C", "B"), ("C", "B", "A")]


def test_a_visit_without_time_says_so_and_names_who_could_serve_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = three_visits()
    nothing = explained_by(made, monkeypatch, looks=0)
    assert nothing["A"] == Reason(ReasonCode.TIME_LIMIT, False, subject="unknown")
    assert sentence(nothing["A"], made.problem, translator("en")) == (
        "There was no time left to find out why; plan again with more time."
    )
    some = [explained_by(made, monkeypatch, looks=looks)["A"] for looks in range(12)]
    assert Reason(ReasonCode.TIME_LIMIT, False, "Ann", subject="untried") in some
    assert sentence(Reason(ReasonCode.TIME_LIMIT, False, "Ann", subject="untried"), made.problem, translator("zh")) == (
        "没有剩余时间逐一试排：Ann Li (Ann)有能力上门；请延长求解时间后重排。"
    )


# --- sentences ------------------------------------------------------------------------------------------------------


def test_every_code_has_sentences_and_each_its_chinese(one_van: World) -> None:
    assert {code for code, _ in SENTENCES} == set(ReasonCode)
    repaired = tuple(
        replace(order, last_repair=LastRepair(one_van.problem.clock.local(one_van.problem.as_of_s).date(), "Ann", 1))
        for order in one_van.problem.orders
    )
    problem = replace(one_van.problem, orders=repaired, policy=replace(one_van.problem.policy, repeat_days=30))
    for code, name in SENTENCES:
        reason = Reason(code, True, "Ann", 0, 90, "visits" if name == "visits" else "s", name, "")
        if name == "visit":
            reason = replace(reason, subject="", visit_id="B")
        texts = [sentence(reason, problem, translator(lang)) for lang in ("en", "zh")]
        assert texts[0] != texts[1]
        assert not any("{" in text for text in texts)


def test_a_code_and_subject_never_met_still_gives_a_sentence(one_van: World) -> None:
    odd = Reason(ReasonCode.SHIFT_CAPACITY, True, "Ann", 0, 60, "s", subject="never met")
    assert sentence(odd, one_van.problem, translator("en")).startswith("Ann Li (Ann) comes closest")


# --- random problems, against the judge -----------------------------------------------------------------------------


def insertions(problem: Problem, matrix: TravelMatrix, routes: DayRoutes, visit_id: str) -> Iterator[int]:
    """Yield the cost of the plan with a visit inserted, for every place that breaks nothing new."""
    present = time_routes(problem, matrix, routes)
    now, waits = judge_plan(problem, matrix, present).violations, waits_of(present)
    size = problem.crew_size_of(problem.visit_by_id[visit_id])
    for people in combinations([(shift.technician_id, shift.day) for shift in problem.shifts], size):
        if len({day for _, day in people}) > 1:
            continue
        for ways in product(*(list(longer(problem, key, routes.get(key, []), visit_id, waits)) for key in people)):
            changed = {**routes, **{key: way.ids for key, way in zip(people, ways, strict=True)}}
            until = {**waits, **{key: way.waits for key, way in zip(people, ways, strict=True)}}
            judgement = judge_plan(problem, matrix, time_routes(problem, matrix, changed, waits=until))
            who = {technician_id for technician_id, _ in people}
            elsewhere = {v for v in now if v.technician_id not in who and v.visit_id != visit_id}
            if elsewhere.issuperset(judgement.violations):
                yield judgement.cost_cents


def waits_of(plan: Plan) -> dict[tuple[str, int], Waits]:
    """Return until when the routes of a plan wait at the branch."""
    return {(route.technician_id, route.day): stated_draft(route).waits for route in plan.routes}


def longer(
    problem: Problem, key: tuple[str, int], sequence: list[str], visit_id: str, waits: Mapping[tuple[str, int], Waits]
) -> Iterator[Way]:
    """Yield a route with a visit in it, and with a stop or a wait at the branch where that may help."""
    parts = {need.part_id for need in problem.visit_by_id[visit_id].parts}
    now, moments = waits.get(key, NO_WAITS), arrival_moments(problem, parts, key[1])
    for ids in with_stops(problem, key, sequence, visit_id):
        yield Way(tuple(ids), now)
        yield from (Way(tuple(ids), now._replace(leaves_s=moment_s)) for moment_s in moments)
        yield from (Way(tuple(ids), now._replace(stops_s=moment_s)) for moment_s in moments if BRANCH_STOP in ids)


def with_stops(problem: Problem, key: tuple[str, int], sequence: list[str], visit_id: str) -> Iterator[list[str]]:
    """Yield a route with a visit in it, and with a stop at the branch where that may help."""
    technician, visit = problem.technician_by_id[key[0]], problem.visit_by_id[visit_id]
    needed = {need.part_id for need in visit.parts}
    arrives = any(a.part_id in needed and usable_from(problem, a)[0] == key[1] for a in problem.arrivals)
    fetches = bool(needed) and (problem.policy.pickup is Pickup.STOP or arrives) and not technician.starts_at_branch
    if technician.starts_at_branch and problem.policy.reload:
        fetches = bool(arrival_moments(problem, needed, key[1]))
    for place in range(len(sequence) + 1):
        with_it = [*sequence[:place], visit_id, *sequence[place:]]
        yield with_it
        if BRANCH_STOP not in sequence and (fetches or (technician.capacity and visit.loads)):
            for stop in range(len(with_it)):
                yield [*with_it[:stop], BRANCH_STOP, *with_it[stop:]]


def check_reasons(problem: Problem, matrix: TravelMatrix, routes: DayRoutes) -> None:
    """Compare the reasons of a plan, a third of it taken out, with every insertion."""
    keep = {lock.visit_id for lock in problem.locks}
    keep |= {earlier.visit_id for visit in problem.visits for earlier in visit.after} | {BRANCH_STOP}
    gone = {
        visit_id for ids in routes.values() for n, visit_id in enumerate(ids) if n % 3 == 2 and visit_id not in keep
    }
    thinner = {key: [v for v in ids if v not in gone] for key, ids in routes.items()}
    plan = time_routes(problem, matrix, thinner)
    for entry in explain_unassigned(problem, matrix, plan):
        reason, *beside = entry.reasons
        assert not beside or entry.visit_id in problem.repeats
        places = list(insertions(problem, matrix, thinner, entry.visit_id))
        if reason.code is ReasonCode.TIME_LIMIT:
            assert reason.amount == max(0, plan.cost_cents - min(places))
        elif reason.code is ReasonCode.OUTRANKED:
            assert reason.amount == min(places) - plan.cost_cents
        else:
            assert not places


@pytest.mark.parametrize("seed", seeds(120, by_day=40))
def test_the_reasons_of_a_random_plan_are_what_the_judge_finds(seed: int) -> None:
    problem, matrix, routes = random_problem_with_plan(seed)
    check_reasons(problem, matrix, {(who, 0): visit_ids for who, visit_ids in routes.items()})


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_the_reasons_are_what_the_judge_finds_under_the_whole_book(seed: int) -> None:
    problem, matrix, routes = random_whole_problem_with_plan(seed)
    check_reasons(problem, matrix, routes)


@pytest.mark.parametrize("seed", seeds(120, by_day=40))
def test_what_is_called_proven_is_impossible_in_every_plan(seed: int) -> None:
    problem, matrix, routes = random_problem_with_plan(seed, most_visits=5)
    free = replace(problem, locks=(), published=())
    for entry in explain_unassigned(free, matrix, time_routes(free, matrix, routes)):
        reason, *_ = entry.reasons
        if reason.proven and reason.code is not ReasonCode.TIME_LIMIT:
            assert not can_be_served(free, matrix, entry.visit_id)


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_what_is_called_proven_is_impossible_under_the_whole_book(seed: int) -> None:
    problem, matrix, routes = random_whole_problem_with_plan(seed, most_visits=3)
    free = replace(problem, locks=(), published=())
    for entry in explain_unassigned(free, matrix, time_routes(free, matrix, routes)):
        reason, *_ = entry.reasons
        if reason.proven and reason.code is not ReasonCode.TIME_LIMIT:
            assert not can_be_served(free, matrix, entry.visit_id)


def test_a_way_that_exists_only_over_another_visit_is_no_proof(one_van: World) -> None:
    # Nobody gets from A straight back to the branch, but over B.
    made = one_van.with_leg("A", "branch", None)
    assert reason_of(made, "A") == Reason(ReasonCode.UNREACHABLE, False, "Ann", subject="A → branch")
    assert reason_of(made, "A", {"Ann": ["B"]}).code is ReasonCode.TIME_LIMIT


def test_a_break_that_fits_only_at_a_place_on_the_way_is_no_proof() -> None:
    # A is two hours away and closes at 13:30. A break starts from 11:30 to 12:00: at the branch it ends at 12:00, which
    # makes it 14:00 at A; at A it could not start before 12:55. At B, half way, it lasts from 11:55 to 12:25: 13:25.
    jobs = [job("A", place=120, requested="13:00-13:30"), job("B", place=60, minutes=0)]
    made = world(jobs, [person("Ann", hours="10:55-17:00", lunch="11:30-12:00")])
    assert reason_of(made, "A") == Reason(ReasonCode.TIME_WINDOW, False, "Ann", 0, 1800, "s")
    assert reason_of(made, "A", {"Ann": ["B"]}).code is ReasonCode.TIME_LIMIT
    assert made.plan({"Ann": ["B", "A"]}).routes[0].stops[1].start_s == clock("13:25")


def test_forty_unassigned_of_a_large_plan_are_explained_fast() -> None:
    problem, matrix, routes = large_problem(visits=200, technicians=25)
    plan = time_routes(problem, matrix, routes)
    assert len(plan.unassigned) >= 20
    began = time.process_time()
    explained = explain_unassigned(problem, matrix, plan)
    assert time.process_time() - began < 3 * len(explained) / 40
    assert all(entry.reasons for entry in explained)


def test_a_nonsensical_plan_is_explained_too(one_van: World) -> None:
    plan: Any = one_van.plan({"Ann": ["A", "?"], "?": ["A"]})
    (entry,) = explain_unassigned(one_van.problem, one_van.matrix, plan)
    assert entry.visit_id == "B"
    assert entry.reasons
