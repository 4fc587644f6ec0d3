"""What changes against a published plan: near it, told of it, and by when to call."""

from __future__ import annotations

from dataclasses import replace

from optimizer.changes import changes_between, gone_since, stay_near
from optimizer.domain.desk import ChangeKind
from optimizer.domain.order import Interval
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.units import at
from tests.worlds import World, span

FRIDAY_18 = at(18, day=-3)


def kinds(world: World, before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, ChangeKind]:
    changes = changes_between(world.problem, world.plan(before), world.plan(after))
    return {change.visit_id: change.kind for change in changes}


def test_an_equal_plan_changes_nothing(two_vans: World) -> None:
    routes = {"Ann": ["A"], "Ben": ["B"]}
    assert kinds(two_vans, routes, routes) == {}


def test_each_kind_of_change(two_vans: World) -> None:
    before = {"Ann": ["A", "C"], "Ben": ["B"]}
    assert kinds(two_vans, before, {"Ann": ["A"], "Ben": ["B"]}) == {"C": ChangeKind.DROPPED}
    assert kinds(two_vans, {"Ann": ["A"]}, {"Ann": ["A", "C"]}) == {"C": ChangeKind.ADDED}
    # Ben is as far from B as Ann is: the same window, another person.
    assert kinds(two_vans, {"Ben": ["B"]}, {"Ann": ["B"]}) == {"B": ChangeKind.TECHNICIAN}
    # Ann turns the other way round: A comes first at 08:10, else after C.
    assert kinds(two_vans, {"Ann": ["A", "C"]}, {"Ann": ["C", "A"]}) == {"A": ChangeKind.TIME, "C": ChangeKind.TIME}
    swapped = kinds(two_vans, {"Ann": ["A"], "Ben": ["B"]}, {"Ann": ["A", "B"]})
    assert swapped == {"B": ChangeKind.TECHNICIAN_AND_TIME}


def test_a_start_inside_the_told_window_keeps_the_window(two_vans: World) -> None:
    """C alone starts at 08:20, told 07:50 to 08:50; after A at 08:50 it still does."""
    published = two_vans.plan({"Ann": ["C"]})
    near = World(stay_near(two_vans.problem, published), two_vans.matrix)
    plan = near.plan({"Ann": ["A", "C"]})
    assert [stop.window for stop in plan.routes[0].stops] == [span("07:40-08:40"), span("07:50-08:50")]
    assert near.judge(plan).is_clean
    assert [c.visit_id for c in changes_between(near.problem, published, plan)] == ["A"]


def test_before_the_deadline_a_told_window_is_a_price_and_after_it_a_lock(two_vans: World) -> None:
    published = two_vans.plan({"Ann": ["C"]})
    at_four = World(stay_near(two_vans.problem, published), two_vans.matrix)
    at_six = World(replace(at_four.problem, as_of_s=FRIDAY_18), two_vans.matrix)
    later = {"Ann": ["B", "C"]}  # C at 09:10
    assert at_four.judge(later).costs[Rule.STABILITY] == 500
    assert at_six.broken(later) == [(Rule.LOCK, 20 * 60)]
    released = stay_near(at_six.problem, published, released={"C"})
    assert World(released, two_vans.matrix).judge(later).is_clean


def test_calls_are_made_by_the_deadline_and_past_it_an_hour_ahead(two_vans: World) -> None:
    before, after = two_vans.plan({"Ann": ["A"], "Ben": ["B"]}), two_vans.plan({"Ann": ["A", "B"]})
    [change] = changes_between(two_vans.problem, before, after)
    assert change.call_by_s == at(17, 30, day=-3)
    assert (change.before, change.after) == (span("07:40-08:40"), span("08:30-09:30"))
    late = replace(two_vans.problem, as_of_s=at(6))
    [change] = changes_between(late, before, after)
    assert change.call_by_s == at(6, 40)
    now = replace(two_vans.problem, as_of_s=at(8))
    [change] = changes_between(now, before, after)
    assert change.call_by_s == at(8)


def test_a_published_plan_goes_before_published_rows_of_the_same_visit(two_vans: World) -> None:
    first = stay_near(two_vans.problem, two_vans.plan({"Ann": ["A"], "Ben": ["B"]}))
    second = stay_near(first, two_vans.plan({"Ben": ["C"]}))
    assert {p.visit_id: p.technician_id for p in second.published} == {"A": "Ann", "B": "Ben", "C": "Ben"}
    third = stay_near(second, two_vans.plan({"Ben": ["A"]}))
    assert {p.visit_id: p.technician_id for p in third.published} == {"A": "Ben", "B": "Ben", "C": "Ben"}
    told = next(p.told for p in third.published if p.visit_id == "A")
    assert told == Interval(at(7, 40), at(8, 40))


def test_an_agreement_of_the_customer_outlives_the_published_plan(two_vans: World) -> None:
    agreed = replace(two_vans.problem, published=(PublishedVisit("A", "Ann", 0, span("09:00-10:00"), agreed=True),))
    near = stay_near(agreed, two_vans.plan({"Ann": ["A"], "Ben": ["B"]}))
    assert {entry.visit_id: entry.agreed for entry in near.published} == {"A": True, "B": False}


def test_who_left_and_what_was_called_off_is_named(two_vans: World) -> None:
    published = two_vans.plan({"Ann": ["A", "C"], "Ben": ["B"]})
    people = tuple(t for t in two_vans.problem.technicians if t.technician_id != "Ben")
    shifts = tuple(s for s in two_vans.problem.shifts if s.technician_id != "Ben")
    visits = tuple(v for v in two_vans.problem.visits if v.visit_id != "C")
    orders = tuple(o for o in two_vans.problem.orders if o.order_id != "C")
    now = replace(two_vans.problem, technicians=people, shifts=shifts, visits=visits, orders=orders)
    assert gone_since(now, published) == ({"Ben": ["B"]}, {"Ann": ["C"]})
