"""The bound over every total of work, by hand and by trying all of them."""

from __future__ import annotations

from random import Random

import pytest

from optimizer.engine.bounds.envelope import Envelope
from optimizer.engine.bounds.labels import UNIT


def test_without_a_spread_the_highest_line_is_the_bound() -> None:
    one = Envelope(weight=0, people=1, most_s=0)
    for units in (5 * UNIT, 7 * UNIT + 1, 6 * UNIT):
        one.add(units, 0)
    # A cost is whole cents: what is above 7 is at least 8.
    assert one.bound_cents() == 8


def test_the_lowest_total_of_work_is_where_two_lines_cross_or_an_end() -> None:
    one = Envelope(weight=3600, people=1, most_s=100)
    one.add(1_000 * UNIT, 0)
    # 1000 - S^2 / 100 - 1: lowest at 100 seconds, 899 cents.
    assert one.lowest()[0] == 100
    assert one.bound_cents() == 899
    one.add(900 * UNIT, 2 * UNIT)
    # The second line is 1100 at 100 seconds; both are 1000 at 50: 1000 - 25 - 1.
    assert one.lowest()[0] == 50
    assert one.bound_cents() == 974


@pytest.mark.parametrize("seed", range(20))
def test_no_total_of_work_has_a_lower_bound(seed: int) -> None:
    rng = Random(seed)
    one = Envelope(weight=rng.choice((10, 900)), people=rng.randint(1, 7), most_s=500)
    lines = [(rng.randrange(1_000_000) * UNIT, rng.randrange(-900, 900) * UNIT) for _ in range(8)]
    for line in lines:
        one.add(*line)
    every = (max(units + price * s for units, price in lines) - one.below_spread(s) for s in range(501))
    assert one.lowest()[1] <= min(every)
