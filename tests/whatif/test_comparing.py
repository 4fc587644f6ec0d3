"""Scenarios beside their base: amounts by hand, verdicts, and what either side finds counts on both."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Part
from optimizer.errors import ScenarioError
from optimizer.judge.verdict import judge_plan
from optimizer.running.child import CancelToken
from optimizer.whatif import runs
from optimizer.whatif.branch import Branch
from optimizer.whatif.certainty import Verdict
from optimizer.whatif.comparing import plan_under
from optimizer.whatif.runs import Runs, Stopped, Task, Work
from optimizer.whatif.scenario import Scenario
from tests.random_problems import random_problem
from tests.worlds import job, person, world

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.whatif.comparison import Comparison

#: Two visits on a line, ten and twenty minutes out; the farther one needs a part that is not there.
SHORT = world(
    [job("A", place=10), job("B", place=20, parts={"P": 1})],
    [person("Jo"), person("Mo")],
    parts=(Part("P", "part", 0),),
)


def branch_of(problem: Problem, matrix: object) -> Branch:
    return Branch(problem, matrix)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    branch = branch_of(SHORT.problem, SHORT.matrix)
    asked = [
        Scenario("a part").stock("P", +1),
        Scenario("one leaves").remove("Mo"),
        Scenario("slower").travel(50),
        Scenario("the same"),
    ]
    return branch.compare(asked, seeds=4, moves=200, workers=2, folder=tmp_path_factory.mktemp("found"))


def test_differences_are_those_by_hand(found: Comparison) -> None:
    """Without the part: 20 minutes of travel at 0.50, and B left out; with it, 40 minutes."""
    table = found.table
    out = judge_plan(SHORT.problem, SHORT.matrix, SHORT.plan({"Jo": ["A"]})).costs[Rule.UNASSIGNED] / 100
    assert out > 0
    cost = table.xs("cost", level="measure")
    assert cost.loc["a part", "base"] == 10.0 + out
    assert cost.loc["a part", "mean"] == 20.0
    assert cost.loc["a part", ["difference", "low", "high"]].tolist() == [10.0 - out] * 3
    assert table.loc[("a part", "paid"), "difference"] == 10.0
    assert table.loc[("a part", "visits_planned"), "difference"] == 1.0
    assert table.loc[("a part", "travel_minutes"), "mean"] == 40.0
    # Twice the time of the way to A and back.
    assert table.loc[("slower", "cost"), "difference"] == 10.0


def test_verdicts_are_four_and_equal_is_for_equal_facts_only(found: Comparison) -> None:
    assert found.verdicts == {
        "a part": Verdict.BETTER,
        "one leaves": Verdict.CANNOT_TELL,
        "slower": Verdict.WORSE,
        "the same": Verdict.EQUAL,
    }
    assert found.table.loc[("a part", "visits_planned"), "verdict"] == "better"
    assert found.table.loc[("a part", "travel_minutes"), "verdict"] == "worse"
    # It costs the same, and might not: nobody has proven the two to be equal.
    assert found["one leaves"].difference().mean == 0.0


def test_the_table_has_real_types_and_says_its_units(found: Comparison) -> None:
    table = found.table
    assert table.index.names == ["scenario", "measure"]
    assert {str(table[column].dtype) for column in ("base", "mean", "difference", "low", "high")} == {"float64"}
    assert (str(table["seeds"].dtype), str(table["more_seeds"].dtype)) == ("int64", "Int64")
    assert table.attrs["currency"] == "CNY"
    assert table.attrs["units"] | {"cost": "CNY", "penalties": "points", "late_minutes": "min"} == table.attrs["units"]
    assert table.loc[("slower", "technicians_used"), "verdict"] != table.loc[("slower", "technicians_used"), "verdict"]


def test_what_no_plan_could_have_is_apart(found: Comparison) -> None:
    """Nobody has the part: leaving B out is nobody's fault in the base, and nothing is fixed with a part."""
    table = found.table
    assert table.loc[("a part", "fixed_penalties"), "base"] == table.loc[("a part", "cost"), "base"] - 10.0
    assert table.loc[("a part", "fixed_penalties"), "mean"] == 0.0
    assert table.loc[("a part", "penalties"), "base"] == 0.0


def test_it_says_which_orders_moved(found: Comparison) -> None:
    moved = found.why("a part")
    assert moved.loc["B", "change"] == "planned"
    assert pd.isna(moved.loc["B", "technician_before"])
    assert moved.loc["B", "technician_after"] in ("Jo", "Mo")
    assert str(moved["start_after"].dtype) == "datetime64[s]"
    with pytest.raises(KeyError):
        found.why("no such scenario")


def test_every_plan_is_clean_under_its_own_facts(found: Comparison) -> None:
    for one in found.scenarios:
        assert one.pairs
        for pair in one.pairs:
            assert judge_plan(found.base.problem, found.base.matrix, pair.base).is_clean
            assert judge_plan(one.case.problem, one.case.matrix, pair.plan).is_clean


def test_a_scenario_that_keeps_no_locks_has_no_plan() -> None:
    both = tuple(Lock(visit, LockLevel.START, "Jo", start_s=36_000) for visit in ("A", "B"))
    branch = branch_of(SHORT.problem, SHORT.matrix)
    asked = Scenario("two at ten").then(lambda case: case.but(locks=both)).stock("P", +1)
    found = branch.compare([asked], seeds=1, moves=50)
    assert found.verdicts == {"two at ten": Verdict.NO_PLAN}
    assert found.table.loc[("two at ten", "cost"), "verdict"] == "no plan"
    assert found.why("two at ten").empty
    locked = branch_of(replace(SHORT.problem, locks=both, parts=(Part("P", "part", 1),)), SHORT.matrix)
    with pytest.raises(ScenarioError, match="Nothing keeps what is locked"):
        locked.compare([Scenario("x")], seeds=1, moves=50)


def test_names_are_told_apart_and_counts_are_at_least_one() -> None:
    branch = branch_of(SHORT.problem, SHORT.matrix)
    with pytest.raises(ScenarioError, match="Two scenarios are called x"):
        branch.compare([Scenario("x"), Scenario("x")])
    with pytest.raises(ValueError, match="at least 1"):
        branch.compare([Scenario("x")], seeds=0)


# --- monotone pairs -------------------------------------------------------------------------------------------------

#: What can only help: whatever is planned without it is planned with it, and costs no more.
RELAXED = [Scenario("relaxed").drop(rule) for rule in ("loan", "tool", "stock", "travel_limit")]
RELAXED.append(Scenario("relaxed").shifts(overtime_min=600))


@pytest.mark.filterwarnings("ignore::optimizer.errors.InputWarning")
@pytest.mark.parametrize("seed", range(6))
def test_less_is_never_better_and_more_is_never_worse(seed: int) -> None:
    """Searches of a dozen moves miss much; in both directions the two sides' plans make it good, in every seed."""
    problem, matrix = random_problem(seed)
    base, relaxed = branch_of(problem, matrix), RELAXED[seed % len(RELAXED)]
    back = Scenario("restricted").then(lambda _: base.case)
    forth = base.compare([relaxed], seeds=2, moves=12)["relaxed"]
    assert all(pair.plan.cost_cents <= pair.base.cost_cents for pair in forth.pairs)
    assert forth.verdict() is not Verdict.WORSE
    again = base.changed(relaxed).compare([back], seeds=2, moves=12)["restricted"]
    assert again.is_impossible or all(pair.plan.cost_cents >= pair.base.cost_cents for pair in again.pairs)
    assert again.verdict() is not Verdict.BETTER


def test_a_plan_changes_sides_only_where_it_is_valid() -> None:
    with_part = Scenario("a part").stock("P", +1).on(branch_of(SHORT.problem, SHORT.matrix).case)
    plan = plan_under(with_part, SHORT.plan({"Jo": ["A", "B"]}))
    assert plan is not None
    assert plan.cost_cents == 2_000
    assert plan_under(branch_of(SHORT.problem, SHORT.matrix).case, plan) is None
    alone = Scenario("one leaves").remove("Jo").on(with_part)
    left = plan_under(alone, plan)
    assert left is not None
    assert left.served == 0, "the routes of who is not there are nobody's"


# --- work that is done once -----------------------------------------------------------------------------------------


def test_workers_change_nothing_and_nothing_is_run_twice(tmp_path: Path) -> None:
    problem, matrix = random_problem(3)
    branch, asked = branch_of(problem, matrix), [Scenario("fast").travel(150), Scenario("slow").travel(80)]
    seen: list[Work] = []
    one = branch.compare(asked, seeds=2, moves=40, folder=tmp_path, on_work=seen.append)
    assert (one.solves, one.found) == (12, 0)
    assert seen[-1].left_s == 0.0
    assert [work.done for work in seen] == list(range(1, one.solves + 1))
    again = branch.compare(asked, seeds=2, moves=40, workers=3, folder=tmp_path)
    assert (again.solves, again.found) == (0, one.solves)
    with ThreadPoolExecutor(2) as executor:
        other = branch.compare(asked, seeds=2, moves=40, executor=executor)
    assert other.solves == one.solves
    for found in (again, other):
        pd.testing.assert_frame_equal(found.table, one.table)
    more = branch.compare(asked, seeds=1, moves=41, folder=tmp_path)
    assert more.found == 0, "other work is other plans"


def test_a_file_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    branch = branch_of(SHORT.problem, SHORT.matrix)
    one = branch.compare([Scenario("slower").travel(50)], seeds=1, moves=50, folder=tmp_path)
    broken, *_ = sorted((tmp_path / "runs").iterdir())
    broken.write_text('{"plan": {"routes"', encoding="utf-8")
    again = branch.compare([Scenario("slower").travel(50)], seeds=1, moves=50, folder=tmp_path)
    assert (again.solves, again.found) == (1, one.solves - 1)
    pd.testing.assert_frame_equal(again.table, one.table)


def test_what_is_clear_is_left_alone() -> None:
    branch, asked = branch_of(SHORT.problem, SHORT.matrix), [Scenario("slower").travel(50)]
    found = branch.compare(asked, seeds=9, moves=30)
    assert (len(found["slower"].pairs), found.solves) == (4, 16)
    whole = branch.compare(asked, seeds=5, moves=30, early=False)
    assert (len(whole["slower"].pairs), whole.solves) == (5, 20)


def test_who_is_stopped_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    branch, asked, cancel = branch_of(SHORT.problem, SHORT.matrix), [Scenario("slower").travel(50)], CancelToken()

    def stop_at(work: Work) -> None:
        if work.done == 6:
            cancel.cancel()

    found = branch.compare(asked, seeds=6, moves=50, folder=tmp_path, early=False, on_work=stop_at, cancel=cancel)
    assert not found.is_complete
    kept = len(list((tmp_path / "runs").iterdir()))
    assert kept >= 6
    rest = branch.compare(asked, seeds=6, moves=50, folder=tmp_path, early=False)
    assert rest.is_complete
    assert (rest.solves, rest.found) == (24 - kept, kept)


def test_a_solve_whose_process_dies_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    branch, real, tries = branch_of(SHORT.problem, SHORT.matrix), runs.solve, []

    def dying(*arguments: object, **options: object) -> object:
        outcome = real(*arguments, **options)  # type: ignore[arg-type]
        tries.append(1)
        return replace(outcome, run=replace(outcome.run, stopped="child_died")) if len(tries) == 1 else outcome

    monkeypatch.setattr(runs, "solve", dying)
    made = runs.run_task(Task("", branch.case, 0), moves=30)
    assert made.plan is not None
    assert len(tries) == 2


def test_no_task_begins_once_it_is_stopped() -> None:
    cancel, ran = CancelToken(), threading.Event()
    cancel.cancel()
    made = Runs(moves=10, workers=1, folder=None, cancel=cancel, on_work=lambda _: ran.set())
    with pytest.raises(Stopped):
        made.plans([Task("", branch_of(SHORT.problem, SHORT.matrix).case, 0)])
    assert not ran.is_set()
