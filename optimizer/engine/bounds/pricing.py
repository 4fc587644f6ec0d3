"""A technician-day laid out for the labels: its visits, ways, load, memory; and what its routes cost at prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.domain.problem import BRANCH_PLACE, end_key, start_key
from optimizer.engine.arrays import (
    E_STOCK,
    FORBIDDEN_S,
    NONE,
    O_DAYS,
    O_STAFF,
    R_LOAD_DIVISOR,
    R_RESERVE,
    R_SPREAD,
    R_STAFF,
    R_TRAVEL,
    R_VISITS,
    R_WORKING_TIME,
    ROW_UNTIL,
    S_DAY_CENTS,
    S_DEPART,
    S_FREE,
    S_MAX_LEG,
    S_MINUTE_CENTS,
    S_MORE_OVERTIME,
    S_MORE_TRAVEL,
    S_OFFSET,
    S_OWNER,
    S_PICKUP,
    S_REPLAYED,
    S_RETURN_LIMIT,
    V_SYNCED,
)
from optimizer.engine.bounds.labels import (
    A_ANCHOR,
    A_BUCKETS,
    A_DEPART,
    A_ENTRIES,
    A_FIXED,
    A_LIMIT,
    A_MEMORY,
    A_REMEMBERED,
    A_SHIFT,
    A_SLOPE,
    A_VISITS,
    A_WIDTH,
    BUCKET_S,
    FAR,
    FULL,
    L_COLUMNS,
    L_FROM,
    L_PLACE,
    UNIT,
    Labels,
    Pricing,
    extend_labels,
    fill_clocks,
    fill_values,
    route_units,
)
from optimizer.engine.doors import with_doors
from optimizer.engine.jit.kernels import compile_kernel, runs_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.problem import Problem
    from optimizer.engine.arrays import IntArray, ProblemArrays
    from optimizer.engine.indexing import IndexedProblem
    from optimizer.travel.matrix import TravelMatrix

#: Days of so few visits remember the whole route: their routes are routes of plans.
WHOLE_MEMORY = 12
#: So many visits of a day are many: less is remembered, and the table is coarser.
MANY = 80
#: Visits remembered by labels, and in the completion table.
MEMORY, MEMORY_MANY, REMEMBERED, REMEMBERED_MANY = 20, 10, 4, 3
#: Most visits that fit the bits of a memory.
MOST_REMEMBERED = 62
#: How many buckets the completion table has at most, and with many visits.
MOST_BUCKETS, MOST_BUCKETS_MANY = 300, 60
#: How many labels there is room for: at first, and at most.
FIRST_LABELS, MOST_LABELS = 1 << 16, 1 << 21
#: What rounding a route's cents by the minute half up may take off the exact amount, in units.
ROUNDED = 29 * UNIT // 60 + 1


class Found(NamedTuple):
    """A route that the labels found: visit indices in driving order, and its units at the prices."""

    visits: tuple[int, ...]
    units: int


class Priced(NamedTuple):
    """What pricing a technician-day came to.

    Parameters
    ----------
    least
        No route has fewer units, and none at all is 0: at most 0.
    found
        The cheapest routes by the visit that they end with.
    is_exact
        The labels went through; else `least` comes from the completion table, or from each visit by itself.
    """

    least: int
    found: list[Found]
    is_exact: bool


@dataclass
class DayPricing:
    """One technician-day and its kernel's arrays; `arrays` is the whole problem.

    Parameters
    ----------
    shift
        Index of the technician-day.
    visits
        The visit indices that it may serve.
    work_s
        Around which work the load's tangent lies; the search's plan says.
    """

    arrays: ProblemArrays
    shift: int
    visits: list[int]
    travel: IntArray
    work_s: int
    spread_units: int = 0
    own: Pricing = field(init=False)
    uses: list[dict[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        row, count = self.arrays.shift[self.shift], len(self.visits)
        depart, limit = int(row[S_DEPART]), int(row[S_RETURN_LIMIT] + row[S_MORE_OVERTIME])
        service = self.arrays.duration[self.shift, self.visits] if count else np.zeros(0, np.int64)
        arcs = self.travel[:count, :count] + service[None, :]
        shortest = int(arcs[~np.eye(count, dtype=bool)].min()) if count > 1 else FORBIDDEN_S
        # Where some arc takes no time at all, only a whole memory keeps labels from going round for ever.
        is_whole = count <= WHOLE_MEMORY or (shortest < BUCKET_S and count <= MOST_REMEMBERED)
        self.is_endless = shortest < BUCKET_S and not is_whole
        memory = min(max(count - 1, 0), count if is_whole else MEMORY if count < MANY else MEMORY_MANY)
        kept = min(memory, REMEMBERED if count < MANY else REMEMBERED_MANY)
        span = max(0, limit - depart)
        width = 0
        # The table knows arrivals by the minute: an arc may seem to be a minute shorter than it is.
        if not is_whole and not self.is_endless and shortest >= 2 * BUCKET_S:
            most = MOST_BUCKETS if count < MANY else MOST_BUCKETS_MANY
            width = min(shortest - BUCKET_S, max(BUCKET_S, -(-span // most)))
        buckets = span // width + 1 if width else 0
        near, place = _memories(self.travel[:count, :count], memory)
        fact = np.zeros(A_ENTRIES, np.int64)
        fact[[A_SHIFT, A_VISITS, A_DEPART, A_LIMIT]] = self.shift, count, depart, limit
        fact[[A_WIDTH, A_BUCKETS, A_REMEMBERED, A_MEMORY]] = width, buckets, kept, memory
        rate = int(self.arrays.rates[R_TRAVEL])
        leg = rate * UNIT * self.travel.astype(np.int64) // 60
        self.home = _least_home(self.travel, count)
        self.uses = [self._use_of(v) for v in self.visits]
        self.own = Pricing(
            fact=fact,
            node=np.array(self.visits, np.int64),
            travel=self.travel.astype(np.int32),
            leg=leg,
            term=np.zeros(count, np.int64),
            home=self.home,
            load=np.zeros(span + 1, np.int64),
            near=near,
            place=place,
            after=_afters(near, place, kept if width else 0),
            order=np.argsort(np.where(np.eye(count, dtype=bool), 2 * FORBIDDEN_S, self.travel[:count, :count]), axis=1),
            served=np.zeros((count if width else 0, span // BUCKET_S + 1), np.int64),
            late=np.zeros((count if width else 0, span // BUCKET_S + 1), np.int64),
            value=np.zeros((count if width else 0, buckets, 2, 1 << kept), np.int64),
        )
        self.extra = np.array([int(self.arrays.extra[self.shift, v]) * UNIT for v in self.visits], np.int64)
        if width:
            fill_clocks(self.arrays, self.own)
        self.at = {v: n for n, v in enumerate(self.visits)}
        self.set_load(0)
        self.plain_load = self.own.load.copy()

    @property
    def has_work_price(self) -> bool:
        """Whether the spread of work counts for this day."""
        return self.spread_units > 0

    def set_load(self, work_price: int) -> None:
        """Lay out the load: what the day's work costs, at a price of so many units a second of work less.

        A convex line below the true load: it never falls faster than driving about for nothing would cost, as a plan
        may have more work than its route shows.
        """
        arrays, row = self.arrays, self.arrays.shift[self.shift]
        work = np.arange(len(self.own.load), dtype=np.int64)
        is_staff = bool(arrays.owner[row[S_OWNER], O_STAFF])
        divisor, reserve = int(arrays.rates[R_LOAD_DIVISOR]), int(arrays.rates[R_RESERVE])
        load = np.zeros(len(work), np.int64)
        if is_staff and divisor:
            above = np.maximum(0, work + int(row[S_OFFSET]))
            # Rounded down to cents, the load is at most a cent below its square.
            load += np.maximum(0, _scaled(above * above - (divisor - 1), divisor))
        if is_staff and reserve:
            load += np.maximum(0, reserve * UNIT * np.maximum(0, work - int(row[S_FREE])) // 60 - ROUNDED)
        by_time = int(row[S_MINUTE_CENTS]), int(arrays.rates[R_WORKING_TIME])
        for rate in by_time:
            load += rate * UNIT * work // 60
        if self.has_work_price:
            load += self.spread_units * work * work // UNIT - work_price * work
        least_slope = 0 if arrays.visit[:, V_SYNCED].any() else -int(arrays.rates[R_TRAVEL]) * UNIT // 60
        slopes = np.maximum(np.diff(load), least_slope)
        slopes = np.minimum.accumulate(slopes[::-1])[::-1]
        # Where the load falls faster than that, work beyond it was reached over work that was not done.
        first = int(load[0]) if len(load) else 0
        falls = np.minimum(0, np.diff(load) - np.maximum(np.diff(load), least_slope))
        self.own.load[0] = first + int(falls.sum())
        np.cumsum(slopes, out=self.own.load[1:])
        self.own.load[1:] += self.own.load[0]
        rounded = sum(1 for rate in (int(arrays.rates[R_TRAVEL]), *by_time) if rate and not self._is_whole(rate))
        fixed = UNIT * (int(row[S_DAY_CENTS]) - idle_cents(arrays, self.shift)) - rounded * ROUNDED
        self.own.fact[A_FIXED] = fixed
        at = max(0, min(self.work_s, len(work) - 2))
        slope = int(self.own.load[at + 1] - self.own.load[at]) if len(work) > 1 else 0
        self.own.fact[A_SLOPE] = slope
        self.own.fact[A_ANCHOR] = int(self.own.load[at]) - slope * at + fixed if len(work) else fixed

    def _is_whole(self, rate: int) -> bool:
        """Return whether a rate by the minute needs no rounding for any way of this day."""
        service = self.arrays.duration[self.shift, self.visits]
        real = self.travel[self.travel < FORBIDDEN_S]
        return bool((rate * service % 60 == 0).all() and (rate * real % 60 == 0).all())

    def _use_of(self, visit: int) -> dict[int, int]:
        """Return what a visit draws from each stock row on this day; nothing where that depends on the route."""
        row, use = self.arrays.shift[self.shift], dict[int, int]()
        if row[S_REPLAYED]:
            return use
        for stock, amount, *_ in self.arrays.entries_of(visit, E_STOCK).tolist():
            if row[S_PICKUP] <= self.arrays.row[stock, ROW_UNTIL]:
                use[stock] = use.get(stock, 0) + amount
        return use

    def use_of(self, visit: int) -> dict[int, int]:
        """Return what a visit draws from each stock row on this day."""
        return self.uses[self.at[visit]]

    def set_prices(self, visit_units: IntArray, row_units: IntArray) -> None:
        """Set what serving each visit comes to, at prices of visits (>= 0) and of stock rows (<= 0), in units."""
        for n, v in enumerate(self.visits):
            drawn = sum(int(row_units[row]) * amount for row, amount in self.uses[n].items())
            self.own.term[n] = int(self.extra[n]) - int(visit_units[v]) - drawn

    def price(self, labels: LabelRoom, threshold: int, *, is_exact: bool) -> Priced:
        """Look for the cheapest routes at the prices that are set, below a threshold of at most 0."""
        if not self.visits:
            return Priced(0, [], True)
        if self.is_endless:
            return Priced(self.one_by_one(), [], False)
        if self.own.fact[A_WIDTH]:
            fill_values(self.arrays, self.own)
        span = len(self.own.load)
        while True:
            room = labels.for_day(len(self.visits), span)
            made = int(extend_labels(self.arrays, self.own, room, threshold, int(is_exact)))
            if made != FULL:
                break
            if not labels.grow():
                return Priced(self._at_least(), [], False)
        found = [
            Found(self._route(room, int(label)), int(units))
            for units, label in zip(room.best[: len(self.visits)], room.best_label, strict=False)
            if label != NONE
        ]
        found.sort(key=lambda one: (one.units, one.visits))
        return Priced(min([threshold, *(one.units for one in found)]), found, True)

    def units_of(self, visits: Sequence[int]) -> int | None:
        """Return the units of one order of visits at the prices that are set; `None` where it cannot be."""
        at = self.at
        if not all(v in at for v in visits):
            return None
        units = int(route_units(self.arrays, self.own, np.array([at[v] for v in visits], np.int64), len(visits)))
        return None if units >= FAR else units

    def plain_units(self, found: Found) -> int:
        """Return what a found route costs by itself, in units, all prices taken off again."""
        at, work = self.at, self.work_of(found.visits)
        priced = sum(int(self.own.term[at[v]] - self.extra[at[v]]) for v in found.visits)
        return found.units - priced - int(self.own.load[work]) + int(self.plain_load[work])

    def work_of(self, visits: Sequence[int]) -> int:
        """Return the seconds of travel and service of an order of visits."""
        at = self.at
        here, work, end = len(self.visits), 0, len(self.visits)
        for v in visits:
            work += int(self.travel[here, at[v]]) + int(self.arrays.duration[self.shift, v])
            here = at[v]
        return work + int(self.travel[here, end])

    def _route(self, room: Labels, label: int) -> tuple[int, ...]:
        route = []
        while label != NONE:
            route.append(self.visits[int(room.label[label, L_PLACE])])
            label = int(room.label[label, L_FROM])
        return tuple(reversed(route))

    def one_by_one(self) -> int:
        """Return units that no route is below, where labels cannot say: each visit that pays, over its shortest way."""
        own, count = self.own, len(self.visits)
        legs = np.where(np.eye(count + 1, count, dtype=bool), FAR, own.leg[:, :count]).min(axis=0)
        least = int(own.load.min()) + int(own.fact[A_FIXED])
        return min(0, least + int(np.minimum(0, own.term + legs).sum()))

    def _at_least(self) -> int:
        """Return units that no route is below by the completion table, where the labels found no room."""
        own = self.own
        if not own.fact[A_WIDTH]:
            return self.one_by_one()
        count, least = len(self.visits), 0
        for n in range(count):
            way = int(self.travel[count, n]) + int(self.arrays.duration[self.shift, self.visits[n]])
            bucket = way // int(own.fact[A_WIDTH])
            if bucket < own.fact[A_BUCKETS]:
                onward = int(own.value[n, bucket, :, 0].min())
                here = int(own.leg[count, n]) + int(own.term[n]) + int(own.fact[A_SLOPE]) * way
                least = min(least, here + onward + int(own.fact[A_ANCHOR]))
        return least


class LabelRoom:
    """Room for labels, which grows where it is needed; all days share it."""

    def __init__(self, most: int = MOST_LABELS) -> None:
        self.most = most
        self._label = np.zeros((min(FIRST_LABELS, most), L_COLUMNS), np.int64)

    def for_day(self, visits: int, span_s: int) -> Labels:
        """Return the room for a day of so many visits and seconds."""
        return Labels(
            label=self._label,
            bucket=np.zeros(span_s // BUCKET_S + 2, np.int64),
            last=np.zeros((visits, 2), np.int64),
            best=np.zeros(visits, np.int64),
            best_label=np.zeros(visits, np.int64),
        )

    def grow(self) -> bool:
        """Make four times as much room; return whether there was any to be had."""
        if len(self._label) >= self.most:
            return False
        self._label = np.zeros((min(4 * len(self._label), self.most), L_COLUMNS), np.int64)
        return True


def lay_out_days(
    problem: Problem, matrix: TravelMatrix, indexed: IndexedProblem, work_s: Sequence[int]
) -> list[DayPricing]:
    """Return the technician-days of a problem, priced at nothing; `work_s` is the work of each in a plan."""
    arrays = indexed.arrays
    ways = with_doors(problem, matrix)
    spread = _spread_units(arrays)
    days = []
    for s, shift in enumerate(indexed.shifts):
        visits = np.flatnonzero(arrays.duration[s, : int(arrays.rates[R_VISITS])] >= 0).tolist()
        person = problem.technician_by_id[shift.technician_id]
        keys = [indexed.visits[v].visit_id for v in visits]
        travel = _travel(ways, shift.profile, [*keys, start_key(person)], [*keys, end_key(person)])
        longest = int(arrays.shift[s, S_MAX_LEG] + arrays.shift[s, S_MORE_TRAVEL])
        over = _over_branch(ways, shift.profile, [*keys, start_key(person)], [*keys, end_key(person)], longest)
        travel[travel > longest] = FORBIDDEN_S
        travel = np.minimum(travel, over)
        is_staff = bool(arrays.owner[arrays.shift[s, S_OWNER], O_STAFF])
        days.append(DayPricing(arrays, s, visits, travel, int(work_s[s]), spread_units=spread if is_staff else 0))
    return days


def load_labels(problem: Problem, matrix: TravelMatrix, indexed: IndexedProblem) -> None:
    """Compile the labelling kernels, or load them from the cache: for any problem there is."""
    if runs_plain():
        return
    day = lay_out_days(problem, matrix, indexed, [0] * len(indexed.shifts))[0]
    room = LabelRoom().for_day(len(day.visits), len(day.own.load))
    for kernel, *more in ((fill_clocks,), (fill_values,), (extend_labels, room, 0, 1), (route_units, day.own.node, 0)):
        compile_kernel(kernel, day.arrays, day.own, *more)


def _spread_units(arrays: ProblemArrays) -> int:
    """Return the units of a second of work squared in the spread, times `UNIT`; 0 where it is left out.

    It is left out, as it never lowers a cost, where a technician has several days, whose sum would be squared.
    """
    if not arrays.rates[R_SPREAD] or not arrays.rates[R_STAFF] or (arrays.owner[:, O_DAYS] > 1).any():
        return 0
    if arrays.visit[:, V_SYNCED].any():
        return 0
    return int(arrays.rates[R_SPREAD]) * UNIT * UNIT // 360_000


def _scaled(number: IntArray, divisor: int) -> IntArray:
    """Return UNIT * number // divisor without leaving 64 bits."""
    whole, rest = np.divmod(number, divisor)
    scaled: IntArray = whole * UNIT + rest * UNIT // divisor
    return scaled


def _travel(ways: TravelMatrix, profile: str, origins: Sequence[str], destinations: Sequence[str]) -> IntArray:
    layer = ways.seconds[ways.profiles.index(profile)]
    rows, columns = [ways.row_of[key] for key in origins], [ways.row_of[key] for key in destinations]
    found: IntArray = layer[np.ix_(rows, columns)].astype(np.int64)
    found[found < 0] = FORBIDDEN_S
    return found


def _over_branch(
    ways: TravelMatrix, profile: str, origins: Sequence[str], destinations: Sequence[str], longest: int
) -> IntArray:
    """Return the seconds by a stop at the branch, which anybody may make once: it may be the shorter way."""
    there = _travel(ways, profile, origins, [BRANCH_PLACE])
    onward = _travel(ways, profile, [BRANCH_PLACE], destinations)
    is_far = (there > longest) | (onward > longest)
    over: IntArray = np.where(is_far, FORBIDDEN_S, np.minimum(there + onward, FORBIDDEN_S))
    return over


def _least_home(travel: IntArray, count: int) -> IntArray:
    """Return the seconds home from each visit at least, over whatever other visits; the start behind them."""
    home = travel[:, count].copy()
    for _ in range(count):
        over = (travel[:, :count] + home[None, :count]).min(axis=1) if count else home
        if (over >= home).all():
            break
        home = np.minimum(home, over)
    return home


def _memories(travel: IntArray, memory: int) -> tuple[IntArray, IntArray]:
    """Return the nearest visits of each one, nearest first, and where each stands among those of each other."""
    count = len(travel)
    place = np.full((count, count), NONE, np.int64)
    if not memory:
        return np.zeros((count, 0), np.int64), place
    apart = np.minimum(travel, travel.T) + 2 * FORBIDDEN_S * np.eye(count, dtype=np.int64)
    near = np.argsort(apart, axis=1, kind="stable")[:, :memory].astype(np.int64)
    np.put_along_axis(place, near, np.arange(memory)[None, :].repeat(count, axis=0), axis=1)
    return near, place


def _afters(near: IntArray, place: IntArray, kept: int) -> np.ndarray:
    """Return `Pricing.after` for so many remembered visits; nothing of any size without a table."""
    count = len(near)
    if not kept:
        return np.full((count, count, 1), 0, np.int32)
    known = np.where(place < kept, place, NONE)
    bit = np.where(known >= 0, 1 << np.maximum(known, 0), 0)
    after = np.zeros((count, count, 1 << kept), np.int32)
    for i in range(count):
        for memory in range(1 << kept):
            # What is remembered at j: i itself, and what of i's memory j knows.
            bits = bit[:, i].copy()
            for k in range(kept):
                if memory >> k & 1:
                    bits |= bit[:, near[i, k]]
            at = known[i]
            is_there = (at >= 0) & (memory >> np.maximum(at, 0) & 1 == 1)
            after[i, :, memory] = np.where(is_there, NONE, bits)
    return after


def idle_cents(arrays: ProblemArrays, shift: int) -> int:
    """Return what a technician-day costs without any work."""
    row = arrays.shift[shift]
    if not arrays.owner[row[S_OWNER], O_STAFF]:
        return 0
    divisor, reserve = int(arrays.rates[R_LOAD_DIVISOR]), int(arrays.rates[R_RESERVE])
    above = max(0, int(row[S_OFFSET]))
    cents = above * above // divisor if divisor else 0
    return cents + ((reserve * max(0, -int(row[S_FREE])) + 30) // 60 if reserve else 0)
