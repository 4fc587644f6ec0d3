"""What changes against a published plan: near it, told of it, and by when to call."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.order import Interval
from optimizer.domain.planning_context import ChangeKind
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.units import at
from optimizer.moments.changes import as_told, changes_between, gone_since, stay_near
from tests.report.paper_worlds import PAIR, TWO_DAYS, boiler_pair, two_days
from tests.worlds import World, day_s, job, person, span, world

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
    """C alone starts at 08:20, told until 09:00; after A, at 08:50, it still is."""
    published = two_vans.plan({"Ann": ["C"]})
    near = World(stay_near(two_vans.problem, published), two_vans.matrix)
    plan = near.plan({"Ann": ["A", "C"]})
    assert [stop.window for stop in plan.routes[0].stops] == [span("08:10-09:00"), span("08:20-09:00")]
    assert near.judge(plan).is_clean
    assert [c.visit_id for c in changes_between(near.problem, published, plan)] == ["A"]


def test_before_the_deadline_a_told_window_is_a_price_and_after_it_a_lock(two_vans: World) -> None:
    published = two_vans.plan({"Ann": ["C"]})
    at_four = World(stay_near(two_vans.problem, published), two_vans.matrix)
    at_six = World(replace(at_four.problem, as_of_s=FRIDAY_18), two_vans.matrix)
    later = {"Ann": ["B", "C"]}  # C at 09:10
    assert at_four.judge(later).costs[Rule.STABILITY] == 500
    assert at_six.broken(later) == [(Rule.LOCK, 10 * 60)]
    released = stay_near(at_six.problem, published, released={"C"})
    assert World(released, two_vans.matrix).judge(later).is_clean


def test_calls_are_made_by_the_deadline_and_past_it_an_hour_ahead(two_vans: World) -> None:
    before, after = two_vans.plan({"Ann": ["A"], "Ben": ["B"]}), two_vans.plan({"Ann": ["A", "B"]})
    [change] = changes_between(two_vans.problem, before, after)
    assert change.call_by_s == at(17, 30, day=-3)
    assert (change.before, change.after) == (span("08:10-09:00"), span("09:00-10:00"))
    late = replace(two_vans.problem, as_of_s=at(6))
    [change] = changes_between(late, before, after)
    assert change.call_by_s == at(7, 10)
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
    assert told == Interval(at(8, 10), at(9))


def test_of_a_draft_that_was_told_to_nobody_only_who_and_the_day_is_held(two_vans: World) -> None:
    row = PublishedVisit("A", "Ann", 0, span("08:00-08:30"))
    problem = replace(two_vans.problem, as_of_s=FRIDAY_18, published=(row,))
    drafted = World(problem, two_vans.matrix).plan({"Ann": ["A", "C"], "Ben": ["B"]})
    near = World(stay_near(problem, drafted, told={"A"}), two_vans.matrix)
    assert {entry.visit_id: entry.told for entry in near.problem.published} == {
        "A": span("08:00-08:30"),
        "B": None,
        "C": None,
    }
    # C at 10:00 instead of 08:50: after the notice deadline, and nobody waits for it.
    later = near.plan({"Ann": ["A", "B", "C"]})
    assert near.judge(later).is_clean
    assert near.judge(later).costs[Rule.STABILITY] == 3 * 1_000  # B comes with somebody else, without notice
    changes = changes_between(near.problem, drafted, later, {"A"})
    assert {change.visit_id: change.kind for change in changes} == {"B": ChangeKind.TECHNICIAN}


def test_a_customer_hears_of_the_window_that_was_told_and_not_of_a_drafts(two_vans: World) -> None:
    """A was told 08:00 to 08:30; the draft puts it last, the settled plan first again, or in the afternoon."""
    row = PublishedVisit("A", "Ann", 0, span("08:00-08:30"))
    problem = replace(two_vans.problem, as_of_s=FRIDAY_18, published=(row,))
    drafted = World(problem, two_vans.matrix).plan({"Ann": ["C", "A"], "Ben": ["B"]})
    near = World(stay_near(problem, drafted, told={"A"}), two_vans.matrix)
    kept = near.plan({"Ann": ["A", "C"], "Ben": ["B"]})
    assert changes_between(near.problem, drafted, kept, {"A"}) == ()
    late = near.with_job("A", ready_s=at(14)).plan({"Ann": ["C", "A"], "Ben": ["B"]})
    [change] = changes_between(near.problem, drafted, late, {"A"})
    assert (change.kind, change.before) == (ChangeKind.TIME, span("08:00-08:30"))


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


# --- crews and several days -----------------------------------------------------------------------------------------


def test_a_crew_is_published_person_by_person() -> None:
    w = boiler_pair()
    near = stay_near(w.problem, w.plan(PAIR))
    rows = [(entry.visit_id, entry.technician_id) for entry in near.published]
    assert rows == [("A", "T1"), ("B", "T2"), ("K", "T1"), ("K", "T2")]
    assert len({entry.told for entry in near.published if entry.visit_id == "K"}) == 1


def test_the_same_crew_is_no_change_and_another_member_is() -> None:
    w = boiler_pair()
    before = w.plan(PAIR)
    assert changes_between(w.problem, before, w.plan(PAIR)) == ()
    stop = before.routes[1].stops[0]
    other = replace(stop, crew=("T1", "T3"))
    routes = tuple(
        replace(route, stops=(replace(route.stops[0], crew=other.crew), *route.stops[1:])) for route in before.routes
    )
    [change] = changes_between(w.problem, before, replace(before, routes=routes))
    assert (change.visit_id, change.kind) == ("K", ChangeKind.TECHNICIAN)
    assert (change.before_people, change.after_people) == (("T1", "T2"), ("T1", "T3"))


def test_another_day_is_another_time_and_is_told_before_the_first_of_both() -> None:
    w = two_days()
    moved = {("T1", 0): ["A", "B"], ("T2", 1): ["C"]}
    [change] = changes_between(w.problem, w.plan(TWO_DAYS), w.plan(moved))
    assert (change.visit_id, change.kind) == ("B", ChangeKind.TIME)
    assert change.before == Interval(day_s("08:30", 1), day_s("09:30", 1))
    assert change.call_by_s == at(17, 30, day=-3)
    later = {("T1", 1): ["A", "B"], ("T2", 1): ["C"]}
    [first, _] = changes_between(w.problem, w.plan({("T1", 1): ["B", "A"], ("T2", 1): ["C"]}), w.plan(later))
    assert first.call_by_s == at(17, 30, day=0)


def test_days_that_are_over_or_not_planned_here_change_nothing() -> None:
    w = two_days()
    published = w.plan(TWO_DAYS)
    yesterday = replace(published, routes=tuple(replace(route, day=route.day - 1) for route in published.routes))
    assert [entry.visit_id for entry in stay_near(w.problem, yesterday).published] == ["B", "C"]
    only_monday = w.but(days=1, shifts=tuple(shift for shift in w.problem.shifts if shift.day == 0))
    assert changes_between(only_monday.problem, published, only_monday.plan({"T1": ["A"]})) == ()


def test_what_was_told_is_a_plan_to_compare_with() -> None:
    told = world([job("A", place=10), job("B", place=20, crew_size=2)], [person("Ann"), person("Ben")])
    published = told.plan({"Ann": ["A", "B"], "Ben": ["B"]})
    near = stay_near(told.problem, published)
    assert changes_between(near, as_told(near), published) == ()
    without = told.plan({"Ann": ["A"]})
    (change,) = changes_between(near, as_told(near), without)
    assert (change.visit_id, change.kind, change.before_crew) == ("B", ChangeKind.DROPPED, ("Ann", "Ben"))
    assert change.before == published.routes[0].stops[1].window
