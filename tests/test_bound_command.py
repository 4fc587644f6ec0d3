"""`paigong bound`: how far a plan is from the best one at most, in words and in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.bound import Bounded, Scope, bound_cost
from optimizer.bound_command import bound_sentences
from optimizer.cli import app
from optimizer.console import translator_for
from optimizer.domain.rules import Rule
from optimizer.ingest.plans.plan_file import read_plan_file
from optimizer.judge.verdict import time_routes
from tests.test_cli import RUN, run
from tests.test_edit_command import routes
from tests.test_prove_command import plan_three_visits

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.plans.plan_file import PlanFile


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plan_three_visits(tmp_path_factory.mktemp("bound"))


@pytest.fixture(scope="module")
def file(planned: Path) -> PlanFile:
    return read_plan_file(planned / "plan.json", time_routes=time_routes)


def test_a_small_plan_is_shown_to_be_the_best(planned: Path) -> None:
    # Three visits on one route: 40 minutes of travel at 50 cents.
    said = run("bound", planned, "--seconds", "120", "--lang", "en")
    assert said.startswith("Proven: no plan costs less than ¥20.00.\n")
    assert run("bound", planned, "--seconds", "120", "--lang", "zh").startswith(
        "已证明：没有任何计划的成本低于 ¥20.00。\n"
    )


def test_a_dearer_plan_is_told_by_how_much_it_may_be_too_dear(planned: Path, tmp_path: Path) -> None:
    [(one, visits)] = [(who, some) for who, some in routes(planned).items() if some]
    then = "T2" if one == "T1" else "T1"
    out = tmp_path / "out"
    out.mkdir()
    (out / "plan.json").write_bytes((planned / "plan.json").read_bytes())
    run("edit", out, "--move", f"{visits[0]}={then}", "--lang", "en")
    # The moved plan drives five legs instead of four.
    said = run("bound", out, "--seconds", "120", "--lang", "en")
    assert said.startswith("No plan costs less than ¥20.00; this one costs ¥25.00, at most 20.0 % of it too much.\n")
    said = run("bound", out, "--seconds", "120", "--lang", "zh")
    assert said.startswith("没有任何计划的成本低于 ¥20.00；本计划成本 ¥25.00，其中最多有 20.0 % 可以省下。\n")


def test_every_bound_on_the_way_is_told_and_none_is_above_the_cost(file: PlanFile) -> None:
    told: list[tuple[int, float]] = []
    bounded = bound_cost(
        file.problem, file.matrix, file.plan, seconds=120, on_bound=lambda cents, after_s: told.append((cents, after_s))
    )
    assert told == sorted(told)
    assert told[-1][0] == bounded.lower_bound_cents == file.plan.cost_cents == bounded.cost_cents
    assert bounded.scope is Scope.OPTIMAL
    assert bounded.gap == 0.0
    assert bounded.note == ""


def test_no_time_at_all_still_gives_a_bound(file: PlanFile) -> None:
    bounded = bound_cost(file.problem, file.matrix, file.plan, seconds=0)
    assert bounded.lower_bound_cents is not None
    assert 0 <= bounded.lower_bound_cents <= file.plan.cost_cents


@pytest.mark.parametrize(
    ("bounded", "said"),
    [
        (Bounded(100, None, Scope.RELAXATION, note="it died"), ["Nothing is proven: it died."]),
        (
            Bounded(100, None, Scope.RELAXATION),
            ["Nothing is proven: the time was too short, or the day is too large."],
        ),
        (Bounded(100, 100, Scope.OPTIMAL), ["Proven: no plan costs less than ¥1.00."]),
        (
            Bounded(10_000, 9_000, Scope.RELAXATION, (Rule.TOOL, Rule.CREW)),
            [
                "No plan costs less than ¥90.00; this one costs ¥100.00, at most 10.0 % of it too much.",
                "The bound does not hold all of these rules, so that it may be too low: tool, crew.",
            ],
        ),
    ],
)
def test_what_is_known_is_said(file: PlanFile, bounded: Bounded, said: list[str]) -> None:
    assert bound_sentences(file, bounded, translator_for("en")) == said


def test_a_plan_that_costs_nothing_has_no_gap() -> None:
    assert Bounded(0, 0, Scope.OPTIMAL).gap == 0.0


def test_a_process_that_dies_says_so(file: PlanFile) -> None:
    bounded = bound_cost(file.problem, None, file.plan, seconds=5)
    assert bounded.lower_bound_cents is None
    assert bounded.note.startswith("the process ended with code 1: ")


def test_a_broken_plan_gets_no_bound(planned: Path, tmp_path: Path) -> None:
    broken = tmp_path / "plan.json"
    text = (planned / "plan.json").read_text(encoding="utf-8")
    broken.write_text(text.replace('"lateness_s": 0', '"lateness_s": 60', 1), encoding="utf-8")
    result = RUN.invoke(app, ["bound", str(broken), "--lang", "en"])
    assert result.exit_code == 1
    assert "nothing is proven of it" in " ".join(result.output.split())
