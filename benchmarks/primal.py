"""The primal integral: how far from a reference the best plan was, over the whole run (Berthold 2013).

A run that is good early scores better than one that is as good only at the end. Before the first plan the gap counts
as 1. T. Berthold, Measuring the impact of primal heuristics, Operations Research Letters 41 (2013), section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def primal_integral_s(progress: Sequence[Sequence[float]], reference: float, until_s: float) -> float:
    """Return the integral of the gap over the run, in seconds: 0 is the reference at once, `until_s` no plan at all.

    Parameters
    ----------
    progress
        (seconds, cost) of each better plan, in time order.
    reference
        The cost that gaps are measured from; a plan below it has the gap 0.

    >>> primal_integral_s([(1.0, 200), (3.0, 100)], reference=100, until_s=10.0)  # 1 s without, 2 s at one half
    2.0
    """
    total, gap, since = 0.0, 1.0, 0.0
    for at, cost in progress:
        at = min(max(at, since), until_s)
        total += gap * (at - since)
        gap, since = _gap(cost, reference), at
    return total + gap * (until_s - since)


def _gap(cost: float, reference: float) -> float:
    if cost <= reference:
        return 0.0
    return min(1.0, (cost - reference) / max(abs(cost), abs(reference)))
