"""The judge's clock over several routes: as early as it can be, and not a second earlier; fast on a large plan."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Predecessor
from optimizer.judge.drafts import draft_of, tours_of
from optimizer.judge.facts import Facts
from optimizer.judge.links import time_together
from optimizer.judge.timing import moment_s, serve
from optimizer.judge.verdict import judge_plan, time_routes
from tests.random_problems import DayRoutes, large_problem, random_whole_problem
from tests.time_limits import seeds

if TYPE_CHECKING:
    from optimizer.domain.problem import Problem
    from optimizer.judge.facts import Service
    from optimizer.judge.timing import TimedStop, TimedTour


def any_routes(problem: Problem, rng: Random) -> DayRoutes:
    """Return routes on which every visit has its number of people, on one day, wherever that is possible."""
    routes: DayRoutes = {}
    for visit in problem.visits:
        day = rng.randrange(problem.days)
        present = [shift for shift in problem.shifts if shift.day == day]
        if len(present) >= problem.crew_size_of(visit):
            for shift in rng.sample(present, problem.crew_size_of(visit)):
                routes.setdefault((shift.technician_id, day), []).append(visit.visit_id)
    return routes


def could_begin_s(timed: TimedTour, place: int) -> int:
    """Return when a technician is ready to serve a place, the break before it over."""
    rest, now_s = timed.tour.shift.break_, timed.places[place - 1].end_s if place else timed.tour.depart_s
    for slot, leg_s in ((2 * place, timed.tour.legs_s[place]), (2 * place + 1, 0)):
        if timed.slot == slot:
            assert rest is not None
            now_s = max(now_s, rest.window.open_s) + rest.length_s
        now_s += leg_s
    return now_s


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_every_start_is_the_least_that_the_others_allow(seed: int) -> None:
    problem, matrix = random_whole_problem(seed, most_visits=7, most_technicians=4, most_shifts=6)
    routes = any_routes(problem, Random(seed))
    facts = Facts(problem, matrix)
    tours = list(tours_of(facts, [draft_of(problem, key, sequence) for key, sequence in routes.items()]).values())
    timed = time_together(facts, tours, [None] * len(tours))
    moments: dict[str, list[int]] = {}
    served: dict[str, list[tuple[Service, TimedStop]]] = {}
    for tour, one in zip(tours, timed, strict=True):
        for place, service in enumerate(tour.places):
            if service.visit is not None:
                moments.setdefault(service.visit.visit_id, []).append(could_begin_s(one, place))
                served.setdefault(service.visit.visit_id, []).append((service, one.places[place]))
    followers: dict[str, list[tuple[str, Predecessor]]] = {}
    for visit in problem.visits:
        for earlier in visit.after:
            followers.setdefault(earlier.visit_id, []).append((visit.visit_id, earlier))
    for visit_id, people in served.items():
        from_s = max(moments[visit_id])
        for earlier in problem.visit_by_id[visit_id].after:
            for _, stop in served.get(earlier.visit_id, []):
                from_s = max(from_s, moment_s(stop, earlier) + earlier.min_gap_s)
        for later, earlier in followers.get(visit_id, ()):
            for _, stop in served.get(later, []):
                if earlier.max_gap_s is not None and stop.past_gap_s == 0:
                    # It waits for a follower who would come too late, counted from its own start or end.
                    lasts_s = moment_s(people[0][1], earlier) - people[0][1].start_s
                    from_s = max(from_s, stop.start_s - earlier.max_gap_s - lasts_s)
        for service, stop in people:
            assert stop.start_s == serve(service, arrive_s=stop.arrive_s, from_s=from_s).start_s


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_routes_changes_nothing(seed: int) -> None:
    problem, matrix = random_whole_problem(seed, most_visits=7, most_technicians=4, most_shifts=6)
    routes = any_routes(problem, Random(seed))
    turned = dict(reversed(routes.items()))
    assert time_routes(problem, matrix, routes) == time_routes(problem, matrix, turned)


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_a_large_linked_plan_is_judged_fast(share: float) -> None:
    # A part of the visits becomes crews of two or follows another, on whatever route; some cannot meet.
    problem, matrix, routes = large_problem(visits=400, technicians=60)
    rng = Random(1)
    visits = {visit.visit_id: visit for visit in problem.visits}
    mixed = {who: list(sequence) for who, sequence in routes.items() if sequence}
    served = [visit_id for sequence in mixed.values() for visit_id in sequence]
    for visit_id in rng.sample(served, int(share * len(served))):
        other = rng.choice([who for who, sequence in mixed.items() if visit_id not in sequence])
        if rng.random() < 0.5:
            mixed[other].insert(rng.randint(0, len(mixed[other])), visit_id)
            visits[visit_id] = replace(visits[visit_id], crew_size=2)
        elif (first := mixed[other][0]) < visit_id:
            visits[visit_id] = replace(visits[visit_id], after=(Predecessor(first),))
    linked = replace(problem, visits=tuple(visits.values()))
    began = time.process_time()
    plan = time_routes(linked, matrix, mixed)
    judgement = judge_plan(linked, matrix, plan)
    assert time.process_time() - began < 1
    assert judgement.costs == plan.costs
