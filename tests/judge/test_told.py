"""The judge's own reading of what people are told, held against what plans are made with; and when to leave."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from optimizer.domain.order import GapFrom, Interval, PlaceKind, Predecessor
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.rules import Rule
from optimizer.domain.told_window import first_told_s, on_grid
from optimizer.domain.units import at, clock_text
from optimizer.judge.told import _wide
from tests.worlds import World, clock, job, person, span, world

AB = {"Ann": ["A", "B"]}


def told(made: World, routes: dict[str, list[str]], who: str = "Ann") -> dict[str, str]:
    """Return what each customer of a technician is told."""
    (route,) = [route for route in made.plan(routes).routes if route.technician_id == who]
    return {stop.visit_id: text(stop.window) for stop in route.stops}


def text(window: Interval) -> str:
    return f"{clock_text(window.open_s)}-{clock_text(window.close_s)}"


def leaves(made: World, routes: dict[str, list[str]]) -> list[str]:
    return [clock_text(stop.leave_by_s) for stop in made.plan(routes).routes[0].stops]


# --- the window -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_the_judges_window_is_the_one_that_plans_are_made_with(seed: int) -> None:
    rng = Random(seed)
    width_s, grid_s = 60 * rng.randint(0, 150), 60 * rng.choice((0, 1, 7, 15, 30, 45, 60, 120))
    minute = rng.randint(8 * 60, 20 * 60)
    made = world([job("A", place=0, requested="", opening=((0, span("00:00-24:00")),))], [person("Ann")])
    made = made.with_policy(told_width_s={"home": width_s, "firm": width_s}, told_grid_s=grid_s)
    made = made.with_shift("Ann", start_s=60 * minute, end_s=at(23))
    window = on_grid(60 * minute, width_s=width_s, grid_s=grid_s)
    opens_s = max(window.open_s, first_told_s(60 * minute, start_s=60 * minute, grid_s=grid_s))
    expected = Interval(opens_s, min(window.close_s, at(24)))
    assert made.plan({"Ann": ["A"]}).routes[0].stops[0].window == expected


@pytest.mark.parametrize(
    ("starts", "width", "grid", "expected"),
    [
        # The first third of what begins at 09:30 is over at 09:50, and no later line of the grid lies before the start.
        ("09:50", 60, 30, "09:30-10:30"),
        ("09:51", 60, 30, "09:30-10:30"),
        # Of two whose first third holds the start it is the earlier.
        ("10:10", 120, 30, "09:30-11:30"),
        ("10:11", 120, 30, "10:00-12:00"),
        ("10:10", 120, 0, "10:10-12:10"),
        ("10:10", 0, 30, "10:10-10:10"),
    ],
)
def test_a_window_stands_on_the_grid(starts: str, width: int, grid: int, expected: str) -> None:
    made = world(
        [job("A", place=0, requested="", opening=((0, span("00:00-24:00")),))], [person("Ann", hours="08:00-20:00")]
    )
    made = made.with_policy(told_width_s={"home": 60 * width, "firm": 60 * width}, told_grid_s=60 * grid)
    window = _wide(made.problem, made.problem.visit_by_id["A"], clock(starts))
    assert text(Interval(*window)) == expected


def test_the_grid_begins_at_midnight_of_the_day(one_van: World) -> None:
    """Seven minutes do not divide a day: 09:55 is the eighty-fifth line of Tuesday's own grid."""
    problem = one_van.but(days=2).with_policy(told_width_s={"home": 600, "firm": 600}, told_grid_s=420).problem
    starts_s = at(9, 57, day=1)
    assert _wide(problem, problem.visit_by_id["A"], starts_s) == (at(9, 55, day=1), at(10, 5, day=1))


@pytest.mark.parametrize(
    ("starts", "expected"), [("11:59", "00:00-12:00"), ("12:00", "12:00-24:00"), ("12:30", "12:00-24:00")]
)
def test_at_a_place_that_is_known_roughly_a_half_day_is_told(one_van: World, starts: str, expected: str) -> None:
    place = replace(one_van.problem.visit_by_id["A"].place, approximate=True)
    problem = one_van.with_job("A", place=place).problem
    assert Interval(*_wide(problem, problem.visit_by_id["A"], clock(starts))) == span(expected)


def test_before_the_technician_can_be_there_nothing_is_told(one_van: World) -> None:
    assert told(one_van, AB) == {"A": "08:10-09:00", "B": "08:30-09:30"}
    # B is twenty minutes away, A takes Ann on her way: before 08:20 nobody can be at B.
    quick = one_van.with_job("A", base_s=60).with_job("B", place_kind=PlaceKind.HOME)
    assert told(quick, AB)["B"] == "08:20-10:00"


@pytest.mark.parametrize(
    ("way", "before", "grid", "expected"),
    [
        # A way of odd minutes to the first stop: it starts as somebody is there, and is told so.
        ("13:00", 0, 30, "08:13-09:00"),
        ("15:00", 0, 30, "08:15-09:00"),
        ("15:01", 0, 30, "08:15:01-09:00"),
        ("19:59", 0, 30, "08:19:59-09:00"),
        # Work before it: the next five minutes, or the next minute where it starts sooner.
        ("13:00", 11, 30, "08:15-09:00"),
        ("13:00", 2, 30, "08:15-09:00"),
        ("13:00", 1, 30, "08:13-09:00"),
        ("13:01", 1, 30, "08:14-09:00"),
        ("10:00", 10, 30, "08:10-09:00"),
        # A finer grid is told as finely, and where there is none, so is the second.
        ("13:00", 2, 3, "08:15-08:57"),
        ("13:07", 1, 1, "08:14-08:55"),
        ("13:07", 1, 0, "08:14:07-09:14:07"),
    ],
)
def test_what_begins_with_an_arrival_begins_on_the_next_five_minutes(
    way: str, before: int, grid: int, expected: str
) -> None:
    minutes, seconds = map(int, way.split(":"))
    made = world([job("Z", place=0, minutes=before), job("A", place=10)], [person("Ann")])
    made = made.with_policy(told_grid_s=60 * grid, told_width_s={"home": 3600, "firm": 3600})
    matrix = made.matrix.seconds.copy()
    matrix[:, :, made.matrix.row_of["A"]] = 60 * minutes + seconds
    made = World(made.problem, replace(made.matrix, seconds=matrix))
    stop = made.plan({"Ann": ["Z", "A"]}).routes[0].stops[1]
    assert text(stop.window) == expected
    assert clock("08:00") + 60 * minutes + seconds <= stop.window.open_s <= stop.start_s
    assert made.broken(made.plan({"Ann": ["Z", "A"]})) == []


def test_a_half_day_without_a_grid_begins_with_the_second_of_the_arrival() -> None:
    made = world([job("A", place=10)], [person("Ann")]).with_policy(told_grid_s=0)
    made = made.with_job("A", place=replace(made.problem.visits[0].place, approximate=True))
    matrix = made.matrix.seconds.copy()
    matrix[:, :, made.matrix.row_of["A"]] = 13 * 60 + 7
    made = World(made.problem, replace(made.matrix, seconds=matrix))
    assert told(made, {"Ann": ["A"]}) == {"A": "08:13:07-12:00"}
    assert made.broken(made.plan({"Ann": ["A"]})) == []


def test_after_what_has_begun_nobody_is_anywhere_before_the_moment_of_planning(one_van: World) -> None:
    """Ann serves A from 08:10; at 09:30 the way to B begins, whatever A would take: at 09:40 she can be there."""
    began = Lock("A", LockLevel.PREFIX, "Ann", position=1, began_s=clock("08:10"))
    made = one_van.but(locks=(began,), as_of_s=clock("09:30")).with_job("B", place_kind=PlaceKind.HOME)
    assert told(made, AB)["B"] == "09:40-11:00"


def test_what_is_waited_for_on_the_way_counts(one_van: World) -> None:
    assert told(one_van.with_job("A", ready_s=clock("08:30")), {"Ann": ["A"]}) == {"A": "08:30-09:30"}
    assert told(one_van.with_job("A", requested=(span("08:55-09:30"),)), AB) == {"A": "08:55-09:30", "B": "09:30-10:30"}
    late = one_van.with_job("A", requested=(span("09:14-09:30"),), base_s=60).with_job("B", place_kind=PlaceKind.HOME)
    assert told(late, AB)["B"] == "09:25-11:00"


def test_who_arrives_as_a_window_closes_does_not_wait_for_the_next(one_van: World) -> None:
    at_ten_past = one_van.with_policy(max_lateness_s=0).with_job(
        "A", requested=(span("08:00-08:10"), span("09:00-09:30")), base_s=60
    )
    assert told(at_ten_past.with_job("B", place_kind=PlaceKind.HOME), AB)["B"] == "08:20-10:00"


def test_hours_and_wishes_cut_and_a_promise_stands() -> None:
    made = world([job("A", place=30, requested="08:00-08:45")], [person("Ann")])
    assert told(made, {"Ann": ["A"]}) == {"A": "08:30-08:45"}
    opens = made.with_job("A", requested=(), opening=((0, span("08:40-09:10")), (0, span("10:00-12:00"))))
    assert told(opens, {"Ann": ["A"]}) == {"A": "08:40-09:10"}
    promised = made.with_job("A", promised=(span("08:00-12:00"),))
    assert told(promised, {"Ann": ["A"]}) == {"A": "08:00-12:00"}


def test_what_was_told_before_is_repeated_while_the_start_lies_inside(one_van: World) -> None:
    said = one_van.but(published=(PublishedVisit("A", "Ann", 0, span("07:40-08:40")),))
    assert told(said, AB)["A"] == "07:40-08:40"
    moved = one_van.but(published=(PublishedVisit("A", "Ann", 0, span("09:00-10:00")),))
    assert told(moved, AB)["A"] == "08:10-09:00"


def test_a_crew_is_told_one_window_from_the_last_of_its_members_on(two_vans: World) -> None:
    made = two_vans.with_job("B", crew_size=2, place_kind=PlaceKind.HOME).with_job("A", base_s=60)
    routes = {"Ann": ["A", "B"], "Ben": ["B"]}
    assert told(made, routes)["B"] == told(made, routes, "Ben")["B"] == "08:30-10:00"


def test_whom_a_kept_lock_holds_outside_every_window_is_told_a_window_about_the_start(one_van: World) -> None:
    from optimizer.domain.policy import BrokenLocks

    lock = Lock("A", LockLevel.START, "Ann", start_s=clock("12:00"))
    made = one_van.with_job("A", requested=(span("08:00-09:00"),)).but(locks=(lock,))
    made = made.with_policy(broken_locks=BrokenLocks.KEEP)
    assert told(made, {"Ann": ["A"]}) == {"A": "12:00-13:00"}


def test_a_start_that_is_late_lies_in_the_window_all_the_same() -> None:
    made = world([job("A", place=60, requested="08:00-08:30")], [person("Ann")]).with_policy(max_lateness_s=7200)
    assert told(made, {"Ann": ["A"]}) == {"A": "09:00-10:00"}
    assert leaves(made, {"Ann": ["A"]}) == ["08:00"]


def test_a_wrong_window_is_refused_by_the_seconds(one_van: World) -> None:
    plan = one_van.plan(AB)
    first, *others = plan.routes[0].stops
    wider = replace(first, window=span("08:00-09:00"))
    changed = replace(plan, routes=(replace(plan.routes[0], stops=(wider, *others)),))
    assert one_van.broken(changed) == [(Rule.WINDOW, 600)]


# --- when to leave --------------------------------------------------------------------------------------------------


def test_who_leaves_by_then_is_there_before_the_window_closes(one_van: World) -> None:
    # A alone is told until 09:00: left for by 08:50, less half an hour. B behind it until 09:30: 08:50 as well.
    assert leaves(one_van, {"Ann": ["A"]}) == ["08:20"]
    assert leaves(one_van, AB) == ["08:10", "08:50"]
    # Told until 08:20, there are ten minutes of slack, and all of them are given up.
    assert leaves(one_van.with_job("A", requested=(span("08:00-08:20"),)), {"Ann": ["A"]}) == ["08:00"]


def test_the_break_before_a_service_is_in_time_too() -> None:
    ann = person("Ann", lunch="12:00-13:00")
    made = world([job("A", place=60, requested="12:30-17:00")], [ann]).with_shift("Ann", start_s=clock("11:00"))
    plan = made.plan({"Ann": ["A"]})
    (stop,) = plan.routes[0].stops
    assert (text(stop.window), clock_text(stop.start_s)) == ("12:30-13:30", "12:30")
    # Leaving at 12:00 she is there at 13:00, rests until 13:30: less half an hour.
    assert clock_text(stop.leave_by_s) == "11:30"


def test_a_follower_on_another_route_holds_the_start_of_what_it_waits_for(two_vans: World) -> None:
    made = two_vans.with_job("B", after=(Predecessor("A", GapFrom.END),))
    assert leaves(made, {"Ann": ["A"], "Ben": ["B"]}) == ["08:00"]


@pytest.mark.parametrize("by_s", [-1200, -60, -1, 1, 60, 1800])
def test_any_other_figure_is_refused_by_the_seconds(one_van: World, by_s: int) -> None:
    plan = one_van.plan(AB)
    first, second = plan.routes[0].stops
    moved = replace(second, leave_by_s=second.leave_by_s + by_s)
    changed = replace(plan, routes=(replace(plan.routes[0], stops=(first, moved)),))
    # Before 08:40 nobody leaves A.
    rule, amount = (Rule.TRAVEL, 600) if by_s == -1200 else (Rule.LATENESS, abs(by_s))
    assert one_van.broken(changed) == [(rule, amount)]


def test_before_the_grid_any_harmless_departure_could_be_stated(one_van: World) -> None:
    then = one_van.with_policy(told_width_s={}, told_half_width_s=900)
    assert told(then, AB) == {"A": "07:55-08:25", "B": "08:35-09:05"}
    plan = then.plan(AB)
    first, second = plan.routes[0].stops
    assert second.leave_by_s > clock("12:00")
    for moment, broken in (("08:40", []), ("12:00", []), ("17:00", [(Rule.LATENESS, 500 * 60)])):
        changed = replace(second, leave_by_s=clock(moment))
        stated = replace(plan, routes=(replace(plan.routes[0], stops=(first, changed)),))
        assert then.broken(stated) == broken
