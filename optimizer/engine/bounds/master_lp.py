"""The linear master: the cheapest mixture of columns that serves or leaves out every visit, for its prices alone.

What it says is a guess at good prices, made in floats. Nothing that is shown as a bound rests on it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ortools.linear_solver import pywraplp

from optimizer.engine.arrays import R_TRAVEL, R_VISITS, ROW_CAP, V_HEAD
from optimizer.engine.bounds.labels import UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.engine.arrays import ProblemArrays
    from optimizer.engine.bounds.pricing import DayPricing

#: The master counts in hundreds of cents and minutes: solvers do not bear millions beside fractions.
MONEY, MINUTE_S = 100 * UNIT, 60
#: What a minute of work more or less than asked for costs in the master: far above what any is worth.
ASTRAY = 400 / 100


class Column(NamedTuple):
    """A route as a column: technician-day, visit indices, units, seconds of work."""

    shift: int
    visits: tuple[int, ...]
    units: int
    work_s: int


class Duals(NamedTuple):
    """Prices in units, as floats: of visits, of stock rows, of a second of work, and what each day is worth at most."""

    visits: list[float]
    rows: list[float]
    work: float
    days: list[float]

    def towards(self, other: Duals, share: float) -> Duals:
        """Return a mixture with so much of other prices."""

        def mixed(mine: list[float], others: list[float]) -> list[float]:
            return [(1 - share) * a + share * b for a, b in zip(mine, others, strict=True)]

        work = (1 - share) * self.work + share * other.work
        return Duals(mixed(self.visits, other.visits), mixed(self.rows, other.rows), work, mixed(self.days, other.days))


class MasterLp:
    """The columns so far and the linear program over them.

    Parameters
    ----------
    arrays
        The problem.
    days
        Its technician-days.
    drop_units
        What leaving out the visit of each index costs, at the first index of a crew.
    """

    def __init__(self, arrays: ProblemArrays, days: Sequence[DayPricing], drop_units: Sequence[int]) -> None:
        self.columns: list[Column] = []
        #: The total of work of the last solution, in seconds.
        self.total_s = 0.0
        self._travel = int(arrays.rates[R_TRAVEL]) * UNIT / MONEY
        self._days, self._known = days, set[tuple[int, tuple[int, ...]]]()
        self._has_work = any(day.has_work_price for day in days)
        solver = pywraplp.Solver.CreateSolver("CLP")
        self._solver, endless = solver, solver.infinity()
        self._cover = [solver.Constraint(1, endless) for _ in range(int(arrays.rates[R_VISITS]))]
        self._day = [solver.Constraint(-endless, 1) for _ in days]
        self._row = [solver.Constraint(-endless, int(cap)) for cap in arrays.row[:, ROW_CAP]]
        self._work, self._total = solver.Constraint(0, 0), solver.NumVar(0, 0, "")
        self._work.SetCoefficient(self._total, -1)
        self._cost = solver.Objective()
        self._cost.SetMinimization()
        self._chosen: list[pywraplp.Variable] = []
        for head in range(len(self._cover)):
            if arrays.visit[head, V_HEAD] == head:
                dropped = self._variable(drop_units[head] / MONEY)
                for v in range(head, len(self._cover)):
                    if arrays.visit[v, V_HEAD] == head:
                        self._cover[v].SetCoefficient(dropped, 1)
        self._idle = self._variable(ASTRAY)
        self._work.SetCoefficient(self._idle, 1)
        self._work.SetCoefficient(self._variable(ASTRAY), -1)

    def _variable(self, cost: float) -> pywraplp.Variable:
        variable = self._solver.NumVar(0, self._solver.infinity(), "")
        self._cost.SetCoefficient(variable, cost)
        return variable

    def ask_for_work(self, least_s: float, most_s: float, price: float) -> None:
        """Ask for a total of the staff's work between two, in seconds, and pay so many units for each second of it.

        Work that no column has is driving about, which costs its travel and, at the mean, as much as is paid for it.
        """
        self._total.SetBounds(least_s / MINUTE_S, most_s / MINUTE_S)
        self._cost.SetCoefficient(self._total, -price * MINUTE_S / MONEY)
        self._cost.SetCoefficient(self._idle, price * MINUTE_S / MONEY + self._travel)

    def add(self, column: Column) -> bool:
        """Add a column; return whether it was new."""
        if (column.shift, column.visits) in self._known:
            return False
        self._known.add((column.shift, column.visits))
        self.columns.append(column)
        chosen = self._variable(column.units / MONEY)
        self._chosen.append(chosen)
        self._day[column.shift].SetCoefficient(chosen, 1)
        day = self._days[column.shift]
        use = Counter[int]()
        for v, times in Counter(column.visits).items():
            self._cover[v].SetCoefficient(chosen, times)
            for row, amount in day.use_of(v).items():
                use[row] += times * amount
        for row, amount in use.items():
            self._row[row].SetCoefficient(chosen, amount)
        if day.has_work_price:
            self._work.SetCoefficient(chosen, column.work_s / MINUTE_S)
        return True

    def solve(self) -> tuple[float, Duals] | None:
        """Return the value in units and the prices; `None` where the solver fails."""
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        self.total_s = MINUTE_S * float(self._total.solution_value())
        duals = Duals(
            [MONEY * row.dual_value() for row in self._cover],
            [MONEY * row.dual_value() for row in self._row],
            MONEY / MINUTE_S * self._work.dual_value() if self._has_work else 0.0,
            [MONEY * row.dual_value() for row in self._day],
        )
        return MONEY * self._cost.Value(), duals

    def shares(self) -> list[tuple[Column, float]]:
        """Return the columns that the last solution uses, and how much of each."""
        values = ((column, chosen.solution_value()) for column, chosen in zip(self.columns, self._chosen, strict=True))
        return [(column, share) for column, share in values if share > 1e-6]
