"""What the model of a day minimises: the soft rules as named parts, each to the cent.

Every part is bounded from below by its price, and the sum is minimised: at the minimum each is its price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.rules import Rule
from optimizer.engine.arrays import (
    FORBIDDEN_S,
    K_CONTINUITY,
    K_DAYS,
    K_PERSON,
    K_PUBLISHED,
    K_TIME,
    K_TOLD_CLOSE,
    K_TOLD_DAY,
    K_TOLD_EXCEPTION,
    K_TOLD_OPEN,
    MANDATORY_CENTS,
    O_STAFF,
    R_LATE_LARGE,
    R_LATE_SMALL,
    R_LATE_SMALL_S,
    R_LATE_WORST,
    R_LOAD_DIVISOR,
    R_MORE_OVERTIME,
    R_MORE_TRAVEL,
    R_MORE_VISITS,
    R_OVERTIME,
    R_RESERVE,
    R_SPREAD,
    R_STAFF,
    R_TRAVEL,
    R_WORKING_TIME,
    S_DAY,
    S_DAY_CENTS,
    S_END,
    S_FREE,
    S_MAX_LEG,
    S_MAX_TRAVEL,
    S_MAX_VISITS,
    S_MINUTE_CENTS,
    S_OFFSET,
    S_RETURN_LIMIT,
    V_CREW,
    V_PRICE,
    V_TOLD_CENTS,
    V_TOLD_CENTS_OTHER,
    V_TOLD_CLOSE,
    V_TOLD_DAY,
    V_TOLD_OPEN,
    V_TOLD_SHIFT,
    WHO_PREFERRED,
    WHO_PUBLISHED,
)
from optimizer.engine.master.day.latest import LatestDepartures
from optimizer.engine.master.day.routes import drives_s
from optimizer.engine.master.day.shared import among
from optimizer.engine.master.day.variables import Linear

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from optimizer.engine.master.day.clock import Lengths, Pieces
    from optimizer.engine.master.day.variables import Variables

    #: A part of the cost: the rule that it belongs to, and cents.
    Part = tuple[Rule, Linear]


class Work(NamedTuple):
    """Travel and service of a technician-day, in seconds."""

    travel: Linear
    service: Linear


#: More cents than any part of a plan's cost.
MOST_CENTS = 10**12


def parts_of_cost(variables: Variables, pieces: Pieces, lengths: Lengths) -> list[Part]:
    """Return the parts of the cost of a plan, what the arrays have left out from the beginning not counted."""
    work = work_of_days(variables, lengths)
    latest = LatestDepartures(variables, pieces, lengths)
    return [
        *absences(variables),
        *people(variables),
        *days(variables, work),
        *lateness(variables, pieces),
        *told_times(variables),
        *loads(variables, work),
        *excesses(variables),
        *working_time(variables, latest),
    ]


def absences(variables: Variables) -> list[Part]:
    """Price the visits left out: by priority and due day, a broken promise, the wait, what was told."""
    visit = variables.arrays.visit
    return [
        (Rule.UNASSIGNED, int(visit[head, V_PRICE]) * (1 - variables.served[head]))
        for head in variables.heads
        if visit[head, V_PRICE] < MANDATORY_CENTS
    ]


def people(variables: Variables) -> list[Part]:
    """Price who serves what on which day: levels above, strangers, days after the due one, other people than told."""
    model, arrays = variables.model, variables.arrays
    parts: list[Part] = [
        (Rule.OVERQUALIFIED, int(arrays.extra[key]) * is_on)
        for key, is_on in variables.serves.items()
        if arrays.extra[key]
    ]
    for head in variables.heads:
        if arrays.visit[head, V_CREW] == 1:
            continue
        row, served = arrays.crew[head], variables.served[head]
        parts += [
            (Rule.OVERDUE, int(row[K_DAYS + variables.day_of(s)]) * variables.serves[s, head])
            for s in variables.shifts
            if (s, head) in variables.serves
        ]
        if row[K_CONTINUITY]:
            stranger = model.new_bool_var(f"strangers_{head}")
            model.add_bool_or([~served, stranger, *among(variables, head, WHO_PREFERRED)])
            parts.append((Rule.CONTINUITY, int(row[K_CONTINUITY]) * stranger))
        parts += _crew_changes(variables, head)
    return parts


def _crew_changes(variables: Variables, head: int) -> list[Part]:
    """Price a crew of other people than told, or at another time: the dearer of both, on the day that was told."""
    model, row = variables.model, variables.arrays.crew[head]
    on_day = variables.is_on_day(head, int(row[K_TOLD_DAY]))
    if not on_day:
        return []
    others, later = model.new_bool_var(f"others_{head}"), model.new_bool_var(f"later_{head}")
    is_on = sum(on_day)
    told = sum(among(variables, head, WHO_PUBLISHED))
    model.add(told >= int(row[K_PUBLISHED]) * is_on).only_enforce_if(~others)
    start = variables.start[head]
    for one in on_day:
        model.add(start >= int(row[K_TOLD_OPEN])).only_enforce_if([one, ~later])
        model.add(start <= int(row[K_TOLD_CLOSE])).only_enforce_if([one, ~later])
    deviation = model.new_int_var(0, MOST_CENTS, f"deviation_{head}")
    model.add(deviation >= int(row[K_PERSON]) * others)
    model.add(deviation >= int(row[K_TIME]) * later)
    return [(Rule.STABILITY, deviation), (Rule.EXCEPTION, int(row[K_TOLD_EXCEPTION]) * later)]


def work_of_days(variables: Variables, lengths: Lengths) -> dict[int, Work]:
    """Return travel and service of each technician-day, in seconds; a crew's service counts for each of its people."""
    model, found = variables.model, {}
    for s in variables.shifts:
        travel = sum(
            variables.travel_s(s, *pair) * arc
            for pair, arc in variables.arcs[s].items()
            if variables.travel_s(s, *pair) < FORBIDDEN_S
        )
        service: Linear = 0
        for n in variables.nodes_of(s):
            if n not in variables.visits:
                continue
            head, is_on = variables.head_of(n), variables.serves[s, n]
            if len(variables.crew_of(head)) == 1:
                service += variables.duration_s(s, n) * is_on
            else:
                mine = model.new_int_var(0, variables.last_s - variables.first_s, f"serves_{s}_{n}_s")
                model.add(mine == lengths[head]).only_enforce_if(is_on)
                model.add(mine == 0).only_enforce_if(~is_on)
                service += mine
        found[s] = Work(travel, service)
    return found


def days(variables: Variables, work: dict[int, Work]) -> list[Part]:
    """Price the travel of each day, its overtime, and what a contractor gets for it."""
    rates, parts = variables.arrays.rates, list["Part"]()
    for s in variables.shifts:
        row, used = variables.arrays.shift[s], variables.used[s]
        travel, service = work[s]
        parts.append((Rule.TRAVEL, per_minute(variables, int(rates[R_TRAVEL]), travel)))
        overtime = above(variables, variables.comes_home[s] - int(row[S_END]), used)
        parts.append((Rule.OVERTIME, per_minute(variables, int(rates[R_OVERTIME]), overtime)))
        parts.append((Rule.CONTRACTOR, int(row[S_DAY_CENTS]) * used))
        parts.append((Rule.CONTRACTOR, per_minute(variables, int(row[S_MINUTE_CENTS]), travel + service)))
    return parts


def lateness(variables: Variables, pieces: Pieces) -> list[Part]:
    """Price each late start by both tiers, and the longest lateness of all."""
    model, rates = variables.model, variables.arrays.rates
    small, large, small_s = (int(rates[r]) for r in (R_LATE_SMALL, R_LATE_LARGE, R_LATE_SMALL_S))
    parts, worst = list["Part"](), model.new_int_var(0, MOST_CENTS, "worst_late_s")
    for head in variables.heads:
        late_pieces = [(p, is_it) for p, is_it, _ in pieces[head] if max(p.until_s, p.open_s) > p.close_s]
        if not late_pieces:
            continue
        late = model.new_int_var(0, max(max(p.until_s, p.open_s) - p.close_s for p, _ in late_pieces), f"late_{head}")
        for piece, is_it in late_pieces:
            model.add(late >= variables.start[head] - piece.close_s).only_enforce_if(is_it)
        model.add(worst >= late)
        cents = model.new_int_var(0, MOST_CENTS, f"late_cents_{head}")
        if small <= large:
            model.add(60 * cents >= small * late - 29)
            model.add(60 * cents >= small * small_s + large * (late - small_s) - 29)
        else:
            is_little = model.new_bool_var(f"little_{head}")
            model.add(late <= small_s).only_enforce_if(is_little)
            model.add(60 * cents >= small * late - 29).only_enforce_if(is_little)
            model.add(60 * cents >= small * small_s + large * (late - small_s) - 29).only_enforce_if(~is_little)
            model.add(late >= small_s).only_enforce_if(~is_little)
        parts.append((Rule.LATENESS, cents))
    if rates[R_LATE_WORST]:
        parts.append((Rule.LATENESS, per_minute(variables, int(rates[R_LATE_WORST]), worst)))
    return parts


def told_times(variables: Variables) -> list[Part]:
    """Price starts outside the window that the published plan told, on the day that it told; of one person's visits."""
    model, arrays, parts = variables.model, variables.arrays, list["Part"]()
    for (s, v), is_on in variables.serves.items():
        if v not in variables.visits or arrays.visit[v, V_TOLD_DAY] != arrays.shift[s, S_DAY]:
            continue
        row = arrays.visit[v]
        cents = int(row[V_TOLD_CENTS] if row[V_TOLD_SHIFT] == s else row[V_TOLD_CENTS_OTHER])
        if cents:
            outside = model.new_bool_var(f"outside_{s}_{v}")
            model.add(variables.start[v] >= int(row[V_TOLD_OPEN])).only_enforce_if([is_on, ~outside])
            model.add(variables.start[v] <= int(row[V_TOLD_CLOSE])).only_enforce_if([is_on, ~outside])
            parts.append((Rule.STABILITY, cents * outside))
    return parts


def loads(variables: Variables, work: dict[int, Work]) -> list[Part]:
    """Price the staff's load by its square, work in the reserve of a day, and the spread of work of all days."""
    model, arrays, parts = variables.model, variables.arrays, list["Part"]()
    rates, by_owner = arrays.rates, dict[int, Linear]()
    for s in variables.shifts:
        row, owner = arrays.shift[s], variables.owner_of(s)
        if not arrays.owner[owner, O_STAFF]:
            continue
        total = work[s].travel + work[s].service
        by_owner[owner] = by_owner.get(owner, 0) + total
        if rates[R_LOAD_DIVISOR]:
            over = above(variables, total + int(row[S_OFFSET]))
            parts.append((Rule.FAIRNESS, divided(variables, squared(variables, over), int(rates[R_LOAD_DIVISOR]))))
        if rates[R_RESERVE]:
            over = above(variables, total - int(row[S_FREE]))
            parts.append((Rule.RESERVE, per_minute(variables, int(rates[R_RESERVE]), over)))
    staff = int(rates[R_STAFF])
    if rates[R_SPREAD] and staff:
        loads_s = []
        for owner, total in by_owner.items():
            load_s = model.new_int_var(0, 10**6, f"work_{owner}")
            model.add(load_s == total)
            loads_s.append(load_s)
        all_s = model.new_int_var(0, 10**7, "work")
        model.add(all_s == sum(loads_s))
        spread = staff * sum(squared(variables, load_s) for load_s in loads_s) - squared(variables, all_s)
        parts.append((Rule.FAIRNESS, divided(variables, int(rates[R_SPREAD]) * spread, 360_000 * staff)))
    return parts


def excesses(variables: Variables) -> list[Part]:
    """Price what exceptions let a day exceed of its limits of travel, visits and return."""
    arrays, parts = variables.arrays, list["Part"]()
    if not len(arrays.more):
        return parts
    model, rates = variables.model, arrays.rates
    for s in variables.shifts:
        row, drives, used = arrays.shift[s], drives_s(variables, s), variables.used[s]
        far = model.new_int_var(0, 10**6, f"far_{s}")
        ways = {pair: way_s for pair, way_s in drives.items() if way_s < FORBIDDEN_S}
        for pair, way_s in ways.items():
            if way_s > row[S_MAX_LEG]:
                model.add(far >= way_s - int(row[S_MAX_LEG])).only_enforce_if(variables.arcs[s][pair])
        total = sum(way_s * variables.arcs[s][pair] for pair, way_s in ways.items())
        model.add(far >= total - int(row[S_MAX_TRAVEL]))
        parts.append((Rule.EXCEPTION, per_minute(variables, int(rates[R_MORE_TRAVEL]), far)))
        late = above(variables, variables.comes_home[s] - int(row[S_RETURN_LIMIT]), used)
        parts.append((Rule.EXCEPTION, per_minute(variables, int(rates[R_MORE_OVERTIME]), late)))
        count = sum(variables.serves[s, n] for n in variables.nodes_of(s) if n in variables.visits)
        many = above(variables, count - int(row[S_MAX_VISITS]))
        parts.append((Rule.EXCEPTION, int(rates[R_MORE_VISITS]) * many))
    return parts


def working_time(variables: Variables, latest: LatestDepartures) -> list[Part]:
    """Price how long each day lasts, from its latest useful departure to the return."""
    rate = int(variables.arrays.rates[R_WORKING_TIME])
    lengths = {s: variables.model.new_int_var(0, 10**6, f"lasts_{s}") for s in latest.departs if rate}
    for s, length in lengths.items():
        variables.model.add(length >= latest.length_s(s)).only_enforce_if(variables.used[s])
    return [(Rule.WORKING_TIME, per_minute(variables, rate, length)) for length in lengths.values()]


# --- arithmetic -----------------------------------------------------------------------------------------------------


def per_minute(variables: Variables, rate: int, seconds: Linear) -> Linear:
    """Return the cents of seconds at a rate per minute, rounded half up."""
    if not rate:
        return 0
    cents = variables.model.new_int_var(0, MOST_CENTS, "cents")
    variables.model.add(60 * cents >= rate * seconds - 29)
    return cents


def divided(variables: Variables, amount: Linear, divisor: int) -> cp_model.IntVar:
    """Return an amount divided and rounded down."""
    quotient = variables.model.new_int_var(0, MOST_CENTS, "quotient")
    variables.model.add(divisor * quotient >= amount - (divisor - 1))
    return quotient


def above(variables: Variables, amount: Linear, is_on: cp_model.IntVar | None = None) -> cp_model.IntVar:
    """Return an amount, or 0 where it is negative; where `is_on` is false, 0."""
    over = variables.model.new_int_var(0, 10**6, "over")
    bound = variables.model.add(over >= amount)
    if is_on is not None:
        bound.only_enforce_if(is_on)
    return over


def squared(variables: Variables, amount: cp_model.IntVar) -> cp_model.IntVar:
    """Return the square of an amount."""
    square = variables.model.new_int_var(0, 10**14, "square")
    variables.model.add_multiplication_equality(square, [amount, amount])
    return square
