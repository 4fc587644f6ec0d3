"""Column generation: prices from the master, routes from the labels, and a bound that holds at any moment.

At whatever prices, each visit is served at its price or left out, each day is worth at most its cheapest route, and
what stock allows has its price: the sum is below every plan (Lagrange). Prices are rounded to whole units and clamped
to the right sign first, so that the sum is exact. A master that fails costs strength, and never truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.engine.arrays import (
    R_SPREAD,
    R_STAFF,
    R_VISITS,
    ROW_CAP,
    V_HEAD,
    V_PRICE,
    V_SERVICE,
)
from optimizer.engine.bounds.envelope import Envelope
from optimizer.engine.bounds.labels import UNIT
from optimizer.engine.bounds.master_lp import Column, Duals, MasterLp
from optimizer.engine.bounds.pricing import Found, LabelRoom, idle_cents, lay_out_days

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.domain.problem import Problem
    from optimizer.engine.arrays import IntArray
    from optimizer.engine.bounds.pricing import DayPricing
    from optimizer.engine.indexing import IndexedProblem
    from optimizer.engine.route_pool import Solution
    from optimizer.travel.matrix import TravelMatrix

#: Leaving a locked visit out costs so many cents here: it may be, for what no route costs.
MANDATORY_CENTS = 10**7
#: How much of the best prices so far is kept (dual smoothing, Wentges 1997).
KEPT = 0.6
#: New columns of a day in a round, and how few of all days end the quick rounds.
MOST_NEW, FEW_NEW = 60, 4
#: The master's value and the bound are taken for equal from so little between them on.
CLOSE = 2e-4
#: Totals of work are looked at within so many seconds on both sides.
TOTAL_S = 7_200
#: Totals of work that are looked at one after another.
MOST_TOTALS = 24


class Step(NamedTuple):
    """How far it is: the bound in cents, the master's value in cents (`None` without one), columns, rounds."""

    bound_cents: int
    master_cents: float | None
    columns: int
    rounds: int


@dataclass
class Generation:
    """The column generation of one problem.

    Parameters
    ----------
    routes
        A plan in hand, in indices, stops at the branch left out; empty routes where there is none.
    is_over
        Asked between any two pieces of work; once it says so, the bound of then counts.
    on_step
        Called after every bound.
    """

    problem: Problem
    matrix: TravelMatrix
    indexed: IndexedProblem
    routes: Solution
    is_over: Callable[[], bool] = lambda: False
    on_step: Callable[[Step], None] = lambda step: None
    solve_master: Callable[[MasterLp], tuple[float, Duals] | None] = MasterLp.solve
    rounds: int = 0
    labels: LabelRoom = field(default_factory=LabelRoom)

    def __post_init__(self) -> None:
        arrays = self.arrays = self.indexed.arrays
        orders = int(arrays.rates[R_VISITS])
        self.routes = tuple(tuple(v for v in route if v < orders) for route in self.routes)
        days = lay_out_days(self.problem, self.matrix, self.indexed, [0] * len(self.indexed.shifts))
        works = [day.work_of(route) if route and set(route) <= set(day.visits) else 0
                 for day, route in zip(days, self.routes, strict=True)]  # fmt: skip
        mean_s = sum(works) // max(1, sum(work > 0 for work in works))
        for day, work_s in zip(days, works, strict=True):
            day.work_s = work_s or mean_s
            day.set_load(0)
        self.days: list[DayPricing] = days
        self.drop = [min(int(arrays.visit[v, V_PRICE]), MANDATORY_CENTS) * UNIT for v in range(orders)]
        self.master = MasterLp(arrays, days, self.drop)
        spread = any(day.has_work_price for day in days)
        most_s = sum(len(day.own.load) for day in days if day.has_work_price)
        weight = int(arrays.rates[R_SPREAD]) if spread else 0
        self.envelope = Envelope(weight, max(1, int(arrays.rates[R_STAFF])), most_s)
        self.constant = UNIT * (self.indexed.left_out_cents + sum(idle_cents(arrays, day.shift) for day in days))
        self.total_s = sum(work for day, work in zip(days, works, strict=True) if day.has_work_price)
        #: Units of the lowest total of work so far at which the rounds came to their end: the bound rises no higher.
        self.reached = math.inf
        self.envelope.add(self._sum_of(self._whole(self._nothing()), [day.one_by_one() for day in days]), 0)

    @property
    def bound_cents(self) -> int:
        """No plan costs less, of whatever the labels and rows hold."""
        return self.envelope.bound_cents()

    def run(self) -> int:
        """Generate columns until the bound rises no more, or it is over; return it in cents."""
        self._begin()
        at_s = self.total_s
        for _ in range(MOST_TOTALS):
            # Farther off the bound need not be as sharp: the plans there are far dearer.
            width_s = max(TOTAL_S, abs(at_s - self.total_s) // 2)
            if not self._converge(max(0, at_s - width_s), min(self.envelope.most_s, at_s + width_s)):
                break
            lowest_s, lowest = self.envelope.lowest()
            if not self.envelope.weight or lowest >= self.reached - CLOSE * abs(self.reached):
                break
            at_s = round(lowest_s)
        return self.bound_cents

    # --- the first columns ------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Add the routes of the plan in hand, each with a visit less, and with one more in its cheapest place."""
        self.centre: Duals | None = None
        if not any(self.routes):
            return
        prices, worth = [min(drop, MANDATORY_CENTS * UNIT) / 2 for drop in self.drop], [0.0] * len(self.days)
        for day, route in zip(self.days, self.routes, strict=True):
            day.set_load(0)
            day.set_prices(np.zeros(len(self.drop), np.int64), np.zeros(len(self.arrays.row), np.int64))
            whole = self._offer(day, route)
            if whole is None:
                continue
            for k, v in enumerate(route):
                less = self._offer(day, route[:k] + route[k + 1 :]) if len(route) > 1 else 0
                if less is not None:
                    prices[v] = float(min(self.drop[self.arrays.visit[v, V_HEAD]], max(0, whole - less)))
                if self.is_over():
                    return
            worth[day.shift] = min(0.0, whole - sum(prices[v] for v in route))
            self._offer_others(day, route)
        work = 0.0
        if self.envelope.weight:
            work = 2.0 * self.envelope.weight * UNIT / 360_000 * self.total_s / self.envelope.people
        self.centre = Duals(prices, [0.0] * len(self.arrays.row), work, worth)

    def _offer(self, day: DayPricing, visits: Sequence[int]) -> int | None:
        """Add a route as a column; return its units, `None` where it cannot be."""
        units = day.units_of(visits)
        if units is not None and visits:
            self.master.add(Column(day.shift, tuple(visits), units, day.work_of(visits)))
        return units

    def _offer_others(self, day: DayPricing, route: tuple[int, ...]) -> None:
        """Add a route with each other visit that its technician may serve, and with that in the place of each."""
        small = len(self.drop) < 100
        bases = [route, *(route[:k] + route[k + 1 :] for k in range(len(route) if small else 0))]
        for v in day.visits:
            if v in route:
                continue
            for base in bases:
                tries = [(day.units_of((*base[:k], v, *base[k:])), k) for k in range(len(base) + 1)]
                legal = [(units, k) for units, k in tries if units is not None]
                if legal:
                    units, k = min(legal)
                    visits = (*base[:k], v, *base[k:])
                    self.master.add(Column(day.shift, visits, units, day.work_of(visits)))
            if self.is_over():
                return

    # --- rounds -----------------------------------------------------------------------------------------------

    def _converge(self, least_s: int, most_s: int) -> bool:
        """Raise the bound at totals of work between two; return whether it went through to the end.

        Between them, the straight line through both ends takes the place of what the spread takes off, which bends.
        """
        price, kept, is_quick = self.envelope.bend() * (least_s + most_s), KEPT, True
        self.master.ask_for_work(least_s, most_s, float(price))
        if self.centre is not None and self.rounds:
            self.centre = self._moved(self.centre, float(price))
            if self._round(self.centre, is_exact=True) is None:
                return False
            if self.envelope.lowest(least_s, most_s)[1] >= self.reached:
                return True
        while not self.is_over():
            solved = self.solve_master(self.master)
            if solved is None:
                return False
            value, duals = solved[0] + self.constant, solved[1]
            here = self.envelope.lowest_within(least_s, most_s, price)
            # Less than it by as much as the straight line is above its ends: what a plan costs there.
            cost = value + float(self.envelope.bend() * least_s * most_s)
            is_done = value - here <= CLOSE * abs(cost)
            prices = duals if self.centre is None else duals.towards(self.centre, kept)
            if not is_done:
                self.rounds += 1
            if is_quick and not is_done:
                new = self._round(prices, is_exact=False)
                if new is None:
                    return False
                if new > FEW_NEW:
                    if self.centre is not None:
                        self.centre = prices
                    continue
                is_quick, prices = False, duals
            new = 0
            if not is_done:
                exact = self._round(prices, is_exact=True)
                if exact is None:
                    return False
                new = exact
                if self.centre is None or self.envelope.lowest_within(least_s, most_s, price) > here:
                    self.centre = prices
                self.on_step(Step(self.bound_cents, value / UNIT, len(self.master.columns), self.rounds))
            if is_done or (new == 0 and prices is duals):
                total_s = self.master.total_s
                reached = value + float(price) * total_s - float(self.envelope.below_spread(Fraction(total_s)))
                self.reached = min(self.reached, reached)
                return True
            if self.envelope.lowest(least_s, most_s)[1] >= self.reached:
                return True
            if new == 0:
                kept = kept / 2 if kept > 0.1 else 0.0
                if kept == 0.0:
                    self.centre = None
        return False

    def _moved(self, prices: Duals, work: float) -> Duals:
        """Return prices at another price of work: what a visit's own work then takes off, its price does not need.

        The way to a visit counts as an equal share of all ways.
        """
        service = self.arrays.visit[: len(self.drop), V_SERVICE]
        served = [v for route in self.routes for v in route]
        way_s = max(0, self.total_s - int(service[served].sum())) / max(1, len(served))
        off = work - prices.work
        visits = [max(0.0, price - off * (float(s) + way_s)) for price, s in zip(prices.visits, service, strict=True)]
        return prices._replace(visits=visits, work=work)

    def _round(self, prices: Duals, *, is_exact: bool) -> int | None:
        """Price all days; return how many columns are new, `None` where it is over before all are priced."""
        whole = self._whole(prices)
        visits, rows, work = whole
        least, new, is_over = [], 0, False
        for day in self.days:
            if self.is_over():
                return None
            day.set_load(work)
            day.set_prices(visits, rows)
            threshold = min(0, math.floor(prices.days[day.shift]))
            priced = day.price(self.labels, threshold, is_exact=is_exact)
            least.append(priced.least)
            for found in priced.found[:MOST_NEW]:
                new += self._add(day, found)
        if is_exact and not is_over:
            self.envelope.add(self._sum_of(whole, least), work)
        return new

    def _add(self, day: DayPricing, found: Found) -> bool:
        return self.master.add(Column(day.shift, found.visits, day.plain_units(found), day.work_of(found.visits)))

    # --- the bound --------------------------------------------------------------------------------------------

    def _nothing(self) -> Duals:
        return Duals([0.0] * len(self.drop), [0.0] * len(self.arrays.row), 0.0, [0.0] * len(self.days))

    def _whole(self, prices: Duals) -> tuple[IntArray, IntArray, int]:
        """Return prices in whole units: of visits at least 0 and at most what leaving out costs, of rows at most 0."""
        visits = np.array([max(0, math.floor(price)) for price in prices.visits], np.int64)
        for head, drop in enumerate(self.drop):
            crew = np.flatnonzero(self.arrays.visit[: len(visits), V_HEAD] == head)
            total = int(visits[crew].sum())
            if total > drop:
                visits[crew] = [int(price) * drop // total for price in visits[crew]]
        rows = np.array([min(0, math.ceil(price)) for price in prices.rows], np.int64)
        return visits, rows, round(prices.work) if self.envelope.weight else 0

    def _sum_of(self, whole: tuple[IntArray, IntArray, int], least: Sequence[int]) -> int:
        """Return Lagrange's sum in units, without what the total of work adds."""
        visits, rows, _ = whole
        stock = sum(int(price) * int(cap) for price, cap in zip(rows, self.arrays.row[:, ROW_CAP], strict=True))
        return self.constant + sum(map(int, visits)) + stock + sum(least)
