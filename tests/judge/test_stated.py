"""What a timed day states, before and after customers are told anything."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.order import Interval
from optimizer.domain.plan import BRANCH_STOP
from optimizer.judge.facts import Facts
from optimizer.judge.stated import route_of, untold_route_of
from optimizer.judge.told import first_arrivals
from optimizer.judge.verdict import timed_as_stated
from tests.worlds import job, person, world


def test_an_untold_day_states_all_but_what_is_told_and_when_to_leave() -> None:
    jobs = [job("A", place=10, parts={"P": 1}), job("B", place=20, requested="11:00-17:00")]
    w = world(jobs, [person("Ann", lunch="12:00-13:00")])
    (day,) = timed_as_stated(Facts(w.problem, w.matrix), w.plan({"Ann": ["A", BRANCH_STOP, "B"]})).days
    untold = untold_route_of(Facts(w.problem, w.matrix), day.timed, day.parts)
    assert [stop.window for stop in untold.stops] == [Interval(stop.start_s, stop.start_s) for stop in untold.stops]
    leaves_s = day.timed.departures_s()
    assert untold.branch_stop is not None
    assert [untold.stops[0].leave_by_s, untold.branch_stop.leave_by_s, untold.stops[1].leave_by_s] == leaves_s[:3]

    told = route_of(Facts(w.problem, w.matrix), day.timed, day.parts, first_arrivals([day.timed]))
    assert told != untold
    stops = tuple(
        replace(stop, window=said.window, leave_by_s=said.leave_by_s)
        for stop, said in zip(untold.stops, told.stops, strict=True)
    )
    assert replace(untold, stops=stops, branch_stop=told.branch_stop) == told
