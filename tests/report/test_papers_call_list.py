"""The call list: who is on it, who calls, what is said, by when, and in which order.

The world is made on Friday 20 November at 16:00 for Monday; the branch closes at 17:30.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import Briefing, Confirmed, Interval, Predecessor, ServiceLog, Unfinished, Urgency
from optimizer.domain.plan import Reason, ReasonCode, UnassignedState
from optimizer.domain.planning_context import AsideState, Change, ChangeKind, PlanningContext, SetAside, Stage
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.stock import Loan, Part
from optimizer.domain.units import at
from optimizer.report.papers.making import make_papers
from tests.report.paper_worlds import (
    LATE,
    PAIR,
    TWO_DAYS,
    boiler_pair,
    column,
    late_emergency,
    line_of,
    papers_of,
    two_days,
)
from tests.worlds import World, job, line, person, world

CLOSE = datetime(2026, 11, 20, 17, 30)
CALLED = ServiceLog(contacted_s=at(10, day=-3))
AGREED = ServiceLog(contacted_s=at(10, day=-3), confirmed=Confirmed.YES)
WINDOW = "Mon 23 Nov, 08:30–09:30"


def branch(**facts: object) -> World:
    """Return A, ten minutes away, received on Friday at 10:00 and due on Tuesday; T1 is at the branch, T2 at home."""
    facts.setdefault("log", CALLED)
    facts.setdefault("due_day", date(2026, 11, 24))
    return world(
        [job("A", place=10, requested="09:00-12:00", phone="138-1", received_s=at(10, day=-3), **facts)],
        [person("T1", phone="139-1"), person("T2", phone="139-2", home=5)],
        parts=(Part("P1", "board", 5),),
    )


def calls(
    w: World, routes: dict[str, list[str]] | None = None, context: PlanningContext | None = None, lang: str = "en"
):
    return papers_of(w, {} if routes is None else routes, context, lang).call_list


def left_out(
    w: World, state: UnassignedState, *reasons: Reason, due: date | None = None, context: PlanningContext | None = None
):
    """Return the call list of a plan that leaves A out in a state."""
    plan = w.plan({})
    [left] = plan.unassigned
    plan = replace(plan, unassigned=(replace(left, state=state, reasons=reasons, due=due),))
    return make_papers(w.problem, w.matrix, plan, context or PlanningContext(), "en").call_list


# --- planned visits -------------------------------------------------------------------------------------------------


def test_the_window_is_told_by_the_technician_until_the_close_before() -> None:
    [call] = calls(branch(), {"T1": ["A"]}).lines
    assert call.cells == {
        "whom": "customer of A",
        "phone": "138-1",
        "order_id": "A",
        "why": "Tell the window",
        "say": f"Our technician comes on {WINDOW}. Does that suit you?",
        "caller": "T1 Li (T1)",
        "by": CLOSE,
        "outcome": None,
    }
    assert call.technician_id == "T1"
    assert not call.is_red


def test_it_is_said_in_chinese() -> None:
    [call] = calls(branch(), {"T1": ["A"]}, lang="zh").lines
    assert call.cells["say"] == "我们将于 11月23日 周一 08:30–09:30 上门服务，请问是否方便？"


def test_for_who_starts_at_home_the_coordinator_calls() -> None:
    [call] = calls(branch(), {"T2": ["A"]}).lines
    assert call.cells["caller"] == "Coordinator"
    assert call.technician_id == ""


def test_for_who_is_blocked_by_a_loan_the_coordinator_calls() -> None:
    w = branch().but(loans=(Loan("L1", "T1", "P1", 1, date(2026, 11, 19)),))
    assert line_of(calls(w, {"T1": ["A"]}), "A").cells["caller"] == "Coordinator"


def test_who_has_agreed_is_not_called() -> None:
    assert calls(branch(log=AGREED), {"T1": ["A"]}).lines == ()


@pytest.mark.parametrize(
    ("said", "why", "say"),
    [
        (Confirmed.UNREACHABLE, "Not reached, visited all the same", "We could not reach you and come all the same"),
        (Confirmed.NO, "Agree another time", "Our time did not suit you. We can come on"),
    ],
)
def test_who_was_not_reached_or_did_not_agree_is_flagged(said: Confirmed, why: str, say: str) -> None:
    [call] = calls(branch(log=replace(CALLED, confirmed=said)), {"T1": ["A"]}).lines
    assert call.cells["why"] == why
    assert str(call.cells["say"]).startswith(say)


def test_what_the_customer_prepares_is_said_with_it() -> None:
    [call] = calls(branch(briefing=Briefing(prepare="empty the machine.")), {"T1": ["A"]}).lines
    assert str(call.cells["say"]).endswith("Does that suit you? Please prepare: empty the machine.")
    assert call.cells["why"] == "Tell the window"


def test_who_has_no_phone_is_called_through_the_contacts() -> None:
    w = branch(briefing=Briefing(contacts=("Mr Wu 138-7",))).with_job("A", phone="")
    assert column(calls(w, {"T1": ["A"]}), "phone") == ["Mr Wu 138-7"]


def test_the_first_contact_has_its_clock_and_one_call_is_enough() -> None:
    """Two hours from Friday 10:00 are over at 12:00, four hours before the plan."""
    [call] = calls(branch(log=ServiceLog()), {"T1": ["A"]}).lines
    assert call.cells["why"] == "Tell the window; First contact"
    assert call.cells["by"] == datetime(2026, 11, 20, 12)
    assert call.is_red


@pytest.mark.parametrize(
    "facts", [{"promised": (Interval(at(9), at(12)),)}, {"carried_over": True}, {"log": CALLED}], ids=str
)
def test_a_promise_or_a_first_try_does_not_go_without_a_contact(facts: dict[str, object]) -> None:
    [call] = calls(branch(**{"log": ServiceLog(), **facts}), {"T1": ["A"]}).lines
    assert call.cells["why"] == "Tell the window"


def test_after_the_notice_deadline_the_call_comes_before_the_technician_leaves() -> None:
    w = branch().but(as_of_s=at(7))
    plan = w.plan({"T1": ["A"]})
    [call] = calls(w, {"T1": ["A"]}).lines
    leave_s = plan.routes[0].stops[0].leave_by_s
    assert call.cells["by"] == datetime(2026, 11, 23, *divmod(leave_s // 60, 60))


def test_past_the_notice_deadline_only_what_is_new_is_told() -> None:
    told = PublishedVisit("A", "T1", 0, Interval(at(8, 30), at(9, 30)))
    w = branch().but(published=(told,))
    assert len(calls(w, {"T1": ["A"]}).lines) == 1
    assert calls(w.but(as_of_s=at(18, day=-3)), {"T1": ["A"]}).lines == ()
    assert len(calls(branch().but(as_of_s=at(18, day=-3)), {"T1": ["A"]}).lines) == 1
    unreached = w.but(as_of_s=at(18, day=-3)).with_job("A", log=replace(CALLED, confirmed=Confirmed.UNREACHABLE))
    assert len(calls(unreached, {"T1": ["A"]}).lines) == 1


def test_who_was_absent_yesterday_is_told_so() -> None:
    [call] = calls(branch(carried_over=True, unfinished=Unfinished.CUSTOMER_ABSENT), {"T1": ["A"]}).lines
    assert call.cells["why"] == "Was absent; Tell the window"
    assert str(call.cells["say"]).startswith("We missed you at the last visit. Our technician comes on")


def test_an_emergency_in_the_plan_is_on_top() -> None:
    w = world([job("A", place=1, log=CALLED), job("B", place=2, log=CALLED, urgency=Urgency.EMERGENCY)], [person("T1")])
    assert column(calls(w, {"T1": ["A", "B"]}), "order_id") == ["B", "A"]


def test_who_could_make_room_for_a_late_emergency_is_asked_first() -> None:
    made = papers_of(late_emergency(), LATE)
    call = line_of(made.call_list, "D")
    assert call.is_red
    assert call.cells["whom"] == "customer of D"
    assert call.cells["by"] == datetime(2026, 11, 23, 8)
    room, _, what_then = str(call.cells["why"]).partition("; ")
    assert room == "Makes room for emergency E: T1 Li (T1) is there at 10:40, 50 min sooner"
    assert what_then.startswith("moving costs ¥15.00. If the customer agrees, put agreed = yes into published")
    assert call.cells["say"] == (
        "Somebody else has an emergency. May we come at about 12:40 instead of Mon 23 Nov, 09:30–10:00?"
    )
    assert column(made.call_list, "order_id")[0] == "D"


# --- visits that stay out -------------------------------------------------------------------------------------------


def test_a_promise_that_will_break_asks_for_a_new_day() -> None:
    paper = left_out(branch(), UnassignedState.WILL_BREAK, due=date(2026, 11, 23))
    [call] = paper.lines
    assert call.is_red
    assert call.cells["by"] == CLOSE
    assert call.cells["say"] == "We are sorry that we cannot keep our promise (Mon 23 Nov). Which day suits you?"
    assert call.cells["caller"] == "Coordinator"


def test_of_a_promised_window_the_window_is_named() -> None:
    w = branch(promised=(Interval(at(15), at(17)),))
    [call] = left_out(w, UnassignedState.WILL_BREAK, due=date(2026, 11, 24)).lines
    assert "our promise (Mon 23 Nov, 15:00–17:00)" in str(call.cells["say"])


def test_after_closing_time_a_new_day_is_agreed_by_the_next_close() -> None:
    paper = left_out(branch().but(as_of_s=at(18, day=-3)), UnassignedState.WILL_BREAK, due=date(2026, 11, 23))
    assert column(paper, "by") == [datetime(2026, 11, 23, 17, 30)]


def test_who_waits_and_was_contacted_is_not_called() -> None:
    assert left_out(branch(), UnassignedState.WAITS, due=date(2026, 11, 24)).lines == ()


def test_who_waits_and_was_not_contacted_is_called() -> None:
    [call] = left_out(branch(log=ServiceLog()), UnassignedState.WAITS, due=date(2026, 11, 24)).lines
    assert call.cells["why"] == "First contact"
    assert call.cells["say"] == "We have your order and will call you with the time of our visit."


def test_beyond_80_km_a_day_is_agreed_and_nothing_is_red() -> None:
    """The world has 600 m a minute: 134 minutes are 80.4 km."""
    far = world([job("A", place=134, received_s=at(15, day=-3), log=CALLED)], [person("T1")])
    [call] = left_out(far, UnassignedState.WAITS).lines
    assert call.cells["why"] == "Agree a day"
    assert str(call.cells["say"]).startswith("You are more than 80 km away from us.")
    assert not call.is_red


def test_without_a_request_day_a_day_is_agreed() -> None:
    w = world([job("A", place=10, log=CALLED)], [person("T1")])
    [call] = left_out(w, UnassignedState.WAITS).lines
    assert str(call.cells["say"]).startswith("No day is agreed yet")


def test_a_site_that_is_not_ready_is_asked_about() -> None:
    w = branch(ready_s=at(9, day=1))
    [call] = left_out(w, UnassignedState.WAITS, Reason(ReasonCode.NOT_READY, True), due=date(2026, 11, 24)).lines
    assert call.cells["say"] == "Will the site be ready on 11-24 09:00, as agreed?"
    waits_for_part = w.with_job("A", parts=())
    assert len(left_out(waits_for_part, UnassignedState.WAITS, Reason(ReasonCode.OUTRANKED, False)).lines) == 0
    failed = branch(unfinished=Unfinished.SITE_NOT_READY, carried_over=True)
    [call] = left_out(failed, UnassignedState.WAITS, due=date(2026, 11, 24)).lines
    assert call.cells["say"] == "Is the site ready now? If not, from when can we start?"


def test_who_was_absent_and_waits_is_asked_for_a_time() -> None:
    w = branch(unfinished=Unfinished.CUSTOMER_ABSENT, carried_over=True)
    [call] = left_out(w, UnassignedState.WAITS, due=date(2026, 11, 24)).lines
    assert call.cells["say"] == "We missed you at the last visit. When will somebody be in?"


def test_due_before_the_plan_is_on_top_with_the_nearest_who_can() -> None:
    """T2 lives 5 minutes from A, T1 starts at the branch, T3 lacks the skill."""
    w = world(
        [
            job("A", place=10, urgency=Urgency.EMERGENCY, fault="leak", skills={"gas": 1}),
            job("B", place=20, log=CALLED),
        ],
        [person("T1", skills={"gas": 1}), person("T2", skills={"gas": 1}, home=5), person("T3", home=9)],
    )
    plan = w.plan({"T1": ["B"]})
    [left] = plan.unassigned
    plan = replace(plan, unassigned=(replace(left, state=UnassignedState.DUE_BEFORE_PLAN),))
    paper = make_papers(w.problem, w.matrix, plan, PlanningContext(), "en").call_list
    assert column(paper, "whom") == ["T2 Li (T2)", "T1 Li (T1)", "customer of A", "customer of B"]
    assert [line.is_red for line in paper.lines] == [True, True, True, False]
    asked = line_of(paper, "A", whom="T2 Li (T2)")
    assert asked.cells["say"] == "Can you go today? Order A: customer of A, leak."
    assert asked.cells["by"] == datetime(2026, 11, 20, 16)
    assert asked.technician_id == ""


def test_an_exception_to_the_area_widens_who_is_asked_to_go_today() -> None:
    """T1 serves the south alone; by an exception of A, in the north, he may go, too."""
    w = world(
        [job("A", place=10, area="north", urgency=Urgency.EMERGENCY)],
        [person("T1", areas=frozenset({"south"})), person("T2", areas=frozenset({"north"}))],
    )

    def asked(w: World) -> set[object]:
        plan = w.plan({})
        left = replace(plan.unassigned[0], state=UnassignedState.DUE_BEFORE_PLAN)
        paper = make_papers(w.problem, w.matrix, replace(plan, unassigned=(left,)), PlanningContext(), "en").call_list
        return {line.cells["whom"] for line in paper.lines if line.cells["say"].startswith("Can you go today?")}

    assert asked(w) == {"T2 Li (T2)"}
    exception = LimitException("A", HouseLimit.AREA, 1, "Chen", "old customer")
    assert asked(w.but(exceptions=(exception,))) == {"T1 Li (T1)", "T2 Li (T2)"}
    assert asked(w.but(exceptions=(replace(exception, technician_id="T2"),))) == {"T2 Li (T2)"}


# --- changes --------------------------------------------------------------------------------------------------------


def change(kind: ChangeKind, before: str, after: str) -> Change:
    """Return a change of A; who is named before has 08:00 to 09:00, who is named after 08:30 to 09:30."""
    return Change(
        "A",
        kind,
        before,
        after,
        Interval(at(8), at(9)) if before else None,
        Interval(at(8, 30), at(9, 30)) if after else None,
        at(17, 30, day=-3),
    )


@pytest.mark.parametrize(
    ("made", "routes", "customer", "technicians"),
    [
        (
            change(ChangeKind.ADDED, "", "T1"),
            {"T1": ["A"]},
            f"Our technician comes on {WINDOW}. Does that suit you?",
            {"T1 Li (T1)": f"Order A is new on your sheet: customer of A, {WINDOW}."},
        ),
        (
            change(ChangeKind.DROPPED, "T1", ""),
            {},
            "We are sorry that we cannot come on Mon 23 Nov, 08:00–09:00 as told. Which other time suits you?",
            {"T1 Li (T1)": "Strike order A off your sheet (customer of A)."},
        ),
        (
            change(ChangeKind.TIME, "T1", "T1"),
            {"T1": ["A"]},
            f"We have to move our visit: T1 Li (T1) comes on {WINDOW} instead of Mon 23 Nov, 08:00–09:00. "
            "Does that suit you?",
            {"T1 Li (T1)": f"Order A moves: customer of A, now {WINDOW}."},
        ),
        (
            change(ChangeKind.TECHNICIAN, "T2", "T1"),
            {"T1": ["A"]},
            f"The time stays ({WINDOW}); T1 Li (T1) comes instead.",
            {
                "T2 Li (T2)": "Strike order A off your sheet (customer of A).",
                "T1 Li (T1)": f"Order A is new on your sheet: customer of A, {WINDOW}.",
            },
        ),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Change) else "",
)
def test_a_change_calls_the_customer_and_those_with_a_sheet(made, routes, customer, technicians) -> None:
    paper = calls(branch(log=AGREED), routes, PlanningContext(Stage.SETTLE, changes=(made,), is_published=True))
    said = {call.cells["whom"]: call.cells["say"] for call in paper.lines}
    assert said == {"customer of A": customer, **technicians}
    assert set(column(paper, "by")) == {CLOSE}


def test_who_was_absent_and_is_moved_hears_both_in_order() -> None:
    w = branch(log=AGREED, carried_over=True, unfinished=Unfinished.CUSTOMER_ABSENT)
    context = PlanningContext(Stage.SETTLE, changes=(change(ChangeKind.ADDED, "", "T2"),))
    [call] = calls(w, {"T2": ["A"]}, context).lines
    assert call.cells["why"] == "Was absent; Change of the plan"
    assert str(call.cells["say"]).startswith("We missed you at the last visit. Our technician comes on")


def test_what_is_dropped_and_breaks_a_promise_is_one_apology() -> None:
    context = PlanningContext(Stage.SETTLE, changes=(change(ChangeKind.DROPPED, "T1", ""),))
    [call] = left_out(branch(), UnassignedState.WILL_BREAK, due=date(2026, 11, 23), context=context).lines
    assert call.cells["why"] == "Change of the plan; Promise will break"
    assert str(call.cells["say"]).count("sorry") == 1
    assert call.is_red


def test_technicians_without_a_sheet_are_not_called_about_a_change() -> None:
    made = change(ChangeKind.TIME, "T1", "T1")
    assert len(calls(branch(log=AGREED), {"T1": ["A"]}, PlanningContext(changes=(made,))).lines) == 1


# --- beside the plan ------------------------------------------------------------------------------------------------


def aside(state: AsideState, **log: int) -> SetAside:
    made = job("Z", place=3, phone="138-9")
    return SetAside(replace(made.order, log=ServiceLog(**log)), made.visit, made.customer, state, "T2")


def test_a_loan_past_due_is_a_call_to_the_technician() -> None:
    w = branch(log=AGREED).but(loans=(Loan("L1", "T2", "P1", 2, date(2026, 11, 19)),))
    [call] = calls(w, {"T1": ["A"]}).lines
    assert (call.cells["whom"], call.cells["phone"], call.cells["by"]) == ("T2 Li (T2)", "139-2", CLOSE)
    assert call.cells["say"] == (
        "Bring back what is past due: board (P1) ×2 (Thu 19 Nov). Until then you take no new part."
    )


def test_a_booked_return_is_asked_for_and_blocks_nothing() -> None:
    w = branch(log=AGREED).but(loans=(Loan("L1", "T2", "P1", 2, date(2026, 11, 19), date(2026, 11, 23)),))
    [call] = calls(w, {"T1": ["A"]}).lines
    assert call.cells["say"] == "Bring back what is past due: board (P1) ×2 (Thu 19 Nov)."


@pytest.mark.parametrize(
    ("as_of_s", "by"),
    [
        (at(16, day=-3), CLOSE),
        (at(18, day=-3), datetime(2026, 11, 23, 8)),
        (at(8, 10), datetime(2026, 11, 23, 8, 10)),
    ],
)
def test_a_technician_answers_before_the_next_shift(as_of_s: int, by: datetime) -> None:
    context = PlanningContext(aside=(aside(AsideState.NO_RESULT),))
    assert column(calls(branch(log=AGREED).but(as_of_s=as_of_s), {"T1": ["A"]}, context), "by") == [by]


def test_an_order_without_a_result_is_a_call_to_its_technician() -> None:
    [call] = calls(branch(log=AGREED), {"T1": ["A"]}, PlanningContext(aside=(aside(AsideState.NO_RESULT),))).lines
    assert (call.cells["whom"], call.cells["order_id"], call.cells["by"]) == ("T2 Li (T2)", "Z", CLOSE)
    assert call.cells["say"] == "How did order Z at customer of Z end, and are the parts back?"


def test_several_matters_for_one_technician_are_one_call() -> None:
    w = branch(log=AGREED).but(loans=(Loan("L1", "T2", "P1", 2, date(2026, 11, 19)),))
    [call] = calls(w, {"T1": ["A"]}, PlanningContext(aside=(aside(AsideState.NO_RESULT),))).lines
    assert call.cells["why"] == "No result reported; Loan past due"
    assert call.cells["order_id"] == "Z"


def test_a_done_visit_is_called_back_within_a_working_day() -> None:
    """Done on Friday at 11:00; 24 hours with the days of rest left out end on Monday at 11:00."""
    [call] = calls(
        branch(log=AGREED), {"T1": ["A"]}, PlanningContext(aside=(aside(AsideState.DONE, done_s=at(11, day=-3)),))
    ).lines
    assert (call.cells["whom"], call.cells["why"]) == ("customer of Z", "Call back")
    assert call.cells["by"] == datetime(2026, 11, 23, 11)


def test_who_was_called_back_or_is_waited_for_is_not_called() -> None:
    context = PlanningContext(
        aside=(aside(AsideState.DONE, done_s=at(11, day=-3), called_back_s=at(12, day=-3)), aside(AsideState.UNDER_WAY))
    )
    assert calls(branch(log=AGREED), {"T1": ["A"]}, context).lines == ()


def test_a_dispatch_that_nobody_acknowledged_is_a_call_after_15_minutes() -> None:
    w = branch(log=replace(AGREED, dispatched_s=at(15, 30, day=-3)))
    [call] = calls(w, {"T1": ["A"]}).lines
    assert (call.cells["whom"], call.cells["say"]) == ("T1 Li (T1)", "Please confirm order A.")
    assert call.cells["by"] == datetime(2026, 11, 20, 15, 45)
    assert call.is_red


def test_the_deadlines_are_in_order() -> None:
    w = world([job("A", place=1, log=CALLED), job("B", place=2, received_s=at(15, day=-3))], [person("T1")])
    paper = calls(w, {"T1": ["A", "B"]})
    assert column(paper, "order_id") == ["B", "A"]
    assert column(paper, "by") == [datetime(2026, 11, 20, 17), CLOSE]


def test_the_line_of_the_world_is_what_the_tests_take_it_for() -> None:
    assert line({"branch": 0, "A": 134}).travel_m("car", "branch", "A") == 80_400


# --- crews and several days -----------------------------------------------------------------------------------------


def test_the_customer_of_a_crew_is_called_once_by_the_lead() -> None:
    line = line_of(papers_of(boiler_pair(), PAIR).call_list, "K")
    assert line.cells["caller"] == "T1 Li (T1)"
    assert line.cells["say"] == "2 of our technicians come on Mon 23 Nov, 07:40–08:40. Does that suit you?"


def test_everybody_on_a_crew_hears_of_a_change() -> None:
    now = Interval(at(7, 40), at(8, 40))
    change = Change("K", ChangeKind.TECHNICIAN, "T9", "T1", now, now, at(17, day=-3), (), ("T1", "T2"))
    papers = papers_of(boiler_pair(), PAIR, PlanningContext(changes=(change,), is_published=True))
    new = [line.cells["whom"] for line in papers.call_list.lines if "is new on your sheet" in str(line.cells["say"])]
    assert new == ["T1 Li (T1)", "T2 Li (T2)"]
    assert line_of(papers.changes, "K").cells["after_technician"] == "T1 Li (T1); T2 Li (T2)"


def test_a_window_of_a_later_day_is_told_by_the_evening_before() -> None:
    line = line_of(papers_of(two_days(), TWO_DAYS).call_list, "B")
    assert f"{line.cells['by']:%m-%d %H:%M}" == "11-23 17:30"
    assert "Tue 24 Nov, 08:00–09:00" in str(line.cells["say"])


def test_the_customer_of_a_job_of_two_days_is_called_once() -> None:
    w = two_days().with_job("B", after=(Predecessor("A", same_people=True),))
    same = tuple(replace(order, customer_id="C-A") for order in w.problem.orders)
    lines = papers_of(w.but(orders=same), TWO_DAYS).call_list.lines
    assert [line.cells["order_id"] for line in lines] == ["A, B", "C"]
    said = str(lines[0].cells["say"])
    assert "Mon 23 Nov, 08:00–09:00" in said
    assert "Tue 24 Nov, 08:00–09:00" in said
    assert f"{lines[0].cells['by']:%m-%d}" == "11-20"
