"""Tiny problems that may have anything the rule book knows, by day or by night, in zones whose clocks change.

The facts come first, as `facts_of_the_book` draws them; `CHANGES` then makes each problem harder, one after another; a
plan is built for what results, and what is told, excepted, locked, paid and answered follows from that plan. So at
least one plan of each problem is clean. What is new in the rule book is drawn by a function more in `CHANGES`, and
`test_random_rule_book.py` has a line that sees it drawn.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.order import Difficulty
from optimizer.domain.policy import Floor
from optimizer.domain.problem import BRANCH_PLACE
from optimizer.domain.units import FAR_FUTURE_S, HOUR_S, at
from optimizer.travel.matrix import UNREACHABLE
from tests.random_nights import NIGHTS, by_night
from tests.random_problems import (
    MONDAY,
    by_the_hour,
    facts_of_the_book,
    random_matrix,
    with_doors,
    with_pauses,
    with_repeats,
    with_rests,
    with_what_follows,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from optimizer.domain.order import Order
    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import HeldSkill, Shift, Technician
    from optimizer.travel.matrix import TravelMatrix
    from tests.random_problems import DayRoutes


def random_rule_book(
    seed: int, *, most_visits: int = 4, most_technicians: int = 3, most_shifts: int = 4
) -> tuple[Problem, TravelMatrix, DayRoutes]:
    """Return the problem of a seed, its travel matrix, and the routes of a clean plan by technician and day."""
    rng = Random(f"rule book {seed}")
    problem = by_the_hour(seed, facts_of_the_book(rng, most_visits, (1, most_technicians), most_shifts))
    for change in CHANGES:
        problem = change(rng, problem)
    problem = with_doors(seed, with_repeats(seed, problem))
    later = Random(f"pauses {seed}")
    problem = with_pauses(later, problem) if later.random() < 0.3 else problem
    return with_what_follows(rng, seed, problem, without_short_cuts(random_matrix(rng, problem)), tries=4)


def without_short_cuts(matrix: TravelMatrix) -> TravelMatrix:
    """Return travel in which no way over the branch is shorter than the direct one, as the engine takes it for given.

    Other places may still be short cuts.
    """
    seconds, branch = matrix.seconds.astype(np.int64), matrix.row_of[BRANCH_PLACE]
    seconds[seconds < 0] = FAR_FUTURE_S
    over = seconds[:, :, branch, None] + seconds[:, branch, None, :]
    least = np.minimum(seconds, over)
    return replace(matrix, seconds=np.where(least < FAR_FUTURE_S, least, UNREACHABLE).astype(np.int32))


def with_carried_over_and_kinds(rng: Random, problem: Problem) -> Problem:
    """Let orders be left over from several days, be hard work, and be of key customers."""

    def changed(order: Order) -> Order:
        carried = rng.choice((0, 0, 0, 1, 2, 3))
        return replace(order, carried_over=carried, difficulty=rng.choice((Difficulty.NORMAL, Difficulty.HARD)))

    tiers = {customer.customer_id: rng.choice(("", "", "key")) for customer in problem.customers}
    return replace(
        problem,
        orders=tuple(map(changed, problem.orders)),
        customers=tuple(replace(customer, tier=tiers[customer.customer_id]) for customer in problem.customers),
    )


def with_least_levels(rng: Random, problem: Problem) -> Problem:
    """Let levels and priorities have floors, and promises and waits other prices than usual."""
    floors = (
        Floor(),
        Floor(urgency={"emergency": 5}, difficulty={"hard": 3}, tier={"key": 4}),
        Floor(difficulty={"hard": 2}, tier={"key": 2}),
    )
    policy = replace(
        problem.policy,
        level_floor=rng.choice((floors[0], floors[2])),
        priority_floor=rng.choice(floors),
        broken_promise_cents=rng.choice((0, 7_001, 50_000)),
        waiting_cents=rng.choice((0, 501)),
        waiting_tier_cents=rng.choice(({}, {"key": 2_003})),
    )
    return replace(problem, policy=policy)


def with_short_shifts(rng: Random, problem: Problem) -> Problem:
    """Let some shifts end after three hours, with two hours of overtime to go into."""

    def changed(shift: Shift) -> Shift:
        is_short = rng.random() < 0.3
        return replace(shift, end_s=shift.start_s + 3 * HOUR_S, overtime_limit_s=2 * HOUR_S) if is_short else shift

    return replace(problem, shifts=tuple(map(changed, problem.shifts)))


def in_nights(rng: Random, problem: Problem) -> Problem:
    """Move most problems to days on which the clocks may change, and into the nights between them."""
    first_day, zone = rng.choice(NIGHTS)
    if rng.random() < 0.25:
        return problem
    later = by_night(problem, first_day, zone)
    days = first_day - MONDAY
    return replace(
        later,
        orders=tuple(replace(o, due_day=o.due_day and o.due_day + days) for o in later.orders),
        technicians=tuple(_dated(technician, days) for technician in later.technicians),
        arrivals=tuple(
            arrival if arrival.arrives_s is not None else replace(arrival, usable_on=arrival.usable_on + days)
            for arrival in later.arrivals
        ),
        reservations=tuple(replace(held, day=held.day + days) for held in later.reservations),
        loans=tuple(
            replace(loan, due=loan.due + days, return_booked=loan.return_booked and loan.return_booked + days)
            for loan in later.loans
        ),
    )


def _dated(technician: Technician, days: timedelta) -> Technician:
    """Return a technician whose certificates are so many days later."""

    def moved(held: HeldSkill) -> HeldSkill:
        since, until = held.valid_from, held.valid_until
        return replace(held, valid_from=since and since + days, valid_until=until and until + days)

    return replace(technician, skills=tuple(map(moved, technician.skills)))


def with_rests_and_neighbours(rng: Random, problem: Problem) -> Problem:
    """Let rests bind in most problems, also around the horizon."""
    return with_rests(rng, problem) if rng.random() < 0.7 else problem


def planned_late(rng: Random, problem: Problem) -> Problem:
    """Let some plans be made while the first day has begun, so that its floor binds."""
    if rng.random() < 0.7:
        return problem
    first_s = min((shift.start_s for shift in problem.shifts), default=at(8))
    leads = rng.choice(((900, 600, 1800, 300), (0, 0, 0, 0)))
    names = ("lead_to_leave_s", "lead_on_road_s", "lead_with_parts_s", "lead_emergency_s")
    policy = replace(problem.policy, **dict(zip(names, leads, strict=True)))
    return replace(problem, as_of_s=first_s + rng.randrange(0, 4 * HOUR_S, 300), policy=policy)


#: What is drawn after the facts, in this order.
CHANGES: tuple[Callable[[Random, Problem], Problem], ...] = (
    with_carried_over_and_kinds,
    with_least_levels,
    with_short_shifts,
    in_nights,
    with_rests_and_neighbours,
    planned_late,
)
