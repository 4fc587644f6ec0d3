"""Plans made in the middle of the day: nothing is planned in the past, and what has begun stays."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.plan import ReasonCode
from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.domain.units import clock_text
from optimizer.errors import InputError
from optimizer.ingest.intake import ReadOptions
from optimizer.judge.verdict import judge_plan
from optimizer.moments.draft_settle_open import StageOutcome, plan_stage
from optimizer.report.papers.making import make_papers
from tests.cases.branches import DAY, lay_out, order, read, shift

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.plan import Plan

ONE = {"technicians": ({"technician_id": "T1"},)}


def plan(branch: Path, options: ReadOptions | None = None, published: Plan | None = None) -> StageOutcome:
    """Plan a branch, and let the judge look at it once more."""
    intake, problem, matrix = read(branch, options)
    reported = intake.context.reported
    solved = plan_stage(problem, matrix, published, reported=reported, seconds=None, iterations=100, use_master=False)
    outcome = solved.outcome
    assert judge_plan(outcome.problem, outcome.matrix, outcome.plan).is_clean
    return solved


def starts(solved: StageOutcome) -> dict[str, str]:
    """Return who starts what when."""
    routes = solved.outcome.plan.routes
    return {stop.visit_id: f"{r.technician_id} {clock_text(stop.start_s)}" for r in routes for stop in r.stops}


def at_(text: str) -> ReadOptions:
    return ReadOptions(Stage.OPEN, datetime.fromisoformat(f"{DAY} {text}"))


def test_a_day_that_is_over_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(lay_out(tmp_path / "in", (order("X"),), as_of="2026-11-24 16:00"))
    assert refused.value.report.text("en") == (
        "branch.csv row 2, column 'as_of': The plan would be made at 2026-11-24 16:00, but 2026-11-23 was over at "
        "2026-11-23 18:00. Plan a day that is still to come (plan_date), or correct as_of."
    )
    assert refused.value.report.text("zh") == (
        "branch.csv 第 2 行，“as_of”列：计划将在 2026-11-24 16:00 制定，而 2026-11-23 在 2026-11-23 18:00 就已结束。"
        "请排尚未结束的日子（plan_date），或改正 as_of。"
    )


@pytest.mark.parametrize(("as_of", "is_over"), [(f"{DAY} 17:59", False), (f"{DAY} 18:00", True)])
def test_a_day_is_over_with_its_last_shift(tmp_path: Path, as_of: str, *, is_over: bool) -> None:
    branch = lay_out(tmp_path / "in", (order("X"),), as_of=as_of)
    if is_over:
        with pytest.raises(InputError):
            read(branch)
    else:
        read(branch)


def test_an_emergency_at_noon_is_not_planned_for_the_morning(tmp_path: Path) -> None:
    called = {"urgency": "emergency", "received": f"{DAY} 11:50", "acknowledged": f"{DAY} 11:55"}
    orders = (order("E", "", **called), order("X", "08:00/17:00"))
    solved = plan(lay_out(tmp_path / "in", orders, as_of=f"{DAY} 12:00", **ONE))
    assert sorted(starts(solved).values()) == ["T1 12:25", "T1 13:05"]


def test_an_early_shift_opened_at_eight_counts_from_then(tmp_path: Path) -> None:
    """15 minutes until T1 leaves the branch, ten on the way; Y was over at 07:40."""
    orders = (order("X", "07:00/12:00"), order("Y", "07:00/07:40"))
    branch = lay_out(tmp_path / "in", orders, shifts=(shift("T1", "07:00", "16:00"),), **ONE)
    solved = plan(branch, ReadOptions(Stage.OPEN))
    assert starts(solved) == {"X": "T1 08:25"}
    (left,) = solved.outcome.unassigned
    assert [(reason.code, reason.subject) for reason in left.reasons] == [(ReasonCode.TIME_PASSED, "over")]
    outcome = solved.outcome
    papers = make_papers(outcome.problem, outcome.matrix, outcome.plan, PlanningContext(Stage.OPEN), "en")
    first = papers.call_list.lines[0]
    assert first.cells["order_id"] == "Y, X"  # One customer, one call.
    assert str(first.cells["why"]).startswith("Time is over; ")


ABS = (order("A", "08:00/17:00"), order("B", "08:00/17:00"), order("S", "08:00/17:00"))


def test_who_falls_sick_at_ten_has_done_what_began_before(tmp_path: Path) -> None:
    branch = lay_out(tmp_path / "in", ABS, **ONE)
    published = plan(branch).outcome.plan
    began = {stop.visit_id: clock_text(stop.start_s) for stop in published.routes[0].stops}
    assert sorted(began.values()) == ["08:10", "08:50", "09:30"]
    away = {"technician_id": "T1", "date": DAY, "start": "08:00", "end": "", "reported": f"{DAY} 09:00"}
    later = lay_out(tmp_path / "later", ABS, absences=(away,))
    solved = plan(later, at_("09:10"), published)
    third = next(visit_id for visit_id, start in began.items() if start == "09:30")
    kept = {visit_id: f"T1 {start}" for visit_id, start in began.items() if visit_id != third}
    assert starts(solved) == {**kept, third: "T2 09:35"}


def test_who_has_not_reported_is_asked(tmp_path: Path) -> None:
    """The first stop ended at 08:40, the second at 09:20: at 09:30 only the first is overdue."""
    branch = lay_out(tmp_path / "in", ABS, **ONE)
    published = plan(branch).outcome.plan
    first = published.routes[0].visit_ids[0]
    outcome = plan(branch, at_("09:30"), published).outcome
    context = PlanningContext(Stage.OPEN, is_published=True)
    lines = make_papers(outcome.problem, outcome.matrix, outcome.plan, context, "en").call_list.lines
    assert [line.cells["order_id"] for line in lines if line.cells["why"] == "No result reported"] == [first]


def test_a_result_says_otherwise(tmp_path: Path) -> None:
    """The customer of the first stop was absent: it is planned once more, and T1 goes on from the second."""
    branch = lay_out(tmp_path / "in", ABS, **ONE)
    published = plan(branch).outcome.plan
    first, second, third = published.routes[0].visit_ids
    result = {"order_id": first, "result": "customer_absent", "at": f"{DAY} 08:15", "technician_id": "T1"}
    solved = plan(lay_out(tmp_path / "later", ABS, results=(result,), **ONE), at_("09:10"), published)
    found = starts(solved)
    assert found.pop(second) == "T1 08:50"
    assert sorted(found) == sorted((first, third))
    assert min(found.values()) == "T1 09:30"  # from the second, done at 09:20


def test_a_service_that_takes_longer_than_planned_moves_what_began_after_it(tmp_path: Path) -> None:
    branch = lay_out(tmp_path / "in", ABS, **ONE)
    published = plan(branch).outcome.plan
    first, second, third = published.routes[0].visit_ids
    longer = tuple({**row, "service_min": "45"} if row["order_id"] == first else row for row in ABS)
    solved = plan(lay_out(tmp_path / "later", longer, **ONE), at_("09:20"), published)
    assert starts(solved) == {first: "T1 08:10", second: "T1 09:05", third: "T1 09:45"}


def test_a_window_of_last_week_binds_nobody_and_is_named(tmp_path: Path) -> None:
    past = order("A", "", requested="2026-11-20 09:00/11:00")
    intake, _, _ = read(lay_out(tmp_path / "in", (past,)))
    assert intake.report.text("en") == (
        "Warning: orders.csv row 2, column 'requested': The window was over before the plan is made, so it binds "
        "nobody: the order is planned in opening hours. Agree a new window with the customer."
    )
