"""A promise of the days planned that the plan does not keep costs, twice as much without notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from optimizer.domain.plan import ReasonCode
from optimizer.domain.rules import SOFT_RULES, Rule
from optimizer.engine.arrays import V_PRICE
from optimizer.engine.indexing import build_arrays
from optimizer.explain.unassigned import explain_unassigned
from optimizer.ingest.settings.policy import load_policy
from optimizer.report.wording import Wording
from optimizer.text.catalogue import translator
from tests.worlds import FRIDAY_16, MONDAY, SUNDAY_16, World, job, person, span, world

B_ALONE = {"Ann": ["B"]}


def promised(*windows: tuple[str, int], days: int = 1, **facts: Any) -> World:
    """A is promised these windows, hours and day; B is near it, and nobody promised it anything."""
    said = tuple(span(hours, day) for hours, day in windows)
    jobs = [job("A", place=10, promised=said, **facts), job("B", place=20)]
    return world(jobs, [person("Ann", days=range(days))], days=days)


@pytest.mark.parametrize(
    ("windows", "days", "cents"),
    [
        ((), 1, 0),
        ((("09:00-11:00", 0),), 1, 50_000),
        ((("09:00-11:00", 0), ("14:00-16:00", 0)), 1, 50_000),
        ((("09:00-11:00", 1),), 1, 0),  # Its day is not planned yet.
        ((("09:00-11:00", 0), ("09:00-11:00", 1)), 1, 0),  # It can still be kept on Tuesday.
        ((("09:00-11:00", 0), ("09:00-11:00", 1)), 2, 50_000),
        ((("09:00-11:00", -3),), 1, 0),  # No plan can keep it any more.
    ],
)
def test_what_a_promise_costs_that_is_not_kept(windows: tuple[tuple[str, int], ...], days: int, cents: int) -> None:
    made = promised(*windows, days=days)
    assert made.judge(B_ALONE).costs[Rule.PROMISE] == cents
    assert made.judge(B_ALONE).is_clean
    price = build_arrays(made.problem, made.matrix).arrays.visit[0, V_PRICE]
    assert price == 20_000 + cents  # The search weighs the same.


def test_a_promise_that_is_kept_costs_nothing_late_or_not() -> None:
    made = promised(("08:00-08:05", 0)).with_policy(max_lateness_s=7200)
    assert made.costs({"Ann": ["A", "B"]}) == {Rule.LATENESS: 300, Rule.TRAVEL: 2_000}


@pytest.mark.parametrize(("as_of_s", "cents"), [(FRIDAY_16, 50_000), (SUNDAY_16, 100_000)])
def test_past_the_notice_deadline_it_costs_twice(as_of_s: int, cents: int) -> None:
    made = promised(("09:00-11:00", 0)).but(as_of_s=as_of_s)
    assert made.judge(B_ALONE).costs[Rule.PROMISE] == cents
    assert made.with_shift("Ann", start_s=0, end_s=0).solved().costs[Rule.PROMISE] == cents


def test_it_is_on_top_of_what_leaving_out_costs_even_at_a_price_of_its_own() -> None:
    made = promised(("09:00-11:00", 0), due_day=MONDAY).with_policy(unassigned_by_order_cents={"A": 700})
    assert made.costs(B_ALONE) == {Rule.UNASSIGNED: 700, Rule.PROMISE: 50_000, Rule.TRAVEL: 2_000}


def test_the_policy_has_its_price() -> None:
    made = promised(("09:00-11:00", 0)).with_policy(broken_promise_cents=1_234)
    assert made.judge(B_ALONE).costs[Rule.PROMISE] == 1_234
    assert [load_policy(name).broken_promise_cents for name in ("tomorrow", "today", "bench")] == [50_000, 50_000, 0]


def test_the_engine_keeps_a_promise_before_it_serves_what_nobody_was_promised() -> None:
    """There is room for one. B is as urgent, due sooner, and cheaper to reach."""
    jobs = [
        job("A", place=40, promised=(span("09:00-11:00"),)),
        job("B", place=5, due_day=MONDAY + timedelta(1)),
    ]
    made = world(jobs, [person("Ann", max_visits=1)])
    assert [route.visit_ids for route in made.solved().routes] == [("A",)]
    free = made.with_policy(broken_promise_cents=0)
    assert [route.visit_ids for route in free.solved().routes] == [("B",)]


def test_the_reason_weighs_the_promise() -> None:
    """A is 40 minutes of travel beyond B, at 1 000 cents; leaving it out costs 20 000, and 50 000 for the promise."""
    made = world(
        [job("A", place=40, promised=(span("09:00-11:00"),)), job("B", place=20)], [person("Ann")]
    ).with_policy(travel_cents=1_000)
    plan = made.plan(B_ALONE)
    for cents, code, gap in ((50_000, ReasonCode.TIME_LIMIT, 30_000), (0, ReasonCode.OUTRANKED, 20_000)):
        priced = made.with_policy(broken_promise_cents=cents)
        [left] = explain_unassigned(priced.problem, priced.matrix, plan)
        assert [(reason.code, reason.amount) for reason in left.reasons] == [(code, gap)]


def test_a_wrong_statement_is_found_under_its_name() -> None:
    made = promised(("09:00-11:00", 0))
    plan = made.plan(B_ALONE)
    assert made.broken(replace(plan, costs={**plan.costs, Rule.PROMISE: 0})) == [(Rule.PROMISE, 50_000)]


def test_it_has_its_words_in_both_languages() -> None:
    assert Rule.PROMISE in SOFT_RULES
    assert [Wording(lang).rule(Rule.PROMISE) for lang in ("en", "zh")] == ["Broken promises", "失约"]
    assert translator("zh")(Rule.PROMISE.statement) == "计划日内的承诺未能兑现的要计费；过了通知时限加倍。"


def test_a_promise_after_midnight_of_the_last_night_is_one_of_the_days_planned() -> None:
    """The last shift ends at 07:00, and with it the horizon: engine and judge price the promise until 02:00 alike."""
    said = (span("25:00-26:00"),)
    made = world([job("A", place=10, promised=said), job("B", place=20)], [person("Ann", hours="19:00-31:00")])
    assert made.judge({}).costs[Rule.PROMISE] == 50_000
    arrays = build_arrays(made.problem, made.matrix).arrays
    alone = build_arrays(made.with_job("A", promised=(), requested=said).problem, made.matrix).arrays
    assert arrays.visit[0, V_PRICE] - alone.visit[0, V_PRICE] == 50_000
