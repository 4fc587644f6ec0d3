"""Where a house limit is all that stands against a visit, its reason proposes the exception; written, that works."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.plan import ReasonCode
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.explain.lock_clashes import find_lock_clashes
from optimizer.explain.unassigned import explain_unassigned, sentence
from optimizer.text.catalogue import translator
from tests.rules.test_lock_kept import plan_of
from tests.worlds import SUNDAY_16, World, clock, job, person, span, world

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan, Reason


def road(*people: Any, b: dict[str, Any] | None = None) -> World:
    """Return A ten minutes from the branch and B twenty, half an hour each: Ann is back at 09:40."""
    jobs = [job("A", place=10, area="north"), job("B", place=20, area="north", **b or {})]
    return world(jobs, people or [person("Ann")])


def reason_of(made: World, plan: Plan) -> Reason:
    """Return why the plan's one unassigned visit stays out."""
    (left,) = explain_unassigned(made.problem, made.matrix, plan)
    return left.reasons[0]


def proposed(made: World, routes: dict[str, list[str]]) -> LimitException | None:
    return reason_of(made, made.plan(routes)).exception


A = {"Ann": ["A"]}

#: A world in which B stays out beside A, the limit that keeps it out, and the exception that would do.
KEPT_OUT: list[tuple[World, ReasonCode, LimitException]] = [
    (
        road(person("Ann", max_travel_s=38 * 60)),
        ReasonCode.MAX_TRAVEL,
        LimitException("B", HouseLimit.TRAVEL, 120, "", "", "Ann"),
    ),
    (
        road(person("Ann", max_leg_s=17 * 60 + 30)),
        ReasonCode.MAX_TRAVEL,
        LimitException("B", HouseLimit.TRAVEL, 180, "", "", "Ann"),
    ),
    (
        road(person("Ann", hours="08:00-09:30")),
        ReasonCode.SHIFT_CAPACITY,
        LimitException("B", HouseLimit.OVERTIME, 600, "", "", "Ann"),
    ),
    (
        road(person("Ann", max_visits=1)),
        ReasonCode.SHIFT_CAPACITY,
        LimitException("B", HouseLimit.VISITS, 1, "", "", "Ann"),
    ),
]
NAMES = ("travel", "leg", "overtime", "visits")


@pytest.mark.parametrize(("made", "code", "exception"), KEPT_OUT, ids=NAMES)
def test_the_least_exception_that_would_do_is_proposed(
    made: World, code: ReasonCode, exception: LimitException
) -> None:
    reason = reason_of(made, made.plan(A))
    assert (reason.code, reason.exception) == (code, exception)


def test_of_another_district_the_one_who_may_come_is_proposed() -> None:
    made = road(person("Ann", areas=frozenset({"south"})))
    made = made.but(visits=made.problem.visits[:1], orders=made.problem.orders[:1])
    reason = reason_of(made, made.plan({}))
    assert reason.code is ReasonCode.AREA
    assert reason.exception == LimitException("A", HouseLimit.AREA, 1, "", "", "Ann")


def test_the_sentence_ends_with_the_row_to_write() -> None:
    made = KEPT_OUT[0][0]
    reason = reason_of(made, made.plan(A))
    assert sentence(reason, made.problem, translator("en")) == (
        "Ann Li (Ann) comes closest but would travel 2 min more than allowed. An exception would do; in the sheet "
        "exceptions: order B, rule travel, amount 2, by whom, why, technician Ann."
    )
    assert sentence(reason, made.problem, translator("zh")).endswith(
        "可作例外；在“例外”表中写：工单号 B，规则 travel，允许超出 2，批准人，理由，工程师编号 Ann。"
    )


def test_nothing_is_proposed_beyond_the_band() -> None:
    made = road(person("Ann", max_travel_s=24 * 60))
    assert proposed(made, A) is None
    assert proposed(made.with_policy(exception_travel_s=16 * 60), A) is not None
    assert proposed(KEPT_OUT[0][0].with_policy(exception_travel_s=0), A) is None


def test_nothing_is_proposed_that_another_rule_forbids() -> None:
    made = KEPT_OUT[0][0].with_job("B", requested=())
    late = road(person("Ann", max_travel_s=38 * 60), b={"requested": "08:00-08:15"})
    assert proposed(made, A) is not None
    assert proposed(late, A) is None


def test_nothing_is_proposed_that_costs_more_than_leaving_out() -> None:
    assert proposed(KEPT_OUT[0][0].with_policy(exception_travel_cents=100_000), A) is None


def test_a_refusal_is_no_reason_for_an_exception() -> None:
    made = KEPT_OUT[0][0].with_job("B", refused=frozenset({"Ann"}))
    reason = reason_of(made, made.plan(A))
    assert (reason.code, reason.exception) == (ReasonCode.TECHNICIAN_NOT_ALLOWED, None)


def test_an_exception_that_is_too_small_is_proposed_larger() -> None:
    made = KEPT_OUT[0][0]
    small = LimitException("B", HouseLimit.TRAVEL, 60, "Chen", "old customer")
    found = proposed(made.but(exceptions=(small,)), A)
    assert found is not None
    assert found.amount == 120


@pytest.mark.parametrize(("made", "code", "exception"), KEPT_OUT, ids=NAMES)
def test_what_is_proposed_works_when_it_is_written(made: World, code: ReasonCode, exception: LimitException) -> None:
    plan = plan_of(made.problem, made.matrix, 100)
    (left,) = explain_unassigned(made.problem, made.matrix, plan)
    found = left.reasons[0].exception
    assert found is not None
    assert found.limit is exception.limit
    written = made.but(exceptions=(replace(found, by="Chen", why="old customer"),))
    assert plan_of(written.problem, written.matrix, 100).unassigned == ()


# --- a told window and a lock ---------------------------------------------------------------------------------------


def locked_and_told(opens_closes: str, **facts: Any) -> World:
    """Return the road on which A is locked to Ann, at it from 08:10 on, and was told a window that now binds."""
    published, locks = (PublishedVisit("A", "Ann", 0, span(opens_closes)),), (Lock("A", LockLevel.PERSON, "Ann"),)
    return road().but(published=published, locks=locks, as_of_s=SUNDAY_16, **facts)


def test_a_lock_that_clashes_with_a_told_window_names_the_exception() -> None:
    made = locked_and_told("08:00-08:05")
    (clash,) = find_lock_clashes(made.problem, made.matrix)
    assert clash.text == {
        "en": "A: locked to Ann Li (Ann), who comes to A at 08:10 (leaving at 08:00, 10 min on the way); its customer "
        "was told 08:05 at the latest: 5 min too late. An exception would do; in the sheet exceptions: order A, rule "
        "told, amount 5, by whom, why, technician Ann.",
        "zh": "A：锁定给Ann Li (Ann)，其 08:10 才能到 A（08:00 出发，路上 10 分钟），而已告知客户最晚 "
        "08:05 开始：晚 5 分钟。可作例外；在“例外”表中写："
        "工单号 A，规则 told，允许超出 5，批准人，理由，工程师编号 Ann。",
    }
    written = LimitException("A", HouseLimit.TOLD, 300, "Chen", "old customer", "Ann")
    assert find_lock_clashes(made.but(exceptions=(written,)).problem, made.matrix) == ()


def test_an_exception_to_a_told_window_that_is_too_small_is_named_larger() -> None:
    small = LimitException("A", HouseLimit.TOLD, 120, "Chen", "old customer")
    made = locked_and_told("08:00-08:05", exceptions=(small,))
    (clash,) = find_lock_clashes(made.problem, made.matrix)
    assert clash.violation.amount == 180
    assert "amount 5," in clash.text["en"]


def test_an_exception_of_another_visit_does_not_hide_what_clashes() -> None:
    other = LimitException("B", HouseLimit.TRAVEL, 60, "Chen", "old customer")
    made = locked_and_told("08:00-08:05", exceptions=(other,))
    (clash,) = find_lock_clashes(made.problem, made.matrix)
    assert (clash.violation.visit_id, clash.violation.amount) == ("A", 300)


def test_no_exception_is_named_beyond_the_band_or_for_a_lock_of_the_sheet() -> None:
    beyond = locked_and_told("07:30-07:39")
    (clash,) = find_lock_clashes(beyond.problem, beyond.matrix)
    assert clash.text["en"].endswith("its customer was told 07:39 at the latest: 31 min too late.")
    start = Lock("A", LockLevel.START, "Ann", start_s=clock("08:05"))
    sheet = locked_and_told("08:00-09:00").but(locks=(start,))
    (clash,) = find_lock_clashes(sheet.problem, sheet.matrix)
    assert clash.text["en"].endswith("its lock allows 08:05 at the latest: 5 min too late.")
