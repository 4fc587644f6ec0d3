"""No leg, no travel, no day and no number of visits exceeds the shift's limits; a missing pair is not driven."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.domain.order import Predecessor
from optimizer.domain.plan import DUTY, BreakTaken, Reason, ReasonCode
from optimizer.domain.rules import Rule
from optimizer.explain.unassigned import explain_unassigned, sentence
from optimizer.text.catalogue import translator
from optimizer.travel.matrix import TravelMatrix
from tests.worlds import clock, job, person, span, world

if TYPE_CHECKING:
    from tests.worlds import World

ROUTES = {"Ann": ["A", "B"]}  # Legs of 10, 10 and 20 minutes.


@pytest.mark.parametrize(
    ("limit", "amount"),
    [
        ({"max_leg_s": 1200}, None),
        ({"max_leg_s": 1199}, 1),
        ({"max_travel_s": 2400}, None),
        ({"max_travel_s": 2000}, 400),
        ({"max_visits": 2}, None),
        ({"max_visits": 1}, 1),
        ({"max_duty_s": 6000}, None),
        ({"max_duty_s": 5400}, 600),
    ],
)
def test_limits_hold_to_the_second_and_to_the_visit(one_van: World, limit: dict[str, int], amount: int | None) -> None:
    expected = [] if amount is None else [(Rule.TRAVEL_LIMIT, amount)]
    assert one_van.with_shift("Ann", **limit).broken(ROUTES) == expected


def test_the_leg_home_counts(one_van: World) -> None:
    (violation,) = one_van.with_shift("Ann", max_leg_s=900).judge(ROUTES).violations
    assert violation.message == "Leg 3 of Ann takes 20 min, 5 min above the limit."


def test_a_pair_without_a_way_is_not_driven(one_van: World) -> None:
    no_way = one_van.with_leg("A", "B", None)
    (violation,) = no_way.judge(ROUTES).violations
    assert violation.rule is Rule.TRAVEL_LIMIT
    assert violation.message == "Ann cannot travel from A to B."
    assert no_way.broken({"Ann": ["B", "A"]}) == []


def test_a_place_or_a_profile_that_the_matrix_lacks_is_no_way(one_van: World) -> None:
    nowhere = TravelMatrix(("branch",), ("car",), np.zeros((1, 1, 1), np.int32), np.zeros((1, 1, 1), np.int32))
    assert replace(one_van, matrix=nowhere).broken({"Ann": ["A"]}) == [(Rule.TRAVEL_LIMIT, 1)] * 2
    assert one_van.with_shift("Ann", profile="boat").broken({"Ann": ["A"]}) == [(Rule.TRAVEL_LIMIT, 1)] * 2


# --- how long a day lasts -------------------------------------------------------------------------------------------


def waiting(one_van: World, *, a: str, most: int) -> World:
    """Return the world in which B is ready at noon, A has a window, and Ann's day lasts at most some minutes."""
    made = one_van.with_job("B", ready_s=clock("12:00")).with_job("A", requested=(span(a),))
    return made.with_shift("Ann", max_duty_s=60 * most)


def test_waiting_that_a_later_departure_saves_is_not_counted(one_van: World) -> None:
    # Back at 12:50. A may start as late as 11:20, so that it is enough to leave at 11:10.
    assert waiting(one_van, a="08:00-17:00", most=100).broken(ROUTES) == []
    assert waiting(one_van, a="08:00-17:00", most=99).broken(ROUTES) == [(Rule.TRAVEL_LIMIT, 60)]
    # When A closes at 09:00, the departure is 08:50 at the latest.
    early = waiting(one_van, a="08:00-09:00", most=100)
    (violation,) = early.judge(ROUTES).violations
    assert violation.message == "The day of Ann lasts 240 min, 140 min more than allowed."


@pytest.mark.parametrize(
    ("minutes", "taken", "broken"),
    [
        (190, BreakTaken(3, clock("11:30")), []),
        (189, BreakTaken(0, clock("11:30")), []),
        (130, BreakTaken(0, clock("11:30")), []),
        (129, BreakTaken(0, clock("11:30")), [(Rule.TRAVEL_LIMIT, 60)]),
    ],
)
def test_a_break_is_not_taken_where_it_makes_the_day_too_long(
    minutes: int, taken: BreakTaken, broken: list[object]
) -> None:
    # In the morning Ann leaves at 09:20 at the latest and rests at the branch from 11:30 (slot 3): back at 12:30.
    # In the afternoon she rests from 12:30 at the latest (slot 0), serves A at 14:00 and is back at 14:40.
    jobs = [job("A", place=10, requested="09:00-09:30 14:00-16:00")]
    made = world(jobs, [person("Ann", lunch="11:30-12:30", lunch_minutes=60, max_duty_s=60 * minutes)])
    plan = made.plan({"Ann": ["A"]})
    assert plan.routes[0].break_ == taken
    assert made.broken(plan) == broken
    if not broken:
        assert made.solved().routes == plan.routes
    # A plan that states the break of the morning is held to it.
    stated = made.with_shift("Ann", max_duty_s=None).plan({"Ann": ["A"]})
    assert ((Rule.TRAVEL_LIMIT, 60 * (190 - minutes)) in made.broken(stated)) is (minutes < 190)


def test_what_others_wait_for_keeps_its_start() -> None:
    # A alone could be served right before C at noon; then Ben's B would have to wait for it.
    jobs = [
        job("A", place=10),
        job("B", place=20, after=(Predecessor("A"),)),
        job("C", place=10, ready_s=clock("12:00")),
    ]
    made = world(jobs, [person("Ann", max_duty_s=6000), person("Ben")])
    assert made.broken({"Ann": ["A", "C"]}) == []
    assert made.broken({"Ann": ["A", "C"], "Ben": ["B"]}) == [(Rule.TRAVEL_LIMIT, 180 * 60)]
    assert made.solved().served == 3


def test_who_leaves_late_is_back_in_time(one_van: World) -> None:
    # Ann may be 40 minutes longer on the way than she needs, of which half an hour is held back.
    free = one_van.with_policy(told_width_s={})
    made = free.with_shift("Ann", max_duty_s=140 * 60)
    assert [stop.leave_by_s for stop in made.plan(ROUTES).routes[0].stops] == [clock("08:10"), clock("08:50")]
    assert free.plan(ROUTES).routes[0].stops[0].leave_by_s > clock("12:00")
    # The engine says so too, whichever way round Ann drives.
    assert made.solved().routes[0].stops[0].leave_by_s == clock("08:10")


def test_the_engine_keeps_the_day_short_enough(one_van: World) -> None:
    assert one_van.with_shift("Ann", max_duty_s=6000).solved().served == 2
    # Of the two A is nearer.
    assert one_van.with_shift("Ann", max_duty_s=5999).solved().routes[0].visit_ids == ("A",)
    assert waiting(one_van, a="08:00-17:00", most=100).solved().served == 2
    assert waiting(one_van, a="08:00-09:00", most=239).solved().served == 1
    assert waiting(one_van, a="08:00-09:00", most=240).solved().served == 2


def test_a_visit_that_would_make_the_day_too_long_says_so(one_van: World) -> None:
    made = waiting(one_van, a="08:00-09:00", most=200)
    (entry,) = explain_unassigned(made.problem, made.matrix, made.plan({"Ann": ["A"]}))
    assert entry.reasons == (Reason(ReasonCode.MAX_TRAVEL, False, "Ann", 0, 40 * 60, "s", DUTY),)
    expected = "Ann Li (Ann) comes closest but the day would last 4 h, 40 min more than allowed."
    assert sentence(entry.reasons[0], made.problem, translator("en")) == expected
    expected = "最接近的是Ann Li (Ann)，但当天从出发到返回将长达 4 小时，超出上限 40 分钟。"
    assert sentence(entry.reasons[0], made.problem, translator("zh")) == expected


def test_a_day_that_is_too_long_for_one_visit_is_a_proof_only_without_waiting() -> None:
    # Nobody can be at A and back in less than 50 minutes, and half an hour of lunch.
    made = world(
        [job("A", place=10, requested="08:00-09:00")], [person("Ann", lunch="12:00-13:00", max_duty_s=79 * 60)]
    )
    # Left for at 08:50, the lunch at the branch from 12:00.
    longest = Reason(ReasonCode.MAX_TRAVEL, True, "Ann", 0, (220 - 79) * 60, "s", DUTY)
    for most, reason in ((79, longest), (80, replace(longest, proven=False, amount=140 * 60))):
        one = made.with_shift("Ann", max_duty_s=60 * most)
        (entry,) = explain_unassigned(one.problem, one.matrix, one.plan({}))
        assert entry.reasons == (reason,)
