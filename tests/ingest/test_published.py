"""The folder of published plans: the newest by the moment, kept whole, found for folders and single files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.units import at
from optimizer.errors import InputError
from optimizer.ingest.plan_file import write_plan
from optimizer.ingest.published import publish_plan, published_folder, published_plan
from tests.worlds import MONDAY, World

if TYPE_CHECKING:
    from pathlib import Path

FOUR, SIX = datetime(2026, 11, 20, 16), datetime(2026, 11, 20, 18)


def publish(world: World, routes: dict[str, list[str]], as_of_s: int, branch: Path) -> Path:
    problem = replace(world.problem, as_of_s=as_of_s)
    file = branch.parent / "plan.json"
    write_plan(world.plan(routes), problem, world.matrix, {}, file)
    return publish_plan(file, problem, branch)


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    folder = tmp_path / "branch"
    folder.mkdir()
    return folder


def test_the_newest_plan_by_the_moment_is_found(one_van: World, branch: Path) -> None:
    publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    publish(one_van, {"Ann": ["A", "B"]}, at(18, day=-3), branch)
    at_five = published_plan(branch, MONDAY, datetime(2026, 11, 20, 17))
    assert at_five is not None
    assert at_five.routes_by_technician() == {"Ann": ["A"]}
    at_six = published_plan(branch, MONDAY, SIX)
    assert at_six is not None
    assert at_six.routes_by_technician() == {"Ann": ["A", "B"]}


def test_without_one_there_is_none(one_van: World, branch: Path) -> None:
    assert published_plan(branch, MONDAY, SIX) is None
    publish(one_van, {"Ann": ["A"]}, at(18, day=-3), branch)
    assert published_plan(branch, MONDAY, FOUR) is None
    assert published_plan(branch, MONDAY.replace(day=24), SIX) is None


def test_a_second_publishing_of_the_same_moment_takes_its_place(one_van: World, branch: Path) -> None:
    first = publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    assert publish(one_van, {"Ann": ["B"]}, at(16, day=-3), branch) == first
    found = published_plan(branch, MONDAY, FOUR)
    assert found is not None
    assert found.routes_by_technician() == {"Ann": ["B"]}
    assert [path.name for path in published_folder(branch).iterdir()] == [first.name]


def test_a_branch_in_one_file_keeps_its_plans_beside_it(tmp_path: Path) -> None:
    assert published_folder(tmp_path / "hangzhou.xlsx") == tmp_path / "hangzhou.published"


def test_a_damaged_published_plan_is_a_fault_with_its_name(one_van: World, branch: Path) -> None:
    path = publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=path.name):
        published_plan(branch, MONDAY, FOUR)


def test_other_files_in_the_folder_do_not_disturb(one_van: World, branch: Path) -> None:
    publish(one_van, {"Ann": ["A"]}, at(16, day=-3), branch)
    (published_folder(branch) / "notes.json").write_text("{}", encoding="utf-8")
    assert published_plan(branch, MONDAY, FOUR) is not None
