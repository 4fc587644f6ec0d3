"""A day that is closed: what each row becomes, what contradicts, and that nothing is lost or written by halves."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.day.close import close_day
from optimizer.day.next_folder import NextFolderError, write_next
from optimizer.day.order_states import OrderState
from optimizer.errors import InputError
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.plans.plan_file import write_plan
from optimizer.ingest.plans.published import publish_plan
from optimizer.ingest.read import read_intake
from optimizer.judge.verdict import time_routes
from optimizer.travel.provider import travel_for
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.day.close import ClosedDay

Cells = dict[str, str]


def world(**more: list[Cells]) -> Sheets:
    """Return two orders on Monday, O1 with a part, and who works on Monday and on Tuesday; nothing is owed."""
    sheets = two_orders()
    sheets["loans"], sheets["locks"], sheets["published"] = [], [], []
    sheets["shifts"].append(dict(sheets["shifts"][0]) | {"date": "2026-11-24"})
    for name, rows in more.items():
        sheets[name] = [*sheets.get(name, []), *rows]
    return {name: rows for name, rows in sheets.items() if rows}


def published(folder: Path, sheets: Sheets, routes: dict[str, list[str]] | None = None) -> Path:
    """Return the branch's folder with a plan published for Monday: by default T1 has O1, and then O2."""
    branch = write_folder(folder, sheets)
    problem = read_intake(branch).checked()
    matrix = travel_for(problem, branch)
    plan = time_routes(
        problem, matrix, {(who, 0): list(visits) for who, visits in (routes or {"T1": ["O1", "O2"]}).items()}
    )
    write_plan(plan, problem, matrix, {}, folder.parent / "plan.json")
    publish_plan(folder.parent / "plan.json", problem, branch)
    return branch


def result(order: str, word: str, at: str = "2026-11-23 15:00", **cells: str) -> Cells:
    return {"order_id": order, "result": word, "at": at, **cells}


def states(closed: ClosedDay) -> dict[str, OrderState]:
    return {order.order_id: order.state for order in closed.orders}


def rows(folder: Path, sheet: str) -> list[Cells]:
    file = folder / f"{sheet}.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def closed_into(out: Path, branch: Path, as_of: datetime | None = None) -> Path:
    write_next(close_day(branch, as_of=as_of), branch, out)
    return out


def codes(error: InputError) -> list[str]:
    return [issue.code for issue in error.report.errors]


# --- orders -----------------------------------------------------------------------------------------------------------


def test_a_done_order_stays_one_more_day_and_is_archived_then(tmp_path: Path) -> None:
    done = [result("O1", "done", parts_back="yes"), result("O2", "done")]
    branch = published(tmp_path / "mon", world(results=done))
    tuesday = closed_into(tmp_path / "tue", branch)
    assert [(row["order_id"], row["done"], row["planned_technician"]) for row in rows(tuesday, "orders")] == [
        ("O1", "2026-11-23 15:00", "T1"),
        ("O2", "2026-11-23 15:00", "T1"),
    ]
    intake = read_intake(tuesday)
    assert {aside.order.order_id: aside.state for aside in intake.context.aside} == {"O1": "done", "O2": "done"}
    assert intake.checked().visits == ()
    assert states(close_day(tuesday)) == {"O1": OrderState.ARCHIVED, "O2": OrderState.ARCHIVED}
    wednesday = closed_into(tmp_path / "wed", tuesday)
    assert rows(wednesday, "orders") == []
    assert [row["order_id"] for row in rows(wednesday / "archive" / "2026-11-23", "orders")] == ["O1", "O2"]
    assert {row["state"] for row in rows(wednesday / "archive" / "2026-11-24", "closed")} == {"archived"}


def test_an_unfinished_order_is_carried_over_with_its_new_day_and_who_was_there(tmp_path: Path) -> None:
    said = [result("O1", "customer_absent", next_visit="2026-11-24", parts_back="yes"), result("O2", "done")]
    tuesday = closed_into(tmp_path / "tue", published(tmp_path / "mon", world(results=said)))
    order = next(row for row in rows(tuesday, "orders") if row["order_id"] == "O1")
    assert (order["carried_over"], order["unfinished"]) == ("1", "customer_absent")
    assert (order["agreed_day"], order["due_day"], order.get("promised", "")) == ("2026-11-24", "2026-11-24", "")
    problem = read_intake(tuesday).checked()
    assert [visit.visit_id for visit in problem.visits] == ["O1"]
    assert problem.order_by_id["O1"].carried_over == 1


def test_what_is_reported_after_the_closing_comes_into_the_next_folder_and_counts_there(tmp_path: Path) -> None:
    said = [result("O1", "done", parts_back="yes"), result("O2", "no_time", "2026-11-23 17:10")]
    branch = published(tmp_path / "mon", world(results=said))
    tuesday = closed_into(tmp_path / "tue", branch, datetime(2026, 11, 23, 16))
    assert [row["order_id"] for row in rows(tuesday, "results")] == ["O2"]
    assert states(close_day(branch, as_of=datetime(2026, 11, 23, 16)))["O2"] is OrderState.UNDER_WAY
    at_six = read_intake(tuesday, ReadOptions(as_of=datetime(2026, 11, 23, 18))).checked()
    assert [visit.visit_id for visit in at_six.visits] == ["O2"]
    with (tuesday / "results.csv").open("a", encoding="utf-8") as stream:
        stream.write("O2,done,2026-11-24 10:00\n")
    assert states(close_day(tuesday))["O2"] is OrderState.DONE
    assert rows(closed_into(tmp_path / "wed", tuesday), "orders")[-1]["carried_over"] == "1"


def test_an_order_that_nobody_planned_and_one_that_came_later_stay_as_they_were(tmp_path: Path) -> None:
    late = dict(two_orders()["orders"][1]) | {"order_id": "O3", "received": "2026-11-23 19:00"}
    branch = published(tmp_path / "mon", world(orders=[late], results=[result("O1", "done")]), {"T1": ["O1"]})
    closed = close_day(branch)
    assert states(closed) == {"O1": OrderState.DONE, "O2": OrderState.OPEN, "O3": OrderState.OPEN}
    assert {row["order_id"] for row in rows(closed_into(tmp_path / "tue", branch), "orders")} == {"O1", "O2", "O3"}


def test_an_order_that_left_the_sheet_is_cancelled(tmp_path: Path) -> None:
    sheets = world(results=[result("O1", "done")])
    branch = published(tmp_path / "mon", sheets)
    write_folder(branch, {"orders": sheets["orders"][:1]})
    assert states(close_day(branch)) == {"O1": OrderState.DONE, "O2": OrderState.CANCELLED}


def test_who_follows_an_archived_order_keeps_what_is_left_of_the_gap(tmp_path: Path) -> None:
    follower = dict(two_orders()["orders"][1]) | {"order_id": "O3", "after": "O1 +26h same", "requested": ""}
    done = [result("O1", "done", parts_back="yes"), result("O2", "done")]
    branch = published(tmp_path / "mon", world(orders=[follower], results=done))
    tuesday = closed_into(tmp_path / "tue", branch)
    assert rows(tuesday, "orders")[2]["after"] == "O1 +1560min same"
    [order] = rows(closed_into(tmp_path / "wed", tuesday), "orders")
    assert (order["order_id"], order["ready"], order["required"]) == ("O3", "2026-11-24 17:00", "T1")


def test_a_job_of_several_days_goes_on_by_the_plan(tmp_path: Path) -> None:
    sheets = world()
    sheets["orders"][1] |= {"days": "2", "requested": ""}
    branch = published(tmp_path / "mon", sheets | {"results": [result("O1", "done"), result("O2", "done")]})
    order = rows(closed_into(tmp_path / "tue", branch), "orders")[1]
    assert (order["days_done"], order["planned_on"], order["required"]) == ("1", "", "T1")
    left = published(tmp_path / "other", sheets | {"results": [result("O1", "done")]}, {"T1": ["O1"]})
    assert rows(closed_into(tmp_path / "third", left), "orders")[1].get("days_done", "") == ""


# --- parts and people -------------------------------------------------------------------------------------------------


def stock(closed: ClosedDay) -> int:
    [part] = closed.rows["parts"]
    return int(part.on_hand)  # type: ignore[attr-defined]


def test_parts_are_used_on_the_shelf_or_on_loan(tmp_path: Path) -> None:
    used = published(tmp_path / "used", world(results=[result("O1", "done", parts_back="yes"), result("O2", "done")]))
    back = published(
        tmp_path / "back", world(results=[result("O1", "no_time", parts_back="yes"), result("O2", "done")])
    )
    lent = published(tmp_path / "lent", world(results=[result("O1", "no_time"), result("O2", "done")]))
    closed = [close_day(branch) for branch in (used, back, lent)]
    assert [stock(one) for one in closed] == [3, 4, 3]
    assert [len(one.rows["loans"]) for one in closed] == [0, 0, 1]
    [loan] = rows(closed_into(tmp_path / "tue", lent), "loans")
    assert loan == {
        "loan_id": "O1-P1-20261123", "technician_id": "T1", "part_id": "P1", "quantity": "1", "due": "2026-11-23"
    }  # fmt: skip
    assert [len(one.rows["reservations"]) for one in closed] == [0, 1, 1]


def test_a_loan_that_comes_back_closes_its_order(tmp_path: Path) -> None:
    branch = published(tmp_path / "mon", world(results=[result("O1", "done"), result("O2", "done")]))
    tuesday = closed_into(tmp_path / "tue", branch)
    assert states(close_day(tuesday))["O1"] is OrderState.DONE
    back = {"loan_id": "O1-P1-20261123", "condition": "faulty", "at": "2026-11-24 09:00"}
    write_folder(tuesday, {"returns": [back]})
    closed = close_day(tuesday)
    assert states(closed)["O1"] is OrderState.ARCHIVED
    assert (closed.rows["loans"], closed.rows["returns"], stock(closed)) == ((), (), 3)


def test_what_came_is_in_the_stock_and_a_count_of_the_day_has_all_before_it(tmp_path: Path) -> None:
    came = [
        {"part_id": "P1", "quantity": "10", "usable_on": "2026-11-23"},
        {"part_id": "P1", "quantity": "5", "usable_on": "2026-11-24"},
    ]
    done = [result("O1", "done", parts_back="yes"), result("O2", "done")]
    closed = close_day(published(tmp_path / "mon", world(arrivals=came, results=done)))
    assert (stock(closed), len(closed.rows["arrivals"])) == (13, 1)
    counted = [{"part_id": "P1", "counted": "7", "at": "2026-11-23 12:00"}]
    closed = close_day(published(tmp_path / "count", world(arrivals=came, results=done, counts=counted)))
    assert (stock(closed), closed.rows["counts"]) == (7, ())
    later = [{"part_id": "P1", "counted": "7", "at": "2026-11-23 17:50"}]
    branch = published(tmp_path / "late", world(arrivals=came, results=done, counts=later))
    closed = close_day(branch, as_of=datetime(2026, 11, 23, 16))
    assert (stock(closed), len(closed.rows["counts"])) == (13, 1)


def test_own_parts_are_used_up(tmp_path: Path) -> None:
    sheets = world(results=[result("O1", "done", parts_back="yes"), result("O2", "done")])
    sheets["technicians"][0]["own_parts"] = "P1:2"
    closed = close_day(published(tmp_path / "mon", sheets))
    own = closed.rows["technicians"][0].own_parts  # type: ignore[attr-defined]
    assert [(need.part_id, need.quantity) for need in own] == [("P1", 1)]
    assert stock(closed) == 4


def test_the_ledger_has_the_day_and_a_long_one_lets_a_mean_day_go(tmp_path: Path) -> None:
    sheets = world(results=[result("O1", "done"), result("O2", "done")])
    sheets["technicians"][1] |= {"ledger_load_min": "8000", "ledger_contracted_min": "10000", "ledger_days": "20"}
    branch = published(tmp_path / "mon", sheets)
    ann, ben = close_day(branch).rows["technicians"]
    load_s, days = ann.ledger_load_s, ann.ledger_days  # type: ignore[attr-defined]
    assert days == 1
    assert 75 * 60 < load_s < 150 * 60, "45 and 30 minutes of service, and the ways"
    assert ann.ledger_contracted_s == (9 * 60 - 45) * 60  # type: ignore[attr-defined]
    assert ben.ledger_load_s == 7600 * 60  # type: ignore[attr-defined]
    assert (ben.ledger_contracted_s, ben.ledger_days) == ((9500 + 540) * 60, 20)  # type: ignore[attr-defined]


def test_the_customer_knows_who_came(tmp_path: Path) -> None:
    branch = published(tmp_path / "mon", world(results=[result("O1", "done"), result("O2", "no_time")]))
    customers = rows(closed_into(tmp_path / "tue", branch), "customers")
    assert [row["served_by"] for row in customers] == ["T1; T2", ""]


# --- days -------------------------------------------------------------------------------------------------------------


def test_the_next_day_is_the_next_one_with_work_and_its_roster_is_repeated_where_it_is_missing(tmp_path: Path) -> None:
    sheets = world(results=[result("O1", "done"), result("O2", "done")])
    sheets["shifts"] = [row for row in sheets["shifts"] if row["date"] == "2026-11-23"]
    closed = close_day(published(tmp_path / "mon", sheets))
    assert closed.next_day == date(2026, 11, 24)
    assert [issue.code for issue in closed.report.warnings] == ["ROSTER_REPEATED"]
    friday = close_day(tmp_path / "mon", next_day=date(2026, 11, 27))
    assert {row.date for row in friday.rows["shifts"]} == {date(2026, 11, 23), date(2026, 11, 27)}  # type: ignore[attr-defined]


def test_without_a_published_plan_the_results_count_and_a_warning_says_what_does_not(tmp_path: Path) -> None:
    branch = write_folder(tmp_path / "mon", world(results=[result("O1", "done"), result("O2", "no_time")]))
    closed = close_day(branch)
    assert states(closed) == {"O1": OrderState.DONE, "O2": OrderState.CARRIED_OVER}
    assert [issue.code for issue in closed.report.warnings] == ["DAY_NOT_PUBLISHED"]
    assert stock(closed) == 4


def test_a_result_of_an_order_that_the_plan_does_not_have_counts_and_is_named(tmp_path: Path) -> None:
    said = [result("O1", "done"), result("O2", "done")]
    closed = close_day(published(tmp_path / "mon", world(results=said), {"T1": ["O1"]}))
    assert states(closed)["O2"] is OrderState.DONE
    assert [(issue.code, issue.value) for issue in closed.report.warnings] == [("RESULT_NOT_PLANNED", "O2")]


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([result("O1", "done", next_visit="2026-11-25")], "RESULT_DONE_NEXT"),
        ([result("O1", "no_time", next_visit="2026-11-23")], "RESULT_NEXT_PAST"),
        ([result("O1", "done"), result("O1", "no_time", "2026-11-23 16:00")], "RESULT_AFTER_DONE"),
        ([result("O1", "done", "2026-11-20 05:00")], "RESULT_BEFORE"),
        ([result("O9", "done")], "REF_VISIT"),
        ([result("O1", "done"), result("O1", "done")], "ID_TWICE"),
    ],
)
def test_results_that_contradict_are_one_report(said: list[Cells], code: str, tmp_path: Path) -> None:
    sheets = world()
    sheets["orders"][0]["received"] = "2026-11-20 08:00"
    branch = published(tmp_path / "mon", sheets)
    write_folder(branch, {"results": said})
    with pytest.raises(InputError) as caught:
        close_day(branch)
    assert codes(caught.value) == [code]


def test_an_order_of_an_earlier_day_without_a_result_is_a_fault(tmp_path: Path) -> None:
    sheets = world()
    sheets["orders"][1] |= {"planned_on": "2026-11-20", "planned_technician": "T1"}
    branch = published(tmp_path / "mon", sheets, {"T1": ["O1"]})
    with pytest.raises(InputError) as caught:
        close_day(branch)
    assert caught.value.report.errors[0].text("en") == (
        "orders.csv row 3, column 'planned_on': The order 'O2' was planned on 2026-11-20, and nobody has said how it "
        "ended. Ask, and add a row to results: done, or why it is not."
    )
    write_folder(branch, {"results": [result("O2", "no_time", "2026-11-20 17:00")]})
    assert states(close_day(branch))["O2"] is OrderState.CARRIED_OVER


def test_a_moment_or_a_day_that_is_too_early_is_a_fault(tmp_path: Path) -> None:
    branch = published(tmp_path / "mon", world())
    with pytest.raises(InputError) as caught:
        close_day(branch, as_of=datetime(2026, 11, 20, 18), next_day=date(2026, 11, 23))
    assert sorted(codes(caught.value)) == ["CLOSE_AS_OF", "CLOSE_NEXT_DAY"]


# --- the folder -------------------------------------------------------------------------------------------------------


def test_closing_twice_gives_the_same_and_a_folder_that_differs_is_left_alone(tmp_path: Path) -> None:
    branch = published(tmp_path / "mon", world(results=[result("O1", "done"), result("O2", "done")]))
    closed, out = close_day(branch), tmp_path / "tue"
    assert write_next(closed, branch, out)[0] is True
    assert write_next(close_day(branch), branch, out)[0] is False
    (out / "orders.csv").write_text("order_id\n", encoding="utf-8")
    with pytest.raises(NextFolderError):
        write_next(closed, branch, out)
    assert (out / "orders.csv").read_text(encoding="utf-8") == "order_id\n"
    with pytest.raises(NextFolderError):
        write_next(closed, branch, branch)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mon", "plan.json", "tue"]


def test_what_breaks_midway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    branch = published(tmp_path / "mon", world(results=[result("O1", "done"), result("O2", "done")]))
    closed = close_day(branch)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("optimizer.day.next_folder.shutil.copyfile", full)
    with pytest.raises(OSError, match="No space"):
        write_next(closed, branch, tmp_path / "tue")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mon", "plan.json"]


def test_the_folder_keeps_policy_and_plans_and_the_archive_has_the_day_as_it_was(tmp_path: Path) -> None:
    branch = published(tmp_path / "mon", world(results=[result("O1", "done"), result("O2", "done")]))
    (branch / "policy.toml").write_text("max_lateness_min = 15\n", encoding="utf-8")
    tuesday = closed_into(tmp_path / "tue", branch)
    assert (tuesday / "policy.toml").read_bytes() == (branch / "policy.toml").read_bytes()
    archive = tuesday / "archive" / "2026-11-23"
    for file in branch.glob("*.csv"):
        assert (archive / file.name).read_bytes() == file.read_bytes()
    [plan] = (tuesday / "published").iterdir()
    wednesday = closed_into(tmp_path / "wed", tuesday)
    assert (wednesday / "archive" / "2026-11-24" / "published" / plan.name).exists()
    assert not (wednesday / "published").exists()
    assert (wednesday / "archive" / "2026-11-23" / "orders.csv").exists()


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "2026-11-23 is closed, as of 2026-11-23 16:00: 1 done, 0 carried over, 1 under way"),
        ("zh", "2026-11-23 已日结（截至 2026-11-23 16:00）：完成 1，结转 0，在途 1"),
    ],
)
def test_the_command_says_what_became_of_the_orders(lang: str, says: str, tmp_path: Path) -> None:
    branch = published(tmp_path / "mon", world(results=[result("O1", "done")]))
    arguments = ["close", str(branch), "--out", str(tmp_path / "tue"), "--lang", lang]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    assert says in run.output
    assert "O2" not in run.output
    again = CliRunner().invoke(app, arguments)
    assert (again.exit_code, "same to the byte" in again.output or "一字不差" in again.output) == (0, True)
    (tmp_path / "tue" / "orders.csv").unlink()
    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == 2
    as_json = CliRunner().invoke(app, ["close", str(tmp_path / "b.json"), "--out", str(tmp_path / "x"), "--lang", lang])
    assert as_json.exit_code == 2
