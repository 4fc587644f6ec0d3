"""The labels find what trying every order of visits finds, and the completion table is never above it."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import pytest

from optimizer.engine.bounds import pricing
from optimizer.engine.bounds.labels import A_WIDTH, UNIT
from optimizer.engine.bounds.pricing import DayPricing, LabelRoom, lay_out_days
from optimizer.engine.indexing import build_arrays
from optimizer.engine.rest import with_shifts_in_force
from tests.random_problems import random_problem
from tests.random_rule_book import random_rule_book
from tests.time_limits import seeds


def days_of(seed: int, *, has_all_rules: bool = False) -> list[DayPricing]:
    """Return the technician-days of a random problem at drawn prices of visits, parts and work."""
    problem, matrix = random_problem(seed, most_visits=6, most_technicians=2)
    if has_all_rules:
        problem, matrix, _ = random_rule_book(seed, most_visits=5, most_technicians=2)
    problem = with_shifts_in_force(problem, matrix)
    indexed = build_arrays(problem, matrix)
    rng = Random(f"prices {seed}")
    days = lay_out_days(problem, matrix, indexed, [rng.randrange(20_000) for _ in indexed.shifts])
    visits = np.array([rng.randrange(40_000) * UNIT for _ in indexed.visits], np.int64)
    rows = np.array([-rng.randrange(3_000) * UNIT for _ in indexed.arrays.row], np.int64)
    for day in days:
        day.set_load(rng.randrange(200) * UNIT // 60)
        day.set_prices(visits, rows)
    return days


def cheapest(day: DayPricing) -> int:
    """Return the least units of any order of visits, 0 without any."""
    orders = (order for n in range(1, len(day.visits) + 1) for order in permutations(day.visits, n))
    return min([0, *(units for order in orders if (units := day.units_of(order)) is not None)])


@pytest.mark.parametrize("seed", seeds(150, by_day=25))
def test_labels_find_the_cheapest_route(seed: int) -> None:
    for day in days_of(seed):
        priced = day.price(LabelRoom(), 0, is_exact=True)
        assert priced.least == cheapest(day)
        assert all(day.units_of(found.visits) <= found.units for found in priced.found)


@pytest.mark.parametrize("seed", seeds(150, by_day=25))
def test_the_completion_table_and_a_short_memory_only_make_routes_cheaper(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pricing, "WHOLE_MEMORY", 0)
    monkeypatch.setattr(pricing, "MEMORY", 2)
    monkeypatch.setattr(pricing, "REMEMBERED", 1)
    for day in days_of(seed):
        assert day.price(LabelRoom(), 0, is_exact=True).least <= cheapest(day)


@pytest.mark.parametrize("has_all_rules", [False, True])
@pytest.mark.parametrize("seed", seeds(150, by_day=15))
def test_what_the_completion_table_cuts_off_is_not_missed(
    seed: int, has_all_rules: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pricing, "WHOLE_MEMORY", 0)
    monkeypatch.setattr(pricing, "MEMORY", 2)
    monkeypatch.setattr(pricing, "REMEMBERED", 2)
    for day in days_of(seed, has_all_rules=has_all_rules):
        with_table = day.price(LabelRoom(), 0, is_exact=True).least
        day.own.fact[A_WIDTH] = 0
        assert day.price(LabelRoom(), 0, is_exact=True).least == with_table


@pytest.mark.parametrize("seed", seeds(100, by_day=15))
def test_without_room_for_labels_what_is_said_is_never_above_the_cheapest_route(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for memory in (12, 0):
        monkeypatch.setattr(pricing, "WHOLE_MEMORY", memory)
        for day in (*days_of(seed), *days_of(seed, has_all_rules=True)):
            priced = day.price(LabelRoom(most=1), 0, is_exact=True)
            assert priced.least <= cheapest(day)


@pytest.mark.parametrize("seed", seeds(50, by_day=10))
def test_the_load_is_convex_and_never_above_what_is_paid(seed: int) -> None:
    for day in days_of(seed):
        assert (np.diff(np.diff(day.own.load)) >= 0).all()
        assert (np.diff(day.own.load) >= -50 * UNIT // 60 - 1).all() or not day.has_work_price
