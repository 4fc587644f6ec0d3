"""Orders of several days: a visit on each following working day, with the same people, and what comes after them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import GapFrom, PartNeed, Urgency
from optimizer.domain.planning_context import AsideState, Stage
from optimizer.domain.units import DAY_S, HOUR_S, at
from optimizer.ingest.intake import Intake, ReadOptions
from optimizer.ingest.read import problem_from_json, read_intake
from optimizer.ingest.write import problem_to_json
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.order import Predecessor
    from optimizer.domain.problem import Problem


@pytest.fixture
def long_order(tmp_path: Path):
    """Return a function that reads a branch of three days from Monday, O2 an order of three days without windows."""

    def read(options: ReadOptions | None = None, *, horizon: int = 3, results=(), more=(), **o2: str) -> Intake:
        sheets: Sheets = two_orders()
        sheets["branch"][0]["days"] = str(horizon)
        sheets["orders"][1] |= {"requested": "", "days": "3", **o2}
        sheets["orders"] += [{**sheets["orders"][1], "days": "", "parts": "", **cells} for cells in more]
        if results:
            sheets["results"] = [{"order_id": "", "result": "done", **cells} for cells in results]
        shift = sheets["shifts"][1]
        sheets["shifts"] = sheets["shifts"][:1] + [
            {**shift, "technician_id": who, "date": f"2026-11-{23 + n}"}
            for n in range(7)
            for who in ("T1", "T2")
            if (who, n) != ("T1", 0)
        ]
        return read_intake(write_folder(tmp_path / "branch", sheets), options)

    return read


def before(problem: Problem, visit_id: str) -> Predecessor:
    [earlier] = problem.visit_by_id[visit_id].after
    return earlier


def test_a_long_order_is_a_visit_a_day(long_order) -> None:
    problem = long_order().checked()
    assert [visit.visit_id for visit in problem.visits] == ["O1", "O2", "O2/2", "O2/3"]
    for later, earlier in (("O2/2", "O2"), ("O2/3", "O2/2")):
        link = before(problem, later)
        assert (link.visit_id, link.gap_from, link.same_people) == (earlier, GapFrom.START, True)
        # The next working day, whenever each of them begins: no sooner than half a day, no later than a day and a half.
        assert (link.min_gap_s, link.max_gap_s) == (12 * HOUR_S, 36 * HOUR_S)
    assert problem.visit_by_id["O2"].after == ()
    assert [problem.visit_by_id[name].ready_s for name in ("O2", "O2/2", "O2/3")] == [None, DAY_S, 2 * DAY_S]


def test_it_is_written_as_one_order_a_day_and_read_back(long_order) -> None:
    problem = long_order().checked()
    assert problem_from_json(problem_to_json(problem)) == problem


def test_parts_loads_and_windows_are_of_the_first_day_the_full_test_of_the_last(long_order) -> None:
    cells = {"parts": "P1:1", "loads": "kg:20", "critical_test_min": "20", "intermittent": "yes"}
    problem = long_order(promised="2026-11-23 09:00/11:00", **cells).checked()
    first, second, third = (problem.visit_by_id[name] for name in ("O2", "O2/2", "O2/3"))
    assert (first.parts, second.parts, third.parts) == ((PartNeed("P1", 1),), (), ())
    assert [len(visit.loads) for visit in (first, second, third)] == [1, 0, 0]
    assert [visit.critical_test_s for visit in (first, second, third)] == [0, 0, 20 * 60]
    assert [visit.intermittent for visit in (first, second, third)] == [True, False, False]
    assert {visit.base_s for visit in (first, second, third)} == {30 * 60}  # of each day
    assert problem.windows["O2"][0].open_s == at(9)
    assert problem.windows["O2/2"][1].open_s == at(8, 30, day=1)  # the branch's hours


def test_each_day_is_due_a_working_day_later(long_order) -> None:
    problem = long_order(due_day="2026-11-27", urgency="emergency").checked()
    assert [problem.order_by_id[n].due_day for n in ("O2", "O2/2", "O2/3")] == [
        date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)
    ]  # fmt: skip
    assert [problem.order_by_id[n].urgency for n in ("O2", "O2/2")] == [Urgency.EMERGENCY, Urgency.URGENT]


def test_over_a_weekend_the_next_working_day_is_monday(long_order) -> None:
    # The order is promised for Friday, the fifth day planned: its second day is Monday, three days later.
    problem = long_order(horizon=5, promised="2026-11-27 09:00/11:00", days="2").checked()
    link = before(problem, "O2/2")
    assert (link.min_gap_s, link.max_gap_s) == (60 * HOUR_S, 84 * HOUR_S)
    assert problem.visit_by_id["O2/2"].ready_s == at(0, day=7)


def test_who_comes_after_a_long_order_comes_after_its_last_day(long_order) -> None:
    more = [{"order_id": "O3", "after": "O2 +1h"}, {"order_id": "O4", "after": "O2 start"}]
    problem = long_order(more=more).checked()
    assert before(problem, "O3").visit_id == "O2/3"
    assert before(problem, "O4").visit_id == "O2"
    problem = long_order(more=[{"order_id": "O3", "after": "O2/2"}]).checked()
    assert before(problem, "O3").visit_id == "O2/2"


def test_an_own_visit_id_is_carried_on(long_order) -> None:
    problem = long_order(visit_id="V").checked()
    assert [visit.visit_id for visit in problem.visits if visit.order_id != "O1"] == ["V", "V/2", "V/3"]
    assert before(problem, "V/2").visit_id == "V"


def test_days_that_are_done_are_not_planned_again(long_order) -> None:
    problem = long_order(days_done="1", required="T1", promised="2026-11-20 09:00/11:00").checked()
    assert [visit.visit_id for visit in problem.visits] == ["O1", "O2/2", "O2/3"]
    second = problem.visit_by_id["O2/2"]
    assert (second.after, second.ready_s, second.required) == ((), None, frozenset({"T1"}))
    assert problem.order_by_id["O2/2"].promised == ()
    assert problem.windows["O2/2"][0].open_s == at(8, 30)


def test_what_todays_plan_has_goes_on_tomorrow_with_the_same_people(long_order) -> None:
    # Its first day is Friday, today; Monday is the second.
    intake = long_order(planned_on="2026-11-20", planned_technician="T1")
    assert [visit.visit_id for visit in intake.checked().visits] == ["O1", "O2/2", "O2/3"]
    assert intake.checked().visit_by_id["O2/2"].required == frozenset({"T1"})
    assert intake.context.aside == ()


def test_a_day_that_failed_is_planned_again_with_the_rest(long_order) -> None:
    today = {"planned_on": "2026-11-20", "planned_technician": "T1"}
    settled = ReadOptions(Stage.SETTLE)
    failed = long_order(settled, results=[{"order_id": "O2", "result": "no_part"}], **today).checked()
    assert [visit.visit_id for visit in failed.visits] == ["O1", "O2", "O2/2", "O2/3"]
    assert failed.order_by_id["O2"].carried_over
    assert not failed.order_by_id["O2/2"].carried_over
    done = long_order(settled, results=[{"order_id": "O2", "technician_id": "T2"}], **today).checked()
    assert done.visit_by_id["O2/2"].required == frozenset({"T2"})


def test_a_long_order_is_done_when_its_last_day_is(long_order) -> None:
    today = {"planned_on": "2026-11-20", "days_done": "2"}
    assert [a.state for a in long_order(**today).context.aside] == [AsideState.UNDER_WAY]
    intake = long_order(ReadOptions(Stage.SETTLE), results=[{"order_id": "O2/3"}], **today)
    assert [visit.visit_id for visit in intake.checked().visits] == ["O1"]
    assert [(aside.order.order_id, aside.state) for aside in intake.context.aside] == [("O2", AsideState.DONE)]


@pytest.mark.parametrize(
    ("cells", "text", "chinese"),
    [
        (
            {"days_done": "3"},
            "orders.csv row 3, column 'days_done': All 3 days of the job are done already. "
            "Write when it was done, or correct days or days_done.",
            "orders.csv 第 3 行，“days_done”列：该作业的 3 天都已完成。请填写完工时间，或改正 days 或 days_done。",
        ),
        (
            {"days": "5"},
            "Warning: orders.csv row 3, column 'days': 5 days of the job are left, but only 3 are planned; its later "
            "days wait. Plan more days in one go, if they should be planned.",
            "警告：orders.csv 第 3 行，“days”列：该作业还剩 5 天，但只排 3 天；后面的天数要等。"
            "如果也要安排，请一次多排几天。",
        ),
        (
            {"days": "8"},
            "orders.csv row 3, column 'days': 8 is too large. It must be at most 7.",
            "orders.csv 第 3 行，“days”列：8 太大。最多为 7。",
        ),
    ],
)
def test_faults_of_days(long_order, cells: dict[str, str], text: str, chinese: str) -> None:
    report = long_order(**cells).report
    assert (report.text("en"), report.text("zh")) == (text, chinese)


def test_a_day_of_a_long_order_and_an_order_may_not_have_the_same_id(long_order) -> None:
    report = long_order(more=[{"order_id": "O2/2"}]).report
    assert [(issue.code, issue.row, issue.column) for issue in report.errors] == [("ID_TWICE", 4, "order_id")]


def test_a_circle_through_a_long_order(long_order) -> None:
    report = long_order(more=[{"order_id": "O3", "after": "O2/2"}], after="O3").report
    assert [issue.code for issue in report.errors] == ["AFTER_ITSELF"]
    assert "O2 → O3 → O2" in report.text()
