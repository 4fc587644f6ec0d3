"""The search parameters in one table: what each means, and how a run may set it otherwise.

Nothing here depends on an instance: sizes and temperatures are derived from the problem where they are used. A run
that sets a parameter (`SearchBudget.parameters`) shows what the part behind it brings; 0 turns most of them off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.engine.arrays import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Entries of `State.parameter`.
(
    PARAM_REMOVED,
    PARAM_STRING,
    PARAM_DAY,
    PARAM_FROM_UNASSIGNED,
    PARAM_SPLIT,
    PARAM_RETRIED,
    PARAM_NEAR,
    PARAM_UNUSED,
    PARAM_BLINK,
    PARAM_HOT,
    PARAM_COLD,
    PARAM_SMALL,
    PARAM_SMALL_REMOVED,
    PARAM_SMALL_STRING,
    PARAM_FORCED,
    PARAM_WIDE,
    PARAM_LIGHT,
    PARAM_REGRET,
    PARAM_LOOSE,
    PARAM_MEET,
    PARAM_CHAIN,
    PARAM_DISTRICT,
    *_,
) = COLUMNS

#: Name, entry, default and meaning of each parameter.
PARAMETERS: dict[str, tuple[int, int, str]] = {
    "removed": (PARAM_REMOVED, 10, "mean number of visits that a move takes out"),
    "string": (PARAM_STRING, 10, "longest string of neighbours that a move takes out of one route"),
    "day": (PARAM_DAY, 4, "percent of the moves that empty a technician's whole day"),
    "from_absent": (PARAM_FROM_UNASSIGNED, 15, "percent of the moves that happen around an unassigned visit"),
    "forced": (PARAM_FORCED, 20, "percent of those that assign it at any cost, as a day's first visit needs"),
    "split": (PARAM_SPLIT, 50, "percent of the strings that keep a visit in their middle"),
    "retried": (PARAM_RETRIED, 5, "unassigned visits that a move tries again, beside those that it took out"),
    "near": (PARAM_NEAR, 10, "routes with near visits that are tried for a visit"),
    "wide": (PARAM_WIDE, 10, "percent of the insertions that try ten times as many routes"),
    "light": (PARAM_LIGHT, 30, "percent of the moves that begin with a bundle of light ones"),
    "chain": (PARAM_CHAIN, 3, "per mille of the light moves that plan a stretch of a day anew where visits stay out"),
    "regret": (PARAM_REGRET, 50, "percent of the moves around an assigned visit that insert by regret"),
    "loose": (PARAM_LOOSE, 1, "1: a visit inserted before a synchronized one may push it and all bound to it"),
    "meet": (PARAM_MEET, 1, "1: a crew that was taken out may meet again at its old start, or near it"),
    "unused": (PARAM_UNUSED, 3, "unused days that are tried for a visit"),
    "blink": (PARAM_BLINK, 10, "per mille of the best positions that are overlooked"),
    "district": (PARAM_DISTRICT, 500, "moves in one district before the next one; 0: anywhere"),
    "hot": (PARAM_HOT, 750, "first temperature, in thousandths of a typical uphill delta"),
    "cold": (PARAM_COLD, 20, "last temperature, in thousandths of a typical uphill delta"),
    "small": (PARAM_SMALL, 70, "percent of the moves that are small"),
    "small_removed": (PARAM_SMALL_REMOVED, 5, "mean number of visits that a small move takes out"),
    "small_string": (PARAM_SMALL_STRING, 3, "longest string of neighbours that a small move takes out of one route"),
}


def parameter_values(changed: Mapping[str, int]) -> np.ndarray:
    """Return the parameters as the kernels take them, int64 (n_parameters,): the defaults, but for those of a run.

    Raises
    ------
    ValueError
        When no parameter has such a name, or a value is below 0.
    """
    values = np.zeros(len(PARAMETERS), np.int64)
    for entry, value, _ in PARAMETERS.values():
        values[entry] = value
    for name, value in changed.items():
        if name not in PARAMETERS or value < 0:
            raise ValueError(f"{name}={value}: expected one of {', '.join(PARAMETERS)} and a whole number from 0 on")
        values[PARAMETERS[name][0]] = value
    return values
