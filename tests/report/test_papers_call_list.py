"""The call list: who is on it, who calls, what is said, by when, and in which order.

The world is made on Friday 20 November at 16:00 for Monday; the branch closes at 17:30.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import (
    Briefing,
    Confirmed,
    Interval,
    Predecessor,
    ServiceLog,
    Unfinished,
    Urgency,
)
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
from tests.worlds import World, job, line, person, span, world

CLOSE, NOW = datetime(2026, 11, 20, 17, 30), datetime(2026, 11, 20, 16)
CALLED = ServiceLog(contacted_s=at(10, day=-3))
AGREED = ServiceLog(contacted_s=at(10, day=-3), confirmed=Confirmed.YES)
WINDOW = "Mon 23 Nov, 09:00–10:00"
#: The same window, the beginning of a call and of the offers, as they are said.
SAID = "on Monday the 23rd, between 9 and 10 in the morning"
HELLO = "Hello customer of A, this is ____ from Branch. "
KEPT = (
    "I have kept two times for you: Monday the 23rd, between 9 and 10 in the morning, or between 1 and 2 in the "
    "afternoon. Which one suits you better?"
)
#: The afternoon on which Monday is drafted.
TODAY = span("17:00-18:00", -3)
SETTLE = PlanningContext(Stage.SETTLE)


def branch(**facts: object) -> World:
    """Return A, ten minutes away, received on Friday at 10:00 and due on Tuesday; T1 is at the branch, T2 at home."""
    facts.setdefault("log", CALLED)
    facts.setdefault("due_day", date(2026, 11, 24))
    return world(
        [job("A", place=10, requested="09:00-12:00", phone="138-1", received_s=at(10, day=-3), **facts)],
        [person("T1", phone="139-1"), person("T2", phone="139-2", home=5)],
        parts=(Part("P1", "board", 5),),
    )


def with_another(w: World) -> World:
    """Return the world with an order more, whose customer was called and agreed: so calls are recorded here."""
    other = job("Y", place=5, log=AGREED)
    problem = w.problem
    w = World(problem, line({"branch": 0, "A": 10, "Y": 5, "start:T2": 5, "end:T2": 5}))
    return w.but(
        customers=(*problem.customers, other.customer),
        orders=(*problem.orders, other.order),
        visits=(*problem.visits, other.visit),
    )


def calls(
    w: World, routes: dict[str, list[str]] | None = None, context: PlanningContext | None = None, lang: str = "en"
):
    """Return the call list of routes, at settle where nothing else is said: then windows are told."""
    return papers_of(w, {} if routes is None else routes, context or SETTLE, lang).call_list


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
        "by": CLOSE,
        "caller": "T1 Li (T1)",
        "whom": "customer of A",
        "phone": "138-1",
        "say": f"Hello customer of A, this is T1 Li from Branch. About your order: I will come {SAID}, and call you "
        "before I "
        "set off. Will somebody be at home then?",
        "first": "",
        "why": "Tell the window",
        "order_id": "A",
        "message": f"Branch: hello customer of A. About your order: T1 Li, {WINDOW}. We call before we come.",
        "outcome": None,
    }
    assert call.technician_id == "T1"
    assert not call.is_red


def test_it_is_said_in_chinese() -> None:
    w = branch(name="吴先生", kind="repair", product="KFR-72 空调").with_technician("T2", name="外协 陈立新")
    [call] = calls(w, {"T2": ["A"]}, lang="zh").lines
    assert call.cells["say"] == (
        "吴先生您好，我是Branch的____。您报修的空调，下周一、23号，上午九点到十点半，陈立新师傅上门，出发前他会给您打电话。"
        "这个时间家里有人吗？"
    )
    assert call.cells["message"] == (
        "【Branch】吴先生您好，您报修的空调，11月23日周一 09:00–10:30，陈立新师傅上门，出发前会打电话联系您。"
    )


def test_a_firm_is_asked_whether_somebody_lets_us_in() -> None:
    [call] = calls(branch(name="云朵咖啡馆"), {"T2": ["A"]}, lang="zh").lines
    assert str(call.cells["say"]).startswith("您好，我是Branch的____，请问是云朵咖啡馆吗？")
    assert str(call.cells["say"]).endswith("到时候方便接待吗？")


def test_the_draft_tells_no_window() -> None:
    paper = calls(branch(), {"T1": ["A"]}, PlanningContext(Stage.DRAFT))
    assert paper.lines == ()


def test_the_draft_says_what_is_not_on_the_list_yet() -> None:
    """B is to be contacted by 17:00, before the plan is settled."""
    site = job("C", place=3, log=CALLED, unfinished=Unfinished.SITE_NOT_READY)
    waits = job("B", place=2, received_s=at(15, day=-3), due_day=date(2026, 11, 24))
    paper = calls(world([site, waits], [person("T1")]), {"T1": ["B", "C"]}, PlanningContext(Stage.DRAFT))
    assert column(paper, "why") == ["Confirm the site"]
    assert paper.note == (
        "1 call, about 3 min. Exact windows are told when the plan is settled, one call a customer. "
        "A first contact is due before that: B 11-20 17:00."
    )


def test_the_list_says_how_long_it_takes() -> None:
    w = world([job(name, place=1, log=CALLED) for name in "AB"], [person("T1")]).with_policy(call_s=240)
    assert calls(w, {"T1": ["A", "B"]}).note == "2 calls, about 8 min in all."
    assert calls(w.with_policy(call_s=31 * 60), {"T1": ["A", "B"]}).note == "2 calls, about 1 h 2 min in all."


def test_a_customer_with_three_visits_is_called_once() -> None:
    """C has another customer number, but the same name and phone."""
    jobs = [job(name, place=1, log=CALLED, name="Wu", phone="138-1", product=name) for name in "ABC"]
    w = world(jobs, [person("T1"), person("T2")])
    same = tuple(replace(o, customer_id="C-A") if o.order_id == "B" else o for o in w.problem.orders)
    [call] = calls(w.but(orders=same), {"T1": ["A", "B"], "T2": ["C"]}).lines
    assert call.cells["order_id"] == "A, B, C"
    assert call.cells["caller"] == "Coordinator"
    assert [str(call.cells["say"]).count(text) for text in ("Hello", "About your", "at home")] == [1, 3, 1]


def test_a_name_and_a_phone_are_the_same_however_they_are_spaced() -> None:
    phones = {"A": "138-0000-0001", "B": "+86 13800000001", "C": "138-0000-0002"}
    names = {"A": "Ann Wu", "B": "ann  wu", "C": "Ann Wu"}
    w = world([job(i, place=1, log=CALLED, name=names[i], phone=phones[i]) for i in "ABC"], [person("T1")])
    lines = calls(w, {"T1": ["A", "B", "C"]}).lines
    assert sorted(str(call.cells["order_id"]) for call in lines) == ["A, B", "C"]


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
        (Confirmed.UNREACHABLE, "Not reached, visited all the same", "We could not reach you before. About"),
        (Confirmed.NO, "Agree another time", "The time that we had in mind did not suit you, so we have another one."),
    ],
)
def test_who_was_not_reached_or_did_not_agree_is_flagged(said: Confirmed, why: str, say: str) -> None:
    [call] = calls(branch(log=replace(CALLED, confirmed=said)), {"T1": ["A"]}).lines
    assert call.cells["why"] == why
    assert f"from Branch. {say}" in str(call.cells["say"])


def test_what_the_customer_prepares_is_said_with_it() -> None:
    [call] = calls(branch(briefing=Briefing(prepare="empty the machine.")), {"T1": ["A"]}).lines
    assert str(call.cells["say"]).endswith("Please prepare: empty the machine. Will somebody be at home then?")
    assert call.cells["why"] == "Tell the window"


def test_who_has_no_phone_is_called_through_the_contacts() -> None:
    w = branch(briefing=Briefing(contacts=("Mr Wu 138-7",))).with_job("A", phone="")
    assert column(calls(w, {"T1": ["A"]}), "phone") == ["Mr Wu 138-7"]


def test_the_first_contact_has_its_clock_and_one_call_is_enough() -> None:
    """Two hours from Friday 10:00 are over at 12:00, four hours before the plan."""
    call = line_of(calls(with_another(branch(log=ServiceLog())), {"T1": ["A"]}), "A")
    assert call.cells["why"] == "Tell the window; First contact"
    assert call.cells["by"] == datetime(2026, 11, 20, 12)
    assert call.is_red


def test_where_nobody_records_first_contacts_none_is_late() -> None:
    [call] = calls(branch(log=ServiceLog()), {"T1": ["A"]}).lines
    assert call.cells["why"] == "Tell the window"
    assert not call.is_red


@pytest.mark.parametrize(
    "facts", [{"promised": (Interval(at(9), at(12)),)}, {"carried_over": True}, {"log": CALLED}], ids=str
)
def test_a_promise_or_a_first_try_does_not_go_without_a_contact(facts: dict[str, object]) -> None:
    call = line_of(calls(with_another(branch(**{"log": ServiceLog(), **facts})), {"T1": ["A"]}), "A")
    assert call.cells["why"] == "Tell the window"


def test_after_the_notice_deadline_the_call_comes_before_the_window_opens() -> None:
    """The window opens at 09:00; nobody is phoned before 08:30."""
    w = branch().but(as_of_s=at(7))
    for context in (SETTLE, PlanningContext(Stage.DRAFT)):
        assert column(calls(w, {"T1": ["A"]}, context), "by") == [datetime(2026, 11, 23, 8, 30)]


@pytest.mark.parametrize(
    ("opening", "by"),
    [
        (None, datetime(2026, 11, 20, 20, 30)),
        (((4, Interval(at(9), at(19))),), datetime(2026, 11, 20, 19)),
        (((0, Interval(at(8), at(17))),), datetime(2026, 11, 23, 8, 30)),
    ],
    ids=["a home in the evening", "a firm while it is open", "a firm that is closed, when it opens"],
)
def test_in_the_evening_windows_are_told_as_long_as_people_are_there(opening, by: datetime) -> None:
    w = branch(opening=opening).but(as_of_s=at(18, day=-3))
    assert column(calls(w, {"T1": ["A"]}), "by") == [by]


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
    assert "from Branch. We did not meet you at the last visit. About your order: I will come" in str(call.cells["say"])


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
    assert what_then.startswith("moving costs 15 points. If the customer agrees, put agreed = yes into published")
    assert call.cells["say"] == (
        "Hello customer of D, this is ____ from Branch. About your order, for which we had said today between 9:30 and "
        "10 in the morning: an emergency has come in. May we come at about 12:30 in the afternoon today instead?"
    )
    assert column(made.call_list, "order_id")[:3] == ["E", "E", "D"]


# --- visits that stay out -------------------------------------------------------------------------------------------


def test_a_promise_that_will_break_asks_for_a_new_day() -> None:
    paper = left_out(branch(), UnassignedState.WILL_BREAK, due=date(2026, 11, 23))
    [call] = paper.lines
    assert call.is_red
    assert call.cells["by"] == NOW
    assert call.cells["say"] == (
        f"{HELLO}About your order: we meant to come by Monday the 23rd. We cannot manage that. {KEPT}"
    )
    assert call.cells["caller"] == "Coordinator"


def test_of_a_promised_window_the_window_is_named() -> None:
    w = branch(promised=(Interval(at(15), at(17)),))
    [call] = left_out(w, UnassignedState.WILL_BREAK, due=date(2026, 11, 24)).lines
    assert call.cells["say"] == (
        f"{HELLO}First of all, our apologies: about your order, we had agreed on Monday the 23rd, between 3 and 5 "
        "in the "
        f"afternoon. We cannot make it. That is our fault. {KEPT}"
    )
    assert call.cells["message"] == (
        "Branch: hello customer of A. First of all, our apologies: about your order, we had agreed on Monday the 23rd, "
        "between 3 and 5 in the afternoon. We cannot make it. That is our fault. Possible are 1) Mon 23 Nov, "
        "09:00–10:00 "
        "and 2) Mon 23 Nov, 13:00–14:00; please answer 1 or 2."
    )


def test_a_broken_promise_is_said_in_chinese() -> None:
    w = branch(promised=(Interval(at(15), at(17)),), name="吴先生", kind="repair", product="空调")
    plan = w.plan({})
    missing = Reason(ReasonCode.PART_OUT_OF_STOCK, True, amount=1, unit="parts", subject="P1")
    left = replace(plan.unassigned[0], state=UnassignedState.WILL_BREAK, reasons=(missing,))
    context = PlanningContext(Stage.OPEN)
    [call] = make_papers(w.problem, w.matrix, replace(plan, unassigned=(left,)), context, "zh").call_list.lines
    assert call.cells["say"] == (
        "吴先生您好，我是Branch的____。先跟您道个歉，您报修的空调，约好下周一、23号，下午三点到五点，要换的board还没配上，"
        "这个时间我们赶不到了，是我们没安排好。我给您留了两个时间：下周一、23号，上午九点到十一点，或者下午一点到三点。"
        "您看哪个合适？"
    )


@pytest.mark.parametrize(
    ("as_of_s", "by"),
    [
        (at(18, day=-3), datetime(2026, 11, 20, 18)),
        (at(21, day=-3), datetime(2026, 11, 21, 8, 30)),
        (at(12, 30), datetime(2026, 11, 23, 14)),
        (at(8), datetime(2026, 11, 23, 8, 30)),
    ],
    ids=["in the evening", "not at night", "not over noon", "not before breakfast"],
)
def test_a_broken_promise_is_called_about_at_once(as_of_s: int, by: datetime) -> None:
    w = branch(promised=(Interval(at(15), at(17)),)).but(as_of_s=as_of_s)
    assert column(left_out(w, UnassignedState.WILL_BREAK), "by") == [by]


def test_the_call_does_not_wait_until_the_promise_is_over() -> None:
    """At 08:00 a home is not to be phoned before 08:30; the technician is expected from 08:10 on."""
    w = branch(promised=(Interval(at(8, 10), at(9)),)).but(as_of_s=at(8))
    assert column(left_out(w, UnassignedState.WILL_BREAK), "by") == [datetime(2026, 11, 23, 8)]


def test_where_nobody_has_the_skill_no_day_is_asked_for() -> None:
    w = branch(promised=(Interval(at(15), at(17)),), skills={"gas": 2})
    [call] = left_out(w, UnassignedState.WILL_BREAK).lines
    assert str(call.cells["say"]).endswith(
        "That is our fault. Nobody at our branch does this work, so I am arranging for somebody from elsewhere. I "
        "will call "
        "you back by 6 in the evening. May I call you then?"
    )
    assert call.cells["first"] == "Nobody of the branch has the skill: ask another branch, or a contractor."


def test_a_visit_that_may_wait_makes_room_before_anybody_is_called() -> None:
    """Both need T1 at nine; B is due on Friday and nothing is promised for it."""
    w = world(
        [
            job("A", place=10, promised=(Interval(at(9), at(9)),), log=CALLED),
            job("B", place=10, requested="09:00-09:00", due_day=date(2026, 11, 27), log=AGREED),
        ],
        [person("T1")],
    )
    plan = w.plan({"T1": ["B"]})
    left = replace(plan.unassigned[0], state=UnassignedState.WILL_BREAK)
    paper = make_papers(w.problem, w.matrix, replace(plan, unassigned=(left,)), SETTLE, "en").call_list
    assert column(paper, "first") == [
        "Swap: put off order B (customer of B, nothing promised, due Fri 27 Nov); T1 Li (T1) is then there at 11-23 "
        "09:00."
    ]


def test_who_waits_and_was_contacted_is_not_called() -> None:
    assert left_out(branch(), UnassignedState.WAITS, due=date(2026, 11, 24)).lines == ()


def test_who_waits_and_was_not_contacted_is_called() -> None:
    w = with_another(branch(log=ServiceLog()))
    plan = w.plan({"T1": ["Y"]})
    plan = replace(plan, unassigned=(replace(plan.unassigned[0], state=UnassignedState.WAITS),))
    [call] = make_papers(w.problem, w.matrix, plan, SETTLE, "en").call_list.lines
    assert call.cells["why"] == "First contact"
    assert call.cells["say"] == (
        f"{HELLO}About your order: we have your order, and will call you again with the time. Do we reach you at this "
        "number?"
    )


def test_beyond_80_km_a_day_is_agreed_and_nothing_is_red() -> None:
    """The world has 600 m a minute: 134 minutes are 80.4 km."""
    far = world([job("A", place=134, received_s=at(15, day=-3), log=CALLED)], [person("T1")])
    [call] = left_out(far, UnassignedState.WAITS).lines
    assert call.cells["why"] == "Agree a day"
    far = KEPT.replace("between 9 and 10", "between 10 and 11")
    assert call.cells["say"] == f"{HELLO}You are more than 80 km away from us, so we agree the day with you. {far}"
    assert not call.is_red


def test_without_a_request_day_a_day_is_agreed() -> None:
    w = world([job("A", place=10, log=CALLED)], [person("T1")])
    [call] = left_out(w, UnassignedState.WAITS).lines
    assert call.cells["say"] == f"{HELLO}No day is agreed yet for our visit. {KEPT}"


def test_a_site_that_is_not_ready_is_asked_about() -> None:
    w = branch(ready_s=at(9, day=1))
    [call] = left_out(w, UnassignedState.WAITS, Reason(ReasonCode.NOT_READY, True), due=date(2026, 11, 24)).lines
    ready = "Will the site be ready by 9 in the morning on Tuesday the 24th, as agreed?"
    assert call.cells["say"] == f"{HELLO}It is about your order. {ready}"
    waits_for_part = w.with_job("A", parts=())
    assert len(left_out(waits_for_part, UnassignedState.WAITS, Reason(ReasonCode.OUTRANKED, False)).lines) == 0
    failed = branch(unfinished=Unfinished.SITE_NOT_READY, carried_over=True)
    [call] = left_out(failed, UnassignedState.WAITS, due=date(2026, 11, 24)).lines
    assert str(call.cells["say"]).endswith("Is the site ready now? If not, from when can we start?")


def test_who_was_absent_and_waits_is_asked_for_a_time() -> None:
    w = branch(unfinished=Unfinished.CUSTOMER_ABSENT, carried_over=True)
    [call] = left_out(w, UnassignedState.WAITS, due=date(2026, 11, 24)).lines
    assert call.cells["say"] == f"{HELLO}We did not meet you at the last visit. When will somebody be in?"


def test_due_before_the_plan_is_on_top_with_the_nearest_who_can() -> None:
    """T2 lives 5 minutes from A, T1 starts at the branch, T3 lacks the skill."""
    w = world(
        [
            job("A", place=10, urgency=Urgency.EMERGENCY, fault="leak", skills={"gas": 1}, phone="138-A"),
            job("B", place=20, log=CALLED),
        ],
        [person("T1", skills={"gas": 1}), person("T2", skills={"gas": 1}, home=5), person("T3", home=9)],
    )
    plan = w.plan({"T1": ["B"]})
    [left] = plan.unassigned
    plan = replace(plan, unassigned=(replace(left, state=UnassignedState.DUE_BEFORE_PLAN),))
    paper = make_papers(w.problem, w.matrix, plan, PlanningContext(), "en").call_list
    assert column(paper, "whom") == ["T2 Li (T2)", "T1 Li (T1)", "customer of A"]
    assert all(line.is_red for line in paper.lines)
    asked = line_of(paper, "A", whom="T2 Li (T2)")
    assert asked.cells["say"] == (
        "Can you go today? Order A: customer of A, 138-A, leak. Asked for: Mon 23 Nov, 08:00–17:00."
    )
    # Three are asked, one goes: the customer's phone is said to that one, and sent to nobody.
    assert asked.cells["message"] == asked.cells["say"].replace(" 138-A,", "")
    assert asked.cells["by"] == datetime(2026, 11, 20, 16)
    assert asked.technician_id == ""


@pytest.mark.parametrize(
    ("facts", "lang", "said"),
    [
        ({"promised": (TODAY,)}, "en", "customer of A. Promised: Fri 20 Nov, 17:00–18:00."),
        ({"requested": (TODAY,)}, "zh", "customer of A。客户要求：11月20日周五 17:00–18:00。"),
        ({}, "en", "customer of A."),
    ],
)
def test_who_is_asked_to_go_today_hears_what_was_promised(facts: dict[str, object], lang: str, said: str) -> None:
    w = world([job("A", place=10, requested="").but(**facts)], [person("T1")], as_of_s=at(16, day=-3))
    plan = w.plan({})
    plan = replace(plan, unassigned=(replace(plan.unassigned[0], state=UnassignedState.DUE_BEFORE_PLAN),))
    paper = make_papers(w.problem, w.matrix, plan, PlanningContext(), lang).call_list
    assert str(line_of(paper, "A", whom="T1 Li (T1)").cells["say"]).endswith(said)


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
    """Return a change of A; who is named before has 08:00 to 09:00, who is named after 09:00 to 10:00."""
    return Change(
        "A",
        kind,
        before,
        after,
        Interval(at(8), at(9)) if before else None,
        Interval(at(9), at(10)) if after else None,
        at(17, 30, day=-3),
    )


@pytest.mark.parametrize(
    ("made", "routes", "customer", "technicians"),
    [
        (
            change(ChangeKind.ADDED, "", "T1"),
            {"T1": ["A"]},
            f"Hello customer of A, this is T1 Li from Branch. About your order: I will come {SAID}, and call you "
            "before "
            "I set "
            "off. Will somebody be at home then?",
            {"T1 Li (T1)": f"Order A is new on your sheet: customer of A, 138-1, {WINDOW}."},
        ),
        (
            change(ChangeKind.DROPPED, "T1", ""),
            {},
            f"{HELLO}First of all, our apologies: about your order, we had agreed on Monday the 23rd, between 8 and "
            "9 in "
            f"the morning. We cannot make it. That is our fault. {KEPT}",
            {"T1 Li (T1)": "Strike order A off your sheet (customer of A)."},
        ),
        (
            change(ChangeKind.TIME, "T1", "T1"),
            {"T1": ["A"]},
            f"{HELLO}First of all, our apologies: about your order, we had said on Monday the 23rd, between 8 and 9 "
            "in the "
            f"morning, and have to move it to {SAID}. T1 Li comes. Does that suit you, or rather on Monday the 23rd, "
            "between 10 and 11 in the morning?",
            {"T1 Li (T1)": f"Order A moves: customer of A, now {WINDOW}."},
        ),
        (
            change(ChangeKind.TECHNICIAN, "T2", "T1"),
            {"T1": ["A"]},
            f"Hello customer of A, this is T1 Li from Branch. About your order: the time stays, {SAID}; I am "
            "coming instead. Will somebody be at home then?",
            {
                "T2 Li (T2)": "Strike order A off your sheet (customer of A).",
                "T1 Li (T1)": f"Order A is new on your sheet: customer of A, 138-1, {WINDOW}.",
            },
        ),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Change) else "",
)
def test_a_change_calls_the_customer_and_those_with_a_sheet(made, routes, customer, technicians) -> None:
    log = CALLED if made.kind is ChangeKind.ADDED else AGREED
    paper = calls(branch(log=log), routes, PlanningContext(Stage.SETTLE, changes=(made,), is_published=True))
    said = {call.cells["whom"]: call.cells["say"] for call in paper.lines}
    assert said == {"customer of A": customer, **technicians}
    is_at_once = made.kind in (ChangeKind.DROPPED, ChangeKind.TIME)
    assert line_of(paper, "A", whom="customer of A").cells["by"] == (NOW if is_at_once else CLOSE)


def test_who_was_told_nothing_is_not_told_of_a_change() -> None:
    """A draft tells nobody: what was at eight in it was at eight for nobody."""
    made = change(ChangeKind.TIME, "T1", "T1")
    context = PlanningContext(Stage.SETTLE, changes=(made,), is_published=True, told=frozenset())
    [call] = calls(branch(), {"T1": ["A"]}, context).lines
    assert call.cells["why"] == "Tell the window"
    dropped = PlanningContext(
        Stage.SETTLE, changes=(change(ChangeKind.DROPPED, "T1", ""),), is_published=True, told=frozenset()
    )
    assert left_out(branch(), UnassignedState.WAITS, due=date(2026, 11, 24), context=dropped).lines == ()


def test_who_was_absent_and_is_moved_hears_both_in_order() -> None:
    w = branch(log=AGREED, carried_over=True, unfinished=Unfinished.CUSTOMER_ABSENT)
    w = w.with_job("A", log=CALLED)
    context = PlanningContext(Stage.SETTLE, changes=(change(ChangeKind.ADDED, "", "T2"),))
    [call] = calls(w, {"T2": ["A"]}, context).lines
    assert call.cells["why"] == "Was absent; Tell the window"
    assert "We did not meet you at the last visit. About your order: T2 Li will come on" in str(call.cells["say"])


def test_what_is_dropped_and_breaks_a_promise_is_one_apology() -> None:
    context = PlanningContext(Stage.SETTLE, changes=(change(ChangeKind.DROPPED, "T1", ""),))
    [call] = left_out(branch(), UnassignedState.WILL_BREAK, due=date(2026, 11, 23), context=context).lines
    assert call.cells["why"] == "Change of the plan; Promise will break"
    assert str(call.cells["say"]).count("our apologies") == 1
    assert call.is_red


def test_technicians_without_a_sheet_are_not_called_about_a_change() -> None:
    made = change(ChangeKind.TIME, "T1", "T1")
    context = PlanningContext(Stage.SETTLE, changes=(made,))
    assert len(calls(branch(log=AGREED), {"T1": ["A"]}, context).lines) == 1


# --- beside the plan ------------------------------------------------------------------------------------------------


def aside(state: AsideState, **log: int) -> SetAside:
    made = job("Z", place=3, phone="138-9")
    return SetAside(replace(made.order, log=ServiceLog(**log)), made.visit, made.customer, state, "T2")


def test_a_loan_past_due_is_a_call_to_the_technician() -> None:
    w = branch(log=AGREED).but(loans=(Loan("L1", "T2", "P1", 2, date(2026, 11, 19)),))
    [call] = calls(w, {"T1": ["A"]}).lines
    assert (call.cells["whom"], call.cells["phone"], call.cells["by"]) == ("T2 Li (T2)", "139-2", CLOSE)
    assert call.cells["say"] == (
        "Bring back what is past due: board (P1) ×2, due Thu 19 Nov. Until then you take no new part."
    )


def test_a_booked_return_is_asked_for_and_blocks_nothing() -> None:
    w = branch(log=AGREED).but(loans=(Loan("L1", "T2", "P1", 2, date(2026, 11, 19), date(2026, 11, 23)),))
    [call] = calls(w, {"T1": ["A"]}).lines
    assert call.cells["say"] == "Bring back what is past due: board (P1) ×2, due Thu 19 Nov."


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
    line = line_of(papers_of(boiler_pair(), PAIR, SETTLE).call_list, "K")
    assert line.cells["caller"] == "T1 Li (T1)"
    assert line.cells["say"] == (
        "Hello customer of K, this is T1 Li from Branch. About your order: T2 Li and I will come on Monday the "
        "23rd, "
        "between "
        "8:10 and 9 in the morning, and call you before we set off. Will somebody be at home then?"
    )
    assert "T1 Li and T2 Li, Mon 23 Nov, 08:10–09:00." in str(line.cells["message"])


def test_everybody_on_a_crew_hears_of_a_change() -> None:
    now = Interval(at(7, 40), at(8, 40))
    change = Change("K", ChangeKind.TECHNICIAN, "T9", "T1", now, now, at(17, day=-3), (), ("T1", "T2"))
    papers = papers_of(boiler_pair(), PAIR, PlanningContext(changes=(change,), is_published=True))
    new = [line.cells["whom"] for line in papers.call_list.lines if "is new on your sheet" in str(line.cells["say"])]
    assert new == ["T1 Li (T1)", "T2 Li (T2)"]
    assert line_of(papers.changes, "K").cells["after_technician"] == "T1 Li (T1); T2 Li (T2)"


def test_a_window_of_a_later_day_is_told_by_the_evening_before() -> None:
    line = line_of(papers_of(two_days(), TWO_DAYS, SETTLE).call_list, "B")
    assert f"{line.cells['by']:%m-%d %H:%M}" == "11-23 17:30"
    assert "on Tuesday the 24th, between 8:30 and 9:30 in the morning" in str(line.cells["say"])


def test_a_customer_with_visits_on_two_days_is_called_once() -> None:
    w = two_days().with_job("B", after=(Predecessor("A", same_people=True),))
    same = tuple(replace(order, customer_id="C-A") for order in w.problem.orders)
    lines = papers_of(w.but(orders=same), TWO_DAYS, SETTLE).call_list.lines
    assert [line.cells["order_id"] for line in lines] == ["A, B, C"]
    said = str(lines[0].cells["say"])
    assert "on Monday the 23rd, between 8:30 and 9:30 in the morning" in said
    assert "on Tuesday the 24th, between 8:30 and 9:30 in the morning" in said
    assert f"{lines[0].cells['by']:%m-%d}" == "11-20"
