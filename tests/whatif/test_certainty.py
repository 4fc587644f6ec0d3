"""What is known of a mean of paired differences: against the tables of books, and by hand."""

from __future__ import annotations

import math

import pytest

from optimizer.whatif.certainty import Verdict, critical_t, difference_of, looks


@pytest.mark.parametrize(
    ("freedom", "error", "printed"),
    [
        (1, 0.01, 63.657),
        (2, 0.01, 9.925),
        (3, 0.01, 5.841),
        (7, 0.01, 3.499),
        (10, 0.05, 2.228),
        (30, 0.01, 2.750),
        (120, 0.01, 2.617),
        (1000, 0.01, 2.581),
    ],
)
def test_students_t_is_that_of_the_tables(freedom: int, error: float, printed: float) -> None:
    assert critical_t(freedom, error) == pytest.approx(printed, abs=6e-4)


def test_an_interval_by_hand() -> None:
    # Mean 2, standard deviation 2, four values: 5.841 * 2 / 2 on both sides.
    found = difference_of([0.0, 2.0, 2.0, 4.0], error=0.01)
    spread = math.sqrt(8 / 3)
    assert found.mean == 2.0
    assert found.high - found.mean == pytest.approx(5.841 * spread / 2, abs=1e-3)
    assert found.sign == 0
    assert found.more is not None
    assert found.more > 0


def test_as_many_seeds_as_are_said_would_tell() -> None:
    found = difference_of([1.0, 3.0, -1.0, 5.0], error=0.01)
    assert found.more is not None
    enough, spread = 4 + found.more, math.sqrt(20 / 3)
    assert critical_t(enough - 1, 0.01) * spread / math.sqrt(enough) < 2.0
    assert critical_t(enough - 2, 0.01) * spread / math.sqrt(enough - 1) >= 2.0


@pytest.mark.parametrize(
    ("values", "sign", "more"), [([-5.0, -5.0], -1, 0), ([5.0] * 4, 1, 0), ([0.0, 0.0], 0, None), ([7.0], 0, 1)]
)
def test_the_same_each_time_is_told_and_one_value_tells_nothing(
    values: list[float], sign: int, more: int | None
) -> None:
    found = difference_of(values, error=0.01)
    assert (found.sign, found.more) == (sign, more)


def test_differences_without_a_mean_need_no_number_of_seeds() -> None:
    assert difference_of([-1.0, 1.0, -1.0, 1.0], error=0.01).more is None


def test_the_looks_end_with_the_last_seed() -> None:
    assert [looks(1), looks(4), looks(5), looks(8)] == [[1], [4], [4, 5], [4, 6, 8]]


def test_all_verdicts_but_one_are_final() -> None:
    assert [verdict for verdict in Verdict if not verdict.is_decided] == [Verdict.CANNOT_TELL]
