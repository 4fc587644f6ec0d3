"""Scenarios as TOML: every key means its change, the shipped file is right, and every fault is named at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.errors import InputError, ScenarioError
from optimizer.whatif.branch import Branch
from optimizer.whatif.scenario import Scenario
from optimizer.whatif.scenario_file import FORMS, read_scenarios

if TYPE_CHECKING:
    from optimizer.whatif.case import Case

DEMO = Path(__file__).parents[2] / "data/hangzhou"


@pytest.fixture(scope="module")
def demo() -> Case:
    return Branch.read(DEMO).case


def written(folder: Path, text: str) -> Path:
    (folder / "whatif.toml").write_text(text, encoding="utf-8")
    return folder / "whatif.toml"


def test_the_shipped_file_is_one_and_each_scenario_changes_something(demo: Case) -> None:
    file = read_scenarios(DEMO / "whatif.toml")
    assert (file.seeds, file.moves) == (8, 20_000)
    assert len(file.scenarios) == 6
    for scenario in file.scenarios:
        assert scenario.on(demo).notes


@pytest.mark.filterwarnings("ignore::optimizer.errors.InputWarning")
@pytest.mark.parametrize(
    ("line", "same"),
    [
        ('remove = "T04"', Scenario("x").remove("T04")),
        ('add = [{technician = "T99", like = "T05"}]', Scenario("x").add("T99", like="T05")),
        ('train = {technician = "T05", skill = "冰箱"}', Scenario("x").train("T05", "冰箱", 1)),
        ('shifts = {technicians = ["T01"], end = "18:30"}', Scenario("x").shifts("T01", end="18:30")),
        ("stock = {P01 = 1, P02 = -1}", Scenario("x").stock("P01", 1).stock("P02", -1)),
        ('arrival = {part = "P01", quantity = 2, on = 2026-11-23}', Scenario("x").arrival("P01", 2, on="2026-11-23")),
        ("tool = {G1 = 1}", Scenario("x").tool("G1", 1)),
        ("promise = {area_days = 1, restate = true}", Scenario("x").promise(area_days=1, restate=True)),
        ("policy = {reserve_pct = 0}", Scenario("x").policy(reserve_pct=0)),
        ('close_area = "萧山区"', Scenario("x").close_area("萧山区")),
        ("speed_pct = 90", Scenario("x").travel(90)),
        ('drop = ["fairness", "travel"]', Scenario("x").drop("fairness").drop("travel")),
    ],
)
def test_a_key_means_its_change(line: str, same: Scenario, demo: Case, tmp_path: Path) -> None:
    [scenario] = read_scenarios(written(tmp_path, f'[[scenario]]\nname = "x"\n{line}\n')).scenarios
    made, meant = scenario.on(demo), same.on(demo)
    assert made.has_facts_of(meant)
    assert not made.has_facts_of(demo)
    assert made.notes == meant.notes


@pytest.mark.parametrize("key", FORMS)
def test_a_key_that_is_not_written_so_says_how_it_is(key: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenarios(written(tmp_path, f'[[scenario]]\nname = "x"\n{key} = [[1]]\n'))
    assert str(caught.value) == f"Scenario x: '{key}' is not written as expected: {FORMS[key]}"


def test_every_fault_is_named_at_once_in_both_languages(tmp_path: Path) -> None:
    text = 'seeds = 0\nmovs = 3\n[[scenario]]\nremov = ["T04"]\n[[scenario]]\nname = "b"\nstock = 3\n'
    with pytest.raises(ScenarioError) as caught:
        read_scenarios(written(tmp_path, text))
    assert caught.value.texts(lambda sentence, **values: sentence.format(**values)) == [
        "The key 'movs' is not known.",
        "Maybe 'moves' is meant.",
        "seeds is 0, expected a whole number from 1 on.",
        "Scenario number 1 has no name.",
        "Scenario 1: The key 'remov' is not known.",
        "Maybe 'remove' is meant.",
        "Scenario b: 'stock' is not written as expected: stock = {P01 = 1}",
    ]


@pytest.mark.parametrize("text", ["", "seeds = 3\n", "scenario = []\n"])
def test_a_file_without_scenarios_is_none(text: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="has no table"):
        read_scenarios(written(tmp_path, text))


def test_what_is_no_toml_or_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"whatif\.toml"):
        read_scenarios(written(tmp_path, "seeds = = 3\n"))
    with pytest.raises(InputError, match=r"none\.toml"):
        read_scenarios(tmp_path / "none.toml")
