"""What visits take from a common store, as rows."""

from __future__ import annotations

from dataclasses import replace

from optimizer.domain.order import GapFrom, Load, PartNeed, Predecessor, ToolNeed
from optimizer.domain.stock import Part, Tool
from optimizer.domain.units import FAR_FUTURE_S
from optimizer.engine.arrays import E_EARLIER, E_LATER, E_LOAD, E_NEED, E_TOOL, O_OWN, ROW_CAP, S_CAPACITY, S_STOP
from optimizer.engine.indexing import build_arrays
from tests.worlds import World, job, person
from tests.worlds import world as build


def entries(world: World, visit: int, kind: int) -> list[list[int]]:
    arrays = build_arrays(world.problem, world.matrix).arrays
    return arrays.entry[arrays.first[visit, kind] : arrays.first[visit + 1, kind]].tolist()


def test_each_visit_has_what_it_needs_carries_and_follows() -> None:
    lift = job("A", place=10, tools=(ToolNeed("ladder", 2),), loads=(Load("kg", 30),))
    pump = job("B", place=20, parts={"P": 3}, after=(Predecessor("A", GapFrom.START, 600, 7200, same_people=True),))
    world = build([lift, pump], [person("Ann")]).but(
        parts=(Part("P", "P", 2),), tools=(Tool("ladder", "Ladder", 2), Tool("rope", "Rope", 9))
    )
    assert entries(world, 0, E_TOOL) == [[0, 2, 0, 0, 0]]
    assert entries(world, 0, E_LOAD) == [[0, 30, 0, 0, 0]]
    assert entries(world, 1, E_NEED) == [[0, 3, 0, 0, 0]]
    assert entries(world, 1, E_EARLIER) == [[0, 1, 600, 7200, 1]]
    arrays = build_arrays(world.problem, world.matrix).arrays
    assert entries(world, 0, E_LATER) == [[1, arrays.first[1, E_EARLIER], 0, 0, 0]]
    assert arrays.tool_units.tolist() == [2]
    assert arrays.row[:, ROW_CAP].tolist() == [2]


def test_a_part_that_cannot_run_out_has_no_row() -> None:
    world = build([job("A", place=10, parts={"P": 3})], [person("Ann")]).but(parts=(Part("P", "P", 3),))
    assert len(build_arrays(world.problem, world.matrix).arrays.row) == 0


def test_only_who_can_use_a_stop_at_the_branch_may_make_one() -> None:
    van = person("Ann", capacity=(Load("kg", 50),))
    world = build([job("A", place=10, loads=(Load("kg", 30),))], [van, person("Ben")])
    shift = build_arrays(world.problem, world.matrix).arrays.shift
    assert shift[:, S_STOP].tolist() == [1, -1]
    assert shift[:, S_CAPACITY].tolist() == [50, FAR_FUTURE_S]
    once = world.with_policy(reload=False)
    assert build_arrays(once.problem, once.matrix).arrays.shift[:, S_STOP].tolist() == [-1, -1]


def test_own_parts_stand_in_the_row_of_their_technician() -> None:
    world = build([job("A", place=10, parts={"P": 1})], [person("Ann", own_parts=(PartNeed("P", 4),)), person("Ben")])
    world = World(replace(world.problem, parts=(Part("P", "P", 0),)), world.matrix)
    arrays = build_arrays(world.problem, world.matrix).arrays
    assert arrays.owner[:, O_OWN:].tolist() == [[4], [0]]
