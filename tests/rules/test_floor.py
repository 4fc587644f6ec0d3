"""Nobody leaves and nothing starts before the plan is made, plus the time it takes to get ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.order import Interval, PartNeed, Predecessor, Urgency
from optimizer.domain.plan import Plan, ReasonCode
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Part
from optimizer.judge.timing import latest_departure_s
from tests.worlds import World, clock, day_s, job, person, span, world

AB = {"Ann": ["A", "B"]}
LEADS = {"lead_to_leave_s": 900, "lead_on_road_s": 600, "lead_with_parts_s": 1800, "lead_emergency_s": 300}


def at_ten(*people: object, **facts: object) -> World:
    """Return A ten minutes from the branch and B twenty, planned at 10:00 for the same day."""
    jobs = [job("A", place=10), job("B", place=20)]
    made = world(jobs, list(people) or [person("Ann")], as_of_s=clock("10:00"), **facts)  # type: ignore[arg-type]
    return made.with_policy(**LEADS)


def begun(visit_id: str, when: str, who: str = "Ann", place: int = 0) -> Lock:
    return Lock(visit_id, LockLevel.PREFIX, who, position=place, began_s=clock(when))


def times(plan: Plan, who: str = "Ann") -> list[str]:
    """Return departure and starts of a route."""
    (route,) = [route for route in plan.routes if route.technician_id == who]
    return [f"{s // 3600:02d}:{s % 3600 // 60:02d}" for s in (route.depart_s, *(stop.start_s for stop in route.stops))]


# --- who has not left yet -------------------------------------------------------------------------------------------


def test_a_shift_counts_from_the_floor() -> None:
    assert times(at_ten().plan(AB)) == ["10:15", "10:25", "11:05"]
    assert times(at_ten(person("Ann", hours="12:00-17:00")).plan(AB)) == ["12:00", "12:10", "12:50"]


def test_who_starts_at_home_is_on_the_road_as_soon_as_told() -> None:
    assert times(at_ten(person("Ann", home=0)).plan(AB)) == ["10:10", "10:20", "11:00"]


def test_whoever_has_an_emergency_leaves_sooner() -> None:
    urgent = at_ten().with_job("A", urgency=Urgency.EMERGENCY, requested=())
    assert times(urgent.plan({"Ann": ["A"]})) == ["10:15", "10:25"]
    assert times(urgent.but(locks=(Lock("A", LockLevel.PERSON, "Ann"),)).plan({"Ann": ["A"]})) == ["10:05", "10:15"]
    told = urgent.but(published=(PublishedVisit("A", "Ann", 0, span("10:00-11:00")),))
    assert times(told.plan({"Ann": ["A"]})) == ["10:05", "10:15"]


def test_parts_still_at_the_branch_take_longer() -> None:
    """They are ready at 10:30, and A is ten minutes away."""
    made = at_ten().with_job("A", parts=(PartNeed("P", 1),)).but(parts=(Part("P", "pump", 1),))
    assert times(made.plan(AB)) == ["10:15", "10:40", "11:20"]
    assert times(made.but(published=(PublishedVisit("A", "Ann", 0),)).plan(AB)) == ["10:15", "10:25", "11:05"]
    assert times(made.with_technician("Ann", own_parts=(PartNeed("P", 1),)).plan(AB)) == ["10:15", "10:25", "11:05"]


def test_parts_of_which_somebody_carries_one_are_not_ready() -> None:
    needs, held = (PartNeed("P", 1), PartNeed("Q", 1)), (Part("P", "pump", 1), Part("Q", "seal", 1))
    made = at_ten(person("Ann", own_parts=(PartNeed("P", 1),))).with_job("A", parts=needs).but(parts=held)
    assert times(made.plan(AB)) == ["10:15", "10:40", "11:20"]


def test_parts_that_no_way_leads_from_are_ready_at_the_branch_alone() -> None:
    """Ann leaves home at 10:10 and is at A at 10:20; the parts are ready at 10:30."""
    made = at_ten(person("Ann", home=0)).with_job("A", parts=(PartNeed("P", 1),)).but(parts=(Part("P", "pump", 1),))
    (stop,) = made.with_leg("branch", "A", None).plan({"Ann": ["A"]}).routes[0].stops
    assert stop.start_s == clock("10:30")


def test_a_break_that_could_have_begun_before_the_floor_is_not_asked_for() -> None:
    after = at_ten(person("Ann", lunch="10:14-13:00"))
    assert after.plan(AB).routes[0].break_ is None
    before = at_ten(person("Ann", lunch="10:15-13:00"))
    assert before.plan(AB).routes[0].break_ is not None


def test_other_days_are_as_they_were() -> None:
    jobs = [job("A", place=10, days=(1,))]
    made = world(jobs, [person("Ann", days=(0, 1))], days=2, as_of_s=clock("10:00")).with_policy(**LEADS)
    assert made.plan({("Ann", 1): ["A"]}).routes[0].depart_s == day_s("08:00", 1)


def test_a_policy_may_be_without_a_floor() -> None:
    assert times(at_ten().with_policy(lead_to_leave_s=None).plan(AB)) == ["08:00", "08:10", "08:50"]


# --- what the judge says of a plan in the past ----------------------------------------------------------------------


def test_a_plan_in_the_past_is_refused_with_every_amount() -> None:
    past = at_ten().with_policy(lead_to_leave_s=None).plan(AB)
    found = [v for v in at_ten().judge(past).violations if v.rule is Rule.FLOOR]
    assert [(v.amount, v.unit, v.visit_id) for v in found] == [(8100, "s", ""), (7500, "s", "A"), (5100, "s", "B")]
    assert [v.message for v in found] == [
        "Ann leaves at 08:00, 135 min before anybody can.",
        "Visit A starts at 08:10, 125 min before anything can.",
        "Visit B starts at 08:50, 85 min before anything can.",
    ]


@pytest.mark.parametrize(("depart", "broken"), [("10:15", []), ("10:14", [(Rule.FLOOR, 60)])])
def test_a_departure_right_beside_the_floor(depart: str, broken: list[tuple[Rule, int]]) -> None:
    plan = at_ten().plan(AB)
    moved = replace(plan, routes=(replace(plan.routes[0], depart_s=clock(depart)),))
    assert at_ten().broken(moved) == broken


def test_a_second_before_the_floor_is_before_it() -> None:
    plan = at_ten().plan(AB)
    sooner = replace(plan, routes=(replace(plan.routes[0], depart_s=clock("10:15") - 1),))
    assert at_ten().broken(sooner) == [(Rule.FLOOR, 1)]
    first, second = plan.routes[0].stops
    early = replace(first, start_s=clock("10:15") - 1)
    assert at_ten().broken(replace(plan, routes=(replace(plan.routes[0], stops=(early, second)),))) == [(Rule.FLOOR, 1)]


def test_a_departure_stated_at_the_floor_before_the_shift_is_a_wrong_departure() -> None:
    made = at_ten(person("Ann", hours="12:00-17:00"))
    plan = made.plan(AB)
    moved = replace(plan, routes=(replace(plan.routes[0], depart_s=clock("10:15")),))
    assert made.broken(moved) == [(Rule.SHIFT, 6300)]


# --- what has begun -------------------------------------------------------------------------------------------------


def test_what_has_begun_stays_and_the_rest_goes_on_from_the_floor() -> None:
    """Ann is done with A at 08:40; told at 10:00, she leaves it at 10:10."""
    made = at_ten().but(locks=(begun("A", "08:10"),))
    assert times(made.plan(AB)) == ["08:00", "08:10", "10:20"]
    assert made.broken(AB) == []


def test_a_service_under_way_is_finished_first() -> None:
    made = at_ten().but(locks=(begun("A", "09:50"),))
    assert times(made.plan(AB)) == ["08:00", "09:50", "10:30"]


def test_a_break_may_lie_in_the_wait_for_the_floor() -> None:
    made = at_ten(person("Ann", lunch="09:00-10:00")).but(locks=(begun("A", "08:10"),))
    (route,) = made.plan(AB).routes
    assert (route.break_.start_s, route.stops[1].start_s) == (clock("09:00"), clock("10:20"))  # type: ignore[union-attr]


def test_no_window_skill_or_refusal_binds_what_has_begun() -> None:
    made = at_ten().but(locks=(begun("A", "08:10"),))
    changed = made.with_job(
        "A", requested=(span("14:00-15:00"),), prohibited=frozenset({"Ann"}), ready_s=clock("12:00")
    )
    assert changed.broken(AB) == []


def test_who_goes_home_in_the_middle_may_end_what_has_begun() -> None:
    """Ann leaves at 09:30, in the middle of A; she is taken to be on duty until she is home, at 10:00."""
    made = at_ten(person("Ann", hours="08:00-09:30"), person("Ben")).but(locks=(begun("A", "09:20"),))
    assert made.broken({"Ann": ["A"]}) == []
    assert made.broken(AB) == [(Rule.SHIFT, 4200)]  # From A at 10:10, at B until 10:50, home at 11:10.


def test_the_told_window_of_what_has_begun_is_the_published_one() -> None:
    made = at_ten().but(
        locks=(begun("A", "08:10"),),
        published=(PublishedVisit("A", "Ann", 0, Interval(clock("07:45"), clock("08:45"))),),
    )
    assert made.plan(AB).routes[0].stops[0].window == Interval(clock("07:45"), clock("08:45"))


def test_who_lives_where_something_has_begun_is_home_with_its_end() -> None:
    """A lasts until 09:50, after Ann's shift; from A at 10:10, she is at B until 10:50 and home at 11:00."""
    made = at_ten(person("Ann", hours="08:00-09:30", home=10)).but(locks=(begun("A", "09:20"),))
    assert made.broken(AB) == [(Rule.SHIFT, 4200)]


def test_the_floor_binds_the_leg_to_the_branch_and_not_the_one_behind_it() -> None:
    made = at_ten().but(locks=(begun("A", "08:10"),))
    (route,) = made.plan({"Ann": ["A", "0", "B"]}).routes
    assert route.branch_stop is not None
    assert (route.branch_stop.arrive_s, route.stops[1].start_s) == (clock("10:20"), clock("10:40"))


def test_a_stop_at_the_branch_before_what_has_begun_does_not_move_the_floor() -> None:
    """The branch opens at 08:30."""
    made = at_ten().but(locks=(begun("A", "08:40"),))
    assert times(made.plan({"Ann": ["0", "A", "B"]})) == ["08:00", "08:40", "10:20"]


def test_who_goes_home_from_what_has_begun_does_not_wait_for_the_floor() -> None:
    """Ann may leave at 09:00 for A, which begins at 09:10, and leaves it at 09:40."""
    timed = at_ten().but(locks=(begun("A", "09:10"),)).timed("Ann", "A")
    assert timed.departures_s() == [clock("08:00"), clock("09:40")]
    assert latest_departure_s(timed) == clock("09:00")


def test_whoever_waits_for_the_floor_may_have_left_later() -> None:
    """Ben waits for the end of B, which so starts at 10:20 as it is; A began at 09:10, and Ann could leave at 09:00."""
    jobs = [job("A", place=10), job("B", place=20), job("C", place=20, after=(Predecessor("B"),))]
    made = world(jobs, [person("Ann"), person("Ben")], as_of_s=clock("10:00")).with_policy(**LEADS)
    plan = made.but(locks=(begun("A", "09:10"),)).plan({"Ann": ["A", "B"], "Ben": ["C"]})
    assert times(plan) == ["08:00", "09:10", "10:20"]
    assert plan.routes[0].stops[0].leave_by_s == clock("08:30")


def test_a_second_that_does_harm_behind_the_floor_ends_a_stretch() -> None:
    """Whoever leaves A by 10:20 is at B by 10:30; a second later B is late, two seconds later the next window is used.

    So Ann may leave for A until 09:40.
    """
    made = at_ten().with_job("B", requested=(span("10:00-10:30"), span("10:15-13:00")))
    made = made.with_policy(max_lateness_s=1, told_width_s={})
    (route,) = made.but(locks=(Lock("A", LockLevel.PREFIX, "Ann"),)).plan(AB).routes
    assert [stop.start_s for stop in route.stops] == [clock("08:10"), clock("10:20")]
    assert route.stops[0].leave_by_s == clock("09:10")


# --- the engine -----------------------------------------------------------------------------------------------------


def test_the_engine_plans_from_the_floor_on() -> None:
    made = at_ten().with_job("A", requested=(span("10:00-10:30"),))
    assert times(made.solved()) == ["10:15", "10:25", "11:05"]


def test_the_engine_goes_on_after_what_has_begun() -> None:
    made = at_ten(person("Ann", lunch="12:00-13:00"), person("Ben", home=60)).but(locks=(begun("B", "08:20"),))
    assert times(made.solved()) == ["08:00", "08:20", "10:20"]


def test_the_engine_stops_at_the_branch_no_sooner_for_parts() -> None:
    made = at_ten().with_job("A", parts=(PartNeed("P", 1),)).but(parts=(Part("P", "pump", 1),))
    assert times(made.but(visits=made.problem.visits[:1], orders=made.problem.orders[:1]).solved()) == [
        "10:15",
        "10:40",
    ]


def test_a_window_before_the_days_that_are_planned_is_said_to_be(one_van: World) -> None:
    """A is wanted on the evening before; nine hours late, at 08:10, Ann could still come."""
    made = one_van.with_job("A", requested=(Interval(-6 * 3600, 0),)).but(as_of_s=-8 * 3600)
    (left,) = made.with_policy(max_lateness_s=900).solved().unassigned
    assert [(reason.code, reason.subject, reason.proven) for reason in left.reasons] == [
        (ReasonCode.TIME_PASSED, "before", True)
    ]
    later = made.with_policy(max_lateness_s=9 * 3600).problem
    assert not later.is_before(later.visit_by_id["A"])


def test_a_window_that_is_over_is_said_to_be() -> None:
    made = at_ten().with_job("B", requested=(span("08:00-09:59"),))
    (left,) = made.solved().unassigned
    assert [(reason.code, reason.subject, reason.proven) for reason in left.reasons] == [
        (ReasonCode.TIME_PASSED, "over", True)
    ]
