"""Varied small problems that are known to have a plan: every locked visit can be kept, because the locks follow a plan.

A problem is drawn without locks first; a plan is built for it by inserting visits one by one wherever the judge finds
no violation; locks and a published plan are then read off that plan.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import (
    INSTALLATION,
    Confirmed,
    Customer,
    GapFrom,
    Interval,
    LastRepair,
    Load,
    Order,
    PartNeed,
    Place,
    PlaceKind,
    Predecessor,
    SkillNeed,
    ToolNeed,
    Urgency,
    Visit,
)
from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.policy import ContractorPay, Fairness, Pickup, Policy
from optimizer.domain.problem import Branch, Lock, LockLevel, Problem, PublishedVisit
from optimizer.domain.stock import Arrival, Loan, Part, Reservation, Tool
from optimizer.domain.technician import Break, Employment, HeldSkill, Shift, Technician, WorkLedger
from optimizer.domain.units import DAY_S, MINUTE_S, at
from optimizer.judge.facts import Facts, skill_gaps
from optimizer.judge.hard_rules import refusals
from optimizer.judge.timing import time_canonically
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.moments.changes import stay_near
from optimizer.moments.started import with_started
from optimizer.travel.matrix import UNREACHABLE, TravelMatrix

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan, Route, Stop
    from optimizer.judge.facts import Tour

MONDAY = date(2026, 11, 23)
#: In time for Monday; then twice after the close of business on Friday, when notice is short.
MOMENTS = (at(16, day=-3), at(16, day=-3), at(16, day=-1), at(7))
AREAS = ("north", "south")
SKILLS = ("aircon", "electric")
PARTS = ("P1", "P2")

Routes = dict[str, list[str]]
DayRoutes = dict[tuple[str, int], list[str]]


def random_problem(seed: int, *, most_visits: int = 8, most_technicians: int = 3) -> tuple[Problem, TravelMatrix]:
    """Return the problem of a seed and its travel matrix; at least one plan of it is clean."""
    problem, matrix, _ = random_problem_with_plan(seed, most_visits=most_visits, most_technicians=most_technicians)
    return problem, matrix


def random_problem_with_plan(
    seed: int, *, most_visits: int = 8, most_technicians: int = 3
) -> tuple[Problem, TravelMatrix, Routes]:
    """Return also the routes of a clean plan."""
    rng = Random(seed)
    plain = _without_locks(rng, rng.randint(1, most_visits), rng.randint(1, most_technicians))
    problem = with_doors(seed, with_repeats(seed, by_the_hour(seed, plain)))
    matrix = random_matrix(rng, problem)
    routes = _any_plan(rng, problem, matrix)
    plan = time_routes(problem, matrix, routes)
    told = _with_more_to_price(seed, _with_published(rng, problem, plan))
    told = _with_exceptions(seed, told, matrix, plan)
    locked = _with_possible_duties(_with_locks(rng, told, plan), matrix, routes)
    locked = _with_answers(seed, _with_pay(seed, locked), matrix, routes)
    judgement = judge_plan(locked, matrix, time_routes(locked, matrix, routes))
    assert judgement.is_clean, f"seed {seed}: {judgement.violations}"
    return locked, matrix, routes


def random_whole_problem(
    seed: int, *, most_visits: int = 4, most_technicians: int = 3, most_shifts: int = 4
) -> tuple[Problem, TravelMatrix]:
    """Return a tiny problem in which every rule may matter: crews, tools, sequences, loads, several days, stops.

    At least one plan of it is clean. `most_shifts` keeps it small enough for brute force.
    """
    problem, matrix, _ = random_whole_problem_with_plan(
        seed, most_visits=most_visits, most_technicians=most_technicians, most_shifts=most_shifts
    )
    return problem, matrix


def random_whole_problem_with_plan(
    seed: int, *, most_visits: int = 4, most_technicians: int = 3, most_shifts: int = 4
) -> tuple[Problem, TravelMatrix, DayRoutes]:
    """Return also the routes of a clean plan, by technician and day."""
    rng = Random(seed)
    facts = facts_of_the_book(rng, most_visits, (2, most_technicians), most_shifts)
    return with_what_follows(rng, seed, with_doors(seed, with_repeats(seed, by_the_hour(seed, facts))))


def facts_of_the_book(rng: Random, most_visits: int, technicians: tuple[int, int], most_shifts: int) -> Problem:
    """Return a tiny problem of the whole rule book before anybody has planned it: nothing locked, told or excepted.

    Parameters
    ----------
    technicians
        How many at least, and at most.
    """
    return _with_the_whole_book(
        rng, _without_locks(rng, rng.randint(2, most_visits), rng.randint(*technicians)), most_shifts
    )


def with_what_follows(
    rng: Random, seed: int, problem: Problem, matrix: TravelMatrix | None = None, *, tries: int = 1
) -> tuple[Problem, TravelMatrix, DayRoutes]:
    """Plan such a problem; return it with what is told, excepted, locked, paid and answered after that plan.

    Parameters
    ----------
    tries
        How often exceptions are drawn.
    """
    matrix = random_matrix(rng, problem) if matrix is None else matrix
    routes = _any_days(rng, problem, matrix)
    plan = time_routes(problem, matrix, routes)
    told = _with_more_to_price(seed, _with_published(rng, problem, plan))
    for number in range(tries):
        told = _with_exceptions(seed + 10_000 * number, told, matrix, plan)
    locked = _with_possible_duties(_with_locks(rng, told, plan), matrix, routes)
    locked = _with_answers(seed, _with_pay(seed, locked), matrix, routes)
    judgement = judge_plan(locked, matrix, time_routes(locked, matrix, routes))
    assert judgement.is_clean, f"seed {seed}: {judgement.violations}"
    return locked, matrix, routes


def random_nights(
    seed: int, *, most_visits: int = 4, most_technicians: int = 2, most_shifts: int = 5
) -> tuple[Problem, TravelMatrix, DayRoutes]:
    """Return a tiny problem of the whole rule book by night, with rests between nights in a row and around the horizon.

    At least one plan of it is clean: its routes are returned, too.
    """
    rng = Random(f"nights {seed}")
    facts = facts_of_the_book(rng, most_visits, (1, most_technicians), most_shifts)
    problem = with_doors(seed, with_repeats(seed, with_rests(rng, _by_night(rng, by_the_hour(seed, facts)))))
    return _with_what_locks(rng, seed, problem)


def _with_what_locks(rng: Random, seed: int, problem: Problem) -> tuple[Problem, TravelMatrix, DayRoutes]:
    """Plan a problem; return it with what is told and locked after that plan, its travel and the routes."""
    matrix = random_matrix(rng, problem)
    routes = _any_days(rng, problem, matrix)
    plan = time_routes(problem, matrix, routes)
    locked = _with_possible_duties(_with_locks(rng, _with_published(rng, problem, plan), plan), matrix, routes)
    judgement = judge_plan(locked, matrix, time_routes(locked, matrix, routes))
    assert judgement.is_clean, f"seed {seed}: {judgement.violations}"
    return locked, matrix, routes


def random_pauses(
    seed: int, *, most_visits: int = 5, most_technicians: int = 2, most_shifts: int = 4
) -> tuple[Problem, TravelMatrix]:
    """Return a tiny problem whose long services may pause, of the whole rule book or not; some plan of it is clean."""
    rng = Random(f"pauses {seed}")
    problem = with_pauses(rng, _without_locks(rng, rng.randint(1, most_visits), rng.randint(1, most_technicians)))
    if rng.random() < 0.4:
        problem = _with_the_whole_book(rng, problem, most_shifts)
    return _with_what_locks(rng, seed, problem)[:2]


def random_day_under_way(seed: int, *, is_whole: bool = False) -> tuple[Problem, TravelMatrix]:
    """Return a problem in the middle of its first day: part of a published plan has begun, and the rest may change.

    At least the plan of what has begun is clean.
    """
    rng = Random(seed)
    drawn, matrix, routes = (random_whole_problem_with_plan if is_whole else random_problem_with_plan)(seed)
    leads = {"lead_to_leave_s": 900, "lead_on_road_s": 600, "lead_with_parts_s": 1800, "lead_emergency_s": 300}
    policy = replace(drawn.policy, **rng.choice((leads, leads, {})))
    plain = replace(drawn, locks=(), published=(), loans=(), policy=policy)
    published = time_routes(plain, matrix, routes)
    today = replace(plain, as_of_s=rng.randrange(at(8), at(15), 300))
    begun = with_started(today, matrix, published, {})
    first: DayRoutes = {}
    for lock in sorted(begun.locks, key=lambda lock: lock.position):
        first.setdefault((lock.technician_id, lock.day), []).append(lock.visit_id)
    if not judge_plan(begun, matrix, time_routes(begun, matrix, first)).is_clean:
        begun = today
    return stay_near(begun, published, released=[visit.visit_id for visit in begun.visits]), matrix


# --- facts ----------------------------------------------------------------------------------------------------------


def _without_locks(rng: Random, visits: int, people: int) -> Problem:
    names = [f"T{n}" for n in range(1, people + 1)]
    technicians = tuple(_technician(rng, name) for name in names)
    jobs = [_job(rng, f"V{n}", names) for n in range(1, visits + 1)]
    return Problem(
        branch=Branch("B", "Branch", Place(31.2, 121.4)),
        first_day=MONDAY,
        as_of_s=rng.choice(MOMENTS),
        customers=tuple(customer for _, _, customer in jobs),
        orders=tuple(order for _, order, _ in jobs),
        visits=tuple(visit for visit, _, _ in jobs),
        technicians=technicians,
        shifts=tuple(_shift(rng, name) for name in names if rng.random() < 0.95 or name == "T1"),
        policy=_policy(rng),
        parts=tuple(Part(part, part, rng.choice((-1, 0, 1, 2, 3, 4))) for part in PARTS),
        arrivals=tuple(_arrival(rng) for _ in range(rng.choice((0, 0, 1, 2)))),
        reservations=tuple(_reservation(rng, n, visits) for n in range(rng.choice((0, 0, 1, 2)))),
        loans=tuple(_loan(rng, rng.choice(names)) for _ in range(rng.choice((0, 0, 1)))),
    )


def _technician(rng: Random, name: str) -> Technician:
    home = _place(rng) if rng.random() < 0.4 else None
    end = home if rng.random() < 0.8 else (_place(rng) if rng.random() < 0.5 else None)
    skills = tuple(_held(rng, skill) for skill in SKILLS if rng.random() < 0.9)
    return Technician(
        name,
        f"Technician {name}",
        Employment.CONTRACTOR if rng.random() < 0.2 else Employment.EMPLOYEE,
        skills=skills,
        start=home,
        end=end,
        areas=frozenset({rng.choice(AREAS)}) if rng.random() < 0.15 else frozenset(),
        ledger=rng.choice((WorkLedger(), WorkLedger(150_000, 144_000, 5), WorkLedger(80_000, 115_201, 4))),
    )


def _held(rng: Random, skill: str) -> HeldSkill:
    level = rng.choice((1, 2, 3, 3))
    return HeldSkill(
        skill,
        level,
        valid_from=rng.choice((None, None, None, None, None, MONDAY, MONDAY + timedelta(1))),
        valid_until=rng.choice((None, None, None, None, None, MONDAY, MONDAY - timedelta(1))),
        factor_pct=rng.choice((85, 100, 100, 125, 133)),
        surcharge_s=1800 if level == 1 and rng.random() < 0.3 else 0,
    )


def _shift(rng: Random, name: str) -> Shift:
    start_s = at(rng.choice((7, 8, 8, 9)), rng.choice((0, 0, 30)))
    end_s = start_s + rng.choice((5, 9, 9, 10)) * 3600
    rest = Break(Interval(at(11, 30), at(rng.choice((12, 13)), 30)), rng.choice((1800, 2700)))
    drawn = Shift(
        name,
        0,
        start_s,
        end_s,
        overtime_limit_s=rng.choice((0, 1800, 3600, 7200)),
        break_=rest if rng.random() < 0.75 else None,
        contracted_s=rng.choice((end_s - start_s - 3600, 4 * 3600)),
        max_leg_s=2400 if rng.random() < 0.1 else None,
        max_travel_s=7200 if rng.random() < 0.1 else None,
        max_visits=rng.randint(1, 4) if rng.random() < 0.1 else None,
        profile=rng.choice(("car", "car", "ebike")),
    )
    # Told by what is drawn already, so that the draws of all other facts stay as they are.
    is_limited = drawn.contracted_s == 4 * 3600 and drawn.overtime_limit_s == 1800
    return replace(drawn, max_duty_s=(6 if drawn.profile == "car" else 4) * 3600) if is_limited else drawn


def _job(rng: Random, name: str, people: list[str]) -> tuple[Visit, Order, Customer]:
    visit = Visit(
        name,
        f"O-{name}",
        _place(rng),
        rng.choice((900, 1234, 1800, 2700, 3600, 5400)),
        skills=tuple(SkillNeed(skill, rng.choice((1, 1, 2, 3))) for skill in SKILLS if rng.random() < 0.25),
        parts=tuple(PartNeed(part, rng.choice((1, 1, 2))) for part in PARTS if rng.random() < 0.25),
        intermittent=rng.random() < 0.1,
        critical_test_s=600 if rng.random() < 0.1 else 0,
        ready_s=at(rng.randint(9, 14)) if rng.random() < 0.1 else None,
        works_through=rng.random() < 0.15,
        area=rng.choice((*AREAS, "", "")),
        required=frozenset({rng.choice(people)}) if rng.random() < 0.08 else frozenset(),
        prohibited=frozenset({rng.choice(people)}) if rng.random() < 0.08 else frozenset(),
        crew_size=2 if rng.random() < 0.03 else 1,
    )
    windows = _windows(rng)
    # Told by what is drawn already, so that the draws of all other facts stay as they are.
    is_emergency = not windows and visit.base_s <= 2700
    is_promised = rng.random() < 0.4
    order = Order(
        f"O-{name}",
        f"C-{name}",
        requested=windows,
        promised=windows if is_promised else (),
        due_day=rng.choice((None, MONDAY - timedelta(3), MONDAY, MONDAY + timedelta(1), MONDAY + timedelta(4))),
        priority=rng.randint(1, 5),
        urgency=Urgency.EMERGENCY if is_emergency else Urgency.NORMAL,
        carried_over=rng.random() < 0.15,
    )
    return visit, order, _customer(rng, f"C-{name}", people)


def _customer(rng: Random, name: str, people: list[str]) -> Customer:
    opening = None
    if rng.random() < 0.25:
        opening = ((0, Interval(at(9), at(12))), (0, Interval(at(13, 30), at(18))))
    elif rng.random() < 0.15:
        opening = ((0, Interval(at(8, 30), at(17))), (1, Interval(at(8, 30), at(12))))
    return Customer(
        name,
        name,
        opening=opening,
        closed=(Interval(at(12), at(13)),) if rng.random() < 0.25 else (),
        refused=frozenset({rng.choice(people)}) if rng.random() < 0.08 else frozenset(),
        served_by=tuple(rng.sample(people, 1)) if rng.random() < 0.3 else (),
    )


def _windows(rng: Random) -> tuple[Interval, ...]:
    """Return none, one, or several windows; two may overlap."""
    count = rng.choice((0, 1, 1, 1, 2, 2, 3))
    opens = sorted(rng.sample(range(at(8), at(16), 1800), count))
    return tuple(Interval(o, o + rng.choice((1800, 3600, 7200))) for o in opens)


def _place(rng: Random) -> Place:
    return Place(31.2 + rng.uniform(-0.1, 0.1), 121.4 + rng.uniform(-0.1, 0.1))


def _arrival(rng: Random) -> Arrival:
    return Arrival(rng.choice(PARTS), rng.randint(1, 2), MONDAY + timedelta(rng.choice((-3, -1, 0, 0, 1))))


def by_the_hour(seed: int | str, problem: Problem) -> Problem:
    """Return a problem, a quarter of all, one part of which arrives at moments of a day, with fewer of it on hand.

    There are few moments: brute force tries to wait for each.
    """
    rng = Random(f"hours {seed}")
    if rng.random() > 0.25:
        return problem
    part_id = rng.choice(PARTS)
    arrivals = [
        Arrival(part_id, rng.randint(1, 2), MONDAY + timedelta(day), problem.clock.moment_s(day, time_s))
        for day in range(problem.days)
        for time_s in rng.sample(range(at(7), at(13), 900), rng.choice((1, 1, 2)))
    ]
    return replace(
        problem,
        arrivals=(*problem.arrivals, *arrivals),
        parts=tuple(
            replace(part, on_hand=min(part.on_hand, rng.choice((0, 0, 1)))) if part.part_id == part_id else part
            for part in problem.parts
        ),
        policy=replace(problem.policy, pick_s=rng.choice((0, 1800))),
    )


def _reservation(rng: Random, number: int, visits: int) -> Reservation:
    holder = rng.choice(("", "elsewhere", f"V{rng.randint(1, visits)}", f"V{rng.randint(1, visits)}"))
    day = MONDAY + timedelta(rng.choice((-1, 0, 2)))
    return Reservation(f"R{number}", rng.choice(PARTS), 1, day, holder)


def _loan(rng: Random, who: str) -> Loan:
    due = MONDAY + timedelta(rng.choice((-4, -3, -1, 0)))
    booked = rng.choice((None, MONDAY, MONDAY + timedelta(1)))
    return Loan("L1", who, rng.choice(PARTS), 1, due, booked)


def _policy(rng: Random) -> Policy:
    return Policy(
        arrival_lead_s=rng.choice((0, 300)),
        morning_s=rng.choice((0, 0, 900)),
        max_lateness_s=rng.choice((None, 7200, 0)),
        pickup=rng.choice((Pickup.EVENING, Pickup.EVENING, Pickup.STOP)),
        working_time_cents=rng.choice((0, 0, 35)),
        fairness=rng.choice(tuple(Fairness)),
    )


def random_matrix(rng: Random, problem: Problem) -> TravelMatrix:
    """Return travel that is longer one way than the other, breaks the triangle, and lacks a few pairs."""
    places = problem.places()
    points = np.array([(p.lat, p.lon) for p in places.values()])
    away = np.abs(points[:, None, :] - points[None, :, :]).sum(axis=2)
    base_s = away / 0.1 * 20 * MINUTE_S
    count = len(places)
    profiles = []
    for slowness in (1.0, 1.5):
        noise = np.array([rng.uniform(0.6, 1.6) for _ in range(count * count)]).reshape(count, count)
        seconds = (base_s * noise * slowness).astype(np.int32) + 60
        lost = np.array([rng.random() < 0.02 for _ in range(count * count)]).reshape(count, count)
        seconds[lost] = UNREACHABLE
        np.fill_diagonal(seconds, 0)
        profiles.append(seconds)
    stacked = np.stack(profiles)
    return TravelMatrix(tuple(places), ("car", "ebike"), stacked, np.where(stacked < 0, stacked, stacked * 10))


# --- the whole rule book ---------------------------------------------------------------------------------------------


def _with_the_whole_book(rng: Random, problem: Problem, most_shifts: int) -> Problem:
    """Add to a problem of one day what its kinds of facts leave out, each with some chance."""
    days = rng.choice((1, 1, 2, 3))
    has = {name: rng.random() < 0.5 for name in ("crew", "tool", "sequence", "load", "own", "stop")}
    names = [technician.technician_id for technician in problem.technicians]
    visits = []
    for number, visit in enumerate(problem.visits):
        first = problem.visits[rng.randrange(number)].visit_id if number else ""
        size = rng.choice((1, 2, 2, 3)) if has["crew"] and number < 2 else 1
        visits.append(
            replace(
                visit,
                crew_size=min(size, len(names)),
                skills=visit.skills if rng.random() < 0.4 else (),
                lead_skills=(SkillNeed(rng.choice(SKILLS), rng.choice((1, 2))),) if rng.random() < 0.4 else (),
                required=frozenset(rng.sample(names, 1)) if rng.random() < 0.1 else frozenset(),
                tools=(ToolNeed("ladder", rng.choice((1, 1, 2))),) if has["tool"] and rng.random() < 0.6 else (),
                after=(_predecessor(rng, first),) if has["sequence"] and first and rng.random() < 0.6 else (),
                loads=(Load("kg", rng.choice((20, 40, 60))),) if has["load"] and rng.random() < 0.7 else (),
                ready_s=None if visit.ready_s is None else visit.ready_s + rng.randrange(days) * DAY_S,
            )
        )
    orders = tuple(_over_days(rng, order, days) for order in problem.orders)
    pickup = Pickup.STOP if has["stop"] else problem.policy.pickup
    return replace(
        problem,
        days=days,
        visits=tuple(visits),
        orders=orders,
        customers=tuple(_over_weekdays(customer, days) for customer in problem.customers),
        technicians=tuple(_equipped(rng, technician, has) for technician in problem.technicians),
        shifts=_shifts_over_days(rng, problem.shifts, days, most_shifts),
        tools=(Tool("ladder", "Ladder", rng.choice((0, 1, 1, 2))),),
        arrivals=tuple(replace(a, usable_on=a.usable_on + timedelta(rng.randrange(days))) for a in problem.arrivals),
        parts=tuple(replace(part, on_hand=part.on_hand + 1) for part in problem.parts),
        loans=problem.loans if rng.random() < 0.3 else (),
        policy=replace(problem.policy, pickup=pickup),
    )


def _by_night(rng: Random, problem: Problem) -> Problem:
    """Return a problem half a day later: shifts begin in the evening, windows lie in the night, no hours bind."""
    by_s = rng.choice((10, 12, 13)) * 3600

    def later(span: Interval) -> Interval:
        return Interval(span.open_s + by_s, span.close_s + by_s)

    def moved(shift: Shift) -> Shift:
        rest = shift.break_
        rest = None if rest is None else replace(rest, window=later(rest.window))
        return replace(shift, start_s=shift.start_s + by_s, end_s=shift.end_s + by_s, break_=rest)

    nights = tuple(Interval(at(19, day=day), at(29, day=day)) for day in range(problem.days))
    orders = []
    for order in problem.orders:
        windows = tuple(map(later, order.requested)) or nights
        orders.append(replace(order, requested=windows, promised=windows if order.promised else ()))
    return replace(
        problem,
        shifts=tuple(map(moved, problem.shifts)),
        arrivals=tuple(
            a if a.arrives_s is None else replace(a, arrives_s=a.arrives_s + by_s) for a in problem.arrivals
        ),
        orders=tuple(orders),
        visits=tuple(replace(v, ready_s=None if v.ready_s is None else v.ready_s + by_s) for v in problem.visits),
        customers=tuple(replace(customer, opening=None, closed=()) for customer in problem.customers),
    )


def with_pauses(rng: Random, problem: Problem) -> Problem:
    """Return a problem with long services that may pause, and with customers who close about noon."""
    policy = replace(
        problem.policy,
        pause_kinds=frozenset({"inspection"}),
        pause_over_s=rng.choice((1200, 3000, 9000)),
        pause_leave_s=rng.choice((0, 1, 300, 600)),
    )
    noon = (Interval(at(12), at(rng.choice((12, 13)), 40)),)
    return replace(
        problem,
        policy=policy,
        visits=tuple(replace(v, base_s=v.base_s + rng.choice((0, 3600, 9000, 14_400))) for v in problem.visits),
        orders=tuple(replace(o, kind="inspection" if rng.random() < 0.85 else "repair") for o in problem.orders),
        customers=tuple(replace(c, closed=noon if rng.random() < 0.5 else ()) for c in problem.customers),
    )


def with_rests(rng: Random, problem: Problem) -> Problem:
    """Return a problem with rests that bind, and with shifts on the days around the horizon."""
    policy = replace(
        problem.policy,
        rest_s=rng.choice((0, 8, 10, 13)) * 3600,
        rest_after_night_s=rng.choice((10, 13, 15, 17)) * 3600,
        night_from_s=at(rng.choice((22, 22, 24, 27))),
    )
    around = []
    for technician in problem.technicians:
        who = technician.technician_id
        if rng.random() < 0.5:
            around.append(Shift(who, -1, at(12, day=-1), at(rng.choice((21, 24, 29, 32)), day=-1)))
        if rng.random() < 0.5:
            starts_s = at(rng.choice((7, 12, 18)), day=problem.days)
            around.append(Shift(who, problem.days, starts_s, starts_s + 8 * 3600))
    return replace(problem, policy=policy, shifts_around=tuple(around))


def _predecessor(rng: Random, first: str) -> Predecessor:
    min_gap_s = rng.choice((0, 0, 1800, -900))
    return Predecessor(
        first,
        gap_from=rng.choice(tuple(GapFrom)),
        min_gap_s=min_gap_s,
        max_gap_s=rng.choice((None, None, min_gap_s + 3600, min_gap_s + 7200)),
        same_people=rng.random() < 0.25,
    )


def _over_days(rng: Random, order: Order, days: int) -> Order:
    """Return an order whose windows lie on any day of the horizon, requested ones perhaps on each."""
    on = [rng.randrange(days)] if order.promised or rng.random() < 0.5 else list(range(days))
    daily = order.requested if rng.random() < 0.4 else (Interval(at(8), at(17)),)
    windows = tuple(Interval(w.open_s + day * DAY_S, w.close_s + day * DAY_S) for day in on for w in daily)
    return replace(order, requested=windows, promised=windows if order.promised else ())


def _over_weekdays(customer: Customer, days: int) -> Customer:
    if customer.opening is None:
        return customer
    monday = [interval for weekday, interval in customer.opening if weekday == 0]
    return replace(customer, opening=tuple((day, interval) for day in range(days) for interval in monday))


def _equipped(rng: Random, technician: Technician, has: dict[str, bool]) -> Technician:
    skills = tuple(HeldSkill(skill, 3) for skill in SKILLS) if rng.random() < 0.6 else technician.skills
    return replace(
        technician,
        skills=skills,
        areas=frozenset(),
        own_parts=(PartNeed(rng.choice(PARTS), rng.choice((1, 2))),) if has["own"] and rng.random() < 0.6 else (),
        own_tools=(ToolNeed("ladder"),) if has["own"] and rng.random() < 0.3 else (),
        capacity=(Load("kg", rng.choice((60, 80, 100))),) if has["load"] and rng.random() < 0.8 else (),
    )


def _shifts_over_days(rng: Random, shifts: tuple[Shift, ...], days: int, most: int) -> tuple[Shift, ...]:
    """Return some of everybody's shifts on each day, in the order of the technicians."""
    on_days = [_on_day(shift, day) for shift in shifts for day in range(days)]
    kept = set(rng.sample(range(len(on_days)), min(most, len(on_days))))
    return tuple(shift for number, shift in enumerate(on_days) if number in kept)


def _on_day(shift: Shift, day: int) -> Shift:
    """Return a shift of day 0 as one of another day."""
    off_s, rest = day * DAY_S, shift.break_
    if rest is not None:
        rest = replace(rest, window=Interval(rest.window.open_s + off_s, rest.window.close_s + off_s))
    return replace(shift, day=day, start_s=shift.start_s + off_s, end_s=shift.end_s + off_s, break_=rest)


def _any_days(rng: Random, problem: Problem, matrix: TravelMatrix) -> DayRoutes:
    """Insert the visits one by one, in any order that is possible, wherever the judge finds nothing broken."""
    routes: DayRoutes = {}
    for visit in _earlier_first(rng, problem):
        for longer in _tries(rng, problem, routes, visit):
            if judge_plan(problem, matrix, time_routes(problem, matrix, longer)).is_clean:
                routes = longer
                break
    return routes


def _earlier_first(rng: Random, problem: Problem) -> list[Visit]:
    left, found = rng.sample(problem.visits, len(problem.visits)), []
    while left:
        done = {visit.visit_id for visit in found}
        found.append(next(visit for visit in left if {earlier.visit_id for earlier in visit.after} <= done))
        left.remove(found[-1])
    return found


def _tries(rng: Random, problem: Problem, routes: DayRoutes, visit: Visit) -> list[DayRoutes]:
    """Return some ways to add a visit to routes: any people of one day, any places, perhaps a stop before it."""
    tries: list[DayRoutes] = []
    size = problem.crew_size_of(visit)
    for _ in range(60):
        day = rng.randrange(problem.days)
        present = [shift.technician_id for shift in problem.shifts if shift.day == day]
        if len(present) < size:
            continue
        longer = {key: list(sequence) for key, sequence in routes.items()}
        for who in rng.sample(present, size):
            sequence = longer.setdefault((who, day), [])
            new, technician = [visit.visit_id], problem.technician_by_id[who]
            fetches = bool(visit.parts) and not technician.starts_at_branch
            loads_again = bool(visit.loads) and bool(technician.capacity)
            if (fetches or loads_again) and BRANCH_STOP not in sequence and rng.random() < 0.4:
                new.insert(0, BRANCH_STOP)
            place = rng.randint(0, len(sequence))
            sequence[place:place] = new
        tries.append(longer)
    return tries


# --- a plan, and what follows from it -------------------------------------------------------------------------------


def _any_plan(rng: Random, problem: Problem, matrix: TravelMatrix) -> Routes:
    """Insert the visits one by one, each at the first place where the judge finds nothing broken."""
    routes: Routes = {}
    for visit in rng.sample(problem.visits, len(problem.visits)):
        tried = [
            (shift.technician_id, place)
            for shift in problem.shifts
            for place in range(len(routes.get(shift.technician_id, ())) + 1)
        ]
        for who, place in rng.sample(tried, len(tried)):
            longer = {**routes, who: list(routes.get(who, ()))}
            longer[who].insert(place, visit.visit_id)
            if judge_plan(problem, matrix, time_routes(problem, matrix, longer)).is_clean:
                routes = longer
                break
    return routes


def _with_published(rng: Random, problem: Problem, plan: Plan) -> Problem:
    """Publish much of the plan, some of it with another technician, and a little that is not planned."""
    if rng.random() < 0.5:
        return problem
    people = [technician.technician_id for technician in problem.technicians]
    said = []
    for route in plan.routes:
        for stop in route.stops:
            if rng.random() < 0.7:
                who = route.technician_id if rng.random() < 0.8 else rng.choice(people)
                told = Interval(stop.start_s - rng.choice((900, 1800)), stop.start_s + rng.choice((0, 1800)))
                if not problem.is_short_notice(route.day) and rng.random() < 0.3:
                    told = Interval(told.open_s + 5400, told.close_s + 5400)
                is_told = rng.random() < 0.85
                window = told if is_told else None
                said.append(PublishedVisit(stop.visit_id, who, route.day, window, rng.random() < 0.15))
    dropped = [u.visit_id for u in plan.unassigned if rng.random() < 0.2]
    said += [PublishedVisit(visit_id, rng.choice(people), 0) for visit_id in dropped]
    return replace(problem, published=tuple(said))


def with_repeats(seed: int, problem: Problem) -> Problem:
    """Say of one order that its fault was repaired not long ago: by somebody of the branch, or at a level.

    The draws are its own, so that those of all other facts stay as they are. It is one order of one problem in four:
    it may need two people, and brute force has many ways to let them meet.
    """
    rng = Random(f"repeats {seed}")
    if rng.random() < 0.75 or not problem.orders:
        return problem
    people = ["", *(technician.technician_id for technician in problem.technicians)]

    last = LastRepair(MONDAY - timedelta(rng.choice((12, 12, 60))), rng.choice(people), rng.choice((None, 1, 2)))
    back = rng.randrange(len(problem.orders))
    orders = tuple(replace(o, last_repair=last) if n == back else o for n, o in enumerate(problem.orders))
    return replace(problem, orders=orders, policy=replace(problem.policy, repeat_days=30))


def with_doors(seed: int, problem: Problem) -> Problem:
    """Give customers places with time at the door, some of them at one address, and limit driving more often.

    The draws are its own, so that those of all other facts stay as they are.
    """
    rng = Random(f"doors {seed}")
    if rng.random() < 0.6:
        return problem
    access_s = {kind: rng.choice((300, 480, 901)) for kind in PlaceKind}
    kinds = (None, *PlaceKind)
    customers = tuple(replace(customer, place_kind=rng.choice(kinds)) for customer in problem.customers)
    homes = [technician.start for technician in problem.technicians if technician.start is not None]
    addresses = [problem.visits[0].place, problem.branch.place, *homes[:1]]
    visits = tuple(
        replace(visit, place=rng.choice(addresses)) if rng.random() < 0.4 else visit for visit in problem.visits
    )
    limits = ({"max_leg_s": 2400}, {"max_travel_s": 7200}, {}, {})
    shifts = tuple(replace(shift, **rng.choice(limits)) for shift in problem.shifts)
    policy = replace(problem.policy, access_s=access_s)
    return replace(problem, customers=customers, visits=visits, shifts=shifts, policy=policy)


def _with_more_to_price(seed: int, problem: Problem) -> Problem:
    """Publish some of the rest for days that are not planned here, price told windows otherwise, contract less time.

    The draws are its own, so that those of all other facts stay as they are.
    """
    rng = Random(f"more to price {seed}")
    if rng.random() < 0.5:
        return problem
    people = [technician.technician_id for technician in problem.technicians]
    known, said = {row.visit_id for row in problem.published}, list(problem.published)
    for visit in problem.visits:
        if visit.visit_id not in known and rng.random() < 0.6:
            day = rng.choice((-2, -1, problem.days, problem.days, problem.days + 1))
            told = Interval(at(9, day=day), at(11, day=day)) if rng.random() < 0.7 else None
            team = rng.sample(people, min(len(people), problem.crew_size_of(visit)))
            said += [PublishedVisit(visit.visit_id, who, day, told, rng.random() < 0.15) for who in team]
    policy = replace(problem.policy, other_time_cents=rng.choice((500, 3_000)))
    hours = [rng.choice((0.5, 1, shift.contracted_s / 3600)) for shift in problem.shifts]
    shifts = tuple(
        replace(shift, contracted_s=round(paid * 3600)) for shift, paid in zip(problem.shifts, hours, strict=True)
    )
    return replace(problem, published=tuple(said), policy=policy, shifts=shifts)


def _with_exceptions(seed: int, problem: Problem, matrix: TravelMatrix, plan: Plan) -> Problem:
    """Make some limits narrower than the plan needs, each with an exception that lets it be all the same.

    The draws are its own, so that those of all other facts stay as they are.
    """
    rng = Random(f"exceptions {seed}")
    for route in plan.routes if rng.random() < 0.4 else ():
        limit, stop = rng.choice(tuple(HouseLimit)), rng.choice(route.stops)
        over_s = 60 * rng.randint(1, 15)
        narrower = _NARROWER[limit](problem, matrix, route, stop, over_s)
        if narrower is not None and all(
            (one.visit_id, one.limit) != (stop.visit_id, limit) for one in problem.exceptions
        ):
            who = rng.choice(("", route.technician_id)) if not stop.crew else ""
            amount = 1 if limit.unit == 1 else over_s
            one = LimitException(stop.visit_id, limit, amount, "Chen", "as drawn", who)
            problem = replace(narrower, exceptions=(*problem.exceptions, one))
    return problem


def _less_travel(problem: Problem, matrix: TravelMatrix, route: Route, stop: Stop, over_s: int) -> Problem:
    """Limit the travel of a day, or where that is its longest, the leg to the stop."""
    shift = _shift_of(problem, route)
    visits = [problem.visit_by_id[visit_id] for visit_id in route.visit_ids]
    branch_at = None if route.branch_stop is None else route.branch_stop.before
    tour = Facts(problem, matrix).tour(shift, visits, branch_at=branch_at)
    leg = next(
        n for n, place in enumerate(tour.places) if place.visit is not None and place.visit.visit_id == stop.visit_id
    )
    if tour.legs_s[leg] > max((leg_s for n, leg_s in enumerate(tour.legs_s) if n != leg), default=0) + over_s:
        return _with_shift(problem, replace(shift, max_leg_s=tour.legs_s[leg] - over_s))
    return _with_shift(problem, replace(shift, max_travel_s=max(0, tour.travel_s - over_s)))


def _less_overtime(problem: Problem, matrix: TravelMatrix, route: Route, stop: Stop, over_s: int) -> Problem | None:
    shift = _shift_of(problem, route)
    limit_s = route.return_s - over_s - shift.end_s
    return _with_shift(problem, replace(shift, overtime_limit_s=limit_s)) if limit_s >= 0 else None


def _fewer_visits(problem: Problem, matrix: TravelMatrix, route: Route, stop: Stop, over_s: int) -> Problem:
    return _with_shift(problem, replace(_shift_of(problem, route), max_visits=len(route.stops) - 1))


def _smaller_area(problem: Problem, matrix: TravelMatrix, route: Route, stop: Stop, over_s: int) -> Problem | None:
    """Put the stop alone of all visits outside its technician's areas."""
    visit, who = problem.visit_by_id[stop.visit_id], route.technician_id
    visits = tuple(replace(v, area="") if v is not visit else replace(v, area="west") for v in problem.visits)
    people = tuple(
        replace(one, areas=frozenset({"north"})) if one.technician_id == who else replace(one, areas=frozenset())
        for one in problem.technicians
    )
    return None if stop.crew else replace(problem, visits=visits, technicians=people)


def _later_told(problem: Problem, matrix: TravelMatrix, route: Route, stop: Stop, over_s: int) -> Problem | None:
    """Tell a window that opens later than the stop starts, where the told window binds."""
    if Facts(problem, matrix).told_lock(stop.visit_id) is None:
        return None
    told = Interval(stop.start_s + over_s, stop.start_s + over_s + 1800)
    published = (replace(row, told=told) if row.visit_id == stop.visit_id else row for row in problem.published)
    return replace(problem, published=tuple(published))


_NARROWER = {
    HouseLimit.TRAVEL: _less_travel,
    HouseLimit.OVERTIME: _less_overtime,
    HouseLimit.VISITS: _fewer_visits,
    HouseLimit.AREA: _smaller_area,
    HouseLimit.TOLD: _later_told,
}


def _shift_of(problem: Problem, route: Route) -> Shift:
    return next(s for s in problem.shifts if (s.technician_id, s.day) == (route.technician_id, route.day))


def _with_shift(problem: Problem, new: Shift) -> Problem:
    key = (new.technician_id, new.day)
    return replace(problem, shifts=tuple(new if (s.technician_id, s.day) == key else s for s in problem.shifts))


def _with_locks(rng: Random, problem: Problem, plan: Plan) -> Problem:
    """Lock some of the plan, at every level."""
    if rng.random() < 0.5:
        return problem
    locks: list[Lock] = []
    for route in plan.routes:
        who = route.technician_id
        if rng.random() < 0.25:
            first = route.stops[: rng.randint(1, len(route.stops))] if not _waits(problem, route) else ()
            locks += [Lock(s.visit_id, LockLevel.PREFIX, who, route.day, position=p) for p, s in enumerate(first)]
        for stop in route.stops:
            level = rng.choice((*LockLevel, None, None, None, None))
            if level is LockLevel.START:
                off_s, tolerance_s = rng.choice(((0, 0), (0, 600), (300, 600), (-600, 600)))
                start_s = stop.start_s + off_s
                locks.append(Lock(stop.visit_id, level, who, route.day, start_s=start_s, tolerance_s=tolerance_s))
            elif level in (LockLevel.PERSON, LockLevel.DAY):
                locks.append(Lock(stop.visit_id, level, who, route.day))
    return replace(problem, locks=tuple(locks))


def _waits(problem: Problem, route: Route) -> bool:
    """Say whether parts come after a route's shift begins, and by its departure: one that has left had none of them.

    A route that has left did so as its shift began, whenever the plan is made.
    """
    key = (route.technician_id, route.day)
    begins_s = next(shift.start_s for shift in problem.shifts if (shift.technician_id, shift.day) == key)
    usable_s = (a.arrives_s + problem.policy.pick_s for a in problem.arrivals if a.arrives_s is not None)
    return any(begins_s < moment_s <= route.depart_s for moment_s in usable_s)


def _with_possible_duties(problem: Problem, matrix: TravelMatrix, routes: Routes | DayRoutes) -> Problem:
    """Return the problem without longest days if a plan breaks something: held starts may forbid leaving later."""
    if judge_plan(problem, matrix, time_routes(problem, matrix, routes)).is_clean:
        return problem
    return replace(problem, shifts=tuple(replace(shift, max_duty_s=None) for shift in problem.shifts))


def _with_pay(seed: int, problem: Problem) -> Problem:
    """Pay contractors by the order, keep a reserve, and date requests, each with some chance; the draws are its own."""
    rng = Random(f"pay {seed}")
    policy = replace(
        problem.policy,
        contractor_pay=rng.choice(tuple(ContractorPay)),
        contractor_kind_cents={INSTALLATION: 9_001},
        contractor_radius_m=1000 * rng.choice((0, 5, 20)),
        reserve_pct=rng.choice((0, 0, 40, 95)),
    )
    days = (None, None, -7, -3, 0)
    orders = [
        replace(o, received_s=None if (day := rng.choice(days)) is None else at(9, day=day)) for o in problem.orders
    ]
    return replace(problem, policy=policy, orders=tuple(orders))


def _with_answers(seed: int, problem: Problem, matrix: TravelMatrix, routes: Routes | DayRoutes) -> Problem:
    """Let some customers say no, or not be reached, as far as a plan stays clean; the draws are its own."""
    rng = Random(f"answers {seed}")
    for order in problem.orders if rng.random() < 0.4 else ():
        answer = rng.choice((Confirmed.NO, Confirmed.UNREACHABLE, None))
        kind = rng.choice((INSTALLATION, "", "", ""))
        other = replace(order, log=replace(order.log, confirmed=answer), kind=kind)
        asked = replace(problem, orders=tuple(other if o is order else o for o in problem.orders))
        if judge_plan(asked, matrix, time_routes(asked, matrix, routes)).is_clean:
            problem = asked
    return problem


def large_problem(*, visits: int, technicians: int, seed: int = 0) -> tuple[Problem, TravelMatrix, Routes]:
    """Return a large problem with parts enough, and routes made by appending each visit to the first day it fits."""
    rng = Random(seed)
    drawn = _without_locks(rng, visits, technicians)
    problem = replace(
        drawn,
        parts=tuple(replace(part, on_hand=2 * visits) for part in drawn.parts),
        loans=(),
        policy=replace(drawn.policy, pickup=Pickup.EVENING),
    )
    matrix = random_matrix(rng, problem)
    facts = Facts(problem, matrix)
    routes: Routes = {}
    for visit in problem.visits:
        for shift in facts.shifts.values():
            day = routes.setdefault(shift.technician_id, [])
            tour = facts.tour(shift, [problem.visit_by_id[visit_id] for visit_id in (*day, visit.visit_id)])
            if len(day) < (shift.max_visits or 8) and _fits(problem, tour):
                day.append(visit.visit_id)
                break
    return problem, matrix, routes


def _fits(problem: Problem, tour: Tour) -> bool:
    """Say whether the last visit of a day is one for this technician, and the day can be driven."""
    last, shift = tour.visits[-1], tour.shift
    wrong = (
        problem.crew_size_of(last) > 1
        or refusals(problem, tour.technician, last)
        or skill_gaps(problem, tour.technician, last, problem.first_day)
        or tour.missing
    )
    is_far = max(tour.legs_s) > (shift.max_leg_s or 10**9) or tour.travel_s > (shift.max_travel_s or 10**9)
    return not wrong and not is_far and time_canonically(tour, problem.policy).breach_s == 0
