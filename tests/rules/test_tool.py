"""No more units of a tool are out on a day than exist."""

from __future__ import annotations

import pytest

from optimizer.domain.order import ToolNeed
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Tool
from tests.worlds import World, job, person, world

APART = {"Ann": ["A"], "Ben": ["B"]}
TOGETHER = {"Ann": ["A", "B"]}
ONE_SHORT = [(Rule.TOOL, 1)]


@pytest.fixture
def one_ladder() -> World:
    """A and B each need a ladder; the branch has one."""
    ladder = (ToolNeed("ladder"),)
    jobs = [job("A", place=10, tools=ladder), job("B", place=20, tools=ladder)]
    return world(jobs, [person("Ann"), person("Ben")], tools=(Tool("ladder", "Ladder", 1),))


def test_one_route_takes_a_tool_once(one_ladder: World) -> None:
    assert one_ladder.broken(TOGETHER) == []
    assert one_ladder.broken(APART) == ONE_SHORT
    assert one_ladder.but(tools=(Tool("ladder", "Ladder", 2),)).broken(APART) == []
    assert one_ladder.but(tools=()).broken(APART) == [(Rule.TOOL, 2)]


def test_rows_of_one_tool_add_up(one_ladder: World) -> None:
    assert one_ladder.but(tools=(Tool("ladder", "Old", 1), Tool("ladder", "New", 1))).broken(APART) == []


def test_a_route_takes_the_most_that_one_visit_needs(one_ladder: World) -> None:
    two = one_ladder.with_job("B", tools=(ToolNeed("ladder"), ToolNeed("ladder")))
    assert two.broken(TOGETHER) == ONE_SHORT
    assert two.broken(APART) == [(Rule.TOOL, 2)]


def test_own_tools_are_not_out(one_ladder: World) -> None:
    own = one_ladder.with_technician("Ben", own_tools=(ToolNeed("ladder"),))
    assert own.broken(APART) == []
    # What Ben does not use does not help Ann.
    many = one_ladder.with_technician("Ben", own_tools=(ToolNeed("ladder", 5),)).but(tools=())
    assert many.broken(APART) == ONE_SHORT


def test_every_day_is_counted_alone() -> None:
    ladder = (ToolNeed("ladder"),)
    jobs = [job(name, place=10, tools=ladder, days=(0, 1)) for name in ("A", "B")]
    made = world(
        jobs, [person("Ann", days=(0, 1)), person("Ben", days=(0, 1))], days=2, tools=(Tool("ladder", "Ladder", 1),)
    )
    assert made.broken({("Ann", 0): ["A"], ("Ben", 1): ["B"]}) == []
    (violation,) = made.judge({("Ann", 1): ["A"], ("Ben", 1): ["B"]}).violations
    assert (violation.rule, violation.amount, violation.unit) == (Rule.TOOL, 1, "tools")
    assert violation.message == "Tool ladder: 2 would be out on 2026-11-24, there are 1."


def test_the_lead_of_a_crew_brings_its_tools(one_ladder: World) -> None:
    pair = one_ladder.with_job("A", crew_size=2)
    assert pair.broken({"Ann": ["A"], "Ben": ["A"]}) == []
    # Ann leads A; Ben takes a second ladder to B.
    assert pair.broken({"Ann": ["A"], "Ben": ["A", "B"]}) == ONE_SHORT
    assert pair.with_technician("Ann", own_tools=(ToolNeed("ladder"),)).broken({"Ann": ["A"], "Ben": ["A", "B"]}) == []


# --- the engine -----------------------------------------------------------------------------------------------------


def test_the_engine_gives_the_one_ladder_to_one_route(one_ladder: World) -> None:
    plan = one_ladder.solved()
    assert plan.served == 2
    assert len(plan.routes) == 1


def test_the_engine_leaves_out_what_there_is_no_tool_for(one_ladder: World) -> None:
    assert one_ladder.but(tools=()).solved().served == 0
