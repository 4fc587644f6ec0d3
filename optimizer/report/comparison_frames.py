"""Scenarios compared, as data frames: labelled rows, real dtypes, units beside the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_FIGURES = ("base", "mean", "difference", "low", "high")


def measure_frame(rows: Sequence[dict[str, Any]], *, currency: str, moves: int, level: float) -> pd.DataFrame:
    """Return the measures of scenarios, indexed by (scenario, measure).

    Parameters
    ----------
    rows
        Plain values, one for each scenario and measure.
    level
        How often an interval holds the mean.
    """
    import pandas as pd

    columns = ["scenario", "measure", "unit", *_FIGURES, "verdict", "seeds", "more_seeds"]
    frame = pd.DataFrame(rows, columns=columns)
    types = dict.fromkeys(_FIGURES, "float64") | {"seeds": "int64", "more_seeds": "Int64"}
    types |= dict.fromkeys(("scenario", "measure", "unit", "verdict"), "str")
    frame = frame.astype(types).set_index(["scenario", "measure"])
    units = {row["measure"]: row["unit"] for row in rows}
    frame.attrs |= {"currency": currency, "units": units, "moves": moves, "level": level}
    return frame


def moves_frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the visits that moved, indexed by their ids; moments are local times of the branch."""
    import pandas as pd

    people, moments = ("technician_before", "technician_after"), ("start_before", "start_after")
    columns = ["visit_id", "order_id", "change", people[0], moments[0], people[1], moments[1]]
    frame = pd.DataFrame(rows, columns=columns)
    types = dict.fromkeys(("visit_id", "order_id", "change", *people), "str")
    types |= dict.fromkeys(moments, "datetime64[s]")
    return frame.astype(types).set_index("visit_id")
