"""The demo branch is what its script makes, and holds the troubles that the README promises."""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from benchmarks import demo_branch, demo_stories
from optimizer import Outcome, Problem, read_branch, solve, travel_for
from optimizer.domain.order import Interval, Urgency
from optimizer.domain.plan import ReasonCode, Stop
from optimizer.domain.problem import LockLevel
from optimizer.domain.units import at, great_circle_m
from optimizer.ingest.forms.columns import SHEETS, columns_of
from optimizer.ingest.read import read_branch_report
from optimizer.promise.due_day import promise_of

BRANCH = Path(__file__).parents[1] / "data/hangzhou"
MONDAY = date(2026, 11, 23)


@cache
def demo() -> Problem:
    return read_branch(BRANCH)


@cache
def outcome() -> Outcome:
    """Plan in work mode, so that every run of the tests sees the same plan."""
    return solve(demo(), seconds=None, iterations=20_000)


def test_the_files_are_what_the_script_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["demo_branch", str(tmp_path)])
    demo_branch.main()
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    # Scenarios are no part of a branch: they are written by hand.
    shipped = (path for path in BRANCH.iterdir() if path.is_file() and path.name != "whatif.toml")
    assert made == {path.name: path.read_bytes() for path in shipped}


def test_the_script_asks_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["demo_branch"])
    with pytest.raises(SystemExit, match="FOLDER"):
        demo_branch.main()


def test_the_branch_is_read_without_a_doubt_but_the_orders_to_come() -> None:
    problem, report = read_branch_report(BRANCH)
    assert problem is not None
    assert [(issue.code, issue.row) for issue in report.issues] == [("ORDER_TO_COME", 63), ("ORDER_TO_COME", 70)]


def test_every_sheet_is_there_with_columns_of_the_contract() -> None:
    """But the exceptions: somebody writes them, with a name, once a plan has proposed them."""
    sheets = demo_branch.make_sheets()
    assert set(sheets) == set(SHEETS) - {"exceptions"}
    for name, rows in sheets.items():
        assert set(rows[0]) <= {column.sheet_name for column in columns_of(name)}, name


def test_its_size_and_its_day() -> None:
    problem = demo()
    assert (len(problem.technicians), len(problem.visits)) == (10, 62)
    assert sum(problem.is_staff(t.technician_id) for t in problem.technicians) == 8
    assert sum(not t.starts_at_branch for t in problem.technicians) == 2
    assert problem.first_day == MONDAY
    assert problem.as_of_s == at(16, day=-3)
    away_m = {v.visit_id: great_circle_m(30.2741, 120.1551, v.place.lat, v.place.lon) for v in problem.visits}
    assert {visit_id for visit_id, metres in away_m.items() if metres > 25_000} == {"D030", "D063"}


def test_every_address_names_its_district_and_every_phone_is_invented() -> None:
    problem = demo()
    assert all(visit.area in visit.place.address for visit in problem.visits)
    phones = [customer.phone for customer in problem.customers] + [person.phone for person in problem.technicians]
    assert all(re.fullmatch(r"13[89]-0000-00\d\d", phone) for phone in phones)
    assert len(set(phones)) == 78


# --- the stories ----------------------------------------------------------------------------------------------------


def test_a_main_board_is_scarce_and_one_is_held() -> None:
    problem = demo()
    needed = sum(need.quantity for visit in problem.visits for need in visit.parts if need.part_id == "P01")
    on_hand = next(part.on_hand for part in problem.parts if part.part_id == "P01")
    arriving = sum(arrival.quantity for arrival in problem.arrivals if arrival.part_id == "P01")
    assert (needed, on_hand, arriving) == (5, 2, 2)
    assert [held.visit_id for held in problem.reservations if held.part_id == "P01"] == ["D005"]


def test_one_loan_is_past_due_and_one_is_not_yet() -> None:
    close_s = demo().branch.business.close_s
    past_due = {
        loan.loan_id: close_s + at(0, day=demo().day_index(loan.due)) <= demo().as_of_s for loan in demo().loans
    }
    assert past_due == {"L1": True, "L2": False, "L3": False, "L4": False}


def test_two_promises_clash() -> None:
    first, second = demo().visit_by_id["D016"], demo().visit_by_id["D017"]
    assert first.required == second.required == {"T02"}
    assert demo().windows["D016"] == demo().windows["D017"] == (Interval(at(14), at(14, 25)),)
    apart_m = great_circle_m(first.place.lat, first.place.lon, second.place.lat, second.place.lon)
    assert apart_m > 25_000


def test_people_have_their_limits() -> None:
    people = demo().technician_by_id
    expired = people["T07"].held_skill("热水器")
    assert expired is not None
    assert not expired.is_valid_on(MONDAY)
    assert people["T06"].areas == {"萧山区", "滨江区", "上城区"}
    assert demo().customer_of(demo().visit_by_id["D015"]).refused == {"T05", "T08"}


def test_a_kitchen_is_closed_to_service_at_noon() -> None:
    hours = demo().hours["D022"]
    assert hours is not None
    assert hours[:2] == (Interval(at(9, 30), at(11)), Interval(at(13, 30), at(21)))


def test_what_was_decided_before() -> None:
    [lock], [published] = demo().locks, demo().published
    assert (lock.visit_id, lock.level, lock.technician_id) == ("D012", LockLevel.PERSON, "T04")
    assert (published.visit_id, published.technician_id) == ("D018", "T02")
    assert published.told == Interval(at(9, 30), at(10, 30))
    assert not demo().is_short_notice(0)


def test_urgent_and_left_over_work() -> None:
    assert demo().order_by_id["D023"].urgency is Urgency.EMERGENCY
    assert demo().priority_of(demo().visit_by_id["D023"]) == 5
    carried_over = {order.order_id for order in demo().orders if order.carried_over}
    assert carried_over == {"D003", "D009", "D014", "D021"}


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 10), True),  # a Saturday worked for it
        (date(2026, 2, 28), True),  # a Saturday worked for the Spring Festival
        (date(2026, 11, 21), False),  # the Saturday before the plan
        (MONDAY, True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_calendar_of_the_year(day: date, is_working: bool) -> None:
    assert demo().branch.calendar.is_working_day(day) is is_working


# --- its own rules ---------------------------------------------------------------------------------------------------


def test_due_days_are_those_of_its_own_promise_rule() -> None:
    """Stated or left open, the rule gives the same; a job's second day is due a working day later."""
    problem = demo()
    open_ = replace(problem, orders=tuple(replace(order, due_day=None) for order in problem.orders))
    matrix = travel_for(problem)
    for visit in problem.visits:
        stated, ruled = problem.order_of(visit).due_day, promise_of(open_, matrix, visit).due_day
        if stated is not None and ruled is not None and "/" in visit.visit_id:
            ruled = problem.branch.calendar.next_working_day(ruled)
        assert stated in (None, ruled), visit.visit_id


def rows() -> list[dict[str, str]]:
    with (BRANCH / "orders.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["order_id"])
def test_an_order_is_believable(row: dict[str, str]) -> None:
    """The serial number says when it was made; for three years repairs are free. Fault and packing fit the product."""
    year, month = (int(part) for part in re.fullmatch(r"HZ(\d\d)(\d\d)-\d{5}", row["serial"]).groups())
    months_old = 12 * (26 - year) + 11 - month
    assert 1 <= month <= 12
    assert months_old >= 1
    assert (row["coverage"] == "warranty") is (months_old <= 36 and row["kind"] != "maintenance")
    if row["kind"] == "installation":
        assert months_old == 1
    trade = row["skills"].partition(":")[0]
    things = {*demo_stories.THINGS_TO_BRING[""], *demo_stories.THINGS_TO_BRING[trade]}
    if row["tools"]:
        things.add("高空作业许可")
    assert {*filter(None, row["bring"].split(";"))} <= things
    # A shop has somebody on the spot, not at home.
    assert row["prepare"].replace("现场", "家里") in {
        "",
        *demo_stories.PREPARATIONS[""],
        *demo_stories.PREPARATIONS[trade],
    }
    known = {product.model: product.faults for product in demo_stories.TRADES[trade]}
    if row["order_id"] not in {*demo_stories.STORIES, *demo_stories.MORE_STORIES} and row["kind"] == "repair":
        assert row["parts"] in ("", f"{known[row['product']][row['fault']]}:1")


# --- the plan -------------------------------------------------------------------------------------------------------


def test_the_day_is_tight_but_mostly_doable() -> None:
    assert outcome().judgement.violations == ()
    assert 2 <= len(outcome().unassigned) <= 10


@pytest.mark.parametrize(
    ("visit_id", "code"),
    [
        ("D011", ReasonCode.PART_ARRIVES_LATE),
        ("D020", ReasonCode.NOT_READY),
    ],
)
def test_what_nobody_could_do_stays_out_with_a_proof(visit_id: str, code: ReasonCode) -> None:
    left = next(left for left in outcome().unassigned if left.visit_id == visit_id)
    assert left.reasons[0].code is code
    assert left.reasons[0].proven


def served() -> dict[str, list[tuple[str, Stop]]]:
    """Return who serves each visit of the plan, and how."""
    found: dict[str, list[tuple[str, Stop]]] = {}
    for route in outcome().plan.routes:
        for stop in route.stops:
            found.setdefault(stop.visit_id, []).append((route.technician_id, stop))
    return found


def test_two_people_install_the_boiler_together_and_the_expert_leads() -> None:
    stops = [stop for _, stop in served()["D019"]]
    assert [len(stop.crew) for stop in stops] == [2, 2]
    assert len({stop.start_s for stop in stops}) == 1
    assert {stop.lead for stop in stops} <= {"T02", "T07"}


def test_who_has_the_rope_serves_both_who_need_it() -> None:
    assert {who for who, _ in served()["D027"]} == {who for who, _ in served()["D044"]}


def test_the_new_machine_is_inspected_once_it_is_installed() -> None:
    [(_, installed)], [(_, inspected)] = served()["D059"], served()["D060"]
    assert installed.end_s <= inspected.start_s


def test_who_began_the_work_of_two_days_ends_it() -> None:
    assert [who for who, _ in served()["D033/2"]] == ["T01"]


def test_of_two_clashing_promises_at_most_one_is_kept() -> None:
    assert {left.visit_id for left in outcome().unassigned} & {"D016", "D017"}


def test_of_five_boards_wanted_at_most_four_are_used() -> None:
    boards = {"D005", "D006", "D007", "D008", "D010"}
    assert {left.visit_id for left in outcome().unassigned} & boards


# --- the guide to the sheets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_guide_says_what_each_column_is(sheet: str) -> None:
    guide = (BRANCH.parent / "README.md").read_text(encoding="utf-8")
    section = guide.partition(f"### {sheet}.csv")[2].partition("\n#")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE))
    assert list(rows) == [column.sheet_name for column in columns_of(sheet)]
    for column in columns_of(sheet):
        meaning, _, when_empty, example = rows[column.sheet_name].split(" | ")
        assert meaning == column.meaning
        assert (when_empty == "**required**") is column.required
        assert example == f"`{column.example}`"
