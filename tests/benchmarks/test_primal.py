"""The primal integral by hand."""

from __future__ import annotations

import pytest

from benchmarks.primal import primal_integral_s


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        ([], 10.0),  # never a plan
        ([(0.0, 100)], 0.0),  # the reference at once
        ([(2.0, 100)], 2.0),
        ([(2.0, 400), (6.0, 200)], 2 + 4 * 0.75 + 4 * 0.5),
        ([(2.0, 90)], 2.0),  # better than the reference counts as the reference
        ([(12.0, 100)], 10.0),  # after the end
        ([(2.0, 200), (12.0, 100)], 2 + 8 * 0.5),
    ],
)
def test_the_gap_is_summed_over_the_run(progress: list[tuple[float, int]], expected: float) -> None:
    assert primal_integral_s(progress, reference=100, until_s=10.0) == pytest.approx(expected)


def test_a_reference_of_nothing_has_no_half_way() -> None:
    assert primal_integral_s([(2.0, 5), (4.0, 0)], reference=0, until_s=10.0) == pytest.approx(4.0)
