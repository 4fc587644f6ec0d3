"""Campaigns: what is run, what is recorded, and that a second start does only what is left."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from benchmarks import run
from benchmarks.errors import FormatError
from benchmarks.records import read_rows
from benchmarks.run import Campaign, plan_campaign, run_campaign, told
from benchmarks.settings import Config
from benchmarks.solver import Solved, engine_version
from optimizer.domain.rules import Rule, Violation
from optimizer.errors import JudgementError
from tests.benchmarks.worlds import EARLY_LEAVER, FOLDER, SIX_ORDERS, SIX_ORDERS_ROUTES, THREE_CUSTOMERS

if TYPE_CHECKING:
    from pathlib import Path

SOLVED = Solved(SIX_ORDERS_ROUTES, 134_961, 1.0, 500, "finished", progress=((0.5, 200_000), (0.75, 134_961)))


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Answer each solve with the plan by hand; return the seeds that were asked for."""
    seeds: list[int] = []

    def answer(problem: object, matrix: object, budget: run.Budget) -> Solved:
        seeds.append(budget.seed)
        return SOLVED

    monkeypatch.setattr(run, "solve_problem", answer)
    return seeds


def test_a_real_run_is_recorded_in_full(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    campaign = Campaign((SIX_ORDERS,), (Config(iterations=2000),), seeds=(3,))
    [row] = run_campaign(campaign, out)
    assert read_rows(out) == [row]
    assert (row["status"], row["judged_clean"], row["feasible"]) == ("solved", True, True)
    assert row["objective"] == row["judge_cents"] == row["progress"][-1][1] <= 134_961
    assert (row["seed"], row["iterations_allowed"], row["seconds_allowed"]) == (3, 2000, None)
    assert row["moves"] > 0
    assert 0 < row["primal_integral_s"] <= row["seconds"]
    assert row["first_plan_s"] == row["progress"][0][0]
    assert row["solver_version"] == engine_version()
    assert {"machine", "load", "versions", "ended", "digest", "rounding"} <= set(row)


def test_a_second_start_runs_what_is_left(tmp_path: Path, solved: list[int]) -> None:
    out = tmp_path / "results.jsonl"
    assert len(list(run_campaign(Campaign((SIX_ORDERS,), seeds=(1, 2)), out))) == 2
    assert len(list(run_campaign(Campaign((SIX_ORDERS,), seeds=(1, 2, 3)), out))) == 1
    assert solved == [1, 2, 3]
    assert [row["seed"] for row in read_rows(out)] == [1, 2, 3]


def test_plans_are_kept_where_a_folder_is_given(tmp_path: Path, solved: list[int]) -> None:
    configs = (Config(seconds=2.5), Config("few moves", iterations=500))
    rows = list(run_campaign(Campaign((SIX_ORDERS,), configs), tmp_path / "results.jsonl", plans=tmp_path))
    assert [row["plan"] for row in rows] == [
        "six_orders-default-2.5s-seed1.json",
        "six_orders-few_moves-500_moves-seed1.json",
    ]
    routes = json.loads((tmp_path / rows[0]["plan"]).read_text(encoding="utf-8"))["routes"]
    assert routes == {who: [int(stop) for stop in stops] for who, stops in SIX_ORDERS_ROUTES.items()}


def test_an_edited_instance_is_another_instance(tmp_path: Path, solved: list[int]) -> None:
    out, day = tmp_path / "results.jsonl", tmp_path / "day.json"
    shutil.copy(SIX_ORDERS, day)
    list(run_campaign(Campaign((day,)), out))
    day.write_text(day.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len(list(run_campaign(Campaign((day,)), out))) == 1


def test_the_primal_integral_is_measured_over_the_time_allowed(tmp_path: Path, solved: list[int]) -> None:
    [row] = run_campaign(Campaign((SIX_ORDERS,), (Config(seconds=10),)), tmp_path / "results.jsonl")
    # Half a second without a plan, a quarter with one of 200 000 where 134 961 is the last.
    assert row["primal_integral_s"] == pytest.approx(0.5 + 0.25 * (1 - 134_961 / 200_000), abs=1e-4)
    assert row["primal_reference"] == "own last plan"


def test_what_is_not_built_is_a_row_that_says_so(tmp_path: Path, solved: list[int]) -> None:
    [row] = run_campaign(Campaign((EARLY_LEAVER,)), tmp_path / "results.jsonl")
    assert (row["status"], row["waits_for"]) == ("unsupported", ["crew of which one leaves sooner"])
    assert "unsupported, waits for crew of which one leaves sooner" in told(row)
    assert solved == []


def test_a_plan_that_the_judge_refuses_is_a_failed_row_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(problem: object, matrix: object, budget: run.Budget) -> Solved:
        raise JudgementError((Violation(Rule.ONCE, 1, "visits", "visit 1 is served twice"),))

    monkeypatch.setattr(run, "solve_problem", refuse)
    for _ in range(2):
        [row] = run_campaign(Campaign((SIX_ORDERS,)), tmp_path / "results.jsonl")
        assert (row["status"], row["judged_clean"], row["feasible"]) == ("failed", False, False)
        assert "visit 1 is served twice" in told(row)


def test_a_broken_instance_does_not_stop_the_others(tmp_path: Path, solved: list[int]) -> None:
    (tmp_path / "a.txt").write_text("hello", encoding="utf-8")
    rows = list(run_campaign(Campaign((tmp_path / "a.txt", SIX_ORDERS)), tmp_path / "results.jsonl"))
    assert [row["status"] for row in rows] == ["unread", "solved"]
    assert "not in a known format" in told(rows[0])
    assert len(read_rows(tmp_path / "results.jsonl")) == 1


def test_two_states_of_the_optimizer_are_not_mixed(
    tmp_path: Path, solved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results.jsonl"
    list(run_campaign(Campaign((SIX_ORDERS,)), out))
    monkeypatch.setattr(run, "engine_version", lambda: "0.0+edited")
    with pytest.raises(FormatError, match=r"results\.jsonl has rows of paigong .*, and this is 0\.0\+edited"):
        list(run_campaign(Campaign((SIX_ORDERS,), seeds=(2,)), out))


def test_a_run_during_which_the_optimizer_is_edited_is_not_recorded(
    tmp_path: Path, solved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter(("before", "after"))
    monkeypatch.setattr(run, "engine_version", lambda: next(versions))
    with pytest.raises(FormatError, match="the optimizer was edited while six_orders"):
        list(run_campaign(Campaign((SIX_ORDERS,)), tmp_path / "results.jsonl"))
    assert not (tmp_path / "results.jsonl").exists()


def test_a_run_stopped_by_hand_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Solved(SIX_ORDERS_ROUTES, 134_961, 1.0, 500, "interrupted")
    monkeypatch.setattr(run, "solve_problem", lambda problem, matrix, budget: stopped)
    with pytest.raises(KeyboardInterrupt):
        list(run_campaign(Campaign((SIX_ORDERS,)), tmp_path / "results.jsonl"))
    assert not (tmp_path / "results.jsonl").exists()


# --- the configuration --------------------------------------------------------------------------------------------


def _campaign(tmp_path: Path, text: str) -> Campaign:
    shutil.copy(SIX_ORDERS, tmp_path / "six_orders.json")
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    return plan_campaign([tmp_path / "c.toml"])


def test_a_configuration_names_instances_seeds_and_settings(tmp_path: Path) -> None:
    text = 'instances = ["*.json"]\nseeds = [1, 2]\nseconds = 5\n[[config]]\nname = "plain"\n'
    text += '[[config]]\nname = "bare"\nuse_master = false\nseconds = 2.5\nparameters = { blink = 0 }\n'
    campaign = _campaign(tmp_path, text)
    assert campaign.paths == (tmp_path / "six_orders.json",)
    assert campaign.seeds == (1, 2)
    assert campaign.configs == (
        Config("plain", seconds=5),
        Config("bare", seconds=2.5, use_master=False, parameters={"blink": 0}),
    )


def test_instances_may_lie_anywhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "days [old]"
    elsewhere.mkdir()
    shutil.copy(THREE_CUSTOMERS, elsewhere)
    campaign = _campaign(elsewhere, f'instances = ["{SIX_ORDERS}", "*.txt"]')
    assert campaign.paths == (SIX_ORDERS, elsewhere / "three_customers.txt")


def test_the_command_line_goes_before_the_configuration(tmp_path: Path) -> None:
    campaign = _campaign(tmp_path, 'instances = ["*.json"]\nseconds = 5')
    changed = campaign.with_options(seconds=None, iterations=300, seeds=[7])
    assert changed.configs == (Config(iterations=300),)
    assert changed.seeds == (7,)
    assert campaign.with_options(seconds=None, iterations=None, seeds=None) == campaign


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("instances = [", "c.toml: "),
        ('instances = ["*.vrp"]', r"instances name no file: \*\.vrp"),
        ("instances = []", "instances name no file: the list is empty"),
        ("seeds = [1]", "instances is None; expected a list of str"),
        ('instances = ["*.json"]\nseeds = "1"', "seeds is '1'; expected a list of int"),
        ('instances = ["*.json"]\nsecs = 1', "unknown secs; known are config, dials, instances, "),
        ('instances = ["*.json"]\nseconds = "1"', "config 1: seconds is '1'; expected float"),
        ('instances = ["*.json"]\nthreads = 0', "config 1: threads is 0; expected more than 0"),
        ('instances = ["*.json"]\ndials = { blinks = 0 }', "config 1: parameters: blinks=0: expected one of removed"),
        ('instances = ["*.json"]\n[[config]]\n[[config]]\n', "two configurations have the same name"),
        ('instances = ["*.json"]\n[[config]]\nmaster = false', "config 1: unknown master"),
    ],
)
def test_a_broken_configuration_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        _campaign(tmp_path, text)


def test_a_folder_stands_for_its_instances(tmp_path: Path) -> None:
    for source in (SIX_ORDERS, THREE_CUSTOMERS):
        shutil.copy(source, tmp_path)
    (tmp_path / "bks.csv").write_text("instance,bks\n", encoding="utf-8")
    assert [path.name for path in plan_campaign([tmp_path]).paths] == ["six_orders.json", "three_customers.txt"]
    assert plan_campaign([tmp_path, tmp_path / "six_orders.json"]).paths == plan_campaign([tmp_path]).paths


def test_nothing_to_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no file that ends with"):
        plan_campaign([tmp_path])
    with pytest.raises(FormatError, match="no such file or folder"):
        plan_campaign([tmp_path / "absent.txt"])
    with pytest.raises(FormatError, match="not both"):
        plan_campaign([FOLDER / "a.toml", SIX_ORDERS])
