"""Who could be sooner at a late emergency if customers gave up told windows: the fewest of them, then the soonest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import SkillNeed, Urgency
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.technician import HeldSkill
from optimizer.explain.late_emergencies import Moved, Sooner, sooner_by_moving
from tests.worlds import World, clock, job, person, span, world

TOLD = {"B": ("Ann", "08:00-08:30"), "C": ("Ann", "08:45-09:15"), "D": ("Ann", "09:30-10:00")}
ANN = {"Ann": ["B", "C", "D", "E"]}
BOTH = {**ANN, "Ben": ["F"]}


@pytest.fixture
def night() -> World:
    """E, called at 08:00, is 100 minutes away; Ann is at B 08:10, at C 08:50, at D 09:30, and at E 11:30."""
    return branch()


@pytest.fixture
def two() -> World:
    """Ben is told to be at F, beside E, from 09:30 to 10:00, and is there for four hours."""
    return branch(ben=True)


def branch(*, ben: bool = False) -> World:
    jobs = [job("B", place=10), job("C", place=20), job("D", place=10)]
    jobs.append(job("E", place=100, requested="", urgency=Urgency.EMERGENCY))
    jobs += [job("F", place=100, minutes=240)] if ben else []
    told = {**TOLD, "F": ("Ben", "09:30-10:00")} if ben else TOLD
    published = tuple(PublishedVisit(visit_id, who, 0, span(window)) for visit_id, (who, window) in told.items())
    people = [person("Ann"), person("Ben")] if ben else [person("Ann")]
    return world(jobs, people, as_of_s=clock("08:00"), published=published)


def found(made: World, routes: dict[str, list[str]] | None = None) -> Sooner | None:
    plan = made.plan(ANN if routes is None else routes)
    assert made.judge(plan).is_clean
    return sooner_by_moving(made.problem, made.matrix, plan, "E")


def test_the_fewest_customers_are_asked(night: World) -> None:
    """From C, done at 09:20, it is 80 minutes: 10:40 instead of 11:30; D is half an hour and 90 minutes later."""
    moved = Moved("D", span("09:30-10:00"), clock("12:40"))
    assert found(night) == Sooner("E", "Ann", clock("10:40"), 3000, (moved,), 1500)


def test_of_two_who_each_move_one_the_sooner_goes(two: World) -> None:
    moved = Moved("F", span("09:30-10:00"), clock("10:10"))
    assert found(two, BOTH) == Sooner("E", "Ben", clock("09:40"), 6600, (moved,), 1500)


@pytest.mark.parametrize("facts", [{"refused": frozenset({"Ben"})}, {"skills": (SkillNeed("gas", 1),)}])
def test_who_may_not_or_cannot_serve_it_does_not_go(two: World, facts: dict[str, object]) -> None:
    way = found(two.with_technician("Ann", skills=(HeldSkill("gas", 2),)).with_job("E", **facts), BOTH)
    assert way is not None
    assert way.technician_id == "Ann"


def test_who_may_come_by_an_exception_to_the_area_goes(two: World) -> None:
    far = two.with_technician("Ben", areas=frozenset({"south"})).with_job("E", area="north")
    allowed = far.but(exceptions=(LimitException("E", HouseLimit.AREA, 1, "Chen", "nobody else is near"),))
    ways = [found(far, BOTH), found(allowed, BOTH)]
    assert [way and way.technician_id for way in ways] == ["Ann", "Ben"]


def test_without_a_told_window_that_may_be_left_there_is_no_way(night: World) -> None:
    assert found(night.with_job("D", promised=(span("09:30-10:00"),))) is None
    assert found(night.but(published=tuple(replace(said, agreed=True) for said in night.problem.published))) is None


def test_who_has_begun_stays(night: World) -> None:
    """Done with B at 08:40, Ann goes on to D with the rest of the day; what has begun is not asked to move."""
    places = enumerate((("B", "08:10"), ("C", "08:50"), ("D", "09:30")))
    begun = tuple(Lock(v, LockLevel.PREFIX, "Ann", position=n, began_s=clock(when)) for n, (v, when) in places)
    assert found(night.but(locks=begun, as_of_s=clock("09:40"))) is None


@pytest.mark.parametrize(("minutes", "offered"), [(84, True), (85, False)])
def test_what_is_hardly_sooner_is_not_offered(night: World, minutes: int, offered: bool) -> None:
    """By D, 09:30 to 09:34, Ann is at E 10:54; from C, done at 09:20, it would be at 10:44 or 10:45."""
    fixed = night.with_job("C", promised=(span("08:45-09:15"),)).with_job("D", base_s=240)
    near = fixed.with_leg("D", "E", 80).with_leg("C", "E", minutes)
    way = found(near)
    assert (way is not None) is offered
