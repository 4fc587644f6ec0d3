"""A visit left out costs for each working day since its request, more for a key customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from optimizer.domain.rules import Rule
from optimizer.domain.units import at
from optimizer.domain.working_time import WorkingCalendar
from optimizer.engine.arrays import V_PRICE
from optimizer.engine.indexing import build_arrays
from optimizer.ingest.settings.policy import load_policy
from optimizer.report.wording import Wording
from optimizer.text.catalogue import translator
from tests.worlds import MONDAY, World, job, person, world

B_ALONE = {"Ann": ["B"]}


def requested(day: int | None, *, days: int = 1, **facts: Any) -> World:
    """A was requested on this day; B is near it."""
    received_s = None if day is None else at(23, day=day)
    jobs = [job("A", place=10, received_s=received_s, **facts), job("B", place=20)]
    return world(jobs, [person("Ann", days=range(days))], days=days)


@pytest.mark.parametrize(
    ("day", "days", "cents"),
    [
        (None, 1, 0),
        (0, 1, 0),  # On the day itself.
        (-1, 1, 500),  # On Sunday: Monday.
        (-3, 1, 500),  # On Friday: Monday.
        (-4, 1, 1_000),
        (-10, 1, 3_000),  # On Friday of the week before: five days and Monday.
        (-3, 2, 1_000),
        (1, 1, 0),
    ],
)
def test_it_counts_the_working_days_since_the_request(day: int | None, days: int, cents: int) -> None:
    made = requested(day, days=days)
    assert made.judge(B_ALONE).costs[Rule.WAITING] == cents
    assert build_arrays(made.problem, made.matrix).arrays.visit[0, V_PRICE] == 20_000 + cents


def test_a_holiday_is_no_working_day() -> None:
    made = requested(-5)
    holiday = WorkingCalendar({MONDAY - timedelta(4): False})
    branch = replace(made.problem.branch, calendar=holiday)
    assert made.but(branch=branch).judge(B_ALONE).costs[Rule.WAITING] == 1_000


def test_a_key_customer_waits_at_a_higher_price() -> None:
    made = requested(-5, tier="key")
    assert made.judge(B_ALONE).costs[Rule.WAITING] == 6_000
    own = made.with_policy(waiting_cents=7, waiting_tier_cents={"gold": 1_000})
    assert [own.with_job("A", tier=t).judge(B_ALONE).costs[Rule.WAITING] for t in ("gold", "key")] == [3_000, 21]


def test_a_served_visit_has_waited_enough() -> None:
    assert requested(-10).costs({"Ann": ["A", "B"]}) == {Rule.TRAVEL: 2_000}


def test_among_equals_the_engine_serves_who_has_waited_longer() -> None:
    """There is room for one, and B is nearer: 10 minutes of travel are as dear as a day of waiting."""
    due = MONDAY + timedelta(7)
    jobs = [
        job("A", place=10, received_s=at(9, day=-7), due_day=due),
        job("B", place=5, received_s=at(9, day=-3), due_day=due),
    ]
    made = world(jobs, [person("Ann", max_visits=1)])
    assert [route.visit_ids for route in made.solved().routes] == [("A",)]
    free = made.with_policy(waiting_cents=0)
    assert [route.visit_ids for route in free.solved().routes] == [("B",)]


def test_it_has_its_words_and_benchmarks_do_without() -> None:
    assert [Wording(lang).rule(Rule.WAITING) for lang in ("en", "zh")] == ["Long waits", "久等"]
    assert translator("zh")(Rule.WAITING.statement) == "未排的上门按申报以来的工作日逐日计费，重点客户更高。"
    bench = load_policy("bench")
    assert (bench.waiting_cents, bench.waiting_tier_cents) == (0, {})
