"""Load above 85 % of the contracted time costs with its square, past days included; or the benchmark's spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.policy import Fairness
from optimizer.domain.rules import Rule
from optimizer.domain.technician import Employment, WorkLedger
from optimizer.judge.costs import fairness_cents

if TYPE_CHECKING:
    from tests.worlds import World

ROUTES = {"Ann": ["A", "B"]}  # 40 minutes of travel and 60 of service: W = 6 000 s.


@pytest.fixture
def fair_van(one_van: World) -> World:
    return one_van.with_policy(fairness=Fairness.LOAD)


@pytest.mark.parametrize(
    ("contracted_s", "cents"),
    [
        (10_000, 0),  # 85 % are 8 500 s.
        (7_058, 0),  # 5 999.3 s are 5 999: x = 1, and 1 // 12 000 = 0.
        (4_000, 563),  # x = 6 000 - 3 400 = 2 600; 6 760 000 // 12 000 = 563.
        (0, 3_000),
    ],
)
def test_only_the_load_above_85_percent_costs(fair_van: World, contracted_s: int, cents: int) -> None:
    made = fair_van.with_shift("Ann", contracted_s=contracted_s)
    assert made.judge(ROUTES).costs[Rule.FAIRNESS] == cents


@pytest.mark.parametrize(
    ("ledger", "excess_s"),
    [
        (WorkLedger(), 0),
        (WorkLedger(9_000, 10_000, 1), 500),
        (WorkLedger(9_000, 10_000, 3), 166),
        (WorkLedger(8_499, 10_000, 2), -1),  # -1 // 2 = -1: the quotient is floored.
        (WorkLedger(0, 10_000, 1), -8_500),
        (WorkLedger(9_000, 10_000, 0), 0),
    ],
)
def test_past_days_count_by_their_mean_excess(fair_van: World, ledger: WorkLedger, excess_s: int) -> None:
    made = fair_van.with_shift("Ann", contracted_s=0).with_technician("Ann", ledger=ledger)
    assert made.judge(ROUTES).costs[Rule.FAIRNESS] == max(0, 6_000 + excess_s) ** 2 // 12_000


def test_an_unused_employee_with_a_heavy_past_costs(fair_van: World) -> None:
    made = fair_van.with_shift("Ann", contracted_s=1_000).with_technician("Ann", ledger=WorkLedger(20_000, 0, 1))
    assert made.judge({}).costs[Rule.FAIRNESS] == (20_000 - 850) ** 2 // 12_000


def test_contractors_and_absent_staff_are_left_out(fair_van: World) -> None:
    made = fair_van.with_shift("Ann", contracted_s=0)
    hired = made.with_technician("Ann", employment=Employment.CONTRACTOR)
    assert hired.judge(ROUTES).costs[Rule.FAIRNESS] == 0
    heavy = made.with_technician("Ann", ledger=WorkLedger(20_000, 0, 1))
    assert heavy.but(shifts=()).judge({}).costs[Rule.FAIRNESS] == 0


def test_more_work_never_helps(fair_van: World) -> None:
    made = fair_van.with_shift("Ann", contracted_s=3_600)
    prices = [fairness_cents(made.problem, {("Ann", 0): load_s}) for load_s in range(0, 30_000, 77)]
    assert prices == sorted(prices)


def test_the_spread_is_the_benchmarks_in_minutes(two_vans: World) -> None:
    # Loads of 60 and 30 minutes: 10 x (2 x (3600 + 900) - 90 x 90) // 2 // 100 = 10 x 900 // 200 = 45.
    spread = two_vans.with_policy(fairness=Fairness.SPREAD)
    assert fairness_cents(spread.problem, {("Ann", 0): 3_600, ("Ben", 0): 1_800}) == 45
    assert fairness_cents(spread.problem, {("Ann", 0): 1_800, ("Ben", 0): 1_800}) == 0
    # Ann: A and back, 50 minutes; Ben nothing: 10 x (2 x 2500 - 2500) // 200 = 125.
    assert spread.judge({"Ann": ["A"]}).costs[Rule.FAIRNESS] == 125


def test_off_is_off(one_van: World) -> None:
    assert one_van.with_shift("Ann", contracted_s=0).judge(ROUTES).costs[Rule.FAIRNESS] == 0
