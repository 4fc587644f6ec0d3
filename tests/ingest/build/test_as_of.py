"""The same files at 16:00, 18:00 and 08:00: what is known by then, and what the day has left."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Unfinished
from optimizer.domain.planning_context import AsideState, Stage
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import at
from optimizer.ingest.intake import Intake, ReadOptions
from optimizer.ingest.read import problem_from_json, read_intake
from optimizer.ingest.write import problem_to_json
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def branch(tmp_path: Path):
    """Return a function that reads two orders with more rows, at a stage.

    O1 (T1) and O2 are for Monday; O3 is on today's plan, with T1.
    """

    def read(
        stage: Stage = Stage.DRAFT,
        as_of: datetime | None = None,
        o3: dict[str, str] | None = None,
        **more: list[dict[str, str]],
    ) -> Intake:
        sheets: Sheets = two_orders()
        todays = {"order_id": "O3", "requested": "", "planned_technician": "T1", "planned_on": "2026-11-20"}
        todays |= {"promised": "2026-11-20 14:00/16:00", **(o3 or {})}
        sheets["orders"].append(dict(sheets["orders"][1]) | todays)
        for name, rows in more.items():
            sheets[name] = [*sheets.get(name, []), *rows]
        return read_intake(write_folder(tmp_path / "branch", sheets), ReadOptions(stage, as_of))

    return read


def result(word: str, **cells: str) -> dict[str, str]:
    return {"order_id": "O3", "result": word, "at": "2026-11-20 17:10", **cells}


def aside(intake: Intake) -> list[tuple[str, AsideState, str]]:
    return [(a.order.order_id, a.state, a.technician_id) for a in intake.context.aside]


# --- the moment -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "as_of_s"),
    [(Stage.DRAFT, at(16, day=-3)), (Stage.SETTLE, at(18, day=-3)), (Stage.OPEN, at(8))],
)
def test_each_stage_has_its_moment(branch, stage: Stage, as_of_s: int) -> None:
    assert branch(stage).checked().as_of_s == as_of_s


def test_the_moment_can_be_named(branch) -> None:
    assert branch(Stage.SETTLE, datetime(2026, 11, 20, 18, 25)).checked().as_of_s == at(18, 25, day=-3)


# --- today's orders -------------------------------------------------------------------------------------------------


def test_at_the_draft_todays_order_is_under_way(branch) -> None:
    intake = branch(results=[result("done")])
    assert aside(intake) == [("O3", AsideState.UNDER_WAY, "T1")]
    assert set(intake.checked().visit_by_id) == {"O1", "O2"}


def test_at_the_settling_it_is_done_or_nobody_has_said(branch) -> None:
    assert aside(branch(Stage.SETTLE)) == [("O3", AsideState.NO_RESULT, "T1")]


def test_done_is_closed_only_when_its_parts_are_back(branch) -> None:
    [left] = branch(Stage.SETTLE, results=[result("done", technician_id="T2")]).context.aside
    assert (left.state, left.technician_id, left.parts_back) == (AsideState.DONE, "T2", False)
    assert left.order.log.done_s == at(17, 10, day=-3)


def test_an_unfinished_order_comes_back_without_its_spent_promise(branch) -> None:
    intake = branch(Stage.SETTLE, results=[result("customer_absent")])
    order = intake.checked().order_by_id["O3"]
    assert aside(intake) == []
    assert (order.carried_over, order.unfinished, order.promised) == (True, Unfinished.CUSTOMER_ABSENT, ())
    assert intake.checked().windows["O3"][0].open_s == at(8, 30)
    assert order.log.on_site_s == at(17, 10, day=-3)


def test_what_was_said_for_the_last_visit_does_not_count_for_the_next(branch) -> None:
    said = {"confirmed": "yes", "dispatched": "2026-11-19 16:50", "acknowledged": "2026-11-19 17:02"}
    log = branch(Stage.SETTLE, o3=said, results=[result("no_time")]).checked().order_by_id["O3"].log
    assert (log.confirmed, log.dispatched_s, log.acknowledged_s) == (None, None, None)


def test_the_agreed_next_day_is_its_due_day_and_nobody_comes_before(branch) -> None:
    problem = branch(Stage.SETTLE, results=[result("site_not_ready", next_visit="2026-11-25")]).checked()
    order, visit = problem.order_by_id["O3"], problem.visit_by_id["O3"]
    assert order.due_day == order.agreed_day == date(2026, 11, 25)
    assert visit.ready_s == at(0, day=2)


def test_a_result_of_an_unknown_order_is_a_fault(branch) -> None:
    intake = branch(Stage.SETTLE, results=[{"order_id": "O9", "result": "done"}])
    assert intake.problem is None
    assert "results.csv row 2, column 'order_id': The order 'O9' is not in orders." in intake.report.text()


def test_an_order_of_the_night_is_seen_in_the_morning_only(branch) -> None:
    night = {"order_id": "O4", "customer_id": "C2", "lat": "30.28", "lon": "120.16", "service_min": "30"}
    night |= {"received": "2026-11-23 02:10"}
    draft = branch(orders=[night])
    assert "O4" not in draft.checked().visit_by_id
    assert "row 5, column 'received'" in draft.report.text()
    assert "O4" in branch(Stage.OPEN, orders=[night]).checked().visit_by_id


# --- what comes before ------------------------------------------------------------------------------------------------


def follower(after: str, **cells: str) -> dict[str, str]:
    """Return O4, a plain order that comes after another."""
    plain = {"order_id": "O4", "customer_id": "C2", "lat": "30.28", "lon": "120.16", "service_min": "30"}
    return {**plain, "after": after, **cells}


def test_a_started_route_closes_up_behind_what_nobody_knows_of_yet(branch) -> None:
    """O3 comes in on Sunday; what is left of the route reads back, too."""
    locked = [
        {"visit_id": name, "level": "prefix", "technician_id": "T1", "date": "2026-11-23", "position": str(place)}
        for place, name in enumerate(("O3", "O1"))
    ]
    weekend = {"received": "2026-11-22 10:00", "planned_on": "", "planned_technician": "", "promised": ""}
    problem = branch(o3=weekend, locks=locked).problem
    started = [lock for lock in problem.locks if lock.level is LockLevel.PREFIX]
    assert [(lock.visit_id, lock.position) for lock in started] == [("O1", 0)]
    assert problem_from_json(problem_to_json(problem)).locks == problem.locks


def test_what_comes_after_todays_order_waits_for_nobody_tomorrow(branch) -> None:
    visit = branch(orders=[follower("O3; O2 +1h")]).checked().visit_by_id["O4"]
    assert [earlier.visit_id for earlier in visit.after] == ["O2"]
    assert (visit.ready_s, visit.required) == (None, frozenset())


def test_a_gap_counts_from_when_the_earlier_order_was_done_by_whoever_did_it(branch) -> None:
    done = [result("done", technician_id="T2")]
    visit = branch(Stage.SETTLE, orders=[follower("O3 +3d same")], results=done).checked().visit_by_id["O4"]
    assert visit.ready_s == at(17, 10)  # three days after Friday, 17:10
    assert visit.required == frozenset({"T2"})
    drafted = branch(orders=[follower("O3 +3d")]).checked().visit_by_id["O4"]
    assert drafted.ready_s == at(16)  # still under way at 16:00


def test_an_earlier_order_that_comes_back_is_waited_for(branch) -> None:
    problem = branch(Stage.SETTLE, orders=[follower("O3")], results=[result("no_part")]).checked()
    assert [earlier.visit_id for earlier in problem.visit_by_id["O4"].after] == ["O3"]


def test_an_earlier_order_that_nobody_knows_of_yet_binds_nobody(branch) -> None:
    night = follower("", order_id="O5", received="2026-11-23 02:10")
    assert branch(orders=[follower("O5"), night]).checked().visit_by_id["O4"].after == ()
    opened = branch(Stage.OPEN, orders=[follower("O5"), night]).checked().visit_by_id["O4"]
    assert [earlier.visit_id for earlier in opened.after] == ["O5"]


# --- people and parts -----------------------------------------------------------------------------------------------


def absence(**cells: str) -> dict[str, str]:
    return {"technician_id": "T1", "date": "2026-11-23", "reported": "2026-11-23 07:40", **cells}


def shifts(intake: Intake) -> dict[str, tuple[int, int]]:
    return {shift.technician_id: (shift.start_s, shift.end_s) for shift in intake.checked().shifts}


def away(intake: Intake) -> list[tuple[str, int | None, int | None]]:
    return [(one.technician_id, one.from_s, one.until_s) for one in intake.context.absences]


def test_who_is_away_is_known_from_the_report_on_and_as_long_as_it_lasts(branch) -> None:
    sick = absence(technician_id="T2")
    assert away(branch(Stage.SETTLE, absences=[sick])) == []
    assert away(branch(Stage.OPEN, absences=[sick])) == [("T2", None, None)]
    late = absence(end="10:00")
    assert away(branch(Stage.OPEN, absences=[late])) == [("T1", None, at(10))]
    assert away(branch(Stage.OPEN, datetime(2026, 11, 23, 10), absences=[late])) == []
    assert away(branch(Stage.OPEN, absences=[absence(start="15:00")])) == [("T1", at(15), None)]
    assert away(branch(Stage.OPEN, absences=[absence(start="15:00", end="23:00")])) == [("T1", at(15), None)]
    assert away(branch(Stage.OPEN, absences=[absence(start="19:00", end="23:00")])) == []
    inside = absence(start="10:00", end="11:00")
    assert away(branch(Stage.OPEN, absences=[inside])) == [("T1", at(10), at(11))]


def test_who_has_no_shift_anyway_is_away_all_day(branch) -> None:
    someone = {"technician_id": "T9", "name": "Zoe"}
    asked = branch(Stage.OPEN, technicians=[someone], absences=[absence(technician_id="T9")])
    assert away(asked) == [("T9", None, None)]
    elsewhen = absence(technician_id="T9", date="2026-11-24")
    assert away(branch(Stage.OPEN, technicians=[someone], absences=[elsewhen])) == []


def test_an_absence_is_known_from_its_report_on(branch) -> None:
    away = absence(technician_id="T2")
    assert "T2" in shifts(branch(Stage.SETTLE, absences=[away]))
    assert "T2" not in shifts(branch(Stage.OPEN, absences=[away]))


def test_who_reports_in_the_middle_of_the_shift_was_there_until_then(branch) -> None:
    sick = absence(reported="2026-11-23 10:15")
    assert shifts(branch(Stage.OPEN, datetime(2026, 11, 23, 10, 30), absences=[sick]))["T1"] == (at(8, 30), at(10, 15))


def test_a_lock_to_who_is_absent_all_day_is_a_fault_of_its_row(branch) -> None:
    (fault,) = branch(Stage.OPEN, absences=[absence()]).report.errors
    assert (fault.code, fault.file, fault.row, fault.column) == ("LOCK_ABSENT", "locks.csv", 2, "technician_id")


@pytest.mark.parametrize(
    ("start", "end", "codes"), [("08:30", "12:00", ["LOCK_ABSENT_PARTLY"]), ("13:00", "17:30", [])]
)
def test_a_lock_to_who_is_absent_while_the_window_is_open_is_a_doubt(branch, start, end, codes) -> None:
    # O1 is promised for the morning.
    read = branch(Stage.OPEN, absences=[absence(start=start, end=end)])
    assert [issue.code for issue in read.report.issues] == codes


def test_whoever_comes_later_or_leaves_earlier_has_a_shorter_shift(branch) -> None:
    late = branch(Stage.OPEN, absences=[absence(end="10:00")])
    assert shifts(late)["T1"] == (at(10), at(17, 30))
    early = branch(Stage.OPEN, absences=[absence(start="15:00")])
    assert shifts(early)["T1"] == (at(8, 30), at(15))


def test_of_a_shift_cut_in_the_middle_the_longer_part_stays(branch) -> None:
    intake = branch(Stage.OPEN, absences=[absence(start="10:00", end="11:00")])
    assert shifts(intake)["T1"] == (at(11), at(17, 30))
    assert "The absence lies inside the shift" in intake.report.text()


def test_the_last_count_is_the_stock_and_what_came_back_unused_after_it(branch) -> None:
    counts = [
        {"part_id": "P1", "counted": "3", "at": "2026-11-20 17:50"},
        {"part_id": "P1", "counted": "9", "at": "2026-11-22 17:50"},
    ]
    returns = [{"loan_id": "L1", "condition": "unused", "at": "2026-11-20 17:55"}]
    draft = branch(counts=counts, returns=returns).checked()
    settled = branch(Stage.SETTLE, counts=counts, returns=returns).checked()
    assert [part.on_hand for part in draft.parts] == [4]
    assert [part.on_hand for part in settled.parts] == [3 + 1]


@pytest.mark.parametrize(("condition", "on_hand"), [("unused", 4 + 1), ("faulty", 4)])
def test_a_return_ends_the_loan_and_only_unused_parts_go_back_into_the_stock(branch, condition, on_hand) -> None:
    returns = [{"loan_id": "L1", "condition": condition, "at": "2026-11-20 17:20"}]
    problem = branch(Stage.SETTLE, returns=returns).checked()
    assert problem.loans == ()
    assert [part.on_hand for part in problem.parts] == [on_hand]
    assert len(branch(returns=returns).checked().loans) == 1


def test_of_a_loan_partly_returned_the_rest_stays(branch) -> None:
    loans = [{"loan_id": "L2", "technician_id": "T2", "part_id": "P1", "quantity": "3", "due": "2026-11-20"}]
    returns = [{"loan_id": "L2", "quantity": "2", "condition": "faulty", "at": "2026-11-20 17:20"}]
    problem = branch(Stage.SETTLE, loans=loans, returns=returns).checked()
    assert {loan.loan_id: loan.quantity for loan in problem.loans} == {"L1": 1, "L2": 1}
