"""Scenarios beside their base: the plans of both, what differs with its certainty, and which orders moved."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from optimizer.report.comparison_frames import measure_frame, moves_frame
from optimizer.whatif.certainty import Difference, Verdict, difference_of
from optimizer.whatif.measures import MEASURES, MONEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import pandas as pd

    from optimizer.domain.plan import Plan
    from optimizer.whatif.case import Case
    from optimizer.whatif.measures import Measure

#: How a visit's start moves at least, to be named where nothing else of it differs, in minutes.
LEAST_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Pair:
    """One seed's plans: the base's, and the scenario's, each the best known under its own facts and judged there.

    Parameters
    ----------
    base_figures, figures
        Their measures (`measures.py`), by name.
    """

    seed: int
    base: Plan
    plan: Plan
    base_figures: Mapping[str, float] = field(repr=False)
    figures: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """A scenario beside its base.

    Parameters
    ----------
    case
        Its facts, with notes of what was changed.
    pairs
        Its plans, by seed.
    is_equal
        Whether its facts are those of the base.
    is_impossible
        Whether nothing keeps what is locked in it.
    error
        How often each interval may miss: that of the comparison, shared among its looks.
    """

    name: str
    case: Case = field(repr=False)
    pairs: tuple[Pair, ...] = field(repr=False)
    is_equal: bool
    is_impossible: bool
    error: float

    def difference(self, measure: str = "cost") -> Difference:
        """Return by how much more the scenario has of a measure than the base, with its interval."""
        found = [pair.figures[measure] - pair.base_figures[measure] for pair in self.pairs]
        if not found or any(map(math.isnan, found)):
            return Difference(math.nan, math.nan, math.nan, None)
        if self.is_equal:
            return Difference(0.0, 0.0, 0.0, 0)
        return difference_of(found, error=self.error)

    def verdict(self, measure: str = "cost") -> Verdict:
        """Return what is known of the scenario by a measure."""
        if self.is_impossible:
            return Verdict.NO_PLAN
        if self.is_equal:
            return Verdict.EQUAL
        better = next(one.better for one in MEASURES if one.name == measure)
        sign = self.difference(measure).sign * better
        return {-1: Verdict.WORSE, 0: Verdict.CANNOT_TELL, 1: Verdict.BETTER}[sign]

    def rows(self, currency: str) -> list[dict[str, Any]]:
        """Return a row of plain values for each measure."""
        return [self._row(measure, currency) for measure in MEASURES]

    def _row(self, measure: Measure, currency: str) -> dict[str, Any]:
        name, found = measure.name, self.difference(measure.name)
        verdict = self.verdict(name) if measure.better or not self.pairs or self.is_equal else None
        return {
            "scenario": self.name,
            "measure": name,
            "unit": currency if measure.unit == MONEY else measure.unit,
            "base": fmean(pair.base_figures[name] for pair in self.pairs) if self.pairs else math.nan,
            "mean": fmean(pair.figures[name] for pair in self.pairs) if self.pairs else math.nan,
            "difference": found.mean,
            "low": found.low,
            "high": found.high,
            "verdict": None if verdict is None else verdict.value,
            "seeds": len(self.pairs),
            "more_seeds": found.more,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared.

    Parameters
    ----------
    base
        The facts that every scenario differs from.
    scenarios
        In the order in which they were asked for.
    moves
        Of each solve.
    solves, found
        How many solves were run, and how many were found in the folder.
    search_s
        Seconds of the searches that were run, one after another.
    is_complete
        Whether it was not stopped before its end.
    """

    base: Case = field(repr=False)
    scenarios: tuple[Compared, ...]
    moves: int
    solves: int
    found: int
    search_s: float
    is_complete: bool

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{one.name}: {one.verdict().value}" for one in self.scenarios)
        return f"Comparison({verdicts})"

    def __getitem__(self, name: str) -> Compared:
        for one in self.scenarios:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """What is known of each scenario by its cost."""
        return {one.name: one.verdict() for one in self.scenarios}

    @property
    def currency(self) -> str:
        """The branch's, as ISO 4217 has it."""
        return self.base.problem.branch.region.currency

    @property
    def table(self) -> pd.DataFrame:
        """Each measure of each scenario, by (scenario, measure): base, mean, and the difference with its interval.

        Money is in the branch's currency; its code, the moves and the level of the intervals are in `attrs`. Penalties
        are points, which are on no bill. `verdict` is empty for what is neither good nor bad.
        """
        rows = [row for one in self.scenarios for row in one.rows(self.currency)]
        error = min((one.error for one in self.scenarios), default=0.0)
        return measure_frame(rows, currency=self.currency, moves=self.moves, level=1 - error)

    def why(self, name: str) -> pd.DataFrame:
        """Return which orders moved, in the seed whose scenario plan costs least: who came, when, and who comes now."""
        one = self[name]
        return moves_frame([] if not one.pairs else moves_of(one, min(one.pairs, key=_cost)))


def _cost(pair: Pair) -> tuple[int, int]:
    return pair.plan.cost_cents, pair.seed


def moves_of(compared: Compared, pair: Pair) -> list[dict[str, Any]]:
    """Return a row of plain values for each visit that is served otherwise in a scenario's plan than in the base's."""
    before, after = _served(pair.base), _served(pair.plan)
    case, rows = compared.case, []
    for visit_id in sorted({*before, *after}):
        was, now = before.get(visit_id), after.get(visit_id)
        what = _what(was, now, is_known=visit_id in case.problem.visit_by_id)
        if what:
            order_id = case.problem.visit_by_id[visit_id].order_id if visit_id in case.problem.visit_by_id else ""
            rows.append({
                "visit_id": visit_id,
                "order_id": order_id,
                "change": what,
                "technician_before": ", ".join(was[0]) if was else None,
                "start_before": case.problem.local_time(was[1]) if was else None,
                "technician_after": ", ".join(now[0]) if now else None,
                "start_after": case.problem.local_time(now[1]) if now else None,
            })  # fmt: skip
    return rows


def _served(plan: Plan) -> dict[str, tuple[tuple[str, ...], int, int]]:
    """Return who serves each visit, from which moment, on which day."""
    return {
        stop.visit_id: (stop.crew or (route.technician_id,), stop.start_s, route.day)
        for route in plan.routes
        for stop in route.stops
    }


def _what(
    was: tuple[Sequence[str], int, int] | None, now: tuple[Sequence[str], int, int] | None, *, is_known: bool
) -> str:
    """Return in a word what becomes of a visit; empty where it is as it was."""
    if was is None:
        return "planned"
    if now is None:
        return "left out" if is_known else "not asked for"
    if was[2] != now[2]:
        return "other day"
    if was[0] != now[0]:
        return "other technician"
    return "other time" if abs(was[1] - now[1]) >= LEAST_MINUTES * 60 else ""
