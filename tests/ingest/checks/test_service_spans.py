"""How long a service lasts at least and at most, and where it can start."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.order import Interval
from optimizer.domain.technician import HeldSkill
from optimizer.domain.units import MINUTE_S, at
from optimizer.ingest.checks.service_spans import Paces, can_start_inside, starts_inside
from tests.worlds import job, person, world


def test_the_fastest_needs_least_and_the_slowest_most_with_all_surcharges() -> None:
    problem = world([job("A", place=10, minutes=60)], [person("Ann"), person("Ben")]).problem
    fast = replace(problem.technicians[0], skills=(HeldSkill("aircon", 2, factor_pct=80),))
    slow = replace(problem.technicians[1], skills=(HeldSkill("aircon", 1, factor_pct=150, surcharge_s=600),))
    paces = Paces.of(replace(problem, technicians=(fast, slow)))
    visit = replace(problem.visits[0], critical_test_s=60)
    assert paces.least_s(visit) == 48 * MINUTE_S
    assert paces.most_s(visit) == 90 * MINUTE_S + 60 + 600 + problem.policy.observation_s


def test_nobody_with_a_pace_of_its_own_needs_the_base_duration() -> None:
    problem = world([job("A", place=10, minutes=60)], [person("Ann")]).problem
    assert Paces.of(problem).least_s(problem.visits[0]) == 60 * MINUTE_S


def test_a_service_starts_where_it_still_ends_inside() -> None:
    window, hours = [Interval(at(9), at(12))], [Interval(at(8), at(10)), Interval(at(11), at(13))]
    found = [Interval(at(9), at(9)), Interval(at(11), at(12))]
    assert starts_inside(window, hours, 3600) == found
    assert can_start_inside(window, hours, 3600)
    assert starts_inside(window, hours[:1], 3601) == []
    assert not can_start_inside(window, hours[:1], 3601)
