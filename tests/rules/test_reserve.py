"""Work in the time that a day keeps in reserve until its noon costs by the minute."""

from __future__ import annotations

from datetime import timedelta

import pytest

from optimizer.domain.policy import Fairness
from optimizer.domain.rules import Rule
from optimizer.domain.technician import Employment
from optimizer.engine.indexing import build_arrays
from optimizer.engine.master import objective
from optimizer.engine.search import state
from optimizer.judge.costs import load_cents
from optimizer.report.wording import Wording
from optimizer.text.catalogue import translator
from tests.worlds import MONDAY, World, clock, job, person, world

AB = {"Ann": ["A", "B"]}


def kept(pct: int, *, contracted: int = 100, days: int = 1) -> World:
    """A ten minutes away and B twenty, half an hour each: a hundred minutes of work, as many as Ann is contracted."""
    due = MONDAY + timedelta(7)
    jobs = [job(name, place=place, days=range(days), due_day=due) for name, place in (("A", 10), ("B", 20))]
    return world(jobs, [person("Ann", days=range(days), contracted_s=contracted * 60)], days=days).with_policy(
        reserve_pct=pct
    )


@pytest.mark.parametrize(
    ("pct", "contracted", "cents"),
    [(0, 100, 0), (0, 50, 0), (10, 100, 5_000), (10, 112, 0), (10, 111, 50), (100, 100, 50_000)],
)
def test_work_in_the_reserve_costs_by_the_minute(pct: int, contracted: int, cents: int) -> None:
    """Of 111 minutes 99 and 54 seconds are free to be used."""
    assert kept(pct, contracted=contracted).judge(AB).costs[Rule.RESERVE] == cents


def test_each_day_has_its_own() -> None:
    made = kept(50, days=2)
    assert made.judge({("Ann", 0): ["A"], ("Ann", 1): ["B"]}).costs[Rule.RESERVE] == 20 * 500  # 50 and 70 minutes.


@pytest.mark.parametrize(("planned_at", "cents"), [("07:00", 5_000), ("11:59", 5_000), ("12:00", 0), ("14:00", 0)])
def test_it_is_released_at_noon(planned_at: str, cents: int) -> None:
    made = kept(10).but(as_of_s=clock(planned_at)).with_shift("Ann", start_s=clock("14:00"))
    assert made.judge(AB).costs[Rule.RESERVE] == cents


def test_a_later_day_keeps_its_own_at_noon_of_the_first() -> None:
    made = kept(10, days=2).but(as_of_s=clock("12:00"))
    assert made.judge({("Ann", 1): ["A", "B"]}).costs[Rule.RESERVE] == 5_000


def test_contractors_have_none() -> None:
    made = kept(10).with_technician("Ann", employment=Employment.CONTRACTOR)
    assert made.judge(AB).costs[Rule.RESERVE] == 0


def test_what_can_wait_waits_and_what_is_pressing_uses_it() -> None:
    """Both take ten minutes of the reserve: 30 000 cents at 3 000 a minute, more than leaving one out for 20 000."""
    made = kept(10).with_policy(reserve_cents=3_000)
    assert len(made.solved().routes[0].stops) == 1
    pressing = made.with_job("A", priority=4).with_job("B", priority=4)
    assert pressing.solved().costs[Rule.RESERVE] == 30_000
    assert len(made.with_policy(reserve_pct=0).solved().routes[0].stops) == 2


@pytest.mark.parametrize("fairness", Fairness)
def test_search_and_master_price_the_load_as_the_judge_does(fairness: Fairness) -> None:
    made = kept(10).with_policy(fairness=fairness, spread_weight=0)
    arrays = build_arrays(made.problem, made.matrix).arrays
    for work_s in (0, 5_400, 5_401, 5_460, 9_999):
        judged = load_cents(made.problem, {("Ann", 0): work_s})
        assert int(state.load_cents(arrays, 0, work_s)) == objective.load_cents(arrays, 0, work_s) == judged


def test_it_has_its_words_in_both_languages() -> None:
    assert [Wording(lang).rule(Rule.RESERVE) for lang in ("en", "zh")] == ["Reserve used", "占用预留工时"]
    assert translator("zh")(Rule.RESERVE.statement) == "当天中午以前，占用当日预留工时的工作按分钟计费。"
