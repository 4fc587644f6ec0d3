"""Who said no is not visited at that time, and who was not reached only where the way is not in vain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from optimizer.domain.order import Confirmed, ServiceLog, Urgency
from optimizer.domain.plan import ReasonCode, UnassignedState
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.explain.sentences import sentence
from optimizer.explain.unassigned import explain_unassigned
from optimizer.ingest.settings.policy import load_policy
from optimizer.text.catalogue import translator
from tests.worlds import MONDAY, SUNDAY_16, World, job, person, span, world

NO, UNREACHED = (ServiceLog(confirmed=said) for said in (Confirmed.NO, Confirmed.UNREACHABLE))
A, B_ALONE = {"Ann": ["A"]}, {"Ann": ["B"]}
MORNING, AFTERNOON = span("09:00-11:00"), span("14:00-16:00")
TOLD = (PublishedVisit("A", "Ann", 0, MORNING),)


def two(days: int = 1, place: int = 10, **facts: Any) -> World:
    """A, wanted at any time unless it says otherwise, and B twenty minutes away."""
    facts = {"requested": (), **facts}
    jobs = [job("A", place=place).but(**facts), job("B", place=20, days=range(days))]
    return world(jobs, [person("Ann", days=range(days))], days=days)


def said_of_a(made: World) -> tuple[UnassignedState, list[tuple[ReasonCode, bool, str]]]:
    """Return the state of A, left out, and its reasons."""
    left = explain_unassigned(made.problem, made.matrix, made.plan(B_ALONE))
    [mine] = [one for one in left if one.visit_id == "A"]
    return mine.state, [(reason.code, reason.proven, reason.subject) for reason in mine.reasons]


# --- no -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [two(log=NO, promised=(MORNING,)), two(log=NO).but(published=TOLD), two(log=NO)])
def test_who_said_no_is_not_visited_on_that_day(made: World) -> None:
    assert made.broken(A) == [(Rule.WINDOW, 1)]
    assert said_of_a(made) == (UnassignedState.REBOOK, [(ReasonCode.DECLINED, True, "")])
    assert [route.visit_ids for route in made.solved().routes] == [("B",)]


def test_without_the_answer_both_times_bind() -> None:
    assert two(promised=(MORNING,)).starts(A) == {"A": "09:00"}
    assert two().but(published=TOLD).broken(A) == []


def test_another_time_that_was_asked_for_remains() -> None:
    made = two(log=NO, promised=(MORNING,), requested=(MORNING, AFTERNOON))
    assert made.starts(A) == {"A": "14:00"}
    assert made.broken(A) == []
    (stop,) = made.plan(A).routes[0].stops
    assert stop.window == span("14:00-15:00")  # Told like any visit that nothing was promised.
    assert {stop.visit_id for route in made.solved().routes for stop in route.stops} == {"A", "B"}


def test_so_do_other_days() -> None:
    made = two(days=2, log=NO, promised=(MORNING,))
    assert made.broken({("Ann", 1): ["A"]}) == []
    [monday, tuesday] = [made.plan({("Ann", day): ["A"]}).routes[0].stops[0].start_s for day in (0, 1)]
    assert monday == tuesday  # Whoever comes on Monday waits until the branch opens on Tuesday.


def test_what_was_refused_costs_nothing_and_binds_nobody() -> None:
    """Past the notice deadline, a told window would hold the visit, and a broken promise cost twice."""
    made = two(log=NO, promised=(MORNING,), due_day=MONDAY).but(published=TOLD, as_of_s=SUNDAY_16)
    assert made.costs(B_ALONE) == {Rule.UNASSIGNED: 100_000, Rule.TRAVEL: 2_000}
    said_yes = made.with_job("A", log=ServiceLog(confirmed=Confirmed.YES))
    assert said_yes.broken(B_ALONE) == [(Rule.LOCK, 1)]


def test_a_lock_says_that_the_time_was_agreed_all_the_same() -> None:
    made = two(log=NO, promised=(MORNING,)).but(locks=(Lock("A", LockLevel.PERSON, "Ann"),))
    assert made.starts(A) == {"A": "09:00"}
    assert made.broken(A) == []


def test_an_emergency_that_is_off_is_no_call() -> None:
    made = two(log=NO, urgency=Urgency.EMERGENCY)
    assert made.broken(A) == [(Rule.WINDOW, 1)]
    assert said_of_a(made)[0] is UnassignedState.REBOOK


# --- not reached ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "published"),
    [({"promised": (MORNING,)}, ()), ({"agreed_day": MONDAY}, ()), ({}, TOLD), ({"kind": "repair"}, TOLD)],
)
def test_who_has_an_appointment_is_visited(facts: dict[str, Any], published: tuple[PublishedVisit, ...]) -> None:
    made = two(log=UNREACHED, **facts).but(published=published)
    assert made.broken(A) == []
    assert {stop.visit_id for route in made.solved().routes for stop in route.stops} == {"A", "B"}


@pytest.mark.parametrize(
    ("facts", "subject"),
    [
        ({}, "appointment"),
        ({"due_day": MONDAY}, "appointment"),
        ({"promised": (MORNING,), "kind": "installation"}, "installation"),
    ],
)
def test_else_nobody_is_sent(facts: dict[str, Any], subject: str) -> None:
    made = two(log=UNREACHED, **facts)
    assert made.broken(A) == [(Rule.CONFIRMED, 1)]
    assert said_of_a(made)[1] == [(ReasonCode.NOT_REACHED, True, subject)]
    assert [route.visit_ids for route in made.solved().routes] == [("B",)]
    assert made.with_policy(unreached_way_s=None).broken(A) == []


@pytest.mark.parametrize(
    ("place", "over_s"),
    [
        (15, 0),  # On the way to B.
        (35, 0),  # Fifteen minutes beyond B, there and back: thirty.
        (36, 120),
        (-15, 0),  # The other way, from the branch and back: thirty.
        (-16, 120),
    ],
)
def test_near_is_half_an_hour_of_some_way(place: int, over_s: int) -> None:
    made = two(place=place, log=UNREACHED, promised=(MORNING,))
    assert made.broken(A) == ([(Rule.CONFIRMED, over_s)] if over_s else [])
    assert len(made.solved().routes[0].stops) == (1 if over_s else 2)
    assert made.with_policy(unreached_way_s=1920).broken(A) == []


def test_it_may_lie_far_out_beside_another_visit() -> None:
    far = two(place=60, log=UNREACHED, promised=(MORNING,))
    assert far.broken(A) == [(Rule.CONFIRMED, 50 * 60)]
    beside = far.with_leg("B", "A", 5).with_leg("A", "B", 5)
    assert beside.broken({"Ann": ["B", "A"]}) == []


def test_a_told_window_past_its_notice_holds_nobody_who_is_not_visited() -> None:
    made = two(log=UNREACHED, kind="installation").but(published=TOLD, as_of_s=SUNDAY_16)
    assert made.broken(B_ALONE) == []
    assert [route.visit_ids for route in made.solved().routes] == [("B",)]


def test_a_lock_is_kept() -> None:
    made = two(log=UNREACHED).but(locks=(Lock("A", LockLevel.DAY, "Ann"),))
    assert made.broken(A) == []


def test_its_state_says_that_the_promise_breaks() -> None:
    made = two(log=UNREACHED, due_day=MONDAY - timedelta(1))
    [left] = [one for one in made.plan(B_ALONE).unassigned if one.visit_id == "A"]
    assert left.state is UnassignedState.WILL_BREAK  # Its day is over, reached or not.


def test_its_words_in_both_languages() -> None:
    made = two(log=UNREACHED)
    [left] = explain_unassigned(made.problem, made.matrix, made.plan(B_ALONE))
    texts = [sentence(left.reasons[0], made.problem, translator(lang)) for lang in ("en", "zh")]
    assert texts == [
        "The customer was not reached and has no appointment: agree a time.",
        "未联系上客户，也没有预约：请先约定时间。",
    ]
    assert translator("zh")(Rule.CONFIRMED.statement) == "未联系上的客户，有预约、顺路且不是安装单的才上门。"
    assert [load_policy(name).unreached_way_s for name in ("tomorrow", "bench")] == [1800, None]
