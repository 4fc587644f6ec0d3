"""Benchmark days: the judge's total is the format's objective, rule by rule."""

from __future__ import annotations

import json

import pytest

from benchmarks.errors import FormatError
from benchmarks.measure import measure_day
from benchmarks.readers import days
from optimizer.domain.rules import Rule
from optimizer.judge.verdict import Judgement, judge_plan, time_routes
from tests.benchmarks.worlds import SIX_ORDERS, SIX_ORDERS_ROUTES

DAY = days.parse(SIX_ORDERS.read_text(encoding="utf-8"), name="six_orders")
PROBLEM = days.problem_of(DAY)
MATRIX = days.matrix_of(DAY, PROBLEM)


def _judged(routes: dict[str, tuple[str, ...]]) -> Judgement:
    return judge_plan(PROBLEM, MATRIX, time_routes(PROBLEM, MATRIX, routes))


def test_costs_by_hand() -> None:
    # Minutes; every leg from or to the depot takes 20, 3 -> 2 takes 10, 5 -> 6 takes 5.
    # Ann: leaves 480, at 1 500, serves 60, back 580; the break at the depot.           W = 40 + 60 = 100
    # Ben: at 3 500 (10 late), until 590; at 2 600, 45 + 30 (level 1), until 675; break 690-750.
    #                                                                                    W = 50 + 165 = 215
    # Cai: leaves 540, break before 780, serves 5 for 160 + 30 until 970; at 6 975 (45 late), serves 90 + 30
    #      until 1095, back 1115 (35 overtime).                                          W = 45 + 310 = 355
    judgement = _judged(SIX_ORDERS_ROUTES)
    assert judgement.is_clean
    costs = judgement.costs
    assert costs[Rule.UNASSIGNED] == 80_000  # order 4, priority 4
    assert costs[Rule.LATENESS] == 10 * 60 + (15 * 60 + 30 * 400)
    assert costs[Rule.TRAVEL] == 50 * (40 + 50 + 45)
    assert costs[Rule.OVERTIME] == 150 * 35
    assert costs[Rule.CONTRACTOR] == 6_000 + 60 * 355
    assert costs[Rule.CONTINUITY] == 1_500  # order 2 wants Ann
    # 10 x (2 x (100^2 + 215^2) - 315^2) // 2 // 100 = 10 x 13 225 // 2 // 100
    assert costs[Rule.FAIRNESS] == 661
    assert judgement.cost_cents == 134_961


@pytest.mark.parametrize(
    "routes",
    [
        {},
        SIX_ORDERS_ROUTES,
        {"Ann": ("4", "2")},
        {"Ann": ("2", "1"), "Ben": ("6",), "Cai": ("5",)},
        {"Cai": ("3", "5", "6")},
        {"Ben": ("3", "2", "5"), "Cai": ("6",)},
    ],
)
def test_the_judge_and_the_format_agree_to_the_cent(routes: dict[str, tuple[str, ...]]) -> None:
    judgement, measured = _judged(routes), measure_day(DAY, routes)
    assert measured.faults == ()
    assert judgement.is_clean
    assert judgement.cost_cents == measured.value
    assert measured.unserved == 6 - sum(len(stops) for stops in routes.values())


@pytest.mark.parametrize(
    ("routes", "rule"),
    [
        ({"Cai": ("1",)}, Rule.SKILL),
        ({"Ann": ("4",), "Ben": ("3",)}, Rule.STOCK),  # two of P02, one on hand
        ({"Ann": ("1",), "Ben": ("1",)}, Rule.ONCE),
        ({"Cai": ("6", "5")}, Rule.SHIFT),  # 6 until 1020, 5 until 1225: back after 1140
    ],
)
def test_the_judge_and_the_format_refuse_the_same(routes: dict[str, tuple[str, ...]], rule: Rule) -> None:
    assert not measure_day(DAY, routes).is_feasible
    assert rule in {violation.rule for violation in _judged(routes).violations}


def test_nothing_is_rounded() -> None:
    assert MATRIX.seconds[0].tolist() == [[60 * minutes for minutes in row] for row in DAY.travel_min]
    assert MATRIX.travel_s("car", "6", "5") == 15 * 60
    assert PROBLEM.windows["3"][0].close_s == 490 * 60


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"travel": [[0]]}, "travel must be a table of 7 x 7"),
        ({"orders": [{"id": 2}]}, "order ids must be 1 to 1"),
    ],
)
def test_a_broken_day_is_refused(change: dict[str, object], message: str) -> None:
    text = json.dumps(json.loads(SIX_ORDERS.read_text(encoding="utf-8")) | change)
    with pytest.raises(FormatError, match=message):
        days.parse(text, name="broken")


def test_a_shift_that_misses_the_break_is_refused() -> None:
    text = SIX_ORDERS.read_text(encoding="utf-8").replace('"shift_start": 540', '"shift_start": 700')
    with pytest.raises(FormatError, match="shift of Cai does not contain the break"):
        days.problem_of(days.parse(text, name="late"))
