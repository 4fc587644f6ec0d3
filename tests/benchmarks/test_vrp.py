"""Routing instances as problems: the judge's cents are the distance, in the instance's units."""

from __future__ import annotations

from dataclasses import replace

from benchmarks import vrp
from benchmarks.measure_vrp import measure_vrp
from benchmarks.readers import vrplib, vrptw
from optimizer.domain.rules import Rule
from optimizer.judge.verdict import judge_plan, time_routes
from tests.benchmarks.worlds import THREE_CUSTOMERS, TWO_PRIZES, TWO_VEHICLES

TIGHT = vrptw.parse(THREE_CUSTOMERS.read_text(encoding="utf-8"), name="three_customers")
ROOMY = replace(TIGHT, vehicles=tuple(replace(vehicle, capacity=12) for vehicle in TIGHT.vehicles))
SITES = vrplib.parse(TWO_VEHICLES.read_text(encoding="utf-8"), name="two_vehicles")
PRIZES = vrplib.parse(TWO_PRIZES.read_text(encoding="utf-8"), name="two_prizes")
FREE_SITES = replace(SITES, max_duration=None)


def test_the_judge_and_the_format_agree() -> None:
    problem = vrp.problem_of(ROOMY)
    matrix = vrp.matrix_of(ROOMY, problem)
    for routes in ({"1": ("2", "1", "3")}, {"1": ("1", "3"), "2": ("2",)}):
        judgement = judge_plan(problem, matrix, time_routes(problem, matrix, routes))
        assert judgement.is_clean
        assert judgement.cost_cents == 10 * measure_vrp(ROOMY, routes).value


def test_what_a_vehicle_carries_is_planned() -> None:
    problem = vrp.problem_of(TIGHT)
    matrix = vrp.matrix_of(TIGHT, problem)
    # Three customers ask for 4 each, a vehicle carries 10; no stop at the depot makes room on the way.
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, {"1": ("2", "1", "3")}))
    assert [(violation.rule, violation.amount) for violation in judgement.violations] == [(Rule.LOAD, 2)]
    assert not measure_vrp(TIGHT, {"1": ("2", "1", "3")}).is_feasible
    assert not problem.policy.reload
    # Vehicle 1 carries 4, and 2 and 3 ask for 2 and 3.
    sites = vrp.problem_of(FREE_SITES)
    full = judge_plan(
        sites, vrp.matrix_of(FREE_SITES, sites), time_routes(sites, vrp.matrix_of(FREE_SITES, sites), {"1": ("2", "3")})
    )
    assert [(violation.rule, violation.amount) for violation in full.violations] == [(Rule.LOAD, 1)]


def test_leaving_a_customer_out_costs_more_than_any_plan() -> None:
    problem = vrp.problem_of(ROOMY)
    matrix = vrp.matrix_of(ROOMY, problem)
    empty = judge_plan(problem, matrix, time_routes(problem, matrix, {}))
    dearest = {"1": ("1",), "2": ("2", "3")}
    assert empty.cost_cents / 3 > judge_plan(problem, matrix, time_routes(problem, matrix, dearest)).cost_cents


def test_a_customer_left_out_costs_the_prize() -> None:
    problem = vrp.problem_of(PRIZES)
    matrix = vrp.matrix_of(PRIZES, problem)
    for routes in ({"1": ("2", "3")}, {"1": ("3",)}, {"1": ("2",)}, {}):
        judgement = judge_plan(problem, matrix, time_routes(problem, matrix, routes))
        assert judgement.is_clean
        assert judgement.cost_cents == 10 * measure_vrp(PRIZES, routes).value
    # Leaving out one who has no prize costs more than any plan: four ways of at most 6.0, and the other's prize.
    first, second = PRIZES.clients
    mixed = vrp.problem_of(replace(PRIZES, clients=(replace(first, prize=None), second)))
    assert (
        judge_plan(mixed, matrix, time_routes(mixed, matrix, {"1": ("3",)})).costs[Rule.UNASSIGNED] == 4 * 60 + 200 + 1
    )


def test_prizes_beyond_a_day_are_in_coarser_cents() -> None:
    long = replace(PRIZES, close=100_000)
    assert long.units_per_second == 2
    assert vrp.problem_of(long).policy.unassigned_by_order_cents == {"2": 25, "3": 100}


def test_a_vehicle_that_may_not_serve_a_customer_is_refused_by_the_judge() -> None:
    problem = vrp.problem_of(FREE_SITES)
    matrix = vrp.matrix_of(FREE_SITES, problem)
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, {"2": ("2",)}))
    assert {violation.rule for violation in judgement.violations} == {Rule.ALLOWED}
    assert judge_plan(problem, matrix, time_routes(problem, matrix, {"1": ("2",), "2": ("3",)})).is_clean


def test_times_beyond_a_day_are_planned_in_coarser_seconds_that_never_pass_a_window() -> None:
    # The depot closes at 100 000 thousandths: two of them are one second.
    assert FREE_SITES.units_per_second == 2
    problem = vrp.problem_of(FREE_SITES)
    assert vrp.matrix_of(FREE_SITES, problem).seconds[0].tolist() == [[0, 2500, 707], [2500, 0, 1803], [707, 1803, 0]]
    odd = replace(FREE_SITES, clients=tuple(replace(c, open=20_001, close=30_001) for c in FREE_SITES.clients))
    window = vrp.problem_of(odd).windows["3"][0]
    assert (window.open_s, window.close_s) == (10_001, 15_000)
    assert "2/1000 of the file's unit" in vrp.rounding_of(FREE_SITES)


def test_a_route_lasts_no_longer_than_the_longest() -> None:
    problem = vrp.problem_of(SITES)
    matrix = vrp.matrix_of(SITES, problem)
    assert {shift.max_duty_s for shift in problem.shifts} == {10_000}
    apart = {"1": ("2",), "2": ("3",)}
    # 2 alone lasts 5 + 10 + 5 and is allowed 20; with 3 behind it 25.02, as in test_measure_vrp.
    assert judge_plan(problem, matrix, time_routes(problem, matrix, apart)).is_clean
    broken = judge_plan(problem, matrix, time_routes(problem, matrix, {"1": ("2", "3")})).violations
    assert {violation.rule for violation in broken} == {Rule.LOAD, Rule.TRAVEL_LIMIT}
    # A thousandth less is a second less of ours, rounded down, and 2 is a second too long.
    tight = vrp.problem_of(replace(SITES, max_duration=19_999))
    (violation,) = judge_plan(tight, matrix, time_routes(tight, matrix, apart)).violations
    assert (violation.rule, violation.amount) == (Rule.TRAVEL_LIMIT, 1)


def test_a_longest_route_that_no_route_can_exceed_is_none() -> None:
    # The depot is open for 50 000 of our seconds.
    for limit, longest_s in ((99_999, 49_999), (100_000, None)):
        problem = vrp.problem_of(replace(SITES, max_duration=limit))
        assert {shift.max_duty_s for shift in problem.shifts} == {longest_s}
