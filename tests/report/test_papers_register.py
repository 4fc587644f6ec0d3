"""The register: every known order once, with its class, its next date, and red where somebody must act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from optimizer.domain.order import Interval, PartNeed, ServiceLog, Unfinished, Urgency
from optimizer.domain.plan import UnassignedState
from optimizer.domain.planning_context import AsideState, FaultyOrder, PlanningContext, SetAside, Stage
from optimizer.domain.units import at
from optimizer.report.papers.making import make_papers
from tests.report.paper_worlds import LATE, TWO_DAYS, boiler_pair, column, late_emergency, line_of, papers_of, two_days
from tests.worlds import World, job, person, world

FRIDAY, MONDAY, TUESDAY = (date(2026, 11, day) for day in (20, 23, 24))
RECEIVED = {"received_s": at(10, day=-3), "due_day": TUESDAY}


def branch(**facts: object) -> World:
    return world([job("A", place=10, **{**RECEIVED, **facts})], [person("T1")])


def standing(w: World, state: UnassignedState | None, due: date | None = None, context: PlanningContext | None = None):
    """Return class, red and next date of A, planned when no state is given."""
    plan = w.plan({} if state else {"T1": ["A"]})
    if state:
        plan = replace(plan, unassigned=(replace(plan.unassigned[0], state=state, due=due),))
    [line] = make_papers(w.problem, w.matrix, plan, context or PlanningContext(), "en").register.lines
    return line.cells["class"], line.is_red, line.cells["next_date"]


def test_a_planned_order_has_all_that_is_known_of_it() -> None:
    log = ServiceLog(passed_on_s=at(10, 20, day=-3), contacted_s=at(11, day=-3), parts_back=False)
    [line] = papers_of(branch(log=log, promised=(Interval(at(9), at(10)),)), {"T1": ["A"]}).register.lines
    assert line.cells == {
        "order_id": "A",
        "customer": "customer of A",
        "received": datetime(2026, 11, 20, 10),
        "passed_on": datetime(2026, 11, 20, 10, 20),
        "contacted": datetime(2026, 11, 20, 11),
        "promised": "09:00–10:00",
        "due": TUESDAY,
        "technician": "T1 Li (T1)",
        "told": "09:00–10:00",
        "acknowledged": None,
        "on_site": None,
        "done": None,
        "parts_back": False,
        "class": "Planned",
        "next_date": MONDAY,
    }


def test_planned_is_black_and_red_when_overdue() -> None:
    assert standing(branch(), None) == ("Planned", False, MONDAY)
    assert standing(branch(due_day=FRIDAY), None) == ("Planned", True, MONDAY)


def test_an_emergency_that_comes_late_is_red_and_says_by_how_much() -> None:
    """Two hours from Monday 08:00 end at 10:00."""
    near, far = (
        world([job("A", place=place, requested="", urgency=Urgency.EMERGENCY)], [person("T1")], as_of_s=at(8))
        for place in (100, 150)
    )
    assert standing(near, None) == ("Planned", False, MONDAY)
    assert standing(far, None) == ("Planned, emergency 30 min late", True, MONDAY)


def test_an_emergency_that_told_windows_hold_up_says_what_giving_one_up_would_bring() -> None:
    made = late_emergency()
    texts = [line_of(papers_of(made, LATE, lang=lang).register, "E").cells["class"] for lang in ("en", "zh")]
    assert texts == [
        "Planned, emergency 1 h 30 min late: told windows bind; 50 min sooner if D may move",
        "已排，紧急报修晚 1 小时 30 分钟：受已告知时段限制；若 D 可改时间，可提前 50 分钟",
    ]
    agreed = made.but(published=tuple(replace(said, agreed=True) for said in made.problem.published))
    assert line_of(papers_of(agreed, LATE).register, "E").cells["class"] == "Planned, emergency 1 h 30 min late"


def test_inside_its_promise_an_order_waits_in_black() -> None:
    assert standing(branch(), UnassignedState.WAITS, TUESDAY) == ("Waits until Tue 24 Nov", False, TUESDAY)


def test_without_a_due_day_an_order_waits_for_its_promised_window() -> None:
    later = branch(promised=(Interval(at(9, day=2), at(10, day=2)),), due_day=None)
    expected = ("Waits until Wed 25 Nov", False, date(2026, 11, 25))
    assert standing(later, UnassignedState.WAITS) == expected


def test_a_promise_that_will_break_is_red() -> None:
    assert standing(branch(), UnassignedState.WILL_BREAK, MONDAY) == ("Promise will break", True, "")


def test_beyond_80_km_without_a_day_is_not_red() -> None:
    far = world([job("A", place=134, received_s=at(10, day=-3))], [person("T1")])
    assert standing(far, UnassignedState.WAITS) == ("Waits: agree a day", False, "")


def test_due_before_the_plan_is_red_and_for_today() -> None:
    expected = ("Due before the plan: send today", True, FRIDAY)
    assert standing(branch(), UnassignedState.DUE_BEFORE_PLAN, MONDAY) == expected


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Unfinished.NO_PART, "no part"),
        (Unfinished.CUSTOMER_ABSENT, "customer absent"),
        (Unfinished.NOT_REPRODUCED, "fault not reproduced"),
        (Unfinished.NOT_REPAIRED, "not repaired"),
        (Unfinished.SITE_NOT_READY, "site not ready"),
        (Unfinished.NO_TIME, "no time"),
    ],
)
def test_in_the_evening_unfinished_is_red_by_class(why: Unfinished, words: str) -> None:
    w, evening = branch(unfinished=why, carried_over=True), PlanningContext(Stage.SETTLE)
    assert standing(w, None, context=evening) == (f"Not finished today: {words}", True, MONDAY)
    waits = standing(w, UnassignedState.WAITS, TUESDAY, evening)
    assert waits == (f"Not finished today: {words}", True, TUESDAY)


def test_in_the_morning_it_is_planned_again() -> None:
    w = branch(unfinished=Unfinished.NO_PART, carried_over=True)
    assert standing(w, None, context=PlanningContext(Stage.OPEN)) == ("Planned", False, MONDAY)


def test_what_failed_the_day_before_is_not_of_today() -> None:
    log = ServiceLog(on_site_s=at(10, day=-4))
    w = branch(unfinished=Unfinished.NO_PART, carried_over=True, log=log)
    assert standing(w, None, context=PlanningContext(Stage.SETTLE)) == ("Planned", False, MONDAY)


# --- beside the plan ------------------------------------------------------------------------------------------------


def aside(state: AsideState, *, parts: int = 0, parts_back: bool = False) -> SetAside:
    made = job("Z", place=3, received_s=at(9, day=-3))
    visit = replace(made.visit, parts=(PartNeed("P1", parts),) if parts else ())
    return SetAside(made.order, visit, made.customer, state, "T1", parts_back)


@pytest.mark.parametrize(
    ("beside", "words", "is_red", "next_date"),
    [
        (aside(AsideState.DONE), "Done, closed", False, ""),
        (aside(AsideState.DONE, parts=1), "Done, parts not back: not closed", True, ""),
        (aside(AsideState.DONE, parts=1, parts_back=True), "Done, closed", False, ""),
        (aside(AsideState.UNDER_WAY), "Under way today", False, FRIDAY),
        (aside(AsideState.NO_RESULT), "No result reported", True, ""),
    ],
)
def test_todays_work_is_closed_only_when_its_parts_are_back(beside, words, is_red, next_date) -> None:
    line = line_of(papers_of(branch(), {"T1": ["A"]}, PlanningContext(aside=(beside,))).register, "Z")
    assert (line.cells["class"], line.is_red, line.cells["next_date"]) == (words, is_red, next_date)
    assert line.cells["technician"] == "T1 Li (T1)"


def test_an_order_that_cannot_be_read_stays_in_the_register() -> None:
    fault = FaultyOrder("X", "somebody", {"en": ("Row 3: no date.", "No place."), "zh": ("第 3 行：没有日期。",)})
    context = PlanningContext(faulty=(fault,))
    line = line_of(papers_of(branch(), {"T1": ["A"]}, context).register, "X")
    assert line.is_red
    assert line.cells["class"] == "Input fault: Row 3: no date. No place."
    assert line.cells["customer"] == "somebody"
    chinese = line_of(papers_of(branch(), {"T1": ["A"]}, context, "zh").register, "X")
    assert chinese.cells["class"] == "数据有误：第 3 行：没有日期。"


def test_the_lines_are_in_order_of_the_order_numbers() -> None:
    context = PlanningContext(aside=(aside(AsideState.DONE),), faulty=(FaultyOrder("B", "", {}),))
    assert column(papers_of(branch(), {"T1": ["A"]}, context).register, "order_id") == ["A", "B", "Z"]


# --- crews and several days -----------------------------------------------------------------------------------------


def test_a_visit_of_two_names_both_the_lead_first() -> None:
    papers = papers_of(boiler_pair(), {"T1": ["K"], "T2": ["K"]})
    assert line_of(papers.register, "K").cells["technician"] == "T1 Li (T1); T2 Li (T2)"


def test_of_several_days_the_register_says_which() -> None:
    register = papers_of(two_days(), TWO_DAYS).register
    line = line_of(register, "B")
    assert (line.cells["told"], line.cells["next_date"]) == ("Tue 24 Nov, 08:30–09:30", TUESDAY)


def test_planned_after_its_last_day_is_red() -> None:
    w = two_days().with_job("B", due_day=MONDAY)
    assert line_of(papers_of(w, TWO_DAYS).register, "B").is_red
