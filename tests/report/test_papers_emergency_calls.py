"""What the customer of an emergency hears, and by which clock.

T1 works on Monday from 08:00 on; E is ten minutes away.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.order import ServiceLog, Urgency
from optimizer.domain.plan import UnassignedState
from optimizer.domain.planning_context import Change, ChangeKind, PlanningContext, Stage
from optimizer.domain.units import at
from optimizer.report.papers.making import make_papers
from tests.report.paper_worlds import line_of, papers_of
from tests.worlds import World, job, person, span, world

OPEN = PlanningContext(Stage.OPEN)


def emergency(*, as_of_s: int, received_s: int, **facts: object) -> World:
    """Return the emergency E, seen at a moment and called in at another one."""
    made = job("E", place=10, requested="", received_s=received_s, urgency=Urgency.EMERGENCY, **facts)
    return world([made], [person("T1", phone="139-1")], as_of_s=as_of_s)


def said(w: World, lang: str = "en") -> str:
    """Return what is said about E, which T1 serves."""
    customer = w.problem.customers[0].name
    line = line_of(papers_of(w, {"T1": ["E"]}, OPEN, lang).call_list, "E", whom=customer)
    assert line.cells["by"] == w.problem.local_time(w.problem.as_of_s)
    return str(line.cells["say"])


def test_the_end_of_the_customers_clock_is_told() -> None:
    w = emergency(as_of_s=at(8), received_s=at(7, 30))
    assert said(w) == (
        "Hello customer of E, this is ____ from Branch. We have your emergency. T1 Li is being sent; he will call "
        "you within "
        "half an "
        "hour, and be with you by 9:30 in the morning at the latest. Is somebody at home?"
    )
    why = line_of(papers_of(w, {"T1": ["E"]}, OPEN).call_list, "E", whom="customer of E").cells["why"]
    assert why == (
        "Emergency, since the call until 11-23 09:30 (supervisor), the technician's clock begins with the receipt"
    )


def test_on_the_way_is_who_has_the_order() -> None:
    w = emergency(as_of_s=at(8), received_s=at(7, 30))
    assert "on the way" not in said(w)
    assert "on the way" not in said(w.with_job("E", log=ServiceLog(dispatched_s=at(7, 40))))
    has_it = w.with_job("E", log=ServiceLog(dispatched_s=at(7, 40), acknowledged_s=at(7, 50)))
    assert "T1 Li has the order and is on the way. He will be with you by 9:30 in the morning at the latest." in said(
        has_it
    )
    why = str(line_of(papers_of(has_it, {"T1": ["E"]}, OPEN).call_list, "E", whom="customer of E").cells["why"])
    assert why.endswith("since the receipt until 11-23 09:50 (technician)")


def test_nothing_is_told_before_the_shift() -> None:
    """E called at 02:00, so that the two hours are over; T1 is there at 08:10."""
    w = emergency(as_of_s=at(7), received_s=at(2))
    assert "he will call you before setting off, and be with you by 8:30 in the morning at the latest" in said(w)


@pytest.mark.parametrize(
    ("way_min", "told"), [(45, "9 in the morning"), (46, "9:30 in the morning"), (56, "9:30 in the morning")]
)
def test_what_is_told_leaves_a_quarter_of_an_hour_behind_the_planned_start(way_min: int, told: str) -> None:
    """At 08:56 nobody says "by 9 at the latest": one red light, and the word is broken."""
    w = emergency(as_of_s=at(7), received_s=at(2)).with_leg("branch", "E", way_min)
    assert f"be with you by {told} at the latest" in said(w)


def test_who_is_not_sent_yet_has_no_name_in_the_text() -> None:
    w = emergency(as_of_s=at(16, day=-3), received_s=at(15, 50, day=-3), name="林女士")
    plan = w.plan({})
    left = replace(plan.unassigned[0], state=UnassignedState.DUE_BEFORE_PLAN)
    context = PlanningContext(Stage.DRAFT)
    papers = make_papers(w.problem, w.matrix, replace(plan, unassigned=(left,)), context, "zh")
    line = line_of(papers.call_list, "E", whom="林女士")
    assert line.cells["say"] == (
        "林女士您好，我是Branch的____。您的紧急报修已经收到，派的是____师傅，半小时之内他先跟您通电话，最晚下午五点五十到现场。"
        "家里现在有人吗？"
    )
    assert line.cells["message"] == (
        "【Branch】林女士您好，您的紧急报修已经收到，马上派师傅，半小时之内他先跟您通电话，最晚今天 17:50 到现场。"
    )
    asked = line_of(papers.call_list, "E", whom="T1 Li (T1)")
    assert asked.cells["say"] == "今天能跑一趟吗？派工单 E：林女士。跟客户说的是最晚 11-20 17:50 到现场。"


def test_a_firm_is_asked_for_somebody_who_knows_the_appliance() -> None:
    w = emergency(as_of_s=at(8), received_s=at(7, 30), name="运河社区卫生站")
    assert said(w, "zh").endswith("麻烦留一位熟悉设备的人在场，可以吗？")
    w = w.with_technician("T1", name="欧阳雨")
    assert "派的是欧阳师傅，" in said(w, "zh")


def test_who_is_sent_to_an_emergency_hears_whom_to_call_and_by_when_to_be_there() -> None:
    w = emergency(as_of_s=at(8), received_s=at(7, 30), phone="138-E", fault="leak")
    line = line_of(papers_of(w, {"T1": ["E"]}, OPEN).call_list, "E", whom="T1 Li (T1)")
    assert line.cells["say"] == (
        "Emergency E is yours: customer of E, 138-E, leak; planned for 11-23 08:10. Please confirm now and call the "
        "customer, who is told that somebody is there by 11-23 09:30 at the latest."
    )
    assert (line.cells["message"], line.cells["phone"]) == (line.cells["say"], "139-1")
    assert line.cells["by"] == w.problem.local_time(at(8))


def test_who_has_confirmed_an_emergency_is_not_called_about_it_again() -> None:
    w = emergency(as_of_s=at(8), received_s=at(7, 30))
    has_it = w.with_job("E", log=ServiceLog(dispatched_s=at(7, 40), acknowledged_s=at(7, 50)))
    whom = [line.cells["whom"] for line in papers_of(has_it, {"T1": ["E"]}, OPEN).call_list.lines]
    assert whom == ["customer of E"]
    # Not confirmed yet: one call says it all.
    sent = w.with_job("E", log=ServiceLog(dispatched_s=at(7, 40)))
    whom = [line.cells["whom"] for line in papers_of(sent, {"T1": ["E"]}, OPEN).call_list.lines]
    assert sorted(map(str, whom)) == ["T1 Li (T1)", "customer of E"]


def test_an_emergency_that_changes_hands_is_struck_off_one_sheet_and_told_once_to_the_other() -> None:
    made = job("E", place=10, requested="", received_s=at(7, 30), urgency=Urgency.EMERGENCY)
    w = world([made], [person("T1"), person("T2")], as_of_s=at(8))
    window = span("08:00-10:00")
    change = Change("E", ChangeKind.TECHNICIAN, "T1", "T2", window, window, at(8))
    context = PlanningContext(Stage.OPEN, changes=(change,), is_published=True)
    lines = papers_of(w, {"T2": ["E"]}, context).call_list.lines
    said = {str(line.cells["whom"]): str(line.cells["say"]) for line in lines}
    assert said["T1 Li (T1)"] == "Strike order E off your sheet (customer of E)."
    assert said["T2 Li (T2)"].startswith("Emergency E is yours")
    assert "new on your sheet" not in said["T2 Li (T2)"]
