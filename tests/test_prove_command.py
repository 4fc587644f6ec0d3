"""`paigong prove`: what is proven of a plan, in words, and the cheaper plan kept and undone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.cli import app
from optimizer.console import translator_for
from optimizer.domain.rules import Rule
from optimizer.engine.master.day.answers import Gap, Status
from optimizer.exact import ExactOutcome
from optimizer.ingest.plans.plan_file import read_plan_file
from optimizer.judge.verdict import time_routes
from optimizer.prove_command import sentences_of
from tests.cases.branches import lay_out, order
from tests.test_cli import RUN, run
from tests.test_edit_command import refused, routes

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.plans.plan_file import PlanFile


def plan_three_visits(place: Path) -> Path:
    """Plan two technicians and three visits, ten minutes from everywhere; return where the plan is."""
    branch = lay_out(place / "branch", [order("O1"), order("O2"), order("O3")])
    run("plan", branch, "--out", place / "out", "--iterations", "300", "--lang", "en")
    return place / "out"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plan_three_visits(tmp_path_factory.mktemp("prove"))


@pytest.fixture
def out(planned: Path, tmp_path: Path) -> Path:
    """A copy of the plan's folder."""
    shutil.copytree(planned, tmp_path / "out")
    return tmp_path / "out"


def test_a_small_plan_is_proven_to_be_the_best(planned: Path) -> None:
    # Three visits on one route: 40 minutes of travel at 50 cents.
    said = run("prove", planned, "--seconds", "120", "--lang", "en")
    assert said.startswith("Proven: no plan costs less than ¥20.00.\n")
    said = run("prove", planned, "--seconds", "120", "--lang", "zh")
    assert said.startswith("已证明：没有任何计划的成本低于 ¥20.00。\n")


def test_a_dearer_plan_is_replaced_where_that_is_asked_for_and_comes_back(out: Path) -> None:
    before = routes(out)
    [(one, visits)] = [(who, some) for who, some in before.items() if some]
    then = "T2" if one == "T1" else "T1"
    run("edit", out, "--move", f"{visits[0]}={then}", "--lang", "en")
    moved = routes(out)
    assert moved != before
    said = run("prove", out, "--seconds", "120", "--lang", "en")
    # The moved plan drives five legs instead of four.
    found = "A plan of ¥20.00 was found, ¥5.00 less than this one."
    assert said.startswith(f"{found}\nProven: no plan costs less than ¥20.00.\n")
    assert routes(out) == moved
    assert "Judged clean. Written to" in run("prove", out, "--seconds", "120", "--keep", "--lang", "en")
    assert sorted(map(len, routes(out).values())) == [3]
    file = read_plan_file(out / "plan.json", time_routes=time_routes)
    assert file.run["proven"] == {"status": "optimal", "bound_cents": 2_000}
    run("edit", out, "--undo", "--lang", "en")
    assert routes(out) == moved


def test_whoever_is_not_there_is_a_fault(planned: Path) -> None:
    said = refused("prove", planned, "--technician", "TT1", "--lang", "en", code=2)
    assert " ".join(said.split()) == "The technician 'TT1' is not in technicians. Maybe 'T1' is meant."


def test_the_others_keep_their_routes_where_technicians_are_named(planned: Path) -> None:
    idle = "T2" if routes(planned).get("T1") else "T1"
    said = run("prove", planned, "--technician", idle, "--seconds", "120", "--lang", "en")
    assert "Proven: no plan costs less than ¥20.00." in said


@pytest.fixture(scope="module")
def file(planned: Path) -> PlanFile:
    """The plan file."""
    return read_plan_file(planned / "plan.json", time_routes=time_routes)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (
            ExactOutcome(Status.FEASIBLE, bound_cents=1_500),
            "Open: no plan costs less than ¥15.00; what is known is at most 25.0 % above the best.",
        ),
        (ExactOutcome(Status.UNKNOWN, note="it died"), "Nothing is proven: it died."),
        (ExactOutcome(Status.UNKNOWN), "Nothing is proven: the time was too short, or the day is too large."),
        (ExactOutcome(Status.NOT_MODELLED, gaps=(Gap(Rule.REST, "x"),)), "Not modelled: rule rest."),
    ],
)
def test_what_is_not_proven_is_said(file: PlanFile, outcome: ExactOutcome, said: str) -> None:
    plan = replace(file.plan, costs={Rule.TRAVEL: 2_000})
    assert sentences_of(file, plan, outcome, translator_for("en")) == [said]


def test_a_broken_plan_is_not_proven(planned: Path, tmp_path: Path) -> None:
    text = (planned / "plan.json").read_text(encoding="utf-8")
    broken = tmp_path / "plan.json"
    broken.write_text(text.replace('"lateness_s": 0', '"lateness_s": 60', 1), encoding="utf-8")
    result = RUN.invoke(app, ["prove", str(broken), "--lang", "en"])
    assert result.exit_code == 1
    assert "nothing is proven of it" in " ".join(result.output.split())
