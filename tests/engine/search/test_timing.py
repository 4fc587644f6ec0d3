"""Canonical timing of one route, computed by hand (docs/rules.md, The clock of a route)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.order import Interval
from optimizer.domain.technician import Break
from optimizer.domain.units import at
from optimizer.engine.arrays import FORBIDDEN, NONE
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.timing import latest_departure, time_route
from optimizer.running.warming import tiny_problem

# The tiny world: legs of 10 min, services of 30 min, windows 9:00-11:00 and 14:00-16:00 less 5 min of lead,
# shift 8:00-17:00 with an hour of break that starts from 11:30 to 12:30.


def timed(problem, matrix, *visits: int):
    """Return (cents, slot, times) of T0 serving these visits."""
    arrays = build_arrays(problem, matrix).arrays
    times = np.zeros((len(visits) + 1, 3), np.int64)
    seq = np.array(visits, np.int64)
    cents, slot = time_route(arrays, 0, seq, len(visits), times)
    return cents, slot, times


def test_an_early_technician_waits_for_the_window_to_open() -> None:
    problem, matrix = tiny_problem()
    no_break = replace(problem, shifts=tuple(replace(shift, break_=None) for shift in problem.shifts))
    cents, slot, times = timed(no_break, matrix, 0)
    # 8:00 + 10 min = 8:10; the window opens at 9:00; back at 9:40.
    assert (cents, slot) == (0, NONE)
    assert times[0].tolist() == [at(8, 10), at(9), at(9, 30)]
    assert times[1, 0] == at(9, 40)


def test_the_break_goes_where_the_day_ends_soonest() -> None:
    cents, slot, times = timed(*tiny_problem(), 0)
    # Break before leg 0 would start at 11:30 and lose the morning window; after the last leg (slot 3) it starts at
    # 11:30 at the branch: back at 12:30. Slot 2 (before driving home) means 11:30-12:30, home at 12:40.
    assert (cents, slot) == (0, 3)
    assert times[1].tolist()[:2] == [at(12, 30), at(11, 30)]


def test_two_visits_take_the_morning_one_after_the_other() -> None:
    _, _, times = timed(*tiny_problem(), 0, 1)
    assert times[:2, 1].tolist() == [at(9), at(9, 40)]


def test_a_second_window_is_used_when_the_first_is_over() -> None:
    problem, matrix = tiny_problem()
    late = replace(problem, shifts=tuple(replace(shift, start_s=at(11)) for shift in problem.shifts))
    _, slot, times = timed(late, matrix, 0)
    # 11:00 + 10 min is past 10:55: the afternoon window opens at 14:00. The break (11:30, before or after leg 0) is
    # free; slot 0 and 1 return at the same time, the smaller index counts.
    assert times[0, 1] == at(14)
    assert slot == 0


def test_overtime_is_priced_by_the_minute_and_bounded() -> None:
    problem, matrix = tiny_problem()
    short = replace(problem, shifts=tuple(replace(s, end_s=at(14, 20), break_=None) for s in problem.shifts))
    afternoon = replace(short, orders=tuple(replace(o, promised=(Interval(at(14), at(16)),)) for o in short.orders))
    cents, _, times = timed(afternoon, matrix, 0)
    # Back at 14:40, shift until 14:20: 20 min at 150 cents.
    assert times[1, 0] == at(14, 40)
    assert cents == 20 * 150
    hopeless = replace(afternoon, shifts=tuple(replace(s, overtime_limit_s=19 * 60) for s in afternoon.shifts))
    assert timed(hopeless, matrix, 0)[0] == FORBIDDEN


def test_lateness_has_two_tiers() -> None:
    problem, matrix = tiny_problem()
    policy = replace(problem.policy, max_lateness_s=None, arrival_lead_s=0)
    tight = replace(
        problem,
        policy=policy,
        orders=tuple(replace(o, promised=(Interval(at(8), at(8, 20)),)) for o in problem.orders),
        shifts=tuple(replace(shift, break_=None) for shift in problem.shifts),
    )
    # First visit 8:10; second starts 8:50, 30 min after the close: 15 x 60 + 15 x 400 cents.
    assert timed(tight, matrix, 0, 1)[0] == 15 * 60 + 15 * 400


def test_a_break_that_cannot_be_taken_makes_the_route_impossible() -> None:
    problem, matrix = tiny_problem()
    rest = Break(Interval(at(9, 5), at(9, 25)), 3600)
    orders = tuple(replace(o, promised=(Interval(at(9), at(9)),)) for o in problem.orders)
    busy = replace(problem, orders=orders, shifts=tuple(replace(s, break_=rest) for s in problem.shifts))
    # The service runs 9:00-9:30; before it the break would start at 9:05 and end too late, after it at 9:30.
    assert timed(busy, matrix, 0)[0] == FORBIDDEN


def test_the_latest_departure_keeps_the_return() -> None:
    problem, matrix = tiny_problem()
    no_break = replace(problem, shifts=tuple(replace(shift, break_=None) for shift in problem.shifts))
    arrays = build_arrays(no_break, matrix).arrays
    seq, times = np.array([0], np.int64), np.zeros((2, 3), np.int64)
    time_route(arrays, 0, seq, 1, times)
    # Arrival at 9:00 sharp is as good as 8:10: leave at 8:50.
    assert latest_departure(arrays, 0, seq, 1, NONE, times, False) == at(8, 50)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(195, (0, 3)), (194, (0, 0)), (130, (0, 0)), (129, (FORBIDDEN, NONE))]
)
def test_a_slot_in_which_the_day_lasts_too_long_is_none(minutes: int, expected: tuple[int, int]) -> None:
    problem, matrix = tiny_problem()
    orders = tuple(replace(o, promised=(Interval(at(9), at(9, 30)), Interval(at(14), at(16)))) for o in problem.orders)
    shifts = tuple(replace(shift, max_duty_s=60 * minutes) for shift in problem.shifts)
    # In the morning: left for at 9:15, served at 9:25, break at the branch 11:30 (slot 3), back at 12:30: 195 min.
    # In the afternoon: break from 12:30 (slot 0), served at 14:00, back at 14:40: 130 min.
    assert timed(replace(problem, orders=orders, shifts=shifts), matrix, 0)[:2] == expected
