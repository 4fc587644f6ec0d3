"""Every hard rule that keeps a visit out is the reason named, and so is a rule that `explain` has never heard of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import pytest

from optimizer.domain.order import Confirmed, Load, PartNeed, Predecessor, ServiceLog, ToolNeed
from optimizer.domain.plan import Reason, ReasonCode
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule, Violation
from optimizer.domain.stock import Loan, Part, Tool
from optimizer.domain.technician import HeldSkill, Shift
from optimizer.explain.sentences import sentence
from optimizer.explain.unassigned import explain_unassigned
from optimizer.judge import verdict
from optimizer.judge.verdict import HARD_RULES, HardRule
from optimizer.text.catalogue import translator
from tests.worlds import World, clock, job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.domain.plan import Plan
    from optimizer.judge.judged import JudgedPlan


class Alone(NamedTuple):
    """A world in which one rule alone keeps visit A out.

    Parameters
    ----------
    lift
        What takes away that rule's hold: with it Ann may serve A.
    """

    rule: Rule
    made: World
    lift: Callable[[World], World]
    code: ReasonCode
    en: str
    zh: str


def alone(**facts: object) -> World:
    """Return Ann, and A ten minutes away."""
    return world([job("A", place=10, **facts)], [person("Ann")])  # type: ignore[arg-type]


#: Rules that cannot keep a visit out, and why.
NEVER_ALONE = {Rule.ONCE: "It forbids a second service: a visit that is out has none."}

BREAKING = [
    Alone(
        Rule.SKILL,
        alone(skills={"gas": 2}),
        lambda w: w.with_technician("Ann", skills=(HeldSkill("gas", 2),)),
        ReasonCode.SKILL,
        "Ann Li (Ann) comes closest but does not have the skill gas (level 2 needed).",
        "最接近的是Ann Li (Ann)，但没有技能 gas（需要 2 级）。",
    ),
    Alone(
        Rule.ALLOWED,
        alone(prohibited=frozenset({"Ann"})),
        lambda w: w.with_job("A", prohibited=frozenset()),
        ReasonCode.TECHNICIAN_NOT_ALLOWED,
        "Ann Li (Ann) comes closest but must not serve this visit.",
        "最接近的是Ann Li (Ann)，但不得承担这张派工单。",
    ),
    Alone(
        Rule.TRAVEL_LIMIT,
        alone().with_shift("Ann", max_leg_s=480),
        lambda w: w.with_shift("Ann", max_leg_s=None),
        ReasonCode.MAX_TRAVEL,
        "Ann Li (Ann) comes closest but would travel 2 min more than allowed.",
        "最接近的是Ann Li (Ann)，但路程超出上限 2 分钟。",
    ),
    Alone(
        Rule.WINDOW,
        alone(requested="08:00-08:05"),
        lambda w: w.with_job("A", requested=(span("08:00-08:10"),)),
        ReasonCode.TIME_WINDOW,
        "Ann Li (Ann) comes closest but misses the customer's window or hours by 5 min.",
        "最接近的是Ann Li (Ann)，但赶不上客户的时间窗或营业时间，差 5 分钟。",
    ),
    Alone(
        Rule.READY,
        alone(ready_s=clock("17:30")).with_shift("Ann", overtime_limit_s=36_000),
        lambda w: w.with_job("A", ready_s=None),
        ReasonCode.NOT_READY,
        "The visit is ready too late that day: 30 min too late for Ann Li (Ann).",
        "当天具备上门条件太晚：对Ann Li (Ann)来说晚 30 分钟。",
    ),
    # Nobody was reached, and A is an hour there and back and ten minutes.
    Alone(
        Rule.CONFIRMED,
        world(
            [
                job(
                    "A",
                    place=35,
                    log=ServiceLog(confirmed=Confirmed.UNREACHABLE),
                    promised=(span("08:00-17:00"),),
                )
            ],
            [person("Ann")],
        ),
        lambda w: w.with_job("A", log=ServiceLog()),
        ReasonCode.NOT_REACHED,
        "The customer was not reached, and it is 40 min too far off every way to try in vain: agree a time.",
        "未联系上客户，绕路超出上限 40 分钟，不宜空跑：请先约定时间。",
    ),
    # Planned at 08:15, ten minutes before anybody can be there.
    Alone(
        Rule.FLOOR,
        alone(requested="08:00-08:20").but(as_of_s=clock("08:15")),
        lambda w: w.with_policy(lead_to_leave_s=None),
        ReasonCode.TIME_PASSED,
        "Ann Li (Ann) comes closest but cannot leave before the plan is made: 5 min too late.",
        "最接近的是Ann Li (Ann)，但在计划制定之前无法出发：晚 5 分钟。",
    ),
    Alone(
        Rule.SHIFT,
        alone().with_shift("Ann", end_s=clock("08:40")),
        lambda w: w.with_shift("Ann", end_s=clock("08:50")),
        ReasonCode.SHIFT_CAPACITY,
        "Ann Li (Ann) comes closest but would be back 10 min after the latest allowed return.",
        "最接近的是Ann Li (Ann)，但返回时间会比最晚允许时间晚 10 分钟。",
    ),
    # Ann would be back at 08:50, and works again from midnight on: 15 h 10 min, of a rest of 15 h 20 min.
    Alone(
        Rule.REST,
        alone().with_policy(rest_s=55_200).but(shifts_around=(Shift("Ann", 1, 86_400, 90_000),)),
        lambda w: w.with_policy(rest_s=54_600),
        ReasonCode.REST,
        "Ann Li (Ann) comes closest but would have 10 min too little rest between two shifts.",
        "最接近的是Ann Li (Ann)，但两个班次之间的休息会少 10 分钟。",
    ),
    # A takes from 11:00 to 13:10; a break starts from 12:00 to 13:00.
    Alone(
        Rule.BREAK,
        world([job("A", place=10, minutes=130, requested="11:00-11:00")], [person("Ann", lunch="12:00-13:00")]),
        lambda w: w.with_shift("Ann", break_=None),
        ReasonCode.BREAK,
        "Ann Li (Ann) comes closest but the break would not fit, by 10 min.",
        "最接近的是Ann Li (Ann)，但安排不下休息，差 10 分钟。",
    ),
    Alone(
        Rule.LOAD,
        alone(loads=(Load("kg", 50),)).with_technician("Ann", capacity=(Load("kg", 40),)),
        lambda w: w.with_technician("Ann", capacity=(Load("kg", 50),)),
        ReasonCode.LOAD,
        "Ann Li (Ann) comes closest but would carry 10 kg too much.",
        "最接近的是Ann Li (Ann)，但会超载 10 kg。",
    ),
    Alone(
        Rule.STOCK,
        alone(parts={"P": 3}).but(parts=(Part("P", "compressor", 1),)),
        lambda w: w.with_job("A", parts=(PartNeed("P", 1),)),
        ReasonCode.PART_OUT_OF_STOCK,
        "Part compressor (P) is out of stock: 2 missing.",
        "备件 compressor (P) 库存不足：缺 2 件。",
    ),
    Alone(
        Rule.LOAN,
        alone(parts={"P": 1}).but(
            parts=(Part("P", "compressor", 1), Part("F", "fan", 0)),
            loans=(Loan("L", "Ann", "F", 1, date(2026, 11, 19)),),
        ),
        lambda w: w.but(loans=()),
        ReasonCode.PART_NOT_RETURNED,
        "Ann Li (Ann) comes closest but has not returned 1 of part fan (F) and may take no new part.",
        "最接近的是Ann Li (Ann)，但借用的备件 fan (F) 还有 1 件逾期未还，不能再借。",
    ),
    Alone(
        Rule.TOOL,
        alone(tools=(ToolNeed("L", 3),)).but(tools=(Tool("L", "ladder", 1),)),
        lambda w: w.but(tools=(Tool("L", "ladder", 3),)),
        ReasonCode.TOOL_IN_USE,
        "There are too few of the tool ladder (L): 2 missing.",
        "工具 ladder (L) 数量不够：缺 2 件。",
    ),
    Alone(
        Rule.CREW,
        alone(crew_size=2),
        lambda w: w.with_job("A", crew_size=1),
        ReasonCode.CREW_SIZE,
        "On 2026-11-23 it needs 1 more people than can come.",
        "2026-11-23 能上门的人不够：还缺 1 人。",
    ),
    # B ends at 08:40, so that A would have to start by 08:50; the customer wants it at noon.
    Alone(
        Rule.PRECEDENCE,
        world(
            [
                job("A", place=10, requested="12:00-12:00", after=(Predecessor("B", max_gap_s=600),)),
                job("B", place=10, requested="08:10-08:10"),
            ],
            [person("Ann")],
        ),
        lambda w: w.with_job("A", after=()),
        ReasonCode.PRECEDENCE,
        "Ann Li (Ann) comes closest but visit A would then start 3 h 10 min too soon or too late after another one.",
        "最接近的是Ann Li (Ann)，但派工单 A 与前一单的间隔会差 3 小时 10 分钟。",
    ),
    # A must start at 08:10 and lasts until 08:40; B, ten minutes farther, is locked to 08:20.
    Alone(
        Rule.LOCK,
        world([job("A", place=10, requested="08:10-08:10"), job("B", place=20)], [person("Ann")]).but(
            locks=(Lock("B", LockLevel.START, "Ann", start_s=clock("08:20")),)
        ),
        lambda w: w.but(locks=()),
        ReasonCode.PINNED_CONFLICT,
        "Ann Li (Ann) comes closest but would then miss the locked start of visit B by 30 min.",
        "最接近的是Ann Li (Ann)，但会使派工单 B 错过锁定的开始时间 30 分钟。",
    ),
]


def may_be_served(made: World) -> bool:
    """Return whether some order of visits with A is clean."""
    visit_ids = [visit.visit_id for visit in made.problem.visits]
    orders = [order for count in (1, 2) for order in permutations(visit_ids, count) if "A" in order]
    return any(made.judge({"Ann": order}).is_clean for order in orders)


def test_every_hard_rule_has_a_world_in_which_it_alone_keeps_a_visit_out() -> None:
    shown = [one.rule for one in BREAKING]
    assert [*NEVER_ALONE, *shown] == [rule for rule in Rule if rule.is_hard]
    assert list(NEVER_ALONE) == [Rule.ONCE]


@pytest.mark.parametrize("one", BREAKING, ids=lambda one: one.rule.value)
def test_a_rule_broken_alone_is_the_reason_named(one: Alone) -> None:
    (left,) = one.made.solved().unassigned
    (reason,) = left.reasons
    reason = replace(reason, exception=None)
    assert (left.visit_id, reason.code) == ("A", one.code)
    assert sentence(reason, one.made.problem, translator("en")) == one.en
    assert sentence(reason, one.made.problem, translator("zh")) == one.zh
    assert not may_be_served(one.made)
    assert may_be_served(one.lift(one.made))


# --- rules that the product does not have ---------------------------------------------------------------------------


def no_driving_after_eight(judged: JudgedPlan) -> Iterator[Violation]:
    """Find days that end after 20:00."""
    for day in judged.days:
        late_s = day.timed.return_s - clock("20:00")
        if late_s > 0:
            yield Violation(Rule.SHIFT, late_s, "s", "Drives after 20:00.", day.technician.technician_id)


def nothing_for_ann(judged: JudgedPlan) -> Iterator[Violation]:
    """Find visits that Ann serves."""
    for day in judged.days:
        for visit in day.timed.tour.visits if day.technician.technician_id == "Ann" else ():
            yield Violation(Rule.ALLOWED, 1, "", "Ann has the day off.", "Ann", visit.visit_id)


def one_visit_in_all(judged: JudgedPlan) -> Iterator[Violation]:
    """Find more than one visit in the whole plan."""
    if len(judged.planned) > 1:
        yield Violation(Rule.LOAD, len(judged.planned) - 1, "visits", "More than one visit.")


def evening() -> World:
    """A, half an hour away, from 19:00 to 20:00, and B in the morning; Ann works until 22:00, Ben to 15:00."""
    jobs = [job("A", place=30, minutes=60, requested="19:00-19:00"), job("B", place=10, requested="08:00-10:00")]
    return world(jobs, [person("Ann", hours="08:00-22:00"), person("Ben", hours="08:00-15:00")])


def reason_under(
    monkeypatch: pytest.MonkeyPatch, made: World, rule: HardRule, plan: Plan, *, visit_id: str = "A"
) -> Reason:
    """Return why a visit is out of a plan when the judge has one rule more."""
    monkeypatch.setattr(verdict, "HARD_RULES", (*HARD_RULES, rule))
    entries = explain_unassigned(made.problem, made.matrix, plan)
    (reason,) = next(entry.reasons for entry in entries if entry.visit_id == visit_id)
    return reason


@pytest.mark.parametrize("is_daily", [False, True])
def test_nobody_drives_after_eight(monkeypatch: pytest.MonkeyPatch, *, is_daily: bool) -> None:
    made = evening()
    plan = made.plan({"Ben": ["B"]})
    rule = HardRule(Rule.SHIFT, no_driving_after_eight, is_daily=is_daily)
    reason = reason_under(monkeypatch, made, rule, plan)
    assert reason == Reason(ReasonCode.RULE, False, "Ann", 0, 1800, "s", "shift")
    assert sentence(reason, made.problem, translator("en")) == (
        "Ann Li (Ann) comes closest but this rule would be broken by 30 min: "
        "A technician works on a day with a shift and is back within the overtime limit."
    )
    assert sentence(reason, made.problem, translator("zh")).startswith(
        "最接近的是Ann Li (Ann)，但会违反规则（超出 30 分钟）："
    )
    # The judge refuses the very plan that the explanation speaks of, and no other.
    assert (Rule.SHIFT, 1800) in made.broken({"Ann": ["A"]})
    early = made.with_job("A", requested=(span("18:30-18:30"),))
    assert reason_under(monkeypatch, early, rule, plan).code is ReasonCode.TIME_LIMIT


def test_whoever_a_new_rule_does_not_bind_is_named_as_able(monkeypatch: pytest.MonkeyPatch) -> None:
    made, rule = evening(), HardRule(Rule.ALLOWED, nothing_for_ann, is_daily=True)
    assert reason_under(monkeypatch, made, rule, made.plan({})) == Reason(
        ReasonCode.RULE, False, "Ann", 0, 1, "", "allowed"
    )
    able = reason_under(monkeypatch, made, rule, made.plan({}), visit_id="B")
    assert (able.code, able.technician_id) == (ReasonCode.TIME_LIMIT, "Ben")


def test_a_new_rule_may_look_at_the_whole_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    made, rule = evening(), HardRule(Rule.LOAD, one_visit_in_all)
    reason = reason_under(monkeypatch, made, rule, made.plan({"Ben": ["B"]}))
    assert reason == Reason(ReasonCode.RULE, False, "Ann", 0, 1, "visits", "load")
    assert reason_under(monkeypatch, made, rule, made.plan({})).code is ReasonCode.TIME_LIMIT


def test_a_crew_is_put_before_the_judge_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made = evening().with_job("B", crew_size=2)
    reason = reason_under(monkeypatch, made, HardRule(Rule.ALLOWED, nothing_for_ann), made.plan({}), visit_id="B")
    assert (reason.code, reason.technician_id, reason.subject) == (ReasonCode.RULE, "Ann", "allowed")


def test_what_is_broken_already_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made = evening()
    plan = made.plan({"Ann": ["A"]})
    rule = HardRule(Rule.SHIFT, no_driving_after_eight, is_daily=True)
    assert reason_under(monkeypatch, made, rule, plan, visit_id="B").code is ReasonCode.TIME_LIMIT
