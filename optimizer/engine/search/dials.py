"""The figures that the search is tuned by, in one table: what each means, and how a run may set it otherwise.

Nothing here depends on an instance: sizes and temperatures are derived from the problem where they are used. A run
that sets a dial (`SearchBudget.dials`) shows what the part behind it brings; 0 turns most of them off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

# Places in `State.dial`.
(
    D_REMOVED,
    D_STRING,
    D_DAY,
    D_FROM_ABSENT,
    D_SPLIT,
    D_RETRIED,
    D_NEAR,
    D_UNUSED,
    D_BLINK,
    D_HOT,
    D_COLD,
    D_SMALL,
    D_SMALL_REMOVED,
    D_SMALL_STRING,
    D_FORCED,
    D_WIDE,
    D_LIGHT,
    D_REGRET,
    D_LOOSE,
    D_MEET,
) = range(20)

#: Name, place, value and meaning of each dial.
DIALS: dict[str, tuple[int, int, str]] = {
    "removed": (D_REMOVED, 10, "mean number of visits that a move takes out"),
    "string": (D_STRING, 10, "longest string of neighbours that a move takes out of one route"),
    "day": (D_DAY, 4, "of 100 moves, so many empty a technician's whole day"),
    "from_absent": (D_FROM_ABSENT, 15, "of 100 moves, so many happen around an absent visit"),
    "forced": (D_FORCED, 20, "of 100 such moves, so many plan it whatever it costs, as one day's first visit must be"),
    "split": (D_SPLIT, 50, "of 100 strings, so many keep a visit in their middle"),
    "retried": (D_RETRIED, 5, "absent visits that a move tries again, beside those that it took out"),
    "near": (D_NEAR, 10, "routes with near visits that are tried for a visit"),
    "wide": (D_WIDE, 10, "of 100 insertions, so many are wide ones: they try ten times as many routes"),
    "light": (D_LIGHT, 30, "of 100 moves, so many begin with a bundle of light ones"),
    "regret": (D_REGRET, 50, "of 100 moves around a planned visit, so many put back by regret, not in a drawn order"),
    "loose": (D_LOOSE, 1, "1: a visit put in before a linked one may push that and all that are bound to it"),
    "meet": (D_MEET, 1, "1: a crew that was taken out may meet again at its old start, or near it"),
    "unused": (D_UNUSED, 3, "unused days that are tried for a visit"),
    "blink": (D_BLINK, 10, "of 1 000 routes' best places, so many are overlooked"),
    "hot": (D_HOT, 750, "thousandths of a typical loss: the first temperature"),
    "cold": (D_COLD, 20, "thousandths of a typical loss: the last temperature"),
    "small": (D_SMALL, 70, "of 100 moves, so many are small ones"),
    "small_removed": (D_SMALL_REMOVED, 5, "mean number of visits that a small move takes out"),
    "small_string": (D_SMALL_STRING, 3, "longest string of neighbours that a small move takes out of one route"),
}


def dial_values(changed: Mapping[str, int]) -> np.ndarray:
    """Return the dials as the kernels take them, int64 (n_dials,), with those of a run in place of the usual ones.

    Raises
    ------
    ValueError
        When a dial has no such name, or a value below 0.
    """
    values = np.zeros(len(DIALS), np.int64)
    for place, value, _ in DIALS.values():
        values[place] = value
    for name, value in changed.items():
        if name not in DIALS or value < 0:
            raise ValueError(f"{name}={value}: expected one of {', '.join(DIALS)} and a whole number from 0 on")
        values[DIALS[name][0]] = value
    return values
