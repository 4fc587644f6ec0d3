"""What the papers may ask the judge, in worlds of two or three people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import SkillNeed
from optimizer.domain.rules import Rule
from optimizer.judge.answers import allowed_by_name, costs_of_absence, has_skills, who_may_serve
from tests.worlds import World, job, person, world

if TYPE_CHECKING:
    from collections.abc import Sequence

# --- who has the skills -----------------------------------------------------------------------------------------------


def _is_able(*levels: int, crew: int, lead: int | None = None) -> bool:
    """Return whether a branch whose people have `levels` of gas can serve a visit that needs level 1 of each."""
    lead_skills = () if lead is None else (SkillNeed("gas", lead),)
    boiler = job("boiler", place=10, crew_size=crew, skills={"gas": 1}, lead_skills=lead_skills)
    people = [person(name, skills={"gas": level}) for name, level in zip(("Ann", "Bob", "Cyd"), levels, strict=False)]
    made = world([boiler], people)
    return has_skills(made.problem, made.problem.visit_by_id["boiler"], 0)


def test_one_person_serves_what_needs_one() -> None:
    assert _is_able(0, 1, crew=1)
    assert not _is_able(0, 0, crew=1)


def test_a_crew_needs_as_many_people_as_it_has_places() -> None:
    assert _is_able(1, 1, crew=2)
    assert not _is_able(1, 0, crew=2)
    assert not _is_able(1, 1, 0, crew=3)


def test_who_leads_a_crew_is_not_its_second_member_too() -> None:
    assert not _is_able(2, 0, crew=2, lead=2)
    assert _is_able(2, 1, crew=2, lead=2)


def test_a_crew_needs_somebody_to_lead_it() -> None:
    assert not _is_able(1, 1, crew=2, lead=2)


# --- who may serve ----------------------------------------------------------------------------------------------------


def _who(made: World) -> list[str]:
    visit = made.problem.visit_by_id["A"]
    return [technician.technician_id for technician in who_may_serve(made.problem, made.matrix, visit, 0)]


def test_who_may_serve_has_the_skills_and_is_not_refused(two_vans: World) -> None:
    both = two_vans.with_job("A", skills=(SkillNeed("aircon", 1),))
    assert _who(both) == ["Ann", "Ben"]
    assert _who(two_vans) == ["Ann"]
    assert _who(both.with_job("A", prohibited=frozenset({"Ann"}))) == ["Ben"]
    assert _who(two_vans.with_job("A", prohibited=frozenset({"Ann"}))) == []


def test_an_exception_to_the_area_lets_one_serve(two_vans: World) -> None:
    outside = two_vans.with_job("A", area="north").with_technician("Ann", areas=frozenset({"south"}))
    assert _who(outside) == []
    assert _who(outside.but(exceptions=(LimitException("A", HouseLimit.AREA, 1, "Chen", "old customer"),))) == ["Ann"]


# --- what is allowed, and what absence costs --------------------------------------------------------------------------


def test_what_is_allowed_by_name_is_listed_with_the_name(one_van: World) -> None:
    outside = one_van.with_job("A", area="north").with_technician("Ann", areas=frozenset({"south"}))
    routes = outside.plan({"Ann": ["A"]})
    assert allowed_by_name(outside.problem, outside.matrix, routes) == ()
    allowed = outside.but(exceptions=(LimitException("A", HouseLimit.AREA, 1, "Chen", "old customer"),))
    (one,) = allowed_by_name(allowed.problem, allowed.matrix, routes)
    assert (one.rule, one.by) == (Rule.ALLOWED, "Chen")


def _absence(made: World, visit_ids: Sequence[str]) -> dict[Rule, int]:
    return costs_of_absence(made.problem, made.matrix, visit_ids)


def test_visits_left_out_cost_what_each_of_them_costs(one_van: World) -> None:
    assert _absence(one_van, ()) == {}
    one, both = _absence(one_van, ["A"]), _absence(one_van, ["A", "B"])
    assert one.keys() == {Rule.UNASSIGNED}
    assert both == {Rule.UNASSIGNED: 2 * one[Rule.UNASSIGNED]}
