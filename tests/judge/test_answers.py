"""What the papers may ask the judge, in worlds of two or three people."""

from __future__ import annotations

from optimizer.domain.order import SkillNeed
from optimizer.judge.answers import has_skills
from tests.worlds import job, person, world


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
